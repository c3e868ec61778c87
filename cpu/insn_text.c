/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The only place that asks Capstone: text for people, nothing that is decided upon. */
#include <capstone/capstone.h>
#include <stdio.h>

#include "cpu/insn.h"

void insn_text(uint32_t word, uint64_t pc, char *text, size_t size)
{
    const uint8_t bytes[4] = {(uint8_t)word, (uint8_t)(word >> 8), (uint8_t)(word >> 16),
                              (uint8_t)(word >> 24)};
    cs_insn *decoded = NULL;
    size_t count = 0;
    csh handle;

    if (cs_open(CS_ARCH_ARM64, CS_MODE_LITTLE_ENDIAN, &handle) == CS_ERR_OK) {
        count = cs_disasm(handle, bytes, sizeof(bytes), pc, 1, &decoded);
        if (count == 1) {
            const char *gap = decoded->op_str[0] ? " " : "";

            snprintf(text, size, "%s%s%s", decoded->mnemonic, gap, decoded->op_str);
            cs_free(decoded, count);
        }
        cs_close(&handle);
    }
    if (count != 1)
        snprintf(text, size, ".inst 0x%08x", word);
}

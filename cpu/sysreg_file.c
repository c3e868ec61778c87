/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpu/sysreg_file.h"

static const struct {
    uint8_t op0, op1, crn, crm, op2;
    uint64_t reset, writable;
} rows[SYSREG_FILE_COUNT] = {
#define X(name, op0, op1, crn, crm, op2, reset, writable)                                          \
    [SYSREG_FILE_##name] = {op0, op1, crn, crm, op2, reset, writable},
    SYSREG_FILE_TABLE(X)
#undef X
};

void sysreg_file_reset(struct sysreg_file *file)
{
    for (unsigned i = 0; i < SYSREG_FILE_COUNT; i++)
        file->value[i] = rows[i].reset;
}

uint64_t *sysreg_file_find(struct sysreg_file *file, const struct insn *insn, uint64_t *writable)
{
    for (unsigned i = 0; i < SYSREG_FILE_COUNT; i++) {
        if (rows[i].op0 != insn->op0 || rows[i].op1 != insn->op1 || rows[i].crn != insn->crn ||
            rows[i].crm != insn->crm || rows[i].op2 != insn->op2)
            continue;
        *writable = rows[i].writable;
        return &file->value[i];
    }
    return NULL;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kvm_model/id_regs.h"

#include <stddef.h>

#include "cpu/arch/esr.h"

/*
 * DFR0 and ISAR0 are those that KVM showed a guest on the machine of tests/vectors/linux-kvm; the
 * others say what the modelled CPU has: 48-bit physical addresses, all granules, 16-bit ASIDs, PAN,
 * UAO, SSBS, RAS, DIT, no SVE, SME, MTE, pointer authentication or PMU.
 */
#define ID(crm, op2) (3u << 20 | (op2##u) << 17 | (crm##u) << 1)

/* clang-format off */
static const struct id_reg id_regs[] = {
    {"ID_AA64PFR0_EL1", ID(4, 0), 0x1101000010110011},
    {"ID_AA64PFR1_EL1", ID(4, 1), 0x21},
    {"ID_AA64DFR0_EL1", ID(5, 0), 0x10305009},
    {"ID_AA64DFR1_EL1", ID(5, 1), 0},
    {"ID_AA64ISAR0_EL1", ID(6, 0), 0x1221111110212120},
    {"ID_AA64ISAR1_EL1", ID(6, 1), 0x0000011100111001},
    {"ID_AA64ISAR2_EL1", ID(6, 2), 0},
    {"ID_AA64MMFR0_EL1", ID(7, 0), 0x100125},
    {"ID_AA64MMFR1_EL1", ID(7, 1), 0x100000},
    {"ID_AA64MMFR2_EL1", ID(7, 2), 0x10},
};
/* clang-format on */

const struct id_reg *id_reg_find(uint64_t iss)
{
    for (size_t i = 0; i < sizeof(id_regs) / sizeof(id_regs[0]); i++)
        if (id_regs[i].iss == iss)
            return &id_regs[i];
    return NULL;
}

bool id_reg_space(uint64_t iss)
{
    return field_get(iss, ESR_SYS_OP0) == 3 && field_get(iss, ESR_SYS_OP1) == 0 &&
           field_get(iss, ESR_SYS_CRN) == 0 && field_get(iss, ESR_SYS_CRM) >= 1 &&
           field_get(iss, ESR_SYS_CRM) <= 7;
}

uint64_t id_ccsidr(unsigned level, bool instruction)
{
    (void)instruction;
    /* One set, one way, lines as in CTR_EL0: enough for maintenance by set and way to be right. */
    return level == 0 ? 2 : 0;
}

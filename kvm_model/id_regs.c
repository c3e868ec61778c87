/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kvm_model/id_regs.h"

#include "cpu/arch/esr.h"

/* Fields of the registers (Arm ARM D19.2). */
static const struct field PFR0_SVE = {32, 4}, PFR0_CSV2 = {56, 4}, PFR0_CSV3 = {60, 4},
                          PFR0_AMU = {44, 4}, PFR0_MPAM = {40, 4}, PFR0_GIC = {24, 4};
static const struct field PFR1_BT = {0, 4}, PFR1_SSBS = {4, 4}, PFR1_RAS_FRAC = {12, 4};
static const struct field DFR0_DEBUGVER = {0, 4}, DFR0_PMUVER = {8, 4}, DFR0_PMSVER = {32, 4},
                          DFR0_BRBE = {52, 4};
static const struct field ISAR1_APA = {4, 4}, ISAR1_API = {8, 4}, ISAR1_GPA = {24, 4},
                          ISAR1_GPI = {28, 4};
static const struct field ISAR2_APA3 = {12, 4}, ISAR2_GPA3 = {8, 4};
static const struct field MMFR2_CCIDX = {20, 4}, MMFR2_NV = {24, 4};
static const struct field MMFR3_TCRX = {0, 4}, MMFR3_SCTLRX = {4, 4}, MMFR3_S1PIE = {8, 4},
                          MMFR3_S1POE = {16, 4};
static const struct field A32_PFR1_GIC = {28, 4}, A32_DFR0_COPDBG = {0, 4},
                          A32_DFR0_PERFMON = {24, 4}, A32_MMFR4_CCIDX = {24, 4};
#define DEBUGVER_V8P8 10u

static const struct field CTR_IMINLINE = {0, 4}, CTR_DMINLINE = {16, 4}, CTR_IDC = {28, 1},
                          CTR_DIC = {29, 1};
static const struct field CLIDR_LOC = {24, 3}, CLIDR_LOUIS = {21, 3}, CLIDR_LOUU = {27, 3};
#define CACHE_TYPE_INST 1u
#define CACHE_TYPE_DATA 2u
#define CACHE_TYPE_UNIFIED 4u
/* CTR_EL0 has log2 of words, CCSIDR_EL1 log2 of bytes less 4. */
#define CTR_LINE_TO_BYTES 2u
#define CCSIDR_LINE_BIAS 4u

static const struct id_row {
    const char *name; /* as KVM's trace has it */
    uint32_t iss;
} rows[ID_REG_COUNT] = {
#define X(name_, crm, op2) [ID_REG_##name_] = {"SYS_" #name_, SYS_ISS(3, 0, 0, crm, op2)},
    ID_REG_TABLE(X)
#undef X
};

/* Registers that exist and that KVM hides from all guests: they read 0 (ID_HIDDEN). */
static const struct id_row hidden[] = {
    {"SYS_ID_AFR0_EL1", SYS_ISS(3, 0, 0, 1, 3)},
    {"SYS_ID_DFR1_EL1", SYS_ISS(3, 0, 0, 3, 5)},
    {"SYS_ID_AA64SMFR0_EL1", SYS_ISS(3, 0, 0, 4, 5)},
    {"SYS_ID_AA64AFR0_EL1", SYS_ISS(3, 0, 0, 5, 4)},
    {"SYS_ID_AA64AFR1_EL1", SYS_ISS(3, 0, 0, 5, 5)},
};

bool id_reg_space(uint64_t iss)
{
    return field_get(iss, ESR_SYS_OP0) == 3 && field_get(iss, ESR_SYS_OP1) == 0 &&
           field_get(iss, ESR_SYS_CRN) == 0 && field_get(iss, ESR_SYS_CRM) >= 1 &&
           field_get(iss, ESR_SYS_CRM) <= 7;
}

bool id_feature_space(uint64_t iss)
{
    uint64_t op1 = field_get(iss, ESR_SYS_OP1);

    return field_get(iss, ESR_SYS_OP0) == 3 && (op1 == 0 || op1 == 1 || op1 == 3) &&
           field_get(iss, ESR_SYS_CRN) == 0 && field_get(iss, ESR_SYS_CRM) <= 7;
}

enum id_reg id_reg_find(const struct kvm_variant *variant, uint64_t iss)
{
    for (unsigned i = 0; i < ID_REG_COUNT; i++)
        if (rows[i].iss == iss)
            return i == ID_REG_ID_AA64ISAR3_EL1 && !variant->id_aa64isar3 ? ID_REG_COUNT
                                                                          : (enum id_reg)i;
    return ID_REG_COUNT;
}

const char *id_reg_trace_name(const struct kvm_variant *variant, uint64_t iss)
{
    enum id_reg reg = id_reg_find(variant, iss);

    if (reg != ID_REG_COUNT)
        return rows[reg].name;
    for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
        if (hidden[i].iss == iss)
            return hidden[i].name;
    return NULL;
}

static uint64_t clear(uint64_t value, struct field field)
{
    return value & ~field_mask(field);
}

static uint64_t limit(uint64_t value, struct field field, uint64_t most)
{
    return field_get(value, field) > most ? clear(value, field) | field_put(field, most) : value;
}

/* read_sanitised_id_aa64pfr0_el1@6.12, sanitise_id_aa64pfr0_el1@7.2 */
static uint64_t guest_pfr0(const struct kvm_host_cpu *host, uint64_t value, bool gicv3)
{
    value = clear(clear(clear(value, PFR0_SVE), PFR0_AMU), PFR0_MPAM);
    if (host->spectre_v2 == SPECTRE_UNAFFECTED)
        value = clear(value, PFR0_CSV2) | field_put(PFR0_CSV2, 1);
    if (host->meltdown == SPECTRE_UNAFFECTED)
        value = clear(value, PFR0_CSV3) | field_put(PFR0_CSV3, 1);
    return clear(value, PFR0_GIC) | field_put(PFR0_GIC, gicv3);
}

uint64_t id_reg_guest_value(const struct kvm_host_cpu *host, enum id_reg reg, bool gicv3)
{
    uint64_t value = host->id[reg];

    switch (reg) {
    case ID_REG_ID_AA64PFR0_EL1:
        return guest_pfr0(host, value, gicv3);
    case ID_REG_ID_AA64PFR1_EL1:
        return value & (field_mask(PFR1_BT) | field_mask(PFR1_SSBS) | field_mask(PFR1_RAS_FRAC));
    case ID_REG_ID_AA64ZFR0_EL1: /* id_visibility: without SVE */
        return 0;
    case ID_REG_ID_AA64DFR0_EL1:
        value = clear(clear(clear(value, DFR0_PMUVER), DFR0_PMSVER), DFR0_BRBE);
        return limit(value, DFR0_DEBUGVER, DEBUGVER_V8P8);
    case ID_REG_ID_AA64ISAR1_EL1:
        return clear(clear(clear(clear(value, ISAR1_APA), ISAR1_API), ISAR1_GPA), ISAR1_GPI);
    case ID_REG_ID_AA64ISAR2_EL1:
        return clear(clear(value, ISAR2_APA3), ISAR2_GPA3);
    case ID_REG_ID_AA64MMFR2_EL1:
        return clear(clear(value, MMFR2_CCIDX), MMFR2_NV);
    case ID_REG_ID_AA64MMFR3_EL1:
        return value & (field_mask(MMFR3_TCRX) | field_mask(MMFR3_SCTLRX) |
                        field_mask(MMFR3_S1PIE) | field_mask(MMFR3_S1POE));
    case ID_REG_ID_PFR1_EL1:
        return gicv3 ? value : clear(value, A32_PFR1_GIC);
    case ID_REG_ID_DFR0_EL1:
        return limit(clear(value, A32_DFR0_PERFMON), A32_DFR0_COPDBG, DEBUGVER_V8P8);
    case ID_REG_ID_MMFR4_EL1:
        return clear(value, A32_MMFR4_CCIDX);
    default:
        return value;
    }
}

static uint64_t cache_type(unsigned level, uint64_t type)
{
    return type << (3 * (level - 1));
}

uint64_t id_clidr(uint64_t ctr)
{
    bool dic = field_get(ctr, CTR_DIC);
    unsigned loc = 1;
    uint64_t clidr;

    if (field_get(ctr, CTR_IDC)) {
        loc = dic ? 1 : 2;
        clidr = cache_type(loc, CACHE_TYPE_UNIFIED);
    } else {
        clidr =
            cache_type(1, CACHE_TYPE_DATA) | field_put(CLIDR_LOUU, 1) | field_put(CLIDR_LOUIS, 1);
    }
    if (!dic)
        clidr |= cache_type(1, CACHE_TYPE_INST);
    return clidr | field_put(CLIDR_LOC, loc);
}

uint64_t id_ccsidr(uint64_t ctr, bool instruction)
{
    return field_get(ctr, instruction ? CTR_IMINLINE : CTR_DMINLINE) + CTR_LINE_TO_BYTES -
           CCSIDR_LINE_BIAS;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Trapped MSR, MRS and SYS: arch/arm64/kvm/sys_regs.c (kvm_handle_sys_reg, sys_reg_descs). What is
 * in no row is UNDEFINED (emulate_sys_reg).
 */
#include <stdio.h>

#include "cpu/arch/descriptor.h"
#include "kvm_model/id_regs.h"
#include "kvm_model/kvm_internal.h"
#include "kvm_model/sys_reg_names.h"

/* One access: the value to write, or the one read. */
struct sys_reg_params {
    uint64_t value;
    bool is_write;
};

struct sys_reg_row;

/* False: the instruction is UNDEFINED to the guest. */
typedef bool sys_reg_access_fn(struct kvm_vcpu *vcpu, struct sys_reg_params *p,
                               const struct sys_reg_row *row);

/* The encoding as ESR_ELx.ISS has it, without Rt and direction. */
struct sys_reg_row {
    const char *name; /* NULL: KVM shows UNKN */
    uint32_t iss;
    sys_reg_access_fn *access;
    uint64_t value; /* what a constant row reads as; of a VM row, enum sysreg */
};

#define ISS(op0, op1, crn, crm, op2)                                                               \
    ((op0##u) << 20 | (op2##u) << 17 | (op1##u) << 14 | (crn##u) << 10 | (crm##u) << 1)
#define ISS_ENCODING 0x3ffc1eu

static const struct field OSLSR_OSLK = {1, 1};
#define OSLSR_IMPLEMENTED 8u /* OSLM */
#define OSLAR_KEY 1u
static const struct field CSSELR_IND = {0, 1}, CSSELR_LEVEL = {1, 3};
#define CSSELR_LEVELS 7u

static bool undef_access(struct kvm_vcpu *vcpu, struct sys_reg_params *p,
                         const struct sys_reg_row *row)
{
    (void)vcpu, (void)p, (void)row;
    return false;
}

static bool trap_raz_wi(struct kvm_vcpu *vcpu, struct sys_reg_params *p,
                        const struct sys_reg_row *row)
{
    (void)vcpu, (void)row;
    p->value = 0;
    return true;
}

/* A write is a bug of KVM's table, and UNDEFINED (write_to_read_only). */
static bool read_constant(struct kvm_vcpu *vcpu, struct sys_reg_params *p,
                          const struct sys_reg_row *row)
{
    (void)vcpu;
    p->value = row->value;
    return !p->is_write;
}

/* The host's register is the guest's; writes are ignored. */
static bool access_actlr(struct kvm_vcpu *vcpu, struct sys_reg_params *p,
                         const struct sys_reg_row *row)
{
    (void)row;
    p->value = vcpu->actlr;
    return true;
}

static bool trap_oslar_el1(struct kvm_vcpu *vcpu, struct sys_reg_params *p,
                           const struct sys_reg_row *row)
{
    (void)row;
    if (!p->is_write)
        return false;
    vcpu->os_lock = p->value & OSLAR_KEY;
    return true;
}

static bool trap_oslsr_el1(struct kvm_vcpu *vcpu, struct sys_reg_params *p,
                           const struct sys_reg_row *row)
{
    (void)row;
    p->value = OSLSR_IMPLEMENTED | field_put(OSLSR_OSLK, vcpu->os_lock);
    return !p->is_write;
}

static bool access_csselr(struct kvm_vcpu *vcpu, struct sys_reg_params *p,
                          const struct sys_reg_row *row)
{
    (void)row;
    if (p->is_write)
        vcpu->csselr = p->value;
    else
        p->value = vcpu->csselr;
    return true;
}

/* The caches KVM makes up for a guest (get_ccsidr, reset_clidr); UNKNOWN reads as 0. */
static bool access_ccsidr(struct kvm_vcpu *vcpu, struct sys_reg_params *p,
                          const struct sys_reg_row *row)
{
    (void)row;
    /* Of a cache that cannot be, the guest's register keeps what it holds. */
    if (field_get(vcpu->csselr, CSSELR_LEVEL) >= CSSELR_LEVELS)
        return !p->is_write;
    p->value = id_ccsidr((unsigned)field_get(vcpu->csselr, CSSELR_LEVEL),
                         field_get(vcpu->csselr, CSSELR_IND));
    return !p->is_write;
}

/* Set and way maintenance: from now on KVM watches the guest turn its caches on or off. */
static bool access_dcsw(struct kvm_vcpu *vcpu, struct sys_reg_params *p,
                        const struct sys_reg_row *row)
{
    (void)row;
    if (!p->is_write)
        return false;
    cpu_el2(vcpu->cpu)->hcr |= field_mask(HCR_TVM);
    return true;
}

static bool caches_on(struct kvm_vcpu *vcpu)
{
    uint64_t sctlr = kvm_vcpu_get_sysreg(vcpu, SYSREG_SCTLR_EL1);

    return field_get(sctlr, SCTLR_M) && field_get(sctlr, SCTLR_C);
}

/* kvm_toggle_cache: with the caches on, the guest may write these registers itself again. */
static bool access_vm_reg(struct kvm_vcpu *vcpu, struct sys_reg_params *p,
                          const struct sys_reg_row *row)
{
    if (!p->is_write)
        return false;
    kvm_vcpu_set_sysreg(vcpu, (enum sysreg)row->value, p->value);
    if (caches_on(vcpu))
        cpu_el2(vcpu->cpu)->hcr &= ~field_mask(HCR_TVM);
    return true;
}

/* clang-format off */
#define RAZ_WI(name, ...) {"SYS_" #name, ISS(__VA_ARGS__), trap_raz_wi, 0}
#define UNDEF(name, ...) {"SYS_" #name, ISS(__VA_ARGS__), undef_access, 0}
#define VM(name, ...) {"SYS_" #name, ISS(__VA_ARGS__), access_vm_reg, SYSREG_##name}

static const struct sys_reg_row sys_reg_rows[] = {
    {"SYS_DC_ISW", ISS(1, 0, 7, 6, 2), access_dcsw, 0},
    {"SYS_DC_CSW", ISS(1, 0, 7, 10, 2), access_dcsw, 0},
    {"SYS_DC_CISW", ISS(1, 0, 7, 14, 2), access_dcsw, 0},

    RAZ_WI(OSDTRRX_EL1, 2, 0, 0, 0, 2),
    RAZ_WI(MDCCINT_EL1, 2, 0, 0, 2, 0),
    RAZ_WI(OSDTRTX_EL1, 2, 0, 0, 3, 2),
    RAZ_WI(OSECCR_EL1, 2, 0, 0, 6, 2),
    RAZ_WI(MDRAR_EL1, 2, 0, 1, 0, 0),
    {"SYS_OSLAR_EL1", ISS(2, 0, 1, 0, 4), trap_oslar_el1, 0},
    {"SYS_OSLSR_EL1", ISS(2, 0, 1, 1, 4), trap_oslsr_el1, 0},
    RAZ_WI(OSDLR_EL1, 2, 0, 1, 3, 4),
    RAZ_WI(DBGPRCR_EL1, 2, 0, 1, 4, 4),
    RAZ_WI(DBGCLAIMSET_EL1, 2, 0, 7, 8, 6),
    RAZ_WI(DBGCLAIMCLR_EL1, 2, 0, 7, 9, 6),
    {"SYS_DBGAUTHSTATUS_EL1", ISS(2, 0, 7, 14, 6), read_constant, 0},
    RAZ_WI(MDCCSR_EL0, 2, 3, 0, 1, 0),
    RAZ_WI(DBGDTR_EL0, 2, 3, 0, 4, 0),
    RAZ_WI(DBGDTRTX_EL0, 2, 3, 0, 5, 0),

    VM(SCTLR_EL1, 3, 0, 1, 0, 0),
    {"SYS_ACTLR_EL1", ISS(3, 0, 1, 0, 1), access_actlr, 0},
    VM(TTBR0_EL1, 3, 0, 2, 0, 0),
    VM(TTBR1_EL1, 3, 0, 2, 0, 1),
    VM(TCR_EL1, 3, 0, 2, 0, 2),
    VM(AFSR0_EL1, 3, 0, 5, 1, 0),
    VM(AFSR1_EL1, 3, 0, 5, 1, 1),
    VM(ESR_EL1, 3, 0, 5, 2, 0),
    RAZ_WI(ERRIDR_EL1, 3, 0, 5, 3, 0),
    RAZ_WI(ERRSELR_EL1, 3, 0, 5, 3, 1),
    RAZ_WI(ERXFR_EL1, 3, 0, 5, 4, 0),
    RAZ_WI(ERXCTLR_EL1, 3, 0, 5, 4, 1),
    RAZ_WI(ERXSTATUS_EL1, 3, 0, 5, 4, 2),
    RAZ_WI(ERXADDR_EL1, 3, 0, 5, 4, 3),
    RAZ_WI(ERXMISC0_EL1, 3, 0, 5, 5, 0),
    RAZ_WI(ERXMISC1_EL1, 3, 0, 5, 5, 1),
    VM(FAR_EL1, 3, 0, 6, 0, 0),
    VM(MAIR_EL1, 3, 0, 10, 2, 0),
    VM(AMAIR_EL1, 3, 0, 10, 3, 0),
    RAZ_WI(LORSA_EL1, 3, 0, 10, 4, 0),
    RAZ_WI(LOREA_EL1, 3, 0, 10, 4, 1),
    RAZ_WI(LORN_EL1, 3, 0, 10, 4, 2),
    RAZ_WI(LORC_EL1, 3, 0, 10, 4, 3),
    {"SYS_LORID_EL1", ISS(3, 0, 10, 4, 7), read_constant, 0},
    VM(CONTEXTIDR_EL1, 3, 0, 13, 0, 1),

    {"SYS_CCSIDR_EL1", ISS(3, 1, 0, 0, 0), access_ccsidr, 0},
    {"SYS_CLIDR_EL1", ISS(3, 1, 0, 0, 1), read_constant, ID_CLIDR},
    UNDEF(CCSIDR2_EL1, 3, 1, 0, 0, 2),
    UNDEF(SMIDR_EL1, 3, 1, 0, 0, 6),
    {"SYS_CSSELR_EL1", ISS(3, 2, 0, 0, 0), access_csselr, 0},
    {"SYS_CTR_EL0", ISS(3, 3, 0, 0, 1), read_constant, ID_CTR},

    /* without KVM_ARM_VCPU_PMU_V3 (pmu_visibility) */
    UNDEF(PMINTENSET_EL1, 3, 0, 9, 14, 1),
    UNDEF(PMINTENCLR_EL1, 3, 0, 9, 14, 2),
    UNDEF(PMMIR_EL1, 3, 0, 9, 14, 6),
    UNDEF(PMCR_EL0, 3, 3, 9, 12, 0),
    UNDEF(PMCNTENSET_EL0, 3, 3, 9, 12, 1),
    UNDEF(PMCNTENCLR_EL0, 3, 3, 9, 12, 2),
    UNDEF(PMOVSCLR_EL0, 3, 3, 9, 12, 3),
    UNDEF(PMSWINC_EL0, 3, 3, 9, 12, 4),
    UNDEF(PMSELR_EL0, 3, 3, 9, 12, 5),
    UNDEF(PMCEID0_EL0, 3, 3, 9, 12, 6),
    UNDEF(PMCEID1_EL0, 3, 3, 9, 12, 7),
    UNDEF(PMCCNTR_EL0, 3, 3, 9, 13, 0),
    UNDEF(PMXEVTYPER_EL0, 3, 3, 9, 13, 1),
    UNDEF(PMXEVCNTR_EL0, 3, 3, 9, 13, 2),
    UNDEF(PMUSERENR_EL0, 3, 3, 9, 14, 0),
    UNDEF(PMOVSSET_EL0, 3, 3, 9, 14, 3),
    UNDEF(PMCCFILTR_EL0, 3, 3, 14, 15, 7),
};
/* clang-format on */

static const struct sys_reg_row *find_row(uint64_t iss)
{
    for (size_t i = 0; i < sizeof(sys_reg_rows) / sizeof(sys_reg_rows[0]); i++)
        if (sys_reg_rows[i].iss == (iss & ISS_ENCODING))
            return &sys_reg_rows[i];
    return NULL;
}

void sys_reg_trace_name(uint64_t iss, bool hidden_by_encoding, char *name, size_t size)
{
    const struct sys_reg_row *row = find_row(iss);
    const struct id_reg *id = id_reg_find(iss & ISS_ENCODING);

    if (id && id->name)
        snprintf(name, size, "SYS_%s", id->name);
    else if (row)
        snprintf(name, size, "%s", row->name);
    else if (hidden_by_encoding)
        snprintf(name, size, "S%u_%u_%u_%u_%u", (unsigned)field_get(iss, ESR_SYS_OP0),
                 (unsigned)field_get(iss, ESR_SYS_OP1), (unsigned)field_get(iss, ESR_SYS_CRN),
                 (unsigned)field_get(iss, ESR_SYS_CRM), (unsigned)field_get(iss, ESR_SYS_OP2));
    else
        snprintf(name, size, "UNKN");
}

static bool emulate(struct kvm_vcpu *vcpu, uint64_t iss, struct sys_reg_params *p)
{
    const struct id_reg *id = id_reg_find(iss & ISS_ENCODING);
    const struct sys_reg_row *row = find_row(iss);

    if (id) {
        p->value = id->value;
        return !p->is_write;
    }
    if (!row && id_reg_space(iss))
        return trap_raz_wi(vcpu, p, row) && !p->is_write;
    return row && row->access(vcpu, p, row);
}

/* Does the access get as far as KVM's table? */
static bool is_traced(const struct kvm_vcpu *vcpu, uint64_t iss)
{
    const struct sys_reg_row *row = find_row(iss);

    if (!row)
        return id_reg_space(iss);
    return row->access != undef_access || !vcpu->kvm->variant->undefined_sys_regs_untraced;
}

int kvm_handle_sys_reg(struct kvm_vcpu *vcpu)
{
    uint64_t iss = field_get(vcpu->fault.esr, ESR_ISS);
    unsigned rt = (unsigned)field_get(vcpu->fault.esr, ESR_SYS_RT);
    struct sys_reg_params params = {.is_write = !field_get(iss, ESR_SYS_DIRECTION)};

    KVM_TRACE(vcpu, HANDLE_SYS_REG, vcpu->fault.esr);
    if (vcpu_is_rec(vcpu))
        return kvm_inject_undefined(vcpu);
    params.value = kvm_vcpu_get_x(vcpu, rt);
    if (is_traced(vcpu, iss))
        KVM_TRACE(vcpu, SYS_ACCESS, kvm_vcpu_get_pc(vcpu), iss,
                  vcpu->kvm->variant->hidden_sys_regs_by_encoding);
    if (!emulate(vcpu, iss, &params))
        return kvm_inject_undefined(vcpu);
    if (!params.is_write)
        kvm_vcpu_set_x(vcpu, rt, params.value);
    kvm_incr_pc(vcpu);
    return 1;
}

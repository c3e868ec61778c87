/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How KVM emulates an access: the accessors of arch/arm64/kvm/sys_regs.c by their names there. */
#include "cpu/arch/descriptor.h"
#include "kvm_model/sys_regs.h"

static const struct field OSLSR_OSLK = {1, 1};
#define OSLSR_IMPLEMENTED 8u /* OSLM */
#define OSLAR_KEY 1u
static const struct field CSSELR_IND = {0, 1}, CSSELR_LEVEL = {1, 3};
#define CSSELR_LEVELS 7u
#define ICC_SRE_ALL 7u /* SRE, DFB, DIB */

bool undef_access(struct kvm_vcpu *vcpu, struct sys_reg_params *p, const struct sys_reg_row *row)
{
    (void)vcpu, (void)p, (void)row;
    return false;
}

bool trap_raz_wi(struct kvm_vcpu *vcpu, struct sys_reg_params *p, const struct sys_reg_row *row)
{
    (void)vcpu, (void)row;
    p->value = 0;
    return true;
}

/* A write is a bug of KVM's table, and UNDEFINED (write_to_read_only). */
static bool read_only(struct sys_reg_params *p, uint64_t value)
{
    p->value = value;
    return !p->is_write;
}

bool trap_lorid(struct kvm_vcpu *vcpu, struct sys_reg_params *p, const struct sys_reg_row *row)
{
    (void)vcpu, (void)row;
    return read_only(p, 0);
}

/* The host's register is the guest's; writes are ignored. */
bool access_actlr(struct kvm_vcpu *vcpu, struct sys_reg_params *p, const struct sys_reg_row *row)
{
    (void)row;
    p->value = vcpu->actlr;
    return true;
}

bool trap_oslar_el1(struct kvm_vcpu *vcpu, struct sys_reg_params *p, const struct sys_reg_row *row)
{
    (void)row;
    if (!p->is_write)
        return false;
    vcpu->os_lock = p->value & OSLAR_KEY;
    return true;
}

bool trap_oslsr_el1(struct kvm_vcpu *vcpu, struct sys_reg_params *p, const struct sys_reg_row *row)
{
    (void)row;
    return read_only(p, OSLSR_IMPLEMENTED | field_put(OSLSR_OSLK, vcpu->os_lock));
}

/* The host's; writes are ignored. */
bool trap_dbgauthstatus_el1(struct kvm_vcpu *vcpu, struct sys_reg_params *p,
                            const struct sys_reg_row *row)
{
    (void)row;
    p->value = vcpu->kvm->host_cpu->dbgauthstatus;
    return true;
}

static void trace_trap_reg(struct kvm_vcpu *vcpu, enum kvm_tp_trap_reg function, unsigned number,
                           const struct sys_reg_params *p)
{
    KVM_TRACE(vcpu, TRAP_REG, function, number, p->is_write, p->value);
}

/* MDCCINT_EL1, MDSCR_EL1: the guest's own copy (access_rw). */
bool trap_debug_regs(struct kvm_vcpu *vcpu, struct sys_reg_params *p, const struct sys_reg_row *row)
{
    if (row->arg == DBG_MDSCR && p->is_write)
        kvm_vcpu_set_sysreg(vcpu, SYSREG_MDSCR_EL1, p->value);
    else if (row->arg == DBG_MDSCR)
        p->value = kvm_vcpu_get_sysreg(vcpu, SYSREG_MDSCR_EL1);
    else if (p->is_write)
        vcpu->debug.mdccint = p->value;
    else
        p->value = vcpu->debug.mdccint;
    trace_trap_reg(vcpu, KVM_TP_TRAP_DEBUG_REGS, 0, p);
    return true;
}

/* KVM keeps 16 of each, however many the CPU has. */
bool trap_dbg_wb_reg(struct kvm_vcpu *vcpu, struct sys_reg_params *p, const struct sys_reg_row *row)
{
    static const enum kvm_tp_trap_reg functions[] = {[DBG_BVR] = KVM_TP_TRAP_BVR,
                                                     [DBG_BCR] = KVM_TP_TRAP_BCR,
                                                     [DBG_WVR] = KVM_TP_TRAP_WVR,
                                                     [DBG_WCR] = KVM_TP_TRAP_WCR};
    uint64_t *reg = &vcpu->debug.wb[row->arg][p->number];

    if (p->is_write)
        *reg = p->value;
    else
        p->value = *reg;
    trace_trap_reg(vcpu, functions[row->arg], p->number, p);
    return true;
}

bool access_csselr(struct kvm_vcpu *vcpu, struct sys_reg_params *p, const struct sys_reg_row *row)
{
    (void)row;
    if (p->is_write)
        vcpu->csselr = p->value;
    else
        p->value = vcpu->csselr;
    return true;
}

/* Of a cache that cannot be, the guest's register keeps what it holds. */
bool access_ccsidr(struct kvm_vcpu *vcpu, struct sys_reg_params *p, const struct sys_reg_row *row)
{
    (void)row;
    if (field_get(vcpu->csselr, CSSELR_LEVEL) >= CSSELR_LEVELS)
        return !p->is_write;
    return read_only(p, id_ccsidr(vcpu->kvm->host_cpu->ctr, field_get(vcpu->csselr, CSSELR_IND)));
}

bool access_clidr(struct kvm_vcpu *vcpu, struct sys_reg_params *p, const struct sys_reg_row *row)
{
    (void)row;
    return read_only(p, id_clidr(vcpu->kvm->host_cpu->ctr));
}

bool access_ctr(struct kvm_vcpu *vcpu, struct sys_reg_params *p, const struct sys_reg_row *row)
{
    (void)row;
    return read_only(p, vcpu->kvm->host_cpu->ctr);
}

/* REVIDR_EL1, AIDR_EL1: the CPU's, while user space has not made them writable. */
bool access_imp_id_reg(struct kvm_vcpu *vcpu, struct sys_reg_params *p,
                       const struct sys_reg_row *row)
{
    const struct kvm_host_cpu *host = vcpu->kvm->host_cpu;

    return read_only(p, row->arg == IMP_ID_REVIDR ? host->revidr : host->aidr);
}

/*
 * Set and way maintenance: from now on KVM watches the guest turn its caches on or off
 * (kvm_set_way_flush). With FEAT_S2FWB the guest cannot turn them off.
 */
bool access_dcsw(struct kvm_vcpu *vcpu, struct sys_reg_params *p, const struct sys_reg_row *row)
{
    (void)row;
    if (!p->is_write)
        return false;
    if (!vcpu->kvm->host_cpu->stage2_fwb)
        cpu_el2(vcpu->cpu)->hcr |= field_mask(HCR_TVM);
    return true;
}

static bool caches_on(struct kvm_vcpu *vcpu)
{
    uint64_t sctlr = kvm_vcpu_get_sysreg(vcpu, SYSREG_SCTLR_EL1);

    return field_get(sctlr, SCTLR_M) && field_get(sctlr, SCTLR_C);
}

/* kvm_toggle_cache: with the caches on, the guest may write these registers itself again. */
bool access_vm_reg(struct kvm_vcpu *vcpu, struct sys_reg_params *p, const struct sys_reg_row *row)
{
    if (!p->is_write)
        return false;
    kvm_vcpu_set_sysreg(vcpu, (enum sysreg)row->arg, p->value);
    if (caches_on(vcpu))
        cpu_el2(vcpu->cpu)->hcr &= ~field_mask(HCR_TVM);
    return true;
}

/* Registers of version 1.1 of the RAS extension, which ID_AA64PFR0_EL1.RAS 2 has. */
bool access_ras(struct kvm_vcpu *vcpu, struct sys_reg_params *p, const struct sys_reg_row *row)
{
    static const struct field ras = {28, 4};
    uint64_t pfr0 = vcpu->kvm->host_cpu->id[ID_REG_ID_AA64PFR0_EL1];

    if (field_get(pfr0, ras) < row->arg)
        return false;
    return trap_raz_wi(vcpu, p, row);
}

/* Traps because the guest's interrupts are routed to EL2, also in a VM that has no vGIC. */
bool access_gic_sgi(struct kvm_vcpu *vcpu, struct sys_reg_params *p, const struct sys_reg_row *row)
{
    if (!kvm_has_vgic_v3(vcpu->kvm) || !p->is_write)
        return false;
    vgic_v3_dispatch_sgi(vcpu, p->value, row->arg);
    return true;
}

/* Traps while an interrupt may be active that is in none of the list registers. */
bool access_gic_dir(struct kvm_vcpu *vcpu, struct sys_reg_params *p, const struct sys_reg_row *row)
{
    (void)row;
    if (!kvm_has_vgic_v3(vcpu->kvm) || !p->is_write)
        return false;
    vgic_v3_deactivate(vcpu, p->value);
    return true;
}

bool access_gic_sre(struct kvm_vcpu *vcpu, struct sys_reg_params *p, const struct sys_reg_row *row)
{
    (void)row;
    p->value = ICC_SRE_ALL;
    return kvm_has_vgic_v3(vcpu->kvm);
}

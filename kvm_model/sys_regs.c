/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Trapped MSR, MRS and SYS: arch/arm64/kvm/sys_regs.c (kvm_handle_sys_reg, perform_access) and
 * emulate-nested.c:triage_sysreg_trap. What is in no row is UNDEFINED.
 */
#include "kvm_model/sys_regs.h"

#include <stdio.h>

static const struct field WB_REG = {1, 4}; /* CRm of DBGB*, DBGW* */
static const struct field OP2_LOW3 = {17, 3}, CRM_LOW1 = {1, 1}, CRM_LOW2 = {1, 2};

/* Which register of a family an encoding names. */
static unsigned number_of(enum sys_reg_number kind, uint64_t iss)
{
    switch (kind) {
    case SYS_REG_SINGLE:
        break;
    case SYS_REG_BY_CRM:
        return (unsigned)field_get(iss, WB_REG);
    case SYS_REG_BY_CRM1_OP2:
        return (unsigned)(field_get(iss, CRM_LOW1) << 3 | field_get(iss, OP2_LOW3));
    case SYS_REG_BY_CRM2_OP2:
        return (unsigned)(field_get(iss, CRM_LOW2) << 3 | field_get(iss, OP2_LOW3));
    }
    return 0;
}

/* Bits of the encoding that tell the members of a family apart. */
static uint32_t number_mask(enum sys_reg_number kind)
{
    switch (kind) {
    case SYS_REG_SINGLE:
        break;
    case SYS_REG_BY_CRM:
        return (uint32_t)field_mask(WB_REG);
    case SYS_REG_BY_CRM1_OP2:
        return (uint32_t)(field_mask(CRM_LOW1) | field_mask(OP2_LOW3));
    case SYS_REG_BY_CRM2_OP2:
        return (uint32_t)(field_mask(CRM_LOW2) | field_mask(OP2_LOW3));
    }
    return 0;
}

static const struct sys_reg_row *find_row(const struct kvm_variant *variant, uint64_t iss)
{
    for (size_t i = 0; i < sys_reg_row_count; i++) {
        const struct sys_reg_row *row = &sys_reg_rows[i];

        if (row->iss == (iss & SYS_ISS_ENCODING & ~number_mask(row->number)) &&
            row->kernels & variant->sys_reg_table && number_of(row->number, iss) < row->count)
            return row;
    }
    return NULL;
}

void sys_reg_trace_name(const struct kvm_variant *variant, uint64_t iss, char *name, size_t size)
{
    const struct sys_reg_row *row = find_row(variant, iss);
    const char *id = id_reg_trace_name(variant, iss & SYS_ISS_ENCODING);

    if (row && row->number != SYS_REG_SINGLE)
        snprintf(name, size, "%s(%u)", row->name, number_of(row->number, iss));
    else if (row || id)
        snprintf(name, size, "%s", row ? row->name : id);
    else if (variant->hidden_sys_regs_by_encoding)
        snprintf(name, size, "S%u_%u_%u_%u_%u", (unsigned)field_get(iss, ESR_SYS_OP0),
                 (unsigned)field_get(iss, ESR_SYS_OP1), (unsigned)field_get(iss, ESR_SYS_CRN),
                 (unsigned)field_get(iss, ESR_SYS_CRM), (unsigned)field_get(iss, ESR_SYS_OP2));
    else
        snprintf(name, size, "UNKN");
}

static const struct field ISAR2_WFXT = {0, 4};
#define ISAR2_WFXT_IMPLEMENTED 2u

/* access_id_reg: a write would be UNDEFINED before it traps. */
static bool access_id_reg(struct kvm_vcpu *vcpu, uint64_t iss, struct sys_reg_params *p)
{
    enum id_reg reg = id_reg_find(vcpu->kvm->variant, iss);

    p->value = 0;
    if (reg != ID_REG_COUNT)
        p->value = id_reg_guest_value(vcpu->kvm->host_cpu, reg, kvm_has_vgic_v3(vcpu->kvm));
    if (reg == ID_REG_ID_AA64ISAR2_EL1 && vcpu->kvm->config.wfxt && vcpu->kvm->variant->wfxt)
        p->value |= field_put(ISAR2_WFXT, ISAR2_WFXT_IMPLEMENTED);
    return !p->is_write;
}

/* Returns false if the instruction is UNDEFINED to the guest. */
static bool perform_access(struct kvm_vcpu *vcpu, uint64_t iss, const struct sys_reg_row *row,
                           struct sys_reg_params *p)
{
    KVM_TRACE(vcpu, SYS_ACCESS, kvm_vcpu_get_pc(vcpu), iss);
    if (!row)
        return access_id_reg(vcpu, iss & SYS_ISS_ENCODING, p);
    p->number = number_of(row->number, iss);
    return row->access(vcpu, p, row);
}

/*
 * Before the table, and not traced: what the VM has not, by a fine-grained trap whether the host
 * has those or not (struct kvm_arch.fgu), and what is nowhere. 1, as any exit that is done.
 */
static bool triage_sysreg_trap(struct kvm_vcpu *vcpu, uint64_t iss, const struct sys_reg_row *row)
{
    const struct kvm_variant *variant = vcpu->kvm->variant;

    if (row)
        return row->fine_undefined & variant->sys_reg_table &&
               !(row->fine_with_vgic && kvm_has_vgic_v3(vcpu->kvm));
    return !id_reg_space(iss);
}

int kvm_handle_sys_reg(struct kvm_vcpu *vcpu)
{
    const struct kvm_variant *variant = vcpu->kvm->variant;
    uint64_t iss = field_get(vcpu->fault.esr, ESR_ISS);
    unsigned rt = (unsigned)field_get(vcpu->fault.esr, ESR_SYS_RT);
    struct sys_reg_params params = {.is_write = !field_get(iss, ESR_SYS_DIRECTION)};
    const struct sys_reg_row *row = find_row(variant, iss);

    clock_charge(vcpu->kvm->clock, OP_KVM_SYSREG, 1);
    KVM_TRACE(vcpu, HANDLE_SYS_REG, vcpu->fault.esr);
    if (vcpu_is_rec(vcpu))
        return kvm_inject_undefined(vcpu);
    if (triage_sysreg_trap(vcpu, iss, row)) {
        /* UnimplementedIDRegister() of the Arm ARM, FEAT_IDST */
        if (!row && variant->id_space_as_trap && id_feature_space(iss))
            return kvm_inject_sync(vcpu, vcpu->fault.esr);
        return kvm_inject_undefined(vcpu);
    }
    params.value = kvm_vcpu_get_x(vcpu, rt);
    if (!perform_access(vcpu, iss, row, &params))
        return kvm_inject_undefined(vcpu);
    if (!params.is_write)
        kvm_vcpu_set_x(vcpu, rt, params.value);
    kvm_incr_pc(vcpu);
    return 1;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stage-2 aborts, in the order of arch/arm64/kvm/mmu.c:kvm_handle_guest_abort@7.2. */
#include <errno.h>

#include "cpu/arch/descriptor.h"
#include "cpu/arch/hpfar.h"
#include "cpu/mmu.h"
#include "kvm_model/kvm_internal.h"
#include "kvm_model/mmio.h"

/*
 * HPFAR_EL2 is UNKNOWN after a permission fault of the access itself, or an external abort: KVM
 * asks the hardware with AT S1E1R (__translate_far_to_hpfar). False when the translation is gone,
 * and the guest shall retry.
 */
static bool translate_far_to_hpfar(struct kvm_vcpu *vcpu)
{
    struct mmu mmu = {
        .mem = vcpu->kvm->mem,
        .regs =
            {
                .sctlr_el1 = kvm_vcpu_get_sysreg(vcpu, SYSREG_SCTLR_EL1),
                .tcr_el1 = kvm_vcpu_get_sysreg(vcpu, SYSREG_TCR_EL1),
                .ttbr0_el1 = kvm_vcpu_get_sysreg(vcpu, SYSREG_TTBR0_EL1),
                .ttbr1_el1 = kvm_vcpu_get_sysreg(vcpu, SYSREG_TTBR1_EL1),
                .mair_el1 = kvm_vcpu_get_sysreg(vcpu, SYSREG_MAIR_EL1),
                .hcr_el2 = vcpu->kvm->hcr,
                .vtcr_el2 = vcpu->kvm->vtcr,
                .vttbr_el2 = vcpu->kvm->vttbr,
                .pas = PAS_NON_SECURE,
            },
    };
    struct mmu_access access = {.type = ACCESS_READ};
    struct translation out = {0};
    struct fault fault = {0};

    if (!mmu_translate_stage1(&mmu, VA(vcpu->fault.far), access, &out, &fault, NULL))
        return false;
    vcpu->fault.hpfar = hpfar_from_ipa(out.ipa);
    return true;
}

/* Level -1 came with FEAT_LPA2; KVM knows no level -2 (asm/esr.h:esr_fsc_is_translation_fault). */
static bool level_is_known(const struct kvm_variant *variant, const struct fsc_desc *fsc)
{
    return fsc->level == FSC_NO_LEVEL || fsc->level >= (variant->fsc_level_minus_1 ? -1 : 0);
}

/* kvm_vcpu_abt_issea */
static bool is_sea(const struct kvm_variant *variant, const struct fsc_desc *fsc)
{
    return fsc->name && level_is_known(variant, fsc) &&
           (fsc->group == FSC_EXTERNAL || fsc->group == FSC_EXTERNAL_WALK ||
            fsc->group == FSC_PARITY || fsc->group == FSC_PARITY_WALK);
}

static bool is_walk_sea(const struct fsc_desc *fsc)
{
    return fsc->group == FSC_EXTERNAL_WALK || fsc->group == FSC_PARITY_WALK;
}

/* A kernel that can tell user space of an external abort asks too, where FAR_EL2 is valid. */
static bool sea_ipa_known(struct kvm_vcpu *vcpu, const struct fsc_desc *fsc)
{
    vcpu->fault.hpfar = 0;
    if (is_walk_sea(fsc) || field_get(vcpu->fault.esr, ESR_FNV))
        return true;
    if (!translate_far_to_hpfar(vcpu))
        return false;
    vcpu->fault.hpfar |= field_mask(HPFAR_NS); /* KVM's mark: it is valid */
    return true;
}

static bool fault_ipa_known(struct kvm_vcpu *vcpu, const struct fsc_desc *fsc)
{
    if (vcpu_is_rec(vcpu) || vcpu->kvm->config.player)
        return true;
    if (vcpu->kvm->variant->sea_exit && is_sea(vcpu->kvm->variant, fsc))
        return sea_ipa_known(vcpu, fsc);
    if (!kvm_vcpu_trap_is_permission_fault(vcpu) || kvm_vcpu_abt_iss1tw(vcpu))
        return true;
    return translate_far_to_hpfar(vcpu);
}

static bool is_translation(const struct kvm_variant *variant, const struct fsc_desc *fsc)
{
    return fsc->name && fsc->group == FSC_TRANSLATION && level_is_known(variant, fsc);
}

static bool is_handled_fsc(const struct kvm_variant *variant, const struct fsc_desc *fsc)
{
    return is_translation(variant, fsc) ||
           (fsc->name && (fsc->group == FSC_PERMISSION || fsc->group == FSC_ACCESS_FLAG ||
                          (fsc->group == FSC_EXCLUSIVE && variant->excl_atomic_aborts)));
}

/* The fault is outside the memslots, or a write to a read-only one. */
static int abort_outside_memory(struct kvm_vcpu *vcpu, ipa_t ipa, bool slot_missing)
{
    const struct kvm_variant *variant = vcpu->kvm->variant;

    if (kvm_vcpu_trap_is_iabt(vcpu))
        return kvm_inject_sea(vcpu, true, vcpu->fault.far);
    if (kvm_vcpu_abt_iss1tw(vcpu) && variant->s1ptw_sea != KVM_S1PTW_SEA_NONE)
        return kvm_inject_sea(vcpu, false, vcpu->fault.far);
    /* Cache maintenance where nothing can be cached has nothing to do. */
    if ((slot_missing || variant->cm_skips_read_only) && kvm_vcpu_dabt_is_cm(vcpu)) {
        kvm_incr_pc(vcpu);
        return 1;
    }
    return io_mem_abort(vcpu, IPA(ipa.v | (vcpu->fault.far & GRANULE_MASK)));
}

static int handle_access_fault(struct kvm_vcpu *vcpu, ipa_t ipa)
{
    /* No TLB has an entry whose access flag is clear: nothing to invalidate. */
    if (!vcpu_is_rec(vcpu))
        (void)kvm_pgtable_stage2_mkyoung(&vcpu->kvm->pgt, ipa);
    return 1;
}

/* Memory the slot has: mapped, or made young. */
static int abort_in_memory(struct kvm_vcpu *vcpu, ipa_t fault_ipa, ipa_t gpa,
                           struct kvm_memory_slot *slot)
{
    int ret;

    if (kvm_vcpu_trap_get_fault(vcpu) == FSC_ACCESS_FLAG)
        return handle_access_fault(vcpu, fault_ipa);
    if (kvm_vcpu_trap_get_fault(vcpu) == FSC_EXCLUSIVE)
        return kvm_inject_dabt_excl_atomic(vcpu, vcpu->fault.far);
    if (kvm_slot_has_gmem(slot) &&
        (kvm_realm_is_private_address(vcpu->kvm, fault_ipa) || kvm_slot_page_is_private(slot, gpa)))
        ret = gmem_abort(vcpu, fault_ipa, slot);
    else
        ret = user_mem_abort(vcpu, fault_ipa, slot, HVA(slot->hva.v + (gpa.v - slot->base.v)));
    if (ret == -ENOEXEC)
        return kvm_inject_sea(vcpu, true, vcpu->fault.far);
    return ret == 0 ? 1 : ret;
}

/* It was met when stage 2 was walked, which is KVM's. */
static bool host_owns_sea(const struct kvm_vcpu *vcpu, const struct fsc_desc *fsc)
{
    return vcpu_is_rec(vcpu) || (is_walk_sea(fsc) && kvm_vcpu_abt_iss1tw(vcpu));
}

/* KVM_EXIT_ARM_SEA: user space is told what is known of the addresses (kvm_handle_guest_sea). */
static int sea_exit(struct kvm_vcpu *vcpu)
{
    uint64_t esr = vcpu->fault.esr;
    uint64_t shown = field_mask(ESR_EC) | field_mask(ESR_IL) | field_mask(ESR_SET) |
                     field_mask(ESR_FNV) | field_mask(ESR_EA) | field_mask(ESR_CM) |
                     field_mask(ESR_WNR) | field_mask(ESR_DFSC);
    struct kvm_arm_sea_exit sea = {.esr = esr & shown};

    if (!field_get(esr, ESR_FNV))
        sea.gva = vcpu->fault.far;
    if (field_get(vcpu->fault.hpfar, HPFAR_NS)) {
        sea.flags |= KVM_EXIT_ARM_SEA_FLAG_GPA_VALID;
        sea.gpa = hpfar_page(vcpu->fault.hpfar).v;
    }
    vcpu->run->exit_reason = KVM_EXIT_ARM_SEA;
    kvm_run_set_arm_sea(vcpu->run, &sea);
    return 0;
}

int kvm_handle_guest_abort(struct kvm_vcpu *vcpu)
{
    struct kvm *kvm = vcpu->kvm;
    const struct fsc_desc *fsc = &fsc_table[esr_fsc(vcpu->fault.esr)];
    bool known = fault_ipa_known(vcpu, fsc);
    ipa_t fault_ipa = hpfar_page(vcpu->fault.hpfar);
    struct kvm_memory_slot *slot;
    ipa_t gpa;

    clock_charge(kvm->clock, OP_KVM_ABORT_DECODE, 1);
    EMIT(kvm->trace, KVM_HANDLE_GUEST_ABORT, HOST, vcpu->fault.esr, vcpu->fault.far, fault_ipa.v,
         kvm_vcpu_get_pc(vcpu));
    if (!known)
        return 1;
    if (is_sea(kvm->variant, fsc)) {
        if (kvm->config.claims_sea)
            return 1;
        if (kvm->sea_to_user && !host_owns_sea(vcpu, fsc))
            return sea_exit(vcpu);
        if (!kvm_vcpu_trap_is_iabt(vcpu) || !kvm->variant->sea_of_fetch_fails)
            return kvm_inject_serror(vcpu);
    }
    if (kvm->variant->ipa_limit_aborts && is_translation(kvm->variant, fsc)) {
        if (fault_ipa.v >> kvm->pa_bits)
            return kvm_inject_size_fault(vcpu);
        if (fault_ipa.v >> kvm->config.ipa_bits)
            return kvm_inject_sea(vcpu, kvm_vcpu_trap_is_iabt(vcpu),
                                  fault_ipa.v | (vcpu->fault.far & GRANULE_MASK));
    }
    KVM_TRACE(vcpu, GUEST_FAULT, fault_ipa.v, vcpu->fault.esr, vcpu->fault.far,
              kvm_vcpu_get_pc(vcpu));
    if (!is_handled_fsc(kvm->variant, fsc))
        return -EFAULT;

    gpa = kvm_gpa_from_fault(kvm, fault_ipa);
    slot = kvm_gpa_to_memslot(kvm, gpa);
    if (!slot || (kvm_is_write_fault(vcpu) && slot->flags & KVM_MEM_READONLY))
        return abort_outside_memory(vcpu, gpa, !slot);
    return abort_in_memory(vcpu, fault_ipa, gpa, slot);
}

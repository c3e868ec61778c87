/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exceptions KVM makes up: arch/arm64/kvm/inject_fault.c. */
#include "kvm_model/kvm_internal.h"

static void emit_inject(struct kvm_vcpu *vcpu, const char *what, uint64_t far)
{
    clock_charge(vcpu->kvm->clock, OP_KVM_INJECT, 1);
    EMIT(vcpu_trace(vcpu), KVM_INJECT, HOST, EVENT_STR(what), far);
}

static bool vcpu_at_el0(struct kvm_vcpu *vcpu)
{
    return field_get(kvm_vcpu_get_pstate(vcpu), PSTATE_M) == PSTATE_EL0T;
}

/* An abort of the given FSC taken to EL1 (inject_abt64). */
static void inject_abt64(struct kvm_vcpu *vcpu, bool iabt, unsigned fsc, uint64_t addr)
{
    unsigned low = iabt ? ESR_EC_IABT_LOW : ESR_EC_DABT_LOW;
    unsigned same = iabt ? ESR_EC_IABT_CUR : ESR_EC_DABT_CUR;
    uint64_t esr = field_put(ESR_EC, vcpu_at_el0(vcpu) ? low : same) | field_put(ESR_IL, 1) |
                   field_put(ESR_FSC, fsc);

    exception_take_el1(vcpu->cpu, EL1_SYNC, esr, &addr);
}

/* FSC of the external abort; false when KVM finds it cannot tell and lets the guest try again. */
static bool sea_fsc(struct kvm_vcpu *vcpu, uint64_t addr, unsigned *fsc)
{
    int level;

    *fsc = ESR_FSC_EXTERNAL;
    if (vcpu->kvm->variant->s1ptw_sea == KVM_S1PTW_SEA_PLAIN || !kvm_vcpu_abt_iss1tw(vcpu))
        return true;
    level = kvm_find_s1_desc_level(vcpu, addr, hpfar_page(vcpu->fault.hpfar));
    *fsc = ESR_FSC_EXTERNAL_WALK_L0 + (unsigned)level;
    return level >= 0;
}

int kvm_inject_sea(struct kvm_vcpu *vcpu, bool iabt, uint64_t addr)
{
    unsigned fsc;

    if (vcpu_is_rec(vcpu)) {
        vcpu->rec.run->enter.flags |= field_mask(RMI_ENTER_INJECT_SEA);
    } else {
        if (!sea_fsc(vcpu, addr, &fsc))
            return 1;
        inject_abt64(vcpu, iabt, fsc, addr);
    }
    emit_inject(vcpu, iabt ? "sea_iabt" : "sea_dabt", addr);
    return 1;
}

/* An IPA beyond what any VM may have looks like an address size fault of stage 1, level 0. */
int kvm_inject_size_fault(struct kvm_vcpu *vcpu)
{
    uint64_t addr = hpfar_ipa(vcpu->fault.hpfar, vcpu->fault.far).v;

    if (vcpu_is_rec(vcpu))
        return kvm_inject_sea(vcpu, kvm_vcpu_trap_is_iabt(vcpu), addr);
    inject_abt64(vcpu, kvm_vcpu_trap_is_iabt(vcpu), ESR_FSC_ADDRESS_SIZE_L0, addr);
    emit_inject(vcpu, "size_fault", addr);
    return 1;
}

/* Not for a REC: the RMM offers no such injection, and KVM only warns (kvm_inject_undefined@v12).
 */
int kvm_inject_undefined(struct kvm_vcpu *vcpu)
{
    if (vcpu_is_rec(vcpu))
        return 1;
    exception_take_el1(vcpu->cpu, EL1_SYNC,
                       field_put(ESR_EC, ESR_EC_UNKNOWN) | field_put(ESR_IL, 1), NULL);
    emit_inject(vcpu, "undef", 0);
    return 1;
}

/* An SError with an IMPLEMENTATION DEFINED syndrome of 0 (kvm_inject_vabt). */
void kvm_deliver_serror(struct kvm_vcpu *vcpu)
{
    if (field_get(kvm_vcpu_get_pstate(vcpu), PSTATE_A))
        return;
    vcpu->serror_pending = false;
    exception_take_el1(vcpu->cpu, EL1_SERROR,
                       field_put(ESR_EC, ESR_EC_SERROR) | field_put(ESR_IL, 1) |
                           field_put(ESR_SERROR_IDS, 1),
                       NULL);
}

int kvm_inject_serror(struct kvm_vcpu *vcpu)
{
    if (vcpu_is_rec(vcpu))
        return 1;
    vcpu->serror_pending = true;
    emit_inject(vcpu, "serror", 0);
    return 1;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exceptions KVM makes up: arch/arm64/kvm/inject_fault.c. */
#include "cpu/arch/descriptor.h"
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

/* ESR_EL1 and FAR_EL1 are written now, the rest when the PC is adjusted. */
static void pend_exception(struct kvm_vcpu *vcpu, enum el1_vector vector, uint64_t esr,
                           const uint64_t *far)
{
    vcpu->exception.pending = true;
    vcpu->exception.vector = vector;
    vcpu->exception.esr = esr;
    vcpu->exception.has_far = far != NULL;
    vcpu->exception.far = far ? *far : 0;
    kvm_vcpu_set_sysreg(vcpu, SYSREG_ESR_EL1, esr);
    if (far)
        kvm_vcpu_set_sysreg(vcpu, SYSREG_FAR_EL1, *far);
}

/* An exception wins over a step; both at once do not happen to a kernel without bugs. */
void kvm_adjust_pc(struct kvm_vcpu *vcpu)
{
    uint64_t step = field_mask(PSTATE_BTYPE) | field_mask(PSTATE_SS);

    if (vcpu->exception.pending) {
        if (vcpu->kvm->variant->exception_clears_ss)
            kvm_vcpu_set_pstate(vcpu, kvm_vcpu_get_pstate(vcpu) & ~field_mask(PSTATE_SS));
        exception_take_el1(vcpu->cpu, vcpu->exception.vector, vcpu->exception.esr,
                           vcpu->exception.has_far ? &vcpu->exception.far : NULL);
    } else if (vcpu->increment_pc) {
        kvm_vcpu_set_pc(vcpu, kvm_vcpu_get_pc(vcpu) + KVM_INSN_SIZE);
        kvm_vcpu_set_pstate(vcpu, kvm_vcpu_get_pstate(vcpu) & ~step);
    }
    vcpu->exception.pending = false;
    vcpu->increment_pc = false;
}

/* An abort of the given FSC taken to EL1 (inject_abt64). */
static void inject_abt64(struct kvm_vcpu *vcpu, bool iabt, unsigned fsc, uint64_t addr)
{
    unsigned low = iabt ? ESR_EC_IABT_LOW : ESR_EC_DABT_LOW;
    unsigned same = iabt ? ESR_EC_IABT_CUR : ESR_EC_DABT_CUR;
    uint64_t esr = field_put(ESR_EC, vcpu_at_el0(vcpu) ? low : same) | field_put(ESR_IL, 1) |
                   field_put(ESR_FSC, fsc);

    pend_exception(vcpu, EL1_SYNC, esr, &addr);
}

/* FSC of the external abort; false when KVM finds it cannot tell and lets the guest try again. */
static bool sea_fsc(struct kvm_vcpu *vcpu, uint64_t addr, unsigned *fsc)
{
    int level;

    *fsc = ESR_FSC_EXTERNAL;
    if (vcpu->kvm->variant->s1ptw_sea != KVM_S1PTW_SEA_LEVEL || !kvm_vcpu_abt_iss1tw(vcpu))
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

/* An exclusive or atomic access to memory that has none: the guest's own fault. */
int kvm_inject_dabt_excl_atomic(struct kvm_vcpu *vcpu, uint64_t addr)
{
    if (vcpu_is_rec(vcpu))
        return kvm_inject_sea(vcpu, false, addr);
    inject_abt64(vcpu, false, ESR_FSC_EXCLUSIVE, addr);
    emit_inject(vcpu, "excl_atomic", addr);
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
    pend_exception(vcpu, EL1_SYNC, field_put(ESR_EC, ESR_EC_UNKNOWN) | field_put(ESR_IL, 1), NULL);
    emit_inject(vcpu, "undef", 0);
    return 1;
}

int kvm_inject_sync(struct kvm_vcpu *vcpu, uint64_t esr)
{
    if (vcpu_is_rec(vcpu))
        return 1;
    pend_exception(vcpu, EL1_SYNC, esr, NULL);
    emit_inject(vcpu, "sync", 0);
    return 1;
}

static uint64_t serror_syndrome(uint64_t iss)
{
    return field_put(ESR_EC, ESR_EC_SERROR) | field_put(ESR_IL, 1) | iss;
}

void kvm_serror_enter(struct kvm_vcpu *vcpu)
{
    struct el2_regs *el2 = cpu_el2(vcpu->cpu);

    el2->hcr |= field_mask(HCR_VSE);
    el2->vsesr = vcpu->serror_esr;
}

void kvm_serror_exit(struct kvm_vcpu *vcpu)
{
    struct el2_regs *el2 = cpu_el2(vcpu->cpu);

    vcpu->serror_pending = field_get(el2->hcr, HCR_VSE);
    el2->hcr &= ~field_mask(HCR_VSE);
}

int kvm_inject_serror_esr(struct kvm_vcpu *vcpu, uint64_t iss)
{
    if (vcpu_is_rec(vcpu))
        return 1;
    if (vcpu->kvm->variant->events == KVM_EVENTS_AT_ONCE &&
        !field_get(kvm_vcpu_get_pstate(vcpu), PSTATE_A)) {
        pend_exception(vcpu, EL1_SERROR, serror_syndrome(iss), NULL);
    } else {
        vcpu->serror_pending = true;
        vcpu->serror_esr = iss;
    }
    emit_inject(vcpu, "serror", 0);
    return 1;
}

/* With an IMPLEMENTATION DEFINED syndrome of 0 (kvm_inject_vabt). */
int kvm_inject_serror(struct kvm_vcpu *vcpu)
{
    return kvm_inject_serror_esr(vcpu, field_mask(ESR_SERROR_IDS));
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vCPUs: creation and registers (arch/arm64/kvm/guest.c, reset.c). */
#include <errno.h>
#include <stdlib.h>

#include "cpu/arch/descriptor.h"
#include "kvm_model/kvm_internal.h"

#define RESET_UNKNOWN 0x1de7ec7edbadc0deull

/* VCPU_RESET_PSTATE_EL1: EL1h, DAIF set. */
static uint64_t reset_pstate(void)
{
    return PSTATE_EL1H | field_mask(PSTATE_DAIF);
}

static bool vcpu_exists(const struct kvm *kvm, unsigned id)
{
    for (size_t i = 0; i < kvm->vcpu_count; i++)
        if (kvm->vcpus[i]->id == id)
            return true;
    return false;
}

/* A REC's shadow starts as KVM resets any vCPU. */
static void reset_shadow(struct kvm_vcpu *vcpu)
{
    vcpu->shadow.pstate = reset_pstate();
    for (int i = 0; i < SYSREG_COUNT; i++)
        vcpu->shadow.sysreg[i] = sysreg_table[i].reset;
}

/* What of the debug and PMU registers a guest may not touch itself (kvm_arm_setup_mdcr_el2). */
void kvm_vcpu_set_mdcr(struct kvm_vcpu *vcpu)
{
    static const struct field tdra = {11, 1}, tdosa = {10, 1}, tde = {8, 1}, tpm = {6, 1},
                              tpmcr = {5, 1};

    cpu_el2(vcpu->cpu)->mdcr = field_mask(tdra) | field_mask(tdosa) | field_mask(tpm) |
                               field_mask(tpmcr) | field_put(tde, vcpu->guest_debug != 0);
}

/* SVE and SME trap: the VM has neither (__activate_cptr_traps). FP and SIMD are the guest's. */
static uint64_t guest_cptr(void)
{
    static const struct field tz = {8, 1}, tsm = {12, 1};

    return field_mask(tz) | field_mask(tsm);
}

static void reset_cpu(struct kvm_vcpu *vcpu)
{
    struct el2_regs *el2 = cpu_el2(vcpu->cpu);

    cpu_set_pas(vcpu->cpu, PAS_NON_SECURE);
    el2->hcr = vcpu->kvm->hcr;
    if (vcpu->kvm->config.ls64 && vcpu->kvm->variant->ldst64b_exit)
        el2->hcrx |= field_mask(HCRX_EnALS) | field_mask(HCRX_EnASR);
    el2->cptr = guest_cptr();
    el2->vtcr = vcpu->kvm->vtcr;
    el2->vttbr = vcpu->kvm->vttbr;
    el2->spsr = reset_pstate();
    kvm_hyp_init_cpu(vcpu->cpu);
    vcpu->csselr = RESET_UNKNOWN;
    kvm_vcpu_set_mdcr(vcpu);
}

int kvm_create_vcpu(struct kvm *kvm, unsigned id, struct cpu *cpu, struct kvm_vcpu **out)
{
    struct kvm_vcpu **grown, *vcpu;

    if (id >= KVM_MAX_VCPUS || kvm->config.realm != (cpu == NULL))
        return -EINVAL;
    if (vcpu_exists(kvm, id))
        return -EEXIST;
    /* kvm_arch_vcpu_precreate: not once the vGIC is initialised */
    if (kvm->realm.state > REALM_STATE_NEW || kvm->vgic)
        return -EBUSY;
    grown = realloc(kvm->vcpus, (kvm->vcpu_count + 1) * sizeof(struct kvm_vcpu *));
    if (!grown)
        return -ENOMEM;
    kvm->vcpus = grown;
    vcpu = calloc(1, sizeof(*vcpu));
    if (!vcpu)
        return -ENOMEM;
    vcpu->run = calloc(1, sizeof(*vcpu->run));
    if (!vcpu->run) {
        free(vcpu);
        return -ENOMEM;
    }
    vcpu->kvm = kvm;
    vcpu->id = id;
    vcpu->cpu = cpu;
    if (kvm_timer_vcpu_init(vcpu)) {
        free(vcpu->run);
        free(vcpu);
        return -ENOMEM;
    }
    if (cpu)
        reset_cpu(vcpu);
    else
        reset_shadow(vcpu);
    kvm->vcpus[kvm->vcpu_count++] = vcpu;
    *out = vcpu;
    return 0;
}

void kvm_vcpu_set_rec_pe(struct kvm_vcpu *vcpu, struct cpu *pe)
{
    vcpu->rec.pe = pe;
}

/*
 * Values after a reset (arch/arm64/kvm/sys_regs.c, the reset functions in sys_reg_descs); registers
 * not in here are UNKNOWN.
 */
static const struct {
    enum sysreg reg;
    uint64_t value;
} reset_values[] = {
    {SYSREG_SCTLR_EL1, 0xc50078}, {SYSREG_CPACR_EL1, 0}, {SYSREG_TCR_EL1, 0},
    {SYSREG_SPSR_EL1, 0},         {SYSREG_ELR_EL1, 0},   {SYSREG_VBAR_EL1, 0},
    {SYSREG_CONTEXTIDR_EL1, 0},   {SYSREG_MDSCR_EL1, 0}, {SYSREG_PMUSERENR_EL0, 0},
    {SYSREG_CNTKCTL_EL1, 0},
};
void kvm_arm_vcpu_init(struct kvm_vcpu *vcpu)
{
    if (vcpu_is_rec(vcpu))
        return;
    for (unsigned reg = 0; reg < SYSREG_COUNT; reg++)
        kvm_vcpu_set_sysreg(vcpu, (enum sysreg)reg, RESET_UNKNOWN);
    for (size_t i = 0; i < sizeof(reset_values) / sizeof(reset_values[0]); i++)
        kvm_vcpu_set_sysreg(vcpu, reset_values[i].reg, reset_values[i].value);
    for (unsigned n = 0; n < KVM_GPR_COUNT; n++)
        kvm_vcpu_set_x(vcpu, n, 0);
    kvm_vcpu_set_sp(vcpu, 0, 0);
    kvm_vcpu_set_sp(vcpu, 1, 0);
    kvm_vcpu_set_pc(vcpu, 0);
    kvm_vcpu_set_pstate(vcpu, reset_pstate());
    vcpu->exception.pending = false;
    vcpu->increment_pc = false;
    vcpu->serror_pending = false;
    kvm_timer_vcpu_reset(vcpu);
}

/* Without a vGIC the guest shall not find the CPU interface that the CPU has (vcpu_set_ich_hcr). */
void kvm_vcpu_first_run(struct kvm_vcpu *vcpu)
{
    static const struct field tc = {10, 1}, tall0 = {11, 1}, tall1 = {12, 1};
    uint64_t traps = field_mask(tc) | field_mask(tall0) | field_mask(tall1);

    vcpu->has_run = true;
    if (!vcpu->kvm->vgic && vcpu->kvm->variant->traps_absent_gic)
        cpu_el2(vcpu->cpu)->ich_hcr |= traps;
}

uint32_t kvm_vcpu_get_mp_state(const struct kvm_vcpu *vcpu)
{
    return vcpu->power_off ? KVM_MP_STATE_STOPPED : KVM_MP_STATE_RUNNABLE;
}

void kvm_vcpu_set_power_off(struct kvm_vcpu *vcpu, bool off)
{
    vcpu->power_off = off;
}

bool kvm_vcpu_take_sigbus(struct kvm_vcpu *vcpu)
{
    bool sigbus = vcpu->sigbus;

    vcpu->sigbus = false;
    return sigbus;
}

struct kvm_run *kvm_vcpu_kvm_run(struct kvm_vcpu *vcpu)
{
    return vcpu->run;
}

const struct kvm_vcpu_stat *kvm_vcpu_stat(const struct kvm_vcpu *vcpu)
{
    return &vcpu->stat;
}

void kvm_vcpu_set_x(struct kvm_vcpu *vcpu, unsigned n, uint64_t value)
{
    if (vcpu->cpu)
        cpu_set_x(vcpu->cpu, n, value);
    else if (n < KVM_GPR_COUNT)
        vcpu->shadow.x[n] = value;
}

uint64_t kvm_vcpu_get_x(struct kvm_vcpu *vcpu, unsigned n)
{
    if (vcpu->cpu)
        return cpu_get_x(vcpu->cpu, n);
    return n < KVM_GPR_COUNT ? vcpu->shadow.x[n] : 0;
}

void kvm_vcpu_set_sp(struct kvm_vcpu *vcpu, unsigned el, uint64_t value)
{
    if (vcpu->cpu)
        cpu_set_sp(vcpu->cpu, el, value);
    else
        vcpu->shadow.sp[el & 1] = value;
}

uint64_t kvm_vcpu_get_sp(struct kvm_vcpu *vcpu, unsigned el)
{
    return vcpu->cpu ? cpu_get_sp(vcpu->cpu, el) : vcpu->shadow.sp[el & 1];
}

void kvm_vcpu_set_pc(struct kvm_vcpu *vcpu, uint64_t value)
{
    if (vcpu->cpu)
        cpu_el2(vcpu->cpu)->elr = value;
    else
        vcpu->shadow.pc = value;
}

uint64_t kvm_vcpu_get_pc(struct kvm_vcpu *vcpu)
{
    return vcpu->cpu ? cpu_el2(vcpu->cpu)->elr : vcpu->shadow.pc;
}

void kvm_vcpu_set_pstate(struct kvm_vcpu *vcpu, uint64_t value)
{
    if (vcpu->cpu)
        cpu_el2(vcpu->cpu)->spsr = value;
    else
        vcpu->shadow.pstate = value;
}

uint64_t kvm_vcpu_get_pstate(struct kvm_vcpu *vcpu)
{
    return vcpu->cpu ? cpu_el2(vcpu->cpu)->spsr : vcpu->shadow.pstate;
}

void kvm_vcpu_set_sysreg(struct kvm_vcpu *vcpu, enum sysreg reg, uint64_t value)
{
    if (vcpu->cpu)
        cpu_set_sysreg(vcpu->cpu, reg, value);
    else
        vcpu->shadow.sysreg[reg] = value;
}

uint64_t kvm_vcpu_get_sysreg(struct kvm_vcpu *vcpu, enum sysreg reg)
{
    return vcpu->cpu ? cpu_get_sysreg(vcpu->cpu, reg) : vcpu->shadow.sysreg[reg];
}

bool kvm_vcpu_is_be(struct kvm_vcpu *vcpu)
{
    bool el0 = field_get(kvm_vcpu_get_pstate(vcpu), PSTATE_M) == PSTATE_EL0T;
    uint64_t sctlr = kvm_vcpu_get_sysreg(vcpu, SYSREG_SCTLR_EL1);

    return field_get(sctlr, el0 ? SCTLR_E0E : SCTLR_EE);
}

/* Aff0 holds 16 vCPUs, as many as a GICv3 SGI reaches (reset_mpidr); RES1 and MT are left out. */
uint64_t kvm_vcpu_mpidr(const struct kvm_vcpu *vcpu)
{
    static const struct field aff0 = {0, 4}, aff1 = {8, 8}, aff2 = {16, 8};
    uint64_t id = vcpu->id;

    return field_put(aff0, id) | field_put(aff1, id >> 4) | field_put(aff2, id >> 12);
}

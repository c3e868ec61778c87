/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kvm_model/state_switch.h"

#include "kvm_model/kvm_internal.h"

/* Registers of a group, as hyp/include/hyp/sysreg-sr.h, hyp/entry.S and vhe/switch.c@6.12 have it.
 */
#define GUEST_GPRS 31u /* x0..x30 */
#define HOST_GPRS 13u  /* callee-saved: x18..x29, LR */
#define FP_REGS 34u    /* v0..v31, FPSR, FPCR */
#define EL1_REGS 20u   /* __sysreg_save_el1_state: SCTLR .. SPSR_EL1 */
#define USER_REGS 2u   /* TPIDR_EL0, TPIDRRO_EL0 */
#define COMMON_REGS 1u /* MDSCR_EL1 */
#define RETURN_REGS 2u /* ELR_EL2, SPSR_EL2 */
#define TRAP_REGS 4u   /* HCR_EL2, CPTR or CPACR, VBAR, MDCR_EL2 */
#define SYNDROMES 3u   /* ESR_EL2, FAR_EL2, HPFAR_EL2 */
#define VM_REGS 2u     /* VTTBR_EL2, VTCR_EL2 */
#define TIMERS 2u      /* virtual and physical */
#define DEBUG_REGS 24u /* six breakpoints and six watchpoints: value and control */

/* Bits of a case: what a vCPU must have for the charge. */
enum only_with { ALWAYS = 0, WITH_VGIC = 1, WITH_DEBUG = 2 };

struct charge {
    enum op op;
    unsigned count; /* 0 ends a list */
    enum only_with only;
};

#define MAX_CHARGES 12

/*
 * With VHE the host's kernel is at EL2: EL1's registers are the guest's from load to put. FP/SIMD
 * registers hold the VMM's state when KVM_RUN begins, and get it back on the way to user space.
 */
static const struct charge vhe[SWITCH_POINT_COUNT][MAX_CHARGES] = {
    [SWITCH_LOAD] = {{OP_KVM_EL2_VM_RESTORE, VM_REGS, ALWAYS},
                     {OP_KVM_EL2_CONFIG_RESTORE, 1, ALWAYS},
                     {OP_KVM_EL1_SAVE, USER_REGS, ALWAYS},
                     {OP_KVM_EL1_RESTORE, EL1_REGS + USER_REGS, ALWAYS},
                     {OP_KVM_FP_SAVE, FP_REGS, ALWAYS},
                     {OP_KVM_TIMER_LOAD, TIMERS, ALWAYS},
                     {OP_KVM_VGIC_LOAD, 1, WITH_VGIC}},
    [SWITCH_ENTRY] = {{OP_KVM_ENTRY_PATH, 1, ALWAYS},
                      {OP_KVM_EL1_SAVE, COMMON_REGS, ALWAYS},
                      {OP_KVM_EL1_RESTORE, COMMON_REGS + RETURN_REGS, ALWAYS},
                      {OP_KVM_EL2_CONFIG_RESTORE, TRAP_REGS, ALWAYS},
                      {OP_KVM_DEBUG_SAVE, DEBUG_REGS, WITH_DEBUG},
                      {OP_KVM_DEBUG_RESTORE, DEBUG_REGS, WITH_DEBUG},
                      {OP_KVM_GPR_SAVE, HOST_GPRS, ALWAYS},
                      {OP_KVM_GPR_RESTORE, GUEST_GPRS, ALWAYS},
                      {OP_BARRIER, 1, ALWAYS}},
    [SWITCH_EXIT] = {{OP_KVM_GPR_SAVE, GUEST_GPRS, ALWAYS},
                     {OP_KVM_GPR_RESTORE, HOST_GPRS, ALWAYS},
                     {OP_KVM_EL2_CONFIG_SAVE, SYNDROMES, ALWAYS},
                     {OP_KVM_EL1_SAVE, COMMON_REGS + RETURN_REGS, ALWAYS},
                     {OP_KVM_EL2_CONFIG_RESTORE, TRAP_REGS, ALWAYS},
                     {OP_KVM_EL1_RESTORE, COMMON_REGS, ALWAYS},
                     {OP_KVM_DEBUG_SAVE, DEBUG_REGS, WITH_DEBUG},
                     {OP_KVM_DEBUG_RESTORE, DEBUG_REGS, WITH_DEBUG},
                     {OP_BARRIER, 2, ALWAYS},
                     {OP_KVM_EXIT_PATH, 1, ALWAYS}},
    [SWITCH_PUT] = {{OP_KVM_EL1_SAVE, EL1_REGS + USER_REGS, ALWAYS},
                    {OP_KVM_EL1_RESTORE, USER_REGS, ALWAYS},
                    {OP_KVM_EL2_CONFIG_RESTORE, 1, ALWAYS},
                    {OP_KVM_FP_RESTORE, FP_REGS, ALWAYS},
                    {OP_KVM_TIMER_PUT, TIMERS, ALWAYS},
                    {OP_KVM_VGIC_PUT, 1, WITH_VGIC}},
};

/*
 * Split mode, before VHE (ISCA 2016, section 3; arch/arm64/kvm/hyp/switch.c@4.5): the host's kernel
 * is at EL1, so an entry is an HVC to EL2, and each exit and entry moves all state of both.
 */
static const struct charge every_exit[SWITCH_POINT_COUNT][MAX_CHARGES] = {
    [SWITCH_LOAD] = {{OP_KVM_ENTRY_PATH, 1, ALWAYS}},
    [SWITCH_ENTRY] = {{OP_KVM_ENTRY_PATH, 1, ALWAYS},
                      {OP_EXCEPTION_ENTRY, 1, ALWAYS},
                      {OP_KVM_GPR_SAVE, HOST_GPRS, ALWAYS},
                      {OP_KVM_GPR_RESTORE, GUEST_GPRS, ALWAYS},
                      {OP_KVM_FP_RESTORE, FP_REGS, ALWAYS},
                      {OP_KVM_EL1_RESTORE, EL1_REGS + USER_REGS + RETURN_REGS, ALWAYS},
                      {OP_KVM_EL2_CONFIG_RESTORE, TRAP_REGS, ALWAYS},
                      {OP_KVM_EL2_VM_RESTORE, VM_REGS, ALWAYS},
                      {OP_KVM_TIMER_LOAD, 1, ALWAYS},
                      {OP_KVM_VGIC_LOAD, 1, WITH_VGIC},
                      {OP_BARRIER, 1, ALWAYS}},
    [SWITCH_EXIT] = {{OP_KVM_GPR_SAVE, GUEST_GPRS, ALWAYS},
                     {OP_KVM_GPR_RESTORE, HOST_GPRS, ALWAYS},
                     {OP_KVM_FP_SAVE, FP_REGS, ALWAYS},
                     {OP_KVM_EL1_SAVE, EL1_REGS + USER_REGS + RETURN_REGS, ALWAYS},
                     {OP_KVM_EL2_CONFIG_SAVE, TRAP_REGS + SYNDROMES, ALWAYS},
                     {OP_KVM_EL2_VM_SAVE, VM_REGS, ALWAYS},
                     {OP_KVM_TIMER_PUT, 1, ALWAYS},
                     {OP_KVM_VGIC_PUT, 1, WITH_VGIC},
                     {OP_BARRIER, 2, ALWAYS},
                     {OP_ERET, 1, ALWAYS},
                     {OP_KVM_EXIT_PATH, 1, ALWAYS}},
    [SWITCH_PUT] = {{OP_KVM_EXIT_PATH, 1, ALWAYS}},
};

/* A REC's state is the RMM's: of a realm KVM loads timers and the vGIC, and fills the run page. */
static const struct charge rec[SWITCH_POINT_COUNT][MAX_CHARGES] = {
    [SWITCH_LOAD] = {{OP_KVM_FP_SAVE, FP_REGS, ALWAYS},
                     {OP_KVM_TIMER_LOAD, TIMERS, ALWAYS},
                     {OP_KVM_VGIC_LOAD, 1, WITH_VGIC}},
    [SWITCH_ENTRY] = {{OP_KVM_ENTRY_PATH, 1, ALWAYS}, {OP_KVM_REC_ENTER, 1, ALWAYS}},
    [SWITCH_EXIT] = {{OP_KVM_REC_EXIT, 1, ALWAYS}, {OP_KVM_EXIT_PATH, 1, ALWAYS}},
    [SWITCH_PUT] = {{OP_KVM_FP_RESTORE, FP_REGS, ALWAYS},
                    {OP_KVM_TIMER_PUT, TIMERS, ALWAYS},
                    {OP_KVM_VGIC_PUT, 1, WITH_VGIC}},
};

static const struct charge *charges_of(const struct kvm *kvm, unsigned point)
{
    bool all = kvm->clock->profile->kvm_switches == KVM_SWITCHES_EVERY_EXIT;

    return kvm->config.realm ? rec[point] : all ? every_exit[point] : vhe[point];
}

_Static_assert(MAX_CHARGES <= CLOCK_BUNDLE_ROWS, "a row each");

void kvm_switch_bundles_init(struct kvm *kvm)
{
    for (unsigned point = 0; point < SWITCH_POINT_COUNT; point++)
        for (unsigned has = 0; has < SWITCH_CASES; has++) {
            struct clock_bundle *bundle = &kvm->switches.bundle[point][has];
            const struct charge *charge = charges_of(kvm, point);

            for (unsigned i = 0; i < MAX_CHARGES && charge[i].count; i++)
                if (!(charge[i].only & ~has))
                    bundle->rows[bundle->row_count++] =
                        (struct clock_bundle_row){charge[i].op, charge[i].count};
            clock_add_bundle(kvm->clock, bundle);
        }
}

void kvm_switch_bundles_free(struct kvm *kvm)
{
    for (unsigned point = 0; point < SWITCH_POINT_COUNT; point++)
        for (unsigned has = 0; has < SWITCH_CASES; has++)
            clock_remove_bundle(kvm->clock, &kvm->switches.bundle[point][has]);
}

void kvm_charge_switch(struct kvm_vcpu *vcpu, enum switch_point point)
{
    struct kvm *kvm = vcpu->kvm;
    unsigned has = (kvm->vgic ? WITH_VGIC : 0u) | (vcpu->guest_debug ? WITH_DEBUG : 0u);

    clock_charge_bundle(kvm->clock, &kvm->switches.bundle[point][has]);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest's place in a replay: one recorded exit. */
#include <errno.h>

#include "cpu/arch/esr.h"
#include "cpu/arch/hpfar.h"
#include "sim/import/replay_internal.h"

#define SCRATCH_SLOT 1u
#define PSCI_SYSTEM_OFF 0x84000008u
#define XZR 31u

/* Why something is taken as it is, told with the block. */
#define NOTE_NO_FAULT                                                                              \
    "the trace has no kvm_guest_fault: taken as an address beyond the VM's IPA space"
#define NOTE_NOT_RECORDED                                                                          \
    "not replayed: of an abort kvm_guest_fault tells all, and it was not recorded"

/* The syndrome of the block's exit, as far as the trace has it. */
static uint64_t syndrome(struct replay *replay, const struct kvm_tracepoint *exit)
{
    const struct kvm_tracepoint *point;
    uint64_t esr = exit->args[0] | field_put(ESR_IL, 1);
    switch (esr_ec(esr)) {
    case ESR_EC_WFX:
        point = replay_find(replay, KVM_TP_WFX_ARM64);
        return esr | (point ? field_put(ESR_WFX_TI, point->args[1]) : 0);
    case ESR_EC_HVC64:
        point = replay_find(replay, KVM_TP_HVC_ARM64);
        return esr | (point ? field_put(ESR_IMM16, point->args[2] & 0xffff) : 0);
    case ESR_EC_SYS64:
        point = replay_find(replay, KVM_TP_HANDLE_SYS_REG);
        return point ? point->args[0] : esr;
    default:
        point = replay_find(replay, KVM_TP_GUEST_FAULT);
        return point ? point->args[1] : esr;
    }
}

/* A value that the guest had in x<n>: the model's own where it has one, else the record's. */
static void give_x(struct replay *replay, unsigned n, uint64_t value)
{
    if (n == XZR || replay->known >> n & 1) {
        replay->tally->predicted++;
        return;
    }
    replay->tally->given++;
    kvm_vcpu_set_x(replay->vcpu, n, value);
}

/* Of an instruction on a debug register: what it writes. */
static void give_trapped_write(struct replay *replay, uint64_t esr)
{
    const struct kvm_tracepoint *trapped = replay_find(replay, KVM_TP_TRAP_REG);
    if (trapped && trapped->args[2])
        give_x(replay, (unsigned)field_get(esr, ESR_SYS_RT), trapped->args[3]);
}

/* PSTATE as the next entry shows it, unless the model knows it. */
static void give_pstate(struct replay *replay)
{
    const uint64_t *next = replay_find_dreg(replay, replay->start, KVM_TP_DREG_SPSR);
    if (!replay->record->seen[KVM_TP_ARM_SET_DREG32]) {
        kvm_vcpu_set_pstate(replay->vcpu, REPLAY_PSTATE);
        return;
    }
    if (!replay->pstate_known && next) {
        kvm_vcpu_set_pstate(replay->vcpu, *next);
        replay->tally->given++;
    } else if (next) {
        replay->tally->predicted++;
    }
    replay->pstate_known = replay->pstate_known || next;
}

/* Whether the page is memory: as --memslot says, or as what follows the fault shows. */
static bool is_memory(const struct replay *replay, uint64_t ipa, bool *read_only)
{
    *read_only = false;
    for (size_t i = 0; i < replay->options->memslot_count; i++) {
        const struct replay_memslot *slot = &replay->options->memslots[i];
        if (ipa - slot->base < slot->size) {
            *read_only = slot->read_only;
            return true;
        }
    }
    return replay->options->memslot_count == 0 && !replay_find(replay, KVM_TP_MMIO) &&
           !replay_find(replay, KVM_TP_MMIO_NISV);
}

static void set_slot(struct replay *replay, bool present, uint64_t ipa, bool read_only)
{
    struct kvm_userspace_memory_region region = {
        .slot = SCRATCH_SLOT,
        .guest_phys_addr = ipa & ~(uint64_t)GRANULE_MASK,
        .userspace_addr = replay->scratch.v,
    };
    if (replay->slot)
        kvm_set_user_memory_region(replay->kvm, &region);
    region.memory_size = GRANULE_SIZE;
    region.flags = read_only ? KVM_MEM_READONLY : 0;
    replay->slot = present && kvm_set_user_memory_region(replay->kvm, &region) == 0;
}

static void play_fault(struct replay *replay, struct el2_regs *el2)
{
    const struct kvm_tracepoint *fault = replay_find(replay, KVM_TP_GUEST_FAULT);
    const struct kvm_tracepoint *mmio = replay_find(replay, KVM_TP_MMIO);
    struct replay_block *block = &replay->building.block;
    uint64_t page = (uint64_t)1 << replay->ipa_bits;
    bool by_user;
    if (fault) {
        page = fault->args[0];
        el2->far = fault->args[2];
    } else {
        el2->esr = (el2->esr & field_mask(ESR_EC)) | field_mask(ESR_IL) |
                   field_put(ESR_FSC, ESR_FSC_TRANSLATION_L0 + 1);
        el2->far = page;
        block->note = NOTE_NO_FAULT;
    }
    el2->hpfar = hpfar_from_ipa(IPA(page));
    block->has_fault = fault != NULL;
    block->esr = el2->esr;
    block->far = el2->far;
    block->ipa = (page & ~(uint64_t)GRANULE_MASK) | (el2->far & GRANULE_MASK);
    block->memslot = is_memory(replay, page, &block->read_only);
    set_slot(replay, block->memslot && fault, page, block->read_only);
    if (mmio && mmio->args[0] == KVM_TP_WRITE) {
        give_x(replay, (unsigned)field_get(el2->esr, ESR_SRT), mmio->args[3]);
        replay->in_kernel = !replay_find(replay, KVM_TP_USERSPACE_EXIT);
    } else if (mmio) {
        replay->in_kernel = replay_find_read(replay, &by_user) && !by_user;
    }
}

/* A call's function is in x0; of an SMC the trace does not tell it. */
static void play_call(struct replay *replay, unsigned ec)
{
    const struct kvm_tracepoint *hvc = replay_find(replay, KVM_TP_HVC_ARM64);
    const struct kvm_tracepoint *user = replay_find(replay, KVM_TP_USERSPACE_EXIT);
    uint64_t x0 = 0;
    if (ec == ESR_EC_HVC64 && hvc)
        x0 = hvc->args[1];
    else if (user && user->args[0] == KVM_EXIT_SYSTEM_EVENT)
        x0 = PSCI_SYSTEM_OFF;
    if (hvc)
        give_x(replay, 0, x0);
    else
        kvm_vcpu_set_x(replay->vcpu, 0, x0);
}

/* An abort of which the trace has no more than that there was one. */
static bool is_abort(unsigned ec)
{
    return ec == ESR_EC_IABT_LOW || ec == ESR_EC_DABT_LOW;
}

enum cpu_exit replay_guest_exit(struct replay *replay, struct el2_regs *el2)
{
    const struct kvm_tracepoint *exit = replay_find(replay, KVM_TP_EXIT);
    const struct kvm_tracepoint *user = replay_find(replay, KVM_TP_USERSPACE_EXIT);
    enum cpu_exit kind = (enum cpu_exit)exit->args[2];
    replay->in_kernel = false;
    replay->interrupted = user && (int64_t)user->args[1] == -EINTR;
    kvm_vcpu_set_pc(replay->vcpu, exit->args[1]);
    give_pstate(replay);
    el2->far = 0;
    el2->hpfar = 0;
    el2->esr = syndrome(replay, exit);
    if (kind != CPU_EXIT_SYNC) {
        if (replay->interrupted)
            kvm_vcpu_signal(replay->vcpu);
        return kind;
    }
    if (is_abort(esr_ec(el2->esr)) && !replay->record->whole &&
        !replay->record->seen[KVM_TP_GUEST_FAULT]) {
        replay->building.block.note = NOTE_NOT_RECORDED;
        replay->building.not_replayed = true;
        return CPU_EXIT_IRQ;
    }
    switch (esr_ec(el2->esr)) {
    case ESR_EC_IABT_LOW:
    case ESR_EC_DABT_LOW:
        play_fault(replay, el2);
        break;
    case ESR_EC_HVC64:
    case ESR_EC_SMC64:
        play_call(replay, esr_ec(el2->esr));
        break;
    case ESR_EC_SYS64:
        give_trapped_write(replay, el2->esr);
        break;
    default:
        break;
    }
    return kind;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/import/replay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/arch/esr.h"
#include "kvm_model/io_bus.h"
#include "kvm_model/mmio.h"
#include "sim/import/replay_internal.h"

#define IPA_BITS_DEFAULT 40u
#define IPA_BITS_MAX 48u
#define VECTOR_TABLE_MASK 0x7ffull

/* Why something is taken as it is, told with the block. */
#define NOTE_SEA "nothing completed the read: user space injected an external abort"
#define NOTE_DEBUG "the debugger's breakpoints in hardware are not modelled"

size_t replay_find_from(const struct replay *replay, size_t index, enum kvm_tracepoint_id id)
{
    for (size_t i = index; i != replay->end && i != RECORD_NONE; i = replay_point(replay, i)->next)
        if (replay_point(replay, i)->point.id == id)
            return i;
    return RECORD_NONE;
}

const struct kvm_tracepoint *replay_find(const struct replay *replay, enum kvm_tracepoint_id id)
{
    size_t index = replay_find_from(replay, replay->start, id);
    return index == RECORD_NONE ? NULL : &replay_point(replay, index)->point;
}

const struct kvm_tracepoint *replay_find_read(const struct replay *replay, bool *by_user)
{
    *by_user = false;
    for (size_t i = replay->start; i != replay->end && i != RECORD_NONE;
         i = replay_point(replay, i)->next) {
        const struct kvm_tracepoint *point = &replay_point(replay, i)->point;
        if (point->id == KVM_TP_USERSPACE_EXIT)
            *by_user = true;
        if (point->id == KVM_TP_MMIO && point->args[0] == KVM_TP_READ)
            return point;
    }
    return NULL;
}

const uint64_t *replay_find_dreg(const struct replay *replay, size_t index, enum kvm_tp_dreg dreg)
{
    size_t i = replay_find_from(replay, index, KVM_TP_ARM_SET_DREG32);
    while (i != RECORD_NONE && replay_point(replay, i)->point.args[0] != dreg)
        i = replay_find_from(replay, replay_point(replay, i)->next, KVM_TP_ARM_SET_DREG32);
    return i == RECORD_NONE ? NULL : &replay_point(replay, i)->point.args[1];
}

/* --- a device in the kernel, where the trace says that one answered --- */

static enum kvm_io_result bus_read(struct kvm_vcpu *vcpu, void *ctx, uint64_t offset, unsigned len,
                                   void *data)
{
    struct replay *replay = ctx;
    bool by_user;
    const struct kvm_tracepoint *read = replay_find_read(replay, &by_user);
    (void)vcpu;
    (void)offset;
    if (!replay->in_kernel || !read)
        return KVM_IO_UNHANDLED;
    replay->tally->given++;
    kvm_mmio_write_buf(data, len, read->args[3]);
    return KVM_IO_OK;
}

static enum kvm_io_result bus_write(struct kvm_vcpu *vcpu, void *ctx, uint64_t offset, unsigned len,
                                    const void *data)
{
    struct replay *replay = ctx;
    (void)vcpu;
    (void)offset;
    (void)len;
    (void)data;
    return replay->in_kernel ? KVM_IO_OK : KVM_IO_UNHANDLED;
}

static const struct kvm_io_device_ops bus_ops = {.read = bus_read, .write = bus_write};

/* --- blocks --- */

/* The block is over: both sides are known. */
static void end_block(struct replay *replay)
{
    const struct replay_block *block = &replay->building.block;
    replay_block_finish(&replay->building, replay->options->kernel, replay->record, replay->start,
                        replay->end, replay->is_first, replay->is_last);
    replay_block_count(block, replay->tally);
    if (block->count)
        replay->reader(replay->reader_ctx, block);
    if (block->count && block->lines[0].mark == REPLAY_UNKNOWN) {
        replay->known = 0;
        replay->pstate_known = false;
    }
    replay_block_start(&replay->building);
}

/* Up to where the block that begins at index goes: the next exit, with what is printed on the way
 * to it; RECORD_NONE if there is none. */
static size_t block_end(const struct replay *replay, size_t index)
{
    size_t end = RECORD_NONE;
    for (size_t i = index; i != RECORD_NONE; i = replay_point(replay, i)->next)
        switch (replay_point(replay, i)->point.id) {
        case KVM_TP_EXIT:
            return end == RECORD_NONE ? i : end;
        case KVM_TP_ARM_CLEAR_DEBUG:
            end = i;
            break;
        case KVM_TP_ENTRY:
            end = RECORD_NONE;
            break;
        default:
            break;
        }
    return RECORD_NONE;
}

/* What comes first of the block's own: its exit, or RECORD_NONE. */
static size_t exit_of(const struct replay *replay, size_t start)
{
    size_t i = start;
    while (i != RECORD_NONE && replay_point(replay, i)->point.id != KVM_TP_EXIT)
        i = replay_point(replay, i)->next;
    return i;
}

static void set_block(struct replay *replay, size_t start, size_t behind)
{
    replay->start = start;
    replay->end = block_end(replay, behind);
    replay->is_last = replay->end == RECORD_NONE;
}

/* A kvm_guest_player. */
static enum cpu_exit play(void *ctx, struct kvm_vcpu *vcpu, struct el2_regs *el2)
{
    struct replay *replay = ctx;
    uint64_t entered_at = kvm_vcpu_get_pc(vcpu);
    replay->entered = true;
    replay->over = replay->end == RECORD_NONE;
    if (replay->over)
        return CPU_EXIT_LIMIT;
    size_t next = replay->end, exit = exit_of(replay, next);
    end_block(replay);
    replay->is_first = false;
    replay->building.block.is_exit = true;
    set_block(replay, next, replay_point(replay, exit)->next);
    if (replay_point(replay, exit)->point.args[1] != entered_at) { /* the guest went on */
        replay->known = 0;
        replay->pstate_known = false;
    }
    return replay_guest_exit(replay, el2);
}

static bool wait_observer(void *ctx)
{
    return ((struct replay *)ctx)->interrupted;
}

/* On the way out of the guest KVM_RUN prints these, even if the record ends there. */
static bool is_way_out(enum kvm_tracepoint_id id)
{
    return id == KVM_TP_ARM_CLEAR_DEBUG || id == KVM_TP_ARM_SET_DREG32;
}

static void on_point(void *ctx, const struct kvm_tracepoint *point)
{
    struct replay *replay = ctx;
    bool recorded = replay->record->seen[point->id] ||
                    (replay->record->whole && point->id <= KVM_TP_USERSPACE_EXIT);
    if (recorded && !replay->silent && (!replay->over || is_way_out(point->id)))
        replay_block_point(&replay->building, point);
}

static void on_event(void *ctx, const struct event *event)
{
    struct replay *replay = ctx;
    if (!replay->over)
        replay_block_event(&replay->building, event);
    if (event->kind == EV_KVM_HANDLE_MMIO_RETURN)
        replay->known |= (uint32_t)1 << event_arg(event, "rt") % 32;
}

/* --- user space's place --- */

/* Where the vectors are, as far as the next line that shows it: of an abort that was injected. */
static void guess_vectors(struct replay *replay, uint64_t entry_pc)
{
    uint64_t pc = entry_pc;
    if (pc == kvm_vcpu_get_pc(replay->vcpu) && !replay->is_last)
        pc = replay_point(replay, exit_of(replay, replay->end))->point.args[1];
    kvm_vcpu_set_sysreg(replay->vcpu, SYSREG_VBAR_EL1, pc & ~VECTOR_TABLE_MASK);
}

/* KVM_SET_GUEST_DEBUG as recorded from index on, or as an entry shows that it must have been. */
static void set_debug(struct replay *replay, size_t index)
{
    uint32_t flags;
    size_t set = replay_find_from(replay, index, KVM_TP_SET_GUEST_DEBUG);
    size_t setup = replay_find_from(replay, index, KVM_TP_ARM_SETUP_DEBUG);
    for (; set != RECORD_NONE;
         set = replay_find_from(replay, replay_point(replay, set)->next, KVM_TP_SET_GUEST_DEBUG)) {
        flags = (uint32_t)replay_point(replay, set)->point.args[0];
        if (kvm_vcpu_set_guest_debug(replay->vcpu, flags) == 0)
            replay->guest_debug = flags;
        else
            replay->building.block.note = NOTE_DEBUG;
    }
    if (setup == RECORD_NONE)
        return;
    flags = (uint32_t)replay_point(replay, setup)->point.args[0];
    if (flags == replay->guest_debug)
        return;
    replay->silent = true;
    if (kvm_vcpu_set_guest_debug(replay->vcpu, flags) == 0)
        replay->guest_debug = flags;
    else
        replay->building.block.note = NOTE_DEBUG;
    replay->silent = false;
}

/* Does what user space did between the exit and the next KVM_RUN, as far as what follows shows it.
 */
static void answer(struct replay *replay, int ret)
{
    struct kvm_run *run = kvm_vcpu_kvm_run(replay->vcpu);
    size_t exit = replay_find_from(replay, replay->start, KVM_TP_USERSPACE_EXIT);
    size_t entry =
        replay_find_from(replay, exit == RECORD_NONE ? replay->start : exit, KVM_TP_ENTRY);
    bool by_user;
    kvm_vcpu_set_power_off(replay->vcpu, false);
    set_debug(replay, exit == RECORD_NONE ? replay->start : exit);
    if (ret == 0 && run->exit_reason == KVM_EXIT_MMIO) {
        const struct kvm_tracepoint *read = replay_find_read(replay, &by_user);
        if (run->mmio.is_write)
            return;
        if (read) {
            kvm_mmio_write_buf(run->mmio.data, run->mmio.len, read->args[3]);
            replay->tally->given++;
        } else if (exit != RECORD_NONE && entry != RECORD_NONE) {
            const struct kvm_arm_vcpu_events events = {.ext_dabt_pending = true};
            guess_vectors(replay, replay_point(replay, entry)->point.args[0]);
            kvm_vcpu_set_events(replay->vcpu, &events);
            replay->building.block.note = NOTE_SEA;
        }
    } else if (entry != RECORD_NONE && exit != RECORD_NONE) {
        kvm_vcpu_set_pc(replay->vcpu, replay_point(replay, entry)->point.args[0]);
    }
}

/* --- the machine --- */

static unsigned ipa_bits_of(const struct record *record, const struct record_thread *thread,
                            const struct replay_options *options)
{
    unsigned bits = options->ipa_bits ? options->ipa_bits : IPA_BITS_DEFAULT;
    for (size_t i = thread->vcpu.first; i != RECORD_NONE && !options->ipa_bits;
         i = record->points[i].next)
        if (record->points[i].point.id == KVM_TP_GUEST_FAULT &&
            record->points[i].point.args[0] >> bits)
            bits = IPA_BITS_MAX;
    return bits;
}

static bool make_machine(struct replay *replay, char *error, size_t size)
{
    const struct kvm_config vm = {
        .variant = replay->options->kernel,
        .ipa_bits = replay->ipa_bits,
        .wait_observer = wait_observer,
        .observer_ctx = replay,
        .player = play,
        .player_ctx = replay,
        .tracepoint = on_point,
        .tracepoint_ctx = replay,
    };
    if (!replay_machine_make(&replay->machine, &vm, 1, error, size))
        return false;
    if (!host_mm_mmap(replay->machine.mm, GRANULE_SIZE, 0, &replay->scratch)) {
        snprintf(error, size, "out of memory");
        return false;
    }
    trace_add_reader(&replay->machine.trace, on_event, replay);
    replay->kvm = replay->machine.kvm;
    replay->vcpu = replay->machine.vcpus[0];
    return true;
}

/* What the VM was made with and shows only later: devices in the kernel, forwarded calls, NISV. */
static void configure(struct replay *replay, const struct record_thread *thread)
{
    const struct kvm_io_device device = {.ops = &bus_ops, .ctx = replay};
    size_t next;
    for (size_t i = thread->vcpu.first; i != RECORD_NONE; i = next) {
        const struct kvm_tracepoint *point = &replay_point(replay, i)->point;
        next = replay_point(replay, i)->next;
        size_t behind = next;
        if (point->id == KVM_TP_MMIO) /* the device asks replay->in_kernel; -EEXIST is fine */
            kvm_register_io_device(replay->kvm, point->args[2] & ~(uint64_t)GRANULE_MASK,
                                   GRANULE_SIZE, &device);
        if (point->id == KVM_TP_USERSPACE_EXIT && point->args[0] == KVM_EXIT_ARM_NISV)
            kvm_enable_cap(replay->kvm, KVM_CAP_ARM_NISV_TO_USER);
        if (point->id == KVM_TP_HVC_ARM64 && behind != RECORD_NONE &&
            replay_point(replay, behind)->point.id == KVM_TP_USERSPACE_EXIT &&
            replay_point(replay, behind)->point.args[0] == KVM_EXIT_HYPERCALL)
            kvm_set_smccc_filter(replay->kvm, (uint32_t)point->args[1], 1,
                                 KVM_SMCCC_FILTER_FWD_TO_USER);
    }
}

/* Where the model can begin: nothing of an exit stands before it. */
static bool is_start(enum kvm_tracepoint_id id)
{
    return id == KVM_TP_ENTRY || id == KVM_TP_EXIT || id == KVM_TP_SET_GUEST_DEBUG ||
           id == KVM_TP_ARM_SETUP_DEBUG;
}

static size_t first_of(const struct record *record, size_t i)
{
    while (i != RECORD_NONE && !is_start(record->points[i].point.id))
        i = record->points[i].next;
    return i;
}

/* The vCPU as the record has it when it begins. */
static void set_up_vcpu(struct replay *replay)
{
    size_t i = replay->start;
    const uint64_t *pstate = replay_find_dreg(replay, i, KVM_TP_DREG_SPSR);
    const uint64_t *mdscr = replay_find_dreg(replay, i, KVM_TP_DREG_SAVED_MDSCR);
    const struct kvm_tracepoint *point = &replay_point(replay, i)->point;
    while (point->id != KVM_TP_ENTRY && point->id != KVM_TP_EXIT) {
        i = replay_point(replay, i)->next;
        if (i == RECORD_NONE)
            return;
        point = &replay_point(replay, i)->point;
    }
    kvm_vcpu_set_pc(replay->vcpu, point->args[point->id == KVM_TP_EXIT]);
    kvm_vcpu_set_pstate(replay->vcpu, pstate ? *pstate : REPLAY_PSTATE);
    replay->pstate_known = pstate != NULL;
    if (mdscr)
        kvm_vcpu_set_sysreg(replay->vcpu, SYSREG_MDSCR_EL1, *mdscr);
    replay->tally->given += pstate != NULL;
    replay->tally->given += mdscr != NULL;
}

bool replay_thread(const struct record *record, const struct record_thread *thread,
                   const struct replay_options *options, replay_reader *reader, void *ctx,
                   struct replay_tally *tally, char *error, size_t size)
{
    size_t first = first_of(record, thread->vcpu.first);
    for (size_t i = thread->vcpu.first; i != first; i = record->points[i].next)
        tally->unknown++;
    if (first == RECORD_NONE)
        return true;
    struct replay *replay = calloc(1, sizeof(*replay));
    if (!replay) {
        snprintf(error, size, "out of memory");
        return false;
    }
    *replay = (struct replay){.record = record,
                              .options = options,
                              .reader = reader,
                              .reader_ctx = ctx,
                              .tally = tally,
                              .ipa_bits = ipa_bits_of(record, thread, options),
                              .is_first = true};
    bool ok = make_machine(replay, error, size);
    if (ok) {
        configure(replay, thread);
        replay_block_start(&replay->building);
        set_block(replay, first, first);
        set_up_vcpu(replay);
        set_debug(replay, first);
        unsigned idle = 0; /* a signal may end one KVM_RUN before it enters the guest */
        while (!replay->over && idle < 2) {
            replay->entered = false;
            answer(replay, kvm_vcpu_run(replay->vcpu));
            idle = replay->entered ? 0 : idle + 1;
        }
        end_block(replay);
    }
    replay_machine_free(&replay->machine);
    free(replay);
    return ok;
}

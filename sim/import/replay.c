/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/import/replay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/arch/esr.h"
#include "cpu/arch/hpfar.h"
#include "cpu/cpu.h"
#include "kvm_model/io_bus.h"
#include "kvm_model/kvm.h"
#include "kvm_model/mmio.h"
#include "sim/import/replay_block.h"
#include "sim/profile.h"

#define DRAM_SIZE (256ull << 20)
#define IPA_BITS_DEFAULT 40u
#define IPA_BITS_MAX 48u
#define SCRATCH_SLOT 1u
#define RESUME_PSTATE 0x3c5u /* EL1h, interrupts masked; what a trace never tells */
#define VECTOR_TABLE_MASK 0x7ffull
#define PSCI_SYSTEM_OFF 0x84000008u

/* Why something is taken as it is, told with the block. */
#define NOTE_NO_FAULT                                                                              \
    "the trace has no kvm_guest_fault: taken as an address beyond the VM's IPA space"
#define NOTE_SEA "nothing completed the read: user space injected an external abort"

struct replay {
    const struct record *record;
    const struct replay_options *options;
    replay_reader *reader;
    void *reader_ctx;
    struct replay_tally *tally;

    struct physmem *mem;
    struct host_mm *mm;
    struct clock clock;
    struct trace trace;
    struct engine *engine;
    struct cpu *cpu;
    struct kvm *kvm;
    struct kvm_vcpu *vcpu;
    unsigned ipa_bits;
    hva_t scratch;
    bool slot; /* SCRATCH_SLOT is there */

    size_t start, end; /* the recorded lines of the present block: [start, end) along ->next */
    bool is_last;      /* no exit comes behind it */
    bool is_first;
    bool in_kernel;   /* a device in the kernel answers */
    bool interrupted; /* a signal ended KVM_RUN here */
    bool entered;     /* the guest was entered in this KVM_RUN */
    bool over;        /* ... and there was no exit left */
    struct replay_block_builder building;
};

static const struct record_point *point_at(const struct replay *replay, size_t index)
{
    return &replay->record->points[index];
}

/* The first line of the present block with that id at or behind index, or RECORD_NONE. */
static size_t find_from(const struct replay *replay, size_t index, enum kvm_tracepoint_id id)
{
    for (size_t i = index; i != replay->end && i != RECORD_NONE; i = point_at(replay, i)->next)
        if (point_at(replay, i)->point.id == id)
            return i;
    return RECORD_NONE;
}

static const struct kvm_tracepoint *find(const struct replay *replay, enum kvm_tracepoint_id id)
{
    size_t index = find_from(replay, replay->start, id);
    return index == RECORD_NONE ? NULL : &point_at(replay, index)->point;
}

/* The kvm_mmio of a completed read, and whether KVM_RUN returned before it. */
static const struct kvm_tracepoint *find_read(const struct replay *replay, bool *by_user)
{
    *by_user = false;
    for (size_t i = replay->start; i != replay->end && i != RECORD_NONE;
         i = point_at(replay, i)->next) {
        const struct kvm_tracepoint *point = &point_at(replay, i)->point;
        if (point->id == KVM_TP_USERSPACE_EXIT)
            *by_user = true;
        if (point->id == KVM_TP_MMIO && point->args[0] == KVM_TP_READ)
            return point;
    }
    return NULL;
}

/* --- a device in the kernel, where the trace says that one answered --- */

static enum kvm_io_result bus_read(struct kvm_vcpu *vcpu, void *ctx, uint64_t offset, unsigned len,
                                   void *data)
{
    struct replay *replay = ctx;
    bool by_user;
    const struct kvm_tracepoint *read = find_read(replay, &by_user);
    (void)vcpu;
    (void)offset;
    if (!replay->in_kernel || !read)
        return KVM_IO_UNHANDLED;
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

/* --- the guest's place --- */

/* The syndrome of the block's exit, as far as the trace has it. */
static uint64_t syndrome(struct replay *replay, const struct kvm_tracepoint *exit)
{
    const struct kvm_tracepoint *point;
    uint64_t esr = exit->args[0] | field_put(ESR_IL, 1);
    switch (esr_ec(esr)) {
    case ESR_EC_WFX:
        point = find(replay, KVM_TP_WFX_ARM64);
        return esr | (point ? field_put(ESR_WFX_TI, point->args[1]) : 0);
    case ESR_EC_HVC64:
        point = find(replay, KVM_TP_HVC_ARM64);
        return esr | (point ? field_put(ESR_IMM16, point->args[2] & 0xffff) : 0);
    case ESR_EC_SYS64:
        point = find(replay, KVM_TP_HANDLE_SYS_REG);
        return point ? point->args[0] : esr;
    default:
        point = find(replay, KVM_TP_GUEST_FAULT);
        return point ? point->args[1] : esr;
    }
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
    return replay->options->memslot_count == 0 && !find(replay, KVM_TP_MMIO) &&
           !find(replay, KVM_TP_MMIO_NISV);
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
    const struct kvm_tracepoint *fault = find(replay, KVM_TP_GUEST_FAULT);
    const struct kvm_tracepoint *mmio = find(replay, KVM_TP_MMIO);
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
        kvm_vcpu_set_x(replay->vcpu, (unsigned)field_get(el2->esr, ESR_SRT), mmio->args[3]);
        replay->in_kernel = !find(replay, KVM_TP_USERSPACE_EXIT);
    } else if (mmio) {
        replay->in_kernel = find_read(replay, &by_user) && !by_user;
    }
}

/* A call's function is in x0; of an SMC the trace does not tell it. */
static void play_call(struct replay *replay, unsigned ec)
{
    const struct kvm_tracepoint *hvc = find(replay, KVM_TP_HVC_ARM64);
    const struct kvm_tracepoint *user = find(replay, KVM_TP_USERSPACE_EXIT);
    uint64_t x0 = 0;
    if (ec == ESR_EC_HVC64 && hvc)
        x0 = hvc->args[1];
    else if (user && user->args[0] == KVM_EXIT_SYSTEM_EVENT)
        x0 = PSCI_SYSTEM_OFF;
    kvm_vcpu_set_x(replay->vcpu, 0, x0);
}

static enum cpu_exit play_exit(struct replay *replay, struct el2_regs *el2)
{
    const struct kvm_tracepoint *exit = &point_at(replay, replay->start)->point;
    const struct kvm_tracepoint *user = find(replay, KVM_TP_USERSPACE_EXIT);
    enum cpu_exit kind = (enum cpu_exit)exit->args[2];
    replay->in_kernel = false;
    replay->interrupted = user && (int64_t)user->args[1] == -EINTR;
    kvm_vcpu_set_pc(replay->vcpu, exit->args[1]);
    kvm_vcpu_set_pstate(replay->vcpu, RESUME_PSTATE);
    el2->far = 0;
    el2->hpfar = 0;
    el2->esr = syndrome(replay, exit);
    if (kind != CPU_EXIT_SYNC) {
        if (replay->interrupted)
            kvm_vcpu_signal(replay->vcpu);
        return kind;
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
    default:
        break;
    }
    return kind;
}

/* The block is over: both sides are known. */
static void end_block(struct replay *replay)
{
    replay_block_finish(&replay->building, replay->record, replay->start, replay->end,
                        replay->is_first, replay->is_last);
    replay_block_count(&replay->building.block, replay->tally);
    if (replay->building.block.count)
        replay->reader(replay->reader_ctx, &replay->building.block);
    replay_block_start(&replay->building);
}

/* From the exit at index to the next one. */
static void start_block(struct replay *replay, size_t index)
{
    replay->is_first = false;
    replay->start = index;
    replay->end = RECORD_NONE;
    replay->end = find_from(replay, point_at(replay, index)->next, KVM_TP_EXIT);
    replay->is_last = replay->end == RECORD_NONE;
    replay->building.block.is_exit = true;
}

/* A kvm_guest_player. */
static enum cpu_exit play(void *ctx, struct kvm_vcpu *vcpu, struct el2_regs *el2)
{
    struct replay *replay = ctx;
    (void)vcpu;
    replay->entered = true;
    replay->over = replay->end == RECORD_NONE;
    if (replay->over)
        return CPU_EXIT_LIMIT;
    size_t next = replay->end;
    end_block(replay);
    start_block(replay, next);
    return play_exit(replay, el2);
}

static bool wait_observer(void *ctx)
{
    return ((struct replay *)ctx)->interrupted;
}

static void on_point(void *ctx, const struct kvm_tracepoint *point)
{
    struct replay *replay = ctx;
    if (!replay->over)
        replay_block_point(&replay->building, point);
}

static void on_event(void *ctx, const struct event *event)
{
    struct replay *replay = ctx;
    if (!replay->over)
        replay_block_event(&replay->building, event);
}

/* --- user space's place --- */

/* Where the vectors are, as far as the next line that shows it: of an abort that was injected. */
static void guess_vectors(struct replay *replay, uint64_t entry_pc)
{
    uint64_t pc = entry_pc;
    if (pc == kvm_vcpu_get_pc(replay->vcpu) && !replay->is_last)
        pc = point_at(replay, replay->end)->point.args[1];
    kvm_vcpu_set_sysreg(replay->vcpu, SYSREG_VBAR_EL1, pc & ~VECTOR_TABLE_MASK);
}

/* Does what user space did between the exit and the next KVM_RUN, as far as what follows shows it.
 */
static void answer(struct replay *replay, int ret)
{
    struct kvm_run *run = kvm_vcpu_kvm_run(replay->vcpu);
    size_t exit = find_from(replay, replay->start, KVM_TP_USERSPACE_EXIT);
    size_t entry = find_from(replay, exit == RECORD_NONE ? replay->start : exit, KVM_TP_ENTRY);
    bool by_user;
    kvm_vcpu_set_power_off(replay->vcpu, false);
    if (ret == 0 && run->exit_reason == KVM_EXIT_MMIO) {
        const struct kvm_tracepoint *read = find_read(replay, &by_user);
        if (run->mmio.is_write)
            return;
        if (read) {
            kvm_mmio_write_buf(run->mmio.data, run->mmio.len, read->args[3]);
        } else if (exit != RECORD_NONE && entry != RECORD_NONE) {
            const struct kvm_arm_vcpu_events events = {.ext_dabt_pending = true};
            guess_vectors(replay, point_at(replay, entry)->point.args[0]);
            kvm_vcpu_set_events(replay->vcpu, &events);
            replay->building.block.note = NOTE_SEA;
        }
    } else if (entry != RECORD_NONE && exit != RECORD_NONE) {
        kvm_vcpu_set_pc(replay->vcpu, point_at(replay, entry)->point.args[0]);
    }
}

/* --- the machine --- */

static unsigned ipa_bits_of(const struct record *record, const struct record_thread *thread,
                            const struct replay_options *options)
{
    unsigned bits = options->ipa_bits ? options->ipa_bits : IPA_BITS_DEFAULT;
    for (size_t i = thread->first; i != RECORD_NONE && !options->ipa_bits;
         i = record->points[i].next)
        if (record->points[i].point.id == KVM_TP_GUEST_FAULT &&
            record->points[i].point.args[0] >> bits)
            bits = IPA_BITS_MAX;
    return bits;
}

static void replay_free(struct replay *replay)
{
    kvm_destroy_vm(replay->kvm);
    cpu_free(replay->cpu);
    engine_free(replay->engine);
    host_mm_free(replay->mm);
    physmem_free(replay->mem);
    free(replay);
}

static bool make_machine(struct replay *replay, char *error, size_t size)
{
    int reason = ENOMEM;
    replay->clock.profile = profile_default();
    replay->trace.clock = &replay->clock;
    trace_add_reader(&replay->trace, on_event, replay);
    replay->mem = physmem_new(DRAM_SIZE);
    replay->mm = replay->mem ? host_mm_new(replay->mem) : NULL;
    if (!replay->mm || !host_mm_mmap(replay->mm, GRANULE_SIZE, 0, &replay->scratch)) {
        snprintf(error, size, "out of memory");
        return false;
    }
    const struct engine_config config = {
        .mem = replay->mem, .clock = &replay->clock, .trace = &replay->trace};
    const struct kvm_config vm = {
        .mm = replay->mm,
        .clock = &replay->clock,
        .trace = &replay->trace,
        .variant = replay->options->kernel,
        .ipa_bits = replay->ipa_bits,
        .wait_observer = wait_observer,
        .observer_ctx = replay,
        .player = play,
        .player_ctx = replay,
        .tracepoint = on_point,
        .tracepoint_ctx = replay,
    };
    replay->engine = engine_new(&config, error, size);
    replay->cpu = replay->engine ? cpu_new(replay->engine, 0, error, size) : NULL;
    if (!replay->cpu)
        return false;
    replay->kvm = kvm_create_vm(&vm, &reason);
    if (!replay->kvm || kvm_create_vcpu(replay->kvm, 0, replay->cpu, &replay->vcpu) != 0) {
        snprintf(error, size, "the VM cannot be made: %s", strerror(abs(reason)));
        return false;
    }
    kvm_arm_vcpu_init(replay->vcpu);
    return true;
}

/* What the VM was made with and shows only later: devices in the kernel, forwarded calls, NISV. */
static void configure(struct replay *replay, const struct record_thread *thread)
{
    const struct kvm_io_device device = {.ops = &bus_ops, .ctx = replay};
    size_t next;
    for (size_t i = thread->first; i != RECORD_NONE; i = next) {
        const struct kvm_tracepoint *point = &point_at(replay, i)->point;
        next = point_at(replay, i)->next;
        size_t behind = next;
        if (point->id == KVM_TP_MMIO) /* the device asks replay->in_kernel; -EEXIST is fine */
            kvm_register_io_device(replay->kvm, point->args[2] & ~(uint64_t)GRANULE_MASK,
                                   GRANULE_SIZE, &device);
        if (point->id == KVM_TP_USERSPACE_EXIT && point->args[0] == KVM_EXIT_ARM_NISV)
            kvm_enable_cap(replay->kvm, KVM_CAP_ARM_NISV_TO_USER);
        if (point->id == KVM_TP_HVC_ARM64 && behind != RECORD_NONE &&
            point_at(replay, behind)->point.id == KVM_TP_USERSPACE_EXIT &&
            point_at(replay, behind)->point.args[0] == KVM_EXIT_HYPERCALL)
            kvm_set_smccc_filter(replay->kvm, (uint32_t)point->args[1], 1,
                                 KVM_SMCCC_FILTER_FWD_TO_USER);
    }
}

/* The first line from which on the model can follow: an entry or an exit. */
static size_t first_of(const struct record *record, const struct record_thread *thread)
{
    size_t i = thread->first;
    while (i != RECORD_NONE && record->points[i].point.id != KVM_TP_ENTRY &&
           record->points[i].point.id != KVM_TP_EXIT)
        i = record->points[i].next;
    return i;
}

bool replay_thread(const struct record *record, const struct record_thread *thread,
                   const struct replay_options *options, replay_reader *reader, void *ctx,
                   struct replay_tally *tally, char *error, size_t size)
{
    size_t first = first_of(record, thread);
    for (size_t i = thread->first; i != first; i = record->points[i].next)
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
        const struct kvm_tracepoint *point = &record->points[first].point;
        configure(replay, thread);
        replay_block_start(&replay->building);
        replay->start = first;
        replay->end = RECORD_NONE;
        replay->end = find_from(replay, first, KVM_TP_EXIT);
        replay->is_last = replay->end == RECORD_NONE;
        kvm_vcpu_set_pc(replay->vcpu, point->args[point->id == KVM_TP_EXIT]);
        kvm_vcpu_set_pstate(replay->vcpu, RESUME_PSTATE);
        unsigned idle = 0; /* a signal may end one KVM_RUN before it enters the guest */
        while (!replay->over && idle < 2) {
            replay->entered = false;
            answer(replay, kvm_vcpu_run(replay->vcpu));
            idle = replay->entered ? 0 : idle + 1;
        }
        end_block(replay);
    }
    replay_free(replay);
    return ok;
}

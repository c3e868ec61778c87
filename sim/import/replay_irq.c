/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * KVM_IRQ_LINE in a replay: what a thread asked for is asked of a VM of the model, with a vGIC
 * where the record shows one, and what the vGIC is told (kvm_vgic_inject_irq) is laid beside the
 * record.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/import/replay.h"
#include "sim/import/replay_block.h"
#include "sim/import/replay_machine.h"

#define GICD_BASE 0x08000000ull
#define GICR_BASE 0x080a0000ull

struct irq_replay {
    struct replay_machine machine;
    struct replay_block_builder building;
};

static void on_point(void *ctx, const struct kvm_tracepoint *point)
{
    struct irq_replay *replay = ctx;
    replay_block_point(&replay->building, point);
}

/* vCPUs that the lines name; 0: more than a VM of the model has. */
static unsigned vcpus_of(const struct record *record, const struct record_thread *thread,
                         bool *vgic)
{
    uint64_t most = 0;
    *vgic = true;
    for (size_t i = thread->irq.first; i != RECORD_NONE; i = record->points[i].next) {
        const struct kvm_tracepoint *point = &record->points[i].point;
        if (point->id != KVM_TP_IRQ_LINE)
            continue;
        *vgic = *vgic && point->args[0] != KVM_ARM_IRQ_TYPE_CPU;
        most = point->args[1] > most ? point->args[1] : most;
    }
    return most < REPLAY_MAX_VCPUS ? (unsigned)most + 1 : 0;
}

static size_t next_of(const struct record *record, size_t index, enum kvm_tracepoint_id id)
{
    while (index != RECORD_NONE && record->points[index].point.id != id)
        index = record->points[index].next;
    return index;
}

static uint32_t irq_of(const struct kvm_tracepoint *line)
{
    return (uint32_t)(field_put(KVM_ARM_IRQ_TYPE, line->args[0] & 0xf) |
                      field_put(KVM_ARM_IRQ_VCPU, line->args[1] & 0xff) |
                      field_put(KVM_ARM_IRQ_NUM, line->args[2] & 0xffff));
}

/* The line at index, and what KVM told its vGIC about it: of later ones the timers are the cause.
 */
static size_t end_of(const struct record *record, size_t index)
{
    size_t next = record->points[index].next;
    bool told = next != RECORD_NONE && record->points[next].point.id != KVM_TP_IRQ_LINE;
    return told ? record->points[next].next : next;
}

static void play_line(struct irq_replay *replay, const struct record *record, size_t index,
                      const struct replay_options *options, struct replay_tally *tally)
{
    const struct kvm_tracepoint *line = &record->points[index].point;
    struct replay_tally before = *tally;
    replay_block_start(&replay->building);
    kvm_irq_line(replay->machine.kvm, irq_of(line), line->args[3] != 0);
    replay_block_finish(&replay->building, options->kernel, record, index, end_of(record, index),
                        false, false);
    replay_block_count(&replay->building.block, tally);
    tally->irqs += tally->same + tally->recorded - before.same - before.recorded;
}

static bool make_machine(struct irq_replay *replay, const struct replay_options *options,
                         unsigned vcpus, bool vgic, char *error, size_t size)
{
    const struct kvm_config vm = {.variant = options->kernel,
                                  .ipa_bits = 40,
                                  .tracepoint = on_point,
                                  .tracepoint_ctx = replay};
    if (!replay_machine_make(&replay->machine, &vm, vcpus, error, size))
        return false;
    if (!vgic || kvm_vgic_create(replay->machine.kvm, GICD_BASE, GICR_BASE) == 0)
        return true;
    snprintf(error, size, "the vGIC cannot be made");
    return false;
}

bool replay_irqs(const struct record *record, const struct record_thread *thread,
                 const struct replay_options *options, replay_reader *reader, void *ctx,
                 struct replay_tally *tally, char *error, size_t size)
{
    bool vgic, ok;
    unsigned vcpus = vcpus_of(record, thread, &vgic);
    size_t i = next_of(record, thread->irq.first, KVM_TP_IRQ_LINE);
    if (i == RECORD_NONE)
        return true;
    if (!vcpus) {
        for (; i != RECORD_NONE; i = record->points[i].next)
            tally->unknown++;
        return true;
    }
    struct irq_replay *replay = calloc(1, sizeof(*replay));
    ok = replay && make_machine(replay, options, vcpus, vgic, error, size);
    for (; ok && i != RECORD_NONE; i = next_of(record, record->points[i].next, KVM_TP_IRQ_LINE)) {
        play_line(replay, record, i, options, tally);
        reader(ctx, &replay->building.block);
    }
    if (replay)
        replay_machine_free(&replay->machine);
    else
        snprintf(error, size, "out of memory");
    free(replay);
    return ok;
}

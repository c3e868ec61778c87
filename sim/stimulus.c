/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/stimulus.h"

#include <errno.h>
#include <stdlib.h>

#include "cpu/event.h"

struct stimulus {
    struct stimuli *all;
    const struct scn_stimulus *what;
    struct timed_event event;
    uint64_t seen; /* traps, or events of the kind */
    bool due;      /* for the main thread */
    bool waits;    /* for the vCPU to come out of KVM_RUN */
};

struct stimuli {
    struct stimuli_config config;
    struct stimulus *list;
    struct stimulus_result *results;
    size_t count;
    size_t added; /* to the clock's queue */
};

static void on_due(void *ctx, cycles_t late)
{
    struct stimulus *stimulus = ctx;

    (void)late;
    stimulus->due = true;
    stimulus->all->config.due(stimulus->all->config.ctx);
}

/* At the next moment at which something may happen. */
static void schedule_now(struct stimulus *stimulus)
{
    struct clock *clock = stimulus->all->config.clock;

    clock_schedule(clock, &stimulus->event, clock->now);
}

static void count(struct stimulus *stimulus)
{
    if (++stimulus->seen == stimulus->what->number)
        schedule_now(stimulus);
}

void stimuli_count_trap(struct stimuli *stimuli)
{
    for (size_t i = 0; i < stimuli->count; i++)
        if (stimuli->list[i].what->when == SCN_AT_TRAP)
            count(&stimuli->list[i]);
}

/* An event_reader. */
static void on_event(void *ctx, const struct event *event)
{
    struct stimuli *stimuli = ctx;

    for (size_t i = 0; i < stimuli->count; i++)
        if (stimuli->list[i].what->when == SCN_AT_EVENT &&
            stimuli->list[i].what->event == event->kind)
            count(&stimuli->list[i]);
}

/* --- what can happen: 0 or -errno ---------------------------------------------------------- */

typedef int stimulus_fn(struct stimulus *stimulus);

static int set_events(struct stimulus *stimulus, const struct kvm_arm_vcpu_events *events)
{
    return kvm_vcpu_set_events(stimulus->all->config.vcpus[stimulus->what->vcpu], events);
}

static int do_serror(struct stimulus *stimulus)
{
    return set_events(stimulus,
                      &(struct kvm_arm_vcpu_events){.serror_pending = true,
                                                    .serror_has_esr = stimulus->what->has_iss,
                                                    .serror_esr = stimulus->what->value});
}

static int do_ext_dabt(struct stimulus *stimulus)
{
    return set_events(stimulus, &(struct kvm_arm_vcpu_events){.ext_dabt_pending = true});
}

static int do_write(struct stimulus *stimulus)
{
    const struct scn_stimulus *what = stimulus->what;
    const struct stimuli_config *config = &stimulus->all->config;
    uint64_t offset = what->ipa.v - config->scenario->memory[what->memory].ipa.v;

    return host_mm_write(config->mm, HVA(config->hva[what->memory].v + offset), &what->value,
                         what->size)
               ? 0
               : -EFAULT;
}

static int do_irq(struct stimulus *stimulus)
{
    const struct scn_stimulus *what = stimulus->what;
    uint64_t type = what->ppi ? KVM_ARM_IRQ_TYPE_PPI : KVM_ARM_IRQ_TYPE_SPI;
    uint64_t irq = field_put(KVM_ARM_IRQ_NUM, what->intid) | field_put(KVM_ARM_IRQ_TYPE, type) |
                   field_put(KVM_ARM_IRQ_VCPU, what->vcpu);

    return kvm_irq_line(stimulus->all->config.kvm, (uint32_t)irq, what->level);
}

/* The signal was all. */
static int do_nothing(struct stimulus *stimulus)
{
    (void)stimulus;
    return 0;
}

static const struct {
    stimulus_fn *fn;
    bool of_vcpu; /* a vCPU's ioctl: its thread must be out of KVM_RUN */
} rows[SCN_STIMULUS_COUNT] = {
    [SCN_STIMULUS_IRQ] = {do_irq, false},          [SCN_STIMULUS_SERROR] = {do_serror, true},
    [SCN_STIMULUS_EXT_DABT] = {do_ext_dabt, true}, [SCN_STIMULUS_WRITE] = {do_write, false},
    [SCN_STIMULUS_SIGNAL] = {do_nothing, true},
};

static void happen(struct stimulus *stimulus)
{
    struct stimuli *all = stimulus->all;
    struct stimulus_result *result = &all->results[stimulus - all->list];
    int ret = rows[stimulus->what->kind].fn(stimulus);

    result->times++;
    result->error = -ret;
    EMIT(all->config.trace, STIMULUS, VMM, (uint64_t)(stimulus - all->list) + 1,
         EVENT_STR(stimulus->what->name), (uint64_t)(int64_t)ret);
}

void stimuli_run(struct stimuli *stimuli)
{
    for (size_t i = 0; i < stimuli->count; i++) {
        struct stimulus *stimulus = &stimuli->list[i];

        if (!stimulus->due)
            continue;
        stimulus->due = false;
        stimulus->waits = rows[stimulus->what->kind].of_vcpu;
        if (stimulus->waits)
            kvm_vcpu_signal(stimuli->config.vcpus[stimulus->what->vcpu]);
        else
            happen(stimulus);
    }
}

void stimuli_run_vcpu(struct stimuli *stimuli, unsigned vcpu)
{
    for (size_t i = 0; i < stimuli->count; i++) {
        struct stimulus *stimulus = &stimuli->list[i];

        if (!stimulus->waits || stimulus->what->vcpu != vcpu)
            continue;
        stimulus->waits = false;
        happen(stimulus);
    }
}

const struct stimulus_result *stimuli_results(const struct stimuli *stimuli)
{
    return stimuli->results;
}

/* --- life ---------------------------------------------------------------------------------- */

static bool add_all(struct stimuli *stimuli)
{
    const struct scenario *scenario = stimuli->config.scenario;
    bool listens = false;

    for (size_t i = 0; i < stimuli->count; i++) {
        struct stimulus *stimulus = &stimuli->list[i];

        *stimulus = (struct stimulus){.all = stimuli, .what = &scenario->stimuli[i]};
        stimulus->event =
            (struct timed_event){.name = stimulus->what->name, .fn = on_due, .ctx = stimulus};
        if (!event_queue_add(&stimuli->config.clock->events, &stimulus->event))
            return false;
        stimuli->added++;
        if (stimulus->what->when == SCN_AT_CYCLE)
            clock_schedule(stimuli->config.clock, &stimulus->event, CYCLES(stimulus->what->number));
        listens = listens || stimulus->what->when == SCN_AT_EVENT;
    }
    return !listens || trace_add_reader(stimuli->config.trace, on_event, stimuli);
}

struct stimuli *stimuli_new(const struct stimuli_config *config)
{
    size_t count = config->scenario->stimulus_count;
    struct stimuli *stimuli = calloc(1, sizeof(*stimuli));

    if (!stimuli)
        return NULL;
    stimuli->config = *config;
    stimuli->count = count;
    stimuli->list = calloc(count + 1, sizeof(*stimuli->list));
    stimuli->results = calloc(count + 1, sizeof(*stimuli->results));
    if (!stimuli->list || !stimuli->results || !add_all(stimuli)) {
        stimuli_free(stimuli);
        return NULL;
    }
    return stimuli;
}

void stimuli_free(struct stimuli *stimuli)
{
    if (!stimuli)
        return;
    for (size_t i = 0; i < stimuli->added; i++)
        event_queue_remove(&stimuli->config.clock->events, &stimuli->list[i].event);
    free(stimuli->list);
    free(stimuli->results);
    free(stimuli);
}

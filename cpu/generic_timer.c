/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpu/generic_timer.h"

#include "cpu/engine.h"

/* What writes of CTL keep. */
static uint64_t writable_ctl(void)
{
    return field_mask(CNT_CTL_ENABLE) | field_mask(CNT_CTL_IMASK);
}

static const struct {
    const char *name;
    unsigned intid;
} timers[CPU_TIMER_COUNT] = {
    [CPU_TIMER_VIRTUAL] = {"virtual", GIC_INTID_VIRTUAL_TIMER},
    [CPU_TIMER_PHYSICAL] = {"physical", GIC_INTID_PHYSICAL_TIMER},
};

uint64_t cpu_counter(const struct cpu *cpu)
{
    return clock_counter(cpu->engine->clock, engine_uncharged_cycles(cpu));
}

static uint64_t offset_of(const struct cpu *cpu, enum cpu_timer timer)
{
    return timer == CPU_TIMER_VIRTUAL ? cpu->timer.cntvoff : 0;
}

/* TimerConditionMet: unsigned, of the timer's own view of the counter. */
static bool condition_met(const struct cpu *cpu, enum cpu_timer timer, uint64_t counter)
{
    return counter - offset_of(cpu, timer) >= cpu->timer.one[timer].cval;
}

static bool enabled(const struct cpu *cpu, enum cpu_timer timer)
{
    return field_get(cpu->timer.one[timer].ctl, CNT_CTL_ENABLE);
}

/* The first cycle in which the counter has gone on by counts. */
static cycles_t cycle_after(const struct clock *clock, uint64_t counter, uint64_t counts)
{
    return counts > UINT64_MAX - counter ? EVENT_QUEUE_NEVER
                                         : clock_cycle_of_counter(clock, counter + counts);
}

static void stop_event(struct cpu *cpu, struct timed_event *event)
{
    event_queue_cancel(&cpu->engine->clock->events, event);
    cpu->event_line = 0; /* the engine asks anew when the next event is due */
    cpu->stop_line = 0;
}

/* The output's level, and when it will rise; of a timer that is enabled. */
static void update_at(struct cpu *cpu, enum cpu_timer timer, uint64_t counter)
{
    struct timed_event *event = &cpu->timer.one[timer].event;
    struct clock *clock = cpu->engine->clock;
    bool masked = field_get(cpu->timer.one[timer].ctl, CNT_CTL_IMASK);
    bool met = condition_met(cpu, timer, counter);
    cycles_t due;

    gic_set_level(&cpu->gic, timers[timer].intid, met && !masked && !cpu->timer.one[timer].held);
    stop_event(cpu, event);
    if (masked || met)
        return;
    due =
        cycle_after(clock, counter, cpu->timer.one[timer].cval - (counter - offset_of(cpu, timer)));
    if (due.v != EVENT_QUEUE_NEVER.v)
        clock_schedule(clock, event, due);
}

static void turn_off(struct cpu *cpu, enum cpu_timer timer)
{
    gic_set_level(&cpu->gic, timers[timer].intid, false);
    if (timed_event_is_scheduled(&cpu->timer.one[timer].event))
        stop_event(cpu, &cpu->timer.one[timer].event);
}

/* A register of the timer changed; one that is off has no output and no event. */
static void update(struct cpu *cpu, enum cpu_timer timer)
{
    if (enabled(cpu, timer))
        update_at(cpu, timer, cpu_counter(cpu));
}

static void set_ctl(struct cpu *cpu, enum cpu_timer timer, uint64_t ctl)
{
    bool was = enabled(cpu, timer);

    cpu->timer.one[timer].ctl = ctl & writable_ctl();
    if (was && !enabled(cpu, timer))
        turn_off(cpu, timer);
}

static void fire(struct cpu *cpu, enum cpu_timer timer)
{
    EMIT(cpu->engine->trace, TIMER_FIRE, GUEST, EVENT_STR(timers[timer].name), timers[timer].intid,
         cpu->timer.one[timer].cval, cpu_counter(cpu) - offset_of(cpu, timer));
    update(cpu, timer);
}

static void on_virtual(void *ctx, cycles_t late)
{
    (void)late;
    fire(ctx, CPU_TIMER_VIRTUAL);
}

static void on_physical(void *ctx, cycles_t late)
{
    (void)late;
    fire(ctx, CPU_TIMER_PHYSICAL);
}

bool generic_timer_init(struct cpu *cpu)
{
    struct event_queue *events = &cpu->engine->clock->events;
    struct timed_event *virtual = &cpu->timer.one[CPU_TIMER_VIRTUAL].event;
    struct timed_event *physical = &cpu->timer.one[CPU_TIMER_PHYSICAL].event;

    *virtual = (struct timed_event){.name = "virtual timer", .fn = on_virtual, .ctx = cpu};
    *physical = (struct timed_event){.name = "physical timer", .fn = on_physical, .ctx = cpu};
    if (!event_queue_add(events, virtual))
        return false;
    if (event_queue_add(events, physical))
        return true;
    event_queue_remove(events, virtual);
    return false;
}

void generic_timer_free(struct cpu *cpu)
{
    for (unsigned i = 0; i < CPU_TIMER_COUNT; i++)
        event_queue_remove(&cpu->engine->clock->events, &cpu->timer.one[i].event);
}

/* --- registers --- */

uint64_t cpu_timer_voffset(const struct cpu *cpu)
{
    return cpu->timer.cntvoff;
}

void cpu_timer_set_voffset(struct cpu *cpu, uint64_t offset)
{
    cpu->timer.cntvoff = offset;
    update(cpu, CPU_TIMER_VIRTUAL);
}

static uint64_t ctl_at(const struct cpu *cpu, enum cpu_timer timer, uint64_t counter)
{
    uint64_t met = enabled(cpu, timer) && condition_met(cpu, timer, counter);

    return cpu->timer.one[timer].ctl | field_put(CNT_CTL_ISTATUS, met);
}

uint64_t cpu_timer_ctl(const struct cpu *cpu, enum cpu_timer timer)
{
    if (!enabled(cpu, timer))
        return cpu->timer.one[timer].ctl;
    return ctl_at(cpu, timer, cpu_counter(cpu));
}

bool cpu_timer_asserted(const struct cpu *cpu, enum cpu_timer timer)
{
    return enabled(cpu, timer) && !field_get(cpu->timer.one[timer].ctl, CNT_CTL_IMASK) &&
           condition_met(cpu, timer, cpu_counter(cpu));
}

void cpu_timer_set_ctl(struct cpu *cpu, enum cpu_timer timer, uint64_t ctl)
{
    set_ctl(cpu, timer, ctl);
    update(cpu, timer);
}

void cpu_timer_set(struct cpu *cpu, enum cpu_timer timer, uint64_t ctl, uint64_t cval)
{
    cpu->timer.one[timer].cval = cval;
    cpu_timer_set_ctl(cpu, timer, ctl);
}

uint64_t cpu_timer_cval(const struct cpu *cpu, enum cpu_timer timer)
{
    return cpu->timer.one[timer].cval;
}

void cpu_timer_set_cval(struct cpu *cpu, enum cpu_timer timer, uint64_t cval)
{
    cpu->timer.one[timer].cval = cval;
    update(cpu, timer);
}

void cpu_timer_mask(struct cpu *cpu, enum cpu_timer timer, bool mask)
{
    if (cpu->timer.one[timer].held == mask)
        return;
    cpu->timer.one[timer].held = mask;
    update(cpu, timer);
}

/* --- the guest's accesses --- */

enum timer_reg { REG_PCT, REG_VCT, REG_TVAL, REG_CTL, REG_CVAL };

/* All have op0 3, op1 3, CRn 14. */
static const struct row {
    uint8_t crm, op2, reg, timer;
} rows[] = {
    {0, 1, REG_PCT, CPU_TIMER_PHYSICAL},  {0, 2, REG_VCT, CPU_TIMER_VIRTUAL},
    {0, 5, REG_PCT, CPU_TIMER_PHYSICAL},  {0, 6, REG_VCT, CPU_TIMER_VIRTUAL},
    {2, 0, REG_TVAL, CPU_TIMER_PHYSICAL}, {2, 1, REG_CTL, CPU_TIMER_PHYSICAL},
    {2, 2, REG_CVAL, CPU_TIMER_PHYSICAL}, {3, 0, REG_TVAL, CPU_TIMER_VIRTUAL},
    {3, 1, REG_CTL, CPU_TIMER_VIRTUAL},   {3, 2, REG_CVAL, CPU_TIMER_VIRTUAL},
};

static const struct row *find_row(const struct sysreg_desc *reg)
{
    if (reg->op0 != 3 || reg->op1 != 3 || reg->crn != 14)
        return NULL;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].crm == reg->crm && rows[i].op2 == reg->op2)
            return &rows[i];
    return NULL;
}

bool generic_timer_read(const struct cpu *cpu, const struct sysreg_desc *reg, uint64_t counter,
                        uint64_t *value)
{
    const struct row *row = find_row(reg);
    enum cpu_timer timer;

    if (!row)
        return false;
    timer = (enum cpu_timer)row->timer;
    switch ((enum timer_reg)row->reg) {
    case REG_PCT:
    case REG_VCT:
        *value = counter - offset_of(cpu, timer);
        break;
    case REG_TVAL: /* a signed distance of 32 bits */
        *value = (uint32_t)(cpu->timer.one[timer].cval - (counter - offset_of(cpu, timer)));
        break;
    case REG_CTL:
        *value = ctl_at(cpu, timer, counter);
        break;
    case REG_CVAL:
        *value = cpu->timer.one[timer].cval;
        break;
    }
    return true;
}

bool generic_timer_write(struct cpu *cpu, const struct sysreg_desc *reg, uint64_t counter,
                         uint64_t value)
{
    const struct row *row = find_row(reg);
    enum cpu_timer timer;

    if (!row)
        return false;
    timer = (enum cpu_timer)row->timer;
    switch ((enum timer_reg)row->reg) {
    case REG_PCT:
    case REG_VCT:
        return false;
    case REG_TVAL:
        cpu->timer.one[timer].cval =
            counter - offset_of(cpu, timer) + (uint64_t)(int64_t)(int32_t)value;
        break;
    case REG_CTL:
        set_ctl(cpu, timer, value);
        break;
    case REG_CVAL:
        cpu->timer.one[timer].cval = value;
        break;
    }
    if (enabled(cpu, timer))
        update_at(cpu, timer, counter);
    return true;
}

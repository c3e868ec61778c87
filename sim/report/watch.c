/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/report/watch.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sim/trace/grow.h"

#define PAGE_OFFSET UINT64_C(0xfff)

static bool wants_registers(const struct scenario *scenario)
{
    const struct scn_expect *expect = &scenario->expect;
    for (size_t i = 0; i < expect->trap_count; i++)
        for (size_t n = 0; n < expect->traps[i].item_count; n++)
            if (strncmp(expect->traps[i].items[n].path, "after.", 6) == 0)
                return true;
    return false;
}

bool watch_wanted(const struct scenario *scenario)
{
    return scenario->expect.event_count > 0 || wants_registers(scenario);
}

void watch_init(struct watch *watch, const struct scenario *scenario, struct machine *machine,
                const struct trap_log *log)
{
    *watch = (struct watch){.scenario = scenario,
                            .machine = machine,
                            .log = log,
                            .wants_registers = wants_registers(scenario)};
    watch->hits = calloc(scenario->expect.event_count + 1, sizeof(watch->hits[0]));
    watch->out_of_memory = !watch->hits;
}

void watch_free(struct watch *watch)
{
    free(watch->hits);
    free(watch->traps);
    *watch = (struct watch){0};
}

/* --- events ------------------------------------------------------------------------------------
 */

bool host_sees_field(const struct event *event, const char *field)
{
    uint64_t esr = event_arg(event, "esr");
    enum esr_field_id id = esr_field_by_name(esr_ec(esr), field);
    if (strcmp(field, "far") == 0)
        return (event_arg(event, "far") & ~PAGE_OFFSET) != 0;
    if (strcmp(field, "hpfar") == 0)
        return event_arg(event, "hpfar") != 0;
    return id != ESR_FIELD_COUNT && field_get(esr, esr_field_table[id].field) != 0;
}

static bool number_is_one(const struct match_value *want, uint64_t value)
{
    for (size_t i = 0; i < want->set_count; i++)
        if (value == want->set[i])
            return true;
    return false;
}

static bool number_matches(const struct match_value *want, uint64_t value)
{
    switch (want->op) {
    case MATCH_EQ:
        return value == want->value;
    case MATCH_NE:
        return value != want->value;
    case MATCH_RANGE:
        return value >= want->value && value <= want->value2;
    case MATCH_IN:
        return number_is_one(want, value);
    case MATCH_NONE_OF:
        return !number_is_one(want, value);
    case MATCH_ANY:
        return true;
    case MATCH_ABSENT:
    case MATCH_UNCHANGED:
        break;
    }
    return false;
}

static bool text_is_one(const struct match_value *want, const char *text)
{
    for (size_t i = 0; i < want->set_count; i++)
        if (strcasecmp(text, want->set_text[i]) == 0)
            return true;
    return false;
}

static bool text_matches(const struct match_value *want, const char *text)
{
    text = text ? text : "";
    switch (want->op) {
    case MATCH_EQ:
        return strcasecmp(text, want->text) == 0;
    case MATCH_NE:
        return strcasecmp(text, want->text) != 0;
    case MATCH_IN:
        return text_is_one(want, text);
    case MATCH_NONE_OF:
        return !text_is_one(want, text);
    case MATCH_ANY:
        return true;
    case MATCH_RANGE:
    case MATCH_ABSENT:
    case MATCH_UNCHANGED:
        break;
    }
    return false;
}

static bool field_matches(const struct expect_field *field, const struct event *event)
{
    if (field->of == EXPECT_FIELD_WORLD)
        return text_matches(&field->want, world_name(event->world));
    if (field->of == EXPECT_FIELD_VCPU)
        return number_matches(&field->want, event->vcpu);
    if (field->want.is_text)
        return text_matches(&field->want, (const char *)(uintptr_t)event->args[field->arg]);
    return number_matches(&field->want, event->args[field->arg]);
}

static bool event_matches(const struct expect_event *want, const struct event *event, bool realm)
{
    if (want->shown)
        return event->kind == (realm ? EV_REC_EXIT : EV_EL2_VECTOR) &&
               host_sees_field(event, want->shown);
    if (want->kind != event->kind)
        return false;
    for (size_t i = 0; i < want->field_count; i++)
        if (!field_matches(&want->fields[i], event))
            return false;
    return true;
}

static void count_events(struct watch *watch, const struct event *event)
{
    const struct scn_expect *expect = &watch->scenario->expect;
    bool realm = watch->scenario->machine.world == SCN_WORLD_CCA;
    for (size_t i = 0; i < expect->event_count; i++) {
        if (!event_matches(&expect->events[i], event, realm))
            continue;
        if (watch->hits[i].count++ == 0) {
            watch->hits[i].first = *event;
            watch->hits[i].trap = watch->log->total;
        }
    }
}

/* --- registers ---------------------------------------------------------------------------------
 */

static void open_trap(struct watch *watch, const struct event *event)
{
    void *traps = watch->traps;
    if (watch->trap_count == TRAP_LOG_MAX_TRAPS)
        return;
    bool ok = trace_grow(&traps, &watch->trap_room, watch->trap_count, sizeof(watch->traps[0]));
    watch->traps = traps;
    if (!ok) {
        watch->out_of_memory = true;
        return;
    }
    struct trap_registers *trap = &watch->traps[watch->trap_count++];
    *trap = (struct trap_registers){.trap = watch->log->total,
                                    .sp_before = machine_sp(watch->machine, event->vcpu)};
    for (unsigned n = 0; n < sizeof(trap->before) / sizeof(trap->before[0]); n++)
        trap->before[n] = machine_reg(watch->machine, event->vcpu, n);
    watch->open[event->vcpu] = watch->trap_count;
}

static void close_trap(struct watch *watch, const struct event *event)
{
    struct trap_registers *trap = &watch->traps[watch->open[event->vcpu] - 1];
    watch->open[event->vcpu] = 0;
    trap->resumed = event->kind == EV_ERET;
    trap->pc_after = machine_pc(watch->machine, event->vcpu);
    trap->sp_after = machine_sp(watch->machine, event->vcpu);
    for (unsigned n = 0; n < sizeof(trap->after) / sizeof(trap->after[0]); n++)
        trap->after[n] = machine_reg(watch->machine, event->vcpu, n);
}

void watch_event(void *ctx, const struct event *event)
{
    struct watch *watch = ctx;
    if (watch->out_of_memory || event->vcpu >= SCN_MAX_VCPUS)
        return;
    count_events(watch, event);
    if (!watch->wants_registers)
        return;
    if (event_opens_trap(event->kind, watch->open[event->vcpu] != 0))
        open_trap(watch, event);
    if (event_closes_trap(event->kind) && watch->open[event->vcpu])
        close_trap(watch, event);
}

const struct trap_registers *watch_registers(const struct watch *watch, uint64_t trap)
{
    for (size_t i = 0; watch && i < watch->trap_count; i++)
        if (watch->traps[i].trap == trap)
            return &watch->traps[i];
    return NULL;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/report/esr_text.h"
#include "sim/report/judge_private.h"
#include "sim/report/judge_text.h"
#include "sim/report/watch.h"
#include "sim/scenario/arena.h"
#include "sim/trace/writer.h"

/* The event as a line of a trace. */
static const char *event_line(struct arena *arena, const struct event *event)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return "";
    trace_format_text.event(out, event);
    if (fclose(out) != 0 || size == 0) {
        free(text);
        return "";
    }
    const char *line = arena_copy(arena, text, size - (text[size - 1] == '\n'));
    free(text);
    return line;
}

/* What the host read, with the field that it must not see and all others. */
static const char *shown_note(struct arena *arena, const struct event *event)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return "";
    fputs("the host reads ESR ", out);
    esr_print_summary(out, event_arg(event, "esr"));
    fprintf(out, ", FAR 0x%" PRIx64 ", HPFAR 0x%" PRIx64, event_arg(event, "far"),
            event_arg(event, "hpfar"));
    fclose(out);
    const char *note = arena_copy(arena, text ? text : "", size);
    free(text);
    return note;
}

static const char *times(struct arena *arena, uint64_t count)
{
    return count == 1 ? "once" : arena_printf(arena, "%" PRIu64 " times", count);
}

static void judge_event(struct judge *judge, const struct expect_event *want,
                        const struct watch_hits *hits)
{
    struct actual actual = {
        .known = true, .present = true, .style = ACTUAL_DEC, .number = hits->count};
    judge->expectations++;
    if (match_value_holds(&want->times, &actual))
        return;
    bool some = hits->count > 0;
    const char *name = want->shown ? arena_printf(judge->arena, "host_sees %s", want->shown)
                                   : event_table[want->kind].name;
    judge_fail(
        judge,
        (struct failure){
            .pos = want->pos,
            .trap = some ? hits->trap : 0,
            .what = arena_printf(judge->arena, "%s, %s", want->section, name),
            .expected = want->never
                            ? "never"
                            : arena_printf(judge->arena, "times: %s",
                                           expected_text(judge->arena, &want->times, &actual)),
            .actual =
                some ? arena_printf(
                           judge->arena, "%s, first in %s: %s", times(judge->arena, hits->count),
                           hits->trap ? arena_printf(judge->arena, "trap %" PRIu64, hits->trap)
                                      : "the set-up",
                           event_line(judge->arena, &hits->first))
                     : "never",
            .note = some && want->shown ? shown_note(judge->arena, &hits->first) : "",
        });
}

void judge_events(struct judge *judge)
{
    const struct scn_expect *expect = &judge->run->scenario->expect;
    for (size_t i = 0; judge->run->watch && i < expect->event_count; i++)
        judge_event(judge, &expect->events[i], &judge->run->watch->hits[i]);
}

void judge_memory(struct judge *judge)
{
    const struct scn_expect *expect = &judge->run->scenario->expect;
    for (size_t i = 0; i < expect->memory_count; i++) {
        const struct expect_memory *want = &expect->memory[i];
        for (size_t n = 0; n < want->item_count; n++) {
            struct actual actual;
            actual_of_memory(judge->run, i, want->items[n].path, &actual);
            judge->expectations++;
            if (!actual.known || !match_value_holds(&want->items[n].want, &actual))
                judge_fail_item(judge, &want->items[n], &actual, NULL);
        }
    }
}

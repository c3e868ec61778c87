/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/golden.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/scenario/arena.h"
#include "sim/scenario/file.h"
#include "sim/scenario/process.h"
#include "sim/scenario/text.h"
#include "sim/trace/writer.h"

#define COSTS_LINE "# costs "

static uint64_t costs_hash(const struct cost_profile *profile)
{
    uint64_t hash = hash_bytes(HASH_START, &profile->core_hz, sizeof(profile->core_hz));
    for (unsigned op = 0; op < OP_COUNT; op++)
        if (!op_is_modelled((enum op)op))
            hash = hash_bytes(hash, &profile->cycles[op], sizeof(profile->cycles[op]));
    return hash;
}

bool golden_open(struct golden *golden, const struct scenario *scenario,
                 const struct cost_profile *profile, struct arena *arena, char *error, size_t size)
{
    const char *events = scenario->golden.events;
    *golden = (struct golden){.scenario = scenario, .profile = profile, .arena = arena, .told = ""};
    event_filter_all(&golden->filter);
    if (events && !event_filter_parse(&golden->filter, events, error, size))
        return false;
    golden->out = open_memstream(&golden->text, &golden->size);
    if (!golden->out) {
        event_filter_free(&golden->filter);
        snprintf(error, size, "out of memory");
        return false;
    }
    fprintf(golden->out, "# %s: written by `sim test --update`\n", scenario->name);
    fprintf(golden->out, COSTS_LINE "%s %016" PRIx64 "\n", profile->name, costs_hash(profile));
    return true;
}

void golden_event(void *ctx, const struct event *event)
{
    struct golden *golden = ctx;
    if (!golden->filter.kind[event->kind] || golden->too_large)
        return;
    trace_format_text.event(golden->out, event);
    golden->too_large = ftell(golden->out) > (long)GOLDEN_MAX_BYTES;
}

/* --- comparing ---------------------------------------------------------------------------------
 */

struct line {
    const char *text;
    size_t length;
};

static bool next_line(const char **at, struct line *line)
{
    const char *end = strchr(*at, '\n');
    if (**at == '\0')
        return false;
    line->text = *at;
    line->length = end ? (size_t)(end - *at) : strlen(*at);
    *at = end ? end + 1 : *at + line->length;
    return true;
}

/* The line without its first column, the cycle. */
static struct line without_cycle(struct line line)
{
    size_t skip = strspn(line.text, " ");
    skip += strcspn(line.text + skip, " \n");
    if (skip > line.length)
        skip = line.length;
    return (struct line){line.text + skip, line.length - skip};
}

static bool same_line(struct line a, struct line b, bool cycles)
{
    if (!cycles) {
        a = without_cycle(a);
        b = without_cycle(b);
    }
    return a.length == b.length && memcmp(a.text, b.text, a.length) == 0;
}

static const char *line_text(struct golden *golden, bool there, struct line line)
{
    return there ? arena_copy(golden->arena, line.text, line.length) : "the end of the trace";
}

static void fail(struct golden *golden, unsigned line, const char *expected, const char *actual,
                 const char *note)
{
    const struct scn_golden *of = &golden->scenario->golden;
    golden->differs = true;
    golden->failure = (struct failure){
        .pos = of->pos,
        .what = line ? arena_printf(golden->arena, "golden %s:%u", of->path, line)
                     : arena_printf(golden->arena, "golden %s", of->path),
        .expected = expected,
        .actual = actual,
        .note = note,
    };
}

/* Whether a line of comment names the cost table. */
static bool is_costs(struct line line)
{
    return line.length > strlen(COSTS_LINE) &&
           strncmp(line.text, COSTS_LINE, strlen(COSTS_LINE)) == 0;
}

static struct line costs_of(const char *text)
{
    struct line line = {"", 0};
    while (next_line(&text, &line))
        if (is_costs(line))
            return line;
    return (struct line){"", 0};
}

static bool next_event_line(const char **at, struct line *line, unsigned *number)
{
    bool there;
    do {
        there = next_line(at, line);
        ++*number;
    } while (there && line->text[0] == '#');
    return there;
}

static void compare(struct golden *golden, const char *kept)
{
    bool cycles = same_line(costs_of(kept), costs_of(golden->text), true);
    const char *old = kept, *new = golden->text;
    unsigned old_number = 0, new_number = 0;
    for (;;) {
        struct line a = {"", 0}, b = {"", 0};
        bool more = next_event_line(&old, &a, &old_number);
        bool other = next_event_line(&new, &b, &new_number);
        if (!more && !other)
            break;
        if (more && other && same_line(a, b, cycles))
            continue;
        fail(golden, old_number, line_text(golden, more, a), line_text(golden, other, b),
             cycles ? "`sim test --update` keeps the new trace"
                    : "the cost table is another one too; `sim test --update` keeps the new trace");
        return;
    }
    golden->stale = !cycles;
}

void golden_compare(struct golden *golden)
{
    const char *why = "";
    struct file_bytes kept;
    if (fclose(golden->out) != 0)
        golden->too_large = true;
    golden->out = NULL;
    if (golden->too_large) {
        fail(golden, 0, "a trace of at most 16 MiB", "more; select events with golden.events", "");
        return;
    }
    enum file_status status =
        file_read(golden->arena, golden->scenario->golden.path, GOLDEN_MAX_BYTES, &kept, &why);
    golden->missing = status == FILE_MISSING;
    if (status == FILE_READ)
        compare(golden, kept.bytes);
    else
        fail(golden, 0, "a trace to compare with", why,
             golden->missing ? "`sim test --update-missing` writes it" : "");
}

/* --- updating ----------------------------------------------------------------------------------
 */

/* The old and the new file, as diff shows it; the new one is written beside the old one. */
static const char *diff_of(struct golden *golden, const char *path)
{
    const char *new = arena_printf(golden->arena, "%s.new", path), *output = "";
    const char *const argv[] = {"diff", "-u", "--label", path, "--label",
                                "new",  "--", path,      new,  NULL};
    if (!file_replace(golden->arena, new, golden->text, golden->size))
        return "";
    process_run(golden->arena, argv, ".", &output);
    unlink(new);
    return output;
}

bool golden_update(struct golden *golden, enum golden_use use, size_t others)
{
    const char *path = golden->scenario->golden.path;
    bool wanted = golden->missing ? use >= GOLDEN_UPDATE_MISSING
                                  : use == GOLDEN_UPDATE && (golden->differs || golden->stale);
    if (golden->stale && !wanted)
        golden->told = arena_printf(golden->arena,
                                    "golden %s: the cost table changed, cycles are not compared: "
                                    "run `sim test --update`\n",
                                    path);
    if (!wanted || golden->too_large)
        return !golden->differs;
    if (others > 0) {
        golden->told =
            arena_printf(golden->arena, "golden %s is kept: other expectations failed\n", path);
        return !golden->differs;
    }
    const char *diff = golden->missing ? "" : diff_of(golden, path);
    if (!file_make_folders(golden->arena, path) ||
        !file_replace(golden->arena, path, golden->text, golden->size)) {
        golden->told =
            arena_printf(golden->arena, "golden %s cannot be written: %s\n", path, strerror(errno));
        return !golden->differs;
    }
    golden->told = arena_printf(golden->arena, "golden %s %s\n%s", path,
                                golden->missing ? "written" : "updated", diff);
    golden->differs = golden->stale = false;
    return true;
}

void golden_close(struct golden *golden)
{
    if (golden->out)
        fclose(golden->out);
    free(golden->text);
    event_filter_free(&golden->filter);
    *golden = (struct golden){0};
}

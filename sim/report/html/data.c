/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/report/esr_text.h"
#include "sim/report/hidden.h"
#include "sim/report/html/html.h"
#include "sim/report/html/pool.h"
#include "sim/report/json_writer.h"
#include "sim/report/trap_story.h"
#include "sim/report/trap_text.h"
#include "sim/report/trap_views.h"
#include "sim/trace/timeline.h"
#include "sim/trace/trap_index.h"
#include "sim/trace/writer.h"
#include "sim/version.h"

#define NO_TEXT (-1)

struct data {
    const struct html_input *input;
    struct trap_index index;
    bool realm;
    struct pool texts, wide, bodies;
    struct pool rows, hidden; /* int32_t each: text numbers and flags */
    struct pool lists;        /* of row or hidden numbers: int32_t each */
    struct pool esrs;         /* uint64_t each */
    uint32_t *body;           /* of each event, by its place in the index */
    struct trap_line *traps;
};

/* What the table of traps shows of one: text numbers, but for pc, a value, and lists. */
struct trap_line {
    int32_t pc, insn, label, ec, exception, exit, what, why, untold, views, hidden;
};

/* The columns of the table as they are written: name and place in a trap_line. */
static const struct {
    const char *name;
    size_t offset;
} columns[] = {
#define COLUMN(name_)                                                                              \
    {                                                                                              \
#name_, offsetof(struct trap_line, name_)                                                  \
    }
    COLUMN(pc),   COLUMN(insn), COLUMN(label),  COLUMN(ec),    COLUMN(exception), COLUMN(exit),
    COLUMN(what), COLUMN(why),  COLUMN(untold), COLUMN(views), COLUMN(hidden),
};

/* --- collecting --------------------------------------------------------------------------------
 */

static int32_t text_number(struct data *data, const char *text)
{
    return text ? (int32_t)pool_add(&data->texts, text, strlen(text)) : NO_TEXT;
}

/* For text that may be empty: nothing to show. */
static int32_t text_or_none(struct data *data, const char *text)
{
    return text && *text ? text_number(data, text) : NO_TEXT;
}

static int32_t value_number(struct data *data, uint64_t value)
{
    if (value <= INT32_MAX)
        return (int32_t)value;
    return -1 - (int32_t)pool_add(&data->wide, &value, sizeof(value));
}

static int32_t field_number(struct data *data, const struct event_field *field, uint64_t value)
{
    if (field->type == EVENT_FIELD_STR)
        return text_number(data, (const char *)(uintptr_t)value);
    if (field->type == EVENT_FIELD_HEX && strncmp(field->name, "esr", strlen("esr")) == 0)
        pool_add(&data->esrs, &value, sizeof(value));
    return value_number(data, value);
}

static uint32_t body_number(struct data *data, const struct event *event)
{
    int32_t body[2 + EVENT_MAX_ARGS] = {(int32_t)event->kind, (int32_t)event->world};
    const struct event_field *field = event_table[event->kind].fields;
    unsigned count = 0;
    for (; field[count].type != EVENT_FIELD_END; count++)
        body[2 + count] = field_number(data, &field[count], event->args[count]);
    return pool_add(&data->bodies, body, (2 + count) * sizeof(body[0]));
}

static int32_t views_number(struct data *data, const struct trap_view *view)
{
    struct view_row rows[VIEW_MAX_ROWS];
    int32_t list[VIEW_MAX_ROWS];
    bool seen_by_host = data->realm && (trap_el(view) == 2 || view->rec_exit);
    size_t count = trap_views(view, seen_by_host, rows);
    for (size_t i = 0; i < count; i++) {
        int32_t row[2 + SEEN_COUNT] = {text_or_none(data, rows[i].label), rows[i].heading  ? 1
                                                                          : rows[i].hidden ? 2
                                                                                           : 0};
        for (unsigned c = 0; c < SEEN_COUNT; c++)
            row[2 + c] = text_or_none(data, rows[i].cell[c]);
        list[i] = (int32_t)pool_add(&data->rows, row, sizeof(row));
    }
    return (int32_t)pool_add(&data->lists, list, count * sizeof(list[0]));
}

static int32_t hidden_number(struct data *data, const struct trap_view *view)
{
    struct hidden hidden[HIDDEN_MAX];
    int32_t list[HIDDEN_MAX];
    size_t count = data->realm ? trap_hidden(view, hidden) : 0;
    for (size_t i = 0; i < count; i++) {
        int32_t row[] = {text_number(data, hidden[i].name), text_or_none(data, hidden[i].value),
                         text_number(data, hidden[i].why)};
        list[i] = (int32_t)pool_add(&data->hidden, row, sizeof(row));
    }
    return (int32_t)pool_add(&data->lists, list, count * sizeof(list[0]));
}

/* The class of the exception, or what stands for it: an interrupt has none. */
static const char *trap_class(const struct trap_view *view)
{
    if (view->vector)
        return esr_ec_name(esr_ec(event_arg(view->vector, "esr")));
    return view->rec_exit ? event_text(view->rec_exit, "reason") : NULL;
}

static struct trap_line trap_line(struct data *data, const struct trap *trap)
{
    const struct report *report = data->input->report;
    struct trap_view view = trap_view(&data->index.log, trap);
    const struct event *exit = view.vmm_exit && is_vmm_exit(view.vmm_exit) ? view.vmm_exit : NULL;
    char text[STORY_TEXT_SIZE];
    struct trap_line line = {
        .pc = value_number(data, trap_pc(&view)),
        .insn = text_number(data, trap_insn_text(&view, text)),
        .ec = text_number(data, trap_class(&view)),
        .label = NO_TEXT,
        .why = NO_TEXT,
        .untold = NO_TEXT,
    };
    if (report)
        line.label =
            text_or_none(data, pc_label(&report->run.scenario->guest, trap_pc(&view), text));
    if (view.vector)
        line.exception = text_number(data, trap_exception(&view, text));
    else
        line.exception = line.ec;
    line.exit = exit ? text_number(data, event_text(exit, "reason")) : NO_TEXT;
    line.what = text_or_none(data, trap_what(&view, text));
    if (view.fault)
        line.why = text_or_none(data, fault_reason(&view, text));
    if (data->realm && (view.vector || view.rec_exit) && trap_el(&view) != 1)
        line.untold = text_or_none(data, trap_untold(&view));
    line.views = views_number(data, &view);
    line.hidden = hidden_number(data, &view);
    return line;
}

static bool collect(struct data *data)
{
    const struct trap_log *log = &data->index.log;
    data->body = calloc(log->event_count + 1, sizeof(*data->body));
    data->traps = calloc(log->trap_count + 1, sizeof(*data->traps));
    if (!data->body || !data->traps)
        return false;
    for (size_t i = 0; i < log->event_count; i++) {
        data->body[i] = body_number(data, &log->events[i]);
        data->realm = data->realm || log->events[i].world == WORLD_RMM;
    }
    for (size_t i = 0; i < log->trap_count; i++)
        data->traps[i] = trap_line(data, &log->traps[i]);
    return true;
}

/* --- writing -----------------------------------------------------------------------------------
 */

static void put_table(struct json *json)
{
    static const char *const types[] = {
        [EVENT_FIELD_HEX] = "hex",   [EVENT_FIELD_U32] = "u32", [EVENT_FIELD_DEC] = "dec",
        [EVENT_FIELD_BOOL] = "bool", [EVENT_FIELD_STR] = "str",
    };
    json_key(json, "worlds");
    json_array_begin(json);
    for (unsigned world = 0; world < WORLD_COUNT; world++) {
        json_object_begin(json);
        json_member_string(json, "name", world_name((enum world)world));
        json_member_string(json, "el", world_el((enum world)world));
        json_object_end(json);
    }
    json_array_end(json);
    json_key(json, "kinds");
    json_array_begin(json);
    for (unsigned kind = 0; kind < EV_COUNT; kind++) {
        const struct event_field *field = event_table[kind].fields;
        json_object_begin(json);
        json_member_string(json, "name", event_table[kind].name);
        json_member_string(json, "doc", event_table[kind].doc);
        json_member_string(json, "source", event_source((enum event_kind)kind));
        json_member_uint(json, "depth", timeline_depth((enum event_kind)kind));
        json_key(json, "fields");
        json_array_begin(json);
        for (; field->type != EVENT_FIELD_END; field++) {
            json_array_begin(json);
            json_str(json, field->name);
            json_str(json, types[field->type]);
            json_array_end(json);
        }
        json_array_end(json);
        json_object_end(json);
    }
    json_array_end(json);
}

static void put_texts(struct json *json, const char *key, const struct pool *pool)
{
    json_key(json, key);
    json_array_begin(json);
    for (size_t i = 0, size; i < pool->count; i++) {
        const char *text = pool_at(pool, i, &size);
        json_bytes(json, text, size);
    }
    json_array_end(json);
}

static uint64_t wide_at(const struct pool *pool, size_t number)
{
    size_t size;
    uint64_t value;
    memcpy(&value, pool_at(pool, number, &size), sizeof(value));
    return value;
}

static void put_wide(struct json *json, const struct pool *pool)
{
    json_key(json, "wide");
    json_array_begin(json);
    for (size_t i = 0; i < pool->count; i++) {
        char text[17];
        snprintf(text, sizeof(text), "%016" PRIx64, wide_at(pool, i));
        json_str(json, text);
    }
    json_array_end(json);
}

/* Each item an array of integers; flat: all in one array. */
static void put_items(struct json *json, const char *key, const struct pool *pool, bool flat)
{
    json_key(json, key);
    json_array_begin(json);
    for (size_t i = 0, size; i < pool->count; i++) {
        const int32_t *values = pool_at(pool, i, &size);
        if (!flat)
            json_array_begin(json);
        for (size_t n = 0; n < size / sizeof(*values); n++)
            json_int(json, values[n]);
        if (!flat)
            json_array_end(json);
    }
    json_array_end(json);
}

/* What a descriptor says, for each event that reads one: [body, text], ... */
static void put_notes(struct json *json, struct data *data)
{
    bool *told = calloc(data->bodies.count + 1, sizeof(*told));
    char text[STORY_TEXT_SIZE];
    json_key(json, "notes");
    json_array_begin(json);
    for (size_t i = 0; told && i < data->index.log.event_count; i++) {
        const struct event *event = &data->index.log.events[i];
        if (event->kind != EV_WALK_STEP || told[data->body[i]])
            continue;
        told[data->body[i]] = true;
        json_array_begin(json);
        json_uint(json, data->body[i]);
        json_str(json, descriptor_text((unsigned)event_arg(event, "stage"),
                                       (int)(int64_t)event_arg(event, "level"),
                                       event_arg(event, "desc"), text));
        json_array_end(json);
    }
    json_array_end(json);
    free(told);
}

static void put_esr(struct json *json, uint64_t esr)
{
    struct esr_part parts[ESR_MAX_PARTS];
    uint64_t reserved;
    char text[ESR_TEXT_SIZE];
    size_t count = esr_decode(esr, parts, &reserved);
    json_object_begin(json);
    json_member_hex(json, "esr", esr);
    json_key(json, "fields");
    json_array_begin(json);
    for (size_t i = 0; i < count; i++) {
        const struct esr_field *field = &esr_field_table[parts[i].id];
        const char *meaning = esr_field_meaning(parts[i].id, parts[i].value);
        if (field->field.lo >= ESR_ISS2.lo && !parts[i].value)
            continue;
        esr_value_text(parts[i].id, parts[i].value, text, sizeof(text));
        json_array_begin(json);
        json_str(json, field->name);
        json_uint(json, field->field.lo + field->field.width - 1u);
        json_uint(json, field->field.lo);
        json_str(json, text);
        json_str(json, parts[i].not_valid ? parts[i].not_valid : meaning ? meaning : field->doc);
        json_array_end(json);
    }
    json_array_end(json);
    json_object_end(json);
}

static void put_esrs(struct json *json, const struct pool *pool)
{
    json_key(json, "esrs");
    json_array_begin(json);
    for (size_t i = 0; i < pool->count; i++)
        put_esr(json, wide_at(pool, i));
    json_array_end(json);
}

static void put_column(struct json *json, const struct data *data, const char *name, size_t offset)
{
    json_key(json, name);
    json_array_begin(json);
    for (size_t i = 0; i < data->index.log.trap_count; i++) {
        int32_t value;
        memcpy(&value, (const char *)&data->traps[i] + offset, sizeof(value));
        json_int(json, value);
    }
    json_array_end(json);
}

static void put_traps(struct json *json, const struct data *data)
{
    const struct trap_log *log = &data->index.log;
    json_key(json, "traps");
    json_object_begin(json);
    json_key(json, "vcpu");
    json_array_begin(json);
    for (size_t i = 0; i < log->trap_count; i++)
        json_uint(json, log->traps[i].vcpu);
    json_array_end(json);
    json_key(json, "events");
    json_array_begin(json);
    for (size_t i = 0; i < log->trap_count; i++)
        json_uint(json, log->traps[i].event_count);
    json_array_end(json);
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
        put_column(json, data, columns[i].name, columns[i].offset);
    json_object_end(json);
}

/* Whether an event is the first of its trap, or of those of no trap. */
static bool is_first(const struct data *data, size_t event, size_t *trap)
{
    const struct trap_log *log = &data->index.log;
    while (*trap < log->trap_count && log->traps[*trap].first_event < event)
        ++*trap;
    return (*trap < log->trap_count && log->traps[*trap].first_event == event) ||
           event == data->index.loose;
}

/*
 * An event's cycle is that of the one before it, in its trap, and what it took itself; where others
 * ran in between, and for the first of a trap, gaps has the difference: [event, cycles], ...
 */
static void put_events(struct json *json, const struct data *data)
{
    const struct trap_log *log = &data->index.log;
    uint64_t before = 0;
    json_key(json, "body");
    json_array_begin(json);
    for (size_t i = 0; i < log->event_count; i++)
        json_uint(json, data->body[i]);
    json_array_end(json);
    json_key(json, "took");
    json_array_begin(json);
    for (size_t i = 0; i < log->event_count; i++)
        json_uint(json, data->index.took[i]);
    json_array_end(json);
    json_key(json, "gaps");
    json_array_begin(json);
    for (size_t i = 0, trap = 0; i < log->event_count; i++) {
        uint64_t start = log->events[i].cycle.v - data->index.took[i];
        if (is_first(data, i, &trap))
            before = 0;
        if (start != before) {
            json_uint(json, i);
            json_int(json, (int64_t)(start - before));
        }
        before = log->events[i].cycle.v;
    }
    json_array_end(json);
    json_key(json, "loose_vcpu");
    json_array_begin(json);
    for (size_t i = data->index.loose; i < log->event_count; i++)
        json_uint(json, log->events[i].vcpu);
    json_array_end(json);
}

static void put_failures(struct json *json, const struct judgement *judgement)
{
    json_member_uint(json, "expectations", judgement->expectations);
    json_key(json, "failures");
    json_array_begin(json);
    for (size_t i = 0; i < judgement->failure_count; i++) {
        const struct failure *failure = &judgement->failures[i];
        json_object_begin(json);
        json_member_uint(json, "trap", failure->trap);
        json_member_uint(json, "line", failure->pos.line);
        json_member_string(json, "what", failure->what);
        json_member_string(json, "expected", failure->expected);
        json_member_string(json, "actual", failure->actual);
        json_member_string(json, "note", failure->note);
        json_object_end(json);
    }
    json_array_end(json);
}

/* What only a run knows, and a recorded trace does not. */
static void put_run(struct json *json, const struct report *report)
{
    const struct scenario *scenario = report->run.scenario;
    const struct machine_end *end = &report->run.result->end;
    json_member_string(json, "about", scenario->about);
    json_member_string(json, "file", scenario->path);
    json_member_string(json, "kernel", scenario->machine.kernel);
    json_member_string(json, "rmm", scenario->machine.rmm);
    json_member_string(json, "verdict", verdict_name(report->outcome.verdict));
    json_member_string(json, "end", end_reason_name(end->reason));
    json_member_string(json, "end_text", end->text);
    json_member_uint(json, "instructions", report->run.result->instructions);
    put_failures(json, &report->judgement);
}

static void put_data(struct json *json, struct data *data)
{
    const struct trace_list *list = data->input->list;
    json_object_begin(json);
    json_member_string(json, "type", "page");
    json_member_uint(json, "schema", HTML_DATA_SCHEMA);
    json_member_string(json, "sim", list->version);
    json_member_string(json, "scenario", list->scenario);
    json_member_string(json, "hash", list->hash);
    json_member_string(json, "profile", list->profile);
    json_member_bool(json, "realm", data->realm);
    json_member_uint(json, "cycles", list->count ? list->events[list->count - 1].cycle.v : 0);
    json_key(json, "run");
    if (data->input->report) {
        json_object_begin(json);
        put_run(json, data->input->report);
        json_object_end(json);
    } else {
        json_nil(json);
    }
    put_table(json);
    put_texts(json, "texts", &data->texts);
    put_wide(json, &data->wide);
    put_items(json, "bodies", &data->bodies, true);
    put_notes(json, data);
    put_esrs(json, &data->esrs);
    put_items(json, "rows", &data->rows, false);
    put_items(json, "hidden", &data->hidden, false);
    put_items(json, "lists", &data->lists, false);
    put_traps(json, data);
    put_events(json, data);
    json_object_end(json);
}

bool html_data(FILE *out, const struct html_input *input)
{
    struct data data = {.input = input};
    struct pool *pools[] = {&data.texts,  &data.wide,  &data.bodies, &data.rows,
                            &data.hidden, &data.lists, &data.esrs};
    const size_t pool_count = sizeof(pools) / sizeof(pools[0]);
    bool ok = trap_index_build(&data.index, input->list) && collect(&data);
    for (size_t i = 0; i < pool_count; i++)
        ok = ok && !pools[i]->failed;
    if (ok) {
        struct json json;
        json_begin(&json, out, false);
        json.for_markup = true;
        put_data(&json, &data);
        json_end(&json);
    }
    for (size_t i = 0; i < pool_count; i++)
        pool_free(pools[i]);
    trap_index_free(&data.index);
    free(data.body);
    free(data.traps);
    return ok;
}

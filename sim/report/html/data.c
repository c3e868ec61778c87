/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/report/esr_text.h"
#include "sim/report/hidden.h"
#include "sim/report/html/html.h"
#include "sim/report/html/pool.h"
#include "sim/report/json_writer.h"
#include "sim/report/trap_answer.h"
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
    struct pool shapes;       /* of a trap: the bodies of its events, int32_t each */
    struct pool times;        /* ... and what each took, uint64_t each */
    struct pool lines;        /* struct trap_line */
    struct pool esrs;         /* uint64_t each */
    int32_t *body;            /* of each event, by its place in the index */
    uint32_t *line;           /* of each trap, then of each stretch between traps */
};

/* One trap: numbers of texts, of lists, of the shape and the times; pc is a value. */
struct trap_line {
    int32_t vcpu, shape, times, pc, insn, label, ec, exception, exit, what, why, untold, refused,
        sign, views, hidden;
};

/* Their names, in the order of a trap_line. */
static const char *const columns[] = {"vcpu",    "shape",     "times", "pc",    "insn", "label",
                                      "ec",      "exception", "exit",  "what",  "why",  "untold",
                                      "refused", "sign",      "views", "hidden"};

_Static_assert(sizeof(columns) / sizeof(columns[0]) == sizeof(struct trap_line) / sizeof(int32_t),
               "each member of a trap_line has a name");

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

static int32_t body_number(struct data *data, const struct event *event)
{
    int32_t body[2 + EVENT_MAX_ARGS] = {(int32_t)event->kind, (int32_t)event->world};
    const struct event_field *field = event_table[event->kind].fields;
    unsigned count = 0;
    for (; field[count].type != EVENT_FIELD_END; count++)
        body[2 + count] = field_number(data, &field[count], event->args[count]);
    return (int32_t)pool_add(&data->bodies, body, (2 + count) * sizeof(body[0]));
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

/* What every piece of the run has, a trap or not. */
static struct trap_line piece_line(struct data *data, const struct trap *piece)
{
    return (struct trap_line){
        .vcpu = (int32_t)piece->vcpu,
        .shape = (int32_t)pool_add(&data->shapes, data->body + piece->first_event,
                                   piece->event_count * sizeof(data->body[0])),
        .times = (int32_t)pool_add(&data->times, data->index.took + piece->first_event,
                                   piece->event_count * sizeof(data->index.took[0])),
        .insn = NO_TEXT,
        .label = NO_TEXT,
        .ec = NO_TEXT,
        .exception = NO_TEXT,
        .exit = NO_TEXT,
        .what = NO_TEXT,
        .why = NO_TEXT,
        .untold = NO_TEXT,
        .refused = NO_TEXT,
        .sign = NO_TEXT,
        .views = (int32_t)pool_add(&data->lists, NULL, 0),
        .hidden = (int32_t)pool_add(&data->lists, NULL, 0),
    };
}

/* What became of a signed load's sign, and what lost it. */
static int32_t sign_number(struct data *data, const struct trap_view *view)
{
    char text[TRAP_TEXT_SIZE];
    const char *why, *sign = trap_sign_text(view, &why);
    if (!sign)
        return NO_TEXT;
    snprintf(text, sizeof(text), "%s%s%s", sign, why ? ": " : "", why ? why : "");
    return text_number(data, text);
}

static struct trap_line trap_line(struct data *data, const struct trap *trap)
{
    const struct report *report = data->input->report;
    struct trap_view view = trap_view(&data->index.log, trap);
    const struct event *exit = view.vmm_exit && is_vmm_exit(view.vmm_exit) ? view.vmm_exit : NULL;
    char text[STORY_TEXT_SIZE];
    struct trap_line line = piece_line(data, trap);
    line.pc = value_number(data, trap_pc(&view));
    line.insn = text_number(data, trap_insn_text(&view, text));
    line.ec = text_number(data, trap_class(&view));
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
    line.refused = text_or_none(data, trap_refusal(&view, text));
    line.sign = sign_number(data, &view);
    line.views = views_number(data, &view);
    line.hidden = hidden_number(data, &view);
    return line;
}

static const struct trap *piece_at(const struct trap_index *index, size_t number)
{
    size_t traps = index->log.trap_count;
    return number < traps ? &index->log.traps[number] : &index->stretches[number - traps];
}

static bool collect(struct data *data)
{
    const struct trap_index *index = &data->index;
    const struct trap_log *log = &index->log;
    data->body = calloc(log->event_count + 1, sizeof(*data->body));
    data->line = calloc(log->trap_count + index->stretch_count + 1, sizeof(*data->line));
    if (!data->body || !data->line)
        return false;
    for (size_t i = 0; i < log->event_count; i++) {
        data->body[i] = body_number(data, &log->events[i]);
        data->realm = data->realm || log->events[i].world == WORLD_RMM;
    }
    for (size_t i = 0; i < log->trap_count + index->stretch_count; i++) {
        const struct trap *piece = piece_at(index, i);
        struct trap_line line =
            i < log->trap_count ? trap_line(data, piece) : piece_line(data, piece);
        data->line[i] = pool_add(&data->lines, &line, sizeof(line));
    }
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
        json_uint(json, (uint64_t)data->body[i]);
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

static void put_times(struct json *json, const struct pool *pool)
{
    json_key(json, "times");
    json_array_begin(json);
    for (size_t i = 0, size; i < pool->count; i++) {
        const uint64_t *took = pool_at(pool, i, &size);
        json_array_begin(json);
        for (size_t n = 0; n < size / sizeof(*took); n++)
            json_uint(json, took[n]);
        json_array_end(json);
    }
    json_array_end(json);
}

/*
 * Pieces of the run: its traps, then the stretches between. start: the cycle in which the work of
 * the first event begins, as the difference to the piece before. An event's cycle is that of the
 * one before it in its piece and what it took; where another vCPU ran in between, gaps has its
 * cycles: piece, event from 0, cycles.
 */
static void put_pieces(struct json *json, const struct data *data)
{
    const struct trap_index *index = &data->index;
    const struct trap_log *log = &index->log;
    size_t count = log->trap_count + index->stretch_count;
    json_key(json, "columns");
    json_array_begin(json);
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
        json_str(json, columns[i]);
    json_array_end(json);
    put_items(json, "lines", &data->lines, true);
    json_key(json, "line");
    json_array_begin(json);
    for (size_t i = 0; i < count; i++)
        json_uint(json, data->line[i]);
    json_array_end(json);
    json_key(json, "start");
    json_array_begin(json);
    uint64_t before = 0;
    for (size_t i = 0; i < count; i++) {
        const struct trap *piece = piece_at(index, i);
        uint64_t start = log->events[piece->first_event].cycle.v - index->took[piece->first_event];
        json_int(json, (int64_t)(start - before));
        before = start;
    }
    json_array_end(json);
    json_key(json, "gaps");
    json_array_begin(json);
    for (size_t i = 0; i < count; i++) {
        const struct trap *piece = piece_at(index, i);
        for (size_t n = 1; n < piece->event_count; n++) {
            size_t at = piece->first_event + n;
            uint64_t gap = log->events[at].cycle.v - index->took[at] - log->events[at - 1].cycle.v;
            if (gap) {
                json_uint(json, i);
                json_uint(json, n);
                json_int(json, (int64_t)gap);
            }
        }
    }
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
    json_member_uint(json, "traps", data->index.log.trap_count);
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
    put_items(json, "shapes", &data->shapes, false);
    put_times(json, &data->times);
    put_pieces(json, data);
    json_object_end(json);
}

bool html_data(FILE *out, const struct html_input *input)
{
    struct data data = {.input = input};
    struct pool *pools[] = {&data.texts, &data.wide,   &data.bodies, &data.rows,  &data.hidden,
                            &data.lists, &data.shapes, &data.times,  &data.lines, &data.esrs};
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
    free(data.line);
    return ok;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* expect.never, expect.events, expect.memory: what is expected of the run as a whole. */
#include <ctype.h>
#include <string.h>

#include "cpu/arch/esr.h"
#include "sim/scenario/loader.h"
#include "sim/scenario/text.h"

#define DEFAULT_VALUE_SIZE 8

/* --- events ----------------------------------------------------------------------------------- */

/* The index of a field of an event; the count of its fields if it has none of that name. */
static unsigned event_field_index(enum event_kind kind, const char *name)
{
    unsigned i = 0;

    while (event_table[kind].fields[i].type != EVENT_FIELD_END &&
           strcmp(event_table[kind].fields[i].name, name) != 0)
        i++;
    return i;
}

static void unknown_field(struct loader *loader, const struct node *key, enum event_kind kind)
{
    struct text_nearest nearest = {.wanted = key->text};
    const char *list = "world, vcpu";
    struct diag_error *error;

    error = diag_error(loader->diag, DIAG_E0107, &key->pos, "the event '%s' has no field '%s'",
                       event_table[kind].name, text_show(loader->arena, key->text));
    diag_width(error, key->width);
    for (unsigned i = 0; event_table[kind].fields[i].type != EVENT_FIELD_END; i++) {
        text_nearest_offer(&nearest, event_table[kind].fields[i].name);
        list = arena_printf(loader->arena, "%s, %s", list, event_table[kind].fields[i].name);
    }
    if (nearest.best)
        diag_label(error, "did you mean '%s'?", nearest.best);
    diag_note(error, NULL, "its fields: %s", list);
}

static void load_field(struct loader *loader, const struct node *key, const struct node *node,
                       struct expect_event *event)
{
    struct expect_field field = {.of = EXPECT_FIELD_ARG};
    bool text;

    field.arg = event_field_index(event->kind, key->text);
    text = event_table[event->kind].fields[field.arg].type == EVENT_FIELD_STR;
    if (event_table[event->kind].fields[field.arg].type == EVENT_FIELD_END) {
        if (strcmp(key->text, "world") == 0) {
            field.of = EXPECT_FIELD_WORLD;
            text = true;
        } else if (strcmp(key->text, "vcpu") == 0) {
            field.of = EXPECT_FIELD_VCPU;
        } else {
            unknown_field(loader, key, event->kind);
            return;
        }
    }
    if (load_expected_value(loader, node, text, &field.want))
        event->fields[event->field_count++] = field;
}

/* What the host may or may not see: a field of ESR in any class, FAR, HPFAR. */
static void load_shown(struct loader *loader, const struct node *node, const struct node *field,
                       struct expect_event *event)
{
    bool known = false;

    if (!field) {
        diag_error(loader->diag, DIAG_E0103, &node->pos, "'host_sees' needs a 'field'");
        return;
    }
    for (size_t i = 0; i < ESR_FIELD_COUNT; i++)
        known |= strcasecmp(esr_field_table[i].name, field->text) == 0;
    if (!known && strcmp(field->text, "far") != 0 && strcmp(field->text, "hpfar") != 0)
        diag_width(diag_error(loader->diag, DIAG_E0106, &field->pos,
                              "'%s' is no field that a host could see: those of ESR, far, hpfar",
                              text_show(loader->arena, field->text)),
                   field->width);
    event->shown = field->text;
}

static void load_event(struct loader *loader, const struct node *node, const char *section,
                       struct expect_event *event)
{
    const struct node *kind = good_child(node, "event"), *times = NULL;

    *event = (struct expect_event){
        .pos = node->pos, .section = section, .never = strcmp(section, "never") == 0};
    if (!event->never)
        times = good_child(node, "times");
    event->times.op = MATCH_RANGE;
    event->times.value = event->never ? 0 : 1;
    event->times.value2 = event->never ? 0 : UINT64_MAX;
    if (times && !load_expected_value(loader, times, false, &event->times))
        return;
    if (!kind)
        return;
    event->kind = (enum event_kind)kind->value;
    if (event->kind == EV_COUNT) {
        load_shown(loader, node, good_child(node, "field"), event);
        return;
    }
    event->fields = arena_array(loader->arena, node->count, sizeof(event->fields[0]));
    for (size_t i = 0; i < node->count; i++) {
        const struct node *key = node->keys[i], *item = node->items[i];

        if (item == kind || item == times || item->bad || !item->row)
            continue;
        load_field(loader, key, item, event);
    }
}

static void load_events(struct loader *loader, const struct node *entry, const char *section)
{
    const struct node *list = good_child(entry, section);
    struct scn_expect *expect = &loader->scn->expect;
    size_t capacity = expect->event_count;

    for (size_t i = 0; list && i < list->count; i++) {
        if (list->items[i]->bad)
            continue;
        expect->events = arena_grow(loader->arena, expect->events, expect->event_count, &capacity,
                                    sizeof(expect->events[0]));
        load_event(loader, list->items[i], section, &expect->events[expect->event_count++]);
    }
}

/* --- memory ----------------------------------------------------------------------------------- */

/* "00 41 FF" as "0041ff"; NULL after reporting. */
static const char *load_bytes(struct loader *loader, const struct source_pos *pos, const char *text)
{
    char *hex = arena_alloc(loader->arena, strlen(text) + 1);
    size_t count = 0;

    for (; *text; text++) {
        if (*text == ' ' || *text == '_' || *text == '\n')
            continue;
        if (!isxdigit((unsigned char)*text))
            break;
        hex[count++] = (char)tolower((unsigned char)*text);
    }
    if (*text == '\0' && count > 0 && count % 2 == 0)
        return hex;
    diag_error(loader->diag, DIAG_E0104, pos,
               "bytes are pairs of hexadecimal digits, like \"00 41 ff\"");
    return NULL;
}

/* Brings expected bytes into the form of the actual ones, and finds how many are looked at. */
static void complete_item(struct loader *loader, struct expect_item *item, size_t *size)
{
    bool bytes = strcmp(item->path, "memory.bytes") == 0;
    struct match_value *want = &item->want;
    size_t length = 0;

    for (size_t i = 0; bytes && i < want->set_count; i++)
        want->set_text[i] = load_bytes(loader, &item->pos, want->set_text[i]);
    if (bytes && want->text)
        want->text = load_bytes(loader, &item->pos, want->text);
    if (want->is_text && want->text)
        length = strlen(want->text) / (bytes ? 2 : 1);
    else if (want->is_text && want->set_count && want->set_text[0])
        length = strlen(want->set_text[0]) / (bytes ? 2 : 1);
    else if (!want->is_text)
        length = DEFAULT_VALUE_SIZE;
    if (length > *size)
        *size = length;
}

static void load_memory_entry(struct loader *loader, const struct node *node,
                              struct expect_memory *memory)
{
    const struct node *ipa = good_child(node, "ipa"), *size = good_child(node, "size");
    unsigned errors = diag_count(loader->diag);
    const struct scn_memory *in;
    size_t capacity = 0;

    *memory = (struct expect_memory){.pos = node->pos};
    if (!ipa || !place_resolve(loader, ipa, &memory->ipa.v))
        return;
    load_expected_below(loader, node, "memory", &memory->items, &memory->item_count, &capacity);
    for (size_t i = 0; i < memory->item_count; i++)
        complete_item(loader, &memory->items[i], &memory->size);
    if (size)
        memory->size = (size_t)size->value;
    in = memory_at(loader, memory->ipa.v);
    if (diag_count(loader->diag) > errors)
        return;
    if (memory->item_count == 0 || memory->size == 0)
        diag_error(loader->diag, DIAG_E0103, &node->pos,
                   "an entry of expect.memory needs one of the keys 'value', 'bytes', 'text'");
    else if (!in || memory->ipa.v - in->ipa.v + memory->size > in->size)
        diag_width(
            diag_error(loader->diag, DIAG_E0208, &ipa->pos,
                       "0x%jx and the %zu bytes from there are not in one memory of the guest",
                       (uintmax_t)memory->ipa.v, memory->size),
            ipa->width);
}

static void load_memory_list(struct loader *loader, const struct node *entry)
{
    const struct node *list = good_child(entry, "memory");
    struct scn_expect *expect = &loader->scn->expect;
    size_t capacity = expect->memory_count;

    for (size_t i = 0; list && i < list->count; i++) {
        if (list->items[i]->bad)
            continue;
        expect->memory = arena_grow(loader->arena, expect->memory, expect->memory_count, &capacity,
                                    sizeof(expect->memory[0]));
        load_memory_entry(loader, list->items[i], &expect->memory[expect->memory_count++]);
    }
}

void load_expected_run(struct loader *loader, const struct node *entry)
{
    const struct node *cycles = good_child(entry, "cycles");
    struct scn_expect *expect = &loader->scn->expect;
    size_t capacity = expect->cycle_count;

    load_events(loader, entry, "events");
    load_events(loader, entry, "never");
    load_memory_list(loader, entry);
    if (cycles)
        load_expected_below(loader, cycles, "cycles", &expect->cycles, &expect->cycle_count,
                            &capacity);
}

/* --- golden ----------------------------------------------------------------------------------- */

/* A scenario says where a file is written: beside itself or below, nowhere else. */
static bool stays_beside(const char *path)
{
    for (const char *at = path; at; at = strchr(at, '/')) {
        at += *at == '/';
        if (strncmp(at, "..", 2) == 0 && (at[2] == '/' || at[2] == '\0'))
            return false;
    }
    return path[0] != '/' && path[0] != '\0';
}

void load_golden(struct loader *loader)
{
    const struct node *golden = good_child(loader->root, "golden");
    const struct node *trace = golden ? good_child(golden, "trace") : NULL;
    const struct node *events = golden ? good_child(golden, "events") : NULL;
    struct scn_golden *of = &loader->scn->golden;

    if (!trace)
        return;
    if (!stays_beside(trace->text)) {
        diag_width(diag_error(loader->diag, DIAG_E0122, &trace->pos,
                              "'trace' in golden: the file stands beside the scenario or below, "
                              "not at '%s'",
                              text_show(loader->arena, trace->text)),
                   trace->width);
        return;
    }
    of->pos = trace->pos;
    of->path = text_path_beside(loader->arena, loader->scn->path, trace->text);
    for (size_t i = 0; events && i < events->count; i++)
        of->events = arena_printf(loader->arena, "%s%s%s", of->events ? of->events : "",
                                  of->events ? "," : "", events->items[i]->text);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/scenario/schema_observe.h"

#include "cpu/event.h"
#include "sim/scenario/schema_rows.h"

/* --- events ----------------------------------------------------------------------------------- */

static const struct schema_word shown_words[] = {{"host_sees", EV_COUNT}};

static bool nth_event(size_t index, struct schema_word *word)
{
    if (index >= EV_COUNT)
        return false;
    *word = (struct schema_word){event_table[index].name, index};
    return true;
}

static const struct schema_words event_names = {
    .what = "an event", .list = shown_words, .count = COUNT(shown_words), .nth = nth_event};
static const struct schema_pattern field_pattern = {"^[a-z][a-z0-9_]*$", "a field of the event"};
static const struct schema_key field_row = {
    "field", .type = SCHEMA_TEXT, .flags = SCHEMA_MATCH | SCHEMA_OR_INT,
    .doc = "value of a field of the event (sim list events, sim trace), world or vcpu"};

#define EVENT_ROW                                                                                  \
    {                                                                                              \
        "event",                                                                                   \
            .type = SCHEMA_WORD, .flags = SCHEMA_REQUIRED, .words = &event_names,                  \
            .doc = "name of the event; host_sees with `field`: an exit shows the host that field"  \
    }
#define SHOWN_ROW                                                                                  \
    {                                                                                              \
        "field",                                                                                   \
            .type = SCHEMA_TEXT,                                                                   \
            .doc =                                                                                 \
                "of host_sees: a field of ESR (srt, sse, il, ...), far (more than the offset in "  \
                "the page) or hpfar, where it is not zero"                                         \
    }

static const struct schema_key never_keys[] = {EVENT_ROW, SHOWN_ROW};
const struct schema_map schema_expect_never = {
    .keys = never_keys, .count = COUNT(never_keys), .any_key = &field_pattern, .any = &field_row};

static const struct schema_key event_keys[] = {
    EVENT_ROW,
    SHOWN_ROW,
    {"times", MATCH_ANY_INT, .doc = "how often; default: at least once"},
};
const struct schema_map schema_expect_event = {
    .keys = event_keys, .count = COUNT(event_keys), .any_key = &field_pattern, .any = &field_row};

/* --- memory and cycles ------------------------------------------------------------------------ */

static const struct schema_key memory_keys[] = {
    {"ipa", .type = SCHEMA_ADDRESS, .flags = SCHEMA_REQUIRED, .doc = "address or name"},
    {"size", .type = SCHEMA_INT, .min = 1, .max = 65536,
     .doc = "bytes looked at; default: those of `bytes` or `text`, of `value` 8"},
    {"value", MATCH_ANY_INT, .doc = "as a little-endian number of up to 8 bytes"},
    {"bytes", .type = SCHEMA_TEXT, .flags = SCHEMA_MATCH, .doc = "hexadecimal, \"00 41 ff\""},
    {"text", .type = SCHEMA_TEXT, .flags = SCHEMA_MATCH, .doc = "characters"},
};
const struct schema_map schema_expect_memory = {.keys = memory_keys, .count = COUNT(memory_keys)};

static const struct schema_key cycles_keys[] = {
    {"total", MATCH_ANY_INT, .doc = "of the whole run"},
    {"setup", MATCH_ANY_INT, .doc = "before the guest's first instruction"},
    {"guest", MATCH_ANY_INT, .doc = "from the guest's first instruction on"},
};
const struct schema_map schema_expect_cycles = {.keys = cycles_keys, .count = COUNT(cycles_keys)};

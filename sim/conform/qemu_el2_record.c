/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A record of the family qemu-el2, from JSON. Keys that are not known are left alone. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/conform/qemu_el2.h"

/* What an X register and SP hold where the record does not say. */
static uint64_t default_x(unsigned n)
{
    return 0xc0de000000000000u | (uint64_t)n << 40 | (uint64_t)n << 24 | 0x8000 | n;
}

#define DEFAULT_SP 0x5b00000000001000u

/*
 * Instructions before the one recorded, as the recorder wrote them: load-exclusives, mostly. The
 * word has Rt and Rn 0 and is for W registers; bit 30 makes them X registers.
 */
static const struct {
    const char *name;
    uint32_t word;
    bool pair, either; /* two registers; W or X */
} exclusives[] = {
    {"ldxrb", 0x085f7c00, false, false},  {"ldxrh", 0x485f7c00, false, false},
    {"ldxr", 0x885f7c00, false, true},    {"ldxp", 0x887f0000, true, true},
    {"ldaxrb", 0x085ffc00, false, false}, {"ldaxrh", 0x485ffc00, false, false},
    {"ldaxr", 0x885ffc00, false, true},   {"ldaxp", 0x887f8000, true, true},
};
#define EXCLUSIVE_COUNT (sizeof(exclusives) / sizeof(exclusives[0]))
#define BIT_X (1u << 30)
#define MOV_Z1_0 0x25f8c001u

struct parser {
    char *error;
    size_t size;
    bool ok;
};

static void __attribute__((format(printf, 2, 3)))
bad(struct parser *parser, const char *format, ...)
{
    va_list args;

    if (!parser->ok)
        return; /* the first message is the one */
    parser->ok = false;
    va_start(args, format);
    vsnprintf(parser->error, parser->size, format, args);
    va_end(args);
}

/* A number: an integer, or a string "0x...". */
static uint64_t number(struct parser *parser, const json_t *value, const char *key)
{
    const char *text = json_string_value(value);
    unsigned long long result;
    char *end;

    if (json_is_integer(value) && json_integer_value(value) >= 0)
        return (uint64_t)json_integer_value(value);
    errno = 0;
    if (text && strncmp(text, "0x", 2) == 0 && text[2]) {
        result = strtoull(text, &end, 16);
        if (!*end && !errno)
            return result;
    }
    bad(parser, "'%s' is no number (an integer, or a string \"0x...\" of 64 bits)", key);
    return 0;
}

static uint64_t number_or(struct parser *parser, const json_t *object, const char *key,
                          uint64_t otherwise)
{
    const json_t *value = json_object_get(object, key);

    return value ? number(parser, value, key) : otherwise;
}

static uint64_t number_within(struct parser *parser, const json_t *object, const char *key,
                              uint64_t otherwise, uint64_t most)
{
    uint64_t value = number_or(parser, object, key, otherwise);

    if (value > most)
        bad(parser, "'%s' is more than %llu", key, (unsigned long long)most);
    return value;
}

static struct optional optional(struct parser *parser, const json_t *object, const char *key)
{
    return (struct optional){json_object_get(object, key) != NULL,
                             number_or(parser, object, key, 0)};
}

static const char *text(struct parser *parser, const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));

    if (!value)
        bad(parser, "'%s' is missing, or no string", key);
    for (const char *c = value; c && *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f) /* it goes to the terminal as it is */
            bad(parser, "'%s' has a control character", key);
    return value ? value : "";
}

static bool flag(struct parser *parser, const json_t *object, const char *key, bool otherwise)
{
    const json_t *value = json_object_get(object, key);

    if (value && !json_is_boolean(value))
        bad(parser, "'%s' is neither true nor false", key);
    return value ? json_is_true(value) : otherwise;
}

static const json_t *object_or_null(struct parser *parser, const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);

    if (value && !json_is_object(value))
        bad(parser, "'%s' is no object", key);
    return value;
}

/* "x0".."x30" -> 0..30, "sp" -> 31, else -1. */
static int register_number(const char *name)
{
    for (int n = 0; n < 31; n++) {
        char x[12];

        snprintf(x, sizeof(x), "x%d", n);
        if (strcmp(name, x) == 0)
            return n;
    }
    return strcmp(name, "sp") == 0 ? 31 : -1;
}

static void parse_registers(struct parser *parser, const json_t *json,
                            struct qemu_el2_record *record)
{
    const char *name;
    json_t *value;

    for (unsigned n = 0; n < 31; n++)
        record->x[n] = default_x(n);
    record->sp = DEFAULT_SP;
    json_object_foreach((json_t *)object_or_null(parser, json, "regs"), name, value)
    {
        int n = register_number(name);

        if (n < 0)
            bad(parser, "'regs' names no register: '%.32s'", name);
        else if (n == 31)
            record->sp = number(parser, value, name);
        else
            record->x[n] = number(parser, value, name);
    }
}

static void parse_cfg(struct parser *parser, const json_t *json, struct qemu_el2_record *record)
{
    static const struct {
        const char *key;
        uint64_t value;
    } defaults[CFG_COUNT] = {
#define X(key, value) [CFG_##key] = {#key, value},
        QEMU_EL2_CFG(X)
#undef X
    };
    const json_t *cfg = object_or_null(parser, json, "cfg");
    const char *name;
    json_t *value;

    for (unsigned i = 0; i < CFG_COUNT; i++)
        record->cfg[i] = defaults[i].value;
    json_object_foreach((json_t *)cfg, name, value)
    {
        unsigned i = 0;

        while (i < CFG_COUNT && strcmp(defaults[i].key, name) != 0)
            i++;
        if (i == CFG_COUNT)
            bad(parser, "'cfg' names no control register: '%.32s'", name);
        else
            record->cfg[i] = number(parser, value, name);
    }
}

/* "w9" or "x9" at *text, which moves behind it. */
static bool pre_register(const char **text, unsigned *number, bool *x)
{
    int used = 0;

    if ((**text != 'w' && **text != 'x') || sscanf(*text + 1, "%2u%n", number, &used) != 1 ||
        *number > 30)
        return false;
    *x = **text == 'x';
    *text += 1 + used;
    return true;
}

/* ", " and a register of the same size. */
static bool pre_second_register(const char **text, unsigned *number, bool x)
{
    bool second_x;

    if (strncmp(*text, ", ", 2) != 0)
        return false;
    *text += 2;
    return pre_register(text, number, &second_x) && second_x == x;
}

static bool parse_exclusive(const char *text, struct qemu_el2_pre *pre)
{
    size_t length = strcspn(text, " "), row = 0;
    unsigned rt, rt2 = 31, rn;
    int used = 0;
    bool x;

    while (row < EXCLUSIVE_COUNT && (strlen(exclusives[row].name) != length ||
                                     strncmp(exclusives[row].name, text, length) != 0))
        row++;
    if (row == EXCLUSIVE_COUNT || !text[length])
        return false;
    text += length + 1;
    if (!pre_register(&text, &rt, &x) || (x && !exclusives[row].either) ||
        (exclusives[row].pair && !pre_second_register(&text, &rt2, x)))
        return false;
    if (strcmp(text, ", [sp]") == 0)
        rn = 31;
    else if (sscanf(text, ", [x%2u]%n", &rn, &used) != 1 || !used || text[used] || rn > 30)
        return false;
    pre->word = exclusives[row].word | (x ? BIT_X : 0) | rt2 << 10 | rn << 5 | rt;
    pre->x_written = 1u << rt | (exclusives[row].pair ? 1u << rt2 : 0);
    return true;
}

static void parse_pre(struct parser *parser, const json_t *json, struct qemu_el2_record *record)
{
    const json_t *list = json_object_get(json, "pre");

    if (list && (!json_is_array(list) || json_array_size(list) > QEMU_EL2_MAX_PRE)) {
        bad(parser, "'pre' is no list of up to %d instructions", QEMU_EL2_MAX_PRE);
        return;
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct qemu_el2_pre *pre = &record->pre[record->pre_count++];
        const char *text = json_string_value(json_array_get(list, i));

        if (!text)
            bad(parser, "'pre' has something that is no instruction");
        else if (strcmp(text, "mov z1.d, #0") == 0)
            pre->word = MOV_Z1_0;
        else if (!parse_exclusive(text, pre))
            record->pre_unknown = text;
    }
}

static void parse_changes(struct parser *parser, const json_t *json, struct qemu_el2_record *record)
{
    const json_t *vectors = json_object_get(json, "v_changed");
    const char *name;
    json_t *value;
    size_t i;

    /* With instructions before it, the recorder kept no account of registers. */
    record->changes_recorded = !record->pre_count || json_object_get(json, "changed");
    json_object_foreach((json_t *)object_or_null(parser, json, "changed"), name, value)
    {
        int n = register_number(name);

        if (n < 0)
            bad(parser, "'changed' names no register: '%.32s'", name);
        else
            *(n == 31 ? &record->sp_changed : &record->x_changed[n]) =
                (struct optional){true, number(parser, value, name)};
    }
    json_array_foreach(vectors, i, value)
    {
        if (!json_is_integer(value) || json_integer_value(value) < 0 ||
            json_integer_value(value) >= V_COUNT)
            bad(parser, "'v_changed' is no list of register numbers");
        else
            record->v_changed |= 1u << json_integer_value(value);
    }
    record->before_hole_written = flag(parser, json, "before_hole_written", false);
    record->after_hole_written = flag(parser, json, "after_hole_written", false);
}

static void parse_outcome(struct parser *parser, const json_t *json, struct qemu_el2_record *record)
{
    const json_t *el1 = object_or_null(parser, json, "to_el1");

    if (!json_is_boolean(json_object_get(json, "trapped")))
        bad(parser, "'trapped' is missing, or neither true nor false");
    record->trapped = json_is_true(json_object_get(json, "trapped"));
    record->esr = optional(parser, json, "esr_el2");
    record->far = optional(parser, json, "far_el2");
    record->hpfar = optional(parser, json, "hpfar_el2");
    record->elr = optional(parser, json, "elr_el2");
    record->spsr = optional(parser, json, "spsr_el2");
    record->to_el1 = el1 != NULL;
    record->esr_el1 = optional(parser, el1, "esr_el1");
    record->far_el1 = optional(parser, el1, "far_el1");
    record->elr_el1 = optional(parser, el1, "elr_el1");
    record->spsr_el1 = optional(parser, el1, "spsr_el1");
    record->par_el1 = optional(parser, json, "par_el1");
}

static void parse_marks(struct parser *parser, const json_t *json, struct qemu_el2_record *record)
{
    const json_t *differs = json_object_get(json, "arm_arm_differs");
    json_t *item;
    size_t i;

    record->unchecked = !flag(parser, json, "checked", true);
    record->lacks = json_string_value(json_object_get(json, "lacks"));
    record->deviation = json_string_value(json_object_get(json, "dev"));
    record->want_esr = optional(parser, json, "want_esr_el2");
    record->differs = differs != NULL;
    json_array_foreach(differs, i, item)
    {
        const char *what = json_string_value(item);

        record->far_differs |= what && strcmp(what, "far") == 0;
    }
}

bool qemu_el2_parse(const json_t *json, struct qemu_el2_record *record, char *error, size_t size)
{
    struct parser parser = {error, size, true};
    const char *s1;

    *record = (struct qemu_el2_record){
        .label = {text(&parser, json, "class"), text(&parser, json, "case"),
                  text(&parser, json, "asm")},
        .word = (uint32_t)number_within(&parser, json, "insn", 0, UINT32_MAX),
        .el = (unsigned)number_within(&parser, json, "el", 1, 1),
        .spsel = (unsigned)number_within(&parser, json, "spsel", 1, 1),
        .pc = number_or(&parser, json, "pc", QEMU_EL2_CODE_IPA + 0x100),
    };
    s1 = text(&parser, json, "s1");
    record->s1_on = strcmp(s1, "on") == 0;
    if (!record->s1_on && strcmp(s1, "off") != 0)
        bad(&parser, "'s1' is neither \"on\" nor \"off\"");
    if (json_object_get(json, "attr")) {
        record->device = strcmp(text(&parser, json, "attr"), "device") == 0;
        if (!record->device)
            bad(&parser, "'attr' is not \"device\"");
    }
    parse_registers(&parser, json, record);
    parse_cfg(&parser, json, record);
    parse_pre(&parser, json, record);
    parse_changes(&parser, json, record);
    parse_outcome(&parser, json, record);
    parse_marks(&parser, json, record);
    return parser.ok;
}

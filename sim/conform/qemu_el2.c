/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The family qemu-el2: which of its records count, and the comparison, field by field. */
#include <stdio.h>
#include <string.h>

#include "cpu/arch/esr.h"
#include "sim/conform/qemu_el2.h"

struct comparison {
    const struct qemu_el2_record *record;
    const struct qemu_el2_outcome *outcome;
    const struct reasons *reasons;
    struct conform_result *result;
    char key[128]; /* what a listed reason's pattern is matched with */
};

static bool recognises(const json_t *record)
{
    static const char *const keys[] = {"insn", "asm", "class", "case", "s1", "trapped"};

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (!json_object_get(record, keys[i]))
            return false;
    return true;
}

static void *open_machine(uint64_t chaos, char *error, size_t size)
{
    return qemu_el2_machine_new(chaos, error, size);
}

static void close_machine(void *state)
{
    qemu_el2_machine_free(state);
}

static bool label(const json_t *json, struct conform_label *label, char *error, size_t size)
{
    struct qemu_el2_record record;

    if (!qemu_el2_parse(json, &record, error, size))
        return false;
    *label = record.label;
    return true;
}

/* The marks a record has itself. */
static bool skipped_by_itself(const struct qemu_el2_record *record, struct conform_result *result)
{
    char reason[CONFORM_TEXT_SIZE];

    if (record->want_esr.given)
        return false;
    if (record->lacks)
        snprintf(reason, sizeof(reason), "the recorder lacks it: %s", record->lacks);
    else if (record->unchecked)
        snprintf(reason, sizeof(reason), "the record has no rule (checked: false)");
    else if (record->differs || record->deviation)
        snprintf(reason, sizeof(reason), "the recorder deviates from the Arm ARM: %s",
                 record->deviation ? record->deviation : "no name");
    else
        return false;
    conform_skip(result, false, reason);
    return true;
}

static enum qemu_el2_end expected_end(const struct qemu_el2_record *record)
{
    if (record->trapped || record->want_esr.given)
        return END_EL2;
    return record->to_el1 ? END_EL1 : END_NOT_TRAPPED;
}

static const char *end_text(enum qemu_el2_end end)
{
    static const char *const names[] = {
        [END_NOT_TRAPPED] = "no trap",
        [END_EL2] = "a trap to EL2",
        [END_EL1] = "an exception to EL1",
        [END_FAILURE] = "no end",
    };

    return names[end];
}

static void compare(struct comparison *c, const char *field, enum conform_show show,
                    struct optional expected, uint64_t actual)
{
    const struct reason *relaxed;

    if (!expected.given || expected.value == actual)
        return;
    relaxed = reasons_find(c->reasons, c->key, field);
    if (relaxed && ((expected.value ^ actual) & ~relaxed->mask) == 0)
        c->result->relaxed = relaxed;
    else
        conform_differs(c->result, field, show, expected.value, actual);
}

static struct optional given(uint64_t value)
{
    return (struct optional){true, value};
}

static uint64_t rt_value(const struct qemu_el2_record *record)
{
    unsigned rt = record->word & 31;

    return rt == 31 ? 0 : record->x[rt];
}

static void compare_el2(struct comparison *c)
{
    const struct qemu_el2_record *record = c->record;
    const struct qemu_el2_outcome *outcome = c->outcome;
    struct optional far = record->far, elr = record->elr, spsr = record->spsr;

    if (record->far_differs) /* a maintenance operation by address: FAR is its argument */
        far = given(rt_value(record));
    if (!record->trapped) { /* only want_esr_el2 says that it traps: at the instruction */
        elr = given(record->pc);
        spsr = given(qemu_el2_pstate(record));
    }
    compare(c, "esr_el2", SHOW_ESR, record->want_esr.given ? record->want_esr : record->esr,
            outcome->esr);
    compare(c, "far_el2", SHOW_HEX, far, outcome->far);
    compare(c, "hpfar_el2", SHOW_HEX, record->hpfar, outcome->hpfar);
    compare(c, "elr_el2", SHOW_HEX, elr, outcome->elr);
    compare(c, "spsr_el2", SHOW_HEX, spsr, outcome->spsr);
}

static void compare_el1(struct comparison *c)
{
    const struct qemu_el2_record *record = c->record;
    const struct qemu_el2_outcome *outcome = c->outcome;
    uint64_t vector = exception_vector(0, qemu_el2_pstate(record), EL1_SYNC);

    compare(c, "esr_el1", SHOW_ESR, record->esr_el1, outcome->esr_el1);
    compare(c, "far_el1", SHOW_HEX, record->far_el1, outcome->far_el1);
    compare(c, "elr_el1", SHOW_HEX, record->elr_el1, outcome->elr_el1);
    compare(c, "spsr_el1", SHOW_HEX, record->spsr_el1, outcome->spsr_el1);
    compare(c, "vector", SHOW_HEX, given(vector), outcome->vector_el1);
}

/* A list of register numbers, "0 1 2". */
static void list_text(uint32_t set, char *text, size_t size)
{
    size_t at = 0;

    text[0] = '\0';
    for (unsigned n = 0; n < V_COUNT && at < size; n++)
        if (set >> n & 1)
            at += (size_t)snprintf(text + at, size - at, "%sv%u", at ? " " : "", n);
    if (!set)
        snprintf(text, size, "none");
}

static void compare_registers(struct comparison *c)
{
    const struct qemu_el2_record *record = c->record;
    const struct qemu_el2_outcome *outcome = c->outcome;
    uint32_t exempt = 0;
    char field[24], expected[CONFORM_TEXT_SIZE / 2], actual[CONFORM_TEXT_SIZE / 2];

    for (unsigned i = 0; i < record->pre_count; i++)
        exempt |= record->pre[i].x_written;
    /* A deviation's registers are those of what the recorder did instead. */
    if (record->changes_recorded && (record->trapped || !record->want_esr.given)) {
        for (unsigned n = 0; n < 31; n++) {
            snprintf(field, sizeof(field), "x%u", n);
            if (!(exempt >> n & 1))
                compare(c, field, SHOW_HEX,
                        record->x_changed[n].given ? record->x_changed[n] : given(record->x[n]),
                        outcome->x[n]);
        }
        compare(c, "sp", SHOW_HEX,
                record->sp_changed.given ? record->sp_changed : given(record->sp), outcome->sp);
    } else if (record->want_esr.given) {
        for (unsigned n = 0; n < 31; n++) {
            snprintf(field, sizeof(field), "x%u", n);
            if (!(exempt >> n & 1))
                compare(c, field, SHOW_HEX, given(record->x[n]), outcome->x[n]);
        }
    }
    if (record->v_changed == outcome->v_changed)
        return;
    list_text(record->v_changed, expected, sizeof(expected));
    list_text(outcome->v_changed, actual, sizeof(actual));
    conform_differs_text(c->result, "v_changed", expected, actual);
}

static void compare_flag(struct comparison *c, const char *field, bool expected, bool actual)
{
    if (expected != actual)
        conform_differs_text(c->result, field, expected ? "written" : "not written",
                             actual ? "written" : "not written");
}

static void compare_all(struct comparison *c)
{
    const struct qemu_el2_outcome *outcome = c->outcome;
    enum qemu_el2_end expected = expected_end(c->record);

    if (outcome->end != expected) {
        char actual[CONFORM_TEXT_SIZE];

        snprintf(actual, sizeof(actual), "%s%s%s", end_text(outcome->end),
                 outcome->why[0] ? ": " : "", outcome->why);
        conform_differs_text(c->result, "outcome", end_text(expected), actual);
        if (outcome->end == END_EL2)
            conform_differs(c->result, "esr_el2", SHOW_ESR, c->record->esr.value, outcome->esr);
        if (outcome->end == END_EL1)
            conform_differs(c->result, "esr_el1", SHOW_ESR, c->record->esr_el1.value,
                            outcome->esr_el1);
        return;
    }
    if (expected == END_EL2)
        compare_el2(c);
    if (expected == END_EL1)
        compare_el1(c);
    compare(c, "par_el1", SHOW_HEX, c->record->par_el1, outcome->par_el1);
    compare_registers(c);
    if (expected != END_NOT_TRAPPED) {
        compare_flag(c, "before_hole", c->record->before_hole_written,
                     outcome->before_hole_written);
        compare_flag(c, "after_hole", c->record->after_hole_written, outcome->after_hole_written);
    }
}

/* class/case/s1-on|s1-off/normal|device/aligned|unaligned/el2|el1|none */
static void make_key(const struct qemu_el2_record *record, char *key, size_t size)
{
    static const char *const ends[] = {
        [END_NOT_TRAPPED] = "none", [END_EL2] = "el2", [END_EL1] = "el1"};
    struct insn insn;
    bool unaligned;

    insn_decode(record->word, &insn);
    unaligned = insn_is_memory(&insn) && insn.size && qemu_el2_address(record, &insn).v % insn.size;
    snprintf(key, size, "%s/%s/s1-%s/%s/%s/%s", record->label.class_name, record->label.case_name,
             record->s1_on ? "on" : "off", record->device ? "device" : "normal",
             unaligned ? "unaligned" : "aligned", ends[expected_end(record)]);
}

static bool run(void *state, const json_t *json, const struct reasons *reasons,
                struct conform_result *result, char *error, size_t size)
{
    struct qemu_el2_record record;
    struct qemu_el2_outcome outcome;
    const struct reason *listed;
    struct comparison c = {
        .record = &record, .outcome = &outcome, .reasons = reasons, .result = result};

    *result = (struct conform_result){.status = CONFORM_PASS};
    if (!qemu_el2_parse(json, &record, error, size))
        return false;
    if (skipped_by_itself(&record, result))
        return true;
    make_key(&record, c.key, sizeof(c.key));
    if (record.pre_unknown) {
        conform_skip(result, true, "an instruction in front of the record's is not known");
        return true;
    }
    listed = reasons_find(reasons, c.key, NULL);
    if (listed) {
        conform_skip(result, true, listed->text);
        return true;
    }
    qemu_el2_execute(state, &record, &outcome);
    compare_all(&c);
    return true;
}

const struct conform_family conform_qemu_el2 = {
    .name = "qemu-el2",
    .recognises = recognises,
    .open = open_machine,
    .close = close_machine,
    .label = label,
    .run = run,
};

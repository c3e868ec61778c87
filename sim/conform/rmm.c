/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The family rmm: which profiles a record concerns, and what runs it. */
#include "sim/conform/rmm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/count.h"

#define SEQUENCE_FN "rmi"

/* A profile, and what a record's "ver" calls the release it models. */
static const struct {
    const char *profile, *release;
} profiles[] = {
    {"1.0", "v0.6.0"},
    {"2.0", "9a7f8ef"},
    {"eac", "v0.3.0"},
};

static const struct {
    const char *fn;
    rmm_run_fn *run;
    const char *title; /* the input that says most */
} kinds[] = {
    {"complete_mmio_emulation", rmm_run_mmio, "last_esr"},
    {"complete_sea_insertion", rmm_run_sea, "last_esr"},
    {"inject_sync_idabort", rmm_run_inject_sea, "esr_el2"},
    {"realm_inject_undef_abort", rmm_run_inject_undef, "spsr_el2"},
    {"handle_realm_exit", rmm_run_exit, "esr_el2"},
    {"gic_validate_state", rmm_run_gic_validate, "hcr"},
    {"gic_validate_vgic", rmm_run_gic_registers, "hcr"},
    {"gic_copy_state", rmm_run_gic_copy, "enter_hcr"},
    {"smc_rec_enter", rmm_run_enter, "flags"},
    {"complete_set_ripas", rmm_run_set_ripas, "addr"},
    {"complete_sysreg_emulation", rmm_run_sysreg, "last_esr"},
};

/* Machines are made when a record needs them. */
struct family_state {
    struct rmm_bench *benches[COUNT(profiles)];
    struct rmm_sequence *sequence;
};

static const char *text(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));

    return value ? value : "";
}

/* It goes to a terminal. */
static bool printable(const char *shown, char *error, size_t size)
{
    for (; *shown; shown++)
        if ((unsigned char)*shown < ' ' || *shown == 0x7f) {
            snprintf(error, size, "a name has a control character");
            return false;
        }
    return true;
}

static int find_kind(const json_t *record)
{
    const char *fn = text(record, "fn");

    for (size_t i = 0; i < COUNT(kinds); i++)
        if (!strcmp(kinds[i].fn, fn))
            return (int)i;
    return -1;
}

static bool is_sequence(const json_t *record)
{
    return !strcmp(text(record, "fn"), SEQUENCE_FN);
}

static bool recognises(const json_t *record)
{
    return json_object_get(record, "in") && json_object_get(record, "out") &&
           (is_sequence(record) || find_kind(record) >= 0);
}

static void *open_state(uint64_t chaos, char *error, size_t size)
{
    struct family_state *state = calloc(1, sizeof(*state));

    (void)chaos; /* no guest code runs */
    if (state)
        state->sequence = rmm_sequence_new();
    if (state && state->sequence)
        return state;
    free(state);
    snprintf(error, size, "out of memory");
    return NULL;
}

static void close_state(void *closing)
{
    struct family_state *state = closing;

    for (size_t i = 0; i < COUNT(profiles); i++)
        rmm_bench_free(state->benches[i]);
    rmm_sequence_free(state->sequence);
    free(state);
}

static bool label(const json_t *record, struct conform_label *label, char *error, size_t size)
{
    struct rmm_fields fields;
    const json_t *ver = json_object_get(record, "ver");

    if (!rmm_fields_open(&fields, record, error, size))
        return false;
    if (is_sequence(record)) {
        *label =
            (struct conform_label){text(record, "fn"), text(record, "name"), text(fields.in, "op")};
        return printable(label->case_name, error, size) && printable(label->title, error, size);
    }
    if (!json_is_array(ver)) {
        snprintf(error, size, "ver: no array");
        return false;
    }
    label->class_name = text(record, "fn");
    label->case_name = json_string_value(json_array_get(ver, 0));
    if (!label->case_name)
        label->case_name = "";
    label->title = text(fields.in, kinds[find_kind(record)].title);
    return printable(label->case_name, error, size) && printable(label->title, error, size);
}

static bool concerns(const json_t *record, const char *release)
{
    const json_t *ver = json_object_get(record, "ver"), *item;
    size_t i;

    json_array_foreach(ver, i, item) if (json_is_string(item) &&
                                         !strcmp(json_string_value(item), release)) return true;
    return false;
}

/* The record against the RMM of a profile with these RMM_DEFECT()s. */
static void run_once(struct rmm_bench *bench, int kind, uint32_t defects,
                     struct rmm_compare *compare)
{
    rmm_bench_realm(bench);
    bench->rmm->defects = defects;
    kinds[kind].run(bench, compare);
}

/* Would it fail without the defect? */
static bool shows(struct rmm_bench *bench, int kind, uint32_t defect, struct rmm_compare *compare)
{
    struct conform_result without = {.status = CONFORM_PASS};
    struct rmm_compare trial = *compare;

    trial.result = &without;
    run_once(bench, kind, rmm_variant(bench->rmm)->defects & ~defect, &trial);
    return without.status == CONFORM_FAIL;
}

static void find_known_defect(struct rmm_bench *bench, int kind, struct rmm_compare *compare)
{
    uint32_t all = rmm_variant(bench->rmm)->defects;

    if (!shows(bench, kind, all, compare))
        return;
    for (unsigned i = 0; i < RMM_DEFECT_COUNT; i++)
        if (all >> i & 1 && shows(bench, kind, (uint32_t)1 << i, compare))
            compare->result->known_defect = rmm_defect_table[i].doc;
}

static bool run_profile(struct family_state *state, size_t i, int kind, struct rmm_compare *compare)
{
    struct rmm_fields *fields = compare->fields;

    if (!state->benches[i])
        state->benches[i] =
            rmm_bench_new(profiles[i].profile, RMM_BENCH_SIZE, (struct realm_port){.run = NULL},
                          fields->error, fields->size);
    if (!state->benches[i])
        return false;
    compare->profile = profiles[i].profile;
    run_once(state->benches[i], kind, rmm_variant(state->benches[i]->rmm)->defects, compare);
    if (fields->ok && compare->result->status == CONFORM_PASS)
        find_known_defect(state->benches[i], kind, compare);
    return fields->ok;
}

static bool run(void *running, const json_t *record, const struct reasons *reasons,
                struct conform_result *result, char *error, size_t size)
{
    struct family_state *state = running;
    struct rmm_fields fields;
    struct rmm_compare compare = {.fields = &fields, .profile = "1.0", .result = result};
    bool any = false;

    (void)reasons;
    *result = (struct conform_result){.status = CONFORM_PASS};
    if (!rmm_fields_open(&fields, record, error, size))
        return false;
    if (is_sequence(record))
        return rmm_sequence_run(state->sequence, record, &compare);
    for (size_t i = 0; i < COUNT(profiles); i++) {
        if (!concerns(record, profiles[i].release))
            continue;
        any = true;
        if (!run_profile(state, i, find_kind(record), &compare))
            return false;
    }
    if (!any)
        conform_skip(result, false, "of releases that are no profile");
    return true;
}

const struct conform_family conform_rmm = {
    .name = "rmm",
    .recognises = recognises,
    .open = open_state,
    .close = close_state,
    .label = label,
    .run = run,
};

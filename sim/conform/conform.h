/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim conform: files of recorded behaviour, one JSON object a line, run against the models. A
 * family knows one kind of record; the runner reads files, counts and reports.
 */
#ifndef SIM_CONFORM_CONFORM_H
#define SIM_CONFORM_CONFORM_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/conform/reasons.h"

#define CONFORM_TEXT_SIZE 160
#define CONFORM_MAX_DIFFERENCES 24

enum conform_status { CONFORM_PASS, CONFORM_FAIL, CONFORM_SKIP };

enum conform_show { SHOW_HEX, SHOW_ESR, SHOW_TEXT };

/* One field in which the model's answer is not the record's. */
struct conform_difference {
    char field[24];
    enum conform_show show;
    uint64_t expected, actual; /* SHOW_HEX, SHOW_ESR */
    char expected_text[CONFORM_TEXT_SIZE / 2], actual_text[CONFORM_TEXT_SIZE / 2]; /* SHOW_TEXT */
};

struct conform_result {
    enum conform_status status;
    char reason[CONFORM_TEXT_SIZE]; /* of CONFORM_SKIP */
    bool listed;                    /* the reason is ours, from the list, not the record's */
    const struct reason *relaxed;   /* a listed reason took part of a field out, or NULL */
    const char *known_defect; /* of the recorded system, without which it would fail, or NULL */
    struct conform_difference differences[CONFORM_MAX_DIFFERENCES]; /* of CONFORM_FAIL */
    unsigned difference_count;
};

/* What a report calls a record. The strings live as long as the record. */
struct conform_label {
    const char *class_name;
    const char *case_name;
    const char *title; /* the instruction, the command, ... */
};

struct conform_family {
    const char *name;
    /* Is it one of mine? Looks at the keys alone. */
    bool (*recognises)(const json_t *record);
    /*
     * What all records of a run share: a machine; chaos is 0 or a seed (struct engine_config). NULL
     * with a message if it cannot be made.
     */
    void *(*open)(uint64_t chaos, char *error, size_t size);
    void (*close)(void *state);
    /* False with a message if the record is malformed: a key is missing, a value is no number. */
    bool (*label)(const json_t *record, struct conform_label *label, char *error, size_t size);
    bool (*run)(void *state, const json_t *record, const struct reasons *reasons,
                struct conform_result *result, char *error, size_t size);
    /*
     * Runs a record and prints the host kernel's trace of it as tracefs shows one. NULL if the
     * family has no such trace; false as with run.
     */
    bool (*print_trace)(void *state, const json_t *record, FILE *out, char *error, size_t size);
};

/* NULL-terminated. */
extern const struct conform_family *const conform_families[];
extern const struct conform_family conform_qemu_el2;
extern const struct conform_family conform_linux_kvm;
extern const struct conform_family conform_rmm;

const struct conform_family *conform_find_family(const json_t *record);

/* The result becomes CONFORM_FAIL; differences beyond CONFORM_MAX_DIFFERENCES are dropped. */
void conform_differs(struct conform_result *result, const char *field, enum conform_show show,
                     uint64_t expected, uint64_t actual);
void conform_differs_text(struct conform_result *result, const char *field, const char *expected,
                          const char *actual);
void conform_skip(struct conform_result *result, bool listed, const char *reason);

#endif

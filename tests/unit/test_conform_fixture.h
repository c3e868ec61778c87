/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file of records, and what the runner of sim conform makes of it. */
#ifndef TESTS_UNIT_TEST_CONFORM_FIXTURE_H
#define TESTS_UNIT_TEST_CONFORM_FIXTURE_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/conform/runner.h"

static char path[64];
static struct tally tally;
static struct reasons reasons;
static struct runner_options options;
static char message[1024];

static void setup(void)
{
    int file;

    snprintf(path, sizeof(path), "/tmp/test_conform.XXXXXX");
    file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    close(file);
    tally = (struct tally){.failure_limit = 100};
    reasons = (struct reasons){0};
    options = (struct runner_options){.reasons = &reasons};
    message[0] = '\0';
}

static void teardown(void)
{
    tally_free(&tally);
    reasons_free(&reasons);
    unlink(path);
}

static void put_bytes(const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");

    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
    ck_assert_int_eq(fclose(file), 0);
}

static bool run_text(const char *text)
{
    put_bytes(text, strlen(text));
    return runner_file(path, &options, &tally, message, sizeof(message));
}

/* A record that holds, and what is made wrong in it. */
struct wrong_record {
    const char *record;
    const char *instead_of, *put; /* NULL: nothing */
    const char *field;            /* the first difference that must come of it; NULL: none */
};

/* record with the first `from`, if not NULL, replaced by `to`. */
static void replace(char *text, size_t size, const char *record, const char *from, const char *to)
{
    const char *at = from ? strstr(record, from) : NULL;

    ck_assert_msg(!from || at, "'%s' is not in the record", from);
    if (at)
        snprintf(text, size, "%.*s%s%s", (int)(at - record), record, to, at + strlen(from));
    else
        snprintf(text, size, "%s", record);
}

static void check_wrong_record(const struct wrong_record *wrong)
{
    bool good = wrong->field == NULL;
    char text[4096];

    replace(text, sizeof(text), wrong->record, wrong->instead_of, wrong->put);
    ck_assert_msg(run_text(text), "%s", message);
    ck_assert_uint_eq(tally.passed, good ? 1 : 0);
    ck_assert_uint_eq(tally.failed, good ? 0 : 1);
    ck_assert_uint_eq(tally.skipped, 0);
    if (good)
        return;
    ck_assert_uint_eq(tally.failure_count, 1);
    ck_assert_uint_ge(tally.failures[0].result.difference_count, 1);
    ck_assert_str_eq(tally.failures[0].result.differences[0].field, wrong->field);
}

#endif

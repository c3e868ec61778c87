/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/conform/tally.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/arch/esr.h"
#include "sim/report/esr_text.h"
#include "sim/report/json_writer.h"

/* A new row at the end of *rows, zeroed; NULL when memory ran out. */
static void *append(void **rows, size_t *count, size_t size)
{
    char *grown = reallocarray(*rows, *count + 1, size);

    if (!grown)
        return NULL;
    *rows = grown;
    return memset(grown + (*count)++ * size, 0, size);
}

static struct tally_class *class_row(struct tally *tally, const char *name)
{
    struct tally_class *row;

    /* Records of a class stand together: the last row is the likely one. */
    for (size_t i = tally->class_count; i-- > 0;)
        if (strcmp(tally->classes[i].name, name) == 0)
            return &tally->classes[i];
    row = append((void **)&tally->classes, &tally->class_count, sizeof(*row));
    if (!row)
        return NULL;
    row->name = strdup(name);
    if (row->name)
        return row;
    tally->class_count--;
    return NULL;
}

static bool count_reason(struct tally *tally, const char *text, bool listed, bool partial)
{
    struct tally_reason *row;

    for (size_t i = 0; i < tally->reason_count; i++) {
        row = &tally->reasons[i];
        if (row->listed == listed && row->partial == partial && strcmp(row->text, text) == 0) {
            row->count++;
            return true;
        }
    }
    row = append((void **)&tally->reasons, &tally->reason_count, sizeof(*row));
    if (!row)
        return false;
    *row = (struct tally_reason){strdup(text), listed, partial, 1};
    if (row->text)
        return true;
    tally->reason_count--;
    return false;
}

static bool keep_failure(struct tally *tally, const char *file, unsigned long line,
                         const struct conform_label *label, const struct conform_result *result)
{
    struct tally_failure *row;
    size_t size = strlen(label->class_name) + strlen(label->case_name) + 2;

    if (tally->failure_count >= tally->failure_limit)
        return true;
    row = append((void **)&tally->failures, &tally->failure_count, sizeof(*row));
    if (!row)
        return false;
    *row = (struct tally_failure){strdup(file), line, malloc(size), strdup(label->title), *result};
    if (row->name)
        snprintf(row->name, size, "%s/%s", label->class_name, label->case_name);
    return row->file && row->name && row->title;
}

bool tally_add(struct tally *tally, const char *file, unsigned long line,
               const struct conform_label *label, const struct conform_result *result)
{
    struct tally_class *row = class_row(tally, label->class_name);

    if (!row)
        return false;
    switch (result->status) {
    case CONFORM_PASS:
        row->passed++;
        tally->passed++;
        break;
    case CONFORM_FAIL:
        row->failed++;
        tally->failed++;
        if (!keep_failure(tally, file, line, label, result))
            return false;
        break;
    case CONFORM_SKIP:
        row->skipped++;
        tally->skipped++;
        return count_reason(tally, result->reason, result->listed, false);
    }
    if (result->known_defect && !count_reason(tally, result->known_defect, false, true))
        return false;
    return !result->relaxed || count_reason(tally, result->relaxed->text, true, true);
}

void tally_free(struct tally *tally)
{
    for (size_t i = 0; i < tally->class_count; i++)
        free(tally->classes[i].name);
    for (size_t i = 0; i < tally->reason_count; i++)
        free(tally->reasons[i].text);
    for (size_t i = 0; i < tally->failure_count; i++) {
        free(tally->failures[i].file);
        free(tally->failures[i].name);
        free(tally->failures[i].title);
    }
    free(tally->classes);
    free(tally->reasons);
    free(tally->failures);
    *tally = (struct tally){0};
}

static int by_name(const void *a, const void *b)
{
    const struct tally_class *first = a, *second = b;

    return strcmp(first->name, second->name);
}

static int by_count(const void *a, const void *b)
{
    const struct tally_reason *first = a, *second = b;

    if (first->count != second->count)
        return first->count < second->count ? 1 : -1;
    return strcmp(first->text, second->text);
}

static void sort(struct tally *tally)
{
    if (tally->class_count)
        qsort(tally->classes, tally->class_count, sizeof(*tally->classes), by_name);
    if (tally->reason_count)
        qsort(tally->reasons, tally->reason_count, sizeof(*tally->reasons), by_count);
}

static unsigned long records(const struct tally *tally)
{
    return tally->passed + tally->failed + tally->skipped;
}

static double share(const struct tally *tally, unsigned long count)
{
    return records(tally) ? 100.0 * (double)count / (double)records(tally) : 0;
}

/* --- text --- */

#define FIELD_COLUMN 12

static void print_difference(FILE *out, const struct conform_difference *difference)
{
    switch (difference->show) {
    case SHOW_TEXT:
        fprintf(out, "  %-*s expected %s\n  %-*s actual   %s\n", FIELD_COLUMN, difference->field,
                difference->expected_text, FIELD_COLUMN, "", difference->actual_text);
        break;
    case SHOW_HEX:
        fprintf(out, "  %-*s expected 0x%" PRIx64 "\n  %-*s actual   0x%" PRIx64 "\n", FIELD_COLUMN,
                difference->field, difference->expected, FIELD_COLUMN, "", difference->actual);
        break;
    case SHOW_ESR:
        fprintf(out, "  %-*s expected 0x%" PRIx64 "  ", FIELD_COLUMN, difference->field,
                difference->expected);
        esr_print_summary(out, difference->expected);
        fprintf(out, "\n  %-*s actual   0x%" PRIx64 "  ", FIELD_COLUMN, "", difference->actual);
        esr_print_summary(out, difference->actual);
        fputs("\n", out);
        break;
    }
}

void tally_print_failure(FILE *out, const struct tally_failure *failure)
{
    const struct conform_result *result = &failure->result;

    fprintf(out, "FAIL %s:%lu: %s: %s\n", failure->file, failure->line, failure->name,
            failure->title);
    for (unsigned i = 0; i < result->difference_count; i++)
        print_difference(out, &result->differences[i]);
}

static int name_width(const struct tally *tally)
{
    size_t width = 5;

    for (size_t i = 0; i < tally->class_count; i++)
        if (strlen(tally->classes[i].name) > width)
            width = strlen(tally->classes[i].name);
    return (int)width;
}

static void print_reasons(FILE *out, const struct tally *tally, bool listed, bool partial,
                          const char *heading)
{
    bool begun = false;

    for (size_t i = 0; i < tally->reason_count; i++) {
        const struct tally_reason *row = &tally->reasons[i];

        if (row->listed != listed || row->partial != partial)
            continue;
        if (!begun)
            fprintf(out, "\n%s\n", heading);
        begun = true;
        fprintf(out, "  %6lu  %5.2f %%  %s\n", row->count, share(tally, row->count), row->text);
    }
}

void tally_print(FILE *out, struct tally *tally)
{
    int width;

    sort(tally);
    for (size_t i = 0; i < tally->failure_count; i++) {
        tally_print_failure(out, &tally->failures[i]);
        fputs("\n", out);
    }
    if (tally->failure_count < tally->failed)
        fprintf(out, "%lu more failures\n\n", tally->failed - tally->failure_count);
    width = name_width(tally);
    fprintf(out, "%-*s  %8s %8s %8s\n", width, "class", "passed", "failed", "skipped");
    for (size_t i = 0; i < tally->class_count; i++) {
        const struct tally_class *row = &tally->classes[i];

        fprintf(out, "%-*s  %8lu %8lu %8lu\n", width, row->name, row->passed, row->failed,
                row->skipped);
    }
    print_reasons(out, tally, false, false, "skipped by the records' own marks:");
    print_reasons(out, tally, true, false, "skipped for a listed reason:");
    print_reasons(out, tally, false, true, "passed with a known defect of the recorded system:");
    print_reasons(out, tally, true, true, "compared without a part, for a listed reason:");
    fprintf(out, "\n%lu passed, %lu failed, %lu skipped\n", tally->passed, tally->failed,
            tally->skipped);
}

/* --- JSON --- */

static void json_difference(struct json *json, const struct conform_difference *difference)
{
    json_object_begin(json);
    json_member_string(json, "field", difference->field);
    if (difference->show == SHOW_TEXT) {
        json_member_string(json, "expected", difference->expected_text);
        json_member_string(json, "actual", difference->actual_text);
    } else {
        json_member_hex(json, "expected", difference->expected);
        json_member_hex(json, "actual", difference->actual);
    }
    json_object_end(json);
}

static void json_failure(struct json *json, const struct tally_failure *failure)
{
    json_object_begin(json);
    json_member_string(json, "file", failure->file);
    json_member_uint(json, "line", failure->line);
    json_member_string(json, "name", failure->name);
    json_member_string(json, "title", failure->title);
    json_key(json, "differences");
    json_array_begin(json);
    for (unsigned i = 0; i < failure->result.difference_count; i++)
        json_difference(json, &failure->result.differences[i]);
    json_array_end(json);
    json_object_end(json);
}

void tally_print_json(FILE *out, struct tally *tally)
{
    struct json json;

    sort(tally);
    json_begin(&json, out, true);
    json_object_begin(&json);
    json_member_uint(&json, "schema", 1);
    json_member_uint(&json, "files", tally->files);
    json_member_uint(&json, "passed", tally->passed);
    json_member_uint(&json, "failed", tally->failed);
    json_member_uint(&json, "skipped", tally->skipped);
    json_key(&json, "classes");
    json_array_begin(&json);
    for (size_t i = 0; i < tally->class_count; i++) {
        json_object_begin(&json);
        json_member_string(&json, "name", tally->classes[i].name);
        json_member_uint(&json, "passed", tally->classes[i].passed);
        json_member_uint(&json, "failed", tally->classes[i].failed);
        json_member_uint(&json, "skipped", tally->classes[i].skipped);
        json_object_end(&json);
    }
    json_array_end(&json);
    json_key(&json, "left_out");
    json_array_begin(&json);
    for (size_t i = 0; i < tally->reason_count; i++) {
        json_object_begin(&json);
        json_member_string(&json, "reason", tally->reasons[i].text);
        json_member_bool(&json, "listed", tally->reasons[i].listed);
        json_member_bool(&json, "partial", tally->reasons[i].partial);
        json_member_uint(&json, "count", tally->reasons[i].count);
        json_object_end(&json);
    }
    json_array_end(&json);
    json_key(&json, "failures");
    json_array_begin(&json);
    for (size_t i = 0; i < tally->failure_count; i++)
        json_failure(&json, &tally->failures[i]);
    json_array_end(&json);
    json_object_end(&json);
    json_end(&json);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/conform/runner.h"

#include <fnmatch.h>
#include <string.h>

#include "sim/conform/line_reader.h"

#define FAMILIES_MAX 8
#define MESSAGE_SIZE 256

/* One file's run: machines are made when the first record of their family comes. */
struct runner {
    const char *path;
    const struct runner_options *options;
    struct tally *tally;
    struct {
        const struct conform_family *family;
        void *state;
    } open[FAMILIES_MAX];
    unsigned open_count;
    char *error;
    size_t size;
};

static bool fail_line(struct runner *runner, unsigned long line, const char *message)
{
    char shown[MESSAGE_SIZE];
    size_t i;

    /* It may quote the file, which may hold anything. */
    for (i = 0; message[i] && i < sizeof(shown) - 1; i++)
        shown[i] = (unsigned char)message[i] < ' ' || message[i] == 0x7f ? '?' : message[i];
    shown[i] = '\0';
    snprintf(runner->error, runner->size, "%s:%lu: error: %s", runner->path, line, shown);
    return false;
}

static bool selected(const struct runner_options *options, const struct conform_label *label)
{
    char name[MESSAGE_SIZE];

    snprintf(name, sizeof(name), "%s/%s", label->class_name, label->case_name);
    if (options->case_name && strcmp(options->case_name, name) != 0 &&
        strcmp(options->case_name, label->case_name) != 0)
        return false;
    if (!options->filter)
        return true;
    return strpbrk(options->filter, "*?[") ? fnmatch(options->filter, name, 0) == 0
                                           : strstr(name, options->filter) != NULL;
}

static bool state_of(struct runner *runner, const struct conform_family *family, void **state,
                     char *message)
{
    for (unsigned i = 0; i < runner->open_count; i++)
        if (runner->open[i].family == family) {
            *state = runner->open[i].state;
            return true;
        }
    if (runner->open_count == FAMILIES_MAX) {
        snprintf(message, MESSAGE_SIZE, "too many families");
        return false;
    }
    *state = family->open(runner->options->chaos, message, MESSAGE_SIZE);
    if (!*state)
        return false;
    runner->open[runner->open_count].family = family;
    runner->open[runner->open_count++].state = *state;
    return true;
}

static void tell(const struct runner *runner, unsigned long line, const struct conform_label *label,
                 const struct conform_result *result)
{
    static const char *const words[] = {
        [CONFORM_PASS] = "PASS", [CONFORM_FAIL] = "FAIL", [CONFORM_SKIP] = "SKIP"};

    if (!runner->options->verbose)
        return;
    fprintf(runner->options->verbose, "%s %s:%lu: %s/%s: %s%s%s\n", words[result->status],
            runner->path, line, label->class_name, label->case_name, label->title,
            result->status == CONFORM_SKIP ? ": " : "",
            result->status == CONFORM_SKIP ? result->reason : "");
}

static bool print_trace(struct runner *runner, unsigned long line,
                        const struct conform_family *family, const json_t *record)
{
    char message[MESSAGE_SIZE] = "";
    void *state;

    if (!family->print_trace)
        return fail_line(runner, line, "records of this family have no trace of a host kernel");
    if (!state_of(runner, family, &state, message) ||
        !family->print_trace(state, record, runner->options->trace, message, sizeof(message)))
        return fail_line(runner, line, message);
    runner->tally->traced++;
    return true;
}

static bool run_record(struct runner *runner, unsigned long line, const json_t *record)
{
    const struct conform_family *family = conform_find_family(record);
    char message[MESSAGE_SIZE] = "";
    struct conform_label label;
    struct conform_result result;
    void *state;

    if (!family)
        return fail_line(runner, line, "no record of a known family");
    if (!family->label(record, &label, message, sizeof(message)))
        return fail_line(runner, line, message);
    if (!selected(runner->options, &label))
        return true;
    if (runner->options->trace)
        return print_trace(runner, line, family, record);
    if (!state_of(runner, family, &state, message) ||
        !family->run(state, record, runner->options->reasons, &result, message, sizeof(message)))
        return fail_line(runner, line, message);
    tell(runner, line, &label, &result);
    return tally_add(runner->tally, runner->path, line, &label, &result) ||
           fail_line(runner, line, "out of memory");
}

static bool run_line(struct runner *runner, unsigned long line, const char *text, size_t length)
{
    char message[MESSAGE_SIZE];
    json_error_t wrong;
    json_t *record;
    bool ok;

    if (strspn(text, " \t\r") == length)
        return true;
    record = json_loadb(text, length, JSON_REJECT_DUPLICATES, &wrong);
    if (!record) {
        snprintf(message, sizeof(message), "column %d: %s", wrong.column, wrong.text);
        return fail_line(runner, line, message);
    }
    ok = run_record(runner, line, record);
    json_decref(record);
    return ok;
}

static bool run_lines(struct runner *runner, struct line_reader *reader)
{
    char message[MESSAGE_SIZE];
    const char *text;
    size_t length;

    for (;;) {
        enum line_status status =
            line_reader_next(reader, &text, &length, message, sizeof(message));
        unsigned long line = line_reader_number(reader);

        if (status == LINE_END)
            return true;
        if (status == LINE_ERROR)
            return fail_line(runner, line, message);
        if (runner->options->line && line != runner->options->line)
            continue;
        if (!run_line(runner, line, text, length))
            return false;
    }
}

bool runner_file(const char *path, const struct runner_options *options, struct tally *tally,
                 char *error, size_t size)
{
    struct runner runner = {
        .path = path, .options = options, .tally = tally, .error = error, .size = size};
    char message[MESSAGE_SIZE];
    struct line_reader *reader = line_reader_open(path, message, sizeof(message));
    bool ok;

    if (!reader) {
        snprintf(error, size, "%s: error: %s", path, message);
        return false;
    }
    ok = run_lines(&runner, reader);
    tally->files++;
    line_reader_close(reader);
    for (unsigned i = 0; i < runner.open_count; i++)
        runner.open[i].family->close(runner.open[i].state);
    return ok;
}

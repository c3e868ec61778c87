/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The scenario loader on arbitrary bytes, as a file whose name says nothing. It must end, with a
 * scenario or with messages. No assembler is found and nothing is written beside the file. A line
 * `#file NAME` ends it and begins another one, in the same folder, for the loader to find: a
 * suite.yaml, cases, an include.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sim/scenario/scenario.h"
#include "tests/fuzz/fuzz_target.h"

#define MOST_CELLS 4 /* of a matrix: the others are like them */

static void fail(const char *what)
{
    fprintf(stderr, "FINDING: %s\n", what);
    abort();
}

/* The first cells of the file's matrix, or its one scenario. */
static void load_cells(const struct scenario_file *file,
                       const struct scenario_load_options *options)
{
    for (size_t i = 0; i < scenario_file_cell_count(file) && i < MOST_CELLS; i++) {
        int status = 0;
        long told = ftell(options->diag->out);
        struct scenario *scenario = scenario_file_load(file, i, options, &status);

        fflush(options->diag->out);
        if (!scenario && ftell(options->diag->out) == told)
            fail("a scenario is refused, and nothing says why");
        if (!scenario && status != SCENARIO_INVALID && status != SCENARIO_NO_ASSEMBLER)
            fail("a scenario is refused with a status that is none");
        scenario_free(scenario);
    }
}

static void load(const char *path)
{
    struct diag_options diag = {.format = DIAG_HUMAN};
    struct scenario_load_options options = {.diag = &diag, .code_cache = CODE_CACHE_KEEP};
    char *messages = NULL;
    size_t length = 0;
    struct scenario_file *file;

    diag.out = open_memstream(&messages, &length);
    if (!diag.out)
        fail("out of memory");
    file = scenario_file_open(path, &diag);
    fflush(diag.out);
    if (!file && length == 0)
        fail("a file is refused, and nothing says why");
    if (file)
        load_cells(file, &options);
    scenario_file_free(file);
    fclose(diag.out);
    free(messages);
}

/* --- files beside it -------------------------------------------------------------------------- */

#define MARK "#file "

enum { SCENARIO, SUITE, CASES, INCLUDE, PROJECT_END, FILE_COUNT };

static const char *const names[FILE_COUNT] = {[SCENARIO] = "scenario.yaml",
                                              [SUITE] = "suite.yaml",
                                              [CASES] = "cases.ndjson",
                                              [INCLUDE] = "more.inc",
                                              [PROJECT_END] = "sim.yaml"};

struct part {
    const char *text;
    size_t size;
    bool present;
};

/* The file that a line begins, or FILE_COUNT. */
static unsigned file_begun(const char *line, size_t size)
{
    size_t mark = strlen(MARK);
    unsigned i = FILE_COUNT;

    if (size >= mark && memcmp(line, MARK, mark) == 0)
        for (i = 0; i < FILE_COUNT; i++)
            if (size - mark == strlen(names[i]) && memcmp(line + mark, names[i], size - mark) == 0)
                break;
    return i;
}

/* Whether there is more than the scenario. */
static bool split(const char *text, size_t size, struct part *parts)
{
    const char *end = text + size;
    struct part *part = &parts[SCENARIO];
    bool more = false;

    *part = (struct part){text, 0, true};
    while (text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *next = newline ? newline + 1 : end;
        unsigned begun = file_begun(text, (size_t)((newline ? newline : end) - text));

        if (begun < FILE_COUNT) {
            part = &parts[begun];
            *part = (struct part){next, 0, true};
            more = true;
        } else {
            part->size = (size_t)(next - part->text);
        }
        text = next;
    }
    return more;
}

static void check_suite_file(const char *path)
{
    struct diag_options diag = {.format = DIAG_SHORT};
    char *messages = NULL;
    size_t length = 0;
    int status;

    diag.out = open_memstream(&messages, &length);
    if (!diag.out)
        fail("out of memory");
    status = scenario_suite_file_check(path, &diag);
    fclose(diag.out);
    if ((status != 0) != (length != 0))
        fail("a suite file is refused, and nothing says why; or the other way round");
    free(messages);
}

static void load_folder(struct part *parts)
{
    char folder[] = "/tmp/sim-fuzz-XXXXXX", paths[FILE_COUNT][sizeof(folder) + 16];

    if (!mkdtemp(folder))
        fail("no folder");
    parts[PROJECT_END] = (struct part){"", 0, true}; /* nothing above the folder counts */
    for (unsigned i = 0; i < FILE_COUNT; i++) {
        FILE *file;

        snprintf(paths[i], sizeof(paths[i]), "%s/%s", folder, names[i]);
        if (!parts[i].present)
            continue;
        file = fopen(paths[i], "wbe");
        if (!file || fwrite(parts[i].text, 1, parts[i].size, file) != parts[i].size || fclose(file))
            fail("no file in the folder");
    }
    load(paths[SCENARIO]);
    if (parts[SUITE].present && scenario_is_suite_file(paths[SUITE]))
        check_suite_file(paths[SUITE]);
    for (unsigned i = 0; i < FILE_COUNT; i++)
        if (parts[i].present)
            unlink(paths[i]);
    rmdir(folder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int file = memfd_create("scenario", MFD_CLOEXEC);
    struct part parts[FILE_COUNT] = {0};
    char path[64];

    if (file < 0 || (size && write(file, data, size) != (ssize_t)size))
        fail("no file in memory");
    setenv("PATH", "/nonexistent", 1);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
    if (split((const char *)data, size, parts))
        load_folder(parts);
    else
        load(path);
    close(file);
    return 0;
}

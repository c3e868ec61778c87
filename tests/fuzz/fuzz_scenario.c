/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The scenario loader on arbitrary bytes, as a file whose name says nothing. It must end, with a
 * scenario or with messages. No assembler is found and nothing is written beside the file.
 */
#include <stdio.h>
#include <stdlib.h>
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int file = memfd_create("scenario", MFD_CLOEXEC);
    char path[64];

    if (file < 0 || (size && write(file, data, size) != (ssize_t)size))
        fail("no file in memory");
    setenv("PATH", "/nonexistent", 1);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
    load(path);
    close(file);
    return 0;
}

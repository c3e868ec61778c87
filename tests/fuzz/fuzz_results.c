/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Readers of small files on arbitrary bytes; the first byte says which: results to merge, as JUnit
 * or as NDJSON; a cost profile; the table of published measurements. They must end, and say why
 * what they refuse is refused; what is merged must come out as XML that can be merged again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sim/profile.h"
#include "sim/published.h"
#include "sim/report/merge.h"
#include "sim/report/merge_read.h"
#include "sim/scenario/diag.h"
#include "tests/fuzz/fuzz_target.h"

static void fail(const char *what)
{
    fprintf(stderr, "FINDING: %s\n", what);
    abort();
}

typedef bool reader_fn(struct merge *merge, const char *path, const char *bytes, size_t size);

/* Twice: what was written must be read, and be the same tests. */
static void merge_results(reader_fn *read, const uint8_t *data, size_t size)
{
    struct merge first = {.arena = arena_new()}, again = {.arena = arena_new()};
    char *text = NULL;
    size_t length = 0;

    if (read(&first, "results", (const char *)data, size) && merge_order(&first)) {
        FILE *out = open_memstream(&text, &length);

        if (!out)
            fail("out of memory");
        merge_status(&first);
        merge_write_junit(out, &first);
        fclose(out);
        if (!merge_read_junit(&again, "merged", text, length))
            fail("what was merged cannot be read");
        if (again.count != first.count)
            fail("tests got lost in a merge");
    }
    free(text);
    arena_free(first.arena);
    arena_free(again.arena);
}

static bool load(struct arena *arena, struct diag *diag, const char *path, bool is_profile)
{
    const struct profile *known = profile_default_full();
    struct published published = {0};

    return is_profile ? profile_load(arena, diag, path, &known, 1) != NULL
                      : published_load(arena, diag, path, &published);
}

static void load_file(bool is_profile, const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    struct diag *diag = diag_new(arena);
    int file = memfd_create("file", MFD_CLOEXEC);
    char path[64];

    if (file < 0 || (size && write(file, data, size) != (ssize_t)size))
        fail("no file in memory");
    snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
    if (load(arena, diag, path, is_profile) != (diag_count(diag) == 0))
        fail("a message without an error, or an error without a message");
    close(file);
    arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    switch (data[0] % 4) {
    case 0:
        merge_results(merge_read_junit, data + 1, size - 1);
        break;
    case 1:
        merge_results(merge_read_ndjson, data + 1, size - 1);
        break;
    default:
        load_file(data[0] % 4 == 2, data + 1, size - 1);
    }
    return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A fuzz target without a fuzzer: gives it each FILE, and each file of a directory, once.
 * usage: fuzz_TARGET_replay FILE|DIRECTORY...
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "tests/fuzz/fuzz_target.h"

#define MAX_FILE ((size_t)1 << 20)

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static unsigned replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(MAX_FILE);
    size_t size;

    if (!file || !data) {
        perror(path);
        exit(2);
    }
    size = fread(data, 1, MAX_FILE, file);
    fclose(file);
    fprintf(stderr, "%s\n", path); /* the last line before a crash */
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    return 1;
}

static unsigned replay(const char *path)
{
    struct dirent **entries;
    struct stat status;
    unsigned done = 0;
    int count;

    if (stat(path, &status) != 0 || !S_ISDIR(status.st_mode))
        return replay_file(path);
    count = scandir(path, &entries, visible, alphasort);
    for (int i = 0; i < count; i++) {
        char name[4096];

        snprintf(name, sizeof(name), "%s/%s", path, entries[i]->d_name);
        done += replay(name);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return done;
}

int main(int argc, char **argv)
{
    unsigned done = 0;

    for (int i = 1; i < argc; i++)
        done += replay(argv[i]);
    printf("%u passed, 0 failed\n", done);
    return done ? 0 : 2;
}

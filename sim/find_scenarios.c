/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/find_scenarios.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void add(struct arena *arena, struct scenario_list *list, const char *path)
{
    list->paths =
        arena_grow(arena, list->paths, list->count, &list->capacity, sizeof(list->paths[0]));
    list->paths[list->count++] = path;
}

static bool is_yaml(const char *name)
{
    const char *suffix = strrchr(name, '.');
    return suffix && (strcmp(suffix, ".yaml") == 0 || strcmp(suffix, ".yml") == 0);
}

static bool starts_with_one(const char *line, const char *const *keys)
{
    for (; *keys; keys++)
        if (strncmp(line, *keys, strlen(*keys)) == 0)
            return true;
    return false;
}

bool file_has_key(const char *path, const char *const *keys)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return true;
    char *line = NULL;
    size_t room = 0;
    bool found = false;
    while (!found && getline(&line, &room, file) >= 0)
        found = starts_with_one(line, keys);
    free(line);
    fclose(file);
    return found;
}

bool is_scenario_file(const char *path)
{
    static const char *const keys[] = {"sim:", NULL};
    return is_yaml(path) && file_has_key(path, keys);
}

static int walk(struct arena *arena, const char *folder, unsigned depth, struct scenario_list *list)
{
    if (depth > FIND_MAX_DEPTH)
        return ELOOP;
    struct dirent **entries;
    int count = scandir(folder, &entries, NULL, NULL);
    if (count < 0)
        return errno;
    int error = 0;
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        bool slash = folder[strlen(folder) - 1] == '/';
        const char *path = arena_printf(arena, "%s%s%s", folder, slash ? "" : "/", name);
        struct stat status;
        if (name[0] != '.' && lstat(path, &status) == 0) {
            if (S_ISDIR(status.st_mode) && !error)
                error = walk(arena, path, depth + 1, list);
            else if (!S_ISDIR(status.st_mode) && is_scenario_file(path))
                add(arena, list, path);
        }
        free(entries[i]);
    }
    free(entries);
    return error;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int find_scenarios(struct arena *arena, const char *path, struct scenario_list *list)
{
    struct stat status;
    size_t first = list->count;
    if (stat(path, &status) != 0)
        return errno;
    if (!S_ISDIR(status.st_mode)) {
        add(arena, list, path);
        return 0;
    }
    int error = walk(arena, path, 0, list);
    if (list->count > first)
        qsort(list->paths + first, list->count - first, sizeof(list->paths[0]), by_bytes);
    return error;
}

void find_files(struct arena *arena, char *const *operands, size_t count,
                struct scenario_list *list)
{
    for (size_t i = 0; i < count; i++) {
        size_t before = list->count;
        if (find_scenarios(arena, operands[i], list) == 0 && list->count > before)
            continue;
        list->count = before;
        add(arena, list, operands[i]);
    }
}

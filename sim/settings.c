/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/settings.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/commands.h"
#include "sim/options.h"
#include "sim/scenario/text.h"

#define FILE_NAME "sim.yaml"
#define ALL "all"
#define VARIABLE "SIM_"
#define VARIABLE_CONFIG VARIABLE "CONFIG"

/* --- the file ---------------------------------------------------------------------------------
 */

static const char *nearest_file(struct arena *arena)
{
    const char *named = getenv(VARIABLE_CONFIG);
    if (named)
        return *named ? named : NULL;
    char *folder = getcwd(NULL, 0);
    const char *found = NULL, *up = "";
    while (folder && !found) {
        const char *path = arena_printf(arena, "%s%s", up, FILE_NAME);
        char *slash = strrchr(folder, '/');
        if (access(path, F_OK) == 0)
            found = path;
        if (!slash || slash[1] == '\0') /* the root was looked at */
            break;
        slash[slash == folder] = '\0';
        up = arena_printf(arena, "../%s", up);
    }
    free(folder);
    return found;
}

static void unknown_section(struct arena *arena, struct diag *diag, const struct node *key)
{
    struct text_nearest nearest = {.wanted = key->text};
    text_nearest_offer(&nearest, ALL);
    for (const struct command *command = commands; command->name; command++)
        text_nearest_offer(&nearest, command->name);
    struct diag_error *error = diag_error(diag, DIAG_E0107, &key->pos, "'%s' is not a command",
                                          text_show(arena, key->text));
    diag_width(error, key->width);
    if (nearest.best)
        diag_label(error, "did you mean '%s'?", nearest.best);
}

static void check_section(struct arena *arena, struct diag *diag, const struct node *key,
                          const struct node *section)
{
    if (strcmp(key->text, ALL) != 0 && !command_find(key->text))
        unknown_section(arena, diag, key);
    else if (section->kind != NODE_MAPPING)
        diag_error(diag, DIAG_E0102, &section->pos, "'%s' is a mapping of options, not %s",
                   key->text, node_describe(arena, section));
    for (size_t i = 0; section->kind == NODE_MAPPING && i < section->count; i++)
        if (section->items[i]->kind != NODE_SCALAR)
            diag_error(diag, DIAG_E0102, &section->items[i]->pos, "an option has one value, not %s",
                       node_describe(arena, section->items[i]));
}

bool settings_load(struct arena *arena, struct settings *settings)
{
    *settings = (struct settings){.path = nearest_file(arena)};
    if (!settings->path)
        return true;
    const struct diag_options human = {.out = stderr, .format = DIAG_HUMAN};
    struct diag *diag = diag_new(arena);
    const struct node *root = yaml_load(arena, diag, settings->path);
    if (!root && diag_has(diag, DIAG_E0005)) /* it marks where scenarios inherit from, no more */
        return true;
    if (root && root->kind != NODE_MAPPING)
        diag_error(diag, DIAG_E0102, &root->pos, "settings are a mapping of commands, not %s",
                   node_describe(arena, root));
    for (size_t i = 0; root && root->kind == NODE_MAPPING && i < root->count; i++)
        check_section(arena, diag, root->keys[i], root->items[i]);
    settings->file = root;
    if (diag_count(diag) == 0)
        return true;
    diag_print(diag, &human);
    return false;
}

/* --- words ------------------------------------------------------------------------------------
 */

struct words {
    struct arena *arena;
    char **list;
    size_t count, capacity;
};

static void add(struct words *words, char *word)
{
    words->list =
        arena_grow(words->arena, words->list, words->count, &words->capacity, sizeof(char *));
    words->list[words->count++] = word;
}

static void add_file(struct words *words, const struct node *section, char mark)
{
    for (size_t i = 0; section && i < section->count; i++) {
        const struct node *key = section->keys[i];
        add(words, arena_printf(words->arena, "%c%s:%u:%u", mark, key->pos.file, key->pos.line,
                                key->pos.column));
        add(words, arena_printf(words->arena, "--%s=%s", key->text, section->items[i]->text));
    }
}

/* Length of the prefix "SIM_" or, for one command, "SIM_TEST_"; 0: text starts otherwise. */
static size_t variable_prefix(const char *text, const char *command)
{
    size_t length = strlen(VARIABLE);
    if (strncmp(text, VARIABLE, length) != 0 || !command)
        return strncmp(text, VARIABLE, length) == 0 ? length : 0;
    for (; *command; command++, length++)
        if (text[length] != toupper((unsigned char)*command))
            return 0;
    return text[length] == '_' ? length + 1 : 0;
}

static void add_variable(struct words *words, const char *text, size_t prefix, char mark)
{
    const char *equals = strchr(text, '=');
    if (!equals || (size_t)(equals - text) <= prefix)
        return;
    add(words, arena_printf(words->arena, "%c%.*s", mark, (int)(equals - text), text));
    char *word = arena_printf(words->arena, "--%s", text + prefix);
    for (char *c = word; *c != '='; c++)
        *c = *c == '_' ? '-' : (char)tolower((unsigned char)*c);
    add(words, word);
}

/* For all commands first: what is said of one is stronger. */
static void add_variables(struct words *words, const char *command)
{
    for (char **variable = environ; variable && *variable; variable++)
        if (variable_prefix(*variable, NULL) && !variable_prefix(*variable, command) &&
            strncmp(*variable, VARIABLE_CONFIG "=", strlen(VARIABLE_CONFIG) + 1) != 0)
            add_variable(words, *variable, strlen(VARIABLE), SETTING_FOR_ALL);
    for (char **variable = environ; variable && *variable; variable++)
        if (variable_prefix(*variable, command))
            add_variable(words, *variable, variable_prefix(*variable, command), SETTING_FOR_ONE);
}

char **settings_words(struct arena *arena, const struct settings *settings, const char *command,
                      int argc, char **argv, int *count)
{
    struct words words = {.arena = arena};
    add(&words, argv[0]);
    if (settings->file) {
        add_file(&words, node_get(settings->file, ALL), SETTING_FOR_ALL);
        add_file(&words, node_get(settings->file, command), SETTING_FOR_ONE);
    }
    add_variables(&words, command);
    for (int i = 1; i < argc; i++)
        add(&words, argv[i]);
    *count = (int)words.count;
    add(&words, NULL);
    return words.list;
}

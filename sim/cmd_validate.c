/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim validate: the cycle model beside published measurements, with the error of each. */
#include <string.h>

#include "sim/cmd.h"
#include "sim/options.h"
#include "sim/published.h"
#include "sim/report/json_writer.h"
#include "sim/report/style.h"
#include "sim/report/verdict.h"
#include "sim/scenario/arena.h"
#include "sim/scenario/builtin.h"
#include "sim/scenario/diag.h"

#define TREE_FILE "cpu/timing/published.yaml"
#define DEFAULT_FILE BUILTIN_PREFIX TREE_FILE
#define WIDTH 100
#define INDENT 4

static const struct command_help help = {
    .usage = "sim validate [FILE] [options]",
    .about = "Measures what was published, under the profile of the same hardware, and prints both "
             "with\n"
             "the error: rows a profile was fitted to (within 5 %), rows held out (20 %), ratios "
             "(15 %).\n"
             "The rows and their scenarios come with the program; FILE, like " TREE_FILE ",\n"
             "has others.",
    .epilogue =
        "examples:\n"
        "  sim validate\n"
        "  sim validate --json | jq -r '.rows[] | [.id, .error_percent] | @csv'\n"
        "\n"
        "exit status: 0 every row is within its bar, or is a known miss; 1 one is not; 2 wrong\n"
        "usage, or a file that cannot be read; 3 a row could not be measured.\n",
};

static const char *const verdict_names[PUBLISHED_VERDICT_COUNT] = {
    [PUBLISHED_MET] = "ok",
    [PUBLISHED_MISSED] = "MISS",
    [PUBLISHED_KNOWN_MISS] = "known miss",
    [PUBLISHED_UNVERIFIED] = "unverified",
};

static const enum paint verdict_paints[PUBLISHED_VERDICT_COUNT] = {
    [PUBLISHED_MET] = PAINT_GOOD,
    [PUBLISHED_MISSED] = PAINT_BAD,
    [PUBLISHED_KNOWN_MISS] = PAINT_NOTE,
    [PUBLISHED_UNVERIFIED] = PAINT_FAINT,
};

static int decimals(const struct published_row *row)
{
    return row->unit == UNIT_RATIO ? 2 : 0;
}

static void print_row(const struct published_row *row, bool colour)
{
    printf("  %-36s %8.*f %8.*f %-6s %+7.1f %%  %-9s ", row->name, decimals(row), row->published,
           decimals(row), row->ours, published_unit_name(row->unit), published_error(row),
           published_use_name(row->use));
    paint(stdout, colour, verdict_paints[row->verdict], "%s", verdict_names[row->verdict]);
    putchar('\n');
}

static void print_source(const char *source)
{
    int used = printf("  %-*s", INDENT, "--");

    print_wrapped(stdout, WIDTH, source, INDENT + 2, used);
}

static void print_table(const struct published *published, bool colour)
{
    const struct profile *profile = NULL;
    const char *source = NULL;

    for (size_t i = 0; i < published->count; i++) {
        const struct published_row *row = &published->rows[i];

        if (row->profile != profile)
            printf("%s%-38s %8s %8s\n", profile ? "\n" : "", row->profile->cost.name, "published",
                   "ours");
        profile = row->profile;
        if (row->unit != UNIT_RATIO && strncmp(row->source, "the same", 8) != 0 &&
            (!source || strcmp(source, row->source) != 0))
            print_source(source = row->source);
        print_row(row, colour);
    }
}

static size_t print_misses(const struct published *published)
{
    size_t count[PUBLISHED_VERDICT_COUNT] = {0};

    for (size_t i = 0; i < published->count; i++) {
        const struct published_row *row = &published->rows[i];
        bool off = row->verdict == PUBLISHED_MISSED || row->verdict == PUBLISHED_KNOWN_MISS;

        count[row->verdict]++;
        if (!off)
            continue;
        if (count[PUBLISHED_MISSED] + count[PUBLISHED_KNOWN_MISS] == 1)
            printf("\nmissed\n");
        print_wrapped(stdout, WIDTH, row->known ? row->known : "nobody knows why", INDENT,
                      printf("  %s (%s): ", row->name, row->id));
    }
    printf(
        "\n%zu rows: %zu within their bars, %zu known misses, %zu missed, %zu unverified and not "
        "judged\n",
        published->count, count[PUBLISHED_MET], count[PUBLISHED_KNOWN_MISS],
        count[PUBLISHED_MISSED], count[PUBLISHED_UNVERIFIED]);
    printf("bars: fit %.0f %%, held-out %.0f %%, ratio %.0f %%; cycle-level, not cycle-accurate\n",
           published_bar(USE_FIT), published_bar(USE_HELD_OUT), published_bar(USE_RATIO));
    return count[PUBLISHED_MISSED];
}

static void json_row(struct json *json, const struct published_row *row)
{
    char number[32];

    json_object_begin(json);
    json_member_string(json, "id", row->id);
    json_member_string(json, "name", row->name);
    json_member_string(json, "profile", row->profile->cost.name);
    json_member_string(json, "unit", published_unit_name(row->unit));
    snprintf(number, sizeof(number), "%.3f", row->published);
    json_member_string(json, "published", number);
    snprintf(number, sizeof(number), "%.3f", row->ours);
    json_member_string(json, "ours", number);
    snprintf(number, sizeof(number), "%.2f", published_error(row));
    json_member_string(json, "error_percent", number);
    json_member_string(json, "use", published_use_name(row->use));
    json_member_string(json, "verdict", verdict_names[row->verdict]);
    json_member_string(json, "source", row->source);
    if (row->known)
        json_member_string(json, "known", row->known);
    json_object_end(json);
}

static size_t print_json(const struct published *published)
{
    struct json json;
    size_t missed = 0;

    json_begin(&json, stdout, true);
    json_object_begin(&json);
    json_member_string(&json, "type", "validate");
    json_key(&json, "rows");
    json_array_begin(&json);
    for (size_t i = 0; i < published->count; i++) {
        json_row(&json, &published->rows[i]);
        missed += published->rows[i].verdict == PUBLISHED_MISSED;
    }
    json_array_end(&json);
    json_object_end(&json);
    json_end(&json);
    return missed;
}

static enum exit_status validate(const char *path, bool json, bool colour)
{
    struct arena *arena = arena_new();
    struct diag *diag = diag_new(arena);
    struct published published;
    enum exit_status status = EXIT_USAGE;
    char error[256];

    if (!published_load(arena, diag, path, &published)) {
        diag_print(diag, &(struct diag_options){.out = stderr, .format = DIAG_HUMAN});
    } else if (!published_measure(&published, error, sizeof(error))) {
        fprintf(stderr, "%s: error: %s\n", path, error);
        status = EXIT_INTERNAL;
    } else {
        size_t missed;

        if (!json)
            print_table(&published, colour);
        missed = json ? print_json(&published) : print_misses(&published);
        status = missed ? EXIT_FAILED : EXIT_OK;
    }
    arena_free(arena);
    return status;
}

int cmd_validate(int argc, char **argv)
{
    const char *colour = "auto";
    bool json = false;
    const struct option_row rows[] = {
        {.name = "json", .help = "one JSON document", .flag = &json},
        {.name = "color", .argument = "WHEN", .help = "auto, always or never", .value = &colour},
        {0},
    };
    int operands;
    enum colour_when when;
    enum parse_result parsed = options_parse(argc, argv, rows, &help, &operands);

    if (parsed != PARSE_OK)
        return parsed == PARSE_HELP ? EXIT_OK : EXIT_USAGE;
    if (!colour_parse(colour, &when))
        return usage_error("validate", "--color is auto, always or never, not '%s'", colour);
    if (operands > 1)
        return usage_error("validate", "at most one FILE");
    return (int)validate(operands ? argv[0] : DEFAULT_FILE, json, colour_wanted(stdout, when));
}

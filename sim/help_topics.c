/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/help_topics.h"

#include <string.h>

#include "sim/report/style.h"
#include "sim/scenario/schema.h"

#define LINE_WIDTH 80
#define KEY_COLUMN 16

/* The keys of a map with their meanings, as the loader has them. */
static void print_keys(FILE *out, const struct schema_map *map)
{
    for (size_t i = 0; i < map->count; i++) {
        int used = fprintf(out, "  %-*s", KEY_COLUMN - 3, map->keys[i].name);
        print_wrapped(out, LINE_WIDTH, map->keys[i].doc, KEY_COLUMN, used);
    }
}

static const struct schema_map *map_of(const struct schema_map *map, const char *key)
{
    for (size_t i = 0; map && i < map->count; i++)
        if (strcmp(map->keys[i].name, key) == 0)
            return map->keys[i].map;
    return NULL;
}

static void print_scenario(FILE *out)
{
    fputs("A scenario is a YAML file: a machine, a guest, and what is expected of the run.\n\n"
          "  sim: 1\n"
          "  name: my-first\n"
          "  memory:\n"
          "    - {name: ram, ipa: 0x4000_0000, size: 2M}\n"
          "  devices:\n"
          "    - {name: uart, type: pl011, ipa: 0x0900_0000}\n"
          "  guest:\n"
          "    regs: {x0: uart, x1: 0x41}\n"
          "    code:\n"
          "      asm: |\n"
          "        store: str w1, [x0]\n"
          "               hvc #0\n"
          "  expect:\n"
          "    exits: {MMIO: 1}\n"
          "    traps:\n"
          "      - {at: store, iss: {sas: word, srt: x1}, exit: {len: 4, data: 0x41}}\n\n"
          "Names of memories, devices and labels are addresses; so is a name + a number.\n"
          "What is not written has a default, what is not expected is not checked. Keys:\n\n",
          out);
    print_keys(out, &schema_root);
    fputs("\nMore: `sim help expect`, `sim list keys 'guest*'` (every key, type and default),\n"
          "`sim list devices`, `sim schema` (for editors). `sim init` writes a first one.\n",
          out);
}

static void print_expect(FILE *out)
{
    const struct schema_map *expect = map_of(&schema_root, "expect");
    fputs("What stands under `expect` must come of the run, no more. A value may be\n\n"
          "  0x41, uart+8, DABT_LOW    itself; numbers, addresses and words by their value\n"
          "  {min: 1, max: 9}          within these, or one of them\n"
          "  {in: [1, 2]}, {not: 0}    one of these; any but this one, or [these]\n"
          "  any, null                 there, whatever it is; not there\n"
          "  unchanged                 of a register: as it was\n\n"
          "keys of expect:\n",
          out);
    print_keys(out, expect);
    fputs("\nkeys of an entry of traps:\n", out);
    print_keys(out, map_of(expect, "traps"));
    fputs("\nA list under `expect` has entries for some cells or kernels (`when`). More:\n"
          "`sim list keys 'expect.traps*'`.\n",
          out);
}

static void print_exit_status(FILE *out)
{
    fputs("  0    every expectation is met; diff: the same; check: valid\n"
          "  1    one is not, or an unexpected pass; diff: they differ; fmt --check: would change\n"
          "  2    wrong usage; a file that cannot be read, or is invalid\n"
          "  3    the simulator failed, or broke one of its invariants\n"
          "  4    a limit (limits:, --timeout) was reached without a verdict\n"
          "  5    nothing selected: -k, --tag, --cell or a pattern matches nothing\n"
          "  77   skipped as a whole, with the reason on standard error\n"
          "  130  interrupted, once the partial summary is printed\n\n"
          "Of several scenarios the worst of 3, 2, 4, 1, 77, 0.\n",
          out);
}

static void print_settings(FILE *out)
{
    fputs(
        "Options have their values from, the later the stronger:\n\n"
        "  built-in\n"
        "  sim.yaml          found from the current folder upwards, e.g.\n"
        "                    test: {jobs: 2, quiet: true}\n"
        "                    all: {color: never}\n"
        "  SIM_TEST_JOBS=2   a variable of one command's option; SIM_COLOR=never of all\n"
        "  --jobs 2          the command line; --no-quiet takes a flag back\n\n"
        "`sim config --show-origin` says what is in effect, and from where. SIM_CONFIG= names\n"
        "another file than sim.yaml, or none. NO_COLOR, FORCE_COLOR, CLICOLOR_FORCE and TERM=dumb\n"
        "are heeded. What scenarios have in common stands in suite.yaml of their folders.\n",
        out);
}

const struct help_topic help_topics[] = {
    {"scenario", "the format of scenario files", print_scenario},
    {"expect", "what a scenario can expect, and how", print_expect},
    {"exit-status", "what sim's exit statuses mean", print_exit_status},
    {"settings", "where options have their values from", print_settings},
    {0},
};

const struct help_topic *help_topic_find(const char *name)
{
    for (const struct help_topic *topic = help_topics; topic->name; topic++)
        if (strcmp(topic->name, name) == 0)
            return topic;
    return NULL;
}

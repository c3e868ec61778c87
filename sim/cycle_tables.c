/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/cycle_tables.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/report/style.h"
#include "sim/report/trap_text.h"

#define PLACE_SIZE (TRAP_TEXT_SIZE + 24)

/* "0x40000000 (loop)"; of what came before the first trap "before the first trap". */
static const char *place(const struct cycle_table *table, const struct account_group *group,
                         char *text)
{
    char label[TRAP_TEXT_SIZE] = "";

    if (!group->trap) {
        snprintf(text, PLACE_SIZE, "before the first trap");
        return text;
    }
    if (!group->pc) {
        snprintf(text, PLACE_SIZE, "interrupted");
        return text;
    }
    pc_label(&table->scenario->guest, group->pc, label);
    snprintf(text, PLACE_SIZE, "0x%" PRIx64 "%s%s%s", group->pc, *label ? " (" : "", label,
             *label ? ")" : "");
    return text;
}

static void add_group(struct account_group *to, const struct account_group *group)
{
    to->traps += group->traps;
    to->instructions += group->instructions;
    to->guest_cycles += group->guest_cycles;
    to->idle += group->idle;
    to->cycles += group->cycles;
    for (unsigned world = 0; world < WORLD_COUNT; world++)
        to->world[world] += group->world[world];
}

/* --- by trap --- */

static void print_worlds(const struct account_group *group)
{
    char number[GROUPED_SIZE];

    printf("%12s", grouped(group->cycles, number));
    for (unsigned world = 0; world < WORLD_COUNT; world++)
        printf(" %9s", grouped(group->world[world], number));
    printf(" %9s", grouped(group->idle, number));
}

bool print_by_trap(const struct cycle_table *table)
{
    struct account_group *groups, sum = {0};
    size_t count = account_by_trap(table->account, table->choice, &groups);
    char text[PLACE_SIZE];

    if (!groups)
        return false;
    printf("\n%6s  %-16s %12s", "trap", "class", "cycles");
    for (unsigned world = 0; world < WORLD_COUNT; world++)
        printf(" %9s", world_name((enum world)world));
    printf(" %9s  at\n", "idle");
    for (size_t i = 0; i < count; i++) {
        printf("%6" PRIu64 "  %-16s ", groups[i].trap, groups[i].trap_class);
        print_worlds(&groups[i]);
        printf("  %s\n", place(table, &groups[i], text));
        add_group(&sum, &groups[i]);
    }
    printf("%6s  %-16s ", "total", "");
    print_worlds(&sum);
    putchar('\n');
    free(groups);
    return true;
}

/* Two runs' groups side by side, in order of traps. */
struct pair {
    const struct account_group *left, *right; /* NULL: that run has none */
};

static bool next_pair(const struct account_group **left, const struct account_group *left_end,
                      const struct account_group **right, const struct account_group *right_end,
                      struct pair *pair)
{
    bool has_left = *left < left_end, has_right = *right < right_end;

    pair->left = has_left && (!has_right || (*left)->trap <= (*right)->trap) ? *left : NULL;
    pair->right = has_right && (!has_left || (*right)->trap <= (*left)->trap) ? *right : NULL;
    *left += pair->left != NULL;
    *right += pair->right != NULL;
    return has_left || has_right;
}

static void print_change(uint64_t before, uint64_t after)
{
    char a[GROUPED_SIZE], b[GROUPED_SIZE];

    printf("%16s %16s %+12" PRId64, grouped(before, a), grouped(after, b),
           (int64_t)(after - before));
    if (before)
        printf(" %+7.1f %%", 100 * ((double)after / (double)before - 1));
}

bool print_by_trap_beside(const struct cycle_table *table, const struct cycle_table *other,
                          const char *name, const char *other_name)
{
    struct account_group *lefts, *rights;
    size_t left_count = account_by_trap(table->account, table->choice, &lefts);
    size_t right_count = account_by_trap(other->account, other->choice, &rights);
    const struct account_group *left = lefts, *right = rights;
    uint64_t before = 0, after = 0;
    char text[PLACE_SIZE];
    struct pair pair;
    bool good = lefts && rights;

    if (good)
        printf("\n%6s  %-16s %16s %16s %12s\n", "trap", "class", name, other_name, "difference");
    while (good && next_pair(&left, lefts + left_count, &right, rights + right_count, &pair)) {
        const struct account_group *group = pair.left ? pair.left : pair.right;
        uint64_t old = pair.left ? pair.left->cycles : 0, new = pair.right ? pair.right->cycles : 0;

        printf("%6" PRIu64 "  %-16s ", group->trap, group->trap_class);
        print_change(old, new);
        printf("  %s\n", place(table, group, text));
        before += old;
        after += new;
    }
    if (good) {
        printf("%6s  %-16s ", "total", "");
        print_change(before, after);
        putchar('\n');
    }
    free(lefts);
    free(rights);
    return good;
}

/* --- by instruction --- */

static double ratio(uint64_t of, uint64_t by)
{
    return by ? (double)of / (double)by : 0;
}

static void print_guest(const struct account_group *group, uint64_t whole)
{
    char a[GROUPED_SIZE], b[GROUPED_SIZE], c[GROUPED_SIZE], d[GROUPED_SIZE];

    printf("%8" PRIu64 " %12s %12s %6.2f %14s %12s %5.1f %%", group->traps,
           grouped(group->instructions, a), grouped(group->guest_cycles, b),
           ratio(group->guest_cycles, group->instructions), grouped(group->cycles, c),
           grouped(group->traps ? group->cycles / group->traps : group->cycles, d),
           100 * ratio(group->cycles, whole));
}

bool print_by_instruction(const struct cycle_table *table)
{
    struct account_group *groups, sum = {0};
    size_t count = account_by_instruction(table->account, table->choice, &groups);
    char text[PLACE_SIZE];

    if (!groups)
        return false;
    for (size_t i = 0; i < count; i++)
        add_group(&sum, &groups[i]);
    printf("\n%-30s %8s %12s %12s %6s %14s %12s  share\n", "the guest's code up to", "traps",
           "instructions", "guest cycles", "each", "all cycles", "a trap");
    for (size_t i = 0; i < count; i++) {
        printf("%-30s ", place(table, &groups[i], text));
        print_guest(&groups[i], sum.cycles);
        putchar('\n');
    }
    printf("%-30s ", "total");
    print_guest(&sum, sum.cycles);
    putchar('\n');
    free(groups);
    return true;
}

/* --- JSON --- */

static void json_group(struct json *json, const struct account_group *group)
{
    json_member_string(json, "class", group->trap_class);
    json_member_hex(json, "pc", group->pc);
    json_member_uint(json, "instructions", group->instructions);
    json_member_uint(json, "guest_cycles", group->guest_cycles);
    json_member_uint(json, "cycles", group->cycles);
    json_key(json, "worlds");
    json_object_begin(json);
    for (unsigned world = 0; world < WORLD_COUNT; world++)
        json_member_uint(json, world_name((enum world)world), group->world[world]);
    json_member_uint(json, "idle", group->idle);
    json_object_end(json);
}

bool json_by_trap(struct json *json, const struct cycle_table *table,
                  const struct cycle_table *other)
{
    struct account_group *lefts, *rights = NULL;
    size_t left_count = account_by_trap(table->account, table->choice, &lefts);
    size_t right_count = other ? account_by_trap(other->account, other->choice, &rights) : 0;
    const struct account_group *left = lefts, *right = rights;
    bool good = lefts && (rights || !other);
    struct pair pair;

    if (good) {
        json_key(json, "by_trap");
        json_array_begin(json);
    }
    while (good && next_pair(&left, lefts + left_count, &right, rights + right_count, &pair)) {
        json_object_begin(json);
        json_member_uint(json, "trap", (pair.left ? pair.left : pair.right)->trap);
        if (pair.left)
            json_group(json, pair.left);
        if (other)
            json_member_uint(json, "other", pair.right ? pair.right->cycles : 0);
        json_object_end(json);
    }
    if (good)
        json_array_end(json);
    free(lefts);
    free(rights);
    return good;
}

bool json_by_instruction(struct json *json, const struct cycle_table *table)
{
    struct account_group *groups;
    size_t count = account_by_instruction(table->account, table->choice, &groups);

    if (!groups)
        return false;
    json_key(json, "by_instruction");
    json_array_begin(json);
    for (size_t i = 0; i < count; i++) {
        json_object_begin(json);
        json_member_uint(json, "traps", groups[i].traps);
        json_group(json, &groups[i]);
        json_object_end(json);
    }
    json_array_end(json);
    free(groups);
    return true;
}

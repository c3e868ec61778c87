/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cycles that a core model gives a block in a loop, for tools/compare_mca: each line of the input
 * is a block (words in hexadecimal), each line of the output the cycles of one steady round and the
 * classes of what llvm-mca knows no cost of. With --classes: the class of each word instead.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/timing/core.h"

#define MAX_WORDS 256
#define MAX_LINE (MAX_WORDS * 9 + 2)
/* What llvm-mca has no figure for: it takes one cycle, and 100 for a call. */
static bool stands_apart(enum uop_class cls)
{
    return uop_class_is_system(cls) || cls == UOP_BRANCH_LINK || cls == UOP_BRANCH_LINK_REG;
}

#define WARM_UP 200u /* rounds; as many more are measured */

static size_t parse(char *line, struct uop *uops)
{
    size_t n = 0;

    for (char *word = strtok(line, " \n"); word && n < MAX_WORDS; word = strtok(NULL, " \n"))
        uop_decode((uint32_t)strtoul(word, NULL, 16), &uops[n++]);
    return n;
}

static double steady(const struct core_model *core, const struct uop *uops, size_t n)
{
    struct core_state state = {0};
    unsigned long before = 0, cycles = 0;

    for (unsigned round = 0; round < 2 * WARM_UP; round++) {
        if (round == WARM_UP)
            before = cycles;
        for (size_t i = 0; i < n; i++)
            cycles += core_step(core, &state, &uops[i]);
    }
    return (double)(cycles - before) / WARM_UP;
}

int main(int argc, char **argv)
{
    const struct core_model *core = argc == 2 ? core_find(argv[1]) : NULL;
    bool classes = argc == 2 && strcmp(argv[1], "--classes") == 0;
    struct uop uops[MAX_WORDS];
    char line[MAX_LINE];

    if (!core && !classes) {
        fprintf(stderr, "usage: core_cycles CORE|--classes < blocks\n");
        return 2;
    }
    while (fgets(line, sizeof(line), stdin)) {
        size_t n = parse(line, uops);

        if (core)
            printf("%.4f", steady(core, uops, n));
        for (size_t i = 0; i < n; i++)
            if (classes || stands_apart((enum uop_class)uops[i].cls))
                printf(" %s", uop_class_key((enum uop_class)uops[i].cls));
        putchar('\n');
    }
    return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Turns cost profiles into C initialisers of struct profile, at build time. A base stands before
 * what is derived from it. Stops the build with file:line:column when a file is wrong: an unknown
 * operation, one that is missing, a sum that does not come out.
 *
 *   profile_table OUT FILE...
 */
#include <inttypes.h>
#include <stdio.h>

#include "sim/profile.h"
#include "sim/scenario/diag.h"

#define MAX_PROFILES 32

static void put_string(FILE *out, const char *text)
{
    fputc('"', out);
    for (; text && *text; text++) {
        if (*text == '"' || *text == '\\')
            fputc('\\', out);
        if (*text == '\n')
            fputs("\\n", out);
        else
            fputc(*text, out);
    }
    fputc('"', out);
}

static void put_profile(FILE *out, const struct profile *profile)
{
    fputs("{.cost = {.name = ", out);
    put_string(out, profile->cost.name);
    fputs(", .core = ", out);
    put_string(out, profile->cost.core);
    fprintf(out,
            ", .timing = (enum timing)%d, .core_hz = UINT64_C(%" PRIu64
            "), .kvm_switches = (enum kvm_switches)%d,\n"
            " .cycles = {",
            (int)profile->cost.timing, profile->cost.core_hz, (int)profile->cost.kvm_switches);
    for (unsigned op = 0; op < OP_COUNT; op++)
        fprintf(out, "%u, ", profile->cost.cycles[op]);
    fputs("}},\n .about = ", out);
    put_string(out, profile->about);
    fputs(",\n .base = ", out);
    put_string(out, profile->base);
    fputs(",\n .ops = {\n", out);
    for (unsigned op = 0; op < OP_COUNT; op++) {
        const struct profile_op *row = &profile->ops[op];

        fprintf(out, "  {%u, %u, (enum confidence)%d, ", row->min, row->max, (int)row->confidence);
        put_string(out, row->source);
        fputs("},\n", out);
    }
    fputs(" }},\n", out);
}

static int write_table(const char *path, const struct profile *const *known, size_t count)
{
    FILE *out = fopen(path, "we");

    if (!out) {
        perror(path);
        return 1;
    }
    for (size_t i = 0; i < count; i++)
        put_profile(out, known[i]);
    return fclose(out) ? 1 : 0;
}

int main(int argc, char **argv)
{
    struct arena *arena = arena_new();
    struct diag *diag = diag_new(arena);
    const struct profile *known[MAX_PROFILES];
    size_t count = 0;
    int status = 1;

    for (int i = 2; i < argc && count < MAX_PROFILES; i++) {
        const struct profile *profile = profile_load(arena, diag, argv[i], known, count);

        if (profile)
            known[count++] = profile;
    }
    diag_print(diag, &(struct diag_options){.out = stderr, .format = DIAG_HUMAN});
    if (argc >= 3 && !diag_count(diag))
        status = write_table(argv[1], known, count);
    arena_free(arena);
    return status;
}

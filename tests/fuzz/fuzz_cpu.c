/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The CPU floor alone, under a guest and an EL2 made of the fuzzer's bytes. A guest must not crash
 * or hang it, nor meet what is not modelled, nor reach memory that is not its own; and what it sees
 * depends on nothing but the input: a new engine, one that was used before and one that throws
 * translations away at random do the same.
 *
 * FUZZ_LOG=1 in the environment tells each step on standard error.
 */
#include <stdlib.h>

#include "tests/fuzz/cpu_machine.h"
#include "tests/fuzz/cpu_steps.h"
#include "tests/fuzz/fuzz_target.h"

#define CHAOS_SEED 0x5eed

static uint64_t digest_of(struct fuzz_machine *machine, struct input steps)
{
    fuzz_take_steps(machine, steps);
    return machine->digest;
}

static void compare_used(struct fuzz_machine *machine, struct input steps, uint64_t digest)
{
    fuzz_machine_reset(machine);
    if (digest_of(machine, steps) != digest)
        fuzz_fail("an engine that was used before behaves differently");
}

static void compare_chaos(struct fuzz_config config, FILE *log, struct input steps, uint64_t digest)
{
    struct fuzz_machine machine;

    config.chaos = CHAOS_SEED;
    fuzz_machine_init(&machine, &config, log);
    if (digest_of(&machine, steps) != digest)
        fuzz_fail("an engine that forgets translations behaves differently");
    fuzz_machine_free(&machine);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FILE *log = getenv("FUZZ_LOG") ? stderr : NULL;
    struct input input = {data, size};
    struct fuzz_config config = fuzz_take_config(&input);
    struct fuzz_machine machine;
    uint64_t digest;

    fuzz_machine_init(&machine, &config, log);
    digest = digest_of(&machine, input);
    if (size % 2) /* one of the two, for speed */
        compare_used(&machine, input, digest);
    else
        compare_chaos(config, log, input, digest);
    fuzz_machine_free(&machine);
    return 0;
}

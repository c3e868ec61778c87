/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole scenarios with each core model, and in detail: the cycle of every event is the same
 * whatever the engine forgets and however it cuts the guest's code into blocks.
 */
#include <check.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/timing/core.h"
#include "sim/machine.h"
#include "sim/profile.h"
#include "sim/scenario/scenario.h"
#include "tests/unit/check_main.h"

#define SEEDS 1

/* Chaos is slow: those whose guests are done soon, and one that waits for its timer. */
static const char *const files_of[] = {
    "scenarios/quickstart/*.yaml",
    "scenarios/mmio/*.yaml",
    "scenarios/interrupts/[e-o]*.yaml",
    "scenarios/interrupts/pr*.yaml",
    "scenarios/interrupts/virtual-timer.yaml",
    "scenarios/smp/vm-preempted-loop.yaml",
    "scenarios/smp/vm-mmio-by-turns.yaml",
    "scenarios/smp/vm-cpu-off.yaml",
};

struct seen {
    uint64_t hash, events, cycles, instructions;
};

static void mix(struct seen *seen, uint64_t value)
{
    seen->hash = (seen->hash ^ value) * 0x9e3779b97f4a7c15u;
    seen->hash ^= seen->hash >> 31;
}

static void on_event(void *ctx, const struct event *event)
{
    struct seen *seen = ctx;

    seen->events++;
    mix(seen, event->kind);
    mix(seen, event->cycle.v);
}

static bool run(const struct scenario *scenario, const struct cost_profile *profile, uint64_t chaos,
                struct seen *seen)
{
    const struct machine_options options = {
        .profile = profile, .timing = profile->timing, .chaos = chaos};
    char error[256];
    struct machine *machine = machine_new(scenario, &options, error, sizeof(error));

    if (!machine)
        return false;
    *seen = (struct seen){0};
    ck_assert(trace_add_reader(machine_trace(machine), on_event, seen));
    machine_run(machine);
    seen->cycles = machine_cycles(machine).v;
    seen->instructions = machine_instructions(machine);
    machine_free(machine);
    return true;
}

static void check_file(const char *path, const struct cost_profile *profile)
{
    const struct diag_options diag = {.out = stderr};
    struct scenario *scenario = scenario_load(path, &diag);
    struct seen plain, other;

    if (!scenario) /* a matrix */
        return;
    if (run(scenario, profile, 0, &plain)) {
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            ck_assert(run(scenario, profile, seed * 7919, &other));
            ck_assert_msg(
                memcmp(&plain, &other, sizeof(plain)) == 0,
                "%s on %s, %s, seed %lu: %lu cycles, %lu instructions, %lu events, not %lu, "
                "%lu, %lu",
                path, profile->core, timing_name(profile->timing), (unsigned long)seed,
                (unsigned long)other.cycles, (unsigned long)other.instructions,
                (unsigned long)other.events, (unsigned long)plain.cycles,
                (unsigned long)plain.instructions, (unsigned long)plain.events);
        }
    }
    scenario_free(scenario);
}

START_TEST(chaos_changes_no_cycle)
{
    struct cost_profile profile = *profile_default();
    glob_t files;

    profile.core = core_number((unsigned)_i % 2)->name;
    profile.timing = _i < 2 ? TIMING_CORE : TIMING_DETAILED;
    for (size_t i = 0; i < sizeof(files_of) / sizeof(files_of[0]); i++) {
        ck_assert_int_eq(glob(files_of[i], 0, NULL, &files), 0);
        for (size_t n = 0; n < files.gl_pathc; n++)
            check_file(files.gl_pathv[n], &profile);
        globfree(&files);
    }
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("guest_timing");
    TCase *tests = tcase_create("guest_timing");

    tcase_set_timeout(tests, 250);
    tcase_add_loop_test(tests, chaos_changes_no_cycle, 0, 4);
    suite_add_tcase(suite, tests);
    return suite;
}

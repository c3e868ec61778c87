/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The policy engine: when a hostile host acts and what it changes, against an EL3 that takes notes.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "kvm_model/hostile.h"
#include "kvm_model/rmi_cmds.h"
#include "sim/scenario/scenario.h"
#include "tests/unit/check_main.h"

#define DRAM_SIZE (8ull << 20)
#define MAX_CALLS 64
#define RD 0x80100000
#define REC 0x80101000
#define GPR0 0x1234

/* What arrived at EL3, and what it answers. */
struct normal_world {
    struct physmem *mem;
    struct host_mm *mm;
    struct clock clock;
    struct cost_profile profile;
    struct trace trace;
    struct hostile *hostile;
    struct smc_port port;
    pa_t run;
    struct smc_regs calls[MAX_CALLS];
    struct rmi_rec_enter enters[MAX_CALLS]; /* as they arrived with call n */
    size_t call_count;
    uint64_t refuse; /* REC_ENTERs still to be refused with RMI_ERROR_REC */
    bool traps;      /* a REC_ENTER tells of its course */
    uint64_t exit_reason;
};

static struct rmi_rec_run *run_page(struct normal_world *world)
{
    enum phys_status status;

    return physmem_ptr(world->mem, PAS_NON_SECURE, world->run, sizeof(struct rmi_rec_run), &status);
}

static void el3(void *ctx, struct smc_regs *regs)
{
    struct normal_world *world = ctx;
    size_t n = world->call_count++;

    ck_assert_uint_lt(n, MAX_CALLS);
    world->calls[n] = *regs;
    if (regs->x[0] != RMI_REC_ENTER) {
        regs->x[0] = RMI_SUCCESS;
        return;
    }
    world->enters[n] = run_page(world)->enter;
    if (world->refuse) {
        world->refuse--;
        regs->x[0] = RMI_ERROR_REC;
        return;
    }
    if (world->traps) {
        world->traps = false;
        EMIT(&world->trace, SMC_REC_ENTER, RMM, 0, 0, 0, 0);
        EMIT(&world->trace, RMM_HANDLE_EXCEPTION, RMM, 0, 0, 0);
        EMIT(&world->trace, RMM_HANDLE_EXCEPTION, RMM, 0, 0, 0);
    }
    run_page(world)->exit.exit_reason = world->exit_reason;
    run_page(world)->exit.esr = n;
    regs->x[0] = RMI_SUCCESS;
}

static void world_new(struct normal_world *world, const struct hostile_step *steps, size_t count)
{
    *world = (struct normal_world){0};
    world->clock.profile = &world->profile;
    world->trace.clock = &world->clock;
    world->mem = physmem_new(DRAM_SIZE);
    world->mm = host_mm_new(world->mem);
    ck_assert_ptr_nonnull(world->mm);
    ck_assert(host_mm_alloc_pages(world->mm, 1, 1, &world->run));
    world->hostile = hostile_new(&(struct hostile_config){.mm = world->mm,
                                                          .smc = {.call = el3, .ctx = world},
                                                          .cmds = &rmi_cmds_1_0,
                                                          .trace = &world->trace,
                                                          .steps = steps,
                                                          .step_count = count});
    ck_assert_ptr_nonnull(world->hostile);
    ck_assert(hostile_attach(world->hostile));
    world->port = hostile_port(world->hostile);
}

static void world_free(struct normal_world *world)
{
    hostile_free(world->hostile);
    host_mm_free(world->mm);
    physmem_free(world->mem);
}

static uint64_t call(struct normal_world *world, uint32_t fid, uint64_t x1, uint64_t x2)
{
    struct smc_regs regs = {.x = {fid, x1, x2}};

    world->port.call(world->port.ctx, &regs);
    return regs.x[0];
}

static uint64_t enter(struct normal_world *world, uint64_t flags)
{
    struct rmi_rec_run *page = run_page(world);

    memset(&page->enter, 0, sizeof(page->enter));
    page->enter.flags = flags;
    page->enter.gprs[0] = GPR0;
    return call(world, RMI_REC_ENTER, REC, world->run.v);
}

#define EMUL 1u
#define AT_EXIT(n)                                                                                 \
    {                                                                                              \
        .moment = HOSTILE_AT_EXIT, .number = (n)                                                   \
    }

START_TEST(no_step_changes_nothing)
{
    struct normal_world world;

    world_new(&world, NULL, 0);
    ck_assert_uint_eq(enter(&world, EMUL), RMI_SUCCESS);
    ck_assert_uint_eq(world.call_count, 1);
    ck_assert_uint_eq(world.enters[0].flags, EMUL);
    ck_assert_uint_eq(world.trace.readers, 0);
    world_free(&world);
}
END_TEST

START_TEST(set_enter_at_its_exit_only)
{
    const struct hostile_step step = {.when = AT_EXIT(1),
                                      .action = HOSTILE_SET_ENTER,
                                      .enter = {.has_flags = true,
                                                .flags = 2,
                                                .has_hcr = true,
                                                .hcr = 7,
                                                .gpr_mask = 1u << 30,
                                                .gprs = {[0] = 1, [30] = 0xbad},
                                                .lr_mask = 1u << 15,
                                                .lrs = {[15] = 0x15}}};
    struct normal_world world;

    world_new(&world, &step, 1);
    for (unsigned i = 0; i < 3; i++)
        enter(&world, EMUL);
    ck_assert_uint_eq(world.enters[0].flags, EMUL);
    ck_assert_uint_eq(world.enters[1].flags, 2);
    ck_assert_uint_eq(world.enters[1].gicv3_hcr, 7);
    ck_assert_uint_eq(world.enters[1].gprs[0], GPR0); /* its bit is not in the mask */
    ck_assert_uint_eq(world.enters[1].gprs[30], 0xbad);
    ck_assert_uint_eq(world.enters[1].gicv3_lrs[15], 0x15);
    ck_assert_uint_eq(world.enters[2].flags, EMUL);
    ck_assert_uint_eq(hostile_records(world.hostile)[0].times, 1);
    ck_assert(hostile_records(world.hostile)[0].enter.present);
    ck_assert_uint_eq(hostile_records(world.hostile)[0].enter.exit.esr, 1);
    ck_assert(!hostile_records(world.hostile)[0].answer.present);
    world_free(&world);
}
END_TEST

START_TEST(a_refused_entry_is_retried_as_it_was)
{
    const struct hostile_step step = {
        .when = AT_EXIT(0), .action = HOSTILE_ADVANCE_PC, .retry = true};
    struct normal_world world;

    world_new(&world, &step, 1);
    world.refuse = 1;
    ck_assert_uint_eq(enter(&world, EMUL), RMI_SUCCESS);
    ck_assert_uint_eq(world.call_count, 2);
    ck_assert_uint_eq(world.enters[0].flags, 0);
    ck_assert_uint_eq(world.enters[1].flags, EMUL);
    ck_assert_uint_eq(hostile_records(world.hostile)[0].enter.x[0], RMI_ERROR_REC);
    world_free(&world);
}
END_TEST

START_TEST(without_retry_kvm_sees_the_refusal)
{
    const struct hostile_step step = {.when = AT_EXIT(0), .action = HOSTILE_ADVANCE_PC};
    struct normal_world world;

    world_new(&world, &step, 1);
    world.refuse = 1;
    ck_assert_uint_eq(enter(&world, EMUL), RMI_ERROR_REC);
    ck_assert_uint_eq(world.call_count, 1);
    /* Not an exit: the step is still due. */
    ck_assert_uint_eq(enter(&world, EMUL), RMI_SUCCESS);
    ck_assert_uint_eq(world.enters[1].flags, 0);
    world_free(&world);
}
END_TEST

START_TEST(reasons_select_exits)
{
    const struct hostile_step step = {
        .when = {.moment = HOSTILE_ANY_EXIT, .has_reason = true, .reason = RMI_EXIT_IRQ},
        .action = HOSTILE_ADVANCE_PC};
    const uint64_t reasons[] = {RMI_EXIT_SYNC, RMI_EXIT_IRQ, RMI_EXIT_IRQ, RMI_EXIT_PSCI, 0};
    const uint64_t expected[] = {EMUL, EMUL, 0, 0, EMUL};
    struct normal_world world;

    world_new(&world, &step, 1);
    for (unsigned i = 0; i < 5; i++) {
        world.exit_reason = reasons[i];
        enter(&world, EMUL);
        ck_assert_uint_eq(world.enters[i].flags, expected[i]);
    }
    world_free(&world);
}
END_TEST

START_TEST(a_command_is_dropped_once)
{
    const struct hostile_step step = {
        .when = {.moment = HOSTILE_AT_COMMAND, .fid = RMI_RTT_SET_RIPAS},
        .action = HOSTILE_DROP_COMMAND};
    struct normal_world world;

    world_new(&world, &step, 1);
    ck_assert_uint_eq(call(&world, RMI_RTT_DESTROY, RD, 0), RMI_SUCCESS);
    ck_assert_uint_eq(call(&world, RMI_RTT_SET_RIPAS, RD, REC), RMI_ERROR_INPUT);
    ck_assert_uint_eq(call(&world, RMI_RTT_SET_RIPAS, RD, REC), RMI_SUCCESS);
    ck_assert_uint_eq(world.call_count, 2);
    world_free(&world);
}
END_TEST

START_TEST(addresses_are_those_kvm_used)
{
    struct hostile_step step = {.when = {.moment = HOSTILE_AT_END},
                                .action = HOSTILE_RMI,
                                .fid = RMI_PSCI_COMPLETE,
                                .args = {{.base = HOSTILE_RD, .offset = 8},
                                         {.base = HOSTILE_REC},
                                         {.base = HOSTILE_RUN},
                                         {.base = HOSTILE_AUX, .index = 2},
                                         {.base = HOSTILE_NUMBER, .offset = 5}}};
    struct rmi_rec_params *params;
    struct normal_world world;
    struct smc_regs regs = {.x = {RMI_REC_CREATE, RD, REC}};
    enum phys_status status;
    pa_t page;

    world_new(&world, &step, 1);
    call(&world, RMI_REALM_CREATE, RD, world.run.v);
    ck_assert(host_mm_alloc_pages(world.mm, 1, 1, &page));
    params = physmem_ptr(world.mem, PAS_NON_SECURE, page, sizeof(*params), &status);
    params->num_aux = 3;
    params->aux[2] = 0x80200000;
    regs.x[3] = page.v;
    world.port.call(world.port.ctx, &regs);
    enter(&world, 0);
    hostile_end(world.hostile);
    regs = world.calls[world.call_count - 1];
    ck_assert_uint_eq(regs.x[0], RMI_PSCI_COMPLETE);
    ck_assert_uint_eq(regs.x[1], RD + 8);
    ck_assert_uint_eq(regs.x[2], REC);
    ck_assert_uint_eq(regs.x[3], world.run.v);
    ck_assert_uint_eq(regs.x[4], 0x80200000);
    ck_assert_uint_eq(regs.x[5], 5);
    ck_assert_uint_eq(hostile_records(world.hostile)[0].answer.x[0], RMI_SUCCESS);
    world_free(&world);
}
END_TEST

START_TEST(moments_inside_an_entry)
{
    const struct hostile_step steps[] = {
        {.when = {.moment = HOSTILE_DURING, .number = 2},
         .action = HOSTILE_RACE,
         .enter = {.has_flags = true, .flags = 0x55}},
        {.when = {.moment = HOSTILE_DURING, .number = 2}, .action = HOSTILE_DESTROY_WHILE_RUNNING},
        {.when = {.moment = HOSTILE_DURING, .number = 2},
         .action = HOSTILE_RMI,
         .fid = RMI_REC_ENTER,
         .args = {{.base = HOSTILE_NUMBER, .offset = REC + 0x1000}}},
    };
    struct normal_world world;

    world_new(&world, steps, 3);
    ck_assert_uint_eq(world.trace.readers, 1);
    world.traps = true;
    enter(&world, EMUL);
    ck_assert_uint_eq(world.call_count, 1);
    world.traps = true;
    enter(&world, EMUL);
    ck_assert_uint_eq(world.enters[1].flags, EMUL); /* the copy came before */
    ck_assert_uint_eq(run_page(&world)->enter.flags, 0x55);
    ck_assert_uint_eq(world.call_count, 3);
    ck_assert_uint_eq(world.calls[2].x[0], RMI_REC_DESTROY);
    for (unsigned i = 0; i < 3; i++)
        ck_assert_uint_eq(hostile_records(world.hostile)[i].times, 1);
    /* Another REC cannot be put on the PE that is busy: never sent. */
    ck_assert_uint_eq(hostile_records(world.hostile)[2].answer.x[0], SMC_NOT_SUPPORTED);
    world_free(&world);
}
END_TEST

START_TEST(an_exit_is_replayed)
{
    const struct hostile_step step = {
        .when = AT_EXIT(3), .action = HOSTILE_REPLAY_EXIT, .number = 1};
    struct normal_world world;

    world_new(&world, &step, 1);
    for (unsigned i = 0; i < 3; i++) {
        enter(&world, 0);
        ck_assert_uint_eq(run_page(&world)->exit.esr, i == 2 ? 0 : i);
    }
    ck_assert_uint_eq(hostile_records(world.hostile)[0].times, 1);
    world_free(&world);
}
END_TEST

START_TEST(starving_and_the_end)
{
    const struct hostile_step step = {.when = AT_EXIT(1), .action = HOSTILE_STARVE};
    struct normal_world world;

    world_new(&world, &step, 1);
    enter(&world, 0);
    ck_assert_uint_eq(enter(&world, 0), RMI_ERROR_INPUT);
    ck_assert_uint_eq(enter(&world, 0), RMI_ERROR_INPUT);
    ck_assert_uint_eq(world.call_count, 1);
    hostile_end(world.hostile);
    ck_assert_uint_eq(enter(&world, 0), RMI_SUCCESS); /* only passes on from here */
    world_free(&world);
}
END_TEST

START_TEST(old_translations_meet_the_gpt)
{
    struct hostile_step steps[] = {
        {.when = {.moment = HOSTILE_AT_END},
         .action = HOSTILE_STALE_TLB,
         .args = {{.base = HOSTILE_PAGE, .index = 1}},
         .write = true,
         .number = 0x77},
        {.when = {.moment = HOSTILE_AT_END}, .action = HOSTILE_STALE_TLB},
    };
    struct normal_world world;
    uint64_t value;
    pa_t realm;

    world_new(&world, steps, 2);
    ck_assert(host_mm_alloc_pages(world.mm, 1, 1, &realm));
    ck_assert(gpt_set(world.mem, realm, PAS_REALM));
    steps[1].args[0].offset = realm.v;
    hostile_end(world.hostile);
    ck_assert(hostile_records(world.hostile)[0].accessed);
    ck_assert(!hostile_records(world.hostile)[0].blocked);
    ck_assert(hostile_records(world.hostile)[1].blocked);
    ck_assert_int_eq(physmem_read64(world.mem, PAS_REALM, realm, &value), PHYS_OK);
    ck_assert_uint_eq(value, 0);
    world_free(&world);
}
END_TEST

/* --- the loader --------------------------------------------------------------------------------
 */

#define HEAD                                                                                       \
    "sim: 1\nmachine: {world: cca}\nmemory:\n  - {name: ram, ipa: 0x4000_0000, size: 2M}\n"        \
    "guest: {code: {hex: [0xd4000002]}}\n"

static struct scenario *load(const char *host, char *messages, size_t size)
{
    char path[] = "/tmp/test_hostile_XXXXXX";
    int fd = mkstemp(path);
    FILE *file = fdopen(fd, "w"), *out = fmemopen(messages, size, "w");
    const struct diag_options diag = {.out = out, .format = DIAG_SHORT};
    struct scenario *scenario;

    ck_assert_ptr_nonnull(file);
    ck_assert_ptr_nonnull(out);
    fprintf(file, HEAD "%s", host);
    fclose(file);
    scenario = scenario_load(path, &diag);
    fclose(out);
    remove(path);
    return scenario;
}

START_TEST(a_policy_becomes_steps)
{
    char messages[2000] = "";
    struct scenario *scenario = load(
        "host:\n  select: b\n  policies:\n    a: []\n    b:\n"
        "      - when: {exit: 2, reason: irq}\n"
        "        do: {set_enter: {flags: [emul_mmio, 0x20], gprs: {3: 0x33}, gicv3_lrs: {1: 9}}}\n"
        "        hostile: true\n        retry: true\n"
        "        expect_enter: {status: ERROR_REC}\n"
        "      - when: {command: RTT_SET_RIPAS, exit: 1}\n"
        "        do: {rmi: DATA_DESTROY, args: [rd, ram+0x1000, pa.ram+0x8, aux15, page7+0xd8, "
        "rec3]}\n"
        "        hostile: true\n        expect: {status: SUCCESS, x1: ram}\n"
        "      - {when: {exit: any}, do: {advance_pc: false}, hostile: true}\n",
        messages, sizeof(messages));
    const struct hostile_step *steps;

    ck_assert_msg(scenario != NULL, "%s", messages);
    steps = scenario->host.steps;
    ck_assert_str_eq(scenario->host.policy, "b");
    ck_assert_uint_eq(scenario->host.step_count, 3);
    ck_assert_int_eq(steps[0].when.moment, HOSTILE_AT_EXIT);
    ck_assert_uint_eq(steps[0].when.number, 2);
    ck_assert_int_eq(steps[0].when.reason, RMI_EXIT_IRQ);
    ck_assert_uint_eq(steps[0].enter.flags, 0x21);
    ck_assert_uint_eq(steps[0].enter.gpr_mask, 1u << 3);
    ck_assert_uint_eq(steps[0].enter.lrs[1], 9);
    ck_assert(steps[0].retry);
    ck_assert_int_eq(steps[1].when.moment, HOSTILE_AT_COMMAND);
    ck_assert(steps[1].when.has_number);
    ck_assert_uint_eq(steps[1].fid, RMI_DATA_DESTROY);
    ck_assert_int_eq(steps[1].args[0].base, HOSTILE_RD);
    ck_assert_uint_eq(steps[1].args[1].offset, 0x40001000);
    ck_assert_int_eq(steps[1].args[2].base, HOSTILE_PA_OF);
    ck_assert_uint_eq(steps[1].args[2].offset, 0x40000008);
    ck_assert_uint_eq(steps[1].args[3].index, 15);
    ck_assert_uint_eq(steps[1].args[4].offset, 0xd8);
    ck_assert_int_eq(steps[1].args[5].base, HOSTILE_SECOND);
    ck_assert_uint_eq(steps[1].args[5].index, 1);
    ck_assert_int_eq(steps[2].when.moment, HOSTILE_ANY_EXIT);
    /* one each, and that the third is taken at all */
    ck_assert_uint_eq(scenario->expect.host_count, 4);
    ck_assert_str_eq(scenario->expect.host[0].path, "host.1.enter.status");
    ck_assert_str_eq(scenario->expect.host[2].path, "host.2.answer.x1");
    ck_assert_str_eq(scenario->expect.host[3].path, "host.3.times");
    scenario_free(scenario);
}
END_TEST

START_TEST(an_honest_policy_has_no_steps)
{
    char messages[2000] = "";
    struct scenario *scenario =
        load("host: {select: a, policies: {a: []}}\n", messages, sizeof(messages));

    ck_assert_msg(scenario != NULL, "%s", messages);
    ck_assert_uint_eq(scenario->host.step_count, 0);
    scenario_free(scenario);
}
END_TEST

#define STEP(text) "host:\n  policy:\n    - " text "\n"
#define DONE "hostile: true}"

static const struct {
    const char *host, *message;
} mistakes[] = {
    {STEP("{when: {exit: 1}, do: {advance_pc: false}}"), "E0103"},
    {STEP("{when: {exit: 1}, do: {advance_pc: false}, hostile: false}"), "write true"},
    {STEP("{when: {exit: 1}, do: {advance_pc: true}, " DONE), "writing false"},
    {STEP("{when: {exit: 1}, do: {starve: false}, " DONE), "writing true"},
    {STEP("{when: {exit: 1}, do: {}, " DONE), "no action"},
    {STEP("{when: {exit: 1}, do: {starve: true, undelegate: rd}, " DONE), "one action"},
    {STEP("{when: {exit: 1}, do: {starve: true, args: [rd]}, " DONE), "does not go with"},
    {STEP("{when: {}, do: {starve: true}, " DONE), "'when' is"},
    {STEP("{when: {exit: 1, during: 1}, do: {undelegate: rd}, " DONE), "'when' is"},
    {STEP("{when: {exit: 1}, do: {destroy_while_running: true}, " DONE), "needs a 'when'"},
    {STEP("{when: {exit: 1}, do: {race: {flags: none}}, " DONE), "needs a 'when'"},
    {STEP("{when: {end: true}, do: {drop_command: true}, " DONE), "needs a 'when'"},
    {STEP("{when: {exit: 1}, do: {undelegate: pa.rma}, " DONE), "E0206"},
    {STEP("{when: {exit: 1}, do: {undelegate: rec4}, " DONE), "E0206"},
    {STEP("{when: {exit: 1}, do: {undelegate: aux16}, " DONE), "E0206"},
    {STEP("{when: {exit: 1}, do: {rmi: REC_LEAVE}, " DONE), "E0106"},
    {STEP("{when: {exit: 1}, do: {rmi: 0, args: [0, 0, 0, 0, 0, 0, 0]}, " DONE), "at most 6"},
    {STEP("{when: {exit: 1}, do: {set_enter: {gprs: {31: 0}}}, " DONE), "E0107"},
    {STEP("{when: {exit: 1}, do: {set_enter: {gicv3_lrs: {16: 0}}}, " DONE), "E0107"},
    {"host: {select: honset, policies: {honest: []}}\n", "honset"},
    {"host: {policies: {honest: []}}\n", "either 'policy'"},
    {"host: {select: a, policies: {a: []}, policy: []}\n", "either 'policy'"},
};

START_TEST(mistakes_are_told)
{
    char messages[2000] = "";
    struct scenario *scenario = load(mistakes[_i].host, messages, sizeof(messages));

    ck_assert_ptr_null(scenario);
    ck_assert_msg(strstr(messages, mistakes[_i].message) != NULL, "%s: %s", mistakes[_i].message,
                  messages);
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("hostile");
    TCase *engine = tcase_create("engine"), *loader = tcase_create("loader");

    tcase_add_test(engine, no_step_changes_nothing);
    tcase_add_test(engine, set_enter_at_its_exit_only);
    tcase_add_test(engine, a_refused_entry_is_retried_as_it_was);
    tcase_add_test(engine, without_retry_kvm_sees_the_refusal);
    tcase_add_test(engine, reasons_select_exits);
    tcase_add_test(engine, a_command_is_dropped_once);
    tcase_add_test(engine, addresses_are_those_kvm_used);
    tcase_add_test(engine, moments_inside_an_entry);
    tcase_add_test(engine, an_exit_is_replayed);
    tcase_add_test(engine, starving_and_the_end);
    tcase_add_test(engine, old_translations_meet_the_gpt);
    suite_add_tcase(suite, engine);
    tcase_add_test(loader, a_policy_becomes_steps);
    tcase_add_test(loader, an_honest_policy_has_no_steps);
    tcase_add_loop_test(loader, mistakes_are_told, 0, sizeof(mistakes) / sizeof(mistakes[0]));
    suite_add_tcase(suite, loader);
    return suite;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The benchmark: the bare engine and the simulator side by side in one process, so that the ratios
 * hold on a noisy machine. The simulator's figures come from whole scenarios (tools/bench.d/).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unicorn/unicorn.h>
#include <unistd.h>

#include "cpu/physmem.h"
#include "sim/machine.h"
#include "sim/profile.h"
#include "sim/scenario/scenario.h"
#include "sim/trace/ctf.h"
#include "sim/trace/writer.h"

#define ROUNDS 5 /* each figure is the best of these: noise only ever slows down */
#define MMIO_COUNT 300000u
#define REFILL_ROUNDS 200000u   /* of bench.d/tlb.yaml: two refills each */
#define DETAILED_COUNT 5000000u /* ... of bench.d/guest-detailed.yaml's */
#define GUEST_COUNT 200000000u  /* instructions of bench.d/guest.yaml's loop */
#define STARTS 20
#define BENCH_TRACE "build/bench.ctf"

static double now(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Of this process's own time: what others have of the machine is not counted. */
static double seconds(void)
{
    return now(CLOCK_PROCESS_CPUTIME_ID);
}

/* --- the bare engine
 * ------------------------------------------------------------------------------- */

#define BARE_BASE PHYS_DRAM_BASE
#define BARE_SIZE (4u << 20)

struct bare {
    uc_engine *uc;
    void *memory;
    uint64_t blocks;
    uint64_t fills;
};

static bool bare_fill(uc_engine *uc, uint64_t va, uc_mem_type type, uc_tlb_entry *out, void *user)
{
    (void)uc;
    ((struct bare *)user)->fills++;
    if (va < BARE_BASE || va >= BARE_BASE + BARE_SIZE)
        return false;
    out->paddr = va;
    out->perms = UC_PROT_READ | (type == UC_MEM_FETCH ? UC_PROT_EXEC : UC_PROT_WRITE);
    return true;
}

static void bare_block(uc_engine *uc, uint64_t address, uint32_t size, void *user)
{
    struct bare *bare = user;

    (void)uc;
    (void)address;
    bare->blocks += size;
}

static void must(uc_err err)
{
    if (err == UC_ERR_OK)
        return;
    fprintf(stderr, "bench: Unicorn: %s\n", uc_strerror(err));
    exit(3);
}

static void bare_open(struct bare *bare, const uint32_t *code, size_t size)
{
    uc_arm64_cp_reg scr = {.op0 = 3, .op1 = 6, .crn = 1, .crm = 1, .val = 0x30531};
    uc_arm64_cp_reg hcr = {.op0 = 3, .op1 = 4, .crn = 1, .crm = 1, .val = (uint64_t)0x300 << 32};
    uc_hook hook;

    hcr.val |= 1u << 31;
    bare->blocks = 0;
    bare->fills = 0;
    bare->memory =
        mmap(NULL, BARE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (bare->memory == MAP_FAILED) {
        perror("bench: mmap");
        exit(3);
    }
    memcpy(bare->memory, code, size);
    must(uc_open(UC_ARCH_ARM64, UC_MODE_ARM, &bare->uc));
    must(uc_ctl_set_cpu_model(bare->uc, UC_CPU_ARM64_MAX));
    must(uc_ctl_set_page_size(bare->uc, 4096));
    must(uc_ctl_exits_enable(bare->uc));
    must(uc_ctl_tlb_mode(bare->uc, UC_TLB_VIRTUAL));
    must(uc_mem_map_ptr(bare->uc, BARE_BASE, BARE_SIZE, UC_PROT_ALL, bare->memory));
    must(uc_reg_write(bare->uc, UC_ARM64_REG_CP_REG, &scr));
    must(uc_reg_write(bare->uc, UC_ARM64_REG_CP_REG, &hcr));
    must(uc_hook_add(bare->uc, &hook, UC_HOOK_TLB_FILL, (void *)(uintptr_t)bare_fill, bare,
                     (uint64_t)1, (uint64_t)0));
    must(uc_hook_add(bare->uc, &hook, UC_HOOK_BLOCK, (void *)(uintptr_t)bare_block, bare,
                     (uint64_t)1, (uint64_t)0));
}

static void bare_close(struct bare *bare)
{
    uc_close(bare->uc);
    munmap(bare->memory, BARE_SIZE);
}

/* ldr w1, [x0] from nowhere, again and again: exits per second. */
static double bare_faults(void)
{
    static const uint32_t code[] = {0xb9400001};
    struct bare bare;
    uint64_t nowhere = 0x09000000;
    double start;

    bare_open(&bare, code, sizeof(code));
    must(uc_reg_write(bare.uc, UC_ARM64_REG_X0, &nowhere));
    start = seconds();
    for (unsigned i = 0; i < MMIO_COUNT; i++)
        if (uc_emu_start(bare.uc, BARE_BASE, 0, 0, 0) != UC_ERR_EXCEPTION)
            exit(3);
    start = MMIO_COUNT / (seconds() - start);
    bare_close(&bare);
    return start;
}

static void bare_stop(uc_engine *uc, uint32_t intno, void *user)
{
    (void)intno;
    (void)user;
    uc_emu_stop(uc);
}

/* svc #0, again and again: the engine is left and entered behind it. Per second. */
static double bare_exceptions(void)
{
    static const uint32_t code[] = {0xd4000001};
    struct bare bare;
    uc_hook hook;
    double start;

    bare_open(&bare, code, sizeof(code));
    must(uc_hook_add(bare.uc, &hook, UC_HOOK_INTR, (void *)(uintptr_t)bare_stop, &bare, (uint64_t)1,
                     (uint64_t)0));
    start = seconds();
    for (unsigned i = 0; i < MMIO_COUNT; i++)
        must(uc_emu_start(bare.uc, BARE_BASE, 0, 0, 0));
    start = MMIO_COUNT / (seconds() - start);
    bare_close(&bare);
    return start;
}

/* tlbi vmalle1; ldr; subs; b.ne: refills per second, answered by a comparison. */
static double bare_refills(void)
{
    static const uint32_t code[] = {0xd508871f, 0xf9400001, 0xf1000442, 0x54ffffa1, 0xd4000001};
    struct bare bare;
    uint64_t data = BARE_BASE + 0x100000, rounds = REFILL_ROUNDS;
    double start;

    bare_open(&bare, code, sizeof(code));
    must(uc_reg_write(bare.uc, UC_ARM64_REG_X0, &data));
    must(uc_reg_write(bare.uc, UC_ARM64_REG_X2, &rounds));
    start = seconds();
    uc_emu_start(bare.uc, BARE_BASE, 0, 0, 0);
    start = (double)bare.fills / (seconds() - start);
    if (bare.fills < 2 * REFILL_ROUNDS)
        exit(3);
    bare_close(&bare);
    return start;
}

/* The loop of bench.d/guest.yaml with a block hook: million instructions per second. */
static double bare_mips(void)
{
    static const uint32_t code[] = {
        0xf9400001, 0x91000421, 0xca020023, 0x8b010864, 0xcb030085, 0x92401ca6,
        0xaa0400c7, 0xf9000007, 0xf1000442, 0x54fffee1, 0xd4000001, /* svc: leaves the engine */
    };
    struct bare bare;
    uint64_t data = BARE_BASE + 0x100000, rounds = GUEST_COUNT / 10;
    double start;

    bare_open(&bare, code, sizeof(code));
    must(uc_reg_write(bare.uc, UC_ARM64_REG_X0, &data));
    must(uc_reg_write(bare.uc, UC_ARM64_REG_X2, &rounds));
    start = seconds();
    uc_emu_start(bare.uc, BARE_BASE, 0, 0, 0);
    start = (double)GUEST_COUNT / 1e6 / (seconds() - start);
    if (bare.blocks / 4 < GUEST_COUNT)
        exit(3);
    bare_close(&bare);
    return start;
}

/* --- the simulator
 * ----------------------------------------------------------------------------------- */

/* Seconds machine_run takes on a scenario, set-up excluded; with trace, recorded there as CTF. */
static double run_seconds(const char *path, const struct cost_profile *profile, const char *trace)
{
    const struct diag_options diag = {.out = stderr};
    struct scenario *scenario = scenario_load(path, &diag);
    char error[256] = "";
    struct machine *machine;
    struct trace_writer *writer = NULL;
    struct machine_end end;
    double start;

    if (!scenario)
        exit(2);
    machine =
        machine_new(scenario, &(struct machine_options){.profile = profile}, error, sizeof(error));
    if (!machine) {
        fprintf(stderr, "bench: %s: %s\n", path, error);
        exit(3);
    }
    if (trace) {
        const struct trace_header header = {"bench", scenario->name, "", "default", "", ""};

        writer = trace_writer_open(trace, &trace_format_ctf, &header, error, sizeof(error));
        if (!writer || !trace_add_reader(machine_trace(machine), trace_writer_event, writer)) {
            fprintf(stderr, "bench: %s\n", error);
            exit(3);
        }
    }
    start = seconds();
    end = machine_run(machine);
    if (writer && !trace_writer_close(writer, true, error, sizeof(error))) {
        fprintf(stderr, "bench: %s\n", error);
        exit(3);
    }
    start = seconds() - start;
    if (end.reason != END_PSCI) {
        fprintf(stderr, "bench: %s ended by %s: %s\n", path, end_reason_name(end.reason), end.text);
        exit(3);
    }
    machine_free(machine);
    scenario_free(scenario);
    return start;
}

static double scenario_seconds(const char *path)
{
    return run_seconds(path, profile_default(), NULL);
}

/* Round trips per second while every event goes to disk. */
static double traced(const char *path)
{
    double rate = MMIO_COUNT / run_seconds(path, profile_default(), BENCH_TRACE);

    unlink(BENCH_TRACE "/" CTF_STREAM);
    unlink(BENCH_TRACE "/" CTF_METADATA);
    rmdir(BENCH_TRACE);
    return rate;
}

static double vm_traced(void)
{
    return traced("tools/bench.d/vm-user.yaml");
}

static double realm_traced(void)
{
    return traced("tools/bench.d/realm-user.yaml");
}

static double vm_user(void)
{
    return MMIO_COUNT / scenario_seconds("tools/bench.d/vm-user.yaml");
}

static double vm_kernel(void)
{
    return MMIO_COUNT / scenario_seconds("tools/bench.d/vm-kernel.yaml");
}

static double realm_user(void)
{
    return MMIO_COUNT / scenario_seconds("tools/bench.d/realm-user.yaml");
}

static double refills(void)
{
    return 2.0 * REFILL_ROUNDS / scenario_seconds("tools/bench.d/tlb.yaml");
}

static double exceptions(void)
{
    return MMIO_COUNT / scenario_seconds("tools/bench.d/exception.yaml");
}

static double guest_mips(void)
{
    return (double)GUEST_COUNT / 1e6 / scenario_seconds("tools/bench.d/guest.yaml");
}

/* The same with the guest's instructions timed by a core model, or by none. */
static double core_mips(const char *core)
{
    struct cost_profile profile = *profile_default();

    profile.core = core;
    profile.timing = TIMING_PROFILE; /* the model, if there is one */
    return (double)GUEST_COUNT / 1e6 / run_seconds("tools/bench.d/guest.yaml", &profile, NULL);
}

static double detailed_mips(const char *core)
{
    struct cost_profile profile = *profile_default();

    profile.core = core;
    profile.timing = TIMING_DETAILED;
    return (double)DETAILED_COUNT / 1e6 /
           run_seconds("tools/bench.d/guest-detailed.yaml", &profile, NULL);
}

static double in_order_detailed_mips(void)
{
    return detailed_mips("in-order-2");
}

static double wide_detailed_mips(void)
{
    return detailed_mips("wide");
}

static double flat_mips(void)
{
    return core_mips("flat");
}

static double in_order_mips(void)
{
    return core_mips("in-order-2");
}

static double wide_mips(void)
{
    return core_mips("wide");
}

/* What is measured. Each round measures all, so that a ratio's two sides see the same machine. */
enum figure {
    BARE_FAULTS,
    VM_USER,
    REALM_USER,
    VM_KERNEL,
    VM_TRACED,
    REALM_TRACED,
    BARE_MIPS,
    GUEST_MIPS,
    FLAT_MIPS,
    IN_ORDER_MIPS,
    WIDE_MIPS,
    IN_ORDER_DETAILED_MIPS,
    WIDE_DETAILED_MIPS,
    BARE_REFILLS,
    REFILLS,
    BARE_EXCEPTIONS,
    EXCEPTIONS,
    FIGURE_COUNT,
};

static double (*const measures[FIGURE_COUNT])(void) = {
    [BARE_FAULTS] = bare_faults,
    [VM_USER] = vm_user,
    [REALM_USER] = realm_user,
    [VM_KERNEL] = vm_kernel,
    [VM_TRACED] = vm_traced,
    [REALM_TRACED] = realm_traced,
    [BARE_MIPS] = bare_mips,
    [GUEST_MIPS] = guest_mips,
    [FLAT_MIPS] = flat_mips,
    [IN_ORDER_MIPS] = in_order_mips,
    [WIDE_MIPS] = wide_mips,
    [IN_ORDER_DETAILED_MIPS] = in_order_detailed_mips,
    [WIDE_DETAILED_MIPS] = wide_detailed_mips,
    [BARE_REFILLS] = bare_refills,
    [REFILLS] = refills,
    [BARE_EXCEPTIONS] = bare_exceptions,
    [EXCEPTIONS] = exceptions,
};

static void measure_all(double best[FIGURE_COUNT])
{
    for (int round = 0; round < ROUNDS; round++)
        for (unsigned i = 0; i < FIGURE_COUNT; i++) {
            double value = measures[i]();

            best[i] = value > best[i] ? value : best[i];
        }
}

/* --- start-up
 * -------------------------------------------------------------------------------------- */

/* One `sim run` of the quickstart: wall seconds and the peak resident set in KiB. */
static double start_sim(const char *program, long *peak_kib)
{
    double start = now(CLOCK_MONOTONIC);
    struct rusage usage;
    pid_t pid = fork();
    int status;

    if (pid == 0) {
        if (!freopen("/dev/null", "w", stdout))
            _exit(126);
        execl(program, "sim", "run", "scenarios/quickstart/realm-mmio-read.yaml", (char *)NULL);
        _exit(127);
    }
    if (pid < 0 || wait4(pid, &status, 0, &usage) != pid || !WIFEXITED(status) ||
        WEXITSTATUS(status)) {
        fprintf(stderr, "bench: %s run of the quickstart failed\n", program);
        exit(3);
    }
    *peak_kib = usage.ru_maxrss;
    return now(CLOCK_MONOTONIC) - start;
}

struct row {
    const char *key, *what, *unit;
    double value;
    double ratio; /* to the bare engine; 0: none */
    double reach; /* what the ratio or the value should be; 0: no bar */
};

static void print_text(const struct row *rows, size_t count)
{
    printf("%-58s %14s  %s\n", "", "measured", "of the bare engine");
    for (size_t i = 0; i < count; i++) {
        printf("%-58s %14.*f  ", rows[i].what, rows[i].value < 100 ? 1 : 0, rows[i].value);
        if (rows[i].ratio > 0)
            printf("%5.1f %%", rows[i].ratio * 100);
        else
            printf("%7s", "");
        if (rows[i].reach > 0 && rows[i].ratio > 0)
            printf("  (reach: at least %.0f %%)", rows[i].reach * 100);
        else if (rows[i].reach > 0)
            printf("  (reach: at most %.0f %s)", rows[i].reach, rows[i].unit);
        printf("\n");
    }
}

static void print_json(const struct row *rows, size_t count)
{
    printf("{\"type\":\"bench\",\"schema\":1,\"rows\":[");
    for (size_t i = 0; i < count; i++)
        printf("%s{\"key\":\"%s\",\"unit\":\"%s\",\"value\":%.3f,\"ratio\":%.4f}", i ? "," : "",
               rows[i].key, rows[i].unit, rows[i].value, rows[i].ratio);
    printf("]}\n");
}

int main(int argc, char **argv)
{
    double best[FIGURE_COUNT] = {0}, start = 1e9;
    char program[4096];
    ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);
    char *slash;
    long peak = 0;

    measure_all(best);
    program[length > 0 ? length : 0] = '\0';
    slash = strrchr(program, '/');
    if (!slash || (size_t)(slash - program) + sizeof("/sim") > sizeof(program))
        return 3;
    strcpy(slash, "/sim");
    for (int i = 0; i < STARTS; i++) {
        double one = start_sim(program, &peak);

        start = one < start ? one : start;
    }
    {
        const struct row rows[] = {
            {"bare_faults", "bare engine: fault exits per second", "1/s", best[BARE_FAULTS], 0, 0},
            {"vm_user", "plain VM: user MMIO round trips per second", "1/s", best[VM_USER],
             best[VM_USER] / best[BARE_FAULTS], 0.15},
            {"realm_user", "realm: user MMIO round trips per second", "1/s", best[REALM_USER],
             best[REALM_USER] / best[BARE_FAULTS], 0.08},
            {"vm_kernel", "plain VM: in-kernel MMIO per second", "1/s", best[VM_KERNEL],
             best[VM_KERNEL] / best[BARE_FAULTS], 0},
            {"vm_traced", "plain VM: the same, traced to disk (of untraced)", "1/s",
             best[VM_TRACED], best[VM_TRACED] / best[VM_USER], 0.50},
            {"realm_traced", "realm: the same, traced to disk (of untraced)", "1/s",
             best[REALM_TRACED], best[REALM_TRACED] / best[REALM_USER], 0.50},
            {"bare_mips", "bare engine with a block hook: guest MIPS", "MIPS", best[BARE_MIPS], 0,
             0},
            {"guest_mips", "through sim: guest MIPS", "MIPS", best[GUEST_MIPS],
             best[GUEST_MIPS] / best[BARE_MIPS], 0.80},
            {"in_order_mips", "the same, timed by in-order-2 (of one cycle each)", "MIPS",
             best[IN_ORDER_MIPS], best[IN_ORDER_MIPS] / best[FLAT_MIPS], 0.85},
            {"wide_mips", "the same, timed by wide (of one cycle each)", "MIPS", best[WIDE_MIPS],
             best[WIDE_MIPS] / best[FLAT_MIPS], 0.85},
            {"in_order_detailed_mips", "the same in detail, in-order-2: caches, TLBs, branches",
             "MIPS", best[IN_ORDER_DETAILED_MIPS], best[IN_ORDER_DETAILED_MIPS] / best[FLAT_MIPS],
             0},
            {"wide_detailed_mips", "the same in detail, wide", "MIPS", best[WIDE_DETAILED_MIPS],
             best[WIDE_DETAILED_MIPS] / best[FLAT_MIPS], 0},
            {"bare_refills", "bare engine: TLB refills per second", "1/s", best[BARE_REFILLS], 0,
             0},
            {"refills", "through sim: TLB refills per second, both stages", "1/s", best[REFILLS],
             best[REFILLS] / best[BARE_REFILLS], 0},
            {"bare_exceptions", "bare engine: SVC exits per second", "1/s", best[BARE_EXCEPTIONS],
             0, 0},
            {"exceptions", "through sim: exception entries to EL1 per second", "1/s",
             best[EXCEPTIONS], best[EXCEPTIONS] / best[BARE_EXCEPTIONS], 0},
            {"start_ms", "sim run of the quickstart: wall time, ms", "ms", start * 1e3, 0, 30},
            {"peak_mib", "sim run of the quickstart: peak memory, MiB", "MiB", (double)peak / 1024,
             0, 64},
        };
        size_t count = sizeof(rows) / sizeof(rows[0]);

        if (argc > 1 && strcmp(argv[1], "--json") == 0)
            print_json(rows, count);
        else
            print_text(rows, count);
    }
    return 0;
}

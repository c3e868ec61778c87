/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A machine without a host: memory, PEs, monitor and RMM. The test plays the host, with SMCs and
 * writes to Non-secure memory.
 */
#ifndef TESTS_UNIT_TEST_RMM_FIXTURE_H
#define TESTS_UNIT_TEST_RMM_FIXTURE_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/cpu.h"
#include "rmm_model/monitor.h"
#include "rmm_model/rmi.h"
#include "rmm_model/rmm.h"

#define FIXTURE_SIZE ((uint64_t)1 << 30)
#define FIXTURE_BASE PHYS_DRAM_BASE
#define FIXTURE_CPUS 2

struct fixture {
    struct physmem *mem;
    struct cost_profile profile;
    struct clock clock;
    struct trace trace;
    struct engine *engine;
    struct cpu *cpus[FIXTURE_CPUS];
    struct monitor *monitor;
    struct rmm *rmm;
    struct smc_port host;
    bool beta;            /* commands as before 1.0 */
    struct smc_regs regs; /* of the last SMC */
};

/* cpu_count 1 or 2: what the RMM is given. variant, fixed_defects: as struct rmm_config has them.
 */
static inline struct fixture *fixture_new_release(unsigned cpu_count, const char *variant,
                                                  uint32_t fixed_defects)
{
    struct fixture *f = calloc(1, sizeof(*f));
    char error[256] = "";

    ck_assert_ptr_nonnull(f);
    f->profile.name = "test";
    for (unsigned op = 0; op < OP_COUNT; op++)
        f->profile.cycles[op] = 1;
    f->clock.profile = &f->profile;
    f->trace.clock = &f->clock;
    f->mem = physmem_new(FIXTURE_SIZE);
    ck_assert_ptr_nonnull(f->mem);
    f->engine =
        engine_new(&(struct engine_config){.mem = f->mem, .clock = &f->clock, .trace = &f->trace},
                   error, sizeof(error));
    ck_assert_msg(f->engine != NULL, "%s", error);
    for (unsigned i = 0; i < FIXTURE_CPUS; i++) {
        f->cpus[i] = cpu_new(f->engine, i, error, sizeof(error));
        ck_assert_msg(f->cpus[i] != NULL, "%s", error);
        cpu_set_budget(f->cpus[i], 100000);
    }
    f->monitor = monitor_new(
        &(struct monitor_config){.mem = f->mem, .clock = &f->clock, .trace = &f->trace});
    ck_assert_ptr_nonnull(f->monitor);
    f->rmm = rmm_new(&(struct rmm_config){.mem = f->mem,
                                          .clock = &f->clock,
                                          .trace = &f->trace,
                                          .el3 = monitor_realm_port(f->monitor),
                                          .cpus = f->cpus,
                                          .cpu_count = cpu_count,
                                          .variant = variant,
                                          .fixed_defects = fixed_defects});
    ck_assert_ptr_nonnull(f->rmm);
    monitor_set_rmm(f->monitor, f->rmm);
    f->host = monitor_normal_port(f->monitor);
    f->beta = rmm_variant(f->rmm)->commands == RMM_COMMANDS_BETA;
    return f;
}

static inline struct fixture *fixture_new(unsigned cpu_count)
{
    return fixture_new_release(cpu_count, "1.0", 0);
}

static inline void fixture_free(struct fixture *f)
{
    rmm_free(f->rmm);
    monitor_free(f->monitor);
    for (unsigned i = 0; i < FIXTURE_CPUS; i++)
        cpu_free(f->cpus[i]);
    engine_free(f->engine);
    physmem_free(f->mem);
    free(f);
}

/* Before 1.0 what is made comes before the realm; tests write it as in 1.0. */
static inline void fixture_order(struct smc_regs *regs)
{
    uint64_t rd = regs->x[1];

    switch (regs->x[0]) {
    case RMI_DATA_CREATE:
    case RMI_DATA_CREATE_UNKNOWN:
    case RMI_REC_CREATE:
    case RMI_RTT_CREATE:
        regs->x[1] = regs->x[2];
        regs->x[2] = rd;
        break;
    default:
        break;
    }
}

/* An SMC of the Normal world; returns x0. */
static inline uint64_t fixture_smc(struct fixture *f, const uint64_t *x, size_t count)
{
    memset(&f->regs, 0, sizeof(f->regs));
    memcpy(f->regs.x, x, count * sizeof(*x));
    if (f->beta)
        fixture_order(&f->regs);
    f->host.call(f->host.ctx, &f->regs);
    return f->regs.x[0];
}

#define SMC(f, ...)                                                                                \
    fixture_smc(f, (const uint64_t[]){__VA_ARGS__},                                                \
                sizeof((const uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t))

static inline void fixture_write(struct fixture *f, uint64_t pa, const void *data, size_t size)
{
    ck_assert_int_eq(physmem_write(f->mem, PAS_NON_SECURE, PA(pa), data, size), PHYS_OK);
}

static inline void fixture_delegate(struct fixture *f, uint64_t pa)
{
    ck_assert_uint_eq(SMC(f, RMI_GRANULE_DELEGATE, pa), RMI_SUCCESS);
}

#endif

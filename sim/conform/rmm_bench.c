/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/gic.h"
#include "rmm_model/rtt.h"
#include "sim/conform/rmm.h"
#include "sim/profile.h"

#define ROOT (PHYS_DRAM_BASE + 0x10000) /* two granules */
#define ROOT_COUNT 2u
#define L2_TABLE (PHYS_DRAM_BASE + 0x12000)
#define START_LEVEL 1

void rmm_bench_free(struct rmm_bench *bench)
{
    if (!bench)
        return;
    rmm_free(bench->rmm);
    monitor_free(bench->monitor);
    if (bench->cpu)
        cpu_free(bench->cpu);
    if (bench->engine)
        engine_free(bench->engine);
    physmem_free(bench->mem);
    free(bench);
}

static bool build(struct rmm_bench *bench, const char *profile, uint64_t size,
                  struct realm_port realm, char *error, size_t error_size)
{
    bench->clock.profile = profile_default();
    bench->trace.clock = &bench->clock;
    bench->mem = physmem_new(size);
    if (!bench->mem)
        return false;
    bench->engine = engine_new(&(struct engine_config){.mem = bench->mem, .clock = &bench->clock},
                               error, error_size);
    if (!bench->engine)
        return false;
    bench->cpu = cpu_new(bench->engine, 0, error, error_size);
    bench->monitor =
        monitor_new(&(struct monitor_config){.mem = bench->mem, .clock = &bench->clock});
    if (!bench->cpu || !bench->monitor)
        return false;
    bench->rmm = rmm_new(&(struct rmm_config){.mem = bench->mem,
                                              .clock = &bench->clock,
                                              .trace = &bench->trace,
                                              .el3 = monitor_realm_port(bench->monitor),
                                              .cpus = &bench->cpu,
                                              .cpu_count = 1,
                                              .variant = profile,
                                              .realm = realm});
    if (!bench->rmm)
        return false;
    bench->rmm->activated = true;
    monitor_set_rmm(bench->monitor, bench->rmm);
    bench->host = monitor_normal_port(bench->monitor);
    return true;
}

struct rmm_bench *rmm_bench_new(const char *profile, uint64_t size, struct realm_port realm,
                                char *error, size_t error_size)
{
    struct rmm_bench *bench = calloc(1, sizeof(*bench));

    snprintf(error, error_size, "out of memory");
    if (bench && build(bench, profile, size, realm, error, error_size))
        return bench;
    rmm_bench_free(bench);
    return NULL;
}

/* A granule of the RMM, empty. */
static void *take_granule(struct rmm_bench *bench, uint64_t addr, enum granule_state state)
{
    struct granule *granule = granule_find(&bench->rmm->granules, addr);
    struct smc_regs regs = {.x = {RMM_EL3_GTSI_DELEGATE, addr}};

    if (granule->state == GRANULE_NS)
        bench->rmm->el3.call(bench->rmm->el3.ctx, &regs);
    granule->state = (uint8_t)state;
    granule->refcount = 0;
    rmm_zero_granule(bench->rmm, addr);
    return rmm_map(bench->rmm, addr);
}

/* A granule of the host. */
static void release_granule(struct rmm_bench *bench, uint64_t addr)
{
    struct smc_regs regs = {.x = {RMM_EL3_GTSI_UNDELEGATE, addr}};

    bench->rmm->el3.call(bench->rmm->el3.ctx, &regs); /* no change if it is the host's */
    *granule_find(&bench->rmm->granules, addr) = (struct granule){.state = GRANULE_NS};
}

static void fill_table(uint64_t *table, struct rtt_entry entry, int level)
{
    for (unsigned i = 0; i < RTT_ENTRIES; i++)
        table[i] = rtt_entry_encode(entry, level);
}

static void make_tables(struct rmm_bench *bench)
{
    static const struct rtt_entry empty = {.kind = RTT_UNASSIGNED, .ripas = RMI_EMPTY};
    static const struct rtt_entry outside = {.kind = RTT_UNASSIGNED_NS};
    static const struct rtt_entry first = {.kind = RTT_TABLE, .addr = L2_TABLE};
    uint64_t *root = take_granule(bench, ROOT, GRANULE_RTT);

    fill_table(root, empty, START_LEVEL);
    root[0] = rtt_entry_encode(first, START_LEVEL);
    fill_table(take_granule(bench, ROOT + GRANULE_SIZE, GRANULE_RTT), outside, START_LEVEL);
    fill_table(take_granule(bench, L2_TABLE, GRANULE_RTT), empty, START_LEVEL + 1);
}

void rmm_bench_realm(struct rmm_bench *bench)
{
    struct rmm *rmm = bench->rmm;

    rmm->halted = NULL;
    rmm->halted_in = NULL;
    rmm->features = (struct rmm_features){0};
    rmm->pes[0].rec = 0;
    *cpu_ich(bench->cpu) = (struct ich_regs){0};
    release_granule(bench, RMM_BENCH_RUN);
    make_tables(bench);
    take_granule(bench, RMM_BENCH_BLOCK, GRANULE_DATA);
    take_granule(bench, RMM_BENCH_BLOCK2, GRANULE_DATA);

    bench->realm = take_granule(bench, RMM_BENCH_RD, GRANULE_RD);
    bench->realm->state = REALM_ACTIVE;
    bench->realm->ipa_bits = RMM_BENCH_IPA_BITS;
    bench->realm->start_level = START_LEVEL;
    bench->realm->root_count = ROOT_COUNT;
    bench->realm->rtt_base = ROOT;
    bench->realm->rec_count = 1;

    bench->rec = take_granule(bench, RMM_BENCH_REC, GRANULE_REC);
    bench->rec->self = RMM_BENCH_REC;
    bench->rec->rd = RMM_BENCH_RD;
    bench->rec->runnable = true;
    bench->rec->context.pstate = REC_PSTATE_RESET;
    gic_reset(&bench->rec->gic);
    rec_load(rmm, bench->rec);
}

void rmm_bench_map(struct rmm_bench *bench, uint64_t ipa, struct rtt_entry entry)
{
    struct rtt_walk walk = rtt_walk_to(bench->rmm, bench->realm, ipa, RTT_LEVEL_PAGE);

    rtt_set_entry(&walk, entry);
}

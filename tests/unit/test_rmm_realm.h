/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One REC of a small realm on the fixture, made without commands so that every release can have it,
 * and calls of RSI as if the realm had just executed SMC.
 */
#ifndef TESTS_UNIT_TEST_RMM_REALM_H
#define TESTS_UNIT_TEST_RMM_REALM_H

#include "rmm_model/attest.h"
#include "rmm_model/measurement.h"
#include "rmm_model/rtt.h"
#include "tests/unit/test_rmm_fixture.h"

#define REALM_TEST_PAGE_IPA 0x40000000u  /* RAM */
#define REALM_TEST_EMPTY_IPA 0x40001000u /* EMPTY */

struct realm_test {
    struct fixture *f;
    struct cpu *cpu;
    uint64_t rd, rec, page;
    struct realm_run run;
    struct rmi_rec_exit exit; /* of the last call that exits */
};

static inline uint64_t realm_test_granule(struct realm_test *t, enum granule_state state)
{
    uint64_t pa = t->page += GRANULE_SIZE;

    ck_assert(gpt_set(t->f->mem, PA(pa), PAS_REALM));
    granule_find(&t->f->rmm->granules, pa)->state = (uint8_t)state;
    return pa;
}

/* Tables for REALM_TEST_PAGE_IPA from level 1, the page mapped. */
static inline void realm_test_map(struct realm_test *t, struct realm *realm)
{
    struct rtt_entry page = {.kind = RTT_ASSIGNED, .ripas = RMI_RAM};
    uint64_t table = realm->rtt_base;

    for (int level = realm->start_level; level < RTT_LEVEL_PAGE; level++) {
        uint64_t next = realm_test_granule(t, GRANULE_RTT);
        uint64_t *entries = rmm_map(t->f->rmm, table);

        entries[REALM_TEST_PAGE_IPA / rtt_entry_size(level) % RTT_ENTRIES] =
            rtt_entry_encode((struct rtt_entry){.kind = RTT_TABLE, .addr = next}, level);
        table = next;
    }
    page.addr = realm_test_granule(t, GRANULE_DATA);
    ((uint64_t *)rmm_map(t->f->rmm, table))[0] = rtt_entry_encode(page, RTT_LEVEL_PAGE);
    t->page = page.addr;
}

static inline struct realm *realm_test_realm(const struct realm_test *t)
{
    return rmm_map(t->f->rmm, t->rd);
}

static inline struct realm_test realm_test_new(const char *variant)
{
    struct realm_test t = {.f = fixture_new_release(1, variant, 0), .page = FIXTURE_BASE};
    struct realm *realm;
    struct rec *rec;

    t.rd = realm_test_granule(&t, GRANULE_RD);
    t.rec = realm_test_granule(&t, GRANULE_REC);
    realm = rmm_map(t.f->rmm, t.rd);
    *realm = (struct realm){.state = REALM_ACTIVE, .ipa_bits = 40, .start_level = 0};
    realm->rtt_base = realm_test_granule(&t, GRANULE_RTT);
    realm->root_count = 1;
    memset(realm->rpv, 0x77, sizeof(realm->rpv));
    for (unsigned i = 0; i < 32; i++)
        realm->measurement[MEASUREMENT_RIM][i] = (uint8_t)i;
    rec = rmm_map(t.f->rmm, t.rec);
    *rec = (struct rec){.self = t.rec, .rd = t.rd, .runnable = true};
    for (unsigned i = 0; i < RMI_MAX_REC_AUX; i++)
        rec->aux[i] = realm_test_granule(&t, GRANULE_REC_AUX);
    attest_reset(t.f->rmm, rec);
    realm_test_map(&t, realm);
    t.cpu = rec_load(t.f->rmm, rec);
    t.run = (struct realm_run){.rmm = t.f->rmm, .rec = rec, .realm = realm, .cpu = t.cpu};
    return t;
}

static inline void realm_test_free(struct realm_test *t)
{
    fixture_free(t->f);
}

static inline bool realm_test_call(struct realm_test *t, uint64_t fid)
{
    memset(&t->exit, 0, sizeof(t->exit));
    t->run.exit = &t->exit;
    cpu_set_x(t->cpu, 0, fid);
    return rsi_handle_call(&t->run);
}

/* A call the RMM answers: x0. */
static inline uint64_t realm_test_rsi(struct realm_test *t, uint64_t fid)
{
    ck_assert(realm_test_call(t, fid));
    return cpu_get_x(t->cpu, 0);
}

/* A call the host hears of, in t->exit. */
static inline void realm_test_rsi_exits(struct realm_test *t, uint64_t fid)
{
    ck_assert(!realm_test_call(t, fid));
}

/* From the page at REALM_TEST_PAGE_IPA. */
static inline void realm_test_read(const struct realm_test *t, uint64_t offset, void *buf,
                                   size_t size)
{
    ck_assert_int_eq(physmem_read(t->f->mem, PAS_REALM, PA(t->page + offset), buf, size), PHYS_OK);
}

#endif

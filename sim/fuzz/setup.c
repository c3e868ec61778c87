/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/fuzz/setup.h"

#include <string.h>

#include "sim/fuzz/guest.h"

#define BOTH 2 /* root tables at 40 bits */
#define LEVEL_2 2
#define LEVEL_3 3
#define AUX_COUNT 16
#define MEMATTR_S2AP_RW 0xc8u /* Normal write-back, read and write */

struct shape {
    unsigned ipa_bits, start_level, roots;
};

static const struct shape shapes[] = {{40, 1, BOTH}, {39, 1, 1}, {36, 1, 1}, {33, 1, 1}};

static const struct shape *shape_of(const struct fuzz_target *target)
{
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
        if (shapes[i].ipa_bits == target->ipa_bits)
            return &shapes[i];
    return &shapes[0];
}

void fuzz_realm_params(const struct fuzz_target *target, unsigned realm, void *page)
{
    const struct shape *shape = shape_of(target);
    struct rmi_realm_params params = {
        .s2sz = shape->ipa_bits,
        .num_bps = 1,
        .num_wps = 1,
        .vmid = (uint16_t)(realm + 1),
        .rtt_base = FUZZ_ROOTS(realm),
        .rtt_level_start = shape->start_level,
        .rtt_num_start = shape->roots,
    };
    struct rmi_beta_realm_params beta = {
        .features_0 = shape->ipa_bits,
        .vmid = params.vmid,
        .rtt_base = params.rtt_base,
        .rtt_level_start = params.rtt_level_start,
        .rtt_num_start = params.rtt_num_start,
    };

    if (target->beta)
        memcpy(page, &beta, sizeof(beta));
    else
        memcpy(page, &params, sizeof(params));
}

void fuzz_rec_params(const struct fuzz_target *target, unsigned realm, unsigned rec, void *page)
{
    uint64_t unprotected = fuzz_unprotected(target);
    struct rmi_rec_params params = {
        .flags = rec != 1, /* the second waits for CPU_ON */
        .mpidr = rec,
        .pc = GUEST_CODE,
        .gprs =
            {
                [ARG_MMIO] = unprotected | GUEST_MMIO,
                [ARG_DATA] = GUEST_DATA,
                [ARG_ABSENT] = GUEST_ABSENT,
                [ARG_EMPTY] = GUEST_EMPTY,
                [ARG_SHARED] = unprotected | GUEST_SHARED,
                [ARG_BEYOND] = unprotected << 1 | GUEST_MMIO,
                [ARG_CALLS] = GUEST_CALLS,
            },
        .num_aux = AUX_COUNT,
    };

    for (unsigned i = 0; i < AUX_COUNT; i++)
        params.aux[i] = FUZZ_AUX(realm, rec) + i * GRANULE_SIZE;
    memcpy(page, &params, sizeof(params));
}

/* --- commands, in the words of each revision ---------------------------------------------------
 */

static uint64_t call(struct fuzz_target *target, struct smc_regs regs, uint64_t *x1)
{
    target->port.call(target->port.ctx, &regs);
    if (x1)
        *x1 = regs.x[1];
    return regs.x[0];
}

#define CALL(target, ...) call(target, (struct smc_regs){.x = {__VA_ARGS__}}, NULL)

static void write_page(struct fuzz_target *target, uint64_t pa, const void *page)
{
    physmem_write(target->mem, PAS_NON_SECURE, PA(pa), page, GRANULE_SIZE);
}

static void delegate(struct fuzz_target *target, uint64_t pa, unsigned count)
{
    for (unsigned i = 0; i < count; i++, pa += GRANULE_SIZE) {
        if (target->ranges)
            CALL(target, RMI_GRANULE_RANGE_DELEGATE, pa, pa + GRANULE_SIZE);
        else
            CALL(target, RMI_GRANULE_DELEGATE, pa);
    }
}

static void rtt_create(struct fuzz_target *target, unsigned realm, uint64_t rtt, uint64_t ipa,
                       uint64_t level)
{
    if (target->beta)
        CALL(target, RMI_RTT_CREATE, rtt, FUZZ_RD(realm), ipa, level);
    else
        CALL(target, RMI_RTT_CREATE, FUZZ_RD(realm), rtt, ipa, level);
}

static void init_ripas(struct fuzz_target *target, unsigned realm, uint64_t base, uint64_t top)
{
    if (!target->beta) {
        CALL(target, RMI_RTT_INIT_RIPAS, FUZZ_RD(realm), base, top);
        return;
    }
    for (; base < top; base += GRANULE_SIZE)
        CALL(target, RMI_RTT_INIT_RIPAS, FUZZ_RD(realm), base, LEVEL_3);
}

static void data_create(struct fuzz_target *target, unsigned realm, uint64_t data, uint64_t ipa,
                        const void *page)
{
    write_page(target, FUZZ_SOURCE, page);
    if (target->beta)
        CALL(target, RMI_DATA_CREATE, data, FUZZ_RD(realm), ipa, FUZZ_SOURCE, 1);
    else
        CALL(target, RMI_DATA_CREATE, FUZZ_RD(realm), data, ipa, FUZZ_SOURCE, 1);
}

static void map_shared(struct fuzz_target *target, unsigned realm)
{
    uint64_t ipa = fuzz_unprotected(target) | GUEST_SHARED;
    uint64_t flags = field_put(RMI_RANGE_OADDR_TYPE, RMI_OADDR_SINGLE) |
                     field_put(RMI_RANGE_MEMATTR, 2) | field_put(RMI_RANGE_S2AP, 3);

    if (target->ranges)
        CALL(target, RMI_RTT_UNPROT_MAP, FUZZ_RD(realm), ipa, ipa + GRANULE_SIZE, flags,
             FUZZ_SHARED | field_put(RMI_RANGE_COUNT, 1) |
                 field_put(RMI_RANGE_STATE, RMI_RANGE_UNDELEGATED));
    else
        CALL(target, RMI_RTT_MAP_UNPROTECTED, FUZZ_RD(realm), ipa, LEVEL_3,
             FUZZ_SHARED | MEMATTR_S2AP_RW);
}

/* Of several commands: granules are asked for one by one. */
static void rec_create_stateful(struct fuzz_target *target, unsigned realm, unsigned rec)
{
    uint64_t handle, list[GRANULE_SIZE / sizeof(uint64_t)] = {
                         FUZZ_AUX(realm, rec) | field_put(RMI_RANGE_COUNT, AUX_COUNT) |
                         field_put(RMI_RANGE_STATE, RMI_RANGE_DELEGATED)};
    struct smc_regs regs = {
        .x = {RMI_REC_CREATE, FUZZ_RD(realm), FUZZ_REC(realm, rec), FUZZ_PARAMS}};

    if (rmi_return_status(call(target, regs, &handle)) != RMI_INCOMPLETE)
        return;
    write_page(target, FUZZ_SOURCE, list);
    CALL(target, RMI_OP_MEM_DONATE, handle, FUZZ_SOURCE, 1);
    CALL(target, RMI_OP_CONTINUE, handle, 0);
}

static void rec_create(struct fuzz_target *target, unsigned realm, unsigned rec)
{
    struct rmi_rec_params params;

    delegate(target, FUZZ_REC(realm, rec), 1);
    delegate(target, FUZZ_AUX(realm, rec), AUX_COUNT);
    fuzz_rec_params(target, realm, rec, &params);
    write_page(target, FUZZ_PARAMS, &params);
    if (target->ranges)
        rec_create_stateful(target, realm, rec);
    else if (target->beta)
        CALL(target, RMI_REC_CREATE, FUZZ_REC(realm, rec), FUZZ_RD(realm), FUZZ_PARAMS);
    else
        CALL(target, RMI_REC_CREATE, FUZZ_RD(realm), FUZZ_REC(realm, rec), FUZZ_PARAMS);
}

/* --- a realm -----------------------------------------------------------------------------------
 */

static void make_memory(struct fuzz_target *target, unsigned realm)
{
    uint64_t unprotected = fuzz_unprotected(target), words[GRANULE_SIZE / sizeof(uint64_t)];
    uint32_t code[GUEST_PAGE_WORDS];

    delegate(target, FUZZ_TABLES(realm), 4);
    rtt_create(target, realm, FUZZ_TABLES(realm), 0, LEVEL_2);
    rtt_create(target, realm, FUZZ_TABLES(realm) + GRANULE_SIZE, 0, LEVEL_3);
    rtt_create(target, realm, FUZZ_TABLES(realm) + 2 * GRANULE_SIZE, unprotected, LEVEL_2);
    rtt_create(target, realm, FUZZ_TABLES(realm) + 3 * GRANULE_SIZE, unprotected, LEVEL_3);
    init_ripas(target, realm, 0, GUEST_ABSENT + 2 * GRANULE_SIZE);
    delegate(target, FUZZ_DATA(realm, 0), 4);
    guest_vectors(code);
    data_create(target, realm, FUZZ_DATA(realm, 0), GUEST_VECTORS, code);
    guest_code(&target->setup, code);
    data_create(target, realm, FUZZ_DATA(realm, 1), GUEST_CODE, code);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        words[i] = rng_next(&target->setup);
    data_create(target, realm, FUZZ_DATA(realm, 2), GUEST_DATA, words);
    data_create(target, realm, FUZZ_DATA(realm, 3), GUEST_CALLS, words);
    map_shared(target, realm);
}

static void make_realm(struct fuzz_target *target, unsigned realm)
{
    struct rmi_realm_params params;

    delegate(target, FUZZ_RD(realm), 1);
    delegate(target, FUZZ_ROOTS(realm), shape_of(target)->roots);
    fuzz_realm_params(target, realm, &params);
    write_page(target, FUZZ_PARAMS, &params);
    CALL(target, RMI_REALM_CREATE, FUZZ_RD(realm), FUZZ_PARAMS);
    make_memory(target, realm);
    for (unsigned rec = 0; rec < target->recs[realm]; rec++)
        rec_create(target, realm, rec);
    if (!rng_percent(&target->setup, 3))
        CALL(target, RMI_REALM_ACTIVATE, FUZZ_RD(realm));
}

void fuzz_setup(struct fuzz_target *target)
{
    struct rng *rng = &target->setup;

    target->ipa_bits = shapes[rng_below(rng, sizeof(shapes) / sizeof(shapes[0]))].ipa_bits;
    target->realms = rng_percent(rng, 25) ? 2 : 1;
    for (unsigned realm = 0; realm < FUZZ_REALMS; realm++)
        target->recs[realm] = 1 + (unsigned)rng_below(rng, realm ? 1 : FUZZ_RECS);
    if (target->ranges)
        CALL(target, RMI_RMM_ACTIVATE, 0);
    for (unsigned realm = 0; realm < target->realms; realm++)
        make_realm(target, realm);
    delegate(target, FUZZ_SPARE(0), FUZZ_SPARES / 2);
}

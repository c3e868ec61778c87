/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/fuzz/host.h"

#include "cpu/arch/esr.h"
#include "cpu/count.h"
#include "sim/fuzz/guest.h"

#define PSCI_DENIED ((uint64_t)-3)

/* --- arguments ---------------------------------------------------------------------------------
 */

enum arg {
    NONE,
    RD,
    REC,
    RUN,     /* a page of the host */
    PARAMS,  /* one for parameters */
    FREE,    /* a delegated granule, perhaps */
    NS,      /* a granule to delegate */
    PRIVATE, /* IPA */
    LOST,    /* IPA of what a realm can do without, mostly */
    SHARED,  /* IPA */
    TOP,     /* of a range that begins at the argument before */
    LEVEL,
    DESC,
    STATUS,
    SMALL,
    RANGE_TOP, /* of granules, like TOP */
    FLAGS,
    ADDRESS, /* descriptor of a range */
    HANDLE,
    TABLE
};

static const struct command {
    uint32_t fid;
    uint8_t weight;
    uint8_t args[6];
} commands[] = {
    {RMI_VERSION, 1, {SMALL}},
    {RMI_FEATURES, 1, {SMALL}},
    {RMI_GRANULE_DELEGATE, 10, {NS}},
    {RMI_GRANULE_UNDELEGATE, 10, {FREE}},
    {RMI_DATA_CREATE, 6, {RD, FREE, PRIVATE, RUN, SMALL}},
    {RMI_DATA_CREATE_UNKNOWN, 12, {RD, FREE, PRIVATE}},
    {RMI_DATA_DESTROY, 8, {RD, LOST}},
    {RMI_REALM_ACTIVATE, 2, {RD}},
    {RMI_REALM_CREATE, 3, {FREE, PARAMS}},
    {RMI_REALM_DESTROY, 2, {RD}},
    {RMI_REC_CREATE, 3, {RD, FREE, PARAMS}},
    {RMI_REC_DESTROY, 2, {REC}},
    {RMI_REC_ENTER, 3, {REC, RUN}},
    {RMI_RTT_CREATE, 6, {RD, FREE, PRIVATE, LEVEL}},
    {RMI_RTT_DESTROY, 4, {RD, PRIVATE, LEVEL}},
    {RMI_RTT_MAP_UNPROTECTED, 6, {RD, SHARED, LEVEL, DESC}},
    {RMI_RTT_READ_ENTRY, 4, {RD, PRIVATE, LEVEL}},
    {RMI_RTT_UNMAP_UNPROTECTED, 4, {RD, SHARED, LEVEL}},
    {RMI_PSCI_COMPLETE, 6, {REC, REC, STATUS}},
    {RMI_RTT_FOLD, 4, {RD, PRIVATE, LEVEL}},
    {RMI_REC_AUX_COUNT, 1, {RD}},
    {RMI_RTT_INIT_RIPAS, 3, {RD, PRIVATE, TOP}},
    {RMI_RTT_SET_RIPAS, 8, {RD, REC, PRIVATE, TOP}},
    {RMI_RMM_CONFIG_SET, 1, {PARAMS}},
    {RMI_GRANULE_TRACKING_GET, 1, {NS, RANGE_TOP}},
    {RMI_RMM_CONFIG_GET, 1, {RUN}},
    {RMI_GRANULE_RANGE_DELEGATE, 10, {NS, RANGE_TOP}},
    {RMI_GRANULE_RANGE_UNDELEGATE, 10, {FREE, RANGE_TOP}},
    {RMI_GPT_L1_CREATE, 1, {NS}},
    {RMI_RTT_DATA_MAP, 10, {RD, PRIVATE, TOP, FLAGS, ADDRESS}},
    {RMI_RTT_DATA_UNMAP, 6, {RD, LOST, TOP, FLAGS, RUN}},
    {RMI_RTT_UNPROT_MAP, 5, {RD, SHARED, TOP, FLAGS, ADDRESS}},
    {RMI_RTT_UNPROT_UNMAP, 4, {RD, SHARED, TOP, FLAGS, RUN}},
    {RMI_REALM_TERMINATE, 1, {RD}},
    {RMI_RMM_ACTIVATE, 1, {NONE}},
    {RMI_OP_CONTINUE, 3, {HANDLE, SMALL}},
    {RMI_OP_MEM_DONATE, 3, {HANDLE, RUN, SMALL}},
    {RMI_OP_MEM_RECLAIM, 3, {HANDLE, RUN, SMALL}},
    {RMI_OP_CANCEL, 2, {HANDLE}},
};

/* Before 1.0 the object stands first, and ranges are entries with a level. */
static const struct command beta_commands[] = {
    {RMI_DATA_CREATE, 6, {FREE, RD, PRIVATE, RUN, SMALL}},
    {RMI_DATA_CREATE_UNKNOWN, 12, {FREE, RD, PRIVATE}},
    {RMI_REC_CREATE, 3, {FREE, RD, PARAMS}},
    {RMI_RTT_CREATE, 6, {FREE, RD, PRIVATE, LEVEL}},
    {RMI_RTT_DESTROY, 4, {TABLE, RD, PRIVATE, LEVEL}},
    {RMI_RTT_FOLD, 4, {TABLE, RD, PRIVATE, LEVEL}},
    {RMI_RTT_INIT_RIPAS, 3, {RD, PRIVATE, LEVEL}},
    {RMI_RTT_SET_RIPAS, 8, {RD, REC, PRIVATE, LEVEL, SMALL}},
};

static unsigned any_realm(const struct fuzz_target *target, struct rng *rng)
{
    return target->realms > 1 && rng_percent(rng, 25) ? 1 : 0;
}

static uint64_t any_rec(const struct fuzz_target *target, struct rng *rng)
{
    unsigned realm = any_realm(target, rng);

    return FUZZ_REC(realm, rng_below(rng, target->recs[realm]));
}

static uint64_t any_private(struct rng *rng)
{
    static const uint64_t pages[] = {
        GUEST_VECTORS, GUEST_CODE, GUEST_DATA, GUEST_CALLS, GUEST_ABSENT, GUEST_ABSENT,
        GUEST_EMPTY,   0x6000,     0,          0x200000,    0x400000};

    return pages[rng_below(rng, COUNT(pages))];
}

static uint64_t any_granule(struct rng *rng)
{
    return FUZZ_PA(rng_below(rng, FUZZ_PAGES));
}

static uint64_t used_granule(const struct fuzz_target *target, struct rng *rng)
{
    unsigned realm = any_realm(target, rng);

    return FUZZ_REALM_PAGE(realm, rng_below(rng, 72));
}

static uint64_t draw(const struct fuzz_target *target, struct rng *rng, enum arg kind,
                     uint64_t before)
{
    uint64_t unprotected = fuzz_unprotected(target);

    switch (kind) {
    case NONE:
        return 0;
    case RD:
        return FUZZ_RD(any_realm(target, rng));
    case REC:
        return any_rec(target, rng);
    case RUN:
        return FUZZ_PA(rng_below(rng, 16));
    case PARAMS:
        return FUZZ_PARAMS;
    case FREE:
        return rng_percent(rng, 75) ? FUZZ_SPARE(rng_below(rng, FUZZ_SPARES))
                                    : used_granule(target, rng);
    case NS:
        return rng_percent(rng, 60)   ? FUZZ_SPARE(rng_below(rng, FUZZ_SPARES))
               : rng_percent(rng, 50) ? FUZZ_PA(rng_below(rng, 16))
                                      : any_granule(rng);
    case PRIVATE:
        return rng_percent(rng, 90) ? any_private(rng) : unprotected | any_private(rng);
    case LOST:
        return rng_percent(rng, 92) ? GUEST_DATA + rng_below(rng, 4) * GRANULE_SIZE
                                    : any_private(rng);
    case SHARED:
        return (rng_percent(rng, 85) ? unprotected : 0) |
               (rng_percent(rng, 50) ? GUEST_MMIO : any_private(rng));
    case TOP:
    case RANGE_TOP:
        return before + (rng_below(rng, 4) + (rng_percent(rng, 90) ? 1 : 0)) * GRANULE_SIZE;
    case LEVEL:
        return rng_percent(rng, 75) ? 3 : rng_percent(rng, 60) ? 2 : rng_below(rng, 6);
    case DESC:
        return (rng_percent(rng, 30) ? used_granule(target, rng) : any_granule(rng)) |
               (rng_percent(rng, 85) ? 0xc8 : rng_below(rng, GRANULE_SIZE));
    case STATUS:
        return rng_percent(rng, 60)   ? 0
               : rng_percent(rng, 60) ? PSCI_DENIED
                                      : rng_next(rng) >> rng_below(rng, 64);
    case SMALL:
        return rng_below(rng, 4);
    case FLAGS:
        return rng_percent(rng, 70) ? 1 | 2 << 16 | 3 << 19 : rng_below(rng, 1 << 24);
    case ADDRESS:
        return (rng_percent(rng, 70) ? FUZZ_SPARE(rng_below(rng, FUZZ_SPARES))
                                     : used_granule(target, rng)) |
               1u << 2 | rng_below(rng, 2) << 63;
    case HANDLE:
        return rng_below(rng, 4);
    case TABLE:
        return FUZZ_TABLES(any_realm(target, rng)) + rng_below(rng, 4) * GRANULE_SIZE;
    }
    return 0;
}

/* Now and then something of another kind, or nearly right. */
static uint64_t mutated(const struct fuzz_target *target, struct rng *rng, uint64_t value)
{
    if (!rng_percent(rng, 6))
        return value;
    switch (rng_below(rng, 5)) {
    case 0:
        return value ^ (uint64_t)1 << rng_below(rng, 64);
    case 1:
        return rng_next(rng) >> rng_below(rng, 64);
    case 2:
        return used_granule(target, rng);
    case 3:
        return value + GRANULE_SIZE * rng_below(rng, 3) - GRANULE_SIZE;
    default:
        return ~(uint64_t)0 << rng_below(rng, 64);
    }
}

/* --- commands ----------------------------------------------------------------------------------
 */

static const struct command *beta_row(uint32_t fid)
{
    for (size_t i = 0; i < COUNT(beta_commands); i++)
        if (beta_commands[i].fid == fid)
            return &beta_commands[i];
    return NULL;
}

static bool only_ranges(uint32_t fid)
{
    return fid > RMI_RTT_SET_RIPAS;
}

static const struct command *any_command(const struct fuzz_target *target, struct rng *rng)
{
    for (;;) {
        const struct command *row = &commands[rng_below(rng, COUNT(commands))];

        if (rng_below(rng, 12) >= row->weight)
            continue;
        /* One of another revision seldom: it is refused. */
        if (only_ranges(row->fid) != target->ranges && row->fid != RMI_REC_ENTER &&
            !rng_percent(rng, target->ranges ? 40 : 3))
            continue;
        return target->beta && beta_row(row->fid) ? beta_row(row->fid) : row;
    }
}

static struct fuzz_step command(const struct fuzz_target *target, struct rng *rng)
{
    const struct command *row = any_command(target, rng);
    struct fuzz_step step = {.kind = FUZZ_SMC, .x = {row->fid}, .seed = rng_next(rng)};

    for (unsigned n = 0; n < COUNT(row->args); n++)
        step.x[1 + n] = mutated(target, rng, draw(target, rng, row->args[n], n ? step.x[n] : 0));
    step.params =
        (row->fid == RMI_REALM_CREATE || row->fid == RMI_REC_CREATE) && rng_percent(rng, 80);
    if (rng_percent(rng, 1))
        step.x[0] = rng_percent(rng, 50) ? RMI_FID_BASE + rng_below(rng, 0xc0) : rng_next(rng);
    return step;
}

static struct fuzz_step of(uint32_t fid, uint64_t x1, uint64_t x2, uint64_t x3, uint64_t x4)
{
    return (struct fuzz_step){.kind = FUZZ_SMC, .x = {fid, x1, x2, x3, x4}};
}

/* --- answers -----------------------------------------------------------------------------------
 */

static struct fuzz_step enter(struct rng *rng, unsigned realm, unsigned rec, uint64_t flags)
{
    return (struct fuzz_step){.kind = FUZZ_ENTER,
                              .x = {FUZZ_REC(realm, rec), FUZZ_RUN(realm, rec), flags,
                                    rng_next(rng), rng_percent(rng, 10) ? FUZZ_IRQ : 0},
                              .seed = rng_next(rng)};
}

/* A page the realm may have and has not. */
static struct fuzz_step give_page(const struct fuzz_target *target, struct rng *rng, unsigned realm,
                                  uint64_t ipa)
{
    uint64_t page = FUZZ_SPARE(rng_below(rng, FUZZ_SPARES / 2));

    if (target->beta)
        return of(RMI_DATA_CREATE_UNKNOWN, page, FUZZ_RD(realm), ipa, 0);
    if (!target->ranges)
        return of(RMI_DATA_CREATE_UNKNOWN, FUZZ_RD(realm), page, ipa, 0);
    struct fuzz_step step = of(RMI_RTT_DATA_MAP, FUZZ_RD(realm), ipa, ipa + GRANULE_SIZE, 1);
    step.x[5] = page | 1u << 2;
    return step;
}

static struct fuzz_step set_ripas(const struct fuzz_target *target, struct rng *rng, unsigned realm,
                                  unsigned rec, const struct rmi_rec_exit *exit)
{
    uint64_t top = rng_percent(rng, 70) ? exit->ripas_top : exit->ripas_base + GRANULE_SIZE;
    struct fuzz_step step = of(RMI_RTT_SET_RIPAS, FUZZ_RD(realm), FUZZ_REC(realm, rec),
                               exit->ripas_base, target->beta ? 3 : top);

    step.x[5] = exit->ripas_value;
    return step;
}

static struct fuzz_step honest(const struct fuzz_target *target, struct rng *rng, unsigned realm,
                               unsigned rec)
{
    const struct fuzz_exit *last = &target->exits[realm][rec];
    const struct rmi_rec_exit *exit = &last->exit;
    uint64_t ipa = exit->hpfar >> 4 << 12;

    if (!last->present)
        return enter(rng, realm, rec, 0);
    switch (exit->exit_reason) {
    case RMI_EXIT_SYNC:
        if (field_get(exit->esr, ESR_EC) == ESR_EC_DABT_LOW && field_get(exit->esr, ESR_ISV))
            return enter(rng, realm, rec, 1);
        if (ipa >= fuzz_unprotected(target))
            return enter(rng, realm, rec, 2);
        if (ipa && rng_percent(rng, 30))
            return give_page(target, rng, realm, ipa);
        break;
    case RMI_EXIT_PSCI:
        if (rng_percent(rng, 60))
            return of(RMI_PSCI_COMPLETE, FUZZ_REC(realm, rec),
                      FUZZ_REC(realm, exit->gprs[1] % FUZZ_RECS),
                      rng_percent(rng, 80) ? 0 : PSCI_DENIED, 0);
        break;
    case RMI_EXIT_RIPAS_CHANGE:
        if (rng_percent(rng, 60))
            return set_ripas(target, rng, realm, rec, exit);
        return enter(rng, realm, rec, rng_below(rng, 2) << 4);
    default:
        break;
    }
    return enter(rng, realm, rec, 0);
}

/* The entry itself is what the host lies with. */
static void mutate_entry(const struct fuzz_target *target, struct rng *rng, struct fuzz_step *step)
{
    switch (rng_below(rng, 8)) {
    case 0:
    case 1:
        step->x[2] ^= (uint64_t)1 << rng_below(rng, 8);
        break;
    case 2:
        step->x[2] = rng_next(rng);
        break;
    case 3:
        step->x[4] |= FUZZ_GPRS;
        break;
    case 4:
        step->x[4] |= (uint64_t)FUZZ_LRS << rng_below(rng, 3);
        break;
    case 5:
        step->x[1] = mutated(target, rng, FUZZ_PA(rng_below(rng, FUZZ_PAGES)));
        break;
    case 6:
        step->x[0] = mutated(target, rng, any_rec(target, rng));
        break;
    default:
        step->x[4] = rng_below(rng, 32);
        break;
    }
}

/* --- another CPU -------------------------------------------------------------------------------
 */

static struct fuzz_step meanwhile(const struct fuzz_target *target, struct rng *rng)
{
    struct fuzz_step step;

    switch (rng_below(rng, 6)) {
    case 0: /* the page the entry came with */
        step = (struct fuzz_step){.kind = FUZZ_WRITE,
                                  .x = {FUZZ_RUN(any_realm(target, rng), rng_below(rng, 2)) +
                                            rng_below(rng, GRANULE_SIZE / 8) * 8,
                                        rng_below(rng, 64)}};
        break;
    case 1:
        step = of(target->ranges ? RMI_GRANULE_RANGE_DELEGATE : RMI_GRANULE_DELEGATE,
                  FUZZ_RUN(any_realm(target, rng), rng_below(rng, 2)), 0, 0, 0);
        step.x[2] = target->ranges ? step.x[1] + GRANULE_SIZE : 0;
        break;
    case 2:
        step = (struct fuzz_step){.kind = FUZZ_ENTER,
                                  .x = {any_rec(target, rng), FUZZ_PA(20), rng_below(rng, 4)}};
        break;
    default:
        step = command(target, rng);
        break;
    }
    step.seed = rng_next(rng);
    step.when = rng_percent(rng, 50) ? FUZZ_BEFORE_RUN : FUZZ_AFTER_RUN;
    return step;
}

struct fuzz_step fuzz_host_next(const struct fuzz_target *target, struct rng *rng)
{
    unsigned realm = any_realm(target, rng), kind = (unsigned)rng_below(rng, 100);
    unsigned rec = rng_percent(rng, 60) ? 0 : (unsigned)rng_below(rng, target->recs[realm]);
    struct fuzz_step step;

    if (kind < 12)
        return command(target, rng);
    if (kind < 16)
        return (struct fuzz_step){
            .kind = rng_percent(rng, 50) ? FUZZ_READ : FUZZ_WRITE,
            .x = {rng_percent(rng, 70) ? used_granule(target, rng) : any_granule(rng),
                  rng_below(rng, 64)},
            .seed = rng_next(rng)};
    if (kind < 19)
        return meanwhile(target, rng);
    step = honest(target, rng, realm, rec);
    if (step.kind == FUZZ_ENTER && rng_percent(rng, 20))
        mutate_entry(target, rng, &step);
    return step;
}

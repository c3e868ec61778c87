/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Physical memory: who may reach a granule, what it is used for, and that nothing is left in it. */
#include <stdlib.h>
#include <string.h>

#include "sim/invariant/internal.h"

#define HOST_CALL_GPRS_OFFSET 8u
#define RSI_FID(n) (0xc4000190u + (n))
#define RSI_ATTEST_TOKEN_CONTINUE RSI_FID(5)
#define RSI_REALM_CONFIG RSI_FID(6)
#define EC_SHIFT 26
#define EC_SMC64 0x17u

static const char *use_name(uint8_t use)
{
    static const char *const names[] = {
        [USE_NS] = "Non-secure", [USE_DELEGATED] = "delegated",    [USE_RD] = "an RD",
        [USE_REC] = "a REC",     [USE_AUX] = "auxiliary to a REC", [USE_DATA] = "realm memory",
        [USE_RTT] = "an RTT",
    };

    return names[use];
}

struct shadow_granule *shadow_granule(const struct invariants *inv, uint64_t pa)
{
    uint64_t index = (pa - PHYS_DRAM_BASE) >> GRANULE_SHIFT;

    return pa >= PHYS_DRAM_BASE && index < inv->granule_count ? &inv->granules[index] : NULL;
}

const void *peek_ns(const struct invariants *inv, uint64_t pa)
{
    const struct shadow_granule *granule = shadow_granule(inv, pa);

    if (pa & GRANULE_MASK || !granule || granule->realm)
        return NULL;
    return (const uint8_t *)physmem_host_base(inv->mem) + (pa - PHYS_DRAM_BASE);
}

void granule_take(struct invariants *inv, uint64_t pa, enum use use, uint64_t rd, uint64_t ipa)
{
    struct shadow_granule *granule = shadow_granule(inv, pa);

    if (!granule)
        return;
    if (inv->rules->single_granules && granule->use != USE_DELEGATED)
        broken(inv, INVARIANT_GRANULE_USE, NULL, "granule 0x%llx becomes %s while it is %s",
               (unsigned long long)pa, use_name((uint8_t)use), use_name(granule->use));
    granule->use = (uint8_t)use;
    granule->rd = rd;
    granule->ipa = ipa;
}

void granule_release(struct invariants *inv, uint64_t pa, enum use use)
{
    struct shadow_granule *granule = shadow_granule(inv, pa);

    if (!granule)
        return;
    if (inv->rules->single_granules && granule->use != use)
        broken(inv, INVARIANT_GRANULE_USE, NULL, "granule 0x%llx is given back as %s but is %s",
               (unsigned long long)pa, use_name((uint8_t)use), use_name(granule->use));
    granule->use = USE_DELEGATED;
}

uint64_t granule_mapped(const struct invariants *inv, uint64_t rd, uint64_t ipa)
{
    for (uint64_t i = 0; i < inv->granule_count; i++) {
        const struct shadow_granule *granule = &inv->granules[i];

        if (granule->use == USE_DATA && granule->rd == rd && granule->ipa == ipa)
            return PHYS_DRAM_BASE + (i << GRANULE_SHIFT);
    }
    return 0;
}

/* --- the bus -----------------------------------------------------------------------------------
 */

/* A realm's own walk or access: its memory and its tables, and what is not private. */
static bool own_granule(const struct invariants *inv, const struct shadow_granule *granule)
{
    const struct shadow_rec *rec = inv->command ? inv->command->rec : NULL;

    return !rec || !inv->rules->single_granules ||
           ((granule->use == USE_DATA || granule->use == USE_RTT) && granule->rd == rec->rd);
}

static bool may_reach(const struct invariants *inv, const struct shadow_granule *granule,
                      bool realm)
{
    return granule->realm == realm && !(realm && inv->in_realm && !own_granule(inv, granule));
}

/* An access of another kind than nearly all. */
__attribute__((noinline)) static void look_closer(struct invariants *inv, enum pas pas, pa_t pa,
                                                  size_t len, bool granted)
{
    uint64_t last = pa.v + (len ? len - 1 : 0);
    bool realm = pas == PAS_REALM;

    if (!granted) {
        inv->counts.faults++;
        return;
    }
    if (pas != PAS_NON_SECURE && !realm)
        return;
    for (uint64_t at = pa.v & ~GRANULE_MASK; at <= last; at += GRANULE_SIZE) {
        const struct shadow_granule *granule = shadow_granule(inv, at);

        if (!granule || may_reach(inv, granule, realm))
            continue;
        if (granule->realm != realm)
            broken(inv, INVARIANT_WORLD, NULL,
                   "an access as %s to granule 0x%llx of the %s world is let through",
                   pas_name(pas), (unsigned long long)at, granule->realm ? "Realm" : "Normal");
        else
            broken(inv, INVARIANT_GRANULE_USE, inv->command->rec,
                   "the realm reaches granule 0x%llx, which is %s", (unsigned long long)at,
                   use_name(granule->use));
    }
}

static void on_access(void *ctx, enum pas pas, pa_t pa, size_t len, bool granted)
{
    struct invariants *inv = ctx;
    uint64_t index = (pa.v - PHYS_DRAM_BASE) >> GRANULE_SHIFT;
    bool realm = pas == PAS_REALM;

    if (!granted || len > GRANULE_SIZE - (pa.v & GRANULE_MASK) || index >= inv->granule_count ||
        !may_reach(inv, &inv->granules[index], realm))
        look_closer(inv, pas, pa, len, granted);
    if (realm && granted && len < GRANULE_SIZE && !inv->in_realm && inv->command)
        inv->command->host_call_page = pa.v; /* the last one: RsiHostCall's, if it is that */
}

/* A realm that asked to be answered in that page of its memory. */
static bool page_asked_for(const struct shadow_rec *rec, const struct shadow_granule *granule,
                           uint64_t offset, size_t len)
{
    uint64_t x1 = x_left(rec, 1);
    uint32_t fid = (uint32_t)x_left(rec, 0);

    if (granule->ipa != (x1 & ~GRANULE_MASK) || granule->rd != rec->rd)
        return false;
    if (rec->owed == OWED_HOST_CALL)
        return offset == (x1 & GRANULE_MASK) + HOST_CALL_GPRS_OFFSET &&
               len <= RMI_GPR_COUNT * sizeof(uint64_t);
    return rec->stop.present && rec->stop.kind == CPU_EXIT_SYNC &&
           rec->stop.esr >> EC_SHIFT == EC_SMC64 &&
           (fid == RSI_REALM_CONFIG || fid == RSI_ATTEST_TOKEN_CONTINUE);
}

static void on_written(void *ctx, enum pas pas, pa_t pa, size_t len)
{
    struct invariants *inv = ctx;
    const struct shadow_granule *granule = shadow_granule(inv, pa.v);
    const struct command *cmd = inv->command;

    if (inv->in_realm || pas != PAS_REALM || !inv->rules->single_granules || !granule ||
        granule->use != USE_DATA)
        return;
    if (cmd && cmd->fid == RMI_DATA_DESTROY)
        return; /* wiped on its way out of the realm */
    if (cmd && cmd->fid == RMI_REC_ENTER && cmd->rec &&
        page_asked_for(cmd->rec, granule, pa.v & GRANULE_MASK, len))
        return;
    broken(inv, INVARIANT_MEMORY, cmd ? cmd->rec : NULL,
           "%zu bytes of realm memory at IPA 0x%llx (PA 0x%llx) are overwritten", len,
           (unsigned long long)(granule->ipa | (pa.v & GRANULE_MASK)), (unsigned long long)pa.v);
}

bool all_zero(const void *from, size_t size)
{
    const uint8_t *bytes = from;

    return bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0;
}

static void on_moved(void *ctx, pa_t pa, enum pas to)
{
    struct invariants *inv = ctx;
    struct shadow_granule *granule = shadow_granule(inv, pa.v);
    const uint8_t *bytes = (const uint8_t *)physmem_host_base(inv->mem) + (pa.v - PHYS_DRAM_BASE);

    if (!granule)
        return;
    if (granule->realm && to != PAS_REALM) {
        if (inv->rules->single_granules && granule->use != USE_DELEGATED)
            broken(inv, INVARIANT_GRANULE_USE, NULL, "granule 0x%llx leaves the Realm world as %s",
                   (unsigned long long)pa.v, use_name(granule->use));
        if (!all_zero(bytes, GRANULE_SIZE))
            broken(inv, INVARIANT_SCRUBBED, NULL,
                   "granule 0x%llx goes to the Normal world with what was in it",
                   (unsigned long long)pa.v);
    }
    granule->realm = to == PAS_REALM;
    granule->use = granule->realm ? USE_DELEGATED : USE_NS;
}

/* --- life --------------------------------------------------------------------------------------
 */

bool granules_init(struct invariants *inv)
{
    inv->granule_count = (physmem_limit(inv->mem).v - PHYS_DRAM_BASE) >> GRANULE_SHIFT;
    inv->granules = calloc(inv->granule_count + 1, sizeof(*inv->granules));
    if (!inv->granules)
        return false;
    physmem_observe(inv->mem,
                    &(struct physmem_observer){
                        .access = on_access, .written = on_written, .moved = on_moved, .ctx = inv});
    return true;
}

void granules_free(struct invariants *inv)
{
    physmem_observe(inv->mem, NULL);
    free(inv->granules);
}

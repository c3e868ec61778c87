/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RSI_IPA_STATE_SET, RSI_IPA_STATE_GET. */
#include "rmm_model/rsi.h"
#include "rmm_model/rtt.h"

static const struct field RSI_CHANGE_DESTROYED = {0, 1}; /* x4 of IPA_STATE_SET */

static uint64_t arg(struct realm_run *run, unsigned n)
{
    return cpu_get_x(run->cpu, n);
}

static bool range_valid(const struct realm_run *run, uint64_t base, uint64_t top)
{
    return !(base & GRANULE_MASK) && !(top & GRANULE_MASK) && base < top &&
           realm_protects_range(run->realm, base, top);
}

void rsi_ipa_state_set(struct realm_run *run, struct rsi_result *result)
{
    bool by_size = run->rmm->variant->ripas_by_size;
    uint64_t base = arg(run, 1), top = by_size ? base + arg(run, 2) : arg(run, 2);
    uint32_t ripas = (uint32_t)arg(run, 3); /* the RMM looks at no more of x3 and x4 */
    struct set_ripas *request = &run->rec->set_ripas;

    if (ripas > RMI_RAM || !range_valid(run, base, top)) {
        result->x[0] = RSI_ERROR_INPUT;
        return;
    }
    request->base = base;
    request->top = top;
    request->next = base;
    request->ripas = (enum rmi_ripas)ripas;
    request->change_destroyed =
        !by_size && (uint32_t)arg(run, 4) == field_mask(RSI_CHANGE_DESTROYED);

    run->exit->exit_reason = RMI_EXIT_RIPAS_CHANGE;
    run->exit->ripas_base = base;
    run->exit->ripas_top = by_size ? top - base : top;
    run->exit->ripas_value = (uint8_t)ripas;
    result->action = by_size ? RSI_EXIT_PENDING : RSI_EXIT;
    result->x[1] = top;
}

/* TF-RMM v0.3.0 runtime/rsi/memory.c: of one page; what was destroyed is the host's to explain. */
static void get_page(struct realm_run *run, struct rsi_result *result)
{
    uint64_t ipa = arg(run, 1);
    struct rtt_walk walk;

    if (!range_valid(run, ipa, ipa + GRANULE_SIZE)) {
        result->x[0] = RSI_ERROR_INPUT;
        return;
    }
    walk = rtt_walk_to(run->rmm, run->realm, ipa, RTT_LEVEL_PAGE);
    if (walk.entry.ripas == RMI_DESTROYED) {
        result->action = RSI_ABORT;
        result->level = walk.level;
        return;
    }
    result->x[0] = RSI_SUCCESS;
    result->x[1] = walk.entry.ripas;
}

void rsi_ipa_state_get(struct realm_run *run, struct rsi_result *result)
{
    uint64_t base = arg(run, 1), top = arg(run, 2), end;
    struct rtt_walk walk;
    unsigned n;

    if (run->rmm->variant->ripas_by_size) {
        get_page(run, result);
        return;
    }
    if (!range_valid(run, base, top)) {
        result->x[0] = RSI_ERROR_INPUT;
        return;
    }
    walk = rtt_walk_to(run->rmm, run->realm, base, RTT_LEVEL_PAGE);
    end = (base & ~(rtt_entry_size(walk.level) - 1)) + rtt_entry_size(walk.level);
    for (n = 1; walk.index + n < RTT_ENTRIES && end < top; n++) {
        struct rtt_entry entry = rtt_entry_decode(walk.slot[n], walk.level);

        if (entry.kind == RTT_TABLE || entry.ripas != walk.entry.ripas)
            break;
        end += rtt_entry_size(walk.level);
    }
    result->x[0] = RSI_SUCCESS;
    result->x[1] = end < top ? end : top;
    result->x[2] = walk.entry.ripas;
}

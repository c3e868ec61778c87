/* SPDX-License-Identifier: GPL-2.0-or-later */
/* REALM_CREATE, _ACTIVATE, _TERMINATE, _DESTROY, REC_AUX_COUNT. */
#include "rmm_model/realm.h"

#include "cpu/arch/descriptor.h"
#include "rmm_model/features.h"
#include "rmm_model/measurement.h"
#include "rmm_model/rtt.h"

#include <string.h>

#define LEVEL_BITS 9
#define MAX_CONCATENATION_BITS 4 /* up to 16 root tables (Arm ARM D8.2) */

static const struct field VTCR_VS = {19, 1}; /* 16-bit VMID */

_Static_assert(sizeof(struct realm) <= GRANULE_SIZE, "an RD fits its granule");

struct realm *realm_find(struct rmm *rmm, uint64_t rd)
{
    return granule_find_state(&rmm->granules, rd, GRANULE_RD) ? rmm_map(rmm, rd) : NULL;
}

uint64_t realm_ipa_size(const struct realm *realm)
{
    return (uint64_t)1 << realm->ipa_bits;
}

bool realm_protects(const struct realm *realm, uint64_t ipa)
{
    return ipa < realm_ipa_size(realm) / 2;
}

bool realm_protects_range(const struct realm *realm, uint64_t base, uint64_t top)
{
    return realm_protects(realm, base) && realm_protects(realm, top - 1);
}

/* SL0 of a start level, 4K granule: VTCR_EL2.SL0. */
static uint64_t vtcr_sl0(int start_level)
{
    static const uint8_t sl0[] = {2, 1, 0, 3};

    return sl0[start_level];
}

uint64_t realm_vtcr(const struct realm *realm)
{
    return field_put(VTCR_T0SZ, 64 - realm->ipa_bits) |
           field_put(VTCR_SL0, vtcr_sl0(realm->start_level)) |
           field_put(VTCR_IRGN0, VTCR_RGN_WBWA) | field_put(VTCR_ORGN0, VTCR_RGN_WBWA) |
           field_put(VTCR_SH0, DESC_SH_INNER) | field_put(VTCR_TG0, 0) |
           field_put(VTCR_PS, ps_encoding(RMM_PA_BITS)) | field_mask(VTCR_VS) |
           field_mask(VTCR_RES1);
}

uint64_t realm_vttbr(const struct realm *realm)
{
    return field_put(VTTBR_VMID, realm->vmid) | (realm->rtt_base & field_mask(VTTBR_BADDR));
}

/* --- REALM_CREATE ------------------------------------------------------------------------------
 */

/* IPA bits one root table at that level resolves. */
static unsigned single_root_bits(int64_t start_level)
{
    return GRANULE_SHIFT + (unsigned)(RTT_LEVEL_PAGE - start_level + 1) * LEVEL_BITS;
}

static bool start_level_valid(unsigned ipa_bits, int64_t level)
{
    unsigned single, most;

    if (level < 0 || level > RTT_LEVEL_PAGE)
        return false;
    single = single_root_bits(level);
    most = level > 0 ? single + MAX_CONCATENATION_BITS : single;
    return ipa_bits > single - LEVEL_BITS && ipa_bits <= most;
}

static unsigned root_tables(unsigned ipa_bits, int64_t start_level)
{
    unsigned single = single_root_bits(start_level);

    return ipa_bits <= single ? 1 : 1u << (ipa_bits - single);
}

static bool one_to(uint64_t value, uint64_t last)
{
    return value >= 1 && value <= last;
}

/* The parameters against the feature register and each other (RMM specification 1.0, REALM_CREATE).
 */
static bool params_valid(const struct rmm *rmm, const struct rmi_realm_params *params)
{
    uint64_t features = rmm_realm_limits(rmm);

    if (field_get(params->flags, RMI_REALM_LPA2) && !field_get(features, RMI_FEATURE0_LPA2))
        return false;
    if (params->s2sz < RMM_IPA_BITS_MIN || params->s2sz > field_get(features, RMI_FEATURE0_S2SZ))
        return false;
    if (!one_to(params->num_bps, field_get(features, RMI_FEATURE0_NUM_BPS)) ||
        !one_to(params->num_wps, field_get(features, RMI_FEATURE0_NUM_WPS)))
        return false;
    if (field_get(params->flags, RMI_REALM_SVE) && !field_get(features, RMI_FEATURE0_SVE_EN))
        return false;
    if (field_get(params->flags, RMI_REALM_PMU) &&
        !one_to(params->pmu_num_ctrs, field_get(features, RMI_FEATURE0_PMU_NUM_CTRS)))
        return false;
    if (!start_level_valid(params->s2sz, params->rtt_level_start) ||
        params->rtt_num_start != root_tables(params->s2sz, params->rtt_level_start))
        return false;
    if (rmm->variant->root_rtts_aligned &&
        params->rtt_base % (params->rtt_num_start * GRANULE_SIZE) != 0)
        return false;
    return params->hash_algo == RMI_HASH_SHA_256 || params->hash_algo == RMI_HASH_SHA_512;
}

/* What the host asks for, in the layout of 1.0; false when it cannot be read. */
static bool params_read(struct rmm *rmm, uint64_t addr, struct rmi_realm_params *params)
{
    struct rmi_beta_realm_params beta;

    if (rmm->variant->parameters != RMM_PARAMETERS_BETA)
        return rmm_ns_read(rmm, addr, params, sizeof(*params));
    if (!rmm_ns_read(rmm, addr, &beta, sizeof(beta)))
        return false;
    *params = (struct rmi_realm_params){
        .flags = field_put(RMI_REALM_LPA2, field_get(beta.features_0, RMI_FEATURE0_LPA2)) |
                 field_put(RMI_REALM_SVE, field_get(beta.features_0, RMI_FEATURE0_SVE_EN)) |
                 field_put(RMI_REALM_PMU, field_get(beta.features_0, RMI_BETA_FEATURE0_PMU_EN)),
        .s2sz = (uint32_t)field_get(beta.features_0, RMI_FEATURE0_S2SZ),
        .sve_vl = field_get(beta.features_0, RMI_FEATURE0_SVE_VL),
        .num_bps = 1, /* there is no number to choose */
        .num_wps = 1,
        .pmu_num_ctrs = field_get(beta.features_0, RMI_BETA_FEATURE0_PMU_NUM_CTRS),
        .hash_algo = beta.hash_algo,
        .vmid = beta.vmid,
        .rtt_base = beta.rtt_base,
        .rtt_level_start = beta.rtt_level_start,
        .rtt_num_start = beta.rtt_num_start,
    };
    memcpy(params->rpv, beta.rpv, sizeof(params->rpv));
    return true;
}

static bool vmid_in_use(const struct rmm *rmm, unsigned vmid)
{
    return rmm->vmids[vmid / 8] >> (vmid % 8) & 1;
}

static void vmid_toggle(struct rmm *rmm, unsigned vmid)
{
    rmm->vmids[vmid / 8] ^= (uint8_t)(1u << (vmid % 8));
}

/* The realm's VMID is the host's choice, or the RMM's; false when that one is not to be had. */
static bool vmid_choose(const struct rmm *rmm, struct rmi_realm_params *params)
{
    if (rmm->variant->parameters != RMM_PARAMETERS_2_0)
        return !vmid_in_use(rmm, params->vmid);
    for (unsigned vmid = 1; vmid < VMID_COUNT; vmid++) {
        if (vmid_in_use(rmm, vmid))
            continue;
        params->vmid = (uint16_t)vmid;
        return true;
    }
    return false;
}

static bool roots_delegated(const struct rmm *rmm, const struct rmi_realm_params *params,
                            uint64_t rd)
{
    for (unsigned i = 0; i < params->rtt_num_start; i++) {
        uint64_t root = params->rtt_base + i * GRANULE_SIZE;

        if (root == rd || !granule_find_state(&rmm->granules, root, GRANULE_DELEGATED))
            return false;
    }
    return true;
}

/* The protected half starts UNASSIGNED and EMPTY, the other half UNASSIGNED_NS. */
static void roots_init(struct rmm *rmm, const struct realm *realm)
{
    uint64_t step = rtt_entry_size(realm->start_level);
    uint64_t entries = realm_ipa_size(realm) / step;

    for (uint64_t i = 0; i < entries; i++) {
        struct rtt_entry entry = {.kind = RTT_UNASSIGNED_NS};
        uint64_t *table = rmm_map(rmm, realm->rtt_base + i / RTT_ENTRIES * GRANULE_SIZE);

        if (realm_protects(realm, i * step))
            entry = (struct rtt_entry){.kind = RTT_UNASSIGNED, .ripas = RMI_EMPTY};
        table[i % RTT_ENTRIES] = rtt_entry_encode(entry, realm->start_level);
    }
}

static void roots_set_state(struct rmm *rmm, const struct realm *realm, enum granule_state state)
{
    for (unsigned i = 0; i < realm->root_count; i++)
        granule_find(&rmm->granules, realm->rtt_base + i * GRANULE_SIZE)->state = (uint8_t)state;
}

void smc_realm_create(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    uint64_t rd = arg[0];
    struct rmi_realm_params params;
    struct realm *realm;

    result[0] = RMI_ERROR_INPUT;
    if (!params_read(rmm, arg[1], &params) || !params_valid(rmm, &params) ||
        !vmid_choose(rmm, &params) || !granule_find_state(&rmm->granules, rd, GRANULE_DELEGATED) ||
        !roots_delegated(rmm, &params, rd))
        return;

    rmm_zero_granule(rmm, rd);
    realm = rmm_map(rmm, rd);
    realm->state = REALM_NEW;
    realm->vmid = params.vmid;
    realm->hash_algo = params.hash_algo;
    realm->ipa_bits = params.s2sz;
    realm->start_level = (int)params.rtt_level_start;
    realm->root_count = params.rtt_num_start;
    realm->rtt_base = params.rtt_base;
    memcpy(realm->rpv, params.rpv, sizeof(realm->rpv));
    measurement_init(rmm->variant, realm, &params);

    vmid_toggle(rmm, params.vmid);
    granule_find(&rmm->granules, rd)->state = GRANULE_RD;
    roots_set_state(rmm, realm, GRANULE_RTT);
    roots_init(rmm, realm);
    result[0] = RMI_SUCCESS;
}

void smc_realm_activate(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    struct realm *realm = realm_find(rmm, arg[0]);

    if (!realm) {
        result[0] = RMI_ERROR_INPUT;
        return;
    }
    if (realm->state != REALM_NEW) {
        result[0] = rmi_return(RMI_ERROR_REALM, 0);
        return;
    }
    realm->state = REALM_ACTIVE;
    result[0] = RMI_SUCCESS;
}

/* From any state, as long as no REC runs. */
void smc_realm_terminate(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    struct realm *realm = realm_find(rmm, arg[0]);

    if (!realm) {
        result[0] = RMI_ERROR_INPUT;
        return;
    }
    if (realm->running) {
        result[0] = rmi_return(RMI_ERROR_REALM, 0);
        return;
    }
    realm->state = REALM_ZOMBIE;
    result[0] = RMI_SUCCESS;
}

static bool roots_unused(const struct rmm *rmm, const struct realm *realm)
{
    for (unsigned i = 0; i < realm->root_count; i++)
        if (granule_find(&rmm->granules, realm->rtt_base + i * GRANULE_SIZE)->refcount)
            return false;
    return true;
}

void smc_realm_destroy(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    uint64_t rd = arg[0];
    struct realm *realm = realm_find(rmm, rd);

    if (!realm) {
        result[0] = RMI_ERROR_INPUT;
        return;
    }
    if (granule_find(&rmm->granules, rd)->refcount || !roots_unused(rmm, realm) ||
        (rmm->variant->terminate_first && realm->state != REALM_ZOMBIE)) {
        result[0] = rmm_busy(rmm, rmi_return(RMI_ERROR_REALM, 0));
        return;
    }
    vmid_toggle(rmm, realm->vmid);
    for (unsigned i = 0; i < realm->root_count; i++)
        rmm_zero_granule(rmm, realm->rtt_base + i * GRANULE_SIZE);
    roots_set_state(rmm, realm, GRANULE_DELEGATED);
    granule_find(&rmm->granules, rd)->state = GRANULE_DELEGATED;
    rmm_zero_granule(rmm, rd);
    rmm_tlb_invalidate(rmm);
    result[0] = RMI_SUCCESS;
}

void smc_rec_aux_count(struct rmm *rmm, const uint64_t *arg, uint64_t *result)
{
    if (!realm_find(rmm, arg[0])) {
        result[0] = RMI_ERROR_INPUT;
        return;
    }
    result[0] = RMI_SUCCESS;
    result[1] = rmm->variant->rec_aux_count;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rmm_model/rsi.h"

#include "rmm_model/attest.h"
#include "rmm_model/measurement.h"
#include "rmm_model/psci.h"
#include "rmm_model/rtt.h"

#include <string.h>

#define RSI_FID_BASE 0xc4000190u
#define SMCCC_VERSION_FID 0x80000000u
#define SMCCC_VERSION_1_2 0x10002u

static const struct field FID_SVE_HINT = {16, 1}; /* SMCCC 1.3 */

/* RsiHostCall: at a 256-byte boundary of realm memory. */
struct rsi_host_call {
    uint32_t imm;
    uint8_t pad0[4];
    uint64_t gprs[RMI_GPR_COUNT];
};
_Static_assert(sizeof(struct rsi_host_call) == 0x100, "RsiHostCall");
_Static_assert(offsetof(struct rsi_host_call, gprs) == 0x8, "RsiHostCall.gprs");

/* RsiRealmConfig, as far as the RMM fills it. */
struct rsi_realm_config {
    uint64_t ipa_width;
    uint64_t hash_algo;
    uint8_t pad0[0x200 - 0x10];
    uint8_t rpv[RMI_RPV_SIZE];
};
_Static_assert(offsetof(struct rsi_realm_config, rpv) == 0x200, "RsiRealmConfig.rpv");

static uint64_t arg(struct realm_run *run, unsigned n)
{
    return cpu_get_x(run->cpu, n);
}

static bool granule_aligned(uint64_t addr)
{
    return !(addr & GRANULE_MASK);
}

bool rsi_map_page(struct realm_run *run, uint64_t ipa, struct rsi_result *result, uint64_t *pa)
{
    struct rtt_lookup page = rtt_lookup(run->rmm, run->realm, ipa & ~GRANULE_MASK);

    *pa = page.addr + (ipa & GRANULE_MASK);
    if (page.mapped)
        return true;
    if (page.ripas == RMI_EMPTY) {
        result->x[0] = RSI_ERROR_INPUT;
        return false;
    }
    result->action = RSI_ABORT;
    result->level = page.level;
    return false;
}

static void smccc_version(struct realm_run *run, struct rsi_result *result)
{
    (void)run;
    result->x[0] = SMCCC_VERSION_1_2;
}

static void rsi_version(struct realm_run *run, struct rsi_result *result)
{
    uint64_t version = run->rmm->variant->rsi_version;

    if (run->rmm->variant->rsi_version_alone) {
        result->x[0] = version;
        return;
    }
    result->x[0] = arg(run, 1) == version ? RSI_SUCCESS : RSI_ERROR_INPUT;
    result->x[1] = version;
    result->x[2] = version;
}

static void rsi_features(struct realm_run *run, struct rsi_result *result)
{
    (void)run;
    result->x[0] = RSI_SUCCESS;
}

/* x1: which; the value comes back in x1..x8. */
static void rsi_measurement_read(struct realm_run *run, struct rsi_result *result)
{
    uint64_t index = arg(run, 1);

    if (index >= REALM_MEASUREMENTS) {
        result->x[0] = RSI_ERROR_INPUT;
        return;
    }
    result->x[0] = RSI_SUCCESS;
    memcpy(result->x + 1, run->realm->measurement[index], REALM_MEASUREMENT_SIZE);
    result->count = RSI_MAX_RESULTS;
}

/* x1: which, x2: bytes of the value in x3..x10. */
static void rsi_measurement_extend(struct realm_run *run, struct rsi_result *result)
{
    uint64_t index = arg(run, 1), size = arg(run, 2);
    uint64_t value[MEASUREMENT_EXTEND_MAX / sizeof(uint64_t)];

    if (index == MEASUREMENT_RIM || index >= REALM_MEASUREMENTS || size > sizeof(value)) {
        result->x[0] = RSI_ERROR_INPUT;
        return;
    }
    for (unsigned i = 0; i < sizeof(value) / sizeof(value[0]); i++)
        value[i] = arg(run, 3 + i);
    measurement_extend(run->realm, (unsigned)index, value, size);
    result->x[0] = RSI_SUCCESS;
}

static void rsi_realm_config(struct realm_run *run, struct rsi_result *result)
{
    struct rsi_realm_config config = {.ipa_width = run->realm->ipa_bits,
                                      .hash_algo = run->realm->hash_algo};
    uint64_t ipa = arg(run, 1), pa;

    if (!granule_aligned(ipa) || !realm_protects(run->realm, ipa)) {
        result->x[0] = RSI_ERROR_INPUT;
        return;
    }
    if (!rsi_map_page(run, ipa, result, &pa))
        return;
    if (run->rmm->variant->realm_config_width_alone) {
        physmem_write(run->rmm->mem, PAS_REALM, PA(pa), &config.ipa_width,
                      sizeof(config.ipa_width));
        return;
    }
    memcpy(config.rpv, run->realm->rpv, sizeof(config.rpv));
    physmem_write(run->rmm->mem, PAS_REALM, PA(pa), &config,
                  offsetof(struct rsi_realm_config, pad0));
    physmem_write(run->rmm->mem, PAS_REALM, PA(pa + offsetof(struct rsi_realm_config, rpv)),
                  config.rpv, sizeof(config.rpv));
}

/* Of the registers in a host call's structure. */
static size_t host_call_bytes(const struct realm_run *run)
{
    return run->rmm->variant->host_call_gprs * sizeof(uint64_t);
}

static void rsi_host_call(struct realm_run *run, struct rsi_result *result)
{
    uint64_t ipa = arg(run, 1), pa;
    struct rsi_host_call call;

    if (ipa % sizeof(call) || !realm_protects(run->realm, ipa)) {
        result->x[0] = RSI_ERROR_INPUT;
        return;
    }
    if (!rsi_map_page(run, ipa, result, &pa))
        return;
    physmem_read(run->rmm->mem, PAS_REALM, PA(pa), &call, sizeof(call));
    run->exit->exit_reason = RMI_EXIT_HOST_CALL;
    run->exit->imm = call.imm;
    memcpy(run->exit->gprs, call.gprs, host_call_bytes(run));
    run->rec->host_call_pending = true;
    result->action = RSI_EXIT_PENDING;
}

bool complete_host_call(struct realm_run *run, const struct rmi_rec_enter *enter)
{
    struct rsi_result result = {.action = RSI_RETURN};
    uint64_t pa;

    if (!run->rec->host_call_pending)
        return true;
    if (rsi_map_page(run, arg(run, 1), &result, &pa)) {
        pa += offsetof(struct rsi_host_call, gprs);
        physmem_write(run->rmm->mem, PAS_REALM, PA(pa), enter->gprs, host_call_bytes(run));
        cpu_set_x(run->cpu, 0, RSI_SUCCESS);
    } else if (result.action == RSI_ABORT) {
        rec_exit_emulated_abort(run, result.level);
        return false;
    }
    /* A page that is EMPTY now gets nothing (TF-RMM do_host_call). */
    if (!rmm_has_defect(run->rmm, RMM_DEFECT(HOST_CALL_KEEPS_FID)))
        cpu_set_x(run->cpu, 0, RSI_SUCCESS);
    run->rec->host_call_pending = false;
    return true;
}

/* --- dispatch ----------------------------------------------------------------------------------
 */

static const struct rsi_call rsi_calls[] = {
    {SMCCC_VERSION_FID, "SMCCC_VERSION", smccc_version},
    {RSI_FID_BASE + 0x0, "RSI_VERSION", rsi_version},
    {RSI_FID_BASE + 0x1, "RSI_FEATURES", rsi_features},
    {RSI_FID_BASE + 0x2, "RSI_MEASUREMENT_READ", rsi_measurement_read},
    {RSI_FID_BASE + 0x3, "RSI_MEASUREMENT_EXTEND", rsi_measurement_extend},
    {RSI_FID_BASE + 0x4, "RSI_ATTESTATION_TOKEN_INIT", rsi_attest_token_init},
    {RSI_FID_BASE + 0x5, "RSI_ATTESTATION_TOKEN_CONTINUE", rsi_attest_token_continue},
    {RSI_FID_BASE + 0x6, "RSI_REALM_CONFIG", rsi_realm_config},
    {RSI_FID_BASE + 0x7, "RSI_IPA_STATE_SET", rsi_ipa_state_set},
    {RSI_FID_BASE + 0x8, "RSI_IPA_STATE_GET", rsi_ipa_state_get},
    {RSI_FID_BASE + 0x9, "RSI_HOST_CALL", rsi_host_call},
};

static const struct rsi_call *find_call(uint32_t fid)
{
    for (size_t i = 0; i < sizeof(rsi_calls) / sizeof(rsi_calls[0]); i++)
        if (rsi_calls[i].fid == fid)
            return &rsi_calls[i];
    return NULL;
}

const char *rsi_call_name(uint32_t fid)
{
    const struct rsi_call *call = find_call(fid);

    return call ? call->name : NULL;
}

static bool is_known(const struct rmm_variant *variant, const struct rsi_call *call)
{
    return call->handler != rsi_features || !variant->rsi_features_unknown;
}

/* The hint is no part of an RSI function's identity; PSCI's the RMM takes as they come. */
static rsi_handler *find_handler(const struct rmm_variant *variant, uint32_t x0)
{
    uint32_t fid = (uint32_t)(x0 & ~field_mask(FID_SVE_HINT));

    const struct rsi_call *call = find_call(fid);

    if (call && is_known(variant, call))
        return call->handler;
    return psci_find_handler(x0);
}

static void write_results(struct realm_run *run, const struct rsi_result *result)
{
    unsigned count = result->count ? result->count : RSI_RESULTS;

    for (unsigned i = 0; i < count; i++)
        cpu_set_x(run->cpu, i, result->x[i]);
}

bool rsi_handle_call(struct realm_run *run)
{
    uint32_t fid = (uint32_t)arg(run, 0);
    uint64_t x1 = arg(run, 1);
    rsi_handler *handler = find_handler(run->rmm->variant, fid);
    struct rsi_result result = {.action = RSI_RETURN};

    if (handler)
        handler(run, &result);
    else
        result.x[0] = SMC_NOT_SUPPORTED;
    if (result.action == RSI_ABORT) {
        rec_exit_emulated_abort(run, result.level);
        return false;
    }
    if (result.action == RSI_EXIT_AGAIN)
        return false;
    cpu_el2(run->cpu)->elr += A64_INSN_SIZE;
    if (result.action != RSI_EXIT_PENDING)
        write_results(run, &result);
    if (result.action != RSI_RETURN)
        return false;
    clock_charge(run->rmm->clock, OP_RMM_RSI, 1);
    EMIT(run->rmm->trace, RSI, RMM, fid, x1, result.x[0]);
    return true;
}

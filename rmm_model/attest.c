/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rmm_model/attest.h"

#include <nettle/sha2.h>
#include <string.h>

#include "rmm_model/cose.h"
#include "rmm_model/el3.h"
#include "rmm_model/realm_token.h"
#include "rmm_model/rtt.h"

/* Which of the REC's auxiliary granules holds what. */
#define AUX_STATE 0u
#define AUX_TOKEN 1u

/*
 * A signature is made in so many iterations, between which the RMM looks for interrupts: one of
 * P-384 is 65 doublings and additions and an inversion, 8, 11 and 120 operations each, of which an
 * iteration does 1000 (MBEDTLS_ECP_MAX_OPS).
 */
#define SIGN_STEPS 2u

#define CLAIMS_MAX 1024u
#define REALM_TOKEN_MAX 1280u

enum attest_phase { ATTEST_NOT_STARTED, ATTEST_SIGN, ATTEST_WRITE };

/* The token a REC is having made, in AUX_STATE; the CCA token itself fills AUX_TOKEN. */
struct attest_state {
    uint32_t phase;      /* enum attest_phase */
    uint32_t steps_left; /* of the signature */
    uint64_t ipa;        /* where INIT was told that the token goes (attest_buffer_at_init) */
    uint64_t claims_size, realm_token_size;
    uint64_t token_size, copied; /* 0: the CCA token is not put together yet */
    uint8_t claims[CLAIMS_MAX];
    uint8_t realm_token[REALM_TOKEN_MAX];
};
_Static_assert(sizeof(struct attest_state) <= GRANULE_SIZE, "it fits its granule");

static struct attest_state *state_of(struct realm_run *run)
{
    return rmm_map(run->rmm, run->rec->aux[AUX_STATE]);
}

void attest_reset(struct rmm *rmm, const struct rec *rec)
{
    rmm_zero_granule(rmm, rec->aux[AUX_STATE]);
    rmm_zero_granule(rmm, rec->aux[AUX_TOKEN]);
}

/* --- when the RMM starts -----------------------------------------------------------------------
 */

static uint64_t el3_call(struct rmm *rmm, struct smc_regs *regs)
{
    rmm->el3.call(rmm->el3.ctx, regs);
    return regs->x[0];
}

static bool fetch_key(struct rmm *rmm, uint64_t buffer)
{
    struct smc_regs regs = {
        .x = {RMM_EL3_GET_REALM_ATTEST_KEY, buffer, GRANULE_SIZE, RMM_EL3_CURVE_P384}};
    struct rmm_attestation *attestation = &rmm->attestation;
    struct es384_public key;

    if (el3_call(rmm, &regs) != RMM_EL3_OK || regs.x[1] != ES384_SIZE)
        return false;
    physmem_read(rmm->mem, PAS_REALM, PA(buffer), attestation->key, ES384_SIZE);
    rmm_zero_granule(rmm, buffer);
    if (!es384_public_key(attestation->key, &key))
        return false;
    attestation->public_key_size = cose_key_encode(&key, attestation->public_key);
    return true;
}

/* The challenge binds the platform token to the key: it is the key's digest. */
static bool fetch_platform_token(struct rmm *rmm, uint64_t buffer)
{
    struct rmm_attestation *attestation = &rmm->attestation;
    uint8_t challenge[SHA256_DIGEST_SIZE];
    uint64_t challenge_size = sizeof(challenge), size = 0, left;
    struct sha256_ctx ctx;

    sha256_init(&ctx);
    sha256_update(&ctx, attestation->public_key_size, attestation->public_key);
    sha256_digest(&ctx, sizeof(challenge), challenge);
    physmem_write(rmm->mem, PAS_REALM, PA(buffer), challenge, sizeof(challenge));
    do {
        struct smc_regs regs = {
            .x = {RMM_EL3_GET_PLAT_TOKEN, buffer, GRANULE_SIZE, challenge_size}};

        if (el3_call(rmm, &regs) != RMM_EL3_OK ||
            regs.x[1] > sizeof(attestation->platform_token) - size)
            return false;
        physmem_read(rmm->mem, PAS_REALM, PA(buffer), attestation->platform_token + size,
                     regs.x[1]);
        size += regs.x[1];
        left = regs.x[2];
        challenge_size = 0;
    } while (left);
    attestation->platform_token_size = size;
    return true;
}

bool attest_boot(struct rmm *rmm, uint64_t shared_buffer)
{
    return fetch_key(rmm, shared_buffer) && fetch_platform_token(rmm, shared_buffer);
}

/* --- RSI_ATTESTATION_TOKEN_INIT ----------------------------------------------------------------
 */

static bool granule_aligned(uint64_t addr)
{
    return !(addr & GRANULE_MASK);
}

/* Any earlier token of this REC is forgotten first, whatever comes of this one. */
void rsi_attest_token_init(struct realm_run *run, struct rsi_result *result)
{
    bool buffer_first = run->rmm->variant->attest_buffer_at_init;
    unsigned first = buffer_first ? 2 : 1;
    uint64_t challenge[REALM_CHALLENGE_SIZE / sizeof(uint64_t)];
    struct attest_state *state = state_of(run);
    uint64_t ipa = cpu_get_x(run->cpu, 1);

    memset(state, 0, sizeof(*state));
    if (buffer_first && (!granule_aligned(ipa) || !realm_protects(run->realm, ipa))) {
        result->x[0] = RSI_ERROR_INPUT;
        return;
    }
    for (unsigned i = 0; i < sizeof(challenge) / sizeof(challenge[0]); i++)
        challenge[i] = cpu_get_x(run->cpu, first + i);
    state->claims_size = realm_token_claims(run->rmm, run->realm, (const uint8_t *)challenge,
                                            state->claims, sizeof(state->claims));
    if (!run->rmm->attestation.public_key_size || !state->claims_size) {
        result->x[0] = RSI_ERROR_UNKNOWN;
        return;
    }
    state->phase = ATTEST_SIGN;
    state->steps_left = SIGN_STEPS;
    state->ipa = ipa;
    result->x[0] = RSI_SUCCESS;
    result->x[1] = buffer_first ? 0 : GRANULE_SIZE; /* the most a token can take */
}

/* --- RSI_ATTESTATION_TOKEN_CONTINUE ------------------------------------------------------------
 */

struct token_window {
    uint64_t ipa, offset, size;
};

/* The part of the page that CONTINUE may fill; false: an input error. */
static bool get_window(struct realm_run *run, const struct attest_state *state,
                       struct token_window *window)
{
    *window = (struct token_window){.ipa = cpu_get_x(run->cpu, 1), .size = GRANULE_SIZE};
    if (run->rmm->variant->attest_buffer_at_init)
        return window->ipa == state->ipa;
    window->offset = cpu_get_x(run->cpu, 2);
    window->size = cpu_get_x(run->cpu, 3);
    return granule_aligned(window->ipa) && window->offset < GRANULE_SIZE &&
           window->size <= GRANULE_SIZE - window->offset && realm_protects(run->realm, window->ipa);
}

static void sign(struct realm_run *run, struct attest_state *state)
{
    uint8_t digest[ES384_SIZE], signature[ES384_SIGNATURE_SIZE];

    cose_sign1_digest(state->claims, state->claims_size, digest);
    es384_sign(run->rmm->attestation.key, digest, signature);
    state->realm_token_size = cose_sign1_encode(state->claims, state->claims_size, signature,
                                                state->realm_token, sizeof(state->realm_token));
    state->phase = ATTEST_WRITE;
}

/* One iteration after the other; false: an interrupt of the host's is pending. */
static bool sign_steps(struct realm_run *run, struct attest_state *state)
{
    while (state->phase == ATTEST_SIGN) {
        clock_charge(run->rmm->clock, OP_RMM_TOKEN_SIGN, 1);
        if (--state->steps_left == 0)
            sign(run, state);
        if (cpu_line_pending(run->cpu))
            return false;
    }
    return true;
}

/* Copies what fits the window; the page is pa. */
static void write_piece(struct realm_run *run, struct attest_state *state,
                        const struct token_window *window, uint64_t pa, struct rsi_result *result)
{
    uint8_t *token = rmm_map(run->rmm, run->rec->aux[AUX_TOKEN]);
    uint64_t left, piece;

    if (!state->copied)
        state->token_size = cca_token_encode(run->rmm, state->realm_token, state->realm_token_size,
                                             token, GRANULE_SIZE);
    if (!state->token_size) {
        result->x[0] = RSI_ERROR_INPUT;
        return;
    }
    left = state->token_size - state->copied;
    piece = window->size < left ? window->size : left;
    physmem_write(run->rmm->mem, PAS_REALM, PA(pa + window->offset), token + state->copied, piece);
    state->copied += piece;
    result->x[0] = piece < left ? RSI_INCOMPLETE : RSI_SUCCESS;
    result->x[1] = piece;
    if (piece == left)
        state->phase = ATTEST_NOT_STARTED;
}

void rsi_attest_token_continue(struct realm_run *run, struct rsi_result *result)
{
    struct attest_state *state = state_of(run);
    struct token_window window;
    uint64_t pa;

    if (!get_window(run, state, &window)) {
        result->x[0] = RSI_ERROR_INPUT;
        return;
    }
    if (state->phase == ATTEST_NOT_STARTED) {
        result->x[0] = RSI_ERROR_STATE;
        return;
    }
    if (!sign_steps(run, state)) {
        run->exit->exit_reason = RMI_EXIT_IRQ;
        result->x[0] = RSI_INCOMPLETE;
        result->action = run->rmm->variant->attest_buffer_at_init ? RSI_EXIT_AGAIN : RSI_EXIT;
        return;
    }
    if (!rsi_map_page(run, window.ipa, result, &pa))
        return;
    if (window.size)
        write_piece(run, state, &window, pa, result);
    else
        result->x[0] = RSI_INCOMPLETE;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rmm_model/realm_token.h"

#include <nettle/sha2.h>

#include "rmm_model/cbor_out.h"
#include "rmm_model/measurement.h"

/* Claims (IANA, "CBOR Web Token Claims"; TF-RMM lib/attestation/src/attestation_defs_priv.h). */
#define CLAIM_CHALLENGE 10
#define CLAIM_INSTANCE_ID 256
#define CLAIM_PROFILE 265
#define CLAIM_RPV 44235
#define CLAIM_HASH_ALGO 44236
#define CLAIM_PUBLIC_KEY 44237
#define CLAIM_RIM 44238
#define CLAIM_REMS 44239
#define CLAIM_PUBLIC_KEY_HASH_ALGO 44240
#define CLAIM_MEC_POLICY 44243

#define TAG_CCA_TOKEN 399      /* a CMW-less collection, until v0.9.0 */
#define TAG_CMW_COLLECTION 907 /* thereafter: each token with its content format */
#define CONTENT_FORMAT_EAT_CWT 263
#define CLAIM_PLATFORM_TOKEN 44234
#define CLAIM_REALM_TOKEN 44241

#define INSTANCE_ID_RAND 0x01u
#define MEC_POLICY_SHARED 0
#define COMMON_CLAIMS 7

static const char *hash_name(uint8_t algo)
{
    return algo == RMI_HASH_SHA_512 ? "sha-512" : "sha-256";
}

/* Random in a real RMM; here of what tells this realm from any other. */
static void put_instance_id(struct cbor_out *out, const struct realm *realm)
{
    uint8_t id[1 + SHA256_DIGEST_SIZE] = {INSTANCE_ID_RAND};
    struct sha256_ctx ctx;

    sha256_init(&ctx);
    sha256_update(&ctx, sizeof(realm->rtt_base), (const uint8_t *)&realm->rtt_base);
    sha256_update(&ctx, sizeof(realm->vmid), (const uint8_t *)&realm->vmid);
    sha256_digest(&ctx, SHA256_DIGEST_SIZE, id + 1);
    cbor_out_pair_bytes(out, CLAIM_INSTANCE_ID, id, sizeof(id));
}

static void put_measurements(struct cbor_out *out, const struct realm *realm)
{
    size_t size = measurement_size(realm);

    cbor_out_pair_bytes(out, CLAIM_RIM, realm->measurement[MEASUREMENT_RIM], size);
    cbor_out_int(out, CLAIM_REMS);
    cbor_out_array(out, REALM_MEASUREMENTS - 1);
    for (unsigned i = MEASUREMENT_RIM + 1; i < REALM_MEASUREMENTS; i++)
        cbor_out_bytes(out, realm->measurement[i], size);
}

size_t realm_token_claims(const struct rmm *rmm, const struct realm *realm,
                          const uint8_t challenge[REALM_CHALLENGE_SIZE], uint8_t *buf, size_t size)
{
    const struct rmm_variant *variant = rmm->variant;
    struct cbor_out out = {.buf = buf, .size = size};
    size_t claims =
        COMMON_CLAIMS + (variant->token_profile ? 1u : 0u) + (variant->token_is_cmw ? 2u : 0u);

    cbor_out_map(&out, claims);
    cbor_out_pair_bytes(&out, CLAIM_CHALLENGE, challenge, REALM_CHALLENGE_SIZE);
    if (variant->token_is_cmw)
        put_instance_id(&out, realm);
    cbor_out_pair_bytes(&out, CLAIM_RPV, realm->rpv, sizeof(realm->rpv));
    cbor_out_pair_bytes(&out, CLAIM_PUBLIC_KEY, rmm->attestation.public_key,
                        rmm->attestation.public_key_size);
    cbor_out_pair_text(&out, CLAIM_HASH_ALGO, hash_name(realm->hash_algo));
    cbor_out_pair_text(&out, CLAIM_PUBLIC_KEY_HASH_ALGO, hash_name(RMI_HASH_SHA_256));
    if (variant->token_is_cmw) {
        cbor_out_int(&out, CLAIM_MEC_POLICY);
        cbor_out_int(&out, MEC_POLICY_SHARED);
    }
    if (variant->token_profile)
        cbor_out_pair_text(&out, CLAIM_PROFILE, variant->token_profile);
    put_measurements(&out, realm);
    return out.full ? 0 : out.used;
}

static void put_token(struct cbor_out *out, bool cmw, int64_t key, const void *token, size_t size)
{
    cbor_out_int(out, key);
    if (cmw) {
        cbor_out_array(out, 2);
        cbor_out_int(out, CONTENT_FORMAT_EAT_CWT);
    }
    cbor_out_bytes(out, token, size);
}

size_t cca_token_encode(const struct rmm *rmm, const void *realm_token, size_t realm_token_size,
                        uint8_t *buf, size_t size)
{
    struct cbor_out out = {.buf = buf, .size = size};
    bool cmw = rmm->variant->token_is_cmw;

    cbor_out_tag(&out, cmw ? TAG_CMW_COLLECTION : TAG_CCA_TOKEN);
    cbor_out_map(&out, 2);
    put_token(&out, cmw, CLAIM_PLATFORM_TOKEN, rmm->attestation.platform_token,
              rmm->attestation.platform_token_size);
    put_token(&out, cmw, CLAIM_REALM_TOKEN, realm_token, realm_token_size);
    return out.full ? 0 : out.used;
}

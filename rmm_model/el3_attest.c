/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rmm_model/el3_attest.h"

#include <nettle/sha2.h>
#include <string.h>

#include "rmm_model/cbor_out.h"
#include "rmm_model/cose.h"

/* TEST KEYS. 48 characters are 384 bits, and below the curve's order. */
static const char test_realm_key[ES384_SIZE + 1] =
    "sim TEST realm attestation key, not a secret!!!!";
static const char test_platform_key[ES384_SIZE + 1] =
    "sim TEST platform (CPAK) key, it is no secret!!!";

#define UNCOMPRESSED_POINT 0x04u

/* --- the platform token (draft-ffm-rats-cca-token; Arm DEN0096) --------------------------------
 */

#define CLAIM_CHALLENGE 10
#define CLAIM_INSTANCE_ID 256
#define CLAIM_PROFILE 265
#define CLAIM_LIFECYCLE 2395
#define CLAIM_IMPLEMENTATION_ID 2396
#define CLAIM_SW_COMPONENTS 2399
#define CLAIM_SERVICE 2400
#define CLAIM_CONFIG 2401
#define CLAIM_HASH_ALGO 2402
#define PLATFORM_CLAIMS 9

#define SW_TYPE 1
#define SW_MEASUREMENT 2
#define SW_VERSION 4
#define SW_SIGNER 5
#define SW_HASH_ALGO 6

#define LIFECYCLE_SECURED 0x3000
#define INSTANCE_ID_RAND 0x01u /* UEID type RAND (RFC 9711, 4.2.1.1) */

static const char platform_profile[] = "tag:arm.com,2023:cca_platform#1.0.0";
static const char hash_name[] = "sha-256";

static const struct sw_component {
    const char *type, *version;
} sw_components[] = {{"BL", "sim TEST"}, {"MONITOR", "sim TEST"}, {"RMM", "sim TEST"}};

#define SW_COUNT (sizeof(sw_components) / sizeof(sw_components[0]))

/* A value that stands for what only real firmware has: the digest of its own name. */
static void test_digest(const char *name, uint8_t digest[SHA256_DIGEST_SIZE])
{
    struct sha256_ctx ctx;

    sha256_init(&ctx);
    sha256_update(&ctx, strlen(name), (const uint8_t *)name);
    sha256_digest(&ctx, SHA256_DIGEST_SIZE, digest);
}

static void put_sw_components(struct cbor_out *out)
{
    uint8_t digest[SHA256_DIGEST_SIZE];

    cbor_out_int(out, CLAIM_SW_COMPONENTS);
    cbor_out_array(out, SW_COUNT);
    for (size_t i = 0; i < SW_COUNT; i++) {
        cbor_out_map(out, 5);
        cbor_out_pair_text(out, SW_TYPE, sw_components[i].type);
        test_digest(sw_components[i].type, digest);
        cbor_out_pair_bytes(out, SW_MEASUREMENT, digest, sizeof(digest));
        cbor_out_pair_text(out, SW_VERSION, sw_components[i].version);
        test_digest("sim TEST signer", digest);
        cbor_out_pair_bytes(out, SW_SIGNER, digest, sizeof(digest));
        cbor_out_pair_text(out, SW_HASH_ALGO, hash_name);
    }
}

static size_t put_platform_claims(const uint8_t *challenge, size_t size, uint8_t *buf, size_t room)
{
    struct cbor_out out = {.buf = buf, .size = room};
    uint8_t instance[1 + SHA256_DIGEST_SIZE] = {INSTANCE_ID_RAND}, digest[SHA256_DIGEST_SIZE];
    const uint8_t config[] = {0};

    cbor_out_map(&out, PLATFORM_CLAIMS);
    cbor_out_pair_text(&out, CLAIM_PROFILE, platform_profile);
    cbor_out_pair_bytes(&out, CLAIM_CHALLENGE, challenge, size);
    test_digest("sim TEST implementation", digest);
    cbor_out_pair_bytes(&out, CLAIM_IMPLEMENTATION_ID, digest, sizeof(digest));
    test_digest("sim TEST instance", instance + 1);
    cbor_out_pair_bytes(&out, CLAIM_INSTANCE_ID, instance, sizeof(instance));
    cbor_out_pair_bytes(&out, CLAIM_CONFIG, config, sizeof(config));
    cbor_out_int(&out, CLAIM_LIFECYCLE);
    cbor_out_int(&out, LIFECYCLE_SECURED);
    put_sw_components(&out);
    cbor_out_pair_text(&out, CLAIM_SERVICE, "sim TEST platform: no verifier knows it");
    cbor_out_pair_text(&out, CLAIM_HASH_ALGO, hash_name);
    return out.full ? 0 : out.used;
}

static bool make_platform_token(struct el3_attest *attest, const uint8_t *challenge, size_t size)
{
    uint8_t claims[EL3_PLATFORM_TOKEN_MAX], digest[ES384_SIZE];
    uint8_t signature[ES384_SIGNATURE_SIZE];
    size_t claims_size = put_platform_claims(challenge, size, claims, sizeof(claims));

    cose_sign1_digest(claims, claims_size, digest);
    es384_sign((const uint8_t *)test_platform_key, digest, signature);
    attest->token_size = cose_sign1_encode(claims, claims_size, signature, attest->platform_token,
                                           sizeof(attest->platform_token));
    attest->token_sent = 0;
    return claims_size && attest->token_size;
}

/* --- services ----------------------------------------------------------------------------------
 */

/* [addr, addr + size) is a part of the shared buffer. */
static bool in_shared_buffer(const struct el3_attest *attest, uint64_t addr, uint64_t size)
{
    uint64_t offset = addr - attest->shared_buffer;

    return addr >= attest->shared_buffer && offset <= GRANULE_SIZE && size <= GRANULE_SIZE - offset;
}

static void put_shared(const struct el3_attest *attest, uint64_t addr, const void *data,
                       size_t size)
{
    physmem_write(attest->mem, PAS_REALM, PA(addr), data, size);
}

void el3_get_realm_attest_key(struct el3_attest *attest, struct smc_regs *regs)
{
    uint64_t addr = regs->x[1], size = regs->x[2], curve = regs->x[3];

    if (!in_shared_buffer(attest, addr, size) || size < ES384_SIZE) {
        regs->x[0] = RMM_EL3_BAD_ADDR;
        return;
    }
    if (curve != RMM_EL3_CURVE_P384) {
        regs->x[0] = RMM_EL3_INVALID;
        return;
    }
    put_shared(attest, addr, test_realm_key, ES384_SIZE);
    regs->x[0] = RMM_EL3_OK;
    regs->x[1] = ES384_SIZE;
}

static bool is_hash_size(uint64_t size)
{
    return size == SHA256_DIGEST_SIZE || size == SHA384_DIGEST_SIZE || size == SHA512_DIGEST_SIZE;
}

void el3_get_platform_token(struct el3_attest *attest, struct smc_regs *regs)
{
    uint64_t addr = regs->x[1], size = regs->x[2], challenge_size = regs->x[3];
    uint8_t challenge[SHA512_DIGEST_SIZE];
    size_t left, piece;

    if (!in_shared_buffer(attest, addr, size)) {
        regs->x[0] = RMM_EL3_BAD_ADDR;
        return;
    }
    regs->x[0] = RMM_EL3_INVALID;
    if (challenge_size) {
        if (!is_hash_size(challenge_size) || size < challenge_size)
            return;
        physmem_read(attest->mem, PAS_REALM, PA(addr), challenge, challenge_size);
        if (!make_platform_token(attest, challenge, challenge_size))
            return;
    }
    left = attest->token_size - attest->token_sent;
    piece = size < left ? (size_t)size : left;
    if (!piece)
        return; /* all of it was fetched: a new one needs a challenge */
    put_shared(attest, addr, attest->platform_token + attest->token_sent, piece);
    attest->token_sent += piece;
    regs->x[0] = RMM_EL3_OK;
    regs->x[1] = piece;
    regs->x[2] = left - piece;
}

static uint64_t push_request(struct el3_attest *attest, uint64_t addr, uint64_t size)
{
    struct rmm_el3_sign_response *answer = &attest->answers[attest->answer_count];
    struct rmm_el3_sign_request request;

    if (size < sizeof(request))
        return RMM_EL3_INVALID;
    if (attest->answer_count == EL3_SIGN_QUEUE)
        return RMM_EL3_AGAIN;
    physmem_read(attest->mem, PAS_REALM, PA(addr), &request, sizeof(request));
    if (request.sign_alg != RMM_EL3_CURVE_P384 || request.hash_alg != RMM_EL3_HASH_SHA384)
        return RMM_EL3_INVALID;
    memset(answer, 0, sizeof(*answer));
    answer->cookie = request.cookie;
    answer->ticket = request.ticket;
    answer->length = ES384_SIGNATURE_SIZE;
    es384_sign((const uint8_t *)test_realm_key, request.hash, answer->signature);
    attest->answer_count++;
    return RMM_EL3_OK;
}

static uint64_t pull_response(struct el3_attest *attest, uint64_t addr, uint64_t size)
{
    if (size < sizeof(attest->answers[0]))
        return RMM_EL3_INVALID;
    if (!attest->answer_count)
        return RMM_EL3_AGAIN;
    put_shared(attest, addr, &attest->answers[0], sizeof(attest->answers[0]));
    memmove(attest->answers, attest->answers + 1,
            --attest->answer_count * sizeof(attest->answers[0]));
    return RMM_EL3_OK;
}

static uint64_t get_public_key(const struct el3_attest *attest, uint64_t addr, uint64_t size,
                               uint64_t curve, uint64_t *length)
{
    const uint8_t form = UNCOMPRESSED_POINT;
    struct es384_public key;

    if (curve != RMM_EL3_CURVE_P384 || size < sizeof(form) + sizeof(key))
        return RMM_EL3_INVALID;
    el3_test_realm_key(&key);
    put_shared(attest, addr, &form, sizeof(form));
    put_shared(attest, addr + sizeof(form), &key, sizeof(key));
    *length = sizeof(form) + sizeof(key);
    return RMM_EL3_OK;
}

void el3_token_sign(struct el3_attest *attest, struct smc_regs *regs)
{
    uint64_t op = regs->x[1], addr = regs->x[2], size = regs->x[3], curve = regs->x[4];

    if (!in_shared_buffer(attest, addr, size)) {
        regs->x[0] = RMM_EL3_BAD_ADDR;
        return;
    }
    switch (op) {
    case RMM_EL3_SIGN_PUSH:
        regs->x[0] = push_request(attest, addr, size);
        break;
    case RMM_EL3_SIGN_PULL:
        regs->x[0] = pull_response(attest, addr, size);
        break;
    case RMM_EL3_SIGN_GET_PUB:
        regs->x[0] = get_public_key(attest, addr, size, curve, &regs->x[1]);
        break;
    default:
        regs->x[0] = RMM_EL3_INVALID;
        break;
    }
}

void el3_test_realm_key(struct es384_public *out)
{
    es384_public_key((const uint8_t *)test_realm_key, out);
}

void el3_test_platform_key(struct es384_public *out)
{
    es384_public_key((const uint8_t *)test_platform_key, out);
}

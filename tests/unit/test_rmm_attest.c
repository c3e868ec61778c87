/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ES384 against RFC 6979's vectors; EL3's services; and a realm that gets its CCA token, which is
 * then read by libcbor's decoder and verified with the public keys, knowing nothing of the encoder.
 */
#include <cbor.h>
#include <check.h>
#include <nettle/sha2.h>

#include "rmm_model/el3_attest.h"
#include "rmm_model/rsi.h"
#include "sim/scenario/text.h"
#include "tests/unit/check_main.h"
#include "tests/unit/test_rmm_realm.h"

#define TAG_COSE_SIGN1 0xd2 /* 18 as one byte, which libcbor 0.8 does not decode */
#define ALG_ES384 (-35)

/* --- ES384 ------------------------------------------------------------------------------------ */

static void from_hex(const char *digits, uint8_t *out, size_t size)
{
    ck_assert_uint_eq(strlen(digits), 2 * size);
    ck_assert(text_from_hex(digits, out, size));
}

/* RFC 6979, A.2.6: ECDSA, 384 bits, SHA-384. */
static const char rfc6979_key[] = "6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba"
                                  "9aa47740787137d896d5724e4c70a825f872c9ea60d2edf5";
static const char rfc6979_x[] = "ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e"
                                "06aae5286b300c64def8f0ea9055866064a254515480bc13";
static const struct {
    const char *message, *signature;
} rfc6979[] = {
    {"sample", "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf9"
               "6e36dd1e80fabe46"
               "99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e"
               "7b82c71a38628ac8"},
    {"test", "8203b63d3c853e8d77227fb377bcf7b7b772e97892a80f36ab775d509d7a5feb0542a7f0812998da"
             "8f1dd3ca3cf023db"
             "ddd0760448d42d8a43af45af836fce4de8be06b485e9b61b827c2f13173923e06a739f040649a667"
             "bf3b828246baa5a5"},
};

START_TEST(signs_as_rfc_6979)
{
    uint8_t key[ES384_SIZE], x[ES384_SIZE], digest[ES384_SIZE], wanted[ES384_SIGNATURE_SIZE];
    uint8_t signature[ES384_SIGNATURE_SIZE];
    const char *message = rfc6979[_i].message;
    struct es384_public public;
    struct sha384_ctx ctx;

    from_hex(rfc6979_key, key, sizeof(key));
    from_hex(rfc6979_x, x, sizeof(x));
    from_hex(rfc6979[_i].signature, wanted, sizeof(wanted));
    sha384_init(&ctx);
    sha384_update(&ctx, strlen(message), (const uint8_t *)message);
    sha384_digest(&ctx, sizeof(digest), digest);
    ck_assert(es384_public_key(key, &public));
    ck_assert_mem_eq(public.x, x, sizeof(x));
    ck_assert(es384_sign(key, digest, signature));
    ck_assert_mem_eq(signature, wanted, sizeof(wanted));
    ck_assert(es384_verify(&public, digest, signature));
    signature[ES384_SIZE] ^= 1;
    ck_assert(!es384_verify(&public, digest, signature));
}
END_TEST

START_TEST(no_key_is_no_key)
{
    uint8_t scalar[ES384_SIZE] = {0}, signature[ES384_SIGNATURE_SIZE];
    struct es384_public public;

    ck_assert(!es384_public_key(scalar, &public));
    memset(scalar, 0xff, sizeof(scalar));
    ck_assert(!es384_public_key(scalar, &public));
    ck_assert(!es384_sign(scalar, scalar, signature));
}
END_TEST

/* --- EL3 -------------------------------------------------------------------------------------- */

struct el3 {
    struct fixture *f;
    struct smc_port port;
    uint64_t buffer;
};

static struct el3 el3_new(void)
{
    struct el3 el3 = {.f = fixture_new(1)};

    el3.port = monitor_realm_port(el3.f->monitor);
    el3.buffer = physmem_limit(el3.f->mem).v;
    return el3;
}

static uint64_t el3_smc(struct el3 *el3, uint64_t fid, uint64_t x1, uint64_t x2, uint64_t x3)
{
    el3->f->regs = (struct smc_regs){.x = {fid, x1, x2, x3}};
    el3->port.call(el3->port.ctx, &el3->f->regs);
    return el3->f->regs.x[0];
}

START_TEST(el3_refuses_what_is_not_the_shared_buffer)
{
    static const uint32_t fids[] = {RMM_EL3_GET_REALM_ATTEST_KEY, RMM_EL3_GET_PLAT_TOKEN};
    struct el3 el3 = el3_new();
    uint64_t at = el3.buffer;

    for (unsigned i = 0; i < 2; i++) {
        ck_assert_uint_eq(el3_smc(&el3, fids[i], FIXTURE_BASE, 4096, 0), RMM_EL3_BAD_ADDR);
        ck_assert_uint_eq(el3_smc(&el3, fids[i], at + 8, 4096, 0), RMM_EL3_BAD_ADDR);
        ck_assert_uint_eq(el3_smc(&el3, fids[i], at, ~(uint64_t)0, 0), RMM_EL3_BAD_ADDR);
        ck_assert_uint_eq(el3_smc(&el3, fids[i], at - 4096, 4096, 0), RMM_EL3_BAD_ADDR);
    }
    ck_assert_uint_eq(el3_smc(&el3, RMM_EL3_GET_REALM_ATTEST_KEY, at, 4096, 1), RMM_EL3_INVALID);
    ck_assert_uint_eq(el3_smc(&el3, RMM_EL3_GET_REALM_ATTEST_KEY, at, 40, 0), RMM_EL3_BAD_ADDR);
    ck_assert_uint_eq(el3_smc(&el3, RMM_EL3_TOKEN_SIGN, 9, at, 4096), RMM_EL3_INVALID);
    ck_assert_uint_eq(el3_smc(&el3, RMM_EL3_TOKEN_SIGN, RMM_EL3_SIGN_PUSH, at + 4090, 96),
                      RMM_EL3_BAD_ADDR);
    ck_assert_uint_eq(el3_smc(&el3, RMM_EL3_FEATURES, 1, 0, 0), RMM_EL3_INVALID);
    ck_assert_uint_eq(el3_smc(&el3, RMM_EL3_FEATURES, 0, 0, 0), RMM_EL3_OK);
    ck_assert_uint_eq(el3.f->regs.x[1], RMM_EL3_FEATURE0_TOKEN_SIGN);
    /* the RMM has started already */
    ck_assert_uint_eq(el3_smc(&el3, RMM_EL3_BOOT_COMPLETE, 0, 0, 0), RMM_EL3_UNKNOWN);
    fixture_free(el3.f);
}
END_TEST

START_TEST(platform_token_comes_in_pieces)
{
    struct el3 el3 = el3_new();
    size_t whole, size = 0;

    /* the RMM fetched all of one when it started */
    ck_assert_uint_eq(el3_smc(&el3, RMM_EL3_GET_PLAT_TOKEN, el3.buffer, 4096, 0), RMM_EL3_INVALID);
    ck_assert_uint_eq(el3_smc(&el3, RMM_EL3_GET_PLAT_TOKEN, el3.buffer, 4096, 31), RMM_EL3_INVALID);
    ck_assert_uint_eq(el3_smc(&el3, RMM_EL3_GET_PLAT_TOKEN, el3.buffer, 100, 32), RMM_EL3_OK);
    ck_assert_uint_eq(el3.f->regs.x[1], 100);
    whole = 100 + el3.f->regs.x[2];
    for (size = 100; size < whole; size += el3.f->regs.x[1])
        ck_assert_uint_eq(el3_smc(&el3, RMM_EL3_GET_PLAT_TOKEN, el3.buffer, 100, 0), RMM_EL3_OK);
    ck_assert_uint_eq(size, whole);
    ck_assert_uint_eq(el3.f->regs.x[2], 0);
    ck_assert_uint_eq(el3_smc(&el3, RMM_EL3_GET_PLAT_TOKEN, el3.buffer, 100, 0), RMM_EL3_INVALID);
    fixture_free(el3.f);
}
END_TEST

START_TEST(el3_signs_for_the_rmm)
{
    struct el3 el3 = el3_new();
    struct rmm_el3_sign_request request = {.hash_alg = RMM_EL3_HASH_SHA384, .cookie = 7};
    struct rmm_el3_sign_response response;
    struct es384_public key;
    uint8_t point[1 + sizeof(key)];

    ck_assert_uint_eq(el3_smc(&el3, RMM_EL3_TOKEN_SIGN, RMM_EL3_SIGN_PULL, el3.buffer, 4096),
                      RMM_EL3_AGAIN);
    memset(request.hash, 0x5a, ES384_SIZE);
    for (unsigned i = 0; i <= EL3_SIGN_QUEUE; i++) {
        request.ticket = i;
        physmem_write(el3.f->mem, PAS_REALM, PA(el3.buffer), &request, sizeof(request));
        ck_assert_uint_eq(el3_smc(&el3, RMM_EL3_TOKEN_SIGN, RMM_EL3_SIGN_PUSH, el3.buffer, 4096),
                          i < EL3_SIGN_QUEUE ? RMM_EL3_OK : RMM_EL3_AGAIN);
    }
    for (unsigned i = 0; i < EL3_SIGN_QUEUE; i++) {
        ck_assert_uint_eq(el3_smc(&el3, RMM_EL3_TOKEN_SIGN, RMM_EL3_SIGN_PULL, el3.buffer, 4096),
                          RMM_EL3_OK);
        physmem_read(el3.f->mem, PAS_REALM, PA(el3.buffer), &response, sizeof(response));
        ck_assert_uint_eq(response.ticket, i);
        ck_assert_uint_eq(response.cookie, 7);
        ck_assert_uint_eq(response.length, ES384_SIGNATURE_SIZE);
    }
    el3.f->regs = (struct smc_regs){
        .x = {RMM_EL3_TOKEN_SIGN, RMM_EL3_SIGN_GET_PUB, el3.buffer, 4096, RMM_EL3_CURVE_P384}};
    el3.port.call(el3.port.ctx, &el3.f->regs);
    ck_assert_uint_eq(el3.f->regs.x[0], RMM_EL3_OK);
    ck_assert_uint_eq(el3.f->regs.x[1], sizeof(point));
    physmem_read(el3.f->mem, PAS_REALM, PA(el3.buffer), point, sizeof(point));
    memcpy(&key, point + 1, sizeof(key));
    ck_assert(es384_verify(&key, request.hash, response.signature));
    fixture_free(el3.f);
}
END_TEST

START_TEST(only_arguments_and_results_cross_worlds)
{
    struct fixture *f = fixture_new(1);

    for (unsigned i = 0; i < SMC_REG_COUNT; i++)
        f->regs.x[i] = 0xa0 + i;
    f->regs.x[0] = RMI_VERSION;
    f->regs.x[1] = RMI_ABI_1_0;
    f->host.call(f->host.ctx, &f->regs);
    ck_assert_uint_eq(f->regs.x[0], RMI_SUCCESS);
    ck_assert_uint_eq(f->regs.x[2], RMI_ABI_1_0);
    ck_assert_uint_eq(f->regs.x[3], 0);
    ck_assert_uint_eq(f->regs.x[4], 0);
    for (unsigned i = 5; i < SMC_REG_COUNT; i++)
        ck_assert_uint_eq(f->regs.x[i], 0xa0 + i);
    monitor_set_rmm(f->monitor, NULL);
    ck_assert_uint_eq(SMC(f, RMI_VERSION, RMI_ABI_1_0), SMC_NOT_SUPPORTED);
    ck_assert_uint_eq(SMC(f, 0x80000000), 0x10002);
    fixture_free(f);
}
END_TEST

/* --- the token, as a relying party reads it --------------------------------------------------- */

static cbor_item_t *load(const uint8_t *bytes, size_t size)
{
    struct cbor_load_result result;
    cbor_item_t *item = cbor_load(bytes, size, &result);

    ck_assert_ptr_nonnull(item);
    ck_assert_uint_eq(result.read, size);
    return item;
}

static cbor_item_t *load_bytes(const cbor_item_t *bytes)
{
    ck_assert(cbor_isa_bytestring(bytes));
    return load(cbor_bytestring_handle(bytes), cbor_bytestring_length(bytes));
}

static int64_t number(const cbor_item_t *item)
{
    ck_assert(cbor_is_int(item));
    return cbor_isa_negint(item) ? -1 - (int64_t)cbor_get_int(item) : (int64_t)cbor_get_int(item);
}

/* Borrowed from the map; NULL when it has no such key. */
static cbor_item_t *value(const cbor_item_t *map, int64_t key)
{
    ck_assert(cbor_isa_map(map));
    for (size_t i = 0; i < cbor_map_size(map); i++)
        if (number(cbor_map_handle(map)[i].key) == key)
            return cbor_map_handle(map)[i].value;
    return NULL;
}

static cbor_item_t *element(const cbor_item_t *array, size_t index)
{
    ck_assert(cbor_isa_array(array));
    ck_assert_uint_lt(index, cbor_array_size(array));
    return cbor_array_handle(array)[index];
}

static void is_bytes(const cbor_item_t *item, const void *bytes, size_t size)
{
    ck_assert_ptr_nonnull(item);
    ck_assert(cbor_isa_bytestring(item));
    ck_assert_uint_eq(cbor_bytestring_length(item), size);
    ck_assert_mem_eq(cbor_bytestring_handle(item), bytes, size);
}

static void is_text(const cbor_item_t *item, const char *text)
{
    ck_assert_ptr_nonnull(item);
    ck_assert(cbor_isa_string(item));
    ck_assert_uint_eq(cbor_string_length(item), strlen(text));
    ck_assert_mem_eq(cbor_string_handle(item), text, strlen(text));
}

/* The tagged item; the tag must be that. */
static cbor_item_t *tagged(const cbor_item_t *item, uint64_t tag)
{
    ck_assert(cbor_isa_tag(item));
    ck_assert_uint_eq(cbor_tag_value(item), tag);
    return cbor_move(cbor_tag_item(item));
}

/* Verifies a COSE_Sign1 by building the Sig_structure with libcbor; the claims, owned. */
static cbor_item_t *verified_claims(const cbor_item_t *message, const struct es384_public *key)
{
    const uint8_t *handle = cbor_bytestring_handle(message);
    cbor_item_t *sign1 = load(handle + 1, cbor_bytestring_length(message) - 1);
    cbor_item_t *headers = load_bytes(element(sign1, 0)), *claims;
    cbor_item_t *tbs = cbor_new_definite_array(4);
    uint8_t digest[ES384_SIZE], bytes[4096];
    struct sha384_ctx ctx;
    size_t size;

    ck_assert_uint_eq(handle[0], TAG_COSE_SIGN1);
    ck_assert_int_eq(number(value(headers, 1)), ALG_ES384);
    ck_assert(cbor_array_push(tbs, cbor_move(cbor_build_string("Signature1"))));
    ck_assert(cbor_array_push(tbs, element(sign1, 0)));
    ck_assert(cbor_array_push(tbs, cbor_move(cbor_build_bytestring((const uint8_t *)"", 0))));
    ck_assert(cbor_array_push(tbs, element(sign1, 2)));
    size = cbor_serialize(tbs, bytes, sizeof(bytes));
    ck_assert_uint_gt(size, 0);
    sha384_init(&ctx);
    sha384_update(&ctx, size, bytes);
    sha384_digest(&ctx, sizeof(digest), digest);
    ck_assert_uint_eq(cbor_bytestring_length(element(sign1, 3)), ES384_SIGNATURE_SIZE);
    ck_assert(es384_verify(key, digest, cbor_bytestring_handle(element(sign1, 3))));
    claims = load_bytes(element(sign1, 2));
    cbor_decref(&tbs);
    cbor_decref(&headers);
    cbor_decref(&sign1);
    return claims;
}

/* The key in the token is the one that signed it, and what the platform vouches for. */
static void check_key(const cbor_item_t *realm, const cbor_item_t *platform,
                      const struct es384_public *key)
{
    const cbor_item_t *bytes = value(realm, 44237);
    cbor_item_t *cose_key = load_bytes(bytes);
    uint8_t digest[SHA256_DIGEST_SIZE];
    struct sha256_ctx ctx;

    ck_assert_int_eq(number(value(cose_key, 1)), 2);
    ck_assert_int_eq(number(value(cose_key, -1)), 2);
    is_bytes(value(cose_key, -2), key->x, sizeof(key->x));
    is_bytes(value(cose_key, -3), key->y, sizeof(key->y));
    sha256_init(&ctx);
    sha256_update(&ctx, cbor_bytestring_length(bytes), cbor_bytestring_handle(bytes));
    sha256_digest(&ctx, sizeof(digest), digest);
    is_bytes(value(platform, 10), digest, sizeof(digest));
    cbor_decref(&cose_key);
}

static const struct {
    const char *variant;
    uint64_t tag;
    const char *profile;
    bool cmw;
} formats[] = {
    {"eac", 399, NULL, false},
    {"1.0", 399, "tag:arm.com,2023:realm#1.0.0", false},
    {"2.0", 907, "tag:arm.com,2024:realm#2.0.0", true},
};

static void check_token(const struct realm_test *t, unsigned format, const uint8_t *token,
                        size_t size, const uint64_t *challenge)
{
    cbor_item_t *all = load(token, size), *map = tagged(all, formats[format].tag);
    const cbor_item_t *platform_token = value(map, 44234), *realm_token = value(map, 44241);
    struct es384_public realm_key, platform_key;
    const struct realm *realm = realm_test_realm(t);
    cbor_item_t *platform, *claims;

    if (formats[format].cmw) {
        ck_assert_int_eq(number(element(realm_token, 0)), 263);
        platform_token = element(platform_token, 1);
        realm_token = element(realm_token, 1);
    }
    el3_test_realm_key(&realm_key);
    el3_test_platform_key(&platform_key);
    platform = verified_claims(platform_token, &platform_key);
    claims = verified_claims(realm_token, &realm_key);
    check_key(claims, platform, &realm_key);
    is_bytes(value(claims, 10), challenge, 64);
    is_bytes(value(claims, 44235), realm->rpv, sizeof(realm->rpv));
    is_text(value(claims, 44236), "sha-256");
    is_text(value(claims, 44240), "sha-256");
    is_bytes(value(claims, 44238), realm->measurement[0], 32);
    ck_assert_uint_eq(cbor_array_size(value(claims, 44239)), 4);
    for (unsigned i = 0; i < 4; i++)
        is_bytes(element(value(claims, 44239), i), realm->measurement[1 + i], 32);
    if (formats[format].profile)
        is_text(value(claims, 265), formats[format].profile);
    else
        ck_assert_ptr_null(value(claims, 265));
    ck_assert_int_eq(value(claims, 256) != NULL, formats[format].cmw);
    is_text(value(platform, 265), "tag:arm.com,2023:cca_platform#1.0.0");
    cbor_decref(&platform);
    cbor_decref(&claims);
    cbor_decref(&all);
}

/* --- the calls -------------------------------------------------------------------------------- */

#define TOKEN_INIT 0xc4000194u
#define TOKEN_CONTINUE 0xc4000195u
#define EXTEND 0xc4000193u

static void put_challenge(struct realm_test *t, unsigned first, uint64_t *challenge)
{
    for (unsigned i = 0; i < 8; i++) {
        challenge[i] = 0x0101010101010101 * (i + 1);
        cpu_set_x(t->cpu, first + i, challenge[i]);
    }
}

/* As the specification says it: chunks of the page until it is no longer INCOMPLETE. */
static size_t fetch_in_chunks(struct realm_test *t, uint8_t *token, uint64_t chunk)
{
    size_t size = 0;
    uint64_t x0;

    do {
        cpu_set_x(t->cpu, 1, REALM_TEST_PAGE_IPA);
        cpu_set_x(t->cpu, 2, size % 0x800);
        cpu_set_x(t->cpu, 3, chunk);
        x0 = realm_test_rsi(t, TOKEN_CONTINUE);
        ck_assert(x0 == RSI_INCOMPLETE || x0 == RSI_SUCCESS);
        ck_assert_uint_le(cpu_get_x(t->cpu, 1), chunk);
        realm_test_read(t, size % 0x800, token + size, cpu_get_x(t->cpu, 1));
        size += cpu_get_x(t->cpu, 1);
        ck_assert_uint_eq(cpu_get_x(t->cpu, 2), 0);
    } while (x0 == RSI_INCOMPLETE);
    return size;
}

START_TEST(token_of_each_release)
{
    struct realm_test t = realm_test_new(formats[_i].variant);
    bool eac = !formats[_i].profile;
    uint64_t challenge[8];
    uint8_t token[4096];
    size_t size;

    cpu_set_x(t.cpu, 1, 2);
    cpu_set_x(t.cpu, 2, 8);
    cpu_set_x(t.cpu, 3, 0x1234);
    ck_assert_uint_eq(realm_test_rsi(&t, EXTEND), RSI_SUCCESS);
    cpu_set_x(t.cpu, 1, REALM_TEST_PAGE_IPA);
    put_challenge(&t, eac ? 2 : 1, challenge);
    ck_assert_uint_eq(realm_test_rsi(&t, TOKEN_INIT), RSI_SUCCESS);
    if (eac) {
        cpu_set_x(t.cpu, 1, REALM_TEST_PAGE_IPA);
        ck_assert_uint_eq(realm_test_rsi(&t, TOKEN_CONTINUE), RSI_SUCCESS);
        size = cpu_get_x(t.cpu, 1);
        realm_test_read(&t, 0, token, size);
    } else {
        ck_assert_uint_eq(cpu_get_x(t.cpu, 1), 4096);
        size = fetch_in_chunks(&t, token, 333);
        cpu_set_x(t.cpu, 1, REALM_TEST_PAGE_IPA);
        cpu_set_x(t.cpu, 2, 0);
    }
    ck_assert_uint_eq(realm_test_rsi(&t, TOKEN_CONTINUE), eac ? RSI_ERROR_INPUT : RSI_ERROR_STATE);
    check_token(&t, (unsigned)_i, token, size, challenge);
    realm_test_free(&t);
}
END_TEST

START_TEST(inputs_are_checked_before_the_state)
{
    static const struct {
        uint64_t ipa, offset, size, x0;
    } cases[] = {
        {REALM_TEST_PAGE_IPA + 8, 0, 8, RSI_ERROR_INPUT},
        {REALM_TEST_PAGE_IPA, 4096, 0, RSI_ERROR_INPUT},
        {REALM_TEST_PAGE_IPA, 4095, 2, RSI_ERROR_INPUT},
        {REALM_TEST_PAGE_IPA, 8, ~(uint64_t)0, RSI_ERROR_INPUT},
        {(uint64_t)1 << 39, 0, 8, RSI_ERROR_INPUT},
        {REALM_TEST_PAGE_IPA, 0, 4096, RSI_ERROR_STATE},
        {REALM_TEST_EMPTY_IPA, 0, 4096, RSI_ERROR_STATE},
    };
    struct realm_test t = realm_test_new("1.0");

    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cpu_set_x(t.cpu, 1, cases[i].ipa);
        cpu_set_x(t.cpu, 2, cases[i].offset);
        cpu_set_x(t.cpu, 3, cases[i].size);
        ck_assert_uint_eq(realm_test_rsi(&t, TOKEN_CONTINUE), cases[i].x0);
        ck_assert_uint_eq(cpu_get_x(t.cpu, 1), 0);
    }
    realm_test_free(&t);
}
END_TEST

START_TEST(pages_are_checked_after_the_signature)
{
    struct realm_test t = realm_test_new("1.0");
    uint64_t challenge[8];

    put_challenge(&t, 1, challenge);
    ck_assert_uint_eq(realm_test_rsi(&t, TOKEN_INIT), RSI_SUCCESS);
    cpu_set_x(t.cpu, 1, REALM_TEST_EMPTY_IPA);
    cpu_set_x(t.cpu, 2, 0);
    cpu_set_x(t.cpu, 3, 64);
    ck_assert_uint_eq(realm_test_rsi(&t, TOKEN_CONTINUE), RSI_ERROR_INPUT);
    cpu_set_x(t.cpu, 1, REALM_TEST_PAGE_IPA);
    cpu_set_x(t.cpu, 2, 16);
    ck_assert_uint_eq(realm_test_rsi(&t, TOKEN_CONTINUE), RSI_INCOMPLETE); /* x3 is 0 now */
    ck_assert_uint_eq(cpu_get_x(t.cpu, 1), 0);
    /* another INIT starts over */
    put_challenge(&t, 1, challenge);
    ck_assert_uint_eq(realm_test_rsi(&t, TOKEN_INIT), RSI_SUCCESS);
    realm_test_free(&t);
}
END_TEST

START_TEST(an_interrupt_is_the_hosts)
{
    struct realm_test t = realm_test_new(_i ? "eac" : "1.0");
    uint64_t challenge[8];

    cpu_set_x(t.cpu, 1, REALM_TEST_PAGE_IPA);
    put_challenge(&t, _i ? 2 : 1, challenge);
    ck_assert_uint_eq(realm_test_rsi(&t, TOKEN_INIT), RSI_SUCCESS);
    cpu_set_x(t.cpu, 1, REALM_TEST_PAGE_IPA);
    cpu_set_x(t.cpu, 2, 0);
    cpu_set_x(t.cpu, 3, 4096);
    cpu_set_line(t.cpu, CPU_LINE_IRQ, true);
    realm_test_rsi_exits(&t, TOKEN_CONTINUE);
    ck_assert_uint_eq(t.exit.exit_reason, RMI_EXIT_IRQ);
    if (_i) { /* the call is made again */
        ck_assert_uint_eq(cpu_get_x(t.cpu, 0), TOKEN_CONTINUE);
        ck_assert_uint_eq(cpu_get_x(t.cpu, 1), REALM_TEST_PAGE_IPA);
    } else {
        ck_assert_uint_eq(cpu_get_x(t.cpu, 0), RSI_INCOMPLETE);
        ck_assert_uint_eq(cpu_get_x(t.cpu, 1), 0);
    }
    cpu_set_line(t.cpu, CPU_LINE_IRQ, false);
    cpu_set_x(t.cpu, 1, REALM_TEST_PAGE_IPA);
    cpu_set_x(t.cpu, 3, 4096);
    ck_assert_uint_eq(realm_test_rsi(&t, TOKEN_CONTINUE), RSI_SUCCESS);
    realm_test_free(&t);
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("rmm_attest");
    TCase *tcase = tcase_create("attest");

    tcase_add_loop_test(tcase, signs_as_rfc_6979, 0, 2);
    tcase_add_test(tcase, no_key_is_no_key);
    tcase_add_test(tcase, el3_refuses_what_is_not_the_shared_buffer);
    tcase_add_test(tcase, platform_token_comes_in_pieces);
    tcase_add_test(tcase, el3_signs_for_the_rmm);
    tcase_add_test(tcase, only_arguments_and_results_cross_worlds);
    tcase_add_loop_test(tcase, token_of_each_release, 0, 3);
    tcase_add_test(tcase, inputs_are_checked_before_the_state);
    tcase_add_test(tcase, pages_are_checked_after_the_signature);
    tcase_add_loop_test(tcase, an_interrupt_is_the_hosts, 0, 2);
    suite_add_tcase(suite, tcase);
    return suite;
}

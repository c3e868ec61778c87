/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rmm_model/es384.h"

#include <nettle/bignum.h>
#include <nettle/ecc-curve.h>
#include <nettle/ecdsa.h>
#include <nettle/hmac.h>
#include <string.h>

_Static_assert(SHA384_DIGEST_SIZE == ES384_SIZE, "digest and order are of one length");

static bool scalar_set(struct ecc_scalar *key, const uint8_t scalar[ES384_SIZE])
{
    mpz_t number;
    bool ok;

    ecc_scalar_init(key, nettle_get_secp_384r1());
    nettle_mpz_init_set_str_256_u(number, ES384_SIZE, scalar);
    ok = ecc_scalar_set(key, number);
    mpz_clear(number);
    return ok;
}

bool es384_public_key(const uint8_t scalar[ES384_SIZE], struct es384_public *out)
{
    struct ecc_scalar key;
    struct ecc_point point;
    mpz_t x, y;
    bool ok = scalar_set(&key, scalar);

    ecc_point_init(&point, nettle_get_secp_384r1());
    mpz_inits(x, y, NULL);
    if (ok) {
        ecc_point_mul_g(&point, &key);
        ecc_point_get(&point, x, y);
        nettle_mpz_get_str_256(ES384_SIZE, out->x, x);
        nettle_mpz_get_str_256(ES384_SIZE, out->y, y);
    }
    mpz_clears(x, y, NULL);
    ecc_point_clear(&point);
    ecc_scalar_clear(&key);
    return ok;
}

/* --- the nonce: RFC 6979, 3.2, with HMAC-SHA-384 -----------------------------------------------
 */

struct nonce {
    uint8_t k[ES384_SIZE], v[ES384_SIZE];
    bool drawn; /* the last one was refused */
};

/* out = HMAC_K(V || separator || data), the last two only if there is a separator. */
static void nonce_hmac(const struct nonce *nonce, const uint8_t *separator, const uint8_t *data,
                       size_t size, uint8_t out[ES384_SIZE])
{
    struct hmac_sha384_ctx ctx;

    hmac_sha384_set_key(&ctx, sizeof(nonce->k), nonce->k);
    hmac_sha384_update(&ctx, sizeof(nonce->v), nonce->v);
    if (separator) {
        hmac_sha384_update(&ctx, 1, separator);
        hmac_sha384_update(&ctx, size, data);
    }
    hmac_sha384_digest(&ctx, ES384_SIZE, out);
}

static void nonce_feed(struct nonce *nonce, uint8_t separator, const uint8_t *data, size_t size)
{
    nonce_hmac(nonce, &separator, data, size, nonce->k);
    nonce_hmac(nonce, NULL, NULL, 0, nonce->v);
}

/* bits2octets: the digest modulo the order, which takes at most one subtraction. */
static void reduce(const uint8_t digest[ES384_SIZE], uint8_t out[ES384_SIZE])
{
    static const char order_digits[] = "ffffffffffffffffffffffffffffffffffffffffffffffff"
                                       "c7634d81f4372ddf581a0db248b0a77aecec196accc52973";
    mpz_t number, order;

    nettle_mpz_init_set_str_256_u(number, ES384_SIZE, digest);
    mpz_init_set_str(order, order_digits, 16);
    mpz_mod(number, number, order);
    nettle_mpz_get_str_256(ES384_SIZE, out, number);
    mpz_clears(number, order, NULL);
}

static void nonce_init(struct nonce *nonce, const uint8_t scalar[ES384_SIZE],
                       const uint8_t digest[ES384_SIZE])
{
    uint8_t seed[2 * ES384_SIZE];

    memset(nonce, 0, sizeof(*nonce));
    memset(nonce->v, 1, sizeof(nonce->v));
    memcpy(seed, scalar, ES384_SIZE);
    reduce(digest, seed + ES384_SIZE);
    nonce_feed(nonce, 0, seed, sizeof(seed));
    nonce_feed(nonce, 1, seed, sizeof(seed));
}

/* A nettle_random_func: ecdsa_sign draws the nonce here, again if it was not in range. */
static void nonce_draw(void *ctx, size_t length, uint8_t *out)
{
    struct nonce *nonce = ctx;

    if (nonce->drawn)
        nonce_feed(nonce, 0, NULL, 0);
    nonce->drawn = true;
    nonce_hmac(nonce, NULL, NULL, 0, nonce->v);
    memset(out, 0, length);
    memcpy(out, nonce->v, length < sizeof(nonce->v) ? length : sizeof(nonce->v));
}

bool es384_sign(const uint8_t scalar[ES384_SIZE], const uint8_t digest[ES384_SIZE],
                uint8_t signature[ES384_SIGNATURE_SIZE])
{
    struct dsa_signature result;
    struct ecc_scalar key;
    struct nonce nonce;
    bool ok = scalar_set(&key, scalar);

    dsa_signature_init(&result);
    if (ok) {
        nonce_init(&nonce, scalar, digest);
        ecdsa_sign(&key, &nonce, nonce_draw, ES384_SIZE, digest, &result);
        nettle_mpz_get_str_256(ES384_SIZE, signature, result.r);
        nettle_mpz_get_str_256(ES384_SIZE, signature + ES384_SIZE, result.s);
    }
    dsa_signature_clear(&result);
    ecc_scalar_clear(&key);
    return ok;
}

bool es384_verify(const struct es384_public *key, const uint8_t digest[ES384_SIZE],
                  const uint8_t signature[ES384_SIGNATURE_SIZE])
{
    struct dsa_signature wanted;
    struct ecc_point point;
    mpz_t x, y;
    bool ok;

    ecc_point_init(&point, nettle_get_secp_384r1());
    dsa_signature_init(&wanted);
    nettle_mpz_init_set_str_256_u(x, ES384_SIZE, key->x);
    nettle_mpz_init_set_str_256_u(y, ES384_SIZE, key->y);
    nettle_mpz_set_str_256_u(wanted.r, ES384_SIZE, signature);
    nettle_mpz_set_str_256_u(wanted.s, ES384_SIZE, signature + ES384_SIZE);
    ok = ecc_point_set(&point, x, y) && ecdsa_verify(&point, ES384_SIZE, digest, &wanted);
    mpz_clears(x, y, NULL);
    dsa_signature_clear(&wanted);
    ecc_point_clear(&point);
    return ok;
}

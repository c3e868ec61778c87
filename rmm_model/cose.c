/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rmm_model/cose.h"

#include <nettle/sha2.h>

#include "rmm_model/cbor_out.h"

#define TAG_COSE_SIGN1 18

/* Header and key parameters (IANA, "CBOR Object Signing and Encryption"). */
#define HEADER_ALG 1
#define ALG_ES384 (-35)
#define KEY_KTY 1
#define KTY_EC2 2
#define EC2_CRV (-1)
#define CRV_P384 2
#define EC2_X (-2)
#define EC2_Y (-3)

#define PROTECTED_MAX 8u
#define PREFIX_MAX 64u
#define BSTR_HEAD_MAX 9u

static size_t protected_headers(uint8_t buf[PROTECTED_MAX])
{
    struct cbor_out out = {.buf = buf, .size = PROTECTED_MAX};

    cbor_out_map(&out, 1);
    cbor_out_int(&out, HEADER_ALG);
    cbor_out_int(&out, ALG_ES384);
    return out.used;
}

/* The payload stands last in Sig_structure, so that its bytes are hashed where they are. */
void cose_sign1_digest(const void *payload, size_t size, uint8_t digest[ES384_SIZE])
{
    uint8_t headers[PROTECTED_MAX], prefix[PREFIX_MAX];
    struct cbor_out out = {.buf = prefix, .size = sizeof(prefix)};
    struct sha384_ctx ctx;
    uint8_t head[BSTR_HEAD_MAX];
    struct cbor_out payload_head = {.buf = head, .size = sizeof(head)};

    cbor_out_array(&out, 4);
    cbor_out_text(&out, "Signature1");
    cbor_out_bytes(&out, headers, protected_headers(headers));
    cbor_out_bytes(&out, "", 0); /* external_aad */
    cbor_out_bytes_head(&payload_head, size);
    sha384_init(&ctx);
    sha384_update(&ctx, out.used, prefix);
    sha384_update(&ctx, payload_head.used, head);
    sha384_update(&ctx, size, payload);
    sha384_digest(&ctx, ES384_SIZE, digest);
}

size_t cose_sign1_encode(const void *payload, size_t payload_size,
                         const uint8_t signature[ES384_SIGNATURE_SIZE], uint8_t *buf, size_t size)
{
    struct cbor_out out = {.buf = buf, .size = size};
    uint8_t headers[PROTECTED_MAX];

    cbor_out_tag(&out, TAG_COSE_SIGN1);
    cbor_out_array(&out, 4);
    cbor_out_bytes(&out, headers, protected_headers(headers));
    cbor_out_map(&out, 0);
    cbor_out_bytes(&out, payload, payload_size);
    cbor_out_bytes(&out, signature, ES384_SIGNATURE_SIZE);
    return out.full ? 0 : out.used;
}

size_t cose_key_encode(const struct es384_public *key, uint8_t buf[COSE_KEY_MAX])
{
    struct cbor_out out = {.buf = buf, .size = COSE_KEY_MAX};

    cbor_out_map(&out, 4);
    cbor_out_int(&out, KEY_KTY);
    cbor_out_int(&out, KTY_EC2);
    cbor_out_int(&out, EC2_CRV);
    cbor_out_int(&out, CRV_P384);
    cbor_out_pair_bytes(&out, EC2_X, key->x, sizeof(key->x));
    cbor_out_pair_bytes(&out, EC2_Y, key->y, sizeof(key->y));
    return out.used;
}

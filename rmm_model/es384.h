/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ECDSA on P-384 with SHA-384, COSE's ES384 (RFC 9053, 2.1). Signatures are deterministic (RFC
 * 6979): the same key and digest give the same bytes.
 */
#ifndef RMM_MODEL_ES384_H
#define RMM_MODEL_ES384_H

#include <stdbool.h>
#include <stdint.h>

#define ES384_SIZE 48u                         /* of a scalar, a coordinate, a digest */
#define ES384_SIGNATURE_SIZE (2u * ES384_SIZE) /* r || s */

/* All numbers are big endian. */
struct es384_public {
    uint8_t x[ES384_SIZE], y[ES384_SIZE];
};

/* false: the scalar is 0 or not below the order. */
bool es384_public_key(const uint8_t scalar[ES384_SIZE], struct es384_public *out);
bool es384_sign(const uint8_t scalar[ES384_SIZE], const uint8_t digest[ES384_SIZE],
                uint8_t signature[ES384_SIGNATURE_SIZE]);
bool es384_verify(const struct es384_public *key, const uint8_t digest[ES384_SIZE],
                  const uint8_t signature[ES384_SIGNATURE_SIZE]);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* COSE_Sign1 and COSE_Key with ES384 (RFC 9052, 4.2 and 7; RFC 9053, 2.1 and 7.1). */
#ifndef RMM_MODEL_COSE_H
#define RMM_MODEL_COSE_H

#include <stddef.h>

#include "rmm_model/es384.h"

/* Digest of the Sig_structure over the payload: what is signed. */
void cose_sign1_digest(const void *payload, size_t size, uint8_t digest[ES384_SIZE]);
/*
 * The tagged message. Bytes written, 0 when buf is too small. The kid and all other unprotected
 * headers are left out.
 */
size_t cose_sign1_encode(const void *payload, size_t payload_size,
                         const uint8_t signature[ES384_SIGNATURE_SIZE], uint8_t *buf, size_t size);

#define COSE_KEY_MAX 128u /* bytes an encoded key takes at most */
size_t cose_key_encode(const struct es384_public *key, uint8_t buf[COSE_KEY_MAX]);

#endif

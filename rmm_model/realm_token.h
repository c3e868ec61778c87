/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The claims of a realm's attestation token, and the CCA token around it (RMM specification 1.0,
 * "CCA attestation token"). */
#ifndef RMM_MODEL_REALM_TOKEN_H
#define RMM_MODEL_REALM_TOKEN_H

#include "rmm_model/realm.h"

#define REALM_CHALLENGE_SIZE 64u

/* The payload that is signed. Bytes written, 0 when it does not fit. */
size_t realm_token_claims(const struct rmm *rmm, const struct realm *realm,
                          const uint8_t challenge[REALM_CHALLENGE_SIZE], uint8_t *buf, size_t size);

/* Platform token and signed realm token in one. Bytes written, 0 when it does not fit. */
size_t cca_token_encode(const struct rmm *rmm, const void *realm_token, size_t realm_token_size,
                        uint8_t *buf, size_t size);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attestation of realms: RSI_ATTESTATION_TOKEN_INIT and _CONTINUE, and what the RMM fetches from
 * EL3 for them when it starts (RMM specification 1.0, "Realm attestation"; TF-RMM
 * runtime/rsi/realm_attest.c, lib/attestation).
 */
#ifndef RMM_MODEL_ATTEST_H
#define RMM_MODEL_ATTEST_H

#include "rmm_model/rsi.h"

/* The realm attestation key and the platform token into rmm->attestation. false: EL3 refuses. */
bool attest_boot(struct rmm *rmm, uint64_t shared_buffer);

/* The auxiliary granules of a new REC: no token is under way. */
void attest_reset(struct rmm *rmm, const struct rec *rec);

rsi_handler rsi_attest_token_init, rsi_attest_token_continue;

#endif

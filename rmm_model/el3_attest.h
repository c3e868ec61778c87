/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * EL3's attestation services for the RMM: the realm attestation key (RAK), the platform token that
 * vouches for it, and signing on the RMM's behalf.
 *
 * Both keys are TEST keys. Their private scalars are readable text in el3_attest.c; whoever gets a
 * token from here knows no more than that it came from a simulator.
 */
#ifndef RMM_MODEL_EL3_ATTEST_H
#define RMM_MODEL_EL3_ATTEST_H

#include "cpu/physmem.h"
#include "cpu/smc.h"
#include "rmm_model/el3.h"
#include "rmm_model/es384.h"

#define EL3_PLATFORM_TOKEN_MAX 1024u
#define EL3_SIGN_QUEUE 4u /* requests that can wait for their answer to be pulled */

struct el3_attest {
    struct physmem *mem;
    uint64_t shared_buffer; /* PA of the granule the RMM may name a part of */
    uint8_t platform_token[EL3_PLATFORM_TOKEN_MAX]; /* of the last challenge */
    size_t token_size, token_sent;
    struct rmm_el3_sign_response answers[EL3_SIGN_QUEUE]; /* oldest first */
    unsigned answer_count;
};

/* The services' SMCs, FIDs RMM_EL3_GET_REALM_ATTEST_KEY to RMM_EL3_TOKEN_SIGN; results in *regs. */
void el3_get_realm_attest_key(struct el3_attest *attest, struct smc_regs *regs);
void el3_get_platform_token(struct el3_attest *attest, struct smc_regs *regs);
void el3_token_sign(struct el3_attest *attest, struct smc_regs *regs);

/* The keys that verify a realm's token and the platform's. */
void el3_test_realm_key(struct es384_public *out);
void el3_test_platform_key(struct es384_public *out);

#endif

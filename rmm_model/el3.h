/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The interface between the RMM and EL3 (TF-A, "RMM-EL3 Communication Specification", version 0.4):
 * how the RMM is started, and the services it calls with SMC.
 */
#ifndef RMM_MODEL_EL3_H
#define RMM_MODEL_EL3_H

#include "cpu/types.h"

/* Version 0.4: major in bits 30:16, minor in 15:0. */
#define RMM_EL3_IFC_VERSION ((uint64_t)4)

#define RMM_EL3_FID_BASE 0xc40001b0u

enum rmm_el3_fid {
    RMM_EL3_GTSI_DELEGATE = RMM_EL3_FID_BASE + 0x00,   /* x1: a granule's PA */
    RMM_EL3_GTSI_UNDELEGATE = RMM_EL3_FID_BASE + 0x01, /* x1: a granule's PA */
    /* x1 buffer PA, x2 its size, x3 curve; x1 of the result: bytes of the private scalar */
    RMM_EL3_GET_REALM_ATTEST_KEY = RMM_EL3_FID_BASE + 0x02,
    /*
     * x1 buffer PA, x2 its size, x3 bytes of the challenge in it, or 0 for the next piece; results:
     * x1 bytes of this piece, x2 bytes that are left
     */
    RMM_EL3_GET_PLAT_TOKEN = RMM_EL3_FID_BASE + 0x03,
    RMM_EL3_FEATURES = RMM_EL3_FID_BASE + 0x04,      /* x1: which register; x1 of the result */
    RMM_EL3_TOKEN_SIGN = RMM_EL3_FID_BASE + 0x05,    /* x1: enum rmm_el3_sign_op, x2 PA, x3 size */
    RMM_EL3_BOOT_COMPLETE = RMM_EL3_FID_BASE + 0x1f, /* x1: RMM_EL3_BOOT_SUCCESS or an error */
};

/* What they return in x0. */
#define RMM_EL3_OK ((uint64_t)0)
#define RMM_EL3_UNKNOWN ((uint64_t)-1)
#define RMM_EL3_BAD_ADDR ((uint64_t)-2)
#define RMM_EL3_BAD_PAS ((uint64_t)-3)
#define RMM_EL3_INVALID ((uint64_t)-5)
#define RMM_EL3_AGAIN ((uint64_t)-6)

#define RMM_EL3_BOOT_SUCCESS ((uint64_t)0)
#define RMM_EL3_BOOT_VERSION_NOT_VALID ((uint64_t)-2)
#define RMM_EL3_BOOT_INVALID_SHARED_BUFFER ((uint64_t)-5)

#define RMM_EL3_CURVE_P384 0u
#define RMM_EL3_HASH_SHA384 1u
#define RMM_EL3_FEATURE0_TOKEN_SIGN 1u /* bit 0 of feature register 0 */

enum rmm_el3_sign_op {
    RMM_EL3_SIGN_PUSH = 1,    /* the buffer holds a struct rmm_el3_sign_request */
    RMM_EL3_SIGN_PULL = 2,    /* it gets a struct rmm_el3_sign_response */
    RMM_EL3_SIGN_GET_PUB = 3, /* it gets the public key, 0x04 || x || y; x4: curve */
};

#define RMM_EL3_HASH_MAX 64u
#define RMM_EL3_SIGNATURE_MAX 512u

struct rmm_el3_sign_request {
    uint32_t sign_alg; /* RMM_EL3_CURVE_P384 */
    uint8_t pad0[4];
    uint64_t cookie, ticket; /* come back in the response */
    uint32_t hash_alg;       /* RMM_EL3_HASH_SHA384 */
    uint8_t pad1[4];
    uint8_t hash[RMM_EL3_HASH_MAX];
};
_Static_assert(sizeof(struct rmm_el3_sign_request) == 0x60, "el3_token_sign_request");

struct rmm_el3_sign_response {
    uint64_t cookie, ticket;
    uint16_t length;
    uint8_t signature[RMM_EL3_SIGNATURE_MAX]; /* r || s, big endian */
    uint8_t pad0[6];
};
_Static_assert(sizeof(struct rmm_el3_sign_response) == 0x218, "el3_token_sign_response");

/* What EL3 hands over when it starts the RMM on the first PE. */
struct rmm_boot_args {
    uint64_t cpu;           /* 0 */
    uint64_t version;       /* RMM_EL3_IFC_VERSION */
    uint64_t shared_buffer; /* PA of a granule in Realm PAS */
};

#endif

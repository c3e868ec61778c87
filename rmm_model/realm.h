/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A realm. The structure lies in the realm's RD granule, in Realm memory. */
#ifndef RMM_MODEL_REALM_H
#define RMM_MODEL_REALM_H

#include "rmm_model/state.h"

enum realm_state { REALM_NEW, REALM_ACTIVE, REALM_SYSTEM_OFF, REALM_ZOMBIE /* terminated */ };

#define REALM_MEASUREMENTS 5u
#define REALM_MEASUREMENT_SIZE 64u

struct realm {
    enum realm_state state;
    uint16_t vmid;
    uint8_t hash_algo;
    unsigned ipa_bits;
    int start_level;
    unsigned root_count; /* concatenated root RTTs */
    uint64_t rtt_base;   /* PA of the first of them */
    uint64_t rec_count;  /* ever created: the index of the next */
    unsigned running;    /* RECs that are */
    uint8_t rpv[RMI_RPV_SIZE];
    uint8_t measurement[REALM_MEASUREMENTS][REALM_MEASUREMENT_SIZE]; /* rmm_model/measurement.h */
};

/* The realm whose RD the host names; NULL if it names none. */
struct realm *realm_find(struct rmm *rmm, uint64_t rd);

/* Bytes of IPA space; the upper half is unprotected. */
uint64_t realm_ipa_size(const struct realm *realm);
/* In the protected half (the PAR). */
bool realm_protects(const struct realm *realm, uint64_t ipa);
/* Every byte of [base, top), which is not empty, is. */
bool realm_protects_range(const struct realm *realm, uint64_t base, uint64_t top);

/* VTCR_EL2 and VTTBR_EL2 for the realm's stage 2 (Arm ARM D19.2). */
uint64_t realm_vtcr(const struct realm *realm);
uint64_t realm_vttbr(const struct realm *realm);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Measurements of a realm: what it was made of (the RIM), and four that it extends itself (REMs).
 * RMM specification 1.0, "Realm measurement"; TF-RMM lib/measurement/src/rim.c.
 */
#ifndef RMM_MODEL_MEASUREMENT_H
#define RMM_MODEL_MEASUREMENT_H

#include "rmm_model/realm.h"

#define MEASUREMENT_RIM 0u         /* the index of the initial one */
#define MEASUREMENT_EXTEND_MAX 64u /* bytes at once */

/* Bytes of a measurement of this realm: those of its hash. */
size_t measurement_size(const struct realm *realm);

/* The RIM of a realm made with these parameters. */
void measurement_init(const struct rmm_variant *variant, struct realm *realm,
                      const struct rmi_realm_params *params);
/* Each extends the RIM. flags as of DATA_CREATE; page: GRANULE_SIZE bytes, or NULL if not measured.
 */
void measurement_add_data(struct realm *realm, uint64_t ipa, uint64_t flags, const void *page);
void measurement_add_rec(struct realm *realm, const struct rmi_rec_params *params);
void measurement_add_ripas(struct realm *realm, uint64_t base, uint64_t top);

/* Extends measurement index, below REALM_MEASUREMENTS, with at most MEASUREMENT_EXTEND_MAX bytes.
 */
void measurement_extend(struct realm *realm, unsigned index, const void *data, size_t size);

#endif

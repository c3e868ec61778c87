/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rmm_model/measurement.h"

#include <nettle/sha2.h>
#include <string.h>

_Static_assert(SHA512_DIGEST_SIZE == REALM_MEASUREMENT_SIZE, "the longer of the two fits");

#define DESCRIPTOR_SIZE 0x100u

enum descriptor_type { DESCRIPTOR_DATA = 0, DESCRIPTOR_REC = 1, DESCRIPTOR_RIPAS = 2 };

/* RmmMeasurementDescriptorData, ...Rec, ...Ripas: one begins like the other. */
struct descriptor {
    uint8_t type;
    uint8_t pad0[7];
    uint64_t size;
    uint8_t rim[REALM_MEASUREMENT_SIZE];
    union {
        struct {
            uint64_t ipa, flags;
            uint8_t content[REALM_MEASUREMENT_SIZE];
        } data;
        struct {
            uint8_t content[REALM_MEASUREMENT_SIZE];
        } rec;
        struct {
            uint64_t base, top;
        } ripas;
        uint8_t pad[DESCRIPTOR_SIZE - 0x50];
    };
};
_Static_assert(offsetof(struct descriptor, rim) == 0x10, "rim");
_Static_assert(offsetof(struct descriptor, data.ipa) == 0x50, "ipa");
_Static_assert(offsetof(struct descriptor, data.content) == 0x60, "content");
_Static_assert(sizeof(struct descriptor) == DESCRIPTOR_SIZE, "RmmMeasurementDescriptor");

size_t measurement_size(const struct realm *realm)
{
    return realm->hash_algo == RMI_HASH_SHA_512 ? SHA512_DIGEST_SIZE : SHA256_DIGEST_SIZE;
}

/* The digest of two pieces, one after the other; zeros behind it. */
static void digest(const struct realm *realm, const void *first, size_t first_size,
                   const void *second, size_t second_size, uint8_t out[REALM_MEASUREMENT_SIZE])
{
    uint8_t value[REALM_MEASUREMENT_SIZE] = {0};

    if (realm->hash_algo == RMI_HASH_SHA_512) {
        struct sha512_ctx ctx;

        sha512_init(&ctx);
        sha512_update(&ctx, first_size, first);
        sha512_update(&ctx, second_size, second);
        sha512_digest(&ctx, SHA512_DIGEST_SIZE, value);
    } else {
        struct sha256_ctx ctx;

        sha256_init(&ctx);
        sha256_update(&ctx, first_size, first);
        sha256_update(&ctx, second_size, second);
        sha256_digest(&ctx, SHA256_DIGEST_SIZE, value);
    }
    memcpy(out, value, sizeof(value));
}

static void digest_one(const struct realm *realm, const void *data, size_t size,
                       uint8_t out[REALM_MEASUREMENT_SIZE])
{
    digest(realm, data, size, "", 0, out);
}

static void descriptor_init(const struct realm *realm, struct descriptor *descriptor,
                            enum descriptor_type type)
{
    memset(descriptor, 0, sizeof(*descriptor));
    descriptor->type = (uint8_t)type;
    descriptor->size = sizeof(*descriptor);
    memcpy(descriptor->rim, realm->measurement[MEASUREMENT_RIM], measurement_size(realm));
}

static void rim_becomes(struct realm *realm, const struct descriptor *descriptor)
{
    digest_one(realm, descriptor, sizeof(*descriptor), realm->measurement[MEASUREMENT_RIM]);
}

/* What the realm's first measurement is of: the parameters that it and its owner can know. */
static void params_measured(const struct rmi_realm_params *params, struct rmi_realm_params *out)
{
    *out = (struct rmi_realm_params){
        .flags = params->flags,
        .s2sz = params->s2sz,
        .sve_vl = params->sve_vl,
        .num_bps = params->num_bps,
        .num_wps = params->num_wps,
        .pmu_num_ctrs = params->pmu_num_ctrs,
        .hash_algo = params->hash_algo,
    };
}

void measurement_init(const struct rmm_variant *variant, struct realm *realm,
                      const struct rmi_realm_params *params)
{
    union {
        struct rmi_realm_params params;
        struct rmi_beta_realm_params beta;
    } measured = {0};

    /* TF-RMM v0.3.0 runtime/rmi/realm.c:realm_params_measure: of all parameters the algorithm */
    if (variant->parameters == RMM_PARAMETERS_BETA)
        measured.beta.hash_algo = params->hash_algo;
    else
        params_measured(params, &measured.params);
    digest_one(realm, &measured, sizeof(measured), realm->measurement[MEASUREMENT_RIM]);
}

void measurement_add_data(struct realm *realm, uint64_t ipa, uint64_t flags, const void *page)
{
    struct descriptor descriptor;

    descriptor_init(realm, &descriptor, DESCRIPTOR_DATA);
    descriptor.data.ipa = ipa;
    descriptor.data.flags = flags;
    if (page)
        digest_one(realm, page, GRANULE_SIZE, descriptor.data.content);
    rim_becomes(realm, &descriptor);
}

void measurement_add_rec(struct realm *realm, const struct rmi_rec_params *params)
{
    struct rmi_rec_params measured = {.flags = params->flags, .pc = params->pc};
    struct descriptor descriptor;

    memcpy(measured.gprs, params->gprs, sizeof(measured.gprs));
    descriptor_init(realm, &descriptor, DESCRIPTOR_REC);
    digest_one(realm, &measured, sizeof(measured), descriptor.rec.content);
    rim_becomes(realm, &descriptor);
}

void measurement_add_ripas(struct realm *realm, uint64_t base, uint64_t top)
{
    struct descriptor descriptor;

    descriptor_init(realm, &descriptor, DESCRIPTOR_RIPAS);
    descriptor.ripas.base = base;
    descriptor.ripas.top = top;
    rim_becomes(realm, &descriptor);
}

void measurement_extend(struct realm *realm, unsigned index, const void *data, size_t size)
{
    digest(realm, realm->measurement[index], measurement_size(realm), data, size,
           realm->measurement[index]);
}

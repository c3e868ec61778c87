/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Services besides PSCI: true random numbers (DEN0098; arch/arm64/kvm/trng.c) and KVM's own calls
 * (arch/arm64/kvm/hypercalls.c, Documentation/virt/kvm/arm/hypercalls.rst).
 */
#include "kvm_model/kvm_internal.h"
#include "kvm_model/smccc.h"

enum trng_fn {
    TRNG_VERSION = 0x84000050u,
    TRNG_FEATURES = 0x84000051u,
    TRNG_GET_UUID = 0x84000052u,
    TRNG_RND32 = 0x84000053u,
    TRNG_RND64 = 0xc4000053u,
};

#define TRNG_VERSION_1_0 0x10000u
#define TRNG_INVALID_PARAMETER (-2)
#define TRNG_WORDS 3

enum vendor_fn {
    VENDOR_CALL_UID = 0x8600ff01u,
    VENDOR_FEATURES = 0x86000000u,
    VENDOR_PTP = 0x86000001u,
};

/* x1 of VENDOR_PTP: the counter to read with the time. */
#define PTP_NS_PER_COUNT (1000000000u / CLOCK_COUNTER_HZ)
enum ptp_counter { PTP_VIRTUAL = 0, PTP_PHYSICAL = 1 };

/* Features 0 (this call) and 1 (the PTP clock). */
#define VENDOR_FEATURES_KVM 3u

/* UUIDs as a caller finds them in w0..w3. */
static const uint32_t trng_uuid[4] = {0x00e0210d, 0xeb118443, 0x44527080, 0x4c5a4e55};
static const uint32_t kvm_uid[4] = {0xb66fb428, 0xe911c52e, 0x564bcaa9, 0x743a004d};

static void set_uuid(const uint32_t uuid[4], uint64_t result[4])
{
    for (unsigned i = 0; i < 4; i++)
        result[i] = uuid[i];
}

/* A sequence of its own for each VM, the same in each run (splitmix64). */
static uint64_t next_random(struct kvm *kvm)
{
    uint64_t z = kvm->trng_state += 0x9e3779b97f4a7c15ull;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ z >> 27) * 0x94d049bb133111ebull;
    return z ^ z >> 31;
}

static bool has_trng_call(uint64_t fid)
{
    return fid == TRNG_VERSION || fid == TRNG_FEATURES || fid == TRNG_GET_UUID ||
           fid == TRNG_RND32 || fid == TRNG_RND64;
}

/* The bits asked for are the lowest, from the last register on; the others are zero. */
static void trng_rnd(struct kvm_vcpu *vcpu, unsigned word_bits, uint64_t result[4])
{
    uint64_t bits = (uint32_t)kvm_vcpu_get_x(vcpu, 1);
    uint64_t mask = word_bits == 64 ? ~(uint64_t)0 : UINT32_MAX;

    if (bits > TRNG_WORDS * (uint64_t)word_bits) {
        result[0] = (uint64_t)TRNG_INVALID_PARAMETER;
        return;
    }
    result[0] = 0;
    for (unsigned i = TRNG_WORDS; i > 0 && bits; i--) {
        unsigned take = bits < word_bits ? (unsigned)bits : word_bits;
        uint64_t value = next_random(vcpu->kvm) & mask;

        result[i] = take == 64 ? value : value & (((uint64_t)1 << take) - 1);
        bits -= take;
    }
}

/*
 * kvm_ptp_get_time: the host's time, here nanoseconds from the start of the simulation on, and the
 * guest's counter at that moment.
 */
static void ptp_get_time(struct kvm_vcpu *vcpu, uint64_t result[4])
{
    uint32_t counter = (uint32_t)kvm_vcpu_get_x(vcpu, 1);
    uint64_t count = clock_counter(vcpu->kvm->clock, 0);

    result[0] = SMCCC_NOT_SUPPORTED;
    if (counter != PTP_VIRTUAL && counter != PTP_PHYSICAL)
        return;
    result[0] = count * PTP_NS_PER_COUNT >> 32;
    result[1] = (uint32_t)(count * PTP_NS_PER_COUNT);
    result[2] = count >> 32;
    result[3] = (uint32_t)count;
}

bool kvm_smccc_service(struct kvm_vcpu *vcpu, uint32_t fid, uint64_t result[4])
{
    memset(result, 0, 4 * sizeof(result[0]));
    switch (fid) {
    case TRNG_VERSION:
        result[0] = TRNG_VERSION_1_0;
        return true;
    case TRNG_FEATURES:
        result[0] = has_trng_call(kvm_vcpu_get_x(vcpu, 1)) ? 0 : SMCCC_NOT_SUPPORTED;
        return true;
    case TRNG_GET_UUID:
        set_uuid(trng_uuid, result);
        return true;
    case TRNG_RND32:
        trng_rnd(vcpu, 32, result);
        return true;
    case TRNG_RND64:
        trng_rnd(vcpu, 64, result);
        return true;
    case VENDOR_CALL_UID:
        set_uuid(kvm_uid, result);
        return true;
    case VENDOR_FEATURES:
        result[0] = VENDOR_FEATURES_KVM;
        return true;
    case VENDOR_PTP:
        ptp_get_time(vcpu, result);
        return true;
    case SMCCC_PV_TIME_FEATURES: /* kvm_hypercall_pv_features; user space gave no place for it */
        if ((uint32_t)kvm_vcpu_get_x(vcpu, 1) != SMCCC_PV_TIME_FEATURES)
            result[0] = SMCCC_NOT_SUPPORTED;
        return true;
    default:
        return false;
    }
}

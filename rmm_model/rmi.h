/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Realm Management Interface as both sides of it see it: function identifiers, status codes,
 * and the pages they share (RMM specification 1.0, "RMI commands" and "RMI types"). Structures are
 * laid over simulated memory, so each member lies at the specification's offset; rmi_asserts.c
 * checks every one of them.
 */
#ifndef RMM_MODEL_RMI_H
#define RMM_MODEL_RMI_H

#include "cpu/arch/field.h"

#include <stddef.h>
#include <stdint.h>

/* SMCCC: SMC64 fast call of the standard secure service range, RMI's part of it. */
#define RMI_FID_BASE 0xc4000150u
#define RMI_FID_RANGE_LAST 0xc400020fu /* of the range SMCs are routed by */

enum rmi_fid {
    RMI_VERSION = RMI_FID_BASE + 0x00,
    RMI_GRANULE_DELEGATE = RMI_FID_BASE + 0x01,
    RMI_GRANULE_UNDELEGATE = RMI_FID_BASE + 0x02,
    RMI_DATA_CREATE = RMI_FID_BASE + 0x03,
    RMI_DATA_CREATE_UNKNOWN = RMI_FID_BASE + 0x04,
    RMI_DATA_DESTROY = RMI_FID_BASE + 0x05,
    RMI_REALM_ACTIVATE = RMI_FID_BASE + 0x07,
    RMI_REALM_CREATE = RMI_FID_BASE + 0x08,
    RMI_REALM_DESTROY = RMI_FID_BASE + 0x09,
    RMI_REC_CREATE = RMI_FID_BASE + 0x0a,
    RMI_REC_DESTROY = RMI_FID_BASE + 0x0b,
    RMI_REC_ENTER = RMI_FID_BASE + 0x0c,
    RMI_RTT_CREATE = RMI_FID_BASE + 0x0d,
    RMI_RTT_DESTROY = RMI_FID_BASE + 0x0e,
    RMI_RTT_MAP_UNPROTECTED = RMI_FID_BASE + 0x0f,
    RMI_RTT_READ_ENTRY = RMI_FID_BASE + 0x11,
    RMI_RTT_UNMAP_UNPROTECTED = RMI_FID_BASE + 0x12,
    RMI_PSCI_COMPLETE = RMI_FID_BASE + 0x14,
    RMI_FEATURES = RMI_FID_BASE + 0x15,
    RMI_RTT_FOLD = RMI_FID_BASE + 0x16,
    RMI_REC_AUX_COUNT = RMI_FID_BASE + 0x17,
    RMI_RTT_INIT_RIPAS = RMI_FID_BASE + 0x18,
    RMI_RTT_SET_RIPAS = RMI_FID_BASE + 0x19,
    RMI_RMM_ACTIVATE = RMI_FID_BASE + 0xb2, /* RMI 2.0 */
    RMI_FID_LAST = RMI_FID_BASE + 0xb2,
};

/* RmiInterfaceVersion: major in bits 30:16, minor in 15:0. */
#define RMI_ABI_VERSION(major, minor) (((uint64_t)(major) << 16) | (uint64_t)(minor))
#define RMI_ABI_1_0 RMI_ABI_VERSION(1, 0)
#define RMI_ABI_2_0 RMI_ABI_VERSION(2, 0)
#define RMI_ABI_BETA RMI_ABI_VERSION(56, 0) /* before 1.0 */
#define RSI_ABI_1_1 RMI_ABI_VERSION(1, 1)
#define RSI_ABI_BETA RMI_ABI_VERSION(12, 0)

/* x0 of a command that is not known to whoever got the SMC (SMCCC NOT_SUPPORTED). */
#define SMC_NOT_SUPPORTED (~(uint64_t)0)

/* RmiStatusCode. */
enum rmi_status {
    RMI_SUCCESS = 0,
    RMI_ERROR_INPUT = 1,
    RMI_ERROR_REALM = 2, /* index: 0 not in the state asked for, 1 switched off */
    RMI_ERROR_REC = 3,
    RMI_ERROR_RTT = 4,     /* index: the level where the walk stopped */
    RMI_ERROR_GLOBAL = 11, /* RMI 2.0: the RMM is not in the state asked for */
};

/* RmiCommandReturnCode: x0 of every command. */
static const struct field RMI_RETURN_STATUS = {0, 8};
static const struct field RMI_RETURN_INDEX = {8, 8};

static inline uint64_t rmi_return(enum rmi_status status, unsigned index)
{
    return field_put(RMI_RETURN_STATUS, (uint64_t)status) | field_put(RMI_RETURN_INDEX, index);
}

static inline unsigned rmi_return_status(uint64_t x0)
{
    return (unsigned)field_get(x0, RMI_RETURN_STATUS);
}

static inline unsigned rmi_return_index(uint64_t x0)
{
    return (unsigned)field_get(x0, RMI_RETURN_INDEX);
}

/* RmiRecExitReason. */
enum rmi_exit_reason {
    RMI_EXIT_SYNC = 0,
    RMI_EXIT_IRQ = 1,
    RMI_EXIT_FIQ = 2,
    RMI_EXIT_PSCI = 3,
    RMI_EXIT_RIPAS_CHANGE = 4,
    RMI_EXIT_HOST_CALL = 5,
    RMI_EXIT_SERROR = 6,
    RMI_EXIT_REASON_COUNT
};

/* "sync", "irq", ...; "unknown" for a number that is no reason. Never NULL. */
static inline const char *rmi_exit_reason_name(uint64_t reason)
{
    static const char *const names[RMI_EXIT_REASON_COUNT] = {
        [RMI_EXIT_SYNC] = "sync",
        [RMI_EXIT_IRQ] = "irq",
        [RMI_EXIT_FIQ] = "fiq",
        [RMI_EXIT_PSCI] = "psci",
        [RMI_EXIT_RIPAS_CHANGE] = "ripas_change",
        [RMI_EXIT_HOST_CALL] = "host_call",
        [RMI_EXIT_SERROR] = "serror",
    };
    return reason < RMI_EXIT_REASON_COUNT ? names[reason] : "unknown";
}

/* Name of a return code's status, "RMI_ERROR_RTT"; takes the whole x0. "unknown" otherwise. Never
 * NULL. */
static inline const char *rmi_status_name(uint64_t x0)
{
    static const char *const names[] = {
        [RMI_SUCCESS] = "RMI_SUCCESS",         [RMI_ERROR_INPUT] = "RMI_ERROR_INPUT",
        [RMI_ERROR_REALM] = "RMI_ERROR_REALM", [RMI_ERROR_REC] = "RMI_ERROR_REC",
        [RMI_ERROR_RTT] = "RMI_ERROR_RTT",     [RMI_ERROR_GLOBAL] = "RMI_ERROR_GLOBAL",
    };
    unsigned status = rmi_return_status(x0);
    return x0 >> 16 == 0 && status < sizeof(names) / sizeof(names[0]) && names[status]
               ? names[status]
               : "unknown";
}

/* RmiRecEnterFlags: RmiRecEnter.flags. */
static const struct field RMI_ENTER_EMUL_MMIO = {0, 1};
static const struct field RMI_ENTER_INJECT_SEA = {1, 1};
static const struct field RMI_ENTER_TRAP_WFI = {2, 1};
static const struct field RMI_ENTER_TRAP_WFE = {3, 1};
static const struct field RMI_ENTER_RIPAS_RESPONSE = {4, 1};
static const struct field RMI_ENTER_FORCE_P0 = {7, 1}; /* RMI 1.1 and later */

/* RmiResponse. */
enum rmi_response { RMI_ACCEPT = 0, RMI_REJECT = 1 };

/* RmiRttEntryState: HIPAS as RTT_READ_ENTRY shows it. */
enum rmi_hipas { RMI_UNASSIGNED = 0, RMI_ASSIGNED = 1, RMI_TABLE = 2 };

/* RmiRipas. */
enum rmi_ripas { RMI_EMPTY = 0, RMI_RAM = 1, RMI_DESTROYED = 2 };

/* RmiHashAlgorithm. */
enum rmi_hash_algorithm { RMI_HASH_SHA_256 = 0, RMI_HASH_SHA_512 = 1 };

/* RmiRealmFlags: RmiRealmParams.flags. */
static const struct field RMI_REALM_LPA2 = {0, 1};
static const struct field RMI_REALM_SVE = {1, 1};
static const struct field RMI_REALM_PMU = {2, 1};

/* RmiRecCreateFlags: RmiRecParams.flags. */
static const struct field RMI_REC_RUNNABLE = {0, 1};

/* RmiDataFlags: x5 of DATA_CREATE. */
static const struct field RMI_DATA_MEASURE = {0, 1};

/* RmiFeatureRegister0: x1 of FEATURES(0). */
static const struct field RMI_FEATURE0_S2SZ = {0, 8};
static const struct field RMI_FEATURE0_LPA2 = {8, 1};
static const struct field RMI_FEATURE0_SVE_EN = {9, 1};
static const struct field RMI_FEATURE0_SVE_VL = {10, 4};
static const struct field RMI_FEATURE0_NUM_BPS = {14, 6};
static const struct field RMI_FEATURE0_NUM_WPS = {20, 6};
static const struct field RMI_FEATURE0_PMU_EN = {26, 1};
static const struct field RMI_FEATURE0_PMU_NUM_CTRS = {27, 5};
static const struct field RMI_FEATURE0_HASH_SHA_256 = {32, 1};
static const struct field RMI_FEATURE0_HASH_SHA_512 = {33, 1};
static const struct field RMI_FEATURE0_GICV3_NUM_LRS = {34, 4};

/*
 * Descriptor of RTT_MAP_UNPROTECTED, and x3 of RTT_READ_ENTRY for such a mapping: a stage-2 block
 * or page descriptor of which the host chooses the output address and these two fields.
 */
static const struct field RMI_UNPROT_MEMATTR = {2, 3}; /* with FEAT_S2FWB's meaning (D8.6.5) */
static const struct field RMI_UNPROT_S2AP = {6, 2};    /* bit 0 read, bit 1 write */

#define RMI_GPR_COUNT 31
#define RMI_GICV3_LR_COUNT 16
#define RMI_REC_CREATE_GPRS 8
#define RMI_MAX_REC_AUX 16
#define RMI_RPV_SIZE 64

/* RmiRecEnter: what the host hands over. */
struct rmi_rec_enter {
    uint64_t flags;
    uint8_t pad0[0x200 - 0x008];
    uint64_t gprs[RMI_GPR_COUNT];
    uint8_t pad1[0x300 - 0x2f8];
    uint64_t gicv3_hcr;
    uint64_t gicv3_lrs[RMI_GICV3_LR_COUNT];
    uint8_t pad2[0x800 - 0x388];
};

/* RmiRecExit: what the host is told. */
struct rmi_rec_exit {
    uint64_t exit_reason; /* bits 7:0 */
    uint8_t pad0[0x100 - 0x008];
    uint64_t esr;
    uint64_t far;
    uint64_t hpfar;
    uint8_t pad1[0x200 - 0x118];
    uint64_t gprs[RMI_GPR_COUNT];
    uint8_t pad2[0x300 - 0x2f8];
    uint64_t gicv3_hcr;
    uint64_t gicv3_lrs[RMI_GICV3_LR_COUNT];
    uint64_t gicv3_misr;
    uint64_t gicv3_vmcr;
    uint8_t pad3[0x400 - 0x398];
    uint64_t cntp_ctl;
    uint64_t cntp_cval;
    uint64_t cntv_ctl;
    uint64_t cntv_cval;
    uint8_t pad4[0x500 - 0x420];
    uint64_t ripas_base;
    uint64_t ripas_top;
    uint8_t ripas_value;
    uint8_t pad5[0x600 - 0x511];
    uint32_t imm; /* bits 15:0 */
    uint8_t pad6[0x700 - 0x604];
    uint64_t pmu_ovf_status;
    uint8_t pad7[0x800 - 0x708];
};

/* RmiRecRun: the page x2 of REC_ENTER names. */
struct rmi_rec_run {
    struct rmi_rec_enter enter;
    struct rmi_rec_exit exit;
};

/* RmiRealmParams: the page x2 of REALM_CREATE names. */
struct rmi_realm_params {
    uint64_t flags;
    uint32_t s2sz;
    uint8_t pad0[0x10 - 0x0c];
    uint64_t sve_vl; /* bits 7:0 */
    uint64_t num_bps;
    uint64_t num_wps;
    uint64_t pmu_num_ctrs;
    uint8_t hash_algo;
    uint8_t pad1[0x400 - 0x031];
    uint8_t rpv[RMI_RPV_SIZE];
    uint8_t pad2[0x800 - 0x440];
    uint16_t vmid;
    uint8_t pad3[0x808 - 0x802];
    uint64_t rtt_base;
    int64_t rtt_level_start;
    uint32_t rtt_num_start;
    uint8_t pad4[0x1000 - 0x81c];
};

/* RmiRecParams: the page x3 of REC_CREATE names. */
struct rmi_rec_params {
    uint64_t flags;
    uint8_t pad0[0x100 - 0x008];
    uint64_t mpidr;
    uint8_t pad1[0x200 - 0x108];
    uint64_t pc;
    uint8_t pad2[0x300 - 0x208];
    uint64_t gprs[RMI_REC_CREATE_GPRS];
    uint8_t pad3[0x800 - 0x340];
    uint64_t num_aux;
    uint64_t aux[RMI_MAX_REC_AUX];
    uint8_t pad4[0x1000 - 0x888];
};

#endif

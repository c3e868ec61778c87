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
    /* RMI 2.0; DATA_CREATE is called RTT_DATA_MAP_INIT there */
    RMI_RMM_CONFIG_SET = RMI_FID_BASE + 0x1e,
    RMI_GRANULE_TRACKING_GET = RMI_FID_BASE + 0x91,
    RMI_RMM_CONFIG_GET = RMI_FID_BASE + 0x9c,
    RMI_GRANULE_RANGE_DELEGATE = RMI_FID_BASE + 0xa1,
    RMI_GRANULE_RANGE_UNDELEGATE = RMI_FID_BASE + 0xa2,
    RMI_GPT_L1_CREATE = RMI_FID_BASE + 0xa3,
    RMI_RTT_DATA_MAP = RMI_FID_BASE + 0xa5,
    RMI_RTT_DATA_UNMAP = RMI_FID_BASE + 0xa6,
    RMI_RTT_UNPROT_MAP = RMI_FID_BASE + 0xab,
    RMI_RTT_UNPROT_UNMAP = RMI_FID_BASE + 0xac,
    RMI_REALM_TERMINATE = RMI_FID_BASE + 0xb1,
    RMI_RMM_ACTIVATE = RMI_FID_BASE + 0xb2,
    RMI_OP_CONTINUE = RMI_FID_BASE + 0xb3,
    RMI_OP_MEM_DONATE = RMI_FID_BASE + 0xb8,
    RMI_OP_MEM_RECLAIM = RMI_FID_BASE + 0xb9,
    RMI_OP_CANCEL = RMI_FID_BASE + 0xba,
    RMI_FID_LAST = RMI_FID_BASE + 0xba,
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

/* RmiStatusCode, as far as the commands here give them. */
enum rmi_status {
    RMI_SUCCESS = 0,
    RMI_ERROR_INPUT = 1,
    RMI_ERROR_REALM = 2, /* index: 0 not in the state asked for, 1 switched off */
    RMI_ERROR_REC = 3,
    RMI_ERROR_RTT = 4,     /* index: the level where the walk stopped */
    RMI_ERROR_IN_USE = 5,  /* before 1.0 */
    RMI_BUSY = 10,         /* RMI 2.0 from here: to be tried again */
    RMI_ERROR_GLOBAL = 11, /* the RMM is not in the state asked for */
    RMI_INCOMPLETE = 13,   /* a stateful operation goes on, RMI_OP_MEM_REQ says how */
    RMI_BLOCKED = 14,      /* no handle is free until another operation is over */
    RMI_ERROR_GPT = 15,
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
        [RMI_SUCCESS] = "RMI_SUCCESS",
        [RMI_ERROR_INPUT] = "RMI_ERROR_INPUT",
        [RMI_ERROR_REALM] = "RMI_ERROR_REALM",
        [RMI_ERROR_REC] = "RMI_ERROR_REC",
        [RMI_ERROR_RTT] = "RMI_ERROR_RTT",
        [RMI_ERROR_IN_USE] = "RMI_ERROR_IN_USE",
        [RMI_BUSY] = "RMI_BUSY",
        [RMI_ERROR_GLOBAL] = "RMI_ERROR_GLOBAL",
        [RMI_INCOMPLETE] = "RMI_INCOMPLETE",
        [RMI_BLOCKED] = "RMI_BLOCKED",
        [RMI_ERROR_GPT] = "RMI_ERROR_GPT",
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

/* The same before 1.0, where RIPAS was EMPTY or RAM. */
enum rmi_beta_hipas {
    RMI_BETA_UNASSIGNED = 0,
    RMI_BETA_DESTROYED = 1,
    RMI_BETA_ASSIGNED = 2,
    RMI_BETA_TABLE = 3,
    RMI_BETA_VALID_NS = 4,
};

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

/* The same before 1.0, where these lie elsewhere; breakpoints are not counted. */
static const struct field RMI_BETA_FEATURE0_PMU_EN = {22, 1};
static const struct field RMI_BETA_FEATURE0_PMU_NUM_CTRS = {23, 5};
static const struct field RMI_BETA_FEATURE0_HASH_SHA_256 = {28, 1};
static const struct field RMI_BETA_FEATURE0_HASH_SHA_512 = {29, 1};

/* RmiFeatureRegister1 of RMI 2.0: x1 of FEATURES(1). */
static const struct field RMI_FEATURE1_GRAN_4K = {0, 1};
static const struct field RMI_FEATURE1_HASH_SHA_256 = {3, 1};
static const struct field RMI_FEATURE1_HASH_SHA_512 = {5, 1};
static const struct field RMI_FEATURE1_MAX_RECS_ORDER = {6, 4};
static const struct field RMI_FEATURE1_PPS = {14, 3};

/*
 * Descriptor of RTT_MAP_UNPROTECTED, and x3 of RTT_READ_ENTRY for such a mapping: a stage-2 block
 * or page descriptor of which the host chooses the output address and these two fields.
 */
static const struct field RMI_UNPROT_MEMATTR = {2, 3}; /* with FEAT_S2FWB's meaning (D8.6.5) */
static const struct field RMI_UNPROT_S2AP = {6, 2};    /* bit 0 read, bit 1 write */

/* --- RMI 2.0 --------------------------------------------------------------------------------- */

/* RmiOpResult: x0 of RMI_INCOMPLETE, in place of the index. */
static const struct field RMI_OP_MEM_REQ = {8, 2};
static const struct field RMI_OP_CAN_CANCEL = {10, 1};
enum rmi_op_mem_req {
    RMI_OP_MEM_REQ_NONE = 0, /* RMI_OP_CONTINUE goes on */
    RMI_OP_MEM_REQ_DONATE = 1,
    RMI_OP_MEM_REQ_RECLAIM = 2,
};

/* RmiOpMemDonateReq: x2 of RMI_INCOMPLETE with RMI_OP_MEM_REQ_DONATE. */
static const struct field RMI_DONATE_BLOCK_SIZE = {0, 2}; /* as RMI_RANGE_SIZE */
static const struct field RMI_DONATE_BLOCK_COUNT = {2, 14};
static const struct field RMI_DONATE_CONTIGUOUS = {16, 1};
static const struct field RMI_DONATE_STATE = {17, 1}; /* as RMI_RANGE_STATE */

/* RmiAddrRangeDesc4KB: blocks one after the other. */
static const struct field RMI_RANGE_SIZE = {0, 2}; /* of a block: 0 level 3, 1 level 2, 2 level 1 */
static const struct field RMI_RANGE_COUNT = {2, 10};
static const struct field RMI_RANGE_ADDR = {12, 40}; /* in place */
static const struct field RMI_RANGE_STATE = {63, 1};
enum rmi_range_state { RMI_RANGE_DELEGATED = 0, RMI_RANGE_UNDELEGATED = 1 };

/* Flags of the commands on ranges: x4. The upper two are those of RTT_UNPROT_MAP. */
static const struct field RMI_RANGE_OADDR_TYPE = {0, 2};
static const struct field RMI_RANGE_LIST_COUNT = {2, 14};
static const struct field RMI_RANGE_MEMATTR = {16, 3};
static const struct field RMI_RANGE_S2AP = {19, 4}; /* bit 0 write, bit 1 read */
enum rmi_oaddr_type {
    RMI_OADDR_NONE = 0,
    RMI_OADDR_SINGLE = 1, /* the one descriptor is in a register */
    RMI_OADDR_LIST = 2,   /* they are in the host's memory */
};

/* GRANULE_TRACKING_GET: x1 and x2. */
#define RMI_MEM_CATEGORY_CONVENTIONAL 0u
#define RMI_TRACKING_NONE 1u
#define RMI_TRACKING_FINE 2u

/* RmiRmmConfig: the page x1 of RMM_CONFIG_GET and _SET names. 0 is 1G regions, and 4K granules. */
struct rmi_rmm_config {
    uint64_t tracking_region_size;
    uint64_t rmi_granule_size;
};

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
    uint64_t ripas_top; /* before 1.0: the size */
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

/* The same before 1.0. */
struct rmi_beta_realm_params {
    uint64_t features_0; /* as RmiFeatureRegister0: what the realm wants of it */
    uint8_t pad0[0x100 - 0x008];
    uint8_t hash_algo;
    uint8_t pad1[0x400 - 0x101];
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

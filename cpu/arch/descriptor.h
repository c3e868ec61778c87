/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VMSAv8-64 translation table descriptors and the registers that govern a walk (Arm ARM D8.3,
 * D19.2), 48-bit addresses. Walkers, table builders and traces share these declarations.
 */
#ifndef CPU_ARCH_DESCRIPTOR_H
#define CPU_ARCH_DESCRIPTOR_H

#include "cpu/arch/field.h"

/* --- descriptors -------------------------------------------------------------------------------
 */

static const struct field DESC_VALID = {0, 1};
static const struct field DESC_TYPE = {0, 2};
#define DESC_TYPE_BLOCK 1u /* levels 0..2 */
#define DESC_TYPE_TABLE 3u /* levels 0..2 */
#define DESC_TYPE_PAGE 3u  /* level 3 */
static const struct field DESC_ADDR = {12,
                                       36}; /* bits 47:12; the low ones depend on level, granule */
static const struct field DESC_AF = {10, 1};
static const struct field DESC_SH = {8, 2};
static const struct field DESC_DBM = {51, 1}; /* FEAT_HAFDBS: a write may make it writable */
#define DESC_SH_INNER 3u

/* stage 1, leaf */
static const struct field S1_ATTR_INDX = {2, 3};
static const struct field S1_NS = {5, 1};
static const struct field S1_AP_EL0 = {6, 1}; /* AP[1]: EL0 may access too */
static const struct field S1_AP_RO = {7, 1};  /* AP[2]: read only */
static const struct field S1_NG = {11, 1};
static const struct field S1_PXN = {53, 1};
static const struct field S1_UXN = {54, 1};
/* stage 1, table: what holds for everything below */
static const struct field S1_TABLE_PXN = {59, 1};
static const struct field S1_TABLE_UXN = {60, 1};
static const struct field S1_TABLE_NO_EL0 = {61, 1};
static const struct field S1_TABLE_RO = {62, 1};

/* stage 2, leaf */
static const struct field S2_MEM_ATTR = {2, 4};
#define S2_MEM_ATTR_DEVICE_NGNRE 0x1u
#define S2_MEM_ATTR_NORMAL_NC 0x5u
#define S2_MEM_ATTR_NORMAL_WB 0xfu
#define S2_MEM_ATTR_FWB_NORMAL_WB 0x6u
static const struct field S2_AP_READ = {6, 1};
static const struct field S2_AP_WRITE = {7, 1};
static const struct field S2_XN0 = {53, 1}; /* FEAT_XNX: XN[0] */
static const struct field S2_XN1 = {54, 1}; /* XN[1]; XN without FEAT_XNX */
static const struct field S2_NS = {55, 1};  /* Realm stage 2: the output is in the Non-secure PAS */

/* --- SCTLR_EL1, TCR_EL1, MAIR_EL1 ----------------------------------------------------------------
 */

static const struct field SCTLR_M = {0, 1};
static const struct field SCTLR_A = {1, 1};
static const struct field SCTLR_C = {2, 1};
static const struct field SCTLR_I = {12, 1};
static const struct field SCTLR_SA = {3, 1};
static const struct field SCTLR_SA0 = {4, 1};
static const struct field SCTLR_NAA = {6, 1};
static const struct field SCTLR_WXN = {19, 1};
static const struct field SCTLR_SPAN = {23, 1};
static const struct field SCTLR_E0E = {24, 1};
static const struct field SCTLR_EE = {25, 1};
static const struct field SCTLR_DSSBS = {44, 1};

static const struct field TCR_T0SZ = {0, 6};
static const struct field TCR_EPD0 = {7, 1};
static const struct field TCR_TG0 = {14, 2};
static const struct field TCR_T1SZ = {16, 6};
static const struct field TCR_A1 = {22, 1};
static const struct field TCR_AS = {36, 1};
static const struct field TCR_EPD1 = {23, 1};
static const struct field TCR_TG1 = {30, 2};
static const struct field TCR_IPS = {32, 3};
static const struct field TCR_TBI0 = {37, 1};
static const struct field TCR_TBI1 = {38, 1};
static const struct field TCR_HA = {39, 1};
static const struct field TCR_HD = {40, 1};
static const struct field TCR_HPD0 = {41, 1};
static const struct field TCR_HPD1 = {42, 1};

static const struct field TTBR_BADDR = {1, 47};
static const struct field TTBR_ASID = {48, 16};

/* MAIR attribute: Device when its high nibble is 0 (and the tagged and XS forms aside). */
static const struct field MAIR_ATTR_HIGH = {4, 4};

/* --- HCR_EL2, VTCR_EL2, VTTBR_EL2 ----------------------------------------------------------------
 */

/* HCRX_EL2: 64-byte accesses do not trap. */
static const struct field HCRX_EnALS = {1, 1};
static const struct field HCRX_EnASR = {2, 1};

static const struct field HCR_VM = {0, 1};
static const struct field HCR_SWIO = {1, 1};
static const struct field HCR_PTW = {2, 1};
static const struct field HCR_FMO = {3, 1};
static const struct field HCR_IMO = {4, 1};
static const struct field HCR_AMO = {5, 1};
static const struct field HCR_VF = {6, 1};
static const struct field HCR_VI = {7, 1};
static const struct field HCR_VSE = {8, 1};
static const struct field HCR_FB = {9, 1};
static const struct field HCR_BSU = {10, 2};
#define HCR_BSU_INNER 1u
static const struct field HCR_DC = {12, 1};
static const struct field HCR_TWI = {13, 1};
static const struct field HCR_TWE = {14, 1};
static const struct field HCR_TID3 = {18, 1};
static const struct field HCR_TSC = {19, 1};
static const struct field HCR_TIDCP = {20, 1};
static const struct field HCR_TACR = {21, 1};
static const struct field HCR_TSW = {22, 1};
static const struct field HCR_TVM = {26, 1};
static const struct field HCR_TGE = {27, 1};
static const struct field HCR_RW = {31, 1};
static const struct field HCR_TEA = {37, 1};
static const struct field HCR_APK = {40, 1};
static const struct field HCR_API = {41, 1};
static const struct field HCR_FWB = {46, 1};

static const struct field VTCR_T0SZ = {0, 6};
static const struct field VTCR_SL0 = {6, 2};
static const struct field VTCR_IRGN0 = {8, 2};
static const struct field VTCR_ORGN0 = {10, 2};
#define VTCR_RGN_WBWA 1u
static const struct field VTCR_SH0 = {12, 2};
static const struct field VTCR_TG0 = {14, 2};
static const struct field VTCR_PS = {16, 3};
static const struct field VTCR_HA = {21, 1};
static const struct field VTCR_HD = {22, 1};
static const struct field VTCR_RES1 = {31, 1};

static const struct field VTTBR_BADDR = {1, 47};
static const struct field VTTBR_VMID = {48, 16};

/* Physical address size of an IPS or PS encoding, in bits (0 for a reserved one). */
static inline unsigned ps_bits(uint64_t encoding)
{
    static const uint8_t bits[8] = {32, 36, 40, 42, 44, 48, 52, 0};

    return bits[encoding & 7];
}

/* The smallest encoding whose size holds that many bits (up to 52). */
static inline uint64_t ps_encoding(unsigned bits)
{
    uint64_t encoding = 0;

    while (encoding < 6 && ps_bits(encoding) < bits)
        encoding++;
    return encoding;
}

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GICv3 CPU interface and its virtualization: fields of ICH_LR<n>_EL2, ICH_HCR_EL2, ICH_VMCR_EL2,
 * ICH_MISR_EL2 and ICV_CTLR_EL1 (Arm IHI 0069, chapter 12), and the INTIDs (chapter 2.2).
 */
#ifndef CPU_ARCH_GIC_H
#define CPU_ARCH_GIC_H

#include "cpu/arch/field.h"

/* --- INTIDs --- */

#define GIC_NR_SGIS 16u
#define GIC_NR_PRIVATE 32u /* SGIs and PPIs */
#define GIC_INTID_MAINTENANCE 25u
#define GIC_INTID_VIRTUAL_TIMER 27u
#define GIC_INTID_PHYSICAL_TIMER 30u
#define GIC_INTID_SPECIAL 1020u
#define GIC_INTID_SPURIOUS 1023u
#define GIC_INTID_FIRST_LPI 8192u
#define GIC_PRIORITY_IDLE 0xffu /* of ICC_RPR_EL1: nothing is active */

/* --- ICH_LR<n>_EL2 --- */

static const struct field ICH_LR_VINTID = {0, 32};
static const struct field ICH_LR_PINTID = {32, 13};
static const struct field ICH_LR_EOI = {41, 1}; /* of pINTID, while HW is 0 */
static const struct field ICH_LR_PRIORITY = {48, 8};
static const struct field ICH_LR_GROUP = {60, 1};
static const struct field ICH_LR_HW = {61, 1};
static const struct field ICH_LR_STATE = {62, 2};
static const struct field ICH_LR_PENDING = {62, 1};
static const struct field ICH_LR_ACTIVE = {63, 1};
#define ICH_LR_STATE_PENDING 1u

#define ICH_LR_COUNT 16u

/* --- ICH_HCR_EL2 --- */

static const struct field ICH_HCR_EN = {0, 1};
static const struct field ICH_HCR_UIE = {1, 1};
static const struct field ICH_HCR_LRENPIE = {2, 1};
static const struct field ICH_HCR_NPIE = {3, 1};
static const struct field ICH_HCR_VGRP0EIE = {4, 1};
static const struct field ICH_HCR_VGRP0DIE = {5, 1};
static const struct field ICH_HCR_VGRP1EIE = {6, 1};
static const struct field ICH_HCR_VGRP1DIE = {7, 1};
static const struct field ICH_HCR_MAINTENANCE = {1, 7}; /* UIE .. VGrp1DIE */
static const struct field ICH_HCR_VSGIEOICOUNT = {8, 1};
static const struct field ICH_HCR_TC = {10, 1};
static const struct field ICH_HCR_TALL0 = {11, 1};
static const struct field ICH_HCR_TALL1 = {12, 1};
static const struct field ICH_HCR_TDIR = {14, 1};
static const struct field ICH_HCR_EOICOUNT = {27, 5};

/* --- ICH_VMCR_EL2 --- */

static const struct field ICH_VMCR_VENG0 = {0, 1};
static const struct field ICH_VMCR_VENG1 = {1, 1};
static const struct field ICH_VMCR_VACKCTL = {2, 1};
static const struct field ICH_VMCR_VFIQEN = {3, 1}; /* RES1 where ICC_SRE_EL1.SRE is */
static const struct field ICH_VMCR_VCBPR = {4, 1};
static const struct field ICH_VMCR_VEOIM = {9, 1};
static const struct field ICH_VMCR_VBPR1 = {18, 3};
static const struct field ICH_VMCR_VBPR0 = {21, 3};
static const struct field ICH_VMCR_VPMR = {24, 8};

/* --- ICH_MISR_EL2 --- */

static const struct field ICH_MISR_EOI = {0, 1};
static const struct field ICH_MISR_U = {1, 1};
static const struct field ICH_MISR_LRENP = {2, 1};
static const struct field ICH_MISR_NP = {3, 1};
static const struct field ICH_MISR_VGRP0E = {4, 1};
static const struct field ICH_MISR_VGRP0D = {5, 1};
static const struct field ICH_MISR_VGRP1E = {6, 1};
static const struct field ICH_MISR_VGRP1D = {7, 1};

/* --- ICV_CTLR_EL1 --- */

static const struct field ICV_CTLR_CBPR = {0, 1};
static const struct field ICV_CTLR_EOIMODE = {1, 1};
static const struct field ICV_CTLR_PRIBITS = {8, 3}; /* less one */
static const struct field ICV_CTLR_IDBITS = {11, 3};
static const struct field ICV_CTLR_A3V = {15, 1};
#define ICV_CTLR_IDBITS_24 1u

/* --- GICH_LR<n> and the INTIDs of a GICv2 (IHI 0048B, 5.3.9, 4.4.4) ---
 * GICH_HCR, GICH_VMCR and GICH_MISR are laid out as ICH_HCR_EL2, ICH_VMCR_EL2 and ICH_MISR_EL2. */

static const struct field GICH_LR_VIRTUALID = {0, 10};
static const struct field GICH_LR_PHYSICALID = {10, 10};
static const struct field GICH_LR_CPUID = {10, 3}; /* of PhysicalID, while HW is 0 */
static const struct field GICH_LR_EOI = {19, 1};   /* likewise */
static const struct field GICH_LR_PRIORITY = {23, 5};
static const struct field GICH_LR_STATE = {28, 2};
static const struct field GICH_LR_PENDING = {28, 1};
static const struct field GICH_LR_ACTIVE = {29, 1};
static const struct field GICH_LR_GRP1 = {30, 1};
static const struct field GICH_LR_HW = {31, 1};
#define GICH_LR_PRIORITY_SHIFT 3u /* the register has the upper five bits of a priority */

static const struct field GICV_INTID = {0, 10};
static const struct field GICV_CPUID = {10, 3}; /* of an SGI: the vCPU it comes from */
#define GICV_INTID_GROUP1 1022u /* GICV_IAR: the interrupt is of the other group */

/* --- ICC_SGI1R_EL1 --- */

static const struct field ICC_SGIR_TARGETS = {0, 16};
static const struct field ICC_SGIR_AFF1 = {16, 8};
static const struct field ICC_SGIR_INTID = {24, 4};
static const struct field ICC_SGIR_AFF2 = {32, 8};
static const struct field ICC_SGIR_IRM = {40, 1};
static const struct field ICC_SGIR_AFF3 = {48, 8};

#endif

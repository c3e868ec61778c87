/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kvm_model/host_cpu.h"

/*
 * 48-bit physical addresses, all granules, 16-bit ASIDs, PAN, UAO, SSBS, RAS, DIT; AArch64 alone,
 * also at EL0. No guest gets more than this, so SVE, SME, MTE, pointer authentication and the PMU,
 * which KVM hides from a plain VM, are left out. ISAR0 and DFR0 are those of QEMU's `max`.
 */
const struct kvm_host_cpu kvm_host_cpu_modelled = {
    .name = "modelled",
    .id =
        {
            [ID_REG_ID_AA64PFR0_EL1] = 0x1101000011110111,
            [ID_REG_ID_AA64PFR1_EL1] = 0x21,
            [ID_REG_ID_AA64DFR0_EL1] = 0x10305009,
            [ID_REG_ID_AA64ISAR0_EL1] = 0x1221111110212120,
            [ID_REG_ID_AA64ISAR1_EL1] = 0x0000011100111001,
            [ID_REG_ID_AA64MMFR0_EL1] = 0x100125,
            [ID_REG_ID_AA64MMFR1_EL1] = 0x100000,
            [ID_REG_ID_AA64MMFR2_EL1] = 0x10,
        },
    .ctr = 0x9444c004,
    .spectre_v2 = SPECTRE_UNAFFECTED,
    .spectre_v4 = SPECTRE_MITIGATED,
    .spectre_bhb = SPECTRE_UNAFFECTED,
    .meltdown = SPECTRE_UNAFFECTED,
};

/*
 * Sources: target/arm/cpu64.c and cpu_tcg.c of QEMU 7.2 (aarch64_max_initfn, aarch64_a57_initfn,
 * aa32_max_features), less the fields that are in no list of cpufeature.c@6.12. The guest's ISAR0,
 * DFR0 and CTR_EL0 that follow from it are in the records. SSBS2 makes Spectre v4 mitigated; `max`
 * is on no list of CPUs safe from BHB and its firmware has no workaround 3, so that is vulnerable.
 */
const struct kvm_host_cpu kvm_host_cpu_qemu72_max = {
    .name = "qemu-7.2-max",
    .id =
        {
            [ID_REG_ID_PFR0_EL1] = 0x01020131,
            [ID_REG_ID_PFR1_EL1] = 0x10011001,
            [ID_REG_ID_DFR0_EL1] = 0x06010009,
            [ID_REG_ID_MMFR0_EL1] = 0x10101105,
            [ID_REG_ID_MMFR1_EL1] = 0x40000000,
            [ID_REG_ID_MMFR2_EL1] = 0x01260000,
            [ID_REG_ID_MMFR3_EL1] = 0x02122211,
            [ID_REG_ID_ISAR0_EL1] = 0x02101110,
            [ID_REG_ID_ISAR1_EL1] = 0x13112111,
            [ID_REG_ID_ISAR2_EL1] = 0x21232042,
            [ID_REG_ID_ISAR3_EL1] = 0x01112131,
            [ID_REG_ID_ISAR4_EL1] = 0x00011142,
            [ID_REG_ID_ISAR5_EL1] = 0x01011121,
            [ID_REG_ID_MMFR4_EL1] = 0x00021110,
            [ID_REG_ID_ISAR6_EL1] = 0x01111111,
            [ID_REG_MVFR0_EL1] = 0x10110222,
            [ID_REG_MVFR1_EL1] = 0x13211111,
            [ID_REG_MVFR2_EL1] = 0x43,
            [ID_REG_ID_PFR2_EL1] = 0x11,
            [ID_REG_ID_MMFR5_EL1] = 0x1,
            [ID_REG_ID_AA64PFR0_EL1] = 0x1201001121110222,
            [ID_REG_ID_AA64PFR1_EL1] = 0x01000021,
            [ID_REG_ID_AA64DFR0_EL1] = 0x10305609,
            [ID_REG_ID_AA64ISAR0_EL1] = 0x1221111110212120,
            [ID_REG_ID_AA64ISAR1_EL1] = 0x0011111101211052,
            [ID_REG_ID_AA64MMFR0_EL1] = 0x0000032310201126,
            [ID_REG_ID_AA64MMFR1_EL1] = 0x0000011010211122,
            [ID_REG_ID_AA64MMFR2_EL1] = 0x1021011010011011,
        },
    .ctr = 0x9444c004,
    .spectre_v2 = SPECTRE_UNAFFECTED,
    .spectre_v4 = SPECTRE_MITIGATED,
    .spectre_bhb = SPECTRE_VULNERABLE,
    .meltdown = SPECTRE_UNAFFECTED,
    .stage2_fwb = true,
};

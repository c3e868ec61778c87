/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The CPU that the host kernel runs on, as that kernel sees it: its identification registers as
 * cpufeature.c sanitises them (arch/arm64/kernel/cpufeature.c:read_sanitised_ftr_reg) and the state
 * of its mitigations. KVM derives from it what a guest sees. Rows of data, never freed.
 */
#ifndef KVM_MODEL_HOST_CPU_H
#define KVM_MODEL_HOST_CPU_H

#include <stdbool.h>
#include <stdint.h>

/*
 * X(name, CRm, op2): the registers of op0 3, op1 0, CRn 0 that KVM has a row with a value for
 * (sys_regs.c:sys_reg_descs); all others of the space read as zero.
 */
#define ID_REG_TABLE(X)                                                                            \
    X(ID_PFR0_EL1, 1, 0)                                                                           \
    X(ID_PFR1_EL1, 1, 1)                                                                           \
    X(ID_DFR0_EL1, 1, 2)                                                                           \
    X(ID_MMFR0_EL1, 1, 4)                                                                          \
    X(ID_MMFR1_EL1, 1, 5)                                                                          \
    X(ID_MMFR2_EL1, 1, 6)                                                                          \
    X(ID_MMFR3_EL1, 1, 7)                                                                          \
    X(ID_ISAR0_EL1, 2, 0)                                                                          \
    X(ID_ISAR1_EL1, 2, 1)                                                                          \
    X(ID_ISAR2_EL1, 2, 2)                                                                          \
    X(ID_ISAR3_EL1, 2, 3)                                                                          \
    X(ID_ISAR4_EL1, 2, 4)                                                                          \
    X(ID_ISAR5_EL1, 2, 5)                                                                          \
    X(ID_MMFR4_EL1, 2, 6)                                                                          \
    X(ID_ISAR6_EL1, 2, 7)                                                                          \
    X(MVFR0_EL1, 3, 0)                                                                             \
    X(MVFR1_EL1, 3, 1)                                                                             \
    X(MVFR2_EL1, 3, 2)                                                                             \
    X(ID_PFR2_EL1, 3, 4)                                                                           \
    X(ID_MMFR5_EL1, 3, 6)                                                                          \
    X(ID_AA64PFR0_EL1, 4, 0)                                                                       \
    X(ID_AA64PFR1_EL1, 4, 1)                                                                       \
    X(ID_AA64PFR2_EL1, 4, 2)                                                                       \
    X(ID_AA64ZFR0_EL1, 4, 4)                                                                       \
    X(ID_AA64FPFR0_EL1, 4, 7)                                                                      \
    X(ID_AA64DFR0_EL1, 5, 0)                                                                       \
    X(ID_AA64DFR1_EL1, 5, 1)                                                                       \
    X(ID_AA64ISAR0_EL1, 6, 0)                                                                      \
    X(ID_AA64ISAR1_EL1, 6, 1)                                                                      \
    X(ID_AA64ISAR2_EL1, 6, 2)                                                                      \
    X(ID_AA64ISAR3_EL1, 6, 3)                                                                      \
    X(ID_AA64MMFR0_EL1, 7, 0)                                                                      \
    X(ID_AA64MMFR1_EL1, 7, 1)                                                                      \
    X(ID_AA64MMFR2_EL1, 7, 2)                                                                      \
    X(ID_AA64MMFR3_EL1, 7, 3)                                                                      \
    X(ID_AA64MMFR4_EL1, 7, 4)

enum id_reg {
#define X(name, crm, op2) ID_REG_##name,
    ID_REG_TABLE(X)
#undef X
        ID_REG_COUNT
};

/* arch/arm64/kernel/proton-pack.c: enum mitigation_state. */
enum spectre_state {
    SPECTRE_UNAFFECTED,
    SPECTRE_MITIGATED,
    SPECTRE_VULNERABLE,
};

struct kvm_host_cpu {
    const char *name;
    uint64_t id[ID_REG_COUNT];
    uint64_t ctr;           /* CTR_EL0; IDC is that of CLIDR_EL1 too (read_cpuid_effective) */
    uint64_t revidr, aidr;  /* REVIDR_EL1, AIDR_EL1 */
    uint64_t dbgauthstatus; /* DBGAUTHSTATUS_EL1 */
    enum spectre_state spectre_v2, spectre_v4, spectre_bhb, meltdown;
    bool stage2_fwb; /* FEAT_S2FWB: maintenance by set and way needs nothing from KVM */
};

/* The CPU of the simulator's own cpu/ floor. */
extern const struct kvm_host_cpu kvm_host_cpu_modelled;
/*
 * `max` of QEMU 7.2 with virtualization=on and a GICv3, without EL3 and tag memory: the machine on
 * which tests/vectors/linux-kvm were recorded.
 */
extern const struct kvm_host_cpu kvm_host_cpu_qemu72_max;

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Deviations from the Arm ARM of a CPU whose behaviour was recorded (tests/vectors/linux-kvm), so
 * that what software above it did can be compared although the CPU below was not right. Off
 * otherwise.
 */
#ifndef CPU_QUIRKS_H
#define CPU_QUIRKS_H

enum cpu_quirk {
    /* An unaligned access to Device memory, and DC ZVA of it, is no alignment fault. */
    CPU_QUIRK_DEVICE_UNALIGNED = 1 << 0,
    /* DC and IC by address fault for no reason ... */
    CPU_QUIRK_MAINTENANCE_NEVER_FAULTS = 1 << 1,
    /* ... but DC CVAP and CVADP, which fault as a load without ISV, of the whole line: ESR_ELx.{CM,
     * WnR} 0, FAR_ELx rounded down. */
    CPU_QUIRK_CVAP_IS_LOAD = 1 << 2,
    /* A store exclusive without a reservation fails before it looks at its address. */
    CPU_QUIRK_EXCLUSIVE_FAILS_FIRST = 1 << 3,
    /* The level of a stage-2 fault on a stage-1 walk is that of stage 1. */
    CPU_QUIRK_S1PTW_LEVEL = 1 << 4,
    /* No IMPLEMENTATION DEFINED register is trapped by HCR_EL2.TIDCP: UNDEFINED first. */
    CPU_QUIRK_NO_TIDCP = 1 << 5,
    /* No tag memory: the registers of FEAT_MTE are UNDEFINED. */
    CPU_QUIRK_NO_TAGS = 1 << 6,
    /* PAR_EL1.SH of Device memory is the descriptor's, and 0 while stage 1 is off. */
    CPU_QUIRK_PAR_SH = 1 << 7,
    /* OSDTR*_EL1, OSECCR_EL1, DBGPRCR_EL1, DBGCLAIM*_EL1, DBGAUTHSTATUS_EL1, DBGDTR*_EL0 are not
     * there: UNDEFINED. */
    CPU_QUIRK_NO_EXTERNAL_DEBUG = 1 << 8,
};

#define QUIRK_CVAP_LINE 64u /* bytes */

/* `max` of QEMU 7.2, on a machine without tag memory. */
#define CPU_QUIRKS_QEMU_7_2                                                                        \
    (CPU_QUIRK_DEVICE_UNALIGNED | CPU_QUIRK_MAINTENANCE_NEVER_FAULTS | CPU_QUIRK_CVAP_IS_LOAD |    \
     CPU_QUIRK_EXCLUSIVE_FAILS_FIRST | CPU_QUIRK_S1PTW_LEVEL | CPU_QUIRK_NO_TIDCP |                \
     CPU_QUIRK_NO_TAGS | CPU_QUIRK_PAR_SH | CPU_QUIRK_NO_EXTERNAL_DEBUG)

#endif

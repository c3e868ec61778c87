/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An SMC as hardware carries it between worlds: x0..x17 (SMCCC 1.2 and later). The caller's world
 * is known to EL3, not told by the caller.
 */
#ifndef CPU_SMC_H
#define CPU_SMC_H

#include <stdint.h>

#define SMC_REG_COUNT 18

struct smc_regs {
    uint64_t x[SMC_REG_COUNT];
};

/* What a floor calls to execute an SMC; wired to the monitor when the machine is built. */
struct smc_port {
    void (*call)(void *ctx, struct smc_regs *regs);
    void *ctx;
};

#endif

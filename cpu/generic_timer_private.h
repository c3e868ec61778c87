/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside cpu/ only: the timers' state, and the guest's accesses to them. */
#ifndef CPU_GENERIC_TIMER_PRIVATE_H
#define CPU_GENERIC_TIMER_PRIVATE_H

#include "cpu/arch/sysreg.h"
#include "cpu/event_queue.h"
#include "cpu/generic_timer.h"

struct generic_timer {
    uint64_t cntvoff;
    struct {
        uint64_t cval, ctl; /* ctl without ISTATUS */
        bool held;          /* CNTHCTL_EL2 keeps the output from the GIC */
        struct timed_event event;
    } one[CPU_TIMER_COUNT];
};

/* Its events need room in the clock's queue. False: out of memory. */
bool generic_timer_init(struct cpu *cpu);
void generic_timer_free(struct cpu *cpu);
/* An MRS or MSR by encoding, while the counter is at counter. False: it is none of the timers'. */
bool generic_timer_read(const struct cpu *cpu, const struct sysreg_desc *reg, uint64_t counter,
                        uint64_t *value);
bool generic_timer_write(struct cpu *cpu, const struct sysreg_desc *reg, uint64_t counter,
                         uint64_t value);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words every floor speaks: addresses, cycles, worlds.
 *
 * A virtual address, an intermediate physical address and a physical address are distinct types, so
 * that handing one over where another is meant does not compile. Only the walker (cpu/mmu.c) turns
 * one into another; everybody else wraps and unwraps at an architectural boundary (a register, a
 * descriptor, a field of an ABI page).
 */
#ifndef CPU_TYPES_H
#define CPU_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint64_t v;
} va_t; /* virtual address, as an instruction forms it */
typedef struct {
    uint64_t v;
} ipa_t; /* intermediate physical address: output of stage 1, input of stage 2 */
typedef struct {
    uint64_t v;
} pa_t; /* physical address; meaningful only together with an enum pas */
typedef struct {
    uint64_t v;
} cycles_t; /* simulated cycles since the machine's reset */

#define VA(x) ((va_t){(x)})
#define IPA(x) ((ipa_t){(x)})
#define PA(x) ((pa_t){(x)})
#define CYCLES(x) ((cycles_t){(x)})

/* The granule of the GPT, of the RMM and of the 4K translation regime. */
#define GRANULE_SHIFT 12
#define GRANULE_SIZE ((uint64_t)1 << GRANULE_SHIFT)
#define GRANULE_MASK (GRANULE_SIZE - 1)

/* Physical address space (Arm ARM, FEAT_RME, D8.2 "Physical address spaces"). */
enum pas { PAS_NON_SECURE, PAS_SECURE, PAS_REALM, PAS_ROOT, PAS_COUNT };

/* Who acts: the five worlds a trap passes. */
enum world {
    WORLD_GUEST, /* EL0 and EL1, of a plain VM or of a realm */
    WORLD_RMM,   /* R-EL2 */
    WORLD_EL3,   /* the monitor */
    WORLD_HOST,  /* KVM at EL2 */
    WORLD_VMM,   /* user space of the host */
    WORLD_COUNT
};

/* "non-secure", ...; never NULL for a value of the enum. */
const char *pas_name(enum pas pas);
/* "guest", "rmm", "el3", "kvm", "vmm". */
const char *world_name(enum world world);

#endif

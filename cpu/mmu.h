/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stage 1 and stage 2 of the EL1&0 translation regime, walked over real descriptors in simulated
 * physical memory (Arm ARM D8). A walk never raises: it fills a translation or a fault.
 */
#ifndef CPU_MMU_H
#define CPU_MMU_H

#include "cpu/event.h"
#include "cpu/fault.h"
#include "cpu/physmem.h"
#include "cpu/timing/tlb_model.h"
#include "cpu/types.h"

/* Registers a walk depends on, copied from the vCPU when they change. */
struct mmu_regs {
    uint64_t sctlr_el1, tcr_el1, ttbr0_el1, ttbr1_el1, mair_el1;
    uint64_t hcr_el2, vtcr_el2, vttbr_el2;
    enum pas pas; /* PAS_REALM for a realm, PAS_NON_SECURE for a plain VM */
};

/*
 * A look without consequences, a debugger's: no descriptor is updated, access flags do not matter,
 * and memory that stage 2 does not map, or not yet, is where find says, if it says so.
 */
struct mmu_peek {
    bool (*find)(void *ctx, ipa_t ipa, pa_t *pa, enum pas *pas); /* may be NULL */
    void *ctx;
};

struct mmu {
    struct mmu_regs regs;
    struct physmem *mem;
    unsigned quirks;             /* enum cpu_quirk */
    const struct mmu_peek *peek; /* NULL: the guest's own access */
    struct tlb_walk *walk;       /* NULL, or what the last translation read: but for a peek's */
};

struct mmu_access {
    enum access_type type;
    bool el0;       /* checked with EL0's permissions: at EL0, or LDTR/STTR */
    bool pan;       /* PSTATE.PAN */
    bool unaligned; /* the whole access is: a fault if the memory turns out to be Device */
    /* DC and IC by address: no permission but stage 1's, and of that only EL0's read permission or
     * (type ACCESS_WRITE: DC IVAC) write permission (Arm ARM D8.15). */
    bool maintenance;
};

struct translation {
    pa_t pa;      /* of the byte asked for */
    enum pas pas; /* space that access goes to; not yet checked against the GPT */
    ipa_t ipa;    /* of the byte asked for */
    bool write;   /* a write would be allowed too */
    bool s1_device;
    bool s2_device;
    uint8_t s1_attr; /* stage 1's memory attributes, in the encoding of MAIR_EL1 */
    uint8_t s1_sh;   /* and shareability, in that of a descriptor */
};

/*
 * Translates one byte. On success fills *out and checks the GPT. On failure fills *fault and
 * returns false. trace may be NULL; else each walk step and each stage's result is emitted to it.
 */
bool mmu_translate(const struct mmu *mmu, va_t va, struct mmu_access access,
                   struct translation *out, struct fault *fault, struct trace *trace);

/*
 * Stage 1 alone: out->ipa and what stage 1 says about it. Its descriptors are read through stage 2,
 * and those faults are of stage 2 with s1ptw set. Same contract, no GPT check of the output.
 */
bool mmu_translate_stage1(const struct mmu *mmu, va_t va, struct mmu_access access,
                          struct translation *out, struct fault *fault, struct trace *trace);

/* Stage 2 alone, for an IPA a model has. Same contract; s1ptw says a stage-1 descriptor is read. */
bool mmu_translate_stage2(const struct mmu *mmu, ipa_t ipa, struct mmu_access access, bool s1ptw,
                          struct translation *out, struct fault *fault, struct trace *trace);

#endif

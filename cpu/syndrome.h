/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ESR_ELx, FAR_ELx and HPFAR_EL2 as pure functions of the instruction word and of what went wrong
 * (Arm ARM D17, ESR_EL2; AArch64.FaultSyndrome). No state; table-driven by cpu/insn.h.
 */
#ifndef CPU_SYNDROME_H
#define CPU_SYNDROME_H

#include "cpu/fault.h"
#include "cpu/insn.h"

struct syndrome {
    uint64_t esr;
    uint64_t far;
    uint64_t hpfar; /* of the fault's IPA; 0 when hpfar_valid is false */
    bool hpfar_valid;
};

/* DFSC/IFSC of a fault (EncodeLDFSC). */
unsigned syndrome_fsc(const struct fault *fault);

/*
 * A data abort by insn: the access that failed is fault->type (an atomic reads before it writes; a
 * cache operation or DC ZVA counts as a write whatever it says), fault->va the first byte that
 * fails. Taken to target_el (1 or 2) from a lower EL or, same_el, from the same one. ISV and bits
 * 23:14 only for a stage-2 fault to EL2 with s1ptw clear, and not for external aborts.
 */
struct syndrome syndrome_data_abort(const struct insn *insn, const struct fault *fault,
                                    unsigned target_el, bool same_el);
/* An instruction abort at fault->va. */
struct syndrome syndrome_insn_abort(const struct fault *fault, unsigned target_el, bool same_el);

/*
 * HVC, SMC, SVC, BRK, WFx, ERET, trapped MSR/MRS/SYS (cache operations too): ESR from the word
 * alone. Any other instruction: syndrome_undefined().
 */
uint64_t syndrome_trap(const struct insn *insn);
/* A trapped access to SIMD and floating-point registers (EC 0x07). */
uint64_t syndrome_fp_access(void);
/* A class without an ISS: SVE, PAC, illegal state, PC or SP alignment. */
uint64_t syndrome_ec(unsigned ec);
/* EC 0x00, IL 1: an undefined instruction. */
uint64_t syndrome_undefined(void);

#endif

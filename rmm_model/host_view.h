/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the host may see of an exception a realm took: the one place where a syndrome is masked.
 * Pure functions from the registers of R-EL2 to the fields of RmiRecExit (RMM specification 1.0,
 * "Host exit"; TF-RMM v0.6.0 runtime/core/exit.c).
 */
#ifndef RMM_MODEL_HOST_VIEW_H
#define RMM_MODEL_HOST_VIEW_H

#include <stdint.h>

struct host_view {
    uint64_t esr, far, hpfar, gpr0;
};

/* A data abort the host can emulate. rt_value: the register ESR.SRT names, 0 for XZR. */
struct host_view host_view_emulatable_abort(uint64_t esr, uint64_t far, uint64_t hpfar,
                                            uint64_t rt_value);
/* One that could be, were its ISS valid (TF-RMM v0.9.0 and later). */
struct host_view host_view_unknown_abort(uint64_t esr, uint64_t hpfar);
/* Any other stage-2 abort, of data or instruction. */
struct host_view host_view_abort(uint64_t esr, uint64_t hpfar);
/* An external abort: it has no IPA worth telling. */
struct host_view host_view_external_abort(uint64_t esr);
struct host_view host_view_wfx(uint64_t esr);
/* A trapped access to a register the host virtualises. rt_value: of the register written, or 0. */
struct host_view host_view_sysreg(uint64_t esr, uint64_t rt_value);
/* The same without telling which general register it is (TF-RMM 9a7f8ef and later). */
struct host_view host_view_sysreg_without_rt(uint64_t esr, uint64_t rt_value);
struct host_view host_view_serror(uint64_t esr);
/* The same with ESR.EC (TF-RMM v0.9.0 and later). */
struct host_view host_view_serror_with_class(uint64_t esr);

/* Bytes of the access an abort with a valid ISS describes: 1, 2, 4 or 8; and the mask of its bits.
 */
uint64_t abort_access_size(uint64_t esr);
uint64_t abort_access_mask(uint64_t esr);

#endif

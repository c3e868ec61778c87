/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the RMM keeps from the host of an exception a realm took: field by field, the true value and
 * the reason. Computed from the trap's events and the masks of rmm_model/host_view.h.
 */
#ifndef SIM_REPORT_HIDDEN_H
#define SIM_REPORT_HIDDEN_H

#include "sim/trace/trap_log.h"

#define HIDDEN_MAX 32
#define HIDDEN_TEXT_SIZE 48

struct hidden {
    char name[HIDDEN_TEXT_SIZE];  /* "SRT", "FAR[63:12]", "x0-x30" */
    char value[HIDDEN_TEXT_SIZE]; /* the truth; "" when it is not one value */
    const char *why;
};

/* Of a realm's trap to R-EL2: what is hidden, in the order of the registers. Returns how many. */
size_t trap_hidden(const struct trap_view *view, struct hidden out[HIDDEN_MAX]);

/*
 * Why the host was not told at all, as "nothing: ..." continues; NULL when it was. A trap that the
 * end of the run cuts off is told as far as it came.
 */
const char *trap_untold(const struct trap_view *view);

/* Bits of such a syndrome that the RMM lets the host see. */
uint64_t host_shown_bits(const struct trap_view *view, uint64_t esr);

/* A field that is told of even where it is 0. */
bool esr_field_always_told(enum esr_field_id id);

#endif

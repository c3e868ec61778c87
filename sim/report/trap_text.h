/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One trap in few words; for the table, failure messages and the JSON report. */
#ifndef SIM_REPORT_TRAP_TEXT_H
#define SIM_REPORT_TRAP_TEXT_H

#include "sim/scenario/scenario.h"
#include "sim/trace/trap_log.h"

#define TRAP_TEXT_SIZE 160

/* "ldrsb x2, [x0]"; "(fetch)" when no instruction could be read. text: TRAP_TEXT_SIZE bytes. */
const char *trap_insn_text(const struct trap_view *view, char *text);
/* "MMIO read of 1 at 0x9000000, uart answers 0x90": what came of it. text: TRAP_TEXT_SIZE bytes. */
const char *trap_what(const struct trap_view *view, char *text);
/* "DABT_LOW translation-l3 ipa 0x9000000": what was taken. text: TRAP_TEXT_SIZE bytes. */
const char *trap_exception(const struct trap_view *view, char *text);
/*
 * What sent an instruction or an access to the EL that took it: a label of at most 11 characters
 * ("trapped by", "undefined", "to EL1"), and in text (TRAP_TEXT_SIZE bytes) what decided:
 * "HCR_EL2.TWI = 1". NULL where the exception's class says it (a call, a fault of stage 2) or the
 * trap is none.
 */
const char *trap_cause_text(const struct trap_view *view, char *text);
/* "load+0x4"; "" when no label stands at or before pc in its page. text: TRAP_TEXT_SIZE bytes. */
const char *pc_label(const struct scn_guest *guest, uint64_t pc, char *text);
/* "-ENOSYS" for 38; "an error" for a number that is none of Linux. */
const char *errno_text(int64_t number);
/* A string argument of an event; "?" when it is not there. */
const char *event_text(const struct event *event, const char *field);

/*
 * What became of the sign of a signed load that was completed: "sign-extended", "sign lost", or
 * NULL where the load is unsigned, was not completed, or goes to xzr. *why: what lost it, or NULL.
 */
const char *trap_sign_text(const struct trap_view *view, const char **why);

#endif

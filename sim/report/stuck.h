/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why a run came to its limit: a guest that traps at one address, again and again. */
#ifndef SIM_REPORT_STUCK_H
#define SIM_REPORT_STUCK_H

#include "sim/report/judge.h"

#define STUCK_TEXT_SIZE 400

/*
 * What the last traps kept have in common with where the run ended, and what the first of them came
 * from; NULL when the run did not end at a limit, or the guest goes on. text: STUCK_TEXT_SIZE
 * bytes.
 */
const char *stuck_text(const struct run *run, char *text);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Expected and actual values in words, for failure messages and reports. */
#ifndef SIM_REPORT_JUDGE_TEXT_H
#define SIM_REPORT_JUDGE_TEXT_H

#include "sim/report/actual.h"

struct arena;

/* "0x91800047  DABT_LOW ISV=1 ...", "between 1 and 5", "one of word, byte", ... */
const char *expected_text(struct arena *arena, const struct match_value *want,
                          const struct actual *actual);
/* "0x93810047  DABT_LOW ...", "2 (word)", "not there". */
const char *actual_text(struct arena *arena, const struct actual *actual);
/* In which ESR fields the two differ, and what that means if it is the host that sees them; or "".
 */
const char *difference_note(struct arena *arena, const char *path, const struct match_value *want,
                            const struct actual *actual);
/* Event names of a trap, "guest_load > s1_walk > ...", repeats folded. */
const char *path_text(struct arena *arena, const struct trap_view *view);

#endif

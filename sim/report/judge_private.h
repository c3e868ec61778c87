/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between judge.c and judge_watch.c. */
#ifndef SIM_REPORT_JUDGE_PRIVATE_H
#define SIM_REPORT_JUDGE_PRIVATE_H

#include "sim/report/judge.h"

struct judge {
    const struct run *run;
    struct arena *arena;
    struct failure *failures;
    size_t count, capacity;
    size_t expectations;
};

void judge_fail(struct judge *judge, struct failure failure);
/* An expected value that does not hold; of that trap, if not NULL. */
void judge_fail_item(struct judge *judge, const struct expect_item *item,
                     const struct actual *actual, const struct trap *trap);

/* judge_watch.c: events over the whole run, and bytes in memory at its end. */
void judge_events(struct judge *judge);
void judge_memory(struct judge *judge);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One trap told step by step: `sim explain`. */
#ifndef SIM_REPORT_TRAP_STORY_H
#define SIM_REPORT_TRAP_STORY_H

#include "sim/report/report.h"

#define STORY_TEXT_SIZE 200

/*
 * What a descriptor says: "table at 0x80204000", "page at 0x802c1000, read-write, ...", "invalid".
 * text: STORY_TEXT_SIZE bytes, returned.
 */
const char *descriptor_text(unsigned stage, int level, uint64_t desc, char *text);
/* Why the walk or the access failed; "" for a trap without a fault. As above. */
const char *fault_reason(const struct trap_view *view, char *text);
/*
 * The earlier trap in which KVM last changed what stage 2 says of the IPA that faults, and by which
 * event; NULL: nothing faults at stage 2, or no trap kept before did.
 */
const struct trap *fault_origin(const struct trap_log *log, const struct trap_view *view,
                                const struct event **change);
/*
 * The reason of a walk that ended so; events are count of it. kind is fault_kind_name's. As above.
 */
const char *walk_reason(const struct event *events, size_t count, const char *kind, unsigned stage,
                        int level, char *text);
/* A descriptor that was read, or what a stage came to; false: event is neither, nothing is told. */
bool walk_tell(FILE *out, const struct event *event);
/* Where the real thing does what the event tells, or NULL. */
const char *event_source(enum event_kind kind);

/* The trap to tell when none is asked for: the first that reached the VMM, failed KVM_RUN or was
 * injected. */
const struct trap *story_default(const struct trap_log *log);

void story_print(FILE *out, const struct report *report, const struct trap *trap, bool colour);
void story_json(FILE *out, const struct report *report, const struct trap *trap);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One line of a kernel's trace as text: tracefs (trace, trace_pipe), `trace-cmd report` or `perf
 * script`. They differ in what stands before the event:
 *
 *   tracefs     "   qemu-1234  (   1200) [003] d..1.  61.123456: kvm_entry: PC: 0x..."
 *   trace-cmd   "   qemu-1234  [003]  61.123456: kvm_entry:            PC: 0x..."
 *   perf        "qemu  1234/1235 [003]  61.123456:       kvm:kvm_entry: PC: 0x..."
 *   latency     "   qemu-1234     3d..1.    123us+: kvm_entry: PC: 0x..."
 *
 * The time may be of any of tracefs' clocks; perf may leave the CPU out.
 */
#ifndef SIM_IMPORT_LINE_H
#define SIM_IMPORT_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "kvm_model/tracepoint.h"

#define IMPORT_TASK_SIZE 32
#define IMPORT_WHY_SIZE 96

enum import_kind {
    IMPORT_COMMENT, /* empty, or starts with # */
    IMPORT_FOREIGN, /* no event, or one of another subsystem */
    IMPORT_OTHER,   /* an event of KVM that the model has not */
    IMPORT_LOST,    /* "CPU:3 [LOST 17 EVENTS]", "[17 EVENTS DROPPED]", "PERF_RECORD_LOST" */
    IMPORT_BROKEN,  /* an event that is compared, and cannot be understood */
    IMPORT_POINT,   /* one that is compared */
};

struct import_line {
    enum import_kind kind;
    char task[IMPORT_TASK_SIZE];
    uint32_t pid;                /* of the thread: one vCPU */
    struct kvm_tracepoint point; /* IMPORT_POINT; of kvm_exit the ESR has the class only */
    const char *text;            /* in the line: "kvm_entry: PC: 0x...", without kvm: before it */
    char why[IMPORT_WHY_SIZE];   /* IMPORT_BROKEN */
};

/* Of one line without its end; line->text points into it. */
void import_parse_line(const char *text, struct import_line *line);

/* Whether a kernel would have printed the same for both, widths and padding aside. */
bool import_same_point(const struct kvm_tracepoint *a, const struct kvm_tracepoint *b);

#endif

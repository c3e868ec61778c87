/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A kernel's trace, read whole and sorted by thread: each vCPU has one. */
#ifndef SIM_IMPORT_RECORD_H
#define SIM_IMPORT_RECORD_H

#include <stddef.h>
#include <stdio.h>

#include "sim/import/line.h"

#define RECORD_LINE_MAX 4096
#define RECORD_MAX_POINTS ((size_t)1 << 22)
#define RECORD_MAX_TOLD 100 /* lines kept to be told; the rest is counted */
#define RECORD_NONE SIZE_MAX

/* A line that is compared. */
struct record_point {
    unsigned long number; /* of its line, from 1 */
    bool gap;             /* between it and the one before, lines of this thread may be missing */
    size_t next;          /* of its thread, or RECORD_NONE */
    struct kvm_tracepoint point;
    char *text;
};

/* Lines of a thread that belong together, along ->next. */
struct record_chain {
    size_t first, last; /* or RECORD_NONE */
    bool gap;           /* lines were lost since last */
};

struct record_thread {
    uint32_t pid;
    char task[IMPORT_TASK_SIZE]; /* "<...>" if the trace never names it */
    struct record_chain vcpu;    /* what KVM_RUN printed */
    struct record_chain irq;     /* interrupt lines: any thread may raise one */
};

/* A line that is not compared, and where more may be missing. */
struct record_told {
    unsigned long number;
    bool lost; /* events were; else the line is broken */
    char why[IMPORT_WHY_SIZE];
};

struct record {
    struct record_point *points;
    size_t count, room;
    struct record_thread *threads; /* in the order in which they appear */
    size_t thread_count, thread_room;
    struct record_told told[RECORD_MAX_TOLD];
    size_t told_count;
    bool seen[KVM_TP_COUNT]; /* the trace has such events */
    bool whole;              /* and such as nobody asks for alone: all of KVM's were recorded */
    /* lines by what they are */
    unsigned long lines, comments, foreign, others, lost, broken_lines;
};

/*
 * Reads file to its end into record, which is zero before; record_free in any case. Lines that are
 * not understood are counted and do not end it. False with a message in error (size bytes): it
 * cannot be read, memory is short, or it is too large.
 */
bool record_read(FILE *file, struct record *record, char *error, size_t size);
void record_free(struct record *record);

#endif

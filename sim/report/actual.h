/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The actual value behind an expectation's path ("esr", "iss.sas", "host_sees.gprs.0", "exit.data",
 * "regs.x2", "end.reason", ...). A path's first part names an event of the trap, the rest one of
 * that event's fields, so what the event table holds can be expected without new code.
 */
#ifndef SIM_REPORT_ACTUAL_H
#define SIM_REPORT_ACTUAL_H

#include "cpu/arch/esr.h"
#include "sim/report/run_result.h"
#include "sim/trace/trap_log.h"

struct watch;

enum actual_style {
    ACTUAL_HEX,
    ACTUAL_DEC,
    ACTUAL_BOOL,
    ACTUAL_TEXT,
    ACTUAL_ESR,
    ACTUAL_ESR_FIELD, /* field says which */
    ACTUAL_EL,        /* an Exception level */
};

struct actual {
    bool known;   /* the path names something */
    bool present; /* ... and this run, or this trap, has it */
    enum actual_style style;
    enum esr_field_id field;
    uint64_t number;  /* but for ACTUAL_TEXT */
    const char *text; /* the value's name, or NULL; not terminated */
    size_t text_size;
    char text_room[40]; /* text may point here: do not copy the struct */
    bool has_initial;   /* a register: `unchanged` compares with it */
    uint64_t initial;
    const char *initial_when; /* "as at the start", for messages */
};

struct run {
    const struct scenario *scenario;
    const struct run_result *result;
    const struct trap_log *log;
    const struct watch *watch; /* NULL: the scenario wants nothing of it */
};

/* Fills *actual for a path of expect.traps[]. */
void actual_of_trap(const struct run *run, const struct trap_view *view, const char *path,
                    struct actual *actual);
/* Fills *actual for a path of expect.end, exits, regs, devices, cycles. */
void actual_of_run(const struct run *run, const char *path, struct actual *actual);

/* Fills *actual for a path of expect.stage2[index], or of a walk of a trap's (an S1_WALK, S2_WALK).
 */
void actual_of_stage2(const struct run *run, size_t index, const char *path, struct actual *actual);
/* ... of expect.memory[index]. */
void actual_of_memory(const struct run *run, size_t index, const char *path, struct actual *actual);
void actual_of_walk(const struct event *event, const char *path, struct actual *actual);

/* "SYSTEM_OFF", ...; NULL for a function ID that is no PSCI call known here. */
const char *psci_call_name(uint64_t function_id);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each observer saw of one trap, side by side: for text and for pages. */
#ifndef SIM_REPORT_TRAP_VIEWS_H
#define SIM_REPORT_TRAP_VIEWS_H

#include "cpu/arch/esr.h"
#include "sim/trace/trap_log.h"

#define VIEW_LABEL_SIZE 12
#define VIEW_CELL_SIZE 64
#define VIEW_MAX_ROWS (ESR_MAX_PARTS + 24)

/* The truth as hardware has it, what the host can read, what user space is told. */
enum observer { SEEN_TRUTH, SEEN_HOST, SEEN_VMM, SEEN_COUNT };

/* One line of the comparison. An empty cell has nothing to say. */
struct view_row {
    char label[VIEW_LABEL_SIZE]; /* "ESR"; a field of the register above is indented by two */
    char cell[SEEN_COUNT][VIEW_CELL_SIZE];
    bool hidden;  /* the host's cell: the RMM keeps something back */
    bool heading; /* who they are: the first row */
};

/*
 * Fills rows, the heading first; returns how many, 0 when no exception to EL2 nor exit was taken.
 * realm: the trap is a realm's, so the host sees what the RMM shows; else the host has the truth
 * and its cells are empty.
 */
size_t trap_views(const struct trap_view *view, bool realm, struct view_row rows[VIEW_MAX_ROWS]);

#endif

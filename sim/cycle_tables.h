/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim cycles' tables of groups: by trap, alone or beside another run, and by instruction. */
#ifndef SIM_CYCLE_TABLES_H
#define SIM_CYCLE_TABLES_H

#include "sim/cycle_account.h"
#include "sim/report/json_writer.h"
#include "sim/scenario/scenario.h"

/* One run's account. */
struct cycle_table {
    const struct cycle_account *account;
    struct account_choice choice;
    const struct scenario *scenario; /* labels are its guest's */
};

/* Each writes a table whose last line is the sum, to standard output. False: out of memory. */
bool print_by_trap(const struct cycle_table *table);
/* name and other_name head the columns. A trap that one run does not have has no cycles there. */
bool print_by_trap_beside(const struct cycle_table *table, const struct cycle_table *other,
                          const char *name, const char *other_name);
/* What the guest's own code took up to each instruction that trapped, and what the traps took. */
bool print_by_instruction(const struct cycle_table *table);

/* A member with the list of groups. False: out of memory. */
bool json_by_trap(struct json *json, const struct cycle_table *table,
                  const struct cycle_table *other);
bool json_by_instruction(struct json *json, const struct cycle_table *table);

#endif

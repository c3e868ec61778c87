/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RMM_MODEL_EXIT_ABORT_H
#define RMM_MODEL_EXIT_ABORT_H

#include "rmm_model/exit.h"

/* A realm's stage-2 abort: true when the realm goes on, false when the host is to see the exit. */
bool rec_exit_data_abort(struct realm_run *run, uint64_t esr);
bool rec_exit_insn_abort(struct realm_run *run, uint64_t esr);

#endif

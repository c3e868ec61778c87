/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A GDB server in front of a machine: what `sim run --gdb` attaches. vCPU n is thread n + 1. The
 * guest stands still only in front of an instruction (cpu/debug.h), so whatever the debugger looks
 * at, the run's cycles, traps and verdict are those of a run without it.
 */
#ifndef SIM_GDB_STUB_H
#define SIM_GDB_STUB_H

#include "sim/machine.h"
#include "sim/trace/trap_log.h"

struct gdb_stub;

struct gdb_config {
    const char *where; /* see gdb_link_listen */
    bool stop;         /* wait for a debugger in front of the first instruction; so does stdio */
    struct machine *machine;
    const struct scenario *scenario;
    const struct trap_log *log; /* of the run that is to come */
};

/* Listens, says so on standard error, and attaches. NULL with a message in error. */
struct gdb_stub *gdb_stub_new(const struct gdb_config *config, char *error, size_t size);
/* The run is over: a debugger that is still there is told the exit status, and the socket closed.
 */
void gdb_stub_finish(struct gdb_stub *stub, int status);

#endif

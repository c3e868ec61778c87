/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the server's packets and its monitor commands share. */
#ifndef SIM_GDB_STUB_INTERNAL_H
#define SIM_GDB_STUB_INTERNAL_H

#include "cpu/debug.h"
#include "sim/gdb/link.h"
#include "sim/gdb/stub.h"

#define RECENT_EVENTS 64 /* kept for `monitor events`; a power of two */

/* A step that takes an exception to EL1: it runs to its return, or ends at the vector. */
enum step_mode { STEP_INTO, STEP_OVER };

struct gdb_stub {
    struct gdb_config config;
    struct gdb_link link;
    struct debugger *debugger;
    char *target_xml;

    struct cpu *cpu;      /* that stopped */
    unsigned thread;      /* whose registers and memory are asked for: vCPU number + 1 */
    enum debug_view view; /* whose addresses `m`, `x` and the like are */
    enum step_mode step_mode;
    struct {                 /* a step over an exception: the way back is a breakpoint of ours */
        bool active, shared; /* shared: the user has a breakpoint there as well */
        uint64_t from_pc, from_el, until;
    } over;

    struct { /* what the debugger may read as its program: files.c */
        char path[80];
        uint8_t *bytes;
        size_t size;
    } program;

    struct event recent[RECENT_EVENTS];
    uint64_t events;

    char packet[GDB_PACKET_MAX + 1];
    char reply[GDB_PACKET_MAX + 1];
};

/* Behind a hexadecimal number, or NULL if text does not begin with one. */
const char *gdb_parse_hex(const char *text, uint64_t *value);

/* False: out of memory. */
bool gdb_files_init(struct gdb_stub *stub);
void gdb_files_free(struct gdb_stub *stub);
/* What follows "vFile:"; false: there is no such call. */
bool gdb_files_serve(struct gdb_stub *stub, const char *text);

/* The CPU of the chosen thread. */
struct cpu *gdb_stub_cpu(const struct gdb_stub *stub);
/* `monitor COMMAND`: prints what there is to say to out. */
void gdb_monitor(struct gdb_stub *stub, const char *command, FILE *out);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An ELF file that has a scenario's names and no code: what the server gives a debugger as the
 * program it attaches to, so that labels, memories and devices are symbols there.
 */
#ifndef SIM_GDB_SYMBOLS_H
#define SIM_GDB_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scenario;

/* A name that stands for an address. */
struct gdb_name {
    const char *kind; /* "code" (a label), "memory", "device" */
    const char *name;
    uint64_t address;
    uint64_t size; /* 0: a label */
};

/* The index-th name, labels first; false behind the last one. */
bool gdb_name_at(const struct scenario *scenario, size_t index, struct gdb_name *name);

/*
 * Labels become symbols of sections without contents, one for each stretch of code; memories and
 * devices absolute ones. To be freed by the caller; NULL when memory is short. *size: its bytes.
 */
uint8_t *gdb_symbols_elf(const struct scenario *scenario, size_t *size);

#endif

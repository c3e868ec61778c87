/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside cpu/timing/ only: the rows of the table of operands. */
#ifndef CPU_TIMING_UOP_ROWS_H
#define CPU_TIMING_UOP_ROWS_H

#include <stddef.h>

#include "cpu/timing/uop.h"

/*
 * A word belongs to the first row whose value it has under mask. The operands read like an
 * assignment, "what is written=what is read", each a bank and a field:
 *   x X register, 31 is ZR    p X register, 31 is SP    v V register
 *   d n m a t u s             fields Rd, Rn, Rm, Ra, Rt, Rt2, Rs;  t+1.. as 1 2 3: "v1";  h the low
 * half of Rm c NZCV    l LR and after a register that is read, when it is needed:
 *   + ALU  ~ shifted  * multiplier  @ accumulator  / divider  [ address  ^ address, and written
 * back ! stored  { data or base of an access by register offset    nothing: without forwarding
 */
struct uop_row {
    uint32_t mask, value;
    enum uop_class cls;
    bool by_q; /* the class that follows cls for words with Q (bit 30) set */
    const char *operands;
};

extern const struct uop_row uop_rows_integer[];
extern const size_t uop_rows_integer_count;
extern const struct uop_row uop_rows_memory[];
extern const size_t uop_rows_memory_count;
extern const struct uop_row uop_rows_vector[];
extern const size_t uop_rows_vector_count;

#endif

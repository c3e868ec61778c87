/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A named bit field of a register or a descriptor. Fields are declared once, in the headers of this
 * folder, as tables of rows; builder, decoder, `sim esr`, traces and tests all go through these
 * rows.
 */
#ifndef CPU_ARCH_FIELD_H
#define CPU_ARCH_FIELD_H

#include <stdint.h>

struct field {
    uint8_t lo;    /* lowest bit, 0..63 */
    uint8_t width; /* bits, 1..64 */
};

#define FIELD(lo_, width_) ((struct field){.lo = (lo_), .width = (width_)})

static inline uint64_t field_mask(struct field f)
{
    return (f.width == 64 ? ~(uint64_t)0 : ((uint64_t)1 << f.width) - 1) << f.lo;
}

static inline uint64_t field_get(uint64_t reg, struct field f)
{
    return (reg & field_mask(f)) >> f.lo;
}

/* The value placed in the field, the rest 0; bits of value beyond the field are dropped. */
static inline uint64_t field_put(struct field f, uint64_t value)
{
    return (value << f.lo) & field_mask(f);
}

static inline uint64_t field_set(uint64_t reg, struct field f, uint64_t value)
{
    return (reg & ~field_mask(f)) | field_put(f, value);
}

#endif

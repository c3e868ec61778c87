/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpu/engine_words.h"

#include "cpu/arch/field.h"

/*
 * Classes of C4.1.96 ("Advanced SIMD, FP16") with, by U:a:opcode, the values that the translator
 * has no case for. Found by giving it every one.
 */
static const struct {
    uint32_t mask, value;
    struct field opcode, a, u;
    uint32_t fatal[4]; /* a bit each */
} classes[] = {
    /* three registers of the same type */
    {0x9f60c400, 0x0e400400, {11, 3}, {23, 1}, {29, 1}, {0x8a023820}},
    /* two registers */
    {0x9f7e0c00,
     0x0e780800,
     {12, 5},
     {23, 1},
     {29, 1},
     {0xc0ffffff, 0xd0ff0fff, 0xc0ffffff, 0x51ff4fff}},
    /* scalar, two registers */
    {0xdf7e0c00,
     0x5e780800,
     {12, 5},
     {23, 1},
     {29, 1},
     {0xc0ffffff, 0x50ff8fff, 0xc0ffffff, 0xd1ff4fff}},
};

bool engine_word_may_be_fatal(uint32_t word, uint32_t known)
{
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
        if (((word ^ classes[i].value) & classes[i].mask & known) == 0)
            return true;
    return false;
}

bool engine_word_is_fatal(uint32_t word)
{
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        struct field opcode = classes[i].opcode;
        unsigned index;

        if ((word & classes[i].mask) != classes[i].value)
            continue;
        index = (unsigned)(field_get(word, opcode) | field_get(word, classes[i].a) << opcode.width |
                           field_get(word, classes[i].u) << (opcode.width + 1));
        return classes[i].fatal[index / 32] >> index % 32 & 1;
    }
    return false;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words on which the engine's translator ends the process (Unicorn 2.1.4). */
#ifndef CPU_ENGINE_WORDS_H
#define CPU_ENGINE_WORDS_H

#include "cpu/types.h"

/*
 * Is word one of them? All are unallocated encodings (FP16 forms of Advanced SIMD), so the answer
 * of the architecture is an undefined instruction. No such word may be in a block that the engine
 * translates.
 */
bool engine_word_is_fatal(uint32_t word);

/* The same of a word of which only those bits are known: true if it may be one. */
bool engine_word_may_be_fatal(uint32_t word, uint32_t known);

#endif

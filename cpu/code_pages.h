/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside cpu/ only: the physical pages a guest executes from. The engine would execute some
 * instructions that the architecture traps, or checks first. When a page is first fetched from, its
 * words are scanned once; if there are such, the engine executes a copy of the page in which each
 * of them is an undefined instruction, which brings it back to us. Ordinary code pays nothing, and
 * reads of the page see the guest's own words.
 *
 * What makes one scan enough: a page that may be executed cannot be written (engine_change_wx), and
 * when a control register changes, all is forgotten and scanned again.
 */
#ifndef CPU_CODE_PAGES_H
#define CPU_CODE_PAGES_H

#include <unicorn/unicorn.h>

#include "cpu/physmem.h"
#include "cpu/trap_table.h"

struct code_pages;

/* NULL when memory is short. uc and mem must outlive it. */
struct code_pages *code_pages_new(uc_engine *uc, struct physmem *mem);
void code_pages_free(struct code_pages *pages);

/*
 * The page may be executed: scans it and marks it in physmem. False when memory is short or pas
 * does not own the page.
 */
bool code_pages_add(struct code_pages *pages, const struct trap_context *context, pa_t pa,
                    enum pas pas);
/*
 * A debugger's breakpoints: the word at that place of any page scanned from now on is replaced as
 * well. Only the address's offset in its page matters.
 */
void code_pages_stop_at(struct code_pages *pages, uint64_t address);
void code_pages_stop_nowhere(struct code_pages *pages);
/* Where the engine shall fetch a page from: itself, or its copy. False when it was not added. */
bool code_pages_target(const struct code_pages *pages, pa_t pa, pa_t *target);
/* Is the word at pa replaced in the copy? */
bool code_pages_patched(const struct code_pages *pages, pa_t pa);
/*
 * Puts the guest's own word back into the copy, for one step over it, or takes it out again. The
 * engine's translated code of it must go as well.
 */
void code_pages_lift(struct code_pages *pages, pa_t pa, bool lifted);
/* The page is not executed any more. The engine's translated code of it must go as well. */
void code_pages_remove(struct code_pages *pages, pa_t pa);
void code_pages_clear(struct code_pages *pages);

#endif

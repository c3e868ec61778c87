/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A debugger of the guest. It stands outside the architecture: it may look into a realm, and the
 * guest cannot notice it. It is asked in front of an instruction and answers whether to go on, so
 * the floors above never see that the guest stood still: cycles, traps and events are the same with
 * it as without, as long as it only looks.
 *
 * Without a debugger nothing of this costs anything. With one, the guest runs at full speed until a
 * breakpoint; while there are watchpoints, and during a step, one instruction at a time.
 */
#ifndef CPU_DEBUG_H
#define CPU_DEBUG_H

#include "cpu/cpu.h"
#include "cpu/mmu.h"

#define DEBUG_MAX_BREAKPOINTS 256
#define DEBUG_MAX_WATCHPOINTS 16

enum debug_stop {
    DEBUG_STOP_START,      /* the first instruction of the run */
    DEBUG_STOP_BREAKPOINT, /* the PC is at one */
    DEBUG_STOP_WATCHPOINT, /* the instruction at the PC would access one */
    DEBUG_STOP_STEP,       /* a step is done */
    DEBUG_STOP_REQUEST,    /* the poll function asked for it */
};

enum debug_resume {
    DEBUG_CONTINUE,
    DEBUG_STEP,   /* one instruction of debugger_step_cpu; the vector of an exception it takes to
                     EL1 is where it ends too */
    DEBUG_DETACH, /* without the debugger from now on */
};

enum debug_watch { DEBUG_WATCH_WRITE, DEBUG_WATCH_READ, DEBUG_WATCH_ACCESS };

/* Why the guest stopped; watch and address are those of a watchpoint. */
struct debug_report {
    enum debug_stop why;
    enum debug_watch watch;
    va_t address; /* of the watchpoint's byte that the access touches first */
};

/*
 * Called in front of an instruction of cpu, whose registers and memory may be read and written
 * until it returns. ctx as given.
 */
typedef enum debug_resume debug_handler(void *ctx, struct cpu *cpu,
                                        const struct debug_report *report);
/* Does somebody want the guest stopped? Asked now and then while it runs. */
typedef bool debug_poll(void *ctx);

struct debugger;

/*
 * The engine's debugger: one, for all its CPUs. stop_at_start: the first instruction is a stop.
 * NULL when memory is short. Freed by debugger_free, or with the engine.
 */
struct debugger *debugger_attach(struct engine *engine, debug_handler *handler, debug_poll *poll,
                                 void *ctx, bool stop_at_start);
void debugger_free(struct debugger *debugger);

/*
 * Whose instruction DEBUG_STEP means: NULL is any CPU's. The CPU that stopped unless this is called
 * in the handler.
 */
void debugger_step_cpu(struct debugger *debugger, const struct cpu *cpu);

/* Breakpoints by virtual address, whatever is mapped there. False: no room, or misaligned. */
bool debugger_add_breakpoint(struct debugger *debugger, va_t va);
bool debugger_has_breakpoint(const struct debugger *debugger, va_t va);
bool debugger_remove_breakpoint(struct debugger *debugger, va_t va);
/* Watchpoints by virtual address; len at least 1. False: no room, or there is none such. */
bool debugger_add_watchpoint(struct debugger *debugger, va_t va, uint64_t len, enum debug_watch);
bool debugger_remove_watchpoint(struct debugger *debugger, va_t va, uint64_t len, enum debug_watch);

/*
 * Where memory is that stage 2 does not map yet: a host maps pages when the guest first touches
 * them, and a debugger wants to see them before. find may be NULL.
 */
void debugger_set_peek(struct debugger *debugger, const struct mmu_peek *peek);

/* Whose addresses a memory access of the debugger uses. */
enum debug_view { DEBUG_VIEW_VA, DEBUG_VIEW_IPA, DEBUG_VIEW_PA };

/*
 * Reads or writes guest memory as the software at EL1 of cpu would reach it, permissions apart.
 * Returns how many bytes, from the first on, are there: fewer than len where nothing is mapped or
 * where another world's granule begins. Device memory has no bytes.
 */
uint64_t debugger_read(struct cpu *cpu, enum debug_view view, uint64_t address, void *out,
                       uint64_t len);
uint64_t debugger_write(struct cpu *cpu, enum debug_view view, uint64_t address, const void *bytes,
                        uint64_t len);
/*
 * Walks both stages for an EL1 access of cpu to va as the guest would, but for updates of
 * descriptors, and sends the walk to trace. *ipa and *pa are filled on success; else *fault, and
 * false.
 */
bool debugger_walk(struct cpu *cpu, va_t va, ipa_t *ipa, pa_t *pa, struct fault *fault,
                   struct trace *trace);

/* FPSR and FPCR. */
uint64_t debugger_fpsr(struct cpu *cpu);
uint64_t debugger_fpcr(struct cpu *cpu);

#endif

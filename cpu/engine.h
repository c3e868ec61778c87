/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside cpu/ only: Unicorn, and what it keeps of each CPU. One engine runs all CPUs of a machine;
 * the one whose registers it holds is the resident one, the others rest in saved contexts.
 *
 * Unicorn runs in virtual-TLB mode: each miss calls back into the walker. Nothing that changes
 * control flow happens in a callback: it leaves the engine with a reason, and cpu.c models it
 * outside.
 */
#ifndef CPU_ENGINE_H
#define CPU_ENGINE_H

#include <unicorn/unicorn.h>

#include "cpu/cpu.h"
#include "cpu/mmu.h"

/* Why the engine stopped. */
enum engine_stop {
    STOP_MISS,      /* a translation failed; engine->miss says where */
    STOP_EXCEPTION, /* engine->intno: a QEMU exception number */
    STOP_BUDGET,
    STOP_WX, /* a page changes between executable and writable: engine->wx_page */
    STOP_PC_ALIGNMENT,
    STOP_IDLE,    /* WFI or WFE went by, the PC is behind it */
    STOP_FAILURE, /* cpu->failure says what */
};

struct engine {
    uc_engine *uc;
    struct physmem *mem;
    struct clock *clock;
    struct trace *trace;
    struct cpu *resident;
    uc_context *pristine; /* the state of a CPU that never ran */
    bool code_stale;      /* a model wrote memory that was executed */

    /* set by callbacks during one run */
    bool stepping; /* one instruction only, which writes the page it executes from */
    int intno;     /* -1: none */
    bool budget_hit;
    bool pc_misaligned;
    struct {
        bool valid;
        uint64_t page; /* virtual */
        enum access_type type;
    } miss;
    struct {
        bool valid;
        pa_t page;
        bool executable; /* what it must become */
    } wx;
};

struct cpu {
    struct engine *engine;
    unsigned index;
    uc_context *context; /* its registers while another CPU is resident */
    struct el2_regs el2;
    struct mmu mmu;
    bool mmu_stale;         /* the guest may have written a register that mmu.regs caches */
    bool tlb_stale;         /* stage 2 or the GPT changed */
    uint64_t engine_pstate; /* what the engine holds, valid outside cpu_run */
    uint64_t engine_hcr;

    uint64_t executed;  /* instructions */
    uint64_t charged;   /* of these, how many the clock knows of */
    uint64_t el1_taken; /* exceptions taken to EL1: they count towards the budget */
    uint64_t budget_end;
    uint64_t block_pc; /* the block that is running */
    uint64_t block_size;

    uint64_t stuck_pc; /* misses at one PC that no walk explains */
    unsigned stuck;
    char failure[160];
};

/* Makes the CPU resident: its registers are the engine's. */
void engine_load(struct cpu *cpu);
/* Runs the resident CPU from pc until something stops it; *pc becomes where it stopped. */
enum engine_stop engine_execute(struct cpu *cpu, uint64_t *pc);
/* PSTATE and the SP it selects, swapped consistently. */
void engine_set_pstate(struct cpu *cpu, uint64_t pstate);
/*
 * After STOP_WX at pc. A physical page is either executable or writable in the engine's TLB, so
 * that a store to code, by whatever alias, is noticed and the translated code dropped.
 */
void engine_change_wx(struct cpu *cpu, uint64_t pc);
/* mmu.regs from the engine's registers and el2. */
void engine_refresh_mmu(struct cpu *cpu);
/* Guest instructions executed up to now, exact in the middle of a block. */
uint64_t engine_instructions_at(const struct cpu *cpu, uint64_t pc);

#endif

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

#include "cpu/code_pages.h"
#include "cpu/cpu.h"
#include "cpu/engine_detail.h"
#include "cpu/fault.h"
#include "cpu/generic_timer_private.h"
#include "cpu/gic_private.h"
#include "cpu/insn.h"
#include "cpu/mmu.h"
#include "cpu/sysreg_file.h"
#include "cpu/timing/flow.h"
#include "cpu/trap_table.h"

/* Why the engine stopped. */
enum engine_stop {
    STOP_NONE,
    STOP_MISS,      /* a translation failed; engine->miss says where */
    STOP_EXCEPTION, /* engine->intno: a QEMU exception number */
    STOP_BUDGET,    /* used up */
    STOP_EVENT,     /* one of the clock's is due */
    STOP_DEBUGGER,  /* it wants to poll */
    STOP_NEAR_LINE, /* one of both within the block to come: its instructions are to be counted */
    STOP_WALK,      /* the walk of an access was charged; the clock comes before the access */
    STOP_WX,        /* a page changes between executable and writable: engine->wx */
    STOP_CONTROLS,  /* the guest wrote a register that decides what traps */
    STOP_INTERRUPT, /* one can be taken */
    STOP_CHAOS,     /* what is cached is to be thrown away, by chance */
    STOP_PC_ALIGNMENT,
    STOP_IDLE,    /* WFI or WFE went by, the PC is behind it */
    STOP_FAILURE, /* cpu->failure says what */
};

struct debugger;

struct engine {
    uc_engine *uc;
    struct cpu *cpus; /* all of the machine: they share an inner shareable domain */
    struct physmem *mem;
    struct clock *clock;
    const struct core_model *core; /* NULL: each instruction costs GUEST_INSN */
    bool detailed;                 /* its CPUs have caches, TLBs and predictors */
    struct trace *trace;
    uint64_t chaos;      /* state of the generator; 0: no chaos */
    unsigned quirks;     /* enum cpu_quirk */
    bool ls64;           /* FEAT_LS64_V */
    bool wfxt;           /* FEAT_WFxT */
    struct smc_port el3; /* call NULL: there is no EL3 to answer the guest */
    unsigned gic_lrs;    /* list registers of each CPU */
    pa_t gicv;           /* a GICv2's frame, or 0 */
    struct cpu *resident;
    struct debugger *debugger; /* NULL: none */
    uc_context *pristine;      /* the state of a CPU that never ran */
    struct code_pages *code;
    bool code_stale; /* translated code is out of date: a model wrote it, or controls changed */
    struct {         /* what the pages in code were scanned for */
        bool valid;
        struct el2_regs el2;
        struct trap_context context;
    } controls;
    bool controls_stale; /* a register of EL1 that decides what traps may have been written */

    uint64_t count; /* the next run is of that many instructions at most; 0: no matter */
    bool stepping;  /* the next run is one instruction: it writes the page it executes from, ... */
    bool lifted;    /* ... or it is one that the copy of its page replaces, put back for once: */
    pa_t lifted_at; /* there */

    bool was_lifted; /* the last run was of such a one */
    bool wrote_code; /* in such a run a page was made writable that is executed from */

    /* set by callbacks during one run */
    int intno;                   /* -1: none */
    enum engine_stop block_stop; /* why it stopped in front of a block; STOP_NONE: it did not */
    struct { /* the page that was last fetched anew, as the engine's TLB has it */
        bool valid;
        uint64_t page; /* virtual */
        pa_t pa;
        enum pas pas;
    } fetched;
    struct {
        bool valid;
        uint64_t page; /* virtual */
        enum access_type type;
        bool decoded; /* insn is the one at pc, with that PSTATE: else all three are not known */
        struct insn insn;
        uint64_t pc, pstate;
    } miss;
    struct {
        bool valid;
        pa_t page;
        enum pas pas;
        bool executable; /* what it must become */
    } wx;
    bool walk_stop;
};

/* System registers of which the engine gets only a part (cpu/engine_regs.c). */
#define ENGINE_HIDDEN_COUNT 2

struct cpu {
    struct engine *engine;
    struct cpu *next;
    unsigned index;
    uc_context *context; /* its registers while another CPU is resident */
    struct el2_regs el2;
    struct mmu mmu;
    bool mmu_stale;         /* the guest may have written a register that mmu.regs caches */
    bool tlb_stale;         /* stage 2 or the GPT changed */
    uint64_t engine_pstate; /* what the engine holds, valid outside cpu_run */
    uint64_t engine_hcr;

    struct cpu_write_log *log; /* or NULL */

    unsigned lines;          /* bit n: enum cpu_line n is high */
    struct sysreg_file file; /* system registers the engine has not */
    struct gic gic;
    struct generic_timer timer;
    uint64_t hidden[ENGINE_HIDDEN_COUNT]; /* bits of registers that it has, kept from it */
    struct {                              /* the local exclusive monitor */
        bool armed;
        pa_t pa;
        unsigned bytes;
    } monitor;

    struct tlb_model *tlb; /* cpu/engine_tlb.c */
    struct tlb_walk walk;  /* what the last translation read */
    struct {               /* a page the engine has fetched from, and the modelled TLB lacks: */
        bool unasked;      /* no block of it has begun */
        uint64_t page;     /* virtual */
        struct tlb_walk walk;
    } fetch;

    struct flow flow;             /* of its instructions through engine->core */
    struct engine_detail *detail; /* instead of that, in detailed mode; else NULL */
    uint64_t executed;            /* instructions */
    bool paused;                  /* cpu_run returned CPU_EXIT_PAUSE: the guest did not leave EL1 */
    uint64_t charged;             /* of these, how many the clock knows of */
    uint64_t el1_taken;           /* exceptions taken to EL1: they count towards the budget */
    uint64_t budget_end;
    uint64_t event_line; /* of executed: there the clock's next event is due */
    uint64_t debug_line; /* likewise: there the debugger polls */
    uint64_t stop_line;  /* of executed: no block that would pass it begins unasked */
    uint64_t block_pc;   /* the block that is running */
    uint64_t block_size;

    uint64_t stuck_pc; /* misses at one PC that no walk explains */
    unsigned stuck;
    unsigned stalled;
    char failure[160];
};

/* Makes the CPU resident: its registers are the engine's. */
void engine_load(struct cpu *cpu);
/* Runs the resident CPU from pc until something stops it; *pc becomes where it stopped. */
enum engine_stop engine_execute(struct cpu *cpu, uint64_t *pc);
/* Whether to stop at address, in front of so many instructions: a line may be passed there. */
enum engine_stop engine_block_stop(struct engine *engine, struct cpu *cpu, uint64_t address,
                                   uint64_t instructions, uint64_t cycles);
/* How many instructions may be executed until the budget is used up or an event is due. */
uint64_t engine_instructions_left(const struct cpu *cpu);
/* PSTATE and the SP it selects, swapped consistently. */
void engine_set_pstate(struct cpu *cpu, uint64_t pstate);
/*
 * After STOP_WX at pc. A physical page is either executable or writable in the engine's TLB, so
 * that a store to code, by whatever alias, is noticed and the translated code dropped. False when
 * memory is short; cpu->failure says so.
 */
bool engine_change_wx(struct cpu *cpu, uint64_t pc);
/* The next engine_execute runs one instruction: the guest's own word at pa, where the PC is. */
void engine_step_over(struct cpu *cpu, pa_t pa);
/* After STOP_CHAOS. */
void engine_forget_something(struct cpu *cpu);
/* Is it an EL1 register that decides what traps? By its encoding. */
bool engine_controls_traps(const struct sysreg_desc *reg);
/* EL2 controls at reset. */
void engine_reset_controls(struct cpu *cpu);
/* The controls that decide what traps, as they are now; what was scanned for others is forgotten.
 */
void engine_refresh_controls(struct cpu *cpu);
/* The context to ask the trap table with, for an instruction at the PC. */
struct trap_context engine_trap_context(const struct cpu *cpu);
/* Registers of the resident CPU: by encoding, and by Unicorn's number. */
uc_err engine_write_cp(uc_engine *uc, uc_arm64_cp_reg reg, uint64_t value);
uint64_t engine_read_cp(uc_engine *uc, uc_arm64_cp_reg reg);
uint64_t engine_read_reg(uc_engine *uc, int id);
uint64_t engine_read_x(uc_engine *uc, unsigned n); /* n 0..30 */
/* A system register of the resident CPU, with the bits that the engine does not get to see. */
uint64_t engine_read_sysreg(const struct cpu *cpu, enum sysreg reg);
void engine_write_sysreg(struct cpu *cpu, enum sysreg reg, uint64_t value);
/* The register of that encoding if it has such bits, else SYSREG_COUNT. */
enum sysreg engine_hidden_sysreg(const uc_arm64_cp_reg *cp);
/* mmu.regs from the engine's registers and el2. */
void engine_refresh_mmu(struct cpu *cpu);
/* An instruction at pc was executed, by us. */
void engine_count_instruction(struct cpu *cpu, uint64_t pc);
/* Cycles of instructions that the clock does not know of yet, exact in the middle of a block. */
uint64_t engine_uncharged_cycles(const struct cpu *cpu);
/* The clock gets to know. */
void engine_charge(struct cpu *cpu);
/* An exception is taken: what is in flight in the pipeline ends, and is charged. */
void engine_drain(struct cpu *cpu);
/* From where on each block asks whether to stop. */
void engine_set_stop_line(struct cpu *cpu);

/* --- the modelled TLB (cpu/engine_tlb.c) --- */

bool engine_tlb_init(struct cpu *cpu); /* false when memory is short */
/* The regime in which the CPU's accesses are translated now. */
struct tlb_context engine_tlb_context(struct cpu *cpu);
/*
 * The engine has filled its TLB for an access of data at va, or our own code is about to make one:
 * cpu->walk says what was read. A walk is charged if the modelled TLB lacks va. False: the engine
 * must stop in front of the instruction, as the clock's next event may come first.
 */
bool engine_tlb_access(struct cpu *cpu, uint64_t va);
/* Likewise all pages of an access that the engine does not make. */
bool engine_tlb_access_by(struct cpu *cpu, const struct insn *insn);
/* The engine has filled its TLB for a fetch, which may be ahead of execution: asked at the block.
 */
void engine_tlb_fetched(struct cpu *cpu, uint64_t va);
/* A block begins there, of so many instructions and cycles. False: it must not, as above. */
bool engine_tlb_fetch(struct cpu *cpu, uint64_t va, uint64_t instructions, uint64_t cycles);
/* The walk that found a fault is charged. */
void engine_tlb_fault(struct cpu *cpu, const struct fault *fault);
/* Is the system instruction a TLBI of EL1&0? */
bool engine_is_tlbi(unsigned op0, unsigned op1, unsigned crn);
/*
 * The guest executes a TLBI of EL1&0 with that operand. True: the modelled TLB lost more than the
 * engine would by the same instruction, and the engine must forget all.
 */
bool engine_tlbi(struct cpu *cpu, unsigned crm, unsigned op2, uint64_t operand);

/* Guest instructions executed up to now, exact in the middle of a block. */
uint64_t engine_instructions_at(const struct cpu *cpu, uint64_t pc);

#endif

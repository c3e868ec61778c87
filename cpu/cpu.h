/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest's CPU: A64 code at EL0 and EL1 runs on Unicorn, everything that would leave EL1 is
 * modelled here. The software at EL2 (kvm_model) or R-EL2 (rmm_model) owns a struct cpu the way it
 * owns a PE on which it has loaded a vCPU: it sets the EL2 registers, calls cpu_run, and reads the
 * syndrome.
 */
#ifndef CPU_CPU_H
#define CPU_CPU_H

#include "cpu/arch/sysreg.h"
#include "cpu/clock.h"
#include "cpu/event.h"
#include "cpu/physmem.h"
#include "cpu/smc.h"
#include "cpu/types.h"

struct engine; /* Unicorn; one per machine, shared by its CPUs */
struct cpu;

/*
 * EL2 registers as the software at EL2 sees them, in the encodings of the Arm ARM. hcr, vtcr and
 * vttbr are inputs of cpu_run; elr and spsr are both (the guest resumes there; the trap's return
 * state comes back); esr, far and hpfar are outputs.
 */
struct el2_regs {
    uint64_t hcr, vtcr, vttbr;
    /* what traps to EL2 beyond HCR_EL2; ich_hcr and icc_sre are ICH_HCR_EL2 and ICC_SRE_EL2 */
    uint64_t cptr, mdcr, cnthctl, hcrx, ich_hcr, icc_sre;
    uint64_t hfgrtr, hfgwtr, hfgitr, hdfgrtr, hdfgwtr;
    uint64_t elr, spsr;
    uint64_t esr, far, hpfar;
    uint64_t vsesr; /* syndrome of the virtual SError that hcr.VSE makes pending */
};

enum cpu_exit {
    CPU_EXIT_SYNC,    /* a synchronous exception to EL2: el2_regs say what */
    CPU_EXIT_IRQ,     /* a physical interrupt; no syndrome */
    CPU_EXIT_FIQ,     /* likewise */
    CPU_EXIT_SERROR,  /* esr holds the syndrome */
    CPU_EXIT_PAUSE,   /* another CPU's turn (struct clock, paced); cpu_run goes on at no cost */
    CPU_EXIT_LIMIT,   /* the instruction budget is used up; the guest could go on */
    CPU_EXIT_FAILURE, /* the engine failed or met what is not modelled: cpu_failure says what */
};

struct engine_config {
    struct physmem *mem;
    struct clock *clock;
    struct trace *trace; /* may be NULL */
    /* Where an SMC goes that EL2 does not trap; call NULL: nowhere, it is UNDEFINED (SCR_EL3.SMD).
     */
    struct smc_port el3;
    /*
     * 0, or a seed: cached translations, translated code and scanned pages are thrown away at
     * random blocks. What a guest does must not change.
     */
    uint64_t chaos;
    enum timing timing; /* how much of the guest's core is modelled */
    unsigned quirks;    /* 0, or enum cpu_quirk of a recorded CPU */
    bool ls64;          /* FEAT_LS64_V: 64-byte accesses, which only ever fault here */
    bool wfxt;          /* FEAT_WFxT */
    pa_t gicv; /* 0: a GICv3; else a GICv2, whose GICV frame is there: 8 KiB without memory */
    unsigned gic_lrs; /* list registers of a PE's GIC, up to 16; 0: as many as GIC-600 systems, 4 */
};

/* NULL with a message in error (size bytes) if Unicorn is too old or refuses. Freed by engine_free.
 */
struct engine *engine_new(const struct engine_config *config, char *error, size_t size);
void engine_free(struct engine *engine);

/* A CPU in reset state (Arm ARM values, KVM's where KVM chooses): EL1h, MMU off, all X registers 0.
 */
struct cpu *cpu_new(struct engine *engine, unsigned index, char *error, size_t size);
void cpu_free(struct cpu *cpu);
unsigned cpu_index(const struct cpu *cpu);

/* Which world's PAS the guest lives in; also decides which world an exception to EL2 is taken to.
 */
void cpu_set_pas(struct cpu *cpu, enum pas pas);

struct el2_regs *cpu_el2(struct cpu *cpu);

/*
 * Enters the guest at el2.elr with el2.spsr and runs it until an exception is taken to EL2.
 * Exceptions to EL1 are delivered inside. The trap is deterministic; GUEST_INSN, walks and
 * exception costs are charged to the clock. On return X registers, PC and system registers may be
 * read and written.
 */
enum cpu_exit cpu_run(struct cpu *cpu);

/* Physical interrupt lines of the PE, level-sensitive; EL2 takes them if HCR_EL2.{IMO, FMO, AMO}
 * say so. */
enum cpu_line { CPU_LINE_IRQ, CPU_LINE_FIQ, CPU_LINE_SERROR, CPU_LINE_COUNT };
void cpu_set_line(struct cpu *cpu, enum cpu_line line, bool level);
/* Any of them is high: what ISR_EL1 tells software at EL2. */
bool cpu_line_pending(const struct cpu *cpu);

/* Stops after that many more guest instructions, exactly; an exception to EL1 counts as one. */
void cpu_set_budget(struct cpu *cpu, uint64_t instructions);
uint64_t cpu_budget_left(const struct cpu *cpu);
uint64_t cpu_instructions(const struct cpu *cpu); /* executed so far */
bool cpu_out_of_budget(const struct cpu *cpu);    /* cpu_run would return CPU_EXIT_LIMIT at once */
const char *cpu_failure(const struct cpu *cpu);   /* after CPU_EXIT_FAILURE; else "" */

/* General registers. n 0..30; n 31 is XZR: reads 0, writes are dropped. */
uint64_t cpu_get_x(struct cpu *cpu, unsigned n);
void cpu_set_x(struct cpu *cpu, unsigned n, uint64_t value);
/* SP_EL0 and SP_EL1. */
uint64_t cpu_get_sp(struct cpu *cpu, unsigned el);
void cpu_set_sp(struct cpu *cpu, unsigned el, uint64_t value);

uint64_t cpu_get_sysreg(struct cpu *cpu, enum sysreg reg);
void cpu_set_sysreg(struct cpu *cpu, enum sysreg reg, uint64_t value);

/* X0..X30 at once: cheaper than one by one. */
#define CPU_X_COUNT 31
void cpu_get_gprs(struct cpu *cpu, uint64_t x[CPU_X_COUNT]);

/*
 * What the functions above have written since the log was last cleared, and what it held before:
 * bit n of x for Xn, of sp for SP_ELn, of sysregs for enum sysreg n. For a watcher that reading all
 * registers would slow down; what the guest itself writes is not in it. log NULL: nobody watches.
 * Not owned.
 */
struct cpu_write_log {
    uint64_t sysregs;
    uint32_t x, sp;
    uint64_t old[SYSREG_COUNT];
    uint64_t old_x[CPU_X_COUNT], old_sp[2];
};
void cpu_log_writes(struct cpu *cpu, struct cpu_write_log *log);
/* Nothing is written yet. */
static inline void cpu_write_log_clear(struct cpu_write_log *log)
{
    log->sysregs = 0;
    log->x = log->sp = 0;
}

/*
 * The software at EL2 changed stage 2 or the GPT: what a translation was must be looked up anew.
 * Cheap; done before the next entry. It is no TLB invalidation: the modelled TLB, which says what
 * an access costs, keeps what it has.
 */
void cpu_tlb_invalidate(struct cpu *cpu);
/*
 * TLBI IPAS2E1 or RIPAS2E1, then VMALLE1, as software does for an IPA that it has unmapped or
 * changed: under the VMID of vttbr, at this CPU. Includes cpu_tlb_invalidate.
 */
void cpu_tlbi_ipa(struct cpu *cpu, uint64_t vttbr, ipa_t ipa, uint64_t size);
/* TLBI VMALLE1; with stage2 VMALLS12E1. Likewise. */
void cpu_tlbi_vmid(struct cpu *cpu, uint64_t vttbr, bool stage2);

/* --- exceptions to EL1 (cpu/exception.c) --- */

enum el1_vector { EL1_SYNC = 0x000, EL1_IRQ = 0x080, EL1_FIQ = 0x100, EL1_SERROR = 0x180 };

/* Address of the vector for an exception taken from a state with that PSTATE (Arm ARM D1.4.1). */
uint64_t exception_vector(uint64_t vbar_el1, uint64_t pstate, enum el1_vector which);
/* PSTATE on entry to EL1 (AArch64.TakeException): EL1h, DAIF set, PAN by SCTLR_EL1.SPAN, ... */
uint64_t exception_entry_pstate(uint64_t pstate, uint64_t sctlr_el1);
/*
 * Takes an exception to EL1 in the guest's resume state: ELR_EL1 = el2.elr, SPSR_EL1 = el2.spsr,
 * ESR_EL1, FAR_EL1 (when far is not NULL), then el2.elr and el2.spsr become the vector and its
 * PSTATE.
 */
void exception_take_el1(struct cpu *cpu, enum el1_vector which, uint64_t esr, const uint64_t *far);

#endif

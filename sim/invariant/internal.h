/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The observer's state. Inside sim/invariant/ only. */
#ifndef SIM_INVARIANT_INTERNAL_H
#define SIM_INVARIANT_INTERNAL_H

#include "rmm_model/rmi.h"
#include "sim/invariant/invariant.h"

#define XZR 31u
#define VREGS 32u
#define SHADOW_OPERATIONS 64 /* more than an RMM has handles; those beyond are not followed */
#define NO_PC UINT64_MAX

/* --- registers ---------------------------------------------------------------------------------
 */

struct realm_state {
    uint64_t x[RMI_GPR_COUNT], sp[2], pc, pstate;
    uint64_t sysregs[SYSREG_COUNT];
    uint64_t v[VREGS][2]; /* V0..V31 */
};

/* A state that a realm may be found in: how it differs from the one it left. */
struct expect {
    uint64_t pc, pstate;
    uint64_t pc_too;      /* or that PC; NO_PC: none */
    uint64_t pstate_mask; /* bits that must be as said */
    uint32_t x_set;       /* bit n: Xn must hold x[n]; the others are as left */
    uint32_t x_free;      /* bit n: Xn holds a result of the RMM */
    uint64_t sys_set;     /* bit n: enum sysreg n must hold sysregs[n]; the others are as left */
    uint64_t x[RMI_GPR_COUNT]; /* from here on only what is set is valid: expect_copy */
    uint64_t sysregs[SYSREG_COUNT];
};

/* A PE on which realms ran, the REC whose registers it holds, and what the RMM wrote to them. */
struct pe {
    struct cpu *cpu;
    struct shadow_rec *rec; /* or NULL */
    struct cpu_write_log log;
};

/* --- realms and RECs ---------------------------------------------------------------------------
 */

enum shadow_realm_state { SHADOW_NEW, SHADOW_ACTIVE, SHADOW_OFF };

struct shadow_realm {
    uint64_t rd;
    enum shadow_realm_state state;
    unsigned ipa_bits;
    uint64_t recs; /* ever created */
    uint64_t roots, root_count;
    bool used;
};

/* How the realm stopped last: the truth. */
struct stop {
    bool present; /* in this entry */
    enum cpu_exit kind;
    uint64_t esr, far, hpfar;
};

/* What the host owes or may answer after an exit. */
enum owed { OWED_NOTHING, OWED_ABORT, OWED_SYSREG, OWED_HOST_CALL, OWED_RIPAS, OWED_PSCI };

struct shadow_rec {
    uint64_t pa, rd, index;
    uint64_t aux[RMI_MAX_REC_AUX];
    unsigned aux_count;
    bool used, runnable, running;
    bool off_defect; /* PSCI_COMPLETE failed where a release answers all the same */
    struct expect expect, alt;
    bool has_alt;
    struct stop stop; /* kept over entries that fail */
    /*
     * The state at the stop. Reading all of it at each stop would double the cost of a trap, so
     * registers are taken down (settled) only when another REC may get the PE; until then left has
     * the PC and PSTATE, what the RMM wrote is in the PE's log, and the rest is still in the PE.
     */
    struct realm_state left;
    bool settled;
    struct pe *pe;
    enum owed owed;
    bool emulatable, sea_allowed; /* OWED_ABORT */
    uint64_t ripas_base, ripas_top, ripas_next, ripas;
    bool controls_known;
    uint64_t hcr, vttbr, vtcr;
};

/* REC_CREATE of RMI 2.0 on its way: the handle, and what it was called with. */
struct shadow_operation {
    bool used;
    uint64_t handle, rd, rec, params;
};

/* --- granules ----------------------------------------------------------------------------------
 */

enum use { USE_NS, USE_DELEGATED, USE_RD, USE_REC, USE_AUX, USE_DATA, USE_RTT };

struct shadow_granule {
    uint64_t rd, ipa; /* USE_DATA; rd also USE_RTT */
    uint8_t use;
    bool realm; /* its PAS */
};

/* --- the rules of a profile --------------------------------------------------------------------
 */

struct profile_rules {
    const char *name;
    bool beta;              /* argument order and pages of before 1.0 */
    bool single_granules;   /* its commands on granules and data are those followed here */
    bool sea_voids_emul;    /* INJECT_SEA: EMUL_MMIO is ignored */
    bool any_isv_completes; /* known defect: EMUL_MMIO by the hardware's ISV alone */
    bool beyond_to_host;    /* an IPA above the space is an unprotected one */
    bool isv0_hidden;       /* no write data or size without ISV */
    bool insn_beyond_fsc;   /* fetch faults other than translation faults show a syndrome */
    bool rt_hidden;
    bool serror_ec;
    unsigned host_call_gprs;
    bool gic_in_page;
    bool gic_bits_refused;
    bool response; /* RIPAS_RESPONSE */
    uint64_t injected_mask;
};

/* --- one command -------------------------------------------------------------------------------
 */

struct command {
    struct command *outer; /* of another CPU, meanwhile */
    uint32_t fid;
    uint64_t x[SMC_REG_COUNT];
    struct shadow_rec *rec; /* REC_ENTER */
    bool ran;
    const char *refuse;               /* why it must fail, or NULL */
    struct expect before, before_alt; /* REC_ENTER: what holds again when it fails */
    bool before_has_alt;
    uint64_t flags, gpr0;    /* of the entry */
    struct cpu *cpu;         /* the realm's, when it ran */
    uint64_t host_call_page; /* PA of the realm's structure that was read for it; 0: none */
    union {
        struct rmi_rec_params rec_params;
        struct rmi_realm_params realm_params;
        struct rmi_beta_realm_params beta_realm_params;
    } page;
    bool has_page;
};

struct invariants {
    struct physmem *mem;
    const struct profile_rules *rules;
    struct smc_port host;
    struct realm_port run;
    struct command *command;
    bool in_realm; /* guest code runs */
    bool broken;
    enum invariant_id which;
    char text[400];
    struct invariant_counts counts;
    struct shadow_realm *realms;
    size_t realm_count;
    struct shadow_rec **recs; /* each on its own: commands hold pointers to them */
    size_t rec_count;
    struct shadow_granule *granules;
    uint64_t granule_count;
    struct pe **pes;
    size_t pe_count;
    struct shadow_operation operations[SHADOW_OPERATIONS];
};

/* The first violation is kept. Arguments as printf. */
void broken(struct invariants *inv, enum invariant_id id, const struct shadow_rec *rec,
            const char *format, ...) __attribute__((format(printf, 4, 5)));

struct shadow_rec *shadow_rec_find(const struct invariants *inv, uint64_t pa);
struct shadow_realm *shadow_realm_find(const struct invariants *inv, uint64_t rd);
/* The bytes of a Non-secure granule, by the observer's own account; NULL if it is none. */
const void *peek_ns(const struct invariants *inv, uint64_t pa);

/* registers.c */
/* Just as it left. */
void expect_unchanged(struct expect *expect, const struct shadow_rec *rec);
void expect_x(struct expect *expect, unsigned n, uint64_t value);
/* An assignment that leaves out what is not set: most states differ in the PC alone. */
void expect_copy(struct expect *to, const struct expect *from);
/* As the PE has it now; else tells the violation. */
void expect_met(struct invariants *inv, struct shadow_rec *rec, struct cpu *cpu);
void expect_sysreg(struct expect *expect, enum sysreg reg, uint64_t value);
/* What the register held at the stop. n: 0..30. */
uint64_t x_left(const struct shadow_rec *rec, unsigned n);
uint64_t sysreg_left(const struct shadow_rec *rec, enum sysreg reg);
void settle(struct shadow_rec *rec);
/* A settled REC: what is in the PE now is what it is to find, whatever it left. */
void expect_as_found(struct shadow_rec *rec, struct cpu *cpu);
/* The state at a stop; the PE is the REC's from now on. */
void rec_stopped(struct invariants *inv, struct shadow_rec *rec, struct cpu *cpu);
/* Before the REC gets a PE: takes down what another may lose there. */
void make_room(struct invariants *inv, const struct shadow_rec *rec);
/* The exception to EL1 with that ESR_EL1 from the state expected; far NULL: FAR_EL1 stays. */
void expect_el1(const struct profile_rules *rules, const struct shadow_rec *rec,
                struct expect *expect, uint64_t esr, const uint64_t *far);
uint64_t sea_esr(uint64_t esr, uint64_t pstate);
#define UNDEFINED_ESR 0x02000000u /* EC 0, IL */

/* entry.c: what may be found when the realm goes on, after an entry or inside one. */
void entry_begin(struct invariants *inv, struct command *cmd);
/* It was refused as it had to be; which of two states that left shows in the PE, if it has one. */
void entry_refused(struct shadow_rec *rec);
/* It was refused: all is as before. */
void entry_undone(struct shadow_rec *rec, const struct command *cmd);
void entry_inside(struct invariants *inv, struct shadow_rec *rec);
/* What the RMM itself did to the registers on the way out, and what the host may answer. */
void exit_owed(struct invariants *inv, struct shadow_rec *rec, const struct rmi_rec_exit *exit);
/* The exit did not reach its page: takes the state from the PE. */
void exit_lost(struct invariants *inv, struct shadow_rec *rec, struct cpu *cpu);

/* exit_page.c */
void exit_check(struct invariants *inv, const struct command *cmd, const struct shadow_rec *rec,
                const struct rmi_rec_exit *exit);
bool is_unprotected(const struct invariants *inv, const struct shadow_rec *rec, uint64_t hpfar);
bool is_external(uint64_t esr);

/* commands.c: before it is passed on, and with what came back. */
void command_before(struct invariants *inv, struct command *cmd);
void command_after(struct invariants *inv, struct command *cmd, const struct smc_regs *regs);

/* granules.c */
bool all_zero(const void *from, size_t size); /* size: at least 1 */
bool granules_init(struct invariants *inv);
void granules_free(struct invariants *inv);
struct shadow_granule *shadow_granule(const struct invariants *inv, uint64_t pa);
/* It must have been delegated and in no use. */
void granule_take(struct invariants *inv, uint64_t pa, enum use use, uint64_t rd, uint64_t ipa);
/* It must have been in that use. */
void granule_release(struct invariants *inv, uint64_t pa, enum use use);
/* The realm's memory at that IPA; 0: none is known. */
uint64_t granule_mapped(const struct invariants *inv, uint64_t rd, uint64_t ipa);

#endif

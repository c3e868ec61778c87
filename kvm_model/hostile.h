/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A host that lies: it sits where KVM's SMCs leave for EL3, lets them pass, and at chosen moments
 * changes what they carry, keeps them back, or sends commands of its own. It has what a real host
 * has: its own (Non-secure) memory, and the RMI. KVM above it stays the honest model; a machine
 * without a policy has no object of this kind at all.
 *
 * A policy is a list of steps, taken in its order. Nothing in it depends on time or chance.
 */
#ifndef KVM_MODEL_HOSTILE_H
#define KVM_MODEL_HOSTILE_H

#include "cpu/event.h"
#include "cpu/smc.h"
#include "kvm_model/host_mm.h"
#include "rmm_model/rmi.h"

struct hostile;
struct cpu;
struct rmi_cmds;

/* X(enumerator, name in a scenario); which rule each attacks, the schema table says. */
#define HOSTILE_ACTION_TABLE(X)                                                                    \
    X(SET_ENTER, set_enter)                                                                        \
    X(ADVANCE_PC, advance_pc)                                                                      \
    X(RMI, rmi)                                                                                    \
    X(REPLAY_EXIT, replay_exit)                                                                    \
    X(INJECT_IRQ, inject_irq)                                                                      \
    X(REMAP, remap)                                                                                \
    X(UNDELEGATE, undelegate)                                                                      \
    X(DESTROY_WHILE_RUNNING, destroy_while_running)                                                \
    X(STALE_TLB, stale_tlb)                                                                        \
    X(RACE, race)                                                                                  \
    X(DROP_COMMAND, drop_command)                                                                  \
    X(STARVE, starve)                                                                              \
    X(SECOND_REC, second_rec)                                                                      \
    X(SECOND_REALM, second_realm)

enum hostile_action {
#define X(id, name) HOSTILE_##id,
    HOSTILE_ACTION_TABLE(X)
#undef X
        HOSTILE_ACTION_COUNT
};

/* "set_enter", ... */
const char *hostile_action_name(enum hostile_action action);

/* --- addresses ---------------------------------------------------------------------------------
 */

#define HOSTILE_RECS 2  /* RECs it can name that it has made in the victim's realm */
#define HOSTILE_PAGES 8 /* free pages of the host a policy can name */

enum hostile_base {
    HOSTILE_NUMBER,   /* offset alone: a number or an IPA */
    HOSTILE_RD,       /* the realm's RD */
    HOSTILE_REC,      /* its REC */
    HOSTILE_RUN,      /* the run page */
    HOSTILE_ROOT,     /* its first root RTT */
    HOSTILE_AUX,      /* auxiliary granule index of the REC */
    HOSTILE_PAGE,     /* free page index of the host */
    HOSTILE_PA_OF,    /* the granule mapped at IPA offset, as RTT_READ_ENTRY tells */
    HOSTILE_RTT_OF,   /* the level-3 RTT on the way to IPA offset */
    HOSTILE_SECOND,   /* what SECOND_REC made, in order: index */
    HOSTILE_RD2,      /* what SECOND_REALM made ... */
    HOSTILE_RD2_REC,  /* ... and the second of its two RECs */
    HOSTILE_RD2_ROOT, /* ... and its first root RTT */
    HOSTILE_BASE_COUNT
};

struct hostile_address {
    enum hostile_base base;
    unsigned index;
    uint64_t offset;
};

/* --- steps -------------------------------------------------------------------------------------
 */

enum hostile_moment {
    HOSTILE_AT_EXIT,    /* number exits have come: before the next REC_ENTER */
    HOSTILE_ANY_EXIT,   /* before each REC_ENTER */
    HOSTILE_AT_COMMAND, /* before KVM's command fid: the first one, or the first after an exit */
    HOSTILE_DURING,     /* while REC_ENTER number runs */
    HOSTILE_AT_END,     /* when the run is over, before the VM is torn down */
};

struct hostile_when {
    enum hostile_moment moment;
    uint64_t number;
    bool has_number; /* AT_COMMAND: number exits have come */
    enum rmi_fid fid;
    bool has_reason; /* ... and the last exit had this reason */
    enum rmi_exit_reason reason;
};

/* What of RmiRecEnter is overwritten. */
struct hostile_enter {
    bool has_flags, has_hcr;
    uint64_t flags, hcr;
    uint32_t gpr_mask, lr_mask; /* bit n: gprs[n], gicv3_lrs[n] */
    uint64_t gprs[RMI_GPR_COUNT];
    uint64_t lrs[RMI_GICV3_LR_COUNT];
};

#define HOSTILE_MAX_ARGS 6

struct hostile_step {
    struct hostile_when when;
    enum hostile_action action;
    bool retry; /* a REC_ENTER refused after it is sent once more, as KVM wanted it */

    struct hostile_enter enter; /* SET_ENTER, RACE, INJECT_IRQ */
    uint32_t fid;               /* RMI */
    bool by_name;               /* RMI: with 1.0's arguments, sent as the host's revision has it */
    struct hostile_address
        args[HOSTILE_MAX_ARGS]; /* RMI: x1..; REMAP, UNDELEGATE, STALE_TLB: [0] */
    bool write;                 /* STALE_TLB: a store of number, not a load */
    uint64_t number;            /* REPLAY_EXIT: the exit's number; STALE_TLB: the value stored */
    bool runnable;              /* SECOND_REC */
    bool has_mpidr;
    uint64_t mpidr;   /* SECOND_REC: another than the next one */
    unsigned bad_aux; /* SECOND_REC: auxiliary granule that is not delegated ... */
    bool has_bad_aux; /* ... if any */
};

/* --- what came of them -------------------------------------------------------------------------
 */

struct hostile_exit {
    bool present; /* REC_ENTER returned RMI_SUCCESS */
    uint64_t reason, esr, far, hpfar;
    uint64_t gpr0;
    uint64_t other_gprs; /* gprs[1..30], or-ed */
};

struct hostile_answer {
    bool present; /* a command was sent */
    uint64_t x[5];
    struct hostile_exit exit;
};

struct hostile_record {
    uint64_t times;               /* how often the step was taken */
    struct hostile_answer answer; /* of its command; the last one's */
    struct hostile_answer enter;  /* of the REC_ENTER that followed or went on meanwhile */
    bool accessed;                /* STALE_TLB */
    bool blocked;                 /* ... by a granule protection fault */
};

struct hostile_config {
    struct host_mm *mm;
    struct smc_port smc;         /* to EL3 */
    const struct rmi_cmds *cmds; /* what the kernel speaks (kvm_model/rmi_cmds.h) */
    struct cpu *pe; /* whose ICH registers are used with cmds->gic_in_registers; else may be NULL */
    struct trace *trace; /* may be NULL when no step is DURING a REC_ENTER */
    const struct hostile_step *steps;
    size_t step_count;
};

/* NULL when memory is short. What the configuration names must outlive it. */
struct hostile *hostile_new(const struct hostile_config *config);
void hostile_free(struct hostile *hostile);
/* What KVM calls instead of EL3. */
struct smc_port hostile_port(struct hostile *hostile);
/*
 * Listens to the trace for the moments inside a REC_ENTER; after the other readers, which are to
 * hear of an event before of what it leads to. false when the trace has no room.
 */
bool hostile_attach(struct hostile *hostile);
/* The run is over: takes the steps of that moment; from now on only passes SMCs on. */
void hostile_end(struct hostile *hostile);
/* One record a step, valid as long as the object. */
const struct hostile_record *hostile_records(const struct hostile *hostile);

#endif

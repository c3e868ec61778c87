/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A REC, the RMM's vCPU. The structure lies in the REC granule, in Realm memory. While the REC is
 * loaded its registers are those of its PE; otherwise they are in its context.
 */
#ifndef RMM_MODEL_REC_H
#define RMM_MODEL_REC_H

#include "cpu/generic_timer.h"
#include "cpu/gic.h"
#include "rmm_model/realm.h"

/* PSTATE of a new REC, of a CPU_ON target and of an injected exception: EL1h, DAIF masked. */
#define REC_PSTATE_RESET 0x3c5u

#define REC_VREGS 32u

struct rec_context {
    uint64_t x[RMI_GPR_COUNT];
    uint64_t sp[2]; /* SP_EL0, SP_EL1 */
    uint64_t pc, pstate;
    uint64_t sysregs[SYSREG_COUNT];
};

/* Syndrome of the last exit to the host, unmasked: what EMUL_MMIO and INJECT_SEA are checked
 * against. */
struct last_run_info {
    uint64_t esr, far, hpfar;
};

/* RSI_IPA_STATE_SET on its way: pending while base != top. */
struct set_ripas {
    uint64_t base, top;
    uint64_t next; /* how far RTT_SET_RIPAS got */
    enum rmi_ripas ripas;
    bool change_destroyed;
};

/* The state of a plane that is not active. */
struct plane {
    struct rec_context context;
    struct last_run_info last_run;
};

/* CNT<v|p>_CTL_EL0, with ISTATUS as it was, and CNT<v|p>_CVAL_EL0. */
struct rec_timer {
    uint64_t ctl, cval;
};

struct rec {
    uint64_t self; /* PA of its granule */
    uint64_t rd;   /* PA of its realm's RD */
    uint64_t index;
    bool runnable;
    bool psci_pending;
    bool host_call_pending;
    bool serror_pending; /* a virtual SError for the next run */
    uint64_t vsesr;      /* VSESR_EL2 with it */
    /* Registers of the realm that the modelled PE does not have. */
    uint64_t sctlr2_el1, gcscr_el1;
    /*
     * Registers of R-EL2 that belong to its exception, while it runs without a PE: another CPU of
     * the host has a command carried out meanwhile, for which the model took the PE.
     */
    struct el2_regs el2;
    bool displaced;
    uint64_t v[REC_VREGS][2]; /* V0..V31, while the REC is not loaded */
    struct last_run_info last_run;
    struct set_ripas set_ripas;
    struct gic_state gic;
    struct rec_timer timers[CPU_TIMER_COUNT]; /* as the last exit told the host */
    uint64_t aux[RMI_MAX_REC_AUX];
    struct rec_context context; /* like last_run, of the active plane */
    /*
     * Plane 0 runs the other planes and owns the GIC. inactive is Plane 0 while another plane is
     * active, else the plane that was active last.
     */
    unsigned active_plane;
    struct plane inactive;
};

/*
 * Makes a REC of the granule at addr, which is taken already or DELEGATED, after all the checks on
 * realm and MPIDR: RmiStatusCode. Auxiliary granules as params names them.
 */
uint64_t rec_make(struct rmm *rmm, uint64_t rd, uint64_t addr, const struct rmi_rec_params *params);
/* Takes it off its PE and its realm; the granules keep their state. */
void rec_remove(struct rmm *rmm, struct rec *rec);

/* The REC whose granule the host names; NULL if it names none. */
struct rec *rec_find(struct rmm *rmm, uint64_t addr);
bool rec_running(const struct rmm *rmm, const struct rec *rec);
struct realm *rec_realm(struct rmm *rmm, const struct rec *rec);

/*
 * Puts the REC's registers on its PE, after saving those of the REC that was there. All access to a
 * REC's registers goes through the CPU returned, which holds them until another REC is loaded.
 */
struct cpu *rec_load(struct rmm *rmm, struct rec *rec);
/* Gives PEs back to the RECs that run on them, after a command that came meanwhile. */
void rec_reload_running(struct rmm *rmm);

/* The inactive plane becomes the active one, of that number. rec is loaded. */
void rec_switch_plane(struct rec *rec, struct cpu *cpu, unsigned plane);
/* The PE that runs rec. */
struct rmm_pe *rec_pe(struct rmm *rmm, const struct rec *rec);

/* Index of the REC with that RmiRecMpidr or MPIDR_EL1 value (RMM specification 1.0, RmiRecMpidr).
 */
uint64_t rec_index_of_rmi_mpidr(uint64_t mpidr);
uint64_t rec_index_of_mpidr_el1(uint64_t mpidr);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine a hostile host plays with: memory, PEs, monitor, RMM and the invariants' observer,
 * and no KVM: the host is the fuzzer. Two realms at most, built by honest commands; then anything.
 */
#ifndef SIM_FUZZ_TARGET_H
#define SIM_FUZZ_TARGET_H

#include <stdio.h>

#include "cpu/cpu.h"
#include "rmm_model/rmi.h"
#include "sim/fuzz/rng.h"
#include "sim/invariant/invariant.h"

#define FUZZ_CPUS 2
#define FUZZ_REALMS 2
#define FUZZ_RECS 3 /* a realm */
#define FUZZ_STATUSES 20
#define FUZZ_MAX_STEPS 96
#define FUZZ_MAX_MEANWHILE 4
#define FUZZ_TEXT 512

/* --- steps -------------------------------------------------------------------------------------
 */

enum fuzz_kind { FUZZ_SMC, FUZZ_ENTER, FUZZ_WRITE, FUZZ_READ };

/* When: at once, or on another CPU while the next REC runs: before its code, or after. */
enum fuzz_when { FUZZ_NOW, FUZZ_BEFORE_RUN, FUZZ_AFTER_RUN };

/* What an entry page holds beside flags and gprs[0]. */
enum fuzz_style {
    FUZZ_GPRS = 1,     /* random gprs[1..30] */
    FUZZ_IRQ = 2,      /* a virtual interrupt as KVM would give it */
    FUZZ_LRS = 4,      /* random list registers */
    FUZZ_HCR = 8,      /* random gicv3_hcr */
    FUZZ_HCR_GOOD = 16 /* bits of it that are the host's */
};

/* One thing the host does; depends on nothing but itself and the state of the machine. */
struct fuzz_step {
    uint8_t kind, when;
    bool params;   /* FUZZ_SMC: x[param_reg] is a page of parameters to be written first */
    uint64_t x[7]; /* SMC: x0..; ENTER: REC, run page, flags, gprs[0], style; else PA, size */
    uint64_t seed; /* of everything else */
};

/* A step as a line without its end. */
void fuzz_step_print(FILE *out, const struct fuzz_step *step);

/* --- the machine -------------------------------------------------------------------------------
 */

struct fuzz_coverage {
    uint64_t entries, commands, faults, halts, iterations;
    uint64_t status[RMI_FID_LAST - RMI_FID_BASE + 2][FUZZ_STATUSES]; /* the last row: no command */
    uint64_t reason[RMI_EXIT_REASON_COUNT];
};

/* What a REC's last exit told the host. */
struct fuzz_exit {
    bool present;
    struct rmi_rec_exit exit;
};

struct fuzz_target {
    const char *rmm_name;
    bool ranges, beta;
    struct clock clock;
    struct trace trace;
    struct physmem *mem;
    struct engine *engine;
    struct cpu *cpus[FUZZ_CPUS];
    struct monitor *monitor;
    struct rmm *rmm;
    struct invariants *invariants;
    struct smc_port port;
    struct smc_port monitor_port;
    struct rng setup;
    unsigned realms, recs[FUZZ_REALMS], ipa_bits;
    struct fuzz_exit exits[FUZZ_REALMS][FUZZ_RECS];
    const struct fuzz_step *meanwhile[FUZZ_MAX_MEANWHILE];
    unsigned meanwhile_count;
    bool running;
    struct fuzz_coverage *coverage; /* counted into when not NULL */
    FILE *log;                      /* steps and results go there when not NULL */
    /* Between the observer and EL3 for tests of the observer; NULL: nobody. */
    void (*mischief)(void *ctx, struct fuzz_target *target, struct smc_regs *regs, bool before);
    void *mischief_ctx;
    char failure[FUZZ_TEXT]; /* "" as long as all is well */
};

/* A profile with a row in rmm_model/variant.c. NULL with a message in error. */
struct fuzz_target *fuzz_target_new(const char *rmm, char *error, size_t size);
void fuzz_target_free(struct fuzz_target *target);

/*
 * A new machine and its realms, all from the seed. Steps come after. false: the machine failed
 * (target->failure).
 */
bool fuzz_target_reset(struct fuzz_target *target, uint64_t seed, uint64_t iteration);
/* false: there was a violation or a failure of the simulator, see target->failure. */
bool fuzz_target_step(struct fuzz_target *target, const struct fuzz_step *step);
/* The RMM stopped for good, which a known defect lets a host do: nothing more can happen. */
bool fuzz_target_halted(const struct fuzz_target *target);

/* --- where things are --------------------------------------------------------------------------
 */

/* Physical pages, from the base of DRAM. */
#define FUZZ_PAGES 512u
#define FUZZ_PA(page) (PHYS_DRAM_BASE + (uint64_t)(page)*GRANULE_SIZE)
#define FUZZ_PARAMS FUZZ_PA(1)
#define FUZZ_SOURCE FUZZ_PA(2)
#define FUZZ_SHARED FUZZ_PA(3)
#define FUZZ_RUN(realm, rec) FUZZ_PA(8 + (realm)*4 + (rec))
#define FUZZ_REALM_PAGE(realm, n) FUZZ_PA(64 + (realm)*160 + (n))
#define FUZZ_RD(realm) FUZZ_REALM_PAGE(realm, 0)
#define FUZZ_ROOTS(realm) FUZZ_REALM_PAGE(realm, 2)
#define FUZZ_TABLES(realm) FUZZ_REALM_PAGE(realm, 4)
#define FUZZ_REC(realm, rec) FUZZ_REALM_PAGE(realm, 10 + (rec))
#define FUZZ_AUX(realm, rec) FUZZ_REALM_PAGE(realm, 16 + 16 * (rec))
#define FUZZ_DATA(realm, n) FUZZ_REALM_PAGE(realm, 64 + (n))
#define FUZZ_SPARE(n) FUZZ_PA(400 + (n)) /* the first half delegated */
#define FUZZ_SPARES 32u

uint64_t fuzz_unprotected(const struct fuzz_target *target);

#endif

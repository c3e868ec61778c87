/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Realm Management Monitor at R-EL2: realms, their RTTs and RECs, behind the RMI. The host
 * reaches it only through the monitor (rmm_model/monitor.h), with an SMC.
 */
#ifndef RMM_MODEL_RMM_H
#define RMM_MODEL_RMM_H

#include "cpu/cpu.h"
#include "cpu/smc.h"
#include "rmm_model/el3.h"
#include "rmm_model/variant.h"

struct rmm;

/* What of the PE matters to an injected exception and is no part of the modelled CPU (0 or 1). */
struct rmm_features {
    bool ssbs, nmi, mte2, ebep, gcs;
};

/*
 * How a realm runs on a PE that holds its registers: until an exception to R-EL2, as cpu_run. With
 * another than cpu_run a test plays the realm.
 */
struct realm_port {
    enum cpu_exit (*run)(void *ctx, struct cpu *cpu);
    void *ctx;
    bool played; /* run is not the PE at work: the virtual interrupts stay where the RMM has them */
};

struct rmm_config {
    struct physmem *mem;
    struct clock *clock;
    struct trace *trace;     /* may be NULL */
    struct smc_port el3;     /* the monitor's services: monitor_realm_port() */
    struct cpu **cpus;       /* PE i runs the RECs whose index is i modulo cpu_count; not owned */
    unsigned cpu_count;      /* at least 1 */
    const char *variant;     /* a row of rmm_model/variant.c */
    struct realm_port realm; /* run NULL: cpu_run */
    unsigned gic_lrs;        /* implemented GICv3 list registers, 1..16; 0 means 4 */
    uint32_t fixed_defects;  /* RMM_DEFECT()s of the variant that this RMM does not have */
    uint32_t realm_traps; /* exceptions the RMM may handle by itself during one REC_ENTER before the
                             host's tick interrupts it; 0 means 1024 */
};

/*
 * The cpus array is copied, all it points to must outlive the RMM. NULL when memory is short or the
 * configuration is not as above. Freed by rmm_free (NULL is fine).
 */
struct rmm *rmm_new(const struct rmm_config *config);
void rmm_free(struct rmm *rmm);

/*
 * EL3 starts the RMM: it fetches what it needs from EL3 and reports with RMM_BOOT_COMPLETE, whose
 * argument is returned: RMM_EL3_BOOT_SUCCESS or an error. Without a key from EL3 realms cannot be
 * attested, all else works.
 */
uint64_t rmm_boot(struct rmm *rmm, const struct rmm_boot_args *args);

const struct rmm_variant *rmm_variant(const struct rmm *rmm);

/*
 * An RMI command, as the monitor hands it over: FID in x0, arguments from x1; on return x0 is the
 * RmiCommandReturnCode and x1..x4 the results, 0 where the command has none. REC_ENTER runs the
 * realm inside this call, until the exit the host is to see. An unknown FID gives x0 = -1.
 */
void rmm_handle_smc(struct rmm *rmm, struct smc_regs *regs);

/* What a release calls the command with that FID ("RMI_RTT_CREATE"); NULL if it has none. */
const char *rmi_command_name(const struct rmm_variant *variant, uint64_t fid);

/*
 * Why the RMM stopped for good, or NULL. TF-RMM panics on an uncontainable error of the platform;
 * the model answers every later command with -1 instead.
 */
const char *rmm_halted(const struct rmm *rmm);
/* The function in which the real RMM stops then, or NULL. */
const char *rmm_halted_in(const struct rmm *rmm);

/* The PE that holds the registers of the REC in that granule; NULL if it is no REC or not loaded.
 */
struct cpu *rmm_rec_cpu(struct rmm *rmm, pa_t rec);

#endif

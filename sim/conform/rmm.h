/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records of TF-RMM's own functions and of whole command sequences (tests/vectors/rmm). Inside the
 * family: reading a record, the machines it is run on, and one file for each kind of record.
 */
#ifndef SIM_CONFORM_RMM_H
#define SIM_CONFORM_RMM_H

#include "rmm_model/exit.h"
#include "rmm_model/monitor.h"
#include "rmm_model/rtt_entry.h"
#include "sim/conform/conform.h"

/* --- reading (rmm_fields.c) --- */

/* A record under way; ok goes false, with a message, at the first key that is missing or wrong. */
struct rmm_fields {
    const json_t *in, *out;
    char *error;
    size_t size;
    bool ok;
};

/* The record's members; false with a message if it is no record. */
bool rmm_fields_open(struct rmm_fields *fields, const json_t *record, char *error, size_t size);
/* A number: an integer, true or false, or a string "0x...". 0 where it fails. */
uint64_t rmm_value(struct rmm_fields *fields, const json_t *value, const char *key);
uint64_t rmm_in(struct rmm_fields *fields, const char *key);
/* The same below limit, which is not 0. */
unsigned rmm_in_below(struct rmm_fields *fields, const char *key, unsigned limit);
/* NULL where it fails. */
const char *rmm_in_text(struct rmm_fields *fields, const char *key);
/* An array of at most max numbers; the rest of values becomes 0. Returns how many there are. */
size_t rmm_numbers(struct rmm_fields *fields, const json_t *array, const char *key,
                   uint64_t *values, size_t max);

/* Values of a register number, and of RIPAS. */
#define RMM_REGISTERS 32u
#define RMM_RIPAS_COUNT (RMI_DESTROYED + 1u)

/* What a comparison writes to; the name of the profile stands before each field. */
struct rmm_compare {
    struct rmm_fields *fields;
    const char *profile;
    struct conform_result *result;
};

void rmm_compare_value(struct rmm_compare *compare, const char *field, enum conform_show show,
                       uint64_t expected, uint64_t actual);
/* Against the member of "out", which must be there. */
void rmm_compare_out(struct rmm_compare *compare, const char *field, uint64_t actual);
/*
 * Whether the RMM stopped as the record says at key ("function", or after prefix); true: it did, or
 * should have, and there is nothing more to compare.
 */
bool rmm_compare_halt(struct rmm_compare *compare, const char *key, const char *prefix,
                      const struct rmm *rmm);

/* --- machines (rmm_bench.c) --- */

/* Memory, one PE, monitor and RMM of a profile, without a host. */
struct rmm_bench {
    struct physmem *mem;
    struct clock clock;
    struct trace trace;
    struct engine *engine;
    struct cpu *cpu;
    struct monitor *monitor;
    struct rmm *rmm;
    struct smc_port host;
    /* a realm that is active and its REC, made by rmm_bench_realm */
    struct realm *realm;
    struct rec *rec;
};

/* Memory of size bytes; realm plays realms, or is zero. NULL with a message. */
struct rmm_bench *rmm_bench_new(const char *profile, uint64_t size, struct realm_port realm,
                                char *error, size_t error_size);
void rmm_bench_free(struct rmm_bench *bench);

#define RMM_BENCH_SIZE ((uint64_t)16 << 20)
#define RMM_BENCH_RD (PHYS_DRAM_BASE + 0x1000)
#define RMM_BENCH_REC (PHYS_DRAM_BASE + 0x2000)
#define RMM_BENCH_RUN (PHYS_DRAM_BASE + 0x20000) /* Non-secure */
#define RMM_BENCH_BLOCK (PHYS_DRAM_BASE + 0x200000)
#define RMM_BENCH_BLOCK2 (PHYS_DRAM_BASE + 0x400000)
#define RMM_BENCH_IPA_BITS 40

/*
 * Puts a realm and a REC, with all registers 0, into the RMM's granules, whatever was there. The
 * realm's first GiB has a level-2 table; all is UNASSIGNED, EMPTY.
 */
void rmm_bench_realm(struct rmm_bench *bench);
/* The realm's entry for ipa, at the level where its tables end. */
void rmm_bench_map(struct rmm_bench *bench, uint64_t ipa, struct rtt_entry entry);

/* --- kinds of records --- */

/* The machine of one profile is in the state of rmm_bench_realm. */
typedef void rmm_run_fn(struct rmm_bench *bench, struct rmm_compare *compare);

/* rmm_functions.c */
rmm_run_fn rmm_run_mmio, rmm_run_sea, rmm_run_inject_sea, rmm_run_inject_undef;
rmm_run_fn rmm_run_gic_validate, rmm_run_gic_registers, rmm_run_gic_copy;
rmm_run_fn rmm_run_set_ripas, rmm_run_sysreg;
/* rmm_exit.c */
rmm_run_fn rmm_run_exit;
/* rmm_enter.c */
rmm_run_fn rmm_run_enter;

/* Command sequences (rmm_sequence.c): one record a command, on the state the one before left. */
struct rmm_sequence;
struct rmm_sequence *rmm_sequence_new(void);
void rmm_sequence_free(struct rmm_sequence *sequence);
/* Skips the record when it does not follow the last one run. False with a message if malformed. */
bool rmm_sequence_run(struct rmm_sequence *sequence, const json_t *record,
                      struct rmm_compare *compare);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a fuzzed guest runs on: 2 MiB of memory, two CPUs on one engine, tables of both stages that
 * are well formed to begin with, and granules that no guest may reach.
 */
#ifndef TESTS_FUZZ_CPU_MACHINE_H
#define TESTS_FUZZ_CPU_MACHINE_H

#include <stdio.h>

#include "cpu/cpu.h"

#define FUZZ_MEMORY ((uint64_t)2 << 20)
/* The guest's RAM: code, vectors and data, then its stage-1 tables. */
#define FUZZ_RAM (PHYS_DRAM_BASE + 0x10000)
#define FUZZ_RAM_SIZE 0x80000u
#define FUZZ_VECTORS 0x8000u
#define FUZZ_DATA 0xa000u
#define FUZZ_STAGE1 0x20000u
/* Stage-2 tables. */
#define FUZZ_STAGE2 (FUZZ_RAM + FUZZ_RAM_SIZE)
/* Root PAS, filled with a pattern: never to be read or written by a guest. */
#define FUZZ_SECRET (PHYS_DRAM_BASE + 0x140000)
#define FUZZ_SECRET_SIZE 0x4000u
/* Where stage 1 maps the RAM in TTBR0's half, and stage 2 as IPA. TTBR1's half has it again. */
#define FUZZ_VA 0x40000000u
#define FUZZ_HIGH 0xffffffff00000000u
#define FUZZ_INPUT_BITS 32u
#define FUZZ_CPUS 2u

struct fuzz_config {
    unsigned granule_shift[2]; /* of stage 1 and 2; 0: the stage is off */
    bool realm;
    bool el0;
    bool quiet_vectors; /* exceptions to EL1 do not end in an HVC */
    uint64_t chaos;     /* 0, or the seed for random flushes in the engine */
};

struct fuzz_machine {
    struct fuzz_config config;
    struct cost_profile profile;
    struct clock clock;
    struct trace trace;
    struct physmem *mem;
    struct engine *engine;
    struct cpu *cpu[FUZZ_CPUS];
    uint64_t va;     /* of the RAM's first byte, for instructions */
    uint64_t ipa;    /* for stage-1 descriptors */
    uint64_t digest; /* of all that was seen */
    FILE *log;       /* NULL: silent */
};

/* Says what is wrong and ends the process: what the fuzzer is looking for. */
__attribute__((noreturn, format(printf, 1, 2))) void fuzz_fail(const char *format, ...);

void fuzz_machine_init(struct fuzz_machine *machine, const struct fuzz_config *config, FILE *log);
/* As after init, but for the engine, which has been used. */
void fuzz_machine_reset(struct fuzz_machine *machine);
void fuzz_machine_free(struct fuzz_machine *machine);

/* Host memory behind an offset of the RAM. */
uint8_t *fuzz_ram(struct fuzz_machine *machine, uint64_t offset);
/* A model's write to the guest's RAM, in whatever PAS the granule is. */
void fuzz_write(struct fuzz_machine *machine, pa_t pa, const void *data, size_t len);

/*
 * Where the descriptor is that maps a page of the RAM (by number, of the stage's granule size): the
 * leaf, or the descriptor level_up levels above it. half: 0 TTBR0's or stage 2, 1 TTBR1's.
 */
pa_t fuzz_descriptor(const struct fuzz_machine *machine, unsigned stage, unsigned half,
                     unsigned page, unsigned level_up);

void fuzz_mix(struct fuzz_machine *machine, uint64_t value);
void fuzz_mix_memory(struct fuzz_machine *machine);
/* Fails if a register of the CPU holds, or memory lacks, the pattern of FUZZ_SECRET. */
void fuzz_check_secret_unread(struct fuzz_machine *machine, struct cpu *cpu);
void fuzz_check_secret_unwritten(struct fuzz_machine *machine);

#endif

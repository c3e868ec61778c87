/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records of one guest instruction each, run under an EL2 program on QEMU's `virt` board
 * (tests/vectors/qemu-el2). Inside the family: the record, the machine it was made on, and the
 * comparison.
 */
#ifndef SIM_CONFORM_QEMU_EL2_H
#define SIM_CONFORM_QEMU_EL2_H

#include <jansson.h>

#include "cpu/cpu.h"
#include "cpu/insn.h"
#include "sim/conform/conform.h"

/* --- the record --- */

/* X(key in "cfg", default): the table of control registers in the vectors' description. */
#define QEMU_EL2_CFG(X)                                                                            \
    X(hcr, 0x1200308807c663f)                                                                      \
    X(sctlr, 0xc0034d5d804)                                                                        \
    X(tcr, 0x5b5103510)                                                                            \
    X(cptr, 0x22ff)                                                                                \
    X(mdcr, 0x0)                                                                                   \
    X(cnthctl, 0x3)                                                                                \
    X(ich_hcr, 0x0)                                                                                \
    X(icc_sre, 0xf)                                                                                \
    X(hfgrtr, 0x0)                                                                                 \
    X(hfgwtr, 0x0)                                                                                 \
    X(hfgitr, 0x0)                                                                                 \
    X(hdfgrtr, 0x0)                                                                                \
    X(hdfgwtr, 0x0)                                                                                \
    X(hcrx, 0x81f)                                                                                 \
    X(cpacr, 0x3330000)                                                                            \
    X(vtcr, 0x0)

enum qemu_el2_cfg {
#define X(key, value) CFG_##key,
    QEMU_EL2_CFG(X)
#undef X
        CFG_COUNT
};

struct optional {
    bool given;
    uint64_t value;
};

#define QEMU_EL2_MAX_PRE 4

struct qemu_el2_pre {
    uint32_t word;
    uint32_t x_written; /* general registers it changes, a bit each */
};

struct qemu_el2_record {
    struct conform_label label;
    uint32_t word;
    bool s1_on, device;
    unsigned el, spsel;
    uint64_t pc;
    uint64_t x[31], sp;
    uint64_t cfg[CFG_COUNT];
    struct qemu_el2_pre pre[QEMU_EL2_MAX_PRE];
    unsigned pre_count;
    const char *pre_unknown; /* an instruction in front that is not known, or NULL */

    /* what happened */
    bool trapped;
    struct optional esr, far, hpfar, elr, spsr;
    bool to_el1;
    struct optional esr_el1, far_el1, elr_el1, spsr_el1;
    struct optional par_el1;
    struct optional x_changed[31], sp_changed;
    bool changes_recorded;
    uint32_t v_changed; /* a bit each */
    bool before_hole_written, after_hole_written;

    /* what the record says about itself */
    bool unchecked;
    const char *lacks;
    const char *deviation;
    bool differs;     /* arm_arm_differs is there */
    bool far_differs; /* ... and has FAR in it */
    struct optional want_esr;
};

bool qemu_el2_parse(const json_t *json, struct qemu_el2_record *record, char *error, size_t size);

/* --- the machine --- */

struct qemu_el2_machine;

struct qemu_el2_machine *qemu_el2_machine_new(uint64_t chaos, char *error, size_t size);
void qemu_el2_machine_free(struct qemu_el2_machine *machine);

/* SPSR_EL2 that the record's instruction is entered with. */
uint64_t qemu_el2_pstate(const struct qemu_el2_record *record);
/* First byte of the access of the record's instruction. */
va_t qemu_el2_address(const struct qemu_el2_record *record, const struct insn *insn);

/* How the run of a record's instruction ended. */
enum qemu_el2_end {
    END_NOT_TRAPPED, /* what stands behind the instruction was reached */
    END_EL2,
    END_EL1,
    END_FAILURE, /* the engine gave up, or ran on and on: why says it */
};

#define V_COUNT 32
#define V_RECORDED 8 /* the recorder looks at these; what it says of V30 and V31 is nothing */

struct qemu_el2_outcome {
    enum qemu_el2_end end;
    char why[CONFORM_TEXT_SIZE / 2];
    uint64_t esr, far, hpfar, elr, spsr; /* of EL2 */
    uint64_t esr_el1, far_el1, elr_el1, spsr_el1;
    uint64_t vector_el1; /* offset of the vector taken */
    uint64_t par_el1;
    uint64_t x[31], sp;
    uint32_t v_changed;
    bool before_hole_written, after_hole_written;
};

/* Puts the machine into the state of the record, runs it, and tells what happened. */
void qemu_el2_execute(struct qemu_el2_machine *machine, const struct qemu_el2_record *record,
                      struct qemu_el2_outcome *outcome);

/* --- memory (qemu_el2_memory.c) --- */

struct qemu_el2_memory {
    struct physmem *mem;
    unsigned char *pristine; /* what the pages that records may write hold before each */
};

#define QEMU_EL2_VTTBR PHYS_DRAM_BASE
#define QEMU_EL2_TTBR0 0x40100000u
#define QEMU_EL2_TTBR1 0x40101000u
#define QEMU_EL2_CODE_IPA 0x900a000u
#define QEMU_EL2_MAIR 0x04f0u

/* Memory with stage 2, stage 1 and vectors in place; false if the host has none. */
bool qemu_el2_memory_init(struct qemu_el2_memory *memory);
void qemu_el2_memory_free(struct qemu_el2_memory *memory);
/* Everything as after qemu_el2_memory_init. */
void qemu_el2_memory_reset(struct qemu_el2_memory *memory);

/* VBAR_EL1 with stage 1 on or off. */
uint64_t qemu_el2_vbar(bool s1_on);
/*
 * The byte of memory at a guest virtual address, by the layout alone (no walk): false if the layout
 * has none there.
 */
bool qemu_el2_find(uint64_t va, bool s1_on, pa_t *pa);
/* Was anything written in the 64 bytes below the hole at page 3, or above the one at page 0? */
void qemu_el2_hole_written(const struct qemu_el2_memory *memory, bool *before, bool *after);

#endif

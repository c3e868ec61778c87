/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a walk or an access found wrong. The walker fills one of these and never raises anything:
 * the syndrome builder (cpu/syndrome.h) turns it into ESR, FAR and HPFAR, and cpu/exception.c
 * delivers it.
 */
#ifndef CPU_FAULT_H
#define CPU_FAULT_H

#include "cpu/types.h"

enum fault_kind {
    FAULT_NONE,
    FAULT_ADDRESS_SIZE,
    FAULT_TRANSLATION,
    FAULT_ACCESS_FLAG,
    FAULT_PERMISSION,
    FAULT_EXTERNAL,      /* synchronous external abort on the access itself */
    FAULT_EXTERNAL_WALK, /* ... on a descriptor read */
    FAULT_ALIGNMENT,
    FAULT_GPF,      /* granule protection fault on the access itself */
    FAULT_GPF_WALK, /* ... on a descriptor read */
    FAULT_KIND_COUNT
};

enum access_type { ACCESS_READ, ACCESS_WRITE, ACCESS_FETCH };

struct fault {
    enum fault_kind kind;
    enum access_type type; /* of the instruction's access, also when a walk failed */
    uint8_t stage;         /* 1 or 2; 0 when no stage is to blame (alignment, external, GPF) */
    int8_t level;          /* where the walk stopped, -1..3 */
    bool s1ptw;            /* stage 2 failed on a stage-1 descriptor read */
    bool ipa_valid;        /* HPFAR_EL2 is to be written */
    uint8_t reads;         /* descriptors read on the way: what the walk costs */
    va_t va;               /* first byte that faults */
    ipa_t ipa;             /* of the access, or of the stage-1 descriptor if s1ptw */
    pa_t pa;               /* of a GPF or an external abort */
};

/* "translation", "permission", ...: the Arm ARM's name in lower case, without "fault". */
const char *fault_kind_name(enum fault_kind kind);

#endif

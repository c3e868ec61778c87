/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A device that is nothing but registers: what is written stays, reads give it back. It counts
 * accesses and remembers the last ones. Some of its bytes may fail what touches them.
 */
#ifndef KVM_MODEL_VMM_REGISTERS_H
#define KVM_MODEL_VMM_REGISTERS_H

#include "kvm_model/vmm/device.h"

#define REGISTERS_MAX_SIZE ((uint64_t)16 << 20)
#define REGISTERS_LOG_SIZE 64 /* a power of two */

struct registers_access {
    uint64_t offset, value;
    uint8_t size;
    bool is_write;
};

/* A byte whose accesses the device fails: they are counted, read 0 and change nothing. */
struct registers_error {
    uint64_t offset;
    bool reads, writes;
};

struct registers {
    uint8_t *bytes; /* little endian */
    uint64_t size;
    struct device_use use;
    const struct registers_error *errors; /* whoever sets them keeps them as long */
    size_t error_count;
    struct registers_access log[REGISTERS_LOG_SIZE]; /* a ring: access n is at n % size */
};

extern const struct device_ops registers_ops;

/* size bytes of zeros, up to REGISTERS_MAX_SIZE; false if it is 0 or larger, or memory is short. */
bool registers_init(struct registers *registers, uint64_t size);
void registers_free(struct registers *registers);
/* Sets a register of 1, 2, 4 or 8 bytes, before the run; false when it does not fit. */
bool registers_set(struct registers *registers, uint64_t offset, uint64_t value, unsigned size);
/* How many accesses the log holds, and the one age accesses ago (0 is the last). */
size_t registers_log_count(const struct registers *registers);
const struct registers_access *registers_log_at(const struct registers *registers, size_t age);

#endif

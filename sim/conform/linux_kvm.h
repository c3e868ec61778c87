/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records of what Linux KVM did with a guest of a few words: each return of KVM_RUN, the state
 * after the last, and the kernel's trace (tests/vectors/linux-kvm). Inside the family: the machine
 * plays the recorder's VMM and answers in the record's own form, JSON, which is then compared key
 * by key.
 */
#ifndef SIM_CONFORM_LINUX_KVM_H
#define SIM_CONFORM_LINUX_KVM_H

#include <jansson.h>

#include "kvm_model/kvm.h"
#include "sim/conform/conform.h"

#define LINUX_KVM_VCPUS 2

struct linux_kvm_machine;

struct linux_kvm_machine *linux_kvm_machine_new(uint64_t chaos, char *error, size_t size);
void linux_kvm_machine_free(struct linux_kvm_machine *machine);

/* "6.12.107" to the kernel's row; NULL if there is none. */
const struct kvm_variant *linux_kvm_variant(const char *release);

/* A number of a record: an integer, or a string "0x..."; 0 for anything else. */
uint64_t linux_kvm_number(const json_t *value);

/*
 * Runs a record's guest and returns what happened as a record has it: exits, final, final1, memory,
 * stats, ... of which trace is an array of lines. NULL with a message in error if the record is
 * malformed or memory is short.
 */
json_t *linux_kvm_execute(struct linux_kvm_machine *machine, const json_t *record, char *error,
                          size_t size);

/* Runs a record's guest and prints the kernel's trace of it to out (struct conform_family). */
bool linux_kvm_print_trace(void *machine, const json_t *record, FILE *out, char *error,
                           size_t size);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Emulated accesses: arch/arm64/kvm/mmio.c. */
#ifndef KVM_MODEL_MMIO_H
#define KVM_MODEL_MMIO_H

#include "cpu/types.h"
#include "kvm_model/variant.h"

struct kvm_vcpu;

/* len is 1, 2, 4 or 8; other lengths read as 0 and write nothing. */
uint64_t kvm_mmio_read_buf(const void *buf, unsigned len);
void kvm_mmio_write_buf(void *buf, unsigned len, uint64_t data);
/* Between the guest's byte order and little endian: masked to len, and swapped for a BE guest. */
uint64_t kvm_mmio_data_swap(uint64_t data, unsigned len, bool big_endian);

/* How a read's value becomes a register's. */
struct kvm_mmio_load {
    unsigned len;
    bool sign_extend, sixty_four, big_endian;
};
/* data: as read from the run page's buffer. The order of the steps is the variant's. */
uint64_t kvm_mmio_load_value(enum kvm_mmio_sign policy, const struct kvm_mmio_load *load,
                             uint64_t data);

/* An abort outside the memslots. 1: handled, 0: exit to user space, or -errno. */
int io_mem_abort(struct kvm_vcpu *vcpu, ipa_t ipa);
/* Completes the access that user space or an in-kernel device answered. Always 1. */
int kvm_handle_mmio_return(struct kvm_vcpu *vcpu);

#endif

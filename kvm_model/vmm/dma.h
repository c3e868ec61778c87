/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A device's own accesses of guest memory. */
#ifndef KVM_MODEL_VMM_DMA_H
#define KVM_MODEL_VMM_DMA_H

#include "kvm_model/vmm/address_space.h"

struct dma {
    struct address_space *as;
    /* Address bits that a guest may set and the VMM's map has not: a realm's shared alias. */
    uint64_t ignored;
};

/*
 * Copies len bytes at guest physical address gpa. Only RAM answers: a device cannot be made to
 * access a device, nor to write ROM. False: something else is there, or the VMM has not got the
 * page; bytes before it may have been copied.
 */
bool dma_read(const struct dma *dma, uint64_t gpa, void *buf, size_t len);
bool dma_write(const struct dma *dma, uint64_t gpa, const void *buf, size_t len);

/* Little-endian numbers; size is 2, 4 or 8. */
bool dma_load(const struct dma *dma, uint64_t gpa, unsigned size, uint64_t *value);
bool dma_store(const struct dma *dma, uint64_t gpa, unsigned size, uint64_t value);

#endif

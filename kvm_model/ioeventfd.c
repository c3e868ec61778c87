/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Doorbells: writes that only count (virt/kvm/eventfd.c, ioeventfd_in_range). */
#include <errno.h>
#include <stdlib.h>

#include "kvm_model/kvm_internal.h"
#include "kvm_model/mmio.h"

struct kvm_ioeventfd_list {
    struct kvm_ioeventfd_list *next;
    uint64_t addr, datamatch, *count;
    uint32_t len; /* 0: any */
    bool wildcard;
};

static bool valid_length(uint32_t len)
{
    return len <= 8 && !(len & (len - 1));
}

int kvm_ioeventfd(struct kvm *kvm, const struct kvm_ioeventfd *config, uint64_t *count)
{
    struct kvm_ioeventfd_list *fd;
    bool match = config->flags & KVM_IOEVENTFD_FLAG_DATAMATCH;

    if (!valid_length(config->len) || config->flags & ~(uint32_t)KVM_IOEVENTFD_FLAG_DATAMATCH ||
        config->addr + config->len < config->addr || (match && !config->len))
        return -EINVAL;
    fd = calloc(1, sizeof(*fd));
    if (!fd)
        return -ENOMEM;
    *fd = (struct kvm_ioeventfd_list){
        .next = kvm->ioeventfds,
        .addr = config->addr,
        .len = config->len,
        .datamatch = config->datamatch,
        .wildcard = !match,
        .count = count,
    };
    kvm->ioeventfds = fd;
    return 0;
}

bool kvm_ioeventfd_write(struct kvm *kvm, uint64_t gpa, unsigned len, uint64_t value)
{
    for (struct kvm_ioeventfd_list *fd = kvm->ioeventfds; fd; fd = fd->next) {
        if (fd->addr != gpa || (fd->len && fd->len != len) ||
            (!fd->wildcard && fd->datamatch != value))
            continue;
        ++*fd->count;
        return true;
    }
    return false;
}

void kvm_ioeventfds_free(struct kvm *kvm)
{
    while (kvm->ioeventfds) {
        struct kvm_ioeventfd_list *next = kvm->ioeventfds->next;

        free(kvm->ioeventfds);
        kvm->ioeventfds = next;
    }
}

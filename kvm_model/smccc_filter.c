/* SPDX-License-Identifier: GPL-2.0-or-later */
/* KVM_ARM_VM_SMCCC_FILTER: arch/arm64/kvm/hypercalls.c (kvm_smccc_set_filter). */
#include <errno.h>
#include <stdlib.h>

#include "kvm_model/kvm_internal.h"
#include "kvm_model/smccc.h"

struct kvm_smccc_filter {
    struct kvm_smccc_filter *next;
    uint32_t first, last;
    enum kvm_smccc_filter_action action;
};

/* Calls of the Arm architecture, of both widths: KVM answers them itself. */
static const struct {
    uint32_t first, last;
} reserved[] = {{0x80000000u, 0x8000ffffu}, {0xc0000000u, 0xc000ffffu}};

static bool is_reserved(uint32_t first, uint32_t last)
{
    for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
        if (first <= reserved[i].last && reserved[i].first <= last)
            return true;
    return false;
}

int kvm_set_smccc_filter(struct kvm *kvm, uint32_t base, uint32_t nr,
                         enum kvm_smccc_filter_action action)
{
    uint32_t last = base + (nr - 1);
    struct kvm_smccc_filter *filter;

    if (!nr || last < base || (unsigned)action >= KVM_SMCCC_FILTER_ACTIONS)
        return -EINVAL;
    if (kvm->has_run)
        return -EBUSY;
    if (is_reserved(base, last))
        return -EEXIST;
    for (filter = kvm->smccc_filter; filter; filter = filter->next)
        if (base <= filter->last && filter->first <= last)
            return -EEXIST;
    filter = calloc(1, sizeof(*filter));
    if (!filter)
        return -ENOMEM;
    *filter = (struct kvm_smccc_filter){kvm->smccc_filter, base, last, action};
    kvm->smccc_filter = filter;
    return 0;
}

enum kvm_smccc_filter_action kvm_smccc_get_action(const struct kvm *kvm, uint32_t fid)
{
    for (const struct kvm_smccc_filter *filter = kvm->smccc_filter; filter; filter = filter->next)
        if (fid >= filter->first && fid <= filter->last)
            return filter->action;
    return KVM_SMCCC_FILTER_HANDLE;
}

void kvm_smccc_filter_free(struct kvm *kvm)
{
    while (kvm->smccc_filter) {
        struct kvm_smccc_filter *next = kvm->smccc_filter->next;

        free(kvm->smccc_filter);
        kvm->smccc_filter = next;
    }
}

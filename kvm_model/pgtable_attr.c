/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a leaf says, and changes of it that keep its address: hyp/pgtable.c@7.2. */
#include "kvm_model/pgtable_internal.h"

uint64_t s2_mem_attr(const struct kvm_pgtable *pgt, enum kvm_pgtable_prot prot)
{
    if (prot & KVM_PGTABLE_PROT_DEVICE)
        return S2_MEM_ATTR_DEVICE_NGNRE; /* the same with FEAT_S2FWB */
    if (prot & KVM_PGTABLE_PROT_NORMAL_NC)
        return S2_MEM_ATTR_NORMAL_NC; /* likewise */
    return pgt->fwb ? S2_MEM_ATTR_FWB_NORMAL_WB : S2_MEM_ATTR_NORMAL_WB;
}

uint64_t s2_prot_bits(enum kvm_pgtable_prot prot)
{
    return field_put(S2_AP_READ, !!(prot & KVM_PGTABLE_PROT_R)) |
           field_put(S2_AP_WRITE, !!(prot & KVM_PGTABLE_PROT_W)) |
           field_put(S2_XN1, !(prot & KVM_PGTABLE_PROT_X));
}

enum kvm_pgtable_prot kvm_pgtable_stage2_pte_prot(const struct kvm_pgtable *pgt, uint64_t desc)
{
    enum kvm_pgtable_prot prot = 0;
    uint64_t attr = field_get(desc, S2_MEM_ATTR);

    if (!s2_is_valid(desc))
        return prot;
    prot |= field_get(desc, S2_AP_READ) ? KVM_PGTABLE_PROT_R : 0;
    prot |= field_get(desc, S2_AP_WRITE) ? KVM_PGTABLE_PROT_W : 0;
    prot |= field_get(desc, S2_XN1) ? 0 : KVM_PGTABLE_PROT_X;
    if (attr == s2_mem_attr(pgt, KVM_PGTABLE_PROT_DEVICE))
        prot |= KVM_PGTABLE_PROT_DEVICE;
    else if (attr == s2_mem_attr(pgt, KVM_PGTABLE_PROT_NORMAL_NC))
        prot |= KVM_PGTABLE_PROT_NORMAL_NC;
    return prot;
}

const char *kvm_pgtable_prot_text(enum kvm_pgtable_prot prot)
{
    static const char *const texts[] = {"none", "x", "w", "wx", "r", "rx", "rw", "rwx"};

    return texts[prot & (KVM_PGTABLE_PROT_R | KVM_PGTABLE_PROT_W | KVM_PGTABLE_PROT_X)];
}

const char *kvm_pgtable_attr_text(enum kvm_pgtable_prot prot)
{
    if (prot & KVM_PGTABLE_PROT_DEVICE)
        return "device";
    return prot & KVM_PGTABLE_PROT_NORMAL_NC ? "normal-nc" : "normal";
}

/* --- changes ------------------------------------------------------------------------------- */

struct attr_data {
    uint64_t set, clear;
    bool must_exist; /* a fault is handled: without a leaf the guest tries again */
    int level;
};

/* stage2_attr_walker */
static int change_leaf(struct kvm_pgtable *pgt, pa_t at, uint64_t desc, ipa_t ipa, int level,
                       void *arg)
{
    struct attr_data *data = arg;
    uint64_t new = (desc & ~data->clear) | data->set;

    (void)ipa;
    if (!s2_is_valid(desc))
        return data->must_exist ? -EAGAIN : 0;
    data->level = level;
    if (field_get(desc, S2_XN1))
        s2_invalidate_icache(pgt, new, level);
    return new == desc ? 0 : s2_write(pgt, at, new);
}

int kvm_pgtable_stage2_relax_perms(struct kvm_pgtable *pgt, ipa_t ipa, enum kvm_pgtable_prot prot)
{
    struct attr_data data = {
        .set = s2_prot_bits(prot) & (field_mask(S2_AP_READ) | field_mask(S2_AP_WRITE)),
        .clear = prot & KVM_PGTABLE_PROT_X ? field_mask(S2_XN1) : 0,
        .must_exist = true,
        .level = -1,
    };
    int ret = s2_walk_leaves(pgt, ipa, 1, change_leaf, &data);

    if (ret == 0)
        EMIT(pgt->trace, STAGE2_RELAX, HOST, ipa.v, (uint64_t)data.level,
             EVENT_STR(kvm_pgtable_prot_text(prot)));
    if (ret == 0 || ret == -EAGAIN)
        s2_tlbi_ipa(pgt, ipa, data.level);
    return ret;
}

int kvm_pgtable_stage2_wrprotect(struct kvm_pgtable *pgt, ipa_t ipa, uint64_t size)
{
    struct attr_data data = {.clear = field_mask(S2_AP_WRITE)};

    EMIT(pgt->trace, STAGE2_WRPROTECT, HOST, ipa.v, size);
    return s2_walk_leaves(pgt, ipa, size, change_leaf, &data);
}

int kvm_pgtable_stage2_mkyoung(struct kvm_pgtable *pgt, ipa_t ipa)
{
    struct attr_data data = {.set = field_mask(DESC_AF), .must_exist = true};
    int ret = s2_walk_leaves(pgt, ipa, 1, change_leaf, &data);

    if (ret == 0)
        EMIT(pgt->trace, STAGE2_YOUNG, HOST, ipa.v, (uint64_t)data.level);
    return ret;
}

struct age_data {
    bool clear, young;
};

/* stage2_age_walker */
static int age_leaf(struct kvm_pgtable *pgt, pa_t at, uint64_t desc, ipa_t ipa, int level,
                    void *arg)
{
    struct age_data *data = arg;

    (void)ipa;
    (void)level;
    if (!s2_is_valid(desc) || !field_get(desc, DESC_AF))
        return 0;
    data->young = true;
    return data->clear ? s2_write(pgt, at, desc & ~field_mask(DESC_AF)) : 0;
}

bool kvm_pgtable_stage2_test_clear_young(struct kvm_pgtable *pgt, ipa_t ipa, uint64_t size,
                                         bool clear)
{
    struct age_data data = {.clear = clear};

    (void)s2_walk_leaves(pgt, ipa, size, age_leaf, &data);
    EMIT(pgt->trace, STAGE2_AGE, HOST, ipa.v, size, data.young, clear);
    return data.young;
}

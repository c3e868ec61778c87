/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kvm_model/realm.h"

#include <errno.h>

#include "kvm_model/kvm_internal.h"

#define HOST_LRS 4u /* ICH_VTR_EL2.ListRegs + 1 of the PEs */

int alloc_delegated_granule(struct kvm *kvm, pa_t *pa)
{
    if (!host_mm_alloc_pages(kvm->config.mm, 1, 1, pa))
        return -ENOMEM;
    if (rmi_delegate(&kvm->rmi, *pa))
        return 0;
    host_mm_free_pages(kvm->config.mm, *pa, 1);
    return -ENXIO;
}

void free_delegated_granule(struct kvm *kvm, pa_t pa)
{
    if (rmi_undelegate(&kvm->rmi, pa))
        host_mm_free_pages(kvm->config.mm, pa, 1);
}

bool kvm_realm_is_private_address(const struct kvm *kvm, ipa_t ipa)
{
    return kvm->config.realm && !(ipa.v >> (kvm->realm.ia_bits - 1));
}

ipa_t kvm_gpa_from_fault(const struct kvm *kvm, ipa_t fault_ipa)
{
    if (kvm->config.realm)
        fault_ipa.v &= ~((uint64_t)1 << (kvm->realm.ia_bits - 1));
    return fault_ipa;
}

int kvm_init_realm_vm(struct kvm *kvm)
{
    uint64_t features;
    int ret = kvm->rmi.cmds->init(&kvm->rmi);

    if (ret)
        return ret;
    if (rmi_features(&kvm->rmi, 0, &features) != RMI_SUCCESS)
        return -ENXIO;
    if (kvm->config.ipa_bits > field_get(features, RMI_FEATURE0_S2SZ))
        return -EINVAL;
    kvm->realm.ia_bits = kvm->config.ipa_bits;
    kvm->realm.start_level = kvm->pgt.start_level;
    kvm->realm.vmid = kvm->vmid;
    /* 1.0 alone tells; else the host knows its own PEs. */
    kvm->realm.num_lrs = kvm->rmi.cmds->lrs_in_features
                             ? (unsigned)field_get(features, RMI_FEATURE0_GICV3_NUM_LRS) + 1
                             : HOST_LRS;
    kvm->realm.num_bps = (unsigned)field_get(features, RMI_FEATURE0_NUM_BPS);
    kvm->realm.num_wps = (unsigned)field_get(features, RMI_FEATURE0_NUM_WPS);
    return 0;
}

/* --- creation ------------------------------------------------------------------------------ */

static pa_t root_rtt(const struct kvm *kvm, size_t i)
{
    return PA(kvm->pgt.pgd.v + i * GRANULE_SIZE);
}

/* Returns the first count root RTTs to the Non-secure world; false if one of them stays. */
static bool undelegate_roots(struct kvm *kvm, size_t count)
{
    bool all = true;

    for (size_t i = 0; i < count; i++)
        all = rmi_undelegate(&kvm->rmi, root_rtt(kvm, i)) && all;
    return all;
}

static bool delegate_roots(struct kvm *kvm)
{
    for (size_t i = 0; i < kvm->pgt.pgd_pages; i++) {
        if (rmi_delegate(&kvm->rmi, root_rtt(kvm, i)))
            continue;
        if (!undelegate_roots(kvm, i))
            kvm->pgt.pgd_pages = 0; /* leaked */
        return false;
    }
    return true;
}

static uint64_t rmi_realm_create(struct kvm *kvm)
{
    const struct rmi_realm_params params = {
        .s2sz = kvm->realm.ia_bits,
        .num_bps = kvm->realm.num_bps,
        .num_wps = kvm->realm.num_wps,
        .hash_algo = RMI_HASH_SHA_256,
        .vmid = (uint16_t)kvm->realm.vmid,
        .rtt_base = kvm->pgt.pgd.v,
        .rtt_level_start = kvm->realm.start_level,
        .rtt_num_start = (uint32_t)kvm->pgt.pgd_pages,
    };

    return kvm->rmi.cmds->realm_create(&kvm->rmi, kvm->realm.rd, &params);
}

static int set_ripas_of_protected_regions(struct kvm *kvm)
{
    int ret = 0;

    for (size_t i = 0; ret == 0 && i < kvm->memslots.count; i++) {
        const struct kvm_memory_slot *slot = &kvm->memslots.slots[i];

        if (kvm_slot_has_gmem(slot) && !(slot->flags & KVM_MEM_RIPAS_EMPTY))
            ret = realm_init_ripas(kvm, slot->base, IPA(slot->base.v + slot->size));
    }
    return ret;
}

static int realm_create_rd(struct kvm *kvm)
{
    struct realm *realm = &kvm->realm;
    int ret = alloc_delegated_granule(kvm, &realm->rd);

    if (ret)
        return ret;
    if (!delegate_roots(kvm)) {
        free_delegated_granule(kvm, realm->rd);
        return -ENXIO;
    }
    if (rmi_realm_create(kvm) != RMI_SUCCESS) {
        if (!undelegate_roots(kvm, kvm->pgt.pgd_pages))
            kvm->pgt.pgd_pages = 0;
        free_delegated_granule(kvm, realm->rd);
        return -ENXIO;
    }
    realm->created = true;
    if (kvm->rmi.cmds->rec_aux_count(&kvm->rmi, realm->rd, &realm->num_aux) != RMI_SUCCESS)
        return -ENXIO;
    realm->state = REALM_STATE_NEW;
    return kvm->variant->ripas_before_populate ? set_ripas_of_protected_regions(kvm) : 0;
}

static int realm_ensure_created(struct kvm *kvm)
{
    int ret;

    switch (kvm->realm.state) {
    case REALM_STATE_NONE:
        ret = realm_create_rd(kvm);
        if (ret)
            kvm->realm.state = REALM_STATE_DEAD;
        return ret;
    case REALM_STATE_NEW:
        return 0;
    case REALM_STATE_DEAD:
        return -ENXIO;
    default:
        return -EBUSY;
    }
}

int realm_populate(struct kvm *kvm, ipa_t ipa, uint64_t size, hva_t hva, bool measure)
{
    int ret = realm_ensure_created(kvm);

    for (uint64_t done = 0; ret == 0 && done < size; done += GRANULE_SIZE) {
        ipa_t at = IPA(ipa.v + done);
        struct kvm_memory_slot *slot = kvm_gpa_to_memslot(kvm, at);
        pa_t *page, src;

        if (!slot || !kvm_slot_has_gmem(slot))
            return -EINVAL;
        if (!host_mm_hva_to_pa(kvm->config.mm, HVA(hva.v + done), &src))
            return -EFAULT;
        page = &slot->gmem[kvm_slot_page(slot, at)];
        if (page->v)
            return -EEXIST;
        if (!host_mm_alloc_pages(kvm->config.mm, 1, 1, page))
            return -ENOMEM;
        ret = realm_create_protected_page(kvm, at, page, src, measure);
    }
    return ret;
}

/* --- RECs ---------------------------------------------------------------------------------- */

static void free_rec_aux(struct kvm_vcpu *vcpu, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        free_delegated_granule(vcpu->kvm, vcpu->rec.aux[i]);
}

static int alloc_rec_aux(struct kvm_vcpu *vcpu)
{
    for (unsigned i = 0; i < vcpu->kvm->realm.num_aux; i++) {
        int ret = alloc_delegated_granule(vcpu->kvm, &vcpu->rec.aux[i]);

        if (ret) {
            free_rec_aux(vcpu, i);
            return ret;
        }
    }
    return 0;
}

static uint64_t rmi_rec_create(struct kvm_vcpu *vcpu)
{
    struct kvm *kvm = vcpu->kvm;
    struct rmi_rec_params params = {
        .flags = field_put(RMI_REC_RUNNABLE, vcpu->id == 0),
        .mpidr = kvm_vcpu_mpidr(vcpu),
        .pc = vcpu->shadow.pc,
        .num_aux = kvm->realm.num_aux,
    };

    for (unsigned i = 0; i < RMI_REC_CREATE_GPRS; i++)
        params.gprs[i] = vcpu->shadow.x[i];
    for (unsigned i = 0; i < kvm->realm.num_aux; i++)
        params.aux[i] = vcpu->rec.aux[i].v;
    return kvm->rmi.cmds->rec_create(&kvm->rmi, kvm->realm.rd, vcpu->rec.rec_page, &params);
}

static int kvm_create_rec(struct kvm_vcpu *vcpu)
{
    struct kvm *kvm = vcpu->kvm;
    struct realm_rec *rec = &vcpu->rec;
    enum phys_status status;
    int ret;

    if (rec->created)
        return -EBUSY;
    if (!host_mm_alloc_pages(kvm->config.mm, 1, 1, &rec->run_page))
        return -ENOMEM;
    rec->run = physmem_ptr(kvm->mem, PAS_NON_SECURE, rec->run_page, sizeof(*rec->run), &status);
    ret = rec->run ? alloc_delegated_granule(kvm, &rec->rec_page) : -ENXIO;
    if (ret)
        goto free_run;
    ret = alloc_rec_aux(vcpu);
    if (ret)
        goto free_rec;
    if (rmi_rec_create(vcpu) == RMI_SUCCESS) {
        rec->created = true;
        return 0;
    }
    ret = -ENXIO;
    free_rec_aux(vcpu, kvm->realm.num_aux);
free_rec:
    free_delegated_granule(kvm, rec->rec_page);
free_run:
    host_mm_free_pages(kvm->config.mm, rec->run_page, 1);
    rec->run = NULL;
    return ret;
}

void kvm_destroy_rec(struct kvm_vcpu *vcpu)
{
    struct realm_rec *rec = &vcpu->rec;
    struct kvm *kvm = vcpu->kvm;

    if (!rec->created)
        return;
    rec->created = false;
    host_mm_free_pages(kvm->config.mm, rec->run_page, 1);
    rec->run = NULL;
    /* What the RMM does not let go is leaked, the auxiliary granules with it. */
    if (kvm->rmi.cmds->rec_destroy(&kvm->rmi, rec->rec_page))
        return;
    free_rec_aux(vcpu, kvm->realm.num_aux);
    free_delegated_granule(kvm, rec->rec_page);
}

/* --- activation and the end ---------------------------------------------------------------- */

int kvm_activate_realm(struct kvm *kvm)
{
    int ret;

    if (kvm->realm.state == REALM_STATE_ACTIVE)
        return 0;
    ret = realm_ensure_created(kvm);
    if (ret)
        return ret;
    kvm->realm.state = REALM_STATE_DEAD; /* unless all of it works */
    for (size_t i = 0; ret == 0 && i < kvm->vcpu_count; i++)
        ret = kvm_create_rec(kvm->vcpus[i]);
    if (ret == 0 && !kvm->variant->ripas_before_populate)
        ret = set_ripas_of_protected_regions(kvm);
    if (ret)
        return ret;
    if (rmi_realm_activate(&kvm->rmi, kvm->realm.rd) != RMI_SUCCESS)
        return -ENXIO;
    kvm->realm.state = REALM_STATE_ACTIVE;
    return 0;
}

void kvm_destroy_realm(struct kvm *kvm)
{
    struct realm *realm = &kvm->realm;

    if (realm->created) {
        /* A realm that cannot be ended is taken apart as far as it goes. */
        if (kvm->rmi.cmds->realm_terminate)
            (void)kvm->rmi.cmds->realm_terminate(&kvm->rmi, realm->rd);
        for (size_t i = 0; i < kvm->memslots.count; i++) {
            realm_unmap_shared_range(kvm, kvm->memslots.slots[i].base, kvm->memslots.slots[i].size);
            realm_unmap_private_range(kvm, kvm->memslots.slots[i].base,
                                      kvm->memslots.slots[i].size);
        }
        /* A realm that cannot be destroyed keeps its descriptor and root tables. */
        if (realm_tear_down_rtts(kvm) || rmi_realm_destroy(&kvm->rmi, realm->rd) != RMI_SUCCESS)
            return;
        free_delegated_granule(kvm, realm->rd);
        if (!undelegate_roots(kvm, kvm->pgt.pgd_pages))
            return;
        realm->created = false;
        realm->state = REALM_STATE_DEAD;
    }
    if (kvm->pgt.pgd_pages)
        host_mm_free_pages(kvm->config.mm, kvm->pgt.pgd, kvm->pgt.pgd_pages);
}

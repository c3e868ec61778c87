/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The VM: arch/arm64/kvm/arm.c (kvm_arch_init_vm) and mmu.c (kvm_init_stage2_mmu). */
#include <errno.h>
#include <stdlib.h>

#include "cpu/arch/descriptor.h"
#include "kvm_model/kvm_internal.h"

#define DEFAULT_PA_BITS 48
#define DEFAULT_VMID 1 /* VMID 0 is the host's */
#define VMID_LIMIT 256

/*
 * HCR_EL2 of a guest (HCR_GUEST_FLAGS@7.2, vcpu_reset_hcr). TWE is clear as for a vCPU alone on its
 * CPU (kvm_arch_vcpu_load).
 */
static uint64_t guest_hcr(const struct kvm_variant *variant)
{
    const struct field ones[] = {HCR_VM,  HCR_SWIO,  HCR_PTW,  HCR_FMO, HCR_IMO, HCR_AMO, HCR_FB,
                                 HCR_TWI, HCR_TIDCP, HCR_TACR, HCR_TSC, HCR_TSW, HCR_RW,  HCR_TEA};
    const struct field tid1 = {16, 1}, tid2 = {17, 1}, tlor = {35, 1}, terr = {36, 1};
    uint64_t hcr = field_put(HCR_BSU, HCR_BSU_INNER);

    for (size_t i = 0; i < sizeof(ones) / sizeof(ones[0]); i++)
        hcr |= field_mask(ones[i]);
    return hcr | field_mask(HCR_TID3) | field_mask(tid2) | field_mask(tlor) | field_mask(terr) |
           field_put(tid1, variant->traps_implementation_id);
}

static int check_config(const struct kvm_config *config, unsigned pa_bits)
{
    if (config->ipa_bits < KVM_PHYS_SHIFT_MIN || config->ipa_bits > pa_bits)
        return -EINVAL;
    if (config->vmid >= VMID_LIMIT)
        return -EINVAL;
    if (config->realm && (!config->variant->rmi || !config->smc))
        return -EINVAL;
    return 0;
}

/* __kvm_tlb_flush_vmid_ipa, __kvm_tlb_flush_vmid_range: by IPA, then all of stage 1. */
static void flush_tlb(void *ctx, ipa_t ipa, uint64_t size)
{
    struct kvm *kvm = ctx;

    for (size_t i = 0; i < kvm->vcpu_count; i++)
        if (kvm->vcpus[i]->cpu)
            cpu_tlbi_ipa(kvm->vcpus[i]->cpu, kvm->vttbr, ipa, size);
}

static int init_vm(struct kvm *kvm)
{
    int ret = kvm_pgtable_stage2_init(&kvm->pgt, kvm->config.mm, kvm->config.ipa_bits);

    if (ret)
        return ret;
    kvm->pgt.fwb = kvm->config.fwb;
    kvm->pgt.dic = kvm->config.cache_dic;
    kvm->pgt.trace = kvm->trace;
    kvm->pgt.clock = kvm->clock;
    kvm->pgt.flush_tlb = flush_tlb;
    kvm->pgt.flush_ctx = kvm;
    ret = kvm_init_mmu_notifier(kvm);
    if (ret)
        return ret;
    kvm->hcr = guest_hcr(kvm->variant) | field_put(HCR_FWB, kvm->config.fwb);
    kvm->vtcr = kvm_pgtable_vtcr(kvm->config.ipa_bits, kvm->pa_bits);
    kvm->vttbr = kvm_pgtable_vttbr(&kvm->pgt, kvm->vmid);
    return kvm->config.realm ? kvm_init_realm_vm(kvm) : 0;
}

struct kvm *kvm_create_vm(const struct kvm_config *config, int *error)
{
    unsigned pa_bits = config->pa_bits ? config->pa_bits : DEFAULT_PA_BITS;
    struct kvm *kvm;

    *error = check_config(config, pa_bits);
    if (*error)
        return NULL;
    kvm = calloc(1, sizeof(*kvm));
    *error = -ENOMEM;
    if (!kvm)
        return NULL;
    kvm->config = *config;
    kvm->variant = config->variant;
    kvm->host_cpu = config->host_cpu ? config->host_cpu : &kvm_host_cpu_modelled;
    kvm->mem = host_mm_physmem(config->mm);
    kvm->trace = config->trace;
    kvm->clock = config->clock;
    kvm->pa_bits = pa_bits;
    kvm->vmid = config->vmid ? config->vmid : DEFAULT_VMID;
    kvm->rmi =
        (struct rmi_host){.smc = config->smc, .mm = config->mm, .cmds = config->variant->rmi};
    kvm_switch_bundles_init(kvm);
    *error = init_vm(kvm);
    if (*error == 0)
        return kvm;
    kvm_destroy_vm(kvm);
    return NULL;
}

void kvm_destroy_vm(struct kvm *kvm)
{
    if (!kvm)
        return;
    host_mm_unregister_notifier(kvm->config.mm, kvm);
    for (size_t i = 0; i < kvm->vcpu_count; i++) {
        kvm_destroy_rec(kvm->vcpus[i]);
        kvm_mmu_free_memory_cache(&kvm->vcpus[i]->mmu_page_cache, kvm->config.mm);
    }
    kvm_mmu_free_memory_cache(&kvm->split_page_cache, kvm->config.mm);
    if (kvm->config.realm)
        kvm_destroy_realm(kvm);
    else if (kvm->pgt.pgd_pages)
        kvm_pgtable_stage2_destroy(&kvm->pgt);
    for (size_t i = 0; i < kvm->vcpu_count; i++) {
        kvm_timer_vcpu_free(kvm->vcpus[i]);
        free(kvm->vcpus[i]->run);
        free(kvm->vcpus[i]);
    }
    free(kvm->vcpus);
    kvm_memslots_free(kvm);
    kvm_io_bus_free(&kvm->mmio_bus);
    kvm_vgic_free(kvm);
    kvm_ioeventfds_free(kvm);
    kvm_smccc_filter_free(kvm);
    free(kvm->coalesced);
    kvm_switch_bundles_free(kvm);
    free(kvm);
}

/* --- capabilities -------------------------------------------------------------------------- */

static int enable_nisv(struct kvm *kvm, uint64_t arg)
{
    (void)arg;
    if (!kvm->variant->nisv_exit)
        return -EINVAL;
    kvm->nisv_to_user = true;
    return 0;
}

static int enable_sea(struct kvm *kvm, uint64_t arg)
{
    (void)arg;
    if (!kvm->variant->sea_exit)
        return -EINVAL;
    kvm->sea_to_user = true;
    return 0;
}

static int enable_mte(struct kvm *kvm, uint64_t arg)
{
    (void)arg;
    if (!kvm->variant->mte || kvm->config.realm || kvm->vcpu_count)
        return -EINVAL;
    kvm->mte = true;
    return 0;
}

static int enable_manual_protect(struct kvm *kvm, uint64_t arg)
{
    uint64_t allowed = KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE;

    /* The initial set is an option of manual protection. */
    if (kvm->variant->dirty_init_set && arg & KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE)
        allowed |= KVM_DIRTY_LOG_INITIALLY_SET;
    if (!kvm->variant->dirty_manual_protect || arg & ~allowed)
        return -EINVAL;
    kvm->dirty_log_flags = arg;
    return 0;
}

static int enable_eager_split(struct kvm *kvm, uint64_t arg)
{
    bool valid = !arg || arg == HOST_PAGE_SIZE || arg == HOST_PMD_SIZE || arg == HOST_PUD_SIZE;

    if (!kvm->variant->eager_split || !valid || kvm->memslots.count)
        return -EINVAL;
    kvm->split_chunk_size = arg;
    return 0;
}

int kvm_enable_cap_arg(struct kvm *kvm, uint32_t cap, uint64_t arg)
{
    static const struct {
        uint32_t cap;
        int (*enable)(struct kvm *kvm, uint64_t arg);
    } caps[] = {
        {KVM_CAP_ARM_NISV_TO_USER, enable_nisv},
        {KVM_CAP_ARM_SEA_TO_USER, enable_sea},
        {KVM_CAP_ARM_MTE, enable_mte},
        {KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, enable_manual_protect},
        {KVM_CAP_ARM_EAGER_SPLIT_CHUNK_SIZE, enable_eager_split},
    };

    for (size_t i = 0; i < sizeof(caps) / sizeof(caps[0]); i++)
        if (caps[i].cap == cap)
            return caps[i].enable(kvm, arg);
    return -EINVAL;
}

int kvm_enable_cap(struct kvm *kvm, uint32_t cap)
{
    return kvm_enable_cap_arg(kvm, cap, 0);
}

int kvm_register_io_device(struct kvm *kvm, uint64_t gpa, uint64_t size,
                           const struct kvm_io_device *device)
{
    return kvm_io_bus_register(&kvm->mmio_bus, gpa, size, device);
}

void kvm_flush_tlb(struct kvm *kvm)
{
    for (size_t i = 0; i < kvm->vcpu_count; i++)
        if (kvm->vcpus[i]->cpu)
            cpu_tlbi_vmid(kvm->vcpus[i]->cpu, kvm->vttbr, true);
}

void kvm_flush_remote_tlbs(struct kvm *kvm)
{
    clock_charge(kvm->clock, OP_KVM_TLBI, 1);
    kvm_flush_tlb(kvm);
    EMIT(kvm->trace, STAGE2_TLBI, HOST, EVENT_STR("all"), 0, 0, (uint64_t)-1);
}

int kvm_stage2_leaf(const struct kvm *kvm, ipa_t ipa, struct kvm_stage2_leaf *leaf)
{
    enum kvm_pgtable_prot prot;
    uint64_t offset;
    int ret;

    if (kvm->config.realm)
        return -EINVAL;
    ret = kvm_pgtable_get_leaf(&kvm->pgt, ipa, &leaf->desc, &leaf->level);
    if (ret)
        return ret;
    prot = kvm_pgtable_stage2_pte_prot(&kvm->pgt, leaf->desc);
    offset = ipa.v & (kvm_pgtable_granule(leaf->level) - 1);
    leaf->valid = field_get(leaf->desc, DESC_VALID);
    leaf->pa = PA((leaf->desc & field_mask(DESC_ADDR)) | offset);
    leaf->perm = kvm_pgtable_prot_text(prot);
    leaf->attr = kvm_pgtable_attr_text(prot);
    return 0;
}

int kvm_arm_rmi_populate(struct kvm *kvm, uint64_t gpa, uint64_t size, hva_t hva, bool measure)
{
    if (!kvm->config.realm || !size || (gpa | size | hva.v) & (HOST_PAGE_SIZE - 1))
        return -EINVAL;
    return realm_populate(kvm, IPA(gpa), size, hva, measure);
}

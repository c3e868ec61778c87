/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A fault on memory: arch/arm64/kvm/mmu.c:user_mem_abort@6.12, in 7.2 kvm_s2_fault_pin_pfn,
 * kvm_s2_fault_compute_prot and kvm_s2_fault_map. Where kernels differ, a row of the variant says
 * so.
 */
#include <errno.h>

#include "kvm_model/kvm_internal.h"

/* What is known of the fault, step by step. */
struct s2_fault {
    struct kvm_vcpu *vcpu;
    struct kvm *kvm;
    struct kvm_memory_slot *slot;
    ipa_t ipa; /* where the mapping will start */
    hva_t hva;
    bool write, exec, perm;
    struct host_vma vma; /* as it was: it may be gone when the page is mapped */
    uint64_t size;       /* of the mapping */
    bool force_pte;
    uint64_t seq; /* mmu_invalidate_seq before the look-up */
    struct host_page page;
    bool device;        /* memory without struct page */
    bool non_cacheable; /* ... that the guest may not cache */
    enum kvm_pgtable_prot prot;
};

/* Size of the mapping that a permission fault was about (kvm_vcpu_trap_get_perm_fault_granule). */
static uint64_t perm_fault_granule(const struct kvm_vcpu *vcpu)
{
    return kvm_pgtable_granule(fsc_table[esr_fsc(vcpu->fault.esr)].level);
}

/* --- how large ----------------------------------------------------------------------------- */

/*
 * Whether a mapping of that size is one for both sides: IPA and address are alike within it, and
 * the slot covers it (fault_supports_stage2_huge_mapping).
 */
static bool supports_huge(const struct s2_fault *fault, uint64_t size)
{
    const struct kvm_memory_slot *slot = fault->slot;
    uint64_t start = fault->hva.v & ~(size - 1);

    if ((slot->base.v ^ slot->hva.v) & (size - 1))
        return false;
    return start >= slot->hva.v && start + size <= slot->hva.v + slot->size;
}

/* A device's memory is mapped as large as its VMA allows (get_vma_page_shift@6.12). */
static unsigned device_shift(const struct s2_fault *fault)
{
    static const unsigned shifts[] = {HOST_PUD_SHIFT, HOST_PMD_SHIFT};
    const struct host_vma *vma = &fault->vma;
    uint64_t end = vma->start.v + vma->size, first_pa = host_vma_pfn_base(vma).v;

    for (size_t i = 0; i < sizeof(shifts) / sizeof(shifts[0]); i++) {
        uint64_t size = 1ull << shifts[i], start = fault->hva.v & ~(size - 1);

        if (!((vma->start.v ^ first_pa) & (size - 1)) && start >= vma->start.v &&
            start + size <= end)
            return shifts[i];
    }
    return HOST_PAGE_SHIFT;
}

static unsigned vma_shift(const struct s2_fault *fault)
{
    if (fault->vma.backing == HOST_PFNMAP &&
        fault->kvm->variant->s2_pfnmap == KVM_S2_PFNMAP_FROM_VMA)
        return device_shift(fault);
    return host_vma_page_shift(&fault->vma);
}

/* What the VMA gives, cut down to what the slot allows. */
static void resolve_size(struct s2_fault *fault)
{
    unsigned shift = vma_shift(fault);

    fault->size = HOST_PAGE_SIZE;
    fault->force_pte = kvm_slot_is_logging(fault->slot) || vcpu_is_rec(fault->vcpu);
    if (fault->force_pte || shift == HOST_PAGE_SHIFT)
        return;
    if (shift == HOST_PUD_SHIFT && supports_huge(fault, HOST_PUD_SIZE))
        fault->size = HOST_PUD_SIZE;
    else if (shift >= HOST_PMD_SHIFT && supports_huge(fault, HOST_PMD_SIZE))
        fault->size = HOST_PMD_SIZE; /* CONT_PMD too: the contiguous bit is not used at stage 2 */
    else
        fault->force_pte = true;
}

/*
 * Before 5.1 the size of hugetlbfs' page counts whatever force_pte says, PUDs are not checked
 * against the slot, and only exact sizes are known: contiguous ones become pages.
 */
static void resolve_size_early(struct s2_fault *fault)
{
    uint64_t size = 1ull << host_vma_page_shift(&fault->vma);

    fault->force_pte = kvm_slot_is_logging(fault->slot) || !supports_huge(fault, HOST_PMD_SIZE);
    fault->size = size == HOST_PMD_SIZE || size == HOST_PUD_SIZE ? size : HOST_PAGE_SIZE;
    if (size != HOST_PAGE_SIZE && fault->size == HOST_PAGE_SIZE)
        fault->force_pte = true;
}

/* Pages that turn out to be part of a huge page of the host (transparent_hugepage_adjust). */
static void adjust_size(struct s2_fault *fault)
{
    bool device_too = fault->kvm->variant->s2_pfnmap == KVM_S2_PFNMAP_FROM_HOST_TABLES;

    if (fault->size != HOST_PAGE_SIZE || fault->force_pte || (fault->device && !device_too))
        return;
    if (fault->perm && !fault->kvm->variant->s2_early_map &&
        perm_fault_granule(fault->vcpu) > HOST_PAGE_SIZE) {
        fault->size = perm_fault_granule(fault->vcpu);
    } else if (supports_huge(fault, HOST_PMD_SIZE) &&
               host_mm_mapping_size(fault->kvm->config.mm, fault->hva) >= HOST_PMD_SIZE) {
        fault->size = HOST_PMD_SIZE;
    }
}

/* --- the page ------------------------------------------------------------------------------ */

static int topup(const struct s2_fault *fault)
{
    struct kvm *kvm = fault->kvm;

    /* A realm's tables are the RMM's. A permission fault needs one only to make pages of a block.
     */
    if (vcpu_is_rec(fault->vcpu) || (fault->perm && !kvm->variant->s2_early_map &&
                                     !(kvm_slot_is_logging(fault->slot) && fault->write)))
        return 0;
    return kvm_mmu_topup_memory_cache(&fault->vcpu->mmu_page_cache, kvm->config.mm,
                                      kvm_mmu_cache_min_pages(&kvm->pgt));
}

/* kvm_send_hwpoison_signal: the signal ends KVM_RUN before the guest runs again. */
static void send_hwpoison_signal(const struct s2_fault *fault)
{
    uint64_t lsb = HOST_PAGE_SHIFT;

    while (1ull << lsb < fault->size)
        lsb++;
    fault->vcpu->signal = true;
    fault->vcpu->sigbus = true;
    EMIT(fault->kvm->trace, HOST_SIGBUS, HOST, fault->hva.v, lsb);
}

static const char *fault_kind(const struct host_page *page)
{
    return page->major ? "swap-in" : page->cleared_pages ? "fresh" : "minor";
}

static void charge_host_fault(const struct s2_fault *fault)
{
    struct clock *clock = fault->kvm->clock;
    const struct host_page *page = &fault->page;

    if (!page->minor && !page->major)
        return;
    clock_charge(clock, OP_HOST_FAULT, 1);
    clock_charge(clock, OP_HOST_SWAP_IN, page->major);
    clock_charge(clock, OP_HOST_CLEAR_PAGE, page->cleared_pages);
    EMIT(fault->kvm->trace, HOST_FAULT, HOST, fault->hva.v, fault->write,
         EVENT_STR(fault_kind(page)), page->pa.v);
}

/* __kvm_faultin_pfn. 1 when there is a page, else what user_mem_abort returns. */
static int fault_in(struct s2_fault *fault)
{
    struct kvm *kvm = fault->kvm;
    bool cacheable = fault->vma.cacheable && kvm->variant->s2_cacheable_pfnmap;
    enum host_fault ret;

    fault->seq = kvm->mmu_invalidate_seq;
    ret = host_mm_get_page(kvm->config.mm, fault->hva, fault->write, &fault->page);
    charge_host_fault(fault);
    if (kvm->config.fault_observer)
        kvm->config.fault_observer(kvm->config.observer_ctx);
    if (ret == HOST_FAULT_POISON) {
        send_hwpoison_signal(fault);
        return 0;
    }
    if (ret != HOST_FAULT_OK)
        return -EFAULT;
    fault->device = !fault->page.map_memory;
    fault->non_cacheable = fault->device && !cacheable;
    if (fault->device && cacheable && !kvm_supports_cacheable_pfnmap(kvm))
        return -EFAULT;
    return 1;
}

/* --- permissions --------------------------------------------------------------------------- */

static int compute_prot(struct s2_fault *fault)
{
    const struct kvm *kvm = fault->kvm;
    bool writable = fault->page.writable && !(fault->slot->flags & KVM_MEM_READONLY);

    if (fault->exec && fault->non_cacheable && kvm->variant->s2_device_exec_aborts)
        return -ENOEXEC;
    /* With a log, a page is writable from its first write on. */
    if (!fault->device && kvm_slot_is_logging(fault->slot) && !fault->write)
        writable = false;
    fault->prot = KVM_PGTABLE_PROT_R;
    if (writable)
        fault->prot |= KVM_PGTABLE_PROT_W;
    if (fault->exec || (kvm->config.cache_dic && !fault->non_cacheable))
        fault->prot |= KVM_PGTABLE_PROT_X;
    if (fault->non_cacheable)
        fault->prot |= fault->vma.any_uncached && kvm->variant->s2_normal_nc
                           ? KVM_PGTABLE_PROT_NORMAL_NC
                           : KVM_PGTABLE_PROT_DEVICE;
    if (!fault->perm && !fault->non_cacheable && kvm->mte && !fault->vma.mte_allowed)
        return -EFAULT;
    return 0;
}

/* The guest can read the tags of what it gets: they are cleared first (sanitise_mte_tags). */
static void sanitise_mte_tags(const struct s2_fault *fault, pa_t pa)
{
    struct kvm *kvm = fault->kvm;

    if (!kvm->mte || fault->perm || fault->non_cacheable)
        return;
    for (uint64_t at = 0; at < fault->size; at += HOST_PAGE_SIZE)
        if (host_mm_try_tag(kvm->config.mm, PA(pa.v + at)))
            clock_charge(kvm->clock, OP_MTE_CLEAR_PAGE, 1);
}

/* --- mapping ------------------------------------------------------------------------------- */

static bool is_executable(const struct s2_fault *fault)
{
    uint64_t desc;
    int level;

    return kvm_pgtable_get_leaf(&fault->kvm->pgt, fault->ipa, &desc, &level) == 0 &&
           kvm_pgtable_stage2_pte_prot(&fault->kvm->pgt, desc) & KVM_PGTABLE_PROT_X;
}

/* Before 5.10: data of what was not mapped before, instructions of what is fetched. */
static void maintenance(const struct s2_fault *fault, pa_t pa)
{
    kvm_pgtable_stage2_maintain(&fault->kvm->pgt, fault->size, pa, fault->prot, !fault->perm,
                                fault->exec);
}

static int map(struct s2_fault *fault, pa_t pa)
{
    struct kvm *kvm = fault->kvm;
    struct kvm_mmu_memory_cache *cache = &fault->vcpu->mmu_page_cache;

    if (vcpu_is_rec(fault->vcpu))
        return realm_map_ipa(kvm, fault->ipa, pa, fault->prot);
    if (kvm->variant->s2_early_map) {
        maintenance(fault, pa);
        /* The entry is written anew, with the permission to execute that it had. */
        if (fault->perm && is_executable(fault))
            fault->prot |= KVM_PGTABLE_PROT_X;
        return kvm_pgtable_stage2_set_leaf(&kvm->pgt, fault->ipa, fault->size, pa, fault->prot,
                                           cache);
    }
    if (fault->perm && fault->size == perm_fault_granule(fault->vcpu))
        return kvm_pgtable_stage2_relax_perms(&kvm->pgt, fault->ipa, fault->prot);
    return kvm_pgtable_stage2_map(&kvm->pgt, fault->ipa, fault->size, pa, fault->prot, cache);
}

static bool marks_dirty(const struct s2_fault *fault, int ret, bool retried)
{
    const struct kvm_variant *variant = fault->kvm->variant;

    /* Only a page's entry notes the write. */
    if (variant->s2_early_map && fault->size != HOST_PAGE_SIZE)
        return false;
    if (retried)
        return variant->s2_retry_marks_dirty && fault->page.writable && fault->write;
    return ret == 0 && fault->prot & KVM_PGTABLE_PROT_W;
}

static int finish(struct s2_fault *fault)
{
    struct kvm *kvm = fault->kvm;
    bool retried = kvm->mmu_invalidate_seq != fault->seq;
    ipa_t gpa = kvm_gpa_from_fault(kvm, fault->ipa);
    pa_t pa = fault->page.pa;
    int ret = -EAGAIN;

    if (retried) {
        EMIT(kvm->trace, MMU_RETRY, HOST, fault->ipa.v, kvm->mmu_invalidate_seq);
    } else {
        adjust_size(fault);
        fault->ipa.v &= ~(fault->size - 1);
        pa.v &= ~(fault->size - 1);
        sanitise_mte_tags(fault, pa);
        ret = map(fault, pa);
    }
    if (marks_dirty(fault, ret, retried))
        kvm_mark_page_dirty(kvm, fault->slot, gpa);
    EMIT(kvm->trace, USER_MEM_ABORT, HOST, fault->ipa.v, fault->write, fault->exec, fault->size,
         pa.v);
    return ret == -EAGAIN ? 0 : ret;
}

int user_mem_abort(struct kvm_vcpu *vcpu, ipa_t fault_ipa, struct kvm_memory_slot *slot, hva_t hva)
{
    struct kvm *kvm = vcpu->kvm;
    const struct kvm_variant *variant = kvm->variant;
    struct s2_fault fault = {
        .vcpu = vcpu,
        .kvm = kvm,
        .slot = slot,
        .ipa = fault_ipa,
        .hva = hva,
        /* A REC's direction is hidden, and realms have no read-only mappings. */
        .write = vcpu_is_rec(vcpu) || kvm_is_write_fault(vcpu),
        .exec = kvm_vcpu_trap_is_exec_fault(vcpu),
        .perm = kvm_vcpu_trap_is_permission_fault(vcpu),
    };
    const struct host_vma *vma;
    int ret = 0;

    clock_charge(kvm->clock, OP_KVM_USER_MEM_ABORT, 1);
    if (fault.perm && !fault.write && !fault.exec && variant->s2_read_perm_fault_fails)
        return -EFAULT; /* KVM never maps without read permission */
    if (!variant->s2_vma_before_topup)
        ret = topup(&fault);
    if (ret)
        return ret;
    vma = host_mm_vma(kvm->config.mm, hva);
    if (!vma)
        return -EFAULT;
    fault.vma = *vma;
    if (vcpu_is_rec(vcpu) && kvm_realm_is_private_address(kvm, fault_ipa))
        return -EINVAL;
    if (variant->s2_early_map)
        resolve_size_early(&fault);
    else
        resolve_size(&fault);
    if (variant->s2_vma_before_topup)
        ret = topup(&fault);
    if (ret)
        return ret;
    if (!(variant->s2_early_map && fault.force_pte)) {
        fault.ipa.v &= ~(fault.size - 1);
        fault.hva.v &= ~(fault.size - 1);
    }
    ret = fault_in(&fault);
    if (ret <= 0)
        return ret;
    ret = compute_prot(&fault);
    return ret ? ret : finish(&fault);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Geometry of the tables, walks over them, and taking mappings away. */
#include "kvm_model/pgtable_internal.h"

#define LEVEL_BITS 9        /* 512 descriptors in a 4K table */
#define CONCATENATED_BITS 4 /* up to 16 tables at the start level */

static unsigned level_shift(int level)
{
    return HOST_PAGE_SHIFT + LEVEL_BITS * (unsigned)(S2_LAST_LEVEL - level);
}

uint64_t kvm_pgtable_granule(int level)
{
    return (uint64_t)1 << level_shift(level);
}

/* Concatenation saves a level as long as it can: levels for an input of ia_bits - 4, at least two.
 */
int kvm_pgtable_start_level(unsigned ia_bits)
{
    unsigned bits = ia_bits - CONCATENATED_BITS - HOST_PAGE_SHIFT;
    unsigned levels = (bits + LEVEL_BITS - 1) / LEVEL_BITS;

    return S2_LAST_LEVEL + 1 - (int)(levels < 2 ? 2 : levels);
}

size_t kvm_pgtable_pgd_pages(unsigned ia_bits)
{
    unsigned one_table = level_shift(kvm_pgtable_start_level(ia_bits)) + LEVEL_BITS;

    return ia_bits > one_table ? (size_t)1 << (ia_bits - one_table) : 1;
}

uint64_t kvm_pgtable_vtcr(unsigned ia_bits, unsigned pa_bits)
{
    unsigned sl0 = 2 - (unsigned)kvm_pgtable_start_level(ia_bits); /* 4K: 0 is level 2 */

    return field_put(VTCR_T0SZ, 64 - ia_bits) | field_put(VTCR_SL0, sl0) |
           field_put(VTCR_IRGN0, VTCR_RGN_WBWA) | field_put(VTCR_ORGN0, VTCR_RGN_WBWA) |
           field_put(VTCR_SH0, DESC_SH_INNER) | field_put(VTCR_TG0, 0) |
           field_put(VTCR_PS, ps_encoding(pa_bits)) | field_put(VTCR_RES1, 1);
}

uint64_t kvm_pgtable_vttbr(const struct kvm_pgtable *pgt, unsigned vmid)
{
    return field_put(VTTBR_VMID, vmid) | pgt->pgd.v;
}

int kvm_pgtable_stage2_init(struct kvm_pgtable *pgt, struct host_mm *mm, unsigned ia_bits)
{
    if (ia_bits < KVM_PHYS_SHIFT_MIN || ia_bits > KVM_PHYS_SHIFT_MAX)
        return -EINVAL;
    *pgt = (struct kvm_pgtable){
        .mm = mm,
        .ia_bits = ia_bits,
        .start_level = kvm_pgtable_start_level(ia_bits),
        .pgd_pages = kvm_pgtable_pgd_pages(ia_bits),
    };
    if (host_mm_alloc_pages(mm, pgt->pgd_pages, pgt->pgd_pages, &pgt->pgd))
        return 0;
    pgt->pgd_pages = 0;
    return -ENOMEM;
}

/* --- pages for tables ---------------------------------------------------------------------- */

unsigned kvm_mmu_cache_min_pages(const struct kvm_pgtable *pgt)
{
    return (unsigned)(S2_LAST_LEVEL - pgt->start_level);
}

int kvm_mmu_topup_memory_cache(struct kvm_mmu_memory_cache *cache, struct host_mm *mm, unsigned min)
{
    if (cache->count >= min)
        return 0;
    while (cache->count < KVM_MMU_CACHE_OBJECTS &&
           host_mm_alloc_pages(mm, 1, 1, &cache->objects[cache->count]))
        cache->count++;
    return cache->count >= min ? 0 : -ENOMEM;
}

void kvm_mmu_free_memory_cache(struct kvm_mmu_memory_cache *cache, struct host_mm *mm)
{
    while (cache->count)
        host_mm_free_pages(mm, cache->objects[--cache->count], 1);
}

/* --- walks --------------------------------------------------------------------------------- */

pa_t s2_desc_at(const struct kvm_pgtable *pgt, pa_t table, ipa_t ipa, int level)
{
    uint64_t index = ipa.v >> level_shift(level);

    if (level != pgt->start_level)
        index &= S2_ENTRIES - 1;
    return PA(table.v + index * sizeof(uint64_t));
}

bool s2_in_range(const struct kvm_pgtable *pgt, ipa_t ipa, uint64_t size)
{
    uint64_t limit = (uint64_t)1 << pgt->ia_bits;

    return ipa.v < limit && size <= limit - ipa.v;
}

int kvm_pgtable_get_leaf(const struct kvm_pgtable *pgt, ipa_t ipa, uint64_t *desc, int *level)
{
    pa_t table = pgt->pgd;

    if (!s2_in_range(pgt, ipa, 1))
        return -ERANGE;
    for (*level = pgt->start_level;; ++*level) {
        int ret = s2_read(pgt, s2_desc_at(pgt, table, ipa, *level), desc);

        if (ret)
            return ret;
        if (!s2_is_table(*desc, *level))
            return 0;
        table = s2_pa(*desc);
    }
}

int s2_read_slot(const struct kvm_pgtable *pgt, pa_t table, int level, uint64_t start, uint64_t end,
                 struct s2_slot *slot)
{
    uint64_t step = kvm_pgtable_granule(level), next = (start & ~(step - 1)) + step;

    slot->at = s2_desc_at(pgt, table, IPA(start), level);
    slot->stop = next < end ? next : end;
    return s2_read(pgt, slot->at, &slot->desc);
}

static int walk_table(struct kvm_pgtable *pgt, pa_t table, int level, uint64_t start, uint64_t end,
                      s2_leaf_fn *fn, void *arg)
{
    uint64_t step = kvm_pgtable_granule(level);

    while (start < end) {
        struct s2_slot slot;
        int ret = s2_read_slot(pgt, table, level, start, end, &slot);

        if (ret == 0 && !s2_is_table(slot.desc, level)) {
            ret = fn(pgt, slot.at, slot.desc, IPA(start & ~(step - 1)), level, arg);
            /* A visitor may have put a table there: it is descended into. */
            if (ret == 0)
                ret = s2_read(pgt, slot.at, &slot.desc);
        }
        if (ret == 0 && s2_is_table(slot.desc, level))
            ret = walk_table(pgt, s2_pa(slot.desc), level + 1, start, slot.stop, fn, arg);
        if (ret)
            return ret;
        start = slot.stop;
    }
    return 0;
}

int s2_walk_leaves(struct kvm_pgtable *pgt, ipa_t ipa, uint64_t size, s2_leaf_fn *fn, void *arg)
{
    if (!s2_in_range(pgt, ipa, size))
        return -ERANGE;
    return walk_table(pgt, pgt->pgd, pgt->start_level, ipa.v, ipa.v + size, fn, arg);
}

/* --- maintenance --------------------------------------------------------------------------- */

static void flush_tlb(struct kvm_pgtable *pgt, ipa_t ipa, uint64_t size)
{
    s2_charge(pgt, OP_KVM_TLBI, 1);
    if (pgt->flush_tlb)
        pgt->flush_tlb(pgt->flush_ctx, ipa, size);
}

void s2_tlbi_ipa(struct kvm_pgtable *pgt, ipa_t ipa, int level)
{
    flush_tlb(pgt, ipa, level < 0 ? GRANULE_SIZE : kvm_pgtable_granule(level));
    EMIT(pgt->trace, STAGE2_TLBI, HOST, EVENT_STR("ipa"), ipa.v,
         level < 0 ? 0 : kvm_pgtable_granule(level), (uint64_t)(int64_t)level);
}

void s2_tlbi_range(struct kvm_pgtable *pgt, ipa_t ipa, uint64_t size)
{
    flush_tlb(pgt, ipa, size);
    EMIT(pgt->trace, STAGE2_TLBI, HOST, EVENT_STR("range"), ipa.v, size, (uint64_t)-1);
}

void s2_clean_dcache(struct kvm_pgtable *pgt, uint64_t desc, int level)
{
    uint64_t size = kvm_pgtable_granule(level);

    if (pgt->fwb || field_get(desc, S2_MEM_ATTR) != s2_mem_attr(pgt, KVM_PGTABLE_PROT_R))
        return;
    s2_charge(pgt, OP_DCACHE_CLEAN_PAGE, size >> HOST_PAGE_SHIFT);
    EMIT(pgt->trace, CACHE_MAINTENANCE, HOST, EVENT_STR("dcache_clean_inval_poc"), s2_pa(desc).v,
         size);
}

void s2_invalidate_icache(struct kvm_pgtable *pgt, uint64_t desc, int level)
{
    uint64_t size = kvm_pgtable_granule(level);

    if (pgt->dic || field_get(desc, S2_XN1))
        return;
    s2_charge(pgt, OP_ICACHE_INVAL_PAGE, size >> HOST_PAGE_SHIFT);
    EMIT(pgt->trace, CACHE_MAINTENANCE, HOST, EVENT_STR("icache_inval_pou"), s2_pa(desc).v, size);
}

/* --- taking away --------------------------------------------------------------------------- */

void s2_free_table(struct kvm_pgtable *pgt, pa_t table, int level)
{
    for (unsigned i = 0; level < S2_LAST_LEVEL && i < S2_ENTRIES; i++) {
        uint64_t desc;

        if (s2_read(pgt, PA(table.v + i * sizeof(desc)), &desc) == 0 && s2_is_table(desc, level))
            s2_free_table(pgt, s2_pa(desc), level + 1);
    }
    host_mm_free_pages(pgt->mm, table, 1);
}

void kvm_pgtable_stage2_destroy(struct kvm_pgtable *pgt)
{
    for (size_t i = 0; i < pgt->pgd_pages * S2_ENTRIES; i++) {
        uint64_t desc;

        if (s2_read(pgt, PA(pgt->pgd.v + i * sizeof(desc)), &desc) == 0 &&
            s2_is_table(desc, pgt->start_level))
            s2_free_table(pgt, s2_pa(desc), pgt->start_level + 1);
    }
    host_mm_free_pages(pgt->mm, pgt->pgd, pgt->pgd_pages);
    pgt->pgd_pages = 0;
}

static bool table_is_empty(const struct kvm_pgtable *pgt, pa_t table)
{
    for (unsigned i = 0; i < S2_ENTRIES; i++) {
        uint64_t desc;

        if (s2_read(pgt, PA(table.v + i * sizeof(desc)), &desc) || s2_is_valid(desc))
            return false;
    }
    return true;
}

/* One entry goes (stage2_unmap_put_pte); with FEAT_S2FWB the TLB is invalidated at the end. */
static int clear_entry(struct kvm_pgtable *pgt, pa_t at, uint64_t desc, ipa_t ipa, int level)
{
    int ret = s2_write(pgt, at, 0);

    if (ret)
        return ret;
    if (s2_is_table(desc, level)) {
        s2_tlbi_ipa(pgt, ipa, -1);
        host_mm_free_pages(pgt->mm, s2_pa(desc), 1);
        return 0;
    }
    if (!pgt->fwb)
        s2_tlbi_ipa(pgt, ipa, level);
    s2_clean_dcache(pgt, desc, level);
    return 0;
}

/*
 * Clears [start, end) in one table and below; end is at most the end of what the table covers. A
 * block goes as a whole; the rest of it faults in again. Counts the leaves that went.
 */
static int unmap_table(struct kvm_pgtable *pgt, pa_t table, int level, uint64_t start, uint64_t end,
                       uint64_t *gone)
{
    uint64_t step = kvm_pgtable_granule(level);

    while (start < end) {
        ipa_t block = IPA(start & ~(step - 1));
        struct s2_slot slot;
        int ret = s2_read_slot(pgt, table, level, start, end, &slot);

        if (ret == 0 && s2_is_table(slot.desc, level)) {
            ret = unmap_table(pgt, s2_pa(slot.desc), level + 1, start, slot.stop, gone);
            if (ret == 0 && table_is_empty(pgt, s2_pa(slot.desc)))
                ret = clear_entry(pgt, slot.at, slot.desc, block, level);
        } else if (ret == 0 && s2_is_valid(slot.desc)) {
            ret = clear_entry(pgt, slot.at, slot.desc, block, level);
            ++*gone;
        }
        if (ret)
            return ret;
        start = slot.stop;
    }
    return 0;
}

int kvm_pgtable_stage2_unmap(struct kvm_pgtable *pgt, ipa_t ipa, uint64_t size)
{
    uint64_t gone = 0;
    int ret;

    if (!s2_in_range(pgt, ipa, size))
        return -ERANGE;
    EMIT(pgt->trace, STAGE2_UNMAP, HOST, ipa.v, size);
    ret = unmap_table(pgt, pgt->pgd, pgt->start_level, ipa.v, ipa.v + size, &gone);
    if (pgt->fwb && gone)
        s2_tlbi_range(pgt, ipa, size);
    s2_charge(pgt, OP_KVM_STAGE2_UNMAP, gone);
    return ret;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Putting mappings into the tables, and making pages of blocks: hyp/pgtable.c@7.2. */
#include "kvm_model/pgtable_internal.h"

#define ANY_LEVEL (-1)

struct map_data {
    uint64_t attributes; /* of a leaf, without its type */
    struct kvm_mmu_memory_cache *cache;
    int level;     /* the leaf's, or ANY_LEVEL: as high as possible */
    bool replaces; /* an entry that differs in permissions only is replaced too */
    enum kvm_pgtable_prot prot;
};

static uint64_t leaf_desc(uint64_t attributes, pa_t pa, int level)
{
    return attributes | pa.v |
           field_put(DESC_TYPE, level == S2_LAST_LEVEL ? DESC_TYPE_PAGE : DESC_TYPE_BLOCK);
}

static uint64_t leaf_attributes(const struct kvm_pgtable *pgt, enum kvm_pgtable_prot prot)
{
    return s2_prot_bits(prot) | field_put(DESC_AF, 1) | field_put(DESC_SH, DESC_SH_INNER) |
           field_put(S2_MEM_ATTR, s2_mem_attr(pgt, prot));
}

static bool take_table(struct kvm_mmu_memory_cache *cache, pa_t *table)
{
    if (!cache || !cache->count)
        return false;
    *table = cache->objects[--cache->count];
    return true;
}

/* kvm_block_mapping_supported, at a level where a leaf may stand. */
static bool leaf_fits(const struct map_data *data, uint64_t ipa, uint64_t end, pa_t pa, int level)
{
    uint64_t granule = kvm_pgtable_granule(level);

    if (data->level != ANY_LEVEL)
        return level == data->level;
    return level >= S2_MIN_BLOCK_LEVEL && granule <= end - ipa && !((ipa | pa.v) & (granule - 1));
}

/* Break before make: the entry is invalid, and no TLB has it (stage2_try_break_pte). */
static int break_entry(struct kvm_pgtable *pgt, pa_t at, uint64_t old, uint64_t ipa, int level)
{
    uint64_t granule = kvm_pgtable_granule(level);
    int ret = s2_write(pgt, at, 0);

    if (ret)
        return ret;
    if (s2_is_table(old, level))
        s2_tlbi_range(pgt, IPA(ipa & ~(granule - 1)), granule);
    else if (s2_is_valid(old))
        s2_tlbi_ipa(pgt, IPA(ipa & ~(granule - 1)), level);
    return 0;
}

/* Nothing to do, or only permissions: those are relaxed by the fault that misses them. */
static bool needs_update(const struct map_data *data, uint64_t old, uint64_t new)
{
    const uint64_t permissions =
        field_mask(S2_AP_READ) | field_mask(S2_AP_WRITE) | field_mask(S2_XN1);

    return !s2_is_valid(old) || (old ^ new) & (data->replaces ? ~(uint64_t)0 : ~permissions);
}

static int set_leaf(struct kvm_pgtable *pgt, const struct map_data *data, pa_t at, uint64_t old,
                    uint64_t ipa, pa_t pa, int level)
{
    uint64_t granule = kvm_pgtable_granule(level), new;
    int ret;

    pa.v &= ~(granule - 1);
    new = leaf_desc(data->attributes, pa, level);
    if (!needs_update(data, old, new))
        return data->replaces ? 0 : -EAGAIN;
    ret = break_entry(pgt, at, old, ipa, level);
    if (ret)
        return ret;
    if (!data->replaces) {
        s2_clean_dcache(pgt, new, level);
        s2_invalidate_icache(pgt, new, level);
    }
    ret = s2_write(pgt, at, new);
    if (ret == 0 && s2_is_table(old, level))
        s2_free_table(pgt, s2_pa(old), level + 1);
    s2_charge(pgt, OP_KVM_STAGE2_MAP, 1);
    EMIT(pgt->trace, STAGE2_MAP, HOST, ipa & ~(granule - 1), pa.v, granule, (uint64_t)level,
         EVENT_STR(kvm_pgtable_prot_text(data->prot)), EVENT_STR(kvm_pgtable_attr_text(data->prot)),
         s2_is_valid(old));
    return ret;
}

/* An empty table in the place of nothing, or of a block. */
static int set_table(struct kvm_pgtable *pgt, const struct map_data *data, pa_t at, uint64_t old,
                     uint64_t ipa, int level, uint64_t *desc)
{
    pa_t table;
    int ret;

    if (!take_table(data->cache, &table))
        return -ENOMEM;
    ret = break_entry(pgt, at, old, ipa, level);
    *desc = table.v | field_put(DESC_TYPE, DESC_TYPE_TABLE);
    if (ret == 0)
        ret = s2_write(pgt, at, *desc);
    s2_charge(pgt, OP_KVM_STAGE2_TABLE, 1);
    return ret;
}

static int map_table(struct kvm_pgtable *pgt, const struct map_data *data, pa_t table, int level,
                     uint64_t start, uint64_t end, pa_t pa)
{
    while (start < end) {
        struct s2_slot slot;
        int ret = s2_read_slot(pgt, table, level, start, end, &slot);

        if (ret == 0 && leaf_fits(data, start, end, pa, level)) {
            ret = set_leaf(pgt, data, slot.at, slot.desc, start, pa, level);
        } else if (ret == 0) {
            if (!s2_is_table(slot.desc, level))
                ret = set_table(pgt, data, slot.at, slot.desc, start, level, &slot.desc);
            if (ret == 0)
                ret = map_table(pgt, data, s2_pa(slot.desc), level + 1, start, slot.stop, pa);
        }
        if (ret)
            return ret;
        pa.v += slot.stop - start;
        start = slot.stop;
    }
    return 0;
}

static int map_range(struct kvm_pgtable *pgt, struct map_data *data, ipa_t ipa, uint64_t size,
                     pa_t pa)
{
    if (!s2_in_range(pgt, ipa, size))
        return -ERANGE;
    if (data->prot & (KVM_PGTABLE_PROT_DEVICE | KVM_PGTABLE_PROT_NORMAL_NC) &&
        data->prot & KVM_PGTABLE_PROT_X && !data->replaces)
        return -EINVAL;
    data->attributes = leaf_attributes(pgt, data->prot);
    return map_table(pgt, data, pgt->pgd, pgt->start_level, ipa.v, ipa.v + size, pa);
}

int kvm_pgtable_stage2_map(struct kvm_pgtable *pgt, ipa_t ipa, uint64_t size, pa_t pa,
                           enum kvm_pgtable_prot prot, struct kvm_mmu_memory_cache *cache)
{
    struct map_data data = {.cache = cache, .level = ANY_LEVEL, .prot = prot};

    return map_range(pgt, &data, ipa, size, pa);
}

static int level_of(uint64_t size)
{
    int level = S2_LAST_LEVEL;

    while (kvm_pgtable_granule(level) < size)
        level--;
    return level;
}

int kvm_pgtable_stage2_set_leaf(struct kvm_pgtable *pgt, ipa_t ipa, uint64_t size, pa_t pa,
                                enum kvm_pgtable_prot prot, struct kvm_mmu_memory_cache *cache)
{
    struct map_data data = {
        .cache = cache, .level = level_of(size), .prot = prot, .replaces = true};

    return map_range(pgt, &data, ipa, 1, pa);
}

void kvm_pgtable_stage2_maintain(struct kvm_pgtable *pgt, uint64_t size, pa_t pa,
                                 enum kvm_pgtable_prot prot, bool dcache, bool icache)
{
    int level = level_of(size);
    uint64_t desc = leaf_desc(leaf_attributes(pgt, prot), PA(pa.v & ~(size - 1)), level);

    if (dcache)
        s2_clean_dcache(pgt, desc, level);
    if (icache)
        s2_invalidate_icache(pgt, desc, level);
}

/* --- splitting ----------------------------------------------------------------------------- */

/* Fills a table with what the block mapped; with enough tables in the cache, down to pages. */
static int fill_from_block(struct kvm_pgtable *pgt, struct kvm_mmu_memory_cache *cache, pa_t table,
                           uint64_t attributes, pa_t pa, int level, bool to_pages)
{
    for (unsigned i = 0; i < S2_ENTRIES; i++) {
        pa_t at = PA(table.v + i * sizeof(uint64_t)), below;
        int ret;

        if (to_pages && level < S2_LAST_LEVEL) {
            if (!take_table(cache, &below))
                return -ENOMEM;
            ret = fill_from_block(pgt, cache, below, attributes, pa, level + 1, true);
            if (ret == 0)
                ret = s2_write(pgt, at, below.v | field_put(DESC_TYPE, DESC_TYPE_TABLE));
        } else {
            ret = s2_write(pgt, at, leaf_desc(attributes, pa, level));
        }
        if (ret)
            return ret;
        pa.v += kvm_pgtable_granule(level);
    }
    return 0;
}

static int split_leaf(struct kvm_pgtable *pgt, pa_t at, uint64_t desc, ipa_t ipa, int level,
                      void *arg)
{
    struct kvm_mmu_memory_cache *cache = arg;
    unsigned whole = level == S2_LAST_LEVEL - 1 ? 1 : S2_ENTRIES + 1;
    uint64_t attributes;
    pa_t table;
    int ret;

    if (level == S2_LAST_LEVEL || !s2_is_valid(desc))
        return 0;
    if (!take_table(cache, &table))
        return -ENOMEM;
    attributes = leaf_attributes(pgt, kvm_pgtable_stage2_pte_prot(pgt, desc));
    ret = fill_from_block(pgt, cache, table, attributes, s2_pa(desc), level + 1,
                          cache->count + 1 >= whole);
    if (ret == 0)
        ret = break_entry(pgt, at, desc, ipa.v, level);
    if (ret == 0)
        ret = s2_write(pgt, at, table.v | field_put(DESC_TYPE, DESC_TYPE_TABLE));
    s2_charge(pgt, OP_KVM_STAGE2_TABLE, 1);
    EMIT(pgt->trace, STAGE2_SPLIT, HOST, ipa.v, kvm_pgtable_granule(level), (uint64_t)level);
    return ret;
}

int kvm_pgtable_stage2_split(struct kvm_pgtable *pgt, ipa_t ipa, uint64_t size,
                             struct kvm_mmu_memory_cache *cache)
{
    return s2_walk_leaves(pgt, ipa, size, split_leaf, cache);
}

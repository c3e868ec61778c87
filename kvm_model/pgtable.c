/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kvm_model/pgtable.h"

#include <errno.h>

#include "cpu/arch/descriptor.h"

#define LAST_LEVEL 3
#define LEVEL_BITS 9 /* 512 descriptors in a 4K table */
#define ENTRIES 512
#define CONCATENATED_BITS 4 /* up to 16 tables at the start level */
#define BLOCK_LEVEL 2       /* 2 MiB; KVM maps 1 GiB blocks of hugetlbfs only, not modelled */

static unsigned level_shift(int level)
{
    return HOST_PAGE_SHIFT + LEVEL_BITS * (unsigned)(LAST_LEVEL - level);
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

    return LAST_LEVEL + 1 - (int)(levels < 2 ? 2 : levels);
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

/* --- descriptors --------------------------------------------------------------------------- */

static bool is_table(uint64_t desc, int level)
{
    return level < LAST_LEVEL && field_get(desc, DESC_TYPE) == DESC_TYPE_TABLE;
}

static bool is_valid(uint64_t desc)
{
    return field_get(desc, DESC_VALID);
}

static pa_t desc_pa(uint64_t desc)
{
    return PA(desc & field_mask(DESC_ADDR));
}

static int read_desc(const struct kvm_pgtable *pgt, pa_t at, uint64_t *desc)
{
    return physmem_read64(host_mm_physmem(pgt->mm), PAS_NON_SECURE, at, desc) == PHYS_OK ? 0 : -EIO;
}

static int write_desc(const struct kvm_pgtable *pgt, pa_t at, uint64_t desc)
{
    return physmem_write64(host_mm_physmem(pgt->mm), PAS_NON_SECURE, at, desc) == PHYS_OK ? 0
                                                                                          : -EIO;
}

/* Permission bits of a leaf (stage2_set_prot_attr). */
static uint64_t prot_bits(enum kvm_pgtable_prot prot)
{
    return field_put(S2_AP_READ, !!(prot & KVM_PGTABLE_PROT_R)) |
           field_put(S2_AP_WRITE, !!(prot & KVM_PGTABLE_PROT_W)) |
           field_put(S2_XN1, !(prot & KVM_PGTABLE_PROT_X));
}

static uint64_t leaf_desc(pa_t pa, int level, enum kvm_pgtable_prot prot)
{
    bool device = prot & KVM_PGTABLE_PROT_DEVICE;

    return pa.v | prot_bits(prot) | field_put(DESC_AF, 1) | field_put(DESC_SH, DESC_SH_INNER) |
           field_put(S2_MEM_ATTR, device ? S2_MEM_ATTR_DEVICE_NGNRE : S2_MEM_ATTR_NORMAL_WB) |
           field_put(DESC_TYPE, level == LAST_LEVEL ? DESC_TYPE_PAGE : DESC_TYPE_BLOCK);
}

static uint64_t table_desc(pa_t table)
{
    return table.v | field_put(DESC_TYPE, DESC_TYPE_TABLE);
}

/* Address of the descriptor for ipa in a table of that level; the start level is wider. */
static pa_t desc_at(const struct kvm_pgtable *pgt, pa_t table, ipa_t ipa, int level)
{
    uint64_t index = ipa.v >> level_shift(level);

    if (level != pgt->start_level)
        index &= ENTRIES - 1;
    return PA(table.v + index * sizeof(uint64_t));
}

static bool in_range(const struct kvm_pgtable *pgt, ipa_t ipa, uint64_t size)
{
    uint64_t limit = (uint64_t)1 << pgt->ia_bits;

    return ipa.v < limit && size <= limit - ipa.v;
}

/* --- tables -------------------------------------------------------------------------------- */

/* Frees the tables below a table descriptor, then the table itself. */
static void free_table(struct kvm_pgtable *pgt, pa_t table, int level)
{
    for (unsigned i = 0; level < LAST_LEVEL && i < ENTRIES; i++) {
        uint64_t desc;

        if (read_desc(pgt, PA(table.v + i * sizeof(desc)), &desc) == 0 && is_table(desc, level))
            free_table(pgt, desc_pa(desc), level + 1);
    }
    host_mm_free_pages(pgt->mm, table, 1);
}

void kvm_pgtable_stage2_destroy(struct kvm_pgtable *pgt)
{
    for (size_t i = 0; i < pgt->pgd_pages * ENTRIES; i++) {
        uint64_t desc;

        if (read_desc(pgt, PA(pgt->pgd.v + i * sizeof(desc)), &desc) == 0 &&
            is_table(desc, pgt->start_level))
            free_table(pgt, desc_pa(desc), pgt->start_level + 1);
    }
    host_mm_free_pages(pgt->mm, pgt->pgd, pgt->pgd_pages);
    pgt->pgd_pages = 0;
}

/* Puts an empty table where at holds no table yet. */
static int install_table(struct kvm_pgtable *pgt, pa_t at, pa_t *table)
{
    if (!host_mm_alloc_pages(pgt->mm, 1, 1, table))
        return -ENOMEM;
    return write_desc(pgt, at, table_desc(*table));
}

/* Maps one leaf at the given level. */
static int map_leaf(struct kvm_pgtable *pgt, ipa_t ipa, pa_t pa, int leaf_level,
                    enum kvm_pgtable_prot prot, bool *changed_valid)
{
    pa_t table = pgt->pgd;

    for (int level = pgt->start_level;; level++) {
        pa_t at = desc_at(pgt, table, ipa, level);
        uint64_t desc;
        int ret = read_desc(pgt, at, &desc);

        if (ret)
            return ret;
        *changed_valid |= is_valid(desc) && (level == leaf_level || !is_table(desc, level));
        if (level == leaf_level) {
            ret = write_desc(pgt, at, leaf_desc(pa, level, prot));
            if (ret == 0 && is_table(desc, level))
                free_table(pgt, desc_pa(desc), level + 1);
            return ret;
        }
        table = desc_pa(desc);
        if (!is_table(desc, level))
            ret = install_table(pgt, at, &table);
        if (ret)
            return ret;
    }
}

int kvm_pgtable_stage2_map(struct kvm_pgtable *pgt, ipa_t ipa, uint64_t size, pa_t pa,
                           enum kvm_pgtable_prot prot, bool *changed_valid)
{
    const uint64_t block = kvm_pgtable_granule(BLOCK_LEVEL);

    *changed_valid = false;
    if (!in_range(pgt, ipa, size))
        return -ERANGE;
    while (size) {
        bool fits = size >= block && !((ipa.v | pa.v) & (block - 1));
        int level = fits ? BLOCK_LEVEL : LAST_LEVEL;
        uint64_t step = kvm_pgtable_granule(level);
        int ret = map_leaf(pgt, ipa, pa, level, prot, changed_valid);

        if (ret)
            return ret;
        ipa.v += step;
        pa.v += step;
        size -= size < step ? size : step;
    }
    return 0;
}

static bool table_is_empty(const struct kvm_pgtable *pgt, pa_t table)
{
    for (unsigned i = 0; i < ENTRIES; i++) {
        uint64_t desc;

        if (read_desc(pgt, PA(table.v + i * sizeof(desc)), &desc) || is_valid(desc))
            return false;
    }
    return true;
}

/* Clears [start, end) in one table and below; end is at most the end of what the table covers. */
static int unmap_table(struct kvm_pgtable *pgt, pa_t table, int level, uint64_t start, uint64_t end)
{
    uint64_t step = kvm_pgtable_granule(level);

    while (start < end) {
        uint64_t next = (start & ~(step - 1)) + step;
        pa_t at = desc_at(pgt, table, IPA(start), level);
        uint64_t stop = next < end ? next : end;
        uint64_t desc;
        int ret = read_desc(pgt, at, &desc);

        if (ret == 0 && is_table(desc, level)) {
            pa_t child = desc_pa(desc);

            ret = unmap_table(pgt, child, level + 1, start, stop);
            if (ret == 0 && table_is_empty(pgt, child)) {
                ret = write_desc(pgt, at, 0);
                host_mm_free_pages(pgt->mm, child, 1);
            }
        } else if (ret == 0 && is_valid(desc)) {
            ret = write_desc(pgt, at, 0); /* a block goes as a whole; the rest faults in again */
        }
        if (ret)
            return ret;
        start = stop;
    }
    return 0;
}

int kvm_pgtable_stage2_unmap(struct kvm_pgtable *pgt, ipa_t ipa, uint64_t size)
{
    if (!in_range(pgt, ipa, size))
        return -ERANGE;
    return unmap_table(pgt, pgt->pgd, pgt->start_level, ipa.v, ipa.v + size);
}

/* --- leaves -------------------------------------------------------------------------------- */

static int find_leaf(const struct kvm_pgtable *pgt, ipa_t ipa, pa_t *at, uint64_t *desc, int *level)
{
    pa_t table = pgt->pgd;

    if (!in_range(pgt, ipa, 1))
        return -ERANGE;
    for (*level = pgt->start_level;; ++*level) {
        int ret;

        *at = desc_at(pgt, table, ipa, *level);
        ret = read_desc(pgt, *at, desc);
        if (ret)
            return ret;
        if (!is_table(*desc, *level))
            return 0;
        table = desc_pa(*desc);
    }
}

int kvm_pgtable_get_leaf(const struct kvm_pgtable *pgt, ipa_t ipa, uint64_t *desc, int *level)
{
    pa_t at;

    return find_leaf(pgt, ipa, &at, desc, level);
}

/* Rewrites a valid leaf: clears some bits, then sets some. */
static int update_leaf(struct kvm_pgtable *pgt, ipa_t ipa, uint64_t clear, uint64_t set)
{
    uint64_t desc;
    int level, ret;
    pa_t at;

    ret = find_leaf(pgt, ipa, &at, &desc, &level);
    if (ret)
        return ret;
    return is_valid(desc) ? write_desc(pgt, at, (desc & ~clear) | set) : -EAGAIN;
}

int kvm_pgtable_stage2_relax_perms(struct kvm_pgtable *pgt, ipa_t ipa, enum kvm_pgtable_prot prot)
{
    uint64_t grant = prot_bits(prot) & (field_mask(S2_AP_READ) | field_mask(S2_AP_WRITE));
    uint64_t clear = prot & KVM_PGTABLE_PROT_X ? field_mask(S2_XN1) : 0;

    return update_leaf(pgt, ipa, clear, grant | field_put(DESC_AF, 1));
}

int kvm_pgtable_stage2_wrprotect(struct kvm_pgtable *pgt, ipa_t ipa)
{
    return update_leaf(pgt, ipa, field_mask(S2_AP_WRITE), 0);
}

int kvm_pgtable_stage2_mkyoung(struct kvm_pgtable *pgt, ipa_t ipa)
{
    return update_leaf(pgt, ipa, 0, field_put(DESC_AF, 1));
}

int kvm_pgtable_stage2_mkold(struct kvm_pgtable *pgt, ipa_t ipa)
{
    return update_leaf(pgt, ipa, field_mask(DESC_AF), 0);
}

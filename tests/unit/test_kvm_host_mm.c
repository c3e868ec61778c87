/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/check_main.h"
#include "tests/unit/test_kvm_machine.h"

static struct test_machine t;

static void setup(void)
{
    test_memory_new(&t);
}

static void teardown(void)
{
    test_machine_free(&t);
}

START_TEST(pages_are_aligned_and_distinct)
{
    pa_t one, sixteen, other;

    ck_assert(host_mm_alloc_pages(t.mm, 1, 1, &one));
    ck_assert(host_mm_alloc_pages(t.mm, 16, 16, &sixteen));
    ck_assert(host_mm_alloc_pages(t.mm, 1, 1, &other));
    ck_assert_uint_eq(one.v, PHYS_DRAM_BASE);
    ck_assert_uint_eq(sixteen.v & 0xffff, 0);
    ck_assert_uint_ge(sixteen.v, one.v + HOST_PAGE_SIZE);
    ck_assert_uint_eq(other.v, sixteen.v + 16 * HOST_PAGE_SIZE);
}
END_TEST

START_TEST(reused_page_is_zero)
{
    uint64_t value = 0x1122334455667788;
    pa_t first, again;

    ck_assert(host_mm_alloc_pages(t.mm, 1, 1, &first));
    ck_assert_int_eq(physmem_write64(t.mem, PAS_NON_SECURE, first, value), PHYS_OK);
    host_mm_free_pages(t.mm, first, 1);
    ck_assert(host_mm_alloc_pages(t.mm, 1, 1, &again));
    ck_assert_uint_eq(again.v, first.v);
    ck_assert_int_eq(physmem_read64(t.mem, PAS_NON_SECURE, again, &value), PHYS_OK);
    ck_assert_uint_eq(value, 0);
}
END_TEST

START_TEST(page_that_left_the_world_is_not_offered)
{
    size_t before = host_mm_free_count(t.mm);
    pa_t first, again;

    ck_assert(host_mm_alloc_pages(t.mm, 1, 1, &first));
    host_mm_free_pages(t.mm, first, 1);
    ck_assert(gpt_set(t.mem, first, PAS_REALM));
    ck_assert(host_mm_alloc_pages(t.mm, 1, 1, &again));
    ck_assert_uint_ne(again.v, first.v);
    ck_assert_uint_eq(host_mm_free_count(t.mm), before - 2);
}
END_TEST

START_TEST(exhaustion_is_reported)
{
    size_t count = host_mm_free_count(t.mm);
    pa_t pa;

    ck_assert(!host_mm_alloc_pages(t.mm, count + 1, 1, &pa));
    ck_assert(!host_mm_alloc_pages(t.mm, 0, 1, &pa));
    ck_assert(!host_mm_alloc_pages(t.mm, 1, 3, &pa));
    ck_assert(host_mm_alloc_pages(t.mm, count, 1, &pa));
    ck_assert(!host_mm_alloc_pages(t.mm, 1, 1, &pa));
    host_mm_free_pages(t.mm, PA(pa.v + 5 * HOST_PAGE_SIZE), 1);
    ck_assert(host_mm_alloc_pages(t.mm, 1, 1, &pa));
    ck_assert_uint_eq(pa.v, PHYS_DRAM_BASE + 5 * HOST_PAGE_SIZE);
}
END_TEST

START_TEST(mapping_is_copied_across_pages_and_ends)
{
    uint8_t out[16], in[16];
    hva_t a, b;
    pa_t pa;

    memset(out, 0xa5, sizeof(out));
    ck_assert(host_mm_mmap(t.mm, 2 * HOST_PAGE_SIZE, 0, &a));
    ck_assert(host_mm_mmap(t.mm, 1, 0, &b));
    ck_assert(host_mm_write(t.mm, HVA(a.v + HOST_PAGE_SIZE - 8), out, sizeof(out)));
    ck_assert(host_mm_read(t.mm, HVA(a.v + HOST_PAGE_SIZE - 8), in, sizeof(in)));
    ck_assert_mem_eq(in, out, sizeof(in));
    ck_assert(!host_mm_write(t.mm, HVA(a.v + 2 * HOST_PAGE_SIZE - 8), out, sizeof(out)));
    ck_assert(host_mm_hva_to_pa(t.mm, HVA(b.v + 0xfff), &pa));
    ck_assert(!host_mm_hva_to_pa(t.mm, HVA(b.v + 0x1000), &pa));
    ck_assert(!host_mm_mmap(t.mm, 0, 0, &a));
    ck_assert(host_mm_munmap(t.mm, b));
    ck_assert(!host_mm_munmap(t.mm, b));
    ck_assert(!host_mm_read(t.mm, b, in, 1));
}
END_TEST

START_TEST(huge_mapping_is_aligned)
{
    size_t before = host_mm_free_count(t.mm);
    const struct host_vma *vma;
    hva_t small, huge;
    pa_t pa;

    ck_assert(host_mm_mmap(t.mm, HOST_PAGE_SIZE, 0, &small));
    ck_assert(host_mm_mmap(t.mm, HOST_PAGE_SIZE, HOST_MMAP_HUGE, &huge));
    vma = host_mm_vma(t.mm, huge);
    ck_assert_ptr_nonnull(vma);
    ck_assert_uint_eq(host_vma_page_shift(vma), HOST_PMD_SHIFT);
    ck_assert_uint_eq(host_mm_mapping_size(t.mm, huge), HOST_PMD_SIZE);
    ck_assert(host_mm_hva_to_pa(t.mm, huge, &pa));
    ck_assert_uint_eq(vma->size, HOST_PMD_SIZE);
    ck_assert_uint_eq((pa.v | huge.v) & (HOST_PMD_SIZE - 1), 0);
    ck_assert(host_mm_munmap(t.mm, huge));
    ck_assert(host_mm_munmap(t.mm, small));
    ck_assert_uint_eq(host_mm_free_count(t.mm), before);
}
END_TEST

/* --- faults --- */

static struct host_page page_at(uint64_t hva, bool write)
{
    struct host_page page;

    ck_assert_int_eq(host_mm_get_page(t.mm, HVA(hva), write, &page), HOST_FAULT_OK);
    return page;
}

static hva_t mapped(enum host_backing backing, uint64_t size, bool lazy)
{
    hva_t hva;

    ck_assert(host_mm_map(
        t.mm, &(struct host_mapping){.backing = backing, .size = size, .lazy = lazy}, &hva));
    return hva;
}

struct seen {
    unsigned invalidations;
    uint64_t start, size;
};

static void note(void *ctx, hva_t start, uint64_t size)
{
    struct seen *seen = ctx;

    seen->invalidations++;
    seen->start = start.v;
    seen->size = size;
}

static bool always_young(void *ctx, hva_t start, uint64_t size, bool clear)
{
    (void)ctx;
    (void)start;
    (void)size;
    return !clear;
}

static void listen(struct seen *seen)
{
    *seen = (struct seen){0};
    ck_assert(host_mm_register_notifier(
        t.mm, &(struct host_mmu_notifier){.ctx = seen, .invalidate = note, .young = always_young}));
}

START_TEST(first_read_is_the_zero_page)
{
    uint64_t hva = mapped(HOST_ANON, 4 * HOST_PAGE_SIZE, true).v;
    struct host_page first, second, own;
    struct seen seen;

    listen(&seen);
    ck_assert_uint_eq(host_mm_mapping_size(t.mm, HVA(hva)), 0);
    first = page_at(hva, false);
    second = page_at(hva + HOST_PAGE_SIZE, false);
    ck_assert(first.minor && !first.writable && !first.cleared_pages);
    ck_assert_uint_eq(first.pa.v, second.pa.v);
    ck_assert_uint_eq(seen.invalidations, 0);
    /* the write gives a page of its own, and says so first */
    own = page_at(hva, true);
    ck_assert(own.minor && own.writable && own.pa.v != first.pa.v);
    ck_assert_uint_eq(own.cleared_pages, 1);
    ck_assert_uint_eq(seen.invalidations, 1);
    ck_assert_uint_eq(seen.start, hva);
    ck_assert_uint_eq(seen.size, HOST_PAGE_SIZE);
    /* a page written first needs nobody told */
    own = page_at(hva + 2 * HOST_PAGE_SIZE, true);
    ck_assert(own.writable);
    ck_assert_uint_eq(seen.invalidations, 1);
    own = page_at(hva, true);
    ck_assert(!own.minor);
    host_mm_unregister_notifier(t.mm, &seen);
    (void)page_at(hva + HOST_PAGE_SIZE, true);
    ck_assert_uint_eq(seen.invalidations, 1);
}
END_TEST

START_TEST(huge_pages_come_where_they_fit)
{
    uint64_t hva = mapped(HOST_THP, 2 * HOST_PMD_SIZE, true).v;
    struct host_page page = page_at(hva + 0x5000, true);
    struct seen seen;
    hva_t odd;

    ck_assert_uint_eq(page.cleared_pages, 512);
    ck_assert_uint_eq(host_mm_mapping_size(t.mm, HVA(hva + 0x1ff000)), HOST_PMD_SIZE);
    ck_assert_uint_eq(page_at(hva, false).pa.v + 0x5000, page.pa.v);
    /* the huge zero page, and its end */
    ck_assert(!page_at(hva + HOST_PMD_SIZE, false).writable);
    ck_assert_uint_eq(host_mm_mapping_size(t.mm, HVA(hva + HOST_PMD_SIZE)), HOST_PMD_SIZE);
    listen(&seen);
    ck_assert(page_at(hva + HOST_PMD_SIZE + 0x3000, true).writable);
    ck_assert_uint_eq(seen.start, hva + HOST_PMD_SIZE);
    ck_assert_uint_eq(seen.size, HOST_PMD_SIZE);
    host_mm_unregister_notifier(t.mm, &seen);
    /* a mapping that is not aligned begins with pages */
    ck_assert(host_mm_map(
        t.mm,
        &(struct host_mapping){
            .backing = HOST_THP, .size = HOST_PMD_SIZE, .offset = HOST_PAGE_SIZE, .lazy = true},
        &odd));
    (void)page_at(odd.v, true);
    ck_assert_uint_eq(host_mm_mapping_size(t.mm, odd), HOST_PAGE_SIZE);
}
END_TEST

START_TEST(hugetlbfs_sizes)
{
    static const struct {
        enum host_backing backing;
        unsigned shift;
        uint64_t leaf;
    } rows[] = {
        {HOST_CONTPTE, HOST_CONT_PTE_SHIFT, HOST_PAGE_SIZE},
        {HOST_HUGETLB_2M, HOST_PMD_SHIFT, HOST_PMD_SIZE},
        {HOST_CONTPMD, HOST_CONT_PMD_SHIFT, HOST_PMD_SIZE},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        hva_t hva = mapped(rows[i].backing, 1, true);
        const struct host_vma *vma = host_mm_vma(t.mm, hva);
        struct host_page page;

        ck_assert_uint_eq(vma->size, 1ull << rows[i].shift);
        ck_assert_uint_eq(hva.v & (vma->size - 1), 0);
        page = page_at(hva.v + 0x3000, false); /* no zero page: a read gives the huge page */
        ck_assert(page.writable);
        ck_assert_uint_eq(page.cleared_pages, vma->size >> HOST_PAGE_SHIFT);
        ck_assert_uint_eq((page.pa.v - 0x3000) & (vma->size - 1), 0);
        ck_assert_uint_eq(host_mm_mapping_size(t.mm, hva), rows[i].leaf);
        ck_assert(!host_mm_munmap_range(t.mm, hva, HOST_PAGE_SIZE));
        ck_assert(host_mm_munmap(t.mm, hva));
    }
    /* 64 MiB of DRAM have no gigabyte */
    ck_assert(!host_mm_map(t.mm, &(struct host_mapping){.backing = HOST_HUGETLB_1G, .size = 1},
                           &(hva_t){0}));
}
END_TEST

START_TEST(device_memory_is_one_run)
{
    uint64_t hva = mapped(HOST_PFNMAP, 2 * HOST_PMD_SIZE, false).v;
    struct host_page first = page_at(hva, false), last = page_at(hva + 0x3ff000, true);

    ck_assert(!first.map_memory && !first.minor);
    ck_assert_uint_eq(last.pa.v - first.pa.v, 0x3ff000);
    ck_assert_uint_eq((first.pa.v ^ hva) & (HOST_PMD_SIZE - 1), 0);
    ck_assert_uint_eq(host_mm_mapping_size(t.mm, HVA(hva)), HOST_PMD_SIZE);
    ck_assert(!host_mm_swap_out(t.mm, HVA(hva)));
    ck_assert(!host_mm_poison(t.mm, HVA(hva)));
}
END_TEST

START_TEST(protection_is_kept)
{
    uint64_t hva = mapped(HOST_ANON, 3 * HOST_PAGE_SIZE, false).v;
    struct host_page page;
    struct seen seen;
    uint8_t byte = 1;

    listen(&seen);
    ck_assert(!host_mm_mprotect(t.mm, HVA(hva + 1), HOST_PAGE_SIZE, false));
    ck_assert(host_mm_mprotect(t.mm, HVA(hva + HOST_PAGE_SIZE), HOST_PAGE_SIZE, false));
    ck_assert_uint_eq(seen.invalidations, 1);
    ck_assert_uint_eq(seen.start, hva + HOST_PAGE_SIZE);
    ck_assert_int_eq(host_mm_get_page(t.mm, HVA(hva + HOST_PAGE_SIZE), true, &page),
                     HOST_FAULT_BAD);
    ck_assert(!page_at(hva + HOST_PAGE_SIZE, false).writable);
    ck_assert(page_at(hva, false).writable && page_at(hva + 2 * HOST_PAGE_SIZE, false).writable);
    ck_assert(!host_mm_write(t.mm, HVA(hva + HOST_PAGE_SIZE), &byte, 1));
    ck_assert(host_mm_mprotect(t.mm, HVA(hva + HOST_PAGE_SIZE), HOST_PAGE_SIZE, true));
    page = page_at(hva + HOST_PAGE_SIZE, false);
    ck_assert(!page.writable);
    ck_assert_uint_eq(page_at(hva + HOST_PAGE_SIZE, true).pa.v, page.pa.v);
    ck_assert_uint_eq(seen.invalidations, 1);
    /* a hole in the middle */
    ck_assert(host_mm_munmap_range(t.mm, HVA(hva + HOST_PAGE_SIZE), HOST_PAGE_SIZE));
    ck_assert_ptr_null(host_mm_vma(t.mm, HVA(hva + HOST_PAGE_SIZE)));
    ck_assert_uint_eq(host_mm_next_vma(t.mm, HVA(hva + HOST_PAGE_SIZE))->start.v,
                      hva + 2 * HOST_PAGE_SIZE);
    ck_assert(host_mm_young(t.mm, HVA(hva), 1, false));
    ck_assert(!host_mm_young(t.mm, HVA(hva), 1, true));
    host_mm_unregister_notifier(t.mm, &seen);
}
END_TEST

START_TEST(swapped_page_comes_back)
{
    uint64_t hva = mapped(HOST_THP, HOST_PMD_SIZE, false).v;
    size_t before = host_mm_free_count(t.mm);
    struct host_page page;
    struct seen seen;
    uint32_t word = 0x12345678, back = 0;

    ck_assert(host_mm_write(t.mm, HVA(hva + 0x7004), &word, sizeof(word)));
    listen(&seen);
    ck_assert(host_mm_swap_out(t.mm, HVA(hva + 0x7004)));
    ck_assert_uint_eq(seen.invalidations, 2); /* the huge page is split, the page goes */
    ck_assert_uint_eq(host_mm_free_count(t.mm), before + 1);
    ck_assert_uint_eq(host_mm_mapping_size(t.mm, HVA(hva + 0x7000)), 0);
    ck_assert_uint_eq(host_mm_mapping_size(t.mm, HVA(hva)), HOST_PAGE_SIZE);
    ck_assert(!host_mm_swap_out(t.mm, HVA(hva + 0x7000)));
    page = page_at(hva + 0x7000, false);
    ck_assert(page.major && !page.minor);
    ck_assert(host_mm_read(t.mm, HVA(hva + 0x7004), &back, sizeof(back)));
    ck_assert_uint_eq(back, word);
    ck_assert(host_mm_swap_out(t.mm, HVA(hva + 0x8000)));
    host_mm_unregister_notifier(t.mm, &seen);
    ck_assert(host_mm_munmap(t.mm, HVA(hva)));
}
END_TEST

START_TEST(poisoned_page_is_lost)
{
    uint64_t hva = mapped(HOST_ANON, 2 * HOST_PAGE_SIZE, false).v;
    struct host_page page;
    uint8_t byte;

    ck_assert(host_mm_poison(t.mm, HVA(hva)));
    ck_assert_int_eq(host_mm_get_page(t.mm, HVA(hva + 8), false, &page), HOST_FAULT_POISON);
    ck_assert(!host_mm_read(t.mm, HVA(hva), &byte, 1));
    ck_assert(!host_mm_poison(t.mm, HVA(hva)));
    ck_assert(page_at(hva + HOST_PAGE_SIZE, true).writable);
}
END_TEST

START_TEST(fixed_mapping_replaces)
{
    uint64_t hva = mapped(HOST_ANON, 4 * HOST_PAGE_SIZE, false).v;
    struct host_mapping file = {
        .size = HOST_PAGE_SIZE, .at = HVA(hva + HOST_PAGE_SIZE), .readonly = true, .no_mte = true};
    hva_t at;

    ck_assert(host_mm_vma(t.mm, HVA(hva))->mte_allowed);
    ck_assert(host_mm_map(t.mm, &file, &at));
    ck_assert_uint_eq(at.v, hva + HOST_PAGE_SIZE);
    ck_assert(!host_mm_vma(t.mm, at)->mte_allowed && !host_mm_vma(t.mm, at)->writable);
    ck_assert(host_mm_vma(t.mm, HVA(hva))->writable);
    ck_assert(host_mm_vma(t.mm, HVA(hva + 2 * HOST_PAGE_SIZE))->writable);
    file.at.v++;
    ck_assert(!host_mm_map(t.mm, &file, &at));
}
END_TEST

START_TEST(tags_are_set_once)
{
    pa_t pa;

    ck_assert(host_mm_alloc_pages(t.mm, 1, 1, &pa));
    ck_assert(host_mm_try_tag(t.mm, pa));
    ck_assert(!host_mm_try_tag(t.mm, pa));
    host_mm_free_pages(t.mm, pa, 1);
    ck_assert(host_mm_try_tag(t.mm, pa));
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("kvm_host_mm");
    TCase *tc = tcase_create("all");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, pages_are_aligned_and_distinct);
    tcase_add_test(tc, reused_page_is_zero);
    tcase_add_test(tc, page_that_left_the_world_is_not_offered);
    tcase_add_test(tc, exhaustion_is_reported);
    tcase_add_test(tc, mapping_is_copied_across_pages_and_ends);
    tcase_add_test(tc, huge_mapping_is_aligned);
    tcase_add_test(tc, first_read_is_the_zero_page);
    tcase_add_test(tc, huge_pages_come_where_they_fit);
    tcase_add_test(tc, hugetlbfs_sizes);
    tcase_add_test(tc, device_memory_is_one_run);
    tcase_add_test(tc, protection_is_kept);
    tcase_add_test(tc, swapped_page_comes_back);
    tcase_add_test(tc, poisoned_page_is_lost);
    tcase_add_test(tc, fixed_mapping_replaces);
    tcase_add_test(tc, tags_are_set_once);
    suite_add_tcase(suite, tc);
    return suite;
}

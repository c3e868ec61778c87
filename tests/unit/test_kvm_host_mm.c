/* SPDX-License-Identifier: GPL-2.0-or-later */
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

    ck_assert(host_mm_mmap(t.mm, HOST_PAGE_SIZE, 0, &small));
    ck_assert(host_mm_mmap(t.mm, HOST_PAGE_SIZE, HOST_MMAP_HUGE, &huge));
    vma = host_mm_vma(t.mm, huge);
    ck_assert_ptr_nonnull(vma);
    ck_assert(vma->huge);
    ck_assert_uint_eq(vma->size, HOST_PMD_SIZE);
    ck_assert_uint_eq((vma->pa.v | huge.v) & (HOST_PMD_SIZE - 1), 0);
    ck_assert(host_mm_munmap(t.mm, huge));
    ck_assert(host_mm_munmap(t.mm, small));
    ck_assert_uint_eq(host_mm_free_count(t.mm), before);
}
END_TEST

int main(void)
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
    suite_add_tcase(suite, tc);
    return test_main(suite);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stage-2 tables, judged by the CPU's own walker. */
#include "cpu/arch/descriptor.h"
#include "cpu/mmu.h"
#include "kvm_model/pgtable.h"
#include "tests/unit/check_main.h"
#include "tests/unit/test_kvm_machine.h"

#define RWX (KVM_PGTABLE_PROT_R | KVM_PGTABLE_PROT_W | KVM_PGTABLE_PROT_X)
#define IPA_BITS 40

static struct test_machine t;
static struct kvm_pgtable pgt;
static struct kvm_mmu_memory_cache cache;
static size_t free_before;
static unsigned flushes;

static void count_flush(void *ctx, ipa_t ipa, uint64_t size)
{
    (void)ctx, (void)ipa;
    ck_assert_uint_gt(size, 0);
    flushes++;
}

static size_t pages_in_use(void)
{
    return free_before - host_mm_free_count(t.mm) - cache.count;
}

static void setup(void)
{
    test_memory_new(&t);
    free_before = host_mm_free_count(t.mm);
    cache.count = 0;
    ck_assert_int_eq(kvm_pgtable_stage2_init(&pgt, t.mm, IPA_BITS), 0);
    pgt.flush_tlb = count_flush;
}

static void teardown(void)
{
    kvm_pgtable_stage2_destroy(&pgt);
    kvm_mmu_free_memory_cache(&cache, t.mm);
    ck_assert_uint_eq(host_mm_free_count(t.mm), free_before);
    test_machine_free(&t);
}

static bool walk(ipa_t ipa, enum access_type type, struct translation *out, struct fault *fault)
{
    struct mmu mmu = {
        .mem = t.mem,
        .regs = {.hcr_el2 = field_mask(HCR_VM),
                 .vtcr_el2 = kvm_pgtable_vtcr(pgt.ia_bits, 48),
                 .vttbr_el2 = kvm_pgtable_vttbr(&pgt, 1),
                 .pas = PAS_NON_SECURE},
    };

    *out = (struct translation){.write = true};
    *fault = (struct fault){0};
    return mmu_translate_stage2(&mmu, ipa, (struct mmu_access){.type = type}, false, out, fault,
                                NULL);
}

static void expect_pa(uint64_t ipa, enum access_type type, uint64_t pa)
{
    struct translation out;
    struct fault fault;

    ck_assert_msg(walk(IPA(ipa), type, &out, &fault), "%s at %#lx", fault_kind_name(fault.kind),
                  (unsigned long)ipa);
    ck_assert_uint_eq(out.pa.v, pa);
}

static void expect_fault(uint64_t ipa, enum access_type type, enum fault_kind kind, int level)
{
    struct translation out;
    struct fault fault;

    ck_assert(!walk(IPA(ipa), type, &out, &fault));
    ck_assert_int_eq(fault.kind, kind);
    ck_assert_int_eq(fault.level, level);
}

static bool map(uint64_t ipa, uint64_t size, uint64_t pa, enum kvm_pgtable_prot prot)
{
    flushes = 0;
    ck_assert_int_eq(kvm_mmu_topup_memory_cache(&cache, t.mm, 8), 0);
    ck_assert_int_eq(kvm_pgtable_stage2_map(&pgt, IPA(ipa), size, PA(pa), prot, &cache), 0);
    return flushes > 0;
}

START_TEST(shape_follows_ipa_size)
{
    static const struct {
        unsigned bits;
        int start;
        size_t pages;
        uint64_t vtcr; /* T0SZ, SL0, IRGN0, ORGN0, SH0, PS of 48 bits, RES1 */
    } rows[] = {
        {32, 2, 4, 0x80053520}, {33, 2, 8, 0x8005351f},  {34, 2, 16, 0x8005351e},
        {35, 1, 1, 0x8005355d}, {36, 1, 1, 0x8005355c},  {39, 1, 1, 0x80053559},
        {40, 1, 2, 0x80053558}, {43, 1, 16, 0x80053555}, {44, 0, 1, 0x80053594},
        {48, 0, 1, 0x80053590},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ck_assert_int_eq(kvm_pgtable_start_level(rows[i].bits), rows[i].start);
        ck_assert_uint_eq(kvm_pgtable_pgd_pages(rows[i].bits), rows[i].pages);
        ck_assert_uint_eq(kvm_pgtable_vtcr(rows[i].bits, 48), rows[i].vtcr);
    }
}
END_TEST

START_TEST(every_ipa_size_walks)
{
    for (unsigned bits = KVM_PHYS_SHIFT_MIN; bits <= KVM_PHYS_SHIFT_MAX; bits++) {
        uint64_t top = ((uint64_t)1 << bits) - HOST_PAGE_SIZE;

        kvm_pgtable_stage2_destroy(&pgt);
        ck_assert_int_eq(kvm_pgtable_stage2_init(&pgt, t.mm, bits), 0);
        expect_fault(top, ACCESS_READ, FAULT_TRANSLATION, pgt.start_level);
        map(top, HOST_PAGE_SIZE, 0x81000000, RWX);
        expect_pa(top + 0x123, ACCESS_WRITE, 0x81000123);
        expect_fault(0, ACCESS_READ, FAULT_TRANSLATION, pgt.start_level);
    }
    ck_assert_int_eq(kvm_pgtable_stage2_init(&(struct kvm_pgtable){0}, t.mm, 31), -EINVAL);
    ck_assert_int_eq(kvm_pgtable_stage2_init(&(struct kvm_pgtable){0}, t.mm, 49), -EINVAL);
}
END_TEST

START_TEST(permissions_are_what_was_asked)
{
    ck_assert(!map(0x40000000, HOST_PAGE_SIZE, 0x81000000, KVM_PGTABLE_PROT_R));
    expect_pa(0x40000000, ACCESS_READ, 0x81000000);
    expect_fault(0x40000000, ACCESS_WRITE, FAULT_PERMISSION, 3);
    expect_fault(0x40000000, ACCESS_FETCH, FAULT_PERMISSION, 3);
    expect_fault(0x40001000, ACCESS_READ, FAULT_TRANSLATION, 3);

    ck_assert_int_eq(kvm_pgtable_stage2_relax_perms(&pgt, IPA(0x40000000), KVM_PGTABLE_PROT_X), 0);
    expect_pa(0x40000000, ACCESS_FETCH, 0x81000000);
    expect_fault(0x40000000, ACCESS_WRITE, FAULT_PERMISSION, 3);
    ck_assert_int_eq(kvm_pgtable_stage2_relax_perms(&pgt, IPA(0x40000000), KVM_PGTABLE_PROT_W), 0);
    expect_pa(0x40000000, ACCESS_WRITE, 0x81000000);
    expect_pa(0x40000000, ACCESS_FETCH, 0x81000000);
    ck_assert_int_eq(kvm_pgtable_stage2_relax_perms(&pgt, IPA(0x40001000), RWX), -EAGAIN);
}
END_TEST

START_TEST(access_flag_goes_and_comes)
{
    map(0x40000000, HOST_PAGE_SIZE, 0x81000000, RWX);
    ck_assert(kvm_pgtable_stage2_test_clear_young(&pgt, IPA(0x40000000), HOST_PMD_SIZE, false));
    expect_pa(0x40000000, ACCESS_READ, 0x81000000);
    ck_assert(kvm_pgtable_stage2_test_clear_young(&pgt, IPA(0x40000000), HOST_PMD_SIZE, true));
    ck_assert(!kvm_pgtable_stage2_test_clear_young(&pgt, IPA(0x40000000), HOST_PMD_SIZE, false));
    expect_fault(0x40000000, ACCESS_READ, FAULT_ACCESS_FLAG, 3);
    ck_assert_int_eq(kvm_pgtable_stage2_mkyoung(&pgt, IPA(0x40000000)), 0);
    expect_pa(0x40000000, ACCESS_READ, 0x81000000);
    ck_assert_int_eq(kvm_pgtable_stage2_mkyoung(&pgt, IPA(0x50000000)), -EAGAIN);
}
END_TEST

START_TEST(block_where_it_fits)
{
    uint64_t desc;
    int level;

    /* page, block, page */
    map(0x401ff000, HOST_PMD_SIZE + 2 * HOST_PAGE_SIZE, 0x811ff000, RWX);
    ck_assert_int_eq(kvm_pgtable_get_leaf(&pgt, IPA(0x401ff000), &desc, &level), 0);
    ck_assert_int_eq(level, 3);
    ck_assert_int_eq(kvm_pgtable_get_leaf(&pgt, IPA(0x40200000), &desc, &level), 0);
    ck_assert_int_eq(level, 2);
    ck_assert_int_eq(kvm_pgtable_get_leaf(&pgt, IPA(0x40400000), &desc, &level), 0);
    ck_assert_int_eq(level, 3);
    expect_pa(0x40234567, ACCESS_WRITE, 0x81234567);
    expect_pa(0x40400fff, ACCESS_WRITE, 0x81400fff);
    /* not congruent: pages only */
    map(0x50000000, HOST_PMD_SIZE, 0x81001000, RWX);
    ck_assert_int_eq(kvm_pgtable_get_leaf(&pgt, IPA(0x50000000), &desc, &level), 0);
    ck_assert_int_eq(level, 3);
}
END_TEST

START_TEST(block_and_table_replace_each_other)
{
    size_t before;

    map(0x40000000, HOST_PAGE_SIZE, 0x81000000, RWX);
    before = pages_in_use();
    ck_assert_msg(map(0x40000000, HOST_PMD_SIZE, 0x81000000, RWX), "a table was replaced");
    ck_assert_uint_eq(pages_in_use(), before - 1);
    expect_pa(0x40100000, ACCESS_READ, 0x81100000);
    ck_assert_msg(map(0x40001000, HOST_PAGE_SIZE, 0x82000000, KVM_PGTABLE_PROT_R),
                  "a block was replaced");
    expect_pa(0x40001000, ACCESS_READ, 0x82000000);
    expect_fault(0x40000000, ACCESS_READ, FAULT_TRANSLATION, 3);
}
END_TEST

START_TEST(gigabyte_is_one_block)
{
    uint64_t desc;
    int level;

    map(0x40000000, HOST_PUD_SIZE, 0x80000000, RWX);
    ck_assert_int_eq(kvm_pgtable_get_leaf(&pgt, IPA(0x7ffff000), &desc, &level), 0);
    ck_assert_int_eq(level, 1);
    expect_pa(0x40123456, ACCESS_WRITE, 0x80123456);
    /* one page of it: the block goes, two tables come */
    map(0x40000000, HOST_PAGE_SIZE, 0x81000000, RWX);
    ck_assert_uint_eq(pages_in_use(), pgt.pgd_pages + 2);
    expect_fault(0x40200000, ACCESS_READ, FAULT_TRANSLATION, 2);
}
END_TEST

START_TEST(permissions_alone_are_not_mapped)
{
    map(0x40000000, HOST_PAGE_SIZE, 0x81000000, KVM_PGTABLE_PROT_R);
    ck_assert_int_eq(
        kvm_pgtable_stage2_map(&pgt, IPA(0x40000000), HOST_PAGE_SIZE, PA(0x81000000), RWX, &cache),
        -EAGAIN);
    expect_fault(0x40000000, ACCESS_WRITE, FAULT_PERMISSION, 3);
    /* kernels before 5.10 write the entry anew, unless it is the same */
    flushes = 0;
    ck_assert_int_eq(kvm_pgtable_stage2_set_leaf(&pgt, IPA(0x40000000), HOST_PAGE_SIZE,
                                                 PA(0x81000000), RWX, &cache),
                     0);
    ck_assert_uint_eq(flushes, 1);
    expect_pa(0x40000000, ACCESS_WRITE, 0x81000000);
    ck_assert_int_eq(kvm_pgtable_stage2_set_leaf(&pgt, IPA(0x40000000), HOST_PAGE_SIZE,
                                                 PA(0x81000000), RWX, &cache),
                     0);
    ck_assert_uint_eq(flushes, 1);
}
END_TEST

START_TEST(leaf_of_a_size_ignores_alignment)
{
    ck_assert_int_eq(kvm_mmu_topup_memory_cache(&cache, t.mm, 2), 0);
    ck_assert_int_eq(kvm_pgtable_stage2_set_leaf(&pgt, IPA(0x40005000), HOST_PMD_SIZE,
                                                 PA(0x81207000), RWX, &cache),
                     0);
    expect_pa(0x40005000, ACCESS_READ, 0x81205000);
}
END_TEST

/* Cycles that maintenance of one page costs. */
static uint64_t maintenance_of(enum kvm_pgtable_prot prot, bool dcache, bool icache)
{
    uint64_t before = t.clock.now.v;

    kvm_pgtable_stage2_maintain(&pgt, HOST_PAGE_SIZE, PA(0x81000000), prot, dcache, icache);
    return t.clock.now.v - before;
}

START_TEST(caches_are_maintained_on_request)
{
    pgt.clock = &t.clock;
    t.profile.cycles[OP_DCACHE_CLEAN_PAGE] = 3;
    t.profile.cycles[OP_ICACHE_INVAL_PAGE] = 5;
    ck_assert_uint_eq(maintenance_of(RWX, false, false), 0);
    ck_assert_uint_eq(maintenance_of(RWX, true, false), 3);
    ck_assert_uint_eq(maintenance_of(RWX, false, true), 5);
    /* a device is not cached, and what cannot be executed is no instruction */
    ck_assert_uint_eq(maintenance_of(KVM_PGTABLE_PROT_R | KVM_PGTABLE_PROT_DEVICE, true, true), 0);
    pgt.fwb = true;
    ck_assert_uint_eq(maintenance_of(RWX, true, false), 0);
}
END_TEST

START_TEST(split_keeps_what_was_mapped)
{
    uint64_t desc;
    int level;

    map(0x40000000, HOST_PMD_SIZE, 0x81000000, KVM_PGTABLE_PROT_R | KVM_PGTABLE_PROT_X);
    flushes = 0;
    ck_assert_int_eq(kvm_pgtable_stage2_split(&pgt, IPA(0x40000000), HOST_PMD_SIZE, &cache), 0);
    ck_assert_uint_eq(flushes, 1);
    ck_assert_int_eq(kvm_pgtable_get_leaf(&pgt, IPA(0x401ff000), &desc, &level), 0);
    ck_assert_int_eq(level, 3);
    expect_pa(0x401ff010, ACCESS_FETCH, 0x811ff010);
    expect_fault(0x401ff000, ACCESS_WRITE, FAULT_PERMISSION, 3);
    /* a gigabyte: as far as the cache lasts, first into 2 MiB blocks */
    map(0x80000000, HOST_PUD_SIZE, 0x80000000, RWX);
    kvm_mmu_free_memory_cache(&cache, t.mm);
    ck_assert_int_eq(kvm_mmu_topup_memory_cache(&cache, t.mm, KVM_MMU_CACHE_OBJECTS), 0);
    ck_assert_int_eq(kvm_pgtable_stage2_split(&pgt, IPA(0x80000000), HOST_PUD_SIZE, &cache),
                     -ENOMEM);
    ck_assert_int_eq(kvm_pgtable_get_leaf(&pgt, IPA(0x80000000), &desc, &level), 0);
    ck_assert_int_eq(level, 3);
    ck_assert_int_eq(kvm_pgtable_get_leaf(&pgt, IPA(0xbff00000), &desc, &level), 0);
    ck_assert_int_eq(level, 2);
    ck_assert_uint_eq(desc & field_mask(DESC_ADDR), 0xbfe00000);
}
END_TEST

START_TEST(memory_type_is_in_the_leaf)
{
    static const struct {
        bool fwb;
        enum kvm_pgtable_prot prot;
        uint64_t attr;
        const char *text;
    } rows[] = {
        {false, KVM_PGTABLE_PROT_R, 0xf, "normal"},
        {true, KVM_PGTABLE_PROT_R, 0x6, "normal"},
        {false, KVM_PGTABLE_PROT_R | KVM_PGTABLE_PROT_DEVICE, 0x1, "device"},
        {true, KVM_PGTABLE_PROT_R | KVM_PGTABLE_PROT_DEVICE, 0x1, "device"},
        {false, KVM_PGTABLE_PROT_R | KVM_PGTABLE_PROT_NORMAL_NC, 0x5, "normal-nc"},
        {true, KVM_PGTABLE_PROT_R | KVM_PGTABLE_PROT_NORMAL_NC, 0x5, "normal-nc"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint64_t ipa = 0x40000000 + i * HOST_PAGE_SIZE, desc;
        int level;

        pgt.fwb = rows[i].fwb;
        map(ipa, HOST_PAGE_SIZE, 0x81000000, rows[i].prot);
        ck_assert_int_eq(kvm_pgtable_get_leaf(&pgt, IPA(ipa), &desc, &level), 0);
        ck_assert_uint_eq(field_get(desc, S2_MEM_ATTR), rows[i].attr);
        ck_assert_str_eq(kvm_pgtable_attr_text(kvm_pgtable_stage2_pte_prot(&pgt, desc)),
                         rows[i].text);
    }
    ck_assert_int_eq(kvm_pgtable_stage2_map(&pgt, IPA(0x50000000), HOST_PAGE_SIZE, PA(0x81000000),
                                            RWX | KVM_PGTABLE_PROT_DEVICE, &cache),
                     -EINVAL);
}
END_TEST

START_TEST(range_is_write_protected)
{
    map(0x40000000, HOST_PMD_SIZE, 0x81000000, RWX);
    map(0x40200000, 2 * HOST_PAGE_SIZE, 0x82000000, RWX);
    ck_assert_int_eq(kvm_pgtable_stage2_wrprotect(&pgt, IPA(0x40000000), 0x201000), 0);
    expect_fault(0x40100000, ACCESS_WRITE, FAULT_PERMISSION, 2);
    expect_fault(0x40200000, ACCESS_WRITE, FAULT_PERMISSION, 3);
    expect_pa(0x40201000, ACCESS_WRITE, 0x82001000);
}
END_TEST

START_TEST(unmap_frees_empty_tables)
{
    map(0x40000000, 3 * HOST_PAGE_SIZE, 0x81000000, RWX);
    ck_assert_int_eq(kvm_pgtable_stage2_unmap(&pgt, IPA(0x40001000), HOST_PAGE_SIZE), 0);
    expect_fault(0x40001000, ACCESS_READ, FAULT_TRANSLATION, 3);
    expect_pa(0x40002000, ACCESS_READ, 0x81002000);
    ck_assert_int_eq(kvm_pgtable_stage2_unmap(&pgt, IPA(0), (uint64_t)1 << IPA_BITS), 0);
    expect_fault(0x40000000, ACCESS_READ, FAULT_TRANSLATION, 1);
    ck_assert_uint_eq(pages_in_use(), pgt.pgd_pages);
}
END_TEST

START_TEST(range_is_checked)
{
    uint64_t limit = (uint64_t)1 << IPA_BITS, desc;
    int level;

    ck_assert_int_eq(
        kvm_pgtable_stage2_map(&pgt, IPA(limit), HOST_PAGE_SIZE, PA(0x81000000), RWX, &cache),
        -ERANGE);
    ck_assert_int_eq(kvm_pgtable_stage2_map(&pgt, IPA(limit - HOST_PAGE_SIZE), 2 * HOST_PAGE_SIZE,
                                            PA(0x81000000), RWX, &cache),
                     -ERANGE);
    ck_assert_int_eq(kvm_pgtable_stage2_unmap(&pgt, IPA(limit), 1), -ERANGE);
    ck_assert_int_eq(kvm_pgtable_get_leaf(&pgt, IPA(limit), &desc, &level), -ERANGE);
    expect_fault(limit, ACCESS_READ, FAULT_TRANSLATION, 0);
}
END_TEST

START_TEST(table_given_away_is_an_error)
{
    map(0x40000000, HOST_PAGE_SIZE, 0x81000000, RWX);
    ck_assert(gpt_set(t.mem, PA(pgt.pgd.v), PAS_REALM));
    ck_assert_int_eq(
        kvm_pgtable_stage2_map(&pgt, IPA(0x40001000), HOST_PAGE_SIZE, PA(0x81001000), RWX, &cache),
        -EIO);
    ck_assert(gpt_set(t.mem, PA(pgt.pgd.v), PAS_NON_SECURE));
}
END_TEST

START_TEST(out_of_memory_is_an_error)
{
    pa_t all;

    ck_assert(host_mm_alloc_pages(t.mm, host_mm_free_count(t.mm), 1, &all));
    ck_assert_int_eq(kvm_mmu_topup_memory_cache(&cache, t.mm, 1), -ENOMEM);
    ck_assert_int_eq(
        kvm_pgtable_stage2_map(&pgt, IPA(0x40000000), HOST_PAGE_SIZE, PA(0x81000000), RWX, &cache),
        -ENOMEM);
    host_mm_free_pages(t.mm, all, free_before - pgt.pgd_pages);
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("kvm_pgtable");
    TCase *tc = tcase_create("all");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, shape_follows_ipa_size);
    tcase_add_test(tc, every_ipa_size_walks);
    tcase_add_test(tc, permissions_are_what_was_asked);
    tcase_add_test(tc, access_flag_goes_and_comes);
    tcase_add_test(tc, block_where_it_fits);
    tcase_add_test(tc, block_and_table_replace_each_other);
    tcase_add_test(tc, gigabyte_is_one_block);
    tcase_add_test(tc, permissions_alone_are_not_mapped);
    tcase_add_test(tc, leaf_of_a_size_ignores_alignment);
    tcase_add_test(tc, caches_are_maintained_on_request);
    tcase_add_test(tc, split_keeps_what_was_mapped);
    tcase_add_test(tc, memory_type_is_in_the_leaf);
    tcase_add_test(tc, range_is_write_protected);
    tcase_add_test(tc, unmap_frees_empty_tables);
    tcase_add_test(tc, range_is_checked);
    tcase_add_test(tc, table_given_away_is_an_error);
    tcase_add_test(tc, out_of_memory_is_an_error);
    suite_add_tcase(suite, tc);
    return suite;
}

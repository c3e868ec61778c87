/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The modelled TLBs: reads of a walk by what is cached, tags, sizes, sets, and each TLBI. */
#include <check.h>
#include <stdlib.h>

#include "cpu/timing/core.h"
#include "cpu/timing/tlb_model.h"
#include "tests/unit/check_main.h"

#define PAGE 0x1000u
#define BLOCK 0x200000u
#define STRIDE_4K 9u

/* 16 data entries, 4 sets of 2 ways, walk caches of 2 sets of 2. */
static const struct tlb_geometry SMALL = {
    .micro_i = {2, 2, 0},
    .micro_d = {2, 2, 0},
    .main = {8, 2, 5},
    .tables = {4, 2, 0},
    .ipa = {4, 2, 0},
    .s2_tables = {4, 2, 0},
    .all_levels = true,
};

static const struct tlb_context NESTED = {.vmid = 1, .asid = 7, .s1 = true, .s2 = true};

/*
 * A walk of a 4-level stage 1 over a 3-level stage 2. The tables of stage 1 lie in one page each,
 * level by level from `tables`; va's page is at IPA `output`.
 */
static struct tlb_walk nested_walk(uint64_t tables, uint64_t output)
{
    struct tlb_walk walk = {
        .complete = true, .s1_reads = 4, .s1_shift = 12, .s1_stride = STRIDE_4K, .s2_walks = 5};

    for (unsigned i = 0; i < 5; i++)
        walk.s2[i] = (struct tlb_walk_s2){.ipa = i == 4 ? output : tables + i * PAGE,
                                          .reads = 3,
                                          .shift = 12,
                                          .stride = STRIDE_4K,
                                          .complete = true};
    return walk;
}

static struct tlb_walk single_walk(bool global)
{
    return (struct tlb_walk){
        .complete = true, .global = global, .s1_reads = 4, .s1_shift = 12, .s1_stride = STRIDE_4K};
}

static struct tlb_model *model_new(bool unlimited)
{
    struct tlb_model *model = tlb_model_new(&SMALL, unlimited);

    ck_assert_ptr_nonnull(model);
    return model;
}

static void touch(struct tlb_model *model, const struct tlb_context *context, uint64_t va,
                  const struct tlb_walk *walk, unsigned s1, unsigned s2)
{
    struct tlb_reads reads = {0};

    if (tlb_model_lookup(model, context, va, false) == TLB_NOWHERE)
        reads = tlb_model_walk(model, context, va, false, walk);
    ck_assert_uint_eq(reads.s1, s1);
    ck_assert_uint_eq(reads.s2, s2);
}

START_TEST(a_cold_nested_walk_reads_every_descriptor_once)
{
    struct tlb_model *model = model_new(true);
    struct tlb_walk walk = nested_walk(0x100000, 0x800000);

    /*
     * 4 of stage 1; of stage 2 3 for the first table, and of each IPA after it the last level
     * alone: the tables above are known, but for the output's, which is in another table.
     */
    touch(model, &NESTED, 0x40000000, &walk, 4, 3 + 3 + 2);
    touch(model, &NESTED, 0x40000000, &walk, 0, 0);
    tlb_model_forget_all(model);
    touch(model, &NESTED, 0x40000000, &walk, 4, 8);
    tlb_model_free(model);
}
END_TEST

START_TEST(a_neighbour_costs_the_last_levels_alone)
{
    struct tlb_model *model = model_new(true);
    struct tlb_walk walk = nested_walk(0x100000, 0x800000);
    struct tlb_walk next = nested_walk(0x100000, 0x801000);

    touch(model, &NESTED, 0x40000000, &walk, 4, 8);
    touch(model, &NESTED, 0x40001000, &next, 1, 1);
    /* the same IPA by another VA: stage 2 is known */
    touch(model, &NESTED, 0x40002000, &next, 1, 0);
    tlb_model_free(model);
}
END_TEST

START_TEST(without_stage_2_tables_cached_each_ipa_costs_a_whole_walk)
{
    struct tlb_geometry geometry = SMALL;
    struct tlb_walk walk = nested_walk(0x100000, 0x800000);
    struct tlb_walk next = nested_walk(0x100000, 0x801000);
    struct tlb_model *model;

    geometry.s2_tables.entries = 0;
    model = tlb_model_new(&geometry, true);
    ck_assert_ptr_nonnull(model);
    touch(model, &NESTED, 0x40000000, &walk, 4, 5 * 3);
    touch(model, &NESTED, 0x40001000, &next, 1, 3);
    tlb_model_free(model);
}
END_TEST

START_TEST(a_walk_cache_of_the_last_level_alone_saves_nothing_above_it)
{
    struct tlb_geometry geometry = SMALL;
    struct tlb_walk walk = single_walk(false), block = single_walk(false);
    struct tlb_context context = {.s1 = true};
    struct tlb_model *model;

    geometry.all_levels = false;
    model = tlb_model_new(&geometry, true);
    ck_assert_ptr_nonnull(model);
    touch(model, &context, 0, &walk, 4, 0);
    touch(model, &context, PAGE, &walk, 1, 0);
    touch(model, &context, BLOCK, &walk, 4, 0); /* another table of pages */
    block.s1_reads = 3;
    block.s1_shift = 21;
    touch(model, &context, 4 * BLOCK, &block, 3, 0); /* a block puts no table in */
    touch(model, &context, 5 * BLOCK, &block, 3, 0);
    tlb_model_free(model);
}
END_TEST

START_TEST(an_entry_covers_what_both_stages_map)
{
    struct tlb_model *model = model_new(true);
    struct tlb_walk walk = single_walk(false);
    struct tlb_context context = {.s1 = true};
    struct tlb_walk flat = {.complete = true, .s2_walks = 1};

    walk.s1_reads = 3;
    walk.s1_shift = 21;
    touch(model, &context, BLOCK, &walk, 3, 0);
    ck_assert(tlb_model_holds(model, &context, 2 * BLOCK - 1));
    ck_assert(!tlb_model_holds(model, &context, 2 * BLOCK));
    ck_assert(!tlb_model_holds(model, &context, BLOCK - 1));

    /* a block of stage 1 over pages of stage 2 */
    walk = nested_walk(0x100000, 0x800000);
    walk.s1_reads = 3;
    walk.s1_shift = 21;
    walk.s2_walks = 4;
    tlb_model_lookup(model, &NESTED, BLOCK, false);
    tlb_model_walk(model, &NESTED, BLOCK, false, &walk);
    ck_assert(tlb_model_holds(model, &NESTED, BLOCK + PAGE - 1));
    ck_assert(!tlb_model_holds(model, &NESTED, BLOCK + PAGE));

    /* stage 1 off: stage 2 alone */
    context = (struct tlb_context){.s2 = true};
    flat.s2[0] = (struct tlb_walk_s2){0x80000000, 2, 21, STRIDE_4K, true};
    touch(model, &context, 0x80000000, &flat, 0, 2);
    touch(model, &context, 0x801ff000, &flat, 0, 0);
    /* both off: nothing to look up */
    context = (struct tlb_context){0};
    ck_assert_int_eq(tlb_model_lookup(model, &context, 0x1234, true), TLB_MICRO);
    tlb_model_free(model);
}
END_TEST

START_TEST(tags_keep_translations_apart)
{
    const struct tlb_context base = {.vmid = 1, .asid = 7, .s1 = true};
    struct tlb_context other[] = {base, base, base, base, base};
    struct tlb_model *model = model_new(true);
    struct tlb_walk local = single_walk(false), global = single_walk(true);

    other[0].vmid = 2;
    other[1].asid = 8;
    other[2].realm = true;
    other[3].s1 = false;
    other[3].s2 = true;
    other[4].s2 = true;
    touch(model, &base, 0x1000, &local, 4, 0);
    touch(model, &base, 0x2000, &global, 1, 0);
    for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
        ck_assert(!tlb_model_holds(model, &other[i], 0x1000));
        ck_assert_int_eq(tlb_model_holds(model, &other[i], 0x2000), i == 1);
    }
    ck_assert(tlb_model_holds(model, &base, 0x1000));
    /* an address tag is no part of the address; bit 55 is */
    ck_assert(tlb_model_holds(model, &base, 0x5a00000000001000));
    ck_assert(!tlb_model_holds(model, &base, 0xffff000000001000));
    tlb_model_free(model);
}
END_TEST

START_TEST(a_real_main_tlb_evicts_the_least_recent_of_a_set)
{
    const struct tlb_context context = {.s1 = true};
    struct tlb_model *model = model_new(false);
    struct tlb_walk walk = single_walk(false);

    /* 4 sets of 2 ways: pages 0, 4 and 8 are of one set */
    for (uint64_t page = 0; page < 8; page++)
        touch(model, &context, page * PAGE, &walk, page ? 1 : 4, 0);
    for (uint64_t page = 0; page < 8; page++)
        ck_assert_int_ne(tlb_model_lookup(model, &context, page * PAGE, false), TLB_NOWHERE);
    ck_assert_int_ne(tlb_model_lookup(model, &context, 0, false), TLB_NOWHERE);
    touch(model, &context, 8 * PAGE, &walk, 1, 0); /* in place of 4 */
    ck_assert(tlb_model_holds(model, &context, 0));
    ck_assert(!tlb_model_holds(model, &context, 4 * PAGE));
    ck_assert(tlb_model_holds(model, &context, 5 * PAGE));
    tlb_model_free(model);
}
END_TEST

START_TEST(micro_tlbs_are_of_one_side_each)
{
    const struct tlb_context context = {.s1 = true};
    struct tlb_model *model = model_new(false);
    struct tlb_walk walk = single_walk(false);

    for (uint64_t page = 0; page < 3; page++)
        touch(model, &context, page * PAGE, &walk, page ? 1 : 4, 0);
    ck_assert_int_eq(tlb_model_lookup(model, &context, PAGE, false), TLB_MICRO);
    ck_assert_int_eq(tlb_model_lookup(model, &context, 2 * PAGE, false), TLB_MICRO);
    ck_assert_int_eq(tlb_model_lookup(model, &context, 0, false), TLB_MAIN); /* 2 data entries */
    ck_assert_int_eq(tlb_model_lookup(model, &context, 0, true), TLB_MAIN);
    ck_assert_int_eq(tlb_model_lookup(model, &context, 0, true), TLB_MICRO);
    /* any invalidation empties them, as Cortex-A55's TRM says of all maintenance */
    tlb_model_forget_va(model, &context, 0x7f000000, PAGE, true, true);
    ck_assert_int_eq(tlb_model_lookup(model, &context, 0, true), TLB_MAIN);
    tlb_model_free(model);
}
END_TEST

/* Three local pages of ASID 7, one of ASID 8, a global one, one of VMID 2; then one TLBI. */
static const struct tlb_context ASID_7 = {.vmid = 1, .asid = 7, .s1 = true};
static const struct tlb_context ASID_8 = {.vmid = 1, .asid = 8, .s1 = true};
static const struct tlb_context VMID_2 = {.vmid = 2, .asid = 7, .s1 = true};

enum { LOCAL = 1, SECOND = 2, OTHER_ASID = 4, GLOBAL = 8, OTHER_VMID = 16 };

static unsigned what_is_left(struct tlb_model *model)
{
    return (tlb_model_holds(model, &ASID_7, 0x1000) ? LOCAL : 0u) |
           (tlb_model_holds(model, &ASID_7, 0x2000) ? SECOND : 0u) |
           (tlb_model_holds(model, &ASID_8, 0x1000) ? OTHER_ASID : 0u) |
           (tlb_model_holds(model, &ASID_7, 0x8000) ? GLOBAL : 0u) |
           (tlb_model_holds(model, &VMID_2, 0x1000) ? OTHER_VMID : 0u);
}

static void tlbi(struct tlb_model *model, unsigned which)
{
    switch (which) {
    case 0:
        tlb_model_forget_va(model, &ASID_7, 0x1000, PAGE, false, false);
        break;
    case 1:
        tlb_model_forget_va(model, &ASID_7, 0x1000, PAGE, true, false);
        break;
    case 2:
        tlb_model_forget_va(model, &ASID_8, 0x8000, PAGE, false, true);
        break;
    case 3:
        tlb_model_forget_va(model, &ASID_7, 0, 0x3000, false, true);
        break;
    case 4:
        tlb_model_forget_asid(model, &ASID_7);
        break;
    case 5:
        tlb_model_forget_vmid(model, &ASID_7, false);
        break;
    case 6:
        tlb_model_forget_all(model);
        break;
    default:
        tlb_model_forget_ipa(model, &ASID_7, 0, UINT64_MAX, false);
    }
}

static const struct {
    unsigned left;
    unsigned s1; /* stage-1 reads of 0x3000, which is in the same tables */
} tlbi_rows[] = {
    {SECOND | OTHER_ASID | GLOBAL | OTHER_VMID, 4},
    {SECOND | GLOBAL | OTHER_VMID, 4},
    {LOCAL | SECOND | OTHER_ASID | OTHER_VMID, 1},
    {OTHER_ASID | GLOBAL | OTHER_VMID, 1},
    {OTHER_ASID | GLOBAL | OTHER_VMID, 4},
    {OTHER_VMID, 4},
    {0, 4},
    {LOCAL | SECOND | OTHER_ASID | GLOBAL | OTHER_VMID, 1},
};

START_TEST(each_tlbi_takes_what_the_architecture_says)
{
    struct tlb_walk local = single_walk(false), global = single_walk(true);
    struct tlb_model *model = model_new(true);

    touch(model, &ASID_7, 0x1000, &local, 4, 0);
    touch(model, &ASID_7, 0x2000, &local, 1, 0);
    touch(model, &ASID_8, 0x1000, &local, 4, 0);
    touch(model, &ASID_7, 0x8000, &global, 1, 0);
    touch(model, &VMID_2, 0x1000, &local, 4, 0);
    ck_assert_uint_eq(what_is_left(model), LOCAL | SECOND | OTHER_ASID | GLOBAL | OTHER_VMID);
    tlbi(model, (unsigned)_i);
    ck_assert_uint_eq(what_is_left(model), tlbi_rows[_i].left);
    touch(model, &ASID_7, 0x3000, &local, tlbi_rows[_i].s1, 0);
    tlb_model_free(model);
}
END_TEST

START_TEST(stage_2_is_forgotten_by_ipa_and_what_was_combined_stays)
{
    struct tlb_model *model = model_new(true);
    struct tlb_walk walk = nested_walk(0x100000, 0x800000);

    touch(model, &NESTED, 0x40000000, &walk, 4, 8);
    tlb_model_forget_ipa(model, &NESTED, 0x800000, PAGE, false);
    ck_assert(tlb_model_holds(model, &NESTED, 0x40000000));
    /* KVM's second step, VMALLE1: the tables of stage 1 are read anew, but not their stage 2 */
    tlb_model_forget_vmid(model, &NESTED, false);
    ck_assert(!tlb_model_holds(model, &NESTED, 0x40000000));
    touch(model, &NESTED, 0x40000000, &walk, 4, 3);
    tlb_model_forget_vmid(model, &NESTED, true);
    touch(model, &NESTED, 0x40000000, &walk, 4, 8);
    tlb_model_free(model);
}
END_TEST

START_TEST(a_walk_that_faults_leaves_its_tables_but_no_entry)
{
    struct tlb_model *model = model_new(true);
    struct tlb_walk walk = nested_walk(0x100000, 0x800000);

    walk.complete = false;
    walk.s2[4].complete = false; /* the output's stage-2 leaf is invalid */
    touch(model, &NESTED, 0x40000000, &walk, 4, 8);
    touch(model, &NESTED, 0x40000000, &walk, 1, 1); /* again and again: an MMIO access */
    touch(model, &NESTED, 0x40000000, &walk, 1, 1);
    ck_assert(!tlb_model_holds(model, &NESTED, 0x40000000));
    walk.complete = walk.s2[4].complete = true;
    touch(model, &NESTED, 0x40000000, &walk, 1, 1);
    touch(model, &NESTED, 0x40000000, &walk, 0, 0);
    tlb_model_free(model);
}
END_TEST

START_TEST(an_unlimited_one_holds_fifty_thousand_pages)
{
    const struct tlb_context context = {.s1 = true};
    const uint64_t steps[] = {PAGE, BLOCK, (uint64_t)1 << 30, 0x11000};
    struct tlb_model *model = model_new(true);
    struct tlb_walk walk = single_walk(false);
    uint64_t step = steps[_i];

    for (uint64_t i = 0; i < 50000; i++) {
        ck_assert_int_eq(tlb_model_lookup(model, &context, i * step, false), TLB_NOWHERE);
        ck_assert(!tlb_model_walk(model, &context, i * step, false, &walk).forgot);
    }
    for (uint64_t i = 0; i < 50000; i++)
        ck_assert(tlb_model_holds(model, &context, i * step));
    tlb_model_free(model);
}
END_TEST

START_TEST(beyond_its_bound_it_says_that_it_forgot)
{
    const struct tlb_context context = {.s1 = true};
    struct tlb_model *model = model_new(true);
    struct tlb_walk walk = single_walk(false);
    bool forgot = false;

    for (uint64_t i = 0; i < 500000 && !forgot; i++) {
        tlb_model_lookup(model, &context, i * PAGE, false);
        forgot = tlb_model_walk(model, &context, i * PAGE, false, &walk).forgot;
    }
    ck_assert(forgot);
    ck_assert(!tlb_model_holds(model, &context, 0));
    tlb_model_free(model);
}
END_TEST

START_TEST(every_core_has_tlbs_whose_sets_come_out_even)
{
    const struct core_model *core;

    for (unsigned n = 0; (core = core_number(n)) != NULL; n++) {
        const struct tlb_size sizes[] = {core->tlb.micro_i, core->tlb.micro_d, core->tlb.main,
                                         core->tlb.tables,  core->tlb.ipa,     core->tlb.s2_tables};

        for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
            ck_assert(!sizes[i].entries ||
                      (sizes[i].ways && sizes[i].entries % sizes[i].ways == 0));
        ck_assert_uint_gt(core->tlb.main.entries, core->tlb.micro_d.entries);
        ck_assert_uint_gt(core->tlb.main.latency, 0);
    }
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("tlb_model");
    TCase *tc = tcase_create("tlb_model");

    tcase_add_test(tc, a_cold_nested_walk_reads_every_descriptor_once);
    tcase_add_test(tc, a_neighbour_costs_the_last_levels_alone);
    tcase_add_test(tc, without_stage_2_tables_cached_each_ipa_costs_a_whole_walk);
    tcase_add_test(tc, a_walk_cache_of_the_last_level_alone_saves_nothing_above_it);
    tcase_add_test(tc, an_entry_covers_what_both_stages_map);
    tcase_add_test(tc, tags_keep_translations_apart);
    tcase_add_test(tc, a_real_main_tlb_evicts_the_least_recent_of_a_set);
    tcase_add_test(tc, micro_tlbs_are_of_one_side_each);
    tcase_add_loop_test(tc, each_tlbi_takes_what_the_architecture_says, 0,
                        (int)(sizeof(tlbi_rows) / sizeof(tlbi_rows[0])));
    tcase_add_test(tc, stage_2_is_forgotten_by_ipa_and_what_was_combined_stays);
    tcase_add_test(tc, a_walk_that_faults_leaves_its_tables_but_no_entry);
    tcase_add_loop_test(tc, an_unlimited_one_holds_fifty_thousand_pages, 0, 4);
    tcase_add_test(tc, beyond_its_bound_it_says_that_it_forgot);
    tcase_add_test(tc, every_core_has_tlbs_whose_sets_come_out_even);
    suite_add_tcase(suite, tc);
    return suite;
}

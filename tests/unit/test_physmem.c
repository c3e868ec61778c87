/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <stdlib.h>

#include "cpu/physmem.h"
#include "tests/unit/check_main.h"

#define SIZE ((uint64_t)64 << 20)
#define AT(offset) PA(PHYS_DRAM_BASE + (offset))

static struct physmem *mem;

static void setup(void)
{
    mem = physmem_new(SIZE);
    ck_assert_ptr_nonnull(mem);
}

static void teardown(void)
{
    physmem_free(mem);
}

START_TEST(everything_starts_non_secure_but_the_gpt)
{
    enum pas pas;

    ck_assert(gpt_lookup(mem, AT(0), &pas));
    ck_assert_int_eq(pas, PAS_NON_SECURE);
    ck_assert(gpt_lookup(mem, PA(physmem_limit(mem).v - 1), &pas));
    ck_assert_int_eq(pas, PAS_NON_SECURE);
    ck_assert(gpt_lookup(mem, physmem_limit(mem), &pas));
    ck_assert_int_eq(pas, PAS_ROOT);
    ck_assert(!gpt_lookup(mem, AT(SIZE), &pas));
    ck_assert(!gpt_lookup(mem, PA(PHYS_DRAM_BASE - 1), &pas));
}
END_TEST

START_TEST(the_wrong_world_sees_and_changes_nothing)
{
    uint64_t value = 0x1122334455667788;

    ck_assert_int_eq(physmem_write64(mem, PAS_NON_SECURE, AT(0x1000), value), PHYS_OK);
    ck_assert(gpt_set(mem, AT(0x1000), PAS_REALM));
    ck_assert_int_eq(physmem_write64(mem, PAS_NON_SECURE, AT(0x1000), 0), PHYS_GPF);
    value = 0;
    ck_assert_int_eq(physmem_read64(mem, PAS_NON_SECURE, AT(0x1000), &value), PHYS_GPF);
    ck_assert_uint_eq(value, 0);
    ck_assert_int_eq(physmem_read64(mem, PAS_REALM, AT(0x1000), &value), PHYS_OK);
    ck_assert_uint_eq(value, 0x1122334455667788);
    /* its neighbours are as before */
    ck_assert_int_eq(physmem_read64(mem, PAS_NON_SECURE, AT(0x0ff8), &value), PHYS_OK);
    ck_assert_int_eq(physmem_read64(mem, PAS_NON_SECURE, AT(0x2000), &value), PHYS_OK);
    ck_assert_int_eq(physmem_read64(mem, PAS_REALM, AT(0x2000), &value), PHYS_GPF);
}
END_TEST

START_TEST(a_range_is_refused_as_a_whole)
{
    uint8_t buf[GRANULE_SIZE] = {1};
    uint8_t first = 9;

    ck_assert(gpt_set(mem, AT(0x3000), PAS_REALM));
    ck_assert_int_eq(physmem_write(mem, PAS_NON_SECURE, AT(0x2800), buf, sizeof(buf)), PHYS_GPF);
    ck_assert_int_eq(physmem_read(mem, PAS_NON_SECURE, AT(0x2800), &first, 1), PHYS_OK);
    ck_assert_uint_eq(first, 0);
    ck_assert_int_eq(physmem_write(mem, PAS_NON_SECURE, AT(SIZE - 8), buf, 16), PHYS_ABSENT);
    ck_assert_int_eq(physmem_read64(mem, PAS_NON_SECURE, PA(UINT64_MAX - 3), &(uint64_t){0}),
                     PHYS_ABSENT);
}
END_TEST

START_TEST(the_gpt_itself_is_root)
{
    uint64_t value;

    ck_assert_int_eq(physmem_read64(mem, PAS_NON_SECURE, physmem_limit(mem), &value), PHYS_GPF);
    ck_assert_int_eq(physmem_read64(mem, PAS_REALM, physmem_limit(mem), &value), PHYS_GPF);
    ck_assert_int_eq(physmem_read64(mem, PAS_ROOT, physmem_limit(mem), &value), PHYS_OK);
    ck_assert(!gpt_set(mem, AT(0x1001), PAS_REALM));
    ck_assert(!gpt_set(mem, AT(SIZE), PAS_REALM));
}
END_TEST

static void count_granule(void *ctx, pa_t granule)
{
    ck_assert_uint_eq(granule.v, AT(0x5000).v);
    ++*(int *)ctx;
}

START_TEST(writes_to_executed_granules_are_told)
{
    int told = 0;

    physmem_watch_code(mem, count_granule, &told);
    physmem_write64(mem, PAS_NON_SECURE, AT(0x5ff8), 1);
    ck_assert_int_eq(told, 0);
    physmem_mark_code(mem, AT(0x5000), true);
    physmem_write64(mem, PAS_NON_SECURE, AT(0x5ff8), 1);
    physmem_write64(mem, PAS_NON_SECURE, AT(0x6000), 1);
    ck_assert_int_eq(told, 1);
    physmem_mark_code(mem, AT(0x5000), false);
    physmem_write64(mem, PAS_NON_SECURE, AT(0x5ff8), 1);
    ck_assert_int_eq(told, 1);
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("physmem");
    TCase *tc = tcase_create("gpt");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, everything_starts_non_secure_but_the_gpt);
    tcase_add_test(tc, the_wrong_world_sees_and_changes_nothing);
    tcase_add_test(tc, a_range_is_refused_as_a_whole);
    tcase_add_test(tc, the_gpt_itself_is_root);
    tcase_add_test(tc, writes_to_executed_granules_are_told);
    suite_add_tcase(suite, tc);
    return suite;
}

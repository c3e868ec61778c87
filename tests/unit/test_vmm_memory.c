/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The VMM's regions, their flat view, and accesses through it. */
#include "kvm_model/vmm/address_space.h"
#include "kvm_model/vmm/registers.h"
#include "tests/unit/check_main.h"
#include "tests/unit/test_kvm_machine.h"

static struct memory_region root, a, b, c, d;
static struct registers regs[2];
static const struct device device0 = {"regs0", &registers_ops, &regs[0]};
static const struct device device1 = {"regs1", &registers_ops, &regs[1]};
static struct flat_view view;

static void setup(void)
{
    memory_region_init_container(&root, "root", 1ull << 40);
    ck_assert(registers_init(&regs[0], 0x1000));
    ck_assert(registers_init(&regs[1], 0x1000));
}

static void teardown(void)
{
    flat_view_free(&view);
    registers_free(&regs[0]);
    registers_free(&regs[1]);
}

struct want {
    uint64_t start, last;
    const struct memory_region *region;
    uint64_t offset;
};

static void expect_view(const struct want *want, size_t count)
{
    flat_view_free(&view);
    ck_assert(flat_view_render(&view, &root));
    ck_assert_uint_eq(view.count, count);
    for (size_t i = 0; i < count; i++) {
        ck_assert_uint_eq(view.ranges[i].start, want[i].start);
        ck_assert_uint_eq(view.ranges[i].last, want[i].last);
        ck_assert_ptr_eq(view.ranges[i].region, want[i].region);
        ck_assert_uint_eq(view.ranges[i].offset, want[i].offset);
    }
}

START_TEST(higher_priority_covers)
{
    memory_region_init_io(&a, &device0, 0x1000);
    memory_region_init_io(&b, &device1, 0x200);
    ck_assert(memory_region_add_subregion(&root, 0x1000, &a, 0));
    ck_assert(memory_region_add_subregion(&root, 0x1400, &b, 1));
    expect_view((struct want[]){{0x1000, 0x13ff, &a, 0},
                                {0x1400, 0x15ff, &b, 0},
                                {0x1600, 0x1fff, &a, 0x600}},
                3);
    b.priority = -1;
    a.next = &b;
    root.subregions = &a;
    b.next = NULL;
    expect_view((struct want[]){{0x1000, 0x1fff, &a, 0}}, 1);
    a.enabled = false;
    expect_view((struct want[]){{0x1400, 0x15ff, &b, 0}}, 1);
}
END_TEST

START_TEST(last_added_covers_among_equals)
{
    memory_region_init_io(&a, &device0, 0x1000);
    memory_region_init_io(&b, &device1, 0x1000);
    ck_assert(memory_region_add_subregion(&root, 0x1000, &a, 0));
    ck_assert(memory_region_add_subregion(&root, 0x1800, &b, 0));
    expect_view((struct want[]){{0x1000, 0x17ff, &a, 0}, {0x1800, 0x27ff, &b, 0}}, 2);
}
END_TEST

START_TEST(container_clips_its_children)
{
    memory_region_init_container(&c, "bus", 0x800);
    memory_region_init_io(&a, &device0, 0x1000);
    ck_assert(memory_region_add_subregion(&c, 0x400, &a, 0));
    ck_assert(memory_region_add_subregion(&root, 0x10000, &c, 0));
    expect_view((struct want[]){{0x10400, 0x107ff, &a, 0}}, 1);
}
END_TEST

START_TEST(alias_shows_a_window)
{
    memory_region_init_io(&a, &device0, 0x1000);
    memory_region_init_alias(&b, "alias", &a, 0x800, 0x400);
    ck_assert(memory_region_add_subregion(&root, 0x1000, &a, 0));
    ck_assert(memory_region_add_subregion(&root, 0x100, &b, 0));
    expect_view((struct want[]){{0x100, 0x4ff, &a, 0x800}, {0x1000, 0x1fff, &a, 0}}, 2);
    /* beyond the target's end there is nothing */
    b.alias_offset = 0xe00;
    expect_view((struct want[]){{0x100, 0x2ff, &a, 0xe00}, {0x1000, 0x1fff, &a, 0}}, 2);
}
END_TEST

START_TEST(many_holes_are_filled)
{
    static struct memory_region small[8];

    memory_region_init_io(&a, &device0, 0x1000);
    ck_assert(memory_region_add_subregion(&root, 0, &a, 0));
    for (unsigned i = 0; i < 8; i++) {
        memory_region_init_io(&small[i], &device1, 0x10);
        ck_assert(memory_region_add_subregion(&root, i * 0x200, &small[i], 1));
    }
    flat_view_free(&view);
    ck_assert(flat_view_render(&view, &root));
    ck_assert_uint_eq(view.count, 16);
    for (size_t i = 0; i < view.count; i++) {
        ck_assert_ptr_eq(view.ranges[i].region, i % 2 ? &a : &small[i / 2]);
        if (i)
            ck_assert_uint_eq(view.ranges[i].start, view.ranges[i - 1].last + 1);
    }
    ck_assert_uint_eq(view.ranges[15].last, 0xfff);
}
END_TEST

START_TEST(misuse_is_refused)
{
    memory_region_init_io(&a, &device0, 0x1000);
    ck_assert(!memory_region_add_subregion(&a, 0, &a, 0));
    ck_assert(!memory_region_add_subregion(&root, UINT64_MAX - 0xffe, &a, 0));
    ck_assert(memory_region_add_subregion(&root, 0, &a, 0));
    ck_assert(!memory_region_add_subregion(&root, 0x2000, &a, 0));
    /* an alias of itself never ends */
    memory_region_init_alias(&b, "loop", &b, 0, 0x1000);
    ck_assert(memory_region_add_subregion(&root, 0x8000, &b, 0));
    ck_assert(!flat_view_render(&view, &root));
    ck_assert_uint_eq(view.count, 0);
}
END_TEST

START_TEST(lookup_tells_the_gap)
{
    uint64_t gap;

    memory_region_init_io(&a, &device0, 0x1000);
    ck_assert(memory_region_add_subregion(&root, 0x1000, &a, 0));
    ck_assert(flat_view_render(&view, &root));
    ck_assert_ptr_null(flat_view_lookup(&view, 0xfff, &gap));
    ck_assert_uint_eq(gap, 0xfff);
    ck_assert_ptr_nonnull(flat_view_lookup(&view, 0x1000, &gap));
    ck_assert_ptr_nonnull(flat_view_lookup(&view, 0x1fff, &gap));
    ck_assert_ptr_null(flat_view_lookup(&view, 0x2000, &gap));
    ck_assert_uint_eq(gap, UINT64_MAX);
}
END_TEST

START_TEST(accesses_split_at_borders)
{
    struct device_ops aligned_only;
    struct address_space as;
    struct test_machine t;
    uint64_t value;
    hva_t hva;

    test_memory_new(&t);
    ck_assert(host_mm_mmap(t.mm, 0x1000, 0, &hva));
    memory_region_init_io(&a, &device0, 0x1000);
    memory_region_init_io(&b, &device1, 0x1000);
    memory_region_init_ram(&c, "ram", hva, 0x1000, false);
    memory_region_init_ram(&d, "rom", hva, 0x1000, true);
    ck_assert(memory_region_add_subregion(&root, 0x1000, &a, 0));
    ck_assert(memory_region_add_subregion(&root, 0x2000, &b, 0));
    ck_assert(memory_region_add_subregion(&root, 0x4000, &c, 0));
    ck_assert(memory_region_add_subregion(&root, 0x5000, &d, 0));
    ck_assert(address_space_init(&as, &root, t.mm, &t.trace, &t.clock));

    value = 0x8877665544332211;
    memcpy(&aligned_only, &registers_ops, sizeof(aligned_only));
    aligned_only.impl.unaligned = false;
    a.device.ops = &aligned_only;
    ck_assert_uint_eq(address_space_rw(&as, 0x1ffc, &value, 8, true), MEMTX_OK);
    ck_assert_uint_eq(regs[0].use.last_write, 0x44332211);
    ck_assert_uint_eq(regs[1].use.last_write, 0x88776655);
    value = 0;
    ck_assert_uint_eq(address_space_rw(&as, 0x1ffe, &value, 4, false), MEMTX_OK);
    ck_assert_uint_eq(value, 0x66554433);

    /* a device that implements aligned accesses only gets three */
    regs[0].use.reads = regs[0].use.writes = 0;
    value = 0x44332211;
    ck_assert_uint_eq(address_space_rw(&as, 0x1001, &value, 4, true), MEMTX_OK);
    ck_assert_uint_eq(regs[0].use.writes, 3); /* 1, 2, 1 */
    ck_assert_uint_eq(address_space_rw(&as, 0x1001, &value, 4, false), MEMTX_OK);
    ck_assert_uint_eq(value, 0x44332211);

    /* one that implements unaligned ones gets all of it, also what lies behind its end */
    regs[1].use.reads = 0;
    ck_assert_uint_eq(address_space_rw(&as, 0x2ffe, &value, 4, false), MEMTX_OK);
    ck_assert_uint_eq(regs[1].use.reads, 1);
    ck_assert_uint_eq(as.unassigned_reads, 0);
    b.device.ops = &aligned_only;

    /* half device, half nothing */
    value = UINT64_MAX;
    ck_assert_uint_eq(address_space_rw(&as, 0x2ffe, &value, 4, false), MEMTX_DECODE_ERROR);
    ck_assert_uint_eq(value, 0xffffffff00000000);
    ck_assert_uint_eq(as.unassigned_reads, 1);
    ck_assert_uint_eq(as.last_unassigned, 0x3000);
    ck_assert_uint_eq(address_space_rw(&as, 0x3800, &value, 8, true), MEMTX_DECODE_ERROR);
    ck_assert_uint_eq(as.unassigned_writes, 2); /* four bytes at a time */
    ck_assert_uint_ne(address_space_rw(&as, UINT64_MAX, &value, 8, true), MEMTX_OK);

    /* RAM and its read-only twin */
    value = 0x1234;
    ck_assert_uint_eq(address_space_rw(&as, 0x4008, &value, 2, true), MEMTX_OK);
    value = 0x9999;
    ck_assert_uint_eq(address_space_rw(&as, 0x5008, &value, 2, true), MEMTX_DECODE_ERROR);
    ck_assert_uint_eq(address_space_rw(&as, 0x5008, &value, 2, false), MEMTX_OK);
    ck_assert_uint_eq(value, 0x1234);
    address_space_free(&as);
    test_machine_free(&t);
}
END_TEST

static enum memtx_result faulty_read(void *state, uint64_t offset, unsigned size, uint64_t *value)
{
    (void)state;
    (void)size;
    *value = offset;
    return offset == 4 ? MEMTX_ERROR : MEMTX_OK;
}

static enum memtx_result faulty_write(void *state, uint64_t offset, uint64_t value, unsigned size)
{
    (void)state;
    (void)value;
    (void)size;
    return offset ? MEMTX_ERROR : MEMTX_OK;
}

static bool refuses_bytes(void *state, uint64_t offset, unsigned size, bool is_write)
{
    (void)state;
    (void)offset;
    (void)is_write;
    return size != 1;
}

/* Each way in which a device can turn an access away. */
START_TEST(outcomes_of_accesses)
{
    static const struct device_ops ops = {.read_or_fail = faulty_read,
                                          .write_or_fail = faulty_write,
                                          .accepts = refuses_bytes,
                                          .valid = {.min = 1, .max = 8},
                                          .impl = {.min = 4, .max = 4}};
    static const struct device_ops narrow = {.valid = {.min = 4, .max = 4}};
    const struct device faulty = {"faulty", &ops, NULL}, none = {"narrow", &narrow, NULL};
    uint64_t value;

    ck_assert_uint_eq(device_dispatch_read(&faulty, 0, 4, &value), MEMTX_OK);
    ck_assert_uint_eq(device_dispatch_read(&faulty, 0, 8, &value), MEMTX_ERROR);
    ck_assert_uint_eq(value, 0x400000000);
    ck_assert_uint_eq(device_dispatch_write(&faulty, 0, 0, 8), MEMTX_ERROR);
    value = 1;
    ck_assert_uint_eq(device_dispatch_read(&faulty, 0, 1, &value), MEMTX_DECODE_ERROR);
    ck_assert_uint_eq(value, 0);
    ck_assert_uint_eq(device_dispatch_write(&faulty, 0, 0, 1), MEMTX_DECODE_ERROR);
    ck_assert_uint_eq(device_dispatch_read(&faulty, 2, 4, &value), MEMTX_DECODE_ERROR);
    /* too narrow, too wide; a device without functions reads 0 */
    ck_assert_uint_eq(device_dispatch_read(&none, 0, 2, &value), MEMTX_DECODE_ERROR);
    ck_assert_uint_eq(device_dispatch_read(&none, 0, 8, &value), MEMTX_DECODE_ERROR);
    ck_assert_uint_eq(device_dispatch_read(&none, 0, 4, &value), MEMTX_OK);
    ck_assert_uint_eq(device_dispatch_write(&none, 0, 7, 4), MEMTX_OK);
    ck_assert_uint_eq(device_access_size(&narrow, 0, 8), 4);
    ck_assert_uint_eq(device_access_size(&narrow, 0, 3), 2);
    ck_assert_uint_eq(device_access_size(&narrow, 2, 8), 2);
    ck_assert_uint_eq(device_access_size(&ops, 0, 8), 8);
}
END_TEST

/* Bytes of a big-endian device: the first in memory is the highest of the register. */
START_TEST(big_endian_devices)
{
    struct device_ops ops;
    struct device device = {"be", &ops, &regs[0]};
    uint64_t value;

    memcpy(&ops, &registers_ops, sizeof(ops));
    ops.endian = DEVICE_BIG_ENDIAN;
    device_write(&device, 0, 0x11223344, 4);
    ck_assert_uint_eq(regs[0].use.last_write, 0x44332211);
    ck_assert_uint_eq(device_read(&device, 0, 4), 0x11223344);
    ck_assert_uint_eq(device_read(&device, 0, 1), 0x11); /* the storage below is little endian */
    /* split: the first step is the high half */
    ops.impl.max = 2;
    regs[0].use.writes = 0;
    device_write(&device, 0x10, 0x11223344, 4);
    ck_assert_uint_eq(regs[0].use.writes, 2);
    ck_assert_uint_eq(regs[0].bytes[0x11], 0x44);
    ck_assert_uint_eq(regs[0].bytes[0x13], 0x22);
    /* widened: the byte wanted is the highest of the wide read */
    ops.impl.min = ops.impl.max = 4;
    regs[0].bytes[0x23] = 0xaa;
    ck_assert_uint_eq(device_dispatch_read(&device, 0x20, 1, &value), MEMTX_OK);
    ck_assert_uint_eq(value, 0xaa);
    device_write(&device, 0x30, 0xbb, 1);
    ck_assert_uint_eq(regs[0].use.last_write, 0xbb000000);
}
END_TEST

static unsigned flushes;

static void count_flush(void *ctx)
{
    (void)ctx;
    flushes++;
}

START_TEST(rom_device_changes_modes)
{
    struct address_space as;
    struct test_machine t;
    uint32_t value = 0x12345678;
    hva_t hva;

    test_memory_new(&t);
    flushes = 0;
    ck_assert(host_mm_mmap(t.mm, 0x1000, 0, &hva));
    ck_assert(host_mm_write(t.mm, hva, &value, sizeof(value)));
    memory_region_init_rom_device(&a, &device0, hva, 0x1000);
    ck_assert(memory_region_add_subregion(&root, 0x1000, &a, 0));
    ck_assert(address_space_init(&as, &root, t.mm, &t.trace, &t.clock));
    as.flush_coalesced = count_flush;
    a.flush_coalesced = true;
    value = 0;
    ck_assert_uint_eq(address_space_rw(&as, 0x1000, &value, 4, false), MEMTX_OK);
    ck_assert_uint_eq(value, 0x12345678);
    ck_assert_uint_eq(flushes, 0); /* memory: no device is touched */
    value = 0x90;
    ck_assert_uint_eq(address_space_rw(&as, 0x1000, &value, 4, true), MEMTX_OK);
    ck_assert_uint_eq(regs[0].use.last_write, 0x90);
    ck_assert_uint_eq(flushes, 1);
    a.romd = false;
    ck_assert(address_space_commit(&as));
    ck_assert_uint_eq(address_space_rw(&as, 0x1000, &value, 4, false), MEMTX_OK);
    ck_assert_uint_eq(value, 0x90);
    memory_region_del_subregion(&a);
    memory_region_del_subregion(&a);
    ck_assert(address_space_commit(&as));
    ck_assert_uint_eq(address_space_rw(&as, 0x1000, &value, 4, false), MEMTX_DECODE_ERROR);
    address_space_free(&as);
    test_machine_free(&t);
}
END_TEST

/* kvmtool: one device holds all of it, or nobody answers and a read keeps its bytes. */
START_TEST(whole_accesses)
{
    struct address_space as;
    struct test_machine t;
    uint32_t value = 0x5a5a5a5a;

    test_memory_new(&t);
    memory_region_init_io(&a, &device0, 0x1000);
    ck_assert(memory_region_add_subregion(&root, 0x1000, &a, 0));
    ck_assert(address_space_init(&as, &root, t.mm, &t.trace, &t.clock));
    ck_assert_uint_ne(address_space_rw_whole(&as, 0x1ffe, &value, 4, false), MEMTX_OK);
    ck_assert_uint_ne(address_space_rw_whole(&as, 0x3000, &value, 4, false), MEMTX_OK);
    ck_assert_uint_eq(value, 0x5a5a5a5a);
    ck_assert_uint_eq(as.unassigned_reads, 2);
    ck_assert_uint_eq(address_space_rw_whole(&as, 0x1ffc, &value, 4, true), MEMTX_OK);
    ck_assert_uint_eq(regs[0].use.last_write, 0x5a5a5a5a);
    address_space_free(&as);
    test_machine_free(&t);
}
END_TEST

START_TEST(view_is_simplified)
{
    memory_region_init_io(&a, &device0, 0x1000);
    memory_region_init_alias(&b, "low", &a, 0, 0x800);
    memory_region_init_alias(&c, "high", &a, 0x800, 0x800);
    ck_assert(memory_region_add_subregion(&root, 0x1000, &b, 0));
    ck_assert(memory_region_add_subregion(&root, 0x1800, &c, 0));
    expect_view((struct want[]){{0x1000, 0x1fff, &a, 0}}, 1);
    c.readonly = true; /* seen through a read-only alias it is another range */
    expect_view((struct want[]){{0x1000, 0x17ff, &a, 0}, {0x1800, 0x1fff, &a, 0x800}}, 2);
    ck_assert(!view.ranges[0].readonly);
    ck_assert(view.ranges[1].readonly);
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("vmm_memory");
    TCase *tc = tcase_create("all");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, higher_priority_covers);
    tcase_add_test(tc, last_added_covers_among_equals);
    tcase_add_test(tc, container_clips_its_children);
    tcase_add_test(tc, alias_shows_a_window);
    tcase_add_test(tc, many_holes_are_filled);
    tcase_add_test(tc, misuse_is_refused);
    tcase_add_test(tc, lookup_tells_the_gap);
    tcase_add_test(tc, accesses_split_at_borders);
    tcase_add_test(tc, outcomes_of_accesses);
    tcase_add_test(tc, big_endian_devices);
    tcase_add_test(tc, rom_device_changes_modes);
    tcase_add_test(tc, whole_accesses);
    tcase_add_test(tc, view_is_simplified);
    suite_add_tcase(suite, tc);
    return suite;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* virtio-mmio and its queues, as a driver meets them, and drivers that break the rules. */
#include "kvm_model/vmm/virtio_blk.h"
#include "kvm_model/vmm/virtio_console.h"
#include "tests/unit/check_main.h"
#include "tests/unit/test_kvm_machine.h"

#define RAM_IPA 0x40000000u
#define ROM_IPA 0x50000000u
#define RAM_SIZE 0x10000u
#define QUEUE 0x1000u /* descriptors; +0x100 available, +0x200 used */
#define SIZE 4u

enum { F_NEXT = 1, F_WRITE = 2, F_INDIRECT = 4 };

static struct test_machine t;
static struct memory_region root, ram, rom;
static struct address_space as;
static struct virtio_blk blk;
static struct virtio_console console;
static struct vmm_stop stop;
static hva_t hva;
static bool line;
static const struct device disk = {"disk", &virtio_mmio_ops, &blk};
static const struct device tty = {"tty", &virtio_mmio_ops, &console};

static void set_line(void *ctx, bool level)
{
    (void)ctx;
    line = level;
}

static void setup(void)
{
    const struct device_irq irq = {set_line, NULL};
    struct dma dma = {.as = &as, .ignored = 1ull << 39};

    test_memory_new(&t);
    ck_assert(host_mm_mmap(t.mm, RAM_SIZE, 0, &hva));
    memory_region_init_container(&root, "root", 1ull << 40);
    memory_region_init_ram(&ram, "ram", hva, RAM_SIZE, false);
    memory_region_init_ram(&rom, "rom", hva, RAM_SIZE, true);
    ck_assert(memory_region_add_subregion(&root, RAM_IPA, &ram, 0));
    ck_assert(memory_region_add_subregion(&root, ROM_IPA, &rom, 0));
    ck_assert(address_space_init(&as, &root, t.mm, &t.trace, &t.clock));
    ck_assert(virtio_blk_init(&blk, 2, &dma, &irq));
    ck_assert(virtio_console_init(&console, &dma, &irq, "abc", 3));
    line = false;
    stop = (struct vmm_stop){0};
}

static void teardown(void)
{
    virtio_blk_free(&blk);
    virtio_console_free(&console);
    address_space_free(&as);
    test_machine_free(&t);
}

static void put(uint32_t offset, unsigned size, uint64_t value)
{
    ck_assert(host_mm_write(t.mm, HVA(hva.v + offset), &value, size));
}

static uint64_t get(uint32_t offset, unsigned size)
{
    uint64_t value = 0;

    ck_assert(host_mm_read(t.mm, HVA(hva.v + offset), &value, size));
    return value;
}

static void set(const struct device *device, uint64_t offset, uint32_t value)
{
    device_write(device, offset, value, 4);
}

static uint32_t reg(const struct device *device, uint64_t offset)
{
    return (uint32_t)device_read(device, offset, 4);
}

static void bring_up(const struct device *device, unsigned queue, uint32_t features)
{
    set(device, 0x70, 3);
    set(device, 0x24, 1);
    set(device, 0x20, 1);
    set(device, 0x24, 0);
    set(device, 0x20, features);
    set(device, 0x70, 11);
    ck_assert_uint_eq(reg(device, 0x70), 11);
    set(device, 0x30, queue);
    set(device, 0x38, SIZE);
    set(device, 0x80, RAM_IPA + QUEUE);
    set(device, 0x90, RAM_IPA + QUEUE + 0x100);
    set(device, 0xa0, RAM_IPA + QUEUE + 0x200);
    set(device, 0x44, 1);
    set(device, 0x70, 15);
}

static void describe(uint32_t table, unsigned i, uint64_t gpa, uint32_t len, unsigned flags,
                     unsigned next)
{
    put(table + i * 16, 8, gpa);
    put(table + i * 16 + 8, 4, len);
    put(table + i * 16 + 12, 2, flags);
    put(table + i * 16 + 14, 2, next);
}

static void offer(unsigned index, unsigned head)
{
    put(QUEUE + 0x104 + (index - 1) % SIZE * 2, 2, head);
    put(QUEUE + 0x102, 2, index);
}

/* A request of the block device in descriptors 0 to 2 of table: header, data, status. */
static void request(uint32_t table, uint32_t type, uint64_t sector, uint32_t len)
{
    put(0x3000, 4, type);
    put(0x3008, 8, sector);
    put(0x4800, 1, 0xff);
    describe(table, 0, RAM_IPA + 0x3000, 16, F_NEXT, 1);
    describe(table, 1, RAM_IPA + 0x4000, len, F_NEXT | (type == 1 ? 0 : F_WRITE), 2);
    describe(table, 2, RAM_IPA + 0x4800, 1, F_WRITE, 0);
}

START_TEST(registers_of_the_transport)
{
    ck_assert_uint_eq(reg(&disk, 0x000), 0x74726976);
    ck_assert_uint_eq(reg(&disk, 0x004), 2);
    ck_assert_uint_eq(reg(&disk, 0x008), 2);
    ck_assert_uint_eq(reg(&tty, 0x008), 3);
    ck_assert_uint_eq(reg(&disk, 0x034), VIRTQUEUE_SIZE_MAX);
    set(&disk, 0x30, 1); /* no such queue */
    ck_assert_uint_eq(reg(&disk, 0x034), 0);
    set(&disk, 0x44, 1);
    ck_assert_uint_eq(reg(&disk, 0x044), 0);
    ck_assert_uint_eq(reg(&disk, 0x0b0), UINT32_MAX);
    ck_assert_uint_eq(reg(&disk, 0x100), 2); /* capacity */
    ck_assert_uint_eq(device_read(&disk, 0x100, 1), 2);
    ck_assert_uint_eq(device_read(&disk, 0x000, 2), 0); /* registers are words */
    set(&disk, 0x14, 1);
    ck_assert_uint_eq(reg(&disk, 0x010), 1); /* VIRTIO_F_VERSION_1 */
    set(&disk, 0x14, 2);
    ck_assert_uint_eq(reg(&disk, 0x010), 0);
}
END_TEST

START_TEST(features_are_negotiated)
{
    set(&disk, 0x70, 3);
    set(&disk, 0x70, 11); /* without version 1 */
    ck_assert_uint_eq(reg(&disk, 0x70), 3);
    set(&disk, 0x70, 15);
    ck_assert_uint_eq(reg(&disk, 0x70), 3); /* DRIVER_OK comes after */
    set(&disk, 0x24, 1);
    set(&disk, 0x20, 1);
    set(&disk, 0x24, 0);
    set(&disk, 0x20, 1); /* not offered */
    set(&disk, 0x70, 11);
    ck_assert_uint_eq(reg(&disk, 0x70), 3);
    set(&disk, 0x20, 0);
    set(&disk, 0x70, 11);
    ck_assert_uint_eq(reg(&disk, 0x70), 11);
    set(&disk, 0x20, 1); /* too late */
    ck_assert_uint_eq(blk.transport.driver_features, 1ull << VIRTIO_F_VERSION_1);
    set(&disk, 0x70, 0);
    ck_assert_uint_eq(blk.transport.driver_features, 0);
}
END_TEST

START_TEST(block_requests)
{
    static const struct {
        uint32_t type, len;
        uint64_t sector;
        unsigned status, written;
    } rows[] = {
        {0, 512, 1, 0, 513},        {0, 1024, 0, 0, 1025}, {0, 1024, 1, 1, 1}, {0, 100, 0, 1, 1},
        {0, 512, 1ull << 60, 1, 1}, {1, 512, 1, 0, 1},     {1, 512, 2, 1, 1},  {4, 512, 0, 0, 1},
        {8, 20, 0, 0, 21},          {8, 4, 0, 0, 5},       {77, 512, 0, 2, 1},
    };

    bring_up(&disk, 0, 0);
    blk.bytes[512] = 0x5a;
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        request(QUEUE, rows[i].type, rows[i].sector, rows[i].len);
        offer(i + 1, 0);
        set(&disk, 0x50, 0);
        ck_assert_uint_eq(get(0x4800, 1), rows[i].status);
        ck_assert_uint_eq(get(QUEUE + 0x202, 2), i + 1);
        ck_assert_uint_eq(get(QUEUE + 0x208 + i % SIZE * 8, 4), rows[i].written);
    }
    ck_assert_uint_eq(blk.transport.chains, sizeof(rows) / sizeof(rows[0]));
    ck_assert(line);
    ck_assert_uint_eq(reg(&disk, 0x60), 1);
    set(&disk, 0x64, 1);
    ck_assert(!line);
}
END_TEST

/* The address bit of a realm's shared half is not part of the VMM's map. */
START_TEST(shared_alias_is_the_same_memory)
{
    bring_up(&disk, 0, 0);
    request(QUEUE, 0, 0, 512);
    put(QUEUE + 16, 8, (1ull << 39) | (RAM_IPA + 0x4000));
    blk.bytes[0] = 0x77;
    offer(1, 0);
    set(&disk, 0x50, 0);
    ck_assert_uint_eq(get(0x4000, 1), 0x77);
}
END_TEST

START_TEST(indirect_tables)
{
    bring_up(&disk, 0, 1u << VIRTIO_F_INDIRECT_DESC);
    request(0x2000, 0, 0, 512);
    describe(QUEUE, 3, RAM_IPA + 0x2000, 48, F_INDIRECT, 0);
    offer(1, 3);
    set(&disk, 0x50, 0);
    ck_assert_uint_eq(get(0x4800, 1), 0);
    ck_assert_uint_eq(get(QUEUE + 0x204, 4), 3);
}
END_TEST

/* Everything below breaks the queue: the device wants a reset and does nothing more. */
static void expect_broken(void)
{
    set(&disk, 0x50, 0);
    ck_assert_uint_eq(reg(&disk, 0x70), 15 | VIRTIO_STATUS_NEEDS_RESET);
    ck_assert_uint_eq(reg(&disk, 0x60), 2);
    ck_assert_uint_eq(blk.transport.chains, 0);
    set(&disk, 0x50, 0);
    set(&disk, 0x70, 15); /* only a reset clears it */
    ck_assert_uint_eq(reg(&disk, 0x70), 15 | VIRTIO_STATUS_NEEDS_RESET);
    set(&disk, 0x70, 0);
    ck_assert_uint_eq(reg(&disk, 0x70), 0);
}

enum breakage {
    CHAIN_LOOPS,
    HEAD_OUT_OF_TABLE,
    NEXT_OUT_OF_TABLE,
    BUFFER_NOWHERE,
    STATUS_IN_ROM,
    READ_BEHIND_WRITE,
    EMPTY_BUFFER,
    BUFFER_WRAPS,
    TOO_MANY_AVAILABLE,
    NO_STATUS,
    SHORT_HEADER,
    INDIRECT_NOT_NEGOTIATED,
    NESTED_INDIRECT,
    INDIRECT_ODD_LENGTH,
    RING_NOWHERE,
    BREAKAGES
};

static void breaks(enum breakage how)
{
    bool indirect = how == NESTED_INDIRECT || how == INDIRECT_ODD_LENGTH;

    bring_up(&disk, 0, indirect ? 1u << VIRTIO_F_INDIRECT_DESC : 0);
    request(QUEUE, 0, 0, 512);
    offer(how == TOO_MANY_AVAILABLE ? SIZE + 1 : 1, how == HEAD_OUT_OF_TABLE ? SIZE : 0);
    switch (how) {
    case CHAIN_LOOPS:
        describe(QUEUE, 0, RAM_IPA, 1, F_NEXT, 0);
        break;
    case NEXT_OUT_OF_TABLE:
        describe(QUEUE, 0, RAM_IPA, 16, F_NEXT, SIZE);
        break;
    case BUFFER_NOWHERE:
        describe(QUEUE, 1, 0x70000000, 512, F_NEXT | F_WRITE, 2);
        break;
    case STATUS_IN_ROM:
        describe(QUEUE, 2, ROM_IPA + 0x4800, 1, F_WRITE, 0);
        break;
    case READ_BEHIND_WRITE:
        describe(QUEUE, 2, RAM_IPA, 1, 0, 0);
        break;
    case EMPTY_BUFFER:
        describe(QUEUE, 1, RAM_IPA, 0, F_NEXT, 2);
        break;
    case BUFFER_WRAPS:
        describe(QUEUE, 1, UINT64_MAX - 1, 512, F_NEXT | F_WRITE, 2);
        break;
    case NO_STATUS:
        describe(QUEUE, 0, RAM_IPA + 0x3000, 16, 0, 0);
        break;
    case SHORT_HEADER:
        describe(QUEUE, 0, RAM_IPA + 0x3000, 15, F_NEXT, 1);
        break;
    case INDIRECT_NOT_NEGOTIATED:
        describe(QUEUE, 0, RAM_IPA + 0x2000, 48, F_INDIRECT, 0);
        break;
    case NESTED_INDIRECT:
        describe(QUEUE, 0, RAM_IPA + 0x2000, 48, F_INDIRECT, 0);
        describe(0x2000, 0, RAM_IPA + 0x2000, 48, F_INDIRECT, 0);
        break;
    case INDIRECT_ODD_LENGTH:
        describe(QUEUE, 0, RAM_IPA + 0x2000, 47, F_INDIRECT, 0);
        break;
    case RING_NOWHERE:
        set(&disk, 0x44, 0);
        set(&disk, 0x90, 0x70000000);
        set(&disk, 0x44, 1);
        break;
    default:
        break;
    }
    expect_broken();
}

START_TEST(drivers_that_break_the_rules)
{
    breaks((enum breakage)_i);
}
END_TEST

/* A buffer that lies over the available index cannot make one notification endless. */
START_TEST(a_buffer_over_the_ring)
{
    bring_up(&disk, 0, 0);
    request(QUEUE, 0, 0, 512);
    describe(QUEUE, 1, RAM_IPA + QUEUE + 0x100, 512, F_NEXT | F_WRITE, 2);
    memset(blk.bytes, 0xff, VIRTIO_BLK_SECTOR);
    offer(1, 0);
    set(&disk, 0x50, 0);
    ck_assert_uint_le(blk.transport.chains, 1);
}
END_TEST

START_TEST(notifications_can_be_held_back)
{
    bring_up(&disk, 0, 0);
    put(QUEUE + 0x100, 2, 1); /* VIRTQ_AVAIL_F_NO_INTERRUPT */
    request(QUEUE, 4, 0, 512);
    offer(1, 0);
    set(&disk, 0x50, 0);
    ck_assert(!line);
    set(&disk, 0x70, 0);
    put(QUEUE + 0x102, 2, 0);
    bring_up(&disk, 0, 1u << VIRTIO_F_EVENT_IDX);
    put(QUEUE + 0x104 + SIZE * 2, 2, 1); /* used_event: tell me of the second */
    offer(1, 0);
    set(&disk, 0x50, 0); /* the first after a reset is always told */
    set(&disk, 0x64, 1);
    offer(2, 0);
    set(&disk, 0x50, 0);
    ck_assert(line);
    set(&disk, 0x64, 1);
    offer(3, 0);
    set(&disk, 0x50, 0);
    ck_assert(!line);
    ck_assert_uint_eq(get(QUEUE + 0x204 + SIZE * 8, 2), 3); /* avail_event */
}
END_TEST

START_TEST(console_receives_and_transmits)
{
    bring_up(&tty, 0, 0);
    describe(QUEUE, 0, RAM_IPA + 0x4000, 2, F_WRITE, 0);
    describe(QUEUE, 1, RAM_IPA + 0x4002, 8, F_WRITE, 0);
    describe(QUEUE, 2, RAM_IPA + 0x4010, 8, F_WRITE, 0);
    put(QUEUE + 0x104, 2, 0);
    put(QUEUE + 0x106, 2, 1);
    put(QUEUE + 0x108, 2, 2);
    put(QUEUE + 0x102, 2, 3);
    set(&tty, 0x50, 0);
    ck_assert_uint_eq(get(0x4000, 3), 0x636261);
    ck_assert_uint_eq(get(QUEUE + 0x202, 2), 2); /* nothing waits for the third */
    ck_assert_uint_eq(get(QUEUE + 0x210, 4), 1);
    console.input = "d";
    console.input_size = 1;
    virtio_mmio_kick(&console.transport, 0);
    ck_assert_uint_eq(get(0x4010, 1), 'd');
    ck_assert_uint_eq(get(QUEUE + 0x202, 2), 3);
}
END_TEST

START_TEST(testdev_ends_the_run)
{
    virtio_console_set_testdev(&console, "testdev", &stop);
    bring_up(&tty, 1, 0);
    put(0x4000, 8, 0x7134327832); /* "2x24q": an unknown letter starts over */
    describe(QUEUE, 0, RAM_IPA + 0x4000, 5, 0, 0);
    offer(1, 0);
    set(&tty, 0x50, 1);
    ck_assert(stop.requested);
    ck_assert_uint_eq(stop.status, 24);
    ck_assert_str_eq(stop.device, "testdev");
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("vmm_virtio");
    TCase *tc = tcase_create("all");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, registers_of_the_transport);
    tcase_add_test(tc, features_are_negotiated);
    tcase_add_test(tc, block_requests);
    tcase_add_test(tc, shared_alias_is_the_same_memory);
    tcase_add_test(tc, indirect_tables);
    tcase_add_loop_test(tc, drivers_that_break_the_rules, 0, BREAKAGES);
    tcase_add_test(tc, a_buffer_over_the_ring);
    tcase_add_test(tc, notifications_can_be_held_back);
    tcase_add_test(tc, console_receives_and_transmits);
    tcase_add_test(tc, testdev_ends_the_run);
    suite_add_tcase(suite, tc);
    return suite;
}

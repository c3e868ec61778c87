/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kvm_model/io_bus_device.h"
#include "kvm_model/vmm/pflash.h"
#include "kvm_model/vmm/pl011.h"
#include "kvm_model/vmm/pl031.h"
#include "kvm_model/vmm/registers.h"
#include "kvm_model/vmm/test_exit.h"
#include "tests/unit/check_main.h"
#include "tests/unit/test_kvm_machine.h"

START_TEST(registers_keep_what_is_written)
{
    struct registers regs;
    struct device device = {"regs", &registers_ops, &regs};

    ck_assert(registers_init(&regs, 0x100));
    ck_assert(registers_set(&regs, 0x10, 0x1122334455667788, 8));
    ck_assert(!registers_set(&regs, 0xfc, 0, 8));
    ck_assert_uint_eq(device_read(&device, 0x12, 2), 0x5566);
    device_write(&device, 0x10, 0xffffffffffffffff, 1);
    ck_assert_uint_eq(device_read(&device, 0x10, 8), 0x11223344556677ff);
    /* out of the window: nothing there, and nothing harmed */
    ck_assert_uint_eq(device_read(&device, 0xfe, 4), 0);
    device_write(&device, 0x1000, 1, 8);
    ck_assert_uint_eq(regs.use.reads, 3);
    ck_assert_uint_eq(regs.use.writes, 2);
    ck_assert_uint_eq(regs.use.last_write, 1);
    registers_free(&regs);
    ck_assert(!registers_init(&regs, 0));
    ck_assert(!registers_init(&regs, REGISTERS_MAX_SIZE + 1));
}
END_TEST

START_TEST(registers_fail_where_they_are_told_to)
{
    const struct registers_error errors[] = {
        {5, true, false}, {8, true, true}, {0x11, false, true}};
    struct registers regs;
    struct device device = {"regs", &registers_ops, &regs};
    uint64_t value;

    ck_assert(registers_init(&regs, 0x20));
    ck_assert(registers_set(&regs, 0, 0x1122334455667788, 8));
    regs.errors = errors;
    regs.error_count = sizeof(errors) / sizeof(errors[0]);
    ck_assert_uint_eq(device_dispatch_read(&device, 4, 1, &value), MEMTX_OK);
    ck_assert_uint_eq(value, 0x44);
    ck_assert_uint_eq(device_dispatch_read(&device, 4, 2, &value), MEMTX_ERROR);
    ck_assert_uint_eq(value, 0);
    ck_assert_uint_eq(device_dispatch_write(&device, 4, 0xabcd, 2), MEMTX_OK);
    ck_assert_uint_eq(device_dispatch_write(&device, 8, 0xff, 1), MEMTX_ERROR);
    ck_assert_uint_eq(device_dispatch_read(&device, 8, 1, &value), MEMTX_ERROR);
    ck_assert_uint_eq(device_dispatch_read(&device, 9, 4, &value), MEMTX_OK);
    ck_assert_uint_eq(device_dispatch_write(&device, 0x10, 0x77, 2), MEMTX_ERROR);
    ck_assert_uint_eq(device_dispatch_read(&device, 0x10, 2, &value), MEMTX_OK);
    ck_assert_uint_eq(value, 0); /* nothing of it was stored */
    regs.error_count = 0;
    ck_assert_uint_eq(device_dispatch_read(&device, 0, 8, &value), MEMTX_OK);
    ck_assert_uint_eq(value, 0x1122abcd55667788);
    ck_assert_uint_eq(regs.use.reads, 6);
    ck_assert_uint_eq(regs.use.writes, 3);
    registers_free(&regs);
}
END_TEST

START_TEST(registers_log_is_a_ring)
{
    struct registers regs;
    struct device device = {"regs", &registers_ops, &regs};

    ck_assert(registers_init(&regs, 0x1000));
    ck_assert_uint_eq(registers_log_count(&regs), 0);
    ck_assert_ptr_null(registers_log_at(&regs, 0));
    for (unsigned i = 0; i < REGISTERS_LOG_SIZE + 5; i++)
        device_write(&device, i * 8, i, 8);
    (void)device_read(&device, 8, 4);
    ck_assert_uint_eq(registers_log_count(&regs), REGISTERS_LOG_SIZE);
    ck_assert(!registers_log_at(&regs, 0)->is_write);
    ck_assert_uint_eq(registers_log_at(&regs, 0)->value, 1);
    ck_assert_uint_eq(registers_log_at(&regs, 1)->value, REGISTERS_LOG_SIZE + 4);
    ck_assert_uint_eq(registers_log_at(&regs, REGISTERS_LOG_SIZE - 1)->value, 6);
    ck_assert_ptr_null(registers_log_at(&regs, REGISTERS_LOG_SIZE));
    registers_free(&regs);
}
END_TEST

START_TEST(pl011_identifies_itself)
{
    static const uint8_t id[] = {0x11, 0x10, 0x34, 0x00, 0x0d, 0xf0, 0x05, 0xb1};
    struct pl011 pl011;
    struct device device = {"uart", &pl011_ops, &pl011};

    ck_assert(pl011_init(&pl011));
    for (unsigned i = 0; i < sizeof(id); i++)
        ck_assert_uint_eq(device_read(&device, 0xfe0 + i * 4, 4), id[i]);
    ck_assert_uint_eq(device_read(&device, 0x018, 4), 0x90);
    ck_assert_uint_eq(device_read(&device, 0x030, 4), 0x300);
    ck_assert_uint_eq(device_read(&device, 0x034, 4), 0x12);
    ck_assert_uint_eq(device_read(&device, 0x018, 1), 0x90);
    ck_assert_uint_eq(device_read(&device, 0x100, 4), 0);
    pl011_free(&pl011);
}
END_TEST

START_TEST(pl011_transmits)
{
    struct pl011 pl011;
    struct device device = {"uart", &pl011_ops, &pl011};

    ck_assert(pl011_init(&pl011));
    device_write(&device, 0x000, 'a', 1);
    ck_assert_uint_eq(pl011.sent_disabled, 1);
    device_write(&device, 0x030, 0x301, 4);
    device_write(&device, 0x000, 0x162, 4); /* bits above 7 are not sent */
    ck_assert_uint_eq(pl011.sent_disabled, 1);
    ck_assert_uint_eq(pl011.output_size, 2);
    ck_assert_mem_eq(pl011.output, "ab", 2);
    /* the transmit interrupt is raised, masked, seen, cleared */
    ck_assert_uint_eq(device_read(&device, 0x03c, 4), 0x20);
    ck_assert_uint_eq(device_read(&device, 0x040, 4), 0);
    device_write(&device, 0x038, 0x20, 4);
    ck_assert_uint_eq(device_read(&device, 0x040, 4), 0x20);
    device_write(&device, 0x044, 0x20, 4);
    ck_assert_uint_eq(device_read(&device, 0x03c, 4), 0);
    /* unimplemented bits read as 0 */
    device_write(&device, 0x028, 0xffffffff, 4);
    ck_assert_uint_eq(device_read(&device, 0x028, 4), 0x3f);
    pl011_free(&pl011);
}
END_TEST

START_TEST(pl011_output_is_bounded)
{
    struct pl011 pl011;
    struct device device = {"uart", &pl011_ops, &pl011};

    ck_assert(pl011_init(&pl011));
    for (unsigned i = 0; i < PL011_OUTPUT_MAX + 3; i++)
        device_write(&device, 0, 'x', 4);
    ck_assert_uint_eq(pl011.output_size, PL011_OUTPUT_MAX);
    ck_assert_uint_eq(pl011.output_lost, 3);
    pl011_free(&pl011);
}
END_TEST

static unsigned sizes[8], calls;

static uint64_t word_read(void *state, uint64_t offset, unsigned size)
{
    (void)state;
    sizes[calls++ & 7] = size;
    return 0xa0a0a000 + offset;
}

static void word_write(void *state, uint64_t offset, uint64_t value, unsigned size)
{
    (void)state;
    (void)offset;
    (void)value;
    sizes[calls++ & 7] = size;
}

START_TEST(accesses_are_fitted_to_the_device)
{
    static const struct device_ops ops = {
        .read = word_read, .write = word_write, .impl = {.min = 4, .max = 4}};
    struct device device = {"word", &ops, NULL};

    calls = 0;
    ck_assert_uint_eq(device_read(&device, 0, 8), 0xa0a0a004a0a0a000);
    ck_assert_uint_eq(calls, 2);
    ck_assert_uint_eq(device_read(&device, 0, 1), 0x00);
    ck_assert_uint_eq(sizes[2], 4);
    device_write(&device, 0, 1, 8);
    ck_assert_uint_eq(calls, 5);
}
END_TEST

START_TEST(in_kernel_adapter_serves_the_same_model)
{
    struct cost_profile profile = {.cycles = {[OP_DEVICE_ACCESS] = 7}};
    struct clock clock = {.profile = &profile};
    struct registers regs;
    struct io_bus_device adapter = {.device = {"regs", &registers_ops, &regs}, .clock = &clock};
    struct kvm_io_device device = io_bus_device(&adapter);
    uint8_t data[8] = {0x44, 0x33, 0x22, 0x11};

    ck_assert(registers_init(&regs, 0x1000));
    ck_assert(device.ops->write(NULL, device.ctx, 0x20, 4, data));
    memset(data, 0, sizeof(data));
    ck_assert(device.ops->read(NULL, device.ctx, 0x20, 2, data));
    ck_assert_uint_eq(regs.use.last_write, 0x11223344);
    ck_assert_uint_eq(data[0], 0x44);
    ck_assert_uint_eq(data[2], 0);
    ck_assert_uint_eq(clock.now.v, 14);
    registers_free(&regs);
}
END_TEST

static bool line;
static unsigned changes;

static void set_line(void *ctx, bool level)
{
    (void)ctx;
    line = level;
    changes++;
}

START_TEST(pl011_receives)
{
    const struct device_irq irq = {set_line, NULL};
    struct pl011 pl011;
    struct device device = {"uart", &pl011_ops, &pl011};

    line = false;
    changes = 0;
    ck_assert(pl011_init(&pl011));
    pl011_connect(&pl011, &irq, "0123456789abcdefghij", 20);
    ck_assert_uint_eq(device_read(&device, 0x018, 4), 0xc0); /* one character: full */
    device_write(&device, 0x038, 0x50, 4);                   /* receive and time-out */
    ck_assert(line);
    ck_assert_uint_eq(device_read(&device, 0x000, 4), '0'); /* the next one is there at once */
    ck_assert(line);
    device_write(&device, 0x02c, 0x10, 4); /* FIFO on: what was in it is gone */
    ck_assert_uint_eq(device_read(&device, 0x018, 4), 0x80);
    ck_assert_uint_eq(device_read(&device, 0x040, 4), 0x50); /* 18 of 32, the trigger is 16 */
    for (unsigned i = 0; i < 3; i++)
        ck_assert_uint_eq(device_read(&device, 0x000, 4), (unsigned)'2' + i);
    ck_assert_uint_eq(device_read(&device, 0x040, 4), 0x40); /* the rest by the time-out */
    device_write(&device, 0x034, 0x02, 4);                   /* trigger at 4 */
    ck_assert_uint_eq(device_read(&device, 0x040, 4), 0x50);
    for (unsigned i = 0; i < 15; i++)
        (void)device_read(&device, 0x000, 4);
    ck_assert_uint_eq(device_read(&device, 0x018, 4), 0x90);
    ck_assert(!line);
    ck_assert_uint_eq(device_read(&device, 0x000, 4), 0);
    ck_assert_uint_eq(changes, 2);
    pl011_free(&pl011);
}
END_TEST

START_TEST(pl011_loops_back)
{
    struct pl011 pl011;
    struct device device = {"uart", &pl011_ops, &pl011};

    ck_assert(pl011_init(&pl011));
    device_write(&device, 0x030, 0x0f81, 4); /* LBE, RTS, DTR */
    ck_assert_uint_eq(device_read(&device, 0x018, 4), 0x93);
    ck_assert_uint_eq(device_read(&device, 0x03c, 4), 0x0a); /* CTS and DSR changed */
    device_write(&device, 0x000, 'x', 4);
    device_write(&device, 0x000, 'y', 4); /* overrun: one holding register */
    ck_assert_uint_eq(pl011.output_size, 0);
    ck_assert_uint_eq(device_read(&device, 0x03c, 4) & 0x400, 0x400);
    ck_assert_uint_eq(device_read(&device, 0x000, 4), 'x');
    ck_assert_uint_eq(device_read(&device, 0x004, 4), 8);
    device_write(&device, 0x004, 0, 4);
    ck_assert_uint_eq(device_read(&device, 0x004, 4), 0);
    device_write(&device, 0x02c, 1, 4); /* a break */
    ck_assert_uint_eq(device_read(&device, 0x000, 4), 0x400);
    ck_assert_uint_eq(device_read(&device, 0x004, 4), 4);
    pl011_free(&pl011);
}
END_TEST

START_TEST(pl031_alarms_by_simulated_time)
{
    struct cost_profile profile = {.core_hz = 1000000000};
    struct clock clock = {.profile = &profile};
    const struct device_irq irq = {set_line, NULL};
    struct pl031 rtc;
    struct device device = {"rtc", &pl031_ops, &rtc};

    line = false;
    ck_assert(pl031_init(&rtc, &clock, 100, &irq));
    clock.now.v = 2500000000;
    ck_assert_uint_eq(device_read(&device, 0x00, 4), 102);
    device_write(&device, 0x10, 1, 4);
    device_write(&device, 0x04, 105, 4);
    ck_assert_uint_eq(event_queue_next_due(&clock.events).v, 5000000000);
    ck_assert(clock_skip_to_event(&clock));
    ck_assert(line);
    ck_assert_uint_eq(device_read(&device, 0x00, 4), 105);
    ck_assert_uint_eq(device_read(&device, 0x14, 4), 1);
    device_write(&device, 0x1c, 1, 4);
    ck_assert(!line);
    device_write(&device, 0x08, 7, 4); /* load: the match is 98 seconds off */
    ck_assert_uint_eq(device_read(&device, 0x00, 4), 7);
    ck_assert_uint_eq(event_queue_next_due(&clock.events).v, 103000000000);
    device_write(&device, 0x04, 6, 4); /* once around */
    ck_assert_uint_eq(event_queue_next_due(&clock.events).v,
                      5000000000 + 0xffffffffu * 1000000000ull);
    ck_assert_uint_eq(device_read(&device, 0x0c, 4), 1);
    ck_assert_uint_eq(device_read(&device, 0xfe0, 4), 0x31);
    pl031_free(&rtc);
    pl031_free(&rtc);
}
END_TEST

static bool romd;

static void set_romd(void *ctx, bool on)
{
    (void)ctx;
    romd = on;
}

START_TEST(pflash_commands)
{
    struct test_machine t;
    struct pflash flash;
    struct device device = {"flash", &pflash_ops, &flash};
    hva_t hva;

    test_memory_new(&t);
    ck_assert(host_mm_mmap(t.mm, 0x20000, 0, &hva));
    ck_assert(pflash_init(&flash, t.mm, hva, 0x20000));
    flash.set_romd = set_romd;
    romd = true;
    ck_assert_uint_eq(device_read(&device, 0x100, 4), 0xffffffff);
    device_write(&device, 0, 0x40, 4);
    ck_assert(!romd);
    device_write(&device, 0x100, 0x1234, 4);
    ck_assert_uint_eq(device_read(&device, 0, 4), 0x80);
    device_write(&device, 0, 0x40, 4);
    device_write(&device, 0x100, 0xff00, 4); /* bits can only be cleared */
    device_write(&device, 0, 0xff, 4);
    ck_assert(romd);
    ck_assert_uint_eq(device_read(&device, 0x100, 4), 0x1200);
    device_write(&device, 0, 0x98, 4);
    ck_assert_uint_eq(device_read(&device, 0x40, 4), 'Q');
    ck_assert_uint_eq(device_read(&device, 0x9c, 4), 17);
    device_write(&device, 0, 0x20, 4);
    device_write(&device, 0x104, 0, 4); /* not confirmed */
    ck_assert_uint_eq(device_read(&device, 0, 4), 0xb0);
    device_write(&device, 0, 0x50, 4);
    device_write(&device, 0, 0x20, 4);
    device_write(&device, 0x104, 0xd0, 4);
    ck_assert_uint_eq(device_read(&device, 0, 4), 0x80);
    device_write(&device, 0, 0x77, 4); /* unknown: back to the array */
    ck_assert(romd);
    ck_assert_uint_eq(device_read(&device, 0x100, 4), 0xffffffff);
    device_write(&device, 0, 0x40, 4);
    device_write(&device, 0x20000, 0, 4); /* behind the end */
    ck_assert_uint_eq(device_read(&device, 0, 4), 0x90);
    test_machine_free(&t);
}
END_TEST

START_TEST(test_exit_commands)
{
    struct vmm_stop stop = {0};
    struct test_exit test = {.stop = &stop, .name = "test"};
    struct device device = {"test", &test_exit_ops, &test};

    device_write(&device, 0, 0x1234, 4);
    device_write(&device, 4, 0x5555, 4);
    ck_assert(!stop.requested);
    device_write(&device, 0, 0x7777, 2);
    ck_assert(stop.requested);
    ck_assert(stop.reset);
    device_write(&device, 0, 0x00053333, 4); /* the first one counts */
    ck_assert_uint_eq(stop.status, 0);
    stop.requested = false;
    device_write(&device, 0, 0x00053333, 4);
    ck_assert_uint_eq(stop.status, 5);
    ck_assert(!stop.reset);
    ck_assert_uint_eq(device_read(&device, 0, 4), 0);
    ck_assert_uint_eq(test.use.writes, 5);
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("vmm_devices");
    TCase *tc = tcase_create("all");

    tcase_add_test(tc, registers_keep_what_is_written);
    tcase_add_test(tc, registers_fail_where_they_are_told_to);
    tcase_add_test(tc, registers_log_is_a_ring);
    tcase_add_test(tc, pl011_identifies_itself);
    tcase_add_test(tc, pl011_transmits);
    tcase_add_test(tc, pl011_output_is_bounded);
    tcase_add_test(tc, accesses_are_fitted_to_the_device);
    tcase_add_test(tc, in_kernel_adapter_serves_the_same_model);
    tcase_add_test(tc, pl011_receives);
    tcase_add_test(tc, pl011_loops_back);
    tcase_add_test(tc, pl031_alarms_by_simulated_time);
    tcase_add_test(tc, pflash_commands);
    tcase_add_test(tc, test_exit_commands);
    suite_add_tcase(suite, tc);
    return suite;
}

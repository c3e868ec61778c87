/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Conversions of an emulated access's data, and the in-kernel bus. */
#include "kvm_model/io_bus.h"
#include "kvm_model/mmio.h"
#include "kvm_model/variant.h"
#include "tests/unit/check_main.h"
#include "tests/unit/test_kvm_machine.h"

START_TEST(buffers_hold_the_access_width)
{
    static const unsigned lens[] = {1, 2, 4, 8};
    const uint64_t value = 0x8877665544332211;

    for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
        uint64_t mask = lens[i] == 8 ? ~0ull : (1ull << (lens[i] * 8)) - 1;
        uint8_t buf[8];

        memset(buf, 0xee, sizeof(buf));
        kvm_mmio_write_buf(buf, lens[i], value);
        ck_assert_uint_eq(buf[0], 0x11);
        ck_assert_uint_eq(kvm_mmio_read_buf(buf, lens[i]), value & mask);
        if (lens[i] < 8)
            ck_assert_uint_eq(buf[lens[i]], 0xee);
    }
    ck_assert_uint_eq(kvm_mmio_read_buf(&value, 3), 0);
}
END_TEST

START_TEST(byte_order)
{
    ck_assert_uint_eq(kvm_mmio_data_swap(0xaabbccdd11223344, 4, false), 0x11223344);
    ck_assert_uint_eq(kvm_mmio_data_swap(0xaabbccdd11223344, 4, true), 0x44332211);
    ck_assert_uint_eq(kvm_mmio_data_swap(0xaabbccdd11223344, 2, true), 0x4433);
    ck_assert_uint_eq(kvm_mmio_data_swap(0xaabbccdd11223344, 1, true), 0x44);
    ck_assert_uint_eq(kvm_mmio_data_swap(0xaabbccdd11223344, 8, true), 0x44332211ddccbbaa);
}
END_TEST

/* Expected values as Linux 6.12.107 and 7.2.13 gave them in a VM. */
START_TEST(loads_per_kernel)
{
    static const struct {
        unsigned len;
        bool sign, sf, be;
        uint64_t data, old, new;
    } rows[] = {
        {1, true, false, false, 0x80, 0x80, 0xffffff80},
        {1, true, true, false, 0x80, 0x80, 0xffffffffffffff80},
        {1, true, true, false, 0x7f, 0x7f, 0x7f},
        {2, true, false, false, 0x8000, 0x8000, 0xffff8000},
        {2, true, true, false, 0x9c6f, 0x9c6f, 0xffffffffffff9c6f},
        {4, true, true, false, 0x80000001, 0x80000001, 0xffffffff80000001},
        {2, true, true, true, 0x0080, 0x8000, 0xffffffffffff8000},
        {2, true, true, true, 0x8000, 0x0080, 0x80},
        {4, false, false, true, 0x11223344, 0x44332211, 0x44332211},
        {8, false, true, true, 0x1122334455667788, 0x8877665544332211, 0x8877665544332211},
        {8, false, true, false, 0x8000000000000000, 0x8000000000000000, 0x8000000000000000},
        {4, false, true, false, 0xffffffff, 0xffffffff, 0xffffffff},
    };
    enum kvm_mmio_sign old = kvm_variant_by_name("linux-6.12")->mmio_sign;
    enum kvm_mmio_sign new = kvm_variant_by_name("linux-7.2")->mmio_sign;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct kvm_mmio_load load = {.len = rows[i].len,
                                     .sign_extend = rows[i].sign,
                                     .sixty_four = rows[i].sf,
                                     .big_endian = rows[i].be};

        ck_assert_uint_eq(kvm_mmio_load_value(old, &load, rows[i].data), rows[i].old);
        ck_assert_uint_eq(kvm_mmio_load_value(new, &load, rows[i].data), rows[i].new);
    }
}
END_TEST

START_TEST(variants_are_found_by_name)
{
    ck_assert_ptr_null(kvm_variant_by_name("linux-0.0"));
    for (size_t i = 0; kvm_variant_at(i); i++)
        ck_assert_ptr_eq(kvm_variant_by_name(kvm_variant_at(i)->name), kvm_variant_at(i));
    ck_assert(kvm_variant_by_name("cca-v12")->rmi);
    ck_assert(!kvm_variant_by_name("linux-7.2")->rmi);
}
END_TEST

/* --- the bus ------------------------------------------------------------------------------- */

static uint64_t seen_offset;

static enum kvm_io_result dev_read(struct kvm_vcpu *vcpu, void *ctx, uint64_t offset, unsigned len,
                                   void *data)
{
    ck_assert_ptr_nonnull(vcpu);
    seen_offset = offset;
    memset(data, *(int *)ctx, len);
    return KVM_IO_OK;
}

static enum kvm_io_result dev_write(struct kvm_vcpu *vcpu, void *ctx, uint64_t offset, unsigned len,
                                    const void *data)
{
    (void)ctx;
    (void)len;
    (void)data;
    ck_assert_ptr_nonnull(vcpu);
    seen_offset = offset;
    return KVM_IO_UNHANDLED;
}

static const struct kvm_io_device_ops dev_ops = {.read = dev_read, .write = dev_write};

START_TEST(bus_refuses_overlap)
{
    struct kvm_io_device device = {.ops = &dev_ops};
    struct kvm_io_bus bus = {0};

    ck_assert_int_eq(kvm_io_bus_register(&bus, 0x2000, 0x1000, &device), 0);
    ck_assert_int_eq(kvm_io_bus_register(&bus, 0x2fff, 1, &device), -EEXIST);
    ck_assert_int_eq(kvm_io_bus_register(&bus, 0x1000, 0x1001, &device), -EEXIST);
    ck_assert_int_eq(kvm_io_bus_register(&bus, 0, 0x10000, &device), -EEXIST);
    ck_assert_int_eq(kvm_io_bus_register(&bus, 0x1000, 0x1000, &device), 0);
    ck_assert_int_eq(kvm_io_bus_register(&bus, 0x3000, 1, &device), 0);
    ck_assert_int_eq(kvm_io_bus_register(&bus, 0x5000, 0, &device), -EINVAL);
    ck_assert_int_eq(kvm_io_bus_register(&bus, UINT64_MAX, 2, &device), -EINVAL);
    ck_assert_int_eq(kvm_io_bus_register(&bus, UINT64_MAX, 1, &device), 0);
    ck_assert_uint_eq(bus.count, 4);
    for (size_t i = 1; i < bus.count; i++)
        ck_assert_uint_lt(bus.ranges[i - 1].gpa, bus.ranges[i].gpa);
    kvm_io_bus_free(&bus);
}
END_TEST

START_TEST(bus_is_full_at_its_limit)
{
    struct kvm_io_device device = {.ops = &dev_ops};
    struct kvm_io_bus bus = {0};

    for (unsigned i = 0; i < KVM_IO_BUS_MAX; i++)
        ck_assert_int_eq(kvm_io_bus_register(&bus, 0x100000 - i * 16, 16, &device), 0);
    ck_assert_int_eq(kvm_io_bus_register(&bus, 0x200000, 16, &device), -ENOSPC);
    kvm_io_bus_free(&bus);
}
END_TEST

START_TEST(bus_finds_the_device_of_the_whole_access)
{
    int first = 0x11, second = 0x22;
    struct kvm_io_device a = {.ops = &dev_ops, .ctx = &first};
    struct kvm_io_device b = {.ops = &dev_ops, .ctx = &second};
    struct test_machine t;
    struct kvm_config config;
    uint64_t data = 0;

    test_memory_new(&t);
    config = test_config(&t, "linux-7.2");
    test_vm_new(&t, &config);
    ck_assert_int_eq(kvm_register_io_device(t.kvm, 0x9000000, 0x100, &a), 0);
    ck_assert_int_eq(kvm_register_io_device(t.kvm, 0x9000100, 0x10, &b), 0);
    ck_assert(kvm_io_bus_read(t.vcpu, 0x9000104, 4, &data));
    ck_assert_uint_eq(data, 0x22222222);
    ck_assert_uint_eq(seen_offset, 4);
    ck_assert(kvm_io_bus_read(t.vcpu, 0x90000ff, 1, &data));
    ck_assert_uint_eq(data & 0xff, 0x11);
    ck_assert(!kvm_io_bus_read(t.vcpu, 0x90000ff, 2, &data));
    ck_assert(!kvm_io_bus_read(t.vcpu, 0x900010e, 4, &data));
    ck_assert(!kvm_io_bus_read(t.vcpu, 0x8ffffff, 1, &data));
    ck_assert(!kvm_io_bus_read(t.vcpu, UINT64_MAX, 8, &data));
    ck_assert_msg(!kvm_io_bus_write(t.vcpu, 0x9000108, 8, &data), "the device passes it on");
    ck_assert_uint_eq(seen_offset, 8);
    test_machine_free(&t);
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("kvm_mmio");
    TCase *tc = tcase_create("all");

    tcase_add_test(tc, buffers_hold_the_access_width);
    tcase_add_test(tc, byte_order);
    tcase_add_test(tc, loads_per_kernel);
    tcase_add_test(tc, variants_are_found_by_name);
    tcase_add_test(tc, bus_refuses_overlap);
    tcase_add_test(tc, bus_is_full_at_its_limit);
    tcase_add_test(tc, bus_finds_the_device_of_the_whole_access);
    suite_add_tcase(suite, tc);
    return suite;
}

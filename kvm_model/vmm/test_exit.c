/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kvm_model/vmm/test_exit.h"

#include "cpu/arch/field.h"

static const struct field COMMAND = {0, 16};
static const struct field STATUS = {16, 16};

static uint64_t read(void *device, uint64_t offset, unsigned size)
{
    struct test_exit *test = device;

    (void)offset;
    (void)size;
    device_used(&test->use, false, 0);
    return 0;
}

static void write(void *device, uint64_t offset, uint64_t value, unsigned size)
{
    struct test_exit *test = device;
    uint64_t command = field_get(value, COMMAND);
    uint64_t status = command == TEST_EXIT_FAIL ? field_get(value, STATUS) : 0;

    (void)size;
    device_used(&test->use, true, value);
    if (!offset &&
        (command == TEST_EXIT_PASS || command == TEST_EXIT_FAIL || command == TEST_EXIT_RESET))
        vmm_stop_request(test->stop, test->name, command == TEST_EXIT_RESET, status);
}

const struct device_ops test_exit_ops = {
    .read = read, .write = write, .endian = DEVICE_LITTLE_ENDIAN, .impl = {.min = 2, .max = 4}};

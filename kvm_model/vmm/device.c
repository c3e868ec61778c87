/* SPDX-License-Identifier: GPL-2.0-or-later */
/* After QEMU system/memory.c and system/physmem.c@10.0. */
#include "kvm_model/vmm/device.h"

#define DEFAULT_MAX 4 /* where a device names no size */
#define MAX_SIZE 8

const char *memtx_result_name(enum memtx_result result)
{
    return result & MEMTX_DECODE_ERROR ? "decode_error" : result & MEMTX_ERROR ? "error" : "ok";
}

static uint64_t size_mask(unsigned size)
{
    return size >= MAX_SIZE ? ~(uint64_t)0 : ((uint64_t)1 << (size * 8)) - 1;
}

bool device_access_valid(const struct device *device, uint64_t offset, unsigned size, bool is_write)
{
    const struct device_ops *ops = device->ops;

    if (ops->accepts && !ops->accepts(device->state, offset, size, is_write))
        return false;
    if (!ops->valid.unaligned && offset & (size - 1))
        return false;
    return !ops->valid.max || (size >= ops->valid.min && size <= ops->valid.max);
}

static bool is_big_endian(const struct device *device)
{
    return device->ops->endian == DEVICE_BIG_ENDIAN;
}

/* The bytes of a big-endian register come in the other order. */
static uint64_t adjust_endianness(const struct device *device, uint64_t value, unsigned size)
{
    return is_big_endian(device) ? __builtin_bswap64(value) >> (64 - size * 8) : value;
}

/* How one access becomes several, or a wider one. */
struct steps {
    unsigned size, step;
};

static struct steps steps_of(const struct device_ops *ops, unsigned size)
{
    unsigned min = ops->impl.min ? ops->impl.min : 1;
    unsigned max = ops->impl.max ? ops->impl.max : DEFAULT_MAX;
    unsigned step = size < max ? size : max;

    return (struct steps){size, step > min ? step : min};
}

/* Where a step's value lies in the whole: bits to the left, or to the right if it is wider. */
static int shift_of(const struct device *device, struct steps steps, unsigned done)
{
    if (is_big_endian(device))
        return ((int)steps.size - (int)steps.step - (int)done) * 8;
    return (int)done * 8;
}

static enum memtx_result read_step(const struct device *device, uint64_t offset, unsigned size,
                                   uint64_t *value)
{
    *value = 0;
    if (device->ops->read) {
        *value = device->ops->read(device->state, offset, size);
        return MEMTX_OK;
    }
    return device->ops->read_or_fail ? device->ops->read_or_fail(device->state, offset, size, value)
                                     : MEMTX_OK;
}

static enum memtx_result write_step(const struct device *device, uint64_t offset, uint64_t value,
                                    unsigned size)
{
    if (device->ops->write) {
        device->ops->write(device->state, offset, value, size);
        return MEMTX_OK;
    }
    return device->ops->write_or_fail
               ? device->ops->write_or_fail(device->state, offset, value, size)
               : MEMTX_OK;
}

enum memtx_result device_dispatch_read(const struct device *device, uint64_t offset, unsigned size,
                                       uint64_t *value)
{
    struct steps steps = steps_of(device->ops, size);
    unsigned result = MEMTX_OK;

    *value = 0;
    if (!device_access_valid(device, offset, size, false))
        return MEMTX_DECODE_ERROR;
    for (unsigned done = 0; done < size; done += steps.step) {
        int shift = shift_of(device, steps, done);
        uint64_t part;

        result |= read_step(device, offset + done, steps.step, &part);
        part &= size_mask(steps.step);
        *value |= shift >= 0 ? part << shift : part >> -shift;
    }
    *value = adjust_endianness(device, *value & size_mask(size), size);
    return (enum memtx_result)result;
}

enum memtx_result device_dispatch_write(const struct device *device, uint64_t offset,
                                        uint64_t value, unsigned size)
{
    struct steps steps = steps_of(device->ops, size);
    unsigned result = MEMTX_OK;

    if (!device_access_valid(device, offset, size, true))
        return MEMTX_DECODE_ERROR;
    value = adjust_endianness(device, value & size_mask(size), size);
    for (unsigned done = 0; done < size; done += steps.step) {
        int shift = shift_of(device, steps, done);
        uint64_t part = shift >= 0 ? value >> shift : value << -shift;

        result |= write_step(device, offset + done, part & size_mask(steps.step), steps.step);
    }
    return (enum memtx_result)result;
}

uint64_t device_read(const struct device *device, uint64_t offset, unsigned size)
{
    uint64_t value;

    (void)device_dispatch_read(device, offset, size, &value);
    return value;
}

void device_write(const struct device *device, uint64_t offset, uint64_t value, unsigned size)
{
    (void)device_dispatch_write(device, offset, value, size);
}

unsigned device_access_size(const struct device_ops *ops, uint64_t offset, unsigned len)
{
    unsigned max = ops->valid.max ? ops->valid.max : DEFAULT_MAX;
    unsigned size = MAX_SIZE;

    while (size > len || size > max || (!ops->impl.unaligned && offset & (size - 1)))
        size /= 2;
    return size;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kvm_model/vmm/device.h"

static uint64_t size_mask(unsigned size)
{
    return size >= 8 ? ~(uint64_t)0 : ((uint64_t)1 << (size * 8)) - 1;
}

static unsigned step_size(const struct device_ops *ops, unsigned size)
{
    if (size > ops->max_access)
        return ops->max_access;
    return size < ops->min_access ? ops->min_access : size;
}

uint64_t device_read(const struct device *device, uint64_t offset, unsigned size)
{
    unsigned step = step_size(device->ops, size);
    uint64_t value = 0;

    for (unsigned done = 0; done < size; done += step)
        value |= (device->ops->read(device->state, offset + done, step) & size_mask(step))
                 << (done * 8);
    return value & size_mask(size);
}

void device_write(const struct device *device, uint64_t offset, uint64_t value, unsigned size)
{
    unsigned step = step_size(device->ops, size);

    value &= size_mask(size);
    for (unsigned done = 0; done < size; done += step)
        device->ops->write(device->state, offset + done, value >> (done * 8) & size_mask(step),
                           step);
}

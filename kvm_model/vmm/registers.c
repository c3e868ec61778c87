/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kvm_model/vmm/registers.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

bool registers_init(struct registers *registers, uint64_t size)
{
    *registers = (struct registers){.size = size};
    if (!size || size > REGISTERS_MAX_SIZE)
        return false;
    registers->bytes = calloc(1, (size_t)size);
    return registers->bytes != NULL;
}

void registers_free(struct registers *registers)
{
    free(registers->bytes);
    registers->bytes = NULL;
    registers->size = 0;
}

static bool fits(const struct registers *registers, uint64_t offset, unsigned size)
{
    return offset < registers->size && size <= registers->size - offset;
}

/* How many of size bytes at offset, which is within, the device has. */
static uint64_t inside(const struct registers *registers, uint64_t offset, unsigned size)
{
    uint64_t room = registers->size - offset;

    return room < size ? room : size;
}

bool registers_set(struct registers *registers, uint64_t offset, uint64_t value, unsigned size)
{
    uint64_t bytes = htole64(value);

    if (!fits(registers, offset, size) || size > sizeof(bytes))
        return false;
    memcpy(registers->bytes + offset, &bytes, size);
    return true;
}

static void log_access(struct registers *registers, uint64_t offset, uint64_t value, unsigned size,
                       bool is_write)
{
    uint64_t n = registers->use.reads + registers->use.writes;

    registers->log[n % REGISTERS_LOG_SIZE] = (struct registers_access){
        .offset = offset, .value = value, .size = (uint8_t)size, .is_write = is_write};
    device_used(&registers->use, is_write, value);
}

static enum memtx_result result_of(const struct registers *registers, uint64_t offset,
                                   unsigned size, bool is_write)
{
    for (size_t i = 0; i < registers->error_count; i++) {
        const struct registers_error *error = &registers->errors[i];

        if ((is_write ? error->writes : error->reads) && error->offset - offset < size)
            return MEMTX_ERROR;
    }
    return MEMTX_OK;
}

static enum memtx_result read(void *device, uint64_t offset, unsigned size, uint64_t *value)
{
    struct registers *registers = device;
    enum memtx_result result = result_of(registers, offset, size, false);
    uint64_t bytes = 0;

    /* what lies behind the end reads 0 */
    if (result == MEMTX_OK && offset < registers->size)
        memcpy(&bytes, registers->bytes + offset, (size_t)inside(registers, offset, size));
    bytes = le64toh(bytes);
    log_access(registers, offset, bytes, size, false);
    *value = bytes;
    return result;
}

static enum memtx_result write(void *device, uint64_t offset, uint64_t value, unsigned size)
{
    struct registers *registers = device;
    enum memtx_result result = result_of(registers, offset, size, true);
    uint64_t bytes = htole64(value);

    if (result == MEMTX_OK && offset < registers->size)
        memcpy(registers->bytes + offset, &bytes, (size_t)inside(registers, offset, size));
    log_access(registers, offset, value, size, true);
    return result;
}

const struct device_ops registers_ops = {
    .read_or_fail = read,
    .write_or_fail = write,
    .endian = DEVICE_LITTLE_ENDIAN,
    .valid = {.min = 1, .max = 8, .unaligned = true},
    .impl = {.min = 1, .max = 8, .unaligned = true},
};

size_t registers_log_count(const struct registers *registers)
{
    uint64_t n = registers->use.reads + registers->use.writes;

    return n < REGISTERS_LOG_SIZE ? (size_t)n : REGISTERS_LOG_SIZE;
}

const struct registers_access *registers_log_at(const struct registers *registers, size_t age)
{
    uint64_t n = registers->use.reads + registers->use.writes;

    if (age >= registers_log_count(registers))
        return NULL;
    return &registers->log[(n - 1 - age) % REGISTERS_LOG_SIZE];
}

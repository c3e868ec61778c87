/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kvm_model/vmm/pflash.h"

#include <endian.h>
#include <string.h>

#include "cpu/arch/field.h"

/* First bytes of command sequences. */
enum pflash_command {
    PROGRAM_ALTERNATE = 0x10,
    BLOCK_ERASE = 0x20,
    PROGRAM = 0x40,
    CLEAR_STATUS = 0x50,
    READ_STATUS = 0x70,
    READ_ID = 0x90,
    CFI_QUERY = 0x98,
    ERASE_CONFIRM = 0xd0,
    READ_ARRAY = 0xff,
};

static const struct field STATUS_PROGRAM_ERROR = {4, 1};
static const struct field STATUS_ERASE_ERROR = {5, 1};
static const struct field STATUS_READY = {7, 1};

#define WIDTH 4u /* bytes of an address step of the chip */
#define ERASED 0xff
#define MANUFACTURER 0x89 /* Intel */
#define DEVICE 0x18

/* The query structure from CFI address 0x10 on: "QRY", primary command set, its table. */
#define CFI_FIRST 0x10u
static const uint8_t cfi[] = {'Q', 'R', 'Y', 0x01, 0x00, 0x31, 0x00};
#define CFI_SIZE_LOG2 0x27u

static void set_command(struct pflash *flash, uint8_t command)
{
    bool was_array = flash->command == READ_ARRAY, array = command == READ_ARRAY;

    flash->command = command;
    if (was_array != array && flash->set_romd)
        flash->set_romd(flash->romd_ctx, array);
}

static void fill(struct pflash *flash, uint64_t offset, uint64_t size, uint8_t value)
{
    uint8_t bytes[256];

    memset(bytes, value, sizeof(bytes));
    for (uint64_t end = offset + size; offset < end; offset += sizeof(bytes))
        (void)host_mm_write(flash->mm, HVA(flash->hva.v + offset), bytes,
                            end - offset < sizeof(bytes) ? end - offset : sizeof(bytes));
}

bool pflash_init(struct pflash *flash, struct host_mm *mm, hva_t hva, uint64_t size)
{
    *flash = (struct pflash){.mm = mm, .hva = hva, .size = size, .command = READ_ARRAY};
    flash->status = (uint8_t)field_mask(STATUS_READY);
    fill(flash, 0, size, ERASED);
    return true;
}

/* Programming only clears bits. */
static void program(struct pflash *flash, uint64_t offset, uint64_t value, unsigned size)
{
    hva_t hva = HVA(flash->hva.v + offset);
    uint64_t old = 0;

    if (offset >= flash->size || size > flash->size - offset ||
        !host_mm_read(flash->mm, hva, &old, size)) {
        flash->status |= (uint8_t)field_mask(STATUS_PROGRAM_ERROR);
        return;
    }
    value = htole64(value) & old;
    (void)host_mm_write(flash->mm, hva, &value, size);
}

static void erase(struct pflash *flash, uint64_t offset)
{
    uint64_t first = offset & ~(PFLASH_BLOCK - 1);

    if (first >= flash->size)
        return;
    fill(flash, first, flash->size - first < PFLASH_BLOCK ? flash->size - first : PFLASH_BLOCK,
         ERASED);
}

/* The second write of a sequence; after it the status can be read. */
static void finish(struct pflash *flash, uint64_t offset, uint64_t value, unsigned size)
{
    flash->confirm = false;
    if (flash->command != BLOCK_ERASE)
        program(flash, offset, value, size);
    else if ((uint8_t)value == ERASE_CONFIRM)
        erase(flash, offset);
    else
        flash->status |=
            (uint8_t)(field_mask(STATUS_ERASE_ERROR) | field_mask(STATUS_PROGRAM_ERROR));
    set_command(flash, READ_STATUS);
}

static void start(struct pflash *flash, uint8_t command)
{
    switch (command) {
    case PROGRAM:
    case PROGRAM_ALTERNATE:
    case BLOCK_ERASE:
        flash->confirm = true;
        set_command(flash, command);
        break;
    case READ_STATUS:
    case READ_ID:
    case CFI_QUERY:
        set_command(flash, command);
        break;
    case CLEAR_STATUS:
        flash->status = (uint8_t)field_mask(STATUS_READY);
        set_command(flash, READ_ARRAY);
        break;
    default: /* READ_ARRAY, and what the chip does not know */
        set_command(flash, READ_ARRAY);
        break;
    }
}

static uint64_t query(const struct pflash *flash, uint64_t address)
{
    if (address - CFI_FIRST < sizeof(cfi))
        return cfi[address - CFI_FIRST];
    return address == CFI_SIZE_LOG2 ? (uint64_t)(63 - __builtin_clzll(flash->size)) : 0;
}

static uint64_t read_register(const struct pflash *flash, uint64_t offset, unsigned size)
{
    uint64_t address = offset / WIDTH, value = 0;

    switch (flash->command) {
    case READ_ID:
        return address == 0 ? MANUFACTURER : address == 1 ? DEVICE : 0;
    case CFI_QUERY:
        return query(flash, address);
    case READ_ARRAY: /* not while the region is in memory mode */
        if (offset < flash->size && size <= flash->size - offset)
            (void)host_mm_read(flash->mm, HVA(flash->hva.v + offset), &value, size);
        return le64toh(value);
    default:
        return flash->status;
    }
}

static uint64_t read(void *device, uint64_t offset, unsigned size)
{
    struct pflash *flash = device;
    uint64_t value = read_register(flash, offset, size);

    device_used(&flash->use, false, value);
    return value;
}

static void write(void *device, uint64_t offset, uint64_t value, unsigned size)
{
    struct pflash *flash = device;

    device_used(&flash->use, true, value);
    if (flash->confirm)
        finish(flash, offset, value, size);
    else
        start(flash, (uint8_t)value);
}

const struct device_ops pflash_ops = {.read = read, .write = write, .endian = DEVICE_LITTLE_ENDIAN};

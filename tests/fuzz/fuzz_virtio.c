/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest that drives a virtio block device and a console, with memory and registers of the
 * fuzzer's choice: after a bring-up that works, or without one. Each device must stay in its
 * bounds, serve no more chains than there were entries, and end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kvm_model/vmm/virtio_blk.h"
#include "kvm_model/vmm/virtio_console.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/input.h"

#define RAM_IPA 0x40000000u
#define RAM_SIZE 0x4000u
#define ROM_IPA 0x50000000u
#define QUEUE_SIZE 8u
#define SECTORS 4u
#define STEPS 200u

struct fuzz {
    struct cost_profile profile;
    struct clock clock;
    struct physmem *mem;
    struct host_mm *mm;
    hva_t ram;
    struct memory_region root, ram_region, rom_region;
    struct address_space as;
    struct virtio_blk blk;
    struct virtio_console console;
    struct vmm_stop stop;
};

static void fail(const char *what)
{
    fprintf(stderr, "FINDING: %s\n", what);
    abort();
}

static void start(struct fuzz *fuzz)
{
    const struct device_irq irq = {0};
    struct dma dma = {.as = &fuzz->as};

    fuzz->clock.profile = &fuzz->profile;
    fuzz->mem = physmem_new(2u << 20);
    fuzz->mm = fuzz->mem ? host_mm_new(fuzz->mem) : NULL;
    if (!fuzz->mm || !host_mm_mmap(fuzz->mm, RAM_SIZE, 0, &fuzz->ram))
        fail("out of memory");
    memory_region_init_container(&fuzz->root, "system", (uint64_t)1 << 48);
    memory_region_init_ram(&fuzz->ram_region, "ram", fuzz->ram, RAM_SIZE, false);
    memory_region_init_ram(&fuzz->rom_region, "rom", fuzz->ram, RAM_SIZE, true);
    memory_region_add_subregion(&fuzz->root, RAM_IPA, &fuzz->ram_region, 0);
    memory_region_add_subregion(&fuzz->root, ROM_IPA, &fuzz->rom_region, 0);
    if (!address_space_init(&fuzz->as, &fuzz->root, fuzz->mm, NULL, &fuzz->clock) ||
        !virtio_blk_init(&fuzz->blk, SECTORS, &dma, &irq) ||
        !virtio_console_init(&fuzz->console, &dma, &irq, "typed by the user", 17))
        fail("out of memory");
    virtio_console_set_testdev(&fuzz->console, "console", &fuzz->stop);
}

static void end(struct fuzz *fuzz)
{
    virtio_blk_free(&fuzz->blk);
    virtio_console_free(&fuzz->console);
    address_space_free(&fuzz->as);
    host_mm_free(fuzz->mm);
    physmem_free(fuzz->mem);
}

static void write_register(const struct device *device, uint64_t offset, uint64_t value)
{
    device_write(device, offset, value, 4);
}

/* What a driver does, up to DRIVER_OK: queue q at RAM_IPA + q KiB. */
static void bring_up(const struct device *device, unsigned queues, uint32_t features)
{
    write_register(device, 0x24, 1);
    write_register(device, 0x20, 1);
    write_register(device, 0x24, 0);
    write_register(device, 0x20, features);
    write_register(device, 0x70, 11);
    for (unsigned q = 0; q < queues; q++) {
        uint64_t at = RAM_IPA + q * 1024u;

        write_register(device, 0x30, q);
        write_register(device, 0x38, QUEUE_SIZE);
        write_register(device, 0x80, at);
        write_register(device, 0x90, at + 0x100);
        write_register(device, 0xa0, at + 0x200);
        write_register(device, 0x44, 1);
    }
    write_register(device, 0x70, 15);
}

/* Guest memory: bytes anywhere in the first pages, where the queues lie. */
static void poke(struct fuzz *fuzz, struct input *input)
{
    uint64_t offset = input_take(input, 2) % RAM_SIZE, value = input_take(input, 8);
    size_t size = RAM_SIZE - offset < 8 ? (size_t)(RAM_SIZE - offset) : 8;

    (void)host_mm_write(fuzz->mm, HVA(fuzz->ram.v + offset), &value, size);
}

/* A descriptor that is nearly right, so that chains get long. */
static void describe(struct fuzz *fuzz, struct input *input)
{
    unsigned queue = input_below(input, 2), index = input_below(input, QUEUE_SIZE);
    uint64_t at = queue * 1024u + index * 16u;
    uint64_t gpa = (input_below(input, 8) ? RAM_IPA : ROM_IPA) + input_take(input, 2) % RAM_SIZE;
    uint64_t rest = input_take(input, 2) | (uint64_t)input_below(input, 8) << 32 |
                    (uint64_t)input_below(input, QUEUE_SIZE + 1) << 48;

    (void)host_mm_write(fuzz->mm, HVA(fuzz->ram.v + at), &gpa, 8);
    (void)host_mm_write(fuzz->mm, HVA(fuzz->ram.v + at + 8), &rest, 8);
}

static void notify(const struct device *device, const struct virtio_mmio *virtio, unsigned queue)
{
    uint64_t before = virtio->chains;

    write_register(device, 0x50, queue);
    if (virtio->chains - before > VIRTQUEUE_SIZE_MAX)
        fail("one notification serves more chains than a queue has");
}

static void step(struct fuzz *fuzz, struct input *input, const struct device *device,
                 const struct virtio_mmio *virtio)
{
    uint64_t offset;

    switch (input_below(input, 6)) {
    case 0:
        poke(fuzz, input);
        break;
    case 1:
        describe(fuzz, input);
        break;
    case 2:
    case 3:
        notify(device, virtio, input_below(input, 3));
        break;
    case 4:
        offset = input_take(input, 2) & 0x1ff;
        device_write(device, offset, input_take(input, 4), 1u << input_below(input, 4));
        break;
    default:
        (void)device_read(device, input_take(input, 2) & 0x1ff, 1u << input_below(input, 4));
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    struct fuzz *fuzz = calloc(1, sizeof(*fuzz));
    struct device devices[2];
    unsigned which = input_below(&input, 4);

    if (!fuzz)
        fail("out of memory");
    start(fuzz);
    devices[0] = (struct device){"blk", &virtio_mmio_ops, &fuzz->blk};
    devices[1] = (struct device){"console", &virtio_mmio_ops, &fuzz->console};
    if (which < 2)
        bring_up(&devices[which], which + 1, (uint32_t)input_take(&input, 1) << 28);
    for (unsigned n = 0; n < STEPS && !input_ended(&input); n++)
        step(fuzz, &input, &devices[which & 1],
             which & 1 ? &fuzz->console.transport : &fuzz->blk.transport);
    if (fuzz->console.output_size > VIRTIO_CONSOLE_OUTPUT_MAX || fuzz->console.input_size > 17)
        fail("the console is out of its bounds");
    end(fuzz);
    free(fuzz);
    return 0;
}

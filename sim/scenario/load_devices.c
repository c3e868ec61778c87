/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices: what each type takes, where they may lie, and what they refer to. */
#include "sim/scenario/load_devices.h"

#include <inttypes.h>
#include <string.h>

#include "cpu/count.h"
#include "kvm_model/vmm/pflash.h"
#include "kvm_model/vmm/virtio_blk.h"
#include "sim/scenario/text.h"

#define DEFAULT_SECTORS 8

#define OF(type) (1u << SCN_DEVICE_##type)
#define HAS_REGISTERS                                                                              \
    (OF(REGISTERS) | OF(PL011) | OF(PL031) | OF(VIRTIO_BLK) | OF(VIRTIO_CONSOLE) | OF(TEST_EXIT))
#define ANY_TYPE (HAS_REGISTERS | OF(PFLASH) | OF(CONTAINER) | OF(ALIAS))

/* Keys that only some types have. */
static const struct {
    const char *key;
    unsigned types;
    const char *which;
} type_keys[] = {
    {"values", OF(REGISTERS) | OF(VIRTIO_BLK) | OF(PFLASH), "registers, virtio-blk or pflash"},
    {"errors", OF(REGISTERS), "registers"},
    {"of", OF(ALIAS), "alias"},
    {"offset", OF(ALIAS), "alias"},
    {"valid", OF(REGISTERS), "registers"},
    {"impl", OF(REGISTERS), "registers"},
    {"endian", OF(REGISTERS), "registers"},
    {"irq", OF(PL011) | OF(PL031) | OF(VIRTIO_BLK) | OF(VIRTIO_CONSOLE),
     "pl011, pl031, virtio-blk or virtio-console"},
    {"input", OF(PL011) | OF(VIRTIO_CONSOLE), "pl011 or virtio-console"},
    {"time", OF(PL031), "pl031"},
    {"sectors", OF(VIRTIO_BLK), "virtio-blk"},
    {"testdev", OF(VIRTIO_CONSOLE), "virtio-console"},
};

const char *device_own_keys(struct arena *arena, enum scn_device_type type)
{
    const char *keys = "";

    for (size_t i = 0; i < COUNT(type_keys); i++)
        if (type_keys[i].types >> type & 1)
            keys = arena_printf(arena, "%s%s%s", keys, *keys ? ", " : "", type_keys[i].key);
    return keys;
}

static struct diag_error *error_at(struct loader *loader, const struct node *node,
                                   const char *message, const char *what)
{
    struct diag_error *error = diag_error(loader->diag, DIAG_E0211, &node->pos, message, what);

    diag_width(error, node->width);
    return error;
}

static void check_type_keys(struct loader *loader, const struct node *node,
                            const struct scn_device *device)
{
    for (size_t i = 0; i < COUNT(type_keys); i++) {
        const struct node *value = good_child(node, type_keys[i].key);

        if (value && !value->synthetic && !(type_keys[i].types >> device->type & 1))
            diag_error(loader->diag, DIAG_E0211, &value->pos, "only a device of type %s has '%s'",
                       type_keys[i].which, type_keys[i].key);
    }
}

/* --- values ----------------------------------------------------------------------------------- */

static uint64_t contents_size(const struct scn_device *device)
{
    return device->type == SCN_DEVICE_VIRTIO_BLK ? device->sectors * VIRTIO_BLK_SECTOR
                                                 : device->size;
}

static unsigned natural_size(uint64_t value)
{
    unsigned size = 1;

    while (size < 8 && value >> (8 * size))
        size *= 2;
    return size;
}

static void load_value(struct loader *loader, const struct node *key, const struct node *node,
                       struct scn_device *device, struct range_list *ranges)
{
    struct scn_register_value *value = &device->values[device->value_count];
    uint64_t contents = contents_size(device);
    struct range range = {.what = "value", .node = key};
    struct diag_error *error = NULL;

    if (node->bad || number_parse(key->text, strlen(key->text), &value->offset) != NUMBER_OK)
        return;
    if (node->kind == NODE_MAPPING) {
        if (!good_child(node, "value") || !good_child(node, "size"))
            return;
        value->value = child_value(node, "value");
        value->size = (unsigned)child_value(node, "size");
    } else {
        value->value = node->value;
        value->size = natural_size(value->value);
    }
    if (value->size & (value->size - 1))
        error = diag_error(loader->diag, DIAG_E0211, &node->pos,
                           "a value has 1, 2, 4 or 8 bytes, not %u", value->size);
    else if (natural_size(value->value) > value->size)
        error = diag_error(loader->diag, DIAG_E0211, &node->pos,
                           "0x%" PRIx64 " does not fit in %u bytes", value->value, value->size);
    else if (value->offset >= contents || value->size > contents - value->offset)
        error = diag_error(loader->diag, DIAG_E0211, &key->pos,
                           "the value at 0x%" PRIx64 " is outside the device '%s'", value->offset,
                           device->name);
    if (error) {
        diag_width(error, key->width);
        return;
    }
    range.start = value->offset;
    range.end = value->offset + value->size;
    range_add(loader, ranges, &range);
    device->value_count++;
}

static void load_values(struct loader *loader, const struct node *node, struct scn_device *device)
{
    const struct node *values = good_child(node, "values");
    struct range_list ranges = {0};

    if (!values)
        return;
    device->values = arena_array(loader->arena, values->count, sizeof(device->values[0]));
    for (size_t i = 0; i < values->count; i++)
        load_value(loader, values->keys[i], values->items[i], device, &ranges);
    range_check_overlaps(loader, &ranges);
}

/* --- what a device refers to ------------------------------------------------------------------ */

/* The device of that name before this one; false after reporting that there is none. */
static bool find_device(struct loader *loader, const struct node *name, size_t *index)
{
    const struct scenario *scn = loader->scn;

    for (size_t i = 0; i < scn->device_count; i++) {
        if (strcmp(scn->devices[i].name, name->text) == 0) {
            *index = i;
            return true;
        }
    }
    error_at(loader, name, "'%s' is not the name of a device above this one",
             text_show(loader->arena, name->text));
    return false;
}

static void load_container(struct loader *loader, const struct node *node,
                           struct scn_device *device)
{
    const struct node *in = good_child(node, "in");
    const struct scn_device *container;

    if (!in || !find_device(loader, in, &device->container))
        return;
    container = &loader->scn->devices[device->container];
    device->has_container = true;
    if (container->type != SCN_DEVICE_CONTAINER)
        error_at(loader, in, "'%s' is no container", in->text);
    else if (device->ipa.v - container->ipa.v >= container->size)
        error_at(loader, in, "the device does not begin in '%s'", in->text);
}

static void load_alias(struct loader *loader, const struct node *node, struct scn_device *device)
{
    const struct node *of = good_child(node, "of");
    const struct scenario *scn = loader->scn;

    if (device->type != SCN_DEVICE_ALIAS)
        return;
    if (!of) {
        if (!node_get(node, "of"))
            error_at(loader, good_child(node, "name"), "the alias '%s' needs 'of'", device->name);
        return;
    }
    device->offset = child_value(node, "offset");
    for (size_t i = 0; i < scn->memory_count; i++) {
        if (strcmp(scn->memory[i].name, of->text) == 0) {
            device->of_memory = true;
            device->target = i;
            return;
        }
    }
    if (find_device(loader, of, &device->target) && scn->devices[device->target].in_kernel)
        error_at(loader, of, "'%s' is handled by KVM, the VMM does not know it", of->text);
}

/* --- errors ----------------------------------------------------------------------------------- */

static void load_errors(struct loader *loader, const struct node *node, struct scn_device *device)
{
    const struct node *errors = good_child(node, "errors");

    if (!errors)
        return;
    device->errors = arena_array(loader->arena, errors->count, sizeof(device->errors[0]));
    for (size_t i = 0; i < errors->count; i++) {
        const struct node *key = errors->keys[i];
        struct registers_error *error = &device->errors[device->error_count];

        if (errors->items[i]->bad ||
            number_parse(key->text, strlen(key->text), &error->offset) != NUMBER_OK)
            continue;
        if (error->offset >= device->size) {
            diag_width(diag_error(loader->diag, DIAG_E0211, &key->pos,
                                  "the byte at 0x%" PRIx64 " is outside the device '%s'",
                                  error->offset, device->name),
                       key->width);
            continue;
        }
        error->reads = errors->items[i]->value & SCN_ERROR_READ;
        error->writes = errors->items[i]->value & SCN_ERROR_WRITE;
        device->error_count++;
    }
}

/* --- sizes ------------------------------------------------------------------------------------ */

static struct device_sizes load_sizes(struct loader *loader, const struct node *node,
                                      const char *key)
{
    const struct node *sizes = good_child(node, key);
    struct device_sizes all = {.min = 1, .max = 8, .unaligned = true};

    if (!sizes)
        return all;
    all.min = (uint8_t)child_value(sizes, "min");
    all.max = (uint8_t)child_value(sizes, "max");
    all.unaligned = child_value(sizes, "unaligned");
    if (all.min & (all.min - 1) || all.max & (all.max - 1) || all.min > all.max)
        error_at(loader, sizes, "'%s' needs 1, 2, 4 or 8 bytes, min not above max", key);
    return all;
}

/* Its array is a memslot. */
static void check_flash_page(struct loader *loader, const struct node *node, const char *key)
{
    const struct node *value = good_child(node, key);

    if (value->value % GRANULE_SIZE)
        diag_width(diag_error(loader->diag, DIAG_E0203, &value->pos,
                              "the '%s' of a pflash is memory's: 0x%" PRIx64
                              " is not aligned to the granule (4K)",
                              key, value->value),
                   value->width);
}

static void check_flash(struct loader *loader, const struct node *node,
                        const struct scn_device *device)
{
    const struct node *size = good_child(node, "size");

    if (device->type != SCN_DEVICE_PFLASH)
        return;
    check_flash_page(loader, node, "ipa");
    check_flash_page(loader, node, "size");
    if (device->size > PFLASH_MAX_SIZE)
        error_at(loader, size, "a flash has at most %s", "64M");
    if (loader->scn->machine.world == SCN_WORLD_CCA)
        error_at(loader, good_child(node, "type"),
                 "a %s is memory of the VMM's, which a realm cannot use", "pflash");
}

static void check_halves(struct loader *loader, const struct range *range)
{
    const struct scn_machine *machine = &loader->scn->machine;
    uint64_t middle;

    if (machine->world != SCN_WORLD_CCA || !machine->ipa_bits)
        return;
    middle = (uint64_t)1 << (machine->ipa_bits - 1);
    if (range->start < middle && range->end > middle)
        diag_width(diag_error(loader->diag, DIAG_E0211, &range->node->pos,
                              "%s lies in both halves of the realm's address space",
                              range_name(loader, range)),
                   range->node->width);
}

/*
 * Devices do not overlap unless a priority says which one is on top. A container lies below what is
 * in it. None overlaps memory: there KVM never asks the VMM.
 */
static void check_place(struct loader *loader, const struct range *range,
                        const struct scn_device *device, const struct range_list *memory,
                        struct range_list *ranges)
{
    check_halves(loader, range);
    if (!device->may_overlap && device->type != SCN_DEVICE_CONTAINER) {
        range_add(loader, ranges, range);
        return;
    }
    for (size_t i = 0; i < memory->count; i++)
        range_check_pair(loader, &memory->items[i], range);
}

static void load_properties(struct loader *loader, const struct node *node,
                            struct scn_device *device)
{
    const struct node *endian = good_child(node, "endian"), *input = good_child(node, "input");
    const struct node *sectors = good_child(node, "sectors");

    device->in_kernel = child_value(node, "handled_by");
    device->latency = (uint32_t)child_value(node, "latency");
    device->may_overlap = good_child(node, "priority");
    device->priority = device->may_overlap ? (int)child_value(node, "priority") : 1;
    device->disabled = !child_value(node, "enabled");
    device->valid = load_sizes(loader, node, "valid");
    device->impl = load_sizes(loader, node, "impl");
    device->endian = endian ? (enum device_endian)endian->value : DEVICE_LITTLE_ENDIAN;
    device->irq = (unsigned)child_value(node, "irq");
    device->input = input ? input->text : "";
    device->time = (uint32_t)child_value(node, "time");
    device->sectors = sectors ? sectors->value : DEFAULT_SECTORS;
    device->testdev = child_value(node, "testdev");
    if (device->in_kernel && device->type != SCN_DEVICE_REGISTERS &&
        device->type != SCN_DEVICE_PL011)
        error_at(loader, good_child(node, "handled_by"), "KVM handles registers and pl011, not %s",
                 good_child(node, "type")->word);
}

static void load_one_device(struct loader *loader, const struct node *node,
                            const struct range_list *memory, struct range_list *ranges)
{
    const struct node *name = good_child(node, "name"), *ipa = good_child(node, "ipa");
    const struct node *type = good_child(node, "type"), *size = good_child(node, "size");
    struct scn_device *device = &loader->scn->devices[loader->scn->device_count];
    struct range range = {.what = "device", .node = ipa};

    place_add_named(loader, node, PLACE_DEVICE);
    if (!name || !ipa || !type || !size)
        return;
    *device = (struct scn_device){.pos = ipa->pos,
                                  .name = name->text,
                                  .type = (enum scn_device_type)type->value,
                                  .ipa = IPA(ipa->value),
                                  .size = size->value};
    load_properties(loader, node, device);
    check_type_keys(loader, node, device);
    check_flash(loader, node, device);
    load_values(loader, node, device);
    load_errors(loader, node, device);
    load_container(loader, node, device);
    load_alias(loader, node, device);
    range.start = ipa->value;
    range.name = name->text;
    if (!range_complete(loader, &range, size->value))
        return;
    check_place(loader, &range, device, memory, ranges);
    loader->scn->device_count++;
}

void load_devices(struct loader *loader, struct range_list *ranges)
{
    const struct node *devices = good_child(loader->root, "devices");
    struct scenario *scn = loader->scn;
    struct range_list memory = {0};

    if (!devices)
        return;
    for (size_t i = 0; i < ranges->count; i++)
        range_add(loader, &memory, &ranges->items[i]);
    scn->devices = arena_array(loader->arena, devices->count, sizeof(scn->devices[0]));
    for (size_t i = 0; i < devices->count; i++) {
        if (!devices->items[i]->bad)
            load_one_device(loader, devices->items[i], &memory, ranges);
    }
}

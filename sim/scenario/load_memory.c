/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory and devices, and what must hold between their address ranges. */
#include <inttypes.h>
#include <string.h>

#include "sim/scenario/ranges.h"
#include "sim/scenario/text.h"

#define MAX_TOTAL_MEMORY ((uint64_t)4 << 30)

/* Adds the name of a mapping as a place; false after reporting that it is taken. */
static void add_name(struct loader *loader, const struct node *node, enum place_kind kind)
{
    const struct node *name = good_child(node, "name"), *ipa = good_child(node, "ipa");
    struct diag_error *error;

    if (!name)
        return;
    if (!place_find(loader, name->text)) {
        place_add(loader, name->text, kind, ipa ? ipa->value : 0, !ipa);
        return;
    }
    error = diag_error(loader->diag, DIAG_E0202, &name->pos, "the name '%s' is taken", name->text);
    diag_width(error, name->width);
    diag_note(error, NULL, "memory and devices share their names, which stand for addresses");
}

/* --- memory ----------------------------------------------------------------------------------- */

/* A realm's memory lies below the middle of its address space (RMM specification, "IPA space"). */
static void check_protected(struct loader *loader, const struct range *range)
{
    const struct scn_machine *machine = &loader->scn->machine;
    struct diag_error *error;

    if (machine->world != SCN_WORLD_CCA || !machine->ipa_bits ||
        range->end <= (uint64_t)1 << (machine->ipa_bits - 1))
        return;
    error = diag_error(loader->diag, DIAG_E0210, &range->node->pos,
                       "%s is not in the protected half of the realm's address space",
                       range_name(loader, range));
    diag_width(error, range->node->width);
    diag_note(error, NULL, "with ipa_bits %u the protected half ends at 0x%" PRIx64,
              machine->ipa_bits, ((uint64_t)1 << (machine->ipa_bits - 1)) - 1);
}

static void load_one_memory(struct loader *loader, const struct node *node,
                            struct range_list *ranges)
{
    const struct node *name = good_child(node, "name"), *ipa = good_child(node, "ipa");
    const struct node *size = good_child(node, "size"), *ripas = good_child(node, "ripas");
    struct scn_memory *memory = &loader->scn->memory[loader->scn->memory_count];
    struct range range = {.what = "memory", .node = ipa};

    add_name(loader, node, PLACE_MEMORY);
    if (ripas && !ripas->synthetic && loader->scn->machine.world == SCN_WORLD_KVM &&
        loader->scn->machine.kernel)
        diag_width(diag_error(loader->diag, DIAG_E0209, &ripas->pos,
                              "only a realm's memory has a RIPAS (world: cca)"),
                   ripas->width);
    if (!name || !ipa || !size || !ripas)
        return;
    range.start = ipa->value;
    range.name = name->text;
    if (!range_complete(loader, &range, size->value))
        return;
    check_protected(loader, &range);
    range_add(loader, ranges, &range);
    *memory = (struct scn_memory){.pos = ipa->pos,
                                  .name = name->text,
                                  .ipa = IPA(ipa->value),
                                  .size = size->value,
                                  .ripas_ram = ripas->value};
    loader->scn->memory_count++;
}

static void check_total(struct loader *loader, const struct node *list)
{
    uint64_t total = 0;

    for (size_t i = 0; i < loader->scn->memory_count; i++) {
        total += loader->scn->memory[i].size < MAX_TOTAL_MEMORY ? loader->scn->memory[i].size
                                                                : MAX_TOTAL_MEMORY + 1;
        if (total > MAX_TOTAL_MEMORY) {
            diag_error(loader->diag, DIAG_E0207, &list->pos, "the memory is more than 4G in all");
            return;
        }
    }
}

/* --- devices ---------------------------------------------------------------------------------- */

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
    else if (value->offset >= device->size || value->size > device->size - value->offset)
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
    if (device->type != SCN_DEVICE_REGISTERS) {
        diag_error(loader->diag, DIAG_E0211, &values->pos,
                   "only a device of type registers has values");
        return;
    }
    device->values = arena_array(loader->arena, values->count, sizeof(device->values[0]));
    for (size_t i = 0; i < values->count; i++)
        load_value(loader, values->keys[i], values->items[i], device, &ranges);
    range_check_overlaps(loader, &ranges);
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

static void load_one_device(struct loader *loader, const struct node *node,
                            struct range_list *ranges)
{
    const struct node *name = good_child(node, "name"), *ipa = good_child(node, "ipa");
    const struct node *type = good_child(node, "type"), *size = good_child(node, "size");
    struct scn_device *device = &loader->scn->devices[loader->scn->device_count];
    struct range range = {.what = "device", .node = ipa};

    add_name(loader, node, PLACE_DEVICE);
    if (!name || !ipa || !type || !size)
        return;
    *device = (struct scn_device){.pos = ipa->pos,
                                  .name = name->text,
                                  .type = (enum scn_device_type)type->value,
                                  .ipa = IPA(ipa->value),
                                  .size = size->value,
                                  .in_kernel = child_value(node, "handled_by")};
    load_values(loader, node, device);
    range.start = ipa->value;
    range.name = name->text;
    if (!range_complete(loader, &range, size->value))
        return;
    check_halves(loader, &range);
    range_add(loader, ranges, &range);
    loader->scn->device_count++;
}

void load_memory(struct loader *loader)
{
    const struct node *memory = good_child(loader->root, "memory");
    const struct node *devices = good_child(loader->root, "devices");
    struct scenario *scn = loader->scn;
    struct range_list ranges = {0};

    if (memory) {
        scn->memory = arena_array(loader->arena, memory->count, sizeof(scn->memory[0]));
        for (size_t i = 0; i < memory->count; i++) {
            if (!memory->items[i]->bad)
                load_one_memory(loader, memory->items[i], &ranges);
        }
        check_total(loader, memory);
    }
    if (devices) {
        scn->devices = arena_array(loader->arena, devices->count, sizeof(scn->devices[0]));
        for (size_t i = 0; i < devices->count; i++) {
            if (!devices->items[i]->bad)
                load_one_device(loader, devices->items[i], &ranges);
        }
    }
    range_check_overlaps(loader, &ranges);
}

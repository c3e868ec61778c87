/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory, and what must hold between its address ranges and those of devices. */
#include <inttypes.h>
#include <string.h>

#include "sim/scenario/load_devices.h"
#include "sim/scenario/ranges.h"
#include "sim/scenario/text.h"

#define MAX_TOTAL_MEMORY ((uint64_t)4 << 30)

void place_add_named(struct loader *loader, const struct node *node, enum place_kind kind)
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

    place_add_named(loader, node, PLACE_MEMORY);
    if (ripas && !ripas->synthetic && loader->scn->machine.world == SCN_WORLD_KVM &&
        loader->scn->machine.kernel)
        diag_width(realm_only(loader, &ripas->pos, "a RIPAS"), ripas->width);
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
    load_backing(loader, node, memory);
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

void load_memory(struct loader *loader)
{
    const struct node *memory = good_child(loader->root, "memory");
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
    load_devices(loader, &ranges);
    range_check_overlaps(loader, &ranges);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* page_tables.raw: fields of single descriptors, of the guest's stage 1 or of stage 2. */
#include <inttypes.h>
#include <string.h>

#include "cpu/arch/descriptor.h"
#include "cpu/count.h"
#include "sim/scenario/loader.h"
#include "sim/scenario/schema_stage2.h"

#define VA_BITS 48

struct raw_field {
    const char *name;
    struct field field;
};

/* Arm ARM D8.3: what both stages have in the same place, and what one has. */
static const struct raw_field common_fields[] = {{"valid", {0, 1}}, {"type", {0, 2}},
                                                 {"sh", {8, 2}},    {"af", {10, 1}},
                                                 {"dbm", {51, 1}},  {"cont", {52, 1}}};
static const struct raw_field stage1_fields[] = {
    {"attr_indx", {2, 3}}, {"ap", {6, 2}},         {"ng", {11, 1}},        {"pxn", {53, 1}},
    {"uxn", {54, 1}},      {"pxn_table", {59, 1}}, {"uxn_table", {60, 1}}, {"ap_table", {61, 2}}};
static const struct raw_field stage2_fields[] = {
    {"mem_attr", {2, 4}}, {"read", {6, 1}}, {"write", {7, 1}}, {"xn", {53, 2}}};

static const struct raw_field *find_field(const struct raw_field *fields, size_t count,
                                          const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(fields[i].name, name) == 0)
            return &fields[i];
    return NULL;
}

static const struct field *field_of(bool stage1, const char *name)
{
    const struct raw_field *found = find_field(common_fields, COUNT(common_fields), name);

    if (!found && stage1)
        found = find_field(stage1_fields, COUNT(stage1_fields), name);
    else if (!found)
        found = find_field(stage2_fields, COUNT(stage2_fields), name);
    return found ? &found->field : NULL;
}

/* The address in the descriptor; false after reporting what is wrong with it. */
static bool output_of(struct loader *loader, const struct node *node, struct scn_raw_bits *bits)
{
    uint64_t address;

    if (!place_resolve(loader, node, &address))
        return false;
    if (address & ~field_mask(DESC_ADDR)) {
        diag_width(diag_error(loader->diag, DIAG_E0220, &node->pos,
                              "0x%" PRIx64 " is no 4K-aligned address of 48 bits", address),
                   node->width);
        return false;
    }
    bits->clear |= field_mask(DESC_ADDR);
    bits->set |= address;
    return true;
}

static bool load_bits(struct loader *loader, const struct node *set, bool stage1,
                      struct scn_raw_bits *bits)
{
    bool good = true;

    for (size_t i = 0; i < set->count; i++) {
        const struct node *key = set->keys[i], *value = set->items[i];
        const struct field *field;

        if (value->bad || !value->row)
            continue;
        if (stage1 && strcmp(key->text, "output") == 0) {
            good &= output_of(loader, value, bits);
            continue;
        }
        field = field_of(stage1, key->text);
        if (!field) {
            diag_width(diag_error(loader->diag, DIAG_E0220, &key->pos,
                                  "'%s' is no field of a descriptor of stage %d", key->text,
                                  stage1 ? 1 : 2),
                       key->width);
            good = false;
            continue;
        }
        bits->clear |= field_mask(*field);
        bits->set = (bits->set & ~field_mask(*field)) | field_put(*field, value->value);
    }
    return good;
}

/* The node of the address whose walk meets the descriptor; NULL after reporting. */
static const struct node *address_of(struct loader *loader, const struct node *node, bool stage1)
{
    const char *name = stage1 ? "va" : "ipa", *other = stage1 ? "ipa" : "va";
    const struct node *wrong = node_get(node, other);

    if (wrong || !node_get(node, name)) {
        diag_error(loader->diag, DIAG_E0220, wrong ? &wrong->pos : &node->pos,
                   "a descriptor of stage %d has %s, the address whose walk meets it",
                   stage1 ? 1 : 2, stage1 ? "a va" : "an ipa");
        return NULL;
    }
    return good_child(node, name);
}

static bool stage1_is_there(struct loader *loader, const struct node *node, uint64_t va)
{
    const uint64_t top = va >> (VA_BITS - 1) >> 1;

    if (loader->scn->guest.stage1 != SCN_STAGE1_FLAT) {
        diag_error(loader->diag, DIAG_E0209, &node->pos,
                   "a descriptor of stage 1 needs guest.stage1: flat, or there are no tables");
        return false;
    }
    if (top == 0 || top == UINT64_MAX >> VA_BITS)
        return true;
    diag_error(loader->diag, DIAG_E0205, &node->pos,
               "0x%" PRIx64 " is no virtual address of %d bits", va, VA_BITS);
    return false;
}

static void load_one(struct loader *loader, const struct node *node)
{
    const bool stage1 = child_value(node, "table") == SCHEMA_RAW_STAGE1;
    const struct node *level = good_child(node, "level"), *set = good_child(node, "set");
    const struct node *address = address_of(loader, node, stage1);
    struct scenario *scn = loader->scn;
    struct scn_raw_bits bits = {0};
    uint64_t at;

    if (!address || !level || !set || !place_resolve(loader, address, &at) ||
        !load_bits(loader, set, stage1, &bits))
        return;
    if (!stage1)
        scn->stage2_raws[scn->stage2_raw_count++] = (struct scn_stage2_raw){
            .pos = node->pos, .ipa = IPA(at), .level = (int)level->value, .bits = bits};
    else if (stage1_is_there(loader, address, at))
        scn->guest.raws[scn->guest.raw_count++] = (struct scn_stage1_raw){
            .pos = node->pos, .va = VA(at), .level = (int)level->value, .bits = bits};
}

void load_raw(struct loader *loader)
{
    const struct node *tables = good_child(loader->root, "page_tables");
    const struct node *list = tables ? good_child(tables, "raw") : NULL;
    struct scenario *scn = loader->scn;

    if (!list)
        return;
    scn->stage2_raws = arena_array(loader->arena, list->count, sizeof(scn->stage2_raws[0]));
    scn->guest.raws = arena_array(loader->arena, list->count, sizeof(scn->guest.raws[0]));
    for (size_t i = 0; i < list->count; i++) {
        const struct node *node = list->items[i];

        if (node->bad)
            continue;
        if (child_value(node, "table") == SCHEMA_RAW_STAGE1 ||
            plain_vm_only(loader, node, "page_tables.raw of stage 2"))
            load_one(loader, node);
    }
}

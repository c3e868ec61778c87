/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Expectations: each value that a file gives becomes an item with the path of the schema's keys. */
#include <stdlib.h>
#include <string.h>

#include "cpu/timing/core.h"
#include "sim/scenario/loader.h"

struct item_list {
    struct expect_item *items;
    size_t count, capacity;
};

static bool is_text(const struct schema_key *row)
{
    return row->type == SCHEMA_TEXT || (row->type == SCHEMA_WORD && !(row->flags & SCHEMA_OR_INT));
}

/* A number where the table allows any text: the field of an event is one. */
static bool number_of_text(struct loader *loader, const struct node *node, uint64_t *value)
{
    bool yes = strcmp(node->text, "true") == 0;

    *value = yes ? 1 : 0;
    if (yes || strcmp(node->text, "false") == 0)
        return true;
    if (!integer_looks_like(node->text))
        return place_resolve(loader, node, value);
    return integer_read(loader->arena, loader->diag, node, "the field", value);
}

static bool number_of(struct loader *loader, const struct node *node, uint64_t *value)
{
    if (node->row->type == SCHEMA_TEXT)
        return number_of_text(loader, node, value);
    if (node->row->type == SCHEMA_ADDRESS)
        return place_resolve(loader, node, value);
    *value = node->value;
    return true;
}

static const char *text_of(const struct node *node)
{
    return node->word ? node->word : node->text;
}

static bool load_set(struct loader *loader, const struct node *list, struct match_value *want)
{
    want->set_count = list->count;
    if (want->is_text)
        want->set_text = arena_array(loader->arena, list->count, sizeof(want->set_text[0]));
    else
        want->set = arena_array(loader->arena, list->count, sizeof(want->set[0]));
    for (size_t i = 0; i < list->count; i++) {
        if (want->is_text)
            want->set_text[i] = text_of(list->items[i]);
        else if (!number_of(loader, list->items[i], &want->set[i]))
            return false;
    }
    return true;
}

static bool load_single(struct loader *loader, const struct node *node, struct match_value *want)
{
    if (!want->is_text)
        return number_of(loader, node, &want->value);
    want->text = text_of(node);
    return true;
}

static bool load_range(struct loader *loader, const struct node *node, struct match_value *want)
{
    const struct node *min = node_get(node, "min"), *max = node_get(node, "max");

    want->value = 0;
    want->value2 = UINT64_MAX;
    if ((min && !number_of(loader, min, &want->value)) ||
        (max && !number_of(loader, max, &want->value2)))
        return false;
    if (want->value <= want->value2)
        return true;
    diag_error(loader->diag, DIAG_E0112, &node->pos, "no value can match: min is greater than max");
    return false;
}

/* The condition a good node stands for; false after reporting. */
static bool load_match(struct loader *loader, const struct schema_key *row, bool text,
                       const struct node *node, struct match_value *want)
{
    static const enum match_op ops[] = {[SPECIAL_ANY] = MATCH_ANY,
                                        [SPECIAL_ABSENT] = MATCH_ABSENT,
                                        [SPECIAL_UNCHANGED] = MATCH_UNCHANGED};
    enum schema_special special = schema_special(node);

    *want = (struct match_value){.op = MATCH_EQ, .is_text = text};
    if (special == SPECIAL_UNCHANGED && !(row->flags & SCHEMA_UNCHANGED))
        special = NOT_SPECIAL;
    if (special != NOT_SPECIAL) {
        want->op = ops[special];
        return true;
    }
    if (node->kind == NODE_SCALAR)
        return load_single(loader, node, want);
    if (node_get(node, "in")) {
        want->op = MATCH_IN;
        return load_set(loader, node_get(node, "in"), want);
    }
    if (node_get(node, "not") && node_get(node, "not")->kind == NODE_SEQUENCE) {
        want->op = MATCH_NONE_OF;
        return load_set(loader, node_get(node, "not"), want);
    }
    if (node_get(node, "not")) {
        want->op = MATCH_NE;
        return load_single(loader, node_get(node, "not"), want);
    }
    want->op = MATCH_RANGE;
    return load_range(loader, node, want);
}

bool load_expected_value(struct loader *loader, const struct node *node, bool text,
                         struct match_value *want)
{
    return load_match(loader, node->row, text, node, want);
}

static void add_item(struct loader *loader, struct item_list *list, const struct node *node,
                     const char *path, const struct match_value *want)
{
    list->items = arena_grow(loader->arena, list->items, list->count, &list->capacity,
                             sizeof(list->items[0]));
    list->items[list->count++] = (struct expect_item){node->pos, path, *want};
}

static const char *join(struct loader *loader, const char *prefix, const char *name)
{
    return *prefix ? arena_printf(loader->arena, "%s.%s", prefix, name) : name;
}

/* Every expected value below a mapping, depth first, in the order of the file. */
static void load_items(struct loader *loader, const struct node *mapping, const char *prefix,
                       struct item_list *list)
{
    for (size_t i = 0; i < mapping->count; i++) {
        const struct node *key = mapping->keys[i], *node = mapping->items[i];
        const struct schema_key *row = node->row;
        struct match_value want = {0};
        const char *path;

        if (node->bad || !row || (row->flags & SCHEMA_LIST))
            continue;
        path = join(loader, prefix, row->path ? row->path : key->text);
        if (row->flags & SCHEMA_MATCH) {
            if (load_match(loader, row, is_text(row), node, &want))
                add_item(loader, list, node, path, &want);
        } else if (row->type == SCHEMA_MAP && node->kind == NODE_MAPPING) {
            load_items(loader, node, path, list);
        } else if (row->type == SCHEMA_MAP) { /* null or any */
            want.op = schema_special(node) == SPECIAL_ANY ? MATCH_ANY : MATCH_ABSENT;
            add_item(loader, list, node, path, &want);
        }
    }
}

void load_expected_below(struct loader *loader, const struct node *mapping, const char *prefix,
                         struct expect_item **items, size_t *count, size_t *capacity)
{
    struct item_list list = {*items, *count, *capacity};

    load_items(loader, mapping, prefix, &list);
    *items = list.items;
    *count = list.count;
    *capacity = list.capacity;
}

/* Appends what a section expects to *items. */
static void load_section(struct loader *loader, const struct node *expect, const char *name,
                         struct expect_item **items, size_t *count)
{
    const struct node *section = good_child(expect, name);
    size_t capacity = *count;

    if (section)
        load_expected_below(loader, section, name, items, count, &capacity);
}

static void load_steps(struct loader *loader, const struct node *path, struct expect_trap *trap)
{
    trap->path_pos = path->pos;
    trap->steps = arena_array(loader->arena, path->count, sizeof(trap->steps[0]));
    for (size_t i = 0; i < path->count; i++) {
        if (!path->items[i]->bad)
            trap->steps[trap->step_count++] = path->items[i]->word;
    }
}

static void load_trap(struct loader *loader, const struct node *node, struct expect_trap *trap)
{
    const struct node *at = good_child(node, "at"), *path = good_child(node, "path");
    const struct node *sees = node_get(node, "vmm_sees");
    struct item_list list = {0};

    trap->pos = node->pos;
    if (at) {
        trap->has_at = place_resolve(loader, at, &trap->at);
        trap->at_name = at->text;
    }
    if (path)
        load_steps(loader, path, trap);
    if (sees && node_get(node, "exit"))
        diag_error(loader->diag, DIAG_E0101, &sees->pos,
                   "'vmm_sees' is another name of 'exit', which is given too");
    if (good_child(node, "walk"))
        load_expected_walks(loader, good_child(node, "walk"), trap);
    load_items(loader, node, "", &list);
    trap->items = list.items;
    trap->item_count = list.count;
}

/* Each name in expect.kvm.ioeventfds is one of kvm.ioeventfds. */
static void check_ioeventfd_names(struct loader *loader, const struct node *kvm)
{
    const struct node *names = kvm ? good_child(kvm, "ioeventfds") : NULL;
    const struct scn_kvm *config = &loader->scn->kvm;

    for (size_t i = 0; names && i < names->count; i++) {
        size_t n = 0;

        while (n < config->ioeventfd_count &&
               strcmp(config->ioeventfds[n].name, names->keys[i]->text) != 0)
            n++;
        if (n == config->ioeventfd_count && names->items[i]->row)
            diag_error(loader->diag, DIAG_E0206, &names->keys[i]->pos,
                       "'%s' is not the name of an ioeventfd", names->keys[i]->text);
    }
}

/* A list that at most one of the entries that hold may give; loaded: by another one already. */
static bool once(struct loader *loader, const struct node *entry, const char *name,
                 const void *loaded)
{
    const struct node *node = good_child(entry, name);

    if (node && loaded)
        diag_error(loader->diag, DIAG_E0209, &node->pos,
                   "two entries of 'expect' that hold have '%s'", name);
    return !node || !loaded;
}

static void load_traps(struct loader *loader, const struct node *entry)
{
    const struct node *traps = good_child(entry, "traps");
    struct scn_expect *expect = &loader->scn->expect;

    size_t capacity = expect->trap_count, first = expect->trap_count;

    if (!traps)
        return;
    if ((expect->traps_exact || child_value(entry, "exact")) &&
        !once(loader, entry, "traps", expect->traps))
        return;
    expect->traps_exact = child_value(entry, "exact");
    expect->traps_pos = traps->pos;
    for (size_t i = 0; i < traps->count; i++) {
        if (traps->items[i]->bad)
            continue;
        expect->traps = arena_grow(loader->arena, expect->traps, expect->trap_count, &capacity,
                                   sizeof(expect->traps[0]));
        expect->traps[expect->trap_count] = (struct expect_trap){0};
        load_trap(loader, traps->items[i], &expect->traps[expect->trap_count]);
        expect->traps[expect->trap_count].begins = expect->trap_count == first;
        expect->trap_count++;
    }
    if (traps->count == 0 && expect->traps_exact && !expect->traps)
        expect->traps = arena_array(loader->arena, 1, sizeof(expect->traps[0]));
}

static void load_entry(struct loader *loader, const struct node *entry)
{
    struct scn_expect *expect = &loader->scn->expect;
    const struct node *devices = good_child(entry, "devices"), *vcpus = good_child(entry, "vcpus");

    load_section(loader, entry, "end", &expect->end, &expect->end_count);
    load_section(loader, entry, "exits", &expect->exits, &expect->exit_count);
    load_section(loader, entry, "regs", &expect->regs, &expect->reg_count);
    load_section(loader, entry, "vcpus", &expect->vcpus, &expect->vcpu_count);
    for (size_t i = 0; vcpus && i < vcpus->count; i++) {
        if (vcpus->items[i]->row)
            vcpu_exists(loader, vcpus->keys[i], strtoul(vcpus->keys[i]->text, NULL, 10));
    }
    load_section(loader, entry, "stimulus", &expect->stimuli, &expect->stimulus_count);
    load_section(loader, entry, "devices", &expect->devices, &expect->device_count);
    for (size_t i = 0; devices && i < devices->count; i++) {
        if (devices->items[i]->row) /* not for x-* */
            place_require(loader, devices->keys[i], devices->keys[i]->text, PLACE_DEVICE);
    }
    load_section(loader, entry, "kvm", &expect->kvm, &expect->kvm_count);
    check_ioeventfd_names(loader, good_child(entry, "kvm"));
    if (once(loader, entry, "stage2", expect->stage2) &&
        once(loader, entry, "dirty", expect->dirty))
        load_expected_stage2(loader, entry);
    load_expected_run(loader, entry);
    load_traps(loader, entry);
}

/* --- entries for some machines -----------------------------------------------------------------
 */

/* All entries that hold; a list in which none does would pass whatever comes. */
static void load_entries(struct loader *loader, const struct node *list)
{
    const struct scn_machine *machine = &loader->scn->machine;
    size_t held = 0, bad = 0;

    for (size_t i = 0; i < list->count; i++) {
        bad += list->items[i]->bad;
        if (list->items[i]->bad || !entry_holds(loader, list->items[i]))
            continue;
        load_entry(loader, list->items[i]);
        held++;
    }
    if (!held && !bad)
        diag_error(loader->diag, DIAG_E0209, &list->pos,
                   "no entry of 'expect' holds for the kernel %s%s%s and the timing '%s'%s",
                   machine->kernel, machine->rmm ? ", the RMM " : "",
                   machine->rmm ? machine->rmm : "",
                   timing_name(core_timing(machine->profile, machine->timing)),
                   *loader->scn->cell ? " in this cell" : "");
}

void load_expect(struct loader *loader)
{
    const struct node *node = good_child(loader->root, "expect");

    if (!node || !loader->scn->machine.kernel)
        return;
    if (node->kind == NODE_SEQUENCE)
        load_entries(loader, node);
    else if (entry_holds(loader, node))
        load_entry(loader, node);
    else
        diag_error(loader->diag, DIAG_E0209, &node->pos,
                   "'expect' does not hold for the machine; a list of entries can");
}

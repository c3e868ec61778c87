/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `vmm:`, steps for kvm_model/vmm/script.h, and `kvm:`. */
#include <string.h>

#include "cpu/count.h"
#include "sim/scenario/loader.h"
#include "sim/scenario/text.h"

/* KVM and the VMM know a realm's addresses without the bit that selects the half. */
static uint64_t gpa_of(const struct loader *loader, uint64_t ipa)
{
    const struct scn_machine *machine = &loader->scn->machine;

    if (machine->world != SCN_WORLD_CCA || !machine->ipa_bits)
        return ipa;
    return ipa & ~((uint64_t)1 << (machine->ipa_bits - 1));
}

/* Size of the device that begins at ipa, else 1. */
static uint64_t size_at(const struct loader *loader, uint64_t ipa)
{
    const struct scenario *scn = loader->scn;

    for (size_t i = 0; i < scn->device_count; i++)
        if (scn->devices[i].ipa.v == ipa)
            return scn->devices[i].size;
    return 1;
}

/* --- when ------------------------------------------------------------------------------------- */

static void load_when(struct loader *loader, const struct node *node, struct vmm_script_step *step)
{
    const struct node *number = good_child(node, "exit"), *reason = good_child(node, "reason");
    const struct node *addr = good_child(node, "addr"), *size = good_child(node, "size");
    const struct node *write = good_child(node, "write");
    uint64_t ipa;

    step->has_number = number;
    step->number = number ? number->value : 0;
    step->has_reason = reason;
    step->reason = reason ? (uint32_t)reason->value : 0;
    if (write)
        step->direction = write->value ? VMM_WRITES : VMM_READS;
    if (addr && place_resolve(loader, addr, &ipa)) {
        step->first = gpa_of(loader, ipa);
        step->size = size ? size->value : size_at(loader, ipa);
    }
    if (size && !addr)
        diag_error(loader->diag, DIAG_E0209, &size->pos, "'size' needs 'addr'");
    if (!node->count)
        diag_error(loader->diag, DIAG_E0209, &node->pos, "'when' names no exit");
}

/* --- do --------------------------------------------------------------------------------------- */

struct actions {
    struct vmm_action *list;
    size_t count, capacity;
};

static void add_action(struct loader *loader, struct actions *actions, struct vmm_action action)
{
    actions->list = arena_grow(loader->arena, actions->list, actions->count, &actions->capacity,
                               sizeof(actions->list[0]));
    actions->list[actions->count++] = action;
}

/* A register of a map: its number is in the key, or the word found for it. */
static unsigned register_of(const struct node *key, enum vmm_action_kind kind)
{
    uint64_t n = 0;

    if (kind == VMM_ACT_SET_SYSREG)
        return (unsigned)sysreg_by_name(key->text);
    (void)number_parse(key->text + 1, strlen(key->text + 1), &n);
    return (unsigned)n;
}

static void load_registers(struct loader *loader, const struct node *map, enum vmm_action_kind kind,
                           struct actions *actions)
{
    for (size_t i = 0; i < map->count; i++) {
        struct vmm_action action = {.kind = kind};

        if (map->items[i]->bad || !map->items[i]->row ||
            !place_resolve(loader, map->items[i], &action.value))
            continue;
        action.reg = register_of(map->keys[i], kind);
        add_action(loader, actions, action);
    }
}

/* The memslot's number is that of the memory. */
static void load_memory_name(struct loader *loader, const struct node *name,
                             struct actions *actions)
{
    const struct scenario *scn = loader->scn;

    for (size_t i = 0; i < scn->memory_count; i++) {
        if (strcmp(scn->memory[i].name, name->text) != 0)
            continue;
        add_action(loader, actions, (struct vmm_action){.kind = VMM_ACT_DELETE_SLOT, .value = i});
        return;
    }
    diag_width(diag_error(loader->diag, DIAG_E0206, &name->pos, "'%s' is not the name of a memory",
                          text_show(loader->arena, name->text)),
               name->width);
}

/* In the order in which they are done. */
static const struct {
    const char *key;
    enum vmm_action_kind kind;
} action_keys[] = {
    {"answer", VMM_ACT_ANSWER},
    {"no_answer", VMM_ACT_NO_ANSWER},
    {"regs", VMM_ACT_SET_X},
    {"sysregs", VMM_ACT_SET_SYSREG},
    {"delete_memory", VMM_ACT_DELETE_SLOT},
    {"sea", VMM_ACT_SEA},
    {"serror", VMM_ACT_SERROR},
    {"serror_esr", VMM_ACT_SERROR_ESR},
    {"pc", VMM_ACT_SET_PC},
    {"skip", VMM_ACT_SKIP},
    {"immediate_exit", VMM_ACT_IMMEDIATE},
    {"stop", VMM_ACT_STOP},
};

_Static_assert(COUNT(action_keys) == VMM_ACT_COUNT, "a key for each action");

static void load_action(struct loader *loader, const struct node *value, enum vmm_action_kind kind,
                        struct actions *actions)
{
    struct vmm_action action = {.kind = kind};

    if (kind == VMM_ACT_SET_X || kind == VMM_ACT_SET_SYSREG)
        load_registers(loader, value, kind, actions);
    else if (kind == VMM_ACT_DELETE_SLOT)
        load_memory_name(loader, value, actions);
    else if (value->row->type == SCHEMA_BOOL && !value->value)
        diag_error(loader->diag, DIAG_E0209, &value->pos, "'%s' is done by writing true",
                   vmm_action_name(kind));
    else if (value->row->type == SCHEMA_BOOL || place_resolve(loader, value, &action.value))
        add_action(loader, actions, action);
}

static void load_do(struct loader *loader, const struct node *node, struct vmm_script_step *step)
{
    struct actions actions = {0};

    for (size_t i = 0; i < COUNT(action_keys); i++) {
        const struct node *value = good_child(node, action_keys[i].key);

        if (value)
            load_action(loader, value, action_keys[i].kind, &actions);
    }
    if (!node->count)
        diag_error(loader->diag, DIAG_E0103, &node->pos, "'do' has no action");
    step->actions = actions.list;
    step->action_count = actions.count;
}

static void load_steps(struct loader *loader, const struct node *list)
{
    struct scn_vmm *vmm = &loader->scn->vmm;

    vmm->steps = arena_array(loader->arena, list->count, sizeof(vmm->steps[0]));
    for (size_t i = 0; i < list->count; i++) {
        const struct node *node = list->items[i];
        struct vmm_script_step *step = &vmm->steps[vmm->step_count];

        if (node->bad || !good_child(node, "when") || !good_child(node, "do"))
            continue;
        step->times = child_value(node, "times");
        load_when(loader, good_child(node, "when"), step);
        load_do(loader, good_child(node, "do"), step);
        vmm->step_count++;
    }
}

/* --- kvm -------------------------------------------------------------------------------------- */

static void load_ioeventfd(struct loader *loader, const struct node *node)
{
    const struct node *name = good_child(node, "name"), *addr = good_child(node, "addr");
    const struct node *match = good_child(node, "datamatch");
    struct scn_kvm *kvm = &loader->scn->kvm;
    struct scn_ioeventfd *fd = &kvm->ioeventfds[kvm->ioeventfd_count];
    uint64_t ipa;

    if (!name || !addr || !place_resolve(loader, addr, &ipa))
        return;
    *fd = (struct scn_ioeventfd){.pos = addr->pos,
                                 .name = name->text,
                                 .gpa = gpa_of(loader, ipa),
                                 .len = (uint32_t)child_value(node, "len"),
                                 .has_match = match,
                                 .match = match ? match->value : 0};
    if (fd->len & (fd->len - 1) || (match && !fd->len))
        diag_error(loader->diag, DIAG_E0209, &node->pos,
                   "'len' is 1, 2, 4 or 8, or, without datamatch, 0");
    for (size_t i = 0; i < kvm->ioeventfd_count; i++)
        if (strcmp(kvm->ioeventfds[i].name, fd->name) == 0)
            diag_error(loader->diag, DIAG_E0202, &name->pos, "the name '%s' is taken", fd->name);
    kvm->ioeventfd_count++;
}

static void load_zone(struct loader *loader, const struct node *node)
{
    const struct node *addr = good_child(node, "addr"), *size = good_child(node, "size");
    struct scn_kvm *kvm = &loader->scn->kvm;
    uint64_t ipa;

    if (!addr || !size || !place_resolve(loader, addr, &ipa))
        return;
    if (size->value > UINT32_MAX) {
        diag_error(loader->diag, DIAG_E0205, &size->pos, "a zone has less than 4G");
        return;
    }
    kvm->zones[kvm->zone_count++] =
        (struct scn_coalesced){gpa_of(loader, ipa), (uint32_t)size->value};
}

static void load_filter(struct loader *loader, const struct node *node)
{
    struct scn_kvm *kvm = &loader->scn->kvm;
    const struct node *base = good_child(node, "base"), *action = good_child(node, "action");

    if (!base || !action)
        return;
    kvm->filters[kvm->filter_count++] =
        (struct scn_smccc_filter){(uint32_t)base->value, (uint32_t)child_value(node, "count"),
                                  (enum kvm_smccc_filter_action)action->value};
}

static void load_list(struct loader *loader, const struct node *kvm, const char *key,
                      void (*load)(struct loader *loader, const struct node *node))
{
    const struct node *list = good_child(kvm, key);

    for (size_t i = 0; list && i < list->count; i++)
        if (!list->items[i]->bad)
            load(loader, list->items[i]);
}

static void *room_for(struct loader *loader, const struct node *kvm, const char *key, size_t size)
{
    const struct node *list = good_child(kvm, key);

    return arena_array(loader->arena, list ? list->count : 0, size);
}

static void load_guest_debug(struct loader *loader, const struct node *kvm)
{
    const struct node *debug = good_child(kvm, "guest_debug");

    if (!debug)
        return;
    loader->scn->kvm.guest_debug = (uint32_t)debug->value;
    if (debug->value && loader->scn->machine.world == SCN_WORLD_CCA)
        diag_width(diag_error(loader->diag, DIAG_E0209, &debug->pos,
                              "kvm.guest_debug is of a plain VM (world: kvm-vhe): the RMM has no "
                              "debugger of the host's"),
                   debug->width);
}

static void load_kvm(struct loader *loader, const struct node *node)
{
    struct scn_kvm *kvm = &loader->scn->kvm;

    kvm->nisv_to_user = child_value(node, "nisv_to_user");
    kvm->sea_to_user = child_value(node, "sea_to_user");
    load_guest_debug(loader, node);
    kvm->ioeventfds = room_for(loader, node, "ioeventfds", sizeof(kvm->ioeventfds[0]));
    kvm->zones = room_for(loader, node, "coalesced", sizeof(kvm->zones[0]));
    kvm->filters = room_for(loader, node, "smccc_filter", sizeof(kvm->filters[0]));
    load_list(loader, node, "ioeventfds", load_ioeventfd);
    load_list(loader, node, "coalesced", load_zone);
    load_list(loader, node, "smccc_filter", load_filter);
}

void load_vmm(struct loader *loader)
{
    const struct node *steps = good_child(loader->root, "vmm");
    const struct node *kvm = good_child(loader->root, "kvm");

    if (kvm)
        load_kvm(loader, kvm);
    if (steps)
        load_steps(loader, steps);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest's registers at the start, and the limits of the run. */
#include <stdlib.h>
#include <string.h>

#include "sim/scenario/loader.h"

static void load_regs(struct loader *loader, const struct node *regs, struct scn_start *start)
{
    for (size_t i = 0; regs && i < regs->count; i++) {
        const struct node *key = regs->keys[i], *item = regs->items[i];
        uint64_t value;

        if (item->bad || !item->row || !place_resolve(loader, item, &value))
            continue;
        if (strcmp(key->text, "sp") == 0)
            start->sp = value;
        else
            start->regs[strtoul(key->text + 1, NULL, 10)] = value; /* x0..x30, by the schema */
    }
}

bool vcpu_exists(struct loader *loader, const struct node *node, uint64_t vcpu)
{
    unsigned cpus = loader->scn->machine.cpus;

    if (vcpu < cpus || !cpus)
        return true;
    diag_width(diag_error(loader->diag, DIAG_E0212, &node->pos,
                          "there is no vCPU %ju: machine.cpus is %u", (uintmax_t)vcpu, cpus),
               node->width);
    return false;
}

/* Of a realm RMI_REC_CREATE makes REC 0 runnable alone, and the others start by CPU_ON. */
static void load_secondaries(struct loader *loader, const struct node *vcpus)
{
    struct scn_guest *guest = &loader->scn->guest;

    if (loader->scn->machine.world == SCN_WORLD_CCA)
        diag_error(loader->diag, DIAG_E0209, &vcpus->pos,
                   "the vCPUs of a realm start by PSCI CPU_ON, not by guest.vcpus");
    guest->secondaries = arena_array(loader->arena, vcpus->count, sizeof(guest->secondaries[0]));
    for (size_t i = 0; i < vcpus->count; i++) {
        const struct node *key = vcpus->keys[i], *item = vcpus->items[i];
        struct scn_secondary *secondary = &guest->secondaries[guest->secondary_count];
        const struct node *entry;

        if (item->bad || !item->row)
            continue;
        secondary->vcpu = (unsigned)strtoul(key->text, NULL, 10);
        entry = good_child(item, "entry");
        if (!vcpu_exists(loader, key, secondary->vcpu) || !entry ||
            !place_resolve(loader, entry, &secondary->start.entry.v))
            continue;
        load_regs(loader, good_child(item, "regs"), &secondary->start);
        guest->secondary_count++;
    }
}

static void load_sysregs(struct loader *loader, const struct node *sysregs)
{
    struct scn_guest *guest = &loader->scn->guest;

    guest->sysregs = arena_array(loader->arena, sysregs->count, sizeof(guest->sysregs[0]));
    for (size_t i = 0; i < sysregs->count; i++) {
        const struct node *key = sysregs->keys[i], *item = sysregs->items[i];
        struct scn_sysreg_value *sysreg = &guest->sysregs[guest->sysreg_count];

        if (item->bad || !item->row)
            continue;
        sysreg->reg = (enum sysreg)key->value;
        if (item->word)
            sysreg->value = sysreg_table[sysreg->reg].reset; /* `default` */
        else if (!place_resolve(loader, item, &sysreg->value))
            continue;
        guest->sysreg_count++;
    }
}

void load_guest(struct loader *loader)
{
    const struct node *guest = good_child(loader->root, "guest");
    const struct node *limits = good_child(loader->root, "limits");

    if (guest) {
        const struct node *vcpus = good_child(guest, "vcpus");
        const struct node *sysregs = good_child(guest, "sysregs");

        loader->scn->guest.pos = guest->pos;
        loader->scn->guest.el = (unsigned)child_value(guest, "el");
        load_regs(loader, good_child(guest, "regs"), &loader->scn->guest.start);
        if (vcpus)
            load_secondaries(loader, vcpus);
        if (sysregs)
            load_sysregs(loader, sysregs);
    }
    if (limits)
        loader->scn->limits =
            (struct scn_limits){child_value(limits, "instructions"), child_value(limits, "exits"),
                                child_value(limits, "cycles")};
}

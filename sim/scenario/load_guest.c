/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest's registers at the start, and the limits of the run. */
#include <stdlib.h>
#include <string.h>

#include "sim/scenario/loader.h"

static void load_regs(struct loader *loader, const struct node *regs)
{
    struct scn_guest *guest = &loader->scn->guest;

    for (size_t i = 0; i < regs->count; i++) {
        const struct node *key = regs->keys[i], *item = regs->items[i];
        uint64_t value;

        if (item->bad || !item->row || !place_resolve(loader, item, &value))
            continue;
        if (strcmp(key->text, "sp") == 0)
            guest->sp = value;
        else
            guest->regs[strtoul(key->text + 1, NULL, 10)] = value; /* x0..x30, by the schema */
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
        const struct node *regs = good_child(guest, "regs");
        const struct node *sysregs = good_child(guest, "sysregs");

        loader->scn->guest.pos = guest->pos;
        loader->scn->guest.el = (unsigned)child_value(guest, "el");
        if (regs)
            load_regs(loader, regs);
        if (sysregs)
            load_sysregs(loader, sysregs);
    }
    if (limits)
        loader->scn->limits =
            (struct scn_limits){child_value(limits, "instructions"), child_value(limits, "exits"),
                                child_value(limits, "cycles")};
}

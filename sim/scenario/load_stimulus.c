/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What happens from outside. */
#include "sim/scenario/loader.h"

static const struct {
    const char *key;
    enum scn_stimulus_kind kind;
} kinds[] = {
    {"irq", SCN_STIMULUS_IRQ},           {"serror", SCN_STIMULUS_SERROR},
    {"ext_dabt", SCN_STIMULUS_EXT_DABT}, {"write", SCN_STIMULUS_WRITE},
    {"signal", SCN_STIMULUS_SIGNAL},
};

static bool load_time(struct loader *loader, const struct node *at, struct scn_stimulus *stimulus)
{
    const struct node *cycle = good_child(at, "cycle"), *trap = good_child(at, "trap");
    const struct node *event = good_child(at, "event");

    if (!!cycle + !!trap + !!event != 1) {
        diag_error(loader->diag, DIAG_E0209, &at->pos,
                   "'at' says when: one of cycle, trap, event is needed");
        return false;
    }
    stimulus->when = cycle ? SCN_AT_CYCLE : trap ? SCN_AT_TRAP : SCN_AT_EVENT;
    stimulus->number = cycle ? cycle->value : trap ? trap->value : child_value(at, "count");
    if (event)
        stimulus->event = (enum event_kind)event->value;
    return true;
}

static bool load_write(struct loader *loader, const struct node *node,
                       struct scn_stimulus *stimulus)
{
    const struct node *ipa = good_child(node, "ipa"), *size = good_child(node, "size");
    const struct scn_memory *memory;

    if (!ipa || !size || !place_resolve(loader, ipa, &stimulus->ipa.v))
        return false;
    stimulus->value = child_value(node, "value");
    stimulus->size = (unsigned)size->value;
    if (stimulus->size & (stimulus->size - 1)) {
        diag_error(loader->diag, DIAG_E0105, &size->pos, "size: 1, 2, 4 or 8 is expected");
        return false;
    }
    memory = memory_at(loader, stimulus->ipa.v);
    if (memory && memory->ipa.v + memory->size - stimulus->ipa.v >= stimulus->size) {
        stimulus->memory = (size_t)(memory - loader->scn->memory);
        return true;
    }
    diag_width(diag_error(loader->diag, DIAG_E0208, &ipa->pos,
                          "write: 0x%jx is not in the guest's memory", (uintmax_t)stimulus->ipa.v),
               ipa->width);
    return false;
}

static bool load_irq(struct loader *loader, const struct node *node, struct scn_stimulus *stimulus)
{
    const struct node *spi = good_child(node, "spi"), *ppi = good_child(node, "ppi");

    stimulus->level = child_value(node, "level");
    stimulus->intid = (unsigned)(spi ? spi->value : ppi ? ppi->value : 0);
    stimulus->ppi = ppi != NULL;
    if (!!spi + !!ppi == 1)
        return true;
    diag_error(loader->diag, DIAG_E0209, &node->pos, "irq: one of spi and ppi is needed");
    return false;
}

static bool load_what(struct loader *loader, const struct node *node, struct scn_stimulus *stimulus)
{
    const struct node *vcpu = good_child(node, "vcpu"), *iss = good_child(node, "iss");

    stimulus->has_iss = iss != NULL;
    stimulus->value = iss ? iss->value : 0;
    if (vcpu) {
        stimulus->vcpu = (unsigned)vcpu->value;
        if (!vcpu_exists(loader, vcpu, vcpu->value))
            return false;
        return stimulus->kind != SCN_STIMULUS_IRQ || load_irq(loader, node, stimulus);
    }
    return stimulus->kind == SCN_STIMULUS_WRITE && load_write(loader, node, stimulus);
}

static bool load_one(struct loader *loader, const struct node *node, struct scn_stimulus *stimulus)
{
    const struct node *at = good_child(node, "at"), *what = NULL;
    unsigned given = 0;

    stimulus->pos = node->pos;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (!node_get(node, kinds[i].key))
            continue;
        given++;
        what = good_child(node, kinds[i].key);
        stimulus->kind = kinds[i].kind;
        stimulus->name = kinds[i].key;
    }
    if (given != 1)
        diag_error(loader->diag, DIAG_E0209, &node->pos,
                   "a stimulus is one thing that happens; %u are given", given);
    return given == 1 && at && what && load_time(loader, at, stimulus) &&
           load_what(loader, what, stimulus);
}

void load_stimulus(struct loader *loader)
{
    const struct node *list = good_child(loader->root, "stimulus");
    struct scenario *scn = loader->scn;

    if (!list)
        return;
    scn->stimuli = arena_array(loader->arena, list->count, sizeof(scn->stimuli[0]));
    for (size_t i = 0; i < list->count; i++)
        if (!list->items[i]->bad &&
            load_one(loader, list->items[i], &scn->stimuli[scn->stimulus_count]))
            scn->stimulus_count++;
}

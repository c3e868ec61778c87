/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `when:`: for which machines and which cells of the matrix something holds. */
#include <string.h>

#include "cpu/timing/core.h"
#include "sim/scenario/loader.h"
#include "sim/scenario/matrix.h"
#include "sim/scenario/text.h"

bool word_list_has(const struct node *list, const char *word)
{
    if (!list || !word)
        return !list;
    if (list->kind == NODE_SCALAR)
        return list->word && strcmp(list->word, word) == 0;
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i]->word && strcmp(list->items[i]->word, word) == 0)
            return true;
    return false;
}

/* The axis's value in this cell; NULL after reporting that there is no such axis. */
static const char *axis_value(const struct loader *loader, const struct node *key)
{
    struct text_nearest nearest = {.wanted = key->text};
    struct diag_error *error;

    for (size_t i = 0; i < loader->vars.count; i++) {
        const struct variable *variable = &loader->vars.items[i];

        if (variable->text && strcmp(variable->name, key->text) == 0)
            return variable->text;
        if (variable->text)
            text_nearest_offer(&nearest, variable->name);
    }
    error = diag_error(loader->diag, DIAG_E0120, &key->pos, "'%s' is not an axis of the matrix",
                       text_show(loader->arena, key->text));
    diag_width(error, key->width);
    if (nearest.best)
        diag_label(error, "did you mean '%s'?", nearest.best);
    diag_note(error, NULL, "keys of 'when': kernel, rmm, timing, and the axes of the matrix");
    return NULL;
}

/* Whether a text is a value, or one of a list of values. */
static bool value_has(const struct node *node, const char *text)
{
    if (node->kind == NODE_SCALAR)
        return text_same_value(node->text, text);
    for (size_t i = 0; i < node->count; i++)
        if (node->items[i]->kind == NODE_SCALAR && text_same_value(node->items[i]->text, text))
            return true;
    return false;
}

static bool axis_holds(const struct loader *loader, const struct node *key, const struct node *node)
{
    const char *text = axis_value(loader, key);

    if (!text || node->bad)
        return false;
    if (node->kind == NODE_MAPPING)
        return good_child(node, "not") && !value_has(good_child(node, "not"), text);
    return value_has(node, text);
}

bool entry_holds(const struct loader *loader, const struct node *entry)
{
    const struct scn_machine *machine = &loader->scn->machine;
    const struct node *when = good_child(entry, "when");
    bool holds = true;

    if (!when)
        return true;
    for (size_t i = 0; i < when->count; i++) {
        const struct node *key = when->keys[i], *node = when->items[i];

        if (strcmp(key->text, "kernel") == 0)
            holds &= word_list_has(node, machine->kernel);
        else if (strcmp(key->text, "rmm") == 0)
            holds &= word_list_has(node, machine->rmm);
        else if (strcmp(key->text, "timing") == 0)
            holds &=
                word_list_has(node, timing_name(core_timing(machine->profile, machine->timing)));
        else if (node->row)
            holds &= axis_holds(loader, key, node);
    }
    return holds;
}

/* The reason of `xfail` or `skip` if it holds here; NULL. A list: of the first that does. */
static const char *reason_of(const struct loader *loader, const char *name)
{
    const struct node *list = good_child(loader->root, name);

    for (size_t i = 0; list && i < list->count; i++) {
        const struct node *entry = list->kind == NODE_SEQUENCE ? list->items[i] : list;

        if (!entry->bad && good_child(entry, "reason") && entry_holds(loader, entry))
            return good_child(entry, "reason")->text;
        if (list->kind == NODE_MAPPING)
            break;
    }
    return NULL;
}

void load_known(struct loader *loader)
{
    loader->scn->xfail = reason_of(loader, "xfail");
    loader->scn->skip = reason_of(loader, "skip");
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `host:`: the policy of a host that lies, as steps for kvm_model/hostile.h. */
#include <string.h>

#include "cpu/count.h"
#include "rmm_model/rmm.h"
#include "sim/scenario/loader.h"
#include "sim/scenario/text.h"

#define MOMENT(name) (1u << HOSTILE_##name)
#define ANY_MOMENT                                                                                 \
    (MOMENT(AT_EXIT) | MOMENT(ANY_EXIT) | MOMENT(AT_COMMAND) | MOMENT(DURING) | MOMENT(AT_END))
#define AN_EXIT (MOMENT(AT_EXIT) | MOMENT(ANY_EXIT))

/* --- addresses ---------------------------------------------------------------------------------
 */

static const struct {
    const char *name;
    enum hostile_base base;
} host_places[] = {
    {"rd", HOSTILE_RD},
    {"rec", HOSTILE_REC},
    {"run", HOSTILE_RUN},
    {"root", HOSTILE_ROOT},
    {"rd2", HOSTILE_RD2},
    {"rd2_rec", HOSTILE_RD2_REC},
    {"rd2_root", HOSTILE_RD2_ROOT},
};

/* Places with a number behind their name. */
static const struct {
    const char *prefix;
    enum hostile_base base;
    unsigned first, count;
} counted_places[] = {{"aux", HOSTILE_AUX, 0, RMI_MAX_REC_AUX},
                      {"page", HOSTILE_PAGE, 0, HOSTILE_PAGES},
                      {"rec", HOSTILE_SECOND, 2, HOSTILE_RECS}};

/* What is asked of the RMM's tables, by the IPA behind the prefix. */
static const struct {
    const char *prefix;
    enum hostile_base base;
} looked_up[] = {{"pa.", HOSTILE_PA_OF}, {"rtt.", HOSTILE_RTT_OF}};

static bool name_is(const char *text, size_t length, const char *name)
{
    return strlen(name) == length && strncmp(text, name, length) == 0;
}

/* A place of the host's named by the first length bytes of text. */
static bool host_place(const char *text, size_t length, struct hostile_address *address)
{
    for (size_t i = 0; i < COUNT(host_places); i++) {
        if (name_is(text, length, host_places[i].name)) {
            address->base = host_places[i].base;
            return true;
        }
    }
    for (size_t i = 0; i < COUNT(counted_places); i++) {
        size_t prefix = strlen(counted_places[i].prefix);
        uint64_t index;

        if (length > prefix && strncmp(text, counted_places[i].prefix, prefix) == 0 &&
            number_parse(text + prefix, length - prefix, &index) == NUMBER_OK &&
            index >= counted_places[i].first &&
            index - counted_places[i].first < counted_places[i].count) {
            address->base = counted_places[i].base;
            address->index = (unsigned)index - counted_places[i].first;
            return true;
        }
    }
    return false;
}

static uint64_t offset_behind(const char *text)
{
    uint64_t offset;

    text += strspn(text, " +");
    return number_parse(text, strlen(text), &offset) == NUMBER_OK ? offset : 0;
}

static bool load_address(struct loader *loader, const struct node *node,
                         struct hostile_address *address)
{
    size_t length;

    *address = (struct hostile_address){.base = HOSTILE_NUMBER};
    if (node->number) {
        address->offset = node->value;
        return true;
    }
    length = strcspn(node->text, "+ ");
    if (host_place(node->text, length, address)) {
        address->offset = offset_behind(node->text + length);
        return true;
    }
    for (size_t i = 0; i < COUNT(looked_up); i++) {
        size_t prefix = strlen(looked_up[i].prefix);
        struct node ipa = *node;

        if (strncmp(node->text, looked_up[i].prefix, prefix) != 0)
            continue;
        address->base = looked_up[i].base;
        ipa.text += prefix;
        ipa.pos.column += (unsigned)prefix;
        ipa.width -= (unsigned)prefix;
        return place_resolve(loader, &ipa, &address->offset);
    }
    return place_resolve(loader, node, &address->offset);
}

/* --- RmiRecEnter -------------------------------------------------------------------------------
 */

static void load_flags(const struct node *node, struct hostile_enter *enter)
{
    enter->has_flags = true;
    if (node->kind == NODE_SCALAR)
        enter->flags = node->value;
    for (size_t i = 0; i < node->count; i++)
        enter->flags |= node->items[i]->value;
}

/* {n: value}: each into values[n], its bit into the mask. */
static uint32_t load_numbered(const struct node *map, uint64_t *values)
{
    uint32_t mask = 0;

    for (size_t i = 0; map && i < map->count; i++) {
        uint64_t n;

        if (map->items[i]->bad || !map->items[i]->row ||
            number_parse(map->keys[i]->text, strlen(map->keys[i]->text), &n) != NUMBER_OK)
            continue;
        values[n] = map->items[i]->value;
        mask |= 1u << n;
    }
    return mask;
}

static void load_enter(const struct node *node, struct hostile_enter *enter)
{
    if (good_child(node, "flags"))
        load_flags(good_child(node, "flags"), enter);
    enter->has_hcr = good_child(node, "gicv3_hcr");
    enter->hcr = child_value(node, "gicv3_hcr");
    enter->gpr_mask = load_numbered(good_child(node, "gprs"), enter->gprs);
    enter->lr_mask = load_numbered(good_child(node, "gicv3_lrs"), enter->lrs);
}

/* ICH_LR<n>_EL2 (Arm GIC architecture specification, IHI 0069). */
static const struct field LR_VINTID = {0, 32};
static const struct field LR_PRIORITY = {48, 8};
static const struct field LR_GROUP = {60, 1};
static const struct field LR_HW = {61, 1};
static const struct field LR_STATE = {62, 2};
#define LR_STATE_PENDING 1

static void load_irq(const struct node *node, struct hostile_enter *enter)
{
    unsigned lr = (unsigned)child_value(node, "lr");

    enter->lr_mask = 1u << lr;
    enter->lrs[lr] = field_put(LR_VINTID, child_value(node, "intid")) |
                     field_put(LR_PRIORITY, child_value(node, "priority")) |
                     field_put(LR_GROUP, child_value(node, "group")) |
                     field_put(LR_HW, child_value(node, "hw")) |
                     field_put(LR_STATE, LR_STATE_PENDING);
}

/* --- actions -----------------------------------------------------------------------------------
 */

typedef void load_action_fn(struct loader *loader, const struct node *value,
                            const struct node *action, struct hostile_step *step);

static void load_enter_action(struct loader *loader, const struct node *value,
                              const struct node *action, struct hostile_step *step)
{
    (void)loader;
    (void)action;
    load_enter(value, &step->enter);
}

static void load_irq_action(struct loader *loader, const struct node *value,
                            const struct node *action, struct hostile_step *step)
{
    (void)loader;
    (void)action;
    load_irq(value, &step->enter);
}

/*
 * A word for a command must be one of the machine's RMM, or one of 1.0 that the host translates; a
 * number may be anything.
 */
static void require_command(struct loader *loader, const struct node *value, bool translates)
{
    const char *name = loader->scn->machine.rmm;
    const struct rmm_variant *rmm = name ? rmm_variant_find(name) : NULL;
    struct diag_error *error;

    if (!rmm || !value->word || rmi_command_name(rmm, value->value) ||
        (translates && rmi_command_name(rmm_variant_find("1.0"), value->value)))
        return;
    error = diag_error(loader->diag, DIAG_E0209, &value->pos, "the RMM %s has no command %s", name,
                       value->word);
    diag_width(error, value->width);
    diag_note(error, NULL, "with `rmm: ...` a step is for the RMMs that have it");
}

static void load_command(struct loader *loader, const struct node *value, const struct node *action,
                         struct hostile_step *step)
{
    const struct node *args = good_child(action, "args");

    require_command(loader, value, true);
    step->fid = (uint32_t)value->value;
    step->by_name = value->word != NULL;
    for (size_t i = 0; args && i < args->count; i++) {
        if (i == HOSTILE_MAX_ARGS) {
            diag_error(loader->diag, DIAG_E0105, &args->items[i]->pos,
                       "a command has at most %d arguments", HOSTILE_MAX_ARGS);
            return;
        }
        if (!args->items[i]->bad)
            (void)load_address(loader, args->items[i], &step->args[i]);
    }
}

static void load_place_action(struct loader *loader, const struct node *value,
                              const struct node *action, struct hostile_step *step)
{
    step->write = good_child(action, "write");
    step->number = child_value(action, "write");
    (void)load_address(loader, value, &step->args[0]);
}

static void load_number(struct loader *loader, const struct node *value, const struct node *action,
                        struct hostile_step *step)
{
    (void)loader;
    (void)action;
    step->number = value->value;
}

static void load_rec(struct loader *loader, const struct node *value, const struct node *action,
                     struct hostile_step *step)
{
    (void)loader;
    (void)action;
    step->runnable = child_value(value, "runnable");
    step->has_mpidr = good_child(value, "mpidr");
    step->mpidr = child_value(value, "mpidr");
    step->has_bad_aux = good_child(value, "bad_aux");
    step->bad_aux = (unsigned)child_value(value, "bad_aux");
}

/* A word that is true or false says that it is done at all. */
static void load_nothing(struct loader *loader, const struct node *value, const struct node *action,
                         struct hostile_step *step)
{
    (void)loader;
    (void)value;
    (void)action;
    (void)step;
}

static const struct action_row {
    load_action_fn *load;
    unsigned moments;  /* when it makes sense */
    const char *when;  /* the same in words */
    bool says_no;      /* the action is to leave something out: its value is false */
    const char *extra; /* a key beside it */
} action_rows[HOSTILE_ACTION_COUNT] = {
    [HOSTILE_SET_ENTER] = {load_enter_action, AN_EXIT | MOMENT(AT_END), "exit or end", false, NULL},
    [HOSTILE_ADVANCE_PC] = {load_nothing, AN_EXIT, "exit", true, NULL},
    [HOSTILE_RMI] = {load_command, ANY_MOMENT, "", false, "args"},
    [HOSTILE_REPLAY_EXIT] = {load_number, MOMENT(AT_EXIT), "exit: N", false, NULL},
    [HOSTILE_INJECT_IRQ] = {load_irq_action, AN_EXIT | MOMENT(AT_END), "exit or end", false, NULL},
    [HOSTILE_REMAP] = {load_place_action, ANY_MOMENT, "", false, NULL},
    [HOSTILE_UNDELEGATE] = {load_place_action, ANY_MOMENT, "", false, NULL},
    [HOSTILE_DESTROY_WHILE_RUNNING] = {load_nothing, MOMENT(DURING), "during", false, NULL},
    [HOSTILE_STALE_TLB] = {load_place_action, ANY_MOMENT, "", false, "write"},
    [HOSTILE_RACE] = {load_enter_action, MOMENT(DURING), "during", false, NULL},
    [HOSTILE_DROP_COMMAND] = {load_nothing, MOMENT(AT_COMMAND), "command", false, NULL},
    [HOSTILE_STARVE] = {load_nothing, AN_EXIT, "exit", false, NULL},
    [HOSTILE_SECOND_REC] = {load_rec, ANY_MOMENT & ~MOMENT(DURING), "exit, command or end", false,
                            NULL},
    [HOSTILE_SECOND_REALM] = {load_nothing, ANY_MOMENT & ~MOMENT(DURING), "exit, command or end",
                              false, NULL},
};

/* The one action of a `do`; HOSTILE_ACTION_COUNT after reporting. */
static enum hostile_action find_action(struct loader *loader, const struct node *node)
{
    enum hostile_action found = HOSTILE_ACTION_COUNT;

    for (unsigned action = 0; action < HOSTILE_ACTION_COUNT; action++) {
        const struct node *value = node_get(node, hostile_action_name(action));

        if (!value)
            continue;
        if (found != HOSTILE_ACTION_COUNT) {
            diag_error(loader->diag, DIAG_E0209, &value->pos,
                       "'do' has one action, here are '%s' and '%s'", hostile_action_name(found),
                       hostile_action_name(action));
            return HOSTILE_ACTION_COUNT;
        }
        found = action;
    }
    if (found == HOSTILE_ACTION_COUNT)
        diag_error(loader->diag, DIAG_E0103, &node->pos, "'do' has no action");
    return found;
}

static void load_do(struct loader *loader, const struct node *node, struct hostile_step *step)
{
    static const char *const extras[] = {"args", "write"};
    const struct action_row *row;
    const struct node *value;

    step->action = find_action(loader, node);
    if (step->action == HOSTILE_ACTION_COUNT)
        return;
    row = &action_rows[step->action];
    value = good_child(node, hostile_action_name(step->action));
    if (!value)
        return;
    for (size_t i = 0; i < COUNT(extras); i++) {
        const struct node *extra = node_get(node, extras[i]);

        if (extra && (!row->extra || strcmp(row->extra, extras[i]) != 0))
            diag_error(loader->diag, DIAG_E0209, &extra->pos, "'%s' does not go with '%s'",
                       extras[i], hostile_action_name(step->action));
    }
    if (value->row->type == SCHEMA_BOOL && value->value == row->says_no)
        diag_error(loader->diag, DIAG_E0209, &value->pos, "'%s' is done by writing %s",
                   hostile_action_name(step->action), row->says_no ? "false" : "true");
    row->load(loader, value, node, step);
    if (!(row->moments >> step->when.moment & 1))
        diag_error(loader->diag, DIAG_E0209, &value->pos, "'%s' needs a 'when' with %s",
                   hostile_action_name(step->action), row->when);
}

/* --- when --------------------------------------------------------------------------------------
 */

static bool load_when(struct loader *loader, const struct node *node, struct hostile_when *when)
{
    const struct node *exit = node_get(node, "exit"), *reason = node_get(node, "reason");
    const struct node *command = node_get(node, "command"), *during = node_get(node, "during");
    const struct node *end = node_get(node, "end");
    unsigned moments = ((exit || reason) && !command ? 1u : 0) + (command ? 1u : 0) +
                       (during ? 1u : 0) + (end ? 1u : 0);

    if (moments != 1) {
        diag_error(loader->diag, DIAG_E0209, &node->pos,
                   "'when' is exit, reason or both, or command (and exit), during, or end");
        return false;
    }
    *when = (struct hostile_when){.moment = HOSTILE_ANY_EXIT};
    if (exit && !exit->word) {
        when->moment = HOSTILE_AT_EXIT;
        when->number = exit->value;
    }
    if (reason) {
        when->has_reason = true;
        when->reason = (enum rmi_exit_reason)reason->value;
    }
    if (command) {
        when->has_number = when->moment == HOSTILE_AT_EXIT;
        when->moment = HOSTILE_AT_COMMAND;
        when->fid = (enum rmi_fid)command->value;
        require_command(loader, command, false);
    } else if (during) {
        when->moment = HOSTILE_DURING;
        when->number = during->value;
    } else if (end) {
        when->moment = HOSTILE_AT_END;
    }
    return true;
}

/* --- policies ----------------------------------------------------------------------------------
 */

/* At least one value must be expected of a step, and be it that it is taken. */
static void load_expectations(struct loader *loader, const struct node *entry, size_t number,
                              size_t *capacity)
{
    static const struct {
        const char *key, *part;
    } parts[] = {{"expect", "answer"}, {"expect_enter", "enter"}};
    struct scn_expect *expect = &loader->scn->expect;
    size_t before = expect->host_count;

    for (size_t i = 0; i < COUNT(parts); i++) {
        const struct node *node = good_child(entry, parts[i].key);
        const char *prefix = arena_printf(loader->arena, "host.%zu.%s", number, parts[i].part);
        bool list = node && node->kind == NODE_SEQUENCE;

        for (size_t n = 0; node && n < (list ? node->count : 1); n++) {
            const struct node *answer = list ? node->items[n] : node;

            if (!answer->bad && entry_holds(loader, answer))
                load_expected_below(loader, answer, prefix, &expect->host, &expect->host_count,
                                    capacity);
        }
    }
    if (expect->host_count > before)
        return;
    expect->host = arena_grow(loader->arena, expect->host, expect->host_count, capacity,
                              sizeof(expect->host[0]));
    expect->host[expect->host_count++] =
        (struct expect_item){entry->pos,
                             arena_printf(loader->arena, "host.%zu.times", number),
                             {.op = MATCH_RANGE, .value = 1, .value2 = UINT64_MAX}};
}

static void load_step(struct loader *loader, const struct node *entry, struct hostile_step *step)
{
    const struct node *when = good_child(entry, "when"), *act = good_child(entry, "do");
    const struct node *hostile = good_child(entry, "hostile");

    if (hostile && !hostile->value)
        diag_error(loader->diag, DIAG_E0209, &hostile->pos,
                   "every step of a policy is hostile: write true");
    step->retry = child_value(entry, "retry");
    if (when && act && load_when(loader, when, &step->when))
        load_do(loader, act, step);
}

static void load_policy(struct loader *loader, const struct node *list, bool selected)
{
    struct scn_host *host = &loader->scn->host;
    struct hostile_step *steps = arena_array(loader->arena, list->count, sizeof(*steps));
    size_t capacity = 0, count = 0;

    for (size_t i = 0; i < list->count; i++) {
        const struct node *entry = list->items[i];

        if (entry->bad || !word_list_has(good_child(entry, "rmm"), loader->scn->machine.rmm))
            continue;
        load_step(loader, entry, &steps[count++]);
        if (selected)
            load_expectations(loader, entry, count, &capacity);
    }
    if (!selected)
        return;
    host->steps = steps;
    host->step_count = count;
}

static void unknown_policy(struct loader *loader, const struct node *select,
                           const struct node *policies)
{
    struct text_nearest nearest = {.wanted = select->text};
    struct diag_error *error =
        diag_error(loader->diag, DIAG_E0206, &select->pos, "'%s' is not the name of a policy",
                   text_show(loader->arena, select->text));

    diag_width(error, select->width);
    for (size_t i = 0; policies && i < policies->count; i++)
        text_nearest_offer(&nearest, policies->keys[i]->text);
    if (nearest.best)
        diag_label(error, "did you mean '%s'?", nearest.best);
}

void load_host(struct loader *loader)
{
    const struct node *node = good_child(loader->root, "host"), *single, *policies, *select;

    if (!node)
        return;
    if (loader->scn->machine.world != SCN_WORLD_CCA)
        realm_only(loader, &node->pos, "an RMM that 'host' can lie to");
    single = good_child(node, "policy");
    policies = good_child(node, "policies");
    select = good_child(node, "select");
    if (!single == !policies || !policies != !select) {
        diag_error(loader->diag, DIAG_E0209, &node->pos,
                   "'host' has either 'policy', or 'policies' and 'select'");
        return;
    }
    loader->scn->host.policy = select ? select->text : "policy";
    if (single) {
        load_policy(loader, single, true);
        return;
    }
    if (!node_get(policies, select->text))
        unknown_policy(loader, select, policies);
    for (size_t i = 0; i < policies->count; i++) {
        if (policies->items[i]->row && !policies->items[i]->bad)
            load_policy(loader, policies->items[i],
                        strcmp(policies->keys[i]->text, select->text) == 0);
    }
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A scenario that is valid, but hardly what its author means. */
#include <inttypes.h>
#include <string.h>

#include "sim/scenario/loader.h"
#include "sim/scenario/text.h"

/* --- a realm's devices ------------------------------------------------------------------------ */

/* A scenario about the abort says so. */
static bool expects_injection(const struct scenario *scn)
{
    for (size_t i = 0; i < scn->expect.trap_count; i++) {
        const struct expect_trap *trap = &scn->expect.traps[i];

        for (size_t n = 0; n < trap->item_count; n++)
            if (strncmp(trap->items[n].path, "injection", strlen("injection")) == 0 &&
                trap->items[n].want.op != MATCH_ABSENT)
                return true;
    }
    return false;
}

/*
 * What of a realm's protected half is not mapped faults to the RMM, which injects the abort itself
 * (RMM specification, "Data Abort taken from a Realm": only an Unprotected IPA is for the host).
 */
static void warn_of_protected_devices(struct loader *loader)
{
    const struct node *devices = good_child(loader->root, "devices");
    const struct scn_machine *machine = &loader->scn->machine;
    uint64_t half;

    if (!devices || machine->world != SCN_WORLD_CCA || !machine->ipa_bits ||
        expects_injection(loader->scn))
        return;
    half = (uint64_t)1 << (machine->ipa_bits - 1);
    for (size_t i = 0; i < devices->count; i++) {
        const struct node *ipa = good_child(devices->items[i], "ipa");
        const struct node *name = good_child(devices->items[i], "name");
        struct diag_error *warning;

        if (!ipa || !name || ipa->value >= half)
            continue;
        warning = diag_error(loader->diag, DIAG_W0401, &ipa->pos,
                             "device '%s' is in the protected half of the realm's address space: "
                             "the host never hears of an access",
                             name->text);
        diag_width(warning, ipa->width);
        diag_label(warning, "the unprotected half has it at 0x%" PRIx64, ipa->value + half);
        diag_note(warning, NULL,
                  "the RMM injects an external abort; with ipa_bits %u the unprotected half begins "
                  "at 0x%" PRIx64,
                  machine->ipa_bits, half);
    }
}

/* --- moments beyond the limits ---------------------------------------------------------------- */

/* last: the greatest number that comes under that limit. */
static void warn_beyond(struct loader *loader, const struct node *number, uint64_t limit,
                        uint64_t last, const char *what, const char *limit_name)
{
    struct diag_error *warning;

    if (!number || !limit || number->value <= last)
        return;
    warning = diag_error(loader->diag, DIAG_W0402, &number->pos,
                         "%s %" PRIu64 " never comes: limits.%s ends the run at %" PRIu64, what,
                         number->value, limit_name, limit);
    diag_width(warning, number->width);
}

/* Each list and, in one of its entries, the number of a moment. */
static const struct {
    const char *list, *when, *key; /* when NULL: the entry itself has the key */
    const char *what;
    bool cycles; /* limited by cycles, else by exits */
} moments[] = {
    {"stimulus", "at", "cycle", "cycle", true},
    {"stimulus", "at", "trap", "trap", false},
    {"vmm", "when", "exit", "exit", false},
    {"host_events", NULL, "fault", "fault", false},
};

static void warn_of_late_moments(struct loader *loader)
{
    const struct scn_limits *limits = &loader->scn->limits;

    for (size_t m = 0; m < sizeof(moments) / sizeof(moments[0]); m++) {
        const struct node *list = good_child(loader->root, moments[m].list);
        uint64_t limit = moments[m].cycles ? limits->cycles : limits->exits;

        for (size_t i = 0; list && i < list->count; i++) {
            const struct node *entry = list->items[i];

            if (moments[m].when)
                entry = good_child(entry, moments[m].when);
            if (entry)
                warn_beyond(loader, good_child(entry, moments[m].key), limit, limit,
                            moments[m].what, moments[m].cycles ? "cycles" : "exits");
        }
    }
}

/* --- steps of a host that lies ---------------------------------------------------------------- */

static void warn_of_late_steps(struct loader *loader)
{
    const struct node *host = good_child(loader->root, "host");
    const struct node *select = host ? good_child(host, "select") : NULL;
    const struct node *policies = host ? good_child(host, "policies") : NULL;
    const struct node *policy = !host                ? NULL
                                : select && policies ? good_child(policies, select->text)
                                                     : good_child(host, "policy");
    uint64_t limit = loader->scn->limits.exits;

    for (size_t i = 0; policy && limit && i < policy->count; i++) {
        const struct node *when = good_child(policy->items[i], "when"), *exit;

        if (!when)
            continue;
        exit = good_child(when, "exit");
        if (exit && !exit->word) /* `any` has no number */
            warn_beyond(loader, exit, limit, limit, "exit", "exits");
        /* the entry of this number follows one exit less */
        warn_beyond(loader, good_child(when, "during"), limit, limit + 1, "RMI_REC_ENTER", "exits");
    }
}

/* --- expected numbers beyond them ------------------------------------------------------------- */

/* The least value that meets the condition; 0 where that is not clear at once. */
static uint64_t least(const struct match_value *want)
{
    return want->op == MATCH_EQ || want->op == MATCH_RANGE ? want->value : 0;
}

static void warn_of_high_counts(struct loader *loader)
{
    const struct scn_expect *expect = &loader->scn->expect;
    uint64_t limit = loader->scn->limits.exits;

    for (size_t i = 0; limit && i < expect->exit_count; i++) {
        const struct expect_item *item = &expect->exits[i];

        /* the one too many is counted as well */
        if (!item->want.is_text && least(&item->want) > limit + 1)
            diag_error(loader->diag, DIAG_W0402, &item->pos,
                       "%" PRIu64 " exits are never reached: limits.exits ends the run at %" PRIu64,
                       least(&item->want), limit);
    }
}

/* Whether KVM must have seen the trap; of others the RMM or EL1 may have taken care. */
static bool needs_exit(const struct expect_trap *trap)
{
    static const char *const of_kvm[] = {"exit.", "host_sees.", "io_mem_abort.", "device."};

    for (size_t i = 0; i < trap->item_count; i++)
        for (size_t k = 0; k < sizeof(of_kvm) / sizeof(of_kvm[0]); k++)
            if (strncmp(trap->items[i].path, of_kvm[k], strlen(of_kvm[k])) == 0 &&
                trap->items[i].want.op != MATCH_ABSENT)
                return true;
    return false;
}

/* A list of traps is in order: each is another exit. */
static void warn_of_long_lists(struct loader *loader)
{
    const struct scn_expect *expect = &loader->scn->expect;
    uint64_t limit = loader->scn->limits.exits, exits = 0;

    for (size_t i = 0; limit && i < expect->trap_count; i++) {
        const struct expect_trap *trap = &expect->traps[i];

        exits = (trap->begins ? 0 : exits) + needs_exit(trap);
        if (exits == limit + 2 && needs_exit(trap)) /* told once a list */
            diag_error(loader->diag, DIAG_W0402, &trap->pos,
                       "this trap is exit %" PRIu64
                       " at the earliest, which never comes: limits.exits ends the run at %" PRIu64,
                       exits, limit);
    }
}

/* --- texts that are cut off ------------------------------------------------------------------- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Where the character at pos stands in the text; NULL if nowhere. */
static const char *text_at(const struct source *source, const struct source_pos *pos)
{
    const char *at = source->text, *end = at + source->length;

    for (unsigned line = 1; at && line < pos->line; line++) {
        at = memchr(at, '\n', (size_t)(end - at));
        at += at != NULL;
    }
    for (unsigned column = 1; at && column < pos->column; column++) {
        size_t step = utf8_sequence((const unsigned char *)at, (size_t)(end - at));

        at = step ? at + step : NULL;
    }
    return at;
}

/* What follows a plain scalar, which says the same here but for its blanks; NULL if it does not. */
static const char *behind(const char *at, const char *end, const char *text)
{
    for (; *text; text++) {
        if (is_blank(*text))
            continue;
        while (at < end && is_blank(*at))
            at++;
        if (at == end || *at++ != *text)
            return NULL;
    }
    return at;
}

/*
 * ` #` begins a comment also within a sentence: `about: HVC #0 ends it`. No comment that is meant
 * has a digit behind the #.
 */
static void warn_of_cut_text(struct loader *loader, const char *key)
{
    const struct node *node = good_child(loader->root, key);
    const struct source *source;
    const char *at, *end;

    if (!node || node->kind != NODE_SCALAR || !node->plain || !node->pos.file ||
        !(source = diag_source(loader->diag, node->pos.file)))
        return;
    end = source->text + source->length;
    at = text_at(source, &node->pos);
    at = at ? behind(at, end, node->text) : NULL;
    if (!at || at == end || !(*at == ' ' || *at == '\t'))
        return;
    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    if (end - at < 2 || *at != '#' || at[1] < '0' || at[1] > '9')
        return;
    struct diag_error *warning = diag_error(loader->diag, DIAG_W0403, &node->pos,
                                            "'%s' ends before the #, where a comment begins", key);
    diag_width(warning, node->width);
    diag_label(warning, "in quotes, or after >, all of it counts");
}

void load_warnings(struct loader *loader)
{
    if (diag_count(loader->diag))
        return; /* what is wrong comes first */
    warn_of_protected_devices(loader);
    warn_of_late_moments(loader);
    warn_of_late_steps(loader);
    warn_of_high_counts(loader);
    warn_of_long_lists(loader);
    warn_of_cut_text(loader, "about");
}

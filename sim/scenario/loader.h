/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files that turn a checked tree into a struct scenario. */
#ifndef SIM_SCENARIO_LOADER_H
#define SIM_SCENARIO_LOADER_H

#include "sim/scenario/expr.h"
#include "sim/scenario/schema.h"

enum place_kind { PLACE_MEMORY, PLACE_DEVICE, PLACE_LABEL };

/* Something a name stands for. */
struct place {
    const char *name;
    enum place_kind kind;
    uint64_t address;
    bool bad; /* its address was wrong: what uses it is not worth a message */
};

struct loader {
    struct arena *arena;
    struct diag *diag;
    const struct node *root;
    struct variables vars;
    struct scenario *scn;
    enum code_cache_use code_cache;
    /* instead of the file's; NULL: as the file says */
    const char *kernel, *rmm, *profile, *timing;
    struct arena *lasting; /* lives as long as diag: sources of messages */
    bool no_assembler;     /* the only thing missing is an assembler */

    struct place *places;
    size_t place_count, place_capacity;
    bool labels_unknown; /* the code was not loaded: a name may be one of its labels */
};

/* The value of a key, unless it is absent or was found bad. */
struct node *good_child(const struct node *mapping, const char *key);
/* "size" of a mapping as a number, 0 when it is absent or bad. */
uint64_t child_value(const struct node *mapping, const char *key);

/* --- names (places.c) --- */

void place_add(struct loader *loader, const char *name, enum place_kind kind, uint64_t address,
               bool bad);
const struct place *place_find(const struct loader *loader, const char *name);
/* Of one kind, by exact name; with did-you-mean. Reports E0206 at node. NULL after that. */
const struct place *place_require(struct loader *loader, const struct node *node, const char *name,
                                  enum place_kind kind);
/* The address of a good SCHEMA_ADDRESS node; false after reporting an unknown name. */
bool place_resolve(struct loader *loader, const struct node *node, uint64_t *address);
/* Whether the node is a name that is not known (yet): a label of code not loaded so far. */
bool place_is_unknown(const struct loader *loader, const struct node *node);

/* --- the parts --- */

/* scenario.c: all of them, from a tree without variables, into loader->scn. */
void load_scenario(struct loader *loader, struct node *root);

void load_machine(struct loader *loader);     /* load_machine.c */
void load_memory(struct loader *loader);      /* load_memory.c, load_devices.c */
void load_page_tables(struct loader *loader); /* load_stage1.c */
void load_code(struct loader *loader);        /* load_code.c: code, labels, entry */
void load_guest(struct loader *loader);       /* load_guest.c: registers, limits */
void load_host(struct loader *loader);        /* load_host.c: before load_expect */
void load_vmm(struct loader *loader);         /* load_vmm.c: vmm and kvm, before load_expect */
void load_stimulus(struct loader *loader);    /* load_stimulus.c */
void load_expect(struct loader *loader);      /* load_expect.c */
void load_stage2(struct loader *loader);      /* load_stage2.c: after load_code */

/* --- memory and stage 2 (load_stage2.c), for the parts above --- */

/* False after reporting that a realm has not got it. */
bool plain_vm_only(struct loader *loader, const struct node *node, const char *what);
void load_raw(struct loader *loader); /* load_raw.c */
void load_features(struct loader *loader, const struct node *machine);
void load_backing(struct loader *loader, const struct node *node, struct scn_memory *memory);
void load_expected_stage2(struct loader *loader, const struct node *expect);
void load_expected_walks(struct loader *loader, const struct node *list, struct expect_trap *trap);

/* load_machine.c: reports that a plain VM has no such thing, and which world was chosen, or by
 * default. */
struct diag_error *realm_only(struct loader *loader, const struct source_pos *pos,
                              const char *what);

/* load_guest.c: false after reporting that the machine has no such vCPU. */
bool vcpu_exists(struct loader *loader, const struct node *node, uint64_t vcpu);

/*
 * Appends the expected values below a mapping, their paths behind prefix and a dot, to *items,
 * which has *count of *capacity.
 */
void load_expected_below(struct loader *loader, const struct node *mapping, const char *prefix,
                         struct expect_item **items, size_t *count, size_t *capacity);

/* --- load_when.c --- */

/* xfail and skip; after load_machine. */
void load_known(struct loader *loader);
/* Whether a word, or a list of them, has that one; an absent list has all. */
bool word_list_has(const struct node *list, const char *word);

/* Whether the `when` of an entry of expectations, if it has one, is true of the machine and cell.
 */
bool entry_holds(const struct loader *loader, const struct node *entry);

/*
 * The condition of a good SCHEMA_TEXT | SCHEMA_OR_INT node, on texts or, with names for addresses
 * and truth values, on numbers; false after reporting.
 */
bool load_expected_value(struct loader *loader, const struct node *node, bool text,
                         struct match_value *want);
/* load_observe.c: events, never, memory and cycles of an entry of expect. */
void load_expected_run(struct loader *loader, const struct node *entry);
void load_golden(struct loader *loader); /* load_observe.c */

/* load_warnings.c: after all others; nothing where there are errors. */
void load_warnings(struct loader *loader);

/* Where stage 1 takes a virtual address; false if nowhere. *room: bytes up to the mapping's end. */
bool guest_translate(const struct loader *loader, uint64_t va, uint64_t *ipa, uint64_t *room);
/* The memory that holds ipa, or NULL. */
const struct scn_memory *memory_at(const struct loader *loader, uint64_t ipa);

#endif

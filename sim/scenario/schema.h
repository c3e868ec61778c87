/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Version 1 of the scenario format as one table. The loader's checks and defaults, the messages
 * about unknown keys and wrong types, and the JSON Schema all come from its rows.
 */
#ifndef SIM_SCENARIO_SCHEMA_H
#define SIM_SCENARIO_SCHEMA_H

#include "sim/scenario/yaml_tree.h"

#define SCHEMA_VERSION 1

enum schema_type {
    SCHEMA_MAP,     /* .map describes its keys */
    SCHEMA_INT,     /* .min..max */
    SCHEMA_ADDRESS, /* an integer, a name, or name+offset; .words may stand for one too */
    SCHEMA_WORD,    /* one of .words */
    SCHEMA_BOOL,    /* true or false */
    SCHEMA_TEXT,    /* any text */
    SCHEMA_NAME,    /* an identifier */
    SCHEMA_EXPR,    /* an integer expression */
    SCHEMA_FREE,    /* whatever */
};

enum {
    SCHEMA_REQUIRED = 1 << 0,
    SCHEMA_LIST = 1 << 1,      /* a list of the type */
    SCHEMA_NONEMPTY = 1 << 2,  /* ... with at least one element */
    SCHEMA_OR_ITEM = 1 << 3,   /* ... or a single text */
    SCHEMA_FILL = 1 << 4,      /* a map that is absent counts as empty: its defaults hold */
    SCHEMA_MATCH = 1 << 5,     /* an expected value: conditions are allowed */
    SCHEMA_UNCHANGED = 1 << 6, /* ... `unchanged` too */
    SCHEMA_OR_ABSENT = 1 << 7, /* a map: `null` and `any` too */
    SCHEMA_OR_INT = 1 << 8,    /* a word: an integer within .min...max too */
    SCHEMA_OR_MAP = 1 << 9,    /* an integer: .map too */
    SCHEMA_PAGES = 1 << 10,    /* a multiple of 4K */
    SCHEMA_NONZERO = 1 << 11,
    SCHEMA_OR_MAPS = 1 << 13,     /* a map: a list of such maps too */
    SCHEMA_INHERITED = 1 << 14,   /* it may stand in a suite.yaml: an editor does not miss it */
    SCHEMA_UNSUPPORTED = 1 << 12, /* of the format, but not of this version of the tool */
};

struct schema_word {
    const char *name; /* NULL in an enumeration: no word at that index */
    uint64_t value;   /* words of the same value are spellings; the first one is canonical */
};

struct schema_words {
    const char *what; /* "an exception class" */
    const struct schema_word *list;
    size_t count;
    bool (*nth)(size_t index, struct schema_word *word); /* more of them; false after the last */
};

/* Keys that a map may have beside its rows. */
struct schema_pattern {
    const char *regex; /* POSIX extended and ECMAScript alike */
    const char *what;
};

struct schema_map {
    const struct schema_key *keys;
    size_t count;
    const struct schema_pattern *any_key; /* NULL: only the rows (and x-*) */
    const struct schema_key *any;
    const struct schema_words *any_words; /* any_key must be one of these */
};

struct schema_key {
    const char *name;
    enum schema_type type;
    unsigned flags;
    unsigned since; /* version of the format; 0 is 1 */
    const char *fallback;
    const struct schema_map *map;
    const struct schema_words *words;
    uint64_t min, max; /* max 0: no bound */
    const char *path;  /* of an expected value, when it is not the name */
    const char *doc;
};

extern const struct schema_map schema_root;
/* `host` (schema_host.c), and of that what may be expected of a command. */
extern const struct schema_map schema_host, schema_answer;

/* An entry of `devices`, one of `vmm`, and `kvm`; the KVM_EXIT_ names (schema_vmm.c). */
extern const struct schema_map schema_device, schema_vmm_step, schema_kvm;
extern const struct schema_words schema_exit_names;
/* What a device of that enum scn_device_type is. */
const char *schema_device_doc(uint64_t type);
/* `when` of an entry of `expect`. */
extern const struct schema_map schema_expect_when;
/* What machine.rmm may be. */
extern const struct schema_words schema_rmm_names;
/* What machine.kernel or machine.rmm may be; NULL for another key. */
const struct schema_words *schema_machine_words(const char *key);

/* `stimulus` (schema_stimulus.c). */
extern const struct schema_map schema_stimulus;

/* The words of a condition: {min:, max:}, {in: []}, {not: }. */
extern const struct schema_map schema_condition;

/* The word at index: list first, then nth. false after the last one. */
bool schema_word_at(const struct schema_words *words, size_t index, struct schema_word *word);
/* Finds a word; NULL or its canonical spelling. Case counts. */
const char *schema_word_find(const struct schema_words *words, const char *text, uint64_t *value);

struct schema_check {
    struct arena *arena;
    struct diag *diag;
    bool partial; /* what is missing may stand in another file */
};

/* What the type of row is, for messages: "an integer", "a list of mappings", ... */
const char *schema_expected(struct arena *arena, const struct schema_key *row);

/*
 * Checks root against the table: keys, types, words, ranges. Fills in defaults; sets row, value and
 * word of good nodes and bad of those it has reported.
 */
void schema_check(const struct schema_check *check, struct node *root);

/* How a scalar stands for a condition on an expected value, or NOT_SPECIAL. */
enum schema_special { NOT_SPECIAL, SPECIAL_ANY, SPECIAL_ABSENT, SPECIAL_UNCHANGED };
enum schema_special schema_special(const struct node *node);

#endif

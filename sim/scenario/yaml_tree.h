/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A YAML file as a tree whose every node knows its place, built from libyaml's events under limits.
 * Aliases are copies of what they name, so a node has one parent. Duplicate keys, tags, merge keys
 * and further documents are errors. Scalars stay text; the schema decides what they mean.
 */
#ifndef SIM_SCENARIO_YAML_TREE_H
#define SIM_SCENARIO_YAML_TREE_H

#include "sim/scenario/diag.h"

#define YAML_MAX_BYTES ((size_t)1 << 20) /* of one file */
#define YAML_MAX_DEPTH 32
#define YAML_MAX_NODES 50000 /* of a scenario, its includes and its expanded aliases together */
#define YAML_MAX_KEYS 4096   /* of one mapping */
#define YAML_MAX_ANCHORS 256 /* of one file */
#define YAML_MAX_INCLUDE_DEPTH 8
#define YAML_MAX_FILES 64
#define SUITE_FILE "suite.yaml"
#define SUITE_MAX_UP 32 /* folders above the scenario's that are looked into */

enum node_kind { NODE_SCALAR, NODE_SEQUENCE, NODE_MAPPING };

struct schema_key;

struct node {
    enum node_kind kind;
    bool plain;       /* a scalar without quotes */
    bool literal;     /* a block scalar `|`: its text starts on the line after pos */
    bool bad;         /* what is wrong with it has been reported */
    bool synthetic;   /* a default that the schema check filled in */
    bool substituted; /* its text came from variables or axes, in part or as a whole */
    struct source_pos pos;
    unsigned width; /* columns of its first line */

    const char *text; /* scalar, terminated; it holds no NUL */

    struct node **items; /* elements, or the values of keys */
    struct node **keys;  /* mapping only: scalars */
    size_t count, capacity, key_capacity;

    /* set by the schema check */
    const struct schema_key *row;
    bool number;      /* of an address: value is it, no name is to be resolved */
    uint64_t value;   /* a number, a truth value, the value of a word */
    const char *word; /* canonical spelling of a word */
};

struct yaml_limits {
    size_t nodes; /* used so far */
    size_t files;
};

/* The value of a key of a mapping, or NULL. */
struct node *node_get(const struct node *mapping, const char *key);
/* Appends; key is NULL for a sequence. */
void node_append(struct arena *arena, struct node *parent, struct node *key, struct node *item);
/* A scalar, mapping or sequence that no file holds, at pos. */
struct node *node_new(struct arena *arena, enum node_kind kind, const struct source_pos *pos);
/* "a list", "a mapping", "the text 'x'", for messages. */
const char *node_describe(struct arena *arena, const struct node *node);

/* Keys of over win over those of base (NULL: none); mappings on both sides merge. */
struct node *node_merge(struct arena *arena, struct node *base, struct node *over);

/* The tree of a registered source, or of some lines of one; NULL after reporting what is wrong with
 * it. */
struct node *yaml_parse(struct arena *arena, struct diag *diag, const struct source *source,
                        struct yaml_limits *limits);

/*
 * Reads path, follows `include` and merges: maps deeply, what comes later wins, lists are replaced.
 * NULL after reporting.
 */
struct node *yaml_load(struct arena *arena, struct diag *diag, const char *path);

/*
 * The same of a scenario, over what it inherits: `suite.yaml` of its folder and of those above it,
 * up to one with `.git` or `sim.yaml` in it, the nearer one winning. A `suite.yaml` with a key
 * `sim` is a scenario, and none of these.
 */
struct node *yaml_load_scenario(struct arena *arena, struct diag *diag, const char *path);
/* Whether there is anything that the scenario at path inherits. */
bool scenario_inherits(const char *path);

#endif

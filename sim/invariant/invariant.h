/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a realm is promised, checked on every run by an observer that shares no code with the RMM
 * model. It stands at the three places where a real machine could be probed: between the host and
 * EL3 (each SMC and the pages it names), between the RMM and the realm (the PE's registers when
 * the realm stops and when it goes on), and at the memory bus (each access with its PAS, each
 * change of the GPT). From the first two it keeps a shadow of each REC and says what an entry may
 * change and what an exit may show; the rules are restated from the RMM specification, not called
 * from rmm_model/, since a mask that checks itself proves nothing.
 */
#ifndef SIM_INVARIANT_INVARIANT_H
#define SIM_INVARIANT_INVARIANT_H

#include "cpu/physmem.h"
#include "cpu/smc.h"
#include "rmm_model/rmm.h"

/* X(enumerator, name, what is promised, where it is written). */
#define INVARIANT_TABLE(X)                                                                         \
    X(EXIT_UNUSED, exit_unused, "what an exit does not tell is zero in the page",                  \
      "RMM 1.0 A4.3, RmiRecExit")                                                                  \
    X(EXIT_VALUE, exit_value, "what an exit tells is the truth under the mask of its kind",        \
      "RMM 1.0 A4.3, RmiRecExit")                                                                  \
    X(EXIT_KIND, exit_kind, "the host hears only of exceptions that are its affair",               \
      "RMM 1.0 A4.3, REC exit reasons")                                                            \
    X(REGISTERS, registers, "a realm finds its registers as it left them, but for the answer",     \
      "RMM 1.0 A4.2, REC entry")                                                                   \
    X(CONTROLS, controls, "a realm runs under its own stage 2 and the RMM's traps",                \
      "RMM 1.0 A4.2, REC entry")                                                                   \
    X(ENTRY, entry, "an entry or answer that nothing asked for is refused",                        \
      "RMM 1.0 B4.3, RMI_REC_ENTER failure conditions")                                            \
    X(WORLD, world, "an access from the wrong world is a granule protection fault",                \
      "Arm ARM D9.2, granule protection checks")                                                   \
    X(SCRUBBED, scrubbed, "a granule that leaves the Realm world is zero",                         \
      "RMM 1.0 A2.2, granule wiping")                                                              \
    X(GRANULE_USE, granule_use, "a granule has one use, and leaves it before the next",            \
      "RMM 1.0 A2.2, granule states")                                                              \
    X(MEMORY, memory, "memory of a realm changes by the realm or at its request",                  \
      "RMM 1.0 A2.3, Realm memory")

enum invariant_id {
#define X(id, name, doc, source) INVARIANT_##id,
    INVARIANT_TABLE(X)
#undef X
        INVARIANT_COUNT
};

struct invariant_desc {
    const char *name, *doc, *source;
};
extern const struct invariant_desc invariant_table[INVARIANT_COUNT];

struct invariant_counts {
    uint64_t commands;       /* RMI commands that passed */
    uint64_t entries, exits; /* REC_ENTERs that succeeded; realm stops that were looked at */
    uint64_t faults;         /* granule protection faults: refused accesses */
};

struct invariants;

struct invariants_config {
    struct physmem *mem;
    const char *rmm;       /* the profile whose rules hold: "eac", "1.0", "2.0" */
    struct smc_port host;  /* where the Normal world's SMCs go: EL3 */
    struct realm_port run; /* how a realm runs; run NULL: cpu_run */
};

/*
 * The observer of a machine with one RMM, from before its first RMI command. Watches mem until it
 * is freed. NULL when memory is short or the profile is not known. The config's pointers must
 * outlive it.
 */
struct invariants *invariants_new(const struct invariants_config *config);
void invariants_free(struct invariants *inv);

/* What the host calls instead of EL3, and what the RMM gets as its realm_port. */
struct smc_port invariants_port(struct invariants *inv);
struct realm_port invariants_realm_port(struct invariants *inv);

/*
 * The first violation, as text for a user (which invariant, register or field, values, source), or
 * NULL. Later ones are not kept: after the first nothing can be relied on.
 */
const char *invariants_violation(const struct invariants *inv);
/* Which one; only when there is a violation. */
enum invariant_id invariants_violated(const struct invariants *inv);
const struct invariant_counts *invariants_counts(const struct invariants *inv);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages about a scenario: collected while it is read and checked, printed together, in the order
 * of their places, when that is over. The first line of each is what editors and CI already read:
 * `file:line:column: error[E0107]: text`. A warning (W0401) leaves the scenario valid: it is about
 * one that does what it says, which is hardly what is meant.
 */
#ifndef SIM_SCENARIO_DIAG_H
#define SIM_SCENARIO_DIAG_H

#include <stdbool.h>

#include "sim/scenario/arena.h"
#include "sim/scenario/scenario.h"

#define DIAG_MAX_ERRORS 20 /* of either level printed in one run; the rest is only counted */

/* Codes are stable: never renumbered, never reused; W are warnings. X(code, what it means) */
#define DIAG_CODES(X)                                                                              \
    X(E0001, "the file cannot be read")                                                            \
    X(E0002, "the file is too large")                                                              \
    X(E0003, "the file is not UTF-8 text")                                                         \
    X(E0004, "the file is not YAML")                                                               \
    X(E0005, "the file holds no scenario")                                                         \
    X(E0006, "the file is beyond a limit on nesting, nodes, keys or aliases")                      \
    X(E0007, "an included file cannot be read")                                                    \
    X(E0008, "files include each other in a loop, or too deeply")                                  \
    X(E0009, "YAML that scenarios do not use: tags, merge keys, several documents")                \
    X(E0101, "a key stands twice in one mapping")                                                  \
    X(E0102, "a value has the wrong type")                                                         \
    X(E0103, "a mandatory key is missing")                                                         \
    X(E0104, "a number cannot be read")                                                            \
    X(E0105, "a number is out of its range")                                                       \
    X(E0106, "a word is none of those allowed here")                                               \
    X(E0107, "a key is not known here")                                                            \
    X(E0108, "a key is known but not supported by this version")                                   \
    X(E0109, "the schema version is not known")                                                    \
    X(E0110, "an expression or a variable is wrong")                                               \
    X(E0111, "a name is not an identifier")                                                        \
    X(E0112, "a condition on an expected value is wrong")                                          \
    X(E0120, "the matrix is wrong")                                                                \
    X(E0121, "a cell of the matrix must be chosen, or there is no such cell")                      \
    X(E0122, "a golden trace cannot be kept there")                                                \
    X(E0123, "the file of cases, or a case in it, is wrong")                                       \
    X(E0201, "two address ranges overlap")                                                         \
    X(E0202, "a name is used twice")                                                               \
    X(E0203, "an address or a size is not aligned")                                                \
    X(E0204, "a size is zero")                                                                     \
    X(E0205, "an address range ends beyond the address space")                                     \
    X(E0206, "a name stands for no address")                                                       \
    X(E0207, "too much memory in all")                                                             \
    X(E0208, "an address is not in memory the guest can use")                                      \
    X(E0209, "two choices contradict each other")                                                  \
    X(E0210, "a realm's memory is not in the protected half of its address space")                 \
    X(E0211, "a device cannot be set up like this")                                                \
    X(E0212, "there is no such vCPU")                                                              \
    X(E0220, "memory, its host or page tables cannot be set up like this")                         \
    X(E0230, "a cost profile is wrong")                                                            \
    X(E0231, "there is no such cost profile")                                                      \
    X(E0232, "a table of published measurements is wrong")                                         \
    X(E0301, "the assembler rejects the code")                                                     \
    X(E0302, "the cached code does not belong to this source")                                     \
    X(E0303, "the cached code cannot be read")                                                     \
    X(E0304, "the ELF file cannot be loaded")                                                      \
    X(E0305, "the hexadecimal code cannot be read")                                                \
    X(E0306, "there is neither an assembler nor cached code")                                      \
    X(W0401, "a realm's device is where the host never hears of an access")                        \
    X(W0402, "the limits end the run before this can happen")                                      \
    X(W0403, "a comment cuts off the rest of a text")

enum diag_code {
#define X(code, meaning) DIAG_##code,
    DIAG_CODES(X)
#undef X
        DIAG_CODE_COUNT
};

/* "E0107", and what it means in one line. */
const char *diag_code_name(enum diag_code code);
const char *diag_code_meaning(enum diag_code code);
/* What it is, why it is an error and what to do: a paragraph or two (diag_explain.c). */
const char *diag_code_explanation(enum diag_code code);
/* False: there is no code of that name. */
bool diag_code_by_name(const char *name, enum diag_code *code);

/* The text of a file, for snippets; registered once, lives as long as the arena. */
struct source {
    const char *name;
    const char *text; /* terminated */
    size_t length;
    struct source_pos included_from; /* line 0: it was not included */
    unsigned part; /* not 0: the text is this line of the file, and no registered source */
};

struct diag;
struct diag_error;

struct diag *diag_new(struct arena *arena);
/* Warnings from now on count as errors. */
void diag_set_strict(struct diag *diag, bool strict);
void diag_add_source(struct diag *diag, const struct source *source);
/* All those of another one. */
void diag_take_sources(struct diag *diag, const struct diag *from);
/*
 * Errors from now on are of this cell of a matrix ("": of none), and say so. What another cell has
 * been found wrong in the same place is not told again.
 */
void diag_set_cell(struct diag *diag, const char *cell);
/* Hash of the registered texts in their order; of one text it is that of its bytes. */
uint64_t diag_hash_sources(const struct diag *diag);
/* The registered source of that name, or NULL. */
const struct source *diag_source(const struct diag *diag, const char *name);

/*
 * One more message at pos (line 0: the file as a whole): an error, or by its code a warning. The
 * result takes details; it belongs to the diag and is never NULL.
 */
struct diag_error *diag_error(struct diag *diag, enum diag_code code, const struct source_pos *pos,
                              const char *format, ...) __attribute__((format(printf, 4, 5)));
/* How many columns the caret line underlines (default 1). */
void diag_width(struct diag_error *error, unsigned width);
/* Text behind the carets. */
void diag_label(struct diag_error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A further line; with a place of its own when pos is not NULL. */
void diag_note(struct diag_error *error, const struct source_pos *pos, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Errors so far, those beyond DIAG_MAX_ERRORS included. */
unsigned diag_count(const struct diag *diag);
/* Whether an error of that code is among those kept. */
bool diag_has(const struct diag *diag, enum diag_code code);
/* Prints all errors and warnings and, in the human format, their number. */
void diag_print(struct diag *diag, const struct diag_options *options);
/* What it prints behind an error of cells, and behind all of them: DIAG_PARTS leaves that out. */
void diag_print_cells(FILE *out, const char *first, size_t more);
void diag_print_count(FILE *out, size_t errors, size_t warnings, size_t shown);
/* Whether a message as it is printed is a warning. */
bool diag_text_warns(const char *text);

#endif

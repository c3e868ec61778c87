/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpu/timing/uop.h"

#include "cpu/timing/uop_rows.h"

#define Q_BIT (1u << 30)
#define NO_REGISTER 0xff

const char *uop_class_key(enum uop_class cls)
{
    static const char *const keys[UOP_CLASS_COUNT] = {
#define X(id, key) [UOP_##id] = #key,
        UOP_CLASS_TABLE(X)
#undef X
    };

    return keys[cls];
}

bool uop_class_is_system(enum uop_class cls)
{
    return cls >= UOP_MRS && cls <= UOP_OTHER;
}

static unsigned field_of(uint32_t word, char field)
{
    switch (field) {
    case 'n':
        return word >> 5 & 31;
    case 'm':
    case 's':
        return word >> 16 & 31;
    case 'h':
        return word >> 16 & 15;
    case 'a':
    case 'u':
        return word >> 10 & 31;
    case '1':
    case '2':
    case '3':
        return (word + (uint32_t)(field - '0')) & 31;
    default: /* d, t */
        return word & 31;
    }
}

/* The register that a token names; *token is left behind it. */
static uint8_t parse_register(uint32_t word, const char **token)
{
    char bank = *(*token)++;
    unsigned n;

    if (bank == 'c')
        return UOP_NZCV;
    if (bank == 'l')
        return 30;
    n = field_of(word, *(*token)++);
    if (bank == 'v')
        return (uint8_t)(UOP_V0 + n);
    return n == 31 && bank == 'x' ? NO_REGISTER : (uint8_t)n; /* of bank p, 31 is UOP_SP */
}

static enum uop_read parse_kind(const char **token)
{
    static const char marks[] = "+~*@/[{!";
    static const enum uop_read kinds[] = {
        UOP_READ_ALU, UOP_READ_SHIFTED, UOP_READ_MUL,     UOP_READ_ACCUMULATOR,
        UOP_READ_DIV, UOP_READ_ADDRESS, UOP_READ_INDEXED, UOP_READ_STORE,
    };

    for (unsigned i = 0; marks[i]; i++) {
        if (**token == marks[i]) {
            (*token)++;
            return kinds[i];
        }
    }
    return UOP_READ_PLAIN;
}

static void add_write(struct uop *uop, uint8_t reg)
{
    if (reg != NO_REGISTER && uop->writes < UOP_MAX_WRITES)
        uop->write[uop->writes++] = reg;
}

static void add_read(struct uop *uop, uint8_t reg, enum uop_read kind)
{
    if (reg == NO_REGISTER || uop->reads == UOP_MAX_READS)
        return;
    uop->read[uop->reads] = reg;
    uop->kind[uop->reads++] = (uint8_t)kind;
}

static void parse_operands(uint32_t word, const char *token, struct uop *uop)
{
    uint8_t base = NO_REGISTER;

    for (; *token != '='; token += *token == ' ')
        add_write(uop, parse_register(word, &token));
    for (token++; *token; token += *token == ' ') {
        uint8_t reg = parse_register(word, &token);

        if (*token == '^') {
            token++;
            base = reg;
            add_read(uop, reg, UOP_READ_ADDRESS);
        } else {
            add_read(uop, reg, parse_kind(&token));
        }
    }
    uop->updates_base = base != NO_REGISTER;
    add_write(uop, base);
}

static const struct uop_row *find(const struct uop_row *rows, size_t count, uint32_t word)
{
    for (size_t i = 0; i < count; i++)
        if ((word & rows[i].mask) == rows[i].value)
            return &rows[i];
    return NULL;
}

/* Which table, by the main groups of the encoding (Arm ARM C4.1, op0 = bits 28:25). */
static const struct uop_row *find_row(uint32_t word)
{
    unsigned op0 = word >> 25 & 15;

    if ((op0 & 5) == 4) /* x1x0 */
        return find(uop_rows_memory, uop_rows_memory_count, word);
    if ((op0 & 7) == 7) /* x111 */
        return find(uop_rows_vector, uop_rows_vector_count, word);
    return find(uop_rows_integer, uop_rows_integer_count, word);
}

void uop_decode(uint32_t word, struct uop *uop)
{
    const struct uop_row *row = find_row(word);

    *uop = (struct uop){.cls = UOP_OTHER};
    if (!row)
        return;
    uop->cls = (uint8_t)(row->cls + (row->by_q && word & Q_BIT ? 1 : 0));
    uop->is_branch = row->cls >= UOP_BRANCH && row->cls <= UOP_BRANCH_TEST;
    parse_operands(word, row->operands, uop);
}

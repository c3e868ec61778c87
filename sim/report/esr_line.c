/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/report/esr_line.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cpu/arch/hpfar.h"

enum reg { REG_ESR, REG_FAR, REG_HPFAR, REG_IPA, REG_COUNT };

/* What logs call them; a word of its own, in any case. */
static const struct {
    const char *name;
    enum reg reg;
} names[] = {
    {"esr", REG_ESR},      {"esr_el1", REG_ESR}, {"esr_el2", REG_ESR}, {"hsr", REG_ESR},
    {"syndrome", REG_ESR}, {"oops", REG_ESR},    {"far", REG_FAR},     {"far_el1", REG_FAR},
    {"far_el2", REG_FAR},  {"hxfar", REG_FAR},   {"hpfar", REG_HPFAR}, {"hpfar_el2", REG_HPFAR},
    {"ipa", REG_IPA}, /* of the page, or of the access: HPFAR has the page */
};

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* "= 0x96000045", ": 0000000096000004", " 0x1000": hexadecimal, or decimal that begins otherwise.
 */
static bool parse_value(const char *text, uint64_t *value)
{
    text += strspn(text, " \t");
    text += *text == '=' || *text == ':';
    text += strspn(text, " \t");
    bool prefixed = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    const char *digits = text + (prefixed ? 2 : 0);
    size_t length = strspn(digits, "0123456789abcdefABCDEF");
    /* The kernel prints a register without 0x in full: 8 or 16 digits. */
    if (length == 0 || length > 16 || is_word(digits[length]) ||
        (!prefixed && length != 8 && length != 16))
        return false;
    *value = strtoull(digits, NULL, 16);
    return true;
}

static const char *find_name(const char *line, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = line; *at; at++)
        if (strncasecmp(at, name, length) == 0 && !is_word(at[length]) &&
            (at == line || !is_word(at[-1])))
            return at + length;
    return NULL;
}

bool esr_line_parse(const char *line, struct esr_input *in)
{
    uint64_t values[REG_COUNT] = {0};
    bool found[REG_COUNT] = {false};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *behind = found[names[i].reg] ? NULL : find_name(line, names[i].name);
        if (behind)
            found[names[i].reg] = parse_value(behind, &values[names[i].reg]);
    }
    if (!found[REG_ESR])
        return false;
    in->esr = values[REG_ESR];
    if (!in->far_given && found[REG_FAR]) {
        in->far_given = true;
        in->far = values[REG_FAR];
    }
    if (!in->hpfar_given && (found[REG_HPFAR] || found[REG_IPA])) {
        in->hpfar_given = true;
        in->hpfar = found[REG_HPFAR] ? values[REG_HPFAR] : hpfar_from_ipa(IPA(values[REG_IPA]));
    }
    return true;
}

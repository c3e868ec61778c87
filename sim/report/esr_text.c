/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/report/esr_text.h"

#include <inttypes.h>
#include <string.h>

/* Values that have a short name of their own; the table's meanings are sentences. */
static const char *short_meaning(enum esr_field_id id, uint64_t value)
{
    switch (id) {
    case ESR_FIELD_SAS:
    case ESR_FIELD_WFX_TI:
        return esr_field_meaning(id, value);
    case ESR_FIELD_FSC:
    case ESR_FIELD_DFSC:
    case ESR_FIELD_IFSC:
        return fsc_name((unsigned)value);
    case ESR_FIELD_EC:
        return esr_ec_name((unsigned)value);
    default:
        return NULL;
    }
}

void esr_value_text(enum esr_field_id id, uint64_t value, char *text, size_t size)
{
    const char *name = short_meaning(id, value);
    if (name)
        snprintf(text, size, "%s", name);
    else if (esr_field_table[id].show == ESR_SHOW_REG && value < 31)
        snprintf(text, size, "x%" PRIu64, value);
    else if (esr_field_table[id].show == ESR_SHOW_REG)
        snprintf(text, size, "xzr");
    else
        snprintf(text, size, value < 10 ? "%" PRIu64 : "0x%" PRIx64, value);
}

static void print_part(FILE *out, enum esr_field_id id, uint64_t value, const char *before)
{
    char text[ESR_TEXT_SIZE];
    esr_value_text(id, value, text, sizeof(text));
    fprintf(out, "%s%s=%s", before, esr_field_table[id].name, text);
}

void esr_print_summary(FILE *out, uint64_t esr)
{
    struct esr_part parts[ESR_MAX_PARTS];
    uint64_t reserved;
    size_t count = esr_decode(esr, parts, &reserved);

    fputs(esr_ec_name(esr_ec(esr)), out);
    for (size_t i = 0; i < count; i++) {
        bool always = esr_field_table[parts[i].id].show == ESR_SHOW_FSC ||
                      (parts[i].id == ESR_FIELD_SAS && !parts[i].not_valid);
        if (parts[i].id != ESR_FIELD_EC && (parts[i].value != 0 || always))
            print_part(out, parts[i].id, parts[i].value, " ");
    }
    if (reserved)
        fprintf(out, " reserved=0x%" PRIx64, reserved);
}

bool esr_print_difference(FILE *out, uint64_t expected, uint64_t actual)
{
    struct esr_part parts[ESR_MAX_PARTS];
    uint64_t reserved;
    size_t count = esr_decode(actual, parts, &reserved);
    bool only_more = true;
    const char *before = "";

    for (size_t i = 0; i < count; i++) {
        uint64_t wanted = field_get(expected, esr_field_table[parts[i].id].field);
        if (parts[i].value == wanted)
            continue;
        only_more = only_more && wanted == 0;
        print_part(out, parts[i].id, parts[i].value, before);
        before = " ";
    }
    if ((reserved ^ expected) & reserved)
        fprintf(out, "%sreserved=0x%" PRIx64, before, reserved);
    return only_more;
}

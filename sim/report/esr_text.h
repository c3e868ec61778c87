/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A syndrome in few words, for tables and failure messages; `sim esr` is the complete dump. */
#ifndef SIM_REPORT_ESR_TEXT_H
#define SIM_REPORT_ESR_TEXT_H

#include <stdio.h>

#include "cpu/arch/esr.h"

#define ESR_TEXT_SIZE 40

/* "word", "x2", "translation-l3", "1": a field's value in one word. size at least ESR_TEXT_SIZE. */
void esr_value_text(enum esr_field_id id, uint64_t value, char *text, size_t size);

/* "DABT_LOW IL=1 ISV=1 SAS=word SRT=x1 DFSC=translation-l3": class, fields that are not 0, the FSC.
 */
void esr_print_summary(FILE *out, uint64_t esr);

/*
 * The fields in which actual differs from expected, each with its actual value: "IL=1 SRT=x1".
 * Returns whether all of them are 0 in expected and set in actual.
 */
bool esr_print_difference(FILE *out, uint64_t expected, uint64_t actual);

#endif

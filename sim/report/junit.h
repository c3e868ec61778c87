/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `sim test --junit`: the XML that CI systems read. One testsuite a folder, one testcase a
 * scenario. */
#ifndef SIM_REPORT_JUNIT_H
#define SIM_REPORT_JUNIT_H

#include "sim/suite/suite.h"

/* The tests that were selected, folder by folder in the order of the bytes of their names. */
void junit_write(FILE *out, const struct suite_test *tests, size_t count);

/*
 * text as XML 1.0 character data. What XML cannot hold at all, control characters and bytes that
 * are no UTF-8, becomes \xHH.
 */
void xml_text(FILE *out, const char *text);
/* ... as an attribute's value, between its quotes. */
void xml_attribute_text(FILE *out, const char *text);

#endif

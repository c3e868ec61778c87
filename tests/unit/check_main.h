/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every unit test program has in common: it gives its tests, check_main.c runs them. */
#ifndef TESTS_UNIT_CHECK_MAIN_H
#define TESTS_UNIT_CHECK_MAIN_H

#include <check.h>

/* The tests of this program, made anew; NULL: they cannot be run, and that is a failure. */
Suite *check_suite(void);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_UNIT_CHECK_FOLDER_H
#define TESTS_UNIT_CHECK_FOLDER_H

/*
 * The working directory becomes a new, empty folder, which is removed with all that is in it when
 * this program ends. For check_suite; ends the program when there can be no such folder.
 */
void check_in_folder(void);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CPU_COUNT_H
#define CPU_COUNT_H

/* Elements of an array, which must not be a pointer. */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif

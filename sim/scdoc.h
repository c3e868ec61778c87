/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text for scdoc, which makes the manual. */
#ifndef SIM_SCDOC_H
#define SIM_SCDOC_H

#include <stdio.h>

/* text as it is: what scdoc takes for markup is escaped. */
void scdoc_text(FILE *out, const char *text);

#endif

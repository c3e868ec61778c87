/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/scdoc.h"

#include <string.h>

void scdoc_text(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (strchr("\\*_#~<>[]|`", *text))
            fputc('\\', out);
        fputc(*text, out);
    }
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/report/style.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool colour_parse(const char *text, enum colour_when *when)
{
    static const char *const names[] = {
        [COLOUR_AUTO] = "auto", [COLOUR_ALWAYS] = "always", [COLOUR_NEVER] = "never"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(text, names[i]) == 0) {
            *when = (enum colour_when)i;
            return true;
        }
    return false;
}

static bool is_set(const char *variable)
{
    const char *value = getenv(variable);
    return value && *value;
}

bool colour_wanted(FILE *out, enum colour_when when)
{
    if (when != COLOUR_AUTO)
        return when == COLOUR_ALWAYS;
    if (is_set("CLICOLOR_FORCE") || is_set("FORCE_COLOR"))
        return true;
    const char *terminal = getenv("TERM");
    return !is_set("NO_COLOR") && isatty(fileno(out)) && terminal && strcmp(terminal, "dumb") != 0;
}

void paint(FILE *out, bool colour, enum paint what, const char *format, ...)
{
    static const char *const codes[PAINT_COUNT] = {
        [PAINT_STRONG] = "\033[1m", [PAINT_FAINT] = "\033[2m", [PAINT_GOOD] = "\033[1;32m",
        [PAINT_BAD] = "\033[1;31m", [PAINT_NOTE] = "\033[33m",
    };
    bool painted = colour && codes[what];
    if (painted)
        fputs(codes[what], out);
    va_list args;
    va_start(args, format);
    vfprintf(out, format, args);
    va_end(args);
    if (painted)
        fputs("\033[0m", out);
}

const char *grouped(uint64_t value, char *text)
{
    char digits[21];
    size_t length = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, value), at = 0;
    for (size_t i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0)
            text[at++] = ',';
        text[at++] = digits[i];
    }
    text[at] = '\0';
    return text;
}

void print_wrapped(FILE *out, int width, const char *text, int column, int used)
{
    while (*text) {
        fprintf(out, "%*s", column > used ? column - used : 0, "");
        int start = used > column ? used : column;
        size_t room = (size_t)(width - start), length = strlen(text);
        if (length > room) {
            length = room;
            while (length > 0 && text[length] != ' ')
                length--;
            if (length == 0)
                length = room;
        }
        fprintf(out, "%.*s\n", (int)length, text);
        text += length;
        text += strspn(text, " ");
        used = 0;
    }
}

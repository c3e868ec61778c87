/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/suite/progress.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define DEFAULT_COLUMNS 80
#define QUIET_INTERVAL_MS 30000
#define LINE_SIZE 256
#define ERASE_LINE "\r\033[K"

static uint64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static bool is_set(const char *variable)
{
    const char *value = getenv(variable);
    return value && *value;
}

bool progress_parse(const char *text, enum progress_when *when)
{
    static const char *const names[] = {
        [PROGRESS_AUTO] = "auto", [PROGRESS_ALWAYS] = "always", [PROGRESS_NEVER] = "never"};
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(text, names[i]) == 0) {
            *when = (enum progress_when)i;
            return true;
        }
    return false;
}

void progress_begin(struct progress *progress, FILE *out, enum progress_when when, bool quiet,
                    size_t total)
{
    const char *term = getenv("TERM");
    bool terminal = isatty(fileno(out)) && !(term && strcmp(term, "dumb") == 0);
    bool wanted =
        when == PROGRESS_ALWAYS || (when == PROGRESS_AUTO && terminal && !quiet && !is_set("CI"));
    *progress = (struct progress){.out = wanted ? out : NULL,
                                  .terminal = terminal,
                                  .total = total,
                                  .started_ms = now_ms(),
                                  .last_ms = now_ms()};
}

/* "1m12s left", from the rate so far; nothing as long as it says little. */
static void time_left(const struct progress *progress, uint64_t now, size_t done, char *text,
                      size_t size)
{
    uint64_t passed = now - progress->started_ms;
    *text = '\0';
    if (done == 0 || passed < 1000)
        return;
    uint64_t left = passed * (progress->total - done) / done / 1000;
    if (left >= 60)
        snprintf(text, size, "%" PRIu64 "m%02" PRIu64 "s left", left / 60, left % 60);
    else
        snprintf(text, size, "%" PRIu64 "s left", left);
}

static int columns(const struct progress *progress)
{
    struct winsize window;
    if (ioctl(fileno(progress->out), TIOCGWINSZ, &window) == 0 && window.ws_col > 0)
        return window.ws_col;
    return DEFAULT_COLUMNS;
}

/* Names come from files: what could move the cursor stays out. */
static void make_plain(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || (unsigned char)*text >= 0x7f)
            *text = '?';
}

void progress_show(struct progress *progress, size_t done, size_t failed, const char *name)
{
    if (!progress->out || progress->total == 0)
        return;
    uint64_t now = now_ms();
    unsigned tenths = (unsigned)(done * 10 / progress->total);
    bool due = progress->terminal
                   ? now - progress->last_ms >= PROGRESS_INTERVAL_MS
                   : tenths > progress->tenths || now - progress->last_ms >= QUIET_INTERVAL_MS;
    if (!due)
        return;
    progress->last_ms = now;
    progress->tenths = tenths;
    char line[LINE_SIZE], left[32];
    time_left(progress, now, done, left, sizeof(left));
    snprintf(line, sizeof(line), "[%zu/%zu] %zu%% %zu failed %s%s%s", done, progress->total,
             done * 100 / progress->total, failed, left, *left ? "  " : "", name ? name : "");
    make_plain(line);
    if (progress->terminal)
        fprintf(progress->out, ERASE_LINE "%.*s", columns(progress) - 1, line);
    else
        fprintf(progress->out, "%s\n", line);
    fflush(progress->out);
    progress->shown = progress->terminal;
}

void progress_erase(struct progress *progress)
{
    if (!progress->shown)
        return;
    fputs(ERASE_LINE, progress->out);
    fflush(progress->out);
    progress->shown = false;
}

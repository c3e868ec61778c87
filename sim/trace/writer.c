/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/trace/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct trace_writer {
    FILE *out;
    const struct trace_format *format;
    char *path;
    char *temporary; /* NULL when the stream is the file itself */
};

static const struct trace_format *const formats[] = {&trace_format_text, &trace_format_ndjson};

const struct trace_format *trace_format_by_name(const char *name)
{
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
        if (strcmp(formats[i]->name, name) == 0)
            return formats[i];
    return NULL;
}

const struct trace_format *trace_format_by_path(const char *path)
{
    static const char suffix[] = ".ndjson";
    size_t length = strlen(path), tail = sizeof(suffix) - 1;
    bool ndjson = length > tail && strcmp(path + length - tail, suffix) == 0;
    return ndjson ? &trace_format_ndjson : &trace_format_text;
}

const char *world_el(enum world world)
{
    static const char *const names[WORLD_COUNT] = {
        [WORLD_GUEST] = "EL1&0", [WORLD_RMM] = "R-EL2", [WORLD_EL3] = "EL3",
        [WORLD_HOST] = "EL2",    [WORLD_VMM] = "EL0",
    };
    return world < WORLD_COUNT ? names[world] : "EL?";
}

#define TEMPORARY_TRIES 100

/* Opens a new file beside path: same file system, so that rename replaces path in one step. */
static FILE *open_temporary(struct trace_writer *writer)
{
    size_t size = strlen(writer->path) + sizeof(".tmp-4294967295-99");
    writer->temporary = malloc(size);
    if (!writer->temporary)
        return NULL;
    for (int i = 0; i < TEMPORARY_TRIES; i++) {
        snprintf(writer->temporary, size, "%s.tmp-%ld-%d", writer->path, (long)getpid(), i);
        int fd = open(writer->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0) {
            FILE *out = fdopen(fd, "w");
            if (!out) {
                close(fd);
                unlink(writer->temporary);
            }
            return out;
        }
        if (errno != EEXIST)
            break;
    }
    return NULL;
}

static FILE *open_stream(struct trace_writer *writer)
{
    if (strcmp(writer->path, "-") == 0)
        return stdout;
    struct stat status;
    bool special = stat(writer->path, &status) == 0 && !S_ISREG(status.st_mode);
    return special ? fopen(writer->path, "we") : open_temporary(writer);
}

static void free_writer(struct trace_writer *writer)
{
    free(writer->temporary);
    free(writer->path);
    free(writer);
}

struct trace_writer *trace_writer_open(const char *path, const struct trace_format *format,
                                       const struct trace_header *header, char *error, size_t size)
{
    struct trace_writer *writer = calloc(1, sizeof(*writer));
    char *copy = strdup(path);
    if (!writer || !copy) {
        free(writer);
        free(copy);
        snprintf(error, size, "%s: out of memory", path);
        return NULL;
    }
    writer->path = copy;
    writer->format = format;
    errno = 0;
    writer->out = open_stream(writer);
    if (!writer->out) {
        snprintf(error, size, "%s: cannot be written: %s", path, strerror(errno));
        free_writer(writer);
        return NULL;
    }
    format->header(writer->out, header);
    return writer;
}

void trace_writer_event(void *ctx, const struct event *event)
{
    struct trace_writer *writer = ctx;
    writer->format->event(writer->out, event);
}

bool trace_writer_close(struct trace_writer *writer, bool keep, char *error, size_t size)
{
    errno = 0;
    bool ok = fflush(writer->out) == 0 && !ferror(writer->out);
    int reason = errno;
    if (writer->out != stdout && fclose(writer->out) != 0 && ok) {
        ok = false;
        reason = errno;
    }
    if (writer->temporary && ok && keep && rename(writer->temporary, writer->path) != 0) {
        ok = false;
        reason = errno;
    }
    if (writer->temporary && !(ok && keep))
        unlink(writer->temporary);
    if (!ok)
        snprintf(error, size, "%s: write error: %s", writer->path, strerror(reason ? reason : EIO));
    free_writer(writer);
    return ok;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/trace/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/trace/trace_directory.h"

struct trace_writer {
    struct trace_out to;
    struct event_filter everything;
    const struct trace_format *format;
    char *path;
    char *temporary; /* NULL when the stream is the file itself */
};

static const struct trace_format *const formats[] = {
    &trace_format_text, &trace_format_ndjson, &trace_format_chrome, &trace_format_folded,
    &trace_format_vcd,  &trace_format_ftrace, &trace_format_ctf,    &trace_format_tarmac,
};

#define FORMAT_COUNT (sizeof(formats) / sizeof(formats[0]))

const struct trace_format *trace_format_at(size_t index)
{
    return index < FORMAT_COUNT ? formats[index] : NULL;
}

const char *trace_format_names(char names[static TRACE_FORMAT_NAMES_SIZE])
{
    size_t used = 0;
    for (size_t i = 0; i < FORMAT_COUNT && used < TRACE_FORMAT_NAMES_SIZE; i++) {
        const char *between = i == 0 ? "" : i + 1 < FORMAT_COUNT ? ", " : " or ";
        used += (size_t)snprintf(names + used, TRACE_FORMAT_NAMES_SIZE - used, "%s%s", between,
                                 formats[i]->name);
    }
    return names;
}

const struct trace_format *trace_format_by_name(const char *name)
{
    for (size_t i = 0; i < FORMAT_COUNT; i++)
        if (strcmp(formats[i]->name, name) == 0)
            return formats[i];
    return NULL;
}

const struct trace_format *trace_format_by_path(const char *path)
{
    size_t length = strlen(path);
    for (size_t i = 0; i < FORMAT_COUNT; i++) {
        const char *suffix = formats[i]->suffix;
        size_t tail = suffix ? strlen(suffix) : length;
        if (length > tail && strcmp(path + length - tail, suffix) == 0)
            return formats[i];
    }
    return &trace_format_text;
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

static struct trace_directory_files files_of(const struct trace_writer *writer)
{
    return (struct trace_directory_files){writer->format->stream, writer->format->text};
}

static FILE *open_new_file(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    FILE *out = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (fd >= 0 && !out) {
        close(fd);
        unlink(path);
    }
    return out;
}

/* A new directory; its stream is returned, its text is in writer->to. */
static FILE *open_new_directory(struct trace_writer *writer)
{
    const struct trace_directory_files files = files_of(writer);
    if (mkdir(writer->temporary, 0777) != 0)
        return NULL;
    FILE *out = trace_directory_open(writer->temporary, files.stream);
    writer->to.text = out ? trace_directory_open(writer->temporary, files.text) : NULL;
    if (writer->to.text)
        return out;
    if (out)
        fclose(out);
    trace_directory_remove(writer->temporary, &files);
    return NULL;
}

/* Opens a new file beside path: same file system, so that rename replaces path in one step. */
static FILE *open_temporary(struct trace_writer *writer)
{
    size_t size = strlen(writer->path) + sizeof(".tmp-4294967295-99");
    writer->temporary = malloc(size);
    if (!writer->temporary)
        return NULL;
    for (int i = 0; i < TEMPORARY_TRIES; i++) {
        snprintf(writer->temporary, size, "%s.tmp-%ld-%d", writer->path, (long)getpid(), i);
        FILE *out =
            writer->format->stream ? open_new_directory(writer) : open_new_file(writer->temporary);
        if (out)
            return out;
        if (errno != EEXIST)
            break;
    }
    return NULL;
}

static FILE *open_stream(struct trace_writer *writer)
{
    if (writer->format->stream) {
        const struct trace_directory_files files = files_of(writer);
        if (strcmp(writer->path, "-") == 0)
            errno = ENOTDIR;
        else if (trace_directory_may_replace(writer->path, &files))
            return open_temporary(writer);
        return NULL;
    }
    if (strcmp(writer->path, "-") == 0)
        return stdout;
    struct stat status;
    bool special = stat(writer->path, &status) == 0 && !S_ISREG(status.st_mode);
    return special ? fopen(writer->path, "we") : open_temporary(writer);
}

static void free_writer(struct trace_writer *writer)
{
    free(writer->to.state);
    free(writer->temporary);
    free(writer->path);
    free(writer);
}

struct trace_writer *trace_writer_open(const char *path, const struct trace_format *format,
                                       const struct trace_header *header, char *error, size_t size)
{
    return trace_writer_open_with(path, format, header, &(struct trace_options){0}, error, size);
}

struct trace_writer *trace_writer_open_with(const char *path, const struct trace_format *format,
                                            const struct trace_header *header,
                                            const struct trace_options *options, char *error,
                                            size_t size)
{
    struct trace_writer *writer = calloc(1, sizeof(*writer));
    char *copy = strdup(path);
    void *state = calloc(1, format->state_size + 1);
    if (!writer || !copy || !state) {
        free(writer);
        free(copy);
        free(state);
        snprintf(error, size, "%s: out of memory", path);
        return NULL;
    }
    writer->path = copy;
    writer->format = format;
    writer->to = (struct trace_out){.options = *options, .state = state};
    if (!options->filter) {
        event_filter_all(&writer->everything);
        writer->to.options.filter = &writer->everything;
    }
    errno = 0;
    writer->to.out = open_stream(writer);
    if (!writer->to.out) {
        if (format->stream && strcmp(path, "-") == 0)
            snprintf(error, size, "a trace in format %s is a directory: name it with -o DIR%s",
                     format->name, format->suffix);
        else
            snprintf(error, size, "%s: cannot be written: %s", path, strerror(errno));
        free_writer(writer);
        return NULL;
    }
    format->header(&writer->to, header);
    if (writer->to.text && fclose(writer->to.text) != 0)
        writer->to.failed = true;
    writer->to.text = NULL;
    return writer;
}

void trace_writer_event(void *ctx, const struct event *event)
{
    struct trace_writer *writer = ctx;
    struct trace_out *to = &writer->to;
    to->selected = to->options.filter->kind[event->kind];
    if (writer->format->step && (to->selected || writer->format->wants_all))
        writer->format->step(to, event);
    else if (to->selected)
        writer->format->event(to->out, event);
    to->last_cycle = event->cycle.v;
}

/* From its temporary name to its own. */
static bool put_in_place(const struct trace_writer *writer)
{
    const struct trace_directory_files files = files_of(writer);
    return files.stream ? trace_directory_rename(writer->temporary, writer->path, &files)
                        : rename(writer->temporary, writer->path) == 0;
}

static void remove_temporary(const struct trace_writer *writer)
{
    const struct trace_directory_files files = files_of(writer);
    if (files.stream)
        trace_directory_remove(writer->temporary, &files);
    else
        unlink(writer->temporary);
}

bool trace_writer_close(struct trace_writer *writer, bool keep, char *error, size_t size)
{
    FILE *out = writer->to.out;
    errno = 0;
    if (writer->format->finish)
        writer->format->finish(&writer->to);
    bool ok = fflush(out) == 0 && !ferror(out);
    int reason = errno;
    if (out != stdout && fclose(out) != 0 && ok) {
        ok = false;
        reason = errno;
    }
    if (ok && writer->to.failed) {
        ok = false;
        reason = ENOMEM;
    }
    if (writer->temporary && ok && keep && !put_in_place(writer)) {
        ok = false;
        reason = errno;
    }
    if (writer->temporary && !(ok && keep))
        remove_temporary(writer);
    if (!ok)
        snprintf(error, size, "%s: write error: %s", writer->path, strerror(reason ? reason : EIO));
    free_writer(writer);
    return ok;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/conform/line_reader.h"

#include <errno.h>
#include <lzma.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK ((size_t)64 << 10)
#define DECODER_MEMORY ((uint64_t)128 << 20)

static const unsigned char xz_magic[] = {0xfd, '7', 'z', 'X', 'Z', 0};

struct line_reader {
    FILE *file;
    bool compressed;
    bool begun;
    bool finished; /* nothing more comes into text */
    lzma_stream xz;
    unsigned long number;
    char *text; /* LINE_READER_MAX + 1 + CHUNK bytes: [begin, end) is read and not yet returned */
    size_t begin, end;
    unsigned char input[CHUNK];
    size_t input_size; /* of a plain file's first chunk, read to look at its first bytes */
};

struct line_reader *line_reader_open(const char *path, char *error, size_t size)
{
    struct line_reader *reader = calloc(1, sizeof(*reader));

    if (reader)
        reader->text = malloc(LINE_READER_MAX + 1 + CHUNK);
    if (!reader || !reader->text) {
        snprintf(error, size, "out of memory");
        free(reader);
        return NULL;
    }
    reader->xz = (lzma_stream)LZMA_STREAM_INIT;
    reader->file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    if (reader->file)
        return reader;
    snprintf(error, size, "cannot be opened: %s", strerror(errno));
    line_reader_close(reader);
    return NULL;
}

void line_reader_close(struct line_reader *reader)
{
    if (!reader)
        return;
    if (reader->file && reader->file != stdin)
        fclose(reader->file);
    lzma_end(&reader->xz);
    free(reader->text);
    free(reader);
}

unsigned long line_reader_number(const struct line_reader *reader)
{
    return reader->number;
}

static bool read_chunk(struct line_reader *reader, char *error, size_t size)
{
    errno = 0;
    reader->input_size = fread(reader->input, 1, CHUNK, reader->file);
    if (!ferror(reader->file))
        return true;
    snprintf(error, size, "cannot be read: %s", strerror(errno ? errno : EIO));
    return false;
}

static bool begin(struct line_reader *reader, char *error, size_t size)
{
    reader->begun = true;
    if (!read_chunk(reader, error, size))
        return false;
    if (reader->input_size < sizeof(xz_magic) ||
        memcmp(reader->input, xz_magic, sizeof(xz_magic)) != 0)
        return true;
    reader->compressed = true;
    reader->xz.next_in = reader->input;
    reader->xz.avail_in = reader->input_size;
    if (lzma_stream_decoder(&reader->xz, DECODER_MEMORY, LZMA_CONCATENATED) == LZMA_OK)
        return true;
    snprintf(error, size, "the .xz decoder cannot be set up");
    return false;
}

static bool fill_plain(struct line_reader *reader, char *error, size_t size)
{
    memcpy(reader->text + reader->end, reader->input, reader->input_size);
    reader->end += reader->input_size;
    if (!read_chunk(reader, error, size))
        return false;
    reader->finished = reader->input_size == 0;
    return true;
}

static bool fill_compressed(struct line_reader *reader, char *error, size_t size)
{
    lzma_stream *xz = &reader->xz;
    lzma_ret ret = LZMA_OK;

    xz->next_out = (uint8_t *)reader->text + reader->end;
    xz->avail_out = CHUNK;
    while (ret == LZMA_OK && xz->avail_out == CHUNK) {
        if (!xz->avail_in && !feof(reader->file)) {
            if (!read_chunk(reader, error, size))
                return false;
            xz->next_in = reader->input;
            xz->avail_in = reader->input_size;
        }
        ret = lzma_code(xz, xz->avail_in || !feof(reader->file) ? LZMA_RUN : LZMA_FINISH);
    }
    reader->end += CHUNK - xz->avail_out;
    reader->finished = ret == LZMA_STREAM_END;
    if (ret == LZMA_OK || ret == LZMA_STREAM_END)
        return true;
    snprintf(error, size,
             ret == LZMA_BUF_ERROR ? "the compressed data end too early"
                                   : "the compressed data are damaged");
    return false;
}

/* More text behind end; room for CHUNK bytes is made first. */
static bool fill(struct line_reader *reader, char *error, size_t size)
{
    if (!reader->begun && !begin(reader, error, size))
        return false;
    memmove(reader->text, reader->text + reader->begin, reader->end - reader->begin);
    reader->end -= reader->begin;
    reader->begin = 0;
    return reader->compressed ? fill_compressed(reader, error, size)
                              : fill_plain(reader, error, size);
}

enum line_status line_reader_next(struct line_reader *reader, const char **line, size_t *length,
                                  char *error, size_t size)
{
    size_t searched = 0;
    char *newline;

    reader->number++;
    for (;;) {
        char *from = reader->text + reader->begin;
        size_t have = reader->end - reader->begin;

        newline = have > searched ? memchr(from + searched, '\n', have - searched) : NULL;
        if ((newline ? (size_t)(newline - from) : have) > LINE_READER_MAX) {
            snprintf(error, size, "the line is longer than %zu bytes", LINE_READER_MAX);
            return LINE_ERROR;
        }
        if (newline || reader->finished)
            break;
        searched = have;
        if (!fill(reader, error, size))
            return LINE_ERROR;
    }
    if (!newline && reader->begin == reader->end)
        return LINE_END;
    *line = reader->text + reader->begin;
    *length = newline ? (size_t)(newline - *line) : reader->end - reader->begin;
    reader->text[reader->begin + *length] = '\0';
    reader->begin += *length + (newline ? 1 : 0);
    return LINE_OK;
}

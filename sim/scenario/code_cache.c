/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/scenario/code_cache.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/scenario/file.h"
#include "sim/scenario/text.h"

#define FORMAT_LINE "sim-code 1"
#define BYTES_PER_LINE 32

const char *code_cache_path(struct arena *arena, const char *scenario_path, const uint64_t *hash)
{
    const char *stem = text_path_stem(arena, scenario_path);

    if (hash)
        stem = arena_printf(arena, "%s.%08" PRIx64, stem, (*hash ^ *hash >> 32) & UINT32_MAX);
    return text_path_beside(arena, scenario_path, arena_printf(arena, "%s.code.hex", stem));
}

struct cache_reader {
    struct arena *arena;
    struct code_image *image;
    uint64_t *hash;
    size_t label_capacity;
    bool has_hash, has_address;
};

static const char *read_number(char **text, uint64_t *value)
{
    size_t length = number_span(*text);

    if (number_parse(*text, length, value) != NUMBER_OK)
        return "a number is expected";
    *text += length;
    return NULL;
}

static const char *read_hash(struct cache_reader *reader, char *text)
{
    reader->has_hash = true;
    return read_number(&text, reader->hash);
}

static const char *read_address(struct cache_reader *reader, char *text)
{
    reader->has_address = true;
    return read_number(&text, &reader->image->address);
}

static const char *read_bytes(struct cache_reader *reader, char *text)
{
    for (; *text; text += 2) {
        uint8_t byte;

        if (!text_from_hex(text, &byte, 1))
            return "pairs of hexadecimal digits are expected";
        if (reader->image->size == CODE_MAX_BYTES)
            return "there are too many bytes";
        reader->image->bytes[reader->image->size++] = byte;
    }
    return NULL;
}

static const char *read_label(struct cache_reader *reader, char *text)
{
    struct code_image *image = reader->image;
    struct scn_label label = {0};
    const char *wrong = read_number(&text, &label.address);

    if (wrong)
        return wrong;
    if (*text++ != ' ' || *text == '\0')
        return "the name of a label is expected";
    label.name = arena_copy(reader->arena, text, strlen(text));
    image->labels = arena_grow(reader->arena, image->labels, image->label_count,
                               &reader->label_capacity, sizeof(label));
    image->labels[image->label_count++] = label;
    return NULL;
}

static const char *read_line(struct cache_reader *reader, char *line)
{
    static const struct {
        const char *word;
        const char *(*read)(struct cache_reader *reader, char *text);
    } words[] = {{"hash ", read_hash},
                 {"address ", read_address},
                 {"bytes ", read_bytes},
                 {"label ", read_label}};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t length = strlen(words[i].word);

        if (strncmp(line, words[i].word, length) == 0)
            return words[i].read(reader, line + length);
    }
    return "the line is not known";
}

enum code_cache_status code_cache_read(struct arena *arena, const char *path, uint64_t *hash,
                                       struct code_image *image, const char **why, unsigned *line)
{
    struct cache_reader reader = {.arena = arena, .image = image, .hash = hash};
    bool format = false, ended = false;
    enum file_status status;
    struct file_bytes file;
    char *next, *text;

    *image = (struct code_image){0};
    *line = 0;
    status = file_read(arena, path, CODE_CACHE_MAX_BYTES, &file, why);
    if (status != FILE_READ)
        return status == FILE_MISSING ? CODE_CACHE_MISSING : CODE_CACHE_DAMAGED;
    image->bytes = arena_alloc(arena, file.size < CODE_MAX_BYTES ? file.size + 1 : CODE_MAX_BYTES);
    *why = NULL;
    for (text = file.bytes; !*why && !ended && *text; text = next) {
        size_t length = strcspn(text, "\r\n");

        ++*line;
        next = text + length;
        if (*next == '\r')
            *next++ = '\0';
        if (*next == '\n')
            *next++ = '\0';
        if (*text == '#' || *text == '\0')
            continue;
        if (!format)
            *why = strcmp(text, FORMAT_LINE) == 0 ? NULL : "'" FORMAT_LINE "' is expected";
        else if (strcmp(text, "end") == 0)
            ended = true;
        else
            *why = read_line(&reader, text);
        format = true;
    }
    if (!*why && (!ended || !reader.has_hash || !reader.has_address || image->size == 0))
        *why = "it is not complete";
    return *why ? CODE_CACHE_DAMAGED : CODE_CACHE_GOOD;
}

bool code_cache_write(struct arena *arena, const char *path, uint64_t hash,
                      const struct code_image *image)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    bool good;

    if (!out)
        return false;
    fprintf(out, "# Code assembled from `asm:`, with its labels; made by sim, not to be edited.\n");
    fprintf(out, FORMAT_LINE "\nhash 0x%016" PRIx64 "\naddress 0x%016" PRIx64, hash,
            image->address);
    for (size_t i = 0; i < image->size; i++)
        fprintf(out, i % BYTES_PER_LINE ? "%02x" : "\nbytes %02x", image->bytes[i]);
    fputc('\n', out);
    for (size_t i = 0; i < image->label_count; i++)
        fprintf(out, "label 0x%016" PRIx64 " %s\n", image->labels[i].address,
                image->labels[i].name);
    fputs("end\n", out);
    good = !ferror(out);
    good = fclose(out) == 0 && good && file_replace(arena, path, text, size);
    free(text);
    return good;
}

bool code_image_equal(const struct code_image *a, const struct code_image *b)
{
    if (a->address != b->address || a->size != b->size || a->label_count != b->label_count ||
        memcmp(a->bytes, b->bytes, a->size) != 0)
        return false;
    for (size_t i = 0; i < a->label_count; i++) {
        if (a->labels[i].address != b->labels[i].address ||
            strcmp(a->labels[i].name, b->labels[i].name) != 0)
            return false;
    }
    return true;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/scenario/text.h"

#include <stdio.h>
#include <string.h>

#define SHOWN_BYTES 60     /* of user text in a message */
#define NEAR_EDITS 2       /* a near miss is at most so many edits away */
#define NEAR_MAX_LENGTH 63 /* longer words are never near */

int text_hex_digit(int c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool text_from_hex(const char *text, uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++, text += 2) {
        int high = text_hex_digit(text[0]), low = high < 0 ? -1 : text_hex_digit(text[1]);

        if (low < 0)
            return false;
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

void text_to_hex(char *text, const uint8_t *bytes, size_t count)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < count; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 0xf];
    }
    text[2 * count] = '\0';
}

size_t utf8_sequence(const unsigned char *text, size_t left)
{
    static const struct {
        unsigned char mask, lead;
        uint32_t smallest;
    } forms[] = {{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};

    for (size_t length = 1; length <= 4 && length <= left; length++) {
        uint32_t code = text[0] & (unsigned char)~forms[length - 1].mask;

        if ((text[0] & forms[length - 1].mask) != forms[length - 1].lead)
            continue;
        for (size_t i = 1; i < length; i++) {
            if ((text[i] & 0xc0) != 0x80)
                return 0;
            code = code << 6 | (text[i] & 0x3f);
        }
        if (code < forms[length - 1].smallest || code > 0x10ffff ||
            (code >= 0xd800 && code <= 0xdfff))
            return 0;
        return length;
    }
    return 0;
}

const char *text_show(struct arena *arena, const char *text)
{
    return text_show_within(arena, text, SHOWN_BYTES);
}

const char *text_show_within(struct arena *arena, const char *text, size_t limit)
{
    const unsigned char *in = (const unsigned char *)text;
    size_t left = strlen(text), out = 0, used = 0;
    char *shown = arena_alloc(arena, 4 * (left < limit ? left : limit) + sizeof("..."));

    while (used < left) {
        size_t length = utf8_sequence(in + used, left - used);

        if (used + (length ? length : 1) > limit) {
            strcpy(shown + out, "...");
            return shown;
        }
        if (length == 0 || in[used] < 0x20 || in[used] == 0x7f) {
            out += (size_t)snprintf(shown + out, 5, "\\x%02x", in[used]);
            used++;
        } else {
            memcpy(shown + out, in + used, length);
            out += length;
            used += length;
        }
    }
    return shown;
}

unsigned text_distance(const char *a, const char *b)
{
    size_t a_length = strlen(a), b_length = strlen(b);
    unsigned rows[3][NEAR_MAX_LENGTH + 1];
    unsigned *before = rows[0], *above = rows[1], *row = rows[2];

    if (a_length > NEAR_MAX_LENGTH || b_length > NEAR_MAX_LENGTH)
        return NEAR_MAX_LENGTH;
    memset(rows, 0, sizeof(rows));
    for (size_t j = 0; j <= b_length; j++)
        above[j] = (unsigned)j;
    for (size_t i = 1; i <= a_length; i++) {
        unsigned *spare = before;

        row[0] = (unsigned)i;
        for (size_t j = 1; j <= b_length; j++) {
            unsigned best = above[j - 1] + (a[i - 1] != b[j - 1]);

            if (above[j] + 1 < best)
                best = above[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            row[j] = best;
        }
        before = above;
        above = row;
        row = spare;
    }
    return above[b_length];
}

void text_nearest_offer(struct text_nearest *nearest, const char *candidate)
{
    unsigned distance = text_distance(nearest->wanted, candidate);

    if (distance > NEAR_EDITS || 2 * distance >= strlen(candidate) + 1)
        return;
    if (!nearest->best || distance < nearest->distance) {
        nearest->best = candidate;
        nearest->distance = distance;
    }
}

const char *text_path_beside(struct arena *arena, const char *base, const char *relative)
{
    const char *slash = strrchr(base, '/');

    if (relative[0] == '/' || !slash)
        return arena_copy(arena, relative, strlen(relative));
    return arena_printf(arena, "%.*s%s", (int)(slash - base + 1), base, relative);
}

const char *text_path_stem(struct arena *arena, const char *path)
{
    static const char *const endings[] = {".yaml", ".yml"};
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    size_t length = strlen(base);

    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        size_t tail = strlen(endings[i]);

        if (length > tail && strcmp(base + length - tail, endings[i]) == 0)
            return arena_copy(arena, base, length - tail);
    }
    return arena_copy(arena, base, length);
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool text_is_name(const char *text)
{
    if (!is_letter(*text))
        return false;
    while (is_letter(*text) || is_digit(*text))
        text++;
    return *text == '\0';
}

size_t number_span(const char *text)
{
    size_t length = 0;

    while (is_letter(text[length]) || is_digit(text[length]))
        length++;
    return length;
}

static unsigned digit_value(char c)
{
    if (is_digit(c))
        return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (unsigned)(c - 'a') + 10;
    if (c >= 'A' && c <= 'F')
        return (unsigned)(c - 'A') + 10;
    return UINT32_MAX;
}

static enum number_status parse_unsigned(const char *text, size_t length, uint64_t *value)
{
    static const struct {
        char letter;
        unsigned shift;
    } suffixes[] = {{'K', 10}, {'M', 20}, {'G', 30}};
    unsigned base = 10, shift = 0;
    uint64_t sum = 0;
    bool overflow = false;

    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
        if (length > 1 && text[length - 1] == suffixes[i].letter) {
            shift = suffixes[i].shift;
            length--;
            break;
        }
    }
    if (length > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'b')) {
        base = text[1] == 'x' ? 16 : 2;
        text += 2;
        length -= 2;
    }
    if (length == 0 || text[0] == '_' || text[length - 1] == '_')
        return NUMBER_BAD;
    for (size_t i = 0; i < length; i++) {
        unsigned digit = digit_value(text[i]);

        if (text[i] == '_' && text[i - 1] != '_')
            continue;
        if (digit >= base)
            return NUMBER_BAD;
        overflow |= __builtin_mul_overflow(sum, base, &sum);
        overflow |= __builtin_add_overflow(sum, digit, &sum);
    }
    if (base == 10 && length > 1 && text[0] == '0')
        return NUMBER_OCTAL;
    if (overflow || (sum << shift) >> shift != sum)
        return NUMBER_OVERFLOW;
    *value = sum << shift;
    return NUMBER_OK;
}

enum number_status number_parse(const char *text, size_t length, uint64_t *value)
{
    uint64_t magnitude;

    if (length < 2 || text[0] != '-')
        return parse_unsigned(text, length, value);
    return parse_unsigned(text + 1, length - 1, &magnitude) == NUMBER_BAD ? NUMBER_BAD
                                                                          : NUMBER_NEGATIVE;
}

bool text_same_value(const char *a, const char *b)
{
    uint64_t x, y;

    return strcmp(a, b) == 0 || (number_parse(a, strlen(a), &x) == NUMBER_OK &&
                                 number_parse(b, strlen(b), &y) == NUMBER_OK && x == y);
}

const char *number_status_text(enum number_status status)
{
    switch (status) {
    case NUMBER_OK:
        return "is a number";
    case NUMBER_BAD:
        return "is not a number";
    case NUMBER_NEGATIVE:
        return "is negative";
    case NUMBER_OVERFLOW:
        return "does not fit in 64 bits";
    case NUMBER_OCTAL:
        return "has a leading zero, which some readers of YAML take for octal";
    }
    return "is not a number";
}

uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t size)
{
    const unsigned char *byte = bytes;
    const uint64_t prime = UINT64_C(0x100000001b3);

    for (size_t i = 0; i < size; i++)
        hash = (hash ^ byte[i]) * prime;
    return hash;
}

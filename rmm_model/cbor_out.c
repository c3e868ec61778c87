/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rmm_model/cbor_out.h"

#include <cbor.h>
#include <string.h>

/* An encoder writes nothing and returns 0 when its item does not fit. */
static void took(struct cbor_out *out, size_t bytes)
{
    out->used += bytes;
    out->full |= bytes == 0;
}

static uint8_t *at(const struct cbor_out *out)
{
    return out->buf + out->used;
}

static size_t room(const struct cbor_out *out)
{
    return out->size - out->used;
}

static void raw(struct cbor_out *out, const void *bytes, size_t size)
{
    if (size > room(out)) {
        out->full = true;
        return;
    }
    memcpy(at(out), bytes, size);
    out->used += size;
}

void cbor_out_int(struct cbor_out *out, int64_t value)
{
    if (value < 0)
        took(out, cbor_encode_negint(~(uint64_t)value, at(out), room(out)));
    else
        took(out, cbor_encode_uint((uint64_t)value, at(out), room(out)));
}

void cbor_out_bytes_head(struct cbor_out *out, size_t size)
{
    took(out, cbor_encode_bytestring_start(size, at(out), room(out)));
}

void cbor_out_bytes(struct cbor_out *out, const void *bytes, size_t size)
{
    cbor_out_bytes_head(out, size);
    raw(out, bytes, size);
}

void cbor_out_text(struct cbor_out *out, const char *text)
{
    size_t size = strlen(text);

    took(out, cbor_encode_string_start(size, at(out), room(out)));
    raw(out, text, size);
}

void cbor_out_tag(struct cbor_out *out, uint64_t tag)
{
    took(out, cbor_encode_tag(tag, at(out), room(out)));
}

void cbor_out_array(struct cbor_out *out, size_t items)
{
    took(out, cbor_encode_array_start(items, at(out), room(out)));
}

void cbor_out_map(struct cbor_out *out, size_t pairs)
{
    took(out, cbor_encode_map_start(pairs, at(out), room(out)));
}

void cbor_out_pair_bytes(struct cbor_out *out, int64_t key, const void *bytes, size_t size)
{
    cbor_out_int(out, key);
    cbor_out_bytes(out, bytes, size);
}

void cbor_out_pair_text(struct cbor_out *out, int64_t key, const char *text)
{
    cbor_out_int(out, key);
    cbor_out_text(out, text);
}

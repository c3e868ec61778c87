/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CBOR (RFC 8949) into a buffer, in its shortest form: libcbor's encoders with a cursor. */
#ifndef RMM_MODEL_CBOR_OUT_H
#define RMM_MODEL_CBOR_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cbor_out {
    uint8_t *buf;
    size_t size, used;
    bool full; /* something did not fit; what is there is then no CBOR */
};

void cbor_out_int(struct cbor_out *out, int64_t value);
void cbor_out_bytes(struct cbor_out *out, const void *bytes, size_t size);
/* The head alone: size bytes follow that are not written here. */
void cbor_out_bytes_head(struct cbor_out *out, size_t size);
void cbor_out_text(struct cbor_out *out, const char *text);
void cbor_out_tag(struct cbor_out *out, uint64_t tag);
/* So many items, or pairs of items, follow. */
void cbor_out_array(struct cbor_out *out, size_t items);
void cbor_out_map(struct cbor_out *out, size_t pairs);
/* A pair of a map, with a number as its key. */
void cbor_out_pair_bytes(struct cbor_out *out, int64_t key, const void *bytes, size_t size);
void cbor_out_pair_text(struct cbor_out *out, int64_t key, const char *text);

#endif

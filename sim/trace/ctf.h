/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The binary trace: CTF 1.8 (Common Trace Format, diamon.org/ctf), a directory with the file
 * `metadata` (TSDL text) and one data stream, `stream`. Everything is little endian and aligned to
 * bytes. The stream is a row of packets; a packet is CTF_PACKET_HEADER bytes and whole events:
 *
 *   packet   u32 magic, u32 stream_id | u64 timestamp_begin, timestamp_end, content_size,
 *            packet_size (both in bits), events_discarded, packet_seq_num, u8 last
 *   event    u16 id, u32 timestamp | u16 vcpu, u8 world | the fields of the event table:
 *            hexadecimal and decimal ones 64 bits, instruction words 32, booleans 8, texts
 *            zero-terminated ("-": no text)
 *
 * Each kind of event has two ids: in the second one, CTF_NARROW behind the first, hexadecimal and
 * decimal fields have 32 bits. It is used where all of them fit, which halves the stream. Of the
 * time stamp the low half is written; events of a packet are less than 2^32 cycles apart.
 *
 * The clock counts cycles, at 1 GHz as in the other formats. The last packet of a whole trace says
 * so; of a recording that was cut off, all full packets can be read.
 */
#ifndef SIM_TRACE_CTF_H
#define SIM_TRACE_CTF_H

#include <stdio.h>

#include "cpu/event.h"
#include "sim/trace/reader.h"
#include "sim/trace/trace_list.h"

#define CTF_METADATA "metadata"
#define CTF_STREAM "stream"
#define CTF_MAGIC 0xc1fc1fc1u
#define CTF_PACKET_HEADER (4 + 4 + 6 * 8 + 1)
#define CTF_PACKET_SIZE ((size_t)256 * 1024) /* as written; what is read may have less or more */
#define CTF_EVENT_HEADER (2 + 4 + 2 + 1)
#define CTF_NARROW 512u
#define CTF_TEXT_MAX 255 /* longer texts are cut */
#define CTF_NO_TEXT "-"

/* A type of the metadata: which fields have it, and in how many bytes (0: zero-terminated). */
struct ctf_type {
    const char *name;
    enum event_field_type field;
    bool narrow;
    unsigned bytes;
};
#define CTF_TYPES 7
extern const struct ctf_type ctf_types[CTF_TYPES];
/* The one of a field in an event with narrow or wide fields. */
const struct ctf_type *ctf_type_of(enum event_field_type field, bool narrow);

/* The part of the metadata that is the same in all traces: types, clock, stream. */
void ctf_put_layout(FILE *out);
/* ... and the two rows of one kind of event. */
void ctf_put_event_rows(FILE *out, enum event_kind kind);

/*
 * Reads a trace from its metadata (size bytes) and its stream, which must seek, into list, which is
 * empty before. name is the trace's in messages; the rest as trace_read.
 */
enum trace_read_result ctf_read(const char *name, const char *metadata, size_t metadata_size,
                                FILE *stream, struct trace_list *list, uint64_t *unknown,
                                char *error, size_t size);
/* The same of the directory at path. */
enum trace_read_result ctf_read_directory(const char *path, struct trace_list *list,
                                          uint64_t *unknown, char *error, size_t size);

#endif

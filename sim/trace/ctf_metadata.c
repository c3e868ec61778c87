/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The TSDL text that describes a recorded stream (CTF 1.8, section 7). */
#include "sim/trace/ctf.h"
#include "sim/trace/writer.h"

const struct ctf_type ctf_types[CTF_TYPES] = {
    {"hex_t", EVENT_FIELD_HEX, false, 8},  {"dec_t", EVENT_FIELD_DEC, false, 8},
    {"insn_t", EVENT_FIELD_U32, false, 4}, {"flag_t", EVENT_FIELD_BOOL, false, 1},
    {"string", EVENT_FIELD_STR, false, 0}, {"hex32_t", EVENT_FIELD_HEX, true, 4},
    {"dec32_t", EVENT_FIELD_DEC, true, 4},
};

const struct ctf_type *ctf_type_of(enum event_field_type field, bool narrow)
{
    const struct ctf_type *found = NULL;
    for (size_t i = 0; i < CTF_TYPES; i++)
        if (ctf_types[i].field == field && (!ctf_types[i].narrow || narrow))
            found = &ctf_types[i]; /* narrow ones come last */
    return found;
}

static void put_integer(FILE *out, const char *name, unsigned bits, bool is_signed,
                        const char *rest)
{
    fprintf(out, "typealias integer { size = %u; align = 8; signed = %s;%s } := %s;\n", bits,
            is_signed ? "true" : "false", rest, name);
}

void ctf_put_layout(FILE *out)
{
    fputs("/* CTF 1.8 */\n", out);
    put_integer(out, "u16_t", 16, false, "");
    put_integer(out, "u32_t", 32, false, "");
    put_integer(out, "u64_t", 64, false, "");
    for (size_t i = 0; i < CTF_TYPES; i++)
        if (ctf_types[i].bytes)
            put_integer(out, ctf_types[i].name, 8 * ctf_types[i].bytes,
                        ctf_types[i].field == EVENT_FIELD_DEC,
                        ctf_types[i].field == EVENT_FIELD_HEX ||
                                ctf_types[i].field == EVENT_FIELD_U32
                            ? " base = x;"
                            : "");
    fputs("typealias enum : integer { size = 8; align = 8; signed = false; } {", out);
    for (unsigned w = 0; w < WORLD_COUNT; w++)
        fprintf(out, "%s \"%s\" = %u", w ? "," : "", world_name((enum world)w), w);
    fputs(" } := world_t;\n"
          "trace { major = 1; minor = 8; byte_order = le;\n"
          "  packet.header := struct { u32_t magic; u32_t stream_id; }; };\n"
          "clock { name = cycles; description = \"simulated cycles; one counts as a nanosecond\";"
          " freq = 1000000000; offset = 0; };\n"
          "typealias integer { size = 64; align = 8; signed = false; map = clock.cycles.value; } :="
          " cycles_t;\n"
          "typealias integer { size = 32; align = 8; signed = false; map = clock.cycles.value; } :="
          " cycles32_t;\n"
          "stream { id = 0;\n"
          "  packet.context := struct { cycles_t timestamp_begin; cycles_t timestamp_end;"
          " u64_t content_size; u64_t packet_size; u64_t events_discarded; u64_t packet_seq_num;"
          " flag_t _last; };\n"
          "  event.header := struct { u16_t id; cycles32_t timestamp; };\n"
          "  event.context := struct { u16_t _vcpu; world_t _world; }; };\n",
          out);
}

static void put_row(FILE *out, enum event_kind kind, bool narrow)
{
    const struct event_desc *desc = &event_table[kind];

    fprintf(out, "event { name = \"%s\"; id = %u; stream_id = 0; fields := struct {", desc->name,
            (unsigned)kind + (narrow ? CTF_NARROW : 0));
    for (unsigned i = 0; desc->fields[i].type != EVENT_FIELD_END; i++) /* _: keywords are none */
        fprintf(out, " %s _%s;", ctf_type_of(desc->fields[i].type, narrow)->name,
                desc->fields[i].name);
    fputs(" }; };\n", out);
}

void ctf_put_event_rows(FILE *out, enum event_kind kind)
{
    put_row(out, kind, false);
    put_row(out, kind, true);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The trace as Tarmac, the format of Arm's models, in the style of Fast Models (Tarmac Trace
 * Utilities, doc/index.rst, "Tarmac trace file format"):
 *
 *   CYCLE clk IT (N) ADDRESS WORD O EL1h_ns : DISASSEMBLY
 *   CYCLE clk R X1 VALUE
 *   CYCLE clk MR8 VA:PA VALUE
 *
 * A Tarmac trace is of one CPU: the first vCPU that acts. All other events, and those of other
 * vCPUs, are lines of the type SIM, which readers pass over. Without recorded instructions (sim
 * trace --instructions) the IT lines are those that trapped.
 */
#include <inttypes.h>
#include <string.h>

#include "cpu/arch/pstate.h"
#include "cpu/insn.h"
#include "sim/trace/event_text.h"
#include "sim/trace/writer.h"

#define TEXT_SIZE 96
#define CACHE_SIZE 1024u /* disassembled instructions, by address */

struct tarmac {
    uint64_t index; /* of the next instruction */
    unsigned vcpu;
    bool any;   /* vcpu is known */
    bool realm; /* the RMM has acted */
    struct {
        bool valid;
        uint32_t word;
        uint64_t pc;
        char text[TEXT_SIZE];
    } cache[CACHE_SIZE];
};

static const char *disassembly(struct tarmac *tarmac, uint64_t pc, uint32_t word)
{
    size_t slot = pc / sizeof(word) % CACHE_SIZE;
    if (!tarmac->cache[slot].valid || tarmac->cache[slot].pc != pc ||
        tarmac->cache[slot].word != word) {
        tarmac->cache[slot].valid = true;
        tarmac->cache[slot].pc = pc;
        tarmac->cache[slot].word = word;
        insn_text(word, pc, tarmac->cache[slot].text, TEXT_SIZE);
    }
    return tarmac->cache[slot].text;
}

/* "EL1h_ns": level, stack pointer, Security state; of a realm _r. */
static void put_instruction(struct trace_out *to, const struct event *event, uint64_t pstate)
{
    struct tarmac *tarmac = to->state;
    uint64_t pc = event_arg(event, "pc");
    uint32_t word = (uint32_t)event_arg(event, "insn");
    unsigned el = (unsigned)field_get(pstate, PSTATE_M) >> 2;
    char stack = field_get(pstate, PSTATE_M) & 1 ? 'h' : 't';
    fprintf(to->out,
            "%" PRIu64 " clk IT (%" PRIu64 ") %016" PRIx64 " %08" PRIx32 " O EL%u%c_%s : %s\n",
            event->cycle.v, tarmac->index++, pc, word, el, stack, tarmac->realm ? "r" : "ns",
            disassembly(tarmac, pc, word));
}

static void put_register(struct trace_out *to, const struct event *event)
{
    static const struct {
        const char *name, *tarmac;
    } names[] = {{"PSTATE", "cpsr"}, {"SP_EL0", "SP_EL0"}, {"SP_EL1", "SP_EL1"}};
    const char *name = (const char *)(uintptr_t)event_arg(event, "reg");
    uint64_t value = event_arg(event, "value");
    for (size_t i = 0; name && i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(name, names[i].name) == 0)
            name = names[i].tarmac;
    if (name && strcmp(name, "cpsr") == 0)
        fprintf(to->out, "%" PRIu64 " clk R cpsr %08" PRIx32 "\n", event->cycle.v, (uint32_t)value);
    else if (name && *name)
        fprintf(to->out, "%" PRIu64 " clk R %s %016" PRIx64 "\n", event->cycle.v, name, value);
}

static void put_memory(struct trace_out *to, const struct event *event)
{
    uint64_t size = event_arg(event, "size"), value = event_arg(event, "value");
    uint64_t pa = event_arg(event, "pa");
    if (size == 0 || size > sizeof(value))
        return;
    fprintf(to->out, "%" PRIu64 " clk M%c%" PRIu64 " %016" PRIx64, event->cycle.v,
            event->kind == EV_MEM_READ ? 'R' : 'W', size, event_arg(event, "va"));
    if (pa)
        fprintf(to->out, ":%012" PRIx64, pa);
    if (size == sizeof(value)) /* two words, as Fast Models write them */
        fprintf(to->out, " %08" PRIx64 "_%08" PRIx64 "\n", value >> 32, value & UINT32_MAX);
    else
        fprintf(to->out, " %0*" PRIx64 "\n", (int)(2 * size), value);
}

static void put_other(struct trace_out *to, const struct event *event)
{
    fprintf(to->out, "%" PRIu64 " clk SIM v%u %s %s", event->cycle.v, event->vcpu,
            world_name(event->world), event_table[event->kind].name);
    event_put_fields(to->out, event);
    fputc('\n', to->out);
}

static void tarmac_header(struct trace_out *to, const struct trace_header *header)
{
    fprintf(to->out, "0 clk SIM sim=%s scenario=%s hash=%s profile=%s\n", header->version,
            header->scenario, header->hash, header->profile);
}

static void tarmac_step(struct trace_out *to, const struct event *event)
{
    struct tarmac *tarmac = to->state;
    tarmac->realm = tarmac->realm || event->world == WORLD_RMM;
    if (!tarmac->any && event->world == WORLD_GUEST)
        tarmac->vcpu = event->vcpu;
    tarmac->any = tarmac->any || event->world == WORLD_GUEST;
    if (!to->selected)
        return;
    if (!tarmac->any || event->vcpu != tarmac->vcpu) {
        put_other(to, event);
        return;
    }
    switch (event->kind) {
    case EV_INSTRUCTION:
        put_instruction(to, event, event_arg(event, "pstate"));
        break;
    case EV_REG_WRITE:
        put_register(to, event);
        break;
    case EV_MEM_READ:
    case EV_MEM_WRITE:
        put_memory(to, event);
        break;
    case EV_GUEST_LOAD:
    case EV_GUEST_STORE:
    case EV_GUEST_INSN:
        if (!to->options.instructions)
            put_instruction(to, event, PSTATE_EL1H);
        put_other(to, event);
        break;
    default:
        put_other(to, event);
    }
}

const struct trace_format trace_format_tarmac = {
    .name = "tarmac",
    .suffix = ".tarmac",
    .doc = "Arm's tarmac-browser, -calltree, -profile; with --instructions each of them",
    .wants_all = true,
    .state_size = sizeof(struct tarmac),
    .header = tarmac_header,
    .step = tarmac_step,
};

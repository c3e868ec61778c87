/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys of `stimulus`, version 1: what happens from outside, and when. */
#include "cpu/event.h"
#include "sim/scenario/schema_rows.h"

static bool nth_event(size_t index, struct schema_word *word)
{
    if (index >= EV_COUNT)
        return false;
    *word = (struct schema_word){event_table[index].name, index};
    return true;
}

static const struct schema_words event_names = {.what = "an event", .nth = nth_event};

static const struct schema_key at_keys[] = {
    {"cycle", .type = SCHEMA_INT, .doc = "in front of the instruction with which it is reached"},
    {"trap", .type = SCHEMA_INT, .min = 1, .max = INT64_MAX,
     .doc = "as the guest is left to EL2 for the n-th time, over all vCPUs"},
    {"event", .type = SCHEMA_WORD, .words = &event_names, .doc = "when the trace has this event"},
    {"count", .type = SCHEMA_INT, .min = 1, .max = INT64_MAX, .fallback = "1",
     .doc = "of event: for the n-th time"},
};

#define VCPU                                                                                       \
    {                                                                                              \
        "vcpu", .type = SCHEMA_INT, .max = 15, .fallback = "0", .doc = "which vCPU"                \
    }

static const struct schema_key serror_keys[] = {
    VCPU,
    {"iss", .type = SCHEMA_INT, .max = 0x1ffffff,
     .doc = "syndrome of the SError; KVM's own if not given"},
};
static const struct schema_key vcpu_keys[] = {VCPU};
static const struct schema_key irq_keys[] = {
    {"spi", .type = SCHEMA_INT, .min = 32, .max = 1019, .doc = "INTID of a shared interrupt"},
    {"ppi", .type = SCHEMA_INT, .min = 16, .max = 31, .doc = "INTID of a private one, of vcpu"},
    VCPU,
    {"level", .type = SCHEMA_INT, .max = 1, .fallback = "1", .doc = "of the line"},
};
static const struct schema_key write_keys[] = {
    {"ipa", .type = SCHEMA_ADDRESS, .flags = SCHEMA_REQUIRED, .doc = "guest memory"},
    {"value", .type = SCHEMA_INT, .flags = SCHEMA_REQUIRED, .doc = "little-endian"},
    {"size", .type = SCHEMA_INT, .min = 1, .max = 8, .fallback = "4", .doc = "1, 2, 4 or 8 bytes"},
};
static const struct schema_key stimulus_keys[] = {
    {"at", .type = SCHEMA_MAP, .flags = SCHEMA_REQUIRED, .map = MAP(at_keys),
     .doc = "when: one of cycle, trap, event"},
    {"irq", .type = SCHEMA_MAP, .map = MAP(irq_keys),
     .doc = "the VMM drives an interrupt line (KVM_IRQ_LINE): spi or ppi"},
    {"serror", .type = SCHEMA_MAP, .map = MAP(serror_keys),
     .doc = "the VMM makes an SError pending (KVM_SET_VCPU_EVENTS)"},
    {"ext_dabt", .type = SCHEMA_MAP, .map = MAP(vcpu_keys),
     .doc = "the VMM injects an external data abort (KVM_SET_VCPU_EVENTS)"},
    {"write", .type = SCHEMA_MAP, .map = MAP(write_keys), .doc = "the VMM writes to guest memory"},
    {"signal", .type = SCHEMA_MAP, .map = MAP(vcpu_keys),
     .doc = "a signal to the vCPU's thread: KVM_RUN ends with EINTR, and is called again"},
};
const struct schema_map schema_stimulus = {.keys = stimulus_keys, .count = COUNT(stimulus_keys)};

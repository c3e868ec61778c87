/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rmm_model/rtt_entry.h"

#include "cpu/arch/descriptor.h"
#include "cpu/types.h"

#define LEVEL_BITS 9

/* The RMM's own use of an invalid descriptor; bit 0 is 0. All zeros is UNASSIGNED, EMPTY. */
static const struct field SOFT_HIPAS = {2, 3};
static const struct field SOFT_RIPAS = {5, 2};
static const struct field SOFT_NS = {55, 1};

/* MemAttr[2:0] = 0b100 is reserved with FEAT_S2FWB (Arm ARM D8.6, stage 2 memory types). */
#define FWB_MEMATTR_RESERVED 4u

uint64_t rtt_entry_size(int level)
{
    return (uint64_t)1 << (GRANULE_SHIFT + (RTT_LEVEL_PAGE - level) * LEVEL_BITS);
}

bool rtt_entry_aligned(uint64_t addr, int level)
{
    return !(addr & (rtt_entry_size(level) - 1));
}

static uint64_t leaf_type(int level)
{
    return field_put(DESC_TYPE, level == RTT_LEVEL_PAGE ? DESC_TYPE_PAGE : DESC_TYPE_BLOCK);
}

static uint64_t encode_ram(uint64_t addr, int level)
{
    return addr | leaf_type(level) | field_mask(DESC_AF) | field_put(DESC_SH, DESC_SH_INNER) |
           field_mask(S2_AP_READ) | field_mask(S2_AP_WRITE) |
           field_put(S2_MEM_ATTR, S2_MEM_ATTR_FWB_NORMAL_WB);
}

/* Never executable; the output is in the Non-secure PAS. */
static uint64_t encode_assigned_ns(uint64_t addr, uint64_t attr, int level)
{
    return addr | attr | leaf_type(level) | field_mask(DESC_AF) | field_mask(S2_XN1) |
           field_mask(S2_NS);
}

uint64_t rtt_entry_encode(struct rtt_entry entry, int level)
{
    switch (entry.kind) {
    case RTT_TABLE:
        return entry.addr | field_put(DESC_TYPE, DESC_TYPE_TABLE);
    case RTT_ASSIGNED_NS:
        return encode_assigned_ns(entry.addr, entry.attr, level);
    case RTT_UNASSIGNED_NS:
        return field_mask(SOFT_NS);
    case RTT_ASSIGNED:
        if (entry.ripas == RMI_RAM)
            return encode_ram(entry.addr, level);
        break;
    case RTT_UNASSIGNED:
        entry.addr = 0;
        break;
    }
    return entry.addr | field_put(SOFT_HIPAS, (uint64_t)entry.kind) |
           field_put(SOFT_RIPAS, (uint64_t)entry.ripas);
}

struct rtt_entry rtt_entry_decode(uint64_t desc, int level)
{
    struct rtt_entry entry = {.addr = desc & field_mask(DESC_ADDR)};

    if (!field_get(desc, DESC_VALID)) {
        if (field_get(desc, SOFT_NS)) {
            entry.kind = RTT_UNASSIGNED_NS;
            return entry;
        }
        entry.kind = field_get(desc, SOFT_HIPAS) == RTT_ASSIGNED ? RTT_ASSIGNED : RTT_UNASSIGNED;
        entry.ripas = (enum rmi_ripas)field_get(desc, SOFT_RIPAS);
    } else if (level < RTT_LEVEL_PAGE && field_get(desc, DESC_TYPE) == DESC_TYPE_TABLE) {
        entry.kind = RTT_TABLE;
    } else if (field_get(desc, S2_NS)) {
        entry.kind = RTT_ASSIGNED_NS;
        entry.attr = desc & (field_mask(RMI_UNPROT_MEMATTR) | field_mask(RMI_UNPROT_S2AP));
    } else {
        entry.kind = RTT_ASSIGNED;
        entry.ripas = RMI_RAM;
    }
    return entry;
}

bool rtt_entry_live(struct rtt_entry entry)
{
    return entry.kind == RTT_ASSIGNED || entry.kind == RTT_ASSIGNED_NS || entry.kind == RTT_TABLE;
}

bool rtt_entry_counted(struct rtt_entry entry, bool ns)
{
    return entry.kind == RTT_ASSIGNED || entry.kind == RTT_TABLE ||
           (ns && entry.kind == RTT_ASSIGNED_NS);
}

bool rtt_entry_continues(struct rtt_entry first, struct rtt_entry entry, unsigned i,
                         int child_level)
{
    uint64_t addr = first.addr;

    if (first.kind == RTT_ASSIGNED || first.kind == RTT_ASSIGNED_NS)
        addr += i * rtt_entry_size(child_level);
    return entry.kind == first.kind && entry.ripas == first.ripas && entry.attr == first.attr &&
           entry.addr == addr;
}

bool rtt_host_desc_valid(uint64_t desc, int level)
{
    uint64_t addr = field_mask(DESC_ADDR) & ~(rtt_entry_size(level) - 1);
    uint64_t allowed = addr | field_mask(RMI_UNPROT_MEMATTR) | field_mask(RMI_UNPROT_S2AP);

    return !(desc & ~allowed) && field_get(desc, RMI_UNPROT_MEMATTR) != FWB_MEMATTR_RESERVED;
}

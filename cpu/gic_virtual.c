/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The virtual CPU interface: what ICC_* registers do at EL1 while HCR_EL2.{IMO, FMO} route physical
 * interrupts to EL2 (Arm IHI 0069, chapter 6 and the ICV_* registers of chapter 12). Five bits of
 * priority, 24 of INTID, SRE always.
 */
#include "cpu/arch/descriptor.h"
#include "cpu/engine.h"
#include "cpu/gic_private.h"

#define PRIORITY_BITS 5u
#define PRIORITY_MASK (0xffu << (8 - PRIORITY_BITS) & 0xffu)
#define MIN_VBPR0 (7u - PRIORITY_BITS)
#define MIN_VBPR1 (MIN_VBPR0 + 1)
#define MAX_BPR 7u

static unsigned at_least(uint64_t value, unsigned min)
{
    return value < min ? min : (unsigned)value;
}

/* --- priorities --- */

static unsigned bpr0(const struct gic *gic)
{
    return at_least(field_get(gic->ich.vmcr, ICH_VMCR_VBPR0), MIN_VBPR0);
}

/* As ICV_BPR1_EL1 shows it: with VCBPR it follows ICV_BPR0_EL1. */
static unsigned bpr1(const struct gic *gic)
{
    if (field_get(gic->ich.vmcr, ICH_VMCR_VCBPR))
        return bpr0(gic) == MAX_BPR ? MAX_BPR : bpr0(gic) + 1;
    return at_least(field_get(gic->ich.vmcr, ICH_VMCR_VBPR1), MIN_VBPR1);
}

/* The part of a priority that decides on preemption (VGroupBits). */
static unsigned group_priority(const struct gic *gic, unsigned priority, unsigned group)
{
    unsigned lowest = bpr0(gic) + 1;

    if (group && !field_get(gic->ich.vmcr, ICH_VMCR_VCBPR))
        lowest = bpr1(gic);
    return priority & (0xffu << lowest & 0xffu);
}

/* ICV_RPR_EL1: the highest active priority. */
unsigned gic_running_priority(const struct gic *gic)
{
    uint32_t active = gic->ich.ap0r0 | gic->ich.ap1r0;

    for (unsigned n = 0; n < 1u << PRIORITY_BITS; n++)
        if (active >> n & 1)
            return n << (8 - PRIORITY_BITS);
    return GIC_PRIORITY_IDLE;
}

static uint32_t active_bit(unsigned priority)
{
    return (uint32_t)1 << (priority >> (8 - PRIORITY_BITS));
}

static unsigned lr_priority(uint64_t lr)
{
    return (unsigned)field_get(lr, ICH_LR_PRIORITY) & PRIORITY_MASK;
}

static unsigned lr_group(uint64_t lr)
{
    return (unsigned)field_get(lr, ICH_LR_GROUP);
}

static bool group_enabled(const struct gic *gic, unsigned group)
{
    return field_get(gic->ich.vmcr, group ? ICH_VMCR_VENG1 : ICH_VMCR_VENG0);
}

unsigned gic_highest_pending(const struct gic *gic)
{
    unsigned best = GIC_NO_LR;

    for (unsigned i = 0; i < gic->lr_count; i++) {
        uint64_t lr = gic->ich.lr[i];

        if (field_get(lr, ICH_LR_STATE) != ICH_LR_STATE_PENDING ||
            !group_enabled(gic, lr_group(lr)))
            continue;
        if (best == GIC_NO_LR || lr_priority(lr) < lr_priority(gic->ich.lr[best]))
            best = i;
    }
    return best;
}

/* CanSignalVirtualInterrupt */
bool gic_can_signal(const struct gic *gic, unsigned n)
{
    uint64_t lr = gic->ich.lr[n];
    unsigned mask = (unsigned)field_get(gic->ich.vmcr, ICH_VMCR_VPMR) & PRIORITY_MASK;

    return lr_priority(lr) < mask &&
           group_priority(gic, lr_priority(lr), lr_group(lr)) < gic_running_priority(gic);
}

void gic_refresh(struct cpu *cpu)
{
    struct gic *gic = &cpu->gic;
    uint64_t hcr = cpu->el2.ich_hcr;
    bool on = field_get(hcr, ICH_HCR_EN);
    unsigned best = on ? gic_highest_pending(gic) : GIC_NO_LR;
    bool signals = best != GIC_NO_LR && gic_can_signal(gic, best);

    gic->vfiq = signals && lr_group(gic->ich.lr[best]) == 0 &&
                (!gic->v2 || field_get(gic->ich.vmcr, ICH_VMCR_VFIQEN));
    gic->virq = signals && !gic->vfiq;
    gic_set_level(gic, GIC_INTID_MAINTENANCE, on && ich_misr(&gic->ich, hcr, gic->lr_count));
}

/* --- acknowledge, end, deactivate --- */

uint64_t gic_acknowledge(struct cpu *cpu, unsigned n)
{
    struct gic *gic = &cpu->gic;
    uint64_t *lr = &gic->ich.lr[n], intid = field_get(*lr, ICH_LR_VINTID);
    unsigned group = lr_group(*lr);
    uint32_t bit = active_bit(group_priority(gic, lr_priority(*lr), group));

    /* An LPI has no active state. */
    *lr = field_set(*lr, ICH_LR_STATE, 0);
    if (intid < GIC_INTID_FIRST_LPI)
        *lr |= field_mask(ICH_LR_ACTIVE);
    if (group)
        gic->ich.ap1r0 |= bit;
    else
        gic->ich.ap0r0 |= bit;
    clock_charge(cpu->engine->clock, OP_GIC_CPU_INTERFACE, 1);
    EMIT(cpu->engine->trace, ICV_IAR, GUEST, intid, group, lr_priority(*lr));
    return intid;
}

static uint64_t read_iar(struct cpu *cpu, unsigned group)
{
    struct gic *gic = &cpu->gic;
    unsigned best = gic_highest_pending(gic);

    if (!field_get(cpu->el2.ich_hcr, ICH_HCR_EN) || best == GIC_NO_LR ||
        lr_group(gic->ich.lr[best]) != group || !gic_can_signal(gic, best))
        return GIC_INTID_SPURIOUS;
    return gic_acknowledge(cpu, best);
}

static uint64_t read_hppir(struct cpu *cpu, unsigned group)
{
    const struct gic *gic = &cpu->gic;
    unsigned best = gic_highest_pending(gic);

    if (best == GIC_NO_LR || lr_group(gic->ich.lr[best]) != group)
        return GIC_INTID_SPURIOUS;
    return field_get(gic->ich.lr[best], ICH_LR_VINTID);
}

unsigned gic_find_active(const struct gic *gic, uint64_t intid)
{
    for (unsigned i = 0; i < gic->lr_count; i++)
        if (field_get(gic->ich.lr[i], ICH_LR_ACTIVE) &&
            field_get(gic->ich.lr[i], ICH_LR_VINTID) == intid)
            return i;
    return GIC_NO_LR;
}

/* The highest active priority of both groups is no longer active; which one it was. */
static unsigned priority_drop(struct gic *gic)
{
    unsigned priority = gic_running_priority(gic);
    uint32_t bit;

    if (priority == GIC_PRIORITY_IDLE)
        return priority;
    bit = active_bit(priority);
    if (gic->ich.ap0r0 & bit)
        gic->ich.ap0r0 &= ~bit;
    else
        gic->ich.ap1r0 &= ~bit;
    return priority;
}

static void count_eoi(struct cpu *cpu)
{
    uint64_t *hcr = &cpu->el2.ich_hcr;

    *hcr = field_set(*hcr, ICH_HCR_EOICOUNT, field_get(*hcr, ICH_HCR_EOICOUNT) + 1);
}

/* With HW the physical interrupt is deactivated too. */
static void deactivate(struct cpu *cpu, unsigned n)
{
    uint64_t *lr = &cpu->gic.ich.lr[n];

    *lr &= ~field_mask(ICH_LR_ACTIVE);
    if (field_get(*lr, ICH_LR_HW))
        cpu_gic_set_active(cpu, (unsigned)field_get(*lr, ICH_LR_PINTID), false);
    EMIT(cpu->engine->trace, ICV_DEACTIVATE, GUEST, field_get(*lr, ICH_LR_VINTID),
         field_get(*lr, ICH_LR_HW), field_get(*lr, ICH_LR_PINTID));
}

static bool is_special(uint64_t intid)
{
    return intid >= GIC_INTID_SPECIAL && intid < GIC_INTID_FIRST_LPI;
}

void gic_end_of_interrupt(struct cpu *cpu, unsigned group, uint64_t intid)
{
    struct gic *gic = &cpu->gic;
    unsigned dropped, n;

    clock_charge(cpu->engine->clock, OP_GIC_EOI, 1);
    EMIT(cpu->engine->trace, ICV_EOIR, GUEST, intid, group, gic_running_priority(gic));
    dropped = priority_drop(gic);
    if (dropped == GIC_PRIORITY_IDLE || intid >= GIC_INTID_FIRST_LPI ||
        field_get(gic->ich.vmcr, ICH_VMCR_VEOIM))
        return;
    n = gic_find_active(gic, intid);
    if (n == GIC_NO_LR)
        count_eoi(cpu);
    /* Another group or priority than the one that ended: CONSTRAINED UNPREDICTABLE; ignored. */
    else if (lr_group(gic->ich.lr[n]) == group &&
             group_priority(gic, lr_priority(gic->ich.lr[n]), group) == dropped)
        deactivate(cpu, n);
}

static void write_eoir(struct cpu *cpu, unsigned group, uint64_t value)
{
    uint64_t intid = field_get(value, ICH_LR_VINTID);

    if (is_special(intid)) /* ends nothing, and is written all the same */
        clock_charge(cpu->engine->clock, OP_GIC_EOI, 1);
    else
        gic_end_of_interrupt(cpu, group, intid);
}

void gic_deactivate_interrupt(struct cpu *cpu, uint64_t intid)
{
    unsigned n;

    if (!field_get(cpu->gic.ich.vmcr, ICH_VMCR_VEOIM))
        return;
    clock_charge(cpu->engine->clock, OP_GIC_CPU_INTERFACE, 1);
    n = gic_find_active(&cpu->gic, intid);
    if (n == GIC_NO_LR)
        count_eoi(cpu);
    else
        deactivate(cpu, n);
}

static void write_dir(struct cpu *cpu, unsigned group, uint64_t value)
{
    uint64_t intid = field_get(value, ICH_LR_VINTID);

    (void)group;
    if (intid < GIC_INTID_SPECIAL)
        gic_deactivate_interrupt(cpu, intid);
}

/* --- the rest: fields of ICH_VMCR_EL2, active priorities --- */

static void set_vmcr(struct cpu *cpu, struct field field, uint64_t value)
{
    cpu->gic.ich.vmcr = field_set(cpu->gic.ich.vmcr, field, value);
}

static uint64_t read_pmr(struct cpu *cpu, unsigned group)
{
    (void)group;
    return field_get(cpu->gic.ich.vmcr, ICH_VMCR_VPMR) & PRIORITY_MASK;
}

static void write_pmr(struct cpu *cpu, unsigned group, uint64_t value)
{
    (void)group;
    set_vmcr(cpu, ICH_VMCR_VPMR, value & PRIORITY_MASK);
}

uint64_t gic_read_bpr(const struct gic *gic, unsigned group)
{
    return group ? bpr1(gic) : bpr0(gic);
}

void gic_write_bpr(struct gic *gic, unsigned group, uint64_t value)
{
    struct field field = group ? ICH_VMCR_VBPR1 : ICH_VMCR_VBPR0;
    unsigned min = group ? MIN_VBPR1 : MIN_VBPR0;

    if (!group || !field_get(gic->ich.vmcr, ICH_VMCR_VCBPR))
        gic->ich.vmcr = field_set(gic->ich.vmcr, field, at_least(value & MAX_BPR, min));
}

static uint64_t read_bpr(struct cpu *cpu, unsigned group)
{
    return gic_read_bpr(&cpu->gic, group);
}

static void write_bpr(struct cpu *cpu, unsigned group, uint64_t value)
{
    gic_write_bpr(&cpu->gic, group, value);
}

static uint64_t read_igrpen(struct cpu *cpu, unsigned group)
{
    return group_enabled(&cpu->gic, group);
}

static void write_igrpen(struct cpu *cpu, unsigned group, uint64_t value)
{
    set_vmcr(cpu, group ? ICH_VMCR_VENG1 : ICH_VMCR_VENG0, value);
}

static uint64_t read_ctlr(struct cpu *cpu, unsigned group)
{
    uint64_t vmcr = cpu->gic.ich.vmcr;

    (void)group;
    return field_put(ICV_CTLR_CBPR, field_get(vmcr, ICH_VMCR_VCBPR)) |
           field_put(ICV_CTLR_EOIMODE, field_get(vmcr, ICH_VMCR_VEOIM)) |
           field_put(ICV_CTLR_PRIBITS, PRIORITY_BITS - 1) |
           field_put(ICV_CTLR_IDBITS, ICV_CTLR_IDBITS_24) | field_mask(ICV_CTLR_A3V);
}

static void write_ctlr(struct cpu *cpu, unsigned group, uint64_t value)
{
    (void)group;
    set_vmcr(cpu, ICH_VMCR_VCBPR, field_get(value, ICV_CTLR_CBPR));
    set_vmcr(cpu, ICH_VMCR_VEOIM, field_get(value, ICV_CTLR_EOIMODE));
}

static uint64_t read_rpr(struct cpu *cpu, unsigned group)
{
    (void)group;
    return gic_running_priority(&cpu->gic);
}

static uint64_t read_apr(struct cpu *cpu, unsigned group)
{
    return group ? cpu->gic.ich.ap1r0 : cpu->gic.ich.ap0r0;
}

static void write_apr(struct cpu *cpu, unsigned group, uint64_t value)
{
    if (group)
        cpu->gic.ich.ap1r0 = (uint32_t)value;
    else
        cpu->gic.ich.ap0r0 = (uint32_t)value;
}

/* --- dispatch --- */

enum route { BY_GROUP0, BY_GROUP1, BY_EITHER }; /* FMO, IMO, one of them makes it virtual */

/* All have op0 3, op1 0. NULL: what traps is decided before (cpu/trap_rows_sys.c). */
static const struct row {
    uint8_t crn, crm, op2, route;
    uint64_t (*read)(struct cpu *cpu, unsigned group);
    void (*write)(struct cpu *cpu, unsigned group, uint64_t value);
} rows[] = {
    {4, 6, 0, BY_EITHER, read_pmr, write_pmr},
    {12, 8, 0, BY_GROUP0, read_iar, NULL},
    {12, 8, 1, BY_GROUP0, NULL, write_eoir},
    {12, 8, 2, BY_GROUP0, read_hppir, NULL},
    {12, 8, 3, BY_GROUP0, read_bpr, write_bpr},
    {12, 8, 4, BY_GROUP0, read_apr, write_apr},
    {12, 9, 0, BY_GROUP1, read_apr, write_apr},
    {12, 11, 1, BY_EITHER, NULL, write_dir},
    {12, 11, 3, BY_EITHER, read_rpr, NULL},
    {12, 12, 0, BY_GROUP1, read_iar, NULL},
    {12, 12, 1, BY_GROUP1, NULL, write_eoir},
    {12, 12, 2, BY_GROUP1, read_hppir, NULL},
    {12, 12, 3, BY_GROUP1, read_bpr, write_bpr},
    {12, 12, 4, BY_EITHER, read_ctlr, write_ctlr},
    {12, 12, 6, BY_GROUP0, read_igrpen, write_igrpen},
    {12, 12, 7, BY_GROUP1, read_igrpen, write_igrpen},
};

static const struct row *find_row(const struct insn *insn)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (insn->op0 == 3 && insn->op1 == 0 && rows[i].crn == insn->crn &&
            rows[i].crm == insn->crm && rows[i].op2 == insn->op2)
            return &rows[i];
    return NULL;
}

static bool is_virtual(const struct cpu *cpu, const struct row *row)
{
    bool imo = field_get(cpu->el2.hcr, HCR_IMO), fmo = field_get(cpu->el2.hcr, HCR_FMO);

    if (row->route == BY_EITHER)
        return imo || fmo;
    return row->route == BY_GROUP1 ? imo : fmo;
}

bool gic_virtual_access(struct cpu *cpu, const struct insn *insn)
{
    const struct row *row = find_row(insn);
    unsigned group;

    if (!row || !is_virtual(cpu, row) || (insn->read ? !row->read : !row->write))
        return false;
    group = row->route == BY_GROUP1;
    if (insn->read)
        cpu_set_x(cpu, insn->rt, row->read(cpu, group));
    else
        row->write(cpu, group, cpu_get_x(cpu, insn->rt));
    gic_refresh(cpu);
    return true;
}

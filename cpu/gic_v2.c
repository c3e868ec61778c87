/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A GICv2's virtual CPU interface: the GICV frame that a guest accesses without a trap once the
 * software at EL2 has mapped it, and GICH_LR<n> (Arm IHI 0048B, 5.3 and 5.5). What is behind is
 * the same state as a GICv3's; the frame's registers have 32 bits and are RAZ/WI where nothing is.
 */
#include "cpu/arch/descriptor.h"
#include "cpu/arch/pstate.h"
#include "cpu/engine.h"
#include "cpu/execute.h"
#include "cpu/fault.h"

#define GICV_SIZE 0x2000u
#define GICV_WORD 4u
#define GIC_400_GICV_IIDR 0x0202143bu /* GIC-400 TRM (Arm DDI 0471), 3.5: r0p1 */

enum { GROUP0, GROUP1 };

/* --- GICH_LR<n> --- */

static bool is_sgi(uint64_t intid)
{
    return intid < GIC_NR_SGIS;
}

void cpu_set_gich_lr(struct cpu *cpu, unsigned n, uint32_t lr)
{
    uint64_t intid = field_get(lr, GICH_LR_VIRTUALID), vintid = intid;
    uint64_t more = field_put(ICH_LR_EOI, field_get(lr, GICH_LR_EOI));

    if (field_get(lr, GICH_LR_HW))
        more = field_mask(ICH_LR_HW) | field_put(ICH_LR_PINTID, field_get(lr, GICH_LR_PHYSICALID));
    else if (is_sgi(intid))
        vintid |= field_put(GICV_CPUID, field_get(lr, GICH_LR_CPUID));
    cpu->gic.ich.lr[n] =
        field_put(ICH_LR_VINTID, vintid) | more |
        field_put(ICH_LR_PRIORITY, field_get(lr, GICH_LR_PRIORITY) << GICH_LR_PRIORITY_SHIFT) |
        field_put(ICH_LR_GROUP, field_get(lr, GICH_LR_GRP1)) |
        field_put(ICH_LR_STATE, field_get(lr, GICH_LR_STATE));
}

uint32_t cpu_gich_lr(const struct cpu *cpu, unsigned n)
{
    uint64_t lr = cpu->gic.ich.lr[n], vintid = field_get(lr, ICH_LR_VINTID);
    uint64_t more = field_put(GICH_LR_EOI, field_get(lr, ICH_LR_EOI)) |
                    field_put(GICH_LR_CPUID, field_get(vintid, GICV_CPUID));

    if (field_get(lr, ICH_LR_HW))
        more = field_mask(GICH_LR_HW) | field_put(GICH_LR_PHYSICALID, field_get(lr, ICH_LR_PINTID));
    return (uint32_t)(field_put(GICH_LR_VIRTUALID, field_get(vintid, GICV_INTID)) | more |
                      field_put(GICH_LR_PRIORITY,
                                field_get(lr, ICH_LR_PRIORITY) >> GICH_LR_PRIORITY_SHIFT) |
                      field_put(GICH_LR_GRP1, field_get(lr, ICH_LR_GROUP)) |
                      field_put(GICH_LR_STATE, field_get(lr, ICH_LR_STATE)));
}

/* --- acknowledge and end --- */

static bool ack_ctl(const struct gic *gic)
{
    return field_get(gic->ich.vmcr, ICH_VMCR_VACKCTL);
}

/*
 * What a register of that group, GICV_IAR and its like or the aliases, says of the interrupt in
 * list register n: the group's own registers show it, with AckCtl GICV_IAR shows group 1 too.
 */
static uint64_t shown_as(const struct gic *gic, unsigned n, unsigned group)
{
    if (n == GIC_NO_LR)
        return GIC_INTID_SPURIOUS;
    if (field_get(gic->ich.lr[n], ICH_LR_GROUP) == group || (group == GROUP0 && ack_ctl(gic)))
        return field_get(gic->ich.lr[n], ICH_LR_VINTID);
    return group == GROUP0 ? GICV_INTID_GROUP1 : GIC_INTID_SPURIOUS;
}

static uint64_t read_iar(struct cpu *cpu, unsigned group)
{
    const struct gic *gic = &cpu->gic;
    unsigned best = gic_highest_pending(gic);
    uint64_t intid;

    if (best != GIC_NO_LR &&
        (!field_get(cpu->el2.ich_hcr, ICH_HCR_EN) || !gic_can_signal(gic, best)))
        best = GIC_NO_LR;
    intid = shown_as(gic, best, group);
    if (field_get(intid, GICV_INTID) < GIC_INTID_SPECIAL)
        intid = gic_acknowledge(cpu, best);
    return intid;
}

static uint64_t read_hppir(struct cpu *cpu, unsigned group)
{
    return shown_as(&cpu->gic, gic_highest_pending(&cpu->gic), group);
}

/* With its CPUID: what GICV_IAR gave. */
static uint64_t ended_intid(uint64_t value)
{
    return value & (field_mask(GICV_INTID) | field_mask(GICV_CPUID));
}

static bool is_special(uint64_t value)
{
    return field_get(value, GICV_INTID) >= GIC_INTID_SPECIAL;
}

static void write_eoir(struct cpu *cpu, unsigned group, uint64_t value)
{
    unsigned n = gic_find_active(&cpu->gic, ended_intid(value));

    if (is_special(value))
        return;
    if (group == GROUP0 && ack_ctl(&cpu->gic) && n != GIC_NO_LR)
        group = (unsigned)field_get(cpu->gic.ich.lr[n], ICH_LR_GROUP);
    gic_end_of_interrupt(cpu, group, ended_intid(value));
}

static void write_dir(struct cpu *cpu, unsigned group, uint64_t value)
{
    (void)group;
    if (!is_special(value))
        gic_deactivate_interrupt(cpu, ended_intid(value));
}

/* --- the rest --- */

/* EnableGrp0, EnableGrp1, AckCtl, FIQEn, CBPR, EOImode: where GICH_VMCR has them. */
static uint64_t ctlr_mask(void)
{
    return field_mask(ICH_VMCR_VENG0) | field_mask(ICH_VMCR_VENG1) | field_mask(ICH_VMCR_VACKCTL) |
           field_mask(ICH_VMCR_VFIQEN) | field_mask(ICH_VMCR_VCBPR) | field_mask(ICH_VMCR_VEOIM);
}

static uint64_t read_ctlr(struct cpu *cpu, unsigned group)
{
    (void)group;
    return cpu->gic.ich.vmcr & ctlr_mask();
}

static void write_ctlr(struct cpu *cpu, unsigned group, uint64_t value)
{
    uint64_t *vmcr = &cpu->gic.ich.vmcr;

    (void)group;
    *vmcr = (*vmcr & ~ctlr_mask()) | (value & ctlr_mask());
}

static uint64_t read_pmr(struct cpu *cpu, unsigned group)
{
    (void)group;
    return field_get(cpu->gic.ich.vmcr, ICH_VMCR_VPMR);
}

/* GICH_VMCR.VMPriMask has the upper five bits. */
static void write_pmr(struct cpu *cpu, unsigned group, uint64_t value)
{
    uint64_t priority = value >> GICH_LR_PRIORITY_SHIFT << GICH_LR_PRIORITY_SHIFT;

    (void)group;
    cpu->gic.ich.vmcr = field_set(cpu->gic.ich.vmcr, ICH_VMCR_VPMR, priority);
}

static uint64_t read_bpr(struct cpu *cpu, unsigned group)
{
    return gic_read_bpr(&cpu->gic, group);
}

static void write_bpr(struct cpu *cpu, unsigned group, uint64_t value)
{
    gic_write_bpr(&cpu->gic, group, value);
}

static uint64_t read_rpr(struct cpu *cpu, unsigned group)
{
    (void)group;
    return gic_running_priority(&cpu->gic);
}

/* One register for both groups. */
static uint64_t read_apr(struct cpu *cpu, unsigned group)
{
    (void)group;
    return cpu->gic.ich.ap0r0 | cpu->gic.ich.ap1r0;
}

static void write_apr(struct cpu *cpu, unsigned group, uint64_t value)
{
    (void)group;
    cpu->gic.ich.ap0r0 = (uint32_t)value;
    cpu->gic.ich.ap1r0 = 0;
}

static uint64_t read_iidr(struct cpu *cpu, unsigned group)
{
    (void)cpu, (void)group;
    return GIC_400_GICV_IIDR;
}

static const struct frame_row {
    uint16_t offset;
    uint8_t group;
    uint64_t (*read)(struct cpu *cpu, unsigned group);
    void (*write)(struct cpu *cpu, unsigned group, uint64_t value);
} rows[] = {
    {0x0000, GROUP0, read_ctlr, write_ctlr}, /* GICV_CTLR */
    {0x0004, GROUP0, read_pmr, write_pmr},   /* GICV_PMR */
    {0x0008, GROUP0, read_bpr, write_bpr},   /* GICV_BPR */
    {0x000c, GROUP0, read_iar, NULL},        /* GICV_IAR */
    {0x0010, GROUP0, NULL, write_eoir},      /* GICV_EOIR */
    {0x0014, GROUP0, read_rpr, NULL},        /* GICV_RPR */
    {0x0018, GROUP0, read_hppir, NULL},      /* GICV_HPPIR */
    {0x001c, GROUP1, read_bpr, write_bpr},   /* GICV_ABPR */
    {0x0020, GROUP1, read_iar, NULL},        /* GICV_AIAR */
    {0x0024, GROUP1, NULL, write_eoir},      /* GICV_AEOIR */
    {0x0028, GROUP1, read_hppir, NULL},      /* GICV_AHPPIR */
    {0x00d0, GROUP0, read_apr, write_apr},   /* GICV_APR0 */
    {0x00fc, GROUP0, read_iidr, NULL},       /* GICV_IIDR */
    {0x1000, GROUP0, NULL, write_dir},       /* GICV_DIR */
};

static const struct frame_row *find_row(uint64_t offset)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].offset == offset)
            return &rows[i];
    return NULL;
}

/* In the guest's byte order (SCTLR_EL1.EE, E0E). */
static uint32_t as_the_guest_has_it(const struct cpu *cpu, uint32_t value)
{
    bool el0 = field_get(cpu->engine_pstate, PSTATE_M) == PSTATE_EL0T;

    return field_get(cpu->mmu.regs.sctlr_el1, el0 ? SCTLR_E0E : SCTLR_EE) ? __builtin_bswap32(value)
                                                                          : value;
}

bool gic_frame_access(struct cpu *cpu, const struct insn *insn, const struct fault *fault)
{
    uint64_t offset = fault->pa.v - cpu->engine->gicv.v;
    const struct frame_row *row;
    uint64_t value = 0;

    if (!cpu->engine->gicv.v || fault->kind != FAULT_EXTERNAL || offset >= GICV_SIZE ||
        offset % GICV_WORD || insn->size != GICV_WORD || !execute_is_single_register(insn))
        return false;
    row = find_row(offset);
    if (insn->cls == INSN_STORE) {
        if (row && row->write)
            row->write(cpu, row->group,
                       as_the_guest_has_it(cpu, (uint32_t)cpu_get_x(cpu, insn->rt)));
    } else {
        if (row && row->read)
            value = row->read(cpu, row->group);
        value = as_the_guest_has_it(cpu, (uint32_t)value);
        cpu_set_x(cpu, insn->rt,
                  insn->sign_extend ? (uint64_t)(int64_t)(int32_t)value : value); /* LDRSW */
    }
    gic_refresh(cpu);
    execute_step_pc(cpu);
    return true;
}

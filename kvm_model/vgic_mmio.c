/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The registers of the vGICv3's frames: arch/arm64/kvm/vgic/vgic-mmio-v3.c. What is accessed with a
 * width or alignment that a register does not allow reads as zero and ignores writes, as does what
 * is not there (dispatch_mmio_read, check_region).
 */
#include "kvm_model/mmio.h"
#include "kvm_model/vgic.h"

#define GICD_CTLR_DS 0x40u
#define GICD_CTLR_ARE 0x10u
#define GICD_CTLR_ENABLE_G1 0x02u
#define GICD_TYPER_ID_BITS (9u << 19) /* 10 bits of INTID: no LPIs */
#define GIC_IIDR 0x4b00343bu          /* product 'K', revision 3, Arm */
#define GIC_PIDR2 0x3bu               /* architecture 3 */
#define GICR_CTLR_IR_CES 6u
#define GICR_TYPER_LAST 0x10u
#define SGI_FRAME 0x10000u

enum access_width { W8 = 1, W32 = 4, W64 = 8 };

/* One access, decoded: which interrupts, or which byte of a register. */
struct vgic_access {
    struct vgic *vgic;
    struct vgic_redist *redist; /* NULL: the distributor */
    uint64_t offset;            /* from the start of the register row */
    unsigned len;
};

typedef uint64_t vgic_read_fn(struct vgic_access *access);
typedef void vgic_write_fn(struct vgic_access *access, uint64_t value);

struct vgic_row {
    uint64_t offset, size;
    unsigned widths; /* enum access_width */
    vgic_read_fn *read;
    vgic_write_fn *write;
};

/* The interrupts of a row with bits a piece begin here; NULL beyond the last, or private ones in
 * the distributor, where affinity routing makes them RES0. */
static struct vgic_irq *irq_at(struct vgic_access *access, uint64_t intid)
{
    if (access->redist)
        return intid < VGIC_PRIVATE_IRQS ? &access->redist->irqs[intid] : NULL;
    if (intid < VGIC_PRIVATE_IRQS || intid - VGIC_PRIVATE_IRQS >= VGIC_NR_SPIS)
        return NULL;
    return &access->vgic->spis[intid - VGIC_PRIVATE_IRQS];
}

static uint64_t raz(struct vgic_access *access)
{
    (void)access;
    return 0;
}

static uint64_t rao(struct vgic_access *access)
{
    (void)access;
    return ~(uint64_t)0;
}

static void wi(struct vgic_access *access, uint64_t value)
{
    (void)access, (void)value;
}

/* The part of a 64-bit value that the access reaches (extract_bytes, update_64bit_reg). */
static uint64_t part_of(const struct vgic_access *access, uint64_t value)
{
    return value >> ((access->offset & 7) * 8);
}

static uint64_t with_part(const struct vgic_access *access, uint64_t old, uint64_t value)
{
    unsigned shift = (unsigned)(access->offset & 7) * 8;
    uint64_t mask = access->len == 8 ? ~(uint64_t)0 : (uint64_t)UINT32_MAX << shift;

    return (old & ~mask) | (value << shift & mask);
}

/* --- one bit an interrupt --- */

#define BIT_READ(name, what)                                                                       \
    static uint64_t name(struct vgic_access *access)                                               \
    {                                                                                              \
        uint64_t value = 0;                                                                        \
                                                                                                   \
        for (unsigned i = 0; i < access->len * 8; i++) {                                           \
            const struct vgic_irq *irq = irq_at(access, access->offset * 8 + i);                   \
                                                                                                   \
            value |= (uint64_t)(irq && (what)) << i;                                               \
        }                                                                                          \
        return value;                                                                              \
    }
BIT_READ(read_group, irq->group1)
BIT_READ(read_enable, irq->enabled)
BIT_READ(read_active, irq->active)
/* Of a mapped line, what it is, not what was last seen of it (__read_pending). */
BIT_READ(read_pending,
         vgic_irq_is_mapped_level(irq) ? vgic_get_phys_line_level(irq) : irq_is_pending(irq))

/* Bits that are one in a write do something to the interrupt. */
#define BIT_WRITE(name, change)                                                                    \
    static void name(struct vgic_access *access, uint64_t value)                                   \
    {                                                                                              \
        for (unsigned i = 0; i < access->len * 8; i++) {                                           \
            struct vgic_irq *irq = irq_at(access, access->offset * 8 + i);                         \
                                                                                                   \
            if (irq && value >> i & 1)                                                             \
                change(access->vgic, irq);                                                         \
        }                                                                                          \
    }

static void enable(struct vgic *vgic, struct vgic_irq *irq)
{
    bool was_high = irq->line_level;

    /* The device may have changed its line while the vGIC did not listen. */
    if (vgic_irq_is_mapped_level(irq)) {
        irq->line_level = vgic_get_phys_line_level(irq);
        if (!irq->active && was_high && !irq->line_level)
            vgic_irq_set_phys_active(irq, false);
    }
    irq->enabled = true;
    vgic_queue_irq(vgic, irq);
}

static void disable(struct vgic *vgic, struct vgic_irq *irq)
{
    (void)vgic;
    irq->enabled = false;
}

static void set_pending(struct vgic *vgic, struct vgic_irq *irq)
{
    irq->pending_latch = true;
    if (irq->hw)
        vgic_irq_set_phys_active(irq, true);
    vgic_queue_irq(vgic, irq);
}

/* The guest cannot mask the host's interrupt by this (vgic_hw_irq_cpending). */
static void clear_pending(struct vgic *vgic, struct vgic_irq *irq)
{
    (void)vgic;
    irq->pending_latch = false;
    if (irq->hw && !irq->active)
        vgic_irq_set_phys_active(irq, false);
}

/* vgic_mmio_change_active */
static void set_active(struct vgic *vgic, struct vgic_irq *irq)
{
    irq->active = true;
    if (irq->hw)
        vgic_irq_set_phys_active(irq, true);
    vgic_queue_irq(vgic, irq);
}

static void clear_active(struct vgic *vgic, struct vgic_irq *irq)
{
    (void)vgic;
    irq->active = false;
    if (irq->hw)
        vgic_irq_set_phys_active(irq, false);
}

BIT_WRITE(write_senable, enable)
BIT_WRITE(write_cenable, disable)
BIT_WRITE(write_spending, set_pending)
BIT_WRITE(write_cpending, clear_pending)
BIT_WRITE(write_sactive, set_active)
BIT_WRITE(write_cactive, clear_active)

static void write_group(struct vgic_access *access, uint64_t value)
{
    for (unsigned i = 0; i < access->len * 8; i++) {
        struct vgic_irq *irq = irq_at(access, access->offset * 8 + i);

        if (!irq)
            continue;
        irq->group1 = value >> i & 1;
        vgic_queue_irq(access->vgic, irq);
    }
}

/* --- wider fields --- */

static uint64_t read_priority(struct vgic_access *access)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < access->len; i++) {
        const struct vgic_irq *irq = irq_at(access, access->offset + i);

        value |= (uint64_t)(irq ? irq->priority : 0) << (i * 8);
    }
    return value;
}

/* VGIC_PRI_BITS: five of them. */
static void write_priority(struct vgic_access *access, uint64_t value)
{
    for (unsigned i = 0; i < access->len; i++) {
        struct vgic_irq *irq = irq_at(access, access->offset + i);

        if (irq)
            irq->priority = (uint8_t)(value >> (i * 8)) & 0xf8;
    }
}

static uint64_t read_config(struct vgic_access *access)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < access->len * 4; i++) {
        const struct vgic_irq *irq = irq_at(access, access->offset * 4 + i);

        value |= (uint64_t)(irq && irq->edge) << (i * 2 + 1);
    }
    return value;
}

/* Not of private interrupts: theirs is fixed. */
static void write_config(struct vgic_access *access, uint64_t value)
{
    for (unsigned i = 0; i < access->len * 4 && !access->redist; i++) {
        struct vgic_irq *irq = irq_at(access, access->offset * 4 + i);

        if (irq)
            irq->edge = value >> (i * 2 + 1) & 1;
    }
}

static uint64_t read_irouter(struct vgic_access *access)
{
    struct vgic_irq *irq = irq_at(access, access->offset / 8);

    return irq ? part_of(access, irq->mpidr) : 0;
}

/* Aff2, Aff1 and Aff0: there is no Aff3 in the upper word, nor Interrupt_Routing_Mode. */
#define IROUTER_MASK 0xffffffu

static void write_irouter(struct vgic_access *access, uint64_t value)
{
    struct vgic_irq *irq = irq_at(access, access->offset / 8);
    const struct kvm *kvm = access->vgic->kvm;

    if (!irq || access->offset & 4)
        return;
    irq->mpidr = value & IROUTER_MASK;
    irq->target_vcpu = NULL;
    for (size_t i = 0; i < kvm->vcpu_count; i++)
        if (kvm_vcpu_mpidr(kvm->vcpus[i]) == irq->mpidr)
            irq->target_vcpu = kvm->vcpus[i];
}

/* --- GICD_CTLR, TYPER, IIDR, TYPER2 --- */

static uint64_t read_misc(struct vgic_access *access)
{
    uint64_t irqs = VGIC_PRIVATE_IRQS + VGIC_NR_SPIS;

    switch (access->offset) {
    case 0x0:
        return GICD_CTLR_DS | GICD_CTLR_ARE | (access->vgic->enabled ? GICD_CTLR_ENABLE_G1 : 0);
    case 0x4:
        return GICD_TYPER_ID_BITS | (irqs / 32 - 1);
    case 0x8:
        return GIC_IIDR;
    default:
        return 0;
    }
}

/* Interrupts that became pending before do not get on a list by this. */
static void write_misc(struct vgic_access *access, uint64_t value)
{
    if (access->offset == 0)
        access->vgic->enabled = value & GICD_CTLR_ENABLE_G1;
}

static uint64_t read_idregs(struct vgic_access *access)
{
    return access->offset == 0x18 ? GIC_PIDR2 : 0;
}

/* --- the redistributor's own frame --- */

static uint64_t read_gicr_ctlr(struct vgic_access *access)
{
    (void)access;
    return GICR_CTLR_IR_CES;
}

static uint64_t read_gicr_iidr(struct vgic_access *access)
{
    (void)access;
    return GIC_IIDR;
}

static uint64_t read_gicr_typer(struct vgic_access *access)
{
    uint64_t mpidr = kvm_vcpu_mpidr(access->redist->vcpu);
    uint64_t affinity = (mpidr & 0xffffff) | (mpidr >> 32 & 0xff) << 24;
    uint64_t value = affinity << 32 | (uint64_t)access->redist->vcpu->id << 8;

    return part_of(access, value | (access->redist->last ? GICR_TYPER_LAST : 0));
}

static uint64_t read_propbase(struct vgic_access *access)
{
    return part_of(access, access->redist->propbaser);
}

static uint64_t read_pendbase(struct vgic_access *access)
{
    return part_of(access, access->redist->pendbaser & ~((uint64_t)1 << 62)); /* PTZ reads 0 */
}

/* What may be written, with the memory attributes KVM narrows to its own (vgic_sanitise_*). */
#define BASER_CACHE 0xd80u
#define PROPBASER_MASK 0x000ffffffffff01full
#define PENDBASER_MASK 0x400fffffffff0000ull

static void write_propbase(struct vgic_access *access, uint64_t value)
{
    access->redist->propbaser =
        (with_part(access, access->redist->propbaser, value) & PROPBASER_MASK) |
        (BASER_CACHE & 0x580u);
}

static void write_pendbase(struct vgic_access *access, uint64_t value)
{
    access->redist->pendbaser =
        (with_part(access, access->redist->pendbaser, value) & PENDBASER_MASK) |
        (BASER_CACHE & 0x580u);
}

/* clang-format off */
static const struct vgic_row dist_rows[] = {
    {0x0000, 0x10, W32, read_misc, write_misc},
    {0x0010, 0x04, W32, rao, wi},                           /* STATUSR, which KVM has not */
    {0x0080, 0x80, W32, read_group, write_group},           /* IGROUPR */
    {0x0100, 0x80, W32, read_enable, write_senable},        /* ISENABLER */
    {0x0180, 0x80, W32, read_enable, write_cenable},        /* ICENABLER */
    {0x0200, 0x80, W32, read_pending, write_spending},      /* ISPENDR */
    {0x0280, 0x80, W32, read_pending, write_cpending},      /* ICPENDR */
    {0x0300, 0x80, W32, read_active, write_sactive},        /* ISACTIVER */
    {0x0380, 0x80, W32, read_active, write_cactive},        /* ICACTIVER */
    {0x0400, 0x400, W32 | W8, read_priority, write_priority},
    {0x0800, 0x400, W32 | W8, raz, wi},                     /* ITARGETSR */
    {0x0c00, 0x100, W32, read_config, write_config},        /* ICFGR */
    {0x0d00, 0x80, W32, raz, wi},                           /* IGRPMODR */
    {0x6000, 0x2000, W32 | W64, read_irouter, write_irouter},
    {0xffd0, 0x30, W32, read_idregs, wi},
};

static const struct vgic_row redist_rows[] = {
    {0x0000, 0x04, W32, read_gicr_ctlr, wi},
    {0x0004, 0x04, W32, read_gicr_iidr, wi},
    {0x0008, 0x08, W32 | W64, read_gicr_typer, wi},
    {0x0010, 0x04, W32, raz, wi},                           /* STATUSR */
    {0x0014, 0x04, W32, raz, wi},                           /* WAKER */
    {0x0070, 0x08, W32 | W64, read_propbase, write_propbase},
    {0x0078, 0x08, W32 | W64, read_pendbase, write_pendbase},
    {0xffd0, 0x30, W32, read_idregs, wi},
    {SGI_FRAME + 0x080, 0x04, W32, read_group, write_group},
    {SGI_FRAME + 0x100, 0x04, W32, read_enable, write_senable},
    {SGI_FRAME + 0x180, 0x04, W32, read_enable, write_cenable},
    {SGI_FRAME + 0x200, 0x04, W32, read_pending, write_spending},
    {SGI_FRAME + 0x280, 0x04, W32, read_pending, write_cpending},
    {SGI_FRAME + 0x300, 0x04, W32, read_active, write_sactive},
    {SGI_FRAME + 0x380, 0x04, W32, read_active, write_cactive},
    {SGI_FRAME + 0x400, 0x20, W32 | W8, read_priority, write_priority},
    {SGI_FRAME + 0xc00, 0x08, W32, read_config, write_config},
    {SGI_FRAME + 0xd00, 0x04, W32, raz, wi},                /* IGRPMODR */
};
/* clang-format on */

static const struct vgic_row *find_row(const struct vgic_row *rows, size_t count, uint64_t offset,
                                       unsigned len)
{
    for (size_t i = 0; i < count; i++)
        if (offset >= rows[i].offset && offset - rows[i].offset < rows[i].size)
            return rows[i].widths & len && !(offset & (len - 1)) ? &rows[i] : NULL;
    return NULL;
}

static void do_read(const struct vgic_row *row, struct vgic_access *access, void *data)
{
    uint64_t value = 0;

    if (row) {
        access->offset -= row->offset;
        value = row->read(access);
    }
    kvm_mmio_write_buf(data, access->len, value);
}

static void do_write(const struct vgic_row *row, struct vgic_access *access, const void *data)
{
    if (!row)
        return;
    access->offset -= row->offset;
    row->write(access, kvm_mmio_read_buf(data, access->len));
}

#define FIND(rows, offset, len) find_row(rows, sizeof(rows) / sizeof(rows[0]), offset, len)

static bool dist_read(void *ctx, uint64_t offset, unsigned len, void *data)
{
    struct vgic_access access = {.vgic = ctx, .offset = offset, .len = len};

    do_read(FIND(dist_rows, offset, len), &access, data);
    return true;
}

static bool dist_write(void *ctx, uint64_t offset, unsigned len, const void *data)
{
    struct vgic_access access = {.vgic = ctx, .offset = offset, .len = len};

    do_write(FIND(dist_rows, offset, len), &access, data);
    return true;
}

static bool redist_read(void *ctx, uint64_t offset, unsigned len, void *data)
{
    struct vgic_redist *redist = ctx;
    struct vgic_access access = {redist->vgic, redist, offset, len};

    do_read(FIND(redist_rows, offset, len), &access, data);
    return true;
}

static bool redist_write(void *ctx, uint64_t offset, unsigned len, const void *data)
{
    struct vgic_redist *redist = ctx;
    struct vgic_access access = {redist->vgic, redist, offset, len};

    do_write(FIND(redist_rows, offset, len), &access, data);
    return true;
}

const struct kvm_io_device_ops vgic_dist_ops = {.read = dist_read, .write = dist_write};
const struct kvm_io_device_ops vgic_redist_ops = {.read = redist_read, .write = redist_write};

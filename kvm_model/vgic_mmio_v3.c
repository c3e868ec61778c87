/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The registers of the vGICv3's frames: arch/arm64/kvm/vgic/vgic-mmio-v3.c. */
#include "kvm_model/vgic_mmio.h"

#define GICD_CTLR_DS 0x40u
#define GICD_CTLR_ARE 0x10u
#define GICD_CTLR_ENABLE_G1 0x02u
#define GICD_TYPER_ID_BITS (9u << 19) /* 10 bits of INTID: no LPIs */
#define GIC_PIDR2 0x3bu               /* architecture 3 */
#define GICR_CTLR_IR_CES 6u
#define REVISION_OF_IR_CES 3u /* KVM_VGIC_IMP_REV_3 */
#define GICR_TYPER_LAST 0x10u
#define SGI_FRAME 0x10000u

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

static uint64_t read_irouter(struct vgic_access *access)
{
    struct vgic_irq *irq = vgic_access_irq(access, access->offset / 8);

    return irq ? part_of(access, irq->mpidr) : 0;
}

/* Aff2, Aff1 and Aff0: there is no Aff3 in the upper word, nor Interrupt_Routing_Mode. */
#define IROUTER_MASK 0xffffffu

static void write_irouter(struct vgic_access *access, uint64_t value)
{
    struct vgic_irq *irq = vgic_access_irq(access, access->offset / 8);
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
        return vgic_iidr(access->vgic);
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
    return access->vgic->kvm->variant->vgic_revision >= REVISION_OF_IR_CES ? GICR_CTLR_IR_CES : 0;
}

static uint64_t read_gicr_iidr(struct vgic_access *access)
{
    return vgic_iidr(access->vgic);
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
    {0x0010, 0x04, W32, vgic_read_rao, vgic_write_wi},                           /* STATUSR, which KVM has not */
    {0x0080, 0x80, W32, vgic_read_group, vgic_write_group},           /* IGROUPR */
    {0x0100, 0x80, W32, vgic_read_enable, vgic_write_senable},        /* ISENABLER */
    {0x0180, 0x80, W32, vgic_read_enable, vgic_write_cenable},        /* ICENABLER */
    {0x0200, 0x80, W32, vgic_read_pending, vgic_write_spending},      /* ISPENDR */
    {0x0280, 0x80, W32, vgic_read_pending, vgic_write_cpending},      /* ICPENDR */
    {0x0300, 0x80, W32, vgic_read_active, vgic_write_sactive},        /* ISACTIVER */
    {0x0380, 0x80, W32, vgic_read_active, vgic_write_cactive},        /* ICACTIVER */
    {0x0400, 0x400, W32 | W8, vgic_read_priority, vgic_write_priority},
    {0x0800, 0x400, W32 | W8, vgic_read_raz, vgic_write_wi},                     /* ITARGETSR */
    {0x0c00, 0x100, W32, vgic_read_config, vgic_write_config},        /* ICFGR */
    {0x0d00, 0x80, W32, vgic_read_raz, vgic_write_wi},                           /* IGRPMODR */
    {0x6000, 0x2000, W32 | W64, read_irouter, write_irouter},
    {0xffd0, 0x30, W32, read_idregs, vgic_write_wi},
};

static const struct vgic_row redist_rows[] = {
    {0x0000, 0x04, W32, read_gicr_ctlr, vgic_write_wi},
    {0x0004, 0x04, W32, read_gicr_iidr, vgic_write_wi},
    {0x0008, 0x08, W32 | W64, read_gicr_typer, vgic_write_wi},
    {0x0010, 0x04, W32, vgic_read_raz, vgic_write_wi},                           /* STATUSR */
    {0x0014, 0x04, W32, vgic_read_raz, vgic_write_wi},                           /* WAKER */
    {0x0070, 0x08, W32 | W64, read_propbase, write_propbase},
    {0x0078, 0x08, W32 | W64, read_pendbase, write_pendbase},
    {0xffd0, 0x30, W32, read_idregs, vgic_write_wi},
    {SGI_FRAME + 0x080, 0x04, W32, vgic_read_group, vgic_write_group},
    {SGI_FRAME + 0x100, 0x04, W32, vgic_read_enable, vgic_write_senable},
    {SGI_FRAME + 0x180, 0x04, W32, vgic_read_enable, vgic_write_cenable},
    {SGI_FRAME + 0x200, 0x04, W32, vgic_read_pending, vgic_write_spending},
    {SGI_FRAME + 0x280, 0x04, W32, vgic_read_pending, vgic_write_cpending},
    {SGI_FRAME + 0x300, 0x04, W32, vgic_read_active, vgic_write_sactive},
    {SGI_FRAME + 0x380, 0x04, W32, vgic_read_active, vgic_write_cactive},
    {SGI_FRAME + 0x400, 0x20, W32 | W8, vgic_read_priority, vgic_write_priority},
    {SGI_FRAME + 0xc00, 0x08, W32, vgic_read_config, vgic_write_config},
    {SGI_FRAME + 0xd00, 0x04, W32, vgic_read_raz, vgic_write_wi},                /* IGRPMODR */
};
/* clang-format on */

#define FRAME(rows)                                                                                \
    {                                                                                              \
        rows, sizeof(rows) / sizeof(rows[0])                                                       \
    }
static const struct vgic_frame dist_frame = FRAME(dist_rows), redist_frame = FRAME(redist_rows);

static struct vgic_access dist_access(struct vgic *vgic, uint64_t offset, unsigned len)
{
    return (struct vgic_access){.vgic = vgic, .spis = true, .offset = offset, .len = len};
}

static struct vgic_access redist_access(struct vgic_redist *redist, uint64_t offset, unsigned len)
{
    return (struct vgic_access){
        .vgic = redist->vgic, .redist = redist, .offset = offset, .len = len};
}

static enum kvm_io_result dist_read(struct kvm_vcpu *vcpu, void *ctx, uint64_t offset, unsigned len,
                                    void *data)
{
    struct vgic_access access = dist_access(ctx, offset, len);

    (void)vcpu;
    return vgic_frame_read(&dist_frame, &access, data);
}

static enum kvm_io_result dist_write(struct kvm_vcpu *vcpu, void *ctx, uint64_t offset,
                                     unsigned len, const void *data)
{
    struct vgic_access access = dist_access(ctx, offset, len);

    (void)vcpu;
    return vgic_frame_write(&dist_frame, &access, data);
}

static enum kvm_io_result redist_read(struct kvm_vcpu *vcpu, void *ctx, uint64_t offset,
                                      unsigned len, void *data)
{
    struct vgic_access access = redist_access(ctx, offset, len);

    (void)vcpu;
    return vgic_frame_read(&redist_frame, &access, data);
}

static enum kvm_io_result redist_write(struct kvm_vcpu *vcpu, void *ctx, uint64_t offset,
                                       unsigned len, const void *data)
{
    struct vgic_access access = redist_access(ctx, offset, len);

    (void)vcpu;
    return vgic_frame_write(&redist_frame, &access, data);
}

const struct kvm_io_device_ops vgic_dist_ops = {.read = dist_read, .write = dist_write};
const struct kvm_io_device_ops vgic_redist_ops = {.read = redist_read, .write = redist_write};

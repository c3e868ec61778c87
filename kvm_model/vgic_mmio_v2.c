/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The distributor of the vGICv2: arch/arm64/kvm/vgic/vgic-mmio-v2.c. Its registers of SGIs and PPIs
 * are banked: they are those of the vCPU that accesses them.
 */
#include "kvm_model/vgic_mmio.h"

#define GICD_CTLR 0x0u
#define GICD_TYPER 0x4u
#define GICD_IIDR 0x8u
#define GICD_ENABLE 1u
#define MAX_TARGETS 8u /* vCPUs a register has bits for */

static const struct field TYPER_LINES = {0, 5}, TYPER_CPUS = {5, 3};
static const struct field SGIR_INTID = {0, 4}, SGIR_TARGETS = {16, 8}, SGIR_FILTER = {24, 2};

enum sgi_filter { SGI_TO_LIST, SGI_TO_OTHERS, SGI_TO_SELF };

static uint64_t read_misc(struct vgic_access *access)
{
    const struct vgic *vgic = access->vgic;

    switch (access->offset) {
    case GICD_CTLR:
        return vgic->enabled ? GICD_ENABLE : 0;
    case GICD_TYPER:
        return field_put(TYPER_LINES, VGIC_NR_IRQS / 32 - 1) |
               field_put(TYPER_CPUS, vgic->redist_count - 1);
    case GICD_IIDR:
        return vgic_iidr(vgic);
    default:
        return 0;
    }
}

static void write_misc(struct vgic_access *access, uint64_t value)
{
    if (access->offset == GICD_CTLR)
        access->vgic->enabled = value & GICD_ENABLE;
}

static uint8_t bit_of_vcpu(const struct vgic_redist *redist)
{
    return (uint8_t)(1u << (redist - redist->vgic->redists) % MAX_TARGETS);
}

/* A bit a vCPU of the VM. */
static uint8_t all_vcpus(const struct vgic *vgic)
{
    return (uint8_t)((1u << vgic->redist_count) - 1);
}

/* --- GICD_ITARGETSR --- */

static uint64_t read_target(struct vgic_access *access)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < access->len; i++) {
        const struct vgic_irq *irq = vgic_access_irq(access, access->offset + i);

        value |= (uint64_t)(irq ? irq->targets : 0) << (i * 8);
    }
    return value;
}

/* One of many targets gets an SPI, and without any the first vCPU. */
static void write_target(struct vgic_access *access, uint64_t value)
{
    const struct vgic *vgic = access->vgic;

    for (unsigned i = 0; i < access->len; i++) {
        struct vgic_irq *irq = vgic_access_irq(access, access->offset + i);
        size_t target = 0;

        if (!irq || irq->intid < VGIC_PRIVATE_IRQS)
            continue;
        irq->targets = (uint8_t)(value >> (i * 8)) & all_vcpus(vgic);
        while (irq->targets && !(irq->targets >> target & 1))
            target++;
        irq->target_vcpu = vgic->redists[target].vcpu;
    }
}

/* --- GICD_SGIR, GICD_CPENDSGIR, GICD_SPENDSGIR --- */

static void queue_sgi(struct vgic_redist *target, unsigned intid, uint8_t sources)
{
    struct vgic_irq *irq = &target->irqs[intid];

    irq->source |= sources;
    irq->pending_latch = true;
    EMIT(target->vgic->kvm->trace, VGIC_UPDATE_IRQ_PENDING, HOST, target->vcpu->id, intid, true);
    vgic_queue_irq(target->vgic, irq);
}

static void write_sgir(struct vgic_access *access, uint64_t value)
{
    struct vgic *vgic = access->vgic;
    uint8_t self = bit_of_vcpu(access->redist);
    uint8_t targets = (uint8_t)field_get(value, SGIR_TARGETS);

    switch (field_get(value, SGIR_FILTER)) {
    case SGI_TO_LIST:
        break;
    case SGI_TO_OTHERS:
        targets = all_vcpus(vgic) & (uint8_t)~self;
        break;
    case SGI_TO_SELF:
        targets = self;
        break;
    default:
        return;
    }
    for (size_t i = 0; i < vgic->redist_count; i++)
        if (targets >> i & 1)
            queue_sgi(&vgic->redists[i], (unsigned)field_get(value, SGIR_INTID), self);
}

static uint64_t read_sgipend(struct vgic_access *access)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < access->len; i++)
        value |= (uint64_t)access->redist->irqs[access->offset + i].source << (i * 8);
    return value;
}

static void write_sgipendc(struct vgic_access *access, uint64_t value)
{
    for (unsigned i = 0; i < access->len; i++) {
        struct vgic_irq *irq = &access->redist->irqs[access->offset + i];

        irq->source &= (uint8_t) ~(value >> (i * 8));
        if (!irq->source)
            irq->pending_latch = false;
    }
}

static void write_sgipends(struct vgic_access *access, uint64_t value)
{
    for (unsigned i = 0; i < access->len; i++) {
        struct vgic_irq *irq = &access->redist->irqs[access->offset + i];

        if (irq->source | (uint8_t)(value >> (i * 8)))
            queue_sgi(access->redist, irq->intid, (uint8_t)(value >> (i * 8)));
    }
}

/* clang-format off */
static const struct vgic_row dist_rows[] = {
    {0x000, 0x0c, W32, read_misc, write_misc},
    {0x080, 0x80, W32, vgic_read_group, vgic_write_group},           /* GICD_IGROUPR */
    {0x100, 0x80, W32, vgic_read_enable, vgic_write_senable},        /* GICD_ISENABLER */
    {0x180, 0x80, W32, vgic_read_enable, vgic_write_cenable},        /* GICD_ICENABLER */
    {0x200, 0x80, W32, vgic_read_pending, vgic_write_spending},      /* GICD_ISPENDR */
    {0x280, 0x80, W32, vgic_read_pending, vgic_write_cpending},      /* GICD_ICPENDR */
    {0x300, 0x80, W32, vgic_read_active, vgic_write_sactive},        /* GICD_ISACTIVER */
    {0x380, 0x80, W32, vgic_read_active, vgic_write_cactive},        /* GICD_ICACTIVER */
    {0x400, 0x400, W32 | W8, vgic_read_priority, vgic_write_priority},
    {0x800, 0x400, W32 | W8, read_target, write_target},
    {0xc00, 0x100, W32, vgic_read_config, vgic_write_config},        /* GICD_ICFGR */
    {0xf00, 0x04, W32, vgic_read_raz, write_sgir},
    {0xf10, 0x10, W32 | W8, read_sgipend, write_sgipendc},
    {0xf20, 0x10, W32 | W8, read_sgipend, write_sgipends},
};
/* clang-format on */

static const struct vgic_frame dist_frame = {dist_rows, sizeof(dist_rows) / sizeof(dist_rows[0])};

static struct vgic_access dist_access(const struct kvm_vcpu *vcpu, uint64_t offset, unsigned len)
{
    struct vgic_redist *redist = vgic_redist_of(vcpu);

    return (struct vgic_access){
        .vgic = redist->vgic, .redist = redist, .spis = true, .offset = offset, .len = len};
}

static enum kvm_io_result dist_read(struct kvm_vcpu *vcpu, void *ctx, uint64_t offset, unsigned len,
                                    void *data)
{
    struct vgic_access access = dist_access(vcpu, offset, len);

    (void)ctx;
    return vgic_frame_read(&dist_frame, &access, data);
}

static enum kvm_io_result dist_write(struct kvm_vcpu *vcpu, void *ctx, uint64_t offset,
                                     unsigned len, const void *data)
{
    struct vgic_access access = dist_access(vcpu, offset, len);

    (void)ctx;
    return vgic_frame_write(&dist_frame, &access, data);
}

const struct kvm_io_device_ops vgic_v2_dist_ops = {.read = dist_read, .write = dist_write};

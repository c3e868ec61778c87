/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the registers of a GICv2's distributor and of a GICv3's frames have in common:
 * arch/arm64/kvm/vgic/vgic-mmio.c.
 */
#include "kvm_model/vgic_mmio.h"

#include "kvm_model/mmio.h"

struct vgic_irq *vgic_access_irq(const struct vgic_access *access, uint64_t intid)
{
    if (intid < VGIC_PRIVATE_IRQS)
        return access->redist ? &access->redist->irqs[intid] : NULL;
    return access->spis && intid < VGIC_NR_IRQS ? vgic_get_spi(access->vgic, (unsigned)intid)
                                                : NULL;
}

uint64_t vgic_iidr(const struct vgic *vgic)
{
    static const struct field product = {24, 8}, revision = {12, 4}, implementer = {0, 12};

    return field_put(product, 'K') | field_put(revision, vgic->kvm->variant->vgic_revision) |
           field_put(implementer, 0x43b);
}

uint64_t vgic_read_raz(struct vgic_access *access)
{
    (void)access;
    return 0;
}

uint64_t vgic_read_rao(struct vgic_access *access)
{
    (void)access;
    return ~(uint64_t)0;
}

void vgic_write_wi(struct vgic_access *access, uint64_t value)
{
    (void)access, (void)value;
}

/* --- one bit an interrupt --- */

#define BIT_READ(name, what)                                                                       \
    uint64_t name(struct vgic_access *access)                                                      \
    {                                                                                              \
        uint64_t value = 0;                                                                        \
                                                                                                   \
        for (unsigned i = 0; i < access->len * 8; i++) {                                           \
            const struct vgic_irq *irq = vgic_access_irq(access, access->offset * 8 + i);          \
                                                                                                   \
            value |= (uint64_t)(irq && (what)) << i;                                               \
        }                                                                                          \
        return value;                                                                              \
    }
BIT_READ(vgic_read_group, irq->group1)
BIT_READ(vgic_read_enable, irq->enabled)
BIT_READ(vgic_read_active, irq->active)
/* Of a mapped line, what it is, not what was last seen of it (__read_pending). */
BIT_READ(vgic_read_pending,
         vgic_irq_is_mapped_level(irq) ? vgic_get_phys_line_level(irq) : irq_is_pending(irq))

/* Bits that are one in a write do something to the interrupt. */
#define BIT_WRITE(name, change)                                                                    \
    void name(struct vgic_access *access, uint64_t value)                                          \
    {                                                                                              \
        for (unsigned i = 0; i < access->len * 8; i++) {                                           \
            struct vgic_irq *irq = vgic_access_irq(access, access->offset * 8 + i);                \
                                                                                                   \
            if (irq && value >> i & 1)                                                             \
                change(access, irq);                                                               \
        }                                                                                          \
    }

static void enable(const struct vgic_access *access, struct vgic_irq *irq)
{
    bool was_high = irq->line_level;

    /* The device may have changed its line while the vGIC did not listen. */
    if (vgic_irq_is_mapped_level(irq)) {
        irq->line_level = vgic_get_phys_line_level(irq);
        if (!irq->active && was_high && !irq->line_level)
            vgic_irq_set_phys_active(irq, false);
    }
    irq->enabled = true;
    vgic_queue_irq(access->vgic, irq);
}

static void disable(const struct vgic_access *access, struct vgic_irq *irq)
{
    (void)access;
    irq->enabled = false;
}

/* In GICD_ISPENDR0 and GICD_ICPENDR0 those bits are WI: SGIs have sources (GICD_SPENDSGIR). */
static bool is_v2_sgi(const struct vgic_access *access, const struct vgic_irq *irq)
{
    return access->vgic->v2 && irq->intid < VGIC_NR_SGIS;
}

static void set_pending(const struct vgic_access *access, struct vgic_irq *irq)
{
    if (is_v2_sgi(access, irq))
        return;
    irq->pending_latch = true;
    if (irq->hw)
        vgic_irq_set_phys_active(irq, true);
    vgic_queue_irq(access->vgic, irq);
}

/* The guest cannot mask the host's interrupt by this (vgic_hw_irq_cpending). */
static void clear_pending(const struct vgic_access *access, struct vgic_irq *irq)
{
    if (is_v2_sgi(access, irq))
        return;
    irq->pending_latch = false;
    if (irq->hw && !irq->active)
        vgic_irq_set_phys_active(irq, false);
}

/*
 * vgic_mmio_change_active. Nothing says which vCPU a GICv2's SGI that is active came from: KVM
 * takes the one that writes.
 */
static void set_active(const struct vgic_access *access, struct vgic_irq *irq)
{
    irq->active = true;
    if (is_v2_sgi(access, irq))
        irq->active_source = (uint8_t)access->redist->vcpu->id;
    if (irq->hw)
        vgic_irq_set_phys_active(irq, true);
    vgic_queue_irq(access->vgic, irq);
}

static void clear_active(const struct vgic_access *access, struct vgic_irq *irq)
{
    (void)access;
    irq->active = false;
    if (irq->hw)
        vgic_irq_set_phys_active(irq, false);
}

BIT_WRITE(vgic_write_senable, enable)
BIT_WRITE(vgic_write_cenable, disable)
BIT_WRITE(vgic_write_spending, set_pending)
BIT_WRITE(vgic_write_cpending, clear_pending)
BIT_WRITE(vgic_write_sactive, set_active)
BIT_WRITE(vgic_write_cactive, clear_active)

void vgic_write_group(struct vgic_access *access, uint64_t value)
{
    for (unsigned i = 0; i < access->len * 8; i++) {
        struct vgic_irq *irq = vgic_access_irq(access, access->offset * 8 + i);

        if (!irq)
            continue;
        irq->group1 = value >> i & 1;
        vgic_queue_irq(access->vgic, irq);
    }
}

/* --- wider fields --- */

uint64_t vgic_read_priority(struct vgic_access *access)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < access->len; i++) {
        const struct vgic_irq *irq = vgic_access_irq(access, access->offset + i);

        value |= (uint64_t)(irq ? irq->priority : 0) << (i * 8);
    }
    return value;
}

/* VGIC_PRI_BITS: five of them. */
void vgic_write_priority(struct vgic_access *access, uint64_t value)
{
    for (unsigned i = 0; i < access->len; i++) {
        struct vgic_irq *irq = vgic_access_irq(access, access->offset + i);

        if (irq)
            irq->priority = (uint8_t)(value >> (i * 8)) & 0xf8;
    }
}

uint64_t vgic_read_config(struct vgic_access *access)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < access->len * 4; i++) {
        const struct vgic_irq *irq = vgic_access_irq(access, access->offset * 4 + i);

        value |= (uint64_t)(irq && irq->edge) << (i * 2 + 1);
    }
    return value;
}

/* Not of private interrupts: theirs is fixed. */
void vgic_write_config(struct vgic_access *access, uint64_t value)
{
    for (unsigned i = 0; i < access->len * 4; i++) {
        struct vgic_irq *irq = vgic_access_irq(access, access->offset * 4 + i);

        if (irq && irq->intid >= VGIC_PRIVATE_IRQS)
            irq->edge = value >> (i * 2 + 1) & 1;
    }
}

static const struct vgic_row *find_row(const struct vgic_frame *frame, uint64_t offset,
                                       unsigned len)
{
    const struct vgic_row *rows = frame->rows;

    for (size_t i = 0; i < frame->count; i++)
        if (offset >= rows[i].offset && offset - rows[i].offset < rows[i].size)
            return rows[i].widths & len && !(offset & (len - 1)) ? &rows[i] : NULL;
    return NULL;
}

enum kvm_io_result vgic_frame_read(const struct vgic_frame *frame, struct vgic_access *access,
                                   void *data)
{
    const struct vgic_row *row = find_row(frame, access->offset, access->len);
    uint64_t value = 0;

    if (row) {
        access->offset -= row->offset;
        value = row->read(access);
    }
    kvm_mmio_write_buf(data, access->len, value);
    return row ? KVM_IO_OK : KVM_IO_DECODE_ERROR;
}

enum kvm_io_result vgic_frame_write(const struct vgic_frame *frame, struct vgic_access *access,
                                    const void *data)
{
    const struct vgic_row *row = find_row(frame, access->offset, access->len);

    if (!row)
        return KVM_IO_DECODE_ERROR;
    access->offset -= row->offset;
    row->write(access, kvm_mmio_read_buf(data, access->len));
    return KVM_IO_OK;
}

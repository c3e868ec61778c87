/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames of registers of a vGIC, as tables: vgic_mmio.c has what the architecture's versions share,
 * vgic_mmio_v2.c and vgic_mmio_v3.c their own registers and tables
 * (arch/arm64/kvm/vgic/vgic-mmio*.c).
 */
#ifndef KVM_MODEL_VGIC_MMIO_H
#define KVM_MODEL_VGIC_MMIO_H

#include "kvm_model/vgic.h"

enum access_width { W8 = 1, W32 = 4, W64 = 8 };

/* One access, decoded: which interrupts, or which byte of a register. */
struct vgic_access {
    struct vgic *vgic;
    struct vgic_redist *redist; /* whose private interrupts; NULL: they are RES0 */
    bool spis;                  /* the frame has registers of SPIs */
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

struct vgic_frame {
    const struct vgic_row *rows;
    size_t count;
};

/* The interrupt of an access, or NULL. */
struct vgic_irq *vgic_access_irq(const struct vgic_access *access, uint64_t intid);
/* The IIDR of a distributor or redistributor: product 'K' of Arm, the variant's revision. */
uint64_t vgic_iidr(const struct vgic *vgic);

vgic_read_fn vgic_read_raz, vgic_read_rao;
vgic_write_fn vgic_write_wi;
/* A bit an interrupt. */
vgic_read_fn vgic_read_group, vgic_read_enable, vgic_read_pending, vgic_read_active;
vgic_write_fn vgic_write_group, vgic_write_senable, vgic_write_cenable, vgic_write_spending,
    vgic_write_cpending, vgic_write_sactive, vgic_write_cactive;
/* A byte, and two bits, an interrupt. */
vgic_read_fn vgic_read_priority, vgic_read_config;
vgic_write_fn vgic_write_priority, vgic_write_config;

/*
 * The access, of which offset is that in the frame. What has a width or alignment that a register
 * does not allow reads as zero and ignores writes, as does what is not there (dispatch_mmio_read,
 * check_region).
 */
enum kvm_io_result vgic_frame_read(const struct vgic_frame *frame, struct vgic_access *access,
                                   void *data);
enum kvm_io_result vgic_frame_write(const struct vgic_frame *frame, struct vgic_access *access,
                                    const void *data);

#endif

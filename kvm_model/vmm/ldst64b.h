/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Emulation of LD64B, ST64B, ST64BV and ST64BV0 in user space (KVM_EXIT_ARM_LDST64B). */
#ifndef KVM_MODEL_VMM_LDST64B_H
#define KVM_MODEL_VMM_LDST64B_H

#include "kvm_model/kvm.h"
#include "kvm_model/vmm/address_space.h"

/*
 * Does the access that run->arm_nisv describes and steps over the instruction
 * (Documentation/virt/kvm/api.rst, KVM_EXIT_ARM_LDST64B; Arm ARM, LD64B and ST64BV). An access that
 * nothing takes whole is an external abort: then 0 or the -errno of KVM_SET_VCPU_EVENTS. -ENOSYS
 * for ST64BV0: no KVM gives a guest its ACCDATA_EL1 (FEAT_LS64_ACCDATA).
 */
int vmm_emulate_ldst64b(struct kvm_vcpu *vcpu, struct address_space *as);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Trapped MSR, MRS and SYS: arch/arm64/kvm/sys_regs.c (kvm_handle_sys_reg). */
#include "kvm_model/kvm_internal.h"

/*
 * No register is emulated yet: HCR_EL2 traps none that a guest of this machine has, so what arrives
 * is IMPLEMENTATION DEFINED or unknown, and KVM answers that with UNDEFINED (emulate_sys_reg).
 */
int kvm_handle_sys_reg(struct kvm_vcpu *vcpu)
{
    return kvm_inject_undefined(vcpu);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kvm_model/vmm/ldst64b.h"

#include <endian.h>
#include <errno.h>

#include "cpu/arch/descriptor.h"
#include "cpu/arch/esr.h"
#include "cpu/arch/pstate.h"

#define REGISTERS 8 /* eight doublewords are transferred */
#define INSN_SIZE 4

enum lst { LST_ST64BV = 1, LST_ST64BV0 = 3 }; /* ISS.LST */

static bool is_big_endian(struct kvm_vcpu *vcpu)
{
    bool el0 = field_get(kvm_vcpu_get_pstate(vcpu), PSTATE_M) == PSTATE_EL0T;

    return field_get(kvm_vcpu_get_sysreg(vcpu, SYSREG_SCTLR_EL1), el0 ? SCTLR_E0E : SCTLR_EE);
}

int vmm_emulate_ldst64b(struct kvm_vcpu *vcpu, struct address_space *as)
{
    const struct kvm_run *run = kvm_vcpu_kvm_run(vcpu);
    uint64_t esr = run->arm_nisv.esr_iss, words[REGISTERS] = {0};
    uint64_t lst = field_get(esr, ESR_LST);
    unsigned rt = (unsigned)field_get(esr, ESR_SRT);
    bool is_write = field_get(esr, ESR_WNR), swap = is_big_endian(vcpu);

    if (lst == LST_ST64BV0)
        return -ENOSYS;
    for (unsigned i = 0; is_write && i < REGISTERS; i++) {
        uint64_t value = kvm_vcpu_get_x(vcpu, rt + i);

        words[i] = swap ? htobe64(value) : htole64(value);
    }
    if (address_space_rw(as, run->arm_nisv.fault_ipa, words, sizeof(words), is_write) != MEMTX_OK)
        return kvm_vcpu_set_events(vcpu, &(struct kvm_arm_vcpu_events){.ext_dabt_pending = true});
    for (unsigned i = 0; !is_write && i < REGISTERS; i++)
        kvm_vcpu_set_x(vcpu, rt + i, swap ? be64toh(words[i]) : le64toh(words[i]));
    /* the status: the endpoint took it */
    if (lst == LST_ST64BV)
        kvm_vcpu_set_x(vcpu, (unsigned)field_get(esr, ESR_XS), 0);
    kvm_vcpu_set_pc(vcpu, kvm_vcpu_get_pc(vcpu) + INSN_SIZE);
    return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kvm_model/mmio.h"

#include <endian.h>
#include <errno.h>

#include "kvm_model/kvm_internal.h"

#define MMIO_MAX_LEN 8

uint64_t kvm_mmio_read_buf(const void *buf, unsigned len)
{
    uint64_t data = 0;

    if (len == 1 || len == 2 || len == 4 || len == MMIO_MAX_LEN)
        memcpy(&data, buf, len);
    return le64toh(data);
}

void kvm_mmio_write_buf(void *buf, unsigned len, uint64_t data)
{
    data = htole64(data);
    if (len == 1 || len == 2 || len == 4 || len == MMIO_MAX_LEN)
        memcpy(buf, &data, len);
}

static uint64_t access_mask(unsigned len)
{
    return len >= MMIO_MAX_LEN ? ~(uint64_t)0 : ((uint64_t)1 << (len * 8)) - 1;
}

uint64_t kvm_mmio_data_swap(uint64_t data, unsigned len, bool big_endian)
{
    data &= access_mask(len);
    return big_endian ? __builtin_bswap64(data) >> (64 - len * 8) : data;
}

static uint64_t sign_extend(const struct kvm_mmio_load *load, uint64_t data)
{
    if (load->sign_extend && load->len < MMIO_MAX_LEN) {
        uint64_t sign = (uint64_t)1 << (load->len * 8 - 1);

        data = (data ^ sign) - sign;
    }
    return load->sixty_four ? data : data & access_mask(4);
}

uint64_t kvm_mmio_load_value(enum kvm_mmio_sign policy, const struct kvm_mmio_load *load,
                             uint64_t data)
{
    if (policy == KVM_MMIO_SIGN_LOST)
        return kvm_mmio_data_swap(sign_extend(load, data), load->len, load->big_endian);
    return sign_extend(load, kvm_mmio_data_swap(data, load->len, load->big_endian));
}

/* The value goes to the register, of a REC to the run page: the RMM puts it where it belongs. */
static void complete_read(struct kvm_vcpu *vcpu, unsigned rt, uint64_t value)
{
    if (vcpu_is_rec(vcpu))
        vcpu->rec.run->enter.gprs[0] = value;
    else
        kvm_vcpu_set_x(vcpu, rt, value);
}

int kvm_handle_mmio_return(struct kvm_vcpu *vcpu)
{
    unsigned rt = kvm_vcpu_dabt_get_rd(vcpu);
    unsigned len = kvm_vcpu_dabt_get_as(vcpu);
    uint64_t value;

    /* An exception that user space made pending takes the place of the answer. */
    if (!vcpu->mmio_needed || vcpu->exception.pending)
        return 1;
    vcpu->mmio_needed = false;
    value = kvm_mmio_read_buf(vcpu->run->mmio.data, len);
    if (!kvm_vcpu_dabt_iswrite(vcpu)) {
        struct kvm_mmio_load load = {
            .len = len,
            .sign_extend = kvm_vcpu_dabt_issext(vcpu),
            .sixty_four = kvm_vcpu_dabt_issf(vcpu),
            .big_endian = kvm_vcpu_is_be(vcpu),
        };

        KVM_TRACE(vcpu, MMIO, KVM_TP_READ, len, vcpu->run->mmio.phys_addr, value);
        value = kvm_mmio_load_value(vcpu->kvm->variant->mmio_sign, &load, value);
        complete_read(vcpu, rt, value);
    }
    EMIT(vcpu_trace(vcpu), KVM_HANDLE_MMIO_RETURN, HOST, rt, len, value);
    if (!vcpu_is_rec(vcpu) && !vcpu->kvm->variant->mmio_steps_at_abort)
        kvm_incr_pc(vcpu);
    if (vcpu_is_rec(vcpu) && vcpu->kvm->variant->rec_mmio == KVM_REC_MMIO_AT_MMIO_RETURN)
        vcpu->rec.run->enter.flags |= field_mask(RMI_ENTER_EMUL_MMIO);
    return 1;
}

/* No valid syndrome: nothing here can tell what the access was. */
static int abort_without_isv(struct kvm_vcpu *vcpu, ipa_t ipa)
{
    /* kvm_vcpu_dabt_iss_nisv_sanitized */
    const uint64_t shown = field_mask(ESR_CM) | field_mask(ESR_WNR) | field_mask(ESR_FSC);

    KVM_TRACE(vcpu, MMIO_NISV, ipa.v, vcpu->fault.esr, vcpu->fault.far, kvm_vcpu_get_pc(vcpu));
    if (vcpu_is_rec(vcpu) && vcpu->kvm->variant->realm_nisv == KVM_REALM_NISV_SEA)
        return kvm_inject_sea(vcpu, false, vcpu->fault.far);
    if (!vcpu->kvm->nisv_to_user)
        return -ENOSYS;
    vcpu->run->exit_reason = KVM_EXIT_ARM_NISV;
    vcpu->run->arm_nisv.esr_iss = vcpu->fault.esr & shown;
    vcpu->run->arm_nisv.fault_ipa = ipa.v;
    return 0;
}

/*
 * A 64-byte load or store: user space emulates it whole. ISS[12:11] are LST where the fault is one
 * of a walk's result, and something else where it is not (io_mem_abort@7.2).
 */
static bool is_ldst64b(const struct kvm_vcpu *vcpu)
{
    enum fsc_group fault = kvm_vcpu_trap_get_fault(vcpu);

    return vcpu->kvm->variant->ldst64b_exit && field_get(vcpu->fault.esr, ESR_LST) &&
           (fault == FSC_TRANSLATION || fault == FSC_ACCESS_FLAG || fault == FSC_PERMISSION);
}

static int exit_ldst64b(struct kvm_vcpu *vcpu, ipa_t ipa)
{
    vcpu->run->exit_reason = KVM_EXIT_ARM_LDST64B;
    vcpu->run->arm_nisv.esr_iss = vcpu->fault.esr & ~field_mask(ESR_FSC);
    vcpu->run->arm_nisv.fault_ipa = ipa.v;
    return 0;
}

int io_mem_abort(struct kvm_vcpu *vcpu, ipa_t ipa)
{
    struct kvm_run *run = vcpu->run;
    bool is_write = kvm_vcpu_dabt_iswrite(vcpu);
    unsigned len = kvm_vcpu_dabt_get_as(vcpu);
    unsigned rt = kvm_vcpu_dabt_get_rd(vcpu);
    bool handled;

    EMIT(vcpu_trace(vcpu), IO_MEM_ABORT, HOST, ipa.v, kvm_vcpu_dabt_isvalid(vcpu), is_write,
         kvm_vcpu_dabt_isvalid(vcpu) ? len : 0, kvm_vcpu_dabt_isvalid(vcpu) ? rt : 0);
    if (!kvm_vcpu_dabt_isvalid(vcpu))
        return abort_without_isv(vcpu, ipa);
    if (is_ldst64b(vcpu))
        return exit_ldst64b(vcpu, ipa);

    if (is_write) {
        uint64_t data = kvm_mmio_data_swap(kvm_vcpu_get_x(vcpu, rt), len, kvm_vcpu_is_be(vcpu));

        kvm_mmio_write_buf(run->mmio.data, len, data);
        KVM_TRACE(vcpu, MMIO, KVM_TP_WRITE, len, ipa.v, data);
        handled = kvm_io_bus_write(vcpu, ipa.v, len, run->mmio.data);
    } else {
        KVM_TRACE(vcpu, MMIO, KVM_TP_READ_UNSATISFIED, len, ipa.v, 0);
        handled = kvm_io_bus_read(vcpu, ipa.v, len, run->mmio.data);
    }

    if (!vcpu_is_rec(vcpu) && vcpu->kvm->variant->mmio_steps_at_abort)
        kvm_incr_pc(vcpu);
    run->mmio.is_write = is_write;
    run->mmio.phys_addr = ipa.v;
    run->mmio.len = len;
    vcpu->mmio_needed = true;
    if (vcpu_is_rec(vcpu) && vcpu->kvm->variant->rec_mmio == KVM_REC_MMIO_AT_ABORT)
        vcpu->rec.run->enter.flags |= field_mask(RMI_ENTER_EMUL_MMIO);
    if (handled) {
        vcpu->stat.mmio_exit_kernel++;
        return kvm_handle_mmio_return(vcpu);
    }
    vcpu->stat.mmio_exit_user++;
    run->exit_reason = KVM_EXIT_MMIO;
    return 0;
}

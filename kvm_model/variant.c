/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kvm_model/variant.h"

#include <errno.h>
#include <string.h>

static const struct kvm_variant variants[] = {
    {
        .name = "linux-6.12",
        /* kvm/psci.c:kvm_psci_1_x_call@6.12 */
        .psci_minor = 1,
        /* kvm/mmio.c:kvm_handle_mmio_return@6.12, then vcpu_data_host_to_guest masks to len */
        .mmio_sign = KVM_MMIO_SIGN_LOST,
        /* kvm/inject_fault.c:inject_abt64@6.12 */
        .s1ptw_sea = KVM_S1PTW_SEA_PLAIN,
    },
    {
        .name = "linux-7.2",
        /* kvm/psci.c:kvm_psci_1_x_call@7.2 */
        .psci_minor = 3,
        .psci_system_off2 = true,
        /* kvm/mmio.c:kvm_handle_mmio_return@7.2; selftest arm64/mmio_sign_ext.c */
        .mmio_sign = KVM_MMIO_SIGN_AFTER_SWAP,
        /* kvm/inject_fault.c@7.2: the level comes from __kvm_find_s1_desc_level */
        .s1ptw_sea = KVM_S1PTW_SEA_LEVEL,
    },
    {
        /* "arm64: Support for Arm CCA in KVM", v12, on 6.18; names are that series' */
        .name = "cca-v12",
        .cca = true,
        .psci_minor = 3,
        .psci_system_off2 = true,
        .mmio_sign = KVM_MMIO_SIGN_LOST, /* the fix is in no kernel the series is based on */
        .s1ptw_sea = KVM_S1PTW_SEA_LEVEL,
        /* kvm/mmio.c:io_mem_abort@v12 knows protected VMs only; realms were added in v13 */
        .realm_nisv = KVM_REALM_NISV_AS_VM,
        /* kvm/mmio.c:kvm_handle_mmio_return, since v5 of the series */
        .rec_mmio = KVM_REC_MMIO_AT_MMIO_RETURN,
        /* kvm/rmi-exit.c:rec_exit_ripas_change, since v7 */
        .ripas = KVM_RIPAS_MEMORY_FAULT,
        /* kvm/rmi-exit.c:handle_rec_exit@v12; -EAGAIN for RMI_ERROR_REC came with v13 */
        .rec_error_errno = ENXIO,
        .rec_error_realm_any = false,
        /* kvm/rmi-exit.c:rec_exit_host_call@v11; the dispatch was dropped in v13 */
        .rec_host_call = true,
    },
};

const struct kvm_variant *kvm_variant_at(size_t index)
{
    return index < sizeof(variants) / sizeof(variants[0]) ? &variants[index] : NULL;
}

const struct kvm_variant *kvm_variant_by_name(const char *name)
{
    for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++)
        if (strcmp(variants[i].name, name) == 0)
            return &variants[i];
    return NULL;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kvm_model/variant.h"

#include "kvm_model/rmi_cmds.h"

#include <errno.h>
#include <string.h>

static const struct kvm_variant variants[] = {
    {
        .name = "linux-6.12",
        .about = "Linux 6.12",
        /* kvm/vgic/vgic-init.c:vgic_init@6.12, vgic.h:KVM_VGIC_IMP_REV_LATEST */
        .vgic_revision = 3,
        .wfxt = true, /* since 5.19 */
        .vgic_v2 = true,
        .sys_reg_table = KVM_SYS_REGS_6_12,
        .fsc_level_minus_1 = true,
        /* kvm/sys_regs.c:vcpu_set_ich_hcr@6.12; hyp/vgic-v3-sr.c:__vgic_v3_activate_traps@7.2
         * writes the host's own trap bits instead */
        .traps_absent_gic = true,
        .nisv_exit = true,
        .ipa_limit_aborts = true,
        .ext_dabt_event = true,
        .smccc_services = true,
        .psci_system_reset2 = true,
        .smc_is_smccc = true,
        /* kvm/psci.c:kvm_psci_1_x_call@6.12 */
        .psci_minor = 1,
        /* kvm/mmio.c:kvm_handle_mmio_return@6.12, then vcpu_data_host_to_guest masks to len */
        .mmio_sign = KVM_MMIO_SIGN_LOST,
        /* kvm/inject_fault.c:inject_abt64@6.12 */
        .s1ptw_sea = KVM_S1PTW_SEA_PLAIN,
        /* kvm/mmu.c:get_vma_page_shift, user_mem_abort@6.12 */
        .s2_pfnmap = KVM_S2_PFNMAP_FROM_VMA,
        .s2_read_perm_fault_fails = true,
        .s2_normal_nc = true,
        .s2_device_exec_aborts = true,
        .mte = true,
        /* virt/kvm/kvm_main.c:kvm_vm_ioctl_enable_cap_generic, kvm/arm.c:kvm_vm_ioctl_enable_cap */
        .dirty_manual_protect = true,
        .dirty_init_set = true,
        .eager_split = true, /* since 6.5 */
    },
    {
        .name = "linux-7.2",
        .about = "Linux 7.2",
        /* kvm/mmu.c:kvm_handle_guest_sea, hyp/include/hyp/fault.h:__get_fault_info@7.2 */
        .sea_exit = true,
        .vgic_revision = 3,
        .wfxt = true, /* since 5.19 */
        .nisv_exit = true,
        /* kvm/mmio.c:io_mem_abort@7.2, kvm/config.c:FEAT_LS64@7.2 */
        .ldst64b_exit = true,
        .ipa_limit_aborts = true,
        .ext_dabt_event = true,
        .smccc_services = true,
        .psci_system_reset2 = true,
        .smc_is_smccc = true,
        /* kvm/psci.c:kvm_psci_1_x_call@7.2 */
        .psci_minor = 3,
        .psci_system_off2 = true,
        /* kvm/mmio.c:kvm_handle_mmio_return@7.2; selftest arm64/mmio_sign_ext.c */
        .mmio_sign = KVM_MMIO_SIGN_AFTER_SWAP,
        /* kvm/inject_fault.c@7.2: the level comes from __kvm_find_s1_desc_level */
        .s1ptw_sea = KVM_S1PTW_SEA_LEVEL,
        /* kvm/guest.c:commit_pending_events@7.2, kvm/hyp/exception.c:enter_exception64@7.2 */
        .events = KVM_EVENTS_AT_ONCE,
        /* kvm/vgic/vgic.c:summarize_ap_list, vgic-v3.c:vgic_v3_configure_hcr@7.2, since 6.19 */
        .vgic_overflow = KVM_VGIC_PENDING_FIRST,
        .exception_clears_ss = true,
        /* kvm/sys_regs.h:ID_HIDDEN and its like name the register's encoding@7.2 */
        .hidden_sys_regs_by_encoding = true,
        .sys_reg_table = KVM_SYS_REGS_7_2,
        .id_aa64isar3 = true,
        .fsc_level_minus_1 = true,
        .excl_atomic_aborts = true,
        .step_state_per_run = true,
        /* Debian's kernel of that version: CONFIG_PREEMPT_LAZY */
        .traces_preempt_count = true,
        /* kvm/emulate-nested.c:triage_sysreg_trap@7.2, in_feat_id_space */
        .id_space_as_trap = true,
        /* asm/kvm_arm.h:HCR_GUEST_FLAGS@7.2 */
        .traps_implementation_id = true,
        /* kvm/mmu.c:get_vma_page_shift@7.2 knows hugetlbfs only; kvm_s2_fault_map adjusts the rest
         */
        .s2_pfnmap = KVM_S2_PFNMAP_FROM_HOST_TABLES,
        .s2_normal_nc = true,
        /* kvm/mmu.c:kvm_s2_fault_pin_pfn, kvm_arch_prepare_memory_region@7.2 */
        .s2_cacheable_pfnmap = true,
        .s2_device_exec_aborts = true,
        .mte = true,
        /* virt/kvm/kvm_main.c:kvm_vm_ioctl_enable_cap_generic, kvm/arm.c:kvm_vm_ioctl_enable_cap */
        .dirty_manual_protect = true,
        .dirty_init_set = true,
        .eager_split = true, /* since 6.5 */
    },
    {
        /* "arm64: Support for Arm CCA in KVM", v12, on 6.18; names are that series' */
        .name = "cca-v12",
        .about = "the CCA series v12, on 6.18, for RMM 1.0",
        .vgic_revision = 3,
        .wfxt = true, /* since 5.19 */
        .sys_reg_table = KVM_SYS_REGS_7_2,
        .id_aa64isar3 = true,
        .fsc_level_minus_1 = true,
        .excl_atomic_aborts = true,
        .step_state_per_run = true,
        .traps_implementation_id = true,
        .nisv_exit = true,
        .ipa_limit_aborts = true,
        .ext_dabt_event = true,
        .smccc_services = true,
        .psci_system_reset2 = true,
        .smc_is_smccc = true,
        /* asm/rmi_smc.h@v12: RMI_ABI_MAJOR_VERSION 1 */
        .rmi = &rmi_cmds_1_0,
        .psci_minor = 3,
        .psci_system_off2 = true,
        .mmio_sign = KVM_MMIO_SIGN_LOST, /* the fix is in no kernel the series is based on */
        .s1ptw_sea = KVM_S1PTW_SEA_LEVEL,
        /* kvm/guest.c:commit_pending_events@7.2, kvm/hyp/exception.c:enter_exception64@7.2 */
        .events = KVM_EVENTS_AT_ONCE,
        .exception_clears_ss = true,
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
        /* kvm/mmu.c:get_vma_page_shift, user_mem_abort@6.18 */
        .s2_pfnmap = KVM_S2_PFNMAP_FROM_VMA,
        .s2_read_perm_fault_fails = true,
        .s2_normal_nc = true,
        .s2_cacheable_pfnmap = true, /* since 6.17 */
        .s2_device_exec_aborts = true,
        .mte = true,
        /* virt/kvm/kvm_main.c:kvm_vm_ioctl_enable_cap_generic, kvm/arm.c:kvm_vm_ioctl_enable_cap */
        .dirty_manual_protect = true,
        .dirty_init_set = true,
        .eager_split = true, /* since 6.5 */
    },
    {
        .name = "linux-4.19",
        .about = "Linux 4.19, where KVM stood in virt/kvm/arm",
        /* virt/kvm/arm/vgic/vgic-init.c:vgic_init@4.19 */
        .vgic_revision = 2,
        .vgic_v2 = true,
        .sys_reg_table = KVM_SYS_REGS_4_19,
        /* virt/kvm/arm/mmio.c:io_mem_abort@4.19: no syndrome is -ENOSYS, also of a table walk */
        .s1ptw_sea = KVM_S1PTW_SEA_NONE,
        /* virt/kvm/arm/mmu.c:kvm_handle_guest_abort@4.19 asks for maintenance after both cases */
        .cm_skips_read_only = true,
        /* there: kvm_inject_vabt for data aborts alone, then "Unsupported FSC" */
        .sea_of_fetch_fails = true,
        /* virt/kvm/arm/mmio.c:decode_hsr@4.19; kvm_handle_mmio_return does it since 5.0 */
        .mmio_steps_at_abort = true,
        /* virt/kvm/arm/mmio.c:kvm_handle_mmio_return@4.19 */
        .mmio_sign = KVM_MMIO_SIGN_LOST,
        /* virt/kvm/arm/psci.c:kvm_psci_1_0_call@4.19 */
        .psci_minor = 0,
        /* virt/kvm/arm/mmu.c:user_mem_abort, kvm_arch_prepare_memory_region of that generation, in
           the form of 4.20 and 5.0: PUDs are known, and force_pte does not hold for hugetlbfs */
        .s2_pfnmap = KVM_S2_PFNMAP_PAGES,
        .s2_early_map = true,
        .s2_vma_before_topup = true,
        .s2_read_perm_fault_fails = true,
    },
    {
        /* "arm64: Support for Arm CCA in KVM", RFC of January 2023, on 6.2 */
        .name = "cca-rfc",
        .about = "the CCA series' RFC of January 2023, on 6.2, for RMM eac",
        .vgic_revision = 3,
        .wfxt = true, /* since 5.19 */
        .sys_reg_table = KVM_SYS_REGS_6_12,
        /* asm/rmi_smc.h@RFC: RMI_ABI_MAJOR_VERSION 56 */
        .rmi = &rmi_cmds_beta,
        /* kvm/rme.c@RFC: KVM_CAP_ARM_RME_INIT_IPA_REALM comes before ..._POPULATE_REALM */
        .ripas_before_populate = true,
        .nisv_exit = true,
        .ipa_limit_aborts = true,
        .ext_dabt_event = true,
        .smccc_services = true,
        .psci_system_reset2 = true,
        .smc_is_smccc = true,
        .psci_minor = 1,
        .mmio_sign = KVM_MMIO_SIGN_LOST,
        .s1ptw_sea = KVM_S1PTW_SEA_PLAIN,
        .realm_nisv = KVM_REALM_NISV_AS_VM,
        /* kvm/mmio.c:io_mem_abort@RFC sets RMI_EMULATED_MMIO before there is an answer */
        .rec_mmio = KVM_REC_MMIO_AT_ABORT,
        /* kvm/rme-exit.c:rec_exit_ripas_change@RFC */
        .ripas = KVM_RIPAS_AT_ONCE,
        .rec_error_errno = ENXIO,
        .rec_error_realm_any = false,
        .rec_host_call = true,
        /* kvm/mmu.c:get_vma_page_shift, user_mem_abort@RFC */
        .s2_pfnmap = KVM_S2_PFNMAP_FROM_VMA,
        .s2_vma_before_topup = true,
        .s2_read_perm_fault_fails = true,
        .s2_retry_marks_dirty = true, /* ret is still 0 at out_unlock */
        .s2_device_exec_aborts = true,
        .mte = true,
        /* virt/kvm/kvm_main.c:kvm_vm_ioctl_enable_cap_generic, kvm/arm.c:kvm_vm_ioctl_enable_cap */
        .dirty_manual_protect = true,
        .dirty_init_set = true,
    },
    {
        /* the series' v14, on 7.1-rc1 */
        .name = "cca-v14",
        .about = "the CCA series v14, on 7.1-rc1, for RMM 2.0",
        .sea_exit = true, /* of 7.1 */
        /* asm/rmi_smc.h@v13: RMI_ABI_MAJOR_VERSION 2 */
        .rmi = &rmi_cmds_2_0,
        .vgic_revision = 3,
        .wfxt = true, /* since 5.19 */
        .nisv_exit = true,
        .ipa_limit_aborts = true,
        .ext_dabt_event = true,
        .smccc_services = true,
        .psci_system_reset2 = true,
        .smc_is_smccc = true,
        .psci_minor = 3,
        .psci_system_off2 = true,
        .mmio_sign = KVM_MMIO_SIGN_LOST,
        .s1ptw_sea = KVM_S1PTW_SEA_LEVEL,
        .events = KVM_EVENTS_AT_ONCE,
        .vgic_overflow = KVM_VGIC_PENDING_FIRST,
        .exception_clears_ss = true,
        .hidden_sys_regs_by_encoding = true,
        .sys_reg_table = KVM_SYS_REGS_7_2,
        .id_aa64isar3 = true,
        .fsc_level_minus_1 = true,
        .excl_atomic_aborts = true,
        .step_state_per_run = true,
        .id_space_as_trap = true,
        .traps_implementation_id = true,
        /* kvm/mmio.c:io_mem_abort@v14 */
        .realm_nisv = KVM_REALM_NISV_SEA,
        .rec_mmio = KVM_REC_MMIO_AT_MMIO_RETURN,
        .ripas = KVM_RIPAS_MEMORY_FAULT,
        /* kvm/rmi-exit.c:handle_rec_exit@v14: RMI_ERROR_REC asks user space to try again */
        .rec_error_errno = EAGAIN,
        .rec_error_realm_any = true,
        .rec_host_call = false,
        /* kvm/mmu.c:get_vma_page_shift, user_mem_abort@7.1-rc1 */
        .s2_pfnmap = KVM_S2_PFNMAP_FROM_VMA,
        .s2_read_perm_fault_fails = true,
        .s2_normal_nc = true,
        .s2_cacheable_pfnmap = true,
        .s2_device_exec_aborts = true,
        .mte = true,
        /* virt/kvm/kvm_main.c:kvm_vm_ioctl_enable_cap_generic, kvm/arm.c:kvm_vm_ioctl_enable_cap */
        .dirty_manual_protect = true,
        .dirty_init_set = true,
        .eager_split = true, /* since 6.5 */
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

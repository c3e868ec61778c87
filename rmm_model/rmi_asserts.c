/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The RMI pages against the specification's offsets (RMM specification 1.0, "RMI types"), at
 * compile time. */
#include "rmm_model/rmi.h"

#define AT(type, member, offset)                                                                   \
    _Static_assert(offsetof(struct type, member) == (offset), #type "." #member)
#define SIZE(type, size) _Static_assert(sizeof(struct type) == (size), #type)

AT(rmi_rec_enter, flags, 0x000);
AT(rmi_rec_enter, gprs, 0x200);
AT(rmi_rec_enter, gicv3_hcr, 0x300);
AT(rmi_rec_enter, gicv3_lrs, 0x308);
SIZE(rmi_rec_enter, 0x800);

AT(rmi_rec_exit, exit_reason, 0x000);
AT(rmi_rec_exit, esr, 0x100);
AT(rmi_rec_exit, far, 0x108);
AT(rmi_rec_exit, hpfar, 0x110);
AT(rmi_rec_exit, gprs, 0x200);
AT(rmi_rec_exit, gicv3_hcr, 0x300);
AT(rmi_rec_exit, gicv3_lrs, 0x308);
AT(rmi_rec_exit, gicv3_misr, 0x388);
AT(rmi_rec_exit, gicv3_vmcr, 0x390);
AT(rmi_rec_exit, cntp_ctl, 0x400);
AT(rmi_rec_exit, cntp_cval, 0x408);
AT(rmi_rec_exit, cntv_ctl, 0x410);
AT(rmi_rec_exit, cntv_cval, 0x418);
AT(rmi_rec_exit, ripas_base, 0x500);
AT(rmi_rec_exit, ripas_top, 0x508);
AT(rmi_rec_exit, ripas_value, 0x510);
AT(rmi_rec_exit, imm, 0x600);
AT(rmi_rec_exit, pmu_ovf_status, 0x700);
SIZE(rmi_rec_exit, 0x800);

AT(rmi_rec_run, enter, 0x000);
AT(rmi_rec_run, exit, 0x800);
SIZE(rmi_rec_run, 0x1000);

AT(rmi_realm_params, flags, 0x000);
AT(rmi_realm_params, s2sz, 0x008);
AT(rmi_realm_params, sve_vl, 0x010);
AT(rmi_realm_params, num_bps, 0x018);
AT(rmi_realm_params, num_wps, 0x020);
AT(rmi_realm_params, pmu_num_ctrs, 0x028);
AT(rmi_realm_params, hash_algo, 0x030);
AT(rmi_realm_params, rpv, 0x400);
AT(rmi_realm_params, vmid, 0x800);
AT(rmi_realm_params, rtt_base, 0x808);
AT(rmi_realm_params, rtt_level_start, 0x810);
AT(rmi_realm_params, rtt_num_start, 0x818);
SIZE(rmi_realm_params, 0x1000);

AT(rmi_beta_realm_params, features_0, 0x000);
AT(rmi_beta_realm_params, hash_algo, 0x100);
AT(rmi_beta_realm_params, rpv, 0x400);
AT(rmi_beta_realm_params, vmid, 0x800);
AT(rmi_beta_realm_params, rtt_base, 0x808);
AT(rmi_beta_realm_params, rtt_level_start, 0x810);
AT(rmi_beta_realm_params, rtt_num_start, 0x818);
SIZE(rmi_beta_realm_params, 0x1000);

AT(rmi_rmm_config, tracking_region_size, 0x0);
AT(rmi_rmm_config, rmi_granule_size, 0x8);

AT(rmi_rec_params, flags, 0x000);
AT(rmi_rec_params, mpidr, 0x100);
AT(rmi_rec_params, pc, 0x200);
AT(rmi_rec_params, gprs, 0x300);
AT(rmi_rec_params, num_aux, 0x800);
AT(rmi_rec_params, aux, 0x808);
SIZE(rmi_rec_params, 0x1000);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records of single functions: completions, injections, the GIC. */
#include <stdio.h>

#include "rmm_model/complete.h"
#include "rmm_model/inject.h"
#include "sim/conform/rmm.h"

#define X_COUNT 31u

/* What a register holds that the record says nothing of. */
static uint64_t filler(unsigned n)
{
    return 0x5a00000000000000u + n;
}

static void fill_registers(struct cpu *cpu)
{
    for (unsigned n = 0; n < X_COUNT; n++)
        cpu_set_x(cpu, n, filler(n));
}

static bool others_changed(struct cpu *cpu, unsigned rt)
{
    for (unsigned n = 0; n < X_COUNT; n++)
        if (n != rt && cpu_get_x(cpu, n) != filler(n))
            return true;
    return false;
}

void rmm_run_mmio(struct rmm_bench *bench, struct rmm_compare *compare)
{
    struct rmm_fields *fields = compare->fields;
    struct rmi_rec_enter enter = {.flags = rmm_in(fields, "flags"),
                                  .gprs = {rmm_in(fields, "gprs0")}};
    uint64_t srt = rmm_value(fields, json_object_get(fields->out, "rt"), "rt");
    unsigned rt = (unsigned)(srt % RMM_REGISTERS);
    bool ok;

    fill_registers(bench->cpu);
    cpu_set_x(bench->cpu, rt, rmm_in(fields, "rt_pre"));
    cpu_el2(bench->cpu)->elr = rmm_in(fields, "pc");
    bench->rec->last_run.esr = rmm_in(fields, "last_esr");
    ok = complete_mmio_emulation(bench->rmm, bench->rec, bench->cpu, &enter);
    rmm_compare_out(compare, "ok", ok);
    rmm_compare_out(compare, "pc", cpu_el2(bench->cpu)->elr);
    rmm_compare_out(compare, "rt_post", cpu_get_x(bench->cpu, rt));
    rmm_compare_out(compare, "other_regs_changed", others_changed(bench->cpu, rt));
}

/* --- injections --- */

static void set_el1_controls(struct rmm_bench *bench, struct rmm_fields *fields)
{
    const json_t *feat = json_object_get(fields->in, "feat");

    cpu_set_sysreg(bench->cpu, SYSREG_VBAR_EL1, rmm_in(fields, "vbar_el1"));
    cpu_set_sysreg(bench->cpu, SYSREG_SCTLR_EL1, rmm_in(fields, "sctlr_el1"));
    bench->rec->sctlr2_el1 = rmm_in(fields, "sctlr2_el1");
    bench->rec->gcscr_el1 = rmm_in(fields, "gcscr_el1");
    bench->rmm->features = (struct rmm_features){
        .ssbs = rmm_value(fields, json_object_get(feat, "ssbs"), "feat.ssbs"),
        .nmi = rmm_value(fields, json_object_get(feat, "nmi"), "feat.nmi"),
        .mte2 = rmm_value(fields, json_object_get(feat, "mte2"), "feat.mte2"),
        .ebep = rmm_value(fields, json_object_get(feat, "ebep"), "feat.ebep"),
        .gcs = rmm_value(fields, json_object_get(feat, "gcs"), "feat.gcs"),
    };
}

static void compare_el1(struct rmm_bench *bench, struct rmm_compare *compare)
{
    rmm_compare_out(compare, "esr_el1", cpu_get_sysreg(bench->cpu, SYSREG_ESR_EL1));
    rmm_compare_out(compare, "elr_el1", cpu_get_sysreg(bench->cpu, SYSREG_ELR_EL1));
    rmm_compare_out(compare, "spsr_el1", cpu_get_sysreg(bench->cpu, SYSREG_SPSR_EL1));
}

void rmm_run_sea(struct rmm_bench *bench, struct rmm_compare *compare)
{
    struct rmm_fields *fields = compare->fields;
    struct rmi_rec_enter enter = {.flags = rmm_in(fields, "flags")};
    struct el2_regs *el2 = cpu_el2(bench->cpu);
    bool ok;

    set_el1_controls(bench, fields);
    bench->realm->ipa_bits = rmm_in_below(fields, "ipa_bits", RMM_IPA_BITS_MAX + 1);
    bench->rec->last_run = (struct last_run_info){
        .esr = rmm_in(fields, "last_esr"),
        .far = rmm_in(fields, "last_far"),
        .hpfar = rmm_in(fields, "last_hpfar"),
    };
    el2->elr = rmm_in(fields, "pc");
    el2->spsr = rmm_in(fields, "pstate");
    if (bench->realm->ipa_bits < RMM_IPA_BITS_MIN)
        bench->realm->ipa_bits = RMM_IPA_BITS_MIN;
    ok = complete_sea_insertion(bench->rmm, bench->rec, bench->cpu, &enter);
    rmm_compare_out(compare, "ok", ok);
    rmm_compare_out(compare, "pc", el2->elr);
    rmm_compare_out(compare, "pstate", el2->spsr);
    compare_el1(bench, compare);
    rmm_compare_out(compare, "far_el1", cpu_get_sysreg(bench->cpu, SYSREG_FAR_EL1));
}

static void set_return_state(struct rmm_bench *bench, struct rmm_fields *fields)
{
    cpu_el2(bench->cpu)->elr = rmm_in(fields, "elr_el2");
    cpu_el2(bench->cpu)->spsr = rmm_in(fields, "spsr_el2");
    set_el1_controls(bench, fields);
}

static void compare_injected(struct rmm_bench *bench, struct rmm_compare *compare)
{
    compare_el1(bench, compare);
    rmm_compare_out(compare, "elr_el2", cpu_el2(bench->cpu)->elr);
    rmm_compare_out(compare, "spsr_el2", cpu_el2(bench->cpu)->spsr);
}

void rmm_run_inject_sea(struct rmm_bench *bench, struct rmm_compare *compare)
{
    struct rmm_fields *fields = compare->fields;

    set_return_state(bench, fields);
    inject_sea(bench->rmm, bench->rec, bench->cpu, rmm_in(fields, "esr_el2"),
               rmm_in(fields, "far_el2"));
    compare_injected(bench, compare);
    rmm_compare_out(compare, "far_el1", cpu_get_sysreg(bench->cpu, SYSREG_FAR_EL1));
}

void rmm_run_inject_undef(struct rmm_bench *bench, struct rmm_compare *compare)
{
    const uint64_t far = 0x123456789abcdef0;

    set_return_state(bench, compare->fields);
    cpu_set_sysreg(bench->cpu, SYSREG_FAR_EL1, far);
    inject_undef(bench->rmm, bench->rec, bench->cpu);
    compare_injected(bench, compare);
    rmm_compare_out(compare, "far_el1_unchanged",
                    cpu_get_sysreg(bench->cpu, SYSREG_FAR_EL1) == far);
}

/* --- the GIC --- */

static struct gic_config read_config(struct rmm_fields *fields)
{
    struct gic_config config = {
        .num_lrs = (unsigned)rmm_in(fields, "num_lrs"),
        .pri_bits = (unsigned)rmm_in(fields, "pri_bits"),
        .id_bits = (unsigned)rmm_in(fields, "id_bits"),
        .ext_range = rmm_in(fields, "ext_range") != 0,
    };

    if (fields->ok &&
        (config.num_lrs < 1 || config.num_lrs > RMI_GICV3_LR_COUNT || config.pri_bits < 5 ||
         config.pri_bits > 8 || (config.id_bits != 16 && config.id_bits != 24))) {
        fields->ok = false;
        snprintf(fields->error, fields->size, "in: no GIC has such parameters");
    }
    return config;
}

void rmm_run_gic_validate(struct rmm_bench *bench, struct rmm_compare *compare)
{
    struct rmm_fields *fields = compare->fields;
    struct gic_config config = read_config(fields);
    bool dropped = bench->rmm->variant->gic_entry == GIC_COPIED_THEN_CHECKED;
    uint64_t lrs[RMI_GICV3_LR_COUNT];

    rmm_numbers(fields, json_object_get(fields->in, "lrs"), "lrs", lrs, RMI_GICV3_LR_COUNT);
    if (fields->ok)
        rmm_compare_out(compare, "ok", gic_validate(&config, rmm_in(fields, "hcr"), dropped, lrs));
}

void rmm_run_gic_registers(struct rmm_bench *bench, struct rmm_compare *compare)
{
    struct rmm_fields *fields = compare->fields;
    struct gic_config config = read_config(fields);
    uint64_t lrs[RMI_GICV3_LR_COUNT];

    (void)bench;
    rmm_numbers(fields, json_object_get(fields->in, "lrs"), "lrs", lrs, RMI_GICV3_LR_COUNT);
    if (fields->ok)
        rmm_compare_out(compare, "ok", gic_validate_registers(&config, lrs));
}

void rmm_run_gic_copy(struct rmm_bench *bench, struct rmm_compare *compare)
{
    struct rmm_fields *fields = compare->fields;
    struct rmi_rec_enter enter = {.gicv3_hcr = rmm_in(fields, "enter_hcr")};
    struct rmi_rec_exit exit = {0};
    struct gic_state gic;

    gic_reset(&gic);
    rmm_compare_value(compare, "init_hcr", SHOW_HEX, rmm_in(fields, "init_hcr"), gic.hcr);
    gic.hcr = rmm_in(fields, "hcr_pre");
    gic.misr = rmm_in(fields, "misr");
    gic.vmcr = rmm_in(fields, "vmcr");
    gic_copy_in(&bench->rmm->gic, &gic, &enter);
    gic_copy_out(&bench->rmm->gic, &gic, &exit);
    rmm_compare_out(compare, "hcr_post", gic.hcr);
    rmm_compare_out(compare, "exit_hcr", exit.gicv3_hcr);
    rmm_compare_out(compare, "exit_misr", exit.gicv3_misr);
    rmm_compare_out(compare, "exit_vmcr", exit.gicv3_vmcr);
}

/* --- the rest of REC_ENTER --- */

void rmm_run_set_ripas(struct rmm_bench *bench, struct rmm_compare *compare)
{
    static const char *const names[] = {"x0", "x1", "x2"};
    struct rmm_fields *fields = compare->fields;
    struct rmi_rec_enter enter = {
        .flags = field_put(RMI_ENTER_RIPAS_RESPONSE, rmm_in(fields, "response"))};
    struct set_ripas *request = &bench->rec->set_ripas;

    *request = (struct set_ripas){
        .base = rmm_in(fields, "base"),
        .top = rmm_in(fields, "top"),
        .next = rmm_in(fields, "addr"),
        .ripas = (enum rmi_ripas)rmm_in_below(fields, "ripas", RMM_RIPAS_COUNT),
    };
    for (unsigned n = 0; n < 3; n++)
        cpu_set_x(bench->cpu, n, rmm_in(fields, names[n]));
    complete_set_ripas(bench->rmm, bench->rec, bench->cpu, &enter);
    for (unsigned n = 0; n < 3; n++)
        rmm_compare_out(compare, names[n], cpu_get_x(bench->cpu, n));
    rmm_compare_out(compare, "base", request->base);
    rmm_compare_out(compare, "top", request->top);
}

void rmm_run_sysreg(struct rmm_bench *bench, struct rmm_compare *compare)
{
    struct rmm_fields *fields = compare->fields;
    struct rmi_rec_enter enter = {.gprs = {rmm_in(fields, "gprs0")}};
    unsigned rt = rmm_in_below(fields, "rt", RMM_REGISTERS);

    cpu_set_x(bench->cpu, rt, rmm_in(fields, "rt_pre"));
    bench->rec->last_run.esr = rmm_in(fields, "last_esr");
    complete_sysreg_emulation(bench->rec, bench->cpu, &enter);
    rmm_compare_out(compare, "rt_post", cpu_get_x(bench->cpu, rt));
}

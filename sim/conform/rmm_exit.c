/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records of handle_realm_exit: one exception of a realm, until the host sees it or it goes on. */
#include <string.h>

#include "rmm_model/complete.h"
#include "rmm_model/realm.h"
#include "rmm_model/rtt.h"
#include "sim/conform/rmm.h"

#define X_COUNT 31u
#define EXC_UNKNOWN ((enum cpu_exit)(CPU_EXIT_FAILURE + 1)) /* no vector the RMM knows */

/* What the recorder put into the registers. */
static uint64_t before(unsigned n)
{
    return 0x8877665544332200u + n * 0x0101010101010101u;
}

static enum cpu_exit kind_of(uint64_t exc)
{
    static const enum cpu_exit kinds[] = {CPU_EXIT_SYNC, CPU_EXIT_IRQ, CPU_EXIT_FIQ,
                                          CPU_EXIT_SERROR};

    return exc < sizeof(kinds) / sizeof(kinds[0]) ? kinds[exc] : EXC_UNKNOWN;
}

/* The walk's result is an input of the record. */
static void map_fault_page(struct rmm_bench *bench, struct rmm_fields *fields, uint64_t hpfar)
{
    const char *hipas = rmm_in_text(fields, "hipas");
    uint64_t page = rmm_fault_page(hpfar);
    struct rtt_entry entry = {.kind = RTT_UNASSIGNED,
                              .ripas =
                                  (enum rmi_ripas)rmm_in_below(fields, "ripas", RMM_RIPAS_COUNT)};

    if (hipas && !strcmp(hipas, "ASSIGNED")) {
        entry.kind = RTT_ASSIGNED;
        entry.addr = RMM_BENCH_BLOCK;
    }
    if (realm_protects(bench->realm, page))
        rmm_bench_map(bench, page, entry);
}

static void set_trap(struct rmm_bench *bench, struct rmm_fields *fields)
{
    struct el2_regs *el2 = cpu_el2(bench->cpu);
    unsigned rt = rmm_in_below(fields, "rt", RMM_REGISTERS);

    for (unsigned n = 0; n < X_COUNT; n++)
        cpu_set_x(bench->cpu, n, before(n));
    cpu_set_x(bench->cpu, rt, rmm_in(fields, "rt_val"));
    cpu_set_sysreg(bench->cpu, SYSREG_VBAR_EL1, rmm_in(fields, "vbar_el1"));
    cpu_set_sysreg(bench->cpu, SYSREG_SCTLR_EL1, rmm_in(fields, "sctlr_el1"));
    el2->esr = rmm_in(fields, "esr_el2");
    el2->far = rmm_in(fields, "far_el2");
    el2->hpfar = rmm_in(fields, "hpfar_el2");
    el2->elr = rmm_in(fields, "elr_el2");
    el2->spsr = rmm_in(fields, "spsr_el2");
    map_fault_page(bench, fields, el2->hpfar);
}

static bool registers_changed(struct cpu *cpu, unsigned rt, uint64_t rt_value)
{
    for (unsigned n = 0; n < X_COUNT; n++)
        if (cpu_get_x(cpu, n) != (n == rt ? rt_value : before(n)))
            return true;
    return false;
}

static void compare_exit(struct rmm_compare *compare, const struct rmi_rec_exit *exit)
{
    bool zero = true;

    for (unsigned n = 1; n < RMI_GPR_COUNT; n++)
        zero = zero && exit->gprs[n] == 0;
    rmm_compare_out(compare, "reason", exit->exit_reason);
    rmm_compare_out(compare, "esr", exit->esr);
    rmm_compare_out(compare, "far", exit->far);
    rmm_compare_out(compare, "hpfar", exit->hpfar);
    rmm_compare_out(compare, "gprs0", exit->gprs[0]);
    rmm_compare_out(compare, "gprs1_30_zero", zero);
}

static void compare_realm(struct rmm_bench *bench, struct rmm_compare *compare)
{
    struct rmm_fields *fields = compare->fields;
    const struct el2_regs *el2 = cpu_el2(bench->cpu);
    unsigned rt = rmm_in_below(fields, "rt", RMM_REGISTERS);

    rmm_compare_out(compare, "last_esr", bench->rec->last_run.esr);
    rmm_compare_out(compare, "last_far", bench->rec->last_run.far);
    rmm_compare_out(compare, "last_hpfar", bench->rec->last_run.hpfar);
    rmm_compare_out(compare, "elr_el2", el2->elr);
    rmm_compare_out(compare, "spsr_el2", el2->spsr);
    rmm_compare_out(compare, "esr_el1", cpu_get_sysreg(bench->cpu, SYSREG_ESR_EL1));
    rmm_compare_out(compare, "far_el1", cpu_get_sysreg(bench->cpu, SYSREG_FAR_EL1));
    rmm_compare_out(compare, "elr_el1", cpu_get_sysreg(bench->cpu, SYSREG_ELR_EL1));
    rmm_compare_out(compare, "spsr_el1", cpu_get_sysreg(bench->cpu, SYSREG_SPSR_EL1));
    rmm_compare_out(compare, "serror_injected", bench->rec->serror_pending);
    rmm_compare_out(compare, "vsesr", bench->rec->vsesr);
    rmm_compare_out(compare, "regs_changed",
                    registers_changed(bench->cpu, rt, rmm_in(fields, "rt_val")));
    rmm_compare_out(compare, "rt_post", cpu_get_x(bench->cpu, rt));
}

void rmm_run_exit(struct rmm_bench *bench, struct rmm_compare *compare)
{
    struct rmi_rec_exit exit = {0};
    struct realm_run run = {.rmm = bench->rmm,
                            .rec = bench->rec,
                            .realm = bench->realm,
                            .cpu = bench->cpu,
                            .exit = &exit};
    bool stays;

    if (rmm_in(compare->fields, "ipa_bits") != RMM_BENCH_IPA_BITS) {
        conform_skip(compare->result, true, "a realm of another IPA width");
        return;
    }
    set_trap(bench, compare->fields);
    if (!compare->fields->ok)
        return;
    stays = rmm_handle_exception(&run, kind_of(rmm_in(compare->fields, "exc")));
    if (rmm_compare_halt(compare, "abort", "", bench->rmm))
        return;
    rmm_compare_out(compare, "to_host", !stays);
    compare_exit(compare, &exit);
    compare_realm(bench, compare);
}

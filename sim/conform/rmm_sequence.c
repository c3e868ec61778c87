/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Command sequences: the record plays the host, and between REC_ENTER and its exit the realm. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/arch/descriptor.h"
#include "cpu/arch/hpfar.h"
#include "rmm_model/rtt.h"
#include "sim/conform/rmm.h"

#define PROFILE "1.0"
#define MEMORY_SIZE ((uint64_t)1 << 30)
#define X_COUNT 31u
#define RECS_MAX 32u
#define CALL_PAGES_MAX 32u
#define RSI_HOST_CALL 0xc4000199u
#define MARK 0xee /* of an exit page that is not written */

/* The general registers of a REC when it last left, for the record's "delta". */
struct left {
    uint64_t rec;
    uint64_t x[X_COUNT];
};

struct rmm_sequence {
    struct rmm_bench *bench;
    json_int_t seq, step; /* the next record's */
    struct left left[RECS_MAX];
    unsigned left_count;
    uint64_t told[CALL_PAGES_MAX]; /* IPAs of host calls that the realm has filled */
    unsigned told_count;
    /* the record that is run */
    struct rmm_compare *compare;
    struct left *current;
    size_t traps, views; /* used up */
};

struct rmm_sequence *rmm_sequence_new(void)
{
    return calloc(1, sizeof(struct rmm_sequence));
}

void rmm_sequence_free(struct rmm_sequence *sequence)
{
    if (sequence)
        rmm_bench_free(sequence->bench);
    free(sequence);
}

/* --- the host --- */

static uint64_t member(struct rmm_sequence *sequence, const json_t *object, const char *key)
{
    return rmm_value(sequence->compare->fields, json_object_get(object, key), key);
}

static void host_write(struct rmm_sequence *sequence, uint64_t pa, const void *data, size_t size)
{
    /* A page the host has given away it cannot write: the RMM will not read it either. */
    physmem_write(sequence->bench->mem, PAS_NON_SECURE, PA(pa), data, size);
}

static void write_realm_params(struct rmm_sequence *sequence, const json_t *json, uint64_t page)
{
    struct rmi_realm_params params = {
        .flags = member(sequence, json, "flags"),
        .s2sz = (uint32_t)member(sequence, json, "s2sz"),
        .num_bps = member(sequence, json, "num_bps"),
        .num_wps = member(sequence, json, "num_wps"),
        .hash_algo = (uint8_t)member(sequence, json, "algorithm"),
        .vmid = (uint16_t)member(sequence, json, "vmid"),
        .rtt_base = member(sequence, json, "rtt_base"),
        .rtt_num_start = (uint32_t)member(sequence, json, "rtt_num_start"),
    };
    const json_t *level = json_object_get(json, "rtt_level_start");

    params.rtt_level_start = json_is_integer(level)
                                 ? json_integer_value(level)
                                 : (int64_t)member(sequence, json, "rtt_level_start");
    host_write(sequence, page, &params, sizeof(params));
}

static void write_rec_params(struct rmm_sequence *sequence, const json_t *json, uint64_t page)
{
    struct rmm_fields *fields = sequence->compare->fields;
    struct rmi_rec_params params = {
        .flags = member(sequence, json, "flags"),
        .mpidr = member(sequence, json, "mpidr"),
        .pc = member(sequence, json, "pc"),
        .num_aux = member(sequence, json, "num_aux"),
    };

    rmm_numbers(fields, json_object_get(json, "gprs"), "gprs", params.gprs, RMI_REC_CREATE_GPRS);
    rmm_numbers(fields, json_object_get(json, "aux"), "aux", params.aux, RMI_MAX_REC_AUX);
    host_write(sequence, page, &params, sizeof(params));
}

/* {"0": "0x1", ...}: the registers that are not 0. */
static void read_gprs(struct rmm_sequence *sequence, const json_t *json, uint64_t *gprs)
{
    char key[8];

    memset(gprs, 0, RMI_GPR_COUNT * sizeof(*gprs));
    for (unsigned n = 0; n < RMI_GPR_COUNT; n++) {
        snprintf(key, sizeof(key), "%u", n);
        if (json_object_get(json, key))
            gprs[n] = member(sequence, json, key);
    }
}

static void write_run(struct rmm_sequence *sequence, const json_t *json, uint64_t page)
{
    struct rmi_rec_run run = {.enter = {.flags = member(sequence, json, "flags"),
                                        .gicv3_hcr = member(sequence, json, "gicv3_hcr")}};

    read_gprs(sequence, json_object_get(json, "gprs"), run.enter.gprs);
    rmm_numbers(sequence->compare->fields, json_object_get(json, "lrs"), "lrs", run.enter.gicv3_lrs,
                RMI_GICV3_LR_COUNT);
    memset(&run.exit, MARK, sizeof(run.exit));
    host_write(sequence, page, &run, sizeof(run));
}

static void write_pages(struct rmm_sequence *sequence, const uint64_t *x)
{
    const json_t *in = sequence->compare->fields->in;
    const json_t *params = json_object_get(in, "params"), *enter = json_object_get(in, "enter");

    if (params && x[0] == RMI_REALM_CREATE)
        write_realm_params(sequence, params, x[2]);
    if (params && x[0] == RMI_REC_CREATE)
        write_rec_params(sequence, params, x[3]);
    if (enter)
        write_run(sequence, enter, x[2]);
}

/* --- the realm --- */

static struct left *left_of(struct rmm_sequence *sequence, uint64_t rec)
{
    struct left *left = NULL;

    for (unsigned i = 0; i < sequence->left_count; i++)
        if (sequence->left[i].rec == rec)
            return &sequence->left[i];
    if (sequence->left_count < RECS_MAX) {
        left = &sequence->left[sequence->left_count++];
        *left = (struct left){.rec = rec};
    }
    return left;
}

static void forget(struct rmm_sequence *sequence, uint64_t rec)
{
    struct left *left = left_of(sequence, rec);

    if (left)
        *left = (struct left){.rec = rec};
}

static void remember(struct rmm_sequence *sequence, struct cpu *cpu)
{
    for (unsigned n = 0; sequence->current && n < X_COUNT; n++)
        sequence->current->x[n] = cpu_get_x(cpu, n);
}

static void compare_member(struct rmm_sequence *sequence, const json_t *view, const char *key,
                           uint64_t actual)
{
    uint64_t expected = json_object_get(view, key) ? member(sequence, view, key) : 0;

    rmm_compare_value(sequence->compare, key, SHOW_HEX, expected, actual);
}

static void compare_delta(struct rmm_sequence *sequence, const json_t *delta, struct cpu *cpu)
{
    char key[8];

    for (unsigned n = 0; sequence->current && n < X_COUNT; n++) {
        uint64_t expected = sequence->current->x[n];

        snprintf(key, sizeof(key), "%u", n);
        if (json_object_get(delta, key))
            expected = member(sequence, delta, key);
        snprintf(key, sizeof(key), "x%u", n);
        rmm_compare_value(sequence->compare, key, SHOW_HEX, expected, cpu_get_x(cpu, n));
    }
}

/* What the realm sees when it comes to run. */
static void compare_view(struct rmm_sequence *sequence, const json_t *view, struct cpu *cpu)
{
    const struct el2_regs *el2 = cpu_el2(cpu);

    rmm_compare_value(sequence->compare, "pc", SHOW_HEX, member(sequence, view, "pc"), el2->elr);
    rmm_compare_value(sequence->compare, "pstate", SHOW_HEX, member(sequence, view, "pstate"),
                      el2->spsr);
    compare_delta(sequence, json_object_get(view, "delta"), cpu);
    compare_member(sequence, view, "hcr_tw",
                   el2->hcr & (field_mask(HCR_TWI) | field_mask(HCR_TWE)));
    compare_member(sequence, view, "vse", field_get(el2->hcr, HCR_VSE));
    compare_member(sequence, view, "esr_el1", cpu_get_sysreg(cpu, SYSREG_ESR_EL1));
    compare_member(sequence, view, "far_el1", cpu_get_sysreg(cpu, SYSREG_FAR_EL1));
    compare_member(sequence, view, "elr_el1", cpu_get_sysreg(cpu, SYSREG_ELR_EL1));
    compare_member(sequence, view, "spsr_el1", cpu_get_sysreg(cpu, SYSREG_SPSR_EL1));
}

/* RsiHostCall. */
struct host_call {
    uint64_t imm;
    uint64_t gprs[RMI_GPR_COUNT];
};

static bool first_call_at(struct rmm_sequence *sequence, uint64_t ipa)
{
    for (unsigned i = 0; i < sequence->told_count; i++)
        if (sequence->told[i] == ipa)
            return false;
    if (sequence->told_count == CALL_PAGES_MAX)
        return false;
    sequence->told[sequence->told_count++] = ipa;
    return true;
}

/*
 * What the realm stored for its first host call at an address is in no record but in the exit that
 * shows it. Later calls find there what the RMM put there.
 */
static void store_host_call(struct rmm_sequence *sequence, struct cpu *cpu)
{
    const json_t *exit = json_object_get(sequence->compare->fields->out, "exit");
    struct rmm *rmm = sequence->bench->rmm;
    struct rec *rec = sequence->current ? rec_find(rmm, sequence->current->rec) : NULL;
    uint64_t ipa = cpu_get_x(cpu, 1);
    struct host_call call;
    struct rtt_lookup page;

    if (cpu_get_x(cpu, 0) != RSI_HOST_CALL || !exit || !rec || ipa % sizeof(call) ||
        member(sequence, exit, "reason") != RMI_EXIT_HOST_CALL ||
        !realm_protects(rec_realm(rmm, rec), ipa) || !first_call_at(sequence, ipa))
        return;
    page = rtt_lookup(rmm, rec_realm(rmm, rec), ipa & ~GRANULE_MASK);
    if (!page.mapped)
        return;
    call.imm = member(sequence, exit, "imm");
    read_gprs(sequence, json_object_get(exit, "gprs"), call.gprs);
    physmem_write(sequence->bench->mem, PAS_REALM, PA(page.addr + (ipa & GRANULE_MASK)), &call,
                  sizeof(call));
}

static enum cpu_exit take_trap(struct rmm_sequence *sequence, const json_t *trap, struct cpu *cpu)
{
    static const enum cpu_exit kinds[] = {CPU_EXIT_SYNC, CPU_EXIT_IRQ, CPU_EXIT_FIQ,
                                          CPU_EXIT_SERROR};
    struct el2_regs *el2 = cpu_el2(cpu);
    uint64_t exc = member(sequence, trap, "exc");
    const json_t *value;
    const char *key;

    json_object_foreach((json_t *)json_object_get(trap, "set"), key, value)
        cpu_set_x(cpu, (unsigned)strtoul(key, NULL, 10) % 32,
                  rmm_value(sequence->compare->fields, value, key));
    el2->esr = member(sequence, trap, "esr");
    el2->far = member(sequence, trap, "far");
    el2->hpfar = hpfar_from_ipa(IPA(member(sequence, trap, "ipa")));
    if (json_object_get(trap, "spsr"))
        el2->spsr = member(sequence, trap, "spsr");
    store_host_call(sequence, cpu);
    remember(sequence, cpu);
    return exc < sizeof(kinds) / sizeof(kinds[0]) ? kinds[exc] : CPU_EXIT_IRQ;
}

static enum cpu_exit play_realm(void *ctx, struct cpu *cpu)
{
    struct rmm_sequence *sequence = ctx;
    const struct rmm_fields *fields = sequence->compare->fields;
    const json_t *view =
        json_array_get(json_object_get(fields->out, "realm_view"), sequence->views++);
    const json_t *trap = json_array_get(json_object_get(fields->in, "realm"), sequence->traps++);

    if (view)
        compare_view(sequence, view, cpu);
    if (trap)
        return take_trap(sequence, trap, cpu);
    remember(sequence, cpu);
    return CPU_EXIT_IRQ;
}

/* --- the comparison --- */

static void compare_exit_fields(struct rmm_sequence *sequence, const json_t *json,
                                const struct rmi_rec_exit *exit)
{
    struct rmm_compare *compare = sequence->compare;
    uint64_t gprs[RMI_GPR_COUNT], lrs[RMI_GICV3_LR_COUNT];

    compare_member(sequence, json, "reason", exit->exit_reason);
    compare_member(sequence, json, "esr", exit->esr);
    compare_member(sequence, json, "far", exit->far);
    compare_member(sequence, json, "hpfar", exit->hpfar);
    compare_member(sequence, json, "gicv3_hcr", exit->gicv3_hcr);
    compare_member(sequence, json, "ripas_base", exit->ripas_base);
    compare_member(sequence, json, "ripas_top", exit->ripas_top);
    compare_member(sequence, json, "ripas_value", exit->ripas_value);
    compare_member(sequence, json, "imm", exit->imm);
    compare_member(sequence, json, "cntp_ctl", exit->cntp_ctl);
    compare_member(sequence, json, "cntv_ctl", exit->cntv_ctl);
    compare_member(sequence, json, "pmu_ovf", exit->pmu_ovf_status);
    read_gprs(sequence, json_object_get(json, "gprs"), gprs);
    for (unsigned n = 0; n < RMI_GPR_COUNT; n++)
        rmm_compare_value(compare, "gprs", SHOW_HEX, gprs[n], exit->gprs[n]);
    rmm_numbers(compare->fields, json_object_get(json, "lrs"), "lrs", lrs, RMI_GICV3_LR_COUNT);
    for (unsigned n = 0; n < RMI_GICV3_LR_COUNT; n++)
        rmm_compare_value(compare, "lrs", SHOW_HEX, lrs[n], exit->gicv3_lrs[n]);
}

static void compare_exit(struct rmm_sequence *sequence, uint64_t page)
{
    const json_t *out = sequence->compare->fields->out;
    const json_t *json = json_object_get(out, "exit");
    uint8_t untouched[sizeof(struct rmi_rec_exit)];
    struct rmi_rec_exit exit;
    bool written = false;

    memset(untouched, MARK, sizeof(untouched));
    if (physmem_read(sequence->bench->mem, PAS_NON_SECURE,
                     PA(page + offsetof(struct rmi_rec_run, exit)), &exit, sizeof(exit)) == PHYS_OK)
        written = memcmp(&exit, untouched, sizeof(exit)) != 0;
    rmm_compare_out(sequence->compare, "exit_written", written);
    rmm_compare_value(sequence->compare, "realm_view", SHOW_HEX,
                      json_array_size(json_object_get(out, "realm_view")), sequence->views);
    if (json && written)
        compare_exit_fields(sequence, json, &exit);
}

static void compare_results(struct rmm_sequence *sequence, uint64_t fid,
                            const struct smc_regs *regs)
{
    const json_t *x = json_object_get(sequence->compare->fields->out, "x");
    uint64_t expected[SMC_REG_COUNT];
    size_t count = rmm_numbers(sequence->compare->fields, x, "x", expected, SMC_REG_COUNT);
    char name[8];

    /* What a build offers is its own affair; only the status of FEATURES is compared. */
    if (fid == RMI_FEATURES && count > 1)
        count = 1;
    for (unsigned n = 0; n < count; n++) {
        snprintf(name, sizeof(name), "x%u", n);
        rmm_compare_value(sequence->compare, name, SHOW_HEX, expected[n], regs->x[n]);
    }
}

static void run_command(struct rmm_sequence *sequence)
{
    struct rmm_compare *compare = sequence->compare;
    struct rmm_fields *fields = compare->fields;
    struct rmm_bench *bench = sequence->bench;
    struct smc_regs regs = {.x = {0}};
    uint64_t fid = rmm_in(fields, "fid"), x[SMC_REG_COUNT - 1];

    rmm_numbers(fields, json_object_get(fields->in, "x"), "x", x, SMC_REG_COUNT - 1);
    regs.x[0] = fid;
    memcpy(regs.x + 1, x, sizeof(x));
    write_pages(sequence, regs.x);
    if (!fields->ok)
        return;
    sequence->traps = sequence->views = 0;
    sequence->current = fid == RMI_REC_ENTER ? left_of(sequence, x[0]) : NULL;
    bench->host.call(bench->host.ctx, &regs);
    if (rmm_compare_halt(compare, "rmm", "assert:", bench->rmm))
        return;
    compare_results(sequence, fid, &regs);
    if (fid == RMI_REC_CREATE && regs.x[0] == RMI_SUCCESS)
        forget(sequence, x[1]);
    if (fid == RMI_REC_ENTER)
        compare_exit(sequence, x[1]);
}

/* A sequence starts with an RMM that has done nothing yet. */
static bool restart(struct rmm_sequence *sequence, json_int_t seq)
{
    struct rmm_fields *fields = sequence->compare->fields;
    struct realm_port realm = {.run = play_realm, .ctx = sequence, .played = true};

    rmm_bench_free(sequence->bench);
    sequence->left_count = 0;
    sequence->told_count = 0;
    sequence->seq = seq;
    sequence->step = 0;
    sequence->bench = rmm_bench_new(PROFILE, MEMORY_SIZE, realm, fields->error, fields->size);
    return sequence->bench != NULL;
}

bool rmm_sequence_run(struct rmm_sequence *sequence, const json_t *record,
                      struct rmm_compare *compare)
{
    const json_t *seq = json_object_get(record, "seq"), *step = json_object_get(record, "step");

    sequence->compare = compare;
    if (!json_is_integer(seq) || !json_is_integer(step)) {
        snprintf(compare->fields->error, compare->fields->size, "seq, step: no numbers");
        return false;
    }
    if (json_integer_value(step) == 0 && !restart(sequence, json_integer_value(seq)))
        return false;
    if (!sequence->bench || json_integer_value(seq) != sequence->seq ||
        json_integer_value(step) != sequence->step) {
        conform_skip(compare->result, true, "the steps before it were not run");
        return true;
    }
    sequence->step++;
    run_command(sequence);
    return compare->fields->ok;
}

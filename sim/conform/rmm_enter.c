/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records of smc_rec_enter: what is checked in which order, and what a refused entry leaves. */
#include <string.h>

#include "cpu/arch/esr.h"
#include "cpu/arch/hpfar.h"
#include "cpu/gic.h"
#include "rmm_model/rtt.h"
#include "sim/conform/rmm.h"

/* The realm of the records. */
#define X_COUNT 31u
#define PC 0x2000u
#define PLANE0_PC 0x9000u
#define VBAR 0x80000u
#define HOST_CALL_IPA 0u
#define PLANE_RUN_IPA 0x200000u
#define PLANE_RUN_REG 2u
#define UNTRACKED 0x1000u
#define MARK 0xee /* of an exit page that is not written */

#define ITERATIONS_MAX 16u

struct entry {
    struct rmm_bench *bench;
    struct rmm_fields *fields;
    uint64_t run, rec;
    bool lose_run_page; /* between the read of the entry and the write of the exit */
    bool ran;
};

static uint64_t register_before(unsigned n)
{
    return 0x500 + n;
}

/* Another processor of the host gives the run page away, or gets it back. */
static void move_run_page(struct rmm_bench *bench, uint32_t fid)
{
    struct smc_regs regs = {.x = {fid, RMM_BENCH_RUN}};

    bench->rmm->el3.call(bench->rmm->el3.ctx, &regs);
}

static enum cpu_exit play_realm(void *ctx, struct cpu *cpu)
{
    struct entry *entry = ctx;

    (void)cpu;
    entry->ran = true;
    return CPU_EXIT_IRQ;
}

static void on_event(void *ctx, const struct event *event)
{
    struct entry *entry = ctx;

    if (event->kind == EV_SMC_REC_ENTER && entry->lose_run_page)
        move_run_page(entry->bench, RMM_EL3_GTSI_DELEGATE);
}

static enum realm_state realm_state(struct rmm_fields *fields)
{
    const char *state = rmm_in_text(fields, "realm_state");

    if (state && !strcmp(state, "NEW"))
        return REALM_NEW;
    return state && !strcmp(state, "SYSTEM_OFF") ? REALM_SYSTEM_OFF : REALM_ACTIVE;
}

/* A page of the realm: mapped, or with a RIPAS but no memory. */
static struct rtt_entry page_entry(bool mapped, enum rmi_ripas ripas, uint64_t addr)
{
    if (mapped)
        return (struct rtt_entry){.kind = RTT_ASSIGNED, .ripas = RMI_RAM, .addr = addr};
    return (struct rtt_entry){.kind = RTT_UNASSIGNED, .ripas = ripas};
}

static void set_pages(struct rmm_bench *bench, struct rmm_fields *fields)
{
    const char *plane_run = rmm_in_text(fields, "plane_run_page");
    bool mapped = plane_run && !strcmp(plane_run, "mapped");
    bool empty = plane_run && !strcmp(plane_run, "ripas_empty");

    rmm_bench_map(bench, HOST_CALL_IPA,
                  page_entry(rmm_in(fields, "host_call_page_mapped"), RMI_RAM, RMM_BENCH_BLOCK));
    rmm_bench_map(bench, PLANE_RUN_IPA,
                  page_entry(mapped, empty ? RMI_EMPTY : RMI_RAM, RMM_BENCH_BLOCK2));
}

static void set_rec(struct rmm_bench *bench, struct rmm_fields *fields)
{
    struct rec *rec = bench->rec;
    struct cpu *cpu = bench->cpu;

    rec->runnable = rmm_in(fields, "runnable");
    rec->psci_pending = rmm_in(fields, "psci_pending");
    rec->host_call_pending = rmm_in(fields, "host_call_pending");
    rec->last_run.esr = rmm_in(fields, "last_esr");
    rec->last_run.hpfar = hpfar_from_ipa(IPA(rmm_in(fields, "last_ipa")));
    rec->active_plane = (unsigned)rmm_in(fields, "active_plane");
    rec->inactive.context.pc = PLANE0_PC;
    rec->inactive.context.pstate = REC_PSTATE_RESET;
    rec->inactive.context.x[PLANE_RUN_REG] = PLANE_RUN_IPA;
    for (unsigned n = 0; n < X_COUNT; n++)
        cpu_set_x(cpu, n, register_before(n));
    cpu_el2(cpu)->elr = PC;
    cpu_set_sysreg(cpu, SYSREG_VBAR_EL1, VBAR);
    cpu_ich(cpu)->lr[0] = rmm_in(fields, "lr0");
}

static void choose_granules(struct entry *entry)
{
    struct rmm_fields *fields = entry->fields;
    const char *run = rmm_in_text(fields, "run_granule"), *rec = rmm_in_text(fields, "rec_lookup");

    entry->run = RMM_BENCH_RUN;
    if (run && !strcmp(run, "unknown"))
        entry->run = UNTRACKED;
    else if (run && !strcmp(run, "DELEGATED"))
        granule_find(&entry->bench->rmm->granules, RMM_BENCH_RUN)->state = GRANULE_DELEGATED;
    entry->rec = rec && !strcmp(rec, "not_rec") ? RMM_BENCH_RD : RMM_BENCH_REC;
    if (rec && !strcmp(rec, "busy"))
        granule_find(&entry->bench->rmm->granules, RMM_BENCH_REC)->refcount = 1;
    entry->lose_run_page = !rmm_in(fields, "ns_write_ok");
}

static void write_entry(struct entry *entry)
{
    struct rmi_rec_run page = {
        .enter = {.flags = rmm_in(entry->fields, "flags"),
                  .gprs = {rmm_in(entry->fields, "gprs0")},
                  .gicv3_lrs = {rmm_in(entry->fields, "lr0")}},
    };

    memset(&page.exit, MARK, sizeof(page.exit));
    physmem_write(entry->bench->mem, PAS_NON_SECURE, PA(RMM_BENCH_RUN), &page, sizeof(page));
}

/* One call; *exit is what then stands in the run page, zeros if nothing was written. */
static uint64_t enter_once(struct entry *entry, struct rmi_rec_exit *exit, bool *written)
{
    struct rmm_bench *bench = entry->bench;
    struct smc_regs regs = {.x = {RMI_REC_ENTER, entry->rec, entry->run}};
    uint8_t untouched[sizeof(*exit)];

    entry->ran = false;
    write_entry(entry);
    if (!rmm_in(entry->fields, "ns_read_ok"))
        move_run_page(bench, RMM_EL3_GTSI_DELEGATE);
    bench->host.call(bench->host.ctx, &regs);
    move_run_page(bench, RMM_EL3_GTSI_UNDELEGATE);
    physmem_read(bench->mem, PAS_NON_SECURE, PA(RMM_BENCH_RUN + offsetof(struct rmi_rec_run, exit)),
                 exit, sizeof(*exit));
    memset(untouched, MARK, sizeof(untouched));
    *written = memcmp(exit, untouched, sizeof(*exit)) != 0;
    if (!*written)
        memset(exit, 0, sizeof(*exit));
    return regs.x[0];
}

static void compare_planes(struct rmm_bench *bench, struct rmm_compare *compare, uint64_t pc,
                           uint64_t x0)
{
    const struct rec *rec = bench->rec;
    bool plane0 = rec->active_plane == 0;

    if (!bench->rmm->variant->planes)
        return;
    rmm_compare_out(compare, "active_plane_after", rec->active_plane);
    if (!plane0) {
        pc = rec->inactive.context.pc;
        x0 = rec->inactive.context.x[0];
    } else {
        pc = cpu_el2(bench->cpu)->elr;
        x0 = cpu_get_x(bench->cpu, 0);
    }
    rmm_compare_out(compare, "p0_pc", pc);
    rmm_compare_out(compare, "p0_x0", x0);
}

/* The plane that was active at first: where it stands, and what is remembered of its last exit. */
static void compare_rec(struct rmm_bench *bench, struct rmm_compare *compare)
{
    struct rmm_fields *fields = compare->fields;
    const struct rec *rec = bench->rec;
    bool left = rec->active_plane != rmm_in(fields, "active_plane");
    unsigned rt = (unsigned)field_get(rmm_in(fields, "last_esr"), ESR_SRT);
    uint64_t pc = left ? rec->inactive.context.pc : cpu_el2(bench->cpu)->elr;
    uint64_t value = rt == 31 ? 0 : left ? rec->inactive.context.x[rt] : cpu_get_x(bench->cpu, rt);
    uint64_t esr = left ? rec->inactive.last_run.esr : rec->last_run.esr;

    rmm_compare_out(compare, "pc", pc);
    rmm_compare_out(compare, "rt_val", value);
    rmm_compare_out(compare, "last_esr_after", esr);
    rmm_compare_out(compare, "host_call_pending_after", rec->host_call_pending);
    compare_planes(bench, compare, pc, value);
}

void rmm_run_enter(struct rmm_bench *bench, struct rmm_compare *compare)
{
    struct rmm_fields *fields = compare->fields;
    struct entry entry = {.bench = bench, .fields = fields};
    uint64_t iterations = rmm_in(fields, "iter"), status = 0;
    struct rmi_rec_exit exit;
    bool written = false;

    bench->realm->state = realm_state(fields);
    if (rmm_in(fields, "ipa_bits") != RMM_BENCH_IPA_BITS) {
        conform_skip(compare->result, true, "a realm of another IPA width");
        return;
    }
    set_pages(bench, fields);
    set_rec(bench, fields);
    choose_granules(&entry);
    bench->rmm->realm = (struct realm_port){.run = play_realm, .ctx = &entry, .played = true};
    if (!fields->ok)
        return;
    if (iterations >= ITERATIONS_MAX || !trace_add_reader(&bench->trace, on_event, &entry)) {
        conform_skip(compare->result, true, "a record repeated more often than any is");
        return;
    }
    /* A record says what the last of the calls did; those before it are records of their own. */
    for (uint64_t i = 0; i <= iterations && fields->ok; i++)
        status = enter_once(&entry, &exit, &written);
    bench->trace.readers = 0;
    rmm_compare_out(compare, "ret", status);
    rmm_compare_out(compare, "ran", entry.ran);
    rmm_compare_out(compare, "exit_written", written);
    rmm_compare_out(compare, "exit_reason", exit.exit_reason);
    rmm_compare_out(compare, "exit_esr", exit.esr);
    rmm_compare_out(compare, "exit_hpfar", exit.hpfar);
    compare_rec(bench, compare);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The RMI commands that change what the observer keeps account of. */
#include <stdlib.h>
#include <string.h>

#include "sim/invariant/internal.h"

#include "cpu/arch/descriptor.h"

#define RTT_LEVEL_STRIDE 9u
#define PSTATE_EL1H_DAIF 0x3c5u
#define PSCI_CALL_CPU_ON 0x3u
#define PSCI_DENIED ((uint64_t)-3)
#define PSCI_ALREADY_ON ((uint64_t)-4)

/* --- realms ------------------------------------------------------------------------------------
 */

struct shadow_realm *shadow_realm_find(const struct invariants *inv, uint64_t rd)
{
    for (size_t i = 0; i < inv->realm_count; i++)
        if (inv->realms[i].used && inv->realms[i].rd == rd)
            return &inv->realms[i];
    return NULL;
}

static struct shadow_realm *new_realm(struct invariants *inv)
{
    struct shadow_realm *realms;

    for (size_t i = 0; i < inv->realm_count; i++)
        if (!inv->realms[i].used)
            return &inv->realms[i];
    realms = realloc(inv->realms, (inv->realm_count + 1) * sizeof(*realms));
    if (!realms)
        abort(); /* as the models' own small allocations: there is no way on */
    inv->realms = realms;
    return &inv->realms[inv->realm_count++];
}

static void copy_page(struct invariants *inv, struct command *cmd, uint64_t pa)
{
    const void *page = peek_ns(inv, pa);

    cmd->has_page = page != NULL;
    if (page)
        memcpy(&cmd->page, page, sizeof(cmd->page));
}

static void realm_create_before(struct invariants *inv, struct command *cmd)
{
    copy_page(inv, cmd, cmd->x[2]);
}

static void realm_create(struct invariants *inv, struct command *cmd, const uint64_t *x)
{
    const struct rmi_realm_params *params = &cmd->page.realm_params;
    const struct rmi_beta_realm_params *beta = &cmd->page.beta_realm_params;
    struct shadow_realm *realm;

    (void)x;
    if (!cmd->has_page)
        return;
    realm = new_realm(inv);
    *realm = (struct shadow_realm){
        .rd = cmd->x[1],
        .ipa_bits = (unsigned)((inv->rules->beta ? beta->features_0 : params->s2sz) & 0xff),
        .roots = params->rtt_base,
        .root_count = params->rtt_num_start,
        .used = true};
    granule_take(inv, realm->rd, USE_RD, realm->rd, 0);
    for (uint64_t i = 0; i < realm->root_count; i++)
        granule_take(inv, realm->roots + i * GRANULE_SIZE, USE_RTT, realm->rd, 0);
}

static void realm_activate(struct invariants *inv, struct command *cmd, const uint64_t *x)
{
    struct shadow_realm *realm = shadow_realm_find(inv, cmd->x[1]);

    (void)x;
    if (realm)
        realm->state = SHADOW_ACTIVE;
}

static void realm_destroy(struct invariants *inv, struct command *cmd, const uint64_t *x)
{
    struct shadow_realm *realm = shadow_realm_find(inv, cmd->x[1]);

    (void)x;
    if (!realm)
        return;
    granule_release(inv, realm->rd, USE_RD);
    for (uint64_t i = 0; i < realm->root_count; i++)
        granule_release(inv, realm->roots + i * GRANULE_SIZE, USE_RTT);
    realm->used = false;
}

/* --- RECs --------------------------------------------------------------------------------------
 */

struct shadow_rec *shadow_rec_find(const struct invariants *inv, uint64_t pa)
{
    for (size_t i = 0; i < inv->rec_count; i++)
        if (inv->recs[i]->used && inv->recs[i]->pa == pa)
            return inv->recs[i];
    return NULL;
}

static struct shadow_rec *new_rec(struct invariants *inv)
{
    struct shadow_rec **recs;

    for (size_t i = 0; i < inv->rec_count; i++)
        if (!inv->recs[i]->used)
            return inv->recs[i];
    recs = realloc(inv->recs, (inv->rec_count + 1) * sizeof(struct shadow_rec *));
    if (!recs)
        abort();
    inv->recs = recs;
    recs[inv->rec_count] = calloc(1, sizeof(*recs[0]));
    if (!recs[inv->rec_count])
        abort();
    return recs[inv->rec_count++];
}

static void rec_create_before(struct invariants *inv, struct command *cmd)
{
    copy_page(inv, cmd, cmd->x[3]);
}

static void add_rec(struct invariants *inv, const struct command *cmd, uint64_t rd, uint64_t pa)
{
    const struct rmi_rec_params *params = &cmd->page.rec_params;
    struct shadow_realm *realm = shadow_realm_find(inv, rd);
    struct shadow_rec *rec;

    if (!cmd->has_page || !realm)
        return;
    rec = new_rec(inv);
    *rec = (struct shadow_rec){.pa = pa,
                               .rd = realm->rd,
                               .index = realm->recs++,
                               .used = true,
                               .settled = true,
                               .left = {.pc = params->pc, .pstate = PSTATE_EL1H_DAIF},
                               .runnable = params->flags & 1};
    for (unsigned n = 0; n < RMI_REC_CREATE_GPRS; n++)
        rec->left.x[n] = params->gprs[n];
    for (unsigned reg = 0; reg < SYSREG_COUNT; reg++)
        rec->left.sysregs[reg] = sysreg_table[reg].reset;
    expect_unchanged(&rec->expect, rec);
    granule_take(inv, rec->pa, USE_REC, realm->rd, 0);
    if (!inv->rules->single_granules)
        return;
    for (uint64_t i = 0; i < params->num_aux && i < RMI_MAX_REC_AUX; i++) {
        rec->aux[rec->aux_count++] = params->aux[i];
        granule_take(inv, params->aux[i], USE_AUX, realm->rd, 0);
    }
}

static void rec_create(struct invariants *inv, struct command *cmd, const uint64_t *x)
{
    (void)x;
    add_rec(inv, cmd, cmd->x[1], cmd->x[2]);
}

/* Where it takes several commands: what was asked for. */
static void rec_create_begun(struct invariants *inv, struct command *cmd,
                             const struct smc_regs *regs)
{
    if (rmi_return_status(regs->x[0]) != RMI_INCOMPLETE)
        return;
    for (unsigned i = 0; i < SHADOW_OPERATIONS; i++) {
        if (inv->operations[i].used && inv->operations[i].handle != regs->x[1])
            continue;
        inv->operations[i] =
            (struct shadow_operation){true, regs->x[1], cmd->x[1], cmd->x[2], cmd->x[3]};
        return;
    }
}

static struct shadow_operation *operation(struct invariants *inv, uint64_t handle)
{
    for (unsigned i = 0; i < SHADOW_OPERATIONS; i++)
        if (inv->operations[i].used && inv->operations[i].handle == handle)
            return &inv->operations[i];
    return NULL;
}

static void op_continue_before(struct invariants *inv, struct command *cmd)
{
    const struct shadow_operation *op = operation(inv, cmd->x[1]);

    if (op)
        copy_page(inv, cmd, op->params);
}

/* RMI_SUCCESS ends what the handle stood for. */
static void op_continue(struct invariants *inv, struct command *cmd, const uint64_t *x)
{
    struct shadow_operation *op = operation(inv, cmd->x[1]);

    (void)x;
    if (!op)
        return;
    add_rec(inv, cmd, op->rd, op->rec);
    op->used = false;
}

static void op_cancel(struct invariants *inv, struct command *cmd, const uint64_t *x)
{
    struct shadow_operation *op = operation(inv, cmd->x[1]);

    (void)x;
    if (op)
        op->used = false;
}

/* The REC is gone when its memory begins to be given back. */
static void rec_destroy(struct invariants *inv, struct command *cmd, const uint64_t *x);

static void rec_destroy_begun(struct invariants *inv, struct command *cmd,
                              const struct smc_regs *regs)
{
    struct shadow_operation *op = operation(inv, regs->x[1]);

    if (rmi_return_status(regs->x[0]) != RMI_INCOMPLETE)
        return;
    if (op)
        op->used = false; /* the handle has a new meaning */
    rec_destroy(inv, cmd, regs->x);
}

static void rec_destroy(struct invariants *inv, struct command *cmd, const uint64_t *x)
{
    struct shadow_rec *rec = shadow_rec_find(inv, cmd->x[1]);

    (void)x;
    if (!rec)
        return;
    if (rec->running)
        broken(inv, INVARIANT_ENTRY, rec, "the REC is destroyed while it runs");
    granule_release(inv, rec->pa, USE_REC);
    for (unsigned i = 0; i < rec->aux_count; i++)
        granule_release(inv, rec->aux[i], USE_AUX);
    if (rec->pe && rec->pe->rec == rec)
        rec->pe->rec = NULL;
    rec->used = false;
}

/* --- REC_ENTER ---------------------------------------------------------------------------------
 */

static void rec_enter_before(struct invariants *inv, struct command *cmd)
{
    cmd->rec = shadow_rec_find(inv, cmd->x[1]);
    if (!cmd->rec)
        return;
    make_room(inv, cmd->rec);
    entry_begin(inv, cmd);
    if (!cmd->refuse) {
        cmd->rec->running = true;
        cmd->rec->stop.present = false;
    }
}

static void entered(struct invariants *inv, struct command *cmd)
{
    const struct rmi_rec_run *page = peek_ns(inv, cmd->x[2]);
    struct shadow_rec *rec = cmd->rec;

    inv->counts.entries++;
    if (!page) {
        broken(inv, INVARIANT_WORLD, rec, "an exit was written to 0x%llx, which is not the host's",
               (unsigned long long)cmd->x[2]);
        return;
    }
    exit_check(inv, cmd, rec, &page->exit);
    if (cmd->ran) {
        exit_owed(inv, rec, &page->exit);
    } else if (rec->owed != OWED_HOST_CALL || page->exit.exit_reason != RMI_EXIT_SYNC) {
        rec->owed = OWED_NOTHING; /* a timer was due: the answer is taken, nothing ran */
    } else {
        entry_undone(rec, cmd);
    }
}

static void rec_enter(struct invariants *inv, struct command *cmd, const struct smc_regs *regs)
{
    struct shadow_rec *rec = cmd->rec;
    bool success = regs->x[0] == RMI_SUCCESS;

    if (!rec) {
        if (success || cmd->ran)
            broken(inv, INVARIANT_ENTRY, NULL, "0x%llx is entered, which is no REC",
                   (unsigned long long)cmd->x[1]);
        return;
    }
    if (cmd->refuse) {
        if (success || cmd->ran)
            broken(inv, INVARIANT_ENTRY, rec, "REC_ENTER is let in though %s", cmd->refuse);
        if (inv->rules->any_isv_completes)
            entry_refused(rec);
        return;
    }
    rec->running = false;
    if (success) {
        entered(inv, cmd);
    } else if (cmd->ran) {
        exit_lost(inv, rec, cmd->cpu);
        if (rec->owed == OWED_ABORT)
            rec->emulatable = rec->sea_allowed = true; /* what it was is not told any more */
    } else {
        entry_undone(rec, cmd);
    }
}

/* --- PSCI --------------------------------------------------------------------------------------
 */

/* MPIDR_EL1 to the index of a REC: Aff0 has 4 bits, the others 8 (RMM 1.0, RmiRecMpidr). */
static uint64_t index_of(uint64_t mpidr)
{
    return (mpidr & 0xf) | (mpidr >> 8 & 0xff) << 4 | (mpidr >> 16 & 0xff) << 12 |
           (mpidr >> 32 & 0xff) << 20;
}

static void start(struct shadow_rec *target, const struct shadow_rec *caller)
{
    const uint64_t ee = field_mask(SCTLR_EE);

    expect_sysreg(&target->expect, SYSREG_SCTLR_EL1,
                  (sysreg_table[SYSREG_SCTLR_EL1].reset & ~ee) |
                      (sysreg_left(caller, SYSREG_SCTLR_EL1) & ee));
    expect_x(&target->expect, 0, x_left(caller, 3));
    target->expect.pc = x_left(caller, 2);
    target->expect.pstate = PSTATE_EL1H_DAIF;
    target->runnable = true;
}

static void psci_complete_before(struct invariants *inv, struct command *cmd)
{
    (void)cmd;
    make_room(inv, NULL);
}

static void psci_complete(struct invariants *inv, struct command *cmd, const struct smc_regs *regs)
{
    struct shadow_rec *caller = shadow_rec_find(inv, cmd->x[1]);
    struct shadow_rec *target = shadow_rec_find(inv, cmd->x[2]);
    uint64_t status = inv->rules->beta ? 0 : cmd->x[3];
    bool success = regs->x[0] == RMI_SUCCESS, on, cpu_on;

    if (!caller || !target || caller->owed != OWED_PSCI || caller->running ||
        caller->rd != target->rd || index_of(x_left(caller, 1)) != target->index) {
        if (success)
            broken(inv, INVARIANT_ENTRY, caller, "PSCI_COMPLETE answers what was not asked");
        return;
    }
    on = target->running || target->runnable;
    cpu_on = (x_left(caller, 0) & 0xff) == PSCI_CALL_CPU_ON;
    if (!success) {
        /* Known defect: what is on already and is denied is an error, and answered. */
        if (cpu_on && on && status == PSCI_DENIED) {
            caller->off_defect = true;
            caller->expect.x_free |= 0xf;
        }
        return;
    }
    if (status != 0 && !(cpu_on && status == PSCI_DENIED))
        broken(inv, INVARIANT_ENTRY, caller, "PSCI_COMPLETE takes status 0x%llx",
               (unsigned long long)status);
    expect_x(&caller->expect, 0, !cpu_on ? !on : on ? PSCI_ALREADY_ON : status);
    for (unsigned n = 1; n < 4; n++)
        expect_x(&caller->expect, n, 0);
    caller->owed = OWED_NOTHING;
    if (cpu_on && !on && status == 0)
        start(target, caller);
}

/* --- memory ------------------------------------------------------------------------------------
 */

static void set_ripas(struct invariants *inv, struct command *cmd, const uint64_t *x)
{
    struct shadow_rec *rec = shadow_rec_find(inv, cmd->x[2]);

    if (!rec || rec->owed != OWED_RIPAS || rec->running || rec->rd != cmd->x[1] ||
        cmd->x[3] != rec->ripas_next || x[1] > rec->ripas_top || x[1] < rec->ripas_next) {
        broken(inv, INVARIANT_ENTRY, rec, "RTT_SET_RIPAS changes what was not asked for");
        return;
    }
    rec->ripas_next = x[1];
}

static void data_create(struct invariants *inv, struct command *cmd, const uint64_t *x)
{
    (void)x;
    granule_take(inv, cmd->x[2], USE_DATA, cmd->x[1], cmd->x[3]);
}

/* One entry a command: base, level, ripas. */
static void beta_set_ripas(struct invariants *inv, struct command *cmd, const uint64_t *x)
{
    uint64_t level = cmd->x[4] & 3, size = GRANULE_SIZE << (RTT_LEVEL_STRIDE * (3 - level));
    uint64_t result[] = {x[0], cmd->x[3] + size};
    struct shadow_rec *rec = shadow_rec_find(inv, cmd->x[2]);

    if (rec && cmd->x[5] != rec->ripas)
        broken(inv, INVARIANT_ENTRY, rec, "RTT_SET_RIPAS sets a RIPAS that was not asked for");
    set_ripas(inv, cmd, result);
}

static void beta_data_destroy(struct invariants *inv, struct command *cmd, const uint64_t *x)
{
    (void)x;
    granule_release(inv, granule_mapped(inv, cmd->x[1], cmd->x[2]), USE_DATA);
}

static void data_destroy(struct invariants *inv, struct command *cmd, const uint64_t *x)
{
    const struct shadow_granule *granule = shadow_granule(inv, x[1]);

    if (granule && (granule->rd != cmd->x[1] || granule->ipa != cmd->x[2]))
        broken(inv, INVARIANT_GRANULE_USE, NULL,
               "DATA_DESTROY of IPA 0x%llx gives back granule 0x%llx, which was not there",
               (unsigned long long)cmd->x[2], (unsigned long long)x[1]);
    granule_release(inv, x[1], USE_DATA);
}

static void rtt_create(struct invariants *inv, struct command *cmd, const uint64_t *x)
{
    (void)x;
    granule_take(inv, cmd->x[2], USE_RTT, cmd->x[1], 0);
}

static void beta_rtt_release(struct invariants *inv, struct command *cmd, const uint64_t *x)
{
    (void)x;
    granule_release(inv, cmd->x[1], USE_RTT);
}

static void realm_terminate(struct invariants *inv, struct command *cmd, const uint64_t *x)
{
    struct shadow_realm *realm = shadow_realm_find(inv, cmd->x[1]);

    (void)x;
    if (realm)
        realm->state = SHADOW_OFF;
}

static void rtt_release(struct invariants *inv, struct command *cmd, const uint64_t *x)
{
    (void)cmd;
    granule_release(inv, x[1], USE_RTT);
}

/* --- dispatch ----------------------------------------------------------------------------------
 */

enum revision { BETA = 1, FINAL = 2, RANGES = 4, SINGLE = BETA | FINAL, ALL = SINGLE | RANGES };

static const struct row {
    uint32_t fid;
    enum revision in;
    void (*before)(struct invariants *inv, struct command *cmd);
    void (*success)(struct invariants *inv, struct command *cmd, const uint64_t *x);
    void (*always)(struct invariants *inv, struct command *cmd, const struct smc_regs *regs);
    bool object_first; /* before 1.0: the granule that is taken stands before the RD */
} rows[] = {
    {RMI_REC_ENTER, ALL, rec_enter_before, NULL, rec_enter, false},
    {RMI_REALM_CREATE, ALL, realm_create_before, realm_create, NULL, false},
    {RMI_REALM_ACTIVATE, ALL, NULL, realm_activate, NULL, false},
    {RMI_REALM_DESTROY, ALL, NULL, realm_destroy, NULL, false},
    {RMI_REALM_TERMINATE, RANGES, NULL, realm_terminate, NULL, false},
    {RMI_REC_CREATE, BETA, rec_create_before, rec_create, NULL, true},
    {RMI_REC_CREATE, FINAL, rec_create_before, rec_create, NULL, false},
    {RMI_REC_CREATE, RANGES, NULL, NULL, rec_create_begun, false},
    {RMI_OP_CONTINUE, RANGES, op_continue_before, op_continue, NULL, false},
    {RMI_OP_CANCEL, RANGES, NULL, op_cancel, NULL, false},
    {RMI_REC_DESTROY, SINGLE, NULL, rec_destroy, NULL, false},
    {RMI_REC_DESTROY, RANGES, NULL, NULL, rec_destroy_begun, false},
    {RMI_PSCI_COMPLETE, ALL, psci_complete_before, NULL, psci_complete, false},
    {RMI_RTT_SET_RIPAS, BETA, NULL, beta_set_ripas, NULL, false},
    {RMI_RTT_SET_RIPAS, FINAL | RANGES, NULL, set_ripas, NULL, false},
    {RMI_DATA_CREATE, BETA, NULL, data_create, NULL, true},
    {RMI_DATA_CREATE, FINAL, NULL, data_create, NULL, false},
    {RMI_DATA_CREATE_UNKNOWN, BETA, NULL, data_create, NULL, true},
    {RMI_DATA_CREATE_UNKNOWN, FINAL, NULL, data_create, NULL, false},
    {RMI_DATA_DESTROY, BETA, NULL, beta_data_destroy, NULL, false},
    {RMI_DATA_DESTROY, FINAL, NULL, data_destroy, NULL, false},
    {RMI_RTT_CREATE, BETA, NULL, rtt_create, NULL, true},
    {RMI_RTT_CREATE, FINAL | RANGES, NULL, rtt_create, NULL, false},
    {RMI_RTT_DESTROY, BETA, NULL, beta_rtt_release, NULL, false},
    {RMI_RTT_DESTROY, FINAL | RANGES, NULL, rtt_release, NULL, false},
    {RMI_RTT_FOLD, BETA, NULL, beta_rtt_release, NULL, false},
    {RMI_RTT_FOLD, FINAL | RANGES, NULL, rtt_release, NULL, false},
};

static enum revision revision(const struct invariants *inv)
{
    if (!inv->rules->single_granules)
        return RANGES;
    return inv->rules->beta ? BETA : FINAL;
}

static const struct row *find(const struct invariants *inv, uint32_t fid)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].fid == fid && rows[i].in & revision(inv))
            return &rows[i];
    return NULL;
}

void command_before(struct invariants *inv, struct command *cmd)
{
    const struct row *row = find(inv, cmd->fid);

    if (row && row->object_first) {
        uint64_t object = cmd->x[1];

        cmd->x[1] = cmd->x[2];
        cmd->x[2] = object;
    }
    if (row && row->before)
        row->before(inv, cmd);
}

void command_after(struct invariants *inv, struct command *cmd, const struct smc_regs *regs)
{
    const struct row *row = find(inv, cmd->fid);

    if (row && row->always)
        row->always(inv, cmd, regs);
    if (row && row->success && regs->x[0] == RMI_SUCCESS)
        row->success(inv, cmd, regs->x);
}

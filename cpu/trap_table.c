/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpu/trap_table.h"

#include "cpu/arch/esr.h"
#include "cpu/arch/pstate.h"
#include "cpu/syndrome.h"
#include "cpu/trap_rows.h"

/* PSTATE.EL within M of an AArch64 PSTATE. */
static const struct field PSTATE_EL = {2, 2};

static uint64_t control_register(const struct trap_context *context, enum trap_register reg)
{
    switch (reg) {
    case TRAP_REG_NONE:
    case TRAP_REG_COUNT:
        break;
    case TRAP_REG_HCR:
        return context->el2->hcr;
    case TRAP_REG_HCRX:
        return context->el2->hcrx;
    case TRAP_REG_CPTR:
        return context->el2->cptr;
    case TRAP_REG_MDCR:
        return context->el2->mdcr;
    case TRAP_REG_CNTHCTL:
        return context->el2->cnthctl;
    case TRAP_REG_ICH_HCR:
        return context->el2->ich_hcr;
    case TRAP_REG_ICC_SRE_EL2:
        return context->el2->icc_sre;
    case TRAP_REG_HFGRTR:
        return context->el2->hfgrtr;
    case TRAP_REG_HFGWTR:
        return context->el2->hfgwtr;
    case TRAP_REG_HFGITR:
        return context->el2->hfgitr;
    case TRAP_REG_HDFGRTR:
        return context->el2->hdfgrtr;
    case TRAP_REG_HDFGWTR:
        return context->el2->hdfgwtr;
    case TRAP_REG_CPACR:
        return context->cpacr_el1;
    case TRAP_REG_SCTLR:
        return context->sctlr_el1;
    case TRAP_REG_CNTKCTL:
        return context->cntkctl_el1;
    case TRAP_REG_PMUSERENR:
        return context->pmuserenr_el0;
    case TRAP_REG_MDSCR:
        return context->mdscr_el1;
    case TRAP_REG_ICC_SRE_EL1:
        return context->icc_sre_el1;
    case TRAP_REG_PSTATE:
        return context->pstate;
    }
    return 0;
}

static bool has(const struct trap_context *context, unsigned feature)
{
    /* BASE is not asked for: a context without features is an Armv8.0 CPU. */
    return feature == TRAP_FEAT_BASE || context->features >> feature & 1;
}

/* --- the row of a word --------------------------------------------------------------------------
 */

static bool is_system(const struct insn *insn)
{
    return insn->cls == INSN_SYSREG || insn->cls == INSN_CACHE_OP || insn->cls == INSN_ZERO;
}

static const struct trap_row *find(const struct trap_row *rows, size_t count, uint32_t word)
{
    for (size_t i = 0; i < count; i++)
        if ((word & rows[i].mask) == rows[i].value)
            return &rows[i];
    return NULL;
}

const struct trap_row *trap_find_row(const struct insn *insn)
{
    if (is_system(insn))
        return find(trap_sys_rows, trap_sys_row_count, insn->word);
    return find(trap_word_rows, trap_word_row_count, insn->word);
}

/* --- what a row says ----------------------------------------------------------------------------
 */

struct verdict {
    enum trap_outcome outcome;
    uint64_t esr;
    struct trap_cause cause;
    bool by_engine;
};

static const struct verdict executes = {TRAP_NONE, 0, {NULL, -1}, false};

/*
 * FEAT_IDST: a read in the space of the ID registers that is UNDEFINED has the syndrome of a
 * trapped MRS (Arm ARM D1.3.3, "Traps on feature ID registers").
 */
static bool reads_id_space(const struct insn *insn)
{
    return insn->cls == INSN_SYSREG && insn->read && insn->op0 == 3 && insn->crn == 0 &&
           insn->crm < 8 && (insn->op1 == 0 || insn->op1 == 1 || insn->op1 == 3);
}

static struct verdict undefined(const struct trap_context *context, const struct insn *insn,
                                const char *why, bool by_engine)
{
    bool as_trap = has(context, TRAP_FEAT_IDST) && reads_id_space(insn);

    return (struct verdict){
        TRAP_UNDEFINED, as_trap ? syndrome_trap(insn) : syndrome_undefined(), {why, -1}, by_engine};
}

static uint64_t control_syndrome(const struct trap_control *control, const struct insn *insn)
{
    switch (control->ec) {
    case TRAP_EC_INSN:
        return syndrome_trap(insn);
    case ESR_EC_FP_ASIMD:
        return syndrome_fp_access();
    default:
        return syndrome_ec(control->ec) | field_put(ESR_LS64, control->iss);
    }
}

static bool control_traps(const struct trap_context *context, const struct trap_control *control,
                          unsigned access)
{
    uint64_t value;

    if (!(control->access & access) || !has(context, control->feature) ||
        (context->sctlr_el1 & control->sctlr_needs) != control->sctlr_needs)
        return false;
    value = control_register(context, (enum trap_register)control->reg) & control->bits;
    switch ((enum trap_when)control->when) {
    case TRAP_IF_SET:
        return value != 0;
    case TRAP_IF_CLEAR:
        return value == 0;
    case TRAP_ALWAYS:
        break;
    }
    return true;
}

static const struct {
    enum trap_register read, write; /* TRAP_REG_NONE: no bit for that direction */
    bool traps_if_clear;
} fine_families[] = {
    [TRAP_FINE_NONE] = {TRAP_REG_NONE, TRAP_REG_NONE, false},
    [TRAP_FINE_REG] = {TRAP_REG_HFGRTR, TRAP_REG_HFGWTR, false},
    [TRAP_FINE_REG_CLEAR] = {TRAP_REG_HFGRTR, TRAP_REG_HFGWTR, true},
    [TRAP_FINE_DEBUG] = {TRAP_REG_HDFGRTR, TRAP_REG_HDFGWTR, false},
    [TRAP_FINE_DEBUG_W] = {TRAP_REG_NONE, TRAP_REG_HDFGWTR, false},
    [TRAP_FINE_INSN] = {TRAP_REG_NONE, TRAP_REG_HFGITR, false},
};

/* The bits of the fine-grained trap registers, "HFGRTR_EL2[0]" and so on. */
/* clang-format off */
#define TEN_BITS(reg, tens) \
    reg "[" tens "0]", reg "[" tens "1]", reg "[" tens "2]", reg "[" tens "3]", \
    reg "[" tens "4]", reg "[" tens "5]", reg "[" tens "6]", reg "[" tens "7]", \
    reg "[" tens "8]", reg "[" tens "9]"
#define BITS_OF(reg) \
    {TEN_BITS(reg, ""), TEN_BITS(reg, "1"), TEN_BITS(reg, "2"), TEN_BITS(reg, "3"), \
     TEN_BITS(reg, "4"), TEN_BITS(reg, "5"), \
     reg "[60]", reg "[61]", reg "[62]", reg "[63]"}
static const char *const fine_bit_names[TRAP_REG_COUNT][64] = {
    [TRAP_REG_HFGRTR] = BITS_OF("HFGRTR_EL2"),
    [TRAP_REG_HFGWTR] = BITS_OF("HFGWTR_EL2"),
    [TRAP_REG_HFGITR] = BITS_OF("HFGITR_EL2"),
    [TRAP_REG_HDFGRTR] = BITS_OF("HDFGRTR_EL2"),
    [TRAP_REG_HDFGWTR] = BITS_OF("HDFGWTR_EL2"),
};
/* clang-format on */

/* The fine-grained trap of this access; control NULL if there is none, or it does not trap. */
static struct trap_cause fine_trap(const struct trap_context *context, struct trap_fine fine,
                                   bool read)
{
    const struct trap_cause none = {NULL, -1};
    enum trap_register reg =
        read ? fine_families[fine.family].read : fine_families[fine.family].write;
    bool if_clear = fine_families[fine.family].traps_if_clear;
    bool set;

    if (reg == TRAP_REG_NONE || !has(context, if_clear ? TRAP_FEAT_FGT_CLEAR : TRAP_FEAT_FGT))
        return none;
    set = control_register(context, reg) >> fine.bit & 1;
    return set != if_clear ? (struct trap_cause){fine_bit_names[reg][fine.bit], set} : none;
}

static struct trap_cause cause_of(const struct trap_control *control)
{
    return (struct trap_cause){control->name, control->when == TRAP_IF_SET     ? 1
                                              : control->when == TRAP_IF_CLEAR ? 0
                                                                               : -1};
}

static unsigned access_of(const struct insn *insn, unsigned el)
{
    bool read = insn->cls == INSN_SYSREG && insn->read;

    if (el == 0)
        return read ? TRAP_R0 : TRAP_W0;
    return read ? TRAP_R1 : TRAP_W1;
}

static struct verdict judge(const struct trap_context *context, const struct insn *insn,
                            const struct trap_row *row, unsigned el)
{
    unsigned access = access_of(insn, el);
    bool fine_done = false;

    if (!row)
        return is_system(insn) ? undefined(context, insn, TRAP_CAUSE_UNALLOCATED, el == 0)
                               : executes;
    if (!has(context, row->feature))
        return undefined(context, insn, TRAP_CAUSE_ABSENT, el == 0);
    if (!(row->access & access))
        return undefined(context, insn, TRAP_CAUSE_INACCESSIBLE, el == 0);
    for (size_t i = 0; i < TRAP_ROW_CONTROLS + 1; i++) {
        unsigned id = i < TRAP_ROW_CONTROLS ? row->controls[i] : CTL_END;
        const struct trap_control *control = &trap_controls[id];
        struct trap_cause fine = {NULL, -1};

        if (!fine_done && (id == CTL_END || control->to == TRAP_EL2)) {
            fine_done = true;
            fine = fine_trap(context, row->fine, access & TRAP_R);
        }
        if (fine.control)
            return (struct verdict){TRAP_EL2, syndrome_trap(insn), fine, false};
        if (id == CTL_END)
            break;
        if (control_traps(context, control, access))
            return (struct verdict){(enum trap_outcome)control->to, control_syndrome(control, insn),
                                    cause_of(control), control->by_engine};
    }
    return executes;
}

static struct verdict decide(const struct trap_context *context, const struct insn *insn)
{
    unsigned el = field_get(context->pstate, PSTATE_EL) ? 1 : 0;

    return judge(context, insn, trap_find_row(insn), el);
}

/* --- for the callers ----------------------------------------------------------------------------
 */

enum trap_outcome trap_decide(const struct trap_context *context, const struct insn *insn,
                              uint64_t *esr)
{
    struct verdict verdict = decide(context, insn);

    if (verdict.outcome != TRAP_NONE && verdict.outcome != TRAP_EL3)
        *esr = verdict.esr;
    return verdict.outcome;
}

bool trap_may_stop(const struct trap_context *context, const struct insn *insn)
{
    const struct trap_row *row;

    if (insn->cls == INSN_CACHE_OP)
        return true;
    row = trap_find_row(insn);
    for (unsigned el = 0; el < 2; el++) {
        struct verdict verdict = judge(context, insn, row, el);

        if (verdict.outcome != TRAP_NONE && !verdict.by_engine)
            return true;
    }
    return false;
}

struct trap_cause trap_cause(const struct trap_context *context, const struct insn *insn)
{
    return decide(context, insn).cause;
}

const char *trap_insn_name(const struct insn *insn)
{
    const struct trap_row *row = trap_find_row(insn);

    return row ? row->name : NULL;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The trap table: what it decides, word by word; and its own shape: no row is dead, no two rows
 * contradict, no control is unused.
 */
#include <check.h>
#include <stdlib.h>

#include "cpu/arch/descriptor.h"
#include "cpu/arch/esr.h"
#include "cpu/count.h"
#include "cpu/trap_rows.h"
#include "cpu/trap_table.h"
#include "tests/unit/check_main.h"

#include <stdio.h>

/* --- a CPU whose control registers are set by name --- */

struct machine {
    struct el2_regs el2;
    struct trap_context context;
};

static uint64_t *slot(struct machine *m, unsigned reg)
{
    uint64_t *const slots[TRAP_REG_COUNT] = {
        [TRAP_REG_HCR] = &m->el2.hcr,
        [TRAP_REG_HCRX] = &m->el2.hcrx,
        [TRAP_REG_CPTR] = &m->el2.cptr,
        [TRAP_REG_MDCR] = &m->el2.mdcr,
        [TRAP_REG_CNTHCTL] = &m->el2.cnthctl,
        [TRAP_REG_ICH_HCR] = &m->el2.ich_hcr,
        [TRAP_REG_ICC_SRE_EL2] = &m->el2.icc_sre,
        [TRAP_REG_HFGRTR] = &m->el2.hfgrtr,
        [TRAP_REG_HFGWTR] = &m->el2.hfgwtr,
        [TRAP_REG_HFGITR] = &m->el2.hfgitr,
        [TRAP_REG_HDFGRTR] = &m->el2.hdfgrtr,
        [TRAP_REG_HDFGWTR] = &m->el2.hdfgwtr,
        [TRAP_REG_CPACR] = &m->context.cpacr_el1,
        [TRAP_REG_SCTLR] = &m->context.sctlr_el1,
        [TRAP_REG_CNTKCTL] = &m->context.cntkctl_el1,
        [TRAP_REG_PMUSERENR] = &m->context.pmuserenr_el0,
        [TRAP_REG_MDSCR] = &m->context.mdscr_el1,
        [TRAP_REG_ICC_SRE_EL1] = &m->context.icc_sre_el1,
        [TRAP_REG_PSTATE] = &m->context.pstate,
    };

    return slots[reg];
}

#define PSTATE_OF(el) ((el) ? 5u : 0u) /* EL1h, EL0t */

/* The recorded machine (tests/vectors/qemu-el2): a guest of a KVM that has every feature. */
static void recorded_machine(struct machine *m, unsigned el)
{
    *m = (struct machine){
        .el2 =
            {.hcr = 0x1200308807c663f, .cptr = 0x22ff, .cnthctl = 3, .icc_sre = 0xf, .hcrx = 0x81f},
        .context = {.features = trap_modelled_features,
                    .pstate = PSTATE_OF(el),
                    .cpacr_el1 = 0x3330000,
                    .sctlr_el1 = 0xc0034d5d804,
                    .icc_sre_el1 = 7},
    };
    m->context.el2 = &m->el2;
}

/* Nothing that can be switched off traps; all features. */
static void quiet_machine(struct machine *m, unsigned el)
{
    recorded_machine(m, el);
    m->context.features = ((uint64_t)1 << TRAP_FEAT_COUNT) - 1;
    for (unsigned id = CTL_END + 1; id < CTL_COUNT; id++) {
        const struct trap_control *control = &trap_controls[id];
        uint64_t *reg = slot(m, control->reg);

        if (control->when == TRAP_ALWAYS || control->reg == TRAP_REG_PSTATE)
            continue;
        if (control->when == TRAP_IF_SET)
            *reg &= ~control->bits;
        else
            *reg |= control->bits;
        m->context.sctlr_el1 |= control->sctlr_needs;
    }
    for (size_t i = 0; i < trap_sys_row_count; i++) {
        struct trap_fine fine = trap_sys_rows[i].fine;

        if (fine.family == TRAP_FINE_REG_CLEAR) {
            m->el2.hfgrtr |= (uint64_t)1 << fine.bit;
            m->el2.hfgwtr |= (uint64_t)1 << fine.bit;
        }
    }
}

static enum trap_outcome decide(struct machine *m, uint32_t word, uint64_t *esr)
{
    struct insn insn;

    insn_decode(word, &insn);
    return trap_decide(&m->context, &insn, esr);
}

/* --- words --- */

struct setting {
    enum trap_register reg;
    uint64_t value;
};

struct trap_case {
    uint32_t word;
    unsigned el;
    enum trap_outcome outcome;
    uint64_t esr;
    struct setting set[3]; /* beside the recorded machine's values */
};

/* clang-format off */
static const struct trap_case cases[] = {
    /* recorded, or where the recording machine departs from the Arm ARM, what that asks for */
    {0xd5181000, 1, TRAP_EL2, 0x62300400, {{TRAP_REG_HCR, 0x1200308847c663f}}}, /* msr sctlr_el1, x0 */
    {0xd5182000, 1, TRAP_EL2, 0x62300800, {{TRAP_REG_HCR, 0x1200308847c663f}}}, /* msr ttbr0_el1, x0 */
    {0xd5182021, 1, TRAP_EL2, 0x62320820, {{TRAP_REG_HCR, 0x1200308847c663f}}}, /* msr ttbr1_el1, x1 */
    {0xd5182043, 1, TRAP_EL2, 0x62340860, {{TRAP_REG_HCR, 0x1200308847c663f}}}, /* msr tcr_el1, x3 */
    {0xd5382043, 1, TRAP_NONE, 0x0, {{TRAP_REG_HCR, 0x1200308847c663f}}}, /* mrs x3, tcr_el1 */
    {0xd5386003, 1, TRAP_NONE, 0x0, {{TRAP_REG_HCR, 0x1200308847c663f}}}, /* mrs x3, far_el1 */
    {0xd5385103, 1, TRAP_NONE, 0x0, {{TRAP_REG_HCR, 0x1200308847c663f}}}, /* mrs x3, afsr0_el1 */
    {0xd538a203, 1, TRAP_NONE, 0x0, {{TRAP_REG_HCR, 0x1200308847c663f}}}, /* mrs x3, mair_el1 */
    {0xd5381001, 1, TRAP_EL2, 0x62300421, {{TRAP_REG_HCR, 0x1200308c07c663f}}}, /* mrs x1, sctlr_el1 */
    {0xd5382000, 1, TRAP_EL2, 0x62300801, {{TRAP_REG_HCR, 0x1200308c07c663f}}}, /* mrs x0, ttbr0_el1 */
    {0xd5382020, 1, TRAP_EL2, 0x62320801, {{TRAP_REG_HCR, 0x1200308c07c663f}}}, /* mrs x0, ttbr1_el1 */
    {0xd5381020, 1, TRAP_EL2, 0x62320401, {{TRAP_REG_NONE, 0}}}, /* mrs x0, actlr_el1 */
    {0xd518103e, 1, TRAP_EL2, 0x623207c0, {{TRAP_REG_NONE, 0}}}, /* msr actlr_el1, x30 */
    {0xd53800c3, 1, TRAP_EL2, 0x623c0061, {{TRAP_REG_HCR, 0x1200308807d663f}}}, /* mrs x3, revidr_el1 */
    {0xd539003e, 1, TRAP_EL2, 0x623243c1, {{TRAP_REG_HCR, 0x1200308807e663f}}}, /* mrs x30, clidr_el1 */
    {0xd51a001e, 1, TRAP_EL2, 0x623083c0, {{TRAP_REG_HCR, 0x1200308807e663f}}}, /* msr csselr_el1, x30 */
    {0xd538a423, 1, TRAP_EL2, 0x62322869, {{TRAP_REG_NONE, 0}}}, /* mrs x3, lorea_el1 */
    {0xd518a443, 1, TRAP_EL2, 0x62342868, {{TRAP_REG_NONE, 0}}}, /* msr lorn_el1, x3 */
    {0xd5380103, 1, TRAP_EL2, 0x62300063, {{TRAP_REG_NONE, 0}}}, /* mrs x3, s3_0_c0_c1_0 */
    {0xd5380143, 1, TRAP_EL2, 0x62340063, {{TRAP_REG_NONE, 0}}}, /* mrs x3, s3_0_c0_c1_2 */
    {0xd538b003, 1, TRAP_EL2, 0x62302c61, {{TRAP_REG_NONE, 0}}}, /* mrs x3, s3_0_c11_c0_0 */
    {0xd518b003, 1, TRAP_EL2, 0x62302c60, {{TRAP_REG_NONE, 0}}}, /* msr s3_0_c11_c0_0, x3 */
    {0xd518b063, 1, TRAP_EL2, 0x62362c60, {{TRAP_REG_NONE, 0}}}, /* msr s3_0_c11_c0_3, x3 */
    {0xd518b503, 1, TRAP_EL2, 0x62302c6a, {{TRAP_REG_NONE, 0}}}, /* msr s3_0_c11_c5_0, x3 */
    {0xd538f003, 1, TRAP_EL2, 0x62303c61, {{TRAP_REG_NONE, 0}}}, /* mrs x3, s3_0_c15_c0_0 */
    {0xd538f503, 1, TRAP_EL2, 0x62303c6b, {{TRAP_REG_NONE, 0}}}, /* mrs x3, s3_0_c15_c5_0 */
    {0xd50b7d23, 1, TRAP_EL2, 0x6212dc7a, {{TRAP_REG_HCR, 0x120030880fc663f}}}, /* dc cvadp, x3 */
    {0xd508751f, 1, TRAP_EL2, 0x62101fea, {{TRAP_REG_HCR, 0x1200308817c663f}}}, /* ic iallu */
    {0xd50b7463, 1, TRAP_EL2, 0x6216dc68, {{TRAP_REG_HCR, 0x1200308907c663f}}}, /* dc gva, x3 */
    {0xd508831f, 1, TRAP_EL2, 0x621023e6, {{TRAP_REG_HCR, 0x1200308827c663f}}}, /* tlbi vmalle1is */
    {0xd5088343, 1, TRAP_EL2, 0x62142066, {{TRAP_REG_HCR, 0x1200308827c663f}}}, /* tlbi aside1is, x3 */
    {0xd508831f, 1, TRAP_NONE, 0x0, {{TRAP_REG_NONE, 0}}}, /* tlbi vmalle1is */
    {0xd5088323, 1, TRAP_NONE, 0x0, {{TRAP_REG_NONE, 0}}}, /* tlbi vae1is, x3 */
    {0xd518cba1, 1, TRAP_EL2, 0x623a3036, {{TRAP_REG_NONE, 0}}}, /* msr icc_sgi1r_el1, x1 */
    {0xd538cc03, 1, TRAP_EL2, 0x62303079, {{TRAP_REG_ICH_HCR, 0x1000}}}, /* mrs x3, icc_iar1_el1 */
    {0xd518cc23, 1, TRAP_EL2, 0x62323078, {{TRAP_REG_ICH_HCR, 0x1000}}}, /* msr icc_eoir1_el1, x3 */
    {0xd538c803, 1, TRAP_EL2, 0x62303071, {{TRAP_REG_ICH_HCR, 0x800}}}, /* mrs x3, icc_iar0_el1 */
    {0xd518c823, 1, TRAP_EL2, 0x62323070, {{TRAP_REG_ICH_HCR, 0x800}}}, /* msr icc_eoir0_el1, x3 */
    {0xd538cc83, 1, TRAP_EL2, 0x62383079, {{TRAP_REG_ICH_HCR, 0x400}}}, /* mrs x3, icc_ctlr_el1 */
    {0xd518cc83, 1, TRAP_EL2, 0x62383078, {{TRAP_REG_ICH_HCR, 0x400}}}, /* msr icc_ctlr_el1, x3 */
    {0xd518cb23, 1, TRAP_EL2, 0x62323076, {{TRAP_REG_ICH_HCR, 0x400}}}, /* msr icc_dir_el1, x3 */
    {0xd5384603, 1, TRAP_EL2, 0x6230106d, {{TRAP_REG_ICH_HCR, 0x400}}}, /* mrs x3, icc_pmr_el1 */
    {0xd518cb23, 1, TRAP_EL2, 0x62323076, {{TRAP_REG_ICH_HCR, 0x4000}}}, /* msr icc_dir_el1, x3 */
    {0xd538cca3, 1, TRAP_EL2, 0x623a3079, {{TRAP_REG_ICC_SRE_EL2, 0x7}}}, /* mrs x3, icc_sre_el1 */
    {0xd518cca3, 1, TRAP_EL2, 0x623a3078, {{TRAP_REG_ICC_SRE_EL2, 0x7}}}, /* msr icc_sre_el1, x3 */
    {0xd538cca3, 1, TRAP_NONE, 0x0, {{TRAP_REG_NONE, 0}}}, /* mrs x3, icc_sre_el1 */
    {0xd5384603, 1, TRAP_NONE, 0x0, {{TRAP_REG_NONE, 0}}}, /* mrs x3, icc_pmr_el1 */
    {0xd5184603, 1, TRAP_NONE, 0x0, {{TRAP_REG_NONE, 0}}}, /* msr icc_pmr_el1, x3 */
    {0xd53be023, 1, TRAP_EL2, 0x6232f861, {{TRAP_REG_CNTHCTL, 0x0}}}, /* mrs x3, cntpct_el0 */
    {0xd51be25e, 1, TRAP_EL2, 0x6234fbc4, {{TRAP_REG_CNTHCTL, 0x0}}}, /* msr cntp_cval_el0, x30 */
    {0xd53be023, 1, TRAP_NONE, 0x0, {{TRAP_REG_NONE, 0}}}, /* mrs x3, cntpct_el0 */
    {0xd53b9c03, 1, TRAP_EL2, 0x6230e479, {{TRAP_REG_MDCR, 0x40}}}, /* mrs x3, pmcr_el0 */
    {0xd51b9c03, 1, TRAP_EL2, 0x6230e478, {{TRAP_REG_MDCR, 0x40}}}, /* msr pmcr_el0, x3 */
    {0xd53b9c23, 1, TRAP_EL2, 0x6232e479, {{TRAP_REG_MDCR, 0x40}}}, /* mrs x3, pmcntenset_el0 */
    {0xd51b9c23, 1, TRAP_EL2, 0x6232e478, {{TRAP_REG_MDCR, 0x40}}}, /* msr pmcntenset_el0, x3 */
    {0xd53b9c03, 1, TRAP_EL2, 0x6230e479, {{TRAP_REG_MDCR, 0x20}}}, /* mrs x3, pmcr_el0 */
    {0xd51b9c1e, 1, TRAP_EL2, 0x6230e7d8, {{TRAP_REG_MDCR, 0x20}}}, /* msr pmcr_el0, x30 */
    {0xd5101083, 1, TRAP_EL2, 0x62280460, {{TRAP_REG_MDCR, 0x400}}}, /* msr oslar_el1, x3 */
    {0xd5301383, 1, TRAP_EL2, 0x62280467, {{TRAP_REG_MDCR, 0x400}}}, /* mrs x3, osdlr_el1 */
    {0xd5381043, 1, TRAP_EL2, 0x62340461, {{TRAP_REG_CPTR, 0x800022ff}}}, /* mrs x3, cpacr_el1 */
    {0xd518105e, 1, TRAP_EL2, 0x623407c0, {{TRAP_REG_CPTR, 0x800022ff}}}, /* msr cpacr_el1, x30 */
    {0x1e222820, 1, TRAP_EL2, 0x1fe00000, {{TRAP_REG_CPTR, 0x26ff}}}, /* fadd s0, s1, s2 */
    {0xd53b4403, 1, TRAP_EL2, 0x1fe00000, {{TRAP_REG_CPTR, 0x26ff}}}, /* mrs x3, fpcr */
    {0x2518e3e0, 1, TRAP_EL2, 0x66000000, {{TRAP_REG_CPTR, 0x23ff}}}, /* ptrue p0.b */
    {0x2518e3e0, 1, TRAP_EL2, 0x66000000, {{TRAP_REG_CPTR, 0x27ff}}}, /* ptrue p0.b */
    {0xd503207f, 1, TRAP_EL2, 0x7e00000, {{TRAP_REG_NONE, 0}}}, /* wfi */
    {0xd503205f, 1, TRAP_EL2, 0x7e00001, {{TRAP_REG_NONE, 0}}}, /* wfe */
    {0xd503207f, 0, TRAP_EL2, 0x7e00000, {{TRAP_REG_NONE, 0}}}, /* wfi */
    {0xd4000003, 1, TRAP_EL2, 0x5e000000, {{TRAP_REG_NONE, 0}}}, /* smc #0x0 */
    {0xd4000022, 1, TRAP_EL2, 0x5a000001, {{TRAP_REG_NONE, 0}}}, /* hvc #0x1 */
    {0xd4000023, 1, TRAP_EL2, 0x5e000001, {{TRAP_REG_NONE, 0}}}, /* smc #0x1 */
    {0xd4000042, 1, TRAP_EL2, 0x5a000002, {{TRAP_REG_NONE, 0}}}, /* hvc #0x2 */
    {0xd40000a3, 1, TRAP_EL3, 0x0, {{TRAP_REG_HCR, 0x12003088074663f}}}, /* smc #5 */
    {0xd40000a1, 1, TRAP_EL1, 0x56000005, {{TRAP_REG_NONE, 0}}}, /* svc #5 */
    {0xd42000e0, 1, TRAP_EL1, 0xf2000007, {{TRAP_REG_NONE, 0}}}, /* brk #7 */
    {0x00000000, 1, TRAP_UNDEFINED, 0x2000000, {{TRAP_REG_NONE, 0}}}, /* udf #0 */
    {0x9ac23020, 1, TRAP_EL2, 0x26000000, {{TRAP_REG_HCR, 0x1200008807c663f}, {TRAP_REG_SCTLR, 0xc00fcd5f805}}}, /* pacga x0, x1, x2 */
    {0xd50323bf, 1, TRAP_EL2, 0x26000000, {{TRAP_REG_HCR, 0x1200008807c663f}, {TRAP_REG_SCTLR, 0xc00fcd5f805}}}, /* autiasp */
    {0xd538211e, 1, TRAP_EL2, 0x62300bc3, {{TRAP_REG_HCR, 0x1200008807c663f}}}, /* mrs x30, apiakeylo_el1 */
    {0xd5182103, 1, TRAP_EL2, 0x62300862, {{TRAP_REG_HCR, 0x1200008807c663f}}}, /* msr apiakeylo_el1, x3 */
    {0xd5382123, 1, TRAP_EL2, 0x62320863, {{TRAP_REG_HCR, 0x1200008807c663f}}}, /* mrs x3, apiakeyhi_el1 */
    {0xd5182123, 1, TRAP_EL2, 0x62320862, {{TRAP_REG_HCR, 0x1200008807c663f}}}, /* msr apiakeyhi_el1, x3 */
    {0xd53810c3, 1, TRAP_EL2, 0x623c0461, {{TRAP_REG_HCR, 0x200308807c663f}}}, /* mrs x3, gcr_el1 */
    {0xd51810c3, 1, TRAP_EL2, 0x623c0460, {{TRAP_REG_HCR, 0x200308807c663f}}}, /* msr gcr_el1, x3 */
    {0xd538d0e3, 1, TRAP_EL2, 0x623e3461, {{TRAP_REG_HCR, 0x1000308807c663f}}}, /* mrs x3, scxtnum_el1 */
    {0xd538c003, 1, TRAP_NONE, 0x0, {{TRAP_REG_NONE, 0}}}, /* mrs x3, vbar_el1 */
    {0xd53be003, 1, TRAP_NONE, 0x0, {{TRAP_REG_NONE, 0}}}, /* mrs x3, cntfrq_el0 */
    {0xd5380703, 1, TRAP_NONE, 0x0, {{TRAP_REG_HCR, 0x120030080000001}}}, /* mrs x3, s3_0_c0_c7_0 */
    {0xd5300083, 1, TRAP_EL2, 0x62280061, {{TRAP_REG_HCR, 0x1200308847c663f}, {TRAP_REG_MDCR, 0xe60}, {TRAP_REG_CNTHCTL, 0x0}}}, /* mrs x3, s2_0_c0_c0_4 */
    {0xd53000a3, 1, TRAP_EL2, 0x622a0061, {{TRAP_REG_HCR, 0x1200308847c663f}, {TRAP_REG_MDCR, 0xe60}, {TRAP_REG_CNTHCTL, 0x0}}}, /* mrs x3, s2_0_c0_c0_5 */
    {0xd51000a3, 1, TRAP_EL2, 0x622a0060, {{TRAP_REG_HCR, 0x1200308847c663f}, {TRAP_REG_MDCR, 0xe60}, {TRAP_REG_CNTHCTL, 0x0}}}, /* msr s2_0_c0_c0_5, x3 */
    {0xd51000c3, 1, TRAP_EL2, 0x622c0060, {{TRAP_REG_HCR, 0x1200308847c663f}, {TRAP_REG_MDCR, 0xe60}, {TRAP_REG_CNTHCTL, 0x0}}}, /* msr s2_0_c0_c0_6, x3 */
    {0xd53000e3, 1, TRAP_EL2, 0x622e0061, {{TRAP_REG_HCR, 0x1200308847c663f}, {TRAP_REG_MDCR, 0xe60}, {TRAP_REG_CNTHCTL, 0x0}}}, /* mrs x3, s2_0_c0_c0_7 */
    {0xd5300183, 1, TRAP_EL2, 0x62280063, {{TRAP_REG_HCR, 0x1200308847c663f}, {TRAP_REG_MDCR, 0xe60}, {TRAP_REG_CNTHCTL, 0x0}}}, /* mrs x3, s2_0_c0_c1_4 */
    {0xd51001a3, 1, TRAP_EL2, 0x622a0062, {{TRAP_REG_HCR, 0x1200308847c663f}, {TRAP_REG_MDCR, 0xe60}, {TRAP_REG_CNTHCTL, 0x0}}}, /* msr s2_0_c0_c1_5, x3 */
    {0xd51001c3, 1, TRAP_EL2, 0x622c0062, {{TRAP_REG_HCR, 0x1200308847c663f}, {TRAP_REG_MDCR, 0xe60}, {TRAP_REG_CNTHCTL, 0x0}}}, /* msr s2_0_c0_c1_6, x3 */
    {0xd5185203, 1, TRAP_EL2, 0x62301464, {{TRAP_REG_HCR, 0x1200308847c663f}}}, /* msr esr_el1, x3 */
    {0xd5186001, 1, TRAP_EL2, 0x62301820, {{TRAP_REG_HCR, 0x1200308847c663f}}}, /* msr far_el1, x1 */
    {0xd5185100, 1, TRAP_EL2, 0x62301402, {{TRAP_REG_HCR, 0x1200308847c663f}}}, /* msr afsr0_el1, x0 */
    {0xd5185120, 1, TRAP_EL2, 0x62321402, {{TRAP_REG_HCR, 0x1200308847c663f}}}, /* msr afsr1_el1, x0 */
    {0xd518a203, 1, TRAP_EL2, 0x62302864, {{TRAP_REG_HCR, 0x1200308847c663f}}}, /* msr mair_el1, x3 */
    {0xd518a300, 1, TRAP_EL2, 0x62302806, {{TRAP_REG_HCR, 0x1200308847c663f}}}, /* msr amair_el1, x0 */
    {0xd518d021, 1, TRAP_EL2, 0x62323420, {{TRAP_REG_HCR, 0x1200308847c663f}}}, /* msr contextidr_el1, x1 */
    {0xd538a443, 1, TRAP_EL2, 0x62342869, {}}, /* mrs x3, lorn_el1 */
    {0xd538a463, 1, TRAP_EL2, 0x62362869, {}}, /* mrs x3, lorc_el1 */
    {0xd518a463, 1, TRAP_EL2, 0x62362868, {}}, /* msr lorc_el1, x3 */
    {0xd538a4e3, 1, TRAP_EL2, 0x623e2869, {}}, /* mrs x3, lorid_el1 */
    {0xd5088363, 1, TRAP_EL2, 0x62162066, {{TRAP_REG_HCR, 0x1200308827c663f}}}, /* tlbi vaae1is, x3 */
    {0xd50883a3, 1, TRAP_EL2, 0x621a2066, {{TRAP_REG_HCR, 0x1200308827c663f}}}, /* tlbi vale1is, x3 */
    {0xd508871f, 1, TRAP_EL2, 0x621023ee, {{TRAP_REG_HCR, 0x1200308827c663f}}}, /* tlbi vmalle1 */
    {0xd5088743, 1, TRAP_EL2, 0x6214206e, {{TRAP_REG_HCR, 0x1200308827c663f}}}, /* tlbi aside1, x3 */
    {0xd538cc43, 1, TRAP_EL2, 0x62343079, {{TRAP_REG_ICH_HCR, 0x1000}}}, /* mrs x3, icc_hppir1_el1 */
    {0xd538cc63, 1, TRAP_EL2, 0x62363079, {{TRAP_REG_ICH_HCR, 0x1000}}}, /* mrs x3, icc_bpr1_el1 */
    {0xd518cc63, 1, TRAP_EL2, 0x62363078, {{TRAP_REG_ICH_HCR, 0x1000}}}, /* msr icc_bpr1_el1, x3 */
    {0xd538c91e, 1, TRAP_EL2, 0x623033d3, {{TRAP_REG_ICH_HCR, 0x1000}}}, /* mrs x30, icc_ap1r0_el1 */
    {0xd538c843, 1, TRAP_EL2, 0x62343071, {{TRAP_REG_ICH_HCR, 0x800}}}, /* mrs x3, icc_hppir0_el1 */
    {0xd538c863, 1, TRAP_EL2, 0x62363071, {{TRAP_REG_ICH_HCR, 0x800}}}, /* mrs x3, icc_bpr0_el1 */
    {0xd518c863, 1, TRAP_EL2, 0x62363070, {{TRAP_REG_ICH_HCR, 0x800}}}, /* msr icc_bpr0_el1, x3 */
    {0xd538ccc3, 1, TRAP_EL2, 0x623c3079, {{TRAP_REG_ICH_HCR, 0x800}}}, /* mrs x3, icc_igrpen0_el1 */
    {0xd53b9c43, 1, TRAP_EL2, 0x6234e479, {{TRAP_REG_MDCR, 0x40}}}, /* mrs x3, pmcntenclr_el0 */
    {0xd53b9c63, 1, TRAP_EL2, 0x6236e479, {{TRAP_REG_MDCR, 0x40}}}, /* mrs x3, pmovsclr_el0 */
    {0xd51b9c63, 1, TRAP_EL2, 0x6236e478, {{TRAP_REG_MDCR, 0x40}}}, /* msr pmovsclr_el0, x3 */
    {0xd51b9c83, 1, TRAP_EL2, 0x6238e478, {{TRAP_REG_MDCR, 0x40}}}, /* msr pmswinc_el0, x3 */
    {0xd5382143, 1, TRAP_EL2, 0x62340863, {{TRAP_REG_HCR, 0x1200008807c663f}}}, /* mrs x3, apibkeylo_el1 */
    {0xd5182143, 1, TRAP_EL2, 0x62340862, {{TRAP_REG_HCR, 0x1200008807c663f}}}, /* msr apibkeylo_el1, x3 */
    {0xd5382203, 1, TRAP_EL2, 0x62300865, {{TRAP_REG_HCR, 0x1200008807c663f}}}, /* mrs x3, apdakeylo_el1 */
    {0xd5182203, 1, TRAP_EL2, 0x62300864, {{TRAP_REG_HCR, 0x1200008807c663f}}}, /* msr apdakeylo_el1, x3 */
    {0xd538225e, 1, TRAP_EL2, 0x62340bc5, {{TRAP_REG_HCR, 0x1200008807c663f}}}, /* mrs x30, apdbkeylo_el1 */
    {0xd538231e, 1, TRAP_EL2, 0x62300bc7, {{TRAP_REG_HCR, 0x1200008807c663f}}}, /* mrs x30, apgakeylo_el1 */
    {0xd5182303, 1, TRAP_EL2, 0x62300866, {{TRAP_REG_HCR, 0x1200008807c663f}}}, /* msr apgakeylo_el1, x3 */
    /* by the Arm ARM */
    {0xd51bd063, 0, TRAP_UNDEFINED, 0x2000000, {{TRAP_REG_NONE, 0x0}}}, /* msr tpidrro_el0, x3 at EL0 */
    {0xd51b9e03, 0, TRAP_UNDEFINED, 0x2000000, {{TRAP_REG_NONE, 0x0}}}, /* msr pmuserenr_el0, x3 at EL0 */
    {0xd518a4e3, 1, TRAP_UNDEFINED, 0x2000000, {{TRAP_REG_NONE, 0x0}}}, /* msr lorid_el1, x3 */
    {0xd5301083, 1, TRAP_UNDEFINED, 0x2000000, {{TRAP_REG_NONE, 0x0}}}, /* mrs x3, oslar_el1 */
    {0xd5288723, 1, TRAP_UNDEFINED, 0x2000000, {{TRAP_REG_NONE, 0x0}}}, /* sysl x3, of tlbi vae1 */
    {0xd53b0023, 0, TRAP_NONE, 0x0, {{TRAP_REG_NONE, 0}}}, /* mrs ctr_el0 */
    {0xd53b0023, 0, TRAP_EL1, 0x6232c061, {{TRAP_REG_SCTLR, 0xc0034d55804}, {TRAP_REG_HCR, 0x1200308807e663f}}}, /* UCT comes before TID2 */
    {0xd53b0023, 0, TRAP_EL2, 0x6232c061, {{TRAP_REG_HCR, 0x1200308807e663f}}}, /* TID2 */
    {0xd5380003, 0, TRAP_UNDEFINED, 0x62300061, {{TRAP_REG_NONE, 0}}}, /* mrs midr_el1 at EL0: FEAT_IDST */
    {0xd5380403, 0, TRAP_UNDEFINED, 0x62300069, {{TRAP_REG_NONE, 0}}}, /* mrs id_aa64pfr0_el1 at EL0 */
    {0xd5180403, 1, TRAP_UNDEFINED, 0x2000000, {{TRAP_REG_NONE, 0}}}, /* msr id_aa64pfr0_el1 */
    {0xd5381003, 0, TRAP_UNDEFINED, 0x2000000, {{TRAP_REG_NONE, 0}}}, /* mrs sctlr_el1 at EL0 */
    {0xd53c1103, 1, TRAP_UNDEFINED, 0x2000000, {{TRAP_REG_NONE, 0}}}, /* mrs hcr_el2 */
    {0xd53fe223, 1, TRAP_UNDEFINED, 0x2000000, {{TRAP_REG_NONE, 0}}}, /* mrs cntps_ctl_el1, Non-secure */
    {0xd5384103, 1, TRAP_UNDEFINED, 0x2000000, {{TRAP_REG_PSTATE, 0x4}}}, /* mrs sp_el0 with PSTATE.SP 0 */
    {0xd538c8a3, 1, TRAP_UNDEFINED, 0x2000000, {{TRAP_REG_NONE, 0}}}, /* mrs icc_ap0r1_el1: five bits of priority */
    {0xd5300683, 1, TRAP_UNDEFINED, 0x2000000, {{TRAP_REG_NONE, 0}}}, /* mrs dbgbvr6_el1: six breakpoints */
    {0xd53004c3, 1, TRAP_UNDEFINED, 0x2000000, {{TRAP_REG_NONE, 0}}}, /* mrs dbgwvr4_el1: four watchpoints */
    {0xd53be8c3, 1, TRAP_UNDEFINED, 0x2000000, {{TRAP_REG_NONE, 0}}}, /* mrs pmevcntr6_el0: six counters */
    {0xd5385403, 1, TRAP_UNDEFINED, 0x2000000, {{TRAP_REG_HCR, 0x1200318807c663f}}}, /* mrs erxfr_el1: no error records */
    {0xd5385303, 1, TRAP_EL2, 0x62301467, {{TRAP_REG_HCR, 0x1200318807c663f}}}, /* mrs erridr_el1: TERR */
    {0xd539b043, 1, TRAP_UNDEFINED, 0x2000000, {{TRAP_REG_HCR, 0x1200308806c663f}}}, /* mrs s3_1_c11_c0_2, TIDCP 0 */
    {0xd50bf223, 1, TRAP_EL2, 0x6212fc64, {{TRAP_REG_NONE, 0}}}, /* sys #3, c15, c2, #1: TIDCP */
    {0xd539b043, 0, TRAP_UNDEFINED, 0x2000000, {{TRAP_REG_NONE, 0}}}, /* mrs s3_1_c11_c0_2 at EL0 */
    {0xd5390083, 1, TRAP_EL2, 0x62384061, {{TRAP_REG_HCR, 0x5200308807c663f}}}, /* mrs gmid_el1: TID5 */
    {0xd53900c3, 1, TRAP_EL2, 0x623c4061, {{TRAP_REG_HCR, 0x1200308807d663f}}}, /* mrs smidr_el1: TID1 */
    {0xd53be043, 0, TRAP_EL1, 0x6234f861, {{TRAP_REG_NONE, 0}}}, /* mrs cntvct_el0, EL0VCTEN 0 */
    {0xd53be043, 0, TRAP_NONE, 0x0, {{TRAP_REG_CNTKCTL, 0x2}}}, /* mrs cntvct_el0, EL0VCTEN 1 */
    {0xd53be023, 0, TRAP_EL1, 0x6232f861, {{TRAP_REG_CNTKCTL, 0x2}, {TRAP_REG_CNTHCTL, 0x0}}}, /* mrs cntpct_el0: EL0PCTEN comes first */
    {0xd53be023, 0, TRAP_EL2, 0x6232f861, {{TRAP_REG_CNTKCTL, 0x1}, {TRAP_REG_CNTHCTL, 0x2}}}, /* mrs cntpct_el0: EL1PCTEN */
    {0xd53be003, 0, TRAP_NONE, 0x0, {{TRAP_REG_CNTKCTL, 0x2}}}, /* mrs cntfrq_el0, one of the two */
    {0xd51be003, 1, TRAP_UNDEFINED, 0x2000000, {{TRAP_REG_NONE, 0}}}, /* msr cntfrq_el0 */
    {0xd53b9d03, 0, TRAP_NONE, 0x0, {{TRAP_REG_PMUSERENR, 0x4}}}, /* mrs pmccntr_el0, CR */
    {0xd51b9d03, 0, TRAP_EL1, 0x6230e47a, {{TRAP_REG_PMUSERENR, 0x4}}}, /* msr pmccntr_el0, CR only */
    {0xd53b9e03, 0, TRAP_NONE, 0x0, {{TRAP_REG_NONE, 0}}}, /* mrs pmuserenr_el0 at EL0 */
    {0xd51b9ca3, 0, TRAP_EL2, 0x623ae478, {{TRAP_REG_PMUSERENR, 0x8}, {TRAP_REG_MDCR, 0x40}}}, /* msr pmselr_el0, ER: TPM */
    {0xd53b4223, 0, TRAP_EL1, 0x6232d065, {{TRAP_REG_NONE, 0}}}, /* mrs daif at EL0: UMA */
    {0xd50342df, 0, TRAP_EL1, 0x620cd3e4, {{TRAP_REG_NONE, 0}}}, /* msr daifset, #2 at EL0 */
    {0xd50342df, 1, TRAP_NONE, 0x0, {{TRAP_REG_NONE, 0}}}, /* msr daifset, #2 */
    {0xd50040bf, 0, TRAP_UNDEFINED, 0x2000000, {{TRAP_REG_NONE, 0}}}, /* msr spsel, #0 at EL0 */
    {0xd50b7b23, 0, TRAP_EL1, 0x6212dc76, {{TRAP_REG_SCTLR, 0xc0030d5d804}}}, /* dc cvau at EL0: UCI */
    {0xd50b7423, 0, TRAP_EL1, 0x6212dc68, {{TRAP_REG_SCTLR, 0xc0034d59804}, {TRAP_REG_HCR, 0x1200308907c663f}}}, /* dc zva at EL0: DZE before TDZ */
    {0xd5087e43, 1, TRAP_EL2, 0x62141c7c, {{TRAP_REG_NONE, 0}}}, /* dc cisw: TSW */
    {0xd5087803, 1, TRAP_EL2, 0x62101c70, {{TRAP_REG_HCR, 0x1201308807c663f}}}, /* at s1e1r: AT */
    {0xd5087623, 0, TRAP_UNDEFINED, 0x2000000, {{TRAP_REG_NONE, 0}}}, /* dc ivac at EL0 */
    {0xd50b7383, 0, TRAP_EL1, 0x6218dc66, {{TRAP_REG_NONE, 0}}}, /* cfp rctx at EL0: EnRCTX */
    {0xd53bd0e3, 0, TRAP_EL1, 0x623ef461, {{TRAP_REG_NONE, 0}}}, /* mrs scxtnum_el0 at EL0: TSCXT */
    {0xd538cc03, 1, TRAP_EL1, 0x62303079, {{TRAP_REG_ICC_SRE_EL1, 0x0}}}, /* mrs icc_iar1_el1, SRE 0 */
    {0xd5330103, 0, TRAP_EL1, 0x6220c063, {{TRAP_REG_MDSCR, 0x1000}, {TRAP_REG_MDCR, 0x200}}}, /* mrs mdccsr_el0 at EL0: TDCC */
    {0xd5301003, 1, TRAP_EL2, 0x62200461, {{TRAP_REG_MDCR, 0x100}}}, /* mrs mdrar_el1: TDE stands for TDRA */
    {0xd518c003, 1, TRAP_EL2, 0x62303060, {{TRAP_REG_HFGWTR, 0x4000000000}}}, /* msr vbar_el1: HFGWTR_EL2 */
    {0xd538c003, 1, TRAP_NONE, 0x0, {{TRAP_REG_HFGWTR, 0x4000000000}}}, /* mrs vbar_el1 */
    {0xd53bd043, 0, TRAP_EL2, 0x6234f461, {{TRAP_REG_HFGRTR, 0x800000000}}}, /* mrs tpidr_el0 at EL0 */
    {0xd5100243, 1, TRAP_EL2, 0x62240064, {{TRAP_REG_HDFGWTR, 0x10}}}, /* msr mdscr_el1: HDFGWTR_EL2 */
    {0xd53b9c03, 1, TRAP_NONE, 0x0, {{TRAP_REG_HDFGRTR, 0x200000}, {TRAP_REG_HDFGWTR, 0x200000}}}, /* mrs pmcr_el0: the bit is of the write */
    {0xd53b9cc3, 1, TRAP_EL2, 0x623ce479, {{TRAP_REG_HDFGRTR, 0x400000000000000}}}, /* mrs pmceid0_el0 */
    {0xd508831f, 1, TRAP_EL2, 0x621023e6, {{TRAP_REG_HFGITR, 0x10000000}}}, /* tlbi vmalle1is: HFGITR_EL2 */
    {0xd4000541, 0, TRAP_EL2, 0x5600002a, {{TRAP_REG_HFGITR, 0x10000000000000}}}, /* svc #42 at EL0 */
    {0xd4000541, 1, TRAP_EL1, 0x5600002a, {{TRAP_REG_HFGITR, 0x10000000000000}}}, /* svc #42 at EL1 */
    {0xd69f0bff, 1, TRAP_EL2, 0x6a000002, {{TRAP_REG_HFGITR, 0x8000000000000}, {TRAP_REG_HCR, 0x1200108807c663f}, {TRAP_REG_SCTLR, 0xc00b4d5d804}}}, /* eretaa: ERET before API */
    {0xd69f0bff, 1, TRAP_EL2, 0x26000000, {{TRAP_REG_HCR, 0x1200108807c663f}, {TRAP_REG_SCTLR, 0xc00b4d5d804}}}, /* eretaa: API */
    {0xd69f03e0, 0, TRAP_UNDEFINED, 0x2000000, {{TRAP_REG_NONE, 0}}}, /* eret at EL0 */
    {0xd65f0bff, 1, TRAP_NONE, 0x0, {{TRAP_REG_HCR, 0x1200108807c663f}}}, /* retaa, EnIA 0 */
    {0xd65f0fff, 0, TRAP_EL2, 0x26000000, {{TRAP_REG_HCR, 0x1200108807c663f}, {TRAP_REG_SCTLR, 0xc0074d5d804}}}, /* retab at EL0, EnIB 1 */
    {0xdac143e0, 1, TRAP_NONE, 0x0, {{TRAP_REG_HCR, 0x1200108807c663f}, {TRAP_REG_SCTLR, 0xc00b4d5d804}}}, /* xpaci x0 */
    {0xd4000002, 0, TRAP_UNDEFINED, 0x2000000, {{TRAP_REG_NONE, 0}}}, /* hvc at EL0 */
    {0xd4000002, 1, TRAP_UNDEFINED, 0x2000000, {{TRAP_REG_HCR, 0x1200308a07c663f}}}, /* hvc: HCD */
    {0xd4000003, 0, TRAP_UNDEFINED, 0x2000000, {{TRAP_REG_NONE, 0}}}, /* smc at EL0 */
    {0xd42000e0, 0, TRAP_EL2, 0xf2000007, {{TRAP_REG_MDCR, 0x100}}}, /* brk #7: TDE */
    {0xd503207f, 0, TRAP_EL1, 0x7e00000, {{TRAP_REG_SCTLR, 0xc0034d4d804}}}, /* wfi at EL0: nTWI before TWI */
    {0xd503205f, 0, TRAP_EL1, 0x7e00001, {{TRAP_REG_SCTLR, 0xc0034d1d804}}}, /* wfe at EL0: nTWE */
    {0x1e222820, 1, TRAP_EL1, 0x1fe00000, {{TRAP_REG_CPACR, 0x3030000}, {TRAP_REG_CPTR, 0x26ff}}}, /* fadd: FPEN before TFP */
    {0x1e222820, 0, TRAP_EL1, 0x1fe00000, {{TRAP_REG_CPACR, 0x3130000}}}, /* fadd at EL0, FPEN 0b01 */
    {0x1e222820, 1, TRAP_NONE, 0x0, {{TRAP_REG_CPACR, 0x3130000}}}, /* fadd at EL1, FPEN 0b01 */
    {0x3dc00000, 1, TRAP_EL2, 0x1fe00000, {{TRAP_REG_CPTR, 0x26ff}}}, /* ldr q0, [x0] */
    {0xad400400, 1, TRAP_EL2, 0x1fe00000, {{TRAP_REG_CPTR, 0x26ff}}}, /* ldp q0, q1, [x0] */
    {0x4c407000, 1, TRAP_EL2, 0x1fe00000, {{TRAP_REG_CPTR, 0x26ff}}}, /* ld1 {v0.16b}, [x0] */
    {0x1c000000, 0, TRAP_EL2, 0x1fe00000, {{TRAP_REG_CPTR, 0x26ff}}}, /* ldr s0, literal */
    {0xf9400000, 1, TRAP_NONE, 0x0, {{TRAP_REG_CPTR, 0x27ff}}}, /* ldr x0, [x0] */
    {0x2518e3e0, 1, TRAP_EL1, 0x66000000, {{TRAP_REG_CPACR, 0x3020000}}}, /* ptrue: ZEN before FPEN */
    {0x2518e3e0, 1, TRAP_EL1, 0x1fe00000, {{TRAP_REG_CPACR, 0x3030000}, {TRAP_REG_CPTR, 0x23ff}}}, /* ptrue: FPEN before TZ */
    {0x2518e3e0, 1, TRAP_EL2, 0x1fe00000, {{TRAP_REG_CPTR, 0x26ff}}}, /* ptrue: TFP */
    {0x04bf5820, 1, TRAP_EL2, 0x76000000, {{TRAP_REG_CPTR, 0x32ff}}}, /* rdsvl x0, #1: TSM */
    {0xd503477f, 0, TRAP_EL1, 0x76000000, {{TRAP_REG_CPACR, 0x1330000}}}, /* smstart at EL0, SMEN 0b01 */
    {0xd503201f, 1, TRAP_NONE, 0x0, {{TRAP_REG_HCR, 0x1200108807c663f}, {TRAP_REG_SCTLR, 0xc00b4d5d804}}}, /* nop */
    {0x8b010000, 1, TRAP_NONE, 0x0, {{TRAP_REG_CPTR, 0x37ff}}}, /* add x0, x0, x1 */
};
/* clang-format on */

START_TEST(word_is_decided)
{
    const struct trap_case *c = &cases[_i];
    struct machine m;
    uint64_t esr = 0;
    enum trap_outcome outcome;

    recorded_machine(&m, c->el);
    for (size_t i = 0; i < COUNT(c->set); i++)
        if (c->set[i].reg != TRAP_REG_NONE)
            *slot(&m, c->set[i].reg) = c->set[i].value;
    outcome = decide(&m, c->word, &esr);
    ck_assert_msg(outcome == c->outcome && esr == c->esr,
                  "case %d, 0x%08x at EL%u: outcome %d, ESR 0x%llx; expected %d, 0x%llx", _i,
                  c->word, c->el, outcome, (unsigned long long)esr, c->outcome,
                  (unsigned long long)c->esr);
}
END_TEST

/* --- the shape of the tables --- */

static const struct {
    const struct trap_row *rows;
    const size_t *count;
} tables[] = {{trap_sys_rows, &trap_sys_row_count}, {trap_word_rows, &trap_word_row_count}};

START_TEST(every_row_is_found)
{
    for (size_t t = 0; t < COUNT(tables); t++)
        for (size_t i = 0; i < *tables[t].count; i++) {
            const struct trap_row *row = &tables[t].rows[i];
            struct insn insn;

            ck_assert_msg((row->value & ~row->mask) == 0, "%s", row->name);
            insn_decode(row->value, &insn);
            ck_assert_msg(trap_find_row(&insn) == row, "%s is shadowed by %s", row->name,
                          trap_insn_name(&insn));
        }
}
END_TEST

START_TEST(no_rows_contradict)
{
    for (size_t t = 0; t < COUNT(tables); t++)
        for (size_t i = 0; i < *tables[t].count; i++)
            for (size_t j = i + 1; j < *tables[t].count; j++) {
                const struct trap_row *a = &tables[t].rows[i], *b = &tables[t].rows[j];
                bool overlap = ((a->value ^ b->value) & a->mask & b->mask) == 0;
                bool special = (a->mask & b->mask) == b->mask && a->mask != b->mask;

                ck_assert_msg(!overlap || special, "%s and %s overlap", a->name, b->name);
            }
}
END_TEST

/* The word of a row for one access. */
static uint32_t word_of(const struct trap_row *row, unsigned access)
{
    bool register_row = !(row->mask & 1u << 21);

    return row->value | (register_row && access & TRAP_R ? 1u << 21 : 0);
}

static const enum trap_access single_accesses[] = {TRAP_R1, TRAP_W1, TRAP_R0, TRAP_W0};

/* Everything is quiet, then one thing is switched on: the outcome must name it. */
static void expect(struct machine *m, const struct trap_row *row, unsigned access,
                   enum trap_outcome outcome, const char *reason)
{
    struct insn insn;
    uint64_t esr = 0;
    struct trap_cause cause;
    const char *why;

    insn_decode(word_of(row, access), &insn);
    cause = trap_cause(&m->context, &insn);
    why = cause.control;
    ck_assert_msg(trap_decide(&m->context, &insn, &esr) == outcome, "%s, access %u, %s: %s",
                  row->name, access, reason ? reason : "quiet", why ? why : "executes");
    if (reason)
        ck_assert_str_eq(why, reason);
    ck_assert_uint_eq(esr != 0, outcome != TRAP_NONE && outcome != TRAP_EL3);
}

static void expect_bit(struct machine *m, const struct trap_row *row, unsigned access, int bit)
{
    struct insn insn;

    insn_decode(word_of(row, access), &insn);
    ck_assert_int_eq(trap_cause(&m->context, &insn).bit, bit);
}

static const struct trap_control *always_of(const struct trap_row *row, unsigned access)
{
    for (size_t i = 0; i < TRAP_ROW_CONTROLS && row->controls[i] != CTL_END; i++) {
        const struct trap_control *control = &trap_controls[row->controls[i]];

        if (control->when == TRAP_ALWAYS && control->access & access)
            return control;
    }
    return NULL;
}

static void check_quiet(const struct trap_row *row, unsigned access)
{
    const struct trap_control *always = always_of(row, access);
    struct machine m;

    quiet_machine(&m, access & TRAP_RW1 ? 1 : 0);
    expect(&m, row, access, always ? (enum trap_outcome)always->to : TRAP_NONE,
           always ? always->name : NULL);
    m.context.features = 0;
    expect(&m, row, access,
           row->feature != TRAP_FEAT_BASE ? TRAP_UNDEFINED
           : always                       ? (enum trap_outcome)always->to
                                          : TRAP_NONE,
           NULL);
}

static bool check_control(const struct trap_row *row, unsigned id, unsigned access)
{
    const struct trap_control *control = &trap_controls[id];
    struct machine m;
    uint64_t *reg;

    if (!(control->access & access))
        return false;
    if (control->when == TRAP_ALWAYS)
        return true; /* check_quiet */
    quiet_machine(&m, access & TRAP_RW1 ? 1 : 0);
    reg = slot(&m, control->reg);
    if (control->when == TRAP_IF_SET)
        *reg |= control->bits;
    else
        *reg &= ~control->bits;
    expect(&m, row, access, (enum trap_outcome)control->to, control->name);
    expect_bit(&m, row, access, control->when == TRAP_IF_SET);
    if (control->sctlr_needs) {
        m.context.sctlr_el1 &= ~control->sctlr_needs;
        expect(&m, row, access, TRAP_NONE, NULL);
    }
    return true;
}

static bool check_fine(const struct trap_row *row, unsigned access)
{
    static const struct {
        const char *name;
        uint8_t reg;
    } of_family[][2] = {
        /* write, read */
        [TRAP_FINE_NONE] = {{NULL, 0}, {NULL, 0}},
        [TRAP_FINE_REG] = {{"HFGWTR_EL2", TRAP_REG_HFGWTR}, {"HFGRTR_EL2", TRAP_REG_HFGRTR}},
        [TRAP_FINE_REG_CLEAR] = {{"HFGWTR_EL2", TRAP_REG_HFGWTR}, {"HFGRTR_EL2", TRAP_REG_HFGRTR}},
        [TRAP_FINE_DEBUG] = {{"HDFGWTR_EL2", TRAP_REG_HDFGWTR}, {"HDFGRTR_EL2", TRAP_REG_HDFGRTR}},
        [TRAP_FINE_DEBUG_W] = {{"HDFGWTR_EL2", TRAP_REG_HDFGWTR}, {NULL, 0}},
        [TRAP_FINE_INSN] = {{"HFGITR_EL2", TRAP_REG_HFGITR}, {NULL, 0}},
    };
    bool read = access & TRAP_R;
    const char *name = of_family[row->fine.family][read].name;
    char bit[24];
    struct machine m;

    if (!name)
        return false;
    quiet_machine(&m, access & TRAP_RW1 ? 1 : 0);
    *slot(&m, of_family[row->fine.family][read].reg) ^= (uint64_t)1 << row->fine.bit;
    snprintf(bit, sizeof(bit), "%s[%u]", name, row->fine.bit);
    expect(&m, row, access, TRAP_EL2, bit);
    expect_bit(&m, row, access, row->fine.family != TRAP_FINE_REG_CLEAR);
    return true;
}

START_TEST(every_control_of_every_row_works)
{
    for (size_t t = 0; t < COUNT(tables); t++)
        for (size_t i = 0; i < *tables[t].count; i++) {
            const struct trap_row *row = &tables[t].rows[i];
            bool works[TRAP_ROW_CONTROLS] = {false};
            bool fine = row->fine.family == TRAP_FINE_NONE;

            for (size_t a = 0; a < COUNT(single_accesses); a++) {
                if (!(row->access & single_accesses[a]))
                    continue;
                check_quiet(row, single_accesses[a]);
                fine |= check_fine(row, single_accesses[a]);
                for (size_t c = 0; c < TRAP_ROW_CONTROLS && row->controls[c] != CTL_END; c++)
                    works[c] |= check_control(row, row->controls[c], single_accesses[a]);
            }
            ck_assert_msg(fine, "%s: the fine-grained trap is dead", row->name);
            for (size_t c = 0; c < TRAP_ROW_CONTROLS && row->controls[c] != CTL_END; c++)
                ck_assert_msg(works[c], "%s: %s is dead", row->name,
                              trap_controls[row->controls[c]].name);
        }
}
END_TEST

START_TEST(every_control_is_used)
{
    unsigned used[CTL_COUNT] = {0};

    for (size_t t = 0; t < COUNT(tables); t++)
        for (size_t i = 0; i < *tables[t].count; i++)
            for (size_t c = 0; c < TRAP_ROW_CONTROLS; c++)
                used[tables[t].rows[i].controls[c]]++;
    for (unsigned id = CTL_END + 1; id < CTL_COUNT; id++) {
        ck_assert_ptr_nonnull(trap_controls[id].name);
        ck_assert_msg(used[id] > 0, "%s is in no row", trap_controls[id].name);
    }
}
END_TEST

START_TEST(bits_are_those_of_descriptor_h)
{
    const struct {
        enum trap_control_id id;
        struct field field;
    } same[] = {
        {CTL_TWI, HCR_TWI},   {CTL_TWE, HCR_TWE},     {CTL_TID3, HCR_TID3}, {CTL_TSC, HCR_TSC},
        {CTL_TACR, HCR_TACR}, {CTL_TIDCP, HCR_TIDCP}, {CTL_TSW, HCR_TSW},   {CTL_TVM, HCR_TVM},
        {CTL_APK, HCR_APK},   {CTL_API_GA, HCR_API},
    };

    for (size_t i = 0; i < COUNT(same); i++)
        ck_assert_uint_eq(trap_controls[same[i].id].bits, field_mask(same[i].field));
    ck_assert_uint_eq(trap_controls[CTL_SGI].bits, field_mask(HCR_IMO) | field_mask(HCR_FMO));
}
END_TEST

/* --- the scan of a code page --- */

START_TEST(everyday_code_does_not_stop)
{
    static const uint32_t everyday[] = {
        0x8b010000, /* add x0, x0, x1 */
        0xf9400020, /* ldr x0, [x1] */
        0xa9bf7bfd, /* stp x29, x30, [sp, #-16]! */
        0x1e222820, /* fadd s0, s1, s2 */
        0x3dc00020, /* ldr q0, [x1] */
        0xd65f03c0, /* ret */
        0xd503233f, /* paciasp */
        0xd503201f, /* nop */
        0xd5033bbf, /* dmb ish */
        0xd5033fdf, /* isb */
        0xd538d080, /* mrs x0, tpidr_el1 */
        0xd53bd040, /* mrs x0, tpidr_el0 */
        0xd5384100, /* mrs x0, sp_el0 */
        0xd5184020, /* msr elr_el1, x0 */
        0xd53b4220, /* mrs x0, daif */
        0xd50342df, /* msr daifset, #2 */
        0xd53be040, /* mrs x0, cntvct_el0: CNTKCTL_EL1 traps EL0, which the engine does too */
        0xd5182000, /* msr ttbr0_el1, x0 */
        0xd508831f, /* tlbi vmalle1is */
        0xd50b7420, /* dc zva, x0 */
        0xd69f03e0, /* eret */
        0xd4000001, /* svc #0 */
        0xd4000002, /* hvc #0 */
        0x00000000, /* udf #0 */
    };
    struct machine m;

    for (unsigned el = 0; el < 2; el++)
        for (size_t i = 0; i < COUNT(everyday); i++) {
            struct insn insn;

            recorded_machine(&m, el);
            insn_decode(everyday[i], &insn);
            ck_assert_msg(!trap_may_stop(&m.context, &insn), "0x%08x", everyday[i]);
        }
}
END_TEST

START_TEST(what_the_engine_would_miss_stops)
{
    static const struct {
        uint32_t word;
        struct setting set;
    } stops[] = {
        {0xd50b7b20, {TRAP_REG_NONE, 0}},           /* dc cvau, x0 */
        {0xd5087800, {TRAP_REG_NONE, 0}},           /* at s1e1r, x0 */
        {0xd503205f, {TRAP_REG_NONE, 0}},           /* wfe */
        {0xd5380400, {TRAP_REG_NONE, 0}},           /* mrs x0, id_aa64pfr0_el1 */
        {0xd53cd003, {TRAP_REG_NONE, 0}},           /* mrs x3, an EL2 register */
        {0xd5182000, {TRAP_REG_HCR, 1u << 26}},     /* msr ttbr0_el1, x0 */
        {0x1e222820, {TRAP_REG_CPTR, 0x26ff}},      /* fadd s0, s1, s2 */
        {0x1e222820, {TRAP_REG_CPACR, 0x3130000}},  /* the same, EL0 only */
        {0xd503233f, {TRAP_REG_HCR, 0}},            /* paciasp, API 0 and EnIA 0: not */
        {0xd503233f, {TRAP_REG_SCTLR, 0x80000000}}, /* API 1: not */
    };
    const size_t nots = 2;
    struct machine m;

    for (size_t i = 0; i < COUNT(stops); i++) {
        struct insn insn;

        recorded_machine(&m, 1);
        if (stops[i].set.reg != TRAP_REG_NONE)
            *slot(&m, stops[i].set.reg) = stops[i].set.value;
        insn_decode(stops[i].word, &insn);
        ck_assert_msg(trap_may_stop(&m.context, &insn) == (i < COUNT(stops) - nots), "0x%08x",
                      stops[i].word);
    }
}
END_TEST

/* Whatever traps and is not stopped for must be an exception that the engine raises. */
START_TEST(the_scan_misses_no_trap_to_el2)
{
    struct machine m;

    for (size_t t = 0; t < COUNT(tables); t++)
        for (size_t i = 0; i < *tables[t].count; i++)
            for (size_t a = 0; a < COUNT(single_accesses); a++) {
                uint32_t word = word_of(&tables[t].rows[i], single_accesses[a]);
                struct insn insn;
                uint64_t esr = 0;

                recorded_machine(&m, single_accesses[a] & TRAP_RW1 ? 1 : 0);
                m.el2.hcr = ~(uint64_t)0 & ~field_mask(HCR_API) & ~field_mask(HCR_APK);
                m.el2.mdcr = m.el2.ich_hcr = m.el2.cptr = ~(uint64_t)0;
                m.context.sctlr_el1 = ~(uint64_t)0;
                insn_decode(word, &insn);
                if (insn.cls == INSN_HVC || insn.cls == INSN_SMC)
                    continue;
                ck_assert_msg(trap_decide(&m.context, &insn, &esr) != TRAP_EL2 ||
                                  trap_may_stop(&m.context, &insn),
                              "%s", tables[t].rows[i].name);
            }
}
END_TEST

Suite *check_suite(void)
{
    Suite *s = suite_create("trap_table");
    TCase *words = tcase_create("words");
    TCase *shape = tcase_create("shape");
    TCase *scan = tcase_create("scan");

    tcase_add_loop_test(words, word_is_decided, 0, (int)COUNT(cases));
    tcase_add_test(shape, every_row_is_found);
    tcase_add_test(shape, no_rows_contradict);
    tcase_add_test(shape, every_control_of_every_row_works);
    tcase_add_test(shape, every_control_is_used);
    tcase_add_test(shape, bits_are_those_of_descriptor_h);
    tcase_add_test(scan, everyday_code_does_not_stop);
    tcase_add_test(scan, what_the_engine_would_miss_stops);
    tcase_add_test(scan, the_scan_misses_no_trap_to_el2);
    suite_add_tcase(s, words);
    suite_add_tcase(s, shape);
    suite_add_tcase(s, scan);
    return s;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpu/syndrome.h"

#include <assert.h>

#include "cpu/arch/esr.h"
#include "cpu/arch/hpfar.h"

/* COND of an A64 instruction: always. */
#define COND_ALWAYS 0xeu

static uint64_t ec_il(unsigned ec)
{
    return field_put(ESR_EC, ec) | field_put(ESR_IL, 1);
}

uint64_t syndrome_ec(unsigned ec)
{
    return ec_il(ec);
}

uint64_t syndrome_undefined(void)
{
    return ec_il(ESR_EC_UNKNOWN);
}

uint64_t syndrome_fp_access(void)
{
    return ec_il(ESR_EC_FP_ASIMD) | field_put(ESR_CV, 1) | field_put(ESR_COND, COND_ALWAYS);
}

/* The group of each kind of fault, and whether its code has a level. */
static const struct {
    enum fsc_group group;
    bool has_level;
} fsc_of_kind[FAULT_KIND_COUNT] = {
    [FAULT_ADDRESS_SIZE] = {FSC_ADDRESS_SIZE, true},
    [FAULT_TRANSLATION] = {FSC_TRANSLATION, true},
    [FAULT_ACCESS_FLAG] = {FSC_ACCESS_FLAG, true},
    [FAULT_PERMISSION] = {FSC_PERMISSION, true},
    [FAULT_EXTERNAL] = {FSC_EXTERNAL, false},
    [FAULT_EXTERNAL_WALK] = {FSC_EXTERNAL_WALK, true},
    [FAULT_ALIGNMENT] = {FSC_ALIGNMENT, false},
    [FAULT_GPF] = {FSC_GPF, false},
    [FAULT_GPF_WALK] = {FSC_GPF_WALK, true},
};

unsigned syndrome_fsc(const struct fault *fault)
{
    int level = fsc_of_kind[fault->kind].has_level ? fault->level : FSC_NO_LEVEL;
    int code = fsc_encode(fsc_of_kind[fault->kind].group, level);

    assert(fault->kind != FAULT_NONE && code >= 0);
    return (unsigned)code;
}

/* ISS of every abort: the fault's side of it. */
static uint64_t abort_iss(const struct fault *fault)
{
    return field_put(ESR_FSC, syndrome_fsc(fault)) | field_put(ESR_S1PTW, fault->s1ptw);
}

static struct syndrome abort_syndrome(const struct fault *fault, unsigned target_el, uint64_t esr)
{
    bool hpfar_valid = target_el == 2 && fault->ipa_valid;

    return (struct syndrome){
        .esr = esr,
        .far = fault->va.v,
        .hpfar = hpfar_valid ? hpfar_from_ipa(fault->ipa) : 0,
        .hpfar_valid = hpfar_valid,
    };
}

static bool from_walk_result(enum fault_kind kind)
{
    return kind == FAULT_ADDRESS_SIZE || kind == FAULT_TRANSLATION || kind == FAULT_ACCESS_FLAG ||
           kind == FAULT_PERMISSION;
}

static bool iss_valid(const struct insn *insn, const struct fault *fault, unsigned target_el)
{
    return insn->isv && target_el == 2 && fault->stage == 2 && !fault->s1ptw &&
           fault->kind != FAULT_EXTERNAL && fault->kind != FAULT_EXTERNAL_WALK;
}

static unsigned log2_of(unsigned bytes)
{
    unsigned log2 = 0;

    while (bytes >>= 1)
        log2++;
    return log2;
}

struct syndrome syndrome_data_abort(const struct insn *insn, const struct fault *fault,
                                    unsigned target_el, bool same_el)
{
    bool cache_op = insn->cls == INSN_CACHE_OP;
    bool write = cache_op || insn->cls == INSN_ZERO || fault->type == ACCESS_WRITE;
    uint64_t esr = ec_il(same_el ? ESR_EC_DABT_CUR : ESR_EC_DABT_LOW) | abort_iss(fault) |
                   field_put(ESR_WNR, write) | field_put(ESR_CM, cache_op);

    if (from_walk_result(fault->kind))
        esr |= field_put(ESR_LST, insn->lst) |
               field_put(ESR_XS, insn->lst ? insn->rs : 0); /* the status of ST64BV, ST64BV0 */
    if (iss_valid(insn, fault, target_el)) {
        esr |= field_put(ESR_ISV, 1) | field_put(ESR_SAS, log2_of(insn->size)) |
               field_put(ESR_SSE, insn->sign_extend) | field_put(ESR_SRT, insn->rt) |
               field_put(ESR_SF, insn->sixty_four) | field_put(ESR_AR, insn->ordered);
    }
    return abort_syndrome(fault, target_el, esr);
}

struct syndrome syndrome_insn_abort(const struct fault *fault, unsigned target_el, bool same_el)
{
    uint64_t esr = ec_il(same_el ? ESR_EC_IABT_CUR : ESR_EC_IABT_LOW) | abort_iss(fault);

    return abort_syndrome(fault, target_el, esr);
}

static uint64_t sysreg_iss(const struct insn *insn)
{
    return field_put(ESR_SYS_OP0, insn->op0) | field_put(ESR_SYS_OP1, insn->op1) |
           field_put(ESR_SYS_CRN, insn->crn) | field_put(ESR_SYS_CRM, insn->crm) |
           field_put(ESR_SYS_OP2, insn->op2) | field_put(ESR_SYS_RT, insn->rt) |
           field_put(ESR_SYS_DIRECTION, insn->read);
}

static uint64_t wfx_iss(const struct insn *insn)
{
    uint64_t iss =
        field_put(ESR_CV, 1) | field_put(ESR_COND, COND_ALWAYS) | field_put(ESR_WFX_TI, insn->wfx);

    if (insn->wfx >= 2) /* WFIT, WFET */
        iss |= field_put(ESR_WFX_RV, 1) | field_put(ESR_WFX_RN, insn->rt);
    return iss;
}

uint64_t syndrome_trap(const struct insn *insn)
{
    switch (insn->cls) {
    case INSN_HVC:
        return ec_il(ESR_EC_HVC64) | field_put(ESR_IMM16, insn->imm16);
    case INSN_SMC:
        return ec_il(ESR_EC_SMC64) | field_put(ESR_IMM16, insn->imm16);
    case INSN_SVC:
        return ec_il(ESR_EC_SVC64) | field_put(ESR_IMM16, insn->imm16);
    case INSN_BRK:
        return ec_il(ESR_EC_BRK64) | field_put(ESR_COMMENT, insn->imm16);
    case INSN_WFX:
        return ec_il(ESR_EC_WFX) | wfx_iss(insn);
    case INSN_ERET:
        return ec_il(ESR_EC_ERET) | insn->eret;
    case INSN_SYSREG:
    case INSN_CACHE_OP:
    case INSN_ZERO:
        return ec_il(ESR_EC_SYS64) | sysreg_iss(insn);
    case INSN_OTHER:
    case INSN_LOAD:
    case INSN_STORE:
    case INSN_ATOMIC:
        break;
    }
    return syndrome_undefined();
}

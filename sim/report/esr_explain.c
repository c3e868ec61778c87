/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/report/esr_explain.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cpu/arch/hpfar.h"
#include "cpu/arch/sysreg.h"
#include "cpu/insn.h"
#include "cpu/syndrome.h"
#include "rmm_model/host_view.h"

static enum fsc_group group_of(uint64_t esr)
{
    const struct fsc_desc *fsc = &fsc_table[esr_fsc(esr)];

    return fsc->name ? fsc->group : FSC_GROUP_COUNT;
}

static bool is_external(uint64_t esr)
{
    enum fsc_group group = group_of(esr);

    return group == FSC_EXTERNAL || group == FSC_EXTERNAL_WALK || group == FSC_PARITY ||
           group == FSC_PARITY_WALK;
}

/* --- IL --- */

/* Classes that only an AArch32 instruction, of 16 bits perhaps, can give. */
static const uint8_t aarch32_classes[] = {
    ESR_EC_CP15_32, ESR_EC_CP15_64, ESR_EC_CP14_MR,  ESR_EC_CP14_LS, ESR_EC_CP10_ID,
    ESR_EC_CP14_64, ESR_EC_SVC32,   ESR_EC_HVC32,    ESR_EC_SMC32,   ESR_EC_FP_EXC32,
    ESR_EC_BKPT32,  ESR_EC_WFX,     ESR_EC_FP_ASIMD,
};

static bool may_be_aarch32(uint64_t esr)
{
    /* A data abort with ISV=0 has IL=1 whatever the instruction. */
    if (esr_is_data_abort(esr))
        return field_get(esr, ESR_ISV);
    return memchr(aarch32_classes, (int)esr_ec(esr), sizeof(aarch32_classes)) != NULL;
}

static const char *il_note(uint64_t esr)
{
    if (field_get(esr, ESR_IL))
        return NULL;
    if (may_be_aarch32(esr))
        return "masked, as an RMM does for the host; or a 16-bit T32 instruction";
    return "masked, as an RMM does for the host: hardware always sets it for this class";
}

/* What of a syndrome of this class and validity a host is shown, as a mask. */
static uint64_t shown_bits(uint64_t esr)
{
    const uint64_t all = ~(uint64_t)0;

    if (esr_ec(esr) == ESR_EC_DABT_LOW && field_get(esr, ESR_ISV))
        return host_view_emulatable_abort(all, 0, 0, 0).esr;
    if (esr_ec(esr) == ESR_EC_DABT_LOW || esr_ec(esr) == ESR_EC_IABT_LOW)
        return host_view_abort(all, 0).esr;
    if (esr_ec(esr) == ESR_EC_WFX)
        return host_view_wfx(all).esr;
    return all;
}

static uint64_t shown_if_masked(uint64_t esr)
{
    uint64_t shown = shown_bits(esr);

    return field_get(esr, ESR_IL) || (esr & ~shown) ? ~(uint64_t)0 : shown;
}

/* --- IPA --- */

static void find_ipa(const struct esr_input *in, struct esr_explanation *out)
{
    bool page_only;
    const char *unusable = esr_ipa_unusable(in->esr, &page_only);

    out->has_ipa = esr_is_abort(in->esr);
    if (!out->has_ipa)
        return;
    out->ipa_note = unusable;
    if (unusable)
        return;
    if (!in->hpfar_given) {
        out->ipa_note = "it is HPFAR_EL2.FIPA << 12, give --hpfar";
        return;
    }
    out->ipa_known = true;
    out->ipa = hpfar_page(in->hpfar);
    if (page_only) {
        out->ipa_note = "HPFAR_EL2.FIPA << 12, the page of the stage-1 descriptor; FAR is of the "
                        "access";
    } else if (!in->far_given) {
        out->ipa_note = "HPFAR_EL2.FIPA << 12; the page offset is FAR_EL2[11:0], give --far";
    } else {
        out->ipa = hpfar_ipa(in->hpfar, in->far);
        out->ipa_note = "HPFAR_EL2.FIPA << 12 | FAR_EL2[11:0]";
    }
}

/* Arm ARM, FAR_EL2: which exceptions write it. */
static const char *far_note(uint64_t esr)
{
    switch (esr_ec(esr)) {
    case ESR_EC_DABT_LOW:
    case ESR_EC_DABT_CUR:
    case ESR_EC_IABT_LOW:
    case ESR_EC_IABT_CUR:
        if (group_of(esr) == FSC_EXTERNAL && field_get(esr, ESR_FNV))
            return "FAR_EL2, not valid because FnV=1";
        return "FAR_EL2, the first byte that faults";
    case ESR_EC_PC_ALIGN:
        return "FAR_EL2, the misaligned PC";
    case ESR_EC_WATCHPT_LOW:
    case ESR_EC_WATCHPT_CUR:
    case ESR_EC_GPC:
    case ESR_EC_GCS:
        return "FAR_ELx of the exception";
    default:
        return "FAR_EL2, which this exception does not write";
    }
}

/* --- trapped system accesses --- */

/* The instruction that gives this ISS. */
static uint32_t sys_word(uint64_t esr)
{
    const struct {
        struct field iss, word;
    } moves[] = {
        {ESR_SYS_OP0, {19, 2}},       {ESR_SYS_OP1, {16, 3}}, {ESR_SYS_CRN, {12, 4}},
        {ESR_SYS_CRM, {8, 4}},        {ESR_SYS_OP2, {5, 3}},  {ESR_SYS_RT, {0, 5}},
        {ESR_SYS_DIRECTION, {21, 1}},
    };
    uint64_t word = 0xd5000000;

    for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++)
        word |= field_put(moves[i].word, field_get(esr, moves[i].iss));
    return (uint32_t)word;
}

static const char *known_register(const struct insn *insn)
{
    for (size_t i = 0; i < SYSREG_COUNT; i++) {
        const struct sysreg_desc *reg = &sysreg_table[i];

        if (reg->op0 == insn->op0 && reg->op1 == insn->op1 && reg->crn == insn->crn &&
            reg->crm == insn->crm && reg->op2 == insn->op2)
            return reg->name;
    }
    return NULL;
}

static bool is_general_register(const char *token)
{
    size_t digits = strspn(token + 1, "0123456789");

    if (strncmp(token, "xzr", 3) == 0)
        return true;
    return token[0] == 'x' && digits > 0 && !isalnum((unsigned char)token[1 + digits]) &&
           token[1 + digits] != '_';
}

/* As the Arm ARM writes it: "mrs x3, id_aa64pfr0_el1" -> "MRS x3, ID_AA64PFR0_EL1". */
static void manual_case(char *text)
{
    bool start = true;

    while (*text) {
        if (start && is_general_register(text)) {
            text += strcspn(text, " ,");
            start = false;
            continue;
        }
        start = *text == ' ';
        *text = (char)toupper((unsigned char)*text);
        text++;
    }
}

static void describe_access(uint64_t esr, char *text, size_t size)
{
    uint32_t word = sys_word(esr);
    struct insn insn;
    const char *name;
    char rt[8] = "xzr";

    insn_decode(word, &insn);
    name = insn.cls == INSN_SYSREG ? known_register(&insn) : NULL;
    if (insn.rt != 31)
        snprintf(rt, sizeof(rt), "x%u", insn.rt);
    if (name && insn.read) {
        snprintf(text, size, "MRS %s, %s", rt, name);
    } else if (name) {
        snprintf(text, size, "MSR %s, %s", name, rt);
    } else {
        insn_text(word, 0, text, size);
        manual_case(text);
    }
}

/* --- what the word should have given --- */

/* Bits of an abort that follow from the word and the fault status. */
static uint64_t abort_bits(void)
{
    static const struct field *const fields[] = {
        &ESR_EC, &ESR_IL, &ESR_ISV, &ESR_SAS,   &ESR_SSE, &ESR_SRT,
        &ESR_SF, &ESR_AR, &ESR_CM,  &ESR_S1PTW, &ESR_WNR, &ESR_FSC,
    };
    uint64_t mask = 0;

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        mask |= field_mask(*fields[i]);
    return mask;
}

static struct fault fault_of(uint64_t esr, const struct insn *insn)
{
    static const enum fault_kind kinds[FSC_GROUP_COUNT] = {
        [FSC_ADDRESS_SIZE] = FAULT_ADDRESS_SIZE,
        [FSC_TRANSLATION] = FAULT_TRANSLATION,
        [FSC_ACCESS_FLAG] = FAULT_ACCESS_FLAG,
        [FSC_PERMISSION] = FAULT_PERMISSION,
        [FSC_GPF] = FAULT_GPF,
        [FSC_GPF_WALK] = FAULT_GPF_WALK,
    };
    enum fsc_group group = group_of(esr);
    enum fault_kind kind = group < FSC_GROUP_COUNT ? kinds[group] : FAULT_NONE;
    bool write = insn->cls == INSN_STORE || insn->cls == INSN_ZERO ||
                 (insn->cls == INSN_ATOMIC && field_get(esr, ESR_WNR));

    return (struct fault){
        /* What is not of a walk has no valid ISS, like an external abort. */
        .kind = kind == FAULT_NONE ? FAULT_EXTERNAL : kind,
        .level = kind == FAULT_NONE ? 0 : fsc_table[esr_fsc(esr)].level,
        .type = write ? ACCESS_WRITE : ACCESS_READ,
        .stage = 2,
        .s1ptw = field_get(esr, ESR_S1PTW),
    };
}

static void predict_abort(const struct esr_input *in, const struct insn *insn,
                          struct esr_explanation *out)
{
    struct fault fault = fault_of(in->esr, insn);
    unsigned target = esr_ec(in->esr) == ESR_EC_DABT_LOW ? 2 : 1;
    bool same_el = target == 1;

    if (!insn_is_memory(insn)) {
        out->insn_note = "makes no memory access: it cannot give a data abort";
        return;
    }
    if (insn->elements == 0) {
        out->insn_note = "never faults";
        return;
    }
    out->predicted = true;
    out->compared = abort_bits();
    out->predicted_esr = syndrome_data_abort(insn, &fault, target, same_el).esr;
    out->predicted_esr = field_set(out->predicted_esr, ESR_FSC, esr_fsc(in->esr));
    /* Against what a host may see, compare what it would see. */
    if (out->shown != ~(uint64_t)0)
        out->predicted_esr &= shown_bits(out->predicted_esr);
}

static void predict(const struct esr_input *in, struct esr_explanation *out)
{
    unsigned ec = esr_ec(in->esr);
    struct insn insn;

    insn_decode(in->insn, &insn);
    if (esr_is_data_abort(in->esr)) {
        predict_abort(in, &insn, out);
        return;
    }
    switch (ec) {
    case ESR_EC_WFX:
    case ESR_EC_SVC64:
    case ESR_EC_HVC64:
    case ESR_EC_SMC64:
    case ESR_EC_SYS64:
    case ESR_EC_ERET:
    case ESR_EC_BRK64:
    case ESR_EC_UNKNOWN:
        out->predicted = true;
        out->compared = ~(uint64_t)0;
        out->predicted_esr = syndrome_trap(&insn);
        break;
    case ESR_EC_IABT_LOW:
    case ESR_EC_IABT_CUR:
        out->insn_note = "an instruction abort does not depend on the word";
        break;
    default:
        out->insn_note = "this class is not predicted from the word";
        break;
    }
}

/* --- KVM --- */

/* kvm_handle_guest_abort and io_mem_abort, by group; the first row whose bits are set or clear. */
static const struct {
    enum fsc_group group;
    bool fetch;
    const struct field *set, *clear;
    const char *text;
} kvm_aborts[] = {
    {FSC_TRANSLATION, false, &ESR_S1PTW, NULL,
     "kvm_handle_guest_abort -> user_mem_abort maps the page of the table; no memslot: SEA into "
     "the "
     "guest"},
    {FSC_TRANSLATION, false, &ESR_CM, NULL,
     "kvm_handle_guest_abort -> user_mem_abort; no memslot: nothing to do, the guest goes on"},
    {FSC_TRANSLATION, false, &ESR_ISV, NULL,
     "kvm_handle_guest_abort -> io_mem_abort -> KVM_EXIT_MMIO if no memslot covers the IPA; "
     "else user_mem_abort maps it"},
    {FSC_TRANSLATION, false, NULL, &ESR_ISV,
     "kvm_handle_guest_abort -> io_mem_abort -> -ENOSYS or, if enabled, KVM_EXIT_ARM_NISV; "
     "if no memslot covers the IPA, else user_mem_abort maps it"},
    {FSC_PERMISSION, false, &ESR_WNR, NULL,
     "kvm_handle_guest_abort -> user_mem_abort makes the page writable; read-only memslot: "
     "io_mem_abort"},
    {FSC_PERMISSION, false, NULL, &ESR_WNR,
     "kvm_handle_guest_abort -> user_mem_abort grants the access"},
    {FSC_ACCESS_FLAG, false, NULL, NULL,
     "kvm_handle_guest_abort -> handle_access_fault makes the page young"},
    {FSC_TRANSLATION, true, NULL, NULL,
     "kvm_handle_guest_abort -> user_mem_abort maps it executable; no memslot: SEA into the guest"},
    {FSC_PERMISSION, true, NULL, NULL,
     "kvm_handle_guest_abort -> user_mem_abort makes the page executable"},
    {FSC_ACCESS_FLAG, true, NULL, NULL,
     "kvm_handle_guest_abort -> handle_access_fault makes the page young"},
};

static const char *kvm_abort(uint64_t esr)
{
    bool fetch = !esr_is_data_abort(esr);
    enum fsc_group group = group_of(esr);

    if (is_external(esr))
        return "kvm_handle_guest_abort -> kvm_handle_guest_sea: the host's RAS code, else SEA into "
               "the guest";
    for (size_t i = 0; i < sizeof(kvm_aborts) / sizeof(kvm_aborts[0]); i++)
        if (kvm_aborts[i].group == group && kvm_aborts[i].fetch == fetch &&
            (!kvm_aborts[i].set || field_get(esr, *kvm_aborts[i].set)) &&
            (!kvm_aborts[i].clear || !field_get(esr, *kvm_aborts[i].clear)))
            return kvm_aborts[i].text;
    return "kvm_handle_guest_abort -> -EFAULT from KVM_RUN: a fault status it does not support";
}

/* arm_exit_handlers; what the table does not name gets kvm_handle_unknown_ec. */
static const char *const kvm_classes[ESR_EC_COUNT] = {
    [ESR_EC_WFX] = "kvm_handle_wfx: blocks or yields the vCPU, then the guest goes on at PC + 4",
    [ESR_EC_FP_ASIMD] = "kvm_hyp_handle_fpsimd loads the guest's FP registers",
    [ESR_EC_SVE] = "kvm_hyp_handle_fpsimd loads the guest's SVE registers; no SVE: UNDEF into it",
    [ESR_EC_HVC32] = "handle_hvc -> kvm_smccc_call_handler",
    [ESR_EC_SMC32] = "handle_smc -> kvm_smccc_call_handler",
    [ESR_EC_HVC64] = "handle_hvc -> kvm_smccc_call_handler; ELR_EL2 is past the HVC already",
    [ESR_EC_SMC64] = "handle_smc: PC + 4, then kvm_smccc_call_handler if the immediate is 0",
    [ESR_EC_SYS64] = "kvm_handle_sys_reg: emulates the access, or UNDEF into the guest",
    [ESR_EC_PAC] = "kvm_handle_ptrauth: UNDEF into the guest if it has no pointer authentication",
    [ESR_EC_ERET] = "kvm_handle_eret: nested virtualization, else UNDEF into the guest",
    [ESR_EC_BRK64] = "kvm_handle_guest_debug -> KVM_EXIT_DEBUG",
    [ESR_EC_BKPT32] = "kvm_handle_guest_debug -> KVM_EXIT_DEBUG",
    [ESR_EC_BREAKPT_LOW] = "kvm_handle_guest_debug -> KVM_EXIT_DEBUG",
    [ESR_EC_WATCHPT_LOW] = "kvm_handle_guest_debug -> KVM_EXIT_DEBUG",
    [ESR_EC_SOFTSTP_LOW] = "kvm_handle_guest_debug -> KVM_EXIT_DEBUG",
    [ESR_EC_IABT_CUR] = "taken from EL2: a fault of the hypervisor, not of a guest",
    [ESR_EC_DABT_CUR] =
        "taken from EL2: a fault of the hypervisor (or, nested, kvm_handle_vncr_abort)",
    [ESR_EC_GPC] = "taken to EL3: KVM does not see it",
    [ESR_EC_IMP_DEF] = "taken to EL3: KVM does not see it",
    [ESR_EC_SERROR] = "the host's RAS code, else SError into the guest",
};

/* Lines are separated by "; ". */
static const char *kvm_text(uint64_t esr)
{
    unsigned ec = esr_ec(esr);

    if (ec == ESR_EC_DABT_LOW || ec == ESR_EC_IABT_LOW)
        return kvm_abort(esr);
    if (kvm_classes[ec])
        return kvm_classes[ec];
    return "kvm_handle_unknown_ec: UNDEF into the guest";
}

/* --- RMM --- */

static void add_view(struct esr_explanation *out, const char *when, uint64_t esr)
{
    out->rmm[out->rmm_count++] = (struct esr_rmm_view){when, esr};
}

static void rmm_data_abort(uint64_t esr, struct esr_explanation *out)
{
    uint64_t hidden = host_view_abort(esr, 0).esr;
    uint64_t shown = host_view_emulatable_abort(esr, 0, 0, 0).esr;

    if (out->shown != ~(uint64_t)0) {
        out->rmm_note = "this is a value as the host of a realm sees it";
        return;
    }
    if (is_external(esr)) {
        add_view(out, "external abort", host_view_external_abort(esr).esr);
    } else if (field_get(esr, ESR_ISV)) {
        add_view(out, "unprotected IPA", shown);
        add_view(out, "protected IPA", hidden);
    } else {
        /* From 2.0 an access that cannot be emulated shows no more than EC, IL and the status. */
        add_view(out, "unprotected IPA, RMM 1.0", shown);
        add_view(out, "unprotected IPA, RMM 2.0", hidden | (esr & field_mask(ESR_IL)));
        add_view(out, "protected IPA", hidden);
    }
}

static void rmm_insn_abort(uint64_t esr, struct esr_explanation *out)
{
    if (out->shown != ~(uint64_t)0) {
        out->rmm_note = "this is a value as the host of a realm sees it";
        return;
    }
    if (is_external(esr)) {
        add_view(out, "external abort", host_view_external_abort(esr).esr);
        return;
    }
    out->rmm_note = "unprotected IPA: not shown, SEA into the realm";
    if (group_of(esr) == FSC_TRANSLATION)
        add_view(out, "protected IPA", host_view_abort(esr, 0).esr);
}

static void rmm_views(uint64_t esr, struct esr_explanation *out)
{
    switch (esr_ec(esr)) {
    case ESR_EC_DABT_LOW:
        rmm_data_abort(esr, out);
        break;
    case ESR_EC_IABT_LOW:
        rmm_insn_abort(esr, out);
        break;
    case ESR_EC_WFX:
        add_view(out, "every WFx", host_view_wfx(esr).esr);
        break;
    case ESR_EC_SYS64:
        add_view(out, "registers the host emulates", host_view_sysreg(esr, 0).esr);
        break;
    case ESR_EC_SERROR:
        add_view(out, "SError", host_view_serror(esr).esr);
        break;
    case ESR_EC_SMC64:
        out->rmm_note = "not shown: an RSI or PSCI call, answered by the RMM";
        break;
    case ESR_EC_FP_ASIMD:
    case ESR_EC_SVE:
        out->rmm_note = "not shown: the RMM loads the realm's registers";
        break;
    case ESR_EC_IABT_CUR:
    case ESR_EC_DABT_CUR:
        out->rmm_note = "not shown: a fault of the RMM, not of a realm";
        break;
    case ESR_EC_GPC:
    case ESR_EC_IMP_DEF:
        out->rmm_note = "not shown: taken to EL3";
        break;
    default:
        out->rmm_note = "not shown: UNDEF into the realm";
        break;
    }
}

void esr_explain(const struct esr_input *in, struct esr_explanation *out)
{
    *out = (struct esr_explanation){0};
    out->count = esr_decode(in->esr, out->parts, &out->reserved);
    out->shown = shown_if_masked(in->esr);
    out->il_note = il_note(in->esr);
    find_ipa(in, out);
    out->far_note = far_note(in->esr);
    if (esr_ec(in->esr) == ESR_EC_SYS64)
        describe_access(in->esr, out->access, sizeof(out->access));
    if (in->insn_given)
        predict(in, out);
    out->kvm = kvm_text(in->esr);
    rmm_views(in->esr, out);
    esr_find_odd(in, out);
}

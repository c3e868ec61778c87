/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of fields that hardware does not give together (Arm ARM, ISS encodings of aborts). */
#include "cpu/arch/hpfar.h"
#include "sim/report/esr_explain.h"

enum { SAS_WORD = 2, SAS_DOUBLEWORD = 3 };

static const uint64_t hpfar_res0 = 0x7fff00000000000full;

static bool is_dabt(uint64_t esr)
{
    return esr_ec(esr) == ESR_EC_DABT_LOW || esr_ec(esr) == ESR_EC_DABT_CUR;
}

static bool is_abort(uint64_t esr)
{
    return is_dabt(esr) || esr_ec(esr) == ESR_EC_IABT_LOW || esr_ec(esr) == ESR_EC_IABT_CUR;
}

static bool is_external(uint64_t esr)
{
    enum fsc_group group = fsc_table[esr_fsc(esr)].group;

    return fsc_table[esr_fsc(esr)].name && (group == FSC_EXTERNAL || group == FSC_EXTERNAL_WALK ||
                                            group == FSC_PARITY || group == FSC_PARITY_WALK);
}

static bool valid(uint64_t esr)
{
    return is_dabt(esr) && field_get(esr, ESR_ISV);
}

static bool signed_load(uint64_t esr)
{
    return valid(esr) && field_get(esr, ESR_SSE);
}

static bool same_el(uint64_t esr)
{
    return valid(esr) && esr_ec(esr) == ESR_EC_DABT_CUR;
}

static bool external_valid(uint64_t esr)
{
    return valid(esr) && is_external(esr);
}

static bool walk_valid(uint64_t esr)
{
    return valid(esr) && field_get(esr, ESR_S1PTW);
}

static bool maintenance_valid(uint64_t esr)
{
    return valid(esr) && field_get(esr, ESR_CM);
}

static bool signed_store(uint64_t esr)
{
    return signed_load(esr) && field_get(esr, ESR_WNR);
}

static bool signed_doubleword(uint64_t esr)
{
    return signed_load(esr) && field_get(esr, ESR_SAS) == SAS_DOUBLEWORD;
}

static bool signed_word_to_w(uint64_t esr)
{
    return signed_load(esr) && field_get(esr, ESR_SAS) == SAS_WORD && !field_get(esr, ESR_SF);
}

static bool doubleword_to_w(uint64_t esr)
{
    return valid(esr) && field_get(esr, ESR_SAS) == SAS_DOUBLEWORD && !field_get(esr, ESR_SF);
}

static bool maintenance_reads(uint64_t esr)
{
    return is_dabt(esr) && field_get(esr, ESR_CM) && !field_get(esr, ESR_WNR);
}

static bool far_not_valid(uint64_t esr)
{
    return is_abort(esr) && field_get(esr, ESR_FNV) && esr_fsc(esr) != ESR_FSC_EXTERNAL;
}

static bool type_without_external(uint64_t esr)
{
    return is_abort(esr) && field_get(esr, ESR_EA) && !is_external(esr);
}

static const struct {
    bool (*holds)(uint64_t esr);
    const char *text;
} rules[] = {
    {same_el, "ISV=1 from the same Exception level: only stage-2 aborts of a lower one have it"},
    {external_valid, "ISV=1 with an external abort: without RAS it may be, with RAS it is 0"},
    {walk_valid, "ISV=1 with S1PTW=1: a fault on a table walk has no valid syndrome"},
    {maintenance_valid, "ISV=1 with CM=1: cache maintenance has no valid syndrome"},
    {signed_store, "SSE=1 with WnR=1: a store extends nothing"},
    {signed_doubleword, "SSE=1 with SAS=doubleword: there is nothing to extend"},
    {signed_word_to_w, "SSE=1 with SAS=word and SF=0: a signed word goes to a 64-bit register"},
    {doubleword_to_w, "SAS=doubleword with SF=0: it needs a 64-bit register"},
    {maintenance_reads, "CM=1 with WnR=0: cache maintenance is reported as a write"},
    {far_not_valid, "FnV=1 with another fault than a synchronous external abort: FAR is valid"},
    {type_without_external, "EA=1 without an external abort: the bit is 0 then"},
};

_Static_assert(sizeof(rules) / sizeof(rules[0]) + 2 == ESR_MAX_ODD, "room for all of them");

void esr_find_odd(const struct esr_input *in, struct esr_explanation *out)
{
    out->odd_count = 0;
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]) && !out->il_note; i++)
        if (rules[i].holds(in->esr))
            out->odd[out->odd_count++] = rules[i].text;
    if (!in->hpfar_given)
        return;
    if (field_get(in->hpfar, HPFAR_NS))
        out->odd[out->odd_count++] = "HPFAR_EL2.NS=1: only Secure EL2 has it; in the copy that "
                                     "KVM 7.2 saves it says that HPFAR is valid";
    if (in->hpfar & hpfar_res0)
        out->odd[out->odd_count++] = "HPFAR_EL2 has reserved bits set: is it an IPA? HPFAR is "
                                     "the IPA >> 8";
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables behind cpu/arch/esr.h and the lookups in them. */
#include "cpu/arch/esr.h"

#include <strings.h>

const struct esr_field esr_field_table[ESR_FIELD_COUNT] = {
#define X(id, name_, lo, width, show_, doc_, ...)                                                  \
    [ESR_FIELD_##id] = {.name = name_,                                                             \
                        .field = {lo, width},                                                      \
                        .show = ESR_SHOW_##show_,                                                  \
                        .doc = doc_,                                                               \
                        .meaning = {__VA_ARGS__}},
    ESR_FIELD_TABLE(X)
#undef X
};

/* --- fault status codes (Arm ARM, EncodeLDFSC) --- */

#define FSC_LEVEL(name_, doc_, group_, level_)                                                     \
    {                                                                                              \
        name_ "-l" #level_, doc_ ", level " #level_, group_, level_                                \
    }
#define FSC_LEVELS(base, name_, doc_, group_)                                                      \
    [(base) + 0] = FSC_LEVEL(name_, doc_, group_, 0),                                              \
              [(base) + 1] = FSC_LEVEL(name_, doc_, group_, 1),                                    \
              [(base) + 2] = FSC_LEVEL(name_, doc_, group_, 2),                                    \
              [(base) + 3] = FSC_LEVEL(name_, doc_, group_, 3)

#define DOC_EXTERNAL_WALK "Synchronous External abort on a table walk"
#define DOC_PARITY_WALK "Synchronous parity or ECC error on a table walk"
#define DOC_GPF_WALK "Granule Protection Fault on a table walk"

const struct fsc_desc fsc_table[ESR_FSC_COUNT] = {
    FSC_LEVELS(ESR_FSC_ADDRESS_SIZE_L0, "address-size", "Address size fault", FSC_ADDRESS_SIZE),
    FSC_LEVELS(ESR_FSC_TRANSLATION_L0, "translation", "Translation fault", FSC_TRANSLATION),
    FSC_LEVELS(ESR_FSC_ACCESS_FLAG_L0, "access-flag", "Access flag fault", FSC_ACCESS_FLAG),
    FSC_LEVELS(ESR_FSC_PERMISSION_L0, "permission", "Permission fault", FSC_PERMISSION),
    [ESR_FSC_EXTERNAL] = {"external", "Synchronous External abort, not on a table walk",
                          FSC_EXTERNAL, FSC_NO_LEVEL},
    [ESR_FSC_TAG_CHECK] = {"tag-check", "Synchronous Tag Check fault", FSC_TAG_CHECK, FSC_NO_LEVEL},
    [0x12] = FSC_LEVEL("external-walk", DOC_EXTERNAL_WALK, FSC_EXTERNAL_WALK, -2),
    [0x13] = FSC_LEVEL("external-walk", DOC_EXTERNAL_WALK, FSC_EXTERNAL_WALK, -1),
    FSC_LEVELS(ESR_FSC_EXTERNAL_WALK_L0, "external-walk", DOC_EXTERNAL_WALK, FSC_EXTERNAL_WALK),
    [ESR_FSC_PARITY] = {"parity", "Synchronous parity or ECC error, not on a table walk",
                        FSC_PARITY, FSC_NO_LEVEL},
    [0x1b] = FSC_LEVEL("parity-walk", DOC_PARITY_WALK, FSC_PARITY_WALK, -1),
    FSC_LEVELS(ESR_FSC_PARITY_WALK_L0, "parity-walk", DOC_PARITY_WALK, FSC_PARITY_WALK),
    [ESR_FSC_ALIGNMENT] = {"alignment", "Alignment fault", FSC_ALIGNMENT, FSC_NO_LEVEL},
    [0x22] = FSC_LEVEL("gpf-walk", DOC_GPF_WALK, FSC_GPF_WALK, -2),
    [0x23] = FSC_LEVEL("gpf-walk", DOC_GPF_WALK, FSC_GPF_WALK, -1),
    FSC_LEVELS(ESR_FSC_GPF_WALK_L0, "gpf-walk", DOC_GPF_WALK, FSC_GPF_WALK),
    [ESR_FSC_GPF] = {"gpf", "Granule Protection Fault, not on a table walk", FSC_GPF, FSC_NO_LEVEL},
    [0x29] = FSC_LEVEL("address-size", "Address size fault", FSC_ADDRESS_SIZE, -1),
    [0x2a] = FSC_LEVEL("translation", "Translation fault", FSC_TRANSLATION, -2),
    [0x2b] = FSC_LEVEL("translation", "Translation fault", FSC_TRANSLATION, -1),
    [0x2c] = FSC_LEVEL("address-size", "Address size fault", FSC_ADDRESS_SIZE, -2),
    [ESR_FSC_TLB_CONFLICT] = {"tlb-conflict", "TLB conflict abort", FSC_TLB_CONFLICT, FSC_NO_LEVEL},
    [ESR_FSC_HW_UPDATE] = {"hw-update", "Unsupported atomic hardware update fault", FSC_HW_UPDATE,
                           FSC_NO_LEVEL},
    [ESR_FSC_LOCKDOWN] = {"lockdown", "IMPLEMENTATION DEFINED fault (Lockdown)", FSC_LOCKDOWN,
                          FSC_NO_LEVEL},
    [ESR_FSC_EXCLUSIVE] = {"exclusive",
                           "IMPLEMENTATION DEFINED fault (unsupported Exclusive or Atomic access)",
                           FSC_EXCLUSIVE, FSC_NO_LEVEL},
};

const char *fsc_name(unsigned code)
{
    const char *name = fsc_table[code % ESR_FSC_COUNT].name;

    return name ? name : "reserved";
}

const char *fsc_doc(unsigned code)
{
    const char *doc = fsc_table[code % ESR_FSC_COUNT].doc;

    return doc ? doc : "Reserved fault status code";
}

int fsc_by_name(const char *name)
{
    for (int code = 0; code < ESR_FSC_COUNT; code++)
        if (fsc_table[code].name && strcasecmp(fsc_table[code].name, name) == 0)
            return code;
    return -1;
}

int fsc_encode(enum fsc_group group, int level)
{
    for (int code = 0; code < ESR_FSC_COUNT; code++) {
        const struct fsc_desc *fsc = &fsc_table[code];

        if (fsc->name && fsc->group == group && fsc->level == level)
            return code;
    }
    return -1;
}

/* --- which field says something: rules --- */

static bool always(uint64_t esr)
{
    (void)esr;
    return true;
}

static enum fsc_group fsc_group_of(uint64_t esr)
{
    const struct fsc_desc *fsc = &fsc_table[esr_fsc(esr)];

    return fsc->name ? fsc->group : FSC_GROUP_COUNT;
}

static bool isv_set(uint64_t esr)
{
    return field_get(esr, ESR_ISV) != 0;
}

/* Bit 21 is TopLevel where SSE has no meaning (Arm ARM, ISS encoding for a Data Abort). */
static bool bit21_is_toplevel(uint64_t esr)
{
    return !isv_set(esr) && fsc_group_of(esr) == FSC_PERMISSION;
}

static bool bit21_is_sse(uint64_t esr)
{
    return !bit21_is_toplevel(esr);
}

static bool is_permission(uint64_t esr)
{
    return fsc_group_of(esr) == FSC_PERMISSION;
}

/* Bits 12:11 are LST for the faults a 64-byte access takes from a table. */
static bool bits12_11_are_lst(uint64_t esr)
{
    enum fsc_group group = fsc_group_of(esr);

    return group == FSC_TRANSLATION || group == FSC_ACCESS_FLAG || group == FSC_PERMISSION;
}

static bool bits12_11_are_set(uint64_t esr)
{
    return !bits12_11_are_lst(esr);
}

static bool is_sync_external(uint64_t esr)
{
    return fsc_group_of(esr) == FSC_EXTERNAL;
}

static bool is_external(uint64_t esr)
{
    enum fsc_group group = fsc_group_of(esr);

    return group == FSC_EXTERNAL || group == FSC_EXTERNAL_WALK || group == FSC_PARITY ||
           group == FSC_PARITY_WALK;
}

static bool wnr_known(uint64_t esr)
{
    return fsc_group_of(esr) != FSC_EXCLUSIVE;
}

static bool cv_set(uint64_t esr)
{
    return field_get(esr, ESR_CV) != 0;
}

static bool rv_set(uint64_t esr)
{
    return field_get(esr, ESR_WFX_RV) != 0;
}

static bool ccknownpass_set(uint64_t esr)
{
    return field_get(esr, ESR_CCKNOWNPASS) != 0;
}

static bool tfv_set(uint64_t esr)
{
    return field_get(esr, ESR_FP_TFV) != 0;
}

static bool ids_clear(uint64_t esr)
{
    return field_get(esr, ESR_SERROR_IDS) == 0;
}

#define SERROR_FSC_UNCATEGORIZED 0x00u
#define SERROR_FSC_ASYNC 0x11u

static bool aet_valid(uint64_t esr)
{
    return ids_clear(esr) && esr_fsc(esr) == SERROR_FSC_ASYNC;
}

static bool wptv_set(uint64_t esr)
{
    return field_get(esr, ESR_WP_WPTV) != 0;
}

enum rule {
    ALWAYS,
    IF_ISV,
    SSE_RULE,
    TOPLEVEL_RULE,
    IABT_TOPLEVEL_RULE,
    SET_RULE,
    IABT_SET_RULE,
    LST_RULE,
    FNV_RULE,
    EA_RULE,
    WNR_RULE,
    IF_CV,
    SMC32_CV_RULE,
    IF_RV,
    IF_TFV,
    IF_NOT_IDS,
    AET_RULE,
    SS_EX_RULE,
    IF_WPTV,
};

/* A field is part of the format when shown; it says something when valid, else why not. */
static const struct {
    bool (*shown)(uint64_t esr);
    bool (*valid)(uint64_t esr);
    const char *why_not;
} rules[] = {
    [ALWAYS] = {always, always, NULL},
    [IF_ISV] = {always, isv_set, "not valid because ISV=0"},
    [SSE_RULE] = {bit21_is_sse, isv_set, "not valid because ISV=0"},
    [TOPLEVEL_RULE] = {bit21_is_toplevel, always, NULL},
    [IABT_TOPLEVEL_RULE] = {always, is_permission, "only for a permission fault"},
    [SET_RULE] = {bits12_11_are_set, is_sync_external, "only for DFSC 0x10 (external abort)"},
    [IABT_SET_RULE] = {always, is_sync_external, "only for IFSC 0x10 (external abort)"},
    [LST_RULE] = {bits12_11_are_lst, always, NULL},
    [FNV_RULE] = {always, is_sync_external, "only for fault status 0x10 (external abort)"},
    [EA_RULE] = {always, is_external, "only for an external abort"},
    [WNR_RULE] = {always, wnr_known, "UNKNOWN for this fault"},
    [IF_CV] = {always, cv_set, "not valid because CV=0"},
    [SMC32_CV_RULE] = {always, ccknownpass_set, "not valid because CCKNOWNPASS=0"},
    [IF_RV] = {always, rv_set, "not valid because RV=0"},
    [IF_TFV] = {always, tfv_set, "not valid because TFV=0"},
    [IF_NOT_IDS] = {always, ids_clear, "not valid because IDS=1"},
    [AET_RULE] = {always, aet_valid, "only for DFSC 0x11 and IDS=0"},
    [SS_EX_RULE] = {always, isv_set, "not valid because ISV=0"},
    [IF_WPTV] = {always, wptv_set, "not valid because WPTV=0"},
};

/* --- ISS formats --- */

struct format_part {
    uint8_t id; /* enum esr_field_id */
    uint8_t rule;
};

#define P(id)                                                                                      \
    {                                                                                              \
        ESR_FIELD_##id, ALWAYS                                                                     \
    }
#define R(id, rule)                                                                                \
    {                                                                                              \
        ESR_FIELD_##id, rule                                                                       \
    }

static const struct format_part format_common[] = {P(EC), P(IL)};

static const struct format_part format_DABT[] = {
    P(ISV),
    R(SAS, IF_ISV),
    R(SSE, SSE_RULE),
    R(TOPLEVEL, TOPLEVEL_RULE),
    R(SRT, IF_ISV),
    R(SF, IF_ISV),
    R(AR, IF_ISV),
    P(VNCR),
    R(SET, SET_RULE),
    R(LST, LST_RULE),
    R(FNV, FNV_RULE),
    R(EA, EA_RULE),
    P(CM),
    P(S1PTW),
    R(WNR, WNR_RULE),
    P(DFSC),
    P(HDBSSF),
    P(TND),
    P(TAGACCESS),
    P(GCS),
    P(ASSUREDONLY),
    P(OVERLAY),
    P(DIRTYBIT),
    P(XS),
};
static const struct format_part format_IABT[] = {
    R(TOPLEVEL, IABT_TOPLEVEL_RULE),
    R(SET, IABT_SET_RULE),
    R(FNV, FNV_RULE),
    R(EA, EA_RULE),
    P(S1PTW),
    P(IFSC),
    P(ASSUREDONLY),
    P(OVERLAY),
};
static const struct format_part format_WFX[] = {
    P(CV), R(COND, IF_CV), R(WFX_RN, IF_RV), P(WFX_RV), P(WFX_TI),
};
static const struct format_part format_MCR[] = {
    P(CV),      R(COND, IF_CV), P(SYS_OP2), P(SYS_OP1),
    P(SYS_CRN), P(SYS_RT),      P(SYS_CRM), P(SYS_DIRECTION),
};
static const struct format_part format_MCRR[] = {
    P(CV), R(COND, IF_CV), P(CP_OPC1), P(CP_RT2), P(SYS_RT), P(SYS_CRM), P(SYS_DIRECTION),
};
static const struct format_part format_LDC[] = {
    P(CV), R(COND, IF_CV), P(CP_IMM8), P(CP_RN), P(CP_OFFSET), P(CP_AM), P(SYS_DIRECTION),
};
static const struct format_part format_FP[] = {P(CV), R(COND, IF_CV)};
static const struct format_part format_LS64[] = {P(LS64)};
static const struct format_part format_BTI[] = {P(BTYPE)};
static const struct format_part format_CALL[] = {P(IMM16)};
static const struct format_part format_SMC32[] = {
    R(CV, SMC32_CV_RULE),
    R(COND, SMC32_CV_RULE),
    P(CCKNOWNPASS),
};
static const struct format_part format_SYS[] = {
    P(SYS_OP0), P(SYS_OP2), P(SYS_OP1), P(SYS_CRN), P(SYS_RT), P(SYS_CRM), P(SYS_DIRECTION),
};
static const struct format_part format_SYS128[] = {
    P(SYS_OP0), P(SYS_OP2), P(SYS_OP1), P(SYS_CRN), P(SYS128_RT), P(SYS_CRM), P(SYS_DIRECTION),
};
static const struct format_part format_ERET[] = {P(ERET_PAC), P(ERET_A)};
static const struct format_part format_TSTART[] = {P(TSTART_RD)};
static const struct format_part format_FPAC[] = {P(FPAC_DATA), P(FPAC_B)};
static const struct format_part format_SME[] = {P(SMTC)};
static const struct format_part format_GPC[] = {
    P(GPC_S2PTW), P(GPC_IND), P(GPC_GPCSC), P(VNCR), P(CM), P(S1PTW), P(WNR), P(FSC),
};
static const struct format_part format_MOPS[] = {
    P(MOPS_MEMINST), P(MOPS_SETG), P(MOPS_OPTIONS), P(MOPS_EPILOGUE), P(MOPS_WRONGOPTION),
    P(MOPS_OPTIONA), P(MOPS_DEST), P(MOPS_SRC),     P(MOPS_SIZE),
};
static const struct format_part format_FPEXC[] = {
    P(FP_TFV),         P(FP_VECITR),      R(FP_IDF, IF_TFV), R(FP_IXF, IF_TFV),
    R(FP_UFF, IF_TFV), R(FP_OFF, IF_TFV), R(FP_DZF, IF_TFV), R(FP_IOF, IF_TFV),
};
static const struct format_part format_GCS[] = {P(GCS_EXTYPE), P(GCS_RADDR), P(GCS_RN), P(GCS_IT)};
static const struct format_part format_SERROR[] = {
    P(SERROR_IDS),     R(SERROR_IESB, IF_NOT_IDS), R(SERROR_AET, AET_RULE),
    R(EA, IF_NOT_IDS), R(SERROR_DFSC, IF_NOT_IDS),
};
static const struct format_part format_BREAKPT[] = {P(DEBUG_FSC)};
static const struct format_part format_SOFTSTP[] = {P(SS_ISV), R(SS_EX, SS_EX_RULE), P(DEBUG_FSC)};
static const struct format_part format_WATCHPT[] = {
    R(WP_WPT, IF_WPTV), P(WP_WPTV), P(WP_WPF), P(WP_FNP), P(VNCR), P(FNV), P(CM), P(WNR),
    P(WP_DFSC),
};
static const struct format_part format_COMMENT[] = {P(COMMENT)};
static const struct format_part format_PROFILING[] = {P(PMU_SYNC)};

#undef P
#undef R

#define PARTS(array) (array), sizeof(array) / sizeof((array)[0])
#define PARTS_NONE NULL, 0
#define PARTS_DABT PARTS(format_DABT)
#define PARTS_IABT PARTS(format_IABT)
#define PARTS_WFX PARTS(format_WFX)
#define PARTS_MCR PARTS(format_MCR)
#define PARTS_MCRR PARTS(format_MCRR)
#define PARTS_LDC PARTS(format_LDC)
#define PARTS_FP PARTS(format_FP)
#define PARTS_LS64 PARTS(format_LS64)
#define PARTS_BTI PARTS(format_BTI)
#define PARTS_CALL PARTS(format_CALL)
#define PARTS_SMC32 PARTS(format_SMC32)
#define PARTS_SYS PARTS(format_SYS)
#define PARTS_SYS128 PARTS(format_SYS128)
#define PARTS_ERET PARTS(format_ERET)
#define PARTS_TSTART PARTS(format_TSTART)
#define PARTS_FPAC PARTS(format_FPAC)
#define PARTS_SME PARTS(format_SME)
#define PARTS_GPC PARTS(format_GPC)
#define PARTS_MOPS PARTS(format_MOPS)
#define PARTS_FPEXC PARTS(format_FPEXC)
#define PARTS_GCS PARTS(format_GCS)
#define PARTS_SERROR PARTS(format_SERROR)
#define PARTS_BREAKPT PARTS(format_BREAKPT)
#define PARTS_SOFTSTP PARTS(format_SOFTSTP)
#define PARTS_WATCHPT PARTS(format_WATCHPT)
#define PARTS_COMMENT PARTS(format_COMMENT)
#define PARTS_PROFILING PARTS(format_PROFILING)

static const struct {
    const char *name;
    const char *doc;
    const struct format_part *parts;
    size_t count;
} ec_table[ESR_EC_COUNT] = {
#define X(id, name, code, format, doc) [code] = {name, doc, PARTS_##format},
    ESR_EC_TABLE(X)
#undef X
};

const char *esr_ec_name(unsigned ec)
{
    const char *name = ec_table[ec % ESR_EC_COUNT].name;

    return name ? name : "UNRECOGNIZED";
}

const char *esr_ec_doc(unsigned ec)
{
    const char *doc = ec_table[ec % ESR_EC_COUNT].doc;

    return doc ? doc : "Unallocated exception class";
}

int esr_ec_by_name(const char *name)
{
    for (int ec = 0; ec < ESR_EC_COUNT; ec++)
        if (ec_table[ec].name && strcasecmp(ec_table[ec].name, name) == 0)
            return ec;
    return -1;
}

bool esr_is_data_abort(uint64_t esr)
{
    unsigned ec = esr_ec(esr);

    return ec == ESR_EC_DABT_LOW || ec == ESR_EC_DABT_CUR;
}

bool esr_is_abort(uint64_t esr)
{
    unsigned ec = esr_ec(esr);

    return esr_is_data_abort(esr) || ec == ESR_EC_IABT_LOW || ec == ESR_EC_IABT_CUR;
}

static size_t decode_parts(uint64_t esr, const struct format_part *format, size_t count,
                           struct esr_part *parts, uint64_t *covered)
{
    size_t filled = 0;

    for (size_t i = 0; i < count; i++) {
        struct field field = esr_field_table[format[i].id].field;
        uint8_t rule = format[i].rule;

        *covered |= field_mask(field);
        if (!rules[rule].shown(esr))
            continue;
        parts[filled++] = (struct esr_part){
            .id = (enum esr_field_id)format[i].id,
            .value = field_get(esr, field),
            .not_valid = rules[rule].valid(esr) ? NULL : rules[rule].why_not,
        };
    }
    return filled;
}

size_t esr_decode(uint64_t esr, struct esr_part *parts, uint64_t *reserved)
{
    unsigned ec = esr_ec(esr);
    uint64_t covered = 0;
    size_t filled;

    filled = decode_parts(esr, format_common, sizeof(format_common) / sizeof(format_common[0]),
                          parts, &covered);
    filled += decode_parts(esr, ec_table[ec].parts, ec_table[ec].count, parts + filled, &covered);
    /* The rest of an IMPLEMENTATION DEFINED syndrome is not ours to call reserved. */
    if (ec == ESR_EC_SERROR && !ids_clear(esr))
        covered |= field_mask(ESR_ISS);
    *reserved = esr & ~covered;
    return filled;
}

const char *esr_field_meaning(enum esr_field_id id, uint64_t value)
{
    const struct esr_field *field = &esr_field_table[id];

    switch (field->show) {
    case ESR_SHOW_VALUES:
        return value < ESR_FIELD_MAX_MEANINGS ? field->meaning[value] : NULL;
    case ESR_SHOW_EC:
        return esr_ec_doc((unsigned)value);
    case ESR_SHOW_SERROR_FSC:
        if (value == SERROR_FSC_UNCATEGORIZED)
            return "Uncategorized error";
        return value == SERROR_FSC_ASYNC ? "Asynchronous SError exception" : NULL;
    case ESR_SHOW_DEBUG_FSC:
        return value == ESR_FSC_DEBUG ? "Debug exception" : NULL;
    case ESR_SHOW_FSC:
        return fsc_doc((unsigned)value);
    case ESR_SHOW_NUMBER:
    case ESR_SHOW_REG:
        break;
    }
    return NULL;
}

static enum esr_field_id find_part(const struct format_part *format, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcasecmp(esr_field_table[format[i].id].name, name) == 0)
            return (enum esr_field_id)format[i].id;
    return ESR_FIELD_COUNT;
}

enum esr_field_id esr_field_by_name(unsigned ec, const char *name)
{
    enum esr_field_id id =
        find_part(format_common, sizeof(format_common) / sizeof(format_common[0]), name);

    if (id == ESR_FIELD_COUNT)
        id = find_part(ec_table[ec % ESR_EC_COUNT].parts, ec_table[ec % ESR_EC_COUNT].count, name);
    return id;
}

/* Arm ARM, HPFAR_EL2: what is written by which stage-2 fault. */
const char *esr_ipa_unusable(uint64_t esr, bool *page_only)
{
    bool s1ptw = field_get(esr, ESR_S1PTW) != 0;
    unsigned ec = esr_ec(esr);

    *page_only = false;
    if (ec != ESR_EC_DABT_LOW && ec != ESR_EC_IABT_LOW)
        return "not an abort from a lower Exception level";
    switch (fsc_group_of(esr)) {
    case FSC_ADDRESS_SIZE:
    case FSC_TRANSLATION:
    case FSC_ACCESS_FLAG:
        *page_only = s1ptw;
        return NULL;
    case FSC_PERMISSION:
        if (s1ptw) {
            *page_only = true;
            return NULL;
        }
        return "HPFAR_EL2 is UNKNOWN for a permission fault with S1PTW=0";
    case FSC_GPF:
    case FSC_GPF_WALK:
        return "HPFAR_EL2 is written for a granule protection fault only if stage 2 had an IPA";
    default:
        return "HPFAR_EL2 is not written for this fault";
    }
}

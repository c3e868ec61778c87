/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ESR_ELx (Arm ARM D19.2, ESR_EL2): every field, exception class and fault status code, declared
 * once. A field's row gives its place to those who build a syndrome (ESR_SAS, ... below) and its
 * name, place and meaning to those who decode one (esr_field_table, esr_decode).
 */
#ifndef CPU_ARCH_ESR_H
#define CPU_ARCH_ESR_H

#include <stdbool.h>
#include <stddef.h>

#include "cpu/arch/field.h"

/* How a field's value is told. */
enum esr_show {
    ESR_SHOW_NUMBER, /* the row's doc says what is counted */
    ESR_SHOW_VALUES, /* the row names each value */
    ESR_SHOW_REG,    /* a general register */
    ESR_SHOW_EC,
    ESR_SHOW_FSC,
    ESR_SHOW_SERROR_FSC, /* as FSC, with SError's own codes */
    ESR_SHOW_DEBUG_FSC,  /* as FSC, with the code of debug exceptions */
};

/*
 * X(id, name, low bit, width, show, doc, meaning of value 0, of value 1, ...); a value without a
 * meaning is reserved. Formats that put the same thing in the same place share its row.
 */
#define ESR_FIELD_TABLE(X)                                                                         \
    X(EC, "EC", 26, 6, EC, "exception class", NULL)                                                \
    X(IL, "IL", 25, 1, VALUES, "instruction length", "16-bit instruction", "32-bit instruction")   \
    /* aborts */                                                                                   \
    X(ISV, "ISV", 24, 1, VALUES, "instruction syndrome valid",                                     \
      "syndrome not valid: [23:14] do not describe the access",                                    \
      "syndrome valid: [23:14] describe the access")                                               \
    X(SAS, "SAS", 22, 2, VALUES, "access size", "byte", "halfword", "word", "doubleword")          \
    X(SSE, "SSE", 21, 1, VALUES, "sign extension", "not sign-extended", "sign-extended")           \
    X(TOPLEVEL, "TopLevel", 21, 1, VALUES, "TopLevel permission check",                            \
      "not due to the TopLevel check", "due to the TopLevel check of FEAT_THE")                    \
    X(SRT, "SRT", 16, 5, REG, "transfer register", NULL)                                           \
    X(SF, "SF", 15, 1, VALUES, "width of the register", "32-bit register", "64-bit register")      \
    X(AR, "AR", 14, 1, VALUES, "ordering", "no acquire or release", "acquire or release")          \
    X(VNCR, "VNCR", 13, 1, VALUES, "VNCR_EL2 access", "not by VNCR_EL2",                           \
      "access to the page of VNCR_EL2")                                                            \
    X(SET, "SET", 11, 2, VALUES, "synchronous error type", "recoverable (UER)", NULL,              \
      "uncontainable (UC)", "restartable (UEO)")                                                   \
    X(LST, "LST", 11, 2, VALUES, "load/store type", "no 64-byte access", "ST64BV",                 \
      "LD64B or ST64B", "ST64BV0")                                                                 \
    X(FNV, "FnV", 10, 1, VALUES, "FAR not valid", "FAR is valid", "FAR is not valid")              \
    X(EA, "EA", 9, 1, NUMBER, "external abort type, IMPLEMENTATION DEFINED", NULL)                 \
    X(CM, "CM", 8, 1, VALUES, "cache maintenance", "not cache maintenance",                        \
      "cache maintenance or address translation instruction")                                      \
    X(S1PTW, "S1PTW", 7, 1, VALUES, "stage-2 fault of a stage-1 walk",                             \
      "not on a stage-1 table walk", "on the stage-2 translation of a stage-1 table walk")         \
    X(WNR, "WnR", 6, 1, VALUES, "direction", "read", "write")                                      \
    X(FSC, "FSC", 0, 6, FSC, "fault status code", NULL)                                            \
    X(DFSC, "DFSC", 0, 6, FSC, "data fault status code", NULL)                                     \
    X(IFSC, "IFSC", 0, 6, FSC, "instruction fault status code", NULL)                              \
    /* ISS2 of aborts */                                                                           \
    X(XS, "Xs", 32, 5, REG, "status or data register of a 64-byte store", NULL)                    \
    X(DIRTYBIT, "DirtyBit", 37, 1, VALUES, "dirty state", "not due to dirty state",                \
      "permission fault due to dirty state")                                                       \
    X(OVERLAY, "Overlay", 38, 1, VALUES, "overlay permission", "not due to an overlay",            \
      "permission fault due to an overlay")                                                        \
    X(ASSUREDONLY, "AssuredOnly", 39, 1, VALUES, "AssuredOnly", "not due to AssuredOnly",          \
      "permission fault due to AssuredOnly")                                                       \
    X(GCS, "GCS", 40, 1, VALUES, "Guarded Control Stack", "not a GCS access",                      \
      "Guarded Control Stack access")                                                              \
    X(TAGACCESS, "TagAccess", 41, 1, VALUES, "NoTagAccess", "not due to NoTagAccess",              \
      "permission fault due to NoTagAccess")                                                       \
    X(TND, "TnD", 42, 1, VALUES, "tag access", "data access", "allocation tag access")             \
    X(HDBSSF, "HDBSSF", 43, 1, VALUES, "dirty state tracking", "not due to HDBSS",                 \
      "fault writing the dirty state tracking structure")                                          \
    /* conditional AArch32 instructions, WFx, FP */                                                \
    X(CV, "CV", 24, 1, VALUES, "condition valid", "COND is not valid", "COND is valid")            \
    X(COND, "COND", 20, 4, NUMBER, "condition code; 0xe for A64", NULL)                            \
    X(WFX_RN, "RN", 5, 5, REG, "register of WFIT or WFET", NULL)                                   \
    X(WFX_RV, "RV", 2, 1, VALUES, "register valid", "RN is not valid", "RN is valid")              \
    X(WFX_TI, "TI", 0, 2, VALUES, "trapped instruction", "WFI", "WFE", "WFIT", "WFET")             \
    /* system registers, coprocessors */                                                           \
    X(SYS_OP0, "Op0", 20, 2, NUMBER, "op0", NULL)                                                  \
    X(SYS_OP2, "Op2", 17, 3, NUMBER, "op2", NULL)                                                  \
    X(SYS_OP1, "Op1", 14, 3, NUMBER, "op1", NULL)                                                  \
    X(SYS_CRN, "CRn", 10, 4, NUMBER, "CRn", NULL)                                                  \
    X(SYS_RT, "Rt", 5, 5, REG, "transfer register", NULL)                                          \
    X(SYS_CRM, "CRm", 1, 4, NUMBER, "CRm", NULL)                                                   \
    X(SYS_DIRECTION, "Direction", 0, 1, VALUES, "direction", "write (MSR, SYS, MCR)",              \
      "read (MRS, SYSL, MRC)")                                                                     \
    X(SYS128_RT, "Rt", 6, 4, NUMBER, "transfer register pair, first register / 2", NULL)           \
    X(CP_OPC1, "Opc1", 16, 4, NUMBER, "opc1", NULL)                                                \
    X(CP_RT2, "Rt2", 10, 5, REG, "second transfer register", NULL)                                 \
    X(CP_IMM8, "imm8", 12, 8, NUMBER, "immediate of the instruction", NULL)                        \
    X(CP_RN, "Rn", 5, 5, REG, "base register", NULL)                                               \
    X(CP_OFFSET, "Offset", 4, 1, VALUES, "offset", "subtracted", "added")                          \
    X(CP_AM, "AM", 1, 3, NUMBER, "addressing mode", NULL)                                          \
    /* calls, breakpoints */                                                                       \
    X(IMM16, "imm16", 0, 16, NUMBER, "immediate of the instruction", NULL)                         \
    X(CCKNOWNPASS, "CCKNOWNPASS", 19, 1, VALUES, "condition", "executed unconditionally",          \
      "conditional, and the condition passed")                                                     \
    X(COMMENT, "Comment", 0, 16, NUMBER, "immediate of the instruction", NULL)                     \
    /* single-purpose formats */                                                                   \
    X(LS64, "ISS", 0, 25, VALUES, "trapped instruction", "ST64BV", "ST64BV0", "LD64B or ST64B")    \
    X(BTYPE, "BTYPE", 0, 2, NUMBER, "PSTATE.BTYPE", NULL)                                          \
    X(ERET_A, "ERETA", 0, 1, VALUES, "key", "ERET, or ERETAA", "ERETAB")                           \
    X(ERET_PAC, "ERET", 1, 1, VALUES, "trapped instruction", "ERET", "ERETAA or ERETAB")           \
    X(TSTART_RD, "Rd", 5, 5, REG, "destination register", NULL)                                    \
    X(FPAC_DATA, "D", 1, 1, VALUES, "key", "instruction key", "data key")                          \
    X(FPAC_B, "B", 0, 1, VALUES, "key", "A key", "B key")                                          \
    X(SMTC, "SMTC", 0, 3, VALUES, "reason", "access to SME is trapped by CPTR_EL2 or CPACR_EL1",   \
      "illegal in Streaming SVE mode", "illegal outside Streaming SVE mode", "PSTATE.ZA is 0",     \
      "access to ZT0 is trapped")                                                                  \
    X(GPC_S2PTW, "S2PTW", 21, 1, VALUES, "stage-2 walk", "not on a stage-2 table walk",            \
      "on a stage-2 table walk")                                                                   \
    X(GPC_IND, "InD", 20, 1, VALUES, "access", "data access", "instruction fetch")                 \
    X(GPC_GPCSC, "GPCSC", 14, 6, NUMBER, "granule protection check status code", NULL)             \
    X(MOPS_MEMINST, "MemInst", 24, 1, VALUES, "instruction", "CPY*", "SET*")                       \
    X(MOPS_SETG, "isSETG", 23, 1, VALUES, "tags", "SET*", "SETG*")                                 \
    X(MOPS_OPTIONS, "Options", 19, 4, NUMBER, "options of the instruction", NULL)                  \
    X(MOPS_EPILOGUE, "FromEpilogue", 18, 1, VALUES, "step", "main", "epilogue")                    \
    X(MOPS_WRONGOPTION, "WrongOption", 17, 1, VALUES, "option", "option as expected",              \
      "PSTATE.C is not what the instruction expects")                                              \
    X(MOPS_OPTIONA, "OptionA", 16, 1, VALUES, "algorithm", "option B", "option A")                 \
    X(MOPS_DEST, "destreg", 10, 5, REG, "destination address register", NULL)                      \
    X(MOPS_SRC, "srcreg", 5, 5, REG, "source register", NULL)                                      \
    X(MOPS_SIZE, "sizereg", 0, 5, REG, "size register", NULL)                                      \
    X(FP_TFV, "TFV", 23, 1, VALUES, "trapped fault valid", "[7:0] are not valid",                  \
      "[7:0] say which exceptions were trapped")                                                   \
    X(FP_VECITR, "VECITR", 8, 3, NUMBER, "vector iteration count, AArch32 only", NULL)             \
    X(FP_IDF, "IDF", 7, 1, VALUES, "input denormal", "no", "input denormal")                       \
    X(FP_IXF, "IXF", 4, 1, VALUES, "inexact", "no", "inexact")                                     \
    X(FP_UFF, "UFF", 3, 1, VALUES, "underflow", "no", "underflow")                                 \
    X(FP_OFF, "OFF", 2, 1, VALUES, "overflow", "no", "overflow")                                   \
    X(FP_DZF, "DZF", 1, 1, VALUES, "divide by zero", "no", "divide by zero")                       \
    X(FP_IOF, "IOF", 0, 1, VALUES, "invalid operation", "no", "invalid operation")                 \
    X(GCS_EXTYPE, "ExType", 20, 4, VALUES, "type", "data check", "EXLOCK check",                   \
      "trapped GCSSTR or GCSSTTR")                                                                 \
    X(GCS_RADDR, "Raddr", 10, 5, REG, "address register of GCSSTR or GCSSTTR", NULL)               \
    X(GCS_RN, "Rn", 5, 5, REG, "register of the instruction", NULL)                                \
    X(GCS_IT, "IT", 0, 5, NUMBER, "instruction type", NULL)                                        \
    X(SERROR_IDS, "IDS", 24, 1, VALUES, "encoding", "architected syndrome",                        \
      "IMPLEMENTATION DEFINED syndrome in [23:0]")                                                 \
    X(SERROR_IESB, "IESB", 13, 1, VALUES, "error synchronization",                                 \
      "not taken at an implicit error synchronization event",                                      \
      "taken at an implicit error synchronization event")                                          \
    X(SERROR_AET, "AET", 10, 3, VALUES, "asynchronous error type", "uncontainable (UC)",           \
      "unrecoverable (UEU)", "restartable (UEO)", "recoverable (UER)", NULL, NULL,                 \
      "corrected (CE)")                                                                            \
    X(SERROR_DFSC, "DFSC", 0, 6, SERROR_FSC, "data fault status code", NULL)                       \
    X(DEBUG_FSC, "IFSC", 0, 6, DEBUG_FSC, "fault status code", NULL)                               \
    X(WP_DFSC, "DFSC", 0, 6, DEBUG_FSC, "data fault status code", NULL)                            \
    X(SS_EX, "EX", 6, 1, VALUES, "exclusive", "not a Load-Exclusive", "stepped a Load-Exclusive")  \
    X(SS_ISV, "ISV", 24, 1, VALUES, "syndrome valid", "EX is not valid", "EX is valid")            \
    X(WP_WPT, "WPT", 18, 6, NUMBER, "number of the watchpoint", NULL)                              \
    X(WP_WPTV, "WPTV", 17, 1, VALUES, "WPT valid", "WPT is not valid", "WPT is valid")             \
    X(WP_WPF, "WPF", 16, 1, VALUES, "false positive", "not a possible false positive",             \
      "possibly a false positive")                                                                 \
    X(WP_FNP, "FnP", 15, 1, VALUES, "FAR precision", "FAR is precise", "FAR is not precise")       \
    X(PMU_SYNC, "SYNC", 0, 1, VALUES, "synchronous", "asynchronous", "synchronous")

/* ESR_EC, ESR_IL, ESR_ISV, ...: what field_get and field_put take. */
#define X(id, name, lo, width, ...) static const struct field ESR_##id = {lo, width};
ESR_FIELD_TABLE(X)
#undef X

/* The 25 and 24 bits that depend on EC. */
static const struct field ESR_ISS = {0, 25};
static const struct field ESR_ISS2 = {32, 24};

enum esr_field_id {
#define X(id, ...) ESR_FIELD_##id,
    ESR_FIELD_TABLE(X)
#undef X
        ESR_FIELD_COUNT
};

#define ESR_FIELD_MAX_MEANINGS 8

struct esr_field {
    const char *name;
    struct field field;
    enum esr_show show;
    const char *doc;
    const char *meaning[ESR_FIELD_MAX_MEANINGS]; /* by value, for ESR_SHOW_VALUES; NULL: reserved */
};

extern const struct esr_field esr_field_table[ESR_FIELD_COUNT];

/*
 * Exception classes. X(id, name, code, format of the ISS, meaning). Names are the kernel's
 * (arch/arm64/include/asm/esr.h@7.2, ESR_ELx_EC_*); it has none for 0x14, 0x1b, 0x1e and 0x3d.
 */
#define ESR_EC_TABLE(X)                                                                            \
    X(UNKNOWN, "UNKNOWN", 0x00, NONE, "Unknown reason")                                            \
    X(WFX, "WFx", 0x01, WFX, "Trapped WFI, WFE, WFIT or WFET")                                     \
    X(CP15_32, "CP15_32", 0x03, MCR, "Trapped MCR or MRC, coproc 0b1111 (AArch32)")                \
    X(CP15_64, "CP15_64", 0x04, MCRR, "Trapped MCRR or MRRC, coproc 0b1111 (AArch32)")             \
    X(CP14_MR, "CP14_MR", 0x05, MCR, "Trapped MCR or MRC, coproc 0b1110 (AArch32)")                \
    X(CP14_LS, "CP14_LS", 0x06, LDC, "Trapped LDC or STC (AArch32)")                               \
    X(FP_ASIMD, "FP_ASIMD", 0x07, FP, "Trapped access to SIMD, floating-point, SVE or SME")        \
    X(CP10_ID, "CP10_ID", 0x08, MCR, "Trapped VMRS of an ID register (AArch32)")                   \
    X(PAC, "PAC", 0x09, NONE, "Trapped pointer authentication instruction or key register")        \
    X(OTHER, "OTHER", 0x0a, LS64, "Trapped LD64B, ST64B, ST64BV or ST64BV0")                       \
    X(CP14_64, "CP14_64", 0x0c, MCRR, "Trapped MRRC, coproc 0b1110 (AArch32)")                     \
    X(BTI, "BTI", 0x0d, BTI, "Branch Target exception")                                            \
    X(ILL, "ILL", 0x0e, NONE, "Illegal Execution state")                                           \
    X(SVC32, "SVC32", 0x11, CALL, "SVC in AArch32 state")                                          \
    X(HVC32, "HVC32", 0x12, CALL, "HVC in AArch32 state")                                          \
    X(SMC32, "SMC32", 0x13, SMC32, "SMC in AArch32 state")                                         \
    X(SYSREG128, "SYSREG128", 0x14, SYS128, "Trapped MSRR, MRRS or 128-bit SYS")                   \
    X(SVC64, "SVC64", 0x15, CALL, "SVC in AArch64 state")                                          \
    X(HVC64, "HVC64", 0x16, CALL, "HVC in AArch64 state")                                          \
    X(SMC64, "SMC64", 0x17, CALL, "SMC in AArch64 state")                                          \
    X(SYS64, "SYS64", 0x18, SYS, "Trapped MSR, MRS or System instruction")                         \
    X(SVE, "SVE", 0x19, NONE, "Trapped access to SVE")                                             \
    X(ERET, "ERET", 0x1a, ERET, "Trapped ERET, ERETAA or ERETAB")                                  \
    X(TSTART, "TSTART", 0x1b, TSTART, "Trapped TSTART")                                            \
    X(FPAC, "FPAC", 0x1c, FPAC, "Pointer authentication failure")                                  \
    X(SME, "SME", 0x1d, SME, "Trapped access to SME")                                              \
    X(GPC, "GPC", 0x1e, GPC, "Granule Protection Check exception (taken to EL3)")                  \
    X(IMP_DEF, "IMP_DEF", 0x1f, NONE, "IMPLEMENTATION DEFINED exception (taken to EL3)")           \
    X(IABT_LOW, "IABT_LOW", 0x20, IABT, "Instruction Abort from a lower Exception level")          \
    X(IABT_CUR, "IABT_CUR", 0x21, IABT, "Instruction Abort from the same Exception level")         \
    X(PC_ALIGN, "PC_ALIGN", 0x22, NONE, "PC alignment fault")                                      \
    X(DABT_LOW, "DABT_LOW", 0x24, DABT, "Data Abort from a lower Exception level")                 \
    X(DABT_CUR, "DABT_CUR", 0x25, DABT, "Data Abort from the same Exception level")                \
    X(SP_ALIGN, "SP_ALIGN", 0x26, NONE, "SP alignment fault")                                      \
    X(MOPS, "MOPS", 0x27, MOPS, "Memory Operation exception")                                      \
    X(FP_EXC32, "FP_EXC32", 0x28, FPEXC, "Trapped floating-point exception (AArch32)")             \
    X(FP_EXC64, "FP_EXC64", 0x2c, FPEXC, "Trapped floating-point exception (AArch64)")             \
    X(GCS, "GCS", 0x2d, GCS, "Guarded Control Stack exception")                                    \
    X(SERROR, "SERROR", 0x2f, SERROR, "SError exception")                                          \
    X(BREAKPT_LOW, "BREAKPT_LOW", 0x30, BREAKPT, "Breakpoint from a lower Exception level")        \
    X(BREAKPT_CUR, "BREAKPT_CUR", 0x31, BREAKPT, "Breakpoint from the same Exception level")       \
    X(SOFTSTP_LOW, "SOFTSTP_LOW", 0x32, SOFTSTP, "Software Step from a lower Exception level")     \
    X(SOFTSTP_CUR, "SOFTSTP_CUR", 0x33, SOFTSTP, "Software Step from the same Exception level")    \
    X(WATCHPT_LOW, "WATCHPT_LOW", 0x34, WATCHPT, "Watchpoint from a lower Exception level")        \
    X(WATCHPT_CUR, "WATCHPT_CUR", 0x35, WATCHPT, "Watchpoint from the same Exception level")       \
    X(BKPT32, "BKPT32", 0x38, COMMENT, "BKPT in AArch32 state")                                    \
    X(VECTOR32, "VECTOR32", 0x3a, BREAKPT, "Vector Catch (AArch32)")                               \
    X(BRK64, "BRK64", 0x3c, COMMENT, "BRK in AArch64 state")                                       \
    X(PROFILING, "PROFILING", 0x3d, PROFILING, "Profiling exception")

enum esr_ec {
#define X(id, name, code, format, doc) ESR_EC_##id = code,
    ESR_EC_TABLE(X)
#undef X
};

#define ESR_EC_COUNT 64 /* values of the field; those not in the table are unallocated */

/* Fault status codes without a level, and the first of those with levels 0..3. */
#define ESR_FSC_TABLE(X)                                                                           \
    X(ADDRESS_SIZE_L0, 0x00)                                                                       \
    X(TRANSLATION_L0, 0x04)                                                                        \
    X(ACCESS_FLAG_L0, 0x08)                                                                        \
    X(PERMISSION_L0, 0x0c)                                                                         \
    X(EXTERNAL, 0x10)                                                                              \
    X(TAG_CHECK, 0x11)                                                                             \
    X(EXTERNAL_WALK_L0, 0x14)                                                                      \
    X(PARITY, 0x18)                                                                                \
    X(PARITY_WALK_L0, 0x1c)                                                                        \
    X(ALIGNMENT, 0x21)                                                                             \
    X(GPF_WALK_L0, 0x24)                                                                           \
    X(GPF, 0x28)                                                                                   \
    X(TLB_CONFLICT, 0x30)                                                                          \
    X(HW_UPDATE, 0x31)                                                                             \
    X(LOCKDOWN, 0x34)                                                                              \
    X(EXCLUSIVE, 0x35)

enum esr_fsc {
#define X(id, code) ESR_FSC_##id = code,
    ESR_FSC_TABLE(X)
#undef X
};

#define ESR_FSC_COUNT 64
#define ESR_FSC_DEBUG 0x22u /* of breakpoints, watchpoints, software step; a GPF code in aborts */

/* What a fault status code means, the level apart. */
enum fsc_group {
    FSC_ADDRESS_SIZE,
    FSC_TRANSLATION,
    FSC_ACCESS_FLAG,
    FSC_PERMISSION,
    FSC_EXTERNAL,
    FSC_EXTERNAL_WALK,
    FSC_TAG_CHECK,
    FSC_PARITY,
    FSC_PARITY_WALK,
    FSC_ALIGNMENT,
    FSC_GPF,
    FSC_GPF_WALK,
    FSC_TLB_CONFLICT,
    FSC_HW_UPDATE,
    FSC_LOCKDOWN,
    FSC_EXCLUSIVE,
    FSC_GROUP_COUNT
};

#define FSC_NO_LEVEL INT8_MIN

struct fsc_desc {
    const char *name; /* "translation-l3", "external", ...; NULL: reserved */
    const char *doc;  /* "Translation fault, level 3" */
    enum fsc_group group;
    int8_t level; /* -2..3, or FSC_NO_LEVEL */
};

/* Indexed by code, 0..63. */
extern const struct fsc_desc fsc_table[ESR_FSC_COUNT];

/* The kernel's name of a class, "UNRECOGNIZED" when it is unallocated; ec is masked to six bits. */
const char *esr_ec_name(unsigned ec);
/* "Data Abort from a lower Exception level"; "Unallocated exception class". */
const char *esr_ec_doc(unsigned ec);
/* Code of the class with that name (any case), or -1. */
int esr_ec_by_name(const char *name);

/* "translation-l3"; "reserved". code is masked to six bits. */
const char *fsc_name(unsigned code);
/* "Translation fault, level 3"; "Reserved fault status code". */
const char *fsc_doc(unsigned code);
/* The code with that name (any case), or -1. */
int fsc_by_name(const char *name);
/* The code of a group at a level (FSC_NO_LEVEL for a group without), or -1 if it has none. */
int fsc_encode(enum fsc_group group, int level);

static inline unsigned esr_ec(uint64_t esr)
{
    return (unsigned)field_get(esr, ESR_EC);
}

static inline unsigned esr_fsc(uint64_t esr)
{
    return (unsigned)field_get(esr, ESR_FSC);
}

/* Data or instruction abort, from a lower or the same Exception level. */
bool esr_is_abort(uint64_t esr);
bool esr_is_data_abort(uint64_t esr);

/* One field of a value as its format reads it. */
struct esr_part {
    enum esr_field_id id;
    uint64_t value;
    const char *not_valid; /* why the value says nothing ("not valid because ISV=0"), or NULL */
};

#define ESR_MAX_PARTS 32

/*
 * Splits a value into the fields of its class's format, highest bit first within [31:0], then ISS2.
 * Returns how many of parts (room for ESR_MAX_PARTS) are filled. *reserved gets the set bits that
 * no field of the format covers.
 */
size_t esr_decode(uint64_t esr, struct esr_part *parts, uint64_t *reserved);

/* Meaning of a field's value: as the row says; NULL for a plain number or a reserved value. */
const char *esr_field_meaning(enum esr_field_id id, uint64_t value);

/* The field of the class's format with that name (any case), or ESR_FIELD_COUNT. EC and IL too. */
enum esr_field_id esr_field_by_name(unsigned ec, const char *name);

/*
 * Whether HPFAR and FAR of a stage-2 abort with this syndrome give the faulting IPA. NULL if they
 * do, else why not, in a few words. *page_only is set when HPFAR is good but FAR[11:0] is not its
 * offset.
 */
const char *esr_ipa_unusable(uint64_t esr, bool *page_only);

#endif

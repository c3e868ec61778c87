/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/report/insn_explain.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cpu/arch/esr.h"
#include "cpu/syndrome.h"
#include "kvm_model/mmio.h"
#include "sim/report/esr_explain.h"

#define NO_REGISTER 31
#define FAULT_LEVEL 3 /* of the example: the status is the fault's, the rest the instruction's */
#define SIGN_PROBE 0x80
#define WIDE_ELEMENT 16

const char *insn_fate_name(enum insn_fate fate)
{
    static const char *const names[] = {
        [INSN_EMULATED] = "yes",    [INSN_WRONG_VALUE] = "wrong value",
        [INSN_SKIPPED] = "skipped", [INSN_REFUSED] = "no",
        [INSN_ABORTED] = "no",
    };
    return names[fate];
}

static const char *class_name(enum insn_class cls)
{
    static const char *const names[] = {
        [INSN_OTHER] = "other",
        [INSN_LOAD] = "load",
        [INSN_STORE] = "store",
        [INSN_ATOMIC] = "atomic read-modify-write",
        [INSN_CACHE_OP] = "cache or address maintenance",
        [INSN_ZERO] = "zeroing of a block",
        [INSN_HVC] = "call of the hypervisor",
        [INSN_SMC] = "call of the monitor",
        [INSN_SVC] = "call of the operating system",
        [INSN_WFX] = "wait for event or interrupt",
        [INSN_SYSREG] = "system register access",
        [INSN_BRK] = "breakpoint",
        [INSN_ERET] = "return from exception",
    };
    return names[cls];
}

/* --- registers and addresses -------------------------------------------------------------------
 */

static const char *general(char *text, size_t size, unsigned n, bool sixty_four)
{
    if (n == NO_REGISTER)
        snprintf(text, size, "%czr", sixty_four ? 'x' : 'w');
    else
        snprintf(text, size, "%c%u", sixty_four ? 'x' : 'w', n);
    return text;
}

static const char *base(char *text, size_t size, unsigned n)
{
    if (n == NO_REGISTER)
        snprintf(text, size, "sp");
    else
        snprintf(text, size, "x%u", n);
    return text;
}

/* A transfer register: B, H, S, D, Q or V of the vector registers, else W or X. */
static void transfer_register(const struct insn *insn, unsigned n, char *text, size_t size)
{
    static const char letters[] = {[1] = 'b', [2] = 'h', [4] = 's', [8] = 'd', [16] = 'q'};
    if (!insn->simd)
        general(text, size, n, insn->sixty_four);
    else if (insn->elements <= 2)
        snprintf(text, size, "%c%u", letters[insn->size], n);
    else
        snprintf(text, size, "vector registers from %u on", n);
}

static bool is_pair(const struct insn *insn)
{
    bool moves = insn->cls == INSN_LOAD || insn->cls == INSN_STORE;
    return moves && insn->elements == 2 && (!insn->simd || strstr(insn->group, "pair"));
}

static void describe_transfer(struct insn_explanation *out)
{
    const struct insn *insn = &out->insn;
    char first[40], second[40];
    if (insn->cls != INSN_LOAD && insn->cls != INSN_STORE && insn->cls != INSN_ATOMIC)
        return;
    transfer_register(insn, insn->rt, first, sizeof(first));
    if (insn->elements == 0)
        return;
    if (is_pair(insn)) {
        transfer_register(insn, insn->rt2, second, sizeof(second));
        snprintf(out->transfer, sizeof(out->transfer), "%s, %s", first, second);
    } else {
        snprintf(out->transfer, sizeof(out->transfer), "%s", first);
    }
}

static void describe_index(const struct insn *insn, char *text, size_t size)
{
    static const char *const extends[8] = {[2] = "UXTW", [3] = "LSL", [6] = "SXTW", [7] = "SXTX"};
    char rm[8];
    const char *extend = extends[insn->extend & 7] ? extends[insn->extend & 7] : "LSL";
    general(rm, sizeof(rm), insn->rm, (insn->extend & 1) != 0);
    snprintf(text, size, "(%s, %s #%u)", rm, extend, insn->shift);
}

static void describe_address(const struct insn *insn, char *text, size_t size)
{
    char rn[8], index[40];
    const char *unit = insn->imm_by_vl ? " eighths of a vector" : "";
    base(rn, sizeof(rn), insn->rn);
    switch (insn->addressing) {
    case ADDR_BASE_IMM:
        if (insn->imm == 0)
            snprintf(text, size, "%s", rn);
        else
            snprintf(text, size, "%s %c %" PRIu64 "%s", rn, insn->imm < 0 ? '-' : '+',
                     (uint64_t)(insn->imm < 0 ? -insn->imm : insn->imm), unit);
        break;
    case ADDR_BASE_REG:
        describe_index(insn, index, sizeof(index));
        snprintf(text, size, "%s + %s", rn, index);
        break;
    case ADDR_PC_REL:
        snprintf(text, size, "PC %+" PRId64, insn->imm);
        break;
    case ADDR_PRE_INDEX:
        snprintf(text, size, "%s %+" PRId64 ", written back to %s before", rn, insn->imm, rn);
        break;
    case ADDR_POST_INDEX:
        if (insn->imm || insn->rm == NO_REGISTER)
            snprintf(text, size, "%s, and %" PRId64 " added to %s afterwards", rn, insn->imm, rn);
        else
            snprintf(text, size, "%s, which is changed afterwards", rn);
        break;
    case ADDR_REG:
        snprintf(text, size, "%s, as it is", general(rn, sizeof(rn), insn->rt, true));
        break;
    }
}

/* --- syndrome ----------------------------------------------------------------------------------
 */

static bool writes_back(const struct insn *insn)
{
    return insn->addressing == ADDR_PRE_INDEX || insn->addressing == ADDR_POST_INDEX;
}

/* Arm ARM, ESR_EL2, ISS encoding for a Data Abort, ISV: one general register and nothing else. */
static const char *why_no_isv(const struct insn *insn)
{
    if (insn->isv)
        return NULL;
    if (insn->cls == INSN_CACHE_OP)
        return "it is a maintenance instruction: CM=1 says so";
    if (insn->cls == INSN_ZERO)
        return "it writes a block, no register";
    if (insn->cls == INSN_ATOMIC)
        return "it reads and writes memory: ISV is for plain loads and stores";
    if (insn->exclusive)
        return "it is an exclusive access";
    if (insn->simd)
        return "SRT cannot name a SIMD&FP register";
    if (is_pair(insn))
        return writes_back(insn) ? "it transfers two registers and writes the base back"
                                 : "it transfers two registers, and SRT names one";
    if (writes_back(insn))
        return "it writes the base register back, which the syndrome has no room for";
    return "its class has no valid syndrome";
}

/* CPY* and SET*: 0x19 in bits 29:24, 01 in 11:10 (Arm ARM C4.1, memory copy and memory set). */
#define MOPS_MASK 0x3f200c00u
#define MOPS_WORD 0x19000400u

static const char *why_no_trap(const struct insn_explanation *out)
{
    if ((out->insn.word & MOPS_MASK) == MOPS_WORD)
        return "memory copies and sets are not decoded here; a device's fault of one has ISV=0";
    if (strncmp(out->text, ".inst", 5) == 0 || strncmp(out->text, "udf", 3) == 0)
        return "it is no instruction that is known: UNDEFINED, which EL1 takes";
    return "it reaches neither memory nor EL2 by itself";
}

static void find_syndrome(struct insn_explanation *out)
{
    const struct insn *insn = &out->insn;
    bool write = insn->cls == INSN_STORE || insn->cls == INSN_ZERO;
    const struct fault fault = {
        .kind = FAULT_TRANSLATION,
        .type = write ? ACCESS_WRITE : ACCESS_READ,
        .stage = 2,
        .level = FAULT_LEVEL,
        .ipa_valid = true,
    };
    if (insn_is_memory(insn) && insn->elements == 0) {
        out->no_trap = "it never faults: on a device nothing happens";
    } else if (insn->cls == INSN_OTHER) {
        out->no_trap = why_no_trap(out);
    } else if (insn_is_memory(insn)) {
        out->has_esr = out->is_abort = true;
        out->esr = syndrome_data_abort(insn, &fault, 2, false).esr;
        out->no_isv = field_get(out->esr, ESR_ISV) ? NULL : why_no_isv(insn);
    } else {
        out->has_esr = true;
        out->esr = syndrome_trap(insn);
    }
}

/* --- hosts -------------------------------------------------------------------------------------
 */

/* Asks the model for a value with the sign bit of the access set. */
static bool keeps_sign(const struct kvm_variant *kernel, const struct insn *insn)
{
    struct kvm_mmio_load load = {
        .len = insn->size, .sign_extend = insn->sign_extend, .sixty_four = insn->sixty_four};
    uint64_t probe = (uint64_t)SIGN_PROBE << (insn->size - 1) * 8;
    return kvm_mmio_load_value(kernel->mmio_sign, &load, probe) ==
           kvm_mmio_load_value(KVM_MMIO_SIGN_AFTER_SWAP, &load, probe);
}

static void decide(struct insn_host *host, const struct insn_explanation *out)
{
    if (field_get(out->esr, ESR_CM)) {
        host->fate = INSN_SKIPPED;
        host->what = "KVM has nothing to do: the guest goes on behind it";
    } else if (field_get(out->esr, ESR_ISV) && !host->realm &&
               !keeps_sign(host->kernel, &out->insn)) {
        host->fate = INSN_WRONG_VALUE;
        host->what = "KVM_EXIT_MMIO, but the sign of the value is lost";
    } else if (field_get(out->esr, ESR_ISV)) {
        host->fate = INSN_EMULATED;
        host->what = host->realm ? "KVM_EXIT_MMIO, or a device in the kernel, and the RMM"
                                 : "KVM_EXIT_MMIO, or a device in the kernel";
    } else if (host->realm && host->kernel->realm_nisv == KVM_REALM_NISV_SEA) {
        host->fate = INSN_ABORTED;
        host->what = "io_mem_abort has the RMM inject an external abort";
    } else {
        host->fate = INSN_REFUSED;
        host->what = "-ENOSYS; KVM_EXIT_ARM_NISV if user space enabled it";
    }
}

static void ask_hosts(struct insn_explanation *out)
{
    const struct kvm_variant *kernel;
    for (size_t i = 0; (kernel = kvm_variant_at(i)) != NULL; i++)
        for (unsigned realm = 0; realm <= (kernel->rmi != NULL) && out->host_count < INSN_MAX_HOSTS;
             realm++) {
            struct insn_host *host = &out->hosts[out->host_count++];
            *host = (struct insn_host){.kernel = kernel, .realm = realm != 0};
            decide(host, out);
        }
}

/* --- what to write instead ---------------------------------------------------------------------
 */

static void add(struct insn_explanation *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void add(struct insn_explanation *out, const char *format, ...)
{
    va_list args;
    if (out->instead_count == INSN_MAX_INSTEAD)
        return;
    va_start(args, format);
    vsnprintf(out->instead[out->instead_count++], INSN_TEXT_SIZE, format, args);
    va_end(args);
}

/* A load or store of one general register of the same size. */
static void add_single(struct insn_explanation *out, unsigned rt, int64_t offset)
{
    static const char *const suffixes[] = {[1] = "b", [2] = "h", [4] = "", [8] = ""};
    const struct insn *insn = &out->insn;
    bool load = insn->cls == INSN_LOAD;
    bool sign = load && insn->sign_extend;
    char name[8], rn[8];
    general(name, sizeof(name), rt, insn->size == 8 || (sign && insn->sixty_four));
    base(rn, sizeof(rn), insn->rn);
    /* LDUR and STUR reach what is below the base. */
    add(out, "%s%s%s%s %s, [%s%s", load ? "ld" : "st", offset < 0 ? "ur" : "r", sign ? "s" : "",
        sign && insn->size == 4 ? "w" : suffixes[insn->size], name, rn, offset ? "" : "]");
    if (offset) {
        char *text = out->instead[out->instead_count - 1];
        size_t used = strlen(text);
        snprintf(text + used, INSN_TEXT_SIZE - used, ", #%" PRId64 "]", offset);
    }
}

static void add_to_base(struct insn_explanation *out)
{
    const struct insn *insn = &out->insn;
    char rn[8], rm[8];
    base(rn, sizeof(rn), insn->rn);
    if (insn->imm == 0 && insn->rm != NO_REGISTER)
        add(out, "add %s, %s, %s", rn, rn, general(rm, sizeof(rm), insn->rm, true));
    else
        add(out, "%s %s, %s, #%" PRIu64, insn->imm < 0 ? "sub" : "add", rn, rn,
            (uint64_t)(insn->imm < 0 ? -insn->imm : insn->imm));
}

/* Both halves; the one that overwrites the base comes last. */
static void add_pair(struct insn_explanation *out, int64_t offset)
{
    const struct insn *insn = &out->insn;
    bool first_is_base = insn->cls == INSN_LOAD && insn->rt == insn->rn && insn->rt != NO_REGISTER;
    if (!first_is_base)
        add_single(out, insn->rt, offset);
    add_single(out, insn->rt2, offset + insn->size);
    if (first_is_base)
        add_single(out, insn->rt, offset);
}

static void replace_general(struct insn_explanation *out)
{
    const struct insn *insn = &out->insn;
    int64_t offset = insn->addressing == ADDR_BASE_IMM ? insn->imm : 0;
    if (insn->addressing == ADDR_PRE_INDEX)
        add_to_base(out);
    if (is_pair(insn))
        add_pair(out, offset);
    else
        add_single(out, insn->rt, offset);
    if (insn->addressing == ADDR_POST_INDEX)
        add_to_base(out);
    out->instead_note = is_pair(insn) ? "two accesses in place of one" : NULL;
}

static void find_instead(struct insn_explanation *out)
{
    const struct insn *insn = &out->insn;
    bool moves = insn->cls == INSN_LOAD || insn->cls == INSN_STORE;
    bool plain = moves && !insn->simd && !insn->exclusive && !insn->ordered && insn->size <= 8 &&
                 (is_pair(insn) || (insn->elements == 1 && writes_back(insn)));
    if (!out->is_abort || !out->no_isv || field_get(out->esr, ESR_CM))
        return;
    if (plain)
        replace_general(out);
    else if (insn->cls == INSN_ATOMIC)
        out->instead_note =
            "load, change and store one after the other: not atomic, which a device "
            "seldom needs";
    else if (insn->exclusive)
        out->instead_note = "a plain load or store: exclusives need memory that keeps a monitor";
    else if (insn->cls == INSN_ZERO)
        out->instead_note = "stores of XZR, 8 bytes each";
    else if (moves && insn->simd && insn->size < WIDE_ELEMENT && insn->elements == 1)
        out->instead_note = "a load or store of a general register, and FMOV";
    else
        out->instead_note = "loads or stores of general registers, 8 bytes at most each";
}

/* The control that makes it an exception to EL2 (Arm ARM, pseudocode of each instruction). */
static const char *when_taken(const struct insn *insn)
{
    static const char *const by_class[] = {
        [INSN_HVC] = "always; ELR_EL2 is the instruction behind it",
        [INSN_SMC] = "with HCR_EL2.TSC=1, which KVM and RMM set; ELR_EL2 is its own address",
        [INSN_SVC] = "with HCR_EL2.TGE=1 only, and no guest runs so: EL1 takes it",
        [INSN_WFX] = "with HCR_EL2.TWI=1 (WFI, WFIT) or TWE=1 (WFE, WFET), if it would wait",
        [INSN_SYSREG] = "if a trap bit covers it: HCR_EL2, MDCR_EL2, CPTR_EL2, HFGRTR_EL2, ...",
        [INSN_BRK] = "with MDCR_EL2.TDE=1 only (a debugger in user space); else EL1 takes it",
        [INSN_ERET] = "with HCR_EL2.NV=1 only: of a guest that is a hypervisor",
    };

    if (strcmp(insn->group, "msr_imm") == 0)
        return "never for DAIFSet, DAIFClr, SPSel, PAN, UAO, DIT; ALLINT with HCRX_EL2.TALLINT=1";
    return insn->cls < sizeof(by_class) / sizeof(by_class[0]) ? by_class[insn->cls] : NULL;
}

static void ask_kvm(struct insn_explanation *out)
{
    const struct esr_input in = {.esr = out->esr};
    struct esr_explanation esr;

    esr_explain(&in, &esr);
    out->kvm = esr.kvm;
    out->when = when_taken(&out->insn);
}

void insn_explain(uint32_t word, struct insn_explanation *out)
{
    *out = (struct insn_explanation){0};
    insn_decode(word, &out->insn);
    insn_text(word, 0, out->text, sizeof(out->text));
    out->class_name = class_name(out->insn.cls);
    describe_transfer(out);
    if (insn_is_memory(&out->insn))
        describe_address(&out->insn, out->address, sizeof(out->address));
    find_syndrome(out);
    if (out->is_abort)
        ask_hosts(out);
    else if (out->has_esr)
        ask_kvm(out);
    find_instead(out);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/report/trap_text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cpu/fault.h"
#include "cpu/insn.h"
#include "cpu/trap_table.h"
#include "kvm_model/mmio.h"
#include "rmm_model/rsi.h"
#include "sim/report/esr_text.h"
#include "sim/report/trap_answer.h"

const char *event_text(const struct event *event, const char *field)
{
    const char *text = event ? (const char *)(uintptr_t)event_arg(event, field) : NULL;
    return text ? text : "?";
}

const char *errno_text(int64_t number)
{
    /* Linux's names and numbers (asm-generic/errno-base.h, errno.h): what KVM_RUN returns. */
    static const struct {
        int number;
        const char *name;
    } names[] = {{1, "-EPERM"},   {2, "-ENOENT"},  {4, "-EINTR"},   {5, "-EIO"},
                 {6, "-ENXIO"},   {7, "-E2BIG"},   {8, "-ENOEXEC"}, {11, "-EAGAIN"},
                 {12, "-ENOMEM"}, {13, "-EACCES"}, {14, "-EFAULT"}, {16, "-EBUSY"},
                 {17, "-EEXIST"}, {19, "-ENODEV"}, {22, "-EINVAL"}, {38, "-ENOSYS"}};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i].number == number)
            return names[i].name;
    return "an error";
}

const char *trap_insn_text(const struct trap_view *view, char *text)
{
    uint32_t word = view->step ? (uint32_t)event_arg(view->step, "insn") : 0;
    if (!view->step)
        snprintf(text, TRAP_TEXT_SIZE, "-");
    else if (view->step->kind == EV_GUEST_FETCH && word == 0)
        snprintf(text, TRAP_TEXT_SIZE, "(fetch)");
    else
        insn_text(word, trap_pc(view), text, TRAP_TEXT_SIZE);
    return text;
}

const char *pc_label(const struct scn_guest *guest, uint64_t pc, char *text)
{
    const struct scn_label *best = NULL;
    for (size_t i = 0; i < guest->label_count; i++) {
        const struct scn_label *label = &guest->labels[i];
        if (label->address <= pc && pc - label->address < GRANULE_SIZE &&
            (!best || label->address > best->address))
            best = label;
    }
    if (!best)
        text[0] = '\0';
    else if (best->address == pc)
        snprintf(text, TRAP_TEXT_SIZE, "%s", best->name);
    else
        snprintf(text, TRAP_TEXT_SIZE, "%s+0x%" PRIx64, best->name, pc - best->address);
    return text;
}

const char *trap_exception(const struct trap_view *view, char *text)
{
    if (!view->vector) {
        snprintf(text, TRAP_TEXT_SIZE, "no exception");
        return text;
    }
    uint64_t esr = event_arg(view->vector, "esr");
    const char *ec = esr_ec_name(esr_ec(esr));
    const char *to = trap_el(view) == 1 ? "to EL1: " : "";
    if (esr_is_abort(esr) && view->fault && event_arg(view->fault, "stage") == 2)
        snprintf(text, TRAP_TEXT_SIZE, "%s%s %s ipa 0x%" PRIx64, to, ec, fsc_name(esr_fsc(esr)),
                 event_arg(view->fault, "ipa"));
    else if (esr_is_abort(esr))
        snprintf(text, TRAP_TEXT_SIZE, "%s%s %s va 0x%" PRIx64, to, ec, fsc_name(esr_fsc(esr)),
                 event_arg(view->vector, "far"));
    else if (esr_ec(esr) == ESR_EC_HVC64 || esr_ec(esr) == ESR_EC_SMC64 ||
             esr_ec(esr) == ESR_EC_SVC64)
        snprintf(text, TRAP_TEXT_SIZE, "%s%s #%" PRIu64, to, ec, field_get(esr, ESR_IMM16));
    else
        snprintf(text, TRAP_TEXT_SIZE, "%s%s", to, ec);
    return text;
}

/* An instruction that is UNDEFINED by no control. */
static const char *undefined_text(const char *cause)
{
    static const struct {
        const char *cause, *text;
    } texts[] = {
        {TRAP_CAUSE_UNALLOCATED, "no register or instruction has this encoding"},
        {TRAP_CAUSE_ABSENT, "of a feature that this CPU has not"},
        {TRAP_CAUSE_INACCESSIBLE, "not accessible from this EL, or in this direction"},
        {TRAP_CAUSE_ALWAYS_UNDEFINED, "always so"},
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (strcmp(cause, texts[i].cause) == 0)
            return texts[i].text;
    return NULL;
}

static const char *insn_cause_text(const struct trap_view *view, const char *cause, char *text)
{
    int64_t bit = (int64_t)event_arg(view->step, "bit");
    const char *undefined = undefined_text(cause);
    unsigned ec = esr_ec(event_arg(view->vector, "esr"));
    if (undefined) {
        snprintf(text, TRAP_TEXT_SIZE, "%s", undefined);
        return "undefined";
    }
    if (bit >= 0) {
        snprintf(text, TRAP_TEXT_SIZE, "%s = %" PRId64, cause, bit);
        return trap_el(view) == 1 && ec == ESR_EC_UNKNOWN ? "undefined" : "trapped by";
    }
    if (trap_el(view) != 1)
        return NULL;
    if (strcmp(cause, TRAP_CAUSE_BREAKPOINT) == 0)
        snprintf(text, TRAP_TEXT_SIZE, "MDCR_EL2.TDE = 0: no debugger in the host takes it");
    else
        snprintf(text, TRAP_TEXT_SIZE, "a call of the guest's own kernel");
    return "to EL1";
}

/* Of an access: stage 2 is EL2's without a control; external aborts go by HCR_EL2.TEA. */
static const char *access_cause_text(const struct trap_view *view, char *text)
{
    const char *kind = event_text(view->fault, "kind");
    bool external = view->fault && (strcmp(kind, fault_kind_name(FAULT_EXTERNAL)) == 0 ||
                                    strcmp(kind, fault_kind_name(FAULT_EXTERNAL_WALK)) == 0);
    unsigned el = trap_el(view);
    if (external && event_arg(view->fault, "stage") != 2) {
        snprintf(text, TRAP_TEXT_SIZE, "HCR_EL2.TEA = %d", el == 2);
        return el == 2 ? "trapped by" : "to EL1";
    }
    if (el != 1)
        return NULL;
    if (view->fault && event_arg(view->fault, "stage") == 1)
        snprintf(text, TRAP_TEXT_SIZE, "stage 1 is the guest's own");
    else
        snprintf(text, TRAP_TEXT_SIZE, "found before stage 2 is asked");
    return "to EL1";
}

const char *trap_cause_text(const struct trap_view *view, char *text)
{
    const char *cause = NULL;
    *text = '\0';
    if (!view->vector)
        return NULL;
    if (!view->step || view->step->kind != EV_GUEST_INSN)
        return access_cause_text(view, text);
    cause = (const char *)(uintptr_t)event_arg(view->step, "cause");
    return cause ? insn_cause_text(view, cause, text) : NULL; /* an older recording has none */
}

static const struct event *find_either(const struct trap_view *view, enum event_kind a,
                                       enum event_kind b)
{
    const struct event *event = trap_view_event(view, a);
    return event ? event : trap_view_event(view, b);
}

/* An exit to the VMM that is no access. */
static void other_exit(const struct trap_view *view, char *text)
{
    int64_t ret = (int64_t)event_arg(view->vmm_exit, "ret");
    if (ret < 0)
        snprintf(text, TRAP_TEXT_SIZE, ret == -EINTR ? "KVM_RUN returns %s" : "KVM_RUN fails: %s",
                 errno_text(-ret));
    else
        snprintf(text, TRAP_TEXT_SIZE, "%s to the VMM", event_text(view->vmm_exit, "reason"));
}

/* An access that a device has not done: the guest goes on with a value, or without its own. */
static void refused_text(const struct trap_view *view, const struct trap_answer *answer, char *text)
{
    bool decode = strcmp(answer->result, "decode_error") == 0;
    int used = snprintf(text, TRAP_TEXT_SIZE, "MMIO %s of %" PRIu64 ": %s ",
                        answer->is_write ? "write" : "read", event_arg(view->io_abort, "len"),
                        answer->result);
    size_t room = TRAP_TEXT_SIZE - (size_t)used;
    const char *whom = answer->nowhere     ? "from nowhere"
                       : answer->in_kernel ? "in the kernel"
                                           : answer->device;
    snprintf(text + used, room, "%s%s, 0x%" PRIx64 " %s",
             answer->nowhere || answer->in_kernel ? "" : "from ", whom, answer->value,
             !answer->is_write ? "is read"
             : decode          ? "is lost"
                               : "was sent");
}

static void access_text(const struct trap_view *view, char *text)
{
    struct trap_answer answer = trap_answer(view);
    const char *direction = answer.is_write ? "write" : "read";
    uint64_t length = event_arg(view->io_abort, "len");
    if (answer_refused(&answer))
        refused_text(view, &answer, text);
    else if (answer.in_kernel)
        snprintf(text, TRAP_TEXT_SIZE, "MMIO %s of %" PRIu64 ": 0x%" PRIx64 " in the kernel",
                 direction, length, answer.value);
    else
        snprintf(text, TRAP_TEXT_SIZE, "MMIO %s of %" PRIu64 ": 0x%" PRIx64 " %s %s", direction,
                 length, answer.value, answer.is_write ? "to" : "from", answer.device);
}

/* A call that was answered without leaving the world that got it. */
static void call_text(const struct event *call, char *text)
{
    uint64_t fid = event_arg(call, "fid");
    const char *name = rsi_call_name((uint32_t)fid);
    bool rmm = call->kind == EV_RSI;
    if (rmm && name)
        snprintf(text, TRAP_TEXT_SIZE, "the RMM: %s answers 0x%" PRIx64, name,
                 event_arg(call, "x0"));
    else
        snprintf(text, TRAP_TEXT_SIZE, "%s: call 0x%" PRIx64 " answers 0x%" PRIx64,
                 rmm ? "the RMM" : "KVM", fid, event_arg(call, "x0"));
}

const char *trap_what(const struct trap_view *view, char *text)
{
    const struct event *call = find_either(view, EV_RSI, EV_KVM_SMCCC);
    const struct event *end = trap_view_event(view, EV_END);
    bool access = view->io_abort && trap_answer(view).answered;
    bool told_by_end = end && strcmp(event_text(end, "reason"), "kvm_error") != 0;

    if (access)
        access_text(view, text);
    else if (view->injection && view->injection->kind == EV_KVM_INJECT)
        snprintf(text, TRAP_TEXT_SIZE, "%s%sKVM injects %s",
                 view->vmm_exit ? event_text(view->vmm_exit, "reason") : "",
                 view->vmm_exit ? ", and " : "", event_text(view->injection, "what"));
    else if (view->injection)
        snprintf(text, TRAP_TEXT_SIZE, "the RMM injects %s",
                 view->injection->kind == EV_RMM_INJECT_UNDEF ? "an undefined exception"
                                                              : "an external abort");
    else if (view->vmm_exit && !told_by_end)
        other_exit(view, text);
    else if (end)
        snprintf(text, TRAP_TEXT_SIZE, "end: %s", event_text(end, "reason"));
    else if (trap_view_event(view, EV_MMU_RETRY))
        snprintf(text, TRAP_TEXT_SIZE,
                 "not mapped: the host's page has changed, the guest retries");
    else if (trap_is_page_in(view))
        snprintf(text, TRAP_TEXT_SIZE, "page mapped%s",
                 view->vector && field_get(event_arg(view->vector, "esr"), ESR_S1PTW)
                     ? " (a stage-1 table)"
                     : "");
    else if (call)
        call_text(call, text);
    else if (view->rec_exit)
        snprintf(text, TRAP_TEXT_SIZE, "the host is told: %s",
                 esr_ec(event_arg(view->rec_exit, "esr"))
                     ? esr_ec_name(esr_ec(event_arg(view->rec_exit, "esr")))
                     : event_text(view->rec_exit, "reason"));
    else
        text[0] = '\0';
    return text;
}

/* KVM's value is compared with what the model makes of the same bytes when it keeps the sign. */
static bool kvm_kept_sign(const struct event *completion, uint64_t esr)
{
    uint64_t value = event_arg(completion, "value");
    struct kvm_mmio_load load = {
        .len = (unsigned)event_arg(completion, "len"),
        .sign_extend = true,
        .sixty_four = field_get(esr, ESR_SF),
    };
    return value == kvm_mmio_load_value(KVM_MMIO_SIGN_AFTER_SWAP, &load, value);
}

const char *trap_sign_text(const struct trap_view *view, const char **why)
{
    const struct event *completion = view->completion;
    uint64_t esr = view->vector ? event_arg(view->vector, "esr") : 0;
    *why = NULL;
    if (!completion || event_arg(completion, "rt") >= 31)
        return NULL;
    if (completion->kind == EV_COMPLETE_MMIO_EMULATION)
        return event_arg(completion, "sign_extend") ? "sign-extended" : NULL;
    if (!field_get(esr, ESR_ISV) || !field_get(esr, ESR_SSE) || field_get(esr, ESR_WNR))
        return NULL;
    if (kvm_kept_sign(completion, esr))
        return "sign-extended";
    *why = "this kernel extends the value, then masks it to the access: SSE is without effect";
    return "sign lost";
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The trace as tracefs prints it: "TASK-PID [CPU] FLAGS SECONDS.MICROS: EVENT: ARGS". What KVM has
 * a tracepoint for appears as that, in KVM's words and order (arch/arm64/kvm/trace_arm.h,
 * trace_handle_exit.h, include/trace/events/kvm.h); the rest, which a strict trace leaves out,
 * under the simulator's own names. A cycle counts as a nanosecond.
 */
#include "sim/trace/ftrace.h"

#include <inttypes.h>
#include <string.h>

#include "cpu/arch/esr.h"
#include "kvm_model/tracepoint.h"
#include "kvm_model/uapi.h"
#include "sim/trace/event_text.h"
#include "sim/trace/timeline.h"
#include "sim/trace/writer.h"

#define CYCLES_PER_US 1000u
#define US_PER_S 1000000u
#define LINE_SIZE 256
#define EXIT_REASON_NUMBERS 64 /* more than <linux/kvm.h> has */

/* What the host last learnt of a vCPU: a tracepoint often needs more than one event says. */
struct ftrace_vcpu {
    uint64_t pc; /* as the host knows it; of a realm: where it was started */
    bool pc_known;
    bool rec_entering; /* RMI_REC_ENTER is under way */
    bool hvc;          /* the exit being handled is an HVC */
    uint64_t esr, far;
    uint64_t bus_gpa; /* of the access that kvm_handle_mmio_return completes */
    bool bus_write;
};

struct ftrace {
    struct ftrace_vcpu vcpu[TIMELINE_MAX_VCPUS];
};

static const char *const tracepoints[] = {
    "kvm_entry",     "kvm_exit",      "kvm_guest_fault",    "kvm_mmio",           "kvm_mmio_nisv",
    "kvm_hvc_arm64", "kvm_wfx_arm64", "kvm_handle_sys_reg", "kvm_userspace_exit",
};

const char *ftrace_tracepoint(size_t index)
{
    return index < sizeof(tracepoints) / sizeof(tracepoints[0]) ? tracepoints[index] : NULL;
}

void ftrace_put_prefix(FILE *out, const struct ftrace_task *task, const char *flags, cycles_t at)
{
    uint64_t us = at.v / CYCLES_PER_US;
    fprintf(out, "%16s-%-7u [%03u] %s %5" PRIu64 ".%06" PRIu64 ": ", task->name, task->pid,
            task->cpu, flags, us / US_PER_S, us % US_PER_S);
}

static void put_prefix(struct trace_out *to, const struct event *event)
{
    const struct ftrace_task task = {"vcpu", event->vcpu + 1, event->vcpu};

    ftrace_put_prefix(to->out, &task, ".....", event->cycle);
}

/* A line of the kernel's, "kvm_entry: ...", unless the filter leaves that tracepoint out. */
static void put_line(struct trace_out *to, const struct event *event, const char *line)
{
    char name[64];
    snprintf(name, sizeof(name), "%.*s", (int)strcspn(line, ":"), line);
    if (!to->selected && !event_filter_selects(to->options.filter, name))
        return;
    put_prefix(to, event);
    fprintf(to->out, "%s\n", line);
}

static void put_point(struct trace_out *to, const struct event *event,
                      const struct kvm_tracepoint *point)
{
    char line[LINE_SIZE];
    kvm_tracepoint_text(point, line, sizeof(line));
    put_line(to, event, line);
}

#define POINT(id_, ...)                                                                            \
    put_point(to, event, &(struct kvm_tracepoint){.id = KVM_TP_##id_, .args = {__VA_ARGS__}})

static const char *text_arg(const struct event *event, const char *field)
{
    const char *text = (const char *)(uintptr_t)event_arg(event, field);
    return text ? text : "";
}

typedef void tracepoint_fn(struct trace_out *to, struct ftrace_vcpu *vcpu,
                           const struct event *event);

static void on_vector(struct trace_out *to, struct ftrace_vcpu *vcpu, const struct event *event)
{
    (void)to;
    if (event->world != WORLD_HOST)
        return;
    vcpu->pc = event_arg(event, "elr");
    vcpu->pc_known = true;
}

static void on_eret(struct trace_out *to, struct ftrace_vcpu *vcpu, const struct event *event)
{
    bool by_host = event->world == WORLD_HOST;
    if (!by_host && !vcpu->rec_entering)
        return; /* the RMM sends the realm back without the host */
    if (by_host || !vcpu->pc_known)
        vcpu->pc = event_arg(event, "pc");
    vcpu->pc_known = true;
    vcpu->rec_entering = false;
    POINT(ENTRY, vcpu->pc);
}

static void on_rec_enter(struct trace_out *to, struct ftrace_vcpu *vcpu, const struct event *event)
{
    (void)to;
    (void)event;
    vcpu->rec_entering = true;
}

static void on_rec_exit(struct trace_out *to, struct ftrace_vcpu *vcpu, const struct event *event)
{
    if (vcpu->rec_entering) /* it failed, or came back at once */
        POINT(ENTRY, vcpu->pc);
    vcpu->rec_entering = false;
    vcpu->esr = event_arg(event, "esr");
    vcpu->hvc = false;
    if (vcpu->esr)
        POINT(EXIT, vcpu->esr, vcpu->pc);
    else {
        char line[LINE_SIZE];
        snprintf(line, sizeof(line), "kvm_exit: IRQ: HSR_EC: 0x0000 (%s), PC: 0x%016" PRIx64,
                 esr_ec_name(ESR_EC_UNKNOWN), vcpu->pc);
        put_line(to, event, line);
    }
}

/* An exit that is no exception to EL2 has no class (kvm_exit, kvm_arm_exception_type). */
static void put_asynchronous_exit(struct trace_out *to, const struct ftrace_vcpu *vcpu,
                                  const struct event *event)
{
    char line[LINE_SIZE];
    bool serror = strcmp(text_arg(event, "exit"), "serror") == 0;
    snprintf(line, sizeof(line), "kvm_exit: %s: HSR_EC: 0x0000 (%s), PC: 0x%016" PRIx64,
             serror ? "SERROR" : "IRQ", esr_ec_name(ESR_EC_UNKNOWN), vcpu->pc);
    put_line(to, event, line);
}

static void on_exit(struct trace_out *to, struct ftrace_vcpu *vcpu, const struct event *event)
{
    vcpu->esr = event_arg(event, "esr");
    vcpu->hvc = false;
    if (strcmp(text_arg(event, "exit"), "trap") != 0) {
        put_asynchronous_exit(to, vcpu, event);
        return;
    }
    POINT(EXIT, vcpu->esr, vcpu->pc);
    switch (esr_ec(vcpu->esr)) {
    case ESR_EC_WFX:
        POINT(WFX_ARM64, vcpu->pc, field_get(vcpu->esr, FIELD(0, 1))); /* TI[0]: WFE */
        break;
    case ESR_EC_SYS64:
        POINT(HANDLE_SYS_REG, vcpu->esr);
        break;
    case ESR_EC_HVC64:
        vcpu->hvc = true; /* its line needs x0 */
        break;
    default:
        break;
    }
}

static void on_smccc(struct trace_out *to, struct ftrace_vcpu *vcpu, const struct event *event)
{
    if (vcpu->hvc)
        POINT(HVC_ARM64, vcpu->pc, event_arg(event, "fid"), field_get(vcpu->esr, ESR_IMM16));
    vcpu->hvc = false;
}

/* kvm_handle_guest_abort is silent about external aborts and addresses beyond the IPA space. */
static void on_guest_abort(struct trace_out *to, struct ftrace_vcpu *vcpu,
                           const struct event *event)
{
    uint64_t esr = event_arg(event, "esr"), ipa = event_arg(event, "ipa");
    const struct fsc_desc *fsc = &fsc_table[esr_fsc(esr)];
    bool external = fsc->name && (fsc->group == FSC_EXTERNAL || fsc->group == FSC_EXTERNAL_WALK ||
                                  fsc->group == FSC_PARITY || fsc->group == FSC_PARITY_WALK);
    unsigned bits = to->options.ipa_bits;
    bool beyond = bits && bits < 64 && ipa >> bits && fsc->name && fsc->group == FSC_TRANSLATION;
    vcpu->far = event_arg(event, "hxfar");
    if (!external && !beyond)
        POINT(GUEST_FAULT, ipa, esr, event_arg(event, "hxfar"), event_arg(event, "pc"));
}

static void on_io_mem_abort(struct trace_out *to, struct ftrace_vcpu *vcpu,
                            const struct event *event)
{
    if (!event_arg(event, "isv") && vcpu->esr)
        POINT(MMIO_NISV, event_arg(event, "ipa"), vcpu->esr, vcpu->far, vcpu->pc);
}

static void on_bus_read(struct trace_out *to, struct ftrace_vcpu *vcpu, const struct event *event)
{
    vcpu->bus_gpa = event_arg(event, "gpa");
    vcpu->bus_write = false;
    POINT(MMIO, KVM_TP_READ_UNSATISFIED, event_arg(event, "len"), vcpu->bus_gpa, 0);
}

static void on_bus_write(struct trace_out *to, struct ftrace_vcpu *vcpu, const struct event *event)
{
    vcpu->bus_gpa = event_arg(event, "gpa");
    vcpu->bus_write = true;
    POINT(MMIO, KVM_TP_WRITE, event_arg(event, "len"), vcpu->bus_gpa, event_arg(event, "value"));
}

static void on_mmio_return(struct trace_out *to, struct ftrace_vcpu *vcpu,
                           const struct event *event)
{
    uint64_t len = event_arg(event, "len"), value = event_arg(event, "value");
    if (vcpu->bus_write)
        return;
    if (len < sizeof(value)) /* the tracepoint copies so many bytes */
        value &= ((uint64_t)1 << (8 * len)) - 1;
    POINT(MMIO, KVM_TP_READ, len, vcpu->bus_gpa, value);
}

static void on_vmm_exit(struct trace_out *to, struct ftrace_vcpu *vcpu, const struct event *event)
{
    const char *reason = text_arg(event, "reason");
    uint32_t n = 0;
    (void)vcpu;
    while (n < EXIT_REASON_NUMBERS && strcmp(kvm_exit_reason_name(n), reason) != 0)
        n++;
    POINT(USERSPACE_EXIT, n < EXIT_REASON_NUMBERS ? n : 0, event_arg(event, "ret"));
}

/* shows: the event appears as a line of the kernel's, not under its own name. */
static const struct {
    tracepoint_fn *fn;
    bool shows;
} rows[EV_COUNT] = {
    [EV_EL2_VECTOR] = {on_vector, false},
    [EV_ERET] = {on_eret, true},
    [EV_SMC_REC_ENTER] = {on_rec_enter, false},
    [EV_HANDLE_REC_EXIT] = {on_rec_exit, true},
    [EV_KVM_HANDLE_EXIT] = {on_exit, true},
    [EV_KVM_SMCCC] = {on_smccc, false},
    [EV_KVM_HANDLE_GUEST_ABORT] = {on_guest_abort, true},
    [EV_IO_MEM_ABORT] = {on_io_mem_abort, false},
    [EV_KVM_IO_BUS_READ] = {on_bus_read, true},
    [EV_KVM_IO_BUS_WRITE] = {on_bus_write, true},
    [EV_KVM_HANDLE_MMIO_RETURN] = {on_mmio_return, true},
    [EV_EXIT_TO_VMM] = {on_vmm_exit, true},
};

static void ftrace_step(struct trace_out *to, const struct event *event)
{
    struct ftrace *ftrace = to->state;
    if (rows[event->kind].fn)
        rows[event->kind].fn(to, &ftrace->vcpu[event->vcpu], event);
    if (rows[event->kind].shows || to->options.strict || !to->selected)
        return;
    put_prefix(to, event);
    fprintf(to->out, "%s:", event_table[event->kind].name);
    event_put_fields(to->out, event);
    fputc('\n', to->out);
}

void ftrace_put_columns(FILE *out)
{
    fputs("#                                _-----=> irqs-off/BH-disabled\n"
          "#                               / _----=> need-resched\n"
          "#                              | / _---=> hardirq/softirq\n"
          "#                              || / _--=> preempt-depth\n"
          "#                              ||| / _-=> migrate-disable\n"
          "#                              |||| /     delay\n"
          "#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION\n"
          "#              | |         |   |||||     |         |\n",
          out);
}

static void ftrace_header(struct trace_out *to, const struct trace_header *header)
{
    fprintf(to->out,
            "# tracer: nop\n#\n"
            "# sim=%s scenario=%s hash=%s profile=%s; 1 us is %u cycles\n#\n",
            header->version, header->scenario, header->hash, header->profile, CYCLES_PER_US);
    ftrace_put_columns(to->out);
}

const struct trace_format trace_format_ftrace = {
    .name = "ftrace",
    .suffix = ".ftrace",
    .doc = "as tracefs prints it: KVM's tracepoints, and our own events",
    .wants_all = true,
    .state_size = sizeof(struct ftrace),
    .header = ftrace_header,
    .step = ftrace_step,
};

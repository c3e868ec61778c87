/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/import/line.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/arch/esr.h"
#include "cpu/cpu.h"

/* --- what an event says --- */

typedef bool event_fn(const char *args, struct kvm_tracepoint *point);

/* args must match format up to its end, where it has %n. */
#define SCAN(args_, count_, format_, ...)                                                          \
    (sscanf(args_, format_ "%n", __VA_ARGS__, &end) == (count_) && end > 0 && !(args_)[end])

static bool scan_entry(const char *args, struct kvm_tracepoint *point)
{
    int end = 0;
    return SCAN(args, 1, "PC: %" SCNx64, &point->args[0]);
}

static bool scan_exit(const char *args, struct kvm_tracepoint *point)
{
    static const struct {
        const char *name;
        enum cpu_exit exit;
    } kinds[] = {{"TRAP", CPU_EXIT_SYNC},
                 {"IRQ", CPU_EXIT_IRQ},
                 {"SERROR", CPU_EXIT_SERROR},
                 {"EL1_SERROR", CPU_EXIT_SERROR}};
    char kind[16], class[32];
    unsigned ec;
    int end = 0;
    if (!SCAN(args, 4, "%15[^:]: HSR_EC: %x (%31[^)]), PC: %" SCNx64, kind, &ec, class,
              &point->args[1]) ||
        ec >= ESR_EC_COUNT)
        return false;
    point->args[0] = field_put(ESR_EC, ec);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(kind, kinds[i].name) == 0) {
            point->args[2] = kinds[i].exit;
            return true;
        }
    return false;
}

static bool scan_guest_fault(const char *args, struct kvm_tracepoint *point)
{
    uint64_t *to = point->args;
    int end = 0;
    return SCAN(args, 4, "ipa %" SCNx64 ", hsr %" SCNx64 ", hxfar %" SCNx64 ", pc %" SCNx64, &to[0],
                &to[1], &to[2], &to[3]);
}

static bool scan_mmio(const char *args, struct kvm_tracepoint *point)
{
    static const char *const kinds[] = {
        [KVM_TP_READ_UNSATISFIED] = "unsatisfied-read",
        [KVM_TP_READ] = "read",
        [KVM_TP_WRITE] = "write",
    };
    char kind[32];
    int end = 0;
    if (!SCAN(args, 4, "mmio %31s len %" SCNu64 " gpa %" SCNx64 " val %" SCNx64, kind,
              &point->args[1], &point->args[2], &point->args[3]))
        return false;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(kind, kinds[i]) == 0) {
            point->args[0] = i;
            return true;
        }
    return false;
}

static bool scan_mmio_nisv(const char *args, struct kvm_tracepoint *point)
{
    uint64_t *to = point->args;
    int end = 0;
    return SCAN(args, 4, "ipa %" SCNx64 ", esr %" SCNx64 ", far %" SCNx64 ", pc %" SCNx64, &to[0],
                &to[1], &to[2], &to[3]);
}

static bool scan_hvc(const char *args, struct kvm_tracepoint *point)
{
    uint64_t *to = point->args;
    int end = 0;
    return SCAN(args, 3, "HVC at %" SCNx64 " (r0: %" SCNx64 ", imm: %" SCNx64 ")", &to[0], &to[1],
                &to[2]);
}

static bool scan_wfx(const char *args, struct kvm_tracepoint *point)
{
    char which;
    int end = 0;
    if (!SCAN(args, 2, "guest executed wf%c at: %" SCNx64, &which, &point->args[0]))
        return false;
    point->args[1] = which == 'e';
    return which == 'e' || which == 'i';
}

static bool scan_handle_sys_reg(const char *args, struct kvm_tracepoint *point)
{
    int end = 0;
    return SCAN(args, 1, "HSR %" SCNx64, &point->args[0]);
}

static bool scan_sys_access(const char *args, struct kvm_tracepoint *point)
{
    char name[64], direction[8];
    unsigned op0, op1, crn, crm, op2;
    int end = 0;
    if (!SCAN(args, 8, "PC: %" SCNx64 " %63s (%u,%u,%u,%u,%u) %7s", &point->args[0], name, &op0,
              &op1, &crn, &crm, &op2, direction) ||
        op0 > 3 || op1 > 7 || crn > 15 || crm > 15 || op2 > 7)
        return false;
    bool read = strcmp(direction, "read") == 0;
    point->args[1] = field_put(ESR_SYS_OP0, op0) | field_put(ESR_SYS_OP1, op1) |
                     field_put(ESR_SYS_CRN, crn) | field_put(ESR_SYS_CRM, crm) |
                     field_put(ESR_SYS_OP2, op2) | field_put(ESR_SYS_DIRECTION, read);
    return read || strcmp(direction, "write") == 0;
}

static bool scan_userspace_exit(const char *args, struct kvm_tracepoint *point)
{
    char reason[64];
    unsigned number;
    int end = 0;
    if (!SCAN(args, 2, "reason %63s (%u)", reason, &number))
        return false;
    if (strcmp(reason, "restart") == 0 || strcmp(reason, "error") == 0)
        point->args[1] = (uint64_t) - (int64_t)number;
    else
        point->args[0] = number;
    return true;
}

/* "vcpu: 000000005d8d6636, flags: 0x00010001"; the address is a hash, or (null). */
static bool scan_debug(const char *args, struct kvm_tracepoint *point)
{
    int end = 0;
    return SCAN(args, 1, "vcpu: %*[^,], flags: %" SCNx64, &point->args[0]);
}

static bool scan_clear_debug(const char *args, struct kvm_tracepoint *point)
{
    int end = 0;
    return SCAN(args, 1, "flags: %" SCNx64, &point->args[0]);
}

static bool scan_dreg(const char *args, struct kvm_tracepoint *point)
{
    const char *value = strrchr(args, ':');
    for (unsigned i = 0; value && i < KVM_TP_DREG_COUNT; i++) {
        const char *name = kvm_tracepoint_dreg_name((enum kvm_tp_dreg)i);
        int end = 0;
        if (strlen(name) != (size_t)(value - args) || strncmp(args, name, strlen(name)) != 0)
            continue;
        point->args[0] = i;
        return SCAN(value, 1, ": %" SCNx64, &point->args[1]);
    }
    return false;
}

static bool scan_trap_reg(const char *args, struct kvm_tracepoint *point)
{
    char function[32], way[8], preposition[8];
    int end = 0;
    if (!SCAN(args, 5, "%31s %7s %7s reg %" SCNu64 " (%" SCNx64 ")", function, way, preposition,
              &point->args[1], &point->args[3]))
        return false;
    point->args[2] = strcmp(way, "write") == 0;
    for (unsigned i = 0; i < KVM_TP_TRAP_REG_COUNT; i++)
        if (strcmp(function, kvm_tracepoint_trap_reg_name((enum kvm_tp_trap_reg)i)) == 0) {
            point->args[0] = i;
            return true;
        }
    return false;
}

static bool scan_irq_line(const char *args, struct kvm_tracepoint *point)
{
    uint64_t *to = point->args;
    int end = 0;
    return SCAN(args, 4,
                "Inject %*[^(](%" SCNu64 "), vcpu->idx: %" SCNu64 ", num: %" SCNu64
                ", level: %" SCNu64,
                &to[0], &to[1], &to[2], &to[3]);
}

static bool scan_vgic_update(const char *args, struct kvm_tracepoint *point)
{
    uint64_t *to = point->args;
    int end = 0;
    return SCAN(args, 3, "VCPU: %" SCNu64 ", IRQ %" SCNu64 ", level: %" SCNu64, &to[0], &to[1],
                &to[2]);
}

static event_fn *const scanners[KVM_TP_COUNT] = {
    [KVM_TP_ENTRY] = scan_entry,
    [KVM_TP_EXIT] = scan_exit,
    [KVM_TP_GUEST_FAULT] = scan_guest_fault,
    [KVM_TP_MMIO] = scan_mmio,
    [KVM_TP_MMIO_NISV] = scan_mmio_nisv,
    [KVM_TP_HVC_ARM64] = scan_hvc,
    [KVM_TP_WFX_ARM64] = scan_wfx,
    [KVM_TP_HANDLE_SYS_REG] = scan_handle_sys_reg,
    [KVM_TP_SYS_ACCESS] = scan_sys_access,
    [KVM_TP_USERSPACE_EXIT] = scan_userspace_exit,
    [KVM_TP_SET_GUEST_DEBUG] = scan_debug,
    [KVM_TP_ARM_SETUP_DEBUG] = scan_debug,
    [KVM_TP_ARM_CLEAR_DEBUG] = scan_clear_debug,
    [KVM_TP_ARM_SET_DREG32] = scan_dreg,
    [KVM_TP_TRAP_REG] = scan_trap_reg,
    [KVM_TP_IRQ_LINE] = scan_irq_line,
    [KVM_TP_VGIC_UPDATE_IRQ_PENDING] = scan_vgic_update,
};

/* Starts of lines that belong to events of the table, and that the model has not. */
static const char *const not_modelled[] = {
    "kvm_arm_set_dreg32: MDCR_EL2:", /* the host's PMU and debug units are in it */
    "trap_reg: trap_xvr",            /* of AArch32 */
};

/* What KVM of another architecture prints, by the start of the arguments. */
static const char *const foreign_args[] = {"vcpu ", "reason ", "vcpu_id ", "sepc"};

/* KVM's other events: those of timers, debug state, interrupts, the MMU. */
static const char *const other_prefixes[] = {"kvm_", "vgic_", "trap_reg"};

/* --- what stands before it --- */

static const char *skip_spaces(const char *text)
{
    return text + strspn(text, " \t");
}

/*
 * "61.123456:", "123456789:" of a clock that counts, "123us+:" or "123us :" of the latency format;
 * what is behind it, or NULL.
 */
static const char *behind_time(const char *text)
{
    const char *at = text + strspn(text, "0123456789");
    if (at == text)
        return NULL;
    if (*at == '.' && isdigit((unsigned char)at[1]))
        at += 1 + strspn(at + 1, "0123456789");
    if (strncmp(at, "us", 2) == 0) {
        at += 2;
        at += *at && strchr("+!#*@$", *at);
        at = skip_spaces(at);
    }
    return *at == ':' && (at[1] == ' ' || at[1] == '\t') ? skip_spaces(at + 1) : NULL;
}

/* An event's name with a colon behind it, or cut off there; of a subsystem or not. */
static bool is_event(const char *text)
{
    size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_");
    if (length > 0 && text[length] == ':' && isalpha((unsigned char)text[length + 1]))
        return is_event(text + length + 1);
    return length > 0 && (text[length] == ':' || !text[length]);
}

/* The first word that is a time in front of an event; the event, or NULL. *time: that word. */
static const char *find_event(const char *text, const char **time)
{
    for (const char *word = skip_spaces(text); *word;
         word = skip_spaces(word + strcspn(word, " \t"))) {
        const char *event = behind_time(word);
        if (event && is_event(event)) {
            *time = word;
            return event;
        }
    }
    return NULL;
}

/* The start of the last word before end. */
static const char *last_word(const char *text, const char **end)
{
    while (*end > text && isspace((unsigned char)(*end)[-1]))
        --*end;
    const char *word = *end;
    while (word > text && !isspace((unsigned char)word[-1]))
        word--;
    return word;
}

static bool is_cpu(const char *word, const char *end)
{
    return end - word > 2 && word[0] == '[' && end[-1] == ']' &&
           strspn(word + 1, "0123456789") == (size_t)(end - word) - 2;
}

/* "d..1.", and with the CPU in front "3d..1.": what tracefs and trace-cmd say of the context. */
static bool is_flags(const char *word, const char *end)
{
    word += strspn(word, "0123456789");
    return end - word >= 4 && end - word <= 8 &&
           strspn(word, ".dDbBnNpPlLhHsSzZiX0123456789") >= (size_t)(end - word);
}

/* Where task and thread end: before [CPU] and flags, as far as they are there. */
static const char *before_cpu(const char *text, const char *time)
{
    const char *end = time, *word = last_word(text, &end);
    if (is_cpu(word, end))
        return word;
    if (is_flags(word, end)) {
        const char *cpu_end = word, *cpu = last_word(text, &cpu_end);
        return is_cpu(cpu, cpu_end) ? cpu : word;
    }
    return end;
}

/* "qemu-1234", "qemu-1234 (1200)", "qemu  1234", "qemu  1234/1235": the last number is the thread.
 */
static bool take_task(const char *text, const char *end, struct import_line *line)
{
    while (end > text && isspace((unsigned char)end[-1]))
        end--;
    if (end > text && end[-1] == ')') { /* the process */
        while (end > text && *--end != '(')
            ;
        while (end > text && isspace((unsigned char)end[-1]))
            end--;
    }
    const char *digits = end;
    while (digits > text && isdigit((unsigned char)digits[-1]))
        digits--;
    if (digits == end || end - digits > 9)
        return false;
    line->pid = (uint32_t)strtoul(digits, NULL, 10);
    if (digits > text && digits[-1] == '/')
        for (digits--; digits > text && isdigit((unsigned char)digits[-1]);)
            digits--;
    if (digits == text || (digits[-1] != '-' && !isspace((unsigned char)digits[-1])))
        return false;
    const char *name = skip_spaces(text);
    for (end = digits - 1; end > name && isspace((unsigned char)end[-1]);)
        end--;
    if (end > name)
        snprintf(line->task, sizeof(line->task), "%.*s", (int)(end - name), name);
    return true;
}

static bool starts_with_any(const char *text, const char *const *starts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strncmp(text, starts[i], strlen(starts[i])) == 0)
            return true;
    return false;
}

#define STARTS_WITH_ANY(text_, starts_)                                                            \
    starts_with_any(text_, starts_, sizeof(starts_) / sizeof((starts_)[0]))

static void scan_event(const char *args, enum kvm_tracepoint_id id, struct import_line *line)
{
    line->point.id = id;
    line->kind = scanners[id](args, &line->point) ? IMPORT_POINT : IMPORT_BROKEN;
    if (line->kind == IMPORT_POINT)
        return;
    bool foreign = (id == KVM_TP_ENTRY || id == KVM_TP_EXIT) && STARTS_WITH_ANY(args, foreign_args);
    snprintf(line->why, sizeof(line->why),
             foreign ? "%s of another architecture: only arm64's can be replayed"
                     : "%s has arguments of another form",
             kvm_tracepoint_name(id));
}

static void parse_event(struct import_line *line)
{
    size_t length = strcspn(line->text, ": ");
    const char *args = line->text[length] == ':' ? skip_spaces(line->text + length + 1) : "";
    line->kind = STARTS_WITH_ANY(line->text, other_prefixes) ? IMPORT_OTHER : IMPORT_FOREIGN;
    if (STARTS_WITH_ANY(line->text, not_modelled))
        return;
    for (unsigned id = 0; id < KVM_TP_COUNT; id++) {
        const char *name = kvm_tracepoint_name((enum kvm_tracepoint_id)id);
        if (strlen(name) == length && strncmp(line->text, name, length) == 0)
            scan_event(args, (enum kvm_tracepoint_id)id, line);
    }
}

/* Whether the name of an event that is compared stands anywhere. */
static bool names_an_event(const char *text)
{
    for (unsigned id = 0; id < KVM_TP_COUNT; id++) {
        const char *name = kvm_tracepoint_name((enum kvm_tracepoint_id)id);
        const char *at = strstr(text, name);
        if (at && at[strlen(name)] == ':')
            return true;
    }
    return false;
}

static bool tells_of_loss(const char *text)
{
    return (strstr(text, "[LOST ") && strstr(text, "EVENTS]")) || strstr(text, "EVENTS DROPPED]") ||
           strstr(text, "PERF_RECORD_LOST");
}

void import_parse_line(const char *text, struct import_line *line)
{
    const char *time, *event;
    *line = (struct import_line){.kind = IMPORT_FOREIGN, .text = text};
    if (!*skip_spaces(text) || *text == '#') {
        line->kind = IMPORT_COMMENT;
        return;
    }
    if (tells_of_loss(text)) {
        line->kind = IMPORT_LOST;
        return;
    }
    event = find_event(text, &time);
    if (!event || !take_task(text, before_cpu(text, time), line)) {
        if (names_an_event(text)) {
            line->kind = IMPORT_BROKEN;
            snprintf(line->why, sizeof(line->why),
                     "before the event, task, thread, [CPU] and time are expected");
        }
        return;
    }
    line->text = strncmp(event, "kvm:", 4) == 0 ? event + 4 : event;
    parse_event(line);
}

/* --- comparison --- */

bool import_same_point(const struct kvm_tracepoint *a, const struct kvm_tracepoint *b)
{
    const uint64_t dir_and_encoding = field_mask(ESR_SYS_OP0) | field_mask(ESR_SYS_OP1) |
                                      field_mask(ESR_SYS_CRN) | field_mask(ESR_SYS_CRM) |
                                      field_mask(ESR_SYS_OP2) | field_mask(ESR_SYS_DIRECTION);
    const uint64_t *x = a->args, *y = b->args;
    if (a->id != b->id)
        return false;
    switch (a->id) {
    case KVM_TP_EXIT:
        return x[2] == y[2] && x[1] == y[1] && esr_ec(x[0]) == esr_ec(y[0]);
    case KVM_TP_SYS_ACCESS:
        return x[0] == y[0] && !((x[1] ^ y[1]) & dir_and_encoding);
    case KVM_TP_TRAP_REG: /* how a kernel numbers a system register is its own affair */
        return x[0] == y[0] && x[2] == y[2] && x[3] == y[3] &&
               (x[1] == y[1] || x[0] == KVM_TP_TRAP_DEBUG_REGS);
    case KVM_TP_USERSPACE_EXIT:
        return (int64_t)x[1] < 0 ? x[1] == y[1] : (int64_t)y[1] >= 0 && x[0] == y[0];
    default:
        return memcmp(x, y, sizeof(a->args)) == 0;
    }
}

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

static const struct {
    const char *name;
    enum kvm_tracepoint_id id;
    event_fn *scan;
} events[] = {
    {"kvm_entry", KVM_TP_ENTRY, scan_entry},
    {"kvm_exit", KVM_TP_EXIT, scan_exit},
    {"kvm_guest_fault", KVM_TP_GUEST_FAULT, scan_guest_fault},
    {"kvm_mmio", KVM_TP_MMIO, scan_mmio},
    {"kvm_mmio_nisv", KVM_TP_MMIO_NISV, scan_mmio_nisv},
    {"kvm_hvc_arm64", KVM_TP_HVC_ARM64, scan_hvc},
    {"kvm_wfx_arm64", KVM_TP_WFX_ARM64, scan_wfx},
    {"kvm_handle_sys_reg", KVM_TP_HANDLE_SYS_REG, scan_handle_sys_reg},
    {"kvm_sys_access", KVM_TP_SYS_ACCESS, scan_sys_access},
    {"kvm_userspace_exit", KVM_TP_USERSPACE_EXIT, scan_userspace_exit},
};

/* KVM's other events: those of timers, debug state, interrupts, the MMU. */
static const char *const other_prefixes[] = {"kvm_", "vgic_", "trap_reg"};

/* --- what stands before it --- */

/* "[003]": the CPU; the text behind it, or NULL. */
static const char *behind_cpu(const char *text, const char **cpu)
{
    for (const char *at = strchr(text, '['); at; at = strchr(at + 1, '[')) {
        size_t digits = strspn(at + 1, "0123456789");
        if (digits > 0 && at[1 + digits] == ']') {
            *cpu = at;
            return at + 2 + digits;
        }
    }
    return NULL;
}

static const char *skip_spaces(const char *text)
{
    return text + strspn(text, " \t");
}

/* "61.123456:", with or without flags before it; the text behind it, or NULL. */
static const char *behind_time(const char *text)
{
    for (int words = 0; words < 2; words++) {
        text = skip_spaces(text);
        size_t word = strcspn(text, " \t");
        size_t whole = strspn(text, "0123456789");
        size_t parts = text[whole] == '.' ? strspn(text + whole + 1, "0123456789") : 0;
        if (whole > 0 && parts > 0 && text[whole + 1 + parts] == ':')
            return skip_spaces(text + whole + parts + 2);
        text += word;
    }
    return NULL;
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

static void parse_event(struct import_line *line)
{
    size_t length = strcspn(line->text, ": ");
    const char *args = line->text[length] == ':' ? skip_spaces(line->text + length + 1) : "";
    for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
        if (strlen(events[i].name) != length || strncmp(line->text, events[i].name, length) != 0)
            continue;
        line->point.id = events[i].id;
        line->kind = events[i].scan(args, &line->point) ? IMPORT_POINT : IMPORT_BROKEN;
        if (line->kind == IMPORT_BROKEN)
            snprintf(line->why, sizeof(line->why), "%s has arguments of another form",
                     events[i].name);
        return;
    }
    line->kind = IMPORT_FOREIGN;
    for (size_t i = 0; i < sizeof(other_prefixes) / sizeof(other_prefixes[0]); i++)
        if (strncmp(line->text, other_prefixes[i], strlen(other_prefixes[i])) == 0)
            line->kind = IMPORT_OTHER;
}

/* Whether the name of an event that is compared stands anywhere. */
static bool names_an_event(const char *text)
{
    for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
        const char *at = strstr(text, events[i].name);
        if (at && at[strlen(events[i].name)] == ':')
            return true;
    }
    return false;
}

void import_parse_line(const char *text, struct import_line *line)
{
    const char *cpu, *at;
    *line = (struct import_line){.kind = IMPORT_FOREIGN, .text = text};
    if (!*skip_spaces(text) || *text == '#') {
        line->kind = IMPORT_COMMENT;
        return;
    }
    if (strstr(text, "[LOST ") && strstr(text, " EVENTS]")) {
        line->kind = IMPORT_LOST;
        return;
    }
    at = behind_cpu(text, &cpu);
    at = at ? behind_time(at) : NULL;
    if (!at || !take_task(text, cpu, line)) {
        if (names_an_event(text)) {
            line->kind = IMPORT_BROKEN;
            snprintf(line->why, sizeof(line->why),
                     "before the event, task, thread, [CPU] and time are expected");
        }
        return;
    }
    line->text = strncmp(at, "kvm:", 4) == 0 ? at + 4 : at;
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
    case KVM_TP_USERSPACE_EXIT:
        return (int64_t)x[1] < 0 ? x[1] == y[1] : (int64_t)y[1] >= 0 && x[0] == y[0];
    default:
        return memcmp(x, y, sizeof(a->args)) == 0;
    }
}

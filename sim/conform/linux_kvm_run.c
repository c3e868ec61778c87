/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The recorder's VMM: KVM_RUN until the guest's BRK, and what it writes down. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/vreg.h"
#include "kvm_model/mmio.h"
#include "kvm_model/vmm/script.h"
#include "sim/conform/linux_kvm_machine.h"
#include "sim/scenario/text.h"
#include "sim/trace/ftrace.h"

#define DEFAULT_REPLY 0x8877665544332211ull
#define DIRTY_WORDS 64

static json_t *hex(uint64_t value)
{
    char text[24];

    snprintf(text, sizeof(text), "0x%llx", (unsigned long long)value);
    return json_string(text);
}

/* Bytes as they lie in memory. */
static json_t *hex_bytes(const unsigned char *bytes, size_t size)
{
    char text[2 * 8 + 1];

    text_to_hex(text, bytes, size < 8 ? size : 8);
    return json_string(text);
}

/* --- the answer to an exit --- */

/* The last reply is for all that follow. */
static uint64_t next_reply(const json_t *setup, size_t *index)
{
    const json_t *replies = json_object_get(setup, "mmio_replies");
    size_t count = json_array_size(replies);

    if (!count)
        return DEFAULT_REPLY;
    if (*index >= count)
        *index = count - 1;
    return linux_kvm_number(json_array_get(replies, (*index)++));
}

static void answer_mmio(struct kvm_run *run, const json_t *setup, size_t *reply, json_t *exit)
{
    json_object_set_new(exit, "exit", json_string("mmio"));
    json_object_set_new(exit, "phys_addr", hex(run->mmio.phys_addr));
    json_object_set_new(exit, "is_write", json_integer(run->mmio.is_write));
    json_object_set_new(exit, "len", json_integer(run->mmio.len));
    if (run->mmio.is_write) {
        json_object_set_new(exit, "data", hex_bytes(run->mmio.data, run->mmio.len));
        return;
    }
    kvm_mmio_write_buf(run->mmio.data, sizeof(run->mmio.data), next_reply(setup, reply));
    json_object_set_new(exit, "reply", hex_bytes(run->mmio.data, sizeof(run->mmio.data)));
}

static void tell_hypercall(const struct kvm_run *run, json_t *exit)
{
    struct kvm_arm_hypercall_exit hypercall = kvm_run_hypercall(run);

    json_object_set_new(exit, "exit", json_string("hypercall"));
    json_object_set_new(exit, "nr", hex(hypercall.nr));
    json_object_set_new(exit, "flags", hex(hypercall.flags));
}

static void tell_system_event(const struct kvm_run *run, json_t *exit)
{
    json_object_set_new(exit, "exit", json_string("system_event"));
    json_object_set_new(exit, "type", json_integer(run->system_event.type));
    json_object_set_new(exit, "ndata", json_integer(run->system_event.ndata));
    json_object_set_new(exit, "data0", hex(run->system_event.data[0]));
}

/* True: the run goes on. */
static bool tell_exit(struct kvm_run *run, const json_t *setup, size_t *reply, json_t *exit)
{
    switch (run->exit_reason) {
    case KVM_EXIT_MMIO:
        answer_mmio(run, setup, reply, exit);
        return true;
    case KVM_EXIT_ARM_NISV:
        json_object_set_new(exit, "exit", json_string("arm_nisv"));
        json_object_set_new(exit, "esr_iss", hex(run->arm_nisv.esr_iss));
        json_object_set_new(exit, "fault_ipa", hex(run->arm_nisv.fault_ipa));
        return true;
    case KVM_EXIT_HYPERCALL:
        tell_hypercall(run, exit);
        return true;
    case KVM_EXIT_DEBUG:
        json_object_set_new(exit, "exit", json_string("debug"));
        json_object_set_new(exit, "hsr", hex(kvm_run_debug(run).hsr));
        return false;
    case KVM_EXIT_SYSTEM_EVENT:
        tell_system_event(run, exit);
        return false;
    default:
        json_object_set_new(exit, "exit", json_string("other"));
        json_object_set_new(exit, "exit_reason", json_integer(run->exit_reason));
        return false;
    }
}

/* --- actions --- */

/* The recorder's names of what kvm_model/vmm/script.h does. */
static const struct {
    const char *kind;
    struct vmm_action action; /* value: the record's arg */
} actions[] = {
    {"sea", {.kind = VMM_ACT_SEA}},
    {"serror", {.kind = VMM_ACT_SERROR}},
    {"serroresr", {.kind = VMM_ACT_SERROR_ESR}},
    {"skip", {.kind = VMM_ACT_SKIP}},
    {"setpc", {.kind = VMM_ACT_SET_PC}},
    {"setx1", {.kind = VMM_ACT_SET_X, .reg = 1}},
    {"ret", {.kind = VMM_ACT_SET_X, .reg = 0}},
    {"sctlr", {.kind = VMM_ACT_SET_SYSREG, .reg = SYSREG_SCTLR_EL1}},
    {"imm", {.kind = VMM_ACT_IMMEDIATE}},
    {"delslot", {.kind = VMM_ACT_DELETE_SLOT}},
};

static int act(struct linux_kvm_machine *machine, const char *kind, uint64_t arg)
{
    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        struct vmm_action action = actions[i].action;

        if (strcmp(actions[i].kind, kind) != 0)
            continue;
        action.value = arg;
        return -vmm_act(machine->kvm, machine->vcpus[0], &action);
    }
    return ENOSYS;
}

/* All actions of an exit; the last is the one written down. */
static void do_actions(struct linux_kvm_machine *machine, const json_t *setup, size_t exit_number,
                       json_t *exit)
{
    const json_t *list = json_object_get(setup, "actions"), *action;
    size_t i;

    json_array_foreach(list, i, action)
    {
        const char *kind = json_string_value(json_object_get(action, "kind"));
        int error;

        if (!kind || linux_kvm_number(json_object_get(action, "at_exit")) != exit_number)
            continue;
        error = act(machine, kind, linux_kvm_number(json_object_get(action, "arg")));
        json_object_set_new(exit, "action", json_string(kind));
        json_object_set_new(exit, "action_errno", json_integer(error));
        json_object_set_new(exit, "pc_after", hex(kvm_vcpu_get_pc(machine->vcpus[0])));
    }
}

static json_t *run_guest(struct linux_kvm_machine *machine, const json_t *setup)
{
    struct kvm_vcpu *vcpu = machine->vcpus[0];
    struct kvm_run *run = kvm_vcpu_kvm_run(vcpu);
    json_t *exits = json_array();
    bool goes_on = true;
    size_t reply = 0;

    for (size_t n = 0; goes_on; n++) {
        json_t *exit = json_object();
        bool immediate = run->immediate_exit;
        int ret;

        json_array_append_new(exits, exit);
        if (n == machine->max_exits) {
            json_object_set_new(exit, "exit", json_string("max"));
            break;
        }
        machine->exits_in_run = 0;
        ret = kvm_vcpu_run(vcpu);
        run->immediate_exit = 0;
        if (ret) {
            json_object_set_new(exit, "exit", json_string("error"));
            json_object_set_new(exit, "errno", json_integer(-ret));
            json_object_set_new(exit, "exit_reason", json_integer(run->exit_reason));
            goes_on = immediate;
        } else {
            goes_on = tell_exit(run, setup, &reply, exit);
        }
        json_object_set_new(exit, "pc", hex(kvm_vcpu_get_pc(vcpu)));
        do_actions(machine, setup, n, exit);
    }
    return exits;
}

/* --- the end --- */

static json_t *final_of(struct linux_kvm_machine *machine, unsigned index, const json_t *vregs)
{
    static const char *const names[] = {"elr_el1",   "spsr_el1",  "esr_el1",  "far_el1",
                                        "par_el1",   "sctlr_el1", "tcr_el1",  "ttbr0_el1",
                                        "ttbr1_el1", "mair_el1",  "vbar_el1", "cpacr_el1"};
    struct kvm_vcpu *vcpu = machine->vcpus[index];
    json_t *final = json_object(), *x = json_array(), *value;
    struct kvm_arm_vcpu_events events;
    const char *name;

    for (unsigned n = 0; n < 31; n++)
        json_array_append_new(x, hex(kvm_vcpu_get_x(vcpu, n)));
    json_object_set_new(final, "x", x);
    json_object_set_new(final, "sp_el0", hex(kvm_vcpu_get_sp(vcpu, 0)));
    json_object_set_new(final, "pc", hex(kvm_vcpu_get_pc(vcpu)));
    json_object_set_new(final, "pstate", hex(kvm_vcpu_get_pstate(vcpu)));
    json_object_set_new(final, "sp_el1", hex(kvm_vcpu_get_sp(vcpu, 1)));
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        json_object_set_new(final, names[i],
                            hex(kvm_vcpu_get_sysreg(vcpu, sysreg_by_name(names[i]))));
    json_object_set_new(final, "mp_state", json_integer(kvm_vcpu_get_mp_state(vcpu)));
    kvm_vcpu_get_events(vcpu, &events);
    if (events.serror_pending)
        json_object_set_new(final, "serror_pending", json_integer(1));
    if (index || !json_object_size(vregs))
        return final;
    x = json_object();
    json_object_foreach((json_t *)vregs, name, value)
    {
        uint64_t v[2];
        char text[40];

        vreg_get(machine->cpus[0], (unsigned)strtoul(name + 1, NULL, 10) & 31, v);
        snprintf(text, sizeof(text), "0x%016llx%016llx", (unsigned long long)v[1],
                 (unsigned long long)v[0]);
        json_object_set_new(x, name, json_string(text));
    }
    json_object_set_new(final, "v", x);
    return final;
}

/* The words the record shows. */
static json_t *memory_of(struct linux_kvm_machine *machine, json_t *recorded)
{
    json_t *memory = json_object(), *words;
    const char *address;

    json_object_foreach(recorded, address, words)
    {
        uint64_t gpa = strtoull(address, NULL, 16);
        json_t *mine = json_array();

        for (size_t i = 0; i < json_array_size(words); i++) {
            unsigned char bytes[8] = {0};
            char text[24];
            hva_t hva;

            if (linux_kvm_hva(machine, gpa + i * 8, 8, &hva))
                host_mm_read(machine->mm, hva, bytes, sizeof(bytes));
            snprintf(text, sizeof(text), "0x%016llx",
                     (unsigned long long)kvm_mmio_read_buf(bytes, 8));
            json_array_append_new(mine, json_string(text));
        }
        json_object_set_new(memory, address, mine);
    }
    return memory;
}

static json_t *dirty_log(struct linux_kvm_machine *machine, const struct linux_kvm_slot *slot)
{
    uint64_t words[DIRTY_WORDS] = {0};
    json_t *log = json_object(), *pages = json_array();
    int error = kvm_get_dirty_log(machine->kvm, slot->id, words, DIRTY_WORDS);

    for (size_t page = 0; page < slot->size >> GRANULE_SHIFT && page < DIRTY_WORDS * 64; page++)
        if (words[page / 64] >> (page % 64) & 1)
            json_array_append_new(pages, json_integer((json_int_t)page));
    json_object_set_new(log, "errno", json_integer(-error));
    json_object_set_new(log, "pages", pages);
    return log;
}

static void add_dirty_logs(struct linux_kvm_machine *machine, json_t *outcome)
{
    for (unsigned i = 0; i < machine->slot_count; i++) {
        char key[40];

        if (!(machine->slots[i].flags & KVM_MEM_LOG_DIRTY_PAGES))
            continue;
        snprintf(key, sizeof(key), "dirty_slot%u", machine->slots[i].id);
        json_object_set_new(outcome, key, dirty_log(machine, &machine->slots[i]));
        snprintf(key, sizeof(key), "dirty_again_slot%u", machine->slots[i].id);
        json_object_set_new(outcome, key, dirty_log(machine, &machine->slots[i]));
    }
}

static void add_doorbells(struct linux_kvm_machine *machine, json_t *outcome)
{
    json_t *list;

    if (!machine->doorbell_count)
        return;
    list = json_array();
    for (unsigned i = 0; i < machine->doorbell_count; i++) {
        json_t *entry = json_object();

        json_object_set_new(entry, "addr", hex(machine->doorbells[i].addr));
        json_object_set_new(entry, "count", json_integer((json_int_t)machine->doorbells[i].count));
        json_array_append_new(list, entry);
    }
    json_object_set_new(outcome, "ioeventfd", list);
}

static void add_coalesced(struct linux_kvm_machine *machine, json_t *outcome)
{
    const struct kvm_coalesced_ring *ring = kvm_coalesced_ring(machine->kvm);
    json_t *coalesced, *entries;

    if (!ring)
        return;
    coalesced = json_object();
    entries = json_array();
    json_object_set_new(coalesced, "first", json_integer(ring->first));
    json_object_set_new(coalesced, "last", json_integer(ring->last));
    for (uint32_t i = ring->first; i != ring->last; i = (i + 1) % KVM_COALESCED_ENTRIES) {
        json_t *entry = json_object();

        json_object_set_new(entry, "phys_addr", hex(ring->entries[i].phys_addr));
        json_object_set_new(entry, "len", json_integer(ring->entries[i].len));
        json_object_set_new(entry, "data", hex_bytes(ring->entries[i].data, ring->entries[i].len));
        json_array_append_new(entries, entry);
    }
    json_object_set_new(coalesced, "entries", entries);
    json_object_set_new(outcome, "coalesced", coalesced);
}

static json_t *stats_of(struct linux_kvm_machine *machine)
{
    const struct kvm_vcpu_stat *stat = kvm_vcpu_stat(machine->vcpus[0]);
    json_t *stats = json_object();

    json_object_set_new(stats, "hvc_exit_stat", json_integer((json_int_t)stat->hvc_exit_stat));
    json_object_set_new(stats, "wfe_exit_stat", json_integer((json_int_t)stat->wfe_exit_stat));
    json_object_set_new(stats, "wfi_exit_stat", json_integer((json_int_t)stat->wfi_exit_stat));
    json_object_set_new(stats, "mmio_exit_user", json_integer((json_int_t)stat->mmio_exit_user));
    json_object_set_new(stats, "mmio_exit_kernel",
                        json_integer((json_int_t)stat->mmio_exit_kernel));
    return stats;
}

static json_t *refused(const struct linux_kvm_machine *machine)
{
    json_t *outcome = json_object(), *exits = json_array(), *exit = json_object();

    json_object_set_new(exit, "setup_error", json_string("create_vm"));
    json_object_set_new(exit, "errno", json_integer(-machine->setup_errno));
    json_array_append_new(exits, exit);
    json_object_set_new(outcome, "exits", exits);
    json_object_set_new(outcome, "final", json_null());
    json_object_set_new(outcome, "trace", json_array());
    return outcome;
}

static json_t *observe(struct linux_kvm_machine *machine, const json_t *record)
{
    const json_t *setup = json_object_get(record, "setup");
    json_t *outcome = json_object(), *memory = json_object_get(record, "memory");

    json_object_set_new(outcome, "exits", run_guest(machine, setup));
    json_object_set_new(outcome, "final", final_of(machine, 0, json_object_get(setup, "vregs")));
    if (machine->vcpu_count > 1)
        json_object_set_new(outcome, "final1", final_of(machine, 1, NULL));
    if (memory)
        json_object_set_new(outcome, "memory", memory_of(machine, memory));
    add_dirty_logs(machine, outcome);
    add_doorbells(machine, outcome);
    add_coalesced(machine, outcome);
    json_object_set_new(outcome, "stats", stats_of(machine));
    json_object_set(outcome, "trace", machine->trace);
    return outcome;
}

json_t *linux_kvm_execute(struct linux_kvm_machine *machine, const json_t *record, char *error,
                          size_t size)
{
    json_t *outcome = NULL;

    if (linux_kvm_build(machine, record, error, size))
        outcome = machine->kvm ? observe(machine, record) : refused(machine);
    linux_kvm_teardown(machine);
    return outcome;
}

bool linux_kvm_print_trace(void *state, const json_t *record, FILE *out, char *error, size_t size)
{
    struct linux_kvm_machine *machine = state;
    char *text = NULL;
    size_t length = 0, lines = 0;
    json_t *outcome = NULL;

    snprintf(error, size, "out of memory");
    machine->ftrace = open_memstream(&text, &length);
    if (machine->ftrace) {
        outcome = linux_kvm_execute(machine, record, error, size);
        fclose(machine->ftrace);
        machine->ftrace = NULL;
    }
    if (outcome) {
        lines = json_array_size(json_object_get(outcome, "trace"));
        fprintf(out, "# tracer: nop\n#\n# entries-in-buffer/entries-written: %zu/%zu   #P:1\n#\n",
                lines, lines);
        ftrace_put_columns(out);
        fputs(text, out);
    }
    free(text);
    json_decref(outcome);
    return outcome != NULL;
}

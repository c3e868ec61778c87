/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A VM as the recorder's VMM made it: built from a record's setup. */
#include "sim/conform/linux_kvm_machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/arch/pstate.h"
#include "cpu/quirks.h"
#include "cpu/vreg.h"
#include "sim/profile.h"
#include "sim/trace/ftrace.h"

#define DRAM_SIZE (64ull << 20)
#define VECTORS 16u
#define VECTOR_SIZE 0x80u
#define BRK(imm) (0xd4200000u | (uint32_t)(imm) << 5)
#define VECTOR_IMM 0xe00u
#define DEFAULT_MAX_EXITS 40u
#define MAX_EXITS 1000u
/* An exit that comes again this often, or this many instructions, is a loop the timer ends. */
#define LOOP_EXITS 64u
#define LOOP_INSTRUCTIONS 100000u

uint64_t linux_kvm_number(const json_t *value)
{
    const char *text = json_string_value(value);

    if (json_is_integer(value))
        return (uint64_t)json_integer_value(value);
    return text && strncmp(text, "0x", 2) == 0 ? strtoull(text, NULL, 16) : 0;
}

static uint64_t member(const json_t *object, const char *key)
{
    return linux_kvm_number(json_object_get(object, key));
}

const struct kvm_variant *linux_kvm_variant(const char *release)
{
    static const char *const names[][2] = {{"6.12.", "linux-6.12"}, {"7.2.", "linux-7.2"}};

    for (size_t i = 0; release && i < sizeof(names) / sizeof(names[0]); i++)
        if (strncmp(release, names[i][0], strlen(names[i][0])) == 0)
            return kvm_variant_by_name(names[i][1]);
    return NULL;
}

/* --- what all records share --- */

struct linux_kvm_machine *linux_kvm_machine_new(uint64_t chaos, char *error, size_t size)
{
    struct linux_kvm_machine *machine = calloc(1, sizeof(*machine));

    if (!machine) {
        snprintf(error, size, "out of memory");
        return NULL;
    }
    machine->clock.profile = profile_default();
    machine->chaos = chaos;
    machine->mem = physmem_new(DRAM_SIZE);
    machine->mm = machine->mem ? host_mm_new(machine->mem) : NULL;
    if (machine->mm)
        return machine;
    snprintf(error, size, "out of memory");
    linux_kvm_machine_free(machine);
    return NULL;
}

void linux_kvm_teardown(struct linux_kvm_machine *machine)
{
    kvm_destroy_vm(machine->kvm);
    machine->kvm = NULL;
    for (unsigned i = 0; i < LINUX_KVM_VCPUS; i++) {
        cpu_free(machine->cpus[i]);
        machine->cpus[i] = NULL;
        machine->vcpus[i] = NULL;
    }
    engine_free(machine->engine);
    machine->engine = NULL;
    for (unsigned i = 0; i < machine->slot_count; i++)
        host_mm_munmap(machine->mm, machine->slots[i].hva);
    machine->slot_count = 0;
    json_decref(machine->trace);
    machine->trace = NULL;
}

void linux_kvm_machine_free(struct linux_kvm_machine *machine)
{
    if (!machine)
        return;
    linux_kvm_teardown(machine);
    host_mm_free(machine->mm);
    physmem_free(machine->mem);
    free(machine);
}

/* --- the VM --- */

static bool loops(void *ctx, uint64_t esr)
{
    struct linux_kvm_machine *machine = ctx;

    (void)esr;
    return ++machine->exits_in_run >= LOOP_EXITS;
}

/* The timer's signal, if there is a timer; a wait without one would last forever. */
static bool wait_ends(void *ctx)
{
    (void)ctx;
    return true;
}

/* The records leave exits for host interrupts out, together with the entry that follows. */
static bool is_host_interrupt(struct linux_kvm_machine *machine, const struct kvm_tracepoint *point)
{
    bool entry_follows = machine->host_interrupt && point->id == KVM_TP_ENTRY;

    machine->host_interrupt = point->id == KVM_TP_EXIT && point->args[2] != CPU_EXIT_SYNC &&
                              point->args[2] != CPU_EXIT_SERROR;
    return machine->host_interrupt || entry_follows;
}

static void trace_line(void *ctx, const struct kvm_tracepoint *point)
{
    struct linux_kvm_machine *machine = ctx;
    char text[CONFORM_TEXT_SIZE];

    if (point->id > KVM_TP_USERSPACE_EXIT) /* of debuggers and interrupts the records have none */
        return;
    if (is_host_interrupt(machine, point))
        return;
    kvm_tracepoint_text(point, text, sizeof(text));
    if (machine->ftrace) {
        /* the recorder's VMM is the machine's only process, on its only CPU */
        const struct ftrace_task task = {"init", 1, 0};

        ftrace_put_prefix(machine->ftrace, &task, kvm_tracepoint_flags(point), machine->clock.now);
        fprintf(machine->ftrace, "%s\n", text);
    }
    json_array_append_new(machine->trace, json_string(text));
}

#define OPTION_NUMBERS 3

/* The numbers after an option's name, in any base of C; how many there are. */
static unsigned option_numbers(const char *text, uint64_t numbers[OPTION_NUMBERS])
{
    const char *at = text + strcspn(text, " ");
    unsigned count = 0;

    while (count < OPTION_NUMBERS) {
        char *end;
        uint64_t value = strtoull(at, &end, 0);

        if (end == at)
            break;
        numbers[count++] = value;
        at = end;
    }
    return count;
}

static bool is_option(const char *text, const char *name)
{
    size_t length = strlen(name);

    return strncmp(text, name, length) == 0 && (!text[length] || text[length] == ' ');
}

static bool add_ioeventfd(struct linux_kvm_machine *machine, const uint64_t numbers[],
                          unsigned count)
{
    struct kvm_ioeventfd config = {.addr = numbers[0], .len = (uint32_t)numbers[1]};
    unsigned at = machine->doorbell_count;

    if (count < 2 || at == LINUX_KVM_DOORBELLS)
        return false;
    if (count == 3) {
        config.datamatch = numbers[2];
        config.flags = KVM_IOEVENTFD_FLAG_DATAMATCH;
    }
    machine->doorbells[at].addr = config.addr;
    machine->doorbell_count++;
    return kvm_ioeventfd(machine->kvm, &config, &machine->doorbells[at].count) == 0;
}

/* Options that come before the vCPUs only set the machine's plan. */
static bool plan_option(struct linux_kvm_machine *machine, const char *text)
{
    static const char *const later[] = {"nisv", "ioev", "coal", "smccc", "vgic", "timer"};
    uint64_t n[OPTION_NUMBERS] = {0};
    unsigned count = option_numbers(text, n);

    for (size_t i = 0; i < sizeof(later) / sizeof(later[0]); i++)
        if (is_option(text, later[i]))
            return true;
    if (is_option(text, "vcpus") && count == 1 && n[0] > 0 && n[0] <= LINUX_KVM_VCPUS)
        machine->vcpu_count = (unsigned)n[0];
    else if (is_option(text, "max") && count == 1 && n[0] <= MAX_EXITS)
        machine->max_exits = (unsigned)n[0];
    else
        return false;
    return true;
}

static bool apply_option(struct linux_kvm_machine *machine, const char *text)
{
    uint64_t n[OPTION_NUMBERS] = {0};
    unsigned count = option_numbers(text, n);

    if (is_option(text, "nisv"))
        return kvm_enable_cap(machine->kvm, KVM_CAP_ARM_NISV_TO_USER) == 0;
    if (is_option(text, "vgic"))
        return kvm_vgic_create(machine->kvm, n[0], n[1]) == 0;
    if (is_option(text, "ioev"))
        return add_ioeventfd(machine, n, count);
    if (is_option(text, "coal")) {
        struct kvm_coalesced_mmio_zone zone = {.addr = n[0], .size = (uint32_t)n[1]};

        return kvm_register_coalesced_mmio(machine->kvm, &zone) == 0;
    }
    if (is_option(text, "smccc"))
        return kvm_set_smccc_filter(machine->kvm, (uint32_t)n[0], (uint32_t)n[1],
                                    (enum kvm_smccc_filter_action)n[2]) == 0;
    return true;
}

static bool each_option(struct linux_kvm_machine *machine, const json_t *setup,
                        bool (*fn)(struct linux_kvm_machine *, const char *), char *error,
                        size_t size)
{
    const json_t *options = json_object_get(setup, "options"), *option;
    size_t i;

    json_array_foreach(options, i, option)
    {
        const char *text = json_string_value(option);

        if (!text || !fn(machine, text)) {
            snprintf(error, size, "option '%s' is not known, or refused", text ? text : "");
            return false;
        }
    }
    return true;
}

static uint32_t slot_flags(const json_t *slot)
{
    const json_t *flags = json_object_get(slot, "flags"), *flag;
    uint32_t value = 0;
    size_t i;

    json_array_foreach(flags, i, flag)
    {
        const char *text = json_string_value(flag);

        if (text && strcmp(text, "readonly") == 0)
            value |= KVM_MEM_READONLY;
        if (text && strcmp(text, "log_dirty") == 0)
            value |= KVM_MEM_LOG_DIRTY_PAGES;
    }
    return value;
}

static bool add_slots(struct linux_kvm_machine *machine, const json_t *setup)
{
    const json_t *slots = json_object_get(setup, "memslots"), *slot;
    size_t i;

    json_array_foreach(slots, i, slot)
    {
        struct linux_kvm_slot *mine = &machine->slots[machine->slot_count];
        struct kvm_userspace_memory_region region = {
            .slot = (uint32_t)member(slot, "slot"),
            .guest_phys_addr = member(slot, "gpa"),
            .memory_size = member(slot, "size"),
            .flags = slot_flags(slot),
        };

        if (machine->slot_count == LINUX_KVM_SLOTS ||
            !host_mm_map(machine->mm,
                         &(struct host_mapping){.size = region.memory_size, .lazy = true},
                         &mine->hva))
            return false;
        region.userspace_addr = mine->hva.v;
        mine->id = region.slot;
        mine->gpa = region.guest_phys_addr;
        mine->size = region.memory_size;
        mine->flags = region.flags;
        machine->slot_count++;
        if (kvm_set_user_memory_region(machine->kvm, &region))
            return false;
    }
    return true;
}

bool linux_kvm_hva(const struct linux_kvm_machine *machine, uint64_t gpa, size_t size, hva_t *hva)
{
    for (unsigned i = 0; i < machine->slot_count; i++) {
        const struct linux_kvm_slot *slot = &machine->slots[i];

        if (gpa < slot->gpa || gpa - slot->gpa >= slot->size ||
            slot->size - (gpa - slot->gpa) < size)
            continue;
        *hva = HVA(slot->hva.v + (gpa - slot->gpa));
        return true;
    }
    return false;
}

static bool put(struct linux_kvm_machine *machine, uint64_t gpa, uint64_t value, size_t size)
{
    unsigned char bytes[8];
    hva_t hva;

    for (size_t i = 0; i < size; i++)
        bytes[i] = (unsigned char)(value >> (8 * i));
    return linux_kvm_hva(machine, gpa, size, &hva) && host_mm_write(machine->mm, hva, bytes, size);
}

static bool put_memory(struct linux_kvm_machine *machine, const json_t *record, const json_t *setup)
{
    const json_t *words = json_object_get(record, "guest"), *word;
    const json_t *list = json_object_get(setup, "memory"), *entry;
    uint64_t code_at = member(setup, "code_at");
    uint64_t vbar = member(json_object_get(setup, "regs"), "vbar_el1");
    size_t i, j;

    /* Vectors may be where there is no memory. */
    for (unsigned vector = 0; vector < VECTORS; vector++)
        (void)put(machine, vbar + vector * VECTOR_SIZE, BRK(VECTOR_IMM + vector * VECTOR_SIZE / 16),
                  4);
    json_array_foreach(
        words, i, word) if (!put(machine, code_at + i * 4, linux_kvm_number(word), 4)) return false;
    json_array_foreach(list, i, entry)
    {
        const json_t *values = json_object_get(entry, "values"), *value;
        uint64_t gpa = member(entry, "gpa"), width = member(entry, "width");

        if (width == 0 || width > 8)
            return false;
        json_array_foreach(values, j, value) if (!put(machine, gpa + j * width,
                                                      linux_kvm_number(value), width)) return false;
    }
    return true;
}

/* --- registers --- */

static void set_register(struct linux_kvm_machine *machine, const char *name, uint64_t value)
{
    struct kvm_vcpu *vcpu = machine->vcpus[0];
    enum sysreg reg = sysreg_by_name(name);

    if (strcmp(name, "pc") == 0)
        kvm_vcpu_set_pc(vcpu, value);
    else if (strcmp(name, "pstate") == 0)
        kvm_vcpu_set_pstate(vcpu, value);
    else if (strcmp(name, "sp_el0") == 0)
        kvm_vcpu_set_sp(vcpu, 0, value);
    else if (strcmp(name, "sp_el1") == 0)
        kvm_vcpu_set_sp(vcpu, 1, value);
    else if (reg != SYSREG_COUNT)
        kvm_vcpu_set_sysreg(vcpu, reg, value);
}

/* "0x" and 32 digits. */
static void set_vreg(struct cpu *cpu, unsigned n, const char *text)
{
    char high[17] = "", low[17] = "";
    size_t length = text ? strlen(text) : 0;

    if (length < 2 + 32 || n > 31)
        return;
    memcpy(high, text + 2, 16);
    memcpy(low, text + 18, 16);
    vreg_set(cpu, n, (const uint64_t[2]){strtoull(low, NULL, 16), strtoull(high, NULL, 16)});
}

static void set_registers(struct linux_kvm_machine *machine, const json_t *setup)
{
    json_t *regs = json_object_get(setup, "regs"), *vregs = json_object_get(setup, "vregs");
    const char *name;
    json_t *value;

    json_object_foreach(regs, name, value)
    {
        if (strcmp(name, "x") != 0)
            set_register(machine, name, linux_kvm_number(value));
        for (size_t n = 0; strcmp(name, "x") == 0 && n < json_array_size(value) && n < 31; n++)
            kvm_vcpu_set_x(machine->vcpus[0], (unsigned)n,
                           linux_kvm_number(json_array_get(value, n)));
    }
    json_object_foreach(vregs, name, value)
        set_vreg(machine->cpus[0], (unsigned)strtoul(name + 1, NULL, 10), json_string_value(value));
}

static bool make_vcpus(struct linux_kvm_machine *machine, char *error, size_t size)
{
    struct engine_config config = {
        .mem = machine->mem,
        .clock = &machine->clock,
        .chaos = machine->chaos,
        .quirks = CPU_QUIRKS_QEMU_7_2,
    };

    machine->engine = engine_new(&config, error, size);
    if (!machine->engine)
        return false;
    for (unsigned i = 0; i < machine->vcpu_count; i++) {
        machine->cpus[i] = cpu_new(machine->engine, i, error, size);
        if (!machine->cpus[i] ||
            kvm_create_vcpu(machine->kvm, i, machine->cpus[i], &machine->vcpus[i]))
            return false;
        kvm_arm_vcpu_init(machine->vcpus[i]);
        kvm_vcpu_set_guest_debug(machine->vcpus[i], KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_SW_BP);
        kvm_vcpu_set_power_off(machine->vcpus[i], i > 0);
        cpu_set_budget(machine->cpus[i], LOOP_INSTRUCTIONS);
    }
    return true;
}

bool linux_kvm_build(struct linux_kvm_machine *machine, const json_t *record, char *error,
                     size_t size)
{
    const json_t *setup = json_object_get(record, "setup");
    struct kvm_config config = {
        .clock = &machine->clock,
        .variant = linux_kvm_variant(json_string_value(json_object_get(record, "kernel"))),
        .host_cpu = &kvm_host_cpu_qemu72_max,
        .ipa_bits = (unsigned)member(setup, "vm_ipa_bits"),
        .exit_observer = loops,
        .wait_observer = wait_ends,
        .observer_ctx = machine,
        .tracepoint = trace_line,
        .tracepoint_ctx = machine,
    };

    machine->vcpu_count = 1;
    machine->max_exits = DEFAULT_MAX_EXITS;
    machine->doorbell_count = 0;
    memset(machine->doorbells, 0, sizeof(machine->doorbells));
    machine->host_interrupt = false;
    machine->setup_errno = 0;
    snprintf(error, size, "the VM cannot be built");
    if (!config.variant || !each_option(machine, setup, plan_option, error, size))
        return false;
    machine->trace = json_array();
    if (!machine->trace)
        return false;
    config.mm = machine->mm;
    machine->kvm = kvm_create_vm(&config, &machine->setup_errno);
    if (!machine->kvm)
        return true;
    if (!add_slots(machine, setup) || !put_memory(machine, record, setup) ||
        !make_vcpus(machine, error, size) ||
        !each_option(machine, setup, apply_option, error, size))
        return false;
    set_registers(machine, setup);
    return true;
}

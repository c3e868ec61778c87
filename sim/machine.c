/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/machine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/arch/esr.h"
#include "cpu/cpu.h"
#include "kvm_model/hostile.h"
#include "kvm_model/kvm.h"
#include "kvm_model/stage2_setup.h"
#include "kvm_model/vmm/vmm.h"
#include "rmm_model/monitor.h"
#include "rmm_model/rmm.h"
#include "sim/guest_image.h"
#include "sim/guest_memory.h"
#include "sim/invariant/invariant.h"
#include "sim/machine_devices.h"

#define DRAM_OVERHEAD ((uint64_t)128 << 20) /* tables, realm descriptors, the GPT */

#define PSCI_SYSTEM_OFF 0x84000008u
#define PSCI_SYSTEM_RESET 0x84000009u

struct machine {
    const struct scenario *scenario;
    struct clock clock;
    struct trace trace;
    uint64_t chaos;
    struct physmem *mem;
    struct engine *engine;
    struct cpu *cpu;
    struct monitor *monitor;
    struct rmm *rmm;
    struct invariants *invariants; /* of a realm; NULL for a plain VM */
    struct smc_port smc;
    struct host_mm *mm;
    struct hostile *hostile; /* NULL: an honest host */
    struct kvm *kvm;
    struct kvm_vcpu *vcpu;
    struct guest_image image;

    struct guest_memory memory;
    hva_t *hva; /* where the VMM mapped each memory */
    struct machine_devices *devices;

    bool stop_at_hvc; /* the scenario expects to end at an HVC ... */
    uint64_t hvc_imm; /* ... with this immediate */
    uint64_t exits;
    struct { /* the guest's registers when it last made a call */
        uint64_t x[31], pc, sp;
    } at_call;
    struct machine_end end;
    bool ended;
    char text[400];
};

const char *end_reason_name(enum end_reason reason)
{
    static const char *const names[END_REASON_COUNT] = {
        [END_PSCI] = "psci",
        [END_HVC] = "hvc",
        [END_KVM_ERROR] = "kvm_error",
        [END_SHUTDOWN] = "shutdown",
        [END_INTERNAL_ERROR] = "internal_error",
        [END_UNHANDLED_EXIT] = "unhandled_exit",
        [END_LIMIT] = "limit",
        [END_FAILURE] = "failure",
        [END_DEVICE] = "device",
        [END_VMM] = "vmm",
    };

    return names[reason];
}

static bool is_realm(const struct machine *machine)
{
    return machine->scenario->machine.world == SCN_WORLD_CCA;
}

/* --- the end -----------------------------------------------------------------------------------
 */

static void set_end(struct machine *machine, enum end_reason reason, uint64_t detail)
{
    if (machine->ended)
        return;
    machine->ended = true;
    machine->end.reason = reason;
    machine->end.detail = detail;
}

/* Has a limit been reached, the CPU model failed, or the RMM stopped for good? */
static bool check_limits(struct machine *machine)
{
    const struct scn_limits *limits = &machine->scenario->limits;

    if (machine->ended)
        return true;
    if (machine->invariants && invariants_violation(machine->invariants)) {
        snprintf(machine->text, sizeof(machine->text), "%s",
                 invariants_violation(machine->invariants));
        set_end(machine, END_FAILURE, 0);
    } else if (cpu_failure(machine->cpu)[0]) {
        snprintf(machine->text, sizeof(machine->text), "%s", cpu_failure(machine->cpu));
        set_end(machine, END_FAILURE, 0);
    } else if (machine->rmm && rmm_halted(machine->rmm)) {
        snprintf(machine->text, sizeof(machine->text), "the RMM halted: %s",
                 rmm_halted(machine->rmm));
        set_end(machine, END_FAILURE, 0);
    } else if (cpu_out_of_budget(machine->cpu)) {
        snprintf(machine->text, sizeof(machine->text),
                 "%llu instructions were executed without an end, the last at 0x%016llx",
                 (unsigned long long)limits->instructions, (unsigned long long)machine_pc(machine));
        set_end(machine, END_LIMIT, limits->instructions);
    } else if (limits->exits && machine->exits > limits->exits) {
        snprintf(machine->text, sizeof(machine->text),
                 "more than %llu exits, the last at 0x%016llx", (unsigned long long)limits->exits,
                 (unsigned long long)machine_pc(machine));
        set_end(machine, END_LIMIT, limits->exits);
    } else if (limits->cycles && machine->clock.now.v > limits->cycles) {
        snprintf(machine->text, sizeof(machine->text), "more than %llu cycles",
                 (unsigned long long)limits->cycles);
        set_end(machine, END_LIMIT, limits->cycles);
    }
    return machine->ended;
}

static bool is_call(uint64_t esr)
{
    return field_get(esr, ESR_EC) == ESR_EC_HVC64 || field_get(esr, ESR_EC) == ESR_EC_SMC64;
}

static void note_call(struct machine *machine)
{
    for (unsigned n = 0; n < 31; n++)
        machine->at_call.x[n] = cpu_get_x(machine->cpu, n);
    machine->at_call.pc = cpu_el2(machine->cpu)->elr;
    machine->at_call.sp = cpu_get_sp(machine->cpu, machine->scenario->guest.el);
}

/* kvm_exit_observer: sees each exit before KVM handles it. */
static bool on_exit_from_guest(void *ctx, uint64_t esr)
{
    struct machine *machine = ctx;

    machine->exits++;
    if (!is_realm(machine) && is_call(esr))
        note_call(machine);
    if (!is_realm(machine) && field_get(esr, ESR_EC) == ESR_EC_HVC64)
        guest_memory_at_hvc(&machine->memory, field_get(esr, ESR_IMM16));
    if (machine->stop_at_hvc && field_get(esr, ESR_EC) == ESR_EC_HVC64 &&
        field_get(esr, ESR_IMM16) == machine->hvc_imm) {
        set_end(machine, END_HVC, machine->hvc_imm);
        return true;
    }
    return check_limits(machine);
}

/* kvm_fault_observer */
static void on_memory_fault(void *ctx)
{
    struct machine *machine = ctx;

    guest_memory_at_fault(&machine->memory);
}

static void end_of(struct machine *machine, struct vmm_result result)
{
    switch (result.reason) {
    case VMM_END_SYSTEM_EVENT:
        if (result.detail == KVM_SYSTEM_EVENT_SHUTDOWN)
            set_end(machine, END_PSCI, PSCI_SYSTEM_OFF);
        else if (result.detail == KVM_SYSTEM_EVENT_RESET)
            set_end(machine, END_PSCI, PSCI_SYSTEM_RESET);
        else
            set_end(machine, END_UNHANDLED_EXIT, KVM_EXIT_SYSTEM_EVENT);
        break;
    case VMM_END_INTERRUPTED:
        if (!check_limits(machine) && kvm_vcpu_take_sigbus(machine->vcpu)) {
            snprintf(machine->text, sizeof(machine->text), "SIGBUS: a page is poisoned");
            set_end(machine, END_KVM_ERROR, EINTR);
        } else if (!machine->ended) {
            snprintf(machine->text, sizeof(machine->text), "the vCPU is switched off");
            set_end(machine, END_KVM_ERROR, EINTR);
        }
        break;
    case VMM_END_ERRNO:
        if (!check_limits(machine))
            set_end(machine, END_KVM_ERROR, result.detail);
        break;
    case VMM_END_SHUTDOWN:
        set_end(machine, END_SHUTDOWN, 0);
        break;
    case VMM_END_INTERNAL_ERROR:
        set_end(machine, END_INTERNAL_ERROR, 0);
        break;
    case VMM_END_UNHANDLED:
        set_end(machine, END_UNHANDLED_EXIT, result.detail);
        break;
    case VMM_END_DEVICE:
        snprintf(machine->text, sizeof(machine->text), "%s, status %llu%s",
                 machine_devices_stop(machine->devices)->device, (unsigned long long)result.detail,
                 machine_devices_stop(machine->devices)->reset ? ", reset" : "");
        set_end(machine, END_DEVICE, result.detail);
        break;
    case VMM_END_SCRIPT:
        set_end(machine, END_VMM, 0);
        break;
    }
}

/* --- building ----------------------------------------------------------------------------------
 */

static bool fail(char *error, size_t size, const char *what, int code)
{
    if (code)
        snprintf(error, size, "%s: %s", what, strerror(-code));
    else
        snprintf(error, size, "%s", what);
    return false;
}

static bool build_platform(struct machine *machine, char *error, size_t size)
{
    uint64_t dram = DRAM_OVERHEAD + machine_devices_memory(machine->scenario);

    /* twice: the VMM's mapping, and the private pages of a realm */
    for (size_t i = 0; i < machine->scenario->memory_count; i++)
        dram += guest_memory_dram(&machine->scenario->memory[i]);
    machine->mem = physmem_new(dram);
    if (!machine->mem)
        return fail(error, size, "no address space for the simulated memory", 0);
    machine->monitor = monitor_new(&(struct monitor_config){
        .mem = machine->mem, .clock = &machine->clock, .trace = &machine->trace});
    if (!machine->monitor)
        return fail(error, size, "out of memory", 0);
    machine->smc = monitor_normal_port(machine->monitor);
    machine->engine = engine_new(&(struct engine_config){.mem = machine->mem,
                                                         .clock = &machine->clock,
                                                         .trace = &machine->trace,
                                                         .el3 = machine->smc,
                                                         .ls64 = machine->scenario->machine.ls64,
                                                         .chaos = machine->chaos},
                                 error, size);
    if (!machine->engine)
        return false;
    machine->cpu = cpu_new(machine->engine, 0, error, size);
    if (!machine->cpu)
        return false;
    kvm_hyp_init_cpu(machine->cpu);
    cpu_set_budget(machine->cpu, machine->scenario->limits.instructions);
    machine->mm = host_mm_new(machine->mem);
    return machine->mm || fail(error, size, "out of memory", 0);
}

static bool build_rmm(struct machine *machine, char *error, size_t size)
{
    if (!is_realm(machine))
        return true;
    machine->invariants = invariants_new(&(struct invariants_config){
        .mem = machine->mem, .rmm = machine->scenario->machine.rmm, .host = machine->smc});
    if (!machine->invariants)
        return fail(error, size, "out of memory", 0);
    machine->smc = invariants_port(machine->invariants);
    machine->rmm =
        rmm_new(&(struct rmm_config){.mem = machine->mem,
                                     .clock = &machine->clock,
                                     .trace = &machine->trace,
                                     .el3 = monitor_realm_port(machine->monitor),
                                     .cpus = &machine->cpu,
                                     .cpu_count = 1,
                                     .variant = machine->scenario->machine.rmm,
                                     .realm = invariants_realm_port(machine->invariants)});
    if (!machine->rmm)
        return fail(error, size, "the RMM could not be started", 0);
    monitor_set_rmm(machine->monitor, machine->rmm);
    return true;
}

/* A hostile host's policy comes between KVM and EL3. */
static bool build_hostile(struct machine *machine, char *error, size_t size)
{
    const struct scn_host *host = &machine->scenario->host;

    if (!host->step_count)
        return true;
    machine->hostile = hostile_new(&(struct hostile_config){.mm = machine->mm,
                                                            .smc = machine->smc,
                                                            .trace = &machine->trace,
                                                            .steps = host->steps,
                                                            .step_count = host->step_count});
    if (!machine->hostile)
        return fail(error, size, "out of memory", 0);
    machine->smc = hostile_port(machine->hostile);
    return true;
}

static bool build_vm(struct machine *machine, char *error, size_t size)
{
    const struct scn_machine *config = &machine->scenario->machine;
    const struct kvm_variant *variant = kvm_variant_by_name(config->kernel);
    int code = 0;

    if (!variant) {
        snprintf(error, size, "no model of kernel '%s'", config->kernel);
        return false;
    }
    machine->kvm =
        kvm_create_vm(&(struct kvm_config){.mm = machine->mm,
                                           .clock = &machine->clock,
                                           .trace = &machine->trace,
                                           .smc = &machine->smc,
                                           .variant = variant,
                                           .ipa_bits = config->ipa_bits,
                                           .realm = is_realm(machine),
                                           .ls64 = config->ls64,
                                           .cache_dic = config->features & SCN_FEATURE_DIC,
                                           .fwb = config->features & SCN_FEATURE_FWB,
                                           .exit_observer = on_exit_from_guest,
                                           .fault_observer = on_memory_fault,
                                           .observer_ctx = machine},
                      &code);
    if (!machine->kvm)
        return fail(error, size, "KVM_CREATE_VM", code);
    code = guest_memory_enable_caps(machine->scenario, machine->kvm);
    if (code)
        return fail(error, size, "KVM_ENABLE_CAP for machine.features", code);
    code =
        kvm_create_vcpu(machine->kvm, 0, is_realm(machine) ? NULL : machine->cpu, &machine->vcpu);
    return !code || fail(error, size, "KVM_CREATE_VCPU", code);
}

static bool build_memory(struct machine *machine, char *error, size_t size)
{
    machine->memory.mm = machine->mm;
    machine->memory.kvm = machine->kvm;
    machine->memory.trace = &machine->trace;
    return guest_memory_build(&machine->memory, error, size);
}

static bool build_devices(struct machine *machine, char *error, size_t size)
{
    machine->devices =
        machine_devices_new(&(struct machine_devices_config){.scenario = machine->scenario,
                                                             .kvm = machine->kvm,
                                                             .mm = machine->mm,
                                                             .hva = machine->memory.hva,
                                                             .clock = &machine->clock,
                                                             .trace = &machine->trace},
                            error, size);
    return machine->devices != NULL;
}

/* The VMM writes the image into the memory it gave the guest. */
static bool load_image(struct machine *machine, char *error, size_t size)
{
    const struct scenario *scenario = machine->scenario;

    if (!guest_image_build(scenario, &machine->image, error, size))
        return false;
    for (size_t s = 0; s < machine->image.count; s++) {
        const struct scn_segment *segment = &machine->image.segments[s];
        size_t m = 0;

        while (m < scenario->memory_count &&
               segment->ipa.v - scenario->memory[m].ipa.v >= scenario->memory[m].size)
            m++;
        if (m == scenario->memory_count ||
            !host_mm_write(
                machine->mm,
                HVA(machine->memory.hva[m].v + segment->ipa.v - scenario->memory[m].ipa.v),
                segment->bytes, segment->size)) {
            snprintf(error, size, "code at 0x%llx is not in guest memory",
                     (unsigned long long)segment->ipa.v);
            return false;
        }
    }
    return true;
}

static void set_registers(struct machine *machine)
{
    const struct scn_guest *guest = &machine->scenario->guest;
    const struct guest_image *image = &machine->image;

    for (unsigned n = 0; n < 31; n++)
        kvm_vcpu_set_x(machine->vcpu, n, guest->regs[n]);
    kvm_vcpu_set_pc(machine->vcpu, image->pc);
    if (is_realm(machine))
        return;
    kvm_vcpu_set_pstate(machine->vcpu, image->pstate);
    kvm_vcpu_set_sp(machine->vcpu, guest->el, guest->sp);
    for (size_t i = 0; i < image->sysreg_count; i++)
        kvm_vcpu_set_sysreg(machine->vcpu, image->sysregs[i].reg, image->sysregs[i].value);
}

static void watch_for_end(struct machine *machine)
{
    const struct scn_expect *expect = &machine->scenario->expect;

    for (size_t i = 0; i < expect->end_count; i++) {
        const struct expect_item *item = &expect->end[i];

        if (strcmp(item->path, "end.reason") == 0 && item->want.op == MATCH_EQ &&
            item->want.is_text && strcmp(item->want.text, "hvc") == 0)
            machine->stop_at_hvc = true;
        if (strcmp(item->path, "end.imm") == 0 && item->want.op == MATCH_EQ)
            machine->hvc_imm = item->want.value;
    }
}

struct machine *machine_new(const struct scenario *scenario, const struct machine_options *options,
                            char *error, size_t size)
{
    struct machine *machine = calloc(1, sizeof(*machine));

    if (!machine) {
        fail(error, size, "out of memory", 0);
        return NULL;
    }
    machine->scenario = scenario;
    machine->memory.scenario = scenario;
    machine->clock.profile = options->profile;
    machine->chaos = options->chaos;
    machine->trace.clock = &machine->clock;
    machine->end.text = machine->text;
    watch_for_end(machine);
    if (!build_platform(machine, error, size) || !build_rmm(machine, error, size) ||
        !build_hostile(machine, error, size) || !build_vm(machine, error, size) ||
        !build_memory(machine, error, size) || !build_devices(machine, error, size) ||
        !load_image(machine, error, size) || !guest_memory_seal(&machine->memory, error, size)) {
        machine_free(machine);
        return NULL;
    }
    set_registers(machine);
    return machine;
}

void machine_free(struct machine *machine)
{
    if (!machine)
        return;
    machine->trace.readers = 0; /* nobody reads about the dismantling */
    kvm_destroy_vm(machine->kvm);
    hostile_free(machine->hostile);
    guest_image_free(&machine->image);
    machine_devices_free(machine->devices);
    guest_memory_free(&machine->memory);
    host_mm_free(machine->mm);
    rmm_free(machine->rmm);
    invariants_free(machine->invariants);
    monitor_free(machine->monitor);
    cpu_free(machine->cpu);
    engine_free(machine->engine);
    physmem_free(machine->mem);
    free(machine);
}

struct trace *machine_trace(struct machine *machine)
{
    return &machine->trace;
}

/* --- running -----------------------------------------------------------------------------------
 */

/* The realm's image becomes private, measured memory: whole pages. */
static bool populate(struct machine *machine)
{
    const struct scenario *scenario = machine->scenario;

    for (size_t s = 0; s < machine->image.count; s++) {
        const struct scn_segment *segment = &machine->image.segments[s];
        uint64_t first = segment->ipa.v & ~GRANULE_MASK;
        uint64_t last = (segment->ipa.v + segment->size + GRANULE_MASK) & ~GRANULE_MASK;
        size_t m = 0;
        int code;

        while (segment->ipa.v - scenario->memory[m].ipa.v >= scenario->memory[m].size)
            m++;
        code = kvm_arm_rmi_populate(
            machine->kvm, first, last - first,
            HVA(machine->memory.hva[m].v + first - scenario->memory[m].ipa.v), true);
        if (code) {
            snprintf(machine->text, sizeof(machine->text), "populating the realm failed: %s",
                     strerror(-code));
            set_end(machine, END_KVM_ERROR, (uint64_t)-code);
            return false;
        }
    }
    return true;
}

/* However the run ended: a broken promise to the realm is what there is to tell. */
static void note_violation(struct machine *machine)
{
    if (!machine->invariants || !invariants_violation(machine->invariants))
        return;
    snprintf(machine->text, sizeof(machine->text), "%s", invariants_violation(machine->invariants));
    machine->ended = true;
    machine->end.reason = END_FAILURE;
    machine->end.detail = 0;
}

struct machine_end machine_run(struct machine *machine)
{
    struct vmm vmm = {.vcpu = machine->vcpu};

    machine_devices_vmm(machine->devices, &vmm);
    if (machine->hostile && !hostile_attach(machine->hostile)) {
        snprintf(machine->text, sizeof(machine->text), "too many readers of the trace");
        set_end(machine, END_FAILURE, 0);
    } else if (!is_realm(machine) || populate(machine)) {
        end_of(machine, vmm_run(&vmm));
    }
    if (machine->hostile)
        hostile_end(machine->hostile);
    note_violation(machine);
    EMIT(&machine->trace, END, VMM, EVENT_STR(end_reason_name(machine->end.reason)),
         machine->end.detail);
    return machine->end;
}

/*
 * KVM writes the results of a PSCI call into x0..x3 also when the call stops the system
 * (smccc_set_retval), but that guest runs no more: what it last had is what it called with.
 */
static bool ended_in_call(const struct machine *machine)
{
    return machine->ended && machine->end.reason == END_PSCI && !is_realm(machine);
}

uint64_t machine_reg(struct machine *machine, unsigned n)
{
    return ended_in_call(machine) ? machine->at_call.x[n] : cpu_get_x(machine->cpu, n);
}

uint64_t machine_pc(struct machine *machine)
{
    return ended_in_call(machine) ? machine->at_call.pc : cpu_el2(machine->cpu)->elr;
}

uint64_t machine_sp(struct machine *machine)
{
    return ended_in_call(machine) ? machine->at_call.sp
                                  : cpu_get_sp(machine->cpu, machine->scenario->guest.el);
}

cycles_t machine_cycles(const struct machine *machine)
{
    return machine->clock.now;
}

uint64_t machine_instructions(const struct machine *machine)
{
    return cpu_instructions(machine->cpu);
}

struct machine_device_state machine_device(const struct machine *machine, size_t index)
{
    return machine_devices_state(machine->devices, index);
}

struct machine_kvm_state machine_kvm_state(const struct machine *machine)
{
    return machine_devices_kvm_state(machine->devices);
}

const struct invariant_counts *machine_invariant_counts(const struct machine *machine)
{
    return machine->invariants ? invariants_counts(machine->invariants) : NULL;
}

const struct hostile_record *machine_hostile_records(const struct machine *machine)
{
    return machine->hostile ? hostile_records(machine->hostile) : NULL;
}

/* --- for a debugger ----------------------------------------------------------------------------
 */

struct engine *machine_engine(struct machine *machine)
{
    return machine->engine;
}

unsigned machine_cpu_count(const struct machine *machine)
{
    (void)machine;
    return 1;
}

struct cpu *machine_cpu(struct machine *machine, unsigned n)
{
    (void)n;
    return machine->cpu;
}

bool machine_find_page(void *ctx, ipa_t ipa, pa_t *pa, enum pas *pas)
{
    const struct machine *machine = ctx;

    return kvm_find_page(machine->kvm, ipa, pa, pas);
}

void machine_stop(struct machine *machine, const char *text)
{
    snprintf(machine->text, sizeof(machine->text), "%s", text);
    set_end(machine, END_KVM_ERROR, EINTR);
    cpu_set_budget(machine->cpu, 0);
}

struct kvm_stage2_leaf machine_stage2(const struct machine *machine, ipa_t ipa)
{
    struct kvm_stage2_leaf leaf = {0};

    if (kvm_stage2_leaf(machine->kvm, ipa, &leaf))
        leaf = (struct kvm_stage2_leaf){.perm = "none", .attr = "none"};
    return leaf;
}

bool machine_page_is_dirty(const struct machine *machine, size_t index, uint64_t page)
{
    return kvm_dirty_log_has(machine->kvm, (uint32_t)index, page);
}

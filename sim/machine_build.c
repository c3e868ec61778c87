/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine's parts, made and joined by what the scenario says. */
#include <stdlib.h>
#include <string.h>

#include "cpu/gic.h"
#include "kvm_model/variant.h"
#include "sim/machine_internal.h"

#define DRAM_OVERHEAD ((uint64_t)128 << 20) /* tables, realm descriptors, the GPT */

static bool fail(char *error, size_t size, const char *what, int code)
{
    if (code)
        snprintf(error, size, "%s: %s", what, strerror(-code));
    else
        snprintf(error, size, "%s", what);
    return false;
}

/* The GICV frame of a host with a GICv2, or 0. */
static pa_t host_gicv(const struct machine *machine)
{
    return PA(machine->scenario->machine.gic == SCN_GIC_V2 ? SCN_HOST_GICV : 0);
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
    machine->engine = engine_new(
        &(struct engine_config){.mem = machine->mem,
                                .clock = &machine->clock,
                                .trace = &machine->trace,
                                .ls64 = machine->scenario->machine.ls64,
                                .wfxt = machine->scenario->machine.features & SCN_FEATURE_WFXT,
                                .gicv = host_gicv(machine),
                                .el3 = machine->smc,
                                .chaos = machine->chaos,
                                .timing = machine->timing},
        error, size);
    if (!machine->engine)
        return false;
    for (unsigned i = 0; i < machine->vcpu_count; i++) {
        machine->vcpus[i].cpu = cpu_new(machine->engine, i, error, size);
        if (!machine->vcpus[i].cpu)
            return false;
        kvm_hyp_init_cpu(machine->vcpus[i].cpu);
    }
    machine->mm = host_mm_new(machine->mem);
    return machine->mm || fail(error, size, "out of memory", 0);
}

static bool build_rmm(struct machine *machine, char *error, size_t size)
{
    struct cpu *cpus[SCN_MAX_VCPUS];

    if (!machine_is_realm(machine))
        return true;
    for (unsigned i = 0; i < machine->vcpu_count; i++)
        cpus[i] = machine->vcpus[i].cpu;
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
                                     .cpus = cpus,
                                     .cpu_count = machine->vcpu_count,
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
    const struct kvm_variant *kernel;

    if (!host->step_count)
        return true;
    kernel = kvm_variant_by_name(machine->scenario->machine.kernel);
    if (!kernel || !kernel->rmi)
        return fail(error, size, "a kernel without realms has no RMM to lie to", 0);
    machine->hostile = hostile_new(&(struct hostile_config){.mm = machine->mm,
                                                            .smc = machine->smc,
                                                            .cmds = kernel->rmi,
                                                            .pe = machine->vcpus[0].cpu,
                                                            .trace = &machine->trace,
                                                            .steps = host->steps,
                                                            .step_count = host->step_count});
    if (!machine->hostile)
        return fail(error, size, "out of memory", 0);
    machine->smc = hostile_port(machine->hostile);
    return true;
}

/* Each vCPU on a PE of its own; but for vCPU 0 they start off (KVM_ARM_VCPU_POWER_OFF). */
static bool build_vcpus(struct machine *machine, char *error, size_t size)
{
    uint32_t debug = machine->scenario->kvm.guest_debug;

    for (unsigned i = 0; i < machine->vcpu_count; i++) {
        struct machine_vcpu *vcpu = &machine->vcpus[i];
        int code = kvm_create_vcpu(machine->kvm, i, machine_is_realm(machine) ? NULL : vcpu->cpu,
                                   &vcpu->vcpu);

        if (code)
            return fail(error, size, "KVM_CREATE_VCPU", code);
        if (machine_is_realm(machine))
            kvm_vcpu_set_rec_pe(vcpu->vcpu, vcpu->cpu);
        kvm_vcpu_set_power_off(vcpu->vcpu, i > 0);
        if (debug)
            code = kvm_vcpu_set_guest_debug(vcpu->vcpu, debug);
        if (code)
            return fail(error, size, "KVM_SET_GUEST_DEBUG", code);
    }
    return true;
}

/* kvm_fault_observer */
static void on_memory_fault(void *ctx)
{
    struct machine *machine = ctx;

    guest_memory_at_fault(&machine->memory);
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
                                           .cache_dic = config->features & SCN_FEATURE_DIC,
                                           .fwb = config->features & SCN_FEATURE_FWB,
                                           .realm = machine_is_realm(machine),
                                           .ls64 = config->ls64,
                                           .wfxt = config->features & SCN_FEATURE_WFXT,
                                           .gicv = host_gicv(machine),
                                           .exit_observer = machine_on_exit_from_guest,
                                           .fault_observer = on_memory_fault,
                                           .observer_ctx = machine,
                                           .host = machine_host_port(machine)},
                      &code);
    if (!machine->kvm)
        return fail(error, size, "KVM_CREATE_VM", code);
    code = guest_memory_enable_caps(machine->scenario, machine->kvm);
    if (code)
        return fail(error, size, "KVM_ENABLE_CAP for machine.features", code);
    return build_vcpus(machine, error, size);
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
    for (unsigned i = 0; machine->devices && i < machine->vcpu_count; i++) {
        machine->vcpus[i].thread.vcpu = machine->vcpus[i].vcpu;
        machine_devices_vmm(machine->devices, &machine->vcpus[i].thread);
    }
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

static void set_registers(const struct machine *machine, struct kvm_vcpu *vcpu,
                          const struct scn_start *start, uint64_t pc)
{
    const struct guest_image *image = &machine->image;
    unsigned el = machine->scenario->guest.el;

    for (unsigned n = 0; n < 31; n++)
        kvm_vcpu_set_x(vcpu, n, start->regs[n]);
    kvm_vcpu_set_pc(vcpu, pc);
    if (machine_is_realm(machine))
        return;
    kvm_vcpu_set_pstate(vcpu, image->pstate);
    kvm_vcpu_set_sp(vcpu, el, start->sp);
    for (size_t i = 0; i < image->sysreg_count; i++)
        kvm_vcpu_set_sysreg(vcpu, image->sysregs[i].reg, image->sysregs[i].value);
}

static void start_vcpus(struct machine *machine)
{
    const struct scn_guest *guest = &machine->scenario->guest;

    set_registers(machine, machine->vcpus[0].vcpu, &guest->start, machine->image.pc);
    for (size_t i = 0; i < guest->secondary_count; i++) {
        const struct scn_secondary *secondary = &guest->secondaries[i];
        struct kvm_vcpu *vcpu = machine->vcpus[secondary->vcpu].vcpu;

        set_registers(machine, vcpu, &secondary->start, secondary->start.entry.v);
        kvm_vcpu_set_power_off(vcpu, false);
    }
}

static bool build_stimuli(struct machine *machine, char *error, size_t size)
{
    for (unsigned i = 0; i < machine->vcpu_count; i++)
        machine->kvm_vcpus[i] = machine->vcpus[i].vcpu;
    machine->stimuli = stimuli_new(&(struct stimuli_config){.scenario = machine->scenario,
                                                            .kvm = machine->kvm,
                                                            .vcpus = machine->kvm_vcpus,
                                                            .mm = machine->mm,
                                                            .hva = machine->memory.hva,
                                                            .clock = &machine->clock,
                                                            .trace = &machine->trace,
                                                            .due = machine_wake_main_thread,
                                                            .ctx = machine});
    return machine->stimuli || fail(error, size, "out of memory", 0);
}

/* Whether the run may end as the condition on end.reason says because of an HVC. */
static bool names_hvc(const struct match_value *reason)
{
    if (!reason->is_text)
        return false;
    if (reason->op == MATCH_EQ)
        return strcmp(reason->text, "hvc") == 0;
    for (size_t i = 0; reason->op == MATCH_IN && i < reason->set_count; i++)
        if (strcmp(reason->set_text[i], "hvc") == 0)
            return true;
    return false;
}

static void watch_for_end(struct machine *machine)
{
    const struct scn_expect *expect = &machine->scenario->expect;

    machine->stop_at_hvc = machine->fast_calls_go_on = true;
    for (size_t i = 0; i < expect->end_count; i++) {
        const struct expect_item *item = &expect->end[i];

        if (strcmp(item->path, "end.reason") == 0) {
            machine->stop_at_hvc = names_hvc(&item->want);
            machine->fast_calls_go_on = false;
        }
        if (strcmp(item->path, "end.imm") == 0 && item->want.op == MATCH_EQ)
            machine->hvc_imm = item->want.value;
    }
}

bool machine_build(struct machine *machine, char *error, size_t size)
{
    watch_for_end(machine);
    machine->vcpu_count = machine->scenario->machine.cpus;
    machine->instructions_left = machine->scenario->limits.instructions;
    if (!machine_threads_init(machine))
        return fail(error, size, "out of memory", 0);
    if (!build_platform(machine, error, size) || !build_rmm(machine, error, size) ||
        !build_hostile(machine, error, size) || !build_vm(machine, error, size) ||
        !build_memory(machine, error, size) || !build_devices(machine, error, size) ||
        !load_image(machine, error, size) || !guest_memory_seal(&machine->memory, error, size) ||
        !build_stimuli(machine, error, size))
        return false;
    start_vcpus(machine);
    return true;
}

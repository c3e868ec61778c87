/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/machine_devices.h"

#include <stdlib.h>
#include <string.h>

#include "kvm_model/io_bus_device.h"
#include "kvm_model/vmm/pl011.h"
#include "kvm_model/vmm/registers.h"

#define ADDRESS_SPACE_SIZE ((uint64_t)1 << 48)

struct device_slot {
    struct device device;
    union {
        struct registers registers;
        struct pl011 pl011;
    } state;
    struct memory_region region;    /* handled by the VMM */
    struct io_bus_device in_kernel; /* handled by KVM */
};

struct machine_devices {
    struct machine_devices_config config;
    struct memory_region root, *ram; /* ram: one region a memory */
    struct device_slot *slots;
    size_t count; /* initialised ones */
    struct address_space as;
};

static bool fail(char *error, size_t size, const char *what)
{
    snprintf(error, size, "%s", what);
    return false;
}

/* A realm's memslots cover its lower half; the shared alias differs from it in the top IPA bit. */
static uint64_t gpa_of(const struct scn_machine *machine, ipa_t ipa)
{
    uint64_t top = (uint64_t)1 << (machine->ipa_bits - 1);

    return machine->world == SCN_WORLD_CCA ? ipa.v & ~top : ipa.v;
}

static bool init_device(const struct scn_device *config, struct device_slot *slot)
{
    slot->device.name = config->name;
    slot->device.state = &slot->state;
    if (config->type == SCN_DEVICE_PL011) {
        slot->device.ops = &pl011_ops;
        return pl011_init(&slot->state.pl011);
    }
    slot->device.ops = &registers_ops;
    if (!registers_init(&slot->state.registers, config->size))
        return false;
    for (size_t v = 0; v < config->value_count; v++)
        registers_set(&slot->state.registers, config->values[v].offset, config->values[v].value,
                      config->values[v].size);
    return true;
}

static bool put_on_kvm_bus(struct machine_devices *devices, struct device_slot *slot, uint64_t gpa,
                           uint64_t bytes, char *error, size_t size)
{
    struct kvm_io_device device;
    int code;

    slot->in_kernel =
        (struct io_bus_device){.device = slot->device, .clock = devices->config.clock};
    device = io_bus_device(&slot->in_kernel);
    code = kvm_register_io_device(devices->config.kvm, gpa, bytes, &device);
    if (code)
        snprintf(error, size, "registering an in-kernel device: %s", strerror(-code));
    return !code;
}

static bool add_memory(struct machine_devices *devices)
{
    const struct scenario *scenario = devices->config.scenario;

    memory_region_init_container(&devices->root, "system", ADDRESS_SPACE_SIZE);
    for (size_t i = 0; i < scenario->memory_count; i++) {
        const struct scn_memory *memory = &scenario->memory[i];

        memory_region_init_ram(&devices->ram[i], memory->name, devices->config.hva[i], memory->size,
                               false);
        if (!memory_region_add_subregion(&devices->root, memory->ipa.v, &devices->ram[i], 0))
            return false;
    }
    return true;
}

static bool add_devices(struct machine_devices *devices, char *error, size_t size)
{
    const struct scenario *scenario = devices->config.scenario;

    for (size_t i = 0; i < scenario->device_count; i++) {
        const struct scn_device *config = &scenario->devices[i];
        struct device_slot *slot = &devices->slots[i];
        uint64_t gpa = gpa_of(&scenario->machine, config->ipa);

        if (!init_device(config, slot))
            return fail(error, size, "out of memory");
        devices->count++;
        if (config->in_kernel) {
            if (!put_on_kvm_bus(devices, slot, gpa, config->size, error, size))
                return false;
            continue;
        }
        memory_region_init_io(&slot->region, &slot->device, config->size);
        memory_region_add_subregion(&devices->root, gpa, &slot->region, 1);
    }
    return true;
}

static bool add_gic(struct machine_devices *devices, char *error, size_t size)
{
    int code = 0;

    if (devices->config.scenario->machine.gic)
        code = kvm_vgic_create(devices->config.kvm, SCN_GICD_IPA, SCN_GICR_IPA);
    if (!code)
        return true;
    snprintf(error, size, "creating the vGICv3: %s", strerror(-code));
    return false;
}

static bool build(struct machine_devices *devices, char *error, size_t size)
{
    const struct machine_devices_config *config = &devices->config;

    devices->ram = calloc(config->scenario->memory_count + 1, sizeof(*devices->ram));
    devices->slots = calloc(config->scenario->device_count + 1, sizeof(*devices->slots));
    if (!devices->ram || !devices->slots || !add_memory(devices))
        return fail(error, size, "out of memory");
    if (!add_gic(devices, error, size) || !add_devices(devices, error, size))
        return false;
    return address_space_init(&devices->as, &devices->root, config->mm, config->trace,
                              config->clock) ||
           fail(error, size, "out of memory");
}

struct machine_devices *machine_devices_new(const struct machine_devices_config *config,
                                            char *error, size_t size)
{
    struct machine_devices *devices = calloc(1, sizeof(*devices));

    if (!devices) {
        fail(error, size, "out of memory");
        return NULL;
    }
    devices->config = *config;
    if (build(devices, error, size))
        return devices;
    machine_devices_free(devices);
    return NULL;
}

void machine_devices_free(struct machine_devices *devices)
{
    if (!devices)
        return;
    address_space_free(&devices->as);
    for (size_t i = 0; i < devices->count; i++) {
        if (devices->config.scenario->devices[i].type == SCN_DEVICE_PL011)
            pl011_free(&devices->slots[i].state.pl011);
        else
            registers_free(&devices->slots[i].state.registers);
    }
    free(devices->slots);
    free(devices->ram);
    free(devices);
}

struct address_space *machine_devices_address_space(struct machine_devices *devices)
{
    return &devices->as;
}

struct machine_device_state machine_devices_state(const struct machine_devices *devices,
                                                  size_t index)
{
    const struct device_slot *slot = &devices->slots[index];
    struct machine_device_state state = {.name = slot->device.name};

    if (devices->config.scenario->devices[index].type == SCN_DEVICE_PL011) {
        const struct pl011 *pl011 = &slot->state.pl011;

        state.reads = pl011->reads;
        state.writes = pl011->writes;
        state.last_write = pl011->last_write;
        state.output = pl011->output;
        state.output_size = pl011->output_size;
    } else {
        state.reads = slot->state.registers.reads;
        state.writes = slot->state.registers.writes;
        state.last_write = slot->state.registers.last_write;
    }
    return state;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/machine_devices.h"

#include <stdlib.h>
#include <string.h>

#include "kvm_model/io_bus_device.h"
#include "kvm_model/vmm/pflash.h"
#include "kvm_model/vmm/pl011.h"
#include "kvm_model/vmm/pl031.h"
#include "kvm_model/vmm/registers.h"
#include "kvm_model/vmm/test_exit.h"
#include "kvm_model/vmm/virtio_blk.h"
#include "kvm_model/vmm/virtio_console.h"

#define ADDRESS_SPACE_SIZE ((uint64_t)1 << 48)

struct device_slot {
    struct machine_devices *owner;
    const struct scn_device *config;
    struct device device;
    struct device_ops ops; /* of a registers device: its own sizes and byte order */
    union {
        struct registers registers;
        struct pl011 pl011;
        struct pl031 pl031;
        struct virtio_blk blk;
        struct virtio_console console;
        struct test_exit test_exit;
        struct pflash pflash;
    } state;
    hva_t hva;      /* pflash: its array */
    bool irq_level; /* of its interrupt line */
    bool initialised;
    struct memory_region region;    /* handled by the VMM */
    struct io_bus_device in_kernel; /* handled by KVM */
};

struct machine_devices {
    struct machine_devices_config config;
    struct memory_region root, *ram; /* ram: one region a memory */
    struct device_slot *slots;
    struct address_space as;
    struct dma dma;
    struct vmm_stop stop;
    struct vmm_script script;
    uint64_t *step_counts, *ioeventfd_counts;
    bool flushing; /* coalesced writes are being done */
};

static bool fail(char *error, size_t size, const char *what)
{
    snprintf(error, size, "%s", what);
    return false;
}

static bool fail_errno(char *error, size_t size, const char *what, int code)
{
    snprintf(error, size, "%s: %s", what, strerror(-code));
    return false;
}

static bool is_realm(const struct scenario *scenario)
{
    return scenario->machine.world == SCN_WORLD_CCA;
}

/* A realm's memslots cover its lower half; the shared alias differs from it in the top IPA bit. */
static uint64_t shared_bit(const struct scenario *scenario)
{
    return is_realm(scenario) ? (uint64_t)1 << (scenario->machine.ipa_bits - 1) : 0;
}

/* --- interrupt lines --- */

/* With an interrupt controller it is an SPI of that, driven by KVM_IRQ_LINE; else it leads nowhere.
 */
static bool has_line(const struct device_slot *slot)
{
    return slot->config->irq && slot->owner->config.scenario->machine.gic;
}

static uint32_t line_of(const struct device_slot *slot)
{
    return (uint32_t)(field_put(KVM_ARM_IRQ_TYPE, KVM_ARM_IRQ_TYPE_SPI) |
                      field_put(KVM_ARM_IRQ_NUM, slot->config->irq));
}

static void set_irq(void *ctx, bool level)
{
    struct device_slot *slot = ctx;

    slot->irq_level = level;
    if (has_line(slot))
        (void)kvm_irq_line(slot->owner->config.kvm, line_of(slot), level);
}

/* The vGIC may have fewer interrupts than the scenario's number says. */
static bool check_line(const struct device_slot *slot, char *error, size_t size)
{
    if (!has_line(slot) ||
        kvm_irq_line(slot->owner->config.kvm, line_of(slot), slot->irq_level) == 0)
        return true;
    snprintf(error, size, "device '%s': the vGIC has no interrupt %u", slot->config->name,
             slot->config->irq);
    return false;
}

static struct device_irq irq_of(struct device_slot *slot)
{
    return (struct device_irq){.set = set_irq, .ctx = slot};
}

/* --- types --- */

static bool init_registers(struct device_slot *slot)
{
    const struct scn_device *config = slot->config;

    if (!registers_init(&slot->state.registers, config->size))
        return false;
    for (size_t v = 0; v < config->value_count; v++)
        registers_set(&slot->state.registers, config->values[v].offset, config->values[v].value,
                      config->values[v].size);
    slot->state.registers.errors = config->errors;
    slot->state.registers.error_count = config->error_count;
    slot->ops = registers_ops;
    slot->ops.valid = config->valid;
    slot->ops.impl = config->impl;
    slot->ops.endian = config->endian;
    slot->device.ops = &slot->ops;
    return true;
}

static void free_registers(struct device_slot *slot)
{
    registers_free(&slot->state.registers);
}

static void tell_registers(const struct device_slot *slot, struct machine_device_state *state)
{
    state->use = slot->state.registers.use;
    state->bytes = slot->state.registers.bytes;
    state->byte_count = (size_t)slot->state.registers.size;
}

static bool init_pl011(struct device_slot *slot)
{
    struct device_irq irq = irq_of(slot);

    if (!pl011_init(&slot->state.pl011))
        return false;
    pl011_connect(&slot->state.pl011, &irq, slot->config->input, strlen(slot->config->input));
    return true;
}

static void free_pl011(struct device_slot *slot)
{
    pl011_free(&slot->state.pl011);
}

static void tell_pl011(const struct device_slot *slot, struct machine_device_state *state)
{
    const struct pl011 *pl011 = &slot->state.pl011;

    state->use = pl011->use;
    state->output = pl011->output;
    state->output_size = pl011->output_size;
}

static bool init_pl031(struct device_slot *slot)
{
    struct device_irq irq = irq_of(slot);

    return pl031_init(&slot->state.pl031, slot->owner->config.clock, slot->config->time, &irq);
}

static void free_pl031(struct device_slot *slot)
{
    pl031_free(&slot->state.pl031);
}

static void tell_pl031(const struct device_slot *slot, struct machine_device_state *state)
{
    state->use = slot->state.pl031.use;
}

static bool init_blk(struct device_slot *slot)
{
    const struct scn_device *config = slot->config;
    struct device_irq irq = irq_of(slot);

    if (!virtio_blk_init(&slot->state.blk, config->sectors, &slot->owner->dma, &irq))
        return false;
    for (size_t v = 0; v < config->value_count; v++)
        for (unsigned i = 0; i < config->values[v].size; i++)
            slot->state.blk.bytes[config->values[v].offset + i] =
                (uint8_t)(config->values[v].value >> (i * 8));
    return true;
}

static void free_blk(struct device_slot *slot)
{
    virtio_blk_free(&slot->state.blk);
}

static void tell_blk(const struct device_slot *slot, struct machine_device_state *state)
{
    const struct virtio_blk *blk = &slot->state.blk;

    state->use = blk->transport.use;
    state->contents = (const char *)blk->bytes;
    state->contents_size = strnlen((const char *)blk->bytes, blk->sectors * VIRTIO_BLK_SECTOR);
}

static bool init_console(struct device_slot *slot)
{
    const struct scn_device *config = slot->config;
    struct virtio_console *console = &slot->state.console;
    struct device_irq irq = irq_of(slot);

    if (!virtio_console_init(console, &slot->owner->dma, &irq, config->input,
                             strlen(config->input)))
        return false;
    if (config->testdev)
        virtio_console_set_testdev(console, config->name, &slot->owner->stop);
    return true;
}

static void free_console(struct device_slot *slot)
{
    virtio_console_free(&slot->state.console);
}

static void tell_console(const struct device_slot *slot, struct machine_device_state *state)
{
    const struct virtio_console *console = &slot->state.console;

    state->use = console->transport.use;
    state->output = console->output;
    state->output_size = console->output_size;
}

static bool init_test_exit(struct device_slot *slot)
{
    slot->state.test_exit =
        (struct test_exit){.stop = &slot->owner->stop, .name = slot->config->name};
    return true;
}

static void tell_test_exit(const struct device_slot *slot, struct machine_device_state *state)
{
    state->use = slot->state.test_exit.use;
}

/* --- flash: memory of the guest's while it is in array mode --- */

static int set_flash_slot(struct device_slot *slot, bool there)
{
    const struct machine_devices_config *config = &slot->owner->config;
    size_t index = (size_t)(slot->config - config->scenario->devices);
    struct kvm_userspace_memory_region region = {
        .slot = (uint32_t)(config->scenario->memory_count + index),
        .flags = KVM_MEM_READONLY,
        .guest_phys_addr = slot->config->ipa.v,
        .memory_size = there ? slot->config->size : 0,
        .userspace_addr = slot->hva.v,
    };

    return kvm_set_user_memory_region(config->kvm, &region);
}

/* The topology changes: KVM gets a memslot or loses one (memory_region_rom_device_set_romd). */
static void set_romd(void *ctx, bool romd)
{
    struct device_slot *slot = ctx;

    slot->region.romd = romd;
    (void)address_space_commit(&slot->owner->as);
    if (!slot->config->disabled)
        (void)set_flash_slot(slot, romd);
}

static bool init_pflash(struct device_slot *slot)
{
    struct machine_devices *devices = slot->owner;
    const struct scn_device *config = slot->config;
    struct pflash *flash = &slot->state.pflash;

    if (!host_mm_mmap(devices->config.mm, config->size, 0, &slot->hva) ||
        !pflash_init(flash, devices->config.mm, slot->hva, config->size))
        return false;
    flash->set_romd = set_romd;
    flash->romd_ctx = slot;
    for (size_t v = 0; v < config->value_count; v++)
        for (unsigned i = 0; i < config->values[v].size; i++) {
            uint8_t byte = (uint8_t)(config->values[v].value >> (i * 8));

            (void)host_mm_write(devices->config.mm, HVA(slot->hva.v + config->values[v].offset + i),
                                &byte, 1);
        }
    return config->disabled || set_flash_slot(slot, true) == 0;
}

static void tell_pflash(const struct device_slot *slot, struct machine_device_state *state)
{
    state->use = slot->state.pflash.use;
}

/* A type without ops is a region alone. */
static const struct device_type {
    const struct device_ops *ops;
    bool (*init)(struct device_slot *slot);
    void (*free)(struct device_slot *slot); /* NULL: owns nothing */
    void (*tell)(const struct device_slot *slot, struct machine_device_state *state);
} device_types[SCN_DEVICE_TYPE_COUNT] = {
    [SCN_DEVICE_REGISTERS] = {&registers_ops, init_registers, free_registers, tell_registers},
    [SCN_DEVICE_PL011] = {&pl011_ops, init_pl011, free_pl011, tell_pl011},
    [SCN_DEVICE_PL031] = {&pl031_ops, init_pl031, free_pl031, tell_pl031},
    [SCN_DEVICE_VIRTIO_BLK] = {&virtio_mmio_ops, init_blk, free_blk, tell_blk},
    [SCN_DEVICE_VIRTIO_CONSOLE] = {&virtio_mmio_ops, init_console, free_console, tell_console},
    [SCN_DEVICE_TEST_EXIT] = {&test_exit_ops, init_test_exit, NULL, tell_test_exit},
    [SCN_DEVICE_PFLASH] = {&pflash_ops, init_pflash, NULL, tell_pflash},
};

/* --- regions --- */

static void init_region(struct device_slot *slot)
{
    struct machine_devices *devices = slot->owner;
    const struct scn_device *config = slot->config;

    if (config->type == SCN_DEVICE_CONTAINER)
        memory_region_init_container(&slot->region, config->name, config->size);
    else if (config->type == SCN_DEVICE_ALIAS)
        memory_region_init_alias(&slot->region, config->name,
                                 config->of_memory ? &devices->ram[config->target]
                                                   : &devices->slots[config->target].region,
                                 config->offset, config->size);
    else if (config->type == SCN_DEVICE_PFLASH)
        memory_region_init_rom_device(&slot->region, &slot->device, slot->hva, config->size);
    else
        memory_region_init_io(&slot->region, &slot->device, config->size);
    slot->region.enabled = !config->disabled;
}

/* Accesses of a region over a coalesced zone wait for the writes (memory_region_add_coalescing). */
static void mark_coalesced(struct device_slot *slot, uint64_t gpa)
{
    const struct scn_kvm *kvm = &slot->owner->config.scenario->kvm;

    for (size_t i = 0; i < kvm->zone_count; i++)
        if (kvm->zones[i].gpa < gpa + slot->config->size &&
            gpa < kvm->zones[i].gpa + kvm->zones[i].size)
            slot->region.flush_coalesced = true;
}

static void add_region(struct device_slot *slot)
{
    struct machine_devices *devices = slot->owner;
    const struct scenario *scenario = devices->config.scenario;
    const struct scn_device *config = slot->config;
    uint64_t gpa = config->ipa.v & ~shared_bit(scenario), base = 0;
    struct memory_region *parent = &devices->root;

    init_region(slot);
    slot->region.latency = config->latency;
    mark_coalesced(slot, gpa);
    if (config->has_container) {
        parent = &devices->slots[config->container].region;
        base = scenario->devices[config->container].ipa.v & ~shared_bit(scenario);
    }
    memory_region_add_subregion(parent, gpa - base, &slot->region, config->priority);
}

static bool put_on_kvm_bus(struct device_slot *slot, char *error, size_t size)
{
    struct machine_devices *devices = slot->owner;
    const struct scn_device *config = slot->config;
    struct kvm_io_device device;
    int code;

    slot->in_kernel = (struct io_bus_device){
        .device = slot->device, .clock = devices->config.clock, .latency = config->latency};
    device = io_bus_device(&slot->in_kernel);
    code = config->disabled
               ? 0
               : kvm_register_io_device(devices->config.kvm,
                                        config->ipa.v & ~shared_bit(devices->config.scenario),
                                        config->size, &device);
    return !code || fail_errno(error, size, "registering an in-kernel device", code);
}

/* --- building --- */

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
        struct device_slot *slot = &devices->slots[i];
        const struct device_type *type = &device_types[scenario->devices[i].type];

        slot->owner = devices;
        slot->config = &scenario->devices[i];
        slot->device = (struct device){slot->config->name, type->ops, &slot->state};
        if (type->init && !type->init(slot))
            return fail(error, size, "out of memory");
        slot->initialised = true;
        if (!check_line(slot, error, size))
            return false;
        if (!slot->config->in_kernel)
            add_region(slot);
        else if (!put_on_kvm_bus(slot, error, size))
            return false;
    }
    return true;
}

/* qemu_flush_coalesced_mmio_buffer: an access it makes itself does not begin it again. */
static void flush_coalesced(void *ctx)
{
    struct machine_devices *devices = ctx;

    if (devices->flushing)
        return;
    devices->flushing = true;
    vmm_flush_coalesced(devices->config.kvm, &devices->as, VMM_MMIO_ADDRESS_SPACE);
    devices->flushing = false;
}

static bool set_up_kvm(struct machine_devices *devices, char *error, size_t size)
{
    const struct scn_kvm *config = &devices->config.scenario->kvm;
    struct kvm *kvm = devices->config.kvm;
    int code = config->nisv_to_user ? kvm_enable_cap(kvm, KVM_CAP_ARM_NISV_TO_USER) : 0;

    if (code)
        return fail_errno(error, size, "KVM_CAP_ARM_NISV_TO_USER", code);
    code = config->sea_to_user ? kvm_enable_cap(kvm, KVM_CAP_ARM_SEA_TO_USER) : 0;
    if (code)
        return fail_errno(error, size, "KVM_CAP_ARM_SEA_TO_USER", code);
    for (size_t i = 0; i < config->ioeventfd_count; i++) {
        const struct scn_ioeventfd *fd = &config->ioeventfds[i];
        struct kvm_ioeventfd request = {.addr = fd->gpa,
                                        .len = fd->len,
                                        .datamatch = fd->match,
                                        .flags = fd->has_match ? KVM_IOEVENTFD_FLAG_DATAMATCH : 0};

        code = kvm_ioeventfd(kvm, &request, &devices->ioeventfd_counts[i]);
        if (code)
            return fail_errno(error, size, "KVM_IOEVENTFD", code);
    }
    for (size_t i = 0; i < config->zone_count; i++) {
        struct kvm_coalesced_mmio_zone zone = {.addr = config->zones[i].gpa,
                                               .size = config->zones[i].size};

        code = kvm_register_coalesced_mmio(kvm, &zone);
        if (code)
            return fail_errno(error, size, "KVM_REGISTER_COALESCED_MMIO", code);
    }
    for (size_t i = 0; i < config->filter_count; i++) {
        const struct scn_smccc_filter *filter = &config->filters[i];

        code = kvm_set_smccc_filter(kvm, filter->base, filter->count, filter->action);
        if (code)
            return fail_errno(error, size, "KVM_ARM_VM_SMCCC_FILTER", code);
    }
    return true;
}

static bool add_gic(struct machine_devices *devices, char *error, size_t size)
{
    enum scn_gic gic = devices->config.scenario->machine.gic;
    int code = 0;

    if (gic == SCN_GIC_V3)
        code = kvm_vgic_create(devices->config.kvm, SCN_GICD_IPA, SCN_GICR_IPA);
    else if (gic == SCN_GIC_V2)
        code = kvm_vgic_v2_create(devices->config.kvm, SCN_GICD_IPA, SCN_GICC_IPA);
    if (!code)
        return true;
    snprintf(error, size, "creating the vGIC%s: %s", gic == SCN_GIC_V2 ? "v2" : "v3",
             strerror(-code));
    return false;
}

static bool build(struct machine_devices *devices, char *error, size_t size)
{
    const struct machine_devices_config *config = &devices->config;
    const struct scenario *scenario = config->scenario;

    devices->ram = calloc(scenario->memory_count + 1, sizeof(*devices->ram));
    devices->slots = calloc(scenario->device_count + 1, sizeof(*devices->slots));
    devices->step_counts = calloc(scenario->vmm.step_count + 1, sizeof(*devices->step_counts));
    devices->ioeventfd_counts =
        calloc(scenario->kvm.ioeventfd_count + 1, sizeof(*devices->ioeventfd_counts));
    if (!devices->ram || !devices->slots || !devices->step_counts || !devices->ioeventfd_counts ||
        !add_memory(devices))
        return fail(error, size, "out of memory");
    devices->dma = (struct dma){.as = &devices->as, .ignored = shared_bit(scenario)};
    devices->script = (struct vmm_script){.steps = scenario->vmm.steps,
                                          .count = scenario->vmm.step_count,
                                          .done = devices->step_counts};
    if (!add_gic(devices, error, size) || !add_devices(devices, error, size) ||
        !set_up_kvm(devices, error, size))
        return false;
    if (!address_space_init(&devices->as, &devices->root, config->mm, config->trace, config->clock))
        return fail(error, size, "devices lie too deep in containers and aliases");
    devices->as.flush_coalesced = flush_coalesced;
    devices->as.flush_ctx = devices;
    return true;
}

uint64_t machine_devices_memory(const struct scenario *scenario)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < scenario->device_count; i++)
        if (scenario->devices[i].type == SCN_DEVICE_PFLASH)
            bytes += scenario->devices[i].size;
    return bytes;
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
    for (size_t i = 0; devices->slots && i < devices->config.scenario->device_count; i++) {
        struct device_slot *slot = &devices->slots[i];

        if (slot->initialised && device_types[slot->config->type].free)
            device_types[slot->config->type].free(slot);
    }
    free(devices->slots);
    free(devices->ram);
    free(devices->step_counts);
    free(devices->ioeventfd_counts);
    free(devices);
}

/* --- for the run --- */

void machine_devices_vmm(struct machine_devices *devices, struct vmm *vmm)
{
    const struct machine_devices_config *config = &devices->config;

    *vmm = (struct vmm){
        .kvm = config->kvm,
        .vcpu = vmm->vcpu,
        .as = &devices->as,
        .trace = config->trace,
        .clock = config->clock,
        .variant = vmm_variant_by_name(config->scenario->machine.vmm),
        .script = devices->script.count ? &devices->script : NULL,
        .stop = &devices->stop,
    };
}

const struct vmm_stop *machine_devices_stop(const struct machine_devices *devices)
{
    return &devices->stop;
}

struct machine_device_state machine_devices_state(const struct machine_devices *devices,
                                                  size_t index)
{
    const struct device_slot *slot = &devices->slots[index];
    const struct device_type *type = &device_types[slot->config->type];
    struct machine_device_state state = {.name = slot->config->name, .irq = slot->irq_level};

    if (type->tell)
        type->tell(slot, &state);
    return state;
}

struct machine_kvm_state machine_devices_kvm_state(const struct machine_devices *devices)
{
    const struct kvm_coalesced_ring *ring = kvm_coalesced_ring(devices->config.kvm);

    return (struct machine_kvm_state){
        .ioeventfds = devices->ioeventfd_counts,
        .coalesced =
            ring ? (ring->last + KVM_COALESCED_ENTRIES - ring->first) % KVM_COALESCED_ENTRIES : 0,
        .unassigned_reads = devices->as.unassigned_reads,
        .unassigned_writes = devices->as.unassigned_writes,
    };
}

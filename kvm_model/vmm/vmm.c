/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kvm_model/vmm/vmm.h"

#include <errno.h>

#include "kvm_model/vmm/ldst64b.h"

#define MMIO_DATA_MAX 8

static const struct vmm_variant *variant_of(const struct vmm *vmm)
{
    return vmm->variant ? vmm->variant : vmm_variant_at(0);
}

static enum memtx_result access_memory(struct address_space *as, enum vmm_mmio mmio, uint64_t addr,
                                       void *data, unsigned len, bool is_write)
{
    return mmio == VMM_MMIO_WHOLE ? address_space_rw_whole(as, addr, data, len, is_write)
                                  : address_space_rw(as, addr, data, len, is_write);
}

/* The page is shared with KVM, so its indices are read as anything. */
void vmm_flush_coalesced(struct kvm *kvm, struct address_space *as, enum vmm_mmio mmio)
{
    struct kvm_coalesced_ring *ring = kvm_coalesced_ring(kvm);

    for (unsigned n = 0; ring && ring->first != ring->last && n < KVM_COALESCED_ENTRIES; n++) {
        struct kvm_coalesced_mmio *entry = &ring->entries[ring->first % KVM_COALESCED_ENTRIES];
        unsigned len = entry->len <= sizeof(entry->data) ? entry->len : sizeof(entry->data);

        ring->first = (ring->first + 1) % KVM_COALESCED_ENTRIES;
        (void)access_memory(as, mmio, entry->phys_addr, entry->data, len, true);
    }
}

/* That the transaction failed the guest never learns: KVM_EXIT_MMIO has no place for it. */
static void serve_mmio(struct vmm *vmm, struct kvm_run *run)
{
    const struct vmm_variant *variant = variant_of(vmm);
    unsigned len = run->mmio.len <= MMIO_DATA_MAX ? run->mmio.len : MMIO_DATA_MAX;

    clock_charge(vmm->clock, OP_VMM_DISPATCH, 1);
    if (variant->coalesced == VMM_COALESCED_ALWAYS)
        vmm_flush_coalesced(vmm->kvm, vmm->as, variant->mmio);
    (void)access_memory(vmm->as, variant->mmio, run->mmio.phys_addr, run->mmio.data, len,
                        run->mmio.is_write);
}

/* kvm_handle_io: count accesses of one port, their data behind each other in the run page. */
static void serve_io(struct vmm *vmm, struct kvm_run *run)
{
    uint8_t *data = (uint8_t *)run + run->io.data_offset;
    uint64_t room = sizeof(*run);

    clock_charge(vmm->clock, OP_VMM_DISPATCH, 1);
    for (uint32_t i = 0; vmm->io && i < run->io.count; i++) {
        if (run->io.data_offset + (uint64_t)(i + 1) * run->io.size > room)
            return;
        (void)address_space_rw(vmm->io, run->io.port, data, run->io.size,
                               run->io.direction == KVM_EXIT_IO_OUT);
        data += run->io.size;
    }
}

/* The guest uses pages as the other kind: they are converted (KVM_SET_MEMORY_ATTRIBUTES). */
static bool convert_memory(struct vmm *vmm, const struct kvm_run *run)
{
    struct kvm_exit_memory_fault fault = kvm_run_memory_fault(run);
    uint64_t attributes =
        fault.flags & KVM_MEMORY_EXIT_FLAG_PRIVATE ? KVM_MEMORY_ATTRIBUTE_PRIVATE : 0;

    clock_charge(vmm->clock, OP_VMM_DISPATCH, 1);
    return kvm_set_memory_attributes(vmm->kvm, fault.gpa, fault.size, attributes) == 0;
}

static bool inject_sea(struct vmm *vmm)
{
    clock_charge(vmm->clock, OP_VMM_DISPATCH, 1);
    return kvm_vcpu_set_events(vmm->vcpu,
                               &(struct kvm_arm_vcpu_events){.ext_dabt_pending = true}) == 0;
}

static bool emulate_ldst64b(struct vmm *vmm)
{
    clock_charge(vmm->clock, OP_VMM_DISPATCH, 1);
    return vmm_emulate_ldst64b(vmm->vcpu, vmm->as) == 0;
}

static bool end(struct vmm_result *result, enum vmm_end reason, uint64_t detail)
{
    *result = (struct vmm_result){.reason = reason, .detail = detail};
    return false;
}

/* The variant's answer; false with the result: the run is over. */
static bool answer(struct vmm *vmm, struct kvm_run *run, struct vmm_result *result)
{
    bool goes_on = false;

    switch (vmm_variant_answer(variant_of(vmm), run->exit_reason)) {
    case VMM_ANSWER_GOES_ON:
        return true;
    case VMM_ANSWER_MMIO:
        serve_mmio(vmm, run);
        return true;
    case VMM_ANSWER_IO:
        serve_io(vmm, run);
        return true;
    case VMM_ANSWER_SEA:
        goes_on = inject_sea(vmm);
        break;
    case VMM_ANSWER_LDST64B:
        goes_on = emulate_ldst64b(vmm);
        break;
    case VMM_ANSWER_CONVERTS:
        goes_on = convert_memory(vmm, run);
        break;
    case VMM_ANSWER_SYSTEM_EVENT:
        if (vmm_variant_event_answer(variant_of(vmm), run->system_event.type) == VMM_ANSWER_GOES_ON)
            return true;
        return end(result, VMM_END_SYSTEM_EVENT, run->system_event.type);
    case VMM_ANSWER_SHUTDOWN:
        return end(result, VMM_END_SHUTDOWN, 0);
    case VMM_ANSWER_INTERNAL_ERROR:
        return end(result, VMM_END_INTERNAL_ERROR, run->internal.suberror);
    default:
        break;
    }
    return goes_on || end(result, VMM_END_UNHANDLED, run->exit_reason);
}

/*
 * A step of the script: an answer of its own takes the place of the devices'; at other exits than
 * MMIO its actions take the place of the variant's.
 */
static bool follow_script(struct vmm *vmm, const struct vmm_script_step *step, struct kvm_run *run,
                          struct vmm_result *result)
{
    clock_charge(vmm->clock, OP_VMM_DISPATCH, 1);
    if (run->exit_reason == KVM_EXIT_MMIO && !vmm_step_has(step, VMM_ACT_ANSWER) &&
        !vmm_step_has(step, VMM_ACT_NO_ANSWER))
        serve_mmio(vmm, run);
    for (size_t i = 0; i < step->action_count; i++) {
        const struct vmm_action *action = &step->actions[i];
        int ret = vmm_act(vmm->kvm, vmm->vcpu, action);

        EMIT(vmm->trace, VMM_SCRIPT, VMM, EVENT_STR(vmm_action_name(action->kind)), action->value,
             (uint64_t)(int64_t)ret);
    }
    return !vmm_step_has(step, VMM_ACT_STOP) || end(result, VMM_END_SCRIPT, 0);
}

/* KVM_RUN's errors that only ask for another call: a signal of our own making, or KVM's wish. */
static bool asks_again(int ret, struct kvm_run *run)
{
    bool own = ret == -EINTR && run->immediate_exit;

    run->immediate_exit = 0;
    return own || ret == -EAGAIN;
}

/*
 * Without an interrupt controller in the kernel the outputs of the vCPU's timers are the VMM's to
 * wire. This board has none either: both go to the vCPU's IRQ input. True: they changed.
 */
static bool follow_timers(struct vmm *vmm, const struct kvm_run *run)
{
    uint64_t level = kvm_run_device_irq_level(run);

    if (level == vmm->device_irq_level)
        return false;
    vmm->device_irq_level = level;
    return kvm_irq_line(vmm->kvm, kvm_arm_cpu_irq(vmm->vcpu), level != 0) == 0;
}

bool vmm_handle_exit(struct vmm *vmm, int ret, struct vmm_result *result)
{
    struct kvm_run *run = kvm_vcpu_kvm_run(vmm->vcpu);
    const struct vmm_script_step *step = NULL;
    bool goes_on;

    if (ret == KVM_RUN_SCHEDULED_OUT || ret == KVM_RUN_PAUSED)
        return end(result, VMM_END_SCHEDULED_OUT, 0);
    if ((follow_timers(vmm, run) && ret == -EINTR) || asks_again(ret, run))
        return true;
    if (ret == -EINTR)
        return end(result, VMM_END_INTERRUPTED, 0);
    if (vmm->script)
        step = vmm_script_next(vmm->script, run);
    if (step)
        goes_on = follow_script(vmm, step, run, result);
    else if (ret && !(ret == -EFAULT && run->exit_reason == KVM_EXIT_MEMORY_FAULT))
        goes_on = end(result, VMM_END_ERRNO, (uint64_t)-ret);
    else if (answer(vmm, run, result))
        goes_on = true;
    else
        return ret ? end(result, VMM_END_ERRNO, (uint64_t)-ret) : false;
    if (goes_on && variant_of(vmm)->coalesced == VMM_COALESCED_ALWAYS)
        vmm_flush_coalesced(vmm->kvm, vmm->as, variant_of(vmm)->mmio);
    if (goes_on && vmm->stop && vmm->stop->requested)
        return end(result, VMM_END_DEVICE, vmm->stop->status);
    return goes_on;
}

struct vmm_result vmm_run(struct vmm *vmm)
{
    struct vmm_result result = {VMM_END_INTERRUPTED, 0};

    while (vmm_handle_exit(vmm, kvm_vcpu_run(vmm->vcpu), &result))
        ;
    return result;
}

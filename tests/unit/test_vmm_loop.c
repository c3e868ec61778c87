/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each VMM answers to each return of KVM_RUN, with run pages made up here. */
#include "kvm_model/vmm/registers.h"
#include "kvm_model/vmm/vmm.h"
#include "tests/unit/check_main.h"
#include "tests/unit/test_kvm_machine.h"

#define DEVICE_IPA 0x09000000u

static struct test_machine t;
static struct memory_region root, region, io_root, port;
static struct address_space as, io;
static struct registers regs, ports;
static const struct device device = {"regs", &registers_ops, &regs};
static const struct device port_device = {"ports", &registers_ops, &ports};
static struct vmm vmm;
static struct vmm_result result;

static void setup(void)
{
    struct kvm_config config;

    test_memory_new(&t);
    config = test_config(&t, "linux-7.2");
    test_vm_new(&t, &config);
    ck_assert(registers_init(&regs, 0x1000));
    ck_assert(registers_init(&ports, 0x100));
    memory_region_init_container(&root, "system", 1ull << 40);
    memory_region_init_io(&region, &device, 0x1000);
    ck_assert(memory_region_add_subregion(&root, DEVICE_IPA, &region, 0));
    ck_assert(address_space_init(&as, &root, t.mm, &t.trace, &t.clock));
    memory_region_init_container(&io_root, "io", 1ull << 16);
    memory_region_init_io(&port, &port_device, 0x100);
    ck_assert(memory_region_add_subregion(&io_root, 0x300, &port, 0));
    ck_assert(address_space_init(&io, &io_root, t.mm, &t.trace, &t.clock));
    vmm = (struct vmm){
        .kvm = t.kvm, .vcpu = t.vcpu, .as = &as, .io = &io, .trace = &t.trace, .clock = &t.clock};
}

static void teardown(void)
{
    address_space_free(&as);
    address_space_free(&io);
    registers_free(&regs);
    registers_free(&ports);
    test_machine_free(&t);
}

enum { GOES_ON = -1 };

/* Every exit, by every VMM: goes on, or ends with that reason. */
static const struct {
    uint32_t exit_reason;
    int qemu, kvmtool, complete;
} answers[] = {
    {KVM_EXIT_UNKNOWN, VMM_END_UNHANDLED, GOES_ON, VMM_END_UNHANDLED},
    {KVM_EXIT_HYPERCALL, GOES_ON, VMM_END_UNHANDLED, VMM_END_UNHANDLED},
    {KVM_EXIT_DEBUG, VMM_END_UNHANDLED, GOES_ON, VMM_END_UNHANDLED},
    {KVM_EXIT_MMIO, GOES_ON, GOES_ON, GOES_ON},
    {KVM_EXIT_IO, GOES_ON, GOES_ON, GOES_ON},
    {KVM_EXIT_INTR, GOES_ON, GOES_ON, VMM_END_UNHANDLED},
    {KVM_EXIT_SHUTDOWN, VMM_END_SHUTDOWN, VMM_END_SHUTDOWN, VMM_END_SHUTDOWN},
    {KVM_EXIT_FAIL_ENTRY, VMM_END_UNHANDLED, VMM_END_UNHANDLED, VMM_END_UNHANDLED},
    {KVM_EXIT_INTERNAL_ERROR, VMM_END_INTERNAL_ERROR, VMM_END_UNHANDLED, VMM_END_INTERNAL_ERROR},
    {KVM_EXIT_ARM_NISV, GOES_ON, VMM_END_UNHANDLED, GOES_ON},
    {KVM_EXIT_DIRTY_RING_FULL, GOES_ON, VMM_END_UNHANDLED, GOES_ON},
    {KVM_EXIT_ARM_LDST64B, GOES_ON, VMM_END_UNHANDLED, GOES_ON},
    {1000, GOES_ON, VMM_END_UNHANDLED, VMM_END_UNHANDLED},
};

static void expect_answer(const char *name, uint32_t exit_reason, int want)
{
    memset(t.run->padding, 0, 64);
    t.run->exit_reason = exit_reason;
    vmm.variant = vmm_variant_by_name(name);
    ck_assert_ptr_nonnull(vmm.variant);
    if (vmm_handle_exit(&vmm, 0, &result))
        ck_assert_msg(want == GOES_ON, "%s goes on after exit %u", name, exit_reason);
    else
        ck_assert_msg(want == (int)result.reason, "%s: exit %u ends with %d, not %d", name,
                      exit_reason, (int)result.reason, want);
}

START_TEST(each_exit_has_its_answer)
{
    expect_answer("qemu", answers[_i].exit_reason, answers[_i].qemu);
    expect_answer("kvmtool", answers[_i].exit_reason, answers[_i].kvmtool);
    expect_answer("complete", answers[_i].exit_reason, answers[_i].complete);
}
END_TEST

START_TEST(system_events)
{
    static const struct {
        uint32_t type;
        bool qemu, kvmtool, complete; /* it goes on */
    } rows[] = {{KVM_SYSTEM_EVENT_SHUTDOWN, false, false, false},
                {KVM_SYSTEM_EVENT_RESET, false, false, false},
                {KVM_SYSTEM_EVENT_CRASH, false, false, false},
                {KVM_SYSTEM_EVENT_WAKEUP, true, false, true},
                {KVM_SYSTEM_EVENT_SUSPEND, true, false, true},
                {99, true, false, false}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const bool goes_on[] = {rows[i].qemu, rows[i].kvmtool, rows[i].complete};

        for (size_t v = 0; v < 3; v++) {
            t.run->exit_reason = KVM_EXIT_SYSTEM_EVENT;
            t.run->system_event.type = rows[i].type;
            vmm.variant = vmm_variant_at(v);
            ck_assert_int_eq(vmm_handle_exit(&vmm, 0, &result), goes_on[v]);
            if (!goes_on[v])
                ck_assert_uint_eq(result.detail, rows[i].type);
        }
    }
    ck_assert_ptr_null(vmm_variant_at(3));
    ck_assert_ptr_null(vmm_variant_by_name("bhyve"));
}
END_TEST

START_TEST(errors_of_kvm_run)
{
    ck_assert(vmm_handle_exit(&vmm, -EAGAIN, &result));
    ck_assert(!vmm_handle_exit(&vmm, -EINTR, &result));
    ck_assert_int_eq(result.reason, VMM_END_INTERRUPTED);
    t.run->immediate_exit = 1; /* a signal of its own making */
    ck_assert(vmm_handle_exit(&vmm, -EINTR, &result));
    ck_assert_uint_eq(t.run->immediate_exit, 0);
    ck_assert(!vmm_handle_exit(&vmm, -ENOSYS, &result));
    ck_assert_int_eq(result.reason, VMM_END_ERRNO);
    ck_assert_uint_eq(result.detail, ENOSYS);
    /* nothing to convert in a plain VM */
    t.run->exit_reason = KVM_EXIT_MEMORY_FAULT;
    ck_assert(!vmm_handle_exit(&vmm, -EFAULT, &result));
    ck_assert_int_eq(result.reason, VMM_END_ERRNO);
    ck_assert_uint_eq(result.detail, EFAULT);
}
END_TEST

/* kvm_handle_io: count accesses of one port. */
START_TEST(port_accesses)
{
    uint8_t *data = (uint8_t *)t.run + 1024;

    t.run->exit_reason = KVM_EXIT_IO;
    t.run->io.direction = KVM_EXIT_IO_OUT;
    t.run->io.size = 2;
    t.run->io.port = 0x310;
    t.run->io.count = 3;
    t.run->io.data_offset = 1024;
    memcpy(data, "aabbcc", 6);
    ck_assert(vmm_handle_exit(&vmm, 0, &result));
    ck_assert_uint_eq(ports.use.writes, 3);
    ck_assert_uint_eq(ports.use.last_write, 0x6363);
    t.run->io.direction = KVM_EXIT_IO_IN;
    ck_assert(vmm_handle_exit(&vmm, 0, &result));
    ck_assert_mem_eq(data, "cccccc", 6);
    t.run->io.data_offset = sizeof(*t.run) - 2; /* KVM's page ends there */
    ports.use.reads = 0;
    ck_assert(vmm_handle_exit(&vmm, 0, &result));
    ck_assert_uint_eq(ports.use.reads, 1);
    vmm.io = NULL;
    ck_assert(vmm_handle_exit(&vmm, 0, &result));
    ck_assert_uint_eq(ports.use.reads, 1);
}
END_TEST

static void mmio(uint64_t addr, bool is_write)
{
    t.run->exit_reason = KVM_EXIT_MMIO;
    t.run->mmio.phys_addr = addr;
    t.run->mmio.len = 4;
    t.run->mmio.is_write = is_write;
}

START_TEST(scripts_choose_exits)
{
    const struct vmm_action answer = {.kind = VMM_ACT_ANSWER, .value = 0x8877665544332211};
    const struct vmm_action stop = {.kind = VMM_ACT_STOP};
    const struct vmm_action clear = {.kind = VMM_ACT_NO_ANSWER};
    const struct vmm_script_step steps[] = {
        {.has_reason = true,
         .reason = KVM_EXIT_MMIO,
         .first = DEVICE_IPA,
         .size = 8,
         .direction = VMM_READS,
         .times = 1,
         .actions = &answer,
         .action_count = 1},
        {.has_number = true, .number = 4, .actions = &stop, .action_count = 1},
        {.direction = VMM_WRITES,
         .first = DEVICE_IPA + 16,
         .size = 4,
         .actions = &clear,
         .action_count = 1},
    };
    uint64_t done[3] = {0};
    struct vmm_script script = {.steps = steps, .count = 3, .done = done};

    vmm.script = &script;
    mmio(DEVICE_IPA + 4, false);
    ck_assert(vmm_handle_exit(&vmm, 0, &result));
    ck_assert_uint_eq(t.run->mmio.data[7], 0x88);
    ck_assert_uint_eq(regs.use.reads, 0);
    ck_assert(vmm_handle_exit(&vmm, 0, &result)); /* only once */
    ck_assert_uint_eq(regs.use.reads, 1);
    mmio(DEVICE_IPA + 16, true);
    ck_assert(vmm_handle_exit(&vmm, 0, &result));
    ck_assert_uint_eq(t.run->exit_reason, KVM_EXIT_UNKNOWN);
    ck_assert_uint_eq(regs.use.writes, 0);
    mmio(DEVICE_IPA, true);
    ck_assert(!vmm_handle_exit(&vmm, 0, &result));
    ck_assert_int_eq(result.reason, VMM_END_SCRIPT);
    ck_assert_uint_eq(regs.use.writes, 1); /* the device was asked before */
    ck_assert_uint_eq(script.returns, 4);
    ck_assert_uint_eq(done[0] + done[1] + done[2], 3);
}
END_TEST

START_TEST(actions_use_the_ioctls)
{
    const struct vmm_action actions[] = {
        {.kind = VMM_ACT_SET_X, .reg = 7, .value = 0x77},
        {.kind = VMM_ACT_SET_SYSREG, .reg = SYSREG_VBAR_EL1, .value = 0x8000},
        {.kind = VMM_ACT_SET_PC, .value = 0x1000},
        {.kind = VMM_ACT_SKIP},
        {.kind = VMM_ACT_IMMEDIATE},
        {.kind = VMM_ACT_DELETE_SLOT, .value = 0},
    };

    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
        ck_assert_int_eq(vmm_act(t.kvm, t.vcpu, &actions[i]), 0);
    ck_assert_uint_eq(kvm_vcpu_get_x(t.vcpu, 7), 0x77);
    ck_assert_uint_eq(kvm_vcpu_get_sysreg(t.vcpu, SYSREG_VBAR_EL1), 0x8000);
    ck_assert_uint_eq(kvm_vcpu_get_pc(t.vcpu), 0x1004);
    ck_assert_uint_eq(t.run->immediate_exit, 1);
    ck_assert_int_ne(vmm_act(t.kvm, t.vcpu, &actions[5]), 0); /* it is gone */
    ck_assert_int_eq(
        vmm_act(t.kvm, t.vcpu, &(struct vmm_action){VMM_ACT_SERROR_ESR, 0, UINT32_MAX}), -EINVAL);
    for (unsigned kind = 0; kind < VMM_ACT_COUNT; kind++)
        ck_assert_ptr_nonnull(vmm_action_name((enum vmm_action_kind)kind));
}
END_TEST

START_TEST(a_device_ends_the_run)
{
    struct vmm_stop stop = {0};

    vmm.stop = &stop;
    mmio(DEVICE_IPA, false);
    ck_assert(vmm_handle_exit(&vmm, 0, &result));
    vmm_stop_request(&stop, "regs", false, 3);
    ck_assert(!vmm_handle_exit(&vmm, 0, &result));
    ck_assert_int_eq(result.reason, VMM_END_DEVICE);
    ck_assert_uint_eq(result.detail, 3);
}
END_TEST

/* Indices of the ring are the other side's: whatever they are, at most one ring is taken. */
START_TEST(coalesced_ring_of_a_liar)
{
    struct kvm_coalesced_mmio_zone zone = {.addr = DEVICE_IPA, .size = 0x1000};
    struct kvm_coalesced_ring *ring;

    ck_assert_int_eq(kvm_register_coalesced_mmio(t.kvm, &zone), 0);
    ring = kvm_coalesced_ring(t.kvm);
    ring->first = 100000;
    ring->last = 200000;
    for (unsigned i = 0; i < KVM_COALESCED_ENTRIES; i++)
        ring->entries[i] = (struct kvm_coalesced_mmio){.phys_addr = DEVICE_IPA, .len = 4};
    ring->entries[3].len = 77;
    vmm_flush_coalesced(t.kvm, &as, VMM_MMIO_ADDRESS_SPACE);
    ck_assert_uint_eq(regs.use.writes, KVM_COALESCED_ENTRIES);
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("vmm_loop");
    TCase *tc = tcase_create("all");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, each_exit_has_its_answer, 0,
                        (int)(sizeof(answers) / sizeof(answers[0])));
    tcase_add_test(tc, system_events);
    tcase_add_test(tc, errors_of_kvm_run);
    tcase_add_test(tc, port_accesses);
    tcase_add_test(tc, scripts_choose_exits);
    tcase_add_test(tc, actions_use_the_ioctls);
    tcase_add_test(tc, a_device_ends_the_run);
    tcase_add_test(tc, coalesced_ring_of_a_liar);
    suite_add_tcase(suite, tc);
    return suite;
}

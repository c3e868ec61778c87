/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plain VM through KVM_RUN: real guest code, what user space sees, what the guest finds after. */
#include "cpu/arch/descriptor.h"
#include "cpu/arch/esr.h"
#include "kvm_model/io_bus_device.h"
#include "kvm_model/kvm_internal.h"
#include "kvm_model/vmm/registers.h"
#include "kvm_model/vmm/vmm.h"
#include "tests/unit/check_main.h"
#include "tests/unit/test_kvm_machine.h"

#define DEV_IPA 0xa000040ull
#define ROM_IPA 0x50000000ull

#define LDRSB_W0_X2 0x39c00040u
#define LDRSH_X0_X2 0x79800040u
#define LDR_W0_X2 0xb9400040u
#define LDR_WZR_X2 0xb940005fu
#define LDR_X0_X2 0xf9400040u
#define STR_W1_X2 0xb9000041u
#define STR_X1_X2 0xf9000041u
#define STR_XZR_X2 0xf900005fu
#define LDP_X3_X4_X2 0xa9401043u
#define STP_X3_X4_X2 0xa9001043u
#define BR_X2 0xd61f0040u
#define MRS_X1_IMPDEF 0xd538b101u
#define WFI 0xd503207fu
#define HVC(imm) (0xd4000002u | (uint32_t)(imm) << 5)
#define SMC(imm) (0xd4000003u | (uint32_t)(imm) << 5)
#define END HVC(1)
#define VECTOR_EL1H_SYNC 0x7004u /* VBAR + 0x200 */
#define VECTOR_EL0_SYNC 0x7008u  /* VBAR + 0x400 */

static struct test_machine t;
static uint64_t stopped_at; /* immediate of the HVC that ended the run */
static uint64_t traps, trap_limit;

static bool stop_at_hvc(void *ctx, uint64_t esr)
{
    (void)ctx;
    traps++;
    stopped_at = esr_ec(esr) == ESR_EC_HVC64 ? field_get(esr, ESR_IMM16) : 0;
    return stopped_at != 0 || traps == trap_limit;
}

static void start(const char *variant)
{
    struct kvm_config config;

    test_memory_new(&t);
    config = test_config(&t, variant);
    config.exit_observer = stop_at_hvc;
    traps = 0;
    trap_limit = 0;
    test_vm_new(&t, &config);
    kvm_vcpu_set_x(t.vcpu, 2, DEV_IPA);
}

static void teardown(void)
{
    test_machine_free(&t);
    t = (struct test_machine){0};
}

#define RUN_CODE(...)                                                                              \
    do {                                                                                           \
        const uint32_t words[] = {__VA_ARGS__};                                                    \
        test_code(&t, words, sizeof(words) / sizeof(words[0]));                                    \
    } while (0)

static void expect_mmio(bool is_write, uint64_t addr, unsigned len)
{
    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), 0);
    ck_assert_uint_eq(t.run->exit_reason, KVM_EXIT_MMIO);
    ck_assert_uint_eq(t.run->mmio.is_write, is_write);
    ck_assert_uint_eq(t.run->mmio.phys_addr, addr);
    ck_assert_uint_eq(t.run->mmio.len, len);
}

static void reply(uint64_t value)
{
    memcpy(t.run->mmio.data, &value, sizeof(value));
}

static void expect_end(uint64_t imm)
{
    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), -EINTR);
    ck_assert_uint_eq(stopped_at, imm);
}

START_TEST(read_is_completed_as_the_kernel_does)
{
    static const struct {
        const char *variant;
        uint32_t insn;
        unsigned len;
        uint64_t reply, x0;
    } rows[] = {
        {"linux-6.12", LDRSB_W0_X2, 1, 0xffffff80, 0x80},
        {"linux-7.2", LDRSB_W0_X2, 1, 0xffffff80, 0xffffff80},
        {"linux-6.12", LDRSH_X0_X2, 2, 0x8001, 0x8001},
        {"linux-7.2", LDRSH_X0_X2, 2, 0x8001, 0xffffffffffff8001},
        {"linux-7.2", LDR_W0_X2, 4, 0x1122334499887766, 0x99887766},
        {"linux-7.2", LDR_X0_X2, 8, 0x1122334499887766, 0x1122334499887766},
        {"linux-7.2", LDR_WZR_X2, 4, 0xff, 0xdead},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        start(rows[i].variant);
        RUN_CODE(rows[i].insn, END);
        kvm_vcpu_set_x(t.vcpu, 0, 0xdead);
        expect_mmio(false, DEV_IPA, rows[i].len);
        ck_assert_uint_eq(kvm_vcpu_get_pc(t.vcpu), TEST_CODE_IPA);
        reply(rows[i].reply);
        expect_end(1);
        ck_assert_uint_eq(kvm_vcpu_get_x(t.vcpu, 0), rows[i].x0);
        ck_assert_uint_eq(kvm_vcpu_get_pc(t.vcpu), TEST_CODE_IPA + 8);
        teardown();
    }
    start("linux-7.2");
}
END_TEST

START_TEST(write_shows_the_access_width)
{
    uint64_t data = 0;

    start("linux-7.2");
    RUN_CODE(STR_W1_X2, STR_X1_X2, STR_XZR_X2, END);
    kvm_vcpu_set_x(t.vcpu, 1, 0x1122334455667788);
    expect_mmio(true, DEV_IPA, 4);
    memcpy(&data, t.run->mmio.data, 4);
    ck_assert_uint_eq(data, 0x55667788);
    expect_mmio(true, DEV_IPA, 8);
    memcpy(&data, t.run->mmio.data, 8);
    ck_assert_uint_eq(data, 0x1122334455667788);
    expect_mmio(true, DEV_IPA, 8);
    memcpy(&data, t.run->mmio.data, 8);
    ck_assert_uint_eq(data, 0);
    expect_end(1);
    ck_assert_uint_eq(kvm_vcpu_stat(t.vcpu)->mmio_exit_user, 3);
}
END_TEST

START_TEST(big_endian_is_judged_at_completion)
{
    start("linux-7.2");
    RUN_CODE(LDRSH_X0_X2, END);
    expect_mmio(false, DEV_IPA, 2);
    reply(0x0180);
    kvm_vcpu_set_sysreg(t.vcpu, SYSREG_SCTLR_EL1,
                        kvm_vcpu_get_sysreg(t.vcpu, SYSREG_SCTLR_EL1) | field_mask(SCTLR_EE));
    t.run->immediate_exit = 1;
    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), -EINTR);
    ck_assert_uint_eq(t.run->exit_reason, KVM_EXIT_MMIO);
    ck_assert_uint_eq(kvm_vcpu_get_x(t.vcpu, 0), 0xffffffffffff8001);
    ck_assert_msg(kvm_vcpu_get_pc(t.vcpu) == TEST_CODE_IPA + 4, "PC has advanced already");
}
END_TEST

START_TEST(pc_moved_during_the_exit_still_advances)
{
    start("linux-7.2");
    RUN_CODE(LDR_W0_X2, HVC(2), HVC(3), HVC(4));
    expect_mmio(false, DEV_IPA, 4);
    kvm_vcpu_set_pc(t.vcpu, TEST_CODE_IPA + 8);
    expect_end(4);
}
END_TEST

START_TEST(in_kernel_device_needs_no_user)
{
    struct registers regs;
    struct io_bus_device adapter = {.device = {"regs", &registers_ops, &regs}, .clock = &t.clock};
    struct kvm_io_device device = io_bus_device(&adapter);

    start("linux-7.2");
    ck_assert(registers_init(&regs, 0x1000));
    ck_assert(registers_set(&regs, 0x40, 0xf00d, 4));
    ck_assert_int_eq(kvm_register_io_device(t.kvm, 0xa000000, 0x1000, &device), 0);
    ck_assert_int_eq(kvm_register_io_device(t.kvm, 0xa000fff, 1, &device), -EEXIST);
    RUN_CODE(LDR_W0_X2, STR_W1_X2, END);
    kvm_vcpu_set_x(t.vcpu, 1, 0x77);
    expect_end(1);
    ck_assert_uint_eq(kvm_vcpu_get_x(t.vcpu, 0), 0xf00d);
    ck_assert_uint_eq(regs.use.last_write, 0x77);
    ck_assert_uint_eq(kvm_vcpu_stat(t.vcpu)->mmio_exit_kernel, 2);
    ck_assert_uint_eq(kvm_vcpu_stat(t.vcpu)->mmio_exit_user, 0);
    registers_free(&regs);
}
END_TEST

START_TEST(no_syndrome_ends_the_run)
{
    start("linux-7.2");
    RUN_CODE(LDP_X3_X4_X2, END);
    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), -ENOSYS);
    ck_assert_uint_eq(kvm_vcpu_get_pc(t.vcpu), TEST_CODE_IPA);
}
END_TEST

START_TEST(no_syndrome_goes_to_a_user_who_asked)
{
    start("linux-7.2");
    ck_assert_int_eq(kvm_enable_cap(t.kvm, 0), -EINVAL);
    ck_assert_int_eq(kvm_enable_cap(t.kvm, KVM_CAP_ARM_NISV_TO_USER), 0);
    RUN_CODE(LDP_X3_X4_X2, STP_X3_X4_X2, END);
    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), 0);
    ck_assert_uint_eq(t.run->exit_reason, KVM_EXIT_ARM_NISV);
    ck_assert_uint_eq(t.run->arm_nisv.esr_iss, 0x5);
    ck_assert_uint_eq(t.run->arm_nisv.fault_ipa, DEV_IPA);
    kvm_vcpu_set_pc(t.vcpu, TEST_CODE_IPA + 4);
    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), 0);
    ck_assert_uint_eq(t.run->arm_nisv.esr_iss, 0x45);
    kvm_vcpu_set_pc(t.vcpu, TEST_CODE_IPA + 8);
    expect_end(1);
}
END_TEST

static void expect_el1(uint64_t esr, uint64_t far)
{
    ck_assert_uint_eq(kvm_vcpu_get_sysreg(t.vcpu, SYSREG_ESR_EL1), esr);
    ck_assert_uint_eq(kvm_vcpu_get_sysreg(t.vcpu, SYSREG_FAR_EL1), far);
}

START_TEST(fetch_outside_memory_is_an_external_abort)
{
    start("linux-7.2");
    RUN_CODE(BR_X2);
    expect_end(VECTOR_EL1H_SYNC);
    expect_el1(0x86000010, DEV_IPA);
    ck_assert_uint_eq(kvm_vcpu_get_sysreg(t.vcpu, SYSREG_ELR_EL1), DEV_IPA);
}
END_TEST

START_TEST(address_beyond_the_vm)
{
    start("linux-7.2");
    RUN_CODE(LDR_W0_X2);
    kvm_vcpu_set_x(t.vcpu, 2, 0x10000000040);
    expect_end(VECTOR_EL1H_SYNC);
    expect_el1(0x96000010, 0x10000000040);
    kvm_vcpu_set_pc(t.vcpu, TEST_CODE_IPA);
    kvm_vcpu_set_pstate(t.vcpu, PSTATE_EL0T);
    expect_end(VECTOR_EL0_SYNC);
    expect_el1(0x92000010, 0x10000000040);
}
END_TEST

START_TEST(address_beyond_the_host)
{
    struct kvm_config config;

    test_memory_new(&t);
    config = test_config(&t, "linux-7.2");
    config.pa_bits = 40;
    config.exit_observer = stop_at_hvc;
    test_vm_new(&t, &config);
    RUN_CODE(LDR_W0_X2);
    kvm_vcpu_set_x(t.vcpu, 2, 0x10000000040);
    expect_end(VECTOR_EL1H_SYNC);
    expect_el1(0x96000000, 0x10000000040);
}
END_TEST

START_TEST(cache_maintenance_of_nothing_is_skipped)
{
    hva_t rom;

    start("linux-7.2");
    ck_assert(host_mm_mmap(t.mm, 0x10000, 0, &rom));
    ck_assert_int_eq(test_add_slot(&t, 1, ROM_IPA, 0x10000, KVM_MEM_READONLY, rom), 0);
    t.vcpu->fault = (struct kvm_vcpu_fault){.esr = 0x92000146, .far = DEV_IPA, .hpfar = 0xa0000};
    ck_assert_int_eq(kvm_handle_guest_abort(t.vcpu), 1);
    kvm_adjust_pc(t.vcpu);
    ck_assert_uint_eq(kvm_vcpu_get_pc(t.vcpu), TEST_CODE_IPA + 4);
    /* of read-only memory it is an access like any other, without a syndrome */
    t.vcpu->fault = (struct kvm_vcpu_fault){.esr = 0x92000146, .far = ROM_IPA, .hpfar = 0x500000};
    ck_assert_int_eq(kvm_handle_guest_abort(t.vcpu), -ENOSYS);
}
END_TEST

START_TEST(read_only_memory_reads_and_traps_writes)
{
    uint64_t value = 0x8182838485868788;
    hva_t rom;

    start("linux-7.2");
    ck_assert(host_mm_mmap(t.mm, 0x10000, 0, &rom));
    ck_assert(host_mm_write(t.mm, HVA(rom.v + 0x40), &value, sizeof(value)));
    ck_assert_int_eq(test_add_slot(&t, 1, ROM_IPA, 0x10000, KVM_MEM_READONLY, rom), 0);
    RUN_CODE(LDR_X0_X2, STR_X1_X2, LDR_X0_X2, END);
    kvm_vcpu_set_x(t.vcpu, 2, ROM_IPA + 0x40);
    kvm_vcpu_set_x(t.vcpu, 1, 0x55);
    expect_mmio(true, ROM_IPA + 0x40, 8);
    ck_assert_uint_eq(kvm_vcpu_get_x(t.vcpu, 0), value);
    expect_end(1);
    ck_assert_uint_eq(kvm_vcpu_get_x(t.vcpu, 0), value);
}
END_TEST

START_TEST(data_page_becomes_executable)
{
    uint32_t code[] = {END};

    start("linux-7.2");
    ck_assert(host_mm_write(t.mm, HVA(t.ram.v + 0x80000), code, sizeof(code)));
    RUN_CODE(LDR_W0_X2, BR_X2);
    kvm_vcpu_set_x(t.vcpu, 2, TEST_RAM_IPA + 0x80000);
    expect_end(1);
    ck_assert_uint_eq(kvm_vcpu_get_x(t.vcpu, 0), END);
    /* code page, data page, permission fault of the fetch, HVC */
    ck_assert_uint_eq(traps, 4);
}
END_TEST

START_TEST(huge_page_is_one_fault)
{
    hva_t huge;

    start("linux-7.2");
    ck_assert(host_mm_mmap(t.mm, HOST_PMD_SIZE, HOST_MMAP_HUGE, &huge));
    ck_assert_int_eq(test_add_slot(&t, 1, 0x60000000, HOST_PMD_SIZE, 0, huge), 0);
    RUN_CODE(STR_X1_X2, 0x91400442 /* add x2, x2, #1, lsl #12 */, STR_X1_X2, END);
    kvm_vcpu_set_x(t.vcpu, 2, 0x60000000);
    kvm_vcpu_set_x(t.vcpu, 1, 0x1234);
    expect_end(1);
    ck_assert_uint_eq(traps, 3);
}
END_TEST

START_TEST(deleted_slot_is_gone)
{
    start("linux-7.2");
    RUN_CODE(LDR_W0_X2, END);
    expect_mmio(false, DEV_IPA, 4);
    ck_assert_int_eq(test_add_slot(&t, 0, 0, 0, 0, HVA(0)), 0);
    /* neither the code nor the vectors are there: aborts without end */
    trap_limit = traps + 50;
    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), -EINTR);
    ck_assert_uint_eq(traps, trap_limit);
    expect_el1(0x86000010, TEST_VBAR_IPA + 0x200);
    ck_assert_int_eq(test_add_slot(&t, 0, 0, 0, 0, HVA(0)), -EINVAL);
}
END_TEST

/* Stage 1 on: 1 GiB blocks for memory and devices, and a table at an address that is no memory. */
static void stage1_on(void)
{
    const uint64_t table = TEST_RAM_IPA + 0x100000;
    const uint64_t descs[] = {
        0x741,                /* VA 0: Normal block at IPA 0 */
        TEST_RAM_IPA | 0x701, /* VA 0x40000000: itself */
        0, 0x30000000 | 3,    /* VA 0xc0000000: level-2 table outside memory */
    };

    ck_assert(host_mm_write(t.mm, HVA(t.ram.v + (table - TEST_RAM_IPA)), descs, sizeof(descs)));
    kvm_vcpu_set_sysreg(t.vcpu, SYSREG_MAIR_EL1, 0x4400ff);
    kvm_vcpu_set_sysreg(t.vcpu, SYSREG_TTBR0_EL1, table);
    kvm_vcpu_set_sysreg(t.vcpu, SYSREG_TCR_EL1,
                        field_put(TCR_T0SZ, 25) | field_put(TCR_EPD1, 1) | field_put(TCR_IPS, 5));
    kvm_vcpu_set_sysreg(t.vcpu, SYSREG_SCTLR_EL1,
                        kvm_vcpu_get_sysreg(t.vcpu, SYSREG_SCTLR_EL1) | field_mask(SCTLR_M));
}

START_TEST(stage1_table_outside_memory)
{
    static const struct {
        const char *variant;
        uint64_t esr;
    } rows[] = {{"linux-6.12", 0x96000010}, {"linux-7.2", 0x96000016}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (i)
            teardown();
        start(rows[i].variant);
        stage1_on();
        RUN_CODE(LDR_W0_X2);
        kvm_vcpu_set_x(t.vcpu, 2, 0xc0000040);
        expect_end(VECTOR_EL1H_SYNC);
        expect_el1(rows[i].esr, 0xc0000040);
    }
}
END_TEST

START_TEST(calls)
{
    static const struct {
        const char *variant;
        uint32_t insn;
        uint64_t x0, x1, want;
    } rows[] = {
        {"linux-6.12", HVC(0), 0x84000000, 0, 0x10001},
        {"linux-7.2", HVC(0), 0x84000000, 0, 0x10003},
        {"linux-7.2", SMC(0), 0xdeadbeef84000000, 0, 0x10003},
        {"linux-7.2", HVC(0), 0xc4000000, 0, UINT64_MAX},
        {"linux-7.2", HVC(0), 0x80000000, 0, 0x10001},
        {"linux-7.2", HVC(0), 0x80000001, 0x80000000, UINT64_MAX},
        {"linux-7.2", HVC(0), 0x80000001, 0xc5000020, 0},
        {"linux-7.2", HVC(0), 0xdeadbeef, 0, UINT64_MAX},
        {"linux-7.2", HVC(0), 0x8400000a, 0x84000000, 0},
        {"linux-7.2", HVC(0), 0x8400000a, 0x80000000, 0},
        {"linux-7.2", HVC(0), 0x8400000a, 0x84001234, UINT64_MAX},
        {"linux-7.2", HVC(0), 0x8400000a, 0xc4000015, 1},
        {"linux-6.12", HVC(0), 0x8400000a, 0xc4000015, UINT64_MAX},
        {"linux-7.2", HVC(0), 0x84000006, 0, 2},
        {"linux-7.2", HVC(0), 0xc4000003, 0, (uint64_t)-4},
        {"linux-7.2", HVC(0), 0xc4000003, 7, (uint64_t)-2},
        {"linux-7.2", HVC(0), 0xc4000004, 0, 0},
        {"linux-7.2", HVC(0), 0xc4000004, 1, (uint64_t)-2},
        {"linux-7.2", HVC(0), 0xc4000001, 0, 0},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        start(rows[i].variant);
        RUN_CODE(rows[i].insn, END);
        kvm_vcpu_set_x(t.vcpu, 0, rows[i].x0);
        kvm_vcpu_set_x(t.vcpu, 1, rows[i].x1);
        kvm_vcpu_set_x(t.vcpu, 2, 0);
        kvm_vcpu_set_x(t.vcpu, 3, 0x1234);
        expect_end(1);
        ck_assert_uint_eq(kvm_vcpu_get_x(t.vcpu, 0), rows[i].want);
        ck_assert_uint_eq(kvm_vcpu_get_x(t.vcpu, 1), 0);
        ck_assert_uint_eq(kvm_vcpu_get_x(t.vcpu, 3), 0);
        ck_assert_uint_eq(kvm_vcpu_get_pc(t.vcpu), TEST_CODE_IPA + 8);
        teardown();
    }
    start("linux-7.2");
}
END_TEST

START_TEST(smc_with_immediate_is_refused)
{
    start("linux-7.2");
    RUN_CODE(SMC(1), END);
    kvm_vcpu_set_x(t.vcpu, 0, 0x84000000);
    kvm_vcpu_set_x(t.vcpu, 3, 0x1234);
    expect_end(1);
    ck_assert_uint_eq(kvm_vcpu_get_x(t.vcpu, 0), UINT64_MAX);
    ck_assert_uint_eq(kvm_vcpu_get_x(t.vcpu, 3), 0x1234);
}
END_TEST

START_TEST(system_events)
{
    static const struct {
        uint64_t x0, x1;
        uint32_t type;
        uint64_t flags;
    } rows[] = {
        {0x84000008, 0, KVM_SYSTEM_EVENT_SHUTDOWN, 0},
        {0x84000009, 0, KVM_SYSTEM_EVENT_RESET, 0},
        {0xc4000012, 0, KVM_SYSTEM_EVENT_RESET, KVM_SYSTEM_EVENT_RESET_FLAG_PSCI_RESET2},
        {0xc4000015, 1, KVM_SYSTEM_EVENT_SHUTDOWN, KVM_SYSTEM_EVENT_SHUTDOWN_FLAG_PSCI_OFF2},
    };
    uint64_t seen;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        start("linux-7.2");
        RUN_CODE(HVC(0), END);
        kvm_vcpu_set_x(t.vcpu, 0, rows[i].x0);
        kvm_vcpu_set_x(t.vcpu, 1, rows[i].x1);
        kvm_vcpu_set_x(t.vcpu, 2, 0);
        ck_assert_int_eq(kvm_vcpu_run(t.vcpu), 0);
        ck_assert_uint_eq(t.run->exit_reason, KVM_EXIT_SYSTEM_EVENT);
        ck_assert_uint_eq(t.run->system_event.type, rows[i].type);
        ck_assert_uint_eq(t.run->system_event.ndata, 1);
        ck_assert_uint_eq(t.run->system_event.data[0], rows[i].flags);
        ck_assert_uint_eq(kvm_vcpu_get_x(t.vcpu, 0), (uint64_t)-6);
        /* all vCPUs are off now: running one again only sleeps */
        seen = traps;
        ck_assert_int_eq(kvm_vcpu_run(t.vcpu), -EINTR);
        ck_assert_uint_eq(t.run->exit_reason, KVM_EXIT_INTR);
        ck_assert_uint_eq(traps, seen);
        teardown();
    }
    start("linux-7.2");
}
END_TEST

START_TEST(unknown_register_is_undefined)
{
    start("linux-7.2");
    RUN_CODE(MRS_X1_IMPDEF);
    expect_end(VECTOR_EL1H_SYNC);
    ck_assert_uint_eq(kvm_vcpu_get_sysreg(t.vcpu, SYSREG_ESR_EL1), 0x2000000);
    ck_assert_uint_eq(kvm_vcpu_get_sysreg(t.vcpu, SYSREG_ELR_EL1), TEST_CODE_IPA);
}
END_TEST

START_TEST(wait_goes_on)
{
    start("linux-7.2");
    RUN_CODE(WFI, END);
    expect_end(1);
    ck_assert_uint_eq(kvm_vcpu_stat(t.vcpu)->wfi_exit_stat, 1);
}
END_TEST

START_TEST(budget_is_a_signal)
{
    start("linux-7.2");
    RUN_CODE(0x14000000 /* b . */);
    cpu_set_budget(t.cpu, 1000);
    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), -EINTR);
    ck_assert_uint_eq(t.run->exit_reason, KVM_EXIT_INTR);
    ck_assert_uint_eq(stopped_at, 0);
}
END_TEST

START_TEST(memory_given_to_another_world_is_survived)
{
    pa_t pa;

    start("linux-7.2");
    RUN_CODE(LDR_W0_X2, END);
    kvm_vcpu_set_x(t.vcpu, 2, TEST_RAM_IPA + 0x80000);
    ck_assert(host_mm_hva_to_pa(t.mm, HVA(t.ram.v + 0x80000), &pa));
    ck_assert(gpt_set(t.mem, pa, PAS_REALM));
    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), -EFAULT);
}
END_TEST

START_TEST(slots_are_checked)
{
    hva_t hva;

    start("linux-7.2");
    ck_assert(host_mm_mmap(t.mm, 0x10000, 0, &hva));
    ck_assert_int_eq(test_add_slot(&t, 1, 0x50000800, 0x1000, 0, hva), -EINVAL);
    ck_assert_int_eq(test_add_slot(&t, 1, 0x50000000, 0x800, 0, hva), -EINVAL);
    ck_assert_int_eq(test_add_slot(&t, 1, 0x50000000, 0x1000, KVM_MEM_GUEST_MEMFD, hva), -EINVAL);
    ck_assert_int_eq(test_add_slot(&t, 1, 1ull << 40, 0x1000, 0, hva), -EFAULT);
    ck_assert_int_eq(test_add_slot(&t, 1, (1ull << 40) - 0x1000, 0x2000, 0, hva), -EFAULT);
    ck_assert_int_eq(test_add_slot(&t, 1, 0x40000000, 0x1000, 0, hva), -EEXIST);
    ck_assert_int_eq(test_add_slot(&t, 1, 0x3ffff000, 0x2000, 0, hva), -EEXIST);
    ck_assert_int_eq(test_add_slot(&t, 1, 0, 0, 0, hva), -EINVAL);
    ck_assert_int_eq(test_add_slot(&t, 1, 0x3ffff000, 0x1000, 0, hva), 0);
    ck_assert_int_eq(test_add_slot(&t, 1, 0x3ffff000, 0x2000, 0, hva), -EINVAL);
    ck_assert_int_eq(test_add_slot(&t, 1, 0x3fffe000, 0x1000, 0, hva), 0);
    ck_assert_int_eq(kvm_set_memory_attributes(t.kvm, 0x40000000, 0x1000, 0), -EINVAL);
    ck_assert_int_eq(kvm_arm_rmi_populate(t.kvm, 0x40000000, 0x1000, hva, false), -EINVAL);
}
END_TEST

START_TEST(vm_and_vcpu_are_checked)
{
    struct kvm_config config;
    struct kvm_vcpu *vcpu;
    int error = 0;

    start("linux-7.2");
    ck_assert_int_eq(kvm_create_vcpu(t.kvm, 0, t.cpu, &vcpu), -EEXIST);
    ck_assert_int_eq(kvm_create_vcpu(t.kvm, KVM_MAX_VCPUS, t.cpu, &vcpu), -EINVAL);
    ck_assert_int_eq(kvm_create_vcpu(t.kvm, 1, NULL, &vcpu), -EINVAL);
    config = test_config(&t, "linux-7.2");
    config.ipa_bits = 31;
    ck_assert_ptr_null(kvm_create_vm(&config, &error));
    ck_assert_int_eq(error, -EINVAL);
    config.ipa_bits = 49;
    ck_assert_ptr_null(kvm_create_vm(&config, &error));
    config.ipa_bits = 40;
    config.realm = true;
    error = 0;
    ck_assert_ptr_null(kvm_create_vm(&config, &error));
    ck_assert_int_eq(error, -EINVAL);
}
END_TEST

START_TEST(slot_without_mapping_faults)
{
    start("linux-7.2");
    ck_assert_int_eq(test_add_slot(&t, 1, 0x60000000, 0x1000, 0, HVA(0x1000)), 0);
    RUN_CODE(LDR_W0_X2, END);
    kvm_vcpu_set_x(t.vcpu, 2, 0x60000000);
    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), -EFAULT);
}
END_TEST

START_TEST(vmm_serves_and_ends)
{
    struct registers regs;
    struct device device = {"regs", &registers_ops, &regs};
    struct memory_region root, region;
    struct address_space as;
    struct vmm vmm;
    struct vmm_result result;

    start("linux-7.2");
    ck_assert(registers_init(&regs, 0x1000));
    ck_assert(registers_set(&regs, 0x40, 0x84000008, 4));
    memory_region_init_container(&root, "system", 1ull << 40);
    memory_region_init_io(&region, &device, 0x1000);
    ck_assert(memory_region_add_subregion(&root, 0xa000000, &region, 0));
    ck_assert(address_space_init(&as, &root, t.mm, &t.trace, &t.clock));
    vmm =
        (struct vmm){.kvm = t.kvm, .vcpu = t.vcpu, .as = &as, .trace = &t.trace, .clock = &t.clock};
    RUN_CODE(STR_W1_X2, LDR_W0_X2, HVC(7), HVC(0));
    kvm_vcpu_set_x(t.vcpu, 1, 0x84000008);
    result = vmm_run(&vmm);
    ck_assert_int_eq(result.reason, VMM_END_INTERRUPTED);
    ck_assert_uint_eq(stopped_at, 7);
    result = vmm_run(&vmm);
    ck_assert_int_eq(result.reason, VMM_END_SYSTEM_EVENT);
    ck_assert_uint_eq(result.detail, KVM_SYSTEM_EVENT_SHUTDOWN);
    ck_assert_uint_eq(regs.use.reads, 1);
    ck_assert_uint_eq(regs.use.writes, 1);

    kvm_vcpu_set_power_off(t.vcpu, false);
    kvm_vcpu_set_pc(t.vcpu, TEST_CODE_IPA + 16);
    RUN_CODE(0, 0, 0, 0, LDP_X3_X4_X2);
    result = vmm_run(&vmm);
    ck_assert_int_eq(result.reason, VMM_END_ERRNO);
    ck_assert_uint_eq(result.detail, ENOSYS);
    ck_assert_int_eq(kvm_enable_cap(t.kvm, KVM_CAP_ARM_NISV_TO_USER), 0);
    vmm.variant = vmm_variant_by_name("kvmtool"); /* knows no such exit */
    result = vmm_run(&vmm);
    ck_assert_int_eq(result.reason, VMM_END_UNHANDLED);
    ck_assert_uint_eq(result.detail, KVM_EXIT_ARM_NISV);
    address_space_free(&as);
    registers_free(&regs);
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("kvm_run");
    TCase *tc = tcase_create("all");

    tcase_add_checked_fixture(tc, NULL, teardown);
    tcase_add_test(tc, read_is_completed_as_the_kernel_does);
    tcase_add_test(tc, write_shows_the_access_width);
    tcase_add_test(tc, big_endian_is_judged_at_completion);
    tcase_add_test(tc, pc_moved_during_the_exit_still_advances);
    tcase_add_test(tc, in_kernel_device_needs_no_user);
    tcase_add_test(tc, no_syndrome_ends_the_run);
    tcase_add_test(tc, no_syndrome_goes_to_a_user_who_asked);
    tcase_add_test(tc, fetch_outside_memory_is_an_external_abort);
    tcase_add_test(tc, address_beyond_the_vm);
    tcase_add_test(tc, address_beyond_the_host);
    tcase_add_test(tc, cache_maintenance_of_nothing_is_skipped);
    tcase_add_test(tc, read_only_memory_reads_and_traps_writes);
    tcase_add_test(tc, data_page_becomes_executable);
    tcase_add_test(tc, huge_page_is_one_fault);
    tcase_add_test(tc, deleted_slot_is_gone);
    tcase_add_test(tc, stage1_table_outside_memory);
    tcase_add_test(tc, calls);
    tcase_add_test(tc, smc_with_immediate_is_refused);
    tcase_add_test(tc, system_events);
    tcase_add_test(tc, unknown_register_is_undefined);
    tcase_add_test(tc, wait_goes_on);
    tcase_add_test(tc, budget_is_a_signal);
    tcase_add_test(tc, memory_given_to_another_world_is_survived);
    tcase_add_test(tc, slots_are_checked);
    tcase_add_test(tc, vm_and_vcpu_are_checked);
    tcase_add_test(tc, slot_without_mapping_faults);
    tcase_add_test(tc, vmm_serves_and_ends);
    suite_add_tcase(suite, tc);
    return suite;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What user space asks KVM for besides KVM_RUN: events, debugging, doorbells, logs, filters, a GIC.
 */
#include "cpu/arch/esr.h"
#include "kvm_model/kvm_internal.h"
#include "tests/unit/test_kvm_machine.h"

#include "cpu/gic.h"
#include "tests/unit/check_main.h"

#define DEV_IPA 0xa000040ull
#define LOG_IPA 0x60000000ull
#define GICD_IPA 0x8000000ull
#define GICR_IPA 0x80a0000ull

#define BRK(imm) (0xd4200000u | (uint32_t)(imm) << 5)
#define HVC_0 0xd4000002u
#define WFI 0xd503207fu
#define LDR_W1_X2 0xb9400041u
#define LDRB_W1_X2 0x39400041u
#define STR_W1_X2 0xb9000041u
#define STR_X1_X2 0xf9000041u
#define MRS_X1_OSLSR 0xd5301181u
#define MRS_X1_PMCR 0xd53b9c01u
#define MSR_DAIFCLR_A 0xd50344ffu

static struct test_machine t;
static bool signal_comes;
static char last_line[200];
static unsigned lines;

static bool wait_observer(void *ctx)
{
    (void)ctx;
    return signal_comes;
}

static void read_point(void *ctx, const struct kvm_tracepoint *point)
{
    (void)ctx;
    lines++;
    kvm_tracepoint_text(point, last_line, sizeof(last_line));
}

static void start(const char *variant)
{
    struct kvm_config config;

    test_memory_new(&t);
    config = test_config(&t, variant);
    config.wait_observer = wait_observer;
    config.tracepoint = read_point;
    signal_comes = true;
    lines = 0;
    test_vm_new(&t, &config);
    ck_assert_int_eq(kvm_vcpu_set_guest_debug(t.vcpu, KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_SW_BP),
                     0);
    kvm_vcpu_set_x(t.vcpu, 2, DEV_IPA);
}

static void teardown(void)
{
    test_machine_free(&t);
    t = (struct test_machine){0};
}

#define CODE(...)                                                                                  \
    do {                                                                                           \
        const uint32_t words[] = {__VA_ARGS__};                                                    \
        test_code(&t, words, sizeof(words) / sizeof(words[0]));                                    \
    } while (0)

static void expect_brk(unsigned imm)
{
    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), 0);
    ck_assert_uint_eq(t.run->exit_reason, KVM_EXIT_DEBUG);
    ck_assert_uint_eq(kvm_run_debug(t.run).hsr, 0xf2000000u | imm);
}

static void expect_mmio(void)
{
    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), 0);
    ck_assert_uint_eq(t.run->exit_reason, KVM_EXIT_MMIO);
}

START_TEST(brk_is_a_debug_exit_only_with_a_debugger)
{
    start("linux-7.2");
    CODE(BRK(5));
    expect_brk(5);
    ck_assert_uint_eq(kvm_vcpu_get_pc(t.vcpu), TEST_CODE_IPA);
    ck_assert_str_eq(last_line, "kvm_userspace_exit: reason KVM_EXIT_DEBUG (4)");
    ck_assert_int_eq(kvm_vcpu_set_guest_debug(t.vcpu, 0x100), -EINVAL);
    ck_assert_int_eq(kvm_vcpu_set_guest_debug(t.vcpu, 0), 0);
    cpu_set_budget(t.cpu, 1);
    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), -EINTR);
    ck_assert_uint_eq(esr_ec(kvm_vcpu_get_sysreg(t.vcpu, SYSREG_ESR_EL1)), ESR_EC_BRK64);
}
END_TEST

static void abort_a_read(const char *variant, bool at_once)
{
    struct kvm_arm_vcpu_events events = {.ext_dabt_pending = true};

    start(variant);
    CODE(LDR_W1_X2, BRK(1));
    expect_mmio();
    kvm_vcpu_set_x(t.vcpu, 1, 77);
    ck_assert_int_eq(kvm_vcpu_set_events(t.vcpu, &events), 0);
    ck_assert_uint_eq(kvm_vcpu_get_pc(t.vcpu), at_once ? TEST_VBAR_IPA + 0x200 : TEST_CODE_IPA);
    t.run->immediate_exit = 1;
    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), -EINTR);
    ck_assert_uint_eq(kvm_vcpu_get_pc(t.vcpu), TEST_VBAR_IPA + 0x200);
    ck_assert_uint_eq(kvm_vcpu_get_x(t.vcpu, 1), 77);
    ck_assert_uint_eq(kvm_vcpu_get_sysreg(t.vcpu, SYSREG_ELR_EL1), TEST_CODE_IPA);
    ck_assert_uint_eq(kvm_vcpu_get_sysreg(t.vcpu, SYSREG_FAR_EL1), DEV_IPA);
    ck_assert_uint_eq(kvm_vcpu_get_sysreg(t.vcpu, SYSREG_ESR_EL1), 0x96000010);
}

START_TEST(abort_takes_the_place_of_the_answer)
{
    abort_a_read("linux-6.12", false);
    teardown();
    abort_a_read("linux-7.2", true);
}
END_TEST

START_TEST(serror_waits_while_masked)
{
    struct kvm_arm_vcpu_events events = {
        .serror_pending = true, .serror_has_esr = true, .serror_esr = 0x2000000};

    start("linux-7.2");
    CODE(LDR_W1_X2, BRK(1), MSR_DAIFCLR_A, BRK(2));
    expect_mmio();
    ck_assert_int_eq(kvm_vcpu_set_events(t.vcpu, &events), -EINVAL);
    events.serror_esr = 0x1234;
    ck_assert_int_eq(kvm_vcpu_set_events(t.vcpu, &events), 0);
    expect_brk(1);
    kvm_vcpu_get_events(t.vcpu, &events);
    ck_assert(events.serror_pending);
    ck_assert_uint_eq(events.serror_esr, 0x1234);
    /* the guest unmasks it: no exit is needed for the CPU to take it */
    kvm_vcpu_set_pc(t.vcpu, TEST_CODE_IPA + 8);
    cpu_set_budget(t.cpu, 1);
    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), -EINTR);
    cpu_set_budget(t.cpu, 1);
    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), -EINTR);
    ck_assert_uint_eq(kvm_vcpu_get_sysreg(t.vcpu, SYSREG_ESR_EL1), 0xbe001234);
    ck_assert_uint_eq(kvm_vcpu_get_sysreg(t.vcpu, SYSREG_ELR_EL1), TEST_CODE_IPA + 12);
    kvm_vcpu_get_events(t.vcpu, &events);
    ck_assert(!events.serror_pending);
}
END_TEST

START_TEST(doorbell_counts_what_matches)
{
    struct kvm_ioeventfd config = {
        .addr = DEV_IPA, .len = 4, .datamatch = 5, .flags = KVM_IOEVENTFD_FLAG_DATAMATCH};
    uint64_t count = 0;

    start("linux-7.2");
    ck_assert_int_eq(kvm_ioeventfd(t.kvm, &config, &count), 0);
    config.len = 3;
    ck_assert_int_eq(kvm_ioeventfd(t.kvm, &config, &count), -EINVAL);
    CODE(STR_W1_X2, STR_X1_X2, BRK(1));
    kvm_vcpu_set_x(t.vcpu, 1, 5);
    expect_mmio();
    ck_assert_uint_eq(t.run->mmio.len, 8);
    ck_assert_uint_eq(count, 1);
    expect_brk(1);
    ck_assert_uint_eq(count, 1);
}
END_TEST

START_TEST(coalesced_ring_keeps_one_entry_free)
{
    struct kvm_coalesced_mmio_zone zone = {.addr = DEV_IPA, .size = 16};
    struct kvm_coalesced_ring *ring;

    start("linux-6.12");
    ck_assert_int_eq(kvm_register_coalesced_mmio(t.kvm, &zone), 0);
    ring = kvm_coalesced_ring(t.kvm);
    CODE(STR_W1_X2, 0x17ffffffu); /* and again */
    kvm_vcpu_set_x(t.vcpu, 1, 0x11223344);
    expect_mmio();
    ck_assert_uint_eq(ring->first, 0);
    ck_assert_uint_eq(ring->last, KVM_COALESCED_ENTRIES - 1);
    ck_assert_uint_eq(ring->entries[168].phys_addr, DEV_IPA);
    ck_assert_uint_eq(ring->entries[168].data[0], 0x44);
    ring->last = 0xffffffff; /* user space may write anything */
    expect_mmio();
}
END_TEST

START_TEST(filter_denies_and_forwards)
{
    start("linux-7.2");
    ck_assert_int_eq(kvm_set_smccc_filter(t.kvm, 0xc6000001, 1, KVM_SMCCC_FILTER_FWD_TO_USER), 0);
    ck_assert_int_eq(kvm_set_smccc_filter(t.kvm, 0xc6000000, 2, KVM_SMCCC_FILTER_DENY), -EEXIST);
    ck_assert_int_eq(kvm_set_smccc_filter(t.kvm, 0x80000000, 1, KVM_SMCCC_FILTER_DENY), -EEXIST);
    ck_assert_int_eq(kvm_set_smccc_filter(t.kvm, 1, 0, KVM_SMCCC_FILTER_DENY), -EINVAL);
    ck_assert_int_eq(kvm_set_smccc_filter(t.kvm, 0x84000000, 32, KVM_SMCCC_FILTER_DENY), 0);
    CODE(HVC_0, HVC_0, BRK(1));
    kvm_vcpu_set_x(t.vcpu, 0, 0xc6000001);
    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), 0);
    ck_assert_uint_eq(t.run->exit_reason, KVM_EXIT_HYPERCALL);
    ck_assert_uint_eq(kvm_run_hypercall(t.run).nr, 0xc6000001);
    ck_assert_uint_eq(kvm_run_hypercall(t.run).flags, 0);
    kvm_vcpu_set_x(t.vcpu, 0, 0x84000000);
    expect_brk(1);
    ck_assert_uint_eq(kvm_vcpu_get_x(t.vcpu, 0), ~(uint64_t)0);
    ck_assert_int_eq(kvm_set_smccc_filter(t.kvm, 1, 1, KVM_SMCCC_FILTER_DENY), -EBUSY);
}
END_TEST

START_TEST(log_is_cleared_by_reading_it)
{
    uint64_t words[1];
    hva_t hva;

    start("linux-7.2");
    ck_assert(host_mm_mmap(t.mm, 0x40000, 0, &hva));
    ck_assert_int_eq(test_add_slot(&t, 2, LOG_IPA, 0x40000, KVM_MEM_LOG_DIRTY_PAGES, hva), 0);
    ck_assert_int_eq(kvm_get_dirty_log(t.kvm, 0, words, 1), -ENOENT);
    ck_assert_int_eq(kvm_get_dirty_log(t.kvm, 2, words, 0), -EINVAL);
    CODE(LDR_W1_X2, STR_W1_X2, BRK(1), STR_W1_X2, BRK(2));
    kvm_vcpu_set_x(t.vcpu, 2, LOG_IPA + 0x3000);
    expect_brk(1);
    ck_assert_int_eq(kvm_get_dirty_log(t.kvm, 2, words, 1), 0);
    ck_assert_uint_eq(words[0], 1u << 3);
    ck_assert_int_eq(kvm_get_dirty_log(t.kvm, 2, words, 1), 0);
    ck_assert_uint_eq(words[0], 0);
    kvm_vcpu_set_pc(t.vcpu, TEST_CODE_IPA + 12);
    expect_brk(2);
    ck_assert_int_eq(kvm_get_dirty_log(t.kvm, 2, words, 1), 0);
    ck_assert_uint_eq(words[0], 1u << 3);
}
END_TEST

static uint64_t irq_levels_after_run(int ret)
{
    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), ret);
    if (ret == -EINTR)
        ck_assert_uint_eq(t.run->exit_reason, KVM_EXIT_INTR);
    return kvm_run_device_irq_level(t.run);
}

/* A timer that fires takes the vCPU out of the guest, and KVM_RUN ends before it is entered again.
 */
START_TEST(timer_lines_are_told_without_a_vgic)
{
    const uint64_t both = KVM_ARM_DEV_EL1_VTIMER | KVM_ARM_DEV_EL1_PTIMER;

    start("linux-6.12");
    CODE(0xd51be222 /* CNTP_CTL_EL0 = x2 */, 0xd51be321 /* CNTV_CTL_EL0 = x1 */, BRK(1));
    kvm_run_set_device_irq_level(t.run, KVM_ARM_DEV_PMU); /* not the timers' */
    kvm_vcpu_set_x(t.vcpu, 1, 0);
    kvm_vcpu_set_x(t.vcpu, 2, 1);
    ck_assert_int_eq(kvm_vcpu_set_guest_debug(t.vcpu, KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_SW_BP),
                     0);
    ck_assert_uint_eq(irq_levels_after_run(-EINTR), KVM_ARM_DEV_PMU | KVM_ARM_DEV_EL1_PTIMER);
    ck_assert_uint_eq(irq_levels_after_run(0), KVM_ARM_DEV_PMU | KVM_ARM_DEV_EL1_PTIMER);
    kvm_vcpu_set_pc(t.vcpu, TEST_CODE_IPA);
    kvm_vcpu_set_x(t.vcpu, 1, 1);
    ck_assert_uint_eq(irq_levels_after_run(-EINTR), KVM_ARM_DEV_PMU | both);
    kvm_run_set_device_irq_level(t.run, KVM_ARM_DEV_EL1_VTIMER); /* user space knows of one */
    ck_assert_uint_eq(irq_levels_after_run(-EINTR), both);
    kvm_vcpu_set_pc(t.vcpu, TEST_CODE_IPA);
    kvm_vcpu_set_x(t.vcpu, 1, 3); /* masked */
    kvm_vcpu_set_x(t.vcpu, 2, 2); /* off */
    ck_assert_uint_eq(irq_levels_after_run(0), 0);
}
END_TEST

START_TEST(gic_register_of_another_width_reads_zero)
{
    start("linux-6.12");
    ck_assert_int_eq(kvm_vgic_create(t.kvm, GICD_IPA + 1, GICR_IPA), -EINVAL);
    ck_assert_int_eq(kvm_vgic_create(t.kvm, GICD_IPA, GICR_IPA), 0);
    ck_assert_int_eq(kvm_vgic_create(t.kvm, GICD_IPA, GICR_IPA), -EEXIST);
    CODE(LDR_W1_X2, BRK(1), LDRB_W1_X2, BRK(2));
    kvm_vcpu_set_x(t.vcpu, 2, GICD_IPA + 4);
    expect_brk(1);
    ck_assert_uint_eq(kvm_vcpu_get_x(t.vcpu, 1), 0x480001);
    kvm_vcpu_set_pc(t.vcpu, TEST_CODE_IPA + 8);
    expect_brk(2);
    ck_assert_uint_eq(kvm_vcpu_get_x(t.vcpu, 1), 0);
    ck_assert_uint_eq(kvm_vcpu_stat(t.vcpu)->mmio_exit_kernel, 2);
}
END_TEST

/* ISENABLER0 and ISPENDR0 of interrupt 15, then WFI. */
static void wait_with_pending(bool enabled_before)
{
    static const uint32_t sgi_frame[] = {0x100, 0x200};

    start("linux-7.2");
    ck_assert_int_eq(kvm_vgic_create(t.kvm, GICD_IPA, GICR_IPA), 0);
    CODE(STR_W1_X2, BRK(1), WFI, BRK(2));
    for (int step = enabled_before ? 0 : 1; step < (enabled_before ? 3 : 4); step++) {
        bool dist = step == 0 || step == 3;

        kvm_vcpu_set_pc(t.vcpu, TEST_CODE_IPA);
        kvm_vcpu_set_x(t.vcpu, 1, dist ? 2 : 0x8000);
        kvm_vcpu_set_x(t.vcpu, 2, dist ? GICD_IPA : GICR_IPA + 0x10000 + sgi_frame[step - 1]);
        expect_brk(1);
    }
    kvm_vcpu_set_pc(t.vcpu, TEST_CODE_IPA + 8);
    cpu_ich(t.cpu)->vmcr |= field_put(ICH_VMCR_VPMR, 0xf8); /* as ICC_PMR_EL1 */
}

START_TEST(wait_ends_at_a_pending_interrupt)
{
    wait_with_pending(true);
    expect_brk(2);
    teardown();
    /* what was pending before the distributor was enabled is on no list */
    wait_with_pending(false);
    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), -EINTR);
    ck_assert_uint_eq(kvm_vcpu_get_pc(t.vcpu), TEST_CODE_IPA + 12);
    ck_assert_str_eq(last_line, "kvm_userspace_exit: reason restart (4)");
    signal_comes = false;
    kvm_vcpu_set_pc(t.vcpu, TEST_CODE_IPA + 8);
    expect_brk(2);
}
END_TEST

START_TEST(system_registers_kvm_answers)
{
    start("linux-7.2");
    CODE(MRS_X1_OSLSR, BRK(1), MRS_X1_PMCR);
    expect_brk(1);
    ck_assert_uint_eq(kvm_vcpu_get_x(t.vcpu, 1), 8);
    kvm_vcpu_set_pc(t.vcpu, TEST_CODE_IPA + 8);
    cpu_set_budget(t.cpu, cpu_instructions(t.cpu) + 1);
    (void)kvm_vcpu_run(t.vcpu);
    ck_assert_uint_eq(kvm_vcpu_get_sysreg(t.vcpu, SYSREG_ESR_EL1), 0x2000000);
    ck_assert_uint_eq(kvm_vcpu_get_sysreg(t.vcpu, SYSREG_ELR_EL1), TEST_CODE_IPA + 8);
}
END_TEST

/* linux-4.19: the instruction is behind the guest when user space sees its access. */
START_TEST(oldest_kernel)
{
    struct kvm_arm_vcpu_events events = {.ext_dabt_pending = true};

    start("linux-4.19");
    ck_assert_int_eq(kvm_enable_cap(t.kvm, KVM_CAP_ARM_NISV_TO_USER), -EINVAL);
    CODE(LDR_W1_X2, HVC_0, BRK(1));
    expect_mmio();
    ck_assert_uint_eq(kvm_vcpu_get_pc(t.vcpu), TEST_CODE_IPA + 4);
    ck_assert_int_eq(kvm_vcpu_set_events(t.vcpu, &events), -EINVAL);
    t.run->mmio.data[0] = 0x5a;
    kvm_vcpu_set_x(t.vcpu, 0, 0x84000050); /* TRNG_VERSION */
    expect_brk(1);
    ck_assert_uint_eq(kvm_vcpu_get_pc(t.vcpu), TEST_CODE_IPA + 8);
    ck_assert_uint_eq(kvm_vcpu_get_x(t.vcpu, 0), ~(uint64_t)0);
}
END_TEST

START_TEST(trace_texts)
{
    static const struct {
        struct kvm_tracepoint point;
        const char *text, *kernel;
    } rows[] = {
        {{KVM_TP_EXIT, {0x92000005, 0x40010000}, NULL},
         "kvm_exit: TRAP: HSR_EC: 0x0024 (DABT_LOW), PC: 0x0000000040010000",
         "linux-7.2"},
        {{KVM_TP_GUEST_FAULT, {0xa000000, 0x93010005, 0xa000040, 0x40010000}, NULL},
         "kvm_guest_fault: ipa 0xa000000, hsr 0x93010005, hxfar 0xa000040, pc 0x00000040010000",
         "linux-7.2"},
        {{KVM_TP_SYS_ACCESS, {0x40010000, 0x280009}, NULL},
         "kvm_sys_access: PC: 40010000 SYS_DBGBVRn_EL1(4) (2,0,0,4,4) read",
         "linux-7.2"},
        {{KVM_TP_SYS_ACCESS, {0x40010000, 0x3c0029}, NULL},
         "kvm_sys_access: PC: 40010000 UNKN (3,0,0,4,6) read",
         "linux-6.12"},
        {{KVM_TP_SYS_ACCESS, {0x40010000, 0x3c0029}, NULL},
         "kvm_sys_access: PC: 40010000 S3_0_0_4_6 (3,0,0,4,6) read",
         "linux-7.2"},
        {{KVM_TP_USERSPACE_EXIT, {0, (uint64_t)-38}, NULL},
         "kvm_userspace_exit: reason error (38)",
         "linux-7.2"},
        {{KVM_TP_MMIO, {KVM_TP_WRITE, 4, 0xa000040, 0x11}, NULL},
         "kvm_mmio: mmio write len 4 gpa 0xa000040 val 0x11",
         "linux-7.2"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct kvm_tracepoint point = rows[i].point;
        char text[200];

        point.variant = kvm_variant_by_name(rows[i].kernel);
        kvm_tracepoint_text(&point, text, sizeof(text));
        ck_assert_str_eq(text, rows[i].text);
    }
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("kvm_user_space");
    TCase *machine = tcase_create("machine"), *texts = tcase_create("texts");

    tcase_add_checked_fixture(machine, NULL, teardown);
    tcase_add_test(machine, brk_is_a_debug_exit_only_with_a_debugger);
    tcase_add_test(machine, abort_takes_the_place_of_the_answer);
    tcase_add_test(machine, serror_waits_while_masked);
    tcase_add_test(machine, doorbell_counts_what_matches);
    tcase_add_test(machine, coalesced_ring_keeps_one_entry_free);
    tcase_add_test(machine, filter_denies_and_forwards);
    tcase_add_test(machine, log_is_cleared_by_reading_it);
    tcase_add_test(machine, timer_lines_are_told_without_a_vgic);
    tcase_add_test(machine, gic_register_of_another_width_reads_zero);
    tcase_add_test(machine, wait_ends_at_a_pending_interrupt);
    tcase_add_test(machine, system_registers_kvm_answers);
    tcase_add_test(machine, oldest_kernel);
    suite_add_tcase(suite, machine);
    tcase_add_test(texts, trace_texts);
    suite_add_tcase(suite, texts);
    return suite;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Exits that no recorded case has: each exception class and fault status code handed to KVM as
 * hardware would (handle_exit.c:arm_exit_handlers, mmu.c:kvm_handle_guest_abort), and a debugger
 * that steps the guest (debug.c).
 */
#include "cpu/arch/esr.h"
#include "kvm_model/kvm_internal.h"
#include "tests/unit/check_main.h"
#include "tests/unit/test_kvm_machine.h"

#define NOP 0xd503201fu
#define LDR_W1_X2 0xb9400041u
#define LDXR_X1_X3 0xc85f7c61u
#define SVC 0xd4000001u
#define MRS_X1_ACTLR 0xd5381021u
#define SMC(imm) (0xd4000003u | (uint32_t)(imm) << 5)
#define DEV_IPA 0xa000040ull
#define BEYOND_VM (1ull << 41)
#define BEYOND_CPU (1ull << 48)
#define VECTOR_SYNC (TEST_VBAR_IPA + 0x200)
#define STEPPED 0xcb000022u /* EC 0x32, IL, ISV, DFSC 0x22 */
#define STEP_PENDING 0xca000022u
#define LOAD_EXCLUSIVE 0x40u

static struct test_machine t;

static void start(const char *kernel)
{
    struct kvm_config config;

    test_memory_new(&t);
    config = test_config(&t, kernel);
    test_vm_new(&t, &config);
    kvm_vcpu_set_x(t.vcpu, 2, DEV_IPA);
    kvm_vcpu_set_x(t.vcpu, 3, TEST_RAM_IPA);
}

static void finish(void)
{
    test_machine_free(&t);
    t = (struct test_machine){0};
}

static int exit_with(unsigned ec, uint64_t iss, uint64_t far, uint64_t ipa)
{
    t.vcpu->fault = (struct kvm_vcpu_fault){
        .esr = field_put(ESR_EC, ec) | field_put(ESR_IL, 1) | iss,
        .far = far,
        .hpfar = hpfar_from_ipa(IPA(ipa)),
    };
    return handle_exit(t.vcpu, CPU_EXIT_SYNC);
}

/* --- exception classes --- */

START_TEST(classes)
{
    static const enum esr_ec debug[] = {ESR_EC_SOFTSTP_LOW, ESR_EC_WATCHPT_LOW, ESR_EC_BREAKPT_LOW,
                                        ESR_EC_BRK64};
    static const enum esr_ec handled[] = {ESR_EC_WFX,   ESR_EC_HVC64,    ESR_EC_SMC64,
                                          ESR_EC_SYS64, ESR_EC_IABT_LOW, ESR_EC_DABT_LOW};
    unsigned ec = (unsigned)_i;
    bool is_debug = false, is_handled = false;
    int ret;

    for (size_t i = 0; i < sizeof(debug) / sizeof(debug[0]); i++)
        is_debug |= ec == debug[i];
    for (size_t i = 0; i < sizeof(handled) / sizeof(handled[0]); i++)
        is_handled |= ec == handled[i];
    start("linux-7.2");
    ret = exit_with(ec, 7, 0x1234, TEST_RAM_IPA);
    if (is_debug) {
        ck_assert_int_eq(ret, 0);
        ck_assert_uint_eq(t.run->exit_reason, KVM_EXIT_DEBUG);
        ck_assert_uint_eq(kvm_run_debug(t.run).hsr, t.vcpu->fault.esr);
        ck_assert_uint_eq(kvm_run_debug(t.run).far, ec == ESR_EC_WATCHPT_LOW ? 0x1234 : 0);
    } else if (!is_handled) {
        ck_assert_int_eq(ret, 1);
        ck_assert(t.vcpu->exception.pending);
        ck_assert_uint_eq(t.vcpu->exception.esr, 0x2000000);
    }
    finish();
}
END_TEST

/* Interrupts of the host go back to the guest; an SError becomes the guest's. */
START_TEST(asynchronous)
{
    start("linux-6.12");
    ck_assert_int_eq(handle_exit(t.vcpu, CPU_EXIT_IRQ), 1);
    ck_assert(!t.vcpu->serror_pending && !t.vcpu->exception.pending);
    ck_assert_int_eq(handle_exit(t.vcpu, CPU_EXIT_SERROR), 1);
    ck_assert(t.vcpu->serror_pending);
    ck_assert_uint_eq(t.vcpu->serror_esr, 1u << 24);
    finish();
}
END_TEST

/* --- fault status codes --- */

enum abort_end { END_OTHER, END_SERROR, END_SIZE, END_SEA, END_UNSUPPORTED, END_AGAIN };

static enum abort_end end_of(int ret)
{
    if (ret == -EFAULT)
        return END_UNSUPPORTED;
    if (t.vcpu->serror_pending ||
        (t.vcpu->exception.pending && esr_ec(t.vcpu->exception.esr) == ESR_EC_SERROR))
        return END_SERROR;
    if (t.vcpu->exception.pending)
        return esr_fsc(t.vcpu->exception.esr) ? END_SEA : END_SIZE;
    return ret == 1 ? END_AGAIN : END_OTHER;
}

static const char *const kernels[] = {"linux-4.19", "linux-6.12", "linux-7.2", "linux-7.2"};

/* Every code there is, for memory: what is no fault of stage 2, and no external abort, is a bug. */
START_TEST(fault_codes)
{
    const char *kernel = kernels[_i % 3];
    unsigned fsc = (unsigned)_i / 3, least = _i % 3 ? 0x13 : 0x14; /* level -1 is not 4.19's */
    bool lpa2 = _i % 3 && fsc == 0x2b;
    enum abort_end expected = END_UNSUPPORTED;

    if ((fsc >= 0x04 && fsc <= 0x0f) || lpa2)
        expected = END_AGAIN;
    if (fsc == 0x10 || (fsc >= least && fsc <= 0x17) || fsc == 0x18 ||
        (fsc >= least + 8 && fsc <= 0x1f))
        expected = END_SERROR;
    if (fsc == 0x35 && _i % 3 == 2) /* exclusive or atomic access */
        expected = END_SEA;
    start(kernel);
    ck_assert_int_eq(
        end_of(exit_with(ESR_EC_DABT_LOW, fsc | field_mask(ESR_WNR), TEST_RAM_IPA, TEST_RAM_IPA)),
        expected);
    if (expected == END_SEA)
        ck_assert_uint_eq(t.vcpu->exception.esr, 0x96000035);
    finish();
}
END_TEST

/* An external abort: the guest's SError, unless the host claims it; 4.19 fails for a fetch's. */
START_TEST(external_aborts)
{
    struct kvm_config config;

    for (unsigned i = 0; i < 3; i++) {
        start(kernels[i]);
        ck_assert_int_eq(end_of(exit_with(ESR_EC_IABT_LOW, 0x10, TEST_RAM_IPA, TEST_RAM_IPA)),
                         i ? END_SERROR : END_UNSUPPORTED);
        finish();
        test_memory_new(&t);
        config = test_config(&t, kernels[i]);
        config.claims_sea = true;
        test_vm_new(&t, &config);
        ck_assert_int_eq(end_of(exit_with(ESR_EC_DABT_LOW, 0x10, TEST_RAM_IPA, TEST_RAM_IPA)),
                         END_AGAIN);
        finish();
    }
}
END_TEST

static struct kvm_arm_sea_exit sea_exit_of(uint64_t iss, int ret)
{
    ck_assert_int_eq(exit_with(ESR_EC_DABT_LOW, iss, TEST_RAM_IPA + 0x123, 0), ret);
    ck_assert_uint_eq(t.run->exit_reason, ret ? KVM_EXIT_UNKNOWN : KVM_EXIT_ARM_SEA);
    return kvm_run_arm_sea(t.run);
}

/* KVM_CAP_ARM_SEA_TO_USER: user space is asked, but not about stage 2's own tables. */
START_TEST(external_aborts_to_user_space)
{
    const uint64_t ec = field_put(ESR_EC, ESR_EC_DABT_LOW) | field_put(ESR_IL, 1);
    const uint64_t all = 0x1ff0200; /* ISV to AR, and EA */
    struct kvm_arm_sea_exit sea;

    start("linux-6.12");
    ck_assert_int_eq(kvm_enable_cap(t.kvm, KVM_CAP_ARM_SEA_TO_USER), -EINVAL);
    finish();
    start("linux-7.2");
    ck_assert_int_eq(kvm_enable_cap(t.kvm, KVM_CAP_ARM_SEA_TO_USER), 0);
    t.run->exit_reason = KVM_EXIT_UNKNOWN;
    (void)sea_exit_of(0x94 | 0x17, 1); /* S1PTW: KVM's own table */
    ck_assert(t.vcpu->serror_pending);
    sea = sea_exit_of(all | 0x40 | 0x10, 0); /* a write; stage 1 is off: the IPA is the VA */
    ck_assert_uint_eq(sea.esr, ec | 0x250);
    ck_assert_uint_eq(sea.gva, TEST_RAM_IPA + 0x123);
    ck_assert_uint_eq(sea.flags, KVM_EXIT_ARM_SEA_FLAG_GPA_VALID);
    ck_assert_uint_eq(sea.gpa, TEST_RAM_IPA);
    sea = sea_exit_of(field_mask(ESR_FNV) | field_put(ESR_SET, 2) | 0x10, 0);
    ck_assert_uint_eq(sea.esr, ec | field_mask(ESR_FNV) | field_put(ESR_SET, 2) | 0x10);
    ck_assert_uint_eq(sea.gva | sea.flags | sea.gpa, 0);
    sea = sea_exit_of(0x16, 0); /* on a stage-1 descriptor */
    ck_assert_uint_eq(sea.gva, TEST_RAM_IPA + 0x123);
    ck_assert_uint_eq(sea.flags | sea.gpa, 0);
    finish();
}
END_TEST

/* IPAs beyond the VM's, and beyond the CPU's; 4.19 knows neither and takes them for MMIO. */
START_TEST(ipa_limits)
{
    start("linux-6.12");
    ck_assert_int_eq(end_of(exit_with(ESR_EC_DABT_LOW, 4, 0xabc, BEYOND_VM)), END_SEA);
    ck_assert_uint_eq(t.vcpu->exception.far, BEYOND_VM | 0xabc);
    t.vcpu->exception.pending = false;
    ck_assert_int_eq(end_of(exit_with(ESR_EC_IABT_LOW, 4, 0xabc, BEYOND_CPU)), END_SIZE);
    ck_assert_uint_eq(esr_ec(t.vcpu->exception.esr), ESR_EC_IABT_CUR);
    finish();
    start("linux-4.19");
    ck_assert_int_eq(exit_with(ESR_EC_DABT_LOW, 4, 0xabc, BEYOND_VM), -ENOSYS);
    finish();
}
END_TEST

/* 4.19 never took a trapped SMC for a call. */
START_TEST(smc_of_4_19)
{
    start("linux-4.19");
    kvm_vcpu_set_x(t.vcpu, 0, 0x84000000);
    ck_assert_int_eq(exit_with(ESR_EC_SMC64, 0, 0, 0), 1);
    ck_assert_uint_eq(kvm_vcpu_get_x(t.vcpu, 0), ~0ull);
    ck_assert_uint_eq(kvm_vcpu_get_x(t.vcpu, 2), DEV_IPA);
    ck_assert(t.vcpu->increment_pc);
    finish();
}
END_TEST

/* --- software step --- */

static void start_stepping(const char *kernel, const uint32_t *code, size_t count)
{
    start(kernel);
    test_code(&t, code, count);
    ck_assert_int_eq(
        kvm_vcpu_set_guest_debug(t.vcpu, KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP), 0);
}

static void expect_step(uint32_t hsr, uint64_t pc)
{
    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), 0);
    ck_assert_uint_eq(t.run->exit_reason, KVM_EXIT_DEBUG);
    ck_assert_uint_eq(kvm_run_debug(t.run).hsr, hsr);
    ck_assert_uint_eq(kvm_vcpu_get_pc(t.vcpu), pc);
}

/*
 * One instruction a KVM_RUN: executed, emulated by KVM, by user space, or an exception to EL1 whose
 * vector is next. Of what was emulated the step is pending at the next entry.
 */
START_TEST(steps)
{
    static const uint32_t code[] = {NOP, LDXR_X1_X3, MRS_X1_ACTLR, LDR_W1_X2, SVC};
    const char *kernel = kernels[_i + 1];

    start_stepping(kernel, code, sizeof(code) / sizeof(code[0]));
    expect_step(STEPPED, TEST_CODE_IPA + 4);
    expect_step(STEPPED | LOAD_EXCLUSIVE, TEST_CODE_IPA + 8);
    expect_step(STEP_PENDING, TEST_CODE_IPA + 12);
    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), 0);
    ck_assert_uint_eq(t.run->exit_reason, KVM_EXIT_MMIO);
    memset(t.run->mmio.data, 0x5a, sizeof(t.run->mmio.data));
    expect_step(STEP_PENDING, TEST_CODE_IPA + 16);
    ck_assert_uint_eq(kvm_vcpu_get_x(t.vcpu, 1), 0x5a5a5a5a);
    expect_step(STEPPED, VECTOR_SYNC);
    ck_assert_uint_eq(kvm_vcpu_get_sysreg(t.vcpu, SYSREG_ELR_EL1), TEST_CODE_IPA + 20);
    /* the guest's own MDSCR_EL1 is as it was */
    ck_assert_uint_eq(kvm_vcpu_get_sysreg(t.vcpu, SYSREG_MDSCR_EL1), 0);
    finish();
}
END_TEST

START_TEST(guest_debug_arguments)
{
    start("linux-7.2");
    ck_assert_int_eq(kvm_vcpu_set_guest_debug(t.vcpu, KVM_GUESTDBG_ENABLE | 1u << 18), -EINVAL);
    ck_assert_int_eq(kvm_vcpu_set_guest_debug(t.vcpu, KVM_GUESTDBG_SINGLESTEP), 0);
    ck_assert_uint_eq(t.vcpu->guest_debug, 0);
    finish();
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("kvm_exits");
    TCase *classes_case = tcase_create("classes"), *aborts = tcase_create("aborts"),
          *debug = tcase_create("debug");

    tcase_add_loop_test(classes_case, classes, 0, ESR_EC_COUNT);
    tcase_add_test(classes_case, asynchronous);
    tcase_add_test(classes_case, smc_of_4_19);
    suite_add_tcase(suite, classes_case);
    tcase_add_loop_test(aborts, fault_codes, 0, 64 * 3);
    tcase_add_test(aborts, external_aborts);
    tcase_add_test(aborts, external_aborts_to_user_space);
    tcase_add_test(aborts, ipa_limits);
    suite_add_tcase(suite, aborts);
    tcase_add_loop_test(debug, steps, 0, 2);
    tcase_add_test(debug, guest_debug_arguments);
    suite_add_tcase(suite, debug);
    return suite;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host's side of a realm against a scripted RMM: what KVM makes of every answer. */
#include "cpu/arch/esr.h"
#include "rmm_model/rmi.h"
#include "tests/unit/check_main.h"
#include "tests/unit/test_kvm_machine.h"

#define IPA_BITS 40
#define SHARED (1ull << (IPA_BITS - 1))
#define DEV_IPA 0xa000040ull
#define LOG_MAX 4096

/* ESR values as the RMM shows them. */
#define ESR_READ_W 0x91800006ull  /* word, ISV */
#define ESR_WRITE_X 0x91c08046ull /* doubleword, ISV */
#define ESR_NISV 0x92000006ull

struct script {
    uint64_t x0; /* of REC_ENTER */
    struct rmi_rec_exit exit;
};

/* Answers what it is told to, and remembers what it was asked. */
struct fake_rmm {
    struct test_machine *t;
    uint64_t fids[LOG_MAX];
    struct smc_regs asked[LOG_MAX];
    size_t count;
    uint64_t version_x0;
    uint64_t fail_fid, fail_x0; /* this command fails */
    int rtt_level;              /* tables exist down to this level */
    const struct script *script;
    size_t script_at, script_count;
    struct rmi_rec_enter enter; /* of the last REC_ENTER */
};

static struct test_machine t;
static struct fake_rmm fake;
static struct smc_port port;

static uint64_t fake_rec_enter(uint64_t run_pa)
{
    const struct script *script = &fake.script[fake.script_at];
    uint64_t exit_pa = run_pa + offsetof(struct rmi_rec_run, exit);

    ck_assert_msg(fake.script_at < fake.script_count, "entered once too often");
    fake.script_at++;
    ck_assert_int_eq(
        physmem_read(t.mem, PAS_NON_SECURE, PA(run_pa), &fake.enter, sizeof(fake.enter)), PHYS_OK);
    if (script->x0 == RMI_SUCCESS)
        ck_assert_int_eq(
            physmem_write(t.mem, PAS_NON_SECURE, PA(exit_pa), &script->exit, sizeof(script->exit)),
            PHYS_OK);
    return script->x0;
}

static uint64_t fake_map(void)
{
    return fake.rtt_level < 3 ? rmi_return(RMI_ERROR_RTT, (unsigned)fake.rtt_level) : RMI_SUCCESS;
}

static uint64_t fake_answer(struct smc_regs *regs, uint64_t x1, uint64_t x2, uint64_t x3,
                            uint64_t x4)
{
    switch (regs->x[0]) {
    case RMI_VERSION:
        return fake.version_x0;
    case RMI_FEATURES:
        regs->x[1] = field_put(RMI_FEATURE0_S2SZ, 48) | field_put(RMI_FEATURE0_NUM_BPS, 6);
        return RMI_SUCCESS;
    case RMI_GRANULE_DELEGATE:
        return gpt_set(t.mem, PA(x1), PAS_REALM) ? RMI_SUCCESS : RMI_ERROR_INPUT;
    case RMI_GRANULE_UNDELEGATE:
        return gpt_set(t.mem, PA(x1), PAS_NON_SECURE) ? RMI_SUCCESS : RMI_ERROR_INPUT;
    case RMI_REC_AUX_COUNT:
        regs->x[1] = 2;
        return RMI_SUCCESS;
    case RMI_DATA_CREATE:
    case RMI_DATA_CREATE_UNKNOWN:
    case RMI_RTT_MAP_UNPROTECTED:
        return fake_map();
    case RMI_RTT_CREATE:
        if ((int)x4 != fake.rtt_level + 1)
            return rmi_return(RMI_ERROR_RTT, (unsigned)fake.rtt_level);
        fake.rtt_level++;
        return RMI_SUCCESS;
    case RMI_RTT_INIT_RIPAS:
        regs->x[1] = x3;
        return RMI_SUCCESS;
    case RMI_RTT_SET_RIPAS:
        regs->x[1] = x4;
        return RMI_SUCCESS;
    case RMI_RTT_UNMAP_UNPROTECTED:
        regs->x[1] = 1ull << IPA_BITS;
        return rmi_return(RMI_ERROR_RTT, 1);
    case RMI_RTT_DESTROY:
        regs->x[2] = 1ull << IPA_BITS;
        return rmi_return(RMI_ERROR_RTT, 1);
    case RMI_REC_ENTER:
        return fake_rec_enter(x2);
    default:
        return RMI_SUCCESS;
    }
}

static void fake_smc(void *ctx, struct smc_regs *regs)
{
    struct smc_regs asked = *regs;

    (void)ctx;
    ck_assert_uint_lt(fake.count, LOG_MAX);
    fake.asked[fake.count] = asked;
    fake.fids[fake.count++] = regs->x[0];
    for (unsigned i = 1; i < SMC_REG_COUNT; i++)
        regs->x[i] = 0;
    if (asked.x[0] == fake.fail_fid)
        regs->x[0] = fake.fail_x0;
    else
        regs->x[0] = fake_answer(regs, asked.x[1], asked.x[2], asked.x[3], asked.x[4]);
}

static size_t times(uint64_t fid)
{
    size_t n = 0;

    for (size_t i = 0; i < fake.count; i++)
        n += fake.fids[i] == fid;
    return n;
}

/* Position of the first call of a command; the log's end if there is none. */
static size_t first(uint64_t fid)
{
    size_t i = 0;

    while (i < fake.count && fake.fids[i] != fid)
        i++;
    return i;
}

static const struct smc_regs *last(uint64_t fid)
{
    for (size_t i = fake.count; i-- > 0;)
        if (fake.fids[i] == fid)
            return &fake.asked[i];
    ck_abort_msg("never called");
    return NULL;
}

static struct kvm_config realm_config(void)
{
    struct kvm_config config = test_config(&t, "cca-v12");

    config.ipa_bits = IPA_BITS;
    config.realm = true;
    config.smc = &port;
    return config;
}

static void add_ram(void)
{
    ck_assert(host_mm_mmap(t.mm, TEST_RAM_SIZE, 0, &t.ram));
    ck_assert_int_eq(test_add_slot(&t, 0, TEST_RAM_IPA, TEST_RAM_SIZE, KVM_MEM_GUEST_MEMFD, t.ram),
                     0);
}

static void setup(void)
{
    struct kvm_config config;
    int error;

    test_memory_new(&t);
    fake = (struct fake_rmm){.rtt_level = 1};
    port = (struct smc_port){.call = fake_smc};
    config = realm_config();
    t.kvm = kvm_create_vm(&config, &error);
    ck_assert_ptr_nonnull(t.kvm);
    ck_assert_int_eq(kvm_create_vcpu(t.kvm, 0, NULL, &t.vcpu), 0);
    t.run = kvm_vcpu_kvm_run(t.vcpu);
    add_ram();
}

static void teardown(void)
{
    test_machine_free(&t);
    t = (struct test_machine){0};
}

static void play(const struct script *script, size_t count)
{
    fake.script = script;
    fake.script_at = 0;
    fake.script_count = count;
}

#define PLAY(...)                                                                                  \
    const struct script script_[] = {__VA_ARGS__};                                                 \
    play(script_, sizeof(script_) / sizeof(script_[0]))

#define SYNC(esr_, far_, ipa_, ...)                                                                \
    {                                                                                              \
        .exit = {                                                                                  \
            .exit_reason = RMI_EXIT_SYNC,                                                          \
            .esr = (esr_),                                                                         \
            .far = (far_),                                                                         \
            .hpfar = (ipa_) >> 8 & ~0xfull,                                                        \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }

START_TEST(creation_follows_the_flow)
{
    PLAY({.x0 = rmi_return(RMI_ERROR_REALM, 1)});

    ck_assert_uint_eq(fake.count, 2);
    ck_assert_uint_eq(fake.fids[0], RMI_VERSION);
    ck_assert_uint_eq(fake.fids[1], RMI_FEATURES);
    for (unsigned i = 0; i < 9; i++)
        kvm_vcpu_set_x(t.vcpu, i, 0x100 + i);
    kvm_vcpu_set_pc(t.vcpu, TEST_CODE_IPA);
    ck_assert_int_eq(
        kvm_arm_rmi_populate(t.kvm, TEST_CODE_IPA, HOST_PAGE_SIZE, HVA(t.ram.v + 0x10000), true),
        0);
    ck_assert_uint_lt(first(RMI_REALM_CREATE), first(RMI_REC_AUX_COUNT));
    ck_assert_uint_lt(first(RMI_REC_AUX_COUNT), first(RMI_DATA_CREATE));
    ck_assert_uint_eq(times(RMI_DATA_CREATE), 2);
    ck_assert_uint_eq(times(RMI_RTT_CREATE), 2);
    ck_assert_uint_eq(last(RMI_DATA_CREATE)->x[3], TEST_CODE_IPA);
    ck_assert_uint_eq(last(RMI_DATA_CREATE)->x[5], 1);
    /* two root tables, rd, two RTTs, the page */
    ck_assert_uint_eq(times(RMI_GRANULE_DELEGATE), 6);
    ck_assert_uint_eq(times(RMI_REC_CREATE), 0);

    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), 0);
    ck_assert_uint_eq(t.run->exit_reason, KVM_EXIT_SHUTDOWN);
    ck_assert_uint_lt(first(RMI_REC_CREATE), first(RMI_RTT_INIT_RIPAS));
    ck_assert_uint_lt(first(RMI_RTT_INIT_RIPAS), first(RMI_REALM_ACTIVATE));
    ck_assert_uint_lt(first(RMI_REALM_ACTIVATE), first(RMI_REC_ENTER));
    ck_assert_uint_eq(last(RMI_RTT_INIT_RIPAS)->x[2], TEST_RAM_IPA);
    ck_assert_uint_eq(last(RMI_RTT_INIT_RIPAS)->x[3], TEST_RAM_IPA + TEST_RAM_SIZE);
    ck_assert_uint_eq(times(RMI_REALM_CREATE), 1);
    ck_assert_int_eq(kvm_arm_rmi_populate(t.kvm, TEST_RAM_IPA, HOST_PAGE_SIZE, t.ram, false),
                     -EBUSY);
    ck_assert_int_eq(kvm_create_vcpu(t.kvm, 1, NULL, &t.vcpu), -EBUSY);
}
END_TEST

START_TEST(refusals_end_the_realm)
{
    static const struct {
        uint64_t fid;
        int populate, run;
    } rows[] = {
        {RMI_GRANULE_DELEGATE, -ENXIO, -ENXIO},
        {RMI_REALM_CREATE, -ENXIO, -ENXIO},
        {RMI_REC_AUX_COUNT, -ENXIO, -ENXIO},
        {RMI_DATA_CREATE, -ENXIO, 0},
        {RMI_REC_CREATE, 0, -ENXIO},
        {RMI_RTT_INIT_RIPAS, 0, -ENXIO},
        {RMI_REALM_ACTIVATE, 0, -ENXIO},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        PLAY({.x0 = rmi_return(RMI_ERROR_REALM, 1)});

        teardown();
        setup();
        play(script_, 1);
        fake.fail_fid = rows[i].fid;
        fake.fail_x0 = RMI_ERROR_INPUT;
        ck_assert_int_eq(kvm_arm_rmi_populate(t.kvm, TEST_RAM_IPA, HOST_PAGE_SIZE, t.ram, false),
                         rows[i].populate);
        ck_assert_int_eq(kvm_vcpu_run(t.vcpu), rows[i].run);
        /* and stays as it is */
        if (rows[i].run)
            ck_assert_int_eq(kvm_vcpu_run(t.vcpu), -ENXIO);
        fake.fail_fid = 0;
    }
}
END_TEST

START_TEST(version_and_size_must_match)
{
    struct kvm_config config = realm_config();
    int error;

    fake.version_x0 = RMI_ERROR_INPUT;
    ck_assert_ptr_null(kvm_create_vm(&config, &error));
    ck_assert_int_eq(error, -ENXIO);
    fake.version_x0 = SMC_NOT_SUPPORTED;
    ck_assert_ptr_null(kvm_create_vm(&config, &error));
    ck_assert_int_eq(error, -ENXIO);
    config.smc = NULL;
    ck_assert_ptr_null(kvm_create_vm(&config, &error));
    ck_assert_int_eq(error, -EINVAL);
}
END_TEST

START_TEST(mmio_read_goes_through_the_run_page)
{
    PLAY(SYNC(ESR_READ_W, 0x40, DEV_IPA | SHARED), {.x0 = rmi_return(RMI_ERROR_REALM, 1)});
    uint32_t answer = 0xf0e0d0c0;

    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), 0);
    ck_assert_uint_eq(fake.enter.flags, 0);
    ck_assert_uint_eq(t.run->exit_reason, KVM_EXIT_MMIO);
    ck_assert_uint_eq(t.run->mmio.phys_addr, DEV_IPA);
    ck_assert_uint_eq(t.run->mmio.len, 4);
    ck_assert_uint_eq(t.run->mmio.is_write, 0);
    memcpy(t.run->mmio.data, &answer, sizeof(answer));
    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), 0);
    ck_assert_uint_eq(fake.enter.flags, field_mask(RMI_ENTER_EMUL_MMIO));
    ck_assert_uint_eq(fake.enter.gprs[0], answer);
    ck_assert_uint_eq(kvm_vcpu_get_x(t.vcpu, 0), 0);
}
END_TEST

/* An answered access may still become an external abort, until the REC is entered. */
START_TEST(abort_takes_the_place_of_an_answer)
{
    PLAY(SYNC(ESR_READ_W, 0x40, DEV_IPA | SHARED), {.x0 = rmi_return(RMI_ERROR_REALM, 1)});
    struct kvm_arm_vcpu_events abort = {.ext_dabt_pending = true},
                               serror = {.serror_pending = true}, none = {0};

    ck_assert_int_eq(kvm_vcpu_set_events(t.vcpu, &abort), -EINVAL);
    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), 0);
    ck_assert_int_eq(kvm_vcpu_set_events(t.vcpu, &abort), -EINVAL);
    t.run->immediate_exit = 1;
    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), -EINTR);
    t.run->immediate_exit = 0;
    ck_assert_int_eq(kvm_vcpu_set_events(t.vcpu, &serror), -EINVAL);
    ck_assert_int_eq(kvm_vcpu_set_events(t.vcpu, &none), 0);
    ck_assert_int_eq(kvm_vcpu_set_events(t.vcpu, &abort), 0);
    ck_assert_int_eq(kvm_vcpu_set_events(t.vcpu, &abort), -EINVAL);
    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), 0);
    ck_assert_uint_eq(fake.enter.flags, field_mask(RMI_ENTER_INJECT_SEA));
}
END_TEST

START_TEST(mmio_write_comes_from_the_run_page)
{
    PLAY(SYNC(ESR_WRITE_X, 0x40, DEV_IPA | SHARED, .gprs = {0x1122334455667788}),
         SYNC(ESR_NISV, 0, DEV_IPA | SHARED));
    uint64_t data;

    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), 0);
    ck_assert_uint_eq(t.run->mmio.is_write, 1);
    memcpy(&data, t.run->mmio.data, sizeof(data));
    ck_assert_uint_eq(data, 0x1122334455667788);
    /* the flag holds for one entry */
    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), -ENOSYS);
    ck_assert_uint_eq(fake.enter.flags, field_mask(RMI_ENTER_EMUL_MMIO));
}
END_TEST

START_TEST(private_fault_is_given_a_page)
{
    PLAY(SYNC(0x90000006, 0, TEST_RAM_IPA + 0x5000), {.x0 = rmi_return(RMI_ERROR_REALM, 1)});

    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), 0);
    ck_assert_uint_eq(times(RMI_DATA_CREATE_UNKNOWN), 2); /* the tables were missing at first */
    ck_assert_uint_eq(last(RMI_DATA_CREATE_UNKNOWN)->x[3], TEST_RAM_IPA + 0x5000);
    ck_assert_uint_eq(fake.script_at, 2);
}
END_TEST

START_TEST(shared_alias_of_a_private_page_is_converted_first)
{
    PLAY(SYNC(0x91c00007, 0x10, (TEST_RAM_IPA + 0x5000) | SHARED),
         SYNC(0x91c00007, 0x10, (TEST_RAM_IPA + 0x5000) | SHARED),
         {.x0 = rmi_return(RMI_ERROR_REALM, 1)});
    struct kvm_exit_memory_fault fault;
    pa_t pa;

    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), -EFAULT);
    ck_assert_uint_eq(t.run->exit_reason, KVM_EXIT_MEMORY_FAULT);
    fault = kvm_run_memory_fault(t.run);
    ck_assert_uint_eq(fault.gpa, TEST_RAM_IPA + 0x5000);
    ck_assert_uint_eq(fault.size, HOST_PAGE_SIZE);
    ck_assert_uint_eq(fault.flags, 0);
    ck_assert_int_eq(kvm_set_memory_attributes(t.kvm, fault.gpa, fault.size, 0), 0);
    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), 0);
    ck_assert(host_mm_hva_to_pa(t.mm, HVA(t.ram.v + 0x5000), &pa));
    ck_assert_uint_eq(last(RMI_RTT_MAP_UNPROTECTED)->x[2], (TEST_RAM_IPA + 0x5000) | SHARED);
    ck_assert_uint_eq(last(RMI_RTT_MAP_UNPROTECTED)->x[4], pa.v | 0xd8);
}
END_TEST

START_TEST(exits_are_dispatched)
{
    static const struct {
        struct script script;
        int ret;
        uint32_t reason;
    } rows[] = {
        {SYNC(0x80000006, 0, TEST_RAM_IPA), -ENXIO, 0},    /* instruction abort */
        {SYNC(0x04000000, 0, 0), -ENXIO, 0},               /* WFx */
        {SYNC(0, 0, 0), -ENXIO, 0},                        /* unknown */
        {SYNC(ESR_NISV, 0, DEV_IPA | SHARED), -ENOSYS, 0}, /* no syndrome */
        {{.x0 = RMI_ERROR_REC}, -ENXIO, 0},                /* -EAGAIN only since v13 */
        {{.x0 = RMI_ERROR_INPUT}, -ENXIO, 0},
        {{.x0 = RMI_ERROR_REALM}, -ENXIO, 0},
        {{.x0 = SMC_NOT_SUPPORTED}, -ENXIO, 0},
        {{.x0 = RMI_ERROR_REALM | 1 << 8}, 0, KVM_EXIT_SHUTDOWN},
        {{.exit = {.exit_reason = RMI_EXIT_SERROR}}, 0, KVM_EXIT_INTERNAL_ERROR},
        {{.exit = {.exit_reason = 200}}, 0, KVM_EXIT_INTERNAL_ERROR},
        {{.exit = {.exit_reason = RMI_EXIT_PSCI, .gprs = {0x84000008}}}, 0, KVM_EXIT_SYSTEM_EVENT},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        teardown();
        setup();
        play(&rows[i].script, 1);
        ck_assert_msg(kvm_vcpu_run(t.vcpu) == rows[i].ret, "row %zu", i);
        ck_assert_uint_eq(t.run->exit_reason, rows[i].reason);
    }
}
END_TEST

START_TEST(interrupts_and_calls_go_back)
{
    PLAY({.exit = {.exit_reason = RMI_EXIT_IRQ}}, {.exit = {.exit_reason = RMI_EXIT_FIQ}},
         {.exit = {.exit_reason = RMI_EXIT_HOST_CALL, .gprs = {0x84000000, 7, 8, 9, 10}}},
         {.exit = {.exit_reason = RMI_EXIT_IRQ}}, {.x0 = rmi_return(RMI_ERROR_REALM, 1)});

    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), 0);
    ck_assert_uint_eq(fake.script_at, 5);
    ck_assert_uint_eq(kvm_vcpu_get_x(t.vcpu, 0), 0x10003);
    ck_assert_uint_eq(kvm_vcpu_get_x(t.vcpu, 4), 10);
    ck_assert_uint_eq(fake.enter.gprs[0], 0x10003);
    ck_assert_uint_eq(fake.enter.gprs[4], 10);
}
END_TEST

START_TEST(ripas_change_is_done_at_the_next_entry)
{
    PLAY({.exit = {.exit_reason = RMI_EXIT_RIPAS_CHANGE,
                   .ripas_base = TEST_RAM_IPA,
                   .ripas_top = TEST_RAM_IPA + 0x3000,
                   .ripas_value = RMI_RAM}},
         {.x0 = rmi_return(RMI_ERROR_REALM, 1)});
    struct kvm_exit_memory_fault fault;

    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), -EFAULT);
    ck_assert_uint_eq(t.run->exit_reason, KVM_EXIT_MEMORY_FAULT);
    fault = kvm_run_memory_fault(t.run);
    ck_assert_uint_eq(fault.flags, KVM_MEMORY_EXIT_FLAG_PRIVATE);
    ck_assert_uint_eq(fault.gpa, TEST_RAM_IPA);
    ck_assert_uint_eq(fault.size, 0x3000);
    ck_assert_uint_eq(times(RMI_RTT_SET_RIPAS), 0);
    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), 0);
    ck_assert_uint_eq(times(RMI_RTT_SET_RIPAS), 1);
    ck_assert_uint_eq(last(RMI_RTT_SET_RIPAS)->x[4], TEST_RAM_IPA + 0x3000);
}
END_TEST

START_TEST(empty_takes_the_pages_back_first)
{
    PLAY({.exit = {.exit_reason = RMI_EXIT_RIPAS_CHANGE,
                   .ripas_base = TEST_RAM_IPA,
                   .ripas_top = SHARED,
                   .ripas_value = RMI_EMPTY}},
         {.x0 = rmi_return(RMI_ERROR_REALM, 1)});

    ck_assert_int_eq(kvm_arm_rmi_populate(t.kvm, TEST_RAM_IPA, 2 * HOST_PAGE_SIZE, t.ram, false),
                     0);
    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), -EFAULT);
    ck_assert_uint_eq(times(RMI_DATA_DESTROY), 0);
    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), 0);
    ck_assert_uint_eq(times(RMI_DATA_DESTROY), 2);
    ck_assert_uint_lt(first(RMI_DATA_DESTROY), first(RMI_RTT_SET_RIPAS));
}
END_TEST

START_TEST(conversion_takes_the_other_half_away)
{
    uint64_t gpa = TEST_RAM_IPA + HOST_PAGE_SIZE;

    ck_assert_int_eq(kvm_arm_rmi_populate(t.kvm, TEST_RAM_IPA, 2 * HOST_PAGE_SIZE, t.ram, false),
                     0);
    ck_assert_int_eq(kvm_set_memory_attributes(t.kvm, gpa, HOST_PAGE_SIZE, 0), 0);
    ck_assert_uint_eq(times(RMI_DATA_DESTROY), 1);
    ck_assert_uint_eq(last(RMI_DATA_DESTROY)->x[2], gpa);
    ck_assert_uint_eq(times(RMI_RTT_UNMAP_UNPROTECTED), 0);
    ck_assert_int_eq(
        kvm_set_memory_attributes(t.kvm, gpa, HOST_PAGE_SIZE, KVM_MEMORY_ATTRIBUTE_PRIVATE), 0);
    ck_assert_uint_eq(times(RMI_RTT_UNMAP_UNPROTECTED), 1);
    ck_assert_uint_eq(last(RMI_RTT_UNMAP_UNPROTECTED)->x[2], gpa | SHARED);
}
END_TEST

START_TEST(ripas_change_of_the_shared_half_is_rejected)
{
    static const struct {
        uint64_t base, top;
    } rows[] = {{SHARED, SHARED + 0x1000},
                {SHARED - 0x1000, SHARED + 0x1000},
                {0x1000, 0x1000},
                {0x2000, 0x1000}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct script script[] = {{.exit = {.exit_reason = RMI_EXIT_RIPAS_CHANGE,
                                                  .ripas_base = rows[i].base,
                                                  .ripas_top = rows[i].top}},
                                        {.x0 = RMI_ERROR_INPUT}};

        teardown();
        setup();
        play(script, 2);
        ck_assert_int_eq(kvm_vcpu_run(t.vcpu), -EINVAL);
        ck_assert_int_eq(kvm_vcpu_run(t.vcpu), -ENXIO);
        ck_assert_uint_eq(fake.enter.flags, field_mask(RMI_ENTER_RIPAS_RESPONSE));
    }
}
END_TEST

START_TEST(ripas_that_makes_no_progress_ends)
{
    PLAY({.exit = {.exit_reason = RMI_EXIT_RIPAS_CHANGE,
                   .ripas_base = TEST_RAM_IPA,
                   .ripas_top = TEST_RAM_IPA + 0x3000,
                   .ripas_value = RMI_RAM}},
         {.x0 = rmi_return(RMI_ERROR_REALM, 1)});

    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), -EFAULT);
    fake.fail_fid = RMI_RTT_SET_RIPAS;
    fake.fail_x0 = RMI_SUCCESS; /* with x1 = 0: success that moves nothing */
    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), 0);
    ck_assert_uint_eq(times(RMI_RTT_SET_RIPAS), 1);
}
END_TEST

/* Behaviours of other hosts than v12's: the same code, another row. */
static struct kvm_variant other;

static void setup_other(void)
{
    struct kvm_config config;
    int error;

    teardown();
    test_memory_new(&t);
    fake = (struct fake_rmm){.rtt_level = 1};
    config = realm_config();
    config.variant = &other;
    t.kvm = kvm_create_vm(&config, &error);
    ck_assert_ptr_nonnull(t.kvm);
    ck_assert_int_eq(kvm_create_vcpu(t.kvm, 0, NULL, &t.vcpu), 0);
    t.run = kvm_vcpu_kvm_run(t.vcpu);
    add_ram();
}

START_TEST(behaviours_follow_the_variant)
{
    static const struct script abort_then_rec_error[] = {SYNC(ESR_NISV, 0x40, DEV_IPA | SHARED),
                                                         {.x0 = RMI_ERROR_REC}};
    static const struct script ripas[] = {{.exit = {.exit_reason = RMI_EXIT_RIPAS_CHANGE,
                                                    .ripas_base = TEST_RAM_IPA,
                                                    .ripas_top = TEST_RAM_IPA + 0x1000,
                                                    .ripas_value = RMI_RAM}},
                                          {.x0 = RMI_ERROR_REALM}};
    static const struct script mmio[] = {SYNC(ESR_READ_W, 0x40, DEV_IPA | SHARED),
                                         {.exit = {.exit_reason = RMI_EXIT_HOST_CALL}}};

    other = *kvm_variant_by_name("cca-v12");
    other.realm_nisv = KVM_REALM_NISV_SEA;
    other.rec_error_errno = EAGAIN;
    other.rec_error_realm_any = true;
    other.ripas = KVM_RIPAS_AT_ONCE;
    other.rec_mmio = KVM_REC_MMIO_AT_ABORT;
    other.rec_host_call = false;

    setup_other();
    play(abort_then_rec_error, 2);
    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), -EAGAIN);
    ck_assert_uint_eq(fake.enter.flags, field_mask(RMI_ENTER_INJECT_SEA));

    setup_other();
    play(ripas, 2);
    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), 0);
    ck_assert_uint_eq(t.run->exit_reason, KVM_EXIT_SHUTDOWN);
    ck_assert_uint_eq(times(RMI_RTT_SET_RIPAS), 1);

    setup_other();
    play(mmio, 2);
    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), 0);
    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), 0);
    ck_assert_uint_eq(fake.enter.flags, field_mask(RMI_ENTER_EMUL_MMIO));
    ck_assert_uint_eq(t.run->exit_reason, KVM_EXIT_INTERNAL_ERROR);
}
END_TEST

START_TEST(abort_beyond_the_realm_is_an_injected_abort)
{
    PLAY(SYNC(0x91c00006, 0, 1ull << IPA_BITS), {.x0 = rmi_return(RMI_ERROR_REALM, 1)});

    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), 0);
    ck_assert_uint_eq(fake.enter.flags, field_mask(RMI_ENTER_INJECT_SEA));
}
END_TEST

START_TEST(run_page_given_away_is_seen)
{
    PLAY({.exit = {.exit_reason = RMI_EXIT_PSCI, .gprs = {0x84000008}}});
    pa_t run;

    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), 0);
    kvm_vcpu_set_power_off(t.vcpu, false);
    run = PA(last(RMI_REC_ENTER)->x[2]);
    ck_assert(gpt_set(t.mem, run, PAS_REALM));
    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), -EFAULT);
    ck_assert(gpt_set(t.mem, run, PAS_NON_SECURE));
}
END_TEST

START_TEST(arguments_are_checked)
{
    ck_assert_int_eq(test_add_slot(&t, 1, SHARED, 0x1000, 0, t.ram), -EFAULT);
    ck_assert_int_eq(test_add_slot(&t, 1, 0x50000000, 0x1000, KVM_MEM_READONLY, t.ram), -EINVAL);
    ck_assert_int_eq(test_add_slot(&t, 1, 0x50000000, 0x1000, KVM_MEM_RIPAS_EMPTY, t.ram), -EINVAL);
    ck_assert_int_eq(test_add_slot(&t, 0, 0x50000000, TEST_RAM_SIZE, KVM_MEM_GUEST_MEMFD, t.ram),
                     -EINVAL);
    ck_assert_int_eq(kvm_arm_rmi_populate(t.kvm, 0x50000000, 0x1000, t.ram, false), -EINVAL);
    ck_assert_int_eq(kvm_arm_rmi_populate(t.kvm, TEST_RAM_IPA + 1, 0x1000, t.ram, false), -EINVAL);
    ck_assert_int_eq(kvm_arm_rmi_populate(t.kvm, TEST_RAM_IPA, 0x1000, HVA(0x1000), false),
                     -EFAULT);
    ck_assert_int_eq(kvm_arm_rmi_populate(t.kvm, TEST_RAM_IPA, 0x1000, t.ram, false), 0);
    ck_assert_int_eq(kvm_arm_rmi_populate(t.kvm, TEST_RAM_IPA, 0x1000, t.ram, false), -EEXIST);
    ck_assert_int_eq(kvm_set_memory_attributes(t.kvm, SHARED, 0x1000, 0), -EINVAL);
    ck_assert_int_eq(kvm_set_memory_attributes(t.kvm, TEST_RAM_IPA, 0x800, 0), -EINVAL);
    ck_assert_int_eq(kvm_set_memory_attributes(t.kvm, TEST_RAM_IPA, 0x1000, 1), -EINVAL);
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("kvm_realm");
    TCase *tc = tcase_create("scripted");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, creation_follows_the_flow);
    tcase_add_test(tc, refusals_end_the_realm);
    tcase_add_test(tc, version_and_size_must_match);
    tcase_add_test(tc, mmio_read_goes_through_the_run_page);
    tcase_add_test(tc, abort_takes_the_place_of_an_answer);
    tcase_add_test(tc, mmio_write_comes_from_the_run_page);
    tcase_add_test(tc, private_fault_is_given_a_page);
    tcase_add_test(tc, shared_alias_of_a_private_page_is_converted_first);
    tcase_add_test(tc, exits_are_dispatched);
    tcase_add_test(tc, interrupts_and_calls_go_back);
    tcase_add_test(tc, ripas_change_is_done_at_the_next_entry);
    tcase_add_test(tc, empty_takes_the_pages_back_first);
    tcase_add_test(tc, conversion_takes_the_other_half_away);
    tcase_add_test(tc, ripas_change_of_the_shared_half_is_rejected);
    tcase_add_test(tc, ripas_that_makes_no_progress_ends);
    tcase_add_test(tc, behaviours_follow_the_variant);
    tcase_add_test(tc, abort_beyond_the_realm_is_an_injected_abort);
    tcase_add_test(tc, run_page_given_away_is_seen);
    tcase_add_test(tc, arguments_are_checked);
    suite_add_tcase(suite, tc);
    return suite;
}

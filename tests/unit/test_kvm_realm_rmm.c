/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Realms with the RMM of rmm_model/: they run, and nothing stays delegated after them. */
#include "kvm_model/vmm/registers.h"
#include "kvm_model/vmm/vmm.h"
#include "rmm_model/monitor.h"
#include "rmm_model/rmi.h"
#include "rmm_model/rmm.h"
#include "tests/unit/check_main.h"
#include "tests/unit/test_kvm_machine.h"

#define IPA_BITS 40
#define SHARED (1ull << (IPA_BITS - 1))
#define DEV_IPA 0xa000040ull

static struct test_machine t;
static struct smc_port port;

static struct monitor *monitor;
static struct rmm *rmm;
static size_t free_before;
static bool
    by_size; /* RSI_IPA_STATE_SET takes a size, and nothing comes between it and the answer */

static void make(const char *kernel, const char *variant, int expected)
{
    struct rmm_config rmm_config = {.cpu_count = 1, .variant = variant};
    struct monitor_config monitor_config;
    struct kvm_config config;
    int error;

    test_memory_new(&t);
    free_before = host_mm_free_count(t.mm);
    test_cpu_new(&t);
    monitor_config = (struct monitor_config){.mem = t.mem, .clock = &t.clock, .trace = &t.trace};
    monitor = monitor_new(&monitor_config);
    rmm_config.mem = t.mem;
    rmm_config.clock = &t.clock;
    rmm_config.trace = &t.trace;
    rmm_config.el3 = monitor_realm_port(monitor);
    rmm_config.cpus = &t.cpu;
    rmm = rmm_new(&rmm_config);
    ck_assert_ptr_nonnull(rmm);
    monitor_set_rmm(monitor, rmm);
    port = monitor_normal_port(monitor);
    config = test_config(&t, kernel);
    config.ipa_bits = IPA_BITS;
    config.realm = true;
    config.smc = &port;
    t.kvm = kvm_create_vm(&config, &error);
    ck_assert_int_eq(error, expected);
    ck_assert((t.kvm != NULL) == (expected == 0));
    if (!t.kvm)
        return;
    ck_assert_int_eq(kvm_create_vcpu(t.kvm, 0, NULL, &t.vcpu), 0);
    t.run = kvm_vcpu_kvm_run(t.vcpu);
}

static void setup_rfc(void)
{
    by_size = true;
    make("cca-rfc", "eac", 0);
}

static void setup_v12(void)
{
    by_size = false;
    make("cca-v12", "1.0", 0);
}

static void setup_v14(void)
{
    by_size = false;
    make("cca-v14", "2.0", 0);
}

/* Whatever the realm did, all memory comes back to the Non-secure world and to the allocator. */
static void teardown(void)
{
    kvm_destroy_vm(t.kvm);
    t.kvm = NULL;
    ck_assert(!t.ram.v || host_mm_munmap(t.mm, t.ram));
    t.ram = HVA(0);
    ck_assert_uint_eq(host_mm_free_count(t.mm), free_before);
    for (uint64_t pa = PHYS_DRAM_BASE; pa < physmem_limit(t.mem).v; pa += GRANULE_SIZE) {
        enum pas pas;

        ck_assert(gpt_lookup(t.mem, PA(pa), &pas));
        ck_assert_int_eq(pas, PAS_NON_SECURE);
    }
    rmm_free(rmm);
    monitor_free(monitor);
    test_machine_free(&t);
}

static void add_ram(void)
{
    ck_assert(host_mm_mmap(t.mm, TEST_RAM_SIZE, 0, &t.ram));
    ck_assert_int_eq(test_add_slot(&t, 0, TEST_RAM_IPA, TEST_RAM_SIZE, KVM_MEM_GUEST_MEMFD, t.ram),
                     0);
}

static void realm_code(const uint32_t *words, size_t count)
{
    test_code(&t, words, count);
    ck_assert_int_eq(kvm_arm_rmi_populate(t.kvm, TEST_CODE_IPA, HOST_PAGE_SIZE,
                                          HVA(t.ram.v + (TEST_CODE_IPA - TEST_RAM_IPA)), true),
                     0);
    kvm_vcpu_set_pc(t.vcpu, TEST_CODE_IPA);
}

#define REALM_CODE(...)                                                                            \
    do {                                                                                           \
        const uint32_t words[] = {__VA_ARGS__};                                                    \
        realm_code(words, sizeof(words) / sizeof(words[0]));                                       \
    } while (0)

#define SMC0 0xd4000003u
#define MOV_X0_SYSTEM_OFF 0xd2b08000u, 0xf2800100u
#define MOV_X0_IPA_STATE_SET 0xd2b88000u, 0xf28032e0u

START_TEST(realm_runs_and_is_torn_down)
{
    struct registers regs;
    struct device device = {"regs", &registers_ops, &regs};
    struct memory_region root, region;
    struct address_space as;
    struct vmm vmm;
    struct vmm_result result;

    ck_assert(registers_init(&regs, 0x1000));
    ck_assert(registers_set(&regs, 0x40, 0x80, 1));
    memory_region_init_container(&root, "system", 1ull << IPA_BITS);
    memory_region_init_io(&region, &device, 0x1000);
    ck_assert(memory_region_add_subregion(&root, DEV_IPA & ~0xfffull, &region, 0));
    ck_assert(address_space_init(&as, &root, t.mm, &t.trace, &t.clock));
    add_ram();
    REALM_CODE(0x39c00043, /* ldrsb w3, [x2] */
               0xb9000443, /* str w3, [x2, #4] */
               0xf90000a1, /* str x1, [x5]: private memory */
               0xf94000a4, /* ldr x4, [x5] */
               0xf90000c1, /* str x1, [x6]: another page's shared alias */
               MOV_X0_SYSTEM_OFF, SMC0);
    kvm_vcpu_set_x(t.vcpu, 1, 0x1122334455667788);
    kvm_vcpu_set_x(t.vcpu, 2, DEV_IPA | SHARED);
    kvm_vcpu_set_x(t.vcpu, 5, TEST_RAM_IPA + 0x100000);
    kvm_vcpu_set_x(t.vcpu, 6, (TEST_RAM_IPA + 0x102000) | SHARED);
    vmm =
        (struct vmm){.kvm = t.kvm, .vcpu = t.vcpu, .as = &as, .trace = &t.trace, .clock = &t.clock};
    result = vmm_run(&vmm);
    ck_assert_int_eq(result.reason, VMM_END_SYSTEM_EVENT);
    ck_assert_uint_eq(result.detail, KVM_SYSTEM_EVENT_SHUTDOWN);
    ck_assert_uint_eq(cpu_get_x(t.cpu, 3), 0xffffff80);
    ck_assert_uint_eq(cpu_get_x(t.cpu, 4), 0x1122334455667788);
    ck_assert_uint_eq(regs.use.last_write, 0xffffff80);
    {
        uint64_t shared = 0, private = 1;

        ck_assert(host_mm_read(t.mm, HVA(t.ram.v + 0x102000), &shared, 8));
        ck_assert(host_mm_read(t.mm, HVA(t.ram.v + 0x100000), &private, 8));
        ck_assert_uint_eq(shared, 0x1122334455667788);
        ck_assert_uint_eq(private, 0);
    }
    address_space_free(&as);
    registers_free(&regs);
}
END_TEST

START_TEST(empty_memory_becomes_ram_on_request)
{
    add_ram();
    {
        hva_t extra;

        ck_assert(host_mm_mmap(t.mm, 0x10000, 0, &extra));
        ck_assert_int_eq(test_add_slot(&t, 1, 0x50000000, 0x10000,
                                       KVM_MEM_GUEST_MEMFD | KVM_MEM_RIPAS_EMPTY, extra),
                         0);
        REALM_CODE(MOV_X0_IPA_STATE_SET, SMC0, 0xf90000a1 /* str x1, [x5] */,
                   0xf94000a4 /* ldr x4, [x5] */, MOV_X0_SYSTEM_OFF, SMC0);
        kvm_vcpu_set_x(t.vcpu, 1, 0x50000000);
        kvm_vcpu_set_x(t.vcpu, 2, by_size ? 0x4000 : 0x50004000);
        kvm_vcpu_set_x(t.vcpu, 3, RMI_RAM);
        kvm_vcpu_set_x(t.vcpu, 5, 0x50001000);
        ck_assert_int_eq(
            kvm_set_memory_attributes(t.kvm, 0x50000000, 0x4000, KVM_MEMORY_ATTRIBUTE_PRIVATE), 0);
        if (!by_size) {
            ck_assert_int_eq(kvm_vcpu_run(t.vcpu), -EFAULT);
            ck_assert_uint_eq(t.run->exit_reason, KVM_EXIT_MEMORY_FAULT);
        }
        ck_assert_int_eq(kvm_vcpu_run(t.vcpu), 0);
        ck_assert_uint_eq(t.run->exit_reason, KVM_EXIT_SYSTEM_EVENT);
        ck_assert_uint_eq(cpu_get_x(t.cpu, 4), 0x50004000); /* x1: all of it was done */
        ck_assert_int_eq(test_add_slot(&t, 1, 0, 0, 0, HVA(0)), 0);
        ck_assert(host_mm_munmap(t.mm, extra));
    }
}
END_TEST

START_TEST(never_run_is_torn_down)
{
    add_ram();
    REALM_CODE(SMC0);
}
END_TEST

START_TEST(never_created_is_torn_down)
{
    add_ram();
}
END_TEST

/* Each kernel finds the RMM it was written for, and none in the others. */
START_TEST(others_are_no_rmm)
{
    static const char *const kernels[] = {"cca-rfc", "cca-v12", "cca-v14"};
    static const char *const rmms[] = {"eac", "1.0", "2.0"};
    int kernel = _i / 3, variant = _i % 3;

    make(kernels[kernel], rmms[variant], kernel == variant ? 0 : -ENXIO);
    teardown();
}
END_TEST

Suite *check_suite(void)
{
    static const struct {
        const char *name;
        void (*setup)(void);
    } pairs[] = {
        {"cca-rfc, eac", setup_rfc}, {"cca-v12, 1.0", setup_v12}, {"cca-v14, 2.0", setup_v14}};
    Suite *suite = suite_create("kvm_realm_rmm");
    TCase *tc;

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        tc = tcase_create(pairs[i].name);
        tcase_add_checked_fixture(tc, pairs[i].setup, teardown);
        tcase_add_test(tc, realm_runs_and_is_torn_down);
        tcase_add_test(tc, empty_memory_becomes_ram_on_request);
        tcase_add_test(tc, never_run_is_torn_down);
        tcase_add_test(tc, never_created_is_torn_down);
        suite_add_tcase(suite, tc);
    }
    tc = tcase_create("pairs");
    tcase_add_loop_test(tc, others_are_no_rmm, 0, 9);
    suite_add_tcase(suite, tc);
    return suite;
}

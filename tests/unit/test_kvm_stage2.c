/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What user space can ask of the memory of a VM, and rules of its faults that no scenario shows. */
#include "tests/unit/check_main.h"
#include "tests/unit/test_kvm_machine.h"

#define DATA_IPA 0x50000000ull
#define DATA_SIZE 0x40000ull
#define STR_X1_X2 0xf9000041u
#define HVC(imm) (0xd4000002u | (uint32_t)(imm) << 5)

static struct test_machine t;
static struct kvm_config config;
static unsigned stops;
static hva_t data, swap_at_fault;

static bool stop_at_hvc(void *ctx, uint64_t esr)
{
    (void)ctx;
    stops++;
    return esr >> 26 == 0x16 || stops > 20;
}

static void at_fault(void *ctx)
{
    (void)ctx;
    if (swap_at_fault.v)
        host_mm_swap_out(t.mm, swap_at_fault);
    swap_at_fault = HVA(0);
}

static void setup(void)
{
    test_memory_new(&t);
    config = (struct kvm_config){0};
    stops = 0;
    swap_at_fault = HVA(0);
}

static void start(const char *variant)
{
    config = test_config(&t, variant);
    config.exit_observer = stop_at_hvc;
    config.fault_observer = at_fault;
    test_vm_new(&t, &config);
    test_code(&t, (const uint32_t[]){STR_X1_X2, HVC(0)}, 2);
    kvm_vcpu_set_x(t.vcpu, 2, DATA_IPA);
}

static void teardown(void)
{
    test_machine_free(&t);
}

/* A VM without a vCPU: for what comes before. */
static void create_only(const char *variant, bool fwb, bool dic)
{
    int error;

    config = test_config(&t, variant);
    config.fwb = fwb;
    config.cache_dic = dic;
    t.kvm = kvm_create_vm(&config, &error);
    ck_assert_ptr_nonnull(t.kvm);
}

static void add_data(const struct host_mapping *mapping, uint32_t flags)
{
    ck_assert(host_mm_map(t.mm, mapping, &data));
    ck_assert_int_eq(test_add_slot(&t, 1, DATA_IPA, DATA_SIZE, flags, data), 0);
}

START_TEST(caps_are_the_kernels)
{
    static const struct {
        const char *variant;
        int mte, manual, init_set, split;
    } rows[] = {
        {"linux-4.19", -EINVAL, -EINVAL, -EINVAL, -EINVAL},
        {"cca-rfc", 0, 0, 0, -EINVAL},
        {"linux-6.12", 0, 0, 0, 0},
        {"linux-7.2", 0, 0, 0, 0},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        create_only(rows[i].variant, false, false);
        ck_assert_int_eq(kvm_enable_cap(t.kvm, KVM_CAP_ARM_MTE), rows[i].mte);
        ck_assert_int_eq(kvm_enable_cap_arg(t.kvm, KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, 1),
                         rows[i].manual);
        ck_assert_int_eq(kvm_enable_cap_arg(t.kvm, KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, 3),
                         rows[i].init_set);
        ck_assert_int_eq(kvm_enable_cap_arg(t.kvm, KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, 2), -EINVAL);
        ck_assert_int_eq(
            kvm_enable_cap_arg(t.kvm, KVM_CAP_ARM_EAGER_SPLIT_CHUNK_SIZE, HOST_PMD_SIZE),
            rows[i].split);
        ck_assert_int_eq(kvm_enable_cap_arg(t.kvm, KVM_CAP_ARM_EAGER_SPLIT_CHUNK_SIZE, 0x3000),
                         -EINVAL);
        kvm_destroy_vm(t.kvm);
        t.kvm = NULL;
    }
}
END_TEST

START_TEST(slots_refuse_what_cannot_be_the_guests)
{
    const struct host_mapping device = {.backing = HOST_PFNMAP, .size = DATA_SIZE};
    const struct host_mapping cacheable = {
        .backing = HOST_PFNMAP, .size = DATA_SIZE, .cacheable = true};
    const struct host_mapping file = {.size = DATA_SIZE, .no_mte = true};

    create_only("linux-7.2", false, true);
    ck_assert(host_mm_map(t.mm, &device, &data));
    ck_assert_int_eq(test_add_slot(&t, 1, DATA_IPA, DATA_SIZE, KVM_MEM_LOG_DIRTY_PAGES, data),
                     -EINVAL);
    ck_assert_int_eq(test_add_slot(&t, 1, DATA_IPA, DATA_SIZE, 0, data), 0);
    ck_assert_int_eq(test_add_slot(&t, 1, DATA_IPA, DATA_SIZE, KVM_MEM_LOG_DIRTY_PAGES, data),
                     -EINVAL);
    ck_assert(host_mm_map(t.mm, &cacheable, &data));
    ck_assert_int_eq(test_add_slot(&t, 2, DATA_IPA + DATA_SIZE, DATA_SIZE, 0, data), -EINVAL);
    kvm_destroy_vm(t.kvm);
    create_only("linux-6.12", false, true); /* maps it as Device memory, whatever it is */
    ck_assert_int_eq(test_add_slot(&t, 2, DATA_IPA + DATA_SIZE, DATA_SIZE, 0, data), 0);
    kvm_destroy_vm(t.kvm);
    create_only("linux-7.2", true, true);
    ck_assert_int_eq(test_add_slot(&t, 2, DATA_IPA + DATA_SIZE, DATA_SIZE, 0, data), 0);
    ck_assert(host_mm_map(t.mm, &file, &data));
    ck_assert_int_eq(kvm_enable_cap(t.kvm, KVM_CAP_ARM_MTE), 0);
    ck_assert_int_eq(test_add_slot(&t, 3, DATA_IPA, DATA_SIZE, 0, data), -EINVAL);
}
END_TEST

START_TEST(clear_log_checks_its_range)
{
    const uint64_t all[2] = {~0ull, ~0ull};
    uint64_t words[2];

    create_only("linux-4.19", false, false);
    ck_assert_int_eq(kvm_clear_dirty_log(t.kvm, 1, 0, 64, all), -ENOTTY);
    kvm_destroy_vm(t.kvm);
    create_only("linux-6.12", false, false);
    ck_assert_int_eq(kvm_enable_cap_arg(t.kvm, KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, 3), 0);
    ck_assert(host_mm_mmap(t.mm, 0x50000, 0, &data));
    ck_assert_int_eq(test_add_slot(&t, 1, DATA_IPA, 0x50000, KVM_MEM_LOG_DIRTY_PAGES, data),
                     0); /* 80 pages */
    ck_assert_int_eq(kvm_clear_dirty_log(t.kvm, 2, 0, 64, all), -ENOENT);
    ck_assert_int_eq(kvm_clear_dirty_log(t.kvm, 1, 1, 64, all), -EINVAL);
    ck_assert_int_eq(kvm_clear_dirty_log(t.kvm, 1, 0, 10, all), -EINVAL);
    ck_assert_int_eq(kvm_clear_dirty_log(t.kvm, 1, 64, 17, all), -EINVAL);
    ck_assert_int_eq(kvm_clear_dirty_log(t.kvm, 1, 64, 16, all), 0);
    ck_assert_int_eq(kvm_get_dirty_log(t.kvm, 1, words, 2), 0);
    ck_assert_uint_eq(words[0], ~0ull);
    ck_assert_uint_eq(words[1], 0);
    ck_assert_int_eq(kvm_get_dirty_log(t.kvm, 1, words, 2), 0);
    ck_assert_msg(words[0] == ~0ull, "with manual protection reading takes nothing");
}
END_TEST

/* Without memory for tables and without a VMA: which is found out first? */
START_TEST(order_of_topup_and_vma)
{
    static const struct {
        const char *variant;
        int ret;
    } rows[] = {{"linux-4.19", -EFAULT}, {"linux-6.12", -ENOMEM}, {"linux-7.2", -ENOMEM}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        pa_t page;

        teardown();
        setup();
        start(rows[i].variant);
        add_data(&(struct host_mapping){.size = DATA_SIZE, .lazy = true}, 0);
        ck_assert(host_mm_munmap(t.mm, data));
        while (host_mm_alloc_pages(t.mm, 1, 1, &page))
            ;
        /* what is fetched has no VMA */
        kvm_vcpu_set_pc(t.vcpu, DATA_IPA);
        ck_assert_int_eq(kvm_vcpu_run(t.vcpu), rows[i].ret);
    }
}
END_TEST

/* A fault that is only tried again: the RFC notes the write already. */
START_TEST(retry_and_the_dirty_log)
{
    static const struct {
        const char *variant;
        uint64_t dirty_early;
    } rows[] = {{"cca-rfc", 1}, {"linux-6.12", 0}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint64_t words[1];

        teardown();
        setup();
        start(rows[i].variant);
        add_data(&(struct host_mapping){.size = DATA_SIZE}, KVM_MEM_LOG_DIRTY_PAGES);
        /* the store's page goes while the code's own fault, then the store's, is handled */
        swap_at_fault = HVA(0);
        stops = 20 - 1; /* the fetch's fault, then one of the store */
        ck_assert_int_eq(kvm_vcpu_run(t.vcpu), -EINTR);
        stops = 20 - 1;
        swap_at_fault = data;
        ck_assert_int_eq(kvm_vcpu_run(t.vcpu), -EINTR);
        ck_assert_int_eq(kvm_get_dirty_log(t.kvm, 1, words, 1), 0);
        ck_assert_uint_eq(words[0], rows[i].dirty_early);
    }
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("kvm_stage2");
    TCase *tc = tcase_create("all");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, caps_are_the_kernels);
    tcase_add_test(tc, slots_refuse_what_cannot_be_the_guests);
    tcase_add_test(tc, clear_log_checks_its_range);
    tcase_add_test(tc, order_of_topup_and_vma);
    tcase_add_test(tc, retry_and_the_dirty_log);
    suite_add_tcase(suite, tc);
    return suite;
}

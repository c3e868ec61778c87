/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The vGICv2 without a guest: creation, its distributor, SGIs with several sources. */
#include "tests/unit/test_kvm_machine.h"

#include "kvm_model/vgic.h"
#include "tests/unit/check_main.h"

#define GICD_IPA 0x08000000u
#define GICC_IPA 0x08010000u
#define GICV_PA 0x08040000u
#define LRS 4u
enum { TYPER = 4, IIDR = 8, IGROUPR0 = 0x80, ISENABLER0 = 0x100, ISPENDR0 = 0x200 };
enum { ISACTIVER0 = 0x300, ITARGETSR = 0x800, SGIR = 0xf00, CPENDSGIR = 0xf10, SPENDSGIR = 0xf20 };

static struct test_machine t;
static struct kvm_vcpu *vcpus[3];
static struct cpu *cpus[3];

static void start(const char *variant, uint64_t gicv)
{
    struct kvm_config config;
    char error[200];

    test_memory_new(&t);
    t.gicv = PA(gicv);
    config = test_config(&t, variant);
    test_vm_new(&t, &config);
    vcpus[0] = t.vcpu;
    cpus[0] = t.cpu;
    for (unsigned i = 1; i < 3; i++) {
        cpus[i] = cpu_new(t.engine, i, error, sizeof(error));
        ck_assert_ptr_nonnull(cpus[i]);
        ck_assert_int_eq(kvm_create_vcpu(t.kvm, i, cpus[i], &vcpus[i]), 0);
    }
}

static void start_gic(const char *variant)
{
    start(variant, GICV_PA);
    ck_assert_int_eq(kvm_vgic_v2_create(t.kvm, GICD_IPA, GICC_IPA), 0);
    t.kvm->vgic->enabled = true;
}

static void end(void)
{
    kvm_destroy_vm(t.kvm);
    t.kvm = NULL;
    for (unsigned i = 1; i < 3; i++)
        cpu_free(cpus[i]);
    test_machine_free(&t);
}

static uint32_t get(unsigned vcpu, uint64_t offset)
{
    uint32_t value = 0;

    ck_assert(kvm_io_bus_read(vcpus[vcpu], GICD_IPA + offset, 4, &value));
    return value;
}

static void put(unsigned vcpu, uint64_t offset, uint32_t value)
{
    ck_assert(kvm_io_bus_write(vcpus[vcpu], GICD_IPA + offset, 4, &value));
}

START_TEST(creation_is_refused)
{
    start("linux-6.12", 0);
    ck_assert_int_eq(kvm_vgic_v2_create(t.kvm, GICD_IPA, GICC_IPA), -ENODEV); /* a GICv3 host */
    end();
    start("linux-7.2", GICV_PA);
    ck_assert_int_eq(kvm_vgic_v2_create(t.kvm, GICD_IPA, GICC_IPA), -ENODEV);
    end();
    start("linux-4.19", GICV_PA);
    ck_assert_int_eq(kvm_vgic_create(t.kvm, GICD_IPA, 0x080a0000), -ENODEV);
    ck_assert_int_eq(kvm_vgic_v2_create(t.kvm, GICD_IPA + 0x800, GICC_IPA), -EINVAL);
    ck_assert_int_eq(kvm_vgic_v2_create(t.kvm, GICC_IPA + 0x1000, GICC_IPA), -EINVAL);
    ck_assert_int_eq(kvm_vgic_v2_create(t.kvm, GICD_IPA, (1ull << 40) - 0x1000), -EINVAL);
    ck_assert_int_eq(kvm_vgic_v2_create(t.kvm, GICD_IPA, GICC_IPA), 0);
    ck_assert_int_eq(kvm_vgic_v2_create(t.kvm, GICD_IPA, GICC_IPA), -EEXIST);
    ck_assert_int_eq(kvm_create_vcpu(t.kvm, 3, t.cpu, &vcpus[2]), -EBUSY);
    end();
}
END_TEST

START_TEST(the_cpu_interface_is_mapped)
{
    struct kvm_stage2_leaf leaf;

    start_gic("linux-4.19");
    for (unsigned page = 0; page < 2; page++) {
        ck_assert_int_eq(kvm_stage2_leaf(t.kvm, IPA(GICC_IPA + page * 0x1000), &leaf), 0);
        ck_assert(leaf.valid);
        ck_assert_uint_eq(leaf.pa.v, GICV_PA + page * 0x1000);
        ck_assert_str_eq(leaf.perm, "rw");
        ck_assert_str_eq(leaf.attr, "device");
    }
    ck_assert(kvm_stage2_leaf(t.kvm, IPA(GICC_IPA + 0x2000), &leaf) || !leaf.valid);
    end();
}
END_TEST

START_TEST(distributor_registers)
{
    start_gic("linux-4.19");
    ck_assert_uint_eq(get(0, TYPER), 2u << 5 | 1); /* three CPUs, 64 interrupts */
    ck_assert_uint_eq(get(0, IIDR), 0x4b00243b);
    ck_assert_uint_eq(get(1, IGROUPR0), 0);
    ck_assert_uint_eq(get(1, ISENABLER0), 0xffff); /* SGIs */
    ck_assert_uint_eq(get(2, ITARGETSR), 0x04040404);
    put(0, ITARGETSR, UINT32_MAX);
    ck_assert_uint_eq(get(0, ITARGETSR), 0x01010101);
    ck_assert_uint_eq(get(0, ITARGETSR + 40), 0);
    put(0, ITARGETSR + 40, 0xff060400);
    ck_assert_uint_eq(get(1, ITARGETSR + 40), 0x07060400);
    ck_assert_ptr_eq(vgic_get_irq(t.vcpu, 40)->target_vcpu, vcpus[0]);
    ck_assert_ptr_eq(vgic_get_irq(t.vcpu, 41)->target_vcpu, vcpus[2]);
    ck_assert_ptr_eq(vgic_get_irq(t.vcpu, 42)->target_vcpu, vcpus[1]);
    ck_assert_ptr_eq(vgic_get_irq(t.vcpu, 43)->target_vcpu, vcpus[0]);
    put(0, ISPENDR0, 1u << 20 | 0xffff); /* not SGIs */
    ck_assert_uint_eq(get(0, ISPENDR0), 1u << 20);
    ck_assert_uint_eq(get(1, ISPENDR0), 0);
    put(1, ISACTIVER0, 2);
    ck_assert_uint_eq(vgic_get_irq(vcpus[1], 1)->active_source, 1);
    end();
    start_gic("linux-6.12");
    ck_assert_uint_eq(get(0, IIDR), 0x4b00343b);
    end();
}
END_TEST

START_TEST(sgir_filters)
{
    static const struct {
        uint32_t value;
        uint8_t pending; /* a bit a vCPU */
    } rows[] = {
        {0x00050002, 5}, {0x01000002, 5}, {0x01ff0002, 5},
        {0x02000002, 2}, {0x03070002, 0}, {0x00f80002, 0},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        start_gic("linux-4.19");
        put(1, SGIR, rows[i].value);
        for (unsigned n = 0; n < 3; n++) {
            ck_assert_uint_eq(vgic_get_irq(vcpus[n], 2)->pending_latch, rows[i].pending >> n & 1);
            ck_assert_uint_eq(get(n, CPENDSGIR), rows[i].pending >> n & 1 ? 0x20000 : 0);
        }
        ck_assert_uint_eq(get(1, SGIR), 0);
        end();
    }
}
END_TEST

START_TEST(sources_can_be_set_and_cleared)
{
    start_gic("linux-4.19");
    put(0, SPENDSGIR + 4, 0x0600); /* SGI 5 from vCPUs 1 and 2 */
    ck_assert_uint_eq(get(0, ISPENDR0), 1u << 5);
    put(0, CPENDSGIR + 4, 0x0200);
    ck_assert_uint_eq(get(0, SPENDSGIR + 4), 0x0400);
    ck_assert_uint_eq(get(0, ISPENDR0), 1u << 5);
    put(0, CPENDSGIR + 4, 0x0400);
    ck_assert_uint_eq(get(0, ISPENDR0), 0);
    end();
}
END_TEST

static unsigned lr_of(unsigned intid)
{
    unsigned n = 0;

    while (n < LRS &&
           (!cpu_gich_lr(t.cpu, n) || field_get(cpu_gich_lr(t.cpu, n), GICH_LR_VIRTUALID) != intid))
        n++;
    return n;
}

static uint64_t lr_field(unsigned intid, struct field field)
{
    ck_assert_uint_lt(lr_of(intid), LRS);
    return field_get(cpu_gich_lr(t.cpu, lr_of(intid)), field);
}

static void guest_makes(unsigned intid, unsigned state)
{
    unsigned n = lr_of(intid);

    ck_assert_uint_lt(n, LRS);
    cpu_set_gich_lr(t.cpu, n, (uint32_t)field_set(cpu_gich_lr(t.cpu, n), GICH_LR_STATE, state));
}

#define FLUSH() kvm_vgic_flush_hwstate(t.vcpu)
#define SYNC() kvm_vgic_sync_hwstate(t.vcpu)

/* One source at a time; what is of lower priority waits until the last has its turn. */
START_TEST(an_sgi_of_two_sources)
{
    struct vgic_irq *spi;

    start_gic("linux-4.19");
    spi = vgic_get_irq(t.vcpu, 40);
    spi->enabled = true;
    spi->priority = 0xa0;
    vgic_get_irq(t.vcpu, 3)->priority = 0x20;
    ck_assert_int_eq(kvm_vgic_inject_irq(t.kvm, NULL, 40, true, NULL), 0);
    put(1, SGIR, 0x00010003);
    put(2, SGIR, 0x00010003);
    FLUSH();
    ck_assert_uint_eq(lr_field(3, GICH_LR_CPUID), 1);
    ck_assert_uint_eq(lr_field(3, GICH_LR_EOI), 1);
    ck_assert_uint_eq(lr_field(3, GICH_LR_STATE), 1);
    ck_assert_uint_eq(lr_of(40), LRS);
    guest_makes(3, 2);
    SYNC();
    ck_assert_uint_eq(vgic_get_irq(t.vcpu, 3)->active_source, 1);
    FLUSH(); /* active from 1, and not pending from 2 as well */
    ck_assert_uint_eq(lr_field(3, GICH_LR_CPUID), 1);
    ck_assert_uint_eq(lr_field(3, GICH_LR_STATE), 2);
    ck_assert_uint_eq(lr_field(3, GICH_LR_EOI), 1);
    guest_makes(3, 0);
    SYNC();
    FLUSH();
    ck_assert_uint_eq(lr_field(3, GICH_LR_CPUID), 2);
    ck_assert_uint_eq(lr_field(3, GICH_LR_STATE), 1);
    ck_assert_uint_eq(lr_field(3, GICH_LR_EOI), 0);
    ck_assert_uint_eq(lr_field(40, GICH_LR_STATE), 1);
    ck_assert_uint_eq(lr_field(40, GICH_LR_PRIORITY), 0x14);
    guest_makes(3, 0);
    SYNC();
    FLUSH();
    ck_assert_uint_eq(lr_of(3), LRS);
    SYNC();
    end();
}
END_TEST

/* Taken back before the guest saw it: the source is known again. */
START_TEST(a_pending_sgi_keeps_its_source)
{
    start_gic("linux-4.19");
    put(2, SGIR, 0x00010003);
    FLUSH();
    ck_assert_uint_eq(get(0, CPENDSGIR), 0);
    SYNC();
    ck_assert_uint_eq(get(0, CPENDSGIR), 4u << 24);
    ck_assert(vgic_get_irq(t.vcpu, 3)->pending_latch);
    end();
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("kvm_vgic_v2");
    TCase *tcase = tcase_create("vgic_v2");

    tcase_add_test(tcase, creation_is_refused);
    tcase_add_test(tcase, the_cpu_interface_is_mapped);
    tcase_add_test(tcase, distributor_registers);
    tcase_add_test(tcase, sgir_filters);
    tcase_add_test(tcase, sources_can_be_set_and_cleared);
    tcase_add_test(tcase, an_sgi_of_two_sources);
    tcase_add_test(tcase, a_pending_sgi_keeps_its_source);
    suite_add_tcase(suite, tcase);
    return suite;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The vGIC's states without a guest: what flush puts into list registers, and what sync makes of
 * them when a guest has acknowledged or ended an interrupt there.
 */
#include "tests/unit/test_kvm_machine.h"

#include "cpu/generic_timer.h"
#include "kvm_model/vgic.h"
#include "tests/unit/check_main.h"

#define GICD_IPA 0x08000000u
#define GICR_IPA 0x080a0000u
#define SPI(n) (KVM_ARM_IRQ_TYPE_SPI << 24 | (n))
#define PPI(n) (KVM_ARM_IRQ_TYPE_PPI << 24 | (n))
#define CPU_LINE(n) (KVM_ARM_IRQ_TYPE_CPU << 24 | (n))
#define PENDING 1u
#define ACTIVE 2u
#define LRS 4u

static struct test_machine t;
static struct kvm_vcpu *second;
static struct cpu *second_cpu;

static void start(const char *variant, bool with_vgic)
{
    struct kvm_config config;
    char error[200];

    test_memory_new(&t);
    config = test_config(&t, variant);
    test_vm_new(&t, &config);
    second_cpu = cpu_new(t.engine, 1, error, sizeof(error));
    ck_assert_ptr_nonnull(second_cpu);
    ck_assert_int_eq(kvm_create_vcpu(t.kvm, 1, second_cpu, &second), 0);
    if (!with_vgic)
        return;
    ck_assert_int_eq(kvm_vgic_create(t.kvm, GICD_IPA, GICR_IPA), 0);
    t.kvm->vgic->enabled = true;
    for (unsigned i = 0; i < 2; i++)
        cpu_ich(i ? second_cpu : t.cpu)->vmcr =
            field_put(ICH_VMCR_VPMR, 0xf8) | field_mask(ICH_VMCR_VENG1);
}

static void teardown(void)
{
    kvm_destroy_vm(t.kvm);
    t.kvm = NULL;
    cpu_free(second_cpu);
    test_machine_free(&t);
}

static struct vgic_irq *irq(unsigned intid)
{
    struct vgic_irq *found = vgic_get_irq(t.vcpu, intid);

    ck_assert_ptr_nonnull(found);
    return found;
}

static void enable(unsigned intid, uint8_t priority)
{
    irq(intid)->enabled = true;
    irq(intid)->priority = priority;
}

static uint64_t *lr_of(unsigned intid)
{
    for (unsigned n = 0; n < LRS; n++)
        if (cpu_ich(t.cpu)->lr[n] && field_get(cpu_ich(t.cpu)->lr[n], ICH_LR_VINTID) == intid)
            return &cpu_ich(t.cpu)->lr[n];
    return NULL;
}

/* The state of an interrupt in its list register; -1: it is in none. */
static int state(unsigned intid)
{
    return lr_of(intid) ? (int)field_get(*lr_of(intid), ICH_LR_STATE) : -1;
}

static void guest_makes(unsigned intid, unsigned new_state)
{
    ck_assert_ptr_nonnull(lr_of(intid));
    *lr_of(intid) = field_set(*lr_of(intid), ICH_LR_STATE, new_state);
}

#define FLUSH() kvm_vgic_flush_hwstate(t.vcpu)
#define SYNC() kvm_vgic_sync_hwstate(t.vcpu)

START_TEST(irq_line_checks_its_argument)
{
    start("linux-6.12", false);
    ck_assert_int_eq(kvm_irq_line(t.kvm, SPI(40), true), -ENXIO);
    ck_assert_int_eq(kvm_irq_line(t.kvm, PPI(20), true), -ENXIO);
    ck_assert_int_eq(kvm_irq_line(t.kvm, CPU_LINE(2), true), -EINVAL);
    ck_assert_int_eq(kvm_irq_line(t.kvm, CPU_LINE(0) | 7u << 16, true), -EINVAL);
    ck_assert_int_eq(kvm_irq_line(t.kvm, CPU_LINE(KVM_ARM_IRQ_CPU_IRQ), true), 0);
    ck_assert(field_get(cpu_el2(t.cpu)->hcr, FIELD(7, 1))); /* HCR_EL2.VI */
    ck_assert_int_eq(kvm_irq_line(t.kvm, CPU_LINE(KVM_ARM_IRQ_CPU_FIQ) | 1u << 16, true), 0);
    ck_assert(field_get(cpu_el2(second_cpu)->hcr, FIELD(6, 1))); /* HCR_EL2.VF */
    ck_assert_int_eq(kvm_irq_line(t.kvm, CPU_LINE(KVM_ARM_IRQ_CPU_IRQ), false), 0);
    ck_assert(!field_get(cpu_el2(t.cpu)->hcr, FIELD(7, 1)));
    teardown();
    start("linux-6.12", true);
    ck_assert_int_eq(kvm_irq_line(t.kvm, CPU_LINE(0), true), -ENXIO);
    ck_assert_int_eq(kvm_irq_line(t.kvm, SPI(31), true), -EINVAL);
    ck_assert_int_eq(kvm_irq_line(t.kvm, SPI(64), true), -EINVAL);
    ck_assert_int_eq(kvm_irq_line(t.kvm, PPI(15), true), -EINVAL);
    ck_assert_int_eq(kvm_irq_line(t.kvm, PPI(32), true), -EINVAL);
    ck_assert_int_eq(kvm_irq_line(t.kvm, PPI(20) | 9u << 16, true), -EINVAL);
    ck_assert_int_eq(kvm_irq_line(t.kvm, 9u << 24, true), -EINVAL);
    ck_assert_int_eq(kvm_irq_line(t.kvm, PPI(20) | 1u << 16, true), 0);
    ck_assert(vgic_get_irq(second, 20)->line_level);
    ck_assert(!irq(20)->line_level);
    teardown();
}
END_TEST

/* A level that stays high makes the interrupt pending again when it has ended. */
START_TEST(a_level_is_sampled_again)
{
    start("linux-6.12", true);
    enable(40, 0xa0);
    ck_assert_int_eq(kvm_irq_line(t.kvm, SPI(40), true), 0);
    ck_assert(kvm_vgic_pending_irq(t.vcpu));
    FLUSH();
    ck_assert_int_eq(state(40), PENDING);
    ck_assert(field_get(*lr_of(40), ICH_LR_EOI)); /* KVM wants to hear of its end */
    ck_assert(!field_get(*lr_of(40), ICH_LR_HW));
    ck_assert_uint_eq(field_get(*lr_of(40), ICH_LR_PRIORITY), 0xa0);
    guest_makes(40, ACTIVE);
    SYNC();
    ck_assert(irq(40)->active);
    ck_assert(!kvm_vgic_pending_irq(t.vcpu));
    FLUSH();
    ck_assert_int_eq(state(40), ACTIVE); /* never active and pending */
    guest_makes(40, 0);
    ck_assert_uint_eq(ich_eisr(cpu_ich(t.cpu), LRS), 1);
    SYNC();
    FLUSH();
    ck_assert_int_eq(state(40), PENDING);
    ck_assert_int_eq(kvm_irq_line(t.kvm, SPI(40), false), 0);
    guest_makes(40, ACTIVE);
    SYNC();
    FLUSH();
    guest_makes(40, 0);
    SYNC();
    FLUSH();
    ck_assert_int_eq(state(40), -1);
    ck_assert_ptr_null(irq(40)->vcpu);
}
END_TEST

/* An edge while it is active is a second interrupt. */
START_TEST(an_edge_is_latched)
{
    start("linux-6.12", true);
    enable(40, 0xa0);
    irq(40)->edge = true;
    ck_assert_int_eq(kvm_irq_line(t.kvm, SPI(40), false), 0);
    FLUSH();
    ck_assert_int_eq(state(40), -1);
    ck_assert_int_eq(kvm_irq_line(t.kvm, SPI(40), true), 0);
    FLUSH();
    ck_assert_int_eq(state(40), PENDING);
    ck_assert(!field_get(*lr_of(40), ICH_LR_EOI));
    ck_assert(!irq(40)->pending_latch); /* it is in the list register */
    SYNC();
    ck_assert(irq(40)->pending_latch); /* and back */
    FLUSH();
    guest_makes(40, ACTIVE);
    SYNC();
    ck_assert_int_eq(kvm_irq_line(t.kvm, SPI(40), true), 0);
    FLUSH();
    ck_assert_int_eq(state(40), PENDING | ACTIVE);
    guest_makes(40, PENDING);
    SYNC();
    FLUSH();
    ck_assert_int_eq(state(40), PENDING);
    guest_makes(40, 0);
    SYNC();
    FLUSH();
    ck_assert_int_eq(state(40), -1);
}
END_TEST

/* Six of priorities 0x60 down to 0x10: the four highest get the registers. */
static void six(void)
{
    for (unsigned i = 0; i < 6; i++) {
        enable(40 + i, (uint8_t)(0x60 - 0x10 * i));
        irq(40 + i)->edge = true;
        ck_assert_int_eq(kvm_irq_line(t.kvm, SPI(40 + i), true), 0);
    }
}

START_TEST(active_ones_come_first_in_6_12)
{
    start("linux-6.12", true);
    six();
    FLUSH();
    for (unsigned i = 0; i < 6; i++)
        ck_assert_int_eq(state(40 + i), i < 2 ? -1 : (int)PENDING);
    ck_assert_uint_eq(cpu_el2(t.cpu)->ich_hcr, field_mask(ICH_HCR_EN) | field_mask(ICH_HCR_UIE));
    guest_makes(42, ACTIVE); /* 0x40, the lowest of the four */
    SYNC();
    enable(46, 0);
    ck_assert_int_eq(kvm_irq_line(t.kvm, SPI(46), true), 0);
    FLUSH();
    ck_assert_int_eq(state(42), ACTIVE); /* it stays */
    ck_assert_int_eq(state(46), PENDING);
    ck_assert_int_eq(state(43), -1);
    SYNC();
    ck_assert_uint_eq(cpu_el2(t.cpu)->ich_hcr, 0);
}
END_TEST

START_TEST(pending_ones_come_first_in_7_2)
{
    start("linux-7.2", true);
    SYNC();  /* as after an exit: it knows which groups are enabled */
    FLUSH(); /* nothing is pending, but it wants to hear of group 0 */
    ck_assert_uint_eq(cpu_el2(t.cpu)->ich_hcr,
                      field_mask(ICH_HCR_EN) | field_mask(ICH_HCR_VGRP0EIE) |
                          field_mask(ICH_HCR_VGRP1DIE) | field_mask(ICH_HCR_VSGIEOICOUNT));
    SYNC();
    six();
    FLUSH();
    ck_assert(field_get(cpu_el2(t.cpu)->ich_hcr, ICH_HCR_NPIE));
    ck_assert(!field_get(cpu_el2(t.cpu)->ich_hcr, ICH_HCR_LRENPIE));
    guest_makes(45, ACTIVE);
    SYNC();
    FLUSH();
    /* five pending, one active: that has to wait outside, its EOI is counted */
    ck_assert_int_eq(state(45), -1);
    ck_assert_int_eq(state(41), PENDING);
    ck_assert(field_get(cpu_el2(t.cpu)->ich_hcr, ICH_HCR_LRENPIE));
    ck_assert(field_get(cpu_el2(t.cpu)->ich_hcr, ICH_HCR_TDIR));
    cpu_el2(t.cpu)->ich_hcr |= field_put(ICH_HCR_EOICOUNT, 1);
    SYNC();
    ck_assert(!irq(45)->active);
    ck_assert_ptr_null(irq(45)->vcpu);
}
END_TEST

START_TEST(a_group_that_is_off_comes_last_in_7_2)
{
    start("linux-7.2", true);
    six();
    for (unsigned i = 2; i < 6; i++)
        irq(40 + i)->group1 = false; /* the higher priorities, but group 0 is not enabled */
    SYNC();
    FLUSH();
    ck_assert_int_eq(state(40), PENDING);
    ck_assert_int_eq(state(41), PENDING);
}
END_TEST

/* ICC_DIR_EL1 that traps: of an active interrupt outside the list registers. */
START_TEST(trapped_dir_deactivates)
{
    start("linux-7.2", true);
    cpu_ich(t.cpu)->vmcr |= field_mask(ICH_VMCR_VEOIM);
    six();
    FLUSH();
    guest_makes(45, ACTIVE);
    SYNC();
    vgic_v3_deactivate(t.vcpu, 1023);
    ck_assert(irq(45)->active);
    vgic_v3_deactivate(t.vcpu, 45);
    ck_assert(!irq(45)->active);
    ck_assert_ptr_null(irq(45)->vcpu);
}
END_TEST

START_TEST(sgis_go_to_whom_they_name)
{
    static const uint64_t aff1 = (uint64_t)1 << 16, aff2 = (uint64_t)1 << 32,
                          aff3 = (uint64_t)1 << 48, irm = (uint64_t)1 << 40;
    static const struct {
        uint64_t value;
        bool group1, first, second;
    } rows[] = {
        {5u << 24 | 1, true, true, false},   {5u << 24 | 2, true, false, true},
        {5u << 24 | 3, true, true, true},    {5u << 24 | 0xfffc, true, false, false},
        {5u << 24 | 3, false, false, false}, /* SGI0R: not those of group 1 */
        {5u << 24, true, false, false},
    };

    start("linux-6.12", true);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        irq(5)->pending_latch = vgic_get_irq(second, 5)->pending_latch = false;
        vgic_v3_dispatch_sgi(t.vcpu, rows[i].value, rows[i].group1);
        ck_assert_int_eq(irq(5)->pending_latch, rows[i].first);
        ck_assert_int_eq(vgic_get_irq(second, 5)->pending_latch, rows[i].second);
    }
    irq(5)->pending_latch = vgic_get_irq(second, 5)->pending_latch = false;
    vgic_v3_dispatch_sgi(t.vcpu, 5u << 24 | 3 | aff1, true);
    vgic_v3_dispatch_sgi(t.vcpu, 5u << 24 | 3 | aff2, true);
    vgic_v3_dispatch_sgi(t.vcpu, 5u << 24 | 3 | aff3, true);
    ck_assert(!irq(5)->pending_latch && !vgic_get_irq(second, 5)->pending_latch);
    vgic_v3_dispatch_sgi(t.vcpu, 5u << 24 | irm, true); /* all but itself */
    ck_assert(!irq(5)->pending_latch && vgic_get_irq(second, 5)->pending_latch);
    irq(6)->group1 = false;
    vgic_v3_dispatch_sgi(t.vcpu, 6u << 24 | 1, false);
    ck_assert(irq(6)->pending_latch);
}
END_TEST

/* A pending SPI that is routed elsewhere moves with the next exit; an active one stays. */
START_TEST(a_route_moves_what_is_not_active)
{
    start("linux-6.12", true);
    enable(40, 0xa0);
    enable(41, 0xa0);
    ck_assert_int_eq(kvm_irq_line(t.kvm, SPI(40), true), 0);
    ck_assert_int_eq(kvm_irq_line(t.kvm, SPI(41), true), 0);
    FLUSH();
    guest_makes(41, ACTIVE);
    irq(40)->target_vcpu = irq(41)->target_vcpu = second;
    SYNC();
    ck_assert_ptr_eq(irq(40)->vcpu, second);
    ck_assert_ptr_eq(irq(41)->vcpu, t.vcpu);
    ck_assert(kvm_vgic_pending_irq(second));
    ck_assert(!kvm_vgic_pending_irq(t.vcpu));
    FLUSH();
    ck_assert_int_eq(state(40), -1);
    guest_makes(41, 0);
    SYNC();
    ck_assert_ptr_eq(irq(41)->vcpu, second); /* its line is still high */
}
END_TEST

START_TEST(the_priority_mask_decides_on_waking)
{
    start("linux-6.12", true);
    enable(40, 0x80);
    ck_assert_int_eq(kvm_irq_line(t.kvm, SPI(40), true), 0);
    ck_assert(kvm_vgic_pending_irq(t.vcpu));
    cpu_ich(t.cpu)->vmcr = field_set(cpu_ich(t.cpu)->vmcr, ICH_VMCR_VPMR, 0x80);
    ck_assert(!kvm_vgic_pending_irq(t.vcpu));
    cpu_ich(t.cpu)->vmcr = field_set(cpu_ich(t.cpu)->vmcr, ICH_VMCR_VPMR, 0x88);
    ck_assert(kvm_vgic_pending_irq(t.vcpu));
    t.kvm->vgic->enabled = false;
    ck_assert(!kvm_vgic_pending_irq(t.vcpu));
}
END_TEST

/* A timer's line: user space may not drive it; in the guest it stands for the host's interrupt. */
static void start_timer(void)
{
    start("linux-6.12", true);
    kvm_timer_enable(t.vcpu);
    enable(27, 0x80);
    kvm_timer_vcpu_load(t.vcpu);
    cpu_timer_set_cval(t.cpu, CPU_TIMER_VIRTUAL, 0);
    cpu_timer_set_ctl(t.cpu, CPU_TIMER_VIRTUAL, 1);
    kvm_host_take_irqs(t.vcpu);
}

START_TEST(a_timer_is_mapped_to_the_hosts)
{
    start_timer();
    ck_assert(cpu_gic_is_active(t.cpu, 27)); /* until the guest ends it */
    ck_assert_int_eq(kvm_irq_line(t.kvm, PPI(27), false), 0);
    ck_assert(irq(27)->line_level); /* not user space's */
    FLUSH();
    ck_assert_int_eq(state(27), PENDING);
    ck_assert(field_get(*lr_of(27), ICH_LR_HW));
    ck_assert_uint_eq(field_get(*lr_of(27), ICH_LR_PINTID), 27);
    ck_assert(!irq(27)->line_level); /* so that the next edge is seen */
    SYNC();                          /* never acknowledged: the line is sampled */
    ck_assert(irq(27)->line_level);
    ck_assert(cpu_gic_is_active(t.cpu, 27));
    FLUSH();
    cpu_timer_set_ctl(t.cpu, CPU_TIMER_VIRTUAL, 0); /* the guest stops it instead */
    SYNC();
    ck_assert(!irq(27)->line_level);
    ck_assert(!cpu_gic_is_active(t.cpu, 27)); /* the host will hear of it again */
    FLUSH();
    ck_assert_int_eq(state(27), -1);
}
END_TEST

START_TEST(a_timer_that_is_active_is_kept_from_the_host)
{
    start_timer();
    FLUSH();
    guest_makes(27, ACTIVE);
    SYNC();
    kvm_timer_vcpu_put(t.vcpu, false);
    ck_assert(!cpu_gic_level(t.cpu, 27)); /* the CPU's timer is off while the vCPU is out */
    cpu_gic_set_active(t.cpu, 27, false);
    kvm_timer_vcpu_load(t.vcpu);
    ck_assert(cpu_gic_level(t.cpu, 27));
    ck_assert(cpu_gic_is_active(t.cpu, 27));
    ck_assert_uint_eq(cpu_timer_ctl(t.cpu, CPU_TIMER_VIRTUAL), 5);
    FLUSH();
    ck_assert_int_eq(state(27), ACTIVE);
}
END_TEST

/* Put because it waits: the background timer raises the line when the first of both expires. */
START_TEST(a_background_timer_wakes)
{
    start("linux-6.12", true);
    t.profile.core_hz = 2 * (uint64_t)CLOCK_COUNTER_HZ;
    kvm_timer_enable(t.vcpu);
    enable(27, 0x80);
    enable(30, 0x80);
    kvm_timer_vcpu_load(t.vcpu);
    cpu_timer_set_cval(t.cpu, CPU_TIMER_VIRTUAL, 500);
    cpu_timer_set_cval(t.cpu, CPU_TIMER_PHYSICAL, 300);
    cpu_timer_set_ctl(t.cpu, CPU_TIMER_VIRTUAL, 1);
    cpu_timer_set_ctl(t.cpu, CPU_TIMER_PHYSICAL, 1);
    t.clock.now = CYCLES(101);
    kvm_timer_vcpu_put(t.vcpu, true);
    ck_assert_uint_eq(event_queue_next_due(&t.clock.events).v, 600);
    ck_assert(clock_skip_to_event(&t.clock));
    ck_assert(irq(30)->line_level && !irq(27)->line_level);
    ck_assert(kvm_vgic_pending_irq(t.vcpu));
    kvm_timer_vcpu_load(t.vcpu);
    ck_assert_uint_eq(event_queue_next_due(&t.clock.events).v, 1000); /* the CPU's own */
    /* masked or off, it wakes nobody */
    cpu_timer_set_ctl(t.cpu, CPU_TIMER_VIRTUAL, 3);
    cpu_timer_set_ctl(t.cpu, CPU_TIMER_PHYSICAL, 0);
    kvm_timer_vcpu_put(t.vcpu, true);
    ck_assert_uint_eq(event_queue_next_due(&t.clock.events).v, EVENT_QUEUE_NEVER.v);
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("kvm_vgic");
    TCase *with_own_start = tcase_create("lines");
    TCase *tcase = tcase_create("vgic");

    tcase_add_test(with_own_start, irq_line_checks_its_argument);
    suite_add_tcase(suite, with_own_start);
    tcase_add_checked_fixture(tcase, NULL, teardown);
    tcase_add_test(tcase, a_level_is_sampled_again);
    tcase_add_test(tcase, an_edge_is_latched);
    tcase_add_test(tcase, active_ones_come_first_in_6_12);
    tcase_add_test(tcase, pending_ones_come_first_in_7_2);
    tcase_add_test(tcase, a_group_that_is_off_comes_last_in_7_2);
    tcase_add_test(tcase, trapped_dir_deactivates);
    tcase_add_test(tcase, sgis_go_to_whom_they_name);
    tcase_add_test(tcase, a_route_moves_what_is_not_active);
    tcase_add_test(tcase, the_priority_mask_decides_on_waking);
    tcase_add_test(tcase, a_timer_is_mapped_to_the_hosts);
    tcase_add_test(tcase, a_timer_that_is_active_is_kept_from_the_host);
    tcase_add_test(tcase, a_background_timer_wakes);
    suite_add_tcase(suite, tcase);
    return suite;
}

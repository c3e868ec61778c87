/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A realm's timers and virtual interrupts on their way to the PE and back. */
#include "rmm_model/timers.h"
#include "tests/unit/check_main.h"
#include "tests/unit/test_rmm_realm.h"

#define LATER ((uint64_t)1 << 60)
#define FIRED (field_mask(CNT_CTL_ENABLE) | field_mask(CNT_CTL_ISTATUS))

START_TEST(each_side_has_its_own_timers)
{
    struct realm_test t = realm_test_new("1.0");
    struct rec_timer host[CPU_TIMER_COUNT];
    struct rmi_rec_exit exit = {0};

    cpu_timer_set_cval(t.cpu, CPU_TIMER_VIRTUAL, LATER + 1);
    cpu_timer_set_ctl(t.cpu, CPU_TIMER_VIRTUAL, 1);
    t.run.rec->timers[CPU_TIMER_VIRTUAL] = (struct rec_timer){.ctl = 3, .cval = LATER + 2};
    t.run.rec->timers[CPU_TIMER_PHYSICAL] = (struct rec_timer){.ctl = 1, .cval = 0};
    timers_enter(t.run.rec, t.cpu, host);
    ck_assert_uint_eq(cpu_timer_cval(t.cpu, CPU_TIMER_VIRTUAL), LATER + 2);
    ck_assert_uint_eq(cpu_timer_ctl(t.cpu, CPU_TIMER_VIRTUAL), 3);
    cpu_timer_set_cval(t.cpu, CPU_TIMER_VIRTUAL, LATER + 3);
    timers_leave(t.run.rec, t.cpu, host, &exit);
    ck_assert_uint_eq(exit.cntv_cval, LATER + 3);
    ck_assert_uint_eq(exit.cntv_ctl, 3);
    ck_assert_uint_eq(exit.cntp_cval, 0);
    ck_assert_uint_eq(exit.cntp_ctl, FIRED);
    ck_assert_uint_eq(cpu_timer_cval(t.cpu, CPU_TIMER_VIRTUAL), LATER + 1);
    ck_assert_uint_eq(cpu_timer_ctl(t.cpu, CPU_TIMER_VIRTUAL), 1);
    ck_assert_uint_eq(cpu_timer_ctl(t.cpu, CPU_TIMER_PHYSICAL), 0);
    realm_test_free(&t);
}
END_TEST

START_TEST(a_change_of_an_output_is_the_hosts_to_hear)
{
    enum cpu_timer timer = _i ? CPU_TIMER_PHYSICAL : CPU_TIMER_VIRTUAL;
    unsigned intid = _i ? GIC_INTID_PHYSICAL_TIMER : GIC_INTID_VIRTUAL_TIMER;
    struct realm_test t = realm_test_new("1.0");
    struct rec_timer host[CPU_TIMER_COUNT];
    struct rmi_rec_exit exit = {0};

    timers_enter(t.run.rec, t.cpu, host);
    ck_assert(!timers_check_pending(t.run.rec, t.cpu));
    cpu_timer_set_ctl(t.cpu, timer, 1); /* due since ever */
    ck_assert(cpu_gic_level(t.cpu, intid));
    ck_assert(timers_check_pending(t.run.rec, t.cpu));
    ck_assert(!cpu_gic_level(t.cpu, intid)); /* it does not interrupt the realm again */
    timers_leave(t.run.rec, t.cpu, host, &exit);
    timers_enter(t.run.rec, t.cpu, host);
    ck_assert(!timers_check_pending(t.run.rec, t.cpu)); /* the host knows */
    ck_assert(!cpu_gic_level(t.cpu, intid));
    cpu_timer_set_ctl(t.cpu, timer, 3); /* masked by the realm: no longer asserted */
    ck_assert(timers_check_pending(t.run.rec, t.cpu));
    timers_leave(t.run.rec, t.cpu, host, &exit);
    ck_assert_uint_eq(_i ? exit.cntp_ctl : exit.cntv_ctl, 7);
    realm_test_free(&t);
}
END_TEST

START_TEST(list_registers_go_there_and_back)
{
    struct realm_test t = realm_test_new("1.0");
    struct rec *rec = t.run.rec;
    uint64_t lr = field_put(ICH_LR_STATE, ICH_LR_STATE_PENDING) | field_mask(ICH_LR_GROUP) | 48;

    gic_reset(&rec->gic);
    rec->gic.lrs[1] = lr;
    interface_enter(rec, t.cpu);
    ck_assert_uint_eq(cpu_ich(t.cpu)->lr[1], lr);
    ck_assert(field_get(cpu_el2(t.cpu)->ich_hcr, ICH_HCR_EN));
    cpu_ich(t.cpu)->lr[1] = 0;
    cpu_ich(t.cpu)->ap1r0 = 8;
    interface_leave(rec, t.cpu);
    ck_assert_uint_eq(rec->gic.lrs[1], 0);
    ck_assert_uint_eq(rec->gic.ap1r0, 8);
    ck_assert(!field_get(cpu_el2(t.cpu)->ich_hcr, ICH_HCR_EN));
    ck_assert(field_get(rec->gic.hcr, ICH_HCR_EN)); /* for the next entry */
    realm_test_free(&t);
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("rmm_timers");
    TCase *tcase = tcase_create("timers");

    tcase_add_test(tcase, each_side_has_its_own_timers);
    tcase_add_loop_test(tcase, a_change_of_an_output_is_the_hosts_to_hear, 0, 2);
    tcase_add_test(tcase, list_registers_go_there_and_back);
    suite_add_tcase(suite, tcase);
    return suite;
}

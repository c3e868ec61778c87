/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is hidden from the host, of traps made by hand: kinds that no scenario provokes. */
#include <check.h>
#include <string.h>

#include "sim/report/hidden.h"
#include "tests/unit/check_main.h"

static struct event event_of(enum event_kind kind, const uint64_t *args, size_t count)
{
    struct event event = {.kind = kind};
    memcpy(event.args, args, count * sizeof(*args));
    return event;
}

#define EVENT(kind, ...)                                                                           \
    event_of(EV_##kind, (const uint64_t[]){__VA_ARGS__},                                           \
             sizeof((const uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t))
#define TEXT(text) ((uint64_t)(uintptr_t)(text))

static struct trap trap = {.number = 1};

static struct trap_view view_of(const struct event *events, size_t count)
{
    struct trap_log log = {.events = (struct event *)(uintptr_t)events, .event_count = count};
    trap.event_count = count;
    return trap_view(&log, &trap);
}

static const struct hidden *find(const struct hidden *list, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].name, name) == 0)
            return &list[i];
    return NULL;
}

START_TEST(an_interrupt_hides_the_registers_alone)
{
    const struct event events[] = {EVENT(REC_EXIT, TEXT(_i ? "fiq" : "irq"), 0, 0, 0, 0)};
    struct trap_view view = view_of(events, 1);
    struct hidden list[HIDDEN_MAX];

    ck_assert_uint_eq(trap_hidden(&view, list), 1);
    ck_assert_str_eq(list[0].name, "x0-x30");
    ck_assert_ptr_null(trap_untold(&view));
}
END_TEST

/* SError, AET UEO, DFSC 0x11, IESB set: the class, IL and IESB are hidden. */
START_TEST(an_serror_shows_its_severity)
{
    const uint64_t esr = 0xbe002811;
    const struct event events[] = {EVENT(EL2_VECTOR, esr, 0, 0, 0, 0, 0),
                                   EVENT(REC_EXIT, TEXT("serror"), esr & 0x1001e3f, 0, 0, 0)};
    struct trap_view view = view_of(events, 2);
    struct hidden list[HIDDEN_MAX];
    size_t count = trap_hidden(&view, list);

    ck_assert_ptr_nonnull(find(list, count, "IL"));
    ck_assert_ptr_nonnull(find(list, count, "EC"));
    ck_assert_ptr_null(find(list, count, "DFSC"));
    ck_assert_ptr_nonnull(find(list, count, "x0-x30"));
}
END_TEST

/* A WFIT with a timeout in x3: that it is one, and of which register, is not told. */
START_TEST(a_wfit_is_a_wfi)
{
    const struct event events[] = {EVENT(EL2_VECTOR, 0x07e00066, 0, 0, 0, 0, 0),
                                   EVENT(REC_EXIT, TEXT("sync"), 0x04000000, 0, 0, 0)};
    struct trap_view view = view_of(events, 2);
    struct hidden list[HIDDEN_MAX];
    size_t count = trap_hidden(&view, list);

    ck_assert_str_eq(find(list, count, "TI")->value, "WFIT");
    ck_assert_str_eq(find(list, count, "RN")->value, "x3");
}
END_TEST

START_TEST(protected_memory_hides_the_access)
{
    static const char *const hidden[] = {"IL", "ISV", "SAS", "SSE", "SRT", "SF", "FAR", "x0-x30"};
    const struct event events[] = {EVENT(EL2_VECTOR, 0x93c78007, 0x40100018, 0x401000, 0, 0, 0),
                                   EVENT(REC_EXIT_DATA_ABORT, 0x40100018, 0),
                                   EVENT(REC_EXIT, TEXT("sync"), 0x90000007, 0, 0x401000, 0)};
    struct trap_view view = view_of(events, 3);
    struct hidden list[HIDDEN_MAX];
    size_t count = trap_hidden(&view, list);

    for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
        ck_assert_msg(find(list, count, hidden[i]) != NULL, "%s", hidden[i]);
        ck_assert_uint_gt(strlen(find(list, count, hidden[i])->why), 0);
    }
    ck_assert_str_eq(find(list, count, "SRT")->value, "x7");
    ck_assert_str_eq(find(list, count, "FAR")->value, "0x40100018");
    ck_assert_ptr_null(find(list, count, "HPFAR"));
    ck_assert_ptr_null(find(list, count, "DFSC"));
}
END_TEST

START_TEST(what_stays_in_the_rmm_is_untold)
{
    static const enum event_kind kinds[] = {EV_RMM_INJECT_SEA, EV_RMM_INJECT_UNDEF, EV_RSI,
                                            EV_ERET};
    struct hidden list[HIDDEN_MAX];
    const char *why[4];

    for (int i = 0; i < 4; i++) {
        const struct event events[] = {EVENT(EL2_VECTOR, 0x93c78007, 0, 0, 0, 0, 0),
                                       {.kind = kinds[i]}};
        struct trap_view view = view_of(events, 2);

        why[i] = trap_untold(&view);
        ck_assert_ptr_nonnull(why[i]);
        ck_assert_uint_eq(trap_hidden(&view, list), 0);
        for (int j = 0; j < i; j++)
            ck_assert_str_ne(why[i], why[j]);
    }
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("hidden");
    TCase *tcase = tcase_create("hidden");

    tcase_add_loop_test(tcase, an_interrupt_hides_the_registers_alone, 0, 2);
    tcase_add_test(tcase, an_serror_shows_its_severity);
    tcase_add_test(tcase, a_wfit_is_a_wfi);
    tcase_add_test(tcase, protected_memory_hides_the_access);
    tcase_add_test(tcase, what_stays_in_the_rmm_is_untold);
    suite_add_tcase(suite, tcase);
    return suite;
}

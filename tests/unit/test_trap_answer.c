/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a device answered, out of the events of one trap. */
#include <check.h>
#include <stdlib.h>

#include "kvm_model/vmm/address_space.h"
#include "sim/report/trap_answer.h"
#include "tests/unit/check_main.h"

#define DEVICE_IPA 0x9000000
#define MAX_EVENTS 8

struct scene {
    struct event events[MAX_EVENTS];
    size_t count;
    bool write;
};

static void add(struct scene *scene, enum event_kind kind, const uint64_t args[EVENT_MAX_ARGS])
{
    struct event *event = &scene->events[scene->count++];
    *event = (struct event){.kind = kind};
    for (unsigned i = 0; i < event_field_count(kind); i++)
        event->args[i] = args[i];
}

#define ADD(scene, kind, ...) add(scene, EV_##kind, (const uint64_t[EVENT_MAX_ARGS]){__VA_ARGS__})

static struct trap_view view_of(const struct scene *scene)
{
    struct trap_view view = {.events = scene->events, .event_count = scene->count};
    view.io_abort = trap_view_event(&view, EV_IO_MEM_ABORT);
    view.completion = trap_view_event(&view, EV_KVM_HANDLE_MMIO_RETURN);
    return view;
}

/* An access of so many bytes, as KVM decodes it. */
static struct scene access_of(unsigned len, bool write)
{
    struct scene scene = {.write = write};
    ADD(&scene, IO_MEM_ABORT, DEVICE_IPA, 1, write, len, 3);
    return scene;
}

START_TEST(pieces_are_one_value)
{
    struct scene scene = access_of(8, false);
    ADD(&scene, ADDRESS_SPACE_RW, DEVICE_IPA, 8, 0);
    ADD(&scene, VMM_HANDLE, EVENT_STR("regs"), 0, 4, 0, 0xffffffff44332211, EVENT_STR("ok"));
    ADD(&scene, VMM_HANDLE, EVENT_STR("regs"), 4, 4, 0, 0x88776655, EVENT_STR("ok"));
    struct trap_view view = view_of(&scene);
    struct trap_answer answer = trap_answer(&view);
    char text[TRAP_TEXT_SIZE];
    ck_assert(answer.answered);
    ck_assert_uint_eq(answer.value, 0x8877665544332211);
    ck_assert_str_eq(answer.result, "ok");
    ck_assert_ptr_null(trap_refusal(&view, text));
}
END_TEST

START_TEST(the_worst_piece_counts)
{
    struct scene scene = access_of(8, true);
    ADD(&scene, ADDRESS_SPACE_RW, DEVICE_IPA, 8, 1);
    ADD(&scene, VMM_HANDLE, EVENT_STR("regs"), 0, 4, 1, 1, EVENT_STR("ok"));
    ADD(&scene, VMM_HANDLE, EVENT_STR("regs"), 4, 4, 1, 2, EVENT_STR("error"));
    ADD(&scene, KVM_HANDLE_MMIO_RETURN, 3, 8, 0);
    struct trap_view view = view_of(&scene);
    struct trap_answer answer = trap_answer(&view);
    char text[TRAP_TEXT_SIZE];
    ck_assert(answer_refused(&answer));
    ck_assert_uint_eq(answer.offset, 4);
    ck_assert_uint_eq(answer.value, 0x200000001);
    ck_assert_str_eq(trap_refusal(&view, text),
                     "error: regs fails a write of 4 at offset 0x4; KVM_RUN has no word for it, "
                     "and the guest goes on");
    ck_assert_str_eq(trap_completion(&view, text),
                     "the write has failed, by KVM (kvm_handle_mmio_return)");
}
END_TEST

/* Writes that the kernel had kept are taken in first; they are not this access. */
START_TEST(coalesced_writes_are_others)
{
    struct scene scene = access_of(4, false);
    ADD(&scene, ADDRESS_SPACE_RW, DEVICE_IPA + 0x40, 4, 1);
    ADD(&scene, VMM_HANDLE, EVENT_STR("regs"), 0x40, 4, 1, 9, EVENT_STR("decode_error"));
    ADD(&scene, ADDRESS_SPACE_RW, DEVICE_IPA, 4, 0);
    ADD(&scene, VMM_HANDLE, EVENT_STR("regs"), 0, 4, 0, 7, EVENT_STR("ok"));
    struct trap_view view = view_of(&scene);
    struct trap_answer answer = trap_answer(&view);
    ck_assert_uint_eq(answer.value, 7);
    ck_assert(!answer_refused(&answer));
    ck_assert_str_eq(event_refusal(&scene.events[2]), "decode_error");
    ck_assert_ptr_null(event_refusal(&scene.events[4]));
}
END_TEST

START_TEST(nothing_is_there)
{
    static const char *const names[] = {ADDRESS_SPACE_UNASSIGNED, ADDRESS_SPACE_IGNORED};
    struct scene scene = access_of(4, false);
    ADD(&scene, ADDRESS_SPACE_RW, DEVICE_IPA, 4, 0);
    ADD(&scene, VMM_HANDLE, EVENT_STR(names[_i]), DEVICE_IPA, 4, 0, 0, EVENT_STR("decode_error"));
    struct trap_view view = view_of(&scene);
    char text[TRAP_TEXT_SIZE];
    ck_assert(trap_answer(&view).nowhere);
    ck_assert_str_eq(trap_refusal(&view, text),
                     "decode_error: nothing is there to read at 0x9000000; KVM_RUN has no word for "
                     "it, and the guest goes on");
}
END_TEST

START_TEST(the_bus_of_kvm)
{
    struct scene scene = access_of(1, false);
    ADD(&scene, KVM_IO_BUS_READ, DEVICE_IPA, 1, 1, 0, EVENT_STR("decode_error"));
    struct trap_view view = view_of(&scene);
    struct trap_answer answer = trap_answer(&view);
    ck_assert(answer.in_kernel && answer_refused(&answer));
    scene.events[1].args[2] = 0; /* not handled: nobody answered */
    ck_assert(!trap_answer(&view).answered);
}
END_TEST

/* A trace that was recorded before there were results. */
START_TEST(no_result_is_no_refusal)
{
    struct scene scene = access_of(4, false);
    ADD(&scene, VMM_HANDLE, EVENT_STR("regs"), 0, 4, 0, 7, 0);
    struct trap_view view = view_of(&scene);
    struct trap_answer answer = trap_answer(&view);
    ck_assert(answer.answered && !answer_refused(&answer));
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("trap_answer");
    TCase *tests = tcase_create("all");
    tcase_add_test(tests, pieces_are_one_value);
    tcase_add_test(tests, the_worst_piece_counts);
    tcase_add_test(tests, coalesced_writes_are_others);
    tcase_add_loop_test(tests, nothing_is_there, 0, 2);
    tcase_add_test(tests, the_bus_of_kvm);
    tcase_add_test(tests, no_result_is_no_refusal);
    suite_add_tcase(suite, tests);
    return suite;
}

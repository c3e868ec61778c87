/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/report/trap_answer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kvm_model/vmm/address_space.h"

/* A trace of before there were results has none. */
static bool is_refusal(const char *result)
{
    return strcmp(result, "decode_error") == 0 || strcmp(result, "error") == 0;
}

bool answer_refused(const struct trap_answer *answer)
{
    return answer->answered && is_refusal(answer->result);
}

const char *event_refusal(const struct event *event)
{
    bool answers = event->kind == EV_VMM_HANDLE || event->kind == EV_KVM_IO_BUS_READ ||
                   event->kind == EV_KVM_IO_BUS_WRITE;
    const char *result = answers ? event_text(event, "result") : "";
    return is_refusal(result) ? result : NULL;
}

static uint64_t low_bytes(uint64_t value, uint64_t len)
{
    return len >= sizeof(value) ? value : value & (((uint64_t)1 << (len * 8)) - 1);
}

/* One more piece; done: bytes of those before. */
static void add_piece(struct trap_answer *answer, const struct event *piece, uint64_t done)
{
    const char *result = event_text(piece, "result");
    uint64_t len = event_arg(piece, "len");
    bool worse =
        is_refusal(result) && (!answer_refused(answer) || strcmp(result, "decode_error") == 0);

    if (done < sizeof(uint64_t))
        answer->value |= low_bytes(event_arg(piece, "value"), len) << (done * 8);
    if (!answer->answered || (worse && !answer_refused(answer))) {
        answer->device = event_text(piece, "device");
        answer->offset = event_arg(piece, "offset");
        answer->len = len;
        answer->nowhere = strcmp(answer->device, ADDRESS_SPACE_UNASSIGNED) == 0 ||
                          strcmp(answer->device, ADDRESS_SPACE_IGNORED) == 0;
    }
    if (worse || !answer->answered)
        answer->result = result;
    answer->answered = true;
}

/* The look-up that the access is: before it, coalesced writes may have been taken in. */
static size_t first_piece(const struct trap_view *view, bool is_write)
{
    size_t first = 0;
    for (size_t i = 0; i < view->event_count; i++)
        if (view->events[i].kind == EV_ADDRESS_SPACE_RW &&
            (event_arg(&view->events[i], "is_write") != 0) == is_write)
            first = i + 1;
    return first;
}

struct trap_answer trap_answer(const struct trap_view *view)
{
    bool is_write = view->io_abort && event_arg(view->io_abort, "is_write");
    struct trap_answer answer = {.is_write = is_write, .result = "ok"};
    const struct event *bus =
        trap_view_event(view, is_write ? EV_KVM_IO_BUS_WRITE : EV_KVM_IO_BUS_READ);
    uint64_t done = 0;

    if (!view->io_abort)
        return answer;
    if (bus && event_arg(bus, "handled")) {
        answer.answered = answer.in_kernel = true;
        answer.offset = event_arg(bus, "gpa");
        answer.len = event_arg(bus, "len");
        answer.value = event_arg(bus, "value");
        answer.result = event_text(bus, "result");
        return answer;
    }
    for (size_t i = first_piece(view, is_write); i < view->event_count; i++) {
        const struct event *event = &view->events[i];
        if (event->kind == EV_ADDRESS_SPACE_RW)
            break;
        if (event->kind != EV_VMM_HANDLE)
            continue;
        add_piece(&answer, event, done);
        done += event_arg(event, "len");
    }
    return answer;
}

const char *trap_refusal(const struct trap_view *view, char *text)
{
    struct trap_answer answer = trap_answer(view);
    const char *access = answer.is_write ? "write" : "read";
    bool decode = strcmp(answer.result, "decode_error") == 0;

    if (!answer_refused(&answer))
        return NULL;
    if (answer.in_kernel)
        snprintf(text, TRAP_TEXT_SIZE,
                 "%s: the device in the kernel %s of %" PRIu64 " at 0x%" PRIx64
                 "; %s, and the guest goes on",
                 answer.result,
                 decode            ? answer.is_write ? "takes no write" : "takes no read"
                 : answer.is_write ? "fails a write"
                                   : "fails a read",
                 answer.len, answer.offset,
                 !answer.is_write ? "what it reads stands"
                 : decode         ? "the value is dropped"
                                  : "nobody looks at that");
    else if (answer.nowhere)
        snprintf(text, TRAP_TEXT_SIZE,
                 "%s: nothing is there to %s at 0x%" PRIx64
                 "; KVM_RUN has no word for it, and the guest goes on",
                 answer.result, access, event_arg(view->io_abort, "ipa"));
    else
        snprintf(text, TRAP_TEXT_SIZE,
                 "%s: %s %s %s of %" PRIu64 " at offset 0x%" PRIx64
                 "; KVM_RUN has no word for it, and the guest goes on",
                 answer.result, answer.device, decode ? "takes no" : "fails a", access, answer.len,
                 answer.offset);
    return text;
}

const char *trap_completion(const struct trap_view *view, char *text)
{
    const struct event *event = view->completion;
    if (!event)
        return NULL;
    struct trap_answer answer = trap_answer(view);
    const char *why, *sign = trap_sign_text(view, &why), *done = "the write is done";
    bool by_rmm = event->kind == EV_COMPLETE_MMIO_EMULATION;
    uint64_t rt = event_arg(event, "rt");
    char value[32];

    snprintf(value, sizeof(value), "x%" PRIu64 " = 0x%016" PRIx64, rt, event_arg(event, "value"));
    if (answer_refused(&answer))
        done = strcmp(answer.result, "decode_error") == 0 ? "the write is lost"
                                                          : "the write has failed";
    snprintf(text, TRAP_TEXT_SIZE, "%s, by %s%s%s (%s)",
             answer.is_write ? done
             : rt < 31       ? value
                             : "the value is dropped (xzr)",
             by_rmm ? "the RMM" : "KVM", sign && !answer.is_write ? ", " : "",
             sign && !answer.is_write ? sign : "", event_table[event->kind].name);
    return text;
}

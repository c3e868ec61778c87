/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How an access of a device was answered and completed: for text, JSON and pages. */
#ifndef SIM_REPORT_TRAP_ANSWER_H
#define SIM_REPORT_TRAP_ANSWER_H

#include "sim/report/trap_text.h"
#include "sim/trace/trap_log.h"

/* One access, of which a VMM's address space may have made several. */
struct trap_answer {
    bool answered;        /* by the device below; else nobody was asked, or it is not told who */
    bool in_kernel;       /* ... of KVM's own bus, which does not tell its name */
    bool is_write;        /* direction */
    bool nowhere;         /* nothing is at that address */
    const char *device;   /* its name in the VMM; NULL in the kernel */
    uint64_t offset, len; /* of the piece that was refused, else of the first; in the kernel the
                             offset is the address */
    uint64_t value;       /* of all pieces together, the lowest address in the lowest bits */
    const char *result;   /* "ok", "error" or "decode_error": the worst of its pieces */
};

struct trap_answer trap_answer(const struct trap_view *view);
/* Whether the result of an event says that a device did not do what was asked for. */
bool answer_refused(const struct trap_answer *answer);
/* The result of such an event when it is no success: "error" or "decode_error"; else NULL. */
const char *event_refusal(const struct event *event);
/* Who refused what, and what the guest notices of it; NULL when nothing was refused. text:
 * TRAP_TEXT_SIZE bytes. */
const char *trap_refusal(const struct trap_view *view, char *text);
/* "x2 = 0x..., by KVM, sign-extended (kvm_handle_mmio_return)"; NULL when no access was completed.
 * text: TRAP_TEXT_SIZE bytes. */
const char *trap_completion(const struct trap_view *view, char *text);

#endif

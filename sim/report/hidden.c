/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/report/hidden.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cpu/types.h"
#include "rmm_model/host_view.h"
#include "sim/report/esr_text.h"

static bool is_emulatable(const struct trap_view *view)
{
    const struct event *abort = trap_view_event(view, EV_REC_EXIT_DATA_ABORT);
    return abort && event_arg(abort, "emulatable");
}

/* What becomes of a syndrome of all ones. */
uint64_t host_shown_bits(const struct trap_view *view, uint64_t esr)
{
    const uint64_t ones = ~(uint64_t)0;
    if (view->rec_exit && event_arg(view->rec_exit, "esr") == 0)
        return 0;
    if (is_emulatable(view))
        return host_view_emulatable_abort(ones, 0, 0, 0).esr;
    if (esr_is_abort(esr))
        return host_view_abort(ones, 0).esr;
    if (esr_ec(esr) == ESR_EC_SERROR)
        return host_view_serror(ones).esr;
    return esr_ec(esr) == ESR_EC_WFX ? host_view_wfx(ones).esr : ones;
}

bool esr_field_always_told(enum esr_field_id id)
{
    switch (id) {
    case ESR_FIELD_ISV:
    case ESR_FIELD_SAS:
    case ESR_FIELD_SSE:
    case ESR_FIELD_SRT:
    case ESR_FIELD_SF:
    case ESR_FIELD_WNR:
    case ESR_FIELD_FSC:
    case ESR_FIELD_DFSC:
    case ESR_FIELD_IFSC:
        return true;
    default:
        return false;
    }
}

/* Why a field of the syndrome is kept back: of an access that the host emulates, and of any. */
static const struct {
    const char *emulated, *other;
} field_reasons[ESR_FIELD_COUNT] = {
    [ESR_FIELD_IL] = {"the RMM moves the PC, not the host", "the RMM moves the PC, not the host"},
    [ESR_FIELD_ISV] = {NULL, "so that the host does not emulate it: this is no device's access"},
    [ESR_FIELD_SAS] = {NULL, "the host has no access to emulate"},
    [ESR_FIELD_SSE] = {"the RMM extends the value when it completes the load",
                       "the host has no access to emulate"},
    [ESR_FIELD_SRT] = {"the value goes through gprs[0]; the RMM knows the register",
                       "the host has no access to emulate"},
    [ESR_FIELD_SF] = {NULL, "the host has no access to emulate"},
    [ESR_FIELD_AR] = {"ordering is between the realm and its PE",
                      "ordering is between the realm and its PE"},
    [ESR_FIELD_WNR] = {NULL, "reading or writing, the host's part is to provide the page"},
    [ESR_FIELD_CM] = {"what the realm does to its caches is its own affair",
                      "what the realm does to its caches is its own affair"},
    [ESR_FIELD_S1PTW] = {"where the realm has its tables is its own affair",
                         "where the realm has its tables is its own affair"},
    [ESR_FIELD_SYS_RT] = {NULL, "the value goes through gprs[0]; the RMM knows the register"},
    [ESR_FIELD_WFX_TI] = {NULL, "WFI or WFE is all the host needs: WFIT and WFET wait with a "
                                "timer of the realm"},
    [ESR_FIELD_WFX_RN] = {NULL, "the timeout is the realm's"},
    [ESR_FIELD_WFX_RV] = {NULL, "the timeout is the realm's"},
    [ESR_FIELD_CV] = {NULL, "the RMM has stepped over the instruction"},
    [ESR_FIELD_COND] = {NULL, "the RMM has stepped over the instruction"},
};

static const char *field_reason(enum esr_field_id id, bool emulatable)
{
    const char *why = emulatable ? field_reasons[id].emulated : field_reasons[id].other;
    return why ? why : "the host can do its part without it";
}

/* Whether the field says something: of what it says nothing, there is nothing to hide. */
static bool matters(const struct esr_part *part, uint64_t esr)
{
    if (part->id == ESR_FIELD_SSE && field_get(esr, ESR_WNR))
        return false;
    return part->value || (esr_field_always_told(part->id) && !part->not_valid);
}

/* --- one after the other -----------------------------------------------------------------------
 */

struct list {
    struct hidden *out;
    size_t count;
};

static struct hidden *add(struct list *list, const char *name, const char *why)
{
    static struct hidden const empty;
    struct hidden *hidden = &list->out[list->count < HIDDEN_MAX ? list->count++ : HIDDEN_MAX - 1];
    *hidden = empty;
    snprintf(hidden->name, sizeof(hidden->name), "%s", name);
    hidden->why = why;
    return hidden;
}

static void add_number(struct list *list, const char *name, uint64_t value, const char *why)
{
    struct hidden *hidden = add(list, name, why);
    snprintf(hidden->value, sizeof(hidden->value), "0x%" PRIx64, value);
}

static void add_fields(struct list *list, const struct trap_view *view, uint64_t esr, uint64_t seen)
{
    struct esr_part parts[ESR_MAX_PARTS];
    uint64_t reserved, shown = host_shown_bits(view, esr);
    size_t count = esr_decode(esr, parts, &reserved);
    for (size_t i = 0; i < count; i++) {
        const struct esr_part *part = &parts[i];
        const struct field field = esr_field_table[part->id].field;
        bool masked = !(shown & field_mask(field));
        if (!(masked && matters(part, esr)) && field_get(seen, field) == part->value)
            continue;
        struct hidden *hidden =
            add(list, esr_field_table[part->id].name, field_reason(part->id, is_emulatable(view)));
        esr_value_text(part->id, part->value, hidden->value, sizeof(hidden->value));
    }
}

static void add_addresses(struct list *list, const struct trap_view *view)
{
    uint64_t far = event_arg(view->vector, "far"), hpfar = event_arg(view->vector, "hpfar");
    uint64_t seen = event_arg(view->rec_exit, "far");
    if (far != seen && is_emulatable(view))
        add_number(list, "FAR[63:12]", far & ~(uint64_t)GRANULE_MASK,
                   "the realm's virtual addresses are its own; the offset in the page is told");
    else if (far != seen)
        add_number(list, "FAR", far, "the realm's virtual addresses are its own");
    if (hpfar != event_arg(view->rec_exit, "hpfar"))
        add_number(list, "HPFAR", hpfar, "no IPA is needed to go on");
}

/* What of the general registers is not shown. */
static void add_registers(struct list *list, const struct trap_view *view, uint64_t esr)
{
    const char *const why = "a realm's registers are not the host's to read";
    bool write = field_get(esr, ESR_WNR) && field_get(esr, ESR_ISV);
    if (trap_view_event(view, EV_REC_EXIT_CALL)) {
        add(list, "x0-x30", "the call shows what it passes to the host, and no register beside it");
    } else if (is_emulatable(view) && write) {
        struct hidden *hidden = add(list, "x0-x30", why);
        snprintf(hidden->value, sizeof(hidden->value), "but %" PRIu64 " byte%s of x%" PRIu64,
                 abort_access_size(esr), field_get(esr, ESR_SAS) ? "s" : "",
                 field_get(esr, ESR_SRT));
    } else if (esr_ec(esr) == ESR_EC_SYS64 && !field_get(esr, ESR_SYS_DIRECTION)) {
        struct hidden *hidden = add(list, "x0-x30", why);
        snprintf(hidden->value, sizeof(hidden->value), "but x%" PRIu64, field_get(esr, ESR_SYS_RT));
    } else {
        add(list, "x0-x30", why);
    }
}

size_t trap_hidden(const struct trap_view *view, struct hidden out[HIDDEN_MAX])
{
    struct list list = {.out = out};
    if (!view->rec_exit)
        return 0;
    uint64_t esr = view->vector ? event_arg(view->vector, "esr") : 0;
    uint64_t seen = event_arg(view->rec_exit, "esr");
    if (view->vector && seen == 0)
        add_number(&list, "ESR", esr, "the exit's reason says what the host is to do");
    else if (view->vector)
        add_fields(&list, view, esr, seen);
    if (view->vector && esr_is_abort(esr))
        add_addresses(&list, view);
    add_registers(&list, view, esr);
    return list.count;
}

/* --- not told ----------------------------------------------------------------------------------
 */

const char *trap_untold(const struct trap_view *view)
{
    static const struct {
        enum event_kind kind;
        const char *why;
    } reasons[] = {
        {EV_RMM_INJECT_SEA,
         "nothing: what the realm has no memory for is between it and the RMM, which injects an "
         "external abort"},
        {EV_RMM_INJECT_UNDEF,
         "nothing: a realm has no use for this instruction; the RMM makes it undefined"},
        {EV_RSI, "nothing: the RMM answers this call by itself"},
        {EV_ERET, "nothing: the RMM handles it and the realm goes on"},
    };
    if (view->rec_exit)
        return NULL;
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
        if (trap_view_event(view, reasons[i].kind))
            return reasons[i].why;
    return "nothing: the run ended first";
}

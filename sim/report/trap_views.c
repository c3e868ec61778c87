/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/report/trap_views.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cpu/arch/hpfar.h"
#include "rmm_model/rmi.h"
#include "sim/report/esr_text.h"
#include "sim/report/hidden.h"
#include "sim/report/trap_answer.h"
#include "sim/report/trap_text.h"

struct seen {
    const struct trap_view *view;
    bool realm;
    uint64_t esr;   /* the truth */
    uint64_t shown; /* bits of it that the RMM lets the host see */
    struct view_row *rows;
    size_t count;
};

static struct view_row labelled(const char *label)
{
    struct view_row row = {0};
    snprintf(row.label, sizeof(row.label), "%s", label);
    return row;
}

static void set(struct view_row *row, enum observer column, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void set(struct view_row *row, enum observer column, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(row->cell[column], VIEW_CELL_SIZE, format, args);
    va_end(args);
}

static void add_row(struct seen *who, const struct view_row *row)
{
    if (who->count < VIEW_MAX_ROWS)
        who->rows[who->count++] = *row;
}

static void add_heading(struct seen *who)
{
    struct view_row row = {.heading = true};
    set(&row, SEEN_TRUTH, "guest, as %s sees it",
        trap_el(who->view) == 1 ? "EL1"
        : who->realm            ? "the RMM"
                                : "KVM");
    if (who->realm)
        set(&row, SEEN_HOST, "host, as KVM sees it");
    if (who->view->vmm_exit || who->realm)
        set(&row, SEEN_VMM, "VMM, as kvm_run says");
    add_row(who, &row);
}

/* What stands for the exception where there is no syndrome: an interrupt. */
static const char *interrupt_text(const struct trap_view *view)
{
    const char *reason = event_text(view->rec_exit, "reason");
    return strcmp(reason, "irq") == 0   ? "physical IRQ"
           : strcmp(reason, "fiq") == 0 ? "physical FIQ"
                                        : reason;
}

static void add_exception(struct seen *who)
{
    const struct event *host = who->view->rec_exit, *vmm = who->view->vmm_exit;
    char text[TRAP_TEXT_SIZE];
    struct view_row row = labelled("exception");
    if (who->view->vector)
        set(&row, SEEN_TRUTH, "%s", esr_ec_name(esr_ec(who->esr)));
    else
        set(&row, SEEN_TRUTH, "%s", interrupt_text(who->view));
    row.hidden = who->realm && !host;
    if (!who->realm)
        ;
    else if (!host)
        set(&row, SEEN_HOST, "saw nothing");
    else if (event_arg(host, "esr"))
        set(&row, SEEN_HOST, "%s", esr_ec_name(esr_ec(event_arg(host, "esr"))));
    else
        set(&row, SEEN_HOST, "%s", event_text(host, "reason"));
    if (vmm && (int64_t)event_arg(vmm, "ret") < 0 && !is_vmm_exit(vmm))
        set(&row, SEEN_VMM, "KVM_RUN returns %s", errno_text(-(int64_t)event_arg(vmm, "ret")));
    else if (vmm)
        set(&row, SEEN_VMM, "%s", event_text(vmm, "reason"));
    else if (who->realm)
        set(&row, SEEN_VMM, "saw nothing");
    add_row(who, &row);

    if (!who->view->vector)
        return;
    const char *cause = trap_cause_text(who->view, text);
    if (cause) {
        row = labelled(cause);
        set(&row, SEEN_TRUTH, "%s", text);
        add_row(who, &row);
    }
    row = labelled("ESR");
    set(&row, SEEN_TRUTH, "0x%08" PRIx64, who->esr);
    if (host)
        set(&row, SEEN_HOST, "0x%08" PRIx64, event_arg(host, "esr"));
    if (vmm && (int64_t)event_arg(vmm, "ret") < 0 && is_vmm_exit(vmm))
        set(&row, SEEN_VMM, "KVM_RUN returns %s", errno_text(-(int64_t)event_arg(vmm, "ret")));
    row.hidden = host && event_arg(host, "esr") == 0;
    if (row.hidden)
        set(&row, SEEN_HOST, "hidden");
    add_row(who, &row);
}

/* The exit that asks the VMM to do the access, or NULL; of others run->mmio says nothing. */
static const struct event *mmio_exit(const struct trap_view *view)
{
    bool asked = view->vmm_exit && view->io_abort &&
                 (int64_t)event_arg(view->vmm_exit, "ret") == 0 &&
                 strcmp(event_text(view->vmm_exit, "reason"), "KVM_EXIT_MMIO") == 0;
    return asked ? view->vmm_exit : NULL;
}

/* What struct kvm_run says about the field, if anything. */
static void set_vmm_field(struct seen *who, struct view_row *row, enum esr_field_id id)
{
    const struct event *vmm = mmio_exit(who->view);
    if (!vmm)
        return;
    if (id == ESR_FIELD_SAS)
        set(row, SEEN_VMM, "len %" PRId64, (int64_t)event_arg(vmm, "len"));
    else if (id == ESR_FIELD_WNR)
        set(row, SEEN_VMM, "is_write %d", event_arg(vmm, "is_write") != 0);
}

/* A value in one word, and what one that stands for yes or no means. */
static void set_field_cell(struct view_row *row, enum observer column, enum esr_field_id id,
                           uint64_t value, bool write)
{
    static const char *const meanings[][2] = {
        [ESR_FIELD_WNR] = {"read", "write"},
        [ESR_FIELD_SSE] = {"zero-extend", "sign-extend"},
        [ESR_FIELD_SF] = {"32-bit register", "64-bit register"},
    };
    char text[ESR_TEXT_SIZE];
    bool told = id < sizeof(meanings) / sizeof(meanings[0]) && value < 2 && meanings[id][value] &&
                !(id == ESR_FIELD_SSE && write); /* nothing is extended */
    esr_value_text(id, value, text, sizeof(text));
    set(row, column, "%s%s%s", text, told ? " " : "", told ? meanings[id][value] : "");
}

static void add_field(struct seen *who, const struct esr_part *part)
{
    const struct event *host = who->view->rec_exit;
    const struct field field = esr_field_table[part->id].field;
    char label[VIEW_LABEL_SIZE];
    snprintf(label, sizeof(label), "  %s", esr_field_table[part->id].name);
    struct view_row row = labelled(label);
    bool write = field_get(who->esr, esr_field_table[ESR_FIELD_WNR].field);
    set_field_cell(&row, SEEN_TRUTH, part->id, part->value, write);
    if (host) {
        uint64_t seen = field_get(event_arg(host, "esr"), field);
        row.hidden = !(who->shown & field_mask(field)) || seen != part->value;
        if (row.hidden && seen == 0)
            set(&row, SEEN_HOST, "hidden");
        else
            set_field_cell(&row, SEEN_HOST, part->id, seen, write);
    }
    set_vmm_field(who, &row, part->id);
    add_row(who, &row);
}

static void add_fields(struct seen *who)
{
    struct esr_part parts[ESR_MAX_PARTS];
    uint64_t reserved;
    size_t count = esr_decode(who->esr, parts, &reserved);
    uint64_t seen = who->view->rec_exit ? event_arg(who->view->rec_exit, "esr") : 0;
    bool abort = esr_is_abort(who->esr);

    for (size_t i = 0; i < count; i++) {
        bool set_somewhere = parts[i].value || field_get(seen, esr_field_table[parts[i].id].field);
        if (parts[i].id == ESR_FIELD_EC || parts[i].id == ESR_FIELD_IL)
            continue;
        if (set_somewhere || !abort || (esr_field_always_told(parts[i].id) && !parts[i].not_valid))
            add_field(who, &parts[i]);
    }
}

/* FAR or HPFAR; of FAR the host sees at most the offset in the page. */
static void add_register(struct seen *who, const char *label, const char *name)
{
    const struct event *host = who->view->rec_exit;
    const struct event *abort = trap_view_event(who->view, EV_REC_EXIT_DATA_ABORT);
    uint64_t value = event_arg(who->view->vector, name);
    struct view_row row = labelled(label);
    set(&row, SEEN_TRUTH, "0x%016" PRIx64, value);
    if (host) {
        uint64_t seen = event_arg(host, name);
        bool offset = strcmp(name, "far") == 0 && abort && event_arg(abort, "emulatable");
        row.hidden = seen != value;
        if (offset && seen <= GRANULE_MASK)
            set(&row, SEEN_HOST, "0x%03" PRIx64 ", the page hidden", seen);
        else if (row.hidden && seen == 0)
            set(&row, SEEN_HOST, "hidden");
        else
            set(&row, SEEN_HOST, "0x%016" PRIx64, seen);
    }
    add_row(who, &row);
}

static void add_ipa(struct seen *who)
{
    const struct event *host = who->view->rec_exit, *vmm = mmio_exit(who->view);
    bool page_only = false;
    const char *unusable = esr_ipa_unusable(who->esr, &page_only);
    struct view_row row = labelled("IPA");
    if (who->view->fault)
        set(&row, SEEN_TRUTH, "0x%" PRIx64, event_arg(who->view->fault, "ipa"));
    else if (!unusable)
        set(&row, SEEN_TRUTH, "0x%" PRIx64,
            hpfar_ipa(event_arg(who->view->vector, "hpfar"), event_arg(who->view->vector, "far"))
                .v);
    if (host)
        set(&row, SEEN_HOST, "0x%" PRIx64,
            hpfar_ipa(event_arg(host, "hpfar"), event_arg(host, "far")).v);
    if (vmm)
        set(&row, SEEN_VMM, "phys_addr 0x%" PRIx64, event_arg(vmm, "phys_addr"));
    add_row(who, &row);
}

/* The value that travels: down to the device for a write, up to the register for a read. */
static void add_data(struct seen *who)
{
    const struct trap_view *view = who->view;
    const struct event *enter = trap_view_event(view, EV_SMC_REC_ENTER);
    if (!mmio_exit(view))
        return;
    struct trap_answer answer = trap_answer(view);
    const char *refused = answer_refused(&answer) ? answer.result : NULL;
    bool write = event_arg(view->io_abort, "is_write");
    struct view_row row = labelled("data");
    if (write) {
        uint64_t rt = field_get(who->esr, ESR_SRT);
        if (field_get(who->esr, ESR_ISV) && rt < 31)
            set(&row, SEEN_TRUTH, "from x%" PRIu64, rt);
        if (view->rec_exit)
            set(&row, SEEN_HOST, "exit.gprs[0] 0x%" PRIx64, event_arg(view->rec_exit, "gpr0"));
        set(&row, SEEN_VMM, "data 0x%" PRIx64, event_arg(view->vmm_exit, "data"));
    } else {
        if (view->completion)
            set(&row, SEEN_TRUTH, "x%" PRId64 " = 0x%" PRIx64,
                (int64_t)event_arg(view->completion, "rt"), event_arg(view->completion, "value"));
        if (enter)
            set(&row, SEEN_HOST, "enter.gprs[0] 0x%" PRIx64, event_arg(enter, "gpr0"));
        if (answer.answered)
            set(&row, SEEN_VMM, "data 0x%" PRIx64, answer.value);
    }
    add_row(who, &row);
    if (refused) {
        row = labelled("refused");
        set(&row, SEEN_VMM, "%s, which KVM is not told", refused);
        add_row(who, &row);
    }
}

/* A realm's timers are the host's to watch while the realm does not run: nothing is hidden. */
static void add_timers(struct seen *who, const struct event *timers)
{
    static const char *const names[][3] = {{"CNTP_CTL", "cntp_ctl", "cntp_cval"},
                                           {"CNTV_CTL", "cntv_ctl", "cntv_cval"}};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        uint64_t ctl = event_arg(timers, names[i][1]), cval = event_arg(timers, names[i][2]);
        struct view_row row = labelled(names[i][0]);
        set(&row, SEEN_TRUTH, "0x%" PRIx64 ", CVAL 0x%" PRIx64, ctl, cval);
        set(&row, SEEN_HOST, "0x%" PRIx64 ", CVAL 0x%" PRIx64, ctl, cval);
        if (ctl | cval)
            add_row(who, &row);
    }
}

/* What an exit for a call says beside the syndrome, which it has not. */
static void add_exit_fields(struct seen *who)
{
    const struct event *ripas = trap_view_event(who->view, EV_REC_EXIT_RIPAS);
    const struct event *call = trap_view_event(who->view, EV_REC_EXIT_CALL);
    const struct event *timers = trap_view_event(who->view, EV_REC_EXIT_TIMERS);
    const struct event *exit = who->view->rec_exit;
    struct view_row row = labelled("gprs[0]");
    bool sysreg = esr_ec(who->esr) == ESR_EC_SYS64;
    if (exit && (call || (sysreg && !field_get(who->esr, ESR_SYS_DIRECTION)))) {
        if (sysreg)
            set(&row, SEEN_TRUTH, "x%" PRIu64 ", written", field_get(who->esr, ESR_SYS_RT));
        set(&row, SEEN_HOST, "0x%" PRIx64, event_arg(exit, "gpr0"));
        add_row(who, &row);
    }
    for (unsigned i = 1; call && i <= 7; i++) {
        char name[8], label[VIEW_LABEL_SIZE];
        snprintf(name, sizeof(name), "gpr%u", i);
        snprintf(label, sizeof(label), "gprs[%u]", i);
        row = labelled(label);
        set(&row, SEEN_HOST, "0x%" PRIx64, event_arg(call, name));
        if (event_arg(call, name))
            add_row(who, &row);
    }
    if (call && event_arg(call, "imm")) {
        row = labelled("imm");
        set(&row, SEEN_HOST, "0x%" PRIx64, event_arg(call, "imm"));
        add_row(who, &row);
    }
    if (timers)
        add_timers(who, timers);
    if (ripas) {
        row = labelled("RIPAS");
        set(&row, SEEN_HOST, "%s asked for",
            event_arg(ripas, "ripas_value") == RMI_RAM ? "RAM" : "EMPTY");
        add_row(who, &row);
        row = labelled("range");
        set(&row, SEEN_HOST, "0x%" PRIx64 "..0x%" PRIx64, event_arg(ripas, "ripas_base"),
            event_arg(ripas, "ripas_top"));
        add_row(who, &row);
    }
}

size_t trap_views(const struct trap_view *view, bool realm, struct view_row rows[VIEW_MAX_ROWS])
{
    struct seen who = {
        .view = view,
        .realm = realm,
        .esr = view->vector ? event_arg(view->vector, "esr") : 0,
        .rows = rows,
    };
    if (!view->vector && !view->rec_exit)
        return 0;
    who.shown = host_shown_bits(view, who.esr);
    add_heading(&who);
    add_exception(&who);
    if (view->vector && !(view->rec_exit && !event_arg(view->rec_exit, "esr")))
        add_fields(&who);
    if (esr_is_abort(who.esr)) {
        add_register(&who, "FAR", "far");
        if (trap_el(view) == 2) {
            add_register(&who, "HPFAR", "hpfar");
            add_ipa(&who);
        }
    }
    add_data(&who);
    add_exit_fields(&who);
    return who.count;
}

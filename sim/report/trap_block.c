/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/report/trap_block.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "cpu/arch/hpfar.h"
#include "rmm_model/rmi.h"
#include "sim/report/esr_text.h"
#include "sim/report/hidden.h"
#include "sim/report/style.h"
#include "sim/report/trap_text.h"

#define LABEL_WIDTH 12
#define CELL_WIDTH 28
#define CELL_SIZE 64
#define LINE_WIDTH 98

enum column { TRUTH, HOST, VMM, COLUMN_COUNT };

/* One line of the comparison. An empty cell has nothing to say. */
struct row {
    const char *label;
    char cell[COLUMN_COUNT][CELL_SIZE];
    bool hidden; /* the host's cell: the RMM keeps something back */
    bool heading;
};

struct block {
    FILE *out;
    bool colour;
    bool realm;
    bool walk; /* every descriptor read */
    const struct trap_view *view;
    uint64_t esr;   /* the truth */
    uint64_t shown; /* bits of it that the RMM lets the host see */
};

static void set(struct row *row, enum column column, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void set(struct row *row, enum column column, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(row->cell[column], CELL_SIZE, format, args);
    va_end(args);
}

static void print_row(const struct block *block, const struct row *row)
{
    int last = COLUMN_COUNT - 1;
    while (last > 0 && !row->cell[last][0])
        last--;
    fprintf(block->out, "    %-*s", LABEL_WIDTH, row->label);
    for (int c = TRUTH; c <= last; c++) {
        enum paint what = row->heading               ? PAINT_STRONG
                          : c == HOST && row->hidden ? PAINT_NOTE
                                                     : PAINT_PLAIN;
        if (c != HOST || block->realm)
            paint(block->out, block->colour, what, "%-*s", c == last ? 0 : CELL_WIDTH,
                  row->cell[c]);
    }
    fputc('\n', block->out);
}

/* --- side by side ------------------------------------------------------------------------------
 */

static void print_heading(const struct block *block)
{
    struct row row = {.label = "", .heading = true};
    set(&row, TRUTH, "guest, as %s sees it",
        trap_el(block->view) == 1 ? "EL1"
        : block->realm            ? "the RMM"
                                  : "KVM");
    if (block->realm)
        set(&row, HOST, "host, as KVM sees it");
    if (block->view->vmm_exit || block->realm)
        set(&row, VMM, "VMM, as kvm_run says");
    print_row(block, &row);
}

/* What stands for the exception where there is no syndrome: an interrupt. */
static const char *interrupt_text(const struct trap_view *view)
{
    const char *reason = event_text(view->rec_exit, "reason");
    return strcmp(reason, "irq") == 0   ? "physical IRQ"
           : strcmp(reason, "fiq") == 0 ? "physical FIQ"
                                        : reason;
}

static void print_exception(const struct block *block)
{
    const struct event *host = block->view->rec_exit, *vmm = block->view->vmm_exit;
    struct row row = {.label = "exception"};
    if (block->view->vector)
        set(&row, TRUTH, "%s", esr_ec_name(esr_ec(block->esr)));
    else
        set(&row, TRUTH, "%s", interrupt_text(block->view));
    row.hidden = block->realm && !host;
    if (!block->realm)
        ;
    else if (!host)
        set(&row, HOST, "saw nothing");
    else if (event_arg(host, "esr"))
        set(&row, HOST, "%s", esr_ec_name(esr_ec(event_arg(host, "esr"))));
    else
        set(&row, HOST, "%s", event_text(host, "reason"));
    if (vmm && (int64_t)event_arg(vmm, "ret") < 0 && !is_vmm_exit(vmm))
        set(&row, VMM, "KVM_RUN returns %s", errno_text(-(int64_t)event_arg(vmm, "ret")));
    else if (vmm)
        set(&row, VMM, "%s", event_text(vmm, "reason"));
    else if (block->realm)
        set(&row, VMM, "saw nothing");
    print_row(block, &row);

    if (!block->view->vector)
        return;
    row = (struct row){.label = "ESR"};
    set(&row, TRUTH, "0x%08" PRIx64, block->esr);
    if (host)
        set(&row, HOST, "0x%08" PRIx64, event_arg(host, "esr"));
    if (vmm && (int64_t)event_arg(vmm, "ret") < 0 && is_vmm_exit(vmm))
        set(&row, VMM, "KVM_RUN returns %s", errno_text(-(int64_t)event_arg(vmm, "ret")));
    row.hidden = host && event_arg(host, "esr") == 0;
    if (row.hidden)
        set(&row, HOST, "hidden");
    print_row(block, &row);
}

/* The exit that asks the VMM to do the access, or NULL. */
static const struct event *mmio_exit(const struct trap_view *view)
{
    bool asked = view->vmm_exit && view->io_abort && (int64_t)event_arg(view->vmm_exit, "ret") == 0;
    return asked ? view->vmm_exit : NULL;
}

/* What struct kvm_run says about the field, if anything. */
static void set_vmm_field(const struct block *block, struct row *row, enum esr_field_id id)
{
    const struct event *vmm = mmio_exit(block->view);
    if (!vmm)
        return;
    if (id == ESR_FIELD_SAS)
        set(row, VMM, "len %" PRId64, (int64_t)event_arg(vmm, "len"));
    else if (id == ESR_FIELD_WNR)
        set(row, VMM, "is_write %d", event_arg(vmm, "is_write") != 0);
}

/* A value in one word, and what one that stands for yes or no means. */
static void set_field_cell(struct row *row, enum column column, enum esr_field_id id,
                           uint64_t value)
{
    static const char *const meanings[][2] = {
        [ESR_FIELD_WNR] = {"read", "write"},
        [ESR_FIELD_SSE] = {"zero-extend", "sign-extend"},
        [ESR_FIELD_SF] = {"32-bit register", "64-bit register"},
    };
    char text[ESR_TEXT_SIZE];
    bool told = id < sizeof(meanings) / sizeof(meanings[0]) && value < 2 && meanings[id][value];
    esr_value_text(id, value, text, sizeof(text));
    set(row, column, "%s%s%s", text, told ? " " : "", told ? meanings[id][value] : "");
}

static void print_field(const struct block *block, const struct esr_part *part)
{
    const struct event *host = block->view->rec_exit;
    const struct field field = esr_field_table[part->id].field;
    char label[LABEL_WIDTH];
    snprintf(label, sizeof(label), "  %s", esr_field_table[part->id].name);
    struct row row = {.label = label};
    set_field_cell(&row, TRUTH, part->id, part->value);
    if (host) {
        uint64_t seen = field_get(event_arg(host, "esr"), field);
        row.hidden = !(block->shown & field_mask(field)) || seen != part->value;
        if (row.hidden && seen == 0)
            set(&row, HOST, "hidden");
        else
            set_field_cell(&row, HOST, part->id, seen);
    }
    set_vmm_field(block, &row, part->id);
    print_row(block, &row);
}

static void print_fields(const struct block *block)
{
    struct esr_part parts[ESR_MAX_PARTS];
    uint64_t reserved;
    size_t count = esr_decode(block->esr, parts, &reserved);
    uint64_t seen = block->view->rec_exit ? event_arg(block->view->rec_exit, "esr") : 0;
    bool abort = esr_is_abort(block->esr);

    for (size_t i = 0; i < count; i++) {
        bool set_somewhere = parts[i].value || field_get(seen, esr_field_table[parts[i].id].field);
        if (parts[i].id == ESR_FIELD_EC || parts[i].id == ESR_FIELD_IL)
            continue;
        if (set_somewhere || !abort || (esr_field_always_told(parts[i].id) && !parts[i].not_valid))
            print_field(block, &parts[i]);
    }
}

/* FAR or HPFAR; of FAR the host sees at most the offset in the page. */
static void print_register(const struct block *block, const char *label, const char *name)
{
    const struct event *host = block->view->rec_exit;
    const struct event *abort = trap_view_event(block->view, EV_REC_EXIT_DATA_ABORT);
    uint64_t value = event_arg(block->view->vector, name);
    struct row row = {.label = label};
    set(&row, TRUTH, "0x%016" PRIx64, value);
    if (host) {
        uint64_t seen = event_arg(host, name);
        bool offset = strcmp(name, "far") == 0 && abort && event_arg(abort, "emulatable");
        row.hidden = seen != value;
        if (offset && seen <= GRANULE_MASK)
            set(&row, HOST, "0x%03" PRIx64 ", the page hidden", seen);
        else if (row.hidden && seen == 0)
            set(&row, HOST, "hidden");
        else
            set(&row, HOST, "0x%016" PRIx64, seen);
    }
    print_row(block, &row);
}

static void print_ipa(const struct block *block)
{
    const struct event *host = block->view->rec_exit, *vmm = mmio_exit(block->view);
    bool page_only = false;
    const char *unusable = esr_ipa_unusable(block->esr, &page_only);
    struct row row = {.label = "IPA"};
    if (block->view->fault)
        set(&row, TRUTH, "0x%" PRIx64, event_arg(block->view->fault, "ipa"));
    else if (!unusable)
        set(&row, TRUTH, "0x%" PRIx64,
            hpfar_ipa(event_arg(block->view->vector, "hpfar"),
                      event_arg(block->view->vector, "far"))
                .v);
    if (host)
        set(&row, HOST, "0x%" PRIx64,
            hpfar_ipa(event_arg(host, "hpfar"), event_arg(host, "far")).v);
    if (vmm)
        set(&row, VMM, "phys_addr 0x%" PRIx64, event_arg(vmm, "phys_addr"));
    print_row(block, &row);
}

/* The value that travels: down to the device for a write, up to the register for a read. */
static void print_data(const struct block *block)
{
    const struct trap_view *view = block->view;
    const struct event *enter = trap_view_event(view, EV_SMC_REC_ENTER);
    if (!mmio_exit(view))
        return;
    bool write = event_arg(view->io_abort, "is_write");
    struct row row = {.label = "data"};
    if (write) {
        uint64_t rt = field_get(block->esr, ESR_SRT);
        if (field_get(block->esr, ESR_ISV) && rt < 31)
            set(&row, TRUTH, "from x%" PRIu64, rt);
        if (view->rec_exit)
            set(&row, HOST, "exit.gprs[0] 0x%" PRIx64, event_arg(view->rec_exit, "gpr0"));
        set(&row, VMM, "data 0x%" PRIx64, event_arg(view->vmm_exit, "data"));
    } else {
        if (view->completion)
            set(&row, TRUTH, "x%" PRId64 " = 0x%" PRIx64,
                (int64_t)event_arg(view->completion, "rt"), event_arg(view->completion, "value"));
        if (enter)
            set(&row, HOST, "enter.gprs[0] 0x%" PRIx64, event_arg(enter, "gpr0"));
        if (view->device)
            set(&row, VMM, "data 0x%" PRIx64, event_arg(view->device, "value"));
    }
    print_row(block, &row);
}

/* A realm's timers are the host's to watch while the realm does not run: nothing is hidden. */
static void print_timers(const struct block *block, const struct event *timers)
{
    static const char *const names[][3] = {{"CNTP_CTL", "cntp_ctl", "cntp_cval"},
                                           {"CNTV_CTL", "cntv_ctl", "cntv_cval"}};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        uint64_t ctl = event_arg(timers, names[i][1]), cval = event_arg(timers, names[i][2]);
        struct row row = {.label = names[i][0]};
        set(&row, TRUTH, "0x%" PRIx64 ", CVAL 0x%" PRIx64, ctl, cval);
        set(&row, HOST, "0x%" PRIx64 ", CVAL 0x%" PRIx64, ctl, cval);
        if (ctl | cval)
            print_row(block, &row);
    }
}

/* What an exit for a call says beside the syndrome, which it has not. */
static void print_exit_fields(const struct block *block)
{
    const struct event *ripas = trap_view_event(block->view, EV_REC_EXIT_RIPAS);
    const struct event *call = trap_view_event(block->view, EV_REC_EXIT_CALL);
    const struct event *timers = trap_view_event(block->view, EV_REC_EXIT_TIMERS);
    const struct event *exit = block->view->rec_exit;
    struct row row = {.label = "gprs[0]"};
    bool sysreg = esr_ec(block->esr) == ESR_EC_SYS64;
    if (exit && (call || (sysreg && !field_get(block->esr, ESR_SYS_DIRECTION)))) {
        if (sysreg)
            set(&row, TRUTH, "x%" PRIu64 ", written", field_get(block->esr, ESR_SYS_RT));
        set(&row, HOST, "0x%" PRIx64, event_arg(exit, "gpr0"));
        print_row(block, &row);
    }
    for (unsigned i = 1; call && i <= 7; i++) {
        char name[8], label[LABEL_WIDTH];
        snprintf(name, sizeof(name), "gpr%u", i);
        snprintf(label, sizeof(label), "gprs[%u]", i);
        row = (struct row){.label = label};
        set(&row, HOST, "0x%" PRIx64, event_arg(call, name));
        if (event_arg(call, name))
            print_row(block, &row);
    }
    if (call && event_arg(call, "imm")) {
        row = (struct row){.label = "imm"};
        set(&row, HOST, "0x%" PRIx64, event_arg(call, "imm"));
        print_row(block, &row);
    }
    if (timers)
        print_timers(block, timers);
    if (ripas) {
        row = (struct row){.label = "RIPAS"};
        set(&row, HOST, "%s asked for",
            event_arg(ripas, "ripas_value") == RMI_RAM ? "RAM" : "EMPTY");
        print_row(block, &row);
        row = (struct row){.label = "range"};
        set(&row, HOST, "0x%" PRIx64 "..0x%" PRIx64, event_arg(ripas, "ripas_base"),
            event_arg(ripas, "ripas_top"));
        print_row(block, &row);
    }
}

/* --- hidden ------------------------------------------------------------------------------------
 */

#define HIDDEN_NAME_WIDTH 12
#define HIDDEN_VALUE_WIDTH 20

static void print_hidden(const struct block *block)
{
    const int column = 4 + LABEL_WIDTH + HIDDEN_NAME_WIDTH + HIDDEN_VALUE_WIDTH;
    struct hidden list[HIDDEN_MAX];
    const char *untold = trap_untold(block->view);
    size_t count = trap_hidden(block->view, list);
    if (!block->realm)
        return;
    if (untold) {
        fprintf(block->out, "    %-*s", LABEL_WIDTH, "host saw");
        print_wrapped(block->out, LINE_WIDTH, untold, 4 + LABEL_WIDTH, 4 + LABEL_WIDTH);
    }
    for (size_t i = 0; i < count; i++) {
        fprintf(block->out, "    %-*s", LABEL_WIDTH, i == 0 ? "hidden" : "");
        paint(block->out, block->colour, PAINT_NOTE, "%-*s", HIDDEN_NAME_WIDTH, list[i].name);
        fprintf(block->out, "%-*s", HIDDEN_VALUE_WIDTH, list[i].value);
        print_wrapped(block->out, LINE_WIDTH, list[i].why, column, column);
    }
}

/* --- path --------------------------------------------------------------------------------------
 */

static void print_walk(const struct block *block)
{
    const char *label = "walk";
    for (size_t i = 0; i < block->view->event_count; i++) {
        const struct event *event = &block->view->events[i];
        bool stage1 = event->kind == EV_S1_WALK;
        if (event->kind == EV_WALK_STEP)
            fprintf(block->out,
                    "    %-*sstage %" PRId64 " level %" PRId64 "  descriptor at 0x%010" PRIx64
                    "  0x%016" PRIx64 "\n",
                    LABEL_WIDTH, label, (int64_t)event_arg(event, "stage"),
                    (int64_t)event_arg(event, "level"), event_arg(event, "at"),
                    event_arg(event, "desc"));
        else if (stage1 || event->kind == EV_S2_WALK)
            fprintf(block->out, "    %-*sstage %d          %s 0x%" PRIx64 ": %s\n", LABEL_WIDTH,
                    label, stage1 ? 1 : 2, stage1 ? "va" : "ipa",
                    event_arg(event, stage1 ? "va" : "ipa"), event_text(event, "result"));
        else
            continue;
        label = "";
    }
}

/*
 * A path as it is told: events of one kind in a row are one step, and the descriptor reads between
 * the walks of a nested walk are left out, so that these fold too.
 */
struct step {
    const struct event *event; /* the last of them */
    size_t count;
};

static struct step next_step(const struct trap_view *view, size_t *next, bool walk)
{
    struct step step = {0};
    for (; *next < view->event_count; (*next)++) {
        const struct event *event = &view->events[*next];
        if (event->kind == EV_WALK_STEP && !walk)
            continue;
        if (step.event && (event->kind != step.event->kind || event->world != step.event->world))
            break;
        step.event = event;
        step.count++;
    }
    return step;
}

static void print_step(const struct block *block, const struct step *step, bool first, int *column)
{
    const int indent = 4 + LABEL_WIDTH + 8 + 9;
    char text[80];
    const char *name = event_table[step->event->kind].name;
    int length = step->count > 1 ? snprintf(text, sizeof(text), "%s x%zu", name, step->count)
                                 : snprintf(text, sizeof(text), "%s", name);
    if (first) {
        *column = indent;
    } else if (*column + 7 + length > LINE_WIDTH) {
        fprintf(block->out, " ->\n%*s", indent, "");
        *column = indent;
    } else {
        fputs(" -> ", block->out);
        *column += 4;
    }
    fputs(text, block->out);
    *column += length;
}

/*
 * One line a stay in a world, with its cycles. Models charge an operation before they tell of it,
 * so what passed since the event before belongs to the world of an event.
 */
static void print_path(const struct block *block)
{
    const struct trap_view *view = block->view;
    char number[GROUPED_SIZE];
    int column = 0;
    uint64_t left = view->event_count ? view->events[0].cycle.v : 0;
    fprintf(block->out, "    %-*s%-8s%8s\n", LABEL_WIDTH, "path", "world", "cycles");
    for (size_t next = 0, end = 0; next < view->event_count;) {
        enum world world = view->events[next].world;
        for (end = next; end < view->event_count && view->events[end].world == world;)
            end++;
        uint64_t until = view->events[end - 1].cycle.v;
        fprintf(block->out, "    %-*s", LABEL_WIDTH, "");
        paint(block->out, block->colour, PAINT_STRONG, "%-8s", world_name(world));
        fprintf(block->out, "%8s ", grouped(until - left, number));
        left = until;
        for (bool first = true; next < end; first = false) {
            struct step step = next_step(view, &next, block->walk);
            if (step.event)
                print_step(block, &step, first, &column);
        }
        fputc('\n', block->out);
    }
}

/* --- outcome -----------------------------------------------------------------------------------
 */

static void print_completion(const struct block *block)
{
    const struct event *event = block->view->completion;
    if (!event)
        return;
    bool by_rmm = event->kind == EV_COMPLETE_MMIO_EMULATION;
    bool write = block->view->io_abort && event_arg(block->view->io_abort, "is_write");
    uint64_t rt = event_arg(event, "rt");
    fprintf(block->out, "    %-*s", LABEL_WIDTH, "completed");
    if (write)
        fputs("the write is done", block->out);
    else if (rt < 31)
        fprintf(block->out, "x%" PRIu64 " = 0x%016" PRIx64, rt, event_arg(event, "value"));
    else
        fputs("the value is dropped (xzr)", block->out);
    fprintf(block->out, ", by %s", by_rmm ? "the RMM" : "KVM");
    if (by_rmm && event_arg(event, "sign_extend"))
        fputs(", sign-extended", block->out);
    fprintf(block->out, " (%s)\n", event_table[event->kind].name);
}

static void print_injection(const struct block *block, const struct event *event)
{
    FILE *out = block->out;
    switch (event->kind) {
    case EV_KVM_INJECT:
        fprintf(out, "    %-*s%s into EL1 by KVM, FAR_EL1 0x%" PRIx64 "\n", LABEL_WIDTH, "injected",
                event_text(event, "what"), event_arg(event, "far"));
        break;
    case EV_RMM_INJECT_SEA:
    case EV_COMPLETE_SEA_INSERTION:
        fprintf(out, "    %-*sexternal abort into EL1 by the RMM%s\n", LABEL_WIDTH, "injected",
                event->kind == EV_COMPLETE_SEA_INSERTION ? ", for the host" : "");
        fprintf(out,
                "    %-*sESR_EL1 0x%08" PRIx64 "  FAR_EL1 0x%" PRIx64 "\n"
                "    %-*sELR_EL1 0x%" PRIx64 "  vector 0x%" PRIx64 "\n",
                LABEL_WIDTH, "", event_arg(event, "esr_el1"), event_arg(event, "far_el1"),
                LABEL_WIDTH, "", event_arg(event, "elr_el1"), event_arg(event, "vector"));
        break;
    case EV_RMM_INJECT_UNDEF:
        fprintf(out,
                "    %-*sundefined exception into EL1 by the RMM: ELR_EL1 0x%" PRIx64
                "  vector 0x%" PRIx64 "\n",
                LABEL_WIDTH, "injected", event_arg(event, "elr_el1"), event_arg(event, "vector"));
        break;
    case EV_EL1_VECTOR:
        if (block->view->injection)
            break; /* that one says it all */
        fprintf(out, "    %-*sat EL1: ELR_EL1 0x%" PRIx64 "  vector 0x%" PRIx64 "\n", LABEL_WIDTH,
                "taken", event_arg(event, "elr"), event_arg(event, "vector"));
        break;
    default:
        break;
    }
}

void trap_block_print(FILE *out, const struct scenario *scenario, const struct trap_view *view,
                      const struct trap_block_options *options)
{
    char insn[TRAP_TEXT_SIZE], label[TRAP_TEXT_SIZE], number[GROUPED_SIZE];
    uint64_t pc = trap_pc(view);
    bool from_outside = !view->step && !view->vector; /* an interrupt: no instruction's doing */
    struct block block = {
        .out = out,
        .colour = options->colour,
        .realm = scenario->machine.world == SCN_WORLD_CCA && (trap_el(view) == 2 || view->rec_exit),
        .walk = options->walk,
        .view = view,
        .esr = view->vector ? event_arg(view->vector, "esr") : 0,
    };
    block.shown = host_shown_bits(view, block.esr);
    pc_label(&scenario->guest, pc, label);
    fputs("  ", out);
    paint(out, options->colour, PAINT_STRONG, "trap %" PRIu64 "  %s", view->trap->number,
          from_outside ? "from outside" : trap_insn_text(view, insn));
    if (!from_outside)
        fprintf(out, "  at 0x%" PRIx64 "%s%s%s", pc, *label ? " (" : "", label, *label ? ")" : "");
    fprintf(out, ", %s cycles\n", grouped(trap_cycles(view), number));
    if (view->vector || view->rec_exit) {
        print_heading(&block);
        print_exception(&block);
        if (view->vector && !(view->rec_exit && !event_arg(view->rec_exit, "esr")))
            print_fields(&block);
        if (esr_is_abort(block.esr)) {
            print_register(&block, "FAR", "far");
            if (trap_el(view) == 2) {
                print_register(&block, "HPFAR", "hpfar");
                print_ipa(&block);
            }
        }
        print_data(&block);
        print_exit_fields(&block);
        print_hidden(&block);
    }
    if (options->walk)
        print_walk(&block);
    print_path(&block);
    print_completion(&block);
    for (size_t i = 0; i < view->event_count; i++)
        print_injection(&block, &view->events[i]);
    fputc('\n', out);
}

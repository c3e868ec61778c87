/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `sim run` prints: the machine, its traps, what they left behind, the verdict. */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "sim/report/report.h"
#include "sim/report/stuck.h"
#include "sim/report/style.h"
#include "sim/report/trap_block.h"
#include "sim/report/trap_text.h"
#include "sim/version.h"

#define TABLE_ROWS 40 /* without -v */
#define FEW_REPEATS 3 /* are rows of their own */
#define BLOCKS 6
#define LINE_WIDTH 98

struct screen {
    FILE *out;
    bool colour;
    enum detail detail;
    const struct report *report;
};

/* text in lines of LINE_WIDTH, broken at blanks. */
static void print_about(FILE *out, const char *text)
{
    while (*text) {
        size_t length = strcspn(text, "\n");
        if (length > LINE_WIDTH) {
            length = LINE_WIDTH;
            while (length > 0 && text[length] != ' ')
                length--;
            if (length == 0)
                length = LINE_WIDTH;
        }
        fprintf(out, "%.*s\n", (int)length, text);
        text += length;
        while (*text == ' ' || *text == '\n')
            text++;
    }
}

static void print_header(const struct screen *screen)
{
    const struct scenario *scenario = screen->report->run.scenario;
    const struct scn_machine *machine = &scenario->machine;
    const struct trap_log *log = screen->report->run.log;
    char cycles[GROUPED_SIZE];
    FILE *out = screen->out;

    paint(out, screen->colour, PAINT_STRONG, "%s", scenario->name);
    fputc('\n', out);
    if (scenario->about)
        print_about(out, scenario->about);
    fprintf(out, "\n%s, kernel %s", machine->world == SCN_WORLD_CCA ? "realm" : "plain VM",
            machine->kernel);
    if (machine->rmm)
        fprintf(out, ", RMM %s", machine->rmm);
    fprintf(out, ", IPA %u bits, cpu %s, cost profile %s%s%s\n", machine->ipa_bits, machine->cpu,
            screen->report->profile->name, machine->timing ? ", timing " : "",
            machine->timing ? timing_name(machine->timing) : "");
    if (screen->detail == DETAIL_ALL)
        fprintf(out, "sim %s, scenario %s, hash %s\n", SIM_VERSION, scenario->path,
                screen->report->hash);
    if (log->setup_rmi)
        fprintf(out, "set-up: %" PRIu64 " RMI commands, %" PRIu64 " granule moves, %s cycles\n",
                log->setup_rmi, log->setup_granules, grouped(log->setup_end.v, cycles));
}

/* --- the table ---------------------------------------------------------------------------------
 */

struct table {
    size_t rows;                             /* at most */
    int number, vcpu, cycle, took, pc, insn; /* widths; of vcpu 0: there is one only */
};

#define VCPU_TITLE "vcpu"

static int wider(int width, size_t length)
{
    return (int)length > width ? (int)length : width;
}

static bool has_failure(const struct judgement *judgement, uint64_t trap)
{
    for (size_t i = 0; i < judgement->failure_count; i++)
        if (judgement->failures[i].trap == trap)
            return true;
    return false;
}

/* What stands in the row of a trap, but for its number and its cycles. */
struct row_text {
    uint64_t pc;
    char insn[TRAP_TEXT_SIZE], exception[TRAP_TEXT_SIZE], what[TRAP_TEXT_SIZE];
};

static struct row_text row_text(const struct trap_view *view)
{
    struct row_text row = {.pc = trap_pc(view)};
    trap_insn_text(view, row.insn);
    trap_exception(view, row.exception);
    trap_what(view, row.what);
    return row;
}

static bool is_repeated(const struct trap_view *view, const struct row_text *row,
                        const struct trap_view *later)
{
    struct row_text other;
    if (later->events[0].vcpu != view->events[0].vcpu || trap_pc(later) != row->pc)
        return false;
    other = row_text(later);
    return strcmp(other.insn, row->insn) == 0 && strcmp(other.exception, row->exception) == 0 &&
           strcmp(other.what, row->what) == 0;
}

/* How many of the traps behind trap i are like it, and stand in one row with it. */
static size_t repeats(const struct screen *screen, size_t i)
{
    const struct trap_log *log = screen->report->run.log;
    struct trap_view view = trap_view(log, &log->traps[i]);
    struct row_text row = row_text(&view);
    size_t end = i + 1;
    if (screen->detail == DETAIL_ALL)
        return 0;
    for (; end < log->trap_count; end++) {
        struct trap_view later = trap_view(log, &log->traps[end]);
        if (!is_repeated(&view, &row, &later) ||
            has_failure(&screen->report->judgement, later.trap->number))
            break;
    }
    return end - i - 1 > FEW_REPEATS ? end - i - 1 : 0;
}

static struct table measure(const struct screen *screen)
{
    const struct trap_log *log = screen->report->run.log;
    struct table table = {
        .rows = log->trap_count, .number = 1, .cycle = 5, .took = 4, .pc = 2, .insn = 11};
    if (screen->report->run.result->vcpu_count > 1)
        table.vcpu = (int)strlen(VCPU_TITLE);
    if (screen->detail != DETAIL_ALL && table.rows > TABLE_ROWS)
        table.rows = TABLE_ROWS;
    for (size_t i = 0, row = 0; i < log->trap_count && row < table.rows; row++) {
        struct trap_view view = trap_view(log, &log->traps[i]);
        char text[TRAP_TEXT_SIZE];
        table.cycle = wider(table.cycle, strlen(grouped(view.events[0].cycle.v, text)));
        table.took = wider(table.took, strlen(grouped(trap_cycles(&view), text)));
        table.insn = wider(table.insn, strlen(trap_insn_text(&view, text)));
        snprintf(text, sizeof(text), "%" PRIu64, log->traps[i].number);
        table.number = wider(table.number, strlen(text));
        snprintf(text, sizeof(text), "0x%" PRIx64, trap_pc(&view));
        table.pc = wider(table.pc, strlen(text));
        i += 1 + repeats(screen, i);
    }
    return table;
}

static void print_table_row(const struct screen *screen, const struct table *table,
                            const struct trap_view *view)
{
    char text[TRAP_TEXT_SIZE], what[TRAP_TEXT_SIZE], exception[TRAP_TEXT_SIZE];
    FILE *out = screen->out;
    trap_exception(view, exception);
    trap_what(view, what);
    int used = fprintf(out, "%*" PRIu64, table->number, view->trap->number);
    if (table->vcpu)
        used += fprintf(out, "  %*u", table->vcpu, view->trap->vcpu);
    used += fprintf(out, "  %*s", table->cycle, grouped(view->events[0].cycle.v, text));
    used += fprintf(out, "  %*s", table->took, grouped(trap_cycles(view), text));
    snprintf(text, sizeof(text), "0x%" PRIx64, trap_pc(view));
    used += fprintf(out, "  %-*s", table->pc, text);
    used += fprintf(out, "  %-*s  ", table->insn, trap_insn_text(view, text));
    if (*what && used + (int)strlen(exception) + 2 + (int)strlen(what) > LINE_WIDTH)
        fprintf(out, "%s\n%*s%s", exception, used, "", what);
    else
        fprintf(out, "%s%s%s", exception, *what ? ": " : "", what);
    if (has_failure(&screen->report->judgement, view->trap->number))
        paint(out, screen->colour, PAINT_BAD, "  <- FAIL");
    fputc('\n', out);
}

/* What the count traps from the first on took each: "1,264 cycles", or from the least to the most.
 */
static void print_repeats(const struct screen *screen, const struct table *table, size_t first,
                          size_t count)
{
    const struct trap_log *log = screen->report->run.log;
    uint64_t least = UINT64_MAX, most = 0;
    char text[GROUPED_SIZE];
    for (size_t i = first; i < first + count; i++) {
        struct trap_view view = trap_view(log, &log->traps[i]);
        uint64_t took = trap_cycles(&view);
        least = took < least ? took : least;
        most = took > most ? took : most;
    }
    fprintf(screen->out, "%*s  ... the same %s times more", table->number, "",
            grouped(count, text));
    fprintf(screen->out, ", %s", grouped(least, text));
    if (most != least)
        fprintf(screen->out, " to %s", grouped(most, text));
    fputs(" cycles each\n", screen->out);
}

static void print_table(const struct screen *screen)
{
    const struct trap_log *log = screen->report->run.log;
    struct table table = measure(screen);
    FILE *out = screen->out;
    if (log->total == 0) {
        fputs("\nno traps\n", out);
        return;
    }
    fputc('\n', out);
    const char *vcpu = table.vcpu ? "  " VCPU_TITLE : "";
    paint(out, screen->colour, PAINT_STRONG, "%*s%s  %*s  %*s  %-*s  %-*s  %s", table.number, "#",
          vcpu, table.cycle, "cycle", table.took, "took", table.pc, "pc", table.insn, "instruction",
          "what happened");
    fputc('\n', out);
    size_t shown = 0;
    for (size_t row = 0; shown < log->trap_count && row < table.rows; row++) {
        struct trap_view view = trap_view(log, &log->traps[shown]);
        size_t like_it = repeats(screen, shown);
        print_table_row(screen, &table, &view);
        if (like_it)
            print_repeats(screen, &table, shown + 1, like_it);
        shown += 1 + like_it;
    }
    if (shown < log->trap_count)
        fprintf(out, "%*s  ... %" PRIu64 " more; -v shows %s\n", table.number, "",
                log->total - shown, log->trap_count < log->total ? "more of them" : "them");
    else if (log->trap_count < log->total)
        fprintf(out, "%*s  ... %" PRIu64 " more, not kept\n", table.number, "",
                log->total - log->trap_count);
}

/* --- blocks ------------------------------------------------------------------------------------
 */

/* Worth a block: an access, a refusal, something injected, a failed expectation. */
/* A realm's exit of a kind of its own: not a page-in, not the end (but for one that waits). */
static bool tells_the_host(const struct screen *screen, const struct trap_view *view)
{
    bool ends = trap_view_event(view, EV_END) && screen->report->run.result->end.reason != END_IDLE;
    return view->rec_exit && !trap_is_page_in(view) && !ends;
}

static bool is_interesting(const struct screen *screen, const struct trap_view *view)
{
    return screen->detail == DETAIL_ALL || view->io_abort || view->injection ||
           tells_the_host(screen, view) ||
           (screen->report->run.result->end.reason == END_KVM_ERROR && view->vmm_exit &&
            (int64_t)event_arg(view->vmm_exit, "ret") < 0) ||
           has_failure(&screen->report->judgement, view->trap->number);
}

static void print_blocks(const struct screen *screen)
{
    const struct run *run = &screen->report->run;
    struct trap_block_options options = {
        .colour = screen->colour,
        .walk = screen->detail == DETAIL_ALL,
    };
    size_t printed = 0, left = 0, like_it;
    fputc('\n', screen->out);
    for (size_t i = 0; i < run->log->trap_count; i += 1 + like_it) {
        struct trap_view view = trap_view(run->log, &run->log->traps[i]);
        like_it = repeats(screen, i);
        if (!is_interesting(screen, &view))
            continue;
        left += like_it;
        if (printed == BLOCKS && screen->detail != DETAIL_ALL) {
            left++;
            continue;
        }
        trap_block_print(screen->out, run->scenario, &view, &options);
        printed++;
    }
    if (left)
        fprintf(screen->out, "  ... %zu more traps like these; -v shows them\n\n", left);
}

/* --- what is left behind -------------------------------------------------------------------------
 */

static bool is_asked_for(const struct expect_item *items, size_t count, const char *path)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(items[i].path, path) == 0)
            return true;
    return false;
}

/* Registers of a vCPU that the scenario asks for or that a trap's completion wrote. */
static void registers_that_matter(const struct run *run, unsigned vcpu, bool matter[31])
{
    const struct scn_expect *expect = &run->scenario->expect;
    for (size_t i = 0; i < run->log->trap_count; i++) {
        struct trap_view view = trap_view(run->log, &run->log->traps[i]);
        uint64_t rt = view.completion ? event_arg(view.completion, "rt") : 31;
        if (view.events[0].vcpu == vcpu && rt < 31 &&
            !(view.io_abort && event_arg(view.io_abort, "is_write")))
            matter[rt] = true;
    }
    for (unsigned n = 0; n < 31; n++) {
        char path[32];
        snprintf(path, sizeof(path), "vcpus.%u.regs.x%u", vcpu, n);
        if (is_asked_for(expect->vcpus, expect->vcpu_count, path) ||
            (vcpu == 0 && is_asked_for(expect->regs, expect->reg_count, strstr(path, "regs"))))
            matter[n] = true;
    }
}

/* What a vCPU's registers were and are; of another than the first, what they are. */
static void print_vcpu_registers(const struct screen *screen, unsigned vcpu, const char **title)
{
    const struct run *run = &screen->report->run;
    bool matter[31] = {false}, several = run->result->vcpu_count > 1;
    registers_that_matter(run, vcpu, matter);
    for (unsigned n = 0; n < 31; n++) {
        uint64_t initial = run->scenario->guest.start.regs[n];
        uint64_t final = run->result->vcpus[vcpu].x[n];
        if (!matter[n] && screen->detail != DETAIL_ALL)
            continue;
        fprintf(screen->out, "%-11s ", *title);
        if (several)
            fprintf(screen->out, "vCPU %u ", vcpu);
        fprintf(screen->out, "x%-2u  0x%016" PRIx64, n, vcpu ? final : initial);
        if (vcpu == 0 && initial != final)
            fprintf(screen->out, " -> 0x%016" PRIx64, final);
        else if (vcpu == 0)
            fputs("  unchanged", screen->out);
        fputc('\n', screen->out);
        *title = "";
    }
}

static void print_registers(const struct screen *screen)
{
    const char *title = "registers";
    for (unsigned vcpu = 0; vcpu < screen->report->run.result->vcpu_count; vcpu++)
        print_vcpu_registers(screen, vcpu, &title);
}

/* Where each vCPU stands, of several. */
static void print_vcpus(const struct screen *screen)
{
    const struct run *run = &screen->report->run;
    for (unsigned n = 0; n < run->result->vcpu_count && run->result->vcpu_count > 1; n++) {
        const struct vcpu_result *vcpu = &run->result->vcpus[n];
        char label[TRAP_TEXT_SIZE];
        fprintf(screen->out, "%-11s %u %s", n == 0 ? "vcpus" : "", n, vcpu_state_name(vcpu->state));
        if (vcpu->state != VCPU_OFF) {
            fprintf(screen->out, " at 0x%" PRIx64, vcpu->pc);
            if (*pc_label(&run->scenario->guest, vcpu->pc, label))
                fprintf(screen->out, " (%s)", label);
        }
        fputc('\n', screen->out);
    }
}

static void print_output(const struct screen *screen, const struct machine_device_state *state)
{
    bool line_start = true;
    for (size_t i = 0; i < state->output_size; i++) {
        unsigned char c = (unsigned char)state->output[i];
        if (line_start)
            fprintf(screen->out, "%-11s | ", "");
        line_start = c == '\n';
        if (isprint(c) || c == '\n')
            fputc(c, screen->out);
        else
            fprintf(screen->out, "\\x%02x", c);
    }
    if (!line_start)
        fputc('\n', screen->out);
}

static void print_devices(const struct screen *screen)
{
    const struct run *run = &screen->report->run;
    for (size_t i = 0; i < run->result->device_count; i++) {
        const struct machine_device_state *state = &run->result->devices[i];
        const struct scn_device *device = &run->scenario->devices[i];
        fprintf(
            screen->out, "%-11s %s at 0x%" PRIx64 " in %s: %" PRIu64 " read%s, %" PRIu64 " write%s",
            i == 0 ? "devices" : "", state->name, device->ipa.v,
            device->in_kernel ? "the kernel" : "the VMM", state->use.reads,
            state->use.reads == 1 ? "" : "s", state->use.writes, state->use.writes == 1 ? "" : "s");
        if (state->use.writes)
            fprintf(screen->out, ", last 0x%" PRIx64, state->use.last_write);
        fputc('\n', screen->out);
        if (state->output)
            print_output(screen, state);
    }
}

static void print_end(const struct screen *screen)
{
    const struct run_result *result = screen->report->run.result;
    const struct machine_end *end = &result->end;
    uint64_t total = screen->report->run.log->total;
    char instructions[GROUPED_SIZE], cycles[GROUPED_SIZE], traps[GROUPED_SIZE];
    char stuck[STUCK_TEXT_SIZE];
    fprintf(screen->out, "%-11s %s", "end", end_reason_name(end->reason));
    if (end->reason == END_PSCI && psci_call_name(end->detail))
        fprintf(screen->out, " %s", psci_call_name(end->detail));
    else if (end->reason == END_KVM_ERROR)
        fprintf(screen->out, " %s", errno_text((int64_t)end->detail));
    else if (end->reason == END_HVC)
        fprintf(screen->out, " #%" PRIu64, end->detail);
    if (end->text && *end->text)
        fprintf(screen->out, ": %s", end->text);
    fputc('\n', screen->out);
    if (stuck_text(&screen->report->run, stuck)) {
        fprintf(screen->out, "%-11s ", "why");
        print_wrapped(screen->out, LINE_WIDTH, stuck, 12, 12);
    }
    if (result->invariants && end->reason != END_FAILURE)
        fprintf(screen->out,
                "%-11s held at %" PRIu64 " entr%s and %" PRIu64 " stop%s of the realm, %" PRIu64
                " granule protection fault%s\n",
                "invariants", result->invariants->entries,
                result->invariants->entries == 1 ? "y" : "ies", result->invariants->exits,
                result->invariants->exits == 1 ? "" : "s", result->invariants->faults,
                result->invariants->faults == 1 ? "" : "s");
    fprintf(screen->out, "%-11s %s instruction%s without a trap, %s trap%s, %s cycles\n\n", "total",
            grouped(result->instructions, instructions), result->instructions == 1 ? "" : "s",
            grouped(total, traps), total == 1 ? "" : "s", grouped(result->cycles.v, cycles));
}

void report_terminal(FILE *out, const struct report *report, enum detail detail, bool colour)
{
    struct screen screen = {.out = out, .colour = colour, .detail = detail, .report = report};
    if (detail != DETAIL_QUIET) {
        print_header(&screen);
        print_table(&screen);
        print_blocks(&screen);
        print_registers(&screen);
        print_devices(&screen);
        print_vcpus(&screen);
        print_end(&screen);
    }
    report_failures(out, report, detail == DETAIL_QUIET, colour);
}

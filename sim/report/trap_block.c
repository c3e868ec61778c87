/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/report/trap_block.h"

#include <inttypes.h>
#include <string.h>

#include "sim/report/hidden.h"
#include "sim/report/style.h"
#include "sim/report/trap_answer.h"
#include "sim/report/trap_text.h"
#include "sim/report/trap_views.h"

#define LABEL_WIDTH 12
#define CELL_WIDTH 28
#define LINE_WIDTH 98

struct block {
    FILE *out;
    bool colour;
    bool realm;
    bool walk; /* every descriptor read */
    const struct trap_view *view;
};

static void print_row(const struct block *block, const struct view_row *row)
{
    int last = SEEN_COUNT - 1;
    while (last > 0 && !row->cell[last][0])
        last--;
    fprintf(block->out, "    %-*s", LABEL_WIDTH, row->label);
    for (int c = SEEN_TRUTH; c <= last; c++) {
        enum paint what = row->heading                    ? PAINT_STRONG
                          : c == SEEN_HOST && row->hidden ? PAINT_NOTE
                                                          : PAINT_PLAIN;
        if (c != SEEN_HOST || block->realm)
            paint(block->out, block->colour, what, "%-*s", c == last ? 0 : CELL_WIDTH,
                  row->cell[c]);
    }
    fputc('\n', block->out);
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

/* A value that is wrong may be so because the host's policy made it so. */
static void print_hostile(const struct block *block)
{
    const struct trap_view *view = block->view;

    for (size_t i = 0; i < view->event_count; i++)
        if (view->events[i].kind == EV_HOSTILE_ACTION)
            fprintf(block->out, "    %-*s%s, step %" PRIu64 " of the host's policy\n", LABEL_WIDTH,
                    "hostile", event_text(&view->events[i], "action"),
                    event_arg(&view->events[i], "step"));
}

static void print_completion(const struct block *block)
{
    char text[TRAP_TEXT_SIZE];
    const char *why, *sign = trap_sign_text(block->view, &why);
    const char *refused = trap_refusal(block->view, text);
    if (refused) {
        fprintf(block->out, "    %-*s", LABEL_WIDTH, "refused");
        print_wrapped(block->out, LINE_WIDTH, refused, 4 + LABEL_WIDTH, 4 + LABEL_WIDTH);
    }
    if (!trap_completion(block->view, text))
        return;
    fprintf(block->out, "    %-*s%s\n", LABEL_WIDTH, "completed", text);
    if (sign && why)
        fprintf(block->out, "    %-*s%s\n", LABEL_WIDTH, "", why);
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
    };
    pc_label(&scenario->guest, pc, label);
    fputs("  ", out);
    paint(out, options->colour, PAINT_STRONG, "trap %" PRIu64 "  %s", view->trap->number,
          from_outside ? "from outside" : trap_insn_text(view, insn));
    if (!from_outside)
        fprintf(out, "  at 0x%" PRIx64 "%s%s%s", pc, *label ? " (" : "", label, *label ? ")" : "");
    if (scenario->machine.cpus > 1)
        fprintf(out, ", vCPU %u", view->trap->vcpu);
    fprintf(out, ", %s cycles\n", grouped(trap_cycles(view), number));
    if (view->vector || view->rec_exit) {
        struct view_row rows[VIEW_MAX_ROWS];
        size_t count = trap_views(view, block.realm, rows);
        for (size_t i = 0; i < count; i++)
            print_row(&block, &rows[i]);
        print_hidden(&block);
    }
    if (options->walk)
        print_walk(&block);
    print_path(&block);
    print_hostile(&block);
    print_completion(&block);
    for (size_t i = 0; i < view->event_count; i++)
        print_injection(&block, &view->events[i]);
    fputc('\n', out);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim cycles: where the cycles of a run went, and what a change of costs would save. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/timing/core.h"
#include "sim/cmd.h"
#include "sim/cycle_tables.h"
#include "sim/options.h"
#include "sim/report/json_writer.h"
#include "sim/report/style.h"
#include "sim/scenario/arena.h"
#include "sim/scenario/diag.h"
#include "sim/scenario/text.h"
#include "sim/session.h"

static const struct command_help help = {
    .usage = "sim cycles FILE [options]",
    .about = "Runs a scenario and accounts for its cycles by world, by floor and by operation, "
             "with what\n"
             "the profile's ranges make of them. The parts are always the whole.",
    .epilogue =
        "examples:\n"
        "  sim cycles --trap 1 scenarios/quickstart/realm-mmio-read.yaml\n"
        "  sim cycles --part run --per-trap --vs a55-opencca-2025 FILE\n"
        "  sim cycles --what-if rmm_aux_map=0,world_switch=300 scenarios/bench/realm-mmio.yaml\n"
        "  sim cycles --profile n1-altra-2024 --vs a55-opencca-2025 FILE\n"
        "  sim cycles --folded FILE | flamegraph.pl > cycles.svg\n"
        "\n"
        "exit status: 0; 2 wrong usage, an invalid scenario, or no such trap; 3 the\n"
        "simulator failed; 77 the scenario cannot run here.\n",
};

#define RANGE_SIZE (2 * GROUPED_SIZE + 4)

/* Parts of a run, as --part names them. */
static const struct {
    const char *name, *what;
} phases[ACCOUNT_PHASE_COUNT] = {
    [ACCOUNT_WHOLE] = {"all", "the whole run"},
    [ACCOUNT_SETUP] = {"setup", "the set-up"},
    [ACCOUNT_RUN] = {"run", "the run after its set-up"},
};

struct accounted {
    struct session session;
    struct cycle_account account;
    const struct profile *profile;
};

struct cycles_command {
    const char *path;
    struct session_options options;
    struct arena *arena;
    struct account_choice choice;
    bool json, folded, per_trap, guest;
};

static void on_machine(void *ctx, struct machine *machine)
{
    cycle_account_init(ctx, machine_trace(machine)->clock);
}

static void run_close(struct accounted *run)
{
    cycle_account_free(&run->account);
    session_close(&run->session);
}

/* EXIT_OK, or another status after a message. Closed by run_close either way. */
static enum exit_status run_open(const struct cycles_command *command,
                                 const struct cost_profile *profile, struct accounted *run)
{
    struct session_options options = command->options;

    options.profile = profile;
    options.on_machine = on_machine;
    options.reader = cycle_account_event;
    options.reader_ctx = &run->account;
    run->account = (struct cycle_account){0};
    session_open(&run->session, command->path, &options);
    if (!run->session.ran) {
        if (*run->session.error)
            fprintf(stderr, "%s: error: %s\n", command->path, run->session.error);
        return run->session.report.outcome.status;
    }
    run->profile = profile_of(run->session.report.profile);
    if (run->account.out_of_memory ||
        account_sum(&run->account, run->profile, (struct account_choice){0}, ACCOUNT_ALL).cycles !=
            machine_cpu_cycles(run->session.machine)) {
        fprintf(stderr, "%s: error: the account is not whole\n", command->path);
        return EXIT_INTERNAL;
    }
    if (command->choice.trap > run->account.traps) {
        fprintf(stderr, "%s: error: there is no trap %" PRIu64 ": the run has %" PRIu64 "\n",
                command->path, command->choice.trap, run->account.traps);
        return EXIT_USAGE;
    }
    return EXIT_OK;
}

/* --- sums --- */

struct line {
    const char *name, *doc;
    struct account_sum sum;
    uint64_t other; /* cycles of the run it is compared with */
    unsigned op;
};

static void add_sum(struct account_sum *to, const struct account_sum *sum)
{
    to->count += sum->count;
    to->cycles += sum->cycles;
    to->min += sum->min;
    to->max += sum->max;
}

static const char *op_name(unsigned op)
{
    return op == ACCOUNT_IDLE ? "idle" : op_key((enum op)op);
}

static int by_cycles(const void *a, const void *b)
{
    const struct line *left = a, *right = b;
    uint64_t x = left->sum.cycles > left->other ? left->sum.cycles : left->other;
    uint64_t y = right->sum.cycles > right->other ? right->sum.cycles : right->other;

    if (x != y)
        return x < y ? 1 : -1;
    return strcmp(left->name, right->name);
}

/* One line an operation that either run has, the dearest first. */
static size_t operation_lines(const struct accounted *run, const struct accounted *other,
                              struct account_choice choice, struct line *lines)
{
    size_t count = 0;

    for (unsigned op = 0; op <= ACCOUNT_IDLE; op++) {
        struct line line = {.name = op_name(op), .op = op};

        line.sum = account_sum(&run->account, run->profile, choice, op);
        if (other)
            line.other = account_sum(&other->account, other->profile, choice, op).cycles;
        line.doc = op == ACCOUNT_IDLE ? "nothing runs until the next event" : op_doc((enum op)op);
        if (line.sum.cycles || line.other)
            lines[count++] = line;
    }
    qsort(lines, count, sizeof(lines[0]), by_cycles);
    return count;
}

static size_t floor_lines(const struct accounted *run, struct account_choice choice,
                          struct line *lines)
{
    for (unsigned floor = 0; floor < FLOOR_COUNT; floor++)
        lines[floor] = (struct line){.name = floor_name((enum floor)floor)};
    lines[FLOOR_COUNT] = (struct line){.name = "idle"};
    for (unsigned op = 0; op <= ACCOUNT_IDLE; op++) {
        struct account_sum sum = account_sum(&run->account, run->profile, choice, op);

        add_sum(&lines[op == ACCOUNT_IDLE ? FLOOR_COUNT : op_floor((enum op)op)].sum, &sum);
    }
    return FLOOR_COUNT + 1;
}

static size_t world_lines(const struct accounted *run, struct account_choice choice,
                          struct line *lines)
{
    for (unsigned world = 0; world < WORLD_COUNT; world++)
        lines[world] = (struct line){.name = world_name((enum world)world)};
    for (size_t i = 0; i < run->account.count; i++) {
        const struct account_part *part = &run->account.parts[i];

        if (account_chooses(choice, part))
            lines[part->world].sum.cycles += part->cycles;
    }
    return WORLD_COUNT;
}

/* --- text --- */

static const char *range_text(const struct account_sum *sum, char *text)
{
    char least[GROUPED_SIZE], most[GROUPED_SIZE];

    snprintf(text, RANGE_SIZE, "%s..%s", grouped(sum->min, least), grouped(sum->max, most));
    return text;
}

static double percent(uint64_t part, uint64_t whole)
{
    return whole ? 100.0 * (double)part / (double)whole : 0;
}

static uint64_t phase_cycles(const struct accounted *run, enum account_phase phase)
{
    return account_sum(&run->account, run->profile, (struct account_choice){.phase = phase},
                       ACCOUNT_ALL)
        .cycles;
}

static bool is_realm(const struct accounted *run)
{
    return run->session.scenario->machine.world == SCN_WORLD_CCA;
}

static void print_lines(const char *title, const struct line *lines, size_t count, uint64_t total)
{
    char number[GROUPED_SIZE];

    printf("\n%-24s %12s  share\n", title, "cycles");
    for (size_t i = 0; i < count; i++)
        if (lines[i].sum.cycles)
            printf("  %-22s %12s %5.1f %%\n", lines[i].name, grouped(lines[i].sum.cycles, number),
                   percent(lines[i].sum.cycles, total));
}

static void print_head(const struct cycles_command *command, const struct accounted *run,
                       const struct account_sum *sum)
{
    char number[GROUPED_SIZE], range[RANGE_SIZE];
    const char *what = is_realm(run) ? "prediction: " : "";
    enum timing timing = run->session.scenario->machine.timing;

    printf("%s, ", run->session.scenario->name);
    if (command->choice.trap)
        printf("trap %" PRIu64, command->choice.trap);
    else
        printf("%s, %" PRIu64 " traps", phases[command->choice.phase].what, run->account.traps);
    printf(", profile %s%s%s\n%s%s cycles, %.3f us; by the ranges of the operations %s\n",
           run->profile->cost.name, timing ? ", timing " : "", timing ? timing_name(timing) : "",
           what, grouped(sum->cycles, number),
           1e6 * (double)sum->cycles / (double)run->profile->cost.core_hz, range_text(sum, range));
    if (machine_host_cpus(run->session.machine) > 1)
        printf("of %u CPUs of the host at the same time: %s cycles from start to end\n",
               machine_host_cpus(run->session.machine),
               grouped(machine_cycles(run->session.machine).v, number));
    if (!command->choice.trap && command->choice.phase == ACCOUNT_WHOLE) {
        printf("set-up %s, ", grouped(phase_cycles(run, ACCOUNT_SETUP), number));
        printf("run %s\n", grouped(phase_cycles(run, ACCOUNT_RUN), number));
    }
    if (is_realm(run))
        printf("No measurement of realms on hardware with RME is published.\n");
}

/* With this profile in that run: what it takes is a core model's to say, not the profile's. */
static bool is_modelled(const struct accounted *run, const struct profile *profile, unsigned op)
{
    enum timing timing = run->session.scenario->machine.timing;

    if (op == OP_GUEST_INSN)
        return core_timing(&profile->cost, timing) != TIMING_FLAT;
    return op_is_modelled((enum op)op);
}

static struct cycle_table table_of(const struct cycles_command *command,
                                   const struct accounted *run)
{
    return (struct cycle_table){&run->account, command->choice, run->session.scenario};
}

/* --per-trap and --guest; false: out of memory. */
static bool print_tables(const struct cycles_command *command, const struct accounted *run)
{
    struct account_sum all = account_sum(&run->account, run->profile, command->choice, ACCOUNT_ALL);
    struct cycle_table table = table_of(command, run);

    print_head(command, run, &all);
    return (!command->guest || print_by_instruction(&table)) &&
           (!command->per_trap || print_by_trap(&table));
}

static void print_account(const struct cycles_command *command, const struct accounted *run)
{
    struct account_sum all = account_sum(&run->account, run->profile, command->choice, ACCOUNT_ALL);
    struct line lines[OP_COUNT + 1];
    char number[GROUPED_SIZE], range[RANGE_SIZE];
    size_t count;

    print_head(command, run, &all);
    count = world_lines(run, command->choice, lines);
    print_lines("by world", lines, count, all.cycles);
    count = floor_lines(run, command->choice, lines);
    print_lines("by floor", lines, count, all.cycles);
    count = operation_lines(run, NULL, command->choice, lines);
    printf("\n%-24s %12s  share %10s %8s  %-17s how sure\n", "by operation", "cycles", "count",
           "each", "range");
    for (size_t i = 0; i < count; i++) {
        const struct line *line = &lines[i];
        bool idle = line->op == ACCOUNT_IDLE;

        printf("  %-22s %12s %5.1f %% %10" PRIu64, line->name, grouped(line->sum.cycles, number),
               percent(line->sum.cycles, all.cycles), line->sum.count);
        if (idle)
            printf("\n");
        else if (is_modelled(run, run->profile, line->op))
            printf(" %8s  %-17s the core model's\n", "", range_text(&line->sum, range));
        else
            printf(" %8" PRIu32 "  %-17s %s\n", run->profile->cost.cycles[line->op],
                   range_text(&line->sum, range),
                   confidence_name(run->profile->ops[line->op].confidence));
    }
    printf("  %-22s %12s\n", "total", grouped(all.cycles, number));
}

static bool print_difference(const struct cycles_command *command, const struct accounted *run,
                             const struct accounted *other, const char *what)
{
    struct account_sum before =
        account_sum(&run->account, run->profile, command->choice, ACCOUNT_ALL);
    struct account_sum after =
        account_sum(&other->account, other->profile, command->choice, ACCOUNT_ALL);
    struct line lines[OP_COUNT + 1];
    char a[GROUPED_SIZE], b[GROUPED_SIZE];
    size_t count = operation_lines(run, other, command->choice, lines);

    print_head(command, run, &before);
    if (command->per_trap) {
        struct cycle_table left = table_of(command, run), right = table_of(command, other);

        return print_by_trap_beside(&left, &right, run->profile->cost.name, what);
    }
    printf("\n%-24s %12s %12s %13s\n", "by operation", run->profile->cost.name, what, "difference");
    for (size_t i = 0; i < count; i++)
        if (lines[i].sum.cycles != lines[i].other)
            printf("  %-22s %12s %12s %+13" PRId64 "\n", lines[i].name,
                   grouped(lines[i].sum.cycles, a), grouped(lines[i].other, b),
                   (int64_t)(lines[i].other - lines[i].sum.cycles));
    printf("  %-22s %12s %12s %+13" PRId64 "  %+.1f %%\n", "total", grouped(before.cycles, a),
           grouped(after.cycles, b), (int64_t)(after.cycles - before.cycles),
           percent(after.cycles, before.cycles) - 100.0);
    return true;
}

/* --- folded stacks --- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* "class;world;step;operation cycles", sorted, equals summed. */
static void print_folded(const struct cycles_command *command, const struct accounted *run)
{
    size_t count = 0;
    const char **stacks = arena_array(command->arena, run->account.count + 1, sizeof(stacks[0]));

    /* Behind the text stand its cycles: equal texts stay neighbours. */
    for (size_t i = 0; i < run->account.count; i++) {
        const struct account_part *part = &run->account.parts[i];

        if (part->cycles && account_chooses(command->choice, part))
            stacks[count++] = arena_printf(command->arena, "%s;%s;%s;%s %" PRIu64, part->trap_class,
                                           world_name(part->world), event_table[part->step].name,
                                           op_name(part->op), part->cycles);
    }
    if (count)
        qsort(stacks, count, sizeof(stacks[0]), by_text);
    for (size_t i = 0; i < count;) {
        size_t length = (size_t)(strrchr(stacks[i], ' ') - stacks[i]) + 1, first = i;
        uint64_t cycles = 0;

        for (; i < count && strncmp(stacks[i], stacks[first], length) == 0; i++)
            cycles += strtoull(stacks[i] + length, NULL, 10);
        printf("%.*s%" PRIu64 "\n", (int)length, stacks[first], cycles);
    }
}

/* --- JSON --- */

static void json_sum(struct json *json, const struct account_sum *sum)
{
    json_member_uint(json, "cycles", sum->cycles);
    json_member_uint(json, "least", sum->min);
    json_member_uint(json, "most", sum->max);
}

static void json_lines(struct json *json, const char *key, const struct line *lines, size_t count)
{
    json_key(json, key);
    json_object_begin(json);
    for (size_t i = 0; i < count; i++)
        json_member_uint(json, lines[i].name, lines[i].sum.cycles);
    json_object_end(json);
}

static bool print_json(const struct cycles_command *command, const struct accounted *run,
                       const struct accounted *other)
{
    struct account_sum all = account_sum(&run->account, run->profile, command->choice, ACCOUNT_ALL);
    struct line lines[OP_COUNT + 1];
    struct cycle_table table = table_of(command, run), beside = {0};
    struct json json;
    size_t count;
    bool good;

    if (other)
        beside = table_of(command, other);
    json_begin(&json, stdout, true);
    json_object_begin(&json);
    json_member_string(&json, "type", "cycles");
    json_member_uint(&json, "schema", REPORT_SCHEMA);
    json_member_string(&json, "scenario", run->session.scenario->name);
    json_member_string(&json, "profile", run->profile->cost.name);
    if (run->session.scenario->machine.timing)
        json_member_string(&json, "timing", timing_name(run->session.scenario->machine.timing));
    json_member_uint(&json, "core_hz", run->profile->cost.core_hz);
    if (command->choice.trap)
        json_member_uint(&json, "trap", command->choice.trap);
    json_member_string(&json, "part", phases[command->choice.phase].name);
    for (unsigned phase = ACCOUNT_SETUP; phase < ACCOUNT_PHASE_COUNT; phase++)
        json_member_uint(&json, phases[phase].name, phase_cycles(run, (enum account_phase)phase));
    json_member_uint(&json, "traps", run->account.traps);
    json_member_uint(&json, "host_cpus", machine_host_cpus(run->session.machine));
    json_key(&json, "prediction");
    json_bool(&json, is_realm(run));
    json_sum(&json, &all);
    if (other)
        json_member_uint(
            &json, "other",
            account_sum(&other->account, other->profile, command->choice, ACCOUNT_ALL).cycles);
    count = world_lines(run, command->choice, lines);
    json_lines(&json, "worlds", lines, count);
    count = floor_lines(run, command->choice, lines);
    json_lines(&json, "floors", lines, count);
    count = operation_lines(run, other, command->choice, lines);
    json_key(&json, "operations");
    json_array_begin(&json);
    for (size_t i = 0; i < count; i++) {
        json_object_begin(&json);
        json_member_string(&json, "operation", lines[i].name);
        json_member_uint(&json, "count", lines[i].sum.count);
        json_sum(&json, &lines[i].sum);
        if (other)
            json_member_uint(&json, "other", lines[i].other);
        if (lines[i].op != ACCOUNT_IDLE && !is_modelled(run, run->profile, lines[i].op)) {
            const struct profile_op *op = &run->profile->ops[lines[i].op];

            json_member_string(&json, "confidence", confidence_name(op->confidence));
            json_member_string(&json, "source", op->source);
        }
        json_object_end(&json);
    }
    json_array_end(&json);
    good = (!command->guest || json_by_instruction(&json, &table)) &&
           (!command->per_trap || json_by_trap(&json, &table, other ? &beside : NULL));
    json_object_end(&json);
    json_end(&json);
    return good;
}

/* --- what it is compared with --- */

/* "op=cost,op=cost" in a copy of the profile; NULL after a message. */
static const struct profile *what_if(const struct cycles_command *command,
                                     const struct accounted *run, const struct profile *base,
                                     const char *text)
{
    struct profile *changed = arena_alloc(command->arena, sizeof(*changed));
    char *copy = arena_copy(command->arena, text, strlen(text)), *rest = NULL;

    *changed = *base;
    for (char *item = strtok_r(copy, ",", &rest); item; item = strtok_r(NULL, ",", &rest)) {
        struct text_nearest nearest = {.wanted = item};
        char *value = strchr(item, '=');
        uint64_t cycles;
        unsigned op = 0;

        if (value)
            *value++ = '\0';
        while (op < OP_COUNT && strcmp(op_key((enum op)op), item) != 0)
            text_nearest_offer(&nearest, op_key((enum op)op++));
        if (op == OP_COUNT) {
            usage_error("cycles", "--what-if: there is no operation '%.64s'%s%s%s", item,
                        nearest.best ? " (did you mean '" : "", nearest.best ? nearest.best : "",
                        nearest.best ? "'?)" : "");
            return NULL;
        }
        if (!value || number_parse(value, strlen(value), &cycles) != NUMBER_OK ||
            cycles > UINT32_MAX) {
            usage_error("cycles", "--what-if takes %s=CYCLES", item);
            return NULL;
        }
        if (is_modelled(run, base, op)) {
            usage_error("cycles", "--what-if: what '%s' takes is the core model's to say",
                        op_key((enum op)op));
            return NULL;
        }
        changed->cost.cycles[op] = (uint32_t)cycles;
        changed->ops[op].min = changed->ops[op].max = (uint32_t)cycles;
    }
    return changed;
}

static const struct profile *named(const struct cycles_command *command, const char *name)
{
    const struct source_pos pos = {"--vs", 0, 0};
    struct diag *diag = diag_new(command->arena);
    const struct profile *profile = profile_find(command->arena, diag, name, &pos, 0);

    diag_print(diag, &command->options.diag);
    return profile;
}

/* The run alone; false: out of memory. */
static bool report_alone(const struct cycles_command *command, const struct accounted *run)
{
    if (command->json)
        return print_json(command, run, NULL);
    if (command->per_trap || command->guest)
        return print_tables(command, run);
    if (command->folded)
        print_folded(command, run);
    else
        print_account(command, run);
    return true;
}

static enum exit_status report(const struct cycles_command *command, const struct accounted *run,
                               const char *changes, const char *vs)
{
    const struct profile *other_profile;
    struct accounted other;
    enum exit_status status;
    bool good = true;

    if (!changes && !vs)
        return report_alone(command, run) ? EXIT_OK : EXIT_INTERNAL;
    other_profile = vs ? named(command, vs) : run->profile;
    if (other_profile && changes)
        other_profile = what_if(command, run, other_profile, changes);
    if (!other_profile)
        return EXIT_USAGE;
    status = run_open(command, &other_profile->cost, &other);
    if (status == EXIT_OK && command->json)
        good = print_json(command, run, &other);
    else if (status == EXIT_OK)
        good = print_difference(command, run, &other, vs ? other_profile->cost.name : "what if");
    run_close(&other);
    return good ? status : EXIT_INTERNAL;
}

/* False: text names no part. */
static bool phase_parse(const char *text, enum account_phase *phase)
{
    for (unsigned n = 0; n < ACCOUNT_PHASE_COUNT; n++)
        if (strcmp(phases[n].name, text) == 0) {
            *phase = (enum account_phase)n;
            return true;
        }
    return false;
}

int cmd_cycles(int argc, char **argv)
{
    struct cycles_command command = {
        .options = {.diag = {.out = stderr, .format = DIAG_HUMAN}, .code_cache = CODE_CACHE_KEEP}};
    const char *trap = NULL, *part = NULL, *changes = NULL, *vs = NULL;
    const struct option_row rows[] = {
        {.name = "trap", .argument = "N", .help = "of one trap", .value = &trap},
        {.name = "part",
         .argument = "PART",
         .help = "all (default), setup, or run: what came after the set-up",
         .value = &part},
        {.name = "per-trap", .help = "one line a trap, by world", .flag = &command.per_trap},
        {.name = "guest",
         .help = "what the guest's own code took, by the instruction that trapped",
         .flag = &command.guest},
        {.name = "what-if",
         .argument = "OP=CYCLES,...",
         .help = "what it would be with these costs (sim list costs)",
         .value = &changes},
        {.name = "vs", .argument = "PROFILE", .help = "compare with this one", .value = &vs},
        {.name = "folded", .help = "stacks for flame graphs", .flag = &command.folded},
        {.name = "json", .help = "one JSON document", .flag = &command.json},
        CELL_OPTION(&command.options.cell),
        MACHINE_OPTIONS(&command.options.machine),
        {0},
    };
    int operands;
    enum parse_result parsed = options_parse(argc, argv, rows, &help, &operands);
    struct accounted run;
    enum exit_status status;

    if (parsed != PARSE_OK)
        return parsed == PARSE_HELP ? EXIT_OK : EXIT_USAGE;
    if (operands != 1)
        return usage_error("cycles", "one scenario is wanted, not %d", operands);
    if (trap && (number_parse(trap, strlen(trap), &command.choice.trap) != NUMBER_OK ||
                 !command.choice.trap))
        return usage_error("cycles", "--trap takes the number of a trap, not '%.64s'", trap);
    if (part && !phase_parse(part, &command.choice.phase))
        return usage_error("cycles", "--part is all, setup or run, not '%.64s'", part);
    if (command.folded && (command.json || changes || vs || command.per_trap || command.guest))
        return usage_error("cycles", "--folded stands alone");
    if (command.guest && (changes || vs))
        return usage_error("cycles", "--guest is of one run: without --what-if and --vs");
    command.path = argv[0];
    command.arena = arena_new();
    status = run_open(&command, NULL, &run);
    if (status == EXIT_OK)
        status = report(&command, &run, changes, vs);
    run_close(&run);
    arena_free(command.arena);
    return (int)status;
}

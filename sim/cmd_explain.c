/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `sim explain`: one trap of a scenario from beginning to end, or what an error code means. */
#include <inttypes.h>
#include <string.h>

#include "sim/cmd.h"
#include "sim/options.h"
#include "sim/report/json_writer.h"
#include "sim/report/report.h"
#include "sim/report/style.h"
#include "sim/report/trap_story.h"
#include "sim/scenario/diag.h"
#include "sim/scenario/text.h"
#include "sim/session.h"

#define CODE_LENGTH 5 /* E0107, W0401 */

static const struct command_help help = {
    .usage = "sim explain FILE [N] [options]",
    .about =
        "Runs a scenario and tells its trap N: the instruction, each descriptor of the walk, why "
        "it\n"
        "faults, the syndrome, each step of every world with its cycles and where the real code\n"
        "stands, and who sees what. Without N: the first trap that reached the VMM, made KVM_RUN\n"
        "fail or was injected into the guest. `sim explain E0107` tells what a code means.",
    .epilogue =
        "examples:\n"
        "  sim explain scenarios/quickstart/realm-mmio-read.yaml\n"
        "  sim explain --json scenarios/quickstart/realm-mmio-read.yaml 1\n"
        "\n"
        "exit status: 0; 2 wrong usage, an invalid scenario, or no such trap or code; 3 the\n"
        "simulator failed; 77 the scenario cannot run here.\n",
};

static bool is_code(const char *text)
{
    return (text[0] == 'E' || text[0] == 'W') &&
           strspn(text + 1, "0123456789") == CODE_LENGTH - 1 && text[CODE_LENGTH] == '\0';
}

static int explain_code(const char *name, bool as_json)
{
    enum diag_code code;
    if (!diag_code_by_name(name, &code))
        return usage_error("explain", "there is no code %s; `sim list errors` has them", name);
    if (!as_json) {
        printf("%s: %s\n\n%s\n", name, diag_code_meaning(code), diag_code_explanation(code));
        return EXIT_OK;
    }
    struct json json;
    json_begin(&json, stdout, true);
    json_object_begin(&json);
    json_member_string(&json, "type", "error_code");
    json_member_uint(&json, "schema", REPORT_SCHEMA);
    json_member_string(&json, "code", name);
    json_member_string(&json, "meaning", diag_code_meaning(code));
    json_member_string(&json, "explanation", diag_code_explanation(code));
    json_object_end(&json);
    json_end(&json);
    return EXIT_OK;
}

/* The trap asked for, NULL after a message. */
static const struct trap *find_trap(const struct trap_log *log, const char *number)
{
    uint64_t wanted = 0;
    if (log->trap_count == 0) {
        usage_error("explain", "the run has no trap");
        return NULL;
    }
    if (!number)
        return story_default(log);
    if (number_parse(number, strlen(number), &wanted) != NUMBER_OK || wanted == 0) {
        usage_error("explain", "N is the number of a trap, from 1 on, not '%.64s'", number);
        return NULL;
    }
    for (size_t i = 0; i < log->trap_count; i++)
        if (log->traps[i].number == wanted)
            return &log->traps[i];
    usage_error("explain", "there is no trap %" PRIu64 ": the run has %" PRIu64 "%s", wanted,
                log->total, log->trap_count < log->total ? ", and not all are kept" : "");
    return NULL;
}

/* Why nothing ran is told by the loader, or here. */
static int not_run(const struct session *session, const char *path)
{
    if (*session->error)
        fprintf(stderr, "%s: error: %s\n", path, session->error);
    else if (session->report.outcome.verdict == VERDICT_SKIP)
        fprintf(stderr, "%s: skipped: %s\n", path,
                session->scenario ? session->scenario->skip : "no assembler, no cached code");
    return (int)session->report.outcome.status;
}

static int explain_file(const char *path, const char *cell, const char *number,
                        struct machine_choice machine, bool json, bool colour)
{
    const struct session_options options = {.diag = {.out = stderr, .format = DIAG_HUMAN},
                                            .code_cache = CODE_CACHE_KEEP,
                                            .cell = cell,
                                            .machine = machine};
    struct session session;
    int status = EXIT_USAGE;
    session_open(&session, path, &options);
    const struct trap *trap = session.ran ? find_trap(&session.log, number) : NULL;
    if (!session.ran)
        status = not_run(&session, path);
    if (trap) {
        if (json)
            story_json(stdout, &session.report, trap);
        else
            story_print(stdout, &session.report, trap, colour);
        status = EXIT_OK;
    }
    session_close(&session);
    return status;
}

int cmd_explain(int argc, char **argv)
{
    struct machine_choice machine = {0};
    bool json = false;
    const char *colour = "auto", *cell = NULL;
    const struct option_row rows[] = {
        CELL_OPTION(&cell),
        {.name = "json", .help = "one JSON document", .flag = &json},
        MACHINE_OPTIONS(&machine),
        {.name = "color", .argument = "WHEN", .help = "auto, always or never", .value = &colour},
        {0},
    };
    int operands;
    enum colour_when when;
    enum parse_result parsed = options_parse(argc, argv, rows, &help, &operands);
    if (parsed != PARSE_OK)
        return parsed == PARSE_HELP ? EXIT_OK : EXIT_USAGE;
    if (!colour_parse(colour, &when))
        return usage_error("explain", "--color is auto, always or never, not '%s'", colour);
    if (operands == 0 || operands > 2)
        return usage_error("explain", "one FILE, and at most one N");
    if (operands == 1 && is_code(argv[0]))
        return explain_code(argv[0], json);
    return explain_file(argv[0], cell, operands == 2 ? argv[1] : NULL, machine, json,
                        colour_wanted(stdout, when));
}

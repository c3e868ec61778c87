/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim schema: the scenario format as JSON Schema. */
#include "sim/cmd.h"
#include "sim/options.h"
#include "sim/report/verdict.h"
#include "sim/scenario/scenario.h"

int cmd_schema(int argc, char **argv)
{
    static const struct option_row rows[] = {{0}};
    static const struct command_help help = {
        .usage = "sim schema",
        .about = "Prints the JSON Schema (draft-07) of scenario files, for editors and checkers.",
        .epilogue = "example: sim schema > share/sim/scenario.schema.json\n"
                    "\n"
                    "exit status: 0 printed; 2 wrong usage; 3 it cannot be written\n",
    };
    int operands;
    enum parse_result parsed = options_parse(argc, argv, rows, &help, &operands);

    if (parsed != PARSE_OK)
        return parsed == PARSE_HELP ? EXIT_OK : EXIT_USAGE;
    if (operands > 0)
        return usage_error("schema", "schema takes no operand: '%s'", argv[0]);
    scenario_print_schema(stdout);
    return fflush(stdout) == 0 && !ferror(stdout) ? EXIT_OK : EXIT_INTERNAL;
}

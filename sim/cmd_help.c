/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim help: the commands, the help of one, or a topic. */
#include "sim/cmd.h"
#include "sim/commands.h"
#include "sim/help_topics.h"
#include "sim/options.h"
#include "sim/report/json_writer.h"
#include "sim/report/report.h"
#include "sim/report/verdict.h"

#define SUMMARY_COLUMN 12

void commands_print(FILE *out)
{
    fputs("usage: sim COMMAND [options]\n\n"
          "Simulates the arm64 trap path: guest, RMM, EL3, KVM and VMM, in cycles.\n",
          out);
    const char *title;
    for (size_t group = 0; (title = command_group_title(group)); group++) {
        fprintf(out, "\n%s\n", title);
        for (const struct command *command = commands; command->name; command++)
            if (command->group == group)
                fprintf(out, "  %-*s%s\n", SUMMARY_COLUMN, command->name, command->help);
    }
    fputs("\nbegin with\n"
          "  sim init first.yaml && sim run first.yaml\n"
          "  sim test scenarios\n"
          "\n`sim help COMMAND` has a command's options, examples and exit status. Also:\n",
          out);
    for (const struct help_topic *topic = help_topics; topic->name; topic++)
        fprintf(out, "  sim help %-*s%s\n", SUMMARY_COLUMN + 1, topic->name, topic->about);
}

static void print_json(void)
{
    struct json json;
    json_begin(&json, stdout, true);
    json_object_begin(&json);
    json_member_string(&json, "type", "commands");
    json_member_uint(&json, "schema", REPORT_SCHEMA);
    json_key(&json, "commands");
    json_array_begin(&json);
    for (const struct command *command = commands; command->name; command++) {
        json_object_begin(&json);
        json_member_string(&json, "name", command->name);
        json_member_string(&json, "help", command->help);
        json_member_string(&json, "group", command_group_title(command->group));
        json_object_end(&json);
    }
    json_array_end(&json);
    json_key(&json, "topics");
    json_array_begin(&json);
    for (const struct help_topic *topic = help_topics; topic->name; topic++) {
        json_object_begin(&json);
        json_member_string(&json, "name", topic->name);
        json_member_string(&json, "help", topic->about);
        json_object_end(&json);
    }
    json_array_end(&json);
    json_object_end(&json);
    json_end(&json);
}

int cmd_help(int argc, char **argv)
{
    static const struct command_help help = {
        .usage = "sim help [COMMAND | TOPIC] [options]",
        .about = "Prints the list of commands, the help of one, or a topic: scenario, expect,\n"
                 "exit-status, settings.",
        .epilogue = "examples:\n"
                    "  sim help run\n"
                    "  sim help scenario\n"
                    "  sim help --json | jq -r '.commands[].name'\n"
                    "\n"
                    "exit status: 0 printed; 2 there is no such command or topic\n",
    };
    bool as_json = false;
    const struct option_row rows[] = {
        {.name = "json", .help = "the list as one JSON document", .flag = &as_json},
        {0},
    };
    int operands;
    enum parse_result parsed = options_parse(argc, argv, rows, &help, &operands);
    if (parsed != PARSE_OK)
        return parsed == PARSE_HELP ? EXIT_OK : EXIT_USAGE;
    if (operands > 1)
        return usage_error("help", "help takes one command or topic");
    if (operands == 1) {
        const struct command *command = command_find(argv[0]);
        const struct help_topic *topic = help_topic_find(argv[0]);
        if (topic) {
            topic->print(stdout);
            return EXIT_OK;
        }
        return command ? command_describe(command, HELP_AS_TEXT) : command_unknown(argv[0]);
    }
    if (as_json)
        print_json();
    else
        commands_print(stdout);
    return EXIT_OK;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <capstone/capstone.h>
#include <unicorn/unicorn.h>
#include <yaml.h>

#include "sim/cmd.h"
#include "sim/options.h"
#include "sim/profile.h"
#include "sim/report/json_writer.h"
#include "sim/report/verdict.h"
#include "sim/version.h"

#define LIBRARY_VERSION_SIZE 48

struct libraries {
    char unicorn[LIBRARY_VERSION_SIZE], capstone[LIBRARY_VERSION_SIZE], yaml[LIBRARY_VERSION_SIZE];
};

static struct libraries library_versions(void)
{
    struct libraries found;
    unsigned major, minor, patch = uc_version(&major, &minor) >> 8 & 0xff;
    int capstone_major, capstone_minor, yaml_major, yaml_minor, yaml_patch;
    snprintf(found.unicorn, sizeof(found.unicorn), "%u.%u.%u", major, minor, patch);
    cs_version(&capstone_major, &capstone_minor);
    snprintf(found.capstone, sizeof(found.capstone), "%d.%d", capstone_major, capstone_minor);
    yaml_get_version(&yaml_major, &yaml_minor, &yaml_patch);
    snprintf(found.yaml, sizeof(found.yaml), "%d.%d.%d", yaml_major, yaml_minor, yaml_patch);
    return found;
}

int cmd_version(int argc, char **argv)
{
    bool as_json = false;
    const struct option_row rows[] = {
        {.name = "json", .help = "one JSON document", .flag = &as_json},
        {0},
    };
    static const struct command_help help = {
        .usage = "sim version [options]",
        .about = "Prints the versions of sim, of its libraries and of the built-in cost profile.",
        .epilogue = "examples:\n"
                    "  sim version\n"
                    "  sim version --json | jq -r .commit\n"
                    "\n"
                    "exit status: 0 printed; 2 wrong usage\n",
    };
    int operands;
    enum parse_result parsed = options_parse(argc, argv, rows, &help, &operands);
    if (parsed != PARSE_OK)
        return parsed == PARSE_HELP ? EXIT_OK : EXIT_USAGE;
    if (operands > 0)
        return usage_error("version", "version takes no operand: '%s'", argv[0]);

    struct libraries found = library_versions();
    if (as_json) {
        struct json json;
        json_begin(&json, stdout, true);
        json_object_begin(&json);
        json_member_string(&json, "type", "version");
        json_member_uint(&json, "schema", 1);
        json_member_string(&json, "sim", SIM_VERSION);
        json_member_string(&json, "commit", *SIM_COMMIT ? SIM_COMMIT : NULL);
        json_member_string(&json, "unicorn", found.unicorn);
        json_member_string(&json, "capstone", found.capstone);
        json_member_string(&json, "libyaml", found.yaml);
        json_member_string(&json, "profile", profile_default()->name);
        json_object_end(&json);
        json_end(&json);
    } else {
        printf("sim %s%s%s%s\n", SIM_VERSION, *SIM_COMMIT ? " (" : "", SIM_COMMIT,
               *SIM_COMMIT ? ")" : "");
        printf("unicorn %s, capstone %s, libyaml %s\n", found.unicorn, found.capstone, found.yaml);
        printf("cost profile %s\n", profile_default()->name);
    }
    return EXIT_OK;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Command lines, and which files `sim test` finds. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/commands.h"
#include "sim/find_scenarios.h"
#include "sim/options.h"
#include "sim/scenario/diag.h"
#include "sim/settings.h"
#include "tests/unit/check_main.h"

#define MAX_WORDS 8

struct line {
    const char *words[MAX_WORDS]; /* after the command's name */
    enum parse_result result;
    bool flag;
    const char *value;
    const char *operands[MAX_WORDS];
};

static const struct line lines[] = {
    {.words = {NULL}},
    {.words = {"a", "b"}, .operands = {"a", "b"}},
    {.words = {"--flag", "a"}, .flag = true, .operands = {"a"}},
    {.words = {"a", "-f", "b"}, .flag = true, .operands = {"a", "b"}},
    {.words = {"--value", "x", "a"}, .value = "x", .operands = {"a"}},
    {.words = {"--value=x=y"}, .value = "x=y"},
    {.words = {"--value="}, .value = ""},
    {.words = {"-vx"}, .value = "x"},
    {.words = {"-v", "x"}, .value = "x"},
    {.words = {"-fv", "x"}, .value = "x", .flag = true},
    {.words = {"-"}, .operands = {"-"}},
    {.words = {"--", "--flag", "-x"}, .operands = {"--flag", "-x"}},
    {.words = {"--flag=1"}, .result = PARSE_ERROR},
    {.words = {"--value"}, .result = PARSE_ERROR},
    {.words = {"-v"}, .result = PARSE_ERROR},
    {.words = {"--flags"}, .result = PARSE_ERROR},
    {.words = {"--fla"}, .result = PARSE_ERROR},
    {.words = {"-x"}, .result = PARSE_ERROR},
    {.words = {"-fx"}, .result = PARSE_ERROR},
    {.words = {"--flag", "--no-flag"}},
    {.words = {"--no-flag", "-f"}, .flag = true},
    {.words = {"--no-value"}, .result = PARSE_ERROR},
    {.words = {"--no-flag=1"}, .result = PARSE_ERROR},
    {.words = {"--value", "a", "--value", "b"}, .value = "b"},
    /* settings: their origin, then an option */
    {.words = {"\1f:1:1", "--flag=true"}, .flag = true},
    {.words = {"\1f:1:1", "--flag=true", "--no-flag"}},
    {.words = {"\1f:1:1", "--flag=false", "-f", "a"}, .flag = true, .operands = {"a"}},
    {.words = {"\1f:1:1", "--flag=maybe"}, .result = PARSE_ERROR},
    {.words = {"\1f:1:1", "--value=x", "--value=y"}, .value = "y"},
    {.words = {"\1f:1:1", "--other=x"}, .result = PARSE_ERROR},
    {.words = {"\2f:1:1", "--other=x", "a"}, .operands = {"a"}},
    {.words = {"\2f:1:1", "--other=x", "--other"}, .result = PARSE_ERROR},
    {.words = {"\1f:1:1", "--help=text"}, .result = PARSE_ERROR},
    {.words = {"--help=man"}, .result = PARSE_HELP},
    {.words = {"--help=nothing"}, .result = PARSE_ERROR},
    {.words = {"--help"}, .result = PARSE_HELP},
    {.words = {"-h"}, .result = PARSE_HELP},
};

/* Messages and help are not what is looked at here. */
static void silence(void)
{
    ck_assert_ptr_nonnull(freopen("/dev/null", "w", stderr));
    ck_assert_ptr_nonnull(freopen("/dev/null", "w", stdout));
}

START_TEST(command_lines)
{
    const struct line *line = &lines[_i];
    bool flag = false;
    const char *value = NULL;
    const struct option_row rows[] = {
        {.name = "flag", .letter = 'f', .help = "a flag", .flag = &flag},
        {.name = "value", .letter = 'v', .argument = "TEXT", .help = "a value", .value = &value},
        {0},
    };
    const struct command_help help = {.usage = "sim cmd [options]", .about = "About."};
    char *argv[MAX_WORDS + 2] = {strdup("cmd")};
    char *words[MAX_WORDS + 2];
    int argc = 1, operands = -1;
    for (int i = 0; i < MAX_WORDS && line->words[i]; i++)
        argv[argc++] = strdup(line->words[i]);
    memcpy(words, argv, sizeof(words));
    silence();

    ck_assert_int_eq(options_parse(argc, argv, rows, &help, &operands), line->result);
    if (line->result == PARSE_OK) {
        ck_assert_int_eq(flag, line->flag);
        ck_assert_pstr_eq(value, line->value);
        int expected = 0;
        while (expected < MAX_WORDS && line->operands[expected])
            expected++;
        ck_assert_int_eq(operands, expected);
        for (int i = 0; i < operands; i++)
            ck_assert_str_eq(argv[i], line->operands[i]);
    }
    for (int i = 0; i < argc; i++)
        free(words[i]);
}
END_TEST

static void put_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    ck_assert_int_eq(fclose(file), 0);
}

START_TEST(scenario_files)
{
    static const char *const files[] = {"b.yaml", "a/z.yml", "a/inc.yaml", "a/text.txt",
                                        ".hidden.yaml"};
    char folder[] = "/tmp/test_options.XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(folder));
    int here = open(".", O_RDONLY | O_DIRECTORY);
    ck_assert_int_eq(chdir(folder), 0);
    ck_assert_int_eq(mkdir("a", 0777), 0);
    put_file(files[0], "# comment\nsim: 1\n");
    put_file(files[1], "sim: 1\n");
    put_file(files[2], "memory: []\n");
    put_file(files[3], "sim: 1\n");
    put_file(files[4], "sim: 1\n");
    ck_assert_int_eq(symlink(".", "a/loop"), 0);

    struct arena *arena = arena_new();
    struct scenario_list list = {0};
    ck_assert_int_eq(find_scenarios(arena, ".", &list), 0);
    ck_assert_uint_eq(list.count, 2);
    ck_assert_str_eq(list.paths[0], "./a/z.yml");
    ck_assert_str_eq(list.paths[1], "./b.yaml");
    ck_assert_int_eq(find_scenarios(arena, "a/inc.yaml", &list), 0); /* named: taken as it is */
    ck_assert_uint_eq(list.count, 3);
    ck_assert_int_eq(find_scenarios(arena, "none", &list), ENOENT);
    arena_free(arena);

    unlink("a/loop");
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        ck_assert_int_eq(unlink(files[i]), 0);
    ck_assert_int_eq(rmdir("a"), 0);
    ck_assert_int_eq(fchdir(here), 0);
    close(here);
    ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

/* What the command prints of itself, as text. */
static char *help_of(const struct command *command)
{
    static char text[16384];
    FILE *out = freopen("/dev/null", "w", stdout);
    ck_assert_ptr_nonnull(out);
    memset(text, 0, sizeof(text));
    setvbuf(stdout, text, _IOFBF, sizeof(text)); /* what is written stays in text until a flush */
    ck_assert_int_eq(command_describe(command, HELP_AS_TEXT), 0);
    return text;
}

static size_t lines_of(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += *text == '\n';
    return count;
}

START_TEST(each_command_helps)
{
    size_t count = 0;
    for (const struct command *command = commands; command->name; command++, count++) {
        const char *text = help_of(command);
        ck_assert_msg(lines_of(text) > 4 && lines_of(text) < 60, "%s: %zu lines", command->name,
                      lines_of(text));
        ck_assert_msg(strstr(text, "example") != NULL, "%s: no example", command->name);
        ck_assert_msg(strstr(text, "exit status") != NULL, "%s: no exit status", command->name);
        ck_assert_ptr_eq(command_find(command->name), command);
    }
    ck_assert_uint_ge(count, 19);
    ck_assert_ptr_null(command_find("no-such-command"));
}
END_TEST

START_TEST(each_code_is_explained)
{
    for (unsigned i = 0; i < DIAG_CODE_COUNT; i++) {
        enum diag_code code = (enum diag_code)i, found;
        const char *text = diag_code_explanation(code);
        ck_assert_msg(text && strlen(text) > 40 && text[strlen(text) - 1] == '.',
                      "%s has no explanation (sim/scenario/diag_explain.c)", diag_code_name(code));
        ck_assert(diag_code_by_name(diag_code_name(code), &found));
        ck_assert_int_eq(found, code);
    }
}
END_TEST

/* The four layers, by what a command's words become. */
START_TEST(settings_are_words)
{
    char folder[] = "/tmp/test_settings.XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
    ck_assert_int_eq(mkdir("sub", 0777), 0);
    put_file("sim.yaml", "test: {jobs: 2}\nrun: {quiet: true}\nall: {color: never}\n");
    ck_assert_int_eq(chdir("sub"), 0);
    unsetenv("SIM_CONFIG");
    setenv("SIM_TEST_FAIL_FAST", "true", 1);
    setenv("SIM_PROGRESS", "never", 1);

    struct arena *arena = arena_new();
    struct settings settings;
    ck_assert(settings_load(arena, &settings));
    char name[] = "test", path[] = "path";
    char *argv[] = {name, path, NULL};
    int count;
    char **words = settings_words(arena, &settings, "test", 2, argv, &count);
    static const char *const wanted[] = {
        "test",
        "\2../sim.yaml:3:7",
        "--color=never",
        "\1../sim.yaml:1:8",
        "--jobs=2",
        "\2SIM_PROGRESS",
        "--progress=never",
        "\1SIM_TEST_FAIL_FAST",
        "--fail-fast=true",
        "path",
    };
    size_t found = 0; /* the environment may have more for all */
    for (int i = 0; i < count; i++)
        if (found < sizeof(wanted) / sizeof(wanted[0]) && strcmp(words[i], wanted[found]) == 0)
            found++;
    ck_assert_uint_eq(found, sizeof(wanted) / sizeof(wanted[0]));
    ck_assert_ptr_null(words[count]);

    setenv("SIM_CONFIG", "", 1);
    ck_assert(settings_load(arena, &settings));
    ck_assert_ptr_null(settings.file);
    arena_free(arena);
    ck_assert_int_eq(chdir("/"), 0);
    char command[64];
    snprintf(command, sizeof(command), "rm -r %s", folder);
    ck_assert_int_eq(system(command), 0);
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("options");
    TCase *tc = tcase_create("options");
    tcase_add_loop_test(tc, command_lines, 0, (int)(sizeof(lines) / sizeof(lines[0])));
    tcase_add_test(tc, scenario_files);
    tcase_add_test(tc, each_command_helps);
    tcase_add_test(tc, each_code_is_explained);
    tcase_add_test(tc, settings_are_words);
    suite_add_tcase(suite, tc);
    return suite;
}

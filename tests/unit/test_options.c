/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Command lines, and which files `sim test` finds. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/find_scenarios.h"
#include "sim/options.h"

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

int main(void)
{
    Suite *suite = suite_create("options");
    TCase *tc = tcase_create("options");
    tcase_add_loop_test(tc, command_lines, 0, (int)(sizeof(lines) / sizeof(lines[0])));
    tcase_add_test(tc, scenario_files);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

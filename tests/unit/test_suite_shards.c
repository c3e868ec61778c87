/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tools/test_shards: the recipe for GNU parallel gives what one `sim test` gives. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/check_main.h"

#define MAX_OUTPUT 65536
#define PATH_SIZE 512

/* The tool that was built with this test: ../bin/sim from its folder. */
static void find_sim(char *path)
{
    ssize_t length = readlink("/proc/self/exe", path, PATH_SIZE - 16);
    ck_assert_int_gt(length, 0);
    path[length] = '\0';
    for (int i = 0; i < 2; i++)
        *strrchr(path, '/') = '\0';
    strcat(path, "/bin/sim");
}

/* The last line of the output, without its line break; the exit status. */
static int last_line(const char *command, char *line)
{
    static char text[MAX_OUTPUT];
    FILE *pipe = popen(command, "re");
    ck_assert_ptr_nonnull(pipe);
    size_t size = fread(text, 1, sizeof(text) - 1, pipe);
    text[size] = '\0';
    while (size > 0 && text[size - 1] == '\n')
        text[--size] = '\0';
    const char *start = strrchr(text, '\n');
    snprintf(line, PATH_SIZE, "%.*s", PATH_SIZE - 1, start ? start + 1 : text);
    int status = pclose(pipe);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static const char *const suites[] = {
    "scenarios/quickstart scenarios/mmio",
    "-k vm scenarios/mmio",
    "-k no-such-scenario scenarios/mmio",
};

START_TEST(shards_add_up)
{
    static const unsigned shards[] = {1, 2, 5};
    char sim[PATH_SIZE], command[2 * PATH_SIZE], whole[PATH_SIZE], parts[PATH_SIZE];
    char folder[] = "/tmp/sim-shards-XXXXXX";
    const char *suite = suites[_i];
    find_sim(sim);
    if (system("command -v parallel >/dev/null 2>&1") != 0)
        return; /* the recipe says so itself, with status 77 */
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(command, sizeof(command), "%s test -q %s 2>/dev/null", sim, suite);
    int status = last_line(command, whole);
    for (size_t i = 0; i < sizeof(shards) / sizeof(shards[0]); i++) {
        snprintf(command, sizeof(command), "tools/test_shards %s %u %s %s", sim, shards[i], folder,
                 suite);
        ck_assert_int_eq(last_line(command, parts), status);
        ck_assert_str_eq(parts, status == 5 ? "0 passed, 0 failed, 0 skipped" : whole);
    }
    static const char *const files[] = {"[0-9]*.xml", "all.xml"}; /* of the shards, merged */
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        snprintf(command, sizeof(command), "cat %s/%s 2>/dev/null | grep -c '<testcase '", folder,
                 files[i]);
        (void)last_line(command, parts);
        ck_assert_int_eq(atoi(parts), atoi(whole));
    }
    snprintf(command, sizeof(command), "rm -r %s", folder);
    ck_assert_int_eq(system(command), 0);
}
END_TEST

START_TEST(wrong_usage)
{
    char line[PATH_SIZE];
    ck_assert_int_eq(last_line("tools/test_shards sim 2>&1", line), 2);
    ck_assert_int_eq(strncmp(line, "usage: tools/test_shards ", 25), 0);
    ck_assert_int_eq(last_line("tools/test_shards sim 0 folder 2>&1", line), 2);
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("suite shards");
    TCase *tests = tcase_create("all");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, shards_add_up, 0, sizeof(suites) / sizeof(suites[0]));
    tcase_add_test(tests, wrong_usage);
    suite_add_tcase(suite, tests);
    return suite;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `sim test` as a whole: a folder of scenarios of every kind, all its outputs and exit statuses. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/cmd.h"
#include "sim/report/verdict.h"
#include "tests/unit/check_folder.h"
#include "tests/unit/check_main.h"

#define MAX_WORDS 12
#define MAX_OUTPUT 65536
#define WAIT_STEPS 3000 /* of 10 ms */

/* mov x1, #5; PSCI SYSTEM_OFF by SMC */
#define CODE_OFF "[0xd28000a1, 0x52800100, 0x72b08000, 0xd4000003]"
#define CODE_LOOP "[0x14000000]"
#define HEAD                                                                                       \
    "sim: 1\n"                                                                                     \
    "machine: {world: kvm-vhe, kernel: linux-6.12, ipa_bits: 40}\n"                                \
    "memory: [{name: ram, ipa: 0x40000000, size: 2M}]\n"
#define GUEST(code) "guest: {code: {hex: " code "}}\n"
#define X1(value) "expect: {regs: {x1: " value "}}\n"

static const struct {
    const char *path, *text;
} files[] = {
    {"a/one.yaml", HEAD GUEST(CODE_OFF) "name: one\ntags: [fast]\n" X1("5")},
    {"a/two.yaml", HEAD GUEST(CODE_OFF) "name: two\n" X1("6")},
    {"b/expected.yaml",
     HEAD GUEST(CODE_OFF) "name: expected\nxfail: {reason: 'not #yet'}\n" X1("6")},
    {"b/broken.yaml", "sim: 1\nbroken: [\n"},
    {"b/left-out.yaml",
     HEAD GUEST(CODE_OFF) "name: left-out\nskip: {reason: \"no <time> \\e[1m\"}\n" X1("6")},
    {"b/surprise.yaml", HEAD GUEST(CODE_OFF) "name: surprise\nxfail: {reason: never}\n" X1("5")},
    {"good/one.yaml", HEAD GUEST(CODE_OFF) "name: good-one\ntags: [fast, x]\n" X1("5")},
    {"good/two.yaml", HEAD GUEST(CODE_OFF) "name: good-two\n" X1("5")},
    {"good/zero.yaml", HEAD GUEST(CODE_OFF) "name: good-zero\nxfail: {reason: yet}\n" X1("6")},
    {"skipped/one.yaml", HEAD GUEST(CODE_OFF) "name: s1\nskip: {reason: none}\n" X1("6")},
    {"wrong/cells.yaml",
     HEAD GUEST(CODE_OFF) "name: cells\nmatrix: {a: [0, 1, 2, 3], b: [4, 5]}\n"
                          "devices: [{name: d, type: pl011, ipa: $((0x9000000 + (a << 40)))}]\n"},
    {"wrong/zero.yaml", HEAD GUEST(CODE_OFF) "name: wrong-zero\n" X1("5")},
    {"lost/cells.yaml",
     HEAD "guest: {code: {hex: [$word, 0x52800100, 0x72b08000, 0xd4000003]}}\nname: lost\n"
          "matrix: {word: [0xd28000a1, 0x14000000, 0xd28000c1]}\n" /* #5, a loop, #6 */
     X1("5") "limits: {instructions: 1_000_000_000_000}\n"},
    {"lost/next.yaml", HEAD GUEST(CODE_OFF) "name: lost-next\n" X1("5")},
    {"slow/a.yaml", HEAD GUEST(CODE_OFF) "name: first\n" X1("5")},
    {"slow/b.yaml",
     HEAD GUEST(CODE_LOOP) "name: loop\nlimits: {instructions: 1_000_000_000_000}\n" X1("5")},
    {"slow/c.yaml", HEAD GUEST(CODE_OFF) "name: last\n" X1("5")},
};

static const char *const folders[] = {"a",    "b",     "good", "skipped",
                                      "slow", "wrong", "lost", "empty"};

/* One folder for the whole program; each test starts in it, in a process of its own. */
static void make_folder(void)
{
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
        if (mkdir(folders[i], 0700) != 0)
            ck_assert_int_eq(errno, EEXIST);
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        FILE *file = fopen(files[i].path, "we");
        ck_assert_ptr_nonnull(file);
        fputs(files[i].text, file);
        ck_assert_int_eq(fclose(file), 0);
    }
}

struct finished {
    int status;
    char out[MAX_OUTPUT], err[MAX_OUTPUT];
};

static void read_file(const char *path, char *text)
{
    FILE *file = fopen(path, "re");
    ck_assert_ptr_nonnull(file);
    size_t size = fread(text, 1, MAX_OUTPUT - 1, file);
    text[size] = '\0';
    fclose(file);
}

/* `sim test` with the words of the line; its standard error goes to err, or to the file "err". */
static pid_t start(const char *line, int err)
{
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid > 0)
        return pid;
    char words[256], *argv[MAX_WORDS] = {words}, *rest = NULL;
    int argc = 1;
    snprintf(words, sizeof(words), "test %s", line);
    argv[0] = strtok_r(words, " ", &rest);
    for (char *word; argc < MAX_WORDS && (word = strtok_r(NULL, " ", &rest));)
        argv[argc++] = word;
    setsid();
    if (!freopen("out", "we", stdout))
        _exit(99);
    if (err >= 0 ? dup2(err, STDERR_FILENO) < 0 : !freopen("err", "we", stderr))
        _exit(99);
    int status = cmd_test(argc, argv);
    fflush(NULL);
    _exit(status);
}

static void finish(pid_t pid, struct finished *finished)
{
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFEXITED(status));
    finished->status = WEXITSTATUS(status);
    read_file("out", finished->out);
    read_file("err", finished->err);
}

static void sim_test(const char *line, struct finished *finished)
{
    finish(start(line, -1), finished);
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), size = strlen(end);
    return length >= size && strcmp(text + length - size, end) == 0;
}

/* --- text --------------------------------------------------------------------------------------
 */

static const char all_text[] = "PASS one (a/one.yaml)\n"
                               "FAIL two\n"
                               "  a/two.yaml:6:21: regs.x1\n"
                               "    expected 0x6\n"
                               "    actual   0x5\n"
                               "  rerun: sim run a/two.yaml\n"
                               "ERROR b/broken.yaml\n"
                               "XFAIL expected (b/expected.yaml): not #yet\n"
                               "SKIP left-out (b/left-out.yaml): no <time> \x1b[1m\n"
                               "XPASS surprise: passes, but is marked to fail: never\n"
                               "1 failed as expected\n"
                               "1 passed, 3 failed, 1 skipped\n";

/* The same bytes, however many work on them. */
START_TEST(order_is_stable)
{
    static const char *const lines[] = {"a b", "-j 1 a b", "-j2 a b", "-j 16 a b --progress=never"};
    struct finished finished;
    sim_test(lines[_i], &finished);
    ck_assert_str_eq(finished.out, all_text);
    ck_assert_int_eq(finished.status, EXIT_USAGE); /* of the broken one: worse than a failure */
    ck_assert_ptr_nonnull(strstr(finished.err, "b/broken.yaml:"));
}
END_TEST

struct line {
    const char *line;
    int status;
    const char *last; /* of the output */
    const char *err;  /* in standard error */
};

static const struct line lines[] = {
    {"good", 0, "1 failed as expected\n2 passed, 0 failed, 0 skipped\n", ""},
    {"-q good", 0, "1 failed as expected\n2 passed, 0 failed, 0 skipped\n", ""},
    {"skipped", 77, "0 passed, 0 failed, 1 skipped\n", ""},
    {"good skipped", 0, "2 passed, 0 failed, 1 skipped\n", ""},
    {"a", 1, "1 passed, 1 failed, 0 skipped\n", ""},
    {"--tag fast a good", 0, "PASS good-one (good/one.yaml)\n2 passed, 0 failed, 0 skipped\n", ""},
    {"--tag fast -k good a good", 0, "1 passed, 0 failed, 0 skipped\n", ""},
    {"--tag none a good", 5, "", "no scenario selected"},
    {"--tag none b", 2, "0 passed, 1 failed, 0 skipped\n", "b/broken.yaml"},
    {"-k good-t good", 0, "PASS good-two (good/two.yaml)\n1 passed, 0 failed, 0 skipped\n", ""},
    {"-k */t?o.yaml good", 0, "PASS good-two (good/two.yaml)\n1 passed, 0 failed, 0 skipped\n", ""},
    {"-k nothing good", 5, "", "no scenario selected"},
    {"empty", 5, "", "no scenario selected"},
    {"--list --tag fast a good", 0, "a/one.yaml\ngood/one.yaml\n", ""},
    {"--shard 1/2 --list good", 0, "good/one.yaml\ngood/zero.yaml\n", ""},
    {"--shard 2/2 --list good", 0, "good/two.yaml\n", ""},
    {"--shard 4/4 good", 5, "", "no scenario selected"},
    {"--fail-fast a good", 1, "1 passed, 1 failed, 0 skipped\n", ""},
    {"--fail-fast -j 8 a b good slow", 1, "1 passed, 1 failed, 0 skipped\n", ""},
    {"--timeout 1 slow", 4,
     "PASS first (slow/a.yaml)\nERROR slow/b.yaml: no verdict after 1 s\n"
     "  rerun: sim run slow/b.yaml\n"
     "PASS last (slow/c.yaml)\n2 passed, 1 failed, 0 skipped\n",
     ""},
    {"--progress always --progress=always good", 0, "0 skipped\n", "[3/3] 100% 0 failed good/"},
    {"--jobs 0 good", 2, "", "--jobs takes a number from 1 to 512, not '0'"},
    {"-j x good", 2, "", "--jobs takes"},
    {"--shard 3/2 good", 2, "", "--shard is I/N with I from 1 to N, not '3/2'"},
    {"--slowest -1 good", 2, "", "--slowest takes"},
    {"--progress sometimes", 2, "", "--progress is auto, always or never"},
    {"--color sometimes", 2, "", "--color is auto, always or never"},
    {"--json --tap good", 2, "", "--json and --tap"},
    {"--fail-fats good", 2, "", "did you mean '--fail-fast'?"},
    {"nowhere", 2, "", "nowhere: error: cannot be read: No such file"},
    {"--junit nowhere/x.xml good", 2, "", "nowhere/x.xml: error: cannot be written: No such file"},
    {"--junit /dev/full good", 3, "0 skipped\n", "/dev/full: error: not written in full"},
};

START_TEST(command_lines)
{
    struct finished finished;
    sim_test(lines[_i].line, &finished);
    ck_assert_msg(ends_with(finished.out, lines[_i].last), "sim test %s: %s", lines[_i].line,
                  finished.out);
    ck_assert_msg(strstr(finished.err, lines[_i].err), "sim test %s: %s", lines[_i].line,
                  finished.err);
    ck_assert_int_eq(finished.status, lines[_i].status);
    if (!*lines[_i].err)
        ck_assert_str_eq(finished.err, "");
}
END_TEST

START_TEST(slowest_are_told)
{
    struct finished finished;
    sim_test("--timeout 1 --slowest 1 -q slow", &finished);
    const char *line = strstr(finished.out, " ms  slow/b.yaml\n2 passed, 1 failed, 0 skipped\n");
    ck_assert_ptr_nonnull(line);
    ck_assert_ptr_null(strstr(finished.out, " ms  slow/a.yaml"));
}
END_TEST

/* A mistake in a matrix is told once, with its cells, behind the last of them. */
static const char wrong_out[] = "PASS cells[a=0,b=4] (wrong/cells.yaml)\n"
                                "PASS cells[a=0,b=5] (wrong/cells.yaml)\n"
                                "ERROR wrong/cells.yaml[a=1,b=4]\n"
                                "ERROR wrong/cells.yaml[a=1,b=5]\n"
                                "ERROR wrong/cells.yaml[a=2,b=4]\n"
                                "ERROR wrong/cells.yaml[a=2,b=5]\n"
                                "ERROR wrong/cells.yaml[a=3,b=4]\n"
                                "ERROR wrong/cells.yaml[a=3,b=5]\n"
                                "PASS wrong-zero (wrong/zero.yaml)\n"
                                "3 passed, 6 failed, 0 skipped\n";

START_TEST(a_mistake_is_told_once_with_its_cells)
{
    struct finished finished;
    sim_test("-j 3 wrong", &finished);
    ck_assert_int_eq(finished.status, EXIT_USAGE);
    ck_assert_str_eq(finished.out, wrong_out);
    const char *first = strstr(finished.err, "error[E0205]: device 'd' ends beyond the 40-bit");
    ck_assert_msg(first, "%s", finished.err);
    ck_assert_ptr_null(strstr(first + 1, "error[E0205]"));
    ck_assert_msg(ends_with(finished.err, "      = note: in cell a=1,b=4 and 5 more\n1 error\n"),
                  "%s", finished.err);

    sim_test("-j 3 -q --cell a=2 --json wrong", &finished);
    ck_assert_int_eq(finished.status, EXIT_USAGE);
    ck_assert_ptr_nonnull(strstr(finished.out, "\"cell\":\"a=2,b=5\",\"name\":null"));
    ck_assert_ptr_nonnull(strstr(finished.out, "\"messages\":\"wrong/cells.yaml:7:"));
    ck_assert(ends_with(finished.err, "      = note: in cell a=2,b=4 and 1 more\n1 error\n"));
}
END_TEST

/* --- machine-readable --------------------------------------------------------------------------
 */

START_TEST(json_adds_up)
{
    struct finished finished;
    sim_test("--json a b", &finished);
    int tests = 0;
    char *rest = NULL, *line = strtok_r(finished.out, "\n", &rest);
    json_t *value = NULL;
    for (; line; line = strtok_r(NULL, "\n", &rest)) {
        json_decref(value);
        value = json_loads(line, 0, NULL);
        ck_assert_ptr_nonnull(value);
        const char *type = json_string_value(json_object_get(value, "type"));
        if (strcmp(type, "test") == 0 && ++tests == 2) {
            json_t *failure = json_array_get(json_object_get(value, "failures"), 0);
            ck_assert_str_eq(json_string_value(json_object_get(value, "verdict")), "FAIL");
            ck_assert_str_eq(json_string_value(json_object_get(failure, "expected")), "0x6");
            ck_assert_int_eq(json_integer_value(json_object_get(failure, "line")), 6);
        }
    }
    ck_assert_int_eq(tests, 6);
    ck_assert_str_eq(json_string_value(json_object_get(value, "type")), "summary");
    ck_assert_int_eq(json_integer_value(json_object_get(value, "passed")), 1);
    ck_assert_int_eq(json_integer_value(json_object_get(value, "failed")), 3);
    ck_assert_int_eq(json_integer_value(json_object_get(value, "skipped")), 1);
    ck_assert_int_eq(json_integer_value(json_object_get(value, "xfailed")), 1);
    ck_assert(!json_is_true(json_object_get(value, "interrupted")));
    json_decref(value);
}
END_TEST

static const char tap_text[] = "TAP version 13\n"
                               "ok 1 - one\n"
                               "not ok 2 - two\n"
                               "  ---\n"
                               "  file: \"a/two.yaml\"\n"
                               "  verdict: \"FAIL\"\n"
                               "  failures:\n"
                               "    - what: \"regs.x1\"\n"
                               "      file: \"a/two.yaml\"\n"
                               "      line: 6\n"
                               "      column: 21\n"
                               "      expected: \"0x6\"\n"
                               "      actual: \"0x5\"\n"
                               "  ...\n"
                               "not ok 3 - b/broken.yaml\n"
                               "  ---\n"
                               "  file: \"b/broken.yaml\"\n"
                               "  verdict: \"ERROR\"\n"
                               "  ...\n"
                               "not ok 4 - expected # TODO not \\#yet\n";
static const char tap_tail[] = "ok 5 - left-out # SKIP no <time>  [1m\n"
                               "not ok 6 - surprise\n"
                               "  ---\n"
                               "  file: \"b/surprise.yaml\"\n"
                               "  verdict: \"XPASS\"\n"
                               "  reason: \"never\"\n"
                               "  ...\n"
                               "1..6\n"
                               "# 1 failed as expected\n"
                               "# 1 passed, 3 failed, 1 skipped\n";

START_TEST(tap_is_as_specified)
{
    struct finished finished;
    sim_test("--tap a b", &finished);
    ck_assert_int_eq(strncmp(finished.out, tap_text, strlen(tap_text)), 0);
    ck_assert_msg(ends_with(finished.out, tap_tail), "%s", finished.out);
}
END_TEST

static bool has_program(const char *name)
{
    char command[64];
    snprintf(command, sizeof(command), "command -v %s >/dev/null 2>&1", name);
    return system(command) == 0;
}

START_TEST(junit_is_xml)
{
    static const char *const parts[] = {
        "<testsuites name=\"sim\" tests=\"6\" failures=\"2\" errors=\"1\" skipped=\"2\" time=\"",
        "  <testsuite name=\"a\" tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"0\" time=\"",
        "  <testsuite name=\"b\" tests=\"4\" failures=\"1\" errors=\"1\" skipped=\"2\" time=\"",
        "    <testcase classname=\"a\" name=\"two\" file=\"a/two.yaml\" line=\"6\" time=\"",
        "      <failure type=\"FAIL\" message=\"regs.x1\">a/two.yaml:6:21: regs.x1\n"
        "  expected 0x6\n  actual   0x5\n</failure>\n",
        "      <system-out>",
        "exit_to_vmm reason=KVM_EXIT_SYSTEM_EVENT",
        "      <error type=\"exit 2\" message=\"the scenario cannot be loaded\">b/broken.yaml: ",
        "      <skipped type=\"XFAIL\" message=\"not #yet\"/>\n",
        "      <skipped type=\"SKIP\" message=\"no &lt;time&gt; \\x1b[1m\"/>\n",
        "      <failure type=\"XPASS\" message=\"passes, but is marked to fail\">",
    };
    struct finished finished;
    char *xml = malloc(MAX_OUTPUT);
    sim_test("-q -j 3 --junit results.xml a b", &finished);
    read_file("results.xml", xml);
    const char *from = xml;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        const char *found = strstr(from, parts[i]);
        if (i == 2) { /* folder b comes behind the tests of a */
            ck_assert_ptr_nonnull(found);
            continue;
        }
        ck_assert_msg(found, "no %s in %s", parts[i], from);
        from = found + strlen(parts[i]);
    }
    if (has_program("xmllint"))
        ck_assert_int_eq(system("xmllint --noout results.xml"), 0);
    free(xml);
}
END_TEST

/* --- what ends it early ------------------------------------------------------------------------
 */

/* Until text stands in the file. */
static void wait_for(const char *path, const char *text)
{
    char *have = malloc(MAX_OUTPUT);
    bool found = false;
    for (unsigned i = 0; !found && i < WAIT_STEPS; i++) {
        usleep(10000);
        if (access(path, R_OK) != 0)
            continue;
        read_file(path, have);
        found = strstr(have, text) != NULL;
    }
    ck_assert(found);
    free(have);
}

static const struct {
    int signal;
    const char *line, *out;
} interrupts[] = {
    {SIGINT, "-j 1 --progress always slow",
     "PASS first (slow/a.yaml)\ninterrupted: 1 of 3 tests done\n1 passed, 0 failed, 0 skipped\n"},
    {SIGTERM, "-j 1 --progress always slow",
     "PASS first (slow/a.yaml)\ninterrupted: 1 of 3 tests done\n1 passed, 0 failed, 0 skipped\n"},
    {SIGINT, "-j 1 --progress always --tap slow",
     "TAP version 13\nok 1 - first\nBail out! interrupted\n# 1 passed, 0 failed, 0 skipped\n"},
};

START_TEST(an_interrupt_gives_the_partial_summary)
{
    struct finished finished;
    unlink("err");
    pid_t pid = start(interrupts[_i].line, -1);
    wait_for("err", "[1/3]");
    kill(pid, interrupts[_i].signal);
    finish(pid, &finished);
    ck_assert_int_eq(finished.status, 128 + interrupts[_i].signal);
    ck_assert_str_eq(finished.out, interrupts[_i].out);
}
END_TEST

/* Ends the first child of pid, or pid itself where the kernel does not tell. */
static bool end_worker(pid_t pid, int signal)
{
    char path[64];
    int worker = 0;
    snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid, (int)pid);
    FILE *children = fopen(path, "re");
    bool known = children && fscanf(children, "%d", &worker) == 1;
    if (children)
        fclose(children);
    kill(known ? worker : pid, known ? signal : SIGINT);
    return known; /* or it is a kernel without CONFIG_PROC_CHILDREN */
}

/* A signal that a sanitizer has a handler for is its to report: then the worker leaves with 1. */
static const struct {
    int signal;
    const char *reason;
} deaths[] = {
    {SIGKILL, "the simulator crashed: Killed"}, /* what the kernel sends when memory is short */
    {SIGXCPU, "the simulator crashed: CPU time limit exceeded"},
#ifndef __SANITIZE_ADDRESS__
    {SIGSEGV, "the simulator crashed: Segmentation fault"},
    {SIGABRT, "the simulator crashed: Aborted"},
#endif
};

static const char lost_out[] =
    "PASS lost[word=0xd28000a1] (lost/cells.yaml)\n"
    "ERROR lost/cells.yaml[word=0x14000000]: %s\n"
    "  rerun: sim run lost/cells.yaml --cell 'word=0x14000000' --kernel linux-7.2\n"
    "FAIL lost[word=0xd28000c1]\n"
    "  lost/cells.yaml:7:21: regs.x1\n"
    "    expected 0x5\n"
    "    actual   0x6\n"
    "  rerun: sim run lost/cells.yaml --cell 'word=0xd28000c1' --kernel linux-7.2\n"
    "PASS lost-next (lost/next.yaml)\n"
    "2 passed, 2 failed, 0 skipped\n";

/* The one worker dies in the second of three cells; another one does the rest. */
static bool lose(const char *options, int signal, struct finished *finished)
{
    char line[128];
    snprintf(line, sizeof(line), "-j 1 --progress always --kernel linux-7.2 %s lost", options);
    unlink("err");
    pid_t pid = start(line, -1);
    wait_for("err", "[1/4]");
    bool known = end_worker(pid, signal);
    finish(pid, finished);
    return known;
}

START_TEST(a_crash_is_an_error_of_one_test)
{
    struct finished finished;
    char wanted[MAX_OUTPUT];
    if (!lose("--junit lost.xml", deaths[_i].signal, &finished))
        return;
    snprintf(wanted, sizeof(wanted), lost_out, deaths[_i].reason);
    ck_assert_int_eq(finished.status, EXIT_INTERNAL);
    ck_assert_str_eq(finished.out, wanted);
    read_file("lost.xml", finished.out);
    ck_assert_ptr_nonnull(strstr(finished.out,
                                 "<testsuites name=\"sim\" tests=\"4\" failures=\"1\" errors=\"1\" "
                                 "skipped=\"0\""));
    snprintf(wanted, sizeof(wanted),
             "      <error type=\"exit 3\" message=\"%s\">lost/cells.yaml: %s\n</error>\n",
             deaths[_i].reason, deaths[_i].reason);
    ck_assert_msg(strstr(finished.out, wanted), "%s", finished.out);
    ck_assert_ptr_nonnull(strstr(finished.out, "name=\"cells.yaml[word=0x14000000]\""));
}
END_TEST

START_TEST(a_crash_is_told_to_machines)
{
    struct finished finished;
    if (!lose("--json", SIGKILL, &finished))
        return;
    ck_assert_int_eq(finished.status, EXIT_INTERNAL);
    ck_assert_ptr_nonnull(strstr(
        finished.out,
        "{\"type\":\"test\",\"file\":\"lost/"
        "cells.yaml\",\"cell\":\"word=0x14000000\",\"name\":null,"
        "\"verdict\":\"ERROR\",\"status\":3,\"error\":\"the simulator crashed: Killed\"}\n"));
    ck_assert_ptr_nonnull(strstr(finished.out, "{\"type\":\"summary\",\"passed\":2,\"failed\":2,"
                                               "\"skipped\":0,\"xfailed\":0"));
    ck_assert(lose("--tap", SIGKILL, &finished));
    ck_assert_int_eq(finished.status, EXIT_INTERNAL);
    ck_assert_ptr_nonnull(strstr(finished.out, "not ok 2 - lost/cells.yaml[word=0x14000000]\n"));
    ck_assert(ends_with(finished.out, "1..4\n# 2 passed, 2 failed, 0 skipped\n"));
    ck_assert(lose("--fail-fast", SIGKILL, &finished));
    ck_assert_int_eq(finished.status, EXIT_INTERNAL);
    ck_assert(ends_with(finished.out, "linux-7.2\n1 passed, 1 failed, 0 skipped\n"));
}
END_TEST

/* --- progress on a terminal --------------------------------------------------------------------
 */

/* A root without /dev/pts has no terminals to test with. */
static bool there_are_terminals(void)
{
    int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (terminal < 0) {
        fputs("left out: no pseudo-terminals here\n", stderr);
        return false;
    }
    close(terminal);
    return true;
}

/* What `sim test` writes to a terminal that is its standard error. */
static size_t on_terminal(const char *line, char *text)
{
    int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    ck_assert_int_ge(terminal, 0);
    ck_assert_int_eq(grantpt(terminal), 0);
    ck_assert_int_eq(unlockpt(terminal), 0);
    int end = open(ptsname(terminal), O_RDWR | O_NOCTTY | O_CLOEXEC);
    ck_assert_int_ge(end, 0);
    pid_t pid = start(line, end);
    close(end);
    size_t size = 0;
    for (ssize_t got;
         size < MAX_OUTPUT - 1 && (got = read(terminal, text + size, MAX_OUTPUT - 1 - size)) > 0;)
        size += (size_t)got;
    text[size] = '\0';
    close(terminal);
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
    return size;
}

START_TEST(progress_stands_on_a_terminal_only)
{
    static char text[MAX_OUTPUT];
    static const char first[] = "\r\033[K[1/3] 33% 0 failed";
    if (!there_are_terminals())
        return;
    unsetenv("CI");
    setenv("TERM", "xterm", 1);
    on_terminal("-j 1 --timeout 1 slow", text);
    ck_assert_msg(strncmp(text, first, strlen(first)) == 0, "%s", text);
    ck_assert(ends_with(text, "\r\033[K"));
    unsigned updates = 0;
    for (const char *at = text; (at = strstr(at, "[1/3]")) != NULL; at++)
        updates++;
    ck_assert_uint_ge(updates, 3);
    ck_assert_uint_le(updates, 11); /* in one second */

    ck_assert_uint_eq(on_terminal("-j 1 --timeout 1 -q slow", text), 0);
    ck_assert_uint_eq(on_terminal("-j 1 --timeout 1 --progress never slow", text), 0);
    setenv("CI", "true", 1);
    ck_assert_uint_eq(on_terminal("-j 1 --timeout 1 slow", text), 0);
    unsetenv("CI");
    setenv("TERM", "dumb", 1);
    ck_assert_uint_eq(on_terminal("-j 1 --timeout 1 slow", text), 0);
}
END_TEST

Suite *check_suite(void)
{
    check_in_folder();
    Suite *suite = suite_create("suite");
    TCase *tests = tcase_create("all");
    tcase_set_timeout(tests, 120);
    tcase_add_unchecked_fixture(tests, make_folder, NULL);
    tcase_add_loop_test(tests, order_is_stable, 0, 4);
    tcase_add_loop_test(tests, command_lines, 0, sizeof(lines) / sizeof(lines[0]));
    tcase_add_test(tests, slowest_are_told);
    tcase_add_test(tests, a_mistake_is_told_once_with_its_cells);
    tcase_add_test(tests, json_adds_up);
    tcase_add_test(tests, tap_is_as_specified);
    tcase_add_test(tests, junit_is_xml);
    tcase_add_loop_test(tests, an_interrupt_gives_the_partial_summary, 0,
                        sizeof(interrupts) / sizeof(interrupts[0]));
    tcase_add_loop_test(tests, a_crash_is_an_error_of_one_test, 0,
                        sizeof(deaths) / sizeof(deaths[0]));
    tcase_add_test(tests, a_crash_is_told_to_machines);
    tcase_add_test(tests, progress_stands_on_a_terminal_only);
    suite_add_tcase(suite, tests);
    return suite;
}

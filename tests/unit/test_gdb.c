/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The debugger's packets: what is answered, and that no byte stream hurts. */
#include <check.h>
#include <elf.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/gdb/symbols.h"
#include "sim/gdb/target.h"
#include "sim/session.h"
#include "tests/unit/check_main.h"

#define VM "scenarios/mmio/vm-mmu-on.yaml"
#define LOOP "scenarios/errors/endless-loop.yaml"
#define ANSWERS_MAX 200000

struct talk {
    char *answers; /* all that the server sent */
    enum exit_status status;
};

/* A run with a debugger that sends those bytes, and then goes away. */
static struct talk talk_bytes(const char *scenario, const char *bytes, size_t length)
{
    struct session_options options = {.diag = {.out = stderr, .format = DIAG_HUMAN},
                                      .code_cache = CODE_CACHE_KEEP,
                                      .gdb = "stdio"}; /* which waits by itself */
    struct talk talk = {.answers = calloc(1, ANSWERS_MAX)};
    struct session session;
    FILE *sent = tmpfile(), *received = tmpfile();
    int in = dup(STDIN_FILENO), out = dup(STDOUT_FILENO);

    ck_assert(sent && received && talk.answers);
    ck_assert_uint_eq(fwrite(bytes, 1, length, sent), length);
    rewind(sent);
    fflush(stdout);
    dup2(fileno(sent), STDIN_FILENO);
    dup2(fileno(received), STDOUT_FILENO);
    session_open(&session, scenario, &options);
    talk.status = session.report.outcome.status;
    session_close(&session);
    fflush(stdout);
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    rewind(received);
    ck_assert_uint_lt(fread(talk.answers, 1, ANSWERS_MAX - 1, received), ANSWERS_MAX - 1);
    fclose(sent);
    fclose(received);
    close(in);
    close(out);
    return talk;
}

/* The packets of a session, put together with their checksums. */
static struct talk talk(const char *scenario, const char *const *packets)
{
    char bytes[20000];
    size_t at = 0;

    for (; *packets; packets++) {
        unsigned char sum = 0;

        for (const char *c = *packets; *c; c++)
            sum = (unsigned char)(sum + (unsigned char)*c);
        at += (size_t)snprintf(bytes + at, sizeof(bytes) - at, "$%s#%02x", *packets, sum);
    }
    return talk_bytes(scenario, bytes, at);
}

static void expect(const struct talk *talk, const char *const *answers)
{
    const char *at = talk->answers;

    for (; *answers; answers++) {
        at = strstr(at, *answers);
        ck_assert_msg(at != NULL, "no '%s' in order in: %s", *answers, talk->answers);
        at += strlen(*answers);
    }
}

#define PACKETS(...) ((const char *const[]){__VA_ARGS__, NULL})

START_TEST(registers_and_memory)
{
    /* pc is register 32, x5 is 5; 0x40000000 holds ldr w4, [x0, #4] and str x5, [x0, #8] */
    struct talk it = talk(
        VM, PACKETS("?", "p20", "p5", "m40000000,8", "P5=8877665544332211", "p5", "s", "p20", "D"));

    expect(&it, PACKETS("$T05thread:1;#", "$0000004000000000#", "$7856341200000000#",
                        "$040440b9050400f9#", "$OK#", "$8877665544332211#", "$T05thread:1;#",
                        "$0400004000000000#", "$OK#"));
    /* The store wrote another value than the scenario expects. */
    ck_assert_int_eq(it.status, EXIT_FAILED);
    free(it.answers);
}
END_TEST

START_TEST(stops)
{
    struct talk it = talk(VM, PACKETS("Z0,40000008,4", "Z2,9000008,8", "c", "p20", "c", "p20",
                                      "z2,9000008,8", "z0,40000008,4", "c"));

    expect(&it, PACKETS("$OK#", "$OK#", "$T05thread:1;watch:9000008;#", "$0400004000000000#",
                        "$T05thread:1;#", "$0800004000000000#", "$OK#", "$OK#", "$W00#"));
    ck_assert_int_eq(it.status, EXIT_OK);
    free(it.answers);
}
END_TEST

START_TEST(a_watchpoint_counts_at_the_pc_the_guest_resumes_from)
{
    /* The first instruction is the load from 0x9000004. */
    struct talk it = talk(VM, PACKETS("Z4,9000004,4", "c", "p20", "c"));

    expect(&it, PACKETS("$OK#", "$T05thread:1;awatch:9000004;#", "$0000004000000000#", "$W00#"));
    ck_assert_int_eq(it.status, EXIT_OK);
    free(it.answers);
}
END_TEST

START_TEST(an_endless_loop_is_interrupted_and_ended)
{
    struct talk it = talk_bytes(LOOP, "$c#63\003$k#6b", 11);

    expect(&it, PACKETS("$T02thread:1;#"));
    ck_assert_int_eq(it.status, EXIT_FAILED); /* it expects its own limit */
    free(it.answers);
}
END_TEST

START_TEST(what_is_unknown_is_answered_as_such)
{
    struct talk it = talk(VM, PACKETS("qNonsense", "vMustReplyEmpty", "p999", "mzz,1", "m0,8",
                                      "Z0,40000001,4", "Hg9", "T1", "T2", "qRcmd,6", "qRcmd,zz",
                                      "qXfer:features:read:target.xml:ffffffff,100"));

    expect(&it, PACKETS("$#00", "$#00", "$E01#", "$E01#", "$E01#", "$E01#", "$E01#", "$OK#",
                        "$E01#", "$OK#", "$E01#", "$l#"));
    ck_assert_int_eq(it.status, EXIT_OK); /* it went away, the run went on */
    free(it.answers);
}
END_TEST

START_TEST(bytes_that_are_no_packets)
{
    static const struct {
        const char *bytes, *answer;
    } cases[] = {
        {"", ""},
        {"$", ""},
        {"$m0", ""},
        {"$m0,4#", ""},
        {"$?#00", "-"},                     /* a wrong checksum is refused */
        {"$?#00$?#3f", "-+$T05thread:1;#"}, /* and the packet sent again is served */
        {"$m4000$?#3f", "+$T05thread:1;#"}, /* cut off by another one */
        {"+-+$?#zz$?#3f", "-+$T05thread:1;#"},
        {"\003\003$?#3f", "+$T05thread:1;#"}, /* it stands still already */
        {"$}#7d", "+$#00"},
        {"$M40000000,ffffffffffffffff:00#16", "-"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct talk it = talk_bytes(VM, cases[i].bytes, strlen(cases[i].bytes));

        ck_assert_msg(strncmp(it.answers, cases[i].answer, strlen(cases[i].answer)) == 0,
                      "case %zu: %s", i, it.answers);
        ck_assert_int_eq(it.status, EXIT_OK);
        free(it.answers);
    }
}
END_TEST

START_TEST(long_and_random_bytes)
{
    static char bytes[60000];
    uint32_t state = 1;

    memset(bytes, 'm', sizeof(bytes));
    bytes[0] = '$';
    memcpy(bytes + 30000, "#00$?#3f", 8);
    struct talk it = talk_bytes(VM, bytes, sizeof(bytes));
    ck_assert_ptr_nonnull(strstr(it.answers, "+$T05thread:1;#"));
    free(it.answers);
    for (unsigned round = 0; round < 50; round++) {
        static const char alphabet[] = "$#}*:;,?gGpPmMcsZzHTDqvX0123456789abcdef+-\003\n";

        for (size_t i = 0; i < 4000; i++) {
            state = state * 1664525u + 1013904223u;
            bytes[i] = alphabet[(state >> 16) % (sizeof(alphabet) - 1)];
        }
        it = talk_bytes(VM, bytes, 4000);
        free(it.answers);
    }
}
END_TEST

/* The program that GDB loads by itself: /vm-mmu-on. */
START_TEST(the_program_is_served_as_a_file)
{
    struct talk it = talk(
        VM, PACKETS("qXfer:exec-file:read::0,100", "qXfer:exec-file:read:1:4,3", "vFile:setfs:0",
                    "vFile:open:2f766d2d6d6d752d6f6e,0,0", "vFile:fstat:3", "vFile:pread:3,4,0",
                    "vFile:pread:3,10,ffffffffff", "vFile:pread:4,4,0", "vFile:pread:3,4",
                    "vFile:close:3", "vFile:open:2f6574632f706173737764,0,0", "vFile:open:zz,0,0",
                    "vFile:unlink:2f61"));

    /* struct stat has zeros: what is behind them is looked for behind them */
    const char *first[] = {"$l/vm-mmu-on#", "$mmmu#", "$F0#", "$F3#", "$F40;", NULL};
    const char *rest[] = {"$F4;\177ELF#", "$F0;#",   "$F-1,9#", "$F-1,16#", "$F0#",
                          "$F-1,2#",      "$F-1,2#", "$#00",    NULL};
    expect(&it, first);
    const char *stat = strstr(it.answers, "$F40;");
    struct talk behind = {.answers =
                              memmem(stat, ANSWERS_MAX - (size_t)(stat - it.answers), "$F4;", 4)};
    ck_assert_ptr_nonnull(behind.answers);
    expect(&behind, rest);
    ck_assert_int_eq(it.status, EXIT_OK);
    free(it.answers);
}
END_TEST

static void check_name(const struct gdb_name *name, const Elf64_Ehdr *header)
{
    const char *elf = (const char *)header;
    const Elf64_Shdr *sections = (const Elf64_Shdr *)(const void *)(elf + header->e_shoff);
    const Elf64_Sym *table = (const Elf64_Sym *)(const void *)(elf + sections[1].sh_offset);
    bool found = false, code = strcmp(name->kind, "code") == 0;

    for (size_t i = 1; i < sections[1].sh_size / sizeof(table[0]); i++) {
        if (strcmp(elf + sections[2].sh_offset + table[i].st_name, name->name) != 0)
            continue;
        found = true;
        ck_assert_uint_eq(table[i].st_value, name->address);
        ck_assert_int_eq(table[i].st_shndx != SHN_ABS, code);
        if (code) {
            const Elf64_Shdr *section = &sections[table[i].st_shndx];
            ck_assert_uint_lt(name->address - section->sh_addr, section->sh_size);
        }
    }
    ck_assert_msg(found, "%s", name->name);
}

START_TEST(the_program_has_the_scenarios_names)
{
    struct diag_options diag = {.out = stderr, .format = DIAG_HUMAN};
    struct scenario_load_options load = {.diag = &diag, .code_cache = CODE_CACHE_KEEP};
    struct scenario_file *file = scenario_file_open(VM, &diag);
    int status = 0;
    size_t size = 0, count = 0;
    struct gdb_name name;

    ck_assert_ptr_nonnull(file);
    struct scenario *scenario = scenario_file_load(file, 0, &load, &status);
    ck_assert_ptr_nonnull(scenario);
    uint8_t *elf = gdb_symbols_elf(scenario, &size);
    ck_assert_ptr_nonnull(elf);
    const Elf64_Ehdr *header = (const Elf64_Ehdr *)(const void *)elf;
    ck_assert_uint_eq(header->e_machine, EM_AARCH64);
    ck_assert_uint_eq(header->e_shoff + header->e_shnum * sizeof(Elf64_Shdr), size);
    for (; gdb_name_at(scenario, count, &name); count++)
        check_name(&name, header);
    ck_assert_uint_gt(count, scenario->memory_count + scenario->device_count);
    free(elf);
    scenario_free(scenario);
    scenario_file_free(file);
}
END_TEST

START_TEST(the_description_names_each_register_once)
{
    char *xml = gdb_target_xml(), pattern[64];
    unsigned found = 0;

    ck_assert_ptr_nonnull(xml);
    for (const char *at = xml; (at = strstr(at, "<reg name=")); at++)
        found++;
    ck_assert_uint_eq(found, gdb_register_count());
    for (unsigned n = 0; n < SYSREG_COUNT; n++) {
        snprintf(pattern, sizeof(pattern), "\"%s\"", sysreg_table[n].name);
        ck_assert_ptr_nonnull(strstr(xml, pattern));
    }
    ck_assert_uint_eq(gdb_register_size(0), 8);
    ck_assert_uint_eq(gdb_register_size(33), 4);
    ck_assert_uint_eq(gdb_register_size(34), 16);
    ck_assert_uint_eq(gdb_register_size(gdb_register_count()), 0);
    free(xml);
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("gdb");
    TCase *tcase = tcase_create("packets");

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, registers_and_memory);
    tcase_add_test(tcase, stops);
    tcase_add_test(tcase, a_watchpoint_counts_at_the_pc_the_guest_resumes_from);
    tcase_add_test(tcase, an_endless_loop_is_interrupted_and_ended);
    tcase_add_test(tcase, what_is_unknown_is_answered_as_such);
    tcase_add_test(tcase, bytes_that_are_no_packets);
    tcase_add_test(tcase, long_and_random_bytes);
    tcase_add_test(tcase, the_program_is_served_as_a_file);
    tcase_add_test(tcase, the_program_has_the_scenarios_names);
    tcase_add_test(tcase, the_description_names_each_register_once);
    suite_add_tcase(suite, tcase);
    return suite;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The binary trace: what is written reads back, what is cut off or damaged is told with its place.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cpu/clock.h"
#include "sim/trace/ctf.h"
#include "sim/trace/diff.h"
#include "sim/trace/writer.h"
#include "tests/unit/check_main.h"

#define FILE_MAX_SIZE ((size_t)4 << 20)

static const struct trace_header header = {
    "0.1.0", "a \"quoted\" \\ name", "0123456789abcdef", "default", "detailed", "in-order-2"};

struct recording {
    char path[64];
    char *metadata, *stream;
    size_t metadata_size, stream_size;
    struct trace_list sent;
};

static char *read_file(const char *directory, const char *name, size_t *size)
{
    char path[128], *bytes = malloc(FILE_MAX_SIZE);
    snprintf(path, sizeof(path), "%s/%s", directory, name);
    FILE *file = fopen(path, "rb");
    ck_assert(bytes && file);
    *size = fread(bytes, 1, FILE_MAX_SIZE, file);
    ck_assert(feof(file));
    fclose(file);
    return bytes;
}

/* rounds times one event of each kind, with each field set. */
static void record(struct recording *recording, unsigned rounds)
{
    static const char *const texts[] = {"word", "two words", "", NULL};
    char error[256] = "";
    struct clock clock = {0};
    struct trace trace = {.clock = &clock};
    const struct trace_options options = {.ipa_bits = 40};
    strcpy(recording->path, "/tmp/test_ctf.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(recording->path));
    struct trace_writer *writer = trace_writer_open_with(recording->path, &trace_format_ctf,
                                                         &header, &options, error, sizeof(error));
    ck_assert_msg(writer != NULL, "%s", error);
    trace_list_init(&recording->sent);
    trace_add_reader(&trace, trace_writer_event, writer);
    trace_add_reader(&trace, trace_list_event, &recording->sent);
    for (unsigned n = 0; n < rounds * EV_COUNT; n++) {
        enum event_kind kind = (enum event_kind)(n % EV_COUNT);
        uint64_t args[EVENT_MAX_ARGS];
        for (unsigned i = 0; i < event_field_count(kind); i++)
            switch (event_table[kind].fields[i].type) {
            case EVENT_FIELD_STR:
                args[i] = EVENT_STR(texts[(n + i) % 4]);
                break;
            case EVENT_FIELD_BOOL:
                args[i] = (n + i) % 2;
                break;
            case EVENT_FIELD_U32:
                args[i] = 0xd4000002u + n;
                break;
            case EVENT_FIELD_DEC:
                args[i] = n % 4 ? -(uint64_t)n : 0xfedcba9876543210u * (n + i + 1);
                break;
            default:
                args[i] = n % 3 ? 0x80000000u + n : 0xfedcba9876543210u * (n + i + 1);
            }
        clock.now.v += n % 3 * 0x12345678 + (n % 501 == 500 ? (uint64_t)5 << 32 : 0);
        trace.vcpu = n % 7;
        trace_send(&trace, kind, (enum world)(n % WORLD_COUNT), args, event_field_count(kind));
    }
    ck_assert_msg(trace_writer_close(writer, true, error, sizeof(error)), "%s", error);
    recording->metadata = read_file(recording->path, CTF_METADATA, &recording->metadata_size);
    recording->stream = read_file(recording->path, CTF_STREAM, &recording->stream_size);
}

static void forget(struct recording *recording)
{
    char path[128];
    static const char *const names[] = {CTF_METADATA, CTF_STREAM};
    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof(path), "%s/%s", recording->path, names[i]);
        unlink(path);
    }
    rmdir(recording->path);
    free(recording->metadata);
    free(recording->stream);
    trace_list_free(&recording->sent);
}

static enum trace_read_result read_bytes(const struct recording *recording, size_t size,
                                         struct trace_list *list, char *error)
{
    uint64_t unknown;
    FILE *file = size ? fmemopen(recording->stream, size, "rb") : fopen("/dev/null", "rb");
    ck_assert_ptr_nonnull(file);
    trace_list_init(list);
    *error = '\0';
    enum trace_read_result result = ctf_read("it", recording->metadata, recording->metadata_size,
                                             file, list, &unknown, error, 256);
    fclose(file);
    return result;
}

START_TEST(reads_back)
{
    struct recording recording;
    struct trace_list list;
    uint64_t unknown;
    char error[256] = "";
    record(&recording, 200); /* more than one packet */
    ck_assert_uint_gt(recording.stream_size, CTF_PACKET_SIZE);
    trace_list_init(&list);
    ck_assert_msg(trace_read(recording.path, &list, &unknown, error, sizeof(error)) ==
                      TRACE_READ_OK,
                  "%s", error);
    ck_assert_uint_eq(unknown, 0);
    ck_assert_uint_eq(list.count, 200 * EV_COUNT);
    ck_assert_uint_eq(list.ipa_bits, 40);
    ck_assert_str_eq(list.scenario, header.scenario);
    ck_assert_str_eq(list.hash, header.hash);
    ck_assert(diff_traces(stdout, &recording.sent, &list,
                          &(struct diff_options){.sides = {{.name = "sent"}, {.name = "read"}}}));
    trace_list_free(&list);
    forget(&recording);
}
END_TEST

/* Wherever it is cut off: the events of the packets before are read, and it is said. */
START_TEST(cut_off_anywhere)
{
    struct recording recording;
    struct trace_list list;
    char error[256];
    size_t before = 0;
    record(&recording, 200);
    for (size_t size = 0; size < recording.stream_size;
         size += size % 4096 < 70 || recording.stream_size - size < 70 ? 1 : 997) {
        ck_assert_int_eq(read_bytes(&recording, size, &list, error), TRACE_READ_PARTIAL);
        char place[96];
        snprintf(place, sizeof(place), "it: error: stream, byte %zu: the recording was cut off",
                 size);
        ck_assert_msg(strncmp(error, place, strlen(place)) == 0, "%zu: %s", size, error);
        ck_assert(list.count < recording.sent.count);
        ck_assert_uint_ge(list.count, before);
        before = list.count;
        for (size_t i = 0; i < list.count; i += 101)
            ck_assert_uint_eq(list.events[i].cycle.v, recording.sent.events[i].cycle.v);
        trace_list_free(&list);
    }
    ck_assert_uint_gt(before, 100 * EV_COUNT);
    forget(&recording);
}
END_TEST

static const struct {
    size_t offset;
    unsigned char byte;
    const char *error;
} damages[] = {
    {0, 0, "stream, byte 0: no packet starts here"},
    {4, 1, "stream, byte 0: no packet starts here"},
    {24, 1, "stream, byte 24: a packet of"},
    {31, 0xff, "stream, byte 24: a packet of"},
    {38, 0xff, "stream, byte 24: a packet of"},
    {48, 9, "stream, byte 48: packet 9 stands where 0 is due"},
    {15, 0x7f, "stream, byte 8: a packet from cycle"},
    {23, 0x7f, "stream, byte 8: a packet from cycle"},
    {58, 0xff, "stream, byte 57: metadata has no event 65280"},
    {57, 0xfe, "stream, byte 57: metadata has no event 254"},
    {62, 0xff, "is behind the end of its packet"},
    {64, 0xff, "stream, byte 57: vcpu 65280 or world 0 is none"},
    {65, 7, "stream, byte 57: vcpu 0 or world 7 is none"},
};

START_TEST(damaged)
{
    struct recording recording;
    struct trace_list list;
    char error[256];
    record(&recording, 1);
    recording.stream[damages[_i].offset] = (char)damages[_i].byte;
    ck_assert_int_eq(read_bytes(&recording, recording.stream_size, &list, error), TRACE_READ_WRONG);
    ck_assert_msg(strstr(error, damages[_i].error) != NULL, "%s", error);
    trace_list_free(&list);
    forget(&recording);
}
END_TEST

START_TEST(a_text_without_end)
{
    struct recording recording;
    struct trace_list list;
    char error[256];
    record(&recording, 1);
    /* The last event ends with a text and a number: without its zero the text takes all the rest.
     */
    memset(recording.stream + CTF_PACKET_HEADER + CTF_EVENT_HEADER, 'x',
           recording.stream_size - CTF_PACKET_HEADER - CTF_EVENT_HEADER);
    ck_assert_int_eq(read_bytes(&recording, recording.stream_size, &list, error), TRACE_READ_WRONG);
    ck_assert_ptr_nonnull(strstr(error, "it: error: stream, byte "));
    trace_list_free(&list);
    forget(&recording);
}
END_TEST

static void replace(struct recording *recording, const char *from, const char *to)
{
    char *at = memmem(recording->metadata, recording->metadata_size, from, strlen(from));
    ck_assert(at && strlen(from) == strlen(to));
    memcpy(at, to, strlen(to));
}

/* Of a sim with other events: those it has and we have are read, the others are counted. */
START_TEST(events_of_another_sim)
{
    struct recording recording;
    struct trace_list list;
    char error[256];
    uint64_t unknown = 0;
    record(&recording, 1);
    replace(&recording, "name = \"walk_step\"", "name = \"talk_step\"");
    replace(&recording, "name = \"walk_step\"", "name = \"talk_step\"");
    replace(&recording, "hex_t _spsr; }; };", "hex_t _spzz; }; };");
    FILE *file = fmemopen(recording.stream, recording.stream_size, "rb");
    trace_list_init(&list);
    ck_assert_int_eq(ctf_read("it", recording.metadata, recording.metadata_size, file, &list,
                              &unknown, error, sizeof(error)),
                     TRACE_READ_OK);
    fclose(file);
    ck_assert_uint_eq(unknown, 1);
    ck_assert_uint_eq(list.count, EV_COUNT - 1);
    trace_list_free(&list);
    forget(&recording);
}
END_TEST

static const struct {
    const char *from, *to, *error;
} metadata_damages[] = {
    {"major = 1", "major = 2", "metadata is not one that sim writes"},
    {"id = 2; stream_id", "id = 1; stream_id", "behind the layout is no row of an event"},
    {"struct { hex_t _pc;", "struct { hax_t _pc;", "behind the layout is no row of an event"},
    {"event { name = \"end\"", "event ( name = \"end\"", "behind the layout is no row"},
    {"stream_id = 0; fields", "stream_id = 1; fields", "behind the layout is no row"},
};

START_TEST(wrong_metadata)
{
    struct recording recording;
    struct trace_list list;
    char error[256];
    record(&recording, 1);
    replace(&recording, metadata_damages[_i].from, metadata_damages[_i].to);
    ck_assert_int_eq(read_bytes(&recording, recording.stream_size, &list, error), TRACE_READ_WRONG);
    ck_assert_msg(strstr(error, metadata_damages[_i].error) != NULL, "%s", error);
    trace_list_free(&list);
    forget(&recording);
}
END_TEST

/* A directory with anything else in it is not replaced, and nothing is left beside it. */
START_TEST(no_other_directory_is_replaced)
{
    char path[] = "/tmp/test_ctf.XXXXXX", file[64], error[256] = "";
    ck_assert_ptr_nonnull(mkdtemp(path));
    snprintf(file, sizeof(file), "%s/precious", path);
    FILE *out = fopen(file, "w");
    ck_assert_ptr_nonnull(out);
    fclose(out);
    ck_assert_ptr_null(trace_writer_open(path, &trace_format_ctf, &header, error, sizeof(error)));
    ck_assert_ptr_nonnull(strstr(error, "cannot be written: Directory not empty"));
    ck_assert_ptr_null(trace_writer_open("-", &trace_format_ctf, &header, error, sizeof(error)));
    ck_assert_str_eq(error, "a trace in format ctf is a directory: name it with -o DIR.ctf");
    ck_assert_int_eq(unlink(file), 0);
    ck_assert_int_eq(rmdir(path), 0);
}
END_TEST

/* A run that fails leaves nothing, and what was there before stays. */
START_TEST(nothing_is_left_of_a_failed_run)
{
    struct recording recording;
    struct stat status;
    char error[256] = "", temporary[128];
    record(&recording, 1);
    struct trace_writer *writer =
        trace_writer_open(recording.path, &trace_format_ctf, &header, error, sizeof(error));
    ck_assert_msg(writer != NULL, "%s", error);
    snprintf(temporary, sizeof(temporary), "%s.tmp-%ld-0", recording.path, (long)getpid());
    ck_assert_int_eq(stat(temporary, &status), 0);
    ck_assert(trace_writer_close(writer, false, error, sizeof(error)));
    ck_assert_int_ne(stat(temporary, &status), 0);
    size_t size;
    char *stream = read_file(recording.path, CTF_STREAM, &size);
    ck_assert_uint_eq(size, recording.stream_size);
    ck_assert_int_eq(memcmp(stream, recording.stream, size), 0);
    free(stream);
    forget(&recording);
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("ctf");
    TCase *tcase = tcase_create("ctf");
    tcase_add_test(tcase, reads_back);
    tcase_add_test(tcase, cut_off_anywhere);
    tcase_add_loop_test(tcase, damaged, 0, sizeof(damages) / sizeof(damages[0]));
    tcase_add_test(tcase, a_text_without_end);
    tcase_add_test(tcase, events_of_another_sim);
    tcase_add_loop_test(tcase, wrong_metadata, 0,
                        sizeof(metadata_damages) / sizeof(metadata_damages[0]));
    tcase_add_test(tcase, no_other_directory_is_replaced);
    tcase_add_test(tcase, nothing_is_left_of_a_failed_run);
    tcase_set_timeout(tcase, 60);
    suite_add_tcase(suite, tcase);
    return suite;
}

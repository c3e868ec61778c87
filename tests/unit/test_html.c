/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page's data: every event of a run is in it, as it was, and no text of a guest is markup. */
#include <check.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "sim/report/html/html.h"
#include "sim/report/html/pool.h"
#include "sim/session.h"
#include "sim/trace/trap_index.h"
#include "tests/unit/check_main.h"

#define HOSTILE "</script><script>alert(1)</script><!--<img src=x onerror=alert(2)>&amp;\"'\\\n\xff"

/* --- the pool ----------------------------------------------------------------------------------
 */

START_TEST(a_pool_has_each_once)
{
    struct pool pool = {0};
    const uint32_t count = 20000;
    char text[32];
    size_t size;
    for (int round = 0; round < 2; round++)
        for (uint32_t i = 0; i < count; i++) {
            int length = snprintf(text, sizeof(text), "text %" PRIu32, i);
            ck_assert_uint_eq(pool_add(&pool, text, (size_t)length), i);
        }
    ck_assert_uint_eq(pool_add(&pool, "", 0), count);
    ck_assert_uint_eq(pool_add(&pool, NULL, 0), count);
    ck_assert_uint_eq(pool_add(&pool, "text 7\0", 7), count + 1); /* bytes, not a string */
    ck_assert_uint_eq(pool.count, count + 2);
    for (uint32_t i = 0; i < count; i++) {
        snprintf(text, sizeof(text), "text %" PRIu32, i);
        const char *bytes = pool_at(&pool, i, &size);
        ck_assert_uint_eq(size, strlen(text));
        ck_assert_mem_eq(bytes, text, size);
        ck_assert_uint_eq((uintptr_t)bytes % sizeof(int32_t), 0);
    }
    ck_assert(!pool.failed);
    pool_free(&pool);
}
END_TEST

/* --- reading the page's data back --------------------------------------------------------------
 */

static char *data_of(const struct html_input *input)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    ck_assert(html_data(out, input));
    fclose(out);
    return text;
}

static json_int_t number(const json_t *array, size_t index)
{
    ck_assert_uint_lt(index, json_array_size(array));
    return json_integer_value(json_array_get(array, index));
}

struct page {
    json_t *root;
    const json_t *kinds, *texts, *wide, *bodies, *shapes, *times, *lines, *line, *starts, *gaps;
    size_t columns, shape, times_column, vcpu; /* how many, and where these stand */
    size_t *body_at;
};

static size_t column(const struct page *page, const char *name)
{
    const json_t *columns = json_object_get(page->root, "columns");
    size_t i = 0;
    while (i < json_array_size(columns) &&
           strcmp(json_string_value(json_array_get(columns, i)), name) != 0)
        i++;
    ck_assert_uint_lt(i, json_array_size(columns));
    return i;
}

static void open_page(struct page *page, const char *text)
{
    json_error_t error;
    page->root = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(page->root, "%s at %d", error.text, error.position);
    const struct {
        const char *name;
        const json_t **member;
    } members[] = {
        {"kinds", &page->kinds},   {"texts", &page->texts},   {"wide", &page->wide},
        {"bodies", &page->bodies}, {"shapes", &page->shapes}, {"times", &page->times},
        {"lines", &page->lines},   {"line", &page->line},     {"start", &page->starts},
        {"gaps", &page->gaps},
    };
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        *members[i].member = json_object_get(page->root, members[i].name);
        ck_assert(json_is_array(*members[i].member));
    }
    page->columns = json_array_size(json_object_get(page->root, "columns"));
    page->shape = column(page, "shape");
    page->times_column = column(page, "times");
    page->vcpu = column(page, "vcpu");
    size_t size = json_array_size(page->bodies), count = 0;
    page->body_at = calloc(size + 1, sizeof(*page->body_at));
    for (size_t at = 0; at < size;) {
        const json_t *kind = json_array_get(page->kinds, (size_t)number(page->bodies, at));
        page->body_at[count++] = at;
        at += 2 + json_array_size(json_object_get(kind, "fields"));
    }
}

/* A column of a piece's line. */
static json_int_t line_value(const struct page *page, size_t piece, size_t which)
{
    return number(page->lines, (size_t)number(page->line, piece) * page->columns + which);
}

static const json_t *piece_list(const struct page *page, size_t piece, const json_t *lists,
                                size_t which)
{
    return json_array_get(lists, (size_t)line_value(page, piece, which));
}

static void close_page(struct page *page)
{
    free(page->body_at);
    json_decref(page->root);
}

/* JSON has no bytes that are no UTF-8: they are told in another way. */
static bool is_plain(const char *text)
{
    return !strchr(text, '\xff');
}

static uint64_t value_of(const struct page *page, json_int_t code)
{
    if (code >= 0)
        return (uint64_t)code;
    return strtoull(json_string_value(json_array_get(page->wide, (size_t)(-1 - code))), NULL, 16);
}

/* The page's event is that one. */
static void check_event(const struct page *page, size_t body, uint64_t cycle, unsigned vcpu,
                        const struct event *event)
{
    size_t at = page->body_at[body];
    const json_t *kind = json_array_get(page->kinds, (size_t)number(page->bodies, at));
    const struct event_desc *desc = &event_table[event->kind];
    ck_assert_str_eq(json_string_value(json_object_get(kind, "name")), desc->name);
    ck_assert_int_eq(number(page->bodies, at + 1), event->world);
    ck_assert_uint_eq(cycle, event->cycle.v);
    ck_assert_uint_eq(vcpu, event->vcpu);
    for (unsigned i = 0; desc->fields[i].type != EVENT_FIELD_END; i++) {
        json_int_t code = number(page->bodies, at + 2 + i);
        const char *text = (const char *)(uintptr_t)event->args[i];
        if (desc->fields[i].type != EVENT_FIELD_STR)
            ck_assert_uint_eq(value_of(page, code), event->args[i]);
        else if (!text)
            ck_assert_int_eq(code, -1);
        else if (is_plain(text))
            ck_assert_str_eq(json_string_value(json_array_get(page->texts, (size_t)code)), text);
    }
}

/* The list's events, each once: of the index and of the page. */
static void check_index(const struct trace_list *list, const struct trap_index *index)
{
    bool *taken = calloc(list->count + 1, sizeof(*taken));
    size_t in_pieces = 0;
    for (size_t i = 0; i < list->count; i++) {
        size_t found = 0;
        while (found < list->count &&
               (taken[found] ||
                memcmp(&index->log.events[found], &list->events[i], sizeof(struct event)) != 0))
            found++;
        ck_assert_uint_lt(found, list->count);
        taken[found] = true;
    }
    for (size_t t = 0; t < index->log.trap_count; t++) {
        ck_assert_uint_eq(index->log.traps[t].first_event, in_pieces);
        in_pieces += index->log.traps[t].event_count;
    }
    ck_assert_uint_eq(in_pieces, index->loose);
    for (size_t s = 0; s < index->stretch_count; s++) {
        ck_assert_uint_eq(index->stretches[s].first_event, in_pieces);
        in_pieces += index->stretches[s].event_count;
    }
    ck_assert_uint_eq(in_pieces, list->count);
    free(taken);
}

/* Every event of the list is in the page, in its trap, as it was. */
static void check_all(const struct trace_list *list, const char *text)
{
    struct page page;
    struct trap_index index;
    open_page(&page, text);
    ck_assert(trap_index_build(&index, list));
    const struct trap_log *log = &index.log;
    size_t pieces = log->trap_count + index.stretch_count, gap = 0, at = 0;
    ck_assert_uint_eq(json_array_size(page.kinds), EV_COUNT);
    ck_assert_uint_eq((size_t)json_integer_value(json_object_get(page.root, "traps")),
                      log->trap_count);
    ck_assert_uint_eq(json_array_size(page.line), pieces);
    ck_assert_uint_eq(json_array_size(page.starts), pieces);
    uint64_t begin = 0, sum = 0;
    for (size_t t = 0; t < pieces; t++) {
        const json_t *shape = piece_list(&page, t, page.shapes, page.shape);
        const json_t *times = piece_list(&page, t, page.times, page.times_column);
        ck_assert_uint_eq(json_array_size(shape), json_array_size(times));
        begin += (uint64_t)number(page.starts, t);
        uint64_t cycle = begin;
        for (size_t n = 0; n < json_array_size(shape); n++, at++) {
            if (gap < json_array_size(page.gaps) && (size_t)number(page.gaps, gap) == t &&
                (size_t)number(page.gaps, gap + 1) == n) {
                cycle += (uint64_t)number(page.gaps, gap + 2);
                gap += 3;
            }
            cycle += (uint64_t)number(times, n);
            sum += (uint64_t)number(times, n);
            check_event(&page, (size_t)number(shape, n), cycle,
                        (unsigned)line_value(&page, t, page.vcpu), &log->events[at]);
        }
    }
    ck_assert_uint_eq(at, list->count);
    ck_assert_uint_eq(gap, json_array_size(page.gaps));
    ck_assert_uint_eq(sum, list->count ? list->events[list->count - 1].cycle.v : 0);
    check_index(list, &index);
    trap_index_free(&index);
    close_page(&page);
}

/* --- made up runs ------------------------------------------------------------------------------
 */

struct fake {
    struct clock clock;
    struct trace trace;
    struct trace_list list;
};

static void start(struct fake *fake)
{
    memset(fake, 0, sizeof(*fake));
    fake->trace.clock = &fake->clock;
    trace_list_init(&fake->list);
    ck_assert(trace_add_reader(&fake->trace, trace_list_event, &fake->list));
}

static void at(struct fake *fake, uint64_t cycle, unsigned vcpu)
{
    fake->clock.now.v = cycle;
    fake->trace.vcpu = vcpu;
}

/* Two vCPUs whose traps lie in each other; set-up in front, the host in between. */
static void send_run(struct fake *fake)
{
    struct trace *trace = &fake->trace;
    at(fake, 5, 0);
    EMIT(trace, KVM_RUN, VMM, 0);
    at(fake, 10, 1);
    EMIT(trace, KVM_RUN, VMM, 1);
    at(fake, 100, 0);
    EMIT(trace, GUEST_LOAD, GUEST, 0x40010000, 0xb9400001, UINT64_MAX, 4);
    EMIT(trace, WALK_STEP, GUEST, 2, UINT64_MAX, 0x80000008, 0); /* level -1 */
    at(fake, 170, 0);
    EMIT(trace, EL2_VECTOR, HOST, 0x93810005, 0xa000040, 0xa0000, 0x40010000, 0x3c5, 0xb9400001);
    at(fake, 200, 1);
    EMIT(trace, GUEST_INSN, GUEST, 0x40020000, 0xd4000002);
    EMIT(trace, EL2_VECTOR, HOST, 0x5a000000, 0, 0, 0x40020004, 0x3c5, 0xd4000002);
    at(fake, 260, 0);
    EMIT(trace, IO_MEM_ABORT, HOST, 0xa000040, 1, 0, 4, 1);
    EMIT(trace, EXIT_TO_VMM, HOST, EVENT_STR("KVM_EXIT_MMIO"), 0xa000040, 4, 0, 0, 0);
    EMIT(trace, VMM_HANDLE, VMM, EVENT_STR(HOSTILE), 0x40, 4, 0, 0x7fffffff, EVENT_STR("ok"));
    at(fake, 300, 1);
    EMIT(trace, KVM_SMCCC, HOST, 0x84000000, 0x80000000);
    EMIT(trace, ERET, HOST, 0x40020004, 0x3c5);
    at(fake, 400, 0);
    EMIT(trace, KVM_HANDLE_MMIO_RETURN, HOST, 1, 4, 0xffffffffc0b0a090);
    EMIT(trace, ERET, HOST, 0x40010004, 0x3c5);
    at(fake, 450, 0);
    EMIT(trace, HOST_IRQ, HOST, 27);
    at(fake, 500, 0);
    EMIT(trace, END, VMM, EVENT_STR(NULL), 0);
}

START_TEST(two_vcpus_in_turns)
{
    struct fake fake;
    start(&fake);
    send_run(&fake);
    char *text = data_of(&(struct html_input){.list = &fake.list});
    check_all(&fake.list, text);
    struct page page;
    open_page(&page, text);
    ck_assert_int_eq(json_integer_value(json_object_get(page.root, "traps")), 2);
    ck_assert_uint_eq(json_array_size(page.line), 5); /* set-up of each, the host at the end */
    const size_t events[] = {8, 4, 1, 1, 2};
    for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
        ck_assert_uint_eq(json_array_size(piece_list(&page, i, page.shapes, page.shape)),
                          events[i]);
    ck_assert_uint_eq(json_array_size(page.gaps), 3 * 3); /* vCPU 0 waits twice, 1 once */
    close_page(&page);
    free(text);
    trace_list_free(&fake.list);
}
END_TEST

START_TEST(an_empty_trace)
{
    struct fake fake;
    start(&fake);
    char *text = data_of(&(struct html_input){.list = &fake.list});
    check_all(&fake.list, text);
    free(text);
    trace_list_free(&fake.list);
}
END_TEST

static size_t count_of(const char *text, const char *what)
{
    size_t count = 0;
    for (const char *at_text = text; (at_text = strstr(at_text, what)); at_text += strlen(what))
        count++;
    return count;
}

START_TEST(no_text_is_markup)
{
    struct fake fake, tame;
    start(&fake);
    send_run(&fake);
    fake.list.scenario = trace_list_text(&fake.list, HOSTILE);
    fake.list.profile = trace_list_text(&fake.list, "<b>");
    char *data = data_of(&(struct html_input){.list = &fake.list});
    ck_assert(!strpbrk(data, "<>&"));
    ck_assert_ptr_nonnull(strstr(data, "\\u003c/script\\u003e"));
    free(data);

    /* The page has the same tags whatever names there are. */
    start(&tame);
    const struct trace_list *lists[] = {&fake.list, &tame.list};
    size_t tags[2], scripts[2];
    for (int i = 0; i < 2; i++) {
        char *page = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&page, &size);
        ck_assert(html_report(out, &(struct html_input){.list = lists[i]}));
        fclose(out);
        tags[i] = count_of(page, "<");
        scripts[i] = count_of(page, "</script");
        ck_assert_uint_eq(count_of(page, "@POLICY@") + count_of(page, "@DATA@"), 0);
        ck_assert_uint_eq(count_of(page, "'sha256-"), 2);
        ck_assert_uint_eq(count_of(page, "http"), count_of(page, "http-equiv") +
                                                      count_of(page, "http://www.w3.org/2000/svg"));
        free(page);
    }
    ck_assert_uint_eq(tags[0], tags[1]);
    ck_assert_uint_eq(scripts[0], scripts[1]);
    ck_assert_uint_eq(scripts[0], 2);
    trace_list_free(&fake.list);
    trace_list_free(&tame.list);
}
END_TEST

/* --- real runs ---------------------------------------------------------------------------------
 */

static const struct {
    const char *path;
    bool realm;
} runs[] = {
    {"scenarios/quickstart/vm-mmio-read-linux-7.2.yaml", false},
    {"scenarios/quickstart/realm-mmio-read.yaml", true},
    {"scenarios/smp/realm-cpu-on.yaml", true},
    {"scenarios/interrupts/virtual-timer.yaml", false},
    {"scenarios/stage2/thp-gives-a-block.yaml", false},
};

START_TEST(all_of_a_run_is_there)
{
    struct trace_list list;
    struct session session;
    const struct session_options options = {
        .diag = {.out = stderr, .format = DIAG_HUMAN},
        .code_cache = CODE_CACHE_KEEP,
        .reader = trace_list_event,
        .reader_ctx = &list,
    };
    trace_list_init(&list);
    session_open(&session, runs[_i].path, &options);
    ck_assert(session.ran);
    char *text = data_of(&(struct html_input){.list = &list, .report = &session.report});
    check_all(&list, text);
    json_t *root = json_loads(text, 0, NULL);
    const json_t *run = json_object_get(root, "run");
    ck_assert_int_eq(json_is_true(json_object_get(root, "realm")), runs[_i].realm);
    ck_assert_str_eq(json_string_value(json_object_get(run, "verdict")), "PASS");
    ck_assert_uint_eq((uint64_t)json_integer_value(json_object_get(root, "traps")),
                      session.log.total);
    json_decref(root);
    free(text);
    session_close(&session);
    trace_list_free(&list);
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("html");
    TCase *tcase = tcase_create("html");
    tcase_add_test(tcase, a_pool_has_each_once);
    tcase_add_test(tcase, two_vcpus_in_turns);
    tcase_add_test(tcase, an_empty_trace);
    tcase_add_test(tcase, no_text_is_markup);
    tcase_add_loop_test(tcase, all_of_a_run_is_there, 0, sizeof(runs) / sizeof(runs[0]));
    tcase_set_timeout(tcase, 60);
    suite_add_tcase(suite, tcase);
    return suite;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/gdb/stub.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/arch/pstate.h"
#include "sim/gdb/stub_internal.h"
#include "sim/gdb/target.h"
#include "sim/scenario/text.h"

#define SIGNAL_INTERRUPT 2 /* in GDB's own numbering */
#define SIGNAL_TRAP 5
#define MEMORY_MAX ((GDB_PACKET_MAX - 1) / 2) /* bytes that fit a reply in hex */
#define VECTOR_TABLE_SIZE 0x800u
#define VECTOR_SIZE 0x80u

/* --- text --- */

const char *gdb_parse_hex(const char *text, uint64_t *value)
{
    char *end;

    *value = 0;
    if (!strchr("0123456789abcdefABCDEF", *text) || !*text)
        return NULL;
    *value = strtoull(text, &end, 16);
    return end;
}

/* "A,B" with what follows; NULL if text is something else. */
static const char *parse_pair(const char *text, char between, uint64_t *a, uint64_t *b)
{
    text = gdb_parse_hex(text, a);
    return text && *text == between ? gdb_parse_hex(text + 1, b) : NULL;
}

static void answer(struct gdb_stub *stub, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void answer(struct gdb_stub *stub, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(stub->reply, sizeof(stub->reply), format, args);
    va_end(args);
    gdb_link_send(&stub->link, stub->reply, strlen(stub->reply));
}

static void answer_ok(struct gdb_stub *stub, bool good)
{
    answer(stub, good ? "OK" : "E01");
}

/* --- threads --- */

static unsigned thread_count(const struct gdb_stub *stub)
{
    return machine_cpu_count(stub->config.machine);
}

struct cpu *gdb_stub_cpu(const struct gdb_stub *stub)
{
    return machine_cpu(stub->config.machine, stub->thread - 1);
}

static void stop_reply(struct gdb_stub *stub, int signal, const char *reason)
{
    answer(stub, "T%02xthread:%x;%s", (unsigned)signal, cpu_index(stub->cpu) + 1, reason);
}

/* --- the packets; each gets what follows its name --- */

/* Whether the guest stays where it is. */
enum next { NEXT_STAY, NEXT_CONTINUE, NEXT_STEP, NEXT_DETACH };

static enum next why_stopped(struct gdb_stub *stub, const char *text)
{
    (void)text;
    stop_reply(stub, SIGNAL_TRAP, "");
    return NEXT_STAY;
}

static enum next read_all(struct gdb_stub *stub, const char *text)
{
    uint8_t value[GDB_REGISTER_MAX];
    size_t at = 0;

    (void)text;
    for (unsigned n = 0; n < gdb_register_general_count(); n++) {
        gdb_register_read(gdb_stub_cpu(stub), n, value);
        text_to_hex(stub->reply + at, value, gdb_register_size(n));
        at += 2 * gdb_register_size(n);
    }
    gdb_link_send(&stub->link, stub->reply, at);
    return NEXT_STAY;
}

static enum next write_all(struct gdb_stub *stub, const char *text)
{
    uint8_t value[GDB_REGISTER_MAX];

    for (unsigned n = 0; n < gdb_register_general_count() && *text; n++) {
        unsigned size = gdb_register_size(n);

        if (!text_from_hex(text, value, size)) {
            answer_ok(stub, false);
            return NEXT_STAY;
        }
        gdb_register_write(gdb_stub_cpu(stub), n, value);
        text += (size_t)2 * size;
    }
    answer_ok(stub, true);
    return NEXT_STAY;
}

static enum next read_one(struct gdb_stub *stub, const char *text)
{
    uint8_t value[GDB_REGISTER_MAX];
    uint64_t n;

    if (!gdb_parse_hex(text, &n) || n >= gdb_register_count()) {
        answer_ok(stub, false);
        return NEXT_STAY;
    }
    gdb_register_read(gdb_stub_cpu(stub), (unsigned)n, value);
    text_to_hex(stub->reply, value, gdb_register_size((unsigned)n));
    gdb_link_send(&stub->link, stub->reply, (size_t)2 * gdb_register_size((unsigned)n));
    return NEXT_STAY;
}

static enum next write_one(struct gdb_stub *stub, const char *text)
{
    uint8_t value[GDB_REGISTER_MAX];
    uint64_t n;

    text = gdb_parse_hex(text, &n);
    answer_ok(stub, text && *text == '=' && n < gdb_register_count() &&
                        text_from_hex(text + 1, value, gdb_register_size((unsigned)n)) &&
                        gdb_register_write(gdb_stub_cpu(stub), (unsigned)n, value));
    return NEXT_STAY;
}

static enum next read_memory(struct gdb_stub *stub, const char *text)
{
    uint8_t bytes[MEMORY_MAX];
    uint64_t address, length, got;

    if (!parse_pair(text, ',', &address, &length)) {
        answer_ok(stub, false);
        return NEXT_STAY;
    }
    if (length > MEMORY_MAX)
        length = MEMORY_MAX;
    got = debugger_read(gdb_stub_cpu(stub), stub->view, address, bytes, length);
    if (!got && length) {
        answer_ok(stub, false);
        return NEXT_STAY;
    }
    text_to_hex(stub->reply, bytes, got);
    gdb_link_send(&stub->link, stub->reply, 2 * got);
    return NEXT_STAY;
}

static enum next write_memory(struct gdb_stub *stub, const char *text)
{
    uint8_t bytes[MEMORY_MAX];
    uint64_t address, length;

    text = parse_pair(text, ',', &address, &length);
    answer_ok(stub,
              text && *text == ':' && length <= MEMORY_MAX &&
                  text_from_hex(text + 1, bytes, length) &&
                  debugger_write(gdb_stub_cpu(stub), stub->view, address, bytes, length) == length);
    return NEXT_STAY;
}

static enum next resume_at(struct gdb_stub *stub, const char *text, enum next how)
{
    uint64_t address;

    if (gdb_parse_hex(text, &address))
        cpu_el2(stub->cpu)->elr = address;
    return how;
}

static enum next go_on(struct gdb_stub *stub, const char *text)
{
    return resume_at(stub, text, NEXT_CONTINUE);
}

static enum next step_on(struct gdb_stub *stub, const char *text)
{
    debugger_step_cpu(stub->debugger, stub->cpu);
    return resume_at(stub, text, NEXT_STEP);
}

/* "s:1;c": of the actions the first that steps, or else going on. All CPUs run while one does. */
static enum next resume_threads(struct gdb_stub *stub, const char *text)
{
    for (const char *action = text; action; action = strchr(action, ';')) {
        uint64_t thread = 0;

        action += *action == ';';
        if (*action != 's' && *action != 'S')
            continue;
        action += strcspn(action, ":;");
        if (*action == ':' && gdb_parse_hex(action + 1, &thread) && thread > thread_count(stub)) {
            answer_ok(stub, false);
            return NEXT_STAY;
        }
        debugger_step_cpu(stub->debugger,
                          thread ? machine_cpu(stub->config.machine, (unsigned)thread - 1)
                                 : stub->cpu);
        return NEXT_STEP;
    }
    return NEXT_CONTINUE;
}

static enum next may_resume(struct gdb_stub *stub, const char *text)
{
    (void)text;
    answer(stub, "vCont;c;C;s;S");
    return NEXT_STAY;
}

static enum next detach(struct gdb_stub *stub, const char *text)
{
    (void)text;
    answer_ok(stub, true);
    return NEXT_DETACH;
}

static enum next end_run(struct gdb_stub *stub, const char *text)
{
    (void)text;
    machine_stop(stub->config.machine, "the debugger ended the run");
    return NEXT_DETACH;
}

static enum next choose_thread(struct gdb_stub *stub, const char *text)
{
    uint64_t thread = 0;

    /* -1 is all of them, 0 any: the one that stopped. */
    if (text[0] && text[1] != '-' &&
        (!gdb_parse_hex(text + 1, &thread) || thread > thread_count(stub))) {
        answer_ok(stub, false);
        return NEXT_STAY;
    }
    if (text[0] == 'g')
        stub->thread = thread ? (unsigned)thread : cpu_index(stub->cpu) + 1;
    answer_ok(stub, true);
    return NEXT_STAY;
}

static enum next thread_alive(struct gdb_stub *stub, const char *text)
{
    uint64_t thread;

    answer_ok(stub, gdb_parse_hex(text, &thread) && thread >= 1 && thread <= thread_count(stub));
    return NEXT_STAY;
}

static enum next list_threads(struct gdb_stub *stub, const char *text)
{
    size_t at = 0;

    (void)text;
    for (unsigned n = 1; n <= thread_count(stub) && at + 8 < sizeof(stub->reply); n++)
        at += (size_t)snprintf(stub->reply + at, sizeof(stub->reply) - at, "%c%x",
                               n == 1 ? 'm' : ',', n);
    gdb_link_send(&stub->link, stub->reply, at);
    return NEXT_STAY;
}

static enum next no_more_threads(struct gdb_stub *stub, const char *text)
{
    (void)text;
    answer(stub, "l");
    return NEXT_STAY;
}

static enum next thread_name(struct gdb_stub *stub, const char *text)
{
    uint64_t thread;
    char name[48];

    if (!gdb_parse_hex(text, &thread) || thread < 1 || thread > thread_count(stub)) {
        answer_ok(stub, false);
        return NEXT_STAY;
    }
    snprintf(name, sizeof(name), "vCPU %u, EL%u", (unsigned)thread - 1,
             field_get(cpu_el2(machine_cpu(stub->config.machine, (unsigned)thread - 1))->spsr,
                       PSTATE_M) == PSTATE_EL0T
                 ? 0
                 : 1);
    text_to_hex(stub->reply, (const uint8_t *)name, strlen(name));
    gdb_link_send(&stub->link, stub->reply, 2 * strlen(name));
    return NEXT_STAY;
}

static enum next current_thread(struct gdb_stub *stub, const char *text)
{
    (void)text;
    answer(stub, "QC%x", cpu_index(stub->cpu) + 1);
    return NEXT_STAY;
}

static enum next is_attached(struct gdb_stub *stub, const char *text)
{
    (void)text;
    answer(stub, "1");
    return NEXT_STAY;
}

static enum next supported(struct gdb_stub *stub, const char *text)
{
    (void)text;
    answer(stub,
           "PacketSize=%x;qXfer:features:read+;qXfer:exec-file:read+;QStartNoAckMode+;"
           "vContSupported+",
           GDB_PACKET_MAX);
    return NEXT_STAY;
}

static enum next no_ack(struct gdb_stub *stub, const char *text)
{
    (void)text;
    answer_ok(stub, true);
    stub->link.no_ack = true;
    return NEXT_STAY;
}

/* "OFFSET,LENGTH" of an object that is a text. */
static void answer_part(struct gdb_stub *stub, const char *object, const char *text)
{
    size_t length = strlen(object);
    uint64_t offset, want;

    if (!parse_pair(text, ',', &offset, &want)) {
        answer_ok(stub, false);
        return;
    }
    if (offset > length)
        offset = length;
    if (want > GDB_PACKET_MAX / 2)
        want = GDB_PACKET_MAX / 2;
    answer(stub, "%c%.*s", want < length - offset ? 'm' : 'l', (int)want, object + offset);
}

static enum next read_target(struct gdb_stub *stub, const char *text)
{
    answer_part(stub, stub->target_xml, text);
    return NEXT_STAY;
}

/* "PROCESS:OFFSET,LENGTH": all processes are the one. */
static enum next name_program(struct gdb_stub *stub, const char *text)
{
    const char *colon = strchr(text, ':');

    answer_part(stub, stub->program.path, colon ? colon + 1 : text);
    return NEXT_STAY;
}

static enum next serve_file(struct gdb_stub *stub, const char *text)
{
    if (!gdb_files_serve(stub, text))
        answer(stub, "%s", "");
    return NEXT_STAY;
}

/* Output of a command can be longer than a packet: it goes out in pieces, then OK. */
static enum next remote_command(struct gdb_stub *stub, const char *text)
{
    char command[256], *output = NULL;
    size_t size = 0, length = strlen(text) / 2;
    FILE *out = NULL;

    if (length < sizeof(command) && text_from_hex(text, (uint8_t *)command, length))
        out = open_memstream(&output, &size);
    if (!out) {
        answer_ok(stub, false);
        return NEXT_STAY;
    }
    command[length] = '\0';
    gdb_monitor(stub, command, out);
    fclose(out);
    for (size_t at = 0; output && at < size; at += MEMORY_MAX) {
        size_t some = size - at < MEMORY_MAX ? size - at : MEMORY_MAX;

        stub->reply[0] = 'O';
        text_to_hex(stub->reply + 1, (const uint8_t *)output + at, some);
        gdb_link_send(&stub->link, stub->reply, 1 + 2 * some);
    }
    free(output);
    answer_ok(stub, true);
    return NEXT_STAY;
}

/* "TYPE,ADDRESS,KIND"; types 0 and 1 are breakpoints, 2 to 4 watchpoints of KIND bytes. */
static void change_stop(struct gdb_stub *stub, const char *text, bool add)
{
    static const enum debug_watch watch[] = {DEBUG_WATCH_WRITE, DEBUG_WATCH_READ,
                                             DEBUG_WATCH_ACCESS};
    uint64_t type, address, kind;
    const char *rest = gdb_parse_hex(text, &type);
    bool good;

    if (!rest || *rest != ',' || !parse_pair(rest + 1, ',', &address, &kind)) {
        answer_ok(stub, false);
        return;
    }
    if (type > 4) {
        answer(stub, "%s", "");
        return;
    }
    if (type <= 1)
        good = add ? debugger_add_breakpoint(stub->debugger, VA(address))
                   : debugger_remove_breakpoint(stub->debugger, VA(address));
    else
        good = add ? debugger_add_watchpoint(stub->debugger, VA(address), kind, watch[type - 2])
                   : debugger_remove_watchpoint(stub->debugger, VA(address), kind, watch[type - 2]);
    answer_ok(stub, good || !add);
}

static enum next add_stop(struct gdb_stub *stub, const char *text)
{
    change_stop(stub, text, true);
    return NEXT_STAY;
}

static enum next remove_stop(struct gdb_stub *stub, const char *text)
{
    change_stop(stub, text, false);
    return NEXT_STAY;
}

/* By the longest name first where one begins another. */
static const struct {
    const char *name;
    enum next (*serve)(struct gdb_stub *stub, const char *text);
} packets[] = {
    {"qSupported", supported},
    {"QStartNoAckMode", no_ack},
    {"qXfer:features:read:target.xml:", read_target},
    {"qXfer:exec-file:read:", name_program},
    {"vFile:", serve_file},
    {"qRcmd,", remote_command},
    {"qfThreadInfo", list_threads},
    {"qsThreadInfo", no_more_threads},
    {"qThreadExtraInfo,", thread_name},
    {"qC", current_thread},
    {"qAttached", is_attached},
    {"vCont?", may_resume},
    {"vCont", resume_threads},
    {"vKill", end_run},
    {"?", why_stopped},
    {"g", read_all},
    {"G", write_all},
    {"p", read_one},
    {"P", write_one},
    {"m", read_memory},
    {"M", write_memory},
    {"c", go_on},
    {"s", step_on},
    {"Z", add_stop},
    {"z", remove_stop},
    {"H", choose_thread},
    {"T", thread_alive},
    {"D", detach},
    {"k", end_run},
};

static enum next serve_packet(struct gdb_stub *stub, size_t length)
{
    if (strlen(stub->packet) == length) /* none that is served has a NUL in it */
        for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); i++) {
            size_t name = strlen(packets[i].name);

            if (strncmp(stub->packet, packets[i].name, name) == 0)
                return packets[i].serve(stub, stub->packet + name);
        }
    answer(stub, "%s", "");
    return NEXT_STAY;
}

/* --- stops --- */

/* Serves packets until one lets the guest go. */
static enum next converse(struct gdb_stub *stub)
{
    enum next next = NEXT_STAY;

    while (next == NEXT_STAY) {
        size_t length;

        switch (gdb_link_receive(&stub->link, stub->packet, &length)) {
        case GDB_PACKET:
            next = serve_packet(stub, length);
            break;
        case GDB_INTERRUPT: /* it does stand still */
            break;
        case GDB_CLOSED:
            return NEXT_DETACH;
        }
    }
    return next;
}

static uint64_t el_of(struct cpu *cpu)
{
    return field_get(cpu_el2(cpu)->spsr, PSTATE_M) == PSTATE_EL0T ? 0 : 1;
}

/* Did the step end at an exception vector of EL1 from which the guest will return to where it was?
 */
static bool took_exception(struct gdb_stub *stub, struct cpu *cpu)
{
    uint64_t offset = cpu_el2(cpu)->elr - cpu_get_sysreg(cpu, SYSREG_VBAR_EL1);

    if (offset >= VECTOR_TABLE_SIZE || offset % VECTOR_SIZE != 0)
        return false;
    stub->over.until = cpu_get_sysreg(cpu, SYSREG_ELR_EL1);
    return stub->over.until - stub->over.from_pc <= 4;
}

static void end_over(struct gdb_stub *stub)
{
    if (stub->over.active && !stub->over.shared)
        debugger_remove_breakpoint(stub->debugger, VA(stub->over.until));
    stub->over.active = false;
}

/* A stop that is not the user's: a step over an exception is on its way. */
static bool keeps_running(struct gdb_stub *stub, struct cpu *cpu, const struct debug_report *report)
{
    if (stub->over.active) {
        bool back = report->why == DEBUG_STOP_BREAKPOINT && cpu_el2(cpu)->elr == stub->over.until;

        if (back && el_of(cpu) != stub->over.from_el)
            return true;
        end_over(stub);
        return false;
    }
    if (stub->step_mode != STEP_OVER || report->why != DEBUG_STOP_STEP ||
        !took_exception(stub, cpu))
        return false;
    stub->over.shared = debugger_has_breakpoint(stub->debugger, VA(stub->over.until));
    stub->over.active = debugger_add_breakpoint(stub->debugger, VA(stub->over.until));
    return stub->over.active;
}

static void report_stop(struct gdb_stub *stub, const struct debug_report *report)
{
    static const char *const watch[] = {[DEBUG_WATCH_WRITE] = "watch",
                                        [DEBUG_WATCH_READ] = "rwatch",
                                        [DEBUG_WATCH_ACCESS] = "awatch"};
    char reason[48] = "";

    if (report->why == DEBUG_STOP_WATCHPOINT)
        snprintf(reason, sizeof(reason), "%s:%" PRIx64 ";", watch[report->watch],
                 report->address.v);
    stop_reply(stub, report->why == DEBUG_STOP_REQUEST ? SIGNAL_INTERRUPT : SIGNAL_TRAP, reason);
}

/* A debug_handler. */
static enum debug_resume on_stop(void *ctx, struct cpu *cpu, const struct debug_report *report)
{
    struct gdb_stub *stub = ctx;
    bool was_connected = gdb_link_connected(&stub->link);
    enum next next;

    if (keeps_running(stub, cpu, report))
        return DEBUG_CONTINUE;
    stub->cpu = cpu;
    stub->thread = cpu_index(cpu) + 1;
    if (!was_connected && !gdb_link_accept(&stub->link))
        return DEBUG_DETACH;
    if (was_connected && report->why != DEBUG_STOP_START)
        report_stop(stub, report);
    next = converse(stub);
    stub->over.from_pc = cpu_el2(cpu)->elr;
    stub->over.from_el = el_of(cpu);
    switch (next) {
    case NEXT_STEP:
        return DEBUG_STEP;
    case NEXT_DETACH:
        gdb_link_close(&stub->link);
        stub->debugger = NULL;
        return DEBUG_DETACH;
    case NEXT_STAY:
    case NEXT_CONTINUE:
        break;
    }
    return DEBUG_CONTINUE;
}

/* A debug_poll: Ctrl-C of the debugger, or one that connects. */
static bool wants_stop(void *ctx)
{
    struct gdb_stub *stub = ctx;

    return gdb_link_ready(&stub->link);
}

/* An event_reader. */
static void keep_event(void *ctx, const struct event *event)
{
    struct gdb_stub *stub = ctx;

    stub->recent[stub->events++ % RECENT_EVENTS] = *event;
}

/* --- life --- */

struct gdb_stub *gdb_stub_new(const struct gdb_config *config, char *error, size_t size)
{
    struct gdb_stub *stub = calloc(1, sizeof(*stub));
    const struct mmu_peek peek = {machine_find_page, config->machine};

    if (stub) {
        stub->config = *config;
        stub->link.listener = stub->link.in = stub->link.out = -1;
        stub->target_xml = gdb_target_xml();
    }
    if (!stub || !stub->target_xml || !gdb_files_init(stub)) {
        snprintf(error, size, "out of memory");
        gdb_stub_finish(stub, 0);
        return NULL;
    }
    stub->thread = 1;
    if (!gdb_link_listen(&stub->link, config->where, error, size)) {
        gdb_stub_finish(stub, 0);
        return NULL;
    }
    /* On standard input it is connected already: the guest must not run away from it. */
    stub->debugger = debugger_attach(machine_engine(config->machine), on_stop, wants_stop, stub,
                                     config->stop || gdb_link_connected(&stub->link));
    if (!stub->debugger) {
        snprintf(error, size, "out of memory");
        gdb_stub_finish(stub, 0);
        return NULL;
    }
    debugger_set_peek(stub->debugger, &peek);
    trace_add_reader(machine_trace(config->machine), keep_event, stub);
    if (stub->link.listener >= 0)
        fprintf(stderr, "gdb: %s at %s\n",
                config->stop ? "the guest waits for a debugger" : "a debugger can attach",
                stub->link.name);
    return stub;
}

void gdb_stub_finish(struct gdb_stub *stub, int status)
{
    if (!stub)
        return;
    if (gdb_link_connected(&stub->link))
        answer(stub, "W%02x", (unsigned)status & 0xff);
    gdb_link_close(&stub->link);
    debugger_free(stub->debugger);
    gdb_files_free(stub);
    free(stub->target_xml);
    free(stub);
}

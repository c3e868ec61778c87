/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The GDB server on arbitrary packets. The first byte says which guest stands behind it, and
 * whether the others are a stream as it arrives or payloads, one a line, that get their frame and
 * checksum here. The run must end, and every answer must be a whole packet.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sim/session.h"
#include "tests/fuzz/fuzz_target.h"

static const char *const guests[] = {"tests/fuzz/guests/vm.yaml", "tests/fuzz/guests/realm.yaml"};

#define GUEST_COUNT (sizeof(guests) / sizeof(guests[0]))

static void fail(const char *what)
{
    fprintf(stderr, "FINDING: %s\n", what);
    abort();
}

static void put(int file, const void *bytes, size_t size)
{
    if (size && write(file, bytes, size) != (ssize_t)size)
        fail("no file in memory");
}

static void put_packets(int file, const char *bytes, size_t size)
{
    const char *end = bytes + size;

    while (bytes < end) {
        const char *line = memchr(bytes, '\n', (size_t)(end - bytes));
        size_t length = (size_t)((line ? line : end) - bytes);
        unsigned char sum = 0;
        char frame[8];

        for (size_t i = 0; i < length; i++)
            sum = (unsigned char)(sum + (unsigned char)bytes[i]);
        put(file, "$", 1);
        put(file, bytes, length);
        put(file, frame, (size_t)snprintf(frame, sizeof(frame), "#%02x", sum));
        bytes += length + 1;
    }
}

/* Between packets come only acknowledgements. */
static void check_answers(const char *at, const char *end)
{
    while (at < end) {
        unsigned char sum = 0;
        char frame[8];

        if (*at == '+' || *at == '-') {
            at++;
            continue;
        }
        if (*at++ != '$')
            fail("an answer does not begin as a packet");
        while (at < end && *at != '#')
            sum = (unsigned char)(sum + (unsigned char)*at++);
        snprintf(frame, sizeof(frame), "#%02x", sum);
        if (end - at < 3 || strncmp(at, frame, 3) != 0)
            fail("an answer is cut off, or has a wrong checksum");
        at += 3;
    }
}

static void serve(const char *guest)
{
    struct session_options options = {.diag = {.out = stderr, .format = DIAG_HUMAN},
                                      .code_cache = CODE_CACHE_KEEP,
                                      .gdb = "stdio",
                                      .gdb_stop = true};
    struct session session;

    session_open(&session, guest, &options);
    if (!session.ran)
        fail("the guest did not run");
    session_close(&session);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int in = memfd_create("in", MFD_CLOEXEC), out = memfd_create("out", MFD_CLOEXEC);
    int old_in = dup(STDIN_FILENO), old_out = dup(STDOUT_FILENO);
    char *answers;
    off_t length;

    if (size == 0 || in < 0 || out < 0)
        return 0;
    if (data[0] & 0x80)
        put(in, data + 1, size - 1);
    else
        put_packets(in, (const char *)data + 1, size - 1);
    lseek(in, 0, SEEK_SET);
    fflush(stdout);
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    serve(guests[(data[0] & 0x7f) % GUEST_COUNT]);
    dup2(old_in, STDIN_FILENO);
    dup2(old_out, STDOUT_FILENO);
    close(old_in);
    close(old_out);
    length = lseek(out, 0, SEEK_END);
    answers = malloc((size_t)length + 1);
    if (!answers || pread(out, answers, (size_t)length, 0) != length)
        fail("no file in memory");
    check_answers(answers, answers + length);
    free(answers);
    close(in);
    close(out);
    return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one file that the server has for a debugger: the program it attaches to (symbols.h), named by
 * qXfer:exec-file and read by Host I/O packets (GDB manual, "Host I/O Packets" and "struct stat").
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/gdb/stub_internal.h"
#include "sim/gdb/symbols.h"
#include "sim/scenario/text.h"

#define FILE_NUMBER 3u /* as a descriptor; the only one */
#define FILE_MODE 0100444u
#define HOST_IO_EBADF 9
#define HOST_IO_ENOENT 2
#define HOST_IO_EINVAL 22

bool gdb_files_init(struct gdb_stub *stub)
{
    stub->program.bytes = gdb_symbols_elf(stub->config.scenario, &stub->program.size);
    snprintf(stub->program.path, sizeof(stub->program.path), "/%s",
             *stub->config.scenario->name ? stub->config.scenario->name : "guest");
    return stub->program.bytes != NULL;
}

void gdb_files_free(struct gdb_stub *stub)
{
    free(stub->program.bytes);
}

static void fail(struct gdb_stub *stub, int error)
{
    int length = snprintf(stub->reply, sizeof(stub->reply), "F-1,%x", (unsigned)error);

    gdb_link_send(&stub->link, stub->reply, (size_t)length);
}

/* "F<result>;<attachment>"; attachment may be NULL. */
static void answer(struct gdb_stub *stub, uint64_t result, const void *attachment, size_t size)
{
    int length =
        snprintf(stub->reply, sizeof(stub->reply), "F%" PRIx64 "%s", result, attachment ? ";" : "");

    if (attachment)
        memcpy(stub->reply + length, attachment, size);
    gdb_link_send(&stub->link, stub->reply, (size_t)length + size);
}

static void set_fs(struct gdb_stub *stub, const char *text)
{
    (void)text; /* there is one */
    answer(stub, 0, NULL, 0);
}

/* "HEXPATH,flags,mode" */
static void open_file(struct gdb_stub *stub, const char *text)
{
    char path[sizeof(stub->program.path)];
    size_t length = strcspn(text, ",") / 2;

    if (length >= sizeof(path) || !text_from_hex(text, (uint8_t *)path, length)) {
        fail(stub, HOST_IO_ENOENT);
        return;
    }
    path[length] = '\0';
    if (strcmp(path, stub->program.path) == 0)
        answer(stub, FILE_NUMBER, NULL, 0);
    else
        fail(stub, HOST_IO_ENOENT);
}

static bool is_open(struct gdb_stub *stub, const char **text)
{
    uint64_t number;

    *text = gdb_parse_hex(*text, &number);
    if (*text && number == FILE_NUMBER)
        return true;
    fail(stub, HOST_IO_EBADF);
    return false;
}

static void close_file(struct gdb_stub *stub, const char *text)
{
    if (is_open(stub, &text))
        answer(stub, 0, NULL, 0);
}

/* "fd,count,offset" */
static void read_file(struct gdb_stub *stub, const char *text)
{
    uint64_t count, offset;
    size_t size = stub->program.size;

    if (!is_open(stub, &text))
        return;
    if (*text != ',' || !(text = gdb_parse_hex(text + 1, &count)) || *text != ',' ||
        !gdb_parse_hex(text + 1, &offset)) {
        fail(stub, HOST_IO_EINVAL);
        return;
    }
    if (offset > size)
        offset = size;
    if (count > size - offset)
        count = size - offset;
    if (count > GDB_PACKET_MAX / 4) /* each byte may have to be escaped */
        count = GDB_PACKET_MAX / 4;
    answer(stub, count, stub->program.bytes + offset, count);
}

static void put_be(uint8_t *to, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        to[i] = (uint8_t)(value >> 8 * (bytes - 1 - i));
}

static void stat_file(struct gdb_stub *stub, const char *text)
{
    enum { ST_MODE = 8, ST_NLINK = 12, ST_SIZE = 28, ST_BLKSIZE = 36, ST_END = 64 };
    uint8_t buffer[ST_END] = {0};

    if (!is_open(stub, &text))
        return;
    put_be(buffer + ST_MODE, FILE_MODE, 4);
    put_be(buffer + ST_NLINK, 1, 4);
    put_be(buffer + ST_SIZE, stub->program.size, 8);
    put_be(buffer + ST_BLKSIZE, GDB_PACKET_MAX / 4, 8);
    answer(stub, sizeof(buffer), buffer, sizeof(buffer));
}

bool gdb_files_serve(struct gdb_stub *stub, const char *text)
{
    static const struct {
        const char *name;
        void (*serve)(struct gdb_stub *stub, const char *text);
    } calls[] = {
        {"setfs:", set_fs},    {"open:", open_file},  {"close:", close_file},
        {"pread:", read_file}, {"fstat:", stat_file},
    };

    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
        if (strncmp(text, calls[i].name, strlen(calls[i].name)) == 0) {
            calls[i].serve(stub, text + strlen(calls[i].name));
            return true;
        }
    return false;
}

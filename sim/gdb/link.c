/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/gdb/link.h"
#include "sim/scenario/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define INTERRUPT_BYTE 0x03
#define ESCAPE '}'
#define ESCAPE_XOR 0x20

/* --- listening --- */

static bool fail(char *error, size_t size, const char *where, const char *why)
{
    snprintf(error, size, "cannot wait for a debugger at '%s': %s", where, why);
    return false;
}

static bool listen_unix(struct gdb_link *link, const char *where, const char *path, char *error,
                        size_t size)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct stat there;

    if (!*path || strlen(path) >= sizeof(address.sun_path))
        return fail(error, size, where, "the path is empty or too long");
    if (lstat(path, &there) == 0 && S_ISSOCK(there.st_mode))
        unlink(path); /* of a run that ended; another kind of file makes bind fail */
    strcpy(address.sun_path, path);
    link->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (link->listener < 0 ||
        bind(link->listener, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(link->listener, 1) != 0)
        return fail(error, size, where, strerror(errno));
    link->unlink_path = strdup(path);
    snprintf(link->name, sizeof(link->name), "%s", path);
    return true;
}

static bool bind_to(struct gdb_link *link, const struct addrinfo *info)
{
    const int yes = 1;

    link->listener = socket(info->ai_family, info->ai_socktype | SOCK_CLOEXEC, info->ai_protocol);
    if (link->listener < 0)
        return false;
    setsockopt(link->listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    if (bind(link->listener, info->ai_addr, info->ai_addrlen) == 0 &&
        listen(link->listener, 1) == 0)
        return true;
    close(link->listener);
    link->listener = -1;
    return false;
}

static void name_listener(struct gdb_link *link)
{
    struct sockaddr_storage bound;
    socklen_t size = sizeof(bound);
    char host[100], port[16];

    if (getsockname(link->listener, (struct sockaddr *)&bound, &size) == 0 &&
        getnameinfo((struct sockaddr *)&bound, size, host, sizeof(host), port, sizeof(port),
                    NI_NUMERICHOST | NI_NUMERICSERV) == 0)
        snprintf(link->name, sizeof(link->name), strchr(host, ':') ? "[%s]:%s" : "%s:%s", host,
                 port);
}

static bool is_port(const char *text)
{
    size_t digits = strspn(text, "0123456789");

    return digits > 0 && digits <= 5 && text[digits] == '\0' && strtoul(text, NULL, 10) <= 65535;
}

/* text: "PORT" or "ADDRESS:PORT", of which an IPv6 one is in brackets. */
static bool listen_tcp(struct gdb_link *link, const char *where, const char *text, char *error,
                       size_t size)
{
    const struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICSERV,
                                   .ai_socktype = SOCK_STREAM};
    const char *colon = strrchr(text, ':'), *port = colon ? colon + 1 : text;
    struct addrinfo *list = NULL;
    char host[100] = "127.0.0.1";
    int code;

    if (!is_port(port))
        return fail(error, size, where,
                    "expected PORT, tcp:PORT, tcp:ADDRESS:PORT, unix:PATH or stdio");
    if (colon) {
        bool brackets = text[0] == '[' && colon[-1] == ']';

        snprintf(host, sizeof(host), "%.*s", (int)(colon - text) - 2 * brackets, text + brackets);
    }
    code = getaddrinfo(host, port, &hints, &list);
    if (code != 0)
        return fail(error, size, where, gai_strerror(code));
    for (const struct addrinfo *info = list; info && link->listener < 0; info = info->ai_next)
        if (!bind_to(link, info))
            code = errno;
    freeaddrinfo(list);
    if (link->listener < 0)
        return fail(error, size, where, strerror(code));
    name_listener(link);
    return true;
}

bool gdb_link_listen(struct gdb_link *link, const char *where, char *error, size_t size)
{
    *link = (struct gdb_link){.listener = -1, .in = -1, .out = -1};
    if (strcmp(where, "stdio") == 0) {
        link->in = STDIN_FILENO;
        link->out = STDOUT_FILENO;
        snprintf(link->name, sizeof(link->name), "stdio");
        return true;
    }
    if (strncmp(where, "unix:", 5) == 0)
        return listen_unix(link, where, where + 5, error, size);
    return listen_tcp(link, where, strncmp(where, "tcp:", 4) == 0 ? where + 4 : where, error, size);
}

bool gdb_link_accept(struct gdb_link *link)
{
    const int yes = 1;
    int fd;

    if (gdb_link_connected(link))
        return true;
    if (link->listener < 0)
        return false;
    do
        fd = accept4(link->listener, NULL, NULL, SOCK_CLOEXEC);
    while (fd < 0 && errno == EINTR);
    if (fd < 0)
        return false;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes)); /* fails on a Unix socket */
    link->in = link->out = fd;
    link->begin = link->end = 0;
    link->no_ack = false;
    return true;
}

bool gdb_link_connected(const struct gdb_link *link)
{
    return link->in >= 0;
}

bool gdb_link_ready(const struct gdb_link *link)
{
    struct pollfd wait = {.fd = gdb_link_connected(link) ? link->in : link->listener,
                          .events = POLLIN};

    if (link->begin < link->end)
        return true;
    return wait.fd >= 0 && poll(&wait, 1, 0) > 0;
}

void gdb_link_disconnect(struct gdb_link *link)
{
    if (link->in > STDERR_FILENO)
        close(link->in);
    link->in = link->out = -1;
    link->begin = link->end = 0;
}

void gdb_link_close(struct gdb_link *link)
{
    gdb_link_disconnect(link);
    if (link->listener >= 0)
        close(link->listener);
    link->listener = -1;
    if (link->unlink_path)
        unlink(link->unlink_path);
    free(link->unlink_path);
    link->unlink_path = NULL;
}

/* --- packets --- */

/* The next byte, or -1 when the debugger went away. */
static int next_byte(struct gdb_link *link)
{
    ssize_t got;

    if (link->begin == link->end) {
        do
            got = read(link->in, link->buffer, sizeof(link->buffer));
        while (got < 0 && errno == EINTR);
        if (got <= 0)
            return -1;
        link->begin = 0;
        link->end = (size_t)got;
    }
    return link->buffer[link->begin++];
}

static void write_all(struct gdb_link *link, const char *bytes, size_t length)
{
    while (length > 0 && link->out >= 0) {
        ssize_t done = link->out == STDOUT_FILENO ? write(link->out, bytes, length)
                                                  : send(link->out, bytes, length, MSG_NOSIGNAL);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return;
        bytes += done;
        length -= (size_t)done;
    }
}

/* The rest of a packet behind its $. */
struct incoming {
    bool closed, too_long, valid;
    size_t length;
};

static struct incoming take_payload(struct gdb_link *link, char *payload)
{
    struct incoming packet = {0};
    unsigned char sum = 0;
    bool escaped = false;
    int c, high, low;

    while ((c = next_byte(link)) >= 0 && c != '#') {
        if (c == '$') { /* the one before was cut off */
            packet = (struct incoming){0};
            sum = 0;
            escaped = false;
            continue;
        }
        sum = (unsigned char)(sum + c);
        if (!escaped && c == ESCAPE) {
            escaped = true;
            continue;
        }
        if (packet.length < GDB_PACKET_MAX)
            payload[packet.length++] = (char)(escaped ? c ^ ESCAPE_XOR : c);
        else
            packet.too_long = true;
        escaped = false;
    }
    payload[packet.length] = '\0';
    if (c < 0 || (high = next_byte(link)) < 0 || (low = next_byte(link)) < 0) {
        packet.closed = true;
        return packet;
    }
    packet.valid = text_hex_digit(high) >= 0 && text_hex_digit(low) >= 0 &&
                   (text_hex_digit(high) << 4 | text_hex_digit(low)) == sum;
    return packet;
}

enum gdb_received gdb_link_receive(struct gdb_link *link, char *payload, size_t *length)
{
    for (;;) {
        struct incoming packet;
        int c = gdb_link_connected(link) ? next_byte(link) : -1;

        if (c < 0)
            return GDB_CLOSED;
        if (c == INTERRUPT_BYTE)
            return GDB_INTERRUPT;
        if (c != '$')
            continue; /* + and - : what we sent arrives, the link is reliable */
        packet = take_payload(link, payload);
        if (packet.closed)
            return GDB_CLOSED;
        if (!link->no_ack)
            write_all(link, packet.valid ? "+" : "-", 1);
        if (!packet.valid && !link->no_ack)
            continue;
        if (packet.too_long) {
            gdb_link_send(link, "", 0);
            continue;
        }
        *length = packet.length;
        return GDB_PACKET;
    }
}

void gdb_link_send(struct gdb_link *link, const char *payload, size_t length)
{
    char packet[2 * GDB_PACKET_MAX + 8];
    unsigned char sum = 0;
    size_t at = 0;

    packet[at++] = '$';
    for (size_t i = 0; i < length && i < GDB_PACKET_MAX; i++) {
        if (strchr("#$*}", payload[i]) && payload[i]) {
            packet[at++] = ESCAPE;
            packet[at++] = (char)(payload[i] ^ ESCAPE_XOR);
        } else {
            packet[at++] = payload[i];
        }
    }
    for (size_t i = 1; i < at; i++)
        sum = (unsigned char)(sum + (unsigned char)packet[i]);
    at += (size_t)snprintf(packet + at, sizeof(packet) - at, "#%02x", sum);
    write_all(link, packet, at);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The connection to a debugger, and the packets on it (GDB manual, appendix "Remote Protocol",
 * "Overview"): $payload#checksum, acknowledged by + or - until the debugger asks for none.
 */
#ifndef SIM_GDB_LINK_H
#define SIM_GDB_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define GDB_PACKET_MAX 4096 /* bytes of a payload, either way, as both sides see it */

struct gdb_link {
    int listener; /* -1: none */
    int in, out;  /* -1: nobody is connected */
    bool no_ack;
    char *unlink_path; /* of a Unix socket, removed at the end */
    char name[160];    /* where it listens, for the user: "127.0.0.1:1234" */
    unsigned char buffer[GDB_PACKET_MAX];
    size_t begin, end; /* what was read and not yet taken */
};

/*
 * Where to listen: "PORT", "tcp:PORT", "tcp:ADDRESS:PORT", "unix:PATH" or "stdio". Without an
 * address it is 127.0.0.1; port 0 is one that is free. False with a message in error.
 */
bool gdb_link_listen(struct gdb_link *link, const char *where, char *error, size_t size);
/* Waits for a debugger. False: the listener failed. */
bool gdb_link_accept(struct gdb_link *link);
/* Is a debugger trying to connect, or a byte of the connected one waiting? Does not wait. */
bool gdb_link_ready(const struct gdb_link *link);
bool gdb_link_connected(const struct gdb_link *link);
void gdb_link_disconnect(struct gdb_link *link);
void gdb_link_close(struct gdb_link *link);

enum gdb_received { GDB_PACKET, GDB_INTERRUPT, GDB_CLOSED };

/*
 * Waits for a packet: its payload, unescaped and terminated, in payload (GDB_PACKET_MAX + 1 bytes),
 * *length bytes of it. One with a wrong checksum is refused and asked for again; one that is too
 * long is answered as an unknown command is. GDB_INTERRUPT: the user pressed Ctrl-C.
 */
enum gdb_received gdb_link_receive(struct gdb_link *link, char *payload, size_t *length);
/* Sends a payload, escaping what must be. A debugger that went away is noticed at the next receive.
 */
void gdb_link_send(struct gdb_link *link, const char *payload, size_t length);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/scenario/assembler.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/scenario/elf_image.h"
#include "sim/scenario/file.h"
#include "sim/scenario/process.h"
#include "sim/scenario/text.h"

#define ARCHITECTURE "-march=armv8.4-a"
#define MESSAGE_BYTES 200
#define HASH_VERSION "sim-code 1" /* changes with whatever else determines the bytes */

enum { FILE_SOURCE, FILE_SCRIPT, FILE_OBJECT, FILE_IMAGE, FILE_COUNT };

static const char *const file_names[FILE_COUNT] = {"code.s", "code.ld", "code.o", "code.elf"};

uint64_t assembler_hash(const char *text, uint64_t address)
{
    uint64_t hash = hash_bytes(HASH_START, HASH_VERSION " " ARCHITECTURE,
                               sizeof(HASH_VERSION " " ARCHITECTURE));

    for (unsigned shift = 0; shift < 64; shift += 8) {
        uint8_t byte = (uint8_t)(address >> shift);

        hash = hash_bytes(hash, &byte, 1);
    }
    return hash_bytes(hash, text, strlen(text));
}

static const char *path_in(struct arena *arena, const char *directory, unsigned file)
{
    return arena_printf(arena, "%s/%s", directory, file_names[file]);
}

static bool write_new(struct arena *arena, const char *directory, unsigned file, const char *text)
{
    int fd = open(path_in(arena, directory, file), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool good;

    if (fd < 0)
        return false;
    good = file_write_all(fd, text, strlen(text));
    return close(fd) == 0 && good;
}

static void add_message(struct arena *arena, struct assembler_result *result, unsigned line,
                        const char *text)
{
    struct assembler_message *message;

    if (result->message_count == CODE_MAX_MESSAGES)
        return;
    message = &result->messages[result->message_count++];
    message->line = line;
    message->text = text_show_within(arena, text, MESSAGE_BYTES);
}

/*
 * Takes one line of output: "code.s:LINE: Error: TEXT" of the assembler, or, somewhere in it,
 * "code.s:LINE: undefined reference to ..." of the linker.
 */
static void read_message(struct arena *arena, const char *text, struct assembler_result *result)
{
    static const char *const skipped[] = {"Warning:", "Info:", "warning:"};
    static const char *const kinds[] = {"Error: ", "Fatal error: ", ""};
    const char *place = strstr(text, "code.s:");
    unsigned line = 0;
    int used = 0;

    if (!place || sscanf(place, "code.s:%u:%n", &line, &used) != 1 || used == 0)
        return;
    place += used;
    place += strspn(place, " ");
    for (size_t i = 0; i < sizeof(skipped) / sizeof(skipped[0]); i++) {
        if (strncmp(place, skipped[i], strlen(skipped[i])) == 0)
            return;
    }
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strncmp(place, kinds[i], strlen(kinds[i])) == 0) {
            place += strlen(kinds[i]);
            break;
        }
    }
    if (*place)
        add_message(arena, result, line, place);
}

static void read_output(struct arena *arena, const char *output, struct assembler_result *result)
{
    const char *last = "it failed without a message";

    for (const char *line = output; *line;) {
        size_t length = strcspn(line, "\n");
        const char *text = arena_copy(arena, line, length);

        if (length)
            last = text;
        read_message(arena, text, result);
        line += length + (line[length] == '\n');
    }
    if (result->message_count == 0)
        add_message(arena, result, 0, last);
}

static enum assembler_status run(struct arena *arena, const char *const *argv,
                                 const char *directory, struct assembler_result *result)
{
    const char *output = "";

    switch (process_run(arena, argv, directory, &output)) {
    case PROCESS_DONE:
        return ASSEMBLER_DONE;
    case PROCESS_MISSING:
        return ASSEMBLER_MISSING;
    case PROCESS_TIMEOUT:
        add_message(arena, result, 0, "it takes too long");
        return ASSEMBLER_REJECTED;
    case PROCESS_FAILED:
        break;
    }
    read_output(arena, output, result);
    return ASSEMBLER_REJECTED;
}

/* The linked file has one piece at the address asked for. */
static bool take_image(struct arena *arena, const char *directory, uint64_t address,
                       struct assembler_result *result)
{
    const char *wrong = "the linked file cannot be read";
    struct file_bytes file;
    struct elf_image elf;
    struct code_image *image = &result->image;

    if (file_read(arena, path_in(arena, directory, FILE_IMAGE), ELF_MAX_BYTES, &file, &wrong) ==
        FILE_READ)
        wrong = elf_parse(arena, (const uint8_t *)file.bytes, file.size, &elf);
    if (!wrong && (elf.segment_count != 1 || elf.segments[0].address != address))
        wrong = "the code does not start at its load address; use the sections .text, .rodata, "
                ".data and .bss";
    if (!wrong && elf.segments[0].memory_size > CODE_MAX_BYTES)
        wrong = "the code is larger than 256 KiB; use an ELF file";
    if (wrong) {
        add_message(arena, result, 0, wrong);
        return false;
    }
    image->address = address;
    image->size = (size_t)elf.segments[0].memory_size;
    image->bytes = arena_alloc(arena, image->size);
    memcpy(image->bytes, elf.segments[0].bytes, elf.segments[0].file_size);
    image->labels = elf.labels;
    image->label_count = elf.label_count;
    return true;
}

static enum assembler_status assemble_in(struct arena *arena, const char *directory,
                                         const char *text, uint64_t address,
                                         struct assembler_result *result)
{
    const char *const assembler[] = {
        "aarch64-linux-gnu-as",  ARCHITECTURE, "-g", "-o", file_names[FILE_OBJECT],
        file_names[FILE_SOURCE], NULL};
    const char *start = arena_printf(arena, "0x%" PRIx64, address);
    const char *const linker[] = {"aarch64-linux-gnu-ld",
                                  "-N",
                                  "-e",
                                  start,
                                  "-T",
                                  file_names[FILE_SCRIPT],
                                  "-o",
                                  file_names[FILE_IMAGE],
                                  file_names[FILE_OBJECT],
                                  NULL};
    const char *script = arena_printf(arena,
                                      "SECTIONS { .text %s : {\n"
                                      "*(.text .text.*) *(.rodata .rodata.*)\n"
                                      "*(.data .data.*) *(.bss .bss.* COMMON) } }\n",
                                      start);
    enum assembler_status status;

    if (!write_new(arena, directory, FILE_SOURCE, text) ||
        !write_new(arena, directory, FILE_SCRIPT, script)) {
        add_message(arena, result, 0, "temporary files cannot be written");
        return ASSEMBLER_REJECTED;
    }
    status = run(arena, assembler, directory, result);
    if (status == ASSEMBLER_DONE)
        status = run(arena, linker, directory, result);
    if (status == ASSEMBLER_DONE && !take_image(arena, directory, address, result))
        status = ASSEMBLER_REJECTED;
    return status;
}

/* Bytes must depend on the text alone, or a cache of them would lie. */
static bool reads_files(const char *text)
{
    return strcasestr(text, ".incbin") || strcasestr(text, ".include");
}

enum assembler_status assemble(struct arena *arena, const char *text, uint64_t address,
                               struct assembler_result *result)
{
    const char *base = getenv("TMPDIR");
    enum assembler_status status;
    char *directory;

    *result = (struct assembler_result){0};
    if (reads_files(text)) {
        add_message(arena, result, 0, ".include and .incbin are not allowed here");
        return ASSEMBLER_REJECTED;
    }
    directory = arena_printf(arena, "%s/sim-XXXXXX", base && *base ? base : "/tmp");
    if (!mkdtemp(directory)) {
        add_message(arena, result, 0, "no temporary folder can be made");
        return ASSEMBLER_REJECTED;
    }
    status = assemble_in(arena, directory, text, address, result);
    for (unsigned i = 0; i < FILE_COUNT; i++)
        unlink(path_in(arena, directory, i));
    rmdir(directory);
    return status;
}

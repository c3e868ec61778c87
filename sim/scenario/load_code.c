/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest's code: bytes into its memory, labels into names, and where it starts. */
#include <elf.h>
#include <inttypes.h>
#include <string.h>

#include "sim/scenario/code_cache.h"
#include "sim/scenario/elf_image.h"
#include "sim/scenario/file.h"
#include "sim/scenario/loader.h"
#include "sim/scenario/text.h"

#define INSTRUCTION_BYTES 4

struct code {
    const struct node *node; /* the value of asm, hex or elf */
    uint64_t entry;          /* where the guest starts, as far as it is known */
    const char *what;        /* is placed, for messages; NULL: the code */
    size_t segment_capacity;
};

/* --- into memory ------------------------------------------------------------------------------ */

/* Memory the bytes at va may stand in; NULL after reporting at node why there is none. */
static const struct scn_memory *require_memory(struct loader *loader, const struct node *node,
                                               const char *what, uint64_t va, uint64_t *ipa,
                                               uint64_t *room)
{
    const struct scn_memory *memory =
        guest_translate(loader, va, ipa, room) ? memory_at(loader, *ipa) : NULL;
    struct diag_error *error;
    uint64_t left;

    if (!memory) {
        error = diag_error(loader->diag, DIAG_E0208, &node->pos,
                           "%s: 0x%" PRIx64 " is in no memory of the guest", what, va);
        diag_width(error, node->width);
        for (size_t i = 0; i < loader->scn->memory_count && i < 4; i++)
            diag_note(error, &loader->scn->memory[i].pos,
                      "memory '%s' is 0x%" PRIx64 "..0x%" PRIx64, loader->scn->memory[i].name,
                      loader->scn->memory[i].ipa.v,
                      loader->scn->memory[i].ipa.v + loader->scn->memory[i].size - 1);
        return NULL;
    }
    if (!memory->ripas_ram) {
        error = diag_error(loader->diag, DIAG_E0208, &node->pos,
                           "%s: 0x%" PRIx64 " is in memory '%s', whose RIPAS is empty", what, va,
                           memory->name);
        diag_width(error, node->width);
        return NULL;
    }
    left = memory->size - (*ipa - memory->ipa.v);
    if (*room > left)
        *room = left;
    return memory;
}

/*
 * Places file_size bytes at virtual address va, as many segments as mappings lie under them; up to
 * memory_size there must be memory too.
 */
static void place_bytes(struct loader *loader, struct code *code, uint64_t va, const uint8_t *bytes,
                        uint64_t file_size, uint64_t memory_size)
{
    struct scn_guest *guest = &loader->scn->guest;

    while (memory_size) {
        uint64_t ipa, room, size;

        if (!require_memory(loader, code->node, code->what ? code->what : "the code", va, &ipa,
                            &room))
            return;
        if (room > memory_size)
            room = memory_size;
        size = file_size < room ? file_size : room;
        if (size) {
            guest->segments = arena_grow(loader->arena, guest->segments, guest->segment_count,
                                         &code->segment_capacity, sizeof(guest->segments[0]));
            guest->segments[guest->segment_count++] = (struct scn_segment){
                IPA(ipa), (uint8_t *)arena_copy(loader->arena, (const char *)bytes, size), size};
        }
        bytes += size;
        va += room;
        file_size -= size;
        memory_size -= room;
    }
}

/* Makes labels into names. Names of memory and devices win over symbols of an ELF file. */
static void add_labels(struct loader *loader, const struct code *code,
                       const struct scn_label *labels, size_t count, uint64_t bias, bool strict)
{
    struct scn_guest *guest = &loader->scn->guest;
    const size_t taken = loader->place_count;

    guest->labels = arena_array(loader->arena, count, sizeof(guest->labels[0]));
    for (size_t i = 0; i < count; i++) {
        bool clash = false;

        for (size_t j = 0; j < taken && !clash; j++)
            clash = strcmp(loader->places[j].name, labels[i].name) == 0;
        if (clash && strict)
            diag_error(loader->diag, DIAG_E0202, &code->node->pos,
                       "the label '%s' is also the name of a memory or a device",
                       text_show(loader->arena, labels[i].name));
        if (clash)
            continue;
        guest->labels[guest->label_count] = labels[i];
        guest->labels[guest->label_count++].address += bias;
        place_add(loader, labels[i].name, PLACE_LABEL, labels[i].address + bias, false);
    }
}

/* --- asm -------------------------------------------------------------------------------------- */

/* Place of a line of the text of `asm: |`: its first character that is no blank. */
static struct source_pos line_pos(struct loader *loader, const struct node *node, unsigned line,
                                  unsigned *width)
{
    const struct source *source = diag_source(loader->diag, node->pos.file);
    struct source_pos pos = node->pos;
    const char *at;

    *width = 1;
    if (!node->literal || !source || line == 0)
        return pos;
    pos.line = node->pos.line + line; /* the text starts on the line behind `|` */
    at = source->text;
    for (unsigned i = 1; i < pos.line && at; i++) {
        at = strchr(at, '\n');
        at += at != NULL;
    }
    if (!at)
        return node->pos;
    pos.column = 1 + (unsigned)strspn(at, " \t");
    *width = (unsigned)strcspn(at + pos.column - 1, "\r\n");
    return pos;
}

static void report_messages(struct loader *loader, const struct node *node,
                            const struct assembler_result *result)
{
    for (size_t i = 0; i < result->message_count; i++) {
        const struct assembler_message *message = &result->messages[i];
        unsigned width;
        struct source_pos pos = line_pos(loader, node, message->line, &width);
        struct diag_error *error =
            diag_error(loader->diag, DIAG_E0301, &pos, "assembler: %s", message->text);

        diag_width(error, width);
        if (message->line && !node->literal)
            diag_note(error, NULL, "in line %u of the text", message->line);
    }
}

/* Whether the code, or the address it is made for, may differ between the cells of the matrix. */
static bool differs_by_cell(const struct loader *loader, const struct node *node)
{
    const struct node *entry = node_get(node_get(loader->root, "guest"), "entry");
    const struct node *memory = node_get(loader->root, "memory");
    bool differs = node->substituted || (entry && entry->substituted);

    for (size_t i = 0; memory && i < memory->count; i++) {
        const struct node *ipa = node_get(memory->items[i], "ipa");

        differs |= ipa && ipa->substituted;
    }
    return differs && *loader->scn->cell;
}

/* The cache's path; NULL for a scenario that is no file. */
static const char *cache_path(struct loader *loader, const struct node *node, uint64_t hash)
{
    if (strcmp(loader->scn->path, "-") == 0)
        return NULL;
    return code_cache_path(loader->arena, loader->scn->path,
                           differs_by_cell(loader, node) ? &hash : NULL);
}

struct cached {
    const char *path;
    enum code_cache_status status;
    bool fresh; /* good, and of this source */
    struct code_image image;
    const char *why;
    unsigned line;
};

static struct cached read_cache(struct loader *loader, const struct node *node, uint64_t hash,
                                uint64_t address)
{
    struct cached cached = {.path = cache_path(loader, node, hash), .status = CODE_CACHE_MISSING};
    uint64_t found = 0;

    if (cached.path)
        cached.status = code_cache_read(loader->arena, cached.path, &found, &cached.image,
                                        &cached.why, &cached.line);
    cached.fresh =
        cached.status == CODE_CACHE_GOOD && found == hash && cached.image.address == address;
    return cached;
}

/* There is no assembler, and what is cached does not do. */
static void report_missing(struct loader *loader, const struct node *node,
                           const struct cached *cached)
{
    const struct source_pos *pos = &node->pos;
    struct diag_error *error;

    if (cached->status == CODE_CACHE_DAMAGED) {
        const struct source_pos damage = {cached->path, cached->line, cached->line ? 1 : 0};

        diag_error(loader->diag, DIAG_E0303, &damage, "the cached code cannot be read: %s",
                   cached->why);
        return;
    }
    if (cached->fresh) {
        error = diag_error(loader->diag, DIAG_E0306, pos,
                           "no assembler is installed to compare %s with", cached->path);
        loader->no_assembler = true;
    } else if (cached->status == CODE_CACHE_GOOD) {
        error = diag_error(loader->diag, DIAG_E0302, pos,
                           "%s was made from another source, and no assembler is installed to "
                           "make it again",
                           cached->path);
    } else {
        error = diag_error(loader->diag, DIAG_E0306, pos,
                           "no assembler is installed, and %s does not exist",
                           cached->path ? cached->path : "cached code");
        loader->no_assembler = true;
    }
    diag_note(error, NULL,
              "the assembler is aarch64-linux-gnu-as, of the package "
              "binutils-aarch64-linux-gnu");
}

static void report_stale(struct loader *loader, const struct node *node,
                         const struct cached *cached)
{
    const char *path = cached->path ? cached->path : "standard input";

    diag_note(diag_error(loader->diag, DIAG_E0302, &node->pos,
                         cached->status == CODE_CACHE_MISSING
                             ? "%s does not exist"
                             : "%s is not what the assembler makes "
                               "of this source",
                         path),
              NULL, "`sim check` without --reassemble writes it");
}

/* Code and labels of the text, from the cache or the assembler; false after reporting. */
static bool get_image(struct loader *loader, const struct node *node, uint64_t address,
                      struct code_image *image)
{
    const uint64_t hash = assembler_hash(node->text, address);
    struct cached cached = read_cache(loader, node, hash, address);
    struct assembler_result result;
    enum assembler_status status;

    if (cached.fresh && loader->code_cache != CODE_CACHE_VERIFY) {
        *image = cached.image;
        loader->scn->guest.code_cache = cached.path;
        return true;
    }
    status = assemble(loader->arena, node->text, address, &result);
    if (status == ASSEMBLER_MISSING) {
        report_missing(loader, node, &cached);
        return false;
    }
    if (status == ASSEMBLER_REJECTED) {
        report_messages(loader, node, &result);
        return false;
    }
    *image = result.image;
    if (loader->code_cache == CODE_CACHE_VERIFY) {
        if (cached.fresh && code_image_equal(&cached.image, image))
            return true;
        report_stale(loader, node, &cached);
        return false;
    }
    if (loader->code_cache == CODE_CACHE_UPDATE && cached.path)
        code_cache_write(loader->arena, cached.path, hash, image); /* a folder may be read-only */
    return true;
}

static bool load_asm(struct loader *loader, struct code *code)
{
    struct code_image image;

    if (!get_image(loader, code->node, code->entry, &image))
        return false;
    place_bytes(loader, code, image.address, image.bytes, image.size, image.size);
    add_labels(loader, code, image.labels, image.label_count, 0, true);
    return true;
}

/* --- hex -------------------------------------------------------------------------------------- */

struct word_list {
    uint8_t *bytes;
    size_t size, capacity;
};

static void add_word(struct loader *loader, struct word_list *words, uint64_t word)
{
    for (unsigned shift = 0; shift < 8 * INSTRUCTION_BYTES; shift += 8) {
        words->bytes = arena_grow(loader->arena, words->bytes, words->size, &words->capacity, 1);
        words->bytes[words->size++] = (uint8_t)(word >> shift);
    }
}

/* One text of words, apart by blanks or commas. */
static void read_words(struct loader *loader, const struct node *node, struct word_list *words)
{
    const char *const blanks = " \t\r\n,";

    for (const char *at = node->text + strspn(node->text, blanks); *at; at += strspn(at, blanks)) {
        size_t length = strcspn(at, blanks);
        uint64_t word = 0;
        enum number_status status = number_parse(at, length, &word);

        if (status == NUMBER_OK && word > UINT32_MAX)
            status = NUMBER_OVERFLOW;
        if (status != NUMBER_OK) {
            diag_width(diag_error(loader->diag, DIAG_E0305, &node->pos,
                                  "'%s' is not a 32-bit instruction word like 0xd4000002",
                                  text_show(loader->arena, arena_copy(loader->arena, at, length))),
                       node->width);
            return;
        }
        add_word(loader, words, word);
        at += length;
    }
}

static bool load_hex(struct loader *loader, struct code *code)
{
    struct word_list words = {0};

    if (code->node->kind == NODE_SCALAR)
        read_words(loader, code->node, &words);
    for (size_t i = 0; code->node->kind == NODE_SEQUENCE && i < code->node->count; i++)
        read_words(loader, code->node->items[i], &words);
    if (words.size == 0 && diag_count(loader->diag) == 0)
        diag_error(loader->diag, DIAG_E0305, &code->node->pos, "there are no instruction words");
    place_bytes(loader, code, code->entry, words.bytes, words.size, words.size);
    return true;
}

/* --- elf -------------------------------------------------------------------------------------- */

static bool load_elf(struct loader *loader, struct code *code)
{
    const struct node *node = code->node;
    const char *path = text_path_beside(loader->arena, node->pos.file, node->text), *why = NULL;
    struct file_bytes file;
    struct elf_image elf;
    uint64_t bias;

    if (file_read(loader->arena, path, ELF_MAX_BYTES, &file, &why) == FILE_READ)
        why = elf_parse(loader->arena, (const uint8_t *)file.bytes, file.size, &elf);
    if (why) {
        diag_width(
            diag_error(loader->diag, DIAG_E0304, &node->pos, "cannot load %s: %s", path, why),
            node->width);
        return false;
    }
    bias = elf.position_independent ? loader->scn->memory[0].ipa.v : 0;
    for (size_t i = 0; i < elf.segment_count; i++) {
        code->what = elf.segments[i].file_size > SELFMAG &&
                             memcmp(elf.segments[i].bytes, ELFMAG, SELFMAG) == 0
                         ? "the headers in the first segment, which `ld -n` leaves out"
                         : "a segment of the ELF file";
        place_bytes(loader, code, elf.segments[i].address + bias, elf.segments[i].bytes,
                    elf.segments[i].file_size, elf.segments[i].memory_size);
    }
    add_labels(loader, code, elf.labels, elf.label_count, bias, false);
    code->entry = elf.entry + bias;
    return true;
}

/* --------------------------------------------------------------------------------------------- */

struct code_kind {
    const char *key;
    bool (*load)(struct loader *loader, struct code *code);
    bool at_entry; /* placed where the guest starts; else the file says where */
};

static const struct code_kind code_kinds[] = {
    {"asm", load_asm, true}, {"hex", load_hex, true}, {"elf", load_elf, false}};

/* The one kind that is given; NULL after reporting none or several. */
static const struct code_kind *code_kind(struct loader *loader, const struct node *code)
{
    const struct code_kind *found = NULL;

    for (size_t i = 0; i < sizeof(code_kinds) / sizeof(code_kinds[0]); i++) {
        const struct node *node = node_get(code, code_kinds[i].key);

        if (node && found) {
            diag_error(loader->diag, DIAG_E0209, &node->pos,
                       "the code is given twice: '%s' and '%s'", found->key, code_kinds[i].key);
            return NULL;
        }
        if (node)
            found = &code_kinds[i];
    }
    if (!found)
        diag_error(loader->diag, DIAG_E0103, &code->pos,
                   "guest.code needs one of the keys 'asm', 'hex', 'elf'");
    return found;
}

/* The address the code is placed at; false after reporting why it cannot be. */
static bool code_address(struct loader *loader, const struct node *entry, const struct node *code,
                         uint64_t *address)
{
    bool given = entry && !place_is_unknown(loader, entry);
    uint64_t ipa, room;

    *address = loader->scn->memory[0].ipa.v;
    if (given && !place_resolve(loader, entry, address))
        return false;
    if (*address % INSTRUCTION_BYTES) {
        diag_width(diag_error(loader->diag, DIAG_E0203, &entry->pos,
                              "entry: 0x%" PRIx64 " is not aligned to an instruction (4 bytes)",
                              *address),
                   entry->width);
        return false;
    }
    return require_memory(loader, given ? entry : code, "entry", *address, &ipa, &room) != NULL;
}

/* Where the guest starts, now that labels are known. */
static void set_entry(struct loader *loader, const struct node *entry, struct code *code)
{
    const struct node *at = entry ? entry : code->node;
    uint64_t ipa, room;

    if (entry && !place_resolve(loader, entry, &code->entry))
        return;
    if (code->entry % INSTRUCTION_BYTES)
        diag_width(diag_error(loader->diag, DIAG_E0203, &at->pos,
                              "entry: 0x%" PRIx64 " is not aligned to an instruction (4 bytes)",
                              code->entry),
                   at->width);
    else
        require_memory(loader, at, "entry", code->entry, &ipa, &room);
    loader->scn->guest.start.entry = VA(code->entry);
}

void load_code(struct loader *loader)
{
    const struct node *guest = good_child(loader->root, "guest");
    const struct node *node = guest ? good_child(guest, "code") : NULL;
    const struct node *entry = guest ? good_child(guest, "entry") : NULL;
    const struct code_kind *kind = node ? code_kind(loader, node) : NULL;
    struct code code = {0};

    loader->labels_unknown = true;
    if (!kind || diag_count(loader->diag)) /* a file with errors starts no assembler */
        return;
    code.node = good_child(node, kind->key);
    if (kind->at_entry && !code_address(loader, entry, code.node, &code.entry))
        return;
    if (!kind->load(loader, &code))
        return;
    loader->labels_unknown = false;
    if (diag_count(loader->diag) == 0)
        set_entry(loader, entry, &code);
}

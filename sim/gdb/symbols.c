/* SPDX-License-Identifier: GPL-2.0-or-later */
/* System V ABI, chapter 4; AAELF64 for the machine. */
#include "sim/gdb/symbols.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/types.h"
#include "sim/scenario/scenario.h"

#define STRETCH_GAP                                                                                \
    (16 * (uint64_t)GRANULE_SIZE) /* labels this far apart are of different code                   \
                                   */

/* Sections around those of code. */
enum { SECTION_NULL, SECTION_SYMTAB, SECTION_STRTAB, SECTION_FIRST_CODE };

/* Names of sections, a string table; as offsets: */
static const char section_names[] = "\0.symtab\0.strtab\0.text";
enum { NAME_SYMTAB = 1, NAME_STRTAB = 9, NAME_TEXT = 17 };

struct symbols {
    const struct scenario *scenario;
    struct scn_label *labels; /* by address */
    size_t count;
    Elf64_Shdr *sections;
    size_t section_count;
    Elf64_Sym *symbols;
    size_t symbol_count;
    char *strings;
    size_t string_size;
};

bool gdb_name_at(const struct scenario *scenario, size_t index, struct gdb_name *name)
{
    const struct scn_guest *guest = &scenario->guest;

    if (index < guest->label_count) {
        *name =
            (struct gdb_name){"code", guest->labels[index].name, guest->labels[index].address, 0};
        return true;
    }
    index -= guest->label_count;
    if (index < scenario->memory_count) {
        const struct scn_memory *memory = &scenario->memory[index];

        *name = (struct gdb_name){"memory", memory->name, memory->ipa.v, memory->size};
        return true;
    }
    index -= scenario->memory_count;
    if (index < scenario->device_count) {
        const struct scn_device *device = &scenario->devices[index];

        *name = (struct gdb_name){"device", device->name, device->ipa.v, device->size};
        return true;
    }
    return false;
}

static int by_address(const void *a, const void *b)
{
    const struct scn_label *one = a, *other = b;

    if (one->address != other->address)
        return one->address < other->address ? -1 : 1;
    return strcmp(one->name, other->name);
}

static bool reserve(struct symbols *it)
{
    const struct scenario *scenario = it->scenario;
    size_t labels = scenario->guest.label_count, names, bytes = sizeof(section_names);
    struct gdb_name name;

    for (names = 0; gdb_name_at(scenario, names, &name); names++)
        bytes += strlen(name.name) + 1;
    it->labels = calloc(labels + 1, sizeof(it->labels[0]));
    it->sections = calloc(labels + SECTION_FIRST_CODE, sizeof(it->sections[0]));
    it->symbols = calloc(names + 1, sizeof(it->symbols[0]));
    it->strings = calloc(bytes, 1);
    if (!it->labels || !it->sections || !it->symbols || !it->strings)
        return false;
    memcpy(it->strings, section_names, sizeof(section_names));
    it->string_size = sizeof(section_names);
    it->section_count = SECTION_FIRST_CODE;
    it->symbol_count = 1; /* the first is none */
    if (labels)
        memcpy(it->labels, scenario->guest.labels, labels * sizeof(it->labels[0]));
    it->count = labels;
    qsort(it->labels, it->count, sizeof(it->labels[0]), by_address);
    return true;
}

static void add_symbol(struct symbols *it, const char *name, uint64_t address, uint64_t size,
                       unsigned char type, size_t section)
{
    Elf64_Sym *symbol = &it->symbols[it->symbol_count++];

    symbol->st_name = (Elf64_Word)it->string_size;
    symbol->st_info = ELF64_ST_INFO(STB_GLOBAL, type);
    symbol->st_shndx = (Elf64_Half)section;
    symbol->st_value = address;
    symbol->st_size = size;
    strcpy(it->strings + it->string_size, name);
    it->string_size += strlen(name) + 1;
}

/* The section of code that the label stands in: the last one, or a new one. */
static void place_label(struct symbols *it, const struct scn_label *label)
{
    Elf64_Shdr *section = &it->sections[it->section_count - 1];
    uint64_t page = label->address & ~(uint64_t)GRANULE_MASK;

    if (it->section_count == SECTION_FIRST_CODE ||
        page - section->sh_addr > section->sh_size + STRETCH_GAP) {
        section = &it->sections[it->section_count++];
        *section = (Elf64_Shdr){.sh_name = NAME_TEXT,
                                .sh_type = SHT_NOBITS,
                                .sh_flags = SHF_ALLOC | SHF_EXECINSTR,
                                .sh_addr = page,
                                .sh_addralign = 4};
    }
    section->sh_size = page + GRANULE_SIZE - section->sh_addr;
    add_symbol(it, label->name, label->address, 0, STT_NOTYPE, it->section_count - 1);
}

static void collect(struct symbols *it)
{
    struct gdb_name name;

    for (size_t i = 0; i < it->count && it->section_count < SHN_LORESERVE; i++)
        place_label(it, &it->labels[i]);
    for (size_t i = it->count; gdb_name_at(it->scenario, i, &name); i++)
        add_symbol(it, name.name, name.address, name.size, STT_OBJECT, SHN_ABS);
}

/* The file: header, symbols, strings, sections. */
static uint8_t *lay_out(struct symbols *it, size_t *size)
{
    size_t symbols = sizeof(Elf64_Ehdr);
    size_t symbols_size = it->symbol_count * sizeof(it->symbols[0]);
    size_t strings = symbols + symbols_size, sections = (strings + it->string_size + 7) & ~7ull;
    Elf64_Ehdr header = {
        .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
        .e_type = ET_EXEC,
        .e_machine = EM_AARCH64,
        .e_version = EV_CURRENT,
        .e_entry = it->scenario->guest.start.entry.v,
        .e_shoff = sections,
        .e_ehsize = sizeof(header),
        .e_shentsize = sizeof(Elf64_Shdr),
        .e_shnum = (Elf64_Half)it->section_count,
        .e_shstrndx = SECTION_STRTAB,
    };
    uint8_t *file;

    it->sections[SECTION_SYMTAB] = (Elf64_Shdr){.sh_name = NAME_SYMTAB,
                                                .sh_type = SHT_SYMTAB,
                                                .sh_offset = symbols,
                                                .sh_size = symbols_size,
                                                .sh_link = SECTION_STRTAB,
                                                .sh_info = 1, /* the first global one */
                                                .sh_addralign = 8,
                                                .sh_entsize = sizeof(Elf64_Sym)};
    it->sections[SECTION_STRTAB] = (Elf64_Shdr){.sh_name = NAME_STRTAB,
                                                .sh_type = SHT_STRTAB,
                                                .sh_offset = strings,
                                                .sh_size = it->string_size,
                                                .sh_addralign = 1};
    *size = sections + it->section_count * sizeof(Elf64_Shdr);
    file = calloc(*size, 1);
    if (!file)
        return NULL;
    memcpy(file, &header, sizeof(header));
    memcpy(file + symbols, it->symbols, symbols_size);
    memcpy(file + strings, it->strings, it->string_size);
    memcpy(file + sections, it->sections, it->section_count * sizeof(Elf64_Shdr));
    return file;
}

uint8_t *gdb_symbols_elf(const struct scenario *scenario, size_t *size)
{
    struct symbols it = {.scenario = scenario};
    uint8_t *file = NULL;

    if (reserve(&it)) {
        collect(&it);
        file = lay_out(&it, size);
    }
    free(it.labels);
    free(it.sections);
    free(it.symbols);
    free(it.strings);
    return file;
}

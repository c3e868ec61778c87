/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/scenario/elf_image.h"

#include <elf.h>
#include <string.h>

struct file {
    struct arena *arena;
    const uint8_t *bytes;
    size_t size;
    Elf64_Ehdr header;
};

/* Copies count * size bytes at offset; false when the file ends before. */
static bool read_at(const struct file *file, uint64_t offset, void *to, size_t size)
{
    if (offset > file->size || size > file->size - offset)
        return false;
    memcpy(to, file->bytes + offset, size);
    return true;
}

static bool inside(const struct file *file, uint64_t offset, uint64_t size)
{
    return offset <= file->size && size <= file->size - offset;
}

static const char *check_header(struct file *file)
{
    const Elf64_Ehdr *header = &file->header;

    if (file->size < SELFMAG || memcmp(file->bytes, ELFMAG, SELFMAG) != 0)
        return "it is not an ELF file";
    if (!read_at(file, 0, &file->header, sizeof(file->header)))
        return "it is shorter than an ELF header";
    if (header->e_ident[EI_CLASS] != ELFCLASS64)
        return "it is not a 64-bit ELF file";
    if (header->e_ident[EI_DATA] != ELFDATA2LSB)
        return "it is not little-endian";
    if (header->e_machine != EM_AARCH64)
        return "it is not for AArch64";
    if (header->e_type != ET_EXEC && header->e_type != ET_DYN)
        return "it is neither an executable nor position-independent; link it first";
    if (header->e_phnum == 0 || header->e_phentsize != sizeof(Elf64_Phdr))
        return "it has no program headers";
    return NULL;
}

/* Position-independent code must not wait for somebody to relocate it. */
static const char *check_dynamic(const struct file *file, const Elf64_Phdr *segment)
{
    for (uint64_t at = 0; at + sizeof(Elf64_Dyn) <= segment->p_filesz; at += sizeof(Elf64_Dyn)) {
        Elf64_Dyn entry;

        if (!read_at(file, segment->p_offset + at, &entry, sizeof(entry)))
            return "its dynamic section is cut off";
        if (entry.d_tag == DT_NULL)
            break;
        if ((entry.d_tag == DT_RELASZ || entry.d_tag == DT_RELSZ || entry.d_tag == DT_PLTRELSZ) &&
            entry.d_un.d_val)
            return "it needs relocations at load time; link it statically";
    }
    return NULL;
}

static const char *add_segment(const struct file *file, struct elf_image *image,
                               const Elf64_Phdr *segment)
{
    if (segment->p_filesz > segment->p_memsz)
        return "a segment is larger in the file than in memory";
    if (!inside(file, segment->p_offset, segment->p_filesz))
        return "a segment ends beyond the file";
    if (segment->p_vaddr + segment->p_memsz < segment->p_vaddr)
        return "a segment wraps around the address space";
    if (segment->p_memsz == 0)
        return NULL;
    if (image->segment_count == ELF_MAX_SEGMENTS)
        return "it has too many segments";
    image->segments[image->segment_count++] = (struct elf_segment){
        .address = segment->p_vaddr,
        .bytes = file->bytes + segment->p_offset,
        .file_size = segment->p_filesz,
        .memory_size = segment->p_memsz,
    };
    return NULL;
}

static const char *read_segments(const struct file *file, struct elf_image *image)
{
    image->segments = arena_array(file->arena, ELF_MAX_SEGMENTS, sizeof(image->segments[0]));
    for (unsigned i = 0; i < file->header.e_phnum; i++) {
        const char *wrong = NULL;
        Elf64_Phdr segment;
        uint64_t offset;

        if (__builtin_add_overflow(file->header.e_phoff, i * sizeof(segment), &offset) ||
            !read_at(file, offset, &segment, sizeof(segment)))
            return "its program headers are cut off";
        if (segment.p_type == PT_INTERP)
            wrong = "it needs a dynamic linker; link it statically";
        else if (segment.p_type == PT_DYNAMIC)
            wrong = inside(file, segment.p_offset, segment.p_filesz)
                        ? check_dynamic(file, &segment)
                        : "its dynamic section is cut off";
        else if (segment.p_type == PT_LOAD)
            wrong = add_segment(file, image, &segment);
        if (wrong)
            return wrong;
    }
    return image->segment_count ? NULL : "it has nothing to load";
}

static bool is_label(const Elf64_Sym *symbol, const char *name)
{
    unsigned type = ELF64_ST_TYPE(symbol->st_info);

    if (type != STT_NOTYPE && type != STT_OBJECT && type != STT_FUNC)
        return false;
    if (symbol->st_shndx == SHN_UNDEF || symbol->st_shndx >= SHN_LORESERVE)
        return false;
    return name[0] != '\0' && name[0] != '$'; /* $x and $d tell code from data */
}

/* Labels of one symbol table, of global or of local binding. */
static const char *read_symbols(const struct file *file, struct elf_image *image,
                                const Elf64_Shdr *table, const Elf64_Shdr *strings, bool global)
{
    const char *names = (const char *)file->bytes + strings->sh_offset;

    for (uint64_t at = 0; at + sizeof(Elf64_Sym) <= table->sh_size; at += sizeof(Elf64_Sym)) {
        Elf64_Sym symbol;
        const char *name;

        if (!read_at(file, table->sh_offset + at, &symbol, sizeof(symbol)))
            return "its symbol table is cut off";
        if (symbol.st_name >= strings->sh_size)
            return "the name of a symbol is outside its string table";
        name = names + symbol.st_name;
        if (!memchr(name, '\0', strings->sh_size - symbol.st_name))
            return "the name of a symbol does not end";
        if (!is_label(&symbol, name) || (ELF64_ST_BIND(symbol.st_info) != STB_LOCAL) != global)
            continue;
        if (image->label_count == ELF_MAX_LABELS)
            return "it has too many symbols";
        image->labels[image->label_count++] =
            (struct scn_label){arena_copy(file->arena, name, strlen(name)), symbol.st_value};
    }
    return NULL;
}

static const char *read_labels(const struct file *file, struct elf_image *image)
{
    const Elf64_Ehdr *header = &file->header;

    if (header->e_shnum == 0 || header->e_shentsize != sizeof(Elf64_Shdr))
        return NULL; /* stripped of sections: no labels */
    for (unsigned i = 0; i < header->e_shnum; i++) {
        Elf64_Shdr table, strings;
        const char *wrong;
        uint64_t offset;

        if (__builtin_add_overflow(header->e_shoff, i * sizeof(table), &offset) ||
            !read_at(file, offset, &table, sizeof(table)))
            return "its section headers are cut off";
        if (table.sh_type != SHT_SYMTAB)
            continue;
        if (table.sh_link >= header->e_shnum ||
            !read_at(file, header->e_shoff + table.sh_link * sizeof(strings), &strings,
                     sizeof(strings)) ||
            !inside(file, strings.sh_offset, strings.sh_size) ||
            !inside(file, table.sh_offset, table.sh_size))
            return "its symbol table is cut off";
        image->labels = arena_array(file->arena,
                                    table.sh_size / sizeof(Elf64_Sym) < ELF_MAX_LABELS
                                        ? table.sh_size / sizeof(Elf64_Sym)
                                        : ELF_MAX_LABELS,
                                    sizeof(image->labels[0]));
        wrong = read_symbols(file, image, &table, &strings, true);
        if (!wrong)
            wrong = read_symbols(file, image, &table, &strings, false);
        return wrong; /* there is one table at most */
    }
    return NULL;
}

const char *elf_parse(struct arena *arena, const uint8_t *bytes, size_t size,
                      struct elf_image *image)
{
    struct file file = {.arena = arena, .bytes = bytes, .size = size};
    const char *wrong = check_header(&file);

    *image = (struct elf_image){0};
    if (!wrong)
        wrong = read_segments(&file, image);
    if (!wrong)
        wrong = read_labels(&file, image);
    image->position_independent = file.header.e_type == ET_DYN;
    image->entry = file.header.e_entry;
    return wrong;
}

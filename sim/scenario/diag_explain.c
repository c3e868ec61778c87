/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The texts of codes. The long one says what it is, why it is told, and what to do. */
#include <string.h>

#include "sim/scenario/diag_private.h"

static const char *const explanations[DIAG_CODE_COUNT] = {
    [DIAG_E0001] = "The file, or the standard input, cannot be read: it does not exist, is no\n"
                   "regular file, or may not be read by this user. The message ends with the\n"
                   "system's reason. Paths are relative to the current folder.",
    [DIAG_E0002] = "A scenario or an included file may have 1 MiB. Scenarios are written by\n"
                   "hand; code belongs in an ELF file (guest.code.elf).",
    [DIAG_E0003] = "Scenarios are UTF-8 text without control characters other than tab and line\n"
                   "feed. The message names the first bad byte. Other encodings (UTF-16,\n"
                   "Latin-1) have to be converted: iconv -t UTF-8.",
    [DIAG_E0004] = "The YAML reader cannot go on here: an open bracket or quote, a tab that\n"
                   "indents, an alias without its anchor, a line of code further left than the\n"
                   "first one behind `asm: |`. The place is where it noticed; the\n"
                   "mistake may stand a line above.",
    [DIAG_E0005] = "The file is empty, or holds comments only. `sim init FILE` writes a scenario\n"
                   "to begin with.",
    [DIAG_E0006] = "Limits keep a file of a few bytes from taking all memory: 32 levels of\n"
                   "nesting, 50,000 nodes with aliases expanded, 4,096 keys in one mapping, 256\n"
                   "anchors. An alias inside its own anchor has no end and is refused too.",
    [DIAG_E0007] = "A path under `include:` is relative to the file in which it stands. The\n"
                   "message ends with the system's reason, and the notes show which file\n"
                   "included which.",
    [DIAG_E0008] = "A file includes itself, directly or through others, or includes are nested\n"
                   "beyond 8 levels. The notes show the chain. Put what both need into a third\n"
                   "file.",
    [DIAG_E0009] = "Tags (!!int), merge keys (<<) and further documents behind `---` are read\n"
                   "differently by different YAML libraries, so scenarios do without. `include:`\n"
                   "merges files, an alias repeats a value.",
    [DIAG_E0101] = "YAML libraries disagree on which of two equal keys counts, so none is taken.\n"
                   "Remove one of them.",
    [DIAG_E0102] = "The value is of another kind than the key takes: a list where a mapping\n"
                   "belongs, a text where a number belongs. `sim list keys` has the type of\n"
                   "every key. A text that begins with a brace, a bracket, an asterisk or an\n"
                   "ampersand needs quotes.",
    [DIAG_E0103] = "A key without which the mapping means nothing is missing; `sim list keys`\n"
                   "says `required` for each of them. At the top these are sim, memory and\n"
                   "guest, and in guest it is code.",
    [DIAG_E0104] = "Numbers are decimal, 0x or 0b, with _ between digits and K, M or G behind\n"
                   "(powers of 1024). A decimal number does not start with 0: readers of YAML\n"
                   "1.1 would take it for octal.",
    [DIAG_E0105] = "The number is outside what the key takes; the message has the range. Ranges\n"
                   "come from the architecture, or from what is modelled.",
    [DIAG_E0106] = "The word is none of those the key knows; the message lists them or the\n"
                   "nearest one. Case counts. `sim list keys`, `sim list kernels` and `sim list\n"
                   "devices` print them.",
    [DIAG_E0107] = "No key of that name may stand here; often it is a slip of the fingers, or a\n"
                   "key of another mapping. The note lists those that may. Keys that start with\n"
                   "x- are free for notes of your own.",
    [DIAG_E0108] = "The key is part of the format, but this version of sim does nothing with it.\n"
                   "It is refused, not ignored: a scenario must not seem to check what it does\n"
                   "not.",
    [DIAG_E0109] = "`sim: 1` at the top is the version of the format. A newer sim may know more\n"
                   "versions: compare `sim version`.",
    [DIAG_E0110] = "Expressions are of integers, names of `vars`, operators and parentheses. A\n"
                   "name must be defined, and no variable may need itself.",
    [DIAG_E0111] = "Names of memories, devices, labels and variables start with a letter or _\n"
                   "and go on with letters, digits and _. They stand where addresses stand, so\n"
                   "they must not look like numbers.",
    [DIAG_E0112] = "An expected value is a plain value, {min: , max: }, {in: [...]}, {not: ...},\n"
                   "`any`, or `null` for one that must be absent. The condition here cannot be\n"
                   "met, or does not fit the type of the value.",
    [DIAG_E0120] = "A `matrix:` has axes, each a name with a list of values; `exclude` and `add`\n"
                   "change which cells there are. The message says which of these rules is\n"
                   "broken: an axis without values, a cell that names no axis, more cells than a\n"
                   "file may have.",
    [DIAG_E0121] = "`--cell` or a `when` asks for cells that the matrix does not have. The\n"
                   "message has the axes and their values.",
    [DIAG_E0122] = "A `golden:` names a trace beside the scenario that the run is compared with;\n"
                   "its `events` are patterns over names of events. The path has to stay below\n"
                   "the folder of the scenario, and `sim test --update-missing` writes a file\n"
                   "that is not there.",
    [DIAG_E0123] =
        "`cases:` names a file beside the scenario with a JSON object a line, each a case\n"
        "of its own: name, vars (values of $name in the scenario), initial (keys of\n"
        "`guest`), final (an entry of `expect`), traps.",
    [DIAG_E0201] = "Two memories or devices cover the same addresses of the guest, and neither\n"
                   "has a higher `priority`. The note shows the other one. Compare base + size\n"
                   "of both.",
    [DIAG_E0202] = "Memories, devices and labels share one space of names, because each of them\n"
                   "is an address. Rename one of the two.",
    [DIAG_E0203] = "The value has to be a multiple of the unit that the message names, mostly\n"
                   "the granule of 4K: memory is mapped in pages. Devices may lie at any byte.",
    [DIAG_E0204] = "A range of no bytes holds nothing. Give a size, such as 4K or 2M.",
    [DIAG_E0205] = "Base + size is beyond the guest's address space of `machine.ipa_bits` bits,\n"
                   "or beyond 64 bits. Lower the address, or raise machine.ipa_bits.",
    [DIAG_E0206] = "An address is a number, the name of a memory or device, a label of the code,\n"
                   "or one of these + a number. The message has the nearest name.",
    [DIAG_E0207] = "All memories of a scenario together may have 4G. Make them smaller: few\n"
                   "guests touch more.",
    [DIAG_E0208] = "Code, entry point and initial values must be in a memory of the guest; of a\n"
                   "realm, in one whose RIPAS is ram.",
    [DIAG_E0209] = "Two keys say different things about one matter, or a key makes no sense\n"
                   "beside another; the message names both. Remove one.",
    [DIAG_E0210] = "The upper bit of a realm's IPA selects the half that is shared with the\n"
                   "host. A realm's own memory and code are in the lower, protected half: below\n"
                   "1 << (ipa_bits - 1).",
    [DIAG_E0211] = "The device's type has no such property, or the values do not fit each other:\n"
                   "an access size that the device does not have, a value outside its registers.\n"
                   "`sim list keys 'devices*'` has the properties.",
    [DIAG_E0212] = "vCPUs are numbered from 0; there are `machine.cpus` of them. Raise\n"
                   "machine.cpus, or name another one.",
    [DIAG_E0220] = "The memory's backing, its host events or its stage-2 mappings contradict\n"
                   "what Linux permits for such memory; the message names the rule. Pages of\n"
                   "hugetlbfs, for one, cannot be swapped out. A descriptor changed by hand\n"
                   "(`page_tables.raw`) has the fields of its own stage.",
    [DIAG_E0230] =
        "A cost profile has a name, what it is about, a base or every operation, and of\n"
        "each operation cycles, a confidence (published, derived, guess), a source and\n"
        "perhaps a range that holds the cycles. Sums under `checks:` must come out.\n"
        "`sim list costs` prints the operations.",
    [DIAG_E0231] = "A profile is one of those that are built in (`sim list profiles`) or a file,\n"
                   "told by a / or by its end, .yaml. A `base:` names one that is built in.",
    [DIAG_E0232] =
        "A row of published measurements needs an id, a name, a profile, ns or cycles, a\n"
        "scenario or an smc, its use and its source; cpu/timing/published.yaml explains\n"
        "the keys. A ratio names two rows above it.",
    [DIAG_E0301] = "`aarch64-linux-gnu-as` did not take the code under `asm:`. Its own message\n"
                   "follows, with lines counted in this file.",
    [DIAG_E0302] = "NAME.code.hex beside a scenario holds its assembled code and the hash of the\n"
                   "source. The source has changed since. With an assembler, `sim check FILE`\n"
                   "makes it again; commit both files together.",
    [DIAG_E0303] = "NAME.code.hex is damaged: a line that is no instruction word, a missing\n"
                   "header. Remove it, and let `sim check FILE` make it again.",
    [DIAG_E0304] = "The file is no little-endian AArch64 ELF executable with segments, or is cut\n"
                   "off; the message says which. Link with `aarch64-linux-gnu-ld`, at addresses\n"
                   "inside a memory.",
    [DIAG_E0305] = "`hex:` takes a list of 32-bit instruction words, such as 0xd4000002. `sim\n"
                   "insn 0xd4000002` says what a word is.",
    [DIAG_E0306] = "`asm:` needs the assembler once, to make NAME.code.hex; none is installed\n"
                   "and that file does not exist. Install binutils-aarch64-linux-gnu, or copy\n"
                   "the .code.hex from a machine that has it.",
    [DIAG_W0401] =
        "The device of a realm is in the lower, protected half of its address space. There\n"
        "the RMM answers for what is not mapped: an access never reaches the host, the RMM\n"
        "injects an external abort, and a guest without vectors then faults for ever. A\n"
        "device that the host shall emulate is in the upper half: add 1 << (ipa_bits - 1)\n"
        "to its address. Where the abort is what the scenario is about, `expect` the\n"
        "`injection` of a trap, and the warning is gone.",
    [DIAG_W0402] =
        "`limits:` end the run before the cycle, trap or exit that is named here, so that it\n"
        "cannot happen, and nothing would tell. Raise the limit (0: none), or lower the\n"
        "number.",
    [DIAG_W0403] =
        "In YAML a # behind a blank begins a comment, within a sentence too: of\n"
        "`about: HVC #0 ends it` the text is `HVC`. Put it in quotes, or below `about: >`. A\n"
        "comment that is meant has no digit behind its #.",
};

const char *diag_code_name(enum diag_code code)
{
    static const char *const names[DIAG_CODE_COUNT] = {
#define X(code_, meaning_) #code_,
        DIAG_CODES(X)
#undef X
    };
    return names[code];
}

const char *diag_level_name(enum diag_level level)
{
    return level == DIAG_WARNING ? "warning" : "error";
}

enum diag_level diag_code_level(enum diag_code code)
{
    return diag_code_name(code)[0] == 'W' ? DIAG_WARNING : DIAG_ERROR;
}

const char *diag_code_meaning(enum diag_code code)
{
    static const char *const meanings[DIAG_CODE_COUNT] = {
#define X(code_, meaning_) meaning_,
        DIAG_CODES(X)
#undef X
    };
    return meanings[code];
}

const char *diag_code_explanation(enum diag_code code)
{
    return explanations[code];
}

bool diag_code_by_name(const char *name, enum diag_code *code)
{
    for (size_t i = 0; i < DIAG_CODE_COUNT; i++)
        if (strcmp(diag_code_name((enum diag_code)i), name) == 0) {
            *code = (enum diag_code)i;
            return true;
        }
    return false;
}

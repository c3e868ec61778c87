/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `sim insn`: an instruction's syndrome, and whether its access to a device can be emulated. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/arch/esr.h"
#include "sim/cmd.h"
#include "sim/options.h"
#include "sim/report/esr_text.h"
#include "sim/report/insn_explain.h"
#include "sim/report/json_writer.h"
#include "sim/report/verdict.h"
#include "sim/scenario/arena.h"
#include "sim/scenario/assembler.h"
#include "sim/scenario/text.h"

#define LABEL_WIDTH 11
#define WORD_BYTES 4
#define SHOWN_BYTES 60 /* of what a user wrote, in a message */

static const struct command_help help = {
    .usage = "sim insn INSTRUCTION... [options]",
    .about =
        "Tells what an A64 instruction gives when it touches a device: its syndrome, whether each\n"
        "kernel can emulate the access for a VM or a realm, and what to write instead.\n"
        "INSTRUCTION is text, if binutils for AArch64 is installed, or a word.",
    .epilogue =
        "examples:\n"
        "  sim insn 'ldrsb x2, [x0]'\n"
        "  sim insn 0x39800002\n"
        "  sim insn 'ldp x1, x2, [x0], #16'     no valid syndrome: what to write instead\n"
        "\n"
        "exit status: 0; 2 wrong usage, or an instruction that cannot be read; 77 text, and\n"
        "no assembler is installed.\n",
};

/* --- text --------------------------------------------------------------------------------------
 */

static void print_label(const char *label)
{
    printf("  %-*s", LABEL_WIDTH, label);
}

static void print_access(const struct insn *insn)
{
    unsigned bytes = insn_bytes(insn);
    print_label("access");
    if (insn->imm_by_vl)
        fputs("as many bytes as the vector length says", stdout);
    else if (insn->cls == INSN_ZERO)
        fputs("a block of bytes, its size in DCZID_EL0", stdout);
    else if (insn->elements > 1)
        printf("%u bytes: %u times %u", bytes, insn->elements, insn->size);
    else
        printf("%u byte%s", bytes, bytes == 1 ? "" : "s");
    if (insn->cls == INSN_LOAD && !insn->simd && insn->elements)
        printf(", %s to %u bits", insn->sign_extend ? "sign-extended" : "zero-extended",
               insn->sixty_four ? 64 : 32);
    if (insn->align > 1)
        printf(", must be aligned to %u", insn->align);
    printf("%s%s%s\n", insn->exclusive ? ", exclusive" : "",
           insn->ordered ? ", acquire or release" : "", insn->unprivileged ? ", unprivileged" : "");
}

/* text with a line for each part that ends with "; ". */
static void print_parts(const char *label, const char *text)
{
    const char *end;
    for (; (end = strstr(text, "; ")) != NULL; text = end + 2, label = "") {
        print_label(label);
        printf("%.*s;\n", (int)(end - text), text);
    }
    print_label(label);
    puts(text);
}

static void print_syndrome(const struct insn_explanation *out)
{
    print_label("ESR_EL2");
    if (!out->has_esr) {
        printf("none: %s\n", out->no_trap);
        return;
    }
    printf("0x%08" PRIx64 "  ", out->esr);
    esr_print_summary(stdout, out->esr);
    putchar('\n');
    if (out->when) {
        print_label("taken");
        puts(out->when);
    }
    if (out->kvm)
        print_parts("KVM", out->kvm);
    if (!out->is_abort)
        return;
    print_label("");
    puts("of a stage-2 translation fault at level 3; another fault changes DFSC only");
    print_label("ISV");
    if (out->no_isv)
        printf("0: %s\n", out->no_isv);
    else
        puts("1: the syndrome says all that a host needs to do the access");
}

static void print_hosts(const struct insn_explanation *out)
{
    for (size_t i = 0; i < out->host_count; i++) {
        const struct insn_host *host = &out->hosts[i];
        print_label(i == 0 ? "emulated" : "");
        printf("%-11s %-6s%-12s %s\n", host->kernel->name, host->realm ? "realm" : "VM",
               insn_fate_name(host->fate), host->what);
    }
}

static void print_instead(const struct insn_explanation *out)
{
    const char *label = "instead";
    for (size_t i = 0; i < out->instead_count; i++, label = "") {
        print_label(label);
        puts(out->instead[i]);
    }
    if (out->instead_note) {
        print_label(label);
        printf("%s%s\n", out->instead_count ? "that is " : "", out->instead_note);
    }
}

static void print_text(const struct insn_explanation *out)
{
    printf("0x%08" PRIx32 "  %s\n", out->insn.word, out->text);
    print_label("class");
    printf("%s (%s)\n", out->class_name, out->insn.group);
    if (insn_is_memory(&out->insn) && out->insn.cls != INSN_CACHE_OP)
        print_access(&out->insn);
    if (*out->transfer) {
        print_label("registers");
        printf("%s\n", out->transfer);
    }
    if (*out->address) {
        print_label("address");
        printf("%s\n", out->address);
    }
    print_syndrome(out);
    print_hosts(out);
    print_instead(out);
}

/* --- JSON --------------------------------------------------------------------------------------
 */

static void put_memory(struct json *json, const struct insn_explanation *out)
{
    const struct insn *insn = &out->insn;
    json_member_uint(json, "size", insn->size);
    json_member_uint(json, "elements", insn->elements);
    json_member_bool(json, "sign_extend", insn->sign_extend);
    json_member_bool(json, "sixty_four", insn->sixty_four);
    json_member_bool(json, "exclusive", insn->exclusive);
    json_member_bool(json, "ordered", insn->ordered);
    json_member_string(json, "registers", *out->transfer ? out->transfer : NULL);
    json_member_string(json, "address", out->address);
}

static void put_hosts(struct json *json, const struct insn_explanation *out)
{
    json_key(json, "hosts");
    json_array_begin(json);
    for (size_t i = 0; i < out->host_count; i++) {
        const struct insn_host *host = &out->hosts[i];
        json_object_begin(json);
        json_member_string(json, "kernel", host->kernel->name);
        json_member_string(json, "guest", host->realm ? "realm" : "vm");
        json_member_string(json, "emulated", insn_fate_name(host->fate));
        json_member_string(json, "what", host->what);
        json_object_end(json);
    }
    json_array_end(json);
}

static void put_instead(struct json *json, const struct insn_explanation *out)
{
    json_key(json, "instead");
    json_array_begin(json);
    for (size_t i = 0; i < out->instead_count; i++)
        json_str(json, out->instead[i]);
    json_array_end(json);
    json_member_string(json, "instead_note", out->instead_note);
}

static void put_json(const struct insn_explanation *out, bool pretty)
{
    struct json json;
    json_begin(&json, stdout, pretty);
    json_object_begin(&json);
    json_member_string(&json, "type", "insn");
    json_member_uint(&json, "schema", 1);
    json_key(&json, "word");
    json_hex32(&json, out->insn.word);
    json_member_string(&json, "text", out->text);
    json_member_string(&json, "class", out->class_name);
    json_member_string(&json, "group", out->insn.group);
    if (insn_is_memory(&out->insn))
        put_memory(&json, out);
    if (out->has_esr)
        json_member_hex(&json, "esr", out->esr);
    json_member_string(&json, "no_trap", out->no_trap);
    json_member_string(&json, "taken", out->when);
    json_member_string(&json, "kvm", out->kvm);
    if (out->is_abort) {
        json_member_bool(&json, "isv", out->no_isv == NULL);
        json_member_string(&json, "no_isv", out->no_isv);
    }
    put_hosts(&json, out);
    put_instead(&json, out);
    json_object_end(&json);
    json_end(&json);
}

/* --- the command -------------------------------------------------------------------------------
 */

/* Whether it is meant as a number: no mnemonic starts with a digit. */
static bool is_number(const char *text)
{
    return *text >= '0' && *text <= '9';
}

static enum exit_status read_number(struct arena *arena, const char *text, uint32_t *word)
{
    uint64_t value;
    enum number_status status = number_parse(text, strlen(text), &value);
    const char *shown = text_show_within(arena, text, SHOWN_BYTES);
    if (status != NUMBER_OK)
        return (enum exit_status)usage_error("insn", "'%s' %s", shown, number_status_text(status));
    if (value > UINT32_MAX)
        return (enum exit_status)usage_error("insn", "'%s' does not fit in 32 bits", shown);
    *word = (uint32_t)value;
    return EXIT_OK;
}

/* The assembler's own words, of the first message. */
static enum exit_status rejected(const char *shown, const struct assembler_result *result)
{
    const char *why = result->message_count ? result->messages[0].text : "the assembler refuses it";
    return (enum exit_status)usage_error("insn", "'%s': %s", shown, why);
}

/* Everything that the assemblers of Debian 12 and 13 know; scenarios are narrower. */
#define WIDE_ARCHITECTURE ".arch armv8.8-a+sve2+sme+ls64+memtag+rng+mops\n"

/* With all extensions, or where the assembler has not got them all, as scenarios are assembled. */
static enum assembler_status assemble_wide(struct arena *arena, const char *text,
                                           struct assembler_result *result)
{
    enum assembler_status status =
        assemble(arena, arena_printf(arena, "%s%s\n", WIDE_ARCHITECTURE, text), 0, result);
    if (status != ASSEMBLER_REJECTED || !result->message_count || result->messages[0].line != 1)
        return status;
    *result = (struct assembler_result){0};
    return assemble(arena, arena_printf(arena, "%s\n", text), 0, result);
}

static enum exit_status read_text(struct arena *arena, const char *text, uint32_t *word)
{
    const char *shown = text_show_within(arena, text, SHOWN_BYTES);
    struct assembler_result result = {0};
    if (text[strspn(text, " \t\n")] == '\0')
        return (enum exit_status)usage_error("insn", "'%s' is no instruction", shown);
    switch (assemble_wide(arena, text, &result)) {
    case ASSEMBLER_MISSING:
        usage_error("insn", "'%s': no assembler for AArch64 is installed; a word works without",
                    shown);
        return EXIT_SKIPPED;
    case ASSEMBLER_REJECTED:
        return rejected(shown, &result);
    case ASSEMBLER_DONE:
        break;
    }
    if (result.image.size != WORD_BYTES)
        return (enum exit_status)usage_error("insn", "'%s' is %zu bytes, not one instruction",
                                             shown, result.image.size);
    *word = 0;
    for (unsigned i = 0; i < WORD_BYTES; i++)
        *word |= (uint32_t)result.image.bytes[i] << i * 8;
    return EXIT_OK;
}

int cmd_insn(int argc, char **argv)
{
    bool json = false;
    const struct option_row rows[] = {
        {.name = "json", .help = "one JSON document, a line each if several", .flag = &json},
        {0},
    };
    int operands;
    enum parse_result parsed = options_parse(argc, argv, rows, &help, &operands);
    if (parsed != PARSE_OK)
        return parsed == PARSE_HELP ? EXIT_OK : EXIT_USAGE;
    if (operands == 0)
        return usage_error("insn", "no instruction given");
    struct arena *arena = arena_new();
    enum exit_status worst = EXIT_OK;
    for (int i = 0; i < operands; i++) {
        struct insn_explanation out;
        uint32_t word = 0;
        enum exit_status status = is_number(argv[i]) ? read_number(arena, argv[i], &word)
                                                     : read_text(arena, argv[i], &word);
        worst = worse_status(worst, status);
        if (status != EXIT_OK)
            continue;
        insn_explain(word, &out);
        if (json) {
            put_json(&out, operands == 1);
        } else {
            if (i > 0)
                putchar('\n');
            print_text(&out);
        }
    }
    arena_free(arena);
    return worst;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `sim esr`: everything there is to say about a syndrome, in a fixed layout, one field a line. */
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "cpu/insn.h"
#include "sim/cmd.h"
#include "sim/options.h"
#include "sim/report/esr_explain.h"
#include "sim/report/esr_line.h"
#include "sim/report/esr_text.h"
#include "sim/report/json_writer.h"
#include "sim/report/verdict.h"
#include "sim/scenario/text.h"

#define LABEL_WIDTH 10
#define INSN_TEXT_SIZE 96
#define MAX_LINE 512
#define LINE_SHOWN 88 /* characters of a line of a log */

/* --- text --- */

static bool is_iss2(enum esr_field_id id)
{
    return esr_field_table[id].field.lo >= ESR_ISS2.lo;
}

static void bits_text(struct field field, char *text, size_t size)
{
    unsigned hi = field.lo + field.width - 1u;

    if (field.width == 1)
        snprintf(text, size, "[%u]", hi);
    else
        snprintf(text, size, "[%u:%u]", hi, field.lo);
}

static void number_text(enum esr_field_id id, uint64_t value, char *text, size_t size)
{
    const struct esr_field *field = &esr_field_table[id];
    int digits = (field->field.width + 3) / 4;

    if (field->field.width > 4 && field->show != ESR_SHOW_REG)
        snprintf(text, size, "0x%0*" PRIx64, digits, value);
    else
        snprintf(text, size, "%" PRIu64, value);
}

static void print_meaning(const struct esr_part *part, const struct esr_explanation *out)
{
    const struct esr_field *field = &esr_field_table[part->id];
    const char *meaning = esr_field_meaning(part->id, part->value);
    char text[ESR_TEXT_SIZE];

    if (part->not_valid) {
        printf("%s", part->not_valid);
    } else if (part->id == ESR_FIELD_IL && out->il_note) {
        printf("%s", out->il_note);
    } else if (field_mask(field->field) & ~out->shown & field_mask(ESR_ISS)) {
        printf("hidden from the host");
    } else if (field->show == ESR_SHOW_EC) {
        printf("%s  %s", esr_ec_name((unsigned)part->value), meaning);
    } else if (field->show == ESR_SHOW_REG) {
        esr_value_text(part->id, part->value, text, sizeof(text));
        printf("%s", text);
    } else if (meaning) {
        printf("%s", meaning);
    } else if (field->show == ESR_SHOW_NUMBER) {
        printf("%s", field->doc);
    } else {
        printf("reserved value");
    }
}

/* w1 for a 32-bit register; "" if there is none to name. */
static void register_name(uint64_t esr, char *text, size_t size)
{
    uint64_t srt = field_get(esr, ESR_SRT);
    char letter = field_get(esr, ESR_SF) ? 'x' : 'w';

    if (srt == 31)
        snprintf(text, size, " (%czr)", letter);
    else
        snprintf(text, size, " (%c%" PRIu64 ")", letter, srt);
}

static void print_fields(const struct esr_input *in, const struct esr_explanation *out)
{
    bool has_iss2 = (in->esr & field_mask(ESR_ISS2)) != 0;
    size_t name_width = strlen("ISS2"), value_width = strlen("0x24");
    char bits[16], value[24], reg[16];

    for (size_t i = 0; i < out->count; i++) {
        enum esr_field_id id = out->parts[i].id;

        if (is_iss2(id) && !has_iss2)
            continue;
        number_text(id, out->parts[i].value, value, sizeof(value));
        if (strlen(esr_field_table[id].name) > name_width)
            name_width = strlen(esr_field_table[id].name);
        if (strlen(value) > value_width)
            value_width = strlen(value);
    }
    for (size_t i = 0; i < out->count; i++) {
        const struct esr_part *part = &out->parts[i];

        if (is_iss2(part->id) && !has_iss2)
            continue;
        bits_text(esr_field_table[part->id].field, bits, sizeof(bits));
        number_text(part->id, part->value, value, sizeof(value));
        printf("  %-7s %-*s %-*s  ", bits, (int)name_width, esr_field_table[part->id].name,
               (int)value_width, value);
        print_meaning(part, out);
        /* A host that sees no SRT cannot name the register. */
        if (part->id == ESR_FIELD_SF && !part->not_valid && !out->il_note) {
            register_name(in->esr, reg, sizeof(reg));
            printf("%s", reg);
        }
        putchar('\n');
    }
    if (out->reserved)
        printf("  %-7s %-*s 0x%" PRIx64 "  bits set that this format reserves\n", "[*]",
               (int)name_width, "RES0", out->reserved);
}

static void print_label(const char *label)
{
    printf("%-*s", LABEL_WIDTH, label);
}

/* text with a line break at each "; ". */
static void print_lines(const char *label, const char *text)
{
    const char *end;

    for (; (end = strstr(text, "; ")) != NULL; text = end + 2, label = "") {
        print_label(label);
        printf("%.*s;\n", (int)(end - text), text);
    }
    print_label(label);
    printf("%s\n", text);
}

static void print_difference(const struct esr_input *in, const struct esr_explanation *out)
{
    struct esr_part parts[ESR_MAX_PARTS];
    char want[ESR_TEXT_SIZE], have[ESR_TEXT_SIZE];
    uint64_t reserved;
    size_t count = esr_decode(out->predicted_esr, parts, &reserved);

    for (size_t i = 0; i < count; i++) {
        struct field field = esr_field_table[parts[i].id].field;
        uint64_t actual = field_get(in->esr, field);

        if (actual == parts[i].value || parts[i].not_valid || (field_mask(field) & ~out->compared))
            continue;
        esr_value_text(parts[i].id, parts[i].value, want, sizeof(want));
        esr_value_text(parts[i].id, actual, have, sizeof(have));
        print_label("");
        printf("%s is %s, expected %s\n", esr_field_table[parts[i].id].name, have, want);
    }
}

static bool prediction_holds(const struct esr_input *in, const struct esr_explanation *out)
{
    return ((out->predicted_esr ^ in->esr) & out->compared) == 0;
}

static void print_insn(const struct esr_input *in, const struct esr_explanation *out)
{
    char text[INSN_TEXT_SIZE];

    insn_text(in->insn, 0, text, sizeof(text));
    print_label("Insn");
    printf("0x%08" PRIx32 "          %s\n", in->insn, text);
    print_label("");
    if (!out->predicted) {
        printf("%s\n", out->insn_note);
        return;
    }
    printf("0x%016" PRIx64 "  expected of it: %s\n", out->predicted_esr,
           prediction_holds(in, out) ? "the value agrees" : "the value differs");
    print_difference(in, out);
}

static void print_ipa(const struct esr_explanation *out)
{
    print_label("IPA");
    if (out->ipa_known)
        printf("0x%016" PRIx64 "  %s\n", out->ipa.v, out->ipa_note);
    else
        printf("unknown: %s\n", out->ipa_note);
}

static void print_rmm(const struct esr_explanation *out)
{
    const char *label = "RMM";

    if (out->rmm_note) {
        print_label(label);
        printf("%s\n", out->rmm_note);
        label = "";
    }
    for (size_t i = 0; i < out->rmm_count; i++) {
        print_label(label);
        printf("0x%016" PRIx64 "  shown to the host: %s\n", out->rmm[i].esr, out->rmm[i].when);
        label = "";
    }
}

static void print_text(const struct esr_input *in, const struct esr_explanation *out)
{
    print_label("ESR_EL2");
    printf("0x%016" PRIx64 "\n", in->esr);
    print_fields(in, out);
    for (size_t i = 0; i < out->odd_count; i++)
        print_lines(i ? "" : "Odd", out->odd[i]);
    if (out->access[0]) {
        print_label("Access");
        printf("%s\n", out->access);
    }
    if (out->has_ipa)
        print_ipa(out);
    if (in->far_given) {
        print_label("VA");
        printf("0x%016" PRIx64 "  %s\n", in->far, out->far_note);
    }
    if (in->insn_given)
        print_insn(in, out);
    print_lines("KVM", out->kvm);
    print_rmm(out);
}

/* --- JSON --- */

static void json_fields(struct json *json, const struct esr_explanation *out)
{
    char text[ESR_TEXT_SIZE];

    json_key(json, "fields");
    json_array_begin(json);
    for (size_t i = 0; i < out->count; i++) {
        const struct esr_part *part = &out->parts[i];
        const struct esr_field *field = &esr_field_table[part->id];

        json_object_begin(json);
        json_member_string(json, "name", field->name);
        json_member_uint(json, "hi", field->field.lo + field->field.width - 1u);
        json_member_uint(json, "lo", field->field.lo);
        json_member_uint(json, "value", part->value);
        esr_value_text(part->id, part->value, text, sizeof(text));
        json_member_string(json, "text", text);
        json_member_string(json, "meaning", esr_field_meaning(part->id, part->value));
        json_member_string(json, "not_valid", part->not_valid);
        json_object_end(json);
    }
    json_array_end(json);
}

static void json_insn(struct json *json, const struct esr_input *in,
                      const struct esr_explanation *out)
{
    char text[INSN_TEXT_SIZE];

    insn_text(in->insn, 0, text, sizeof(text));
    json_key(json, "insn");
    json_object_begin(json);
    json_key(json, "word");
    json_hex32(json, in->insn);
    json_member_string(json, "text", text);
    if (out->predicted) {
        json_member_hex(json, "expected_esr", out->predicted_esr);
        json_member_bool(json, "agrees", prediction_holds(in, out));
    } else {
        json_member_string(json, "note", out->insn_note);
    }
    json_object_end(json);
}

static void json_rmm(struct json *json, const struct esr_explanation *out)
{
    json_key(json, "rmm");
    json_object_begin(json);
    json_member_string(json, "note", out->rmm_note);
    json_key(json, "host_sees");
    json_array_begin(json);
    for (size_t i = 0; i < out->rmm_count; i++) {
        json_object_begin(json);
        json_member_string(json, "when", out->rmm[i].when);
        json_member_hex(json, "esr", out->rmm[i].esr);
        json_object_end(json);
    }
    json_array_end(json);
    json_object_end(json);
}

static void print_json(const struct esr_input *in, const struct esr_explanation *out,
                       unsigned long line, bool pretty)
{
    struct json json;
    unsigned ec = esr_ec(in->esr);

    json_begin(&json, stdout, pretty);
    json_object_begin(&json);
    json_member_string(&json, "type", "esr");
    json_member_uint(&json, "schema", 1);
    if (line)
        json_member_uint(&json, "line", line);
    json_member_hex(&json, "esr", in->esr);
    json_member_string(&json, "ec", esr_ec_name(ec));
    json_member_uint(&json, "ec_n", ec);
    json_fields(&json, out);
    json_member_hex(&json, "reserved", out->reserved);
    json_member_string(&json, "il_note", out->il_note);
    json_key(&json, "odd");
    json_array_begin(&json);
    for (size_t i = 0; i < out->odd_count; i++)
        json_str(&json, out->odd[i]);
    json_array_end(&json);
    if (out->access[0])
        json_member_string(&json, "access", out->access);
    if (out->has_ipa) {
        json_key(&json, "ipa");
        if (out->ipa_known)
            json_hex(&json, out->ipa.v);
        else
            json_nil(&json);
        json_member_string(&json, "ipa_note", out->ipa_note);
    }
    if (in->far_given)
        json_member_hex(&json, "far", in->far);
    if (in->hpfar_given)
        json_member_hex(&json, "hpfar", in->hpfar);
    if (in->insn_given)
        json_insn(&json, in, out);
    json_member_string(&json, "kvm", out->kvm);
    json_rmm(&json, out);
    json_object_end(&json);
    json_end(&json);
}

/* --- the command --- */

struct esr_options {
    bool json;
    const char *far, *hpfar, *insn;
};

/*
 * Registers are told in hexadecimal; digits without 0x that came from such a place are a decimal
 * number to number_parse(). Fewer than these are what people write in decimal.
 */
#define ESR_DIGITS 6

static void warn_of_decimal(const char *where, const char *text, uint64_t value)
{
    if (strlen(text) >= ESR_DIGITS && strspn(text, "0123456789") == strlen(text))
        fprintf(stderr,
                "sim esr: note: %s: read as decimal %s = 0x%" PRIx64
                "; for hexadecimal write 0x%s\n",
                where, text, value, text);
}

/* False after a message. where names what holds the number: "VALUE", "--far", "stdin:3". */
static bool parse_number(const char *where, const char *text, uint64_t max, uint64_t *value)
{
    enum number_status status = number_parse(text, strlen(text), value);

    if (status != NUMBER_OK) {
        bool hex = *text && strspn(text, "0123456789abcdefABCDEF") == strlen(text);

        usage_error("esr", "%s: '%.64s' %s%s%.64s", where, text, number_status_text(status),
                    hex ? "; for hexadecimal write 0x" : "", hex ? text : "");
        return false;
    }
    if (*value > max) {
        usage_error("esr", "%s: '%.64s' does not fit in 32 bits", where, text);
        return false;
    }
    warn_of_decimal(where, text, *value);
    return true;
}

static bool parse_inputs(const struct esr_options *options, struct esr_input *in)
{
    uint64_t word = 0;

    in->far_given = options->far != NULL;
    in->hpfar_given = options->hpfar != NULL;
    in->insn_given = options->insn != NULL;
    if ((options->far && !parse_number("--far", options->far, UINT64_MAX, &in->far)) ||
        (options->hpfar && !parse_number("--hpfar", options->hpfar, UINT64_MAX, &in->hpfar)) ||
        (options->insn && !parse_number("--insn", options->insn, UINT32_MAX, &word)))
        return false;
    in->insn = (uint32_t)word;
    return true;
}

struct esr_output {
    bool json, several;
    bool any; /* something was printed */
};

/* line: of standard input, from 1; 0: the value was an operand. text: where it was found. */
static void explain(struct esr_output *to, const struct esr_input *in, unsigned long line,
                    const char *text)
{
    struct esr_explanation out;

    esr_explain(in, &out);
    if (to->json) {
        print_json(in, &out, line, !to->several);
    } else {
        if (to->any)
            putchar('\n');
        if (text)
            printf("%-*s%lu: %.*s\n", LABEL_WIDTH, "Line", line, LINE_SHOWN, text);
        print_text(in, &out);
    }
    to->any = true;
}

/* A number by itself, or the registers that a line of a log names. */
enum found { FOUND, FOUND_NOTHING, FOUND_WRONG };

static enum found explain_line(struct esr_output *to, char *text, unsigned long number,
                               struct esr_input in)
{
    size_t word = strcspn(text, " \t#");
    char where[32], first[MAX_LINE];

    snprintf(first, sizeof(first), "%.*s", (int)word, text);
    if (*first == '\0')
        return FOUND_NOTHING;
    snprintf(where, sizeof(where), "stdin:%lu", number);
    if (number_parse(first, strlen(first), &in.esr) == NUMBER_OK) {
        warn_of_decimal(where, first, in.esr);
        explain(to, &in, number, NULL);
        return FOUND;
    }
    if (esr_line_parse(text, &in)) {
        explain(to, &in, number, text);
        return FOUND;
    }
    if (text[word + strspn(text + word, " \t")] && text[word] != '#')
        return FOUND_NOTHING;
    parse_number(where, first, UINT64_MAX, &in.esr);
    return FOUND_WRONG;
}

/* One value a line, or lines of logs; blank lines and what follows a # say nothing. */
static bool explain_stdin(struct esr_input in, bool json)
{
    struct esr_output to = {.json = json, .several = true};
    char line[MAX_LINE];
    unsigned long number = 0;
    bool good = true;

    while (fgets(line, sizeof(line), stdin)) {
        bool whole = strchr(line, '\n') != NULL || feof(stdin);
        char *text = line + strspn(line, " \t");

        number++;
        if (!whole) {
            int c;

            while ((c = getchar()) != EOF && c != '\n')
                ;
        }
        text[strcspn(text, "\r\n")] = '\0';
        good = explain_line(&to, text, number, in) != FOUND_WRONG && good;
    }
    if (!to.any && good) {
        usage_error("esr", "no value on stdin");
        return false;
    }
    return good;
}

int cmd_esr(int argc, char **argv)
{
    struct esr_options options = {0};
    const struct option_row rows[] = {
        {.name = "far",
         .argument = "V",
         .help = "FAR_EL2: the faulting address",
         .value = &options.far},
        {.name = "hpfar",
         .argument = "V",
         .help = "HPFAR_EL2: the faulting IPA's page",
         .value = &options.hpfar},
        {.name = "insn",
         .argument = "WORD",
         .help = "the A64 instruction: compare with what it should give",
         .value = &options.insn},
        {.name = "json",
         .help = "one JSON document; a line each for several values",
         .flag = &options.json},
        {0},
    };
    static const struct command_help help = {
        .usage = "sim esr VALUE... [options]",
        .about =
            "Explains ESR_EL2 values: fields, faulting IPA, what KVM does, what an RMM shows.\n"
            "With - or without VALUE reads stdin: one value a line, or a log (dmesg, a trace of "
            "KVM)\n"
            "with ESR, hsr, FAR, HPFAR and the like; lines of it that name no syndrome are passed "
            "over.",
        .epilogue = "examples:\n"
                    "  sim esr 0x93810047 --hpfar 0x90000 --far 0xffff000008000000\n"
                    "  sim esr 0x93810047 --insn 0xb9000041\n"
                    "  dmesg | sim esr\n"
                    "  sim esr --json < trace_pipe.txt\n\n"
                    "exit status: 0; 2 if a value or an option is wrong\n",
    };
    struct esr_input in = {0};
    int operands;
    enum parse_result parsed = options_parse(argc, argv, rows, &help, &operands);
    bool good = true;

    if (parsed != PARSE_OK)
        return parsed == PARSE_HELP ? EXIT_OK : EXIT_USAGE;
    if (!parse_inputs(&options, &in))
        return EXIT_USAGE;
    if (operands == 0 && isatty(STDIN_FILENO))
        return usage_error("esr", "no value");
    if (operands == 0 || (operands == 1 && strcmp(argv[0], "-") == 0))
        return explain_stdin(in, options.json) ? EXIT_OK : EXIT_USAGE;
    struct esr_output to = {.json = options.json, .several = operands > 1};
    for (int i = 0; i < operands; i++) {
        if (parse_number("VALUE", argv[i], UINT64_MAX, &in.esr))
            explain(&to, &in, 0, NULL);
        else
            good = false;
    }
    return good ? EXIT_OK : EXIT_USAGE;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim import: a real kernel's trace, and what the modelled KVM would have done with each exit. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/types.h"
#include "sim/cmd.h"
#include "sim/import/report.h"
#include "sim/options.h"
#include "sim/report/verdict.h"

#define DEFAULT_KERNEL "linux-6.12"
#define IPA_BITS_MIN 32
#define IPA_BITS_MAX 48

static const struct command_help help = {
    .usage = "sim import FILE [options]",
    .about =
        "Reads KVM's trace of a real machine (tracefs, trace-cmd report or perf script; - is\n"
        "standard input) and plays each exit to the modelled KVM: what the fault was, what that\n"
        "kernel does with it, and whether it is what was recorded.",
    .epilogue =
        "  = recorded, and the model does the same     - recorded, the model does not\n"
        "  + the model does it, it is not recorded     ? not compared: lines were lost\n"
        "\n"
        "record one, as root:\n"
        "  cd /sys/kernel/tracing; echo 1 > events/kvm/enable; cat trace_pipe > trace_pipe.txt\n"
        "  trace-cmd record -e kvm ...; trace-cmd report > trace.txt\n"
        "  perf record -e 'kvm:*' -a ...; perf script > trace.txt\n"
        "\n"
        "examples:\n"
        "  sim import trace_pipe.txt --kernel linux-6.12\n"
        "  sim import trace_pipe.txt --kernel linux-7.2 --differences   what an update changes\n"
        "  sim import trace.txt --memslot 0x40000000:0x8000000 --memslot 0:0x4000000:ro\n"
        "\n"
        "exit status: 0 the model does what was recorded; 1 it does not, or lines are broken;\n"
        "2 wrong usage, or the file cannot be read or has nothing to compare; 3 the simulator "
        "failed.\n",
};

/* A number at *text, which ends at one of ends; *text is behind it. */
static bool take_number(const char **text, const char *ends, uint64_t *value)
{
    char *end;
    if (**text < '0' || **text > '9')
        return false;
    errno = 0;
    *value = strtoull(*text, &end, 0);
    *text = end;
    return errno == 0 && (!*end || strchr(ends, *end));
}

/* "BASE:SIZE[:ro]", several separated by commas. */
static bool parse_memslots(const char *text, struct replay_options *options)
{
    while (*text) {
        struct replay_memslot slot = {0};
        if (options->memslot_count == REPLAY_MAX_MEMSLOTS || !take_number(&text, ":", &slot.base) ||
            *text++ != ':' || !take_number(&text, ":,", &slot.size))
            return false;
        if (strncmp(text, ":ro", 3) == 0) {
            slot.read_only = true;
            text += 3;
        }
        if ((*text && *text++ != ',') || slot.size == 0 || slot.base + slot.size - 1 < slot.base ||
            (slot.base | slot.size) & GRANULE_MASK)
            return false;
        options->memslots[options->memslot_count++] = slot;
    }
    return options->memslot_count > 0;
}

static int unknown_kernel(const char *name)
{
    char names[160] = "";
    const struct kvm_variant *kernel;
    for (size_t i = 0, used = 0; (kernel = kvm_variant_at(i)) && used < sizeof(names); i++)
        used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s", i ? ", " : "",
                                 kernel->name);
    return usage_error("import", "--kernel is one of %s, not '%s'", names, name);
}

static enum exit_status replay_record(const struct record *record,
                                      const struct import_report *report)
{
    struct replay_tally tally = {0};
    char error[256];
    for (size_t i = 0; i < record->thread_count; i++) {
        import_report_thread(report, &record->threads[i]);
        if (!replay_thread(record, &record->threads[i], report->options, import_report_block,
                           (void *)(uintptr_t)report, &tally, error, sizeof(error)) ||
            !replay_irqs(record, &record->threads[i], report->options, import_report_block,
                         (void *)(uintptr_t)report, &tally, error, sizeof(error))) {
            fprintf(stderr, "sim: %s\n", error);
            return EXIT_INTERNAL;
        }
    }
    import_report_end(report, record, &tally);
    if (tally.same + tally.recorded + tally.model == 0) {
        fprintf(stderr, "%s: error: nothing in it could be compared\n", report->path);
        return EXIT_USAGE;
    }
    return tally.recorded || tally.model || record->broken_lines ? EXIT_FAILED : EXIT_OK;
}

/* The lines around which nothing is compared. */
static void put_told(const struct record *record, const char *path)
{
    for (size_t i = 0; i < record->told_count; i++)
        fprintf(stderr, "%s:%lu: %s: %s\n", path, record->told[i].number,
                record->told[i].lost ? "note" : "warning",
                record->told[i].lost ? "events were lost here; exits around it are not compared"
                                     : record->told[i].why);
    if (record->lost + record->broken_lines > record->told_count)
        fprintf(stderr, "%s: note: ... and %lu more such lines\n", path,
                record->lost + record->broken_lines - (unsigned long)record->told_count);
}

static enum exit_status import_file(const struct import_report *report)
{
    bool standard = strcmp(report->path, "-") == 0;
    FILE *file = standard ? stdin : fopen(report->path, "re");
    struct record *record = calloc(1, sizeof(*record));
    enum exit_status status = EXIT_USAGE;
    char error[256] = "out of memory";
    if (!file)
        fprintf(stderr, "%s: error: %s\n", report->path, strerror(errno));
    else if (!record || !record_read(file, record, error, sizeof(error)))
        fprintf(stderr, "%s: error: %s\n", report->path, error);
    else {
        put_told(record, report->path);
        if (record->count > 0)
            status = replay_record(record, report);
        else
            fprintf(stderr, "%s: error: no events of KVM that can be compared in %lu lines\n",
                    report->path, record->lines);
    }
    if (record)
        record_free(record);
    free(record);
    if (file && !standard)
        fclose(file);
    return status;
}

int cmd_import(int argc, char **argv)
{
    struct replay_options options = {0};
    struct import_report report = {.out = stdout, .options = &options};
    const char *kernel = DEFAULT_KERNEL, *memslots = NULL, *ipa_bits = NULL;
    const struct option_row rows[] = {
        {.name = "kernel",
         .argument = "KERNEL",
         .help = "which one handles the exits; default " DEFAULT_KERNEL,
         .value = &kernel},
        {.name = "memslot",
         .argument = "SLOTS",
         .help = "BASE:SIZE[:ro],...; default: as what follows each fault shows",
         .value = &memslots},
        {.name = "ipa-bits",
         .argument = "N",
         .help = "of the VM; default 40, or what the addresses need",
         .value = &ipa_bits},
        {.name = "differences",
         .letter = 'd',
         .help = "only exits in which the two differ",
         .flag = &report.only_differences},
        {.name = "json", .help = "one object a line", .flag = &report.json},
        {0},
    };
    int operands;
    enum parse_result parsed = options_parse(argc, argv, rows, &help, &operands);
    if (parsed != PARSE_OK)
        return parsed == PARSE_HELP ? EXIT_OK : EXIT_USAGE;
    if (operands != 1)
        return usage_error("import", "one file is wanted, not %d", operands);
    options.kernel = kvm_variant_by_name(kernel);
    if (!options.kernel)
        return unknown_kernel(kernel);
    if (memslots && !parse_memslots(memslots, &options))
        return usage_error("import",
                           "--memslot is BASE:SIZE[:ro],... in multiples of 4096, at most %d, "
                           "not '%s'",
                           REPLAY_MAX_MEMSLOTS, memslots);
    if (ipa_bits) {
        uint64_t bits;
        const char *text = ipa_bits;
        if (!take_number(&text, "", &bits) || bits < IPA_BITS_MIN || bits > IPA_BITS_MAX)
            return usage_error("import", "--ipa-bits is %d to %d, not '%s'", IPA_BITS_MIN,
                               IPA_BITS_MAX, ipa_bits);
        options.ipa_bits = (unsigned)bits;
    }
    report.path = argv[0];
    return import_file(&report);
}

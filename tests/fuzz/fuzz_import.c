/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim import on arbitrary bytes: the first says which kernel handles what the others record. It
 * must end, its sums must be those of the lines it was given, and the reports must be writable.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kvm_model/variant.h"
#include "sim/import/report.h"
#include "tests/fuzz/fuzz_target.h"

#define MOST_THREADS 2 /* each makes a machine */

/* Of the first byte; the rest is a kernel. */
#define AS_JSON 0x80
#define ONLY_READ 0x40

static void fail(const char *what)
{
    fprintf(stderr, "FINDING: %s\n", what);
    abort();
}

static const struct kvm_variant *kernel_of(uint8_t choice)
{
    size_t count = 0;

    while (kvm_variant_at(count))
        count++;
    return kvm_variant_at(choice % count);
}

/* Everything that is told of a block adds up. */
static void check_block(void *ctx, const struct replay_block *block)
{
    if (block->count > sizeof(block->lines) / sizeof(block->lines[0]))
        fail("a block with more lines than it has room for");
    for (size_t i = 0; i < block->count; i++)
        if ((block->lines[i].number == 0) != (block->lines[i].mark == REPLAY_MODEL) ||
            !block->lines[i].text)
            fail("a line that is neither recorded nor the model's");
    import_report_block(ctx, block);
}

static void replay_all(const struct record *record, const struct import_report *report)
{
    struct replay_tally tally = {0};
    char error[256];

    for (size_t i = 0; i < record->thread_count && i < MOST_THREADS; i++) {
        const struct record_thread *thread = &record->threads[i];

        import_report_thread(report, thread);
        if (!replay_thread(record, thread, report->options, check_block, (void *)(uintptr_t)report,
                           &tally, error, sizeof(error)) ||
            !replay_irqs(record, thread, report->options, check_block, (void *)(uintptr_t)report,
                         &tally, error, sizeof(error)))
            fail(error);
    }
    import_report_end(report, record, &tally);
    if (tally.same + tally.recorded + tally.unknown > record->count)
        fail("more lines were compared than recorded");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct replay_options options = {0};
    struct import_report report = {.path = "trace", .options = &options};
    struct record *record = calloc(1, sizeof(*record));
    char error[256], *text = NULL;
    size_t length = 0;
    FILE *file;

    if (size < 2) {
        free(record);
        return 0;
    }
    options.kernel = kernel_of(data[0] % ONLY_READ);
    report.json = data[0] & AS_JSON;
    file = fmemopen((void *)(uintptr_t)(data + 1), size - 1, "rb");
    report.out = open_memstream(&text, &length);
    if (!record || !file || !report.out)
        fail("out of memory");
    if (!record_read(file, record, error, sizeof(error)))
        fail(error);
    if (!(data[0] & ONLY_READ))
        replay_all(record, &report);
    record_free(record);
    free(record);
    fclose(file);
    fclose(report.out);
    free(text);
    return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/guest_image.h"

#include <stdlib.h>
#include <string.h>

#include "cpu/arch/descriptor.h"
#include "cpu/arch/pstate.h"
#include "sim/boot_code.h"
#include "sim/stage1_tables.h"

#define SCTLR_CACHES (1ull << 2 | 1ull << 12) /* C, I */

static void set_sysreg(struct guest_image *image, enum sysreg reg, uint64_t value)
{
    for (size_t i = 0; i < image->sysreg_count; i++) {
        if (image->sysregs[i].reg == reg) {
            image->sysregs[i].value = value;
            return;
        }
    }
    image->sysregs[image->sysreg_count++] = (struct scn_sysreg_value){reg, value};
}

/* The memory the entry lies in: that is where there is room for more. */
static const struct scn_memory *home(const struct scenario *scenario)
{
    const struct scn_guest *guest = &scenario->guest;
    uint64_t entry = guest->segment_count ? guest->segments[0].ipa.v : guest->start.entry.v;

    for (size_t i = 0; i < scenario->memory_count; i++)
        if (entry - scenario->memory[i].ipa.v < scenario->memory[i].size)
            return &scenario->memory[i];
    return scenario->memory_count ? &scenario->memory[0] : NULL;
}

/* The boot code runs at EL1 in the last page of that memory, also where EL0 owns the rest. */
static bool map_boot_code(const struct scenario *scenario, struct stage1_tables *tables)
{
    const struct scn_memory *memory = home(scenario);
    uint64_t page;

    if (scenario->machine.world != SCN_WORLD_CCA || !memory)
        return true;
    page = memory->ipa.v + memory->size - BOOT_CODE_SIZE;
    return stage1_tables_map(
        tables, &(struct scn_stage1_map){
                    .va = VA(page), .ipa = IPA(page), .size = BOOT_CODE_SIZE, .executable = true});
}

static bool map_all(const struct scenario *scenario, struct stage1_tables *tables)
{
    bool user = scenario->guest.el == 0;
    bool ok = true;

    for (size_t i = 0; ok && i < scenario->memory_count; i++) {
        const struct scn_memory *memory = &scenario->memory[i];
        const struct scn_stage1_map map = {.va = VA(memory->ipa.v),
                                           .ipa = memory->ipa,
                                           .size = memory->size,
                                           .writable = true,
                                           .executable = true,
                                           .user = user};

        ok = stage1_tables_map(tables, &map);
    }
    for (size_t i = 0; ok && i < scenario->device_count; i++) {
        const struct scn_device *device = &scenario->devices[i];
        uint64_t first = device->ipa.v & ~(uint64_t)GRANULE_MASK; /* of its pages */
        uint64_t size = device->ipa.v + device->size - first;
        const struct scn_stage1_map map = {.va = VA(first),
                                           .ipa = IPA(first),
                                           .size = size,
                                           .device = true,
                                           .writable = true,
                                           .user = user};

        ok = stage1_tables_map(tables, &map);
    }
    for (size_t i = 0; ok && i < scenario->guest.map_count; i++)
        ok = stage1_tables_map(tables, &scenario->guest.maps[i]);
    ok = ok && map_boot_code(scenario, tables);
    for (size_t i = 0; ok && i < scenario->guest.raw_count; i++)
        ok = stage1_tables_edit(tables, &scenario->guest.raws[i]);
    return ok;
}

/* Is [ipa, ipa + size) free of the scenario's own bytes? */
static bool is_free(const struct scn_guest *guest, uint64_t ipa, uint64_t size)
{
    for (size_t i = 0; i < guest->segment_count; i++)
        if (guest->segments[i].ipa.v < ipa + size &&
            ipa < guest->segments[i].ipa.v + guest->segments[i].size)
            return false;
    return true;
}

static bool place(const struct scenario *scenario, uint64_t size, ipa_t *base, char *error,
                  size_t error_size)
{
    const struct scn_memory *memory = home(scenario);

    if (memory && memory->size > size) {
        *base = IPA(memory->ipa.v + memory->size - size);
        if (is_free(&scenario->guest, base->v, size))
            return true;
    }
    snprintf(error, error_size,
             "the last %llu KiB of memory '%s' must be free for stage-1 tables and the boot code",
             (unsigned long long)(size >> 10), memory ? memory->name : "");
    return false;
}

static void start_state(const struct scenario *scenario, const struct stage1_tables *tables,
                        ipa_t base, struct guest_image *image)
{
    const struct scn_guest *guest = &scenario->guest;

    image->pc = guest->start.entry.v;
    image->pstate =
        field_put(PSTATE_M, guest->el ? PSTATE_EL1H : PSTATE_EL0T) | field_mask(PSTATE_DAIF);
    if (tables) {
        set_sysreg(image, SYSREG_MAIR_EL1, STAGE1_MAIR);
        set_sysreg(image, SYSREG_TCR_EL1, stage1_tcr(scenario->machine.ipa_bits));
        set_sysreg(image, SYSREG_TTBR0_EL1, stage1_ttbr0(base));
        set_sysreg(image, SYSREG_TTBR1_EL1, stage1_ttbr1(base));
        set_sysreg(image, SYSREG_SCTLR_EL1,
                   sysreg_table[SYSREG_SCTLR_EL1].reset | field_mask(SCTLR_M) | SCTLR_CACHES);
    }
    for (size_t i = 0; i < guest->sysreg_count; i++)
        set_sysreg(image, guest->sysregs[i].reg, guest->sysregs[i].value);
}

/* Does the guest ask for more than RMI_REC_CREATE can set? */
static bool needs_boot_code(const struct scenario *scenario, const struct guest_image *image)
{
    const struct scn_guest *guest = &scenario->guest;

    if (scenario->machine.world != SCN_WORLD_CCA)
        return false;
    for (unsigned n = 8; n < 31; n++)
        if (guest->start.regs[n])
            return true;
    return guest->el == 0 || guest->start.sp || image->sysreg_count;
}

static bool build(const struct scenario *scenario, const struct stage1_tables *tables,
                  struct guest_image *image, char *error, size_t size)
{
    const struct scn_guest *guest = &scenario->guest;
    uint64_t table_bytes = tables ? stage1_tables_size(tables) : 0, total;
    ipa_t base = IPA(0);
    bool boot_code;

    start_state(scenario, tables, base, image);
    boot_code = needs_boot_code(scenario, image);
    total = table_bytes + (boot_code ? BOOT_CODE_SIZE : 0);
    image->segments = calloc(guest->segment_count + 1, sizeof(*image->segments));
    image->owned = total ? calloc(1, total) : NULL;
    if (!image->segments || (total && !image->owned)) {
        snprintf(error, size, "out of memory");
        return false;
    }
    if (guest->segment_count)
        memcpy(image->segments, guest->segments, guest->segment_count * sizeof(*guest->segments));
    image->count = guest->segment_count;
    if (!total)
        return true;
    if (!place(scenario, total, &base, error, size))
        return false;
    start_state(scenario, tables, base, image);
    if (tables)
        stage1_tables_write(tables, base, image->owned);
    if (boot_code) {
        boot_code_write(image->owned + table_bytes, guest->start.regs, guest->start.sp,
                        image->sysregs, image->sysreg_count, image->pc, image->pstate);
        image->pc = base.v + table_bytes;
    }
    image->segments[image->count++] = (struct scn_segment){base, image->owned, total};
    return true;
}

bool guest_image_build(const struct scenario *scenario, struct guest_image *image, char *error,
                       size_t size)
{
    struct stage1_tables *tables = NULL;
    bool ok;

    *image = (struct guest_image){0};
    if (scenario->guest.stage1 == SCN_STAGE1_FLAT) {
        tables = stage1_tables_new();
        if (!tables || !map_all(scenario, tables)) {
            stage1_tables_free(tables);
            snprintf(error, size, "out of memory");
            return false;
        }
    }
    ok = build(scenario, tables, image, error, size);
    stage1_tables_free(tables);
    if (!ok)
        guest_image_free(image);
    return ok;
}

void guest_image_free(struct guest_image *image)
{
    free(image->segments);
    free(image->owned);
    *image = (struct guest_image){0};
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/guest_memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kvm_model/stage2_setup.h"

#define DRAM_ALIGN ((uint64_t)2 << 20)
#define WORD_BITS 64

static const enum host_backing backings[] = {
    [SCN_BACKING_ANON] = HOST_ANON,       [SCN_BACKING_THP] = HOST_THP,
    [SCN_BACKING_CONTPTE] = HOST_CONTPTE, [SCN_BACKING_HUGETLB_2M] = HOST_HUGETLB_2M,
    [SCN_BACKING_CONTPMD] = HOST_CONTPMD, [SCN_BACKING_HUGETLB_1G] = HOST_HUGETLB_1G,
    [SCN_BACKING_PFNMAP] = HOST_PFNMAP,   [SCN_BACKING_NONE] = HOST_ANON,
};

static uint64_t page_size(const struct scn_memory *memory)
{
    struct host_vma vma = {.backing = backings[memory->backing.kind]};
    uint64_t unit = 1ull << host_vma_page_shift(&vma);

    if (memory->backing.kind == SCN_BACKING_PFNMAP && memory->size >= HOST_PUD_SIZE)
        unit = HOST_PUD_SIZE;
    return unit > DRAM_ALIGN ? unit : DRAM_ALIGN;
}

uint64_t guest_memory_dram(const struct scn_memory *memory)
{
    uint64_t unit = page_size(memory), rounded = (memory->size + unit - 1) & ~(unit - 1);

    /* twice: the VMM's mapping, and the private pages of a realm, or what comes in its place */
    return 2 * rounded + (unit > DRAM_ALIGN ? unit : 0);
}

int guest_memory_enable_caps(const struct scenario *scenario, struct kvm *kvm)
{
    unsigned features = scenario->machine.features;
    uint64_t log = 0;
    int ret = 0;

    if (features & SCN_FEATURE_MTE)
        ret = kvm_enable_cap(kvm, KVM_CAP_ARM_MTE);
    if (features & (SCN_FEATURE_DIRTY_MANUAL | SCN_FEATURE_DIRTY_INIT_SET))
        log |= KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE;
    if (features & SCN_FEATURE_DIRTY_INIT_SET)
        log |= KVM_DIRTY_LOG_INITIALLY_SET;
    if (ret == 0 && log)
        ret = kvm_enable_cap_arg(kvm, KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, log);
    if (ret == 0 && features & SCN_FEATURE_EAGER_SPLIT)
        ret = kvm_enable_cap_arg(kvm, KVM_CAP_ARM_EAGER_SPLIT_CHUNK_SIZE, HOST_PMD_SIZE);
    return ret;
}

/* --- building ------------------------------------------------------------------------------ */

static bool is_realm(const struct guest_memory *memory)
{
    return memory->scenario->machine.world == SCN_WORLD_CCA;
}

static int set_slot(struct guest_memory *memory, size_t i, uint64_t size, bool log)
{
    const struct scn_memory *config = &memory->scenario->memory[i];
    struct kvm_userspace_memory_region slot = {
        .slot = (uint32_t)i,
        .guest_phys_addr = config->ipa.v,
        .memory_size = size,
        .userspace_addr = memory->hva[i].v,
    };

    if (is_realm(memory))
        slot.flags =
            (uint32_t)(KVM_MEM_GUEST_MEMFD | (config->ripas_ram ? 0 : KVM_MEM_RIPAS_EMPTY));
    slot.flags |= (config->readonly ? KVM_MEM_READONLY : 0) | (log ? KVM_MEM_LOG_DIRTY_PAGES : 0);
    return kvm_set_user_memory_region(memory->kvm, &slot);
}

static bool map_memory(struct guest_memory *memory, size_t i)
{
    const struct scn_memory *config = &memory->scenario->memory[i];
    const struct scn_backing *backing = &config->backing;

    return host_mm_map(memory->mm,
                       &(struct host_mapping){
                           .backing = backings[backing->kind],
                           .size = config->size,
                           .offset = backing->offset,
                           .lazy = backing->lazy || backing->kind == SCN_BACKING_NONE,
                           .no_mte = backing->no_mte,
                           .cacheable = backing->cacheable,
                           .any_uncached = backing->any_uncached,
                       },
                       &memory->hva[i]);
}

bool guest_memory_build(struct guest_memory *memory, char *error, size_t size)
{
    const struct scenario *scenario = memory->scenario;

    memory->hva = calloc(scenario->memory_count + 1, sizeof(*memory->hva));
    if (!memory->hva) {
        snprintf(error, size, "out of memory");
        return false;
    }
    for (size_t i = 0; i < scenario->memory_count; i++) {
        int code;

        if (!map_memory(memory, i)) {
            snprintf(error, size, "the host has no memory for the guest");
            return false;
        }
        code = set_slot(memory, i, scenario->memory[i].size, scenario->memory[i].log_dirty);
        if (code) {
            snprintf(error, size, "KVM_SET_USER_MEMORY_REGION of '%s': %s",
                     scenario->memory[i].name, strerror(-code));
            return false;
        }
    }
    return true;
}

void guest_memory_free(struct guest_memory *memory)
{
    free(memory->hva);
    memory->hva = NULL;
}

/* --- stage 2 at the start ------------------------------------------------------------------ */

static int make_tables(struct guest_memory *memory, ipa_t start, uint64_t size)
{
    int depth = memory->scenario->stage2_depth, ret = 0;
    uint64_t step = kvm_pgtable_granule(depth - 1), end = start.v + size;

    for (uint64_t ipa = start.v & ~(step - 1); ret == 0 && ipa < end; ipa += step)
        ret = kvm_stage2_make_tables(memory->kvm, IPA(ipa), depth);
    return ret;
}

static int make_all_tables(struct guest_memory *memory)
{
    const struct scenario *scenario = memory->scenario;
    int ret = 0;

    if (!scenario->stage2_depth)
        return 0;
    for (size_t i = 0; ret == 0 && i < scenario->memory_count; i++)
        ret = make_tables(memory, scenario->memory[i].ipa, scenario->memory[i].size);
    for (size_t i = 0; ret == 0 && i < scenario->device_count; i++)
        ret = make_tables(memory, scenario->devices[i].ipa, scenario->devices[i].size);
    return ret;
}

static int premap(struct guest_memory *memory, const struct scn_stage2_map *map)
{
    enum kvm_pgtable_prot prot = KVM_PGTABLE_PROT_R;

    prot |= map->writable ? KVM_PGTABLE_PROT_W : 0;
    prot |= map->executable ? KVM_PGTABLE_PROT_X : 0;
    prot |= map->device ? KVM_PGTABLE_PROT_DEVICE : 0;
    return kvm_stage2_premap(memory->kvm, map->ipa, map->size, prot);
}

static bool told(int code, const char *what, const struct source_pos *pos, char *error, size_t size)
{
    if (code)
        snprintf(error, size, "%s:%u:%u: %s: %s", pos->file, pos->line, pos->column, what,
                 strerror(-code));
    return code == 0;
}

static bool set_stage2(struct guest_memory *memory, char *error, size_t size)
{
    const struct scenario *scenario = memory->scenario;
    int code = make_all_tables(memory);

    if (code) {
        snprintf(error, size, "page_tables.stage2_depth: %s", strerror(-code));
        return false;
    }
    for (size_t i = 0; i < scenario->stage2_map_count; i++)
        if (!told(premap(memory, &scenario->stage2_maps[i]), "page_tables.stage2",
                  &scenario->stage2_maps[i].pos, error, size))
            return false;
    for (size_t i = 0; i < scenario->stage2_raw_count; i++) {
        const struct scn_stage2_raw *raw = &scenario->stage2_raws[i];

        code = kvm_stage2_edit(memory->kvm, raw->ipa, raw->level, raw->bits.clear, raw->bits.set);
        if (!told(code, "page_tables.raw: there is no such descriptor", &raw->pos, error, size))
            return false;
    }
    return true;
}

bool guest_memory_seal(struct guest_memory *memory, char *error, size_t size)
{
    const struct scenario *scenario = memory->scenario;

    for (size_t i = 0; i < scenario->memory_count; i++) {
        const struct scn_memory *config = &scenario->memory[i];
        bool done = true;

        if (config->backing.kind == SCN_BACKING_NONE)
            done = host_mm_munmap(memory->mm, memory->hva[i]);
        else if (config->backing.readonly)
            done = host_mm_mprotect(memory->mm, memory->hva[i],
                                    host_mm_vma(memory->mm, memory->hva[i])->size, false);
        if (!done) {
            snprintf(error, size, "the host could not change its mapping of '%s'", config->name);
            return false;
        }
    }
    return set_stage2(memory, error, size);
}

/* --- events of the host -------------------------------------------------------------------- */

static int done_or_einval(bool done)
{
    return done ? 0 : -EINVAL;
}

typedef int host_action(struct guest_memory *memory, const struct scn_host_event *event, hva_t hva);

static int do_munmap(struct guest_memory *memory, const struct scn_host_event *event, hva_t hva)
{
    return done_or_einval(host_mm_munmap_range(memory->mm, hva, event->size));
}

static int do_mprotect_ro(struct guest_memory *memory, const struct scn_host_event *event,
                          hva_t hva)
{
    return done_or_einval(host_mm_mprotect(memory->mm, hva, event->size, false));
}

static int do_mprotect_rw(struct guest_memory *memory, const struct scn_host_event *event,
                          hva_t hva)
{
    return done_or_einval(host_mm_mprotect(memory->mm, hva, event->size, true));
}

static int map_fixed(struct guest_memory *memory, uint64_t size, hva_t hva, bool no_mte)
{
    struct host_mapping mapping = {.size = size, .at = hva, .lazy = true, .no_mte = no_mte};

    return host_mm_map(memory->mm, &mapping, &hva) ? 0 : -EINVAL;
}

static int do_map_file(struct guest_memory *memory, const struct scn_host_event *event, hva_t hva)
{
    return map_fixed(memory, event->size, hva, true);
}

static int do_map_anon(struct guest_memory *memory, const struct scn_host_event *event, hva_t hva)
{
    return map_fixed(memory, event->size, hva, false);
}

static int do_swap_out(struct guest_memory *memory, const struct scn_host_event *event, hva_t hva)
{
    (void)event;
    return done_or_einval(host_mm_swap_out(memory->mm, hva));
}

static int do_poison(struct guest_memory *memory, const struct scn_host_event *event, hva_t hva)
{
    (void)event;
    return done_or_einval(host_mm_poison(memory->mm, hva));
}

static int do_age(struct guest_memory *memory, const struct scn_host_event *event, hva_t hva)
{
    return host_mm_young(memory->mm, hva, event->size, true);
}

static uint64_t slot_size(const struct guest_memory *memory, const struct scn_host_event *event)
{
    return memory->scenario->memory[event->memory].size;
}

static int do_start_log(struct guest_memory *memory, const struct scn_host_event *event, hva_t hva)
{
    (void)hva;
    return set_slot(memory, event->memory, slot_size(memory, event), true);
}

static int do_add_slot(struct guest_memory *memory, const struct scn_host_event *event, hva_t hva)
{
    (void)hva;
    return set_slot(memory, event->memory, slot_size(memory, event), false);
}

static int do_delete_slot(struct guest_memory *memory, const struct scn_host_event *event,
                          hva_t hva)
{
    (void)hva;
    return set_slot(memory, event->memory, 0, false);
}

static int do_get_log(struct guest_memory *memory, const struct scn_host_event *event, hva_t hva)
{
    size_t words = (size_t)(slot_size(memory, event) >> HOST_PAGE_SHIFT) / WORD_BITS + 1;
    uint64_t *log = calloc(words, sizeof(*log));
    int ret = log ? kvm_get_dirty_log(memory->kvm, (uint32_t)event->memory, log, words) : -ENOMEM;

    (void)hva;
    free(log);
    return ret;
}

static int do_clear_log(struct guest_memory *memory, const struct scn_host_event *event, hva_t hva)
{
    uint64_t pages = slot_size(memory, event) >> HOST_PAGE_SHIFT;
    size_t words = (size_t)pages / WORD_BITS + 1;
    uint64_t *log = malloc(words * sizeof(*log));
    int ret = -ENOMEM;

    (void)hva;
    if (log) {
        memset(log, UINT8_MAX, words * sizeof(*log));
        ret = kvm_clear_dirty_log(memory->kvm, (uint32_t)event->memory, 0, pages, log);
    }
    free(log);
    return ret;
}

static const struct {
    const char *name;
    host_action *act;
} actions[SCN_HOST_ACTIONS] = {
    [SCN_HOST_MUNMAP] = {"munmap", do_munmap},
    [SCN_HOST_MPROTECT_RO] = {"mprotect_ro", do_mprotect_ro},
    [SCN_HOST_MPROTECT_RW] = {"mprotect_rw", do_mprotect_rw},
    [SCN_HOST_MAP_FILE] = {"map_file", do_map_file},
    [SCN_HOST_MAP_ANON] = {"map_anon", do_map_anon},
    [SCN_HOST_SWAP_OUT] = {"swap_out", do_swap_out},
    [SCN_HOST_POISON] = {"poison", do_poison},
    [SCN_HOST_AGE] = {"age", do_age},
    [SCN_HOST_START_LOG] = {"start_log", do_start_log},
    [SCN_HOST_STOP_LOG] = {"stop_log", do_add_slot}, /* the slot's flags without a log */
    [SCN_HOST_GET_LOG] = {"get_log", do_get_log},
    [SCN_HOST_CLEAR_LOG] = {"clear_log", do_clear_log},
    [SCN_HOST_DELETE_SLOT] = {"delete_slot", do_delete_slot},
    [SCN_HOST_ADD_SLOT] = {"add_slot", do_add_slot},
};

static void play(struct guest_memory *memory, bool at_fault, uint64_t when)
{
    const struct scenario *scenario = memory->scenario;

    if (memory->acting)
        return;
    memory->acting = true;
    for (size_t i = 0; i < scenario->host_event_count; i++) {
        const struct scn_host_event *event = &scenario->host_events[i];
        hva_t hva = HVA(memory->hva[event->memory].v + event->offset);
        int ret;

        if (event->at_fault != at_fault || event->when != when)
            continue;
        ret = actions[event->action].act(memory, event, hva);
        EMIT(memory->trace, HOST_ACTION, HOST, EVENT_STR(actions[event->action].name),
             scenario->memory[event->memory].ipa.v + event->offset, event->size,
             (uint64_t)(int64_t)ret);
    }
    memory->acting = false;
}

void guest_memory_at_hvc(struct guest_memory *memory, uint64_t imm)
{
    play(memory, false, imm);
}

void guest_memory_at_fault(struct guest_memory *memory)
{
    play(memory, true, ++memory->faults);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is mapped into a realm, and the state of its IPA space (arch/arm64/kvm/rmi.c@v12). */
#include <errno.h>

#include "cpu/arch/descriptor.h"
#include "kvm_model/kvm_internal.h"
#include "kvm_model/realm.h"

static uint64_t align_down(uint64_t value, uint64_t size)
{
    return value & ~(size - 1);
}

static bool is_rtt_error(uint64_t ret)
{
    return rmi_return_status(ret) == RMI_ERROR_RTT;
}

static struct rmi_place place_of(const struct kvm *kvm, uint64_t ipa, int level)
{
    return (struct rmi_place){kvm->realm.rd, ipa, (uint64_t)level};
}

/* Creates the tables from below level down to max_level on the way to ipa. */
static int realm_create_rtt_levels(struct kvm *kvm, ipa_t ipa, int level, int max_level)
{
    while (level++ < max_level) {
        uint64_t at = align_down(ipa.v, rmi_rtt_level_mapsize(level - 1));
        uint64_t status;
        pa_t rtt;
        int ret = alloc_delegated_granule(kvm, &rtt);

        if (ret)
            return ret;
        status = kvm->rmi.cmds->rtt_create(&kvm->rmi, place_of(kvm, at, level), rtt);
        if (status == RMI_SUCCESS)
            continue;
        free_delegated_granule(kvm, rtt);
        /* There already: fine. */
        if (!is_rtt_error(status) || rmi_return_index(status) != (unsigned)level - 1)
            return -ENXIO;
    }
    return 0;
}

/* One command on a page. */
struct page_command {
    uint64_t (*send)(const struct kvm *kvm, const struct page_command *command);
    ipa_t ipa;
    pa_t pa, src;
    uint64_t arg; /* flags or descriptor */
};

/* Sends it; when it stops at a missing table, makes the tables and tries again. */
static uint64_t with_rtts(struct kvm *kvm, const struct page_command *command)
{
    uint64_t ret = command->send(kvm, command);
    int level = (int)rmi_return_index(ret);

    if (!is_rtt_error(ret) || level >= RMM_RTT_MAX_LEVEL)
        return ret;
    if (realm_create_rtt_levels(kvm, command->ipa, level, RMM_RTT_MAX_LEVEL))
        return ret;
    return command->send(kvm, command);
}

static struct rmi_place page_place(const struct kvm *kvm, const struct page_command *command)
{
    return place_of(kvm, command->ipa.v, RMM_RTT_MAX_LEVEL);
}

static uint64_t send_data_create(const struct kvm *kvm, const struct page_command *command)
{
    return kvm->rmi.cmds->data_create(&kvm->rmi, page_place(kvm, command), command->pa,
                                      command->src, command->arg);
}

static uint64_t send_data_create_unknown(const struct kvm *kvm, const struct page_command *command)
{
    return kvm->rmi.cmds->data_create_unknown(&kvm->rmi, page_place(kvm, command), command->pa);
}

static uint64_t send_map_unprotected(const struct kvm *kvm, const struct page_command *command)
{
    return kvm->rmi.cmds->map_unprotected(&kvm->rmi, page_place(kvm, command), command->arg);
}

/* --- private pages ------------------------------------------------------------------------- */

int realm_create_protected_page(struct kvm *kvm, ipa_t ipa, pa_t *page, pa_t src, bool measure)
{
    const struct page_command command = {send_data_create, ipa, *page, src,
                                         field_put(RMI_DATA_MEASURE, measure)};

    if (!rmi_delegate(&kvm->rmi, *page)) {
        host_mm_free_pages(kvm->config.mm, *page, 1);
        *page = PA(0);
        return -ENXIO;
    }
    if (with_rtts(kvm, &command) == RMI_SUCCESS)
        return 0;
    free_delegated_granule(kvm, *page);
    *page = PA(0);
    return -ENXIO;
}

static int realm_map_protected(struct kvm *kvm, ipa_t ipa, pa_t pa)
{
    const struct page_command command = {send_data_create_unknown, ipa, pa, PA(0), 0};

    /* Delegated already: another vCPU took the same fault, and was faster. */
    if (!rmi_delegate(&kvm->rmi, pa))
        return 0;
    if (with_rtts(kvm, &command) == RMI_SUCCESS)
        return 0;
    (void)rmi_undelegate(&kvm->rmi, pa);
    return -ENXIO;
}

static int realm_map_non_secure(struct kvm *kvm, ipa_t ipa, pa_t pa)
{
    uint64_t desc = pa.v | field_put(S2_MEM_ATTR, S2_MEM_ATTR_FWB_NORMAL_WB) |
                    field_put(S2_AP_READ, 1) | field_put(S2_AP_WRITE, 1);
    const struct page_command command = {send_map_unprotected, ipa, pa, PA(0), desc};
    uint64_t ret = with_rtts(kvm, &command);

    /* RMI_ERROR_RTT again: there is an entry by now, another vCPU's. */
    return ret == RMI_SUCCESS || is_rtt_error(ret) ? 0 : -ENXIO;
}

int realm_map_ipa(struct kvm *kvm, ipa_t fault_ipa, pa_t pa, enum kvm_pgtable_prot prot)
{
    if (!(prot & KVM_PGTABLE_PROT_W))
        return -EFAULT;
    if (kvm_realm_is_private_address(kvm, fault_ipa))
        return realm_map_protected(kvm, fault_ipa, pa);
    return realm_map_non_secure(kvm, fault_ipa, pa);
}

/* --- taking away --------------------------------------------------------------------------- */

void realm_unmap_shared_range(struct kvm *kvm, ipa_t start, uint64_t size)
{
    uint64_t shared_bit = (uint64_t)1 << (kvm->realm.ia_bits - 1);
    uint64_t ipa = start.v | shared_bit, end = ipa + size;

    while (kvm->realm.created && ipa < end) {
        uint64_t told, next = ipa + GRANULE_SIZE;
        uint64_t ret = kvm->rmi.cmds->unmap_unprotected(
            &kvm->rmi, place_of(kvm, ipa, RMM_RTT_MAX_LEVEL), &told);

        if (ret != RMI_SUCCESS && !is_rtt_error(ret))
            return;
        ipa = told > next ? align_down(told, GRANULE_SIZE) : next;
    }
}

/* A page goes back to the host, unless the RMM keeps it. */
static void unmap_private_page(struct kvm *kvm, ipa_t ipa, pa_t *page)
{
    bool lost = false;

    if (kvm->realm.created &&
        kvm->rmi.cmds->data_destroy(&kvm->rmi, place_of(kvm, ipa.v, RMM_RTT_MAX_LEVEL)) ==
            RMI_SUCCESS)
        lost = !rmi_undelegate(&kvm->rmi, *page);
    if (!lost)
        host_mm_free_pages(kvm->config.mm, *page, 1);
    *page = PA(0);
}

void realm_unmap_private_range(struct kvm *kvm, ipa_t start, uint64_t size)
{
    for (size_t i = 0; i < kvm->memslots.count; i++) {
        struct kvm_memory_slot *slot = &kvm->memslots.slots[i];
        uint64_t ipa = start.v > slot->base.v ? start.v : slot->base.v;
        uint64_t slot_end = slot->base.v + slot->size;
        uint64_t end = start.v + size < slot_end ? start.v + size : slot_end;

        for (; kvm_slot_has_gmem(slot) && ipa < end; ipa += GRANULE_SIZE) {
            pa_t *page = &slot->gmem[kvm_slot_page(slot, IPA(ipa))];

            if (page->v)
                unmap_private_page(kvm, IPA(ipa), page);
        }
    }
}

/* --- RIPAS --------------------------------------------------------------------------------- */

/* The highest level (smallest number) whose entry fits into [start, end) at start. */
static int find_map_level(const struct kvm *kvm, uint64_t start, uint64_t end)
{
    int level = RMM_RTT_MAX_LEVEL;

    while (level > kvm->realm.start_level) {
        uint64_t size = rmi_rtt_level_mapsize(level - 1);

        if (start & (size - 1) || start + size > end)
            break;
        level--;
    }
    return level;
}

/* A RIPAS command stopped at a table that is too coarse: makes it finer. 0 when to try again. */
static int refine_rtt(struct kvm *kvm, uint64_t ret, uint64_t ipa, uint64_t end)
{
    int err_level = (int)rmi_return_index(ret);
    int level = find_map_level(kvm, ipa, end);

    if (!is_rtt_error(ret))
        return -ENXIO;
    if (err_level >= level)
        return -EINVAL;
    return realm_create_rtt_levels(kvm, IPA(ipa), err_level, level);
}

int realm_init_ripas(struct kvm *kvm, ipa_t start, ipa_t end)
{
    uint64_t ipa = start.v;

    while (ipa < end.v) {
        const struct rmi_ripas_range range = {.rd = kvm->realm.rd, .base = ipa, .top = end.v};
        uint64_t top, status = kvm->rmi.cmds->init_ripas(&kvm->rmi, &range, &top);
        int ret;

        if (status == RMI_SUCCESS && top > ipa) {
            ipa = top;
            continue;
        }
        ret = refine_rtt(kvm, status, ipa, end.v);
        if (ret == -EINVAL)
            ipa += GRANULE_SIZE; /* a populated page: RAM already */
        else if (ret)
            return ret;
    }
    return 0;
}

int realm_set_ipa_state(struct kvm_vcpu *vcpu, ipa_t start, ipa_t end, uint64_t ripas, ipa_t *top)
{
    struct kvm *kvm = vcpu->kvm;

    *top = start;
    if (ripas == RMI_EMPTY)
        realm_unmap_private_range(kvm, start, end.v - start.v);
    while (top->v < end.v) {
        const struct rmi_ripas_range range = {kvm->realm.rd, vcpu->rec.rec_page, top->v, end.v,
                                              ripas};
        uint64_t reached, status = kvm->rmi.cmds->set_ripas(&kvm->rmi, &range, &reached);
        int ret;

        if (status == RMI_SUCCESS && reached > top->v) {
            *top = IPA(reached);
            continue;
        }
        ret = refine_rtt(kvm, status, top->v, end.v);
        if (ret)
            return ret;
    }
    return 0;
}

/* --- RTTs ---------------------------------------------------------------------------------- */

/* Destroys the tables of a level in [start, end), those below first. end is at most 2^48. */
static int tear_down_level(struct kvm *kvm, int level, uint64_t start, uint64_t end)
{
    uint64_t size = rmi_rtt_level_mapsize(level - 1);
    uint64_t ipa = start;

    while (ipa < end) {
        const struct rmi_place place = place_of(kvm, ipa, level);
        uint64_t next = align_down(ipa + size, size), top;
        pa_t rtt;
        uint64_t status = kvm->rmi.cmds->rtt_destroy(&kvm->rmi, place, &rtt, &top);
        int ret;

        if (status != RMI_SUCCESS && !is_rtt_error(status))
            return -ENXIO;
        if (status != RMI_SUCCESS && top <= ipa) { /* a live table */
            if (level == RMM_RTT_MAX_LEVEL)
                return -EBUSY;
            ret = tear_down_level(kvm, level + 1, ipa, next);
            if (ret)
                return ret;
            status = kvm->rmi.cmds->rtt_destroy(&kvm->rmi, place, &rtt, &top);
            if (status != RMI_SUCCESS)
                return -EBUSY;
        }
        if (status == RMI_SUCCESS)
            free_delegated_granule(kvm, rtt);
        /* top is where the next table may be. */
        ipa = top > next ? align_down(top, size) : next;
    }
    return 0;
}

int realm_tear_down_rtts(struct kvm *kvm)
{
    return tear_down_level(kvm, kvm->realm.start_level + 1, 0, (uint64_t)1 << kvm->realm.ia_bits);
}

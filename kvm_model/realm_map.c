/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is mapped into a realm, and the state of its IPA space (arch/arm64/kvm/rmi.c@v12). */
#include <errno.h>

#include "cpu/arch/descriptor.h"
#include "kvm_model/realm.h"
#include "kvm_model/rmi_call.h"

static uint64_t align_down(uint64_t value, uint64_t size)
{
    return value & ~(size - 1);
}

static bool is_rtt_error(uint64_t ret)
{
    return rmi_return_status(ret) == RMI_ERROR_RTT;
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
        status = rmi_call(kvm, RMI_RTT_CREATE,
                          (struct rmi_args){kvm->realm.rd.v, rtt.v, at, (uint64_t)level, 0})
                     .x[0];
        if (status == RMI_SUCCESS)
            continue;
        free_delegated_granule(kvm, rtt);
        /* There already: fine. */
        if (!is_rtt_error(status) || rmi_return_index(status) != (unsigned)level - 1)
            return -ENXIO;
    }
    return 0;
}

/* One command on a page at ipa; when it stops at a missing table, makes the tables and tries again.
 */
static uint64_t with_rtts(struct kvm *kvm, enum rmi_fid fid, ipa_t ipa, struct rmi_args args)
{
    uint64_t ret = rmi_call(kvm, fid, args).x[0];
    int level = (int)rmi_return_index(ret);

    if (!is_rtt_error(ret) || level >= RMM_RTT_MAX_LEVEL)
        return ret;
    if (realm_create_rtt_levels(kvm, ipa, level, RMM_RTT_MAX_LEVEL))
        return ret;
    return rmi_call(kvm, fid, args).x[0];
}

/* --- private pages ------------------------------------------------------------------------- */

int realm_create_protected_page(struct kvm *kvm, ipa_t ipa, pa_t *page, pa_t src, bool measure)
{
    uint64_t ret;

    if (!rmi_granule_delegate(kvm, *page)) {
        host_mm_free_pages(kvm->config.mm, *page, 1);
        *page = PA(0);
        return -ENXIO;
    }
    ret = with_rtts(kvm, RMI_DATA_CREATE, ipa,
                    (struct rmi_args){kvm->realm.rd.v, page->v, ipa.v, src.v,
                                      field_put(RMI_DATA_MEASURE, measure)});
    if (ret == RMI_SUCCESS)
        return 0;
    free_delegated_granule(kvm, *page);
    *page = PA(0);
    return -ENXIO;
}

static int realm_map_protected(struct kvm *kvm, ipa_t ipa, pa_t pa)
{
    uint64_t ret;

    /* Delegated already: another vCPU took the same fault, and was faster. */
    if (!rmi_granule_delegate(kvm, pa))
        return 0;
    ret = with_rtts(kvm, RMI_DATA_CREATE_UNKNOWN, ipa,
                    (struct rmi_args){kvm->realm.rd.v, pa.v, ipa.v, 0, 0});
    if (ret == RMI_SUCCESS)
        return 0;
    (void)rmi_granule_undelegate(kvm, pa);
    return -ENXIO;
}

static int realm_map_non_secure(struct kvm *kvm, ipa_t ipa, pa_t pa)
{
    uint64_t desc = pa.v | field_put(S2_MEM_ATTR, S2_MEM_ATTR_FWB_NORMAL_WB) |
                    field_put(S2_AP_READ, 1) | field_put(S2_AP_WRITE, 1);
    uint64_t ret = with_rtts(kvm, RMI_RTT_MAP_UNPROTECTED, ipa,
                             (struct rmi_args){kvm->realm.rd.v, ipa.v, RMM_RTT_MAX_LEVEL, desc, 0});

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
        struct smc_regs regs =
            rmi_call(kvm, RMI_RTT_UNMAP_UNPROTECTED,
                     (struct rmi_args){kvm->realm.rd.v, ipa, RMM_RTT_MAX_LEVEL, 0, 0});
        uint64_t next = ipa + GRANULE_SIZE;

        if (regs.x[0] != RMI_SUCCESS && !is_rtt_error(regs.x[0]))
            return;
        /* x1 is where the next mapping may be. */
        ipa = regs.x[1] > next ? align_down(regs.x[1], GRANULE_SIZE) : next;
    }
}

/* A page goes back to the host, unless the RMM keeps it. */
static void unmap_private_page(struct kvm *kvm, ipa_t ipa, pa_t *page)
{
    bool lost = false;

    if (kvm->realm.created &&
        rmi_call(kvm, RMI_DATA_DESTROY, (struct rmi_args){kvm->realm.rd.v, ipa.v, 0, 0, 0}).x[0] ==
            RMI_SUCCESS)
        lost = !rmi_granule_undelegate(kvm, *page);
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
        struct smc_regs regs =
            rmi_call(kvm, RMI_RTT_INIT_RIPAS, (struct rmi_args){kvm->realm.rd.v, ipa, end.v, 0, 0});
        int ret = 0;

        if (regs.x[0] == RMI_SUCCESS && regs.x[1] > ipa) {
            ipa = regs.x[1];
            continue;
        }
        ret = refine_rtt(kvm, regs.x[0], ipa, end.v);
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
        struct smc_regs regs =
            rmi_call(kvm, RMI_RTT_SET_RIPAS,
                     (struct rmi_args){kvm->realm.rd.v, vcpu->rec.rec_page.v, top->v, end.v, 0});
        int ret;

        if (regs.x[0] == RMI_SUCCESS && regs.x[1] > top->v) {
            *top = IPA(regs.x[1]);
            continue;
        }
        ret = refine_rtt(kvm, regs.x[0], top->v, end.v);
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
        struct smc_regs regs = rmi_call(
            kvm, RMI_RTT_DESTROY, (struct rmi_args){kvm->realm.rd.v, ipa, (uint64_t)level, 0, 0});
        uint64_t next = align_down(ipa + size, size);
        int ret;

        if (regs.x[0] == RMI_SUCCESS) {
            free_delegated_granule(kvm, PA(regs.x[1]));
        } else if (!is_rtt_error(regs.x[0])) {
            return -ENXIO;
        } else if (regs.x[2] <= ipa) { /* a live table */
            if (level == RMM_RTT_MAX_LEVEL)
                return -EBUSY;
            ret = tear_down_level(kvm, level + 1, ipa, next);
            if (ret)
                return ret;
            regs = rmi_call(kvm, RMI_RTT_DESTROY,
                            (struct rmi_args){kvm->realm.rd.v, ipa, (uint64_t)level, 0, 0});
            if (regs.x[0] != RMI_SUCCESS)
                return -EBUSY;
            free_delegated_granule(kvm, PA(regs.x[1]));
        }
        /* x2 is where the next table may be. */
        ipa = regs.x[2] > next ? align_down(regs.x[2], size) : next;
    }
    return 0;
}

int realm_tear_down_rtts(struct kvm *kvm)
{
    return tear_down_level(kvm, kvm->realm.start_level + 1, 0, (uint64_t)1 << kvm->realm.ia_bits);
}

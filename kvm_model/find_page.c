/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a guest's page is, for who looks at the guest from outside: nothing is mapped or faulted.
 */
#include "kvm_model/kvm_internal.h"

bool kvm_find_page(const struct kvm *kvm, ipa_t ipa, pa_t *pa, enum pas *pas)
{
    const struct kvm_memory_slot *slot;
    ipa_t gpa = ipa;

    if (kvm->config.realm)
        gpa.v &= ~((uint64_t)1 << (kvm->config.ipa_bits - 1));
    slot = kvm_gpa_to_memslot(kvm, gpa);
    if (!slot)
        return false;
    if (kvm_slot_has_gmem(slot) && gpa.v == ipa.v) {
        pa_t page = slot->gmem[kvm_slot_page(slot, gpa)];

        *pa = PA(page.v | (gpa.v & GRANULE_MASK));
        return page.v && gpt_lookup(kvm->mem, page, pas);
    }
    *pas = PAS_NON_SECURE;
    return host_mm_hva_to_pa(kvm->config.mm, HVA(slot->hva.v + (gpa.v - slot->base.v)), pa);
}

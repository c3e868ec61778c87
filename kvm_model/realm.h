/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host's side of a realm (arch/arm64/kvm/rmi.c and rmi-exit.c of "arm64: Support for Arm CCA in
 * KVM"; what differs between its postings is in variant.c and rmi_cmds.h): it is made, fed and torn
 * down by SMCs alone. KVM knows which granules it delegated and which IPA it put them at; it cannot
 * read one of them.
 */
#ifndef KVM_MODEL_REALM_H
#define KVM_MODEL_REALM_H

#include "cpu/types.h"
#include "kvm_model/host_mm.h"
#include "kvm_model/pgtable.h"
#include "rmm_model/rmi.h"

struct kvm;
struct kvm_vcpu;
struct kvm_memory_slot;

enum realm_state { REALM_STATE_NONE, REALM_STATE_NEW, REALM_STATE_ACTIVE, REALM_STATE_DEAD };

struct realm {
    enum realm_state state;
    bool created; /* rd is delegated and the RMM holds a realm */
    unsigned ia_bits;
    int start_level;
    unsigned vmid;
    pa_t rd;
    unsigned num_aux;
    unsigned num_bps, num_wps; /* what the RMM offers; the realm gets all */
    unsigned num_lrs;          /* list registers the RMM hands on */
};

struct realm_rec {
    bool created;
    struct cpu *pe; /* of which the host uses the GIC's registers, where the RMM leaves them to it;
                       NULL: there is none */
    pa_t rec_page;
    pa_t run_page;
    struct rmi_rec_run *run; /* the run page; NULL before the REC is created */
    pa_t aux[RMI_MAX_REC_AUX];
};

/* --- setting up and tearing down (realm.c) ------------------------------------------------- */

/* Asks the RMM for its version and features: 0, -ENXIO, or -EINVAL for an IPA size it has not. */
int kvm_init_realm_vm(struct kvm *kvm);
/* Creates what is missing, makes the protected regions RAM and activates: at the first KVM_RUN. */
int kvm_activate_realm(struct kvm *kvm);
int realm_populate(struct kvm *kvm, ipa_t ipa, uint64_t size, hva_t hva, bool measure);
void kvm_destroy_rec(struct kvm_vcpu *vcpu);
void kvm_destroy_realm(struct kvm *kvm);

/* An IPA of the lower half. */
bool kvm_realm_is_private_address(const struct kvm *kvm, ipa_t ipa);
/* The memslot address of a fault: the bit that selects the half is cleared (a plain VM has none).
 */
ipa_t kvm_gpa_from_fault(const struct kvm *kvm, ipa_t fault_ipa);

/* A page of the host's, delegated: 0, -ENOMEM, -ENXIO. */
int alloc_delegated_granule(struct kvm *kvm, pa_t *pa);
/* Takes it back and frees it. A page that cannot be undelegated is lost to the host. */
void free_delegated_granule(struct kvm *kvm, pa_t pa);

/* --- mapping (realm_map.c) ----------------------------------------------------------------- */

/*
 * Maps one granule at a fault: protected ones are delegated and given with unknown contents, shared
 * ones mapped unprotected. 0, -EFAULT without write permission, -ENOMEM, -ENXIO: the RMM refused.
 */
int realm_map_ipa(struct kvm *kvm, ipa_t fault_ipa, pa_t pa, enum kvm_pgtable_prot prot);
/*
 * Delegates page and creates it at ipa with the contents of src. -ENXIO: the page is freed, or
 * leaked, and *page is 0.
 */
int realm_create_protected_page(struct kvm *kvm, ipa_t ipa, pa_t *page, pa_t src, bool measure);
/* Takes away what is mapped in [start, start + size) of the lower half, or of its shared alias. */
void realm_unmap_shared_range(struct kvm *kvm, ipa_t start, uint64_t size);
void realm_unmap_private_range(struct kvm *kvm, ipa_t start, uint64_t size);
/* Sets RIPAS of [start, end) to RAM before activation; skips what has a page already. */
int realm_init_ripas(struct kvm *kvm, ipa_t start, ipa_t end);
/* Carries out the REC's pending RIPAS change as far as the RMM lets it. *top: how far. */
int realm_set_ipa_state(struct kvm_vcpu *vcpu, ipa_t start, ipa_t end, uint64_t ripas, ipa_t *top);
/* Destroys every RTT below the root. */
int realm_tear_down_rtts(struct kvm *kvm);

/* --- running (rec_run.c, rec_exit.c) ------------------------------------------------------- */

/* What must be completed before the REC is entered: 1, 0 or -errno, as exits. */
int kvm_rec_pre_enter(struct kvm_vcpu *vcpu);
/* SMC RMI_REC_ENTER. Its x0. */
uint64_t kvm_rec_enter(struct kvm_vcpu *vcpu);
/* ICH_HCR_EL2, as far as the RMM takes it from a host, and list registers for the next entry. */
void kvm_rec_set_gic(struct kvm_vcpu *vcpu, uint64_t hcr, const uint64_t lr[]);
/* What the last exit shows of them (vgic_rmm_save_state). */
void kvm_rec_get_gic(const struct kvm_vcpu *vcpu, uint64_t *hcr, uint64_t lr[], uint64_t *vmcr);
int handle_rec_exit(struct kvm_vcpu *vcpu, uint64_t rec_run_ret);
/* Carries out what the realm asked for in its last exit; the RMM tells it how far that came. */
void kvm_complete_ripas_change(struct kvm_vcpu *vcpu);
/* PSCI calls on another REC are completed by a command of their own. */
int realm_psci_complete(struct kvm_vcpu *source, struct kvm_vcpu *target, int64_t status);

#endif

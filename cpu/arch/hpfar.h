/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * HPFAR_EL2 (Arm ARM D19.2, HPFAR_EL2): the faulting IPA in steps of 4 KiB, whatever the granule.
 * The offset in the page is in FAR_EL2.
 */
#ifndef CPU_ARCH_HPFAR_H
#define CPU_ARCH_HPFAR_H

#include "cpu/arch/field.h"
#include "cpu/types.h"

static const struct field HPFAR_FIPA = {4, 44}; /* IPA[55:12] */
static const struct field HPFAR_NS = {63, 1};   /* Secure EL2 only: the IPA is Non-secure */

/* The register's value for a fault at that IPA; IPA[11:0] are not held. */
static inline uint64_t hpfar_from_ipa(ipa_t ipa)
{
    return field_put(HPFAR_FIPA, ipa.v >> GRANULE_SHIFT);
}

/* First byte of the 4 KiB page that HPFAR names. */
static inline ipa_t hpfar_page(uint64_t hpfar)
{
    return IPA(field_get(hpfar, HPFAR_FIPA) << GRANULE_SHIFT);
}

/*
 * The faulting IPA, offset from FAR. Not for a fault with S1PTW set (FAR is then of another page)
 * or one that leaves HPFAR or FAR unwritten: see esr_ipa_unusable in cpu/arch/esr.h.
 */
static inline ipa_t hpfar_ipa(uint64_t hpfar, uint64_t far)
{
    return IPA(hpfar_page(hpfar).v | (far & GRANULE_MASK));
}

#endif

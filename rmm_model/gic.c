/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rmm_model/gic.h"

#include <string.h>

/* ICH_HCR_EL2 (Arm GIC architecture specification, IHI 0069). */
static const struct field HCR_EN = {0, 1};
static const struct field HCR_MAINTENANCE = {1, 7}; /* UIE, LRENPIE, NPIE, VGrp0EIE .. VGrp1DIE */
static const struct field HCR_VSGI_EOI_COUNT = {8, 1};
static const struct field HCR_TDIR = {14, 1};
static const struct field HCR_DVIM = {15, 1};
static const struct field HCR_EOI_COUNT = {27, 5};

/* ICH_LR<n>_EL2. */
static const struct field LR_VINTID = {0, 32};
static const struct field LR_PINTID = {32, 13};
static const struct field LR_EOI = {41, 1}; /* bit 9 of pINTID, when HW is 0 */
static const struct field LR_PRIORITY = {48, 8};
static const struct field LR_HW = {61, 1};
static const struct field LR_STATE = {62, 2};

struct intid_range {
    uint32_t first, last;
};

static uint64_t hcr_host_mask(void)
{
    return field_mask(HCR_MAINTENANCE) | field_mask(HCR_TDIR);
}

void gic_reset(struct gic_state *gic)
{
    memset(gic, 0, sizeof(*gic));
    gic->hcr = field_mask(HCR_EN) | field_mask(HCR_VSGI_EOI_COUNT) | field_mask(HCR_DVIM);
}

/* SPIs and below, LPIs, and with the extended range its PPIs and SPIs (IHI 0069, "INTIDs"). */
static bool vintid_valid(const struct gic_config *config, uint64_t vintid)
{
    const struct intid_range lpi = {8192, (uint32_t)((uint64_t)1 << config->id_bits) - 1};
    static const struct intid_range basic = {0, 1019};
    static const struct intid_range extended[] = {{1056, 1119}, {4096, 5119}};

    if (vintid <= basic.last || (vintid >= lpi.first && vintid <= lpi.last))
        return true;
    if (!config->ext_range)
        return false;
    for (unsigned i = 0; i < sizeof(extended) / sizeof(extended[0]); i++)
        if (vintid >= extended[i].first && vintid <= extended[i].last)
            return true;
    return false;
}

static bool lr_valid(const struct gic_config *config, uint64_t lr)
{
    uint64_t unimplemented_priority = ((uint64_t)1 << (8 - config->pri_bits)) - 1;

    return !field_get(lr, LR_HW) && !(field_get(lr, LR_PRIORITY) & unimplemented_priority) &&
           !(lr & field_mask(LR_PINTID) & ~field_mask(LR_EOI)) &&
           vintid_valid(config, field_get(lr, LR_VINTID));
}

/* No other list register before lrs[n] is in use for the same vINTID. */
static bool vintid_unique(const uint64_t *lrs, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        if (field_get(lrs[i], LR_STATE) &&
            field_get(lrs[i], LR_VINTID) == field_get(lrs[n], LR_VINTID))
            return false;
    return true;
}

bool gic_validate(const struct gic_config *config, uint64_t hcr, bool reserved_dropped,
                  const uint64_t *lrs)
{
    if (!reserved_dropped && hcr & ~hcr_host_mask())
        return false;
    for (unsigned i = 0; i < config->num_lrs; i++)
        if (field_get(lrs[i], LR_STATE) && (!lr_valid(config, lrs[i]) || !vintid_unique(lrs, i)))
            return false;
    return true;
}

bool gic_validate_registers(const struct gic_config *config, const uint64_t *lrs)
{
    for (unsigned i = 0; i < config->num_lrs; i++)
        if (field_get(lrs[i], LR_STATE) && (field_get(lrs[i], LR_HW) || !vintid_unique(lrs, i)))
            return false;
    return true;
}

void gic_copy_in(const struct gic_config *config, struct gic_state *gic,
                 const struct rmi_rec_enter *enter)
{
    memcpy(gic->lrs, enter->gicv3_lrs, config->num_lrs * sizeof(gic->lrs[0]));
    gic->hcr = (gic->hcr & ~hcr_host_mask()) | (enter->gicv3_hcr & hcr_host_mask());
}

void gic_copy_out(const struct gic_config *config, const struct gic_state *gic,
                  struct rmi_rec_exit *exit)
{
    memcpy(exit->gicv3_lrs, gic->lrs, config->num_lrs * sizeof(gic->lrs[0]));
    exit->gicv3_misr = gic->misr;
    exit->gicv3_vmcr = gic->vmcr;
    exit->gicv3_hcr = gic->hcr & (hcr_host_mask() | field_mask(HCR_EOI_COUNT));
}

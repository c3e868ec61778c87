/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rmm_model/host_view.h"

#include "cpu/arch/esr.h"
#include "cpu/count.h"
#include "cpu/types.h"

/* Only WFI against WFE: the low bit of TI. */
static const struct field WFX_TI_WFE = {0, 1};

uint64_t abort_access_size(uint64_t esr)
{
    return (uint64_t)1 << field_get(esr, ESR_SAS);
}

uint64_t abort_access_mask(uint64_t esr)
{
    uint64_t size = abort_access_size(esr);

    return size == sizeof(uint64_t) ? ~(uint64_t)0 : ((uint64_t)1 << (8 * size)) - 1;
}

struct host_view host_view_emulatable_abort(uint64_t esr, uint64_t far, uint64_t hpfar,
                                            uint64_t rt_value)
{
    const uint64_t shown = field_mask(ESR_EC) | field_mask(ESR_ISV) | field_mask(ESR_SAS) |
                           field_mask(ESR_SF) | field_mask(ESR_SET) | field_mask(ESR_FNV) |
                           field_mask(ESR_EA) | field_mask(ESR_WNR) | field_mask(ESR_FSC);
    struct host_view view = {.esr = esr & shown, .hpfar = hpfar};

    view.far = far & GRANULE_MASK;
    if (field_get(esr, ESR_WNR))
        view.gpr0 = rt_value & abort_access_mask(esr);
    return view;
}

static uint64_t non_emulatable(uint64_t esr)
{
    return esr & (field_mask(ESR_EC) | field_mask(ESR_SET) | field_mask(ESR_FNV) |
                  field_mask(ESR_EA) | field_mask(ESR_FSC));
}

struct host_view host_view_abort(uint64_t esr, uint64_t hpfar)
{
    return (struct host_view){.esr = non_emulatable(esr), .hpfar = hpfar};
}

struct host_view host_view_unknown_abort(uint64_t esr, uint64_t hpfar)
{
    struct host_view view = host_view_abort(esr, hpfar);

    view.esr |= esr & field_mask(ESR_IL);
    return view;
}

struct host_view host_view_external_abort(uint64_t esr)
{
    return (struct host_view){.esr = non_emulatable(esr)};
}

struct host_view host_view_wfx(uint64_t esr)
{
    return (struct host_view){.esr = esr & (field_mask(ESR_EC) | field_mask(WFX_TI_WFE))};
}

struct host_view host_view_sysreg(uint64_t esr, uint64_t rt_value)
{
    bool read = field_get(esr, ESR_SYS_DIRECTION);

    return (struct host_view){.esr = esr, .gpr0 = read ? 0 : rt_value};
}

struct host_view host_view_sysreg_without_rt(uint64_t esr, uint64_t rt_value)
{
    return host_view_sysreg(esr & ~field_mask(ESR_SYS_RT), rt_value);
}

struct host_view host_view_serror(uint64_t esr)
{
    const uint64_t shown = field_mask(ESR_SERROR_IDS) | field_mask(ESR_SERROR_AET) |
                           field_mask(ESR_EA) | field_mask(ESR_DFSC);

    return (struct host_view){.esr = esr & shown};
}

struct host_view host_view_serror_with_class(uint64_t esr)
{
    struct host_view view = host_view_serror(esr);

    view.esr |= esr & field_mask(ESR_EC);
    return view;
}

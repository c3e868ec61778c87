/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PSCI of a realm: the RMM keeps the state, the host is told and schedules (RMM spec. 1.0, "PSCI").
 */
#ifndef RMM_MODEL_PSCI_H
#define RMM_MODEL_PSCI_H

#include "rmm_model/rsi.h"

/* The handler of a PSCI function, or NULL: the call is not supported. */
rsi_handler *psci_find_handler(uint32_t fid);

#endif

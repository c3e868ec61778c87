/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RMM_MODEL_FEATURES_H
#define RMM_MODEL_FEATURES_H

#include "rmm_model/state.h"

/* RmiFeatureRegister0: what REALM_CREATE accepts, as RMI_FEATURES(0) tells it. */
uint64_t rmm_realm_limits(const struct rmm *rmm);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Planes (RMM specification 1.1): a realm's Plane 0 runs the others, as a hypervisor would. */
#ifndef RMM_MODEL_PLANE_H
#define RMM_MODEL_PLANE_H

#include "rmm_model/exit.h"

/*
 * In REC_ENTER: whether Plane 0 can be told, should it take over from the active plane. false: it
 * cannot, its page is not mapped (RMI_ERROR_INPUT).
 */
bool plane_can_leave(struct realm_run *run, const struct rmi_rec_enter *enter);
/* Then: the active plane goes on, or Plane 0 takes over. */
void plane_entry(struct realm_run *run, const struct rmi_rec_enter *enter);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A syndrome in a line of somebody's log: the kernel's messages ("ESR = 0x96000045", "Oops:
 * 0000000096000004"), its trace ("kvm_guest_fault: ipa 0x..., hsr 0x..., hxfar 0x..."), another
 * program's "ESR_EL2=0x..., FAR_EL2=...".
 */
#ifndef SIM_REPORT_ESR_LINE_H
#define SIM_REPORT_ESR_LINE_H

#include "sim/report/esr_explain.h"

/*
 * The first value of each register that the line names; what in has already (far_given,
 * hpfar_given) stays. False: the line names no syndrome.
 */
bool esr_line_parse(const char *line, struct esr_input *in);

#endif

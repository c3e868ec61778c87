/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Version of the tool. The build says which commit it is made from, where it knows. */
#ifndef SIM_VERSION_H
#define SIM_VERSION_H

#include "generated/version.h"

#endif

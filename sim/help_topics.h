/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `sim help` tells beside the commands. */
#ifndef SIM_HELP_TOPICS_H
#define SIM_HELP_TOPICS_H

#include <stdio.h>

struct help_topic {
    const char *name;
    const char *about; /* one line */
    void (*print)(FILE *out);
};

/* A topic of no name ends it. */
extern const struct help_topic help_topics[];

/* NULL: there is none of that name. */
const struct help_topic *help_topic_find(const char *name);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys of the host's memory and of stage 2 (schema_stage2.c), for the table of all keys. */
#ifndef SIM_SCENARIO_SCHEMA_STAGE2_H
#define SIM_SCENARIO_SCHEMA_STAGE2_H

#include "sim/scenario/schema.h"

/* page_tables.raw[].table */
enum { SCHEMA_RAW_STAGE2, SCHEMA_RAW_STAGE1 };

extern const struct schema_map schema_backing, schema_host_event, schema_stage2_map,
    schema_stage2_raw, schema_expect_stage2, schema_expect_dirty, schema_expect_walk;
extern const struct schema_words schema_feature_words;

/* What a feature of that enum scn_feature is. */
const char *schema_feature_doc(uint64_t feature);

#endif

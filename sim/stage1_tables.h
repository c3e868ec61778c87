/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Builds the guest's stage-1 tables: VMSAv8-64, 4K granule, 48-bit halves. What the guest's own
 * kernel would write before it switches the MMU on.
 */
#ifndef SIM_STAGE1_TABLES_H
#define SIM_STAGE1_TABLES_H

#include "cpu/types.h"
#include "sim/scenario/scenario.h"

/* Registers that go with the tables. */
#define STAGE1_MAIR 0x04ffull /* attribute 0 Normal write-back, 1 Device-nGnRE */

struct stage1_tables;

struct stage1_tables *stage1_tables_new(void); /* NULL when out of memory */
void stage1_tables_free(struct stage1_tables *tables);

/*
 * Maps map->size bytes (4K multiples), with 2 MiB blocks where all is aligned; what was mapped
 * there before is replaced. False when out of memory.
 */
bool stage1_tables_map(struct stage1_tables *tables, const struct scn_stage1_map *map);

/*
 * Changes the descriptor that a walk for raw->va meets at raw->level: tables above it are made
 * where there are none, and blocks split. Changes are made when the tables are written, in the
 * order of the calls; what is mapped later is not in them. False when out of memory.
 */
bool stage1_tables_edit(struct stage1_tables *tables, const struct scn_stage1_raw *raw);

/* Bytes the tables take. */
uint64_t stage1_tables_size(const struct stage1_tables *tables);
/* Writes them, for a place at that IPA (4K aligned), into stage1_tables_size bytes. */
void stage1_tables_write(const struct stage1_tables *tables, ipa_t base, uint8_t *bytes);
/* TTBR0_EL1 and TTBR1_EL1 for tables at base; TCR_EL1 for that IPA size. */
uint64_t stage1_ttbr0(ipa_t base);
uint64_t stage1_ttbr1(ipa_t base);
uint64_t stage1_tcr(unsigned ipa_bits);

#endif

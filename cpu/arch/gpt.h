/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Granule protection table formats (Arm ARM D9.2, FEAT_RME), for PGS = 4K, L0GPTSZ = 1 GiB and
 * PPS = 40 bits, as this machine's GPCCR_EL3 has them.
 */
#ifndef CPU_ARCH_GPT_H
#define CPU_ARCH_GPT_H

#include "cpu/arch/field.h"

#define GPT_PPS_BITS 40
#define GPT_L0_SHIFT 30
#define GPT_L0_REGION ((uint64_t)1 << GPT_L0_SHIFT)

/* Granule protection information: four bits a granule. */
#define GPI_BITS 4
#define GPI_MASK 0xfu
#define GPI_SECURE 0x8u
#define GPI_NON_SECURE 0x9u
#define GPI_ROOT 0xau
#define GPI_REALM 0xbu

/* A level-1 word holds the GPIs of 16 granules, lowest address in the lowest bits. */
#define GPT_GPIS_PER_WORD 16
#define GPT_L1_WORD_SHIFT 16

/* Level-0 descriptors. */
static const struct field GPT_DESC_TYPE = {0, 4};
static const struct field GPT_BLOCK_GPI = {4, 4};
static const struct field GPT_TABLE_ADDR = {12, 40};
#define GPT_TYPE_BLOCK 1u
#define GPT_TYPE_TABLE 3u

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one simulated physical memory, and the granule protection table (GPT) that says which
 * physical address space owns each granule of it. Guest RAM, stage-1 and stage-2 tables, RTTs, the
 * GPT itself and the shared RMI pages are all bytes in here.
 *
 * Every access names the physical address space (PAS) it is made to, as the bus would carry it. An
 * access whose PAS is not the granule's is a granule protection fault: it is reported to the
 * caller, nothing is read or written.
 */
#ifndef CPU_PHYSMEM_H
#define CPU_PHYSMEM_H

#include "cpu/types.h"

enum phys_status {
    PHYS_OK,
    PHYS_GPF,    /* the granule belongs to another PAS */
    PHYS_ABSENT, /* no memory there: a synchronous external abort */
};

struct physmem;

/* Base of the simulated DRAM; below it nothing answers. */
#define PHYS_DRAM_BASE 0x80000000ull

/* Memory at physmem_limit that is EL3's, to share with the RMM. */
#define PHYS_FIRMWARE_SIZE GRANULE_SIZE

/*
 * Memory of size bytes (a multiple of 2 MiB) at PHYS_DRAM_BASE. Pages cost host memory when
 * touched. The last granules are the firmware's and the GPT, in Root PAS; everything else starts
 * Non-secure. NULL
 * when the host has not the address space. Freed by physmem_free (NULL is fine).
 */
struct physmem *physmem_new(uint64_t size);
void physmem_free(struct physmem *mem);

/* [PHYS_DRAM_BASE, physmem_limit) is what models may hand out; the firmware and the GPT lie above.
 */
pa_t physmem_limit(const struct physmem *mem);
/* Size of all of it in bytes, the GPT included, and the host memory behind it (for the engine). */
uint64_t physmem_size(const struct physmem *mem);
void *physmem_host_base(struct physmem *mem);

/*
 * A host pointer to len bytes at pa, accessed as pas; NULL with *status set if any granule of the
 * range refuses. The pointer stays valid as long as the memory; whoever keeps it must keep the
 * granule's PAS.
 */
void *physmem_ptr(struct physmem *mem, enum pas pas, pa_t pa, size_t len, enum phys_status *status);

/* Copies; all or nothing. */
enum phys_status physmem_read(struct physmem *mem, enum pas pas, pa_t pa, void *buf, size_t len);
enum phys_status physmem_write(struct physmem *mem, enum pas pas, pa_t pa, const void *buf,
                               size_t len);
/* One aligned little-endian doubleword: a descriptor. */
enum phys_status physmem_read64(struct physmem *mem, enum pas pas, pa_t pa, uint64_t *value);
enum phys_status physmem_write64(struct physmem *mem, enum pas pas, pa_t pa, uint64_t value);

/*
 * Writes of models to memory a guest has executed must reach the engine's translated code. The
 * engine registers itself here; physmem_write tells it each granule whose code flag is set.
 */
typedef void physmem_code_written(void *ctx, pa_t granule);
void physmem_watch_code(struct physmem *mem, physmem_code_written *fn, void *ctx);
void physmem_mark_code(struct physmem *mem, pa_t pa, bool executed);
bool physmem_is_code(const struct physmem *mem, pa_t pa);

/*
 * One who watches every access of every floor, for checks that must not rely on what they check.
 * access: an access as pas to [pa, pa + len) was let through or refused; written: a model wrote
 * there, after the bytes changed; moved: the GPT gives the granule to another PAS. What guest code
 * does by itself comes here once a translation, when it is made. NULL observer: nobody. The
 * structure is copied; ctx must outlive mem or the next call.
 */
struct physmem_observer {
    void (*access)(void *ctx, enum pas pas, pa_t pa, size_t len, bool granted);
    void (*written)(void *ctx, enum pas pas, pa_t pa, size_t len);
    void (*moved)(void *ctx, pa_t granule, enum pas to);
    void *ctx;
};
void physmem_observe(struct physmem *mem, const struct physmem_observer *observer);

/* --- granule protection table (Arm ARM, FEAT_RME, D9.2): EL3 only, so only the monitor calls set
 * --- */

/* The PAS of a granule; false if there is no memory at pa. */
bool gpt_lookup(const struct physmem *mem, pa_t pa, enum pas *pas);
/* Rewrites the granule's GPI in the GPT. pa is granule aligned; false if there is no memory there.
 */
bool gpt_set(struct physmem *mem, pa_t pa, enum pas pas);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A scenario as the machine and the judge need it: parsed, checked, every default filled in, every
 * name resolved. Nothing in it refers to YAML any more but the positions that messages point at.
 * One struct scenario owns all its memory; scenario_free releases it.
 */
#ifndef SIM_SCENARIO_SCENARIO_H
#define SIM_SCENARIO_SCENARIO_H

#include <stdio.h>

#include "cpu/arch/sysreg.h"
#include "cpu/event.h"
#include "cpu/types.h"
#include "kvm_model/hostile.h"
#include "kvm_model/vmm/device.h"
#include "kvm_model/vmm/registers.h"
#include "kvm_model/vmm/script.h"

struct source_pos {
    const char *file;      /* as the user named it; owned by the scenario */
    unsigned line, column; /* from 1; 0 when there is none */
};

enum scn_world {
    SCN_WORLD_KVM,
    SCN_WORLD_CCA
}; /* `world: kvm-vhe` (a plain VM) or `cca` (a realm) */

enum scn_gic { SCN_GIC_NONE, SCN_GIC_V3, SCN_GIC_V2 };

/* Where `gic` puts the vGIC's frames, and a host with a GICv2 has its own: as QEMU's machine virt.
 */
#define SCN_GICD_IPA 0x08000000u
#define SCN_GICC_IPA 0x08010000u
#define SCN_GICR_IPA 0x080a0000u
#define SCN_HOST_GICV 0x08040000u
#define SCN_MAX_VCPUS 16

/* Where the vCPUs' threads run. */
enum scn_placement {
    SCN_PLACEMENT_SHARED, /* in turn, on the host's one CPU */
    SCN_PLACEMENT_PINNED, /* each on a CPU of its own */
};

struct scn_machine {
    struct source_pos pos;
    enum scn_world world;
    const char *cpu;    /* "generic-v8.4" */
    const char *kernel; /* canonical variant name: "linux-6.12", "linux-7.2", "cca-v12" */
    const char *rmm;    /* "eac", "1.0", "2.0"; NULL for a plain VM */
    /* what the file does not say; or NULL */
    const char *asked_kernel, *asked_rmm, *asked_profile, *asked_timing;
    enum timing timing;                 /* of the guest's core */
    const struct cost_profile *profile; /* of a struct profile; never NULL */
    unsigned ipa_bits;                  /* 32..48 */
    enum scn_gic gic;                   /* of the host, and KVM's vGIC of that version */
    const char *vmm;                    /* name of a VMM variant */
    bool ls64;                          /* FEAT_LS64_V */
    unsigned features;                  /* enum scn_feature */
    unsigned cpus;                      /* vCPUs, 1..SCN_MAX_VCPUS */
    uint64_t slice;                     /* cycles a vCPU runs while others can */
    enum scn_placement placement;
};

/* As enum host_backing, and no VMA at all. */
enum scn_backing_kind {
    SCN_BACKING_ANON,
    SCN_BACKING_THP,
    SCN_BACKING_CONTPTE,
    SCN_BACKING_HUGETLB_2M,
    SCN_BACKING_CONTPMD,
    SCN_BACKING_HUGETLB_1G,
    SCN_BACKING_PFNMAP,
    SCN_BACKING_NONE,
};

struct scn_backing { /* memory[].backing; all zero is what a realm has */
    enum scn_backing_kind kind;
    bool lazy, readonly, no_mte, cacheable, any_uncached;
    uint64_t offset;
};

/* machine.features, bits */
enum scn_feature {
    SCN_FEATURE_FWB = 1,
    SCN_FEATURE_DIC = 2,
    SCN_FEATURE_MTE = 4,
    SCN_FEATURE_DIRTY_MANUAL = 8,
    SCN_FEATURE_DIRTY_INIT_SET = 16,
    SCN_FEATURE_EAGER_SPLIT = 32,
    SCN_FEATURE_WFXT = 64,
};

enum scn_host_action {
    SCN_HOST_MUNMAP,
    SCN_HOST_MPROTECT_RO,
    SCN_HOST_MPROTECT_RW,
    SCN_HOST_MAP_FILE,
    SCN_HOST_MAP_ANON,
    SCN_HOST_SWAP_OUT,
    SCN_HOST_POISON,
    SCN_HOST_AGE,
    SCN_HOST_START_LOG,
    SCN_HOST_STOP_LOG,
    SCN_HOST_GET_LOG,
    SCN_HOST_CLEAR_LOG,
    SCN_HOST_DELETE_SLOT,
    SCN_HOST_ADD_SLOT,
    SCN_HOST_ACTIONS
};

struct scn_host_event { /* host_events[] */
    struct source_pos pos;
    bool at_fault; /* in the when-th fault on memory; else at HVC #when */
    uint64_t when;
    enum scn_host_action action;
    size_t memory; /* index */
    uint64_t offset, size;
};

struct scn_stage2_map { /* page_tables.stage2[] */
    struct source_pos pos;
    ipa_t ipa;
    uint64_t size;
    bool writable, executable, device;
};

struct scn_raw_bits { /* of a descriptor: clear first */
    uint64_t clear, set;
};

struct scn_stage2_raw { /* page_tables.raw[], table: stage2 */
    struct source_pos pos;
    ipa_t ipa;
    int level;
    struct scn_raw_bits bits;
};

struct scn_memory {
    struct source_pos pos;
    const char *name;
    ipa_t ipa;
    uint64_t size;
    bool ripas_ram; /* realm: `ripas: ram` (the default) or `empty` */
    struct scn_backing backing;
    bool readonly, log_dirty; /* of the memslot */
};

enum scn_device_type {
    SCN_DEVICE_REGISTERS,
    SCN_DEVICE_PL011,
    SCN_DEVICE_PL031,
    SCN_DEVICE_VIRTIO_BLK,
    SCN_DEVICE_VIRTIO_CONSOLE,
    SCN_DEVICE_TEST_EXIT,
    SCN_DEVICE_PFLASH,
    SCN_DEVICE_CONTAINER, /* a region without a device, for others in it */
    SCN_DEVICE_ALIAS,     /* a window into memory or a device */
    SCN_DEVICE_TYPE_COUNT
};

struct scn_register_value {
    uint64_t offset;
    uint64_t value;
    unsigned size; /* bytes it occupies: 1, 2, 4, 8 */
};

/* Which accesses fail, `errors`. */
enum scn_error { SCN_ERROR_READ = 1, SCN_ERROR_WRITE = 2, SCN_ERROR_ANY = 3 };

struct scn_device {
    struct source_pos pos;
    const char *name;
    enum scn_device_type type;
    ipa_t ipa; /* where the guest reaches it; a realm's lies in the unprotected half */
    uint64_t size;
    bool in_kernel;                    /* `handled_by: kvm` (kvm_io_bus) or `vmm` */
    struct scn_register_value *values; /* registers, virtio-blk, pflash: initial contents */
    size_t value_count;
    struct registers_error *errors; /* registers: bytes whose accesses fail */
    size_t error_count;
    uint32_t latency; /* cycles of its own an access takes */
    bool may_overlap; /* a priority was given */
    int priority;
    bool disabled;
    bool has_container;
    size_t container;                /* index of the device it is in, an earlier one */
    bool of_memory;                  /* alias: of a memory, else of a device */
    size_t target;                   /* alias: its index; of a device an earlier one */
    uint64_t offset;                 /* alias: of its first byte there */
    struct device_sizes valid, impl; /* registers */
    enum device_endian endian;       /* registers */
    unsigned irq;                    /* INTID, or 0 */
    const char *input;               /* pl011, virtio-console; "" if there is none */
    uint32_t time;                   /* pl031 */
    uint64_t sectors;                /* virtio-blk */
    bool testdev;                    /* virtio-console */
};

struct scn_label {
    const char *name;
    uint64_t address; /* virtual address of the label */
};

struct scn_segment { /* bytes to place in guest memory before it starts */
    ipa_t ipa;
    uint8_t *bytes;
    size_t size;
};

struct scn_stage1_map { /* page_tables.stage1 */
    struct source_pos pos;
    va_t va;
    ipa_t ipa;
    uint64_t size; /* multiple of 4K */
    bool device;   /* attr: device | normal */
    bool writable; /* perm: rw, rwx | ro, rx */
    bool executable;
    bool user; /* reachable from EL0 */
};

struct scn_stage1_raw { /* page_tables.raw[], table: stage1 */
    struct source_pos pos;
    va_t va;
    int level;
    struct scn_raw_bits bits;
};

enum scn_stage1 {
    SCN_STAGE1_OFF,  /* MMU off: VA = IPA */
    SCN_STAGE1_FLAT, /* 4K tables that map memory and devices at VA = IPA, plus page_tables.stage1
                      */
};

struct scn_sysreg_value {
    enum sysreg reg;
    uint64_t value;
};

struct scn_start { /* the state a vCPU starts in */
    va_t entry;
    uint64_t regs[31];
    uint64_t sp;
};

struct scn_secondary { /* a vCPU that the VMM starts beside vCPU 0 */
    unsigned vcpu;
    struct scn_start start;
};

struct scn_guest {
    struct source_pos pos;
    unsigned el; /* 0 or 1 */
    enum scn_stage1 stage1;
    struct scn_start start; /* of vCPU 0 */
    struct scn_secondary *secondaries;
    size_t secondary_count;
    struct scn_sysreg_value *sysregs;
    size_t sysreg_count;
    struct scn_segment *segments;
    size_t segment_count;
    struct scn_label *labels;
    size_t label_count;
    struct scn_stage1_map *maps;
    size_t map_count;
    struct scn_stage1_raw *raws;
    size_t raw_count;
    const char *code_cache; /* the file that the code is from; NULL: none is, or it is none */
};

struct scn_host {               /* `host:`, the policy selected */
    const char *policy;         /* its name; NULL: an honest host */
    struct hostile_step *steps; /* none: honest too */
    size_t step_count;
};

struct scn_vmm { /* `vmm:` */
    struct vmm_script_step *steps;
    size_t step_count;
};

struct scn_ioeventfd {
    struct source_pos pos;
    const char *name;
    uint64_t gpa;
    uint32_t len; /* 0: any */
    bool has_match;
    uint64_t match;
};

struct scn_coalesced {
    uint64_t gpa;
    uint32_t size;
};

struct scn_smccc_filter {
    uint32_t base, count;
    enum kvm_smccc_filter_action action;
};

struct scn_kvm { /* `kvm:` */
    bool nisv_to_user, sea_to_user;
    uint32_t guest_debug; /* KVM_GUESTDBG_*, 0: no debugger */
    struct scn_ioeventfd *ioeventfds;
    size_t ioeventfd_count;
    struct scn_coalesced *zones;
    size_t zone_count;
    struct scn_smccc_filter *filters;
    size_t filter_count;
};

enum scn_stimulus_kind {
    SCN_STIMULUS_IRQ,
    SCN_STIMULUS_SERROR,
    SCN_STIMULUS_EXT_DABT,
    SCN_STIMULUS_WRITE,
    SCN_STIMULUS_SIGNAL,
    SCN_STIMULUS_COUNT
};

enum scn_when { SCN_AT_CYCLE, SCN_AT_TRAP, SCN_AT_EVENT };

struct scn_stimulus { /* what happens from outside */
    struct source_pos pos;
    enum scn_stimulus_kind kind;
    const char *name; /* of the kind, as the key */
    enum scn_when when;
    uint64_t number; /* the cycle; which trap or event, from 1 */
    enum event_kind event;
    unsigned vcpu;
    unsigned intid;  /* irq */
    bool ppi, level; /* irq */
    bool has_iss;    /* serror: value is its ISS */
    uint64_t value;  /* write: little-endian */
    unsigned size;   /* write: bytes */
    ipa_t ipa;       /* write */
    size_t memory;   /* index; write */
};

struct scn_limits {
    uint64_t instructions; /* default 10,000,000 */
    uint64_t exits;        /* traps to EL2; default 100,000 */
    uint64_t cycles;       /* default 0: no limit */
};

/* --- expectations ----------------------------------------------------------------------------- */

enum match_op {
    MATCH_EQ,        /* value */
    MATCH_NE,        /* `{not: value}` */
    MATCH_NONE_OF,   /* `{not: [..]}`: none of set[0..set_count) */
    MATCH_RANGE,     /* `{min: a, max: b}`, either may be missing: value..value2, inclusive */
    MATCH_IN,        /* `{in: [..]}`: set[0..set_count) */
    MATCH_ANY,       /* `any`: present, whatever it is */
    MATCH_ABSENT,    /* `null`: must not be there (for example no exit to the VMM) */
    MATCH_UNCHANGED, /* `unchanged`: a register has the value it started with */
};

struct match_value {
    enum match_op op;
    bool is_text; /* text, set_text are used instead of value, set */
    uint64_t value, value2;
    const char *text;
    uint64_t *set;
    const char **set_text;
    size_t set_count;
};

/*
 * One expected value: path names what ("esr", "iss.isv", "host_sees.far", "exit.phys_addr",
 * "regs.x2", "end.reason", ...), as the schema table spells it. The judge finds the actual value by
 * it.
 */
struct expect_item {
    struct source_pos pos; /* of the value */
    const char *path;
    struct match_value want;
};

struct expect_walk { /* one entry of expect.traps[].walk: "walk.stage", "walk.level", ... */
    struct source_pos pos;
    struct expect_item *items;
    size_t item_count;
};

struct expect_stage2 { /* one entry of expect.stage2: "stage2.level", ... */
    struct source_pos pos;
    ipa_t ipa;
    struct expect_item *items;
    size_t item_count;
};

struct expect_dirty { /* one entry of expect.dirty */
    struct source_pos pos;
    size_t memory;   /* index */
    uint64_t *pages; /* ascending */
    size_t page_count;
};

struct expect_field { /* of an event */
    enum expect_field_of { EXPECT_FIELD_ARG, EXPECT_FIELD_WORLD, EXPECT_FIELD_VCPU } of;
    unsigned arg; /* index of the field */
    struct match_value want;
};

struct expect_event { /* one entry of expect.events or expect.never */
    struct source_pos pos;
    const char *section; /* "events", "never" */
    bool never;
    enum event_kind kind;
    const char *shown; /* instead: an exit that shows the host this field; or NULL */
    struct expect_field *fields;
    size_t field_count;
    struct match_value times;
};

struct expect_memory { /* one entry of expect.memory: "memory.value", ... */
    struct source_pos pos;
    ipa_t ipa;
    size_t size; /* 1..64K, in one memory */
    struct expect_item *items;
    size_t item_count;
};

struct expect_trap { /* one entry of expect.traps */
    struct source_pos pos;
    bool begins; /* a sequence of its own: it is looked for from the first trap on */
    bool has_at; /* `at: label` */
    uint64_t at; /* PC of the trapping instruction */
    const char *at_name;
    struct expect_item *items;
    size_t item_count;
    const char **steps; /* `path:`: ordered subsequence of event names */
    size_t step_count;
    struct source_pos path_pos;
    struct expect_walk *walks; /* `walk:`: ordered subsequence of the trap's walks */
    size_t walk_count;
};

struct scn_expect {
    struct expect_item *end; /* end.reason, end.imm, end.call, end.errno */
    size_t end_count;
    struct expect_item *exits; /* "exits.MMIO": how often */
    size_t exit_count;
    struct expect_item *regs; /* "regs.x0".."regs.x30", "regs.sp", "regs.pc": at the end */
    size_t reg_count;
    struct expect_item *vcpus; /* "vcpus.N.state", "vcpus.N.regs.x0", ...: at the end */
    size_t vcpu_count;
    struct expect_item *stimuli; /* "stimulus.N.errno", ...: of the N-th, from 1 */
    size_t stimulus_count;
    struct expect_item *devices; /* "devices.NAME.reads|writes|output|..." */
    size_t device_count;
    struct expect_item *kvm; /* "kvm.ioeventfds.NAME", "kvm.coalesced", "kvm.unassigned_..." */
    size_t kvm_count;
    struct expect_trap *traps;
    size_t trap_count;
    struct expect_item *host; /* "host.N.expect.status", ...: step N, from 1, of the policy */
    size_t host_count;
    struct expect_item *cycles; /* "cycles.total", "cycles.setup", "cycles.guest" */
    size_t cycle_count;
    struct expect_event *events;
    size_t event_count;
    struct expect_memory *memory;
    size_t memory_count;
    struct expect_stage2 *stage2;
    size_t stage2_count;
    struct expect_dirty *dirty;
    size_t dirty_count;
    bool traps_exact; /* `exact: true`: no other trap than these */
    struct source_pos traps_pos;
};

struct scn_golden { /* `golden:` */
    struct source_pos pos;
    const char *path;   /* of the file, beside the scenario; NULL: there is none */
    const char *events; /* patterns as of struct event_filter; NULL: all */
};

struct scenario {
    const char *path;         /* of the file, as given */
    const char *cell;         /* of its matrix: "ipa_bits=36,host=honest"; "" without one */
    const char *name, *about; /* name[cell] */
    const char **refs;
    size_t ref_count;
    const char **tags;
    size_t tag_count;
    bool slow; /* `cost: slow` */
    struct scn_machine machine;
    struct scn_memory *memory;
    size_t memory_count;
    struct scn_device *devices;
    size_t device_count;
    struct scn_guest guest;
    struct scn_host host;
    struct scn_vmm vmm;
    struct scn_kvm kvm;
    struct scn_host_event *host_events;
    size_t host_event_count;
    struct scn_stage2_map *stage2_maps;
    size_t stage2_map_count;
    int stage2_depth; /* 0: tables come with the mappings */
    struct scn_stage2_raw *stage2_raws;
    size_t stage2_raw_count;
    struct scn_stimulus *stimuli;
    size_t stimulus_count;
    struct scn_limits limits;
    struct scn_expect expect;
    struct scn_golden golden;
    const char *xfail;          /* reason, or NULL */
    const char *skip;           /* reason, or NULL */
    struct arena *arena;        /* owns everything above, but for the texts of the file */
    struct scenario_file *file; /* owned; NULL: the caller of scenario_file_load keeps it */
};

/*
 * How messages are shown. DIAG_PARTS: as DIAG_HUMAN, for a reader that puts those of many cells
 * together: a NUL behind each, neither the cell nor the number of all.
 */
enum diag_format { DIAG_HUMAN, DIAG_SHORT, DIAG_JSON, DIAG_PARTS };

struct diag_options {
    FILE *out; /* stderr in the tool */
    enum diag_format format;
    bool strict; /* a warning is an error */
};

/* What becomes of the cached code of `asm:` (NAME.code.hex beside the scenario). */
enum code_cache_use {
    CODE_CACHE_UPDATE, /* assemble and rewrite it when it is stale or missing, if possible */
    CODE_CACHE_KEEP,   /* assemble when needed, write nothing */
    CODE_CACHE_VERIFY, /* assemble always; a cache that differs is an error */
};

struct scenario_load_options {
    const struct diag_options *diag;
    enum code_cache_use code_cache;
    const char *cell; /* scenario_load_with: "axis=value,axis=value", or NULL */
    /* as machine.kernel, .rmm, .profile and .timing, instead of them; may be NULL */
    const char *kernel, *rmm, *profile, *timing;
};

/* Exit statuses of the tool that loading can lead to. */
#define SCENARIO_INVALID 2 /* usage error, unreadable or invalid scenario */
#define SCENARIO_NO_ASSEMBLER                                                                      \
    77 /* valid so far, but neither an assembler nor cached code is there */

/*
 * Loads and checks one file: one scenario, or the cell of its matrix that options->cell names.
 * Returns NULL after printing what is wrong (up to 20 errors) to diag->out; *exit_status is then
 * SCENARIO_INVALID or SCENARIO_NO_ASSEMBLER. Never crashes, hangs or uses unbounded memory,
 * whatever the file holds. path "-" is standard input.
 */
struct scenario *scenario_load_with(const char *path, const struct scenario_load_options *options,
                                    int *exit_status);
/* The same with CODE_CACHE_UPDATE, of a file with one scenario. */
struct scenario *scenario_load(const char *path, const struct diag_options *diag);
void scenario_free(struct scenario *scenario);

/*
 * A file that is read once, with what it includes, for all the scenarios it holds: the cells of its
 * matrix, in their order, or one.
 */
struct scenario_file;

/* NULL after printing what is wrong with the file or its matrix. */
struct scenario_file *scenario_file_open(const char *path, const struct diag_options *diag);
void scenario_file_free(struct scenario_file *file);
size_t scenario_file_cell_count(const struct scenario_file *file); /* at least 1 */
/* "axis=value,axis=value"; "" without a matrix. */
const char *scenario_file_cell_name(const struct scenario_file *file, size_t cell);
/*
 * The cells that text ("axis=value,axis=value"; NULL: all) chooses; their number. 0 with a message
 * in error (size bytes) if there is none. The array belongs to the file.
 */
size_t scenario_file_choose(struct scenario_file *file, const char *text, const size_t **cells,
                            char *error, size_t size);
/* As scenario_load_with, of one cell; the file must outlive the scenario. */
struct scenario *scenario_file_load(const struct scenario_file *file, size_t cell,
                                    const struct scenario_load_options *options, int *exit_status);
/* Checks every cell; what several have wrong is told once. 0, or an exit status as above. */
int scenario_file_check(const struct scenario_file *file,
                        const struct scenario_load_options *options);

/*
 * Hash of the bytes of the file and of all that was read with it, in the order of reading: what it
 * includes, the suite files it inherits, its cases. Of a file alone it is hash_bytes of its bytes.
 */
uint64_t scenario_file_hash(const struct scenario_file *file);

/*
 * Whether path is a `suite.yaml` that scenarios inherit: one that is no scenario itself. One that
 * cannot be read as YAML counts as one.
 */
bool scenario_is_suite_file(const char *path);
/*
 * Checks a suite file key by key, with what it includes; what is missing may stand in a scenario,
 * and so may the variables and axes that its values name. 0, or SCENARIO_INVALID after printing
 * what is wrong.
 */
int scenario_suite_file_check(const char *path, const struct diag_options *diag);

/*
 * Writes a cell to out as a scenario of its own that says and runs the same: without matrix, cases,
 * variables and includes. path: the file that it will be, for those that it names, and whose cached
 * code is written here from that of the cell; NULL: none, in the current folder. 0, or an exit
 * status as above after printing what is wrong.
 */
int scenario_file_extract(const struct scenario_file *file, size_t cell,
                          const struct scenario_load_options *options, const char *path, FILE *out);

/* Prints the JSON Schema (draft-07) of version 1, from the same table the loader uses. */
void scenario_print_schema(FILE *out);

#endif

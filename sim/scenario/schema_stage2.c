/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys of the host's memory and of stage 2, version 1. */
#include "sim/scenario/schema_stage2.h"

#include "sim/scenario/scenario.h"
#include "sim/scenario/schema_rows.h"

#define TABLE(name, rows) const struct schema_map name = {.keys = rows, .count = COUNT(rows)}

/* --- words ------------------------------------------------------------------------------------ */

static const struct schema_word kind_words[] = {
    {"anon", SCN_BACKING_ANON},       {"thp", SCN_BACKING_THP},
    {"contpte", SCN_BACKING_CONTPTE}, {"hugetlb-2m", SCN_BACKING_HUGETLB_2M},
    {"contpmd", SCN_BACKING_CONTPMD}, {"hugetlb-1g", SCN_BACKING_HUGETLB_1G},
    {"pfnmap", SCN_BACKING_PFNMAP},   {"none", SCN_BACKING_NONE}};
static const struct schema_word feature_words[] = {{"wfxt", SCN_FEATURE_WFXT},
                                                   {"fwb", SCN_FEATURE_FWB},
                                                   {"dic", SCN_FEATURE_DIC},
                                                   {"mte", SCN_FEATURE_MTE},
                                                   {"dirty_manual", SCN_FEATURE_DIRTY_MANUAL},
                                                   {"dirty_init_set", SCN_FEATURE_DIRTY_INIT_SET},
                                                   {"eager_split", SCN_FEATURE_EAGER_SPLIT}};
static const struct {
    uint64_t feature;
    const char *doc;
} feature_docs[] = {
    {SCN_FEATURE_WFXT, "host: FEAT_WFxT, WFIT and WFET have deadlines"},
    {SCN_FEATURE_FWB, "host: FEAT_S2FWB, stage 2 forces write-back"},
    {SCN_FEATURE_DIC, "host: CTR_EL0.DIC, no instruction cache maintenance is needed"},
    {SCN_FEATURE_MTE, "VM: KVM_CAP_ARM_MTE"},
    {SCN_FEATURE_DIRTY_MANUAL, "VM: KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE"},
    {SCN_FEATURE_DIRTY_INIT_SET, "VM: KVM_DIRTY_LOG_INITIALLY_SET"},
    {SCN_FEATURE_EAGER_SPLIT, "VM: KVM_CAP_ARM_EAGER_SPLIT_CHUNK_SIZE of 2M"},
};

const char *schema_feature_doc(uint64_t feature)
{
    for (size_t i = 0; i < COUNT(feature_docs); i++)
        if (feature_docs[i].feature == feature)
            return feature_docs[i].doc;
    return "";
}

static const struct schema_word action_words[] = {
    {"munmap", SCN_HOST_MUNMAP},           {"mprotect_ro", SCN_HOST_MPROTECT_RO},
    {"mprotect_rw", SCN_HOST_MPROTECT_RW}, {"map_file", SCN_HOST_MAP_FILE},
    {"map_anon", SCN_HOST_MAP_ANON},       {"swap_out", SCN_HOST_SWAP_OUT},
    {"poison", SCN_HOST_POISON},           {"age", SCN_HOST_AGE},
    {"start_log", SCN_HOST_START_LOG},     {"stop_log", SCN_HOST_STOP_LOG},
    {"get_log", SCN_HOST_GET_LOG},         {"clear_log", SCN_HOST_CLEAR_LOG},
    {"delete_slot", SCN_HOST_DELETE_SLOT}, {"add_slot", SCN_HOST_ADD_SLOT}};
static const struct schema_word perm_words[] = {{"r", 0}, {"rw", 1}, {"rx", 2}, {"rwx", 3}};
static const struct schema_word attr_words[] = {{"normal", 0}, {"device", 1}};
static const struct schema_word table_words[] = {{"stage2", SCHEMA_RAW_STAGE2},
                                                 {"stage1", SCHEMA_RAW_STAGE1}};

const struct schema_words schema_feature_words = {
    .what = "a feature", .list = feature_words, .count = COUNT(feature_words)};

/* --- memory ----------------------------------------------------------------------------------- */

static const struct schema_key backing_keys[] = {
    {"kind", .type = SCHEMA_WORD, .words = WORDS("a kind of backing", kind_words),
     .fallback = "anon",
     .doc = "anon: 4K pages; thp: huge pages where they fit; contpte (64K), hugetlb-2m, contpmd "
            "(32M), hugetlb-1g: hugetlbfs; pfnmap: a device's memory (VM_PFNMAP); none: no VMA"},
    {"lazy", .type = SCHEMA_BOOL, .fallback = "false",
     .doc = "pages appear when they are touched; else they are there at the start"},
    {"readonly", .type = SCHEMA_BOOL, .fallback = "false",
     .doc = "the VMA is read-only once the guest's image is loaded"},
    {"mte", .type = SCHEMA_BOOL, .fallback = "true", .doc = "VM_MTE_ALLOWED"},
    {"cacheable", .type = SCHEMA_BOOL, .fallback = "false",
     .doc = "pfnmap: Normal write-back for the VMM, not Device"},
    {"any_uncached", .type = SCHEMA_BOOL, .fallback = "false",
     .doc = "pfnmap: VM_ALLOW_ANY_UNCACHED"},
    {"offset", .type = SCHEMA_INT, .flags = SCHEMA_PAGES, .fallback = "0",
     .doc = "the host's address is this far behind an aligned one; not of hugetlbfs"},
};
TABLE(schema_backing, backing_keys);

static const struct schema_key event_keys[] = {
    {"hvc", .type = SCHEMA_INT, .max = UINT16_MAX,
     .doc = "when the guest executes HVC with this immediate"},
    {"fault", .type = SCHEMA_INT, .min = 1, .max = UINT32_MAX,
     .doc = "in the N-th stage-2 fault on memory, between look-up and mapping"},
    {"do", .type = SCHEMA_WORD, .flags = SCHEMA_REQUIRED, .words = WORDS("an act", action_words),
     .doc = "munmap, mprotect_ro, mprotect_rw, map_file (a mapping without tags in its place), "
            "map_anon, swap_out, poison, age: to pages of the VMM; start_log, stop_log, get_log, "
            "clear_log (all of it), delete_slot, add_slot: to the memslot"},
    {"memory", .type = SCHEMA_NAME, .flags = SCHEMA_REQUIRED, .doc = "name of the memory"},
    {"offset", .type = SCHEMA_INT, .flags = SCHEMA_PAGES, .fallback = "0",
     .doc = "first byte of it"},
    {"size", .type = SCHEMA_INT, .flags = SCHEMA_PAGES,
     .doc = "in bytes; default: up to its end; swap_out and poison take one page"},
};
TABLE(schema_host_event, event_keys);

/* --- page tables ------------------------------------------------------------------------------ */

static const struct schema_key map_keys[] = {
    {"ipa", .type = SCHEMA_ADDRESS, .flags = SCHEMA_REQUIRED | SCHEMA_PAGES,
     .doc = "address or name of memory"},
    {"size", .type = SCHEMA_INT, .flags = SCHEMA_PAGES | SCHEMA_NONZERO, .fallback = "4K",
     .doc = "in bytes"},
    {"perm", .type = SCHEMA_WORD, .words = WORDS("permissions", perm_words), .fallback = "rwx",
     .doc = "what the guest may"},
    {"attr", .type = SCHEMA_WORD, .words = WORDS("a memory type", attr_words), .fallback = "normal",
     .doc = "Normal write-back, or Device-nGnRE"},
};
TABLE(schema_stage2_map, map_keys);

#define FIELD_KEY(name_, bits_, doc_)                                                              \
    {                                                                                              \
        name_, .type = SCHEMA_INT, .max = (1u << (bits_)) - 1, .doc = doc_                         \
    }
static const struct schema_key set_keys[] = {
    FIELD_KEY("valid", 1, "bit 0"),
    FIELD_KEY("type", 2, "bits 1:0"),
    FIELD_KEY("sh", 2, "bits 9:8"),
    FIELD_KEY("af", 1, "the access flag"),
    FIELD_KEY("dbm", 1, "bit 51"),
    FIELD_KEY("cont", 1, "bit 52, Contiguous"),
    FIELD_KEY("mem_attr", 4, "stage 2, bits 5:2"),
    FIELD_KEY("read", 1, "stage 2, S2AP[0]"),
    FIELD_KEY("write", 1, "stage 2, S2AP[1]"),
    FIELD_KEY("xn", 2, "stage 2, bits 54:53, XN[1:0]"),
    FIELD_KEY("attr_indx", 3, "stage 1, bits 4:2, the byte of MAIR_EL1"),
    FIELD_KEY("ap", 2, "stage 1, bits 7:6, AP[2:1]"),
    FIELD_KEY("ng", 1, "stage 1, bit 11"),
    FIELD_KEY("pxn", 1, "stage 1, bit 53"),
    FIELD_KEY("uxn", 1, "stage 1, bit 54"),
    FIELD_KEY("pxn_table", 1, "stage 1, bit 59 of a table"),
    FIELD_KEY("uxn_table", 1, "stage 1, bit 60 of a table"),
    FIELD_KEY("ap_table", 2, "stage 1, bits 62:61 of a table"),
    {"output", .type = SCHEMA_ADDRESS, .flags = SCHEMA_PAGES,
     .doc = "stage 1, bits 47:12: where it leads, an address or name"},
};
static const struct schema_map set_map = {.keys = set_keys, .count = COUNT(set_keys)};

static const struct schema_key raw_keys[] = {
    {"table", .type = SCHEMA_WORD, .words = WORDS("a table", table_words), .fallback = "stage2",
     .doc = "stage1: the guest's, where tables are made down to the level; stage2: of a plain VM"},
    {"ipa", .type = SCHEMA_ADDRESS, .doc = "stage 2: whose walk meets it"},
    {"va", .type = SCHEMA_ADDRESS, .doc = "stage 1: whose walk meets it"},
    {"level", .type = SCHEMA_INT, .flags = SCHEMA_REQUIRED, .max = 3, .doc = "of the descriptor"},
    {"set", .type = SCHEMA_MAP, .flags = SCHEMA_REQUIRED, .map = &set_map,
     .doc = "the fields that differ"},
};
TABLE(schema_stage2_raw, raw_keys);

/* --- expectations ----------------------------------------------------------------------------- */

#define MATCH_TO(high) .type = SCHEMA_INT, .flags = SCHEMA_MATCH, .max = (high)
#define MATCH_TEXT .type = SCHEMA_TEXT, .flags = SCHEMA_MATCH
#define MATCH_BOOL .type = SCHEMA_BOOL, .flags = SCHEMA_MATCH

static const struct schema_key stage2_keys[] = {
    {"ipa", .type = SCHEMA_ADDRESS, .flags = SCHEMA_REQUIRED, .doc = "address or name"},
    {"mapped", MATCH_BOOL, .doc = "the walk ends at a valid leaf"},
    {"level", MATCH_TO(3), .doc = "where the walk ends"},
    {"perm", MATCH_TEXT, .doc = "r, rw, rx, rwx; none when it is not mapped"},
    {"attr", MATCH_TEXT, .doc = "normal, device, normal-nc"},
    {"af", MATCH_BOOL, .doc = "the access flag is set"},
};
TABLE(schema_expect_stage2, stage2_keys);

static const struct schema_key dirty_keys[] = {
    {"memory", .type = SCHEMA_NAME, .flags = SCHEMA_REQUIRED, .doc = "name of the memory"},
    {"pages", .type = SCHEMA_INT, .flags = SCHEMA_REQUIRED | SCHEMA_LIST,
     .doc = "numbers, from 0, of all pages the log holds at the end"},
};
TABLE(schema_expect_dirty, dirty_keys);

static const struct schema_key walk_keys[] = {
    {"stage", MATCH_TO(2), .doc = "1 or 2"},
    {"level", MATCH_TO(3), .doc = "where it ended"},
    {"result", MATCH_TEXT, .doc = "mapped, translation, permission, access flag, ..."},
    {"ipa", .type = SCHEMA_ADDRESS, .flags = SCHEMA_MATCH, .doc = "input of stage 2"},
    {"s1ptw", MATCH_BOOL, .doc = "for a descriptor of stage 1"},
};
TABLE(schema_expect_walk, walk_keys);

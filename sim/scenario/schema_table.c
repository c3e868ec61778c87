/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of keys, version 1. Order of rows is the canonical order of keys in a file. */
#include "sim/scenario/schema_rows.h"

#include <string.h>

#include "cpu/arch/esr.h"
#include "cpu/arch/sysreg.h"
#include "cpu/event.h"
#include "sim/scenario/schema_observe.h"
#include "sim/scenario/schema_stage2.h"

#define BIT .type = SCHEMA_INT, .flags = SCHEMA_MATCH, .max = 1
#define MATCH_INT(high) .type = SCHEMA_INT, .flags = SCHEMA_MATCH, .max = (high)
#define MATCH_BOOL .type = SCHEMA_BOOL, .flags = SCHEMA_MATCH
#define MATCH_ADDRESS .type = SCHEMA_ADDRESS, .flags = SCHEMA_MATCH
#define MATCH_TEXT .type = SCHEMA_TEXT, .flags = SCHEMA_MATCH

/* --- words ------------------------------------------------------------------------------------ */

static const struct schema_word cost_words[] = {{"fast", 0}, {"slow", 1}};
static const struct schema_word cpu_words[] = {{"generic-v8.4", 0}};
static const struct schema_word world_words[] = {{"kvm-vhe", SCN_WORLD_KVM},
                                                 {"cca", SCN_WORLD_CCA}};
static const struct schema_word kernel_words[] = {
    {"linux-6.12", 0}, {"v6.12", 0},      {"linux-7.2", 1}, {"v7.2", 1},
    {"cca-v12", 2},    {"linux-4.19", 3}, {"cca-rfc", 4},   {"cca-v14", 5}};
/* kvm_model/vmm/vmm_variant.c */
static const struct schema_word vmm_words[] = {{"qemu", 0}, {"kvmtool", 1}, {"complete", 2}};
static const struct schema_word rmm_words[] = {
    {"1.0", 0}, {"v1.0-rel0", 0}, {"eac", 1}, {"2.0", 2}};
static const struct schema_word gic_words[] = {
    {"none", SCN_GIC_NONE}, {"v3", SCN_GIC_V3}, {"v2", SCN_GIC_V2}};
static const struct schema_word placement_words[] = {{"shared", SCN_PLACEMENT_SHARED},
                                                     {"pinned", SCN_PLACEMENT_PINNED}};
static const struct schema_word timing_words[] = {{"profile", TIMING_PROFILE},
                                                  {"flat", TIMING_FLAT},
                                                  {"core", TIMING_CORE},
                                                  {"detailed", TIMING_DETAILED}};
/* Of a run, where `profile` is one of the others. */
static const struct schema_word used_timing_words[] = {
    {"flat", TIMING_FLAT}, {"core", TIMING_CORE}, {"detailed", TIMING_DETAILED}};
static const struct schema_word granule_words[] = {{"4K", 4096}};
static const struct schema_word ripas_words[] = {{"ram", 1}, {"empty", 0}};
static const struct schema_word attr_words[] = {{"normal", 0}, {"device", 1}};
static const struct schema_word perm_words[] = {
    {"r", 0}, {"ro", 0}, {"rw", 1}, {"rx", 2}, {"rwx", 3}};
static const struct schema_word el0_words[] = {{"none", 0}, {"same", 1}};
static const struct schema_word guest_el_words[] = {{"EL0", 0}, {"EL1", 1}};
static const struct schema_word stage1_words[] = {
    {"none", SCN_STAGE1_OFF}, {"off", SCN_STAGE1_OFF}, {"flat", SCN_STAGE1_FLAT}};
static const struct schema_word default_words[] = {{"default", 0}};

/* sim/machine.h: enum end_reason, end_reason_name */
static const struct schema_word reason_words[] = {{"psci", 0},           {"hvc", 1},
                                                  {"kvm_error", 2},      {"shutdown", 3},
                                                  {"limit", 4},          {"internal_error", 5},
                                                  {"unhandled_exit", 6}, {"failure", 7},
                                                  {"device", 8},         {"vmm", 9},
                                                  {"idle", 10}};
/* sim/machine.h: enum vcpu_state */
static const struct schema_word vcpu_state_words[] = {{"runs", 0}, {"waits", 1}, {"off", 2}};
/* Arm DEN 0022, functions that stop a CPU or the system */
static const struct schema_word psci_words[] = {{"CPU_SUSPEND", 0},   {"CPU_OFF", 1},
                                                {"SYSTEM_OFF", 2},    {"SYSTEM_RESET", 3},
                                                {"SYSTEM_RESET2", 4}, {"SYSTEM_SUSPEND", 5}};
/* errno.h of Linux: what KVM_RUN may return */
static const struct schema_word errno_words[] = {
    {"EPERM", 1},   {"EINTR", 4}, {"EIO", 5},    {"ENOEXEC", 8}, {"EAGAIN", 11}, {"ENOMEM", 12},
    {"EFAULT", 14}, {"ENXIO", 6}, {"EBUSY", 16}, {"EINVAL", 22}, {"ENOSYS", 38}};
/* schema_exit_names without the prefix, and shorthands of exception classes; the classes follow */
static const struct schema_word count_words[] = {{"UNKNOWN", 0},
                                                 {"HYPERCALL", 3},
                                                 {"DEBUG", 4},
                                                 {"MMIO", 6},
                                                 {"SHUTDOWN", 8},
                                                 {"FAIL_ENTRY", 9},
                                                 {"INTR", 10},
                                                 {"INTERNAL_ERROR", 17},
                                                 {"SYSTEM_EVENT", 24},
                                                 {"ARM_NISV", 28},
                                                 {"MEMORY_FAULT", 39},
                                                 {"ARM_LDST64B", 42},
                                                 {"ARM_SEA", 41},
                                                 {"HVC", ESR_EC_HVC64},
                                                 {"SMC", ESR_EC_SMC64},
                                                 {"SVC", ESR_EC_SVC64},
                                                 {"IRQ", 0}};

static const struct schema_word ec_list[] = {
#define X(id, name, code, ...) {name, code},
    ESR_EC_TABLE(X)
#undef X
};
static const struct schema_word el_words[] = {{"EL1", 1}, {"EL2", 2}};
static const struct schema_word sas_words[] = {
    {"byte", 0}, {"half", 1}, {"halfword", 1}, {"word", 2}, {"doubleword", 3}};
static const struct schema_word register_words[] = {
    {"x0", 0},   {"x1", 1},   {"x2", 2},   {"x3", 3},   {"x4", 4},   {"x5", 5},   {"x6", 6},
    {"x7", 7},   {"x8", 8},   {"x9", 9},   {"x10", 10}, {"x11", 11}, {"x12", 12}, {"x13", 13},
    {"x14", 14}, {"x15", 15}, {"x16", 16}, {"x17", 17}, {"x18", 18}, {"x19", 19}, {"x20", 20},
    {"x21", 21}, {"x22", 22}, {"x23", 23}, {"x24", 24}, {"x25", 25}, {"x26", 26}, {"x27", 27},
    {"x28", 28}, {"x29", 29}, {"x30", 30}, {"xzr", 31}};
static const struct schema_word fsc_words[] = {{"sea", ESR_FSC_EXTERNAL}}; /* fsc_table follows */

static bool nth_ec(size_t index, struct schema_word *word)
{
    if (index >= COUNT(ec_list))
        return false;
    *word = ec_list[index];
    return true;
}

static bool nth_fsc(size_t index, struct schema_word *word)
{
    if (index >= ESR_FSC_COUNT)
        return false;
    *word = (struct schema_word){fsc_table[index].name, index};
    return true;
}

static bool nth_event(size_t index, struct schema_word *word)
{
    if (index >= EV_COUNT)
        return false;
    *word = (struct schema_word){event_table[index].name, index};
    return true;
}

static bool nth_sysreg(size_t index, struct schema_word *word)
{
    if (index >= SYSREG_COUNT)
        return false;
    *word = (struct schema_word){sysreg_table[index].name, index};
    return true;
}

static const struct schema_words ec_names = {
    .what = "an exception class", .list = ec_list, .count = COUNT(ec_list)};
static const struct schema_words fsc_names = {
    .what = "a fault status code", .list = fsc_words, .count = COUNT(fsc_words), .nth = nth_fsc};
static const struct schema_words event_names = {.what = "an event", .nth = nth_event};
static const struct schema_words sysreg_names = {.what = "a system register", .nth = nth_sysreg};
static const struct schema_words count_names = {
    .what = "a kind of exit", .list = count_words, .count = COUNT(count_words), .nth = nth_ec};
static const struct schema_words kernel_names = {
    .what = "a host kernel", .list = kernel_words, .count = COUNT(kernel_words)};
const struct schema_words schema_rmm_names = {
    .what = "an RMM version", .list = rmm_words, .count = COUNT(rmm_words)};
static const struct schema_words errno_names = {
    .what = "an error number", .list = errno_words, .count = COUNT(errno_words)};
static const struct schema_words register_names = {
    .what = "a register", .list = register_words, .count = COUNT(register_words)};

/* --- keys by pattern -------------------------------------------------------------------------- */

static const struct schema_pattern name_pattern = {"^[A-Za-z_][A-Za-z0-9_]*$", "a name"};
static const struct schema_pattern gpr_pattern = {"^([0-9]|[12][0-9]|30)$", "a number 0 to 30"};
static const struct schema_pattern register_pattern = {"^(x([0-9]|[12][0-9]|30)|sp)$",
                                                       "a register x0 to x30, or sp"};
static const struct schema_pattern end_register_pattern = {"^(x([0-9]|[12][0-9]|30)|sp|pc)$",
                                                           "a register x0 to x30, sp or pc"};
static const struct schema_pattern sysreg_pattern = {"^[A-Z0-9_]+$", "a system register"};
static const struct schema_pattern exit_pattern = {"^[A-Za-z0-9_]+$", "a kind of exit"};

static const struct schema_pattern secondary_pattern = {"^([1-9]|1[0-5])$",
                                                        "the number of a vCPU, 1 to 15"};
static const struct schema_pattern order_pattern = {"^[1-9][0-9]*$",
                                                    "the number of a stimulus, from 1"};
static const struct schema_pattern vcpu_pattern = {"^([0-9]|1[0-5])$",
                                                   "the number of a vCPU, 0 to 15"};

/* --- machine, memory, devices, page tables --------------------------------------------------- */

static const struct schema_key machine_keys[] = {
    {"cpu", .type = SCHEMA_WORD, .words = WORDS("a CPU model", cpu_words),
     .fallback = "generic-v8.4", .doc = "CPU model of the guest's PE"},
    {"world", .type = SCHEMA_WORD, .words = WORDS("a world", world_words), .fallback = "kvm-vhe",
     .doc = "a plain KVM guest (kvm-vhe) or an Arm CCA realm (cca)"},
    {"kernel", .type = SCHEMA_WORD, .words = &kernel_names,
     .doc = "host kernel whose KVM is modelled; default linux-6.12; of a realm the one that goes "
            "with rmm, else cca-v12"},
    {"rmm", .type = SCHEMA_WORD, .words = &schema_rmm_names,
     .doc = "RMM, for a realm only: eac (TF-RMM v0.3.0, with cca-rfc), 1.0 (with cca-v12), 2.0 "
            "(with cca-v14); default: the one that goes with kernel"},
    {"vmm", .type = SCHEMA_WORD, .words = WORDS("a VMM", vmm_words), .fallback = "qemu",
     .doc = "whose answers to exits the VMM gives; complete: all that KVM's API asks for"},
    {"ls64", .type = SCHEMA_BOOL, .fallback = "false",
     .doc = "the CPU and the VM have FEAT_LS64_V: 64-byte loads and stores"},
    {"granule", .type = SCHEMA_WORD, .words = WORDS("a translation granule", granule_words),
     .fallback = "4K", .doc = "translation granule of stage 2"},
    {"ipa_bits", INT(32, 48), .fallback = "40",
     .doc = "width of the guest's physical address space"},
    {"gic", .type = SCHEMA_WORD, .words = WORDS("an interrupt controller", gic_words),
     .fallback = "none",
     .doc = "interrupt controller: v3 is KVM's vGICv3, distributor at 0x0800_0000, redistributors "
            "from 0x080a_0000 (of a realm in the unprotected half); v2, on linux-4.19 and "
            "linux-6.12, is its vGICv2 on a host with a GIC-400, distributor at 0x0800_0000, CPU "
            "interface at 0x0801_0000, where accesses do not trap"},
    {"features", .type = SCHEMA_WORD, .flags = SCHEMA_LIST, .words = &schema_feature_words,
     .doc = "of a plain VM's host: fwb (FEAT_S2FWB), dic (CTR_EL0.DIC), wfxt (FEAT_WFxT); of the "
            "VM: mte "
            "(KVM_CAP_ARM_MTE), dirty_manual, dirty_init_set, eager_split (of 2M)"},
    {"cpus", INT(1, SCN_MAX_VCPUS), .fallback = "1",
     .doc = "number of vCPUs; all but vCPU 0 are off until PSCI CPU_ON, or guest.vcpus"},
    {"profile", .type = SCHEMA_TEXT, .fallback = "default",
     .doc =
         "cost profile: default, n1-altra-2024, a55-opencca-2025, a57-vhe-2017, xgene-2016, or a "
         "file beside this one (told by a / or by its end, .yaml)"},
    {"timing", .type = SCHEMA_WORD, .words = WORDS("a timing", timing_words), .fallback = "profile",
     .doc =
         "how much of the guest's core is modelled: flat, each instruction costs the same; core, "
         "the pipeline of the profile's core; detailed, that with caches, TLBs and branch "
         "prediction, slowly; profile, as the profile says"},
    {"slice", INT(1000, INT64_MAX), .fallback = "100_000",
     .doc = "cycles after which a vCPU's thread gives the host's CPU to the next one"},
    {"placement", .type = SCHEMA_WORD, .words = WORDS("a placement", placement_words),
     .fallback = "shared",
     .doc = "shared: the vCPUs' threads take turns on one CPU of the host; pinned, of a plain VM: "
            "each has a CPU to itself, and all run at the same time"},
};

static const struct schema_key memory_keys[] = {
    {"name", .type = SCHEMA_NAME, .flags = SCHEMA_REQUIRED,
     .doc = "stands for its address wherever an address may stand"},
    {"ipa", ANY_INT, .flags = SCHEMA_REQUIRED | SCHEMA_PAGES, .doc = "where the guest sees it"},
    {"size", ANY_INT, .flags = SCHEMA_REQUIRED | SCHEMA_PAGES | SCHEMA_NONZERO, .doc = "in bytes"},
    {"ripas", .type = SCHEMA_WORD, .words = WORDS("a RIPAS", ripas_words), .fallback = "ram",
     .doc = "of a realm: state of the range when the realm starts"},
    {"backing", .type = SCHEMA_MAP, .map = &schema_backing,
     .doc = "of a plain VM: the VMM's mapping behind it"},
    {"readonly", .type = SCHEMA_BOOL, .fallback = "false",
     .doc = "the memslot is read-only: writes are MMIO"},
    {"log_dirty", .type = SCHEMA_BOOL, .fallback = "false",
     .doc = "the memslot has a dirty log from the start"},
};

static const struct schema_key stage1_keys[] = {
    {"va", .type = SCHEMA_ADDRESS, .flags = SCHEMA_REQUIRED | SCHEMA_PAGES,
     .doc = "virtual address"},
    {"ipa", .type = SCHEMA_ADDRESS, .flags = SCHEMA_REQUIRED | SCHEMA_PAGES,
     .doc = "address or name it maps to"},
    {"size", ANY_INT, .flags = SCHEMA_PAGES | SCHEMA_NONZERO, .fallback = "4K", .doc = "in bytes"},
    {"attr", .type = SCHEMA_WORD, .words = WORDS("a memory type", attr_words), .fallback = "normal",
     .doc = "Normal write-back memory, or Device-nGnRE"},
    {"perm", .type = SCHEMA_WORD, .words = WORDS("permissions", perm_words), .fallback = "rw",
     .doc = "at EL1"},
    {"el0", .type = SCHEMA_WORD, .words = WORDS("access from EL0", el0_words), .fallback = "none",
     .doc = "access from EL0: none, or the same as EL1"},
};

static const struct schema_key page_table_keys[] = {
    {"stage1", .type = SCHEMA_MAP, .flags = SCHEMA_LIST, .map = MAP(stage1_keys),
     .doc = "mappings beside the flat ones; they win over them"},
    {"stage2", .type = SCHEMA_MAP, .flags = SCHEMA_LIST, .map = &schema_stage2_map,
     .doc = "of a plain VM: memory that is mapped before the guest runs"},
    {"stage2_depth", INT(1, 3),
     .doc = "of a plain VM: tables of stage 2 exist down to this level for all memory and devices "
            "from the start"},
    {"raw", .type = SCHEMA_MAP, .flags = SCHEMA_LIST, .map = &schema_stage2_raw,
     .doc = "fields of single descriptors of either stage, changed after all that"},
};

/* --- guest ------------------------------------------------------------------------------------ */

static const struct schema_key reg_row = {"register", .type = SCHEMA_ADDRESS,
                                          .doc = "initial value: an integer or an address"};
static const struct schema_key sysreg_row = {
    "system register", .type = SCHEMA_ADDRESS, .words = WORDS("its reset value", default_words),
    .doc = "initial value: an integer, an address, or `default`"};

static const struct schema_key code_keys[] = {
    {"asm", .type = SCHEMA_TEXT,
     .doc = "A64 assembly; labels become names. Assembled at the entry point by an external "
            "assembler and cached in NAME.code.hex beside the scenario"},
    {"hex", .type = SCHEMA_TEXT, .flags = SCHEMA_LIST | SCHEMA_OR_ITEM | SCHEMA_NONEMPTY,
     .doc = "instruction words, e.g. [0xd4000002], placed at the entry point"},
    {"elf", .type = SCHEMA_TEXT,
     .doc = "an AArch64 ELF file, relative to this file; its symbols become names"},
};

static const struct schema_key secondary_keys[] = {
    {"entry", .type = SCHEMA_ADDRESS, .flags = SCHEMA_REQUIRED,
     .doc = "first instruction: address or label"},
    {"regs", .type = SCHEMA_MAP,
     .map = &(const struct schema_map){.any_key = &register_pattern, .any = &reg_row},
     .doc = "initial x0..x30 and sp; 0 if not given"},
};
static const struct schema_key secondary_row = {"vCPU", .type = SCHEMA_MAP,
                                                .map = MAP(secondary_keys), .doc = "how it starts"};

static const struct schema_key guest_keys[] = {
    {"el", .type = SCHEMA_WORD, .words = WORDS("an Exception level", guest_el_words),
     .fallback = "EL1", .doc = "Exception level the guest starts at"},
    {"stage1", .type = SCHEMA_WORD, .words = WORDS("a stage-1 set-up", stage1_words),
     .fallback = "none",
     .doc = "none: MMU off; flat: memory and devices mapped at VA = IPA, plus page_tables.stage1"},
    {"entry", .type = SCHEMA_ADDRESS,
     .doc = "first instruction: address, memory or label; default: the first memory, or the "
            "entry point of the ELF file"},
    {"regs", .type = SCHEMA_MAP,
     .map = &(const struct schema_map){.any_key = &register_pattern, .any = &reg_row},
     .doc = "initial x0..x30 and sp; 0 if not given"},
    {"sysregs", .type = SCHEMA_MAP,
     .map = &(const struct schema_map){.any_key = &sysreg_pattern,
                                       .any = &sysreg_row,
                                       .any_words = &sysreg_names},
     .doc = "initial system registers; their reset value if not given"},
    {"vcpus", .type = SCHEMA_MAP,
     .map = &(const struct schema_map){.any_key = &secondary_pattern, .any = &secondary_row},
     .doc = "vCPUs of a plain VM that run from the start, beside vCPU 0; the rest is as vCPU 0 has "
            "it, e.g. {1: {entry: second}}"},
    {"code", .type = SCHEMA_MAP, .flags = SCHEMA_REQUIRED, .map = MAP(code_keys),
     .doc = "what the guest executes: one of asm, hex, elf"},
};

static const struct schema_key limit_keys[] = {
    {"instructions", INT(1, INT64_MAX), .fallback = "10_000_000", .doc = "of the guest"},
    {"exits", INT(1, INT64_MAX), .fallback = "100_000", .doc = "traps to EL2"},
    {"cycles", INT(0, INT64_MAX), .fallback = "0", .doc = "simulated cycles; 0: no limit"},
};

/* --- expectations ---------------------------------------------------------------------------- */

static const struct schema_key end_keys[] = {
    {"reason", .type = SCHEMA_WORD, .flags = SCHEMA_MATCH, .words = WORDS("a reason", reason_words),
     .doc = "why the run ends"},
    {"imm", MATCH_INT(UINT16_MAX), .doc = "reason hvc: immediate of the HVC that ends the run"},
    {"call", .type = SCHEMA_WORD, .flags = SCHEMA_MATCH, .words = WORDS("a PSCI call", psci_words),
     .doc = "reason psci: the call"},
    {"errno", .type = SCHEMA_WORD, .flags = SCHEMA_MATCH | SCHEMA_OR_INT, .words = &errno_names,
     .max = 4095, .doc = "reason kvm_error: what KVM_RUN returns, positive"},
    {"status", MATCH_ANY_INT, .doc = "reason device: what the guest says of its end, 0 is good"},
    {"text", MATCH_TEXT,
     .doc = "reasons limit, failure, idle: which limit, what failed, who waits"},
    {"vcpu", MATCH_INT(15), .doc = "which vCPU ran last"},
};

static const struct schema_key exit_count_row = {"count", MATCH_ANY_INT, .doc = "how often"};
static const struct schema_key end_reg_row = {"register", .type = SCHEMA_ADDRESS,
                                              .flags = SCHEMA_MATCH | SCHEMA_UNCHANGED,
                                              .doc = "value at the end of the run"};

static const struct schema_key vcpu_state_keys[] = {
    {"state", .type = SCHEMA_WORD, .flags = SCHEMA_MATCH,
     .words = WORDS("a state of a vCPU", vcpu_state_words),
     .doc = "runs, waits (WFI, CPU_SUSPEND), or off"},
    {"regs", .type = SCHEMA_MAP,
     .map = &(const struct schema_map){.any_key = &end_register_pattern, .any = &end_reg_row},
     .doc = "its registers"},
};
static const struct schema_key vcpu_state_row = {
    "vCPU", .type = SCHEMA_MAP, .map = MAP(vcpu_state_keys), .doc = "state at the end of the run"};

static const struct schema_key stimulus_result_keys[] = {
    {"times", MATCH_ANY_INT, .doc = "0 if its time never came"},
    {"errno", .type = SCHEMA_WORD, .flags = SCHEMA_MATCH | SCHEMA_OR_INT, .words = &errno_names,
     .max = 4095, .doc = "of the ioctl, 0 for success"},
};
static const struct schema_key stimulus_result_row = {
    "stimulus", .type = SCHEMA_MAP, .map = MAP(stimulus_result_keys), .doc = "what came of it"};

static const struct schema_key device_state_keys[] = {
    {"reads", MATCH_ANY_INT, .doc = "how many reads the device answered"},
    {"writes", MATCH_ANY_INT, .doc = "how many writes"},
    {"output", MATCH_TEXT, .doc = "pl011, virtio-console: what the guest printed"},
    {"irq", MATCH_BOOL, .doc = "level of its interrupt line"},
    {"contents", MATCH_TEXT, .doc = "virtio-blk: the text the disk begins with, up to a zero byte"},
    {"last_write", MATCH_ANY_INT, .doc = "value of the last write"},
};
static const struct schema_key device_state_row = {"device", .type = SCHEMA_MAP,
                                                   .map = MAP(device_state_keys),
                                                   .doc = "state at the end of the run"};

static const struct schema_key count_row = {"count", MATCH_ANY_INT, .doc = "how often"};
static const struct schema_key kvm_state_keys[] = {
    {"ioeventfds", .type = SCHEMA_MAP,
     .map = &(const struct schema_map){.any_key = &name_pattern, .any = &count_row},
     .doc = "how often each was signalled"},
    {"coalesced", MATCH_ANY_INT, .doc = "writes still in the ring"},
    {"unassigned_reads", MATCH_ANY_INT, .doc = "accesses of the VMM's that nothing answered"},
    {"unassigned_writes", MATCH_ANY_INT, .doc = "the same, writes"},
};

static const struct schema_key iss_keys[] = {
    {"il", BIT, .doc = "ESR.IL"},
    {"isv", BIT, .doc = "[23:14] describe the access"},
    {"sas", .type = SCHEMA_WORD, .flags = SCHEMA_MATCH | SCHEMA_OR_INT,
     .words = WORDS("an access size", sas_words), .max = 3, .doc = "size of the access"},
    {"sse", BIT, .doc = "sign extension"},
    {"srt", .type = SCHEMA_WORD, .flags = SCHEMA_MATCH | SCHEMA_OR_INT, .words = &register_names,
     .max = 31, .doc = "transfer register"},
    {"sf", BIT, .doc = "64-bit register"},
    {"ar", BIT, .doc = "acquire or release"},
    {"fnv", BIT, .doc = "FAR not valid"},
    {"ea", BIT, .doc = "external abort type"},
    {"cm", BIT, .doc = "cache maintenance"},
    {"s1ptw", BIT, .doc = "stage-2 fault of a stage-1 walk"},
    {"wnr", BIT, .doc = "write, not read"},
    {"dfsc", .type = SCHEMA_WORD, .flags = SCHEMA_MATCH | SCHEMA_OR_INT, .words = &fsc_names,
     .max = 63, .doc = "data fault status code"},
    {"ifsc", .type = SCHEMA_WORD, .flags = SCHEMA_MATCH | SCHEMA_OR_INT, .words = &fsc_names,
     .max = 63, .doc = "instruction fault status code"},
    {"imm16", MATCH_INT(UINT16_MAX), .doc = "HVC, SMC, SVC: immediate"},
    {"ti", MATCH_INT(3), .doc = "WFx: 0 WFI, 1 WFE, 2 WFIT, 3 WFET"},
    {"op0", MATCH_INT(3), .doc = "SYS64"},
    {"op1", MATCH_INT(7), .doc = "SYS64"},
    {"crn", MATCH_INT(15), .doc = "SYS64"},
    {"crm", MATCH_INT(15), .doc = "SYS64"},
    {"op2", MATCH_INT(7), .doc = "SYS64"},
    {"rt", .type = SCHEMA_WORD, .flags = SCHEMA_MATCH | SCHEMA_OR_INT, .words = &register_names,
     .max = 31, .doc = "SYS64: transfer register"},
    {"direction", BIT, .doc = "SYS64: 1 is a read"},
};

static const struct schema_key gpr_row = {"gpr", MATCH_ADDRESS, .doc = "as the host reads it"};

static const struct schema_key host_sees_keys[] = {
    {"ec", .type = SCHEMA_WORD, .flags = SCHEMA_MATCH | SCHEMA_OR_INT, .words = &ec_names,
     .max = 63, .doc = "exception class the host reads"},
    {"esr", MATCH_ANY_INT, .doc = "syndrome the host reads"},
    {"far", MATCH_ADDRESS, .doc = "FAR the host reads"},
    {"hpfar", MATCH_ANY_INT, .doc = "HPFAR the host reads"},
    {"iss", .type = SCHEMA_MAP, .map = MAP(iss_keys), .doc = "fields of that syndrome"},
    {"gprs", .type = SCHEMA_MAP,
     .map = &(const struct schema_map){.any_key = &gpr_pattern, .any = &gpr_row},
     .doc = "registers the host reads, by number; 0 to 7"},
    {"imm", MATCH_ANY_INT, .doc = "host call: the immediate"},
    {"ripas_base", MATCH_ADDRESS, .doc = "RIPAS change: from"},
    {"ripas_top", MATCH_ADDRESS, .doc = "RIPAS change: up to"},
    {"ripas_value", MATCH_ANY_INT, .doc = "RIPAS change: 0 EMPTY, 1 RAM"},
    {"cntp_ctl", MATCH_ANY_INT, .doc = "CNTP_CTL_EL0 of the realm"},
    {"cntp_cval", MATCH_ANY_INT, .doc = "CNTP_CVAL_EL0 of the realm"},
    {"cntv_ctl", MATCH_ANY_INT, .doc = "CNTV_CTL_EL0 of the realm"},
    {"cntv_cval", MATCH_ANY_INT, .doc = "CNTV_CVAL_EL0 of the realm"},
};

static const struct schema_key exit_keys[] = {
    {"reason", .type = SCHEMA_WORD, .flags = SCHEMA_MATCH, .words = &schema_exit_names,
     .doc = "kvm_run.exit_reason"},
    {"phys_addr", MATCH_ADDRESS, .doc = "kvm_run.mmio.phys_addr"},
    {"len", MATCH_INT(8), .doc = "kvm_run.mmio.len"},
    {"is_write", MATCH_BOOL, .doc = "kvm_run.mmio.is_write"},
    {"data", MATCH_ADDRESS, .doc = "kvm_run.mmio.data, as a little-endian number"},
};

static const struct schema_key fault_keys[] = {
    {"kind", MATCH_TEXT, .doc = "translation, permission, ..."},
    {"stage", MATCH_INT(2), .doc = "1 or 2; 0 when no stage is to blame"},
    {"level", MATCH_INT(3), .doc = "where the walk stopped"},
    {"va", MATCH_ADDRESS, .doc = "first byte that faults"},
    {"ipa", MATCH_ADDRESS, .doc = "of the access, or of the stage-1 descriptor"},
};

static const struct schema_key io_mem_abort_keys[] = {
    {"ipa", MATCH_ADDRESS, .doc = "fault IPA"},
    {"isv", MATCH_BOOL, .doc = "the syndrome describes the access"},
    {"is_write", MATCH_BOOL, .doc = "direction"},
    {"len", MATCH_INT(8), .doc = "bytes"},
    {"rt", .type = SCHEMA_WORD, .flags = SCHEMA_MATCH | SCHEMA_OR_INT, .words = &register_names,
     .max = 31, .doc = "transfer register"},
};

/* QEMU's MemTxResult (include/exec/memattrs.h). */
static const struct schema_word result_words[] = {{"ok", 0}, {"error", 1}, {"decode_error", 2}};

static const struct schema_key access_keys[] = {
    {"device", MATCH_TEXT, .doc = "name of the device"},
    {"offset", MATCH_ANY_INT, .doc = "within the device"},
    {"len", MATCH_INT(8), .doc = "bytes"},
    {"is_write", MATCH_BOOL, .doc = "direction"},
    {"value", MATCH_ADDRESS, .doc = "read or written"},
    {"result", .type = SCHEMA_WORD, .flags = SCHEMA_MATCH, .words = WORDS("a result", result_words),
     .doc = "ok; decode_error: nothing there takes such an access; error: the device fails"},
};

static const struct schema_key completion_keys[] = {
    {"rt", .type = SCHEMA_WORD, .flags = SCHEMA_MATCH | SCHEMA_OR_INT, .words = &register_names,
     .max = 31, .doc = "transfer register"},
    {"len", MATCH_INT(8), .doc = "bytes; a plain VM"},
    {"value", MATCH_ADDRESS, .doc = "what the register gets"},
    {"sign_extend", MATCH_BOOL, .doc = "a realm"},
    {"pc", MATCH_ADDRESS, .doc = "where the guest goes on; a realm"},
};

static const struct schema_key injection_keys[] = {
    {"what", MATCH_TEXT, .doc = "a plain VM: what KVM injects"},
    {"far", MATCH_ADDRESS, .doc = "a plain VM: FAR_EL1"},
    {"esr_el1", MATCH_ANY_INT, .doc = "a realm: ESR_EL1"},
    {"far_el1", MATCH_ADDRESS, .doc = "a realm: FAR_EL1"},
    {"elr_el1", MATCH_ADDRESS, .doc = "a realm: ELR_EL1"},
    {"vector", MATCH_ADDRESS, .doc = "a realm: address of the vector"},
};

static const struct schema_key after_row = {"register", .type = SCHEMA_ADDRESS,
                                            .flags = SCHEMA_MATCH | SCHEMA_UNCHANGED,
                                            .doc = "value when the guest goes on"};

#define PART(name_, keys_, doc_)                                                                   \
    {                                                                                              \
        name_, .type = SCHEMA_MAP, .flags = SCHEMA_OR_ABSENT, .map = MAP(keys_), .doc = doc_       \
    }

static const struct schema_key trap_keys[] = {
    {"at", .type = SCHEMA_ADDRESS, .doc = "label or address of the instruction that traps"},
    {"vcpu", MATCH_INT(15), .doc = "which vCPU traps"},
    {"ec", .type = SCHEMA_WORD, .flags = SCHEMA_MATCH | SCHEMA_OR_INT, .words = &ec_names,
     .max = 63, .doc = "exception class"},
    {"el", .type = SCHEMA_WORD, .flags = SCHEMA_MATCH | SCHEMA_OR_INT,
     .words = WORDS("an Exception level", el_words), .min = 1, .max = 2,
     .doc = "Exception level the trap is taken to"},
    {"esr", MATCH_ANY_INT, .doc = "ESR at that level, the truth"},
    {"far", MATCH_ADDRESS, .doc = "FAR at that level"},
    {"hpfar", MATCH_ANY_INT, .doc = "HPFAR_EL2"},
    {"elr", MATCH_ADDRESS, .doc = "ELR at that level"},
    {"iss", .type = SCHEMA_MAP, .map = MAP(iss_keys), .doc = "fields of ESR"},
    PART("host_sees", host_sees_keys, "what reaches the Normal world, masked by the RMM"),
    PART("exit", exit_keys, "what the VMM sees in struct kvm_run; null: no exit to it"),
    {"vmm_sees", .type = SCHEMA_MAP, .flags = SCHEMA_OR_ABSENT, .map = MAP(exit_keys),
     .path = "exit", .doc = "another name of exit"},
    PART("fault", fault_keys, "what the walk or the access found wrong"),
    PART("io_mem_abort", io_mem_abort_keys, "how KVM decodes the access"),
    PART("device", access_keys, "what the device of the VMM answers"),
    PART("completion", completion_keys, "how the access is finished"),
    PART("injection", injection_keys, "the exception injected into the guest"),
    {"after", .type = SCHEMA_MAP,
     .map = &(const struct schema_map){.any_key = &end_register_pattern, .any = &after_row},
     .doc = "registers when the guest goes on; unchanged: as it trapped"},
    {"path", .type = SCHEMA_WORD, .flags = SCHEMA_LIST | SCHEMA_NONEMPTY, .words = &event_names,
     .doc = "events of this trap, in this order; others may stand between them"},
    {"cycles", MATCH_ANY_INT, .doc = "from the trap to the guest's next instruction"},
    {"walk", .type = SCHEMA_MAP, .flags = SCHEMA_LIST | SCHEMA_NONEMPTY, .map = &schema_expect_walk,
     .doc = "walks of this trap, in this order; others may stand between them"},
};

static const struct schema_key expect_when_keys[] = {
    {"kernel", .type = SCHEMA_WORD, .flags = SCHEMA_LIST | SCHEMA_OR_ITEM | SCHEMA_NONEMPTY,
     .words = &kernel_names, .doc = "machine.kernel is this one, or one of these"},
    {"rmm", .type = SCHEMA_WORD, .flags = SCHEMA_LIST | SCHEMA_OR_ITEM | SCHEMA_NONEMPTY,
     .words = &schema_rmm_names, .doc = "machine.rmm is this one, or one of these"},
    {"timing", .type = SCHEMA_WORD, .flags = SCHEMA_LIST | SCHEMA_OR_ITEM | SCHEMA_NONEMPTY,
     .words = WORDS("a timing", used_timing_words),
     .doc = "the run is timed so, whoever says it: --timing, machine.timing or the profile"},
};

static const struct schema_key not_keys[] = {
    {"not", .type = SCHEMA_TEXT, .flags = SCHEMA_LIST | SCHEMA_OR_ITEM | SCHEMA_REQUIRED,
     .doc = "any value but this one, or these"},
};
static const struct schema_key when_axis_row = {
    "axis", .type = SCHEMA_TEXT,
    .flags = SCHEMA_LIST | SCHEMA_OR_ITEM | SCHEMA_OR_MAP | SCHEMA_NONEMPTY, .map = MAP(not_keys),
    .doc = "this axis of the matrix has this value, or one of these"};
const struct schema_map schema_expect_when = {.keys = expect_when_keys,
                                              .count = COUNT(expect_when_keys),
                                              .any_key = &name_pattern,
                                              .any = &when_axis_row};

static const struct schema_key expect_keys[] = {
    {"when", .type = SCHEMA_MAP, .map = &schema_expect_when,
     .doc = "in a list: the entry holds for this kernel, RMM and cell only; without, for all"},
    {"end", .type = SCHEMA_MAP, .map = MAP(end_keys),
     .doc =
         "how the run ends; without it a plain VM ends at an HVC #0 that is no fast call of SMCCC"},
    {"exits", .type = SCHEMA_MAP,
     .map = &(const struct schema_map){.any_key = &exit_pattern,
                                       .any = &exit_count_row,
                                       .any_words = &count_names},
     .doc = "how often the guest is left, by exit reason or exception class"},
    {"regs", .type = SCHEMA_MAP,
     .map = &(const struct schema_map){.any_key = &end_register_pattern, .any = &end_reg_row},
     .doc = "registers of vCPU 0 at the end of the run, as the guest last had them"},
    {"stimulus", .type = SCHEMA_MAP,
     .map = &(const struct schema_map){.any_key = &order_pattern, .any = &stimulus_result_row},
     .doc = "what came of each stimulus, e.g. {1: {errno: 0}}"},
    {"vcpus", .type = SCHEMA_MAP,
     .map = &(const struct schema_map){.any_key = &vcpu_pattern, .any = &vcpu_state_row},
     .doc = "vCPUs at the end of the run, e.g. {1: {state: off, regs: {x0: 5}}}"},
    {"devices", .type = SCHEMA_MAP,
     .map = &(const struct schema_map){.any_key = &name_pattern, .any = &device_state_row},
     .doc = "devices at the end of the run"},
    {"kvm", .type = SCHEMA_MAP, .map = MAP(kvm_state_keys),
     .doc = "KVM and the VMM at the end of the run"},
    {"traps", .type = SCHEMA_MAP, .flags = SCHEMA_LIST, .map = MAP(trap_keys),
     .doc = "traps in this order; others may stand between them unless exact"},
    {"stage2", .type = SCHEMA_MAP, .flags = SCHEMA_LIST, .map = &schema_expect_stage2,
     .doc = "of a plain VM: what is mapped where at the end of the run"},
    {"dirty", .type = SCHEMA_MAP, .flags = SCHEMA_LIST, .map = &schema_expect_dirty,
     .doc = "dirty logs at the end of the run"},
    {"exact", .type = SCHEMA_BOOL, .fallback = "false", .doc = "no other traps than those listed"},
    {"events", .type = SCHEMA_MAP, .flags = SCHEMA_LIST, .map = &schema_expect_event,
     .doc = "events that must happen, and how often, anywhere in the run"},
    {"never", .type = SCHEMA_MAP, .flags = SCHEMA_LIST, .map = &schema_expect_never,
     .doc = "events that must not happen, anywhere in the run"},
    {"memory", .type = SCHEMA_MAP, .flags = SCHEMA_LIST, .map = &schema_expect_memory,
     .doc = "the guest's memory at the end of the run"},
    {"cycles", .type = SCHEMA_MAP, .map = &schema_expect_cycles,
     .doc = "simulated cycles: bounds, for exact ones belong in a golden"},
};

static const struct schema_key golden_keys[] = {
    {"trace", .type = SCHEMA_TEXT, .flags = SCHEMA_REQUIRED,
     .doc = "file beside the scenario; ${axis} tells cells apart"},
    {"events", .type = SCHEMA_TEXT, .flags = SCHEMA_LIST | SCHEMA_NONEMPTY,
     .doc = "patterns of the events in it, e.g. [\"kvm_*\", \"-kvm_run\"]; default: all"},
};

static const struct schema_key reason_keys[] = {
    {"when", .type = SCHEMA_MAP, .map = &schema_expect_when,
     .doc = "only for this kernel, RMM and cell"},
    {"reason", .type = SCHEMA_TEXT, .flags = SCHEMA_REQUIRED, .doc = "why"},
    {"issue", .type = SCHEMA_TEXT, .doc = "where it is kept track of"},
};

/* --- the matrix (read by matrix.c, before the cells are checked against this table) ----------- */

static const struct schema_key range_keys[] = {
    {"from", ANY_INT, .flags = SCHEMA_REQUIRED, .doc = "first value"},
    {"to", ANY_INT, .flags = SCHEMA_REQUIRED, .doc = "last value, if a step meets it"},
    {"step", ANY_INT, .flags = SCHEMA_NONZERO, .doc = "default 1"},
};
static const struct schema_key axis_row = {
    "axis", .type = SCHEMA_TEXT, .flags = SCHEMA_LIST | SCHEMA_NONEMPTY | SCHEMA_OR_MAP,
    .map = MAP(range_keys), .doc = "the values: words, numbers, texts, {from:, to:, step:}"};
static const struct schema_key cell_value_row = {
    "axis", .type = SCHEMA_TEXT, .flags = SCHEMA_LIST | SCHEMA_OR_ITEM, .doc = "a value"};
static const struct schema_key added_value_row = {"axis", .type = SCHEMA_TEXT, .doc = "a value"};
static const struct schema_map exclude_map = {.any_key = &name_pattern, .any = &cell_value_row};
static const struct schema_map add_map = {.any_key = &name_pattern, .any = &added_value_row};
static const struct schema_key matrix_keys[] = {
    {"exclude", .type = SCHEMA_MAP, .flags = SCHEMA_LIST, .map = &exclude_map,
     .doc = "combinations that are left out, e.g. {kernel: cca-rfc, host: [lies, stops]}"},
    {"add", .type = SCHEMA_MAP, .flags = SCHEMA_LIST, .map = &add_map,
     .doc = "further cells: a value, old or new, for every axis"},
};
static const struct schema_map matrix_map = {
    .keys = matrix_keys, .count = COUNT(matrix_keys), .any_key = &name_pattern, .any = &axis_row};

/* --- the root --------------------------------------------------------------------------------- */

static const struct schema_key variable_row = {
    "variable", .type = SCHEMA_EXPR,
    .doc =
        "integer expression over axes and variables before it: + - * << >> & | ~ and comparisons; "
        "words with == and !=, as kernel == 'linux-7.2'"};

static const struct schema_key root_keys[] = {
    {"sim", .type = SCHEMA_INT, .min = SCHEMA_VERSION, .max = SCHEMA_VERSION,
     .flags = SCHEMA_REQUIRED, .doc = "version of the scenario format: 1"},
    {"name", .type = SCHEMA_TEXT, .doc = "default: the name of the file"},
    {"about", .type = SCHEMA_TEXT, .doc = "what the scenario shows, in a sentence"},
    {"refs", .type = SCHEMA_TEXT, .flags = SCHEMA_LIST,
     .doc = "sections of specifications, functions"},
    {"tags", .type = SCHEMA_TEXT, .flags = SCHEMA_LIST, .doc = "words to select scenarios by"},
    {"cost", .type = SCHEMA_WORD, .words = WORDS("a cost", cost_words), .fallback = "fast",
     .doc = "slow ones are left out unless asked for"},
    {"include", .type = SCHEMA_TEXT, .flags = SCHEMA_LIST,
     .doc = "files, relative to this one, that this one builds on: maps merge, what comes later "
            "wins, lists are replaced"},
    {"matrix", .type = SCHEMA_MAP, .map = &matrix_map,
     .doc = "axes and their values: one test for each combination, named name[axis=value,...]; "
            "$axis stands for the value"},
    {"cases", .type = SCHEMA_TEXT,
     .doc = "a file with a JSON object a line, each a test of its own, name[case=LINE]: vars "
            "(values of $name), initial (keys of guest), final (an entry of expect), traps, name"},
    {"vars", .type = SCHEMA_MAP,
     .map = &(const struct schema_map){.any_key = &name_pattern, .any = &variable_row},
     .doc = "variables, used as $name or in $((expression))"},
    {"machine", .type = SCHEMA_MAP, .flags = SCHEMA_FILL, .map = MAP(machine_keys),
     .doc = "what is simulated"},
    {"memory", .type = SCHEMA_MAP,
     .flags = SCHEMA_REQUIRED | SCHEMA_LIST | SCHEMA_NONEMPTY | SCHEMA_INHERITED,
     .map = MAP(memory_keys), .doc = "the guest's memory; at most 4 GiB in all"},
    {"devices", .type = SCHEMA_MAP, .flags = SCHEMA_LIST, .map = &schema_device,
     .doc = "devices behind memory-mapped registers"},
    {"page_tables", .type = SCHEMA_MAP, .map = MAP(page_table_keys), .doc = "translation tables"},
    {"guest", .type = SCHEMA_MAP, .flags = SCHEMA_REQUIRED, .map = MAP(guest_keys),
     .doc = "the guest's code and its state at the start"},
    {"host", .type = SCHEMA_MAP, .map = &schema_host,
     .doc = "of a realm: what a host does that lies"},
    {"kvm", .type = SCHEMA_MAP, .map = &schema_kvm, .doc = "what the VMM asks of KVM for the VM"},
    {"vmm", .type = SCHEMA_MAP, .flags = SCHEMA_LIST, .map = &schema_vmm_step,
     .doc = "what the VMM does at certain exits, instead of or beside what machine.vmm does"},
    {"host_events", .type = SCHEMA_MAP, .flags = SCHEMA_LIST, .map = &schema_host_event,
     .doc = "of a plain VM: what the host does to the memory while the guest runs"},
    {"stimulus", .type = SCHEMA_MAP, .flags = SCHEMA_LIST, .map = &schema_stimulus,
     .doc = "what happens from outside, and when"},
    {"limits", .type = SCHEMA_MAP, .flags = SCHEMA_FILL, .map = MAP(limit_keys),
     .doc = "a run that reaches one ends without a verdict"},
    {"expect", .type = SCHEMA_MAP, .flags = SCHEMA_FILL | SCHEMA_OR_MAPS, .map = MAP(expect_keys),
     .doc = "what must come of it; what is absent is not checked. A list: of each entry whose "
            "`when` holds; of traps each entry has a sequence of its own"},
    {"golden", .type = SCHEMA_MAP, .map = MAP(golden_keys),
     .doc = "a recorded trace that the run must repeat; written by sim test --update"},
    {"xfail", .type = SCHEMA_MAP, .flags = SCHEMA_OR_MAPS, .map = MAP(reason_keys),
     .doc = "the scenario is known to fail"},
    {"skip", .type = SCHEMA_MAP, .flags = SCHEMA_OR_MAPS, .map = MAP(reason_keys),
     .doc = "the scenario is not run"},
};

const struct schema_words *schema_machine_words(const char *key)
{
    for (size_t i = 0; i < COUNT(machine_keys); i++)
        if (strcmp(machine_keys[i].name, key) == 0)
            return machine_keys[i].words;
    return NULL;
}

const struct schema_map schema_root = {.keys = root_keys, .count = COUNT(root_keys)};

static const struct schema_key condition_keys[] = {
    {"min", .type = SCHEMA_FREE, .doc = "at least"},
    {"max", .type = SCHEMA_FREE, .doc = "at most"},
    {"in", .type = SCHEMA_FREE, .flags = SCHEMA_LIST | SCHEMA_NONEMPTY, .doc = "one of these"},
    {"not", .type = SCHEMA_FREE, .flags = SCHEMA_LIST | SCHEMA_OR_ITEM | SCHEMA_NONEMPTY,
     .doc = "anything but this, or these"},
};
const struct schema_map schema_condition = {.keys = condition_keys, .count = COUNT(condition_keys)};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys of `devices`, `vmm` and `kvm`, version 1: user space, and what it asks of KVM. */
#include "cpu/arch/esr.h"
#include "cpu/arch/sysreg.h"
#include "kvm_model/uapi.h"
#include "kvm_model/vmm/virtio_blk.h"
#include "sim/scenario/schema_rows.h"

static const struct schema_pattern number_pattern = {
    "^(0x[0-9A-Fa-f_]+|0b[01_]+|[0-9][0-9_]*)[KMG]?$", "an offset, like 0x10"};
static const struct schema_pattern register_pattern = {"^x([0-9]|[12][0-9]|30)$",
                                                       "a register x0 to x30"};
static const struct schema_pattern sysreg_pattern = {"^[A-Z0-9_]+$", "a system register"};

/* --- devices ---------------------------------------------------------------------------------- */

static const struct schema_word device_words[] = {
    {"registers", SCN_DEVICE_REGISTERS},
    {"pl011", SCN_DEVICE_PL011},
    {"pl031", SCN_DEVICE_PL031},
    {"virtio-blk", SCN_DEVICE_VIRTIO_BLK},
    {"virtio-console", SCN_DEVICE_VIRTIO_CONSOLE},
    {"test-exit", SCN_DEVICE_TEST_EXIT},
    {"pflash", SCN_DEVICE_PFLASH},
    {"container", SCN_DEVICE_CONTAINER},
    {"alias", SCN_DEVICE_ALIAS},
};
static const char *const device_docs[SCN_DEVICE_TYPE_COUNT] = {
    [SCN_DEVICE_REGISTERS] = "plain storage, of any access sizes and byte order",
    [SCN_DEVICE_PL011] = "UART (Arm DDI 0183)",
    [SCN_DEVICE_PL031] = "real-time clock (Arm DDI 0224)",
    [SCN_DEVICE_VIRTIO_BLK] = "disk in the VMM's memory, on virtio-mmio",
    [SCN_DEVICE_VIRTIO_CONSOLE] = "console with one port, on virtio-mmio",
    [SCN_DEVICE_TEST_EXIT] = "a write ends the run, with a status",
    [SCN_DEVICE_PFLASH] = "CFI flash: memory to read, registers to write; on whole pages",
    [SCN_DEVICE_CONTAINER] = "holds other devices, and clips them",
    [SCN_DEVICE_ALIAS] = "window on another device, or on memory",
};

const char *schema_device_doc(uint64_t type)
{
    return device_docs[type];
}

static const struct schema_word handler_words[] = {{"vmm", 0}, {"kvm", 1}};
static const struct schema_word endian_words[] = {
    {"little", DEVICE_LITTLE_ENDIAN}, {"big", DEVICE_BIG_ENDIAN}, {"native", DEVICE_NATIVE_ENDIAN}};

static const struct schema_key value_keys[] = {
    {"value", ANY_INT, .flags = SCHEMA_REQUIRED, .doc = "contents, little-endian"},
    {"size", INT(1, 8), .flags = SCHEMA_REQUIRED, .doc = "1, 2, 4 or 8 bytes"},
};
static const struct schema_key value_row = {
    "value", ANY_INT, .flags = SCHEMA_OR_MAP, .map = MAP(value_keys),
    .doc = "initial contents at that offset: as wide as the number needs, or value and size"};

static const struct schema_word error_words[] = {
    {"read", SCN_ERROR_READ}, {"write", SCN_ERROR_WRITE}, {"any", SCN_ERROR_ANY}};
static const struct schema_key error_row = {
    "error", .type = SCHEMA_WORD, .words = WORDS("a kind of access", error_words),
    .doc = "which accesses that touch the byte fail (MEMTX_ERROR): counted, a read gives 0, a "
           "write changes nothing"};

static const struct schema_key sizes_keys[] = {
    {"min", INT(1, 8), .fallback = "1", .doc = "bytes of the narrowest access: 1, 2, 4 or 8"},
    {"max", INT(1, 8), .fallback = "8", .doc = "bytes of the widest access: 1, 2, 4 or 8"},
    {"unaligned", .type = SCHEMA_BOOL, .fallback = "true", .doc = "also at unaligned offsets"},
};

static const struct schema_key device_keys[] = {
    {"name", .type = SCHEMA_NAME, .flags = SCHEMA_REQUIRED,
     .doc = "stands for its address wherever an address may stand"},
    {"type", .type = SCHEMA_WORD, .words = WORDS("a device type", device_words),
     .flags = SCHEMA_REQUIRED,
     .doc = "registers: plain storage; pl011: a UART; pl031: a real-time clock; virtio-blk, "
            "virtio-console: on virtio-mmio; test-exit: a write ends the run; pflash: CFI flash, a "
            "ROM device; container: holds others, `in` it; alias: a window `of` another one"},
    {"ipa", ANY_INT, .flags = SCHEMA_REQUIRED,
     .doc = "where the guest reaches it, at any byte; of a realm in the unprotected half"},
    {"size", ANY_INT, .flags = SCHEMA_NONZERO, .fallback = "4K",
     .doc = "in bytes, any number; several devices may share a page"},
    {"handled_by", .type = SCHEMA_WORD, .words = WORDS("who handles it", handler_words),
     .fallback = "vmm", .doc = "the VMM, or KVM itself by its in-kernel bus"},
    {"values", .type = SCHEMA_MAP,
     .map = &(const struct schema_map){.any_key = &number_pattern, .any = &value_row},
     .doc = "registers, virtio-blk, pflash: initial contents by offset, e.g. {0x0: 0x90}; the rest "
            "is 0, of a flash erased"},
    {"errors", .type = SCHEMA_MAP,
     .map = &(const struct schema_map){.any_key = &number_pattern, .any = &error_row},
     .doc = "registers: bytes by offset whose accesses the device fails, e.g. {0x8: read}"},
    {"latency", INT(0, UINT32_MAX), .fallback = "0",
     .doc = "cycles that an access takes beside the work of the device's model"},
    {"priority", INT(0, 1000),
     .doc = "covers devices of a lower one where they overlap, among equals the later; without it "
            "a device may not overlap another"},
    {"enabled", .type = SCHEMA_BOOL, .fallback = "true", .doc = "false: as if it were not there"},
    {"in", .type = SCHEMA_NAME, .doc = "a container before it, which clips it"},
    {"of", .type = SCHEMA_NAME, .doc = "alias: the device or memory it shows"},
    {"offset", ANY_INT, .doc = "alias: its first byte there; default 0"},
    {"valid", .type = SCHEMA_MAP, .map = MAP(sizes_keys),
     .doc = "registers: accesses a guest may make; default all"},
    {"impl", .type = SCHEMA_MAP, .map = MAP(sizes_keys),
     .doc = "registers: accesses it implements; others are split or widened; default all"},
    {"endian", .type = SCHEMA_WORD, .words = WORDS("a byte order", endian_words),
     .doc = "registers: byte order; default little"},
    {"irq", INT(32, 1019), .doc = "INTID of its interrupt line, an SPI"},
    {"input", .type = SCHEMA_TEXT, .doc = "pl011, virtio-console: what the guest can receive"},
    {"time", INT(0, UINT32_MAX), .doc = "pl031: its count at cycle 0, in seconds; default 0"},
    {"sectors", INT(1, VIRTIO_BLK_SECTORS_MAX),
     .doc = "virtio-blk: size of the disk in sectors of 512 bytes; default 8"},
    {"testdev", .type = SCHEMA_BOOL,
     .doc = "virtio-console: digits and a q end the run with that number, as chr-testdev does"},
};
const struct schema_map schema_device = {.keys = device_keys, .count = COUNT(device_keys)};

/* --- vmm -------------------------------------------------------------------------------------- */

static const struct schema_word exit_words[] = {
    {"KVM_EXIT_UNKNOWN", KVM_EXIT_UNKNOWN},
    {"KVM_EXIT_HYPERCALL", KVM_EXIT_HYPERCALL},
    {"KVM_EXIT_DEBUG", KVM_EXIT_DEBUG},
    {"KVM_EXIT_MMIO", KVM_EXIT_MMIO},
    {"KVM_EXIT_SHUTDOWN", KVM_EXIT_SHUTDOWN},
    {"KVM_EXIT_FAIL_ENTRY", KVM_EXIT_FAIL_ENTRY},
    {"KVM_EXIT_INTR", KVM_EXIT_INTR},
    {"KVM_EXIT_INTERNAL_ERROR", KVM_EXIT_INTERNAL_ERROR},
    {"KVM_EXIT_SYSTEM_EVENT", KVM_EXIT_SYSTEM_EVENT},
    {"KVM_EXIT_ARM_NISV", KVM_EXIT_ARM_NISV},
    {"KVM_EXIT_MEMORY_FAULT", KVM_EXIT_MEMORY_FAULT},
    {"KVM_EXIT_ARM_SEA", KVM_EXIT_ARM_SEA},
    {"KVM_EXIT_ARM_LDST64B", KVM_EXIT_ARM_LDST64B},
};
const struct schema_words schema_exit_names = {
    .what = "an exit reason", .list = exit_words, .count = COUNT(exit_words)};

static bool nth_sysreg(size_t index, struct schema_word *word)
{
    if (index >= SYSREG_COUNT)
        return false;
    *word = (struct schema_word){sysreg_table[index].name, index};
    return true;
}
static const struct schema_words sysreg_names = {.what = "a system register", .nth = nth_sysreg};

static const struct schema_key when_keys[] = {
    {"exit", ANY_INT, .min = 1, .doc = "the return of KVM_RUN of this number, from 1"},
    {"reason", .type = SCHEMA_WORD, .words = &schema_exit_names, .doc = "kvm_run.exit_reason"},
    {"addr", .type = SCHEMA_ADDRESS, .doc = "the access is there, or anywhere in that device"},
    {"size", ANY_INT, .flags = SCHEMA_NONZERO,
     .doc = "of the range that begins at addr; default: the device's, else 1"},
    {"write", .type = SCHEMA_BOOL, .doc = "direction of a KVM_EXIT_MMIO"},
};

static const struct schema_key x_row = {"register", .type = SCHEMA_ADDRESS, .doc = "its new value"};
static const struct schema_key sysreg_row = {"system register", .type = SCHEMA_ADDRESS,
                                             .doc = "its new value"};

static const struct schema_key do_keys[] = {
    {"answer", ANY_INT,
     .doc = "what KVM finds in mmio.data, as a little-endian number; no device is asked"},
    {"no_answer", .type = SCHEMA_BOOL,
     .doc = "true: exit_reason is cleared and no device asked, so that KVM completes nothing"},
    {"regs", .type = SCHEMA_MAP,
     .map = &(const struct schema_map){.any_key = &register_pattern, .any = &x_row},
     .doc = "KVM_SET_ONE_REG of x0..x30"},
    {"sysregs", .type = SCHEMA_MAP,
     .map = &(const struct schema_map){.any_key = &sysreg_pattern,
                                       .any = &sysreg_row,
                                       .any_words = &sysreg_names},
     .doc = "KVM_SET_ONE_REG of system registers"},
    {"delete_memory", .type = SCHEMA_NAME, .doc = "its memslot goes"},
    {"sea", .type = SCHEMA_BOOL, .doc = "true: KVM_SET_VCPU_EVENTS, external data abort"},
    {"serror", .type = SCHEMA_BOOL, .doc = "true: KVM_SET_VCPU_EVENTS, SError"},
    {"serror_esr", INT(0, UINT32_MAX), .doc = "... an SError with this ISS"},
    {"pc", .type = SCHEMA_ADDRESS, .doc = "KVM_SET_ONE_REG of PC"},
    {"skip", .type = SCHEMA_BOOL, .doc = "true: PC + 4"},
    {"immediate_exit", .type = SCHEMA_BOOL,
     .doc = "true: the next KVM_RUN completes the access and returns -EINTR"},
    {"stop", .type = SCHEMA_BOOL, .doc = "true: the run ends, reason vmm"},
};

static const struct schema_key step_keys[] = {
    {"when", .type = SCHEMA_MAP, .flags = SCHEMA_REQUIRED, .map = MAP(when_keys),
     .doc = "the returns of KVM_RUN it is for: all of these hold; of several steps the first is "
            "taken"},
    {"times", ANY_INT, .min = 1, .doc = "at most so often; default: always"},
    {"do", .type = SCHEMA_MAP, .flags = SCHEMA_REQUIRED, .map = MAP(do_keys),
     .doc = "done in the order of this table. Of a KVM_EXIT_MMIO the device answers first unless "
            "answer or no_answer stand here; other exits are not answered otherwise"},
};
const struct schema_map schema_vmm_step = {.keys = step_keys, .count = COUNT(step_keys)};

/* --- kvm -------------------------------------------------------------------------------------- */

static const struct schema_word filter_words[] = {{"handle", KVM_SMCCC_FILTER_HANDLE},
                                                  {"deny", KVM_SMCCC_FILTER_DENY},
                                                  {"forward", KVM_SMCCC_FILTER_FWD_TO_USER}};

static const struct schema_key ioeventfd_keys[] = {
    {"name", .type = SCHEMA_NAME, .flags = SCHEMA_REQUIRED, .doc = "for expect.kvm.ioeventfds"},
    {"addr", .type = SCHEMA_ADDRESS, .flags = SCHEMA_REQUIRED, .doc = "address written to"},
    {"len", INT(0, 8), .fallback = "0", .doc = "bytes: 1, 2, 4 or 8; 0: any"},
    {"datamatch", ANY_INT, .doc = "only writes of this value; default: all"},
};
static const struct schema_key coalesced_keys[] = {
    {"addr", .type = SCHEMA_ADDRESS, .flags = SCHEMA_REQUIRED, .doc = "first address"},
    {"size", ANY_INT, .flags = SCHEMA_REQUIRED | SCHEMA_NONZERO, .doc = "in bytes"},
};
static const struct schema_key filter_keys[] = {
    {"base", INT(0, UINT32_MAX), .flags = SCHEMA_REQUIRED, .doc = "first function ID"},
    {"count", INT(1, UINT32_MAX), .fallback = "1", .doc = "how many"},
    {"action", .type = SCHEMA_WORD, .flags = SCHEMA_REQUIRED,
     .words = WORDS("an action", filter_words),
     .doc = "handle: KVM answers; deny: not supported; forward: KVM_EXIT_HYPERCALL"},
};

static const struct schema_word debug_words[] = {
    {"none", 0},
    {"breakpoints", KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_SW_BP},
    {"step", KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP},
};

static const struct schema_key kvm_keys[] = {
    {"nisv_to_user", .type = SCHEMA_BOOL, .fallback = "false",
     .doc = "KVM_CAP_ARM_NISV_TO_USER: an access without a syndrome is KVM_EXIT_ARM_NISV"},
    {"sea_to_user", .type = SCHEMA_BOOL, .fallback = "false",
     .doc = "KVM_CAP_ARM_SEA_TO_USER (linux-7.2, cca-v14): an external abort is KVM_EXIT_ARM_SEA"},
    {"guest_debug", .type = SCHEMA_WORD, .words = WORDS("a way of debugging", debug_words),
     .fallback = "none",
     .doc = "of a plain VM: KVM_SET_GUEST_DEBUG of each vCPU: breakpoints (a BRK is "
            "KVM_EXIT_DEBUG) or step (so is each instruction)"},
    {"ioeventfds", .type = SCHEMA_MAP, .flags = SCHEMA_LIST, .map = MAP(ioeventfd_keys),
     .doc = "KVM_IOEVENTFD: writes that only count"},
    {"coalesced", .type = SCHEMA_MAP, .flags = SCHEMA_LIST, .map = MAP(coalesced_keys),
     .doc = "KVM_REGISTER_COALESCED_MMIO: writes that the VMM collects later"},
    {"smccc_filter", .type = SCHEMA_MAP, .flags = SCHEMA_LIST, .map = MAP(filter_keys),
     .doc = "KVM_ARM_VM_SMCCC_FILTER"},
};
const struct schema_map schema_kvm = {.keys = kvm_keys, .count = COUNT(kvm_keys)};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys of `host`, version 1: what a host may do that lies. */
#include "rmm_model/rmi.h"
#include "sim/scenario/schema_rows.h"

/* --- words ------------------------------------------------------------------------------------ */

static const struct schema_word any_words[] = {{"any", 0}};
static const struct schema_word exit_reason_words[] = {{"sync", RMI_EXIT_SYNC},
                                                       {"irq", RMI_EXIT_IRQ},
                                                       {"fiq", RMI_EXIT_FIQ},
                                                       {"psci", RMI_EXIT_PSCI},
                                                       {"ripas_change", RMI_EXIT_RIPAS_CHANGE},
                                                       {"host_call", RMI_EXIT_HOST_CALL},
                                                       {"serror", RMI_EXIT_SERROR}};
#define COMMAND(name)                                                                              \
    {#name, RMI_##name},                                                                           \
    {                                                                                              \
        "RMI_" #name, RMI_##name                                                                   \
    }
/* of all RMMs; which one has a command, the loader asks (rmm_model/handler.c) */
static const struct schema_word command_words[] = {COMMAND(VERSION),
                                                   COMMAND(GRANULE_DELEGATE),
                                                   COMMAND(GRANULE_UNDELEGATE),
                                                   COMMAND(DATA_CREATE),
                                                   COMMAND(DATA_CREATE_UNKNOWN),
                                                   COMMAND(DATA_DESTROY),
                                                   COMMAND(REALM_ACTIVATE),
                                                   COMMAND(REALM_CREATE),
                                                   COMMAND(REALM_DESTROY),
                                                   COMMAND(REC_CREATE),
                                                   COMMAND(REC_DESTROY),
                                                   COMMAND(REC_ENTER),
                                                   COMMAND(RTT_CREATE),
                                                   COMMAND(RTT_DESTROY),
                                                   COMMAND(RTT_MAP_UNPROTECTED),
                                                   COMMAND(RTT_READ_ENTRY),
                                                   COMMAND(RTT_UNMAP_UNPROTECTED),
                                                   COMMAND(PSCI_COMPLETE),
                                                   COMMAND(FEATURES),
                                                   COMMAND(RTT_FOLD),
                                                   COMMAND(REC_AUX_COUNT),
                                                   COMMAND(RTT_INIT_RIPAS),
                                                   COMMAND(RTT_SET_RIPAS),
                                                   {"RTT_DATA_MAP_INIT", RMI_DATA_CREATE},
                                                   {"RMI_RTT_DATA_MAP_INIT", RMI_DATA_CREATE},
                                                   COMMAND(RMM_CONFIG_SET),
                                                   COMMAND(GRANULE_TRACKING_GET),
                                                   COMMAND(RMM_CONFIG_GET),
                                                   COMMAND(GRANULE_RANGE_DELEGATE),
                                                   COMMAND(GRANULE_RANGE_UNDELEGATE),
                                                   COMMAND(GPT_L1_CREATE),
                                                   COMMAND(RTT_DATA_MAP),
                                                   COMMAND(RTT_DATA_UNMAP),
                                                   COMMAND(RTT_UNPROT_MAP),
                                                   COMMAND(RTT_UNPROT_UNMAP),
                                                   COMMAND(REALM_TERMINATE),
                                                   COMMAND(RMM_ACTIVATE),
                                                   COMMAND(OP_CONTINUE),
                                                   COMMAND(OP_MEM_DONATE),
                                                   COMMAND(OP_MEM_RECLAIM),
                                                   COMMAND(OP_CANCEL)};
static const struct schema_word flag_words[] = {
    {"emul_mmio", 1 << 0},        {"inject_sea", 1 << 1},     {"trap_wfi", 1 << 2},
    {"trap_wfe", 1 << 3},         {"ripas_response", 1 << 4}, {"s2ap_response", 1 << 5},
    {"dev_mem_response", 1 << 6}, {"force_p0", 1 << 7},       {"none", 0}};
#define STATUS(name, value)                                                                        \
    {#name, value},                                                                                \
    {                                                                                              \
        "RMI_" #name, value                                                                        \
    }
static const struct schema_word status_words[] = {STATUS(SUCCESS, RMI_SUCCESS),
                                                  STATUS(ERROR_INPUT, RMI_ERROR_INPUT),
                                                  STATUS(ERROR_REALM, RMI_ERROR_REALM),
                                                  STATUS(ERROR_REC, RMI_ERROR_REC),
                                                  STATUS(ERROR_RTT, RMI_ERROR_RTT),
                                                  STATUS(ERROR_IN_USE, RMI_ERROR_IN_USE),
                                                  STATUS(BUSY, RMI_BUSY),
                                                  STATUS(ERROR_GLOBAL, RMI_ERROR_GLOBAL),
                                                  STATUS(INCOMPLETE, RMI_INCOMPLETE),
                                                  STATUS(BLOCKED, RMI_BLOCKED),
                                                  STATUS(ERROR_GPT, RMI_ERROR_GPT),
                                                  {"unknown", 255}};
static const struct schema_word access_words[] = {{"allowed", 0}, {"granule_protection_fault", 1}};

static const struct schema_pattern name_pattern = {"^[A-Za-z_][A-Za-z0-9_]*$", "a name"};
static const struct schema_pattern gpr_pattern = {"^([0-9]|[12][0-9]|30)$", "a number 0 to 30"};
static const struct schema_pattern lr_pattern = {"^([0-9]|1[0-5])$", "a number 0 to 15"};

/* --- when ------------------------------------------------------------------------------------- */

static const struct schema_key when_keys[] = {
    {"exit", .type = SCHEMA_WORD, .flags = SCHEMA_OR_INT, .words = WORDS("which exit", any_words),
     .doc = "so many REC exits have come: before the next RMI_REC_ENTER; any: before each"},
    {"reason", .type = SCHEMA_WORD, .words = WORDS("an exit reason", exit_reason_words),
     .doc = "and the last exit had this reason"},
    {"command", .type = SCHEMA_WORD, .words = WORDS("an RMI command", command_words),
     .doc = "before KVM first sends this command, with exit: after so many exits"},
    {"during", .type = SCHEMA_INT, .min = 1,
     .doc = "from another CPU, while the RMI_REC_ENTER of this number runs: at the realm's first "
            "exception, a race right behind the copy of RmiRecEnter"},
    {"end", .type = SCHEMA_BOOL, .doc = "true: when the run is over"},
};

/* --- do --------------------------------------------------------------------------------------- */

static const struct schema_key value_row = {"value", .type = SCHEMA_INT, .doc = "64 bits"};

static const struct schema_key enter_keys[] = {
    {"flags", .type = SCHEMA_WORD, .flags = SCHEMA_LIST | SCHEMA_OR_ITEM | SCHEMA_OR_INT,
     .words = WORDS("a flag of RmiRecEnter", flag_words), .doc = "all of flags"},
    {"gprs", .type = SCHEMA_MAP,
     .map = &(const struct schema_map){.any_key = &gpr_pattern, .any = &value_row},
     .doc = "gprs[n]"},
    {"gicv3_hcr", .type = SCHEMA_INT, .doc = "gicv3_hcr"},
    {"gicv3_lrs", .type = SCHEMA_MAP,
     .map = &(const struct schema_map){.any_key = &lr_pattern, .any = &value_row},
     .doc = "gicv3_lrs[n]"},
};

static const struct schema_key irq_keys[] = {
    {"lr", .type = SCHEMA_INT, .max = RMI_GICV3_LR_COUNT - 1, .fallback = "0",
     .doc = "list register"},
    {"intid", .type = SCHEMA_INT, .flags = SCHEMA_REQUIRED, .max = UINT32_MAX, .doc = "vINTID"},
    {"priority", .type = SCHEMA_INT, .max = 255, .fallback = "0xa0", .doc = "priority"},
    {"group", .type = SCHEMA_INT, .max = 1, .fallback = "1", .doc = "interrupt group"},
    {"hw", .type = SCHEMA_INT, .max = 1, .fallback = "0", .doc = "1: tied to a physical interrupt"},
};

static const struct schema_key rec_keys[] = {
    {"runnable", .type = SCHEMA_BOOL, .fallback = "false", .doc = "it may be entered at once"},
    {"mpidr", .type = SCHEMA_INT, .doc = "RmiRecMpidr; default: the next one"},
    {"bad_aux", .type = SCHEMA_INT, .max = RMI_MAX_REC_AUX - 1,
     .doc = "auxiliary granule that is not delegated"},
};

static const struct schema_key do_keys[] = {
    {"set_enter", .type = SCHEMA_MAP, .map = MAP(enter_keys),
     .doc = "overwrites fields of RmiRecEnter. Attacks: the entry is checked as a whole before "
            "anything changes"},
    {"advance_pc", .type = SCHEMA_BOOL,
     .doc = "false: the answer to an access goes without EMUL_MMIO. Attacks: an access is "
            "completed by that flag alone, else the realm repeats it"},
    {"rmi", .type = SCHEMA_WORD, .flags = SCHEMA_OR_INT,
     .words = WORDS("an RMI command", command_words),
     .doc = "sends a command, or any function identifier. Attacks: each command checks its "
            "arguments and the states they name. A command of RMI 1.0 has its arguments and "
            "results here, and is sent as the host's own revision has it; a number as it is"},
    {"args", .type = SCHEMA_ADDRESS, .flags = SCHEMA_LIST,
     .doc = "with rmi: x1 to x6. Numbers, IPAs by name, and: rd, rec, run, root, aux0 to aux15, "
            "page0 to page7 (free pages of the host), pa.NAME and rtt.NAME (granule and level-3 "
            "RTT of an IPA), rec2 and rec3 (of second_rec), rd2, rd2_rec, rd2_root"},
    {"replay_exit", .type = SCHEMA_INT, .min = 1,
     .doc = "KVM is shown exit N again instead of the last one. Attacks: an exit can be answered "
            "once"},
    {"inject_irq", .type = SCHEMA_MAP, .map = MAP(irq_keys),
     .doc = "puts a pending interrupt into a list register. Attacks: interrupts are distinct and "
            "virtual"},
    {"remap", .type = SCHEMA_ADDRESS,
     .doc = "DATA_DESTROY of the page at this IPA, DATA_CREATE_UNKNOWN of one the host has filled. "
            "Attacks: memory that was taken away does not come back unnoticed"},
    {"undelegate", .type = SCHEMA_ADDRESS,
     .doc = "GRANULE_UNDELEGATE of this granule. Attacks: a granule in use stays in the Realm "
            "world"},
    {"destroy_while_running", .type = SCHEMA_BOOL,
     .doc = "true: REC_DESTROY of the running REC. Attacks: a running REC stays"},
    {"stale_tlb", .type = SCHEMA_ADDRESS,
     .doc = "the host's own access to this PA, as if by a translation from before it gave the page "
            "away. Attacks: the GPT stops it"},
    {"write", .type = SCHEMA_INT, .doc = "with stale_tlb: a store of this, not a load"},
    {"race", .type = SCHEMA_MAP, .map = MAP(enter_keys),
     .doc = "overwrites fields of RmiRecEnter when the RMM has read it. Attacks: it reads once"},
    {"drop_command", .type = SCHEMA_BOOL,
     .doc = "true: KVM's command is not sent, KVM gets ERROR_INPUT. Attacks: the realm learns how "
            "far its request was carried out"},
    {"starve", .type = SCHEMA_BOOL,
     .doc = "true: the REC is not entered any more. Attacks no rule: availability is not promised"},
    {"second_rec", .type = SCHEMA_MAP, .map = MAP(rec_keys),
     .doc = "REC_CREATE of a further REC: rec2, then rec3. Attacks: RECs come in order, before "
            "activation"},
    {"second_realm", .type = SCHEMA_BOOL,
     .doc = "true: creates another realm, rd2, with two RECs; rd2_rec is the second. Attacks: what "
            "belongs to one "
            "realm is of no use with another"},
};

/* --- what comes of it ------------------------------------------------------------------------- */

#define MATCH_ADDRESS .type = SCHEMA_ADDRESS, .flags = SCHEMA_MATCH

static const struct schema_key answer_keys[] = {
    {"when", .type = SCHEMA_MAP, .map = &schema_expect_when,
     .doc = "in a list: the entry holds for this kernel and RMM only; without, for all"},
    {"status", .type = SCHEMA_WORD, .flags = SCHEMA_MATCH, .words = WORDS("a status", status_words),
     .doc = "RmiStatusCode of x0"},
    {"index", .type = SCHEMA_INT, .flags = SCHEMA_MATCH, .max = 255, .doc = "index of x0"},
    {"x0", MATCH_ANY_INT, .doc = "all of x0"},
    {"x1", MATCH_ADDRESS, .doc = "x1"},
    {"x2", MATCH_ADDRESS, .doc = "x2"},
    {"x3", MATCH_ADDRESS, .doc = "x3"},
    {"x4", MATCH_ADDRESS, .doc = "x4"},
    {"reason", .type = SCHEMA_WORD, .flags = SCHEMA_MATCH,
     .words = WORDS("an exit reason", exit_reason_words), .doc = "of REC_ENTER: RmiRecExit"},
    {"esr", MATCH_ANY_INT, .doc = "of REC_ENTER: RmiRecExit"},
    {"far", MATCH_ANY_INT, .doc = "of REC_ENTER: RmiRecExit"},
    {"hpfar", MATCH_ANY_INT, .doc = "of REC_ENTER: RmiRecExit"},
    {"gpr0", MATCH_ANY_INT, .doc = "of REC_ENTER: RmiRecExit.gprs[0]"},
    {"other_gprs", MATCH_ANY_INT, .doc = "of REC_ENTER: RmiRecExit.gprs[1] to [30], or-ed"},
    {"access", .type = SCHEMA_WORD, .flags = SCHEMA_MATCH,
     .words = WORDS("an outcome", access_words), .doc = "of stale_tlb"},
};
const struct schema_map schema_answer = {.keys = answer_keys, .count = COUNT(answer_keys)};

static const struct schema_key step_keys[] = {
    {"rmm", .type = SCHEMA_WORD, .flags = SCHEMA_LIST | SCHEMA_OR_ITEM | SCHEMA_NONEMPTY,
     .words = &schema_rmm_names,
     .doc = "the step is for this RMM, or for these, only: commands differ between them"},
    {"when", .type = SCHEMA_MAP, .flags = SCHEMA_REQUIRED, .map = MAP(when_keys),
     .doc = "the moment: exit, reason or both, or command, during, end"},
    {"do", .type = SCHEMA_MAP, .flags = SCHEMA_REQUIRED, .map = MAP(do_keys), .doc = "one action"},
    {"hostile", .type = SCHEMA_BOOL, .flags = SCHEMA_REQUIRED,
     .doc = "true, so that a reader sees it: the host breaks its contract here"},
    {"retry", .type = SCHEMA_BOOL, .fallback = "false",
     .doc = "should the RMI_REC_ENTER that follows be refused, it is sent once more as KVM meant "
            "it; else KVM sees the refusal"},
    {"expect", .type = SCHEMA_MAP, .flags = SCHEMA_OR_MAPS, .map = &schema_answer,
     .doc = "what the action's own command answers; a list as `expect`"},
    {"expect_enter", .type = SCHEMA_MAP, .flags = SCHEMA_OR_MAPS, .map = &schema_answer,
     .doc = "what KVM's RMI_REC_ENTER answers that follows, or goes on meanwhile"},
};

static const struct schema_key policy_row = {"policy", .type = SCHEMA_MAP, .flags = SCHEMA_LIST,
                                             .map = MAP(step_keys),
                                             .doc = "steps, in this order; none: an honest host"};

static const struct schema_key host_keys[] = {
    {"select", .type = SCHEMA_NAME, .doc = "which of the policies the host follows"},
    {"policies", .type = SCHEMA_MAP,
     .map = &(const struct schema_map){.any_key = &name_pattern, .any = &policy_row},
     .doc = "policies by name"},
    {"policy", .type = SCHEMA_MAP, .flags = SCHEMA_LIST, .map = MAP(step_keys),
     .doc = "the only policy, instead of policies and select"},
};
const struct schema_map schema_host = {.keys = host_keys, .count = COUNT(host_keys)};

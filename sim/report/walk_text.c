/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Descriptors and faults in words. */
#include <inttypes.h>
#include <string.h>

#include "cpu/arch/descriptor.h"
#include "cpu/fault.h"
#include "sim/report/style.h"
#include "sim/report/trap_story.h"
#include "sim/report/trap_text.h"

#define LAST_LEVEL 3
#define LEVEL_BITS 9
#define PAGE_SHIFT 12
#define LINE_WIDTH 100

/* Appends ", NAME" if the bit is set. */
struct bit_name {
    const struct field *field;
    const char *name;
};

static void append_bits(char *text, uint64_t desc, const struct bit_name *bits, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t used = strlen(text);
        if (field_get(desc, *bits[i].field))
            snprintf(text + used, STORY_TEXT_SIZE - used, ", %s", bits[i].name);
    }
}

static uint64_t address_of(uint64_t desc, int level)
{
    unsigned low = level == LAST_LEVEL ? 0u : (unsigned)(LAST_LEVEL - level) * LEVEL_BITS;
    uint64_t mask = ~(((uint64_t)1 << (PAGE_SHIFT + low)) - 1);
    return desc & field_mask(DESC_ADDR) & mask;
}

static void stage1_leaf(uint64_t desc, char *text)
{
    const struct bit_name bits[] = {
        {&S1_AP_EL0, "EL0 too"}, {&S1_PXN, "PXN"},   {&S1_UXN, "UXN"},
        {&S1_NG, "nG"},          {&DESC_DBM, "DBM"}, {&DESC_AF, "AF"},
    };
    size_t used = strlen(text);
    snprintf(text + used, STORY_TEXT_SIZE - used, ": %s, AttrIndx=%" PRIu64 ", SH=%" PRIu64,
             field_get(desc, S1_AP_RO) ? "read-only" : "read-write", field_get(desc, S1_ATTR_INDX),
             field_get(desc, DESC_SH));
    append_bits(text, desc, bits, sizeof(bits) / sizeof(bits[0]));
}

static void stage2_leaf(uint64_t desc, char *text)
{
    static const char *const access[2][2] = {{"no access", "write-only"},
                                             {"read-only", "read-write"}};
    const struct bit_name bits[] = {
        {&S2_XN1, "XN[1]"}, {&S2_XN0, "XN[0]"}, {&S2_NS, "NS"},
        {&DESC_DBM, "DBM"}, {&DESC_AF, "AF"},
    };
    size_t used = strlen(text);
    snprintf(text + used, STORY_TEXT_SIZE - used, ": %s, MemAttr=0x%" PRIx64 ", SH=%" PRIu64,
             access[field_get(desc, S2_AP_READ)][field_get(desc, S2_AP_WRITE)],
             field_get(desc, S2_MEM_ATTR), field_get(desc, DESC_SH));
    append_bits(text, desc, bits, sizeof(bits) / sizeof(bits[0]));
}

const char *descriptor_text(unsigned stage, int level, uint64_t desc, char *text)
{
    const struct bit_name table_bits[] = {
        {&S1_TABLE_PXN, "PXNTable"},
        {&S1_TABLE_UXN, "UXNTable"},
        {&S1_TABLE_NO_EL0, "not for EL0"},
        {&S1_TABLE_RO, "read-only below"},
    };
    bool table_type = field_get(desc, DESC_TYPE) == DESC_TYPE_TABLE;
    if (!field_get(desc, DESC_VALID)) {
        snprintf(text, STORY_TEXT_SIZE, "invalid%s",
                 desc ? "; all bits but bit 0 are for software" : "");
    } else if (table_type && level < LAST_LEVEL) {
        snprintf(text, STORY_TEXT_SIZE, "table at 0x%" PRIx64, address_of(desc, LAST_LEVEL));
        if (stage == 1)
            append_bits(text, desc, table_bits, sizeof(table_bits) / sizeof(table_bits[0]));
    } else if (!table_type && (level == LAST_LEVEL || level < 1)) {
        snprintf(text, STORY_TEXT_SIZE, "reserved at this level: as invalid");
    } else {
        snprintf(text, STORY_TEXT_SIZE, "%s at 0x%" PRIx64, table_type ? "page" : "block",
                 address_of(desc, level));
        if (stage == 1)
            stage1_leaf(desc, text);
        else
            stage2_leaf(desc, text);
    }
    return text;
}

/* --- why ---------------------------------------------------------------------------------------
 */

static const struct event *last_read(const struct event *events, size_t count)
{
    const struct event *last = NULL;
    for (size_t i = 0; i < count; i++)
        if (events[i].kind == EV_WALK_STEP)
            last = &events[i];
    return last;
}

/* After "the level-1 descriptor of stage 2". */
static const char *blame(const char *kind)
{
    static const struct {
        enum fault_kind kind;
        const char *text;
    } texts[] = {
        {FAULT_TRANSLATION, "is not valid: nothing is mapped there"},
        {FAULT_PERMISSION, "does not allow the access"},
        {FAULT_ACCESS_FLAG, "has AF=0: not accessed yet"},
        {FAULT_ADDRESS_SIZE, "holds an address beyond the configured size"},
        {FAULT_EXTERNAL_WALK, "could not be read from memory"},
        {FAULT_GPF_WALK, "is in a granule of another physical address space"},
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (strcmp(kind, fault_kind_name(texts[i].kind)) == 0)
            return texts[i].text;
    return NULL;
}

/* Faults that no descriptor is to blame for. */
static const char *blame_access(const char *kind)
{
    if (strcmp(kind, fault_kind_name(FAULT_ALIGNMENT)) == 0)
        return "the address is not a multiple of the size, and the access needs that";
    if (strcmp(kind, fault_kind_name(FAULT_GPF)) == 0)
        return "the granule is assigned to another physical address space (GPT)";
    if (strcmp(kind, fault_kind_name(FAULT_TRANSLATION)) == 0)
        return "the address is outside what the tables cover: no descriptor is read";
    if (strcmp(kind, fault_kind_name(FAULT_ADDRESS_SIZE)) == 0)
        return "the address is larger than the configured size: no descriptor is read";
    return "the memory system answers the access with an error";
}

const char *walk_reason(const struct event *events, size_t count, const char *kind, unsigned stage,
                        int level, char *text)
{
    const struct event *read = last_read(events, count);
    const char *of_descriptor = blame(kind);
    bool is_blamed = read && of_descriptor && event_arg(read, "stage") == stage &&
                     (int)(int64_t)event_arg(read, "level") == level;
    if (is_blamed)
        snprintf(text, STORY_TEXT_SIZE, "the level-%d descriptor of stage %u %s", level, stage,
                 of_descriptor);
    else
        snprintf(text, STORY_TEXT_SIZE, "%s", blame_access(kind));
    return text;
}

const char *fault_reason(const struct trap_view *view, char *text)
{
    const struct event *fault = view->fault;
    *text = '\0';
    if (!fault)
        return text;
    return walk_reason(view->events, (size_t)(fault - view->events) + 1, event_text(fault, "kind"),
                       (unsigned)event_arg(fault, "stage"), (int)(int64_t)event_arg(fault, "level"),
                       text);
}

/* Whether KVM changed what stage 2 says of ipa, and how many bytes it changed. */
static bool changes_stage2(const struct event *event, uint64_t ipa)
{
    uint64_t base = event_arg(event, "ipa"), size = 0;
    switch (event->kind) {
    case EV_STAGE2_MAP:
    case EV_STAGE2_WRPROTECT:
    case EV_STAGE2_UNMAP:
        size = event_arg(event, "size");
        break;
    case EV_STAGE2_AGE:
        size = event_arg(event, "clear") ? event_arg(event, "size") : 0;
        break;
    case EV_STAGE2_RELAX:
        size = UINT64_C(1) << (PAGE_SHIFT + LEVEL_BITS * (LAST_LEVEL - event_arg(event, "level")));
        base &= ~(size - 1);
        break;
    default:
        break;
    }
    return ipa >= base && ipa - base < size;
}

const struct trap *fault_origin(const struct trap_log *log, const struct trap_view *view,
                                const struct event **change)
{
    uint64_t ipa = view->fault ? event_arg(view->fault, "ipa") : 0;
    if (!view->fault || event_arg(view->fault, "stage") != 2)
        return NULL;
    for (size_t i = (size_t)(view->trap - log->traps); i-- > 0;) {
        struct trap_view before = trap_view(log, &log->traps[i]);
        for (size_t k = before.event_count; k-- > 0;)
            if (changes_stage2(&before.events[k], ipa)) {
                *change = &before.events[k];
                return before.trap;
            }
    }
    return NULL;
}

/* --- the walk ----------------------------------------------------------------------------------
 */

static void tell_read(FILE *out, const struct event *event)
{
    char text[STORY_TEXT_SIZE];
    uint64_t desc = event_arg(event, "desc");
    unsigned stage = (unsigned)event_arg(event, "stage");
    int level = (int)(int64_t)event_arg(event, "level");
    int used = fprintf(out, "   %sstage %u level %d  at 0x%010" PRIx64 "  0x%016" PRIx64 "  ",
                       stage == 2 ? "  " : "", stage, level, event_arg(event, "at"), desc);
    print_wrapped(out, LINE_WIDTH, descriptor_text(stage, level, desc, text), used, used);
}

bool walk_tell(FILE *out, const struct event *event)
{
    bool stage1 = event->kind == EV_S1_WALK;
    if (event->kind == EV_WALK_STEP) {
        tell_read(out, event);
        return true;
    }
    if (event->kind != EV_S2_WALK && !stage1)
        return false;
    fprintf(out, "   %s-> %s 0x%" PRIx64 ": %s", stage1 ? "" : "  ", stage1 ? "VA" : "IPA",
            event_arg(event, stage1 ? "va" : "ipa"), event_text(event, "result"));
    if (strcmp(event_text(event, "result"), "mapped") == 0)
        fprintf(out, " to %s 0x%" PRIx64, stage1 ? "IPA" : "PA",
                event_arg(event, stage1 ? "ipa" : "pa"));
    fputc('\n', out);
    return true;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/import/replay_block.h"

#include <string.h>

void replay_block_start(struct replay_block_builder *builder)
{
    builder->block = (struct replay_block){0};
    builder->point_count = 0;
    builder->not_replayed = false;
}

void replay_block_point(struct replay_block_builder *builder, const struct kvm_tracepoint *point)
{
    if (builder->point_count == REPLAY_MAX_LINES)
        return;
    builder->points[builder->point_count] = *point;
    kvm_tracepoint_text(point, builder->texts[builder->point_count], REPLAY_TEXT_SIZE);
    builder->point_count++;
}

void replay_block_event(struct replay_block_builder *builder, const struct event *event)
{
    struct replay_block *block = &builder->block;
    if (block->event_count < REPLAY_MAX_EVENTS)
        block->events[block->event_count++] = *event;
}

/* Behind the address: what system registers are called differs between kernels. */
static const char *sys_access_name(const char *text)
{
    const char *at = strstr(text, "PC: ");
    at = at ? strchr(at + 4, ' ') : NULL;
    return at ? at : text;
}

static bool same(const struct record_point *recorded, const struct replay_block_builder *builder,
                 size_t index)
{
    if (!import_same_point(&recorded->point, &builder->points[index]))
        return false;
    return recorded->point.id != KVM_TP_SYS_ACCESS ||
           strcmp(sys_access_name(recorded->text), sys_access_name(builder->texts[index])) == 0;
}

static bool is_routine(enum kvm_tracepoint_id id)
{
    return id == KVM_TP_ARM_SETUP_DEBUG || id == KVM_TP_ARM_CLEAR_DEBUG ||
           id == KVM_TP_ARM_SET_DREG32;
}

static void put_recorded(struct replay_block *block, enum replay_mark mark,
                         const struct record_point *line)
{
    block->lines[block->count++] =
        (struct replay_line){mark, line->number, is_routine(line->point.id), line->text};
}

/* The recorded lines of the block, up to REPLAY_MAX_LINES; *gap: some may be missing. */
static size_t collect(const struct record *record, const struct kvm_variant *kernel, size_t start,
                      size_t end, const struct record_point **lines, bool *gap)
{
    size_t count = 0;
    *gap = end != RECORD_NONE && record->points[end].gap;
    for (size_t i = start; i != end && i != RECORD_NONE && count < REPLAY_MAX_LINES;
         i = record->points[i].next) {
        *gap = *gap || (i != start && record->points[i].gap);
        if (kvm_tracepoint_exists(kernel, record->points[i].point.id))
            lines[count++] = &record->points[i];
        *gap = *gap || count == REPLAY_MAX_LINES; /* too many to be compared */
    }
    return count;
}

void replay_block_finish(struct replay_block_builder *builder, const struct kvm_variant *kernel,
                         const struct record *record, size_t start, size_t end, bool first,
                         bool last)
{
    const struct record_point *lines[REPLAY_MAX_LINES];
    uint8_t common[REPLAY_MAX_LINES + 1][REPLAY_MAX_LINES + 1] = {{0}};
    struct replay_block *block = &builder->block;
    bool gap, any = false;
    size_t count = collect(record, kernel, start, end, lines, &gap), i = 0, j = 0;
    if (gap || builder->not_replayed) {
        for (; i < count; i++)
            put_recorded(block, REPLAY_UNKNOWN, lines[i]);
        return;
    }
    /* common[i][j]: lines that are the same from lines[i] and points[j] on */
    for (size_t a = count; a-- > 0;)
        for (size_t b = builder->point_count; b-- > 0;) {
            uint8_t without =
                common[a + 1][b] > common[a][b + 1] ? common[a + 1][b] : common[a][b + 1];
            uint8_t with = same(lines[a], builder, b) ? (uint8_t)(common[a + 1][b + 1] + 1) : 0;
            common[a][b] = with > without ? with : without;
        }
    while (i < count || j < builder->point_count) {
        bool left = i < count, right = j < builder->point_count;
        if (left && right && same(lines[i], builder, j) &&
            common[i][j] == common[i + 1][j + 1] + 1) {
            put_recorded(block, REPLAY_SAME, lines[i]);
            any = true;
            i++;
            j++;
        } else if (left && (!right || common[i + 1][j] >= common[i][j + 1])) {
            put_recorded(block, REPLAY_RECORDED, lines[i]);
            i++;
        } else {
            /* the model goes on behind the record's end, and came from somewhere before its start
             */
            if (!(last && !left) && !(first && !any))
                block->lines[block->count++] = (struct replay_line){
                    REPLAY_MODEL, 0, is_routine(builder->points[j].id), builder->texts[j]};
            j++;
        }
    }
}

void replay_block_count(const struct replay_block *block, struct replay_tally *tally)
{
    bool differs = false;
    for (size_t i = 0; i < block->count; i++)
        switch (block->lines[i].mark) {
        case REPLAY_SAME:
            tally->same++;
            break;
        case REPLAY_RECORDED:
            tally->recorded++;
            differs = true;
            break;
        case REPLAY_MODEL:
            tally->model++;
            differs = true;
            break;
        case REPLAY_UNKNOWN:
            tally->unknown++;
            break;
        }
    tally->exits += block->is_exit;
    tally->exits_that_differ += block->is_exit && differs;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/import/replay_block.h"

#include <string.h>

void replay_block_start(struct replay_block_builder *builder)
{
    builder->block = (struct replay_block){0};
    builder->point_count = 0;
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

static void put(struct replay_block *block, enum replay_mark mark, unsigned long number,
                const char *text)
{
    block->lines[block->count++] = (struct replay_line){mark, number, text};
}

/* The recorded lines of the block, up to REPLAY_MAX_LINES; *gap: some may be missing. */
static size_t collect(const struct record *record, size_t start, size_t end,
                      const struct record_point **lines, bool *gap)
{
    size_t count = 0;
    *gap = end != RECORD_NONE && record->points[end].gap;
    for (size_t i = start; i != end && i != RECORD_NONE && count < REPLAY_MAX_LINES;
         i = record->points[i].next) {
        *gap = *gap || (i != start && record->points[i].gap);
        lines[count++] = &record->points[i];
    }
    return count;
}

void replay_block_finish(struct replay_block_builder *builder, const struct record *record,
                         size_t start, size_t end, bool first, bool last)
{
    const struct record_point *lines[REPLAY_MAX_LINES];
    uint8_t common[REPLAY_MAX_LINES + 1][REPLAY_MAX_LINES + 1] = {{0}};
    struct replay_block *block = &builder->block;
    bool gap, any = false;
    size_t count = collect(record, start, end, lines, &gap), i = 0, j = 0;
    if (gap) {
        for (; i < count; i++)
            put(block, REPLAY_UNKNOWN, lines[i]->number, lines[i]->text);
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
            put(block, REPLAY_SAME, lines[i]->number, lines[i]->text);
            any = true;
            i++;
            j++;
        } else if (left && (!right || common[i + 1][j] >= common[i][j + 1])) {
            put(block, REPLAY_RECORDED, lines[i]->number, lines[i]->text);
            i++;
        } else {
            /* the model goes on behind the record's end, and came from somewhere before its start
             */
            if (!(last && !left) && !(first && !any))
                put(block, REPLAY_MODEL, 0, builder->texts[j]);
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

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One block of a replay while it is played: what the model printed is laid beside the record. */
#ifndef SIM_IMPORT_REPLAY_BLOCK_H
#define SIM_IMPORT_REPLAY_BLOCK_H

#include "sim/import/replay.h"

struct replay_block_builder {
    struct replay_block block;
    struct kvm_tracepoint points[REPLAY_MAX_LINES]; /* the model's */
    char texts[REPLAY_MAX_LINES][REPLAY_TEXT_SIZE];
    size_t point_count;
    bool not_replayed; /* the recorded lines are not compared */
};

void replay_block_start(struct replay_block_builder *builder);
/* The model printed that; beyond REPLAY_MAX_LINES it is dropped. */
void replay_block_point(struct replay_block_builder *builder, const struct kvm_tracepoint *point);
/* The model did that. */
void replay_block_event(struct replay_block_builder *builder, const struct event *event);
/*
 * Fills block.lines: the longest common row of lines of both sides is the same, the rest stands
 * where it belongs. [start, end) are the recorded lines along ->next. first: what the model does
 * before the record begins is left out, and recorded trace points that kernel has not; last: what
 * it does after the record ends.
 */
void replay_block_finish(struct replay_block_builder *builder, const struct kvm_variant *kernel,
                         const struct record *record, size_t start, size_t end, bool first,
                         bool last);
void replay_block_count(const struct replay_block *block, struct replay_tally *tally);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpu/clock.h"

struct op_desc {
    const char *key, *doc;
};

static const struct op_desc op_table[OP_COUNT] = {
#define X(id, key_, doc_) [OP_##id] = {.key = #key_, .doc = doc_},
    OP_TABLE(X)
#undef X
};

const char *op_key(enum op op)
{
    return op_table[op].key;
}

const char *op_doc(enum op op)
{
    return op_table[op].doc;
}

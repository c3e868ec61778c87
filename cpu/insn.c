/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decoding and addresses; the encodings are in cpu/insn_rows.c. */
#include "cpu/insn.h"

#include "cpu/insn_fields.h"

static const struct insn_row *find_row(uint32_t word)
{
    const struct insn_section *part =
        &insn_sections[word >> INSN_SECTION_SHIFT & (INSN_SECTION_COUNT - 1)];

    for (size_t i = 0; i < part->count; i++)
        if ((word & part->rows[i].mask) == part->rows[i].value)
            return &part->rows[i];
    return NULL;
}

void insn_decode(uint32_t word, struct insn *insn)
{
    const struct insn_row *row = find_row(word);

    *insn =
        (struct insn){.word = word, .cls = INSN_OTHER, .group = "other", .align = 1, .round = 1};
    if (row == NULL)
        return;
    insn->cls = row->cls;
    insn->addressing = row->addressing;
    insn->rn = (uint8_t)get(word, F_RN);
    insn->rt = (uint8_t)get(word, F_RT);
    if (!row->fields(word, insn)) {
        *insn = (struct insn){
            .word = word, .cls = INSN_OTHER, .group = "other", .align = 1, .round = 1};
        return;
    }
    insn->group = row->group;
}

bool insn_is_memory(const struct insn *insn)
{
    switch (insn->cls) {
    case INSN_LOAD:
    case INSN_STORE:
    case INSN_ATOMIC:
    case INSN_CACHE_OP:
    case INSN_ZERO:
        return true;
    default:
        return false;
    }
}

/* ExtendReg (Arm ARM, shared/functions): the index register as option says. */
static uint64_t extend_index(uint64_t value, unsigned option)
{
    switch (option) {
    case EXTEND_UXTW:
        return (uint32_t)value;
    case EXTEND_SXTW:
        return (uint64_t)(int64_t)(int32_t)value;
    default:
        return value;
    }
}

va_t insn_address(const struct insn *insn, const struct insn_regs *regs)
{
    uint64_t address = regs->x[insn->rn];
    uint64_t index;

    switch (insn->addressing) {
    case ADDR_BASE_IMM:
        address += (uint64_t)insn->imm * (insn->imm_by_vl ? regs->vl / EIGHTHS : 1);
        break;
    case ADDR_PRE_INDEX:
        address += (uint64_t)insn->imm;
        break;
    case ADDR_POST_INDEX:
        break;
    case ADDR_BASE_REG:
        index = insn->rm == ZR ? 0 : regs->x[insn->rm];
        address += extend_index(index, insn->extend) << insn->shift;
        break;
    case ADDR_PC_REL:
        address = regs->pc + (uint64_t)insn->imm;
        break;
    case ADDR_REG:
        address = insn->rt == ZR ? 0 : regs->x[insn->rt];
        break;
    }
    return VA(address & ~(uint64_t)(insn->round - 1));
}

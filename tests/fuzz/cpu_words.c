/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/fuzz/cpu_words.h"

/* Encoding classes of the Arm ARM, C4.1: the bits of value that mask has are fixed. */
static const struct {
    uint32_t mask, value;
} classes[] = {
    {0x3b000000, 0x39000000}, /* load/store, unsigned immediate */
    {0x3b200c00, 0x38000000}, /* unscaled */
    {0x3b200c00, 0x38000400}, /* post-indexed */
    {0x3b200c00, 0x38000800}, /* unprivileged */
    {0x3b200c00, 0x38000c00}, /* pre-indexed */
    {0x3b200c00, 0x38200800}, /* register offset */
    {0x3b200c00, 0x38200000}, /* atomic memory operations */
    {0x3b200400, 0x38200400}, /* LDRAA, LDRAB */
    {0x3a000000, 0x28000000}, /* pairs */
    {0x3b000000, 0x18000000}, /* literals */
    {0x3f000000, 0x08000000}, /* exclusives, ordered, CAS */
    {0x3f200c00, 0x19000000}, /* LDAPUR, STLUR */
    {0xbf9f0000, 0x0c000000}, /* SIMD structures */
    {0xbf800000, 0x0c800000}, /* SIMD structures, post-indexed */
    {0xbf9f0000, 0x0d000000}, /* SIMD single structures */
    {0xbf800000, 0x0d800000}, /* SIMD single structures, post-indexed */
    {0xff000000, 0xd9000000}, /* memory tags */
    {0x3f000000, 0x19000000}, /* memory copy and set */
    {0xfff00000, 0xd5300000}, /* MRS */
    {0xfff00000, 0xd5100000}, /* MSR */
    {0xfff80000, 0xd5080000}, /* SYS */
    {0xfff80000, 0xd5280000}, /* SYSL */
    {0xfff8f000, 0xd5087000}, /* SYS: DC, IC, AT */
    {0xfff8f000, 0xd5088000}, /* SYS: TLBI */
    {0xfffff000, 0xd5032000}, /* hints */
    {0xfffff000, 0xd5033000}, /* barriers */
    {0xfff8f01f, 0xd500401f}, /* MSR immediate */
    {0xfffff000, 0xd5031000}, /* WFET, WFIT */
    {0xff000000, 0xd4000000}, /* exception generation */
    {0xffe0001f, 0xd4000001}, /* SVC */
    {0xffe0001f, 0xd4000002}, /* HVC */
    {0xffe0001f, 0xd4000003}, /* SMC */
    {0xfe000000, 0xd6000000}, /* branches to registers */
    {0xffffffff, 0xd69f03e0}, /* ERET */
    {0xffffffff, 0xd503207f}, /* WFI */
    {0xfffffc00, 0x14000000}, /* B, forward and near */
    {0xfffffc00, 0x17fffc00}, /* B, backward and near */
    {0xffffff00, 0x94000000}, /* BL */
    {0xff000010, 0x54000000}, /* B.cond */
    {0x7e000000, 0x34000000}, /* CBZ */
    {0x7e000000, 0x36000000}, /* TBZ */
    {0x1f000000, 0x11000000}, /* add, subtract, immediate */
    {0x1f000000, 0x0b000000}, /* add, subtract */
    {0x1f800000, 0x12800000}, /* move wide */
    {0x1f800000, 0x12000000}, /* logical immediate */
    {0x1f000000, 0x0a000000}, /* logical */
    {0x1f000000, 0x10000000}, /* ADR */
    {0x5fe00000, 0x5ac00000}, /* one source; pointer authentication */
    {0x5fe00000, 0x1ac00000}, /* two sources */
    {0xfffe0000, 0xdac00000}, /* 64-bit, one source */
    {0x1f000000, 0x1b000000}, /* three sources */
    {0x1fe00000, 0x1a000000}, /* with carry, flags */
    {0x1f000000, 0x1e000000}, /* scalar floating point, AdvSIMD scalar */
    {0x1f000000, 0x0e000000}, /* AdvSIMD */
    {0x1f000000, 0x0f000000}, /* AdvSIMD by element, immediates */
    {0x1f000000, 0x1f000000}, /* floating point, three sources */
    {0xff000000, 0xce000000}, /* cryptography */
    {0xfe000000, 0x84000000}, /* SVE memory */
    {0xfe000000, 0xa4000000}, /* SVE memory */
    {0xfe000000, 0xc4000000}, /* SVE memory */
    {0xfe000000, 0xe4000000}, /* SVE memory */
    {0x1e000000, 0x04000000}, /* SVE */
    {0x9e000000, 0x80000000}, /* SME */
    {0xffff0000, 0x00000000}, /* UDF */
};
#define CLASS_COUNT (sizeof(classes) / sizeof(classes[0]))

uint32_t fuzz_word(struct input *input)
{
    unsigned choice = input_below(input, CLASS_COUNT + 16);
    uint32_t bits = (uint32_t)input_take(input, 4);

    if (choice >= CLASS_COUNT)
        return bits;
    return classes[choice].value | (bits & ~classes[choice].mask);
}

uint64_t fuzz_value(struct fuzz_machine *machine, struct input *input)
{
    uint64_t va = machine->va;

    switch (input_below(input, 14)) {
    case 0:
        return input_take(input, 8);
    case 1: /* in the RAM */
        return va + input_take(input, 3) % FUZZ_RAM_SIZE;
    case 2: /* around the end of a page */
        return va + (input_take(input, 1) % 128 + 1) * GRANULE_SIZE - input_take(input, 1) % 32;
    case 3: /* the same in the other half */
        return FUZZ_HIGH + input_take(input, 3) % FUZZ_RAM_SIZE;
    case 4: /* mapped nowhere */
        return 0x50000000u + input_take(input, 3);
    case 5:
        return input_take(input, 2);
    case 6: /* around a power of two */
        return ((uint64_t)1 << input_take(input, 1) % 64) - input_take(input, 1) % 16;
    case 7: /* what is not the guest's, by physical address */
        return FUZZ_SECRET + input_take(input, 2);
    case 8:
        return FUZZ_STAGE2 + input_take(input, 3) % 0x40000;
    case 9: /* code */
        return va + input_take(input, 2) % 0x8000 / 4 * 4;
    case 10:
        return ~input_take(input, 2);
    case 11:
        return va + FUZZ_VECTORS + input_take(input, 1) % 16 * 0x80;
    case 12: /* the GPT and the end of memory */
        return PHYS_DRAM_BASE + FUZZ_MEMORY - 0x20000 + input_take(input, 3) % 0x21000;
    default: /* tagged */
        return (va + input_take(input, 2)) | input_take(input, 1) << 56;
    }
}

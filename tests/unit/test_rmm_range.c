/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RMI 2.0: commands on ranges and stateful ones; the order of their checks, what they answer. */
#include "tests/unit/check_main.h"
#include "tests/unit/test_rmm_fixture.h"

#define RD (FIXTURE_BASE + 0x1000)
#define REC (FIXTURE_BASE + 0x2000)
#define ROOT (FIXTURE_BASE + 0x10000) /* two granules */
#define L2_TABLE (FIXTURE_BASE + 0x12000)
#define L3_TABLE (FIXTURE_BASE + 0x13000)
#define UNPROT_L2 (FIXTURE_BASE + 0x14000)
#define UNPROT_L3 (FIXTURE_BASE + 0x15000)
#define AUX (FIXTURE_BASE + 0x20000) /* 16 granules */
#define DATA (FIXTURE_BASE + 0x40000)
#define FREE (FIXTURE_BASE + 0x50000) /* the host's */
#define PARAMS (FIXTURE_BASE + 0x100000)
#define LIST (FIXTURE_BASE + 0x101000)
#define UNTRACKED 0x1000u

#define IPA_BITS 40
#define UNPROT ((uint64_t)1 << (IPA_BITS - 1))
#define IPA_TOP ((uint64_t)1 << IPA_BITS)
#define G GRANULE_SIZE

static struct fixture *f;

static void must(uint64_t x0)
{
    ck_assert_msg(x0 == RMI_SUCCESS, "status %#lx", (unsigned long)x0);
}

static void give(uint64_t pa, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        must(SMC(f, RMI_GRANULE_RANGE_DELEGATE, pa + i * G, pa + (i + 1) * G));
}

static uint64_t rtt_error(unsigned level)
{
    return rmi_return(RMI_ERROR_RTT, level);
}

static uint64_t blocks(uint64_t pa, uint64_t count)
{
    return pa | field_put(RMI_RANGE_COUNT, count);
}

static uint64_t undelegated(uint64_t pa)
{
    return blocks(pa, 1) | field_put(RMI_RANGE_STATE, RMI_RANGE_UNDELEGATED);
}

static const uint64_t none = 0; /* RMI_OADDR_NONE */
static uint64_t single(void)
{
    return field_put(RMI_RANGE_OADDR_TYPE, RMI_OADDR_SINGLE);
}
static uint64_t list_of(uint64_t count)
{
    return field_put(RMI_RANGE_OADDR_TYPE, RMI_OADDR_LIST) | field_put(RMI_RANGE_LIST_COUNT, count);
}
/* Normal memory that may be read and written. */
static uint64_t shared(void)
{
    return single() | field_put(RMI_RANGE_MEMATTR, 6) | field_put(RMI_RANGE_S2AP, 3);
}

/* A NEW realm with tables for its first 2M and those of its unprotected half. */
static void setup(void)
{
    struct rmi_realm_params params = {
        .s2sz = IPA_BITS,
        .num_bps = 1,
        .num_wps = 1,
        .rtt_base = ROOT,
        .rtt_level_start = 1,
        .rtt_num_start = 2,
    };

    f = fixture_new_release(1, "2.0", 0);
    must(SMC(f, RMI_RMM_ACTIVATE));
    give(RD, 1);
    give(ROOT, 6);
    fixture_write(f, PARAMS, &params, sizeof(params));
    must(SMC(f, RMI_REALM_CREATE, RD, PARAMS));
    must(SMC(f, RMI_RTT_CREATE, RD, L2_TABLE, 0, 2));
    must(SMC(f, RMI_RTT_CREATE, RD, L3_TABLE, 0, 3));
    must(SMC(f, RMI_RTT_CREATE, RD, UNPROT_L2, UNPROT, 2));
    must(SMC(f, RMI_RTT_CREATE, RD, UNPROT_L3, UNPROT, 3));
}

static void teardown(void)
{
    fixture_free(f);
}

/* --- GRANULE_RANGE_DELEGATE, _UNDELEGATE -------------------------------------------------------
 */

START_TEST(granules_change_hands_one_by_one)
{
    must(SMC(f, RMI_GRANULE_RANGE_DELEGATE, DATA, DATA + 4 * G));
    ck_assert_uint_eq(f->regs.x[1], DATA + G);
    ck_assert_uint_eq(SMC(f, RMI_GRANULE_RANGE_DELEGATE, DATA, DATA + 4 * G), RMI_ERROR_INPUT);
    must(SMC(f, RMI_GRANULE_RANGE_UNDELEGATE, DATA, DATA + 4 * G));
    ck_assert_uint_eq(f->regs.x[1], DATA + G);
    ck_assert_uint_eq(SMC(f, RMI_GRANULE_RANGE_UNDELEGATE, DATA, DATA + G), RMI_ERROR_INPUT);
    ck_assert_uint_eq(SMC(f, RMI_GRANULE_RANGE_UNDELEGATE, RD, RD + G), RMI_ERROR_INPUT);
}
END_TEST

START_TEST(a_range_has_ends)
{
    static const uint64_t bad[][2] = {
        {DATA, DATA},         {DATA + G, DATA},           {DATA + 8, DATA + G},
        {DATA, DATA + G + 8}, {UNTRACKED, UNTRACKED + G}, {~GRANULE_MASK, G},
    };

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ck_assert_uint_eq(SMC(f, RMI_GRANULE_RANGE_DELEGATE, bad[i][0], bad[i][1]),
                          RMI_ERROR_INPUT);
        ck_assert_uint_eq(SMC(f, RMI_GRANULE_RANGE_UNDELEGATE, bad[i][0], bad[i][1]),
                          RMI_ERROR_INPUT);
    }
}
END_TEST

/* What was in the granule stays with the host when it is given, and with the realms when it is
 * taken back. */
START_TEST(undelegation_scrubs)
{
    uint64_t value = 1;

    give(DATA, 1);
    ck_assert_int_eq(physmem_write64(f->mem, PAS_REALM, PA(DATA + 8), 0x5ec2e7), PHYS_OK);
    must(SMC(f, RMI_GRANULE_RANGE_UNDELEGATE, DATA, DATA + G));
    ck_assert_int_eq(physmem_read64(f->mem, PAS_NON_SECURE, PA(DATA + 8), &value), PHYS_OK);
    ck_assert_uint_eq(value, 0);
}
END_TEST

/* --- RTT_DATA_MAP ------------------------------------------------------------------------------
 */

#define DATA_MAP(base, top, flags, oaddr) SMC(f, RMI_RTT_DATA_MAP, RD, base, top, flags, oaddr)

START_TEST(data_is_mapped_as_far_as_the_list_goes)
{
    const uint64_t list[] = {blocks(DATA, 2), blocks(0, 0), blocks(DATA + 4 * G, 1)};

    give(DATA, 5);
    fixture_write(f, LIST, list, sizeof(list));
    must(DATA_MAP(0x3000, 0x8000, list_of(3), LIST));
    ck_assert_uint_eq(f->regs.x[1],
                      0x6000); /* three pages: what stops it stands at the next call */
    ck_assert_uint_eq(DATA_MAP(0x6000, 0x8000, single(), blocks(DATA, 0)), RMI_ERROR_INPUT);
    must(SMC(f, RMI_RTT_READ_ENTRY, RD, 0x5000, 3));
    ck_assert_uint_eq(f->regs.x[2], RMI_ASSIGNED);
    ck_assert_uint_eq(f->regs.x[3], DATA + 4 * G);
}
END_TEST

START_TEST(data_mapped_again_must_be_the_same)
{
    give(DATA, 2);
    must(DATA_MAP(0x3000, 0x4000, single(), blocks(DATA, 1)));
    must(DATA_MAP(0x3000, 0x4000, single(), blocks(DATA, 1)));
    ck_assert_uint_eq(DATA_MAP(0x3000, 0x4000, single(), blocks(DATA + G, 1)), rtt_error(3));
    ck_assert_uint_eq(DATA_MAP(0x5000, 0x6000, single(), blocks(DATA, 1)), RMI_ERROR_INPUT);
}
END_TEST

/* Each input is wrong in what its line says and in all that the lines below it say. */
START_TEST(data_map_checks_in_order)
{
    const uint64_t l2 = field_put(RMI_RANGE_SIZE, 1);

    give(DATA, 1);
    ck_assert_uint_eq(SMC(f, RMI_RTT_DATA_MAP, DATA, 0x3000, 0x3000, 0, 0), RMI_ERROR_INPUT);
    ck_assert_uint_eq(DATA_MAP(0x4000, 0x3000, none, undelegated(DATA)), RMI_ERROR_INPUT);
    ck_assert_uint_eq(DATA_MAP(0x3000, 0x4000, none, blocks(DATA, 1)), RMI_ERROR_INPUT);
    ck_assert_uint_eq(DATA_MAP(0x3000, 0x4000, list_of(0), LIST), RMI_ERROR_INPUT);
    ck_assert_uint_eq(DATA_MAP(0x3000, 0x4000, list_of(1), LIST + 4), RMI_ERROR_INPUT);
    ck_assert_uint_eq(DATA_MAP(0x3000, 0x4000, list_of(1), RD), RMI_ERROR_INPUT);
    ck_assert_uint_eq(DATA_MAP(0x3000, 0x4000, single(), undelegated(DATA)), RMI_ERROR_INPUT);
    ck_assert_uint_eq(DATA_MAP(UNPROT, UNPROT + G, single(), blocks(DATA, 1)), RMI_ERROR_INPUT);
    ck_assert_uint_eq(DATA_MAP(0x3800, 0x4800, single(), blocks(DATA, 1)), RMI_ERROR_INPUT);
    ck_assert_uint_eq(DATA_MAP(IPA_TOP, IPA_TOP + G, single(), blocks(DATA, 1)), RMI_ERROR_INPUT);
    ck_assert_uint_eq(DATA_MAP(0x3000, 0x4000, single(), blocks(DATA, 1) | l2), RMI_ERROR_INPUT);
    /* aligned for a block that the range is too small for */
    ck_assert_uint_eq(DATA_MAP(0, 0x4000, single(), blocks(DATA, 1) | l2), rtt_error(2));
    /* no table there */
    ck_assert_uint_eq(DATA_MAP(0x200000, 0x201000, single(), blocks(DATA, 1)), rtt_error(2));
    /* a granule of the host's */
    ck_assert_uint_eq(DATA_MAP(0x3000, 0x4000, single(), blocks(FREE, 1)), RMI_ERROR_INPUT);
    must(DATA_MAP(0x3000, 0x4000, single(), blocks(DATA, 1)));
}
END_TEST

START_TEST(a_realm_that_is_over_takes_no_data)
{
    give(DATA, 1);
    must(SMC(f, RMI_REALM_TERMINATE, RD));
    /* the state of the realm comes before everything about the range */
    ck_assert_uint_eq(DATA_MAP(0x4000, 0x3000, none, 0), rmi_return(RMI_ERROR_REALM, 0));
}
END_TEST

/* --- RTT_DATA_UNMAP ----------------------------------------------------------------------------
 */

#define DATA_UNMAP(base, top, flags, oaddr) SMC(f, RMI_RTT_DATA_UNMAP, RD, base, top, flags, oaddr)

static void map_two_with_a_hole(void)
{
    give(DATA, 4);
    must(DATA_MAP(0x3000, 0x4000, single(), blocks(DATA, 1)));
    must(DATA_MAP(0x5000, 0x6000, single(), blocks(DATA + G, 1)));
}

START_TEST(unmapped_data_is_told_in_a_register)
{
    map_two_with_a_hole();
    must(DATA_UNMAP(0x3000, 0x7000, single(), 0));
    ck_assert_uint_eq(f->regs.x[1], 0x7000);
    ck_assert_uint_eq(f->regs.x[2], blocks(DATA, 2)); /* one after the other, whatever the IPAs */
    must(SMC(f, RMI_GRANULE_RANGE_UNDELEGATE, DATA, DATA + G));
}
END_TEST

START_TEST(a_register_tells_of_neighbours_alone)
{
    give(DATA, 4);
    must(DATA_MAP(0x3000, 0x4000, single(), blocks(DATA + 2 * G, 1)));
    must(DATA_MAP(0x4000, 0x5000, single(), blocks(DATA, 1)));
    must(DATA_UNMAP(0x3000, 0x5000, single(), 0));
    ck_assert_uint_eq(f->regs.x[1], 0x4000);
    ck_assert_uint_eq(f->regs.x[2], blocks(DATA + 2 * G, 1));
}
END_TEST

START_TEST(unmapped_data_is_told_in_a_list)
{
    uint64_t list[2] = {0};

    give(DATA, 4);
    must(DATA_MAP(0x3000, 0x4000, single(), blocks(DATA + 2 * G, 1)));
    must(DATA_MAP(0x4000, 0x5000, single(), blocks(DATA, 1)));
    must(DATA_UNMAP(0x3000, 0x5000, list_of(2), LIST));
    ck_assert_uint_eq(f->regs.x[1], 0x5000);
    ck_assert_uint_eq(f->regs.x[3], 2);
    ck_assert_int_eq(physmem_read(f->mem, PAS_NON_SECURE, PA(LIST), list, sizeof(list)), PHYS_OK);
    ck_assert_uint_eq(list[0], blocks(DATA + 2 * G, 1));
    ck_assert_uint_eq(list[1], blocks(DATA, 1));
}
END_TEST

START_TEST(data_unmap_checks_in_order)
{
    map_two_with_a_hole();
    ck_assert_uint_eq(SMC(f, RMI_RTT_DATA_UNMAP, DATA, 0x3000, 0x4000, single(), 0),
                      RMI_ERROR_INPUT);
    ck_assert_uint_eq(DATA_UNMAP(0x4000, 0x3000, single(), 0), RMI_ERROR_INPUT);
    ck_assert_uint_eq(DATA_UNMAP(0x3008, 0x4000, single(), 0), RMI_ERROR_INPUT);
    ck_assert_uint_eq(DATA_UNMAP(UNPROT - G, UNPROT + G, single(), 0), RMI_ERROR_INPUT);
    ck_assert_uint_eq(DATA_UNMAP(IPA_TOP, IPA_TOP + G, single(), 0), RMI_ERROR_INPUT);
    ck_assert_uint_eq(DATA_UNMAP(0x3000, 0x4000, single(), LIST), RMI_ERROR_INPUT);
    ck_assert_uint_eq(DATA_UNMAP(0x3000, 0x4000, none, LIST), RMI_ERROR_INPUT);
    ck_assert_uint_eq(DATA_UNMAP(0x3000, 0x4000, list_of(0), LIST), RMI_ERROR_INPUT);
    ck_assert_uint_eq(DATA_UNMAP(0x3000, 0x4000, list_of(1), LIST + 4), RMI_ERROR_INPUT);
    ck_assert_uint_eq(DATA_UNMAP(0x3000, 0x4000, list_of(1), RD), RMI_ERROR_INPUT);
    /* in an entry of level 2, but not at its start */
    ck_assert_uint_eq(DATA_UNMAP(0x201000, 0x202000, single(), 0), rtt_error(2));
    must(SMC(f, RMI_RTT_READ_ENTRY, RD, 0x3000, 3));
    ck_assert_uint_eq(f->regs.x[2], RMI_ASSIGNED);
}
END_TEST

/* --- RTT_UNPROT_MAP, _UNMAP --------------------------------------------------------------------
 */

#define UNPROT_MAP(base, top, flags, oaddr) SMC(f, RMI_RTT_UNPROT_MAP, RD, base, top, flags, oaddr)

START_TEST(shared_memory_is_mapped_in_its_half_alone)
{
    const uint64_t reserved = field_put(RMI_RANGE_MEMATTR, 4), ap = field_put(RMI_RANGE_S2AP, 4);

    ck_assert_uint_eq(UNPROT_MAP(0x3000, 0x4000, shared(), undelegated(FREE)), RMI_ERROR_INPUT);
    ck_assert_uint_eq(UNPROT_MAP(UNPROT, UNPROT + G, shared() | ap, undelegated(FREE)),
                      RMI_ERROR_INPUT);
    ck_assert_uint_eq(UNPROT_MAP(UNPROT, UNPROT + G, single() | reserved, undelegated(FREE)),
                      RMI_ERROR_INPUT);
    must(UNPROT_MAP(UNPROT, UNPROT + G, shared(), undelegated(FREE)));
    ck_assert_uint_eq(f->regs.x[1], UNPROT + G);
    must(UNPROT_MAP(UNPROT, UNPROT + G, shared(), undelegated(FREE)));
    /* another address, or the same with other attributes */
    ck_assert_uint_eq(UNPROT_MAP(UNPROT, UNPROT + G, shared(), undelegated(FREE + G)),
                      rtt_error(3));
    ck_assert_uint_eq(UNPROT_MAP(UNPROT, UNPROT + G, single() | field_put(RMI_RANGE_MEMATTR, 6),
                                 undelegated(FREE)),
                      rtt_error(3));
}
END_TEST

START_TEST(shared_memory_is_unmapped)
{
    must(UNPROT_MAP(UNPROT, UNPROT + G, shared(), undelegated(FREE)));
    ck_assert_uint_eq(SMC(f, RMI_RTT_UNPROT_UNMAP, RD, 0x3000, 0x4000, none, 0), RMI_ERROR_INPUT);
    must(SMC(f, RMI_RTT_UNPROT_UNMAP, RD, UNPROT, UNPROT + 4 * G, none, 0));
    ck_assert_uint_eq(f->regs.x[1], UNPROT + 4 * G);
    ck_assert_uint_eq(f->regs.x[2], 0); /* not asked for */
    must(SMC(f, RMI_RTT_READ_ENTRY, RD, UNPROT, 3));
    ck_assert_uint_eq(f->regs.x[2], RMI_UNASSIGNED);
}
END_TEST

/* --- REC_CREATE, REC_DESTROY -------------------------------------------------------------------
 */

static const uint64_t donate = RMI_INCOMPLETE | RMI_OP_MEM_REQ_DONATE << 8;
static const uint64_t reclaim = RMI_INCOMPLETE | RMI_OP_MEM_REQ_RECLAIM << 8;

static uint64_t begin(uint64_t rec)
{
    struct rmi_rec_params params = {.flags = 1, .pc = 0x1000};

    fixture_write(f, PARAMS, &params, sizeof(params));
    return SMC(f, RMI_REC_CREATE, RD, rec, PARAMS);
}

static void write_list(uint64_t desc)
{
    fixture_write(f, LIST, &desc, sizeof(desc));
}

START_TEST(a_rec_is_made_of_donated_memory)
{
    uint64_t handle;

    give(REC, 1);
    give(AUX, 16);
    ck_assert_uint_eq(begin(REC), donate);
    handle = f->regs.x[1];
    ck_assert_uint_eq(field_get(f->regs.x[2], RMI_DONATE_BLOCK_COUNT), RMI_MAX_REC_AUX);
    /* PARTIAL: nobody's to take */
    ck_assert_uint_eq(SMC(f, RMI_GRANULE_RANGE_UNDELEGATE, REC, REC + G), RMI_ERROR_INPUT);
    ck_assert_uint_eq(begin(REC), RMI_ERROR_INPUT);
    /* not yet: what is wanted is memory */
    ck_assert_uint_eq(SMC(f, RMI_OP_CONTINUE, handle), RMI_ERROR_INPUT);
    ck_assert_uint_eq(SMC(f, RMI_OP_CANCEL, handle), RMI_ERROR_INPUT);
    write_list(blocks(AUX, 17));
    ck_assert_uint_eq(SMC(f, RMI_OP_MEM_DONATE, handle, LIST, 1), RMI_ERROR_INPUT);
    write_list(blocks(AUX, 4));
    ck_assert_uint_eq(SMC(f, RMI_OP_MEM_DONATE, handle, LIST, 1), donate);
    ck_assert_uint_eq(f->regs.x[1], 4);
    write_list(blocks(AUX + 4 * G, 12));
    ck_assert_uint_eq(SMC(f, RMI_OP_MEM_DONATE, handle, LIST, 1), RMI_INCOMPLETE);
    ck_assert_uint_eq(SMC(f, RMI_OP_MEM_DONATE, handle, LIST, 1), RMI_ERROR_INPUT);
    ck_assert_uint_eq(SMC(f, RMI_GRANULE_RANGE_UNDELEGATE, AUX, AUX + G), RMI_ERROR_INPUT);
    must(SMC(f, RMI_OP_CONTINUE, handle));
    ck_assert_uint_eq(SMC(f, RMI_OP_CONTINUE, handle), RMI_ERROR_INPUT); /* the handle is free */

    ck_assert_uint_eq(SMC(f, RMI_REC_DESTROY, REC), reclaim);
    handle = f->regs.x[1];
    ck_assert_uint_eq(SMC(f, RMI_REC_DESTROY, REC), RMI_ERROR_INPUT);
    ck_assert_uint_eq(SMC(f, RMI_OP_MEM_RECLAIM, handle, LIST, 0), reclaim);
    ck_assert_uint_eq(SMC(f, RMI_OP_MEM_RECLAIM, handle, LIST + 4, 1), RMI_ERROR_INPUT);
    for (unsigned i = 0; i < RMI_MAX_REC_AUX; i++) {
        uint64_t told = 0;

        ck_assert_uint_eq(SMC(f, RMI_OP_MEM_RECLAIM, handle, LIST, 1),
                          i + 1 < RMI_MAX_REC_AUX ? reclaim : RMI_INCOMPLETE);
        ck_assert_uint_eq(f->regs.x[1], 1);
        ck_assert_int_eq(physmem_read64(f->mem, PAS_NON_SECURE, PA(LIST), &told), PHYS_OK);
        ck_assert_uint_eq(told, blocks(AUX + i * G, 1));
    }
    must(SMC(f, RMI_OP_CONTINUE, handle));
    must(SMC(f, RMI_GRANULE_RANGE_UNDELEGATE, REC, REC + G));
}
END_TEST

/* The order of the host's granules is kept; what follows a refused one is not taken. */
START_TEST(a_granule_that_is_not_the_hosts_ends_the_creation)
{
    uint64_t handle;

    give(REC, 1);
    give(AUX, 2);
    ck_assert_uint_eq(begin(REC), donate);
    handle = f->regs.x[1];
    write_list(blocks(AUX, 16)); /* 2 and 14 that are not delegated */
    ck_assert_uint_eq(SMC(f, RMI_OP_MEM_DONATE, handle, LIST, 1), donate);
    ck_assert_uint_eq(f->regs.x[1], 2);
    write_list(blocks(RD, 1));
    ck_assert_uint_eq(SMC(f, RMI_OP_MEM_DONATE, handle, LIST, 1), reclaim);
    ck_assert_uint_eq(SMC(f, RMI_OP_MEM_RECLAIM, handle, LIST, 8), RMI_INCOMPLETE);
    ck_assert_uint_eq(SMC(f, RMI_OP_CONTINUE, handle), RMI_ERROR_INPUT); /* as it went wrong */
    must(SMC(f, RMI_GRANULE_RANGE_UNDELEGATE, AUX, AUX + G));
    must(SMC(f, RMI_GRANULE_RANGE_UNDELEGATE, REC, REC + G));
}
END_TEST

/* The realm is looked at last, and the memory comes back. */
START_TEST(a_rec_of_no_realm_is_refused_in_the_end)
{
    uint64_t handle;

    give(REC, 1);
    give(AUX, 16);
    must(SMC(f, RMI_REALM_ACTIVATE, RD));
    ck_assert_uint_eq(begin(REC), donate);
    handle = f->regs.x[1];
    write_list(blocks(AUX, 16));
    ck_assert_uint_eq(SMC(f, RMI_OP_MEM_DONATE, handle, LIST, 1), RMI_INCOMPLETE);
    ck_assert_uint_eq(SMC(f, RMI_OP_CONTINUE, handle), reclaim);
    /* a granule for each descriptor there is room for, though one descriptor tells of them all */
    ck_assert_uint_eq(SMC(f, RMI_OP_MEM_RECLAIM, handle, LIST, 15), reclaim);
    ck_assert_uint_eq(f->regs.x[1], 1);
    ck_assert_uint_eq(SMC(f, RMI_OP_MEM_RECLAIM, handle, LIST, 15), RMI_INCOMPLETE);
    ck_assert_uint_eq(SMC(f, RMI_OP_CONTINUE, handle), rmi_return(RMI_ERROR_REALM, 0));
}
END_TEST

START_TEST(without_a_free_handle_nothing_begins)
{
    const uint64_t first = FIXTURE_BASE + 0x80000;
    unsigned handles = 0;

    give(DATA, 1);
    give(first, 64);
    while (handles < 64 && begin(first + handles * G) == donate)
        handles++;
    ck_assert_uint_eq(f->regs.x[0], RMI_BLOCKED);
    ck_assert_uint_eq(handles, 10); /* TF-RMM lib/sro_context: SRO_CTX_PER_CPU, of one CPU */
    ck_assert_uint_eq(SMC(f, RMI_REC_CREATE, RD, RD, PARAMS), RMI_ERROR_INPUT); /* first the REC */
    ck_assert_uint_eq(SMC(f, RMI_REC_DESTROY, RD), RMI_BLOCKED); /* first the handle */
    ck_assert_uint_eq(DATA_MAP(0x4000, 0x3000, none, 0), RMI_BLOCKED);
    ck_assert_uint_eq(DATA_UNMAP(0x4000, 0x3000, none, 0), RMI_BLOCKED);
    ck_assert_uint_eq(SMC(f, RMI_RTT_UNPROT_UNMAP, RD, 0x4000, 0x3000, none, 0), RMI_BLOCKED);
    must(UNPROT_MAP(UNPROT, UNPROT + G, shared(), undelegated(FREE))); /* needs none */
}
END_TEST

START_TEST(handles_of_nobody_are_refused)
{
    static const uint64_t bad[] = {0, 9, 10, UINT64_MAX, (uint64_t)1 << 32};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ck_assert_uint_eq(SMC(f, RMI_OP_CONTINUE, bad[i]), RMI_ERROR_INPUT);
        ck_assert_uint_eq(SMC(f, RMI_OP_CANCEL, bad[i]), RMI_ERROR_INPUT);
        ck_assert_uint_eq(SMC(f, RMI_OP_MEM_DONATE, bad[i], LIST, 1), RMI_ERROR_INPUT);
        ck_assert_uint_eq(SMC(f, RMI_OP_MEM_RECLAIM, bad[i], LIST, 1), RMI_ERROR_INPUT);
    }
}
END_TEST

Suite *check_suite(void)
{
    const TTest *const tests[] = {
        granules_change_hands_one_by_one,
        a_range_has_ends,
        undelegation_scrubs,
        data_is_mapped_as_far_as_the_list_goes,
        data_mapped_again_must_be_the_same,
        data_map_checks_in_order,
        a_realm_that_is_over_takes_no_data,
        unmapped_data_is_told_in_a_register,
        a_register_tells_of_neighbours_alone,
        unmapped_data_is_told_in_a_list,
        data_unmap_checks_in_order,
        shared_memory_is_mapped_in_its_half_alone,
        shared_memory_is_unmapped,
        a_rec_is_made_of_donated_memory,
        a_granule_that_is_not_the_hosts_ends_the_creation,
        a_rec_of_no_realm_is_refused_in_the_end,
        without_a_free_handle_nothing_begins,
        handles_of_nobody_are_refused,
    };
    Suite *suite = suite_create("rmm_range");
    TCase *tcase = tcase_create("range");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
        tcase_add_test(tcase, tests[i]);
    suite_add_tcase(suite, tcase);
    return suite;
}

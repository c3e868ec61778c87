/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Realms that run: what the host is shown, what it can do to them, and what it cannot. */
#include "tests/unit/test_rmm_fixture.h"

#include "cpu/arch/esr.h"
#include "cpu/arch/hpfar.h"
#include "tests/unit/check_main.h"

/* Physical memory, as the host uses it. */
#define RD (FIXTURE_BASE + 0x1000)
#define REC0 (FIXTURE_BASE + 0x2000)
#define REC1 (FIXTURE_BASE + 0x3000)
#define ROOT (FIXTURE_BASE + 0x10000) /* two granules */
#define L2_TABLE (FIXTURE_BASE + 0x12000)
#define L3_TABLE (FIXTURE_BASE + 0x13000)
#define UNPROT_L2 (FIXTURE_BASE + 0x14000)
#define UNPROT_L3 (FIXTURE_BASE + 0x15000)
#define AUX0 (FIXTURE_BASE + 0x20000) /* 16 granules */
#define AUX1 (FIXTURE_BASE + 0x30000)
#define DATA (FIXTURE_BASE + 0x40000)
#define PARAMS (FIXTURE_BASE + 0x100000)
#define RUN0 (FIXTURE_BASE + 0x101000)
#define RUN1 (FIXTURE_BASE + 0x102000)
#define SOURCE (FIXTURE_BASE + 0x103000)
#define SHARED (FIXTURE_BASE + 0x104000)

/* The realm: 40 bits of IPA, so that bit 39 set is unprotected. */
#define IPA_BITS 40
#define UNPROT ((uint64_t)1 << (IPA_BITS - 1))
#define VECTORS_IPA 0x0u /* VBAR_EL1 at reset is 0 */
#define CODE_IPA 0x1000u
#define PAGE_IPA 0x2000u
#define EMPTY_IPA 0x5000u
#define MMIO_IPA (UNPROT + 0x100000)
#define SHARED_IPA (UNPROT + 0x4000)

#define PSCI_SYSTEM_OFF 0x84000008u
#define PSCI_CPU_ON 0xc4000003u
#define PSCI_FEATURES 0x8400000au
#define PSCI_VERSION 0x84000000u
#define RSI_MEASUREMENT_READ 0xc4000192u
#define RSI_IPA_STATE_SET 0xc4000197u
#define RSI_HOST_CALL 0xc4000199u

/* A64 */
#define LDRSB_X2_X0 0x39800002u
#define LDR_W2_X0 0xb9400002u
#define STR_W3_X0_4 0xb9000403u
#define STP_X2_X3_X0 0xa9000c02u
#define MOV_X0_X7 0xaa0703e0u
#define MOV_X0_X6 0xaa0603e0u
#define SMC0 0xd4000003u
#define HVC0 0xd4000002u
#define WFI 0xd503207fu
#define B_SELF 0x14000000u
#define OFF MOV_X0_X7, SMC0 /* with x7 = PSCI_SYSTEM_OFF */

static struct fixture *f;

static void setup(void)
{
    f = fixture_new(FIXTURE_CPUS);
}

static void teardown(void)
{
    fixture_free(f);
}

/* --- the host's part ---------------------------------------------------------------------------
 */

static void must(uint64_t x0)
{
    ck_assert_msg(x0 == RMI_SUCCESS, "status %#lx", (unsigned long)x0);
}

static void make_realm(void)
{
    struct rmi_realm_params params = {
        .s2sz = IPA_BITS,
        .num_bps = 1,
        .num_wps = 1,
        .vmid = 7,
        .rtt_base = ROOT,
        .rtt_level_start = 1,
        .rtt_num_start = 2,
    };
    struct rmi_beta_realm_params beta = {
        .features_0 = field_put(RMI_FEATURE0_S2SZ, IPA_BITS),
        .vmid = 7,
        .rtt_base = ROOT,
        .rtt_level_start = 1,
        .rtt_num_start = 2,
    };
    static const uint64_t granules[] = {
        RD, ROOT, ROOT + GRANULE_SIZE, L2_TABLE, L3_TABLE, UNPROT_L2, UNPROT_L3};

    for (size_t i = 0; i < sizeof(granules) / sizeof(granules[0]); i++)
        fixture_delegate(f, granules[i]);
    if (f->beta)
        fixture_write(f, PARAMS, &beta, sizeof(beta));
    else
        fixture_write(f, PARAMS, &params, sizeof(params));
    must(SMC(f, RMI_REALM_CREATE, RD, PARAMS));
    must(SMC(f, RMI_RTT_CREATE, RD, L2_TABLE, 0, 2));
    must(SMC(f, RMI_RTT_CREATE, RD, L3_TABLE, 0, 3));
}

static void add_page(uint64_t ipa, uint64_t data, const void *content, size_t size)
{
    static const uint8_t zeros[GRANULE_SIZE];

    fixture_write(f, SOURCE, zeros, sizeof(zeros));
    fixture_write(f, SOURCE, content, size);
    fixture_delegate(f, data);
    if (f->beta)
        must(SMC(f, RMI_RTT_INIT_RIPAS, RD, ipa, 3));
    must(SMC(f, RMI_DATA_CREATE, RD, data, ipa, SOURCE, 1));
}

static void add_rec(uint64_t rec, uint64_t aux, uint64_t mpidr, bool runnable,
                    const uint64_t gprs[RMI_REC_CREATE_GPRS])
{
    struct rmi_rec_params params = {.flags = runnable, .mpidr = mpidr, .pc = CODE_IPA};

    memcpy(params.gprs, gprs, sizeof(params.gprs));
    must(SMC(f, RMI_REC_AUX_COUNT, RD));
    params.num_aux = f->regs.x[1];
    ck_assert_uint_le(params.num_aux, RMI_MAX_REC_AUX);
    for (unsigned i = 0; i < params.num_aux; i++) {
        params.aux[i] = aux + i * GRANULE_SIZE;
        fixture_delegate(f, params.aux[i]);
    }
    fixture_delegate(f, rec);
    fixture_write(f, PARAMS, &params, sizeof(params));
    must(SMC(f, RMI_REC_CREATE, RD, rec, PARAMS));
}

/* A realm with that code, and x0.., x7 = PSCI_SYSTEM_OFF; not yet active. */
static void realm_with_code(const uint32_t *code, size_t size, uint64_t x0, uint64_t x3)
{
    const uint64_t gprs[RMI_REC_CREATE_GPRS] = {x0, 1, 2, x3, 4, 5, 6, PSCI_SYSTEM_OFF};

    make_realm();
    add_page(CODE_IPA, DATA, code, size);
    add_rec(REC0, AUX0, 0, true, gprs);
}

#define REALM(x0, x3, ...)                                                                         \
    do {                                                                                           \
        static const uint32_t code[] = {__VA_ARGS__};                                              \
        realm_with_code(code, sizeof(code), x0, x3);                                               \
    } while (0)

static void activate(void)
{
    must(SMC(f, RMI_REALM_ACTIVATE, RD));
}

/* REC_ENTER with those flags and gprs[0]; *exit is the exit page, all ones where not written. */
static uint64_t enter_rec(uint64_t rec, uint64_t run, uint64_t flags, uint64_t gpr0,
                          struct rmi_rec_exit *exit)
{
    struct rmi_rec_run page;
    uint64_t x0;

    memset(&page, 0, sizeof(page));
    page.enter.flags = flags;
    page.enter.gprs[0] = gpr0;
    memset(&page.exit, 0xff, sizeof(page.exit));
    fixture_write(f, run, &page, sizeof(page));
    x0 = SMC(f, RMI_REC_ENTER, rec, run);
    ck_assert_int_eq(
        physmem_read(f->mem, PAS_NON_SECURE, PA(run + sizeof(page.enter)), exit, sizeof(*exit)),
        PHYS_OK);
    return x0;
}

static uint64_t flag(struct field field)
{
    return field_mask(field);
}

static struct rmi_rec_exit enter(uint64_t flags, uint64_t gpr0)
{
    struct rmi_rec_exit exit;

    must(enter_rec(REC0, RUN0, flags, gpr0, &exit));
    return exit;
}

static void refused(uint64_t flags, uint64_t status)
{
    struct rmi_rec_exit exit;

    ck_assert_uint_eq(enter_rec(REC0, RUN0, flags, 0, &exit), status);
    ck_assert_uint_eq(exit.exit_reason, UINT64_MAX);
}

static void is_system_off(const struct rmi_rec_exit *exit)
{
    ck_assert_uint_eq(exit->exit_reason, RMI_EXIT_PSCI);
    ck_assert_uint_eq(exit->gprs[0], PSCI_SYSTEM_OFF);
}

static struct cpu *rec0(void)
{
    struct cpu *cpu = rmm_rec_cpu(f->rmm, PA(REC0));

    ck_assert_ptr_nonnull(cpu);
    return cpu;
}

/* --- emulated MMIO -----------------------------------------------------------------------------
 */

START_TEST(mmio_is_completed_by_the_rmm)
{
    struct rmi_rec_exit exit;

    REALM(MMIO_IPA + 0x20, 0x1122334455667788, LDRSB_X2_X0, STR_W3_X0_4, OFF);
    activate();

    exit = enter(0, 0);
    ck_assert_uint_eq(exit.exit_reason, RMI_EXIT_SYNC);
    /* the class, ISV, SAS 0, SF, a translation fault at level 1; no SRT, SSE, IL */
    ck_assert_uint_eq(exit.esr, field_put(ESR_EC, ESR_EC_DABT_LOW) | field_mask(ESR_ISV) |
                                    field_mask(ESR_SF) | field_put(ESR_FSC, 5));
    ck_assert_uint_eq(exit.far, 0x20);
    ck_assert_uint_eq(exit.hpfar, hpfar_from_ipa(IPA(MMIO_IPA)));
    for (unsigned i = 0; i < RMI_GPR_COUNT; i++)
        ck_assert_uint_eq(exit.gprs[i], 0);

    exit = enter(flag(RMI_ENTER_EMUL_MMIO), 0xdeadbeefdeadbe80);
    ck_assert_uint_eq(cpu_get_x(rec0(), 2), 0xffffffffffffff80);
    ck_assert_uint_eq(exit.exit_reason, RMI_EXIT_SYNC);
    ck_assert_uint_eq(field_get(exit.esr, ESR_WNR), 1);
    ck_assert_uint_eq(field_get(exit.esr, ESR_SRT), 0);
    ck_assert_uint_eq(field_get(exit.esr, ESR_SAS), 2);
    ck_assert_uint_eq(exit.gprs[0], 0x55667788);
    ck_assert_uint_eq(exit.gprs[3], 0);
    ck_assert_uint_eq(exit.far, 0x24);

    exit = enter(flag(RMI_ENTER_EMUL_MMIO), 0x99);
    is_system_off(&exit);
    ck_assert_uint_eq(cpu_get_x(rec0(), 3), 0x1122334455667788);
    refused(0, rmi_return(RMI_ERROR_REALM, 1));
}
END_TEST

START_TEST(emul_mmio_needs_an_emulatable_exit)
{
    struct rmi_rec_exit exit;

    REALM(MMIO_IPA, 0, LDR_W2_X0, B_SELF);
    refused(0, rmi_return(RMI_ERROR_REALM, 0)); /* not active yet */
    activate();
    refused(flag(RMI_ENTER_EMUL_MMIO), RMI_ERROR_REC);
    refused(flag(RMI_ENTER_INJECT_SEA), RMI_ERROR_REC);
    exit = enter(0, 0);
    ck_assert_uint_eq(field_get(exit.esr, ESR_ISV), 1);
    cpu_set_budget(rec0(), 10);
    exit = enter(flag(RMI_ENTER_EMUL_MMIO), 0x1ffffffff);
    ck_assert_uint_eq(exit.exit_reason, RMI_EXIT_IRQ);
    ck_assert_uint_eq(cpu_get_x(rec0(), 2), 0xffffffff);
    /* once is enough, and an interrupt is no access */
    refused(flag(RMI_ENTER_EMUL_MMIO), RMI_ERROR_REC);
    ck_assert_uint_eq(cpu_el2(rec0())->elr, CODE_IPA + 4);
}
END_TEST

START_TEST(a_pair_is_shown_without_its_syndrome)
{
    struct rmi_rec_exit exit;

    REALM(MMIO_IPA, 0, STP_X2_X3_X0, OFF);
    activate();
    exit = enter(0, 0);
    ck_assert_uint_eq(exit.esr & ~field_mask(ESR_WNR),
                      field_put(ESR_EC, ESR_EC_DABT_LOW) | field_put(ESR_FSC, 5));
    refused(flag(RMI_ENTER_EMUL_MMIO), RMI_ERROR_REC);
}
END_TEST

/* --- external aborts ---------------------------------------------------------------------------
 */

START_TEST(the_host_may_answer_with_an_abort)
{
    static const uint32_t vector[] = {OFF};
    uint8_t page[GRANULE_SIZE] = {0};
    struct rmi_rec_exit exit;
    struct cpu *cpu;

    memcpy(page + 0x200, vector, sizeof(vector));
    REALM(MMIO_IPA + 8, 0, LDRSB_X2_X0, B_SELF);
    add_page(VECTORS_IPA, DATA + GRANULE_SIZE, page, sizeof(page));
    activate();
    exit = enter(0, 0);
    ck_assert_uint_eq(exit.exit_reason, RMI_EXIT_SYNC);
    /* EMUL_MMIO beside it means nothing */
    exit = enter(flag(RMI_ENTER_INJECT_SEA) | flag(RMI_ENTER_EMUL_MMIO), 0x44);
    is_system_off(&exit);
    cpu = rec0();
    ck_assert_uint_eq(cpu_get_x(cpu, 2), 2);
    ck_assert_uint_eq(cpu_get_sysreg(cpu, SYSREG_ELR_EL1), CODE_IPA);
    ck_assert_uint_eq(cpu_get_sysreg(cpu, SYSREG_FAR_EL1), MMIO_IPA + 8);
    ck_assert_uint_eq(esr_ec(cpu_get_sysreg(cpu, SYSREG_ESR_EL1)), ESR_EC_DABT_CUR);
    ck_assert_uint_eq(esr_fsc(cpu_get_sysreg(cpu, SYSREG_ESR_EL1)), ESR_FSC_EXTERNAL);
}
END_TEST

START_TEST(an_access_to_nothing_is_the_realms_own)
{
    static const uint32_t vector[] = {OFF};
    uint8_t page[GRANULE_SIZE] = {0};
    struct rmi_rec_exit exit;

    memcpy(page + 0x200, vector, sizeof(vector));
    REALM(EMPTY_IPA, 0, LDRSB_X2_X0, B_SELF);
    add_page(VECTORS_IPA, DATA + GRANULE_SIZE, page, sizeof(page));
    activate();
    exit = enter(0, 0);
    is_system_off(&exit);
    ck_assert_uint_eq(cpu_get_sysreg(rec0(), SYSREG_FAR_EL1), EMPTY_IPA);
}
END_TEST

START_TEST(a_lost_page_cannot_be_faked)
{
    struct rmi_rec_exit exit;

    REALM(PAGE_IPA, 0, LDR_W2_X0, OFF);
    must(SMC(f, RMI_RTT_INIT_RIPAS, RD, PAGE_IPA, PAGE_IPA + GRANULE_SIZE));
    activate();
    exit = enter(0, 0);
    ck_assert_uint_eq(exit.esr, field_put(ESR_EC, ESR_EC_DABT_LOW) | field_put(ESR_FSC, 7));
    ck_assert_uint_eq(exit.far, 0);
    ck_assert_uint_eq(exit.hpfar, hpfar_from_ipa(IPA(PAGE_IPA)));
    refused(flag(RMI_ENTER_EMUL_MMIO), RMI_ERROR_REC);
    refused(flag(RMI_ENTER_INJECT_SEA), RMI_ERROR_REC);
    /* the host can only give memory, of which it does not know the content */
    fixture_delegate(f, DATA + GRANULE_SIZE);
    must(SMC(f, RMI_DATA_CREATE_UNKNOWN, RD, DATA + GRANULE_SIZE, PAGE_IPA));
    exit = enter(0, 0);
    is_system_off(&exit);
    ck_assert_uint_eq(cpu_get_x(rec0(), 2), 0);
}
END_TEST

/* Vectors in EMPTY memory: each abort's vector aborts. The host gets its processor back. */
START_TEST(a_realm_that_aborts_for_ever_does_not_hang)
{
    struct rmi_rec_exit exit;

    REALM(EMPTY_IPA, 0, LDRSB_X2_X0, B_SELF);
    activate();
    exit = enter(0, 0);
    ck_assert_uint_eq(exit.exit_reason, RMI_EXIT_IRQ);
    exit = enter(0, 0);
    ck_assert_uint_eq(exit.exit_reason, RMI_EXIT_IRQ);
}
END_TEST

START_TEST(hvc_is_undefined)
{
    static const uint32_t vector[] = {OFF};
    uint8_t page[GRANULE_SIZE] = {0};
    struct rmi_rec_exit exit;

    memcpy(page + 0x200, vector, sizeof(vector));
    REALM(0, 0, HVC0, B_SELF);
    add_page(VECTORS_IPA, DATA + GRANULE_SIZE, page, sizeof(page));
    activate();
    exit = enter(0, 0);
    is_system_off(&exit);
    ck_assert_uint_eq(esr_ec(cpu_get_sysreg(rec0(), SYSREG_ESR_EL1)), ESR_EC_UNKNOWN);
}
END_TEST

START_TEST(wfi_exits_when_the_host_wants_it)
{
    struct rmi_rec_exit exit;

    REALM(0, 0, WFI, OFF);
    activate();
    exit = enter(flag(RMI_ENTER_TRAP_WFI), 0);
    ck_assert_uint_eq(exit.exit_reason, RMI_EXIT_SYNC);
    ck_assert_uint_eq(exit.esr, field_put(ESR_EC, ESR_EC_WFX));
    exit = enter(0, 0);
    is_system_off(&exit);
}
END_TEST

/* --- memory ------------------------------------------------------------------------------------
 */

static void map_shared(uint64_t pa)
{
    must(SMC(f, RMI_RTT_CREATE, RD, UNPROT_L2, UNPROT, 2));
    must(SMC(f, RMI_RTT_CREATE, RD, UNPROT_L3, UNPROT, 3));
    must(SMC(f, RMI_RTT_MAP_UNPROTECTED, RD, SHARED_IPA, 3,
             pa | field_put(RMI_UNPROT_S2AP, 3) | field_put(RMI_UNPROT_MEMATTR, 6)));
}

START_TEST(shared_memory_is_the_hosts)
{
    uint64_t value = 0;
    struct rmi_rec_exit exit;

    REALM(SHARED_IPA, 0xcafe, STR_W3_X0_4, OFF);
    map_shared(SHARED);
    activate();
    exit = enter(0, 0);
    is_system_off(&exit);
    physmem_read(f->mem, PAS_NON_SECURE, PA(SHARED + 4), &value, 4);
    ck_assert_uint_eq(value, 0xcafe);
}
END_TEST

/* Mapping accepts any address; the GPT does not. */
START_TEST(shared_memory_is_not_the_realms)
{
    uint64_t before, after;
    struct rmi_rec_exit exit;

    REALM(SHARED_IPA, 0xcafe, STR_W3_X0_4, OFF);
    map_shared(DATA);
    activate();
    ck_assert_int_eq(physmem_read64(f->mem, PAS_REALM, PA(DATA), &before), PHYS_OK);
    exit = enter(0, 0);
    ck_assert_uint_ne(exit.exit_reason, RMI_EXIT_PSCI);
    ck_assert_int_eq(physmem_read64(f->mem, PAS_REALM, PA(DATA), &after), PHYS_OK);
    ck_assert_uint_eq(before, after);
}
END_TEST

START_TEST(the_run_page_is_the_hosts_own)
{
    static const uint64_t bad[] = {RD, REC0, DATA, RUN0 + 8, 0x1000};

    REALM(0, 0, OFF);
    activate();
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_uint_eq(SMC(f, RMI_REC_ENTER, REC0, bad[i]), RMI_ERROR_INPUT);
    ck_assert_uint_eq(SMC(f, RMI_REC_ENTER, RD, RUN0), RMI_ERROR_INPUT);
}
END_TEST

/* --- calls of the realm ------------------------------------------------------------------------
 */

START_TEST(ripas_changes_as_far_as_the_host_goes)
{
    const uint64_t gprs[RMI_REC_CREATE_GPRS] = {
        RSI_IPA_STATE_SET, PAGE_IPA, PAGE_IPA + 0x2000, RMI_RAM, 0, 0, 0, PSCI_SYSTEM_OFF};
    static const uint32_t code[] = {SMC0, OFF};
    struct rmi_rec_exit exit;

    make_realm();
    add_page(CODE_IPA, DATA, code, sizeof(code));
    add_rec(REC0, AUX0, 0, true, gprs);
    activate();
    exit = enter(0, 0);
    ck_assert_uint_eq(exit.exit_reason, RMI_EXIT_RIPAS_CHANGE);
    ck_assert_uint_eq(exit.ripas_base, PAGE_IPA);
    ck_assert_uint_eq(exit.ripas_top, PAGE_IPA + 0x2000);
    ck_assert_uint_eq(exit.ripas_value, RMI_RAM);
    ck_assert_uint_eq(exit.gprs[0], 0);

    ck_assert_uint_eq(SMC(f, RMI_RTT_SET_RIPAS, RD, REC0, PAGE_IPA + 0x1000, PAGE_IPA + 0x2000),
                      RMI_ERROR_INPUT);
    ck_assert_uint_eq(SMC(f, RMI_RTT_SET_RIPAS, RD, REC0, PAGE_IPA, PAGE_IPA + 0x3000),
                      RMI_ERROR_INPUT);
    must(SMC(f, RMI_RTT_SET_RIPAS, RD, REC0, PAGE_IPA, PAGE_IPA + 0x1000));
    must(SMC(f, RMI_RTT_READ_ENTRY, RD, PAGE_IPA, 3));
    ck_assert_uint_eq(f->regs.x[4], RMI_RAM);

    exit = enter(flag(RMI_ENTER_RIPAS_RESPONSE), 0);
    is_system_off(&exit);
    ck_assert_uint_eq(cpu_get_x(rec0(), 1), PAGE_IPA + 0x1000);
    ck_assert_uint_eq(cpu_get_x(rec0(), 2), RMI_REJECT);
}
END_TEST

START_TEST(a_host_call_goes_through_the_realms_page)
{
    struct {
        uint64_t imm;
        uint64_t gprs[RMI_GPR_COUNT];
    } call = {.imm = 0x1234, .gprs = {[0] = 0xaa, [30] = 0xbb}}, answer;
    const uint64_t gprs[RMI_REC_CREATE_GPRS] = {RSI_HOST_CALL,  PAGE_IPA, 0, 0, 0, 0, 0,
                                                PSCI_SYSTEM_OFF};
    static const uint32_t code[] = {SMC0, OFF};
    struct rmi_rec_exit exit;

    make_realm();
    add_page(CODE_IPA, DATA, code, sizeof(code));
    add_page(PAGE_IPA, DATA + GRANULE_SIZE, &call, sizeof(call));
    add_rec(REC0, AUX0, 0, true, gprs);
    activate();
    exit = enter(0, 0);
    ck_assert_uint_eq(exit.exit_reason, RMI_EXIT_HOST_CALL);
    ck_assert_uint_eq(exit.imm, 0x1234);
    ck_assert_uint_eq(exit.gprs[0], 0xaa);
    ck_assert_uint_eq(exit.gprs[30], 0xbb);
    exit = enter(0, 0x77);
    is_system_off(&exit);
    physmem_read(f->mem, PAS_REALM, PA(DATA + GRANULE_SIZE), &answer, sizeof(answer));
    ck_assert_uint_eq(answer.gprs[0], 0x77);
    ck_assert_uint_eq(answer.gprs[30], 0);
}
END_TEST

START_TEST(a_realm_reads_what_it_was_made_of)
{
    /* SHA-256 of the parameters, the page and the REC, computed elsewhere */
    static const uint64_t rim[] = {0x28fbb2b91c95a4f1, 0xd6aae7600d7f58a3, 0x224197aedd84f11e,
                                   0x178e68679840fa9e};
    const uint64_t gprs[RMI_REC_CREATE_GPRS] = {RSI_MEASUREMENT_READ};
    static const uint32_t code[] = {SMC0, B_SELF};

    make_realm();
    add_page(CODE_IPA, DATA, code, sizeof(code));
    add_rec(REC0, AUX0, 0, true, gprs);
    activate();
    cpu_set_budget(f->cpus[0], 10);
    enter(0, 0);
    ck_assert_uint_eq(cpu_get_x(rec0(), 0), 0);
    for (unsigned i = 0; i < 8; i++)
        ck_assert_uint_eq(cpu_get_x(rec0(), 1 + i), i < 4 ? rim[i] : 0);
}
END_TEST

/* --- releases ----------------------------------------------------------------------------------
 */

static uint64_t psci_features_of_version(uint32_t fixed_defects)
{
    const uint64_t gprs[RMI_REC_CREATE_GPRS] = {PSCI_FEATURES, PSCI_VERSION};
    static const uint32_t code[] = {SMC0, B_SELF};

    fixture_free(f);
    f = fixture_new_release(1, "1.0", fixed_defects);
    make_realm();
    add_page(CODE_IPA, DATA, code, sizeof(code));
    add_rec(REC0, AUX0, 0, true, gprs);
    activate();
    cpu_set_budget(f->cpus[0], 10);
    enter(0, 0);
    return cpu_get_x(rec0(), 0);
}

START_TEST(a_defect_can_be_left_out)
{
    ck_assert_uint_eq(psci_features_of_version(0), UINT64_MAX);
    ck_assert_uint_eq(psci_features_of_version(RMM_DEFECT(PSCI_VERSION_UNLISTED)), 0);
}
END_TEST

/* A host that names a bad auxiliary granule behind a good one stops v0.6.0. */
static uint64_t create_with_bad_aux(uint32_t fixed_defects)
{
    struct rmi_rec_params params = {.flags = 1, .pc = CODE_IPA, .num_aux = RMI_MAX_REC_AUX};

    fixture_free(f);
    f = fixture_new_release(1, "1.0", fixed_defects);
    make_realm();
    fixture_delegate(f, AUX0);
    fixture_delegate(f, REC0);
    params.aux[0] = AUX0;
    fixture_write(f, PARAMS, &params, sizeof(params));
    return SMC(f, RMI_REC_CREATE, RD, REC0, PARAMS);
}

START_TEST(a_bad_auxiliary_granule_stops_one_release)
{
    ck_assert_uint_eq(create_with_bad_aux(0), UINT64_MAX);
    ck_assert_ptr_nonnull(rmm_halted(f->rmm));
    ck_assert_uint_eq(SMC(f, RMI_VERSION, RMI_ABI_1_0), UINT64_MAX);
    ck_assert_uint_eq(create_with_bad_aux(RMM_DEFECT(BAD_AUX_UNLOCKED_TWICE)), RMI_ERROR_INPUT);
    ck_assert_ptr_null(rmm_halted(f->rmm));
}
END_TEST

/* Before v0.5.0 both answers to an abort count: the value first, then the abort behind it. */
START_TEST(the_first_releases_do_both)
{
    struct rmi_rec_exit exit;

    fixture_free(f);
    f = fixture_new_release(1, "eac", 0);
    REALM(MMIO_IPA, 0, LDR_W2_X0, B_SELF);
    activate();
    enter(0, 0);
    cpu_set_budget(f->cpus[0], 0);
    exit = enter(flag(RMI_ENTER_INJECT_SEA) | flag(RMI_ENTER_EMUL_MMIO), 0x44);
    ck_assert_uint_eq(exit.exit_reason, RMI_EXIT_IRQ);
    ck_assert_uint_eq(cpu_get_x(rec0(), 2), 0x44);
    ck_assert_uint_eq(cpu_get_sysreg(rec0(), SYSREG_ELR_EL1), CODE_IPA + 4);
}
END_TEST

/* A load from a page the host took away: the first releases let the host make its value up. */
static uint64_t fake_a_lost_page(uint32_t fixed_defects)
{
    struct rmi_rec_exit exit;

    fixture_free(f);
    f = fixture_new_release(1, "eac", fixed_defects);
    REALM(PAGE_IPA, 0, LDR_W2_X0, B_SELF);
    add_page(PAGE_IPA, DATA + GRANULE_SIZE, "", 1);
    activate();
    must(SMC(f, RMI_DATA_DESTROY, RD, PAGE_IPA));
    exit = enter(0, 0);
    ck_assert_uint_eq(field_get(exit.esr, ESR_ISV), 0);
    cpu_set_budget(f->cpus[0], 0);
    return enter_rec(REC0, RUN0, flag(RMI_ENTER_EMUL_MMIO), 0x44, &exit);
}

START_TEST(the_first_releases_let_a_lost_page_be_faked)
{
    must(fake_a_lost_page(0));
    ck_assert_uint_eq(cpu_get_x(rec0(), 2), 0x44);
    ck_assert_uint_eq(fake_a_lost_page(RMM_DEFECT(EMUL_MMIO_ANY_ISV)), RMI_ERROR_REC);
}
END_TEST

START_TEST(rmi_2_0_wants_to_be_activated)
{
    fixture_free(f);
    f = fixture_new_release(1, "2.0", 0);
    ck_assert_uint_eq(SMC(f, RMI_VERSION, RMI_ABI_1_0), RMI_ERROR_INPUT);
    must(SMC(f, RMI_VERSION, RMI_ABI_2_0));
    ck_assert_uint_eq(SMC(f, RMI_REALM_ACTIVATE, RD), RMI_ERROR_GLOBAL);
    must(SMC(f, RMI_RMM_ACTIVATE));
    ck_assert_uint_eq(SMC(f, RMI_RMM_ACTIVATE), RMI_ERROR_GLOBAL);
    ck_assert_uint_eq(SMC(f, RMI_REALM_ACTIVATE, RD), RMI_ERROR_INPUT);
    ck_assert_uint_eq(SMC(f, RMI_GRANULE_DELEGATE, RD), UINT64_MAX); /* gone */
}
END_TEST

/* Two RECs that take turns on however many PEs there are. */
static void cpu_on(unsigned pes)
{
    const uint64_t gprs[RMI_REC_CREATE_GPRS] = {PSCI_CPU_ON, 1, CODE_IPA + 4,   0x51de, 4,
                                                5,           6, PSCI_SYSTEM_OFF};
    /* the first REC turns the second on, which starts behind the call with x0 = 0x51de */
    static const uint32_t code[] = {SMC0, STR_W3_X0_4, OFF};
    struct rmi_rec_exit exit;

    fixture_free(f);
    f = fixture_new(pes);
    make_realm();
    add_page(CODE_IPA, DATA, code, sizeof(code));
    add_rec(REC0, AUX0, 0, true, gprs);
    add_rec(REC1, AUX1, 1, false, gprs);
    activate();
    ck_assert_uint_eq(enter_rec(REC1, RUN1, 0, 0, &exit), RMI_ERROR_REC);
    exit = enter(0, 0);
    ck_assert_uint_eq(exit.exit_reason, RMI_EXIT_PSCI);
    ck_assert_uint_eq(exit.gprs[0], PSCI_CPU_ON);
    ck_assert_uint_eq(exit.gprs[1], 1);
    ck_assert_uint_eq(exit.gprs[2], 0);
    refused(0, RMI_ERROR_REC);
    ck_assert_uint_eq(SMC(f, RMI_PSCI_COMPLETE, REC0, REC0, 0), RMI_ERROR_INPUT);
    must(SMC(f, RMI_PSCI_COMPLETE, REC0, REC1, 0));
    ck_assert_uint_eq(SMC(f, RMI_PSCI_COMPLETE, REC0, REC1, 0), RMI_ERROR_INPUT);

    must(enter_rec(REC1, RUN1, 0, 0, &exit));
    ck_assert_uint_eq(exit.exit_reason, RMI_EXIT_IRQ); /* no vectors: 0x51de + 4 is EMPTY */
    ck_assert_uint_eq(cpu_get_x(rmm_rec_cpu(f->rmm, PA(REC1)), 0), 0x51de);
    ck_assert_uint_eq(cpu_get_sysreg(rmm_rec_cpu(f->rmm, PA(REC1)), SYSREG_FAR_EL1) & 0xfff, 0x200);
    ck_assert_int_eq(rmm_rec_cpu(f->rmm, PA(REC0)) == NULL, pes == 1);

    cpu_set_budget(f->cpus[0], 0);
    exit = enter(0, 0);
    ck_assert_uint_eq(exit.exit_reason, RMI_EXIT_IRQ);
    ck_assert_uint_eq(cpu_get_x(rec0(), 0), 0); /* PSCI_SUCCESS */
    ck_assert_uint_eq(cpu_get_x(rec0(), 7), PSCI_SYSTEM_OFF);
    ck_assert_uint_eq(cpu_el2(rec0())->elr, CODE_IPA + 4);
}

START_TEST(a_second_rec_is_turned_on)
{
    cpu_on(_i == 0 ? 1 : 2);
}
END_TEST

/* --- the trace ---------------------------------------------------------------------------------
 */

struct seen {
    enum event_kind kinds[64];
    unsigned count;
};

static void see(void *ctx, const struct event *event)
{
    struct seen *seen = ctx;

    bool cpu = event->kind == EV_EL2_VECTOR || event->kind == EV_ERET;

    if (!cpu && (event->world == WORLD_RMM || event->world == WORLD_EL3) && seen->count < 64)
        seen->kinds[seen->count++] = event->kind;
}

START_TEST(a_completion_reads_in_the_trace)
{
    static const enum event_kind want[] = {
        EV_MONITOR_SMC,          EV_SMC_REC_ENTER,       EV_COMPLETE_MMIO_EMULATION,
        EV_RMM_HANDLE_EXCEPTION, EV_REC_EXIT_DATA_ABORT, EV_REC_EXIT,
        EV_MONITOR_SMC_RETURN,
    };
    struct seen seen = {.count = 0};

    REALM(MMIO_IPA, 0, LDRSB_X2_X0, STR_W3_X0_4, OFF);
    activate();
    enter(0, 0);
    ck_assert(trace_add_reader(&f->trace, see, &seen));
    enter(flag(RMI_ENTER_EMUL_MMIO), 0);
    ck_assert_uint_eq(seen.count, sizeof(want) / sizeof(want[0]));
    for (unsigned i = 0; i < seen.count; i++)
        ck_assert_str_eq(event_table[seen.kinds[i]].name, event_table[want[i]].name);
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("rmm_run");
    TCase *tcase = tcase_create("run");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, mmio_is_completed_by_the_rmm);
    tcase_add_test(tcase, emul_mmio_needs_an_emulatable_exit);
    tcase_add_test(tcase, a_pair_is_shown_without_its_syndrome);
    tcase_add_test(tcase, the_host_may_answer_with_an_abort);
    tcase_add_test(tcase, an_access_to_nothing_is_the_realms_own);
    tcase_add_test(tcase, a_lost_page_cannot_be_faked);
    tcase_add_test(tcase, a_realm_that_aborts_for_ever_does_not_hang);
    tcase_add_test(tcase, hvc_is_undefined);
    tcase_add_test(tcase, wfi_exits_when_the_host_wants_it);
    tcase_add_test(tcase, shared_memory_is_the_hosts);
    tcase_add_test(tcase, shared_memory_is_not_the_realms);
    tcase_add_test(tcase, the_run_page_is_the_hosts_own);
    tcase_add_test(tcase, ripas_changes_as_far_as_the_host_goes);
    tcase_add_test(tcase, a_host_call_goes_through_the_realms_page);
    tcase_add_test(tcase, a_realm_reads_what_it_was_made_of);
    tcase_add_test(tcase, a_defect_can_be_left_out);
    tcase_add_test(tcase, a_bad_auxiliary_granule_stops_one_release);
    tcase_add_test(tcase, the_first_releases_do_both);
    tcase_add_test(tcase, the_first_releases_let_a_lost_page_be_faked);
    tcase_add_test(tcase, rmi_2_0_wants_to_be_activated);
    tcase_add_loop_test(tcase, a_second_rec_is_turned_on, 0, 2);
    tcase_add_test(tcase, a_completion_reads_in_the_trace);
    suite_add_tcase(suite, tcase);
    return suite;
}

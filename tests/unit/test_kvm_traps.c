/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One trapped instruction each, in each kernel: system registers (kvm/sys_regs.c) and calls
 * (kvm/hypercalls.c, psci.c, trng.c) that the recorded cases do not show. The guest is the
 * instruction and an HVC that ends the run; the rows say what it finds.
 */
#include <stdio.h>

#include "cpu/arch/esr.h"
#include "cpu/count.h"
#include "kvm_model/id_regs.h"
#include "tests/unit/check_main.h"
#include "tests/unit/test_kvm_machine.h"

#define MSR(op0, op1, crn, crm, op2) /* from x1 */                                                 \
    (0xd5000001u | (op0##u) << 19 | (op1##u) << 16 | (crn##u) << 12 | (crm##u) << 8 | (op2##u) << 5)
#define MRS(...) (MSR(__VA_ARGS__) | 1u << 21)
#define HVC(imm) (0xd4000002u | (uint32_t)(imm) << 5)
#define SMC(imm) (0xd4000003u | (uint32_t)(imm) << 5)
#define END_IMM 0x6fffu
#define VECTOR_SYNC 0x7004u
#define X1 0xc0de0101f00d0101ull
#define UNDEFINED_ESR 0x2000000u

static struct test_machine t;
static char accesses[512]; /* kvm_sys_access lines, "NAME read;" */
static uint64_t stopped_at;
static unsigned exits;

static bool stop_at_hvc(void *ctx, uint64_t esr)
{
    uint64_t imm = esr_ec(esr) == ESR_EC_HVC64 ? field_get(esr, ESR_IMM16) : 0;

    (void)ctx;
    exits++;
    stopped_at = imm >= END_IMM ? imm : 0;
    return stopped_at != 0;
}

static void read_point(void *ctx, const struct kvm_tracepoint *point)
{
    char text[200], name[60], way[10];
    size_t used = strlen(accesses);

    (void)ctx;
    if (point->id != KVM_TP_SYS_ACCESS)
        return;
    kvm_tracepoint_text(point, text, sizeof(text));
    ck_assert_int_eq(sscanf(text, "kvm_sys_access: PC: %*s %59s %*s %9s", name, way), 2);
    snprintf(accesses + used, sizeof(accesses) - used, "%s %s;", name, way);
}

static void start(const char *kernel, const struct kvm_host_cpu *host)
{
    struct kvm_config config;

    test_memory_new(&t);
    config = test_config(&t, kernel);
    config.host_cpu = host;
    config.exit_observer = stop_at_hvc;
    config.tracepoint = read_point;
    test_vm_new(&t, &config);
    accesses[0] = '\0';
    stopped_at = exits = 0;
}

static void run(const uint32_t *words, size_t count)
{
    const uint32_t end = HVC(END_IMM);
    uint32_t code[8];

    ck_assert_uint_lt(count, 8);
    memcpy(code, words, count * sizeof(*words));
    code[count] = end;
    test_code(&t, code, count + 1);
    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), -EINTR);
}

static void finish(void)
{
    test_machine_free(&t);
    t = (struct test_machine){0};
}

/* --- system registers --- */

#define UNDEF_UNTRACED NULL

struct sysreg_case {
    const char *kernel;
    uint32_t word;
    const char *access; /* as traced; NULL: UNDEFINED and not traced */
    bool undefined;
    uint64_t x1; /* of a read */
};

#define L612 "linux-6.12"
#define L72 "linux-7.2"
#define L419 "linux-4.19"

static const struct sysreg_case sysreg_cases[] = {
    /* identification, on the recorder's machine */
    {L72, MRS(3, 0, 0, 4, 0), "SYS_ID_AA64PFR0_EL1 read;", false, 0x1101001020110222},
    {L72, MRS(3, 0, 0, 4, 1), "SYS_ID_AA64PFR1_EL1 read;", false, 0x21},
    {L612, MRS(3, 0, 0, 6, 1), "SYS_ID_AA64ISAR1_EL1 read;", false, 0x11111100211002},
    {L612, MRS(3, 0, 0, 4, 4), "SYS_ID_AA64ZFR0_EL1 read;", false, 0},
    {L612, MRS(3, 0, 0, 4, 5), "SYS_ID_AA64SMFR0_EL1 read;", false, 0},
    {L612, MRS(3, 0, 0, 1, 2), "SYS_ID_DFR0_EL1 read;", false, 0x10009},
    {L612, MRS(3, 0, 0, 1, 1), "SYS_ID_PFR1_EL1 read;", false, 0x11001},
    {L612, MRS(3, 0, 0, 6, 3), "UNKN read;", false, 0},
    {L72, MRS(3, 0, 0, 6, 3), "SYS_ID_AA64ISAR3_EL1 read;", false, 0},
    {L72, MRS(3, 0, 0, 6, 4), "S3_0_0_6_4 read;", false, 0},
    /* IDC without DIC: an instruction cache in front of a unified one (reset_clidr) */
    {L612, MRS(3, 1, 0, 0, 1), "SYS_CLIDR_EL1 read;", false, 0x2000021},
    {L612, MRS(3, 3, 0, 0, 1), "SYS_CTR_EL0 read;", false, 0x9444c004},
    /* HCR_EL2.TID1 since 7.2 */
    {L612, MRS(3, 0, 0, 0, 6), "", false, 0},
    {L72, MRS(3, 0, 0, 0, 6), "SYS_REVIDR_EL1 read;", false, 0},
    {L72, MRS(3, 1, 0, 0, 7), "SYS_AIDR_EL1 read;", false, 0},
    /* debug */
    {L612, MRS(2, 0, 1, 0, 0), "SYS_MDRAR_EL1 read;", false, 0},
    {L612, MRS(2, 0, 1, 4, 4), "SYS_DBGPRCR_EL1 read;", false, 0},
    {L72, MRS(2, 0, 1, 1, 4), "SYS_OSLSR_EL1 read;", false, 8},
    /* no PMU: PMMIR_EL1 has a row of its own until 7.2 asks for the feature */
    {L612, MRS(3, 0, 9, 14, 6), "SYS_PMMIR_EL1 read;", false, 0},
    {L72, MRS(3, 0, 9, 14, 6), UNDEF_UNTRACED, true, 0},
    {L612, MRS(3, 3, 14, 8, 3), "SYS_PMEVCNTRn_EL0(3) read;", true, 0},
    {L72, MRS(3, 3, 14, 8, 3), UNDEF_UNTRACED, true, 0},
    {L612, MSR(3, 3, 9, 12, 4), "SYS_PMSWINC_EL0 write;", true, 0},
    /* no SCXTNUM, no pointer authentication */
    {L612, MRS(3, 0, 2, 1, 0), "SYS_APIAKEYLO_EL1 read;", true, 0},
    {L72, MRS(3, 0, 2, 1, 0), UNDEF_UNTRACED, true, 0},
    {L612, MRS(3, 0, 13, 0, 7), "SYS_SCXTNUM_EL1 read;", true, 0},
    {L72, MRS(3, 3, 13, 0, 7), UNDEF_UNTRACED, true, 0},
    /* RAS and LORegions are there, and empty */
    {L612, MRS(3, 0, 5, 3, 0), "SYS_ERRIDR_EL1 read;", false, 0},
    {L72, MRS(3, 0, 5, 3, 0), "SYS_ERRIDR_EL1 read;", false, 0},
    {L612, MRS(3, 0, 10, 4, 7), "SYS_LORID_EL1 read;", false, 0},
    {L72, MSR(3, 0, 10, 4, 0), "SYS_LORSA_EL1 write;", false, 0},
    /* without a vGIC: the SGIs trap in all kernels, the others in 6.12 (vcpu_set_ich_hcr) */
    {L612, MSR(3, 0, 12, 11, 5), "SYS_ICC_SGI1R_EL1 write;", true, 0},
    {L72, MSR(3, 0, 12, 11, 7), "SYS_ICC_SGI0R_EL1 write;", true, 0},
    {L612, MRS(3, 0, 12, 12, 0), "SYS_ICC_IAR1_EL1 read;", true, 0},
    {L72, MRS(3, 0, 12, 12, 0), "", false, 1023},
    /* others */
    {L612, MRS(3, 0, 1, 0, 1), "SYS_ACTLR_EL1 read;", false, 0},
    {L612, MSR(1, 0, 7, 14, 2), "SYS_DC_CISW write;", false, 0},
    {L419, MSR(2, 0, 1, 0, 4), "SYS_OSLAR_EL1 write;", false, 0},
};

START_TEST(system_registers)
{
    const struct sysreg_case *c = &sysreg_cases[_i];
    bool read = c->word >> 21 & 1;

    start(c->kernel, &kvm_host_cpu_qemu72_max);
    kvm_vcpu_set_x(t.vcpu, 1, X1);
    run(&c->word, 1);
    ck_assert_str_eq(accesses, c->access ? c->access : "");
    ck_assert_uint_eq(stopped_at, c->undefined ? VECTOR_SYNC : END_IMM);
    if (c->undefined)
        ck_assert_uint_eq(kvm_vcpu_get_sysreg(t.vcpu, SYSREG_ESR_EL1), UNDEFINED_ESR);
    ck_assert_uint_eq(kvm_vcpu_get_x(t.vcpu, 1), read && !c->undefined ? c->x1 : X1);
    finish();
}
END_TEST

/* An ID register that is nowhere: since 7.2 the guest sees its own MRS as trapped (FEAT_IDST). */
START_TEST(unimplemented_id_register)
{
    const uint32_t smidr = MRS(3, 1, 0, 0, 6);

    start(L72, &kvm_host_cpu_qemu72_max);
    run(&smidr, 1);
    ck_assert_uint_eq(stopped_at, VECTOR_SYNC);
    ck_assert_uint_eq(kvm_vcpu_get_sysreg(t.vcpu, SYSREG_ESR_EL1), 0x623c4021);
    finish();
}
END_TEST

/* Every cache level that can be reads the same; of one that cannot, Rt keeps its value. */
START_TEST(cache_sizes)
{
    const uint32_t code[] = {MSR(3, 2, 0, 0, 0), MRS(3, 1, 0, 0, 0)};
    static const struct {
        uint64_t csselr, ccsidr;
    } rows[] = {{0, 2}, {1, 2}, {4, 2}, {13, 2}, {14, 14}, {15, 15}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        start(L612, NULL);
        kvm_vcpu_set_x(t.vcpu, 1, rows[i].csselr);
        run(code, 2);
        ck_assert_uint_eq(kvm_vcpu_get_x(t.vcpu, 1), rows[i].ccsidr);
        finish();
    }
    ck_assert_uint_eq(id_clidr(0x8444c004), 1u << 27 | 1u << 21 | 1u << 24 | 3); /* no IDC */
    ck_assert_uint_eq(id_clidr(0xb444c004), 1u << 24 | 4);                       /* IDC and DIC */
}
END_TEST

/* What a debugger's guest writes to the debug registers is there when it looks again. */
START_TEST(debug_registers_keep)
{
    static const uint32_t codes[][2] = {
        {MSR(2, 0, 0, 3, 4), MRS(2, 0, 0, 3, 4)}, /* DBGBVR3_EL1 */
        {MSR(2, 0, 0, 3, 5), MRS(2, 0, 0, 3, 5)}, /* DBGBCR3_EL1 */
        {MSR(2, 0, 0, 1, 6), MRS(2, 0, 0, 1, 6)}, /* DBGWVR1_EL1 */
        {MSR(2, 0, 0, 1, 7), MRS(2, 0, 0, 1, 7)}, /* DBGWCR1_EL1 */
        {MSR(2, 0, 0, 2, 2), MRS(2, 0, 0, 2, 2)}, /* MDSCR_EL1 */
        {MSR(2, 0, 0, 2, 0), MRS(2, 0, 0, 2, 0)}, /* MDCCINT_EL1 */
    };

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        const uint32_t code[] = {codes[i][0], 0xd2800001u /* mov x1, #0 */, codes[i][1]};

        start(L72, NULL);
        ck_assert_int_eq(
            kvm_vcpu_set_guest_debug(t.vcpu, KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_SW_BP), 0);
        kvm_vcpu_set_x(t.vcpu, 1, 0x1234);
        run(code, 3);
        ck_assert_uint_eq(stopped_at, END_IMM);
        ck_assert_uint_eq(kvm_vcpu_get_x(t.vcpu, 1), 0x1234);
        finish();
    }
}
END_TEST

/* Set and way maintenance makes KVM watch the caches, but not where the guest cannot turn them off.
 */
START_TEST(set_way_and_write_back)
{
    const uint32_t code[] = {MSR(1, 0, 7, 10, 2), MSR(3, 0, 10, 2, 0)}; /* DC CSW; MAIR_EL1 */

    start(L612, &kvm_host_cpu_modelled);
    run(code, 2);
    ck_assert_str_eq(accesses, "SYS_DC_CSW write;SYS_MAIR_EL1 write;");
    finish();
    start(L612, &kvm_host_cpu_qemu72_max);
    run(code, 2);
    ck_assert_str_eq(accesses, "SYS_DC_CSW write;");
    finish();
}
END_TEST

/* --- calls --- */

#define KEEP(n) (0x1111111111111111ull * (n)) /* what x1..x3 held */
#define NO (~0ull)
#define INVALID (~1ull)
#define FAILED (~5ull)

struct call_case {
    const char *kernel;
    uint32_t word;
    uint64_t x[4];
    uint64_t result[4];
    bool no_exit; /* answered in front of KVM */
};

static const struct call_case call_cases[] = {
    /* the exit vector answers these of an HVC by itself, and clobbers x1 (hyp-entry.S) */
    {L612, HVC(0), {0x80008000, 1, 2, 3}, {0, 0, 2, 3}, true},
    {L72, HVC(0), {0x80007fff, 1, 2, 3}, {0, 0, 2, 3}, true},
    {L72, HVC(0), {0xffffffff80003fff, 1, 2, 3}, {0, 0, 2, 3}, true},
    {L72, SMC(0), {0x80008000, 1, 2, 3}, {NO, 0, 0, 0}, false},
    /* SMCCC_ARCH_FEATURES: an unaffected CPU; SSBS; what is none of KVM's */
    {L72, HVC(0), {0x80000001, 0x80008000, 2, 3}, {1, 0, 0, 0}, false},
    {L72, HVC(0), {0x80000001, 0x80007fff, 2, 3}, {NO, 0, 0, 0}, false},
    {L612, HVC(0), {0x80000001, 0xc5000020, 2, 3}, {0, 0, 0, 0}, false},
    {L612, HVC(0), {0x80000001, 0x80000002, 2, 3}, {NO, 0, 0, 0}, false},
    {L419, HVC(0), {0x80000001, 0xc5000020, 2, 3}, {NO, 0, 0, 0}, false},
    /* SOC_ID, SDEI, arm64 vendor calls of pKVM, yielding calls */
    {L72, HVC(0), {0x80000002, 0, 2, 3}, {NO, 0, 0, 0}, false},
    {L72, HVC(0), {0xc4000020, 0, 2, 3}, {NO, 0, 0, 0}, false},
    {L72, HVC(0), {0xc6000003, 0, 2, 3}, {NO, 0, 0, 0}, false},
    {L72, HVC(0), {0x04000000, 0, 2, 3}, {NO, 0, 0, 0}, false},
    /* PV time: it exists, and user space gave no place for it */
    {L612, HVC(0), {0xc5000020, 0xc5000020, 2, 3}, {0, 0, 0, 0}, false},
    {L612, HVC(0), {0xc5000020, 0xc5000021, 2, 3}, {NO, 0, 0, 0}, false},
    {L612, HVC(0), {0xc5000021, 0, 2, 3}, {NO, 0, 0, 0}, false},
    /* TRNG: 96 or 192 bits at once; the count has 32 bits in both widths */
    {L612, HVC(0), {0x84000053, 97, 2, 3}, {INVALID, 0, 0, 0}, false},
    {L612, HVC(0), {0xc4000053, 193, 2, 3}, {INVALID, 0, 0, 0}, false},
    {L612, HVC(0), {0xc4000053, 1ull << 32, 2, 3}, {0, 0, 0, 0}, false},
    {L612, HVC(0), {0x84000051, 0xc4000053, 2, 3}, {0, 0, 0, 0}, false},
    {L612, HVC(0), {0x84000051, 1ull << 32 | 0x84000053, 2, 3}, {NO, 0, 0, 0}, false},
    {L612, HVC(0), {0x84000051, 0x84000054, 2, 3}, {NO, 0, 0, 0}, false},
    /* KVM's PTP clock: a counter there is not */
    {L612, HVC(0), {0x86000001, 2, 2, 3}, {NO, 0, 0, 0}, false},
    /* PSCI_FEATURES */
    {L612, HVC(0), {0x8400000a, 0x8400000e, 2, 3}, {NO, 0, 0, 0}, false},
    {L612, HVC(0), {0x8400000a, 0xc4000012, 2, 3}, {0, 0, 0, 0}, false},
    {L612, HVC(0), {0x8400000a, 0x80000000, 2, 3}, {0, 0, 0, 0}, false},
    {L612, HVC(0), {0x8400000a, 0x84000005, 2, 3}, {NO, 0, 0, 0}, false},
    {L419, HVC(0), {0x8400000a, 0x84000012, 2, 3}, {NO, 0, 0, 0}, false},
    {L72, HVC(0), {0x8400000a, 0x84000015, 2, 3}, {1, 0, 0, 0}, false},
    /* others of PSCI; a type of SYSTEM_RESET2 and of SYSTEM_OFF2 there is not */
    {L612, HVC(0), {0x8400000e, 0, 2, 3}, {NO, 0, 0, 0}, false},
    {L612, HVC(0), {0xc4000012, 5, 2, 3}, {INVALID, 0, 0, 0}, false},
    {L72, HVC(0), {0xc4000015, 2, 0, 3}, {INVALID, 0, 0, 0}, false},
    {L72, HVC(0), {0xc4000015, 1, 1, 3}, {INVALID, 0, 0, 0}, false},
    {L612, HVC(0), {0xc4000015, 1, 0, 3}, {NO, 0, 0, 0}, false},
    {L612, HVC(0), {0xc4000004, 0, 4, 3}, {INVALID, 0, 0, 0}, false},
    {L612, HVC(0), {0xc4000004, 1ull << 32, 3, 3}, {INVALID, 0, 0, 0}, false},
    {L612, HVC(0), {0xc4000003, 1ull << 24, 0, 3}, {INVALID, 0, 0, 0}, false},
    /* immediates: of HVC ignored, of SMC reserved (DEN0028 2.9) */
    {L612, HVC(5), {0x80000000, 1, 2, 3}, {0x10001, 0, 0, 0}, false},
    {L612, SMC(5), {0x80000000, 1, 2, 3}, {NO, 1, 2, 3}, false},
};

START_TEST(calls)
{
    const struct call_case *c = &call_cases[_i];

    start(c->kernel, &kvm_host_cpu_modelled);
    for (unsigned n = 0; n < 4; n++)
        kvm_vcpu_set_x(t.vcpu, n, c->x[n]);
    run(&c->word, 1);
    ck_assert_uint_eq(stopped_at, END_IMM);
    for (unsigned n = 0; n < 4; n++)
        ck_assert_uint_eq(kvm_vcpu_get_x(t.vcpu, n), c->result[n]);
    /* the fetch that maps the code, the call, the end */
    ck_assert_uint_eq(exits, c->no_exit ? 2 : 3);
    finish();
}
END_TEST

/* Calls that end in user space: what is in x0..x3 should the guest ever run again. */
static const struct {
    struct call_case call;
    uint32_t type;
    uint64_t flags;
} event_cases[] = {
    {{L612,
      HVC(0),
      {0x84000012, KEEP(1) << 32, KEEP(2), KEEP(3)}, /* narrowed, and kept */
      {FAILED, 0, (uint32_t)KEEP(2), (uint32_t)KEEP(3)},
      false},
     KVM_SYSTEM_EVENT_RESET,
     KVM_SYSTEM_EVENT_RESET_FLAG_PSCI_RESET2},
    {{L612,
      HVC(0),
      {0xc4000012, 0x80000000, KEEP(2), KEEP(3)},
      {FAILED, 0x80000000, KEEP(2), KEEP(3)},
      false},
     KVM_SYSTEM_EVENT_RESET,
     KVM_SYSTEM_EVENT_RESET_FLAG_PSCI_RESET2},
    {{L72, HVC(0), {0xc4000015, 1, 0, KEEP(3)}, {FAILED, 0, 0, 0}, false},
     KVM_SYSTEM_EVENT_SHUTDOWN,
     KVM_SYSTEM_EVENT_SHUTDOWN_FLAG_PSCI_OFF2},
    {{L72, HVC(0), {0x84000015, 1ull << 32, 1ull << 32, KEEP(3)}, {FAILED, 0, 0, 0}, false},
     KVM_SYSTEM_EVENT_SHUTDOWN,
     KVM_SYSTEM_EVENT_SHUTDOWN_FLAG_PSCI_OFF2},
    {{L612, HVC(0), {0x84000008, 1, 2, 3}, {FAILED, 0, 0, 0}, false}, KVM_SYSTEM_EVENT_SHUTDOWN, 0},
};

START_TEST(system_events)
{
    const struct call_case *c = &event_cases[_i].call;

    start(c->kernel, &kvm_host_cpu_modelled);
    for (unsigned n = 0; n < 4; n++)
        kvm_vcpu_set_x(t.vcpu, n, c->x[n]);
    test_code(&t, &c->word, 1);
    ck_assert_int_eq(kvm_vcpu_run(t.vcpu), 0);
    ck_assert_uint_eq(t.run->exit_reason, KVM_EXIT_SYSTEM_EVENT);
    ck_assert_uint_eq(t.run->system_event.type, event_cases[_i].type);
    ck_assert_uint_eq(t.run->system_event.data[0], event_cases[_i].flags);
    for (unsigned n = 0; n < 4; n++)
        ck_assert_uint_eq(kvm_vcpu_get_x(t.vcpu, n), c->result[n]);
    finish();
}
END_TEST

/* Random bits: as many as were asked for, from the lowest of the last register on. */
START_TEST(random_bits)
{
    const uint32_t hvc = HVC(0);

    start(L612, NULL);
    kvm_vcpu_set_x(t.vcpu, 0, 0xc4000053);
    kvm_vcpu_set_x(t.vcpu, 1, 72);
    run(&hvc, 1);
    ck_assert_uint_eq(kvm_vcpu_get_x(t.vcpu, 0), 0);
    ck_assert_uint_eq(kvm_vcpu_get_x(t.vcpu, 1), 0);
    ck_assert_uint_lt(kvm_vcpu_get_x(t.vcpu, 2), 256);
    ck_assert_uint_ne(kvm_vcpu_get_x(t.vcpu, 3), 0);
    finish();
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("kvm_traps");
    TCase *sysregs = tcase_create("sysregs"), *smccc = tcase_create("smccc");

    tcase_add_loop_test(sysregs, system_registers, 0, COUNT(sysreg_cases));
    tcase_add_test(sysregs, unimplemented_id_register);
    tcase_add_test(sysregs, cache_sizes);
    tcase_add_test(sysregs, debug_registers_keep);
    tcase_add_test(sysregs, set_way_and_write_back);
    suite_add_tcase(suite, sysregs);
    tcase_add_loop_test(smccc, calls, 0, COUNT(call_cases));
    tcase_add_loop_test(smccc, system_events, 0, COUNT(event_cases));
    tcase_add_test(smccc, random_bits);
    suite_add_tcase(suite, smccc);
    return suite;
}

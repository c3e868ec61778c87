/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The RMM's pure functions against what TF-RMM v0.6.0 did with the same inputs. */
#include "tests/unit/test_rmm_fixture.h"

#include "rmm_model/complete.h"
#include "rmm_model/gic.h"
#include "rmm_model/host_view.h"
#include "rmm_model/inject.h"

#define DIR "tests/vectors/rmm/"

static void check_mmio(void *ctx, const struct vector *vector, unsigned line)
{
    const struct rmm_variant *variant = ctx;
    uint64_t flags = vector->v[0], esr = vector->v[1], gpr0 = vector->v[2];
    uint64_t pc = vector->v[3], rt = vector->v[4];
    const uint64_t *want = vector->v + vector->in;
    struct mmio_completion done = {.apply = false};
    bool accepted = mmio_completion(variant, esr, flags, gpr0, &done);

    if (accepted && done.apply)
        pc += 4;
    if (accepted && done.writes_rt)
        rt = done.value;
    ck_assert_msg(accepted == (want[0] != 0) && pc == want[1] && rt == want[2],
                  "line %u: accepted %d pc %#lx rt %#lx", line, accepted, (unsigned long)pc,
                  (unsigned long)rt);
}

START_TEST(mmio_completion_matches)
{
    const struct rmm_variant *variant = rmm_variant_find("1.0");

    ck_assert_ptr_nonnull(variant);
    ck_assert_uint_eq(
        vector_each(DIR "complete_mmio_emulation.txt", false, check_mmio, (void *)variant), 200);
}
END_TEST

/* The vectors have no FEAT_EASE. PSTATE of the result is the variant's constant. */
static void check_sea(void *ctx, const struct vector *vector, unsigned line)
{
    const uint64_t *in = vector->v, *want = vector->v + vector->in;
    bool asked = field_get(in[0], RMI_ENTER_INJECT_SEA);
    bool accepted = !asked || sea_insertion_allowed(in[1], in[3], (unsigned)in[4]);
    uint64_t esr = 0, vector_pc = in[5];

    (void)ctx;
    if (asked && accepted) {
        esr = inject_sea_esr(in[1], in[6]);
        vector_pc = exception_vector(in[7], in[6], EL1_SYNC);
    }
    ck_assert_msg(accepted == (want[0] != 0) && vector_pc == want[1] && esr == want[3],
                  "line %u: accepted %d pc %#lx esr %#lx", line, accepted, (unsigned long)vector_pc,
                  (unsigned long)esr);
}

START_TEST(sea_insertion_matches)
{
    ck_assert_uint_eq(vector_each(DIR "complete_sea_insertion.txt", false, check_sea, NULL), 200);
}
END_TEST

static struct host_view view_of(const char *class, const uint64_t *in)
{
    if (!strcmp(class, "emulatable"))
        return host_view_emulatable_abort(in[0], in[1], in[2], in[3]);
    if (!strcmp(class, "abort"))
        return host_view_abort(in[0], in[2]);
    if (!strcmp(class, "external"))
        return host_view_external_abort(in[0]);
    if (!strcmp(class, "wfx"))
        return host_view_wfx(in[0]);
    if (!strcmp(class, "sysreg"))
        return host_view_sysreg(in[0], in[3]);
    ck_assert_str_eq(class, "serror");
    return host_view_serror(in[0]);
}

static void check_view(void *ctx, const struct vector *vector, unsigned line)
{
    const uint64_t *want = vector->v + vector->in;
    struct host_view view = view_of(vector->word, vector->v);

    (void)ctx;
    ck_assert_msg(view.esr == want[0] && view.far == want[1] && view.hpfar == want[2] &&
                      view.gpr0 == want[3],
                  "line %u: %#lx %#lx %#lx %#lx", line, (unsigned long)view.esr,
                  (unsigned long)view.far, (unsigned long)view.hpfar, (unsigned long)view.gpr0);
}

START_TEST(host_view_matches)
{
    ck_assert_uint_eq(vector_each(DIR "host_view.txt", true, check_view, NULL), 200);
}
END_TEST

static void check_gic(void *ctx, const struct vector *vector, unsigned line)
{
    const uint64_t *in = vector->v;
    struct gic_config config = {.num_lrs = (unsigned)in[0],
                                .pri_bits = (unsigned)in[1],
                                .id_bits = (unsigned)in[2],
                                .ext_range = in[3] != 0};
    uint64_t lrs[RMI_GICV3_LR_COUNT] = {0};

    (void)ctx;
    ck_assert_uint_le(vector->out, RMI_GICV3_LR_COUNT);
    memcpy(lrs, vector->v + vector->in, vector->out * sizeof(*lrs));
    ck_assert_msg(gic_validate(&config, in[4], lrs) == (in[5] != 0), "line %u", line);
}

START_TEST(gic_validation_matches)
{
    ck_assert_uint_eq(vector_each(DIR "gic_validate.txt", false, check_gic, NULL), 150);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rmm_vectors");
    TCase *tcase = tcase_create("v0.6.0");
    SRunner *runner;
    int failed;

    tcase_add_test(tcase, mmio_completion_matches);
    tcase_add_test(tcase, sea_insertion_matches);
    tcase_add_test(tcase, host_view_matches);
    tcase_add_test(tcase, gic_validation_matches);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

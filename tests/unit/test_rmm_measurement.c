/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Measurements: digests that another implementation of the hashes made of the same structures. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "rmm_model/measurement.h"
#include "tests/unit/check_main.h"

#define STEPS 6u
#define CODE                                                                                       \
    {                                                                                              \
        0x03, 0x00, 0x00, 0xd4, 0x00, 0x00, 0x00, 0x14                                             \
    }

/* RIM after each step of steps(), then the REM. */
static const char *const expected[][STEPS] = {
    [RMI_HASH_SHA_256] =
        {
            "045cb3602843a6845cb710fbbfbb92f0c7d611afe0106ac2953e46950a70c42b",
            "d6c11f5af959b2095430130ec459324f6fa2d4859f2288bce4328a45f5855777",
            "d8745c3416e3106c9817417316c2961df32d8f9cfb3207120b948040fc7bc36d",
            "1a4d640398e98ccee4283145071e37306bfca605f8976300477f442c21a4a3ed",
            "69cdb8ee4dc58ad9538e07fb8fb426fd62cfbb673ab9a042224686ac1068f2ad",
            "365aa7d8f7f9402c4b9434502b4cc89ddb09fe50d7cd95b493b834c62d5a5370",
        },
    [RMI_HASH_SHA_512] =
        {
            "066e19aa2c3418dadc20ef31b5595907c612991952553e1e99731a677b5797c9"
            "898dffb6e3963a20b8e1af6d136cd2fe6fe25f048577dc3d7e5bf3a79a4b1e81",
            "60c0ae57731103a3c58d21dbb0b08e816e70f15c334dcdfed75a322e74e26a93"
            "ef677b09aad26253131af36e0687997a98f65d32e4e54086d10d16ec737b70b0",
            "28e6dec9c6906d68db5c931d8e9945517aa698a337b76acef9b4b70f028eb631"
            "598395251072b16c236f503c619b211e7d4ecabaa8b71bbc919aa6a13db7f3e1",
            "02c46ffb5a647b79a876b1ab1deb1271e4667704650c4ff434073e5c54e8ec37"
            "d428352311b206593f67f1e8aad0c3b7d1f598ad2e4a8e8b312d38f1391cfa08",
            "1770e659e6bfe085480c8b7d6b5668a7a5491e5d342c1f7ac35fab6e3e986907"
            "b824d45591d0c4bb0cdf82248c05038d91a9ccd63b55e8732692360693616258",
            "7682b6b84c6f692545a896ad210299bcc6f74e189d829e165739b11dd83b6f2c"
            "8cfacf27e812bf064df756d6235ac33c062b89ecb80f8215516dbbb844ce8480",
        },
};

static void is(const struct realm *realm, unsigned index, const char *want)
{
    char got[2 * REALM_MEASUREMENT_SIZE + 1];
    size_t digits = strlen(want);

    for (unsigned i = 0; i < REALM_MEASUREMENT_SIZE; i++)
        snprintf(got + 2 * i, 3, "%02x", realm->measurement[index][i]);
    ck_assert_int_eq(strncmp(got, want, digits), 0);
    /* a shorter digest has zeros behind it */
    ck_assert_uint_eq(strspn(got + digits, "0"), sizeof(got) - 1 - digits);
}

START_TEST(each_step_extends)
{
    enum rmi_hash_algorithm algo = _i ? RMI_HASH_SHA_512 : RMI_HASH_SHA_256;
    struct realm realm = {.hash_algo = (uint8_t)algo};
    const struct rmi_realm_params params = {
        .s2sz = 40, .num_bps = 1, .num_wps = 1, .hash_algo = (uint8_t)algo, .vmid = 7};
    static const uint8_t page[GRANULE_SIZE] = CODE;
    const struct rmi_rec_params rec = {.flags = 1, .pc = 0x1000, .gprs = {0xc4000192}, .mpidr = 3};

    measurement_init(rmm_variant_find("1.0"), &realm, &params);
    is(&realm, MEASUREMENT_RIM, expected[algo][0]);
    measurement_add_data(&realm, 0x1000, 1, page);
    is(&realm, MEASUREMENT_RIM, expected[algo][1]);
    measurement_add_data(&realm, 0x2000, 0, NULL);
    is(&realm, MEASUREMENT_RIM, expected[algo][2]);
    measurement_add_rec(&realm, &rec);
    is(&realm, MEASUREMENT_RIM, expected[algo][3]);
    measurement_add_ripas(&realm, 0x200000, 0x400000);
    is(&realm, MEASUREMENT_RIM, expected[algo][4]);
    measurement_extend(&realm, 1, "abc", 3);
    is(&realm, 1, expected[algo][5]);
    is(&realm, MEASUREMENT_RIM, expected[algo][4]);
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("rmm_measurement");
    TCase *tcase = tcase_create("measurement");

    tcase_add_loop_test(tcase, each_step_extends, 0, 2);
    suite_add_tcase(suite, tcase);
    return suite;
}

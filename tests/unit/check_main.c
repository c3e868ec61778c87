/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "tests/unit/check_main.h"

int main(void)
{
    Suite *suite = check_suite();
    SRunner *runner = suite ? srunner_create(suite) : NULL;
    int failed = 1;

    if (runner) {
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
    }
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

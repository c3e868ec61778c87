/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A register by which a guest ends the run with a status: the "sifive,test1" register, which also
 * serves as the syscon of "syscon-poweroff" and "syscon-reboot" (QEMU hw/misc/sifive_test.c).
 */
#ifndef KVM_MODEL_VMM_TEST_EXIT_H
#define KVM_MODEL_VMM_TEST_EXIT_H

#include "kvm_model/vmm/vmm_stop.h"

#define TEST_EXIT_SIZE 0x1000

/* What the low half of a write to offset 0 asks for; the high half is the status of a failure. */
enum test_exit_command {
    TEST_EXIT_FAIL = 0x3333,
    TEST_EXIT_PASS = 0x5555, /* status 0; of syscon-poweroff */
    TEST_EXIT_RESET = 0x7777,
};

struct test_exit {
    struct device_use use;
    struct vmm_stop *stop; /* of the VMM; outlives the device */
    const char *name;
};

extern const struct device_ops test_exit_ops;

#endif

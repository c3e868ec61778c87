/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of kvm_model/ stand on: memory, an engine with one CPU, a plain VM with one vCPU.
 */
#ifndef TEST_KVM_MACHINE_H
#define TEST_KVM_MACHINE_H

#include <check.h>
#include <errno.h>
#include <stdlib.h>

#include "cpu/cpu.h"
#include "kvm_model/kvm.h"

#define TEST_DRAM_SIZE (64ull << 20)
#define TEST_RAM_IPA 0x40000000ull
#define TEST_RAM_SIZE (2ull << 20)
#define TEST_CODE_IPA 0x40010000ull
#define TEST_VBAR_IPA 0x40020000ull

struct test_machine {
    struct physmem *mem;
    struct host_mm *mm;
    struct cost_profile profile;
    struct clock clock;
    struct trace trace;
    struct engine *engine;
    struct cpu *cpu;
    struct kvm *kvm;
    struct kvm_vcpu *vcpu;
    struct kvm_run *run;
    hva_t ram;
    pa_t gicv; /* of a host with a GICv2, set before test_vm_new; else 0 */
};

static inline void test_memory_new(struct test_machine *t)
{
    *t = (struct test_machine){0};
    t->clock.profile = &t->profile;
    t->trace.clock = &t->clock;
    t->mem = physmem_new(TEST_DRAM_SIZE);
    ck_assert_ptr_nonnull(t->mem);
    t->mm = host_mm_new(t->mem);
    ck_assert_ptr_nonnull(t->mm);
}

static inline struct kvm_config test_config(struct test_machine *t, const char *variant)
{
    return (struct kvm_config){
        .mm = t->mm,
        .clock = &t->clock,
        .trace = &t->trace,
        .variant = kvm_variant_by_name(variant),
        .ipa_bits = 40,
        .gicv = t->gicv,
    };
}

static inline void test_cpu_new(struct test_machine *t)
{
    struct engine_config config = {
        .mem = t->mem, .clock = &t->clock, .trace = &t->trace, .gicv = t->gicv};
    char error[200];

    t->engine = engine_new(&config, error, sizeof(error));
    ck_assert_msg(t->engine != NULL, "%s", error);
    t->cpu = cpu_new(t->engine, 0, error, sizeof(error));
    ck_assert_msg(t->cpu != NULL, "%s", error);
    cpu_set_budget(t->cpu, 100000);
}

static inline int test_add_slot(struct test_machine *t, uint32_t id, uint64_t ipa, uint64_t size,
                                uint32_t flags, hva_t hva)
{
    struct kvm_userspace_memory_region region = {
        .slot = id,
        .flags = flags,
        .guest_phys_addr = ipa,
        .memory_size = size,
        .userspace_addr = hva.v,
    };

    return kvm_set_user_memory_region(t->kvm, &region);
}

/* A plain VM that runs code at TEST_CODE_IPA; each vector is HVC #(0x7000 + offset / 0x80). */
static inline void test_vm_new(struct test_machine *t, const struct kvm_config *config)
{
    int error;

    test_cpu_new(t);
    t->kvm = kvm_create_vm(config, &error);
    ck_assert_ptr_nonnull(t->kvm);
    ck_assert_int_eq(kvm_create_vcpu(t->kvm, 0, t->cpu, &t->vcpu), 0);
    t->run = kvm_vcpu_kvm_run(t->vcpu);
    ck_assert(host_mm_mmap(t->mm, TEST_RAM_SIZE, 0, &t->ram));
    ck_assert_int_eq(test_add_slot(t, 0, TEST_RAM_IPA, TEST_RAM_SIZE, 0, t->ram), 0);
    for (uint32_t i = 0; i < 16; i++) {
        uint32_t hvc = 0xd4000002u | (0x7000u + i) << 5;

        ck_assert(host_mm_write(t->mm, HVA(t->ram.v + (TEST_VBAR_IPA - TEST_RAM_IPA) + i * 0x80),
                                &hvc, sizeof(hvc)));
    }
    kvm_vcpu_set_pc(t->vcpu, TEST_CODE_IPA);
    kvm_vcpu_set_sysreg(t->vcpu, SYSREG_VBAR_EL1, TEST_VBAR_IPA);
}

static inline void test_code(struct test_machine *t, const uint32_t *words, size_t count)
{
    ck_assert(host_mm_write(t->mm, HVA(t->ram.v + (TEST_CODE_IPA - TEST_RAM_IPA)), words,
                            count * sizeof(*words)));
}

static inline void test_machine_free(struct test_machine *t)
{
    kvm_destroy_vm(t->kvm);
    cpu_free(t->cpu);
    engine_free(t->engine);
    host_mm_free(t->mm);
    physmem_free(t->mem);
}

#endif

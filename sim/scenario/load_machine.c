/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "sim/scenario/loader.h"

#define KERNEL_OF_VM "linux-6.12"
#define KERNEL_OF_REALM "cca-v12"
#define RMM_OF_REALM "1.0"

static bool is_cca_kernel(const char *kernel)
{
    return strncmp(kernel, "cca-", 4) == 0;
}

void load_machine(struct loader *loader)
{
    struct scn_machine *machine = &loader->scn->machine;
    const struct node *node = good_child(loader->root, "machine");
    const struct node *world, *kernel, *rmm;
    struct diag_error *error;
    bool realm;

    if (!node)
        return;
    world = good_child(node, "world");
    kernel = good_child(node, "kernel");
    rmm = good_child(node, "rmm");
    machine->pos = node->pos;
    machine->ipa_bits = (unsigned)child_value(node, "ipa_bits");
    machine->gic = child_value(node, "gic");
    machine->cpus = (unsigned)child_value(node, "cpus");
    machine->slice = child_value(node, "slice");
    if (good_child(node, "cpu"))
        machine->cpu = good_child(node, "cpu")->word;
    if (good_child(node, "vmm"))
        machine->vmm = good_child(node, "vmm")->word;
    machine->ls64 = child_value(node, "ls64");
    if (!world)
        return;
    machine->world = (enum scn_world)world->value;
    realm = machine->world == SCN_WORLD_CCA;
    load_features(loader, node);
    machine->kernel = kernel ? kernel->word : realm ? KERNEL_OF_REALM : KERNEL_OF_VM;
    machine->rmm = realm ? rmm ? rmm->word : RMM_OF_REALM : NULL;
    if (kernel && is_cca_kernel(kernel->word) != realm) {
        error = diag_error(loader->diag, DIAG_E0209, &kernel->pos,
                           realm ? "the kernel %s cannot host a realm (world: cca)"
                                 : "the kernel %s is for realms, not for world: kvm-vhe",
                           kernel->word);
        diag_width(error, kernel->width);
        if (!world->synthetic)
            diag_note(error, &world->pos, "the world is chosen here");
    }
    if (rmm && !realm) {
        error = diag_error(loader->diag, DIAG_E0209, &rmm->pos,
                           "a plain VM (world: kvm-vhe) has no RMM");
        diag_width(error, rmm->width);
        if (!world->synthetic)
            diag_note(error, &world->pos, "the world is chosen here");
    }
}

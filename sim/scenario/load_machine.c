/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `machine:`: world, kernel and RMM, and what the command line says instead. */
#include <string.h>

#include "kvm_model/variant.h"
#include "sim/profile.h"
#include "sim/scenario/host_pairs.h"
#include "sim/scenario/loader.h"
#include "sim/scenario/text.h"

#define KERNEL_OF_VM "linux-6.12"
#define KERNEL_OF_REALM "cca-v12"
#define GICV2_MAX_VCPUS 8u

/* A choice the file or the command line made; word NULL: none did. */
struct choice {
    const char *word;      /* canonical */
    struct source_pos pos; /* where a message about it points */
    unsigned width;
    const struct node *node; /* of the file */
};

static bool hosts_realms(const char *kernel)
{
    const struct kvm_variant *variant = kvm_variant_by_name(kernel);

    return variant && variant->rmi;
}

/* The command line's word if there is one; word is NULL too after reporting that it is unknown. */
static struct choice choose(struct loader *loader, const struct node *machine, const char *key,
                            const char *asked)
{
    const struct node *node = good_child(machine, key);
    const struct schema_words *words = schema_machine_words(key);
    struct choice choice = {.pos = machine->pos};
    uint64_t value;

    if (asked) {
        choice.word = schema_word_find(words, asked, &value);
        if (!choice.word)
            diag_error(loader->diag, DIAG_E0106, &machine->pos, "--%s %s: not %s", key, asked,
                       words->what);
    } else if (node) {
        choice = (struct choice){node->word, node->pos, node->width, node};
    }
    return choice;
}

static struct diag_error *contradiction(struct loader *loader, const struct choice *choice,
                                        const char *text)
{
    struct diag_error *error = diag_error(loader->diag, DIAG_E0209, &choice->pos, "%s", text);

    if (choice->width)
        diag_width(error, choice->width);
    return error;
}

static void note_world(struct diag_error *error, const struct node *world)
{
    if (!world->synthetic)
        diag_note(error, &world->pos, "the world is chosen here");
}

struct diag_error *realm_only(struct loader *loader, const struct source_pos *pos, const char *what)
{
    const struct node *world = node_get(node_get(loader->root, "machine"), "world");
    bool written = world && !world->synthetic;
    struct diag_error *error = diag_error(
        loader->diag, DIAG_E0209, pos,
        written ? "only a realm has %s, and this is a plain VM (world: kvm-vhe)"
                : "only a realm has %s, and world defaults to kvm-vhe; did you mean `world: cca`?",
        what);

    if (written)
        note_world(error, world);
    return error;
}

static void note_pairs(struct loader *loader, struct diag_error *error, const char *kernel,
                       const char *rmm)
{
    const char *rmms = "", *kernels = "";
    const struct host_pair *pair;

    for (size_t i = 0; (pair = host_pair_at(i)); i++) {
        if (strcmp(pair->kernel, kernel) == 0)
            rmms = arena_printf(loader->arena, "%s%s%s", rmms, *rmms ? ", " : "", pair->rmm);
        if (strcmp(pair->rmm, rmm) == 0)
            kernels =
                arena_printf(loader->arena, "%s%s%s", kernels, *kernels ? ", " : "", pair->kernel);
    }
    diag_note(error, NULL,
              "RMMs that go with the kernel %s: %s; kernels that go with the RMM %s: %s", kernel,
              *rmms ? rmms : "none", rmm, *kernels ? kernels : "none");
}

/* A realm's kernel and RMM: what is not chosen follows from what is. */
static void load_realm_host(struct loader *loader, const struct choice *kernel,
                            const struct choice *rmm)
{
    struct scn_machine *machine = &loader->scn->machine;
    const struct choice *blamed = rmm->node ? rmm : kernel;
    const char *by_rmm = rmm->word ? host_pair_kernel(rmm->word) : NULL;
    struct diag_error *error;

    machine->kernel = kernel->word ? kernel->word : by_rmm ? by_rmm : KERNEL_OF_REALM;
    machine->rmm = rmm->word ? rmm->word : host_pair_rmm(machine->kernel);
    if (!machine->rmm || !rmm->word || host_pair_exists(machine->kernel, rmm->word))
        return;
    error = contradiction(loader, blamed,
                          arena_printf(loader->arena,
                                       "the kernel %s does not go with the RMM %s: they speak "
                                       "different revisions of RMI",
                                       machine->kernel, machine->rmm));
    if (kernel->node && blamed != kernel)
        diag_note(error, &kernel->pos, "the kernel is chosen here");
    note_pairs(loader, error, machine->kernel, machine->rmm);
}

/* A GICv2 is for a plain VM of a kernel that gives guests one, and for eight vCPUs at most. */
static void check_gic(struct loader *loader, const struct node *gic)
{
    const struct scn_machine *machine = &loader->scn->machine;
    const struct kvm_variant *variant =
        machine->kernel ? kvm_variant_by_name(machine->kernel) : NULL;
    struct diag_error *error;

    if (!gic || machine->gic != SCN_GIC_V2 || !variant ||
        (variant->vgic_v2 && machine->cpus <= GICV2_MAX_VCPUS))
        return;
    error = diag_error(loader->diag, DIAG_E0209, &gic->pos,
                       variant->vgic_v2 ? "a GICv2 has %u vCPUs at most"
                                        : "gic: v2 goes with linux-4.19 and linux-6.12 (%u vCPUs "
                                          "at most)",
                       GICV2_MAX_VCPUS);
    diag_width(error, gic->width);
}

static void load_cost_profile(struct loader *loader, const struct node *machine)
{
    const struct node *node = good_child(machine, "profile");
    const char *wanted = loader->profile ? loader->profile : node ? node->text : "";
    const struct source_pos *pos = loader->profile || !node ? &machine->pos : &node->pos;
    const struct profile *profile = NULL;

    if (!loader->profile && profile_is_path(wanted))
        wanted = text_path_beside(loader->lasting, loader->scn->path, wanted);
    if (node || loader->profile)
        profile = profile_find(loader->lasting, loader->diag, wanted, pos,
                               loader->profile ? 0 : node->width);
    loader->scn->machine.profile = profile ? &profile->cost : profile_default();
    loader->scn->machine.asked_profile = loader->profile;
}

/* Instead of the file's: a word that the schema has not seen. */
static void load_timing(struct loader *loader, const struct node *machine)
{
    struct text_nearest nearest = {.wanted = loader->timing};
    struct scn_machine *scn = &loader->scn->machine;
    struct diag_error *error;

    scn->timing = (enum timing)child_value(machine, "timing");
    scn->asked_timing = loader->timing;
    if (!loader->timing)
        return;
    for (unsigned timing = TIMING_PROFILE; timing < TIMING_COUNT; timing++) {
        scn->timing = (enum timing)timing;
        if (strcmp(loader->timing, timing_name(scn->timing)) == 0)
            return;
        text_nearest_offer(&nearest, timing_name(scn->timing));
    }
    error = diag_error(loader->diag, DIAG_E0106, &machine->pos,
                       "--timing '%s' is none of flat, core, detailed",
                       text_show(loader->arena, loader->timing));
    if (nearest.best)
        diag_label(error, "did you mean '%s'?", nearest.best);
}

void load_machine(struct loader *loader)
{
    struct scn_machine *machine = &loader->scn->machine;
    const struct node *node = good_child(loader->root, "machine"), *world;
    struct choice kernel, rmm;
    bool realm;

    loader->scn->machine.profile = profile_default();
    if (!node)
        return;
    load_cost_profile(loader, node);
    load_timing(loader, node);
    world = good_child(node, "world");
    machine->pos = node->pos;
    machine->ipa_bits = (unsigned)child_value(node, "ipa_bits");
    machine->gic = (enum scn_gic)child_value(node, "gic");
    machine->cpus = (unsigned)child_value(node, "cpus");
    machine->slice = child_value(node, "slice");
    machine->placement = (enum scn_placement)child_value(node, "placement");
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
    kernel = choose(loader, node, "kernel", loader->kernel);
    rmm = choose(loader, node, "rmm", loader->rmm);
    if (kernel.word && hosts_realms(kernel.word) != realm) {
        const char *text = realm ? "the kernel %s cannot host a realm (world: cca)"
                           : world->synthetic
                               ? "the kernel %s is for realms, and world defaults to kvm-vhe; did "
                                 "you mean `world: cca`?"
                               : "the kernel %s is for realms, not for world: kvm-vhe";
        note_world(contradiction(loader, &kernel, arena_printf(loader->arena, text, kernel.word)),
                   world);
        kernel.word = NULL;
    }
    if (rmm.word && !realm)
        diag_width(realm_only(loader, &rmm.pos, "an RMM"), rmm.width);
    machine->asked_kernel = loader->kernel ? kernel.word : NULL;
    machine->asked_rmm = loader->rmm ? rmm.word : NULL;
    if (realm)
        load_realm_host(loader, &kernel, &rmm);
    else
        machine->kernel = kernel.word ? kernel.word : KERNEL_OF_VM;
    check_gic(loader, good_child(node, "gic"));
    if (realm && machine->placement == SCN_PLACEMENT_PINNED)
        diag_width(diag_error(loader->diag, DIAG_E0209, &good_child(node, "placement")->pos,
                              "the vCPUs of a realm share one CPU of the host"),
                   good_child(node, "placement")->width);
}

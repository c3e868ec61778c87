/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/trace/event_groups.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct event_group groups[] = {
    {"traps", "guest_*,fault,el1_vector,el2_vector,el2_interrupt,eret",
     "what the guest did, what came of it, where it goes on"},
    {"exits", "rec_exit*,exit_to_vmm", "what the host and the VMM are told"},
    {"access", "io_mem_abort,kvm_io_bus_*,address_space_rw,vmm_handle,*_mmio_*",
     "device accesses and their completion"},
    {"calls", "rmi,smc_rec_enter,monitor_*,rsi,kvm_smccc", "SMC, RMI, RSI, PSCI"},
    {"memory",
     "walk_step,s1_walk,s2_walk,stage2_*,user_mem_abort,mmu_retry,host_fault,host_invalidate,"
     "host_sigbus,host_action,dirty_page,gpt_set,gpf",
     "translation, tables, the host's memory"},
    {"interrupts", "timer_fire,icv_*,host_irq,kvm_timer_*,kvm_irq_line,vgic_*,el2_interrupt",
     "timers and interrupt controllers"},
    {"injections", "rmm_inject_*,complete_sea_insertion,kvm_inject,el1_vector",
     "exceptions that the guest gets"},
};

const struct event_group *event_group_at(size_t i)
{
    return i < sizeof(groups) / sizeof(groups[0]) ? &groups[i] : NULL;
}

static const struct event_group *find(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
        if (strlen(groups[i].name) == length && strncmp(groups[i].name, name, length) == 0)
            return &groups[i];
    return NULL;
}

char *event_groups_patterns(const char *names, const char **bad)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    *bad = NULL;
    if (!out)
        return NULL;
    for (const char *name = names; !*bad;) {
        size_t length = strcspn(name, ",");
        const struct event_group *group = find(name, length);
        if (group)
            fprintf(out, "%s%s", name == names ? "" : ",", group->patterns);
        else
            *bad = name;
        if (!name[length])
            break;
        name += length + 1;
    }
    if (fclose(out) == 0 && !*bad)
        return text;
    free(text);
    return NULL;
}

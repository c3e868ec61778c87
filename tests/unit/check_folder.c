/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/check_folder.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define MAX_OPEN 16

static char folder[] = "/tmp/sim-unit-XXXXXX";
static pid_t owner; /* not the processes that Check forks for each test */

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *where)
{
    (void)status;
    (void)type;
    (void)where;
    return remove(path);
}

static void remove_folder(void)
{
    if (getpid() == owner && chdir("/") == 0)
        (void)nftw(folder, remove_entry, MAX_OPEN, FTW_DEPTH | FTW_PHYS);
}

void check_in_folder(void)
{
    owner = getpid();
    if (!mkdtemp(folder) || chdir(folder) != 0 || atexit(remove_folder) != 0) {
        perror(folder);
        exit(EXIT_FAILURE);
    }
}

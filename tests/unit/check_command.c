/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/check_command.h"

#include <check.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void read_back(FILE *file, char *text)
{
    rewind(file);
    text[fread(text, 1, CHECK_MAX_OUTPUT - 1, file)] = '\0';
    fclose(file);
}

int check_command(int (*command)(int argc, char **argv), const char *name,
                  const char *const *arguments, struct check_said *said)
{
    FILE *out = tmpfile(), *err = tmpfile();
    int status;

    ck_assert(out && err);
    pid_t pid = fork();
    if (pid == 0) {
        char *argv[CHECK_MAX_ARGUMENTS + 2] = {strdup(name)};
        int argc = 1;
        for (int i = 0; i < CHECK_MAX_ARGUMENTS && arguments[i]; i++)
            argv[argc++] = strdup(arguments[i]);
        dup2(fileno(out), STDOUT_FILENO);
        dup2(fileno(err), STDERR_FILENO);
        status = command(argc, argv);
        fflush(NULL);
        _exit(status);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    read_back(out, said->out);
    read_back(err, said->err);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

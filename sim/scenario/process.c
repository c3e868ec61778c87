/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/scenario/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LIMIT_MEMORY ((rlim_t)1 << 30)
#define LIMIT_FILE ((rlim_t)32 << 20)
#define EXIT_CANNOT_RUN 127

/* The environment with messages in English. */
static char **c_locale(struct arena *arena)
{
    static const char *const dropped[] = {"LC_ALL=", "LANGUAGE="};
    size_t count = 0, kept = 0;
    char **copy;

    while (environ && environ[count])
        count++;
    copy = arena_array(arena, count + 2, sizeof(*copy));
    for (size_t i = 0; i < count; i++) {
        bool drop = false;

        for (size_t j = 0; j < sizeof(dropped) / sizeof(dropped[0]); j++)
            drop |= strncmp(environ[i], dropped[j], strlen(dropped[j])) == 0;
        if (!drop)
            copy[kept++] = environ[i];
    }
    copy[kept] = arena_printf(arena, "LC_ALL=C");
    return copy;
}

static void set_limit(int resource, rlim_t limit)
{
    const struct rlimit both = {limit, limit};

    setrlimit((__rlimit_resource_t)resource, &both);
}

/* In the child; only async-signal-safe calls. Tells errno through report if it cannot run. */
static _Noreturn void become(const char *const *argv, char **environment, const char *directory,
                             int output, int report)
{
    int nothing = open("/dev/null", O_RDONLY), error;

    setpgid(0, 0);
    signal(SIGPIPE, SIG_DFL);
    set_limit(RLIMIT_CPU, PROCESS_SECONDS);
    set_limit(RLIMIT_AS, LIMIT_MEMORY);
    set_limit(RLIMIT_FSIZE, LIMIT_FILE);
    set_limit(RLIMIT_CORE, 0);
    if (nothing >= 0 && chdir(directory) == 0 && dup2(nothing, STDIN_FILENO) >= 0 &&
        dup2(output, STDOUT_FILENO) >= 0 && dup2(output, STDERR_FILENO) >= 0)
        execvpe(argv[0], (char *const *)(uintptr_t)argv, environment);
    error = errno;
    while (write(report, &error, sizeof(error)) < 0 && errno == EINTR)
        ;
    _exit(EXIT_CANNOT_RUN);
}

static int64_t milliseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Reads until the other end closes; what is beyond the limit is dropped. false: out of time. */
static bool collect(int fd, char *text, size_t limit, int64_t deadline)
{
    size_t used = 0;

    for (;;) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        int64_t left = deadline - milliseconds();
        char dropped[4096];
        ssize_t got;

        if (left <= 0)
            return false;
        if (poll(&wait, 1, (int)left) <= 0)
            continue;
        got =
            used < limit ? read(fd, text + used, limit - used) : read(fd, dropped, sizeof(dropped));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return true;
        if (used < limit)
            used += (size_t)got;
    }
}

static bool wait_for(pid_t child, int64_t deadline, int *status)
{
    const struct timespec pause = {.tv_nsec = 2000000};

    for (;;) {
        pid_t done = waitpid(child, status, WNOHANG);

        if (done == child)
            return true;
        if (done < 0 && errno != EINTR)
            return false;
        if (milliseconds() >= deadline)
            return false;
        nanosleep(&pause, NULL);
    }
}

static enum process_status watch(pid_t child, int output, int report, char *text)
{
    int64_t deadline = milliseconds() + PROCESS_SECONDS * 1000;
    int status = 0, error = 0;
    ssize_t told;

    if (!collect(output, text, PROCESS_MAX_OUTPUT, deadline) ||
        !wait_for(child, deadline, &status)) {
        kill(-child, SIGKILL);
        kill(child, SIGKILL);
        while (waitpid(child, &status, 0) < 0 && errno == EINTR)
            ;
        return PROCESS_TIMEOUT;
    }
    while ((told = read(report, &error, sizeof(error))) < 0 && errno == EINTR)
        ;
    if (told == (ssize_t)sizeof(error))
        return error == ENOENT || error == EACCES || error == ENOTDIR ? PROCESS_MISSING
                                                                      : PROCESS_FAILED;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? PROCESS_DONE : PROCESS_FAILED;
}

enum process_status process_run(struct arena *arena, const char *const *argv, const char *directory,
                                const char **output)
{
    char **environment = c_locale(arena);
    char *text = arena_alloc(arena, PROCESS_MAX_OUTPUT + 1);
    enum process_status status = PROCESS_FAILED;
    int out[2], report[2];
    pid_t child;

    *output = text;
    if (pipe2(out, O_CLOEXEC) != 0)
        return PROCESS_FAILED;
    if (pipe2(report, O_CLOEXEC) != 0) {
        close(out[0]);
        close(out[1]);
        return PROCESS_FAILED;
    }
    child = fork();
    if (child == 0)
        become(argv, environment, directory, out[1], report[1]);
    close(out[1]);
    close(report[1]);
    if (child > 0)
        status = watch(child, out[0], report[0], text);
    close(out[0]);
    close(report[0]);
    return status;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/suite/pool.h"

#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#define CHECK_LEAKS() __lsan_do_leak_check()
#else
#define CHECK_LEAKS() ((void)0)
#endif

#define READ_BYTES 65536
#define NO_JOB SIZE_MAX
#define KEEP_BYTES (256 << 20) /* freed memory that a worker keeps for its next job */
#define MAP_BYTES (32 << 20)   /* larger blocks are mapped one by one; glibc takes no more */
#define MICROSECONDS 1000000u

struct worker {
    pid_t pid; /* 0: none */
    int socket;
    size_t job; /* NO_JOB: it waits for one */
    uint64_t started;
    char *bytes; /* of the answer: its size, then so many */
    size_t count, room;
};

struct pool {
    const struct pool_options *options;
    struct worker *workers;
    unsigned count;
    size_t next, limit;
    int signals; /* signalfd */
    sigset_t caught, before;
    struct pool_outcome outcome;
    struct pollfd *fds; /* room for all of them, and for the signals */
};

static uint64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * MICROSECONDS + (uint64_t)now.tv_nsec / 1000;
}

unsigned pool_processors(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 0)
        return (unsigned)CPU_COUNT(&set);
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (unsigned)online : 1;
}

/* --- in a worker -------------------------------------------------------------------------------
 */

static bool send_all(int socket, const void *bytes, size_t size)
{
    const char *next = bytes;
    while (size > 0) {
        ssize_t sent = send(socket, next, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return false;
        next += sent;
        size -= (size_t)sent;
    }
    return true;
}

static bool receive_job(int socket, size_t *job)
{
    ssize_t size;
    do
        size = recv(socket, job, sizeof(*job), MSG_WAITALL);
    while (size < 0 && errno == EINTR);
    return size == (ssize_t)sizeof(*job);
}

static bool do_job(const struct pool_options *options, int socket, size_t job)
{
    char *bytes = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&bytes, &size);
    if (!out)
        return false;
    options->run(options->ctx, job, out);
    bool good =
        fclose(out) == 0 && send_all(socket, &size, sizeof(size)) && send_all(socket, bytes, size);
    free(bytes);
    return good;
}

static _Noreturn void work(const struct pool *pool, int socket)
{
    size_t job;
    bool good = true;
    signal(SIGINT, SIG_IGN); /* the terminal sends it to all of us: the parent decides */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    mallopt(M_TRIM_THRESHOLD, KEEP_BYTES);
    mallopt(M_MMAP_THRESHOLD, MAP_BYTES);
    sigprocmask(SIG_SETMASK, &pool->before, NULL);
    close(pool->signals);
    for (unsigned i = 0; i < pool->count; i++)
        if (pool->workers[i].pid)
            close(pool->workers[i].socket);
    while (good && receive_job(socket, &job))
        good = do_job(pool->options, socket, job);
    CHECK_LEAKS();
    _exit(good ? 0 : 1);
}

/* --- in the parent -----------------------------------------------------------------------------
 */

static bool start(struct pool *pool, struct worker *worker)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        pool->outcome.error = errno;
        return false;
    }
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        close(pair[0]);
        work(pool, pair[1]);
    }
    int error = errno;
    close(pair[1]);
    if (pid < 0) {
        close(pair[0]);
        pool->outcome.error = error;
        return false;
    }
    *worker = (struct worker){.pid = pid, .socket = pair[0], .job = NO_JOB};
    pool->outcome.workers++;
    return true;
}

/* Waits for the worker, which has ended or is about to; its status as waitpid tells it. */
static int reap(struct worker *worker)
{
    int status = 0;
    close(worker->socket);
    while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR)
        ;
    free(worker->bytes);
    *worker = (struct worker){.job = NO_JOB};
    return status;
}

static void give_work(struct pool *pool)
{
    for (unsigned i = 0; i < pool->count && pool->next < pool->limit; i++) {
        struct worker *worker = &pool->workers[i];
        if (worker->pid && worker->job != NO_JOB)
            continue;
        if (!worker->pid && !start(pool, worker))
            return;
        worker->job = pool->next++;
        worker->started = now_us();
        worker->count = 0;
        /* If it is gone already, its socket says so to poll. */
        (void)send_all(worker->socket, &worker->job, sizeof(worker->job));
    }
}

static void tell(struct pool *pool, struct pool_answer *answer)
{
    if (answer->job >= pool->limit) {
        free(answer->bytes);
        return;
    }
    size_t limit = pool->options->done(pool->options->ctx, answer);
    if (limit < pool->limit)
        pool->limit = limit;
}

static void lost(struct pool *pool, struct worker *worker, bool late)
{
    struct pool_answer answer = {.job = worker->job,
                                 .microseconds = now_us() - worker->started,
                                 .end = late ? POOL_LATE : POOL_EXITED};
    if (late)
        kill(worker->pid, SIGKILL);
    int status = reap(worker);
    if (late)
        answer.detail = SIGKILL;
    else if (WIFSIGNALED(status))
        answer.end = POOL_KILLED, answer.detail = WTERMSIG(status);
    else
        answer.detail = WEXITSTATUS(status);
    if (answer.job != NO_JOB)
        tell(pool, &answer);
    else if (answer.detail)
        pool->outcome.exit_status = answer.detail;
}

/* Whether the answer is complete, and its size. */
static bool is_complete(const struct worker *worker, size_t *size)
{
    if (worker->count < sizeof(*size))
        return false;
    memcpy(size, worker->bytes, sizeof(*size));
    return worker->count - sizeof(*size) >= *size;
}

static void receive(struct pool *pool, struct worker *worker)
{
    if (worker->room - worker->count < READ_BYTES) {
        size_t room = worker->room * 2 + READ_BYTES;
        char *bytes = realloc(worker->bytes, room);
        if (!bytes) {
            kill(worker->pid, SIGKILL);
            lost(pool, worker, false);
            return;
        }
        worker->bytes = bytes;
        worker->room = room;
    }
    ssize_t got =
        recv(worker->socket, worker->bytes + worker->count, worker->room - worker->count, 0);
    if (got < 0 && errno == EINTR)
        return;
    if (got <= 0) {
        lost(pool, worker, false);
        return;
    }
    worker->count += (size_t)got;
    size_t size;
    if (!is_complete(worker, &size))
        return;
    struct pool_answer answer = {.job = worker->job,
                                 .end = POOL_DONE,
                                 .size = size,
                                 .bytes = malloc(size ? size : 1),
                                 .microseconds = now_us() - worker->started};
    worker->job = NO_JOB;
    if (!answer.bytes) {
        answer.end = POOL_EXITED;
        answer.size = 0;
    } else {
        memcpy(answer.bytes, worker->bytes + sizeof(size), size);
    }
    tell(pool, &answer);
}

/* Milliseconds until a job is late or a tick is due. */
static int patience(const struct pool *pool)
{
    uint64_t now = now_us(), allowed = (uint64_t)pool->options->seconds * MICROSECONDS;
    int64_t wait = pool->options->tick_ms ? (int64_t)pool->options->tick_ms : -1;
    for (unsigned i = 0; allowed && i < pool->count; i++) {
        if (pool->workers[i].job == NO_JOB)
            continue;
        uint64_t due = pool->workers[i].started + allowed;
        int64_t left = due > now ? (int64_t)((due - now) / 1000 + 1) : 0;
        if (wait < 0 || left < wait)
            wait = left;
    }
    return wait > 3600000 ? 3600000 : (int)wait;
}

static void end_late_jobs(struct pool *pool)
{
    uint64_t now = now_us(), allowed = (uint64_t)pool->options->seconds * MICROSECONDS;
    for (unsigned i = 0; allowed && i < pool->count; i++)
        if (pool->workers[i].job != NO_JOB && now - pool->workers[i].started >= allowed)
            lost(pool, &pool->workers[i], true);
}

static bool is_busy(const struct pool *pool)
{
    for (unsigned i = 0; i < pool->count; i++)
        if (pool->workers[i].job < pool->limit)
            return true;
    return false;
}

static void take_signal(struct pool *pool)
{
    struct signalfd_siginfo info;
    if (read(pool->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
        pool->outcome.signal = (int)info.ssi_signo;
}

/* One round: waits for something to happen and serves it. */
static void serve(struct pool *pool, struct pollfd *fds)
{
    for (unsigned i = 0; i < pool->count; i++)
        fds[i] = (struct pollfd){.fd = pool->workers[i].pid ? pool->workers[i].socket : -1,
                                 .events = POLLIN};
    fds[pool->count] = (struct pollfd){.fd = pool->signals, .events = POLLIN};
    int ready = poll(fds, pool->count + 1, patience(pool));
    if (ready > 0 && fds[pool->count].revents)
        take_signal(pool);
    for (unsigned i = 0; ready > 0 && i < pool->count; i++)
        if (fds[i].revents && pool->workers[i].pid)
            receive(pool, &pool->workers[i]);
    end_late_jobs(pool);
    if (pool->options->tick_ms)
        pool->options->tick(pool->options->ctx);
}

/* Idle workers end by themselves when their socket closes; busy ones have nothing to say. */
static void stop_all(struct pool *pool)
{
    for (unsigned i = 0; i < pool->count; i++) {
        struct worker *worker = &pool->workers[i];
        if (!worker->pid)
            continue;
        bool idle = worker->job == NO_JOB;
        if (!idle)
            kill(worker->pid, SIGKILL);
        else
            shutdown(worker->socket, SHUT_WR);
        int status = reap(worker);
        if (idle && status)
            pool->outcome.exit_status =
                WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
    }
}

struct pool_outcome pool_run(const struct pool_options *options)
{
    struct pool pool = {.options = options, .limit = options->jobs};
    pool.count = options->workers < options->jobs ? options->workers : (unsigned)options->jobs;
    pool.workers = calloc(pool.count + 1u, sizeof(pool.workers[0]));
    pool.fds = calloc(pool.count + 1u, sizeof(pool.fds[0]));
    for (unsigned i = 0; pool.workers && i < pool.count; i++)
        pool.workers[i].job = NO_JOB;
    sigemptyset(&pool.caught);
    sigaddset(&pool.caught, SIGINT);
    sigaddset(&pool.caught, SIGTERM);
    sigprocmask(SIG_BLOCK, &pool.caught, &pool.before);
    pool.signals = signalfd(-1, &pool.caught, SFD_CLOEXEC | SFD_NONBLOCK);
    if (!pool.workers || !pool.fds || pool.signals < 0)
        pool.outcome.error = pool.signals < 0 ? errno : ENOMEM;
    while (!pool.outcome.error && !pool.outcome.signal) {
        give_work(&pool);
        if (!is_busy(&pool))
            break;
        /* Fewer workers than wanted are enough. */
        pool.outcome.error = 0;
        serve(&pool, pool.fds);
    }
    if (pool.workers)
        stop_all(&pool);
    if (pool.signals >= 0)
        close(pool.signals);
    sigprocmask(SIG_SETMASK, &pool.before, NULL);
    free(pool.fds);
    free(pool.workers);
    return pool.outcome;
}

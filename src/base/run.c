/* Work in blocks, handed out in order from one counter. When block i fails, every block before
 * it has been handed out already and is finished, so the lowest failing block is the same for
 * every number of threads. A thread that cannot be started is done without: the caller's own
 * thread works too. */
#include "trod/base/run.h"

#include <pthread.h>
#include <sched.h>
#include <time.h>

enum { MOST_THREADS = 64 };

static unsigned cores(void) {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
    const int n = CPU_COUNT(&set);
    return n < 1 ? 1 : (unsigned)n;
}

unsigned trod_run_threads(const struct trod_run *run) {
    if (!run) return 1;
    const unsigned n = run->n_threads ? run->n_threads : cores();
    return n > MOST_THREADS ? MOST_THREADS : n;
}

struct team {
    const struct trod_run *run;
    size_t n;
    trod_status (*work)(void *owner, size_t i, struct trod_error *error);
    void *owner;
    atomic_size_t next;
    atomic_bool stopped;
    pthread_mutex_t lock; /* over what follows */
    size_t failed_at;     /* SIZE_MAX: none */
    trod_status status;
    struct trod_error *error;
};

static void *team_member(void *argument) {
    struct team *const team = argument;
    for (;;) {
        if (atomic_load(&team->stopped)) return NULL;
        if (trod_run_cancelled(team->run)) {
            atomic_store(&team->stopped, true);
            return NULL;
        }
        const size_t i = atomic_fetch_add(&team->next, 1);
        if (i >= team->n) return NULL;
        struct trod_error error = {0};
        const trod_status status = team->work(team->owner, i, &error);
        if (status == TROD_OK) continue;
        atomic_store(&team->stopped, true);
        pthread_mutex_lock(&team->lock);
        if (i < team->failed_at) {
            team->failed_at = i;
            team->status = status;
            if (team->error) *team->error = error;
        }
        pthread_mutex_unlock(&team->lock);
    }
}

trod_status trod_run_each(const struct trod_run *run, size_t n,
                          trod_status (*work)(void *owner, size_t i, struct trod_error *error),
                          void *owner, struct trod_error *error) {
    struct team team = {.run = run,
                        .n = n,
                        .work = work,
                        .owner = owner,
                        .failed_at = SIZE_MAX,
                        .status = TROD_OK,
                        .error = error};
    pthread_mutex_init(&team.lock, NULL);
    pthread_t threads[MOST_THREADS];
    const unsigned wanted = trod_run_threads(run);
    unsigned started = 0;
    while (started + 1 < wanted && started + 1 < n) {
        if (pthread_create(&threads[started], NULL, team_member, &team) != 0) break;
        started++;
    }
    team_member(&team);
    for (unsigned i = 0; i < started; i++) pthread_join(threads[i], NULL);
    pthread_mutex_destroy(&team.lock);
    if (team.status != TROD_OK) return team.status;
    if (trod_run_cancelled(run)) return trod_fail(error, TROD_CANCELLED, "stopped on request");
    return TROD_OK;
}

int64_t trod_clock_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

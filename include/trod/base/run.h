/* run: what long work is allowed and how it reports. A zeroed trod_run is a thread for each core,
 * 4 GiB, no progress; no trod_run at all (NULL) is one thread. Results never depend on n_threads.
 */
#ifndef TROD_BASE_RUN_H
#define TROD_BASE_RUN_H

#include <stdatomic.h>

#include "trod/base/status.h"

struct trod_run {
    unsigned n_threads;        /* 0: as many as the machine has cores */
    uint64_t memory_bytes;     /* 0: 4 GiB */
    atomic_bool *cancel;       /* may be NULL; set from a signal handler */
    void (*progress)(void *owner, const char *what, uint64_t done, uint64_t total);
    void *owner;
};
static inline bool trod_run_cancelled(const struct trod_run *run) {
    return run && run->cancel && atomic_load_explicit(run->cancel, memory_order_relaxed);
}
unsigned trod_run_threads(const struct trod_run *run);
/* Calls work(owner, i) for each i in 0..n-1 on up to n_threads threads and returns the status of
 * the lowest failing i (TROD_OK if none). Blocks are handed out in order; what `work` writes must
 * be per i. */
TROD_MUST trod_status trod_run_each(const struct trod_run *run, size_t n,
                                    trod_status (*work)(void *owner, size_t i,
                                                        struct trod_error *error),
                                    void *owner, struct trod_error *error);

/* The monotonic clock in microseconds, for limits and progress; never for results. */
int64_t trod_clock_us(void);

#endif

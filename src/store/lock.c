/* The writer's lock: flock() on .trod/lock, which the system lets go of however the holder
 * ends. The holder writes who it is into the file, for the message to those who wait; the text
 * of a holder that is gone means nothing, and is written over by the next. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "store/disk.h"
#include "store/inside.h"

enum { FIRST_PAUSE_US = 2000, LAST_PAUSE_US = 100000 };

static int64_t now_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * TROD_SECOND_US + now.tv_nsec / 1000;
}

static void pause_us(int64_t pause) {
    const struct timespec wait = {.tv_sec = pause / TROD_SECOND_US,
                                  .tv_nsec = (long)(pause % TROD_SECOND_US * 1000)};
    nanosleep(&wait, NULL);
}

/* "process PID on HOST since TIME"; what cannot be written is only not said. */
static void sign(int fd) {
    char host[256] = "";
    char when[40], text[400];
    if (gethostname(host, sizeof host - 1) != 0 || !host[0]) memcpy(host, "?", 2);
    const int64_t second_us = now_us() / TROD_SECOND_US * TROD_SECOND_US;
    const int n = snprintf(text, sizeof text, "process %ld on %s since %s\n", (long)getpid(),
                           host, trod_time_write(second_us, when));
    if (n < 0 || ftruncate(fd, 0) != 0) return;
    const ssize_t written = pwrite(fd, text, (size_t)n, 0);
    (void)written;
}

static trod_status busy(const struct trod_store *store, int fd, struct trod_error *error) {
    char text[400];
    const ssize_t n = pread(fd, text, sizeof text, 0);
    const trod_str holder = trod_str_trim((trod_str){text, n > 0 ? (size_t)n : 0});
    trod_fail(error, TROD_BUSY, "the log in %s is being changed by %.*s", store->trod,
              holder.n ? (int)holder.n : 15, holder.n ? holder.at : "another process");
    trod_error_hint(error, "wait until it is done and try again; reading works meanwhile");
    return TROD_BUSY;
}

/* True if the open file is still the one of that name. */
static bool still_there(int fd, const char *name) {
    struct stat open_one, named;
    return fstat(fd, &open_one) == 0 && stat(name, &named) == 0 &&
           open_one.st_dev == named.st_dev && open_one.st_ino == named.st_ino;
}

trod_status store_lock_take(const struct trod_store *store, int64_t wait_us, int *fd,
                            struct trod_error *error) {
    trod_status status = TROD_OK;
    int64_t pause = FIRST_PAUSE_US;
    const int64_t begin_us = trod_clock_us();
    int lock = -1;
    char *const name = store_path(store->trod, "lock");
    TROD_TRY_ALLOC(name, error);
    for (;;) {
        if (lock < 0) lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (lock < 0) {
            status = store_disk_error("opened", name, errno, error);
            goto done;
        }
        if (flock(lock, LOCK_EX | LOCK_NB) == 0) {
            if (still_there(lock, name)) break;
            close(lock); /* it was deleted, and may be somebody else's anew */
            lock = -1;
            continue;
        }
        if (errno != EWOULDBLOCK && errno != EINTR) {
            status = store_disk_error("locked", name, errno, error);
            goto done;
        }
        const int64_t left = wait_us - (trod_clock_us() - begin_us);
        if (left <= 0 || trod_run_cancelled(store->run)) {
            status = busy(store, lock, error);
            goto done;
        }
        pause_us(pause < left ? pause : left);
        if (pause < LAST_PAUSE_US) pause *= 2;
    }
    sign(lock);
    *fd = lock;
    lock = -1;
done:
    if (lock >= 0) close(lock);
    free(name);
    return status;
}

void store_lock_release(int fd) {
    if (fd < 0) return;
    const int emptied = ftruncate(fd, 0);
    (void)emptied;
    close(fd);
}

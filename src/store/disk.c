/* The store's steps on the disk. A step that is counted down to fails as a full disk would, or
 * the process is killed there, without a chance to tidy up. */
#include "store/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "store/sqlite_door.h"
#include "trod/store.h"

/* The only state outside of objects: a counter for tests, 0 in ordinary life. The top bit says
 * that the process is killed where the others come to an end. */
static _Atomic uint64_t fail_countdown;
#define KILL_BIT (UINT64_C(1) << 63)

uint64_t trod_store_fail_at(uint64_t n, bool kill) {
    store_db_watch();
    return atomic_exchange(&fail_countdown, n && kill ? n | KILL_BIT : n) & ~KILL_BIT;
}

bool store_disk_fails(void) {
    const uint64_t left = atomic_load_explicit(&fail_countdown, memory_order_relaxed);
    if ((left & ~KILL_BIT) == 0) return false;
    if ((atomic_fetch_sub(&fail_countdown, 1) & ~KILL_BIT) != 1) return false;
    if (left & KILL_BIT) raise(SIGKILL);
    return true;
}

int store_disk_write(int fd, const void *at, size_t n) {
    const char *bytes = at;
    if (store_disk_fails()) return ENOSPC;
    while (n) {
        const size_t most = (size_t)1 << 30;
        const ssize_t written = write(fd, bytes, n < most ? n : most);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return errno;
        bytes += written;
        n -= (size_t)written;
    }
    return 0;
}

int store_disk_sync(int fd) {
    if (store_disk_fails()) return EIO;
    if (fsync(fd) == 0 || errno == EINVAL || errno == ENOTSUP) return 0;
    return errno;
}

int store_disk_rename(const char *from, const char *to) {
    if (store_disk_fails()) return EIO;
    return rename(from, to) == 0 ? 0 : errno;
}

int store_disk_unlink(const char *name) {
    if (store_disk_fails()) return EIO;
    return unlink(name) == 0 || errno == ENOENT ? 0 : errno;
}

int store_disk_sync_folder(const char *folder) {
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return errno;
    const int code = store_disk_sync(fd);
    close(fd);
    return code;
}

int store_disk_open(const char *name) {
    int fd;
    do fd = open(name, O_RDONLY | O_CLOEXEC);
    while (fd < 0 && errno == EINTR);
    return fd;
}

trod_status store_disk_error(const char *what, const char *name, int code,
                             struct trod_error *error) {
    switch (code) {
    case ENOSPC:
    case EDQUOT:
        trod_fail(error, TROD_IO, "%s cannot be %s: there is no room left on the disk", name,
                  what);
        trod_error_hint(error, "free some room and do it again; the log is as it was");
        return TROD_IO;
    case EFBIG:
        trod_fail(error, TROD_IO, "%s cannot be %s: no file may become so large here", name,
                  what);
        trod_error_hint(error, "raise the limit (ulimit -f) and do it again; the log is as it "
                               "was");
        return TROD_IO;
    case EACCES:
    case EPERM:
    case EROFS:
        trod_fail(error, TROD_IO, "%s cannot be %s: that is not allowed there", name, what);
        trod_error_hint(error, "ask the owner of the folder for permission");
        return TROD_IO;
    case EMFILE:
    case ENFILE:
        trod_fail(error, TROD_IO, "%s cannot be %s: too many files are open", name, what);
        trod_error_hint(error, "raise the limit (ulimit -n), or put the log's files together "
                               "with \"trod log compact\"");
        return TROD_IO;
    case ENOMEM:
        return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    default:
        return trod_fail(error, TROD_IO, "%s cannot be %s: %s", name, what, strerror(code));
    }
}

/* A file that has no name from the beginning, or, where the file system has no such files,
 * loses it at once: whatever happens to the process, nothing is left. It is read through a map,
 * of which the system keeps as much in memory as there is room for. */
#include "mine/aside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

void mine_aside_init(struct mine_aside *aside) {
    *aside = (struct mine_aside){.file = -1};
    pthread_mutex_init(&aside->lock, NULL);
    const char *const temporary = getenv("TMPDIR");
    const char *const folder = temporary && *temporary ? temporary : "/tmp";
    const size_t n = strlen(folder);
    memcpy(aside->folder, folder, n < sizeof aside->folder ? n : sizeof aside->folder - 1);
}

void mine_aside_release(struct mine_aside *aside) {
    if (aside->map) munmap(aside->map, (size_t)aside->n_bytes);
    if (aside->file >= 0) close(aside->file);
    pthread_mutex_destroy(&aside->lock);
}

static trod_status failed(const struct mine_aside *aside, const char *what, int number,
                          struct trod_error *error) {
    trod_fail(error, TROD_IO, "cannot %s a temporary file in %s: %s", what, aside->folder,
              strerror(number));
    trod_error_hint(error,
                    "what does not fit into --memory goes there: set TMPDIR to a folder with "
                    "more room, or raise --memory");
    return TROD_IO;
}

static trod_status make_file(struct mine_aside *aside, struct trod_error *error) {
    if (aside->file >= 0) return TROD_OK;
    aside->file = open(aside->folder, O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);
    if (aside->file >= 0) return TROD_OK;
    char name[sizeof aside->folder + 32];
    static const char ending[] = "/trod-XXXXXX";
    const size_t n = strlen(aside->folder);
    memcpy(name, aside->folder, n);
    memcpy(name + n, ending, sizeof ending);
    aside->file = mkostemp(name, O_CLOEXEC);
    if (aside->file < 0) return failed(aside, "make", errno, error);
    unlink(name);
    return TROD_OK;
}

trod_status mine_aside_put(struct mine_aside *aside, const void *at, size_t n_bytes,
                           uint64_t *place, struct trod_error *error) {
    trod_status status = TROD_OK;
    pthread_mutex_lock(&aside->lock);
    status = make_file(aside, error);
    *place = aside->n_bytes;
    if (status == TROD_OK) aside->n_bytes += (n_bytes + 63) / 64 * 64;
    pthread_mutex_unlock(&aside->lock);
    for (size_t done = 0; status == TROD_OK && done < n_bytes;) {
        const ssize_t n = pwrite(aside->file, (const unsigned char *)at + done, n_bytes - done,
                                 (off_t)(*place + done));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0)
            status = failed(aside, "write", n < 0 ? errno : ENOSPC, error);
        else
            done += (size_t)n;
    }
    return status;
}

trod_status mine_aside_open(struct mine_aside *aside, struct trod_error *error) {
    if (aside->n_bytes == 0 || aside->map) return TROD_OK;
    /* The last one may end before a multiple of 64. */
    if (ftruncate(aside->file, (off_t)aside->n_bytes) != 0)
        return failed(aside, "write", errno, error);
    void *const map = mmap(NULL, (size_t)aside->n_bytes, PROT_READ, MAP_SHARED, aside->file, 0);
    if (map == MAP_FAILED) return failed(aside, "read", errno, error);
    aside->map = map;
    return TROD_OK;
}

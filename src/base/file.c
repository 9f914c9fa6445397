/* Whole files, read at once. (Writing: file_write.c; streams, compressed ones too: source.c.) */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file_internal.h"
#include "trod/base/file.h"

bool trod_file_exists(const char *name) {
    struct stat about;
    return name && stat(name, &about) == 0;
}

static trod_status too_large(const char *name, size_t ceiling_bytes, struct trod_error *error) {
    return trod_fail(error, TROD_TOO_MUCH,
                     "%s has more than %.6g MiB, the most that is read here",
                     base_file_label(name), (double)ceiling_bytes / (1 << 20));
}

trod_status trod_file_read(const char *name, size_t ceiling_bytes, struct trod_buf *bytes,
                           struct trod_error *error) {
    trod_status status = TROD_OK;
    int fd = -1;
    uint64_t size = 0;
    trod_buf_free(bytes);
    bytes->failed = false;
    bytes->ceiling = ceiling_bytes < SIZE_MAX - 1 ? ceiling_bytes + 1 : ceiling_bytes;
    TROD_TRY(base_file_open(name, &fd, &size, error));
    if (size > ceiling_bytes) {
        status = too_large(name, ceiling_bytes, error);
        goto done;
    }
    for (;;) { /* one byte above the size, so that the end is seen without growing */
        const size_t room = bytes->n < size ? (size_t)size - bytes->n + 1 : 64 << 10;
        const size_t allowed = bytes->ceiling - bytes->n;
        const size_t more = room < allowed ? room : allowed;
        TROD_TRY_ALLOC(trod_buf_room(bytes, more), error);
        size_t n = 0;
        TROD_TRY(base_file_fill(name, fd, bytes->at + bytes->n, more, &n, error));
        bytes->n += n;
        bytes->at[bytes->n] = '\0';
        if (n == 0) break;
        if (bytes->n > ceiling_bytes) {
            status = too_large(name, ceiling_bytes, error);
            goto done;
        }
    }
done:
    base_file_close(fd);
    if (status != TROD_OK) trod_buf_free(bytes);
    return status;
}

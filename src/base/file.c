/* Whole files. A file is written aside, synced and renamed over the old one, then its folder is
 * synced, so that at any crash the old bytes or the new ones are there, whole. What is no
 * regular file (a device, a pipe) is written directly; a link is followed and its target
 * replaced. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
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

static trod_status cannot_write(const char *name, int code, struct trod_error *error) {
    const char *const label = strcmp(name, "-") == 0 ? "standard output" : name;
    switch (code) {
    case ENOENT:
    case ENOTDIR: {
        const trod_str folder = trod_path_folder(trod_str_of(name));
        trod_fail(error, TROD_NO_FILE, "%s cannot be written: there is no folder %.*s", label,
                  TROD_ARG(folder));
        trod_error_hint(error, "make the folder first, or choose another name");
        return TROD_NO_FILE;
    }
    case EISDIR:
        trod_fail(error, TROD_NO_FILE, "%s is a folder, so no file of that name can be written",
                  label);
        trod_error_hint(error, "choose another name");
        return TROD_NO_FILE;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        trod_fail(error, TROD_IO, "%s cannot be written: there is no room left on the disk",
                  label);
        trod_error_hint(error, "free some room, or write to another disk");
        return TROD_IO;
    case EACCES:
    case EPERM:
    case EROFS:
        trod_fail(error, TROD_IO, "%s cannot be written: writing there is not allowed", label);
        trod_error_hint(error, "choose another folder, or ask for permission");
        return TROD_IO;
    case ENOMEM:
        return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    case EPIPE:
        return trod_fail(error, TROD_IO, "%s was closed by its reader", label);
    default:
        break;
    }
    return trod_fail(error, TROD_IO, "%s cannot be written: %s", label, strerror(code));
}

/* 0, or errno. */
static int write_all(int fd, trod_str bytes) {
    while (bytes.n) {
        const size_t most = (size_t)1 << 30;
        const ssize_t n = write(fd, bytes.at, bytes.n < most ? bytes.n : most);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno;
        bytes = trod_str_slice(bytes, (size_t)n, bytes.n);
    }
    return 0;
}

static int sync_fd(int fd) {
    if (fsync(fd) == 0 || errno == EINVAL || errno == ENOTSUP) return 0;
    return errno;
}

static int write_directly(const char *name, trod_str bytes) {
    int fd;
    do fd = open(name, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    while (fd < 0 && errno == EINTR);
    if (fd < 0) return errno;
    int code = write_all(fd, bytes);
    if (close(fd) != 0 && code == 0 && errno != EINTR) code = errno;
    return code;
}

/* Makes a new file beside `name`; `aside` has room for its name. */
static int open_aside(const char *name, char *aside, size_t room, mode_t mode) {
    for (int attempt = 0; attempt < 100; attempt++) {
        uint32_t salt = 0;
        if (getrandom(&salt, sizeof salt, GRND_NONBLOCK) != sizeof salt)
            salt = (uint32_t)getpid() + (uint32_t)attempt;
        const trod_str folder = trod_path_folder(trod_str_of(name));
        snprintf(aside, room, "%.*s/.trod-%08x.tmp", TROD_ARG(folder), salt);
        const int fd = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        if (fd >= 0 || errno != EEXIST) return fd;
    }
    return -1;
}

static int sync_folder(const char *name) {
    char folder[PATH_MAX];
    const trod_str text = trod_path_folder(trod_str_of(name));
    if (text.n >= sizeof folder) return ENAMETOOLONG;
    memcpy(folder, text.at, text.n);
    folder[text.n] = '\0';
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return 0; /* a folder that may be written but not read cannot be synced */
    const int code = sync_fd(fd);
    close(fd);
    return code;
}

static int write_aside(const char *name, trod_str bytes, const struct stat *old) {
    char aside[PATH_MAX];
    if (strlen(name) + 32 > sizeof aside) return ENAMETOOLONG;
    const int fd = open_aside(name, aside, sizeof aside, 0666);
    if (fd < 0) return errno;
    int code = 0;
    if (old && fchmod(fd, old->st_mode & 07777) != 0) code = errno;
    if (code == 0) code = write_all(fd, bytes);
    if (code == 0) code = sync_fd(fd);
    if (close(fd) != 0 && code == 0 && errno != EINTR) code = errno;
    if (code == 0 && rename(aside, name) != 0) code = errno;
    if (code != 0) {
        unlink(aside);
        return code;
    }
    return sync_folder(name);
}

trod_status trod_file_write(const char *name, trod_str bytes, struct trod_error *error) {
    int code = 0;
    struct stat old;
    if (strcmp(name, "-") == 0) {
        code = write_all(STDOUT_FILENO, bytes);
    } else if (stat(name, &old) != 0) {
        code = errno == ENOENT ? write_aside(name, bytes, NULL) : errno;
    } else if (S_ISDIR(old.st_mode)) {
        code = EISDIR;
    } else if (!S_ISREG(old.st_mode)) {
        code = write_directly(name, bytes);
    } else {
        char *const target =
            realpath(name, NULL); /* a link's target, not the link, is replaced */
        code = target ? write_aside(target, bytes, &old) : errno;
        free(target);
    }
    return code == 0 ? TROD_OK : cannot_write(name, code, error);
}

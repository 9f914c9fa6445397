/* Writing files: aside, synced and renamed, so that whoever reads finds the old file or the whole new
 * one. A device, a pipe and standard output are written to directly. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "trod/base/file.h"

enum { GATHERED = 1 << 18 }; /* bytes that are written at once */

struct trod_outfile {
    int fd;
    bool owned; /* the descriptor is ours to close */
    char *name; /* as the user named it, for messages */
    char *target;
    char *aside; /* NULL: written directly */
    struct trod_buf bytes;
};

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
        trod_fail(error, TROD_IO, "%s cannot be written: there is no room left on the disk",
                  label);
        trod_error_hint(error, "free some room, or write to another disk");
        return TROD_IO;
    case EFBIG:
        trod_fail(error, TROD_IO, "%s cannot be written: no file may become so large here",
                  label);
        trod_error_hint(error, "raise the limit (ulimit -f), or write less");
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


/* Where it is written: 0, or errno. */
static int open_target(struct trod_outfile *file) {
    struct stat old;
    if (strcmp(file->name, "-") == 0) {
        file->fd = STDOUT_FILENO;
        return 0;
    }
    const bool is_new = stat(file->name, &old) != 0;
    if (is_new && errno != ENOENT) return errno;
    if (!is_new && S_ISDIR(old.st_mode)) return EISDIR;
    file->owned = true;
    if (!is_new && !S_ISREG(old.st_mode)) {
        do file->fd = open(file->name, O_WRONLY | O_CLOEXEC | O_NOCTTY);
        while (file->fd < 0 && errno == EINTR);
        return file->fd < 0 ? errno : 0;
    }
    /* A link's target, not the link, is replaced. */
    file->target = is_new ? strdup(file->name) : realpath(file->name, NULL);
    file->aside = malloc(PATH_MAX);
    if (!file->target || !file->aside) return file->aside ? errno : ENOMEM;
    if (strlen(file->target) + 32 > PATH_MAX) return ENAMETOOLONG;
    file->fd = open_aside(file->target, file->aside, PATH_MAX, 0666);
    if (file->fd < 0) {
        const int code = errno;
        free(file->aside);
        file->aside = NULL;
        return code;
    }
    return !is_new && fchmod(file->fd, old.st_mode & 07777) != 0 ? errno : 0;
}

static void free_file(struct trod_outfile *file) {
    if (file->owned && file->fd >= 0) close(file->fd);
    if (file->aside) unlink(file->aside);
    trod_buf_free(&file->bytes);
    free(file->name);
    free(file->target);
    free(file->aside);
    free(file);
}

trod_status trod_outfile_open(const char *name, struct trod_outfile **file,
                              struct trod_error *error) {
    *file = NULL;
    struct trod_outfile *const made = base_alloc_zeroed(sizeof *made);
    if (!made) return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    made->fd = -1;
    made->name = strdup(name);
    const int code = made->name ? open_target(made) : ENOMEM;
    if (code != 0) {
        free_file(made);
        return cannot_write(name, code, error);
    }
    *file = made;
    return TROD_OK;
}

static trod_status flush_bytes(struct trod_outfile *file, struct trod_error *error) {
    const int code = write_all(file->fd, trod_buf_str(&file->bytes));
    trod_buf_clear(&file->bytes);
    return code == 0 ? TROD_OK : cannot_write(file->name, code, error);
}

trod_status trod_outfile_add(struct trod_outfile *file, trod_str bytes,
                             struct trod_error *error) {
    if (bytes.n < GATHERED) {
        trod_buf_add(&file->bytes, bytes);
        if (file->bytes.failed)
            return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
        return file->bytes.n < GATHERED ? TROD_OK : flush_bytes(file, error);
    }
    const trod_status status = flush_bytes(file, error);
    if (status != TROD_OK) return status;
    const int code = write_all(file->fd, bytes);
    return code == 0 ? TROD_OK : cannot_write(file->name, code, error);
}

/* Nothing of what was promised is left to be done: 0, or errno. */
static int keep_file(struct trod_outfile *file) {
    int code = file->aside ? sync_fd(file->fd) : 0;
    if (file->owned && close(file->fd) != 0 && code == 0 && errno != EINTR) code = errno;
    file->fd = -1;
    if (code != 0 || !file->aside) return code;
    if (rename(file->aside, file->target) != 0) return errno;
    free(file->aside);
    file->aside = NULL;
    return sync_folder(file->target);
}

trod_status trod_outfile_close(struct trod_outfile *file, bool keep, struct trod_error *error) {
    trod_status status = TROD_OK;
    if (!file) return TROD_OK;
    if (keep) {
        status = flush_bytes(file, error);
        const int code = status == TROD_OK ? keep_file(file) : 0;
        if (code != 0) status = cannot_write(file->name, code, error);
    }
    free_file(file);
    return status;
}

trod_status trod_file_write(const char *name, trod_str bytes, struct trod_error *error) {
    struct trod_outfile *file = NULL;
    trod_status status = trod_outfile_open(name, &file, error);
    if (status != TROD_OK) return status;
    status = trod_outfile_add(file, bytes, error);
    const trod_status closed =
        trod_outfile_close(file, status == TROD_OK, status == TROD_OK ? error : NULL);
    return status == TROD_OK ? closed : status;
}

/* Bytes in pieces, expanded as they come. The first four bytes tell plain, gzip and zstd apart.
 * What an attacker can make a small file expand to is bounded twice: by a ceiling on the
 * expanded bytes and, beyond the first 64 MiB, by a ceiling on how many bytes come out for one
 * that went in. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/expand.h"
#include "base/file_internal.h"
#include "trod/base/file.h"

enum { INPUT_ROOM = 256 << 10, MAGIC = 4 };
static const uint64_t FREE_OF_RATIO = UINT64_C(64) << 20;

enum source_kind { PLAIN, GZIP, ZSTD };

struct trod_source {
    char *name;
    int fd; /* -1: bytes in memory */
    trod_str memory;
    enum source_kind kind;
    bool ended;    /* no more input will come */
    bool boundary; /* input may end here */
    struct gzip_door *gzip;
    struct zstd_door *zstd;
    char *input; /* INPUT_ROOM bytes; NULL for memory */
    const char *at;
    size_t n; /* input read and not yet taken */
    uint64_t n_read, n_given, total;
    uint64_t ceiling;
    double ratio;
    struct trod_error failed; /* the first error, given again */
};

static trod_status cannot_open(const char *name, int code, struct trod_error *error) {
    if (code == ENOMEM) return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    if (code == ENOENT || code == ENOTDIR) {
        trod_fail(error, TROD_NO_FILE, "there is no file %s", name);
        trod_error_hint(error, "check the name and the folder");
        return TROD_NO_FILE;
    }
    if (code == EACCES || code == EPERM) {
        trod_fail(error, TROD_NO_FILE, "%s may not be read", name);
        trod_error_hint(error, "ask its owner for permission to read it");
        return TROD_NO_FILE;
    }
    if (code == EISDIR)
        return trod_fail(error, TROD_NO_FILE, "%s is a folder, not a file", name);
    return trod_fail(error, TROD_NO_FILE, "%s cannot be opened: %s", name, strerror(code));
}

trod_status base_file_open(const char *name, int *fd, uint64_t *size,
                           struct trod_error *error) {
    struct stat about;
    *size = 0;
    if (strcmp(name, "-") == 0) {
        *fd = STDIN_FILENO;
    } else {
        do *fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        while (*fd < 0 && errno == EINTR);
        if (*fd < 0) return cannot_open(name, errno, error);
    }
    if (fstat(*fd, &about) == 0) {
        if (S_ISDIR(about.st_mode)) {
            base_file_close(*fd);
            return cannot_open(name, EISDIR, error);
        }
        if (S_ISREG(about.st_mode) && about.st_size > 0) *size = (uint64_t)about.st_size;
    }
    return TROD_OK;
}

void base_file_close(int fd) {
    if (fd >= 0 && fd != STDIN_FILENO) close(fd);
}

trod_status base_file_fill(const char *name, int fd, char *at, size_t room, size_t *n,
                           struct trod_error *error) {
    ssize_t got;
    do got = read(fd, at, room);
    while (got < 0 && errno == EINTR);
    *n = got > 0 ? (size_t)got : 0;
    if (got >= 0) return TROD_OK;
    if (errno == EISDIR) return cannot_open(name, EISDIR, error);
    return trod_fail(error, TROD_IO, "%s cannot be read further: %s", base_file_label(name),
                     strerror(errno));
}

const char *base_file_label(const char *name) {
    return strcmp(name, "-") == 0 ? "standard input" : name;
}

/* Reads more input behind what is left of it; only at the begin of a file is something left. */
static trod_status fill(struct trod_source *source, struct trod_error *error) {
    if (source->ended) return TROD_OK;
    if (source->fd < 0) {
        source->ended = true;
        return TROD_OK;
    }
    if (source->n) memmove(source->input, source->at, source->n);
    source->at = source->input;
    size_t n = 0;
    const trod_status status = base_file_fill(
        source->name, source->fd, source->input + source->n, INPUT_ROOM - source->n, &n, error);
    source->n += n;
    source->n_read += n;
    source->ended = status == TROD_OK && n == 0;
    return status;
}

static trod_status begin(struct trod_source *source, struct trod_error *error) {
    while (source->n < MAGIC && !source->ended) {
        const trod_status status = fill(source, error);
        if (status != TROD_OK) return status;
    }
    const unsigned char *const first = (const unsigned char *)source->at;
    if (source->n >= 2 && first[0] == 0x1f && first[1] == 0x8b) {
        source->kind = GZIP;
        source->gzip = base_gzip_make();
        if (!source->gzip)
            return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    } else if (source->n >= 4 && ((first[0] == 0x28 && first[1] == 0xb5 && first[2] == 0x2f &&
                                   first[3] == 0xfd) ||
                                  ((first[0] & 0xf0) == 0x50 && first[1] == 0x2a &&
                                   first[2] == 0x4d && first[3] == 0x18))) {
        source->kind = ZSTD;
        source->zstd = base_zstd_make();
        if (!source->zstd)
            return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    }
    return TROD_OK;
}

static struct trod_source *
source_make(const char *name, const struct trod_source_options *options, bool in_memory) {
    struct trod_source *const source = base_alloc_zeroed(sizeof *source);
    if (!source) return NULL;
    source->fd = -1;
    source->at = "";
    source->ceiling =
        options && options->ceiling_bytes ? options->ceiling_bytes : UINT64_C(64) << 30;
    source->ratio = options && options->ratio > 0 ? options->ratio : 200;
    const size_t name_bytes = strlen(name) + 1;
    source->name = base_alloc(name_bytes);
    source->input = in_memory ? NULL : base_alloc(INPUT_ROOM);
    if (!source->name || (!source->input && !in_memory)) {
        trod_source_close(source);
        return NULL;
    }
    memcpy(source->name, name, name_bytes);
    return source;
}

trod_status trod_source_open(const char *name, const struct trod_source_options *options,
                             struct trod_source **source, struct trod_error *error) {
    trod_status status = TROD_OK;
    *source = NULL;
    struct trod_source *const made = source_make(name, options, false);
    TROD_TRY_ALLOC(made, error);
    TROD_TRY(base_file_open(name, &made->fd, &made->total, error));
    TROD_TRY(begin(made, error));
    *source = made;
done:
    if (status != TROD_OK) trod_source_close(made);
    return status;
}

trod_status trod_source_open_bytes(trod_str bytes, const char *name,
                                   const struct trod_source_options *options,
                                   struct trod_source **source, struct trod_error *error) {
    trod_status status = TROD_OK;
    *source = NULL;
    struct trod_source *const made = source_make(name, options, true);
    TROD_TRY_ALLOC(made, error);
    made->at = bytes.at ? bytes.at : "";
    made->n = bytes.n;
    made->n_read = made->total = bytes.n;
    TROD_TRY(begin(made, error));
    *source = made;
done:
    if (status != TROD_OK) trod_source_close(made);
    return status;
}

static trod_status cut_short(const struct trod_source *source, struct trod_error *error) {
    const char *const kind = source->kind == GZIP ? "gzip" : "zstd";
    trod_fail(error, TROD_BAD_INPUT,
              "%s ends in the middle: the %s file was cut short; fetch it again",
              base_file_label(source->name), kind);
    return TROD_BAD_INPUT;
}

static trod_status damaged(const struct trod_source *source, const char *why,
                           struct trod_error *error) {
    trod_fail(error, TROD_BAD_INPUT, "%s is a damaged %s file (%s); fetch it again",
              base_file_label(source->name), source->kind == GZIP ? "gzip" : "zstd", why);
    return TROD_BAD_INPUT;
}

/* Expands until there is output, or the end. */
static trod_status expand(struct trod_source *source, char *at, size_t room, size_t *n,
                          struct trod_error *error) {
    for (;;) {
        if (source->n == 0 && !source->ended) {
            const trod_status status = fill(source, error);
            if (status != TROD_OK) return status;
        }
        if (source->n == 0 && source->ended && source->boundary) return TROD_OK;
        struct expand_step step = {
            .in = source->at, .n_in = source->n, .out = at, .n_out = room};
        const enum expand_result result = source->kind == GZIP
                                              ? base_gzip_step(source->gzip, &step)
                                              : base_zstd_step(source->zstd, &step);
        const size_t taken = source->n - step.n_in;
        *n = room - step.n_out;
        source->at = step.in;
        source->n = step.n_in;
        if (result == EXPAND_NO_MEMORY)
            return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
        if (result == EXPAND_BROKEN) return damaged(source, step.why, error);
        source->boundary = result == EXPAND_BOUNDARY;
        if (*n) return TROD_OK;
        if (taken == 0 && !source->boundary) {
            if (source->ended && source->n == 0) return cut_short(source, error);
            if (source->n) return damaged(source, "the compressed bytes lead nowhere", error);
        }
    }
}

static trod_status check_ceilings(const struct trod_source *source, struct trod_error *error) {
    const char *const name = base_file_label(source->name);
    if (source->n_given > source->ceiling) {
        trod_fail(error, TROD_TOO_MUCH, "%s %s more than %.6g MiB, the most that is read", name,
                  source->kind == PLAIN ? "has" : "expands to",
                  (double)source->ceiling / (1 << 20));
        trod_error_hint(error, "cut it into smaller files");
        return TROD_TOO_MUCH;
    }
    const uint64_t taken = source->n_read - source->n;
    if (source->kind != PLAIN && source->n_given > FREE_OF_RATIO &&
        (double)(source->n_given - FREE_OF_RATIO) > source->ratio * (double)taken) {
        trod_fail(error, TROD_TOO_MUCH,
                  "%s expands to more than %.6g times its size: that is no honest log, and it "
                  "could fill this machine",
                  name, source->ratio);
        trod_error_hint(error, "if you trust it, expand it yourself and give the plain file");
        return TROD_TOO_MUCH;
    }
    return TROD_OK;
}

static trod_status read_piece(struct trod_source *source, char *at, size_t room, size_t *n,
                              struct trod_error *error) {
    if (source->kind != PLAIN) return expand(source, at, room, n, error);
    if (source->n) {
        *n = source->n < room ? source->n : room;
        memcpy(at, source->at, *n);
        source->at += *n;
        source->n -= *n;
        return TROD_OK;
    }
    if (source->ended || source->fd < 0) return TROD_OK;
    const trod_status status = base_file_fill(source->name, source->fd, at, room, n, error);
    source->n_read += *n;
    source->ended = status == TROD_OK && *n == 0;
    return status;
}

trod_status trod_source_read(struct trod_source *source, char *at, size_t room, size_t *n,
                             struct trod_error *error) {
    *n = 0;
    if (source->failed.code != TROD_OK) {
        if (error) *error = source->failed;
        return source->failed.code;
    }
    if (room == 0) return TROD_OK;
    trod_status status = read_piece(source, at, room, n, &source->failed);
    if (status == TROD_OK) {
        source->n_given += *n;
        status = check_ceilings(source, &source->failed);
    }
    if (status != TROD_OK) {
        *n = 0;
        if (error) *error = source->failed;
    }
    return status;
}

uint64_t trod_source_progress(const struct trod_source *source, uint64_t *total) {
    if (total) *total = source->total;
    return source->n_read - source->n;
}

bool trod_source_expands(const struct trod_source *source) {
    return source->kind != PLAIN;
}

void trod_source_close(struct trod_source *source) {
    if (!source) return;
    base_file_close(source->fd);
    base_gzip_free(source->gzip);
    base_zstd_free(source->zstd);
    free(source->input);
    free(source->name);
    free(source);
}

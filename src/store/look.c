/* Looks for an id after it was forgotten: among the customers of every file, as a value of any
 * column (texts are packed, so their bytes alone would say nothing), and byte by byte in every
 * file of .trod. An id of few bytes stands everywhere by chance: such a one is looked for among
 * the customers alone. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/disk.h"
#include "store/forget.h"

enum { TELLING_BYTES = 6, BLOCK = 4096, READ_BYTES = 1 << 20 };

/* ---- Among the customers and values ---- */

struct looking {
    trod_str id;
    _Atomic uint64_t n_found;
};

static trod_status look_in_codes(struct looking *looking, const struct trod_part *part,
                                 const struct trod_part_column *column) {
    uint64_t n = 0;
    for (uint32_t code = 1; code <= column->n_values; code++)
        n += trod_str_contains(trod_part_value(part, column, code), looking->id);
    atomic_fetch_add(&looking->n_found, n);
    return TROD_OK;
}

static trod_status look_in_texts(struct looking *looking, const struct trod_part *part,
                                 const struct trod_part_column *column,
                                 struct trod_error *error) {
    trod_status status = TROD_OK;
    trod_str texts[BLOCK];
    uint64_t n_found = 0;
    const uint32_t n_rows = column->fact ? part->n_customers : part->n_events;
    struct trod_arena *const arena = trod_arena_make(STORE_ARENA_BYTES);
    TROD_TRY_ALLOC(arena, error);
    for (uint32_t from = 0; from < n_rows;) {
        const uint32_t n = n_rows - from < BLOCK ? n_rows - from : BLOCK;
        trod_arena_reset(arena);
        TROD_TRY(trod_part_texts(part, column, from, n, arena, texts, error));
        for (uint32_t i = 0; i < n; i++) n_found += trod_str_contains(texts[i], looking->id);
        from += n;
    }
    atomic_fetch_add(&looking->n_found, n_found);
done:
    trod_arena_free(arena);
    return status;
}

static trod_status look_in_part(void *owner, size_t i, const struct trod_part *part,
                                struct trod_arena *scratch, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct looking *const looking = owner;
    (void)i;
    (void)scratch;
    if (trod_part_find(part, looking->id) != TROD_NO_ID) atomic_fetch_add(&looking->n_found, 1);
    if (looking->id.n < TELLING_BYTES) return TROD_OK;
    for (size_t c = 0; c < part->n_columns; c++) {
        const struct trod_part_column *const column = &part->columns[c];
        if (column->kind == TROD_COLUMN_CODES)
            TROD_TRY(look_in_codes(looking, part, column));
        else if (column->kind == TROD_COLUMN_TEXT)
            TROD_TRY(look_in_texts(looking, part, column, error));
    }
done:
    return status;
}

static trod_status look_in_parts(struct trod_store *store, struct looking *looking,
                                 const struct trod_run *run, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_parts *parts = NULL;
    TROD_TRY(trod_store_parts(store, &parts, error));
    TROD_TRY(trod_parts_each(parts, run, look_in_part, looking, error));
done:
    trod_parts_free(parts);
    return status;
}

/* ---- Among the bytes ---- */

/* Counts the id in a file, also where it lies across two reads. */
static trod_status look_in_file(const char *name, trod_str id, uint64_t *n_found,
                                struct trod_error *error) {
    trod_status status = TROD_OK;
    size_t kept = 0; /* bytes of the read before: fewer than the id has */
    char *const bytes = malloc(READ_BYTES + id.n);
    const int fd = store_disk_open(name);
    TROD_TRY_ALLOC(bytes, error);
    if (fd < 0 && errno != ENOENT) status = store_disk_error("read", name, errno, error);
    if (fd < 0) goto done;
    for (;;) {
        const ssize_t n = read(fd, bytes + kept, READ_BYTES);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            status = store_disk_error("read", name, errno, error);
            goto done;
        }
        if (n == 0) break;
        const char *at = bytes;
        const char *const end = bytes + kept + n;
        while ((at = memmem(at, (size_t)(end - at), id.at, id.n))) {
            ++*n_found;
            at++;
        }
        const size_t all = (size_t)(end - bytes);
        kept = all < id.n - 1 ? all : id.n - 1;
        memmove(bytes, end - kept, kept);
    }
done:
    if (fd >= 0) close(fd);
    free(bytes);
    return status;
}

static trod_status look_in_folder(const char *folder, trod_str id, uint64_t *n_found,
                                  struct trod_error *error) {
    trod_status status = TROD_OK;
    char *path = NULL;
    DIR *const open_folder = opendir(folder);
    if (!open_folder) return store_disk_error("read", folder, errno, error);
    for (struct dirent *entry; (entry = readdir(open_folder));) {
        struct stat about;
        TROD_TRY_ALLOC(path = store_path(folder, entry->d_name), error);
        if (lstat(path, &about) == 0 && S_ISREG(about.st_mode))
            TROD_TRY(look_in_file(path, id, n_found, error));
        free(path);
        path = NULL;
    }
done:
    free(path);
    closedir(open_folder);
    return status;
}

trod_status store_look_for(struct trod_store *store, trod_str id, const struct trod_run *run,
                           uint64_t *n_left, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct looking looking = {.id = id};
    uint64_t n_found = 0;
    TROD_TRY(look_in_parts(store, &looking, run, error));
    if (id.n >= TELLING_BYTES) {
        TROD_TRY(look_in_folder(store->trod, id, &n_found, error));
        TROD_TRY(look_in_folder(store->log, id, &n_found, error));
    }
    *n_left = n_found + atomic_load(&looking.n_found);
done:
    return status;
}

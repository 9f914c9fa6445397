/* Finding, making and opening a store. Opening reads nothing but the catalogue's version, so it
 * takes as long for a hundred events as for a hundred million. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/disk.h"
#include "store/inside.h"

char *store_path(const char *folder, const char *name) {
    const size_t n = strlen(folder), m = strlen(name);
    char *const path = malloc(n + m + 2);
    if (!path) return NULL;
    memcpy(path, folder, n);
    path[n] = '/';
    memcpy(path + n + 1, name, m + 1);
    return path;
}

char *store_file_path(const struct trod_store *store, uint64_t number, bool aside) {
    char name[STORE_NAME_BYTES + sizeof STORE_ASIDE];
    store_file_name(number, name);
    if (aside) memcpy(name + strlen(name), STORE_ASIDE, sizeof STORE_ASIDE);
    return store_path(store->log, name);
}

static bool is_folder(const char *name) {
    struct stat about;
    return stat(name, &about) == 0 && S_ISDIR(about.st_mode);
}

trod_str trod_store_find(const char *from, struct trod_arena *arena) {
    const trod_str none = {NULL, 0};
    char folder[PATH_MAX];
    if (!realpath(from ? from : ".", folder)) return none;
    for (;;) {
        const size_t n = strlen(folder);
        if (n + sizeof "/.trod" > sizeof folder) return none;
        memcpy(folder + n, "/.trod", sizeof "/.trod");
        const bool found = is_folder(folder);
        folder[n] = '\0';
        if (found) return trod_arena_copy(arena, trod_str_of(n ? folder : "/"));
        if (n == 0) return none;
        *strrchr(folder, '/') = '\0'; /* "/a" becomes "", whose .trod is that of the root */
    }
}

/* Makes a folder that lasts: its name is synced in the folder above. */
static trod_status make_folder(const char *above, const char *name, struct trod_error *error) {
    if (mkdir(name, 0777) != 0) {
        if (errno == EEXIST && is_folder(name)) return TROD_OK;
        const int code = errno;
        if (code == ENOENT) {
            trod_fail(error, TROD_NO_FILE, "there is no folder %s", above);
            trod_error_hint(error, "make the folder first, or choose another");
            return TROD_NO_FILE;
        }
        return store_disk_error("made", name, code, error);
    }
    const int code = store_disk_sync_folder(above);
    return code == 0 ? TROD_OK : store_disk_error("made", name, code, error);
}

static trod_status look_for(const struct trod_store *store, const char *catalogue,
                            struct trod_error *error) {
    if (trod_file_exists(catalogue)) return TROD_OK;
    trod_fail(error, TROD_NO_FILE, "%s holds no log", store->folder);
    trod_error_hint(error, "\"trod import FILE\" begins one there");
    return TROD_NO_FILE;
}

trod_status trod_store_open(const char *folder, enum trod_store_mode mode,
                            const struct trod_run *run, struct trod_store **store,
                            struct trod_error *error) {
    trod_status status = TROD_OK;
    char *catalogue = NULL;
    struct trod_store *const made = calloc(1, sizeof *made);
    TROD_TRY_ALLOC(made, error);
    made->mode = mode;
    made->wait_us = 5 * TROD_SECOND_US;
    made->run = run;
    TROD_TRY_ALLOC(made->folder = strdup(folder), error);
    TROD_TRY_ALLOC(made->trod = store_path(folder, ".trod"), error);
    TROD_TRY_ALLOC(made->log = store_path(made->trod, "log"), error);
    TROD_TRY_ALLOC(catalogue = store_path(made->trod, "catalogue.db"), error);
    const bool create = mode == TROD_STORE_CREATE;
    if (create) {
        TROD_TRY(make_folder(folder, made->trod, error));
        TROD_TRY(make_folder(made->trod, made->log, error));
    } else {
        TROD_TRY(look_for(made, catalogue, error));
    }
    TROD_TRY(store_db_open(catalogue,
                           create                    ? STORE_DB_CREATE
                           : mode == TROD_STORE_READ ? STORE_DB_READ
                                                     : STORE_DB_WRITE,
                           &made->db, error));
    TROD_TRY(store_catalogue_prepare(made, create, error));
    *store = made;
done:
    free(catalogue);
    if (status != TROD_OK) trod_store_close(made);
    return status;
}

void trod_store_close(struct trod_store *store) {
    if (!store) return;
    store_db_close(store->db);
    store_db_close(store->inbox);
    free(store->folder);
    free(store->trod);
    free(store->log);
    free(store);
}

void trod_store_wait(struct trod_store *store, int64_t wait_us) {
    store->wait_us = wait_us;
}

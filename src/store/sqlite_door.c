/* The door to SQLite. For tests there is a file layer between SQLite and the disk, which counts
 * its steps and lets one of them fail; it is put in place by store_db_watch alone. */
#include <sqlite3.h>

#include "store/sqlite_door.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/disk.h"

enum { PATIENCE_MS = 10000 };
static const char WATCHED[] = "trod-watched";

struct store_db {
    sqlite3 *sqlite;
    char name[]; /* of the file, for messages */
};

struct store_query {
    struct store_db *db;
    sqlite3_stmt *statement;
    int bound; /* SQLITE_OK, or the first failure to bind */
};

static trod_status failed(const struct store_db *db, int code, struct trod_error *error) {
    const char *const name = db->name;
    const char *const what =
        trod_str_ends(trod_str_of(name), TROD_STR("inbox.db")) ? "inbox" : "catalogue";
    switch (code & 0xff) {
    case SQLITE_NOMEM:
        return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        trod_fail(error, TROD_BUSY, "the %s %s is being changed by another process", what,
                  name);
        trod_error_hint(error, "try again in a moment");
        return TROD_BUSY;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        trod_fail(error, TROD_BAD_INPUT, "the %s %s is damaged: %s", what, name,
                  sqlite3_errstr(code));
        trod_error_hint(error, "take the folder .trod from a backup, or move it away and "
                               "import the events anew");
        return TROD_BAD_INPUT;
    case SQLITE_IOERR:
        if (code != SQLITE_IOERR_SHMSIZE) break; /* else there is no room for the lock's file */
        __attribute__((fallthrough));
    case SQLITE_FULL:
        trod_fail(error, TROD_IO,
                  "the %s %s cannot be written: there is no room left on the disk", what, name);
        trod_error_hint(error, "free some room and do it again; the log is as it was");
        return TROD_IO;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        trod_fail(error, TROD_IO, "the %s %s cannot be written: that is not allowed there",
                  what, name);
        trod_error_hint(error, "ask the owner of the folder for permission");
        return TROD_IO;
    case SQLITE_CANTOPEN:
        return trod_fail(error, TROD_IO, "the %s %s cannot be opened", what, name);
    default:
        break;
    }
    trod_fail(error, TROD_IO, "the %s %s: %s", what, name,
              db->sqlite ? sqlite3_errmsg(db->sqlite) : sqlite3_errstr(code));
    trod_error_hint(error, "look whether its disk is full or failing");
    return TROD_IO;
}

static int open_with(struct store_db *db, const char *name, int flags) {
    const bool watched = sqlite3_vfs_find(WATCHED) != NULL;
    int code = sqlite3_open_v2(name, &db->sqlite, flags | SQLITE_OPEN_EXRESCODE,
                               watched ? WATCHED : NULL);
    if (code == SQLITE_OK) sqlite3_busy_timeout(db->sqlite, PATIENCE_MS);
    /* Opening is lazy: only a look at the schema finds out whether it can be read. */
    if (code == SQLITE_OK)
        code = sqlite3_exec(db->sqlite, "SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL);
    if (code != SQLITE_OK) {
        sqlite3_close_v2(db->sqlite);
        db->sqlite = NULL;
    }
    return code;
}

static bool is_empty(const char *path) {
    struct stat about;
    return stat(path, &about) != 0 || about.st_size == 0;
}

/* A database in WAL mode wants to write beside itself even for reading. Where it may not, or
 * has no room, and no log waits to be read, it is taken as something that does not change. */
static int open_unchanging(struct store_db *db, int code) {
    char *const wal = sqlite3_mprintf("%s-wal", db->name);
    char *const uri = sqlite3_mprintf("file:%s?immutable=1", db->name);
    if (wal && uri && !strpbrk(db->name, "?#%") && is_empty(wal))
        code = open_with(db, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
    sqlite3_free(wal);
    sqlite3_free(uri);
    return code;
}

trod_status store_db_open(const char *name, enum store_db_mode mode, struct store_db **db,
                          struct trod_error *error) {
    const size_t n = strlen(name) + 1;
    struct store_db *const made = calloc(1, sizeof *made + n);
    if (!made) return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    memcpy(made->name, name, n);
    int code = open_with(
        made, name, SQLITE_OPEN_READWRITE | (mode == STORE_DB_CREATE ? SQLITE_OPEN_CREATE : 0));
    if (mode == STORE_DB_READ && code != SQLITE_OK && (code & 0xff) != SQLITE_NOTADB &&
        (code & 0xff) != SQLITE_CORRUPT && access(name, R_OK) == 0 && access(name, W_OK) != 0)
        code = open_with(made, name, SQLITE_OPEN_READONLY);
    if (mode == STORE_DB_READ && code != SQLITE_OK &&
        ((code & 0xff) == SQLITE_CANTOPEN || (code & 0xff) == SQLITE_READONLY ||
         (code & 0xff) == SQLITE_FULL || code == SQLITE_IOERR_SHMSIZE))
        code = open_unchanging(made, code);
    trod_status status = code == SQLITE_OK ? TROD_OK : failed(made, code, error);
    if (status == TROD_OK && mode != STORE_DB_READ)
        status = store_db_run(made,
                              "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                              "PRAGMA secure_delete=ON; PRAGMA foreign_keys=ON;",
                              error);
    if (status == TROD_OK)
        status =
            store_db_run(made, "PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF;", error);
    if (status == TROD_OK)
        *db = made;
    else
        store_db_close(made);
    return status;
}

void store_db_close(struct store_db *db) {
    if (!db) return;
    sqlite3_close_v2(db->sqlite);
    free(db);
}

trod_status store_db_run(struct store_db *db, const char *sql, struct trod_error *error) {
    const int code = sqlite3_exec(db->sqlite, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? TROD_OK : failed(db, code, error);
}

uint64_t store_db_changes(struct store_db *db) {
    return (uint64_t)sqlite3_changes64(db->sqlite);
}

void store_db_roll_back(struct store_db *db) {
    if (sqlite3_get_autocommit(db->sqlite)) return;
    sqlite3_exec(db->sqlite, "ROLLBACK", NULL, NULL, NULL);
}

trod_status store_db_checkpoint(struct store_db *db, struct trod_error *error) {
    const int code =
        sqlite3_wal_checkpoint_v2(db->sqlite, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    return code == SQLITE_OK ? TROD_OK : failed(db, code, error);
}

trod_status store_db_check(struct store_db *db, struct trod_arena *arena, trod_str *what,
                           struct trod_error *error) {
    *what = (trod_str){NULL, 0};
    struct store_query *query = NULL;
    bool row = false;
    trod_status status = TROD_OK;
    TROD_TRY(store_query_make(db, "PRAGMA integrity_check(1)", &query, error));
    TROD_TRY(store_query_next(query, &row, error));
    if (row && !trod_str_is(store_query_text(query, 0), "ok")) {
        *what = trod_arena_copy(arena, store_query_text(query, 0));
        TROD_TRY_ALLOC(what->at, error);
    }
done:
    store_query_free(query);
    return status;
}

trod_status store_db_number(struct store_db *db, const char *sql, int64_t missing,
                            int64_t *number, struct trod_error *error) {
    struct store_query *query = NULL;
    bool row = false;
    trod_status status = TROD_OK;
    TROD_TRY(store_query_make(db, sql, &query, error));
    TROD_TRY(store_query_next(query, &row, error));
    *number = row && !store_query_is_null(query, 0) ? store_query_number(query, 0) : missing;
done:
    store_query_free(query);
    return status;
}

/* ---- Queries ---- */

trod_status store_query_make(struct store_db *db, const char *sql, struct store_query **query,
                             struct trod_error *error) {
    struct store_query *const made = calloc(1, sizeof *made);
    if (!made) return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    made->db = db;
    const int code = sqlite3_prepare_v2(db->sqlite, sql, -1, &made->statement, NULL);
    if (code != SQLITE_OK) {
        free(made);
        return failed(db, code, error);
    }
    *query = made;
    return TROD_OK;
}

void store_query_free(struct store_query *query) {
    if (!query) return;
    sqlite3_finalize(query->statement);
    free(query);
}

static void note_bound(struct store_query *query, int code) {
    if (query->bound == SQLITE_OK) query->bound = code;
}

void store_query_set(struct store_query *query, int parameter, int64_t number) {
    note_bound(query, sqlite3_bind_int64(query->statement, parameter, number));
}

void store_query_set_text(struct store_query *query, int parameter, trod_str text) {
    note_bound(query, text.at ? sqlite3_bind_text64(query->statement, parameter, text.at,
                                                    text.n, SQLITE_TRANSIENT, SQLITE_UTF8)
                              : sqlite3_bind_null(query->statement, parameter));
}

void store_query_set_bytes(struct store_query *query, int parameter, trod_str bytes) {
    note_bound(query, sqlite3_bind_blob64(query->statement, parameter, bytes.at ? bytes.at : "",
                                          bytes.n, SQLITE_TRANSIENT));
}

void store_query_set_null(struct store_query *query, int parameter) {
    note_bound(query, sqlite3_bind_null(query->statement, parameter));
}

trod_status store_query_next(struct store_query *query, bool *row, struct trod_error *error) {
    *row = false;
    int code = query->bound;
    if (code == SQLITE_OK) code = sqlite3_step(query->statement);
    if (code == SQLITE_ROW) {
        *row = true;
        return TROD_OK;
    }
    const trod_status status = code == SQLITE_DONE ? TROD_OK : failed(query->db, code, error);
    sqlite3_reset(query->statement);
    query->bound = SQLITE_OK;
    return status;
}

trod_status store_query_run(struct store_query *query, struct trod_error *error) {
    bool row = true;
    trod_status status = TROD_OK;
    while (status == TROD_OK && row) status = store_query_next(query, &row, error);
    return status;
}

bool store_query_is_null(struct store_query *query, int column) {
    return sqlite3_column_type(query->statement, column) == SQLITE_NULL;
}

int64_t store_query_number(struct store_query *query, int column) {
    return sqlite3_column_int64(query->statement, column);
}

trod_str store_query_text(struct store_query *query, int column) {
    if (store_query_is_null(query, column)) return (trod_str){NULL, 0};
    const void *const at = sqlite3_column_blob(query->statement, column);
    const int n = sqlite3_column_bytes(query->statement, column);
    return (trod_str){at ? at : "", (size_t)n};
}

/* ---- The file layer that counts ---- */

struct watched_file {
    sqlite3_file base;
    sqlite3_file *real; /* behind this struct */
};

static sqlite3_file *real_of(sqlite3_file *file) {
    return ((struct watched_file *)(void *)file)->real;
}

static int watched_close(sqlite3_file *file) {
    return real_of(file)->pMethods->xClose(real_of(file));
}

static int watched_read(sqlite3_file *file, void *at, int n, sqlite3_int64 from) {
    return real_of(file)->pMethods->xRead(real_of(file), at, n, from);
}

static int watched_write(sqlite3_file *file, const void *at, int n, sqlite3_int64 from) {
    if (store_disk_fails()) return SQLITE_FULL;
    return real_of(file)->pMethods->xWrite(real_of(file), at, n, from);
}

static int watched_truncate(sqlite3_file *file, sqlite3_int64 n) {
    if (store_disk_fails()) return SQLITE_IOERR_TRUNCATE;
    return real_of(file)->pMethods->xTruncate(real_of(file), n);
}

static int watched_sync(sqlite3_file *file, int flags) {
    if (store_disk_fails()) return SQLITE_IOERR_FSYNC;
    return real_of(file)->pMethods->xSync(real_of(file), flags);
}

static int watched_size(sqlite3_file *file, sqlite3_int64 *n) {
    return real_of(file)->pMethods->xFileSize(real_of(file), n);
}

static int watched_lock(sqlite3_file *file, int level) {
    return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int watched_unlock(sqlite3_file *file, int level) {
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int watched_reserved(sqlite3_file *file, int *result) {
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), result);
}

static int watched_control(sqlite3_file *file, int what, void *argument) {
    return real_of(file)->pMethods->xFileControl(real_of(file), what, argument);
}

static int watched_sector(sqlite3_file *file) {
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int watched_traits(sqlite3_file *file) {
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int watched_shm_map(sqlite3_file *file, int page, int n, int extend,
                           void volatile **at) {
    return real_of(file)->pMethods->xShmMap(real_of(file), page, n, extend, at);
}

static int watched_shm_lock(sqlite3_file *file, int offset, int n, int flags) {
    return real_of(file)->pMethods->xShmLock(real_of(file), offset, n, flags);
}

static void watched_shm_barrier(sqlite3_file *file) {
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int watched_shm_unmap(sqlite3_file *file, int remove) {
    return real_of(file)->pMethods->xShmUnmap(real_of(file), remove);
}

static const sqlite3_io_methods WATCHED_METHODS = {
    .iVersion = 2,
    .xClose = watched_close,
    .xRead = watched_read,
    .xWrite = watched_write,
    .xTruncate = watched_truncate,
    .xSync = watched_sync,
    .xFileSize = watched_size,
    .xLock = watched_lock,
    .xUnlock = watched_unlock,
    .xCheckReservedLock = watched_reserved,
    .xFileControl = watched_control,
    .xSectorSize = watched_sector,
    .xDeviceCharacteristics = watched_traits,
    .xShmMap = watched_shm_map,
    .xShmLock = watched_shm_lock,
    .xShmBarrier = watched_shm_barrier,
    .xShmUnmap = watched_shm_unmap,
};

static int watched_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
                        int *flags_out) {
    struct watched_file *const watched = (struct watched_file *)(void *)file;
    sqlite3_vfs *const real = vfs->pAppData;
    watched->base.pMethods = NULL;
    watched->real = (sqlite3_file *)(void *)(watched + 1);
    const int code = real->xOpen(real, name, watched->real, flags, flags_out);
    if (watched->real->pMethods) watched->base.pMethods = &WATCHED_METHODS;
    return code;
}

static int watched_delete(sqlite3_vfs *vfs, const char *name, int sync_folder) {
    sqlite3_vfs *const real = vfs->pAppData;
    if (store_disk_fails()) return SQLITE_IOERR_DELETE;
    return real->xDelete(real, name, sync_folder);
}

void store_db_watch(void) {
    if (sqlite3_initialize() != SQLITE_OK) return;
    sqlite3_mutex *const lock = sqlite3_mutex_alloc(SQLITE_MUTEX_STATIC_APP1);
    sqlite3_mutex_enter(lock);
    sqlite3_vfs *const real = sqlite3_vfs_find(NULL);
    /* Kept by SQLite for the rest of the process. */
    sqlite3_vfs *const vfs = sqlite3_vfs_find(WATCHED) ? NULL : malloc(sizeof *vfs);
    if (real && vfs) {
        *vfs = *real;
        vfs->pNext = NULL;
        vfs->zName = WATCHED;
        vfs->pAppData = real;
        vfs->szOsFile = (int)sizeof(struct watched_file) + real->szOsFile;
        vfs->xOpen = watched_open;
        vfs->xDelete = watched_delete;
        if (sqlite3_vfs_register(vfs, 0) != SQLITE_OK) free(vfs);
    }
    sqlite3_mutex_leave(lock);
}

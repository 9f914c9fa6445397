/* What is in the store, for people to look at. */
#include "store/inbox.h"

static trod_status read_imports(struct trod_store *store, struct trod_arena *arena,
                                struct trod_store_about *about, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct store_query *query = NULL;
    struct trod_store_import *imports = NULL;
    size_t room = 0;
    TROD_TRY(store_query_make(store->db,
                              "SELECT set_id, when_us, what, n_rows, n_events, n_rejected,"
                              " n_dropped FROM imports ORDER BY import_id",
                              &query, error));
    for (bool row = true;;) {
        TROD_TRY(store_query_next(query, &row, error));
        if (!row) break;
        const struct trod_store_import import = {
            .set = (uint32_t)store_query_number(query, 0),
            .when_us = store_query_number(query, 1),
            .what = trod_arena_copy(arena, store_query_text(query, 2)),
            .n_rows = (uint64_t)store_query_number(query, 3),
            .n_events = (uint64_t)store_query_number(query, 4),
            .n_rejected = (uint64_t)store_query_number(query, 5),
            .n_dropped = (uint64_t)store_query_number(query, 6),
        };
        TROD_TRY_ALLOC(import.what.at, error);
        TROD_TRY_ALLOC(TROD_PUSH(arena, imports, about->n_imports, room, import), error);
    }
    about->imports = imports;
done:
    store_query_free(query);
    return status;
}

trod_status trod_store_about(struct trod_store *store, struct trod_arena *arena,
                             struct trod_store_about *about, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct store_state state = {0};
    int64_t n_forgotten = 0;
    *about = (struct trod_store_about){0};
    TROD_TRY(store_catalogue_read(store, arena, &state, error));
    TROD_TRY(store_inbox_about(store, state.folded, &about->inbox, error));
    TROD_TRY(read_imports(store, arena, about, error));
    TROD_TRY(
        store_db_number(store->db, "SELECT count(*) FROM forgotten", 0, &n_forgotten, error));
    struct trod_store_file *const files =
        TROD_NEW_ARRAY(arena, state.n_files, struct trod_store_file);
    TROD_TRY_ALLOC(files, error);
    for (size_t i = 0; i < state.n_files; i++) {
        const struct store_file *const file = &state.files[i];
        char name[STORE_NAME_BYTES];
        store_file_name(file->number, name);
        files[i] = (struct trod_store_file){
            .name = trod_arena_copy(arena, trod_str_of(name)),
            .set = file->set,
            .n_bytes = file->n_bytes,
            .n_events = file->n_events,
            .n_customers = file->n_customers,
            .first_us = file->first_us,
            .last_us = file->last_us,
        };
        TROD_TRY_ALLOC(files[i].name.at, error);
        about->n_bytes += file->n_bytes;
        about->n_sets += i == 0 || state.files[i - 1].set != file->set;
    }
    about->folder = trod_arena_copy(arena, trod_str_of(store->folder));
    TROD_TRY_ALLOC(about->folder.at, error);
    about->files = files;
    about->n_files = state.n_files;
    about->n_forgotten = (uint64_t)n_forgotten;
done:
    trod_dict_free(state.names);
    return status;
}

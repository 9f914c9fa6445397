/* A change: files written aside, then renamed, then entered in the catalogue in one
 * transaction, then what the catalogue names no more is deleted. Before the transaction the old
 * log holds, after it the new one. A failed transaction leaves its files alone: only when a
 * later one has gone through is it certain that it will never come back from the WAL. */
#include "store/change.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/disk.h"
#include "store/forget.h"
#include "store/inbox.h"

/* ---- Sweeping ---- */

/* The number in a column file's name; false if it is none. */
static bool file_number(const char *name, uint64_t *number, bool *aside) {
    char again[STORE_NAME_BYTES];
    *number = strtoull(name, NULL, 10);
    store_file_name(*number, again);
    const size_t n = strlen(again);
    if (strncmp(name, again, n) != 0) return false;
    *aside = strcmp(name + n, STORE_ASIDE) == 0;
    return *aside || name[n] == '\0';
}

static bool is_named(const struct store_state *state, uint64_t number) {
    for (size_t i = 0; i < state->n_files; i++)
        if (state->files[i].number == number) return true;
    return false;
}

trod_status store_sweep(const struct trod_store *store, const struct store_state *state,
                        struct trod_error *error) {
    trod_status status = TROD_OK;
    DIR *const folder = opendir(store->log);
    if (!folder) return store_disk_error("read", store->log, errno, error);
    for (struct dirent *entry; (entry = readdir(folder));) {
        uint64_t number = 0;
        bool aside = false;
        if (!file_number(entry->d_name, &number, &aside)) continue;
        if (!aside && is_named(state, number)) continue;
        char *const path = store_path(store->log, entry->d_name);
        TROD_TRY_ALLOC(path, error);
        const int code = store_disk_unlink(path);
        if (code) status = store_disk_error("deleted", path, code, error);
        free(path);
        if (status != TROD_OK) goto done;
    }
done:
    closedir(folder);
    return status;
}

/* ---- Beginning and ending ---- */

trod_status trod_store_begin(struct trod_store *store, int64_t wait_us,
                             struct trod_change **change, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_change *made = NULL;
    struct trod_arena *const arena = trod_arena_make(STORE_ARENA_BYTES);
    if (store->mode == TROD_STORE_READ) {
        status = trod_fail(error, TROD_BAD_OPTION, "the log in %s was opened for reading only",
                           store->trod);
        goto done;
    }
    TROD_TRY_ALLOC(arena, error);
    TROD_TRY_ALLOC(made = TROD_NEW(arena, struct trod_change), error);
    made->store = store;
    made->arena = arena;
    made->lock = -1;
    TROD_TRY(store_lock_take(store, wait_us, &made->lock, error));
    TROD_TRY(store_catalogue_touch(store, error));
    TROD_TRY(store_parts_read(store, STORE_FILES, &made->parts, error));
    const struct store_state *const state = &made->parts->state;
    TROD_TRY(store_sweep(store, state, error));
    TROD_TRY(store_scrub(store, error));
    TROD_TRY(store_inbox_sweep(store, state->folded, error));
    TROD_TRY(store_inbox_last(store, &made->inbox_last, error));
    made->folded = state->folded;
    made->set = state->next_set;
    made->next_file = state->next_file;
    TROD_TRY_ALLOC(made->fates = TROD_NEW_ARRAY(arena, state->n_files, uint8_t), error);
    memcpy(made->roles, state->roles, sizeof made->roles);
    TROD_TRY_ALLOC(made->no_names = trod_dict_make(0), error);
    made->fresh = (struct trod_parts){
        .names = made->no_names,
        .channel_field = TROD_NO_ID,
        .worth_field = TROD_NO_ID,
        .journey_field = TROD_NO_ID,
        .id_field = TROD_NO_ID,
        .first_us = TROD_NO_TIME,
        .last_us = TROD_NO_TIME,
    };
    made->has_mutex = pthread_mutex_init(&made->mutex, NULL) == 0;
    TROD_TRY_ALLOC(made->has_mutex, error);
    *change = made;
done:
    if (status != TROD_OK) {
        if (made)
            trod_change_free(made);
        else
            trod_arena_free(arena);
    }
    return status;
}

/* Takes back what was written; quietly, for the next change sweeps what stays. */
static void undo(struct trod_change *change) {
    if (change->committing && store_catalogue_touch(change->store, NULL) != TROD_OK) return;
    for (size_t i = 0; i < change->n_added; i++)
        for (int aside = 0; aside < 2; aside++) {
            char *const path = store_file_path(change->store, change->added[i].number, aside);
            if (path) (void)store_disk_unlink(path);
            free(path);
        }
}

void trod_change_free(struct trod_change *change) {
    if (!change) return;
    if (!change->committed) undo(change);
    if (change->parts) trod_parts_free(&change->parts->parts);
    trod_dict_free(change->no_names);
    if (change->has_mutex) pthread_mutex_destroy(&change->mutex);
    store_lock_release(change->lock);
    trod_arena_free(change->arena);
}

const struct trod_parts *trod_change_parts(const struct trod_change *change) {
    return change->cleared ? &change->fresh : &change->parts->parts;
}

void trod_change_clear(struct trod_change *change) {
    change->cleared = true;
    if (change->folded < change->inbox_last) change->folded = change->inbox_last;
    memset(change->fates, STORE_OUT, change->parts->state.n_files);
    for (size_t i = 0; i < TROD_COUNT(change->roles); i++) change->roles[i] = TROD_NO_ID;
}

void trod_change_distinct(struct trod_change *change) {
    change->distinct = true;
}

uint64_t trod_change_dropped(const struct trod_change *change) {
    return change->n_dropped;
}

/* ---- Adding ---- */

trod_status store_change_write(struct trod_change *change, uint32_t set,
                               const struct trod_packed *packed, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct store_head head;
    pthread_mutex_lock(&change->mutex);
    const uint64_t number = change->next_file++;
    pthread_mutex_unlock(&change->mutex);
    char *const path = store_file_path(change->store, number, true);
    int fd = -1;
    TROD_TRY_ALLOC(path, error);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0) {
        status = store_disk_error("written", path, errno, error);
        goto done;
    }
    int code = store_container_write(fd, packed, &head);
    if (close(fd) != 0 && code == 0 && errno != EINTR) code = errno;
    if (code) {
        status = code < 0 ? trod_fail(error, TROD_NO_MEMORY, "there is not enough memory")
                          : store_disk_error("written", path, code, error);
        unlink(path);
        goto done;
    }
    const struct store_file file = {
        .number = number,
        .set = set,
        .n_bytes = head.n_bytes,
        .first_hash = head.first_hash,
        .last_hash = head.last_hash,
        .n_events = head.n_events,
        .n_customers = head.n_customers,
        .checksum = head.checksum,
        .first_us = head.first_us,
        .last_us = head.last_us,
    };
    pthread_mutex_lock(&change->mutex);
    const bool noted =
        TROD_PUSH(change->arena, change->added, change->n_added, change->added_room, file);
    pthread_mutex_unlock(&change->mutex);
    if (!noted) unlink(path);
    TROD_TRY_ALLOC(noted, error);
done:
    free(path);
    return status;
}

trod_status trod_change_add(struct trod_change *change, const struct trod_packed *packed,
                            struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_part *part = NULL;
    struct store_screened screened = {0};
    struct store_tally tally = {0};
    struct trod_packed fewer;
    struct trod_arena *const arena = trod_arena_make(STORE_ARENA_BYTES);
    TROD_TRY_ALLOC(arena, error);
    TROD_TRY(trod_part_open(packed->sections, packed->n_sections, arena, &part, error));
    if (change->cleared)
        screened.n_new_customers = part->n_customers;
    else
        TROD_TRY(
            store_screen(change->parts, change->distinct, part, arena, &screened, error));
    if (screened.n_known_events) {
        TROD_TRY(store_screen_pack(part, &screened.known, arena, &fewer, error));
        packed = &fewer;
        TROD_TRY(trod_part_open(packed->sections, packed->n_sections, arena, &part, error));
    }
    TROD_TRY(store_tally_part(&tally, part, arena, error));
    if (store_is_worth_it(part, &screened))
        TROD_TRY(store_change_write(change, change->set, packed, error));
    pthread_mutex_lock(&change->mutex);
    change->n_new_customers += screened.n_new_customers;
    change->n_dropped += screened.n_known_events;
    status = store_tally_add(&change->tally, &tally, change->arena, error);
    pthread_mutex_unlock(&change->mutex);
done:
    trod_arena_free(arena);
    return status;
}

/* ---- The frame ---- */

/* What does not go on from what was found is a slip of the caller. */
static trod_status goes_on(const struct trod_parts *from, const struct trod_parts *frame,
                           struct trod_error *error) {
    bool right = trod_dict_count(frame->names) >= trod_dict_count(from->names) &&
                 frame->n_fields >= from->n_fields && frame->n_sources >= from->n_sources;
    for (uint32_t i = 0; right && i < trod_dict_count(from->names); i++)
        right = trod_str_equal(trod_dict_at(frame->names, i), trod_dict_at(from->names, i));
    for (size_t i = 0; right && i < from->n_fields; i++)
        right = trod_str_equal(frame->fields[i].name, from->fields[i].name) &&
                frame->fields[i].fact == from->fields[i].fact;
    for (size_t i = 0; right && i < from->n_sources; i++)
        right = trod_str_equal(frame->sources[i].name, from->sources[i].name);
    return right ? TROD_OK
                 : trod_fail(error, TROD_BAD_OPTION,
                             "what is added does not go on from the log that was found");
}

trod_status trod_change_frame(struct trod_change *change, const struct trod_parts *frame,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_parts *const from = trod_change_parts(change);
    struct trod_arena *const arena = change->arena;
    TROD_TRY(goes_on(from, frame, error));
    const uint32_t old_names = trod_dict_count(from->names);
    const size_t n_names = trod_dict_count(frame->names) - old_names;
    const size_t n_fields = frame->n_fields - from->n_fields;
    const size_t n_sources = frame->n_sources - from->n_sources;
    trod_str *const names = TROD_NEW_ARRAY(arena, n_names, trod_str);
    struct trod_parts_field *const fields =
        TROD_NEW_ARRAY(arena, n_fields, struct trod_parts_field);
    trod_str *const sources = TROD_NEW_ARRAY(arena, n_sources, trod_str);
    TROD_TRY_ALLOC(names && fields && sources, error);
    for (size_t i = 0; i < n_names; i++) {
        names[i] = trod_arena_copy(arena, trod_dict_at(frame->names, old_names + (uint32_t)i));
        TROD_TRY_ALLOC(names[i].at, error);
    }
    for (size_t i = 0; i < n_fields; i++) {
        const struct trod_parts_field *const field = &frame->fields[from->n_fields + i];
        fields[i] = (struct trod_parts_field){.name = trod_arena_copy(arena, field->name),
                                              .fact = field->fact};
        TROD_TRY_ALLOC(fields[i].name.at, error);
    }
    for (size_t i = 0; i < n_sources; i++) {
        sources[i] = trod_arena_copy(arena, frame->sources[from->n_sources + i].name);
        TROD_TRY_ALLOC(sources[i].at, error);
    }
    change->names = names;
    change->n_names = n_names;
    change->fields = fields;
    change->n_fields = n_fields;
    change->sources = sources;
    change->n_sources = n_sources;
    change->roles[STORE_CHANNEL] = frame->channel_field;
    change->roles[STORE_WORTH] = frame->worth_field;
    change->roles[STORE_JOURNEY] = frame->journey_field;
    change->roles[STORE_ID] = frame->id_field;
    change->has_frame = true;
done:
    return status;
}

trod_status trod_change_note(struct trod_change *change, const struct trod_store_import *import,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_store_import note = *import;
    note.set = change->set;
    note.what = trod_arena_copy(change->arena, import->what);
    TROD_TRY_ALLOC(note.what.at, error);
    TROD_TRY_ALLOC(TROD_PUSH(change->arena, change->imports, change->n_imports,
                             change->imports_room, note),
                   error);
done:
    return status;
}

/* ---- Committing ---- */

static trod_status put_in_place(struct trod_change *change, struct trod_error *error) {
    trod_status status = TROD_OK;
    char *from = NULL, *to = NULL;
    for (size_t i = 0; i < change->n_added; i++) {
        from = store_file_path(change->store, change->added[i].number, true);
        to = store_file_path(change->store, change->added[i].number, false);
        TROD_TRY_ALLOC(from && to, error);
        const int code = store_disk_rename(from, to);
        if (code) {
            status = store_disk_error("renamed", from, code, error);
            goto done;
        }
        free(from);
        free(to);
        from = to = NULL;
    }
    if (change->n_added) {
        const int code = store_disk_sync_folder(change->store->log);
        if (code) status = store_disk_error("synced", change->store->log, code, error);
    }
done:
    free(from);
    free(to);
    return status;
}

trod_status trod_change_commit(struct trod_change *change, struct trod_error *error) {
    trod_status status = TROD_OK;
    TROD_TRY(put_in_place(change, error));
    change->committing = true;
    TROD_TRY(store_commit(change, error));
    change->committed = true;
    const struct store_state *const state = &change->parts->state;
    for (size_t i = 0; i < state->n_files; i++) {
        if (change->fates[i] != STORE_OUT) continue;
        char *const path = store_file_path(change->store, state->files[i].number, false);
        if (path) (void)store_disk_unlink(path); /* what stays is swept by the next change */
        free(path);
    }
    /* What stays of the inbox is swept by the next change as well. */
    if (change->folded > state->folded &&
        store_inbox_sweep(change->store, change->folded, NULL) != TROD_OK)
        goto done;
done:
    return status;
}

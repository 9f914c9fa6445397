/* Folding: the events of the inbox become a set of files, as if they had been imported. The
 * transaction that names the files also says up to which event the inbox is in them, so an
 * event is in one of the two at any moment and never in both; what is in files is deleted from
 * the inbox afterwards, and means nothing until then. */
#include <time.h>

#include "store/change.h"
#include "store/inbox.h"

static trod_status note(struct trod_change *change, const struct trod_parts *frame,
                        uint64_t n_rows, uint64_t n_known, struct trod_error *error) {
    const uint64_t n_dropped = trod_change_dropped(change) + n_known;
    const struct trod_store_import import = {
        .when_us = (int64_t)time(NULL) * TROD_SECOND_US,
        .what = TROD_STR("the inbox"),
        .n_rows = n_rows,
        .n_events = frame->n_events - trod_change_dropped(change),
        .n_dropped = n_dropped,
    };
    return trod_change_note(change, &import, error);
}

static trod_status read_inbox(struct trod_change *change, struct store_inbox_rows *rows,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_store *const store = change->store;
    TROD_TRY(store_inbox_begin(store, error));
    TROD_TRY(store_inbox_read(store, change->folded, trod_change_parts(change), change->arena,
                              rows, error));
done:
    store_inbox_end(store);
    return status;
}

trod_status store_fold(struct trod_change *change, uint64_t *n_events,
                       struct trod_error *error) {
    trod_status status = TROD_OK;
    struct store_inbox_rows rows = {0};
    *n_events = 0;
    if (change->inbox_last <= change->folded) return TROD_OK;
    TROD_TRY(read_inbox(change, &rows, error));
    if (!rows.gather) goto done;
    const struct trod_parts *const frame = trod_gather_frame(rows.gather);
    for (size_t i = 0; i < rows.n_packed; i++)
        TROD_TRY(trod_change_add(change, &rows.packed[i], error));
    TROD_TRY(trod_change_frame(change, frame, error));
    TROD_TRY(note(change, frame, rows.n_rows, trod_gather_dropped(rows.gather), error));
    change->folded = rows.last;
    TROD_TRY(trod_change_commit(change, error));
    *n_events = frame->n_events - trod_change_dropped(change);
done:
    trod_gather_free(rows.gather);
    return status;
}

trod_status trod_store_fold(struct trod_store *store, const struct trod_run *run,
                            uint64_t *n_events, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_change *change = NULL;
    uint64_t last = 0, folded = 0;
    (void)run;
    *n_events = 0;
    /* Nothing to do needs no lock. */
    TROD_TRY(store_inbox_last(store, &last, error));
    TROD_TRY(store_catalogue_folded(store, &folded, error));
    if (last <= folded) goto done;
    TROD_TRY(trod_store_begin(store, store->wait_us, &change, error));
    TROD_TRY(store_fold(change, n_events, error));
done:
    trod_change_free(change);
    return status;
}

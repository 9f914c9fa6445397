/* Rows of several parts put together. Three passes. The customers: the rows are walked side by
 * side by a heap of their next customers, and each customer becomes a few *pieces*, one in each
 * rows that has them. The events of a customer: what was there before is dropped in the order
 * of the rows, older first; what stays is merged by time, the older before the newer. The
 * columns: gathered one by one by the order found.
 *
 * An event without a time goes with the one before it in its own rows (the first ones with the
 * first that has a time); where a piece has no time at all, it stands behind the older pieces.
 */
#include "log/merge.h"

/* ---- Customers ------------------------------------------------------------------------------
 */

struct head {
    uint32_t set, customer;
};

static bool before(const struct merge *merge, struct head a, struct head b) {
    const struct trod_rows *const x = merge->sets[a.set], *const y = merge->sets[b.set];
    if (x->hash[a.customer] != y->hash[b.customer])
        return x->hash[a.customer] < y->hash[b.customer];
    const int order = trod_str_compare(x->id[a.customer], y->id[b.customer]);
    return order < 0 || (order == 0 && a.set < b.set);
}

static void sink(const struct merge *merge, struct head *heap, size_t n, size_t at) {
    for (;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < n; child++)
            if (before(merge, heap[child], heap[least])) least = child;
        if (least == at) return;
        const struct head swap = heap[at];
        heap[at] = heap[least];
        heap[least] = swap;
        at = least;
    }
}

static bool same_customer(const struct merge *merge, struct head a, const struct piece *b) {
    const struct trod_rows *const x = merge->sets[a.set], *const y = merge->sets[b->set];
    return x->hash[a.customer] == y->hash[b->customer] &&
           trod_str_equal(x->id[a.customer], y->id[b->customer]);
}

/* Enters the next customer of one rows: as one of their own, or as a piece of the last. */
static void enter(struct merge *merge, struct head head, const struct trod_dict *without) {
    const struct trod_rows *const from = merge->sets[head.set];
    if (without && trod_dict_find(without, from->id[head.customer]) != TROD_NO_ID) return;
    const bool more = merge->n_customers > 0 &&
                      same_customer(merge, head, &merge->pieces[merge->n_pieces - 1]);
    if (!more) {
        merge->first_piece[merge->n_customers++] = merge->n_pieces;
        merge->n_here = 0;
    }
    merge->pieces[merge->n_pieces++] = (struct piece){
        head.set, head.customer, from->first[head.customer], from->first[head.customer + 1]};
    merge->n_here += from->first[head.customer + 1] - from->first[head.customer];
    if (merge->n_here > merge->longest) merge->longest = merge->n_here;
}

static trod_status merge_customers(struct merge *merge, const struct trod_dict *without,
                                   struct trod_error *error) {
    trod_status status = TROD_OK;
    uint64_t n_all = 0;
    for (size_t s = 0; s < merge->n_sets; s++) n_all += merge->sets[s]->n_customers;
    struct head *const heap = TROD_NEW_ARRAY(merge->scratch, merge->n_sets, struct head);
    TROD_TRY_ALLOC(heap, error);
    merge->pieces = TROD_NEW_ARRAY(merge->scratch, n_all, struct piece);
    TROD_TRY_ALLOC(merge->pieces, error);
    merge->first_piece = TROD_NEW_ARRAY(merge->scratch, n_all + 1, uint64_t);
    TROD_TRY_ALLOC(merge->first_piece, error);
    size_t n = 0;
    for (uint32_t s = 0; s < merge->n_sets; s++)
        if (merge->sets[s]->n_customers > 0) heap[n++] = (struct head){s, 0};
    for (size_t at = n / 2; at-- > 0;) sink(merge, heap, n, at);
    while (n > 0) {
        enter(merge, heap[0], without);
        if (++heap[0].customer == merge->sets[heap[0].set]->n_customers) heap[0] = heap[--n];
        sink(merge, heap, n, 0);
    }
    merge->first_piece[merge->n_customers] = merge->n_pieces;
done:
    return status;
}

/* ---- Events ---------------------------------------------------------------------------------
 */

struct timed {
    int64_t time_us; /* its own, or of the one that it goes with */
    struct place place;
};

struct order {
    struct timed *items, *room; /* [longest] of one customer */
    struct seen ids, rows;
    size_t n;
    uint64_t n_dropped;
};

/* Adds events to the order found, to the last run if they follow it. */
static void add_run(struct merge *merge, uint32_t set, uint32_t begin, uint32_t n) {
    if (n == 0) return;
    merge->n_events += n;
    struct run *const last = merge->n_runs ? &merge->runs[merge->n_runs - 1] : NULL;
    if (last && last->set == set && last->begin + last->n == begin) {
        last->n += n;
    } else {
        merge->runs[merge->n_runs++] = (struct run){set, begin, n};
    }
}

/* The times that the events of a piece go by, into room. */
static void time_piece(const struct merge *merge, const struct piece *piece, int64_t behind_us,
                       struct timed *to) {
    const struct trod_rows *const from = merge->sets[piece->set];
    const uint32_t n = piece->end - piece->begin;
    uint32_t first = 0;
    const int64_t *const time_us = from->time_us ? from->time_us + piece->begin : NULL;
    while (first < n && (!time_us || time_us[first] == TROD_NO_TIME)) first++;
    int64_t last_us = first < n ? time_us[first] : behind_us;
    for (uint32_t i = 0; i < n; i++) {
        if (time_us && time_us[i] != TROD_NO_TIME) last_us = time_us[i];
        to[i] = (struct timed){last_us, {piece->set, piece->begin + i}};
    }
}

/* Puts n items of room among those that are there, behind those of the same time. */
static void merge_piece(struct order *order, size_t n) {
    size_t left = order->n, to = order->n + n;
    order->n = to;
    if (n > 0 && (left == 0 || order->items[left - 1].time_us <= order->room[0].time_us)) {
        memcpy(order->items + left, order->room, n * sizeof *order->room);
        return;
    }
    while (n > 0) {
        if (left > 0 && order->items[left - 1].time_us > order->room[n - 1].time_us) {
            order->items[--to] = order->items[--left];
        } else {
            order->items[--to] = order->room[--n];
        }
    }
}

/* Orders the events of some pieces; with `drop`, without those that were there before. */
static void order_pieces(const struct merge *merge, const struct piece *begin,
                         const struct piece *end, bool drop, struct order *order) {
    int64_t behind_us = TROD_NO_TIME;
    order->n = 0;
    for (const struct piece *piece = begin; piece < end; piece++) {
        const uint32_t n = piece->end - piece->begin;
        time_piece(merge, piece, behind_us, order->room);
        if (n && order->room[n - 1].time_us > behind_us) behind_us = order->room[n - 1].time_us;
        size_t n_kept = 0;
        for (uint32_t i = 0; i < n && drop; i++) {
            const struct place place = order->room[i].place;
            /* Both are asked, so that both remember it. */
            const bool known = merge_seen_id(merge, &order->ids, place);
            if (merge_seen_row(merge, &order->rows, place) || known) {
                order->n_dropped++;
            } else {
                order->room[n_kept++] = order->room[i];
            }
        }
        merge_piece(order, drop ? n_kept : n);
    }
}

/* True if each event is later than the one before, so that no two are the same. */
static bool all_differ(const struct merge *merge, const struct order *order) {
    for (size_t i = 0; i < order->n; i++) {
        const struct place place = order->items[i].place;
        const int64_t *const time_us = merge->sets[place.set]->time_us;
        if (!time_us || time_us[place.event] == TROD_NO_TIME ||
            (i && order->items[i].time_us <= order->items[i - 1].time_us))
            return false;
    }
    return true;
}

/* The same of a single piece. */
static bool piece_differs(const struct merge *merge, const struct piece *piece) {
    const int64_t *const time_us = merge->sets[piece->set]->time_us;
    if (!time_us) return false;
    int64_t last_us = TROD_NO_TIME; /* which is below all times */
    for (uint32_t i = piece->begin; i < piece->end; i++) {
        if (time_us[i] <= last_us) return false;
        last_us = time_us[i];
    }
    return true;
}

static void order_customer(struct merge *merge, uint32_t customer, struct order *order) {
    const struct piece *const end = merge->pieces + merge->first_piece[customer + 1];
    const struct piece *const begin = merge->pieces + merge->first_piece[customer];
    if (end - begin == 1 && !merge->id_column &&
        (!merge->distinct || piece_differs(merge, begin))) {
        add_run(merge, begin->set, begin->begin, begin->end - begin->begin);
        return;
    }
    if (!merge->id_column) order_pieces(merge, begin, end, false, order);
    if (merge->id_column || (merge->distinct && !all_differ(merge, order))) {
        uint64_t n_all = 0;
        for (const struct piece *piece = begin; piece < end; piece++)
            n_all += piece->end - piece->begin;
        merge_seen_clear(&order->ids, n_all);
        merge_seen_clear(&order->rows, n_all);
        order_pieces(merge, begin, end, true, order);
    }
    for (size_t i = 0; i < order->n; i++)
        add_run(merge, order->items[i].place.set, order->items[i].place.event, 1);
}

static trod_status merge_events(struct merge *merge, uint64_t *n_dropped,
                                struct trod_error *error) {
    trod_status status = TROD_OK;
    uint64_t n_all = 0;
    for (uint64_t p = 0; p < merge->n_pieces; p++)
        n_all += merge->pieces[p].end - merge->pieces[p].begin;
    if (n_all >= UINT32_MAX - 256 || merge->n_customers >= UINT32_MAX - 256)
        return trod_fail(error, TROD_TOO_MUCH,
                         "a part of the log would hold more than four billion events");
    struct order order = {0};
    order.items = TROD_NEW_ARRAY(merge->scratch, merge->longest, struct timed);
    TROD_TRY_ALLOC(order.items, error);
    order.room = TROD_NEW_ARRAY(merge->scratch, merge->longest, struct timed);
    TROD_TRY_ALLOC(order.room, error);
    if (merge->id_column) TROD_TRY(merge_seen_make(merge, &order.ids, error));
    if (merge->distinct) TROD_TRY(merge_seen_make(merge, &order.rows, error));
    merge->runs = TROD_NEW_ARRAY(merge->scratch, n_all, struct run);
    TROD_TRY_ALLOC(merge->runs, error);
    merge->first = TROD_NEW_ARRAY(merge->arena, (size_t)merge->n_customers + 1, uint32_t);
    TROD_TRY_ALLOC(merge->first, error);
    for (uint32_t c = 0; c < merge->n_customers; c++) {
        order_customer(merge, c, &order);
        merge->first[c + 1] = merge->n_events;
    }
    *n_dropped = order.n_dropped;
done:
    return status;
}

/* ---- All together
 * ----------------------------------------------------------------------------- */

static trod_status fill_customers(const struct merge *merge, struct trod_rows *merged,
                                  struct trod_error *error) {
    trod_status status = TROD_OK;
    uint64_t *const hash = TROD_NEW_ARRAY(merge->arena, merge->n_customers, uint64_t);
    TROD_TRY_ALLOC(hash, error);
    trod_str *const id = TROD_NEW_ARRAY(merge->arena, merge->n_customers, trod_str);
    TROD_TRY_ALLOC(id, error);
    for (uint32_t c = 0; c < merge->n_customers; c++) {
        const struct piece *const piece = &merge->pieces[merge->first_piece[c]];
        hash[c] = merge->sets[piece->set]->hash[piece->customer];
        id[c] = merge->sets[piece->set]->id[piece->customer];
    }
    *merged = (struct trod_rows){.n_customers = merge->n_customers,
                                 .n_events = merge->n_events,
                                 .hash = hash,
                                 .id = id,
                                 .first = merge->first};
done:
    return status;
}

static trod_status fill_times(const struct merge *merge, bool end, const int64_t **to,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    bool any = false;
    for (size_t s = 0; s < merge->n_sets; s++)
        any |= (end ? merge->sets[s]->end_us : merge->sets[s]->time_us) != NULL;
    if (!any) goto done;
    int64_t *const times = TROD_NEW_ARRAY(merge->arena, merge->n_events, int64_t);
    TROD_TRY_ALLOC(times, error);
    int64_t *at = times;
    for (uint32_t r = 0; r < merge->n_runs; r++) {
        const struct run run = merge->runs[r];
        const struct trod_rows *const set = merge->sets[run.set];
        const int64_t *const from = end ? set->end_us : set->time_us;
        for (uint32_t i = 0; i < run.n; i++) *at++ = from ? from[run.begin + i] : TROD_NO_TIME;
    }
    *to = times;
done:
    return status;
}

static trod_status fill_events(const struct merge *merge, struct trod_rows *merged,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    uint32_t *const name = TROD_NEW_ARRAY(merge->arena, merge->n_events, uint32_t);
    TROD_TRY_ALLOC(name, error);
    uint32_t *const source = TROD_NEW_ARRAY(merge->arena, merge->n_events, uint32_t);
    TROD_TRY_ALLOC(source, error);
    uint32_t at = 0;
    for (uint32_t r = 0; r < merge->n_runs; r++) {
        const struct run run = merge->runs[r];
        const struct trod_rows *const set = merge->sets[run.set];
        for (uint32_t i = 0; i < run.n; i++, at++) {
            name[at] = set->name[run.begin + i];
            source[at] = set->source[run.begin + i];
        }
    }
    merged->name = name;
    merged->source = source;
    TROD_TRY(fill_times(merge, false, &merged->time_us, error));
    TROD_TRY(fill_times(merge, true, &merged->end_us, error));
done:
    return status;
}

static trod_status make_without(const struct trod_rows_options *options,
                                struct trod_dict **without, struct trod_error *error) {
    trod_status status = TROD_OK;
    if (options->n_without == 0) goto done;
    *without = trod_dict_make(0);
    TROD_TRY_ALLOC(*without, error);
    for (size_t i = 0; i < options->n_without; i++)
        if (trod_dict_add(*without, options->without[i]) == TROD_NO_ID)
            TROD_TRY_ALLOC(NULL, error);
done:
    return status;
}

trod_status trod_rows_merge(const struct trod_rows *const *rows, size_t n,
                            const struct trod_rows_options *options, struct trod_arena *arena,
                            struct trod_rows *merged, uint64_t *n_dropped,
                            struct trod_error *error) {
    static const struct trod_rows_options plain = {.id_field = TROD_NO_ID};
    trod_status status = TROD_OK;
    struct trod_dict *without = NULL;
    struct merge merge = {.sets = rows, .n_sets = n, .arena = arena};
    if (!options) options = &plain;
    *n_dropped = 0;
    *merged = (struct trod_rows){0};
    if (n == 1 && options->id_field == TROD_NO_ID && !options->distinct &&
        options->n_without == 0) {
        *merged = *rows[0];
        return TROD_OK;
    }
    merge.scratch = trod_arena_make((size_t)1 << 40);
    TROD_TRY_ALLOC(merge.scratch, error);
    TROD_TRY(make_without(options, &without, error));
    TROD_TRY(merge_customers(&merge, without, error));
    TROD_TRY(merge_columns_make(&merge, options, error));
    TROD_TRY(merge_events(&merge, n_dropped, error));
    TROD_TRY(fill_customers(&merge, merged, error));
    TROD_TRY(fill_events(&merge, merged, error));
    TROD_TRY(merge_columns_fill(&merge, merged, error));
done:
    trod_dict_free(without);
    trod_arena_free(merge.scratch);
    return status;
}

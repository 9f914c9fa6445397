/* From buckets to parts, on all threads. A part is a run of neighbouring buckets (or, of a very
 * large log, a share of one): its records are brought into memory, ordered bucket by bucket,
 * made into rows and packed. How many parts are made at a time depends on the memory: each
 * takes what its desk needs, and what the buckets may keep in memory meanwhile is the rest. */
#include "log/gather_desk.h"
#include "log/gather_join.h"

struct each {
    struct trod_gather *gather;
    gather_take_rows *take;
    void *owner;
    pthread_mutex_t lock; /* over what follows */
    struct desk_pool desks;
    unsigned n_left[GATHER_BUCKETS]; /* parts that still need the bucket */
};

/* The buckets of a part and the hashes that it holds. */
struct share {
    unsigned first_bucket, n_buckets;
    uint64_t first_hash, last_hash;
};

static struct share share_of(const struct trod_gather *gather, size_t part) {
    const unsigned bits = gather->part_bits;
    struct share share = {.n_buckets = 1};
    if (bits <= GATHER_BUCKET_BITS) {
        share.n_buckets = GATHER_BUCKETS >> bits;
        share.first_bucket = (unsigned)part * share.n_buckets;
    } else {
        share.first_bucket = (unsigned)(part >> (bits - GATHER_BUCKET_BITS));
    }
    share.first_hash = bits ? (uint64_t)part << (64 - bits) : 0;
    share.last_hash = bits ? share.first_hash + (UINT64_C(1) << (64 - bits)) - 1 : UINT64_MAX;
    return share;
}

/* What a desk takes for an event, about: its entries, cells and what is packed of it. */
static uint64_t row_bytes(const struct trod_gather *gather) {
    const uint64_t n_fields = gather->frame.n_fields < 64 ? gather->frame.n_fields : 64;
    return 3 * sizeof(struct desk_entry) + 24 + 8 * n_fields + 32;
}

/* ---- A part ---------------------------------------------------------------------------------
 */

/* A part that is far larger than the others, as of one customer with nearly all events, may be
 * more than the memory holds. */
static trod_status check_room(const struct desk *desk, struct trod_error *error) {
    const struct trod_gather *const gather = desk->gather;
    const uint64_t n = (uint64_t)desk->n_rows + desk->events.n + desk->facts.n;
    const uint64_t need = n * row_bytes(gather);
    if (n < 2 * gather->least_events || need <= gather->memory_bytes) return TROD_OK;
    trod_fail(
        error, TROD_TOO_MUCH,
        "%llu events are of so few customers, perhaps of one, that they need about %llu MB "
        "at a time",
        (unsigned long long)n, (unsigned long long)(need >> 20) + 1);
    trod_error_hint(error, "is the column of customers really that? If so, raise --memory");
    return TROD_TOO_MUCH;
}

static trod_status make_rows(struct desk *desk, const struct share *share,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct gather_pool *const pool = &desk->gather->pool;
    uint64_t n_records = 0;
    for (unsigned k = 0; k < share->n_buckets; k++)
        n_records += pool->buckets[share->first_bucket + k].n_records +
                     pool->buckets[share->first_bucket + k + GATHER_BUCKETS].n_records;
    TROD_TRY(desk_load(desk, share->first_bucket, share->n_buckets, true, error));
    for (unsigned k = 0; k < share->n_buckets; k++) {
        const unsigned shift = 64 - GATHER_BUCKET_BITS;
        const uint64_t first = (uint64_t)(share->first_bucket + k) << shift;
        const uint64_t last = first + (UINT64_C(1) << shift) - 1;
        TROD_TRY(desk_bucket(desk, share->first_bucket + k, error));
        TROD_TRY(desk_order(desk, first > share->first_hash ? first : share->first_hash,
                            last < share->last_hash ? last : share->last_hash, error));
        /* Of a share of a bucket it is known by now how large it is. */
        if (k == 0) desk_begin(desk, share->n_buckets == 1 ? desk->events.n : n_records);
        TROD_TRY(check_room(desk, error));
        TROD_TRY(desk_add(desk, error));
    }
    TROD_TRY(desk_rows(desk, error));
done:
    return status;
}

static void drop_buckets(struct each *each, const struct share *share) {
    for (unsigned b = share->first_bucket; b < share->first_bucket + share->n_buckets; b++) {
        pthread_mutex_lock(&each->lock);
        const bool last = --each->n_left[b] == 0;
        pthread_mutex_unlock(&each->lock);
        if (!last) continue;
        gather_bucket_drop(&each->gather->pool, b);
        gather_bucket_drop(&each->gather->pool, b + GATHER_BUCKETS);
    }
}

static trod_status make_part(void *owner, size_t i, struct trod_error *error) {
    struct each *const each = owner;
    struct trod_gather *const gather = each->gather;
    trod_status status = TROD_OK;
    struct desk *const desk = desk_take(&each->desks);
    TROD_TRY_ALLOC(desk, error);
    const struct share share = share_of(gather, i);
    TROD_TRY(make_rows(desk, &share, error));
    TROD_TRY(each->take(each->owner, i, &desk->rows, error));
    drop_buckets(each, &share);
    pthread_mutex_lock(&each->lock);
    gather->frame.n_events += desk->rows.n_events;
    gather->frame.n_customers += desk->rows.n_customers;
    gather->n_dropped += desk->n_dropped;
    pthread_mutex_unlock(&each->lock);
    if (gather->run && gather->run->progress)
        gather->run->progress(gather->run->owner, "sorting", i + 1,
                              UINT64_C(1) << gather->part_bits);
done:
    if (desk) desk_give(&each->desks, desk);
    return status;
}

/* ---- All parts ------------------------------------------------------------------------------
 */

/* About what a desk takes for the largest part. A share of a bucket is read with all of it. */
static uint64_t desk_bytes(const struct trod_gather *gather) {
    const unsigned bits = gather->part_bits;
    uint64_t most = 0;
    for (size_t i = 0; i < (size_t)1 << bits; i++) {
        const struct share share = share_of(gather, i);
        uint64_t n_records = 0, n_bytes = 0;
        for (unsigned b = share.first_bucket; b < share.first_bucket + share.n_buckets; b++) {
            n_records += gather->pool.buckets[b].n_records;
            n_bytes += gather->pool.buckets[b].n_bytes;
        }
        if (bits > GATHER_BUCKET_BITS) n_records >>= bits - GATHER_BUCKET_BITS;
        const uint64_t need = n_bytes + n_records * row_bytes(gather);
        if (need > most) most = need;
    }
    return most;
}

/* Parts so small that one of them at least has its room. */
static void cut_finer(struct trod_gather *gather, uint64_t memory_bytes) {
    while (gather->part_bits < GATHER_MOST_PART_BITS &&
           gather->n_events >> gather->part_bits > gather->least_events &&
           desk_bytes(gather) > memory_bytes / 4 * 3)
        gather->part_bits++;
}

static void merge_spans(struct trod_gather *gather, const struct desk *desk) {
    struct trod_parts *const frame = &gather->frame;
    for (size_t s = 0; s < frame->n_sources; s++) {
        struct trod_parts_source *const to = &gather->frame_sources[s];
        const struct desk_span *const from = &desk->spans[s];
        to->n_events += from->n_events;
        if (from->first_us == TROD_NO_TIME) continue;
        if (to->first_us == TROD_NO_TIME || from->first_us < to->first_us)
            to->first_us = from->first_us;
        if (from->last_us > to->last_us) to->last_us = from->last_us;
    }
}

static trod_status end_frame(struct trod_gather *gather, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_parts *const frame = &gather->frame;
    frame->n_parts = (size_t)1 << gather->part_bits;
    uint64_t *const first_hash = TROD_NEW_ARRAY(gather->arena, frame->n_parts, uint64_t);
    TROD_TRY_ALLOC(first_hash, error);
    for (size_t i = 0; i < frame->n_parts; i++) first_hash[i] = share_of(gather, i).first_hash;
    frame->first_hash = first_hash;
    frame->first_us = frame->last_us = TROD_NO_TIME;
    frame->has_times = gather->has_times;
    for (size_t s = 0; s < frame->n_sources; s++) {
        const struct trod_parts_source *const source = &frame->sources[s];
        if (source->first_us == TROD_NO_TIME) continue;
        if (frame->first_us == TROD_NO_TIME || source->first_us < frame->first_us)
            frame->first_us = source->first_us;
        if (source->last_us > frame->last_us) frame->last_us = source->last_us;
    }
done:
    return status;
}

trod_status gather_each_rows(struct trod_gather *gather, gather_take_rows *take, void *owner,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    struct each each = {.gather = gather, .take = take, .owner = owner};
    CHECK(!gather->closed);
    pthread_mutex_init(&each.lock, NULL);
    desk_pool_init(&each.desks, gather);
    TROD_TRY(gather_frame_make(gather, error));
    TROD_TRY(gather_join_finish(gather, error));
    const uint64_t memory_bytes = gather->memory_bytes - gather->kept_bytes;
    cut_finer(gather, memory_bytes);
    const size_t n_parts = (size_t)1 << gather->part_bits;
    for (size_t i = 0; i < n_parts; i++) {
        const struct share share = share_of(gather, i);
        for (unsigned b = 0; b < share.n_buckets; b++) each.n_left[share.first_bucket + b]++;
    }
    /* Three quarters of the memory for desks; at least one. */
    const uint64_t each_bytes = desk_bytes(gather);
    unsigned n_threads = trod_run_threads(gather->run);
    while (n_threads > 1 && n_threads * each_bytes > memory_bytes / 4 * 3) n_threads--;
    const uint64_t desks_bytes = n_threads * each_bytes;
    TROD_TRY(gather_pool_shrink(
        &gather->pool, desks_bytes < memory_bytes ? memory_bytes - desks_bytes : 0, error));
    const struct trod_run run = {.n_threads = n_threads,
                                 .cancel = gather->run ? gather->run->cancel : NULL};
    TROD_TRY(trod_run_each(&run, n_parts, make_part, &each, error));
    for (const struct desk *desk = each.desks.first; desk; desk = desk->next)
        merge_spans(gather, desk);
    TROD_TRY(end_frame(gather, error));
done:
    desk_pool_release(&each.desks);
    pthread_mutex_destroy(&each.lock);
    return status;
}

/* ---- Packed ---------------------------------------------------------------------------------
 */

struct packing {
    trod_status (*take)(void *owner, size_t i, const struct trod_packed *packed,
                        struct trod_error *error);
    void *owner;
};

static trod_status pack(void *owner, size_t i, const struct trod_rows *rows,
                        struct trod_error *error) {
    const struct packing *const packing = owner;
    trod_status status = TROD_OK;
    struct trod_packed packed = {0};
    if (rows->n_customers == 0) return TROD_OK;
    struct trod_arena *const arena = trod_arena_make(GATHER_ARENA_BYTES);
    TROD_TRY_ALLOC(arena, error);
    TROD_TRY(trod_part_pack(rows, arena, &packed, error));
    TROD_TRY(packing->take(packing->owner, i, &packed, error));
done:
    trod_arena_free(arena);
    return status;
}

trod_status trod_gather_each(struct trod_gather *gather,
                             trod_status (*take)(void *owner, size_t i,
                                                 const struct trod_packed *packed,
                                                 struct trod_error *error),
                             void *owner, struct trod_error *error) {
    struct packing packing = {take, owner};
    return gather_each_rows(gather, pack, &packing, error);
}

const struct trod_parts *trod_gather_frame(const struct trod_gather *gather) {
    return &gather->frame;
}

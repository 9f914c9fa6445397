/* Desks as they are needed, and the records of buckets brought to them: what lies in the file
 * is read in stretches as long as possible, what is in memory stays where it is. */
#include "log/gather_desk.h"

void desk_pool_init(struct desk_pool *pool, struct trod_gather *gather) {
    *pool = (struct desk_pool){.gather = gather};
    pthread_mutex_init(&pool->lock, NULL);
}

void desk_pool_release(struct desk_pool *pool) {
    while (pool->first) {
        struct desk *const desk = pool->first;
        pool->first = desk->next;
        desk_free(desk);
    }
    pthread_mutex_destroy(&pool->lock);
}

struct desk *desk_take(struct desk_pool *pool) {
    pthread_mutex_lock(&pool->lock);
    struct desk *const desk = pool->first;
    if (desk) pool->first = desk->next;
    pthread_mutex_unlock(&pool->lock);
    return desk ? desk : desk_make(pool->gather);
}

void desk_give(struct desk_pool *pool, struct desk *desk) {
    pthread_mutex_lock(&pool->lock);
    desk->next = pool->first;
    pool->first = desk;
    pthread_mutex_unlock(&pool->lock);
}

/* Reads what of the bucket lies in the file to `to`. */
static trod_status read_spilled(const struct gather_pool *pool,
                                const struct gather_bucket *bucket, unsigned char *to,
                                struct trod_error *error) {
    const struct gather_piece *piece = bucket->spilled;
    while (piece) {
        const uint64_t begin = piece->file_at;
        uint64_t end = begin;
        for (; piece && piece->file_at == end; piece = piece->next) end += piece->n_bytes;
        const trod_status status =
            gather_pool_read(pool, begin, (size_t)(end - begin), to, error);
        if (status != TROD_OK) return status;
        to += end - begin;
    }
    return TROD_OK;
}

trod_status desk_load(struct desk *desk, unsigned first_bucket, unsigned n_buckets,
                      bool with_moved, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct gather_pool *const pool = &desk->gather->pool;
    const unsigned n_kinds = with_moved ? 2 : 1;
    uint64_t n_bytes = 0;
    for (unsigned b = first_bucket; b < first_bucket + n_buckets; b++)
        for (unsigned kind = 0; kind < n_kinds; kind++)
            n_bytes += pool->buckets[b + kind * GATHER_BUCKETS].n_spilled_bytes;
    desk->with_moved = with_moved;
    desk->raw.n = 0;
    desk->raw.failed = false;
    if (!trod_buf_room(&desk->raw, n_bytes + GATHER_PADDING)) TROD_TRY_ALLOC(NULL, error);
    unsigned char *at = (unsigned char *)desk->raw.at;
    desk->raw_next = at;
    for (unsigned b = first_bucket; b < first_bucket + n_buckets && n_bytes > 0; b++) {
        if (b + 1 < first_bucket + n_buckets) gather_pool_expect(pool, b + 1);
        for (unsigned kind = 0; kind < n_kinds; kind++) {
            const struct gather_bucket *const bucket =
                &pool->buckets[b + kind * GATHER_BUCKETS];
            TROD_TRY(read_spilled(pool, bucket, at, error));
            at += bucket->n_spilled_bytes;
        }
    }
done:
    return status;
}

static trod_status add_stretch(struct desk *desk, const struct desk_stretch *stretch,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    struct desk_stretch *const stretches =
        desk_reach(&desk->stretches, (uint64_t)desk->n_stretches + 1, sizeof *stretches);
    TROD_TRY_ALLOC(stretches, error);
    stretches[desk->n_stretches++] = *stretch;
done:
    return status;
}

trod_status desk_bucket(struct desk *desk, unsigned bucket, struct trod_error *error) {
    trod_status status = TROD_OK;
    desk->n_stretches = 0;
    for (unsigned moved = 0; moved < (desk->with_moved ? 2 : 1); moved++) {
        const struct gather_bucket *const from =
            &desk->gather->pool.buckets[bucket + moved * GATHER_BUCKETS];
        for (const struct gather_piece *piece = from->spilled; piece; piece = piece->next) {
            const struct desk_stretch stretch = {desk->raw_next, piece->n_bytes,
                                                 piece->n_records, moved};
            TROD_TRY(add_stretch(desk, &stretch, error));
            desk->raw_next += piece->n_bytes;
        }
        for (const struct gather_piece *piece = from->resident; piece; piece = piece->next) {
            const struct desk_stretch stretch = {piece->chunk->at, piece->n_bytes,
                                                 piece->n_records, moved};
            TROD_TRY(add_stretch(desk, &stretch, error));
        }
    }
done:
    return status;
}

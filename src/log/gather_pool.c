/* Chunks of records, in memory as long as there is room.
 *
 * All chunks are of one size, cut from large slabs, so that those of a bucket that is done with
 * serve the next. At the limit, whoever needs a chunk writes a batch of others first: all that
 * some buckets have in memory, bucket by bucket and one behind the other, so that each of them
 * is read back in long stretches. Writing happens outside the lock, and goes to the system's
 * page cache, which brings it to the disk while events come in. The file has no name: it is
 * gone when the gatherer is, whatever happens to the process. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "log/gather.h"

enum {
    PAGE = 4096,
    SMALLEST_CHUNK = PAGE,
    LARGEST_CHUNK = 16 << 10,
    LARGE_SLAB = 4 << 20, /* from here on in large pages */
    FIRST_SLAB = 1 << 20,
    LAST_SLAB = 64 << 20,
    BATCH_BYTES = 8 << 20, /* written in one go, at least if there are as many */
    BATCH_PIECES = 256,    /* in one call */
};

static size_t chunk_size(uint32_t room) {
    return sizeof(struct gather_chunk) + (size_t)room + GATHER_PADDING;
}

bool gather_pool_init(struct gather_pool *pool, uint64_t most_bytes, unsigned n_hands,
                      const char *folder) {
    *pool = (struct gather_pool){.file = -1, .most_bytes = most_bytes, .next_slab = FIRST_SLAB};
    pool->arena = trod_arena_make(GATHER_ARENA_BYTES);
    if (!pool->arena) return false;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->written, NULL);
    /* Each hand fills a chunk of every bucket at a time: these take a quarter at most. */
    const uint64_t each = most_bytes / 4 / GATHER_BUCKETS / n_hands;
    pool->chunk_bytes = SMALLEST_CHUNK;
    while (pool->chunk_bytes < LARGEST_CHUNK && pool->chunk_bytes * 2 <= each)
        pool->chunk_bytes *= 2;
    const char *const temporary = getenv("TMPDIR");
    if (!folder) folder = temporary && *temporary ? temporary : "/tmp";
    const size_t n = strlen(folder);
    memcpy(pool->folder, folder, n < sizeof pool->folder ? n : sizeof pool->folder - 1);
    return true;
}

static void chunk_drop(struct gather_pool *pool, struct gather_chunk *chunk) {
    pool->used_bytes -= chunk_size(chunk->room);
    if (chunk->own) {
        trod_arena_free(chunk->own);
        return;
    }
    chunk->next = pool->unused;
    pool->unused = chunk;
}

void gather_pool_release(struct gather_pool *pool) {
    if (!pool->arena) return;
    for (size_t b = 0; b < TROD_COUNT(pool->buckets); b++)
        for (struct gather_piece *at = pool->buckets[b].resident; at; at = at->next)
            chunk_drop(pool, at->chunk);
    if (pool->file >= 0) close(pool->file);
    pthread_cond_destroy(&pool->written);
    pthread_mutex_destroy(&pool->lock);
    trod_arena_free(pool->arena);
    pool->arena = NULL;
}

/* ---- The file -------------------------------------------------------------------------------
 */

static trod_status file_failed(const struct gather_pool *pool, const char *what, int number,
                               struct trod_error *error) {
    trod_fail(error, TROD_IO, "cannot %s a temporary file in %s: %s", what, pool->folder,
              strerror(number));
    trod_error_hint(error,
                    "the log does not fit into --memory, and what does not fit goes there: set "
                    "TMPDIR to a folder with more room, or raise --memory");
    return TROD_IO;
}

static trod_status open_file(struct gather_pool *pool, struct trod_error *error) {
    if (pool->file >= 0) return TROD_OK;
    pool->file = open(pool->folder, O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);
    if (pool->file >= 0) return TROD_OK;
    /* A file system that has no files without a name. */
    char name[sizeof pool->folder + 32];
    static const char ending[] = "/trod-XXXXXX";
    const size_t n = strlen(pool->folder);
    memcpy(name, pool->folder, n);
    memcpy(name + n, ending, sizeof ending);
    pool->file = mkostemp(name, O_CLOEXEC);
    if (pool->file < 0) return file_failed(pool, "make", errno, error);
    unlink(name);
    return TROD_OK;
}

/* Writes the records of the pieces one behind the other. */
static trod_status write_pieces(const struct gather_pool *pool, struct gather_piece *pieces,
                                uint64_t file_at, struct trod_error *error) {
    while (pieces) {
        struct iovec parts[BATCH_PIECES];
        int n = 0;
        size_t left = 0;
        for (; pieces && n < BATCH_PIECES; pieces = pieces->next, n++) {
            parts[n] =
                (struct iovec){.iov_base = pieces->chunk->at, .iov_len = pieces->n_bytes};
            left += pieces->n_bytes;
        }
        for (struct iovec *part = parts; left > 0;) {
            ssize_t done = pwritev(pool->file, part, (int)(parts + n - part), (off_t)file_at);
            if (done < 0 && errno == EINTR) continue;
            if (done < 0) return file_failed(pool, "write", errno, error);
            if (done == 0) return file_failed(pool, "write", ENOSPC, error);
            file_at += (uint64_t)done;
            left -= (size_t)done;
            for (; done > 0 && (size_t)done >= part->iov_len; part++)
                done -= (ssize_t)part->iov_len;
            if (done > 0) {
                part->iov_base = (char *)part->iov_base + done;
                part->iov_len -= (size_t)done;
            }
        }
    }
    return TROD_OK;
}

trod_status gather_pool_set_aside(struct gather_pool *pool, uint64_t n_bytes, uint64_t *file_at,
                                  struct trod_error *error) {
    pthread_mutex_lock(&pool->lock);
    const trod_status status = open_file(pool, error);
    *file_at = (pool->file_bytes + PAGE - 1) / PAGE * PAGE;
    if (status == TROD_OK) pool->file_bytes = *file_at + n_bytes;
    pthread_mutex_unlock(&pool->lock);
    return status;
}

trod_status gather_pool_write(const struct gather_pool *pool, uint64_t file_at,
                              const unsigned char *at, size_t n, struct trod_error *error) {
    while (n > 0) {
        const ssize_t done = pwrite(pool->file, at, n, (off_t)file_at);
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) return file_failed(pool, "write", errno, error);
        if (done == 0) return file_failed(pool, "write", ENOSPC, error);
        file_at += (uint64_t)done;
        at += done;
        n -= (size_t)done;
    }
    return TROD_OK;
}

/* Takes all that some buckets have in memory, about BATCH_BYTES, in the order of buckets. */
static struct gather_piece *take_batch(struct gather_pool *pool, uint64_t *n_bytes) {
    struct gather_piece *first = NULL, **last = &first;
    *n_bytes = 0;
    const uint64_t enough =
        pool->most_bytes / 4 < BATCH_BYTES ? pool->most_bytes / 4 : BATCH_BYTES;
    for (unsigned i = 0; i < TROD_COUNT(pool->buckets) && (*n_bytes < enough || !first); i++) {
        const unsigned b = pool->next_bucket;
        struct gather_bucket *const bucket = &pool->buckets[b];
        pool->next_bucket = (b + 1) % TROD_COUNT(pool->buckets);
        if (bucket->pinned || !bucket->resident) continue;
        bucket->n_writing++;
        *last = bucket->resident;
        bucket->resident = NULL;
        for (; *last; last = &(*last)->next) {
            *n_bytes += (*last)->n_bytes;
            (*last)->bucket = b;
        }
    }
    return first;
}

/* Writes a batch; *any is false if nothing could be written. Called with the lock held, and
 * gives it away while it writes. */
static trod_status write_batch(struct gather_pool *pool, bool *any, struct trod_error *error) {
    trod_status status = open_file(pool, error);
    *any = false;
    if (status != TROD_OK) return status;
    uint64_t n_bytes = 0;
    struct gather_piece *batch = take_batch(pool, &n_bytes);
    if (!batch) return TROD_OK;
    *any = true;
    uint64_t file_at = pool->file_bytes;
    pool->file_bytes += n_bytes;
    pool->n_writing++;
    pthread_mutex_unlock(&pool->lock);
    status = write_pieces(pool, batch, file_at, error);
    pthread_mutex_lock(&pool->lock);
    pool->n_writing--;
    for (const struct gather_piece *piece = batch; piece; piece = piece->next)
        if (!piece->next || piece->next->bucket != piece->bucket)
            pool->buckets[piece->bucket].n_writing--;
    while (batch) {
        struct gather_piece *const piece = batch;
        struct gather_bucket *const bucket = &pool->buckets[piece->bucket];
        batch = piece->next;
        if (status != TROD_OK) {
            piece->next = bucket->resident;
            bucket->resident = piece;
            continue;
        }
        chunk_drop(pool, piece->chunk);
        piece->chunk = NULL;
        piece->file_at = file_at;
        file_at += piece->n_bytes;
        piece->next = NULL;
        bucket->n_spilled_bytes += piece->n_bytes;
        if (bucket->last_spilled) {
            bucket->last_spilled->next = piece;
        } else {
            bucket->spilled = piece;
        }
        bucket->last_spilled = piece;
    }
    pthread_cond_broadcast(&pool->written);
    return status;
}

void gather_bucket_pin(struct gather_pool *pool, unsigned bucket, bool pinned) {
    pthread_mutex_lock(&pool->lock);
    pool->buckets[bucket].pinned = pinned;
    while (pinned && pool->buckets[bucket].n_writing > 0)
        pthread_cond_wait(&pool->written, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
}

void gather_pool_expect(const struct gather_pool *pool, unsigned bucket) {
    const struct gather_piece *piece = pool->buckets[bucket].spilled;
    while (piece) {
        const uint64_t begin = piece->file_at;
        uint64_t end = begin;
        for (; piece && piece->file_at == end; piece = piece->next) end += piece->n_bytes;
        posix_fadvise(pool->file, (off_t)begin, (off_t)(end - begin), POSIX_FADV_WILLNEED);
    }
}

trod_status gather_pool_read(const struct gather_pool *pool, uint64_t file_at, size_t n,
                             unsigned char *to, struct trod_error *error) {
    while (n > 0) {
        const ssize_t got = pread(pool->file, to, n, (off_t)file_at);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return file_failed(pool, "read", errno, error);
        if (got == 0) return file_failed(pool, "read", EIO, error);
        file_at += (uint64_t)got;
        to += got;
        n -= (size_t)got;
    }
    return TROD_OK;
}

/* ---- Chunks ---------------------------------------------------------------------------------
 */

/* A chunk that was never used, or NULL without memory. Chunks begin at whole pages. */
static struct gather_chunk *cut(struct gather_pool *pool) {
    if (pool->slab_left < pool->chunk_bytes) {
        unsigned char *const slab = trod_arena_alloc(pool->arena, pool->next_slab, 1);
        if (!slab) return NULL;
        const size_t skip = -(uintptr_t)slab & (PAGE - 1);
        pool->slab = slab + skip;
        pool->slab_left = pool->next_slab - skip;
        if (pool->next_slab >= LARGE_SLAB) madvise(pool->slab, pool->slab_left, MADV_HUGEPAGE);
        if (pool->next_slab < LAST_SLAB) pool->next_slab *= 2;
    }
    struct gather_chunk *const chunk = (void *)pool->slab;
    pool->slab += pool->chunk_bytes;
    pool->slab_left -= pool->chunk_bytes;
    *chunk = (struct gather_chunk){.room = pool->chunk_bytes - (uint32_t)chunk_size(0)};
    return chunk;
}

static struct gather_chunk *make(struct gather_pool *pool, size_t room) {
    struct gather_chunk *chunk = pool->unused;
    if (room > pool->chunk_bytes - chunk_size(0)) {
        struct trod_arena *const own = trod_arena_make(GATHER_ARENA_BYTES);
        chunk = own ? trod_arena_alloc(own, chunk_size((uint32_t)room), 1) : NULL;
        if (!chunk) {
            trod_arena_free(own);
            return NULL;
        }
        chunk->own = own;
        chunk->room = (uint32_t)room;
    } else if (chunk) {
        pool->unused = chunk->next;
        chunk->n_bytes = chunk->n_records = 0;
    } else {
        chunk = cut(pool);
        if (!chunk) return NULL;
    }
    pool->used_bytes += chunk_size(chunk->room);
    return chunk;
}

trod_status gather_chunk_take(struct gather_pool *pool, size_t room,
                              struct gather_chunk **chunk, struct trod_error *error) {
    trod_status status = TROD_OK;
    pthread_mutex_lock(&pool->lock);
    while (pool->used_bytes + pool->chunk_bytes > pool->most_bytes) {
        bool any = false;
        TROD_TRY(write_batch(pool, &any, error));
        if (any) continue;
        /* All is being written by others, or lies in chunks that are being filled: these few
         * are taken beyond the limit. */
        if (pool->n_writing == 0) break;
        pthread_cond_wait(&pool->written, &pool->lock);
    }
    *chunk = make(pool, room);
    TROD_TRY_ALLOC(*chunk, error);
done:
    pthread_mutex_unlock(&pool->lock);
    return status;
}

trod_status gather_chunk_give(struct gather_pool *pool, unsigned bucket,
                              struct gather_chunk *chunk, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct gather_bucket *const to = &pool->buckets[bucket];
    pthread_mutex_lock(&pool->lock);
    struct gather_piece *const piece =
        chunk->n_records ? TROD_NEW(pool->arena, struct gather_piece) : NULL;
    if (!piece) {
        const bool lost = chunk->n_records > 0;
        chunk_drop(pool, chunk);
        if (lost) TROD_TRY_ALLOC(NULL, error);
        goto done;
    }
    *piece = (struct gather_piece){.next = to->resident,
                                   .chunk = chunk,
                                   .n_bytes = chunk->n_bytes,
                                   .n_records = chunk->n_records};
    to->resident = piece;
    to->n_records += chunk->n_records;
    to->n_bytes += chunk->n_bytes;
done:
    pthread_mutex_unlock(&pool->lock);
    return status;
}

trod_status gather_pool_shrink(struct gather_pool *pool, uint64_t most_bytes,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    pthread_mutex_lock(&pool->lock);
    for (bool any = true; any && pool->used_bytes > most_bytes;)
        TROD_TRY(write_batch(pool, &any, error));
    for (struct gather_chunk *chunk = pool->unused; chunk; chunk = chunk->next)
        madvise((unsigned char *)chunk + PAGE, pool->chunk_bytes - PAGE, MADV_DONTNEED);
done:
    pthread_mutex_unlock(&pool->lock);
    return status;
}

void gather_bucket_drop(struct gather_pool *pool, unsigned bucket) {
    struct gather_bucket *const from = &pool->buckets[bucket];
    pthread_mutex_lock(&pool->lock);
    while (from->resident) {
        struct gather_piece *const piece = from->resident;
        struct gather_chunk *const chunk = piece->chunk;
        from->resident = piece->next;
        /* The head stays: it is a link of the list of unused chunks. */
        if (!chunk->own)
            madvise((unsigned char *)chunk + PAGE, pool->chunk_bytes - PAGE, MADV_DONTNEED);
        chunk_drop(pool, chunk);
    }
    for (const struct gather_piece *piece = from->spilled; piece; piece = piece->next)
        fallocate(pool->file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)piece->file_at,
                  (off_t)piece->n_bytes);
    from->spilled = from->last_spilled = NULL;
    pthread_mutex_unlock(&pool->lock);
}

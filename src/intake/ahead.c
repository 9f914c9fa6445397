/* A compressed file is expanded by a thread of its own, some blocks ahead of whoever reads: a
 * ring of blocks between the two, each filled by one and emptied by the other. What goes wrong
 * comes after the bytes that were good. */
#include "intake/ahead.h"

#include <pthread.h>

enum { BLOCK = 256 << 10, BLOCKS = 8 };

struct block {
    char *at; /* [BLOCK] */
    size_t n;
    uint64_t n_read; /* of the file, behind it */
};

struct intake_ahead {
    struct trod_source *source; /* the thread's */
    struct trod_arena *arena;
    struct block blocks[BLOCKS];
    size_t used; /* of the block that is read; the reader's */
    pthread_t thread;
    pthread_mutex_t lock; /* over what follows */
    pthread_cond_t moved;
    size_t n_filled, n_emptied;
    bool ended, stopped;
    uint64_t n_read, total;
    trod_status status;
    struct trod_error error;
};

/* Fills a block, or as much of it as there is. */
static trod_status fill(struct intake_ahead *ahead, struct block *block,
                        struct trod_error *error) {
    block->n = 0;
    while (block->n < BLOCK) {
        size_t got = 0;
        const trod_status status = trod_source_read(ahead->source, block->at + block->n,
                                                    BLOCK - block->n, &got, error);
        if (status != TROD_OK) return status;
        if (got == 0) break;
        block->n += got;
    }
    block->n_read = trod_source_progress(ahead->source, NULL);
    return TROD_OK;
}

static void *expand(void *argument) {
    struct intake_ahead *const ahead = argument;
    struct trod_error error = {0};
    pthread_mutex_lock(&ahead->lock);
    while (!ahead->stopped && !ahead->ended) {
        if (ahead->n_filled - ahead->n_emptied == BLOCKS) {
            pthread_cond_wait(&ahead->moved, &ahead->lock);
            continue;
        }
        struct block *const block = &ahead->blocks[ahead->n_filled % BLOCKS];
        pthread_mutex_unlock(&ahead->lock);
        const trod_status status = fill(ahead, block, &error);
        pthread_mutex_lock(&ahead->lock);
        ahead->n_filled += block->n > 0;
        ahead->ended = status != TROD_OK || block->n < BLOCK;
        ahead->status = status;
        ahead->error = error;
        pthread_cond_signal(&ahead->moved);
    }
    pthread_mutex_unlock(&ahead->lock);
    return NULL;
}

struct intake_ahead *intake_ahead_start(struct trod_source *source) {
    struct trod_arena *const arena = trod_arena_make(2 * (size_t)BLOCKS * BLOCK);
    struct intake_ahead *const ahead = arena ? TROD_NEW(arena, struct intake_ahead) : NULL;
    if (!ahead) {
        trod_arena_free(arena);
        return NULL;
    }
    *ahead = (struct intake_ahead){.source = source, .arena = arena};
    trod_source_progress(source, &ahead->total);
    bool good = true;
    for (size_t i = 0; i < BLOCKS; i++) {
        ahead->blocks[i].at = TROD_NEW_ARRAY(arena, BLOCK, char);
        good &= ahead->blocks[i].at != NULL;
    }
    pthread_mutex_init(&ahead->lock, NULL);
    pthread_cond_init(&ahead->moved, NULL);
    if (good && pthread_create(&ahead->thread, NULL, expand, ahead) == 0) return ahead;
    pthread_cond_destroy(&ahead->moved);
    pthread_mutex_destroy(&ahead->lock);
    trod_arena_free(arena);
    return NULL;
}

void intake_ahead_stop(struct intake_ahead *ahead) {
    if (!ahead) return;
    pthread_mutex_lock(&ahead->lock);
    ahead->stopped = true;
    pthread_cond_signal(&ahead->moved);
    pthread_mutex_unlock(&ahead->lock);
    pthread_join(ahead->thread, NULL);
    pthread_cond_destroy(&ahead->moved);
    pthread_mutex_destroy(&ahead->lock);
    trod_arena_free(ahead->arena);
}

trod_status intake_ahead_read(struct intake_ahead *ahead, char *at, size_t room, size_t *n,
                              struct trod_error *error) {
    *n = 0;
    pthread_mutex_lock(&ahead->lock);
    while (ahead->n_filled == ahead->n_emptied && !ahead->ended)
        pthread_cond_wait(&ahead->moved, &ahead->lock);
    const bool there = ahead->n_filled > ahead->n_emptied;
    const trod_status status = there ? TROD_OK : ahead->status;
    if (status != TROD_OK && error) *error = ahead->error;
    pthread_mutex_unlock(&ahead->lock);
    if (!there) return status;
    const struct block *const block = &ahead->blocks[ahead->n_emptied % BLOCKS];
    *n = block->n - ahead->used < room ? block->n - ahead->used : room;
    memcpy(at, block->at + ahead->used, *n);
    ahead->used += *n;
    ahead->n_read = block->n_read;
    if (ahead->used < block->n) return TROD_OK;
    ahead->used = 0;
    pthread_mutex_lock(&ahead->lock);
    ahead->n_emptied++;
    pthread_cond_signal(&ahead->moved);
    pthread_mutex_unlock(&ahead->lock);
    return TROD_OK;
}

uint64_t intake_ahead_progress(const struct intake_ahead *ahead, uint64_t *total) {
    *total = ahead->total;
    return ahead->n_read;
}

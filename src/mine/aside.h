/* aside: bytes that do not fit into the memory, put into a file without a name until they are
 * read again. */
#ifndef MINE_ASIDE_H
#define MINE_ASIDE_H

#include <pthread.h>

#include "mine/inside.h"

/* Life: init; put, from any thread; open, when all is put; at; release. There is no file before
 * something is put. */
struct mine_aside {
    pthread_mutex_t lock;
    int file; /* -1: none */
    char folder[512];
    uint64_t n_bytes;
    void *map; /* once it is open */
};
void mine_aside_init(struct mine_aside *aside);
void mine_aside_release(struct mine_aside *aside);
/* *place: where they are; a multiple of 64. Errors: TROD_IO. */
TROD_MUST trod_status mine_aside_put(struct mine_aside *aside, const void *at, size_t n_bytes,
                                     uint64_t *place, struct trod_error *error);
TROD_MUST trod_status mine_aside_open(struct mine_aside *aside, struct trod_error *error);
static inline const void *mine_aside_at(const struct mine_aside *aside, uint64_t place) {
    return (const unsigned char *)aside->map + place;
}

#endif

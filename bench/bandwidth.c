/* bandwidth: how fast this machine reads memory, the floor below which no question can fall.
 *
 *     bandwidth [THREADS [MEBIBYTES [TIMES]]]
 *
 * Each thread adds up the 8-byte words of its own piece in eight sums, which the compiler turns
 * into the widest loads there are. Prints bytes a second as JSON: the median and the best.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shop.h"

enum { LANES = 64, MOST_THREADS = 64 };
struct pieces {
    const uint64_t *words;
    size_t n_words; /* of each piece; a multiple of LANES */
    uint64_t sums[MOST_THREADS];
};

static trod_status read_piece(void *owner, size_t i, struct trod_error *error) {
    (void)error;
    struct pieces *pieces = owner;
    const uint64_t *words = pieces->words + i * pieces->n_words;
    uint64_t lanes[LANES] = {0}, sum = 0;
    for (size_t w = 0; w < pieces->n_words; w += LANES)
        for (size_t lane = 0; lane < LANES; lane++) lanes[lane] += words[w + lane];
    for (size_t lane = 0; lane < LANES; lane++) sum += lanes[lane];
    pieces->sums[i] = sum;
    return TROD_OK;
}

static int by_number(const void *a, const void *b) {
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

int main(int argc, char **argv) {
    const unsigned n_threads = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1;
    const size_t n_mebibytes = argc > 2 ? strtoul(argv[2], NULL, 10) : 1024;
    const unsigned n_times = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 7;
    if (!n_threads || n_threads > MOST_THREADS || !n_mebibytes || !n_times)
        shop_give_up("usage: bandwidth [THREADS [MEBIBYTES [TIMES]]]");
    struct pieces pieces = {.n_words = (n_mebibytes << 20) / n_threads / 8 / LANES * LANES};
    const size_t n_bytes = pieces.n_words * n_threads * 8;
    uint64_t *room = aligned_alloc(64, (n_bytes + 63) / 64 * 64);
    if (!room) shop_give_up("there is not enough memory");
    memset(room, 1, n_bytes);
    pieces.words = room;

    const struct trod_run run = {.n_threads = n_threads};
    int64_t *took_us = shop_room(n_times * sizeof *took_us);
    for (unsigned t = 0; t < n_times; t++) {
        struct trod_error error;
        const int64_t began_us = trod_clock_us();
        if (trod_run_each(&run, n_threads, read_piece, &pieces, &error) != TROD_OK)
            shop_give_up(error.message);
        took_us[t] = trod_clock_us() - began_us;
    }
    qsort(took_us, n_times, sizeof *took_us, by_number);
    printf("{\"threads\": %u, \"bytes\": %zu, \"bytes_per_second\": %.4g, \"best\": %.4g}\n",
           n_threads, n_bytes, (double)n_bytes / ((double)took_us[n_times / 2] * 1e-6),
           (double)n_bytes / ((double)took_us[0] * 1e-6));
    free(took_us);
    free(room);
    return pieces.sums[0] == 0; /* keeps the reading from being left out */
}

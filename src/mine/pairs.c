/* Counting pairs of neighbours, in one of three ways.
 *
 * Few names: the pair is a place in a matrix that stays in the nearest caches. Two matrices
 * take turns, so that a pair that comes twice in a row does not wait for its own counter.
 *
 * Many names: the matrix is larger than the caches, and pairs hit it anywhere. So a pair's
 * number is cut in two: its upper bits choose one of some hundred queues, its lower 16 bits
 * wait there until the queue is full; then all of them go to the same small piece of the one
 * matrix that all threads share.
 *
 * Very many names, or many segments: a table by open addressing, which grows with the pairs
 * that there are. */
#include "mine/pairs.h"

enum {
    MOST_DENSE = 512,       /* names of a matrix for each thread */
    MOST_DENSE_SLOTS = 128, /* the same where there is one for each segment */
    QUEUE_BITS = 16,
    QUEUES_ROOM = 1 << 22, /* pairs that wait in all queues of a thread */
    LOCKS = 64,
    FIRST_TABLE_BITS = 8,
};
static const uint64_t MOST_QUEUED = UINT64_C(1) << 26; /* pairs of the shared matrix */
/* When a matrix of 32-bit numbers is added up: no counter can have passed 2^32 by then. */
static const uint64_t MOST_UNADDED = UINT64_C(1) << 31;

enum way { DENSE, QUEUED, TABLE };

struct mine_counting {
    uint32_t n_names, n_slots;
    enum way way;
    struct trod_arena *arena;
    /* QUEUED */
    size_t n_queues;
    uint32_t queue_room;
    uint32_t *matrix; /* [n_slots][n_names * n_names], rounded up to whole queues */
    pthread_mutex_t locks[LOCKS];
    pthread_mutex_t carry_lock;
    uint64_t *carries; /* pairs that have passed 2^32, as often as they have */
    size_t n_carries, carries_room;
};

/* A table of pairs: key is from << 32 | to; n == 0: free. */
struct table {
    struct entry {
        uint64_t key, n;
    } * entries;
    unsigned bits;
    size_t n;
};

struct slot {
    bool begun;
    uint64_t *starts, *ends;
    uint64_t n_journeys, n_events;
    uint32_t *matrix; /* DENSE: two of `stride` numbers */
    uint64_t *sums;   /* DENSE: [n_names * n_names] */
    uint64_t n_unadded;
    struct table table;
};

struct mine_counter {
    struct mine_counting *counting;
    struct trod_arena *arena;
    struct slot *slots; /* [n_slots] */
    uint16_t *queues; /* QUEUED: [n_queues + 1][queue_room]; what is no pair goes to the last */
    uint32_t *queued; /* [n_queues + 1] */
    struct mine_blocks blocks;
    union {
        uint16_t u16[MINE_BLOCK];
        uint32_t u32[MINE_BLOCK];
        uint64_t u64[MINE_BLOCK];
    } pairs;
};

/* ---- Making -------------------------------------------------------------------------------
 */

trod_status mine_counting_make(uint32_t n_names, uint64_t n_events, uint32_t n_slots,
                               struct trod_arena *arena, struct mine_counting **counting,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    struct mine_counting *const made = TROD_NEW(arena, struct mine_counting);
    *counting = NULL;
    TROD_TRY_ALLOC(made, error);
    const uint64_t n_pairs = (uint64_t)n_names * n_names;
    made->n_names = n_names;
    made->n_slots = n_slots;
    made->arena = arena;
    made->way = TABLE;
    if (n_names <= (n_slots > 1 ? MOST_DENSE_SLOTS : MOST_DENSE))
        made->way = DENSE;
    else if (n_pairs <= MOST_QUEUED / n_slots && n_events / 2 > n_slots * n_pairs / 16)
        made->way = QUEUED;
    if (made->way == QUEUED) {
        made->n_queues = (size_t)((n_slots * n_pairs >> QUEUE_BITS) + 1);
        made->queue_room = (uint32_t)(QUEUES_ROOM / made->n_queues);
        made->matrix = TROD_NEW_ARRAY(arena, made->n_queues << QUEUE_BITS, uint32_t);
        TROD_TRY_ALLOC(made->matrix, error);
        mine_expect_random(made->matrix, (made->n_queues << QUEUE_BITS) * sizeof *made->matrix);
    }
    for (size_t i = 0; i < LOCKS; i++) pthread_mutex_init(&made->locks[i], NULL);
    pthread_mutex_init(&made->carry_lock, NULL);
    *counting = made;
done:
    return status;
}

void mine_counting_free(struct mine_counting *counting) {
    if (!counting) return;
    for (size_t i = 0; i < LOCKS; i++) pthread_mutex_destroy(&counting->locks[i]);
    pthread_mutex_destroy(&counting->carry_lock);
}

trod_status mine_counter_begin(struct mine_counting *counting, struct trod_arena *arena,
                               struct mine_counter **counter, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct mine_counter *const made = TROD_NEW(arena, struct mine_counter);
    TROD_TRY_ALLOC(made, error);
    made->counting = counting;
    made->arena = arena;
    made->slots = TROD_NEW_ARRAY(arena, counting->n_slots, struct slot);
    TROD_TRY_ALLOC(made->slots, error);
    if (counting->way == QUEUED) {
        made->queues =
            TROD_NEW_ARRAY(arena, (counting->n_queues + 1) * counting->queue_room, uint16_t);
        TROD_TRY_ALLOC(made->queues, error);
        made->queued = TROD_NEW_ARRAY(arena, counting->n_queues + 1, uint32_t);
        TROD_TRY_ALLOC(made->queued, error);
    }
    *counter = made;
done:
    return status;
}

/* Numbers of one matrix: the pairs, one for what is none, and the second one on other lines. */
static size_t stride_of(uint32_t n_names) {
    return ((size_t)n_names * n_names + 1 + 47) & ~(size_t)15;
}

static trod_status begin_slot(struct mine_counter *counter, struct slot *slot,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    const uint32_t n_names = counter->counting->n_names;
    slot->starts = TROD_NEW_ARRAY(counter->arena, n_names, uint64_t);
    TROD_TRY_ALLOC(slot->starts, error);
    slot->ends = TROD_NEW_ARRAY(counter->arena, n_names, uint64_t);
    TROD_TRY_ALLOC(slot->ends, error);
    if (counter->counting->way == DENSE) {
        slot->matrix = TROD_NEW_ARRAY(counter->arena, 2 * stride_of(n_names), uint32_t);
        TROD_TRY_ALLOC(slot->matrix, error);
        slot->sums = TROD_NEW_ARRAY(counter->arena, (size_t)n_names * n_names, uint64_t);
        TROD_TRY_ALLOC(slot->sums, error);
    } else if (counter->counting->way == TABLE) {
        slot->table.bits = FIRST_TABLE_BITS;
        slot->table.entries =
            TROD_NEW_ARRAY(counter->arena, (size_t)1 << FIRST_TABLE_BITS, struct entry);
        TROD_TRY_ALLOC(slot->table.entries, error);
    }
    slot->begun = true;
done:
    return status;
}

/* ---- Few names ----------------------------------------------------------------------------
 */

static void add_matrix(struct slot *slot, uint32_t n_names) {
    const size_t n = (size_t)n_names * n_names, stride = stride_of(n_names);
    for (size_t i = 0; i < n; i++)
        slot->sums[i] += (uint64_t)slot->matrix[i] + slot->matrix[stride + i];
    memset(slot->matrix, 0, 2 * stride * sizeof *slot->matrix);
    slot->n_unadded = 0;
}

#define COUNT_IN_TURNS(type, pairs, n, one, other) \
    do {                                           \
        const type *const at = (pairs);            \
        const uint32_t until = (n);                \
        uint32_t i = 0;                            \
        for (; i + 4 <= until; i += 4) {           \
            (one)[at[i]]++;                        \
            (other)[at[i + 1]]++;                  \
            (one)[at[i + 2]]++;                    \
            (other)[at[i + 3]]++;                  \
        }                                          \
        for (; i < until; i++) (one)[at[i]]++;     \
    } while (0)

static void count_dense(struct mine_counter *counter) {
    const struct mine_blocks *const blocks = &counter->blocks;
    const uint32_t n_names = counter->counting->n_names, none = n_names * n_names;
    const bool narrow = blocks->view->name_bytes == 1 && n_names <= 255;
    if (narrow)
        mine_block_pairs_u16(blocks, n_names, (uint16_t)none, counter->pairs.u16);
    else
        mine_block_pairs_u32(blocks, n_names, none, counter->pairs.u32);
    for (size_t s = 0; s < blocks->n_stretches; s++) {
        const struct mine_stretch *const stretch = &blocks->stretches[s];
        struct slot *const slot = &counter->slots[stretch->slot];
        const uint32_t n = (uint32_t)(stretch->to - stretch->from);
        uint32_t *const one = slot->matrix, *const other = one + stride_of(n_names);
        if (narrow)
            COUNT_IN_TURNS(uint16_t, counter->pairs.u16 + stretch->from, n, one, other);
        else
            COUNT_IN_TURNS(uint32_t, counter->pairs.u32 + stretch->from, n, one, other);
        slot->n_unadded += n;
        if (slot->n_unadded > MOST_UNADDED) add_matrix(slot, n_names);
    }
}

/* ---- Many names ---------------------------------------------------------------------------
 */

static trod_status carry(struct mine_counting *counting, uint64_t pair,
                         struct trod_error *error) {
    pthread_mutex_lock(&counting->carry_lock);
    const bool pushed = TROD_PUSH(counting->arena, counting->carries, counting->n_carries,
                                  counting->carries_room, pair);
    pthread_mutex_unlock(&counting->carry_lock);
    return pushed ? TROD_OK : trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
}

static trod_status empty_queue(struct mine_counter *counter, size_t q,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    struct mine_counting *const counting = counter->counting;
    const uint16_t *const queue = counter->queues + q * counting->queue_room;
    uint32_t *const matrix = counting->matrix + (q << QUEUE_BITS);
    const uint32_t n = counter->queued[q];
    counter->queued[q] = 0;
    pthread_mutex_lock(&counting->locks[q % LOCKS]);
    for (uint32_t i = 0; i < n && status == TROD_OK; i++)
        if (++matrix[queue[i]] == 0)
            status = carry(counting, (uint64_t)q << QUEUE_BITS | queue[i], error);
    pthread_mutex_unlock(&counting->locks[q % LOCKS]);
    return status;
}

static trod_status count_queued(struct mine_counter *counter, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct mine_blocks *const blocks = &counter->blocks;
    const struct mine_counting *const counting = counter->counting;
    const uint32_t room = counting->queue_room, n_pairs = counting->n_names * counting->n_names;
    const uint32_t none = (uint32_t)(counting->n_queues << QUEUE_BITS);
    mine_block_pairs_u32(blocks, counting->n_names, none, counter->pairs.u32);
    for (size_t s = 0; s < blocks->n_stretches; s++) {
        const struct mine_stretch *const stretch = &blocks->stretches[s];
        const uint32_t first = stretch->slot * n_pairs;
        for (uint32_t i = stretch->from; i < stretch->to; i++) {
            const uint32_t pair = first + counter->pairs.u32[i], at = pair < none ? pair : none;
            const size_t q = at >> QUEUE_BITS;
            const uint32_t n = counter->queued[q];
            counter->queues[q * room + n] = (uint16_t)at;
            counter->queued[q] = n + 1;
            if (n + 1 < room) continue;
            if (q < counting->n_queues)
                TROD_TRY(empty_queue(counter, q, error));
            else
                counter->queued[q] = 0;
        }
    }
done:
    return status;
}

/* ---- Very many names ----------------------------------------------------------------------
 */

static struct entry *entry_of(const struct table *table, uint64_t key) {
    const size_t mask = ((size_t)1 << table->bits) - 1;
    uint64_t hash = key * UINT64_C(0x9e3779b97f4a7c15);
    hash ^= hash >> 32;
    size_t at = (size_t)(hash * UINT64_C(0x9e3779b97f4a7c15) >> (64 - table->bits));
    while (table->entries[at].n && table->entries[at].key != key) at = (at + 1) & mask;
    return &table->entries[at];
}

static bool add_pair(struct table *table, uint64_t key, uint64_t n, struct trod_arena *arena) {
    struct entry *entry = entry_of(table, key);
    if (entry->n == 0) {
        if (table->n >= (size_t)1 << table->bits >> 1) {
            const struct table old = *table;
            table->entries = TROD_NEW_ARRAY(arena, (size_t)2 << old.bits, struct entry);
            if (!table->entries) {
                *table = old;
                return false;
            }
            table->bits++;
            for (size_t i = 0; i < (size_t)1 << old.bits; i++)
                if (old.entries[i].n) *entry_of(table, old.entries[i].key) = old.entries[i];
            entry = entry_of(table, key);
        }
        entry->key = key;
        table->n++;
    }
    entry->n += n;
    return true;
}

static trod_status count_table(struct mine_counter *counter, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct mine_blocks *const blocks = &counter->blocks;
    mine_block_pairs_u64(blocks, counter->pairs.u64);
    for (size_t s = 0; s < blocks->n_stretches; s++) {
        const struct mine_stretch *const stretch = &blocks->stretches[s];
        struct table *const table = &counter->slots[stretch->slot].table;
        for (uint32_t i = stretch->from; i < stretch->to; i++) {
            const uint64_t pair = counter->pairs.u64[i];
            if (pair == UINT64_MAX) continue;
            if (!add_pair(table, pair, 1, counter->arena)) TROD_TRY_ALLOC(NULL, error);
        }
    }
done:
    return status;
}

/* ---- A part -------------------------------------------------------------------------------
 */

/* The journeys from..from+n-1 that belong to a slot, and which. Nobody can foretell which those
 * are, so each is written, and only the wanted ones stay. */
static uint32_t list_wanted(const struct mine_blocks *blocks, uint32_t from, uint32_t n,
                            uint32_t *journey, uint32_t *of) {
    uint32_t n_wanted = 0;
    for (uint32_t j = from; j < from + n; j++) {
        journey[n_wanted] = j;
        of[n_wanted] = mine_slot_of(blocks, j);
        n_wanted += of[n_wanted] != UINT32_MAX;
    }
    return n_wanted;
}

/* Where journeys begin and end. */
static trod_status count_journeys(struct mine_counter *counter, struct trod_error *error) {
    enum { PIECE = 1024 };
    trod_status status = TROD_OK;
    const struct mine_blocks *const blocks = &counter->blocks;
    const struct trod_part_view *const view = blocks->view;
    uint32_t journey[PIECE], of[PIECE];
    for (uint32_t from = 0; from < view->n_journeys; from += PIECE) {
        const uint32_t left = view->n_journeys - from;
        const uint32_t n = list_wanted(blocks, from, left < PIECE ? left : PIECE, journey, of);
        for (uint32_t i = 0; i < n; i++) {
            const uint32_t begin = view->begin[journey[i]], end = view->end[journey[i]];
            struct slot *const slot = &counter->slots[of[i]];
            if (!slot->begun) TROD_TRY(begin_slot(counter, slot, error));
            slot->starts[mine_name_at(view, begin)]++;
            slot->ends[mine_name_at(view, end - 1)]++;
            slot->n_journeys++;
            slot->n_events += end - begin;
        }
    }
done:
    return status;
}

trod_status mine_counter_part(struct mine_counter *counter, const struct trod_part_view *view,
                              const uint32_t *slot_of, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct mine_blocks *const blocks = &counter->blocks;
    blocks->view = view;
    blocks->slot_of = slot_of;
    blocks->reached = blocks->from = blocks->n = 0;
    TROD_TRY(count_journeys(counter, error));
    while (mine_blocks_next(blocks)) {
        switch (counter->counting->way) {
        case DENSE:
            count_dense(counter);
            break;
        case QUEUED:
            TROD_TRY(count_queued(counter, error));
            break;
        case TABLE:
            TROD_TRY(count_table(counter, error));
            break;
        }
    }
done:
    return status;
}

/* ---- Adding up ----------------------------------------------------------------------------
 */

static void add_u64(uint64_t *to, const uint64_t *from, size_t n) {
    for (size_t i = 0; i < n; i++) to[i] += from[i];
}

/* The pairs of a matrix that occur, from one of the two kinds of numbers. */
static trod_status list_pairs(uint32_t n_names, const uint64_t *wide, const uint32_t *narrow,
                              struct trod_arena *arena, struct mine_pairs *pairs,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    const size_t n_pairs = (size_t)n_names * n_names;
    size_t n = 0, i = 0;
    for (size_t p = 0; p < n_pairs; p++) n += (wide ? wide[p] : narrow[p]) != 0;
    pairs->at = TROD_NEW_ARRAY(arena, n, struct mine_pair);
    TROD_TRY_ALLOC(pairs->at, error);
    for (uint32_t from = 0; from < n_names; from++) {
        for (uint32_t to = 0; to < n_names; to++, i++) {
            const uint64_t count = wide ? wide[i] : narrow[i];
            if (count) pairs->at[pairs->n++] = (struct mine_pair){from, to, count};
        }
    }
done:
    return status;
}

static trod_status finish_dense(struct mine_counting *counting,
                                struct mine_counter *const *counters, size_t n, uint32_t s,
                                struct trod_arena *arena, struct mine_pairs *pairs,
                                struct trod_error *error) {
    trod_status status = TROD_OK;
    const size_t n_pairs = (size_t)counting->n_names * counting->n_names;
    uint64_t *sums = NULL;
    for (size_t c = 0; c < n; c++) {
        struct slot *const slot = &counters[c]->slots[s];
        if (!slot->begun) continue;
        add_matrix(slot, counting->n_names);
        if (sums) add_u64(sums, slot->sums, n_pairs);
        if (!sums) sums = slot->sums;
    }
    if (sums) TROD_TRY(list_pairs(counting->n_names, sums, NULL, arena, pairs, error));
done:
    return status;
}

static trod_status finish_table(struct mine_counter *const *counters, size_t n, uint32_t s,
                                struct trod_arena *arena, struct mine_pairs *pairs,
                                struct trod_error *error) {
    trod_status status = TROD_OK;
    struct table *all = NULL;
    for (size_t c = 0; c < n; c++) {
        struct slot *const slot = &counters[c]->slots[s];
        if (!slot->begun) continue;
        if (all) {
            for (size_t i = 0; i < (size_t)1 << slot->table.bits; i++) {
                const struct entry *const entry = &slot->table.entries[i];
                if (entry->n && !add_pair(all, entry->key, entry->n, counters[0]->arena))
                    TROD_TRY_ALLOC(NULL, error);
            }
        } else {
            all = &slot->table;
        }
    }
    if (!all) goto done;
    pairs->at = TROD_NEW_ARRAY(arena, all->n, struct mine_pair);
    TROD_TRY_ALLOC(pairs->at, error);
    for (size_t i = 0; i < (size_t)1 << all->bits; i++) {
        const struct entry *const entry = &all->entries[i];
        if (entry->n)
            pairs->at[pairs->n++] = (struct mine_pair){(uint32_t)(entry->key >> 32),
                                                       (uint32_t)entry->key, entry->n};
    }
done:
    return status;
}

static trod_status finish_queued(struct mine_counting *counting,
                                 struct mine_counter *const *counters, size_t n, uint32_t s,
                                 struct trod_arena *arena, struct mine_pairs *pairs,
                                 struct trod_error *error) {
    trod_status status = TROD_OK;
    uint64_t *wide = NULL;
    for (size_t c = 0; c < n; c++)
        for (size_t q = 0; q < counting->n_queues; q++)
            TROD_TRY(empty_queue(counters[c], q, error));
    const size_t n_pairs = (size_t)counting->n_names * counting->n_names, first = s * n_pairs;
    if (counting->n_carries) {
        wide = TROD_NEW_ARRAY(counting->arena, n_pairs, uint64_t);
        TROD_TRY_ALLOC(wide, error);
        for (size_t i = 0; i < n_pairs; i++) wide[i] = counting->matrix[first + i];
        for (size_t i = 0; i < counting->n_carries; i++)
            if (counting->carries[i] - first < n_pairs)
                wide[counting->carries[i] - first] += UINT64_C(1) << 32;
    }
    TROD_TRY(
        list_pairs(counting->n_names, wide, counting->matrix + first, arena, pairs, error));
done:
    return status;
}

/* Where journeys of a segment begin and end. */
static trod_status finish_names(const struct mine_counting *counting,
                                struct mine_counter *const *counters, size_t n, uint32_t s,
                                struct trod_arena *arena, struct mine_pairs *pairs,
                                struct trod_error *error) {
    trod_status status = TROD_OK;
    const uint32_t n_names = counting->n_names;
    pairs->starts = TROD_NEW_ARRAY(arena, n_names, uint64_t);
    TROD_TRY_ALLOC(pairs->starts, error);
    pairs->ends = TROD_NEW_ARRAY(arena, n_names, uint64_t);
    TROD_TRY_ALLOC(pairs->ends, error);
    for (size_t c = 0; c < n; c++) {
        const struct slot *const slot = &counters[c]->slots[s];
        if (!slot->begun) continue;
        add_u64(pairs->starts, slot->starts, n_names);
        add_u64(pairs->ends, slot->ends, n_names);
        pairs->n_journeys += slot->n_journeys;
        pairs->n_events += slot->n_events;
    }
done:
    return status;
}

trod_status mine_counting_finish(struct mine_counting *counting,
                                 struct mine_counter *const *counters, size_t n,
                                 uint32_t n_slots, struct trod_arena *arena,
                                 struct mine_pairs *pairs, struct trod_error *error) {
    trod_status status = TROD_OK;
    CHECK(n_slots <= counting->n_slots);
    for (uint32_t s = 0; s < n_slots; s++) {
        pairs[s] = (struct mine_pairs){0};
        TROD_TRY(finish_names(counting, counters, n, s, arena, &pairs[s], error));
        switch (counting->way) {
        case DENSE:
            TROD_TRY(finish_dense(counting, counters, n, s, arena, &pairs[s], error));
            break;
        case QUEUED:
            TROD_TRY(finish_queued(counting, counters, n, s, arena, &pairs[s], error));
            break;
        case TABLE:
            TROD_TRY(finish_table(counters, n, s, arena, &pairs[s], error));
            break;
        }
    }
done:
    return status;
}

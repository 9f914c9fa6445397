/* Durations of very many edges, laid together edge by edge, and then measured edge by edge.
 *
 * How many pairs each edge has is known, so each has its place in one long array. Writing there
 * straight away would miss the caches at each event, and threads would wait for one another at
 * the frequent edges. So edges are put into some hundred queues of about as many pairs each:
 * a thread collects what goes to a queue, and writes it when there is enough, into the small
 * piece of the array that belongs to the queue, under the queue's lock.
 *
 * Where the array is larger than the memory, there are several passes, each for some of the
 * queues. The order of an edge's durations depends on the threads; what is measured does not.
 */
#include "mine/timing.h"

enum { QUEUES = 256, QUEUE_ROOM = 512 };

struct queued {
    uint64_t value_us;
    uint32_t edge;
};
struct laying {
    const struct mine_timing *timing;
    bool waiting;
    struct trod_arena *arena;
    uint16_t *queue_of;    /* [n edges + 1] */
    uint32_t *first;       /* [n_queues + 1] edges of a queue */
    uint64_t *first_value; /* [n edges + 1] */
    uint64_t *next;        /* [n edges] where the next value goes */
    size_t n_queues;
    size_t from, to; /* queues of this pass */
    uint64_t base;   /* the value that values[0] is */
    int64_t *values;
    pthread_mutex_t locks[QUEUES];
};
struct layer {
    struct mine_durations_room room;
    struct queued (*queues)[QUEUE_ROOM]; /* [n_queues] */
    uint32_t n[QUEUES];
};

static trod_status begin_layer(void *owner, struct mine_member *member,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct laying *const laying = owner;
    struct layer *const own = member->own;
    own->queues = trod_arena_alloc(member->arena, laying->n_queues, sizeof *own->queues);
    TROD_TRY_ALLOC(own->queues, error);
done:
    return status;
}

static void empty_queue(struct laying *laying, struct layer *own, size_t q) {
    pthread_mutex_lock(&laying->locks[q]);
    for (uint32_t i = 0; i < own->n[q]; i++) {
        const struct queued *const item = &own->queues[q][i];
        uint64_t *const next = &laying->next[item->edge];
        /* A damaged part may have other events than it had when they were counted. */
        if (*next < laying->first_value[item->edge + 1])
            laying->values[(*next)++ - laying->base] = (int64_t)item->value_us;
    }
    pthread_mutex_unlock(&laying->locks[q]);
    own->n[q] = 0;
}

static trod_status lay_part(void *owner, struct mine_member *member,
                            const struct trod_part_view *view, struct trod_arena *scratch,
                            struct trod_error *error) {
    trod_status status = TROD_OK;
    struct laying *const laying = owner;
    struct layer *const own = member->own;
    struct mine_durations_room *const room = &own->room;
    const uint64_t tick_us = (uint64_t)view->part->tick_us;
    if (tick_us == 0 || (laying->waiting && !view->part->has_ends)) goto done;
    TROD_TRY(mine_durations_part(room, laying->timing, view, scratch, error));
    const uint32_t *const edges = laying->waiting ? room->edge_waiting : room->edge;
    const uint64_t *const at = laying->waiting ? room->waiting : room->gaps;
    while (mine_durations_next(room, laying->timing, laying->waiting)) {
        for (size_t s = 0; s < room->blocks.n_stretches; s++) {
            const struct mine_stretch *const stretch = &room->blocks.stretches[s];
            for (uint32_t i = stretch->from; i < stretch->to; i++) {
                const size_t q = laying->queue_of[edges[i]];
                if (q < laying->from || q >= laying->to) continue;
                own->queues[q][own->n[q]++] = (struct queued){at[i] * tick_us, edges[i]};
                if (own->n[q] == QUEUE_ROOM) empty_queue(laying, own, q);
            }
        }
    }
done:
    return status;
}

/* Edges to queues of about as many pairs each; what is no edge belongs to none. */
static trod_status plan(struct laying *laying, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct mine_edges *const edges = laying->timing->edges;
    struct trod_arena *const arena = laying->arena;
    laying->queue_of = TROD_NEW_ARRAY(arena, (size_t)edges->n + 1, uint16_t);
    TROD_TRY_ALLOC(laying->queue_of, error);
    laying->first = TROD_NEW_ARRAY(arena, QUEUES + 1, uint32_t);
    TROD_TRY_ALLOC(laying->first, error);
    laying->first_value = TROD_NEW_ARRAY(arena, (size_t)edges->n + 1, uint64_t);
    TROD_TRY_ALLOC(laying->first_value, error);
    laying->next = TROD_NEW_ARRAY(arena, (size_t)edges->n, uint64_t);
    TROD_TRY_ALLOC(laying->next, error);
    uint64_t n = 0, in_queue = 0;
    for (uint32_t e = 0; e < edges->n; e++) n += edges->at[e].n;
    const uint64_t fair = n / QUEUES + 1;
    size_t q = 0;
    n = 0;
    for (uint32_t e = 0; e < edges->n; e++) {
        if (in_queue >= fair && q + 1 < QUEUES) {
            laying->first[++q] = e;
            in_queue = 0;
        }
        laying->queue_of[e] = (uint16_t)q;
        laying->first_value[e] = laying->next[e] = n;
        n += edges->at[e].n;
        in_queue += edges->at[e].n;
    }
    laying->n_queues = q + 1;
    laying->first[q + 1] = edges->n;
    laying->first_value[edges->n] = n;
    laying->queue_of[edges->n] = UINT16_MAX;
done:
    return status;
}

static trod_status measure_queue(void *owner, size_t i, struct trod_error *error) {
    const struct laying *const laying = owner;
    const size_t q = laying->from + i;
    (void)error;
    for (uint32_t e = laying->first[q]; e < laying->first[q + 1]; e++) {
        struct trod_follows_edge *const edge = &laying->timing->edges->at[e];
        int64_t *const at = laying->values + (laying->first_value[e] - laying->base);
        const struct trod_durations durations =
            mine_durations(at, laying->next[e] - laying->first_value[e]);
        if (laying->waiting)
            edge->waiting = durations;
        else
            edge->times = durations;
    }
    return TROD_OK;
}

/* How many queues from laying->from on have room in the memory; at least one. */
static size_t queues_that_fit(const struct laying *laying) {
    const uint64_t room = mine_memory(laying->timing->question->run) / 2 / sizeof(int64_t);
    size_t to = laying->from + 1;
    while (to < laying->n_queues &&
           laying->first_value[laying->first[to + 1]] - laying->base <= room)
        to++;
    return to;
}

static trod_status lay_pass(struct laying *laying, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_question *const question = laying->timing->question;
    const struct mine_pass pass = {.question = question,
                                   .by = laying->timing->slots->by,
                                   .n_bytes = sizeof(struct layer),
                                   .begin = begin_layer,
                                   .part = lay_part,
                                   .owner = laying};
    struct mine_crew crew;
    mine_crew_init(&crew);
    struct trod_arena *const arena = trod_arena_make(MINE_ARENA_BYTES);
    TROD_TRY_ALLOC(arena, error);
    laying->base = laying->first_value[laying->first[laying->from]];
    laying->to = queues_that_fit(laying);
    const uint64_t n = laying->first_value[laying->first[laying->to]] - laying->base;
    laying->values = TROD_NEW_ARRAY(arena, (size_t)n, int64_t);
    TROD_TRY_ALLOC(laying->values, error);
    TROD_TRY(mine_pass(&pass, &crew, error));
    for (size_t m = 0; m < crew.n; m++)
        for (size_t q = laying->from; q < laying->to; q++)
            empty_queue(laying, crew.members[m].own, q);
    TROD_TRY(
        trod_run_each(question->run, laying->to - laying->from, measure_queue, laying, error));
done:
    mine_crew_release(&crew);
    trod_arena_free(arena);
    return status;
}

trod_status mine_timing_laid(const struct mine_timing *timing, bool waiting,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    struct laying laying = {.timing = timing, .waiting = waiting};
    for (size_t q = 0; q < QUEUES; q++) pthread_mutex_init(&laying.locks[q], NULL);
    laying.arena = trod_arena_make(MINE_ARENA_BYTES);
    TROD_TRY_ALLOC(laying.arena, error);
    TROD_TRY(plan(&laying, error));
    for (; laying.from < laying.n_queues; laying.from = laying.to)
        TROD_TRY(lay_pass(&laying, error));
done:
    for (size_t q = 0; q < QUEUES; q++) pthread_mutex_destroy(&laying.locks[q]);
    trod_arena_free(laying.arena);
    return status;
}

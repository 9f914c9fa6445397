/* The paths that are shown, and the proof that long paths of equal hash are equal.
 *
 * How many journeys the last of the `top` paths has is known from the counts; all paths with as
 * many are taken, as only their names tell which of them come first. Another walk over the
 * journeys then gives each its durations, and long ones their names. On the way every journey
 * of a long path that others seem to take, too, is compared with the first that was met of
 * these, name by name: paths are never merged because their hashes are the same. */
#include <stdatomic.h>

#include "mine/paths.h"

enum { LOCKS = 64 };
#define NOWHERE SIZE_MAX

/* A long path that was met. */
struct body {
    const unsigned char *names;
    size_t n_bytes;
};
struct looking {
    struct mine_pathing *pathing;
    struct mine_showing *showing;
    size_t *place;       /* [classes] among the shown, or NOWHERE */
    struct body *bodies; /* [classes] of the long ones */
    struct mine_trace *traces;
    size_t *first_trace; /* [n_parts + 1] */
    /* Short paths that may be shown, by key. */
    struct looked_up {
        struct mine_key key;
        size_t place_plus_1;
    } * table;
    unsigned table_bits;
    bool has_short;
    bool more_lasts, more_pick, durations;
    pthread_mutex_t locks[LOCKS];
    atomic_bool collided;
};
struct looker {
    struct mine_picker *picker;
};

/* ---- Who may be shown -----------------------------------------------------------------------
 */

/* The fewest journeys of a path that may be among the first `top`. */
static uint64_t least_of(const struct mine_counted *counted, size_t top) {
    if (top == 0 || top >= counted->n) return 0;
    uint64_t low = 0, high = UINT64_MAX; /* at least `top` have low or more, fewer have high */
    while (high - low > 1) {
        const uint64_t middle = low + (high - low) / 2;
        size_t n = 0;
        for (size_t c = 0; c < counted->n; c++) n += counted->classes[c].n >= middle;
        if (n >= top)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static trod_status choose(struct looking *looking, struct trod_arena *arena,
                          struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct mine_pathing *const pathing = looking->pathing;
    const struct mine_counted *const counted = &pathing->counted;
    struct mine_showing *const showing = looking->showing;
    const uint64_t least = least_of(counted, pathing->top);
    looking->place = TROD_NEW_ARRAY(pathing->scratch, counted->n, size_t);
    TROD_TRY_ALLOC(looking->place, error);
    for (size_t c = 0; c < counted->n; c++) showing->n += counted->classes[c].n >= least;
    showing->shown = TROD_NEW_ARRAY(arena, showing->n, struct mine_shown);
    TROD_TRY_ALLOC(showing->shown, error);
    size_t n = 0, n_values = 0;
    for (size_t c = 0; c < counted->n; c++) {
        const struct mine_class *const class = &counted->classes[c];
        looking->place[c] = class->n >= least ? n : NOWHERE;
        if (class->n < least) continue;
        showing->shown[n].class = c;
        showing->shown[n++].first = n_values;
        n_values += class->n;
        looking->has_short = looking->has_short || !class->is_long;
    }
    looking->durations = pathing->question->parts->has_times && n_values > 0;
    if (!looking->durations) goto done;
    if (n_values > mine_memory(pathing->question->run) / 2 / sizeof(int64_t)) {
        trod_fail(error, TROD_TOO_MUCH,
                  "to measure %zu paths takes more memory than was allowed", showing->n);
        trod_error_hint(error, "ask for fewer with --top, or give more with --memory");
        status = TROD_TOO_MUCH;
        goto done;
    }
    showing->values = TROD_NEW_ARRAY(arena, n_values, int64_t);
    TROD_TRY_ALLOC(showing->values, error);
done:
    return status;
}

static struct looked_up *look_up(const struct looking *looking, struct mine_key key) {
    const size_t mask = ((size_t)1 << looking->table_bits) - 1;
    size_t at = (size_t)(mine_key_place(key) >> 16) & mask;
    while (looking->table[at].place_plus_1 &&
           (looking->table[at].key.a != key.a || looking->table[at].key.b != key.b))
        at = (at + 1) & mask;
    return &looking->table[at];
}

static trod_status fill_table(struct looking *looking, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct mine_showing *const showing = looking->showing;
    looking->table_bits = 6;
    while ((size_t)1 << looking->table_bits < 4 * showing->n) looking->table_bits++;
    looking->table = TROD_NEW_ARRAY(looking->pathing->scratch, (size_t)1 << looking->table_bits,
                                    struct looked_up);
    TROD_TRY_ALLOC(looking->table, error);
    for (size_t p = 0; p < showing->n; p++) {
        const struct mine_class *const class =
            &looking->pathing->counted.classes[showing->shown[p].class];
        if (!class->is_long)
            *look_up(looking, class->key) = (struct looked_up){class->key, p + 1};
    }
done:
    return status;
}

/* The traces that matter, part by part: of paths that are shown, or that others seem to take.
 */
static trod_status sort_traces(struct looking *looking, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct mine_counted *const counted = &looking->pathing->counted;
    const size_t n_parts = looking->pathing->question->parts->n_parts;
    struct trod_arena *const scratch = looking->pathing->scratch;
    size_t *const next = TROD_NEW_ARRAY(scratch, n_parts + 2, size_t);
    TROD_TRY_ALLOC(next, error);
    looking->bodies = TROD_NEW_ARRAY(scratch, counted->n, struct body);
    TROD_TRY_ALLOC(looking->bodies, error);
    looking->traces = TROD_NEW_ARRAY(scratch, counted->n_traces, struct mine_trace);
    TROD_TRY_ALLOC(looking->traces, error);
    for (int put = 0; put < 2; put++) {
        for (size_t t = 0; t < counted->n_traces; t++) {
            const struct mine_trace *const trace = &counted->traces[t];
            if (counted->classes[trace->class].n < 2 && looking->place[trace->class] == NOWHERE)
                continue;
            if (put)
                looking->traces[next[trace->walker.part + 1]++] = *trace;
            else
                next[trace->walker.part + 2]++;
        }
        for (size_t i = 0; !put && i <= n_parts; i++) next[i + 1] += next[i];
    }
    looking->first_trace = next; /* having put, next[i] is where part i begins */
done:
    return status;
}

/* ---- The walk -------------------------------------------------------------------------------
 */

static trod_status begin_looker(void *owner, struct mine_member *member,
                                struct trod_error *error) {
    const struct looking *const looking = owner;
    struct looker *const own = member->own;
    if (!looking->more_pick) return TROD_OK;
    return mine_picker_make(looking->pathing->pick, member->arena, &own->picker, error);
}

/* Whether the journey's path is that of those who have the same hash. */
static trod_status compare(struct looking *looking, struct trod_arena *arena, size_t class,
                           const unsigned char *names, size_t n_bytes,
                           struct trod_error *error) {
    struct body *const body = &looking->bodies[class];
    pthread_mutex_t *const lock = &looking->locks[class % LOCKS];
    pthread_mutex_lock(lock);
    if (!body->names) {
        unsigned char *const copy = trod_arena_alloc(arena, n_bytes, 1);
        if (copy) memcpy(copy, names, n_bytes);
        body->n_bytes = n_bytes;
        body->names = copy;
    }
    const struct body met = *body;
    pthread_mutex_unlock(lock);
    if (!met.names) return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    if (met.n_bytes != n_bytes || memcmp(met.names, names, n_bytes) != 0)
        atomic_store(&looking->collided, true);
    return TROD_OK;
}

static void put_duration(struct looking *looking, size_t place, uint64_t value_us) {
    struct mine_shown *const shown = &looking->showing->shown[place];
    const size_t i = atomic_fetch_add_explicit(&shown->n_values, 1, memory_order_relaxed);
    if (i < looking->pathing->counted.classes[shown->class].n)
        looking->showing->values[shown->first + i] = (int64_t)value_us;
}

struct looked_at {
    const struct trod_part_view *view;
    const unsigned char *names;
    const uint64_t *spans; /* NULL: nothing is known */
    struct trod_bits undated;
};

static void put_journey(struct looking *looking, const struct looked_at *at, size_t place,
                        uint32_t j) {
    if (at->spans && mine_is_dated(at->view, &at->undated, j))
        put_duration(looking, place, at->spans[j] * (uint64_t)at->view->part->tick_us);
}

static trod_status look_at_long(struct looking *looking, struct trod_arena *arena, size_t part,
                                const struct looked_at *at, struct trod_error *error) {
    trod_status status = TROD_OK;
    const unsigned width = looking->pathing->width;
    for (size_t t = looking->first_trace[part]; t < looking->first_trace[part + 1]; t++) {
        const struct mine_trace *const trace = &looking->traces[t];
        const uint32_t j = trace->walker.journey;
        CHECK(j < at->view->n_journeys);
        const size_t n = at->view->end[j] - at->view->begin[j];
        TROD_TRY(compare(looking, arena, trace->class,
                         at->names + (size_t)at->view->begin[j] * width, n * width, error));
        if (looking->place[trace->class] != NOWHERE)
            put_journey(looking, at, looking->place[trace->class], j);
    }
done:
    return status;
}

static void look_at_short(struct looking *looking, const struct looked_at *at) {
    const unsigned width = looking->pathing->width;
    for (uint32_t j = 0; j < at->view->n_journeys; j++) {
        const size_t n_bytes = (size_t)(at->view->end[j] - at->view->begin[j]) * width;
        if (n_bytes > MINE_KEY_BYTES) continue;
        const struct mine_key key =
            mine_key_of(at->names + (size_t)at->view->begin[j] * width, n_bytes, width);
        const size_t place_plus_1 = look_up(looking, key)->place_plus_1;
        if (place_plus_1) put_journey(looking, at, place_plus_1 - 1, j);
    }
}

static trod_status look_at_part(void *owner, struct mine_member *member, size_t i,
                                const struct trod_part_view *view, struct trod_arena *scratch,
                                struct trod_error *error) {
    trod_status status = TROD_OK;
    struct looking *const looking = owner;
    const struct looker *const own = member->own;
    struct looked_at at = {.view = view};
    TROD_TRY(mine_spans(view, scratch, &at.spans, error));
    TROD_TRY(mine_undated(view, scratch, &at.undated, error));
    TROD_TRY(mine_names_as(view, looking->pathing->width, scratch, &at.names, error));
    TROD_TRY(look_at_long(looking, member->arena, i, &at, error));
    if (looking->has_short && looking->durations) look_at_short(looking, &at);
    if (looking->more_pick)
        TROD_TRY(mine_picker_part(own->picker, view, at.spans, scratch, error));
    for (uint32_t from = 0; looking->more_lasts && at.spans && from < view->n_journeys;
         from += MINE_BLOCK) {
        const uint32_t left = view->n_journeys - from;
        const uint32_t n = left < MINE_BLOCK ? left : MINE_BLOCK;
        uint32_t group[MINE_BLOCK];
        for (uint32_t k = 0; k < n; k++) group[k] = !mine_is_dated(view, &at.undated, from + k);
        mine_spread_catch(&looking->pathing->lasts, group, at.spans + from, n,
                          (uint64_t)view->part->tick_us);
    }
done:
    return status;
}

/* Passes until all is known: one or two. */
static trod_status walk(struct looking *looking, struct mine_crew *crew,
                        struct trod_error *error) {
    trod_status status = TROD_OK;
    struct mine_pathing *const pathing = looking->pathing;
    const size_t n_parts = pathing->question->parts->n_parts;
    const struct mine_pass pass = {.question = pathing->question,
                                   .by = TROD_NO_ID,
                                   .n_bytes = sizeof(struct looker),
                                   .begin = begin_looker,
                                   .part_at = look_at_part,
                                   .owner = looking};
    bool more_of_paths = looking->durations || looking->first_trace[n_parts] > 0;
    looking->more_pick = mine_pick_wants_more(pathing->pick);
    for (;;) {
        TROD_TRY(mine_spread_more(&pathing->lasts, &looking->more_lasts, error));
        if (!more_of_paths && !looking->more_lasts && !looking->more_pick) break;
        TROD_TRY(mine_pass(&pass, crew, error));
        if (looking->more_lasts)
            TROD_TRY(mine_spread_caught(&pathing->lasts, pathing->question->run, error));
        if (looking->more_pick) {
            struct mine_picker *pickers[MINE_CREW];
            for (size_t m = 0; m < crew->n; m++)
                pickers[m] = ((struct looker *)crew->members[m].own)->picker;
            mine_pick_next(pathing->pick, pickers, crew->n, &looking->more_pick);
        }
        more_of_paths = looking->durations = looking->has_short = false;
        memset(looking->first_trace, 0, (n_parts + 1) * sizeof(size_t));
    }
done:
    return status;
}

/* The names of the long ones that are shown, to stay when the crew is gone. */
static trod_status keep_names(const struct looking *looking, struct trod_arena *arena,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct mine_showing *const showing = looking->showing;
    for (size_t p = 0; p < showing->n; p++) {
        struct mine_shown *const shown = &showing->shown[p];
        if (!looking->pathing->counted.classes[shown->class].is_long) continue;
        const struct body *const body = &looking->bodies[shown->class];
        CHECK(body->names);
        unsigned char *const copy = trod_arena_alloc(arena, body->n_bytes, 1);
        TROD_TRY_ALLOC(copy, error);
        memcpy(copy, body->names, body->n_bytes);
        shown->names = copy;
        shown->n = (uint32_t)(body->n_bytes / looking->pathing->width);
    }
done:
    return status;
}

trod_status mine_paths_show(struct mine_pathing *pathing, struct trod_arena *arena,
                            struct mine_showing *showing, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct looking looking = {.pathing = pathing, .showing = showing};
    struct mine_crew crew;
    *showing = (struct mine_showing){0};
    mine_crew_init(&crew);
    for (size_t i = 0; i < LOCKS; i++) pthread_mutex_init(&looking.locks[i], NULL);
    TROD_TRY(choose(&looking, arena, error));
    TROD_TRY(fill_table(&looking, error));
    TROD_TRY(sort_traces(&looking, error));
    TROD_TRY(walk(&looking, &crew, error));
    showing->collided = atomic_load(&looking.collided);
    if (!showing->collided) TROD_TRY(keep_names(&looking, arena, error));
done:
    for (size_t i = 0; i < LOCKS; i++) pthread_mutex_destroy(&looking.locks[i]);
    mine_crew_release(&crew);
    return status;
}

/* The paths that are shown, and the proof that long paths of equal hash are equal.
 *
 * How many journeys the last of the `top` paths has is known from the counts; all paths with as
 * many are taken, as only their names tell which of them come first. How long they last is in
 * the bins. Names of long ones are not, so the parts are walked once more, but only to the
 * journeys whose path is long and is shown, or seems to be taken by others: each is compared
 * with the first that was met of these, name by name. Paths are never merged because their
 * hashes are the same. */
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
    size_t *place; /* [classes] among the shown, or NOWHERE */
    /* The shown by key. */
    struct looked_up {
        struct mine_key key;
        size_t place_plus_1;
        bool is_long;
    } * table;
    unsigned table_bits;
    atomic_size_t *n_values; /* [shown] */
    bool durations, more_lasts;
    /* Long ones */
    struct body *bodies; /* [classes] */
    struct mine_trace *traces;
    size_t *first_trace; /* [n_parts + 1] */
    pthread_mutex_t locks[LOCKS];
    atomic_bool collided;
};

/* ---- Who may be shown -----------------------------------------------------------------------
 */

/* The fewest journeys of a path that may be among the first `top`. */
static uint64_t least_of(const struct mine_counted *counted, size_t top) {
    if (top == 0 || top >= counted->n) return 0;
    uint64_t low = 0, high = 0; /* at least `top` have low or more, fewer have high */
    for (size_t c = 0; c < counted->n; c++)
        if (counted->classes[c].n >= high) high = counted->classes[c].n + 1;
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
    looking->n_values = TROD_NEW_ARRAY(pathing->scratch, showing->n, atomic_size_t);
    TROD_TRY_ALLOC(looking->n_values, error);
    size_t n = 0, n_values = 0;
    for (size_t c = 0; c < counted->n; c++) {
        const struct mine_class *const class = &counted->classes[c];
        looking->place[c] = class->n >= least ? n : NOWHERE;
        if (class->n < least) continue;
        showing->shown[n++] = (struct mine_shown){.class = c, .first = n_values};
        n_values += class->n;
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

/* ---- How long they last ---------------------------------------------------------------------
 */

static struct looked_up *look_up(const struct looking *looking, struct mine_key key,
                                 bool is_long) {
    const size_t mask = ((size_t)1 << looking->table_bits) - 1;
    size_t at = (size_t)(mine_key_place(key) >> 16) & mask;
    for (;; at = (at + 1) & mask) {
        struct looked_up *const found = &looking->table[at];
        if (!found->place_plus_1 ||
            (found->key.a == key.a && found->key.b == key.b && found->is_long == is_long))
            return found;
    }
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
        *look_up(looking, class->key, class->is_long) =
            (struct looked_up){class->key, p + 1, class->is_long};
    }
done:
    return status;
}

/* Durations on their way to where they are caught. */
struct caught {
    struct looking *looking;
    uint64_t at[256];
    uint32_t n;
};

static void empty_caught(struct caught *caught) {
    static const uint32_t ZEROES[256] = {0};
    mine_spread_catch(&caught->looking->pathing->lasts, ZEROES, caught->at, caught->n, 1);
    caught->n = 0;
}

static inline void take(struct caught *caught, const struct mine_item *item, bool is_long) {
    struct looking *const looking = caught->looking;
    if (item->span_us == MINE_NO_SPAN) return;
    if (looking->more_lasts) {
        if (caught->n == TROD_COUNT(caught->at)) empty_caught(caught);
        caught->at[caught->n++] = item->span_us;
    }
    if (!looking->durations) return;
    const size_t place = look_up(looking, item->key, is_long)->place_plus_1;
    if (!place) return;
    const struct mine_shown *const shown = &looking->showing->shown[place - 1];
    const size_t i =
        atomic_fetch_add_explicit(&looking->n_values[place - 1], 1, memory_order_relaxed);
    if (i < looking->pathing->counted.classes[shown->class].n)
        looking->showing->values[shown->first + i] = (int64_t)item->span_us;
}

static trod_status take_bin(void *owner, size_t bin, struct trod_error *error) {
    struct looking *const looking = owner;
    const struct mine_pathing *const pathing = looking->pathing;
    struct caught caught = {.looking = looking};
    (void)error;
    struct mine_cursor cursor = mine_cursor_of(pathing->bins, pathing->n_bins, bin, false);
    for (const struct mine_item *item; (item = mine_next_item(&cursor));)
        take(&caught, item, false);
    cursor = mine_cursor_of(pathing->bins, pathing->n_bins, bin, true);
    for (const struct mine_long_item *item; (item = mine_next_long(&cursor));)
        take(&caught, &item->item, true);
    empty_caught(&caught);
    return TROD_OK;
}

static trod_status measure(struct looking *looking, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct mine_pathing *const pathing = looking->pathing;
    const struct trod_run *const run = pathing->question->run;
    for (;;) {
        TROD_TRY(mine_spread_more(&pathing->lasts, &looking->more_lasts, error));
        if (!looking->durations && !looking->more_lasts) break;
        for (size_t r = 0; r < pathing->n_ranges; r++) {
            TROD_TRY(mine_paths_fill(pathing, r, error));
            TROD_TRY(trod_run_each(run, (size_t)1 << pathing->bits, take_bin, looking, error));
        }
        if (looking->more_lasts) TROD_TRY(mine_spread_caught(&pathing->lasts, run, error));
        looking->durations = false;
    }
    for (size_t p = 0; p < looking->showing->n; p++)
        looking->showing->shown[p].n_values = atomic_load(&looking->n_values[p]);
done:
    return status;
}

/* ---- Long ones ------------------------------------------------------------------------------
 */

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

static trod_status compare_part(void *owner, struct mine_member *member, size_t i,
                                const struct trod_part_view *view, struct trod_arena *scratch,
                                struct trod_error *error) {
    trod_status status = TROD_OK;
    struct looking *const looking = owner;
    const size_t width = looking->pathing->width;
    const unsigned char *names = NULL;
    if (looking->first_trace[i] == looking->first_trace[i + 1]) goto done;
    TROD_TRY(mine_names_as(view, looking->pathing->width, scratch, &names, error));
    for (size_t t = looking->first_trace[i]; t < looking->first_trace[i + 1]; t++) {
        const uint32_t j = looking->traces[t].walker.journey;
        CHECK(j < view->n_journeys);
        TROD_TRY(compare(looking, member->arena, looking->traces[t].class,
                         names + view->begin[j] * width,
                         (view->end[j] - view->begin[j]) * width, error));
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

static trod_status compare_long(struct looking *looking, struct trod_arena *arena,
                                struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_question *const question = looking->pathing->question;
    const struct mine_pass pass = {.question = question,
                                   .by = TROD_NO_ID,
                                   .n_bytes = 1,
                                   .part_at = compare_part,
                                   .owner = looking};
    struct mine_crew crew;
    mine_crew_init(&crew);
    for (size_t i = 0; i < LOCKS; i++) pthread_mutex_init(&looking->locks[i], NULL);
    TROD_TRY(sort_traces(looking, error));
    if (looking->first_trace[question->parts->n_parts] > 0)
        TROD_TRY(mine_pass(&pass, &crew, error));
    looking->showing->collided = atomic_load(&looking->collided);
    if (!looking->showing->collided) TROD_TRY(keep_names(looking, arena, error));
done:
    for (size_t i = 0; i < LOCKS; i++) pthread_mutex_destroy(&looking->locks[i]);
    mine_crew_release(&crew);
    return status;
}

trod_status mine_paths_show(struct mine_pathing *pathing, struct trod_arena *arena,
                            struct mine_showing *showing, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct looking looking = {.pathing = pathing, .showing = showing};
    *showing = (struct mine_showing){0};
    TROD_TRY(choose(&looking, arena, error));
    TROD_TRY(fill_table(&looking, error));
    TROD_TRY(measure(&looking, error));
    TROD_TRY(compare_long(&looking, arena, error));
done:
    return status;
}

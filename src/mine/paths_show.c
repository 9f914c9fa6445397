/* The paths that are shown, and the proof that long paths of equal hash are equal.
 *
 * How many journeys the last of the `top` paths has is known from the counts; all paths with as
 * many are taken, as only their names tell which of them come first. Names of long ones are not
 * in the bins, so the parts are opened once more, but only for the journeys whose path is long
 * and is shown, or seems to be taken by others: each is compared with the first that was met of
 * these, name by name. Paths are never merged because their hashes are the same. */
#include <stdatomic.h>

#include "mine/paths.h"

enum {
    LOCKS = 64,
    SHOWN_BYTES = 240, /* about: a path, and its journeys' places */
    STEP_BYTES = 6,
    STEP_TEXT_BYTES = 8, /* where all paths are written */
};
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
    struct body *bodies; /* [classes] */
    struct mine_trace *traces;
    size_t *first_trace; /* [n_parts + 1] */
    struct mine_crew crew;
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

/* Whether what may be shown has its room beside what was counted: a path of every customer may
 * be more than the memory holds. */
static trod_status check_room(const struct mine_pathing *pathing, size_t n_shown,
                              struct trod_error *error) {
    const struct trod_parts *const parts = pathing->question->parts;
    const uint64_t most = mine_memory(pathing->question->run) / 2;
    const uint64_t steps = n_shown * (parts->n_events / (parts->n_customers + 1) + 1);
    const uint64_t need = n_shown * SHOWN_BYTES +
                          steps * (pathing->top ? STEP_BYTES : STEP_BYTES + STEP_TEXT_BYTES);
    if (need <= most) return TROD_OK;
    trod_fail(
        error, TROD_TOO_MUCH,
        "%zu paths are looked at one by one, which takes about %llu MB, more than half of "
        "the memory",
        n_shown, (unsigned long long)(need >> 20));
    trod_error_hint(error, "raise --memory, or ask for fewer with --top or --where");
    return TROD_TOO_MUCH;
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
    TROD_TRY(check_room(pathing, showing->n, error));
    showing->shown = TROD_NEW_ARRAY(arena, showing->n, struct mine_shown);
    TROD_TRY_ALLOC(showing->shown, error);
    size_t n = 0;
    for (size_t c = 0; c < counted->n; c++) {
        looking->place[c] = counted->classes[c].n >= least ? n : NOWHERE;
        if (counted->classes[c].n >= least)
            showing->shown[n++] = (struct mine_shown){.class = c};
    }
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

/* The names of one journey, in the pathing's width; on the arena if the part's are others. */
static trod_status names_of(const struct looking *looking, const struct trod_part_view *view,
                            uint32_t begin, uint32_t end, struct trod_arena *scratch,
                            const unsigned char **names, struct trod_error *error) {
    struct trod_part_view one = *view;
    one.name = (const unsigned char *)view->name + (size_t)begin * view->name_bytes;
    one.n_places = end - begin;
    return mine_names_as(&one, looking->pathing->width, scratch, names, error);
}

static trod_status compare_part(void *owner, size_t i, const struct trod_part *part,
                                struct trod_arena *scratch, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct looking *const looking = owner;
    const struct mine_pathing *const pathing = looking->pathing;
    const struct trod_question *const question = pathing->question;
    /* Where walkers are customers, what is asked of them was asked already. */
    struct trod_part_view plain = {.name = part->name, .name_bytes = part->name_bytes};
    const struct trod_part_view *view = &plain;
    struct mine_member *member = NULL;
    bool fresh = false;
    if (looking->first_trace[i] == looking->first_trace[i + 1]) return TROD_OK;
    TROD_TRY(mine_crew_take(&looking->crew, 1, &member, &fresh, error));
    if (!pathing->direct)
        TROD_TRY(trod_part_view_make(question->parts, part, &question->view, TROD_NO_ID,
                                     scratch, &view, error));
    for (size_t t = looking->first_trace[i]; t < looking->first_trace[i + 1]; t++) {
        const struct mine_trace *const trace = &looking->traces[t];
        const uint32_t j = trace->walker.journey;
        CHECK(j < (pathing->direct ? part->n_customers : view->n_journeys));
        const uint32_t begin = pathing->direct ? part->first[j] : view->begin[j];
        const uint32_t end = pathing->direct ? part->first[j + 1] : view->end[j];
        const unsigned char *names = NULL;
        TROD_TRY(names_of(looking, view, begin, end, scratch, &names, error));
        TROD_TRY(compare(looking, member->arena, trace->class, names,
                         (size_t)(end - begin) * pathing->width, error));
    }
done:
    if (member) mine_crew_leave(&looking->crew, member);
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
    mine_crew_init(&looking->crew);
    for (size_t i = 0; i < LOCKS; i++) pthread_mutex_init(&looking->locks[i], NULL);
    TROD_TRY(sort_traces(looking, error));
    if (looking->first_trace[question->parts->n_parts] > 0)
        TROD_TRY(trod_parts_each(question->parts, question->run, compare_part, looking, error));
    looking->showing->collided = atomic_load(&looking->collided);
    if (!looking->showing->collided) TROD_TRY(keep_names(looking, arena, error));
done:
    for (size_t i = 0; i < LOCKS; i++) pthread_mutex_destroy(&looking->locks[i]);
    mine_crew_release(&looking->crew);
    return status;
}

trod_status mine_paths_show(struct mine_pathing *pathing, struct trod_arena *arena,
                            struct mine_showing *showing, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct looking looking = {.pathing = pathing, .showing = showing};
    *showing = (struct mine_showing){0};
    TROD_TRY(choose(&looking, arena, error));
    TROD_TRY(compare_long(&looking, arena, error));
done:
    return status;
}

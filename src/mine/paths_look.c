/* A look at the journeys of one part, before all are asked: which paths are frequent, and about
 * how long journeys last. Customers lie in the order of their hashes, so any part is a fair
 * sample. Only the time that the answer takes depends on what is guessed here. */
#include <math.h>
#include <stdlib.h>

#include "mine/paths.h"

enum { LOOK_AT = 1 << 15, LEAST_PARTS = 4 };

static int most_frequent_first(const void *a, const void *b) {
    const struct mine_class *const x = a, *const y = b;
    if (x->n != y->n) return x->n > y->n ? -1 : 1;
    if (x->key.a != y->key.a) return x->key.a < y->key.a ? -1 : 1;
    return x->key.b < y->key.b ? -1 : x->key.b > y->key.b;
}

static trod_status make_front(struct mine_pathing *pathing, struct mine_counted *counted,
                              struct trod_arena *scratch, struct trod_error *error) {
    trod_status status = TROD_OK;
    enum { MARGIN = 16, MOST_TIMED = MINE_FRONT / 4 };
    const size_t n_timed = pathing->top ? 2 * pathing->top + MARGIN : 0;
    struct mine_key *const keys = TROD_NEW_ARRAY(scratch, counted->n, struct mine_key);
    TROD_TRY_ALLOC(keys, error);
    if (counted->n)
        qsort(counted->classes, counted->n, sizeof *counted->classes, most_frequent_first);
    size_t n = 0;
    for (size_t c = 0; c < counted->n; c++)
        if (!counted->classes[c].is_long) keys[n++] = counted->classes[c].key;
    TROD_TRY(mine_front_make(keys, n, n_timed <= MOST_TIMED ? n_timed : 0, pathing->scratch,
                             &pathing->front, error));
done:
    return status;
}

/* The buckets in which the quantile of all is, unless it is very unlike that of the sample. */
static struct mine_window guess_quantile(const uint32_t *counts, uint64_t n, double share) {
    /* Where an eighth or more lies is no place to keep things of. */
    enum { MOST = 8, MARGIN = 2 };
    const double k = share * (double)n, off = 6 * sqrt(k * (1 - share)) + 2;
    uint32_t from = 0, to;
    uint64_t below = 0, inside = 0;
    while (from + 1 < TROD_GAP_BUCKETS && (double)(below + counts[from]) < k - off)
        below += counts[from++];
    to = from;
    while (to + 1 < TROD_GAP_BUCKETS && (double)(below + inside + counts[to]) < k + off)
        inside += counts[to++];
    inside += counts[to];
    if (inside > n / MOST || to + 1 + MARGIN >= TROD_GAP_BUCKETS)
        return (struct mine_window){UINT64_MAX, 0};
    /* Whoever looks for the quantile has buckets of its own, which may reach further. */
    from = from > MARGIN ? from - MARGIN : 0;
    to += MARGIN;
    const uint64_t lo = trod_gap_edge(from);
    return (struct mine_window){lo, trod_gap_edge(to + 1) - 1 - lo};
}

static trod_status guess_lasts(struct mine_pathing *pathing, const struct trod_part_view *view,
                               struct trod_arena *scratch, struct trod_error *error) {
    trod_status status = TROD_OK;
    static const double SHARES[MINE_RANKS] = {0.5, 0.95};
    const uint64_t *spans = NULL;
    uint32_t *const counts = TROD_NEW_ARRAY(scratch, TROD_GAP_BUCKETS, uint32_t);
    TROD_TRY_ALLOC(counts, error);
    TROD_TRY(mine_spans(view, scratch, &spans, error));
    if (!spans) goto done;
    for (uint32_t j = 0; j < view->n_journeys; j++)
        counts[trod_gap_bucket(spans[j] * (uint64_t)view->part->tick_us)]++;
    for (size_t r = 0; r < MINE_RANKS; r++)
        pathing->guess[r] = guess_quantile(counts, view->n_journeys, SHARES[r]);
done:
    return status;
}

static trod_status look_at(struct mine_pathing *pathing, const struct trod_part_view *view,
                           struct trod_arena *scratch, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct mine_bins bins, *const all = &bins;
    struct mine_tally tally;
    struct mine_counted counted = {0};
    TROD_TRY(mine_bins_make(0, 0, 1, scratch, &bins, error));
    TROD_TRY(mine_tally_make(scratch, &tally, error));
    const struct mine_thrown thrown = {.view = view,
                                       .width = pathing->width,
                                       .hash = pathing->how.hash,
                                       .front = &pathing->front,
                                       .tally = &tally};
    TROD_TRY(mine_bins_part(&bins, &thrown, scratch, error));
    TROD_TRY(mine_bins_count(&all, 1, (struct mine_least){2, UINT64_MAX}, NULL, scratch,
                             &counted, error));
    TROD_TRY(make_front(pathing, &counted, scratch, error));
    TROD_TRY(guess_lasts(pathing, view, scratch, error));
done:
    return status;
}

trod_status mine_paths_look(struct mine_pathing *pathing, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_question *const question = pathing->question;
    const struct trod_parts *const parts = question->parts;
    const struct trod_part *part = NULL;
    const struct trod_part_view *made = NULL;
    struct trod_arena *scratch = NULL;
    for (size_t r = 0; r < MINE_RANKS; r++)
        pathing->guess[r] = (struct mine_window){UINT64_MAX, 0};
    TROD_TRY(mine_front_make(NULL, 0, 0, pathing->scratch, &pathing->front, error));
    if (parts->n_parts < LEAST_PARTS || parts->n_customers < pathing->how.front_from) goto done;
    scratch = trod_arena_make(MINE_ARENA_BYTES);
    TROD_TRY_ALLOC(scratch, error);
    TROD_TRY(parts->open(parts->owner, parts->n_parts / 2, scratch, &part, error));
    if (part->n_names > pathing->n_names) goto done; /* said when all parts are asked */
    TROD_TRY(
        trod_part_view_make(parts, part, &question->view, TROD_NO_ID, scratch, &made, error));
    struct trod_part_view view = *made;
    if (view.n_journeys > LOOK_AT) {
        view.n_journeys = LOOK_AT;
        view.whole = false;
    }
    TROD_TRY(look_at(pathing, &view, scratch, error));
done:
    trod_arena_free(scratch);
    return status;
}

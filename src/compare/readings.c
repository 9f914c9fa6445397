/* What each distinct path says, once for all the journeys that walk it.
 *
 * The so-far reading of a path names the touchpoint of every step and the touchpoints that were
 * skipped. From it come the path's items: contributions to counters of deviations and of their
 * bases, each counted once a journey with the number of times beside it. A skip and an extra of
 * the same touchpoint in the same reading are one thing: it came, but out of order.
 *
 * A journey that is cut at the log's start may have had what lies before its first step, so a
 * skip there says nothing of it: where that makes a difference the items are made twice.
 *
 * Afterwards every visit of the lay gets the touchpoint that its step was read as.
 */
#include "compare/inner.h"

struct tried { /* of one touchpoint in one reading; [2]: not accepted, accepted */
    uint32_t matched;
    uint32_t lead[2], skipped[2], extra[2], too_often[2], not_for[2];
    bool touched;
};
struct maker {
    struct compare_base *base;
    struct trod_arena *scratch;
    struct tried *tried; /* [touchpoints] */
    uint32_t *touched;   /* [touchpoints] */
    size_t n_touched;
    uint32_t *matched, *leaves, *taken; /* scratch of the longest path and of the forks */
    struct compare_item *items;
    size_t n_items, room_items;
    bool failed;
};

static void add_item(struct maker *maker, uint32_t counter, uint32_t times,
                     enum compare_when when) {
    const struct compare_item item = {
        .counter = counter, .when = (uint32_t)when & 3u, .times = times & 0x3fffffffu};
    if (times == 0) return;
    if (!TROD_PUSH(maker->scratch, maker->items, maker->n_items, maker->room_items, item)) {
        maker->failed = true;
    }
}

static void add_choice(void *owner, uint32_t counter) {
    add_item(owner, counter, 1, COMPARE_ALWAYS);
}

static struct tried *touch(struct maker *maker, uint32_t t) {
    struct tried *tried = &maker->tried[t];
    if (!tried->touched) {
        *tried = (struct tried){.touched = true};
        maker->touched[maker->n_touched++] = t;
    }
    return tried;
}

/* Skips of one touchpoint that are paired with extras of it came out of order. */
static void add_skips(struct maker *maker, uint32_t t, const struct tried *tried, bool lead,
                      enum compare_when when) {
    const struct compare_base *base = maker->base;
    bool any = false;
    for (unsigned accepted = 0; accepted < 2; accepted++) {
        uint32_t skipped = tried->skipped[accepted] + (lead ? tried->lead[accepted] : 0);
        uint32_t extra = tried->extra[accepted];
        const uint32_t both = skipped < extra ? skipped : extra;
        any = any || skipped > 0;
        add_item(maker, compare_deviation_counter(base, TROD_OUT_OF_ORDER, t, accepted), both,
                 when);
        add_item(maker, compare_deviation_counter(base, TROD_SKIPPED, t, accepted),
                 skipped - both, when);
        add_item(maker, compare_deviation_counter(base, TROD_EXTRA, t, accepted), extra - both,
                 when);
    }
    if (any || tried->matched)
        add_item(maker, compare_counter(base, COMPARE_PASSED, t), 1, when);
}

static void add_items(struct maker *maker, const struct trod_aligned *aligned,
                      size_t n_matched) {
    const struct compare_base *base = maker->base;
    for (size_t i = 0; i < maker->n_touched; i++) {
        const uint32_t t = maker->touched[i];
        const struct tried *tried = &maker->tried[t];
        for (unsigned accepted = 0; accepted < 2; accepted++) {
            add_item(maker, compare_deviation_counter(base, TROD_TOO_OFTEN, t, accepted),
                     tried->too_often[accepted], COMPARE_ALWAYS);
            add_item(maker, compare_deviation_counter(base, TROD_NOT_FOR, t, accepted),
                     tried->not_for[accepted], COMPARE_ALWAYS);
        }
        add_item(maker, compare_counter(base, COMPARE_MET, t), tried->matched, COMPARE_ALWAYS);
        if (tried->lead[0] + tried->lead[1] > 0) {
            add_skips(maker, t, tried, true, COMPARE_WHOLE);
            add_skips(maker, t, tried, false, COMPARE_CUT);
        } else {
            add_skips(maker, t, tried, false, COMPARE_ALWAYS);
        }
    }
    if (n_matched > 0) {
        const uint32_t last = maker->matched[n_matched - 1];
        add_item(maker, compare_deviation_counter(base, TROD_STOPPED_HERE, last, false), 1,
                 COMPARE_OVER);
    }
    compare_choices_read(base, maker->matched, n_matched, aligned->finished, maker->leaves,
                         maker->taken, add_choice, maker);
}

/* A path without an exact reading: each step is the first touchpoint that it may be. */
static void guess_steps(const struct compare_base *base, const struct trod_laid_path *path,
                        uint32_t *touchpoints, bool *matched) {
    for (uint32_t s = 0; s < path->n; s++) {
        const uint32_t step = path->steps[s];
        touchpoints[s] = TROD_NO_ID;
        if (step & TROD_STEP_UNMAPPED) continue;
        const struct trod_claim_set *set = &base->lay->claims->sets[step];
        for (size_t i = 0; i < set->n && touchpoints[s] == TROD_NO_ID; i++) {
            if (base->flow.node[set->touchpoints[i]] != COMPARE_NONE) {
                touchpoints[s] = set->touchpoints[i];
            }
        }
        matched[s] = touchpoints[s] != TROD_NO_ID;
    }
}

static size_t read_moves(struct maker *maker, const struct trod_aligned *aligned,
                         uint32_t *touchpoints, bool *matched) {
    size_t n_matched = 0;
    bool begun = false;
    for (uint32_t m = 0; m < aligned->n_moves; m++) {
        const struct trod_move *move = &aligned->moves[m];
        if (move->kind != TROD_MOVE_SKIPPED) {
            begun = true;
            touchpoints[move->step] = move->touchpoint_id;
        }
        if (move->touchpoint_id == TROD_NO_ID) continue;
        if (maker->base->map->touchpoints[move->touchpoint_id].any_time) continue;
        struct tried *tried = touch(maker, move->touchpoint_id);
        switch (move->kind) {
        case TROD_MOVE_MATCH:
            matched[move->step] = true;
            maker->matched[n_matched++] = move->touchpoint_id;
            tried->matched++;
            break;
        case TROD_MOVE_SKIPPED:
            if (begun)
                tried->skipped[move->accepted]++;
            else
                tried->lead[move->accepted]++;
            break;
        case TROD_MOVE_EXTRA:
            if (move->not_for)
                tried->not_for[move->accepted]++;
            else if (move->too_often)
                tried->too_often[move->accepted]++;
            else
                tried->extra[move->accepted]++;
            break;
        }
    }
    return n_matched;
}

static trod_status read_path(struct maker *maker, size_t p, struct compare_reading *reading,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct compare_base *base = maker->base;
    const struct trod_laid_path *path = &base->lay->paths[p];
    const struct trod_aligned *aligned = &base->alignment->paths[p];
    uint32_t *touchpoints = TROD_NEW_ARRAY(base->arena, path->n, uint32_t);
    bool *matched = TROD_NEW_ARRAY(base->arena, path->n, bool);
    TROD_TRY_ALLOC(touchpoints && matched ? maker : NULL, error);
    guess_steps(base, path, touchpoints, matched);
    maker->n_items = 0;
    reading->last_matched = TROD_NO_ID;
    if (!aligned->limited) {
        memset(matched, 0, path->n * sizeof *matched);
        const size_t n = read_moves(maker, aligned, touchpoints, matched);
        add_items(maker, aligned, n);
        reading->finished = aligned->finished && !path->lost;
        reading->certain_end =
            aligned->finished && n > 0 && base->flow.last[maker->matched[n - 1]];
        if (n > 0) reading->last_matched = maker->matched[n - 1];
        for (size_t i = 0; i < maker->n_touched; i++)
            maker->tried[maker->touched[i]].touched = false;
        maker->n_touched = 0;
    }
    reading->furthest = TROD_NO_ID;
    uint32_t last = TROD_NO_ID;
    for (uint32_t s = 0; s < path->n; s++) {
        if (touchpoints[s] == TROD_NO_ID || base->map->touchpoints[touchpoints[s]].any_time) {
            continue;
        }
        last = touchpoints[s];
        if (reading->furthest == TROD_NO_ID || touchpoints[s] > reading->furthest) {
            reading->furthest = touchpoints[s];
        }
    }
    if (reading->last_matched == TROD_NO_ID) reading->last_matched = last;
    struct compare_item *items =
        TROD_NEW_ARRAY(base->arena, maker->n_items, struct compare_item);
    TROD_TRY_ALLOC(maker->failed ? NULL : items, error);
    if (maker->n_items) memcpy(items, maker->items, maker->n_items * sizeof *items);
    reading->items = items;
    reading->n_items = (uint32_t)maker->n_items;
    reading->touchpoints = touchpoints;
    reading->matched = matched;
done:
    return status;
}

static uint32_t first_any_time(const struct compare_base *base, uint32_t set_id) {
    const struct trod_claim_set *set = &base->lay->claims->sets[set_id];
    for (size_t i = 0; i < set->n; i++) {
        if (base->map->touchpoints[set->touchpoints[i]].any_time) return set->touchpoints[i];
    }
    return set->n > 0 ? set->touchpoints[0] : TROD_NO_ID;
}

static void name_visits(const struct compare_base *base, size_t j, uint32_t *touchpoint,
                        uint8_t *role) {
    const struct trod_laid *laid = &base->lay->journeys[j];
    const struct compare_reading *reading = &base->readings[laid->path];
    const struct trod_laid_path *path = &base->lay->paths[laid->path];
    uint32_t s = 0;
    for (size_t v = laid->visit; v < laid->visit + laid->n_visits; v++) {
        const struct trod_visit *visit = &base->lay->visits[v];
        touchpoint[v] = TROD_NO_ID;
        role[v] = COMPARE_UNMAPPED;
        if (visit->kind == TROD_VISIT_SEEN) {
            CHECK(s < path->n);
            touchpoint[v] = reading->touchpoints[s];
            role[v] = reading->matched[s]                              ? COMPARE_MATCHED
                      : touchpoint[v] == TROD_NO_ID                    ? COMPARE_UNMAPPED
                      : base->map->touchpoints[touchpoint[v]].any_time ? COMPARE_ANY_TIME
                                                                       : COMPARE_EXTRA;
            s++;
        } else if (visit->kind == TROD_VISIT_ANY_TIME) {
            touchpoint[v] = first_any_time(base, visit->set);
            role[v] = COMPARE_ANY_TIME;
        } else if (visit->kind == TROD_VISIT_FAILED) {
            role[v] = COMPARE_FAILED;
        } else if (s < path->n && (path->steps[s] & TROD_STEP_UNMAPPED)) {
            s++;
        }
    }
}

uint32_t compare_failed(const struct compare_base *base, size_t visit) {
    const struct trod_visit *at = &base->lay->visits[visit];
    if (!at->failed_set) return TROD_NO_ID;
    const struct trod_claim_set *set = &base->lay->claims->sets[at->failed_set];
    for (size_t i = 0; i < set->n; i++) {
        if (set->touchpoints[i] == base->touchpoint[visit]) return base->touchpoint[visit];
    }
    return set->n > 0 ? set->touchpoints[0] : TROD_NO_ID;
}

trod_status compare_readings_make(struct compare_base *base, const struct trod_run *run,
                                  struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_lay *lay = base->lay;
    struct trod_arena *scratch = trod_arena_make(0);
    struct maker maker = {.base = base};
    uint32_t longest = 0;
    TROD_TRY_ALLOC(scratch, error);
    maker.scratch = scratch;
    for (size_t p = 0; p < lay->n_paths; p++) {
        if (lay->paths[p].n > longest) longest = lay->paths[p].n;
    }
    maker.tried = TROD_NEW_ARRAY(scratch, base->n_touchpoints, struct tried);
    maker.touched = TROD_NEW_ARRAY(scratch, base->n_touchpoints, uint32_t);
    maker.matched = TROD_NEW_ARRAY(scratch, longest, uint32_t);
    maker.leaves = TROD_NEW_ARRAY(scratch, longest, uint32_t);
    maker.taken = TROD_NEW_ARRAY(scratch, base->choices.n_forks, uint32_t);
    struct compare_reading *readings =
        TROD_NEW_ARRAY(base->arena, lay->n_paths, struct compare_reading);
    uint32_t *touchpoint = TROD_NEW_ARRAY(base->arena, lay->n_visits, uint32_t);
    uint8_t *role = TROD_NEW_ARRAY(base->arena, lay->n_visits, uint8_t);
    TROD_TRY_ALLOC(maker.tried && maker.touched && maker.matched && maker.leaves &&
                           maker.taken && readings && touchpoint && role
                       ? scratch
                       : NULL,
                   error);
    for (size_t p = 0; p < lay->n_paths; p++) {
        if (p % 1024 == 0 && trod_run_cancelled(run)) {
            status = trod_fail(error, TROD_CANCELLED, "stopped on request");
            goto done;
        }
        TROD_TRY(read_path(&maker, p, &readings[p], error));
    }
    base->readings = readings;
    for (size_t j = 0; j < lay->n_journeys; j++) name_visits(base, j, touchpoint, role);
    base->touchpoint = touchpoint;
    base->role = role;
done:
    trod_arena_free(scratch);
    return status;
}

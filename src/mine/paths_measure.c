/* How long the journeys of the shown paths last. Of a path of the front that kept its durations
 * they are at hand. For others, and for all journeys where the guess of their quantiles was
 * wrong, the parts are walked once more. */
#include <stdatomic.h>

#include "mine/paths.h"

struct measuring {
    struct mine_pathing *pathing;
    const struct mine_shown *const *shown;
    size_t n;
    size_t *first;           /* [n + 1] where the values of each begin that is walked for */
    int64_t *values;         /* of these */
    atomic_size_t *n_values; /* [n] */
    bool walks, more_lasts;
    /* Those that are walked for, by key. */
    struct looked_up {
        struct mine_key key;
        size_t place_plus_1;
        bool is_long;
    } * table;
    unsigned table_bits;
    struct trod_durations *lasts;
};

static const struct mine_class *class_of(const struct measuring *m, size_t p) {
    return &m->pathing->counted.classes[m->shown[p]->class];
}

static bool is_at_hand(const struct measuring *m, size_t p) {
    const uint32_t slot = class_of(m, p)->slot;
    return slot != MINE_FRONT && m->pathing->front.timed[slot] && !m->pathing->tallied.over;
}

static struct looked_up *look_up(const struct measuring *m, struct mine_key key, bool is_long) {
    const size_t mask = ((size_t)1 << m->table_bits) - 1;
    size_t at = (size_t)(mine_key_place(key) >> 16) & mask;
    for (;; at = (at + 1) & mask) {
        struct looked_up *const found = &m->table[at];
        if (!found->place_plus_1 ||
            (found->key.a == key.a && found->key.b == key.b && found->is_long == is_long))
            return found;
    }
}

static trod_status make_room(struct measuring *m, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_arena *const arena = m->pathing->scratch;
    m->first = TROD_NEW_ARRAY(arena, m->n + 1, size_t);
    TROD_TRY_ALLOC(m->first, error);
    m->n_values = TROD_NEW_ARRAY(arena, m->n, atomic_size_t);
    TROD_TRY_ALLOC(m->n_values, error);
    size_t n_walked = 0;
    for (size_t p = 0; p < m->n; p++) {
        const bool walked = !is_at_hand(m, p) && m->pathing->question->parts->has_times;
        m->first[p + 1] = m->first[p] + (walked ? class_of(m, p)->n : 0);
        n_walked += walked;
    }
    m->walks = n_walked > 0;
    if (!m->walks) goto done;
    if (m->first[m->n] > mine_memory(m->pathing->question->run) / 2 / sizeof(int64_t)) {
        trod_fail(error, TROD_TOO_MUCH,
                  "to measure %zu paths takes more memory than was allowed", m->n);
        trod_error_hint(error, "ask for fewer with --top, or give more with --memory");
        status = TROD_TOO_MUCH;
        goto done;
    }
    m->values = TROD_NEW_ARRAY(arena, m->first[m->n], int64_t);
    TROD_TRY_ALLOC(m->values, error);
    m->table_bits = 6;
    while ((size_t)1 << m->table_bits < 4 * n_walked) m->table_bits++;
    m->table = TROD_NEW_ARRAY(arena, (size_t)1 << m->table_bits, struct looked_up);
    TROD_TRY_ALLOC(m->table, error);
    for (size_t p = 0; p < m->n; p++) {
        const struct mine_class *const class = class_of(m, p);
        if (m->first[p] < m->first[p + 1])
            *look_up(m, class->key, class->is_long) =
                (struct looked_up){class->key, p + 1, class->is_long};
    }
done:
    return status;
}

/* ---- Walking --------------------------------------------------------------------------------
 */

static void take_values(struct measuring *m, const struct mine_thrown *thrown,
                        const unsigned char *names) {
    const struct trod_part_view *const view = thrown->view;
    const uint64_t tick_us = (uint64_t)view->part->tick_us;
    for (uint32_t j = 0; j < view->n_journeys; j++) {
        const size_t n_bytes = (size_t)(view->end[j] - view->begin[j]) * thrown->width;
        const struct mine_key key =
            mine_key_of(thrown, names + (size_t)view->begin[j] * thrown->width, n_bytes);
        const size_t p_plus_1 = look_up(m, key, n_bytes > MINE_KEY_BYTES)->place_plus_1;
        if (!p_plus_1 || mine_is_undated(thrown, j)) continue;
        const size_t place =
            m->first[p_plus_1 - 1] +
            atomic_fetch_add_explicit(&m->n_values[p_plus_1 - 1], 1, memory_order_relaxed);
        if (place < m->first[p_plus_1])
            m->values[place] = (int64_t)(thrown->spans[j] * tick_us);
    }
}

static void catch_lasts(const struct measuring *m, const struct mine_thrown *thrown) {
    const uint32_t n = thrown->view->n_journeys;
    uint32_t group[MINE_BLOCK] = {0};
    for (uint32_t from = 0; from < n; from += MINE_BLOCK) {
        const uint32_t now = n - from < MINE_BLOCK ? n - from : MINE_BLOCK;
        for (uint32_t i = 0; thrown->undated.words && i < now; i++)
            group[i] = mine_is_undated(thrown, from + i);
        mine_spread_catch(&m->pathing->lasts, group, thrown->spans + from, now,
                          (uint64_t)thrown->view->part->tick_us);
    }
}

static trod_status measure_part(void *owner, struct mine_member *member,
                                const struct trod_part_view *view, struct trod_arena *scratch,
                                struct trod_error *error) {
    trod_status status = TROD_OK;
    struct measuring *const m = owner;
    const unsigned char *names = NULL;
    struct mine_thrown thrown = {
        .view = view, .width = m->pathing->width, .hash = m->pathing->how.hash};
    (void)member;
    TROD_TRY(mine_spans(view, scratch, &thrown.spans, error));
    if (!thrown.spans) goto done;
    TROD_TRY(mine_undated(view, scratch, &thrown.undated, error));
    if (m->walks) {
        TROD_TRY(mine_names_as(view, thrown.width, scratch, &names, error));
        take_values(m, &thrown, names);
    }
    if (m->more_lasts) catch_lasts(m, &thrown);
done:
    return status;
}

static trod_status walk(struct measuring *m, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct mine_pathing *const pathing = m->pathing;
    const struct mine_pass pass = {.question = pathing->question,
                                   .by = TROD_NO_ID,
                                   .n_bytes = 1,
                                   .part = measure_part,
                                   .owner = m};
    struct mine_crew crew;
    mine_crew_init(&crew);
    for (;;) {
        if (!pathing->lasts_known)
            TROD_TRY(mine_spread_more(&pathing->lasts, &m->more_lasts, error));
        if (!m->walks && !m->more_lasts) break;
        TROD_TRY(mine_pass(&pass, &crew, error));
        m->walks = false;
        if (m->more_lasts)
            TROD_TRY(mine_spread_caught(&pathing->lasts, pathing->question->run, error));
    }
done:
    mine_crew_release(&crew);
    return status;
}

/* ---- What comes out -------------------------------------------------------------------------
 */

static trod_status measure_path(void *owner, size_t p, struct trod_error *error) {
    const struct measuring *const m = owner;
    const struct mine_tallied *const tallied = &m->pathing->tallied;
    (void)error;
    if (is_at_hand(m, p)) {
        const size_t *const first = tallied->first + class_of(m, p)->slot;
        m->lasts[p] = mine_durations(tallied->values + first[0], first[1] - first[0]);
    } else {
        m->lasts[p] = mine_durations(m->values ? m->values + m->first[p] : NULL,
                                     atomic_load(&m->n_values[p]));
    }
    return TROD_OK;
}

trod_status mine_paths_measure(struct mine_pathing *pathing,
                               const struct mine_shown *const *shown, size_t n,
                               struct trod_durations *lasts, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct measuring m = {.pathing = pathing, .shown = shown, .n = n, .lasts = lasts};
    TROD_TRY(make_room(&m, error));
    TROD_TRY(walk(&m, error));
    TROD_TRY(trod_run_each(pathing->question->run, n, measure_path, &m, error));
done:
    return status;
}

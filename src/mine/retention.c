/* Retention: each part counts who began when and who came back (returns.c); what the parts say
 * is added up cell by cell. Shares are of those whose period is over alone: the k-th share of
 * all cohorts leaves out the youngest k, which have not had the chance yet. */
#include <pthread.h>
#include <stdlib.h>

#include "mine/funnel.h"
#include "mine/retention.h"

enum { MOST_SEGMENTS = 1000 };

struct segment {
    uint64_t *began, *back; /* [n_periods] by cohort; by k, of periods that are over */
};
struct adding {
    const struct trod_question *question;
    struct trod_retention *retention;
    struct mine_periods periods;
    struct mine_kinds kinds;
    uint32_t by;
    pthread_mutex_t lock;
    struct trod_dict *texts; /* of segments: id + 1 is the segment, 0 has no value */
    struct segment *segments;
    size_t n_segments, room;
    uint64_t *back; /* [cells] */
};

/* ---- Adding up -----------------------------------------------------------------------------
 */

static trod_status reach_segment(struct adding *adding, uint32_t number,
                                 struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_arena *const arena = adding->retention->arena;
    while (adding->n_segments <= number) {
        struct segment segment = {NULL, NULL};
        segment.began = TROD_NEW_ARRAY(arena, adding->periods.n, uint64_t);
        TROD_TRY_ALLOC(segment.began, error);
        segment.back = TROD_NEW_ARRAY(arena, adding->periods.n, uint64_t);
        TROD_TRY_ALLOC(segment.back, error);
        if (!TROD_PUSH(arena, adding->segments, adding->n_segments, adding->room, segment))
            TROD_TRY_ALLOC(NULL, error);
    }
done:
    return status;
}

static trod_status add_segments(struct adding *adding, const struct trod_part_view *view,
                                const struct mine_returns *returns, struct trod_error *error) {
    trod_status status = TROD_OK;
    const size_t n = adding->periods.n;
    for (uint32_t g = 0; g <= view->n_groups; g++) {
        const uint32_t *const began = returns->began + g * n;
        uint64_t n_began = 0;
        for (size_t p = 0; p < n; p++) n_began += began[p];
        if (n_began == 0) continue;
        uint32_t number = 0;
        if (g)
            TROD_TRY(mine_segment_number(adding->texts, view->groups[g - 1], MOST_SEGMENTS,
                                         adding->retention->by, &number, error));
        TROD_TRY(reach_segment(adding, number, error));
        for (size_t p = 0; p < n; p++) {
            adding->segments[number].began[p] += began[p];
            if (returns->group_back)
                adding->segments[number].back[p] += returns->group_back[g * n + p];
        }
    }
done:
    return status;
}

static trod_status ask_part(void *owner, size_t i, const struct trod_part *part,
                            struct trod_arena *scratch, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct adding *const adding = owner;
    const struct trod_part_view *view = NULL;
    struct mine_returns returns;
    (void)i;
    TROD_TRY(trod_part_view_make(adding->question->parts, part, &adding->question->view,
                                 adding->by, scratch, &view, error));
    TROD_TRY(
        mine_returns_of_part(&adding->periods, &adding->kinds, view, scratch, &returns, error));
    pthread_mutex_lock(&adding->lock);
    struct trod_retention *const retention = adding->retention;
    retention->walked.n_journeys += view->n_journeys;
    retention->walked.n_events += view->n_events;
    retention->walked.n_customers += view->n_customers;
    retention->walked.n_left_out += view->n_left_out;
    retention->n_never += returns.n_never;
    for (size_t c = 0; c < mine_cells(adding->periods.n); c++)
        adding->back[c] += returns.back[c];
    status = add_segments(adding, view, &returns, error);
    pthread_mutex_unlock(&adding->lock);
done:
    return status;
}

/* ---- The result ----------------------------------------------------------------------------
 */

/* Shares by k: `back` of those of `began` whose k-th period is over. */
static trod_status fill_retained(const struct adding *adding, const uint64_t *began,
                                 const uint64_t *back, struct trod_retained *to,
                                 struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct mine_periods *const periods = &adding->periods;
    struct trod_share *const after =
        TROD_NEW_ARRAY(adding->retention->arena, periods->n, struct trod_share);
    TROD_TRY_ALLOC(after, error);
    to->after = after;
    for (uint32_t p = 0; p < periods->n; p++) to->n_customers += began[p];
    for (uint32_t k = 0; k < periods->n_over; k++) {
        uint64_t of = 0;
        for (uint32_t p = 0; p + k < periods->n_over; p++) of += began[p];
        if (of == 0) break;
        after[to->n_after++] = trod_share_make(back[k], of);
    }
done:
    return status;
}

static trod_status fill_cohorts(const struct adding *adding, const uint64_t *began,
                                struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_retention *const retention = adding->retention;
    const struct mine_periods *const periods = &adding->periods;
    struct trod_cohort *const cohorts =
        TROD_NEW_ARRAY(retention->arena, periods->n, struct trod_cohort);
    TROD_TRY_ALLOC(cohorts, error);
    for (uint32_t p = 0; p < periods->n; p++) {
        if (began[p] == 0) continue;
        cohorts[retention->n_cohorts++] =
            (struct trod_cohort){.from_us = periods->from_us[p],
                                 .n_customers = began[p],
                                 .n_back = adding->back + mine_cell(periods->n, p, 0),
                                 .n_after = periods->n - p,
                                 .n_over = p < periods->n_over ? periods->n_over - p : 0};
    }
    retention->cohorts = cohorts;
done:
    return status;
}

static int most_customers_first(const void *a, const void *b) {
    const struct trod_retained *const x = a, *const y = b;
    if (!x->value.at != !y->value.at) return x->value.at ? -1 : 1;
    if (x->n_customers != y->n_customers) return x->n_customers > y->n_customers ? -1 : 1;
    return trod_str_compare(x->value, y->value);
}

static trod_status fill(struct adding *adding, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_retention *const retention = adding->retention;
    const struct mine_periods *const periods = &adding->periods;
    uint64_t *const began = TROD_NEW_ARRAY(retention->arena, periods->n, uint64_t);
    TROD_TRY_ALLOC(began, error);
    uint64_t *const back = TROD_NEW_ARRAY(retention->arena, periods->n, uint64_t);
    TROD_TRY_ALLOC(back, error);
    for (size_t s = 0; s < adding->n_segments; s++)
        for (uint32_t p = 0; p < periods->n; p++) began[p] += adding->segments[s].began[p];
    for (uint32_t p = 0; p < periods->n; p++) {
        retention->n_began += began[p];
        for (uint32_t k = 0; p + k < periods->n_over; k++)
            back[k] += adding->back[mine_cell(periods->n, p, k)];
    }
    TROD_TRY(fill_cohorts(adding, began, error));
    TROD_TRY(fill_retained(adding, began, back, &retention->all, error));
    if (adding->by == TROD_NO_ID) goto done;
    struct trod_retained *const segments =
        TROD_NEW_ARRAY(retention->arena, adding->n_segments, struct trod_retained);
    TROD_TRY_ALLOC(segments, error);
    for (size_t s = 0; s < adding->n_segments; s++) {
        struct trod_retained *const to = &segments[retention->n_segments];
        TROD_TRY(fill_retained(adding, adding->segments[s].began, adding->segments[s].back, to,
                               error));
        if (to->n_customers == 0) continue;
        retention->n_segments++;
        if (s == 0) continue;
        to->value =
            trod_arena_copy(retention->arena, trod_dict_at(adding->texts, (uint32_t)s - 1));
        TROD_TRY_ALLOC(to->value.at, error);
    }
    if (retention->n_segments)
        qsort(segments, retention->n_segments, sizeof *segments, most_customers_first);
    retention->segments = segments;
done:
    return status;
}

/* ---- The question --------------------------------------------------------------------------
 */

static trod_status keep_step(struct trod_arena *arena, const struct trod_step *from,
                             const struct trod_step **to, struct trod_error *error) {
    trod_status status = TROD_OK;
    *to = NULL;
    if (!from) return TROD_OK;
    struct trod_step *const step = TROD_NEW(arena, struct trod_step);
    TROD_TRY_ALLOC(step, error);
    uint32_t *const names = TROD_NEW_ARRAY(arena, from->n, uint32_t);
    TROD_TRY_ALLOC(names, error);
    for (size_t i = 0; i < from->n; i++) names[i] = from->names[i];
    *step = (struct trod_step){names, from->n};
    *to = step;
done:
    return status;
}

/* Bit 0 of a name that begins, bit 1 of one that counts as coming back. */
static trod_status make_kinds(struct adding *adding, const struct trod_step *begin,
                              const struct trod_step *back, struct trod_error *error) {
    trod_status status = TROD_OK;
    const uint32_t n = trod_dict_count(adding->question->parts->names);
    if (!begin && !back) return TROD_OK;
    if (begin) TROD_TRY(mine_step_check(begin, n, error));
    if (back) TROD_TRY(mine_step_check(back, n, error));
    uint8_t *const of_name =
        TROD_NEW_ARRAY(adding->retention->arena, n < 256 ? 256 : n, uint8_t);
    TROD_TRY_ALLOC(of_name, error);
    for (uint32_t i = 0; i < n; i++) of_name[i] = (uint8_t)((begin ? 0 : 1) | (back ? 0 : 2));
    for (size_t i = 0; begin && i < begin->n; i++) of_name[begin->names[i]] |= 1;
    for (size_t i = 0; back && i < back->n; i++) of_name[back->names[i]] |= 2;
    adding->kinds.of_name = of_name;
done:
    return status;
}

static trod_status prepare(struct adding *adding, const struct trod_retention_options *options,
                           struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_parts *const parts = adding->question->parts;
    struct trod_retention *const retention = adding->retention;
    if (!parts->has_times) {
        trod_fail(error, TROD_BAD_OPTION,
                  "the log has no times, so nobody can say who came back when");
        trod_error_hint(error, "name the column of the times");
        return TROD_BAD_OPTION;
    }
    adding->by = TROD_NO_ID;
    if (options->by.at) {
        adding->by = trod_parts_field(parts, options->by, false);
        if (adding->by == TROD_NO_ID)
            TROD_TRY(trod_parts_no_field(parts, options->by, false, error));
        retention->by = trod_arena_copy(retention->arena, options->by);
        TROD_TRY_ALLOC(retention->by.at, error);
    }
    retention->names = parts->names;
    retention->every = options->every;
    TROD_TRY(keep_step(retention->arena, options->begin, &retention->begin, error));
    TROD_TRY(keep_step(retention->arena, options->back, &retention->back, error));
    TROD_TRY(make_kinds(adding, options->begin, options->back, error));
    TROD_TRY(mine_periods_make(options->every, parts->first_us, parts->last_us,
                               retention->arena, &adding->periods, error));
    adding->back = TROD_NEW_ARRAY(retention->arena, mine_cells(adding->periods.n), uint64_t);
    TROD_TRY_ALLOC(adding->back, error);
    adding->texts = trod_dict_make(0);
    TROD_TRY_ALLOC(adding->texts, error);
done:
    return status;
}

trod_status trod_retention_make(const struct trod_question *question,
                                const struct trod_retention_options *options,
                                struct trod_retention **retention, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct adding adding = {.question = question};
    struct trod_retention *made = NULL;
    struct trod_arena *const arena = trod_arena_make(MINE_ARENA_BYTES);
    *retention = NULL;
    pthread_mutex_init(&adding.lock, NULL);
    TROD_TRY_ALLOC(arena, error);
    made = TROD_NEW(arena, struct trod_retention);
    if (!made) trod_arena_free(arena);
    TROD_TRY_ALLOC(made, error);
    made->arena = arena;
    adding.retention = made;
    TROD_TRY(prepare(&adding, options, error));
    TROD_TRY(trod_parts_each(question->parts, question->run, ask_part, &adding, error));
    TROD_TRY(fill(&adding, error));
    *retention = made;
    made = NULL;
done:
    trod_dict_free(adding.texts);
    pthread_mutex_destroy(&adding.lock);
    trod_retention_free(made);
    return status;
}

void trod_retention_free(struct trod_retention *retention) {
    if (retention) trod_arena_free(retention->arena);
}

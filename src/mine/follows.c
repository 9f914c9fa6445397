/* The follows graph. The first pass counts the pairs of neighbours (pairs.c) and what is said
 * of every set of journeys (pick.c). With the pairs numbered, the durations of each are
 * measured in further passes (timing.c). Segments are counted side by side, and are numbered
 * like pairs of other names. */
#include "trod/mine.h"

#include <stdlib.h>

#include "mine/timing.h"

struct following {
    const struct trod_question *question;
    enum trod_timing timing;
    struct mine_slots slots;
    struct mine_counting *counting;
    struct mine_pick *pick;
    struct trod_arena *scratch, *arena;
    uint32_t n_names, n_slots;
    const uint32_t *rank;
    struct mine_pairs *pairs; /* [n_slots] */
    struct mine_edges edges;
    bool has_ends;
};
struct follower {
    struct mine_counter *counter;
    struct mine_picker *picker;
    bool has_ends;
};

/* ---- The first pass -------------------------------------------------------------------------
 */

static trod_status begin_follower(void *owner, struct mine_member *member,
                                  struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct following *const f = owner;
    struct follower *const own = member->own;
    TROD_TRY(mine_counter_begin(f->counting, member->arena, &own->counter, error));
    TROD_TRY(mine_picker_make(f->pick, member->arena, &own->picker, error));
done:
    return status;
}

static trod_status follow_part(void *owner, struct mine_member *member,
                               const struct trod_part_view *view, struct trod_arena *scratch,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    struct following *const f = owner;
    struct follower *const own = member->own;
    const uint32_t *slot_of = NULL;
    if (view->part->n_names > f->n_names)
        return trod_fail(error, TROD_BAD_INPUT,
                         "a part of the log speaks of names that the log does not know");
    own->has_ends = own->has_ends || view->part->has_ends;
    TROD_TRY(mine_slots_of(&f->slots, view, scratch, &slot_of, error));
    TROD_TRY(mine_counter_part(own->counter, view, slot_of, error));
    TROD_TRY(mine_picker_part(own->picker, view, scratch, NULL, error));
done:
    return status;
}

static trod_status count(struct following *f, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_parts *const parts = f->question->parts;
    const struct mine_pass pass = {.question = f->question,
                                   .by = f->slots.by,
                                   .n_bytes = sizeof(struct follower),
                                   .begin = begin_follower,
                                   .part = follow_part,
                                   .owner = f};
    struct mine_counter *counters[MINE_CREW];
    struct mine_picker *pickers[MINE_CREW];
    bool more = false;
    struct mine_crew crew;
    mine_crew_init(&crew);
    TROD_TRY(mine_counting_make(f->n_names, parts->n_events, mine_slots_room(&f->slots),
                                f->scratch, &f->counting, error));
    TROD_TRY(mine_pass(&pass, &crew, error));
    for (size_t m = 0; m < crew.n; m++) {
        const struct follower *const own = crew.members[m].own;
        counters[m] = own->counter;
        pickers[m] = own->picker;
        f->has_ends = f->has_ends || own->has_ends;
    }
    f->n_slots = mine_slots_count(&f->slots);
    f->pairs = TROD_NEW_ARRAY(f->scratch, f->n_slots, struct mine_pairs);
    TROD_TRY_ALLOC(f->pairs, error);
    TROD_TRY(mine_counting_finish(f->counting, counters, crew.n, f->n_slots, f->scratch,
                                  f->pairs, error));
    mine_pick_next(f->pick, pickers, crew.n, &more);
done:
    mine_crew_release(&crew);
    return status;
}

static trod_status follow(struct following *f, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_parts *const parts = f->question->parts;
    const bool exact = f->timing == TROD_TIMES_EXACT;
    f->n_names = trod_dict_count(parts->names);
    TROD_TRY(mine_pick_make(f->question, exact, f->scratch, &f->pick, error));
    TROD_TRY(count(f, error));
    TROD_TRY(mine_rank_names(parts->names, f->scratch, &f->rank, error));
    TROD_TRY(
        mine_edges_make(f->pairs, f->n_slots, f->n_names, f->rank, f->arena, &f->edges, error));
    if (f->timing == TROD_TIMES_NONE || !parts->has_times) goto done;
    TROD_TRY(mine_edges_index(&f->edges, f->scratch, error));
    const struct mine_timing timing = {.question = f->question,
                                       .slots = &f->slots,
                                       .edges = &f->edges,
                                       .has_ends = f->has_ends,
                                       .exact = exact,
                                       .pick = exact ? f->pick : NULL};
    TROD_TRY(mine_timing_run(&timing, error));
done:
    return status;
}

/* ---- Results --------------------------------------------------------------------------------
 */

static trod_status finish_segment(const struct following *f, uint32_t slot,
                                  struct trod_follows_segment *segment,
                                  struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct mine_pairs *const pairs = &f->pairs[slot];
    const uint32_t first = f->edges.first[slot];
    *segment = (struct trod_follows_segment){
        .n_journeys = pairs->n_journeys,
        .n_events = pairs->n_events,
        .edges = f->edges.at + first,
        .n_edges = f->edges.first[slot + 1] - first,
    };
    TROD_TRY(mine_nodes_make(pairs, f->n_names, f->rank, f->arena, &segment->nodes, error));
    for (size_t e = 0; e < segment->n_edges; e++)
        segment->has_waiting = segment->has_waiting || segment->edges[e].waiting.n > 0;
    const trod_str text = mine_slots_text(&f->slots, slot);
    if (text.at) {
        segment->value = trod_arena_copy(f->arena, text);
        TROD_TRY_ALLOC(segment->value.at, error);
    }
done:
    return status;
}

static trod_status begin_following(struct following *f, struct trod_error *error) {
    trod_status status = TROD_OK;
    f->arena = trod_arena_make(MINE_ARENA_BYTES);
    TROD_TRY_ALLOC(f->arena, error);
    f->scratch = trod_arena_make(MINE_ARENA_BYTES);
    TROD_TRY_ALLOC(f->scratch, error);
done:
    return status;
}

static void release_following(struct following *f) {
    mine_counting_free(f->counting);
    mine_slots_release(&f->slots);
    trod_arena_free(f->scratch);
    trod_arena_free(f->arena);
}

trod_status trod_follows_make(const struct trod_question *question, enum trod_timing timing,
                              struct trod_follows **follows, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct following f = {.question = question, .timing = timing};
    struct trod_follows_segment all;
    *follows = NULL;
    TROD_TRY(mine_slots_make(question->parts, (trod_str){NULL, 0}, NULL, 0, &f.slots, error));
    TROD_TRY(begin_following(&f, error));
    TROD_TRY(follow(&f, error));
    TROD_TRY(finish_segment(&f, 0, &all, error));
    struct trod_follows *const made = TROD_NEW(f.arena, struct trod_follows);
    TROD_TRY_ALLOC(made, error);
    *made = (struct trod_follows){.picked = *mine_picked(f.pick),
                                  .names = question->parts->names,
                                  .nodes = all.nodes,
                                  .edges = all.edges,
                                  .n_edges = all.n_edges,
                                  .timing = timing,
                                  .has_waiting = all.has_waiting,
                                  .arena = f.arena};
    f.arena = NULL;
    *follows = made;
done:
    release_following(&f);
    return status;
}

void trod_follows_free(struct trod_follows *follows) {
    if (follows) trod_arena_free(follows->arena);
}

/* ---- By segment -----------------------------------------------------------------------------
 */

static int largest_first(const void *a, const void *b) {
    const struct trod_follows_segment *const x = a, *const y = b;
    if (!x->value.at != !y->value.at) return x->value.at ? -1 : 1;
    if (x->n_journeys != y->n_journeys) return x->n_journeys > y->n_journeys ? -1 : 1;
    return trod_str_compare(x->value, y->value);
}

trod_status trod_follows_by_make(const struct trod_question *question, trod_str field,
                                 const trod_str *values, size_t n_values,
                                 enum trod_timing timing, struct trod_follows_by **by,
                                 struct trod_error *error) {
    trod_status status = TROD_OK;
    struct following f = {.question = question, .timing = timing};
    *by = NULL;
    TROD_TRY(mine_slots_make(question->parts, field, values, n_values, &f.slots, error));
    TROD_TRY(begin_following(&f, error));
    TROD_TRY(follow(&f, error));
    struct trod_follows_by *const made = TROD_NEW(f.arena, struct trod_follows_by);
    TROD_TRY_ALLOC(made, error);
    *made = (struct trod_follows_by){
        .picked = *mine_picked(f.pick), .names = question->parts->names, .timing = timing};
    made->field = trod_arena_copy(f.arena, field);
    TROD_TRY_ALLOC(made->field.at, error);
    struct trod_follows_segment *const segments =
        TROD_NEW_ARRAY(f.arena, f.n_slots, struct trod_follows_segment);
    TROD_TRY_ALLOC(segments, error);
    for (uint32_t s = 0; s < f.n_slots; s++) {
        if (!f.slots.named && f.pairs[s].n_journeys == 0) continue;
        TROD_TRY(finish_segment(&f, s, &segments[made->n_segments++], error));
    }
    if (!f.slots.named) qsort(segments, made->n_segments, sizeof *segments, largest_first);
    made->segments = segments;
    made->arena = f.arena;
    f.arena = NULL;
    *by = made;
done:
    release_following(&f);
    return status;
}

void trod_follows_by_free(struct trod_follows_by *by) {
    if (by) trod_arena_free(by->arena);
}

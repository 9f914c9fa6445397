/* draft_measure: how long touchpoints and stages take to come, and the values of two columns
 * beside each touchpoint, in one pass over the journeys. Events that are not in the draft are
 * passed over, as a comparison with it passes over them. */
#include <stdlib.h>

#include "mine/draft.h"
#include "mine/spread.h"
#include "mine/walk.h"

enum { MOST_VALUES = 2000 };

struct measuring {
    struct draft_plan *plan;
    const uint32_t *fields;
    struct draft_choices *choices;
    struct mine_spread spread;
    uint32_t takes, stage, whole; /* first groups */
    struct mine_tray tray;
    bool trayed;
    struct trod_dict *values[2];
    uint64_t *counts[2]; /* [n_labels * MOST_VALUES] */
    uint64_t *from, *to; /* [n_stages] of one journey */
    uint32_t *seen;      /* [n_stages] stages of one journey */
    uint32_t *groups;    /* of one journey's values */
    uint64_t *at;
    size_t room;
};

/* What one journey gives: at most three values an event, and those of its stages. */
struct journey {
    uint32_t n; /* values so far */
    uint64_t clock, before;
    bool begun;
    uint32_t n_seen;
    bool started, arrived; /* the whole */
    uint64_t start;
};

static void put(struct measuring *m, struct journey *j, uint32_t group, uint64_t value) {
    m->groups[j->n] = group;
    m->at[j->n++] = value;
}

static void walk_event(struct measuring *m, struct journey *j, uint32_t label) {
    const struct draft_plan *const plan = m->plan;
    const uint32_t stage = plan->stage_of[label];
    if (j->begun) put(m, j, label, j->clock - j->before);
    if (m->to[stage] == UINT64_MAX) {
        m->from[stage] = j->begun ? j->before : j->clock;
        m->seen[j->n_seen++] = stage;
    }
    m->to[stage] = j->clock;
    if (j->started && !j->arrived && plan->is_last[label]) {
        j->arrived = true;
        put(m, j, m->whole, j->clock - j->start);
    }
    if (!j->started && plan->is_first[label]) {
        j->started = true;
        j->start = j->clock;
    }
    j->before = j->clock;
    j->begun = true;
}

static bool make_room(struct measuring *m, size_t n) {
    const size_t needed = 3 * n + m->plan->n_stages + 1;
    if (needed <= m->room) return true;
    m->room = needed * 2;
    m->groups = TROD_NEW_ARRAY(m->plan->scratch, m->room, uint32_t);
    m->at = TROD_NEW_ARRAY(m->plan->scratch, m->room, uint64_t);
    return m->groups && m->at;
}

static void walk_ends(struct measuring *m, struct journey *j, const struct trod_part_view *view,
                      uint32_t place, uint32_t label) {
    uint64_t ends[17];
    const uint32_t event = view->event ? view->event[place] : place;
    trod_part_ends(view->part, event, 1, ends);
    if (ends[0] != UINT64_MAX) put(m, j, m->takes + label, ends[0]);
}

static trod_status walk_journey(struct measuring *m, const struct trod_part_view *view,
                                uint32_t journey, uint64_t *gaps, struct trod_error *error) {
    trod_status status = TROD_OK;
    const uint32_t begin = view->begin[journey], n = view->end[journey] - begin;
    struct journey j = {0};
    if (!make_room(m, n)) TROD_TRY_ALLOC(NULL, error);
    if (view->part->tick_us) trod_part_view_gaps(view, begin, n, gaps);
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t name = mine_name_at(view, begin + i);
        const uint32_t label = m->plan->label_of[name];
        if (i) j.clock += gaps[i];
        if (label == TROD_NO_ID) continue;
        draft_choices_event(m->choices, label);
        if (view->part->has_ends) walk_ends(m, &j, view, begin + i, label);
        walk_event(m, &j, label);
    }
    draft_choices_end(m->choices);
    if (view->part->tick_us == 0) goto done;
    for (uint32_t s = 0; s < j.n_seen; s++) {
        const uint32_t stage = m->seen[s];
        put(m, &j, m->stage + stage, m->to[stage] - m->from[stage]);
        m->to[stage] = UINT64_MAX;
    }
    TROD_TRY(
        mine_tray_put(&m->tray, m->groups, m->at, j.n, (uint64_t)view->part->tick_us, error));
done:
    return status;
}

static trod_status walk_times(struct measuring *m, const struct trod_part_view *view,
                              struct trod_arena *scratch, struct trod_error *error) {
    trod_status status = TROD_OK;
    uint32_t longest = 0;
    for (uint32_t j = 0; j < view->n_journeys; j++)
        if (view->end[j] - view->begin[j] > longest) longest = view->end[j] - view->begin[j];
    uint64_t *const gaps = TROD_NEW_ARRAY(scratch, (size_t)longest + 16, uint64_t);
    TROD_TRY_ALLOC(gaps, error);
    for (uint32_t j = 0; j < view->n_journeys; j++)
        TROD_TRY(walk_journey(m, view, j, gaps, error));
    if (view->part->tick_us) mine_tray_part(&m->tray, (uint64_t)view->part->tick_us);
done:
    return status;
}

/* ---- Values --------------------------------------------------------------------------------
 */

static trod_status walk_values(struct measuring *m, const struct trod_part_view *view, size_t f,
                               struct trod_arena *scratch, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_part_column *const column = trod_part_column(view->part, m->fields[f]);
    if (!column || column->kind != TROD_COLUMN_CODES) goto done;
    if (column->n_values > MOST_VALUES) goto done;
    uint32_t *const number = TROD_NEW_ARRAY(scratch, (size_t)column->n_values + 1, uint32_t);
    /* One a customer of a fact, else one an event. */
    const uint32_t n = column->fact ? view->part->n_customers : view->part->n_events;
    uint32_t *const codes = TROD_NEW_ARRAY(scratch, (size_t)n + 16, uint32_t);
    if (!number || !codes) TROD_TRY_ALLOC(NULL, error);
    for (uint32_t c = 1; c <= column->n_values; c++)
        number[c] = trod_dict_add(m->values[f], trod_part_value(view->part, column, c));
    trod_part_codes(view->part, column, 0, n, codes);
    for (uint32_t j = 0; j < view->n_journeys; j++)
        for (uint32_t place = view->begin[j]; place < view->end[j]; place++) {
            const uint32_t label = m->plan->label_of[mine_name_at(view, place)];
            const uint32_t event = view->event ? view->event[place] : place;
            const uint32_t customer = view->customer ? view->customer[j] : j;
            const uint32_t code = codes[column->fact ? customer : event];
            if (label == TROD_NO_ID || code == 0 || number[code] == TROD_NO_ID) continue;
            m->counts[f][(size_t)label * MOST_VALUES + number[code]]++;
        }
done:
    return status;
}

static int most_frequent_first(const void *a, const void *b) {
    const struct draft_value *const x = a, *const y = b;
    if (x->n != y->n) return x->n > y->n ? -1 : 1;
    return trod_str_compare(x->text, y->text);
}

static trod_status take_values(struct measuring *m, size_t f, struct draft_figures *figures,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    struct draft_plan *const plan = m->plan;
    const uint32_t n_values = m->values[f] ? trod_dict_count(m->values[f]) : 0;
    figures->values[f] = TROD_NEW_ARRAY(plan->scratch, plan->n_labels, struct draft_values);
    TROD_TRY_ALLOC(figures->values[f], error);
    for (uint32_t l = 0; l < plan->n_labels && n_values; l++) {
        struct draft_values *const values = &figures->values[f][l];
        values->at = TROD_NEW_ARRAY(plan->scratch, n_values, struct draft_value);
        TROD_TRY_ALLOC(values->at, error);
        for (uint32_t v = 0; v < n_values; v++) {
            const uint64_t n = m->counts[f][(size_t)l * MOST_VALUES + v];
            if (n == 0) continue;
            const trod_str text = trod_arena_copy(plan->arena, trod_dict_at(m->values[f], v));
            TROD_TRY_ALLOC(text.at, error);
            values->at[values->n++] = (struct draft_value){text, n};
            values->n_events += n;
        }
        qsort(values->at, values->n, sizeof *values->at, most_frequent_first);
    }
done:
    return status;
}

/* ---- The pass ------------------------------------------------------------------------------
 */

static trod_status measure_part(void *owner, struct mine_member *member,
                                const struct trod_part_view *view, struct trod_arena *scratch,
                                struct trod_error *error) {
    trod_status status = TROD_OK;
    struct measuring *const m = owner;
    if (!m->trayed) TROD_TRY(mine_tray_make(&m->spread, member->arena, &m->tray, error));
    m->trayed = true;
    TROD_TRY(walk_times(m, view, scratch, error));
    for (size_t f = 0; f < 2; f++)
        if (m->fields[f] != TROD_NO_ID) TROD_TRY(walk_values(m, view, f, scratch, error));
done:
    return status;
}

static trod_status prepare(struct measuring *m, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct draft_plan *const plan = m->plan;
    m->takes = plan->n_labels;
    m->stage = m->takes + plan->n_labels;
    m->whole = m->stage + (uint32_t)plan->n_stages;
    TROD_TRY(mine_spread_make(m->whole + 1, mine_span_us(plan->question->parts),
                              mine_memory(plan->question->run), &m->spread, error));
    m->from = TROD_NEW_ARRAY(plan->scratch, plan->n_stages, uint64_t);
    m->to = TROD_NEW_ARRAY(plan->scratch, plan->n_stages, uint64_t);
    m->seen = TROD_NEW_ARRAY(plan->scratch, plan->n_stages, uint32_t);
    if (!m->from || !m->to || !m->seen) TROD_TRY_ALLOC(NULL, error);
    memset(m->to, 0xff, plan->n_stages * sizeof *m->to);
    for (size_t f = 0; f < 2; f++) {
        if (m->fields[f] == TROD_NO_ID) continue;
        m->values[f] = trod_dict_make(MOST_VALUES);
        TROD_TRY_ALLOC(m->values[f], error);
        m->counts[f] =
            TROD_NEW_ARRAY(plan->scratch, (size_t)plan->n_labels * MOST_VALUES, uint64_t);
        TROD_TRY_ALLOC(m->counts[f], error);
    }
done:
    return status;
}

static trod_status take_times(struct measuring *m, struct draft_figures *figures,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    struct draft_plan *const plan = m->plan;
    struct mine_tray *const trays[] = {&m->tray};
    struct trod_durations *const all =
        TROD_NEW_ARRAY(plan->scratch, m->whole + 1, struct trod_durations);
    TROD_TRY_ALLOC(all, error);
    TROD_TRY(mine_spread_close(&m->spread, trays, m->trayed ? 1 : 0, error));
    for (uint32_t g = 0; g <= m->whole; g++) all[g] = mine_spread_of(&m->spread, g);
    figures->comes = all;
    figures->takes = all + m->takes;
    figures->stage = all + m->stage;
    figures->whole = all[m->whole];
done:
    return status;
}

trod_status draft_measure(struct draft_plan *plan, const uint32_t fields[2],
                          struct draft_choices *choices, struct draft_figures *figures,
                          struct trod_error *error) {
    trod_status status = TROD_OK;
    struct measuring m = {.plan = plan, .fields = fields, .choices = choices};
    struct mine_crew crew;
    /* One thread: what it costs is little beside the search. */
    struct trod_run run = plan->question->run ? *plan->question->run : (struct trod_run){0};
    struct trod_question question = *plan->question;
    run.n_threads = 1;
    question.run = &run;
    const struct mine_pass pass = {
        .question = &question, .by = TROD_NO_ID, .part = measure_part, .owner = &m};
    mine_crew_init(&crew);
    TROD_TRY(prepare(&m, error));
    TROD_TRY(mine_pass(&pass, &crew, error));
    TROD_TRY(take_times(&m, figures, error));
    for (size_t f = 0; f < 2; f++) TROD_TRY(take_values(&m, f, figures, error));
done:
    mine_crew_release(&crew);
    mine_spread_release(&m.spread);
    trod_dict_free(m.values[0]);
    trod_dict_free(m.values[1]);
    return status;
}

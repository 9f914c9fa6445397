/* draft: the plan of a draft, and the notes on its tree. */
#include "mine/draft.h"

#include <math.h>

enum { MOST_CHANNELS = 3, MOST_ENDS = 3 };

void trod_drafted_free(struct trod_drafted *drafted) {
    if (drafted) trod_arena_free(drafted->arena);
}

/* ---- The tree ------------------------------------------------------------------------------
 */

/* A copy on the plan's arena; its labels are numbered. NULL without memory. */
static struct trod_tree *copy_tree(struct draft_plan *plan, const struct trod_tree *tree) {
    struct trod_tree *const copy = TROD_NEW(plan->arena, struct trod_tree);
    struct trod_tree **const children =
        TROD_NEW_ARRAY(plan->arena, tree->n, struct trod_tree *);
    if (!copy || !children) return NULL;
    *copy = *tree;
    copy->children = children;
    for (size_t i = 0; i < tree->n; i++) {
        children[i] = copy_tree(plan, tree->children[i]);
        if (!children[i]) return NULL;
    }
    if (tree->op != TROD_TREE_LABEL) return copy;
    const uint32_t name = trod_dict_find(plan->question->parts->names, tree->label);
    plan->label_of[name] = plan->n_labels;
    plan->name_of[plan->n_labels] = name;
    plan->labels[plan->n_labels++] = copy;
    return copy;
}

static trod_status plan_labels(struct draft_plan *plan, const struct trod_discovered *found,
                               struct trod_tree **tree, struct trod_error *error) {
    trod_status status = TROD_OK;
    const uint32_t n_names = trod_dict_count(found->names);
    plan->label_of = TROD_NEW_ARRAY(plan->scratch, n_names, uint32_t);
    plan->name_of = TROD_NEW_ARRAY(plan->scratch, found->n_kept, uint32_t);
    plan->labels = TROD_NEW_ARRAY(plan->scratch, found->n_kept, struct trod_tree *);
    plan->stage_of = TROD_NEW_ARRAY(plan->scratch, found->n_kept, uint32_t);
    plan->is_first = TROD_NEW_ARRAY(plan->scratch, found->n_kept, bool);
    plan->is_last = TROD_NEW_ARRAY(plan->scratch, found->n_kept, bool);
    if (!plan->label_of || !plan->name_of || !plan->labels || !plan->stage_of ||
        !plan->is_first || !plan->is_last)
        TROD_TRY_ALLOC(NULL, error);
    memset(plan->label_of, 0xff, n_names * sizeof *plan->label_of);
    *tree = copy_tree(plan, found->tree);
    TROD_TRY_ALLOC(*tree, error);
done:
    return status;
}

/* ---- Where journeys begin and end ----------------------------------------------------------
 */

/* The most frequent labels that journeys begin (end) with, until they are nine tenths of them.
 */
static trod_status pick_ends(struct draft_plan *plan, const struct trod_discovered *found,
                             bool ends, bool *is, const trod_str **labels, size_t *n,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    trod_str *const at = TROD_NEW_ARRAY(plan->arena, MOST_ENDS, trod_str);
    uint64_t n_picked = 0;
    TROD_TRY_ALLOC(at, error);
    *n = 0;
    while (*n < MOST_ENDS && (double)n_picked < 0.9 * (double)found->picked.n_journeys) {
        uint32_t best = TROD_NO_ID;
        uint64_t most = 0;
        for (size_t i = 0; i < found->nodes.n; i++) {
            const struct trod_name_count *const node = &found->nodes.at[i];
            const uint64_t count = ends ? node->n_ends : node->n_starts;
            const uint32_t label = plan->label_of[node->name];
            if (label == TROD_NO_ID || is[label] || count <= most) continue;
            if (ends && plan->is_first[label]) continue;
            best = label;
            most = count;
        }
        if (best == TROD_NO_ID) break;
        is[best] = true;
        n_picked += most;
        at[(*n)++] = plan->labels[best]->label;
    }
    *labels = at;
    /* Where journeys end in many ways, the time to some of them says little. */
    if ((double)n_picked < 0.5 * (double)found->picked.n_journeys) *n = 0;
done:
    return status;
}

/* ---- Columns -------------------------------------------------------------------------------
 */

static trod_status pick_field(const struct trod_parts *parts, trod_str asked,
                              uint32_t otherwise, const char *const *usual, uint32_t *field,
                              struct trod_error *error) {
    *field = otherwise;
    if (asked.n) {
        *field = trod_parts_field(parts, asked, false);
        if (*field == TROD_NO_ID) return trod_parts_no_field(parts, asked, false, error);
        return TROD_OK;
    }
    for (size_t u = 0; *field == TROD_NO_ID && usual[u]; u++)
        for (uint32_t f = 0; *field == TROD_NO_ID && f < parts->n_fields; f++)
            if (!parts->fields[f].fact &&
                trod_str_equal_fold(parts->fields[f].name, trod_str_of(usual[u])))
                *field = f;
    return TROD_OK;
}

static trod_status pick_fields(const struct draft_plan *plan,
                               const struct trod_draft_options *options, uint32_t fields[2],
                               struct trod_drafted *made, struct trod_error *error) {
    static const char *const channels[] = {"channel", "medium", NULL};
    static const char *const teams[] = {"team", "department", "org:group", "group", NULL};
    trod_status status = TROD_OK;
    const struct trod_parts *const parts = plan->question->parts;
    TROD_TRY(pick_field(parts, options->channel_field, parts->channel_field, channels,
                        &fields[0], error));
    TROD_TRY(pick_field(parts, options->team_field, TROD_NO_ID, teams, &fields[1], error));
    if (fields[0] != TROD_NO_ID) made->channel_field = parts->fields[fields[0]].name;
    if (fields[1] != TROD_NO_ID) made->team_field = parts->fields[fields[1]].name;
done:
    return status;
}

/* ---- Notes ---------------------------------------------------------------------------------
 */

static struct trod_tree_window window_of(const struct trod_durations *durations) {
    struct trod_tree_window window = {0};
    if (durations->n == 0 || !(durations->p95_us >= (double)TROD_SECOND_US)) return window;
    window.usual_us = (int64_t)durations->median_us;
    window.most_us = (int64_t)ceil(durations->p95_us);
    return window;
}

/* Channels of at least a tenth of the events, and the team of at least half of them. */
static trod_status note_values(struct draft_plan *plan, const struct draft_figures *figures,
                               uint32_t label, struct trod_tree_note *note,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct draft_values *const channels = &figures->values[0][label];
    const struct draft_values *const teams = &figures->values[1][label];
    trod_str *const at = TROD_NEW_ARRAY(plan->arena, MOST_CHANNELS, trod_str);
    TROD_TRY_ALLOC(at, error);
    for (size_t i = 0; i < channels->n && note->n_channels < MOST_CHANNELS; i++)
        if (channels->at[i].n * 10 >= channels->n_events)
            at[note->n_channels++] = channels->at[i].text;
    note->channels = at;
    if (teams->n && teams->at[0].n * 2 >= teams->n_events) note->owner = teams->at[0].text;
done:
    return status;
}

static trod_status note_all(struct draft_plan *plan, const struct draft_figures *figures,
                            struct trod_error *error) {
    trod_status status = TROD_OK;
    for (uint32_t l = 0; l < plan->n_labels; l++) {
        struct trod_tree_note *const note = TROD_NEW(plan->arena, struct trod_tree_note);
        TROD_TRY_ALLOC(note, error);
        note->comes = window_of(&figures->comes[l]);
        note->takes = window_of(&figures->takes[l]);
        TROD_TRY(note_values(plan, figures, l, note, error));
        plan->labels[l]->note = note;
    }
    for (uint32_t s = 0; s < plan->n_stages; s++) {
        struct trod_tree_note *const note = TROD_NEW(plan->arena, struct trod_tree_note);
        TROD_TRY_ALLOC(note, error);
        *note = *plan->stages[s]->note;
        note->takes = window_of(&figures->stage[s]);
        plan->stages[s]->note = note;
    }
done:
    return status;
}

trod_status trod_draft_make(const struct trod_question *question,
                            const struct trod_discovered *discovered,
                            const struct trod_draft_options *options,
                            struct trod_drafted **drafted, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_drafted *made = NULL;
    struct trod_tree *tree = NULL;
    struct draft_figures figures = {0};
    struct draft_choices *choices = NULL;
    uint32_t fields[2];
    struct draft_plan plan = {.question = question,
                              .scratch = trod_arena_make(MINE_ARENA_BYTES)};
    TROD_TRY_ALLOC(plan.scratch, error);
    plan.arena = trod_arena_make(MINE_ARENA_BYTES);
    TROD_TRY_ALLOC(plan.arena, error);
    made = TROD_NEW(plan.arena, struct trod_drafted);
    if (!made) trod_arena_free(plan.arena);
    TROD_TRY_ALLOC(made, error);
    made->arena = plan.arena;
    TROD_TRY(plan_labels(&plan, discovered, &tree, error));
    TROD_TRY(draft_stages(&plan, &tree, error));
    struct trod_draft *const draft = &made->draft;
    TROD_TRY(pick_ends(&plan, discovered, false, plan.is_first, &draft->first, &draft->n_first,
                       error));
    TROD_TRY(
        pick_ends(&plan, discovered, true, plan.is_last, &draft->last, &draft->n_last, error));
    TROD_TRY(pick_fields(&plan, options, fields, made, error));
    TROD_TRY(draft_choices_make(&plan, tree, &choices, error));
    TROD_TRY(draft_measure(&plan, fields, choices, &figures, error));
    draft_choices_note(choices);
    TROD_TRY(note_all(&plan, &figures, error));
    TROD_TRY(draft_remarks(&plan, discovered, options->from, draft, error));
    draft->tree = tree;
    draft->title = options->title;
    draft->as_is = true;
    draft->whole = window_of(&figures.whole);
    made->n_stages = plan.n_stages;
    *drafted = made;
    made = NULL;
done:
    trod_arena_free(plan.scratch);
    trod_drafted_free(made);
    return status;
}

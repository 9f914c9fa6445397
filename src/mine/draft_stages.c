/* draft_stages: where a discovered flow falls into stages.
 *
 * A stage holds about a sixth of the touchpoints. The flow is opened from the outside: the
 * parts of a sequence are put together in runs, and a run that is too long for one stage is cut
 * where most time passes between what lies before and what lies behind (the mean of the
 * logarithms of the medians of the follows that lead over the border, as often as they were
 * seen). A part that is too large itself, and is optional, repeated or in any order, becomes a
 * block round stages. If there are too many stages, larger ones are tried.
 */
#include <math.h>

#include "mine/draft.h"

enum { MOST_STAGES = 8, LEAST_LABELS = 4, LEAST_IN_STAGE = 2, MOST_TITLE = 28 };

struct staging {
    struct draft_plan *plan;
    const struct trod_follows *follows;
    size_t target; /* touchpoints of a stage */
    bool no_memory;
};

static size_t count_labels(const struct trod_tree *tree) {
    size_t n = tree->op == TROD_TREE_LABEL;
    for (size_t i = 0; i < tree->n; i++) n += count_labels(tree->children[i]);
    return n;
}

static size_t optional_part(const struct trod_tree *tree) {
    const bool is = tree->op == TROD_TREE_CHOICE && tree->n == 2 &&
                    tree->children[0]->op == TROD_TREE_SILENT;
    return is ? 1 : 0;
}

/* Whether the tree can become blocks round stages. */
static bool may_open(const struct trod_tree *tree) {
    if (tree->op == TROD_TREE_SEQUENCE) return true;
    if (tree->op == TROD_TREE_LOOP) return may_open(tree->children[0]);
    if (tree->op == TROD_TREE_CHOICE) return optional_part(tree) && may_open(tree->children[1]);
    if (tree->op != TROD_TREE_ANY_ORDER) return false;
    for (size_t i = 0; i < tree->n; i++)
        if (count_labels(tree->children[i]) < LEAST_IN_STAGE) return false;
    return true;
}

static struct trod_tree *new_tree(struct staging *staging, enum trod_tree_op op, size_t n) {
    struct trod_arena *const arena = staging->plan->arena;
    struct trod_tree *const tree = TROD_NEW(arena, struct trod_tree);
    struct trod_tree **const children = TROD_NEW_ARRAY(arena, n, struct trod_tree *);
    if (!tree || !children) {
        staging->no_memory = true;
        return NULL;
    }
    *tree = (struct trod_tree){.op = op, .children = children, .n = n};
    return tree;
}

/* ---- Titles --------------------------------------------------------------------------------
 */

static const struct trod_tree *first_leaf(const struct trod_tree *tree) {
    if (tree->op == TROD_TREE_LABEL) return tree;
    for (size_t i = 0; i < tree->n; i++) {
        const struct trod_tree *const leaf = first_leaf(tree->children[i]);
        if (leaf) return leaf;
    }
    return NULL;
}

static const struct trod_tree *last_leaf(const struct trod_tree *tree) {
    if (tree->op == TROD_TREE_LABEL) return tree;
    /* What is done ends a loop. */
    const size_t n = tree->op == TROD_TREE_LOOP ? 1 : tree->n;
    for (size_t i = n; i-- > 0;) {
        const struct trod_tree *const leaf = last_leaf(tree->children[i]);
        if (leaf) return leaf;
    }
    return NULL;
}

static trod_str first_line(trod_str text) {
    text = trod_str_trim(text);
    return trod_str_trim(trod_str_slice(text, 0, trod_str_find(text, '\n')));
}

static trod_str brief(struct staging *staging, trod_str text) {
    const trod_str line = first_line(text);
    const trod_str cut = trod_str_trim(trod_str_cut_cells(line, MOST_TITLE));
    if (cut.n == line.n) return line;
    return trod_arena_format(staging->plan->arena, "%.*s\xe2\x80\xa6", TROD_ARG(cut));
}

/* "Create Fine to Send Fine". */
static trod_str title_of(struct staging *staging, const struct trod_tree *tree) {
    const struct trod_tree *const first = first_leaf(tree), *const last = last_leaf(tree);
    trod_str title = TROD_STR("Nothing");
    if (first && first == last) title = first_line(first->label);
    if (first && last && first != last) {
        const trod_str from = brief(staging, first->label), to = brief(staging, last->label);
        title = trod_arena_format(staging->plan->arena, "%.*s to %.*s", TROD_ARG(from),
                                  TROD_ARG(to));
    }
    return title.n ? title : TROD_STR("Something");
}

/* ---- Stages --------------------------------------------------------------------------------
 */

static void mark_stage(struct staging *staging, const struct trod_tree *tree, uint32_t stage) {
    struct draft_plan *const plan = staging->plan;
    for (size_t i = 0; i < tree->n; i++) mark_stage(staging, tree->children[i], stage);
    for (uint32_t l = 0; tree->op == TROD_TREE_LABEL && l < plan->n_labels; l++)
        if (plan->labels[l] == tree) plan->stage_of[l] = stage;
}

/* The n parts as one stage. */
static struct trod_tree *make_stage(struct staging *staging, struct trod_tree *const *parts,
                                    size_t n) {
    struct draft_plan *const plan = staging->plan;
    struct trod_tree *const stage = new_tree(staging, TROD_TREE_SEQUENCE, n);
    struct trod_tree_note *const note = TROD_NEW(plan->arena, struct trod_tree_note);
    if (!stage || !note) {
        staging->no_memory = true;
        return NULL;
    }
    memcpy(stage->children, parts, n * sizeof *parts);
    note->stage = title_of(staging, stage);
    stage->note = note;
    mark_stage(staging, stage, (uint32_t)plan->n_stages);
    if (!TROD_PUSH(plan->arena, plan->stages, plan->n_stages, plan->stages_room, stage))
        staging->no_memory = true;
    return stage;
}

/* Which of the n parts the label is in; n: in none. */
static size_t part_of(const struct draft_plan *plan, struct trod_tree *const *parts, size_t n,
                      uint32_t label);

static bool holds(const struct trod_tree *tree, const struct trod_tree *leaf) {
    if (tree == leaf) return true;
    for (size_t i = 0; i < tree->n; i++)
        if (holds(tree->children[i], leaf)) return true;
    return false;
}

static size_t part_of(const struct draft_plan *plan, struct trod_tree *const *parts, size_t n,
                      uint32_t label) {
    for (size_t i = 0; i < n; i++)
        if (holds(parts[i], plan->labels[label])) return i;
    return n;
}

/* score[i]: how long it takes from parts 0..i to those behind. */
static bool score_borders(struct staging *staging, struct trod_tree *const *parts, size_t n,
                          double *score) {
    const struct draft_plan *const plan = staging->plan;
    size_t *const part = TROD_NEW_ARRAY(plan->scratch, plan->n_labels, size_t);
    double *const weight = TROD_NEW_ARRAY(plan->scratch, n, double);
    if (!part || !weight) return false;
    for (uint32_t l = 0; l < plan->n_labels; l++) part[l] = part_of(plan, parts, n, l);
    for (size_t e = 0; staging->follows && e < staging->follows->n_edges; e++) {
        const struct trod_follows_edge *const edge = &staging->follows->edges[e];
        const uint32_t from = plan->label_of[edge->from], to = plan->label_of[edge->to];
        if (from == TROD_NO_ID || to == TROD_NO_ID || edge->times.n == 0) continue;
        if (part[to] >= n) continue;
        for (size_t i = part[from]; i < part[to]; i++) {
            score[i] += (double)edge->n * log1p(edge->times.median_us);
            weight[i] += (double)edge->n;
        }
    }
    for (size_t i = 0; i + 1 < n; i++) score[i] = weight[i] > 0 ? score[i] / weight[i] : 0;
    return true;
}

/* The best border that leaves enough on both sides within its stretch; n if there is none. */
static size_t best_border(struct trod_tree *const *parts, size_t n, const double *score,
                          const bool *cut) {
    size_t best = n;
    for (size_t i = 0; i + 1 < n; i++) {
        size_t before = 0, behind = 0;
        if (cut[i]) continue;
        for (size_t k = i + 1; k-- > 0 && (k == i || !cut[k]);)
            before += count_labels(parts[k]);
        for (size_t k = i + 1; k < n; k++) {
            behind += count_labels(parts[k]);
            if (cut[k]) break;
        }
        if (before < LEAST_IN_STAGE || behind < LEAST_IN_STAGE) continue;
        if (best == n || score[i] > score[best]) best = i;
    }
    return best;
}

/* Adds the run of parts to the sequence, in as many stages as it has touchpoints for. */
static void add_run(struct staging *staging, struct trod_tree *const *parts, size_t n,
                    struct trod_tree *sequence) {
    size_t n_labels = 0;
    if (n == 0 || staging->no_memory) return;
    for (size_t i = 0; i < n; i++) n_labels += count_labels(parts[i]);
    double *const score = TROD_NEW_ARRAY(staging->plan->scratch, n, double);
    bool *const cut = TROD_NEW_ARRAY(staging->plan->scratch, n, bool);
    if (!score || !cut || !score_borders(staging, parts, n, score)) {
        staging->no_memory = true;
        return;
    }
    const size_t n_stages = (n_labels + staging->target / 2) / staging->target;
    for (size_t s = 1; s < n_stages; s++) {
        const size_t border = best_border(parts, n, score, cut);
        if (border < n) cut[border] = true;
    }
    for (size_t i = 0, from = 0; i < n; i++) {
        if (!cut[i] && i + 1 < n) continue;
        sequence->children[sequence->n++] = make_stage(staging, parts + from, i + 1 - from);
        from = i + 1;
    }
}

static struct trod_tree *open_tree(struct staging *staging, struct trod_tree *tree);

static struct trod_tree *open_sequence(struct staging *staging, struct trod_tree *tree) {
    struct trod_tree *const opened = new_tree(staging, TROD_TREE_SEQUENCE, tree->n);
    size_t from = 0;
    if (!opened) return NULL;
    opened->n = 0;
    for (size_t i = 0; i < tree->n; i++) {
        struct trod_tree *const part = tree->children[i];
        if (count_labels(part) <= staging->target || !may_open(part)) continue;
        add_run(staging, tree->children + from, i - from, opened);
        opened->children[opened->n++] = open_tree(staging, part);
        from = i + 1;
    }
    add_run(staging, tree->children + from, tree->n - from, opened);
    return opened;
}

/* The tree as stages with blocks round them. */
static struct trod_tree *open_tree(struct staging *staging, struct trod_tree *tree) {
    if (staging->no_memory) return NULL;
    if (count_labels(tree) <= staging->target || !may_open(tree))
        return make_stage(staging, &tree, 1);
    if (tree->op == TROD_TREE_SEQUENCE) return open_sequence(staging, tree);
    struct trod_tree *const opened = new_tree(staging, tree->op, tree->n);
    if (!opened) return NULL;
    for (size_t i = 0; i < tree->n; i++) {
        struct trod_tree *const part = tree->children[i];
        const bool body = tree->op == TROD_TREE_LOOP ? i == 0 : tree->op == TROD_TREE_CHOICE;
        if (part->op == TROD_TREE_SILENT)
            opened->children[i] = part;
        else
            opened->children[i] =
                body ? open_tree(staging, part) : make_stage(staging, &part, 1);
    }
    return opened;
}

trod_status draft_stages(struct draft_plan *plan, struct trod_tree **tree,
                         struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_follows *follows = NULL;
    struct trod_tree *opened = NULL;
    const size_t n = count_labels(*tree);
    if (plan->question->parts->has_times)
        TROD_TRY(trod_follows_make(plan->question, TROD_TIMES_QUICK, &follows, error));
    struct staging staging = {.plan = plan, .follows = follows, .target = (n + 5) / 6};
    if (staging.target < LEAST_LABELS) staging.target = LEAST_LABELS;
    do {
        plan->n_stages = 0;
        opened = open_tree(&staging, *tree);
        if (staging.no_memory) TROD_TRY_ALLOC(NULL, error);
        staging.target += (staging.target + 3) / 4;
    } while (plan->n_stages > MOST_STAGES && staging.target < 2 * n);
    *tree = opened;
done:
    trod_follows_free(follows);
    return status;
}

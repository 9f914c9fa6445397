/* draft_choices: the ways that journeys take.
 *
 * Every label knows the choice that is nearest round it, and in which way it lies; every choice
 * the same of itself. An event takes all the ways round it, so a label has to be looked at once
 * a journey. What is silent is taken by those who take what is round the choice and no way of
 * it.
 */
#include "mine/draft.h"

struct way {
    uint32_t choice, way; /* TROD_NO_ID: none */
};
struct choice {
    struct trod_tree *tree;
    struct way round;
    uint64_t *first, *any; /* [tree->n] journeys that take the way first; at all */
    uint32_t taken;        /* by this journey: first way + 1 */
    bool *taking;          /* [tree->n] by this journey */
};
struct draft_choices {
    struct choice *at;
    size_t n, room;
    struct way *way_of; /* [n_labels] */
    bool *seen;         /* [n_labels] in this journey */
    uint32_t *labels;   /* seen in this journey */
    size_t n_labels;
    uint64_t n_journeys;
    const struct draft_plan *plan;
    bool no_memory;
};

static void find(struct draft_choices *choices, struct trod_tree *tree, struct way round) {
    const struct draft_plan *const plan = choices->plan;
    for (uint32_t l = 0; tree->op == TROD_TREE_LABEL && l < plan->n_labels; l++)
        if (plan->labels[l] == tree) choices->way_of[l] = round;
    uint32_t number = TROD_NO_ID;
    if (tree->op == TROD_TREE_CHOICE) {
        const struct choice choice = {.tree = tree,
                                      .round = round,
                                      .first = TROD_NEW_ARRAY(plan->scratch, tree->n, uint64_t),
                                      .any = TROD_NEW_ARRAY(plan->scratch, tree->n, uint64_t),
                                      .taking = TROD_NEW_ARRAY(plan->scratch, tree->n, bool)};
        number = (uint32_t)choices->n;
        if (!choice.first || !choice.any || !choice.taking ||
            !TROD_PUSH(plan->scratch, choices->at, choices->n, choices->room, choice)) {
            choices->no_memory = true;
            return;
        }
    }
    for (size_t i = 0; i < tree->n; i++) {
        const struct way in = {number, (uint32_t)i};
        find(choices, tree->children[i], number == TROD_NO_ID ? round : in);
    }
}

trod_status draft_choices_make(const struct draft_plan *plan, struct trod_tree *tree,
                               struct draft_choices **made, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct draft_choices *const choices = TROD_NEW(plan->scratch, struct draft_choices);
    TROD_TRY_ALLOC(choices, error);
    choices->plan = plan;
    choices->way_of = TROD_NEW_ARRAY(plan->scratch, plan->n_labels, struct way);
    choices->seen = TROD_NEW_ARRAY(plan->scratch, plan->n_labels, bool);
    choices->labels = TROD_NEW_ARRAY(plan->scratch, plan->n_labels, uint32_t);
    if (!choices->way_of || !choices->seen || !choices->labels) TROD_TRY_ALLOC(NULL, error);
    find(choices, tree, (struct way){TROD_NO_ID, 0});
    if (choices->no_memory) TROD_TRY_ALLOC(NULL, error);
    *made = choices;
done:
    return status;
}

void draft_choices_event(struct draft_choices *choices, uint32_t label) {
    if (choices->seen[label]) return;
    choices->seen[label] = true;
    choices->labels[choices->n_labels++] = label;
    for (struct way way = choices->way_of[label]; way.choice != TROD_NO_ID;
         way = choices->at[way.choice].round) {
        struct choice *const choice = &choices->at[way.choice];
        if (choice->taking[way.way]) return;
        choice->taking[way.way] = true;
        choice->any[way.way]++;
        if (!choice->taken) choice->taken = way.way + 1;
    }
}

void draft_choices_end(struct draft_choices *choices) {
    choices->n_journeys += choices->n_labels > 0;
    for (size_t i = 0; i < choices->n_labels; i++) choices->seen[choices->labels[i]] = false;
    choices->n_labels = 0;
    for (size_t c = 0; c < choices->n; c++) {
        struct choice *const choice = &choices->at[c];
        if (!choice->taken) continue;
        choice->first[choice->taken - 1]++;
        choice->taken = 0;
        memset(choice->taking, 0, choice->tree->n * sizeof *choice->taking);
    }
}

void draft_choices_note(const struct draft_choices *choices) {
    for (size_t c = 0; c < choices->n; c++) {
        const struct choice *const choice = &choices->at[c];
        const uint64_t base = choice->round.choice == TROD_NO_ID
                                  ? choices->n_journeys
                                  : choices->at[choice->round.choice].any[choice->round.way];
        uint64_t taken = 0;
        for (size_t i = 0; i < choice->tree->n; i++) {
            choice->tree->children[i]->n_times = choice->first[i];
            taken += choice->first[i];
        }
        for (size_t i = 0; i < choice->tree->n; i++)
            if (choice->tree->children[i]->op == TROD_TREE_SILENT)
                choice->tree->children[i]->n_times = base - taken;
    }
}

/* discover_split: what of each row belongs to which group of a cut.
 *
 * Where a row does not fit the cut, as little of it as possible is lost: of an exclusive choice
 * it goes to the group with most of its steps (of equals the last), and in a sequence each
 * group's stretch ends where most of the group's steps and fewest others lie in it.
 */
#include "mine/discover.h"

struct splitter {
    const struct discover_bundle *bundle;
    const struct discover_cut *cut;
    struct discover_rows *rows; /* [n_groups] */
    uint16_t *steps;            /* room for the longest row */
    uint32_t *counts;           /* [n_groups] */
    uint16_t *number;           /* [n_names] its number within its group */
};

/* Adds those of at[from..to) that are of group g. */
static trod_status add_of(struct splitter *splitter, const struct discover_row *row,
                          uint32_t from, uint32_t to, uint32_t g, struct trod_error *error) {
    uint32_t n = 0;
    for (uint32_t i = from; i < to; i++)
        if (splitter->cut->group[row->steps[i]] == g)
            splitter->steps[n++] = splitter->number[row->steps[i]];
    return discover_rows_add(&splitter->rows[g], splitter->steps, n, row->n_journeys, error);
}

static trod_status split_choice(struct splitter *splitter, const struct discover_row *row,
                                struct trod_error *error) {
    const uint32_t n_groups = splitter->cut->n_groups;
    uint32_t best = 0;
    memset(splitter->counts, 0, n_groups * sizeof *splitter->counts);
    for (uint32_t i = 0; i < row->n; i++)
        splitter->counts[splitter->cut->group[row->steps[i]]]++;
    for (uint32_t g = 1; g < n_groups; g++)
        if (splitter->counts[g] >= splitter->counts[best]) best = g;
    return add_of(splitter, row, 0, row->n, best, error);
}

/* Where the stretch of group g ends that begins at `from`. Steps of groups before it are looked
 * through. */
static uint32_t end_of_stretch(const struct splitter *splitter, const struct discover_row *row,
                               uint32_t from, uint32_t g) {
    int64_t cost = 0, least = 0;
    uint32_t end = from;
    for (uint32_t i = from; i < row->n; i++) {
        const uint32_t group = splitter->cut->group[row->steps[i]];
        if (group == g)
            cost--;
        else if (group > g)
            cost++;
        if (cost >= least) continue;
        least = cost;
        end = i + 1;
    }
    return end;
}

static trod_status split_sequence(struct splitter *splitter, const struct discover_row *row,
                                  struct trod_error *error) {
    trod_status status = TROD_OK;
    uint32_t from = 0;
    for (uint32_t g = 0; g < splitter->cut->n_groups; g++) {
        const uint32_t to = end_of_stretch(splitter, row, from, g);
        TROD_TRY(add_of(splitter, row, from, to, g, error));
        from = to;
    }
done:
    return status;
}

static trod_status split_any_order(struct splitter *splitter, const struct discover_row *row,
                                   struct trod_error *error) {
    trod_status status = TROD_OK;
    for (uint32_t g = 0; g < splitter->cut->n_groups; g++)
        TROD_TRY(add_of(splitter, row, 0, row->n, g, error));
done:
    return status;
}

/* The group between two rounds of which most different names are in the stretch. */
static uint32_t group_of_stretch(const struct splitter *splitter,
                                 const struct discover_row *row, uint32_t from, uint32_t to) {
    uint32_t best = 1;
    memset(splitter->counts, 0, splitter->cut->n_groups * sizeof *splitter->counts);
    for (uint32_t i = from; i < to; i++) {
        bool known = false;
        for (uint32_t k = from; k < i && !known; k++) known = row->steps[k] == row->steps[i];
        if (!known) splitter->counts[splitter->cut->group[row->steps[i]]]++;
    }
    for (uint32_t g = 2; g < splitter->cut->n_groups; g++)
        if (splitter->counts[g] >= splitter->counts[best]) best = g;
    return best;
}

static trod_status split_loop(struct splitter *splitter, const struct discover_row *row,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    const uint32_t *const group = splitter->cut->group;
    uint32_t from = 0;
    for (uint32_t i = 0; i <= row->n; i++) {
        const bool end = i == row->n;
        if (!end &&
            (i == from || (group[row->steps[i]] == 0) == (group[row->steps[from]] == 0)))
            continue;
        const bool done = i == from || group[row->steps[from]] == 0;
        const uint32_t g = done ? 0 : group_of_stretch(splitter, row, from, i);
        TROD_TRY(add_of(splitter, row, from, i, g, error));
        /* A journey that ends between two rounds has one more round, of nothing. */
        if (end && !done) TROD_TRY(add_of(splitter, row, i, i, 0, error));
        from = i;
    }
done:
    return status;
}

static trod_status split_rows(struct splitter *splitter, struct trod_error *error) {
    trod_status status = TROD_OK;
    for (size_t r = 0; r < splitter->bundle->n_rows; r++) {
        const struct discover_row *const row = &splitter->bundle->rows[r];
        switch (splitter->cut->op) {
        case TROD_TREE_CHOICE:
            TROD_TRY(split_choice(splitter, row, error));
            break;
        case TROD_TREE_SEQUENCE:
            TROD_TRY(split_sequence(splitter, row, error));
            break;
        case TROD_TREE_ANY_ORDER:
            TROD_TRY(split_any_order(splitter, row, error));
            break;
        default:
            TROD_TRY(split_loop(splitter, row, error));
        }
    }
done:
    return status;
}

static trod_status end_rows(struct splitter *splitter, uint32_t *ids,
                            struct discover_bundle **bundles, struct trod_error *error) {
    trod_status status = TROD_OK;
    for (uint32_t g = 0; g < splitter->cut->n_groups; g++) {
        uint32_t n = 0;
        for (uint32_t a = 0; a < splitter->bundle->n_names; a++)
            if (splitter->cut->group[a] == g) ids[n++] = splitter->bundle->names[a];
        TROD_TRY(discover_rows_end(&splitter->rows[g], ids, n, &bundles[g], error));
    }
done:
    return status;
}

static trod_status begin_split(struct splitter *splitter, struct trod_arena *scratch,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct discover_bundle *const bundle = splitter->bundle;
    const uint32_t n_groups = splitter->cut->n_groups;
    uint32_t longest = 0;
    for (size_t r = 0; r < bundle->n_rows; r++)
        if (bundle->rows[r].n > longest) longest = bundle->rows[r].n;
    splitter->rows = TROD_NEW_ARRAY(scratch, n_groups, struct discover_rows);
    TROD_TRY_ALLOC(splitter->rows, error);
    splitter->steps = TROD_NEW_ARRAY(scratch, longest, uint16_t);
    TROD_TRY_ALLOC(splitter->steps, error);
    splitter->counts = TROD_NEW_ARRAY(scratch, n_groups, uint32_t);
    TROD_TRY_ALLOC(splitter->counts, error);
    splitter->number = TROD_NEW_ARRAY(scratch, bundle->n_names, uint16_t);
    TROD_TRY_ALLOC(splitter->number, error);
    for (uint32_t a = 0; a < bundle->n_names; a++)
        splitter->number[a] = (uint16_t)splitter->counts[splitter->cut->group[a]]++;
    for (uint32_t g = 0; g < n_groups; g++)
        TROD_TRY(discover_rows_begin(&splitter->rows[g], error));
done:
    return status;
}

trod_status discover_split(const struct discover_bundle *bundle, const struct discover_cut *cut,
                           struct discover_bundle **bundles, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct splitter splitter = {.bundle = bundle, .cut = cut};
    memset(bundles, 0, cut->n_groups * sizeof *bundles);
    struct trod_arena *const scratch = trod_arena_make(MINE_ARENA_BYTES);
    TROD_TRY_ALLOC(scratch, error);
    uint32_t *const ids = TROD_NEW_ARRAY(scratch, bundle->n_names, uint32_t);
    TROD_TRY_ALLOC(ids, error);
    TROD_TRY(begin_split(&splitter, scratch, error));
    TROD_TRY(split_rows(&splitter, error));
    TROD_TRY(end_rows(&splitter, ids, bundles, error));
done:
    for (uint32_t g = 0; g < cut->n_groups && status != TROD_OK; g++) {
        if (splitter.rows) discover_rows_drop(&splitter.rows[g]);
        discover_bundle_free(bundles[g]);
    }
    trod_arena_free(scratch);
    return status;
}

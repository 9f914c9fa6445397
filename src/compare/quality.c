/* quality: the discovered tree held against the paths that it was found in.
 *
 * The paths become a small log, each path a customer, so that the comparison's own machinery
 * lays and aligns them; costs count as often as journeys took the path. What the tree would
 * have allowed after each aligned beginning is asked of its residuals: the beginnings make a
 * tree of their own, each node of which knows how many journeys go on from it and with which
 * steps.
 */
#include <math.h>
#include <stdio.h>

#include "compare/residual.h"
#include "trod/compare.h"

enum { MOST_PATHS = 200000, MOST_TERMS = 2000000 };

struct node { /* a beginning */
    uint32_t state;
    uint64_t n_on;        /* journeys that go on from here */
    uint32_t first, next; /* children: node number, 0: none; the next one of the parent */
    uint32_t label;       /* of the step to here */
};
struct work {
    const struct trod_discovered *found;
    const struct trod_paths *paths;
    const struct trod_run *run;
    struct trod_quality *quality;
    struct trod_arena *arena;
    struct trod_map *map;
    struct trod_log *log;
    struct trod_claimed *claims;
    struct trod_view *view;
    struct trod_lay *lay;
    struct trod_alignment *alignment;
    uint64_t *weight; /* [customers] */
    struct trod_dict *labels;
    struct residual *residual;
    struct node *nodes;
    size_t n_nodes, room;
};

/* ---- The log -------------------------------------------------------------------------------
 */

static trod_status add_paths(struct work *work, struct trod_log_builder *builder,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_paths *const paths = work->paths;
    const size_t n = paths->n_shown < MOST_PATHS ? paths->n_shown : MOST_PATHS;
    const uint32_t source = trod_log_builder_source(builder, TROD_STR("paths"));
    bool *const kept = TROD_NEW_ARRAY(work->arena, trod_dict_count(paths->names), bool);
    work->weight = TROD_NEW_ARRAY(work->arena, n, uint64_t);
    if (!kept || !work->weight) TROD_TRY_ALLOC(NULL, error);
    for (size_t i = 0; i < work->found->n_kept; i++) kept[work->found->kept[i]] = true;
    for (size_t p = 0; p < n; p++) {
        uint32_t customer = TROD_NO_ID;
        char id[24];
        snprintf(id, sizeof id, "%zu", p);
        for (uint32_t i = 0; i < paths->paths[p].n; i++) {
            const uint32_t name = paths->paths[p].steps[i];
            if (!kept[name]) continue;
            if (customer == TROD_NO_ID) {
                customer = trod_log_builder_customer(builder, trod_str_of(id));
                if (customer == TROD_NO_ID) TROD_TRY_ALLOC(NULL, error);
                work->weight[customer] = paths->paths[p].n_journeys;
                work->quality->n_paths++;
            }
            TROD_TRY(trod_log_builder_event(builder, source, customer,
                                            trod_dict_at(paths->names, name), (trod_str){0},
                                            TROD_NO_TIME, TROD_NO_TIME, error));
        }
    }
done:
    return status;
}

static trod_status lay_paths(struct work *work, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_buf text = {0};
    const struct trod_map_options options = {.no_files = true};
    const struct trod_view_options all = {0};
    const struct trod_lay_options strict = {.count_unmapped = true};
    struct trod_log_builder *const builder = trod_log_builder_make(0);
    TROD_TRY_ALLOC(builder, error);
    TROD_TRY(trod_tree_to_map(work->found->tree, "discovered", &text, error));
    TROD_TRY(trod_map_read_text(trod_buf_str(&text), "discovered", &options, &work->map, NULL,
                                error));
    TROD_TRY(add_paths(work, builder, error));
    TROD_TRY(trod_log_builder_finish(builder, &work->log, error));
    TROD_TRY(trod_claimed_make(work->log, work->map, &work->claims, error));
    TROD_TRY(trod_view_make(work->log, &all, &work->view, error));
    TROD_TRY(trod_lay_make(work->claims, work->view, &strict, &work->lay, error));
    TROD_TRY(trod_align_make(work->lay, NULL, work->run, &work->alignment, error));
done:
    trod_log_builder_free(builder);
    trod_buf_free(&text);
    return status;
}

/* ---- Fitness -------------------------------------------------------------------------------
 */

static void measure_fitness(struct work *work) {
    struct trod_quality *const quality = work->quality;
    double cost = 0, worst = 0, sum = 0;
    uint64_t n = 0;
    for (size_t j = 0; j < work->lay->n_journeys; j++) {
        const struct trod_laid *const laid = &work->lay->journeys[j];
        const struct trod_aligned *const aligned = &work->alignment->paths[laid->path];
        const uint64_t weight = work->weight[laid->customer];
        quality->n_journeys += weight;
        if (aligned->limited) {
            quality->n_limited += weight;
            continue;
        }
        if (aligned->cost == 0) quality->n_exact += weight;
        cost += (double)weight * aligned->cost;
        worst += (double)weight * aligned->worst;
        sum += (double)weight *
               (aligned->worst ? 1 - (double)aligned->cost / (double)aligned->worst : 1);
        n += weight;
    }
    quality->fitness = n == 0 ? (double)NAN : worst > 0 ? 1 - cost / worst : 1;
    quality->mean_fitness = n ? sum / (double)n : (double)NAN;
    quality->method = work->alignment->method;
}

/* ---- Precision -----------------------------------------------------------------------------
 */

/* The node behind `from` by that step, made if it is new; TROD_NO_ID if that cannot be. */
static uint32_t go_on(struct work *work, uint32_t from, uint32_t label) {
    for (uint32_t child = work->nodes[from].first; child; child = work->nodes[child].next)
        if (work->nodes[child].label == label) return child;
    const uint32_t state = residual_step(work->residual, work->nodes[from].state, label);
    if (state == TROD_NO_ID || residual_empty(work->residual, state)) return TROD_NO_ID;
    const struct node node = {.state = state, .next = work->nodes[from].first, .label = label};
    if (!TROD_PUSH(work->arena, work->nodes, work->n_nodes, work->room, node))
        return TROD_NO_ID;
    return work->nodes[from].first = (uint32_t)work->n_nodes - 1;
}

/* The steps of the tree in the path's alignment. */
static bool walk_path(struct work *work, const struct trod_aligned *aligned, uint64_t weight) {
    uint32_t at = 0;
    for (uint32_t m = 0; m < aligned->n_moves; m++) {
        const struct trod_move *const move = &aligned->moves[m];
        if (move->kind == TROD_MOVE_EXTRA) continue;
        const trod_str title = work->map->touchpoints[move->touchpoint_id].title;
        work->nodes[at].n_on += weight;
        at = go_on(work, at, trod_dict_find(work->labels, title));
        if (at == TROD_NO_ID) return false;
    }
    return true;
}

static trod_status measure_precision(struct work *work, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_quality *const quality = work->quality;
    quality->precision = (double)NAN;
    work->labels = trod_dict_make(0);
    TROD_TRY_ALLOC(work->labels, error);
    work->residual = residual_make(work->found->tree, work->labels, MOST_TERMS);
    if (!work->residual) goto done; /* blocks of too many parts: not known */
    const struct node root = {.state = residual_start(work->residual)};
    if (!TROD_PUSH(work->arena, work->nodes, work->n_nodes, work->room, root))
        TROD_TRY_ALLOC(NULL, error);
    bool *const allowed = TROD_NEW_ARRAY(work->arena, trod_dict_count(work->labels) + 1, bool);
    TROD_TRY_ALLOC(allowed, error);
    for (size_t j = 0; j < work->lay->n_journeys; j++) {
        const struct trod_laid *const laid = &work->lay->journeys[j];
        const struct trod_aligned *const aligned = &work->alignment->paths[laid->path];
        if (aligned->limited) continue;
        if (!walk_path(work, aligned, work->weight[laid->customer])) goto done;
    }
    for (size_t i = 0; i < work->n_nodes; i++) {
        const struct node *const node = &work->nodes[i];
        uint64_t n = 0, taken = 0;
        if (node->n_on == 0) continue;
        residual_allowed(work->residual, node->state, allowed);
        for (uint32_t l = 0; l < trod_dict_count(work->labels); l++) n += allowed[l];
        for (uint32_t child = node->first; child; child = work->nodes[child].next) taken++;
        quality->allowed += n * node->n_on;
        quality->escaping += (n - taken) * node->n_on;
    }
    quality->precision =
        quality->allowed ? 1 - (double)quality->escaping / (double)quality->allowed : 1;
done:
    return status;
}

/* ---- The whole -----------------------------------------------------------------------------
 */

static trod_status measure_simplicity(struct work *work, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_quality *const quality = work->quality;
    TROD_TRY(trod_tree_net_size(work->found->tree, &quality->size, error));
    const double degree = 2 * (double)quality->size.n_arcs /
                          (double)(quality->size.n_places + quality->size.n_transitions);
    quality->simplicity = 1 / (1 + (degree > 2 ? degree - 2 : 0));
done:
    return status;
}

trod_status trod_quality_make(const struct trod_discovered *discovered,
                              const struct trod_paths *paths, const struct trod_run *run,
                              struct trod_quality *quality, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct work work = {.found = discovered, .paths = paths, .run = run, .quality = quality};
    *quality = (struct trod_quality){0};
    work.arena = trod_arena_make((size_t)1 << 34);
    TROD_TRY_ALLOC(work.arena, error);
    TROD_TRY(lay_paths(&work, error));
    measure_fitness(&work);
    TROD_TRY(measure_precision(&work, error));
    TROD_TRY(measure_simplicity(&work, error));
done:
    residual_free(work.residual);
    trod_dict_free(work.labels);
    trod_align_free(work.alignment);
    trod_lay_free(work.lay);
    trod_view_free(work.view);
    trod_claimed_free(work.claims);
    trod_log_free(work.log);
    trod_map_free(work.map);
    trod_arena_free(work.arena);
    return status;
}

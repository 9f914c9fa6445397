/* The aligner against the tree played out state by state, and against the interval programme:
 * costs, moves, marks; every kind of node, every way of building the automaton. */
#include "../unit.h"

#include "align_intervals.h"
#include "align_oracle.h"
#include "random_flow.h"

enum { MOST_STEPS = 12, MOST_KINDS = 24, MOST_MOVES = 400 };

struct answer {
    int64_t complete, so_far;
    struct trod_move moves[MOST_MOVES];
    size_t n_moves;
    bool shared; /* a block cannot tell the steps apart */
    bool blocks;
};

/* One flow with its rules and kinds of steps. */
struct scene {
    struct trod_arena *arena;
    const struct trod_flow *flow;
    struct align_rule rules[32];
    uint32_t n_touchpoints;
    struct align_kind kinds[MOST_KINDS];
    uint32_t n_kinds;
    struct align_tree *tree;
    uint32_t seen[32];
};

static void scene_kind(struct scene *scene, uint32_t n, const uint32_t *touchpoints,
                       bool free) {
    uint32_t *const copy = TROD_NEW_ARRAY(scene->arena, n, uint32_t);
    if (n) memcpy(copy, touchpoints, n * sizeof *copy);
    scene->kinds[scene->n_kinds++] =
        (struct align_kind){copy, n, free ? ALIGN_EXTRA : ALIGN_COST + ALIGN_EXTRA};
}

static struct align_automaton *build(const struct scene *scene, size_t wide, bool blocks) {
    struct align_automaton *automaton = NULL;
    const struct align_build_options options = {.max_states = 200000,
                                                .wide_states = wide,
                                                .seen = scene->seen,
                                                .allowed_weighs = true,
                                                .no_blocks = !blocks};
    assert_int_equal(align_automaton_make(scene->tree, scene->kinds, scene->n_kinds, &options,
                                          scene->arena, &automaton, NULL),
                     TROD_OK);
    return automaton;
}

static void solve(const struct scene *scene, const struct align_automaton *automaton,
                  const uint32_t *steps, uint32_t n, struct answer *answer) {
    struct trod_arena *const arena = trod_arena_make(0);
    struct align_steps *prepared = NULL;
    answer->n_moves = 0;
    answer->shared = false;
    const trod_status status = align_steps_make(automaton, steps, n, arena, &prepared, NULL);
    answer->blocks = automaton->n_blocks > 0;
    if (status == TROD_TOO_MUCH) {
        answer->shared = true;
        trod_arena_free(arena);
        return;
    }
    assert_int_equal(status, TROD_OK);
    assert_int_equal(align_steps_fill(prepared, arena, NULL), TROD_OK);
    align_forward(prepared, 0, NULL, &answer->complete, &answer->so_far);
    struct align_moves moves = {0};
    const bool complete = answer->complete / ALIGN_COST == answer->so_far / ALIGN_COST;
    assert_int_equal(
        align_walk(automaton, scene->tree, prepared, complete, 1 << 30, arena, &moves, NULL),
        TROD_OK);
    assert_true(moves.n <= MOST_MOVES);
    if (moves.n) memcpy(answer->moves, moves.at, moves.n * sizeof *moves.at);
    answer->n_moves = moves.n;
    trod_arena_free(arena);
}

static void ask_oracle(const struct scene *scene, const struct oracle *o, const uint32_t *steps,
                       uint32_t n, struct answer *answer) {
    int64_t *const complete = oracle_rest(o, scene->kinds, steps, n, false);
    int64_t *const so_far = oracle_rest(o, scene->kinds, steps, n, true);
    answer->complete = complete[0];
    answer->so_far = so_far[0];
    const bool ended = answer->complete / ALIGN_COST == answer->so_far / ALIGN_COST;
    answer->n_moves =
        oracle_walk(o, scene->kinds, steps, n, ended ? complete : so_far, answer->moves);
    free(complete);
    free(so_far);
}

static void print_answer(struct trod_buf *out, const char *name, const struct answer *answer) {
    trod_buf_format(out, "\n%s: complete %lld so far %lld:", name,
                    (long long)(answer->complete / ALIGN_COST),
                    (long long)(answer->so_far / ALIGN_COST));
    for (size_t i = 0; i < answer->n_moves; i++)
        trod_buf_format(
            out, " %s%d%s%s", ((const char *[]){"=", "+", "-"})[answer->moves[i].kind],
            (int)answer->moves[i].touchpoint_id, answer->moves[i].too_often ? "#" : "",
            answer->moves[i].accepted ? "a" : "");
}

static void must_agree(const struct scene *scene, const uint32_t *steps, uint32_t n,
                       const struct answer *want, const struct answer *got, const char *how) {
    bool same = want->complete == got->complete && want->so_far == got->so_far &&
                want->n_moves == got->n_moves;
    for (size_t i = 0; same && i < want->n_moves; i++) {
        const struct trod_move *const a = &want->moves[i], *const b = &got->moves[i];
        same = a->kind == b->kind && a->touchpoint_id == b->touchpoint_id &&
               a->step == b->step && a->too_often == b->too_often && a->accepted == b->accepted;
    }
    if (same) return;
    struct trod_buf out = {0};
    flow_print(&out, scene->flow);
    trod_buf_adds(&out, "\nrules:");
    for (uint32_t t = 0; t < scene->n_touchpoints; t++)
        trod_buf_format(&out, " %d%s%s", scene->rules[t].skip,
                        scene->rules[t].absent ? "!" : "",
                        scene->rules[t].repeat_allowed ? "r" : "");
    trod_buf_adds(&out, "\nsteps:");
    for (uint32_t i = 0; i < n; i++) {
        const struct align_kind *const kind = &scene->kinds[steps[i]];
        trod_buf_adds(&out, kind->extra < ALIGN_COST ? " f{" : " {");
        for (uint32_t k = 0; k < kind->n; k++)
            trod_buf_format(&out, " %u", kind->touchpoints[k]);
        trod_buf_adds(&out, " }");
    }
    print_answer(&out, "want", want);
    print_answer(&out, how, got);
    fail_msg("%.*s", TROD_ARG(trod_buf_str(&out)));
}

/* The moves are a reading: they take every step once, and cost what they should. */
static void must_add_up(const struct scene *scene, const uint32_t *steps, uint32_t n,
                        const struct answer *answer) {
    int64_t cost = 0;
    uint32_t next = 0;
    for (size_t i = 0; i < answer->n_moves; i++) {
        const struct trod_move *const move = &answer->moves[i];
        if (move->kind == TROD_MOVE_SKIPPED) {
            cost += !move->accepted;
            continue;
        }
        assert_int_equal(move->step, next++);
        if (move->kind == TROD_MOVE_MATCH)
            assert_true(oracle_fits(&scene->kinds[steps[move->step]], move->touchpoint_id));
        else
            cost += !move->accepted && scene->kinds[steps[move->step]].extra >= ALIGN_COST;
    }
    assert_int_equal(next, n);
    assert_int_equal(cost, answer->so_far / ALIGN_COST);
}

static void count_seen(struct scene *scene, uint32_t steps[][MOST_STEPS], const uint32_t *n,
                       uint32_t n_traces) {
    for (uint32_t loop = 0; loop < scene->tree->n_loops; loop++) {
        scene->seen[loop] = 0;
        for (uint32_t t = 0; t < n_traces; t++) {
            uint32_t count = 0;
            for (uint32_t i = 0; i < n[t]; i++) {
                const struct align_kind *const kind = &scene->kinds[steps[t][i]];
                bool within = false;
                for (uint32_t k = 0; k < kind->n; k++)
                    within |= align_tree_within(scene->tree, kind->touchpoints[k], loop);
                count += within;
            }
            if (count > scene->seen[loop]) scene->seen[loop] = count;
        }
    }
}

/* A trace that the flow allows, more or less: a run through its states, then noise. */
static uint32_t random_trace(struct random_flow *r, const struct scene *scene,
                             const struct oracle *o, uint32_t *steps) {
    uint32_t n = 0, at = 0;
    if (random_below(r, 4) > 0)
        for (int i = 0; i < 200 && at != o->end && n < 9; i++) {
            uint32_t e = random_below(r, o->n_edges);
            for (uint32_t tries = 0; tries < o->n_edges; tries++, e = (e + 1) % o->n_edges)
                if (o->edge[e].from == at && o->edge[e].kind != EDGE_SKIP) break;
            if (o->edge[e].from != at) break;
            at = o->edge[e].to;
            if (o->edge[e].kind == EDGE_SILENT) continue;
            for (uint32_t k = 0; k < scene->n_kinds; k++)
                if (oracle_fits(&scene->kinds[k], o->edge[e].touchpoint)) {
                    steps[n++] = k;
                    break;
                }
        }
    for (uint32_t noise = random_below(r, 4); noise > 0; noise--) {
        const uint32_t kind = random_below(r, scene->n_kinds), place = random_below(r, n + 1);
        if (random_below(r, 3) == 0 && n > 0) {
            n--;
            for (uint32_t i = place; i < n; i++) steps[i] = steps[i + 1];
        } else {
            for (uint32_t i = n; i > place; i--) steps[i] = steps[i - 1];
            steps[place] = kind;
            n++;
        }
    }
    return n;
}

struct round_options {
    bool ends, bounded, sets, allowed, silent;
    uint32_t most;
    int depth;
};

static uint64_t one_flow(uint64_t seed, struct round_options options, uint32_t n_traces,
                         uint64_t *n_blocked) {
    struct trod_arena *const arena = trod_arena_make(0);
    struct random_flow r = {.arena = arena, .rng = {.seed = seed}, .most = options.most};
    r.ends = options.ends;
    r.bounded = options.bounded;
    struct scene *const scene = TROD_NEW(arena, struct scene);
    scene->arena = arena;
    scene->flow = random_flow_make(&r, options.depth, true, false);
    scene->n_touchpoints = r.n_touchpoints;
    bool silent[32] = {0};
    for (uint32_t t = 0; t < r.n_touchpoints; t++) {
        const uint32_t draw = random_below(&r, 10);
        if (options.allowed && draw == 0) scene->rules[t].skip = ALIGN_SKIP_ALLOWED;
        if (options.silent && draw == 1) scene->rules[t].skip = ALIGN_SKIP_SILENT;
        if (options.silent && draw == 2)
            scene->rules[t] = (struct align_rule){.skip = ALIGN_SKIP_SILENT, .absent = true};
        if (options.allowed) scene->rules[t].repeat_allowed = random_below(&r, 3) == 0;
        silent[t] = scene->rules[t].skip == ALIGN_SKIP_SILENT;
    }
    for (uint32_t t = 0; t < r.n_touchpoints; t++)
        scene_kind(scene, !scene->rules[t].absent, &t,
                   options.allowed && random_below(&r, 12) == 0);
    scene_kind(scene, 0, NULL, false);
    for (int i = 0; options.sets && i < 3 && r.n_touchpoints > 1; i++) {
        uint32_t set[2] = {random_below(&r, r.n_touchpoints),
                           random_below(&r, r.n_touchpoints)};
        if (set[0] >= set[1] || scene->rules[set[0]].absent || scene->rules[set[1]].absent)
            continue;
        scene_kind(scene, 2, set, random_below(&r, 6) == 0);
    }
    assert_int_equal(align_tree_make(scene->flow, scene->rules, scene->n_touchpoints, arena,
                                     &scene->tree, NULL),
                     TROD_OK);
    struct oracle *const o = malloc(sizeof *o);
    uint64_t n_done = 0;
    if (oracle_make(o, scene->flow, scene->rules)) {
        static _Thread_local uint32_t steps[64][MOST_STEPS], n[64];
        for (uint32_t t = 0; t < n_traces; t++) n[t] = random_trace(&r, scene, o, steps[t]);
        count_seen(scene, steps, n, n_traces);
        const struct align_automaton *const automata[] = {
            build(scene, 200000, false), build(scene, 0, true), build(scene, 6, true)};
        const char *const how[] = {"whole", "blocks", "some blocks"};
        struct answer *const want = malloc(sizeof *want), *const got = malloc(sizeof *got);
        for (uint32_t t = 0; t < n_traces; t++) {
            ask_oracle(scene, o, steps[t], n[t], want);
            must_add_up(scene, steps[t], n[t], want);
            if (n[t] == 0) assert_int_equal(want->complete / ALIGN_COST, scene->tree->shortest);
            for (int a = 0; a < 3; a++) {
                if (a > 0 && automata[a]->n_blocks == 0) continue;
                solve(scene, automata[a], steps[t], n[t], got);
                if (got->shared) {
                    assert_true(options.sets && a > 0);
                    continue;
                }
                must_agree(scene, steps[t], n[t], want, got, how[a]);
                *n_blocked += a > 0;
                n_done++;
            }
            if (options.sets || options.allowed || options.ends) continue;
            uint32_t labels[MOST_STEPS], m = 0, unknown = 0;
            for (uint32_t i = 0; i < n[t]; i++)
                if (scene->kinds[steps[t][i]].n)
                    labels[m++] = scene->kinds[steps[t][i]].touchpoints[0];
                else
                    unknown++;
            const struct stretch_costs costs = intervals(scene->flow, labels, m, silent);
            assert_int_equal(costs.whole[m] + unknown, want->complete / ALIGN_COST);
            assert_int_equal(costs.rest[0] + unknown, want->so_far / ALIGN_COST);
            intervals_free(costs);
        }
        free(want);
        free(got);
    }
    oracle_free(o);
    free(o);
    trod_arena_free(arena);
    return n_done;
}

static void many_flows(struct round_options options, uint64_t seed, int n_flows, int n_traces) {
    uint64_t n_blocked = 0, n_done = 0;
    for (int i = 0; i < n_flows; i++)
        n_done += one_flow(seed + (uint64_t)i, options, (uint32_t)n_traces, &n_blocked);
    print_message("%llu alignments, %llu of them with blocks\n", (unsigned long long)n_done,
                  (unsigned long long)n_blocked);
    assert_true(n_done > (uint64_t)n_flows);
}

static void single_labels(void **state) {
    (void)state;
    many_flows((struct round_options){.most = 7, .depth = 4}, 1000, 500, 20);
}

static void silent_touchpoints_and_bounded_loops(void **state) {
    (void)state;
    many_flows((struct round_options){.bounded = true, .silent = true, .most = 6, .depth = 4},
               20000, 500, 20);
}

static void ends_here(void **state) {
    (void)state;
    many_flows(
        (struct round_options){
            .ends = true, .bounded = true, .silent = true, .most = 8, .depth = 5},
        40000, 500, 20);
}

static void steps_that_fit_several(void **state) {
    (void)state;
    many_flows(
        (struct round_options){
            .ends = true, .bounded = true, .sets = true, .most = 7, .depth = 4},
        60000, 500, 20);
}

static void allowed_deviations(void **state) {
    (void)state;
    many_flows((struct round_options){.ends = true,
                                      .bounded = true,
                                      .sets = true,
                                      .allowed = true,
                                      .silent = true,
                                      .most = 6,
                                      .depth = 4},
               80000, 500, 20);
}

/* Columns that are computed again piece by piece are the columns. */
static void readings_in_pieces(void **state) {
    (void)state;
    enum { STEPS = 61 };
    for (uint64_t seed = 0; seed < 40; seed++) {
        struct trod_arena *const arena = trod_arena_make(0);
        struct random_flow r = {.arena = arena, .rng = {.seed = 900 + seed}, .most = 9};
        struct scene *const scene = TROD_NEW(arena, struct scene);
        uint32_t *const kinds = TROD_NEW_ARRAY(arena, STEPS, uint32_t);
        scene->arena = arena;
        scene->flow = random_flow_make(&r, 4, true, false);
        for (uint32_t t = 0; t < r.n_touchpoints; t++) scene_kind(scene, 1, &t, false);
        scene_kind(scene, 0, NULL, false);
        assert_int_equal(align_tree_make(scene->flow, scene->rules, r.n_touchpoints, arena,
                                         &scene->tree, NULL),
                         TROD_OK);
        for (uint32_t i = 0; i < STEPS; i++) kinds[i] = random_below(&r, scene->n_kinds);
        struct align_steps *steps = NULL;
        const struct align_automaton *const automaton = build(scene, 200000, false);
        const uint32_t n = STEPS - random_below(&r, 20);
        assert_int_equal(align_steps_make(automaton, kinds, n, arena, &steps, NULL), TROD_OK);
        assert_int_equal(align_steps_fill(steps, arena, NULL), TROD_OK);
        const uint32_t from = random_below(&r, 3);
        for (uint32_t stride = 1; stride < 12; stride++)
            for (int open = 0; open < 2; open++) {
                struct align_reading *whole = NULL, *pieces = NULL;
                assert_int_equal(
                    align_reading_make(steps, from, n, open, n, arena, &whole, NULL), TROD_OK);
                assert_int_equal(
                    align_reading_make(steps, from, n, open, stride, arena, &pieces, NULL),
                    TROD_OK);
                const size_t bytes = automaton->root->n_states * sizeof(int64_t);
                for (uint32_t i = from; i <= n; i++)
                    assert_memory_equal(align_reading_column(whole, i),
                                        align_reading_column(pieces, i),
                                        bytes * (i < n ? 2 : 1));
            }
        trod_arena_free(arena);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(single_labels),
        cmocka_unit_test(silent_touchpoints_and_bounded_loops),
        cmocka_unit_test(ends_here),
        cmocka_unit_test(steps_that_fit_several),
        cmocka_unit_test(allowed_deviations),
        cmocka_unit_test(readings_in_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

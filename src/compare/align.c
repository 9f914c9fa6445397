/* Every distinct path of a lay, aligned with the map.
 *
 * Groups of customers see different maps (`only for`), so each group has its own tree and its
 * own automata. There are up to three of those, made when a path first needs one: with wide any
 * orders as blocks, which is fast for paths of ordinary length; with every any order multiplied
 * out, for very long paths and for steps that may belong to several parts of a block; and with
 * bounded loops left open, for paths that cannot use the limit up, where writing out its rounds
 * is too much. What a path would take is known before it is aligned: so the limits, in bytes
 * and in work, do not depend on the clock or on the number of threads. A path beyond them is
 * named, and gets the cost of having nothing to do with the map; the others are exact. */
#include "compare/align_group.h"

enum {
    WIDE_STATES = 256,
    DEFAULT_MAX_STATES = 200000,
    BYTES_A_STATE = 4096, /* of an automaton while it is built, at most */
    PATHS_A_JOB = 64,
};
#define DEFAULT_MEMORY_BYTES (UINT64_C(1) << 30)
#define MOST_MEMORY_BYTES (UINT64_C(1) << 46)
#define MOST_WORK 4e9      /* of one path: some seconds */
#define GREAT_WORK 1e5     /* a step: of paths for which that much is too much, and … */
#define MOST_WORK_ALL 1e11 /* … of all of those together */

enum limit { LIMIT_NONE, LIMIT_STEPS, LIMIT_STATES, LIMIT_SHARED, LIMIT_MEMORY, LIMIT_WORK };
static const char *const limit_words[] = {
    [LIMIT_NONE] = NULL,
    [LIMIT_STEPS] = "some journeys have more than a million steps: keep fewer events with "
                    "--events, or join them with `one visit within`",
    [LIMIT_STATES] =
        "the map allows too many different orders to follow them all: split a wide "
        "`any order` block, or lower a high `at most … times`",
    [LIMIT_SHARED] =
        "some events may be several touchpoints of one wide `any order` block: tell "
        "them apart with `seen when`, or split the block",
    [LIMIT_MEMORY] =
        "some paths take more memory than is allowed: allow more with --memory, or "
        "split a wide `any order` block",
    [LIMIT_WORK] = "some paths are too long to be followed through a wide `any order` block: "
                   "split the block, or keep fewer events with --events",
};

struct job {
    enum align_plan plan;
    enum limit limit;
    bool heavy; /* runs alone */
    uint32_t *kinds;
};
struct owned {
    struct trod_alignment alignment;
    struct trod_arena **arenas; /* of the moves */
    size_t n_arenas;
};
struct aligner {
    const struct trod_lay *lay;
    const struct trod_map *map;
    const struct trod_run *run;
    uint64_t memory_bytes;
    size_t max_states;
    uint32_t most_steps;
    struct trod_arena *scratch;
    struct align_group **groups; /* [n_groups], made when needed */
    struct trod_aligned *paths;
    struct job *jobs; /* [n_paths] */
    struct owned *owned;
    size_t block; /* paths at a time */
    atomic_size_t n_done;
    atomic_flag telling;
};

/* ---- Which automaton, and whether -------------------------------------------------------- */

static trod_status make_plan(const struct aligner *aligner, struct align_group *group,
                             enum align_plan plan, struct trod_error *error) {
    if (group->tried[plan]) return TROD_OK;
    group->tried[plan] = true;
    size_t most = aligner->memory_bytes / BYTES_A_STATE;
    if (most > aligner->max_states) most = aligner->max_states;
    const struct align_build_options options = {
        .max_states = most,
        .wide_states = plan == ALIGN_WHOLE ? most : WIDE_STATES,
        .seen = group->seen,
        .bend = plan == ALIGN_BENT,
        .allowed_weighs =
            (aligner->most_steps + 1.0) * (double)group->tree->n_allowed < ALIGN_EXTRA,
    };
    return align_automaton_make(group->tree, group->kinds, group->n_kinds, &options,
                                aligner->scratch, &group->automata[plan], error);
}

/* Whether the plan makes sense for the path at all. */
static bool plan_suits(const struct aligner *aligner, const struct align_group *group,
                       enum align_plan plan, const struct trod_laid_path *path) {
    const struct align_automaton *const first = group->automata[ALIGN_BLOCKS];
    if (plan == ALIGN_BLOCKS) return true;
    if (plan == ALIGN_WHOLE) return first && first->n_blocks > 0;
    if (group->tree->n_loops == 0) return false;
    const uint32_t *const count = align_group_count(group, aligner->lay, path);
    for (size_t loop = 0; loop < group->tree->n_loops; loop++)
        if (count[loop] >= group->tree->loops[loop]->most_rounds) return false;
    return true;
}

/* What a path takes on an automaton, and whether that is too much. */
static trod_status weigh(const struct aligner *aligner, const struct align_automaton *automaton,
                         const uint32_t *kinds, uint32_t n, struct trod_arena *arena,
                         double *bytes, double *work, enum limit *limit,
                         struct trod_error *error) {
    struct align_steps *steps = NULL;
    *limit = LIMIT_NONE;
    const trod_status status = align_steps_make(automaton, kinds, n, arena, &steps, error);
    if (status == TROD_TOO_MUCH) {
        *limit = LIMIT_SHARED;
        return TROD_OK;
    }
    if (status != TROD_OK) return status;
    align_steps_need(steps, bytes, work);
    if (*bytes > (double)aligner->memory_bytes) *limit = LIMIT_MEMORY;
    if (*work > MOST_WORK) *limit = LIMIT_WORK;
    return TROD_OK;
}

/* Finds the first plan that can do the path. */
static trod_status plan_path(struct aligner *aligner, size_t p, struct trod_arena *arena,
                             double *work_all, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_laid_path *const path = &aligner->lay->paths[p];
    struct job *const job = &aligner->jobs[p];
    if (!aligner->groups[path->groups])
        TROD_TRY(align_group_make(aligner->lay, path->groups, aligner->scratch,
                                  &aligner->groups[path->groups], error));
    struct align_group *const group = aligner->groups[path->groups];
    job->limit = path->n > ALIGN_MOST_STEPS ? LIMIT_STEPS : LIMIT_STATES;
    if (path->n > ALIGN_MOST_STEPS) goto done;
    uint32_t *const kinds = TROD_NEW_ARRAY(arena, path->n, uint32_t);
    TROD_TRY_ALLOC(kinds, error);
    for (uint32_t i = 0; i < path->n; i++)
        kinds[i] = align_group_kind(aligner->lay, path->steps[i]);
    for (enum align_plan plan = 0; plan < ALIGN_PLANS; plan++) {
        if (!plan_suits(aligner, group, plan, path)) continue;
        TROD_TRY(make_plan(aligner, group, plan, error));
        if (!group->automata[plan]) continue;
        double bytes = 0, work = 0;
        enum limit limit = LIMIT_NONE;
        TROD_TRY(weigh(aligner, group->automata[plan], kinds, path->n, arena, &bytes, &work,
                       &limit, error));
        if (limit != LIMIT_NONE) {
            if (job->limit == LIMIT_STATES) job->limit = limit;
            continue;
        }
        if (work > GREAT_WORK * (path->n + 1.0)) *work_all += work;
        job->plan = plan;
        job->heavy = bytes * 2 * trod_run_threads(aligner->run) > (double)aligner->memory_bytes;
        job->limit = *work_all > MOST_WORK_ALL ? LIMIT_WORK : LIMIT_NONE;
        break;
    }
done:
    return status;
}

/* ---- One path ---------------------------------------------------------------------------- */

/* If nothing deviates and every step fits one touchpoint, the moves are plain. */
static bool match_all(const struct align_group *group, const uint32_t *kinds, uint32_t n,
                      struct trod_move *moves) {
    for (uint32_t i = 0; i < n; i++) {
        const struct align_kind *const kind = &group->kinds[kinds[i]];
        if (kind->n != 1) return false;
        moves[i] = (struct trod_move){
            .kind = TROD_MOVE_MATCH, .touchpoint_id = kind->touchpoints[0], .step = i};
    }
    return true;
}

/* Says of extra steps what they are, and copies the moves. */
static trod_status keep_moves(const struct aligner *aligner, const struct align_group *group,
                              const uint32_t *kinds, const struct align_moves *moves,
                              struct trod_arena *arena, struct trod_aligned *aligned,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_touchpoint *const touchpoints = aligner->map->touchpoints;
    uint32_t last_matched = TROD_NO_ID;
    struct trod_move *const kept = TROD_NEW_ARRAY(arena, moves->n, struct trod_move);
    TROD_TRY_ALLOC(kept, error);
    for (size_t i = 0; i < moves->n; i++) {
        struct trod_move move = moves->at[i];
        kept[i] = move;
        if (move.kind == TROD_MOVE_MATCH) last_matched = move.touchpoint_id;
        if (move.kind != TROD_MOVE_EXTRA) continue;
        const struct align_extra *const extra = &group->extras[kinds[move.step]];
        const bool any_time =
            extra->touchpoint != TROD_NO_ID && touchpoints[extra->touchpoint].any_time;
        if (any_time) move.too_often = move.accepted = false;
        if (!move.too_often) {
            move.touchpoint_id = align_group_told(extra, last_matched);
            move.not_for = extra->not_for;
        }
        move.accepted |= extra->accepted;
        kept[i] = move;
    }
    aligned->moves = kept;
    aligned->n_moves = (uint32_t)moves->n;
done:
    return status;
}

static trod_status align_path(const struct aligner *aligner, size_t p, struct trod_arena *arena,
                              struct trod_arena *kept, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_laid_path *const path = &aligner->lay->paths[p];
    struct trod_aligned *const aligned = &aligner->paths[p];
    struct job *const job = &aligner->jobs[p];
    const struct align_group *const group = aligner->groups[path->groups];
    const struct align_automaton *const automaton = group->automata[job->plan];
    struct align_steps *steps = NULL;
    struct align_moves moves = {0};
    int64_t complete = 0, so_far = 0;
    uint32_t *const kinds = TROD_NEW_ARRAY(arena, path->n, uint32_t);
    TROD_TRY_ALLOC(kinds, error);
    for (uint32_t i = 0; i < path->n; i++)
        kinds[i] = align_group_kind(aligner->lay, path->steps[i]);
    TROD_TRY(align_steps_make(automaton, kinds, path->n, arena, &steps, error));
    TROD_TRY(align_steps_fill(steps, arena, error));
    align_forward(steps, 0, NULL, &complete, &so_far);
    aligned->cost = (uint32_t)(complete / ALIGN_COST);
    aligned->cost_so_far = (uint32_t)(so_far / ALIGN_COST);
    aligned->finished = aligned->cost == aligned->cost_so_far;
    moves.at = TROD_NEW_ARRAY(arena, path->n, struct trod_move);
    TROD_TRY_ALLOC(moves.at, error);
    if ((aligned->finished ? complete : so_far) == 0 && group->tree->n_allowed == 0 &&
        match_all(group, kinds, path->n, moves.at)) {
        moves.n = path->n;
    } else {
        moves = (struct align_moves){0};
        status = align_walk(automaton, group->tree, steps, aligned->finished,
                            aligner->memory_bytes, arena, &moves, error);
        if (status == TROD_TOO_MUCH) {
            job->limit = LIMIT_MEMORY; /* the costs are right, but there are no moves */
            status = TROD_OK;
            goto done;
        }
        TROD_TRY(status);
    }
    TROD_TRY(keep_moves(aligner, group, kinds, &moves, kept, aligned, error));
done:
    return status;
}

/* What any path has: the worst that it could cost, which is also what a limited one gets. */
static void set_bounds(const struct aligner *aligner, size_t p) {
    const struct trod_laid_path *const path = &aligner->lay->paths[p];
    const struct trod_claimed *const claims = aligner->lay->claims;
    struct trod_aligned *const aligned = &aligner->paths[p];
    uint32_t n = 0;
    for (uint32_t i = 0; i < path->n; i++)
        n += path->steps[i] & TROD_STEP_UNMAPPED || !claims->sets[path->steps[i]].any_time;
    const uint32_t shortest = aligner->groups[path->groups]->tree->shortest;
    aligned->worst_so_far = n;
    aligned->worst = path->lost ? n : n + shortest;
    aligned->cost = n + shortest;
    aligned->cost_so_far = n;
}

/* Tells how far the work is, from one thread at a time. */
static void tell(struct aligner *aligner, size_t n) {
    size_t done = atomic_fetch_add(&aligner->n_done, n) + n;
    if (done > aligner->lay->n_paths) done = aligner->lay->n_paths;
    const struct trod_run *const run = aligner->run;
    if (!run || !run->progress || atomic_flag_test_and_set(&aligner->telling)) return;
    run->progress(run->owner, "aligning paths", done, aligner->lay->n_paths);
    atomic_flag_clear(&aligner->telling);
}

static trod_status align_block(void *owner, size_t i, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct aligner *const aligner = owner;
    const size_t n_paths = aligner->lay->n_paths;
    struct trod_arena *const arena = trod_arena_make(aligner->memory_bytes * 2);
    TROD_TRY_ALLOC(arena, error);
    for (size_t p = i * aligner->block; p < n_paths && p < (i + 1) * aligner->block; p++) {
        if (aligner->jobs[p].limit != LIMIT_NONE || aligner->jobs[p].heavy) continue;
        trod_arena_reset(arena);
        TROD_TRY(align_path(aligner, p, arena, aligner->owned->arenas[i], error));
    }
    tell(aligner, aligner->block);
done:
    trod_arena_free(arena);
    return status;
}

/* Paths that take much memory, one after the other. */
static trod_status align_heavy(struct aligner *aligner, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_arena *const arena = trod_arena_make(aligner->memory_bytes * 2);
    TROD_TRY_ALLOC(arena, error);
    for (size_t p = 0; p < aligner->lay->n_paths; p++) {
        if (aligner->jobs[p].limit != LIMIT_NONE || !aligner->jobs[p].heavy) continue;
        if (trod_run_cancelled(aligner->run))
            TROD_TRY(trod_fail(error, TROD_CANCELLED, "stopped on request"));
        trod_arena_reset(arena);
        TROD_TRY(
            align_path(aligner, p, arena, aligner->owned->arenas[p / aligner->block], error));
    }
done:
    trod_arena_free(arena);
    return status;
}

/* ---- The whole --------------------------------------------------------------------------- */

static trod_status plan_all(struct aligner *aligner, struct trod_error *error) {
    trod_status status = TROD_OK;
    double work = 0;
    struct trod_arena *const arena = trod_arena_make(aligner->memory_bytes * 2);
    TROD_TRY_ALLOC(arena, error);
    for (size_t p = 0; p < aligner->lay->n_paths; p++) {
        if (aligner->lay->paths[p].n > aligner->most_steps)
            aligner->most_steps = aligner->lay->paths[p].n;
    }
    for (size_t p = 0; p < aligner->lay->n_paths; p++) {
        trod_arena_reset(arena);
        TROD_TRY(plan_path(aligner, p, arena, &work, error));
        set_bounds(aligner, p);
    }
done:
    trod_arena_free(arena);
    return status;
}

/* Lost paths, limits, and how it was done. */
static void sum_up(const struct aligner *aligner) {
    struct trod_alignment *const alignment = &aligner->owned->alignment;
    bool with_blocks = false, without = false;
    for (size_t p = 0; p < aligner->lay->n_paths; p++) {
        const struct trod_laid_path *const path = &aligner->lay->paths[p];
        const struct job *const job = &aligner->jobs[p];
        struct trod_aligned *const aligned = &aligner->paths[p];
        if (path->lost) aligned->cost = aligned->cost_so_far;
        if (job->limit != LIMIT_NONE) {
            aligned->limited = true;
            alignment->n_limited += path->n_journeys;
            if (!alignment->limit) alignment->limit = limit_words[job->limit];
            continue;
        }
        if (aligner->groups[path->groups]->automata[job->plan]->n_blocks > 0)
            with_blocks = true;
        else
            without = true;
    }
    alignment->method = !with_blocks ? "automaton"
                        : without    ? "automaton, intervals"
                                     : "intervals";
}

trod_status trod_align_make(const struct trod_lay *lay,
                            const struct trod_align_options *options,
                            const struct trod_run *run, struct trod_alignment **alignment,
                            struct trod_error *error) {
    trod_status status = TROD_OK;
    struct owned *owned = NULL;
    struct aligner aligner = {
        .lay = lay, .map = lay->claims->map, .run = run, .telling = ATOMIC_FLAG_INIT};
    const bool given = options != NULL;
    aligner.memory_bytes =
        given && options->memory_bytes ? options->memory_bytes : DEFAULT_MEMORY_BYTES;
    aligner.max_states =
        given && options->max_states ? options->max_states : DEFAULT_MAX_STATES;
    aligner.block = lay->n_paths / 256 + 1;
    if (aligner.block > PATHS_A_JOB) aligner.block = PATHS_A_JOB;
    *alignment = NULL;
    struct trod_arena *const arena = trod_arena_make(0);
    TROD_TRY_ALLOC(arena, error);
    owned = TROD_NEW(arena, struct owned);
    if (!owned) trod_arena_free(arena);
    TROD_TRY_ALLOC(owned, error);
    owned->alignment.arena = arena;
    aligner.owned = owned;
    aligner.scratch = trod_arena_make(0);
    TROD_TRY_ALLOC(aligner.scratch, error);
    const size_t n_blocks = (lay->n_paths + aligner.block - 1) / aligner.block;
    owned->arenas = TROD_NEW_ARRAY(arena, n_blocks, struct trod_arena *);
    TROD_TRY_ALLOC(owned->arenas, error);
    for (; owned->n_arenas < n_blocks; owned->n_arenas++) {
        owned->arenas[owned->n_arenas] = trod_arena_make(0);
        TROD_TRY_ALLOC(owned->arenas[owned->n_arenas], error);
    }
    aligner.paths = TROD_NEW_ARRAY(arena, lay->n_paths, struct trod_aligned);
    TROD_TRY_ALLOC(aligner.paths, error);
    aligner.jobs = TROD_NEW_ARRAY(aligner.scratch, lay->n_paths, struct job);
    TROD_TRY_ALLOC(aligner.jobs, error);
    aligner.groups = TROD_NEW_ARRAY(aligner.scratch, lay->n_groups, struct align_group *);
    TROD_TRY_ALLOC(aligner.groups, error);
    TROD_TRY(
        align_group_shortest(lay, aligner.scratch, &owned->alignment.shortest_cost, error));
    TROD_TRY(plan_all(&aligner, error));
    TROD_TRY(trod_run_each(run, n_blocks, align_block, &aligner, error));
    TROD_TRY(align_heavy(&aligner, error));
    owned->alignment.paths = aligner.paths;
    owned->alignment.n_paths = lay->n_paths;
    sum_up(&aligner);
    *alignment = &owned->alignment;
    owned = NULL;
done:
    trod_arena_free(aligner.scratch);
    if (owned) trod_align_free(&owned->alignment);
    return status;
}

void trod_align_free(struct trod_alignment *alignment) {
    if (!alignment) return;
    /* The alignment is the first member of what is owned. */
    struct owned *const owned = (struct owned *)(void *)alignment;
    struct trod_arena *const arena = alignment->arena;
    for (size_t i = 0; i < owned->n_arenas; i++) trod_arena_free(owned->arenas[i]);
    trod_arena_free(arena);
}

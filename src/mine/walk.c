/* One pass over a log in parts. A view's places are walked in blocks that fit the nearest cache
 * with all that is worked out of them. Where most journeys are picked they lie side by side, so
 * a block is taken whole, without a look at where journeys end: the pairs of neighbours of all
 * its places are worked out by plain loops over columns, which the compiler turns into vector
 * code, and only then are those taken out that straddle two journeys. */
#include "mine/walk.h"

#include <sys/mman.h>

void mine_expect_random(void *at, size_t n_bytes) {
#ifdef MADV_HUGEPAGE
    enum { LARGE = 1 << 21, SMALL = 1 << 12 };
    if (n_bytes < LARGE) return;
    const uintptr_t from = ((uintptr_t)at + SMALL - 1) & ~(uintptr_t)(SMALL - 1);
    const uintptr_t to = ((uintptr_t)at + n_bytes) & ~(uintptr_t)(SMALL - 1);
    (void)madvise((void *)from, to - from, MADV_HUGEPAGE);
#else
    (void)at, (void)n_bytes;
#endif
}

/* ---- The crew
 * ------------------------------------------------------------------------------------------ */

void mine_crew_init(struct mine_crew *crew) {
    *crew = (struct mine_crew){.n = 0};
    pthread_mutex_init(&crew->lock, NULL);
}

void mine_crew_release(struct mine_crew *crew) {
    for (size_t i = 0; i < crew->n; i++) trod_arena_free(crew->members[i].arena);
    pthread_mutex_destroy(&crew->lock);
    crew->n = 0;
}

static struct mine_member *free_member(struct mine_crew *crew, bool *fresh) {
    struct mine_member *taken = NULL;
    pthread_mutex_lock(&crew->lock);
    for (size_t i = 0; i < crew->n && !taken; i++)
        if (!crew->members[i].busy) taken = &crew->members[i];
    *fresh = !taken;
    if (!taken) {
        CHECK(crew->n < MINE_CREW);
        taken = &crew->members[crew->n++];
    }
    taken->busy = true;
    pthread_mutex_unlock(&crew->lock);
    return taken;
}

trod_status mine_crew_take(struct mine_crew *crew, size_t n_bytes, struct mine_member **member,
                           bool *fresh, struct trod_error *error) {
    trod_status status = TROD_OK;
    *member = free_member(crew, fresh);
    if (!*fresh) goto done;
    (*member)->arena = trod_arena_make(MINE_ARENA_BYTES);
    TROD_TRY_ALLOC((*member)->arena, error);
    (*member)->own = trod_arena_alloc((*member)->arena, 1, n_bytes);
    TROD_TRY_ALLOC((*member)->own, error);
done:
    return status;
}

void mine_crew_leave(struct mine_crew *crew, struct mine_member *member) {
    pthread_mutex_lock(&crew->lock);
    member->busy = false;
    pthread_mutex_unlock(&crew->lock);
}

struct passing {
    const struct mine_pass *pass;
    struct mine_crew *crew;
};

static trod_status pass_part(void *owner, size_t i, const struct trod_part *part,
                             struct trod_arena *scratch, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct passing *const passing = owner;
    const struct mine_pass *const pass = passing->pass;
    const struct trod_part_view *view = NULL;
    bool fresh = false;
    bool begun = false;
    struct mine_member *member = NULL;
    TROD_TRY(mine_crew_take(passing->crew, pass->n_bytes, &member, &fresh, error));
    if (fresh && pass->begin) TROD_TRY(pass->begin(pass->owner, member, error));
    begun = true;
    TROD_TRY(trod_part_view_make(pass->question->parts, part, &pass->question->view, pass->by,
                                 scratch, &view, error));
    if (pass->part)
        TROD_TRY(pass->part(pass->owner, member, view, scratch, error));
    else
        TROD_TRY(pass->part_at(pass->owner, member, i, view, scratch, error));
done:
    /* One that could not begin is nobody's any more. */
    if (begun) mine_crew_leave(passing->crew, member);
    return status;
}

trod_status mine_pass(const struct mine_pass *pass, struct mine_crew *crew,
                      struct trod_error *error) {
    struct passing passing = {pass, crew};
    return trod_parts_each(pass->question->parts, pass->question->run, pass_part, &passing,
                           error);
}

/* ---- Blocks
 * ------------------------------------------------------------------------------------------ */

/* Whether a journey belongs to a slot, and touches the one before, nobody can foretell: so
 * there is no branch on either. */
static void find_stretches(struct mine_blocks *blocks) {
    const struct trod_part_view *const view = blocks->view;
    const uint32_t from = blocks->from, to = blocks->from + blocks->n;
    struct mine_stretch *const stretches = blocks->stretches;
    struct mine_stretch last = {0, 0, UINT32_MAX};
    size_t n = 0; /* the last one is written again and again until another one begins */
    for (uint32_t j = blocks->first; j < blocks->end; j++) {
        const uint32_t slot = mine_slot_of(blocks, j);
        const uint32_t begin = view->begin[j] > from ? view->begin[j] - from : 0;
        const uint32_t end = (view->end[j] < to ? view->end[j] : to) - from;
        const bool is_in = slot != UINT32_MAX;
        const bool begins = is_in & !((last.to == begin) & (last.slot == slot));
        n += begins;
        last.from = begins ? (uint16_t)begin : last.from;
        last.to = is_in ? (uint16_t)end : last.to;
        last.slot = is_in ? slot : last.slot;
        stretches[n] = last;
    }
    blocks->n_stretches = n;
    memmove(stretches, stretches + 1, n * sizeof *stretches);
}

bool mine_blocks_next(struct mine_blocks *blocks) {
    const struct trod_part_view *const view = blocks->view;
    const uint32_t behind = blocks->from + blocks->n;
    if (blocks->reached >= view->n_journeys) return false;
    const uint32_t begin = view->begin[blocks->reached];
    const uint32_t at = begin > behind ? begin : behind;
    blocks->from = at - at % MINE_BLOCK;
    blocks->n = view->n_places - blocks->from;
    if (blocks->n > MINE_BLOCK) blocks->n = MINE_BLOCK;
    const uint32_t to = blocks->from + blocks->n;
    uint32_t j = blocks->first = blocks->reached;
    while (j < view->n_journeys && view->begin[j] < to) j++;
    blocks->end = j;
    blocks->reached = view->end[j - 1] > to ? j - 1 : j;
    if (view->whole && !blocks->slot_of) {
        blocks->n_stretches = 1;
        blocks->stretches[0] = (struct mine_stretch){.from = 0, .to = (uint16_t)blocks->n};
    } else {
        find_stretches(blocks);
    }
    return true;
}

trod_status mine_undated(const struct trod_part_view *view, struct trod_arena *arena,
                         struct trod_bits *undated, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_part *const part = view->part;
    *undated = (struct trod_bits){0};
    if (part->n_undated == 0) goto done;
    struct trod_bits events = trod_bits_make(arena, part->n_events);
    TROD_TRY_ALLOC(events.words, error);
    for (size_t i = 0; i < part->n_undated; i++) trod_bits_add(&events, part->undated[i]);
    *undated = events;
    if (!view->event) goto done;
    *undated = trod_bits_make(arena, view->n_places);
    TROD_TRY_ALLOC(undated->words, error);
    for (uint32_t place = 0; place < view->n_places; place++)
        if (trod_bits_has(&events, view->event[place])) trod_bits_add(undated, place);
done:
    return status;
}

/* ---- Pairs of neighbours
 * ------------------------------------------------------------------------------------------ */

/* The first place of a view is nobody's second, so it is passed over here and has no pair. */
static uint32_t first_pair(const struct mine_blocks *blocks) {
    return blocks->from == 0 ? 1 : 0;
}

#define TAKE_OUT_STRADDLING(blocks, pairs, none)                                    \
    do {                                                                            \
        const uint32_t *const begin = (blocks)->view->begin;                        \
        uint32_t j = (blocks)->first;                                               \
        if (begin[j] < (blocks)->from) j++;                                         \
        for (; j < (blocks)->end; j++) (pairs)[begin[j] - (blocks)->from] = (none); \
    } while (0)

/* The pairs that end at places first .. n - 1; compiled once for each width of vectors. */
MINE_EACH_WIDTH void pairs_of_bytes(const uint8_t *restrict name, uint32_t first, uint32_t n,
                                    uint16_t n_names, uint16_t *restrict pairs) {
    for (uint32_t i = first; i < n; i++)
        pairs[i] = (uint16_t)(name[(size_t)i - 1] * n_names + name[i]);
}
static void pairs_of_bytes_plain(const uint8_t *name, uint32_t first, uint32_t n,
                                 uint16_t n_names, uint16_t *pairs) {
    pairs_of_bytes(name, first, n, n_names, pairs);
}
MINE_WIDE static void pairs_of_bytes_wide(const uint8_t *name, uint32_t first, uint32_t n,
                                          uint16_t n_names, uint16_t *pairs) {
    pairs_of_bytes(name, first, n, n_names, pairs);
}

void mine_block_pairs_u16(const struct mine_blocks *blocks, uint32_t n_names, uint16_t none,
                          uint16_t *restrict pairs) {
    const uint8_t *const name = (const uint8_t *)blocks->view->name + blocks->from;
    pairs[0] = none;
    (mine_is_wide() ? pairs_of_bytes_wide : pairs_of_bytes_plain)(
        name, first_pair(blocks), blocks->n, (uint16_t)n_names, pairs);
    TAKE_OUT_STRADDLING(blocks, pairs, none);
}

void mine_block_pairs_u32(const struct mine_blocks *blocks, uint32_t n_names, uint32_t none,
                          uint32_t *restrict pairs) {
    const struct trod_part_view *const view = blocks->view;
    const uint32_t n = blocks->n, first = first_pair(blocks);
    pairs[0] = none;
    if (view->name_bytes == 1) {
        const uint8_t *const restrict name = (const uint8_t *)view->name + blocks->from;
        for (uint32_t i = first; i < n; i++) pairs[i] = name[(size_t)i - 1] * n_names + name[i];
    } else if (view->name_bytes == 2) {
        const uint16_t *const restrict name = (const uint16_t *)view->name + blocks->from;
        for (uint32_t i = first; i < n; i++) pairs[i] = name[(size_t)i - 1] * n_names + name[i];
    } else {
        const uint32_t *const restrict name = (const uint32_t *)view->name + blocks->from;
        for (uint32_t i = first; i < n; i++) pairs[i] = name[(size_t)i - 1] * n_names + name[i];
    }
    TAKE_OUT_STRADDLING(blocks, pairs, none);
}

void mine_block_pairs_u64(const struct mine_blocks *blocks, uint64_t *restrict pairs) {
    const struct trod_part_view *const view = blocks->view;
    pairs[0] = UINT64_MAX;
    for (uint32_t i = first_pair(blocks); i < blocks->n; i++)
        pairs[i] = (uint64_t)mine_name_at(view, blocks->from + i - 1) << 32 |
                   mine_name_at(view, blocks->from + i);
    TAKE_OUT_STRADDLING(blocks, pairs, UINT64_MAX);
}

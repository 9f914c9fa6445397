/* The front is a table without chains: where two paths meet in a slot, the less frequent one is
 * left out. The slot is the upper bits of a product; a few factors are tried until the paths
 * that keep durations meet nowhere. Durations are noted down one after the other as they come,
 * with their slots in the upper bits, and dealt to their slots when all are there. */
#include "mine/front.h"

/* ---- Room -----------------------------------------------------------------------------------
 */

void *mine_slab_take(struct mine_slab *slab, size_t n_bytes) {
    enum { LEAST = 1 << 16, MOST = 1 << 24 };
    if (slab->left < n_bytes) {
        if (slab->next < LEAST) slab->next = LEAST;
        const size_t n = slab->next > n_bytes ? slab->next : n_bytes;
        slab->at = trod_arena_alloc(slab->arena, n, 1);
        slab->left = slab->at ? n : 0;
        if (!slab->at) return NULL;
        mine_expect_random(slab->at, n);
        if (slab->next < MOST) slab->next *= 2;
    }
    void *const taken = slab->at;
    slab->at += n_bytes;
    slab->left -= n_bytes;
    return taken;
}

trod_status mine_sheets_room(struct mine_sheets *sheets, size_t n, struct trod_error *error) {
    trod_status status = TROD_OK;
    if (sheets->last && sheets->last->n + n <= MINE_SHEET) return TROD_OK;
    _Static_assert(sizeof(struct mine_sheet) % 64 == 0, "sheets lie side by side");
    struct mine_sheet *const sheet = mine_slab_take(&sheets->slab, sizeof *sheet);
    TROD_TRY_ALLOC(sheet, error);
    sheet->before = sheets->last;
    sheets->last = sheet;
done:
    return status;
}

/* ---- The table ------------------------------------------------------------------------------
 */

static bool meet_nowhere(const struct mine_front *front, const struct mine_key *keys,
                         size_t n) {
    uint64_t taken[MINE_FRONT / 64] = {0};
    for (size_t i = 0; i < n; i++) {
        const uint32_t slot = mine_front_slot(front, mine_key_place(keys[i]));
        if (taken[slot / 64] >> slot % 64 & 1) return false;
        taken[slot / 64] |= UINT64_C(1) << slot % 64;
    }
    return true;
}

trod_status mine_front_make(const struct mine_key *keys, size_t n, size_t n_timed,
                            struct trod_arena *arena, struct mine_front *front,
                            struct trod_error *error) {
    trod_status status = TROD_OK;
    enum { TRIES = 100 };
    *front = (struct mine_front){.turn = UINT64_C(0xbf58476d1ce4e5b9)};
    front->keys = TROD_NEW_ARRAY(arena, MINE_FRONT, struct mine_key);
    TROD_TRY_ALLOC(front->keys, error);
    front->timed = TROD_NEW_ARRAY(arena, MINE_FRONT + 1, uint8_t);
    TROD_TRY_ALLOC(front->timed, error);
    if (n_timed > n) n_timed = n;
    for (int t = 0; t < TRIES && !meet_nowhere(front, keys, n_timed); t++)
        front->turn = (front->turn ^ front->turn >> 29) * UINT64_C(0x94d049bb133111eb) | 1;
    for (size_t i = 0; i < n; i++) {
        const uint32_t slot = mine_front_slot(front, mine_key_place(keys[i]));
        if (front->keys[slot].a || front->keys[slot].b) continue;
        front->keys[slot] = keys[i];
        front->timed[slot] = i < n_timed;
    }
    front->any_timed = n_timed > 0;
done:
    return status;
}

/* ---- Tallies --------------------------------------------------------------------------------
 */

trod_status mine_tally_make(struct trod_arena *arena, struct mine_tally *tally,
                            struct trod_error *error) {
    trod_status status = TROD_OK;
    *tally = (struct mine_tally){.times = {.slab = {.arena = arena}}};
    tally->n = TROD_NEW_ARRAY(arena, MINE_FRONT + 1, uint64_t);
    TROD_TRY_ALLOC(tally->n, error);
done:
    return status;
}

struct dealing {
    struct mine_tally *const *tallies;
    struct mine_tallied *tallied;
    size_t
        *places; /* [n][MINE_FRONT]: durations of each slot; later, where the next one goes */
};

static trod_status count_times(void *owner, size_t t, struct trod_error *error) {
    const struct dealing *const dealing = owner;
    size_t *const counts = dealing->places + t * MINE_FRONT;
    (void)error;
    for (const struct mine_sheet *sheet = dealing->tallies[t]->times.last; sheet;
         sheet = sheet->before)
        for (size_t i = 0; i < sheet->n; i++) counts[sheet->at[i] >> MINE_TIME_BITS]++;
    return TROD_OK;
}

static trod_status deal_times(void *owner, size_t t, struct trod_error *error) {
    const struct dealing *const dealing = owner;
    size_t *const places = dealing->places + t * MINE_FRONT;
    int64_t *const values = dealing->tallied->values;
    (void)error;
    for (const struct mine_sheet *sheet = dealing->tallies[t]->times.last; sheet;
         sheet = sheet->before)
        for (size_t i = 0; i < sheet->n; i++)
            values[places[sheet->at[i] >> MINE_TIME_BITS]++] =
                (int64_t)(sheet->at[i] & (UINT64_MAX >> MINE_FRONT_BITS));
    return TROD_OK;
}

trod_status mine_tally_add(struct mine_tally *const *tallies, size_t n,
                           const struct trod_run *run, struct trod_arena *arena,
                           struct mine_tallied *tallied, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct dealing dealing = {.tallies = tallies, .tallied = tallied};
    *tallied = (struct mine_tallied){0};
    tallied->n = TROD_NEW_ARRAY(arena, MINE_FRONT, uint64_t);
    TROD_TRY_ALLOC(tallied->n, error);
    tallied->first = TROD_NEW_ARRAY(arena, MINE_FRONT + 1, size_t);
    TROD_TRY_ALLOC(tallied->first, error);
    dealing.places = TROD_NEW_ARRAY(arena, n * MINE_FRONT, size_t);
    TROD_TRY_ALLOC(dealing.places, error);
    for (size_t t = 0; t < n; t++) {
        for (size_t slot = 0; slot < MINE_FRONT; slot++)
            tallied->n[slot] += tallies[t]->n[slot];
        tallied->over = tallied->over || tallies[t]->over;
    }
    TROD_TRY(trod_run_each(run, n, count_times, &dealing, error));
    size_t n_values = 0;
    for (size_t slot = 0; slot < MINE_FRONT; slot++) {
        tallied->first[slot] = n_values;
        for (size_t t = 0; t < n; t++) {
            const size_t m = dealing.places[t * MINE_FRONT + slot];
            dealing.places[t * MINE_FRONT + slot] = n_values;
            n_values += m;
        }
    }
    tallied->first[MINE_FRONT] = n_values;
    tallied->values = TROD_NEW_ARRAY(arena, n_values, int64_t);
    TROD_TRY_ALLOC(tallied->values, error);
    mine_expect_random(tallied->values, n_values * sizeof *tallied->values);
    TROD_TRY(trod_run_each(run, n, deal_times, &dealing, error));
done:
    return status;
}

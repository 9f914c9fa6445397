/* Quantiles from buckets, and exactly from what lies in the right ones.
 *
 * Of a group with n values type 7 looks at the k-th and the (k+1)-th. Mostly both lie in one
 * bucket, which holds one value of sixty-four or so: the second pass catches these and selects.
 * If they lie in two buckets, nothing lies between, and the second pass only keeps the greatest
 * of the lower bucket and the least of the upper one. A bucket in which only one value is
 * possible (below 64 of anything; or one multiple of the tick) needs no pass at all.
 *
 * Each event hits the row of its group anywhere, so what counts is how many lines of cache the
 * rows take: counts have 16 bits, and carry into wider ones that lie elsewhere and are hardly
 * ever touched.
 *
 * Sums are whole numbers of ticks in 64 bits for as long as they cannot overflow, then of
 * microseconds in 128, so a mean does not depend on the order. */
#include "mine/spread.h"

#include <math.h>

enum { NARROW_BITS = 10, N_NARROW = 1 << NARROW_BITS };
static const double SHARES[MINE_RANKS] = {0.5, 0.95};

struct mine_rank {
    uint64_t k;      /* from 0 */
    double part;     /* of the way to the next value; 0: that one does not matter */
    uint64_t lo, hi; /* the k-th, and the next one if it matters, lie in lo..hi */
    uint64_t below;  /* values below lo */
    uint64_t n;      /* values in lo..hi */
    bool known;      /* low and high are those two values */
    bool split;      /* the k-th is below `middle`, the next is not, none lies between */
    bool narrow;     /* counted in narrower buckets in this pass */
    unsigned shift;  /* how wide they are */
    uint64_t low_hi, middle; /* the k-th is at most the one, the next at least the other */
    uint64_t low, high;
    uint64_t *values; /* caught */
    atomic_size_t n_caught;
    atomic_uint_least64_t greatest, least; /* below and from `middle` on */
    atomic_uint_least64_t *counts;         /* [N_NARROW] */
};

/* ---- Buckets ------------------------------------------------------------------------------
 */

/* Cells are put together as long as the upper edge is at most 1/50 above the lower. */
static void cut_octave(struct mine_buckets *cut) {
    unsigned n = 0, first = 0;
    cut->first_cell[0] = 0;
    for (unsigned cell = 0; cell < MINE_CELLS; cell++) {
        if ((MINE_CELLS + cell + 1) * 50 > (MINE_CELLS + first) * 51) {
            first = cell;
            cut->first_cell[++n] = (uint16_t)cell;
        }
        cut->of_cell[cell] = (uint8_t)n;
    }
    CHECK(n + 1 == MINE_OCTAVE);
    cut->first_cell[MINE_OCTAVE] = MINE_CELLS;
}

static inline size_t bucket_of_cell(const struct mine_buckets *cut, uint32_t cell) {
    return (size_t)(cell / MINE_CELLS) * MINE_OCTAVE + cut->of_cell[cell % MINE_CELLS];
}

/* Octave 0 is 0 alone, octave k is 2^(k - 1) .. 2^k - 1. */
static inline uint32_t cell_of(uint64_t value) {
    if (value == 0) return 0;
    const unsigned log = 63 - (unsigned)__builtin_clzll(value);
    return (log + 1) * MINE_CELLS + (uint32_t)((value << (63 - log)) >> 55 & (MINE_CELLS - 1));
}

static size_t bucket_of(const struct mine_buckets *cut, uint64_t value) {
    return bucket_of_cell(cut, cell_of(value));
}

/* The least value that lies in the bucket or above. */
static uint64_t edge_of(const struct mine_buckets *cut, size_t bucket) {
    const unsigned octave = (unsigned)(bucket / MINE_OCTAVE);
    const uint64_t edge = MINE_CELLS + cut->first_cell[bucket % MINE_OCTAVE];
    if (octave == 0) return bucket != 0;
    if (octave > 8) return edge << (octave - 9);
    return (edge + (UINT64_C(1) << (9 - octave)) - 1) >> (9 - octave);
}

/* ---- Making -------------------------------------------------------------------------------
 */

static size_t n_buckets_of(uint64_t longest_us) {
    struct mine_buckets cut;
    cut_octave(&cut);
    return bucket_of(&cut, longest_us) + 1;
}

static size_t stride_of(size_t n_buckets) {
    return ((n_buckets + 31) & ~(size_t)31) + 32;
}

trod_status mine_spread_make(uint32_t n_groups, uint64_t longest_us, uint64_t memory_bytes,
                             struct mine_spread *spread, struct trod_error *error) {
    trod_status status = TROD_OK;
    *spread = (struct mine_spread){.n_groups = n_groups,
                                   .n_buckets = n_buckets_of(longest_us),
                                   .longest_us = longest_us,
                                   .memory_bytes = memory_bytes};
    cut_octave(&spread->cut);
    spread->stride = stride_of(spread->n_buckets);
    spread->arena = trod_arena_make(MINE_ARENA_BYTES);
    TROD_TRY_ALLOC(spread->arena, error);
    spread->pass = trod_arena_make(MINE_ARENA_BYTES);
    TROD_TRY_ALLOC(spread->pass, error);
    spread->n = TROD_NEW_ARRAY(spread->arena, n_groups, uint64_t);
    TROD_TRY_ALLOC(spread->n, error);
    spread->sum_us = TROD_NEW_ARRAY(spread->arena, n_groups, mine_wide);
    TROD_TRY_ALLOC(spread->sum_us, error);
    spread->ranks =
        TROD_NEW_ARRAY(spread->arena, (size_t)n_groups * MINE_RANKS, struct mine_rank);
    TROD_TRY_ALLOC(spread->ranks, error);
    spread->windows =
        TROD_NEW_ARRAY(spread->arena, ((size_t)n_groups + 1) * MINE_RANKS, struct mine_window);
    TROD_TRY_ALLOC(spread->windows, error);
done:
    return status;
}

void mine_spread_release(struct mine_spread *spread) {
    trod_arena_free(spread->arena);
    trod_arena_free(spread->pass);
    spread->arena = spread->pass = NULL;
}

uint64_t mine_tray_bytes(uint32_t n_groups, uint64_t longest_us) {
    return ((uint64_t)n_groups + 1) * stride_of(n_buckets_of(longest_us)) *
           (sizeof(uint16_t) + sizeof(uint32_t));
}

trod_status mine_tray_make(const struct mine_spread *spread, struct trod_arena *arena,
                           struct mine_tray *tray, struct trod_error *error) {
    trod_status status = TROD_OK;
    const size_t n = (size_t)spread->n_groups + 1;
    *tray = (struct mine_tray){.spread = spread, .arena = arena};
    tray->buckets = TROD_NEW_ARRAY(arena, n * spread->stride, uint16_t);
    TROD_TRY_ALLOC(tray->buckets, error);
    tray->carries = TROD_NEW_ARRAY(arena, n * spread->stride, uint32_t);
    TROD_TRY_ALLOC(tray->carries, error);
    mine_expect_random(tray->buckets, n * spread->stride * sizeof *tray->buckets);
    tray->sums = TROD_NEW_ARRAY(arena, n, uint64_t);
    TROD_TRY_ALLOC(tray->sums, error);
    tray->sum_us = TROD_NEW_ARRAY(arena, n, mine_wide);
    TROD_TRY_ALLOC(tray->sum_us, error);
done:
    return status;
}

/* ---- Putting ------------------------------------------------------------------------------
 */

enum { CHUNK = 1024, AHEAD = 128 }; /* AHEAD: places fetched before they are needed */

static uint64_t bits_of_all(const uint64_t *at, uint32_t n) {
    uint64_t all = 0;
    for (uint32_t i = 0; i < n; i++) all |= at[i];
    return all;
}

/* The cells of at[i] * tick_us, which are below 2^52: the bits of the double of the same value
 * tell them, exponent and upper eight digits one after the other. */
MINE_EACH_WIDTH void cells_of(const uint64_t *restrict at, uint32_t n, uint64_t tick_us,
                              uint16_t *restrict cell) {
    static const uint64_t MAGIC = UINT64_C(0x4330000000000000); /* the double 2^52 */
    const double tick = (double)tick_us;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t bits = at[i] | MAGIC;
        double value;
        memcpy(&value, &bits, sizeof value);
        value = (value - 0x1p52) * tick;
        memcpy(&bits, &value, sizeof bits);
        const int32_t of = (int32_t)(bits >> 44) - (1023 - 1) * MINE_CELLS;
        cell[i] = (uint16_t)(of < 0 ? 0 : of);
    }
}

static void cells_plain(const uint64_t *at, uint32_t n, uint64_t tick_us, uint16_t *cell) {
    cells_of(at, n, tick_us, cell);
}
MINE_WIDE static void cells_wide(const uint64_t *at, uint32_t n, uint64_t tick_us,
                                 uint16_t *cell) {
    cells_of(at, n, tick_us, cell);
}

static inline void put_one(struct mine_tray *tray, size_t at) {
    if (++tray->buckets[at] == 0) tray->carries[at]++;
}

/* Any values, one by one. */
static void put_slowly(struct mine_tray *tray, const uint32_t *group, const uint64_t *at,
                       uint32_t n, uint64_t tick_us) {
    for (uint32_t i = 0; i < n; i++) {
        const uint64_t value_us = at[i] * tick_us;
        size_t bucket = bucket_of(&tray->spread->cut, value_us);
        if (value_us > tray->spread->longest_us) {
            bucket = tray->spread->n_buckets - 1;
            tray->over = true;
        }
        put_one(tray, group[i] * tray->spread->stride + bucket);
        tray->sum_us[group[i]] += value_us;
    }
}

static void put_chunk(struct mine_tray *tray, const uint32_t *group, const uint64_t *at,
                      uint32_t n, uint64_t tick_us, uint64_t all) {
    const size_t stride = tray->spread->stride;
    const struct mine_buckets *const cut = &tray->spread->cut;
    uint64_t *const sums = tray->sums;
    uint16_t cell[CHUNK];
    tray->bits |= all;
    tray->n_summed += n;
    if (tray->n_summed > UINT64_MAX / (tray->bits | 1)) {
        mine_tray_part(tray, tick_us);
        tray->bits = all;
        tray->n_summed = n;
    }
    (mine_is_wide() ? cells_wide : cells_plain)(at, n, tick_us, cell);
    size_t place[AHEAD];
    for (uint32_t from = 0; from < n; from += AHEAD) {
        const uint32_t m = n - from < AHEAD ? n - from : AHEAD;
        for (uint32_t i = 0; i < m; i++) {
            place[i] = group[from + i] * stride + bucket_of_cell(cut, cell[from + i]);
            __builtin_prefetch(&tray->buckets[place[i]], 1);
        }
        for (uint32_t i = 0; i < m; i++) {
            put_one(tray, place[i]);
            sums[group[from + i]] += at[from + i];
        }
    }
}

trod_status mine_tray_put(struct mine_tray *tray, const uint32_t *group, const uint64_t *at,
                          uint32_t n, uint64_t tick_us, struct trod_error *error) {
    (void)error;
    if (!tray->tick_us || tick_us < tray->tick_us) tray->tick_us = tick_us;
    for (uint32_t i = 0; i < n; i += CHUNK) {
        const uint32_t m = n - i < CHUNK ? n - i : CHUNK;
        const uint64_t all = bits_of_all(at + i, m);
        if (all < (UINT64_C(1) << 52) / tick_us && all <= tray->spread->longest_us / tick_us)
            put_chunk(tray, group + i, at + i, m, tick_us, all);
        else
            put_slowly(tray, group + i, at + i, m, tick_us);
    }
    return TROD_OK;
}

void mine_tray_part(struct mine_tray *tray, uint64_t tick_us) {
    for (size_t g = 0; g <= tray->spread->n_groups; g++) {
        tray->sum_us[g] += (mine_wide)tray->sums[g] * tick_us;
        tray->sums[g] = 0;
    }
    tray->n_summed = tray->bits = 0;
}

/* ---- Adding up ----------------------------------------------------------------------------
 */

/* Where type 7 looks among n values: the k-th, and `part` of the way to the next. */
static void aim(struct mine_rank *rank, uint64_t n, double share) {
    const double h = (double)(n - 1) * share;
    double whole = floor(h);
    rank->part = h - whole;
    /* A rank that is whole but for rounding is whole. */
    if (rank->part > 1 - 4e-16 * (h + 1)) {
        whole += 1;
        rank->part = 0;
    } else if (rank->part < 4e-16 * (h + 1)) {
        rank->part = 0;
    }
    rank->k = (uint64_t)whole < n ? (uint64_t)whole : n - 1;
}

static uint64_t up_to_tick(uint64_t value, uint64_t tick) {
    return value % tick ? value - value % tick + tick : value;
}

/* Draws the limits together to what values are possible; tells whether that is enough. */
static void tighten(struct mine_rank *rank, uint64_t tick) {
    rank->lo = up_to_tick(rank->lo, tick);
    rank->hi -= rank->hi % tick;
    if (!rank->split) {
        rank->known = rank->lo == rank->hi;
        rank->low = rank->high = rank->lo;
        return;
    }
    rank->low_hi -= rank->low_hi % tick;
    rank->middle = up_to_tick(rank->middle, tick);
    rank->known = rank->lo == rank->low_hi && rank->middle == rank->hi;
    rank->low = rank->lo;
    rank->high = rank->hi;
}

/* Finds the buckets of a rank in a row of counts. */
static void place(const struct mine_spread *spread, struct mine_rank *rank,
                  const uint64_t *row) {
    const uint64_t next = rank->part > 0 ? rank->k + 1 : rank->k;
    uint64_t below = 0;
    size_t b = 0;
    while (below + row[b] <= rank->k) below += row[b++];
    rank->below = below;
    rank->n = row[b];
    rank->lo = edge_of(&spread->cut, b);
    const size_t of_k = b;
    while (below + row[b] <= next) below += row[b++];
    rank->hi = b + 1 < spread->n_buckets ? edge_of(&spread->cut, b + 1) - 1
               : spread->over            ? UINT64_MAX
                                         : spread->longest_us;
    rank->split = b != of_k;
    if (rank->split) rank->n += row[b];
    rank->low_hi = rank->split ? edge_of(&spread->cut, of_k + 1) - 1 : 0;
    rank->middle = rank->split ? edge_of(&spread->cut, b) : 0;
    tighten(rank, spread->tick_us);
}

static void add_row(const struct mine_tray *tray, size_t g, uint64_t *row) {
    const size_t n = tray->spread->n_buckets, at = g * tray->spread->stride;
    for (size_t b = 0; b < n; b++)
        row[b] += (uint64_t)tray->carries[at + b] << 16 | tray->buckets[at + b];
}

trod_status mine_spread_close(struct mine_spread *spread, struct mine_tray *const *trays,
                              size_t n, struct trod_error *error) {
    trod_status status = TROD_OK;
    uint64_t *const row = TROD_NEW_ARRAY(spread->arena, spread->stride, uint64_t);
    TROD_TRY_ALLOC(row, error);
    for (size_t t = 0; t < n; t++) {
        if (trays[t]->tick_us && (!spread->tick_us || trays[t]->tick_us < spread->tick_us))
            spread->tick_us = trays[t]->tick_us;
        spread->over = spread->over || trays[t]->over;
    }
    for (uint32_t g = 0; g < spread->n_groups; g++) {
        memset(row, 0, spread->stride * sizeof *row);
        for (size_t t = 0; t < n; t++) {
            add_row(trays[t], g, row);
            spread->sum_us[g] += trays[t]->sum_us[g];
        }
        for (size_t b = 0; b < spread->n_buckets; b++) spread->n[g] += row[b];
        for (size_t r = 0; r < MINE_RANKS; r++) {
            struct mine_rank *const rank = &spread->ranks[(size_t)g * MINE_RANKS + r];
            rank->known = spread->n[g] == 0;
            if (rank->known) continue;
            aim(rank, spread->n[g], SHARES[r]);
            place(spread, rank, row);
        }
    }
done:
    return status;
}

/* ---- Catching -----------------------------------------------------------------------------
 */

/* Bytes that a pass needs to know the rank. */
static uint64_t bytes_of(const struct mine_rank *rank) {
    if (rank->known || rank->split) return 0;
    return rank->n * sizeof(uint64_t);
}

static trod_status prepare(struct mine_spread *spread, struct mine_rank *rank, uint64_t most,
                           struct trod_error *error) {
    trod_status status = TROD_OK;
    atomic_store(&rank->n_caught, 0);
    atomic_store(&rank->greatest, 0);
    atomic_store(&rank->least, UINT64_MAX);
    rank->narrow = bytes_of(rank) > most;
    if (rank->narrow) {
        const uint64_t reach = rank->hi - rank->lo;
        rank->shift = 0;
        while (reach >> rank->shift >= N_NARROW) rank->shift++;
        rank->counts = TROD_NEW_ARRAY(spread->pass, N_NARROW, atomic_uint_least64_t);
        TROD_TRY_ALLOC(rank->counts, error);
    } else if (!rank->split) {
        rank->values = TROD_NEW_ARRAY(spread->pass, (size_t)rank->n, uint64_t);
        TROD_TRY_ALLOC(rank->values, error);
    }
done:
    return status;
}

trod_status mine_spread_more(struct mine_spread *spread, bool *more, struct trod_error *error) {
    trod_status status = TROD_OK;
    const size_t n_ranks = (size_t)spread->n_groups * MINE_RANKS;
    uint64_t need = 0, n_open = 0;
    trod_arena_reset(spread->pass);
    for (size_t r = 0; r < n_ranks; r++) {
        need += bytes_of(&spread->ranks[r]);
        n_open += !spread->ranks[r].known;
    }
    *more = n_open > 0;
    /* All of them fit, or each takes no more than its share. */
    const uint64_t fair = n_open ? spread->memory_bytes / n_open : 0;
    const uint64_t most = need <= spread->memory_bytes         ? UINT64_MAX
                          : fair > N_NARROW * sizeof(uint64_t) ? fair
                                                               : N_NARROW * sizeof(uint64_t);
    for (size_t r = 0; r < n_ranks + MINE_RANKS; r++) {
        struct mine_window *const window = &spread->windows[r];
        *window = (struct mine_window){UINT64_MAX, 0};
        if (r >= n_ranks || spread->ranks[r].known) continue;
        TROD_TRY(prepare(spread, &spread->ranks[r], most, error));
        *window = (struct mine_window){spread->ranks[r].lo,
                                       spread->ranks[r].hi - spread->ranks[r].lo};
    }
done:
    return status;
}

static void raise_to(atomic_uint_least64_t *most, uint64_t value) {
    uint64_t seen = atomic_load_explicit(most, memory_order_relaxed);
    while (value > seen && !atomic_compare_exchange_weak(most, &seen, value)) continue;
}

static void lower_to(atomic_uint_least64_t *least, uint64_t value) {
    uint64_t seen = atomic_load_explicit(least, memory_order_relaxed);
    while (value < seen && !atomic_compare_exchange_weak(least, &seen, value)) continue;
}

static void catch_one(struct mine_rank *rank, uint64_t value) {
    if (rank->split) {
        if (value < rank->middle)
            raise_to(&rank->greatest, value);
        else
            lower_to(&rank->least, value);
    } else if (rank->narrow) {
        atomic_fetch_add_explicit(&rank->counts[(value - rank->lo) >> rank->shift], 1,
                                  memory_order_relaxed);
    } else {
        const size_t i = atomic_fetch_add_explicit(&rank->n_caught, 1, memory_order_relaxed);
        if (i < rank->n) rank->values[i] = value;
    }
}

void mine_spread_catch(struct mine_spread *spread, const uint32_t *group, const uint64_t *at,
                       uint32_t n, uint64_t tick_us) {
    const struct mine_window *const windows = spread->windows;
    for (uint32_t i = 0; i < n; i++) {
        const size_t r = (size_t)group[i] * MINE_RANKS;
        const uint64_t value = at[i] * tick_us;
        if (value - windows[r].lo <= windows[r].reach) catch_one(&spread->ranks[r], value);
        if (value - windows[r + 1].lo <= windows[r + 1].reach)
            catch_one(&spread->ranks[r + 1], value);
    }
}

/* The k-th smallest and the next one; the values are put into another order. A range that
 * holds both is cut into 256 again and again, so that no order of values is slow. */
static void select_two(uint64_t *at, size_t n, size_t k, uint64_t *low, uint64_t *high) {
    uint64_t above = UINT64_MAX; /* the least value that was passed over on the upper side */
    for (;;) {
        uint64_t least = UINT64_MAX, most = 0;
        for (size_t i = 0; i < n; i++) {
            if (at[i] < least) least = at[i];
            if (at[i] > most) most = at[i];
        }
        if (least == most) break;
        size_t counts[256] = {0}, b = 0, before = 0, kept = 0;
        unsigned shift = 0;
        while ((most - least) >> shift > 255) shift++;
        for (size_t i = 0; i < n; i++) counts[(at[i] - least) >> shift]++;
        while (before + counts[b] <= k) before += counts[b++];
        for (size_t i = 0; i < n; i++) {
            const size_t of = (size_t)((at[i] - least) >> shift);
            if (of > b && at[i] < above) above = at[i];
            if (of == b) at[kept++] = at[i];
        }
        n = kept;
        k -= before;
    }
    *low = at[0];
    *high = k + 1 < n ? at[0] : above;
}

/* What was caught of one rank brings it nearer, mostly all the way. */
static void learn(struct mine_rank *rank, uint64_t tick) {
    if (rank->split) {
        rank->low = atomic_load(&rank->greatest);
        rank->high = atomic_load(&rank->least);
        rank->known = true;
    } else if (rank->narrow) {
        const uint64_t lo = rank->lo, next = rank->k + (rank->part > 0), most = rank->hi;
        uint64_t below = rank->below;
        size_t b = 0;
        while (below + rank->counts[b] <= rank->k) below += rank->counts[b++];
        rank->below = below;
        rank->n = rank->counts[b];
        rank->lo = lo + ((uint64_t)b << rank->shift);
        const size_t of_k = b;
        while (below + rank->counts[b] <= next) below += rank->counts[b++];
        rank->split = b != of_k;
        rank->low_hi = lo + ((uint64_t)(of_k + 1) << rank->shift) - 1;
        rank->middle = lo + ((uint64_t)b << rank->shift);
        if (rank->split) rank->n += rank->counts[b];
        rank->hi = lo + (((uint64_t)b + 1) << rank->shift) - 1;
        if (rank->hi > most) rank->hi = most;
        tighten(rank, tick);
    } else {
        select_two(rank->values, (size_t)rank->n, (size_t)(rank->k - rank->below), &rank->low,
                   &rank->high);
        if (rank->part == 0) rank->high = rank->low;
        rank->known = true;
    }
}

static trod_status learn_group(void *owner, size_t g, struct trod_error *error) {
    struct mine_spread *const spread = owner;
    (void)error;
    for (size_t r = g * MINE_RANKS; r < (g + 1) * MINE_RANKS; r++)
        if (!spread->ranks[r].known) learn(&spread->ranks[r], spread->tick_us);
    return TROD_OK;
}

trod_status mine_spread_caught(struct mine_spread *spread, const struct trod_run *run,
                               struct trod_error *error) {
    return trod_run_each(run, spread->n_groups, learn_group, spread, error);
}

/* ---- Figures ------------------------------------------------------------------------------
 */

static double middle_of(uint64_t lo, uint64_t hi) {
    return (double)lo + (double)(hi - lo) / 2;
}

static double value_of(const struct mine_rank *rank) {
    double low = (double)rank->low, high = (double)rank->high;
    if (!rank->known && rank->split) {
        low = middle_of(rank->lo, rank->low_hi);
        high = middle_of(rank->middle, rank->hi);
    } else if (!rank->known) {
        low = high = middle_of(rank->lo, rank->hi);
    }
    return low == high ? low : low + rank->part * (high - low);
}

struct trod_durations mine_spread_of(const struct mine_spread *spread, uint32_t group) {
    const uint64_t n = spread->n[group];
    if (n == 0) return (struct trod_durations){0, NAN, NAN, NAN};
    const mine_wide sum_us = spread->sum_us[group];
    const struct mine_rank *const ranks = &spread->ranks[(size_t)group * MINE_RANKS];
    return (struct trod_durations){
        .n = n,
        .mean_us = (double)(uint64_t)(sum_us / n) + (double)(uint64_t)(sum_us % n) / (double)n,
        .median_us = value_of(&ranks[0]),
        .p95_us = value_of(&ranks[1]),
    };
}

/* yardstick: how fast bare C answers the benchmark's questions when it need not be a program.
 *
 *     yardstick [EVENTS [THREADS [TIMES [SEED]]]]
 *
 * Three columns of the simulated shop, in memory and in order of customers: the touchpoint (a
 * byte), the time (4 bytes, in ticks of 15 ms since the shop opened) and where customers
 * begin; for the funnel also the channel that each came by. No filters, no names, no missing
 * values, forty touchpoints, a hash that nobody checks for collisions. What trod needs beyond
 * this is the price of being of use.
 *
 *  - flow: indices of pairs are computed for the whole column at once, as if it were one
 * journey (the compiler vectorises that), counted in four tables so that increments do not wait
 * for each other, and the pairs across customers are taken off afterwards;
 *  - flow with times: a histogram a pair, of 64 bins an octave, from the bits of a float;
 *  - paths: a 64-bit hash a customer, dealt into 1,024 piles by its upper bits, each counted in
 * a small table;
 *  - funnel, first to first: a bit mask a touchpoint over the customer's first 64 events. The
 * first landing, the first product after it … bound how far it got; only if that chain takes
 * more than thirty days, all chains are looked at.
 *
 * Prints a line of JSON a question: the median of the times, and figures to hold trod's
 * against.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if defined __AVX512BW__ || defined __AVX2__
#include <immintrin.h>
#endif

#include "shop.h"

enum { N = SHOP_TOUCHPOINTS, PAD = 64, TABLES = 4, STEPS = 5, MOST_PARTS = 64 };
enum { PER_OCTAVE = 64, BINS = 32 * PER_OCTAVE, PILES = 1024 };
enum { TICK_MS = 15 }; /* two years of them are just below 2^32 */
static const uint32_t WINDOW = UINT32_C(30) * 86400 * 1000 / TICK_MS;
static const uint8_t STEP[STEPS] = {SHOP_LANDING, SHOP_PRODUCT, SHOP_CART_ADD, SHOP_CHECKOUT,
                                    SHOP_ORDER};

struct part { /* what a thread counts */
    uint32_t pairs[TABLES][N * N];
    uint64_t funnel[SHOP_CHANNELS][STEPS + 1];
    uint32_t pile[PILES], place[PILES];
    uint64_t n_paths, most;
    uint32_t *bins;  /* [N * N * BINS] */
    uint32_t *lasts; /* [BINS] */
    uint64_t n_lasts;
    uint64_t *keys; /* a table, to count a pile in */
    uint32_t *counts;
    size_t room;
};
struct columns {
    uint8_t *name;    /* [n_events + PAD] */
    uint32_t *time;   /* [n_events] */
    uint32_t *first;  /* [n_customers + 1] */
    uint8_t *channel; /* [n_customers] */
    size_t n_events, n_customers, room;
    uint64_t *hash, *dealt; /* [n_customers] */
    uint32_t pile_at[PILES + 1];
    unsigned n_parts;
    struct part *parts;
};

static void part_of(const struct columns *columns, size_t i, size_t *from, size_t *to) {
    *from = columns->n_customers * i / columns->n_parts;
    *to = columns->n_customers * (i + 1) / columns->n_parts;
}

/* ---- Flow ----------------------------------------------------------------------------------
 */

static trod_status count_pairs(void *owner, size_t i, struct trod_error *error) {
    (void)error;
    const struct columns *columns = owner;
    uint32_t(*pairs)[N * N] = columns->parts[i].pairs;
    memset(pairs, 0, sizeof columns->parts[i].pairs);
    size_t from, to;
    part_of(columns, i, &from, &to);
    const uint8_t *name = columns->name;
    const size_t end = columns->first[to];
    size_t e = columns->first[from];
    enum { AT_ONCE = 128 };
    uint16_t index[AT_ONCE];
    for (; e + AT_ONCE < end; e += AT_ONCE) {
        for (size_t j = 0; j < AT_ONCE; j++)
            index[j] = (uint16_t)(name[e + j] * N + name[e + j + 1]);
        for (size_t j = 0; j < AT_ONCE; j += TABLES) {
            pairs[0][index[j]]++;
            pairs[1][index[j + 1]]++;
            pairs[2][index[j + 2]]++;
            pairs[3][index[j + 3]]++;
        }
    }
    for (; e + 1 < end; e++) pairs[0][name[e] * N + name[e + 1]]++;
    for (size_t c = from + 1; c < to; c++) {
        const size_t border = columns->first[c];
        pairs[c % TABLES][name[border - 1] * N + name[border]]--;
    }
    for (size_t p = 0; p < N * N; p++) pairs[0][p] += pairs[1][p] + pairs[2][p] + pairs[3][p];
    return TROD_OK;
}

static void tell_pairs(const struct columns *columns) {
    uint64_t total = 0, most = 0, n = 0;
    for (size_t p = 0; p < N * N; p++) {
        uint64_t count = 0;
        for (size_t i = 0; i < columns->n_parts; i++) count += columns->parts[i].pairs[0][p];
        total += count;
        n += count > 0;
        if (count > most) most = count;
    }
    printf("\"edges\": %llu, \"steps\": %llu, \"most\": %llu", (unsigned long long)n,
           (unsigned long long)total, (unsigned long long)most);
}

/* ---- Times ---------------------------------------------------------------------------------
 */

/* The bin of a duration: its exponent and the upper 6 bits of its mantissa. */
static inline uint32_t bin_of(uint32_t ticks) {
    const float value = (float)(ticks + 1);
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return (bits >> 17) - (127u << 6);
}
/* The middle of a bin, in seconds. */
static double middle_of(uint32_t bin) {
    const uint32_t bits = ((bin + (127u << 6)) << 17) + (1u << 16);
    float value;
    memcpy(&value, &bits, sizeof value);
    return (value - 1) * TICK_MS / 1000;
}
static double quantile_of(const uint64_t *bins, double share) {
    uint64_t total = 0, sum = 0;
    for (uint32_t b = 0; b < BINS; b++) total += bins[b];
    for (uint32_t b = 0; b < BINS; b++)
        if ((double)(sum += bins[b]) > share * (double)total) return middle_of(b);
    return 0;
}

static trod_status count_times(void *owner, size_t i, struct trod_error *error) {
    (void)error;
    const struct columns *columns = owner;
    uint32_t *bins = columns->parts[i].bins;
    memset(bins, 0, sizeof *bins * N * N * BINS);
    size_t from, to;
    part_of(columns, i, &from, &to);
    const uint8_t *name = columns->name;
    const uint32_t *time = columns->time;
    for (size_t c = from; c < to; c++) {
        const size_t end = columns->first[c + 1];
        for (size_t e = columns->first[c] + 1; e < end; e++)
            bins[(size_t)(name[e - 1] * N + name[e]) * BINS + bin_of(time[e] - time[e - 1])]++;
    }
    return TROD_OK;
}

static void tell_times(const struct columns *columns) {
    uint64_t bins[BINS] = {0}, total = 0;
    const size_t pair = SHOP_LANDING * N + SHOP_PRODUCT;
    for (size_t i = 0; i < columns->n_parts; i++)
        for (size_t b = 0; b < BINS; b++) {
            bins[b] += columns->parts[i].bins[pair * BINS + b];
            total += columns->parts[i].bins[pair * BINS + b];
        }
    printf("\"landing_to_product\": %llu, \"median_s\": %.3f, \"p95_s\": %.3f",
           (unsigned long long)total, quantile_of(bins, 0.5), quantile_of(bins, 0.95));
}

/* ---- Paths ---------------------------------------------------------------------------------
 */

__extension__ typedef unsigned __int128 wide;
static inline uint64_t fold(uint64_t a, uint64_t b) {
    const wide product = (wide)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}
static inline uint64_t hash_of(const uint8_t *at, size_t n) {
    uint64_t hash = n * UINT64_C(0x9FB21C651E98DF25);
    uint64_t word;
    for (; n > 8; n -= 8, at += 8) {
        memcpy(&word, at, 8);
        hash = fold(hash ^ word, UINT64_C(0xA0761D6478BD642F)) + word;
    }
    memcpy(&word, at, 8); /* PAD lets us */
    word &= UINT64_MAX >> (64 - 8 * n);
    return fold(hash ^ word, UINT64_C(0xE7037ED1A0B428DB)) ^ fold(word + n, hash | 1);
}

static trod_status hash_paths(void *owner, size_t i, struct trod_error *error) {
    (void)error;
    const struct columns *columns = owner;
    struct part *part = &columns->parts[i];
    memset(part->pile, 0, sizeof part->pile);
    size_t from, to;
    part_of(columns, i, &from, &to);
    for (size_t c = from; c < to; c++) {
        const uint32_t begin = columns->first[c];
        const uint64_t hash = hash_of(columns->name + begin, columns->first[c + 1] - begin);
        columns->hash[c] = hash;
        part->pile[hash >> 54]++;
    }
    return TROD_OK;
}
static trod_status deal_paths(void *owner, size_t i, struct trod_error *error) {
    (void)error;
    const struct columns *columns = owner;
    uint32_t *place = columns->parts[i].place;
    size_t from, to;
    part_of(columns, i, &from, &to);
    for (size_t c = from; c < to; c++)
        columns->dealt[place[columns->hash[c] >> 54]++] = columns->hash[c];
    return TROD_OK;
}
static trod_status count_piles(void *owner, size_t i, struct trod_error *error) {
    (void)error;
    const struct columns *columns = owner;
    struct part *part = &columns->parts[i];
    part->n_paths = part->most = 0;
    for (size_t p = i; p < PILES; p += columns->n_parts) {
        const uint32_t begin = columns->pile_at[p], end = columns->pile_at[p + 1];
        size_t room = 1024;
        while (room < 2 * (size_t)(end - begin)) room *= 2;
        if (room > part->room) {
            free(part->keys);
            free(part->counts);
            part->keys = shop_room(room * sizeof *part->keys);
            part->counts = shop_room(room * sizeof *part->counts);
            part->room = room;
        }
        memset(part->counts, 0, room * sizeof *part->counts);
        for (uint32_t k = begin; k < end; k++) {
            const uint64_t hash = columns->dealt[k];
            size_t at = hash & (room - 1);
            while (part->counts[at] && part->keys[at] != hash) at = (at + 1) & (room - 1);
            part->keys[at] = hash;
            const uint32_t count = ++part->counts[at];
            part->n_paths += count == 1;
            if (count > part->most) part->most = count;
        }
    }
    return TROD_OK;
}
static void tell_paths(const struct columns *columns) {
    uint64_t n = 0, most = 0;
    for (size_t i = 0; i < columns->n_parts; i++) {
        n += columns->parts[i].n_paths;
        if (columns->parts[i].most > most) most = columns->parts[i].most;
    }
    printf("\"paths\": %llu, \"most\": %llu", (unsigned long long)n, (unsigned long long)most);
}

/* ---- Funnel, first to first ----------------------------------------------------------------
 */

/* Bit j: at[j] == what. Reads 64. */
static inline uint64_t where(const uint8_t *at, uint8_t what) {
#if defined __AVX512BW__
    return _mm512_cmpeq_epi8_mask(_mm512_loadu_si512(at), _mm512_set1_epi8((char)what));
#elif defined __AVX2__
    const __m256i all = _mm256_set1_epi8((char)what);
    const __m256i low = _mm256_loadu_si256((const __m256i *)(const void *)at);
    const __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(at + 32));
    return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, all)) |
           (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, all)) << 32;
#else
    uint64_t mask = 0;
    for (unsigned j = 0; j < 64; j++) mask |= (uint64_t)(at[j] == what) << j;
    return mask;
#endif
}

/* The furthest step reached by any chain within the window: for each step, the latest begin of
 * a chain that has come so far. */
static unsigned furthest(const uint8_t *name, const uint32_t *time, size_t n) {
    uint32_t began[STEPS];
    bool has[STEPS] = {false};
    unsigned level = 0;
    for (size_t e = 0; e < n; e++) {
        unsigned step = 0;
        while (step < STEPS && STEP[step] != name[e]) step++;
        if (step == STEPS) continue;
        if (step == 0) {
            began[0] = time[e];
        } else if (has[step - 1] && time[e] - began[step - 1] <= WINDOW) {
            began[step] = began[step - 1];
        } else {
            continue;
        }
        has[step] = true;
        if (step + 1 > level) level = step + 1;
    }
    return level;
}

static trod_status walk_funnel(void *owner, size_t i, struct trod_error *error) {
    (void)error;
    const struct columns *columns = owner;
    struct part *part = &columns->parts[i];
    memset(part->funnel, 0, sizeof part->funnel);
    size_t from, to;
    part_of(columns, i, &from, &to);
    for (size_t c = from; c < to; c++) {
        const size_t begin = columns->first[c], n = columns->first[c + 1] - begin;
        const uint8_t *name = columns->name + begin;
        const uint32_t *time = columns->time + begin;
        unsigned level = 0;
        if (n > 64) {
            level = furthest(name, time, n);
        } else {
            uint64_t left = UINT64_MAX >> (64 - n);
            unsigned start = 0, at = 0;
            while (level < STEPS) {
                const uint64_t hits = where(name, STEP[level]) & left;
                if (!hits) break;
                at = (unsigned)__builtin_ctzll(hits);
                if (!level) start = at;
                level++;
                left &= ~((hits & -hits) | ((hits & -hits) - 1));
            }
            if (level > 1 && time[at] - time[start] > WINDOW) level = furthest(name, time, n);
        }
        part->funnel[columns->channel[c]][level]++;
    }
    return TROD_OK;
}
static void tell_funnel(const struct columns *columns) {
    printf("\"reached\": [");
    for (unsigned step = 1; step <= STEPS; step++) {
        uint64_t n = 0, first = 0;
        for (size_t i = 0; i < columns->n_parts; i++)
            for (unsigned channel = 0; channel < SHOP_CHANNELS; channel++)
                for (unsigned level = step; level <= STEPS; level++) {
                    n += columns->parts[i].funnel[channel][level];
                    if (!channel) first += columns->parts[i].funnel[channel][level];
                }
        printf("%s[%llu, %llu]", step > 1 ? ", " : "", (unsigned long long)n,
               (unsigned long long)first);
    }
    printf("], \"columns\": [\"all\", \"%s\"]", SHOP_CHANNEL[0]);
}

static trod_status walk_first(void *owner, size_t i, struct trod_error *error) {
    (void)error;
    const struct columns *columns = owner;
    struct part *part = &columns->parts[i];
    memset(part->lasts, 0, BINS * sizeof *part->lasts);
    part->n_lasts = 0;
    size_t from, to;
    part_of(columns, i, &from, &to);
    for (size_t c = from; c < to; c++) {
        const size_t begin = columns->first[c], n = columns->first[c + 1] - begin;
        const uint8_t *name = columns->name + begin, *guide, *order;
        if (n > 64) {
            guide = memchr(name, SHOP_GUIDE, n);
            order = memchr(name, SHOP_ORDER, n);
            if (!guide || !order) continue;
        } else {
            const uint64_t all = UINT64_MAX >> (64 - n);
            const uint64_t orders = where(name, SHOP_ORDER) & all;
            if (!orders) continue;
            const uint64_t guides = where(name, SHOP_GUIDE) & all;
            if (!guides) continue;
            guide = name + __builtin_ctzll(guides);
            order = name + __builtin_ctzll(orders);
        }
        if (order < guide) continue;
        const uint32_t *time = columns->time + begin;
        part->lasts[bin_of(time[order - name] - time[guide - name])]++;
        part->n_lasts++;
    }
    return TROD_OK;
}
static void tell_first(const struct columns *columns) {
    uint64_t bins[BINS] = {0}, total = 0;
    for (size_t i = 0; i < columns->n_parts; i++) {
        total += columns->parts[i].n_lasts;
        for (size_t b = 0; b < BINS; b++) bins[b] += columns->parts[i].lasts[b];
    }
    printf("\"pairs\": %llu, \"median_s\": %.3f, \"p95_s\": %.3f", (unsigned long long)total,
           quantile_of(bins, 0.5), quantile_of(bins, 0.95));
}

/* ---- Timing --------------------------------------------------------------------------------
 */

typedef trod_status work(void *owner, size_t i, struct trod_error *error);
static void on_all(struct columns *columns, work *step) {
    const struct trod_run run = {.n_threads = columns->n_parts};
    struct trod_error error;
    if (trod_run_each(&run, columns->n_parts, step, columns, &error) != TROD_OK)
        shop_give_up(error.message);
}

static void ask_flow(struct columns *columns) {
    on_all(columns, count_pairs);
}
static void ask_times(struct columns *columns) {
    on_all(columns, count_times);
}
static void ask_paths(struct columns *columns) {
    on_all(columns, hash_paths);
    uint32_t sum = 0;
    for (size_t p = 0; p < PILES; p++) {
        columns->pile_at[p] = sum;
        for (size_t i = 0; i < columns->n_parts; i++) {
            columns->parts[i].place[p] = sum;
            sum += columns->parts[i].pile[p];
        }
    }
    columns->pile_at[PILES] = sum;
    on_all(columns, deal_paths);
    on_all(columns, count_piles);
}
static void ask_funnel(struct columns *columns) {
    on_all(columns, walk_funnel);
}
static void ask_first(struct columns *columns) {
    on_all(columns, walk_first);
}

/* What is asked, and the bytes that it cannot do without reading (or writing) a customer and an
 * event: the names and where customers begin; the times; hashes, written twice and read twice.
 */
static const struct question {
    const char *name;
    void (*ask)(struct columns *columns);
    void (*tell)(const struct columns *columns);
    unsigned event_bytes, customer_bytes;
} QUESTIONS[] = {
    {"flow", ask_flow, tell_pairs, 1, 4},
    {"flow-times", ask_times, tell_times, 5, 4},
    {"paths", ask_paths, tell_paths, 1, 4 + 4 * 8},
    {"funnel", ask_funnel, tell_funnel, 1, 4 + 1},
    {"first-to-first", ask_first, tell_first, 1, 4},
};

static int by_number(const void *a, const void *b) {
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static void take(void *owner, uint64_t number, const struct shop_customer *who,
                 const struct shop_event *events, size_t n) {
    (void)number;
    (void)who;
    struct columns *columns = owner;
    if (columns->n_customers + 2 > columns->room) {
        columns->room = columns->room ? 2 * columns->room : 1 << 16;
        columns->first = realloc(columns->first, columns->room * sizeof *columns->first);
        columns->channel = realloc(columns->channel, columns->room);
        if (!columns->first || !columns->channel) shop_give_up("there is not enough memory");
    }
    for (size_t i = 0; i < n; i++) {
        columns->name[columns->n_events + i] = (uint8_t)events[i].name;
        columns->time[columns->n_events + i] =
            (uint32_t)((events[i].time_ms - SHOP_OPENED_MS) / TICK_MS);
    }
    columns->channel[columns->n_customers] = events[0].channel;
    columns->first[columns->n_customers++] = (uint32_t)columns->n_events;
    columns->n_events += n;
    columns->first[columns->n_customers] = (uint32_t)columns->n_events;
}

static uint64_t argument(int argc, char **argv, int i, uint64_t otherwise) {
    return argc > i ? strtoull(argv[i], NULL, 10) : otherwise;
}

int main(int argc, char **argv) {
    const uint64_t n_events = argument(argc, argv, 1, 1000000);
    const unsigned n_parts = (unsigned)argument(argc, argv, 2, 1);
    const unsigned n_times = (unsigned)argument(argc, argv, 3, 7);
    if (!n_events || n_events > UINT32_MAX || !n_parts || n_parts > MOST_PARTS || !n_times)
        shop_give_up("usage: yardstick [EVENTS [THREADS [TIMES [SEED]]]]");
    struct columns columns = {.n_parts = n_parts,
                              .name = shop_room(n_events + PAD),
                              .time = shop_room(n_events * sizeof(uint32_t)),
                              .parts = shop_room(n_parts * sizeof(struct part))};
    memset(columns.name + n_events, 0, PAD);
    struct shop shop;
    shop_open(&shop, argument(argc, argv, 4, 1), SHOP_TOUCHPOINTS);
    const struct trod_run run = {0};
    shop_each(&shop, n_events, &run, take, &columns);
    columns.hash = shop_room(columns.n_customers * sizeof *columns.hash);
    columns.dealt = shop_room(columns.n_customers * sizeof *columns.dealt);
    memset(columns.parts, 0, n_parts * sizeof *columns.parts);
    for (size_t i = 0; i < n_parts; i++) {
        columns.parts[i].bins = shop_room(sizeof(uint32_t) * N * N * BINS);
        columns.parts[i].lasts = shop_room(sizeof(uint32_t) * BINS);
    }

    int64_t *took_us = shop_room(n_times * sizeof *took_us);
    for (size_t q = 0; q < sizeof QUESTIONS / sizeof *QUESTIONS; q++) {
        const struct question *question = &QUESTIONS[q];
        question->ask(&columns); /* touches its memory */
        for (unsigned t = 0; t < n_times; t++) {
            const int64_t began_us = trod_clock_us();
            question->ask(&columns);
            took_us[t] = trod_clock_us() - began_us;
        }
        qsort(took_us, n_times, sizeof *took_us, by_number);
        printf("{\"question\": \"%s\", \"threads\": %u, \"events\": %zu, \"customers\": %zu, "
               "\"seconds\": %.6f, \"least\": %.6f, \"bytes\": %llu, \"answer\": {",
               question->name, n_parts, columns.n_events, columns.n_customers,
               (double)took_us[n_times / 2] * 1e-6, (double)took_us[0] * 1e-6,
               (unsigned long long)(question->event_bytes * columns.n_events +
                                    question->customer_bytes * columns.n_customers));
        question->tell(&columns);
        printf("}}\n");
    }
    for (size_t i = 0; i < n_parts; i++) {
        free(columns.parts[i].bins);
        free(columns.parts[i].lasts);
        free(columns.parts[i].keys);
        free(columns.parts[i].counts);
    }
    free(columns.parts);
    free(columns.name);
    free(columns.time);
    free(columns.first);
    free(columns.channel);
    free(columns.hash);
    free(columns.dealt);
    free(took_us);
    return 0;
}

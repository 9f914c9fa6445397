/* shop: how customers walk.
 *
 * A visit is a Markov chain over forty touchpoints: it enters by one of four that belong to the
 * visit's channel, goes on by weights, with loops (product, list, opinions; cart, voucher), and
 * drops out when it draws beyond the weights. Between events lie log-normal waits, 38 seconds
 * in the median, but days where something is delivered or decided; between visits lie days.
 * How often somebody comes is Pareto-distributed: most come once, a few hundreds of times.
 *
 * With more than forty names each touchpoint has a page for each department ("product-17"). A
 * visit stays in one department, three of four times in the customer's favourite. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shop.h"

enum pace { QUICK, SLOW, DAYS };
struct way {
    uint8_t to, weight;
};
struct touchpoint {
    const char *name;
    enum pace pace;     /* of the wait behind it */
    uint16_t worth;     /* median of the value, in units of money; 0: none */
    struct way ways[8]; /* to others */
    uint8_t leave;      /* weight of the end */
};

/* The first number of each row is its place. */
static const struct touchpoint TOUCHPOINT[SHOP_TOUCHPOINTS] = {
    [0] = {"ad-seen", QUICK, 0, {{1, 24}, {0, 30}, {2, 9}}, 37},
    [1] = {"ad-click", QUICK, 0, {{6, 84}}, 16},
    [2] = {"web-search", QUICK, 0, {{6, 55}, {7, 14}, {13, 16}}, 15},
    [3] = {"letter-opened", QUICK, 0, {{4, 42}}, 58},
    [4] = {"letter-click", QUICK, 0, {{6, 38}, {13, 34}, {24, 12}}, 16},
    [5] = {"app-notice", QUICK, 0, {{7, 38}, {13, 32}}, 30},
    [6] = {"landing", QUICK, 0, {{9, 14}, {10, 19}, {12, 12}, {13, 27}, {11, 10}}, 18},
    [7] = {"home", QUICK, 0, {{12, 32}, {11, 21}, {13, 12}, {19, 16}, {8, 3}}, 16},
    [8] = {"store-visit", SLOW, 0, {{18, 18}, {13, 10}, {30, 16}}, 56},
    [9] = {"topic", QUICK, 0, {{10, 28}, {12, 26}, {13, 22}}, 24},
    [10] = {"guide", QUICK, 0, {{10, 13}, {14, 22}, {13, 27}, {15, 11}, {9, 8}}, 19},
    [11] = {"search", QUICK, 0, {{13, 52}, {11, 22}, {12, 9}}, 17},
    [12] = {"list", QUICK, 0, {{13, 56}, {12, 17}, {11, 6}}, 21},
    [13] = {"product",
            QUICK,
            0,
            {{13, 22}, {15, 12}, {14, 7}, {21, 17}, {16, 6}, {18, 4}, {12, 8}},
            24},
    [14] = {"compare", QUICK, 0, {{13, 47}, {15, 13}, {14, 12}, {21, 9}}, 19},
    [15] = {"opinions", QUICK, 0, {{13, 46}, {21, 16}, {14, 9}}, 29},
    [16] = {"size-help", QUICK, 0, {{13, 58}, {34, 8}}, 34},
    [17] = {"wish-list", QUICK, 0, {{13, 38}, {21, 17}}, 45},
    [18] = {"stock-check", QUICK, 0, {{13, 34}, {8, 14}, {21, 16}}, 36},
    [19] = {"sign-in", QUICK, 0, {{20, 41}, {13, 24}, {32, 16}}, 19},
    [20] = {"account", QUICK, 0, {{32, 27}, {17, 14}, {13, 12}, {39, 4}}, 43},
    [21] = {"cart-add", QUICK, 70, {{22, 54}, {13, 27}, {12, 7}}, 12},
    [22] = {"cart", QUICK, 0, {{26, 44}, {24, 12}, {25, 10}, {23, 12}, {13, 8}}, 14},
    [23] = {"cart-remove", QUICK, 0, {{22, 32}, {13, 33}}, 35},
    [24] = {"voucher", QUICK, 0, {{22, 39}, {26, 34}, {13, 15}}, 12},
    [25] = {"delivery-cost", QUICK, 0, {{22, 30}, {26, 33}}, 37},
    [26] = {"checkout", QUICK, 0, {{27, 69}, {19, 9}, {22, 5}}, 17},
    [27] = {"address", QUICK, 0, {{28, 84}, {27, 6}}, 10},
    [28] = {"payment", QUICK, 0, {{30, 71}, {29, 14}, {24, 4}}, 11},
    [29] = {"payment-failed", QUICK, 0, {{28, 60}, {34, 9}}, 31},
    [30] = {"order", QUICK, 80, {{31, 81}}, 19},
    [31] = {"receipt", DAYS, 0, {{32, 26}, {33, 31}}, 43},
    [32] = {"tracking", SLOW, 0, {{33, 21}, {32, 10}, {34, 4}}, 65},
    [33] = {"delivered", DAYS, 0, {{36, 11}, {37, 9}}, 80},
    [34] = {"chat", QUICK, 0, {{35, 7}, {13, 12}, {34, 8}}, 73},
    [35] = {"call", SLOW, 0, {{32, 14}, {38, 7}, {39, 9}}, 70},
    [36] = {"review", QUICK, 0, {{13, 11}}, 89},
    [37] = {"return", DAYS, 0, {{38, 61}, {34, 14}}, 25},
    [38] = {"refund", QUICK, 60, {{39, 4}, {13, 12}}, 84},
    [39] = {"complaint", SLOW, 0, {{35, 29}, {38, 16}, {34, 14}}, 41},
};
const char *const SHOP_CHANNEL[SHOP_CHANNELS] = {"web",    "app",   "letter", "search-ad",
                                                 "social", "store", "phone",  "partner"};
static const uint8_t CHANNEL_WEIGHT[SHOP_CHANNELS] = {31, 25, 13, 12, 10, 4, 2, 3};
static const struct way ENTRY[SHOP_CHANNELS][4] = {
    {{2, 38}, {6, 30}, {7, 22}, {19, 10}},
    {{5, 28}, {7, 42}, {19, 20}, {13, 10}},
    {{3, 78}, {4, 22}},
    {{0, 36}, {1, 54}, {6, 10}},
    {{0, 62}, {1, 28}, {6, 10}},
    {{8, 70}, {13, 10}, {18, 20}},
    {{35, 62}, {34, 28}, {39, 10}},
    {{6, 58}, {10, 22}, {13, 20}},
};
const char *const SHOP_COUNTRY[SHOP_COUNTRIES] = {"DE", "FR", "IT", "ES", "PL", "NL", "AT",
                                                  "CH", "BE", "CZ", "SE", "PT", "DK", "GR",
                                                  "HU", "FI", "NO", "IE", "SK", "HR"};
const char *const SHOP_PLAN[SHOP_PLANS] = {"free", "plus", "pro"};

/* Weights to bounds below 65,536. `rest` belongs to none of them. */
static void sum_up(const struct way *ways, size_t n, unsigned rest, uint16_t *bounds) {
    unsigned total = rest, sum = 0;
    for (size_t i = 0; i < n; i++) total += ways[i].weight;
    for (size_t i = 0; i < n; i++) {
        sum += ways[i].weight;
        bounds[i] = (uint16_t)(UINT32_C(65535) * sum / total);
    }
}

void shop_open(struct shop *shop, uint64_t seed, unsigned n_names) {
    *shop = (struct shop){.seed = seed, .n_names = n_names};
    for (size_t i = 0; i < SHOP_TOUCHPOINTS; i++)
        sum_up(TOUCHPOINT[i].ways, 8, TOUCHPOINT[i].leave, shop->next[i]);
    struct way ways[SHOP_COUNTRIES] = {0};
    for (size_t i = 0; i < SHOP_CHANNELS; i++) {
        sum_up(ENTRY[i], 4, 0, shop->entry[i]);
        ways[i].weight = CHANNEL_WEIGHT[i];
    }
    sum_up(ways, SHOP_CHANNELS, 0, shop->channel);
    for (size_t i = 0; i < SHOP_COUNTRIES; i++) ways[i].weight = (uint8_t)(240 / (i + 1));
    sum_up(ways, SHOP_COUNTRIES, 0, shop->country);
}

/* The first whose bound is above the draw, n if none. */
static unsigned pick(const uint16_t *bounds, unsigned n, uint64_t draw) {
    const uint16_t at = (uint16_t)draw;
    unsigned i = 0;
    while (i < n && bounds[i] <= at) i++;
    return i;
}
static unsigned pick_one(const uint16_t *bounds, unsigned n, uint64_t draw) {
    const unsigned i = pick(bounds, n, draw);
    return i < n ? i : 0;
}

/* The name of a touchpoint's page in a department: of n pages, the first are visited most. */
static uint16_t page_of(const struct shop *shop, unsigned touchpoint, uint64_t department) {
    const unsigned n = (shop->n_names - touchpoint + SHOP_TOUCHPOINTS - 1) / SHOP_TOUCHPOINTS;
    if (n == 1) return (uint16_t)touchpoint;
    const double unit = (double)(department & 0xFFFF) * 0x1p-16;
    const unsigned page = (unsigned)(n * unit * unit * unit);
    return (uint16_t)(touchpoint + SHOP_TOUCHPOINTS * page);
}

static int64_t wait_ms(enum pace pace, struct trod_rng *rng) {
    static const double MEDIAN_MS[] = {
        [QUICK] = 38e3, [SLOW] = 5 * 3600e3, [DAYS] = 2 * 86400e3};
    return 1 + (int64_t)(MEDIAN_MS[pace] * exp(1.15 * trod_rng_normal(rng)));
}

size_t shop_visit(const struct shop *shop, uint64_t number, struct shop_customer *who,
                  struct shop_event *events) {
    struct trod_rng rng = {.seed = shop->seed, .stream = number};
    const uint64_t fate = trod_rng_u64(&rng);
    const unsigned kind = (unsigned)(fate >> 48) % 100;
    *who = (struct shop_customer){
        .id = shop_id(number),
        .country = (uint8_t)pick_one(shop->country, SHOP_COUNTRIES, fate),
        .plan = kind < 64   ? 0
                : kind < 91 ? 1
                            : 2,
    };
    const unsigned usual = pick_one(shop->channel, SHOP_CHANNELS, fate >> 16);
    const double eager = (1 + 0.4 * who->plan) * pow(1 - trod_rng_unit(&rng), -0.66);
    const unsigned n_visits = eager < 1500 ? (unsigned)eager : 1500;
    const double pause_ms = 5.0 * 86400e3 / sqrt(n_visits);
    int64_t now_ms = SHOP_OPENED_MS + (int64_t)(trod_rng_unit(&rng) * 365 * 86400e3);
    size_t n = 0;
    for (unsigned visit = 0; visit < n_visits && now_ms < SHOP_CLOSED_MS; visit++) {
        const uint64_t draw = trod_rng_u64(&rng);
        const unsigned channel =
            (draw >> 32) % 5 < 4 ? usual : pick_one(shop->channel, SHOP_CHANNELS, draw >> 16);
        unsigned at = ENTRY[channel][pick_one(shop->entry[channel], 4, draw)].to;
        const uint64_t department = (draw >> 16 & 3) ? fate >> 32 : draw >> 48;
        while (n < SHOP_MOST_EVENTS && now_ms < SHOP_CLOSED_MS) {
            const struct touchpoint *touchpoint = &TOUCHPOINT[at];
            const uint64_t step = trod_rng_u64(&rng);
            uint32_t cents = 0;
            if (touchpoint->worth)
                cents = 100 +
                        (uint32_t)(touchpoint->worth * 100 * exp(0.8 * trod_rng_normal(&rng)));
            events[n++] = (struct shop_event){.time_ms = now_ms,
                                              .value_cents = cents < 9999999 ? cents : 9999999,
                                              .name = page_of(shop, at, department),
                                              .channel = (uint8_t)channel};
            now_ms += wait_ms(touchpoint->pace, &rng);
            const unsigned way = pick(shop->next[at], 8, step);
            if (way == 8) break;
            at = touchpoint->ways[way].to;
        }
        now_ms += 60000 + (int64_t)(pause_ms * exp(1.3 * trod_rng_normal(&rng)));
    }
    return n;
}

/* ---- Many customers ------------------------------------------------------------------------
 */

enum { BLOCK = 512, BLOCKS = 64 };
struct block {
    struct shop_customer who[BLOCK];
    size_t end[BLOCK]; /* in events */
    struct shop_event *events;
    size_t room;
};
struct batch {
    const struct shop *shop;
    uint64_t first; /* customer */
    struct block *blocks;
};

static trod_status fill_block(void *owner, size_t i, struct trod_error *error) {
    (void)error;
    const struct batch *batch = owner;
    struct block *block = &batch->blocks[i];
    size_t n = 0;
    for (size_t c = 0; c < BLOCK; c++) {
        if (block->room < n + SHOP_MOST_EVENTS) {
            block->room = 2 * block->room + 2 * SHOP_MOST_EVENTS;
            block->events = realloc(block->events, block->room * sizeof *block->events);
            if (!block->events) shop_give_up("there is not enough memory");
        }
        n += shop_visit(batch->shop, batch->first + i * BLOCK + c, &block->who[c],
                        block->events + n);
        block->end[c] = n;
    }
    return TROD_OK;
}

uint64_t shop_each(const struct shop *shop, uint64_t n_events, const struct trod_run *run,
                   void (*take)(void *owner, uint64_t number, const struct shop_customer *who,
                                const struct shop_event *events, size_t n),
                   void *owner) {
    struct batch batch = {.shop = shop, .blocks = shop_room(BLOCKS * sizeof *batch.blocks)};
    memset(batch.blocks, 0, BLOCKS * sizeof *batch.blocks);
    uint64_t left = n_events, number = 0;
    while (left) {
        batch.first = number;
        const size_t n_blocks =
            left / (BLOCK * 8) + 1 < BLOCKS ? left / (BLOCK * 8) + 1 : BLOCKS;
        struct trod_error error;
        if (trod_run_each(run, n_blocks, fill_block, &batch, &error) != TROD_OK)
            shop_give_up(error.message);
        for (size_t i = 0; i < n_blocks * BLOCK && left; i++) {
            const struct block *block = &batch.blocks[i / BLOCK];
            const size_t c = i % BLOCK, begin = c ? block->end[c - 1] : 0;
            size_t n = block->end[c] - begin;
            if (n > left) n = (size_t)left;
            take(owner, number++, &block->who[c], block->events + begin, n);
            left -= n;
        }
    }
    for (size_t i = 0; i < BLOCKS; i++) free(batch.blocks[i].events);
    free(batch.blocks);
    return number;
}

/* An odd factor is a bijection modulo 2^48. */
uint64_t shop_id(uint64_t number) {
    return (number + 1) * UINT64_C(0xB5297A4D3F2D) & UINT64_C(0xFFFFFFFFFFFF);
}

size_t shop_name(unsigned name, char *text) {
    const char *touchpoint = TOUCHPOINT[name % SHOP_TOUCHPOINTS].name;
    const unsigned page = name / SHOP_TOUCHPOINTS;
    return (size_t)(page ? snprintf(text, 24, "%s-%u", touchpoint, page + 1)
                         : snprintf(text, 24, "%s", touchpoint));
}

void shop_give_up(const char *what) {
    fprintf(stderr, "bench: %s\n", what);
    exit(3);
}

void *shop_room(size_t n_bytes) {
    void *room = malloc(n_bytes ? n_bytes : 1);
    if (!room) shop_give_up("there is not enough memory");
    return room;
}

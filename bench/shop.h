/* shop: a simulated shop, the customers of which fill the benchmark's logs.
 *
 * A customer is a function of (seed, number) alone, so that any of them can be made by itself,
 * by any thread. A log of n events is the customers 0, 1, 2 … until their events are n; the
 * last one's are cut off there.
 *
 *     struct shop shop;
 *     shop_open(&shop, 1, SHOP_TOUCHPOINTS);
 *     struct shop_event events[SHOP_MOST_EVENTS];
 *     struct shop_customer who;
 *     const size_t n = shop_visit(&shop, 17, &who, events);
 */
#ifndef TROD_BENCH_SHOP_H
#define TROD_BENCH_SHOP_H

#include "trod/base.h"

enum {
    SHOP_TOUCHPOINTS = 40,
    SHOP_CHANNELS = 8,
    SHOP_COUNTRIES = 20,
    SHOP_PLANS = 3,
    SHOP_MOST_NAMES = 4000,
    SHOP_MOST_EVENTS = 8192, /* of one customer */
};
/* The touchpoints that the benchmark asks for. */
enum {
    SHOP_LANDING = 6,
    SHOP_GUIDE = 10,
    SHOP_PRODUCT = 13,
    SHOP_CART_ADD = 21,
    SHOP_CHECKOUT = 26,
    SHOP_ORDER = 30
};

#define SHOP_OPENED_MS INT64_C(1672531200000) /* 2023-01-01 UTC */
#define SHOP_CLOSED_MS (SHOP_OPENED_MS + INT64_C(730) * 86400000)

struct shop {
    uint64_t seed;
    unsigned n_names; /* 40, or more: a touchpoint then has several pages, each a name */
    uint16_t next[SHOP_TOUCHPOINTS][8]; /* of 65,536, summed up: which way on; beyond: leaves */
    uint16_t entry[SHOP_CHANNELS][4];
    uint16_t channel[SHOP_CHANNELS];
    uint16_t country[SHOP_COUNTRIES];
};
struct shop_event {
    int64_t time_ms;      /* since 1970; rises strictly within a customer */
    uint32_t value_cents; /* 0: none */
    uint16_t name;        /* touchpoint + SHOP_TOUCHPOINTS * page */
    uint8_t channel;
};
struct shop_customer {
    uint64_t id; /* below 2^48, all different */
    uint8_t country, plan;
};

/* n_names from SHOP_TOUCHPOINTS to SHOP_MOST_NAMES. */
void shop_open(struct shop *shop, uint64_t seed, unsigned n_names);
/* The customer of that number: fills `who` and `events` (room for SHOP_MOST_EVENTS), gives how
 * many. At least one. */
size_t shop_visit(const struct shop *shop, uint64_t number, struct shop_customer *who,
                  struct shop_event *events);
/* Hands over the customers of a log of n_events, in order, from the calling thread; they are
 * made by all threads of the run. Returns their number. */
uint64_t shop_each(const struct shop *shop, uint64_t n_events, const struct trod_run *run,
                   void (*take)(void *owner, uint64_t number, const struct shop_customer *who,
                                const struct shop_event *events, size_t n),
                   void *owner);

/* The id of the customer of that number. */
uint64_t shop_id(uint64_t number);
/* "product", "product-17"; room for 24 bytes. Gives the length. */
size_t shop_name(unsigned name, char *text);
extern const char *const SHOP_CHANNEL[SHOP_CHANNELS];
extern const char *const SHOP_COUNTRY[SHOP_COUNTRIES];
extern const char *const SHOP_PLAN[SHOP_PLANS];

/* For the benchmark's programs: says it and ends with status 3. */
_Noreturn void shop_give_up(const char *what);
void *shop_room(size_t n_bytes); /* or gives up */

#endif

/* Rows of chance, to pack. */
#ifndef TESTS_PART_ROWS_H
#define TESTS_PART_ROWS_H

#include <stdio.h>
#include <stdlib.h>

#include "trod/base.h"
#include "trod/log.h"

enum ids_style {
    IDS_NUMBERS,
    IDS_HUGE,
    IDS_PREFIX,
    IDS_HEX,
    IDS_MAIL,
    IDS_WILD,
    IDS_LONG,
    N_IDS
};
struct rows_recipe {
    uint64_t seed;
    uint32_t n_customers;
    uint32_t most_events; /* of a customer */
    double empty;         /* share of customers without events */
    uint32_t n_names;
    uint32_t n_sources;
    enum ids_style ids;
    int64_t tick_us;  /* 0: no times */
    double day_share; /* share of gaps of days, not seconds */
    double undated;   /* share of events */
    double ends;      /* share of events */
    bool extreme;     /* times from one end of int64 to the other */
};

struct drawn_id {
    uint64_t hash;
    trod_str id;
};

static int compare_drawn(const void *a, const void *b) {
    const struct drawn_id *const x = a, *const y = b;
    if (x->hash != y->hash) return x->hash < y->hash ? -1 : 1;
    return trod_str_compare(x->id, y->id);
}

static trod_str draw_id(struct trod_rng *rng, struct trod_arena *arena, enum ids_style style,
                        uint32_t i) {
    const unsigned long long at = i;
    switch (style) {
    case IDS_NUMBERS:
        return trod_arena_format(arena, "%llu", at * 7);
    case IDS_HUGE:
        return trod_arena_format(arena, "%llu", (unsigned long long)INT64_MAX - at * at);
    case IDS_PREFIX:
        return trod_arena_format(arena, "C%07llu", at);
    case IDS_HEX:
        return trod_arena_format(arena, "%08llx-%016llx",
                                 (unsigned long long)trod_rng_below(rng, 1ull << 32), at);
    case IDS_MAIL:
        return trod_arena_format(arena, "%s.%llu@%s", at % 3 ? "anna" : "bartholomew", at,
                                 at % 5 ? "example.org" : "mail.example.com");
    default: {
        const size_t n = style == IDS_LONG ? trod_rng_below(rng, 3000) : trod_rng_below(rng, 9);
        char *const text = trod_arena_alloc(arena, n + 4, 1);
        for (size_t b = 0; b < n; b++) text[b] = (char)trod_rng_below(rng, 256);
        if (i == 0 && style == IDS_WILD) return TROD_STR("");
        memcpy(text + n, &i, 4); /* so that no two are the same */
        return (trod_str){text, n + 4};
    }
    }
}

static int64_t draw_gap(struct trod_rng *rng, const struct rows_recipe *r) {
    if (r->extreme) return 0;
    const double unit = trod_rng_unit(rng);
    if (unit < 0.1) return 0;
    const double most = trod_rng_unit(rng) < r->day_share ? 20 * 86400e6 : 300e6;
    const double gap = trod_rng_unit(rng) * most / (double)r->tick_us;
    return (int64_t)gap * r->tick_us;
}

static void draw_times(struct trod_rng *rng, const struct rows_recipe *r,
                       const struct trod_rows *rows, int64_t *time_us, int64_t *end_us) {
    for (uint32_t c = 0; c < rows->n_customers; c++) {
        int64_t now = (int64_t)(trod_rng_below(rng, 2000000000) - 200000000) * 1000000;
        if (r->extreme) now = INT64_MIN + 1 + (int64_t)trod_rng_below(rng, 5);
        for (uint32_t i = rows->first[c]; i < rows->first[c + 1]; i++) {
            now += draw_gap(rng, r);
            if (r->extreme && trod_rng_below(rng, 3) == 0)
                now = now < 0 ? INT64_MAX - 5000 + (int64_t)trod_rng_below(rng, 3) : now + 1;
            time_us[i] = trod_rng_unit(rng) < r->undated ? TROD_NO_TIME : now;
            end_us[i] = TROD_NO_TIME;
            if (trod_rng_unit(rng) < r->ends && time_us[i] != TROD_NO_TIME)
                end_us[i] = r->extreme ? now : now + draw_gap(rng, r);
        }
    }
}

/* Rows by the recipe, on the arena. */
static struct trod_rows *draw_rows(const struct rows_recipe *r, struct trod_arena *arena) {
    struct trod_rng rng = {.seed = r->seed};
    struct trod_rows *const rows = TROD_NEW(arena, struct trod_rows);
    const uint32_t n = r->n_customers;
    struct drawn_id *const drawn = TROD_NEW_ARRAY(arena, n, struct drawn_id);
    for (uint32_t i = 0; i < n; i++) {
        drawn[i].id = draw_id(&rng, arena, r->ids, i);
        drawn[i].hash = trod_customer_hash(drawn[i].id);
    }
    if (n) qsort(drawn, n, sizeof *drawn, compare_drawn);
    uint64_t *const hash = TROD_NEW_ARRAY(arena, n, uint64_t);
    trod_str *const id = TROD_NEW_ARRAY(arena, n, trod_str);
    uint32_t *const first = TROD_NEW_ARRAY(arena, n + 1, uint32_t);
    for (uint32_t i = 0; i < n; i++) {
        hash[i] = drawn[i].hash;
        id[i] = drawn[i].id;
        uint32_t n_events = 1 + (uint32_t)trod_rng_below(&rng, r->most_events);
        if (trod_rng_unit(&rng) < 0.01) n_events *= 20;
        first[i + 1] = first[i] + (trod_rng_unit(&rng) < r->empty ? 0 : n_events);
    }
    *rows = (struct trod_rows){
        .n_customers = n, .n_events = first[n], .hash = hash, .id = id, .first = first};
    const uint32_t n_events = rows->n_events;
    uint32_t *const name = TROD_NEW_ARRAY(arena, n_events, uint32_t);
    uint32_t *const source = TROD_NEW_ARRAY(arena, n_events, uint32_t);
    for (uint32_t i = 0; i < n_events; i++) {
        name[i] = (uint32_t)trod_rng_below(&rng, r->n_names);
        source[i] = 7 + (uint32_t)trod_rng_below(&rng, r->n_sources);
    }
    rows->name = name;
    rows->source = source;
    if (r->tick_us) {
        int64_t *const time_us = TROD_NEW_ARRAY(arena, n_events, int64_t);
        int64_t *const end_us = TROD_NEW_ARRAY(arena, n_events, int64_t);
        draw_times(&rng, r, rows, time_us, end_us);
        rows->time_us = time_us;
        if (r->ends > 0) rows->end_us = end_us;
    }
    return rows;
}

#endif

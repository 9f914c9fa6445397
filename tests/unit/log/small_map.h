/* A map made by hand for random logs (random_log.h), and a plain reading of it to compare with.
 */
#ifndef SMALL_MAP_H
#define SMALL_MAP_H

#include "random_log.h"

enum { BROWSE, ASK, BUY, HELP, QUIET, LOOK, GONE, VIP, N_SMALL };
enum { FAMILY, TRADE, N_SEGMENTS };

/* Browse: seen when web e0, one visit within 10 us. Ask: seen when e1 with colour = "red";
 * fails when e1 with colour = "green" and amount > 2. Buy: by its title e2; fails when e2 with
 * amount = 0. Help: any time, seen when e3. Quiet: not recorded, titled e4. Look: seen when e0
 * with amount >= 4. Gone: by its id e5 (no title). Vip: seen when e6, only for family. */
static const struct trod_condition small_red = {
    .name = {"colour", 6}, .op = TROD_EQ, .value = TROD_VALUE_TEXT, .text = {"red", 3}};
static const struct trod_condition small_green = {
    .name = {"colour", 6}, .op = TROD_EQ, .value = TROD_VALUE_TEXT, .text = {"green", 5}};
static const struct trod_condition small_over_2 = {.name = {"amount", 6},
                                                   .op = TROD_GT,
                                                   .value = TROD_VALUE_NUMBER,
                                                   .text = {"2", 1},
                                                   .number = 2};
static const struct trod_condition small_from_4 = {.name = {"amount", 6},
                                                   .op = TROD_GE,
                                                   .value = TROD_VALUE_NUMBER,
                                                   .text = {"4", 1},
                                                   .number = 4};
static const struct trod_condition small_zero = {
    .name = {"amount", 6}, .op = TROD_EQ, .value = TROD_VALUE_NUMBER, .text = {"0", 1}};
static const struct trod_condition small_rome = {.name = {"city", 4},
                                                 .op = TROD_EQ,
                                                 .value = TROD_VALUE_TEXT,
                                                 .text = {"Rome", 4},
                                                 .profile = true};
static const struct trod_match small_web_e0 = {.source = {"web", 3}, .event = {"e0", 2}};
static const struct trod_match small_e0_from_4 = {
    .event = {"e0", 2}, .conditions = &small_from_4, .n_conditions = 1};
static const struct trod_match small_e1_red = {
    .event = {"e1", 2}, .conditions = &small_red, .n_conditions = 1};
static const struct trod_match small_e1_over_2 = {
    .event = {"e1", 2}, .conditions = &small_over_2, .n_conditions = 1};
static const struct trod_match small_e1_green = {.event = {"e1", 2},
                                                 .conditions = &small_green,
                                                 .n_conditions = 1,
                                                 .narrower = &small_e1_over_2,
                                                 .n_narrower = 1};
static const struct trod_match small_e2_zero = {
    .event = {"e2", 2}, .conditions = &small_zero, .n_conditions = 1};
static const struct trod_match small_e3 = {.event = {"e3", 2}};
static const struct trod_match small_e6 = {.event = {"e6", 2}};
static const struct trod_match small_profile_rome = {
    .profile = true, .conditions = &small_rome, .n_conditions = 1};
static const uint32_t small_family = FAMILY, small_buy = BUY, small_gone = GONE;
static const struct trod_outcome small_success = {.x = {.touchpoints = &small_buy, .n = 1}};
static const struct trod_outcome small_loss = {.x = {.touchpoints = &small_gone, .n = 1}};

struct small_map {
    struct trod_touchpoint touchpoints[N_SMALL];
    struct trod_segment segments[N_SEGMENTS];
    struct trod_map_source sources[2];
    struct trod_map map;
};

static inline const struct trod_map *small_map_make(struct small_map *to) {
    memset(to, 0, sizeof *to);
    static const char *const ids[N_SMALL] = {"browse", "ask",  "buy", "help",
                                             "quiet",  "look", "e5",  "vip"};
    static const char *const titles[N_SMALL] = {"Browses", "Asks",  "e2",      "Helpline",
                                                "e4",      "Looks", "Is gone", "Lounge"};
    static const struct trod_match *const seen[N_SMALL] = {
        &small_web_e0, &small_e1_red, NULL, &small_e3, NULL, &small_e0_from_4, NULL, &small_e6};
    for (int t = 0; t < N_SMALL; t++) {
        to->touchpoints[t].id = trod_str_of(ids[t]);
        to->touchpoints[t].title = trod_str_of(titles[t]);
        to->touchpoints[t].visit_us = TROD_NO_TIME;
        to->touchpoints[t].seen = (struct trod_matches){seen[t], seen[t] != NULL};
    }
    to->touchpoints[BROWSE].visit_us = 10;
    to->touchpoints[ASK].fails = (struct trod_matches){&small_e1_green, 1};
    to->touchpoints[BUY].fails = (struct trod_matches){&small_e2_zero, 1};
    to->touchpoints[HELP].any_time = true;
    to->touchpoints[QUIET].not_recorded = true;
    to->touchpoints[VIP].only_segments = (struct trod_ids){&small_family, 1};
    to->segments[FAMILY].when = (struct trod_matches){&small_profile_rome, 1};
    to->segments[TRADE].when = (struct trod_matches){&small_e1_red, 1};
    to->sources[0] = (struct trod_map_source){.id = TROD_STR("web"), .visit_us = TROD_NO_TIME};
    to->sources[1] = (struct trod_map_source){.id = TROD_STR("shop"), .visit_us = 5};
    to->map = (struct trod_map){.touchpoints = to->touchpoints,
                                .n_touchpoints = N_SMALL,
                                .segments = to->segments,
                                .n_segments = N_SEGMENTS,
                                .sources = to->sources,
                                .n_sources = 2,
                                .succeeds = &small_success,
                                .n_succeeds = 1,
                                .lost = &small_loss,
                                .n_lost = 1,
                                .per_silence_us = TROD_NO_TIME,
                                .over_after_us = TROD_NO_TIME};
    return &to->map;
}

/* ---- The plain reading ---------------------------------------------------------------------
 */

static inline trod_str small_value(const struct trod_log *log, const char *field,
                                   uint64_t event, uint32_t customer) {
    const uint32_t f = trod_log_field(log, trod_str_of(field), false);
    const uint32_t code = trod_log_code(log, f, event, customer);
    return code ? trod_dict_at(log->fields[f].values, code - 1) : (trod_str){NULL, 0};
}

/* Bits of the touchpoints that the event is the trace of, and of those that it failed. */
static inline unsigned small_seen(const struct trod_log *log, uint64_t event, uint32_t customer,
                                  unsigned *fails) {
    const trod_str name = trod_dict_at(log->names, log->name[event]);
    const trod_str colour = small_value(log, "colour", event, customer);
    const trod_str amount = small_value(log, "amount", event, customer);
    const int number = amount.n ? amount.at[0] - '0' : -1;
    unsigned seen = 0;
    *fails = 0;
    if (trod_str_is(name, "e0")) {
        if (trod_str_is(log->sources[log->source[event]].name, "web")) seen |= 1u << BROWSE;
        if (number >= 4) seen |= 1u << LOOK;
    }
    if (trod_str_is(name, "e1")) {
        if (trod_str_is(colour, "red")) seen |= 1u << ASK;
        if (trod_str_is(colour, "green") && number > 2) *fails |= 1u << ASK;
    }
    if (trod_str_is(name, "e2")) {
        if (number == 0)
            *fails |= 1u << BUY;
        else
            seen |= 1u << BUY;
    }
    if (trod_str_is(name, "e3")) seen |= 1u << HELP;
    if (trod_str_is(name, "e5")) seen |= 1u << GONE;
    if (trod_str_is(name, "e6")) seen |= 1u << VIP;
    return seen;
}

static inline unsigned small_mask(const struct trod_claim_set *set) {
    unsigned mask = 0;
    for (size_t i = 0; i < set->n; i++) mask |= 1u << set->touchpoints[i];
    return mask;
}

#endif

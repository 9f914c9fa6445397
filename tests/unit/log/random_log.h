/* Random logs for the tests of log and mine: the same seed gives the same rows. */
#ifndef RANDOM_LOG_H
#define RANDOM_LOG_H

#include <stdio.h>

#include "trod/log.h"

#define assert_ok(call) assert_int_equal((call), TROD_OK)

struct random_log {
    uint64_t seed;
    uint32_t n_customers, n_names, n_events;
    unsigned missing_times; /* of 100; 100: a log without times */
    unsigned ends;          /* of 100 */
    unsigned journeys;      /* of 100 events that name one */
    int64_t step_us;        /* times are this far apart at most */
};

static inline trod_status random_log_make(const struct random_log *as, struct trod_log **log,
                                          struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_rng rng = {.seed = as->seed, .stream = 1};
    struct trod_log_builder *const builder = trod_log_builder_make(0);
    *log = NULL;
    TROD_TRY_ALLOC(builder, error);
    const uint32_t sources[] = {trod_log_builder_source(builder, TROD_STR("web")),
                                trod_log_builder_source(builder, TROD_STR("shop"))};
    const uint32_t colour = trod_log_builder_field(builder, TROD_STR("colour"), false);
    const uint32_t amount = trod_log_builder_field(builder, TROD_STR("amount"), false);
    const uint32_t city = trod_log_builder_field(builder, TROD_STR("city"), true);
    if (sources[0] == TROD_NO_ID || sources[1] == TROD_NO_ID || colour == TROD_NO_ID ||
        amount == TROD_NO_ID || city == TROD_NO_ID)
        TROD_TRY_ALLOC(NULL, error);
    for (uint32_t i = 0; i < as->n_events; i++) {
        char text[32];
        snprintf(text, sizeof text, "c%u", (unsigned)trod_rng_below(&rng, as->n_customers));
        const uint32_t customer = trod_log_builder_customer(builder, trod_str_of(text));
        if (customer == TROD_NO_ID) TROD_TRY_ALLOC(NULL, error);
        char name[32], journey[32] = "";
        snprintf(name, sizeof name, "e%u", (unsigned)trod_rng_below(&rng, as->n_names));
        if (trod_rng_below(&rng, 100) < as->journeys)
            snprintf(journey, sizeof journey, "j%u", (unsigned)trod_rng_below(&rng, 3));
        int64_t time_us = (int64_t)trod_rng_below(&rng, 50) * as->step_us;
        const int64_t end_us = trod_rng_below(&rng, 100) < as->ends
                                   ? time_us + (int64_t)trod_rng_below(&rng, 4) * as->step_us
                                   : TROD_NO_TIME;
        if (trod_rng_below(&rng, 100) < as->missing_times) time_us = TROD_NO_TIME;
        TROD_TRY(trod_log_builder_event(builder, sources[trod_rng_below(&rng, 2)], customer,
                                        trod_str_of(name), trod_str_of(journey), time_us,
                                        time_us == TROD_NO_TIME ? TROD_NO_TIME : end_us,
                                        error));
        static const char *const colours[] = {"", "red", "green", "blue"};
        TROD_TRY(trod_log_builder_set(builder, colour,
                                      trod_str_of(colours[trod_rng_below(&rng, 4)]), error));
        snprintf(text, sizeof text, "%u", (unsigned)trod_rng_below(&rng, 6));
        TROD_TRY(trod_log_builder_set(builder, amount, trod_str_of(text), error));
        static const char *const cities[] = {"", "", "Rome", "Oslo"};
        TROD_TRY(trod_log_builder_set(builder, city,
                                      trod_str_of(cities[trod_rng_below(&rng, 4)]), error));
    }
    TROD_TRY(trod_log_builder_finish(builder, log, error));
done:
    trod_log_builder_free(builder);
    return status;
}

#endif

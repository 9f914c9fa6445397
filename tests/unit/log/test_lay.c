#include "../unit.h"

#include <stdlib.h>

#include "small_map.h"

enum { MOST = 300, OVER_AFTER = 25 };

/* The plain way: each event looks back for the last visit of its kind. */
struct plain_visit {
    enum trod_visit_kind kind;
    unsigned key; /* touchpoints seen, or failed, or the name */
    unsigned fails;
    bool failed;
    uint64_t event;
    uint32_t n_events;
    int64_t begin_us, end_us, over_us;
};
struct plain_laid {
    struct plain_visit visits[MOST];
    size_t n;
    bool lost, succeeded;
    size_t success;
    int64_t begin_us, end_us;
};

static struct trod_log *log_of(uint64_t seed, unsigned missing_times, int64_t step_us) {
    const struct random_log as = {.seed = seed,
                                  .n_customers = 14,
                                  .n_names = 8,
                                  .n_events = 200,
                                  .missing_times = missing_times,
                                  .ends = 30,
                                  .step_us = step_us};
    struct trod_log *log = NULL;
    assert_ok(random_log_make(&as, &log, NULL));
    return log;
}

/* browse: 10 us; all else by source: web every event, shop 5 us. */
static bool goes_on(const struct trod_log *log, const struct plain_visit *visit, uint64_t i) {
    const bool shop = trod_str_is(log->sources[log->source[i]].name, "shop");
    const bool by_touchpoint = visit->kind != TROD_VISIT_UNMAPPED &&
                               visit->kind != TROD_VISIT_FAILED && visit->key >> BROWSE & 1;
    const int64_t within_us = by_touchpoint ? 10 : shop ? 5 : -1;
    if (within_us < 0 || !log->time_us || visit->over_us == TROD_NO_TIME ||
        log->time_us[i] == TROD_NO_TIME)
        return false;
    return log->time_us[i] <= visit->over_us + within_us;
}

static void lay_plainly(const struct trod_log *log, const struct trod_view *view,
                        const struct trod_journey *journey, struct plain_laid *laid) {
    *laid = (struct plain_laid){.begin_us = TROD_NO_TIME, .end_us = TROD_NO_TIME};
    for (size_t i = 0; i < journey->n && !laid->lost; i++) {
        const uint64_t event = trod_view_event(view, journey, i);
        unsigned fails = 0;
        const unsigned seen = small_seen(log, event, journey->customer, &fails);
        const enum trod_visit_kind kind = seen == 1u << HELP ? TROD_VISIT_ANY_TIME
                                          : seen             ? TROD_VISIT_SEEN
                                          : fails            ? TROD_VISIT_FAILED
                                                             : TROD_VISIT_UNMAPPED;
        const unsigned key = seen ? seen : fails ? fails : log->name[event];
        const int64_t begin = log->time_us ? log->time_us[event] : TROD_NO_TIME;
        int64_t over = begin;
        if (log->end_us && log->end_us[event] > over) over = log->end_us[event];
        size_t at = laid->n;
        while (at > 0 && (laid->visits[at - 1].kind != kind || laid->visits[at - 1].key != key))
            at--;
        if (at == 0 || !goes_on(log, &laid->visits[at - 1], event)) {
            at = ++laid->n;
            laid->visits[at - 1] =
                (struct plain_visit){kind, key, 0, false, event, 0, begin, begin, begin};
        }
        struct plain_visit *const visit = &laid->visits[at - 1];
        visit->n_events++;
        if (over > visit->end_us) visit->end_us = over;
        if (over > visit->over_us) visit->over_us = over;
        visit->failed = visit->failed || fails;
        if (!visit->fails) visit->fails = fails;
        if (laid->begin_us == TROD_NO_TIME) laid->begin_us = begin;
        if (over > laid->end_us) laid->end_us = over;
        if (seen >> BUY & 1 && !laid->succeeded) {
            laid->succeeded = true;
            laid->success = at - 1;
        }
        laid->lost = seen >> GONE & 1;
    }
}

static void compare_visits(const struct trod_claimed *claims, const struct trod_lay *lay,
                           const struct trod_laid *seen, const struct plain_laid *plain) {
    assert_int_equal(seen->n_visits, plain->n);
    for (size_t v = 0; v < plain->n; v++) {
        const struct trod_visit *const visit = &lay->visits[seen->visit + v];
        const struct plain_visit *const want = &plain->visits[v];
        assert_int_equal(visit->kind, want->kind);
        const unsigned seen_mask = small_mask(&claims->sets[visit->set]);
        const unsigned fails_mask = small_mask(&claims->sets[visit->failed_set]);
        assert_int_equal(fails_mask, want->fails);
        if (want->kind == TROD_VISIT_SEEN || want->kind == TROD_VISIT_ANY_TIME)
            assert_int_equal(seen_mask, want->key);
        else
            assert_int_equal(visit->set, 0);
        if (want->kind == TROD_VISIT_UNMAPPED) assert_int_equal(visit->name, want->key);
        assert_int_equal(visit->failed, want->failed);
        assert_int_equal(visit->event, want->event);
        assert_int_equal(visit->n_events, want->n_events);
        assert_int_equal(visit->begin_us, want->begin_us);
        assert_int_equal(visit->end_us, want->end_us);
    }
}

static enum trod_ending ending_of(const struct plain_laid *plain, bool over_after,
                                  int64_t now_us) {
    if (plain->lost) return TROD_ENDING_LOST;
    if (plain->succeeded) return TROD_ENDING_SUCCEEDED;
    if (!over_after || plain->end_us == TROD_NO_TIME) return TROD_ENDING_UNKNOWN;
    return now_us - plain->end_us > OVER_AFTER ? TROD_ENDING_LEFT : TROD_ENDING_OPEN;
}

/* The path as text: the same text, the same path. */
static const char *path_text(const struct trod_claimed *claims, const struct trod_log *log,
                             const struct plain_laid *plain, bool count_unmapped, bool vip) {
    static char text[MOST * 12];
    size_t n = 0;
    text[0] = '\0';
    for (size_t v = 0; v < plain->n; v++) {
        if (plain->visits[v].kind == TROD_VISIT_SEEN)
            n += (size_t)snprintf(text + n, sizeof text - n, "%x ", plain->visits[v].key);
        else if (plain->visits[v].kind == TROD_VISIT_UNMAPPED && count_unmapped)
            n += (size_t)snprintf(text + n, sizeof text - n, "?%.*s ",
                                  TROD_ARG(trod_dict_at(log->names, plain->visits[v].key)));
    }
    snprintf(text + n, sizeof text - n, "%s%s", plain->lost ? "lost" : "", vip ? " vip" : "");
    (void)claims;
    return text;
}

static const char *laid_text(const struct trod_lay *lay, const struct trod_laid_path *path) {
    static char text[MOST * 12];
    size_t n = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < path->n; i++) {
        if (path->steps[i] & TROD_STEP_UNMAPPED)
            n += (size_t)snprintf(text + n, sizeof text - n, "?%.*s ",
                                  TROD_ARG(trod_dict_at(lay->view->log->names,
                                                        path->steps[i] & ~TROD_STEP_UNMAPPED)));
        else
            n += (size_t)snprintf(text + n, sizeof text - n, "%x ",
                                  small_mask(&lay->claims->sets[path->steps[i]]));
    }
    snprintf(text + n, sizeof text - n, "%s%s", path->lost ? "lost" : "",
             trod_bits_has(&lay->groups[path->groups], VIP) ? " vip" : "");
    return text;
}

static void compare_lay(const struct trod_claimed *claims, const struct trod_view *view,
                        bool count_unmapped, int64_t now_us, struct plain_laid *plain) {
    const struct trod_log *const log = claims->log;
    const struct trod_lay_options options = {.count_unmapped = count_unmapped,
                                             .now_us = now_us};
    struct trod_lay *lay = NULL;
    assert_ok(trod_lay_make(claims, view, &options, &lay, NULL));
    uint64_t *const walked = calloc(lay->n_paths, sizeof *walked);
    const bool over_after = claims->map->over_after_us != TROD_NO_TIME;
    const int64_t now = now_us ? now_us : log->last_us;
    assert_int_equal(lay->now_us, log->has_times ? now : TROD_NO_TIME);
    for (size_t j = 0; j < view->n_journeys; j++) {
        const struct trod_laid *const laid = &lay->journeys[j];
        const struct trod_journey *const journey = &view->journeys[j];
        lay_plainly(log, view, journey, plain);
        compare_visits(claims, lay, laid, plain);
        assert_int_equal(laid->journey, j);
        assert_int_equal(laid->customer, journey->customer);
        assert_int_equal(laid->begin_us, plain->begin_us);
        assert_int_equal(laid->end_us, plain->end_us);
        assert_int_equal(laid->succeeded, plain->succeeded);
        assert_int_equal(laid->success_visit,
                         plain->succeeded ? plain->success : (size_t)UINT32_MAX);
        if (plain->succeeded)
            assert_int_equal(laid->success_us, plain->visits[plain->success].begin_us);
        assert_int_equal(laid->ending, ending_of(plain, over_after, now));
        const bool open = plain->lost ? false
                          : over_after && plain->end_us != TROD_NO_TIME
                              ? now - plain->end_us <= OVER_AFTER
                              : journey->cut_end;
        assert_int_equal(laid->open, open);
        const bool vip = trod_str_is(small_value(log, "city", 0, journey->customer), "Rome");
        const uint8_t *const in = lay->in_segment + (size_t)journey->customer * N_SEGMENTS;
        assert_int_equal(in[FAMILY], vip);
        assert_string_equal(laid_text(lay, &lay->paths[laid->path]),
                            path_text(claims, log, plain, count_unmapped, vip));
        walked[laid->path]++;
    }
    for (size_t p = 0; p < lay->n_paths; p++) {
        assert_int_equal(lay->paths[p].n_journeys, walked[p]);
        if (p) assert_true(walked[p] <= walked[p - 1]);
        for (size_t q = 0; q < p; q++) {
            char text[MOST * 12];
            snprintf(text, sizeof text, "%s", laid_text(lay, &lay->paths[p]));
            assert_string_not_equal(text, laid_text(lay, &lay->paths[q]));
        }
    }
    free(walked);
    trod_lay_free(lay);
}

static void equals_the_plain_way(void **state) {
    (void)state;
    struct plain_laid *const plain = calloc(1, sizeof *plain);
    for (uint64_t seed = 1; seed <= 24; seed++) {
        struct small_map small;
        small_map_make(&small);
        if (seed % 2) small.map.over_after_us = OVER_AFTER;
        struct trod_log *const log =
            log_of(seed, seed % 6 == 0 ? 100 : seed % 3 * 4, 1 + (int64_t)seed % 4);
        struct trod_claimed *claims = NULL;
        assert_ok(trod_claimed_make(log, &small.map, &claims, NULL));
        for (int kind = 0; kind < 2; kind++) {
            const struct trod_view_options options = {
                .per = kind ? TROD_PER_SILENCE : TROD_PER_CUSTOMER, .per_silence_us = 12};
            struct trod_view *view = NULL;
            assert_ok(trod_view_make(log, &options, &view, NULL));
            compare_lay(claims, view, false, 0, plain);
            compare_lay(claims, view, true, 230, plain);
            trod_view_free(view);
        }
        trod_claimed_free(claims);
        trod_log_free(log);
    }
    free(plain);
}

static void finds_segments(void **state) {
    (void)state;
    struct small_map small;
    small_map_make(&small);
    struct trod_log *const log = log_of(5, 0, 3);
    struct trod_claimed *claims = NULL;
    struct trod_view *view = NULL;
    struct trod_lay *lay = NULL;
    assert_ok(trod_claimed_make(log, &small.map, &claims, NULL));
    assert_ok(trod_view_make(log, &(struct trod_view_options){0}, &view, NULL));
    assert_ok(trod_lay_make(claims, view, &(struct trod_lay_options){0}, &lay, NULL));
    uint32_t n_trade = 0;
    for (uint32_t c = 0; c < log->n_customers; c++) {
        bool trade = false;
        for (uint64_t i = log->first[c]; i < log->first[c + 1]; i++) {
            unsigned fails = 0;
            trade = trade || small_seen(log, i, c, &fails) >> ASK & 1;
        }
        assert_int_equal(lay->in_segment[c * N_SEGMENTS + TRADE], trade);
        n_trade += trade;
    }
    assert_true(n_trade > 0 && n_trade < log->n_customers);
    assert_int_equal(lay->n_groups, 2);
    assert_false(lay->recorded[QUIET]);
    assert_true(lay->recorded[BUY]);
    trod_lay_free(lay);
    /* Without any `only for` there is one group, which has all. */
    small.touchpoints[VIP].only_segments.n = 0;
    assert_ok(trod_lay_make(claims, view, &(struct trod_lay_options){0}, &lay, NULL));
    assert_int_equal(lay->n_groups, 1);
    assert_int_equal(trod_bits_count(&lay->groups[0]), N_SMALL);
    trod_lay_free(lay);
    trod_view_free(view);
    trod_claimed_free(claims);
    trod_log_free(log);
}

static void survives_every_failed_allocation(void **state) {
    (void)state;
    struct small_map small;
    small_map_make(&small);
    struct trod_log *const log = log_of(5, 0, 3);
    struct trod_claimed *claims = NULL;
    struct trod_view *view = NULL;
    assert_ok(trod_claimed_make(log, &small.map, &claims, NULL));
    assert_ok(trod_view_make(log, &(struct trod_view_options){0}, &view, NULL));
    for (uint64_t n = 1;; n++) {
        struct trod_lay *lay = NULL;
        trod_memory_fail_at(n);
        const trod_status status =
            trod_lay_make(claims, view, &(struct trod_lay_options){0}, &lay, NULL);
        trod_memory_fail_at(0);
        if (status == TROD_OK) {
            trod_lay_free(lay);
            assert_true(n > 30);
            break;
        }
        assert_int_equal(status, TROD_NO_MEMORY);
        assert_null(lay);
    }
    trod_view_free(view);
    trod_claimed_free(claims);
    trod_log_free(log);
    trod_lay_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_the_plain_way),
        cmocka_unit_test(finds_segments),
        cmocka_unit_test(survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

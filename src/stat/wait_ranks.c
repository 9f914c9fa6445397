/* The log-rank test for thousands of groups of the same rows. What is to be expected of a row
 * is the hazard of all up to its own time, whatever the group: so a group's expectation is a
 * sum over its members, and no time is walked. Only the variance asks how many members were
 * left at each time of an event: the members are dealt to the last such time that they saw, and
 * counted from the end. */
#include <math.h>

#include "stat/special.h"
#include "stat/waits.h"

trod_status trod_wait_ranks_make(const struct trod_waits *waits, struct trod_arena *arena,
                                 struct trod_wait_ranks *ranks, struct trod_error *error) {
    trod_status status = TROD_OK;
    const size_t n = waits->n;
    struct stat_item *items = NULL;
    *ranks = (struct trod_wait_ranks){.n = n};
    if (waits->entered)
        return trod_fail(error, TROD_BAD_INPUT, "delayed entry is not provided for here");
    if (n >= UINT32_MAX)
        return trod_fail(error, TROD_TOO_MUCH, "%zu observations are too many to rank", n);
    TROD_TRY(stat_waits_order(waits, arena, &items, error));
    size_t n_times = 0;
    bool counted = false; /* the time of items[i] is in n_times */
    for (size_t i = 0; i < n; i++) {
        counted = counted && i > 0 && items[i].value == items[i - 1].value;
        if (counted || waits->outcome[items[i].index] == 0) continue;
        n_times++;
        counted = true;
    }
    double *const expected = TROD_NEW_ARRAY(arena, n, double);
    TROD_TRY_ALLOC(expected, error);
    uint32_t *const place = TROD_NEW_ARRAY(arena, n, uint32_t);
    TROD_TRY_ALLOC(place, error);
    double *const at_risk = TROD_NEW_ARRAY(arena, n_times, double);
    TROD_TRY_ALLOC(at_risk, error);
    double *const spread = TROD_NEW_ARRAY(arena, n_times, double);
    TROD_TRY_ALLOC(spread, error);
    ranks->happened = trod_bits_make(arena, n);
    TROD_TRY_ALLOC(ranks->happened.words, error);
    double hazard = 0;
    size_t times = 0;
    for (size_t begin = 0; begin < n;) {
        size_t end = begin;
        double events = 0;
        for (; end < n && items[end].value == items[begin].value; end++)
            events += waits->outcome[items[end].index] > 0;
        const double risk = (double)(n - begin);
        if (events > 0) {
            hazard += events / risk;
            at_risk[times] = risk;
            spread[times++] = risk > 1 ? events * (risk - events) / (risk - 1) : 0;
        }
        for (; begin < end; begin++) {
            const size_t row = items[begin].index;
            const bool happened = waits->outcome[row] > 0;
            expected[row] = hazard;
            place[row] = (uint32_t)times;
            if (happened) trod_bits_add(&ranks->happened, row);
            ranks->squares += ((double)happened - hazard) * ((double)happened - hazard);
        }
    }
    ranks->expected = expected;
    ranks->place = place;
    ranks->n_times = times;
    ranks->at_risk = at_risk;
    ranks->spread = spread;
done:
    return status;
}

void trod_wait_ranks_sum(const struct trod_wait_ranks *ranks, const struct trod_bits *members,
                         uint64_t *n_members, uint64_t *observed, double *expected) {
    uint64_t n = 0, happened = 0;
    double sum = 0;
    for (size_t w = 0; w < trod_bits_words(ranks->n); w++) {
        uint64_t word = members->words[w];
        n += (uint64_t)__builtin_popcountll(word);
        happened += (uint64_t)__builtin_popcountll(word & ranks->happened.words[w]);
        for (; word; word &= word - 1)
            sum += ranks->expected[64 * w + (size_t)__builtin_ctzll(word)];
    }
    *n_members = n;
    *observed = happened;
    *expected = sum;
}

static struct trod_log_rank result_of(const struct trod_wait_ranks *ranks, uint64_t observed,
                                      double expected, double variance) {
    const double happened = (double)trod_bits_count(&ranks->happened);
    struct trod_log_rank test = {
        .observed_a = (double)observed,
        .expected_a = expected,
        .observed_b = happened - (double)observed,
        .expected_b =
            fmax(0, happened - expected), /* all expectations add up to what happened */
        .chi_square = (double)NAN,
        .p = (double)NAN,
    };
    if (variance > 0) {
        const double apart = (double)observed - expected;
        test.chi_square = apart * apart / variance;
        test.p = stat_chi_square_p(test.chi_square);
    }
    return test;
}

struct trod_log_rank trod_wait_ranks_sieve(const struct trod_wait_ranks *ranks,
                                           uint64_t n_members, uint64_t observed,
                                           double expected) {
    const double all = (double)ranks->n, members = (double)n_members;
    const double variance =
        all > 1 ? members * (all - members) / (all * (all - 1)) * ranks->squares : 0;
    return result_of(ranks, observed, expected, variance);
}

struct trod_log_rank trod_wait_ranks_compare(const struct trod_wait_ranks *ranks,
                                             const struct trod_bits *members, uint32_t *room) {
    uint64_t n_members, observed;
    double expected;
    trod_wait_ranks_sum(ranks, members, &n_members, &observed, &expected);
    memset(room, 0, (ranks->n_times + 1) * sizeof *room);
    for (size_t w = 0; w < trod_bits_words(ranks->n); w++)
        for (uint64_t word = members->words[w]; word; word &= word - 1)
            room[ranks->place[64 * w + (size_t)__builtin_ctzll(word)]]++;
    /* Whoever saw t + 1 times of events was there at the t-th. */
    double variance = 0, left = 0;
    for (size_t t = ranks->n_times; t-- > 0;) {
        left += room[t + 1];
        const double share = left / ranks->at_risk[t];
        variance += ranks->spread[t] * share * (1 - share);
    }
    return result_of(ranks, observed, expected, variance);
}

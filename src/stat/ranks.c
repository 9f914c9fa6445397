/* Tests on ranks. All values are sorted once; ties share the middle of their ranks, so that
 * twice a rank is whole and sums of ranks are exact. A group then is judged by the sum of its
 * ranks alone, which is all that is left to do for each of thousands of groups of the same
 * rows. */
#include <math.h>

#include "stat/order.h"
#include "stat/special.h"
#include "trod/stat.h"

static const struct trod_rank_difference NOTHING = {(double)NAN, (double)NAN, (double)NAN,
                                                    (double)NAN};

/* Of x values with such a sum of twice their ranks, and y others. */
static struct trod_rank_difference difference_of(double x, double y, double twice_sum,
                                                 double ties) {
    if (!(x > 0 && y > 0)) return NOTHING;
    struct trod_rank_difference difference;
    const double all = x + y;
    difference.u = (twice_sum - x * (x + 1)) / 2;
    difference.higher = difference.u / (x * y);
    const double variance = x * y / 12 * (all + 1 - ties / (all * (all - 1)));
    const double apart = fabs(difference.u - x * y / 2);
    if (variance > 0) {
        difference.p = stat_normal_p(fmax(0, apart - 0.5) / sqrt(variance));
        difference.p_uncorrected = stat_normal_p(apart / sqrt(variance));
    } else {
        difference.p = difference.p_uncorrected = 1;
    }
    return difference;
}

trod_status trod_rank_compare(const double *a, size_t n_a, const double *b, size_t n_b,
                              struct trod_arena *scratch,
                              struct trod_rank_difference *difference,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    *difference = NOTHING;
    if (n_a == 0 || n_b == 0 || stat_any_nan(a, n_a) || stat_any_nan(b, n_b)) return TROD_OK;
    const size_t n = n_a + n_b;
    double *const values = n < n_a ? NULL : TROD_NEW_ARRAY(scratch, n, double);
    TROD_TRY_ALLOC(values, error);
    uint64_t *const twice = TROD_NEW_ARRAY(scratch, n, uint64_t);
    TROD_TRY_ALLOC(twice, error);
    memcpy(values, a, n_a * sizeof *values);
    memcpy(values + n_a, b, n_b * sizeof *values);
    struct stat_item *items = NULL;
    TROD_TRY(stat_order(values, n, scratch, &items, error));
    const double ties = stat_twice_ranks(items, n, twice);
    double twice_sum = 0;
    for (size_t i = 0; i < n_a; i++) twice_sum += (double)twice[i];
    *difference = difference_of((double)n_a, (double)n_b, twice_sum, ties);
done:
    return status;
}

/* ---- The rows ranked once ---- */

trod_status trod_ranks_make(const double *values, size_t n, struct trod_arena *arena,
                            struct trod_ranks *ranks, struct trod_error *error) {
    trod_status status = TROD_OK;
    *ranks = (struct trod_ranks){.n = n};
    if (n > INT32_MAX)
        return trod_fail(error, TROD_TOO_MUCH, "%zu rows are too many to rank: at most %d", n,
                         INT32_MAX);
    struct stat_item *const items = TROD_NEW_ARRAY(arena, n, struct stat_item);
    TROD_TRY_ALLOC(items, error);
    struct stat_item *const room = TROD_NEW_ARRAY(arena, n, struct stat_item);
    TROD_TRY_ALLOC(room, error);
    uint32_t *const twice = TROD_NEW_ARRAY(arena, n, uint32_t);
    TROD_TRY_ALLOC(twice, error);
    size_t n_ranked = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(values[i])) items[n_ranked++] = (struct stat_item){values[i] + 0.0, i};
    stat_order_items(items, n_ranked, room);
    for (size_t begin = 0; begin < n_ranked;) {
        size_t end = begin + 1;
        while (end < n_ranked && items[end].value == items[begin].value) end++;
        for (size_t i = begin; i < end; i++)
            twice[items[i].index] = (uint32_t)(begin + end + 1);
        const double tied = (double)(end - begin);
        ranks->ties += tied * (tied * tied - 1);
        begin = end;
    }
    ranks->n_ranked = n_ranked;
    ranks->twice = twice;
done:
    return status;
}

static void sum_few(const uint32_t *twice, uint64_t word, uint64_t *n, uint64_t *sum) {
    for (; word; word &= word - 1) {
        const uint32_t value = twice[__builtin_ctzll(word)];
        *sum += value;
        *n += value != 0;
    }
}

#if defined __x86_64__
/* Many: all 64 in vector lanes, those who are no members as 0. */
__attribute__((target("avx2"))) static void sum_many(const uint32_t *twice, uint64_t word,
                                                     uint64_t *n, uint64_t *sum) {
    uint64_t part = 0;
    uint32_t n_part = 0;
    for (unsigned side = 0; side < 2; side++, twice += 32, word >>= 32) {
        const uint32_t half = (uint32_t)word;
        for (unsigned i = 0; i < 32; i++) {
            const uint32_t value = twice[i] & -(half >> i & 1);
            part += value;
            n_part += value != 0;
        }
    }
    *sum += part;
    *n += n_part;
}
#endif

void trod_ranks_sum(const struct trod_ranks *ranks, const struct trod_bits *members,
                    uint64_t *n_members, uint64_t *twice_sum) {
    uint64_t n = 0, sum = 0;
#if defined __x86_64__
    const bool wide = __builtin_cpu_supports("avx2");
#endif
    for (size_t w = 0; w < trod_bits_words(ranks->n); w++) {
        const uint64_t word = members->words[w];
        const uint32_t *const twice = ranks->twice + 64 * w;
#if defined __x86_64__
        if (wide && __builtin_popcountll(word) > 12 && 64 * w + 64 <= ranks->n) {
            sum_many(twice, word, &n, &sum);
            continue;
        }
#endif
        sum_few(twice, word, &n, &sum);
    }
    *n_members = n;
    *twice_sum = sum;
}

struct trod_rank_difference trod_ranks_compare(const struct trod_ranks *ranks,
                                               uint64_t n_members, uint64_t twice_sum) {
    if (n_members > ranks->n_ranked) return NOTHING;
    return difference_of((double)n_members, (double)(ranks->n_ranked - n_members),
                         (double)twice_sum, ranks->ties);
}

trod_status trod_ranks_compare_groups(const double *values, const uint32_t *group, size_t n,
                                      uint32_t n_groups, struct trod_arena *scratch,
                                      struct trod_group_test *test, struct trod_error *error) {
    trod_status status = TROD_OK;
    *test = (struct trod_group_test){(double)NAN, (double)NAN, (double)NAN};
    if (stat_any_nan(values, n)) return TROD_OK;
    struct stat_item *items = NULL;
    uint64_t *const twice = TROD_NEW_ARRAY(scratch, n, uint64_t);
    TROD_TRY_ALLOC(twice, error);
    uint64_t *const sums = TROD_NEW_ARRAY(scratch, n_groups, uint64_t);
    TROD_TRY_ALLOC(sums, error);
    uint64_t *const counts = TROD_NEW_ARRAY(scratch, n_groups, uint64_t);
    TROD_TRY_ALLOC(counts, error);
    TROD_TRY(stat_order(values, n, scratch, &items, error));
    const double ties = stat_twice_ranks(items, n, twice), all = (double)n;
    for (size_t i = 0; i < n; i++) {
        if (group[i] >= n_groups) {
            status = trod_fail(error, TROD_BAD_INPUT, "row %zu is of group %u of %u", i + 1,
                               group[i], n_groups);
            goto done;
        }
        sums[group[i]] += twice[i];
        counts[group[i]]++;
    }
    /* The squared distances of the groups' mean ranks from the middle one. */
    double apart = 0, df = -1;
    for (uint32_t g = 0; g < n_groups; g++) {
        if (counts[g] == 0) continue;
        const double count = (double)counts[g];
        const double from = (double)sums[g] / (2 * count) - (all + 1) / 2;
        apart += count * from * from;
        df++;
    }
    const double untied = 1 - ties / (all * (all * all - 1));
    if (df < 1 || !(untied > 0)) goto done;
    test->statistic = apart * 12 / (all * (all + 1)) / untied;
    test->df = df;
    test->p = stat_chi_square_tail(test->statistic, df);
done:
    return status;
}

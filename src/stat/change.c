/* When did something change? A series is cut into pieces so that the cost of all pieces and a
 * penalty for each cut are least. The best cutting of the first t points ends with some last
 * piece, and what is before that piece is itself cut best: so it is found from left to right. A
 * place that was worse by more than a penalty once stays worse for ever and is dropped (PELT),
 * which makes series with many changes nearly linear. Costs of pieces come from running sums.
 */
#include <math.h>

#include "stat/special.h"
#include "trod/stat.h"

struct trod_change_one trod_change_one(const double *values, const double *weights, size_t n) {
    struct trod_change_one one = {
        0, (double)NAN, (double)NAN, (double)NAN, (double)NAN, (double)NAN, 0};
    double weight = 0, mean = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
        const double w = weights ? weights[i] : 1, apart = values[i] - mean;
        weight += w;
        if (!(w > 0)) continue;
        mean += apart * (w / weight);
        squares += w * apart * (values[i] - mean);
    }
    if (!(weight > 0) || isnan(mean)) return one;
    one.squares = one.squares_without = squares;
    one.mean_before = one.mean_after = mean;
    one.cusum = 0;
    double before = 0, sum = 0, best = 0; /* sum of deviations from the mean of all */
    for (size_t i = 0; i + 1 < n; i++) {
        const double w = weights ? weights[i] : 1;
        before += w;
        sum += w * (values[i] - mean);
        if (fabs(sum) > one.cusum) {
            one.cusum = fabs(sum);
            one.cusum_at = i + 1;
        }
        const double after = weight - before;
        if (!(before > 0 && after > 0)) continue;
        const double explained = sum * sum * (1 / before + 1 / after);
        if (explained > best) {
            best = explained;
            one.at = i + 1;
            one.mean_before = mean + sum / before;
            one.mean_after = mean - sum / after;
        }
    }
    if (one.at == 0) return one;
    one.squares = 0; /* anew, for the digits that a difference would lose */
    for (size_t i = 0; i < n; i++) {
        const double apart = values[i] - (i < one.at ? one.mean_before : one.mean_after);
        one.squares += (weights ? weights[i] : 1) * apart * apart;
    }
    return one;
}

/* Running sums over the points: of the weights, the weighted distances from the mean of all and
 * their squares; of a mix, of each column. */
struct sums {
    const struct trod_series *series;
    double *totals; /* [(n + 1) * n_columns of a mix, or * 3] */
    size_t width;
};

static trod_status run_sums(const struct trod_series *series, struct trod_arena *scratch,
                            struct sums *sums, struct trod_error *error) {
    trod_status status = TROD_OK;
    const bool means = series->kind == TROD_SERIES_MEANS;
    const size_t n = series->n, columns = means ? 1 : series->n_columns;
    *sums = (struct sums){series, NULL, means ? 3 : columns};
    for (size_t i = 0; i < n; i++) {
        bool bad = means && series->weights &&
                   !(series->weights[i] >= 0 && isfinite(series->weights[i]));
        for (size_t k = 0; k < columns; k++) {
            const double value = series->values[i * columns + k];
            bad = bad || !isfinite(value) || (!means && value < 0);
        }
        if (bad) {
            status = trod_fail(error, TROD_BAD_INPUT, "point %zu of the series is no %s", i + 1,
                               means ? "number with a weight" : "set of counts");
            goto done;
        }
    }
    sums->totals = TROD_NEW_ARRAY(scratch, (n + 1) * sums->width, double);
    TROD_TRY_ALLOC(sums->totals, error);
    double mean = 0, weight = 0;
    for (size_t i = 0; means && i < n; i++) {
        const double w = series->weights ? series->weights[i] : 1;
        weight += w;
        if (w > 0) mean += (series->values[i] - mean) * (w / weight);
    }
    for (size_t i = 0; i < n; i++) {
        const double *const before = sums->totals + i * sums->width;
        double *const after = sums->totals + (i + 1) * sums->width;
        if (means) {
            const double w = series->weights ? series->weights[i] : 1;
            const double apart = series->values[i] - mean;
            after[0] = before[0] + w;
            after[1] = before[1] + w * apart;
            after[2] = before[2] + w * apart * apart;
        } else {
            for (size_t k = 0; k < columns; k++)
                after[k] = before[k] + series->values[i * columns + k];
        }
    }
done:
    return status;
}

/* The cost of the piece of points from..to-1. */
static double cost_of(const struct sums *sums, size_t from, size_t to) {
    const double *const a = sums->totals + from * sums->width;
    const double *const b = sums->totals + to * sums->width;
    if (sums->series->kind == TROD_SERIES_MEANS) {
        const double weight = b[0] - a[0], sum = b[1] - a[1];
        return weight > 0 ? fmax(0, b[2] - a[2] - sum * sum / weight) : 0;
    }
    double all = 0, each = 0;
    for (size_t k = 0; k < sums->width; k++) {
        const double count = b[k] - a[k];
        all += count;
        if (count > 0) each += count * log(count);
    }
    return all > 0 ? fmax(0, 2 * (all * log(all) - each)) : 0;
}

/* How many numbers describe a piece. */
static double free_of(const struct trod_series *series) {
    return series->kind == TROD_SERIES_MEANS ? 1 : fmax(1, (double)series->n_columns - 1);
}

/* How many points say something. */
static size_t count_points(const struct sums *sums, size_t from, size_t to) {
    const size_t columns = sums->series->kind == TROD_SERIES_MEANS ? 1 : sums->width;
    size_t n = 0;
    for (size_t i = from; i < to; i++) {
        double weight = 0;
        for (size_t k = 0; k < columns; k++)
            weight +=
                sums->totals[(i + 1) * sums->width + k] - sums->totals[i * sums->width + k];
        n += weight > 0;
    }
    return n;
}

/* The scatter of points about a smooth course, whatever the course: half the squared distance
 * of neighbours, that is the cost of taking two as one, in the mean (Rice 1984). A change is
 * one distance among many. */
static double spread_of_neighbours(const struct sums *sums) {
    const struct trod_series *const series = sums->series;
    double sum = 0, n = 0;
    for (size_t i = 0; i + 2 <= series->n; i++) {
        if (count_points(sums, i, i + 2) < 2) continue;
        sum += fmax(0, cost_of(sums, i, i + 2) - cost_of(sums, i, i + 1) -
                           cost_of(sums, i + 1, i + 2));
        n++;
    }
    return n > 0 ? sum / (n * free_of(series)) : 0;
}

/* The scatter of points about their pieces; `df` is what it rests on. */
static double spread_of_pieces(const struct sums *sums, const struct trod_changes *changes,
                               double *df) {
    double sum = 0, n = 0;
    size_t from = 0;
    for (size_t i = 0; i <= changes->n; i++) {
        const size_t to = i < changes->n ? changes->changes[i].at : sums->series->n;
        const double points = (double)count_points(sums, from, to);
        if (points > 0) n += points - 1;
        sum += cost_of(sums, from, to);
        /* Of a mix a point has a cost of its own, that of being a mix at all. */
        if (sums->series->kind == TROD_SERIES_MIX)
            for (size_t k = from; k < to; k++) sum -= cost_of(sums, k, k + 1);
        from = to;
    }
    *df = n * free_of(sums->series);
    return *df > 0 ? fmax(0, sum) / *df : 0;
}

/* What a place between `from` and `to` gains, and the places nearly as good. The gain is held
 * against the scatter, which is itself known only so well (F), at any of the places. */
static void judge(const struct sums *sums, size_t from, size_t to, size_t min_points,
                  double spread, double df, struct trod_change *change) {
    const double whole = cost_of(sums, from, to), free = free_of(sums->series);
    const double here = cost_of(sums, from, change->at) + cost_of(sums, change->at, to);
    change->gain = fmax(0, whole - here);
    change->at_low = change->at_high = change->at;
    double places = 0;
    for (size_t at = from + min_points; at + min_points <= to; at++) {
        places++;
        const double cost = cost_of(sums, from, at) + cost_of(sums, at, to);
        if (cost - here > 3.841458820694124 * spread) continue; /* 95 % of chi-square, 1 df */
        if (at < change->at_low) change->at_low = at;
        if (at > change->at_high) change->at_high = at;
    }
    change->p = change->gain > 0 ? 0 : 1;
    if (spread > 0)
        change->p = fmin(1, places * stat_f_tail(change->gain / (free * spread), free, df));
}

/* The best last cut of the first t points, for each t. */
static void cut(const struct sums *sums, double penalty, size_t min_points, double *best,
                size_t *last, size_t *places) {
    const size_t n = sums->series->n;
    size_t n_places = 0;
    best[0] = -penalty;
    for (size_t t = min_points; t <= n; t++) {
        /* A piece of min_points or more may begin at t - min_points. */
        const size_t newest = t - min_points;
        if (newest == 0 || newest >= min_points) places[n_places++] = newest;
        double least = HUGE_VAL;
        for (size_t i = 0; i < n_places; i++) {
            const double cost = best[places[i]] + cost_of(sums, places[i], t) + penalty;
            if (cost < least) {
                least = cost;
                last[t] = places[i];
            }
        }
        best[t] = least;
        /* A place that is beaten now by a cut at t will be beaten ever after, but only from
         * where a piece may begin at t; min_points later. So shorter pieces wait with dropping.
         */
        if (min_points > 1) continue;
        size_t kept = 0;
        for (size_t i = 0; i < n_places; i++)
            if (best[places[i]] + cost_of(sums, places[i], t) <= best[t] + 1e-9 * fabs(best[t]))
                places[kept++] = places[i];
        n_places = kept;
    }
}

/* Counts scatter by chance at least. */
static double at_least_chance(const struct trod_series *series, double spread) {
    return series->kind == TROD_SERIES_MIX ? fmax(1, spread) : spread;
}

/* The cuts of a series, from the last to the first. */
static trod_status keep_cuts(const size_t *last, size_t n, struct trod_arena *arena,
                             struct trod_changes *changes, struct trod_error *error) {
    trod_status status = TROD_OK;
    changes->n = 0;
    for (size_t t = n; last[t] > 0; t = last[t]) changes->n++;
    changes->changes = TROD_NEW_ARRAY(arena, changes->n, struct trod_change);
    TROD_TRY_ALLOC(changes->changes, error);
    size_t i = changes->n;
    for (size_t t = n; last[t] > 0; t = last[t]) changes->changes[--i].at = last[t];
done:
    return status;
}

trod_status trod_changes_make(const struct trod_series *series, double penalty,
                              size_t min_points, struct trod_arena *arena,
                              struct trod_changes *changes, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct sums sums;
    const size_t n = series->n;
    *changes = (struct trod_changes){.penalty = penalty};
    if (min_points == 0) min_points = 1;
    TROD_TRY(run_sums(series, arena, &sums, error));
    double *const best = TROD_NEW_ARRAY(arena, n + 1, double);
    TROD_TRY_ALLOC(best, error);
    size_t *const last = TROD_NEW_ARRAY(arena, n + 1, size_t);
    TROD_TRY_ALLOC(last, error);
    size_t *const places = TROD_NEW_ARRAY(arena, n + 1, size_t);
    TROD_TRY_ALLOC(places, error);
    const double log_n = log((double)(n > 1 ? n : 2));
    double df = 0;
    changes->spread = at_least_chance(series, spread_of_neighbours(&sums));
    /* Twice: the scatter about the first pieces may turn out greater than that of neighbours,
     * which are alike where points hang together. */
    for (unsigned round = 0; round < 2; round++) {
        if (!(penalty > 0)) changes->penalty = changes->spread * (free_of(series) + 2) * log_n;
        if (n < 2 * min_points) {
            changes->cost = cost_of(&sums, 0, n);
            goto done;
        }
        cut(&sums, changes->penalty, min_points, best, last, places);
        changes->cost = best[n];
        TROD_TRY(keep_cuts(last, n, arena, changes, error));
        const double about = at_least_chance(series, spread_of_pieces(&sums, changes, &df));
        if (!(about > changes->spread)) break;
        if (round == 0) changes->spread = about;
    }
    for (size_t i = 0; i < changes->n; i++)
        judge(&sums, i ? changes->changes[i - 1].at : 0,
              i + 1 < changes->n ? changes->changes[i + 1].at : n, min_points, changes->spread,
              df, &changes->changes[i]);
done:
    return status;
}

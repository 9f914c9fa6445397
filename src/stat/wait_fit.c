/* Curves of a known shape. The logarithms of the times are laid on a standard error: z = s *
 * log time - b. Written in s and b the likelihood of all shapes here has one top and falls off
 * from it in all directions, also with people who are still waiting (Burridge), so that
 * Newton's steps, halved where one overshoots, find it from anywhere. */
#include <math.h>

#include "stat/special.h"
#include "trod/stat.h"

enum { MOST_ROUNDS = 200 };
#define HALF_LOG_TWO_PI 0.918938533204672742

/* The logarithm of density or of what remains, with its two derivatives. */
struct height {
    double value, first, second;
};

static struct height density_at(enum trod_wait_shape shape, double z) {
    switch (shape) {
    case TROD_WAIT_LOG_NORMAL:
        return (struct height){-z * z / 2 - HALF_LOG_TWO_PI, -z, -1};
    case TROD_WAIT_LOG_LOGISTIC: {
        const double away = exp(-fabs(z)), below = z < 0 ? away / (1 + away) : 1 / (1 + away);
        return (struct height){-fabs(z) - 2 * log1p(away), 1 - 2 * below,
                               -2 * below * (1 - below)};
    }
    case TROD_WAIT_EXPONENTIAL:
    case TROD_WAIT_WEIBULL:
        break;
    }
    const double power = exp(z);
    return (struct height){z - power, 1 - power, -power};
}

static struct height remaining_at(enum trod_wait_shape shape, double z) {
    switch (shape) {
    case TROD_WAIT_LOG_NORMAL: {
        double value, hazard;
        if (z >
            30) { /* what remains is too small for a double: the first terms of its series */
            value = -z * z / 2 - HALF_LOG_TWO_PI - log(z) + log1p(-1 / (z * z));
            hazard = z + 1 / z - 2 / (z * z * z);
        } else {
            const double remains = erfc(z / sqrt(2)) / 2;
            value = log(remains);
            hazard = exp(-z * z / 2 - HALF_LOG_TWO_PI) / remains;
        }
        return (struct height){value, -hazard, -hazard * (hazard - z)};
    }
    case TROD_WAIT_LOG_LOGISTIC: {
        const double away = exp(-fabs(z)), below = z < 0 ? away / (1 + away) : 1 / (1 + away);
        return (struct height){-(fmax(z, 0) + log1p(away)), -below, -below * (1 - below)};
    }
    case TROD_WAIT_EXPONENTIAL:
    case TROD_WAIT_WEIBULL:
        break;
    }
    const double power = exp(z);
    return (struct height){-power, -power, -power};
}

/* Likelihood, slope and curvature in s and b. */
struct hill {
    double value, of_s, of_b, of_ss, of_sb, of_bb;
};

struct data {
    const struct trod_waits *waits;
    double middle, unit; /* of the logarithms */
};

static struct hill hill_at(const struct data *data, enum trod_wait_shape shape, double s,
                           double b) {
    struct hill hill = {0};
    for (size_t i = 0; i < data->waits->n; i++) {
        const double y = (log(data->waits->time[i]) - data->middle) / data->unit;
        const bool happened = data->waits->outcome[i] > 0;
        const struct height height =
            happened ? density_at(shape, s * y - b) : remaining_at(shape, s * y - b);
        hill.value += height.value + (happened ? log(s) : 0);
        hill.of_s += height.first * y + (happened ? 1 / s : 0);
        hill.of_b -= height.first;
        hill.of_ss += height.second * y * y - (happened ? 1 / (s * s) : 0);
        hill.of_sb -= height.second * y;
        hill.of_bb += height.second;
    }
    return hill;
}

/* Climbs to the top; false if there is none. */
static bool climb(const struct data *data, enum trod_wait_shape shape, double *s, double *b,
                  double *likelihood) {
    struct hill hill = hill_at(data, shape, *s, *b);
    for (unsigned round = 0; round < MOST_ROUNDS; round++) {
        const double across = hill.of_ss * hill.of_bb - hill.of_sb * hill.of_sb;
        const double step_s = -(hill.of_bb * hill.of_s - hill.of_sb * hill.of_b) / across;
        const double step_b = -(hill.of_ss * hill.of_b - hill.of_sb * hill.of_s) / across;
        const double rise = hill.of_s * step_s + hill.of_b * step_b;
        if (!(across > 0) || isnan(rise)) return false;
        *likelihood = hill.value;
        if (rise < 1e-14 * fmax(1, fabs(hill.value))) return *s < 1e5;
        double part = 1;
        struct hill next = hill;
        bool found = false;
        for (unsigned halved = 0; halved < 60 && !found; halved++, part /= 2) {
            const double new_s = *s + part * step_s, new_b = *b + part * step_b;
            if (!(new_s > 0)) continue;
            next = hill_at(data, shape, new_s, new_b);
            if (!(next.value >= hill.value)) continue;
            *s = new_s;
            *b = new_b;
            found = true;
        }
        if (!found) return *s < 1e5; /* at the top but for rounding */
        hill = next;
    }
    return false;
}

trod_status trod_wait_fit_make(const struct trod_waits *waits, enum trod_wait_shape shape,
                               struct trod_wait_fit *fit, struct trod_error *error) {
    double happened = 0, time_sum = 0, log_sum = 0;
    struct trod_moments logs = {0};
    *fit = (struct trod_wait_fit){.shape = shape};
    if (waits->entered)
        return trod_fail(error, TROD_BAD_INPUT, "delayed entry is not provided for here");
    for (size_t i = 0; i < waits->n; i++) {
        const double time = waits->time[i];
        if (!(time > 0) || isinf(time))
            return trod_fail(error, TROD_BAD_INPUT, "observation %zu has no time above 0",
                             i + 1);
        time_sum += time;
        trod_moments_add(&logs, log(time));
        if (waits->outcome[i] == 0) continue;
        happened++;
        log_sum += log(time);
    }
    if (!(happened > 0)) return trod_fail(error, TROD_BAD_INPUT, "nothing happened to anybody");
    double parameters = 1;
    if (shape == TROD_WAIT_EXPONENTIAL) {
        fit->location = log(time_sum / happened);
        fit->scale = 1;
        fit->log_likelihood = -happened * fit->location - happened;
    } else {
        const double sd = trod_moments_sd(&logs);
        const struct data data = {waits, logs.mean, sd > 0 ? sd : 1};
        double s = 1, b = 0, likelihood = 0;
        if (!climb(&data, shape, &s, &b, &likelihood))
            return trod_fail(
                error, TROD_BAD_INPUT,
                "no curve of that shape fits best: everything happened at one time");
        fit->scale = data.unit / s;
        fit->location = data.middle + b * fit->scale;
        /* From the scaled logarithms to times. */
        fit->log_likelihood = likelihood - happened * log(data.unit) - log_sum;
        parameters = 2;
    }
    fit->aic = 2 * parameters - 2 * fit->log_likelihood;
    return TROD_OK;
}

double trod_wait_fit_remaining(const struct trod_wait_fit *fit, double time) {
    if (!(time > 0)) return isnan(time) ? time : 1;
    return exp(remaining_at(fit->shape, (log(time) - fit->location) / fit->scale).value);
}

double trod_wait_fit_quantile(const struct trod_wait_fit *fit, double share) {
    if (!(share >= 0 && share <= 1)) return (double)NAN;
    if (share == 0) return 0;
    if (share == 1) return HUGE_VAL;
    double z = log(-log1p(-share));
    if (fit->shape == TROD_WAIT_LOG_LOGISTIC) z = log(share) - log1p(-share);
    if (fit->shape == TROD_WAIT_LOG_NORMAL) z = stat_normal_quantile(share);
    return exp(fit->location + fit->scale * z);
}

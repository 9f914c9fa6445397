/* Looked at as it comes: an alarm that a mean has risen, and how long one kind of event comes
 * after another. The profile adds an event's distances to all earlier ones of a kind at once:
 * they are the earlier times, seen from here, with the same spread. */
#include <math.h>

#include "trod/stat.h"

bool trod_page_hinkley_add(struct trod_page_hinkley *watch, double value) {
    watch->n++;
    watch->mean += (value - watch->mean) / (double)watch->n;
    watch->sum += value - watch->mean - watch->allowance;
    watch->least = fmin(watch->least, watch->sum);
    if (watch->n < watch->min_values || !(watch->sum - watch->least > watch->threshold))
        return false;
    watch->n = 0;
    watch->mean = watch->sum = watch->least = 0;
    return true;
}

enum { MOST_KINDS = 4096 };

trod_status trod_profile_make(uint32_t n_kinds, struct trod_arena *arena,
                              struct trod_profile *profile, struct trod_error *error) {
    trod_status status = TROD_OK;
    if (n_kinds > MOST_KINDS)
        return trod_fail(
            error, TROD_TOO_MUCH,
            "%u kinds of events are too many for a profile of all pairs: at most %d", n_kinds,
            MOST_KINDS);
    profile->n_kinds = n_kinds;
    profile->pairs = TROD_NEW_ARRAY(arena, (size_t)n_kinds * n_kinds, struct trod_moments);
    TROD_TRY_ALLOC(profile->pairs, error);
    profile->met = TROD_NEW_ARRAY(arena, n_kinds, struct trod_moments);
    TROD_TRY_ALLOC(profile->met, error);
    profile->kinds = TROD_NEW_ARRAY(arena, n_kinds, uint32_t);
    TROD_TRY_ALLOC(profile->kinds, error);
done:
    return status;
}

void trod_profile_add(struct trod_profile *profile, const uint32_t *kind, const int64_t *at,
                      size_t n) {
    uint32_t n_met = 0;
    for (size_t i = 0; i < n; i++) {
        if (kind[i] >= profile->n_kinds) continue;
        /* From the journey's begin, so that no digits are lost. */
        const double now = (double)(at[i] - at[0]);
        for (uint32_t k = 0; k < n_met; k++) {
            const struct trod_moments *const met = &profile->met[profile->kinds[k]];
            const struct trod_moments since = {met->n, now - met->mean, met->squares};
            trod_moments_join(
                &profile->pairs[(size_t)profile->kinds[k] * profile->n_kinds + kind[i]],
                &since);
        }
        struct trod_moments *const own = &profile->met[kind[i]];
        if (own->n == 0) profile->kinds[n_met++] = kind[i];
        trod_moments_add(own, now);
    }
    for (uint32_t k = 0; k < n_met; k++)
        profile->met[profile->kinds[k]] = (struct trod_moments){0};
}

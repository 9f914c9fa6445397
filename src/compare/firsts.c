/* Where a journey begins: its first visit on the map, an attempt that failed or an `any time`
 * touchpoint among them, and the channel of that contact. The channel is what the log says of
 * the event; where it says nothing, what the map says of the touchpoint.
 */
#include "compare/inner.h"

static trod_str channels_of(const struct trod_touchpoint *touchpoint,
                            struct trod_arena *arena) {
    const struct trod_words *words = &touchpoint->channels;
    size_t n = 0;
    for (size_t i = 0; i < words->n; i++) n += words->at[i].n + 2;
    char *at = TROD_NEW_ARRAY(arena, n + 1, char);
    if (!at) return (trod_str){NULL, 0};
    size_t used = 0;
    for (size_t i = 0; i < words->n; i++) {
        if (i > 0) {
            at[used++] = ',';
            at[used++] = ' ';
        }
        if (words->at[i].n) memcpy(at + used, words->at[i].at, words->at[i].n);
        used += words->at[i].n;
    }
    return (trod_str){at, used};
}

static uint32_t field_of(const struct trod_log *log) {
    if (log->channel_field != TROD_NO_ID) return log->channel_field;
    return trod_log_field(log, TROD_STR("channel"), false);
}

/* The channel's number; TROD_NO_ID where nobody says. *failed is set without memory. by_map[t]
 * is what the map says of touchpoint t, once it was asked for. */
static uint32_t channel_of(const struct compare_base *base, uint32_t field, uint32_t *by_map,
                           const struct trod_laid *laid, size_t v, uint32_t t, bool *failed) {
    const struct trod_touchpoint *touchpoint = &base->map->touchpoints[t];
    const uint64_t event = base->lay->visits[v].event;
    const uint32_t code =
        field == TROD_NO_ID ? 0 : trod_log_code(base->log, field, event, laid->customer);
    if (code == 0 && (by_map[t] != TROD_NO_ID || touchpoint->channels.n == 0)) return by_map[t];
    const uint32_t id = trod_dict_add(
        base->channels, code ? trod_dict_at(base->log->fields[field].values, code - 1)
                             : channels_of(touchpoint, base->arena));
    if (id == TROD_NO_ID) *failed = true;
    if (code == 0) by_map[t] = id;
    return id;
}

trod_status compare_firsts_make(struct compare_base *base, struct trod_error *error) {
    trod_status status = TROD_OK;
    const size_t n = base->lay->n_journeys;
    const uint32_t field = field_of(base->log);
    bool failed = false;
    uint32_t *first = TROD_NEW_ARRAY(base->arena, n, uint32_t);
    uint32_t *channel = TROD_NEW_ARRAY(base->arena, n, uint32_t);
    uint32_t *by_map = TROD_NEW_ARRAY(base->arena, base->n_touchpoints, uint32_t);
    base->channels = trod_dict_make(0);
    TROD_TRY_ALLOC(first && channel && by_map && base->channels ? base : NULL, error);
    for (size_t t = 0; t < base->n_touchpoints; t++) by_map[t] = TROD_NO_ID;
    for (size_t j = 0; j < n; j++) {
        const struct trod_laid *laid = &base->lay->journeys[j];
        first[j] = channel[j] = TROD_NO_ID;
        for (size_t v = laid->visit; v < laid->visit + laid->n_visits; v++) {
            uint32_t t = base->touchpoint[v];
            if (t == TROD_NO_ID) t = compare_failed(base, v);
            if (t == TROD_NO_ID) continue;
            first[j] = t;
            channel[j] = channel_of(base, field, by_map, laid, v, t, &failed);
            break;
        }
    }
    TROD_TRY_ALLOC(failed ? NULL : base, error);
    base->first = first;
    base->channel = channel;
done:
    return status;
}

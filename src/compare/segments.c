/* The journeys of each value of a field.
 *
 * Every journey gets the number of its value: the one that its first event with a value bears
 * (of the customer, for a fact). Values are ranked by their journeys; beyond `most_values` the
 * rarest are one: "(other)". A customer may be in several segments of the map, so these are
 * gathered one by one.
 */
#include <stdlib.h>

#include "compare/inner.h"

struct value {
    uint32_t id;
    uint64_t n;
    trod_str text;
};
struct gatherer {
    const struct compare_base *base;
    struct trod_arena *arena;
    struct compare_segments *segments;
    trod_str by;
};

static bool add_segment(struct gatherer *gatherer, const struct compare_segment *segment) {
    struct compare_segments *segments = gatherer->segments;
    return TROD_PUSH(gatherer->arena, segments->at, segments->n, segments->room, *segment);
}

/* The journeys for which of[j] is `id`. */
static bool add_value(struct gatherer *gatherer, const uint32_t *of, uint32_t id, uint64_t n,
                      trod_str text, bool rest) {
    size_t *journeys = TROD_NEW_ARRAY(gatherer->arena, n, size_t);
    size_t k = 0;
    if (!journeys) return false;
    for (size_t j = 0; j < gatherer->base->lay->n_journeys; j++) {
        if (of[j] == id) journeys[k++] = j;
    }
    const struct compare_segment segment = {
        .by = gatherer->by, .value = text, .rest = rest, .journeys = journeys, .n = k};
    return add_segment(gatherer, &segment);
}

static int by_n(const void *a, const void *b) {
    const struct value *x = a, *y = b;
    if (x->n != y->n) return x->n < y->n ? 1 : -1;
    return trod_str_compare(x->text, y->text);
}

static trod_status add_ranked(struct gatherer *gatherer, uint32_t *of,
                              const struct trod_dict *texts, size_t most_values,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    const size_t n_journeys = gatherer->base->lay->n_journeys;
    const uint32_t n_values = trod_dict_count(texts), other = n_values;
    struct value *values = TROD_NEW_ARRAY(gatherer->arena, n_values, struct value);
    uint32_t *rank = TROD_NEW_ARRAY(gatherer->arena, n_values, uint32_t);
    uint64_t none = 0, others = 0;
    TROD_TRY_ALLOC(values && rank ? gatherer : NULL, error);
    for (uint32_t i = 0; i < n_values; i++) {
        values[i] = (struct value){.id = i, .text = trod_dict_at(texts, i)};
    }
    for (size_t j = 0; j < n_journeys; j++) {
        if (of[j] == TROD_NO_ID)
            none++;
        else
            values[of[j]].n++;
    }
    if (n_values) qsort(values, n_values, sizeof *values, by_n);
    for (uint32_t i = 0; i < n_values; i++) {
        const bool kept = i < most_values && values[i].n > 0;
        rank[values[i].id] = kept ? i : other;
        if (!kept) others += values[i].n;
    }
    for (size_t j = 0; j < n_journeys; j++) {
        if (of[j] != TROD_NO_ID) of[j] = rank[of[j]];
    }
    for (uint32_t i = 0; i < n_values && i < most_values && values[i].n > 0; i++) {
        TROD_TRY_ALLOC(add_value(gatherer, of, i, values[i].n, values[i].text, false) ? gatherer
                                                                                      : NULL,
                       error);
    }
    if (others > 0) {
        TROD_TRY_ALLOC(
            add_value(gatherer, of, other, others, TROD_STR("(other)"), true) ? gatherer : NULL,
            error);
    }
    if (none > 0) {
        TROD_TRY_ALLOC(add_value(gatherer, of, TROD_NO_ID, none, TROD_STR("(none)"), true)
                           ? gatherer
                           : NULL,
                       error);
    }
done:
    return status;
}

static trod_status add_field(struct gatherer *gatherer, uint32_t field, size_t most_values,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct compare_base *base = gatherer->base;
    const struct trod_lay *lay = base->lay;
    uint32_t *of = TROD_NEW_ARRAY(gatherer->arena, lay->n_journeys, uint32_t);
    TROD_TRY_ALLOC(of, error);
    for (size_t j = 0; j < lay->n_journeys; j++) {
        const struct trod_journey *journey = &lay->view->journeys[lay->journeys[j].journey];
        uint32_t code = 0;
        for (uint32_t i = 0; i < journey->n && code == 0; i++) {
            code = trod_log_code(base->log, field, trod_view_event(lay->view, journey, i),
                                 journey->customer);
        }
        of[j] = code == 0 ? TROD_NO_ID : code - 1;
    }
    status = add_ranked(gatherer, of, base->log->fields[field].values, most_values, error);
done:
    return status;
}

static trod_status add_channels(struct gatherer *gatherer, size_t most_values,
                                struct trod_error *error) {
    trod_status status = TROD_OK;
    const size_t n = gatherer->base->lay->n_journeys;
    uint32_t *of = TROD_NEW_ARRAY(gatherer->arena, n, uint32_t);
    TROD_TRY_ALLOC(of, error);
    if (n) memcpy(of, gatherer->base->channel, n * sizeof *of);
    status = add_ranked(gatherer, of, gatherer->base->channels, most_values, error);
done:
    return status;
}

static trod_status add_map_segments(struct gatherer *gatherer, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_map *map = gatherer->base->map;
    const struct trod_lay *lay = gatherer->base->lay;
    for (size_t s = 0; s <= map->n_segments; s++) { /* the last one: in none of them */
        size_t *journeys = TROD_NEW_ARRAY(gatherer->arena, lay->n_journeys, size_t);
        TROD_TRY_ALLOC(journeys, error);
        struct compare_segment segment = {.by = gatherer->by, .journeys = journeys};
        for (size_t j = 0; j < lay->n_journeys; j++) {
            const uint8_t *in =
                lay->in_segment + (size_t)lay->journeys[j].customer * map->n_segments;
            bool member = s < map->n_segments ? in[s] : true;
            for (size_t o = 0; s == map->n_segments && o < map->n_segments; o++) {
                member = member && !in[o];
            }
            if (member) journeys[segment.n++] = j;
        }
        segment.rest = s == map->n_segments;
        segment.named = !segment.rest;
        segment.value = segment.rest ? TROD_STR("(none)") : map->segments[s].title;
        if (!segment.rest && segment.value.n == 0) segment.value = map->segments[s].id;
        if (segment.rest && segment.n == 0) continue;
        TROD_TRY_ALLOC(add_segment(gatherer, &segment) ? gatherer : NULL, error);
    }
done:
    return status;
}

static trod_status no_such_field(const struct trod_log *log, trod_str by,
                                 struct trod_error *error) {
    trod_str nearest = {NULL, 0};
    unsigned best = 4;
    for (size_t i = 0; i < log->n_fields; i++) {
        const unsigned distance = trod_str_distance(by, log->fields[i].name, best);
        if (distance < best) {
            best = distance;
            nearest = log->fields[i].name;
        }
    }
    const trod_status status =
        trod_fail(error, TROD_BAD_OPTION,
                  "the log has no attribute or fact \"%.*s\" to compare by", TROD_ARG(by));
    if (nearest.n)
        trod_error_hint(error, "did you mean \"%.*s\"?", TROD_ARG(nearest));
    else if (log->n_fields > 0) {
        trod_error_hint(error, "it has \"%.*s\"%s; `segment` and `channel` always work",
                        TROD_ARG(log->fields[0].name), log->n_fields > 1 ? " and others" : "");
    }
    return status;
}

trod_status compare_segments_add(const struct compare_base *base, trod_str by,
                                 size_t most_values, struct trod_arena *arena,
                                 struct compare_segments *segments, struct trod_error *error) {
    struct gatherer gatherer = {.base = base, .arena = arena, .segments = segments, .by = by};
    if (trod_str_is(by, "segment") && base->map->n_segments > 0) {
        return add_map_segments(&gatherer, error);
    }
    if (trod_str_is(by, "channel")) return add_channels(&gatherer, most_values, error);
    const uint32_t field = trod_log_field(base->log, by, false);
    if (field == TROD_NO_ID) {
        if (trod_str_is(by, "segment")) {
            return trod_fail(error, TROD_BAD_OPTION,
                             "the map has no segments, and the log no attribute \"segment\"");
        }
        return no_such_field(base->log, by, error);
    }
    return add_field(&gatherer, field, most_values, error);
}

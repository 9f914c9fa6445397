/* Where journeys begin. What begins one is marked in a set of the events' places.
 *
 * By a field, the journeys of a customer may lie between one another: then the events are put
 * into the order of their journeys, a customer's journeys by their first event. An event
 * without a value belongs to the journey that the customer was last seen in, one before the
 * first value to the first journey. From X, a journey begins with each new *visit* of X; what
 * lies before the first is a journey too, without its beginning. */
#include "log/split.h"

static trod_status no_visits(size_t n, struct trod_arena *arena, int64_t **visits,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    *visits = TROD_NEW_ARRAY(arena, n, int64_t);
    TROD_TRY_ALLOC(*visits, error);
    for (size_t i = 0; i < n; i++) (*visits)[i] = TROD_NO_TIME;
done:
    return status;
}

trod_status log_visits_make(const struct trod_claimed *claims, struct trod_arena *arena,
                            struct log_visits *visits, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_map *const map = claims->map;
    int64_t *of_set = NULL, *of_source = NULL;
    TROD_TRY(no_visits(claims->n_sets, arena, &of_set, error));
    TROD_TRY(no_visits(claims->log->n_sources, arena, &of_source, error));
    for (size_t s = 0; s < claims->n_sets; s++) {
        for (size_t i = 0; i < claims->sets[s].n; i++) {
            const int64_t visit_us = map->touchpoints[claims->sets[s].touchpoints[i]].visit_us;
            if (visit_us > of_set[s]) of_set[s] = visit_us; /* TROD_NO_TIME is the least */
        }
    }
    for (size_t s = 0; s < claims->log->n_sources; s++) {
        const uint32_t source = log_source_of(map, claims->log->sources[s].name);
        if (source != TROD_NO_ID) of_source[s] = map->sources[source].visit_us;
    }
    *visits = (struct log_visits){of_set, of_source};
done:
    return status;
}

static void split_customers(const struct trod_log *log, struct trod_bits *starts) {
    for (uint32_t c = 0; c < log->n_customers; c++)
        if (log->first[c] < log->first[c + 1]) trod_bits_add(starts, (size_t)log->first[c]);
}

static void split_silence(const struct trod_log *log, int64_t silence_us,
                          struct trod_bits *starts) {
    for (uint32_t c = 0; c < log->n_customers && log->time_us; c++) {
        int64_t over_us = TROD_NO_TIME;
        for (uint64_t i = log->first[c]; i < log->first[c + 1]; i++) {
            const int64_t begin_us = log->time_us[i];
            if (begin_us == TROD_NO_TIME) continue;
            if (over_us != TROD_NO_TIME && begin_us > over_us &&
                begin_us - over_us > silence_us)
                trod_bits_add(starts, (size_t)i);
            const int64_t end_us = log_over_us(log, i);
            if (end_us > over_us) over_us = end_us;
        }
    }
}

static bool set_has(const struct trod_claim_set *set, const struct trod_points *points) {
    for (size_t i = 0; i < set->n; i++)
        for (size_t p = 0; p < points->n; p++)
            if (set->touchpoints[i] == points->touchpoints[p]) return true;
    return false;
}

static trod_status split_start(const struct trod_claimed *claims,
                               const struct trod_points *points, struct trod_arena *arena,
                               struct trod_bits *starts, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_log *const log = claims->log;
    struct log_visits visits = {0};
    TROD_TRY(log_visits_make(claims, arena, &visits, error));
    const struct trod_bits begins = trod_bits_make(arena, claims->n_sets);
    TROD_TRY_ALLOC(begins.words, error);
    struct last {
        int64_t over_us;
        uint32_t customer_plus_1;
    } *const last = TROD_NEW_ARRAY(arena, claims->n_sets, struct last);
    TROD_TRY_ALLOC(last, error);
    struct trod_bits of_x = begins;
    for (size_t s = 0; s < claims->n_sets; s++)
        if (set_has(&claims->sets[s], points)) trod_bits_add(&of_x, s);
    for (uint32_t c = 0; c < log->n_customers; c++) {
        for (uint64_t i = log->first[c]; i < log->first[c + 1]; i++) {
            const uint32_t set = claims->seen[i];
            if (!trod_bits_has(&of_x, set)) continue;
            const int64_t begin_us = log->time_us ? log->time_us[i] : TROD_NO_TIME;
            const int64_t visit_us = log_visit_us(&visits, set, log->source[i]);
            if (last[set].customer_plus_1 != c + 1 ||
                !log_visit_goes_on(visit_us, last[set].over_us, begin_us))
                trod_bits_add(starts, (size_t)i);
            last[set] = (struct last){log_over_us(log, i), c + 1};
        }
    }
done:
    return status;
}

/* ---- By a field ----------------------------------------------------------------------------
 */

uint32_t log_group_customer(struct log_grouping *by, uint32_t customer, uint64_t begin,
                            uint64_t end, bool *mixed) {
    uint32_t n = 0, now = 0;
    for (uint64_t i = begin; i < end && now == 0; i++) now = by->code[i];
    for (uint64_t i = begin; i < end; i++) {
        if (by->code[i]) now = by->code[i];
        if (by->seen_in[now] != customer + 1) {
            by->seen_in[now] = customer + 1;
            by->group_of[now] = n++;
        }
        const uint32_t group = by->group_of[now];
        if (i > begin && group < by->group[i - begin - 1]) *mixed = true;
        by->group[i - begin] = group;
    }
    return n;
}

trod_status log_grouping_make(const uint32_t *code, uint32_t n_codes, uint64_t longest,
                              struct trod_arena *arena, struct log_grouping *by,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    *by = (struct log_grouping){.code = code};
    by->group_of = TROD_NEW_ARRAY(arena, n_codes, uint32_t);
    TROD_TRY_ALLOC(by->group_of, error);
    by->seen_in = TROD_NEW_ARRAY(arena, n_codes, uint32_t);
    TROD_TRY_ALLOC(by->seen_in, error);
    by->group = TROD_NEW_ARRAY(arena, (size_t)longest, uint32_t);
    TROD_TRY_ALLOC(by->group, error);
done:
    return status;
}

struct placing {
    const struct trod_log *log;
    struct log_grouping by;
    uint64_t *place; /* [longest customer + 1] by group */
    uint64_t *events;
};

/* Puts the events of one customer into the order of the journeys and marks where they begin. */
static void place_customer(struct placing *placing, uint32_t customer, uint32_t n_groups,
                           struct trod_bits *starts) {
    const uint64_t begin = placing->log->first[customer];
    const uint64_t end = placing->log->first[customer + 1];
    uint64_t *const place = placing->place;
    memset(place, 0, ((size_t)n_groups + 1) * sizeof *place);
    for (uint64_t i = begin; i < end; i++) place[placing->by.group[i - begin] + 1]++;
    for (uint32_t g = 0; g < n_groups; g++) {
        place[g + 1] += place[g];
        trod_bits_add(starts, (size_t)(begin + place[g]));
    }
    for (uint64_t i = begin; i < end && placing->events; i++)
        placing->events[begin + place[placing->by.group[i - begin]]++] = i;
}

static trod_status split_codes(const struct trod_log *log, const uint32_t *code,
                               uint32_t n_codes, struct trod_arena *arena,
                               struct log_split *split, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_arena *const scratch = trod_arena_make(LOG_ARENA_BYTES);
    TROD_TRY_ALLOC(scratch, error);
    uint64_t longest = 0;
    for (uint32_t c = 0; c < log->n_customers; c++)
        if (log->first[c + 1] - log->first[c] > longest)
            longest = log->first[c + 1] - log->first[c];
    struct placing placing = {.log = log};
    TROD_TRY(log_grouping_make(code, n_codes, longest, scratch, &placing.by, error));
    placing.place = TROD_NEW_ARRAY(scratch, (size_t)longest + 1, uint64_t);
    TROD_TRY_ALLOC(placing.place, error);
    bool mixed = false;
    for (uint32_t c = 0; c < log->n_customers && !mixed; c++)
        log_group_customer(&placing.by, c, log->first[c], log->first[c + 1], &mixed);
    if (mixed) {
        placing.events = TROD_NEW_ARRAY(arena, (size_t)log->n_events, uint64_t);
        TROD_TRY_ALLOC(placing.events, error);
    }
    memset(placing.by.seen_in, 0, n_codes * sizeof *placing.by.seen_in);
    for (uint32_t c = 0; c < log->n_customers; c++) {
        const uint32_t n =
            log_group_customer(&placing.by, c, log->first[c], log->first[c + 1], &mixed);
        place_customer(&placing, c, n, &split->starts);
    }
    split->events = placing.events;
done:
    trod_arena_free(scratch);
    return status;
}

static trod_status split_field(const struct trod_log *log, trod_str name,
                               struct trod_arena *arena, struct log_split *split,
                               struct trod_error *error) {
    const uint32_t field = name.n ? trod_log_field(log, name, false) : TROD_NO_ID;
    if (field != TROD_NO_ID) {
        const struct trod_field *const by = &log->fields[field];
        /* A fact is the same for all events of a customer: one journey. */
        if (by->fact) return TROD_OK;
        return split_codes(log, by->code, trod_dict_count(by->values) + 1, arena, split, error);
    }
    if (log->journey)
        return split_codes(log, log->journey, trod_dict_count(log->journeys) + 1, arena, split,
                           error);
    if (name.n == 0) return TROD_OK;
    trod_fail(error, TROD_BAD_INPUT,
              "the map says one journey per \"%.*s\", but the log has no such column",
              TROD_ARG(name));
    trod_error_hint(error,
                    "name a column of the log, or leave the line out: then each customer "
                    "has one journey");
    return TROD_BAD_INPUT;
}

trod_status log_split_make(const struct trod_log *log, const struct trod_view_options *options,
                           struct trod_arena *arena, struct log_split *split,
                           struct trod_error *error) {
    trod_status status = TROD_OK;
    *split = (struct log_split){.starts = trod_bits_make(arena, (size_t)log->n_events)};
    TROD_TRY_ALLOC(split->starts.words, error);
    split_customers(log, &split->starts);
    switch (options->per) {
    case TROD_PER_CUSTOMER:
        TROD_TRY(split_field(log, (trod_str){NULL, 0}, arena, split, error));
        break;
    case TROD_PER_FIELD:
        TROD_TRY(split_field(log, options->per_field, arena, split, error));
        break;
    case TROD_PER_SILENCE:
        split_silence(log, options->per_silence_us, &split->starts);
        break;
    case TROD_PER_START:
        CHECK(options->claims);
        TROD_TRY(
            split_start(options->claims, &options->per_start, arena, &split->starts, error));
        break;
    }
    split->n_journeys = trod_bits_count(&split->starts);
done:
    return status;
}

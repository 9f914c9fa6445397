/* A log of one customer for the aligner, and what has to be known of the whole log beside it:
 * its edges, and which touchpoints leave a trace in it. The latter is told by the names of the
 * log's events alone: a touchpoint with conditions counts as recorded if the name is there. */
#include "compare/trail_inner.h"

/* ---- The log -------------------------------------------------------------------------------
 */

/* The text of a column of events for one of them. */
static trod_str text_of(const struct trod_customer *customer, uint32_t field, uint32_t event) {
    for (size_t i = 0; i < customer->n_columns; i++)
        if (customer->columns[i].field == field) return customer->columns[i].text[event];
    return (trod_str){0};
}

static trod_status add_event(struct trod_log_builder *builder,
                             const struct trod_customer *customer, uint32_t who,
                             const uint32_t *sources, const uint32_t *fields, uint32_t i,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_parts *const parts = customer->parts;
    const struct trod_customer_event *const event = &customer->events[i];
    const trod_str journey = parts->journey_field == TROD_NO_ID
                                 ? (trod_str){0}
                                 : text_of(customer, parts->journey_field, i);
    TROD_TRY(trod_log_builder_event(builder, sources[event->source], who,
                                    trod_dict_at(parts->names, event->name), journey,
                                    event->time_us, event->end_us, error));
    for (size_t k = 0; k < customer->n_columns; k++) {
        const struct trod_customer_column *const column = &customer->columns[k];
        if (!column->text[i].n || fields[column->field] == TROD_NO_ID) continue;
        TROD_TRY(trod_log_builder_set(builder, fields[column->field], column->text[i], error));
    }
done:
    return status;
}

trod_status trail_log(const struct trod_customer *customer, struct trod_log **log,
                      struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_parts *const parts = customer->parts;
    struct trod_arena *const scratch = trod_arena_make(0);
    struct trod_log_builder *const builder = trod_log_builder_make(0);
    TROD_TRY_ALLOC(scratch, error);
    TROD_TRY_ALLOC(builder, error);
    uint32_t *const sources = TROD_NEW_ARRAY(scratch, parts->n_sources, uint32_t);
    uint32_t *const fields = TROD_NEW_ARRAY(scratch, parts->n_fields, uint32_t);
    TROD_TRY_ALLOC(sources && fields ? scratch : NULL, error);
    for (size_t s = 0; s < parts->n_sources; s++) {
        sources[s] = trod_log_builder_source(builder, parts->sources[s].name);
        if (sources[s] == TROD_NO_ID) TROD_TRY_ALLOC(NULL, error);
    }
    for (uint32_t f = 0; f < parts->n_fields; f++) {
        fields[f] = TROD_NO_ID;
        if (f == parts->journey_field) continue;
        fields[f] =
            trod_log_builder_field(builder, parts->fields[f].name, parts->fields[f].fact);
        if (fields[f] == TROD_NO_ID) TROD_TRY_ALLOC(NULL, error);
    }
    const uint32_t who = trod_log_builder_customer(builder, customer->id);
    if (who == TROD_NO_ID) TROD_TRY_ALLOC(NULL, error);
    for (size_t i = 0; i < customer->n_facts; i++)
        TROD_TRY(trod_log_builder_fact(builder, who, fields[customer->facts[i].field],
                                       customer->facts[i].text, error));
    for (uint32_t i = 0; i < customer->n_events; i++)
        TROD_TRY(add_event(builder, customer, who, sources, fields, i, error));
    TROD_TRY(trod_log_builder_finish(builder, log, error));
done:
    trod_log_builder_free(builder);
    trod_arena_free(scratch);
    return status;
}

/* ---- Which touchpoints leave a trace -------------------------------------------------------
 */

/* Whether the log has events of every name that the match and its narrower ones ask for. */
static bool can_match(const struct trod_dict *names, const struct trod_match *match) {
    if (!match->profile && trod_dict_find(names, match->event) == TROD_NO_ID) return false;
    for (size_t i = 0; i < match->n_narrower; i++)
        if (!can_match(names, &match->narrower[i])) return false;
    return true;
}

/* One event of each name, so that those that go by their names are claimed as in any log. */
static trod_status one_of_each(const struct trod_dict *names, struct trod_log **log,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_log_builder *const builder = trod_log_builder_make(0);
    TROD_TRY_ALLOC(builder, error);
    const uint32_t source = trod_log_builder_source(builder, TROD_STR("names"));
    const uint32_t who = trod_log_builder_customer(builder, TROD_STR("names"));
    if (source == TROD_NO_ID || who == TROD_NO_ID) TROD_TRY_ALLOC(NULL, error);
    for (uint32_t i = 0; i < trod_dict_count(names); i++)
        TROD_TRY(trod_log_builder_event(builder, source, who, trod_dict_at(names, i),
                                        (trod_str){0}, TROD_NO_TIME, TROD_NO_TIME, error));
    TROD_TRY(trod_log_builder_finish(builder, log, error));
done:
    trod_log_builder_free(builder);
    return status;
}

trod_status trail_recorded(const struct trod_parts *parts, const struct trod_map *map,
                           struct trod_arena *arena, const bool **recorded,
                           struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_log *log = NULL;
    struct trod_claimed *claims = NULL;
    bool *const made = TROD_NEW_ARRAY(arena, map->n_touchpoints, bool);
    TROD_TRY_ALLOC(made, error);
    TROD_TRY(one_of_each(parts->names, &log, error));
    TROD_TRY(trod_claimed_make(log, map, &claims, error));
    for (uint32_t t = 0; t < map->n_touchpoints; t++) {
        const struct trod_touchpoint *const touchpoint = &map->touchpoints[t];
        made[t] = claims->n_touchpoint_events[t] > 0;
        if (touchpoint->not_recorded) continue;
        for (size_t i = 0; i < touchpoint->seen.n; i++)
            made[t] = made[t] || can_match(parts->names, &touchpoint->seen.at[i]);
        for (size_t i = 0; i < touchpoint->fails.n; i++)
            made[t] = made[t] || can_match(parts->names, &touchpoint->fails.at[i]);
    }
    *recorded = made;
done:
    trod_claimed_free(claims);
    trod_log_free(log);
    return status;
}

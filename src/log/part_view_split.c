/* The journeys of a part before any is picked: one a customer, which costs nothing, or by the
 * log's journey column. Then the column becomes codes (texts that are not coded are numbered
 * here, the text before being the likeliest), and each customer's events are grouped by them as
 * those of a log are (split.h). Where journeys of a customer lie between one another, places
 * list the events journey by journey. */
#include "log/part_view.h"
#include "log/split.h"

/* ---- Codes ---------------------------------------------------------------------------------
 */

trod_status log_part_codes(const struct trod_part *part, const struct trod_part_column *column,
                           struct log_part_reader *reader, uint32_t *codes, uint32_t *n_codes,
                           struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_dict *texts = NULL;
    if (column->kind == TROD_COLUMN_CODES) {
        trod_part_codes(part, column, 0, part->n_events, codes);
        *n_codes = column->n_values + 1;
        return TROD_OK;
    }
    texts = trod_dict_make(0);
    TROD_TRY_ALLOC(texts, error);
    for (uint32_t from = 0; from < part->n_events; from += LOG_BLOCK) {
        const uint32_t n =
            part->n_events - from < LOG_BLOCK ? part->n_events - from : LOG_BLOCK;
        trod_arena_reset(reader->texts);
        TROD_TRY(trod_part_texts(part, column, from, n, reader->texts, reader->values, error));
        trod_str last = {0};
        uint32_t last_code = 0;
        for (uint32_t i = 0; i < n; i++) {
            const trod_str value = reader->values[i];
            if (value.at && (!last.at || !trod_str_equal(value, last))) {
                const uint32_t id = trod_dict_add(texts, value);
                if (id == TROD_NO_ID) TROD_TRY_ALLOC(NULL, error);
                last = value;
                last_code = id + 1;
            }
            codes[from + i] = value.at ? last_code : 0;
        }
    }
    *n_codes = trod_dict_count(texts) + 1;
done:
    trod_dict_free(texts);
    return status;
}

/* ---- Customers without any time ------------------------------------------------------------
 */

/* Marks the journeys whose events all lack a time; few or none in most logs. */
static trod_status mark_undated(const struct trod_part *part,
                                struct log_part_journeys *journeys, struct trod_arena *arena,
                                struct trod_error *error) {
    trod_status status = TROD_OK;
    if (!part->start || part->n_undated == 0) return TROD_OK;
    const struct trod_bits events = trod_bits_make(arena, part->n_events);
    TROD_TRY_ALLOC(events.words, error);
    journeys->undated = trod_bits_make(arena, journeys->n);
    TROD_TRY_ALLOC(journeys->undated.words, error);
    struct trod_bits undated = events;
    for (size_t i = 0; i < part->n_undated; i++) trod_bits_add(&undated, part->undated[i]);
    for (uint32_t j = 0; j < journeys->n; j++) {
        uint32_t at = journeys->begin[j];
        const uint32_t end = journeys->end[j];
        while (at < end && trod_bits_has(&undated, journeys->event ? journeys->event[at] : at))
            at++;
        if (at == end) trod_bits_add(&journeys->undated, j);
    }
done:
    return status;
}

/* ---- By the journey column -----------------------------------------------------------------
 */

struct splitting {
    const struct trod_part *part;
    struct log_grouping by;
    uint32_t *begin, *end, *customer, *event;
    uint32_t n;
};

static uint32_t longest_of(const struct trod_part *part) {
    uint32_t longest = 0;
    for (uint32_t c = 0; c < part->n_customers; c++)
        if (part->first[c + 1] - part->first[c] > longest)
            longest = part->first[c + 1] - part->first[c];
    return longest;
}

/* Adds the journeys of one customer, whose groups stand in by.group. */
static void place_customer(struct splitting *s, uint32_t customer, uint32_t n_groups) {
    const uint32_t begin = s->part->first[customer], end = s->part->first[customer + 1];
    uint32_t *const at = s->begin + s->n, *const to = s->end + s->n;
    for (uint32_t g = 0; g < n_groups; g++) to[g] = 0;
    for (uint32_t i = begin; i < end; i++) to[s->by.group[i - begin]]++;
    uint32_t place = begin;
    for (uint32_t g = 0; g < n_groups; g++) {
        s->customer[s->n + g] = customer;
        at[g] = place;
        place += to[g];
        to[g] = at[g];
    }
    for (uint32_t i = begin; i < end; i++) {
        const uint32_t p = to[s->by.group[i - begin]]++;
        if (s->event) s->event[p] = i;
    }
    s->n += n_groups;
}

/* The tick at which each journey starts. */
static trod_status find_starts(const struct trod_part *part, struct log_part_reader *reader,
                               struct trod_arena *arena, struct log_part_journeys *journeys,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    int64_t *const start = TROD_NEW_ARRAY(arena, (size_t)journeys->n + 16, int64_t);
    TROD_TRY_ALLOC(start, error);
    /* The journey of each event, to read the clock straight on. */
    uint32_t *const journey = TROD_NEW_ARRAY(arena, part->n_events, uint32_t);
    TROD_TRY_ALLOC(journey, error);
    for (uint32_t j = 0; j < journeys->n; j++) {
        start[j] = INT64_MIN;
        for (uint32_t p = journeys->begin[j]; p < journeys->end[j]; p++)
            journey[journeys->event ? journeys->event[p] : p] = j;
    }
    for (uint32_t from = 0; from < part->n_events; from += LOG_BLOCK) {
        const uint32_t n =
            part->n_events - from < LOG_BLOCK ? part->n_events - from : LOG_BLOCK;
        log_part_reader_ticks(reader, from, n);
        for (uint32_t i = 0; i < n; i++)
            if (start[journey[from + i]] == INT64_MIN)
                start[journey[from + i]] = reader->ticks[i];
    }
    for (uint32_t j = 0; j < journeys->n; j++)
        if (start[j] == INT64_MIN) start[j] = 0;
    journeys->start = start;
done:
    return status;
}

static trod_status split_column(const struct trod_part *part,
                                const struct trod_part_column *column,
                                struct log_part_reader *reader, struct trod_arena *arena,
                                struct log_part_journeys *journeys, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct splitting s = {.part = part};
    uint32_t n_codes = 0, n = 0;
    uint32_t *const codes = TROD_NEW_ARRAY(arena, (size_t)part->n_events + 16, uint32_t);
    TROD_TRY_ALLOC(codes, error);
    TROD_TRY(log_part_codes(part, column, reader, codes, &n_codes, error));
    TROD_TRY(log_grouping_make(codes, n_codes, longest_of(part), arena, &s.by, error));
    bool mixed = false;
    for (uint32_t c = 0; c < part->n_customers; c++)
        n += log_group_customer(&s.by, c, part->first[c], part->first[c + 1], &mixed);
    memset(s.by.seen_in, 0, n_codes * sizeof *s.by.seen_in);
    s.begin = TROD_NEW_ARRAY(arena, n, uint32_t);
    TROD_TRY_ALLOC(s.begin, error);
    s.end = TROD_NEW_ARRAY(arena, n, uint32_t);
    TROD_TRY_ALLOC(s.end, error);
    s.customer = TROD_NEW_ARRAY(arena, n, uint32_t);
    TROD_TRY_ALLOC(s.customer, error);
    if (mixed) {
        s.event = TROD_NEW_ARRAY(arena, part->n_events, uint32_t);
        TROD_TRY_ALLOC(s.event, error);
    }
    for (uint32_t c = 0; c < part->n_customers; c++)
        place_customer(
            &s, c, log_group_customer(&s.by, c, part->first[c], part->first[c + 1], &mixed));
    *journeys = (struct log_part_journeys){.n = s.n,
                                           .begin = s.begin,
                                           .end = s.end,
                                           .customer = s.customer,
                                           .event = s.event,
                                           .split = true};
    if (part->start) TROD_TRY(find_starts(part, reader, arena, journeys, error));
done:
    return status;
}

trod_status log_part_journeys_make(const struct trod_parts *parts, const struct trod_part *part,
                                   struct log_part_reader *reader, struct trod_arena *arena,
                                   struct log_part_journeys *journeys,
                                   struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_part_column *const column =
        parts->journey_field == TROD_NO_ID ? NULL
                                           : trod_part_column(part, parts->journey_field);
    *journeys = (struct log_part_journeys){.n = part->n_customers,
                                           .begin = part->first,
                                           .end = part->first + 1,
                                           .start = part->start};
    /* What is the same in all events of a customer makes one journey. */
    if (column && !column->fact && !column->by_customer && part->n_events > 0)
        TROD_TRY(split_column(part, column, reader, arena, journeys, error));
    TROD_TRY(mark_undated(part, journeys, arena, error));
done:
    return status;
}

/* What there is to say of one customer first: where they are, what went otherwise than
 * designed, and which promised times were kept. Whole sentences, from the newest journey. */
#include <math.h>

#include "compare/trail_inner.h"

const char *trod_trail_word(enum trod_trail_kind kind) {
    switch (kind) {
    case TROD_TRAIL_AS_DESIGNED:
        return "as designed";
    case TROD_TRAIL_SKIPPED:
        return "skipped";
    case TROD_TRAIL_EXTRA:
        return "extra";
    case TROD_TRAIL_OUT_OF_ORDER:
        return "out of order";
    case TROD_TRAIL_TOO_OFTEN:
        return "repeated too often";
    case TROD_TRAIL_NOT_FOR:
        return "not meant for them";
    case TROD_TRAIL_ANY_TIME:
        return "at any time";
    case TROD_TRAIL_FAILED:
        return "failed";
    case TROD_TRAIL_UNMAPPED:
        return "not on the map";
    case TROD_TRAIL_READ:
        break;
    }
    return "on the map";
}

const char *trod_promise_word(enum trod_promise_state state) {
    switch (state) {
    case TROD_PROMISE_KEPT:
        return "in time";
    case TROD_PROMISE_LATE:
        return "late";
    case TROD_PROMISE_OPEN:
        return "awaited";
    case TROD_PROMISE_GONE:
        break;
    }
    return "never came";
}

static const char *plural(uint64_t n) {
    return n == 1 ? "" : "s";
}

/* "4,967" */
static void add_number(struct trod_buf *out, uint32_t n) {
    if (n >= 1000) {
        add_number(out, n / 1000);
        trod_buf_format(out, ",%03u", n % 1000);
    } else {
        trod_buf_format(out, "%u", n);
    }
}

static void add_day(struct trod_buf *out, int64_t time_us) {
    char day[40];
    if (time_us != TROD_NO_TIME) trod_buf_format(out, " on %s", trod_date_write(time_us, day));
}

/* ---- Without a map -------------------------------------------------------------------------
 */

static uint32_t count_kinds(const struct trod_customer *customer, struct trod_arena *arena) {
    uint32_t n = 0;
    struct trod_bits seen = trod_bits_make(arena, trod_dict_count(customer->parts->names));
    for (uint32_t i = 0; i < customer->n_events && seen.words; i++) {
        n += !trod_bits_has(&seen, customer->events[i].name);
        trod_bits_add(&seen, customer->events[i].name);
    }
    return n;
}

/* Values of the log's column of journeys; 0 without one. */
static uint32_t count_journeys(const struct trod_customer *customer) {
    struct trod_dict *const values = trod_dict_make(0);
    for (size_t k = 0; k < customer->n_columns; k++) {
        const struct trod_customer_column *const column = &customer->columns[k];
        if (column->field != customer->parts->journey_field) continue;
        for (uint32_t i = 0; values && i < customer->n_events; i++)
            if (column->text[i].n && trod_dict_add(values, column->text[i]) == TROD_NO_ID)
                break;
    }
    const uint32_t n = values ? trod_dict_count(values) : 0;
    trod_dict_free(values);
    return n;
}

static void say_events(const struct trod_customer *customer, struct trod_arena *arena,
                       struct trod_buf *out) {
    char a[40], b[40];
    const uint32_t n = customer->n_events;
    trod_buf_add(out, customer->id);
    if (n == 0) {
        trod_buf_adds(out, " is known to the log by facts alone: there is no event.");
        return;
    }
    const uint32_t n_kinds = count_kinds(customer, arena);
    const uint32_t n_journeys = count_journeys(customer);
    trod_buf_adds(out, " has ");
    add_number(out, n);
    trod_buf_format(out, " event%s of %u kind%s", plural(n), n_kinds, plural(n_kinds));
    if (n_journeys > 1) trod_buf_format(out, " in %u journeys", n_journeys);
    if (customer->first_us != TROD_NO_TIME) {
        trod_date_write(customer->first_us, a);
        trod_date_write(customer->last_us, b);
        if (strcmp(a, b) == 0)
            trod_buf_format(out, ", all on %s", a);
        else
            trod_buf_format(out, ", from %s to %s", a, b);
    }
    trod_buf_byte(out, '.');
    uint32_t longest = UINT32_MAX;
    for (uint32_t i = 0; i < n; i++) {
        const int64_t gap_us = customer->events[i].gap_us;
        if (gap_us > 0 && (longest == UINT32_MAX || gap_us > customer->events[longest].gap_us))
            longest = i;
    }
    if (n < 3 || longest == UINT32_MAX) return;
    trod_buf_format(
        out, " The longest time between two of them was %s, before \"%.*s\".",
        trod_duration_write((double)customer->events[longest].gap_us, a),
        TROD_ARG(trod_dict_at(customer->parts->names, customer->events[longest].name)));
}

/* ---- On a map ------------------------------------------------------------------------------
 */

static trod_str title_of(const struct trod_map *map, uint32_t touchpoint_id) {
    return touchpoint_id == TROD_NO_ID ? TROD_STR("a touchpoint that is not on the map")
                                       : map->touchpoints[touchpoint_id].title;
}

/* " at Test ride, in the stage Decide" */
static void add_place(const struct trod_trail *trail, const struct trod_trail_journey *journey,
                      struct trod_buf *out) {
    if (journey->touchpoint_id == TROD_NO_ID) {
        trod_buf_adds(out, " nowhere on the map");
        return;
    }
    trod_buf_format(out, " at %.*s", TROD_ARG(title_of(trail->map, journey->touchpoint_id)));
    if (journey->stage_id != TROD_NO_ID)
        trod_buf_format(out, ", in the stage %.*s",
                        TROD_ARG(trail->map->stages[journey->stage_id].title));
}

static void say_where(const struct trod_trail *trail, const struct trod_trail_journey *journey,
                      struct trod_buf *out) {
    char silent[40];
    trod_buf_add(out, trail->customer->id);
    switch (journey->ending) {
    case TROD_ENDING_SUCCEEDED:
        trod_buf_format(out, " succeeded: %.*s",
                        TROD_ARG(title_of(trail->map, journey->success_touchpoint_id)));
        add_day(out, journey->success_us);
        if (journey->touchpoint_id != journey->success_touchpoint_id) {
            trod_buf_adds(out, ". Last seen");
            add_place(trail, journey, out);
        }
        break;
    case TROD_ENDING_LOST:
        trod_buf_adds(out, " was lost");
        add_place(trail, journey, out);
        add_day(out, journey->end_us);
        break;
    case TROD_ENDING_LEFT:
        trod_buf_adds(out, " has left: last seen");
        add_place(trail, journey, out);
        add_day(out, journey->end_us);
        if (trail->now_us != TROD_NO_TIME && journey->end_us != TROD_NO_TIME)
            trod_buf_format(
                out, ", silent for %s",
                trod_duration_write((double)(trail->now_us - journey->end_us), silent));
        break;
    case TROD_ENDING_OPEN:
        trod_buf_adds(out, " is");
        add_place(trail, journey, out);
        trod_buf_adds(out, ", and may go on; last seen");
        add_day(out, journey->end_us);
        break;
    case TROD_ENDING_UNKNOWN:
        trod_buf_adds(out, journey->finished ? " came to an end that the map allows, last seen"
                                             : " was last seen");
        add_place(trail, journey, out);
        add_day(out, journey->end_us);
        if (!journey->finished && journey->cut_end)
            trod_buf_adds(out, ", so near the end of the log that more may follow");
        break;
    }
    trod_buf_byte(out, '.');
    if (trail->n_journeys > 1)
        trod_buf_format(out, " This is the newest of %u journeys.", trail->n_journeys);
}

struct counts {
    uint32_t n, accepted;
    uint32_t touchpoint_id; /* of the first */
};

static void count_steps(const struct trod_trail_journey *journey, enum trod_trail_kind kind,
                        struct counts *counts) {
    *counts = (struct counts){.touchpoint_id = TROD_NO_ID};
    for (uint32_t i = 0; i < journey->n_steps; i++) {
        const struct trod_trail_step *const step = &journey->steps[i];
        const bool is = kind == TROD_TRAIL_FAILED ? step->failed : step->kind == kind;
        if (!is) continue;
        if (kind != TROD_TRAIL_FAILED && step->accepted) {
            counts->accepted++;
            continue;
        }
        if (counts->n++ == 0) counts->touchpoint_id = step->touchpoint_id;
    }
}

/* "Test ride was skipped", "2 touchpoints were skipped". */
static void add_count(const struct trod_map *map, const struct counts *counts,
                      const char *what_one, const char *what_many, bool first,
                      struct trod_buf *out) {
    trod_buf_adds(out, first ? " Otherwise than designed: " : ", ");
    if (counts->n == 1 && counts->touchpoint_id != TROD_NO_ID) {
        trod_buf_format(out, "%.*s %s", TROD_ARG(title_of(map, counts->touchpoint_id)),
                        what_one);
    } else {
        add_number(out, counts->n);
        trod_buf_format(out, " %s", what_many);
    }
}

static void say_otherwise(const struct trod_trail *trail,
                          const struct trod_trail_journey *journey, struct trod_buf *out) {
    static const struct {
        enum trod_trail_kind kind;
        const char *one, *many;
    } said[] = {
        {TROD_TRAIL_SKIPPED, "was skipped", "touchpoints were skipped"},
        {TROD_TRAIL_OUT_OF_ORDER, "came out of order", "touchpoints came out of order"},
        {TROD_TRAIL_EXTRA, "came where the map does not expect it",
         "visits came where the map does not expect them"},
        {TROD_TRAIL_TOO_OFTEN, "came too often", "visits were repeated too often"},
        {TROD_TRAIL_NOT_FOR, "was not meant for them", "visits were not meant for them"},
    };
    struct counts counts;
    bool first = true;
    if (journey->limited) {
        trod_buf_adds(out, " The journey is too long to say what was skipped or out of order.");
        return;
    }
    for (size_t i = 0; i < TROD_COUNT(said); i++) {
        count_steps(journey, said[i].kind, &counts);
        if (counts.n == 0) continue;
        add_count(trail->map, &counts, said[i].one, said[i].many, first, out);
        first = false;
    }
    const bool over =
        journey->ending == TROD_ENDING_LEFT || journey->ending == TROD_ENDING_LOST;
    const bool done = journey->ending == TROD_ENDING_SUCCEEDED || journey->finished;
    trod_buf_adds(out, !first ? "."
                       : over ? " Until then all went as designed."
                       : done ? " All went as designed."
                              : " So far all went as designed.");
    count_steps(journey, TROD_TRAIL_FAILED, &counts);
    if (counts.n == 1) {
        trod_buf_format(out, " An attempt failed: %.*s.",
                        TROD_ARG(title_of(trail->map, counts.touchpoint_id)));
    } else if (counts.n) {
        trod_buf_byte(out, ' ');
        add_number(out, counts.n);
        trod_buf_adds(out, " attempts failed.");
    }
    count_steps(journey, TROD_TRAIL_UNMAPPED, &counts);
    if (counts.n == 0) return;
    trod_buf_byte(out, ' ');
    add_number(out, counts.n);
    trod_buf_adds(out,
                  counts.n == 1 ? " visit is not on the map." : " visits are not on the map.");
}

static void say_promises(const struct trod_trail_journey *journey, struct trod_buf *out) {
    static const char *const one[] = {"was kept", "was missed", "is still awaited",
                                      "never came"};
    static const char *const many[] = {"were kept", "were missed", "are still awaited",
                                       "never came"};
    uint32_t n[4] = {0};
    const uint32_t n_all = journey->n_promises;
    for (uint32_t i = 0; i < n_all; i++) n[journey->promises[i].state]++;
    if (n_all == 0) return;
    for (size_t i = 0; i < TROD_COUNT(n); i++) {
        if (n[i] < n_all) continue;
        if (n_all == 1)
            trod_buf_format(out, " The promised time %s.", one[i]);
        else
            trod_buf_format(out, " All %u promised times %s.", n_all, many[i]);
        return;
    }
    const char *between = " ";
    trod_buf_format(out, " Of %u promised times", n_all);
    for (size_t i = 0; i < TROD_COUNT(n); i++) {
        if (n[i] == 0) continue;
        trod_buf_format(out, "%s%u %s", between, n[i], n[i] == 1 ? one[i] : many[i]);
        between = ", ";
    }
    trod_buf_byte(out, '.');
}

const char *trod_trail_summary(const struct trod_customer *customer,
                               const struct trod_trail *trail, struct trod_arena *arena) {
    struct trod_buf out = {0};
    if (trail && trail->n_journeys) {
        const struct trod_trail_journey *const last = &trail->journeys[trail->n_journeys - 1];
        say_where(trail, last, &out);
        say_otherwise(trail, last, &out);
        say_promises(last, &out);
    } else {
        say_events(customer, arena, &out);
    }
    const trod_str text =
        out.failed ? (trod_str){0} : trod_arena_copy(arena, trod_buf_str(&out));
    trod_buf_free(&out);
    return text.at;
}

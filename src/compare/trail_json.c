/* One customer as JSON: schemas/customer.schema.json says what each key means. What is not
 * known is null. Without a map `map` is null and `journeys` is empty. */
#include <math.h>

#include "compare/json_inner.h"
#include "compare/trail_inner.h"

struct page {
    struct trod_json_writer *json;
    const struct trod_customer *customer;
    const struct trod_trail *trail; /* may be NULL */
};

static void member_id(const struct page *page, const char *key, bool stage, uint32_t id) {
    const struct trod_map *const map = page->trail->map;
    const trod_str text = id == TROD_NO_ID ? (trod_str){0}
                          : stage          ? map->stages[id].id
                                           : map->touchpoints[id].id;
    json_member_text(page->json, key, text);
}

static void member_count(struct trod_json_writer *json, const char *key, uint32_t n) {
    trod_json_key(json, key);
    if (n == UINT32_MAX)
        trod_json_null(json);
    else
        trod_json_uint(json, n);
}

static void member_duration(struct trod_json_writer *json, const char *key, int64_t us) {
    trod_json_key(json, key);
    if (us == TROD_NO_TIME)
        trod_json_null(json);
    else
        trod_json_int(json, us);
}

static const char *ending_word(enum trod_ending ending) {
    switch (ending) {
    case TROD_ENDING_SUCCEEDED:
        return "succeeded";
    case TROD_ENDING_LOST:
        return "lost";
    case TROD_ENDING_LEFT:
        return "left";
    case TROD_ENDING_OPEN:
        return "open";
    case TROD_ENDING_UNKNOWN:
        break;
    }
    return "last seen";
}

/* ---- Journeys ------------------------------------------------------------------------------
 */

static void write_step(const struct page *page, const struct trod_trail_step *step) {
    struct trod_json_writer *const json = page->json;
    const uint32_t t = step->touchpoint_id;
    trod_json_flat(json);
    trod_json_object(json);
    trod_json_key(json, "is");
    trod_json_text(json, trod_trail_word(step->kind));
    member_id(page, "touchpoint", false, t);
    member_id(page, "stage", true,
              t == TROD_NO_ID ? TROD_NO_ID : page->trail->map->touchpoints[t].stage_id);
    json_member_time(json, "time", step->begin_us);
    json_member_time(json, "until", step->end_us);
    member_count(json, "event", step->event);
    json_member_uint(json, "events", step->n_events);
    json_member_bool(json, "failed", step->failed);
    json_member_bool(json, "accepted", step->accepted);
    json_member_number(json, "came_us", step->came_us);
    json_member_text(json, "promised", step->comes ? step->comes->text : (trod_str){0});
    json_member_bool(json, "late", step->late);
    json_member_bool(json, "early", step->early);
    trod_json_end_object(json);
}

static void write_promise(const struct page *page, const struct trod_trail_promise *promise) {
    static const char *const of[] = {"span", "comes", "takes", "stage"};
    struct trod_json_writer *const json = page->json;
    trod_json_flat(json);
    trod_json_object(json);
    trod_json_key(json, "of");
    trod_json_text(json, of[promise->of]);
    json_member_text(json, "id", promise->id);
    json_member_text(json, "promised", promise->window->text);
    trod_json_key(json, "is");
    trod_json_text(json, trod_promise_word(promise->state));
    json_member_bool(json, "arrived", promise->arrived);
    json_member_number(json, "time_us", promise->time_us);
    json_member_uint(json, "times_late", promise->n_late);
    json_member_uint(json, "times_early", promise->n_early);
    json_member_bool(json, "accepted", promise->accepted);
    json_member_bool(json, "working", promise->working);
    trod_json_end_object(json);
}

static void write_journey(const struct page *page, const struct trod_trail_journey *journey) {
    struct trod_json_writer *const json = page->json;
    trod_json_object(json);
    trod_json_key(json, "state");
    trod_json_text(json, ending_word(journey->ending));
    json_member_bool(json, "may_go_on", journey->open);
    json_member_bool(json, "finished", journey->finished);
    member_id(page, "stage", true, journey->stage_id);
    member_id(page, "touchpoint", false, journey->touchpoint_id);
    json_member_time(json, "from", journey->begin_us);
    json_member_time(json, "until", journey->end_us);
    member_id(page, "success_at", false, journey->success_touchpoint_id);
    json_member_time(json, "success_time", journey->success_us);
    json_member_bool(json, "cut_start", journey->cut_start);
    json_member_bool(json, "cut_end", journey->cut_end);
    json_member_bool(json, "exact", !journey->limited);
    trod_json_key(json, "cost");
    if (journey->limited)
        trod_json_null(json);
    else
        trod_json_uint(json, journey->cost);
    json_member_number(json, "fitness",
                       journey->limited || journey->worst == 0
                           ? NAN
                           : 1 - (double)journey->cost / (double)journey->worst);
    json_member_uint(json, "events", journey->n_events);
    trod_json_key(json, "steps");
    trod_json_array(json);
    for (uint32_t i = 0; i < journey->n_steps; i++) write_step(page, &journey->steps[i]);
    trod_json_end_array(json);
    trod_json_key(json, "promises");
    trod_json_array(json);
    for (uint32_t i = 0; i < journey->n_promises; i++)
        write_promise(page, &journey->promises[i]);
    trod_json_end_array(json);
    trod_json_end_object(json);
}

static void write_map(const struct page *page) {
    struct trod_json_writer *const json = page->json;
    trod_json_key(json, "map");
    if (!page->trail) {
        trod_json_null(json);
    } else {
        trod_json_flat(json);
        trod_json_object(json);
        json_member_text(json, "id", page->trail->map->id);
        json_member_text(json, "title", page->trail->map->title);
        json_member_text(json, "file", page->trail->map->file);
        trod_json_end_object(json);
    }
    trod_json_key(json, "segments");
    trod_json_flat(json);
    trod_json_array(json);
    for (size_t s = 0; page->trail && s < page->trail->map->n_segments; s++)
        if (page->trail->segments[s]) trod_json_str(json, page->trail->map->segments[s].id);
    trod_json_end_array(json);
    trod_json_key(json, "journeys");
    trod_json_array(json);
    for (uint32_t j = 0; page->trail && j < page->trail->n_journeys; j++)
        write_journey(page, &page->trail->journeys[j]);
    trod_json_end_array(json);
}

/* ---- Events --------------------------------------------------------------------------------
 */

static void write_event(const struct page *page, uint32_t i) {
    struct trod_json_writer *const json = page->json;
    const struct trod_customer *const customer = page->customer;
    const struct trod_parts *const parts = customer->parts;
    const struct trod_customer_event *const event = &customer->events[i];
    trod_json_flat(json);
    trod_json_object(json);
    json_member_uint(json, "number", i);
    json_member_time(json, "time", event->time_us);
    json_member_time(json, "end", event->end_us);
    member_duration(json, "since_us", event->gap_us);
    json_member_text(json, "event", trod_dict_at(parts->names, event->name));
    json_member_text(json, "source", parts->sources[event->source].name);
    if (page->trail) {
        const uint32_t j = page->trail->journey_of[i], s = page->trail->step_of[i];
        member_count(json, "journey", j);
        member_count(json, "step", s);
        member_id(page, "touchpoint", false,
                  s == UINT32_MAX ? TROD_NO_ID
                                  : page->trail->journeys[j].steps[s].touchpoint_id);
    }
    trod_json_key(json, "fields");
    trod_json_object(json);
    for (size_t k = 0; k < customer->n_columns; k++) {
        const struct trod_customer_column *const column = &customer->columns[k];
        if (!column->text[i].at) continue;
        trod_json_key_str(json, parts->fields[column->field].name);
        trod_json_str(json, column->text[i]);
    }
    trod_json_end_object(json);
    trod_json_end_object(json);
}

static void write_events(const struct page *page, size_t limit) {
    struct trod_json_writer *const json = page->json;
    const uint32_t n = page->customer->n_events;
    const uint32_t n_first = limit && limit < n ? (uint32_t)(limit + 1) / 2 : n;
    const uint32_t n_last = limit && limit < n ? (uint32_t)limit / 2 : 0;
    json_member_uint(json, "left_out", n - n_first - n_last);
    trod_json_key(json, "events");
    trod_json_array(json);
    for (uint32_t i = 0; i < n; i++)
        if (i < n_first || i >= n - n_last) write_event(page, i);
    trod_json_end_array(json);
}

trod_status trod_trail_to_json(const struct trod_customer *customer,
                               const struct trod_trail *trail, size_t limit,
                               struct trod_buf *out, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_json_writer json = {.out = out};
    const struct page page = {.json = &json, .customer = customer, .trail = trail};
    struct trod_arena *const scratch = trod_arena_make(0);
    TROD_TRY_ALLOC(scratch, error);
    const char *const summary = trod_trail_summary(customer, trail, scratch);
    TROD_TRY_ALLOC(summary, error);
    trod_json_object(&json);
    json_member_text(&json, "customer", customer->id);
    trod_json_key(&json, "summary");
    trod_json_text(&json, summary);
    trod_json_key(&json, "facts");
    trod_json_flat(&json);
    trod_json_object(&json);
    for (size_t i = 0; i < customer->n_facts; i++) {
        trod_json_key_str(&json, customer->parts->fields[customer->facts[i].field].name);
        trod_json_str(&json, customer->facts[i].text);
    }
    trod_json_end_object(&json);
    json_member_uint(&json, "n_events", customer->n_events);
    json_member_time(&json, "from", customer->first_us);
    json_member_time(&json, "until", customer->last_us);
    json_member_time(&json, "now",
                     trail                        ? trail->now_us
                     : customer->parts->has_times ? customer->parts->last_us
                                                  : TROD_NO_TIME);
    write_map(&page);
    write_events(&page, limit);
    trod_json_end_object(&json);
    trod_buf_byte(out, '\n');
    if (out->failed)
        TROD_TRY(trod_fail(error, TROD_TOO_MUCH,
                           "the answer is too long: ask for less with --limit"));
done:
    trod_arena_free(scratch);
    return status;
}

/* The funnel as JSON and CSV. What is not known is null in JSON and empty in CSV. */
#include "mine/cells.h"
#include "mine/funnel.h"

static const char *way_text(enum trod_funnel_way way) {
    return way == TROD_FUNNEL_UNBROKEN  ? "unbroken"
           : way == TROD_FUNNEL_FIRST ? "first"
                                      : "ordered";
}

static void json_count(struct trod_json_writer *json, const char *key, uint64_t n) {
    trod_json_key(json, key);
    trod_json_uint(json, n);
}

static void json_share(struct trod_json_writer *json, const char *key,
                       const struct trod_share *share) {
    trod_json_key(json, key);
    trod_json_flat(json);
    trod_json_object(json);
    trod_json_key(json, "share");
    trod_json_number(json, share->share);
    trod_json_key(json, "low");
    trod_json_number(json, share->low);
    trod_json_key(json, "high");
    trod_json_number(json, share->high);
    trod_json_end_object(json);
}

static void json_lapse(struct trod_json_writer *json, const char *key,
                       const struct trod_lapse *lapse) {
    static const char *const keys[] = {"mean_us",   "p5_us",  "p25_us",
                                       "median_us", "p75_us", "p95_us"};
    const double values[] = {lapse->mean_us,   lapse->p5_us,  lapse->p25_us,
                             lapse->median_us, lapse->p75_us, lapse->p95_us};
    trod_json_key(json, key);
    trod_json_flat(json);
    trod_json_object(json);
    json_count(json, "count", lapse->n);
    for (size_t i = 0; i < TROD_COUNT(keys); i++) {
        trod_json_key(json, keys[i]);
        trod_json_number(json, values[i]);
    }
    trod_json_end_object(json);
}

static void json_segment(struct trod_json_writer *json, const struct trod_funnel *funnel,
                         const struct trod_funnel_segment *segment) {
    json_count(json, "journeys", segment->n_journeys);
    if (funnel->within_us) json_count(json, "open", segment->n_open);
    json_lapse(json, "whole", &segment->whole);
    trod_json_key(json, "steps");
    trod_json_array(json);
    for (size_t k = 0; k < funnel->n_steps; k++) {
        const struct trod_funnel_step *const step = &segment->steps[k];
        trod_json_object(json);
        json_count(json, "journeys", step->n_journeys);
        json_share(json, "of_first", &step->of_first);
        json_share(json, "of_before", &step->of_before);
        if (k) json_lapse(json, "since_before", &step->since_before);
        trod_json_end_object(json);
    }
    trod_json_end_array(json);
}

static void json_steps(struct trod_json_writer *json, const struct trod_funnel *funnel) {
    trod_json_key(json, "steps");
    trod_json_array(json);
    for (size_t k = 0; k < funnel->n_steps; k++) {
        trod_json_flat(json);
        trod_json_array(json);
        for (size_t i = 0; i < funnel->steps[k].n; i++)
            trod_json_str(json, trod_dict_at(funnel->names, funnel->steps[k].names[i]));
        trod_json_end_array(json);
    }
    trod_json_end_array(json);
}

trod_status trod_funnel_to_json(const struct trod_funnel *funnel, struct trod_buf *out,
                                struct trod_error *error) {
    struct trod_json_writer json = {.out = out};
    trod_json_object(&json);
    json_count(&json, "journeys", funnel->walked.n_journeys);
    json_count(&json, "events", funnel->walked.n_events);
    json_count(&json, "customers", funnel->walked.n_customers);
    json_count(&json, "left_out", funnel->walked.n_left_out);
    trod_json_key(&json, "way");
    trod_json_text(&json, way_text(funnel->way));
    trod_json_key(&json, "within_us");
    if (funnel->within_us)
        trod_json_int(&json, funnel->within_us);
    else
        trod_json_null(&json);
    json_steps(&json, funnel);
    trod_json_key(&json, "all");
    trod_json_object(&json);
    json_segment(&json, funnel, &funnel->all);
    trod_json_end_object(&json);
    trod_json_key(&json, "by");
    trod_json_str(&json, funnel->by);
    trod_json_key(&json, "segments");
    trod_json_array(&json);
    for (size_t s = 0; s < funnel->n_segments; s++) {
        trod_json_object(&json);
        trod_json_key(&json, "value");
        trod_json_str(&json, funnel->segments[s].value);
        json_segment(&json, funnel, &funnel->segments[s]);
        trod_json_end_object(&json);
    }
    trod_json_end_array(&json);
    trod_json_end_object(&json);
    trod_buf_byte(out, '\n');
    return mine_check_written(out, error);
}

/* ---- CSV -----------------------------------------------------------------------------------
 */

/* The names of a step, as the command line takes them. */
static void csv_step(struct trod_buf *out, const struct trod_funnel *funnel, size_t k) {
    struct trod_buf text = {0};
    for (size_t i = 0; i < funnel->steps[k].n; i++) {
        if (i) trod_buf_adds(&text, " or ");
        trod_buf_add(&text, trod_dict_at(funnel->names, funnel->steps[k].names[i]));
    }
    if (text.failed) out->failed = true;
    mine_csv_str(out, trod_buf_str(&text));
    trod_buf_free(&text);
}

static void csv_segment(struct trod_buf *out, const struct trod_funnel *funnel,
                        const struct trod_funnel_segment *segment) {
    for (size_t k = 0; k < funnel->n_steps; k++) {
        const struct trod_funnel_step *const step = &segment->steps[k];
        if (funnel->by.at) mine_csv_str(out, segment->value);
        mine_csv_uint(out, k + 1);
        csv_step(out, funnel, k);
        mine_csv_uint(out, step->n_journeys);
        mine_csv_number(out, step->of_first.share);
        mine_csv_number(out, step->of_first.low);
        mine_csv_number(out, step->of_first.high);
        mine_csv_number(out, step->of_before.share);
        mine_csv_number(out, step->of_before.low);
        mine_csv_number(out, step->of_before.high);
        mine_csv_number(out, step->since_before.mean_us);
        mine_csv_number(out, step->since_before.p5_us);
        mine_csv_number(out, step->since_before.p25_us);
        mine_csv_number(out, step->since_before.median_us);
        mine_csv_number(out, step->since_before.p75_us);
        mine_csv_number(out, step->since_before.p95_us);
        mine_csv_end(out);
    }
}

trod_status trod_funnel_to_csv(const struct trod_funnel *funnel, struct trod_buf *out,
                               struct trod_error *error) {
    if (funnel->by.at) {
        mine_csv_str(out, funnel->by);
    }
    trod_buf_adds(out, "step,event,journeys,of_first,of_first_low,of_first_high,of_before,"
                       "of_before_low,of_before_high,mean_us,p5_us,p25_us,median_us,p75_us,"
                       "p95_us\n");
    if (!funnel->by.at) csv_segment(out, funnel, &funnel->all);
    for (size_t s = 0; s < funnel->n_segments; s++)
        csv_segment(out, funnel, &funnel->segments[s]);
    return mine_check_written(out, error);
}

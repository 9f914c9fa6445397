/* Retention as JSON and CSV. What is not known is null in JSON and empty in CSV. */
#include "mine/cells.h"

static const char *every_text(enum trod_every every) {
    return every == TROD_EVERY_DAY ? "day" : every == TROD_EVERY_MONTH ? "month" : "week";
}

static void json_count(struct trod_json_writer *json, const char *key, uint64_t n) {
    trod_json_key(json, key);
    trod_json_uint(json, n);
}

static void json_step(struct trod_json_writer *json, const char *key,
                      const struct trod_retention *retention, const struct trod_step *step) {
    trod_json_key(json, key);
    if (!step) {
        trod_json_null(json);
        return;
    }
    trod_json_flat(json);
    trod_json_array(json);
    for (size_t i = 0; i < step->n; i++)
        trod_json_str(json, trod_dict_at(retention->names, step->names[i]));
    trod_json_end_array(json);
}

static void json_retained(struct trod_json_writer *json, const struct trod_retained *retained) {
    json_count(json, "customers", retained->n_customers);
    trod_json_key(json, "after");
    trod_json_array(json);
    for (uint32_t k = 0; k < retained->n_after; k++) {
        const struct trod_share *const share = &retained->after[k];
        trod_json_flat(json);
        trod_json_object(json);
        json_count(json, "back", share->n);
        json_count(json, "of", share->of);
        trod_json_key(json, "share");
        trod_json_number(json, share->share);
        trod_json_key(json, "low");
        trod_json_number(json, share->low);
        trod_json_key(json, "high");
        trod_json_number(json, share->high);
        trod_json_end_object(json);
    }
    trod_json_end_array(json);
}

static void json_cohorts(struct trod_json_writer *json,
                         const struct trod_retention *retention) {
    trod_json_key(json, "cohorts");
    trod_json_array(json);
    for (size_t c = 0; c < retention->n_cohorts; c++) {
        const struct trod_cohort *const cohort = &retention->cohorts[c];
        char date[40];
        trod_json_flat(json);
        trod_json_object(json);
        trod_json_key(json, "from");
        trod_json_text(json, trod_date_write(cohort->from_us, date));
        json_count(json, "customers", cohort->n_customers);
        json_count(json, "over", cohort->n_over);
        trod_json_key(json, "back");
        trod_json_array(json);
        for (uint32_t k = 0; k < cohort->n_after; k++) trod_json_uint(json, cohort->n_back[k]);
        trod_json_end_array(json);
        trod_json_end_object(json);
    }
    trod_json_end_array(json);
}

trod_status trod_retention_to_json(const struct trod_retention *retention, struct trod_buf *out,
                                   struct trod_error *error) {
    struct trod_json_writer json = {.out = out};
    trod_json_object(&json);
    json_count(&json, "journeys", retention->walked.n_journeys);
    json_count(&json, "events", retention->walked.n_events);
    json_count(&json, "customers", retention->walked.n_customers);
    json_count(&json, "left_out", retention->walked.n_left_out);
    trod_json_key(&json, "every");
    trod_json_text(&json, every_text(retention->every));
    json_step(&json, "begin", retention, retention->begin);
    json_step(&json, "back", retention, retention->back);
    json_count(&json, "began", retention->n_began);
    json_count(&json, "never", retention->n_never);
    trod_json_key(&json, "all");
    trod_json_object(&json);
    json_retained(&json, &retention->all);
    trod_json_end_object(&json);
    json_cohorts(&json, retention);
    trod_json_key(&json, "by");
    trod_json_str(&json, retention->by);
    trod_json_key(&json, "segments");
    trod_json_array(&json);
    for (size_t s = 0; s < retention->n_segments; s++) {
        trod_json_object(&json);
        trod_json_key(&json, "value");
        trod_json_str(&json, retention->segments[s].value);
        json_retained(&json, &retention->segments[s]);
        trod_json_end_object(&json);
    }
    trod_json_end_array(&json);
    trod_json_end_object(&json);
    trod_buf_byte(out, '\n');
    return mine_check_written(out, error);
}

/* ---- CSV -----------------------------------------------------------------------------------
 */

static void csv_segments(struct trod_buf *out, const struct trod_retention *retention) {
    mine_csv_str(out, retention->by);
    trod_buf_adds(out, "after,customers,back,share,low,high\n");
    for (size_t s = 0; s < retention->n_segments; s++) {
        const struct trod_retained *const segment = &retention->segments[s];
        for (uint32_t k = 0; k < segment->n_after; k++) {
            mine_csv_str(out, segment->value);
            mine_csv_uint(out, k);
            mine_csv_uint(out, segment->after[k].of);
            mine_csv_uint(out, segment->after[k].n);
            mine_csv_number(out, segment->after[k].share);
            mine_csv_number(out, segment->after[k].low);
            mine_csv_number(out, segment->after[k].high);
            mine_csv_end(out);
        }
    }
}

trod_status trod_retention_to_csv(const struct trod_retention *retention, struct trod_buf *out,
                                  struct trod_error *error) {
    if (retention->by.at) {
        csv_segments(out, retention);
        return mine_check_written(out, error);
    }
    trod_buf_adds(out, "from,after,customers,back,share,low,high\n");
    for (size_t c = 0; c < retention->n_cohorts; c++) {
        const struct trod_cohort *const cohort = &retention->cohorts[c];
        for (uint32_t k = 0; k < cohort->n_over; k++) {
            const struct trod_share share =
                trod_share_make(cohort->n_back[k], cohort->n_customers);
            char date[40];
            mine_csv_str(out, trod_str_of(trod_date_write(cohort->from_us, date)));
            mine_csv_uint(out, k);
            mine_csv_uint(out, share.of);
            mine_csv_uint(out, share.n);
            mine_csv_number(out, share.share);
            mine_csv_number(out, share.low);
            mine_csv_number(out, share.high);
            mine_csv_end(out);
        }
    }
    return mine_check_written(out, error);
}

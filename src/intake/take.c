/* One row to one event, or, where the columns are dates, to one event for each of them. A row
 * is looked at as a whole before anything of it enters the log, so that a rejected row leaves
 * no trace there, not even its customer. */
#include "intake/inside.h"

/* The time of a cell; TROD_NO_TIME for an empty one. *bad: it is not empty and no time. */
static inline int64_t read_time(struct intake_taker *taker, uint32_t column,
                                const struct intake_row *row, bool *bad) {
    *bad = false;
    const trod_str text = intake_cell(row, column);
    if (text.n == 0) return TROD_NO_TIME;
    bool had_zone = true;
    const int64_t time_us = trod_time_read(text, &taker->columns[column].form, &had_zone);
    if (time_us == TROD_NO_TIME)
        *bad = !intake_is_void(text);
    else
        taker->counts.naive |= !had_zone;
    return time_us;
}

static int shown(trod_str text) {
    return (int)trod_str_cut_cells(text, 60).n;
}

static trod_status reject_time(struct intake_taker *taker, const struct intake_row *row,
                               uint32_t column, struct trod_error *error) {
    const struct intake_column *const about = &taker->columns[column];
    const trod_str text = intake_cell(row, column);
    return intake_reject(
        taker, row, error, "the time \"%.*s\" in column \"%.*s\" is no time (expected: %s)",
        shown(text), text.at, TROD_ARG(about->name), intake_form_words(&about->form));
}

/* The values of the row: attributes of the event that was added last, facts of its customer. */
static trod_status set_fields(struct intake_taker *taker, const struct intake_row *row,
                              struct trod_error *error) {
    const struct intake_table *const table = taker->table;
    for (size_t i = 0; !row->filled && i < table->n_kept; i++) {
        const trod_str value = intake_cell(row, table->kept[i].column);
        if (value.n == 0) continue;
        const trod_status status =
            intake_sink_set(&taker->sink, table->kept[i].field, value, error);
        if (status != TROD_OK) return status;
    }
    for (size_t i = 0; row->filled && i < row->n_filled; i++) {
        const struct intake_column *const column = &taker->columns[row->filled[i]];
        const trod_str value = row->cells[row->filled[i]];
        if (column->as == INTAKE_NOTHING || value.n == 0) continue;
        const trod_status status = intake_sink_set(&taker->sink, column->field, value, error);
        if (status != TROD_OK) return status;
    }
    return TROD_OK;
}

trod_status intake_take_facts(struct intake_taker *taker, const struct intake_row *row,
                              struct trod_error *error) {
    if (!taker->person.id.at) return TROD_OK;
    for (size_t i = 0; i < row->n_filled; i++) {
        const struct intake_column *const column = &taker->columns[row->filled[i]];
        const trod_str value = row->cells[row->filled[i]];
        if (column->as != INTAKE_FACT || value.n == 0) continue;
        const trod_status status = intake_sink_fact(&taker->sink, row->place, &taker->person,
                                                    column->field, value, error);
        if (status != TROD_OK) return status;
    }
    return TROD_OK;
}

static trod_status reject_customer(struct intake_taker *taker, const struct intake_row *row,
                                   struct trod_error *error) {
    const uint32_t id = taker->plan.customer;
    if (id == INTAKE_NONE)
        return intake_reject(
            taker, row, error,
            "it does not say whose it is: every column of \"same person\" is empty");
    return intake_reject(taker, row, error,
                         "it does not say whose it is: column \"%.*s\" names nobody",
                         TROD_ARG(taker->columns[id].name));
}

/* One row a customer, one column a step. A step's value is at least a byte long, so that the
 * places of the row suffice for all of them. */
static trod_status take_dates(struct intake_taker *taker, const struct intake_row *row,
                              struct trod_error *error) {
    const struct intake_plan *const plan = &taker->plan;
    trod_status status = TROD_OK;
    struct intake_person person = {.number = TROD_NO_ID};
    uint32_t bad_column = INTAKE_NONE;
    uint64_t n = 0;
    for (size_t i = 0; i < plan->n_dates; i++) {
        bool bad = false;
        const uint32_t column = plan->dates[i];
        const int64_t time_us = read_time(taker, column, row, &bad);
        if (bad && bad_column == INTAKE_NONE) bad_column = column;
        if (time_us == TROD_NO_TIME) continue;
        if (!person.id.at) {
            TROD_TRY(intake_customer(taker, row, &person, error));
            if (!person.id.at) return reject_customer(taker, row, error);
        }
        const struct intake_event event = {.place = row->place + n++,
                                           .source = taker->table->sink_source,
                                           .name = taker->columns[column].name,
                                           .time_us = time_us,
                                           .end_us = TROD_NO_TIME};
        TROD_TRY(intake_sink_event(&taker->sink, &event, &person, error));
        taker->counts.n_events++;
        taker->counts.timed = true;
    }
    if (n) TROD_TRY(set_fields(taker, row, error));
    if (bad_column != INTAKE_NONE) return reject_time(taker, row, bad_column, error);
    taker->counts.n_undated += n == 0;
done:
    return status;
}

/* True if --lifecycle leaves the row out. An event that names no transition is complete. */
static bool is_skipped(const struct intake_taker *taker, const struct intake_row *row) {
    const trod_str wanted = taker->table->wish.lifecycle;
    if (wanted.n == 0) return false;
    const trod_str cell = intake_cell(row, taker->plan.lifecycle);
    return !trod_str_equal_fold(cell.n ? cell : TROD_STR("complete"), wanted);
}

trod_status intake_take(struct intake_taker *taker, const struct intake_row *row,
                        struct trod_error *error) {
    const struct intake_plan *const plan = &taker->plan;
    const struct intake_wish *const wish = &taker->table->wish;
    trod_status status = TROD_OK;
    taker->counts.n_rows++;
    if (is_skipped(taker, row)) {
        taker->counts.n_skipped++;
        return TROD_OK;
    }
    if (plan->n_dates) return take_dates(taker, row, error);
    trod_str name = wish->event_name;
    if (plan->event != INTAKE_NONE) name = intake_cell(row, plan->event);
    if (name.n == 0)
        return intake_reject(taker, row, error,
                             "it does not say what happened: column \"%.*s\" is empty",
                             TROD_ARG(taker->columns[plan->event].name));
    bool bad = false, bad_end = false;
    int64_t time_us = read_time(taker, plan->time, row, &bad);
    if (bad) return reject_time(taker, row, plan->time, error);
    int64_t end_us = read_time(taker, plan->end, row, &bad_end);
    taker->counts.n_bad_ends += bad_end;
    if (time_us == TROD_NO_TIME && end_us != TROD_NO_TIME) time_us = end_us;
    if (time_us == TROD_NO_TIME && plan->time != INTAKE_NONE && !wish->xes)
        return intake_reject(taker, row, error, "it has no time: column \"%.*s\" is empty",
                             TROD_ARG(taker->columns[plan->time].name));
    taker->counts.timed |= time_us != TROD_NO_TIME;
    if (end_us != TROD_NO_TIME && end_us < time_us) {
        taker->counts.n_backwards++;
        end_us = TROD_NO_TIME;
    }
    struct intake_person person;
    TROD_TRY(intake_customer(taker, row, &person, error));
    if (!person.id.at) return reject_customer(taker, row, error);
    const struct intake_event event = {.place = row->place,
                                       .source = taker->table->sink_source,
                                       .name = name,
                                       .journey = intake_cell(row, plan->journey),
                                       .time_us = time_us,
                                       .end_us = end_us};
    TROD_TRY(intake_sink_event(&taker->sink, &event, &person, error));
    taker->counts.n_events++;
    TROD_TRY(set_fields(taker, row, error));
done:
    return status;
}

/* ---- The taker
 * ---------------------------------------------------------------------------------- */

void intake_taker_init(struct intake_taker *taker, struct intake_table *table,
                       struct intake_sink sink) {
    *taker = (struct intake_taker){.table = table, .sink = sink};
    taker->key.ceiling = taker->id.ceiling = 2 * INTAKE_ROW_CEILING;
    intake_taker_look(taker);
}

void intake_taker_release(struct intake_taker *taker) {
    trod_buf_free(&taker->key);
    trod_buf_free(&taker->id);
}

void intake_taker_look(struct intake_taker *taker) {
    const struct intake_table *const table = taker->table;
    taker->columns = table->columns;
    taker->n_columns = table->n_columns;
    taker->plan = table->plan;
    taker->sink.journey_field = table->journey_field;
    taker->sink.identified_field = table->intake->sink.identified_field;
}

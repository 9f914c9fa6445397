/* One row to one event, or, where the columns are dates, to one event for each of them. A row
 * is looked at as a whole before anything of it enters the log, so that a rejected row leaves
 * no trace there, not even its customer. */
#include "intake/inside.h"

/* The time of a cell; TROD_NO_TIME for an empty one. *bad: it is not empty and no time. */
static int64_t read_time(struct intake_table *table, uint32_t column,
                         const struct intake_row *row, bool *bad) {
    *bad = false;
    if (column == INTAKE_NONE) return TROD_NO_TIME;
    const trod_str text = trod_str_trim(intake_cell(row, column));
    if (intake_is_void(text)) return TROD_NO_TIME;
    bool had_zone = true;
    const int64_t time_us = trod_time_read(text, &table->columns[column].form, &had_zone);
    *bad = time_us == TROD_NO_TIME;
    table->naive |= !had_zone && !*bad;
    return time_us;
}

static int shown(trod_str text) {
    return (int)trod_str_cut_cells(text, 60).n;
}

static trod_status reject_time(struct intake_table *table, const struct intake_row *row,
                               uint32_t column, struct trod_error *error) {
    const struct intake_column *const about = &table->columns[column];
    const trod_str text = intake_cell(row, column);
    return intake_reject(table->intake, table->file, row, error,
                         "the time \"%.*s\" in column \"%.*s\" is no time (expected: %s)",
                         shown(text), text.at, TROD_ARG(about->name),
                         intake_form_words(&about->form));
}

static trod_status set_fields(struct intake_table *table, const struct intake_row *row,
                              uint32_t customer, struct trod_error *error) {
    struct trod_log_builder *const builder = table->intake->builder;
    const size_t n = row->filled ? row->n_filled : row->n;
    for (size_t i = 0; i < n; i++) {
        const uint32_t id = row->filled ? row->filled[i] : (uint32_t)i;
        const struct intake_column *const column = &table->columns[id];
        const trod_str value = row->cells[id];
        if (column->as == INTAKE_NOTHING || value.n == 0) continue;
        const trod_status status =
            column->as == INTAKE_FACT
                ? trod_log_builder_fact(builder, customer, column->field, value, error)
                : trod_log_builder_set(builder, column->field, value, error);
        if (status != TROD_OK) return status;
    }
    return TROD_OK;
}

trod_status intake_take_facts(struct intake_table *table, const struct intake_row *row,
                              struct trod_error *error) {
    if (table->last_customer == INTAKE_NONE) return TROD_OK;
    return set_fields(table, row, table->last_customer, error);
}

static trod_status reject_customer(struct intake_table *table, const struct intake_row *row,
                                   struct trod_error *error) {
    const uint32_t id = table->plan.customer;
    if (id == INTAKE_NONE)
        return intake_reject(
            table->intake, table->file, row, error,
            "it does not say whose it is: every column of \"same person\" is empty");
    return intake_reject(table->intake, table->file, row, error,
                         "it does not say whose it is: column \"%.*s\" names nobody",
                         TROD_ARG(table->columns[id].name));
}

/* One row a customer, one column a step. */
static trod_status take_dates(struct intake_table *table, const struct intake_row *row,
                              struct trod_error *error) {
    const struct intake_plan *const plan = &table->plan;
    trod_status status = TROD_OK;
    uint32_t customer = INTAKE_NONE, bad_column = INTAKE_NONE;
    for (size_t i = 0; i < plan->n_dates; i++) {
        bool bad = false;
        const uint32_t column = plan->dates[i];
        const int64_t time_us = read_time(table, column, row, &bad);
        if (bad && bad_column == INTAKE_NONE) bad_column = column;
        if (time_us == TROD_NO_TIME) continue;
        if (customer == INTAKE_NONE) {
            TROD_TRY(intake_customer(table, row, &customer, error));
            if (customer == INTAKE_NONE) return reject_customer(table, row, error);
        }
        TROD_TRY(trod_log_builder_event(table->intake->builder, table->builder_source, customer,
                                        table->columns[column].name, (trod_str){NULL, 0},
                                        time_us, TROD_NO_TIME, error));
        table->file->n_events++;
        table->timed = true;
    }
    if (customer != INTAKE_NONE) TROD_TRY(set_fields(table, row, customer, error));
    if (bad_column != INTAKE_NONE) return reject_time(table, row, bad_column, error);
    table->n_undated += customer == INTAKE_NONE;
done:
    return status;
}

/* True if --lifecycle leaves the row out. An event that names no transition is complete. */
static bool is_skipped(const struct intake_table *table, const struct intake_row *row) {
    if (table->wish.lifecycle.n == 0) return false;
    const trod_str cell = intake_cell(row, table->plan.lifecycle);
    return !trod_str_equal_fold(cell.n ? cell : TROD_STR("complete"), table->wish.lifecycle);
}

trod_status intake_take(struct intake_table *table, const struct intake_row *row,
                        struct trod_error *error) {
    const struct intake_plan *const plan = &table->plan;
    trod_status status = TROD_OK;
    table->file->n_rows++;
    if (is_skipped(table, row)) {
        table->file->n_skipped++;
        return TROD_OK;
    }
    if (plan->n_dates) return take_dates(table, row, error);
    trod_str name = table->wish.event_name;
    if (plan->event != INTAKE_NONE) name = intake_cell(row, plan->event);
    if (name.n == 0)
        return intake_reject(table->intake, table->file, row, error,
                             "it does not say what happened: column \"%.*s\" is empty",
                             TROD_ARG(table->columns[plan->event].name));
    bool bad = false, bad_end = false;
    int64_t time_us = read_time(table, plan->time, row, &bad);
    if (bad) return reject_time(table, row, plan->time, error);
    int64_t end_us = read_time(table, plan->end, row, &bad_end);
    table->n_bad_ends += bad_end;
    if (time_us == TROD_NO_TIME && end_us != TROD_NO_TIME) time_us = end_us;
    if (time_us == TROD_NO_TIME && plan->time != INTAKE_NONE && !table->wish.xes)
        return intake_reject(table->intake, table->file, row, error,
                             "it has no time: column \"%.*s\" is empty",
                             TROD_ARG(table->columns[plan->time].name));
    table->timed |= time_us != TROD_NO_TIME;
    if (end_us != TROD_NO_TIME && end_us < time_us) {
        table->n_backwards++;
        end_us = TROD_NO_TIME;
    }
    uint32_t customer = INTAKE_NONE;
    TROD_TRY(intake_customer(table, row, &customer, error));
    if (customer == INTAKE_NONE) return reject_customer(table, row, error);
    TROD_TRY(trod_log_builder_event(table->intake->builder, table->builder_source, customer,
                                    name, intake_cell(row, plan->journey), time_us, end_us,
                                    error));
    table->file->n_events++;
    TROD_TRY(set_fields(table, row, customer, error));
done:
    return status;
}

/* One customer's rows made ready to be shown: the time between events, and columns and facts
 * that say something. */
#include "trod/mine/customer.h"

enum { ARENA_BYTES = 1 << 30 };

static bool has_value(const struct trod_rows_column *column, uint32_t n) {
    for (uint32_t i = 0; i < n; i++)
        if (column->text[i].at) return true;
    return false;
}

static trod_status add_columns(struct trod_customer *made, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_rows *const rows = &made->rows;
    struct trod_customer_column *const columns =
        TROD_NEW_ARRAY(made->arena, rows->n_columns, struct trod_customer_column);
    struct trod_customer_fact *const facts =
        TROD_NEW_ARRAY(made->arena, rows->n_columns, struct trod_customer_fact);
    TROD_TRY_ALLOC(columns && facts ? columns : NULL, error);
    for (size_t i = 0; i < rows->n_columns; i++) {
        const struct trod_rows_column *const column = &rows->columns[i];
        if (!has_value(column, column->fact ? 1 : rows->n_events)) continue;
        if (column->fact)
            facts[made->n_facts++] =
                (struct trod_customer_fact){column->field, column->text[0]};
        else
            columns[made->n_columns++] =
                (struct trod_customer_column){column->field, column->text};
    }
    made->columns = columns;
    made->facts = facts;
done:
    return status;
}

static trod_status add_events(struct trod_customer *made, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_rows *const rows = &made->rows;
    struct trod_customer_event *const events =
        TROD_NEW_ARRAY(made->arena, rows->n_events, struct trod_customer_event);
    TROD_TRY_ALLOC(events, error);
    for (uint32_t i = 0; i < rows->n_events; i++) {
        const int64_t time_us = rows->time_us ? rows->time_us[i] : TROD_NO_TIME;
        events[i] = (struct trod_customer_event){
            .name = rows->name[i],
            .source = rows->source[i],
            .time_us = time_us,
            .end_us = rows->end_us ? rows->end_us[i] : TROD_NO_TIME,
            .gap_us = TROD_NO_TIME,
        };
        if (time_us == TROD_NO_TIME) continue;
        if (made->last_us == TROD_NO_TIME)
            made->first_us = time_us;
        else
            events[i].gap_us = (int64_t)((uint64_t)time_us - (uint64_t)made->last_us);
        made->last_us = time_us;
    }
    made->events = events;
    made->n_events = rows->n_events;
done:
    return status;
}

/* The texts of every column, whatever form the rows have them in. */
static trod_status spell_out(struct trod_customer *made, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_rows *const rows = &made->rows;
    struct trod_rows_column *const columns =
        TROD_NEW_ARRAY(made->arena, rows->n_columns, struct trod_rows_column);
    TROD_TRY_ALLOC(columns, error);
    for (size_t i = 0; i < rows->n_columns; i++) {
        const struct trod_rows_column *const from = &rows->columns[i];
        columns[i] = *from;
        if (from->text) continue;
        const uint32_t n = from->fact ? 1 : rows->n_events;
        trod_str *const text = TROD_NEW_ARRAY(made->arena, n, trod_str);
        TROD_TRY_ALLOC(text, error);
        for (uint32_t k = 0; k < n; k++)
            if (from->code[k]) text[k] = from->values[from->code[k] - 1];
        columns[i] =
            (struct trod_rows_column){.field = from->field, .fact = from->fact, .text = text};
    }
    rows->columns = columns;
done:
    return status;
}

trod_status trod_customer_find(const struct trod_parts *parts, trod_str id,
                               struct trod_customer **customer, struct trod_error *error) {
    trod_status status = TROD_OK;
    *customer = NULL;
    struct trod_arena *arena = trod_arena_make(ARENA_BYTES);
    struct trod_customer *const made = arena ? TROD_NEW(arena, struct trod_customer) : NULL;
    TROD_TRY_ALLOC(made, error);
    made->arena = arena;
    made->parts = parts;
    made->first_us = made->last_us = TROD_NO_TIME;
    TROD_TRY(trod_parts_single(parts, id, arena, &made->rows, error));
    if (made->rows.n_customers == 0) goto done;
    made->id = made->rows.id[0];
    TROD_TRY(spell_out(made, error));
    TROD_TRY(add_events(made, error));
    TROD_TRY(add_columns(made, error));
    *customer = made;
    arena = NULL;
done:
    trod_arena_free(arena);
    return status;
}

void trod_customer_free(struct trod_customer *customer) {
    if (customer) trod_arena_free(customer->arena);
}

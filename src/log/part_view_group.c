/* Segments of journeys: the value of a field at the first of a journey's events that has one,
 * or the customer's. Codes stand for themselves; texts are numbered as they come. Journeys rise
 * in their events, so that the column is read once, straight on, or only where journeys are if
 * they are few. */
#include "log/part_view.h"

struct grouping {
    const struct log_part_journeys *of;
    const struct trod_part_column *column;
    struct log_part_reader *reader;
    struct trod_dict *texts; /* of columns without codes */
    uint32_t from, to;       /* reader->codes holds rows from..to-1 */
    uint32_t n_rows, step;   /* so many are read at once */
};

/* Codes of rows from..from+n-1 into reader->codes. */
static trod_status read_codes(struct grouping *g, uint32_t from, uint32_t n, bool by_customer,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    struct log_part_reader *const reader = g->reader;
    g->from = from;
    g->to = from + n;
    if (g->column->kind == TROD_COLUMN_CODES) {
        if (by_customer && !g->column->fact)
            trod_part_customer_codes(reader->part, g->column, from, n, reader->codes);
        else
            trod_part_codes(reader->part, g->column, from, n, reader->codes);
        return TROD_OK;
    }
    trod_arena_reset(reader->texts);
    TROD_TRY(trod_part_texts(reader->part, g->column, from, n, reader->texts, reader->values,
                             error));
    for (uint32_t i = 0; i < n; i++) {
        reader->codes[i] = 0;
        if (!reader->values[i].at) continue;
        const uint32_t id = trod_dict_add(g->texts, reader->values[i]);
        if (id == TROD_NO_ID) TROD_TRY_ALLOC(NULL, error);
        reader->codes[i] = id + 1;
    }
done:
    return status;
}

/* The code of a row; rows are asked for in about rising order. */
static inline trod_status code_at(struct grouping *g, uint32_t row, bool by_customer,
                                  uint32_t *code, struct trod_error *error) {
    if (row - g->from >= g->to - g->from) { /* below `from` as well */
        const uint32_t left = g->n_rows - row;
        const trod_status status =
            read_codes(g, row, left < g->step ? left : g->step, by_customer, error);
        if (status != TROD_OK) return status;
    }
    *code = g->reader->codes[row - g->from];
    return TROD_OK;
}

static trod_status group_journeys(struct grouping *g, bool by_customer, uint32_t *group,
                                  struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct log_part_journeys *const of = g->of;
    for (uint32_t j = 0; j < of->n; j++) {
        if (by_customer) {
            TROD_TRY(code_at(g, of->customer ? of->customer[j] : j, true, &group[j], error));
            continue;
        }
        for (uint32_t p = of->begin[j]; p < of->end[j] && group[j] == 0; p++)
            TROD_TRY(code_at(g, of->event ? of->event[p] : p, false, &group[j], error));
    }
done:
    return status;
}

/* The texts of the codes. */
static trod_status list_groups(const struct grouping *g, struct trod_arena *arena,
                               struct trod_part_view *view, struct trod_error *error) {
    trod_status status = TROD_OK;
    const uint32_t n = g->texts ? trod_dict_count(g->texts) : g->column->n_values;
    trod_str *const groups = TROD_NEW_ARRAY(arena, n, trod_str);
    TROD_TRY_ALLOC(groups, error);
    for (uint32_t i = 0; i < n; i++) {
        groups[i] = g->texts ? trod_arena_copy(arena, trod_dict_at(g->texts, i))
                             : trod_part_value(view->part, g->column, i + 1);
        if (g->texts) TROD_TRY_ALLOC(groups[i].at, error);
    }
    view->groups = groups;
    view->n_groups = n;
done:
    return status;
}

trod_status log_part_groups_make(const struct trod_parts *parts, uint32_t by,
                                 const struct log_part_journeys *of,
                                 struct log_part_reader *reader, struct trod_arena *arena,
                                 struct trod_part_view *view, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct grouping g = {.of = of, .reader = reader};
    CHECK(by < parts->n_fields);
    uint32_t *const group = TROD_NEW_ARRAY(arena, view->n_journeys, uint32_t);
    TROD_TRY_ALLOC(group, error);
    view->group = group;
    g.column = trod_part_column(view->part, by);
    if (!g.column) return TROD_OK; /* missing everywhere */
    const bool by_customer =
        g.column->fact || (g.column->by_customer && g.column->kind == TROD_COLUMN_CODES);
    if (g.column->kind != TROD_COLUMN_CODES) {
        g.texts = trod_dict_make(0);
        TROD_TRY_ALLOC(g.texts, error);
    }
    g.n_rows = by_customer ? view->part->n_customers : view->part->n_events;
    g.step = of->n < g.n_rows / 256 ? 16 : LOG_BLOCK;
    TROD_TRY(group_journeys(&g, by_customer, group, error));
    TROD_TRY(list_groups(&g, arena, view, error));
done:
    trod_dict_free(g.texts);
    return status;
}

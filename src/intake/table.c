/* A table knows the columns of one file. The first rows are kept aside until they have shown
 * what each column is for; then they are taken, and every later row is taken as it comes. A
 * column may turn up late (JSON lines, XES): it gets its part by its name alone. */
#include "intake/inside.h"

enum { FILE_BITS = 40 }; /* a file is read to 64 GiB */

trod_status intake_table_init(struct intake_table *table, struct trod_intake *intake,
                              struct trod_intake_file *file, const struct trod_map *map,
                              const struct trod_map_source *source, struct trod_error *error) {
    trod_status status = TROD_OK;
    *table = (struct intake_table){.intake = intake,
                                   .file = file,
                                   .map = map,
                                   .source = source,
                                   .source_given = source != NULL,
                                   .file_place = (intake->n_files - 1) << FILE_BITS,
                                   .sink_source = INTAKE_NONE,
                                   .journey_field = INTAKE_NONE};
    table->plan = (struct intake_plan){.customer = INTAKE_NONE,
                                       .event = INTAKE_NONE,
                                       .time = INTAKE_NONE,
                                       .end = INTAKE_NONE,
                                       .journey = INTAKE_NONE,
                                       .lifecycle = INTAKE_NONE,
                                       .channel = INTAKE_NONE,
                                       .worth = INTAKE_NONE,
                                       .fact = INTAKE_NONE};
    intake_taker_init(&table->taker, table, intake->sink);
    table->arena = trod_arena_make((size_t)256 << 20);
    TROD_TRY_ALLOC(table->arena, error);
    table->sample_arena = trod_arena_make((size_t)128 << 20);
    TROD_TRY_ALLOC(table->sample_arena, error);
done:
    return status;
}

void intake_table_release(struct intake_table *table) {
    trod_zone_close(table->zone);
    trod_arena_free(table->arena);
    trod_arena_free(table->sample_arena);
    intake_taker_release(&table->taker);
}

static bool words_have(const struct trod_words *words, trod_str name) {
    for (size_t i = 0; i < words->n; i++)
        if (trod_str_equal(words->at[i], name)) return true;
    return false;
}

static bool is_wish(trod_str wish, trod_str name) {
    return wish.n && trod_str_equal(wish, name);
}

/* What becomes of a column that is neither customer, event, time, end nor journey. */
static void set_as(struct intake_table *table, struct intake_column *column, bool fact) {
    column->as = fact || intake_is_case_column(column->name) || table->wish.dates.n ||
                         words_have(&table->wish.profile, column->name)
                     ? INTAKE_FACT
                     : INTAKE_ATTRIBUTE;
}

static trod_status too_many_fields(struct trod_error *error) {
    const trod_status status =
        trod_fail(error, TROD_TOO_MUCH, "there are more than %d different columns in all",
                  INTAKE_MOST_COLUMNS);
    trod_error_hint(error, "are some keys values, such as a customer's number?");
    return status;
}

/* Gives a column its number in the log. */
static trod_status add_field(struct intake_table *table, struct intake_column *column,
                             struct trod_error *error) {
    if (column->as == INTAKE_NOTHING) return TROD_OK;
    column->field =
        intake_sink_field(&table->intake->sink, column->name, column->as == INTAKE_FACT);
    return column->field == TROD_NO_ID ? too_many_fields(error) : TROD_OK;
}

trod_status intake_table_journey(struct intake_table *table, struct trod_error *error) {
    struct trod_intake *const intake = table->intake;
    if (table->plan.journey == INTAKE_NONE || !intake->sink.gather) return TROD_OK;
    const struct intake_column *const column = &table->columns[table->plan.journey];
    const uint32_t own = column->as == INTAKE_ATTRIBUTE ? column->field : INTAKE_NONE;
    if (intake->journey_field == INTAKE_NONE) {
        /* The name of an XES trace, where an attribute names the customer. */
        const trod_str name = table->wish.xes && column->as == INTAKE_NOTHING
                                  ? TROD_STR("case:concept:name")
                                  : column->name;
        const uint32_t field =
            own != INTAKE_NONE ? own : intake_sink_field(&intake->sink, name, false);
        if (field == TROD_NO_ID) return too_many_fields(error);
        intake->journey_field = field;
        intake_sink_role(&intake->sink, INTAKE_JOURNEY, field);
    }
    table->journey_field = own == intake->journey_field ? INTAKE_NONE : intake->journey_field;
    return TROD_OK;
}

static void set_same(const struct intake_table *table, struct intake_column *column) {
    column->same = INTAKE_NONE;
    if (!table->map) return;
    const struct trod_words *const same = &table->map->same_person;
    for (size_t i = 0; i < same->n; i++)
        if (trod_str_equal(same->at[i], column->name)) column->same = (uint32_t)i;
}

/* Points the log at the columns for channel and worth, once they have a field. */
static void point_at(struct intake_table *table, enum intake_role role, uint32_t column) {
    if (column == INTAKE_NONE || table->columns[column].as == INTAKE_NOTHING) return;
    intake_sink_role(&table->intake->sink, role, table->columns[column].field);
}

/* The part of a column that came after the first rows were looked at. */
static trod_status place_late(struct intake_table *table, uint32_t id, enum intake_as as,
                              struct trod_error *error) {
    struct intake_column *const column = &table->columns[id];
    struct intake_plan *const plan = &table->plan;
    const trod_str channel = table->wish.channel.n ? table->wish.channel : TROD_STR("channel");
    set_same(table, column);
    if (as == INTAKE_NOTHING) return TROD_OK;
    if (plan->end == INTAKE_NONE && is_wish(table->wish.end, column->name)) {
        plan->end = id;
        return TROD_OK;
    }
    set_as(table, column, as == INTAKE_FACT);
    const trod_status status = add_field(table, column, error);
    if (status != TROD_OK) return status;
    if (plan->journey == INTAKE_NONE && is_wish(table->wish.journey, column->name)) {
        plan->journey = id;
        const trod_status pointed = intake_table_journey(table, error);
        if (pointed != TROD_OK) return pointed;
    }
    if (plan->channel == INTAKE_NONE && is_wish(channel, column->name))
        point_at(table, INTAKE_CHANNEL, plan->channel = id);
    if (plan->worth == INTAKE_NONE && is_wish(table->wish.worth, column->name))
        point_at(table, INTAKE_WORTH, plan->worth = id);
    if (plan->lifecycle == INTAKE_NONE && trod_str_is(column->name, "lifecycle:transition"))
        plan->lifecycle = id;
    return TROD_OK;
}

trod_status intake_table_column(struct intake_table *table, trod_str name, enum intake_as as,
                                uint32_t *column, struct trod_error *error) {
    if (table->n_columns >= INTAKE_MOST_COLUMNS) {
        const trod_status status = trod_fail(
            error, TROD_TOO_MUCH, "there are more than %d columns", INTAKE_MOST_COLUMNS);
        trod_error_hint(error, "are some keys values, such as a customer's number?");
        return status;
    }
    if (name.n > INTAKE_NAME_CEILING)
        return trod_fail(error, TROD_TOO_MUCH, "the name of a column is longer than %d bytes",
                         INTAKE_NAME_CEILING);
    const trod_str copy = trod_arena_copy(table->arena, name);
    if (!copy.at ||
        !TROD_PUSH(
            table->arena, table->columns, table->n_columns, table->room_columns,
            (struct intake_column){.name = copy, .field = INTAKE_NONE, .same = INTAKE_NONE}))
        return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    *column = (uint32_t)table->n_columns - 1;
    return table->decided ? place_late(table, *column, as, error) : TROD_OK;
}

uint32_t intake_table_find(const struct intake_table *table, trod_str name) {
    char plain[64], other[64];
    uint32_t found = INTAKE_NONE, n_found = 0;
    for (size_t i = 0; i < table->n_columns; i++)
        if (trod_str_equal(table->columns[i].name, name)) return (uint32_t)i;
    const size_t n = intake_plain_name(name, plain);
    for (size_t i = 0; i < table->n_columns && n; i++) {
        if (intake_plain_name(table->columns[i].name, other) != n ||
            memcmp(plain, other, n) != 0)
            continue;
        found = (uint32_t)i;
        n_found++;
    }
    return n_found == 1 ? found : INTAKE_NONE;
}

/* Parts for all columns of the sample, by the plan. */
static trod_status place_columns(struct intake_table *table, struct trod_error *error) {
    struct intake_plan *const plan = &table->plan;
    table->kept = TROD_NEW_ARRAY(table->arena, table->n_columns, struct intake_kept);
    if (!table->kept) return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    for (uint32_t i = 0; i < table->n_columns; i++) {
        struct intake_column *const column = &table->columns[i];
        set_same(table, column);
        bool part =
            i == plan->customer || i == plan->event || i == plan->time || i == plan->end;
        for (size_t k = 0; k < plan->n_dates; k++) part |= plan->dates[k] == i;
        /* A column with a part of its own is a field only where somebody asked for it by name.
         */
        const bool asked = words_have(&table->wish.profile, column->name) ||
                           i == plan->channel || i == plan->worth ||
                           is_wish(table->wish.journey_field, column->name);
        if (!part || asked) set_as(table, column, i == plan->fact);
        const trod_status status = add_field(table, column, error);
        if (status != TROD_OK) return status;
        if (column->as == INTAKE_NOTHING) continue;
        table->kept[table->n_kept++] = (struct intake_kept){i, column->field};
        intake_sink_declare(&table->intake->sink, column->field);
    }
    point_at(table, INTAKE_CHANNEL, plan->channel);
    point_at(table, INTAKE_WORTH, plan->worth);
    return intake_table_journey(table, error);
}

/* Looks at the sample, gives each column its part, and takes the rows that waited. */
static trod_status decide(struct intake_table *table, struct trod_error *error) {
    trod_status status = TROD_OK;
    TROD_TRY(intake_wish_make(table, error));
    if (!table->source_given) {
        table->source = intake_source_of_columns(table->map, table);
        if (table->source) TROD_TRY(intake_wish_make(table, error));
    }
    TROD_TRY(intake_guess(table, error));
    TROD_TRY(intake_table_begin(table, error));
    TROD_TRY(place_columns(table, error));
    intake_taker_look(&table->taker);
    for (size_t i = 0; i < table->n_sample; i++)
        TROD_TRY(intake_take(&table->taker, &table->sample[i], error));
    trod_arena_reset(table->sample_arena);
    table->sample = NULL;
    table->n_sample = table->room_sample = 0;
done:
    return status;
}

trod_status intake_table_begin(struct intake_table *table, struct trod_error *error) {
    struct intake_sink *const sink = &table->intake->sink;
    const trod_str name = table->source ? table->source->id : table->file->name;
    table->sink_source = intake_sink_source(sink, name);
    if (table->sink_source == TROD_NO_ID)
        return trod_fail(error, TROD_TOO_MUCH, "there are more than 60,000 files");
    table->decided = true;
    if (!table->map || table->map->same_person.n == 0) return TROD_OK;
    return intake_sink_ask_identified(sink, error);
}

/* Keeps a copy of the row. */
static trod_status sample_row(struct intake_table *table, const struct intake_row *row,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_arena *const arena = table->sample_arena;
    struct intake_row copy = {.n = row->n, .line = row->line, .place = row->place};
    copy.cells = TROD_NEW_ARRAY(arena, row->n, trod_str);
    TROD_TRY_ALLOC(copy.cells, error);
    copy.text = trod_arena_copy(arena, row->text);
    TROD_TRY_ALLOC(copy.text.at, error);
    table->sample_bytes += row->text.n + row->n * sizeof(trod_str);
    for (size_t i = 0; i < row->n; i++) {
        if (!row->cells[i].at) continue;
        copy.cells[i] = trod_arena_copy(arena, row->cells[i]);
        TROD_TRY_ALLOC(copy.cells[i].at, error);
    }
    if (!TROD_PUSH(arena, table->sample, table->n_sample, table->room_sample, copy))
        status = trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
done:
    return status;
}

trod_status intake_table_row(struct intake_table *table, const struct intake_row *row,
                             struct trod_error *error) {
    if (table->decided) return intake_take(&table->taker, row, error);
    trod_status status = sample_row(table, row, error);
    const size_t wanted = table->intake->sample_rows;
    if (status == TROD_OK && (table->n_sample >= (wanted ? wanted : INTAKE_SAMPLE_ROWS) ||
                              table->sample_bytes >= INTAKE_SAMPLE_CEILING))
        status = decide(table, error);
    return status;
}

void intake_table_count(struct intake_table *table, struct intake_counts *counts) {
    struct intake_counts *const sum = &table->counts;
    struct trod_intake_file *const file = table->file;
    file->n_rows += counts->n_rows;
    file->n_events += counts->n_events;
    file->n_rejected += counts->n_rejected;
    file->n_skipped += counts->n_skipped;
    table->intake->n_rejected += counts->n_rejected;
    sum->n_short += counts->n_short;
    sum->n_latin += counts->n_latin;
    sum->n_undated += counts->n_undated;
    sum->n_backwards += counts->n_backwards;
    sum->n_bad_ends += counts->n_bad_ends;
    sum->naive |= counts->naive;
    sum->timed |= counts->timed;
    *counts = (struct intake_counts){0};
}

trod_status intake_table_end(struct intake_table *table, struct trod_error *error) {
    if (!table->decided && table->n_sample) {
        const trod_status status = decide(table, error);
        if (status != TROD_OK) return status;
    }
    intake_table_count(table, &table->taker.counts);
    return intake_say(table, error);
}

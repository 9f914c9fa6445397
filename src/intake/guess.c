/* Which column is what. What the options or the source say holds, if the column is there. For
 * the rest, names are ranked (names.c) and the content of the first rows decides between them:
 * times must be times, an event's name repeats, a customer is there in nearly every row. A
 * column that names the case makes the journey alone; the customer is then a fact of it. */
#include "intake/inside.h"

enum {
    SURE = 8,   /* ranks below are of names that mean what they say */
    MAIL = 390, /* of a column of addresses */
};

struct guess {
    struct intake_table *table;
    struct intake_plan *plan;
    struct intake_sight *sights;
    bool by_name; /* an event's name need not repeat, if its column is called so */
};

static bool is_taken(const struct guess *guess, uint32_t column) {
    const struct intake_plan *const plan = guess->plan;
    bool taken = column == plan->customer || column == plan->event || column == plan->time ||
                 column == plan->end || column == plan->fact;
    for (size_t i = 0; i < plan->n_dates; i++) taken |= plan->dates[i] == column;
    return taken;
}

/* An error that lists the columns and says how to name one. */
static trod_status cannot_tell(const struct guess *guess, const char *what, const char *flag,
                               struct trod_error *error) {
    char columns[380];
    intake_list_columns(guess->table, columns, sizeof columns);
    const trod_status status =
        trod_fail(error, TROD_BAD_INPUT,
                  "trod cannot tell which column %s; the columns are: %s", what, columns);
    trod_error_hint(error,
                    "say %s COLUMN (the columns of a log are named with --customer, --event "
                    "and --time)",
                    flag);
    return status;
}

/* The column that was asked for, or INTAKE_NONE if none was. */
static trod_status asked(const struct guess *guess, trod_str name, uint32_t *column,
                         struct trod_error *error) {
    if (name.n == 0) return TROD_OK;
    *column = intake_table_find(guess->table, name);
    if (*column != INTAKE_NONE) return TROD_OK;
    char columns[380];
    intake_list_columns(guess->table, columns, sizeof columns);
    return trod_fail(error, TROD_BAD_OPTION, "there is no column \"%.*s\"; the columns are: %s",
                     TROD_ARG(name), columns);
}

/* True if the column may have the part that its name is for. */
static trod_status is_fit(const struct guess *guess, enum intake_part part, uint32_t column,
                          int rank, bool *fit, struct trod_error *error) {
    const bool exact = guess->by_name && rank < INTAKE_RANK_NESTED;
    struct intake_sight *const sight = &guess->sights[column];
    const size_t n = sight->n_filled, n_rows = guess->table->n_sample;
    *fit = n > 0;
    switch (part) {
    case INTAKE_PART_CUSTOMER:
        *fit = n * 20 >= n_rows * 19;
        break;
    case INTAKE_PART_CASE:
        *fit = n * 2 >= n_rows;
        break;
    case INTAKE_PART_VISIT: /* where columns are dates, a row is a customer */
        *fit = n * 2 >= n_rows && (sight->n_distinct < n || n < 3 || guess->plan->n_dates);
        break;
    case INTAKE_PART_EVENT:
    case INTAKE_PART_VAGUE_EVENT:
        if (n >= 20 && !exact)
            *fit =
                part == INTAKE_PART_EVENT ? sight->n_distinct < n : sight->n_distinct * 2 <= n;
        if (*fit) {
            const trod_status status = intake_sight_time(guess->table, column, sight, error);
            if (status != TROD_OK) return status;
            *fit = !sight->is_time || sight->is_number;
        }
        break;
    case INTAKE_PART_TIME:
    case INTAKE_PART_BEGIN:
    case INTAKE_PART_END:
        if (*fit) {
            const trod_status status = intake_sight_time(guess->table, column, sight, error);
            if (status != TROD_OK) return status;
            *fit = sight->share_time >= 0.5;
        }
        break;
    }
    return TROD_OK;
}

/* As intake_rank, and addresses of e-mail are customers, whatever the column is called. */
static int rank_of(const struct guess *guess, enum intake_part part, uint32_t column) {
    const int rank = intake_rank(part, guess->table->columns[column].name);
    const struct intake_sight *const sight = &guess->sights[column];
    const bool mail = sight->n_filled > 0 && sight->n_mail * 10 >= sight->n_filled * 9;
    return rank < 0 && part == INTAKE_PART_CUSTOMER && mail ? MAIL : rank;
}

/* True for a column called like a time in which one value in five, or more, is none. It is one
 * where no better is there; where the way of writing is stated, that counts before the name. */
static bool is_doubtful(const struct guess *guess, enum intake_part part, uint32_t column,
                        int rank) {
    if (part != INTAKE_PART_TIME && part != INTAKE_PART_BEGIN && part != INTAKE_PART_END)
        return false;
    const bool sure = rank < SURE && guess->table->wish.time_format.n == 0;
    return !sure && !guess->sights[column].is_time;
}

/* The column with the surest name that is fit and free. */
static trod_status pick(const struct guess *guess, enum intake_part part, uint32_t *column,
                        struct trod_error *error) {
    int best = -1;
    bool best_doubtful = false;
    *column = INTAKE_NONE;
    for (uint32_t c = 0; c < guess->table->n_columns; c++) {
        const int rank = rank_of(guess, part, c);
        if (rank < 0 || is_taken(guess, c)) continue;
        if (best >= 0 && rank >= best && !best_doubtful) continue;
        bool fit = false;
        const trod_status status = is_fit(guess, part, c, rank, &fit, error);
        if (status != TROD_OK) return status;
        if (!fit) continue;
        const bool doubtful = is_doubtful(guess, part, c, rank);
        if (best >= 0 && (doubtful != best_doubtful ? doubtful : rank >= best)) continue;
        best = rank;
        best_doubtful = doubtful;
        *column = c;
    }
    return TROD_OK;
}

/* The surest name of a customer that is not in every row, the fullest of them. */
static uint32_t pick_gappy_customer(const struct guess *guess) {
    uint32_t found = INTAKE_NONE;
    for (uint32_t c = 0; c < guess->table->n_columns; c++) {
        if (rank_of(guess, INTAKE_PART_CUSTOMER, c) < 0) continue;
        if (guess->sights[c].n_filled == 0 || is_taken(guess, c)) continue;
        if (found == INTAKE_NONE || guess->sights[c].n_filled > guess->sights[found].n_filled)
            found = c;
    }
    return found;
}

static bool has_same(const struct intake_table *table) {
    for (size_t i = 0; table->map && i < table->map->same_person.n; i++)
        if (intake_table_find(table, table->map->same_person.at[i]) != INTAKE_NONE) return true;
    return false;
}

/* The case makes the journey; what names the customer, and stays the same in a case, is a fact.
 */
static trod_status walk_by_case(struct guess *guess, uint32_t column,
                                struct trod_error *error) {
    struct intake_plan *const plan = guess->plan;
    plan->customer = column;
    plan->by_case = true;
    uint32_t customer = INTAKE_NONE;
    const trod_status status = pick(guess, INTAKE_PART_CUSTOMER, &customer, error);
    if (status != TROD_OK || customer == INTAKE_NONE) return status;
    bool constant = false;
    const trod_status looked =
        intake_sight_constant(guess->table, column, customer, &constant, error);
    if (constant) plan->fact = customer;
    return looked;
}

static trod_status guess_customer(struct guess *guess, struct trod_error *error) {
    struct intake_table *const table = guess->table;
    struct intake_plan *const plan = guess->plan;
    trod_status status = TROD_OK;
    TROD_TRY(asked(guess, table->wish.customer, &plan->customer, error));
    TROD_TRY(asked(guess, table->wish.journey, &plan->journey, error));
    if (plan->customer != INTAKE_NONE) goto done;
    if (plan->journey != INTAKE_NONE) {
        const uint32_t journey = plan->journey;
        plan->journey = INTAKE_NONE;
        TROD_TRY(walk_by_case(guess, journey, error));
        goto done;
    }
    plan->guessed_customer = true;
    uint32_t by_case = INTAKE_NONE, found = INTAKE_NONE;
    const uint32_t field = table->wish.journey_field.n
                               ? intake_table_find(table, table->wish.journey_field)
                               : INTAKE_NONE;
    if (field == INTAKE_NONE) TROD_TRY(pick(guess, INTAKE_PART_CASE, &by_case, error));
    if (by_case != INTAKE_NONE) {
        TROD_TRY(walk_by_case(guess, by_case, error));
        goto done;
    }
    TROD_TRY(pick(guess, INTAKE_PART_CUSTOMER, &found, error));
    if (found == INTAKE_NONE) found = pick_gappy_customer(guess);
    if (found == INTAKE_NONE) found = field;
    if (found == INTAKE_NONE) TROD_TRY(pick(guess, INTAKE_PART_VISIT, &found, error));
    plan->customer = found;
    if (field != found) plan->journey = field;
    if (found == INTAKE_NONE && !has_same(table))
        status = cannot_tell(guess, "names the customer", "--customer", error);
done:
    return status;
}

/* The only column of times that are more than numbers, whatever its name. */
static trod_status time_by_content(const struct guess *guess, uint32_t *column,
                                   struct trod_error *error) {
    *column = INTAKE_NONE;
    for (uint32_t c = 0; c < guess->table->n_columns; c++) {
        if (is_taken(guess, c) || intake_is_case_column(guess->table->columns[c].name))
            continue;
        struct intake_sight *const sight = &guess->sights[c];
        const trod_status status = intake_sight_time(guess->table, c, sight, error);
        if (status != TROD_OK) return status;
        if (!sight->is_time || sight->is_number || sight->n_filled * 2 < guess->table->n_sample)
            continue;
        *column = c;
        return TROD_OK;
    }
    return TROD_OK;
}

/* Begin and end among what the names offer: LoanApp's start_timestamp and time:timestamp are
 * begin and end, a lone "Complete Timestamp" is the time. */
static trod_status guess_times(struct guess *guess, struct trod_error *error) {
    struct intake_plan *const plan = guess->plan;
    trod_status status = TROD_OK;
    uint32_t begin = INTAKE_NONE, end = INTAKE_NONE, at = INTAKE_NONE;
    TROD_TRY(pick(guess, INTAKE_PART_BEGIN, &begin, error));
    if (plan->end == INTAKE_NONE) TROD_TRY(pick(guess, INTAKE_PART_END, &end, error));
    TROD_TRY(pick(guess, INTAKE_PART_TIME, &at, error));
    /* A begin that is often none gives way to a time that is one. */
    if (begin != INTAKE_NONE && at != INTAKE_NONE && !guess->sights[begin].is_time &&
        guess->sights[at].is_time)
        begin = INTAKE_NONE;
    /* A weak likeness ("AssignedTime") gives way to begin and end. */
    if (begin != INTAKE_NONE && (at == begin || end != INTAKE_NONE)) at = INTAKE_NONE;
    if (at != INTAKE_NONE && at == end) at = INTAKE_NONE;
    plan->time = begin != INTAKE_NONE ? begin : at != INTAKE_NONE ? at : end;
    if (plan->time == INTAKE_NONE) TROD_TRY(time_by_content(guess, &plan->time, error));
    plan->guessed_time = plan->time != INTAKE_NONE;
    if (plan->end != INTAKE_NONE || plan->time == INTAKE_NONE) goto done;
    const uint32_t last = end != INTAKE_NONE ? end : at;
    if (last == INTAKE_NONE || last == plan->time) goto done;
    if (intake_sight_ordered(guess->table, guess->sights, plan->time, last) < 0.8) goto done;
    plan->end = last;
    plan->guessed_end = true;
done:
    return status;
}

/* The way of writing times that was stated fits no column. */
static trod_status no_column_of_form(const struct guess *guess, struct trod_error *error) {
    char columns[380];
    intake_list_columns(guess->table, columns, sizeof columns);
    const trod_status status =
        trod_fail(error, TROD_BAD_INPUT,
                  "no column holds times written like \"%.*s\"; the columns are: %s",
                  TROD_ARG(guess->table->wish.time_format), columns);
    trod_error_hint(error, "name the column with --time, or say --time '' to take the rows in "
                           "the order of the file");
    return status;
}

/* A column called "time" that holds none that trod can read, or few, is an error, and so is a
 * way of writing that no column has: the order of the file would be a silent guess. */
static trod_status check_unread_time(const struct guess *guess, struct trod_error *error) {
    for (uint32_t c = 0; c < guess->table->n_columns; c++) {
        const struct intake_column *const column = &guess->table->columns[c];
        const struct intake_sight *const sight = &guess->sights[c];
        const int rank = intake_rank(INTAKE_PART_TIME, column->name);
        if (rank < 0 || is_taken(guess, c) || sight->n_filled == 0) continue;
        if (rank >= SURE && sight->share_time <= 0) continue;
        const trod_status status = trod_fail(
            error, TROD_BAD_INPUT,
            "trod cannot read the times in column \"%.*s\", such as \"%.*s\"",
            TROD_ARG(column->name), (int)trod_str_cut_cells(sight->odd, 60).n, sight->odd.at);
        trod_error_hint(error,
                        "say how they are written with --time-format, name another column with "
                        "--time, or say --time '' to take the rows in the order of the file");
        return status;
    }
    return guess->table->wish.time_format.n ? no_column_of_form(guess, error) : TROD_OK;
}

/* The form of a column that was named: by the options, else by its values. */
static trod_status read_form(const struct guess *guess, uint32_t column,
                             struct trod_error *error) {
    struct intake_sight *const sight = &guess->sights[column];
    struct intake_column *const about = &guess->table->columns[column];
    const trod_status status = intake_sight_time(guess->table, column, sight, error);
    if (status != TROD_OK) return status;
    about->form = guess->table->wish.time_format.n ? guess->table->form : sight->form;
    about->form.zone = guess->table->zone;
    if (sight->n_filled == 0 || sight->share_time >= 0.5) return TROD_OK;
    const trod_status bad = trod_fail(
        error, TROD_BAD_INPUT,
        "trod cannot read the times in column \"%.*s\", such as \"%.*s\"",
        TROD_ARG(about->name), (int)trod_str_cut_cells(sight->odd, 60).n, sight->odd.at);
    trod_error_hint(
        error, "say how they are written with --time-format (iso, s, ms, us, ns, or letters "
               "such as \"%%d.%%m.%%Y %%H:%%M\")");
    return bad;
}

static trod_status guess_time(struct guess *guess, struct trod_error *error) {
    const struct intake_wish *const wish = &guess->table->wish;
    struct intake_plan *const plan = guess->plan;
    trod_status status = TROD_OK;
    for (size_t i = 0; i < plan->n_dates; i++)
        TROD_TRY(read_form(guess, plan->dates[i], error));
    if (plan->n_dates || wish->no_time) goto done;
    TROD_TRY(asked(guess, wish->end, &plan->end, error));
    if (plan->end != INTAKE_NONE)
        TROD_TRY(intake_sight_time(guess->table, plan->end, &guess->sights[plan->end], error));
    TROD_TRY(asked(guess, wish->time, &plan->time, error));
    if (plan->time == INTAKE_NONE) {
        TROD_TRY(guess_times(guess, error));
        if (plan->time == INTAKE_NONE) TROD_TRY(check_unread_time(guess, error));
    }
    if (plan->time == INTAKE_NONE) { /* a lone end is the time */
        plan->time = plan->end;
        plan->end = INTAKE_NONE;
    }
    if (plan->time != INTAKE_NONE) TROD_TRY(read_form(guess, plan->time, error));
    if (plan->end != INTAKE_NONE) TROD_TRY(read_form(guess, plan->end, error));
done:
    return status;
}

static trod_status guess_event(struct guess *guess, struct trod_error *error) {
    struct intake_table *const table = guess->table;
    struct intake_plan *const plan = guess->plan;
    trod_status status = TROD_OK;
    TROD_TRY(asked(guess, table->wish.event, &plan->event, error));
    if (plan->event != INTAKE_NONE || table->wish.event_name.n || plan->n_dates) goto done;
    TROD_TRY(pick(guess, INTAKE_PART_EVENT, &plan->event, error));
    if (plan->event == INTAKE_NONE) {
        guess->by_name = true;
        TROD_TRY(pick(guess, INTAKE_PART_EVENT, &plan->event, error));
        guess->by_name = false;
    }
    if (plan->event == INTAKE_NONE)
        TROD_TRY(pick(guess, INTAKE_PART_VAGUE_EVENT, &plan->event, error));
    plan->guessed_event = plan->event != INTAKE_NONE;
    if (plan->guessed_event) goto done;
    if (table->source)
        table->wish.event_name = table->source->id; /* a source of one kind of event */
    else
        status = cannot_tell(guess, "says what happened", "--event", error);
done:
    return status;
}

static trod_status find_dates(struct guess *guess, struct trod_error *error) {
    const struct trod_words *const dates = &guess->table->wish.dates;
    struct intake_plan *const plan = guess->plan;
    if (dates->n == 0) return TROD_OK;
    plan->dates = TROD_NEW_ARRAY(guess->table->arena, dates->n, uint32_t);
    if (!plan->dates) return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    for (size_t i = 0; i < dates->n; i++) {
        uint32_t column = INTAKE_NONE;
        const trod_status status = asked(guess, dates->at[i], &column, error);
        if (status != TROD_OK) return status;
        if (column != INTAKE_NONE) plan->dates[plan->n_dates++] = column;
    }
    return TROD_OK;
}

/* A column that is called so is the channel, or the worth. */
static uint32_t by_word(const struct guess *guess, const char *word) {
    uint32_t found = INTAKE_NONE;
    char plain[64];
    for (uint32_t c = 0; c < guess->table->n_columns; c++) {
        const trod_str name = guess->table->columns[c].name;
        const bool of_case = trod_str_starts(name, TROD_STR("case:"));
        intake_plain_name(of_case ? trod_str_slice(name, 5, name.n) : name, plain);
        if (strcmp(plain, word) != 0 || is_taken(guess, c)) continue;
        if (found == INTAKE_NONE || !of_case) found = c;
    }
    return found;
}

static trod_status guess_rest(struct guess *guess, struct trod_error *error) {
    const struct intake_table *const table = guess->table;
    struct intake_plan *const plan = guess->plan;
    trod_status status = TROD_OK;
    TROD_TRY(asked(guess, table->wish.channel, &plan->channel, error));
    TROD_TRY(asked(guess, table->wish.worth, &plan->worth, error));
    if (plan->channel == INTAKE_NONE) {
        plan->channel = by_word(guess, "channel");
        plan->guessed_channel = plan->channel != INTAKE_NONE;
    }
    if (plan->worth == INTAKE_NONE) {
        plan->worth = by_word(guess, "worth");
        if (plan->worth == INTAKE_NONE) plan->worth = by_word(guess, "revenue");
        plan->guessed_worth = plan->worth != INTAKE_NONE;
    }
    plan->lifecycle = intake_table_find(table, TROD_STR("lifecycle:transition"));
    if (plan->lifecycle == INTAKE_NONE)
        plan->lifecycle = intake_table_find(table, TROD_STR("lifecycle"));
    if (table->wish.lifecycle.n && plan->lifecycle == INTAKE_NONE) {
        status = trod_fail(
            error, TROD_BAD_OPTION,
            "there is no column \"lifecycle:transition\" that --lifecycle could look at");
    }
done:
    return status;
}

trod_status intake_guess(struct intake_table *table, struct trod_error *error) {
    struct guess guess = {.table = table, .plan = &table->plan};
    trod_status status = TROD_OK;
    TROD_TRY(intake_sight_make(table, &guess.sights, error));
    table->sights = guess.sights;
    TROD_TRY(find_dates(&guess, error));
    TROD_TRY(guess_customer(&guess, error));
    TROD_TRY(guess_time(&guess, error));
    TROD_TRY(guess_event(&guess, error));
    TROD_TRY(guess_rest(&guess, error));
done:
    return status;
}

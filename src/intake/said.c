/* How a file was understood, in words: one line for what each column was taken as, and one for
 * what its owner should know. */
#include "intake/inside.h"

void intake_list_columns(const struct intake_table *table, char *at, size_t room) {
    size_t n = 0;
    at[0] = '\0';
    for (size_t i = 0; i < table->n_columns; i++) {
        const trod_str name = trod_str_cut_cells(table->columns[i].name, 60);
        const size_t n_left = table->n_columns - i;
        if (n + name.n + 40 > room) {
            snprintf(at + n, room - n, "%s and %zu more", n ? "," : "", n_left);
            return;
        }
        n += (size_t)snprintf(at + n, room - n, "%s%.*s", i ? ", " : "", TROD_ARG(name));
    }
}

const char *intake_form_words(const struct trod_time_form *form) {
    switch (form->kind) {
    case TROD_TIME_GUESS:
        return "a date, such as 2024-03-01 or 2024-03-01T10:20:30";
    case TROD_TIME_ISO:
        return "ISO 8601, such as 2024-03-01 or 2024-03-01T10:20:30";
    case TROD_TIME_EPOCH_S:
        return "seconds since 1970";
    case TROD_TIME_EPOCH_MS:
        return "milliseconds since 1970";
    case TROD_TIME_EPOCH_US:
        return "microseconds since 1970";
    case TROD_TIME_EPOCH_NS:
        return "nanoseconds since 1970";
    case TROD_TIME_FORMAT:
        break;
    }
    return form->format ? form->format : "";
}

static const char *short_form(const struct trod_time_form *form) {
    if (form->kind == TROD_TIME_ISO) return "ISO 8601";
    if (form->kind == TROD_TIME_GUESS) return "several ways of writing";
    return intake_form_words(form);
}

static void say_part(const struct intake_table *table, struct trod_buf *out, const char *what,
                     uint32_t column, bool guessed) {
    if (column == INTAKE_NONE) return;
    trod_buf_format(out, "%s%s = %.*s%s", out->n ? ", " : "", what,
                    TROD_ARG(table->columns[column].name), guessed ? " (guessed)" : "");
}

/* "(guessed, ISO 8601, no zone given: taken as UTC)", behind the last column of times. */
static void say_form(const struct intake_table *table, struct trod_buf *out, uint32_t column,
                     bool guessed) {
    trod_buf_format(out, " (%s%s", guessed ? "guessed, " : "",
                    short_form(&table->columns[column].form));
    if (table->counts.naive && table->wish.time_zone.n)
        trod_buf_format(out, ", in %.*s where no zone is given",
                        TROD_ARG(table->wish.time_zone));
    else if (table->counts.naive)
        trod_buf_adds(out, ", no zone given: taken as UTC");
    trod_buf_adds(out, ")");
}

static void say_time(const struct intake_table *table, struct trod_buf *out) {
    const struct intake_plan *const plan = &table->plan;
    if (plan->n_dates) {
        trod_buf_format(out, ", one event for each of %zu columns of dates", plan->n_dates);
        say_form(table, out, plan->dates[0], false);
    } else if (!table->counts.timed || plan->time == INTAKE_NONE) {
        trod_buf_adds(out, ", no times: taken in the order of the file");
    } else if (plan->end == INTAKE_NONE) {
        say_part(table, out, "time", plan->time, false);
        say_form(table, out, plan->time, plan->guessed_time);
    } else {
        say_part(table, out, "begin", plan->time, plan->guessed_time);
        say_part(table, out, "end", plan->end, false);
        say_form(table, out, plan->time, plan->guessed_end);
    }
}

static void say_parts(const struct intake_table *table, struct trod_buf *out) {
    const struct intake_plan *const plan = &table->plan;
    say_part(table, out, plan->by_case ? "journey" : "customer", plan->customer,
             plan->guessed_customer);
    if (plan->customer == INTAKE_NONE) trod_buf_adds(out, "customer by \"same person\"");
    say_part(table, out, "journey", plan->journey, false);
    say_part(table, out, "event", plan->event, plan->guessed_event);
    if (plan->event == INTAKE_NONE && table->wish.event_name.n)
        trod_buf_format(out, ", every event is \"%.*s\"", TROD_ARG(table->wish.event_name));
    say_time(table, out);
    if (plan->fact != INTAKE_NONE)
        trod_buf_format(out, ", %.*s is a fact of the journey",
                        TROD_ARG(table->columns[plan->fact].name));
    say_part(table, out, "channel", plan->channel, plan->guessed_channel);
    say_part(table, out, "worth", plan->worth, plan->guessed_worth);
    if (table->delimiter_said.n)
        trod_buf_format(out, ", %.*s", TROD_ARG(table->delimiter_said));
    if (table->file->n_skipped)
        trod_buf_format(out, ", %llu %s left out by --lifecycle",
                        (unsigned long long)table->file->n_skipped,
                        table->file->n_skipped == 1 ? "event" : "events");
}

static void warn(struct trod_buf *out, uint64_t n, const char *one, const char *many) {
    if (n == 0) return;
    if (out->n) trod_buf_adds(out, "; ");
    trod_buf_format(out, "%llu %s", (unsigned long long)n, n == 1 ? one : many);
}

static void warn_ambiguous(const struct intake_table *table, uint32_t column,
                           struct trod_buf *out) {
    if (column == INTAKE_NONE || !table->sights || table->wish.time_format.n ||
        !table->sights[column].ambiguous)
        return;
    const struct intake_column *const about = &table->columns[column];
    const bool day_first = about->form.format && about->form.format[1] == 'd';
    if (out->n) trod_buf_adds(out, "; ");
    trod_buf_format(
        out,
        "day and month could be swapped in column \"%.*s\": the %s was read first; say "
        "--time-format if that is wrong",
        TROD_ARG(about->name), day_first ? "day" : "month");
}

static void say_warnings(const struct intake_table *table, struct trod_buf *out) {
    if (table->intake->is_again)
        trod_buf_adds(out, "the same file came twice: each of its events is counted again");
    warn_ambiguous(table, table->plan.time, out);
    warn_ambiguous(table, table->plan.end, out);
    for (size_t i = 0; i < table->plan.n_dates; i++)
        warn_ambiguous(table, table->plan.dates[i], out);
    warn(out, table->counts.n_short,
         "row is shorter than the header: its last values are missing",
         "rows are shorter than the header: their last values are missing");
    warn(out, table->counts.n_latin, "row is not UTF-8 and was read as Windows-1252",
         "rows are not UTF-8 and were read as Windows-1252");
    warn(out, table->counts.n_backwards, "event ends before it begins: its end was left out",
         "events end before they begin: their ends were left out");
    warn(out, table->counts.n_bad_ends, "end of an event is no time and was left out",
         "ends of events are no times and were left out");
    warn(out, table->counts.n_undated, "row has none of the dates",
         "rows have none of the dates");
    if (table->note.n)
        trod_buf_format(out, "%s%.*s", out->n ? "; " : "", TROD_ARG(table->note));
    if (out->n == 0 && table->file->n_rows == 0)
        trod_buf_adds(out, table->n_columns ? "it holds a header and no rows" : "it is empty");
}

trod_status intake_say(struct intake_table *table, struct trod_error *error) {
    struct trod_buf said = {.ceiling = 1 << 20}, warning = {.ceiling = 1 << 20};
    trod_status status = TROD_OK;
    if (table->decided) say_parts(table, &said);
    say_warnings(table, &warning);
    table->file->said = trod_arena_copy(table->intake->arena, trod_buf_str(&said));
    table->file->warning = trod_arena_copy(table->intake->arena, trod_buf_str(&warning));
    if (!table->file->said.at || !table->file->warning.at || said.failed || warning.failed)
        status = trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    trod_buf_free(&said);
    trod_buf_free(&warning);
    return status;
}

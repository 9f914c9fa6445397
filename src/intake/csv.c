/* CSV: finds the delimiter by trying each on the first rows and taking the one that cuts them
 * most evenly, reads the header, and hands row after row to the table until that knows what the
 * columns are; csv_rows.c takes the rest. A line whose quotation marks are broken is rejected
 * alone: reading goes on at the next line. */
#include "intake/csv.h"

enum {
    LOOK_BYTES = 64 << 10, /* of the file that are tried */
    LOOK_ROWS = 200,
};

struct csv {
    struct intake_table *table;
    struct intake_feed *feed;
    struct intake_csv rows;
    uint64_t line;    /* of the next row */
    uint64_t n_again; /* bytes scanned in vain */
};

/* How evenly a delimiter cuts the first rows: the share of rows as long as the first; -1 if it
 * cuts none. */
static double evenness(struct intake_split *split, trod_str look, bool ended, size_t *n_cells) {
    const char *at = look.at, *const end = look.at + look.n;
    size_t n = 0, n_even = 0, first = 0;
    while (n < LOOK_ROWS && at < end && intake_split(split, at, end, ended) == SPLIT_ROW) {
        const bool empty = split->n_all == 1 && split->cells[0].n == 0;
        at = split->next;
        if (empty) continue;
        if (n == 0) first = split->n_all;
        n_even += split->n_all == first;
        n++;
    }
    *n_cells = first;
    return first < 2 ? -1 : (double)n_even / (double)n;
}

static void find_delimiter(struct csv *csv) {
    struct intake_feed *const feed = csv->feed;
    const size_t there = feed->window.n - feed->used;
    const trod_str look = {feed->window.at + feed->used,
                           there < LOOK_BYTES ? there : LOOK_BYTES};
    const bool ended = feed->ended && there <= LOOK_BYTES;
    double best = -1;
    size_t best_cells = 0;
    char found = ',';
    for (const char *delimiter = ",;\t|"; *delimiter; delimiter++) {
        csv->rows.split.delimiter = *delimiter;
        size_t n_cells = 0;
        const double score = evenness(&csv->rows.split, look, ended, &n_cells);
        if (score > best || (score == best && score >= 0 && n_cells > best_cells)) {
            best = score;
            best_cells = n_cells;
            found = *delimiter;
        }
    }
    csv->rows.split.delimiter = found;
}

/* "sep=;" as the first line, which spreadsheets write for one another. */
static void skip_sep(struct csv *csv) {
    struct intake_feed *const feed = csv->feed;
    const trod_str bytes = {feed->window.at + feed->used, feed->window.n - feed->used};
    if (bytes.n < 6 || !trod_str_starts(bytes, TROD_STR("sep="))) return;
    if (bytes.at[5] != '\n' && bytes.at[5] != '\r') return;
    csv->rows.split.delimiter = bytes.at[4];
    feed->used += bytes.at[5] == '\r' && bytes.n > 6 && bytes.at[6] == '\n' ? 7 : 6;
    csv->line++;
}

/* The row that was cut last, for the table. */
static struct intake_row row_at(const struct csv *csv) {
    const struct intake_feed *const feed = csv->feed;
    const char *const at = feed->window.at + feed->used;
    return (struct intake_row){.line = csv->line,
                               .place = intake_table_place(csv->table, feed->base + feed->used),
                               .text = {at, (size_t)(csv->rows.split.stop - at)}};
}

static void step(struct csv *csv) {
    csv->feed->used = (size_t)(csv->rows.split.next - csv->feed->window.at);
    csv->line += csv->rows.split.n_lines;
}

static trod_status reject_line(struct csv *csv, struct trod_error *error) {
    const struct intake_row row = row_at(csv);
    const trod_status status = intake_csv_broken(&csv->rows, &row, error);
    if (status != TROD_OK) return status;
    step(csv);
    csv->n_again += csv->rows.split.n_again;
    return intake_csv_again(csv->n_again, error);
}

/* Cuts the next row; *got is false at the end of the file. */
static trod_status next_row(struct csv *csv, bool *got, struct trod_error *error) {
    struct intake_feed *const feed = csv->feed;
    for (;;) {
        const char *const at = feed->window.at + feed->used;
        const char *const end = feed->window.at + feed->window.n;
        *got = at < end || !feed->ended;
        if (!*got) return TROD_OK;
        const enum intake_split_result result =
            at == end ? SPLIT_MORE : intake_split(&csv->rows.split, at, end, feed->ended);
        if (result == SPLIT_ROW) return TROD_OK;
        const trod_status status =
            result == SPLIT_MORE ? intake_feed_more(feed, error) : reject_line(csv, error);
        if (status != TROD_OK) {
            if (error) trod_error_place(error, "", (int64_t)csv->line, 0);
            return status;
        }
    }
}

static trod_status read_header(struct csv *csv, bool *got, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct intake_split *const split = &csv->rows.split;
    do {
        csv->feed->used =
            split->next ? (size_t)(split->next - csv->feed->window.at) : csv->feed->used;
        csv->line += split->next ? split->n_lines : 0;
        split->next = NULL;
        TROD_TRY(next_row(csv, got, error));
    } while (*got && split->n_all == 1 && split->cells[0].n == 0);
    if (!*got) goto done;
    if (split->n_all > INTAKE_MOST_COLUMNS) {
        status = trod_fail(error, TROD_TOO_MUCH,
                           "the first line has %zu columns; trod reads at most %d",
                           split->n_all, INTAKE_MOST_COLUMNS);
        goto done;
    }
    const char *const at = csv->feed->window.at + csv->feed->used;
    bool bad = false;
    TROD_TRY(intake_csv_mend(&csv->rows, (trod_str){at, (size_t)(split->stop - at)},
                             csv->feed->plain, &bad, error));
    if (bad) {
        status = trod_fail(error, TROD_BAD_INPUT, "the first line has a NUL byte in it");
        goto done;
    }
    csv->table->taker.counts.n_latin = 0;
    TROD_TRY(intake_table_header(csv->table, split->cells, split->n, error));
    step(csv);
    split->limit = split->n;
done:
    return status;
}

static void say_delimiter(struct intake_table *table, char delimiter) {
    if (delimiter == ',') return;
    char name[8] = "a tab";
    if (delimiter != '\t') snprintf(name, sizeof name, "\"%c\"", delimiter);
    table->delimiter_said = trod_arena_format(table->arena, "separated by %s", name);
}

trod_status intake_csv(struct intake_table *table, struct intake_feed *feed,
                       struct trod_error *error) {
    trod_status status = TROD_OK;
    struct csv csv = {.table = table, .feed = feed, .line = 1};
    struct intake_split *const split = &csv.rows.split;
    /* One more than is read, so that too many are seen; a short file needs less. */
    const size_t limit = feed->ended && feed->window.n < INTAKE_MOST_COLUMNS
                             ? feed->window.n + 1
                             : INTAKE_MOST_COLUMNS;
    TROD_TRY(intake_csv_init(&csv.rows, &table->taker, table->intake->options.delimiter, limit,
                             error));
    skip_sep(&csv);
    if (!split->delimiter) find_delimiter(&csv);
    split->next = NULL;
    say_delimiter(table, split->delimiter);
    bool got = false;
    TROD_TRY(read_header(&csv, &got, error));
    while (got && !table->decided) {
        TROD_TRY(next_row(&csv, &got, error));
        if (!got) break;
        const struct intake_row row = row_at(&csv);
        TROD_TRY(intake_csv_row(&csv.rows, &row, feed->plain, error));
        step(&csv);
    }
    if (got)
        TROD_TRY(intake_csv_rest(table, feed, split->delimiter, split->limit, csv.line,
                                 csv.n_again, error));
    status = intake_table_end(table, error);
done:
    intake_csv_release(&csv.rows);
    return status;
}

/* The rows of CSV behind its head. In a chunk whose quotation marks all stand where they belong
 * the marks of cells and rows are found 64 bytes at a time (marks.c), and a row as wide as the
 * header is cut by them alone; any other row, and every row of a chunk with an odd quotation
 * mark in it, goes through split.c, byte by byte. The two agree wherever both may be asked. */
#include "intake/crew.h"
#include "intake/csv.h"

enum {
    AGAIN_BYTES = 64 << 20,   /* that may be scanned again after broken quotation marks */
    BATCH = 16 << 10,         /* bytes in which marks are found at a time */
    MOST_WAITING = 2 * BATCH, /* marks of a row that is not whole yet */
};

/* What the cutter says of a chunk. */
enum { BARE, QUOTED, ODD };

trod_status intake_csv_init(struct intake_csv *csv, struct intake_taker *taker, char delimiter,
                            size_t limit, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct intake_table *const table = taker->table;
    *csv = (struct intake_csv){.taker = taker, .split = {.delimiter = delimiter}};
    csv->scratch.ceiling = 5 * (size_t)INTAKE_ROW_CEILING;
    csv->split.limit = limit;
    csv->split.cells = TROD_NEW_ARRAY(table->arena, limit, trod_str);
    TROD_TRY_ALLOC(csv->split.cells, error);
    csv->split.doubled = TROD_NEW_ARRAY(table->arena, limit, bool);
    TROD_TRY_ALLOC(csv->split.doubled, error);
done:
    return status;
}

void intake_csv_release(struct intake_csv *csv) {
    trod_buf_free(&csv->scratch);
}

trod_status intake_csv_again(uint64_t n_again, struct trod_error *error) {
    if (n_again <= AGAIN_BYTES) return TROD_OK;
    const trod_status status =
        trod_fail(error, TROD_BAD_INPUT, "too many lines have broken quotation marks");
    trod_error_hint(error, "inside a quoted value a quotation mark is written twice: \"\"");
    return status;
}

trod_status intake_csv_broken(struct intake_csv *csv, const struct intake_row *at,
                              struct trod_error *error) {
    csv->taker->counts.n_rows++;
    return intake_reject(csv->taker, at, error, "%s", csv->split.broken);
}

trod_status intake_csv_mend(struct intake_csv *csv, trod_str text, bool plain, bool *bad,
                            struct trod_error *error) {
    struct intake_split *const split = &csv->split;
    *bad = false;
    plain = plain || intake_is_plain(text.at, text.n);
    if (plain && !split->any_doubled) return TROD_OK;
    if (!plain && memchr(text.at, '\0', text.n)) {
        *bad = true;
        return TROD_OK;
    }
    struct trod_buf *const scratch = &csv->scratch;
    trod_buf_clear(scratch);
    /* Room for all, so that what is already there stays in place. */
    if (!trod_buf_room(scratch, 4 * text.n + 1))
        return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    bool latin = false;
    for (size_t i = 0; i < split->n; i++) {
        trod_str *const cell = &split->cells[i];
        if (split->any_doubled && split->doubled[i]) {
            const size_t from = scratch->n;
            for (size_t k = 0; k < cell->n; k++) {
                trod_buf_byte(scratch, cell->at[k]);
                if (cell->at[k] == '"') k++;
            }
            *cell = (trod_str){scratch->at + from, scratch->n - from};
        }
        if (plain || trod_str_utf8(*cell, NULL)) continue;
        const size_t from = scratch->n;
        intake_latin(scratch, *cell);
        *cell = (trod_str){scratch->at + from, scratch->n - from};
        latin = true;
    }
    csv->taker->counts.n_latin += latin;
    return TROD_OK;
}

trod_status intake_csv_row(struct intake_csv *csv, const struct intake_row *at, bool plain,
                           struct trod_error *error) {
    const struct intake_split *const split = &csv->split;
    struct intake_taker *const taker = csv->taker;
    struct intake_row row = *at;
    row.cells = split->cells;
    row.n = split->n;
    bool empty = !split->over, bad = false;
    for (size_t i = 0; i < split->n && empty; i++) empty = split->cells[i].n == 0;
    if (empty) return TROD_OK; /* nothing stands in it: no row */
    const trod_status status = intake_csv_mend(csv, row.text, plain, &bad, error);
    if (status != TROD_OK) return status;
    if (!bad && !split->over) {
        taker->counts.n_short += split->n_all < split->limit;
        return taker->table->decided ? intake_take(taker, &row, error)
                                     : intake_table_row(taker->table, &row, error);
    }
    taker->counts.n_rows++;
    if (bad) return intake_reject(taker, &row, error, "it has a NUL byte in it");
    return intake_reject(taker, &row, error, "it has %zu values, the header has %zu",
                         split->n_all, split->limit);
}

/* ---- Cutting
 * ------------------------------------------------------------------------------------ */

struct rest {
    struct intake_split split; /* of which no cell is asked for */
    const struct intake_marker *marker;
    size_t n_columns;
    uint64_t n_again;
    trod_status status; /* of what comes behind the chunk that was cut last */
    struct trod_error error;
};

/* Marks can tell rows: no delimiter that is a line end or a quotation mark. */
static bool has_marks(char delimiter) {
    return delimiter != '"' && delimiter != '\n' && delimiter != '\r';
}

/* Row by row, as they will be taken. */
static void cut_odd(struct rest *rest, struct intake_chunk *chunk) {
    const char *p = chunk->at, *const end = chunk->at + chunk->n_seen;
    chunk->kind = ODD;
    while (p < end) {
        const enum intake_split_result result =
            intake_split(&rest->split, p, end, chunk->ended);
        if (result == SPLIT_MORE) break;
        p = rest->split.next;
        if (result == SPLIT_ROW) continue;
        rest->n_again += rest->split.n_again;
        rest->status = intake_csv_again(rest->n_again, &rest->error);
        if (rest->status != TROD_OK) break;
    }
    chunk->n = (size_t)(p - chunk->at);
}

/* Behind the last line end. */
static size_t last_line(const char *at, size_t n) {
    const char *const line = memrchr(at, '\n', n);
    const size_t from = line ? (size_t)(line + 1 - at) : 0;
    const char *const lone = memrchr(at + from, '\r', n - from);
    return lone ? (size_t)(lone + 1 - at) : from;
}

static trod_status cut(void *owner, struct intake_chunk *chunk, struct trod_error *error) {
    struct rest *const rest = owner;
    const char delimiter = rest->split.delimiter;
    if (rest->status != TROD_OK) {
        if (error) *error = rest->error;
        return rest->status;
    }
    chunk->kind = memchr(chunk->at, '"', chunk->n_seen) ? QUOTED : BARE;
    /* A line feed may follow the carriage return that stands last. */
    const bool cut_return =
        !chunk->ended && chunk->n_seen && chunk->at[chunk->n_seen - 1] == '\r';
    const size_t n = chunk->n_seen - cut_return;
    if (!has_marks(delimiter)) {
        cut_odd(rest, chunk);
    } else if (chunk->kind == BARE) {
        chunk->n = chunk->ended ? n : last_line(chunk->at, n);
    } else if (!rest->marker->scan(delimiter, chunk->at, n, &chunk->n)) {
        cut_odd(rest, chunk);
    } else if (chunk->ended) {
        /* What is left open, or stands behind the last line end, is told by row. */
        cut_odd(rest, chunk);
    }
    return TROD_OK;
}

/* ---- Taking
 * ------------------------------------------------------------------------------------ */

static trod_status too_long(const struct intake_row *row, struct trod_error *error) {
    const trod_status status = intake_row_too_long(error);
    if (error) trod_error_place(error, "", (int64_t)row->line, 0);
    return status;
}

/* Takes the row that begins at p by split.c; it is whole. */
static trod_status take_by_split(struct intake_csv *csv, const struct intake_chunk *chunk,
                                 const char *p, uint64_t line, bool plain,
                                 struct trod_error *error) {
    struct intake_split *const split = &csv->split;
    const bool odd = chunk->kind == ODD;
    const char *const end = chunk->at + (odd ? chunk->n_seen : chunk->n);
    const enum intake_split_result result =
        intake_split(split, p, end, odd ? chunk->ended : true);
    CHECK(result != SPLIT_MORE);
    const struct intake_row row = {.line = line,
                                   .place = chunk->place + (uint64_t)(p - chunk->at),
                                   .text = {p, (size_t)(split->stop - p)}};
    if (row.text.n > INTAKE_ROW_CEILING) return too_long(&row, error);
    return result == SPLIT_BROKEN ? intake_csv_broken(csv, &row, error)
                                  : intake_csv_row(csv, &row, plain, error);
}

static uint64_t count_lines(trod_str text) {
    uint64_t n = 0, n_returns = 0;
    for (size_t i = 0; i < text.n; i++) {
        n += text.at[i] == '\n';
        n_returns += text.at[i] == '\r';
    }
    return n ? n : n_returns;
}

/* Blanks and quotation marks off a cell that marks have cut. */
static void trim(struct intake_csv *csv, const struct intake_marks *marks, size_t i) {
    struct intake_split *const split = &csv->split;
    trod_str cell = split->cells[i];
    const char delimiter = split->delimiter;
    while (cell.n && (*cell.at == ' ' || *cell.at == '\t') && *cell.at != delimiter) {
        cell.at++;
        cell.n--;
    }
    while (cell.n && (cell.at[cell.n - 1] == ' ' || cell.at[cell.n - 1] == '\t')) cell.n--;
    split->doubled[i] = false;
    if (cell.n > 1 && *cell.at == '"') {
        cell.at++;
        cell.n -= 2;
        if (marks->doubled && cell.n && memchr(cell.at, '"', cell.n))
            split->doubled[i] = split->any_doubled = true;
        if (marks->lines_inside) split->n_lines += count_lines(cell);
    }
    split->cells[i] = cell;
}

/* The marks of a chunk, as far as they are found. */
struct marked {
    const struct intake_chunk *chunk;
    struct intake_marks marks;
    size_t n_found; /* bytes in which they are */
    uint32_t *places;
    size_t at, n; /* places[at..n-1] are not used yet */
};

/* Finds the marks of the next batch, behind those that are left. */
static void find_more(const struct intake_csv *csv, struct marked *marked) {
    const struct intake_chunk *const chunk = marked->chunk;
    const size_t left = marked->n - marked->at, rest = chunk->n - marked->n_found;
    const size_t n = rest < BATCH ? rest : BATCH;
    memmove(marked->places, marked->places + marked->at, left * sizeof *marked->places);
    marked->at = 0;
    marked->n = left + csv->marker->find(&marked->marks, chunk->at + marked->n_found, n,
                                         (uint32_t)marked->n_found, marked->places + left);
    marked->n_found += n;
    if (marked->n_found < chunk->n) return;
    /* The end of the file ends a row like a line end. */
    const char last = chunk->at[chunk->n - 1];
    if (last == '\n' || last == '\r') return;
    marked->places[marked->n++] = (uint32_t)chunk->n;
    marked->marks.odd |= last == ' ' || last == '\t';
}

/* Cuts the row that begins at p into as many cells as the header has; false if it has more or
 * less, or its end is not found yet. */
static bool cut_by_marks(struct intake_csv *csv, const struct marked *marked, const char *p) {
    struct intake_split *const split = &csv->split;
    const size_t n = split->limit;
    const char delimiter = split->delimiter, *const base = marked->chunk->at;
    const uint32_t *const places = marked->places + marked->at;
    if (marked->n - marked->at < n || base[places[n - 1]] == delimiter) return false;
    for (size_t i = 0; i + 1 < n; i++) {
        const char *const end = base + places[i];
        if (*end != delimiter) return false;
        split->cells[i] = (trod_str){p, (size_t)(end - p)};
        p = end + 1;
    }
    split->stop = base + places[n - 1];
    split->cells[n - 1] = (trod_str){p, (size_t)(split->stop - p)};
    split->n = split->n_all = n;
    split->over = split->any_doubled = false;
    split->n_lines = 1;
    split->next = split->stop + 1;
    if (*split->stop == '\r' && split->next < base + marked->chunk->n && *split->next == '\n')
        split->next++;
    if (!marked->marks.odd) return true;
    for (size_t i = 0; i < n; i++) trim(csv, &marked->marks, i);
    return true;
}

static trod_status take_marked(struct intake_csv *csv, const struct intake_chunk *chunk,
                               bool plain, uint64_t *n_lines, struct trod_error *error) {
    struct intake_split *const split = &csv->split;
    struct marked marked = {.chunk = chunk, .places = csv->places};
    marked.marks = (struct intake_marks){
        .delimiter = split->delimiter, .quotes = chunk->kind == QUOTED, .after_mark = 1};
    const char *p = chunk->at, *const end = chunk->at + chunk->n;
    while (p < end) {
        trod_status status = TROD_OK;
        if (cut_by_marks(csv, &marked, p)) {
            const struct intake_row row = {.cells = split->cells,
                                           .n = split->n,
                                           .line = *n_lines + 1,
                                           .place = chunk->place + (uint64_t)(p - chunk->at),
                                           .text = {p, (size_t)(split->stop - p)}};
            if (row.text.n > INTAKE_ROW_CEILING)
                status = too_long(&row, error);
            else if (plain && !split->any_doubled && split->cells[0].n)
                status = intake_take(csv->taker, &row, error); /* nothing to mend */
            else
                status = intake_csv_row(csv, &row, plain, error);
            marked.at += split->n;
        } else if (marked.n_found < chunk->n && marked.n - marked.at < MOST_WAITING) {
            find_more(csv, &marked);
            continue;
        } else {
            status = take_by_split(csv, chunk, p, *n_lines + 1, plain, error);
        }
        if (status != TROD_OK) return status;
        *n_lines += split->n_lines;
        p = split->next;
        const uint32_t next = (uint32_t)(p - chunk->at);
        while (marked.at < marked.n && marked.places[marked.at] < next) marked.at++;
    }
    return TROD_OK;
}

static trod_status take(struct intake_member *member, const struct intake_chunk *chunk,
                        uint64_t *n_lines, struct trod_error *error) {
    struct intake_csv *const csv = member->work;
    const trod_str text = {chunk->at, chunk->n};
    csv->taker = member->taker;
    const bool plain = intake_is_plain(text.at, text.n) || trod_str_utf8(text, NULL);
    if (chunk->kind != ODD) return take_marked(csv, chunk, plain, n_lines, error);
    for (const char *p = chunk->at, *const end = p + chunk->n; p < end; p = csv->split.next) {
        const trod_status status = take_by_split(csv, chunk, p, *n_lines + 1, plain, error);
        if (status != TROD_OK) return status;
        *n_lines += csv->split.n_lines;
    }
    return TROD_OK;
}

static trod_status begin(void *owner, struct intake_member *member, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct rest *const rest = owner;
    struct trod_arena *const arena = member->taker->table->arena;
    struct intake_csv *const csv = TROD_NEW(arena, struct intake_csv);
    TROD_TRY_ALLOC(csv, error);
    member->work = csv;
    TROD_TRY(
        intake_csv_init(csv, member->taker, rest->split.delimiter, rest->n_columns, error));
    csv->marker = rest->marker;
    csv->places = TROD_NEW_ARRAY(arena, MOST_WAITING + BATCH + 64, uint32_t);
    TROD_TRY_ALLOC(csv->places, error);
done:
    return status;
}

static void end(struct intake_member *member) {
    if (member->work) intake_csv_release(member->work);
}

trod_status intake_csv_rest(struct intake_table *table, struct intake_feed *feed,
                            char delimiter, size_t limit, uint64_t line, uint64_t n_again,
                            struct trod_error *error) {
    struct rest rest = {.split = {.delimiter = delimiter},
                        .marker = intake_marker_choose(),
                        .n_columns = limit,
                        .n_again = n_again};
    const struct intake_craft craft = {
        .owner = &rest, .cut = cut, .begin = begin, .end = end, .take = take};
    return intake_crew_run(table, feed, line, &craft, error);
}

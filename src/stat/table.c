/* Tables of counts: do rows and columns know of each other? If not, each count is expected to
 * be its row's sum times its column's over all. Fisher's exact test adds up the probabilities
 * of all tables with the same margins that are no more probable than this one. It fills them
 * column by column. What is left of the rows after a column is all that the rest depends on, so
 * for each such remainder the sum, the least and the greatest probability of the rest are
 * worked out once, from the last column back; a walk from the first column then turns back
 * wherever all that can follow counts, or nothing of it. */
#include <math.h>

#include "stat/special.h"
#include "trod/stat.h"

/* A table without its empty rows and columns, and their sums. */
struct table {
    size_t n_rows, n_columns;
    double *counts; /* by row */
    double *rows, *columns, all;
    size_t *row_of, *column_of; /* in the table as given */
};

static trod_status read_table(const uint64_t *counts, size_t n_rows, size_t n_columns,
                              struct trod_arena *scratch, struct table *table,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    double *const rows = TROD_NEW_ARRAY(scratch, n_rows, double);
    TROD_TRY_ALLOC(rows, error);
    double *const columns = TROD_NEW_ARRAY(scratch, n_columns, double);
    TROD_TRY_ALLOC(columns, error);
    table->row_of = TROD_NEW_ARRAY(scratch, n_rows, size_t);
    TROD_TRY_ALLOC(table->row_of, error);
    table->column_of = TROD_NEW_ARRAY(scratch, n_columns, size_t);
    TROD_TRY_ALLOC(table->column_of, error);
    for (size_t i = 0; i < n_rows; i++) {
        for (size_t j = 0; j < n_columns; j++) {
            const double count = (double)counts[i * n_columns + j];
            rows[i] += count;
            columns[j] += count;
            table->all += count;
        }
    }
    for (size_t i = 0; i < n_rows; i++) {
        if (!(rows[i] > 0)) continue;
        rows[table->n_rows] = rows[i];
        table->row_of[table->n_rows++] = i;
    }
    for (size_t j = 0; j < n_columns; j++) {
        if (!(columns[j] > 0)) continue;
        columns[table->n_columns] = columns[j];
        table->column_of[table->n_columns++] = j;
    }
    table->rows = rows;
    table->columns = columns;
    table->counts = TROD_NEW_ARRAY(scratch, table->n_rows * table->n_columns, double);
    TROD_TRY_ALLOC(table->counts, error);
    for (size_t i = 0; i < table->n_rows; i++)
        for (size_t j = 0; j < table->n_columns; j++)
            table->counts[i * table->n_columns + j] =
                (double)counts[table->row_of[i] * n_columns + table->column_of[j]];
done:
    return status;
}

/* Pearson's sum, each distance shortened by `yates`, but not past nothing. */
static double chi_square_of(const struct table *table, double yates) {
    double sum = 0;
    for (size_t i = 0; i < table->n_rows; i++) {
        for (size_t j = 0; j < table->n_columns; j++) {
            const double expected = table->rows[i] * table->columns[j] / table->all;
            const double apart = fabs(table->counts[i * table->n_columns + j] - expected);
            const double less = apart - fmin(yates, apart);
            sum += less * less / expected;
        }
    }
    return sum;
}

trod_status trod_table_compare(const uint64_t *counts, size_t n_rows, size_t n_columns,
                               struct trod_arena *scratch, struct trod_table_test *test,
                               double *residuals, struct trod_error *error) {
    trod_status status = TROD_OK;
    const double none = (double)NAN;
    *test = (struct trod_table_test){none, none, none, none, none, none, none, none, none};
    for (size_t i = 0; residuals && i < n_rows * n_columns; i++) residuals[i] = none;
    struct table table = {0};
    TROD_TRY(read_table(counts, n_rows, n_columns, scratch, &table, error));
    if (table.n_rows < 2 || table.n_columns < 2) goto done;
    double g = 0, least = HUGE_VAL;
    for (size_t i = 0; i < table.n_rows; i++) {
        for (size_t j = 0; j < table.n_columns; j++) {
            const double row = table.rows[i], column = table.columns[j], all = table.all;
            const double expected = row * column / all;
            const double count = table.counts[i * table.n_columns + j];
            if (count > 0) g += 2 * count * log(count / expected);
            least = fmin(least, expected);
            if (residuals)
                residuals[table.row_of[i] * n_columns + table.column_of[j]] =
                    (count - expected) / sqrt(expected * (1 - row / all) * (1 - column / all));
        }
    }
    const double fewer =
        (double)(table.n_rows < table.n_columns ? table.n_rows : table.n_columns);
    test->df = (double)(table.n_rows - 1) * (double)(table.n_columns - 1);
    test->chi_square = chi_square_of(&table, 0);
    test->p = stat_chi_square_tail(test->chi_square, test->df);
    test->g = fmax(0, g);
    test->g_p = stat_chi_square_tail(test->g, test->df);
    test->cramers_v = fmin(1, sqrt(test->chi_square / (table.all * (fewer - 1))));
    test->least_expected = least;
    if (test->df == 1) {
        test->chi_square_yates = chi_square_of(&table, 0.5);
        test->p_yates = stat_chi_square_tail(test->chi_square_yates, 1);
    }
done:
    return status;
}

/* ---- Fisher's exact test ---- */

enum { MOST_ROWS = 16 };
#define MOST_REMAINDERS 4e6
#define MOST_WORK UINT64_C(2000000000)

/* What can follow a remainder of the rows: all of it together, its least and its greatest. */
struct rest {
    double sum, least, most; /* 0, +inf, 0 until worked out; of what cannot be: sum 0 */
};

/* The columns go from the largest to the smallest, the rows are the shorter side. A remainder
 * is a number with one digit a row but the last, which follows from the sum. A probability is
 * the product over columns of c! times each row's share^x / x!: the same factor short for all
 * tables, and never too small or great for a double where it matters. */
struct walk {
    size_t n_rows, n_columns;
    uint32_t rows[MOST_ROWS];
    double log_shares[MOST_ROWS]; /* of the rows */
    const uint32_t *columns;
    size_t stride[MOST_ROWS];
    struct rest **rests; /* [n_columns + 1], each of n_remainders */
    const double *log_factorials;
    double limit; /* up to this a table counts */
    double counted;
    uint64_t work;
    bool too_much;
};

/* The rows of one column, one after another. */
struct column {
    uint32_t left[MOST_ROWS]; /* of the rows after it */
    size_t place;             /* the remainder's number */
};

static void visit(struct walk *walk, size_t at, const uint32_t *left, double past);

/* Deals `open` of column `at` to the rows from `row` on; `weight`: the logarithm so far. What
 * it does with a column that is full: with `into`, adds it up there; else goes on to the next.
 */
static void deal_column(struct walk *walk, size_t at, const uint32_t *left,
                        struct column *column, size_t row, uint32_t open, double weight,
                        struct rest *into, double past) {
    if (walk->too_much) return;
    if (row + 1 == walk->n_rows) {
        if (open > left[row]) return;
        if (++walk->work > MOST_WORK) walk->too_much = true;
        column->left[row] = left[row] - open;
        const double own =
            exp(weight + open * walk->log_shares[row] - walk->log_factorials[open]);
        if (into) {
            const struct rest *const next = &walk->rests[at + 1][column->place];
            into->sum += own * next->sum;
            into->least = fmin(into->least, own * next->least);
            into->most = fmax(into->most, own * next->most);
        } else {
            visit(walk, at + 1, column->left, past * own);
        }
        return;
    }
    uint32_t room = 0; /* of the rows behind this one */
    for (size_t i = row + 1; i < walk->n_rows; i++) room += left[i];
    const uint32_t first = open > room ? open - room : 0;
    const uint32_t last = open < left[row] ? open : left[row];
    const size_t place = column->place;
    for (uint32_t x = first; x <= last; x++) {
        column->left[row] = left[row] - x;
        column->place = place + (left[row] - x) * walk->stride[row];
        deal_column(walk, at, left, column, row + 1, open - x,
                    weight + x * walk->log_shares[row] - walk->log_factorials[x], into, past);
    }
    column->place = place;
}

/* Columns from `at` on, with `past` the product of those before. */
static void visit(struct walk *walk, size_t at, const uint32_t *left, double past) {
    size_t place = 0;
    for (size_t i = 0; i + 1 < walk->n_rows; i++) place += left[i] * walk->stride[i];
    const struct rest *const rest = &walk->rests[at][place];
    if (past * rest->most <= walk->limit) {
        walk->counted += past * rest->sum;
    } else if (past * rest->least <= walk->limit) {
        struct column column = {.place = 0};
        deal_column(walk, at, left, &column, 0, walk->columns[at],
                    walk->log_factorials[walk->columns[at]], NULL, past);
    }
}

/* Works out all remainders before column `at`, whose rows leave `open` for this and later
 * columns: the same digits as deal_column's. */
static void fill_rests(struct walk *walk, size_t at, uint32_t *left, size_t row, uint32_t open,
                       size_t place) {
    if (walk->too_much) return;
    if (row + 1 == walk->n_rows) {
        if (open > walk->rows[row]) return;
        left[row] = open;
        struct rest *const rest = &walk->rests[at][place];
        *rest = (struct rest){0, HUGE_VAL, 0};
        struct column column = {.place = 0};
        deal_column(walk, at, left, &column, 0, walk->columns[at],
                    walk->log_factorials[walk->columns[at]], rest, 1);
        return;
    }
    uint32_t room = 0;
    for (size_t i = row + 1; i < walk->n_rows; i++) room += walk->rows[i];
    const uint32_t first = open > room ? open - room : 0;
    const uint32_t last = open < walk->rows[row] ? open : walk->rows[row];
    for (uint32_t x = first; x <= last; x++) {
        left[row] = x;
        fill_rests(walk, at, left, row + 1, open - x, place + x * walk->stride[row]);
    }
}

/* Turns the table so that rows are the shorter side, and sorts the columns. The probability of
 * the table itself comes out, as a sum of logarithms. */
static trod_status begin_walk(const struct table *table, struct trod_arena *scratch,
                              struct walk *walk, double *own, struct trod_error *error) {
    trod_status status = TROD_OK;
    const bool turned = table->n_rows > table->n_columns;
    const double *const of_rows = turned ? table->columns : table->rows;
    const double *const of_columns = turned ? table->rows : table->columns;
    walk->n_rows = turned ? table->n_columns : table->n_rows;
    walk->n_columns = turned ? table->n_rows : table->n_columns;
    double remainders = 1;
    for (size_t i = 0; i < walk->n_rows && i < MOST_ROWS; i++) {
        if (i + 1 < walk->n_rows) walk->stride[i] = (size_t)remainders;
        if (i + 1 < walk->n_rows) remainders *= of_rows[i] + 1;
        if (remainders > MOST_REMAINDERS) break;
        walk->rows[i] = (uint32_t)of_rows[i];
        walk->log_shares[i] = log(of_rows[i] / table->all);
        *own += of_rows[i] * walk->log_shares[i];
    }
    if (walk->n_rows > MOST_ROWS || remainders > MOST_REMAINDERS || table->all > 1e6) {
        status = trod_fail(error, TROD_TOO_MUCH,
                           "a table of %zu by %zu with %.0f counts is too large for the exact "
                           "test; the chi-square test is good there",
                           table->n_rows, table->n_columns, table->all);
        goto done;
    }
    uint32_t *const columns = TROD_NEW_ARRAY(scratch, walk->n_columns, uint32_t);
    TROD_TRY_ALLOC(columns, error);
    for (size_t j = 0; j < walk->n_columns; j++) {
        size_t k = j;
        for (; k > 0 && columns[k - 1] < (uint32_t)of_columns[j]; k--)
            columns[k] = columns[k - 1];
        columns[k] = (uint32_t)of_columns[j];
    }
    walk->columns = columns;
    walk->rests = TROD_NEW_ARRAY(scratch, walk->n_columns + 1, struct rest *);
    TROD_TRY_ALLOC(walk->rests, error);
    for (size_t j = 0; j <= walk->n_columns; j++) {
        walk->rests[j] = TROD_NEW_ARRAY(scratch, (size_t)remainders, struct rest);
        TROD_TRY_ALLOC(walk->rests[j], error);
    }
    double *const factorials = TROD_NEW_ARRAY(scratch, (size_t)table->all + 1, double);
    TROD_TRY_ALLOC(factorials, error);
    for (size_t i = 0; i <= (size_t)table->all; i++)
        factorials[i] = stat_log_factorial((double)i);
    walk->log_factorials = factorials;
    for (size_t j = 0; j < walk->n_columns; j++) *own += factorials[columns[j]];
    for (size_t i = 0; i < table->n_rows * table->n_columns; i++)
        *own -= factorials[(size_t)table->counts[i]];
done:
    return status;
}

trod_status trod_fisher_table(const uint64_t *counts, size_t n_rows, size_t n_columns,
                              struct trod_arena *scratch, double *p, struct trod_error *error) {
    trod_status status = TROD_OK;
    *p = (double)NAN;
    struct table table = {0};
    struct walk walk = {0};
    double own = 0;
    TROD_TRY(read_table(counts, n_rows, n_columns, scratch, &table, error));
    if (table.n_rows < 2 || table.n_columns < 2) goto done;
    TROD_TRY(begin_walk(&table, scratch, &walk, &own, error));
    uint32_t left[MOST_ROWS], open = 0;
    walk.rests[walk.n_columns][0] = (struct rest){1, 1, 1}; /* nothing is left */
    for (size_t at = walk.n_columns; at-- > 0;) {
        open += walk.columns[at];
        fill_rests(&walk, at, left, 0, open, 0);
    }
    size_t first = 0;
    for (size_t i = 0; i + 1 < walk.n_rows; i++) first += walk.rows[i] * walk.stride[i];
    walk.limit = exp(own) * (1 + 1e-7); /* equal ones may differ by rounding */
    visit(&walk, 0, walk.rows, 1);
    *p = fmin(1, walk.counted / walk.rests[0][first].sum);
    if (walk.too_much) {
        *p = (double)NAN;
        status = trod_fail(error, TROD_TOO_MUCH,
                           "too many tables of %zu by %zu have these sums for the exact test; "
                           "the chi-square test is good there",
                           table.n_rows, table.n_columns);
    }
done:
    return status;
}

/* Sorting and solving for statistics. Doubles become integers of the same order, and these are
 * dealt out byte by byte, from the last to the first (a radix sort): linear, and equal values
 * stay in the order in which they came. Bytes in which all agree are passed over, so that whole
 * numbers, times of one year and shares cost half as many rounds as they have bytes. */
#include <math.h>

#include "stat/order.h"

enum { FEW = 48, BYTES = 8, VALUES = 256 };

static uint64_t key_of(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static void insert_few(struct stat_item *items, size_t n) {
    for (size_t i = 1; i < n; i++) {
        const struct stat_item item = items[i];
        size_t j = i;
        for (; j > 0 && items[j - 1].value > item.value; j--) items[j] = items[j - 1];
        items[j] = item;
    }
}

void stat_order_items(struct stat_item *items, size_t n, struct stat_item *room) {
    if (n <= FEW) {
        insert_few(items, n);
        return;
    }
    size_t counts[BYTES][VALUES] = {0};
    for (size_t i = 0; i < n; i++) {
        const uint64_t key = key_of(items[i].value);
        for (unsigned b = 0; b < BYTES; b++) counts[b][key >> 8 * b & 255]++;
    }
    struct stat_item *from = items, *to = room;
    for (unsigned b = 0; b < BYTES; b++) {
        const uint64_t first = key_of(items[0].value) >> 8 * b & 255;
        if (counts[b][first] == n) continue;
        size_t begin = 0;
        for (unsigned v = 0; v < VALUES; v++) {
            const size_t count = counts[b][v];
            counts[b][v] = begin;
            begin += count;
        }
        for (size_t i = 0; i < n; i++)
            to[counts[b][key_of(from[i].value) >> 8 * b & 255]++] = from[i];
        struct stat_item *const swap = from;
        from = to;
        to = swap;
    }
    if (from != items) memcpy(items, from, n * sizeof *items);
}

trod_status stat_order(const double *values, size_t n, struct trod_arena *scratch,
                       struct stat_item **items, struct trod_error *error) {
    trod_status status = TROD_OK;
    *items = TROD_NEW_ARRAY(scratch, n, struct stat_item);
    TROD_TRY_ALLOC(*items, error);
    struct stat_item *const room = TROD_NEW_ARRAY(scratch, n <= FEW ? 0 : n, struct stat_item);
    TROD_TRY_ALLOC(room, error);
    for (size_t i = 0; i < n; i++) (*items)[i] = (struct stat_item){values[i] + 0.0, i};
    stat_order_items(*items, n, room);
done:
    return status;
}

double stat_twice_ranks(const struct stat_item *items, size_t n, uint64_t *twice) {
    double ties = 0;
    for (size_t begin = 0; begin < n;) {
        size_t end = begin + 1;
        while (end < n && items[end].value == items[begin].value) end++;
        for (size_t i = begin; i < end; i++) twice[items[i].index] = begin + end + 1;
        const double tied = (double)(end - begin);
        ties += tied * (tied * tied - 1);
        begin = end;
    }
    return ties;
}

bool stat_any_nan(const double *values, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (isnan(values[i])) return true;
    return false;
}

/* Forward with the lower factor, then backward with its transpose. */
static void solve_with(const double *factor, double *b, size_t n) {
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < i; k++) b[i] -= factor[i * n + k] * b[k];
        b[i] /= factor[i * n + i];
    }
    for (size_t i = n; i-- > 0;) {
        for (size_t k = i + 1; k < n; k++) b[i] -= factor[k * n + i] * b[k];
        b[i] /= factor[i * n + i];
    }
}

bool stat_solve(double *a, double *b, size_t n, double *inverse) {
    for (size_t i = 0; i < n; i++) {
        const double own = a[i * n + i];
        for (size_t j = 0; j <= i; j++) {
            double sum = a[i * n + j];
            for (size_t k = 0; k < j; k++) sum -= a[i * n + k] * a[j * n + k];
            if (i != j)
                a[i * n + j] = sum / a[j * n + j];
            else if (sum > 1e-11 * own) /* what is left of the column beside those before */
                a[i * n + i] = sqrt(sum);
            else
                return false;
        }
    }
    solve_with(a, b, n);
    /* The inverse is symmetric: its columns may be written as rows. */
    for (size_t column = 0; inverse && column < n; column++) {
        double *const row = inverse + column * n;
        for (size_t i = 0; i < n; i++) row[i] = i == column;
        solve_with(a, row, n);
    }
    return true;
}

/* Looking for a customer whose id is not known exactly: by a value of a column, and by what ids
 * look like. */
#include <pthread.h>

#include "trod/mine/customer.h"

enum { ROWS = 4096, ROOM = 16, LONGEST_SHAPE = 60 };

/* ---- By a value ----------------------------------------------------------------------------
 */

struct search {
    uint32_t field;
    trod_str value;
    pthread_mutex_t lock; /* over what follows */
    size_t part;          /* of the first one found */
    trod_str id;
    struct trod_arena *arena;
    uint64_t n;
};

static uint32_t customer_of(const struct trod_part *part, uint32_t event) {
    uint32_t low = 0, high = part->n_customers; /* first[low] <= event < first[high] */
    while (high - low > 1) {
        const uint32_t middle = low + (high - low) / 2;
        if (part->first[middle] <= event) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

static trod_status found(struct search *search, size_t i, const struct trod_part *part,
                         uint32_t first, uint64_t n, struct trod_arena *scratch,
                         struct trod_error *error) {
    trod_status status = TROD_OK;
    trod_str id;
    TROD_TRY(trod_part_ids(part, first, 1, scratch, &id, error));
    pthread_mutex_lock(&search->lock);
    search->n += n;
    if (!search->id.at || i < search->part) {
        search->id = trod_arena_copy(search->arena, id);
        search->part = i;
    }
    const bool failed = !search->id.at;
    pthread_mutex_unlock(&search->lock);
    if (failed) TROD_TRY_ALLOC(NULL, error);
done:
    return status;
}

/* Some part may well have no such value in its dictionary. */
static bool has_value(const struct trod_part *part, const struct trod_part_column *column,
                      trod_str value) {
    if (column->kind != TROD_COLUMN_CODES) return true;
    for (uint32_t code = 1; code <= column->n_values; code++)
        if (trod_str_equal(trod_part_value(part, column, code), value)) return true;
    return false;
}

static trod_status search_part(void *owner, size_t i, const struct trod_part *part,
                               struct trod_arena *scratch, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct search *const search = owner;
    const struct trod_part_column *const column = trod_part_column(part, search->field);
    if (!column || !has_value(part, column, search->value)) return TROD_OK;
    const uint32_t n_rows = column->fact ? part->n_customers : part->n_events;
    struct trod_arena *const arena = trod_arena_make(0);
    TROD_TRY_ALLOC(arena, error);
    trod_str *const texts = TROD_NEW_ARRAY(scratch, ROWS + ROOM, trod_str);
    TROD_TRY_ALLOC(texts, error);
    uint32_t first = TROD_NO_ID, last = TROD_NO_ID;
    uint64_t n = 0;
    for (uint32_t from = 0; from < n_rows;) {
        const uint32_t now = n_rows - from < ROWS ? n_rows - from : ROWS;
        trod_arena_reset(arena);
        TROD_TRY(trod_part_texts(part, column, from, now, arena, texts, error));
        for (uint32_t k = 0; k < now; k++) {
            if (!texts[k].at || !trod_str_equal(texts[k], search->value)) continue;
            const uint32_t customer = column->fact ? from + k : customer_of(part, from + k);
            if (customer == last) continue;
            if (first == TROD_NO_ID) first = customer;
            last = customer;
            n++;
        }
        from += now;
    }
    if (n) TROD_TRY(found(search, i, part, first, n, scratch, error));
done:
    trod_arena_free(arena);
    return status;
}

trod_status trod_customer_by_value(const struct trod_parts *parts, uint32_t field,
                                   trod_str value, const struct trod_run *run,
                                   struct trod_arena *arena, trod_str *id, uint64_t *n,
                                   struct trod_error *error) {
    struct search search = {.field = field, .value = value, .arena = arena};
    pthread_mutex_init(&search.lock, NULL);
    const trod_status status = trod_parts_each(parts, run, search_part, &search, error);
    pthread_mutex_destroy(&search.lock);
    *id = search.id;
    *n = search.n;
    return status;
}

/* ---- By what ids look like -----------------------------------------------------------------
 */

/* One id of the log, on the arena; missing if there is none. */
static trod_status any_id(const struct trod_parts *parts, struct trod_arena *arena,
                          trod_str *id, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_part *part = NULL;
    *id = (trod_str){0};
    struct trod_arena *const scratch = trod_arena_make((size_t)1 << 40);
    TROD_TRY_ALLOC(scratch, error);
    for (size_t i = 0; i < parts->n_parts && !id->at; i++) {
        trod_str one;
        trod_arena_reset(scratch);
        TROD_TRY(parts->open(parts->owner, i, scratch, &part, error));
        if (part->n_customers == 0) continue;
        TROD_TRY(trod_part_ids(part, part->n_customers / 2, 1, scratch, &one, error));
        *id = trod_arena_copy(arena, one);
        TROD_TRY_ALLOC(id->at, error);
    }
done:
    trod_arena_free(scratch);
    return status;
}

static char shape_of(char c) {
    if (c >= '0' && c <= '9') return '9';
    if (c >= 'a' && c <= 'z') return 'a';
    if (c >= 'A' && c <= 'Z') return 'A';
    return (unsigned char)c >= 0x80 ? 'x' : c;
}

trod_status trod_customer_column_of_ids(const struct trod_parts *parts,
                                        struct trod_arena *arena, trod_str *column,
                                        struct trod_error *error) {
    trod_str id;
    *column = (trod_str){0};
    const trod_status status = any_id(parts, arena, &id, error);
    const size_t equals = status == TROD_OK && id.at ? trod_str_find(id, '=') : SIZE_MAX;
    if (equals != SIZE_MAX && equals > 0) *column = trod_str_slice(id, 0, equals);
    return status;
}

trod_status trod_customer_shape(const struct trod_parts *parts, struct trod_arena *arena,
                                trod_str *shape, struct trod_error *error) {
    trod_status status = TROD_OK;
    trod_str id;
    *shape = (trod_str){0};
    TROD_TRY(any_id(parts, arena, &id, error));
    if (!id.at) goto done;
    const size_t equals = trod_str_find(id, '=');
    const size_t plain =
        equals == SIZE_MAX ? 0 : equals + 1; /* the column's name is no secret */
    const size_t n = id.n < LONGEST_SHAPE ? id.n : LONGEST_SHAPE;
    char *const at = TROD_NEW_ARRAY(arena, n + 1, char);
    TROD_TRY_ALLOC(at, error);
    for (size_t i = 0; i < n; i++) at[i] = i < plain ? id.at[i] : shape_of(id.at[i]);
    *shape = (trod_str){at, n};
done:
    return status;
}

/* Paths become keys of 16 bytes, and these are thrown into a thousand bins: a bin's keys fit
 * the caches together with the table in which they are counted. Names are shown plus one, so
 * that a shorter path differs from the same path with the first name behind it. A short path is
 * all in its key; only of a long one, of which the key is a hash, the journey is kept. */
#include "mine/bins.h"

unsigned mine_key_width(uint32_t n_names) {
    return n_names <= UINT8_MAX ? 1 : n_names <= UINT16_MAX ? 2 : 4;
}

/* ---- Keys -----------------------------------------------------------------------------------
 */

struct mine_key mine_hash_long(const void *names, size_t n_bytes) {
    return (struct mine_key){trod_hash64(names, n_bytes, UINT64_C(0x8ebc6af09c88c6e3)),
                             trod_hash64(names, n_bytes, UINT64_C(0x589965cc75374cc3))};
}

struct mine_key mine_hash_long_again(const void *names, size_t n_bytes) {
    return (struct mine_key){trod_hash64(names, n_bytes, UINT64_C(0x1d8e4e27c47d124f)),
                             trod_hash64(names, n_bytes, UINT64_C(0xeb44accab455d165))};
}

static uint64_t ones_of(unsigned width) {
    return width == 1   ? UINT64_C(0x0101010101010101)
           : width == 2 ? UINT64_C(0x0001000100010001)
                        : UINT64_C(0x0000000100000001);
}

static inline struct mine_key key_of(const unsigned char *names, size_t n_bytes,
                                     uint64_t ones) {
    struct mine_key key;
    memcpy(&key.a, names, sizeof key.a);
    memcpy(&key.b, names + 8, sizeof key.b);
    /* What follows the path may carry, but only away from it. */
    key.a += ones;
    key.b += ones;
    if (n_bytes < 8) key.a &= (UINT64_C(1) << n_bytes * 8) - 1;
    if (n_bytes < 16) key.b &= n_bytes > 8 ? (UINT64_C(1) << (n_bytes - 8) * 8) - 1 : 0;
    return key;
}

trod_status mine_names_as(const struct trod_part_view *view, unsigned width,
                          struct trod_arena *arena, const unsigned char **names,
                          struct trod_error *error) {
    trod_status status = TROD_OK;
    *names = view->name;
    if (view->name_bytes == width) goto done;
    void *const copy = trod_arena_alloc(arena, (size_t)view->n_places * width + 64, 1);
    TROD_TRY_ALLOC(copy, error);
    for (uint32_t place = 0; place < view->n_places; place++) {
        const uint32_t name = mine_name_at(view, place);
        if (width == 1)
            ((uint8_t *)copy)[place] = (uint8_t)name;
        else if (width == 2)
            ((uint16_t *)copy)[place] = (uint16_t)name;
        else
            ((uint32_t *)copy)[place] = name;
    }
    *names = copy;
done:
    return status;
}

/* ---- Throwing -------------------------------------------------------------------------------
 */

trod_status mine_bins_make(unsigned bits, uint32_t from, uint32_t to, struct trod_arena *arena,
                           struct mine_bins *bins, struct trod_error *error) {
    trod_status status = TROD_OK;
    const size_t n = (size_t)1 << bits;
    *bins = (struct mine_bins){.bits = bits, .from = from, .to = to, .arena = arena};
    bins->bins = TROD_NEW_ARRAY(arena, n, struct mine_bin);
    TROD_TRY_ALLOC(bins->bins, error);
    bins->room = TROD_NEW_ARRAY(arena, n, uint16_t);
    TROD_TRY_ALLOC(bins->room, error);
    bins->room_long = TROD_NEW_ARRAY(arena, n, uint16_t);
    TROD_TRY_ALLOC(bins->room_long, error);
done:
    return status;
}

static bool more_room(struct mine_bins *bins, struct mine_chunk **last) {
    struct mine_chunk *const chunk = TROD_NEW(bins->arena, struct mine_chunk);
    if (!chunk) return false;
    chunk->before = *last;
    *last = chunk;
    return true;
}

static inline bool throw_short(struct mine_bins *bins, const struct mine_item *item) {
    const size_t bin = (size_t)(mine_key_place(item->key) >> (63 - bins->bits) >> 1);
    if (bin - bins->from >= bins->to - bins->from) return true;
    if (bins->room[bin] == 0) {
        if (!more_room(bins, &bins->bins[bin].last)) return false;
        bins->room[bin] = MINE_ITEMS;
    }
    bins->bins[bin].last->items[--bins->room[bin]] = *item;
    return true;
}

static bool throw_long(struct mine_bins *bins, const struct mine_long_item *item) {
    const size_t bin = (size_t)(mine_key_place(item->item.key) >> (63 - bins->bits) >> 1);
    if (bin - bins->from >= bins->to - bins->from) return true;
    if (bins->room_long[bin] == 0) {
        if (!more_room(bins, &bins->bins[bin].last_long)) return false;
        bins->room_long[bin] = MINE_LONG_ITEMS;
    }
    bins->bins[bin].last_long->long_items[--bins->room_long[bin]] = *item;
    return true;
}

/* From the first event to the last, if both have a time. */
static inline uint64_t span_of(const struct mine_thrown *thrown, uint32_t j) {
    const struct trod_part_view *const view = thrown->view;
    if (!thrown->spans) return MINE_NO_SPAN;
    if (thrown->undated.words && (trod_bits_has(&thrown->undated, view->begin[j]) ||
                                  trod_bits_has(&thrown->undated, view->end[j] - 1)))
        return MINE_NO_SPAN;
    return thrown->spans[j] * (uint64_t)view->part->tick_us;
}

trod_status mine_bins_part(struct mine_bins *bins, const struct mine_thrown *thrown,
                           struct trod_arena *scratch, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_part_view *const view = thrown->view;
    const unsigned width = thrown->width;
    const unsigned char *names = NULL;
    const uint64_t ones = ones_of(width);
    TROD_TRY(mine_names_as(view, width, scratch, &names, error));
    for (uint32_t j = 0; j < view->n_journeys; j++) {
        const unsigned char *const at = names + (size_t)view->begin[j] * width;
        const size_t n_bytes = (size_t)(view->end[j] - view->begin[j]) * width;
        const uint64_t span_us = span_of(thrown, j);
        bool done;
        if (n_bytes <= MINE_KEY_BYTES) {
            const struct mine_item item = {key_of(at, n_bytes, ones), span_us};
            done = throw_short(bins, &item);
        } else {
            const struct mine_long_item item = {{thrown->hash(at, n_bytes), span_us},
                                                {thrown->part, j}};
            done = throw_long(bins, &item);
        }
        if (!done) TROD_TRY_ALLOC(NULL, error);
    }
done:
    return status;
}

/* ---- Walking --------------------------------------------------------------------------------
 */

struct mine_cursor mine_cursor_of(struct mine_bins *const *bins, size_t n, size_t bin,
                                  bool is_long) {
    const size_t full = is_long ? MINE_LONG_ITEMS : MINE_ITEMS;
    return (struct mine_cursor){
        .bins = bins, .n = n, .bin = bin, .is_long = is_long, .i = full, .full = full};
}

bool mine_cursor_chunk(struct mine_cursor *cursor) {
    cursor->i = 0;
    if (cursor->chunk) cursor->chunk = cursor->chunk->before;
    while (!cursor->chunk && cursor->next < cursor->n) {
        const struct mine_bins *const bins = cursor->bins[cursor->next++];
        const struct mine_bin *const bin = &bins->bins[cursor->bin];
        cursor->chunk = cursor->is_long ? bin->last_long : bin->last;
        cursor->i = cursor->is_long ? bins->room_long[cursor->bin] : bins->room[cursor->bin];
    }
    return cursor->chunk != NULL;
}

/* ---- Counting -------------------------------------------------------------------------------
 */

/* What a thread counts in: the keys met so far, and a table of their numbers plus one. */
struct counter {
    struct met {
        struct mine_key key;
        uint64_t n;
    } * met; /* [room] */
    size_t n, room;
    uint32_t *table; /* [1 << table_room], of which 1 << bits are used */
    unsigned bits, table_room;
};
struct found {
    struct mine_class *classes;
    size_t n;
    struct mine_trace *traces; /* of the bin's own classes */
    size_t n_traces;
    uint64_t n_distinct;
};
struct counting {
    struct mine_bins *const *bins;
    size_t n;
    uint64_t least;
    struct mine_crew crew;
    pthread_mutex_t lock; /* over the arena */
    struct trod_arena *arena;
    struct found *found; /* [1 << bits] */
};

static size_t items_in(const struct counting *counting, size_t bin, bool is_long) {
    size_t n = 0;
    for (size_t b = 0; b < counting->n; b++) {
        const struct mine_bins *const bins = counting->bins[b];
        const struct mine_chunk *chunk =
            is_long ? bins->bins[bin].last_long : bins->bins[bin].last;
        if (!chunk) continue;
        const size_t full = is_long ? MINE_LONG_ITEMS : MINE_ITEMS;
        n += full - (is_long ? bins->room_long[bin] : bins->room[bin]);
        while ((chunk = chunk->before)) n += full;
    }
    return n;
}

/* An empty counter for at most n keys. */
static trod_status clear(struct counter *counter, struct trod_arena *arena, size_t n,
                         struct trod_error *error) {
    trod_status status = TROD_OK;
    counter->bits = 6;
    while ((size_t)1 << counter->bits < n + n / 2) counter->bits++;
    if (counter->bits > counter->table_room) {
        counter->table = TROD_NEW_ARRAY(arena, (size_t)1 << counter->bits, uint32_t);
        TROD_TRY_ALLOC(counter->table, error);
        counter->table_room = counter->bits;
    } else {
        memset(counter->table, 0, sizeof *counter->table << counter->bits);
    }
    if (n > counter->room) {
        counter->met = TROD_NEW_ARRAY(arena, n + n / 4, struct met);
        TROD_TRY_ALLOC(counter->met, error);
        counter->room = n + n / 4;
    }
    counter->n = 0;
done:
    return status;
}

/* The key as it was met, or now for the first time. */
static inline struct met *meet(struct counter *counter, struct mine_key key) {
    const size_t mask = ((size_t)1 << counter->bits) - 1;
    size_t at = (size_t)(mine_key_place(key) >> 16) & mask;
    for (; counter->table[at]; at = (at + 1) & mask) {
        struct met *const met = &counter->met[counter->table[at] - 1];
        if (met->key.a == key.a && met->key.b == key.b) return met;
    }
    struct met *const met = &counter->met[counter->n++];
    counter->table[at] = (uint32_t)counter->n;
    *met = (struct met){key, 0};
    return met;
}

static void *take_room(struct counting *counting, size_t n, size_t size) {
    pthread_mutex_lock(&counting->lock);
    void *const room = trod_arena_alloc(counting->arena, n, size);
    pthread_mutex_unlock(&counting->lock);
    return room;
}

/* The classes that are large enough, behind those that are there. */
static trod_status list_classes(struct counting *counting, const struct counter *counter,
                                bool is_long, struct found *found, struct trod_error *error) {
    trod_status status = TROD_OK;
    size_t n = 0;
    const size_t before = found->n;
    found->n_distinct += counter->n;
    for (size_t m = 0; m < counter->n; m++) n += counter->met[m].n >= counting->least;
    if (n == 0) goto done;
    struct mine_class *const classes =
        take_room(counting, before + n, sizeof(struct mine_class));
    TROD_TRY_ALLOC(classes, error);
    if (before) memcpy(classes, found->classes, before * sizeof *classes);
    found->classes = classes;
    for (size_t m = 0; m < counter->n; m++) {
        const struct met *const met = &counter->met[m];
        if (met->n >= counting->least)
            classes[found->n++] = (struct mine_class){met->key, met->n, is_long};
    }
done:
    return status;
}

static trod_status count_short(struct counting *counting, struct counter *counter,
                               struct trod_arena *arena, size_t bin, struct found *found,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    const size_t n = items_in(counting, bin, false);
    struct mine_cursor cursor = mine_cursor_of(counting->bins, counting->n, bin, false);
    if (n == 0) goto done;
    TROD_TRY(clear(counter, arena, n, error));
    for (const struct mine_item *item; (item = mine_next_item(&cursor));)
        meet(counter, item->key)->n++;
    TROD_TRY(list_classes(counting, counter, false, found, error));
done:
    return status;
}

/* Who walks the long classes that are kept, the first of which is first_class. */
static trod_status list_traces(struct counting *counting, struct counter *counter, size_t bin,
                               size_t first_class, struct found *found,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    size_t n = 0, class = first_class;
    for (size_t c = first_class; c < found->n; c++) n += found->classes[c].n;
    if (n == 0) goto done;
    found->traces = take_room(counting, n, sizeof *found->traces);
    TROD_TRY_ALLOC(found->traces, error);
    /* From now on the number of a key that was met is that of its class. */
    for (size_t m = 0; m < counter->n; m++)
        counter->met[m].n = counter->met[m].n >= counting->least ? class ++ : UINT64_MAX;
    struct mine_cursor cursor = mine_cursor_of(counting->bins, counting->n, bin, true);
    for (const struct mine_long_item *item; (item = mine_next_long(&cursor));) {
        const uint64_t of = meet(counter, item->item.key)->n;
        if (of == UINT64_MAX) continue;
        found->traces[found->n_traces++] = (struct mine_trace){item->walker, (size_t)of};
    }
done:
    return status;
}

static trod_status count_long(struct counting *counting, struct counter *counter,
                              struct trod_arena *arena, size_t bin, struct found *found,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    const size_t n = items_in(counting, bin, true), first_class = found->n;
    struct mine_cursor cursor = mine_cursor_of(counting->bins, counting->n, bin, true);
    if (n == 0) goto done;
    TROD_TRY(clear(counter, arena, n, error));
    for (const struct mine_long_item *item; (item = mine_next_long(&cursor));)
        meet(counter, item->item.key)->n++;
    TROD_TRY(list_classes(counting, counter, true, found, error));
    TROD_TRY(list_traces(counting, counter, bin, first_class, found, error));
done:
    return status;
}

static trod_status count_bin(void *owner, size_t bin, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct counting *const counting = owner;
    struct found *const found = &counting->found[bin];
    struct mine_member *member = NULL;
    bool fresh = false;
    TROD_TRY(mine_crew_take(&counting->crew, sizeof(struct counter), &member, &fresh, error));
    TROD_TRY(count_short(counting, member->own, member->arena, bin, found, error));
    TROD_TRY(count_long(counting, member->own, member->arena, bin, found, error));
    mine_crew_leave(&counting->crew, member);
done:
    return status;
}

/* What the bins hold in one list. */
static trod_status gather(const struct counting *counting, size_t n_bins,
                          struct mine_counted *counted, struct trod_error *error) {
    trod_status status = TROD_OK;
    *counted = (struct mine_counted){0};
    for (size_t b = 0; b < n_bins; b++) {
        counted->n += counting->found[b].n;
        counted->n_traces += counting->found[b].n_traces;
        counted->n_distinct += counting->found[b].n_distinct;
    }
    counted->classes = TROD_NEW_ARRAY(counting->arena, counted->n, struct mine_class);
    TROD_TRY_ALLOC(counted->classes, error);
    counted->traces = TROD_NEW_ARRAY(counting->arena, counted->n_traces, struct mine_trace);
    TROD_TRY_ALLOC(counted->traces, error);
    size_t n = 0, n_traces = 0;
    for (size_t b = 0; b < n_bins; b++) {
        const struct found *const found = &counting->found[b];
        if (found->n)
            memcpy(counted->classes + n, found->classes, found->n * sizeof *counted->classes);
        for (size_t t = 0; t < found->n_traces; t++) {
            counted->traces[n_traces] = found->traces[t];
            counted->traces[n_traces++].class += n;
        }
        n += found->n;
    }
done:
    return status;
}

trod_status mine_bins_count(struct mine_bins *const *bins, size_t n, uint64_t least,
                            const struct trod_run *run, struct trod_arena *arena,
                            struct mine_counted *counted, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct counting counting = {.bins = bins, .n = n, .least = least, .arena = arena};
    *counted = (struct mine_counted){0};
    if (n == 0) return TROD_OK;
    const size_t n_bins = (size_t)1 << bins[0]->bits;
    mine_crew_init(&counting.crew);
    pthread_mutex_init(&counting.lock, NULL);
    counting.found = TROD_NEW_ARRAY(arena, n_bins, struct found);
    TROD_TRY_ALLOC(counting.found, error);
    TROD_TRY(trod_run_each(run, n_bins, count_bin, &counting, error));
    TROD_TRY(gather(&counting, n_bins, counted, error));
done:
    mine_crew_release(&counting.crew);
    pthread_mutex_destroy(&counting.lock);
    return status;
}

/* Paths become keys of 16 bytes, and these are thrown into hundreds of bins: a bin's keys fit
 * the caches together with the table in which they are counted. Names are shown plus one, so
 * that a shorter path differs from the same path with the first name behind it. A short path is
 * all in its key; only of a long one, of which the key is a hash, the journey is kept.
 *
 * Whether a path is long, and whether it is one of the front, nobody can foresee. So journeys
 * are thrown without a branch: what does not belong goes where it is overwritten. */
#include "mine/bins.h"

unsigned mine_key_width(uint32_t n_names) {
    return n_names <= UINT8_MAX ? 1 : n_names <= UINT16_MAX ? 2 : 4;
}

/* ---- Keys -----------------------------------------------------------------------------------
 */

struct mine_key mine_hash_long(const void *names, size_t n_bytes) {
    const struct trod_hash128 hash = trod_hash128(names, n_bytes, UINT64_C(0x8ebc6af09c88c6e3));
    return (struct mine_key){hash.low, hash.high};
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

#define ALL UINT64_MAX
/* What of 16 bytes belongs to a path of so many. */
static const struct mine_key MASKS[MINE_KEY_BYTES + 1] = {
    {0, 0},           {ALL >> 56, 0},   {ALL >> 48, 0},   {ALL >> 40, 0},   {ALL >> 32, 0},
    {ALL >> 24, 0},   {ALL >> 16, 0},   {ALL >> 8, 0},    {ALL, 0},         {ALL, ALL >> 56},
    {ALL, ALL >> 48}, {ALL, ALL >> 40}, {ALL, ALL >> 32}, {ALL, ALL >> 24}, {ALL, ALL >> 16},
    {ALL, ALL >> 8},  {ALL, ALL}};

/* Of a long path, that of its beginning. */
static inline struct mine_key key_of(const unsigned char *names, size_t n_bytes,
                                     uint64_t ones) {
    const struct mine_key mask = MASKS[n_bytes < MINE_KEY_BYTES ? n_bytes : MINE_KEY_BYTES];
    struct mine_key key;
    memcpy(&key.a, names, sizeof key.a);
    memcpy(&key.b, names + 8, sizeof key.b);
    /* What follows the path may carry, but only away from it. */
    return (struct mine_key){(key.a + ones) & mask.a, (key.b + ones) & mask.b};
}

struct mine_key mine_key_of(const struct mine_thrown *thrown, const unsigned char *names,
                            size_t n_bytes) {
    return n_bytes > MINE_KEY_BYTES ? thrown->hash(names, n_bytes)
                                    : key_of(names, n_bytes, ones_of(thrown->width));
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
    const size_t n = ((size_t)1 << bits) + 1;
    *bins = (struct mine_bins){.bits = bits, .from = from, .to = to, .slab = {.arena = arena}};
    bins->bins = TROD_NEW_ARRAY(arena, n, struct mine_bin);
    TROD_TRY_ALLOC(bins->bins, error);
    bins->room = TROD_NEW_ARRAY(arena, n, uint16_t);
    TROD_TRY_ALLOC(bins->room, error);
    bins->room_long = TROD_NEW_ARRAY(arena, n, uint16_t);
    TROD_TRY_ALLOC(bins->room_long, error);
done:
    return status;
}

static inline size_t bin_of(const struct mine_bins *bins, uint64_t place) {
    return (size_t)(place >> (63 - bins->bits) >> 1);
}

static bool more_room(struct mine_bins *bins, struct mine_chunk **last) {
    struct mine_chunk *const chunk = mine_slab_take(&bins->slab, sizeof *chunk);
    if (!chunk) return false;
    chunk->before = *last;
    *last = chunk;
    return true;
}

/* A bin is full; the one for what belongs nowhere begins again. */
static bool empty_bin(struct mine_bins *bins, size_t bin) {
    struct mine_chunk **const last = &bins->bins[bin].last;
    bins->room[bin] = MINE_ITEMS;
    return (bin >> bins->bits && *last) || more_room(bins, last);
}

static bool throw_long(struct mine_bins *bins, const struct mine_long_item *item) {
    const size_t bin = bin_of(bins, mine_key_place(item->key));
    if (bin - bins->from >= bins->to - bins->from) return true;
    if (bins->room_long[bin] == 0) {
        if (!more_room(bins, &bins->bins[bin].last_long)) return false;
        bins->room_long[bin] = MINE_LONG_ITEMS;
    }
    bins->bins[bin].last_long->long_items[--bins->room_long[bin]] = *item;
    return true;
}

enum { AT_ONCE = 256 };
/* Journeys from..from+n-1. */
struct handful {
    uint32_t from, n, n_long;
    const unsigned char *names;
    struct mine_key keys[AT_ONCE];
    uint64_t places[AT_ONCE];
    uint32_t slots[AT_ONCE]; /* of the front, or MINE_FRONT */
    uint16_t longs[AT_ONCE + 1];
    uint8_t is_long[AT_ONCE];
};

static void take_keys(const struct mine_thrown *thrown, struct handful *hand) {
    const uint32_t *const begin = thrown->view->begin + hand->from;
    const uint32_t *const end = thrown->view->end + hand->from;
    const size_t width = thrown->width;
    const uint64_t ones = ones_of(thrown->width);
    uint32_t n_long = 0;
    for (uint32_t i = 0; i < hand->n; i++) {
        const size_t n_bytes = (size_t)(end[i] - begin[i]) * width;
        hand->keys[i] = key_of(hand->names + (size_t)begin[i] * width, n_bytes, ones);
        hand->places[i] = mine_key_place(hand->keys[i]);
        hand->is_long[i] = n_bytes > MINE_KEY_BYTES;
        hand->longs[n_long] = (uint16_t)i;
        n_long += n_bytes > MINE_KEY_BYTES;
    }
    hand->n_long = n_long;
}

/* Counts those of the front. */
static trod_status tally(const struct mine_thrown *thrown, struct handful *hand,
                         struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct mine_front *const front = thrown->front;
    struct mine_tally *const to = thrown->tally;
    const bool timed = front->any_timed && thrown->spans;
    const uint64_t tick_us = (uint64_t)thrown->view->part->tick_us;
    for (uint32_t i = 0; i < hand->n; i++) {
        const uint32_t slot = mine_front_slot(front, hand->places[i]);
        const bool hit = (front->keys[slot].a == hand->keys[i].a) &
                         (front->keys[slot].b == hand->keys[i].b) & !hand->is_long[i];
        hand->slots[i] = hit ? slot : MINE_FRONT;
        to->n[hand->slots[i]]++;
    }
    if (!timed) goto done;
    TROD_TRY(mine_sheets_room(&to->times, hand->n, error));
    struct mine_sheet *const sheet = to->times.last;
    uint64_t over = 0;
    size_t n = sheet->n;
    for (uint32_t i = 0; i < hand->n; i++) {
        const uint32_t slot = hand->slots[i];
        const uint64_t us = thrown->spans[hand->from + i] * tick_us;
        const bool keeps = front->timed[slot] && !mine_is_undated(thrown, hand->from + i);
        sheet->at[n] = (uint64_t)slot << MINE_TIME_BITS | us;
        over |= keeps ? us : 0;
        n += keeps;
    }
    sheet->n = n;
    to->over = to->over || over >> MINE_TIME_BITS;
done:
    return status;
}

static trod_status throw_handful(struct mine_bins *bins, const struct mine_thrown *thrown,
                                 struct handful *hand, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_part_view *const view = thrown->view;
    const size_t nowhere = (size_t)1 << bins->bits;
    take_keys(thrown, hand);
    TROD_TRY(tally(thrown, hand, error));
    for (uint32_t i = 0; i < hand->n; i++) {
        const size_t own = bin_of(bins, hand->places[i]);
        const bool goes = (hand->slots[i] == MINE_FRONT) & !hand->is_long[i] &
                          (own - bins->from < bins->to - bins->from);
        const size_t bin = goes ? own : nowhere;
        if (bins->room[bin] == 0 && !empty_bin(bins, bin)) TROD_TRY_ALLOC(NULL, error);
        bins->bins[bin].last->keys[--bins->room[bin]] = hand->keys[i];
    }
    for (uint32_t l = 0; l < hand->n_long; l++) {
        const uint32_t j = hand->from + hand->longs[l];
        const struct mine_long_item item = {
            thrown->hash(hand->names + (size_t)view->begin[j] * thrown->width,
                         (size_t)(view->end[j] - view->begin[j]) * thrown->width),
            {thrown->part, thrown->direct && view->customer ? view->customer[j] : j}};
        if (!throw_long(bins, &item)) TROD_TRY_ALLOC(NULL, error);
    }
done:
    return status;
}

trod_status mine_bins_part(struct mine_bins *bins, const struct mine_thrown *thrown,
                           struct trod_arena *scratch, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct handful *const hand = TROD_NEW(scratch, struct handful);
    TROD_TRY_ALLOC(hand, error);
    TROD_TRY(mine_names_as(thrown->view, thrown->width, scratch, &hand->names, error));
    const uint32_t n = thrown->view->n_journeys;
    for (hand->from = 0; hand->from < n; hand->from += AT_ONCE) {
        hand->n = n - hand->from < AT_ONCE ? n - hand->from : AT_ONCE;
        TROD_TRY(throw_handful(bins, thrown, hand, error));
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
    struct mine_least least;
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
    const uint64_t least = is_long ? counting->least.of_long : counting->least.of_short;
    found->n_distinct += counter->n;
    for (size_t m = 0; m < counter->n; m++) n += counter->met[m].n >= least;
    if (n == 0) goto done;
    struct mine_class *const classes =
        take_room(counting, before + n, sizeof(struct mine_class));
    TROD_TRY_ALLOC(classes, error);
    if (before) memcpy(classes, found->classes, before * sizeof *classes);
    found->classes = classes;
    for (size_t m = 0; m < counter->n; m++) {
        const struct met *const met = &counter->met[m];
        if (met->n >= least)
            classes[found->n++] = (struct mine_class){met->key, met->n, MINE_FRONT, is_long};
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
    for (const struct mine_key *key; (key = mine_next_key(&cursor));) meet(counter, *key)->n++;
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
        counter->met[m].n =
            counter->met[m].n >= counting->least.of_long ? class ++ : UINT64_MAX;
    struct mine_cursor cursor = mine_cursor_of(counting->bins, counting->n, bin, true);
    for (const struct mine_long_item *item; (item = mine_next_long(&cursor));) {
        const uint64_t of = meet(counter, item->key)->n;
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
        meet(counter, item->key)->n++;
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
    counted->classes =
        TROD_NEW_ARRAY(counting->arena, counted->n + MINE_FRONT, struct mine_class);
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

trod_status mine_bins_count(struct mine_bins *const *bins, size_t n, struct mine_least least,
                            const struct trod_run *run, struct trod_arena *arena,
                            struct mine_counted *counted, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct counting counting = {.bins = bins, .n = n, .least = least, .arena = arena};
    const size_t n_bins = n ? (size_t)1 << bins[0]->bits : 0;
    *counted = (struct mine_counted){0};
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

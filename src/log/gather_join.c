/* Ids that are one person: union-find while rows come, under one lock; each hand remembers the
 * pairs that it said lately, for a log says the same pair again and again. The id that was met
 * first by place stands for all, and which one that was only the records know: so when all rows
 * are there, one pass over them finds the first place of each joined id, and a second one moves
 * the records of the ids that do not stand for themselves to the buckets of those that do. */
#include "log/gather_join.h"

#include "log/gather_desk.h"
#include "log/gather_hand.h"

/* An id that is one person with another. */
struct joined {
    uint32_t up;     /* towards the root; its own number: the root */
    uint32_t stands; /* of a root: the id that stands for all, when all is known */
    uint64_t place;  /* where it was met first */
    unsigned turn;   /* 0: in an event or as the first of a pair; 1: as the second */
};
struct gather_join {
    struct trod_dict *ids;
    struct desk_array joined; /* by number in `ids` */
};

static struct joined *joined_of(const struct gather_join *join) {
    return (void *)join->joined.bytes.at;
}

void gather_join_free(struct gather_join *join) {
    if (!join) return;
    trod_dict_free(join->ids);
    desk_array_free(&join->joined);
}

static uint32_t root_of(const struct gather_join *join, uint32_t id) {
    struct joined *const joined = joined_of(join);
    while (joined[id].up != id) {
        joined[id].up = joined[joined[id].up].up;
        id = joined[id].up;
    }
    return id;
}

/* The same, changing nothing: for several threads. */
static uint32_t stands_for(const struct gather_join *join, uint32_t id) {
    const struct joined *const joined = joined_of(join);
    while (joined[id].up != id) id = joined[id].up;
    return joined[id].stands;
}

bool gather_join_moves(const struct gather_join *join, trod_str id) {
    if (!join) return false;
    const uint32_t known = trod_dict_find(join->ids, id);
    return known != TROD_NO_ID && stands_for(join, known) != known;
}

trod_str trod_gather_stands(const struct trod_gather *gather, trod_str id) {
    const struct gather_join *const join = gather->join;
    const uint32_t known = join ? trod_dict_find(join->ids, id) : TROD_NO_ID;
    return known == TROD_NO_ID ? id : trod_dict_at(join->ids, stands_for(join, known));
}

/* ---- While rows come ------------------------------------------------------------------------
 */

static void meet(struct joined *joined, uint64_t place, unsigned turn) {
    if (place > joined->place || (place == joined->place && turn >= joined->turn)) return;
    joined->place = place;
    joined->turn = turn;
}

/* The number of an id, new or known; TROD_NO_ID without memory. */
static uint32_t enter(struct gather_join *join, trod_str id, uint64_t place, unsigned turn) {
    const uint32_t n = trod_dict_count(join->ids);
    if (!desk_reach(&join->joined, (uint64_t)n + 1, sizeof(struct joined))) return TROD_NO_ID;
    const uint32_t number = trod_dict_add(join->ids, id);
    struct joined *const joined = joined_of(join);
    if (number == n)
        joined[number] = (struct joined){.up = number, .place = UINT64_MAX, .turn = 2};
    if (number != TROD_NO_ID) meet(&joined[number], place, turn);
    return number;
}

static trod_status say_same(struct trod_gather *gather, struct hand_pair *pair,
                            struct trod_error *error) {
    trod_status status = TROD_OK;
    if (!gather->join) {
        struct gather_join *const join = TROD_NEW(gather->arena, struct gather_join);
        TROD_TRY_ALLOC(join, error);
        join->ids = trod_dict_make(0);
        TROD_TRY_ALLOC(join->ids, error);
        gather->join = join;
    }
    struct gather_join *const join = gather->join;
    if (trod_dict_bytes(join->ids) > gather->dict_bytes) {
        trod_fail(error, TROD_TOO_MUCH, "more than %u ids are known to be of the same person",
                  trod_dict_count(join->ids));
        trod_error_hint(error, "raise --memory");
        return TROD_TOO_MUCH;
    }
    uint32_t a = enter(join, pair->a, pair->place, 0);
    uint32_t b = a == TROD_NO_ID ? TROD_NO_ID : enter(join, pair->b, pair->place, 1);
    if (b == TROD_NO_ID) TROD_TRY_ALLOC(NULL, error);
    pair->a = trod_dict_at(join->ids, a);
    pair->b = trod_dict_at(join->ids, b);
    a = root_of(join, a);
    b = root_of(join, b);
    joined_of(join)[a < b ? b : a].up = a < b ? a : b;
done:
    return status;
}

trod_status trod_hand_same(struct trod_hand *hand, uint64_t place, trod_str a, trod_str b,
                           struct trod_error *error) {
    trod_status status = TROD_OK;
    if (trod_str_equal(a, b)) return TROD_OK;
    if (!hand->pairs) {
        hand->pairs = TROD_NEW_ARRAY(hand->arena, HAND_PAIRS, struct hand_pair);
        TROD_TRY_ALLOC(hand->pairs, error);
    }
    const uint64_t mixed = trod_customer_hash(a) * 31 + trod_customer_hash(b);
    struct hand_pair *const known = &hand->pairs[mixed & (HAND_PAIRS - 1)];
    if (known->a.at && known->place <= place && trod_str_equal(known->a, a) &&
        trod_str_equal(known->b, b))
        return TROD_OK;
    struct hand_pair pair = {a, b, place};
    pthread_mutex_lock(&hand->gather->lock);
    status = say_same(hand->gather, &pair, error);
    pthread_mutex_unlock(&hand->gather->lock);
    if (status == TROD_OK) *known = pair;
done:
    return status;
}

/* ---- When all rows are there ----------------------------------------------------------------
 */

struct joining {
    struct trod_gather *gather;
    struct desk_pool desks;
};

static trod_status group_bucket(struct desk *desk, unsigned bucket, struct trod_error *error) {
    trod_status status = TROD_OK;
    TROD_TRY(desk_load(desk, bucket, 1, false, error));
    TROD_TRY(desk_bucket(desk, bucket, error));
    TROD_TRY(desk_group(desk, 0, UINT64_MAX, true, error));
done:
    return status;
}

static void first_places(const struct desk_heap *heap, uint64_t *place) {
    const uint32_t *const owners = (const void *)heap->owners.bytes.at;
    const struct desk_entry *const arrived = (const void *)heap->arrived.bytes.at;
    for (uint32_t i = 0; i < heap->n; i++)
        if (arrived[i].place < place[owners[i]]) place[owners[i]] = arrived[i].place;
}

/* First places. An id lies in one bucket alone: its place is written by one thread. */
static trod_status find_places(void *owner, size_t bucket, struct trod_error *error) {
    struct joining *const joining = owner;
    const struct gather_join *const join = joining->gather->join;
    trod_status status = TROD_OK;
    struct desk *const desk = desk_take(&joining->desks);
    TROD_TRY_ALLOC(desk, error);
    TROD_TRY(group_bucket(desk, (unsigned)bucket, error));
    const struct desk_customer *const customers = (const void *)desk->customers.bytes.at;
    uint64_t *const place = desk_reach(&desk->sorting, desk->n_customers, sizeof *place);
    TROD_TRY_ALLOC(place, error);
    for (uint32_t c = 0; c < desk->n_customers; c++) place[c] = UINT64_MAX;
    first_places(&desk->events, place);
    first_places(&desk->facts, place);
    for (uint32_t c = 0; c < desk->n_customers; c++) {
        char digits[RECORD_DIGITS];
        const uint32_t id = trod_dict_find(join->ids, desk_id(&customers[c], digits));
        if (id != TROD_NO_ID) meet(&joined_of(join)[id], place[c], 0);
    }
done:
    if (desk) desk_give(&joining->desks, desk);
    return status;
}

/* Of each root: the id that stands for all. Ids of one row and turn: the smaller text. */
static void choose(struct gather_join *join) {
    struct joined *const joined = joined_of(join);
    const uint32_t n = trod_dict_count(join->ids);
    for (uint32_t i = 0; i < n; i++) joined[i].stands = i;
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t root = root_of(join, i);
        const struct joined *const best = &joined[joined[root].stands], *const mine =
                                                                            &joined[i];
        const bool equal = mine->place == best->place && mine->turn == best->turn;
        if (mine->place < best->place ||
            (mine->place == best->place && mine->turn < best->turn) ||
            (equal && trod_str_compare(trod_dict_at(join->ids, i),
                                       trod_dict_at(join->ids, joined[root].stands)) < 0))
            joined[root].stands = i;
    }
}

/* Writes the record again, for another id. */
static trod_status move_record(struct trod_hand *hand, const struct desk_entry *entry,
                               trod_str id, bool is_fact, struct trod_error *error) {
    struct hand_row *const row = &hand->said;
    trod_status status = TROD_OK;
    const unsigned char *const back = entry->at, *values = back + 2;
    struct record_event event;
    if (!is_fact) values = record_event(back, entry->time_us, &event);
    struct record_walk walk = record_walk(hand->gather, back, values);
    struct record_value value;
    for (uint32_t field = 0; record_step(&walk, &field);)
        walk.at = record_value(walk.at, &value);
    /* But for the end of the tail, which is written again. */
    const size_t n = (size_t)(walk.at - back) - 2 - (record_has_tail(back) ? 2 : 0);
    TROD_TRY(hand_row_begin(row, entry->place, id, entry->time_us, error));
    TROD_TRY(hand_row_aside(row, n, error));
    memcpy(row->at, back + 2, n);
    row->at += n;
    row->shape = record_shape(back);
    row->bits = record_u16(back) & ((1u << RECORD_SHAPE) - 1);
    if (is_fact) row->front |= UINT32_C(1) << RECORD_FACT;
    TROD_TRY(hand_row_commit(hand, row, error));
done:
    return status;
}

static trod_status move_heap(struct trod_hand *hand, const struct desk_heap *heap, bool is_fact,
                             const uint32_t *stands, struct trod_error *error) {
    const struct gather_join *const join = hand->gather->join;
    const uint32_t *const owners = (const void *)heap->owners.bytes.at;
    const struct desk_entry *const entries = (const void *)heap->arrived.bytes.at;
    for (uint32_t i = 0; i < heap->n; i++) {
        if (stands[owners[i]] == TROD_NO_ID) continue;
        const trod_status status = move_record(
            hand, &entries[i], trod_dict_at(join->ids, stands[owners[i]]), is_fact, error);
        if (status != TROD_OK) return status;
    }
    return TROD_OK;
}

static trod_status move_bucket(void *owner, size_t bucket, struct trod_error *error) {
    struct joining *const joining = owner;
    const struct gather_join *const join = joining->gather->join;
    trod_status status = TROD_OK;
    struct desk *const desk = desk_take(&joining->desks);
    gather_bucket_pin(&joining->gather->pool, (unsigned)bucket, true);
    TROD_TRY_ALLOC(desk, error);
    TROD_TRY(group_bucket(desk, (unsigned)bucket, error));
    uint32_t *const stands = desk_reach(&desk->bins, desk->n_customers, sizeof *stands);
    TROD_TRY_ALLOC(stands, error);
    const struct desk_customer *const customers = (const void *)desk->customers.bytes.at;
    bool any = false;
    for (uint32_t c = 0; c < desk->n_customers; c++) {
        char digits[RECORD_DIGITS];
        const uint32_t id = trod_dict_find(join->ids, desk_id(&customers[c], digits));
        stands[c] = id == TROD_NO_ID ? TROD_NO_ID : stands_for(join, id);
        if (stands[c] == id) stands[c] = TROD_NO_ID;
        any |= stands[c] != TROD_NO_ID;
    }
    if (!any) goto done;
    if (!desk->mover) {
        desk->mover = gather_hand_make(joining->gather);
        TROD_TRY_ALLOC(desk->mover, error);
        desk->mover->first_bucket = GATHER_BUCKETS;
    }
    TROD_TRY(move_heap(desk->mover, &desk->events, false, stands, error));
    TROD_TRY(move_heap(desk->mover, &desk->facts, true, stands, error));
done:
    gather_bucket_pin(&joining->gather->pool, (unsigned)bucket, false);
    if (desk) desk_give(&joining->desks, desk);
    return status;
}

trod_status gather_join_finish(struct trod_gather *gather, struct trod_error *error) {
    trod_status status = TROD_OK;
    if (!gather->join) return TROD_OK;
    struct joining joining = {.gather = gather};
    desk_pool_init(&joining.desks, gather);
    TROD_TRY(trod_run_each(gather->run, GATHER_BUCKETS, find_places, &joining, error));
    choose(gather->join);
    TROD_TRY(trod_run_each(gather->run, GATHER_BUCKETS, move_bucket, &joining, error));
    for (struct desk *desk = joining.desks.first; desk; desk = desk->next)
        if (desk->mover) TROD_TRY(gather_hand_close(desk->mover, error));
done:
    desk_pool_release(&joining.desks);
    return status;
}

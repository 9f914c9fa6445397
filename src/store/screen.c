/* What of a new part is known already. Old and new customers stand in the same order, so the
 * two are walked side by side, or, where the new ones are few, each is looked up. An event is
 * known if its customer had one of the same *key* before: the event's own id, or, when equal
 * events count once, everything that is said of it, written one after the other. Keys are made
 * for stretches of neighbouring customers, since columns are packed in blocks. */
#include "store/change.h"

enum {
    ID_BLOCK = 1024,    /* customers whose ids are read at once */
    LOOK_UP_BELOW = 32, /* old customers for each new one, from which looking up is quicker */
    STRETCH_EVENTS = 1 << 16, /* of keys made at once */
    STRETCH_GAP = 256,        /* old customers between two known ones in a stretch */
    FEW_KEYS = 4096,          /* comparisons, above which a dictionary is quicker */
};

struct pair {
    uint32_t new_customer, old_customer;
};
struct pairs {
    struct pair *at;
    size_t n, room;
    struct trod_arena *arena;
};

/* ---- Which customers are in both ---- */

/* The ids of a part, read block by block in the order of customers. */
struct id_reader {
    const struct trod_part *part;
    uint32_t next, end; /* customers not given yet */
    uint32_t from, n;   /* the block that is there */
    struct trod_arena *arena;
    trod_str ids[ID_BLOCK];
};

static trod_status reader_at(struct id_reader *reader, trod_str *id, struct trod_error *error) {
    trod_status status = TROD_OK;
    if (reader->next >= reader->from + reader->n) {
        const uint32_t left = reader->end - reader->next;
        trod_arena_reset(reader->arena);
        reader->from = reader->next;
        reader->n = left < ID_BLOCK ? left : ID_BLOCK;
        TROD_TRY(trod_part_ids(reader->part, reader->from, reader->n, reader->arena,
                               reader->ids, error));
    }
    *id = reader->ids[reader->next - reader->from];
done:
    return status;
}

static trod_status look_up(struct id_reader *new_ids, const struct trod_part *old,
                           struct pairs *pairs, struct trod_error *error) {
    trod_status status = TROD_OK;
    for (; new_ids->next < new_ids->end; new_ids->next++) {
        trod_str id;
        TROD_TRY(reader_at(new_ids, &id, error));
        const struct pair pair = {new_ids->next, trod_part_find(old, id)};
        if (pair.old_customer != TROD_NO_ID)
            TROD_TRY_ALLOC(TROD_PUSH(pairs->arena, pairs->at, pairs->n, pairs->room, pair),
                           error);
    }
done:
    return status;
}

static int compare_customers(trod_str a, trod_str b) {
    const uint64_t x = trod_customer_hash(a), y = trod_customer_hash(b);
    if (x != y) return x < y ? -1 : 1;
    return trod_str_compare(a, b);
}

static trod_status walk(struct id_reader *new_ids, struct id_reader *old_ids,
                        struct pairs *pairs, struct trod_error *error) {
    trod_status status = TROD_OK;
    while (new_ids->next < new_ids->end && old_ids->next < old_ids->end) {
        trod_str a, b;
        TROD_TRY(reader_at(new_ids, &a, error));
        TROD_TRY(reader_at(old_ids, &b, error));
        const int order = compare_customers(a, b);
        const struct pair pair = {new_ids->next, old_ids->next};
        if (order == 0)
            TROD_TRY_ALLOC(TROD_PUSH(pairs->arena, pairs->at, pairs->n, pairs->room, pair),
                           error);
        new_ids->next += order <= 0;
        old_ids->next += order >= 0;
    }
done:
    return status;
}

/* The customers that are in both parts, ascending. On the arena of the pairs. */
static trod_status find_pairs(const struct trod_part *part, const struct trod_part *old,
                              const struct store_file *file, struct pairs *pairs,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    struct id_reader *new_ids = NULL, *old_ids = NULL;
    struct trod_arena *const a = trod_arena_make(STORE_ARENA_BYTES);
    struct trod_arena *const b = trod_arena_make(STORE_ARENA_BYTES);
    TROD_TRY_ALLOC(a && b, error);
    TROD_TRY_ALLOC(new_ids = TROD_NEW(pairs->arena, struct id_reader), error);
    TROD_TRY_ALLOC(old_ids = TROD_NEW(pairs->arena, struct id_reader), error);
    new_ids->part = part;
    new_ids->arena = a;
    new_ids->next = trod_part_seek(part, file->first_hash);
    new_ids->end = file->last_hash == UINT64_MAX ? part->n_customers
                                                 : trod_part_seek(part, file->last_hash + 1);
    old_ids->part = old;
    old_ids->arena = b;
    old_ids->end = old->n_customers;
    if (new_ids->next >= new_ids->end) goto done;
    if (old->n_customers / LOOK_UP_BELOW > new_ids->end - new_ids->next)
        TROD_TRY(look_up(new_ids, old, pairs, error));
    else
        TROD_TRY(walk(new_ids, old_ids, pairs, error));
done:
    trod_arena_free(a);
    trod_arena_free(b);
    return status;
}

/* ---- Which of their events are known ---- */

static void put_bytes(struct trod_buf *buf, const void *at, size_t n) {
    trod_buf_add(buf, (trod_str){at, n});
}

/* All that is said of an event, in a form in which equal means equal. */
static void write_event(struct trod_buf *buf, const struct trod_rows *rows, uint32_t event) {
    const int64_t time_us = rows->time_us ? rows->time_us[event] : TROD_NO_TIME;
    const int64_t end_us = rows->end_us ? rows->end_us[event] : TROD_NO_TIME;
    put_bytes(buf, &rows->name[event], sizeof rows->name[event]);
    put_bytes(buf, &time_us, sizeof time_us);
    put_bytes(buf, &end_us, sizeof end_us);
    for (size_t i = 0; i < rows->n_columns; i++) {
        const struct trod_rows_column *const column = &rows->columns[i];
        if (column->fact) continue;
        trod_str text = {NULL, 0};
        if (!column->code)
            text = column->text[event];
        else if (column->code[event])
            text = column->values[column->code[event] - 1];
        if (!text.at) continue;
        put_bytes(buf, &column->field, sizeof column->field);
        put_bytes(buf, &text.n, sizeof text.n);
        trod_buf_add(buf, text);
    }
}

/* Keys of customers from..to: of event first[from] + i, keys[i]; {NULL, 0} has none. */
static trod_status make_keys(const struct trod_part *part, uint32_t id_field, bool distinct,
                             uint32_t from, uint32_t to, struct trod_arena *arena,
                             trod_str **keys, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_buf buf = {0};
    const uint32_t first = part->first[from], n = part->first[to] - first;
    trod_str *const made = TROD_NEW_ARRAY(arena, n, trod_str);
    TROD_TRY_ALLOC(*keys = made, error);
    if (!distinct) {
        const struct trod_part_column *const column = trod_part_column(part, id_field);
        if (column && n) TROD_TRY(trod_part_texts(part, column, first, n, arena, made, error));
        goto done;
    }
    struct trod_rows rows;
    TROD_TRY(trod_part_unpack(part, from, to - from, arena, &rows, error));
    for (uint32_t i = 0; i < n; i++) {
        trod_buf_clear(&buf);
        write_event(&buf, &rows, i);
        TROD_TRY_ALLOC(!buf.failed, error);
        made[i] = trod_arena_copy(arena, trod_buf_str(&buf));
        TROD_TRY_ALLOC(made[i].at, error);
    }
done:
    trod_buf_free(&buf);
    return status;
}

/* Marks those of `keys` that are among `old`; `from` is the event of the first. */
static trod_status mark_known(const trod_str *keys, uint32_t n, const trod_str *old,
                              uint32_t n_old, uint32_t from, struct trod_bits *known,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_dict *dict = NULL;
    const bool few = (uint64_t)n * n_old <= FEW_KEYS;
    if (!few) {
        TROD_TRY_ALLOC(dict = trod_dict_make(0), error);
        for (uint32_t i = 0; i < n_old; i++)
            TROD_TRY_ALLOC(!old[i].at || trod_dict_add(dict, old[i]) != TROD_NO_ID, error);
    }
    for (uint32_t i = 0; i < n; i++) {
        if (!keys[i].at) continue;
        bool found = !few && trod_dict_find(dict, keys[i]) != TROD_NO_ID;
        for (uint32_t j = 0; few && !found && j < n_old; j++)
            found = old[j].at && trod_str_equal(keys[i], old[j]);
        if (found) trod_bits_add(known, from + i);
    }
done:
    trod_dict_free(dict);
    return status;
}

struct screening {
    const struct trod_part *part, *old;
    uint32_t id_field;
    bool distinct;
    struct trod_bits *known;
};

/* One stretch of pairs. */
static trod_status screen_stretch(const struct screening *screening, const struct pair *pairs,
                                  size_t n, struct trod_arena *arena,
                                  struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_part *const part = screening->part, *const old = screening->old;
    const uint32_t from = pairs[0].new_customer, to = pairs[n - 1].new_customer + 1;
    const uint32_t old_from = pairs[0].old_customer, old_to = pairs[n - 1].old_customer + 1;
    trod_str *keys = NULL, *old_keys = NULL;
    TROD_TRY(make_keys(part, screening->id_field, screening->distinct, from, to, arena, &keys,
                       error));
    TROD_TRY(make_keys(old, screening->id_field, screening->distinct, old_from, old_to, arena,
                       &old_keys, error));
    for (size_t i = 0; i < n; i++) {
        const uint32_t *const first = &part->first[pairs[i].new_customer];
        const uint32_t *const old_first = &old->first[pairs[i].old_customer];
        TROD_TRY(mark_known(keys + (first[0] - part->first[from]), first[1] - first[0],
                            old_keys + (old_first[0] - old->first[old_from]),
                            old_first[1] - old_first[0], first[0], screening->known, error));
    }
done:
    return status;
}

/* Where the stretch that begins at pair `from` ends. */
static size_t stretch_end(const struct screening *screening, const struct pairs *pairs,
                          size_t from) {
    const uint32_t *const first = screening->part->first, *const old = screening->old->first;
    const struct pair *const begin = &pairs->at[from];
    size_t end = from + 1;
    while (end < pairs->n) {
        const struct pair *const next = &pairs->at[end];
        if (first[next->new_customer + 1] - first[begin->new_customer] > STRETCH_EVENTS ||
            old[next->old_customer + 1] - old[begin->old_customer] > STRETCH_EVENTS)
            break;
        /* Unpacking whole rows costs as much for a few as for many. */
        if (!screening->distinct &&
            next->old_customer - pairs->at[end - 1].old_customer > STRETCH_GAP)
            break;
        end++;
    }
    return end;
}

static trod_status screen_events(const struct screening *screening, const struct pairs *pairs,
                                 struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_arena *const arena = trod_arena_make(STORE_ARENA_BYTES);
    TROD_TRY_ALLOC(arena, error);
    for (size_t from = 0; from < pairs->n;) {
        const size_t end = stretch_end(screening, pairs, from);
        TROD_TRY(screen_stretch(screening, pairs->at + from, end - from, arena, error));
        trod_arena_reset(arena);
        from = end;
    }
done:
    trod_arena_free(arena);
    return status;
}

trod_status store_screen(const struct store_parts *older, bool distinct,
                         const struct trod_part *part, struct trod_arena *arena,
                         struct store_screened *screened, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct store_state *const state = &older->state;
    const uint32_t id_field = state->roles[STORE_ID];
    struct trod_bits seen = trod_bits_make(arena, part->n_customers);
    struct trod_arena *const aside = trod_arena_make(STORE_ARENA_BYTES);
    *screened = (struct store_screened){.n_new_customers = part->n_customers};
    TROD_TRY_ALLOC(aside && seen.words, error);
    if (state->n_files == 0) goto done;
    TROD_TRY_ALLOC((screened->known = trod_bits_make(arena, part->n_events)).words, error);
    for (size_t i = 0; i < state->n_files; i++) {
        const struct store_file *const file = &state->files[i];
        struct pairs pairs = {.arena = aside};
        const struct trod_part *old = NULL;
        const uint32_t from = trod_part_seek(part, file->first_hash);
        const uint32_t to = file->last_hash == UINT64_MAX
                                ? part->n_customers
                                : trod_part_seek(part, file->last_hash + 1);
        if (from >= to) continue;
        /* Looking a few up needs no more than a glance. */
        const bool few = !distinct && id_field == TROD_NO_ID &&
                         file->n_customers / LOOK_UP_BELOW > to - from;
        trod_arena_reset(aside);
        TROD_TRY(store_map_glance(&older->maps[i], few ? older->tool : NULL, aside, &old,
                                  error));
        TROD_TRY(find_pairs(part, old, file, &pairs, error));
        for (size_t p = 0; p < pairs.n; p++) trod_bits_add(&seen, pairs.at[p].new_customer);
        struct screening screening = {
            .part = part, .old = old, .id_field = id_field, .known = &screened->known};
        if (id_field != TROD_NO_ID) TROD_TRY(screen_events(&screening, &pairs, error));
        screening.distinct = distinct;
        if (distinct) TROD_TRY(screen_events(&screening, &pairs, error));
    }
    screened->n_new_customers = part->n_customers - trod_bits_count(&seen);
    screened->n_known_events = trod_bits_count(&screened->known);
done:
    trod_arena_free(aside);
    return status;
}

bool store_is_worth_it(const struct trod_part *part, const struct store_screened *screened) {
    bool worth_it = part->n_events > 0 || screened->n_new_customers > 0;
    for (size_t i = 0; i < part->n_columns; i++) worth_it |= part->columns[i].fact;
    return worth_it;
}

/* ---- The part without them ---- */

/* The values of an array at the places that stay; NULL of NULL or without memory. */
static void *pick(const void *from, size_t size, const uint32_t *places, uint32_t n,
                  struct trod_arena *arena) {
    if (!from) return NULL;
    char *const to = trod_arena_alloc(arena, n, size);
    for (uint32_t i = 0; to && i < n; i++)
        memcpy(to + i * size, (const char *)from + places[i] * size, size);
    return to;
}

static trod_status pick_columns(struct trod_rows *rows, const uint32_t *places, uint32_t n,
                                struct trod_arena *arena, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_rows_column *const columns =
        TROD_NEW_ARRAY(arena, rows->n_columns, struct trod_rows_column);
    TROD_TRY_ALLOC(columns, error);
    for (size_t i = 0; i < rows->n_columns; i++) {
        columns[i] = rows->columns[i];
        if (columns[i].fact) continue;
        columns[i].code = pick(columns[i].code, sizeof *columns[i].code, places, n, arena);
        columns[i].text = pick(columns[i].text, sizeof *columns[i].text, places, n, arena);
        TROD_TRY_ALLOC(columns[i].code || columns[i].text, error);
    }
    rows->columns = columns;
done:
    return status;
}

trod_status store_screen_pack(const struct trod_part *part, const struct trod_bits *known,
                              struct trod_arena *arena, struct trod_packed *packed,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_rows rows;
    TROD_TRY(trod_part_unpack(part, 0, part->n_customers, arena, &rows, error));
    uint32_t *const places = TROD_NEW_ARRAY(arena, rows.n_events, uint32_t);
    uint32_t *const first = TROD_NEW_ARRAY(arena, (size_t)rows.n_customers + 1, uint32_t);
    TROD_TRY_ALLOC(places && first, error);
    uint32_t n = 0;
    for (uint32_t customer = 0; customer < rows.n_customers; customer++) {
        for (uint32_t i = rows.first[customer]; i < rows.first[customer + 1]; i++)
            if (!trod_bits_has(known, i)) places[n++] = i;
        first[customer + 1] = n;
    }
    const bool had_times = rows.time_us != NULL, had_ends = rows.end_us != NULL;
    rows.first = first;
    rows.name = pick(rows.name, sizeof *rows.name, places, n, arena);
    rows.source = pick(rows.source, sizeof *rows.source, places, n, arena);
    rows.time_us = pick(rows.time_us, sizeof *rows.time_us, places, n, arena);
    rows.end_us = pick(rows.end_us, sizeof *rows.end_us, places, n, arena);
    TROD_TRY_ALLOC(rows.name && rows.source && (rows.time_us || !had_times) &&
                       (rows.end_us || !had_ends),
                   error);
    TROD_TRY(pick_columns(&rows, places, n, arena, error));
    rows.n_events = n;
    TROD_TRY(trod_part_pack(&rows, arena, packed, error));
done:
    return status;
}

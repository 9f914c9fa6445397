/* parts: customers are first counted and put in the order of their hashes; then each part makes
 * its own customers anew, for that is as quick as keeping them, and packs them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"

enum { CHANNEL, COUNTRY, PLAN, VALUE, N_FIELDS };
static const uint64_t MOST_EVENTS = 1000000; /* of a part, about */

struct place { /* of a customer */
    uint64_t hash;
    uint32_t number, n_events;
};
struct making {
    const struct shop *shop;
    struct place *places; /* [n], at last by hash */
    size_t n, room;
    size_t *first; /* [n_parts + 1] */
    struct trod_arena **arenas;
    struct trod_packed *packed;
    size_t n_parts;
    struct trod_dict *names;
    int64_t first_ms, last_ms;
    uint64_t n_events;
};

static size_t id_text(uint64_t number, char *text) {
    return (size_t)snprintf(text, 24, "%llu", (unsigned long long)shop_id(number));
}

static void take(void *owner, uint64_t number, const struct shop_customer *who,
                 const struct shop_event *events, size_t n) {
    (void)who;
    struct making *making = owner;
    if (making->n == making->room) {
        making->room = making->room ? 2 * making->room : 1 << 16;
        making->places = realloc(making->places, making->room * sizeof *making->places);
        if (!making->places) shop_give_up("there is not enough memory");
    }
    char text[24];
    const size_t length = id_text(number, text);
    making->places[making->n++] =
        (struct place){.hash = trod_customer_hash((trod_str){text, length}),
                       .number = (uint32_t)number,
                       .n_events = (uint32_t)n};
    if (events[0].time_ms < making->first_ms) making->first_ms = events[0].time_ms;
    if (events[n - 1].time_ms > making->last_ms) making->last_ms = events[n - 1].time_ms;
    making->n_events += n;
}

static int by_hash(const void *a, const void *b) {
    const struct place *x = a, *y = b;
    return x->hash < y->hash ? -1 : x->hash > y->hash;
}

static void *room_of(struct trod_arena *arena, size_t n, size_t size) {
    void *room = trod_arena_alloc(arena, n, size);
    if (!room) shop_give_up("there is not enough memory");
    return room;
}

static const trod_str *texts_of(struct trod_arena *arena, const char *const *texts, size_t n) {
    trod_str *all = room_of(arena, n, sizeof *all);
    for (size_t i = 0; i < n; i++) all[i] = trod_str_of(texts[i]);
    return all;
}

struct columns {
    uint32_t *name, *source, *codes[VALUE];
    int64_t *time_us;
    trod_str *value;
};

static void fill(const struct making *making, size_t part, struct trod_arena *arena,
                 struct columns *columns, trod_str *id, uint64_t *hash, uint32_t *first) {
    struct shop_event *events = shop_room(SHOP_MOST_EVENTS * sizeof *events);
    const size_t from = making->first[part], to = making->first[part + 1];
    uint32_t at = 0;
    for (size_t c = from; c < to; c++) {
        const struct place *place = &making->places[c];
        struct shop_customer who;
        shop_visit(making->shop, place->number, &who, events);
        char text[24];
        id[c - from] = trod_arena_copy(arena, (trod_str){text, id_text(place->number, text)});
        hash[c - from] = place->hash;
        first[c - from] = at;
        for (uint32_t e = 0; e < place->n_events; e++, at++) {
            columns->name[at] = events[e].name;
            columns->time_us[at] = events[e].time_ms * 1000;
            columns->codes[CHANNEL][at] = 1u + events[e].channel;
            columns->codes[COUNTRY][at] = 1u + who.country;
            columns->codes[PLAN][at] = 1u + who.plan;
            const uint32_t cents = events[e].value_cents;
            if (cents)
                columns->value[at] =
                    trod_arena_format(arena, "%u.%02u", cents / 100, cents % 100);
        }
    }
    first[to - from] = at;
    free(events);
}

static trod_status make_part(void *owner, size_t i, struct trod_error *error) {
    struct making *making = owner;
    struct trod_arena *arena = trod_arena_make(0);
    if (!arena) shop_give_up("there is not enough memory");
    const size_t n_customers = making->first[i + 1] - making->first[i];
    uint32_t n_events = 0;
    for (size_t c = making->first[i]; c < making->first[i + 1]; c++)
        n_events += making->places[c].n_events;
    struct columns columns = {.name = room_of(arena, n_events, sizeof(uint32_t)),
                              .source = room_of(arena, n_events, sizeof(uint32_t)),
                              .time_us = room_of(arena, n_events, sizeof(int64_t)),
                              .value = room_of(arena, n_events, sizeof(trod_str))};
    for (size_t f = 0; f < VALUE; f++)
        columns.codes[f] = room_of(arena, n_events, sizeof(uint32_t));
    trod_str *id = room_of(arena, n_customers, sizeof *id);
    uint64_t *hash = room_of(arena, n_customers, sizeof *hash);
    uint32_t *first = room_of(arena, n_customers + 1, sizeof *first);
    fill(making, i, arena, &columns, id, hash, first);
    const struct trod_rows_column fields[N_FIELDS] = {
        {.field = CHANNEL,
         .code = columns.codes[CHANNEL],
         .values = texts_of(arena, SHOP_CHANNEL, SHOP_CHANNELS),
         .n_values = SHOP_CHANNELS},
        {.field = COUNTRY,
         .code = columns.codes[COUNTRY],
         .values = texts_of(arena, SHOP_COUNTRY, SHOP_COUNTRIES),
         .n_values = SHOP_COUNTRIES},
        {.field = PLAN,
         .code = columns.codes[PLAN],
         .values = texts_of(arena, SHOP_PLAN, SHOP_PLANS),
         .n_values = SHOP_PLANS},
        {.field = VALUE, .text = columns.value},
    };
    const struct trod_rows rows = {.n_customers = (uint32_t)n_customers,
                                   .n_events = n_events,
                                   .hash = hash,
                                   .id = id,
                                   .first = first,
                                   .name = columns.name,
                                   .time_us = columns.time_us,
                                   .source = columns.source,
                                   .columns = fields,
                                   .n_columns = N_FIELDS};
    making->arenas[i] = trod_arena_make(0);
    if (!making->arenas[i]) shop_give_up("there is not enough memory");
    const trod_status status =
        trod_part_pack(&rows, making->arenas[i], &making->packed[i], error);
    trod_arena_free(arena);
    return status;
}

static trod_status open_part(void *owner, size_t i, struct trod_arena *scratch,
                             const struct trod_part **part, struct trod_error *error) {
    const struct making *making = owner;
    const struct trod_packed *packed = &making->packed[i];
    return trod_part_open(packed->sections, packed->n_sections, scratch, part, error);
}

static void release(void *owner) {
    struct making *making = owner;
    for (size_t i = 0; i < making->n_parts; i++) trod_arena_free(making->arenas[i]);
    trod_dict_free(making->names);
    free(making->arenas);
    free(making->packed);
    free(making->places);
    free(making->first);
    free(making);
}

static struct trod_parts *frame_of(struct making *making) {
    struct trod_arena *arena = trod_arena_make(0);
    if (!arena) shop_give_up("there is not enough memory");
    struct trod_parts *parts = room_of(arena, 1, sizeof *parts);
    struct trod_dict *names = making->names = trod_dict_make(0);
    if (!names) shop_give_up("there is not enough memory");
    for (unsigned i = 0; i < making->shop->n_names; i++) {
        char text[24];
        const size_t n = shop_name(i, text);
        if (trod_dict_add(names, (trod_str){text, n}) != i)
            shop_give_up("there is not enough memory");
    }
    struct trod_parts_field *fields = room_of(arena, N_FIELDS, sizeof *fields);
    static const char *const FIELD[N_FIELDS] = {"channel", "country", "plan", "value"};
    for (size_t f = 0; f < N_FIELDS; f++) fields[f].name = trod_str_of(FIELD[f]);
    struct trod_parts_source *source = room_of(arena, 1, sizeof *source);
    *source = (struct trod_parts_source){.name = TROD_STR("shop"),
                                         .n_events = making->n_events,
                                         .first_us = making->first_ms * 1000,
                                         .last_us = making->last_ms * 1000};
    uint64_t *first_hash = room_of(arena, making->n_parts, sizeof *first_hash);
    for (size_t i = 1; i < making->n_parts; i++)
        first_hash[i] = making->places[making->first[i]].hash;
    *parts = (struct trod_parts){.names = names,
                                 .fields = fields,
                                 .n_fields = N_FIELDS,
                                 .sources = source,
                                 .n_sources = 1,
                                 .channel_field = CHANNEL,
                                 .worth_field = VALUE,
                                 .journey_field = TROD_NO_ID,
                                 .id_field = TROD_NO_ID,
                                 .n_events = making->n_events,
                                 .n_customers = making->n,
                                 .has_times = true,
                                 .first_us = making->first_ms * 1000,
                                 .last_us = making->last_ms * 1000,
                                 .n_parts = making->n_parts,
                                 .first_hash = first_hash,
                                 .open = open_part,
                                 .release = release,
                                 .owner = making,
                                 .arena = arena};
    return parts;
}

struct trod_parts *shop_parts(const struct shop *shop, uint64_t n_events,
                              const struct trod_run *run) {
    struct making *making = shop_room(sizeof *making);
    *making = (struct making){.shop = shop, .first_ms = INT64_MAX, .last_ms = INT64_MIN};
    shop_each(shop, n_events, run, take, making);
    qsort(making->places, making->n, sizeof *making->places, by_hash);
    making->n_parts = (size_t)(n_events / MOST_EVENTS + 1);
    making->first = shop_room((making->n_parts + 1) * sizeof *making->first);
    for (size_t i = 0; i <= making->n_parts; i++)
        making->first[i] = making->n * i / making->n_parts;
    making->arenas = shop_room(making->n_parts * sizeof *making->arenas);
    making->packed = shop_room(making->n_parts * sizeof *making->packed);
    struct trod_error error = {0};
    if (trod_run_each(run, making->n_parts, make_part, making, &error) != TROD_OK)
        shop_give_up(error.message);
    return frame_of(making);
}

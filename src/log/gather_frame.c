/* What is known of the whole log when the hands are done. Names, fields and sources got their
 * numbers by chance; here they get those that the rows alone decide: first those of the log
 * that this one goes on from, then by the smallest place at which each was met (a field also by
 * its turn in that row); those never met come last, by their texts. */
#include <stdlib.h>

#include "log/gather.h"
#include "log/gather_hand.h"
#include "log/gather_join.h"

static const uint64_t MANY_EVENTS = 100000, MORE_EVENTS = 1000000;

unsigned gather_part_bits(uint64_t n_events, size_t n_fields) {
    if (n_events <= MANY_EVENTS) return 0;
    /* With very many fields a part has fewer events: its columns have to fit into memory. */
    enum { ORDINARY_FIELDS = 32 };
    const uint64_t most =
        n_fields <= ORDINARY_FIELDS ? MORE_EVENTS : MORE_EVENTS * ORDINARY_FIELDS / n_fields;
    unsigned bits = n_events > MORE_EVENTS ? 3 : 2;
    while (bits < GATHER_MOST_PART_BITS && n_events >> bits > most) bits++;
    return bits;
}

/* Something to be numbered. */
struct met {
    uint64_t first_place; /* UINT64_MAX: never met */
    uint32_t turn, number;
    bool fact;
    trod_str text;
};

static int compare_met(const void *left, const void *right) {
    const struct met *const a = left, *const b = right;
    if (a->first_place != b->first_place) return a->first_place < b->first_place ? -1 : 1;
    if (a->turn != b->turn) return a->turn < b->turn ? -1 : 1;
    const int order = trod_str_compare(a->text, b->text);
    return order ? order : (int)a->fact - (int)b->fact;
}

/* Sorts all but the first n_like; number[old] = new. NULL without memory. */
static uint32_t *number_met(struct trod_gather *gather, struct met *met, size_t n,
                            size_t n_like) {
    uint32_t *const number = TROD_NEW_ARRAY(gather->arena, n, uint32_t);
    if (!number) return NULL;
    if (n > n_like) qsort(met + n_like, n - n_like, sizeof *met, compare_met);
    for (size_t i = 0; i < n; i++) number[met[i].number] = (uint32_t)i;
    return number;
}

static trod_status number_names(struct trod_gather *gather, struct trod_error *error) {
    trod_status status = TROD_OK;
    const uint32_t n = trod_dict_count(gather->names);
    const uint32_t n_like = gather->like ? trod_dict_count(gather->like->names) : 0;
    struct trod_arena *const scratch = trod_arena_make(GATHER_ARENA_BYTES);
    TROD_TRY_ALLOC(scratch, error);
    struct met *const met = TROD_NEW_ARRAY(scratch, n, struct met);
    TROD_TRY_ALLOC(met, error);
    for (uint32_t i = 0; i < n; i++)
        met[i] = (struct met){UINT64_MAX, 0, i, false, trod_dict_at(gather->names, i)};
    for (const struct trod_hand *hand = gather->hands; hand; hand = hand->next)
        for (uint32_t i = 0; i < n && i < hand->name_room; i++)
            if (hand->name_first[i] < met[i].first_place)
                met[i].first_place = hand->name_first[i];
    gather->name_number = number_met(gather, met, n, n_like);
    TROD_TRY_ALLOC(gather->name_number, error);
    gather->frame_names = trod_dict_make(INT32_MAX);
    TROD_TRY_ALLOC(gather->frame_names, error);
    for (uint32_t i = 0; i < n; i++)
        if (trod_dict_add(gather->frame_names, met[i].text) == TROD_NO_ID)
            TROD_TRY_ALLOC(NULL, error);
    gather->frame.names = gather->frame_names;
done:
    trod_arena_free(scratch);
    return status;
}

static trod_status number_sources(struct trod_gather *gather, struct trod_error *error) {
    trod_status status = TROD_OK;
    const uint32_t n = atomic_load(&gather->n_sources);
    struct met *const met = TROD_NEW_ARRAY(gather->arena, n, struct met);
    TROD_TRY_ALLOC(met, error);
    for (uint32_t i = 0; i < n; i++)
        met[i] = (struct met){UINT64_MAX, 0, i, false, trod_dict_at(gather->sources, i)};
    for (const struct trod_hand *hand = gather->hands; hand; hand = hand->next)
        for (uint32_t i = 0; i < n && i < hand->source_room; i++)
            if (hand->source_first[i] < met[i].first_place)
                met[i].first_place = hand->source_first[i];
    gather->source_number =
        number_met(gather, met, n, gather->like ? gather->like->n_sources : 0);
    TROD_TRY_ALLOC(gather->source_number, error);
    gather->frame_sources = TROD_NEW_ARRAY(gather->arena, n, struct trod_parts_source);
    TROD_TRY_ALLOC(gather->frame_sources, error);
    for (uint32_t i = 0; i < n; i++)
        gather->frame_sources[i] = (struct trod_parts_source){
            .name = met[i].text, .first_us = TROD_NO_TIME, .last_us = TROD_NO_TIME};
    gather->frame.sources = gather->frame_sources;
    gather->frame.n_sources = n;
done:
    return status;
}

static trod_status number_fields(struct trod_gather *gather, struct trod_error *error) {
    trod_status status = TROD_OK;
    const uint32_t n = atomic_load(&gather->n_fields);
    struct met *const met = TROD_NEW_ARRAY(gather->arena, n, struct met);
    TROD_TRY_ALLOC(met, error);
    for (uint32_t i = 0; i < n; i++)
        met[i] =
            (struct met){UINT64_MAX, 0, i, gather->fields[i]->fact, gather->fields[i]->name};
    for (const struct trod_hand *hand = gather->hands; hand; hand = hand->next)
        for (uint32_t i = 0; i < n && i < hand->n_fields; i++) {
            const struct hand_field *const mine = &hand->fields[i];
            if (mine->first_place > met[i].first_place) continue;
            if (mine->first_place < met[i].first_place || mine->first_turn < met[i].turn)
                met[i].turn = mine->first_turn;
            met[i].first_place = mine->first_place;
        }
    /* Declared ones stand before what merely turned up. */
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t declared = gather->fields[i]->declared;
        if (declared) {
            met[i].first_place = 0;
            met[i].turn = declared;
        } else if (met[i].first_place < UINT64_MAX) {
            met[i].first_place++;
        }
    }
    gather->field_number =
        number_met(gather, met, n, gather->like ? gather->like->n_fields : 0);
    TROD_TRY_ALLOC(gather->field_number, error);
    struct trod_parts_field *const fields =
        TROD_NEW_ARRAY(gather->arena, n, struct trod_parts_field);
    TROD_TRY_ALLOC(fields, error);
    for (uint32_t i = 0; i < n; i++)
        fields[i] = (struct trod_parts_field){.name = met[i].text, .fact = met[i].fact};
    gather->frame.fields = fields;
    gather->frame.n_fields = n;
done:
    return status;
}

/* The field's final number, or TROD_NO_ID. */
static uint32_t final_field(const struct trod_gather *gather, uint32_t field) {
    return field < gather->frame.n_fields ? gather->field_number[field] : TROD_NO_ID;
}

static void point(struct trod_gather *gather) {
    struct trod_parts *const frame = &gather->frame;
    frame->channel_field = final_field(gather, gather->roles[TROD_ROLE_CHANNEL]);
    frame->worth_field = final_field(gather, gather->roles[TROD_ROLE_WORTH]);
    frame->journey_field = final_field(gather, gather->roles[TROD_ROLE_JOURNEY]);
    gather->id_field_code = TROD_NO_ID;
    frame->id_field = gather->like ? gather->like->id_field : TROD_NO_ID;
    const uint32_t id = gather->id_field.at
                            ? trod_dict_find(gather->event_fields, gather->id_field)
                            : TROD_NO_ID;
    if (id != TROD_NO_ID) {
        gather->id_field_code = gather->event_field[id];
        frame->id_field = final_field(gather, gather->id_field_code);
    }
}

trod_status gather_frame_make(struct trod_gather *gather, struct trod_error *error) {
    trod_status status = TROD_OK;
    uint64_t n_timed = 0;
    gather->n_events = 0;
    for (struct trod_hand *hand = gather->hands; hand; hand = hand->next) {
        TROD_TRY(gather_hand_close(hand, error));
        gather->n_events += atomic_load(&hand->n_events);
        n_timed += hand->n_timed;
    }
    gather->closed = true;
    gather->has_times = n_timed > 0;
    TROD_TRY(number_names(gather, error));
    TROD_TRY(number_sources(gather, error));
    TROD_TRY(number_fields(gather, error));
    point(gather);
    gather->part_bits = gather_part_bits(gather->n_events, gather->frame.n_fields);
done:
    return status;
}

void gather_frame_release(struct trod_gather *gather) {
    trod_dict_free(gather->frame_names);
    gather->frame_names = NULL;
}

/* Segments. Each part numbers the values of a column by itself; here each text gets one number,
 * in the order in which the parts come, so nothing that is shown may depend on it. */
#include "mine/slots.h"

static trod_status unknown_field(const struct trod_parts *parts, trod_str field,
                                 struct trod_error *error) {
    trod_fail(error, TROD_BAD_OPTION, "the log has no column \"%.*s\" to tell segments by",
              TROD_ARG(field));
    struct trod_buf list = {0};
    for (size_t f = 0; f < parts->n_fields && f < 12; f++)
        trod_buf_format(&list, "%s%.*s", f ? ", " : "", TROD_ARG(parts->fields[f].name));
    if (list.n)
        trod_error_hint(error, "its columns are: %s%s", list.at,
                        parts->n_fields > 12 ? ", …" : "");
    trod_buf_free(&list);
    return TROD_BAD_OPTION;
}

trod_status mine_slots_make(const struct trod_parts *parts, trod_str field,
                            const trod_str *named, size_t n_named, struct mine_slots *slots,
                            struct trod_error *error) {
    trod_status status = TROD_OK;
    *slots = (struct mine_slots){.by = TROD_NO_ID, .named = n_named > 0};
    pthread_mutex_init(&slots->lock, NULL);
    if (!field.at) goto done;
    slots->by = trod_parts_field(parts, field, false);
    if (slots->by == TROD_NO_ID) {
        status = unknown_field(parts, field, error);
        goto done;
    }
    slots->texts = trod_dict_make(0);
    TROD_TRY_ALLOC(slots->texts, error);
    if (n_named > MINE_MOST_SLOTS)
        TROD_TRY(trod_fail(error, TROD_TOO_MUCH, "no more than %d segments can be compared",
                           MINE_MOST_SLOTS));
    for (size_t i = 0; i < n_named; i++)
        if (trod_dict_add(slots->texts, named[i]) == TROD_NO_ID) TROD_TRY_ALLOC(NULL, error);
done:
    return status;
}

void mine_slots_release(struct mine_slots *slots) {
    trod_dict_free(slots->texts);
    pthread_mutex_destroy(&slots->lock);
    slots->texts = NULL;
}

static trod_status slot_of_text(struct mine_slots *slots, trod_str text, uint32_t *slot,
                                struct trod_error *error) {
    if (slots->named) {
        *slot = trod_dict_find(slots->texts, text);
        return TROD_OK;
    }
    const uint32_t id = trod_dict_add(slots->texts, text);
    if (id == TROD_NO_ID) return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    *slot = id + 1;
    if (*slot < MINE_MOST_SLOTS) return TROD_OK;
    trod_fail(error, TROD_TOO_MUCH, "the column has more than %d different values",
              MINE_MOST_SLOTS - 1);
    trod_error_hint(error, "name those to compare, for example: --segments \"%.*s\"",
                    TROD_ARG(trod_dict_at(slots->texts, 0)));
    return TROD_TOO_MUCH;
}

trod_status mine_slots_of(struct mine_slots *slots, const struct trod_part_view *view,
                          struct trod_arena *arena, const uint32_t **slot_of,
                          struct trod_error *error) {
    trod_status status = TROD_OK;
    *slot_of = NULL;
    if (slots->by == TROD_NO_ID) goto done;
    uint32_t *const of = TROD_NEW_ARRAY(arena, (size_t)view->n_groups + 1, uint32_t);
    TROD_TRY_ALLOC(of, error);
    _Static_assert(TROD_NO_ID == UINT32_MAX, "a segment that is not there has no slot");
    of[0] = slots->named ? UINT32_MAX : 0;
    pthread_mutex_lock(&slots->lock);
    for (uint32_t g = 0; g < view->n_groups && status == TROD_OK; g++)
        status = slot_of_text(slots, view->groups[g], &of[g + 1], error);
    pthread_mutex_unlock(&slots->lock);
    *slot_of = of;
done:
    return status;
}

uint32_t mine_slots_count(const struct mine_slots *slots) {
    if (slots->by == TROD_NO_ID) return 1;
    return trod_dict_count(slots->texts) + !slots->named;
}

uint32_t mine_slots_room(const struct mine_slots *slots) {
    if (slots->by == TROD_NO_ID) return 1;
    return slots->named ? trod_dict_count(slots->texts) : MINE_MOST_SLOTS;
}

trod_str mine_slots_text(const struct mine_slots *slots, uint32_t slot) {
    if (slots->by == TROD_NO_ID || (slot == 0 && !slots->named)) return (trod_str){NULL, 0};
    return trod_dict_at(slots->texts, slots->named ? slot : slot - 1);
}

/* Sources: where events come from, and which columns say what. */
#include <math.h>

#include "map/build.h"

static trod_str column(struct map_builder *b, const struct map_node *node,
                       const char *keyword) {
    return map_child_text(b, node, keyword, "column");
}

/* A zone that no machine knows would stop the first import. */
static void check_zone(struct map_builder *b, const struct map_node *node, trod_str name) {
    struct trod_error error = {0};
    struct trod_zone *zone = NULL;
    if (!name.n) return;
    const trod_str text = trod_arena_copy(b->arena, name);
    if (!text.at || trod_zone_open(text.at, &zone, &error) == TROD_OK) {
        trod_zone_close(zone);
        return;
    }
    const struct map_node *const time = map_child(node, "time");
    const struct map_arg *const arg = map_arg_of(time, "zone");
    struct trod_remark *const remark =
        map_wrong(b, time, arg ? arg->offset : time->body, "zone", "%s", error.message);
    if (error.hint[0]) map_hint(b->remarks, remark, "%s", error.hint);
}

void map_build_sources(struct map_builder *b) {
    const struct map_items *const items = &b->items[MAP_IS_SOURCE];
    struct trod_map_source *const at = MAP_ROOM(b, items->n, struct trod_map_source);
    if (!at) return;
    for (size_t i = 0; i < items->n; i++) {
        const struct map_node *const node = items->at[i].node;
        const struct map_node *const rating = map_child(node, "rating");
        map_at(b, &items->at[i]);
        at[i] = (struct trod_map_source){
            .id = map_arg_text(node, "id"),
            .title = map_title(b, node),
            .files = map_words_of(b, node, "file", "files"),
            .server = map_child(node, "server") != NULL,
            .address = map_child_text(b, node, "database", "address"),
            .person = column(b, node, "person"),
            .time = column(b, node, "time"),
            .event = column(b, node, "event"),
            .ends = column(b, node, "ends"),
            .channel = column(b, node, "channel"),
            .worth = column(b, node, "worth"),
            .time_format = map_child_text(b, node, "time", "format"),
            .time_zone = map_child_text(b, node, "time", "zone"),
            .profile = map_words_of(b, node, "profile", "columns"),
            .dates = map_words_of(b, node, "dates", "columns"),
            .about = column(b, node, "about"),
            .rating = column(b, node, "rating"),
            .words = column(b, node, "words"),
            .rating_from = map_number(rating, "from"),
            .rating_to = map_number(rating, "to"),
            .visit_us = map_time(map_child(node, "one visit within"), "time"),
            .line = node->line};
        check_zone(b, node, at[i].time_zone);
        if (at[i].rating_from >= at[i].rating_to)
            map_hint(b->remarks,
                     map_wrong(b, rating, rating->body, "rating",
                               "this rating has no scale: %g to %g", at[i].rating_from,
                               at[i].rating_to),
                     "write the worst value first: rating stars from 1 to 5");
    }
    b->map->sources = at;
    b->map->n_sources = items->n;
    size_t n = 0;
    for (size_t i = 0; i < b->top.n; i++)
        if (trod_str_is(b->top.at[i].node->keyword, "same person"))
            n += b->top.at[i].node->n_args;
    trod_str *const columns = MAP_ROOM(b, n, trod_str);
    if (!columns) return;
    for (size_t i = 0; i < b->top.n; i++) {
        const struct map_node *const node = b->top.at[i].node;
        if (!trod_str_is(node->keyword, "same person")) continue;
        for (size_t k = 0; k < node->n_args; k++)
            columns[b->map->same_person.n++] = node->args[k].text;
    }
    b->map->same_person.at = columns;
}

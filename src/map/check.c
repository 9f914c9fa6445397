/* What is wrong with a map as a whole: things that no line shows by itself. */
#include <math.h>

#include "map/build.h"

/* Every proof names a research. */
static void check_proofs(struct map_builder *b) {
    for (size_t i = 0; i < b->top.n; i++) {
        const struct map_node *const top = b->top.at[i].node;
        map_at(b, &b->top.at[i]);
        for (const struct map_node *node = top; node; node = map_node_after(node, top)) {
            if (node->research.n == 0) continue;
            const struct map_named *const named = map_lookup(b->index, node->research);
            if ((named && named->thing == MAP_IS_RESEARCH) || (!named && b->unread)) continue;
            const size_t at = (size_t)(node->research.at - b->doc->text.at);
            struct map_arg arg = {.text = node->research};
            if (at >= node->from && at < node->to) arg.offset = (uint32_t)(at - node->from);
            const size_t before = b->remarks->report->n;
            map_resolve(b, node, &arg, MAP_A(RESEARCH));
            struct trod_remark *const remark = &b->remarks->report->items[before];
            if (b->remarks->report->n > before && strcmp(remark->hint, "") != 0)
                map_hint(b->remarks, remark,
                         "%s; if the brackets are only text, write \\[ for the first",
                         remark->hint);
        }
    }
}

/* ---- Files
 * --------------------------------------------------------------------------------------- */

/* Slots that name a file, by keyword. */
static bool names_file(const struct map_node *node, const char **slot) {
    static const struct {
        const char *keyword, *slot;
    } files[] = {{"as-is", "file"}, {"portrait", "file"}, {"picture", "file"},
                 {"file", "file"},  {"file", "files"},    {"holidays", "file"}};
    for (size_t i = 0; i < TROD_COUNT(files); i++)
        if (trod_str_is(node->keyword, files[i].keyword) && map_arg_of(node, files[i].slot)) {
            *slot = files[i].slot;
            return true;
        }
    return false;
}

static void check_file(struct map_builder *b, const struct map_node *node,
                       const struct map_arg *arg) {
    if (arg->text.n == 0 || trod_str_contains(arg->text, TROD_STR("://"))) return;
    const trod_str path = trod_path_beside(b->arena, b->doc->name, arg->text);
    if (!path.at) {
        b->no_memory = true;
        return;
    }
    bool glob = false;
    for (size_t i = 0; i < path.n; i++) glob = glob || strchr("*?[", path.at[i]);
    bool found = trod_file_exists(path.at) || trod_path_sheet(path) < path.n;
    if (!found && glob) {
        trod_str *names;
        size_t n = 0;
        found = trod_path_glob(b->arena, path.at, &names, &n, NULL) == TROD_OK && n > 0 &&
                !trod_str_equal(names[0], path);
    }
    if (found) return;
    map_hint(b->remarks,
             map_wrong(b, node, arg->offset, "missing-file", "there is no file `%s`",
                       map_show(arg->text).at),
             glob
                 ? "no file fits this pattern, beside the map"
                 : "names of files are seen from the map's own folder; --no-files leaves files "
                   "alone");
}

static void check_files(struct map_builder *b) {
    for (size_t i = 0; i < b->top.n; i++) {
        const struct map_node *const top = b->top.at[i].node;
        map_at(b, &b->top.at[i]);
        for (const struct map_node *node = top; node; node = map_node_after(node, top)) {
            const char *slot;
            if (node->kind != MAP_LINE || !node->word || node->broken ||
                !names_file(node, &slot))
                continue;
            if (b->options->missing_ok && !trod_str_is(node->keyword, "holidays")) continue;
            for (const struct map_arg *arg = map_arg_of(node, slot); arg;
                 arg = map_arg_next(node, arg))
                check_file(b, node, arg);
        }
    }
}

/* ---- Times, channels
 * ----------------------------------------------------------------------------- */

static int64_t longest(const struct trod_window *window) {
    int64_t us = window->most_us;
    if (window->usual_us > us) us = window->usual_us;
    if (window->least_us > us) us = window->least_us;
    return us;
}

static void check_over_after(struct map_builder *b) {
    const struct map_items *const journeys = &b->items[MAP_IS_JOURNEY];
    const struct map_node *const line =
        journeys->n ? map_child(journeys->at[0].node, "over after") : NULL;
    if (!line || b->map->over_after_us == TROD_NO_TIME) return;
    const struct trod_touchpoint *worst = NULL;
    int64_t worst_us = b->map->over_after_us;
    for (size_t i = 0; i < b->map->n_touchpoints; i++) {
        const struct trod_touchpoint *const touchpoint = &b->touchpoints[i];
        int64_t us = touchpoint->comes.window.given ? longest(&touchpoint->comes.window) : 0;
        for (size_t k = 0; k < touchpoint->n_for_personas; k++) {
            const struct trod_window *const own = &touchpoint->for_personas[k].as.comes.window;
            if (own->given && longest(own) > us) us = longest(own);
        }
        if (us > worst_us) {
            worst_us = us;
            worst = touchpoint;
        }
    }
    if (!worst) return;
    map_at(b, &journeys->at[0]);
    const struct trod_window *const window = &worst->comes.window;
    map_hint(b->remarks,
             map_wrong(b, line, line->body, "over-after-too-short",
                       "a journey would be over while `%s` may still come%s%s%s",
                       map_show(worst->id).at, window->given ? " (" : "",
                       map_show(window->text).at, window->given ? ")" : ""),
             "make `over after` longer than every `comes`, or the `comes` in line %u shorter",
             window->given ? window->line : worst->line);
}

/* Every channel that a rule uses has a consent. */
static void check_consents(struct map_builder *b) {
    const struct map_items *const rules = &b->items[MAP_IS_RULE];
    struct trod_dict *const channels = trod_dict_make(0);
    if (!channels) b->no_memory = true;
    for (size_t i = 0; i < b->map->n_consents && channels; i++)
        map_number_of(b, channels, b->map->consents[i].channel, true);
    for (size_t i = 0; i < b->map->n_rules && channels; i++) {
        const trod_str channel = b->map->rules[i].channel;
        if (channel.n == 0 || map_number_of(b, channels, channel, false) != TROD_NO_ID)
            continue;
        map_at(b, &rules->at[i]);
        const struct map_node *const send = map_child(rules->at[i].node, "send");
        map_hint(
            b->remarks,
            map_wrong(b, send, map_arg_of(send, "channel")->offset, "no-consent",
                      "nobody has consented to messages by %s", map_show(channel).at),
            "say in the journey who has, such as: consent profile mail_consent = yes for %s",
            map_show(channel).at);
    }
    trod_dict_free(channels);
}

static void check_journey(struct map_builder *b) {
    if (b->items[MAP_IS_JOURNEY].n) return;
    b->remarks->file = b->docs[0]->name;
    const bool empty = map_node_after(b->docs[0]->root, b->docs[0]->root) == NULL;
    if (empty && b->remarks->n_errors) return; /* nothing in it could be read */
    map_hint(
        b->remarks,
        map_remark(b->remarks, TROD_ERROR, empty ? "empty" : "no-journey", 1, 0,
                   empty ? "the map is empty" : "the map has no journey"),
        "begin it with a line such as: journey onboarding: From sign-up to the first success");
}

void map_check(struct map_builder *b) {
    check_journey(b);
    check_proofs(b);
    check_over_after(b);
    check_consents(b);
    if (!b->options->no_files) check_files(b);
}

/* draft_lines: what a draft says besides the flow, in the words of a map.
 *
 * Observed times are rounded to two digits, so that what is written is not finer than what is
 * known. The shares of one choice are rounded so that they still add up to
 * 100: each is cut, and what is missing goes to those that lost most.
 */
#include <math.h>
#include <stdio.h>

#include "map/draft.h"

static trod_status no_memory(struct draft_maker *maker) {
    return trod_fail(maker->error, TROD_NO_MEMORY, "there is not enough memory");
}

/* ---- Shares --------------------------------------------------------------------------------
 */

/* Of 100 % in steps of 1 / scale, what part i has; 0 is at least one step. */
static uint64_t steps_of(const struct trod_tree *choice, size_t i, uint64_t scale) {
    uint64_t total = 0, given = 0, steps = 0;
    double own_rest = 0;
    for (size_t k = 0; k < choice->n; k++) total += choice->children[k]->n_times;
    size_t largest = 0, before = 0;
    for (size_t k = 0; k < choice->n; k++) {
        const uint64_t n = choice->children[k]->n_times;
        if (n > choice->children[largest]->n_times) largest = k;
        const double exact = (double)n / (double)total * 100 * (double)scale;
        const uint64_t cut = exact < 1 ? 1 : (uint64_t)exact;
        given += cut;
        if (k == i) {
            steps = cut;
            own_rest = exact - (double)cut;
        }
    }
    /* Those whose rest is larger, or as large and who stand before it, come first. */
    for (size_t k = 0; k < choice->n; k++) {
        const uint64_t n = choice->children[k]->n_times;
        const double exact = (double)n / (double)total * 100 * (double)scale;
        const double rest = exact < 1 ? -1 : exact - floor(exact);
        before += k != i && (rest > own_rest || (rest >= own_rest && k < i));
    }
    const uint64_t all = 100 * scale;
    if (given <= all) return steps + (before < all - given);
    return i == largest ? steps - (given - all) : steps;
}

trod_str map_draft_share(struct draft_maker *maker, const struct trod_tree *choice, size_t i) {
    uint64_t total = 0, least = UINT64_MAX;
    for (size_t k = 0; k < choice->n; k++) {
        const uint64_t n = choice->children[k]->n_times;
        if (n == 0) return (trod_str){0};
        if (n < least) least = n;
        total += n;
    }
    if (choice->n > 50) return (trod_str){0};
    const bool fine = (double)least < (double)total / 100;
    const uint64_t steps = steps_of(choice, i, fine ? 10 : 1);
    if (fine && steps % 10)
        return trod_arena_format(maker->arena, "%llu.%llu", (unsigned long long)steps / 10,
                                 (unsigned long long)steps % 10);
    return trod_arena_format(maker->arena, "%llu",
                             (unsigned long long)(fine ? steps / 10 : steps));
}

/* ---- Times ---------------------------------------------------------------------------------
 */

/* "2.5 h": two digits, in the unit in which most durations of that size are told. */
static trod_str time_words(struct draft_maker *maker, int64_t us) {
    static const struct {
        int64_t us, least_us;
        const char *one, *many;
    } units[] = {{TROD_DAY_US, 2 * TROD_DAY_US, "day", "days"},
                 {TROD_HOUR_US, 2 * TROD_HOUR_US, "h", "h"},
                 {TROD_MINUTE_US, 2 * TROD_MINUTE_US, "min", "min"},
                 {TROD_SECOND_US, 0, "s", "s"}};
    size_t u = 0;
    while (us < units[u].least_us) u++;
    const double exact = (double)us / (double)units[u].us;
    const bool seconds = units[u].us == TROD_SECOND_US;
    const double step = seconds ? 1 : exact < 10 ? 0.1 : pow(10, floor(log10(exact)) - 1);
    const double number = round(exact / step) * step;
    const bool whole = fabs(number - round(number)) < 1e-6;
    return trod_arena_format(maker->arena, whole ? "%.0f %s" : "%.1f %s", number,
                             whole && (int64_t)round(number) == 1 ? units[u].one
                                                                  : units[u].many);
}

static bool add_window(struct draft_maker *maker, struct map_node *line, size_t *room,
                       const struct trod_tree_window *window) {
    const int64_t usual_us = window->usual_us < window->most_us ? window->usual_us : 0;
    const trod_str most = time_words(maker, window->most_us);
    const trod_str usual = time_words(maker, usual_us);
    if (!most.at || !usual.at) return false;
    const bool says = usual_us >= TROD_SECOND_US && !trod_str_equal(most, usual);
    return (!says || map_draft_arg(maker, line, room, "usually", MAP_LEAF_TIME, usual)) &&
           map_draft_arg(maker, line, room, "at_most", MAP_LEAF_TIME, most);
}

trod_status map_draft_window(struct draft_maker *maker, struct map_node *parent,
                             const char *keyword, const struct trod_tree_window *window) {
    trod_status status = TROD_OK;
    struct map_node *line = NULL;
    size_t room = 0;
    if (window->most_us <= 0) return TROD_OK;
    TROD_TRY(map_draft_line(maker, parent, keyword, &line));
    if (!add_window(maker, line, &room, window)) TROD_TRY(no_memory(maker));
done:
    return status;
}

trod_status map_draft_span(struct draft_maker *maker, struct map_node *journey,
                           const struct trod_draft *draft, trod_str id, const trod_str *first,
                           const trod_str *last) {
    trod_status status = TROD_OK;
    struct map_node *line = NULL;
    size_t room = 0;
    TROD_TRY(map_draft_line(maker, journey, "span", &line));
    bool made = id.at && map_draft_arg(maker, line, &room, "id", MAP_LEAF_ID, id);
    for (size_t i = 0; i < draft->n_first; i++)
        made = made && map_draft_arg(maker, line, &room, "from", MAP_LEAF_POINTS, first[i]);
    for (size_t i = 0; i < draft->n_last; i++)
        made = made && map_draft_arg(maker, line, &room, "to", MAP_LEAF_POINTS, last[i]);
    if (!made || !add_window(maker, line, &room, &draft->whole)) TROD_TRY(no_memory(maker));
done:
    return status;
}

/* ---- The rest ------------------------------------------------------------------------------
 */

trod_status map_draft_remarks(struct draft_maker *maker, struct map_node *parent,
                              const trod_str *remarks, size_t n) {
    for (size_t i = 0; i < n; i++) {
        struct map_node *const node = map_node_add(maker->doc, parent, MAP_COMMENT);
        if (!node) return no_memory(maker);
        node->text = trod_arena_format(maker->arena, "# %.*s", TROD_ARG(remarks[i]));
        if (!node->text.at) return no_memory(maker);
    }
    return TROD_OK;
}

/* Whether a line can hold the text as it is. */
static bool is_plain(trod_str text) {
    bool plain = text.n > 0 && text.n < 200 && trod_str_trim(text).n == text.n;
    for (size_t i = 0; i < text.n; i++)
        plain = plain && (unsigned char)text.at[i] >= ' ' && text.at[i] != 0x7f;
    return plain && trod_str_utf8(text, NULL);
}

trod_status map_draft_touchpoint(struct draft_maker *maker, struct map_node *line,
                                 const struct trod_tree_note *note) {
    trod_status status = TROD_OK;
    struct map_node *inner = NULL;
    size_t room = 0, n = 0;
    for (size_t i = 0; i < note->n_channels; i++) {
        if (!is_plain(note->channels[i])) continue;
        if (n++ == 0) TROD_TRY(map_draft_line(maker, line, "channel", &inner));
        if (!map_draft_arg(maker, inner, &room, "channels", MAP_LEAF_ITEMS, note->channels[i]))
            TROD_TRY(no_memory(maker));
    }
    if (is_plain(note->owner)) {
        room = 0;
        TROD_TRY(map_draft_line(maker, line, "owner", &inner));
        if (!map_draft_arg(maker, inner, &room, "owner", MAP_LEAF_TEXT, note->owner))
            TROD_TRY(no_memory(maker));
    }
    TROD_TRY(map_draft_window(maker, line, "comes", &note->comes));
    TROD_TRY(map_draft_window(maker, line, "takes", &note->takes));
done:
    return status;
}

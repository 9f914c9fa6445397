/* plain: the map on a terminal. The flow is an outline read downwards: a stage is a rule across
 * the screen, a touchpoint a line, a block a bracket at the left edge with its meaning in
 * words. At the right edge every feeling is a mark on a scale from -2 to +2, so that the marks,
 * read downwards, are the curve of emotions.
 */
#include "draw/draw.h"

#include <stdio.h>

#define LEAST_WIDTH 40
#define MOST_WIDTH 200
#define SCALE_CELLS 9
#define FEELING_CELLS 28 /* scale, gap and word */
#define WIDTH_FOR_SCALE 64
#define MOST_INDENT 24
#define BRACKET "│ "

enum ink { INK_PLAIN, INK_BOLD, INK_SOFT, INK_PAIN, INK_DELIGHT, INK_STAR, INK_STAGE };

struct plain {
    const struct trod_map *map;
    struct trod_buf *out;
    size_t width;
    bool colour;
    struct trod_buf prefix; /* brackets of the open blocks */
    bool any_stage;
};

/* ---- Putting text
 * ------------------------------------------------------------------------------ */

static void ink(struct plain *plain, enum ink ink) {
    static const char *const codes[] = {"",         "\033[1m",  "\033[2m",   "\033[31m",
                                        "\033[32m", "\033[33m", "\033[1;36m"};
    if (plain->colour) trod_buf_adds(plain->out, codes[ink]);
}

static void plain_again(struct plain *plain, enum ink ink) {
    if (plain->colour && ink != INK_PLAIN) trod_buf_adds(plain->out, "\033[0m");
}

/* The text without what could move the cursor or turn the reading direction. */
static void put_safe(struct trod_buf *out, trod_str text) {
    for (size_t at = 0; at < text.n;) {
        size_t from = at;
        int32_t c = trod_str_next(text, &at);
        bool turns = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
        if (c == '\n' || c == '\t')
            trod_buf_byte(out, ' ');
        else if (c < ' ' || (c >= 0x7F && c < 0xA0) || turns)
            trod_buf_adds(out, "\xEF\xBF\xBD");
        else
            trod_buf_add(out, trod_str_slice(text, from, at));
    }
}

/* The next line of at most `room` cells, cut at a space where there is one; moves the text on.
 */
static trod_str take_line(trod_str *text, size_t room) {
    trod_str all = trod_str_trim(*text);
    size_t end = trod_str_find(all, '\n');
    trod_str line = end == SIZE_MAX ? all : trod_str_slice(all, 0, end);
    trod_str cut = trod_str_cut_cells(line, room);
    if (cut.n == 0 && line.n) { /* not even one character fits: take it all the same */
        size_t one = 0;
        trod_str_next(line, &one);
        cut = trod_str_slice(line, 0, one);
    }
    if (cut.n < line.n && line.at[cut.n] != ' ') {
        size_t space = cut.n;
        while (space > 0 && cut.at[space - 1] != ' ') space--;
        if (space > 0) cut = trod_str_slice(cut, 0, space);
    }
    *text = trod_str_trim(trod_str_slice(all, cut.n, all.n));
    return trod_str_trim(cut);
}

static size_t prefix_cells(const struct plain *plain) {
    return trod_str_cells(trod_buf_str(&plain->prefix));
}

static void begin_line(struct plain *plain) {
    ink(plain, INK_SOFT);
    trod_buf_add(plain->out, trod_buf_str(&plain->prefix));
    plain_again(plain, INK_SOFT);
}

/* Wrapped text after the brackets: `lead` before the first line, as many blanks before the
 * rest. */
static void put_text(struct plain *plain, const char *lead, enum ink lead_ink, trod_str text,
                     enum ink text_ink) {
    size_t indent = trod_str_cells(trod_str_of(lead));
    size_t used = prefix_cells(plain) + indent;
    size_t room = plain->width > used + 10 ? plain->width - used : 10;
    bool first = true;
    text = trod_str_trim(text);
    while (text.n || first) {
        trod_str line = take_line(&text, room);
        begin_line(plain);
        if (first) {
            ink(plain, lead_ink);
            trod_buf_adds(plain->out, lead);
            plain_again(plain, lead_ink);
        } else {
            trod_buf_repeat(plain->out, ' ', indent);
        }
        ink(plain, text_ink);
        put_safe(plain->out, line);
        plain_again(plain, text_ink);
        trod_buf_byte(plain->out, '\n');
        first = false;
    }
}

static void blank(struct plain *plain) {
    size_t n = plain->out->n;
    if (n >= 2 && plain->out->at[n - 1] == '\n' && plain->out->at[n - 2] == '\n') return;
    trod_buf_byte(plain->out, '\n');
}

static void open_bracket(struct plain *plain) {
    trod_buf_adds(&plain->prefix, BRACKET);
}

static void close_bracket(struct plain *plain) {
    if (plain->prefix.failed) return;
    plain->prefix.n -= sizeof BRACKET - 1;
    plain->prefix.at[plain->prefix.n] = '\0';
}

static bool deep(const struct plain *plain) {
    return prefix_cells(plain) >= MOST_INDENT;
}

/* ---- Touchpoints
 * --------------------------------------------------------------------------------- */

static trod_str title_of(const struct trod_touchpoint *point) {
    return point->title.n ? point->title : point->id;
}

/* A mark on the scale from -2 to +2, and the word. */
static void put_feeling(struct plain *plain, const struct trod_feeling *feels) {
    static const char *const empty[] = {"·", " ", "·", " ", "│", " ", "·", " ", "·"};
    double level = feels->level < -2 ? -2 : feels->level > 2 ? 2 : feels->level;
    size_t at = (size_t)((level + 2) * 2 + 0.5);
    enum ink mood = level > 0.25 ? INK_DELIGHT : level < -0.25 ? INK_PAIN : INK_PLAIN;
    for (size_t i = 0; i < SCALE_CELLS; i++) {
        enum ink one = i == at ? mood : INK_SOFT;
        ink(plain, one);
        trod_buf_adds(plain->out, i != at ? empty[i] : feels->proof.research.n ? "●" : "○");
        plain_again(plain, one);
    }
    if (feels->word.n == 0) return;
    trod_buf_adds(plain->out, "  ");
    size_t room = FEELING_CELLS - SCALE_CELLS - 3;
    trod_str word = trod_str_cut_cells(feels->word, room);
    if (word.n < feels->word.n) word = trod_str_cut_cells(feels->word, room - 1);
    put_safe(plain->out, word);
    if (word.n < feels->word.n) trod_buf_adds(plain->out, "…");
}

/* "● Title", with the feeling at the right edge of its first line. */
static void put_title(struct plain *plain, const struct trod_touchpoint *point) {
    bool scale = plain->width >= WIDTH_FOR_SCALE && point->feels.given;
    size_t indent = prefix_cells(plain) + 2;
    size_t left = plain->width - (plain->width >= WIDTH_FOR_SCALE ? FEELING_CELLS + 1 : 0);
    size_t room = left > indent + 10 ? left - indent : 10;
    trod_str text = trod_str_trim(title_of(point));
    bool first = true;
    while (text.n || first) {
        trod_str line = take_line(&text, room);
        begin_line(plain);
        trod_buf_adds(plain->out, first ? point->truths.n ? "★ " : "• " : "  ");
        ink(plain, INK_BOLD);
        put_safe(plain->out, line);
        plain_again(plain, INK_BOLD);
        if (first && scale) {
            size_t used = indent + trod_str_cells(line);
            trod_buf_repeat(plain->out, ' ', used < left ? left - used + 1 : 1);
            put_feeling(plain, &point->feels);
        }
        trod_buf_byte(plain->out, '\n');
        first = false;
    }
}

static void add_word(struct trod_buf *line, const char *before, trod_str text) {
    if (text.n == 0) return;
    if (line->n) trod_buf_adds(line, " · ");
    trod_buf_adds(line, before);
    trod_buf_add(line, text);
}

/* Channels, what bends the flow at this touchpoint alone, and windows, in one line. */
static void put_details(struct plain *plain, const struct trod_touchpoint *point,
                        const char *bend) {
    struct trod_buf line = {0};
    for (size_t i = 0; i < point->channels.n; i++) {
        if (i) trod_buf_adds(&line, ", ");
        trod_buf_add(&line, point->channels.at[i]);
    }
    add_word(&line, "", trod_str_of(bend));
    if (point->ends) add_word(&line, "", TROD_STR("the journey may end here"));
    if (point->not_recorded) add_word(&line, "", TROD_STR("leaves no trace"));
    add_word(&line, "comes ",
             point->comes.window.given ? point->comes.window.text : (trod_str){0});
    add_word(&line, "takes ", point->takes.given ? point->takes.text : (trod_str){0});
    if (line.n) put_text(plain, "  ", INK_PLAIN, trod_buf_str(&line), INK_SOFT);
    if (line.failed) plain->out->failed = true;
    trod_buf_free(&line);
}

static void put_claims(struct plain *plain, const struct trod_claims *claims, const char *lead,
                       enum ink lead_ink) {
    for (size_t i = 0; i < claims->n; i++)
        put_text(plain, lead, lead_ink, claims->at[i].text, INK_PLAIN);
}

static void put_point(struct plain *plain, const struct trod_touchpoint *point,
                      const char *bend) {
    static const char *const severity[] = {"  ▼ ", "  ▼ ", "  ▼▼ ", "  ▼▼▼ "};
    put_title(plain, point);
    put_details(plain, point, bend);
    if (plain->width < WIDTH_FOR_SCALE && point->feels.given) {
        char level[32];
        struct trod_buf line = {0};
        trod_buf_format(&line, "feels %s%s %.*s", point->feels.level > 0 ? "+" : "",
                        trod_number_write(point->feels.level, level),
                        TROD_ARG(point->feels.word));
        put_text(plain, "  ", INK_PLAIN, trod_buf_str(&line), INK_PLAIN);
        trod_buf_free(&line);
    }
    for (size_t i = 0; i < point->n_pains; i++) {
        int n = point->pains[i].severity;
        put_text(plain, severity[n < 0 || n > 3 ? 0 : n], INK_PAIN, point->pains[i].text,
                 INK_PLAIN);
    }
    put_claims(plain, &point->delights, "  ▲ ", INK_DELIGHT);
    put_claims(plain, &point->truths, "  ★ ", INK_STAR);
}

/* ---- The flow
 * ------------------------------------------------------------------------------------ */

static void put_flow(struct plain *plain, const struct trod_flow *node, const char *bend);

static void put_stage(struct plain *plain, const struct trod_stage *stage) {
    trod_str title = stage->title.n ? stage->title : stage->id;
    blank(plain);
    begin_line(plain);
    ink(plain, INK_STAGE);
    trod_buf_adds(plain->out, "━━ ");
    size_t room = plain->width - prefix_cells(plain) - 4;
    trod_str cut = trod_str_cut_cells(title, room);
    put_safe(plain->out, cut);
    size_t used = prefix_cells(plain) + 3 + trod_str_cells(cut);
    trod_buf_byte(plain->out, ' ');
    for (used++; used < plain->width; used++) trod_buf_adds(plain->out, "━");
    plain_again(plain, INK_STAGE);
    trod_buf_byte(plain->out, '\n');
    put_claims(plain, &stage->goals, "   ", INK_PLAIN);
    if (stage->takes.given) put_text(plain, "   takes ", INK_SOFT, stage->takes.text, INK_SOFT);
    plain->any_stage = true;
}

static void put_bracketed(struct plain *plain, const char *words,
                          const struct trod_flow *inside) {
    if (deep(plain)) {
        put_text(plain, "", INK_PLAIN, trod_str_of(words), INK_SOFT);
        put_flow(plain, inside, "");
        return;
    }
    put_text(plain, "┌ ", INK_SOFT, trod_str_of(words), INK_SOFT);
    open_bracket(plain);
    put_flow(plain, inside, "");
    close_bracket(plain);
    put_text(plain, "└", INK_SOFT, TROD_STR(""), INK_SOFT);
}

static void put_choice(struct plain *plain, const struct trod_flow *node) {
    bool flat = deep(plain);
    put_text(plain, flat ? "" : "┌ ", INK_SOFT, TROD_STR("one of these ways"), INK_SOFT);
    for (size_t i = 0; i < node->n; i++) {
        struct trod_buf words = {0};
        const struct trod_way *way = node->ways ? &node->ways[i] : NULL;
        if (way && way->share == way->share)
            trod_buf_format(&words, "%d\xC2\xA0%% ", (int)(way->share * 100 + 0.5));
        if (way) trod_buf_add(&words, way->title.n ? way->title : way->id);
        put_text(plain, flat ? "" : "├ ", INK_SOFT, trod_buf_str(&words), INK_PLAIN);
        trod_buf_free(&words);
        if (!flat) open_bracket(plain);
        put_flow(plain, node->children[i], "");
        if (!flat) close_bracket(plain);
    }
    if (!flat) put_text(plain, "└", INK_SOFT, TROD_STR(""), INK_SOFT);
}

/* The touchpoint that a block stands round alone, through other such blocks; else NULL. */
static const struct trod_flow *alone(const struct trod_flow *node) {
    bool optional = node->kind == TROD_FLOW_CHOICE && node->optional;
    bool simple = node->kind == TROD_FLOW_LOOP &&
                  (node->n < 2 || node->children[1]->kind == TROD_FLOW_SILENT);
    if (node->kind == TROD_FLOW_TOUCHPOINT) return node;
    return (optional || simple) && node->stage_id == TROD_NO_ID ? alone(node->children[0])
                                                                : NULL;
}

static void bend_words(const struct trod_flow *node, char *at, size_t room) {
    size_t n = strlen(at);
    const char *before = n ? " · " : "";
    if (node->kind == TROD_FLOW_CHOICE && node->share == node->share)
        snprintf(at + n, room - n, "%soptional, %d\xC2\xA0%%", before,
                 (int)(node->share * 100 + 0.5));
    else if (node->kind == TROD_FLOW_CHOICE)
        snprintf(at + n, room - n, "%soptional", before);
    else if (node->kind == TROD_FLOW_LOOP && node->most_rounds)
        snprintf(at + n, room - n, "%sup to %u times", before, node->most_rounds);
    else if (node->kind == TROD_FLOW_LOOP)
        snprintf(at + n, room - n, "%sagain as often as needed", before);
}

static void put_block(struct plain *plain, const struct trod_flow *node) {
    char words[160] = "";
    const struct trod_flow *leaf = alone(node);
    if (leaf) {
        for (; node != leaf; node = node->children[0]) bend_words(node, words, sizeof words);
        put_flow(plain, leaf, words);
        return;
    }
    bend_words(node, words, sizeof words);
    put_bracketed(plain, words, node->children[0]);
    if (node->kind == TROD_FLOW_LOOP && node->n > 1 &&
        node->children[1]->kind != TROD_FLOW_SILENT)
        put_bracketed(plain, "between two rounds", node->children[1]);
}

static void put_any_order(struct plain *plain, const struct trod_flow *node) {
    bool flat = deep(plain);
    put_text(plain, flat ? "" : "┌ ", INK_SOFT, TROD_STR("in any order"), INK_SOFT);
    if (!flat) open_bracket(plain);
    for (size_t i = 0; i < node->n; i++) put_flow(plain, node->children[i], "");
    if (!flat) close_bracket(plain);
    if (!flat) put_text(plain, "└", INK_SOFT, TROD_STR(""), INK_SOFT);
}

static void put_flow(struct plain *plain, const struct trod_flow *node, const char *bend) {
    if (node->stage_id != TROD_NO_ID) put_stage(plain, &plain->map->stages[node->stage_id]);
    switch (node->kind) {
    case TROD_FLOW_SILENT:
        put_text(plain, "• ", INK_SOFT, TROD_STR("nothing happens"), INK_SOFT);
        break;
    case TROD_FLOW_TOUCHPOINT:
        put_point(plain, &plain->map->touchpoints[node->touchpoint_id], bend);
        break;
    case TROD_FLOW_SEQUENCE:
        for (size_t i = 0; i < node->n; i++) put_flow(plain, node->children[i], "");
        break;
    case TROD_FLOW_CHOICE:
        if (node->optional)
            put_block(plain, node);
        else
            put_choice(plain, node);
        break;
    case TROD_FLOW_ANY_ORDER:
        put_any_order(plain, node);
        break;
    case TROD_FLOW_LOOP:
        put_block(plain, node);
        break;
    }
}

/* ---- Around it
 * ----------------------------------------------------------------------------------- */

static void put_head(struct plain *plain) {
    const struct trod_map *map = plain->map;
    struct trod_buf line = {0};
    char date[40];
    put_text(plain, "", INK_PLAIN, map->title.n ? map->title : map->id, INK_BOLD);
    if (map->scope.n) put_text(plain, "", INK_PLAIN, map->scope, INK_PLAIN);
    if (map->state != TROD_STATE_UNSAID)
        trod_buf_adds(&line, map->state == TROD_AS_IS ? "as it is" : "as it is to be");
    add_word(&line, "owner ", map->owner);
    if (map->reviewed_us != TROD_NO_TIME && map->reviewed_us != 0)
        add_word(&line, "reviewed ", trod_str_of(trod_date_write(map->reviewed_us, date)));
    if (line.n) put_text(plain, "", INK_PLAIN, trod_buf_str(&line), INK_SOFT);
    trod_buf_free(&line);
    for (size_t i = 0; i < map->n_personas; i++) {
        const struct trod_persona *persona = &map->personas[i];
        blank(plain);
        put_text(plain, "", INK_PLAIN, persona->title.n ? persona->title : persona->id,
                 INK_BOLD);
        if (persona->goals.n)
            put_text(plain, "  goal: ", INK_SOFT, persona->goals.at[0].text, INK_PLAIN);
        if (persona->says.n)
            put_text(plain, "  ", INK_PLAIN, persona->says.at[0].text, INK_SOFT);
    }
}

static void put_rule(struct plain *plain, const char *words) {
    blank(plain);
    put_text(plain, "━━ ", INK_STAGE, trod_str_of(words), INK_STAGE);
}

static void put_any_time(struct plain *plain) {
    bool any = false;
    for (size_t i = 0; i < plain->map->n_touchpoints; i++) {
        if (!plain->map->touchpoints[i].any_time) continue;
        if (!any) put_rule(plain, "At any time");
        any = true;
        put_point(plain, &plain->map->touchpoints[i], "");
    }
}

static void put_promises(struct plain *plain) {
    const struct trod_map *map = plain->map;
    if (map->n_spans || map->n_kpis) put_rule(plain, "Promised spans and key figures");
    for (size_t i = 0; i < map->n_spans; i++) {
        const struct trod_span *span = &map->spans[i];
        struct trod_buf line = {0};
        trod_buf_format(&line, "%.*s: from %.*s to %.*s, %.*s", TROD_ARG(span->id),
                        TROD_ARG(span->from.text), TROD_ARG(span->to.text),
                        TROD_ARG(span->window.text));
        put_text(plain, "• ", INK_PLAIN, trod_buf_str(&line), INK_PLAIN);
        trod_buf_free(&line);
    }
    for (size_t i = 0; i < map->n_kpis; i++) {
        const struct trod_kpi *kpi = &map->kpis[i];
        struct trod_buf line = {0};
        trod_buf_add(&line, kpi->title.n ? kpi->title : kpi->id);
        add_word(&line, "now ", kpi->now);
        add_word(&line, "target ", kpi->target.given ? kpi->target.text : (trod_str){0});
        put_text(plain, "• ", INK_PLAIN, trod_buf_str(&line), INK_PLAIN);
        trod_buf_free(&line);
    }
}

static void put_key(struct plain *plain) {
    blank(plain);
    put_text(plain, "", INK_PLAIN,
             TROD_STR("▼ pain (▼▼▼ high) · ▲ delight · ★ moment of truth · feelings from -2 to "
                      "+2: ● with evidence, ○ an assumption"),
             INK_SOFT);
}

trod_status trod_draw_text(const struct trod_map *map, unsigned width, bool colour,
                           struct trod_buf *out, struct trod_error *error) {
    struct plain plain = {
        .map = map, .out = out, .width = width ? width : 80, .colour = colour};
    if (plain.width < LEAST_WIDTH) plain.width = LEAST_WIDTH;
    if (plain.width > MOST_WIDTH) plain.width = MOST_WIDTH;
    put_head(&plain);
    blank(&plain);
    put_flow(&plain, map->flow, "");
    put_any_time(&plain);
    put_promises(&plain);
    put_key(&plain);
    bool failed = out->failed || plain.prefix.failed;
    trod_buf_free(&plain.prefix);
    if (failed)
        return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory for the text");
    return TROD_OK;
}

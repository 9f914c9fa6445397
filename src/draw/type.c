/* type: line breaking over clusters. A cluster is what must not be torn: a letter with its
 * marks, an emoji with its modifiers. The runs become one list of clusters with widths; lines
 * are filled greedily, each remembering the last place where it might break, so that every
 * cluster is looked at twice at most. A line is then handed out as slices of the runs that it
 * came from.
 */
#include "draw/type.h"

#include "draw/widths.h"

#define RAISED_SIZE 0.72
/* Word joiner: stands for a raised figure, which keeps to its word. */
#define DRAW_GLUE 0x2060

struct cluster {
    uint32_t run;
    size_t from, to; /* bytes of the run */
    double width;
    bool space, newline;
    bool breaks; /* the line may break after it */
};
struct clusters {
    struct cluster *at;
    size_t n, room;
};

/* Classes of characters that the table leaves out, by the width that common faces give them. */
static double class_width(int32_t c, trod_str one) {
    size_t cells = trod_str_cells(one);
    if (cells == 0) return 0;
    if (c >= 0x1F000 || (c >= 0x2600 && c <= 0x27BF)) return 1.3;
    if (cells >= 2) return 1.0;
    return c < 0x0900 ? 0.65 : 0.9;
}

static double char_width(int32_t c, trod_str one, enum draw_face face) {
    for (size_t i = 0; i < draw_n_width_ranges; i++) {
        const struct draw_width_range *range = &draw_width_ranges[i];
        if (c >= range->first && c <= range->last) {
            unsigned width = draw_widths[face][range->at + (c - range->first)];
            if (width) return width / 1000.0;
        }
    }
    return class_width(c, one);
}

double draw_text_width(trod_str text, enum draw_face face, double size_px) {
    double width = 0;
    size_t at = 0;
    while (at < text.n) {
        size_t from = at;
        int32_t c = trod_str_next(text, &at);
        width += char_width(c, trod_str_slice(text, from, at), face) * size_px;
    }
    return width;
}

static bool is_rtl(int32_t c) {
    return (c >= 0x0590 && c <= 0x08FF) || (c >= 0xFB1D && c <= 0xFDFF) ||
           (c >= 0xFE70 && c <= 0xFEFC);
}

static bool is_letter(int32_t c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c >= 0xC0;
}

/* The first letter decides. */
static bool reads_from_right(trod_str text) {
    size_t at = 0;
    while (at < text.n) {
        int32_t c = trod_str_next(text, &at);
        if (is_rtl(c)) return true;
        if (is_letter(c)) return false;
    }
    return false;
}

/* Joined to the character before it, whatever its width. */
static bool joins_before(int32_t c, trod_str one) {
    return c == 0x200D || (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0x1F3FB && c <= 0x1F3FF) ||
           (c >= 0x300 && trod_str_cells(one) == 0);
}

static bool is_flag(int32_t c) {
    return c >= 0x1F1E6 && c <= 0x1F1FF;
}

/* Ideographs and kana, between which a line may break. */
static bool is_ideograph(int32_t c) {
    return (c >= 0x2E80 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x9FFF) ||
           (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) ||
           (c >= 0xFF00 && c <= 0xFF60) || c >= 0x1F000;
}

/* A mark that must not begin a line. */
static bool closes(int32_t c) {
    return c == 0x3001 || c == 0x3002 || c == 0xFF0C || c == 0xFF0E || c == 0xFF01 ||
           c == 0xFF1F || c == 0xFF09 || c == 0x300D || c == 0x300F || c == 0xFF1A ||
           c == 0xFF1B || c == ',' || c == '.' || c == '!' || c == '?' || c == ')';
}

static bool breaks_after(int32_t c, int32_t next) {
    if (closes(next) || next == DRAW_GLUE) return false;
    if (c == ' ' || c == '\t' || c == '\r' || c == 0x3000 || c == 0x200B) return true;
    if (c == '-' || c == 0x2010 || c == 0x2013 || c == 0x2014 || c == '/') {
        return is_letter(next);
    }
    return is_ideograph(c) || (is_ideograph(next) && c != '(' && c != 0x300C && c != 0xFF08);
}

/* What follows a character in its run or the runs after it; 0 at the end. */
static int32_t peek(const struct draw_run *runs, size_t n_runs, size_t run, size_t at) {
    for (; run < n_runs; run++, at = 0) {
        if (runs[run].raised) return DRAW_GLUE;
        if (at < runs[run].text.n) return trod_str_next(runs[run].text, &at);
    }
    return 0;
}

/* Cuts the runs into clusters; false without memory. */
static bool cut_clusters(struct trod_arena *arena, const struct draw_run *runs, size_t n_runs,
                         double size_px, struct clusters *list) {
    for (size_t r = 0; r < n_runs; r++) {
        trod_str text = runs[r].text;
        double size = runs[r].raised ? size_px * RAISED_SIZE : size_px;
        bool glue = false;
        int n_flags = 0;
        for (size_t at = 0; at < text.n;) {
            size_t from = at;
            int32_t c = trod_str_next(text, &at);
            trod_str one = trod_str_slice(text, from, at);
            bool second_flag = is_flag(c) && n_flags == 1;
            n_flags = is_flag(c) ? (n_flags + 1) % 2 : 0;
            bool joined = from > 0 && (glue || second_flag || joins_before(c, one));
            glue = c == 0x200D;
            struct cluster *last = list->n ? &list->at[list->n - 1] : NULL;
            int32_t next = peek(runs, n_runs, r, at);
            if (joined && last && last->run == r && !last->space && !last->newline) {
                last->to = at;
                last->breaks = breaks_after(c, next) || (last->breaks && !closes(next));
                continue;
            }
            struct cluster new_one = {
                .run = (uint32_t)r,
                .from = from,
                .to = at,
                .width = char_width(c, one, runs[r].face) * size,
                .space = c == ' ' || c == '\t' || c == '\r' || c == '\n',
                .newline = c == '\n',
                .breaks = breaks_after(c, next),
            };
            if (!TROD_PUSH(arena, list->at, list->n, list->room, new_one)) return false;
        }
    }
    return true;
}

/* One past the last cluster of the line that begins at `from`; `next` is where the following
 * one begins. */
static size_t fill_line(const struct clusters *list, size_t from, double width, size_t *next) {
    double used = 0;
    size_t place = 0; /* one past the last cluster after which it may break; 0: nowhere yet */
    for (size_t i = from; i < list->n; i++) {
        const struct cluster *one = &list->at[i];
        if (one->newline) {
            *next = i + 1;
            return i;
        }
        if (!one->space && used + one->width > width + 0.01 && i > from) {
            size_t end = place > from ? place : i;
            *next = end;
            return end;
        }
        used += one->width;
        if (one->breaks) place = i + 1;
    }
    *next = list->n;
    return list->n;
}

/* The line of the clusters from..to, spaces at its ends left out. */
static bool make_line(struct trod_arena *arena, const struct draw_run *runs,
                      const struct clusters *list, size_t from, size_t to, double room,
                      bool ellipsis, double size_px, struct draw_line *line) {
    while (from < to && list->at[from].space) from++;
    while (to > from && list->at[to - 1].space) to--;
    double width = 0;
    for (size_t i = from; i < to; i++) width += list->at[i].width;
    double dots = ellipsis ? draw_text_width(TROD_STR("…"), DRAW_REGULAR, size_px) : 0;
    while (ellipsis && to > from && width + dots > room) width -= list->at[--to].width;
    struct draw_run *cut = NULL;
    size_t n = 0, run_room = 0;
    for (size_t i = from; i < to; i++) {
        const struct cluster *one = &list->at[i];
        const struct draw_run *run = &runs[one->run];
        if (i > from && list->at[i - 1].run == one->run) {
            cut[n - 1].text.n = (size_t)(run->text.at + one->to - cut[n - 1].text.at);
            continue;
        }
        struct draw_run piece = *run;
        piece.text = trod_str_slice(run->text, one->from, one->to);
        if (!TROD_PUSH(arena, cut, n, run_room, piece)) return false;
    }
    if (ellipsis) {
        enum draw_paint paint = n ? cut[n - 1].paint : DRAW_INK;
        if (!TROD_PUSH(arena, cut, n, run_room,
                       (struct draw_run){TROD_STR("…"), DRAW_REGULAR, paint, false}))
            return false;
    }
    *line = (struct draw_line){cut, n, width + dots, false};
    return true;
}

struct draw_lines draw_wrap(struct trod_arena *arena, struct trod_arena *scratch,
                            const struct draw_run *runs, size_t n_runs, double size_px,
                            double width, size_t n_most) {
    struct draw_lines none = {0};
    struct clusters list = {0};
    if (!cut_clusters(scratch, runs, n_runs, size_px, &list)) return none;
    bool rtl =
        n_runs > 0 && reads_from_right(runs[n_runs > 1 && runs[0].face == DRAW_BOLD].text);
    struct draw_line *lines = NULL;
    size_t n = 0, room = 0;
    struct draw_lines result = {0};
    for (size_t from = 0; from < list.n && n < n_most;) {
        size_t next = from, to = fill_line(&list, from, width, &next);
        bool last = n + 1 == n_most && next < list.n;
        struct draw_line line;
        if (!make_line(arena, runs, &list, from, to, width, last, size_px, &line)) return none;
        line.rtl = rtl;
        if (!TROD_PUSH(arena, lines, n, room, line)) return none;
        if (line.width > result.width) result.width = line.width;
        result.cut = last;
        from = next;
        while (from < list.n && list.at[from].space && !list.at[from].newline) from++;
    }
    result.at = lines;
    result.n = n;
    return result;
}

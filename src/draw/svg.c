/* svg: the scene as SVG. Plain colours stand as presentation attributes, never in `style`, so
 * that a strict content policy holds; beside them stand classes (f-WORD fills, s-WORD strokes)
 * by which HTML paints the same picture in another theme.
 */
#include "draw/scene.h"

#define FONTS "Inter, &quot;Helvetica Neue&quot;, Helvetica, Arial, sans-serif"

/* A character that XML 1.0 allows. */
static bool legal(int32_t c) {
    return c == '\n' || c == '\t' || (c >= 0x20 && c < 0x7F) || (c >= 0xA0 && c <= 0xD7FF) ||
           (c >= 0xE000 && c <= 0xFFFD) || c >= 0x10000;
}

/* Text with markup escaped; what XML does not allow, and marks that turn the reading direction
 * of what follows, become U+FFFD. */
static void escape(struct trod_buf *out, trod_str text) {
    for (size_t at = 0; at < text.n;) {
        size_t from = at;
        int32_t c = trod_str_next(text, &at);
        bool turns = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
        bool broken = c == 0xFFFD && at - from == 1;
        if (c == '&') {
            trod_buf_adds(out, "&amp;");
        } else if (c == '<') {
            trod_buf_adds(out, "&lt;");
        } else if (c == '>') {
            trod_buf_adds(out, "&gt;");
        } else if (c == '"') {
            trod_buf_adds(out, "&quot;");
        } else if (!legal(c) || turns || broken) {
            trod_buf_adds(out, "\xEF\xBF\xBD");
        } else {
            trod_buf_add(out, trod_str_slice(text, from, at));
        }
    }
}

static void attribute(struct trod_buf *out, const char *name, double value) {
    trod_buf_format(out, " %s=\"", name);
    draw_number(out, value);
    trod_buf_byte(out, '"');
}

/* Two decimals, for opacity and scale. */
static void hundredths(struct trod_buf *out, double value) {
    int n = (int)(value * 100 + 0.5);
    trod_buf_format(out, "%d.%02d", n / 100, n % 100);
}

static void write_ink(struct trod_buf *out, const struct draw_ink *ink, enum trod_theme theme) {
    bool fills = ink->fill != DRAW_NONE, strokes = ink->stroke != DRAW_NONE;
    trod_buf_adds(out, " class=\"");
    if (fills) trod_buf_format(out, "f-%s", draw_paint_word(ink->fill));
    if (fills && strokes) trod_buf_byte(out, ' ');
    if (strokes) trod_buf_format(out, "s-%s", draw_paint_word(ink->stroke));
    trod_buf_format(out, "\" fill=\"%s\"", draw_paint_colour(ink->fill, theme));
    if (strokes) {
        trod_buf_format(out, " stroke=\"%s\"", draw_paint_colour(ink->stroke, theme));
        if (ink->width > 0) attribute(out, "stroke-width", ink->width);
        if (ink->dash) trod_buf_format(out, " stroke-dasharray=\"%s\"", ink->dash);
        if (ink->round)
            trod_buf_adds(out, " stroke-linecap=\"round\" stroke-linejoin=\"round\"");
    }
    if (ink->opacity > 0) {
        trod_buf_adds(out, " opacity=\"");
        hundredths(out, ink->opacity);
        trod_buf_byte(out, '"');
    }
}

static void write_group(struct trod_buf *out, const struct draw_item *item, bool embedded) {
    trod_buf_format(out, "<g class=\"%s\"", item->class_name);
    if (item->id.at) {
        trod_buf_adds(out, embedded ? " id=\"trod-" : " id=\"");
        escape(out, item->id);
        trod_buf_byte(out, '"');
    }
    trod_buf_adds(out, " role=\"group\"");
    if (item->focus) trod_buf_adds(out, " tabindex=\"0\"");
    trod_buf_adds(out, "><title>");
    escape(out, item->title);
    trod_buf_adds(out, "</title><desc>");
    escape(out, item->desc);
    trod_buf_adds(out, "</desc>\n");
}

static void write_face(struct trod_buf *out, enum draw_face face) {
    if (face == DRAW_BOLD) trod_buf_adds(out, " font-weight=\"700\"");
    if (face == DRAW_ITALIC) trod_buf_adds(out, " font-style=\"italic\"");
}

static void write_paint(struct trod_buf *out, enum draw_paint paint, enum trod_theme theme) {
    trod_buf_format(out, " class=\"f-%s\" fill=\"%s\"", draw_paint_word(paint),
                    draw_paint_colour(paint, theme));
}

static void write_text(struct trod_buf *out, const struct draw_item *item,
                       enum trod_theme theme) {
    const struct draw_line *line = &item->line;
    double x = item->x;
    enum draw_anchor anchor = item->anchor;
    if (line->rtl && anchor == DRAW_LEFT) x += item->w;
    trod_buf_adds(out, "<text");
    attribute(out, "x", x);
    attribute(out, "y", item->y);
    attribute(out, "font-size", item->size);
    if (item->spacing > 0) attribute(out, "letter-spacing", item->spacing);
    if (line->rtl) trod_buf_adds(out, " direction=\"rtl\"");
    if (anchor == DRAW_MIDDLE) trod_buf_adds(out, " text-anchor=\"middle\"");
    if (anchor == DRAW_RIGHT)
        trod_buf_format(out, " text-anchor=\"%s\"", line->rtl ? "start" : "end");
    write_face(out, line->runs[0].face);
    write_paint(out, line->runs[0].paint, theme);
    trod_buf_byte(out, '>');
    escape(out, line->runs[0].text);
    for (size_t i = 1; i < line->n; i++) {
        const struct draw_run *run = &line->runs[i];
        trod_buf_adds(out, "<tspan");
        if (run->face != DRAW_BOLD && line->runs[0].face == DRAW_BOLD)
            trod_buf_adds(out, " font-weight=\"400\"");
        if (run->face != DRAW_ITALIC && line->runs[0].face == DRAW_ITALIC)
            trod_buf_adds(out, " font-style=\"normal\"");
        write_face(out, run->face);
        if (run->raised) {
            attribute(out, "font-size", item->size * 0.72);
            attribute(out, "dy", -item->size * 0.3);
        } else if (line->runs[i - 1].raised) {
            attribute(out, "dy", item->size * 0.3);
        }
        write_paint(out, run->paint, theme);
        trod_buf_byte(out, '>');
        escape(out, run->text);
        trod_buf_adds(out, "</tspan>");
    }
    trod_buf_adds(out, "</text>\n");
}

static void write_path(struct trod_buf *out, const struct draw_item *item,
                       enum trod_theme theme) {
    trod_buf_format(out, "<path d=\"%s\"", item->path);
    if (item->x != 0 || item->y != 0 || item->scale > 0) {
        trod_buf_adds(out, " transform=\"translate(");
        draw_number(out, item->x);
        trod_buf_byte(out, ' ');
        draw_number(out, item->y);
        trod_buf_byte(out, ')');
        if (item->scale > 0) {
            trod_buf_adds(out, " scale(");
            hundredths(out, item->scale);
            trod_buf_byte(out, ')');
        }
        trod_buf_byte(out, '"');
    }
    write_ink(out, &item->ink, theme);
    trod_buf_adds(out, "/>\n");
}

static void write_item(struct trod_buf *out, const struct draw_item *item,
                       const struct draw_svg_options *options) {
    switch (item->shape) {
    case DRAW_GROUP:
        write_group(out, item, options->embedded);
        break;
    case DRAW_END:
        trod_buf_adds(out, "</g>\n");
        break;
    case DRAW_RECT:
        trod_buf_adds(out, "<rect");
        attribute(out, "x", item->x);
        attribute(out, "y", item->y);
        attribute(out, "width", item->w);
        attribute(out, "height", item->h);
        if (item->r > 0) attribute(out, "rx", item->r);
        write_ink(out, &item->ink, options->theme);
        trod_buf_adds(out, "/>\n");
        break;
    case DRAW_CIRCLE:
        trod_buf_adds(out, "<circle");
        attribute(out, "cx", item->x);
        attribute(out, "cy", item->y);
        attribute(out, "r", item->r);
        write_ink(out, &item->ink, options->theme);
        trod_buf_adds(out, "/>\n");
        break;
    case DRAW_PATH:
        write_path(out, item, options->theme);
        break;
    case DRAW_TEXT:
        write_text(out, item, options->theme);
        break;
    }
}

void trod_draw_style(enum trod_theme theme, const char *scope, struct trod_buf *out) {
    for (int i = DRAW_NONE + 1; i < DRAW_N_PAINTS; i++) {
        const char *word = draw_paint_word((enum draw_paint)i);
        const char *colour = draw_paint_colour((enum draw_paint)i, theme);
        trod_buf_format(out, "%s.trod-map .f-%s{fill:%s}%s.trod-map .s-%s{stroke:%s}\n", scope,
                        word, colour, scope, word, colour);
    }
}

trod_status draw_scene_svg(const struct draw_scene *scene,
                           const struct draw_svg_options *options, struct trod_buf *out,
                           struct trod_error *error) {
    if (scene->failed) return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    if (!options->embedded) trod_buf_adds(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    trod_buf_adds(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"trod-map\" xml:space=\"preserve\"");
    attribute(out, "width", scene->width);
    attribute(out, "height", scene->height);
    trod_buf_adds(out, " viewBox=\"0 0 ");
    draw_number(out, scene->width);
    trod_buf_byte(out, ' ');
    draw_number(out, scene->height);
    trod_buf_adds(out, "\" role=\"graphics-document document\" font-family=\"" FONTS
                       "\" text-rendering=\"geometricPrecision\">\n<title>");
    escape(out, scene->title);
    trod_buf_adds(out, "</title><desc>");
    escape(out, scene->desc);
    trod_buf_adds(out, "</desc>\n");
    for (size_t i = 0; i < scene->n; i++) write_item(out, &scene->items[i], options);
    trod_buf_adds(out, "</svg>\n");
    if (out->failed)
        return trod_fail(error, TROD_TOO_MUCH, "the picture is larger than %zu MB",
                         (out->ceiling ? out->ceiling : (size_t)1 << 30) >> 20);
    return TROD_OK;
}

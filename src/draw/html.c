/* html: text, tables, shares and bars. Every bar has its figure beside it: nothing is said by
 * colour or length alone.
 */
#include "draw/html.h"

#include <math.h>

#include "draw/words.h"

void html_text(struct trod_buf *out, trod_str text) {
    trod_xml_escape(out, text);
}

void html_section(struct trod_buf *out, const char *id, const char *title, const char *about) {
    trod_buf_format(out, "<section id=\"%s\"><h2>%s</h2>\n", id, title);
    if (about) trod_buf_format(out, "<p class=\"about\">%s</p>\n", about);
}

void html_end_section(struct trod_buf *out) {
    trod_buf_adds(out, "</section>\n");
}

void html_table(struct trod_buf *out, const char *const *columns) {
    trod_buf_adds(out,
                  "<div class=\"scroll\" tabindex=\"0\"><table class=\"sort\"><thead><tr>");
    for (; *columns; columns++) {
        const bool number = **columns == '#';
        trod_buf_format(out, "<th scope=\"col\"%s>%s</th>", number ? " class=\"n\"" : "",
                        *columns + number);
    }
    trod_buf_adds(out, "</tr></thead><tbody>\n");
}

void html_end_table(struct trod_buf *out) {
    trod_buf_adds(out, "</tbody></table></div>\n");
}

static void mini_bar(struct trod_buf *out, double share, bool bad) {
    trod_buf_format(
        out, "<span class=\"mini\" aria-hidden=\"true\"><i%s data-w=\"%.1f\"></i></span>",
        bad ? " class=\"bad\"" : "", fmin(fmax(share, 0), 1) * 100);
}

void html_share(struct trod_buf *out, struct trod_share share, uint64_t few, bool bad) {
    if (share.of < few) {
        trod_buf_adds(out, "<td data-v=\"-1\">too few to tell<small>");
        words_count(out, share.n);
        trod_buf_adds(out, " of ");
        words_count(out, share.of);
        trod_buf_adds(out, "</small></td>");
        return;
    }
    trod_buf_format(out, "<td data-v=\"%.6f\">", share.share);
    words_percent(out, share.share);
    trod_buf_adds(out, " <small>");
    words_interval(out, share.low, share.high);
    trod_buf_adds(out, ", of ");
    words_count(out, share.of);
    trod_buf_adds(out, "</small>");
    mini_bar(out, share.share, bad);
    trod_buf_adds(out, "</td>");
}

void html_count(struct trod_buf *out, uint64_t n) {
    trod_buf_format(out, "<td class=\"n\" data-v=\"%llu\">", (unsigned long long)n);
    words_count(out, n);
    trod_buf_adds(out, "</td>");
}

void html_time(struct trod_buf *out, const struct trod_measured *measured) {
    if (!measured->given) {
        trod_buf_adds(out, "<td data-v=\"-1\">–</td>");
        return;
    }
    trod_buf_format(out, "<td data-v=\"%.0f\">", measured->value);
    words_duration(out, measured->value);
    if (!isnan(measured->low) && !isnan(measured->high)) {
        trod_buf_adds(out, "<small>");
        words_durations(out, measured->low, measured->high);
        trod_buf_adds(out, "</small>");
    }
    trod_buf_adds(out, "</td>");
}

void html_ways(struct trod_buf *out, const struct trod_compare *compare,
               const struct trod_timed *timed) {
    static const char *const classes[] = {"in", "late", "open", "gone"};
    static const char *const names[] = {"in time", "late", "still open", "gone"};
    const struct trod_four_ways *ways = &timed->ways;
    const struct trod_share shares[] = {ways->share_in_time, ways->share_late, ways->share_open,
                                        ways->share_gone};
    trod_buf_adds(out, "<div class=\"ways\"><div class=\"name\"><b>");
    html_text(out, timed->title.n ? timed->title : timed->id);
    trod_buf_adds(out, "</b><span class=\"meta\">");
    if (timed->window) words_window(out, timed->window, false);
    if (ways->given) {
        trod_buf_adds(out, " · ");
        words_count(out, ways->started);
        trod_buf_adds(out, " started");
    }
    trod_buf_adds(out, "</span></div>\n");
    if (!ways->given || ways->started < compare->few) {
        trod_buf_adds(out, ways->given
                               ? "<p class=\"about\">Too few to tell.</p></div>\n"
                               : "<p class=\"about\">The log has no times.</p></div>\n");
        return;
    }
    trod_buf_adds(out, "<div class=\"bar\" aria-hidden=\"true\">");
    for (size_t i = 0; i < TROD_COUNT(shares); i++)
        if (shares[i].n)
            trod_buf_format(out, "<i class=\"%s\" data-w=\"%.2f\"></i>", classes[i],
                            shares[i].share * 100);
    trod_buf_adds(out, "</div><ul class=\"legend\">");
    for (size_t i = 0; i < TROD_COUNT(shares); i++) {
        trod_buf_format(out, "<li><i class=\"%s\" aria-hidden=\"true\"></i>%s ", classes[i],
                        names[i]);
        words_share(out, shares[i], compare->few);
        trod_buf_adds(out, "</li>");
    }
    trod_buf_adds(out, "</ul>");
    if (ways->median_us.given) {
        trod_buf_adds(out, "<p class=\"about\">Half of those who arrived needed at most ");
        words_measured_time(out, &ways->median_us);
        if (ways->p90_us.given) {
            trod_buf_adds(out, ", nine of ten at most ");
            words_measured_time(out, &ways->p90_us);
        }
        trod_buf_adds(out, ".</p>");
    }
    trod_buf_adds(out, "</div>\n");
}

/* page_text: lines, paragraphs beside a margin, and table rows, all measured in terminal cells
 * (a wide character takes two), so that columns stand straight in every script.
 */
#include "draw/page_text.h"

static void ink_on(struct page *page, enum page_ink ink) {
    static const char *const codes[] = {"", "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m"};
    if (page->colour) trod_buf_adds(page->out, codes[ink]);
}

static void ink_off(struct page *page, enum page_ink ink) {
    if (page->colour && ink != PAGE_PLAIN) trod_buf_adds(page->out, "\x1b[0m");
}

/* Adds at most `cells` cells of the text, ending in "…" if it had to be cut; gives how many. */
static unsigned add_cut(struct page *page, trod_str text, unsigned cells) {
    const size_t all = trod_str_cells(text);
    if (all <= cells) {
        trod_buf_add(page->out, text);
        return (unsigned)all;
    }
    if (cells == 0) return 0;
    trod_str cut = trod_str_cut_cells(text, cells - 1);
    while (cut.n && cut.at[cut.n - 1] == ' ') cut.n--;
    trod_buf_add(page->out, cut);
    trod_buf_adds(page->out, "…");
    return (unsigned)trod_str_cells(cut) + 1;
}

static void end_line(struct page *page) {
    struct trod_buf *out = page->out;
    while (out->n && out->at[out->n - 1] == ' ') out->at[--out->n] = 0;
    trod_buf_byte(out, '\n');
    page->n_lines++;
}

void page_line(struct page *page, enum page_ink ink, trod_str text) {
    ink_on(page, ink);
    add_cut(page, text, page->width);
    ink_off(page, ink);
    end_line(page);
}

void page_ends(struct page *page, enum page_ink ink, trod_str left, trod_str right) {
    const unsigned need = (unsigned)trod_str_cells(right);
    ink_on(page, ink);
    const unsigned room = page->width > need + 2 ? page->width - need - 2 : 0;
    const unsigned used = add_cut(page, left, room);
    ink_off(page, ink);
    if (page->width > used + need) trod_buf_repeat(page->out, ' ', page->width - used - need);
    add_cut(page, right, page->width);
    end_line(page);
}

void page_blank(struct page *page) {
    end_line(page);
}

void page_heading(struct page *page, const char *text) {
    page_blank(page);
    page_line(page, PAGE_BOLD, trod_str_of(text));
}

/* The next line of filled text: words up to `cells` cells; a word that is wider is cut through.
 * A number and its "%" are one word. */
static trod_str next_line(trod_str *rest, unsigned cells) {
    size_t end = 0, i = 0;
    *rest = trod_str_trim(*rest);
    while (i < rest->n) {
        size_t word = i;
        while (word < rest->n && rest->at[word] != '\n' &&
               (rest->at[word] != ' ' || (word + 1 < rest->n && rest->at[word + 1] == '%')))
            word++;
        if (trod_str_cells(trod_str_slice(*rest, 0, word)) > cells) break;
        end = word;
        while (word < rest->n && rest->at[word] == ' ') word++;
        i = word;
        if (word < rest->n && rest->at[word] == '\n') break;
    }
    if (end == 0 && rest->n) {
        end = trod_str_cut_cells(*rest, cells).n;
        if (end == 0) end = rest->n;
    }
    const trod_str line = trod_str_slice(*rest, 0, end);
    *rest = trod_str_trim(trod_str_slice(*rest, end, rest->n));
    return line;
}

static unsigned beside_room(const struct page *page, unsigned indent) {
    return page->width > indent + 10 ? page->width - indent : 10;
}

unsigned page_count(const struct page *page, unsigned indent, trod_str text) {
    unsigned n = 0;
    for (trod_str rest = text; trod_str_trim(rest).n; n++)
        (void)next_line(&rest, beside_room(page, indent));
    return n;
}

unsigned page_beside(struct page *page, unsigned indent, enum page_ink ink, const char *label,
                     trod_str text, unsigned most_lines) {
    const unsigned room = beside_room(page, indent);
    trod_str rest = text;
    unsigned n = 0;
    do {
        unsigned used = 0;
        if (n == 0) {
            ink_on(page, PAGE_BOLD);
            used = add_cut(page, trod_str_of(label), indent ? indent - 1 : 0);
            ink_off(page, PAGE_BOLD);
        }
        trod_buf_repeat(page->out, ' ', indent - used);
        ink_on(page, ink);
        n++;
        if (most_lines && n == most_lines)
            add_cut(page, trod_str_trim(rest), room), rest.n = 0;
        else
            trod_buf_add(page->out, next_line(&rest, room));
        ink_off(page, ink);
        end_line(page);
    } while (rest.n);
    return n;
}

void page_row(struct page *page, const struct page_cell *row, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const unsigned width = (unsigned)trod_str_cells(row[i].text);
        const unsigned cells = row[i].cells;
        /* One cell stays free before the next column. */
        const unsigned room = row[i].right || i + 1 == n || cells == 0 ? cells : cells - 1;
        if (row[i].right && width < cells) trod_buf_repeat(page->out, ' ', cells - width);
        ink_on(page, row[i].ink);
        const unsigned used = add_cut(page, row[i].text, room);
        ink_off(page, row[i].ink);
        if (!row[i].right && used < cells) trod_buf_repeat(page->out, ' ', cells - used);
    }
    end_line(page);
}

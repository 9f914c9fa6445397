/* docs/language.md against the program: every example on the page is a map without errors and
 * in canonical spacing, and the list of keywords is the table of the language. TROD_ACCEPT=1
 * writes the list anew. */
#include "map/doc.h"
#include "maps.h"

static char page_name[600];

static struct trod_buf read_page(void) {
    const char *const root = getenv("TROD_SOURCE_ROOT");
    struct trod_buf page = {0};
    snprintf(page_name, sizeof page_name, "%s/docs/language.md", root ? root : ".");
    assert_int_equal(trod_file_read(page_name, (size_t)1 << 20, &page, NULL), TROD_OK);
    return page;
}

/* The text of the next block that begins with the fence, from *at; false if there is none. */
static bool next_block(trod_str page, size_t *at, trod_str *block) {
    static const char fence[] = "\n```journey\n";
    const trod_str rest = trod_str_slice(page, *at, page.n);
    const char *const begin = memmem(rest.at, rest.n, fence, sizeof fence - 1);
    if (!begin) return false;
    const size_t from = (size_t)(begin - page.at) + sizeof fence - 1;
    const char *const end = memmem(page.at + from, page.n - from, "\n```\n", 5);
    assert_non_null(end);
    *block = trod_str_slice(page, from, (size_t)(end - page.at) + 1);
    *at = from + block->n;
    return true;
}

static void every_example_is_a_map(void **state) {
    (void)state;
    struct trod_buf page = read_page();
    size_t at = 0, n = 0;
    trod_str block;
    for (; next_block(trod_buf_str(&page), &at, &block); n++) {
        struct trod_buf text = {0}, spaced = {0};
        /* A part of a map stands without its journey on the page. */
        const bool part = !trod_str_contains(block, TROD_STR("journey "));
        if (part) trod_buf_adds(&text, "journey example: Example\n");
        trod_buf_add(&text, block);
        struct read read = sound(text.at);
        assert_int_equal(trod_map_format(trod_buf_str(&text), "t", &spaced, NULL), TROD_OK);
        if (strcmp(text.at, spaced.at) != 0)
            fail_msg("the example is spaced otherwise:\n%s", spaced.at);
        read_release(&read);
        trod_buf_free(&text);
        trod_buf_free(&spaced);
    }
    assert_true(n >= 8);
    trod_buf_free(&page);
}

/* ---- The list of keywords
 * ------------------------------------------------------------------------ */

static void upper(struct trod_buf *out, trod_str name, bool list) {
    size_t n = name.n;
    if (list && n > 1 && name.at[n - 1] == 's') n--;
    for (size_t i = 0; i < n; i++) {
        const char c = name.at[i];
        trod_buf_byte(out, c == '_' ? ' ' : c >= 'a' && c <= 'z' ? (char)(c - 32) : c);
    }
    if (list) trod_buf_adds(out, ", …");
}

static void slot_form(struct trod_buf *out, trod_str slot) {
    size_t sign = 0;
    while (slot.at[sign] != ':' && slot.at[sign] != '=' && slot.at[sign] != '~') sign++;
    const trod_str name = trod_str_slice(slot, 0, sign);
    const trod_str what = trod_str_slice(slot, sign + 1, slot.n);
    static const struct {
        const char *leaf, *form;
    } forms[] = {{"points", "X"},          {"time", "TIME"},   {"period", "TIME"},
                 {"number", "N"},          {"count", "N"},     {"signed", "+N"},
                 {"level", "-2 to +2"},    {"percent", "N%"},  {"value", "VALUE"},
                 {"date", "DATE"},         {"clock", "HH:MM"}, {"days", "DAYS"},
                 {"cond", "NAME OP VALUE"}};
    if (slot.at[sign] == '=') {
        for (size_t i = 0; i < what.n; i++)
            if (what.at[i] == '/')
                trod_buf_adds(out, "\\|");
            else
                trod_buf_byte(out, what.at[i] == '_' ? ' ' : what.at[i]);
        return;
    }
    if (slot.at[sign] == '~') {
        trod_buf_add(out, trod_str_slice(what, 0, trod_str_find(what, '/')));
        return;
    }
    for (size_t i = 0; i < TROD_COUNT(forms); i++)
        if (trod_str_is(what, forms[i].leaf)) {
            /* "contents" of a rule are no touchpoints, but are joined in the same way */
            const bool contents = trod_str_is(name, "contents");
            trod_buf_adds(out, contents ? "CONTENT [ or CONTENT … ]" : forms[i].form);
            return;
        }
    const bool list =
        trod_str_is(what, "refs") || trod_str_is(what, "names") || trod_str_is(what, "items");
    upper(out, name, list);
}

/* A pattern as people read it. */
static void form_of(struct trod_buf *out, const char *pattern) {
    const trod_str all = trod_str_of(pattern);
    for (size_t at = 0; at < all.n;) {
        size_t end = at;
        while (end < all.n &&
               (all.at[end] != ' ' || (all.at[at] == '<' && all.at[end - 1] != '>')))
            end++;
        const trod_str token = trod_str_slice(all, at, end);
        at = end + 1;
        const bool glued = trod_str_is(token, ":") || trod_str_is(token, ":_") ||
                           trod_str_is(token, ",") || trod_str_is(token, "-");
        if (trod_str_is(token, "_")) continue;
        const bool after_dash =
            out->n && out->at[out->n - 1] == '-' && out->n > 1 && out->at[out->n - 2] != ' ';
        if (!glued && !after_dash) trod_buf_byte(out, ' ');
        if (token.at[0] == '<')
            slot_form(out, trod_str_slice(token, 1, token.n - 1));
        else if (token.at[0] == '@')
            upper(out, trod_str_slice(token, 1, token.n), false);
        else if (trod_str_is(token, "|"))
            trod_buf_adds(out, "\\|");
        else if (trod_str_is(token, ":_"))
            trod_buf_adds(out, ":");
        else
            trod_buf_add(out, token);
    }
}

static void cell(struct trod_buf *out, const char *text) {
    for (; *text; text++) {
        if (*text == '|') trod_buf_byte(out, '\\');
        trod_buf_byte(out, *text);
    }
}

static void write_list(struct trod_buf *out) {
    size_t n;
    const struct map_word *const words = map_words(&n);
    for (int place = 0; place < MAP_OPAQUE; place++) {
        /* What a block round stages takes is said of blocks inside stages, and of the left
         * edge. */
        if (place == MAP_STAGES || place == MAP_FLOW) continue;
        const char *name = map_place_name((enum map_place)place);
        trod_buf_format(out, "\n**%c%s**\n\n| form | once | example |\n|---|---|---|\n",
                        name[0] - 32, name + 1);
        for (size_t i = 0; i < n; i++) {
            if (!(words[i].places >> place & 1) || strcmp(words[i].keyword, "x-") == 0)
                continue;
            struct trod_buf form = {0};
            if (words[i].flags & MAP_PREFIXED) {
                form_of(&form, words[i].pattern);
            } else {
                trod_buf_byte(&form, ' ');
                trod_buf_adds(&form, words[i].keyword);
                form_of(&form, words[i].pattern);
            }
            if (words[i].flags & MAP_PROOF) trod_buf_adds(&form, " [ PROOF ]");
            trod_buf_format(out, "| `%s` | %s | `", form.at + 1,
                            words[i].flags & MAP_REQUIRED
                                ? words[i].flags & MAP_ONCE ? "needed" : "needed, many"
                            : words[i].flags & MAP_ONCE ? "once"
                                                        : "");
            cell(out, words[i].example);
            trod_buf_adds(out, "` |\n");
            trod_buf_free(&form);
        }
    }
    trod_buf_byte(out, '\n');
}

static void the_list_is_the_table(void **state) {
    (void)state;
    static const char begin[] = "<!-- keywords: begin -->\n", end[] = "<!-- keywords: end -->";
    struct trod_buf page = read_page(), list = {0};
    char *const from = strstr(page.at, begin);
    char *const to = strstr(page.at, end);
    assert_true(from && to && from < to);
    write_list(&list);
    const size_t at = (size_t)(from - page.at) + sizeof begin - 1;
    const trod_str is = trod_str_slice(trod_buf_str(&page), at, (size_t)(to - page.at));
    if (getenv("TROD_ACCEPT")) {
        struct trod_buf whole = {0};
        trod_buf_add(&whole, trod_str_slice(trod_buf_str(&page), 0, at));
        trod_buf_add(&whole, trod_buf_str(&list));
        trod_buf_adds(&whole, to);
        assert_int_equal(trod_file_write(page_name, trod_buf_str(&whole), NULL), TROD_OK);
        trod_buf_free(&whole);
    } else if (!trod_str_equal(is, trod_buf_str(&list))) {
        fail_msg("the list of keywords in %s is not that of src/map/words.c; this test with "
                 "TROD_ACCEPT=1 writes it anew",
                 page_name);
    }
    trod_buf_free(&list);
    trod_buf_free(&page);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_example_is_a_map),
        cmocka_unit_test(the_list_is_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

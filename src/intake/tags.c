/* A log is large and plain: UTF-8, no DOCTYPE, nothing but tags with attributes. Such a file is
 * cut here, in the window where it lies, sixteen bytes at a time, several times as fast as a
 * general parser; text between tags is passed over, as XES has none. Whatever has a DOCTYPE or
 * another encoding goes through the XML reader of base, which knows all of XML. Both doors lead
 * to the same two callbacks. */
#include "intake/tags.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum { DEEPEST = 1024, NAME_KEPT = 30, MOST_ATTRIBUTES = 64 };

/* An open tag; of a long name the front is kept. */
struct open_tag {
    uint16_t n;
    char at[NAME_KEPT];
};
struct raw_attribute {
    struct intake_attribute as;
    bool coded; /* has &, a control character or a byte above ASCII */
};
struct scan {
    struct intake_tags *tags;
    struct intake_feed *feed;
    struct open_tag *open; /* [DEEPEST] */
    unsigned depth;
    bool seen_root;
    struct trod_buf scratch; /* values that had to be rewritten */
    struct raw_attribute raw[MOST_ATTRIBUTES];
    struct intake_attribute attributes[MOST_ATTRIBUTES];
    size_t n_attributes;
    /* of the tag that is looked at */
    trod_str name;
    bool closes; /* ends in "/>" */
    const char *next;
    uint64_t n_lines; /* line ends inside the tag */
};

enum look { LOOK_TAG, LOOK_MORE, LOOK_BAD };

static bool is_blank(char c) {
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* Names are short: not worth a call. */
static inline trod_str without_prefix(trod_str name) {
    for (size_t i = name.n; i > 0; i--)
        if (name.at[i - 1] == ':') return (trod_str){name.at + i, name.n - i};
    return name;
}

/* Few of sixteen bits are set. */
static inline uint64_t count_bits(unsigned bits) {
    uint64_t n = 0;
    for (; bits; bits &= bits - 1) n++;
    return n;
}

/* The next "<" from p on, or `end`; counts the line ends before it. */
static const char *find_tag(const char *p, const char *end, uint64_t *n_lines) {
#if defined(__SSE2__)
    const __m128i open = _mm_set1_epi8('<'), line = _mm_set1_epi8('\n');
    for (; p < end; p += 16) {
        __m128i block;
        memcpy(&block, p, sizeof block);
        unsigned at = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(block, open));
        unsigned lines = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(block, line));
        if (end - p < 16) at |= 1U << (end - p);
        if (at) {
            const int n = __builtin_ctz(at);
            *n_lines += count_bits(lines & ((1U << n) - 1));
            return p + n;
        }
        *n_lines += count_bits(lines);
    }
    return end;
#else
    for (; p < end && *p != '<'; p++) *n_lines += *p == '\n';
    return p;
#endif
}

/* The closing quotation mark, or `end`. Says whether the value must be rewritten; *bad: a "<".
 */
static const char *find_quote(const char *p, const char *end, char quote, bool *coded,
                              bool *bad) {
#if defined(__SSE2__)
    const __m128i close = _mm_set1_epi8(quote), and = _mm_set1_epi8('&'),
                  less = _mm_set1_epi8('<'), blank = _mm_set1_epi8(' ');
    for (; p < end; p += 16) {
        __m128i block;
        memcpy(&block, p, sizeof block);
        unsigned at = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(block, close));
        /* Signed: below ' ' are the control characters and all bytes above ASCII. */
        const __m128i odd =
            _mm_or_si128(_mm_cmpeq_epi8(block, and), _mm_cmplt_epi8(block, blank));
        const unsigned codes = (unsigned)_mm_movemask_epi8(odd);
        const unsigned angles = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(block, less));
        if (end - p < 16) at |= 1U << (end - p);
        const unsigned within = at ? (1U << __builtin_ctz(at)) - 1 : 0xffffU;
        *coded |= (codes & within) != 0;
        *bad |= (angles & within) != 0;
        if (at) return p + __builtin_ctz(at);
    }
    return end;
#else
    for (; p < end && *p != quote; p++) {
        *coded |= *p == '&' || *p < ' ';
        *bad |= *p == '<';
    }
    return p;
#endif
}

/* Cuts the tag whose name begins at p. */
static enum look look_at_tag(struct scan *scan, const char *p, const char *end) {
    const char *const name = p;
    while (p < end && !is_blank(*p) && *p != '>' && *p != '/') p++;
    scan->name = (trod_str){name, (size_t)(p - name)};
    scan->n_attributes = 0;
    scan->n_lines = 0;
    scan->closes = false;
    if (p > name && (*name == '<' || *name == '=')) return LOOK_BAD;
    for (;;) {
        for (; p < end && is_blank(*p); p++) scan->n_lines += *p == '\n';
        if (p < end && *p == '/') {
            if (p + 1 == end) return LOOK_MORE;
            if (p[1] != '>') return LOOK_BAD;
            scan->closes = true;
            p++;
        }
        if (p == end) return LOOK_MORE;
        if (*p == '>') break;
        const char *const key = p;
        while (p < end && *p != '=' && !is_blank(*p) && *p != '>' && *p != '<' && *p != '"')
            p++;
        const trod_str attribute = {key, (size_t)(p - key)};
        while (p < end && is_blank(*p)) p++;
        if (p == end) return LOOK_MORE;
        if (*p != '=' || attribute.n == 0) return LOOK_BAD;
        p++;
        while (p < end && is_blank(*p)) p++;
        if (p == end) return LOOK_MORE;
        const char quote = *p++;
        if (quote != '"' && quote != '\'') return LOOK_BAD;
        bool coded = false, bad = false;
        const char *const value = p;
        p = find_quote(p, end, quote, &coded, &bad);
        if (bad) return LOOK_BAD;
        if (p == end) return LOOK_MORE;
        if (scan->n_attributes < MOST_ATTRIBUTES)
            scan->raw[scan->n_attributes++] = (struct raw_attribute){
                {without_prefix(attribute), {value, (size_t)(p - value)}}, coded};
        if (coded)
            for (const char *q = value; q < p; q++) scan->n_lines += *q == '\n';
        p++;
    }
    scan->next = p + 1;
    return scan->name.n ? LOOK_TAG : LOOK_BAD;
}

/* "amp;…" and the like behind an "&"; adds the character. False for one that is unknown. */
static bool add_entity(struct trod_buf *out, trod_str text, size_t *at) {
    static const struct {
        const char *name;
        char c;
    } known[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
    const size_t from = *at + 1;
    size_t n = from;
    while (n < text.n && n < from + 12 && text.at[n] != ';') n++;
    if (n >= text.n || text.at[n] != ';') return false;
    const trod_str name = {text.at + from, n - from};
    *at = n + 1;
    for (size_t i = 0; i < TROD_COUNT(known); i++) {
        if (!trod_str_is(name, known[i].name)) continue;
        trod_buf_byte(out, known[i].c);
        return true;
    }
    const bool hex = name.n > 2 && (name.at[1] | 0x20) == 'x';
    if (name.n < 2 || name.at[0] != '#') return false;
    uint32_t c = 0;
    for (size_t i = hex ? 2 : 1; i < name.n; i++) {
        const char digit = (char)(name.at[i] | 0x20);
        const bool decimal = name.at[i] >= '0' && name.at[i] <= '9';
        if (!decimal && !(hex && digit >= 'a' && digit <= 'f')) return false;
        const uint32_t value = (uint32_t)(decimal ? name.at[i] - '0' : digit - 'a' + 10);
        c = c * (hex ? 16 : 10) + value;
        if (c > 0x10ffff) return false;
    }
    if (c == 0 || (c >= 0xd800 && c < 0xe000)) return false;
    intake_character(out, c);
    return true;
}

/* The value with its entities in place, blanks for line ends, and as UTF-8. */
static bool decode(struct scan *scan, trod_str *value) {
    struct trod_buf *const out = &scan->scratch;
    const size_t from = out->n;
    if (trod_str_utf8(*value, NULL)) {
        for (size_t i = 0; i < value->n;) {
            if (value->at[i] != '&') {
                const char c = value->at[i++];
                trod_buf_byte(out, (unsigned char)c < ' ' ? ' ' : c);
            } else if (!add_entity(out, *value, &i)) {
                return false;
            }
        }
    } else {
        if (memchr(value->at, '\0', value->n)) return false;
        intake_latin(out, *value);
        scan->tags->n_latin++;
    }
    *value = (trod_str){out->at + from, out->n - from};
    return true;
}

static trod_status no_xml(const char *why, struct trod_error *error) {
    return trod_fail(error, TROD_BAD_INPUT, "this is not XML: %s", why);
}

static trod_status take_begin(struct scan *scan, struct trod_error *error) {
    struct intake_tags *const tags = scan->tags;
    trod_buf_clear(&scan->scratch);
    size_t n_coded = 0;
    for (size_t i = 0; i < scan->n_attributes; i++)
        if (scan->raw[i].coded) n_coded += scan->raw[i].as.value.n;
    /* Room for all, so that what is there stays in place. */
    if (n_coded && !trod_buf_room(&scan->scratch, 4 * n_coded))
        return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    for (size_t i = 0; i < scan->n_attributes; i++) {
        scan->attributes[i] = scan->raw[i].as;
        if (scan->raw[i].coded && !decode(scan, &scan->attributes[i].value))
            return no_xml("a & in a value begins none of &amp; &lt; &gt; &quot; &apos; &#…;",
                          error);
    }
    if (scan->depth >= DEEPEST)
        return trod_fail(error, TROD_TOO_MUCH, "the file is nested more than %d levels deep",
                         DEEPEST);
    if (scan->depth == 0 && scan->seen_root)
        return no_xml("a second element follows the first", error);
    struct open_tag *const open = &scan->open[scan->depth++];
    open->n = (uint16_t)(scan->name.n < UINT16_MAX ? scan->name.n : UINT16_MAX);
    memcpy(open->at, scan->name.at, open->n < NAME_KEPT ? open->n : NAME_KEPT);
    scan->seen_root = true;
    const trod_status status = tags->begin(tags->owner, without_prefix(scan->name),
                                           scan->attributes, scan->n_attributes, error);
    if (status != TROD_OK || !scan->closes) return status;
    scan->depth--;
    return tags->end(tags->owner, error);
}

static trod_status take_end(struct scan *scan, trod_str name, struct trod_error *error) {
    if (scan->depth == 0) return no_xml("a tag is closed that was never opened", error);
    const struct open_tag *const open = &scan->open[scan->depth - 1];
    const size_t n = name.n < UINT16_MAX ? name.n : UINT16_MAX;
    if (open->n != n || memcmp(open->at, name.at, n < NAME_KEPT ? n : NAME_KEPT) != 0)
        return no_xml("a tag is closed that is not the one last opened", error);
    scan->depth--;
    return scan->tags->end(scan->tags->owner, error);
}

/* Passes over <!-- -->, <![CDATA[ ]]> or <? ?>; *n is its length, 0 if its end is not there. */
static bool special(trod_str rest, size_t *n) {
    static const struct {
        const char *begin, *end;
    } kinds[] = {{"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}};
    for (size_t i = 0; i < TROD_COUNT(kinds); i++) {
        if (!trod_str_starts(rest, trod_str_of(kinds[i].begin))) continue;
        const size_t skip = strlen(kinds[i].begin), close = strlen(kinds[i].end);
        const char *const at =
            rest.n > skip ? memmem(rest.at + skip, rest.n - skip, kinds[i].end, close) : NULL;
        *n = at ? (size_t)(at - rest.at) + close : 0;
        return true;
    }
    return false;
}

/* Takes what begins with "<" at p. *more: its end is not in the window yet. */
static trod_status take_tag(struct scan *scan, const char *p, const char *end, bool *more,
                            struct trod_error *error) {
    const trod_str rest = {p, (size_t)(end - p)};
    scan->n_lines = 0;
    *more = false;
    if (rest.n > 1 && rest.at[1] == '/') {
        const char *const close = memchr(p, '>', rest.n);
        *more = !close;
        if (!close) return TROD_OK;
        trod_str name = {p + 2, (size_t)(close - p) - 2};
        while (name.n && is_blank(name.at[name.n - 1])) name.n--;
        scan->next = close + 1;
        return take_end(scan, name, error);
    }
    size_t n = 0;
    if (rest.n < 9 && !scan->feed->ended) {
        *more = true; /* too little to tell what it is */
        return TROD_OK;
    }
    if ((rest.at[1] == '!' || rest.at[1] == '?') && special(rest, &n)) {
        *more = n == 0;
        scan->next = p + n;
        for (size_t i = 0; i < n; i++) scan->n_lines += p[i] == '\n';
        return TROD_OK;
    }
    switch (look_at_tag(scan, p + 1, end)) {
    case LOOK_TAG:
        return take_begin(scan, error);
    case LOOK_MORE:
        *more = true;
        return TROD_OK;
    case LOOK_BAD:
        break;
    }
    return no_xml("a tag is not written as <name key=\"value\">", error);
}

static trod_status scan_all(struct scan *scan, struct trod_error *error) {
    struct intake_feed *const feed = scan->feed;
    for (;;) {
        const char *p = feed->window.at + feed->used, *const end =
                                                          feed->window.at + feed->window.n;
        p = find_tag(p, end, &scan->tags->line);
        feed->used = (size_t)(p - feed->window.at);
        bool more = p == end;
        if (!more) {
            const trod_status status = take_tag(scan, p, end, &more, error);
            if (status != TROD_OK) return status;
        }
        if (!more) {
            feed->used = (size_t)(scan->next - feed->window.at);
            scan->tags->line += scan->n_lines;
            continue;
        }
        if (feed->ended) break;
        const trod_status status = intake_feed_more(feed, error);
        if (status != TROD_OK) return status;
    }
    if (scan->depth == 0 && scan->seen_root && feed->used == feed->window.n) return TROD_OK;
    const trod_status status =
        scan->seen_root ? trod_fail(error, TROD_BAD_INPUT,
                                    "the file ends in the middle: not every tag is closed")
                        : no_xml("there is no tag in it", error);
    if (scan->seen_root) trod_error_hint(error, "it was cut short; fetch it again");
    return status;
}

/* ---- Which door
 * ----------------------------------------------------------------------------------- */

/* True if the prolog says that the file is plain: UTF-8 or ASCII, and no DOCTYPE. */
static bool is_plain(const struct intake_feed *feed) {
    trod_str rest = {feed->window.at + feed->used, feed->window.n - feed->used};
    for (bool first = true;; first = false) {
        while (rest.n && is_blank(*rest.at)) rest = trod_str_slice(rest, 1, rest.n);
        size_t n = 0;
        if (rest.n < 9 || *rest.at != '<') return false;
        if (!special(rest, &n)) return rest.at[1] != '!';
        if (n == 0) return false;
        const trod_str head = trod_str_slice(rest, 0, n);
        if (first && trod_str_starts(head, TROD_STR("<?xml")) &&
            trod_str_contains(head, TROD_STR("encoding"))) {
            char plain[128] = "";
            for (size_t i = 0, k = 0; i < n && k < sizeof plain - 1; i++)
                if (!is_blank(head.at[i]))
                    plain[k++] = (char)(head.at[i] >= 'A' && head.at[i] <= 'Z' ? head.at[i] + 32
                                                                               : head.at[i]);
            if (!strstr(plain, "encoding=\"utf-8\"") && !strstr(plain, "encoding='utf-8'") &&
                !strstr(plain, "encoding=\"us-ascii\"") &&
                !strstr(plain, "encoding='us-ascii'"))
                return false;
        }
        rest = trod_str_slice(rest, n, rest.n);
    }
}

struct door {
    struct intake_tags *tags;
    struct trod_xml *xml;
};

static trod_status on_begin(void *at, const char *name, const char **attributes,
                            struct trod_error *error) {
    struct door *const door = at;
    struct intake_attribute list[MOST_ATTRIBUTES];
    size_t n = 0;
    for (size_t i = 0; attributes[i] && n < MOST_ATTRIBUTES; i += 2)
        list[n++] = (struct intake_attribute){trod_str_of(attributes[i]),
                                              trod_str_of(attributes[i + 1])};
    door->tags->line = (uint64_t)trod_xml_line(door->xml);
    return door->tags->begin(door->tags->owner, trod_str_of(name), list, n, error);
}

static trod_status on_end(void *at, const char *name, struct trod_error *error) {
    struct door *const door = at;
    (void)name;
    return door->tags->end(door->tags->owner, error);
}

static trod_status read_any(struct intake_tags *tags, struct intake_feed *feed,
                            struct trod_error *error) {
    trod_status status = TROD_OK;
    struct door door = {.tags = tags};
    const struct trod_xml_reader reader = {.owner = &door, .begin = on_begin, .end = on_end};
    door.xml = trod_xml_make(&reader, feed->name);
    TROD_TRY_ALLOC(door.xml, error);
    for (bool last = false; !last;) {
        const trod_str piece = {feed->window.at + feed->used, feed->window.n - feed->used};
        last = feed->ended;
        TROD_TRY(trod_xml_feed(door.xml, piece, last, error));
        feed->used = feed->window.n;
        if (!last) TROD_TRY(intake_feed_more(feed, error));
    }
done:
    trod_xml_free(door.xml);
    return status;
}

trod_status intake_tags_read(struct intake_tags *tags, struct intake_feed *feed,
                             struct trod_error *error) {
    tags->line = 1;
    if (!is_plain(feed)) return read_any(tags, feed, error);
    trod_status status = TROD_OK;
    struct scan *scan = NULL;
    struct trod_arena *const arena = trod_arena_make(1 << 20);
    TROD_TRY_ALLOC(arena, error);
    scan = TROD_NEW(arena, struct scan);
    TROD_TRY_ALLOC(scan, error);
    *scan = (struct scan){
        .tags = tags, .feed = feed, .scratch = {.ceiling = 5 * (size_t)INTAKE_ROW_CEILING}};
    scan->open = TROD_NEW_ARRAY(arena, DEEPEST, struct open_tag);
    TROD_TRY_ALLOC(scan->open, error);
    status = scan_all(scan, error);
    if (status != TROD_OK && error && error->line == 0)
        trod_error_place(error, "", (int64_t)tags->line, 0);
done:
    if (scan) trod_buf_free(&scan->scratch);
    trod_arena_free(arena);
    return status;
}

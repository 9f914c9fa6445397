/* additions_write: new touchpoints in the text of a map. A touchpoint goes behind the block of
 * the one that it was seen behind (its line and all deeper ones), at the same indent; one that
 * comes first goes before the first touchpoint of the map. All other bytes stay.
 */
#include <math.h>
#include <stdio.h>

#include "mine/inside.h"

struct writing {
    const struct trod_additions *additions;
    const struct trod_map *map;
    trod_str text;
    struct trod_buf *out;
    struct trod_dict *ids; /* that were given */
};

static size_t indent_of(trod_str line) {
    size_t n = 0;
    while (n < line.n && line.at[n] == ' ') n++;
    return n;
}

/* The line that begins at *from, without its end; moves past it. */
static trod_str next_line(trod_str text, size_t *from) {
    const size_t begin = *from;
    const size_t n = trod_str_find(trod_str_slice(text, begin, text.n), '\n');
    const size_t end = n == SIZE_MAX ? text.n : begin + n;
    *from = end < text.n ? end + 1 : text.n;
    return trod_str_slice(text, begin, end);
}

static bool is_blank(trod_str line) {
    return trod_str_trim(line).n == 0;
}

/* Which line is the last of the touchpoint that begins in line `first` (from 1). */
static uint32_t last_line(trod_str text, uint32_t first) {
    size_t from = 0, indent = 0;
    uint32_t last = first;
    for (uint32_t number = 1; from < text.n; number++) {
        const trod_str line = next_line(text, &from);
        if (number < first) continue;
        if (number == first) {
            indent = indent_of(line);
            continue;
        }
        if (is_blank(line)) continue;
        if (indent_of(line) <= indent) break;
        last = number;
    }
    return last;
}

/* ---- Ids -----------------------------------------------------------------------------------
 */

static bool is_taken(const struct writing *writing, trod_str id) {
    struct trod_buf word = {0};
    bool taken = trod_dict_find(writing->ids, id) != TROD_NO_ID;
    /* An id is defined before a colon, a share or the end of a line. */
    static const char *const behind[] = {":", " ", "\n"};
    for (size_t i = 0; i < TROD_COUNT(behind) && !taken; i++) {
        trod_buf_clear(&word);
        trod_buf_format(&word, " %.*s%s", TROD_ARG(id), behind[i]);
        taken = trod_str_contains(writing->text, trod_buf_str(&word));
    }
    trod_buf_free(&word);
    return taken;
}

static bool make_id(struct writing *writing, trod_str name, char id[64]) {
    size_t n = 0;
    for (size_t i = 0; i < name.n && n < 40; i++) {
        const char c = name.at[i];
        const char lower = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
        if ((lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9'))
            id[n++] = lower;
        else if (n && id[n - 1] != '-')
            id[n++] = '-';
    }
    while (n && id[n - 1] == '-') n--;
    if (n == 0) n = (size_t)snprintf(id, 8, "step");
    const size_t stem = n;
    for (unsigned k = 2; is_taken(writing, (trod_str){id, n}); k++)
        n = stem + (size_t)snprintf(id + stem, 16, "-%u", k);
    id[n] = '\0';
    return trod_dict_add(writing->ids, (trod_str){id, n}) != TROD_NO_ID;
}

/* ---- Lines ---------------------------------------------------------------------------------
 */

static void add_time(struct trod_buf *out, double us, bool up) {
    static const struct {
        double us, least_us;
        const char *name;
    } units[] = {{(double)TROD_DAY_US, 2 * (double)TROD_DAY_US, "days"},
                 {(double)TROD_HOUR_US, 2 * (double)TROD_HOUR_US, "h"},
                 {(double)TROD_MINUTE_US, 2 * (double)TROD_MINUTE_US, "min"},
                 {(double)TROD_SECOND_US, 0, "s"}};
    size_t u = 0;
    while (us < units[u].least_us) u++;
    trod_buf_format(out, "%.0f %s", up ? ceil(us / units[u].us) : floor(us / units[u].us),
                    units[u].name);
}

static void write_window(struct writing *writing, size_t indent,
                         const struct trod_durations *comes) {
    if (comes->n == 0 || !(comes->p95_us >= (double)TROD_SECOND_US)) return;
    trod_buf_repeat(writing->out, ' ', indent + 2);
    trod_buf_adds(writing->out, "comes      ");
    if (comes->median_us >= (double)TROD_SECOND_US) {
        trod_buf_adds(writing->out, "usually ");
        add_time(writing->out, comes->median_us, false);
        trod_buf_adds(writing->out, ", ");
    }
    trod_buf_adds(writing->out, "at most ");
    add_time(writing->out, comes->p95_us, true);
    trod_buf_byte(writing->out, '\n');
}

/* A title that no line can hold stands below it as long text. */
static void write_title(struct writing *writing, size_t indent, trod_str name) {
    const bool plain = name.n && trod_str_trim(name).n == name.n &&
                       trod_str_find(name, '\n') == SIZE_MAX && name.at[name.n - 1] != ']';
    if (plain) trod_buf_format(writing->out, " %.*s", TROD_ARG(name));
    trod_buf_byte(writing->out, '\n');
    for (size_t from = 0; !plain && from < name.n;) {
        const trod_str line = next_line(name, &from);
        trod_buf_repeat(writing->out, ' ', indent + 2);
        trod_buf_format(writing->out, "| %.*s\n", TROD_ARG(line));
    }
}

static trod_status write_addition(struct writing *writing, size_t indent,
                                  const struct trod_addition *addition,
                                  struct trod_error *error) {
    char id[64];
    struct trod_buf *const out = writing->out;
    const uint64_t n_all = writing->additions->n_journeys;
    const trod_str name = trod_dict_at(writing->additions->names, addition->name);
    if (!make_id(writing, name, id))
        return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    trod_buf_repeat(out, ' ', indent);
    trod_buf_format(
        out, "# added by trod discover: in %llu of %llu journeys, in %llu of them first %s\n",
        (unsigned long long)addition->n_journeys, (unsigned long long)n_all,
        (unsigned long long)addition->n_behind,
        addition->touchpoint_id == TROD_NO_ID ? "of all" : "here");
    trod_buf_repeat(out, ' ', indent);
    trod_buf_format(out, "touchpoint %s:", id);
    write_title(writing, indent, name);
    if (addition->n_journeys < n_all) {
        const double percent = 100 * (double)addition->n_journeys / (double)n_all;
        trod_buf_repeat(out, ' ', indent + 2);
        trod_buf_format(out, percent < 1 ? "optional %.1f%%\n" : "optional %.0f%%\n",
                        percent < 0.1 ? 0.1 : percent);
    }
    if (addition->n_repeating) {
        trod_buf_repeat(out, ' ', indent + 2);
        trod_buf_adds(out, "repeats\n");
    }
    write_window(writing, indent, &addition->comes);
    return TROD_OK;
}

/* The line of the first touchpoint; 0 if there is none. */
static uint32_t first_line_of(const struct trod_map *map) {
    uint32_t first = 0;
    for (size_t t = 0; t < map->n_touchpoints; t++)
        if (!map->touchpoints[t].any_time && (!first || map->touchpoints[t].line < first))
            first = map->touchpoints[t].line;
    return first;
}

static bool begins_here(trod_str text, uint32_t wanted, trod_str id) {
    size_t from = 0;
    trod_str line = {0};
    for (uint32_t number = 1; from < text.n && number <= wanted; number++)
        line = trod_str_trim(next_line(text, &from));
    return trod_str_starts(line, TROD_STR("touchpoint")) && trod_str_contains(line, id);
}

static trod_status check_places(const struct writing *writing, struct trod_error *error) {
    for (size_t i = 0; i < writing->additions->n; i++) {
        const uint32_t id = writing->additions->at[i].touchpoint_id;
        if (id == TROD_NO_ID) continue;
        const struct trod_touchpoint *const touchpoint = &writing->map->touchpoints[id];
        if (begins_here(writing->text, touchpoint->line, touchpoint->id)) continue;
        trod_fail(error, TROD_BAD_INPUT,
                  "something belongs behind \"%.*s\", which stands in an included file",
                  TROD_ARG(touchpoint->id));
        trod_error_hint(error, "name the included file itself with --like");
        return TROD_BAD_INPUT;
    }
    return TROD_OK;
}

/* Where an addition goes: before that line, or behind it. */
struct place {
    uint32_t line;
    bool before;
};

static struct place place_of(const struct writing *writing,
                             const struct trod_addition *addition) {
    if (addition->touchpoint_id == TROD_NO_ID)
        return (struct place){first_line_of(writing->map), true};
    const struct trod_touchpoint *const touchpoint =
        &writing->map->touchpoints[addition->touchpoint_id];
    if (touchpoint->ends) return (struct place){touchpoint->line, true};
    return (struct place){last_line(writing->text, touchpoint->line), false};
}

static trod_status write_at(struct writing *writing, const struct place *places, uint32_t line,
                            bool before, size_t indent, struct trod_error *error) {
    trod_status status = TROD_OK;
    for (size_t i = 0; i < writing->additions->n && status == TROD_OK; i++)
        if (places[i].line == line && places[i].before == before)
            status = write_addition(writing, indent, &writing->additions->at[i], error);
    return status;
}

static trod_status write_lines(struct writing *writing, const struct place *places,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    size_t from = 0, indent = 0;
    for (uint32_t number = 1; from < writing->text.n; number++) {
        const size_t begin = from;
        const trod_str line = next_line(writing->text, &from);
        const bool is_touchpoint =
            trod_str_starts(trod_str_trim(line), TROD_STR("touchpoint "));
        if (is_touchpoint) indent = indent_of(line);
        TROD_TRY(write_at(writing, places, number, true, indent, error));
        trod_buf_add(writing->out, trod_str_slice(writing->text, begin, from));
        if (from == writing->text.n && writing->text.at[from - 1] != '\n')
            trod_buf_byte(writing->out, '\n');
        TROD_TRY(write_at(writing, places, number, false, indent, error));
    }
done:
    return status;
}

trod_status trod_additions_write(const struct trod_additions *additions,
                                 const struct trod_map *map, trod_str text,
                                 struct trod_buf *out, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct writing writing = {.additions = additions, .map = map, .text = text, .out = out};
    struct trod_arena *const scratch = trod_arena_make(0);
    TROD_TRY_ALLOC(scratch, error);
    writing.ids = trod_dict_make(0);
    TROD_TRY_ALLOC(writing.ids, error);
    struct place *const places = TROD_NEW_ARRAY(scratch, additions->n, struct place);
    TROD_TRY_ALLOC(places, error);
    if (additions->n && !first_line_of(map))
        TROD_TRY(trod_fail(error, TROD_BAD_INPUT, "the map has no touchpoint to begin with"));
    TROD_TRY(check_places(&writing, error));
    for (size_t i = 0; i < additions->n; i++) places[i] = place_of(&writing, &additions->at[i]);
    TROD_TRY(write_lines(&writing, places, error));
    if (out->failed) TROD_TRY(trod_fail(error, TROD_TOO_MUCH, "the map is too large to write"));
done:
    trod_dict_free(writing.ids);
    trod_arena_free(scratch);
    return status;
}

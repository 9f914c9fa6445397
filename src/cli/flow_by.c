/* flow_by: what two segments of the journeys do differently.
 *
 * Of the times that an event happened in a segment, so many were followed right away by
 * another. These shares of two segments are compared for every pair. A difference that chance
 * could make is no news, so each is tested, and of the tests only so many are believed that
 * about one in twenty is wrong. What is left is shown by weight: the difference, times how
 * often the first event happens. */
#include "cli/flow.h"

#include <math.h>
#include <stdlib.h>

#include "trod/stat.h"

enum { SHARE = 9 };                  /* cells of a share */
static const double BELIEVED = 0.05; /* share of wrong ones among those that are shown */

struct pair {
    uint32_t from, to;
    uint64_t n[2], of[2]; /* in the two segments */
    struct trod_share_difference difference;
    double weight, q;
};
struct comparison {
    const struct trod_follows_by *by;
    const struct trod_follows_segment *segment[2];
    struct pair *pairs;
    size_t n;
};

static int by_names(const void *a, const void *b) {
    const struct pair *const x = a, *const y = b;
    if (x->from != y->from) return x->from < y->from ? -1 : 1;
    return x->to < y->to ? -1 : x->to > y->to;
}

/* How often an event happens in a segment. */
static uint64_t events_of(const struct trod_follows_segment *segment, uint32_t name) {
    for (size_t i = 0; i < segment->nodes.n; i++)
        if (segment->nodes.at[i].name == name) return segment->nodes.at[i].n_events;
    return 0;
}

/* The pairs that one of the segments has. */
static trod_status list_pairs(struct cli *cli, struct comparison *comparison,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_follows_segment *const *const segment = comparison->segment;
    struct pair *const all =
        TROD_NEW_ARRAY(cli->arena, segment[0]->n_edges + segment[1]->n_edges, struct pair);
    TROD_TRY_ALLOC(all, error);
    size_t n = 0;
    for (size_t s = 0; s < 2; s++)
        for (size_t e = 0; e < segment[s]->n_edges; e++) {
            const struct trod_follows_edge *const edge = &segment[s]->edges[e];
            all[n] = (struct pair){.from = edge->from, .to = edge->to};
            all[n++].n[s] = edge->n;
        }
    qsort(all, n, sizeof *all, by_names);
    comparison->pairs = all;
    for (size_t i = 0; i < n; i++) {
        struct pair *const last = comparison->n ? &all[comparison->n - 1] : NULL;
        if (last && by_names(last, &all[i]) == 0) {
            last->n[0] += all[i].n[0];
            last->n[1] += all[i].n[1];
        } else {
            all[comparison->n++] = all[i];
        }
    }
done:
    return status;
}

static trod_status test_pairs(struct cli *cli, struct comparison *comparison,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    const size_t n = comparison->n;
    const double n_events =
        (double)comparison->segment[0]->n_events + (double)comparison->segment[1]->n_events;
    double *const p = TROD_NEW_ARRAY(cli->arena, n, double);
    TROD_TRY_ALLOC(p, error);
    for (size_t i = 0; i < n; i++) {
        struct pair *const pair = &comparison->pairs[i];
        for (size_t s = 0; s < 2; s++)
            /* Pairs stand by their first name, so it is looked for once. */
            pair->of[s] = i && pair[-1].from == pair->from
                              ? pair[-1].of[s]
                              : events_of(comparison->segment[s], pair->from);
        pair->difference = trod_share_compare(trod_share_make(pair->n[0], pair->of[0]),
                                              trod_share_make(pair->n[1], pair->of[1]));
        p[i] = pair->difference.p;
        pair->weight = fabs(pair->difference.difference) *
                       ((double)pair->of[0] + (double)pair->of[1]) / n_events;
    }
    TROD_TRY(trod_false_discovery(p, n, p, cli->arena, error));
    for (size_t i = 0; i < n; i++) comparison->pairs[i].q = p[i];
done:
    return status;
}

static bool holds(const struct pair *pair) {
    return !isnan(pair->q) && pair->q <= BELIEVED;
}

static int heaviest_first(const void *a, const void *b) {
    const struct pair *const x = a, *const y = b;
    if (holds(x) != holds(y)) return holds(x) ? -1 : 1;
    if (holds(x) && x->weight != y->weight) return x->weight > y->weight ? -1 : 1;
    return by_names(x, y);
}

static trod_str value_of(const struct trod_follows_segment *segment) {
    return segment->value.at ? segment->value : TROD_STR("(none)");
}

static void add_share(struct trod_buf *out, uint64_t n, uint64_t of) {
    char share[16];
    const char *const text = of ? table_share(n, of, share) : "\xe2\x80\x93";
    table_right(out, text[0] ? text : "0 %", SHARE);
}

static void say_table(const struct journeys *journeys, const struct comparison *comparison,
                      size_t n, struct trod_buf *out) {
    const size_t cells = (journeys->width - 2 - 3 * SHARE) / 2;
    const struct trod_dict *const names = comparison->by->names;
    struct trod_buf head = {0};
    char text[32];
    table_left(&head, TROD_STR("After"), cells);
    trod_buf_byte(&head, ' ');
    table_left(&head, TROD_STR("comes"), cells);
    for (size_t s = 0; s < 2; s++) {
        struct trod_buf value = {0};
        table_left(&value, value_of(comparison->segment[s]), SHARE - 2);
        trod_str cut = trod_buf_str(&value);
        while (cut.n && cut.at[cut.n - 1] == ' ') cut.n--;
        trod_buf_repeat(&head, ' ', SHARE - trod_str_cells(cut));
        trod_buf_add(&head, cut);
        trod_buf_free(&value);
    }
    table_right(&head, "Points", SHARE + 1);
    trod_buf_byte(out, '\n');
    table_bold(out, head.at ? head.at : "", journeys->colour);
    trod_buf_byte(out, '\n');
    trod_buf_free(&head);
    for (size_t i = 0; i < n; i++) {
        const struct pair *const pair = &comparison->pairs[i];
        table_left(out, trod_dict_at(names, pair->from), cells);
        trod_buf_byte(out, ' ');
        table_left(out, trod_dict_at(names, pair->to), cells);
        for (size_t s = 0; s < 2; s++) add_share(out, pair->n[s], pair->of[s]);
        snprintf(text, sizeof text, "%+.1f", -100 * pair->difference.difference);
        table_right(out, text, SHARE + 1);
        trod_buf_byte(out, '\n');
    }
}

/* "DE has 412 journeys, FR 380." */
static void say_who(const struct journeys *journeys, const struct comparison *comparison,
                    struct trod_buf *out) {
    struct trod_buf text = {0};
    char n[32];
    for (size_t s = 0; s < 2; s++) {
        const struct trod_follows_segment *const segment = comparison->segment[s];
        trod_buf_format(&text, "%s\"%.*s\" has %s journey%s", s ? ", " : "",
                        TROD_ARG(value_of(segment)), table_count(segment->n_journeys, n),
                        segment->n_journeys == 1 ? "" : "s");
    }
    const size_t n_others = comparison->by->n_segments - 2;
    if (n_others)
        trod_buf_format(&text,
                        "; %zu more segment%s of \"%.*s\" (--segments A,B compares others, "
                        "--format json has all)",
                        n_others, n_others == 1 ? "" : "s", TROD_ARG(comparison->by->field));
    trod_buf_byte(&text, '.');
    table_paragraph(out, trod_buf_str(&text), journeys->width);
    if (text.failed) out->failed = true;
    trod_buf_free(&text);
}

static void say_note(const struct journeys *journeys, const struct comparison *comparison,
                     size_t n_hold, struct trod_buf *out) {
    struct trod_buf text = {0};
    char a[32], b[32];
    size_t n_open = 0; /* where both segments have the first event, and nothing holds */
    for (size_t i = n_hold; i < comparison->n; i++)
        if (!isnan(comparison->pairs[i].q)) n_open++;
    trod_buf_adds(&text,
                  "Of the times that the first event happened, how often the second came "
                  "right after it, and how many percentage points the second segment is "
                  "above the first.");
    if (journeys->top && journeys->top < n_hold)
        trod_buf_format(&text, " The %s that weigh most of %s differences;",
                        table_count(journeys->top, a), table_count(n_hold, b));
    if (journeys->top && journeys->top < n_hold) trod_buf_adds(&text, " --top 0 lists all.");
    if (n_open)
        trod_buf_format(&text,
                        " %s other pair%s no difference that chance could not make as well.",
                        table_count(n_open, a), n_open == 1 ? " shows" : "s show");
    trod_buf_byte(out, '\n');
    table_paragraph(out, trod_buf_str(&text), journeys->width);
    if (text.failed) out->failed = true;
    trod_buf_free(&text);
}

static trod_status write_text(struct cli *cli, const struct journeys *journeys,
                              const struct trod_follows_by *by, struct trod_buf *out,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    struct comparison comparison = {.by = by};
    if (by->n_segments < 2) {
        trod_fail(error, TROD_BAD_OPTION, "there are not two segments of \"%.*s\" to compare",
                  TROD_ARG(by->field));
        trod_error_hint(error, "name another column, or ask without --by");
        status = TROD_BAD_OPTION;
        goto done;
    }
    for (size_t s = 0; s < 2; s++) comparison.segment[s] = &by->segments[s];
    TROD_TRY(list_pairs(cli, &comparison, error));
    TROD_TRY(test_pairs(cli, &comparison, error));
    qsort(comparison.pairs, comparison.n, sizeof *comparison.pairs, heaviest_first);
    size_t n_hold = 0;
    while (n_hold < comparison.n && holds(&comparison.pairs[n_hold])) n_hold++;
    const size_t n = journeys->top && journeys->top < n_hold ? (size_t)journeys->top : n_hold;
    say_who(journeys, &comparison, out);
    if (n) say_table(journeys, &comparison, n, out);
    say_note(journeys, &comparison, n_hold, out);
    journeys_say_limits(journeys, &by->picked, out);
    if (out->failed)
        TROD_TRY(
            trod_fail(error, TROD_TOO_MUCH, "the answer is too long: ask for less with --top"));
done:
    return status;
}

trod_status flow_by_segment(struct cli *cli, const struct journeys *journeys,
                            enum trod_timing timing, struct trod_buf *out,
                            struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_follows_by *by = NULL;
    const trod_str *values = NULL;
    size_t n_values = 0;
    const bool text = strcmp(journeys->format, "text") == 0;
    TROD_TRY(cli_list(cli, "segments", &values, &n_values, error));
    /* The text says nothing about times. */
    TROD_TRY(trod_follows_by_make(&journeys->question.question,
                                  trod_str_of(cli_text(cli, "by")), values, n_values,
                                  text ? TROD_TIMES_NONE : timing, &by, error));
    if (strcmp(journeys->format, "json") == 0)
        TROD_TRY(trod_follows_by_to_json(by, (size_t)journeys->top, out, error));
    else if (strcmp(journeys->format, "csv") == 0)
        TROD_TRY(trod_follows_by_to_csv(by, (size_t)journeys->top, out, error));
    else
        TROD_TRY(write_text(cli, journeys, by, out, error));
done:
    trod_follows_by_free(by);
    return status;
}

/* questions: what a question to a store costs, without the start of a program.
 *
 *     questions FOLDER|shop:EVENTS[:NAMES] QUESTION [--threads N] [--times N] [--quiet]
 *
 * Opens the store in FOLDER once (or makes the parts of the simulated shop's log in memory),
 * asks the question once without a clock and then N times, and prints a line of JSON: how long
 * opening took, how long each time, and the answer, for bench/run to hold against those of
 * others. --times 0 asks once, with the clock: for cold runs, and for callgrind, which counts
 * what happens inside bench_ask alone.
 *
 * `questions - list` prints the questions that there are.
 * `customer` looks up N customers of the simulated shop, each at random.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "trod/mine.h"
#include "trod/store.h"

#include "parts.h"

struct asked {
    struct trod_question question;
    struct trod_run run;
    struct trod_arena *arena;  /* of the whole program */
    bool is_shown;             /* print the answer */
    uint64_t n_asked, n_found; /* of customers: how many, and their events … */
    uint64_t n_warm;           /* … but for the first of them */
};

static void check(trod_status status, const struct trod_error *error) {
    if (status != TROD_OK) shop_give_up(error->message);
}

static void show_text(trod_str text) {
    printf("\"%.*s\"", (int)text.n, text.at);
}

static void narrow(struct asked *asked, const char *where, struct trod_view_options *view) {
    struct trod_error error = {0};
    check(trod_filter_read(trod_str_of(where), asked->arena, &view->where, &error), &error);
}

/* ---- Flow ----------------------------------------------------------------------------------
 */

static void show_edges(const struct trod_dict *names, const struct trod_follows_edge *edges,
                       size_t n_edges) {
    printf("[");
    for (size_t e = 0; e < n_edges; e++) {
        printf("%s[", e ? ", " : "");
        show_text(trod_dict_at(names, edges[e].from));
        printf(", ");
        show_text(trod_dict_at(names, edges[e].to));
        printf(", %llu]", (unsigned long long)edges[e].n);
    }
    printf("]");
}
static void show_follows(const struct trod_follows *follows) {
    printf("\"edges\": ");
    show_edges(follows->names, follows->edges, follows->n_edges);
    if (follows->timing == TROD_TIMES_NONE) return;
    printf(", \"quantiles\": [");
    for (size_t e = 0; e < follows->n_edges; e++) {
        const struct trod_durations *times = &follows->edges[e].times;
        printf("%s[%.17g, %.17g]", e ? ", " : "", times->median_us * 1e-6,
               times->p95_us * 1e-6);
    }
    printf("]");
}
static void ask_follows(struct asked *asked, enum trod_timing timing) {
    struct trod_error error = {0};
    struct trod_follows *follows = NULL;
    check(trod_follows_make(&asked->question, timing, &follows, &error), &error);
    if (asked->is_shown) show_follows(follows);
    trod_follows_free(follows);
}
static void ask_flow(struct asked *asked) {
    ask_follows(asked, TROD_TIMES_NONE);
}
static void ask_flow_times(struct asked *asked) {
    ask_follows(asked, TROD_TIMES_QUICK);
}
static void ask_flow_exact(struct asked *asked) {
    ask_follows(asked, TROD_TIMES_EXACT);
}

static void ask_flow_countries(struct asked *asked) {
    const trod_str countries[2] = {trod_str_of(SHOP_COUNTRY[0]), trod_str_of(SHOP_COUNTRY[1])};
    struct trod_error error = {0};
    struct trod_follows_by *by = NULL;
    check(trod_follows_by_make(&asked->question, TROD_STR("country"), countries, 2,
                               TROD_TIMES_NONE, &by, &error),
          &error);
    if (asked->is_shown) {
        printf("\"segments\": [");
        for (size_t s = 0; s < by->n_segments; s++) {
            printf("%s", s ? ", " : "");
            show_edges(by->names, by->segments[s].edges, by->segments[s].n_edges);
        }
        printf("]");
    }
    trod_follows_by_free(by);
}

/* ---- Paths ---------------------------------------------------------------------------------
 */

static void ask_paths(struct asked *asked) {
    struct trod_error error = {0};
    struct trod_paths *paths = NULL;
    check(trod_paths_make(&asked->question, 20, &paths, &error), &error);
    if (asked->is_shown) {
        printf("\"paths\": %llu, \"top\": [", (unsigned long long)paths->n_paths);
        for (size_t p = 0; p < paths->n_shown; p++)
            printf("%s%llu", p ? ", " : "", (unsigned long long)paths->paths[p].n_journeys);
        printf("]");
    }
    trod_paths_free(paths);
}

/* ---- Funnel --------------------------------------------------------------------------------
 */

static uint32_t name_of(const struct asked *asked, unsigned name) {
    char text[24];
    const size_t n = shop_name(name, text);
    const uint32_t found = trod_dict_find(asked->question.parts->names, (trod_str){text, n});
    if (found == TROD_NO_ID)
        shop_give_up("the log has not the events of the simulated shop, which this question "
                     "is about");
    return found;
}

static void show_funnel(const struct trod_funnel *funnel) {
    printf("\"reached\": [");
    for (size_t s = 0; s < funnel->n_segments; s++) {
        printf("%s[", s ? ", " : "");
        show_text(funnel->segments[s].value);
        for (size_t k = 0; k < funnel->n_steps; k++)
            printf(", %llu", (unsigned long long)funnel->segments[s].steps[k].n_journeys);
        printf("]");
    }
    printf("]");
}
static void ask_funnel(struct asked *asked) {
    static const unsigned STEP[] = {SHOP_LANDING, SHOP_PRODUCT, SHOP_CART_ADD, SHOP_CHECKOUT,
                                    SHOP_ORDER};
    enum { N_STEPS = sizeof STEP / sizeof *STEP };
    uint32_t names[N_STEPS];
    struct trod_step steps[N_STEPS];
    for (size_t k = 0; k < N_STEPS; k++) {
        names[k] = name_of(asked, STEP[k]);
        steps[k] = (struct trod_step){.names = &names[k], .n = 1};
    }
    const struct trod_funnel_options options = {.steps = steps,
                                                .n_steps = N_STEPS,
                                                .within_us = INT64_C(30) * 86400 * 1000000,
                                                .by = TROD_STR("channel")};
    struct trod_error error = {0};
    struct trod_funnel *funnel = NULL;
    check(trod_funnel_make(&asked->question, &options, &funnel, &error), &error);
    if (asked->is_shown) show_funnel(funnel);
    trod_funnel_free(funnel);
}

/* ---- First to first ------------------------------------------------------------------------
 */

static void ask_first(struct asked *asked) {
    const uint32_t from = name_of(asked, SHOP_GUIDE), to = name_of(asked, SHOP_ORDER);
    const struct trod_step steps[2] = {{.names = &from, .n = 1}, {.names = &to, .n = 1}};
    const struct trod_funnel_options options = {
        .steps = steps, .n_steps = 2, .way = TROD_FUNNEL_FIRST};
    struct trod_error error = {0};
    struct trod_funnel *funnel = NULL;
    check(trod_funnel_make(&asked->question, &options, &funnel, &error), &error);
    const struct trod_lapse *whole = &funnel->all.whole;
    if (asked->is_shown)
        printf("\"pairs\": %llu, \"quantiles\": [[%.17g, %.17g]]",
               (unsigned long long)funnel->all.steps[1].n_journeys, whole->median_us * 1e-6,
               whole->p95_us * 1e-6);
    trod_funnel_free(funnel);
}

/* ---- Retention -----------------------------------------------------------------------------
 */

/* Rows of [the cohort's begin in ms, weeks after, customers]; 0 weeks after is the cohort. */
static void show_retention(const struct trod_retention *retention) {
    printf("\"began\": [");
    const char *between = "";
    for (size_t c = 0; c < retention->n_cohorts; c++) {
        const struct trod_cohort *cohort = &retention->cohorts[c];
        const long long from_ms = cohort->from_us / 1000;
        printf("%s[%lld, 0, %llu]", between, from_ms, (unsigned long long)cohort->n_customers);
        between = ", ";
        for (uint32_t k = 1; k < cohort->n_after; k++)
            if (cohort->n_back[k])
                printf(", [%lld, %u, %llu]", from_ms, k, (unsigned long long)cohort->n_back[k]);
    }
    printf("]");
}
static void ask_retention(struct asked *asked) {
    const struct trod_retention_options options = {.every = TROD_EVERY_WEEK};
    struct trod_error error = {0};
    struct trod_retention *retention = NULL;
    check(trod_retention_make(&asked->question, &options, &retention, &error), &error);
    if (asked->is_shown) show_retention(retention);
    trod_retention_free(retention);
}

/* ---- One customer --------------------------------------------------------------------------
 */

/* The k-th customer that is asked for: any of them, the same in every run. */
static trod_str looked_up(const struct asked *asked, uint64_t k, char text[24]) {
    const uint64_t n = asked->question.parts->n_customers;
    const uint64_t number = trod_hash64(&k, sizeof k, 1) % n;
    return (trod_str){text, (size_t)snprintf(text, 24, "%llu",
                                             (unsigned long long)shop_id(number))};
}

static void show_looked_up(const struct asked *asked) {
    char text[24];
    printf("\"ids\": [");
    for (uint64_t k = asked->n_warm; k < asked->n_asked; k++) {
        const trod_str id = looked_up(asked, k, text);
        printf("%s%.*s", k > asked->n_warm ? ", " : "", (int)id.n, id.at);
    }
    printf("], \"events\": %llu", (unsigned long long)asked->n_found);
}

/* All that the log knows of one customer, every column spelled out; another one each time. */
static void look_up(struct asked *asked) {
    struct trod_error error = {0};
    struct trod_customer *customer = NULL;
    char text[24];
    const trod_str id = looked_up(asked, asked->n_asked++, text);
    check(trod_customer_find(asked->question.parts, id, &customer, &error), &error);
    if (!customer) shop_give_up("a customer of the shop is not in the log");
    asked->n_found += customer->n_events;
    trod_customer_free(customer);
}
static void ask_customer(struct asked *asked) {
    if (asked->is_shown)
        show_looked_up(asked);
    else
        look_up(asked);
}
/* Warm is a store whose pages have been mapped by other look-ups; those are not counted. */
static void warm_customers(struct asked *asked) {
    enum { MANY = 20000 };
    const unsigned n = asked->question.parts->single ? MANY : 1;
    for (unsigned k = 0; k < n; k++) look_up(asked);
    asked->n_found = 0;
    asked->n_warm = asked->n_asked;
}

/* ---- The program ---------------------------------------------------------------------------
 */

/* A filter and a date cut that no import can have foreseen. */
#define CUT "plan != free and value > 150"
#define CUT_SINCE_MS (SHOP_OPENED_MS + INT64_C(47) * 86400000 + 12345678)

static const struct kind {
    const char *name;
    void (*ask)(struct asked *asked);
    const char *where; /* NULL: all */
    bool is_cut;
    void (*warm)(struct asked *asked); /* before the clock; NULL: the question once */
} KINDS[] = {
    {"flow", ask_flow, NULL, false},
    {"flow-times", ask_flow_times, NULL, false},
    {"flow-exact", ask_flow_exact, NULL, false},
    {"flow-cut", ask_flow, CUT, true},
    {"flow-countries", ask_flow_countries, NULL, false},
    {"paths", ask_paths, NULL, false},
    {"paths-cut", ask_paths, CUT, true},
    {"funnel", ask_funnel, NULL, false},
    {"retention", ask_retention, NULL, false},
    {"first-to-first", ask_first, NULL, false},
    {"customer", ask_customer, NULL, false, warm_customers},
    {"funnel-cut", ask_funnel, CUT, true},
};

/* What callgrind counts. */
__attribute__((noinline)) void bench_ask(const struct kind *kind, struct asked *asked);
void bench_ask(const struct kind *kind, struct asked *asked) {
    kind->ask(asked);
}

static const struct kind *kind_of(const char *name) {
    const size_t n = sizeof KINDS / sizeof *KINDS;
    if (!strcmp(name, "list")) {
        for (size_t k = 0; k < n; k++) puts(KINDS[k].name);
        exit(0);
    }
    for (size_t k = 0; k < n; k++)
        if (!strcmp(KINDS[k].name, name)) return &KINDS[k];
    fprintf(stderr, "questions: nobody knows the question %s; there are", name);
    for (size_t k = 0; k < n; k++) fprintf(stderr, " %s", KINDS[k].name);
    fputc('\n', stderr);
    exit(2);
}

/* The parts of the simulated shop, if the name is "shop:EVENTS[:NAMES]". */
static struct trod_parts *simulated(const char *name, const struct trod_run *run) {
    if (strncmp(name, "shop:", 5) != 0) return NULL;
    char *end;
    const uint64_t n_events = strtoull(name + 5, &end, 10);
    unsigned n_names = SHOP_TOUCHPOINTS;
    if (*end == ':') n_names = (unsigned)strtoul(end + 1, NULL, 10);
    if (!n_events || n_names < SHOP_TOUCHPOINTS || n_names > SHOP_MOST_NAMES)
        shop_give_up("usage: questions shop:EVENTS[:NAMES] QUESTION");
    struct shop shop;
    shop_open(&shop, 1, n_names);
    return shop_parts(&shop, n_events, run);
}

static double now(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec * 1e-9;
}

/* A question that takes a blink is asked more often, so that its median says something and its
 * memory can be looked at. */
static bool goes_on(unsigned n_times, unsigned t, double seconds) {
    enum { MOST_TIMES = 1000 };
    return n_times && t < MOST_TIMES && seconds < 1.0 / 3;
}

int main(int argc, char **argv) {
    unsigned n_times = 5;
    struct asked asked = {.arena = trod_arena_make(0)};
    if (argc < 3 || !asked.arena) shop_give_up("usage: questions FOLDER QUESTION [OPTION…]");
    bool is_quiet = false;
    for (int i = 3; i < argc; i++) {
        if (!strcmp(argv[i], "--quiet"))
            is_quiet = true;
        else if (!strcmp(argv[i], "--threads") && i + 1 < argc)
            asked.run.n_threads = (unsigned)strtoul(argv[++i], NULL, 10);
        else if (!strcmp(argv[i], "--times") && i + 1 < argc)
            n_times = (unsigned)strtoul(argv[++i], NULL, 10);
        else
            shop_give_up("an option is not known; see questions.c");
    }
    const struct kind *kind = kind_of(argv[2]);
    struct trod_error error = {0};
    struct trod_store *store = NULL;
    const double began = now();
    struct trod_parts *parts = simulated(argv[1], &asked.run);
    if (!parts) {
        check(trod_store_open(argv[1], TROD_STORE_READ, &asked.run, &store, &error), &error);
        check(trod_store_parts_quick(store, &parts, &error), &error);
    }
    const double open_seconds = now() - began;
    asked.question = (struct trod_question){.parts = parts, .run = &asked.run};
    if (kind->where) narrow(&asked, kind->where, &asked.question.view);
    if (kind->is_cut) asked.question.view.since_us = CUT_SINCE_MS * 1000;

    printf("{\"question\": \"%s\", \"threads\": %u, \"events\": %llu, \"customers\": %llu, "
           "\"parts\": %zu, \"open_seconds\": %.6f, \"seconds\": [",
           kind->name, trod_run_threads(&asked.run), (unsigned long long)parts->n_events,
           (unsigned long long)parts->n_customers, parts->n_parts, open_seconds);
    if (n_times && kind->warm)
        kind->warm(&asked);
    else if (n_times)
        bench_ask(kind, &asked);
    const double from = now();
    for (unsigned t = 0; t == 0 || t < n_times || goes_on(n_times, t, now() - from); t++) {
        const double asked_at = now();
        bench_ask(kind, &asked);
        printf("%s%.9f", t ? ", " : "", now() - asked_at);
    }
    printf("], \"answer\": {");
    asked.is_shown = !is_quiet;
    if (asked.is_shown) kind->ask(&asked);
    printf("}}\n");
    trod_parts_free(parts);
    trod_store_close(store);
    trod_arena_free(asked.arena);
    return 0;
}

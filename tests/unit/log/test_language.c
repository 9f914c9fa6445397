/* The words of the language that are about events, from the text of a map to the lay. Each case
 * is a map, rows of a log and what has to come out: a line for each journey, with its visits
 * and how it ended. */
#include "../unit.h"

#include "random_log.h"

struct row {
    const char *customer;
    int64_t minute; /* -1: no time */
    const char *source, *name;
    const char *values; /* "page=/cargo stars=4 profile:children=2" */
};

static void set_values(struct trod_log_builder *builder, uint32_t customer,
                       const char *values) {
    char text[200];
    snprintf(text, sizeof text, "%s", values ? values : "");
    for (char *word = text, *next; *word; word = next) {
        next = word + strcspn(word, " ");
        if (*next) *next++ = '\0';
        const bool fact = strncmp(word, "profile:", 8) == 0;
        char *const name = word + (fact ? 8 : 0), *const equals = strchr(name, '=');
        *equals = '\0';
        const uint32_t field = trod_log_builder_field(builder, trod_str_of(name), fact);
        const trod_str value = trod_str_of(equals + 1);
        if (fact)
            assert_ok(trod_log_builder_fact(builder, customer, field, value, NULL));
        else
            assert_ok(trod_log_builder_set(builder, field, value, NULL));
    }
}

static struct trod_log *log_of(const struct row *rows) {
    struct trod_log_builder *const builder = trod_log_builder_make(0);
    for (const struct row *row = rows; row->name; row++) {
        const uint32_t source = trod_log_builder_source(builder, trod_str_of(row->source));
        const uint32_t customer =
            trod_log_builder_customer(builder, trod_str_of(row->customer));
        const int64_t time_us = row->minute < 0 ? TROD_NO_TIME : row->minute * TROD_MINUTE_US;
        assert_ok(trod_log_builder_event(builder, source, customer, trod_str_of(row->name),
                                         (trod_str){0}, time_us, TROD_NO_TIME, NULL));
        set_values(builder, customer, row->values);
    }
    struct trod_log *log = NULL;
    assert_ok(trod_log_builder_finish(builder, &log, NULL));
    trod_log_builder_free(builder);
    return log;
}

static void say_set(const struct trod_lay *lay, uint32_t set, struct trod_buf *out) {
    const struct trod_claim_set *const of = &lay->claims->sets[set];
    for (size_t i = 0; i < of->n; i++)
        trod_buf_format(out, "%s%.*s", i ? "|" : "",
                        TROD_ARG(lay->claims->map->touchpoints[of->touchpoints[i]].id));
}

/* "ann: look look! (help) ?scroll buy -> succeeded open": "!" failed as well, "!x" only failed,
 * in brackets at any time, "?" unmapped, "*2" events of one visit. */
static void say_lay(const struct trod_lay *lay, struct trod_buf *out) {
    static const char *const endings[] = {"unknown", "succeeded", "lost", "left", "open"};
    for (size_t j = 0; j < lay->n_journeys; j++) {
        const struct trod_laid *const laid = &lay->journeys[j];
        trod_buf_format(
            out, "%.*s:", TROD_ARG(trod_dict_at(lay->view->log->customers, laid->customer)));
        for (size_t v = laid->visit; v < laid->visit + laid->n_visits; v++) {
            const struct trod_visit *const visit = &lay->visits[v];
            trod_buf_byte(out, ' ');
            if (visit->kind == TROD_VISIT_UNMAPPED) {
                trod_buf_format(out, "?%.*s",
                                TROD_ARG(trod_dict_at(lay->view->log->names, visit->name)));
            } else if (visit->kind == TROD_VISIT_FAILED) {
                trod_buf_byte(out, '!');
                say_set(lay, visit->failed_set, out);
            } else {
                const bool any_time = visit->kind == TROD_VISIT_ANY_TIME;
                if (any_time) trod_buf_byte(out, '(');
                say_set(lay, visit->set, out);
                if (visit->failed) trod_buf_byte(out, '!');
                if (any_time) trod_buf_byte(out, ')');
            }
            if (visit->n_events > 1) trod_buf_format(out, "*%u", visit->n_events);
        }
        trod_buf_format(out, " -> %s%s\n", endings[laid->ending], laid->open ? " open" : "");
    }
}

static void lays(const char *text, const struct row *rows, const char *wanted) {
    struct trod_map *map = NULL;
    struct trod_report report = {0};
    struct trod_error error = {0};
    const struct trod_map_options options = {.no_files = true};
    if (trod_map_read_text(trod_str_of(text), "test.journey", &options, &map, &report, &error))
        fail_msg("%s %s", error.message, report.n ? report.items[0].message : "");
    struct trod_log *const log = log_of(rows);
    struct trod_claimed *claims = NULL;
    struct trod_view *view = NULL;
    struct trod_lay *lay = NULL;
    assert_ok(trod_claimed_make(log, map, &claims, NULL));
    const struct trod_view_options picked = {.per = map->per,
                                             .per_field = map->per_field,
                                             .per_silence_us = map->per_silence_us,
                                             .claims = claims,
                                             .per_start = map->per_start};
    assert_ok(trod_view_make(log, &picked, &view, NULL));
    assert_ok(trod_lay_make(claims, view, &(struct trod_lay_options){0}, &lay, NULL));
    struct trod_buf out = {0};
    say_lay(lay, &out);
    assert_string_equal(out.at, wanted);
    trod_buf_free(&out);
    trod_lay_free(lay);
    trod_view_free(view);
    trod_claimed_free(claims);
    trod_log_free(log);
    trod_report_release(&report);
    trod_map_free(map);
}

static const char shop[] = "journey shop: A shop\n"
                           "  succeeds when buy happens\n"
                           "  lost when cancel happens\n"
                           "  over after 2 h of silence\n"
                           "source web: Website\n"
                           "  server\n"
                           "  one visit within 5 min\n"
                           "source till: Till\n"
                           "  server\n"
                           "stage all: All of it\n"
                           "  touchpoint look: Looks\n"
                           "    seen when web page_view with page starts \"/cargo\"\n"
                           "    seen when web page_view with stars >= 4 and page exists\n"
                           "    one visit within 30 min\n"
                           "  touchpoint ask: Asks\n"
                           "    seen when call with topic = \"storage\"\n"
                           "      and profile children > 0\n"
                           "    fails when call with answered = no\n"
                           "  touchpoint pay: Pays\n"
                           "    fails when pay with status != \"ok\"\n"
                           "  touchpoint buy: Buys\n"
                           "any time\n"
                           "  touchpoint help: Calls the helpline\n"
                           "    seen when helpline\n"
                           "  touchpoint cancel: Cancels\n";

static void reads_matches(void **state) {
    (void)state;
    lays(shop,
         (const struct row[]){
             {"ann", 0, "web", "page_view", "page=/cargo/long"},
             {"ann", 20, "till", "page_view", "page=/cargo"},
             {"ann", 25, "web", "page_view", "page=/home stars=4"},
             {"ann", 50, "web", "page_view", "page=/home stars=3"},
             {"ann", 52, "web", "page_view", "stars=5"},
             {"ann", 54, "web", "page_view", "page=/cargo"},
             {"ann", 60, "till", "call", "topic=storage"},
             {"ann", 61, "till", "call", "topic=storage answered=No profile:children=2"},
             {"ann", 62, "till", "call", "topic=price answered=0"},
             {"bob", 63, "till", "call", "topic=storage"},
             {0},
         },
         /* A fact is the customer's, whenever it was said. */
         "ann: look*3 ?page_view ?page_view*2 ask ask! !ask -> open open\n"
         "bob: ?call -> open open\n");
}

static void knows_failures_losses_and_successes(void **state) {
    (void)state;
    lays(shop,
         (const struct row[]){
             {"ann", 0, "till", "pay", "status=declined"},
             {"ann", 1, "till", "Pays", NULL},
             {"ann", 2, "till", "buy", NULL},
             {"ann", 3, "till", "helpline", NULL},
             {"bob", 0, "till", "pay", "status=ok"},
             {"bob", 1, "till", "Cancels", NULL},
             {"bob", 2, "till", "Buys", NULL},
             {"cem", 0, "till", "PAYS", NULL},
             {"cem", 5, "till", "look", NULL}, /* has a `seen when`: not seen by its name */
             {"dan", 200, "till", "scroll", NULL},
             {0},
         },
         "ann: !pay pay buy (help) -> succeeded\n"
         "bob: pay (cancel) -> lost\n"
         "cem: pay ?look -> left\n"
         "dan: ?scroll -> open open\n");
}

static void tells_journeys_apart(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"ann", 0, "till", "scroll", NULL},     {"ann", 10, "till", "look", "order=1"},
        {"ann", 12, "till", "look", "order=1"}, {"ann", 14, "till", "look", "order=2"},
        {"ann", 100, "till", "buy", "order=1"}, {"ann", 110, "till", "look", NULL},
        {"ann", 120, "till", "buy", "order=2"}, {0},
    };
    lays("journey a: A\n  one journey per order\nstage s: S\n  touchpoint look: Look\n"
         "  touchpoint buy: Buy\n",
         rows,
         "ann: ?scroll look look buy look -> unknown open\n"
         "ann: look buy -> unknown open\n");
    lays("journey a: A\n  one journey after 50 min of silence\nstage s: S\n"
         "  touchpoint look: Look\n  touchpoint buy: Buy\n",
         rows,
         "ann: ?scroll look look look -> unknown\n"
         "ann: buy look buy -> unknown open\n");
    lays("journey a: A\n  one journey from look\nstage s: S\n"
         "  touchpoint look: Look\n    one visit within 10 min\n  touchpoint buy: Buy\n",
         rows,
         "ann: ?scroll -> unknown\n"
         "ann: look*3 buy -> unknown open\n"
         "ann: look buy -> unknown open\n");
}

static void keeps_touchpoints_for_their_personas(void **state) {
    (void)state;
    static const char text[] = "journey a: A\n  persona maya\n"
                               "persona maya: Maya\n  segment family\n"
                               "segment family: Families\n  when profile children > 0\n"
                               "  when look with page starts \"/children\"\n"
                               "segment trade: Trades\n  when profile vat exists\n"
                               "stage s: S\n  touchpoint look: Look\n"
                               "  touchpoint seat: Seat\n    only for maya\n"
                               "  touchpoint bill: Bill\n    only for trade\n";
    struct trod_map *map = NULL;
    const struct trod_map_options options = {.no_files = true};
    assert_ok(trod_map_read_text(trod_str_of(text), "t.journey", &options, &map, NULL, NULL));
    struct trod_log *const log = log_of((const struct row[]){
        {"ann", 0, "x", "look", "profile:children=2"},
        {"bob", 0, "x", "look", "page=/children/seats profile:vat=12"},
        {"cem", 0, "x", "look", "page=/trailers profile:children=0"},
        {0},
    });
    struct trod_claimed *claims = NULL;
    struct trod_view *view = NULL;
    struct trod_lay *lay = NULL;
    assert_ok(trod_claimed_make(log, map, &claims, NULL));
    assert_ok(trod_view_make(log, &(struct trod_view_options){0}, &view, NULL));
    assert_ok(trod_lay_make(claims, view, &(struct trod_lay_options){0}, &lay, NULL));
    static const uint8_t in[] = {1, 0, 1, 1, 0, 0}; /* family, trade */
    assert_memory_equal(lay->in_segment, in, sizeof in);
    const uint32_t seat = trod_map_touchpoint(map, TROD_STR("seat"));
    const uint32_t bill = trod_map_touchpoint(map, TROD_STR("bill"));
    assert_int_equal(lay->n_groups, 3);
    assert_int_equal(lay->n_paths, 3);
    for (size_t j = 0; j < 3; j++) {
        const struct trod_bits *const group =
            &lay->groups[lay->paths[lay->journeys[j].path].groups];
        assert_int_equal(trod_bits_has(group, seat), in[j * 2]);
        assert_int_equal(trod_bits_has(group, bill), in[j * 2 + 1]);
    }
    trod_lay_free(lay);
    trod_view_free(view);
    trod_claimed_free(claims);
    trod_log_free(log);
    trod_map_free(map);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_matches),
        cmocka_unit_test(knows_failures_losses_and_successes),
        cmocka_unit_test(tells_journeys_apart),
        cmocka_unit_test(keeps_touchpoints_for_their_personas),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Discovery: the trees of public logs against those of another program
 * (shared/reference/pm4py), by language; every journey of every public log fits what is found
 * without noise; so does every path of random logs; and what is written as a net or process
 * reads back the same. */
#include "same_language.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "../log/parts_of.h"
#include "../log/random_log.h"
#include "trod/compare.h"
#include "trod/intake.h"

static char shared[3000];

static bool find_shared(void) {
    const char *const said = getenv("TROD_SHARED"), *const root = getenv("TROD_SOURCE_ROOT");
    snprintf(shared, sizeof shared, "%s", said ? said : "");
    if (!said) snprintf(shared, sizeof shared, "%s/../shared", root ? root : ".");
    if (trod_file_exists(shared)) return true;
    snprintf(shared, sizeof shared, "%s/../../shared", root ? root : ".");
    return trod_file_exists(shared);
}

static struct trod_parts *parts_of_file(const char *name) {
    char path[4096];
    struct trod_error error = {0};
    struct trod_gather *gather = NULL;
    struct trod_intake *intake = NULL;
    struct trod_parts *parts = NULL;
    snprintf(path, sizeof path, "%s/data/%s", shared, name);
    assert_int_equal(trod_gather_make(&(struct trod_gather_options){0}, NULL, &gather, &error),
                     TROD_OK);
    const struct trod_intake_options options = {.gather = gather};
    assert_int_equal(trod_intake_make(&options, NULL, &intake, &error), TROD_OK);
    if (trod_intake_add(intake, path, NULL, &error) != TROD_OK)
        fail_msg("%s: %s", name, error.message);
    assert_int_equal(trod_gather_finish(gather, &parts, &error), TROD_OK);
    trod_intake_free(intake);
    trod_gather_free(gather);
    return parts;
}

static struct trod_discovered *discover(const struct trod_parts *parts, double noise) {
    struct trod_error error = {0};
    struct trod_discovered *found = NULL;
    const struct trod_question question = {.parts = parts};
    const struct trod_discover_options options = {.noise = noise};
    if (trod_discover_make(&question, &options, &found, &error) != TROD_OK)
        fail_msg("%s", error.message);
    return found;
}

/* ---- Against the reference -----------------------------------------------------------------
 */

/* Trees that differ, and why. What PM4Py 2.7.14 gives is as if it split a log at an any-order
 * cut without adding up the rows that become equal, so that of their counts the last one stays.
 * Then what is missing in 2 of 1,104 journeys ("Inform User" of the repairs) may seem to be
 * missing in half of them, and is optional there; and the follows that are filtered afterwards
 * have other counts. Built to forget in the same way, trod found the reference's trees of the
 * repairs and of the road fines, but not those of sepsis, a22n20 and bpic2012: why these differ
 * is not proven. What is rarer than the noise is no option here.
 *
 * In the tree of sepsis the whole journey is optional besides: the filter parts "Release B"
 * from the rest, no row is mostly "Release B", and of the empty log that is left PM4Py makes a
 * silent branch. A way that nobody took is none here. */
static const struct {
    const char *log, *file, *tree;
    double noise;
    bool differs;
} references[] = {
    {"running-example", "pm4py/running-example.xes", "im", 0, false},
    {"running-example", "pm4py/running-example.xes", "imf0.2", 0.2, false},
    {"roadtraffic100traces", "pm4py/roadtraffic100traces.xes", "im", 0, false},
    {"roadtraffic100traces", "pm4py/roadtraffic100traces.xes", "imf0.2", 0.2, false},
    {"roadtraffic-1t", "pm4py/12_roadtraffic_1t_per_variant.xes.gz", "im", 0, false},
    {"roadtraffic-1t", "pm4py/12_roadtraffic_1t_per_variant.xes.gz", "imf0.2", 0.2, true},
    {"reviewing", "pm4py/reviewing.xes.gz", "im", 0, false},
    {"reviewing", "pm4py/reviewing.xes.gz", "imf0.2", 0.2, false},
    {"receipt", "pm4py/receipt.csv", "im", 0, false},
    {"receipt", "pm4py/receipt.csv", "imf0.2", 0.2, false},
    {"receipt", "pm4py/receipt.csv", "imf0.4", 0.4, true},
    {"repair", "pm4py/repairExample.xes.gz", "im", 0, false},
    {"repair", "pm4py/repairExample.xes.gz", "imf0.2", 0.2, true},
    {"sepsis-1t", "pm4py/13_SEPSIS_1t_per_variant.xes.gz", "im", 0, false},
    {"sepsis-1t", "pm4py/13_SEPSIS_1t_per_variant.xes.gz", "imf0.2", 0.2, true},
    {"a22n20", "pm4py/a22f0n20.xes.gz", "im", 0, false},
    {"a22n20", "pm4py/a22f0n20.xes.gz", "imf0.2", 0.2, true},
    {"teleclaims", "teleclaims/teleclaims.xes.gz", "im", 0, false},
    {"teleclaims", "teleclaims/teleclaims.xes.gz", "imf0.2", 0.2, false},
    {"bpic2012", "bpic2012/BPI_Challenge_2012.xes.gz", "im", 0, false},
    {"bpic2012", "bpic2012/BPI_Challenge_2012.xes.gz", "imf0.2", 0.2, true},
};

static void trees_equal_the_reference(void **state) {
    (void)state;
    if (!find_shared()) {
        print_message("skipped: the shared data is not there (set TROD_SHARED)\n");
        skip();
    }
    for (size_t i = 0; i < TROD_COUNT(references); i++) {
        char path[4096];
        struct trod_buf text = {0};
        struct trod_error error = {0};
        const struct trod_tree *tree = NULL;
        struct trod_arena *const arena = trod_arena_make(0);
        snprintf(path, sizeof path, "%s/reference/pm4py/%s.%s.tree.txt", shared,
                 references[i].log, references[i].tree);
        assert_int_equal(trod_file_read(path, 1 << 20, &text, &error), TROD_OK);
        assert_int_equal(trod_tree_read(trod_buf_str(&text), path, arena, &tree, &error),
                         TROD_OK);
        struct trod_parts *const parts = parts_of_file(references[i].file);
        struct trod_discovered *const found = discover(parts, references[i].noise);
        const char *const different = different_language(found->tree, tree, arena);
        if ((different != NULL) != references[i].differs)
            fail_msg("%s.%s: %s", references[i].log, references[i].tree,
                     different ? different : "the same now: say so in the list");
        trod_discovered_free(found);
        trod_parts_free(parts);
        trod_buf_free(&text);
        trod_arena_free(arena);
    }
}

/* In a log without tricks, what follows what tells as much as the paths. */
static void follows_alone_find_the_same(void **state) {
    (void)state;
    if (!find_shared()) skip();
    struct trod_error error = {0};
    struct trod_discovered *found = NULL;
    struct trod_arena *const arena = trod_arena_make(0);
    struct trod_parts *const parts = parts_of_file("pm4py/running-example.xes");
    struct trod_discovered *const by_paths = discover(parts, 0);
    const struct trod_question question = {.parts = parts};
    const struct trod_discover_options options = {.by_follows = true};
    assert_int_equal(trod_discover_make(&question, &options, &found, &error), TROD_OK);
    assert_true(found->by_follows && !by_paths->by_follows);
    assert_null(found->paths);
    assert_null(different_language(found->tree, by_paths->tree, arena));
    trod_discovered_free(found);
    trod_discovered_free(by_paths);
    trod_parts_free(parts);
    trod_arena_free(arena);
}

/* ---- Without noise all fits ----------------------------------------------------------------
 */

static const char *const logs[] = {
    "helpdesk/helpdesk.csv.gz",
    "app_in_the_air/train.csv.gz",
    "app_in_the_air/test.csv.gz",
    "loanapp/LoanApp_simplified.csv.gz",
    "loanapp/LoanApp_delays.csv",
    "loanapp/LoanApp_no_delays.csv",
    "greps/greps_events.csv",
    "otto_sample/train.jsonl",
    "road_fines_full/RTFMP.xes.gz",
    "bpic2012/BPI_Challenge_2012.xes.gz",
    "bpic2013_closed/BPI_Challenge_2013_closed_problems.xes.gz",
    "bpic2020/DomesticDeclarations.xes.gz",
    "bpic2020/PrepaidTravelCost.xes.gz",
    "sepsis/SEPSIS.xes.gz",
    "renting/renting_log_high.xes.gz",
    "teleclaims/teleclaims.xes.gz",
    "pm4py/running-example.xes",
    "pm4py/roadtraffic100traces.xes",
    "pm4py/12_roadtraffic_1t_per_variant.xes.gz",
    "pm4py/13_SEPSIS_1t_per_variant.xes.gz",
    "pm4py/reviewing.xes.gz",
    "pm4py/receipt.csv",
    "pm4py/repairExample.xes.gz",
    "pm4py/a22f0n20.xes.gz",
};

static void every_log_fits_without_noise(void **state) {
    (void)state;
    if (!find_shared()) {
        print_message("skipped: the shared data is not there (set TROD_SHARED)\n");
        skip();
    }
    for (size_t i = 0; i < TROD_COUNT(logs); i++) {
        struct trod_error error = {0};
        struct trod_quality quality;
        struct trod_parts *const parts = parts_of_file(logs[i]);
        struct trod_discovered *const found = discover(parts, 0);
        if (trod_quality_make(found, found->paths, NULL, &quality, &error) != TROD_OK)
            fail_msg("%s: %s", logs[i], error.message);
        print_message("%s: fitness %g, precision %.3f, simplicity %.3f\n", logs[i],
                      quality.fitness, quality.precision, quality.simplicity);
        assert_true(quality.fitness >= 1 && quality.mean_fitness >= 1);
        assert_int_equal(quality.n_limited, 0);
        assert_int_equal(quality.n_exact, quality.n_journeys);
        assert_int_equal(found->n_noise, 0);
        trod_discovered_free(found);
        trod_parts_free(parts);
    }
}

/* The fitness of receipt at noise 0.2 that stands in shared/research (PM4Py, silent steps
 * free). */
static void fitness_is_known(void **state) {
    (void)state;
    struct trod_error error = {0};
    struct trod_quality quality;
    if (!find_shared()) skip();
    struct trod_parts *const parts = parts_of_file("pm4py/receipt.csv");
    struct trod_discovered *const found = discover(parts, 0.2);
    assert_int_equal(trod_quality_make(found, found->paths, NULL, &quality, &error), TROD_OK);
    assert_true(fabs(quality.fitness - 0.8277789422203591) < 1e-12);
    trod_discovered_free(found);
    trod_parts_free(parts);
}

/* ---- Random logs ---------------------------------------------------------------------------
 */

static void every_random_path_is_allowed(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 400; seed++) {
        const struct random_log as = {.seed = seed,
                                      .n_customers = 3 + (uint32_t)seed % 9,
                                      .n_names = 2 + (uint32_t)seed % 7,
                                      .n_events = 8 + (uint32_t)seed % 60,
                                      .step_us = 7};
        struct trod_log *log = NULL;
        assert_int_equal(random_log_make(&as, &log, NULL), TROD_OK);
        struct trod_parts *const parts = parts_of(log, 1 + seed % 3);
        for (int noisy = 0; noisy < 2; noisy++) {
            struct trod_discovered *const found = discover(parts, noisy ? 0.3 : 0);
            struct trod_dict *const labels = trod_dict_make(0);
            struct residual *const residual = residual_make(found->tree, labels, 100000);
            assert_non_null(residual);
            for (size_t p = 0; p < found->paths->n_shown && !noisy; p++) {
                uint32_t steps[256];
                const struct trod_path *const path = &found->paths->paths[p];
                assert_true(path->n < TROD_COUNT(steps));
                for (uint32_t i = 0; i < path->n; i++)
                    steps[i] =
                        trod_dict_find(labels, trod_dict_at(found->names, path->steps[i]));
                if (!allows(residual, steps, path->n)) fail_msg("seed %d", (int)seed);
            }
            residual_free(residual);
            trod_dict_free(labels);
            trod_discovered_free(found);
        }
        trod_parts_free(parts);
        trod_log_free(log);
    }
}

/* ---- There and back ------------------------------------------------------------------------
 */

static struct trod_tree *grow(struct trod_arena *arena, uint64_t *seed, unsigned depth,
                              unsigned *n_labels) {
    static const char *const names[] = {"a", "b & c", "d", "\"e\"", "f", "<g>", "h", "i",
                                        "j", "k",     "l", "m",     "n", "o",   "p", "q"};
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    const unsigned dice = (unsigned)(*seed >> 33);
    const enum trod_tree_op op = depth == 0 || dice % 5 == 0 ? TROD_TREE_LABEL
                                 : dice % 17 == 1            ? TROD_TREE_SILENT
                                                  : TROD_TREE_SEQUENCE + dice / 17 % 4;
    if (op == TROD_TREE_LABEL && *n_labels < TROD_COUNT(names)) {
        struct trod_tree *const leaf = trod_tree_make(arena, TROD_TREE_LABEL, 0);
        leaf->label = trod_str_of(names[(*n_labels)++]);
        return leaf;
    }
    if (op == TROD_TREE_LABEL || op == TROD_TREE_SILENT)
        return trod_tree_make(arena, TROD_TREE_SILENT, 0);
    struct trod_tree *const tree =
        trod_tree_make(arena, op, op == TROD_TREE_LOOP ? 2 : 2 + dice / 100 % 2);
    for (size_t i = 0; i < tree->n; i++)
        tree->children[i] = grow(arena, seed, depth - 1, n_labels);
    return trod_tree_shorten(arena, tree);
}

typedef trod_status write_tree(const struct trod_tree *tree, struct trod_buf *out,
                               struct trod_error *error);
typedef trod_status read_tree(trod_str text, const char *name, struct trod_arena *arena,
                              const struct trod_tree **tree, struct trod_error *error);

static void random_trees_come_back(void **state) {
    (void)state;
    static const struct {
        const char *name;
        write_tree *write;
        read_tree *read;
    } forms[] = {{"ptml", trod_tree_write_ptml, trod_tree_read_ptml},
                 {"pnml", trod_tree_write_pnml, trod_tree_read_pnml},
                 {"bpmn", trod_tree_write_bpmn, trod_tree_read_bpmn}};
    for (uint64_t number = 1; number <= 400; number++) {
        struct trod_arena *const arena = trod_arena_make(0);
        uint64_t seed = number;
        unsigned n_labels = 0;
        struct trod_tree *const tree = grow(arena, &seed, 4, &n_labels);
        for (size_t f = 0; f < TROD_COUNT(forms); f++) {
            struct trod_buf text = {0};
            struct trod_error error = {0};
            const struct trod_tree *back = NULL;
            assert_int_equal(forms[f].write(tree, &text, &error), TROD_OK);
            if (forms[f].read(trod_buf_str(&text), "back", arena, &back, &error) != TROD_OK)
                fail_msg("%s %d: %s", forms[f].name, (int)number, error.message);
            const char *const different = different_language(tree, back, arena);
            if (different) fail_msg("%s %d: %s", forms[f].name, (int)number, different);
            trod_buf_free(&text);
        }
        trod_arena_free(arena);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_trees_come_back),
        cmocka_unit_test(every_random_path_is_allowed),
        cmocka_unit_test(fitness_is_known),
        cmocka_unit_test(follows_alone_find_the_same),
        cmocka_unit_test(trees_equal_the_reference),
        cmocka_unit_test(every_log_fits_without_noise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* discover_say: what was found and how far it can be trusted, in sentences and as JSON. */
#include <math.h>

#include "cli/discover.h"
#include "cli/table.h"

enum { MOST_NAMES = 5 };

static void list_names(const struct trod_discovered *found, const uint32_t *names, size_t n,
                       struct trod_buf *out) {
    for (size_t i = 0; i < n && i < MOST_NAMES; i++)
        trod_buf_format(out, "%s\"%.*s\"", i ? ", " : "",
                        TROD_ARG(trod_dict_at(found->names, names[i])));
    if (n > MOST_NAMES) trod_buf_format(out, " and %zu more", n - MOST_NAMES);
}

static void say_quality(const struct trod_quality *quality, struct trod_buf *out) {
    char share[16];
    if (isnan(quality->fitness)) {
        trod_buf_adds(out, "Fitness: too large to be measured exactly.");
    } else {
        trod_buf_format(
            out, "Fitness %.3f (of optimal alignments, steps outside the map at cost 1); ",
            quality->fitness);
        trod_buf_format(out, "%s of the journeys fit without a deviation.",
                        table_share(quality->n_exact, quality->n_journeys, share));
    }
    if (quality->n_limited)
        trod_buf_format(out, " %llu journeys were too long to be aligned, and are not in it.",
                        (unsigned long long)quality->n_limited);
    if (!isnan(quality->precision))
        trod_buf_format(
            out,
            " Precision %.3f (escaping edges after aligned beginnings): 1 allows only "
            "what was seen.",
            quality->precision);
    trod_buf_format(out, " Simplicity %.3f (arcs at a node of the Petri net: %zu at %zu).",
                    quality->simplicity, 2 * quality->size.n_arcs,
                    quality->size.n_places + quality->size.n_transitions);
}

static void say_rest(const struct discover_report *report, struct trod_buf *out) {
    const struct trod_discovered *const found = report->found;
    size_t n = 0;
    if (found->n_noise) {
        trod_buf_adds(out, " Too rare for a place: ");
        list_names(found, found->noise, found->n_noise, out);
        trod_buf_adds(out, ".");
    }
    for (size_t i = 0; i < found->n_fallbacks; i++) {
        const struct trod_fallback *const fallback = &found->fallbacks[i];
        if (fallback->n == 1 && fallback->kind >= TROD_FALLBACK_ROUNDS) continue;
        trod_buf_adds(out,
                      n++ ? "; " : " No clear order, so that more is allowed than was seen: ");
        list_names(found, fallback->names, fallback->n, out);
        trod_buf_format(out, " (%s)", trod_fallback_word(fallback->kind));
    }
    if (n) trod_buf_adds(out, ".");
}

void discover_say(const struct discover_report *report, FILE *out) {
    const struct trod_discovered *const found = report->found;
    struct trod_buf text = {0}, lines = {0};
    char number[40];
    trod_buf_format(&text, "%s journey%s", table_count(found->picked.n_journeys, number),
                    found->picked.n_journeys == 1 ? "" : "s");
    if (found->n_paths)
        trod_buf_format(&text, " on %s different path%s", table_count(found->n_paths, number),
                        found->n_paths == 1 ? "" : "s");
    trod_buf_format(&text, "; %zu of %zu events are in the map", found->n_kept - found->n_noise,
                    found->nodes.n);
    if (report->drafted)
        trod_buf_format(&text, ", in %zu stage%s", report->drafted->n_stages,
                        report->drafted->n_stages == 1 ? "" : "s");
    trod_buf_format(&text, " (noise %g%s). ", report->noise,
                    found->by_follows ? ", from what follows what alone" : "");
    if (report->quality) say_quality(report->quality, &text);
    say_rest(report, &text);
    table_paragraph(&lines, trod_buf_str(&text), cli_width());
    fprintf(out, "%.*s", TROD_ARG(trod_buf_str(&lines)));
    trod_buf_free(&text);
    trod_buf_free(&lines);
}

/* ---- JSON ----------------------------------------------------------------------------------
 */

static void key_uint(struct trod_json_writer *json, const char *key, uint64_t value) {
    trod_json_key(json, key);
    trod_json_uint(json, value);
}

static void key_number(struct trod_json_writer *json, const char *key, double value) {
    trod_json_key(json, key);
    trod_json_number(json, value);
}

static void write_names(struct trod_json_writer *json, const struct trod_discovered *found,
                        const char *key, const uint32_t *names, size_t n) {
    trod_json_key(json, key);
    trod_json_flat(json);
    trod_json_array(json);
    for (size_t i = 0; i < n; i++) trod_json_str(json, trod_dict_at(found->names, names[i]));
    trod_json_end_array(json);
}

static void write_quality(struct trod_json_writer *json, const struct trod_quality *quality) {
    trod_json_key(json, "quality");
    if (!quality) {
        trod_json_null(json);
        return;
    }
    trod_json_object(json);
    key_number(json, "fitness", quality->fitness);
    key_number(json, "mean_fitness", quality->mean_fitness);
    key_uint(json, "journeys", quality->n_journeys);
    key_uint(json, "exact", quality->n_exact);
    key_uint(json, "limited", quality->n_limited);
    trod_json_key(json, "method");
    trod_json_text(json, quality->method);
    key_number(json, "precision", quality->precision);
    key_uint(json, "allowed", quality->allowed);
    key_uint(json, "escaping", quality->escaping);
    key_number(json, "simplicity", quality->simplicity);
    key_uint(json, "places", quality->size.n_places);
    key_uint(json, "transitions", quality->size.n_transitions);
    key_uint(json, "arcs", quality->size.n_arcs);
    trod_json_end_object(json);
}

static void write_fallbacks(struct trod_json_writer *json,
                            const struct trod_discovered *found) {
    static const char *const kinds[] = {[TROD_FALLBACK_ONCE] = "once",
                                        [TROD_FALLBACK_ANYWHERE] = "anywhere",
                                        [TROD_FALLBACK_ROUNDS] = "rounds",
                                        [TROD_FALLBACK_BEGINNINGS] = "beginnings",
                                        [TROD_FALLBACK_FLOWER] = "flower"};
    trod_json_key(json, "fallbacks");
    trod_json_array(json);
    for (size_t i = 0; i < found->n_fallbacks; i++) {
        const struct trod_fallback *const fallback = &found->fallbacks[i];
        trod_json_object(json);
        trod_json_key(json, "kind");
        trod_json_text(json, kinds[fallback->kind]);
        write_names(json, found, "events", fallback->names, fallback->n);
        trod_json_end_object(json);
    }
    trod_json_end_array(json);
}

trod_status discover_to_json(const struct discover_report *report, struct trod_buf *out,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_discovered *const found = report->found;
    struct trod_json_writer json = {.out = out};
    struct trod_buf tree = {0}, map = {0};
    trod_tree_write(found->tree, &tree, NULL);
    if (report->drafted) TROD_TRY(trod_draft_write(&report->drafted->draft, &map, error));
    trod_json_object(&json);
    key_uint(&json, "journeys", found->picked.n_journeys);
    key_uint(&json, "events", found->picked.n_events);
    key_uint(&json, "left_out", found->picked.n_left_out);
    key_uint(&json, "paths", found->n_paths);
    key_uint(&json, "empty", found->n_empty);
    key_number(&json, "noise", report->noise);
    trod_json_key(&json, "method");
    trod_json_text(&json, found->by_follows ? "follows" : "paths");
    write_names(&json, found, "kept", found->kept, found->n_kept);
    write_names(&json, found, "too_rare", found->noise, found->n_noise);
    write_fallbacks(&json, found);
    write_quality(&json, report->quality);
    trod_json_key(&json, "tree");
    trod_json_str(&json, trod_str_trim(trod_buf_str(&tree)));
    trod_json_key(&json, "map");
    trod_json_str(&json, report->drafted ? trod_buf_str(&map) : (trod_str){0});
    trod_json_end_object(&json);
    trod_buf_byte(out, '\n');
    if (out->failed) status = trod_fail(error, TROD_TOO_MUCH, "the answer is too long");
done:
    trod_buf_free(&tree);
    trod_buf_free(&map);
    return status;
}

/* Answers as JSON and CSV. What is not known is null in JSON and empty in CSV. */
#include <math.h>

#include "mine/cells.h"

/* ---- JSON ----------------------------------------------------------------------------------
 */

trod_status mine_check_written(const struct trod_buf *out, struct trod_error *error) {
    if (!out->failed) return TROD_OK;
    trod_fail(error, TROD_TOO_MUCH, "the answer is larger than %zu MB",
              (out->ceiling ? out->ceiling : (size_t)1 << 30) >> 20);
    trod_error_hint(error, "ask for less with --top or --where");
    return TROD_TOO_MUCH;
}

static void json_picked(struct trod_json_writer *json, const struct trod_picked *picked) {
    trod_json_key(json, "journeys");
    trod_json_uint(json, picked->n_journeys);
    trod_json_key(json, "events");
    trod_json_uint(json, picked->n_events);
    trod_json_key(json, "customers");
    trod_json_uint(json, picked->n_customers);
    trod_json_key(json, "left_out");
    trod_json_uint(json, picked->n_left_out);
    trod_json_key(json, "cut_start");
    trod_json_uint(json, picked->n_cut_start);
    trod_json_key(json, "cut_end");
    trod_json_uint(json, picked->n_cut_end);
    trod_json_key(json, "near_edge_us");
    if (picked->gap_us == TROD_NO_TIME)
        trod_json_null(json);
    else
        trod_json_int(json, picked->gap_us);
}

static void json_durations(struct trod_json_writer *json, const char *const keys[3],
                           const struct trod_durations *durations) {
    trod_json_key(json, keys[0]);
    trod_json_number(json, durations->mean_us);
    trod_json_key(json, keys[1]);
    trod_json_number(json, durations->median_us);
    trod_json_key(json, keys[2]);
    trod_json_number(json, durations->p95_us);
}

static void write_names(struct trod_json_writer *json, const char *key,
                        const struct trod_dict *names, const struct trod_name_counts *nodes) {
    trod_json_key(json, key);
    trod_json_array(json);
    for (size_t i = 0; i < nodes->n; i++) {
        trod_json_flat(json);
        trod_json_object(json);
        trod_json_key(json, "name");
        trod_json_str(json, trod_dict_at(names, nodes->at[i].name));
        trod_json_key(json, "events");
        trod_json_uint(json, nodes->at[i].n_events);
        trod_json_end_object(json);
    }
    trod_json_end_array(json);
}

/* {name: n}: journeys that begin (or end) with it. The names are in the order of their events.
 */
static void write_edges_of_journeys(struct trod_json_writer *json, const char *key,
                                    const struct trod_dict *names,
                                    const struct trod_name_counts *nodes, bool ends) {
    trod_json_key(json, key);
    trod_json_object(json);
    for (size_t i = 0; i < nodes->n; i++) {
        const uint64_t n = ends ? nodes->at[i].n_ends : nodes->at[i].n_starts;
        if (n == 0) continue;
        trod_json_key_str(json, trod_dict_at(names, nodes->at[i].name));
        trod_json_uint(json, n);
    }
    trod_json_end_object(json);
}

static size_t first_of(size_t top, size_t n) {
    return top && top < n ? top : n;
}

/* Nodes, where journeys begin and end, and edges: of all journeys, or of a segment. */
static void write_graph(struct trod_json_writer *json, const struct trod_dict *names,
                        const struct trod_follows_segment *graph, size_t top) {
    static const char *const time_keys[3] = {"mean_us", "median_us", "p95_us"};
    static const char *const waiting_keys[3] = {"waiting_mean_us", "waiting_median_us",
                                                "waiting_p95_us"};
    write_names(json, "nodes", names, &graph->nodes);
    write_edges_of_journeys(json, "starts", names, &graph->nodes, false);
    write_edges_of_journeys(json, "ends", names, &graph->nodes, true);
    trod_json_key(json, "n_edges");
    trod_json_uint(json, graph->n_edges);
    trod_json_key(json, "edges");
    trod_json_array(json);
    for (size_t e = 0; e < first_of(top, graph->n_edges); e++) {
        const struct trod_follows_edge *const edge = &graph->edges[e];
        trod_json_flat(json);
        trod_json_object(json);
        trod_json_key(json, "from");
        trod_json_str(json, trod_dict_at(names, edge->from));
        trod_json_key(json, "to");
        trod_json_str(json, trod_dict_at(names, edge->to));
        trod_json_key(json, "count");
        trod_json_uint(json, edge->n);
        json_durations(json, time_keys, &edge->times);
        if (graph->has_waiting) {
            trod_json_key(json, "waiting_count");
            trod_json_uint(json, edge->waiting.n);
            json_durations(json, waiting_keys, &edge->waiting);
        }
        trod_json_end_object(json);
    }
    trod_json_end_array(json);
}

static struct trod_follows_segment all_of(const struct trod_follows *follows) {
    return (struct trod_follows_segment){.nodes = follows->nodes,
                                         .edges = follows->edges,
                                         .n_edges = follows->n_edges,
                                         .has_waiting = follows->has_waiting};
}

trod_status trod_follows_to_json(const struct trod_follows *follows, size_t top,
                                 struct trod_buf *out, struct trod_error *error) {
    const struct trod_follows_segment all = all_of(follows);
    struct trod_json_writer json = {.out = out};
    trod_json_object(&json);
    json_picked(&json, &follows->picked);
    write_graph(&json, follows->names, &all, top);
    trod_json_end_object(&json);
    trod_buf_byte(out, '\n');
    return mine_check_written(out, error);
}

trod_status trod_follows_by_to_json(const struct trod_follows_by *by, size_t top,
                                    struct trod_buf *out, struct trod_error *error) {
    struct trod_json_writer json = {.out = out};
    trod_json_object(&json);
    json_picked(&json, &by->picked);
    trod_json_key(&json, "by");
    trod_json_str(&json, by->field);
    trod_json_key(&json, "segments");
    trod_json_array(&json);
    for (size_t s = 0; s < by->n_segments; s++) {
        const struct trod_follows_segment *const segment = &by->segments[s];
        trod_json_object(&json);
        trod_json_key(&json, "value");
        if (segment->value.at)
            trod_json_str(&json, segment->value);
        else
            trod_json_null(&json);
        trod_json_key(&json, "journeys");
        trod_json_uint(&json, segment->n_journeys);
        trod_json_key(&json, "events");
        trod_json_uint(&json, segment->n_events);
        write_graph(&json, by->names, segment, top);
        trod_json_end_object(&json);
    }
    trod_json_end_array(&json);
    trod_json_end_object(&json);
    trod_buf_byte(out, '\n');
    return mine_check_written(out, error);
}

trod_status trod_paths_to_json(const struct trod_paths *paths, size_t top, struct trod_buf *out,
                               struct trod_error *error) {
    static const char *const keys[3] = {"mean_us", "median_us", "p95_us"};
    const struct trod_dict *const names = paths->names;
    struct trod_json_writer json = {.out = out};
    trod_json_object(&json);
    json_picked(&json, &paths->picked);
    write_names(&json, "touchpoints", names, &paths->nodes);
    write_edges_of_journeys(&json, "starts", names, &paths->nodes, false);
    write_edges_of_journeys(&json, "ends", names, &paths->nodes, true);
    json_durations(&json, keys, &paths->lasts);
    trod_json_key(&json, "n_paths");
    trod_json_uint(&json, paths->n_paths);
    trod_json_key(&json, "paths");
    trod_json_array(&json);
    for (size_t p = 0; p < first_of(top, paths->n_shown); p++) {
        const struct trod_path *const path = &paths->paths[p];
        trod_json_flat(&json);
        trod_json_object(&json);
        trod_json_key(&json, "count");
        trod_json_uint(&json, path->n_journeys);
        json_durations(&json, keys, &path->lasts);
        trod_json_key(&json, "steps");
        trod_json_array(&json);
        for (uint32_t i = 0; i < path->n; i++)
            trod_json_str(&json, trod_dict_at(names, path->steps[i]));
        trod_json_end_array(&json);
        trod_json_end_object(&json);
    }
    trod_json_end_array(&json);
    trod_json_end_object(&json);
    trod_buf_byte(out, '\n');
    return mine_check_written(out, error);
}

/* ---- CSV -----------------------------------------------------------------------------------
 */

void mine_csv_str(struct trod_buf *out, trod_str value) {
    bool quote = false;
    for (size_t i = 0; i < value.n && !quote; i++)
        quote = strchr(",\"\r\n", value.at[i]) != NULL;
    quote = quote || (value.n && (value.at[0] == ' ' || value.at[value.n - 1] == ' '));
    if (quote) {
        trod_buf_byte(out, '"');
        for (size_t i = 0; i < value.n; i++) {
            if (value.at[i] == '"') trod_buf_byte(out, '"');
            trod_buf_byte(out, value.at[i]);
        }
        trod_buf_byte(out, '"');
    } else {
        trod_buf_add(out, value);
    }
    trod_buf_byte(out, ',');
}

void mine_csv_uint(struct trod_buf *out, uint64_t value) {
    trod_buf_format(out, "%llu,", (unsigned long long)value);
}

void mine_csv_number(struct trod_buf *out, double value) {
    char text[32];
    if (!isnan(value)) trod_buf_adds(out, trod_number_write(value, text));
    trod_buf_byte(out, ',');
}

void mine_csv_end(struct trod_buf *out) {
    if (out->failed || out->n == 0) return;
    out->at[out->n - 1] = '\n'; /* over the comma of the last field */
}

static void csv_durations(struct trod_buf *out, const struct trod_durations *durations) {
    mine_csv_number(out, durations->mean_us);
    mine_csv_number(out, durations->median_us);
    mine_csv_number(out, durations->p95_us);
}

static void csv_edges_head(struct trod_buf *out, bool has_waiting) {
    trod_buf_adds(out, "from,to,count,mean_us,median_us,p95_us");
    if (has_waiting)
        trod_buf_adds(out, ",waiting_count,waiting_mean_us,waiting_median_us,waiting_p95_us");
    trod_buf_byte(out, '\n');
}

static void csv_edge(struct trod_buf *out, const struct trod_dict *names,
                     const struct trod_follows_edge *edge, bool has_waiting) {
    mine_csv_str(out, trod_dict_at(names, edge->from));
    mine_csv_str(out, trod_dict_at(names, edge->to));
    mine_csv_uint(out, edge->n);
    csv_durations(out, &edge->times);
    if (has_waiting) {
        mine_csv_uint(out, edge->waiting.n);
        csv_durations(out, &edge->waiting);
    }
    mine_csv_end(out);
}

trod_status trod_follows_to_csv(const struct trod_follows *follows, size_t top,
                                struct trod_buf *out, struct trod_error *error) {
    csv_edges_head(out, follows->has_waiting);
    for (size_t e = 0; e < first_of(top, follows->n_edges); e++)
        csv_edge(out, follows->names, &follows->edges[e], follows->has_waiting);
    return mine_check_written(out, error);
}

trod_status trod_follows_by_to_csv(const struct trod_follows_by *by, size_t top,
                                   struct trod_buf *out, struct trod_error *error) {
    bool has_waiting = false;
    for (size_t s = 0; s < by->n_segments; s++)
        has_waiting = has_waiting || by->segments[s].has_waiting;
    trod_buf_adds(out, "segment,");
    csv_edges_head(out, has_waiting);
    for (size_t s = 0; s < by->n_segments; s++) {
        const struct trod_follows_segment *const segment = &by->segments[s];
        for (size_t e = 0; e < first_of(top, segment->n_edges); e++) {
            mine_csv_str(out, segment->value);
            csv_edge(out, by->names, &segment->edges[e], has_waiting);
        }
    }
    return mine_check_written(out, error);
}

/* One row a step, so that no name has to be cut out of a longer text. */
trod_status trod_paths_to_csv(const struct trod_paths *paths, size_t top, struct trod_buf *out,
                              struct trod_error *error) {
    trod_buf_adds(out, "path,count,mean_us,median_us,p95_us,step,name\n");
    for (size_t p = 0; p < first_of(top, paths->n_shown); p++) {
        const struct trod_path *const path = &paths->paths[p];
        for (uint32_t i = 0; i < path->n; i++) {
            mine_csv_uint(out, p + 1);
            mine_csv_uint(out, path->n_journeys);
            csv_durations(out, &path->lasts);
            mine_csv_uint(out, (uint64_t)i + 1);
            mine_csv_str(out, trod_dict_at(paths->names, path->steps[i]));
            mine_csv_end(out);
        }
    }
    return mine_check_written(out, error);
}

/* tree_write: the flow of a map in PM4Py's process-tree notation, and what that cannot hold.
 */
#include "trod/map.h"

struct loss {
    bool shares, bounds, ends;
};

static void write_list(const struct trod_map *map, const struct trod_flow *flow, const char *op,
                       struct trod_buf *out, struct loss *loss);

static void write_flow(const struct trod_map *map, const struct trod_flow *flow,
                       struct trod_buf *out, struct loss *loss) {
    switch (flow->kind) {
    case TROD_FLOW_SILENT:
        trod_buf_adds(out, "tau");
        break;
    case TROD_FLOW_TOUCHPOINT:
        loss->ends |= flow->ends;
        trod_buf_byte(out, '\'');
        trod_buf_add(out, map->touchpoints[flow->touchpoint_id].title);
        trod_buf_byte(out, '\'');
        break;
    case TROD_FLOW_SEQUENCE:
        write_list(map, flow, "->", out, loss);
        break;
    case TROD_FLOW_CHOICE:
        loss->shares |= flow->share == flow->share;
        for (size_t i = 0; flow->ways && i < flow->n; i++)
            loss->shares |= flow->ways[i].share == flow->ways[i].share;
        if (flow->n == 1)
            write_flow(map, flow->children[0], out, loss);
        else
            write_list(map, flow, "X", out, loss);
        break;
    case TROD_FLOW_ANY_ORDER:
        write_list(map, flow, "+", out, loss);
        break;
    case TROD_FLOW_LOOP:
        loss->bounds |= flow->most_rounds != 0;
        write_list(map, flow, "*", out, loss);
        break;
    }
}

static void write_list(const struct trod_map *map, const struct trod_flow *flow, const char *op,
                       struct trod_buf *out, struct loss *loss) {
    trod_buf_adds(out, op);
    trod_buf_adds(out, "( ");
    for (size_t i = 0; i < flow->n; i++) {
        if (i) trod_buf_adds(out, ", ");
        write_flow(map, flow->children[i], out, loss);
    }
    if (flow->n == 0) trod_buf_adds(out, "tau");
    trod_buf_adds(out, " )");
}

trod_status trod_map_to_tree(const struct trod_map *map, struct trod_buf *out,
                             struct trod_buf *lost, struct trod_error *error) {
    struct loss loss = {0};
    size_t n_any_time = 0;
    write_flow(map, map->flow, out, &loss);
    trod_buf_byte(out, '\n');
    for (size_t i = 0; i < map->n_touchpoints; i++) n_any_time += map->touchpoints[i].any_time;
    trod_buf_adds(
        lost, "A process tree holds the flow alone: no stages, times, feelings or people.\n");
    if (loss.shares) trod_buf_adds(lost, "The designed shares are left out.\n");
    if (loss.bounds)
        trod_buf_adds(lost, "A limit on how often something repeats is left out.\n");
    if (loss.ends)
        trod_buf_adds(lost,
                      "\"ends here\" is left out: there the tree goes on with what follows.\n");
    if (n_any_time)
        trod_buf_format(lost, "%zu touchpoints that may come at any time are left out.\n",
                        n_any_time);
    if (out->failed || lost->failed)
        return trod_fail(error, TROD_TOO_MUCH, "the tree is too large to write");
    return TROD_OK;
}

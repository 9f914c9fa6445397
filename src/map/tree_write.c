/* tree_write: the flow of a map in PM4Py's process-tree notation, and what that cannot hold.
 *
 * The flow is written from left to right; what is still to come stands in a chain (struct
 * ahead). That is what `ends here` needs: a choice, some of whose ways end the journey, is
 * written together with all that follows it, which belongs to its other ways alone:
 *
 *     A, choose (B ends here, C), D    ->( A, X( B, ->( C, D ) ) )
 *
 * Nothing is written twice, except what follows a way that may end or go on.
 */
#include <string.h>

#include "trod/map.h"

enum { MOST_DEPTH = 2000, MOST_BYTES = 16 << 20 };

/* Flows one after the other: `n` of them, and then `next`. */
struct ahead {
    const struct trod_flow *const *at;
    size_t n;
    const struct ahead *next;
};

struct writer {
    const struct trod_map *map;
    struct trod_buf *out;
    struct trod_arena *arena;
    unsigned depth;
    bool too_much, no_memory;
    bool shares, bounds, quotes; /* what was lost */
};

static void write_ahead(struct writer *writer, const struct ahead *ahead);

static const struct ahead *go_on(struct writer *writer, const struct trod_flow *const *at,
                                 size_t n, const struct ahead *next) {
    if (n == 0) return next;
    struct ahead *const ahead = TROD_NEW(writer->arena, struct ahead);
    if (!ahead) {
        writer->no_memory = true;
        return NULL;
    }
    *ahead = (struct ahead){at, n, next};
    return ahead;
}

/* The next flow that says something, never a sequence; moves past it. NULL at the end. */
static const struct trod_flow *next_flow(struct writer *writer, const struct ahead **ahead) {
    while (*ahead) {
        const struct ahead *const here = *ahead;
        const struct trod_flow *const flow = here->at[0];
        *ahead = go_on(writer, here->at + 1, here->n - 1, here->next);
        if (flow->kind == TROD_FLOW_SILENT) continue;
        if (flow->kind != TROD_FLOW_SEQUENCE) return flow;
        *ahead = go_on(writer, flow->children, flow->n, *ahead);
    }
    return NULL;
}

/* Whether the journey may end in this flow, though something follows. */
static bool may_end(const struct trod_flow *flow) {
    if (flow->kind == TROD_FLOW_TOUCHPOINT) return flow->ends;
    if (flow->kind != TROD_FLOW_SEQUENCE && flow->kind != TROD_FLOW_CHOICE) return false;
    for (size_t i = 0; i < flow->n; i++)
        if (may_end(flow->children[i])) return true;
    return false;
}

/* A label is not escaped: a quote in it that looks like its end becomes another one. True if
 * there was one. */
static bool write_text(trod_str title, struct trod_buf *out) {
    bool quotes = false;
    trod_buf_byte(out, '\'');
    for (size_t i = 0; i < title.n; i++) {
        size_t after = i + 1;
        while (after < title.n && memchr(" \t\r\n", title.at[after], 4)) after++;
        const bool end = title.at[i] == '\'' && after < title.n &&
                         (title.at[after] == ',' || title.at[after] == ')');
        if (end)
            trod_buf_adds(out, "\xe2\x80\x99"); /* ’ */
        else
            trod_buf_byte(out, title.at[i]);
        quotes |= end;
    }
    trod_buf_byte(out, '\'');
    return quotes;
}

static void write_label(struct writer *writer, trod_str title) {
    writer->quotes |= write_text(title, writer->out);
}

static bool write_tree(const struct trod_tree *tree, struct trod_buf *out) {
    static const char *const ops[] = {[TROD_TREE_SEQUENCE] = "->",
                                      [TROD_TREE_CHOICE] = "X",
                                      [TROD_TREE_ANY_ORDER] = "+",
                                      [TROD_TREE_LOOP] = "*"};
    bool quotes = false;
    if (tree->op == TROD_TREE_LABEL) return write_text(tree->label, out);
    if (tree->op == TROD_TREE_SILENT) {
        trod_buf_adds(out, "tau");
        return false;
    }
    trod_buf_adds(out, ops[tree->op]);
    for (size_t i = 0; i < tree->n; i++) {
        trod_buf_adds(out, i ? ", " : "( ");
        quotes |= write_tree(tree->children[i], out);
    }
    trod_buf_adds(out, " )");
    return quotes;
}

void trod_tree_write(const struct trod_tree *tree, struct trod_buf *out, bool *quotes) {
    const bool some = write_tree(tree, out);
    trod_buf_byte(out, '\n');
    if (quotes) *quotes = some;
}

static void write_one(struct writer *writer, const struct trod_flow *flow) {
    write_ahead(writer, go_on(writer, &flow, 1, NULL));
}

static void write_block(struct writer *writer, const char *op, const struct trod_flow *flow) {
    trod_buf_adds(writer->out, op);
    for (size_t i = 0; i < flow->n; i++) {
        trod_buf_adds(writer->out, i ? ", " : "( ");
        write_one(writer, flow->children[i]);
    }
    trod_buf_adds(writer->out, " )");
}

static void note_shares(struct writer *writer, const struct trod_flow *flow) {
    writer->shares |= flow->share == flow->share; /* not NaN */
    for (size_t i = 0; flow->ways && i < flow->n; i++)
        writer->shares |= flow->ways[i].share == flow->ways[i].share;
}

/* As PM4Py writes it: nothing first. */
static void write_optional(struct writer *writer, const struct trod_flow *flow) {
    trod_buf_adds(writer->out, "X( tau, ");
    write_one(writer, flow->children[0]);
    trod_buf_adds(writer->out, " )");
}

/* A choice with ways that end the journey, and what follows it. The other ways stay together.
 */
static void write_fork(struct writer *writer, const struct trod_flow *flow,
                       const struct ahead *ahead) {
    struct trod_flow *const others = TROD_NEW(writer->arena, struct trod_flow);
    const struct trod_flow **const ways =
        TROD_NEW_ARRAY(writer->arena, flow->n + 1, const struct trod_flow *);
    if (!others || !ways) {
        writer->no_memory = true;
        return;
    }
    *others = (struct trod_flow){.kind = TROD_FLOW_CHOICE, .children = ways};
    note_shares(writer, flow);
    for (size_t i = 0; i < flow->n; i++)
        if (!may_end(flow->children[i])) ways[others->n++] = flow->children[i];
    ways[flow->n] = others->n == 1 ? ways[0] : others;
    const char *before = "X( ";
    for (size_t i = 0; i < flow->n; i++) {
        const bool end = may_end(flow->children[i]);
        if (!end && flow->children[i] != ways[0]) continue;
        trod_buf_adds(writer->out, before);
        write_ahead(writer, go_on(writer, end ? &flow->children[i] : &ways[flow->n], 1, ahead));
        before = ", ";
    }
    trod_buf_adds(writer->out, " )");
}

static void write_flow(struct writer *writer, const struct trod_flow *flow) {
    switch (flow->kind) {
    case TROD_FLOW_SILENT:
    case TROD_FLOW_SEQUENCE:
        write_one(writer, flow);
        break;
    case TROD_FLOW_TOUCHPOINT:
        write_label(writer, writer->map->touchpoints[flow->touchpoint_id].title);
        break;
    case TROD_FLOW_CHOICE:
        note_shares(writer, flow);
        if (flow->optional)
            write_optional(writer, flow);
        else
            write_block(writer, "X", flow);
        break;
    case TROD_FLOW_ANY_ORDER:
        write_block(writer, "+", flow);
        break;
    case TROD_FLOW_LOOP:
        writer->bounds |= flow->most_rounds != 0;
        write_block(writer, "*", flow);
        break;
    }
}

/* Whether the flow ends what stands in the chain: then all that follows is written with it. */
static bool is_last(const struct trod_flow *flow) {
    return may_end(flow) &&
           (flow->kind == TROD_FLOW_TOUCHPOINT || flow->kind == TROD_FLOW_CHOICE);
}

static size_t count_ahead(struct writer *writer, const struct ahead *ahead) {
    size_t n = 0;
    for (const struct trod_flow *flow; (flow = next_flow(writer, &ahead)) != NULL;) {
        n++;
        if (is_last(flow)) break;
    }
    return n;
}

static void write_ahead(struct writer *writer, const struct ahead *ahead) {
    if (writer->depth > MOST_DEPTH || writer->out->n > MOST_BYTES) writer->too_much = true;
    if (writer->too_much || writer->no_memory) return;
    writer->depth++;
    const size_t n = count_ahead(writer, ahead);
    if (n == 0) trod_buf_adds(writer->out, "tau");
    if (n > 1) trod_buf_adds(writer->out, "->( ");
    for (size_t i = 0; i < n && !writer->no_memory; i++) {
        const struct trod_flow *const flow = next_flow(writer, &ahead);
        if (!flow) break;
        if (i) trod_buf_adds(writer->out, ", ");
        if (flow->kind == TROD_FLOW_CHOICE && is_last(flow))
            write_fork(writer, flow, ahead);
        else
            write_flow(writer, flow);
    }
    if (n > 1) trod_buf_adds(writer->out, " )");
    writer->depth--;
}

static void say_lost(const struct writer *writer, struct trod_buf *lost) {
    size_t n_any_time = 0;
    for (size_t i = 0; i < writer->map->n_touchpoints; i++)
        n_any_time += writer->map->touchpoints[i].any_time;
    trod_buf_adds(
        lost, "A process tree holds the flow alone: no stages, times, feelings or people.\n");
    if (writer->shares) trod_buf_adds(lost, "The designed shares are left out.\n");
    if (writer->bounds)
        trod_buf_adds(lost, "A limit on how often something repeats is left out.\n");
    if (n_any_time)
        trod_buf_format(lost, "%zu touchpoint%s that may come at any time %s left out.\n",
                        n_any_time, n_any_time == 1 ? "" : "s", n_any_time == 1 ? "is" : "are");
    if (writer->quotes)
        trod_buf_adds(lost, "A quote (') before a comma or bracket in a title is written as "
                            "\xe2\x80\x99, because it would end the title.\n");
}

trod_status trod_map_to_tree(const struct trod_map *map, struct trod_buf *out,
                             struct trod_buf *lost, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct writer writer = {.map = map, .out = out, .arena = trod_arena_make(0)};
    TROD_TRY_ALLOC(writer.arena, error);
    write_one(&writer, map->flow);
    trod_buf_byte(out, '\n');
    say_lost(&writer, lost);
    if (writer.no_memory) TROD_TRY_ALLOC(NULL, error);
    if (writer.too_much || out->failed || lost->failed)
        status =
            trod_fail(error, TROD_TOO_MUCH,
                      "the process tree of this map is too large to write: it has too many "
                      "`ends here`, each with all that follows it");
done:
    trod_arena_free(writer.arena);
    return status;
}

/* flow: one walk down the tree. A leaf is a column; a block knows the first and last column
 * made while it was open, and its height is one more than the highest block inside it, so that
 * brackets stack over the columns without touching. The tree is at most 200 deep, as the reader
 * sees to.
 */
#include "draw/flow.h"

struct walk {
    const struct trod_map *map;
    struct trod_arena *arena;
    struct draw_flow *flow;
    size_t slot;     /* open stage slot, or SIZE_MAX */
    bool leads;      /* the next column follows the one before */
    bool way_begins; /* the next column begins another way */
    bool failed;
};
/* What a part of the tree came to. */
struct extent {
    unsigned height;
    bool stages;
};

static struct extent visit(struct walk *walk, const struct trod_flow *node);

static void open_slot(struct walk *walk, uint32_t stage_id) {
    struct draw_flow *flow = walk->flow;
    struct draw_slot slot = {.stage_id = stage_id, .first = flow->n_columns};
    if (!TROD_PUSH(walk->arena, flow->slots, flow->n_slots, flow->slots_room, slot))
        walk->failed = true;
    walk->slot = flow->n_slots - 1;
}

static void add_column(struct walk *walk, uint32_t touchpoint_id) {
    struct draw_flow *flow = walk->flow;
    if (walk->failed) return;
    if (walk->slot == SIZE_MAX) {
        size_t last = flow->n_slots - 1;
        if (flow->n_slots && flow->slots[last].stage_id == TROD_NO_ID)
            walk->slot = last;
        else
            open_slot(walk, TROD_NO_ID);
        if (walk->failed) return;
    }
    struct draw_column column = {.touchpoint_id = touchpoint_id,
                                 .slot = walk->slot,
                                 .leads = walk->leads && flow->n_columns > 0,
                                 .way_begins = walk->way_begins};
    if (!TROD_PUSH(walk->arena, flow->columns, flow->n_columns, flow->columns_room, column)) {
        walk->failed = true;
        return;
    }
    flow->slots[walk->slot].n++;
    walk->leads = true;
    walk->way_begins = false;
}

/* Opens a block; its number, for close_block. */
static size_t open_block(struct walk *walk, enum draw_block_kind kind,
                         const struct trod_flow *node, size_t way) {
    struct draw_flow *flow = walk->flow;
    struct draw_block block = {
        .kind = kind, .flow = node, .way = way, .first = flow->n_columns};
    if (!TROD_PUSH(walk->arena, flow->blocks, flow->n_blocks, flow->blocks_room, block))
        walk->failed = true;
    return flow->n_blocks - 1;
}

static struct extent close_block(struct walk *walk, size_t at, struct extent inside) {
    if (walk->failed) return inside;
    struct draw_flow *flow = walk->flow;
    if (flow->blocks[at].first == flow->n_columns) add_column(walk, TROD_NO_ID);
    if (walk->failed) return inside;
    struct draw_block *block = &flow->blocks[at];
    block->last = flow->n_columns - 1;
    block->height = inside.height + 1;
    block->over_stages = inside.stages;
    if (block->kind != DRAW_BLOCK_WAY) {
        flow->columns[block->first].opens++;
        flow->columns[block->last].closes++;
    }
    return (struct extent){block->height, inside.stages};
}

static struct extent higher(struct extent a, struct extent b) {
    return (struct extent){a.height > b.height ? a.height : b.height, a.stages || b.stages};
}

/* The ways stand side by side at one height. */
static struct extent visit_choice(struct walk *walk, const struct trod_flow *node) {
    struct extent all = {0};
    size_t first_block = walk->flow->n_blocks;
    bool leads = walk->leads;
    for (size_t i = 0; i < node->n && !walk->failed; i++) {
        size_t block = open_block(walk, DRAW_BLOCK_WAY, node, i);
        walk->leads = leads;
        if (i > 0) {
            walk->leads = false;
            walk->way_begins = true;
        }
        all = higher(all, close_block(walk, block, visit(walk, node->children[i])));
    }
    for (size_t i = first_block; i < walk->flow->n_blocks && !walk->failed; i++) {
        struct draw_block *block = &walk->flow->blocks[i];
        if (block->flow != node) continue;
        block->height = all.height;
        block->over_stages = all.stages;
    }
    walk->leads = true;
    return all;
}

static struct extent visit_loop(struct walk *walk, const struct trod_flow *node) {
    size_t block = open_block(walk, DRAW_BLOCK_REPEAT, node, 0);
    size_t first = walk->flow->n_columns;
    struct extent inside = visit(walk, node->children[0]);
    if (walk->flow->n_columns == first) add_column(walk, TROD_NO_ID);
    if (node->n > 1 && node->children[1]->kind != TROD_FLOW_SILENT) {
        size_t between = open_block(walk, DRAW_BLOCK_BETWEEN, node, 1);
        walk->leads = false;
        inside = higher(inside, close_block(walk, between, visit(walk, node->children[1])));
    }
    return close_block(walk, block, inside);
}

static struct extent visit_children(struct walk *walk, const struct trod_flow *node,
                                    bool freely) {
    struct extent all = {0};
    for (size_t i = 0; i < node->n && !walk->failed; i++) {
        if (freely && i > 0) walk->leads = false;
        all = higher(all, visit(walk, node->children[i]));
    }
    return all;
}

static struct extent visit_kind(struct walk *walk, const struct trod_flow *node) {
    switch (node->kind) {
    case TROD_FLOW_SILENT:
        break;
    case TROD_FLOW_TOUCHPOINT:
        add_column(walk, node->touchpoint_id);
        break;
    case TROD_FLOW_SEQUENCE:
        return visit_children(walk, node, false);
    case TROD_FLOW_CHOICE:
        if (node->optional) {
            size_t block = open_block(walk, DRAW_BLOCK_OPTIONAL, node, 0);
            return close_block(walk, block, visit(walk, node->children[0]));
        }
        return visit_choice(walk, node);
    case TROD_FLOW_ANY_ORDER: {
        size_t block = open_block(walk, DRAW_BLOCK_ANY_ORDER, node, 0);
        struct extent inside = close_block(walk, block, visit_children(walk, node, true));
        walk->leads = true;
        return inside;
    }
    case TROD_FLOW_LOOP:
        return visit_loop(walk, node);
    }
    return (struct extent){0};
}

static struct extent visit(struct walk *walk, const struct trod_flow *node) {
    if (walk->failed) return (struct extent){0};
    bool inside =
        walk->slot != SIZE_MAX && walk->flow->slots[walk->slot].stage_id != TROD_NO_ID;
    if (node->stage_id == TROD_NO_ID || inside) return visit_kind(walk, node);
    open_slot(walk, node->stage_id);
    if (walk->failed) return (struct extent){0};
    size_t slot = walk->slot, before = walk->flow->n_blocks;
    visit_kind(walk, node);
    if (!walk->failed && walk->flow->slots[slot].n == 0) add_column(walk, TROD_NO_ID);
    for (size_t i = before; i < walk->flow->n_blocks; i++) {
        unsigned height = walk->flow->blocks[i].height;
        if (height > walk->flow->most_height) walk->flow->most_height = height;
    }
    walk->slot = SIZE_MAX;
    return (struct extent){0, true};
}

trod_status draw_flow_make(const struct trod_map *map, struct trod_arena *arena,
                           struct draw_flow *flow, struct trod_error *error) {
    struct walk walk = {
        .map = map, .arena = arena, .flow = flow, .slot = SIZE_MAX, .leads = true};
    *flow = (struct draw_flow){0};
    visit(&walk, map->flow);
    if (!walk.failed && flow->n_columns == 0) add_column(&walk, TROD_NO_ID);
    if (walk.failed) return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    for (size_t i = 0; i < flow->n_blocks; i++) {
        const struct draw_block *block = &flow->blocks[i];
        unsigned *most = block->over_stages ? &flow->most_over : &flow->most_height;
        if (block->height > *most) *most = block->height;
    }
    return TROD_OK;
}

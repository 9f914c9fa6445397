/* The dynamic programme. A column has the least weight of every state after some steps. The
 * next step adds its weight as an extra step to all of them at once (an offset, so nothing is
 * touched), then lowers the targets of its matches, and what is lower spreads along the hops.
 * Columns stay closed under hops, so each step touches only what really gets better.
 *
 * Forwards this gives the costs: complete at the end state, so far the least of all states.
 * Backwards, with every edge turned round, it gives for each state the weight of the rest,
 * which is what the walk needs; those columns are kept, or, if they are too many, one in a
 * stride of them, and the piece between two is computed again when the walk comes there.
 *
 * Blocks add the stretches that they span: whenever the state before a block gets better on its
 * own account (not by an extra step, which the block could take as well), its row is added to
 * what is pending for the state after it. Exact: it is the shortest way through (state, step).
 */
#include "compare/align.h"

#include <math.h>

enum { ONE_PIECE_BYTES = 4 << 20 };

struct align_column {
    int64_t *value; /* [n_states]: less the offset */
    int64_t offset;
    uint32_t *queue; /* [n_states], a ring: lowered, not yet spread */
    bool *queued;
    uint32_t head, waiting;
    struct lower {
        uint32_t state;
        int64_t value;
    } * lower;       /* [n_syncs]: what the matches of one step give */
    int64_t *before; /* [n_blocks]: value before the block, one step ago */
};

trod_status align_column_make(struct align_steps *steps, struct trod_arena *arena,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct align_net *const net = steps->net;
    struct align_column *const column = TROD_NEW(arena, struct align_column);
    TROD_TRY_ALLOC(column, error);
    column->value = TROD_NEW_ARRAY(arena, net->n_states, int64_t);
    TROD_TRY_ALLOC(column->value, error);
    column->queue = TROD_NEW_ARRAY(arena, net->n_states, uint32_t);
    TROD_TRY_ALLOC(column->queue, error);
    column->queued = TROD_NEW_ARRAY(arena, net->n_states, bool);
    TROD_TRY_ALLOC(column->queued, error);
    column->lower = TROD_NEW_ARRAY(arena, net->n_syncs, struct lower);
    TROD_TRY_ALLOC(column->lower, error);
    column->before = TROD_NEW_ARRAY(arena, net->n_blocks, int64_t);
    TROD_TRY_ALLOC(column->before, error);
    steps->column = column;
done:
    return status;
}

static void reset(struct align_column *column, const struct align_net *net, int64_t value) {
    for (uint32_t s = 0; s < net->n_states; s++) column->value[s] = value;
    column->offset = 0;
}

static void lower(struct align_column *column, const struct align_net *net, uint32_t state,
                  int64_t value) {
    if (value >= column->value[state]) return;
    column->value[state] = value;
    if (column->queued[state]) return;
    column->queued[state] = true;
    const uint32_t tail = column->head + column->waiting++;
    column->queue[tail >= net->n_states ? tail - net->n_states : tail] = state;
}

static void spread(struct align_column *column, const struct align_net *net,
                   const struct align_edges *edges) {
    while (column->waiting) {
        const uint32_t s = column->queue[column->head];
        column->head = column->head + 1 == net->n_states ? 0 : column->head + 1;
        column->waiting--;
        column->queued[s] = false;
        const int64_t value = column->value[s];
        for (uint32_t e = edges->first[s]; e < edges->first[s + 1]; e++)
            lower(column, net, edges->state[e], value + edges->weight[e]);
    }
}

/* One step: all get dearer by an extra step, the targets of its matches cheaper. */
static void take(struct align_column *column, const struct align_steps *steps, uint32_t i,
                 bool backwards) {
    const struct align_net *const net = steps->net;
    const uint32_t kind = steps->kind[i];
    const int64_t extra = steps->kinds[kind].extra;
    size_t n = 0;
    for (uint32_t k = net->kind_first[kind]; k < net->kind_first[kind + 1]; k++) {
        const uint32_t label = net->kind_label[k];
        for (uint32_t e = net->first[label]; e < net->first[label + 1]; e++) {
            const struct align_sync *const sync = &net->syncs[e];
            const uint32_t from = backwards ? sync->to : sync->from;
            const uint32_t to = backwards ? sync->from : sync->to;
            if (column->value[from] == ALIGN_FAR) continue;
            const int64_t value = column->value[from] - extra + (sync->free ? ALIGN_EXTRA : 0);
            if (value < column->value[to]) column->lower[n++] = (struct lower){to, value};
        }
    }
    column->offset += extra;
    for (size_t j = 0; j < n; j++)
        lower(column, net, column->lower[j].state, column->lower[j].value);
}

/* ---- Forwards ---------------------------------------------------------------------------- */

/* Blocks whose first state is better than by an extra step: their rows are pending from here.
 */
static void enter_blocks(const struct align_steps *steps, uint32_t i, int64_t *open_end) {
    const struct align_net *const net = steps->net;
    struct align_column *const column = steps->column;
    for (size_t b = 0; b < net->n_blocks; b++) {
        const struct align_block_steps *const block = &steps->blocks[b];
        const int64_t value = column->value[net->blocks[b].from];
        if (value >= column->before[b]) continue; /* never if there is no way to it yet */
        column->before[b] = value;
        const int64_t real = value + column->offset;
        align_block_row(steps, b, i, block->row);
        for (uint32_t j = i; j <= steps->n; j++)
            if (real + block->row[j - i] < block->pending[j])
                block->pending[j] = real + block->row[j - i];
        if (real + block->open[i] < *open_end) *open_end = real + block->open[i];
    }
}

void align_forward(const struct align_steps *steps, uint32_t from, int64_t *ends,
                   int64_t *complete, int64_t *so_far) {
    const struct align_net *const net = steps->net;
    struct align_column *const column = steps->column;
    reset(column, net, ALIGN_FAR);
    for (size_t b = 0; b < net->n_blocks; b++) {
        column->before[b] = ALIGN_FAR;
        for (uint32_t j = from; j <= steps->n; j++) steps->blocks[b].pending[j] = ALIGN_FAR;
    }
    int64_t open_end = ALIGN_FAR;
    lower(column, net, net->start, 0);
    spread(column, net, &net->out);
    enter_blocks(steps, from, &open_end);
    if (ends) ends[0] = column->value[net->end]; /* never FAR: everything can be skipped */
    for (uint32_t i = from; i < steps->n; i++) {
        take(column, steps, i, false);
        for (size_t b = 0; b < net->n_blocks; b++) {
            const int64_t value = steps->blocks[b].pending[i + 1];
            if (value < ALIGN_FAR)
                lower(column, net, net->blocks[b].to, value - column->offset);
        }
        spread(column, net, &net->out);
        enter_blocks(steps, i + 1, &open_end);
        if (ends) ends[i + 1 - from] = column->value[net->end] + column->offset;
    }
    *complete = column->value[net->end] + column->offset;
    int64_t least = column->value[net->start];
    for (uint32_t s = 0; s < net->n_states; s++)
        if (column->value[s] < least) least = column->value[s];
    least += column->offset;
    *so_far = open_end < least ? open_end : least;
}

/* ---- Backwards --------------------------------------------------------------------------- */

uint32_t align_reading_stride(const struct align_steps *steps, uint32_t n) {
    const double bytes = 8.0 * (steps->net->n_states + 1.0) * (n + 1.0);
    if (bytes <= ONE_PIECE_BYTES || steps->net->n_blocks) return n;
    return (uint32_t)sqrt((double)n) + 1;
}

static void keep(const struct align_steps *steps, int64_t *to) {
    const struct align_column *const column = steps->column;
    for (uint32_t s = 0; s < steps->net->n_states; s++)
        to[s] = column->value[s] == ALIGN_FAR ? ALIGN_FAR : column->value[s] + column->offset;
}

static int64_t *column_at(const struct align_reading *reading, uint32_t i) {
    return reading->columns + (size_t)(i - reading->window) * reading->steps->net->n_states;
}

/* Lowers the states before blocks by the stretches from step i on. */
static void span_blocks(const struct align_reading *reading, uint32_t i) {
    const struct align_steps *const steps = reading->steps;
    const struct align_net *const net = steps->net;
    struct align_column *const column = steps->column;
    for (size_t b = 0; b < net->n_blocks; b++) {
        if (net->blocks[b].opens && i > reading->from) continue; /* never entered so late */
        const struct align_block_steps *const block = &steps->blocks[b];
        int64_t best = reading->open ? block->open[i] : ALIGN_FAR;
        align_block_row(steps, b, i, block->row);
        for (uint32_t j = i + 1; j <= reading->to; j++) {
            const int64_t value = block->row[j - i] + column_at(reading, j)[net->blocks[b].to];
            if (value < best) best = value;
        }
        if (best < ALIGN_FAR) lower(column, net, net->blocks[b].from, best - column->offset);
    }
}

/* From the column of step `last`, which is at hand, back to that of step `first`. */
static void run_back(struct align_reading *reading, uint32_t first, uint32_t last,
                     bool checkpoints) {
    const struct align_steps *const steps = reading->steps;
    const struct align_net *const net = steps->net;
    const uint32_t piece_end = reading->window + reading->stride;
    for (uint32_t i = last;; i--) {
        if (i < last) {
            take(steps->column, steps, i, true);
            span_blocks(reading, i);
            spread(steps->column, net, &net->in);
        }
        if (checkpoints && i > reading->from && (i - reading->from) % reading->stride == 0)
            keep(steps, reading->checkpoints +
                            (size_t)((i - reading->from) / reading->stride) * net->n_states);
        if (i >= reading->window && i <= piece_end) keep(steps, column_at(reading, i));
        if (i == first) break;
    }
}

trod_status align_reading_make(const struct align_steps *steps, uint32_t from, uint32_t to,
                               bool open, uint32_t stride, struct trod_arena *arena,
                               struct align_reading **reading, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct align_net *const net = steps->net;
    struct align_reading *const made = TROD_NEW(arena, struct align_reading);
    TROD_TRY_ALLOC(made, error);
    *made = (struct align_reading){.steps = steps, .from = from, .to = to, .open = open};
    made->stride = stride < to - from ? stride : to - from;
    CHECK(made->stride == to - from || net->n_blocks == 0);
    made->window = from;
    made->columns = TROD_NEW_ARRAY(arena, ((size_t)made->stride + 1) * net->n_states, int64_t);
    TROD_TRY_ALLOC(made->columns, error);
    if (made->stride < to - from) {
        const size_t n = (to - from) / made->stride + 1;
        made->checkpoints = TROD_NEW_ARRAY(arena, n * net->n_states, int64_t);
        TROD_TRY_ALLOC(made->checkpoints, error);
    }
    reset(steps->column, net, open ? 0 : ALIGN_FAR);
    if (!open) {
        lower(steps->column, net, net->end, 0);
        spread(steps->column, net, &net->in);
    }
    run_back(made, from, to, made->checkpoints != NULL);
    *reading = made;
done:
    return status;
}

const int64_t *align_reading_column(struct align_reading *reading, uint32_t i) {
    const uint32_t n_states = reading->steps->net->n_states;
    const uint32_t needed = i < reading->to ? i + 1 : i;
    if (needed > reading->window + reading->stride) {
        /* The next piece: from the checkpoint after it, or from the end. */
        const uint32_t first = reading->window + reading->stride;
        const bool last_piece = reading->to - first <= reading->stride;
        reading->window = first;
        CHECK(i >= first && needed <= first + reading->stride);
        struct align_column *const column = reading->steps->column;
        const uint32_t last = last_piece ? reading->to : first + reading->stride;
        reset(column, reading->steps->net, reading->open ? 0 : ALIGN_FAR);
        if (!last_piece || (last - reading->from) % reading->stride == 0) {
            memcpy(column->value,
                   reading->checkpoints +
                       (size_t)((last - reading->from) / reading->stride) * n_states,
                   n_states * sizeof *column->value);
        } else if (!reading->open) {
            lower(column, reading->steps->net, reading->steps->net->end, 0);
            spread(column, reading->steps->net, &reading->steps->net->in);
        }
        run_back(reading, first, last, false);
    }
    return column_at(reading, i);
}

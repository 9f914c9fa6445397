/* The steps of a path as the automaton sees them. Without blocks there is nothing to do. A
 * block (an any order too wide to be multiplied out) is a sum: whatever interleaving, each of
 * its parts sees its own steps only, and every step that no part knows is extra. So each part
 * gets the steps that it may match, and a table of what any stretch of them costs it; the
 * weight of a stretch of the path in the block is then read off, part by part, while the
 * stretch grows. The table of a part that is only ever entered before the first step is one
 * row. */
#include "compare/align.h"

static trod_status make(const struct align_automaton *automaton, const struct align_net *net,
                        const uint32_t *kind, uint32_t n, bool from_zero,
                        struct trod_arena *arena, struct align_steps **steps,
                        struct trod_error *error);

/* Shares the steps out among the parts of a block. */
static trod_status share_out(const struct align_automaton *automaton,
                             const struct align_steps *steps, const struct align_block *block,
                             struct align_block_steps *mine, struct trod_arena *arena,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    const uint32_t n = steps->n;
    uint32_t *const owner = TROD_NEW_ARRAY(arena, n, uint32_t);
    uint32_t *const rank = TROD_NEW_ARRAY(arena, n, uint32_t);
    uint32_t *const own = TROD_NEW_ARRAY(arena, n, uint32_t);
    size_t *const first = TROD_NEW_ARRAY(arena, (size_t)block->n_parts + 2, size_t);
    TROD_TRY_ALLOC(owner, error);
    TROD_TRY_ALLOC(rank, error);
    TROD_TRY_ALLOC(own, error);
    TROD_TRY_ALLOC(first, error);
    mine->parts = TROD_NEW_ARRAY(arena, block->n_parts, struct align_steps *);
    TROD_TRY_ALLOC(mine->parts, error);
    mine->seen = TROD_NEW_ARRAY(arena, block->n_parts, uint32_t);
    TROD_TRY_ALLOC(mine->seen, error);
    mine->owner = owner;
    mine->rank = rank;
    for (uint32_t i = 0; i < n; i++) {
        owner[i] = block->owner[steps->kind[i]];
        if (owner[i] == ALIGN_SHARED) return TROD_TOO_MUCH;
        if (owner[i] != ALIGN_FOREIGN) first[owner[i] + 2]++;
    }
    for (uint32_t p = 0; p < block->n_parts; p++) first[p + 2] += first[p + 1];
    for (uint32_t i = 0; i < n; i++) {
        if (owner[i] == ALIGN_FOREIGN) continue;
        rank[i] = mine->seen[owner[i]]++;
        own[first[owner[i] + 1]++] = steps->kind[i];
    }
    const bool from_zero = steps->from_zero && block->opens;
    for (uint32_t p = 0; p < block->n_parts; p++)
        TROD_TRY(make(automaton, block->parts[p], own + first[p],
                      (uint32_t)(first[p + 1] - first[p]), from_zero, arena, &mine->parts[p],
                      error));
done:
    return status;
}

static trod_status make(const struct align_automaton *automaton, const struct align_net *net,
                        const uint32_t *kind, uint32_t n, bool from_zero,
                        struct trod_arena *arena, struct align_steps **steps,
                        struct trod_error *error) {
    trod_status status = TROD_OK;
    struct align_steps *const made = TROD_NEW(arena, struct align_steps);
    TROD_TRY_ALLOC(made, error);
    *made = (struct align_steps){.net = net, .kinds = automaton->kinds, .kind = kind, .n = n};
    made->from_zero = from_zero;
    if (net->n_blocks) {
        made->blocks = TROD_NEW_ARRAY(arena, net->n_blocks, struct align_block_steps);
        TROD_TRY_ALLOC(made->blocks, error);
    }
    for (size_t b = 0; b < net->n_blocks; b++)
        TROD_TRY(share_out(automaton, made, &net->blocks[b], &made->blocks[b], arena, error));
    *steps = made;
done:
    return status;
}

trod_status align_steps_make(const struct align_automaton *automaton, const uint32_t *kind,
                             uint32_t n, struct trod_arena *arena, struct align_steps **steps,
                             struct trod_error *error) {
    return make(automaton, automaton->root, kind, n, true, arena, steps, error);
}

/* ---- What it takes ----------------------------------------------------------------------- */

/* One run over n steps of the net, its blocks' tables being there. */
static double run_work(const struct align_steps *steps) {
    const struct align_net *const net = steps->net;
    const double n = steps->n;
    double work = n * (double)(net->n_states + net->n_syncs + net->n_hops);
    for (size_t b = 0; b < net->n_blocks; b++) work += net->blocks[b].opens ? n : n * n / 2;
    return work + 1;
}

void align_steps_need(const struct align_steps *steps, double *bytes, double *work) {
    const struct align_net *const net = steps->net;
    const double n = steps->n, states = net->n_states;
    const double stride = align_reading_stride(steps, steps->n);
    /* Numbers and scratch of the column; then the reading: a piece, and a column every stride.
     */
    *bytes = 32 * (states + (double)net->n_syncs + 8);
    *bytes += 8 * states * (stride + 2 + n / (stride + 1));
    *work = 3 * run_work(steps);
    for (size_t b = 0; b < net->n_blocks; b++) {
        const struct align_block_steps *const block = &steps->blocks[b];
        *bytes += 40 * (n + 1) + 32 * (double)net->blocks[b].n_parts;
        for (uint32_t p = 0; p < net->blocks[b].n_parts; p++) {
            const struct align_steps *const part = block->parts[p];
            const double m = part->n + 1, rows = part->from_zero ? 1 : m;
            double part_bytes = 0, part_work = 0;
            align_steps_need(part, &part_bytes, &part_work);
            *bytes += part_bytes + 8 * rows * (part->from_zero ? m : m / 2 + 2) + 16 * m;
            *work += part_work + rows / 2 * run_work(part);
        }
    }
}

/* ---- The tables of the blocks ------------------------------------------------------------ */

static trod_status fill_part(struct align_steps *part, struct trod_arena *arena,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    const uint32_t n = part->n;
    TROD_TRY(align_steps_fill(part, arena, error));
    part->rows = TROD_NEW_ARRAY(arena, (size_t)n + 1, int64_t *);
    TROD_TRY_ALLOC(part->rows, error);
    part->open = TROD_NEW_ARRAY(arena, (size_t)n + 1, int64_t);
    TROD_TRY_ALLOC(part->open, error);
    for (uint32_t r = 0; r <= (part->from_zero ? 0 : n); r++) {
        part->rows[r] = TROD_NEW_ARRAY(arena, (size_t)(n - r) + 1, int64_t);
        TROD_TRY_ALLOC(part->rows[r], error);
        int64_t complete = 0;
        align_forward(part, r, part->rows[r], &complete, &part->open[r]);
    }
done:
    return status;
}

trod_status align_steps_fill(struct align_steps *steps, struct trod_arena *arena,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    const uint32_t n = steps->n;
    for (size_t b = 0; b < steps->net->n_blocks; b++) {
        struct align_block_steps *const block = &steps->blocks[b];
        const uint32_t n_parts = steps->net->blocks[b].n_parts;
        block->open = TROD_NEW_ARRAY(arena, (size_t)n + 1, int64_t);
        TROD_TRY_ALLOC(block->open, error);
        block->pending = TROD_NEW_ARRAY(arena, (size_t)n + 1, int64_t);
        TROD_TRY_ALLOC(block->pending, error);
        block->row = TROD_NEW_ARRAY(arena, (size_t)n + 1, int64_t);
        TROD_TRY_ALLOC(block->row, error);
        for (uint32_t p = 0; p < n_parts; p++) {
            TROD_TRY(fill_part(block->parts[p], arena, error));
            block->weight += block->parts[p]->rows[0][0];
        }
        if (steps->from_zero && steps->net->blocks[b].opens) {
            for (uint32_t p = 0; p < n_parts; p++) block->open[0] += block->parts[p]->open[0];
            for (uint32_t i = 0; i < n; i++)
                if (block->owner[i] == ALIGN_FOREIGN)
                    block->open[0] += steps->kinds[steps->kind[i]].extra;
            continue;
        }
        for (uint32_t i = n; i-- > 0;) {
            block->open[i] = block->open[i + 1];
            if (block->owner[i] == ALIGN_FOREIGN) {
                block->open[i] += steps->kinds[steps->kind[i]].extra;
            } else {
                const int64_t *const open = block->parts[block->owner[i]]->open;
                block->open[i] += open[block->rank[i]] - open[block->rank[i] + 1];
            }
        }
    }
    TROD_TRY(align_column_make(steps, arena, error));
done:
    return status;
}

void align_block_row(const struct align_steps *steps, size_t b, uint32_t i, int64_t *row) {
    const struct align_block_steps *const block = &steps->blocks[b];
    const uint32_t n_parts = steps->net->blocks[b].n_parts;
    for (uint32_t p = 0; p < n_parts; p++) block->seen[p] = UINT32_MAX;
    int64_t weight = block->weight;
    row[0] = weight;
    for (uint32_t j = i; j < steps->n; j++) {
        const uint32_t p = block->owner[j], c = block->rank[j];
        if (p == ALIGN_FOREIGN) {
            weight += steps->kinds[steps->kind[j]].extra;
        } else {
            if (block->seen[p] == UINT32_MAX) block->seen[p] = c;
            const int64_t *const part = block->parts[p]->rows[block->seen[p]] - block->seen[p];
            weight += part[c + 1] - part[c];
        }
        row[j - i + 1] = weight;
    }
}

uint32_t align_block_rank(const struct align_steps *steps, size_t block, uint32_t part,
                          uint32_t i) {
    const struct align_block_steps *const mine = &steps->blocks[block];
    while (i > 0 && mine->owner[i - 1] != part) i--;
    return i == 0 ? 0 : mine->rank[i - 1] + 1;
}

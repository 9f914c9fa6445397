/* Equal sequences counted. Every sequence gets a 64-bit hash; the sequences are cut into parts
 * by the top bits of it, a part is counted by open addressing, and equal hashes are compared
 * step by step, so the answer is exact. The parts do not depend on the number of threads, and
 * within one the sequences come in order, so neither does the result. */
#include "log/inside.h"

enum {
    BLOCK = 1 << 14, /* sequences hashed in one go */
    PART_BITS = 4,
    N_PARTS = 1 << PART_BITS,
    FEW = 1 << 15, /* below, one part is quicker */
};

struct part {
    struct trod_arena *arena;
    uint32_t n_classes;
    size_t *example; /* [n_classes] */
    uint64_t *count; /* [n_classes] */
};

struct tallying {
    const struct trod_sequences *of;
    uint64_t *hash;     /* [n] */
    uint32_t *class_of; /* [n] within the part */
    size_t n_parts;
    struct part parts[N_PARTS];
};

static const uint32_t *steps_at(const struct trod_sequences *of, size_t i) {
    return of->steps + of->at[i];
}

static bool are_equal(const struct trod_sequences *of, size_t a, size_t b) {
    if (of->length[a] != of->length[b]) return false;
    if (of->kind && of->kind[a] != of->kind[b]) return false;
    return of->length[a] == 0 ||
           memcmp(steps_at(of, a), steps_at(of, b), of->length[a] * sizeof(uint32_t)) == 0;
}

static trod_status hash_block(void *owner, size_t block, struct trod_error *error) {
    (void)error;
    struct tallying *const tallying = owner;
    const struct trod_sequences *const of = tallying->of;
    const size_t begin = block * BLOCK;
    const size_t end = of->n - begin < BLOCK ? of->n : begin + BLOCK;
    for (size_t i = begin; i < end; i++) {
        const uint64_t seed = of->kind ? of->kind[i] : 0;
        const void *const at = of->length[i] ? (const void *)steps_at(of, i) : "";
        tallying->hash[i] = trod_hash64(at, of->length[i] * sizeof(uint32_t), seed);
    }
    return TROD_OK;
}

static size_t part_of(const struct tallying *tallying, uint64_t hash) {
    return tallying->n_parts == 1 ? 0 : hash >> (64 - PART_BITS);
}

static trod_status count_part(void *owner, size_t p, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct tallying *const tallying = owner;
    struct part *const part = &tallying->parts[p];
    const struct trod_sequences *const of = tallying->of;
    size_t n = 0, slots = 16;
    for (size_t i = 0; i < of->n; i++) n += part_of(tallying, tallying->hash[i]) == p;
    while (slots < n + n / 2) slots *= 2;
    part->arena = trod_arena_make(LOG_ARENA_BYTES);
    TROD_TRY_ALLOC(part->arena, error);
    uint32_t *const slot = TROD_NEW_ARRAY(part->arena, slots, uint32_t); /* class + 1 */
    TROD_TRY_ALLOC(slot, error);
    part->example = TROD_NEW_ARRAY(part->arena, n, size_t);
    TROD_TRY_ALLOC(part->example, error);
    part->count = TROD_NEW_ARRAY(part->arena, n, uint64_t);
    TROD_TRY_ALLOC(part->count, error);
    for (size_t i = 0; i < of->n; i++) {
        const uint64_t hash = tallying->hash[i];
        if (part_of(tallying, hash) != p) continue;
        size_t at = hash & (slots - 1);
        for (; slot[at]; at = (at + 1) & (slots - 1)) {
            const size_t example = part->example[slot[at] - 1];
            if (tallying->hash[example] == hash && are_equal(of, example, i)) break;
        }
        if (!slot[at]) {
            part->example[part->n_classes] = i;
            slot[at] = ++part->n_classes;
        }
        part->count[slot[at] - 1]++;
        tallying->class_of[i] = slot[at] - 1;
    }
done:
    return status;
}

static trod_status join_parts(struct tallying *tallying, struct trod_arena *arena,
                              struct trod_tally *tally, struct trod_error *error) {
    trod_status status = TROD_OK;
    uint32_t offset[N_PARTS] = {0};
    size_t n_classes = 0;
    for (size_t p = 0; p < tallying->n_parts; p++) {
        offset[p] = (uint32_t)n_classes;
        n_classes += tallying->parts[p].n_classes;
    }
    size_t *const example = TROD_NEW_ARRAY(arena, n_classes, size_t);
    TROD_TRY_ALLOC(example, error);
    uint64_t *const count = TROD_NEW_ARRAY(arena, n_classes, uint64_t);
    TROD_TRY_ALLOC(count, error);
    for (size_t p = 0; p < tallying->n_parts; p++) {
        const struct part *const part = &tallying->parts[p];
        if (part->n_classes == 0) continue;
        memcpy(example + offset[p], part->example, part->n_classes * sizeof *example);
        memcpy(count + offset[p], part->count, part->n_classes * sizeof *count);
    }
    for (size_t i = 0; i < tallying->of->n && tallying->n_parts > 1; i++)
        tallying->class_of[i] += offset[part_of(tallying, tallying->hash[i])];
    *tally = (struct trod_tally){tallying->class_of, n_classes, example, count};
done:
    return status;
}

trod_status trod_tally_make(const struct trod_sequences *sequences, const struct trod_run *run,
                            struct trod_arena *arena, struct trod_tally *tally,
                            struct trod_error *error) {
    trod_status status = TROD_OK;
    CHECK(sequences->n < UINT32_MAX);
    struct tallying tallying = {.of = sequences, .n_parts = sequences->n < FEW ? 1 : N_PARTS};
    struct trod_arena *const scratch = trod_arena_make(LOG_ARENA_BYTES);
    TROD_TRY_ALLOC(scratch, error);
    tallying.hash = TROD_NEW_ARRAY(scratch, sequences->n, uint64_t);
    TROD_TRY_ALLOC(tallying.hash, error);
    tallying.class_of = TROD_NEW_ARRAY(arena, sequences->n, uint32_t);
    TROD_TRY_ALLOC(tallying.class_of, error);
    const size_t n_blocks = (sequences->n + BLOCK - 1) / BLOCK;
    TROD_TRY(trod_run_each(run, n_blocks, hash_block, &tallying, error));
    TROD_TRY(trod_run_each(run, tallying.n_parts, count_part, &tallying, error));
    TROD_TRY(join_parts(&tallying, arena, tally, error));
done:
    for (size_t p = 0; p < tallying.n_parts; p++) trod_arena_free(tallying.parts[p].arena);
    trod_arena_free(scratch);
    return status;
}

/* Segments and `only for`. Each `when` of a segment is bound to the log once and asked of every
 * event (or, if it speaks of facts alone, of every customer). From the segments that a customer
 * is in follows which touchpoints with `only for` are meant for them: a set of bits, of which
 * few are distinct. */
#include "log/segments.h"

#include <stdlib.h>

/* True if the match can be asked of a customer without an event. */
static bool asks_facts_alone(const struct log_match *match) {
    if (match->name != TROD_NO_ID || match->sources.words) return false;
    for (size_t i = 0; i < match->n_tests; i++) {
        const enum log_test_kind kind = match->tests[i].kind;
        if (kind != LOG_TEST_FACT && kind != LOG_TEST_ALWAYS && kind != LOG_TEST_NEVER)
            return false;
    }
    return true;
}

static void mark(const struct trod_log *log, const struct log_match *match, uint8_t *in,
                 size_t stride) {
    if (match->never) return;
    const bool facts = asks_facts_alone(match);
    for (uint32_t c = 0; c < log->n_customers; c++) {
        uint8_t *const is = &in[c * stride];
        if (facts && log_match_holds(match, log, 0, c)) *is = 1;
        for (uint64_t i = log->first[c]; !facts && !*is && i < log->first[c + 1]; i++)
            if (log_match_holds(match, log, i, c)) *is = 1;
    }
}

trod_status log_segments_make(const struct trod_log *log, const struct trod_map *map,
                              struct trod_arena *arena, const uint8_t **in_segment,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_arena *const scratch = trod_arena_make(LOG_ARENA_BYTES);
    TROD_TRY_ALLOC(scratch, error);
    uint8_t *const in =
        TROD_NEW_ARRAY(arena, (size_t)log->n_customers * map->n_segments, uint8_t);
    TROD_TRY_ALLOC(in, error);
    for (size_t s = 0; s < map->n_segments; s++) {
        const struct trod_matches *const when = &map->segments[s].when;
        for (size_t m = 0; m < when->n; m++) {
            struct log_match match = {0};
            TROD_TRY(log_match_bind(log, map, &when->at[m], scratch, &match, error));
            mark(log, &match, in + s, map->n_segments);
        }
    }
    *in_segment = in;
done:
    trod_arena_free(scratch);
    return status;
}

/* ---- Groups --------------------------------------------------------------------------------
 */

static bool is_for(const struct trod_map *map, const struct trod_touchpoint *touchpoint,
                   const uint8_t *in) {
    if (touchpoint->only_personas.n == 0 && touchpoint->only_segments.n == 0) return true;
    for (size_t i = 0; i < touchpoint->only_segments.n; i++)
        if (in[touchpoint->only_segments.at[i]]) return true;
    for (size_t i = 0; i < touchpoint->only_personas.n; i++) {
        const uint32_t segment = map->personas[touchpoint->only_personas.at[i]].segment_id;
        if (segment != TROD_NO_ID && in[segment]) return true;
    }
    return false;
}

struct group_order {
    trod_str bytes;
    uint32_t was;
};

static int by_bytes(const void *a, const void *b) {
    const struct group_order *const x = a, *const y = b;
    return trod_str_compare(x->bytes, y->bytes);
}

/* Numbers the groups by their bits, so that the numbers do not depend on the customers' order.
 */
static trod_status sort_groups(const struct trod_dict *dict, size_t n_touchpoints,
                               uint32_t n_customers, uint32_t *of, struct trod_arena *arena,
                               struct log_groups *groups, struct trod_error *error) {
    trod_status status = TROD_OK;
    const uint32_t n = trod_dict_count(dict);
    struct group_order *const order = TROD_NEW_ARRAY(arena, n, struct group_order);
    TROD_TRY_ALLOC(order, error);
    uint32_t *const number = TROD_NEW_ARRAY(arena, n, uint32_t);
    TROD_TRY_ALLOC(number, error);
    struct trod_bits *const bits = TROD_NEW_ARRAY(arena, n, struct trod_bits);
    TROD_TRY_ALLOC(bits, error);
    for (uint32_t g = 0; g < n; g++) order[g] = (struct group_order){trod_dict_at(dict, g), g};
    qsort(order, n, sizeof *order, by_bytes);
    for (uint32_t g = 0; g < n; g++) {
        bits[g] = trod_bits_make(arena, n_touchpoints);
        TROD_TRY_ALLOC(bits[g].words, error);
        if (order[g].bytes.n) memcpy(bits[g].words, order[g].bytes.at, order[g].bytes.n);
        number[order[g].was] = g;
    }
    for (uint32_t c = 0; c < n_customers; c++) of[c] = number[of[c]];
    *groups = (struct log_groups){bits, n, of};
done:
    return status;
}

trod_status log_groups_make(const struct trod_log *log, const struct trod_map *map,
                            const uint8_t *in_segment, struct trod_arena *arena,
                            struct log_groups *groups, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_dict *const dict = trod_dict_make(0);
    TROD_TRY_ALLOC(dict, error);
    uint32_t *const of = TROD_NEW_ARRAY(arena, log->n_customers, uint32_t);
    TROD_TRY_ALLOC(of, error);
    struct trod_bits bits = trod_bits_make(arena, map->n_touchpoints);
    TROD_TRY_ALLOC(bits.words, error);
    const size_t n_bytes = trod_bits_words(map->n_touchpoints) * sizeof *bits.words;
    bool any = false;
    for (size_t t = 0; t < map->n_touchpoints; t++) {
        trod_bits_add(&bits, t);
        any = any || map->touchpoints[t].only_personas.n || map->touchpoints[t].only_segments.n;
    }
    /* Without any `only for`, all customers are of the one group that has everything. */
    if (!any && trod_dict_add(dict, (trod_str){(const char *)bits.words, n_bytes}) != 0)
        TROD_TRY_ALLOC(NULL, error);
    for (uint32_t c = 0; any && c < log->n_customers; c++) {
        for (size_t t = 0; t < map->n_touchpoints; t++) {
            if (is_for(map, &map->touchpoints[t], in_segment + (size_t)c * map->n_segments))
                trod_bits_add(&bits, t);
            else
                trod_bits_drop(&bits, t);
        }
        of[c] = trod_dict_add(dict, (trod_str){(const char *)bits.words, n_bytes});
        if (of[c] == TROD_NO_ID) TROD_TRY_ALLOC(NULL, error);
    }
    TROD_TRY(sort_groups(dict, map->n_touchpoints, log->n_customers, of, arena, groups, error));
done:
    trod_dict_free(dict);
    return status;
}

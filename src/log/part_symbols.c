/* Short texts made shorter by a table of symbols, each of which is found by itself.
 *
 * A symbol is one to eight bytes that come often; a text is the codes of its symbols, one byte
 * each. The table is learnt from a sample, in rounds: the sample is coded with the table so
 * far, and the best of its symbols, and of pairs of them that follow one another, make the next
 * table. A pair that is worth it becomes a symbol, and pairs of pairs in the next round.
 *
 * Source: P. Boncz, T. Neumann, V. Leis, "FSST: fast random access string compression",
 * PVLDB 13(11), 2020, section 4.
 */
#include "log/part_symbols.h"

#include <stdlib.h>

enum {
    ESCAPE = 255,
    SAMPLE_BYTES = 1 << 15,
    MOST_SAMPLE = 2 * SAMPLE_BYTES,
    ROUNDS = 6,
    N_UNITS = 512, /* codes, and 256 + byte for a byte that has no symbol */
    SLOTS = 4096,  /* of the table of symbols of three and more bytes */
};

/* ---- Coding ---------------------------------------------------------------------------------
 */

/* The longest symbol that a text begins with is looked for by its length: in a hash table of
 * all those of three bytes and more, for each length that symbols with this first byte have,
 * the longest first; then by the first two bytes, or the first. */
struct part_symbols_coder {
    const struct part_symbols *symbols;
    uint8_t lengths[256]; /* by the first byte: bit l - 1 if a symbol of l > 2 bytes has it */
    uint8_t one[256];     /* code, or ESCAPE */
    uint8_t two[65536];
    uint8_t slots[SLOTS];
};

/* The first eight bytes, zeros behind the n-th. */
static inline uint64_t first_bytes(const unsigned char *at, size_t n) {
    uint64_t bytes = 0;
    if (n >= sizeof bytes) return part_u64(at);
    for (size_t i = 0; i < n; i++) bytes |= (uint64_t)at[i] << 8 * i;
    return bytes;
}

static unsigned slot_of(uint64_t bytes, unsigned length) {
    const uint64_t mixed = (bytes + length) * UINT64_C(0x9e3779b97f4a7c15);
    return (unsigned)(mixed >> 40) % SLOTS;
}

static bool is_symbol(const struct part_symbols *symbols, unsigned code, uint64_t bytes,
                      unsigned length) {
    return symbols->length[code] == length && part_u64(symbols->at[code]) == bytes;
}

struct part_symbols_coder *part_symbols_coder(const struct part_symbols *symbols,
                                              struct trod_arena *scratch) {
    struct part_symbols_coder *const coder = TROD_NEW(scratch, struct part_symbols_coder);
    if (!coder) return NULL;
    coder->symbols = symbols;
    memset(coder->one, ESCAPE, sizeof coder->one);
    memset(coder->two, ESCAPE, sizeof coder->two);
    memset(coder->slots, ESCAPE, sizeof coder->slots);
    for (unsigned code = 0; code < symbols->n; code++) {
        const unsigned char *const at = symbols->at[code];
        const unsigned length = symbols->length[code];
        if (length > 2) coder->lengths[at[0]] |= (uint8_t)(1u << (length - 1));
        if (length == 1) {
            coder->one[at[0]] = (uint8_t)code;
        } else if (length == 2) {
            coder->two[part_u64(at) & 0xffff] = (uint8_t)code;
        } else {
            unsigned slot = slot_of(part_u64(at), length);
            while (coder->slots[slot] != ESCAPE) slot = (slot + 1) % SLOTS;
            coder->slots[slot] = (uint8_t)code;
        }
    }
    return coder;
}

/* The code of the longest symbol that the n > 0 bytes begin with, or ESCAPE. */
static unsigned code_of(const struct part_symbols_coder *coder, const unsigned char *at,
                        size_t n) {
    const uint64_t all = first_bytes(at, n);
    unsigned lengths = coder->lengths[at[0]];
    if (n < PART_SYMBOL_BYTES) lengths &= (1u << n) - 1;
    while (lengths) {
        const unsigned length = 32 - (unsigned)__builtin_clz(lengths);
        const uint64_t bytes = all & UINT64_MAX >> (64 - 8 * length);
        lengths &= ~(1u << (length - 1));
        for (unsigned slot = slot_of(bytes, length);; slot = (slot + 1) % SLOTS) {
            const unsigned code = coder->slots[slot];
            if (code == ESCAPE) break;
            if (is_symbol(coder->symbols, code, bytes, length)) return code;
        }
    }
    const unsigned code = n > 1 ? coder->two[all & 0xffff] : ESCAPE;
    return code != ESCAPE ? code : coder->one[at[0]];
}

size_t part_symbols_code(const struct part_symbols_coder *coder, trod_str text,
                         unsigned char *to) {
    const unsigned char *at = (const unsigned char *)text.at;
    size_t n = 0;
    for (size_t left = text.n; left;) {
        const unsigned code = code_of(coder, at, left);
        const unsigned length = code == ESCAPE ? 1 : coder->symbols->length[code];
        to[n++] = (unsigned char)code;
        if (code == ESCAPE) to[n++] = at[0];
        at += length;
        left -= length;
    }
    return n;
}

size_t part_symbols_text(const struct part_symbols *symbols, const unsigned char *codes,
                         size_t n, char *to, size_t room) {
    size_t used = 0;
    for (size_t i = 0; i < n && used + PART_SYMBOL_BYTES <= room; i++) {
        const unsigned code = codes[i];
        if (code == ESCAPE) {
            if (++i < n) to[used++] = (char)codes[i];
        } else {
            memcpy(to + used, symbols->at[code], PART_SYMBOL_BYTES);
            used += symbols->length[code];
        }
    }
    return used;
}

size_t part_symbols_length(const struct part_symbols *symbols, const unsigned char *codes,
                           size_t n) {
    size_t length = 0;
    for (size_t i = 0; i < n; i++) {
        if (codes[i] == ESCAPE) {
            length += ++i < n;
        } else {
            length += symbols->length[codes[i]];
        }
    }
    return length;
}

/* ---- Learning -------------------------------------------------------------------------------
 */

struct candidate {
    uint64_t gain;
    unsigned char at[PART_SYMBOL_BYTES];
    unsigned length;
};
struct learner {
    struct part_symbols *symbols;
    const trod_str *sample;
    uint32_t n_sample;
    uint32_t *single; /* [N_UNITS] */
    uint32_t *pair;   /* [N_UNITS * N_UNITS] */
    uint32_t *pairs;  /* those that are not 0, as they came */
    uint32_t n_pairs;
    struct candidate *candidates; /* room for all units and pairs */
};

/* Best first; equal ones by their bytes, so that one table comes of one sample. */
static int compare_candidates(const void *a, const void *b) {
    const struct candidate *const x = a, *const y = b;
    if (x->gain != y->gain) return x->gain > y->gain ? -1 : 1;
    if (x->length != y->length) return x->length > y->length ? -1 : 1;
    return memcmp(x->at, y->at, PART_SYMBOL_BYTES);
}

static int compare_bytes(const void *a, const void *b) {
    const struct candidate *const x = a, *const y = b;
    if (x->length != y->length) return x->length > y->length ? -1 : 1;
    const int order = memcmp(x->at, y->at, PART_SYMBOL_BYTES);
    return order ? order : (x->gain < y->gain) - (x->gain > y->gain);
}

static bool count_units(struct learner *l, struct trod_arena *scratch) {
    const struct part_symbols_coder *const coder = part_symbols_coder(l->symbols, scratch);
    if (!coder) return false;
    memset(l->single, 0, N_UNITS * sizeof *l->single);
    for (uint32_t i = 0; i < l->n_pairs; i++) l->pair[l->pairs[i]] = 0;
    l->n_pairs = 0;
    for (uint32_t s = 0; s < l->n_sample; s++) {
        const unsigned char *at = (const unsigned char *)l->sample[s].at;
        uint32_t before = N_UNITS;
        for (size_t left = l->sample[s].n; left;) {
            const unsigned code = code_of(coder, at, left);
            const uint32_t unit = code == ESCAPE ? 256u + at[0] : code;
            const unsigned length = code == ESCAPE ? 1 : l->symbols->length[code];
            l->single[unit]++;
            if (before < N_UNITS && l->pair[before * N_UNITS + unit]++ == 0)
                l->pairs[l->n_pairs++] = before * N_UNITS + unit;
            before = unit;
            at += length;
            left -= length;
        }
    }
    return true;
}

static unsigned unit_bytes(const struct part_symbols *symbols, uint32_t unit,
                           unsigned char at[PART_SYMBOL_BYTES]) {
    memset(at, 0, PART_SYMBOL_BYTES);
    if (unit >= 256) {
        at[0] = (unsigned char)(unit - 256);
        return 1;
    }
    memcpy(at, symbols->at[unit], PART_SYMBOL_BYTES);
    return symbols->length[unit];
}

/* All units and pairs that came, each once. A byte that is a symbol saves its escape. */
static size_t list_candidates(struct learner *l) {
    size_t n = 0;
    for (uint32_t unit = 0; unit < N_UNITS; unit++) {
        if (l->single[unit] == 0) continue;
        struct candidate c = {0};
        c.length = unit_bytes(l->symbols, unit, c.at);
        c.gain = (uint64_t)l->single[unit] * (c.length == 1 ? 8 : c.length);
        l->candidates[n++] = c;
    }
    for (uint32_t i = 0; i < l->n_pairs; i++) {
        struct candidate c = {0};
        unsigned char next[PART_SYMBOL_BYTES];
        c.length = unit_bytes(l->symbols, l->pairs[i] / N_UNITS, c.at);
        const unsigned more = unit_bytes(l->symbols, l->pairs[i] % N_UNITS, next);
        if (c.length + more > PART_SYMBOL_BYTES) continue;
        memcpy(c.at + c.length, next, more);
        c.length += more;
        c.gain = (uint64_t)l->pair[l->pairs[i]] * c.length;
        l->candidates[n++] = c;
    }
    qsort(l->candidates, n, sizeof *l->candidates, compare_bytes);
    size_t n_kept = 0;
    for (size_t i = 0; i < n; i++) {
        struct candidate *const last = n_kept ? &l->candidates[n_kept - 1] : NULL;
        if (last && last->length == l->candidates[i].length &&
            memcmp(last->at, l->candidates[i].at, PART_SYMBOL_BYTES) == 0) {
            last->gain += l->candidates[i].gain;
        } else {
            l->candidates[n_kept++] = l->candidates[i];
        }
    }
    return n_kept;
}

static void take_best(struct learner *l, size_t n) {
    qsort(l->candidates, n, sizeof *l->candidates, compare_candidates);
    memset(l->symbols, 0, sizeof *l->symbols);
    l->symbols->n = n < PART_SYMBOLS ? (uint32_t)n : PART_SYMBOLS;
    for (uint32_t i = 0; i < l->symbols->n; i++) {
        memcpy(l->symbols->at[i], l->candidates[i].at, PART_SYMBOL_BYTES);
        l->symbols->length[i] = (uint8_t)l->candidates[i].length;
    }
}

/* Texts from all over, of about SAMPLE_BYTES together, none of more than a quarter of them. */
static bool take_sample(struct learner *l, const trod_str *texts, uint32_t n,
                        struct trod_arena *scratch) {
    uint64_t n_bytes = 0;
    for (uint32_t i = 0; i < n; i++) n_bytes += texts[i].n;
    const uint64_t step = n_bytes / SAMPLE_BYTES + 1;
    uint64_t taken = 0;
    trod_str *const sample = TROD_NEW_ARRAY(scratch, n / step + 1, trod_str);
    if (!sample) return false;
    struct trod_rng rng = {.seed = n}; /* one of each `step` that follow one another */
    for (uint64_t i = 0; i < n; i += step) {
        const uint64_t left = n - i, at = i + trod_rng_below(&rng, left < step ? left : step);
        const trod_str text = trod_str_slice(texts[at], 0, SAMPLE_BYTES / 4);
        if (taken + text.n > MOST_SAMPLE) break;
        taken += text.n;
        sample[l->n_sample++] = text;
    }
    l->sample = sample;
    return true;
}

bool part_symbols_train(const trod_str *texts, uint32_t n, struct trod_arena *scratch,
                        struct part_symbols *symbols) {
    struct learner l = {.symbols = symbols};
    memset(symbols, 0, sizeof *symbols);
    l.single = TROD_NEW_ARRAY(scratch, N_UNITS, uint32_t);
    l.pair = TROD_NEW_ARRAY(scratch, (size_t)N_UNITS * N_UNITS, uint32_t);
    l.pairs = TROD_NEW_ARRAY(scratch, MOST_SAMPLE, uint32_t);
    l.candidates = TROD_NEW_ARRAY(scratch, MOST_SAMPLE + N_UNITS, struct candidate);
    if (!l.single || !l.pair || !l.pairs || !l.candidates ||
        !take_sample(&l, texts, n, scratch))
        return false;
    for (int round = 0; round < ROUNDS; round++) {
        if (!count_units(&l, scratch)) return false;
        take_best(&l, list_candidates(&l));
    }
    return true;
}

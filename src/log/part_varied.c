/* Numbers of very different sizes, each in about as many bits as it has.
 *
 * The bits that the numbers take are counted; of the 65 possible widths the 1, 2, 4, 8 or 16
 * that cost least are found exactly, by going through the widths from the narrowest on and
 * keeping, for each count of chosen widths, the cheapest way so far. A number then has a class
 * (which width) in one stream and its bits in another. What is serial is only the addition of
 * widths, so reading is quick even number by number; part_varied_wide.c reads eight at a time.
 */
#include "log/part_varied.h"

enum { N_WIDTHS = 65, HEAD_BYTES = 32 };

/* The cheapest choice of at most n_choices widths, whose last is the widest that occurs, for
 * numbers of which count[w] take w bits. Returns the bits of all numbers. */
static uint64_t choose_widths(const uint64_t count[N_WIDTHS], unsigned n_choices,
                              uint8_t width[16]) {
    /* best[k][w]: bits of all numbers of up to w bits with k + 1 widths of which w is the last;
     * from[k][w]: the width before it (or 255). */
    static const uint64_t never = UINT64_MAX;
    uint64_t best[16][N_WIDTHS], below[N_WIDTHS + 1] = {0};
    uint8_t from[16][N_WIDTHS];
    unsigned widest = 0;
    for (unsigned w = 0; w < N_WIDTHS; w++) {
        below[w + 1] = below[w] + count[w];
        if (count[w]) widest = w;
    }
    for (unsigned w = 0; w <= widest; w++) {
        best[0][w] = below[w + 1] * w;
        from[0][w] = 255;
    }
    for (unsigned k = 1; k < n_choices; k++) {
        for (unsigned w = 0; w <= widest; w++) {
            best[k][w] = never;
            for (unsigned v = 0; v < w; v++) {
                if (best[k - 1][v] == never) continue;
                const uint64_t bits = best[k - 1][v] + (below[w + 1] - below[v + 1]) * w;
                if (bits < best[k][w]) {
                    best[k][w] = bits;
                    from[k][w] = (uint8_t)v;
                }
            }
        }
    }
    unsigned k = 0;
    for (unsigned i = 1; i < n_choices; i++)
        if (best[i][widest] < best[k][widest]) k = i;
    const uint64_t bits = best[k][widest];
    memset(width, (int)widest, 16); /* widths that are not needed repeat the last */
    for (unsigned w = widest;; k--) {
        width[k] = (uint8_t)w;
        if (k == 0) break;
        w = from[k][w];
    }
    return bits;
}

static uint32_t n_blocks_of(uint32_t n) {
    return (uint32_t)(((uint64_t)n + PART_BLOCK - 1) / PART_BLOCK);
}

trod_status part_varied_plan(const uint64_t *values, uint32_t n, struct part_varied_plan *plan,
                             struct trod_error *error) {
    uint64_t count[N_WIDTHS] = {0};
    for (uint32_t i = 0; i < n; i++) count[part_width(values[i])]++;
    uint64_t least = UINT64_MAX;
    for (unsigned class_bits = 0; class_bits <= 4; class_bits++) {
        uint8_t width[16];
        const uint64_t bits =
            choose_widths(count, 1u << class_bits, width) + (uint64_t)n * class_bits;
        if (bits >= least) continue;
        least = bits;
        plan->class_bits = class_bits;
        memcpy(plan->width, width, sizeof width);
    }
    /* Each block begins at a whole byte. */
    const uint64_t n_bytes = HEAD_BYTES + 5 * (uint64_t)n_blocks_of(n) + least / 8 + 2;
    if (n_bytes > UINT32_MAX)
        return trod_fail(error, TROD_TOO_MUCH,
                         "the numbers of one part take more than 4 GiB; import less at a time");
    plan->n = n;
    uint8_t class_of[N_WIDTHS] = {0};
    part_varied_classes(plan->width, plan->class_bits, class_of);
    uint64_t n_bits_bytes = 0;
    for (uint32_t at = 0; at < n; at += PART_BLOCK) {
        const uint32_t end = n - at > PART_BLOCK ? at + PART_BLOCK : n;
        uint64_t bits = 0;
        for (uint32_t i = at; i < end; i++)
            bits += plan->width[class_of[part_width(values[i])]];
        n_bits_bytes += (bits + 7) / 8;
    }
    plan->n_bits_bytes = n_bits_bytes;
    plan->n_bytes = HEAD_BYTES + 4 * (size_t)n_blocks_of(n) +
                    part_bits_bytes(n, plan->class_bits) + n_bits_bytes;
    return TROD_OK;
}

void part_varied_classes(const uint8_t width[16], unsigned class_bits,
                         uint8_t class_of[PART_VARIED_WIDTHS]) {
    unsigned class = 0;
    for (unsigned w = 0; w < N_WIDTHS; w++) {
        while (class + 1 < 1u << class_bits && width[class] < w) class ++;
        class_of[w] = (uint8_t) class;
    }
}

/* Writes the numbers first .. end - 1 at `to`, and their classes; returns where the next block
 * begins. Eight bytes at a time: up to seven zeros are written behind. */
static unsigned char *fill_block(const struct part_varied_plan *plan,
                                 const uint8_t class_of[N_WIDTHS], const uint64_t *values,
                                 uint32_t first, uint32_t end, unsigned char *classes,
                                 unsigned char *to) {
    uint64_t bits = 0;
    unsigned used = 0;
    classes += (size_t)first / 8 * plan->class_bits;
    for (uint32_t i = first; i < end; i += 8, classes += plan->class_bits) {
        const uint32_t n = end - i < 8 ? end - i : 8;
        uint32_t eight = 0;
        for (uint32_t k = 0; k < n; k++) {
            const uint64_t value = values[i + k];
            const unsigned class = class_of[part_width(value)], width = plan->width[class];
            eight |= class << k * plan->class_bits;
            bits |= value << used;
            used += width;
            if (used < 64) continue;
            part_put_u64(to, bits);
            to += 8;
            used -= 64;
            bits = used ? value >> (width - used) : 0;
        }
        memcpy(classes, &eight, (n * plan->class_bits + 7) / 8);
    }
    part_put_u64(to, bits);
    return to + (used + 7) / 8;
}

void part_varied_fill(const struct part_varied_plan *plan, const uint64_t *values,
                      unsigned char *at) {
    const uint32_t n = plan->n;
    part_put_u32(at, n);
    at[4] = (unsigned char)plan->class_bits;
    memcpy(at + 8, plan->width, 16);
    part_put_u64(at + 24, plan->n_bits_bytes);
    unsigned char *const places = at + HEAD_BYTES;
    unsigned char *const classes = places + 4 * (size_t)n_blocks_of(n);
    unsigned char *const bits = classes + part_bits_bytes(n, plan->class_bits);
    uint8_t class_of[N_WIDTHS];
    part_varied_classes(plan->width, plan->class_bits, class_of);
    unsigned char *to = bits;
    for (uint32_t first = 0; first < n; first += PART_BLOCK) {
        const uint32_t end = n - first > PART_BLOCK ? first + PART_BLOCK : n;
        part_put_u32(places + 4 * (size_t)(first / PART_BLOCK), (uint32_t)(to - bits));
        to = fill_block(plan, class_of, values, first, end, classes, to);
    }
}

bool part_varied_open(const unsigned char *at, size_t n_bytes, uint32_t n,
                      struct part_varied *varied) {
    if (n_bytes < HEAD_BYTES || part_u32(at) != n || at[4] > 4) return false;
    *varied = (struct part_varied){.n = n, .class_bits = at[4]};
    memcpy(varied->width, at + 8, 16);
    for (unsigned i = 0; i < 1u << varied->class_bits; i++) {
        if (varied->width[i] > 64) return false;
        if (varied->width[i] > varied->widest) varied->widest = varied->width[i];
        varied->ones[i] = varied->width[i] ? UINT64_MAX >> (64 - varied->width[i]) : 0;
    }
    varied->n_bits_bytes = part_u64(at + 24);
    const size_t places = 4 * (size_t)n_blocks_of(n);
    const size_t classes = (size_t)part_bits_bytes(n, varied->class_bits);
    size_t left = n_bytes - HEAD_BYTES;
    if (left < places || left - places < classes) return false;
    left -= places + classes;
    if (left != varied->n_bits_bytes) return false;
    varied->places = at + HEAD_BYTES;
    varied->classes = varied->places + places;
    varied->bits = varied->classes + classes;
    varied->way = part_varied_best(varied->widest);
    return true;
}

/* ---- Reading --------------------------------------------------------------------------------
 */

/* Numbers from .. from + n - 1, all of one block. Where the bits might end too early (as they
 * do in the last block, and anywhere in a damaged part) they are copied and go on with zeros.
 */
static void read_block(const struct part_varied *varied, uint32_t from, uint32_t n,
                       uint64_t *values) {
    enum { LONGEST = PART_BLOCK * 8 };
    unsigned char copy[LONGEST + PART_BEHIND];
    const uint32_t block = from / PART_BLOCK, first = block * PART_BLOCK;
    const size_t place = part_u32(varied->places + 4 * (size_t)block);
    const unsigned char *bits = varied->bits + place;
    if (place > varied->n_bits_bytes ||
        varied->n_bits_bytes - place < (size_t)PART_BLOCK / 8 * varied->widest) {
        const size_t left = place > varied->n_bits_bytes ? 0 : varied->n_bits_bytes - place;
        const size_t n_copied = left < LONGEST ? left : LONGEST;
        if (n_copied) memcpy(copy, bits, n_copied);
        memset(copy + n_copied, 0, sizeof copy - n_copied);
        bits = copy;
    }
    /* A way decodes from whole eights on. */
    uint64_t few[8 + PART_ROOM];
    const uint32_t eighth = from & ~(uint32_t)7, ahead = from - eighth;
    uint64_t bit = varied->way->skip(varied, first, eighth - first);
    if (ahead) {
        const uint32_t n_few = 8 - ahead < n ? 8 - ahead : n;
        varied->way->decode(varied, eighth, 8, bits, bit, few);
        memcpy(values, few + ahead, n_few * sizeof *values);
        if (n_few == n) return;
        bit += varied->way->skip(varied, eighth, 8);
        values += n_few;
        from += n_few;
        n -= n_few;
    }
    varied->way->decode(varied, from, n, bits, bit, values);
}

void part_varied_read(const struct part_varied *varied, uint32_t from, uint32_t n,
                      uint64_t *values) {
    while (n) {
        const uint32_t left = PART_BLOCK - from % PART_BLOCK, now = n < left ? n : left;
        read_block(varied, from, now, values);
        from += now;
        values += now;
        n -= now;
    }
}

bool part_varied_check(const struct part_varied *varied) {
    uint64_t place = 0;
    for (uint64_t at = 0; at < varied->n; at += PART_BLOCK) {
        if (part_u32(varied->places + at / PART_BLOCK * 4) != place) return false;
        const uint64_t left = varied->n - at;
        const uint32_t n = left < PART_BLOCK ? (uint32_t)left : PART_BLOCK;
        place += (varied->way->skip(varied, at, n) + 7) / 8;
    }
    return place == varied->n_bits_bytes;
}

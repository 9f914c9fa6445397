/* Numbers of one width, one behind the other without a gap. A number is found by its place
 * alone: load the eight bytes in which it begins, shift, mask. */
#include "log/part.h"

void part_bits_pack_u32(unsigned char *at, const uint32_t *values, uint32_t n, unsigned width) {
    uint64_t bit = 0;
    for (uint32_t i = 0; i < n; i++, bit += width) {
        unsigned char *const byte = at + (bit >> 3);
        part_put_u64(byte, part_u64(byte) | (uint64_t)values[i] << (bit & 7));
    }
}

void part_bits_pack_u64(unsigned char *at, const uint64_t *values, uint32_t n, unsigned width,
                        uint64_t base) {
    uint64_t bit = 0;
    for (uint32_t i = 0; i < n; i++, bit += width) {
        unsigned char *const byte = at + (bit >> 3);
        const unsigned shift = bit & 7;
        const uint64_t value = values[i] - base;
        part_put_u64(byte, part_u64(byte) | value << shift);
        if (width + shift > 64) byte[8] = (unsigned char)(value >> (64 - shift));
    }
}

void part_bits_u32(const unsigned char *at, unsigned width, uint64_t from, uint32_t n,
                   uint32_t *values) {
    const uint64_t mask = (UINT64_C(1) << width) - 1;
    uint64_t bit = from * width;
    for (uint32_t i = 0; i < n; i++, bit += width)
        values[i] = (uint32_t)(part_u64(at + (bit >> 3)) >> (bit & 7) & mask);
}

void part_bits_u64(const unsigned char *at, unsigned width, uint64_t base, uint64_t from,
                   uint32_t n, uint64_t *values) {
    if (width > 56) { /* may reach into a ninth byte */
        for (uint32_t i = 0; i < n; i++) values[i] = base + part_bits_at(at, from + i, width);
        return;
    }
    const uint64_t mask = (UINT64_C(1) << width) - 1;
    uint64_t bit = from * width;
    for (uint32_t i = 0; i < n; i++, bit += width)
        values[i] = base + (part_u64(at + (bit >> 3)) >> (bit & 7) & mask);
}

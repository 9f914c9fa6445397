/* table: text to dense numbers, and sets of dense numbers.
 *
 * dict: the first text added is 0, the next new one 1, and so on; the texts are copied. Seeded
 * open addressing by xxhash. Not for two threads at once while it grows; reading is free.
 * bits: a set of 0..n-1.
 */
#ifndef TROD_BASE_TABLE_H
#define TROD_BASE_TABLE_H

#include "trod/base/memory.h"

#define TROD_NO_ID UINT32_MAX

struct trod_dict;
/* A dictionary of at most `ceiling` texts (0: 2^32 - 2). NULL without memory. */
struct trod_dict *trod_dict_make(uint32_t ceiling);
void trod_dict_free(struct trod_dict *dict);
uint32_t trod_dict_count(const struct trod_dict *dict);
/* The id of the text, added if new; TROD_NO_ID if the ceiling or the memory is exceeded. */
uint32_t trod_dict_add(struct trod_dict *dict, trod_str text);
/* The id of the text, or TROD_NO_ID. */
uint32_t trod_dict_find(const struct trod_dict *dict, trod_str text);
/* The text of an id below the count; lives as long as the dictionary. */
trod_str trod_dict_at(const struct trod_dict *dict, uint32_t id);
size_t trod_dict_bytes(const struct trod_dict *dict);

struct trod_bits {
    uint64_t *words;
    size_t n; /* members are 0..n-1 */
};
static inline size_t trod_bits_words(size_t n) {
    return (n + 63) / 64;
}
static inline bool trod_bits_has(const struct trod_bits *bits, size_t i) {
    return bits->words[i >> 6] >> (i & 63) & 1;
}
static inline void trod_bits_add(struct trod_bits *bits, size_t i) {
    bits->words[i >> 6] |= UINT64_C(1) << (i & 63);
}
static inline void trod_bits_drop(struct trod_bits *bits, size_t i) {
    bits->words[i >> 6] &= ~(UINT64_C(1) << (i & 63));
}
/* An empty set on an arena; words is NULL without memory. */
struct trod_bits trod_bits_make(struct trod_arena *arena, size_t n);
size_t trod_bits_count(const struct trod_bits *bits);

#endif

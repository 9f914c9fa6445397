/* Text to dense id by open addressing with linear probing. A slot is eight bytes: 32 bits of
 * the hash and the id plus one. The same 32 bits give the place of a slot, so the table grows
 * by walking the slots, without touching a text; a text is compared only where all 32 bits
 * agree. At most three quarters of the slots are taken. Texts lie in chunks that never move,
 * each ended by NUL. */
#include <stdlib.h>
#include <sys/random.h>

#include "base/alloc.h"
#include "trod/base/hash.h"
#include "trod/base/table.h"

enum {
    FIRST_SLOTS = 16,
    FIRST_ENTRIES = 8,
    FIRST_CHUNK = 256,
    LAST_CHUNK = 1 << 20,
};

struct slot {
    uint32_t hash;
    uint32_t id_plus_1; /* 0: free */
};

struct text_chunk {
    struct text_chunk *next;
    size_t size, used;
    char bytes[];
};

struct trod_dict {
    struct slot *slots;
    size_t mask; /* number of slots minus one */
    trod_str *texts;
    size_t room;
    struct text_chunk *chunks;
    size_t next_chunk;
    size_t bytes;
    uint64_t seed;
    uint32_t n, ceiling;
};

struct trod_dict *trod_dict_make(uint32_t ceiling) {
    struct trod_dict *const dict = base_alloc_zeroed(sizeof *dict);
    if (!dict) return NULL;
    dict->slots = base_alloc_zeroed(FIRST_SLOTS * sizeof *dict->slots);
    if (!dict->slots) {
        free(dict);
        return NULL;
    }
    dict->mask = FIRST_SLOTS - 1;
    dict->ceiling = ceiling && ceiling < UINT32_MAX - 1 ? ceiling : UINT32_MAX - 1;
    dict->next_chunk = FIRST_CHUNK;
    dict->bytes = sizeof *dict + FIRST_SLOTS * sizeof *dict->slots;
    /* Against texts made to collide; no result depends on it. */
    if (getrandom(&dict->seed, sizeof dict->seed, GRND_NONBLOCK) != sizeof dict->seed)
        dict->seed = (uint64_t)(uintptr_t)dict;
    return dict;
}

void trod_dict_free(struct trod_dict *dict) {
    if (!dict) return;
    for (struct text_chunk *chunk = dict->chunks; chunk;) {
        struct text_chunk *const next = chunk->next;
        free(chunk);
        chunk = next;
    }
    free(dict->texts);
    free(dict->slots);
    free(dict);
}

uint32_t trod_dict_count(const struct trod_dict *dict) {
    return dict->n;
}

static uint32_t hash_of(const struct trod_dict *dict, trod_str text) {
    return (uint32_t)trod_hash64(text.n ? text.at : "", text.n, dict->seed);
}

/* The slot that holds the text, or the free one where it belongs. */
static size_t slot_of(const struct trod_dict *dict, trod_str text, uint32_t hash) {
    for (size_t at = hash & dict->mask;; at = (at + 1) & dict->mask) {
        const struct slot slot = dict->slots[at];
        if (slot.id_plus_1 == 0) return at;
        if (slot.hash == hash && trod_str_equal(dict->texts[slot.id_plus_1 - 1], text))
            return at;
    }
}

static bool grow_slots(struct trod_dict *dict) {
    const size_t n = (dict->mask + 1) * 2;
    if (n > SIZE_MAX / sizeof *dict->slots) return false;
    struct slot *const slots = base_alloc_zeroed(n * sizeof *slots);
    if (!slots) return false;
    for (size_t i = 0; i <= dict->mask; i++) {
        if (dict->slots[i].id_plus_1 == 0) continue;
        size_t at = dict->slots[i].hash & (n - 1);
        while (slots[at].id_plus_1) at = (at + 1) & (n - 1);
        slots[at] = dict->slots[i];
    }
    free(dict->slots);
    dict->bytes += (n - dict->mask - 1) * sizeof *slots;
    dict->slots = slots;
    dict->mask = n - 1;
    return true;
}

static bool grow_texts(struct trod_dict *dict) {
    const size_t room = dict->room ? dict->room * 2 : FIRST_ENTRIES;
    trod_str *const texts = base_realloc(dict->texts, room * sizeof *texts);
    if (!texts) return false;
    dict->bytes += (room - dict->room) * sizeof *texts;
    dict->texts = texts;
    dict->room = room;
    return true;
}

static bool keep_text(struct trod_dict *dict, trod_str text, trod_str *kept) {
    if (text.n > SIZE_MAX / 2) return false;
    const size_t n = text.n + 1;
    struct text_chunk *chunk = dict->chunks;
    if (!chunk || chunk->size - chunk->used < n) {
        const bool own = n > dict->next_chunk / 4;
        const size_t size = own ? n : dict->next_chunk;
        struct text_chunk *const fresh = base_alloc(sizeof *fresh + size);
        if (!fresh) return false;
        *fresh = (struct text_chunk){.size = size};
        dict->bytes += sizeof *fresh + size;
        if (own && chunk) { /* behind the one being filled, which has room left */
            fresh->next = chunk->next;
            chunk->next = fresh;
        } else {
            fresh->next = chunk;
            dict->chunks = fresh;
        }
        if (!own && dict->next_chunk < LAST_CHUNK) dict->next_chunk *= 2;
        chunk = fresh;
    }
    char *const at = chunk->bytes + chunk->used;
    if (text.n) memcpy(at, text.at, text.n);
    at[text.n] = '\0';
    chunk->used += n;
    *kept = (trod_str){at, text.n};
    return true;
}

uint32_t trod_dict_add(struct trod_dict *dict, trod_str text) {
    const uint32_t hash = hash_of(dict, text);
    size_t at = slot_of(dict, text, hash);
    if (dict->slots[at].id_plus_1) return dict->slots[at].id_plus_1 - 1;
    if (dict->n >= dict->ceiling) return TROD_NO_ID;
    if (dict->n >= (dict->mask + 1) / 4 * 3) {
        if (!grow_slots(dict)) return TROD_NO_ID;
        at = slot_of(dict, text, hash);
    }
    if (dict->n == dict->room && !grow_texts(dict)) return TROD_NO_ID;
    if (!keep_text(dict, text, &dict->texts[dict->n])) return TROD_NO_ID;
    dict->slots[at] = (struct slot){hash, dict->n + 1};
    return dict->n++;
}

uint32_t trod_dict_find(const struct trod_dict *dict, trod_str text) {
    const uint32_t found = dict->slots[slot_of(dict, text, hash_of(dict, text))].id_plus_1;
    return found ? found - 1 : TROD_NO_ID;
}

trod_str trod_dict_at(const struct trod_dict *dict, uint32_t id) {
    CHECK(id < dict->n);
    return dict->texts[id];
}

size_t trod_dict_bytes(const struct trod_dict *dict) {
    return dict ? dict->bytes : 0;
}

struct trod_bits trod_bits_make(struct trod_arena *arena, size_t n) {
    uint64_t *const words = TROD_NEW_ARRAY(arena, trod_bits_words(n), uint64_t);
    return (struct trod_bits){words, words ? n : 0};
}

size_t trod_bits_count(const struct trod_bits *bits) {
    size_t n = 0;
    for (size_t i = 0; i < trod_bits_words(bits->n); i++)
        n += (size_t)__builtin_popcountll(bits->words[i]);
    return n;
}

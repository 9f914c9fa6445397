/* The ids of a part's customers.
 *
 * Customers stand by the hashes of their ids, and hashes are not kept but for the first of each
 * block of 128: an id is found by a binary search over those, then by one inside the block that
 * unpacks an id and hashes it at each step. So what is needed is a way to any single id. Ids
 * that are all decimal numbers are packed as numbers; others as texts, or (where that is less)
 * as codes of symbols that they are made of.
 */
#include "log/part_ids.h"

#include "log/part_splice.h"

static const uint64_t hash_seed = UINT64_C(0x74726f6420637573);

uint64_t trod_customer_hash(trod_str id) {
    return trod_hash64(id.n ? id.at : "", id.n, hash_seed);
}

/* ---- Ids that are numbers
 * --------------------------------------------------------------------
 */

/* The number that is written in just these digits; false if there is none below 2^63. */
static bool number_of(trod_str id, uint64_t *number) {
    if (id.n == 0 || id.n > 19 || (id.at[0] == '0' && id.n > 1)) return false;
    uint64_t value = 0;
    for (size_t i = 0; i < id.n; i++) {
        if (id.at[i] < '0' || id.at[i] > '9') return false;
        value = value * 10 + (unsigned char)(id.at[i] - '0');
    }
    *number = value;
    return value <= INT64_MAX;
}

enum { NUMBER_ROOM = 20 };

/* Writes the digits; returns how many. */
static size_t number_write(uint64_t number, char at[NUMBER_ROOM]) {
    char digits[NUMBER_ROOM];
    size_t n = 0;
    do {
        digits[NUMBER_ROOM - ++n] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    memcpy(at, digits + NUMBER_ROOM - n, n);
    return n;
}

enum { NUMBERS_HEAD = 16 };

static trod_status pack_numbers(const uint64_t *numbers, uint32_t n, struct part_out *out,
                                struct trod_error *error) {
    trod_status status = TROD_OK;
    uint64_t least = UINT64_MAX, most = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (numbers[i] < least) least = numbers[i];
        if (numbers[i] > most) most = numbers[i];
    }
    if (n == 0) least = 0;
    const unsigned width = part_width(most - least);
    unsigned char *const at =
        part_out_add(out, PART_IDS, 0, NUMBERS_HEAD + (size_t)part_bits_bytes(n, width));
    TROD_TRY_ALLOC(at, error);
    part_put_u32(at, PART_IDS_NUMBERS);
    part_put_u32(at + 4, width);
    part_put_u64(at + 8, least);
    part_bits_pack_u64(at + NUMBERS_HEAD, numbers, n, width, least);
done:
    return status;
}

static bool open_numbers(uint32_t n, struct part_ids *ids) {
    if (ids->n_bytes < NUMBERS_HEAD) return false;
    ids->width = part_u32(ids->at + 4);
    ids->base = part_u64(ids->at + 8);
    return ids->width <= 64 &&
           ids->n_bytes == NUMBERS_HEAD + (size_t)part_bits_bytes(n, ids->width);
}

/* ---- Ids that are texts
 * ----------------------------------------------------------------------
 */

/* A text is its length (seven bits a byte, the lowest first, the eighth set where more follow)
 * and its bytes, which may be codes of symbols. A table gives where every 64th begins. */
enum { TEXTS_HEAD = 16, TEXTS_BLOCK = 64, LONGEST_CODED = 1024 };

static uint32_t texts_blocks(uint32_t n) {
    return (uint32_t)(((uint64_t)n + TEXTS_BLOCK - 1) / TEXTS_BLOCK);
}

static uint64_t texts_bytes(const trod_str *texts, uint32_t n) {
    uint64_t n_bytes = 0;
    for (uint32_t i = 0; i < n; i++) {
        n_bytes += 1 + texts[i].n;
        for (size_t length = texts[i].n; length > 127; length >>= 7) n_bytes++;
    }
    return n_bytes;
}

/* The section, with `n_table` bytes free behind its head; *at is where it begins. */
static trod_status pack_texts(const trod_str *texts, uint32_t n, uint32_t kind, size_t n_table,
                              struct part_out *out, unsigned char **at,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    const uint64_t n_text = texts_bytes(texts, n);
    if (n_text > UINT32_MAX)
        return trod_fail(error, TROD_TOO_MUCH,
                         "the customers' ids of one part take more than 4 GiB");
    const size_t before = TEXTS_HEAD + n_table, places = 4 * (size_t)texts_blocks(n);
    *at = part_out_add(out, PART_IDS, 0, before + places + (size_t)n_text);
    TROD_TRY_ALLOC(*at, error);
    part_put_u32(*at, kind);
    unsigned char *const to = *at + before + places;
    size_t used = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (i % TEXTS_BLOCK == 0)
            part_put_u32(*at + before + 4 * (size_t)(i / TEXTS_BLOCK), (uint32_t)used);
        size_t length = texts[i].n;
        for (; length > 127; length >>= 7) to[used++] = (unsigned char)(length | 128);
        to[used++] = (unsigned char)length;
        if (texts[i].n) memcpy(to + used, texts[i].at, texts[i].n);
        used += texts[i].n;
    }
done:
    return status;
}

/* Places and texts from `before` bytes of the section on. */
static bool open_texts(uint32_t n, size_t before, struct part_ids *ids) {
    const size_t places = 4 * (size_t)texts_blocks(n);
    if (ids->n_bytes < before || ids->n_bytes - before < places) return false;
    ids->places = ids->at + before;
    ids->texts = ids->places + places;
    ids->n_text = ids->n_bytes - before - places;
    return true;
}

/* The text at *used, which is moved behind it; an empty one and *used at the end where the
 * bytes are not whole. */
static trod_str next_text(const struct part_ids *ids, size_t *used) {
    size_t length = 0;
    for (unsigned shift = 0; *used < ids->n_text && shift < 35; shift += 7) {
        const unsigned char byte = ids->texts[(*used)++];
        length |= (size_t)(byte & 127) << shift;
        if (byte & 128) continue;
        if (length > ids->n_text - *used) break;
        const trod_str text = {(const char *)ids->texts + *used, length};
        *used += length;
        return text;
    }
    *used = ids->n_text;
    return TROD_STR("");
}

static size_t texts_place(const struct part_ids *ids, uint32_t i) {
    const size_t block = i / TEXTS_BLOCK;
    size_t used = part_u32(ids->places + 4 * block);
    if (used > ids->n_text) used = ids->n_text;
    for (uint32_t skip = i % TEXTS_BLOCK; skip; skip--) next_text(ids, &used);
    return used;
}

/* ---- Texts as codes of symbols --------------------------------------------------------------
 */

/* The ids in codes; NULL if one is too long for it, and *status TROD_NO_MEMORY without that. */
static trod_str *code_texts(const trod_str *texts, uint32_t n, struct trod_arena *scratch,
                            struct part_symbols *symbols, trod_status *status) {
    uint64_t n_bytes = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (texts[i].n > LONGEST_CODED) return NULL;
        n_bytes += texts[i].n;
    }
    *status = TROD_NO_MEMORY;
    if (!part_symbols_train(texts, n, scratch, symbols)) return NULL;
    const struct part_symbols_coder *const coder = part_symbols_coder(symbols, scratch);
    trod_str *const coded = TROD_NEW_ARRAY(scratch, n, trod_str);
    unsigned char *to = TROD_NEW_ARRAY(scratch, 2 * n_bytes, unsigned char);
    if (!coder || !coded || !to) return NULL;
    *status = TROD_OK;
    for (uint32_t i = 0; i < n; i++) {
        coded[i] = (trod_str){(const char *)to, part_symbols_code(coder, texts[i], to)};
        to += coded[i].n;
    }
    return coded;
}

/* As they are, or in codes where that is less. */
static trod_status pack_any(const trod_str *texts, uint32_t n, struct part_out *out,
                            struct trod_arena *scratch, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct part_symbols symbols;
    unsigned char *at;
    const trod_str *const coded = code_texts(texts, n, scratch, &symbols, &status);
    TROD_TRY_ALLOC(status == TROD_OK ? texts : NULL, error);
    const size_t n_table = coded ? symbols.n * (size_t)(1 + PART_SYMBOL_BYTES) : 0;
    if (!coded || texts_bytes(coded, n) + n_table >= texts_bytes(texts, n))
        return pack_texts(texts, n, PART_IDS_TEXTS, 0, out, &at, error);
    TROD_TRY(pack_texts(coded, n, PART_IDS_CODES, n_table, out, &at, error));
    part_put_u32(at + 4, symbols.n);
    memcpy(at + TEXTS_HEAD, symbols.length, symbols.n);
    memcpy(at + TEXTS_HEAD + symbols.n, symbols.at, symbols.n * (size_t)PART_SYMBOL_BYTES);
done:
    return status;
}

static bool open_codes(uint32_t n, struct part_ids *ids, struct part_symbols *symbols) {
    if (ids->n_bytes < TEXTS_HEAD) return false;
    const uint32_t n_symbols = part_u32(ids->at + 4);
    const size_t before = TEXTS_HEAD + n_symbols * (size_t)(1 + PART_SYMBOL_BYTES);
    if (n_symbols > PART_SYMBOLS || !open_texts(n, before, ids)) return false;
    symbols->n = n_symbols;
    memcpy(symbols->length, ids->at + TEXTS_HEAD, n_symbols);
    memcpy(symbols->at, ids->at + TEXTS_HEAD + n_symbols,
           n_symbols * (size_t)PART_SYMBOL_BYTES);
    for (uint32_t i = 0; i < n_symbols; i++)
        if (symbols->length[i] > PART_SYMBOL_BYTES) return false;
    ids->symbols = symbols;
    return true;
}

static trod_status ids_of_codes(const struct part_ids *ids, uint32_t from, uint32_t n,
                                struct trod_arena *arena, trod_str *texts,
                                struct trod_error *error) {
    trod_status status = TROD_OK;
    size_t used = texts_place(ids, from), n_bytes = 0;
    for (uint32_t i = 0; i < n; i++) {
        const trod_str codes = next_text(ids, &used);
        n_bytes += part_symbols_length(ids->symbols, (const unsigned char *)codes.at, codes.n);
    }
    const size_t room = n_bytes + PART_SYMBOL_BYTES;
    char *const at = TROD_NEW_ARRAY(arena, room, char);
    TROD_TRY_ALLOC(at, error);
    used = texts_place(ids, from);
    n_bytes = 0;
    for (uint32_t i = 0; i < n; i++) {
        const trod_str codes = next_text(ids, &used);
        texts[i] = (trod_str){at + n_bytes, 0};
        texts[i].n = part_symbols_text(ids->symbols, (const unsigned char *)codes.at, codes.n,
                                       at + n_bytes, room - n_bytes);
        n_bytes += texts[i].n;
    }
done:
    return status;
}

/* ---- All of them ----------------------------------------------------------------------------
 */

static uint32_t hash_blocks(uint32_t n) {
    return (uint32_t)(((uint64_t)n + PART_HASH_BLOCK - 1) / PART_HASH_BLOCK);
}

trod_status part_ids_pack(const struct trod_rows *rows, struct part_out *out,
                          struct trod_arena *scratch, struct trod_error *error) {
    trod_status status = TROD_OK;
    const uint32_t n = rows->n_customers, n_blocks = hash_blocks(n);
    unsigned char *const hashes = part_out_add(out, PART_ID_HASHES, 0, 8 * (size_t)n_blocks);
    TROD_TRY_ALLOC(hashes, error);
    for (uint32_t b = 0; b < n_blocks; b++)
        part_put_u64(hashes + 8 * (size_t)b, rows->hash[(size_t)b * PART_HASH_BLOCK]);
    uint64_t *const numbers = TROD_NEW_ARRAY(scratch, n, uint64_t);
    TROD_TRY_ALLOC(numbers, error);
    uint32_t n_numbers = 0;
    while (n_numbers < n && number_of(rows->id[n_numbers], &numbers[n_numbers])) n_numbers++;
    if (n_numbers == n) {
        TROD_TRY(pack_numbers(numbers, n, out, error));
    } else {
        TROD_TRY(pack_any(rows->id, n, out, scratch, error));
    }
done:
    return status;
}

bool part_ids_open(const struct trod_section *ids, const struct trod_section *hashes,
                   uint32_t n, struct part_symbols *symbols, struct part_ids *open) {
    *open = (struct part_ids){.at = ids->at, .n_bytes = ids->n_bytes};
    open->n_blocks = hash_blocks(n);
    open->hashes = hashes->at;
    if (hashes->n_bytes != 8 * (size_t)open->n_blocks || ids->n_bytes < 4) return false;
    open->kind = part_u32(ids->at);
    switch (open->kind) {
    case PART_IDS_NUMBERS:
        return open_numbers(n, open);
    case PART_IDS_TEXTS:
        return open_texts(n, TEXTS_HEAD, open);
    case PART_IDS_CODES:
        return open_codes(n, open, symbols);
    default:
        return false;
    }
}

/* Room for an id that does not lie in the section as it is. */
struct id_room {
    char at[LONGEST_CODED + PART_SYMBOL_BYTES];
};

/* The id that these bytes of a section of texts or codes are. */
static trod_str id_of(const struct part_ids *ids, trod_str bytes, struct id_room *room) {
    if (ids->kind == PART_IDS_TEXTS) return bytes;
    return (trod_str){room->at, part_symbols_text(ids->symbols, (const unsigned char *)bytes.at,
                                                  bytes.n, room->at, sizeof room->at)};
}

static trod_str id_at(const struct part_ids *ids, uint32_t customer, struct id_room *room) {
    if (ids->kind == PART_IDS_NUMBERS) {
        const uint64_t number =
            ids->base + part_bits_at(ids->at + NUMBERS_HEAD, customer, ids->width);
        return (trod_str){room->at, number_write(number, room->at)};
    }
    size_t used = texts_place(ids, customer);
    return id_of(ids, next_text(ids, &used), room);
}

static trod_status ids_of_numbers(const struct part_ids *ids, uint32_t from, uint32_t n,
                                  struct trod_arena *arena, trod_str *texts,
                                  struct trod_error *error) {
    trod_status status = TROD_OK;
    char *at = TROD_NEW_ARRAY(arena, (size_t)n * NUMBER_ROOM, char);
    TROD_TRY_ALLOC(at, error);
    for (uint32_t i = 0; i < n; i++) {
        const uint64_t number =
            ids->base + part_bits_at(ids->at + NUMBERS_HEAD, from + i, ids->width);
        texts[i] = (trod_str){at, number_write(number, at)};
        at += texts[i].n;
    }
done:
    return status;
}

trod_status trod_part_ids(const struct trod_part *part, uint32_t from, uint32_t n,
                          struct trod_arena *arena, trod_str *texts, struct trod_error *error) {
    const struct part_ids *const ids = &part_inner(part)->ids;
    const struct part_splice *const splice = part_splice(part);
    struct part_stretch stretch;
    if (n == 0) return TROD_OK;
    if (splice) {
        trod_status status = TROD_OK;
        PART_EACH_STRETCH(&splice->customers, from, n, stretch, done)
        if (status == TROD_OK)
            status = trod_part_ids(splice->whole, stretch.from, stretch.n, arena, texts + done,
                                   error);
        return status;
    }
    if (ids->kind == PART_IDS_NUMBERS) return ids_of_numbers(ids, from, n, arena, texts, error);
    if (ids->kind == PART_IDS_CODES)
        return ids_of_codes(ids, from, n, arena, texts, error);
    size_t used = texts_place(ids, from);
    for (uint32_t i = 0; i < n; i++) texts[i] = next_text(ids, &used);
    return TROD_OK;
}

uint32_t trod_part_seek(const struct trod_part *part, uint64_t hash) {
    const struct part_ids *const ids = &part_inner(part)->ids;
    const struct part_splice *const splice = part_splice(part);
    bool gone = false;
    if (splice) return part_splice_place(splice, trod_part_seek(splice->whole, hash), &gone);
    /* The blocks before `low` begin below the hash, so that at most the last of them holds it.
     */
    uint32_t low = 0, high = ids->n_blocks;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (part_u64(ids->hashes + 8 * (size_t)middle) < hash) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == 0) return 0;
    const uint64_t end = (uint64_t)low * PART_HASH_BLOCK;
    uint32_t first = (low - 1) * PART_HASH_BLOCK + 1;
    uint32_t last = end < part->n_customers ? (uint32_t)end : part->n_customers;
    while (first < last) {
        struct id_room room;
        const uint32_t middle = first + (last - first) / 2;
        if (trod_customer_hash(id_at(ids, middle, &room)) < hash) {
            first = middle + 1;
        } else {
            last = middle;
        }
    }
    return first;
}

uint32_t trod_part_find(const struct trod_part *part, trod_str id) {
    const struct part_ids *const ids = &part_inner(part)->ids;
    const struct part_splice *const splice = part_splice(part);
    if (splice) {
        bool gone = false;
        const uint32_t found = trod_part_find(splice->whole, id);
        if (found == TROD_NO_ID) return TROD_NO_ID;
        const uint32_t place = part_splice_place(splice, found, &gone);
        return gone ? TROD_NO_ID : place;
    }
    const uint64_t hash = trod_customer_hash(id);
    for (uint32_t at = trod_part_seek(part, hash); at < part->n_customers; at++) {
        struct id_room room;
        const trod_str found = id_at(ids, at, &room);
        if (trod_str_equal(found, id)) return at;
        if (trod_customer_hash(found) != hash) break;
    }
    return TROD_NO_ID;
}

bool part_ids_check(const struct trod_part *part) {
    const struct part_ids *const ids = &part_inner(part)->ids;
    uint64_t last = 0;
    size_t used = 0;
    trod_str before = {NULL, 0};
    struct id_room rooms[2];
    for (uint32_t i = 0; i < part->n_customers; i++) {
        struct id_room *const room = &rooms[i % 2];
        const bool texts = ids->kind != PART_IDS_NUMBERS;
        if (texts && i % TEXTS_BLOCK == 0 && used != texts_place(ids, i)) return false;
        const trod_str id =
            texts ? id_of(ids, next_text(ids, &used), room) : id_at(ids, i, room);
        const uint64_t hash = trod_customer_hash(id);
        if (hash < last) return false;
        if (i && hash == last && trod_str_compare(before, id) >= 0) return false;
        if (i % PART_HASH_BLOCK == 0 &&
            part_u64(ids->hashes + 8 * (size_t)(i / PART_HASH_BLOCK)) != hash)
            return false;
        last = hash;
        before = id;
    }
    return ids->kind == PART_IDS_NUMBERS || used == ids->n_text;
}

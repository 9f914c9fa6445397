/* The sections of a part, of any bytes: whatever opening lets pass, no reader leaves its
 * buffers, and what the part promises of its numbers holds. */
#include <stdlib.h>

#include "questions.h"
#include "sections.h"
#include "trod/log.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
extern size_t n_taken;
size_t n_taken; /* parts that could be asked */

enum { MOST_SECTIONS = 64, BEHIND = 64, ROOM = 16, CHUNK = 1000 };

/* Reads every range in a buffer of its own, just large enough. */
static void read_events(const struct trod_part *part, uint32_t from, uint32_t n) {
    uint64_t *const wide = malloc((n + ROOM) * sizeof *wide);
    uint32_t *const narrow = malloc((n + ROOM) * sizeof *narrow);
    CHECK(wide && narrow);
    trod_part_gaps(part, from, n, wide);
    for (uint32_t i = 0; i < n; i++) CHECK(wide[i] <= part->longest_gap);
    trod_part_ends(part, from, n, wide);
    for (uint32_t i = 0; i < n; i++) CHECK(part->has_ends || wide[i] == UINT64_MAX);
    trod_part_sources(part, from, n, narrow);
    for (uint32_t i = 0; i < n; i++) CHECK(narrow[i] < part->n_sources);
    free(narrow);
    free(wide);
}

static void read_customers(const struct trod_part *part, uint32_t from, uint32_t n) {
    struct trod_arena *const arena = trod_arena_make(0);
    trod_str *const ids = malloc((n ? n : 1) * sizeof *ids);
    struct trod_error error = {0};
    uint64_t *const spans = malloc((n + ROOM) * sizeof *spans);
    CHECK(arena && ids && spans);
    trod_part_spans(part, from, n, spans);
    for (uint32_t i = 0; i < n; i++) CHECK(part->has_spans || spans[i] == 0);
    free(spans);
    uint64_t *const near = malloc(((size_t)part->n_near + ROOM) * sizeof *near);
    CHECK(near);
    trod_part_near(part, near);
    free(near);
    if (trod_part_ids(part, from, n, arena, ids, &error) == TROD_OK) {
        for (uint32_t i = 0; i < n; i++) {
            const uint32_t found = trod_part_find(part, ids[i]);
            CHECK(found == TROD_NO_ID || found < part->n_customers);
            CHECK(trod_part_seek(part, trod_customer_hash(ids[i])) <= part->n_customers);
        }
    }
    free(ids);
    trod_arena_free(arena);
}

static void read_column(const struct trod_part *part, const struct trod_part_column *column,
                        bool sound, uint32_t from, uint32_t n) {
    struct trod_arena *const arena = trod_arena_make(0);
    struct trod_error error = {0};
    trod_str *const texts = malloc((n + ROOM) * sizeof *texts);
    int64_t *const numbers = malloc((n + ROOM) * sizeof *numbers);
    uint32_t *const codes = malloc((n + ROOM) * sizeof *codes);
    CHECK(arena && texts && numbers && codes);
    if (column->kind == TROD_COLUMN_CODES) {
        trod_part_codes(part, column, from, n, codes);
        for (uint32_t i = 0; i < n; i++) {
            CHECK(codes[i] <= column->n_values);
            if (codes[i]) trod_part_value(part, column, codes[i]);
        }
    }
    if (column->kind == TROD_COLUMN_NUMBER) {
        trod_part_numbers(part, column, from, n, numbers);
        for (uint32_t i = 0; i < n; i++)
            CHECK(!sound || numbers[i] == INT64_MIN ||
                  (numbers[i] >= column->least && numbers[i] <= column->most));
    }
    if (trod_part_texts(part, column, from, n, arena, texts, &error) == TROD_OK) {
        uint64_t sum = 0;
        for (uint32_t i = 0; i < n; i++)
            for (size_t k = 0; k < texts[i].n; k++) sum += (unsigned char)texts[i].at[k];
        volatile uint64_t seen = sum; /* so that the bytes are read */
        (void)seen;
    }
    free(codes);
    free(numbers);
    free(texts);
    trod_arena_free(arena);
}

static void read_part(const struct trod_part *part) {
    struct trod_error error = {0};
    const uint32_t n = part->n_events < 3 * CHUNK ? part->n_events : 3 * CHUNK;
    const uint32_t n_customers = part->n_customers < CHUNK ? part->n_customers : CHUNK;
    const bool sound = trod_part_check(part, &error) == TROD_OK;
    CHECK(part->first[0] == 0 && part->first[part->n_customers] == part->n_events);
    for (uint32_t c = 0; c < part->n_customers; c++)
        CHECK(part->first[c] <= part->first[c + 1]);
    for (uint32_t i = 0; i < part->n_events; i++) {
        uint32_t name = 0;
        memcpy(&name, (const char *)part->name + (size_t)i * part->name_bytes,
               part->name_bytes);
        CHECK(name < part->n_names);
    }
    for (size_t i = 0; i < part->n_undated; i++)
        CHECK(part->undated[i] < part->n_events &&
              (i == 0 || part->undated[i - 1] < part->undated[i]));
    for (uint32_t from = 0; from < n; from += 7 + from / 2)
        read_events(part, from, (n - from) / 2 + 1);
    if (part->n_events) read_events(part, part->n_events - 1, 1);
    read_customers(part, 0, n_customers);
    if (part->n_customers) read_customers(part, part->n_customers - 1, 1);
    for (size_t i = 0; i < part->n_columns; i++) {
        const struct trod_part_column *const column = &part->columns[i];
        const uint32_t n_rows = column->fact ? n_customers : n;
        CHECK(trod_part_column(part, column->field) == column);
        read_column(part, column, sound, 0, n_rows);
        if (n_rows > 3) read_column(part, column, sound, n_rows / 3, n_rows / 2);
    }
    if (part->n_events < 100000) {
        struct trod_arena *const arena = trod_arena_make(0);
        struct trod_rows rows;
        CHECK(arena);
        struct trod_packed packed;
        if (trod_part_unpack(part, 0, part->n_customers, arena, &rows, &error) == TROD_OK) {
            const trod_status packs = trod_part_pack(&rows, arena, &packed, &error);
            CHECK(packs == TROD_OK || packs == TROD_NO_MEMORY ||
                  (packs == TROD_BAD_INPUT && !sound));
        }
        trod_arena_free(arena);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    struct trod_section sections[MOST_SECTIONS];
    void *copies[MOST_SECTIONS];
    size_t n_sections = 0;
    while (n >= SECTION_HEAD && n_sections < MOST_SECTIONS) {
        uint32_t n_bytes;
        memcpy(&n_bytes, bytes + 2, sizeof n_bytes);
        const struct trod_section head = {.kind = bytes[0], .field = bytes[1]};
        bytes += SECTION_HEAD;
        n -= SECTION_HEAD;
        if (n_bytes > n) n_bytes = (uint32_t)n;
        if (posix_memalign(&copies[n_sections], 64, n_bytes + BEHIND) != 0) break;
        memcpy(copies[n_sections], bytes, n_bytes);
        memset((char *)copies[n_sections] + n_bytes, 0xee, BEHIND);
        sections[n_sections] = head;
        sections[n_sections].at = copies[n_sections];
        sections[n_sections++].n_bytes = n_bytes;
        bytes += n_bytes;
        n -= n_bytes;
    }
    struct trod_arena *const arena = trod_arena_make(64 << 20);
    const struct trod_part *part;
    struct trod_error error = {0};
    CHECK(arena);
    const trod_status status = trod_part_open(sections, n_sections, arena, &part, &error);
    CHECK(status == TROD_OK || status == TROD_BAD_INPUT || status == TROD_NO_MEMORY);
    if (status == TROD_OK) {
        read_part(part);
        n_taken += ask_all(sections, n_sections, part);
    } else {
        CHECK(error.message[0]);
    }
    trod_arena_free(arena);
    while (n_sections) free(copies[--n_sections]);
    return 0;
}

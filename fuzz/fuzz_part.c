/* fuzz_part: any bytes as a column file. What cannot be opened is refused with a sentence; in
 * what can, every reader stays inside its buffers. The checksums of the head are made right
 * first, since chance would never find them. */
#include <stdlib.h>
#include <string.h>

#include "questions.h"
#include "store/container.h"

/* One customer and nobody, without opening the part. */
static void glance(const struct trod_section *sections, size_t n, trod_str id,
                   struct trod_arena *arena) {
    const struct trod_part *part = NULL;
    struct trod_part_tool *const tool = trod_part_tool_make(arena);
    struct trod_rows rows;
    if (!tool || trod_part_glance(sections, n, tool, arena, &part, NULL) != TROD_OK) return;
    (void)!trod_part_single(part, TROD_STR("somebody"), arena, &rows, NULL);
    if (trod_part_single(part, id, arena, &rows, NULL) != TROD_OK) return;
    size_t sum = 0;
    for (size_t i = 0; i < rows.n_columns && rows.n_customers; i++)
        for (uint32_t k = 0; k < (rows.columns[i].fact ? 1 : rows.n_events); k++)
            for (size_t b = 0; b < rows.columns[i].text[k].n; b++)
                sum += (unsigned char)rows.columns[i].text[k].at[b];
    if (sum == SIZE_MAX) abort(); /* so that it is read */
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
extern size_t n_taken;
size_t n_taken; /* parts that could be asked */

enum { ROWS = 300, ROOM = 16 };

/* Lengths and checksums as they would have to be. */
static void repair(unsigned char *at, size_t n) {
    if (n < STORE_HEAD_BYTES + 64) return;
    const uint64_t n_blocks = (n - 8 + STORE_BLOCK_BYTES + 7) / (STORE_BLOCK_BYTES + 8);
    const uint64_t n_bytes = n, table_at = n - 8 * (n_blocks + 1);
    const uint32_t version = STORE_PART_VERSION, block_bytes = STORE_BLOCK_BYTES;
    uint32_t n_sections;
    memcpy(at, "trodpart", 8);
    memcpy(at + 8, &version, 4);
    memcpy(at + 16, &n_bytes, 8);
    memcpy(at + 24, &table_at, 8);
    memcpy(at + 72, &block_bytes, 4);
    memcpy(&n_sections, at + 12, 4);
    if (n_sections > (n - STORE_HEAD_BYTES) / STORE_ENTRY_BYTES) return;
    const uint64_t checksum = trod_hash64(at + STORE_HEAD_BYTES, n_sections * STORE_ENTRY_BYTES,
                                          trod_hash64(at, 120, 0));
    memcpy(at + 120, &checksum, 8);
}

static void read_column(const struct trod_part *part, const struct trod_part_column *column,
                        uint32_t from, uint32_t n, struct trod_arena *arena) {
    uint32_t codes[ROWS + ROOM];
    int64_t numbers[ROWS + ROOM];
    trod_str texts[ROWS];
    size_t sum = 0;
    switch (column->kind) {
    case TROD_COLUMN_CODES:
        trod_part_codes(part, column, from, n, codes);
        for (uint32_t i = 0; i < n; i++)
            if (codes[i]) sum += trod_part_value(part, column, codes[i]).n;
        break;
    case TROD_COLUMN_NUMBER:
        trod_part_numbers(part, column, from, n, numbers);
        break;
    case TROD_COLUMN_TEXT:
        break;
    }
    if (trod_part_texts(part, column, from, n, arena, texts, NULL) == TROD_OK)
        for (uint32_t i = 0; i < n; i++)
            for (size_t k = 0; k < texts[i].n; k++) sum += (unsigned char)texts[i].at[k];
    if (sum == SIZE_MAX) abort(); /* so that it is read */
}

static void read_part(const struct trod_part *part, struct trod_arena *arena) {
    uint64_t gaps[ROWS + ROOM];
    uint32_t sources[ROWS + ROOM];
    trod_str ids[ROWS];
    struct trod_rows rows;
    const uint32_t n_events = part->n_events < ROWS ? part->n_events : ROWS;
    const uint32_t n_customers = part->n_customers < ROWS ? part->n_customers : ROWS;
    const uint32_t from = part->n_events - n_events;
    trod_part_gaps(part, from, n_events, gaps);
    if (part->has_ends) trod_part_ends(part, from, n_events, gaps);
    trod_part_sources(part, from, n_events, sources);
    for (size_t i = 0; i < part->n_columns; i++) {
        const bool fact = part->columns[i].fact;
        const uint32_t n = fact ? n_customers : n_events;
        read_column(part, &part->columns[i], (fact ? part->n_customers : part->n_events) - n, n,
                    arena);
    }
    if (trod_part_ids(part, part->n_customers - n_customers, n_customers, arena, ids, NULL) ==
            TROD_OK &&
        n_customers)
        trod_part_find(part, ids[n_customers - 1]);
    trod_part_find(part, TROD_STR("somebody"));
    trod_part_seek(part, UINT64_C(1) << 63);
    (void)!trod_part_check(part, NULL);
    if (part->n_events < 100000 && part->n_customers < 100000)
        (void)!trod_part_unpack(part, 0, part->n_customers, arena, &rows, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    struct trod_arena *const arena = trod_arena_make((size_t)1 << 30);
    struct trod_error error = {0};
    struct store_head head;
    struct trod_section *sections = NULL;
    const struct trod_part *part = NULL;
    void *at = NULL;
    if (!arena || posix_memalign(&at, 64, n ? n : 1) != 0) abort();
    if (n) memcpy(at, bytes, n);
    (void)!store_container_head(at, n, "fuzz.part", &head, NULL);
    repair(at, n);
    if (store_container_read(at, n, "fuzz.part", arena, &head, &sections, &error) != TROD_OK) {
        if (!error.message[0]) abort();
    } else {
        (void)!store_container_check_small(at, &head, "fuzz.part", NULL);
        trod_str id = TROD_STR("1");
        if (trod_part_open(sections, head.n_sections, arena, &part, &error) == TROD_OK) {
            read_part(part, arena);
            n_taken += ask_all(sections, head.n_sections, part);
            if (part->n_customers &&
                trod_part_ids(part, part->n_customers / 2, 1, arena, &id, NULL) != TROD_OK)
                id = TROD_STR("1");
        } else if (!error.message[0]) {
            abort();
        }
        glance(sections, head.n_sections, id, arena);
    }
    trod_arena_free(arena);
    free(at);
    return 0;
}

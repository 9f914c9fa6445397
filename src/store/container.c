/* The column file. Head and directory come first and have one checksum together, which the
 * catalogue repeats, so that a file that is not the one meant is known at once. Every section
 * has a checksum in the directory; small ones are checked when the file is opened. Behind the
 * sections stands a checksum for each block of 64 KiB, head and padding included, so that
 * `log verify` can say where a byte has changed. Numbers are little-endian, as the machine has
 * them. */
#include "store/container.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store/disk.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "column files are mapped as they lie: little-endian");

static const char MAGIC[8] = {'t', 'r', 'o', 'd', 'p', 'a', 'r', 't'};
enum {
    CHECKSUM_AT = 120,     /* in the head */
    SMALL_BYTES = 1 << 16, /* sections up to here are checked at open */
    WRITE_BYTES = 1 << 20, /* a multiple of the block */
    SECTION_ALIGNMENT = 64,
    READABLE_BEHIND = 64,
};

static uint32_t read_u32(const unsigned char *at) {
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static uint64_t read_u64(const unsigned char *at) {
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static void put_u32(unsigned char *at, uint32_t value) {
    memcpy(at, &value, sizeof value);
}

static void put_u64(unsigned char *at, uint64_t value) {
    memcpy(at, &value, sizeof value);
}

static uint64_t aligned(uint64_t at) {
    return (at + SECTION_ALIGNMENT - 1) & ~(uint64_t)(SECTION_ALIGNMENT - 1);
}

static uint64_t n_blocks_of(uint64_t table_at) {
    return (table_at + STORE_BLOCK_BYTES - 1) / STORE_BLOCK_BYTES;
}

/* Of the head up to its checksum, then the directory. */
static uint64_t head_checksum(const unsigned char *bytes, uint64_t n_sections) {
    const uint64_t head = trod_hash64(bytes, CHECKSUM_AT, 0);
    return trod_hash64(bytes + STORE_HEAD_BYTES, (size_t)n_sections * STORE_ENTRY_BYTES, head);
}

/* ---- Writing ---- */

struct writer {
    int fd;
    int code; /* errno of the first failure */
    unsigned char *buffer;
    size_t filled;
    uint64_t *checksums; /* of the blocks written */
    size_t n_checksums;
};

static void flush(struct writer *writer) {
    if (writer->code) return;
    for (size_t at = 0; at < writer->filled; at += STORE_BLOCK_BYTES) {
        const size_t left = writer->filled - at;
        writer->checksums[writer->n_checksums++] = trod_hash64(
            writer->buffer + at, left < STORE_BLOCK_BYTES ? left : STORE_BLOCK_BYTES, 0);
    }
    if (writer->filled)
        writer->code = store_disk_write(writer->fd, writer->buffer, writer->filled);
    writer->filled = 0;
}

static void put(struct writer *writer, const unsigned char *at, uint64_t n) {
    while (n && !writer->code) {
        const size_t room = WRITE_BYTES - writer->filled;
        const size_t now = n < room ? (size_t)n : room;
        if (at) {
            memcpy(writer->buffer + writer->filled, at, now);
            at += now;
        } else {
            memset(writer->buffer + writer->filled, 0, now);
        }
        writer->filled += now;
        n -= now;
        if (writer->filled == WRITE_BYTES) flush(writer);
    }
}

/* Head and directory into `bytes`, which has room and is zeroed. */
static void make_head(unsigned char *bytes, const struct trod_packed *packed,
                      struct store_head *head) {
    const size_t n = packed->n_sections;
    uint64_t at = aligned(STORE_HEAD_BYTES + (uint64_t)n * STORE_ENTRY_BYTES);
    for (size_t i = 0; i < n; i++) {
        const struct trod_section *const section = &packed->sections[i];
        unsigned char *const entry = bytes + STORE_HEAD_BYTES + i * STORE_ENTRY_BYTES;
        put_u32(entry, section->kind);
        put_u32(entry + 4, section->field);
        put_u64(entry + 8, at);
        put_u64(entry + 16, section->n_bytes);
        put_u64(entry + 24, trod_hash64(section->at, section->n_bytes, 0));
        at = aligned(at + section->n_bytes + READABLE_BEHIND);
    }
    *head = (struct store_head){
        .n_bytes = at + 8 * (n_blocks_of(at) + 1),
        .table_at = at,
        .first_hash = packed->first_hash,
        .last_hash = packed->last_hash,
        .first_us = packed->first_us,
        .last_us = packed->last_us,
        .n_customers = packed->n_customers,
        .n_events = packed->n_events,
        .n_sections = (uint32_t)n,
    };
    memcpy(bytes, MAGIC, sizeof MAGIC);
    put_u32(bytes + 8, STORE_PART_VERSION);
    put_u32(bytes + 12, head->n_sections);
    put_u64(bytes + 16, head->n_bytes);
    put_u64(bytes + 24, head->table_at);
    put_u64(bytes + 32, head->first_hash);
    put_u64(bytes + 40, head->last_hash);
    put_u64(bytes + 48, (uint64_t)head->first_us);
    put_u64(bytes + 56, (uint64_t)head->last_us);
    put_u32(bytes + 64, head->n_customers);
    put_u32(bytes + 68, head->n_events);
    put_u32(bytes + 72, STORE_BLOCK_BYTES);
    head->checksum = head_checksum(bytes, n);
    put_u64(bytes + CHECKSUM_AT, head->checksum);
}

int store_container_write(int fd, const struct trod_packed *packed, struct store_head *head) {
    struct store_head made;
    struct writer writer = {.fd = fd, .code = -1};
    const size_t n = packed->n_sections;
    if (n > STORE_MOST_SECTIONS) return EFBIG;
    const size_t head_bytes =
        (size_t)aligned(STORE_HEAD_BYTES + (uint64_t)n * STORE_ENTRY_BYTES);
    struct trod_arena *const arena = trod_arena_make(SIZE_MAX);
    unsigned char *const front = arena ? trod_arena_alloc(arena, head_bytes, 1) : NULL;
    if (!front) goto done;
    make_head(front, packed, &made);
    writer.buffer = trod_arena_alloc(arena, WRITE_BYTES, 1);
    writer.checksums =
        trod_arena_alloc(arena, (size_t)n_blocks_of(made.table_at) + 1, sizeof(uint64_t));
    if (!writer.buffer || !writer.checksums) goto done;
    writer.code = 0;
    put(&writer, front, head_bytes);
    uint64_t at = head_bytes;
    for (size_t i = 0; i < n; i++) {
        const struct trod_section *const section = &packed->sections[i];
        const uint64_t next = aligned(at + section->n_bytes + READABLE_BEHIND);
        put(&writer, section->at, section->n_bytes);
        put(&writer, NULL, next - at - section->n_bytes);
        at = next;
    }
    flush(&writer);
    if (!writer.code) {
        const size_t n_blocks = writer.n_checksums;
        writer.checksums[n_blocks] =
            trod_hash64(writer.checksums, n_blocks * sizeof(uint64_t), made.checksum);
        writer.code = store_disk_write(fd, writer.checksums, (n_blocks + 1) * sizeof(uint64_t));
    }
    if (!writer.code) writer.code = store_disk_sync(fd);
    if (head) *head = made;
done:
    trod_arena_free(arena);
    return writer.code;
}

/* ---- Reading ---- */

static trod_status damaged(const char *name, const char *why, struct trod_error *error) {
    trod_fail(error, TROD_BAD_INPUT, "the column file %s is damaged: %s", name, why);
    trod_error_hint(error, "\"trod log verify\" names all that is damaged; take the files from "
                           "a backup, or import the events anew with --replace");
    return TROD_BAD_INPUT;
}

trod_status store_container_head(const unsigned char *bytes, uint64_t n_bytes, const char *name,
                                 struct store_head *head, struct trod_error *error) {
    if (n_bytes < STORE_HEAD_BYTES) return damaged(name, "it is too short", error);
    if (memcmp(bytes, MAGIC, sizeof MAGIC) != 0)
        return damaged(name, "it does not begin as a column file does", error);
    const uint32_t version = read_u32(bytes + 8);
    if (version != STORE_PART_VERSION) {
        /* A newer trod would keep the magic and its place, and hardly anything else. */
        trod_fail(error, TROD_BAD_INPUT,
                  "the column file %s has format %u, and this trod reads format %d", name,
                  version, STORE_PART_VERSION);
        trod_error_hint(error, "use the trod that wrote it, or a newer one");
        return TROD_BAD_INPUT;
    }
    *head = (struct store_head){
        .n_bytes = read_u64(bytes + 16),
        .table_at = read_u64(bytes + 24),
        .first_hash = read_u64(bytes + 32),
        .last_hash = read_u64(bytes + 40),
        .first_us = (int64_t)read_u64(bytes + 48),
        .last_us = (int64_t)read_u64(bytes + 56),
        .n_customers = read_u32(bytes + 64),
        .n_events = read_u32(bytes + 68),
        .n_sections = read_u32(bytes + 12),
        .checksum = read_u64(bytes + CHECKSUM_AT),
    };
    if (head->n_bytes != n_bytes)
        return damaged(name, "its length is not the one that it states", error);
    if (head->n_sections > STORE_MOST_SECTIONS ||
        STORE_HEAD_BYTES + (uint64_t)head->n_sections * STORE_ENTRY_BYTES > n_bytes)
        return damaged(name, "its directory is longer than the file", error);
    if (head_checksum(bytes, head->n_sections) != head->checksum)
        return damaged(name, "its head does not agree with its checksum", error);
    if (read_u32(bytes + 72) != STORE_BLOCK_BYTES || head->table_at > n_bytes ||
        head->table_at % SECTION_ALIGNMENT != 0 ||
        n_bytes - head->table_at != 8 * (n_blocks_of(head->table_at) + 1))
        return damaged(name, "its blocks do not fill it", error);
    return TROD_OK;
}

trod_status store_container_read(const unsigned char *bytes, uint64_t n_bytes, const char *name,
                                 struct trod_arena *arena, struct store_head *head,
                                 struct trod_section **sections, struct trod_error *error) {
    trod_status status = TROD_OK;
    TROD_TRY(store_container_head(bytes, n_bytes, name, head, error));
    struct trod_section *const list =
        TROD_NEW_ARRAY(arena, head->n_sections, struct trod_section);
    TROD_TRY_ALLOC(list, error);
    uint64_t free_from = STORE_HEAD_BYTES + (uint64_t)head->n_sections * STORE_ENTRY_BYTES;
    for (size_t i = 0; i < head->n_sections; i++) {
        const unsigned char *const entry = bytes + STORE_HEAD_BYTES + i * STORE_ENTRY_BYTES;
        const uint64_t at = read_u64(entry + 8), n = read_u64(entry + 16);
        list[i] = (struct trod_section){
            .kind = read_u32(entry), .field = read_u32(entry + 4), .n_bytes = (size_t)n};
        const bool ascending =
            i == 0 || list[i - 1].kind < list[i].kind ||
            (list[i - 1].kind == list[i].kind && list[i - 1].field < list[i].field);
        if (!ascending || at < free_from || at % SECTION_ALIGNMENT != 0 ||
            at > head->table_at || n > head->table_at - at ||
            head->table_at - at - n < READABLE_BEHIND) {
            status = damaged(name, "its directory names bytes that are not there", error);
            goto done;
        }
        list[i].at = bytes + at;
        free_from = at + n + READABLE_BEHIND;
    }
    *sections = list;
done:
    return status;
}

trod_status store_container_check_small(const unsigned char *bytes,
                                        const struct store_head *head, const char *name,
                                        struct trod_error *error) {
    for (size_t i = 0; i < head->n_sections; i++) {
        const unsigned char *const entry = bytes + STORE_HEAD_BYTES + i * STORE_ENTRY_BYTES;
        const uint64_t at = read_u64(entry + 8), n = read_u64(entry + 16);
        if (n <= SMALL_BYTES && trod_hash64(bytes + at, (size_t)n, 0) != read_u64(entry + 24))
            return damaged(name, "a section does not agree with its checksum", error);
    }
    return TROD_OK;
}

/* The place of the table in a file of that length; false if no file is that long. */
static bool table_place(uint64_t n_bytes, uint64_t *table_at) {
    if (n_bytes < STORE_HEAD_BYTES + 16) return false;
    const uint64_t n_blocks = (n_bytes - 8 + STORE_BLOCK_BYTES + 7) / (STORE_BLOCK_BYTES + 8);
    *table_at = n_bytes - 8 * (n_blocks + 1);
    return *table_at < n_bytes && n_blocks_of(*table_at) == n_blocks;
}

trod_status store_container_verify(const unsigned char *bytes, uint64_t n_bytes,
                                   uint64_t checksum,
                                   trod_status (*bad)(void *owner, uint64_t block,
                                                      struct trod_error *error),
                                   void *owner, struct trod_error *error) {
    trod_status status = TROD_OK;
    uint64_t table_at = 0;
    if (!table_place(n_bytes, &table_at)) return bad(owner, UINT64_MAX, error);
    const uint64_t n_blocks = n_blocks_of(table_at);
    const unsigned char *const table = bytes + table_at;
    const uint64_t found = trod_hash64(table, (size_t)n_blocks * 8, checksum);
    if (found != read_u64(table + 8 * n_blocks)) TROD_TRY(bad(owner, UINT64_MAX, error));
    for (uint64_t i = 0; i < n_blocks; i++) {
        const uint64_t at = i * STORE_BLOCK_BYTES;
        const uint64_t left = table_at - at;
        const size_t n = left < STORE_BLOCK_BYTES ? (size_t)left : STORE_BLOCK_BYTES;
        if (trod_hash64(bytes + at, n, 0) != read_u64(table + 8 * i))
            TROD_TRY(bad(owner, i, error));
    }
done:
    return status;
}

/* A column file: a head, a directory, the sections of one part, and a checksum for each block.
 * docs/formats/log.md describes the bytes. */
#ifndef STORE_CONTAINER_H
#define STORE_CONTAINER_H

#include "trod/log.h"

enum {
    STORE_PART_VERSION = 1,
    STORE_BLOCK_BYTES = 1 << 16,
    STORE_HEAD_BYTES = 128,
    STORE_ENTRY_BYTES = 32,
    STORE_MOST_SECTIONS = 1 << 20,
};

/* What the head of a file says. */
struct store_head {
    uint64_t n_bytes;  /* of the file */
    uint64_t table_at; /* where the blocks' checksums begin */
    uint64_t first_hash, last_hash;
    int64_t first_us, last_us; /* TROD_NO_TIME without times */
    uint32_t n_customers, n_events, n_sections;
    uint64_t checksum; /* of head and directory; the catalogue knows it too */
};

/* Writes a part to an open, empty file, and syncs it. 0 or errno; `head` (may be NULL) is what
 * was written. -1: no memory. */
int store_container_write(int fd, const struct trod_packed *packed, struct store_head *head);

/* Reads head and directory, whatever the bytes are; the sections point into them. `name` is for
 * messages. Errors: TROD_BAD_INPUT. */
trod_status store_container_read(const unsigned char *bytes, uint64_t n_bytes, const char *name,
                                 struct trod_arena *arena, struct store_head *head,
                                 struct trod_section **sections, struct trod_error *error);
/* The same for the head alone; cheap. */
trod_status store_container_head(const unsigned char *bytes, uint64_t n_bytes, const char *name,
                                 struct store_head *head, struct trod_error *error);
/* Whether the sections that are small agree with their checksums. */
trod_status store_container_check_small(const unsigned char *bytes,
                                        const struct store_head *head, const char *name,
                                        struct trod_error *error);

/* Calls `bad` for each block that does not agree with its checksum; UINT64_MAX is the table of
 * the checksums itself. Needs no head: the length says where the table is. `checksum` is the
 * head's as the catalogue knows it. */
trod_status store_container_verify(const unsigned char *bytes, uint64_t n_bytes,
                                   uint64_t checksum,
                                   trod_status (*bad)(void *owner, uint64_t block,
                                                      struct trod_error *error),
                                   void *owner, struct trod_error *error);

#endif

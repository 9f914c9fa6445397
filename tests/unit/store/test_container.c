/* Column files of made-up sections: what was written is read, and no changed byte is missed. */
#include "../unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/container.h"
#include "trod/store.h"

enum { N_SECTIONS = 4 };
static const size_t SIZES[N_SECTIONS] = {0, 100, 64, 200000};

struct made {
    struct trod_arena *arena;
    unsigned char *bytes; /* of the file */
    size_t n;
    struct store_head head;
    struct trod_section sections[N_SECTIONS];
    int fd;
};

static int write_file(struct made *made) {
    char name[] = "/tmp/trod-container-XXXXXX";
    made->arena = trod_arena_make(0);
    made->fd = mkstemp(name);
    assert_true(made->fd >= 0);
    unlink(name);
    struct trod_rng rng = {.seed = 5};
    for (size_t i = 0; i < N_SECTIONS; i++) {
        unsigned char *const at = trod_arena_alloc(made->arena, SIZES[i] + 1, 1);
        for (size_t j = 0; j < SIZES[i]; j++) at[j] = (unsigned char)trod_rng_u64(&rng);
        made->sections[i] = (struct trod_section){.kind = (uint32_t)(i / 2),
                                                  .field = (uint32_t)(7 + i),
                                                  .at = at,
                                                  .n_bytes = SIZES[i]};
    }
    const struct trod_packed packed = {.sections = made->sections,
                                       .n_sections = N_SECTIONS,
                                       .first_hash = 3,
                                       .last_hash = UINT64_MAX - 1,
                                       .first_us = -5,
                                       .last_us = 77,
                                       .n_customers = 11,
                                       .n_events = 12};
    return store_container_write(made->fd, &packed, &made->head);
}

static void read_back(struct made *made) {
    made->n = (size_t)lseek(made->fd, 0, SEEK_END);
    made->bytes = trod_arena_alloc(made->arena, made->n + 64, 1);
    assert_int_equal(pread(made->fd, made->bytes, made->n, 0), made->n);
    close(made->fd);
}

static void what_is_written_is_read(void **state) {
    (void)state;
    struct made made = {0};
    struct trod_error error = {0};
    assert_int_equal(write_file(&made), 0);
    read_back(&made);
    assert_int_equal(made.n, made.head.n_bytes);
    struct store_head head;
    struct trod_section *sections = NULL;
    assert_int_equal(
        store_container_read(made.bytes, made.n, "f", made.arena, &head, &sections, &error),
        TROD_OK);
    assert_int_equal(head.checksum, made.head.checksum);
    assert_int_equal(head.n_bytes, made.n);
    assert_int_equal(head.first_us, -5);
    assert_int_equal(head.n_customers, 11);
    assert_int_equal(head.n_events, 12);
    assert_int_equal(head.n_sections, N_SECTIONS);
    assert_int_equal(head.first_hash, 3);
    assert_int_equal(head.last_us, 77);
    for (size_t i = 0; i < N_SECTIONS; i++) {
        assert_int_equal(sections[i].kind, made.sections[i].kind);
        assert_int_equal(sections[i].field, made.sections[i].field);
        assert_int_equal(sections[i].n_bytes, SIZES[i]);
        assert_int_equal((sections[i].at - made.bytes) % 64, 0);
        assert_true(sections[i].at + SIZES[i] + 64 <= made.bytes + made.n);
        assert_memory_equal(sections[i].at, made.sections[i].at, SIZES[i]);
    }
    assert_int_equal(store_container_check_small(made.bytes, &head, "f", &error), TROD_OK);
    trod_arena_free(made.arena);
}

static trod_status note_block(void *owner, uint64_t block, struct trod_error *error) {
    (void)error;
    uint64_t *const noted = owner;
    noted[0]++;
    noted[1] = block;
    return TROD_OK;
}

static void every_changed_byte_is_found_in_its_block(void **state) {
    (void)state;
    struct made made = {0};
    struct trod_error error = {0};
    assert_int_equal(write_file(&made), 0);
    read_back(&made);
    uint64_t noted[2] = {0, 0};
    assert_int_equal(store_container_verify(made.bytes, made.n, made.head.checksum, note_block,
                                            noted, &error),
                     TROD_OK);
    assert_int_equal(noted[0], 0);
    for (size_t at = 0; at < made.n; at += at < 3000 || at + 300 > made.n ? 1 : 997) {
        made.bytes[at] ^= (unsigned char)(1 << at % 8);
        noted[0] = 0;
        assert_int_equal(store_container_verify(made.bytes, made.n, made.head.checksum,
                                                note_block, noted, &error),
                         TROD_OK);
        if (at < made.head.table_at) {
            assert_int_equal(noted[0], 1);
            assert_int_equal(noted[1], at / 65536);
        } else {
            assert_true(noted[0] >= 1); /* the table, and perhaps the block it speaks of */
        }
        made.bytes[at] ^= (unsigned char)(1 << at % 8);
    }
    trod_arena_free(made.arena);
}

/* Whatever the bytes are: an error, or sections that lie inside. */
static void damaged_heads_are_refused(void **state) {
    (void)state;
    struct made made = {0};
    assert_int_equal(write_file(&made), 0);
    read_back(&made);
    const size_t head_bytes = STORE_HEAD_BYTES + N_SECTIONS * STORE_ENTRY_BYTES;
    for (size_t bit = 0; bit < head_bytes * 8; bit++) {
        struct trod_error error = {0};
        struct store_head head;
        struct trod_section *sections = NULL;
        made.bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
        assert_int_equal(
            store_container_read(made.bytes, made.n, "f", made.arena, &head, &sections, &error),
            TROD_BAD_INPUT);
        assert_true(error.message[0] && error.hint[0]);
        made.bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    for (size_t n = 0; n < made.n; n += n < 1000 ? 1 : 9999) {
        struct store_head head;
        unsigned char *const copy = malloc(n ? n : 1); /* so that a read beyond it is seen */
        memcpy(copy, made.bytes, n);
        assert_int_equal(store_container_head(copy, n, "f", &head, NULL), TROD_BAD_INPUT);
        uint64_t noted[2] = {0, 0};
        assert_int_equal(
            store_container_verify(copy, n, made.head.checksum, note_block, noted, NULL),
            TROD_OK);
        assert_true(noted[0] > 0);
        free(copy);
    }
    trod_arena_free(made.arena);
}

/* Heads with a right checksum that say wrong things. */
static void lying_directories_are_refused(void **state) {
    (void)state;
    struct made made = {0};
    assert_int_equal(write_file(&made), 0);
    read_back(&made);
    struct trod_arena *const arena = trod_arena_make(0);
    struct trod_rng rng = {.seed = 9};
    unsigned n_read = 0;
    for (int round = 0; round < 20000; round++) {
        unsigned char *const copy = malloc(made.n);
        memcpy(copy, made.bytes, made.n);
        const size_t head_bytes = STORE_HEAD_BYTES + N_SECTIONS * STORE_ENTRY_BYTES;
        const size_t at = 8 + trod_rng_below(&rng, head_bytes - 8);
        copy[at] = (unsigned char)trod_rng_u64(&rng);
        uint32_t n = 0;
        memcpy(&n, copy + 12, 4);
        if (n <= (made.n - STORE_HEAD_BYTES) / STORE_ENTRY_BYTES) {
            const uint64_t seed = trod_hash64(copy, 120, 0);
            const uint64_t sum =
                trod_hash64(copy + STORE_HEAD_BYTES, n * STORE_ENTRY_BYTES, seed);
            memcpy(copy + 120, &sum, 8);
        }
        struct store_head head;
        struct trod_section *sections = NULL;
        struct trod_error error = {0};
        if (store_container_read(copy, made.n, "f", arena, &head, &sections, &error) ==
            TROD_OK) {
            n_read++;
            for (size_t i = 0; i < head.n_sections; i++) {
                assert_true(sections[i].at >= copy);
                assert_true(sections[i].at + sections[i].n_bytes + 64 <= copy + made.n);
            }
            (void)!store_container_check_small(copy, &head, "f", &error);
        }
        free(copy);
        trod_arena_reset(arena);
    }
    assert_true(n_read > 100);
    trod_arena_free(arena);
    trod_arena_free(made.arena);
}

static void a_newer_format_is_refused_politely(void **state) {
    (void)state;
    struct made made = {0};
    struct trod_error error = {0};
    assert_int_equal(write_file(&made), 0);
    read_back(&made);
    made.bytes[8] = 2;
    struct store_head head;
    assert_int_equal(store_container_head(made.bytes, made.n, "x.part", &head, &error),
                     TROD_BAD_INPUT);
    assert_non_null(strstr(error.message, "format 2"));
    assert_non_null(strstr(error.hint, "newer"));
    trod_arena_free(made.arena);
}

static void failing_steps_are_told(void **state) {
    (void)state;
    uint64_t step = 0;
    int code = 1;
    while (code != 0) {
        struct made made = {0};
        trod_store_fail_at(++step, false);
        code = write_file(&made);
        trod_store_fail_at(0, false);
        close(made.fd);
        trod_arena_free(made.arena);
    }
    assert_true(step >= 3 && step < 10); /* sections, table, sync */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(every_changed_byte_is_found_in_its_block),
        cmocka_unit_test(damaged_heads_are_refused),
        cmocka_unit_test(lying_directories_are_refused),
        cmocka_unit_test(a_newer_format_is_refused_politely),
        cmocka_unit_test(failing_steps_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

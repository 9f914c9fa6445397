#include "../unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trod/base.h"

/* "hello\nworld\n" */
static const unsigned char HELLO_GZ[] = {0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00,
                                         0x02, 0x03, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0xe7,
                                         0x2a, 0xcf, 0x2f, 0xca, 0x49, 0xe1, 0x02, 0x00,
                                         0xff, 0x5d, 0xc5, 0xc4, 0x0c, 0x00, 0x00, 0x00};
/* the same */
static const unsigned char HELLO_ZST[] = {0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x58, 0x61, 0x00, 0x00,
                                          0x68, 0x65, 0x6c, 0x6c, 0x6f, 0x0a, 0x77, 0x6f, 0x72,
                                          0x6c, 0x64, 0x0a, 0xb5, 0x0e, 0x87, 0x17};
/* 64 KiB of zeros */
static const unsigned char ZEROS_GZ[] = {
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xed, 0xc1, 0x01, 0x01,
    0x00, 0x00, 0x00, 0x80, 0x90, 0xfe, 0xaf, 0xee, 0x08, 0x0a, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x6a, 0xeb, 0x8e, 0x97, 0xd7, 0x00, 0x00, 0x01, 0x00};
/* 1 MiB of zeros */
static const unsigned char ZEROS_ZST[] = {
    0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x68, 0x4c, 0x00, 0x00, 0x08, 0x00, 0x01, 0x00,
    0xfc, 0xff, 0x39, 0x10, 0x02, 0x02, 0x00, 0x10, 0x00, 0x02, 0x00, 0x10, 0x00,
    0x02, 0x00, 0x10, 0x00, 0x02, 0x00, 0x10, 0x00, 0x02, 0x00, 0x10, 0x00, 0x02,
    0x00, 0x10, 0x00, 0x03, 0x00, 0x10, 0x00, 0xf1, 0x3e, 0x16, 0xe1};
/* with a window of 2 GiB */
static const unsigned char WIDE_ZST[] = {
    0x28, 0xb5, 0x2f, 0xfd, 0x04, 0xa8, 0x4c, 0x00, 0x00, 0x08, 0x00, 0x01, 0x00,
    0xfc, 0xff, 0x39, 0x10, 0x02, 0x02, 0x00, 0x10, 0x00, 0x02, 0x00, 0x10, 0x00,
    0x02, 0x00, 0x10, 0x00, 0x02, 0x00, 0x10, 0x00, 0x02, 0x00, 0x10, 0x00, 0x02,
    0x00, 0x10, 0x00, 0x03, 0x00, 0x10, 0x00, 0xf1, 0x3e, 0x16, 0xe1};

#define BYTES(array) ((trod_str){(const char *)(array), sizeof(array)})

static char folder[64];

static int make_folder(void **state) {
    (void)state;
    strcpy(folder, "/tmp/trod-test-XXXXXX");
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int drop_folder(void **state) {
    (void)state;
    return chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1;
}

static void put(const char *name, trod_str bytes) {
    FILE *file = fopen(name, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes.at, 1, bytes.n, file), bytes.n);
    fclose(file);
}

/* Reads all of a source in pieces of `room` bytes. */
static trod_status drain(struct trod_source *source, size_t room, struct trod_buf *into,
                         struct trod_error *error) {
    for (;;) {
        char at[4096];
        size_t n = 0;
        const trod_status status = trod_source_read(source, at, room, &n, error);
        if (status != TROD_OK || n == 0) return status;
        if (into) trod_buf_add(into, (trod_str){at, n});
    }
}

static trod_status expand_bytes(trod_str bytes, size_t room, struct trod_buf *into,
                                struct trod_error *error) {
    struct trod_source *source = NULL;
    trod_status status = trod_source_open_bytes(bytes, "x.gz", NULL, &source, error);
    if (status != TROD_OK) return status;
    status = drain(source, room, into, error);
    trod_source_close(source);
    return status;
}

static void expands_by_the_first_bytes(void **state) {
    (void)state;
    const trod_str kinds[] = {BYTES(HELLO_GZ), BYTES(HELLO_ZST), TROD_STR("hello\nworld\n")};
    for (size_t i = 0; i < TROD_COUNT(kinds); i++) {
        for (size_t room = 1; room < 20; room++) {
            struct trod_buf got = {0};
            assert_int_equal(expand_bytes(kinds[i], room, &got, NULL), TROD_OK);
            assert_str(trod_buf_str(&got), "hello\nworld\n");
            put("some.file", kinds[i]);
            trod_buf_clear(&got);
            struct trod_source *source = NULL;
            assert_int_equal(trod_source_open("some.file", NULL, &source, NULL), TROD_OK);
            assert_int_equal(drain(source, room, &got, NULL), TROD_OK);
            assert_str(trod_buf_str(&got), "hello\nworld\n");
            uint64_t total = 0;
            assert_int_equal(trod_source_progress(source, &total), kinds[i].n);
            assert_int_equal(total, kinds[i].n);
            trod_source_close(source);
            trod_buf_free(&got);
        }
    }
    unlink("some.file");
    trod_source_close(NULL);
}

static void reads_standard_input(void **state) {
    (void)state;
    const int old = dup(STDIN_FILENO);
    for (int whole = 0; whole < 2; whole++) {
        int ends[2];
        assert_int_equal(pipe(ends), 0);
        assert_int_equal(write(ends[1], HELLO_GZ, sizeof HELLO_GZ), sizeof HELLO_GZ);
        close(ends[1]);
        dup2(ends[0], STDIN_FILENO);
        close(ends[0]);
        struct trod_buf got = {0};
        if (whole) {
            assert_int_equal(trod_file_read("-", 100, &got, NULL), TROD_OK);
            assert_true(trod_str_equal(trod_buf_str(&got), BYTES(HELLO_GZ)));
        } else {
            struct trod_source *source = NULL;
            assert_int_equal(trod_source_open("-", NULL, &source, NULL), TROD_OK);
            assert_int_equal(drain(source, 5, &got, NULL), TROD_OK);
            assert_str(trod_buf_str(&got), "hello\nworld\n");
            uint64_t total = 1;
            trod_source_progress(source, &total);
            assert_int_equal(total, 0);
            trod_source_close(source);
        }
        trod_buf_free(&got);
        dup2(old, STDIN_FILENO);
    }
    close(old);
}

static void small_plain_files(void **state) {
    (void)state;
    static const char *const texts[] = {"", "\x1f", "\x28\xb5\x2f", "a", "\x1fq"};
    for (size_t i = 0; i < TROD_COUNT(texts); i++) {
        struct trod_buf got = {0};
        assert_int_equal(expand_bytes(trod_str_of(texts[i]), 10, &got, NULL), TROD_OK);
        assert_str(trod_buf_str(&got), texts[i]);
        trod_buf_free(&got);
    }
    assert_int_equal(expand_bytes((trod_str){NULL, 0}, 10, NULL, NULL), TROD_OK);
}

static void members_follow_one_another(void **state) {
    (void)state;
    const trod_str kinds[] = {BYTES(HELLO_GZ), BYTES(HELLO_ZST)};
    for (size_t i = 0; i < TROD_COUNT(kinds); i++) {
        struct trod_buf twice = {0}, got = {0};
        trod_buf_add(&twice, kinds[i]);
        trod_buf_add(&twice, kinds[i]);
        if (i == 0) trod_buf_repeat(&twice, '\0', 100); /* padding */
        for (size_t room = 1; room < 30; room++) {
            trod_buf_clear(&got);
            assert_int_equal(expand_bytes(trod_buf_str(&twice), room, &got, NULL), TROD_OK);
            assert_str(trod_buf_str(&got), "hello\nworld\nhello\nworld\n");
        }
        trod_buf_adds(&twice, "rubbish");
        struct trod_error error = {0};
        trod_buf_clear(&got);
        assert_int_equal(expand_bytes(trod_buf_str(&twice), 9, &got, &error), TROD_BAD_INPUT);
        assert_str(trod_buf_str(&got), "hello\nworld\nhello\nworld\n");
        trod_buf_free(&twice);
        trod_buf_free(&got);
    }
}

static void a_file_cut_short_is_named(void **state) {
    (void)state;
    const trod_str kinds[] = {BYTES(HELLO_GZ), BYTES(HELLO_ZST)};
    for (size_t i = 0; i < TROD_COUNT(kinds); i++) {
        for (size_t n = 4; n < kinds[i].n; n++) {
            struct trod_error error = {0};
            assert_int_equal(expand_bytes(trod_str_slice(kinds[i], 0, n), 100, NULL, &error),
                             TROD_BAD_INPUT);
            assert_string_equal(
                error.message, i == 0 ? "x.gz ends in the middle: the gzip file was cut short; "
                                        "fetch it again"
                                      : "x.gz ends in the middle: the zstd file was cut short; "
                                        "fetch it again");
        }
    }
}

static void damage_is_told_and_stays(void **state) {
    (void)state;
    const trod_str kinds[] = {BYTES(HELLO_GZ), BYTES(HELLO_ZST)};
    for (size_t i = 0; i < TROD_COUNT(kinds); i++) {
        char copy[200];
        memcpy(copy, kinds[i].at, kinds[i].n);
        copy[kinds[i].n - 1] ^= 1; /* length of gzip, checksum of zstd */
        struct trod_source *source = NULL;
        assert_int_equal(
            trod_source_open_bytes((trod_str){copy, kinds[i].n}, "x", NULL, &source, NULL),
            TROD_OK);
        struct trod_error error = {0};
        assert_int_equal(drain(source, 100, NULL, &error), TROD_BAD_INPUT);
        assert_true(trod_str_starts(trod_str_of(error.message), TROD_STR("x is a damaged ")));
        char at[10];
        size_t n = 5;
        assert_int_equal(trod_source_read(source, at, 10, &n, &error), TROD_BAD_INPUT);
        assert_int_equal(n, 0);
        trod_source_close(source);
    }
    struct trod_error error = {0};
    assert_int_equal(expand_bytes(BYTES(WIDE_ZST), 100, NULL, &error), TROD_BAD_INPUT);
    assert_true(trod_str_contains(trod_str_of(error.message), TROD_STR("window")));
}

static void bombs_are_stopped(void **state) {
    (void)state;
    const trod_str kinds[] = {BYTES(ZEROS_GZ), BYTES(ZEROS_ZST)};
    for (size_t i = 0; i < TROD_COUNT(kinds); i++) {
        struct trod_buf bomb = {0};
        for (int k = 0; k < (i ? 300 : 4096); k++) trod_buf_add(&bomb, kinds[i]);
        struct trod_error error = {0};
        assert_int_equal(expand_bytes(trod_buf_str(&bomb), 4096, NULL, &error), TROD_TOO_MUCH);
        assert_true(
            trod_str_contains(trod_str_of(error.message), TROD_STR("x.gz expands to more "
                                                                   "than 200 times")));
        trod_buf_free(&bomb);
    }
    struct trod_source *source = NULL;
    struct trod_source_options options = {.ceiling_bytes = 1 << 20};
    struct trod_error error = {0};
    struct trod_buf bomb = {0};
    for (int k = 0; k < 17; k++) trod_buf_add(&bomb, BYTES(ZEROS_GZ));
    assert_int_equal(trod_source_open_bytes(trod_buf_str(&bomb), "x", &options, &source, NULL),
                     TROD_OK);
    assert_int_equal(drain(source, 4096, NULL, &error), TROD_TOO_MUCH);
    assert_string_equal(error.message, "x expands to more than 1 MiB, the most that is read");
    trod_source_close(source);
    trod_buf_free(&bomb);
}

static void what_cannot_be_opened(void **state) {
    (void)state;
    struct trod_source *source = NULL;
    struct trod_error error = {0};
    assert_int_equal(trod_source_open("absent.csv", NULL, &source, &error), TROD_NO_FILE);
    assert_string_equal(error.message, "there is no file absent.csv");
    assert_null(source);
    assert_int_equal(trod_source_open(".", NULL, &source, &error), TROD_NO_FILE);
    assert_string_equal(error.message, ". is a folder, not a file");
    struct trod_buf bytes = {0};
    assert_int_equal(trod_file_read("absent.csv", 10, &bytes, &error), TROD_NO_FILE);
    assert_int_equal(trod_file_read("/", 10, &bytes, NULL), TROD_NO_FILE);
    assert_null(bytes.at);
    assert_false(trod_file_exists("absent.csv"));
    assert_true(trod_file_exists("/"));
    if (geteuid() != 0) {
        put("secret", TROD_STR("x"));
        chmod("secret", 0);
        assert_int_equal(trod_file_read("secret", 10, &bytes, &error), TROD_NO_FILE);
        unlink("secret");
    }
}

static void reads_whole_files(void **state) {
    (void)state;
    struct trod_buf bytes = {0};
    struct trod_error error = {0};
    char text[1000];
    memset(text, 'x', sizeof text);
    for (size_t n = 0; n < 1000; n += 333) {
        put("f", (trod_str){text, n});
        assert_int_equal(trod_file_read("f", n, &bytes, &error), TROD_OK);
        assert_int_equal(bytes.n, n);
        assert_int_equal(bytes.at[n], 0);
        if (n) assert_int_equal(trod_file_read("f", n - 1, &bytes, &error), TROD_TOO_MUCH);
        trod_buf_free(&bytes);
    }
    /* A file that does not say its size, without an end. */
    assert_int_equal(trod_file_read("/dev/zero", 1 << 20, &bytes, &error), TROD_TOO_MUCH);
    assert_string_equal(error.message,
                        "/dev/zero has more than 1 MiB, the most that is read here");
    assert_int_equal(trod_file_read("/dev/null", 0, &bytes, &error), TROD_OK);
    assert_str(trod_buf_str(&bytes), "");
    trod_buf_free(&bytes);
    unlink("f");
}

static void expect_file(const char *name, const char *text) {
    struct trod_buf bytes = {0};
    assert_int_equal(trod_file_read(name, 1 << 20, &bytes, NULL), TROD_OK);
    assert_str(trod_buf_str(&bytes), text);
    trod_buf_free(&bytes);
}

static void writes_aside_and_renames(void **state) {
    (void)state;
    assert_int_equal(trod_file_write("new", TROD_STR("one"), NULL), TROD_OK);
    expect_file("new", "one");
    assert_int_equal(chmod("new", 0640), 0);
    assert_int_equal(trod_file_write("new", TROD_STR("two"), NULL), TROD_OK);
    expect_file("new", "two");
    struct stat about;
    assert_int_equal(stat("new", &about), 0);
    assert_int_equal(about.st_mode & 0777, 0640);
    assert_int_equal(symlink("new", "link"), 0);
    assert_int_equal(trod_file_write("link", TROD_STR("three"), NULL), TROD_OK);
    expect_file("new", "three");
    assert_int_equal(lstat("link", &about), 0);
    assert_true(S_ISLNK(about.st_mode));
    assert_int_equal(trod_file_write("new", (trod_str){NULL, 0}, NULL), TROD_OK);
    expect_file("new", "");
    unlink("link");
    unlink("new");
}

static void writing_that_fails_leaves_the_old_file(void **state) {
    (void)state;
    struct trod_error error = {0};
    assert_int_equal(trod_file_write("/dev/full", TROD_STR("x"), &error), TROD_IO);
    assert_string_equal(error.message,
                        "/dev/full cannot be written: there is no room left on the disk");
    assert_int_equal(trod_file_write("/dev/null", TROD_STR("x"), NULL), TROD_OK);
    assert_int_equal(trod_file_write(".", TROD_STR("x"), NULL), TROD_NO_FILE);
    assert_int_equal(trod_file_write("no/such/folder", TROD_STR("x"), &error), TROD_NO_FILE);
    assert_string_equal(error.message,
                        "no/such/folder cannot be written: there is no folder no/such");
    assert_int_equal(trod_file_write("old", TROD_STR("old"), NULL), TROD_OK);
    /* A disk that fills up after 1000 bytes. */
    struct rlimit before;
    getrlimit(RLIMIT_FSIZE, &before);
    void (*const handler)(int) = signal(SIGXFSZ, SIG_IGN);
    const struct rlimit small = {1000, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    char text[5000];
    memset(text, 'n', sizeof text);
    const trod_status status = trod_file_write("old", (trod_str){text, sizeof text}, &error);
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, handler);
    assert_int_equal(status, TROD_IO);
    expect_file("old", "old");
    struct trod_arena *arena = trod_arena_make(0);
    trod_str *names = NULL;
    size_t n_names = 0; /* nothing was left lying about */
    assert_int_equal(trod_path_glob(arena, ".trod-*", &names, &n_names, NULL), TROD_NO_FILE);
    trod_arena_free(arena);
    unlink("old");
}

static void folders_and_endings(void **state) {
    (void)state;
    struct trod_arena *arena = trod_arena_make(0);
    assert_str(trod_path_folder(TROD_STR("a/b/c.csv")), "a/b");
    assert_str(trod_path_folder(TROD_STR("c.csv")), ".");
    assert_str(trod_path_folder(TROD_STR("/c.csv")), "/");
    assert_str(trod_path_folder(TROD_STR("a//c")), "a");
    assert_str(trod_path_folder(TROD_STR("")), ".");
    assert_str(trod_path_beside(arena, TROD_STR("a/b.journey"), TROD_STR("c.csv")), "a/c.csv");
    assert_str(trod_path_beside(arena, TROD_STR("b.journey"), TROD_STR("c.csv")), "c.csv");
    assert_str(trod_path_beside(arena, TROD_STR("a/b.journey"), TROD_STR("/c.csv")), "/c.csv");
    static const char *const endings[][2] = {{"a.CSV.gz", "csv"},
                                             {"a.csv", "csv"},
                                             {"a.b/c", ""},
                                             {"a.zst", ""},
                                             {"a.gz", ""},
                                             {".profile", ""},
                                             {"a.", ""},
                                             {"x/.hidden.XES.GZ", "xes"},
                                             {"", ""},
                                             {"a.b.JSONL.zst", "jsonl"},
                                             {"gz", ""},
                                             {"a.tar.GZ", "tar"}};
    for (size_t i = 0; i < TROD_COUNT(endings); i++)
        assert_str(trod_path_ending(arena, trod_str_of(endings[i][0])), endings[i][1]);
    trod_arena_free(arena);
}

static void patterns_stand_for_files(void **state) {
    (void)state;
    struct trod_arena *arena = trod_arena_make(0);
    trod_str *names = NULL;
    size_t n = 0;
    static const char *const files[] = {"b.csv", "a.csv", "C.csv", "d[1].csv", "e.txt"};
    for (size_t i = 0; i < TROD_COUNT(files); i++) put(files[i], TROD_STR(""));
    mkdir("folder.csv", 0777);
    assert_int_equal(trod_path_glob(arena, "*.csv", &names, &n, NULL), TROD_OK);
    assert_int_equal(n, 4);
    assert_str(names[0], "C.csv");
    assert_str(names[1], "a.csv");
    assert_str(names[3], "d[1].csv");
    assert_int_equal(trod_path_glob(arena, "d[1].csv", &names, &n, NULL), TROD_OK);
    assert_int_equal(n, 1);
    assert_str(names[0], "d[1].csv");
    assert_int_equal(trod_path_glob(arena, "absent.csv", &names, &n, NULL), TROD_OK);
    assert_str(names[0], "absent.csv");
    struct trod_error error = {0};
    assert_int_equal(trod_path_glob(arena, "*.xes", &names, &n, &error), TROD_NO_FILE);
    assert_string_equal(error.message, "no file has a name like *.xes");
    assert_int_equal(n, 0);
    for (size_t i = 0; i < TROD_COUNT(files); i++) unlink(files[i]);
    rmdir("folder.csv");
    trod_arena_free(arena);
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    const trod_str kinds[] = {BYTES(HELLO_GZ), BYTES(HELLO_ZST)};
    for (size_t i = 0; i < TROD_COUNT(kinds); i++) {
        uint64_t n = 1;
        for (;; n++) {
            struct trod_error error = {0};
            trod_memory_fail_at(n);
            const trod_status status = expand_bytes(kinds[i], 100, NULL, &error);
            trod_memory_fail_at(0);
            assert_int_equal(error.code, status);
            if (status == TROD_OK) break;
            assert_int_equal(status, TROD_NO_MEMORY);
        }
        assert_true(n > 3);
    }
    put("f", TROD_STR("x"));
    struct trod_buf bytes = {0};
    trod_memory_fail_at(1);
    assert_int_equal(trod_file_read("f", 10, &bytes, NULL), TROD_NO_MEMORY);
    trod_memory_fail_at(0);
    unlink("f");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expands_by_the_first_bytes),
        cmocka_unit_test(reads_standard_input),
        cmocka_unit_test(small_plain_files),
        cmocka_unit_test(members_follow_one_another),
        cmocka_unit_test(a_file_cut_short_is_named),
        cmocka_unit_test(damage_is_told_and_stays),
        cmocka_unit_test(bombs_are_stopped),
        cmocka_unit_test(what_cannot_be_opened),
        cmocka_unit_test(reads_whole_files),
        cmocka_unit_test(writes_aside_and_renames),
        cmocka_unit_test(writing_that_fails_leaves_the_old_file),
        cmocka_unit_test(folders_and_endings),
        cmocka_unit_test(patterns_stand_for_files),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}

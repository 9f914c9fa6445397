/* Changed, cut and missing bytes: found, named, and without harm to what is beside them. */
#include "kept.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "store/inside.h"

/* The names of the column files, in the order of the catalogue. */
static size_t file_names(struct trod_store *store, char names[8][40]) {
    struct trod_arena *const arena = trod_arena_make(0);
    struct trod_store_about about;
    struct trod_error error = {0};
    assert_int_equal(trod_store_about(store, arena, &about, &error), TROD_OK);
    assert_true(about.n_files <= 8);
    for (size_t i = 0; i < about.n_files; i++)
        snprintf(names[i], 40, "%.*s", TROD_ARG(about.files[i].name));
    const size_t n = about.n_files;
    trod_arena_free(arena);
    return n;
}

static void path_of(const struct kept *kept, const char *name, char path[200]) {
    snprintf(path, 200, "%s/.trod/%s%s", kept->folder, strstr(name, ".part") ? "log/" : "",
             name);
}

static void flip(const char *path, off_t at, unsigned char bits) {
    const int fd = open(path, O_RDWR);
    unsigned char byte = 0;
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &byte, 1, at), 1);
    byte ^= bits;
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    close(fd);
}

static off_t size_of(const char *path) {
    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    return about.st_size;
}

struct found {
    size_t n;
    char file[40], what[200];
    uint64_t block;
};

static struct found verify(struct trod_store *store) {
    struct trod_error error = {0};
    struct trod_arena *const arena = trod_arena_make(0);
    const struct trod_store_damage *damage = NULL;
    struct found found = {0};
    if (trod_store_verify(store, arena, &damage, &found.n, &error) != TROD_OK)
        fail_msg("%s", error.message);
    if (found.n) {
        snprintf(found.file, sizeof found.file, "%.*s", TROD_ARG(damage[0].file));
        snprintf(found.what, sizeof found.what, "%.*s", TROD_ARG(damage[0].what));
        found.block = damage[0].block;
    }
    trod_arena_free(arena);
    return found;
}

/* Every part but one can be read; whether that one can. */
static bool others_are_readable(struct trod_store *store, size_t damaged, size_t n_parts) {
    struct trod_parts *parts = NULL;
    struct trod_error error = {0};
    assert_int_equal(trod_store_parts(store, &parts, &error), TROD_OK);
    assert_int_equal(parts->n_parts, n_parts);
    struct trod_arena *const arena = trod_arena_make(0);
    bool readable = true;
    for (size_t i = 0; i < n_parts; i++) {
        const struct trod_part *part = NULL;
        struct trod_rows rows;
        trod_arena_reset(arena);
        trod_status status = parts->open(parts->owner, i, arena, &part, &error);
        if (status == TROD_OK)
            status = trod_part_unpack(part, 0, part->n_customers, arena, &rows, &error);
        if (i != damaged) assert_int_equal(status, TROD_OK);
        if (status == TROD_OK) continue;
        readable = false;
        assert_int_equal(status, TROD_BAD_INPUT);
        assert_true(error.message[0]);
    }
    trod_arena_free(arena);
    trod_parts_free(parts);
    return readable;
}

static void every_flipped_byte_is_named(void **state) {
    (void)state;
    struct kept kept = kept_make();
    struct events events = draw_events(1, 2000, 30000, 0);
    import_all(kept.store, &events, (struct import_options){.n_parts = 3});
    char names[8][40], path[200];
    const size_t n = file_names(kept.store, names);
    assert_int_equal(n, 3);
    path_of(&kept, names[1], path);
    const off_t size = size_of(path);
    assert_true(size > 65536 + 4096);
    struct trod_rng rng = {.seed = 8};
    unsigned n_refused = 0;
    for (off_t at = 0; at < size; at += at < 200 ? 3 : 1 + (off_t)trod_rng_below(&rng, 1200)) {
        const unsigned char bits = (unsigned char)(1 << trod_rng_below(&rng, 8));
        flip(path, at, bits);
        const struct found found = verify(kept.store);
        assert_int_equal(found.n, 1);
        assert_string_equal(found.file, names[1]);
        const off_t table_at = size - 8 * (size / 65536 + 2);
        if (at < table_at) {
            assert_int_equal(found.block, at / 65536);
            assert_string_equal(found.what, "its checksum is wrong");
        }
        n_refused += !others_are_readable(kept.store, 1, 3);
        flip(path, at, bits);
    }
    assert_true(n_refused > 60); /* heads and small sections are looked at as they are opened */
    assert_int_equal(verify(kept.store).n, 0);
    free(events.at);
    kept_free(&kept);
}

static void short_and_missing_files_are_named(void **state) {
    (void)state;
    struct kept kept = kept_make();
    struct trod_error error = {0};
    struct events events = draw_events(1, 200, 1500, 0);
    import_all(kept.store, &events, (struct import_options){.n_parts = 3});
    char names[8][40], path[200];
    file_names(kept.store, names);
    path_of(&kept, names[2], path);
    const off_t size = size_of(path);
    struct trod_buf whole = {0};
    assert_int_equal(trod_file_read(path, 1 << 24, &whole, &error), TROD_OK);
    for (off_t cut = 1; cut <= size; cut *= 3) {
        assert_int_equal(truncate(path, size - cut), 0);
        assert_false(others_are_readable(kept.store, 2, 3));
        const struct found found = verify(kept.store);
        assert_int_equal(found.n, 1);
        assert_true(found.block == UINT64_MAX);
        char want[100];
        snprintf(want, sizeof want, "it is %d bytes shorter than the catalogue says", (int)cut);
        assert_string_equal(found.what, want);
    }
    assert_int_equal(truncate(path, size + 10), 0);
    assert_string_equal(verify(kept.store).what,
                        "it is 10 bytes longer than the catalogue says");
    assert_int_equal(unlink(path), 0);
    assert_false(others_are_readable(kept.store, 2, 3));
    assert_string_equal(verify(kept.store).what, "it is not there");
    assert_null(answer_of_store(kept.store, &error));
    assert_non_null(strstr(error.message, names[2]));
    assert_non_null(strstr(error.hint, "trod log verify"));
    assert_int_equal(trod_file_write(path, trod_buf_str(&whole), &error), TROD_OK);
    assert_int_equal(verify(kept.store).n, 0);
    free(events.at);
    trod_buf_free(&whole);
    kept_free(&kept);
}

/* Changing an import in a copy of the store gives files that are right in themselves. */
static void files_of_another_log_are_not_taken(void **state) {
    (void)state;
    struct kept kept = kept_make(), twin = kept_make();
    struct events events = draw_events(1, 100, 500, 0);
    import_all(kept.store, &events, (struct import_options){0});
    snprintf(events.at[7].name, sizeof events.at[7].name, "%s",
             strcmp(events.at[7].name, "visit") == 0 ? "look" : "visit");
    import_all(twin.store, &events, (struct import_options){0});
    char names[8][40], a[200], b[200], command[500];
    file_names(kept.store, names);
    path_of(&kept, names[0], a);
    path_of(&twin, names[0], b);
    assert_int_equal(size_of(a), size_of(b));
    snprintf(command, sizeof command, "cp %s %s", b, a);
    assert_int_equal(system(command), 0);
    struct trod_error error = {0};
    assert_null(answer_of_store(kept.store, &error));
    assert_non_null(strstr(error.message, "not the file that the catalogue means"));
    assert_true(verify(kept.store).n > 0);
    free(events.at);
    kept_free(&kept);
    kept_free(&twin);
}

/* A part whose numbers go beyond the log's names, sources or fields is not handed out. */
static void numbers_beyond_the_log_are_refused(void **state) {
    (void)state;
    struct kept kept = kept_make();
    struct trod_error error = {0};
    struct events events = draw_events(1, 100, 500, 2);
    import_all(kept.store, &events, (struct import_options){0});
    for (int missing = 0; missing < 5; missing++) {
        struct store_parts *parts = NULL;
        const struct trod_part *part = NULL;
        struct trod_dict *const fewer = trod_dict_make(0);
        struct trod_arena *const arena = trod_arena_make(0);
        assert_int_equal(store_parts_read(kept.store, STORE_FILES, &parts, &error), TROD_OK);
        if (missing == 1) parts->parts.names = fewer;
        if (missing == 2) parts->parts.n_sources--;
        if (missing == 3) parts->parts.n_fields--;
        struct trod_parts_field fields[N_FIELDS];
        for (int f = 0; f < N_FIELDS; f++) fields[f] = parts->parts.fields[f];
        fields[FIELD_CHANNEL].fact = true;
        if (missing == 4) parts->parts.fields = fields;
        const trod_status status =
            parts->parts.open(parts->parts.owner, 0, arena, &part, &error);
        assert_int_equal(status, missing ? TROD_BAD_INPUT : TROD_OK);
        if (missing) assert_non_null(strstr(error.message, "damaged: "));
        trod_arena_free(arena);
        trod_parts_free(&parts->parts);
        trod_dict_free(fewer);
    }
    free(events.at);
    kept_free(&kept);
}

/* No byte of the catalogue can change so that another log is read and nobody says so. */
static void a_damaged_catalogue_is_told(void **state) {
    (void)state;
    struct kept kept = kept_make();
    struct trod_error error = {0};
    struct events events = draw_events(1, 100, 500, 0);
    import_all(kept.store, &events, (struct import_options){.n_parts = 2});
    import_all(kept.store, &events, (struct import_options){0});
    struct events all = {0};
    events_add_all(&all, &events);
    events_add_all(&all, &events);
    char *const want = answer_of_events(&all);
    trod_store_close(kept.store); /* the WAL is moved into the database */
    kept.store = NULL;
    char path[200];
    path_of(&kept, "catalogue.db", path);
    const off_t size = size_of(path);
    struct trod_rng rng = {.seed = 3};
    unsigned n_told = 0, n_tried = 0;
    for (off_t at = 0; at < size; at += at < 100 ? 1 : 1 + (off_t)trod_rng_below(&rng, 80)) {
        const unsigned char bits = (unsigned char)(1 << trod_rng_below(&rng, 8));
        unsigned char byte = 0;
        const int fd = open(path, O_RDONLY);
        assert_int_equal(pread(fd, &byte, 1, at), 1);
        close(fd);
        if (byte == 0 && at > 100 && at % 7) continue; /* mostly room that is free */
        flip(path, at, bits);
        n_tried++;
        struct trod_arena *const arena = trod_arena_make(0);
        const struct trod_store_damage *damage = NULL;
        size_t n_damage = 0;
        char *is = NULL;
        trod_status status =
            trod_store_open(kept.folder, TROD_STORE_READ, NULL, &kept.store, &error);
        if (status == TROD_OK) is = answer_of_store(kept.store, &error);
        if (status == TROD_OK)
            status = trod_store_verify(kept.store, arena, &damage, &n_damage, &error);
        const bool told = status != TROD_OK || n_damage > 0;
        if (is && strcmp(is, want) != 0 && !told)
            fail_msg("byte %d of the catalogue gives another answer in silence", (int)at);
        n_told += told;
        free(is);
        trod_store_close(kept.store);
        kept.store = NULL;
        trod_arena_free(arena);
        flip(path, at, bits);
    }
    assert_true(n_tried > 100 && n_told > n_tried / 4);
    free(want);
    free(events.at);
    free(all.at);
    kept_free(&kept);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_flipped_byte_is_named),
        cmocka_unit_test(short_and_missing_files_are_named),
        cmocka_unit_test(files_of_another_log_are_not_taken),
        cmocka_unit_test(numbers_beyond_the_log_are_refused),
        cmocka_unit_test(a_damaged_catalogue_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

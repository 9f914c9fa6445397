/* From a file's name to its events: opens it, tells the format by its first bytes (its name may
 * lie), and hands it to the reader of that format. What cannot be a log is told by name: an old
 * spreadsheet, a PDF, a database. */
#include <errno.h>
#include <sys/stat.h>

#include "intake/inside.h"

enum { BINARY_LOOK = 64 << 10 };

static const char *copy_text(struct trod_intake *intake, const char *text, bool *good) {
    if (!text) return NULL;
    const char *const copy = trod_arena_copy(intake->arena, trod_str_of(text)).at;
    *good &= copy != NULL;
    return copy;
}

static const char *const *copy_list(struct trod_intake *intake, const char *const *texts,
                                    size_t n, bool *good) {
    if (n == 0) return NULL;
    const char **const list = TROD_NEW_ARRAY(intake->arena, n, const char *);
    *good &= list != NULL;
    for (size_t i = 0; list && i < n; i++) list[i] = copy_text(intake, texts[i], good);
    return list;
}

static bool copy_options(struct trod_intake *intake,
                         const struct trod_intake_options *options) {
    struct trod_intake_options *const copy = &intake->options;
    bool good = true;
    *copy = *options;
    const char **const texts[] = {&copy->customer,  &copy->event,       &copy->time,
                                  &copy->end,       &copy->journey,     &copy->channel,
                                  &copy->worth,     &copy->time_format, &copy->time_zone,
                                  &copy->lifecycle, &copy->rejects,     &copy->folder};
    for (size_t i = 0; i < TROD_COUNT(texts); i++)
        *texts[i] = copy_text(intake, *texts[i], &good);
    copy->dates = copy_list(intake, options->dates, options->n_dates, &good);
    copy->profile = copy_list(intake, options->profile, options->n_profile, &good);
    return good;
}

static trod_status open_rejects(struct trod_intake *intake, struct trod_error *error) {
    if (!intake->options.rejects) return TROD_OK;
    intake->rejects_file = fopen(intake->options.rejects, "w");
    if (!intake->rejects_file) {
        const trod_status status = trod_fail(error, TROD_IO, "%s cannot be written: %s",
                                             intake->options.rejects, strerror(errno));
        trod_error_hint(error, "name another file with --rejects");
        return status;
    }
    fputs("file,line,reason,row\n", intake->rejects_file);
    return TROD_OK;
}

trod_status trod_intake_make(const struct trod_intake_options *options,
                             const struct trod_run *run, struct trod_intake **intake,
                             struct trod_error *error) {
    static const struct trod_intake_options none;
    trod_status status = TROD_OK;
    struct trod_intake *made = NULL;
    *intake = NULL;
    if (!options) options = &none;
    struct trod_arena *const arena = trod_arena_make((size_t)256 << 20);
    TROD_TRY_ALLOC(arena, error);
    made = TROD_NEW(arena, struct trod_intake);
    if (!made) {
        trod_arena_free(arena);
        return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    }
    made->arena = arena;
    made->run = run;
    if (!copy_options(made, options))
        TROD_TRY(trod_fail(error, TROD_NO_MEMORY, "there is not enough memory"));
    const char delimiter = options->delimiter;
    if (delimiter == '\n' || delimiter == '\r' || delimiter == '"') {
        status = trod_fail(error, TROD_BAD_OPTION,
                           "a line end or a quotation mark cannot separate values");
        trod_error_hint(error, "say one of , ; | or a tab");
        goto done;
    }
    made->journey_field = made->sink.identified_field = INTAKE_NONE;
    made->sink.gather = options->gather;
    if (!options->gather) {
        made->builder = made->sink.builder = trod_log_builder_make(run ? run->memory_bytes : 0);
        TROD_TRY_ALLOC(made->builder, error);
    }
    TROD_TRY(intake_sink_of_thread(made, 0, &made->sink, error));
    TROD_TRY(open_rejects(made, error));
    *intake = made;
    made = NULL;
done:
    trod_intake_free(made);
    return status;
}

void trod_intake_free(struct trod_intake *intake) {
    if (!intake) return;
    if (intake->rejects_file) fclose(intake->rejects_file);
    trod_log_builder_free(intake->builder);
    trod_arena_free(intake->arena);
}

void intake_set_pieces(struct trod_intake *intake, size_t chunk_bytes, size_t sample_rows) {
    intake->chunk_bytes = chunk_bytes;
    intake->sample_rows = sample_rows;
}

/* ---- What it is
 * --------------------------------------------------------------------------------- */

/* A file of another kind, by its first bytes. */
static trod_status check_kind(trod_str bytes, struct trod_error *error) {
    static const struct {
        const char *magic, *what, *hint;
    } kinds[] = {
        {"PK\x05\x06", "an empty zip archive", "name another file"},
        {"\xd0\xcf\x11\xe0", "an old spreadsheet (XLS), or one with a password",
         "save it as XLSX without a password, or the sheet as CSV"},
        {"SQLite format 3", "a SQLite database",
         "write the table to CSV: sqlite3 -csv -header FILE"},
        {"PAR1", "a Parquet file", "write it to CSV or JSON lines first"},
        {"%PDF", "a PDF", "trod reads CSV, JSON lines, XES and XLSX"},
        {"BZh", "compressed with bzip2", "expand it first, or use gzip or zstd"},
        {"\xfd"
         "7zXZ",
         "compressed with xz", "expand it first, or use gzip or zstd"},
    };
    for (size_t i = 0; i < TROD_COUNT(kinds); i++) {
        if (!trod_str_starts(bytes, trod_str_of(kinds[i].magic))) continue;
        const trod_status status =
            trod_fail(error, TROD_BAD_INPUT, "it is %s, not a log", kinds[i].what);
        trod_error_hint(error, "%s", kinds[i].hint);
        return status;
    }
    return TROD_OK;
}

static trod_status check_text(trod_str bytes, struct trod_error *error) {
    const size_t n = bytes.n < BINARY_LOOK ? bytes.n : BINARY_LOOK;
    if (n == 0 || !memchr(bytes.at, '\0', n)) return TROD_OK;
    const trod_status status =
        trod_fail(error, TROD_BAD_INPUT, "it is no text: it has NUL bytes in it");
    trod_error_hint(error, "trod reads CSV, JSON lines, XES and XLSX, also as .gz or .zst");
    return status;
}

static char first_letter(const struct intake_feed *feed) {
    for (size_t i = feed->used; i < feed->window.n; i++) {
        const char c = feed->window.at[i];
        if (c != ' ' && c != '\t' && c != '\r' && c != '\n') return c;
    }
    return '\0';
}

/* XML in UTF-16 is left to the XML reader. */
static bool is_wide_xml(trod_str bytes) {
    return trod_str_starts(bytes, (trod_str){"\xff\xfe<\0", 4}) ||
           trod_str_starts(bytes, (trod_str){"\xfe\xff\0<", 4});
}

static trod_status find_format(struct trod_intake *intake, struct intake_feed *feed,
                               enum trod_format *format, struct trod_error *error) {
    const trod_str bytes = {feed->window.at, feed->window.n};
    trod_status status = check_kind(bytes, error);
    if (status != TROD_OK) return status;
    *format = intake->options.format;
    if (trod_str_starts(bytes, TROD_STR("PK\x03\x04"))) {
        *format = TROD_FORMAT_XLSX;
        return TROD_OK;
    }
    if (*format == TROD_FORMAT_XLSX) {
        status = trod_fail(error, TROD_BAD_INPUT, "it is no spreadsheet (XLSX)");
        trod_error_hint(error, "leave out --input, and trod tells the format by the content");
        return status;
    }
    if (is_wide_xml(bytes)) {
        *format = TROD_FORMAT_XES;
        return TROD_OK;
    }
    status = intake_feed_decode(feed, error);
    if (status != TROD_OK) return status;
    if (*format == TROD_FORMAT_GUESS) {
        const char first = first_letter(feed);
        if (first == '[') {
            status =
                trod_fail(error, TROD_BAD_INPUT,
                          "it is one JSON array; trod reads JSON lines, one object a line");
            trod_error_hint(
                error, "write each object on a line of its own, for example with jq -c '.[]'");
            return status;
        }
        *format = first == '<'   ? TROD_FORMAT_XES
                  : first == '{' ? TROD_FORMAT_JSONL
                                 : TROD_FORMAT_CSV;
    }
    return check_text((trod_str){feed->window.at + feed->used, feed->window.n - feed->used},
                      error);
}

/* ---- Taking a file
 * ------------------------------------------------------------------------------ */

static trod_status new_file(struct trod_intake *intake, const char *name,
                            struct trod_intake_file **file, struct trod_error *error) {
    const char *const slash = strrchr(name, '/');
    const trod_str base = trod_str_of(strcmp(name, "-") == 0      ? "standard input"
                                      : slash && slash[1] != '\0' ? slash + 1
                                                                  : name);
    const trod_str copy = trod_arena_copy(intake->arena, base);
    if (!copy.at ||
        !TROD_PUSH(intake->arena, intake->files, intake->n_files, intake->room_files,
                   (struct trod_intake_file){
                       .name = copy, .said = TROD_STR(""), .warning = TROD_STR("")}))
        return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    *file = &intake->files[intake->n_files - 1]; /* in place until the next file */
    return TROD_OK;
}

static void update_report(struct trod_intake *intake) {
    intake->report = (struct trod_intake_report){.files = intake->files,
                                                 .n_files = intake->n_files,
                                                 .rejects = intake->rejects,
                                                 .n_rejects = intake->n_rejects,
                                                 .n_rejected = intake->n_rejected};
}

static trod_status no_sheets(trod_str sheet, struct trod_error *error) {
    const trod_status status =
        trod_fail(error, TROD_BAD_OPTION,
                  "it has no sheet \"%.*s\": only spreadsheets (XLSX) have sheets",
                  (int)trod_str_cut_cells(sheet, 60).n, sheet.at);
    trod_error_hint(error, "leave out what stands behind the \"#\"");
    return status;
}

/* Reads the whole of an open source; closes it. */
static trod_status take(struct trod_intake *intake, struct trod_source *source,
                        const char *name, trod_str sheet, const struct trod_map *map,
                        const struct trod_map_source *map_source, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct intake_feed feed = {
        .source = source, .run = intake->run, .name = name, .chunk = intake->chunk_bytes};
    struct intake_table table = {0};
    struct trod_intake_file *file = NULL;
    const size_t n_rejects = intake->n_rejects;
    TROD_TRY(new_file(intake, name, &file, error));
    if (strcmp(name, "-") == 0) feed.name = file->name.at;
    TROD_TRY(intake_table_init(&table, intake, file, map, map_source, error));
    TROD_TRY(intake_feed_open(&feed, error));
    TROD_TRY(find_format(intake, &feed, &file->format, error));
    if (sheet.at && file->format != TROD_FORMAT_XLSX) TROD_TRY(no_sheets(sheet, error));
    switch (file->format) {
    case TROD_FORMAT_XLSX:
        TROD_TRY(intake_xlsx(&table, &feed, sheet, error));
        break;
    case TROD_FORMAT_XES:
        TROD_TRY(intake_xes(&table, &feed, error));
        break;
    case TROD_FORMAT_JSONL:
        TROD_TRY(intake_jsonl(&table, &feed, error));
        break;
    case TROD_FORMAT_GUESS:
    case TROD_FORMAT_CSV:
        TROD_TRY(intake_csv(&table, &feed, error));
        break;
    }
done:
    if (file) file->n_bytes = feed.n_bytes;
    if (status != TROD_OK && error && !error->file[0])
        trod_error_place(error, feed.name ? feed.name : name, 0, 0);
    if (table.intake) intake_table_count(&table, &table.taker.counts);
    intake_order_rejects(intake, n_rejects);
    update_report(intake);
    intake_table_release(&table);
    intake_feed_close(&feed);
    return status;
}

trod_status intake_add_file(struct trod_intake *intake, const char *name,
                            const struct trod_map *map,
                            const struct trod_map_source *map_source,
                            struct trod_error *error) {
    const struct trod_source_options options = {0};
    struct trod_source *source = NULL;
    const size_t n = trod_path_sheet(trod_str_of(name));
    const trod_str path = trod_arena_copy(intake->arena, (trod_str){name, n});
    if (!path.at) return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    const trod_status status = trod_source_open(path.at, &options, &source, error);
    if (status != TROD_OK) return status;
    const trod_str sheet = trod_str_of(name[n] ? name + n + 1 : NULL);
    return take(intake, source, name, sheet, map, map_source, error);
}

/* Sets is_again if a file was added before, be it by another name. What is no plain file has
 * other content each time. */
static trod_status look_again(struct trod_intake *intake, const char *name,
                              struct trod_error *error) {
    struct stat about;
    intake->is_again = false;
    if (strcmp(name, "-") == 0 || stat(name, &about) != 0 || !S_ISREG(about.st_mode))
        return TROD_OK;
    const struct intake_place place = {(uint64_t)about.st_dev, (uint64_t)about.st_ino};
    for (size_t i = 0; i < intake->n_places && !intake->is_again; i++)
        intake->is_again = intake->places[i].device == place.device &&
                           intake->places[i].number == place.number;
    if (intake->is_again ||
        TROD_PUSH(intake->arena, intake->places, intake->n_places, intake->room_places, place))
        return TROD_OK;
    return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
}

trod_status trod_intake_add(struct trod_intake *intake, const char *name,
                            const struct trod_map *map, struct trod_error *error) {
    CHECK(!intake->finished);
    trod_status status = look_again(intake, name, error);
    if (status == TROD_OK)
        status = intake_add_file(intake, name, map, intake_source_of_file(map, name), error);
    intake->is_again = false;
    return status;
}

trod_status trod_intake_add_bytes(struct trod_intake *intake, trod_str bytes, const char *name,
                                  const struct trod_map *map, struct trod_error *error) {
    CHECK(!intake->finished);
    const struct trod_source_options options = {0};
    struct trod_source *source = NULL;
    const trod_status status = trod_source_open_bytes(bytes, name, &options, &source, error);
    if (status != TROD_OK) return status;
    const char *const mark = strchr(name, '#');
    const trod_str sheet = trod_str_of(mark ? mark + 1 : NULL);
    return take(intake, source, name, sheet, map, intake_source_of_file(map, name), error);
}

/* ---- The end
 * ------------------------------------------------------------------------------------- */

/* No event at all: says why, by the first rejected row or the first file. */
static trod_status nothing(const struct trod_intake *intake, struct trod_error *error) {
    trod_status status = TROD_BAD_INPUT;
    if (intake->n_rejects) {
        const struct trod_reject *const first = &intake->rejects[0];
        status = trod_fail(error, TROD_BAD_INPUT,
                           "no row could be taken: %llu were rejected, the first because %.*s",
                           (unsigned long long)intake->n_rejected, TROD_ARG(first->reason));
        trod_error_hint(error, "name the right columns with --customer, --event and --time");
        trod_error_place(error, first->file.at, (int64_t)first->line, 0);
        return status;
    }
    if (intake->n_files == 0) return trod_fail(error, TROD_BAD_INPUT, "no file was read");
    const struct trod_intake_file *const file = &intake->files[0];
    if (file->n_skipped)
        status = trod_fail(error, TROD_BAD_INPUT,
                           "no event is left: --lifecycle leaves out all %llu",
                           (unsigned long long)file->n_skipped);
    else
        status = trod_fail(error, TROD_BAD_INPUT, "there is no event to take: %s",
                           file->warning.n ? file->warning.at : "it holds none");
    trod_error_hint(error,
                    "a log has a header and one row an event, such as customer,event,time");
    trod_error_place(error, file->name.at, 0, 0);
    return status;
}

static trod_status close_rejects(struct trod_intake *intake, struct trod_error *error) {
    FILE *const file = intake->rejects_file;
    if (!file) return TROD_OK;
    intake->rejects_file = NULL;
    const bool failed = ferror(file) != 0;
    if (fclose(file) == 0 && !failed) return TROD_OK;
    return trod_fail(error, TROD_IO, "%s cannot be written: %s", intake->options.rejects,
                     strerror(errno));
}

static uint64_t count_events(const struct trod_intake *intake) {
    uint64_t n = 0;
    for (size_t i = 0; i < intake->n_files; i++) n += intake->files[i].n_events;
    return n;
}

trod_status trod_intake_finish(struct trod_intake *intake, struct trod_log **log,
                               struct trod_error *error) {
    *log = NULL;
    CHECK(!intake->finished);
    intake->finished = true;
    const trod_status closed = close_rejects(intake, error);
    if (closed != TROD_OK) return closed;
    if (count_events(intake) == 0) return nothing(intake, error);
    return intake->sink.gather ? TROD_OK : trod_log_builder_finish(intake->builder, log, error);
}

const struct trod_intake_report *trod_intake_report(const struct trod_intake *intake) {
    return &intake->report;
}

/* What came of a file as text, to compare one way of reading it with another: as a whole or in
 * pieces, by the builder or by a gatherer's hands on several threads. */
#ifndef TESTS_UNIT_INTAKE_PIECES_H
#define TESTS_UNIT_INTAKE_PIECES_H

#include "taken.h"

#include "intake/inside.h"

struct way {
    size_t chunk_bytes, sample_rows;
    unsigned n_threads; /* 0: the builder; else a gatherer, and so many */
};

/* The wide log of what was gathered. */
static inline void unpack(struct taken *taken, struct trod_gather *gather) {
    struct trod_parts *parts = NULL;
    if (taken->status == TROD_OK)
        taken->status = trod_gather_finish(gather, &parts, &taken->error);
    if (taken->status == TROD_OK)
        taken->status = trod_log_of_parts(parts, 0, NULL, &taken->log, &taken->error);
    if (parts) trod_parts_free(parts);
}

/* Takes texts, or files by their names. */
static inline struct taken take_any(const struct trod_intake_options *options,
                                    const struct trod_map *map, const trod_str *texts, size_t n,
                                    bool are_names, struct way way) {
    struct taken taken = {0};
    const struct trod_run run = {.n_threads = way.n_threads};
    struct trod_gather *gather = NULL;
    struct trod_intake_options used = *options;
    if (way.n_threads) {
        const struct trod_gather_options plain = {0};
        assert_int_equal(trod_gather_make(&plain, &run, &gather, NULL), TROD_OK);
        used.gather = gather;
    }
    taken.status =
        trod_intake_make(&used, way.n_threads ? &run : NULL, &taken.intake, &taken.error);
    assert_int_equal(taken.status, TROD_OK);
    intake_set_pieces(taken.intake, way.chunk_bytes, way.sample_rows);
    for (size_t i = 0; i < n; i++) {
        char name[20];
        snprintf(name, sizeof name, "log%zu", i);
        if (!are_names)
            taken_add(&taken, name, texts[i], map);
        else if (taken.status == TROD_OK)
            taken.status = trod_intake_add(taken.intake, texts[i].at, map, &taken.error);
    }
    taken_finish(&taken);
    if (gather) unpack(&taken, gather);
    trod_gather_free(gather);
    return taken;
}

static inline struct taken take_texts(const struct trod_intake_options *options,
                                      const struct trod_map *map, const trod_str *texts,
                                      size_t n, struct way way) {
    return take_any(options, map, texts, n, false, way);
}

static inline struct taken take_in(const struct trod_intake_options *options, trod_str bytes,
                                   struct way way) {
    return take_texts(options, NULL, &bytes, 1, way);
}

/* ---- A log as text, with customers and columns in the order of their names ---- */

static inline int by_text(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorts and joins texts, and frees them. */
static inline void add_sorted(struct trod_buf *out, char **texts, size_t n) {
    qsort(texts, n, sizeof *texts, by_text);
    for (size_t i = 0; i < n; i++) {
        trod_buf_adds(out, texts[i]);
        free(texts[i]);
    }
}

static inline void add_values(const struct trod_log *log, struct trod_buf *out, uint64_t event,
                              uint32_t customer, bool facts) {
    char *texts[64];
    size_t n = 0;
    for (uint32_t f = 0; f < log->n_fields && n < TROD_COUNT(texts); f++) {
        const struct trod_field *const field = &log->fields[f];
        const uint32_t code = field->fact == facts ? field->code[facts ? customer : event] : 0;
        if (code == 0) continue;
        /* A gatherer keeps the journey in a field even where the file has none for it. */
        if (trod_str_is(field->name, "case:concept:name")) continue;
        struct trod_buf text = {0};
        trod_buf_format(&text, " %.*s=%.*s", TROD_ARG(field->name),
                        TROD_ARG(trod_dict_at(field->values, code - 1)));
        texts[n++] = text.at;
    }
    add_sorted(out, texts, n);
}

static inline char *customer_text(const struct trod_log *log, uint32_t c) {
    struct trod_buf out = {0};
    trod_buf_format(&out, "%.*s", TROD_ARG(trod_dict_at(log->customers, c)));
    if (log->identified) trod_buf_adds(&out, log->identified[c] ? " (known)" : " (unknown)");
    add_values(log, &out, 0, c, true);
    trod_buf_adds(&out, ":\n");
    for (uint64_t e = log->first[c]; e < log->first[c + 1]; e++) {
        char at[40];
        trod_buf_format(&out, "  %.*s of %.*s",
                        TROD_ARG(trod_dict_at(log->names, log->name[e])),
                        TROD_ARG(log->sources[log->source[e]].name));
        if (log->time_us) trod_buf_format(&out, " @%s", trod_time_write(log->time_us[e], at));
        if (log->end_us) trod_buf_format(&out, " ..%s", trod_time_write(log->end_us[e], at));
        if (log->journey && log->journey[e])
            trod_buf_format(&out, " /%.*s",
                            TROD_ARG(trod_dict_at(log->journeys, log->journey[e] - 1)));
        add_values(log, &out, e, c, false);
        trod_buf_byte(&out, '\n');
    }
    assert_false(out.failed);
    return out.at;
}

static inline void add_log(const struct trod_log *log, struct trod_buf *out) {
    char **const texts = calloc(log->n_customers + 1, sizeof *texts);
    assert_non_null(texts);
    trod_buf_format(out, "%llu events\n", (unsigned long long)log->n_events);
    const uint32_t roles[] = {log->channel_field, log->worth_field};
    for (size_t i = 0; i < TROD_COUNT(roles); i++)
        if (roles[i] != TROD_NO_ID)
            trod_buf_format(out, "role %zu: %.*s\n", i, TROD_ARG(log->fields[roles[i]].name));
    for (uint32_t c = 0; c < log->n_customers; c++) texts[c] = customer_text(log, c);
    add_sorted(out, texts, log->n_customers);
    free(texts);
}

/* All that may be seen of it. */
static inline char *tell(struct taken *taken) {
    struct trod_buf out = {0};
    trod_buf_format(&out, "%d %s %s %lld\n", (int)taken->status, taken->error.message,
                    taken->error.hint, (long long)taken->error.line);
    const struct trod_intake_report *const report = taken->report;
    for (size_t i = 0; i < report->n_files; i++) {
        const struct trod_intake_file *const file = &report->files[i];
        if (taken->status == TROD_OK)
            trod_buf_format(&out, "%llu bytes\n", (unsigned long long)file->n_bytes);
        trod_buf_format(&out, "%llu rows %llu events %llu rejected %llu skipped\n",
                        (unsigned long long)file->n_rows, (unsigned long long)file->n_events,
                        (unsigned long long)file->n_rejected,
                        (unsigned long long)file->n_skipped);
        trod_buf_format(&out, "%.*s\n%.*s\n", TROD_ARG(file->said), TROD_ARG(file->warning));
    }
    trod_buf_format(&out, "%llu\n", (unsigned long long)report->n_rejected);
    for (size_t i = 0; i < report->n_rejects; i++)
        trod_buf_format(&out, "%llu: %.*s: %.*s\n", (unsigned long long)report->rejects[i].line,
                        TROD_ARG(report->rejects[i].reason), TROD_ARG(report->rejects[i].row));
    if (taken->log) add_log(taken->log, &out);
    assert_false(out.failed);
    return out.at;
}

/* Fails with the first line that differs. */
static inline void expect_text(const char *got, const char *expected, struct way way,
                               trod_str bytes) {
    if (strcmp(got, expected) == 0) return;
    size_t at = 0, line = 0;
    for (; got[at] == expected[at]; at++)
        if (got[at] == '\n') line = at + 1;
    for (size_t i = 0; i < bytes.n && i < 4000; i++)
        fprintf(stderr, bytes.at[i] < ' ' && bytes.at[i] != '\n' ? "\\x%02x" : "%c",
                (unsigned char)bytes.at[i]);
    fail_msg("in pieces of %zu after %zu rows by %u: %.*s; as a whole: %.*s", way.chunk_bytes,
             way.sample_rows, way.n_threads, (int)strcspn(got + line, "\n"), got + line,
             (int)strcspn(expected + line, "\n"), expected + line);
}

/* Every way that is the builder's, and two of the others in turn. With `strict` a row that is
 * none would be told before those that wait for the guess. */
static inline void expect_the_same(const struct trod_intake_options *options, trod_str bytes,
                                   const struct way *ways, size_t n_ways, unsigned turn) {
    struct taken whole = take_in(options, bytes, (struct way){0, options->strict ? 1 : 0, 0});
    char *const expected = tell(&whole);
    for (size_t i = 0; i < n_ways; i++) {
        if (ways[i].n_threads && (i + turn) % (n_ways / 2) != 0) continue;
        struct taken pieces = take_in(options, bytes, ways[i]);
        char *const got = tell(&pieces);
        expect_text(got, expected, ways[i], bytes);
        free(got);
        taken_free(&pieces);
    }
    free(expected);
    taken_free(&whole);
}

#endif

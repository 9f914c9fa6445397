/* A workspace for a test, logs of chance to keep in it, and the plain slow answer to what must
 * be in it afterwards. */
#ifndef TESTS_KEPT_H
#define TESTS_KEPT_H

#include "../unit.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "trod/store.h"

/* ---- Events, and the log that they should make ---- */

enum { NAMES = 6, CHANNELS = 4 };
static const char *const NAME[NAMES] = {"visit", "look", "order", "pay", "return", "call"};
static const char *const CHANNEL[CHANNELS] = {"web", "shop", "phone", NULL};
enum { FIELD_CHANNEL, FIELD_EID, FIELD_NOTE, FIELD_COUNTRY, N_FIELDS };
static const struct trod_parts_field FIELDS[N_FIELDS] = {
    {{"channel", 7}, false}, {{"eid", 3}, false}, {{"note", 4}, false}, {{"country", 7}, true}};

struct event {
    char customer[24], eid[24], note[32];
    char name[24];
    const char *channel;
    int64_t time_us; /* TROD_NO_TIME: none */
    uint32_t source;
    uint64_t set; /* drawn together */
};
struct events {
    struct event *at;
    size_t n, room;
};

static void events_add(struct events *events, struct event event) {
    if (events->n == events->room) {
        events->room = events->room ? events->room * 2 : 64;
        events->at = realloc(events->at, events->room * sizeof event);
    }
    events->at[events->n++] = event;
}

static inline void events_add_all(struct events *events, const struct events *more) {
    for (size_t i = 0; i < more->n; i++) events_add(events, more->at[i]);
}

static struct events draw_events(uint64_t seed, unsigned n_customers, unsigned n_events,
                                 uint32_t source) {
    struct trod_rng rng = {.seed = seed};
    struct events events = {0};
    for (unsigned i = 0; i < n_events; i++) {
        struct event event = {.channel = CHANNEL[trod_rng_below(&rng, CHANNELS)],
                              .time_us = (int64_t)(1700000000 + trod_rng_below(&rng, 90000)) *
                                         TROD_SECOND_US,
                              .source = source,
                              .set = seed};
        snprintf(event.customer, sizeof event.customer, "customer-%llu",
                 (unsigned long long)trod_rng_below(&rng, n_customers));
        snprintf(event.name, sizeof event.name, "%s", NAME[trod_rng_below(&rng, NAMES)]);
        snprintf(event.eid, sizeof event.eid, "e%llu-%u", (unsigned long long)seed, i);
        if (trod_rng_below(&rng, 4) == 0)
            snprintf(event.note, sizeof event.note, "note %llu",
                     (unsigned long long)trod_rng_u64(&rng) % 5000);
        events_add(&events, event);
    }
    return events;
}

/* Takes the time from every tenth event, but from none that is its customer's first. */
static inline void take_times(struct events *events) {
    for (size_t i = 9; i < events->n; i += 10)
        for (size_t k = 0; k < i; k++)
            if (strcmp(events->at[k].customer, events->at[i].customer) == 0)
                events->at[i].time_us = TROD_NO_TIME;
}

static void write_line(struct trod_buf *buf, const char *name, int64_t time_us, uint32_t source,
                       trod_str channel, trod_str eid, trod_str note) {
    char when[40];
    trod_buf_format(buf, " %s@%s/%u", name, trod_time_write(time_us, when), source);
    if (channel.n) trod_buf_format(buf, " channel=%.*s", TROD_ARG(channel));
    if (eid.n) trod_buf_format(buf, " eid=%.*s", TROD_ARG(eid));
    if (note.n) trod_buf_format(buf, " note=%.*s", TROD_ARG(note));
    trod_buf_adds(buf, ";");
}

struct placed {
    const struct event *event;
    uint64_t hash;
    size_t place;
};

/* By customer, then the order of adding: times are sorted in by insertion below. */
static int compare_placed(const void *a, const void *b) {
    const struct placed *const x = a, *const y = b;
    if (x->hash != y->hash) return x->hash < y->hash ? -1 : 1;
    const int order = strcmp(x->event->customer, y->event->customer);
    if (order) return order;
    return x->place < y->place ? -1 : 1;
}

static struct placed *place_events(const struct events *events) {
    struct placed *const placed = malloc((events->n + 1) * sizeof *placed);
    for (size_t i = 0; i < events->n; i++)
        placed[i] = (struct placed){&events->at[i],
                                    trod_customer_hash(trod_str_of(events->at[i].customer)), i};
    qsort(placed, events->n, sizeof *placed, compare_placed);
    /* Stable by time within the customer; one without a time goes with the one that was added
     * before it in the same set. */
    for (size_t from = 0; from < events->n;) {
        size_t end = from;
        while (end < events->n &&
               strcmp(placed[end].event->customer, placed[from].event->customer) == 0)
            end++;
        int64_t *const keys = malloc((end - from) * sizeof *keys);
        for (size_t i = from; i < end; i++) {
            size_t k = i;
            while (placed[k].event->time_us == TROD_NO_TIME ||
                   placed[k].event->set != placed[i].event->set)
                k--;
            keys[i - from] = placed[k].event->time_us;
        }
        for (size_t i = from + 1; i < end; i++)
            for (size_t j = i; j > from && keys[j - 1 - from] > keys[j - from]; j--) {
                const struct placed swap = placed[j];
                const int64_t key_swap = keys[j - from];
                placed[j] = placed[j - 1];
                keys[j - from] = keys[j - 1 - from];
                placed[j - 1] = swap;
                keys[j - 1 - from] = key_swap;
            }
        free(keys);
        from = end;
    }
    return placed;
}

/* What the log of these events reads like; to be freed. */
static char *answer_of_events(const struct events *events) {
    struct trod_buf buf = {0};
    struct placed *const placed = place_events(events);
    for (size_t i = 0; i < events->n; i++) {
        const struct event *const event = placed[i].event;
        if (i == 0 || strcmp(placed[i - 1].event->customer, event->customer) != 0)
            trod_buf_format(&buf, "%s%s (of %c):", i ? "\n" : "", event->customer,
                            event->customer[strlen(event->customer) - 1]);
        write_line(&buf, event->name, event->time_us, event->source,
                   trod_str_of(event->channel), trod_str_of(event->eid),
                   trod_str_of(event->note));
    }
    free(placed);
    assert_false(buf.failed);
    return buf.at ? buf.at : strdup("");
}

static trod_str rows_text(const struct trod_rows *rows, uint32_t field, uint32_t row) {
    for (size_t i = 0; i < rows->n_columns; i++) {
        const struct trod_rows_column *const column = &rows->columns[i];
        if (column->field != field) continue;
        if (!column->code) return column->text[row];
        return column->code[row] ? column->values[column->code[row] - 1] : (trod_str){NULL, 0};
    }
    return (trod_str){NULL, 0};
}

static void write_customer(struct trod_buf *buf, const struct trod_parts *parts,
                           const struct trod_rows *rows, uint32_t c) {
    trod_buf_format(buf, "%.*s (of %.*s):", TROD_ARG(rows->id[c]),
                    TROD_ARG(rows_text(rows, FIELD_COUNTRY, c)));
    for (uint32_t e = rows->first[c]; e < rows->first[c + 1]; e++)
        write_line(buf, trod_dict_at(parts->names, rows->name[e]).at,
                   rows->time_us ? rows->time_us[e] : TROD_NO_TIME, rows->source[e],
                   rows_text(rows, FIELD_CHANNEL, e), rows_text(rows, FIELD_EID, e),
                   rows_text(rows, FIELD_NOTE, e));
}

/* Looked up alone, the customer is the one that stands at the end of `buf` from `at` on. */
static void assert_single(const struct trod_parts *parts, trod_str id,
                          const struct trod_buf *buf, size_t at) {
    struct trod_error error = {0};
    struct trod_buf alone = {0};
    struct trod_rows rows;
    struct trod_arena *const arena = trod_arena_make(0);
    if (trod_parts_single(parts, id, arena, &rows, &error) != TROD_OK)
        fail_msg("%s", error.message);
    assert_int_equal(rows.n_customers, 1);
    write_customer(&alone, parts, &rows, 0);
    assert_string_equal(alone.at, buf->at + at);
    trod_buf_free(&alone);
    trod_arena_free(arena);
}

/* What the parts read like, and each customer looked up alone; NULL and the error if one of
 * them cannot be read. */
static char *answer_of_parts(const struct trod_parts *parts, struct trod_error *error) {
    struct trod_buf buf = {0};
    struct trod_arena *const arena = trod_arena_make(0);
    uint64_t n_events = 0, n_customers = 0;
    trod_status status = TROD_OK;
    for (size_t i = 0; status == TROD_OK && i < parts->n_parts; i++) {
        const struct trod_part *part = NULL;
        struct trod_rows rows = {0};
        trod_arena_reset(arena);
        status = parts->open(parts->owner, i, arena, &part, error);
        if (status == TROD_OK)
            status = trod_part_unpack(part, 0, part->n_customers, arena, &rows, error);
        if (status != TROD_OK) break;
        n_events += rows.n_events;
        n_customers += rows.n_customers;
        for (uint32_t c = 0; c < rows.n_customers; c++) {
            assert_true(rows.hash[c] >= parts->first_hash[i]);
            assert_true(i + 1 == parts->n_parts || rows.hash[c] < parts->first_hash[i + 1]);
            if (buf.n) trod_buf_byte(&buf, '\n');
            const size_t at = buf.n;
            write_customer(&buf, parts, &rows, c);
            assert_single(parts, rows.id[c], &buf, at);
        }
    }
    trod_arena_free(arena);
    assert_false(buf.failed);
    if (status != TROD_OK) {
        trod_buf_free(&buf);
        return NULL;
    }
    assert_int_equal(n_events, parts->n_events);
    assert_int_equal(n_customers, parts->n_customers);
    struct trod_rows nobody;
    struct trod_arena *const none = trod_arena_make(0);
    assert_int_equal(trod_parts_single(parts, TROD_STR("nobody"), none, &nobody, error),
                     TROD_OK);
    assert_int_equal(nobody.n_customers, 0);
    trod_arena_free(none);
    return buf.at ? buf.at : strdup("");
}

/* ---- Packing ---- */

/* A frame that goes on from `like` (may be NULL) with the names of the events. The dictionary
 * is to be freed. */
static struct trod_parts make_frame(const struct trod_parts *like, const struct events *events,
                                    struct trod_dict **names) {
    static const struct trod_parts_source SOURCES[] = {
        {.name = {"shop", 4}}, {.name = {"calls", 5}}, {.name = {"third", 5}}};
    *names = trod_dict_make(0);
    for (uint32_t i = 0; like && i < trod_dict_count(like->names); i++)
        trod_dict_add(*names, trod_dict_at(like->names, i));
    for (size_t i = 0; i < events->n; i++)
        trod_dict_add(*names, trod_str_of(events->at[i].name));
    return (struct trod_parts){.names = *names,
                               .fields = like && like->n_fields ? like->fields : FIELDS,
                               .n_fields = N_FIELDS,
                               .sources = like && like->n_sources ? like->sources : SOURCES,
                               .n_sources = TROD_COUNT(SOURCES),
                               .channel_field = FIELD_CHANNEL,
                               .worth_field = TROD_NO_ID,
                               .journey_field = TROD_NO_ID,
                               .id_field = TROD_NO_ID};
}

struct coded {
    struct trod_dict *dict;
    uint32_t *code;
    trod_str *values;
};

static void coded_make(struct coded *coded, uint32_t n, struct trod_arena *arena) {
    coded->dict = trod_dict_make(0);
    coded->code = TROD_NEW_ARRAY(arena, n, uint32_t);
}

static void coded_set(struct coded *coded, uint32_t row, const char *text) {
    coded->code[row] = text && *text ? trod_dict_add(coded->dict, trod_str_of(text)) + 1 : 0;
}

static struct trod_rows_column coded_column(struct coded *coded, uint32_t field,
                                            struct trod_arena *arena) {
    const uint32_t n = trod_dict_count(coded->dict);
    coded->values = TROD_NEW_ARRAY(arena, n, trod_str);
    for (uint32_t i = 0; i < n; i++)
        coded->values[i] = trod_arena_copy(arena, trod_dict_at(coded->dict, i));
    trod_dict_free(coded->dict);
    return (struct trod_rows_column){.field = field,
                                     .fact = FIELDS[field].fact,
                                     .code = coded->code,
                                     .values = coded->values,
                                     .n_values = n};
}

/* Rows of placed events from..to-1, packed, on the arena. The country is the last letter of the
 * id. */
static inline struct trod_packed pack_events(const struct placed *placed, size_t from, size_t to,
                                      const struct trod_dict *names, struct trod_arena *arena) {
    const uint32_t n = (uint32_t)(to - from);
    uint64_t *const hash = TROD_NEW_ARRAY(arena, n, uint64_t);
    trod_str *const id = TROD_NEW_ARRAY(arena, n, trod_str);
    uint32_t *const first = TROD_NEW_ARRAY(arena, n + 1, uint32_t);
    uint32_t *const name = TROD_NEW_ARRAY(arena, n, uint32_t);
    uint32_t *const source = TROD_NEW_ARRAY(arena, n, uint32_t);
    int64_t *const time_us = TROD_NEW_ARRAY(arena, n, int64_t);
    trod_str *const note = TROD_NEW_ARRAY(arena, n, trod_str);
    struct coded channel, eid, country;
    coded_make(&channel, n, arena);
    coded_make(&eid, n, arena);
    coded_make(&country, n, arena);
    uint32_t n_customers = 0;
    for (uint32_t i = 0; i < n; i++) {
        const struct event *const event = placed[from + i].event;
        const char *const customer = event->customer;
        if (i == 0 || strcmp(placed[from + i - 1].event->customer, customer) != 0) {
            hash[n_customers] = placed[from + i].hash;
            id[n_customers] = trod_str_of(customer);
            coded_set(&country, n_customers, customer + strlen(customer) - 1);
            first[n_customers++] = i;
        }
        name[i] = trod_dict_find(names, trod_str_of(event->name));
        source[i] = event->source;
        time_us[i] = event->time_us;
        coded_set(&channel, i, event->channel);
        coded_set(&eid, i, event->eid);
        if (event->note[0]) note[i] = trod_str_of(event->note);
    }
    first[n_customers] = n;
    const struct trod_rows_column columns[] = {
        coded_column(&channel, FIELD_CHANNEL, arena),
        coded_column(&eid, FIELD_EID, arena),
        {.field = FIELD_NOTE, .text = note},
        coded_column(&country, FIELD_COUNTRY, arena),
    };
    const struct trod_rows rows = {.n_customers = n_customers,
                                   .n_events = n,
                                   .hash = hash,
                                   .id = id,
                                   .first = first,
                                   .name = name,
                                   .time_us = time_us,
                                   .source = source,
                                   .columns = columns,
                                   .n_columns = TROD_COUNT(columns)};
    struct trod_packed packed;
    struct trod_error error = {0};
    if (trod_part_pack(&rows, arena, &packed, &error) != TROD_OK) fail_msg("%s", error.message);
    return packed;
}

/* ---- The workspace ---- */

struct kept {
    char folder[64];
    struct trod_store *store;
};

/* In memory where there is a file system for that: syncing takes no time there. */
static void kept_folder(struct kept *kept) {
    const bool memory = access("/dev/shm", W_OK) == 0;
    snprintf(kept->folder, sizeof kept->folder, "%s/trod-store-XXXXXX",
             memory ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(kept->folder));
}

static struct kept kept_make(void) {
    struct kept kept = {0};
    struct trod_error error = {0};
    kept_folder(&kept);
    if (trod_store_open(kept.folder, TROD_STORE_CREATE, NULL, &kept.store, &error) != TROD_OK)
        fail_msg("%s", error.message);
    return kept;
}

/* Removes a folder and what is in it, two folders deep. */
static void remove_folder(const char *folder, int depth) {
    DIR *const open_folder = opendir(folder);
    if (!open_folder) return;
    for (struct dirent *entry; (entry = readdir(open_folder));) {
        char name[400];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        snprintf(name, sizeof name, "%s/%s", folder, entry->d_name);
        if (unlink(name) != 0 && depth > 0) remove_folder(name, depth - 1);
    }
    closedir(open_folder);
    rmdir(folder);
}

static void kept_free(struct kept *kept) {
    trod_store_close(kept->store);
    remove_folder(kept->folder, 4);
    assert_int_not_equal(access(kept->folder, F_OK), 0);
}

struct import_options {
    unsigned n_parts; /* 0: 1 */
    bool clear, distinct, by_id;
    uint64_t n_dropped; /* out */
};

/* The n_parts slices of the events' customers, packed and added. */
static trod_status add_events(struct trod_change *change, const struct events *events,
                              const struct trod_dict *names, unsigned n_parts,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    struct placed *const placed = place_events(events);
    struct trod_arena *const arena = trod_arena_make(0);
    size_t from = 0;
    for (unsigned i = 0; status == TROD_OK && i < n_parts; i++) {
        size_t to = i + 1 == n_parts ? events->n : events->n * (i + 1) / n_parts;
        while (to > 0 && to < events->n && placed[to].hash == placed[to - 1].hash) to++;
        if (to <= from) continue;
        const struct trod_packed packed = pack_events(placed, from, to, names, arena);
        status = trod_change_add(change, &packed, error);
        from = to;
    }
    trod_arena_free(arena);
    free(placed);
    return status;
}

static inline trod_status import_events(struct trod_store *store, const struct events *events,
                                 struct import_options *options, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_change *change = NULL;
    struct trod_dict *names = NULL;
    TROD_TRY(trod_store_begin(store, 0, &change, error));
    if (options->clear) trod_change_clear(change);
    if (options->distinct) trod_change_distinct(change);
    struct trod_parts frame = make_frame(trod_change_parts(change), events, &names);
    if (options->by_id) frame.id_field = FIELD_EID;
    TROD_TRY(add_events(change, events, names, options->n_parts ? options->n_parts : 1, error));
    TROD_TRY(trod_change_frame(change, &frame, error));
    options->n_dropped = trod_change_dropped(change);
    const struct trod_store_import note = {.when_us = 1700000000 * TROD_SECOND_US,
                                           .what = TROD_STR("events.csv"),
                                           .n_rows = events->n,
                                           .n_events = events->n - options->n_dropped,
                                           .n_dropped = options->n_dropped};
    TROD_TRY(trod_change_note(change, &note, error));
    TROD_TRY(trod_change_commit(change, error));
done:
    trod_change_free(change);
    trod_dict_free(names);
    return status;
}

static void import_all(struct trod_store *store, const struct events *events,
                       struct import_options options) {
    struct trod_error error = {0};
    if (import_events(store, events, &options, &error) != TROD_OK)
        fail_msg("%s", error.message);
}

/* The same events into the inbox, a few at a time. */
static inline trod_status put_events(const struct kept *kept, const struct events *events,
                                     size_t at_once, bool with_ids, uint64_t *n_known,
                                     struct trod_error *error) {
    static const char *const SOURCE[] = {"shop", "calls", "third"};
    enum { MOST = 64, VALUES = 4 };
    trod_status status = TROD_OK;
    struct trod_inbox *inbox = NULL;
    struct trod_inbox_event out[MOST];
    struct trod_inbox_value values[MOST][VALUES];
    *n_known = 0;
    TROD_TRY(trod_inbox_open(kept->folder, NULL, &inbox, error));
    for (size_t from = 0; from < events->n; from += at_once) {
        const size_t n = events->n - from < at_once ? events->n - from : at_once;
        assert_true(n <= MOST);
        for (size_t i = 0; i < n; i++) {
            const struct event *const event = &events->at[from + i];
            values[i][0] = (struct trod_inbox_value){
                FIELDS[FIELD_CHANNEL].name,
                event->channel ? trod_str_of(event->channel) : TROD_STR(""), false};
            values[i][1] = (struct trod_inbox_value){FIELDS[FIELD_EID].name,
                                                     trod_str_of(event->eid), false};
            values[i][2] = (struct trod_inbox_value){FIELDS[FIELD_NOTE].name,
                                                     trod_str_of(event->note), false};
            values[i][3] = (struct trod_inbox_value){
                FIELDS[FIELD_COUNTRY].name,
                trod_str_of(event->customer + strlen(event->customer) - 1), true};
            out[i] = (struct trod_inbox_event){
                .customer = trod_str_of(event->customer),
                .name = trod_str_of(event->name),
                .time_us = event->time_us,
                .end_us = TROD_NO_TIME,
                .source = trod_str_of(SOURCE[event->source]),
                .message_id = with_ids ? trod_str_of(event->eid) : (trod_str){NULL, 0},
                .values = values[i],
                .n_values = VALUES,
            };
        }
        struct trod_inbox_answer answer = {0};
        TROD_TRY(trod_inbox_put(inbox, out, n, &answer, error));
        assert_int_equal(answer.n_kept + answer.n_known, n);
        *n_known += answer.n_known;
    }
done:
    trod_inbox_close(inbox);
    return status;
}

static inline void put_all(const struct kept *kept, const struct events *events) {
    struct trod_error error = {0};
    uint64_t n_known = 0;
    if (put_events(kept, events, 7, false, &n_known, &error) != TROD_OK)
        fail_msg("%s", error.message);
    assert_int_equal(n_known, 0);
}

/* What the store holds; NULL and the error if it cannot be read. */
static char *answer_of_store(struct trod_store *store, struct trod_error *error) {
    struct trod_parts *parts = NULL;
    if (trod_store_parts(store, &parts, error) != TROD_OK) return NULL;
    char *const answer = answer_of_parts(parts, error);
    trod_parts_free(parts);
    return answer;
}

static inline void assert_holds(struct trod_store *store, const struct events *events) {
    struct trod_error error = {0};
    char *const is = answer_of_store(store, &error);
    if (!is) fail_msg("%s", error.message);
    char *const want = answer_of_events(events);
    if (strcmp(is, want) != 0) {
        size_t at = 0;
        while (is[at] == want[at]) at++;
        const size_t from = at < 200 ? 0 : at - 200;
        fail_msg("at byte %zu is\n%.300s\nwant\n%.300s", at, is + from, want + from);
    }
    free(is);
    free(want);
}

static inline void assert_sound(struct trod_store *store) {
    struct trod_error error = {0};
    struct trod_arena *const arena = trod_arena_make(0);
    const struct trod_store_damage *damage = NULL;
    size_t n = 0;
    if (trod_store_verify(store, arena, &damage, &n, &error) != TROD_OK)
        fail_msg("%s", error.message);
    if (n) fail_msg("%.*s: %.*s", TROD_ARG(damage[0].file), TROD_ARG(damage[0].what));
    trod_arena_free(arena);
}

/* How often the bytes stand in the files of a folder. */
static size_t grep_folder(const char *folder, const char *bytes) {
    size_t found = 0;
    DIR *const open_folder = opendir(folder);
    assert_non_null(open_folder);
    for (struct dirent *entry; (entry = readdir(open_folder));) {
        char name[400];
        struct trod_buf buf = {0};
        snprintf(name, sizeof name, "%s/%s", folder, entry->d_name);
        if (trod_file_read(name, 1 << 28, &buf, NULL) != TROD_OK) continue;
        for (const char *at = buf.at;
             (at = memmem(at, (size_t)(buf.at + buf.n - at), bytes, strlen(bytes)));) {
            found++;
            at++;
        }
        trod_buf_free(&buf);
    }
    closedir(open_folder);
    return found;
}

static inline size_t grep(const struct kept *kept, const char *bytes) {
    char folder[100];
    snprintf(folder, sizeof folder, "%s/.trod", kept->folder);
    size_t found = grep_folder(folder, bytes);
    snprintf(folder, sizeof folder, "%s/.trod/log", kept->folder);
    return found + grep_folder(folder, bytes);
}

#endif

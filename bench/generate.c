/* generate: writes the log of the simulated shop, in the order in which its events arrive.
 *
 *     generate [--events N] [--seed S] [--names N] [--format csv|jsonl] [--threads N]
 *              [--customer K] [-o FILE]
 *
 * Customers are made one after the other, but rows come by time. So events go to 512 buckets by
 * time first: packed to 16 bytes, each bucket keeps 64 KiB in memory and writes what is above
 * to a file aside that has no name. Then bucket after bucket is read back, sorted by time
 * (equal times: by customer) and written. Memory does not grow with the log, but for a byte a
 * customer.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shop.h"

static const char HEADER[] = "customer,time,event,channel,country,plan,value\n";
enum { BUCKETS = 512, CHUNK = 4096 /* rows */, ROW_TEXT = 256 };
static const int64_t BUCKET_MS = (SHOP_CLOSED_MS - SHOP_OPENED_MS) / BUCKETS + 1;

struct options {
    uint64_t n_events, seed, customer;
    unsigned n_names, n_threads;
    bool jsonl, one;
    const char *file;
};
struct row {
    uint32_t ms; /* since the bucket began */
    uint32_t customer;
    uint32_t value_cents;
    uint16_t name;
    uint8_t channel, unused;
};
struct bucket {
    struct row *rows; /* [CHUNK], n of them held */
    size_t n;
    uint64_t *chunks; /* places in the file aside */
    size_t n_chunks;
};
struct people { /* by number of the customer: country * SHOP_PLANS + plan */
    uint8_t *what;
    size_t n, room;
};
struct world {
    const struct options *options;
    struct shop shop;
    struct bucket buckets[BUCKETS];
    struct people people;
    int aside;
    uint64_t n_aside; /* chunks */
    char names[SHOP_MOST_NAMES][24];
};

static void write_all(int fd, const char *at, size_t n) {
    while (n) {
        const ssize_t written = write(fd, at, n);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) shop_give_up(strerror(errno));
        at += written;
        n -= (size_t)written;
    }
}

/* ---- Into the buckets ----------------------------------------------------------------------
 */

static void put_aside(struct world *world, struct bucket *bucket) {
    const size_t n_bytes = CHUNK * sizeof *bucket->rows;
    bucket->chunks = realloc(bucket->chunks, (bucket->n_chunks + 1) * sizeof *bucket->chunks);
    if (!bucket->chunks) shop_give_up("there is not enough memory");
    bucket->chunks[bucket->n_chunks++] = world->n_aside;
    const off_t at = (off_t)(world->n_aside++ * n_bytes);
    if (pwrite(world->aside, bucket->rows, n_bytes, at) != (ssize_t)n_bytes)
        shop_give_up("the file aside cannot be written; is TMPDIR full?");
    bucket->n = 0;
}

static void take(void *owner, uint64_t number, const struct shop_customer *who,
                 const struct shop_event *events, size_t n) {
    struct world *world = owner;
    struct people *people = &world->people;
    if (people->n == people->room) {
        people->room = people->room ? people->room * 2 : 1 << 16;
        people->what = realloc(people->what, people->room);
        if (!people->what) shop_give_up("there is not enough memory");
    }
    people->what[people->n++] = (uint8_t)(who->country * SHOP_PLANS + who->plan);
    for (size_t i = 0; i < n; i++) {
        const int64_t since_ms = events[i].time_ms - SHOP_OPENED_MS;
        struct bucket *bucket = &world->buckets[since_ms / BUCKET_MS];
        if (!bucket->rows) bucket->rows = shop_room(CHUNK * sizeof *bucket->rows);
        if (bucket->n == CHUNK) put_aside(world, bucket);
        bucket->rows[bucket->n++] = (struct row){.ms = (uint32_t)(since_ms % BUCKET_MS),
                                                 .customer = (uint32_t)number,
                                                 .value_cents = events[i].value_cents,
                                                 .name = events[i].name,
                                                 .channel = events[i].channel};
    }
}

/* ---- Out of a bucket -----------------------------------------------------------------------
 */

/* Sorts by time; equal times stay in the order of customers, in which they came. */
static void sort_rows(struct row *rows, struct row *other, size_t n) {
    enum { BITS = 14 };
    static _Thread_local uint32_t at[1 << BITS];
    for (unsigned shift = 0; shift < 2 * BITS; shift += BITS) {
        memset(at, 0, sizeof at);
        for (size_t i = 0; i < n; i++) at[rows[i].ms >> shift & ((1 << BITS) - 1)]++;
        for (uint32_t i = 0, sum = 0; i < 1 << BITS; i++) {
            const uint32_t count = at[i];
            at[i] = sum;
            sum += count;
        }
        for (size_t i = 0; i < n; i++)
            other[at[rows[i].ms >> shift & ((1 << BITS) - 1)]++] = rows[i];
        struct row *swap = rows;
        rows = other;
        other = swap;
    }
}

static char *put_text(char *at, const char *text) {
    while (*text) *at++ = *text++;
    return at;
}
static char *put_number(char *at, uint64_t number) {
    char digits[20];
    size_t n = 0;
    do digits[n++] = (char)('0' + number % 10);
    while (number /= 10);
    while (n) *at++ = digits[--n];
    return at;
}
static char *put_cents(char *at, uint32_t cents) {
    at = put_number(at, cents / 100);
    *at++ = '.';
    *at++ = (char)('0' + cents / 10 % 10);
    *at++ = (char)('0' + cents % 10);
    return at;
}

struct shown { /* a row as it is written */
    uint64_t id, time_ms;
    const char *name, *channel, *country, *plan;
    uint32_t value_cents;
};
static char *put_csv(char *at, const struct shown *row) {
    at = put_number(at, row->id);
    *at++ = ',';
    at = put_number(at, row->time_ms);
    *at++ = ',';
    at = put_text(at, row->name);
    *at++ = ',';
    at = put_text(at, row->channel);
    *at++ = ',';
    at = put_text(at, row->country);
    *at++ = ',';
    at = put_text(at, row->plan);
    *at++ = ',';
    if (row->value_cents) at = put_cents(at, row->value_cents);
    *at++ = '\n';
    return at;
}
static char *put_jsonl(char *at, const struct shown *row) {
    at = put_text(at, "{\"customer\":\"");
    at = put_number(at, row->id);
    at = put_text(at, "\",\"time\":");
    at = put_number(at, row->time_ms);
    at = put_text(at, ",\"event\":\"");
    at = put_text(at, row->name);
    at = put_text(at, "\",\"channel\":\"");
    at = put_text(at, row->channel);
    at = put_text(at, "\",\"country\":\"");
    at = put_text(at, row->country);
    at = put_text(at, "\",\"plan\":\"");
    at = put_text(at, row->plan);
    *at++ = '"';
    if (row->value_cents) {
        at = put_text(at, ",\"value\":");
        at = put_cents(at, row->value_cents);
    }
    return put_text(at, "}\n");
}
static char *put_row(const struct options *options, char *at, const struct shown *row) {
    return options->jsonl ? put_jsonl(at, row) : put_csv(at, row);
}

/* What one block of work writes: the text of bucket first + i. */
struct texts {
    struct world *world;
    size_t first;
    char **text;
    size_t *n_bytes;
};
static trod_status write_bucket(void *owner, size_t i, struct trod_error *error) {
    (void)error;
    const struct texts *texts = owner;
    const struct world *world = texts->world;
    const struct bucket *bucket = &world->buckets[texts->first + i];
    const size_t n = bucket->n_chunks * CHUNK + bucket->n;
    struct row *rows = shop_room(2 * n * sizeof *rows);
    for (size_t c = 0; c < bucket->n_chunks; c++) {
        const ssize_t n_bytes = CHUNK * sizeof *rows;
        if (pread(world->aside, rows + c * CHUNK, (size_t)n_bytes,
                  (off_t)bucket->chunks[c] * n_bytes) != n_bytes)
            shop_give_up("the file aside cannot be read");
    }
    if (bucket->n)
        memcpy(rows + bucket->n_chunks * CHUNK, bucket->rows, bucket->n * sizeof *rows);
    sort_rows(rows, rows + n, n);

    size_t room = 1 << 20;
    char *text = shop_room(room), *at = text;
    const int64_t began_ms = SHOP_OPENED_MS + (int64_t)(texts->first + i) * BUCKET_MS;
    for (size_t r = 0; r < n; r++) {
        if ((size_t)(at - text) + ROW_TEXT > room) {
            const size_t n_bytes = (size_t)(at - text);
            text = realloc(text, room *= 2);
            if (!text) shop_give_up("there is not enough memory");
            at = text + n_bytes;
        }
        const unsigned what = world->people.what[rows[r].customer];
        const struct shown row = {.id = shop_id(rows[r].customer),
                                  .time_ms = (uint64_t)(began_ms + rows[r].ms),
                                  .name = world->names[rows[r].name],
                                  .channel = SHOP_CHANNEL[rows[r].channel],
                                  .country = SHOP_COUNTRY[what / SHOP_PLANS],
                                  .plan = SHOP_PLAN[what % SHOP_PLANS],
                                  .value_cents = rows[r].value_cents};
        at = put_row(world->options, at, &row);
    }
    free(rows);
    texts->text[i] = text;
    texts->n_bytes[i] = (size_t)(at - text);
    return TROD_OK;
}

static void write_log(struct world *world, const struct trod_run *run, int out) {
    const size_t width = trod_run_threads(run);
    struct texts texts = {.world = world,
                          .text = shop_room(width * sizeof *texts.text),
                          .n_bytes = shop_room(width * sizeof *texts.n_bytes)};
    for (size_t b = 0; b < BUCKETS; b += width) {
        texts.first = b;
        const size_t n = BUCKETS - b < width ? BUCKETS - b : width;
        struct trod_error error;
        if (trod_run_each(run, n, write_bucket, &texts, &error) != TROD_OK)
            shop_give_up(error.message);
        for (size_t i = 0; i < n; i++) {
            write_all(out, texts.text[i], texts.n_bytes[i]);
            free(texts.text[i]);
        }
    }
    free(texts.text);
    free(texts.n_bytes);
}

static void write_customer(struct world *world, int out) {
    struct shop_event *events = shop_room(SHOP_MOST_EVENTS * sizeof *events);
    struct shop_customer who;
    const size_t n = shop_visit(&world->shop, world->options->customer, &who, events);
    for (size_t i = 0; i < n; i++) {
        char text[ROW_TEXT];
        const struct shown row = {.id = who.id,
                                  .time_ms = (uint64_t)events[i].time_ms,
                                  .name = world->names[events[i].name],
                                  .channel = SHOP_CHANNEL[events[i].channel],
                                  .country = SHOP_COUNTRY[who.country],
                                  .plan = SHOP_PLAN[who.plan],
                                  .value_cents = events[i].value_cents};
        write_all(out, text, (size_t)(put_row(world->options, text, &row) - text));
    }
    free(events);
}

/* ---- The command line ----------------------------------------------------------------------
 */

static uint64_t number_of(const char *text, uint64_t least, uint64_t most) {
    char *end;
    errno = 0;
    const uint64_t number = strtoull(text, &end, 10);
    if (errno || end == text || *end || number < least || number > most) {
        fprintf(stderr, "generate: %s is no number from %llu to %llu\n", text,
                (unsigned long long)least, (unsigned long long)most);
        exit(2);
    }
    return number;
}

static void read_options(struct options *options, char **at) {
    for (; *at; at += 2) {
        const char *name = at[0], *value = at[1];
        if (!value) {
            fprintf(stderr, "generate: %s wants a value; the options stand in generate.c\n",
                    name);
            exit(2);
        }
        if (!strcmp(name, "--events"))
            options->n_events = number_of(value, 1, UINT32_MAX);
        else if (!strcmp(name, "--seed"))
            options->seed = number_of(value, 0, UINT64_MAX);
        else if (!strcmp(name, "--names"))
            options->n_names = (unsigned)number_of(value, SHOP_TOUCHPOINTS, SHOP_MOST_NAMES);
        else if (!strcmp(name, "--threads"))
            options->n_threads = (unsigned)number_of(value, 1, 256);
        else if (!strcmp(name, "--format") &&
                 (!strcmp(value, "csv") || !strcmp(value, "jsonl")))
            options->jsonl = !strcmp(value, "jsonl");
        else if (!strcmp(name, "--customer")) {
            options->one = true;
            options->customer = number_of(value, 0, UINT32_MAX);
        } else if (!strcmp(name, "-o"))
            options->file = value;
        else {
            fprintf(stderr, "generate: %s %s is not known; the options stand in generate.c\n",
                    name, value);
            exit(2);
        }
    }
}

static int open_aside(void) {
    const char *folder = getenv("TMPDIR");
    char name[4096];
    snprintf(name, sizeof name, "%s/trod-bench-XXXXXX", folder ? folder : "/tmp");
    const int fd = mkstemp(name);
    if (fd < 0) shop_give_up("no file can be made in TMPDIR");
    unlink(name);
    return fd;
}

int main(int argc, char **argv) {
    struct options options = {.n_events = 1000000, .seed = 1, .n_names = SHOP_TOUCHPOINTS};
    read_options(&options, argv + (argc > 0));
    const bool to_screen = !options.file || !strcmp(options.file, "-");
    const int out =
        to_screen ? STDOUT_FILENO : open(options.file, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (out < 0) shop_give_up(strerror(errno));
    struct world *world = shop_room(sizeof *world);
    memset(world, 0, sizeof *world);
    world->options = &options;
    shop_open(&world->shop, options.seed, options.n_names);
    for (unsigned i = 0; i < options.n_names; i++) shop_name(i, world->names[i]);
    if (!options.jsonl) write_all(out, HEADER, sizeof HEADER - 1);

    if (options.one) {
        write_customer(world, out);
    } else {
        const struct trod_run run = {.n_threads = options.n_threads};
        world->aside = open_aside();
        const uint64_t n = shop_each(&world->shop, options.n_events, &run, take, world);
        write_log(world, &run, out);
        fprintf(stderr, "%llu events of %llu customers\n", (unsigned long long)options.n_events,
                (unsigned long long)n);
    }
    if (close(out) != 0) shop_give_up(strerror(errno));
    for (size_t i = 0; i < BUCKETS; i++) {
        free(world->buckets[i].rows);
        free(world->buckets[i].chunks);
    }
    free(world->people.what);
    free(world);
    return 0;
}

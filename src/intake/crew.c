/* Whoever is free reads the next piece of the file and cuts it behind its last whole row, which
 * is quick and goes on under one lock, and then takes the rows, which is the work. What becomes
 * known in the order of the file alone waits in a ring of *shares*: line numbers, rejected
 * rows, errors. A chunk is *done* when all before it are, and the share of the lowest failing
 * one is what the caller sees, as if one thread had read the file from front to end.
 *
 * A member that meets a column that nobody has seen waits for its turn before it adds it, so
 * that columns are numbered in the order of the file, too. */
#include "intake/crew.h"

#include <pthread.h>

enum { SHARES_A_MEMBER = 4, MOST_MEMBERS = 64 };

/* What came of a chunk, until its turn. */
struct share {
    bool ready;
    struct intake_counts counts;
    struct intake_late late;
    uint64_t n_lines;
    trod_status status;
    struct trod_error error;
};

struct intake_crew {
    struct intake_table *table;
    struct intake_feed *feed;
    const struct intake_craft *craft;
    pthread_mutex_t reading;
    size_t n_cut; /* chunks so far; under `reading` */
    bool ended;
    pthread_mutex_t lock; /* over what follows */
    pthread_cond_t moved;
    size_t turn; /* the first chunk that is not done */
    bool stopped;
    uint64_t line; /* of the first row of that chunk */
    trod_status status;
    struct trod_error *error;
    struct share *shares; /* [n_shares] chunk i has i % n_shares */
    size_t n_shares;
    struct intake_member *members;
    size_t n_members;
};

/* Enters the share whose turn it is. */
static void enter(struct intake_crew *crew, struct share *share) {
    struct intake_table *const table = crew->table;
    intake_table_count(table, &share->counts);
    struct trod_error error = {0};
    trod_status status =
        intake_rejects_flush(table->intake, table->file, &share->late, crew->line, &error);
    if (status == TROD_OK) {
        status = share->status;
        error = share->error;
        if (error.line) error.line += (int64_t)crew->line - 1;
    }
    crew->line += share->n_lines;
    share->ready = false;
    crew->turn++;
    if (status == TROD_OK) return;
    crew->status = status;
    if (crew->error) *crew->error = error;
    crew->stopped = true;
}

/* Chunk i is through; enters all whose turn has come. */
static void finish(struct intake_crew *crew, size_t i) {
    pthread_mutex_lock(&crew->lock);
    crew->shares[i % crew->n_shares].ready = true;
    while (!crew->stopped && crew->shares[crew->turn % crew->n_shares].ready)
        enter(crew, &crew->shares[crew->turn % crew->n_shares]);
    pthread_cond_broadcast(&crew->moved);
    pthread_mutex_unlock(&crew->lock);
}

/* Waits for a free share. False: stopped. */
static bool wait_for_share(struct intake_crew *crew, size_t i) {
    pthread_mutex_lock(&crew->lock);
    while (!crew->stopped && i >= crew->turn + crew->n_shares)
        pthread_cond_wait(&crew->moved, &crew->lock);
    const bool free = !crew->stopped;
    pthread_mutex_unlock(&crew->lock);
    return free;
}

/* ---- Reading
 * ------------------------------------------------------------------------------------ */

/* Reads and cuts the next chunk into the member's bytes; chunk->n is 0 at the end. */
static trod_status read_chunk(struct intake_crew *crew, struct intake_member *member,
                              struct intake_chunk *chunk, struct trod_error *error) {
    struct intake_feed *const feed = crew->feed;
    struct trod_buf *const bytes = &member->bytes;
    trod_str rest = {feed->window.at + feed->used, feed->window.n - feed->used};
    trod_buf_clear(bytes);
    trod_buf_add(bytes, rest);
    chunk->place = intake_table_place(crew->table, feed->base + feed->used);
    bool more = bytes->n == 0;
    for (;;) {
        if (trod_run_cancelled(feed->run)) return trod_fail(error, TROD_CANCELLED, "stopped");
        if (more && !feed->ended) {
            const trod_status status = intake_feed_read(feed, bytes, error);
            if (status != TROD_OK) return status;
        } else if (!trod_buf_room(bytes, INTAKE_PADDING)) {
            break;
        }
        memset(bytes->at + bytes->n, 0, INTAKE_PADDING);
        chunk->at = bytes->at;
        chunk->n_seen = bytes->n;
        chunk->ended = feed->ended;
        const trod_status status = crew->craft->cut(crew->craft->owner, chunk, error);
        if (status != TROD_OK) return status;
        if (chunk->n || feed->ended) break;
        if (bytes->n > INTAKE_ROW_CEILING) return intake_row_too_long(error);
        more = true;
    }
    if (bytes->failed) return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    rest = trod_str_slice(trod_buf_str(bytes), chunk->n, bytes->n);
    feed->base += feed->used + chunk->n;
    feed->used = 0;
    trod_buf_clear(&feed->window);
    trod_buf_add(&feed->window, rest);
    if (!feed->window.failed) return TROD_OK;
    return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
}

/* The next chunk for a member; false if there is none for it. */
static bool next_chunk(struct intake_crew *crew, struct intake_member *member,
                       struct intake_chunk *chunk) {
    pthread_mutex_lock(&crew->reading);
    const size_t i = crew->n_cut;
    bool got = !crew->ended && wait_for_share(crew, i);
    if (got) {
        struct share *const share = &crew->shares[i % crew->n_shares];
        *chunk = (struct intake_chunk){.i = i};
        share->error = (struct trod_error){0};
        share->n_lines = 0;
        share->status = read_chunk(crew, member, chunk, &share->error);
        if (share->status != TROD_OK) trod_error_place(&share->error, "", 1, 0);
        got = share->status == TROD_OK && chunk->n;
        crew->ended = !got;
        crew->n_cut++;
        /* A failure to read is a chunk's, so that those before it count. */
        if (!got) finish(crew, i);
    }
    pthread_mutex_unlock(&crew->reading);
    return got;
}

/* ---- Taking
 * ------------------------------------------------------------------------------------- */

static void look(struct intake_crew *crew, struct intake_taker *taker) {
    pthread_mutex_lock(&crew->lock);
    intake_taker_look(taker);
    pthread_mutex_unlock(&crew->lock);
}

trod_status intake_crew_column(struct intake_member *member, trod_str name,
                               struct trod_error *error) {
    struct intake_crew *const crew = member->crew;
    struct intake_taker *const taker = member->taker;
    trod_status status = TROD_OK;
    pthread_mutex_lock(&crew->lock);
    while (!crew->stopped && crew->turn < member->chunk_i)
        pthread_cond_wait(&crew->moved, &crew->lock);
    if (crew->stopped) status = trod_fail(error, TROD_CANCELLED, "stopped");
    const size_t n_before = taker->n_columns;
    intake_taker_look(taker);
    bool known = false;
    for (size_t i = n_before; i < taker->n_columns; i++)
        known |= trod_str_equal(taker->columns[i].name, name);
    if (status == TROD_OK && !known) {
        uint32_t column = 0;
        status = intake_table_column(crew->table, name, INTAKE_ATTRIBUTE, &column, error);
        intake_taker_look(taker);
    }
    pthread_mutex_unlock(&crew->lock);
    return status;
}

/* Takes chunk after chunk. */
static trod_status work(void *owner, size_t i, struct trod_error *error) {
    struct intake_crew *const crew = owner;
    struct intake_member *const member = &crew->members[i];
    struct intake_taker *const taker = member->taker;
    struct intake_chunk chunk;
    (void)error;
    while (next_chunk(crew, member, &chunk)) {
        struct share *const share = &crew->shares[chunk.i % crew->n_shares];
        member->chunk_i = chunk.i;
        taker->late = &share->late;
        look(crew, taker);
        share->status = crew->craft->take(member, &chunk, &share->n_lines, &share->error);
        share->counts = taker->counts;
        taker->counts = (struct intake_counts){0};
        taker->late = NULL;
        finish(crew, chunk.i);
    }
    return TROD_OK;
}

static trod_status begin_members(struct intake_crew *crew, struct trod_error *error) {
    struct intake_table *const table = crew->table;
    trod_status status = TROD_OK;
    for (size_t i = 0; i < crew->n_members; i++) {
        struct intake_member *const member = &crew->members[i];
        *member = (struct intake_member){.crew = crew, .i = i};
        member->bytes.ceiling = 2 * (size_t)INTAKE_ROW_CEILING;
        member->taker = i == 0 ? &table->taker : &member->own;
        if (i) {
            struct intake_sink sink;
            TROD_TRY(intake_sink_of_thread(table->intake, i, &sink, error));
            intake_taker_init(&member->own, table, sink);
        }
        TROD_TRY(crew->craft->begin(crew->craft->owner, member, error));
    }
done:
    return status;
}

static void end_members(struct intake_crew *crew) {
    for (size_t i = 0; i < crew->n_members; i++) {
        struct intake_member *const member = &crew->members[i];
        if (!member->crew) break;
        crew->craft->end(member);
        trod_buf_free(&member->bytes);
        if (i) intake_taker_release(&member->own);
    }
    for (size_t i = 0; i < crew->n_shares; i++) intake_late_release(&crew->shares[i].late);
}

/* One thread for what is nearly all read, or where the sink is for one thread. */
static size_t count_members(const struct intake_table *table, const struct intake_feed *feed) {
    if (table->intake->sink.builder) return 1;
    if (feed->ended && feed->window.n - feed->used < feed->chunk / 4) return 1;
    const unsigned n = trod_run_threads(table->intake->run);
    return n < MOST_MEMBERS ? n : MOST_MEMBERS;
}

trod_status intake_crew_run(struct intake_table *table, struct intake_feed *feed, uint64_t line,
                            const struct intake_craft *craft, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct intake_crew crew = {.table = table,
                               .feed = feed,
                               .craft = craft,
                               .line = line,
                               .status = TROD_OK,
                               .error = error,
                               .n_members = count_members(table, feed)};
    pthread_mutex_init(&crew.reading, NULL);
    pthread_mutex_init(&crew.lock, NULL);
    pthread_cond_init(&crew.moved, NULL);
    struct trod_run run = {.n_threads = (unsigned)crew.n_members};
    crew.n_shares = crew.n_members * SHARES_A_MEMBER;
    intake_table_count(table, &table->taker.counts);
    crew.members = TROD_NEW_ARRAY(table->arena, crew.n_members, struct intake_member);
    crew.shares = TROD_NEW_ARRAY(table->arena, crew.n_shares, struct share);
    if (!crew.shares) crew.n_shares = 0;
    TROD_TRY_ALLOC(crew.members, error);
    TROD_TRY_ALLOC(crew.shares, error);
    TROD_TRY(begin_members(&crew, error));
    /* Cancelling is looked for where chunks are read, so that it has its place among them. */
    TROD_TRY(trod_run_each(&run, crew.n_members, work, &crew, error));
    status = crew.status;
done:
    if (crew.members) end_members(&crew);
    table->taker.late = NULL;
    pthread_cond_destroy(&crew.moved);
    pthread_mutex_destroy(&crew.lock);
    pthread_mutex_destroy(&crew.reading);
    return status;
}

/* SQLite, as far as the store needs it. A database is for one thread at a time. */
#ifndef STORE_SQLITE_DOOR_H
#define STORE_SQLITE_DOOR_H

#include "trod/base.h"

struct store_db;
enum store_db_mode { STORE_DB_READ, STORE_DB_WRITE, STORE_DB_CREATE };
/* WAL, every commit synced, deleted content overwritten, ten seconds of patience. A database
 * that lies where nothing may be written is read as it is. */
trod_status store_db_open(const char *name, enum store_db_mode mode, struct store_db **db,
                          struct trod_error *error);
void store_db_close(struct store_db *db);

/* Statements without answers, with ";" between them. */
trod_status store_db_run(struct store_db *db, const char *sql, struct trod_error *error);
/* The number in the first column of the first row; `missing` if there is no row or it is NULL.
 */
trod_status store_db_number(struct store_db *db, const char *sql, int64_t missing,
                            int64_t *number, struct trod_error *error);
/* How many rows the last statement inserted, changed or deleted. */
uint64_t store_db_changes(struct store_db *db);
/* Ends a transaction that is under way, without a word. */
void store_db_roll_back(struct store_db *db);
/* Moves all of the WAL into the database and leaves the WAL empty. TROD_BUSY if a reader is in
 * the way for longer than the patience. */
trod_status store_db_checkpoint(struct store_db *db, struct trod_error *error);
/* What is wrong with the database, on the arena; {NULL, 0}: nothing. */
trod_status store_db_check(struct store_db *db, struct trod_arena *arena, trod_str *what,
                           struct trod_error *error);

struct store_query;
trod_status store_query_make(struct store_db *db, const char *sql, struct store_query **query,
                             struct trod_error *error);
void store_query_free(struct store_query *query);
/* Parameters count from 1, columns from 0. A text is copied; at == NULL is NULL. */
void store_query_set(struct store_query *query, int parameter, int64_t number);
void store_query_set_text(struct store_query *query, int parameter, trod_str text);
/* The same as bytes that are no text. */
void store_query_set_bytes(struct store_query *query, int parameter, trod_str bytes);
void store_query_set_null(struct store_query *query, int parameter);
/* The next row; after the last (*row false) it can be run again with other parameters. */
trod_status store_query_next(struct store_query *query, bool *row, struct trod_error *error);
/* For statements without answers: runs it. */
trod_status store_query_run(struct store_query *query, struct trod_error *error);
bool store_query_is_null(struct store_query *query, int column);
int64_t store_query_number(struct store_query *query, int column);
/* Lives until the next row. */
trod_str store_query_text(struct store_query *query, int column);

/* From now on SQLite's writes, syncs and removals count for trod_store_fail_at, in databases
 * that are opened afterwards. */
void store_db_watch(void);

#endif

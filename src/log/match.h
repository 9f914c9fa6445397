/* A match of the map bound to a log, and the names that stand for touchpoints without one. */
#ifndef LOG_MATCH_H
#define LOG_MATCH_H

#include "log/filter.h"
#include "log/inside.h"

struct log_match {
    bool never;               /* no event of this log can meet it */
    uint32_t name;            /* the event's name; TROD_NO_ID: any */
    struct trod_bits sources; /* of the log; no words: any */
    struct log_test *tests;   /* all of them */
    size_t n_tests;
};
/* Binds a match with all that narrows it. */
TROD_MUST trod_status log_match_bind(const struct trod_log *log, const struct trod_map *map,
                                     const struct trod_match *match, struct trod_arena *arena,
                                     struct log_match *bound, struct trod_error *error);
bool log_match_holds(const struct log_match *match, const struct trod_log *log, uint64_t event,
                     uint32_t customer);
/* The map's source that a source of the log stands for, or TROD_NO_ID: its id is the source's
 * name, or the name of its file without folder and endings. */
uint32_t log_source_of(const struct trod_map *map, trod_str name);

/* For each event name the touchpoints that it stands for, in map order. */
struct log_name {
    const uint32_t *touchpoints;
    size_t n;
};
struct log_names {
    const struct log_name *of; /* [names of the log] */
};
TROD_MUST trod_status log_names_make(const struct trod_log *log, const struct trod_map *map,
                                     struct trod_arena *arena, struct log_names *names,
                                     struct trod_error *error);

#endif

/* discover: the journey that the events tell, as a process tree. trod/mine.h includes this
 * header.
 *
 * The Inductive Miner looks for a *cut*: a way to part the names of the events so that what
 * happens in one part and in another is exclusive, one after the other, in any order, or done
 * again. Each part is mined on its own. Where no cut is there, follows that are rare beside the
 * most frequent one from the same event are passed over; where that is of no help, a *fallback*
 * holds what happened by allowing more than happened, and is named as such.
 *
 * Without noise, and from paths, every journey of the log fits the tree.
 */
#ifndef TROD_MINE_DISCOVER_H
#define TROD_MINE_DISCOVER_H

#include "trod/mine.h"

enum trod_fallback_kind {
    TROD_FALLBACK_ONCE,       /* one event, which is in every journey once: at any place */
    TROD_FALLBACK_ANYWHERE,   /* one event, at any place, so that the rest can be parted */
    TROD_FALLBACK_ROUNDS,     /* from an end to a beginning: rounds of the same */
    TROD_FALLBACK_BEGINNINGS, /* at each beginning a new round of the same */
    TROD_FALLBACK_FLOWER,     /* anything, as often as one likes: the log shows no order */
};
/* "an event once, anywhere" … */
const char *trod_fallback_word(enum trod_fallback_kind kind);
struct trod_fallback {
    enum trod_fallback_kind kind;
    const uint32_t *names; /* the event; or all that are in it */
    size_t n;
};
struct trod_discover_options {
    double noise; /* 0 to 1: a follow is passed over that is not above this share of the most
                   * frequent one from the same event; so are journeys that skip a part */
    size_t most_names; /* only so many of the most frequent events; 0: all */
    bool by_follows; /* from the follows graph alone, for logs whose paths outgrow the memory */
};
struct trod_discovered {
    struct trod_picked picked;
    const struct trod_dict *names; /* the log's */
    struct trod_name_counts nodes; /* of the log, kept or not */
    const struct trod_tree *tree;  /* in its shortest form; labels are the log's texts */
    bool by_follows;               /* made from the follows graph */
    const struct trod_fallback *fallbacks;
    size_t n_fallbacks;
    const uint32_t *kept; /* [n_kept] names that were mined, most frequent first */
    size_t n_kept;
    const uint32_t *noise; /* [n_noise] names that were mined and are not in the tree */
    size_t n_noise;
    struct trod_paths *paths; /* of the log, whole; owned; NULL by follows */
    uint64_t n_paths;         /* distinct ones that were mined; 0 by follows */
    uint64_t n_empty;         /* journeys without any of the kept events: not mined */
    struct trod_arena *arena; /* owned */
};
/* Errors: TROD_BAD_INPUT without journeys, TROD_TOO_MUCH above 1,000 names. Time: a few ns an
 * event of the distinct paths, as often as the tree is deep. */
TROD_MUST trod_status trod_discover_make(const struct trod_question *question,
                                         const struct trod_discover_options *options,
                                         struct trod_discovered **discovered,
                                         struct trod_error *error);
void trod_discovered_free(struct trod_discovered *discovered);

#endif

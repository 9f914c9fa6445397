/* What the files that forget share. */
#ifndef STORE_FORGET_H
#define STORE_FORGET_H

#include "store/change.h"

/* If something was forgotten since: moves all of SQLite's log into the database and empties it,
 * so that what was deleted is in neither; of the catalogue and of the inbox. */
trod_status store_scrub(struct trod_store *store, struct trod_error *error);
/* How often an id is still found anywhere in .trod. */
trod_status store_look_for(struct trod_store *store, trod_str id, const struct trod_run *run,
                           uint64_t *n_left, struct trod_error *error);

#endif

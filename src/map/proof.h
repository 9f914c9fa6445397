/* proof: the "[research, note]" at the end of a line, and what escapes it. */
#ifndef MAP_PROOF_H
#define MAP_PROOF_H

#include "map/doc.h"

/* What the end of a line is made of. */
struct map_tail {
    trod_str text;  /* without proof and outer blanks, escapes still in it */
    size_t literal; /* backslashes at the end of `text` to leave out when it is unescaped … */
    size_t literal_from; /* … and where they stand; what follows them stays */
    trod_str research, note;
    size_t research_at;
};
struct map_tail map_proof_read(trod_str line);
/* The text without its escapes, copied only if it has any; {NULL, 0} without memory. */
trod_str map_proof_unescape(const struct map_tail *tail, struct trod_arena *arena);
/* Adds a text so that it reads back as itself at the end of a line without a proof. */
void map_proof_escape(struct trod_buf *out, trod_str text);

#endif

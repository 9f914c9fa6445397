/* Between a source and the libraries that expand its bytes: one small machine for each, which
 * takes pieces of input and gives pieces of output. */
#ifndef BASE_EXPAND_H
#define BASE_EXPAND_H

#include <stdbool.h>
#include <stddef.h>

enum expand_result {
    EXPAND_MORE,     /* go on: give more input or more room */
    EXPAND_BOUNDARY, /* a member or frame is whole here; input may end, or another may begin */
    EXPAND_BROKEN,   /* the bytes are damaged; `why` says how, in a few words */
    EXPAND_NO_MEMORY,
};
struct expand_step {
    const char *in;
    size_t n_in; /* both move on as input is taken */
    char *out;
    size_t n_out; /* both move on as output is given */
    const char *why;
};

struct gzip_door;
struct gzip_door *base_gzip_make(void);
void base_gzip_free(struct gzip_door *gzip);
enum expand_result base_gzip_step(struct gzip_door *gzip, struct expand_step *step);

struct zstd_door;
struct zstd_door *base_zstd_make(void);
void base_zstd_free(struct zstd_door *zstd);
enum expand_result base_zstd_step(struct zstd_door *zstd, struct expand_step *step);

#endif

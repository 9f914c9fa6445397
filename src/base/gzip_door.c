/* The door to zlib. A gzip file is a row of members, each with its own checksum; between them
 * and after the last one zero bytes may stand as padding. */
#include <stdlib.h>

#define ZLIB_CONST
#include <zlib.h>

#include "base/alloc.h"
#include "base/expand.h"

struct gzip_door {
    z_stream stream;
    bool between; /* members: what comes is padding or a new header */
};

static void *zlib_alloc(void *owner, unsigned n, unsigned size) {
    (void)owner;
    size_t bytes = 0;
    return __builtin_mul_overflow((size_t)n, (size_t)size, &bytes) ? NULL : base_alloc(bytes);
}

static void zlib_free(void *owner, void *at) {
    (void)owner;
    free(at);
}

struct gzip_door *base_gzip_make(void) {
    struct gzip_door *const gzip = base_alloc_zeroed(sizeof *gzip);
    if (!gzip) return NULL;
    gzip->stream.zalloc = zlib_alloc;
    gzip->stream.zfree = zlib_free;
    if (inflateInit2(&gzip->stream, 15 + 16) != Z_OK) { /* 16: gzip headers and nothing else */
        free(gzip);
        return NULL;
    }
    return gzip;
}

void base_gzip_free(struct gzip_door *gzip) {
    if (!gzip) return;
    inflateEnd(&gzip->stream);
    free(gzip);
}

enum expand_result base_gzip_step(struct gzip_door *gzip, struct expand_step *step) {
    if (gzip->between) {
        while (step->n_in && *step->in == 0) {
            step->in++;
            step->n_in--;
        }
        if (step->n_in == 0) return EXPAND_BOUNDARY;
        if (*step->in != 0x1f) {
            step->why = "what follows its compressed part is no gzip";
            return EXPAND_BROKEN;
        }
        inflateReset(&gzip->stream);
        gzip->between = false;
    }
    const unsigned most = 1u << 30;
    const unsigned in = step->n_in < most ? (unsigned)step->n_in : most;
    const unsigned out = step->n_out < most ? (unsigned)step->n_out : most;
    gzip->stream.next_in = (const Bytef *)step->in;
    gzip->stream.avail_in = in;
    gzip->stream.next_out = (Bytef *)step->out;
    gzip->stream.avail_out = out;
    const int result = inflate(&gzip->stream, Z_NO_FLUSH);
    step->in += in - gzip->stream.avail_in;
    step->n_in -= in - gzip->stream.avail_in;
    step->out += out - gzip->stream.avail_out;
    step->n_out -= out - gzip->stream.avail_out;
    switch (result) {
    case Z_OK:
    case Z_BUF_ERROR:
        return EXPAND_MORE;
    case Z_STREAM_END:
        gzip->between = true;
        return EXPAND_BOUNDARY;
    case Z_MEM_ERROR:
        return EXPAND_NO_MEMORY;
    default:
        break;
    }
    step->why = gzip->stream.msg ? gzip->stream.msg : "the compressed bytes are damaged";
    return EXPAND_BROKEN;
}

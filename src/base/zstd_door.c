/* The door to zstd. Frames follow one another; a window above 128 MiB is refused by the
 * library's own default, so memory is bounded. */
#include <stdlib.h>

#include <zstd.h>
#include <zstd_errors.h>

#include "base/alloc.h"
#include "base/expand.h"

struct zstd_door {
    ZSTD_DStream *stream;
};

struct zstd_door *base_zstd_make(void) {
    struct zstd_door *const zstd = base_alloc_zeroed(sizeof *zstd);
    if (!zstd) return NULL;
    zstd->stream = base_alloc_fails() ? NULL : ZSTD_createDStream();
    if (!zstd->stream) {
        free(zstd);
        return NULL;
    }
    return zstd;
}

void base_zstd_free(struct zstd_door *zstd) {
    if (!zstd) return;
    ZSTD_freeDStream(zstd->stream);
    free(zstd);
}

enum expand_result base_zstd_step(struct zstd_door *zstd, struct expand_step *step) {
    ZSTD_inBuffer in = {step->in, step->n_in, 0};
    ZSTD_outBuffer out = {step->out, step->n_out, 0};
    const size_t result = ZSTD_decompressStream(zstd->stream, &out, &in);
    step->in += in.pos;
    step->n_in -= in.pos;
    step->out += out.pos;
    step->n_out -= out.pos;
    if (!ZSTD_isError(result)) return result == 0 ? EXPAND_BOUNDARY : EXPAND_MORE;
    if (ZSTD_getErrorCode(result) == ZSTD_error_memory_allocation) return EXPAND_NO_MEMORY;
    step->why = ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge
                    ? "it was compressed with a window above 128 MiB; compress it with "
                      "--long=27 or less"
                    : ZSTD_getErrorName(result);
    return EXPAND_BROKEN;
}

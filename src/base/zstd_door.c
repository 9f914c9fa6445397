/* The door to zstd. In a stream frames follow one another; a window above 128 MiB is refused by
 * the library's own default, so memory is bounded. Single blocks are expanded with a context on
 * the stack, so that reading a column needs no memory and cannot fail for want of it. */
#include <stdalign.h>
#include <stdlib.h>

/* For ZSTD_initStaticDCtx: not promised to stay, so a library that needs more room than we have
 * is asked in the ordinary way. */
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>
#include <zstd_errors.h>

#include "base/alloc.h"
#include "base/expand.h"
#include "trod/base/squeeze.h"

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

struct trod_squeezer {
    ZSTD_CCtx *context;
    int level;
};

struct trod_squeezer *trod_squeezer_make(int level) {
    struct trod_squeezer *const squeezer = base_alloc_zeroed(sizeof *squeezer);
    if (!squeezer) return NULL;
    squeezer->level = level;
    squeezer->context = base_alloc_fails() ? NULL : ZSTD_createCCtx();
    if (!squeezer->context) {
        free(squeezer);
        return NULL;
    }
    return squeezer;
}

void trod_squeezer_free(struct trod_squeezer *squeezer) {
    if (!squeezer) return;
    ZSTD_freeCCtx(squeezer->context);
    free(squeezer);
}

size_t trod_squeeze_room(size_t n) {
    return ZSTD_compressBound(n);
}

size_t trod_squeeze(struct trod_squeezer *squeezer, const void *at, size_t n, void *to,
                    size_t room) {
    const size_t n_to = ZSTD_compressCCtx(squeezer->context, to, room, at, n, squeezer->level);
    return ZSTD_isError(n_to) ? 0 : n_to;
}

size_t trod_unsqueezer_bytes(void) {
    return ZSTD_estimateDCtxSize();
}

struct trod_unsqueezer *trod_unsqueezer_make(void *room, size_t n_bytes) {
    return (struct trod_unsqueezer *)ZSTD_initStaticDCtx(room, n_bytes);
}

uint64_t trod_unsqueezed_bytes(const void *at, size_t n) {
    const unsigned long long n_to = ZSTD_getFrameContentSize(at, n);
    return n_to == ZSTD_CONTENTSIZE_UNKNOWN || n_to == ZSTD_CONTENTSIZE_ERROR ? UINT64_MAX
                                                                              : n_to;
}

/* Apart, so that only those who have no context pay for the stack. */
static __attribute__((noinline)) size_t expand_on_stack(const void *at, size_t n, void *to,
                                                        size_t n_to) {
    enum { ROOM = 160 << 10 };
    alignas(64) char room[ROOM];
    ZSTD_DCtx *const context = ZSTD_initStaticDCtx(room, ROOM);
    return context ? ZSTD_decompressDCtx(context, to, n_to, at, n)
                   : ZSTD_decompress(to, n_to, at, n);
}

bool trod_unsqueeze(struct trod_unsqueezer *unsqueezer, const void *at, size_t n, void *to,
                    size_t n_to) {
    const size_t got = unsqueezer
                           ? ZSTD_decompressDCtx((ZSTD_DCtx *)unsqueezer, to, n_to, at, n)
                           : expand_on_stack(at, n, to, n_to);
    return !ZSTD_isError(got) && got == n_to;
}

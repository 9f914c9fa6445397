/* fuzz_filter: any bytes as the text of --where. */
#include <stdlib.h>

#include "trod/map.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static unsigned depth_of(const struct trod_filter *filter) {
    if (!filter || filter->kind == TROD_FILTER_COND) return 0;
    const unsigned a = depth_of(filter->a), b = depth_of(filter->b);
    return 1 + (a > b ? a : b);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    struct trod_arena *const arena = trod_arena_make((size_t)256 << 20);
    if (!arena) return 0;
    const struct trod_filter *filter = NULL;
    struct trod_error error = {0};
    const trod_status status =
        trod_filter_read((trod_str){(const char *)bytes, n}, arena, &filter, &error);
    if ((status == TROD_OK) != (filter != NULL)) abort();
    if (status != TROD_OK && !error.message[0]) abort();
    if (depth_of(filter) > 200 * 32) abort();
    trod_arena_free(arena);
    return 0;
}

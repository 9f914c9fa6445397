/* fuzz_map: any bytes as a map. They are read with advice, and spaced anew if they can be: the
 * spacing of what was spaced must be the same again. */
#include <stdlib.h>

#include "trod/map.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void space_twice(trod_str text) {
    struct trod_buf once = {0}, twice = {0};
    if (trod_map_format(text, "fuzz.journey", &once, NULL) == TROD_OK) {
        if (trod_map_format(trod_buf_str(&once), "fuzz.journey", &twice, NULL) != TROD_OK)
            abort();
        if (!trod_str_equal(trod_buf_str(&once), trod_buf_str(&twice))) abort();
    }
    trod_buf_free(&once);
    trod_buf_free(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    const trod_str text = {(const char *)bytes, n};
    const struct trod_map_options options = {
        .no_files = true, .advice = true, .today_us = INT64_C(1741564800) * TROD_SECOND_US};
    struct trod_map *map = NULL;
    struct trod_report report = {0};
    struct trod_error error = {0};
    const trod_status status =
        trod_map_read_text(text, "fuzz.journey", &options, &map, &report, &error);
    if ((status == TROD_OK) != (map != NULL)) abort();
    if (status == TROD_BAD_INPUT && report.n_errors == 0) abort();
    trod_map_free(map);
    trod_report_release(&report);
    space_twice(text);
    return 0;
}

/* fuzz_twin: any bytes as a JSON twin, or, if they do not begin with "{", as a map.
 *
 * What a twin gives is spaced as trod spaces maps; and a sound map comes out of its twin as its own
 * text in that spacing.
 */
#include <stdlib.h>

#include "trod/map.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void is_spaced(trod_str text) {
    struct trod_buf again = {0};
    if (trod_map_format(text, "fuzz.journey", &again, NULL) == TROD_OK &&
        !trod_str_equal(text, trod_buf_str(&again)))
        abort();
    trod_buf_free(&again);
}

/* Text to twin to text. */
static void survives(trod_str text) {
    const struct trod_map_options options = {.no_files = true};
    struct trod_map *map = NULL;
    struct trod_buf spaced = {0}, twin = {0}, again = {0};
    if (trod_map_read_text(text, "fuzz.journey", &options, &map, NULL, NULL) == TROD_OK) {
        if (trod_map_format(text, "fuzz.journey", &spaced, NULL) != TROD_OK) abort();
        if (trod_map_to_json(map, &twin, NULL) != TROD_OK) abort();
        if (trod_map_from_json(trod_buf_str(&twin), "fuzz.json", &again, NULL) != TROD_OK) abort();
        if (!trod_str_equal(trod_buf_str(&spaced), trod_buf_str(&again))) abort();
    }
    trod_map_free(map);
    trod_buf_free(&spaced);
    trod_buf_free(&twin);
    trod_buf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    const trod_str input = {(const char *)bytes, n};
    struct trod_buf text = {0};
    struct trod_error error = {0};
    if (n && bytes[0] != '{') {
        survives(input);
        return 0;
    }
    const trod_status status = trod_map_from_json(input, "fuzz.json", &text, &error);
    if (status == TROD_OK) {
        is_spaced(trod_buf_str(&text));
        survives(trod_buf_str(&text));
    } else if (!error.message[0]) {
        abort();
    }
    trod_buf_free(&text);
    return 0;
}

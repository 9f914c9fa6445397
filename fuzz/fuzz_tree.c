/* fuzz_tree: any bytes as a process tree. The map that it gives is sound, and its tree gives the
 * same map again. */
#include <stdlib.h>

#include "trod/map.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void comes_back(trod_str text) {
    const struct trod_map_options options = {.no_files = true};
    struct trod_map *map = NULL;
    struct trod_buf tree = {0}, lost = {0}, again = {0};
    if (trod_map_read_text(text, "fuzz.journey", &options, &map, NULL, NULL) != TROD_OK) abort();
    if (trod_map_to_tree(map, &tree, &lost, NULL) != TROD_OK) abort();
    if (trod_map_from_tree(trod_buf_str(&tree), "fuzz.tree.txt", &again, NULL) != TROD_OK) abort();
    if (!trod_str_equal(text, trod_buf_str(&again))) abort();
    trod_map_free(map);
    trod_buf_free(&tree);
    trod_buf_free(&lost);
    trod_buf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    const trod_str tree = {(const char *)bytes, n};
    struct trod_buf text = {0};
    struct trod_error error = {0};
    const trod_status status = trod_map_from_tree(tree, "fuzz.tree.txt", &text, &error);
    if (status == TROD_OK)
        comes_back(trod_buf_str(&text));
    else if (!error.message[0])
        abort();
    trod_buf_free(&text);
    return 0;
}

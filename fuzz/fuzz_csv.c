/* CSV, with the columns guessed, with them said, and as a source of a map. */
#include "intake.h"

#define TROD_STATIC(text) \
    { (text), sizeof(text) - 1 }

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    const struct trod_intake_options guessed = {.format = TROD_FORMAT_CSV};
    const struct trod_intake_options said = {.format = TROD_FORMAT_CSV,
                                             .customer = "a",
                                             .event = "b",
                                             .journey = "c",
                                             .delimiter = ';',
                                             .time = "",
                                             .lifecycle = n & 1 ? "complete" : NULL};
    static const trod_str same[] = {TROD_STATIC("a"), TROD_STATIC("b"), TROD_STATIC("c")};
    static const trod_str facts[] = {TROD_STATIC("x")};
    static const struct trod_map_source source = {
        .id = TROD_STATIC("s"), .person = TROD_STATIC("a"), .profile = {facts, 1}};
    static const struct trod_map map = {.sources = &source,
                                        .n_sources = 1,
                                        .same_person = {same, 3},
                                        .per = TROD_PER_FIELD,
                                        .per_field = TROD_STATIC("b")};
    take_all(&guessed, NULL, bytes, n);
    take_all(&guessed, &map, bytes, n);
    take_all(&said, NULL, bytes, n);
    return 0;
}

/* CSV, with the columns guessed and with them said. */
#include "intake.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    const struct trod_intake_options guessed = {.format = TROD_FORMAT_CSV};
    const struct trod_intake_options said = {.format = TROD_FORMAT_CSV,
                                             .customer = "a",
                                             .event = "b",
                                             .journey = "c",
                                             .delimiter = ';',
                                             .time = "",
                                             .lifecycle = n & 1 ? "complete" : NULL};
    take_all(&guessed, bytes, n);
    take_all(&said, bytes, n);
    return 0;
}

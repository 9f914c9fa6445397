/* JSON lines, with the columns guessed and with them said. */
#include "intake.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    const struct trod_intake_options guessed = {.format = TROD_FORMAT_JSONL};
    const struct trod_intake_options said = {
        .format = TROD_FORMAT_JSONL, .customer = "a", .event = "b", .end = "c", .time = "d"};
    take_all(&guessed, NULL, bytes, n);
    take_all(&said, NULL, bytes, n);
    return 0;
}

/* XES by both doors: the fast one, and the one for a file with a DOCTYPE. */
#include <stdlib.h>

#include "intake.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    static const char doctype[] = "<!DOCTYPE log>";
    const struct trod_intake_options plain = {.format = TROD_FORMAT_XES};
    const struct trod_intake_options said = {
        .format = TROD_FORMAT_XES, .customer = "a", .lifecycle = "start"};
    take_all(&plain, NULL, bytes, n);
    take_all(&said, NULL, bytes, n);
    uint8_t *const slow = malloc(n + sizeof doctype);
    if (!slow) return 0;
    memcpy(slow, doctype, sizeof doctype - 1);
    if (n) memcpy(slow + sizeof doctype - 1, bytes, n);
    take_all(&plain, NULL, slow, n + sizeof doctype - 1);
    free(slow);
    return 0;
}

/* The door to C++: doubles as text, by std::from_chars and std::to_chars. */
#include <charconv>
#include <system_error>

#include "base/number.h"

extern "C" bool base_number_read(const char *at, size_t n, double *value) {
    const auto result = std::from_chars(at, at + n, *value, std::chars_format::general);
    return result.ec == std::errc() && result.ptr == at + n;
}

extern "C" int base_number_digits(double value, char digits[32], int *power) {
    /* d.ddde±pp */
    char text[40];
    const auto result =
        std::to_chars(text, text + sizeof text, value, std::chars_format::scientific);
    int n = 0;
    const char *at = text;
    for (; at < result.ptr && *at != 'e'; at++)
        if (*at != '.') digits[n++] = *at;
    const char *const exponent = at + (at[1] == '+' ? 2 : 1);
    std::from_chars(exponent, static_cast<const char *>(result.ptr), *power);
    return n;
}

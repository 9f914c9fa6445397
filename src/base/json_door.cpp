/* The door to C++: simdjson, and doubles as text by std::from_chars and std::to_chars. The
 * library is used without exceptions, and every allocation here is a nothrow one. Only what the
 * walk visits is checked by the on-demand parser, and the walk visits everything. */
#include <charconv>
#include <new>
#include <string_view>
#include <system_error>

#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

#include "base/json_door.h"
#include "base/number.h"

using namespace simdjson;

struct json_door {
    ondemand::parser parser;
};

extern "C" struct json_door *base_json_door_make(void) {
    return new (std::nothrow) json_door;
}

extern "C" void base_json_door_free(struct json_door *door) {
    delete door;
}

extern "C" size_t base_json_padding(void) {
    return SIMDJSON_PADDING;
}

namespace {

/* A code of the library, or that the builder stopped. */
constexpr error_code STOPPED = NUM_ERROR_CODES;

error_code walk_array(ondemand::array &array, json_builder *builder);
error_code walk_object(ondemand::object &object, json_builder *builder);

template <typename value_type> error_code walk_value(value_type &value, json_builder *builder) {
    std::string_view token;
    if (const error_code code =
            simdjson_result<std::string_view>(value.raw_json_token()).get(token))
        return code;
    switch (token.empty() ? '\0' : token[0]) {
    case '[': {
        ondemand::array array;
        if (const error_code code = value.get_array().get(array)) return code;
        return walk_array(array, builder);
    }
    case '{': {
        ondemand::object object;
        if (const error_code code = value.get_object().get(object)) return code;
        return walk_object(object, builder);
    }
    case '"': {
        std::string_view text;
        if (const error_code code = value.get_string().get(text)) return code;
        return base_json_on_text(builder, text.data(), text.size()) ? SUCCESS : STOPPED;
    }
    case ']':
    case '}':
    case ',':
    case ':':
        return TAPE_ERROR;
    default:
        break;
    }
    while (!token.empty() && (token.back() == ' ' || token.back() == '\t' ||
                              token.back() == '\n' || token.back() == '\r'))
        token.remove_suffix(1);
    return base_json_on_word(builder, token.data(), token.size()) ? SUCCESS : STOPPED;
}

error_code walk_array(ondemand::array &array, json_builder *builder) {
    if (!base_json_on_begin(builder, false)) return STOPPED;
    for (auto element : array) {
        ondemand::value value;
        if (const error_code code = element.get(value)) return code;
        if (const error_code code = walk_value(value, builder)) return code;
    }
    return base_json_on_end(builder) ? SUCCESS : STOPPED;
}

error_code walk_object(ondemand::object &object, json_builder *builder) {
    if (!base_json_on_begin(builder, true)) return STOPPED;
    for (auto member : object) {
        ondemand::field field;
        if (const error_code code = std::move(member).get(field)) return code;
        std::string_view key;
        if (const error_code code = field.unescaped_key().get(key)) return code;
        if (!base_json_on_key(builder, key.data(), key.size())) return STOPPED;
        ondemand::value value = field.value();
        if (const error_code code = walk_value(value, builder)) return code;
    }
    return base_json_on_end(builder) ? SUCCESS : STOPPED;
}

const char *reason(error_code code) {
    switch (code) {
    case EMPTY:
        return "it is empty";
    case UTF8_ERROR:
        return "it is not valid UTF-8";
    case UNCLOSED_STRING:
        return "a text is not closed by \"";
    case UNESCAPED_CHARS:
        return "a text holds a line break or control character, which must be "
               "written as \\n or \\u00..";
    case STRING_ERROR:
        return "a text has a \\ that begins nothing known";
    case INCOMPLETE_ARRAY_OR_OBJECT:
        return "it ends before its last bracket is closed";
    case TRAILING_CONTENT:
        return "more follows after its end";
    default:
        return "a comma, colon or bracket is missing here or too much";
    }
}

/* The whole document; the place is asked for while its iterator lives. */
error_code walk_document(json_door *door, const char *padded, size_t n, json_builder *builder,
                         size_t *offset) {
    ondemand::document document;
    if (const error_code code =
            door->parser.iterate(padded, n, n + SIMDJSON_PADDING).get(document))
        return code;
    error_code code = walk_value(document, builder);
    const char *at = nullptr;
    const error_code located = document.current_location().get(at);
    if (code == SUCCESS && located != OUT_OF_BOUNDS) code = TRAILING_CONTENT;
    if (code != SUCCESS && !located && at >= padded && at <= padded + n)
        *offset = static_cast<size_t>(at - padded);
    return code;
}

} // namespace

extern "C" enum json_walk_result base_json_walk(struct json_door *door, const char *padded,
                                                size_t n, struct json_builder *builder,
                                                struct json_walk *walk) {
    walk->offset = n;
    walk->why = nullptr;
    if (door->parser.capacity() < n) { /* in powers of two, so that rows of one file share it */
        size_t capacity = 4096;
        while (capacity < n) capacity *= 2;
        if (door->parser.allocate(capacity) != SUCCESS) return JSON_NO_MEMORY;
    }
    const error_code code = walk_document(door, padded, n, builder, &walk->offset);
    if (code == SUCCESS) return JSON_WALKED;
    if (code == STOPPED) return JSON_STOPPED;
    if (code == MEMALLOC) return JSON_NO_MEMORY;
    walk->why = reason(code);
    return JSON_BAD;
}

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

/* Between the C reader of JSON and the C++ library behind it: the library walks a document and
 * calls what json_read.c provides, value by value. Nothing is thrown across. */
#ifndef BASE_JSON_DOOR_H
#define BASE_JSON_DOOR_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum json_walk_result { JSON_WALKED, JSON_BAD, JSON_NO_MEMORY, JSON_STOPPED };

struct json_door;
struct json_door *base_json_door_make(void);
void base_json_door_free(struct json_door *door);
/* Bytes that must be readable beyond the end of a document. */
size_t base_json_padding(void);

/* What the walk found: where (an offset, or the length if it is not known) and what is wrong.
 */
struct json_walk {
    size_t offset;
    const char *why;
};
struct json_builder;
/* Walks an array, an object or a text; other documents are read in C. */
enum json_walk_result base_json_walk(struct json_door *door, const char *padded, size_t n,
                                     struct json_builder *builder, struct json_walk *walk);

/* Called by the walk; false stops it (JSON_STOPPED). */
bool base_json_on_begin(struct json_builder *builder, bool object);
bool base_json_on_end(struct json_builder *builder);
bool base_json_on_key(struct json_builder *builder, const char *at, size_t n);
bool base_json_on_text(struct json_builder *builder, const char *at, size_t n);
/* A number or one of true, false, null as it is written. */
bool base_json_on_word(struct json_builder *builder, const char *at, size_t n);

#ifdef __cplusplus
}
#endif

#endif

/* tags: the elements of an XML file, as XES needs them: names and attributes, no text. */
#ifndef INTAKE_TAGS_H
#define INTAKE_TAGS_H

#include "intake/inside.h"

struct intake_attribute {
    trod_str name,
        value; /* the name without its prefix; both live until the callback returns */
};
struct intake_tags {
    void *owner;
    trod_status (*begin)(void *owner, trod_str name, const struct intake_attribute *attributes,
                         size_t n_attributes, struct trod_error *error);
    trod_status (*end)(void *owner, struct trod_error *error);
    uint64_t line;    /* of the tag, while in a callback */
    uint64_t n_latin; /* values that are no UTF-8 and were read as Windows-1252 */
};
/* Reads the whole feed. Errors: TROD_BAD_INPUT with line for what is not XML. */
TROD_MUST trod_status intake_tags_read(struct intake_tags *tags, struct intake_feed *feed,
                                       struct trod_error *error);

#endif

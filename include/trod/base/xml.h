/* xml: expat behind a small door. External entities are never followed, entity expansion is
 * bounded, depth is bounded, text is UTF-8 whatever the file's encoding.
 *
 * Life: make with the three callbacks, feed pieces until `last`, free. A callback that returns
 * anything but TROD_OK ends the parse with that status.
 */
#ifndef TROD_BASE_XML_H
#define TROD_BASE_XML_H

#include "trod/base/memory.h"

struct trod_xml;
struct trod_xml_reader {
    void *owner;
    /* `name` without its namespace prefix; `attributes` are name, value, …, NULL as in expat,
     * names without prefix. */
    trod_status (*begin)(void *owner, const char *name, const char **attributes,
                         struct trod_error *error);
    trod_status (*end)(void *owner, const char *name, struct trod_error *error);
    trod_status (*text)(void *owner, trod_str text, struct trod_error *error); /* may be NULL */
};
/* NULL without memory. `file` (may be NULL) is the name for errors. */
struct trod_xml *trod_xml_make(const struct trod_xml_reader *reader, const char *file);
void trod_xml_free(struct trod_xml *xml);
/* Errors: what a callback returned; TROD_BAD_INPUT with file, line and column for what is no XML,
 * is cut short or refers to another file; TROD_TOO_MUCH for more than 1,024 levels, a tag above
 * 8 MiB or entities that explode. The first error is given again by every later call. */
TROD_MUST trod_status trod_xml_feed(struct trod_xml *xml, trod_str piece, bool last,
                                    struct trod_error *error);
/* Line of the input, 1-based, while in a callback. */
int64_t trod_xml_line(const struct trod_xml *xml);
/* The value of an attribute, or NULL. */
const char *trod_xml_attribute(const char **attributes, const char *name);
/* Adds the text with & < > " ' and control characters escaped; what XML cannot hold becomes
 * U+FFFD. */
void trod_xml_escape(struct trod_buf *out, trod_str text);

#endif

/* The door to expat. What a file may ask of the parser is bounded: entities of other files and
 * addresses are refused, expansion of its own entities is limited by the library, depth and the
 * length of a single tag here. Encodings of one byte a character that the library does not know
 * are translated by a table of 256 entries that the C library fills. */
#include <expat.h>
#include <iconv.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "trod/base/xml.h"

enum { DEPTH = 1024, PIECE = 64 << 10, LONGEST_TOKEN = 8 << 20, MOST_ATTRIBUTES = 1024 };

struct trod_xml {
    XML_Parser parser;
    struct trod_xml_reader reader;
    char file[256];
    unsigned depth;
    int64_t n_fed;
    trod_status status;       /* of a callback, or of ours; the first one stays */
    struct trod_error failed; /* the same, given again */
    const char **attributes;  /* without prefixes */
    size_t room;
};

/* The parser's memory, under the hook of trod_memory_fail_at. */
static const XML_Memory_Handling_Suite MEMORY = {base_alloc, base_realloc, free};

static const char *without_prefix(const char *name) {
    const char *const colon = strrchr(name, ':');
    return colon ? colon + 1 : name;
}

static void stop(struct trod_xml *xml, trod_status status) {
    if (status == TROD_OK || xml->status != TROD_OK) return;
    xml->status = status;
    XML_StopParser(xml->parser, XML_FALSE);
}

static bool copy_attributes(struct trod_xml *xml, const char **attributes) {
    size_t n = 0;
    while (attributes[n]) n += 2;
    if (n + 1 > xml->room) {
        const size_t room = n + 64;
        const char **const grown = n / 2 > MOST_ATTRIBUTES
                                       ? NULL
                                       : base_realloc(xml->attributes, room * sizeof *grown);
        if (!grown) return false;
        xml->attributes = grown;
        xml->room = room;
    }
    size_t kept = 0;
    for (size_t i = 0; i < n; i += 2) {
        const char *const name = attributes[i];
        if (strncmp(name, "xmlns", 5) == 0 && (name[5] == ':' || name[5] == '\0')) continue;
        xml->attributes[kept++] = without_prefix(name);
        xml->attributes[kept++] = attributes[i + 1];
    }
    xml->attributes[kept] = NULL;
    return true;
}

static void XMLCALL on_begin(void *owner, const XML_Char *name, const XML_Char **attributes) {
    struct trod_xml *const xml = owner;
    if (xml->status != TROD_OK) return;
    if (++xml->depth > DEPTH) {
        trod_fail(&xml->failed, TROD_TOO_MUCH, "the file is nested more than %d levels deep",
                  DEPTH);
        stop(xml, TROD_TOO_MUCH);
        return;
    }
    if (!copy_attributes(xml, attributes)) {
        trod_fail(&xml->failed, TROD_NO_MEMORY, "there is not enough memory");
        stop(xml, TROD_NO_MEMORY);
        return;
    }
    stop(xml, xml->reader.begin(xml->reader.owner, without_prefix(name), xml->attributes,
                                &xml->failed));
}

static void XMLCALL on_end(void *owner, const XML_Char *name) {
    struct trod_xml *const xml = owner;
    if (xml->status != TROD_OK) return;
    xml->depth--;
    stop(xml, xml->reader.end(xml->reader.owner, without_prefix(name), &xml->failed));
}

static void XMLCALL on_text(void *owner, const XML_Char *at, int n) {
    struct trod_xml *const xml = owner;
    if (xml->status != TROD_OK || n <= 0) return;
    stop(xml, xml->reader.text(xml->reader.owner, (trod_str){at, (size_t)n}, &xml->failed));
}

static void refuse_entity(struct trod_xml *xml, const char *name) {
    trod_fail(
        &xml->failed, TROD_BAD_INPUT,
        "the file wants text from elsewhere (the external entity %s), which is never followed",
        name);
    trod_error_hint(&xml->failed, "take the entity out, or put its text in its place");
    stop(xml, TROD_BAD_INPUT);
}

static int XMLCALL on_external(XML_Parser parser, const XML_Char *context, const XML_Char *base,
                               const XML_Char *system, const XML_Char *public) {
    (void)base;
    (void)public;
    struct trod_xml *const xml = XML_GetUserData(parser);
    refuse_entity(xml, context && *context ? context : system ? system : "?");
    return XML_STATUS_ERROR;
}

static void XMLCALL on_skipped(void *owner, const XML_Char *name, int parameter) {
    (void)parameter;
    struct trod_xml *const xml = owner;
    if (xml->status == TROD_OK) refuse_entity(xml, name);
}

/* Fills the table of a one-byte encoding. */
static int XMLCALL on_encoding(void *owner, const XML_Char *name, XML_Encoding *encoding) {
    (void)owner;
    const iconv_t converter = iconv_open("UTF-32LE", name);
    if (converter == (iconv_t)-1) return XML_STATUS_ERROR;
    for (int i = 0; i < 256; i++) {
        char in = (char)i;
        unsigned char out[4] = {0};
        char *from = &in, *to = (char *)out;
        size_t n_from = 1, n_to = sizeof out;
        const size_t result = iconv(converter, &from, &n_from, &to, &n_to);
        const bool one = result != (size_t)-1 && n_from == 0 && n_to == 0;
        encoding->map[i] =
            one ? (int)(out[0] | (unsigned)out[1] << 8 | (unsigned)out[2] << 16) : -1;
        iconv(converter, NULL, NULL, NULL, NULL);
    }
    iconv_close(converter);
    encoding->data = NULL;
    encoding->convert = NULL;
    encoding->release = NULL;
    return XML_STATUS_OK;
}

struct trod_xml *trod_xml_make(const struct trod_xml_reader *reader, const char *file) {
    struct trod_xml *const xml = base_alloc_zeroed(sizeof *xml);
    if (!xml) return NULL;
    xml->reader = *reader;
    struct trod_error named = {0}; /* shortens the name as errors do */
    trod_error_place(&named, file, 0, 0);
    memcpy(xml->file, named.file, sizeof xml->file);
    xml->parser = XML_ParserCreate_MM(NULL, &MEMORY, NULL);
    if (!xml->parser) {
        free(xml);
        return NULL;
    }
    XML_SetUserData(xml->parser, xml);
    XML_SetElementHandler(xml->parser, on_begin, on_end);
    if (reader->text) XML_SetCharacterDataHandler(xml->parser, on_text);
    XML_SetExternalEntityRefHandler(xml->parser, on_external);
    XML_SetSkippedEntityHandler(xml->parser, on_skipped);
    XML_SetUnknownEncodingHandler(xml->parser, on_encoding, NULL);
    return xml;
}

void trod_xml_free(struct trod_xml *xml) {
    if (!xml) return;
    XML_ParserFree(xml->parser);
    free(xml->attributes);
    free(xml);
}

static trod_status not_xml(struct trod_xml *xml, enum XML_Error code) {
    struct trod_error *const error = &xml->failed;
    switch (code) {
    case XML_ERROR_NO_MEMORY:
        return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    case XML_ERROR_AMPLIFICATION_LIMIT_BREACH:
        return trod_fail(
            error, TROD_TOO_MUCH,
            "the entities of the file expand to far more than the file: that is no "
            "honest log");
    case XML_ERROR_NO_ELEMENTS:
        if (xml->depth == 0)
            return trod_fail(error, TROD_BAD_INPUT, "the file is empty: there is no tag in it");
        break;
    case XML_ERROR_UNCLOSED_TOKEN:
    case XML_ERROR_PARTIAL_CHAR:
    case XML_ERROR_UNCLOSED_CDATA_SECTION:
        break;
    case XML_ERROR_TAG_MISMATCH:
        return trod_fail(error, TROD_BAD_INPUT,
                         "this is not XML: a tag is closed that is not the one last opened");
    case XML_ERROR_INVALID_TOKEN:
        return trod_fail(
            error, TROD_BAD_INPUT,
            "this is not XML: a character stands where it may not (a < or & in text "
            "is written &lt; or &amp;)");
    case XML_ERROR_ATTRIBUTE_EXTERNAL_ENTITY_REF:
        trod_fail(
            error, TROD_BAD_INPUT,
            "the file wants text from elsewhere (an external entity in an attribute), which "
            "is never followed");
        trod_error_hint(error, "take the entity out, or put its text in its place");
        return TROD_BAD_INPUT;
    case XML_ERROR_UNKNOWN_ENCODING:
        trod_fail(error, TROD_BAD_INPUT, "the encoding that the file states is not known");
        trod_error_hint(error, "save it as UTF-8");
        return TROD_BAD_INPUT;
    default:
        return trod_fail(error, TROD_BAD_INPUT, "this is not XML: %s", XML_ErrorString(code));
    }
    trod_fail(error, TROD_BAD_INPUT, "the file ends in the middle: not every tag is closed");
    trod_error_hint(error, "it was cut short; fetch it again");
    return TROD_BAD_INPUT;
}

/* One tag, text or comment that never ends would be kept whole by the parser. */
static bool token_too_long(const struct trod_xml *xml) {
    const XML_Index at = XML_GetCurrentByteIndex(xml->parser);
    return at >= 0 && xml->n_fed - at > LONGEST_TOKEN;
}

static trod_status feed_piece(struct trod_xml *xml, const char *at, size_t n, bool last) {
    const enum XML_Status result = XML_Parse(xml->parser, at, (int)n, last);
    xml->n_fed += (int64_t)n;
    if (xml->status != TROD_OK) return xml->status;
    if (result != XML_STATUS_OK) return not_xml(xml, XML_GetErrorCode(xml->parser));
    if (!last && token_too_long(xml))
        return trod_fail(&xml->failed, TROD_TOO_MUCH,
                         "one tag or value of the file has more than 8 MiB");
    return TROD_OK;
}

trod_status trod_xml_feed(struct trod_xml *xml, trod_str piece, bool last,
                          struct trod_error *error) {
    while (xml->failed.code == TROD_OK && xml->status == TROD_OK) {
        const size_t n = piece.n < PIECE ? piece.n : PIECE;
        const bool end = n == piece.n;
        const trod_status status = feed_piece(xml, n ? piece.at : "", n, last && end);
        if (status != TROD_OK) {
            xml->status = status;
            if (xml->failed.code == TROD_OK) trod_fail(&xml->failed, status, "stopped");
            if (xml->failed.line == 0 && status != TROD_NO_MEMORY)
                trod_error_place(&xml->failed, xml->file,
                                 (int64_t)XML_GetCurrentLineNumber(xml->parser),
                                 (int64_t)XML_GetCurrentColumnNumber(xml->parser) + 1);
            break;
        }
        if (end) return TROD_OK;
        piece = trod_str_slice(piece, n, piece.n);
    }
    if (error) *error = xml->failed;
    return xml->status;
}

int64_t trod_xml_line(const struct trod_xml *xml) {
    return (int64_t)XML_GetCurrentLineNumber(xml->parser);
}

const char *trod_xml_attribute(const char **attributes, const char *name) {
    for (size_t i = 0; attributes[i]; i += 2)
        if (strcmp(attributes[i], name) == 0) return attributes[i + 1];
    return NULL;
}

void trod_xml_escape(struct trod_buf *out, trod_str text) {
    size_t plain = 0; /* begin of what is copied as it is */
    for (size_t i = 0; i < text.n;) {
        const size_t begin = i;
        const int32_t c = trod_str_next(text, &i);
        const char *with = NULL;
        switch (c) {
        case '&':
            with = "&amp;";
            break;
        case '<':
            with = "&lt;";
            break;
        case '>':
            with = "&gt;";
            break;
        case '"':
            with = "&quot;";
            break;
        case '\'':
            with = "&#39;";
            break;
        case '\t':
            with = "&#9;";
            break;
        case '\n':
            with = "&#10;";
            break;
        case '\r':
            with = "&#13;";
            break;
        default: /* what XML cannot hold at all, and what is no UTF-8 */
            if (c < 0x20 || c == 0xfffe || c == 0xffff || (c == 0xfffd && i - begin == 1))
                with = "\xef\xbf\xbd";
            break;
        }
        if (!with) continue;
        trod_buf_add(out, trod_str_slice(text, plain, begin));
        trod_buf_adds(out, with);
        plain = i;
    }
    trod_buf_add(out, trod_str_slice(text, plain, text.n));
}

/* twin_schema: the JSON Schema of the twin, written from the table of the language.
 *
 * One definition for each sort of place (which lines may stand there) and one for each row of the
 * table (which members such a line has), so that an editor that knows JSON Schema completes maps.
 */
#include <stdio.h>

#include "map/twin.h"

static void pair(struct trod_json_writer *json, const char *key, const char *value) {
    trod_json_key(json, key);
    trod_json_text(json, value);
}

static void refer(struct trod_json_writer *json, const char *definition) {
    char at[96];
    snprintf(at, sizeof at, "#/$defs/%s", definition);
    trod_json_flat(json);
    trod_json_object(json);
    pair(json, "$ref", at);
    trod_json_end_object(json);
}

/* "line-touchpoint"; the second row of a keyword is "line-for-2". */
static void row_name(const struct map_word *word, char at[80]) {
    size_t n = 0, before = 0;
    const struct map_word *const words = map_words(&n);
    for (const struct map_word *w = words; w < word; w++) before += strcmp(w->keyword, word->keyword) == 0;
    int used = snprintf(at, 70, "line-%s", word->keyword);
    for (int i = 0; i < used; i++)
        if (at[i] == ' ') at[i] = '-';
    if (before) snprintf(at + used, (size_t)(80 - used), "-%zu", before + 1);
}

static void place_name(unsigned place, char at[40]) {
    snprintf(at, 40, "lines-%u", place);
}

static void write_choices(struct trod_json_writer *json, trod_str choices) {
    trod_json_object(json);
    trod_json_key(json, "anyOf");
    trod_json_array(json);
    trod_json_flat(json);
    trod_json_object(json);
    trod_json_key(json, "enum");
    trod_json_array(json);
    while (choices.n) {
        const size_t slash = trod_str_find(choices, '/');
        char word[64];
        const trod_str one = slash == SIZE_MAX ? choices : trod_str_slice(choices, 0, slash);
        const int n = snprintf(word, sizeof word, "%.*s", TROD_ARG(one));
        for (int i = 0; i < n; i++)
            if (word[i] == '_') word[i] = ' ';
        trod_json_text(json, word);
        choices = slash == SIZE_MAX ? (trod_str){0} : trod_str_slice(choices, slash + 1, choices.n);
    }
    trod_json_end_array(json);
    trod_json_end_object(json);
    refer(json, "spelled");
    trod_json_end_array(json);
    trod_json_end_object(json);
}

static void write_slot(struct trod_json_writer *json, const struct map_slot *slot) {
    const bool conditions = slot->leaf == MAP_LEAF_COND && trod_str_is(slot->name, "name");
    if (twin_is_list(slot->leaf) || conditions) {
        trod_json_flat(json);
        trod_json_object(json);
        pair(json, "type", "array");
        trod_json_key(json, "items");
        refer(json, conditions ? "condition" : "text");
        trod_json_end_object(json);
    } else if (slot->leaf == MAP_LEAF_CHOICE) {
        write_choices(json, slot->choices);
    } else {
        refer(json, slot->leaf == MAP_LEAF_COND    ? "condition"
                    : twin_is_number(slot->leaf) ? "number"
                                                 : "text");
    }
}

static void write_row(struct trod_json_writer *json, const struct map_word *word) {
    struct map_slot slots[MAP_MAX_SLOTS];
    const size_t n = map_word_slots(word, slots);
    char place[40];
    trod_json_object(json);
    pair(json, "description", word->example);
    pair(json, "type", "object");
    trod_json_key(json, "properties");
    trod_json_object(json);
    for (size_t i = 0; i < n; i++) {
        if (slots[i].leaf == MAP_LEAF_OP || slots[i].leaf == MAP_LEAF_SET) continue;
        trod_json_key_str(json, twin_key(slots[i].name, slots[i].leaf));
        write_slot(json, &slots[i]);
    }
    if (word->flags & MAP_PROOF) {
        trod_json_key(json, "proof");
        refer(json, "proof");
    }
    place_name(word->opens, place);
    trod_json_key(json, "lines");
    trod_json_flat(json);
    trod_json_object(json);
    pair(json, "type", "array");
    trod_json_key(json, "items");
    refer(json, place);
    trod_json_end_object(json);
    trod_json_end_object(json);
    trod_json_key(json, "additionalProperties");
    trod_json_bool(json, false);
    trod_json_end_object(json);
}

static void plain_member(struct trod_json_writer *json, const char *key, const char *type) {
    trod_json_key(json, key);
    trod_json_flat(json);
    trod_json_object(json);
    pair(json, "type", type);
    trod_json_end_object(json);
}

static void write_place(struct trod_json_writer *json, unsigned place) {
    size_t n = 0;
    const struct map_word *const words = map_words(&n);
    char name[80];
    trod_json_object(json);
    pair(json, "description", map_place_name((enum map_place)place));
    pair(json, "type", "object");
    trod_json_key(json, "minProperties");
    trod_json_int(json, 1);
    trod_json_key(json, "maxProperties");
    trod_json_int(json, 1);
    trod_json_key(json, "properties");
    trod_json_object(json);
    plain_member(json, "comment", "string");
    plain_member(json, "blank", "boolean");
    plain_member(json, "long", "string");
    if (place == MAP_OPAQUE) plain_member(json, "raw", "string");
    for (size_t i = 0; i < n; i++) {
        if (!(words[i].places >> place & 1) || strcmp(words[i].keyword, "x-") == 0) continue;
        row_name(&words[i], name);
        trod_json_key(json, words[i].keyword);
        refer(json, name);
    }
    trod_json_end_object(json);
    trod_json_key(json, "patternProperties");
    trod_json_object(json);
    trod_json_key(json, "^x-");
    refer(json, "line-x-");
    trod_json_end_object(json);
    trod_json_key(json, "additionalProperties");
    trod_json_bool(json, false);
    trod_json_end_object(json);
}

/* The small shapes are fixed; they are put in as they stand. */
static const char shapes[] =
    "\"spelled\": {\"description\": \"a value and how it is spelled in the file\", \"anyOf\": [\n"
    "      {\"type\": \"object\", \"properties\": {\"is\": {\"type\": \"string\"}, \"written\": {\"type\": "
    "\"string\"}}, \"required\": [\"is\", \"written\"], \"additionalProperties\": false},\n"
    "      {\"type\": \"object\", \"properties\": {\"quoted\": {\"type\": \"string\"}}, \"required\": "
    "[\"quoted\"], \"additionalProperties\": false}]},\n"
    "    \"text\": {\"anyOf\": [{\"type\": \"string\"}, {\"$ref\": \"#/$defs/spelled\"}]},\n"
    "    \"number\": {\"anyOf\": [{\"type\": \"number\"}, {\"type\": \"string\"}, {\"$ref\": "
    "\"#/$defs/spelled\"}]},\n"
    "    \"value\": {\"anyOf\": [{\"type\": \"string\"}, {\"type\": \"number\"}, {\"type\": \"boolean\"}, "
    "{\"$ref\": \"#/$defs/spelled\"},\n"
    "      {\"type\": \"object\", \"properties\": {\"word\": {\"type\": \"string\"}}, \"required\": "
    "[\"word\"], \"additionalProperties\": false}]},\n"
    "    \"condition\": {\"type\": \"object\", \"properties\": {\"name\": {\"$ref\": \"#/$defs/text\"}, "
    "\"op\": {\"$ref\": \"#/$defs/text\"}, \"value\": {\"$ref\": \"#/$defs/value\"}},\n"
    "      \"required\": [\"name\", \"op\"], \"additionalProperties\": false},\n"
    "    \"proof\": {\"description\": \"where a claim comes from; without one it is an assumption\", "
    "\"type\": \"object\",\n"
    "      \"properties\": {\"research\": {\"type\": \"string\"}, \"note\": {\"type\": \"string\"}}, "
    "\"required\": [\"research\"], \"additionalProperties\": false},\n    ";

trod_status twin_schema(struct trod_buf *out, struct trod_error *error) {
    size_t n = 0;
    const struct map_word *const words = map_words(&n);
    struct trod_buf defs = {0};
    struct trod_json_writer writer = {.out = &defs, .depth = 1}, *json = &writer;
    char name[80];
    trod_buf_adds(out, "{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
                       "  \"title\": \"The JSON twin of a .journey file\",\n"
                       "  \"description\": \"Made from the table of the language; every line of the "
                       "file is an object whose one member is its keyword.\",\n"
                       "  \"type\": \"object\",\n  \"properties\": {\n"
                       "    \"trod\": {\"const\": \"journey\"},\n    \"version\": {\"const\": 1},\n"
                       "    \"bom\": {\"type\": \"boolean\"},\n    \"crlf\": {\"type\": \"boolean\"},\n"
                       "    \"lines\": {\"type\": \"array\", \"items\": {\"$ref\": "
                       "\"#/$defs/lines-0\"}}\n  },\n"
                       "  \"required\": [\"trod\", \"version\", \"lines\"],\n"
                       "  \"additionalProperties\": false,\n  \"$defs\": {\n    ");
    trod_buf_adds(out, shapes);
    trod_json_object(json);
    for (unsigned place = 0; place < MAP_N_PLACES; place++) {
        place_name(place, name);
        trod_json_key(json, name);
        write_place(json, place);
    }
    for (size_t i = 0; i < n; i++) {
        row_name(&words[i], name);
        trod_json_key(json, name);
        write_row(json, &words[i]);
    }
    trod_json_end_object(json);
    const size_t first = trod_str_find(trod_buf_str(&defs), '"');
    trod_buf_add(out, trod_str_slice(trod_buf_str(&defs), first, defs.n));
    trod_buf_adds(out, "\n}\n");
    const bool failed = out->failed || defs.failed;
    trod_buf_free(&defs);
    if (failed) return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory for the schema");
    return TROD_OK;
}

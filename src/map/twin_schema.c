/* twin_schema: the JSON Schema of the twin, written from the table of the language.
 *
 * One definition for each sort of place (which lines may stand there) and one for each row of
 * the table (which members such a line has), so that an editor that knows JSON Schema completes
 * maps, and a program that makes maps is told its mistakes.
 */
#include <stdio.h>

#include "map/twin.h"

static const char *const places[MAP_N_PLACES] = {
    [MAP_ROOT] = "root",
    [MAP_STAGES] = "stages",
    [MAP_STAGES_LOOP] = "stages-repeat",
    [MAP_JOURNEY] = "journey",
    [MAP_PERSONA] = "persona",
    [MAP_SEGMENT] = "segment",
    [MAP_RESEARCH] = "research",
    [MAP_TEAM] = "team",
    [MAP_SYSTEM] = "system",
    [MAP_OFFER] = "offer",
    [MAP_SOURCE] = "source",
    [MAP_STAGE] = "stage",
    [MAP_FLOW] = "block",
    [MAP_FLOW_LOOP] = "block-repeat",
    [MAP_CHOOSE] = "choose",
    [MAP_ANY_TIME] = "any-time",
    [MAP_TOUCHPOINT] = "touchpoint",
    [MAP_FOR] = "touchpoint-for",
    [MAP_KPI] = "kpi",
    [MAP_ACTION] = "action",
    [MAP_SCORE] = "score",
    [MAP_CONTENT] = "content",
    [MAP_RULE] = "rule",
    [MAP_EXPERIMENT] = "experiment",
    [MAP_MATCH] = "match",
    [MAP_OPAQUE] = "raw",
    [MAP_CLOSED] = "text",
};

/* The small shapes are fixed; they are put in as they stand. */
static const char head[] =
    "{\n"
    "  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
    "  \"title\": \"The JSON twin of a .journey file\",\n"
    "  \"description\": \"Made from the table of the language. Every line of the file is an "
    "object whose one member is its keyword.\",\n"
    "  \"type\": \"object\",\n"
    "  \"properties\": {\n"
    "    \"trod\": {\"const\": \"journey\"},\n"
    "    \"version\": {\"const\": 1},\n"
    "    \"bom\": {\"type\": \"boolean\"},\n"
    "    \"crlf\": {\"type\": \"boolean\"},\n"
    "    \"lines\": {\"type\": \"array\", \"items\": {\"$ref\": \"#/$defs/lines-root\"}}\n"
    "  },\n"
    "  \"required\": [\"trod\", \"version\", \"lines\"],\n"
    "  \"additionalProperties\": false,\n"
    "  \"$defs\": {\n"
    "    \"id\": {\"type\": \"string\", \"pattern\": \"^[a-z0-9-]+$\"},\n"
    "    \"word\": {\"type\": \"string\", \"pattern\": \"^[^\\\\n\\\\r]*$\"},\n"
    "    \"number\": {\"type\": [\"number\", \"string\"]},\n"
    "    \"date\": {\"type\": \"string\", \"pattern\": "
    "\"^[0-9]{4}-[0-9]{2}-[0-9]{2}$\"},\n"
    "    \"clock\": {\"type\": \"string\", \"pattern\": \"^[0-9]{2}:[0-9]{2}$\"},\n"
    "    \"text\": {\"anyOf\": [{\"$ref\": \"#/$defs/word\"}, {\"$ref\": "
    "\"#/$defs/spelled\"}]},\n"
    "    \"spelled\": {\n"
    "      \"description\": \"a text and how it is spelled in the file\",\n"
    "      \"anyOf\": [\n"
    "        {\"type\": \"object\", \"properties\": {\"is\": {\"$ref\": \"#/$defs/word\"}, "
    "\"written\": {\"$ref\": \"#/$defs/word\"}}, \"required\": [\"is\"], "
    "\"additionalProperties\": false},\n"
    "        {\"type\": \"object\", \"properties\": {\"quoted\": {\"$ref\": "
    "\"#/$defs/word\"}}, "
    "\"required\": [\"quoted\"], \"additionalProperties\": false}\n"
    "      ]\n"
    "    },\n"
    "    \"condition\": {\n"
    "      \"type\": \"object\",\n"
    "      \"properties\": {\n"
    "        \"name\": {\"$ref\": \"#/$defs/text\"},\n"
    "        \"op\": {\"enum\": [\"=\", \"!=\", \"<\", \"<=\", \">\", \">=\", \"starts\", "
    "\"ends\", "
    "\"contains\", \"exists\", \"missing\"]},\n"
    "        \"value\": {\n"
    "          \"description\": \"a text, a number, yes or no, or as a word a date\",\n"
    "          \"anyOf\": [\n"
    "            {\"$ref\": \"#/$defs/text\"}, {\"type\": [\"number\", \"boolean\"]},\n"
    "            {\"type\": \"object\", \"properties\": {\"word\": {\"$ref\": "
    "\"#/$defs/word\"}}, "
    "\"required\": [\"word\"], \"additionalProperties\": false}\n"
    "          ]\n"
    "        }\n"
    "      },\n"
    "      \"required\": [\"name\", \"op\"],\n"
    "      \"additionalProperties\": false\n"
    "    },\n"
    "    \"proof\": {\n"
    "      \"description\": \"where a claim comes from; without one it is an assumption\",\n"
    "      \"type\": \"object\",\n"
    "      \"properties\": {\"research\": {\"$ref\": \"#/$defs/id\"}, "
    "\"note\": {\"$ref\": \"#/$defs/word\"}},\n"
    "      \"required\": [\"research\"],\n"
    "      \"additionalProperties\": false\n"
    "    },\n    ";

static void pair(struct trod_json_writer *json, const char *key, const char *value) {
    trod_json_key(json, key);
    trod_json_text(json, value);
}

static void refer(struct trod_json_writer *json, const char *kind, const char *name) {
    char at[120];
    snprintf(at, sizeof at, "#/$defs/%s%s", kind, name);
    trod_json_flat(json);
    trod_json_object(json);
    pair(json, "$ref", at);
    trod_json_end_object(json);
}

/* "touchpoint"; the second row of a keyword is "for-2". */
static void row_name(const struct map_word *word, char at[80]) {
    size_t n = 0, before = 0;
    const struct map_word *const words = map_words(&n);
    for (const struct map_word *w = words; w < word; w++)
        before += strcmp(w->keyword, word->keyword) == 0;
    const int used = snprintf(at, 60, "%s", word->keyword);
    for (int i = 0; i < used; i++)
        if (at[i] == ' ') at[i] = '-';
    if (before) snprintf(at + used, 20, "-%zu", before + 1);
}

static void write_choices(struct trod_json_writer *json, trod_str choices) {
    trod_json_flat(json);
    trod_json_object(json);
    trod_json_key(json, "enum");
    trod_json_array(json);
    while (choices.n) {
        const size_t slash = trod_str_find(choices, '/');
        char word[64];
        const trod_str one = trod_str_slice(choices, 0, slash);
        const int n = snprintf(word, sizeof word, "%.*s", TROD_ARG(one));
        for (int i = 0; i < n; i++)
            if (word[i] == '_') word[i] = ' ';
        trod_json_text(json, word);
        choices =
            slash == SIZE_MAX ? (trod_str){0} : trod_str_slice(choices, slash + 1, choices.n);
    }
    trod_json_end_array(json);
    trod_json_end_object(json);
}

static const char *shape_of(enum map_leaf leaf) {
    switch (leaf) {
    case MAP_LEAF_ID:
    case MAP_LEAF_REF:
    case MAP_LEAF_REFS:
    case MAP_LEAF_POINTS:
        return "id";
    case MAP_LEAF_TEXT:
    case MAP_LEAF_LABEL:
    case MAP_LEAF_NAME:
    case MAP_LEAF_NAMES:
    case MAP_LEAF_ITEMS:
        return "text";
    case MAP_LEAF_COND:
        return "condition";
    case MAP_LEAF_DATE:
        return "date";
    case MAP_LEAF_CLOCK:
        return "clock";
    case MAP_LEAF_NUMBER:
    case MAP_LEAF_COUNT:
    case MAP_LEAF_SIGNED:
    case MAP_LEAF_LEVEL:
    case MAP_LEAF_PERCENT:
    case MAP_LEAF_VALUE:
        return "number";
    default:
        return "word";
    }
}

static void write_array(struct trod_json_writer *json, const char *kind, const char *name) {
    trod_json_flat(json);
    trod_json_object(json);
    pair(json, "type", "array");
    trod_json_key(json, "items");
    refer(json, kind, name);
    trod_json_end_object(json);
}

static void write_slot(struct trod_json_writer *json, const struct map_slot *slot) {
    if (twin_is_list(slot))
        write_array(json, "", shape_of(slot->leaf));
    else if (slot->leaf == MAP_LEAF_CHOICE || slot->leaf == MAP_LEAF_NOUN)
        write_choices(json, slot->choices);
    else
        refer(json, "", shape_of(slot->leaf));
}

static void write_required(struct trod_json_writer *json, const struct map_slot *slots,
                           size_t n) {
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        if (!slots[i].always || !twin_is_member(&slots[i])) continue;
        if (!any) {
            trod_json_key(json, "required");
            trod_json_flat(json);
            trod_json_array(json);
        }
        any = true;
        trod_json_str(json, twin_key(&slots[i]));
    }
    if (any) trod_json_end_array(json);
}

static void write_row(struct trod_json_writer *json, const struct map_word *word) {
    struct map_slot slots[MAP_MAX_SLOTS];
    const size_t n = map_word_slots(word, slots);
    trod_json_object(json);
    pair(json, "description", word->example);
    pair(json, "type", "object");
    trod_json_key(json, "properties");
    trod_json_object(json);
    for (size_t i = 0; i < n; i++) {
        if (!twin_is_member(&slots[i])) continue;
        trod_json_key_str(json, twin_key(&slots[i]));
        write_slot(json, &slots[i]);
    }
    if (word->flags & MAP_PROOF) {
        trod_json_key(json, "proof");
        refer(json, "", "proof");
    }
    trod_json_key(json, "lines");
    write_array(json, "lines-", places[word->opens]);
    trod_json_end_object(json);
    write_required(json, slots, n);
    trod_json_key(json, "additionalProperties");
    trod_json_bool(json, false);
    trod_json_end_object(json);
}

/* A raw line is its text, or an object with the lines below it. */
static void write_raw(struct trod_json_writer *json) {
    trod_json_key(json, "raw");
    trod_json_object(json);
    trod_json_key(json, "anyOf");
    trod_json_array(json);
    refer(json, "", "word");
    trod_json_object(json);
    pair(json, "type", "object");
    trod_json_key(json, "properties");
    trod_json_object(json);
    trod_json_key(json, "text");
    refer(json, "", "word");
    trod_json_key(json, "lines");
    write_array(json, "lines-", places[MAP_OPAQUE]);
    trod_json_end_object(json);
    trod_json_key(json, "required");
    trod_json_flat(json);
    trod_json_array(json);
    trod_json_text(json, "text");
    trod_json_end_array(json);
    trod_json_key(json, "additionalProperties");
    trod_json_bool(json, false);
    trod_json_end_object(json);
    trod_json_end_array(json);
    trod_json_end_object(json);
}

static void write_plain(struct trod_json_writer *json, enum map_place place) {
    trod_json_key(json, "comment");
    trod_json_flat(json);
    trod_json_object(json);
    pair(json, "type", "string");
    pair(json, "pattern", "^\\s*#[^\\n\\r]*$");
    trod_json_end_object(json);
    trod_json_key(json, "blank");
    trod_json_flat(json);
    trod_json_object(json);
    trod_json_key(json, "const");
    trod_json_bool(json, true);
    trod_json_end_object(json);
    if (place == MAP_ROOT) return;
    trod_json_key(json, "long");
    refer(json, "", "word");
}

static void write_place(struct trod_json_writer *json, enum map_place place) {
    size_t n = 0;
    const struct map_word *const words = map_words(&n);
    char name[80];
    trod_json_object(json);
    trod_json_key(json, "description");
    snprintf(name, sizeof name, "a line %s", map_place_name(place));
    trod_json_text(json, name);
    pair(json, "type", "object");
    trod_json_key(json, "minProperties");
    trod_json_int(json, 1);
    trod_json_key(json, "maxProperties");
    trod_json_int(json, 1);
    trod_json_key(json, "properties");
    trod_json_object(json);
    write_plain(json, place);
    if (place == MAP_OPAQUE) write_raw(json);
    for (size_t i = 0; i < n; i++) {
        if (!(words[i].places >> place & 1) || strcmp(words[i].keyword, "x-") == 0) continue;
        row_name(&words[i], name);
        trod_json_key(json, words[i].keyword);
        refer(json, "line-", name);
    }
    trod_json_end_object(json);
    if (place != MAP_OPAQUE) {
        trod_json_key(json, "patternProperties");
        trod_json_object(json);
        trod_json_key(json, "^x-");
        refer(json, "line-", "x-");
        trod_json_end_object(json);
    }
    trod_json_key(json, "additionalProperties");
    trod_json_bool(json, false);
    trod_json_end_object(json);
}

trod_status twin_schema(struct trod_buf *out, struct trod_error *error) {
    size_t n = 0;
    const struct map_word *const words = map_words(&n);
    struct trod_buf defs = {0};
    struct trod_json_writer writer = {.out = &defs, .depth = 1}, *json = &writer;
    char name[80], key[100];
    trod_json_object(json);
    for (unsigned place = 0; place < MAP_N_PLACES; place++) {
        snprintf(key, sizeof key, "lines-%s", places[place]);
        trod_json_key(json, key);
        write_place(json, (enum map_place)place);
    }
    for (size_t i = 0; i < n; i++) {
        row_name(&words[i], name);
        snprintf(key, sizeof key, "line-%s", name);
        trod_json_key(json, key);
        write_row(json, &words[i]);
    }
    trod_json_end_object(json);
    const trod_str text = trod_buf_str(&defs);
    trod_buf_adds(out, head);
    trod_buf_add(out, trod_str_slice(text, trod_str_find(text, '"'), text.n));
    trod_buf_adds(out, "\n}\n");
    const bool failed = out->failed || defs.failed;
    trod_buf_free(&defs);
    if (failed)
        return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory for the schema");
    return TROD_OK;
}

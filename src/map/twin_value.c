/* twin_value: the members of a line in a twin as the arguments of a line.
 *
 * A member is a slot of the table's pattern. Here it is only seen to that it has the right sort
 * of JSON; whether a time is a time is found out when the line is read again (twin_check.c).
 */
#include <stdio.h>

#include "map/pattern.h"
#include "map/proof.h"
#include "map/twin.h"

static trod_status no_memory(struct twin_reader *reader) {
    return trod_fail(reader->error, TROD_NO_MEMORY, "there is not enough memory");
}

trod_status twin_one_line(struct twin_reader *reader, const struct trod_json *json) {
    if (json->kind != TROD_JSON_TEXT) return twin_bad(reader, NULL, "this must be a text");
    for (size_t i = 0; i < json->text.n; i++) {
        const unsigned char c = (unsigned char)json->text.at[i];
        if (c == '\n' || c == '\r')
            return twin_bad(reader,
                            "write long text below the line, as {\"long\": \"…\"} for each "
                            "line of it",
                            "a text of one line cannot hold a line break");
        if ((c < ' ' && c != '\t') || c == 0x7f)
            return twin_bad(reader, NULL, "a text cannot hold a control character (U+%04X)", c);
    }
    return TROD_OK;
}

/* "a", "b" and "c", in quotes; for hints. */
static void list_words(const trod_str *words, size_t n, char *text, size_t room) {
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < n && used < room; i++)
        used += (size_t)snprintf(text + used, room - used, "%s\"%.*s\"",
                                 i == 0       ? ""
                                 : i + 1 == n ? " and "
                                              : ", ",
                                 TROD_ARG(words[i]));
}

trod_status twin_known(struct twin_reader *reader, const struct trod_json *object,
                       const trod_str *known, size_t n) {
    char hint[300];
    uint32_t seen = 0;
    CHECK(n <= 32);
    for (const struct trod_json *member = object->first; member; member = member->next) {
        size_t k = 0;
        while (k < n && !trod_str_equal(member->key, known[k])) k++;
        if (k == n) {
            const size_t meant = map_nearest(member->key, known, n);
            if (meant < n)
                snprintf(hint, sizeof hint, "did you mean \"%.*s\"?", TROD_ARG(known[meant]));
            else
                list_words(known, n, hint, sizeof hint);
            const struct map_shown shown = map_show(member->key);
            return meant < n
                       ? twin_bad(reader, hint, "there is no member \"%s\" here", shown.at)
                       : twin_bad(reader, NULL, "there is no member \"%s\" here, only %s",
                                  shown.at, hint);
        }
        if (seen >> k & 1)
            return twin_bad(reader, NULL, "the member \"%.*s\" stands here twice",
                            TROD_ARG(known[k]));
        seen |= UINT32_C(1) << k;
    }
    return TROD_OK;
}

/* ---- Single values
 * --------------------------------------------------------------------------- */

/* Digits stay as they are (a double does not hold them all); other forms, 1e3 or 4.0, are
 * spelled as the language spells numbers. */
static trod_status read_number(struct twin_reader *reader, const struct trod_json *json,
                               struct map_arg *arg) {
    char at[40];
    const trod_str digits = json->text;
    bool whole = digits.n < 19 && !trod_str_is(digits, "-0");
    for (size_t i = 0; i < digits.n; i++)
        whole = whole && ((digits.at[i] >= '0' && digits.at[i] <= '9') ||
                          (i == 0 && digits.at[i] == '-'));
    if (!whole &&
        (json->number - json->number != 0 || json->number > 1e18 || json->number < -1e18))
        return twin_bad(reader, NULL, "this number is too large");
    const bool sign = whole && twin_number(json->number, arg->leaf, at)[0] == '+';
    arg->text =
        whole ? trod_arena_format(reader->arena, "%s%.*s", sign ? "+" : "", TROD_ARG(digits))
              : trod_arena_copy(reader->arena,
                                trod_str_of(twin_number(json->number, arg->leaf, at)));
    return arg->text.at ? TROD_OK : no_memory(reader);
}

/* Whether a spelling says the text: it is the text itself, in quotes, or with the escapes of a
 * line's end. */
static bool says(struct twin_reader *reader, trod_str written, trod_str text) {
    trod_str said;
    size_t at = 0;
    if (trod_str_equal(written, text)) return true;
    if (map_quoted_read(written, &at, reader->arena, &said) == MAP_QUOTED && at == written.n)
        return trod_str_equal(said, text);
    const struct map_tail tail = map_proof_read(written);
    return !tail.research.n && trod_str_equal(map_proof_unescape(&tail, reader->arena), text);
}

static trod_status read_spelled(struct twin_reader *reader, const struct trod_json *json,
                                struct map_arg *arg) {
    static const trod_str known[] = {{"is", 2}, {"written", 7}, {"quoted", 6}, {"word", 4}};
    trod_status status = TROD_OK;
    TROD_TRY(twin_known(reader, json, known, TROD_COUNT(known)));
    for (const struct trod_json *member = json->first; member; member = member->next) {
        twin_enter(&reader->path, member->key);
        TROD_TRY(twin_one_line(reader, member));
        twin_leave(&reader->path);
    }
    const struct trod_json *const is = trod_json_get(json, "is");
    const struct trod_json *const written = trod_json_get(json, "written");
    const struct trod_json *const quoted = trod_json_get(json, "quoted");
    const struct trod_json *const word = trod_json_get(json, "word");
    if (!is + !quoted + !word != 2 || (written && !is))
        return twin_bad(
            reader, NULL,
            "a value with its spelling is {\"is\": …, \"written\": …}, {\"quoted\": …} "
            "or {\"word\": …}");
    arg->text = is ? is->text : quoted ? quoted->text : word->text;
    arg->quoted = quoted || (is && arg->leaf == MAP_LEAF_SET);
    if (quoted) {
        struct trod_buf buf = {0};
        map_quoted_write(&buf, quoted->text);
        arg->raw = trod_arena_copy(reader->arena, trod_buf_str(&buf));
        trod_buf_free(&buf);
        if (!arg->raw.at) return no_memory(reader);
    } else if (written && says(reader, written->text, is->text)) {
        arg->raw = written->text; /* a program that changes "is" need not change it too */
    }
done:
    return status;
}

static trod_status read_value(struct twin_reader *reader, const struct trod_json *json,
                              struct map_arg *arg) {
    switch (json->kind) {
    case TROD_JSON_TEXT:
        arg->text = json->text;
        arg->quoted = arg->leaf == MAP_LEAF_SET;
        if (arg->leaf == MAP_LEAF_SIGNED && json->text.n && json->text.at[0] >= '0' &&
            json->text.at[0] <= '9') {
            arg->text = trod_arena_format(reader->arena, "+%.*s", TROD_ARG(json->text));
            if (!arg->text.at) return no_memory(reader);
        }
        return twin_one_line(reader, json);
    case TROD_JSON_NUMBER:
        return read_number(reader, json, arg);
    case TROD_JSON_OBJECT:
        return read_spelled(reader, json, arg);
    case TROD_JSON_BOOL:
        if (arg->leaf != MAP_LEAF_SET) break;
        arg->text = json->boolean ? TROD_STR("yes") : TROD_STR("no");
        return TROD_OK;
    case TROD_JSON_NULL:
        return twin_bad(reader, "leave the member out if there is nothing to say",
                        "null is no value");
    case TROD_JSON_ARRAY:
        break;
    }
    return twin_bad(reader, NULL, "this must be a text or a number, not %s",
                    json->kind == TROD_JSON_ARRAY ? "an array" : "true or false");
}

/* ---- Slots
 * ----------------------------------------------------------------------------------- */

static trod_status add_arg(struct twin_reader *reader, struct map_node *node, size_t *room,
                           trod_str slot, enum map_leaf leaf, const struct trod_json *json) {
    trod_status status = TROD_OK;
    struct map_arg arg = {.slot = slot.at, .slot_n = (uint8_t)slot.n, .leaf = leaf};
    TROD_TRY(read_value(reader, json, &arg));
    if (!map_node_arg(reader->doc, node, room, &arg)) status = no_memory(reader);
done:
    return status;
}

static trod_status read_condition(struct twin_reader *reader, struct map_node *node,
                                  size_t *room, trod_str slot, const struct trod_json *json) {
    static const trod_str known[] = {{"name", 4}, {"op", 2}, {"value", 5}};
    static const enum map_leaf leaves[] = {MAP_LEAF_COND, MAP_LEAF_OP, MAP_LEAF_SET};
    trod_status status = TROD_OK;
    if (json->kind != TROD_JSON_OBJECT)
        return twin_bad(reader, NULL,
                        "a condition is an object like {\"name\": \"page\", \"op\": \"=\", "
                        "\"value\": \"/home\"}");
    TROD_TRY(twin_known(reader, json, known, TROD_COUNT(known)));
    for (size_t i = 0; i < TROD_COUNT(known); i++) {
        const struct trod_json *const part = trod_json_get(json, known[i].at);
        if (!part && i < 2)
            TROD_TRY(twin_bad(reader, NULL, "this condition has no \"%s\"", known[i].at));
        if (!part) continue;
        twin_enter(&reader->path, known[i]);
        TROD_TRY(add_arg(reader, node, room, i ? known[i] : slot, leaves[i], part));
        twin_leave(&reader->path);
    }
    const struct trod_json *const op = trod_json_get(json, "op");
    const bool alone = trod_str_is(op->text, "exists") || trod_str_is(op->text, "missing");
    if (alone == !trod_json_get(json, "value")) return TROD_OK;
    return twin_bad(reader, NULL,
                    alone ? "there is no \"value\" beside \"%s\""
                          : "this condition has no \"value\" for \"%s\"",
                    map_show(op->text).at);
done:
    return status;
}

static trod_status read_slot(struct twin_reader *reader, struct map_node *node, size_t *room,
                             const struct map_slot *slot, const struct trod_json *json) {
    trod_status status = TROD_OK;
    const bool condition = slot->leaf == MAP_LEAF_COND;
    if (!twin_is_list(slot))
        return condition ? read_condition(reader, node, room, slot->name, json)
                         : add_arg(reader, node, room, slot->name, slot->leaf, json);
    if (json->kind != TROD_JSON_ARRAY)
        return twin_bad(reader, "write [ ] round it, even if there is only one",
                        "this must be an array");
    size_t index = 0;
    for (const struct trod_json *item = json->first; item; item = item->next) {
        twin_enter_item(&reader->path, index++);
        TROD_TRY(condition ? read_condition(reader, node, room, slot->name, item)
                           : add_arg(reader, node, room, slot->name, slot->leaf, item));
        twin_leave(&reader->path);
    }
done:
    return status;
}

static trod_status read_proof(struct twin_reader *reader, struct map_node *node,
                              const struct trod_json *json) {
    static const trod_str known[] = {{"research", 8}, {"note", 4}};
    trod_status status = TROD_OK;
    const struct trod_json *const research = trod_json_get(json, "research");
    const struct trod_json *const note = trod_json_get(json, "note");
    if (!research)
        return twin_bad(
            reader, NULL,
            "a proof is an object like {\"research\": \"talks\", \"note\": \"6 of 9\"}");
    TROD_TRY(twin_known(reader, json, known, TROD_COUNT(known)));
    for (const struct trod_json *member = json->first; member; member = member->next) {
        twin_enter(&reader->path, member->key);
        TROD_TRY(twin_one_line(reader, member));
        twin_leave(&reader->path);
    }
    if (research->text.n == 0) TROD_TRY(twin_bad(reader, NULL, "the \"research\" is empty"));
    node->research = research->text;
    node->note = note ? note->text : (trod_str){0};
done:
    return status;
}

/* ---- Lines
 * ----------------------------------------------------------------------------------- */

/* Puts the arguments in the order of the word's pattern. */
static trod_status sort_args(struct twin_reader *reader, struct map_node *node,
                             const struct map_slot *slots, uint32_t given) {
    uint8_t order[MAP_MAX_SLOTS];
    size_t n_order = 0, n = 0;
    if (!map_word_order(node->word, given, order, &n_order)) return TROD_OK;
    struct map_arg *const sorted = TROD_NEW_ARRAY(reader->arena, node->n_args, struct map_arg);
    if (!sorted) return no_memory(reader);
    for (size_t o = 0; o < n_order; o++)
        for (size_t a = 0; a < node->n_args; a++) {
            const struct map_arg *const arg = &node->args[a];
            if (arg->leaf == MAP_LEAF_OP || arg->leaf == MAP_LEAF_SET) continue;
            if (!trod_str_equal((trod_str){arg->slot, arg->slot_n}, slots[order[o]].name))
                continue;
            sorted[n++] = *arg;
            while (a + 1 < node->n_args && (node->args[a + 1].leaf == MAP_LEAF_OP ||
                                            node->args[a + 1].leaf == MAP_LEAF_SET))
                sorted[n++] = node->args[++a];
        }
    CHECK(n == node->n_args);
    node->args = sorted;
    return TROD_OK;
}

static bool fits(const struct map_node *node) {
    struct trod_buf scratch = {0};
    const bool good = map_doc_line(node, &scratch);
    trod_buf_free(&scratch);
    return good;
}

static trod_status unfitting(struct twin_reader *reader, const struct map_node *node,
                             const struct map_slot *slots, size_t n_slots, uint32_t given) {
    char hint[300];
    snprintf(hint, sizeof hint, "such a line says, for example: %s", node->word->example);
    for (size_t i = 0; i < node->n_args; i++) {
        const struct map_arg *const arg = &node->args[i];
        if (arg->leaf == MAP_LEAF_TEXT && trod_str_trim(arg->text).n != arg->text.n)
            return twin_bad(reader,
                            "a text with blanks around it stands below the line, as "
                            "{\"long\": \"…\"}",
                            "the \"%.*s\" begins or ends with a blank", (int)arg->slot_n,
                            arg->slot);
    }
    for (size_t i = 0; i < n_slots; i++)
        if (slots[i].always && twin_is_member(&slots[i]) && !(given >> i & 1))
            return twin_bad(reader, hint, "the member \"%.*s\" is missing or empty",
                            TROD_ARG(twin_key(&slots[i])));
    return twin_bad(reader, hint,
                    given ? "these members do not go together"
                          : "this line has too few members");
}

trod_status twin_read_members(struct twin_reader *reader, struct map_node *node,
                              const struct trod_json *members) {
    trod_status status = TROD_OK;
    struct map_slot slots[MAP_MAX_SLOTS];
    trod_str known[MAP_MAX_SLOTS + 2];
    uint8_t slot_of[MAP_MAX_SLOTS];
    const size_t n_slots = map_word_slots(node->word, slots);
    uint32_t given = 0;
    size_t room = 0, n_members = 0;
    for (size_t s = 0; s < n_slots; s++)
        if (twin_is_member(&slots[s])) {
            slot_of[n_members] = (uint8_t)s;
            known[n_members++] = twin_key(&slots[s]);
        }
    const bool proof = node->word->flags & MAP_PROOF;
    known[n_members] = proof ? TROD_STR("proof") : TROD_STR("lines");
    known[n_members + 1] = TROD_STR("lines");
    TROD_TRY(twin_known(reader, members, known, n_members + 1 + proof));
    for (const struct trod_json *member = members->first; member; member = member->next) {
        size_t k = 0;
        while (!trod_str_equal(known[k], member->key)) k++;
        const size_t n_before = node->n_args;
        twin_enter(&reader->path, member->key);
        if (k < n_members)
            TROD_TRY(read_slot(reader, node, &room, &slots[slot_of[k]], member));
        else if (trod_str_is(member->key, "proof"))
            TROD_TRY(read_proof(reader, node, member));
        twin_leave(&reader->path);
        if (node->n_args > n_before) given |= UINT32_C(1) << slot_of[k];
    }
    if (!fits(node)) TROD_TRY(sort_args(reader, node, slots, given));
    if (!fits(node)) TROD_TRY(unfitting(reader, node, slots, n_slots, given));
done:
    return status;
}

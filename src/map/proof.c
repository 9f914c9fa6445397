/* Proofs. A line's tail is a group "[id, note]" at its very end, if there is one, or its end.
 * The backslashes directly before the tail are read in pairs: two are one backslash of the
 * text, and one that is left over makes the group a part of the text (before a bare end it
 * stands for itself). So `\[sic]` is the text "[sic]", and every text can be written. A proof
 * is written with a space before it, so a text that a proof follows needs no escapes.
 */
#include "map/proof.h"

static bool id_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

/* The group's "[", or SIZE_MAX if the text does not end in "[id]" or "[id, note]". */
static size_t group_at(trod_str text, trod_str *research, trod_str *note) {
    if (text.n < 3 || text.at[text.n - 1] != ']') return SIZE_MAX;
    size_t open = text.n - 1;
    while (open > 0 && text.at[open] != '[') open--;
    if (text.at[open] != '[') return SIZE_MAX;
    const trod_str in = trod_str_slice(text, open + 1, text.n - 1);
    const size_t comma = trod_str_find(in, ',');
    *research = trod_str_trim(trod_str_slice(in, 0, comma));
    *note =
        comma == SIZE_MAX ? (trod_str){0} : trod_str_trim(trod_str_slice(in, comma + 1, in.n));
    if (research->n == 0 || (comma != SIZE_MAX && note->n == 0)) return SIZE_MAX;
    for (size_t i = 0; i < research->n; i++)
        if (!id_char(research->at[i])) return SIZE_MAX;
    return open;
}

static size_t backslashes_before(trod_str text, size_t at) {
    size_t n = 0;
    while (n < at && text.at[at - n - 1] == '\\') n++;
    return n;
}

struct map_tail map_proof_read(trod_str line) {
    struct map_tail tail = {.text = trod_str_trim(line)};
    trod_str research, note;
    const size_t open = group_at(tail.text, &research, &note);
    const size_t end = open == SIZE_MAX ? tail.text.n : open;
    const size_t n = backslashes_before(tail.text, end);
    if (open != SIZE_MAX && n % 2 == 0) {
        tail.research = research;
        tail.note = note;
        tail.research_at = (size_t)(research.at - line.at);
        tail.text = trod_str_trim(trod_str_slice(tail.text, 0, open));
        tail.literal = n / 2;
    } else {
        tail.literal = open == SIZE_MAX ? n / 2 : n / 2 + 1;
    }
    tail.literal_from = (open == SIZE_MAX ? tail.text.n : end) - n;
    return tail;
}

trod_str map_proof_unescape(const struct map_tail *tail, struct trod_arena *arena) {
    if (tail->literal == 0) return tail->text;
    char *plain = trod_arena_alloc(arena, tail->text.n, 1);
    if (!plain) return (trod_str){0};
    const size_t after = tail->literal_from + tail->literal;
    memcpy(plain, tail->text.at, tail->literal_from);
    memcpy(plain + tail->literal_from, tail->text.at + after, tail->text.n - after);
    return (trod_str){plain, tail->text.n - tail->literal};
}

void map_proof_escape(struct trod_buf *out, trod_str text) {
    trod_str research, note;
    const size_t open = group_at(text, &research, &note);
    const size_t end = open == SIZE_MAX ? text.n : open;
    const size_t n = backslashes_before(text, end);
    trod_buf_add(out, trod_str_slice(text, 0, end));
    /* One alone before a bare end stands for itself already. */
    if (open != SIZE_MAX)
        trod_buf_repeat(out, '\\', n + 1);
    else if (n > 1)
        trod_buf_repeat(out, '\\', n);
    trod_buf_add(out, trod_str_slice(text, end, text.n));
}

/* Which keyword a line begins with: the longest that may stand there, else the longest there
 * is, else the one that was probably meant.
 */
#include "map/keyword.h"

/* Bytes of the text that the keyword takes up, with any run of spaces between its words; 0 if
 * the text does not begin with it. */
static size_t takes(trod_str text, const char *keyword) {
    size_t n = 0;
    for (; *keyword; keyword++) {
        if (n >= text.n) return 0;
        if (*keyword == ' ') {
            if (text.at[n] != ' ' && text.at[n] != '\t') return 0;
            while (n < text.n && (text.at[n] == ' ' || text.at[n] == '\t')) n++;
        } else if (text.at[n++] != *keyword) {
            return 0;
        }
    }
    if (n < text.n && text.at[n] != ' ' && text.at[n] != '\t' && text.at[n] != ':') return 0;
    return n;
}

static size_t first_word(trod_str text) {
    size_t n = 0;
    while (n < text.n && text.at[n] != ' ' && text.at[n] != '\t') n++;
    return n;
}

struct map_found map_keyword_find(trod_str text, enum map_place place) {
    struct map_found found = {0};
    const size_t n_first = first_word(text);
    if (trod_str_starts(text, TROD_STR("x-")) ||
        (place == MAP_SCORE && text.n > 1 && (text.at[0] == '+' || text.at[0] == '-') &&
         text.at[1] >= '0' && text.at[1] <= '9')) {
        found.word = map_word_of(trod_str_slice(text, 0, n_first), place);
        found.n = n_first;
        found.allowed = found.word != NULL;
        return found;
    }
    size_t n_words;
    const struct map_word *const words = map_words(&n_words);
    for (size_t i = 0; i < n_words; i++) {
        if (words[i].keyword[0] != text.at[0]) continue;
        const size_t n = takes(text, words[i].keyword);
        const bool allowed = words[i].places >> place & 1;
        if (n == 0 || (found.allowed && !allowed)) continue;
        if (n > found.n || (allowed && !found.allowed))
            found = (struct map_found){.word = &words[i], .n = n, .allowed = allowed};
    }
    return found;
}

/* The first words of the text, as many as the keyword has, with single spaces and without case.
 */
static trod_str as_many_words(trod_str text, const char *keyword, char room[40],
                              size_t *n_taken) {
    size_t n = 0, at = 0;
    for (const char *c = keyword;; c++) {
        if (*c && *c != ' ') continue;
        while (at < text.n && text.at[at] != ' ' && text.at[at] != '\t' && text.at[at] != ':' &&
               n < 38) {
            const char b = text.at[at++];
            room[n++] = b >= 'A' && b <= 'Z' ? (char)(b - 'A' + 'a') : b;
        }
        *n_taken = at;
        while (at < text.n && (text.at[at] == ' ' || text.at[at] == '\t')) at++;
        if (!*c) break;
        if (n < 38) room[n++] = ' ';
    }
    while (n && room[n - 1] == ' ') n--;
    return (trod_str){room, n};
}

/* What other maps and tools call it. */
static const struct {
    const char *other, *keyword;
} synonyms[] = {
    {"phase", "stage"},
    {"step", "touchpoint"},
    {"activity", "touchpoint"},
    {"interaction", "touchpoint"},
    {"emotion", "feels"},
    {"feeling", "feels"},
    {"sentiment", "feels"},
    {"thought", "thinks"},
    {"thinking", "thinks"},
    {"doing", "does"},
    {"quote", "says"},
    {"opportunity", "action"},
    {"idea", "action"},
    {"problem", "pain"},
    {"gain", "delight"},
    {"actor", "persona"},
    {"frontstage", "front"},
    {"backstage", "back"},
    {"evidence", "physical evidence"},
    {"metric", "kpi"},
    {"duration", "takes"},
    {"wait", "comes"},
    {"xor", "choose"},
    {"choice", "choose"},
    {"parallel", "any order"},
    {"loop", "repeat"},
    {"title", "journey"},
    {"goals", "goal"},
    {"responsible", "owner"},
    {"team", "front"},
};

static const char *synonym_of(trod_str text) {
    for (size_t i = 0; i < TROD_COUNT(synonyms); i++) {
        const size_t n = strlen(synonyms[i].other);
        if (trod_str_starts(text, trod_str_of(synonyms[i].other)) &&
            (text.n == n || text.at[n] == ' ' || text.at[n] == ':'))
            return synonyms[i].keyword;
    }
    return NULL;
}

struct map_found map_keyword_nearest(trod_str text, enum map_place place) {
    struct map_found found = {0};
    const char *const synonym = synonym_of(text);
    if (synonym) {
        found.word = map_word_of(trod_str_of(synonym), place);
        found.allowed = found.word != NULL;
        for (; found.n < text.n && text.at[found.n] != ' ' && text.at[found.n] != ':';
             found.n++) {
        }
        if (found.word) return found;
    }
    unsigned best = UINT32_MAX;
    size_t n_words;
    const struct map_word *const words = map_words(&n_words);
    for (int pass = 0; pass < 2 && !found.word; pass++)
        for (size_t i = 0; i < n_words; i++) {
            const bool allowed = words[i].places >> place & 1;
            if (allowed != (pass == 0) || words[i].flags & MAP_PREFIXED ||
                trod_str_is(TROD_STR("x-"), words[i].keyword))
                continue;
            char room[40];
            size_t n_taken;
            const trod_str start = as_many_words(text, words[i].keyword, room, &n_taken);
            const trod_str keyword = trod_str_of(words[i].keyword);
            const unsigned limit = keyword.n < 4 ? 1 : keyword.n < 8 ? 2 : 3;
            if (start.n > keyword.n + limit || keyword.n > start.n + limit) continue;
            const unsigned distance = trod_str_distance(start, keyword, limit);
            if (distance > limit || distance >= start.n || distance >= best) continue;
            best = distance;
            found = (struct map_found){.word = &words[i], .n = n_taken, .allowed = allowed};
        }
    return found;
}

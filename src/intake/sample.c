/* What the first rows show of a column: how full it is, how many values differ, and whether
 * they are times. One bad value must not hide a column of times, so where no way of writing
 * reads every value, the values that are times by themselves vote. */
#include "intake/inside.h"

bool intake_is_void(trod_str text) {
    static const char *const words[] = {"null", "none", "nan", "nat", "n/a",
                                        "na",   "nil",  "-",   "\\N", "undefined"};
    const trod_str trimmed = trod_str_trim(text);
    if (trimmed.n == 0) return true;
    if (trimmed.n > 9) return false;
    for (size_t i = 0; i < TROD_COUNT(words); i++)
        if (trimmed.n == strlen(words[i]) && strncasecmp(trimmed.at, words[i], trimmed.n) == 0)
            return true;
    return false;
}

/* "a@b.c", roughly. */
static bool is_mail(trod_str text) {
    const char *const at = memchr(text.at, '@', text.n);
    if (!at || at == text.at || memchr(text.at, ' ', text.n)) return false;
    const size_t n_after = (size_t)(text.at + text.n - at) - 1;
    const char *const dot = memchr(at + 1, '.', n_after);
    return dot && dot > at + 1 && dot + 1 < text.at + text.n;
}

trod_status intake_sight_make(const struct intake_table *table, struct intake_sight **sights,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_dict *values = NULL;
    *sights = TROD_NEW_ARRAY(table->arena, table->n_columns, struct intake_sight);
    TROD_TRY_ALLOC(*sights, error);
    for (uint32_t c = 0; c < table->n_columns; c++) {
        struct intake_sight *const sight = &(*sights)[c];
        values = trod_dict_make(0);
        TROD_TRY_ALLOC(values, error);
        for (size_t r = 0; r < table->n_sample; r++) {
            const trod_str cell = intake_cell(&table->sample[r], c);
            if (intake_is_void(cell)) continue;
            sight->n_filled++;
            sight->n_mail += is_mail(cell);
            if (trod_dict_add(values, cell) == TROD_NO_ID)
                TROD_TRY(trod_fail(error, TROD_NO_MEMORY, "there is not enough memory"));
        }
        sight->n_distinct = trod_dict_count(values);
        trod_dict_free(values);
        values = NULL;
    }
done:
    trod_dict_free(values);
    return status;
}

static size_t count_read(const trod_str *texts, size_t n, const struct trod_time_form *form) {
    size_t n_read = 0;
    for (size_t i = 0; i < n; i++)
        n_read += trod_time_read(texts[i], form, NULL) != TROD_NO_TIME;
    return n_read;
}

/* Finds the form of `texts`, of which most, but not all, may be times. */
static bool vote(struct trod_arena *arena, const trod_str *texts, size_t n,
                 struct intake_sight *sight) {
    if (trod_time_guess(texts, n, &sight->form, &sight->ambiguous)) return true;
    trod_str *const good = TROD_NEW_ARRAY(arena, n, trod_str);
    size_t n_good = 0;
    if (!good) return false;
    for (size_t i = 0; i < n; i++) {
        struct trod_time_form form = {0};
        bool ambiguous = false;
        if (trod_time_guess(&texts[i], 1, &form, &ambiguous)) good[n_good++] = texts[i];
        if (i == 49 && n_good < 10) return false; /* no column of times */
    }
    if (n_good == 0) return false;
    if (trod_time_guess(good, n_good, &sight->form, &sight->ambiguous)) return true;
    /* Several ways of writing in one column: the one that reads most. */
    size_t best = 0;
    for (size_t i = 0; i < n_good && i < 20; i++) {
        struct trod_time_form form = {0};
        bool ambiguous = false;
        if (!trod_time_guess(&good[i], 1, &form, &ambiguous)) continue;
        const size_t n_read = count_read(good, n_good, &form);
        if (n_read <= best) continue;
        best = n_read;
        sight->form = form;
        sight->ambiguous = ambiguous;
    }
    return best > 0;
}

trod_status intake_sight_time(const struct intake_table *table, uint32_t column,
                              struct intake_sight *sight, struct trod_error *error) {
    if (sight->looked_for_time) return TROD_OK;
    sight->looked_for_time = true;
    trod_str *const texts = TROD_NEW_ARRAY(table->sample_arena, table->n_sample + 1, trod_str);
    if (!texts) return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    size_t n = 0, n_number = 0;
    for (size_t r = 0; r < table->n_sample; r++) {
        const trod_str text = trod_str_trim(intake_cell(&table->sample[r], column));
        double value = 0;
        if (intake_is_void(text)) continue;
        n_number += trod_str_number(text, &value);
        texts[n++] = text;
    }
    if (n == 0) return TROD_OK;
    sight->odd = texts[0];
    sight->is_number = n_number * 10 >= n * 9;
    if (table->wish.time_format.n) {
        sight->form = table->form;
    } else if (!vote(table->sample_arena, texts, n, sight)) {
        return TROD_OK;
    }
    sight->form.zone = table->zone;
    sight->share_time = (double)count_read(texts, n, &sight->form) / (double)n;
    sight->is_time = sight->share_time >= 0.8;
    for (size_t i = 0; i < n; i++) {
        if (trod_time_read(texts[i], &sight->form, NULL) != TROD_NO_TIME) continue;
        sight->odd = texts[i];
        break;
    }
    return TROD_OK;
}

double intake_sight_ordered(const struct intake_table *table, const struct intake_sight *sights,
                            uint32_t a, uint32_t b) {
    size_t n = 0, n_ordered = 0;
    for (size_t r = 0; r < table->n_sample; r++) {
        const trod_str first = trod_str_trim(intake_cell(&table->sample[r], a));
        const trod_str second = trod_str_trim(intake_cell(&table->sample[r], b));
        const int64_t first_us = trod_time_read(first, &sights[a].form, NULL);
        const int64_t second_us = trod_time_read(second, &sights[b].form, NULL);
        if (first_us == TROD_NO_TIME || second_us == TROD_NO_TIME) continue;
        n++;
        n_ordered += first_us <= second_us;
    }
    return n ? (double)n_ordered / (double)n : 0;
}

trod_status intake_sight_constant(const struct intake_table *table, uint32_t a, uint32_t b,
                                  bool *constant, struct trod_error *error) {
    trod_status status = TROD_OK;
    size_t *of = NULL; /* [value of a] the row that showed its value of b */
    struct trod_dict *const values = trod_dict_make(0);
    *constant = true;
    TROD_TRY_ALLOC(values, error);
    of = TROD_NEW_ARRAY(table->sample_arena, table->n_sample + 1, size_t);
    TROD_TRY_ALLOC(of, error);
    for (size_t r = 0; r < table->n_sample && *constant; r++) {
        const trod_str from = intake_cell(&table->sample[r], a);
        const trod_str to = intake_cell(&table->sample[r], b);
        if (from.n == 0 || to.n == 0) continue;
        const uint32_t n_before = trod_dict_count(values);
        const uint32_t id = trod_dict_add(values, from);
        if (id == TROD_NO_ID)
            TROD_TRY(trod_fail(error, TROD_NO_MEMORY, "there is not enough memory"));
        if (id == n_before)
            of[id] = r;
        else
            *constant = trod_str_equal(intake_cell(&table->sample[of[id]], b), to);
    }
done:
    trod_dict_free(values);
    return status;
}

/* Remarks. They are kept in a list with a ceiling; beyond it they are only counted, so that a
 * map of 100,000 mistakes costs no more than one of a thousand. Sorting is by file (in the
 * order of their first remarks), then line, then column, then the order of finding.
 */
#include "map/remark.h"

#include <stdio.h>
#include <stdlib.h>

#define ARENA_BYTES ((size_t)64 << 20)

void trod_report_release(struct trod_report *report) {
    if (!report) return;
    trod_arena_free(report->arena);
    *report = (struct trod_report){0};
}

trod_status map_remarks_begin(struct map_remarks *remarks, struct trod_report *report,
                              trod_str file, struct trod_error *error) {
    *remarks = (struct map_remarks){.report = report, .first = report->n};
    trod_status status = TROD_OK;
    if (!report->arena) {
        report->arena = trod_arena_make(ARENA_BYTES);
        TROD_TRY_ALLOC(report->arena, error);
        report->items = TROD_NEW_ARRAY(report->arena, MAP_MAX_REMARKS, struct trod_remark);
        TROD_TRY_ALLOC(report->items, error);
    }
    remarks->file = file;
done:
    return status;
}

static const char *TROD_PRINTF(2, 0)
    format_on(struct map_remarks *remarks, const char *format, va_list list) {
    char text[1024];
    vsnprintf(text, sizeof text, format, list);
    const trod_str kept = trod_arena_copy(remarks->report->arena, trod_str_of(text));
    if (!kept.at) remarks->no_memory = true;
    return kept.at ? kept.at : "";
}

struct trod_remark *map_remark(struct map_remarks *remarks, enum trod_weight weight,
                               const char *code, uint32_t line, uint32_t column,
                               const char *format, ...) {
    struct trod_report *const report = remarks->report;
    if (weight == TROD_ERROR) {
        report->n_errors++;
        remarks->n_errors++;
    } else {
        report->n_advice++;
    }
    if (!remarks->kept.at || !trod_str_equal(remarks->kept, remarks->file)) {
        remarks->kept = trod_arena_copy(report->arena, remarks->file);
        if (!remarks->kept.at) remarks->no_memory = true;
    }
    va_list list;
    va_start(list, format);
    struct trod_remark *remark = NULL;
    if (report->n < MAP_MAX_REMARKS) {
        remark = &report->items[report->n++];
        *remark = (struct trod_remark){.weight = weight,
                                       .code = code,
                                       .file = remarks->kept,
                                       .line = line,
                                       .column = column,
                                       .message = format_on(remarks, format, list),
                                       .hint = ""};
    }
    va_end(list);
    return remark;
}

void map_hint(struct map_remarks *remarks, struct trod_remark *remark, const char *format,
              ...) {
    if (!remark) return;
    va_list list;
    va_start(list, format);
    remark->hint = format_on(remarks, format, list);
    va_end(list);
}

struct keyed {
    struct trod_remark remark;
    size_t file, found;
};

static int by_place(const void *a, const void *b) {
    const struct keyed *const x = a, *const y = b;
    if (x->file != y->file) return x->file < y->file ? -1 : 1;
    if (x->remark.line != y->remark.line) return x->remark.line < y->remark.line ? -1 : 1;
    if (x->remark.column != y->remark.column)
        return x->remark.column < y->remark.column ? -1 : 1;
    return x->found < y->found ? -1 : x->found > y->found;
}

void map_remarks_sort(struct map_remarks *remarks) {
    struct trod_remark *const items = remarks->report->items + remarks->first;
    const size_t n = remarks->report->n - remarks->first;
    struct keyed *const keyed = TROD_NEW_ARRAY(remarks->report->arena, n, struct keyed);
    if (!keyed) {
        remarks->no_memory = true;
        return;
    }
    trod_str files[64];
    size_t n_files = 0;
    for (size_t i = 0; i < n; i++) {
        size_t file = 0;
        while (file < n_files && !trod_str_equal(files[file], items[i].file)) file++;
        if (file == n_files && n_files < TROD_COUNT(files)) files[n_files++] = items[i].file;
        keyed[i] = (struct keyed){items[i], file, i};
    }
    qsort(keyed, n, sizeof *keyed, by_place);
    for (size_t i = 0; i < n; i++) items[i] = keyed[i].remark;
}

struct map_shown map_show(trod_str text) {
    struct map_shown shown = {{0}};
    size_t at = 0, n = 0, n_chars = 0;
    while (at < text.n) {
        if (n_chars++ == 60) {
            memcpy(shown.at + n, "\xe2\x80\xa6", 3); /* … */
            break;
        }
        const size_t from = at;
        const int32_t c = trod_str_next(text, &at);
        const bool bad = c < ' ' || c == 0x7f || c == 0xfffd || (c >= 0x80 && c < 0xa0);
        if (bad) {
            shown.at[n++] = '?';
        } else {
            memcpy(shown.at + n, text.at + from, at - from);
            n += at - from;
        }
    }
    return shown;
}

size_t map_nearest(trod_str word, const trod_str *words, size_t n) {
    size_t best = n;
    unsigned best_distance = 0;
    for (size_t i = 0; i < n; i++) {
        const size_t longer = words[i].n > word.n ? words[i].n : word.n;
        const size_t apart = longer - (words[i].n < word.n ? words[i].n : word.n);
        const unsigned limit = longer < 3 ? 0 : longer < 6 ? 1 : longer < 12 ? 2 : 3;
        if (apart > limit) continue;
        const unsigned distance = trod_str_distance(word, words[i], limit);
        if (distance <= limit && (best == n || distance < best_distance)) {
            best = i;
            best_distance = distance;
        }
    }
    return best;
}

/* Rows that cannot be taken: counted, the first hundred kept for the report, and all of them
 * written to a file where one was asked for. Where several threads take rows, those of a chunk
 * wait as texts until the chunks before it are done: only then is their line known, and whether
 * they are among the first. */
#include <errno.h>

#include "intake/inside.h"

enum {
    REASON_ROOM = 400,
    INTAKE_LOOKED_AT = INTAKE_REJECT_BYTES + 8, /* whether a character is cut must be seen */
};

struct intake_file_line {
    const struct trod_intake_file *file;
    uint64_t line;
};
struct late_row {
    uint64_t line;
    size_t n_reason, n_text;
};

/* The first `most` bytes of a text as one line of text that is safe to print; cut between
 * characters. */
static trod_str show(struct trod_arena *arena, trod_str text, size_t most) {
    struct trod_buf out = {.ceiling = 1 << 16};
    trod_str head = {text.at, text.n < most ? text.n : most};
    size_t bad_at = head.n;
    if (!trod_str_utf8(head, &bad_at) && bad_at + 4 > head.n && head.n < text.n)
        head.n = bad_at;
    if (trod_str_utf8(head, NULL))
        trod_buf_add(&out, head);
    else
        intake_latin(&out, head);
    for (size_t i = 0; i < out.n; i++)
        if ((unsigned char)out.at[i] < ' ' || out.at[i] == 0x7f) out.at[i] = ' ';
    const trod_str row = trod_arena_copy(arena, trod_buf_str(&out));
    trod_buf_free(&out);
    return row;
}

static void write_quoted(FILE *file, trod_str text) {
    putc('"', file);
    for (size_t i = 0; i < text.n; i++) {
        if (text.at[i] == '"') putc('"', file);
        putc(text.at[i], file);
    }
    putc('"', file);
}

static trod_status write_reject(struct trod_intake *intake, const struct intake_file_line *at,
                                trod_str reason, trod_str text, struct trod_error *error) {
    FILE *const file = intake->rejects_file;
    if (!file) return TROD_OK;
    write_quoted(file, at->file->name);
    fprintf(file, ",%llu,", (unsigned long long)at->line);
    write_quoted(file, reason);
    putc(',', file);
    write_quoted(file, text);
    putc('\n', file);
    if (!ferror(file)) return TROD_OK;
    return trod_fail(error, TROD_IO, "%s cannot be written: %s", intake->options.rejects,
                     strerror(errno));
}

/* Keeps a rejected row, if it is one of the first, and writes it to the file. */
static trod_status enter(struct trod_intake *intake, const struct intake_file_line *at,
                         trod_str reason, trod_str text, struct trod_error *error) {
    if (intake->n_rejects < INTAKE_KEPT_REJECTS) {
        struct trod_reject *const reject = &intake->rejects[intake->n_rejects];
        *reject = (struct trod_reject){.file = at->file->name,
                                       .line = at->line,
                                       .reason = show(intake->arena, reason, REASON_ROOM),
                                       .row = show(intake->arena, text, INTAKE_REJECT_BYTES)};
        if (!reject->reason.at || !reject->row.at)
            return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
        intake->n_rejects++;
    }
    return write_reject(intake, at, reason, text, error);
}

/* Puts a rejected row by until its turn. Of the row as much is kept as will be asked for. */
static trod_status wait_for_turn(struct intake_taker *taker, const struct intake_row *row,
                                 const char *reason, struct trod_error *error) {
    struct intake_late *const late = taker->late;
    const bool written = taker->table->intake->rejects_file != NULL;
    if (!written && late->n >= INTAKE_KEPT_REJECTS) return TROD_OK;
    const size_t n_text =
        written || row->text.n < INTAKE_LOOKED_AT ? row->text.n : INTAKE_LOOKED_AT;
    const struct late_row item = {row->line, strlen(reason), n_text};
    trod_buf_add(&late->items, (trod_str){(const char *)&item, sizeof item});
    trod_buf_adds(&late->texts, reason);
    trod_buf_add(&late->texts, (trod_str){row->text.at ? row->text.at : "", n_text});
    late->n++;
    if (!late->items.failed && !late->texts.failed) return TROD_OK;
    return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
}

trod_status intake_rejects_flush(struct trod_intake *intake, struct trod_intake_file *file,
                                 struct intake_late *late, uint64_t line,
                                 struct trod_error *error) {
    trod_status status = TROD_OK;
    const char *text = late->texts.at;
    for (uint64_t i = 0; i < late->n && status == TROD_OK; i++) {
        struct late_row item;
        memcpy(&item, late->items.at + i * sizeof item, sizeof item);
        const struct intake_file_line at = {file, line - 1 + item.line};
        status = enter(intake, &at, (trod_str){text, item.n_reason},
                       (trod_str){text + item.n_reason, item.n_text}, error);
        text += item.n_reason + item.n_text;
    }
    trod_buf_clear(&late->items);
    trod_buf_clear(&late->texts);
    late->n = 0;
    return status;
}

void intake_late_release(struct intake_late *late) {
    trod_buf_free(&late->items);
    trod_buf_free(&late->texts);
}

trod_status intake_reject(struct intake_taker *taker, const struct intake_row *row,
                          struct trod_error *error, const char *reason, ...) {
    char why[REASON_ROOM];
    struct intake_table *const table = taker->table;
    va_list arguments;
    va_start(arguments, reason);
    vsnprintf(why, sizeof why, reason, arguments);
    va_end(arguments);
    taker->counts.n_rejected++;
    trod_status status = TROD_OK;
    if (taker->late) {
        status = wait_for_turn(taker, row, why, error);
    } else {
        const struct intake_file_line at = {table->file, row->line};
        status = enter(table->intake, &at, trod_str_of(why), row->text, error);
    }
    if (status != TROD_OK || !table->intake->options.strict) return status;
    trod_fail(error, TROD_BAD_INPUT, "a row cannot be taken: %s", why);
    trod_error_hint(error, "without --strict such rows are counted and left out");
    trod_error_place(error, "", (int64_t)row->line, 0);
    return TROD_BAD_INPUT;
}

void intake_order_rejects(struct trod_intake *intake, size_t first) {
    for (size_t i = first + 1; i < intake->n_rejects; i++) {
        const struct trod_reject reject = intake->rejects[i];
        size_t k = i;
        for (; k > first && intake->rejects[k - 1].line > reject.line; k--)
            intake->rejects[k] = intake->rejects[k - 1];
        intake->rejects[k] = reject;
    }
}

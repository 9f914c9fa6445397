/* Rows that cannot be taken: counted, the first hundred kept for the report, and all of them
 * written to a file where one was asked for. */
#include <errno.h>

#include "intake/inside.h"

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

static trod_status write_reject(struct trod_intake *intake, trod_str name, uint64_t line,
                                const char *reason, trod_str text, struct trod_error *error) {
    FILE *const file = intake->rejects_file;
    if (!file) return TROD_OK;
    write_quoted(file, name);
    fprintf(file, ",%llu,", (unsigned long long)line);
    write_quoted(file, trod_str_of(reason));
    putc(',', file);
    write_quoted(file, text);
    putc('\n', file);
    if (!ferror(file)) return TROD_OK;
    return trod_fail(error, TROD_IO, "%s cannot be written: %s", intake->options.rejects,
                     strerror(errno));
}

trod_status intake_reject(struct trod_intake *intake, struct trod_intake_file *file,
                          const struct intake_row *row, struct trod_error *error,
                          const char *reason, ...) {
    char why[400];
    va_list arguments;
    va_start(arguments, reason);
    vsnprintf(why, sizeof why, reason, arguments);
    va_end(arguments);
    file->n_rejected++;
    intake->n_rejected++;
    if (intake->n_rejects < INTAKE_KEPT_REJECTS) {
        struct trod_reject *const reject = &intake->rejects[intake->n_rejects];
        *reject =
            (struct trod_reject){.file = file->name,
                                 .line = row->line,
                                 .reason = show(intake->arena, trod_str_of(why), sizeof why),
                                 .row = show(intake->arena, row->text, INTAKE_REJECT_BYTES)};
        if (!reject->reason.at || !reject->row.at)
            return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
        intake->n_rejects++;
    }
    const trod_status status =
        write_reject(intake, file->name, row->line, why, row->text, error);
    if (status != TROD_OK || !intake->options.strict) return status;
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

/* Sheets of a spreadsheet (XLSX): a zip of XML parts. workbook.xml and its rels name the
 * sheets, styles.xml tells which numbers are dates, sharedStrings.xml holds most texts; then
 * the sheet is read cell by cell, and its rows go to the table as those of CSV do. The file is
 * held in memory, because a zip is read from its end; the sheet itself streams. */
#include "intake/xlsx.h"

#include "intake/inside.h"
#include "intake/zip_door.h"

enum {
    FILE_CEILING = 512 << 20,  /* of the file as it is */
    TEXTS_CEILING = 512 << 20, /* of shared texts */
    MOST_TEXTS = 1 << 26,
    MOST_STYLES = 1 << 16,
    MOST_SHEETS = 1 << 12,
    TEXT_RATIO = 200, /* of cells to the XML that they stand in, beyond FREE_BYTES */
};
#define FREE_BYTES (UINT64_C(64) << 20)

struct sheet {
    trod_str name, id; /* id: of its part, in the rels */
    bool hidden;
};
struct style {
    int64_t id;
    bool is_date;
};
struct cell {
    size_t at, n; /* in the row's text; n == 0: empty */
};

enum { KIND_NUMBER, KIND_SHARED, KIND_TEXT, KIND_BOOLEAN };

struct xlsx {
    struct intake_table *table;
    struct intake_feed *feed;
    struct intake_zip *zip;
    struct trod_arena *arena;
    uint64_t n_expanded;
    struct trod_xml *xml;
    trod_status told; /* what a callback returned: its error is no damage of the XML */
    /* workbook */
    struct sheet *sheets;
    size_t n_sheets, room_sheets;
    bool since_1904;
    const struct sheet *wanted;
    trod_str sheet_part, texts_part, styles_part;
    /* styles */
    struct style *formats;
    size_t n_formats, room_formats;
    bool in_styles;
    bool *dates; /* by the number of a cell's style */
    size_t n_dates, room_dates;
    /* shared texts: text i ends at ends[i] */
    struct trod_buf texts;
    uint32_t *ends;
    size_t n_ends, room_ends;
    /* the text that is being read */
    struct trod_buf text;
    bool collect, keep_blanks;
    unsigned phonetic; /* depth of hints how a text is spoken */
    size_t run;        /* where the run begins */
    /* the sheet */
    bool in_data, in_row, in_cell;
    int kind;
    size_t style, column;
    uint64_t row, place;
    struct trod_buf cells_text; /* of the row, with commas between */
    struct cell *cells;         /* [n_cells] of XLSX_MOST_COLUMNS */
    size_t n_cells;
    trod_str *values; /* for the table */
    size_t n_columns; /* of the header; 0: not seen yet */
};

static trod_status no_memory(struct trod_error *error) {
    return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
}

static trod_status too_much(struct trod_error *error, const char *what, int most) {
    const trod_status status =
        trod_fail(error, TROD_TOO_MUCH, "the spreadsheet has more than %d %s", most, what);
    trod_error_hint(error, "save the sheet as CSV");
    return status;
}

static bool is(const char *name, const char *other) {
    return strcmp(name, other) == 0;
}

static bool is_true(const char *value) {
    return value && (is(value, "1") || is(value, "true"));
}

static int64_t number_of(const char *value) {
    int64_t number = -1;
    return value && trod_str_int64(trod_str_of(value), &number) && number >= 0 ? number : -1;
}

/* ---- Parts ------------------------------------------------------------------------------- */

static trod_status feed_xml(void *owner, trod_str piece, bool last, struct trod_error *error) {
    struct xlsx *const xlsx = owner;
    if (trod_run_cancelled(xlsx->feed->run))
        return xlsx->told = trod_fail(error, TROD_CANCELLED, "stopped");
    return trod_xml_feed(xlsx->xml, piece, last, error);
}

/* Reads a part. What its callbacks say goes on as it is. */
static trod_status read_part(struct xlsx *xlsx, trod_str part,
                             const struct trod_xml_reader *reader, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_error why = {0};
    xlsx->told = TROD_OK;
    xlsx->xml = trod_xml_make(reader, NULL);
    TROD_TRY_ALLOC(xlsx->xml, error);
    status = intake_zip_read(xlsx->zip, part.at, feed_xml, xlsx, &xlsx->n_expanded, &why);
    if (status == TROD_OK) goto done;
    if (why.line && !xlsx->told) { /* a line of the XML, which nobody sees */
        trod_fail(error, status, "the spreadsheet is damaged: line %lld of its part %.*s: %s",
                  (long long)why.line, TROD_ARG(part), why.message);
        trod_error_hint(error, "save it anew as XLSX or CSV");
    } else if (error) {
        if (why.column)
            why.line = why.column = 0; /* no row of the sheet, but where the XML is */
        *error = why;
    }
done:
    trod_xml_free(xlsx->xml);
    xlsx->xml = NULL;
    return status;
}

/* ---- The sheets -------------------------------------------------------------------------- */

static trod_status workbook_begin(void *owner, const char *name, const char **attributes,
                                  struct trod_error *error) {
    struct xlsx *const xlsx = owner;
    if (is(name, "workbookPr"))
        xlsx->since_1904 = is_true(trod_xml_attribute(attributes, "date1904"));
    if (!is(name, "sheet")) return TROD_OK;
    const char *const title = trod_xml_attribute(attributes, "name");
    const char *const id = trod_xml_attribute(attributes, "id");
    const char *const state = trod_xml_attribute(attributes, "state");
    if (!title || !id) return TROD_OK;
    if (xlsx->n_sheets == MOST_SHEETS)
        return xlsx->told = too_much(error, "sheets", MOST_SHEETS);
    const struct sheet sheet = {trod_arena_copy(xlsx->arena, trod_str_of(title)),
                                trod_arena_copy(xlsx->arena, trod_str_of(id)),
                                state && !is(state, "visible")};
    if (sheet.name.at && sheet.id.at &&
        TROD_PUSH(xlsx->arena, xlsx->sheets, xlsx->n_sheets, xlsx->room_sheets, sheet))
        return TROD_OK;
    return xlsx->told = no_memory(error);
}

/* The sheet that is asked for, else the first that is shown. */
static trod_status choose(struct xlsx *xlsx, trod_str name, struct trod_error *error) {
    for (size_t i = 0; i < xlsx->n_sheets && !xlsx->wanted; i++) {
        const struct sheet *const sheet = &xlsx->sheets[i];
        if (name.at ? trod_str_equal_fold(sheet->name, name) : !sheet->hidden)
            xlsx->wanted = sheet;
    }
    if (!xlsx->wanted && !name.at && xlsx->n_sheets) xlsx->wanted = xlsx->sheets;
    if (xlsx->wanted) return TROD_OK;
    if (xlsx->n_sheets == 0)
        return trod_fail(error, TROD_BAD_INPUT, "the spreadsheet has no sheet");
    struct trod_buf list = {.ceiling = 1 << 20};
    for (size_t i = 0; i < xlsx->n_sheets && list.n < 240; i++)
        trod_buf_format(&list, "%s%.*s", i ? ", " : "", TROD_ARG(xlsx->sheets[i].name));
    const trod_status status =
        trod_fail(error, TROD_BAD_OPTION, "there is no sheet \"%.*s\"; the sheets are: %.*s",
                  (int)trod_str_cut_cells(name, 60).n, name.at, TROD_ARG(trod_buf_str(&list)));
    trod_error_hint(error, "name one of them behind the file, as in FILE.xlsx#SHEET");
    trod_buf_free(&list);
    return status;
}

/* Where the part of a relation lies. */
static trod_status rels_begin(void *owner, const char *name, const char **attributes,
                              struct trod_error *error) {
    struct xlsx *const xlsx = owner;
    const char *const target = trod_xml_attribute(attributes, "Target");
    const char *const id = trod_xml_attribute(attributes, "Id");
    const trod_str type = trod_str_of(trod_xml_attribute(attributes, "Type"));
    if (!is(name, "Relationship") || !target || !id || !type.at) return TROD_OK;
    trod_str *to = NULL;
    if (trod_str_is(xlsx->wanted->id, id))
        to = &xlsx->sheet_part;
    else if (trod_str_ends(type, TROD_STR("/sharedStrings")))
        to = &xlsx->texts_part;
    else if (trod_str_ends(type, TROD_STR("/styles")))
        to = &xlsx->styles_part;
    if (!to) return TROD_OK;
    if (to == &xlsx->sheet_part && !trod_str_ends(type, TROD_STR("/worksheet"))) {
        xlsx->told = trod_fail(error, TROD_BAD_OPTION,
                               "\"%.*s\" is a chart or a macro, not a sheet of cells",
                               TROD_ARG(xlsx->wanted->name));
        trod_error_hint(error, "name another sheet behind the file, as in FILE.xlsx#SHEET");
        return xlsx->told;
    }
    *to = target[0] == '/' ? trod_arena_copy(xlsx->arena, trod_str_of(target + 1))
                           : trod_arena_format(xlsx->arena, "xl/%s", target);
    return to->at ? TROD_OK : (xlsx->told = no_memory(error));
}

/* ---- Styles ------------------------------------------------------------------------------ */

static trod_status styles_begin(void *owner, const char *name, const char **attributes,
                                struct trod_error *error) {
    struct xlsx *const xlsx = owner;
    const int64_t id = number_of(trod_xml_attribute(attributes, "numFmtId"));
    if (is(name, "cellXfs")) xlsx->in_styles = true;
    if (xlsx->n_formats > MOST_STYLES || xlsx->n_dates > MOST_STYLES)
        return xlsx->told = too_much(error, "styles", MOST_STYLES);
    if (is(name, "numFmt")) {
        const char *const code = trod_xml_attribute(attributes, "formatCode");
        const struct style format = {id, code && intake_xlsx_is_date_format(trod_str_of(code))};
        if (!TROD_PUSH(xlsx->arena, xlsx->formats, xlsx->n_formats, xlsx->room_formats, format))
            return xlsx->told = no_memory(error);
    } else if (xlsx->in_styles && is(name, "xf")) {
        bool is_date = intake_xlsx_is_date_id(id);
        for (size_t i = 0; i < xlsx->n_formats; i++)
            if (xlsx->formats[i].id == id) {
                is_date = xlsx->formats[i].is_date;
                break;
            }
        if (!TROD_PUSH(xlsx->arena, xlsx->dates, xlsx->n_dates, xlsx->room_dates, is_date))
            return xlsx->told = no_memory(error);
    }
    return TROD_OK;
}

static trod_status styles_end(void *owner, const char *name, struct trod_error *error) {
    struct xlsx *const xlsx = owner;
    (void)error;
    if (is(name, "cellXfs")) xlsx->in_styles = false;
    return TROD_OK;
}

/* ---- Texts ------------------------------------------------------------------------------- */

static void text_begin(struct xlsx *xlsx, const char *name, const char **attributes) {
    if (is(name, "rPh")) xlsx->phonetic++;
    if (!is(name, "t") || xlsx->phonetic) return;
    const char *const space = trod_xml_attribute(attributes, "space");
    xlsx->collect = true;
    xlsx->keep_blanks = space && is(space, "preserve");
    xlsx->run = xlsx->text.n;
}

static void text_end(struct xlsx *xlsx, const char *name) {
    if (is(name, "rPh") && xlsx->phonetic) xlsx->phonetic--;
    if (!is(name, "t") || !xlsx->collect) return;
    xlsx->collect = false;
    if (xlsx->keep_blanks || xlsx->text.n == xlsx->run) return;
    const trod_str run = {xlsx->text.at + xlsx->run, xlsx->text.n - xlsx->run};
    const trod_str bare = trod_str_trim(run);
    memmove(xlsx->text.at + xlsx->run, bare.at, bare.n);
    xlsx->text.n = xlsx->run + bare.n;
}

static trod_status add_text(void *owner, trod_str text, struct trod_error *error) {
    struct xlsx *const xlsx = owner;
    if (!xlsx->collect) return TROD_OK;
    if (xlsx->text.n + text.n > INTAKE_ROW_CEILING)
        return xlsx->told = too_much(error, "MiB of text in a cell", INTAKE_ROW_CEILING >> 20);
    trod_buf_add(&xlsx->text, text);
    return xlsx->text.failed ? (xlsx->told = no_memory(error)) : TROD_OK;
}

static trod_status texts_begin(void *owner, const char *name, const char **attributes,
                               struct trod_error *error) {
    struct xlsx *const xlsx = owner;
    (void)error;
    if (is(name, "si")) trod_buf_clear(&xlsx->text);
    text_begin(xlsx, name, attributes);
    return TROD_OK;
}

static trod_status texts_end(void *owner, const char *name, struct trod_error *error) {
    struct xlsx *const xlsx = owner;
    text_end(xlsx, name);
    if (!is(name, "si")) return TROD_OK;
    if (xlsx->n_ends == MOST_TEXTS) return xlsx->told = too_much(error, "texts", MOST_TEXTS);
    if (xlsx->texts.n + xlsx->text.n > TEXTS_CEILING)
        return xlsx->told = too_much(error, "MiB of texts", TEXTS_CEILING >> 20);
    intake_xlsx_unescape(&xlsx->texts, trod_buf_str(&xlsx->text));
    if (!xlsx->texts.failed && TROD_PUSH(xlsx->arena, xlsx->ends, xlsx->n_ends, xlsx->room_ends,
                                         (uint32_t)xlsx->texts.n))
        return TROD_OK;
    return xlsx->told = no_memory(error);
}

/* ---- Cells ------------------------------------------------------------------------------- */

/* What a number says: itself, or the date that it is shown as. */
static trod_str number_text(const struct xlsx *xlsx, trod_str text, char at[40]) {
    double number;
    if (!trod_str_number(text, &number)) return text;
    if (xlsx->style < xlsx->n_dates && xlsx->dates[xlsx->style] &&
        *intake_xlsx_date(number, xlsx->since_1904, at))
        return trod_str_of(at);
    return trod_str_of(trod_number_write(number, at));
}

static trod_status end_cell(struct xlsx *xlsx, struct trod_error *error) {
    char at[40];
    struct trod_buf *const out = &xlsx->cells_text;
    trod_str text = trod_str_trim(trod_buf_str(&xlsx->text));
    int64_t i = -1;
    xlsx->in_cell = false;
    if (text.n == 0) return TROD_OK;
    if (out->n) trod_buf_byte(out, ',');
    const size_t from = out->n;
    if (xlsx->kind == KIND_NUMBER) {
        trod_buf_add(out, number_text(xlsx, text, at));
    } else if (xlsx->kind == KIND_BOOLEAN) {
        trod_buf_adds(out,
                      trod_str_is(text, "0") || trod_str_is(text, "false") ? "FALSE" : "TRUE");
    } else if (xlsx->kind == KIND_TEXT) {
        intake_xlsx_unescape(out, text);
    } else {
        if (!trod_str_int64(text, &i) || i < 0 || (uint64_t)i >= xlsx->n_ends) {
            xlsx->told = trod_fail(error, TROD_BAD_INPUT,
                                   "the spreadsheet is damaged: there is no shared text %.*s",
                                   (int)(text.n < 40 ? text.n : 40), text.at);
            trod_error_hint(error, "save it anew as XLSX or CSV");
            return xlsx->told;
        }
        const size_t begin = i ? xlsx->ends[i - 1] : 0;
        text = trod_str_trim(
            (trod_str){trod_buf_str(&xlsx->texts).at + begin, xlsx->ends[i] - begin});
        trod_buf_add(out, text);
    }
    if (out->failed) return xlsx->told = intake_row_too_long(error);
    while (xlsx->n_cells <= xlsx->column) xlsx->cells[xlsx->n_cells++] = (struct cell){0};
    xlsx->cells[xlsx->column] = (struct cell){from, out->n - from};
    return TROD_OK;
}

static void begin_cell(struct xlsx *xlsx, const char **attributes) {
    const char *const reference = trod_xml_attribute(attributes, "r");
    const char *const type = trod_xml_attribute(attributes, "t");
    const int64_t style = number_of(trod_xml_attribute(attributes, "s"));
    trod_buf_clear(&xlsx->text);
    xlsx->in_cell = true;
    xlsx->column++; /* SIZE_MAX before the first */
    if (reference) intake_xlsx_column(trod_str_of(reference), &xlsx->column);
    if (xlsx->column >= XLSX_MOST_COLUMNS) xlsx->column = XLSX_MOST_COLUMNS - 1;
    xlsx->style = style < 0 ? 0 : (size_t)style;
    xlsx->kind = !type || is(type, "n") ? KIND_NUMBER
                 : is(type, "s")        ? KIND_SHARED
                 : is(type, "b")        ? KIND_BOOLEAN
                                        : KIND_TEXT;
}

/* ---- Rows -------------------------------------------------------------------------------- */

static trod_status take_header(struct xlsx *xlsx, struct trod_error *error) {
    if (xlsx->n_cells > INTAKE_MOST_COLUMNS)
        return too_much(error, "columns", INTAKE_MOST_COLUMNS);
    xlsx->n_columns = xlsx->n_cells;
    return intake_table_header(xlsx->table, xlsx->values, xlsx->n_cells, error);
}

static trod_status take_row(struct xlsx *xlsx, struct trod_error *error) {
    const trod_str text = trod_buf_str(&xlsx->cells_text);
    if (xlsx->n_cells == 0) return TROD_OK; /* nothing stands in it: no row */
    for (size_t i = 0; i < xlsx->n_cells; i++) {
        const struct cell cell = xlsx->cells[i];
        xlsx->values[i] = cell.n ? (trod_str){text.at + cell.at, cell.n} : TROD_STR("");
    }
    if (xlsx->n_columns == 0) return take_header(xlsx, error);
    const size_t n = xlsx->n_columns;
    for (size_t i = xlsx->n_cells; i < n; i++) xlsx->values[i] = TROD_STR("");
    const struct intake_row row = {.cells = xlsx->values,
                                   .n = n,
                                   .line = xlsx->row,
                                   .place = intake_table_place(xlsx->table, xlsx->place),
                                   .text = text};
    xlsx->place += text.n + 1;
    if (xlsx->place > FREE_BYTES && xlsx->place - FREE_BYTES > xlsx->n_expanded * TEXT_RATIO)
        return trod_fail(error, TROD_TOO_MUCH,
                         "its cells hold more than %d times what the sheet is long",
                         TEXT_RATIO);
    if (xlsx->n_cells <= n) return intake_table_row(xlsx->table, &row, error);
    xlsx->table->taker.counts.n_rows++;
    return intake_reject(&xlsx->table->taker, &row, error,
                         "it has %zu values, the header has %zu", xlsx->n_cells, n);
}

static trod_status sheet_begin(void *owner, const char *name, const char **attributes,
                               struct trod_error *error) {
    struct xlsx *const xlsx = owner;
    (void)error;
    if (is(name, "sheetData")) xlsx->in_data = true;
    if (!xlsx->in_data) return TROD_OK;
    if (is(name, "row")) {
        const int64_t number = number_of(trod_xml_attribute(attributes, "r"));
        xlsx->row = number > 0 ? (uint64_t)number : xlsx->row + 1;
        xlsx->in_row = true;
        xlsx->n_cells = 0;
        xlsx->column = SIZE_MAX;
        trod_buf_clear(&xlsx->cells_text);
    } else if (xlsx->in_row && is(name, "c")) {
        begin_cell(xlsx, attributes);
    } else if (xlsx->in_cell && is(name, "v")) {
        xlsx->collect = true;
    } else if (xlsx->in_cell) {
        text_begin(xlsx, name, attributes);
    }
    return TROD_OK;
}

static trod_status sheet_end(void *owner, const char *name, struct trod_error *error) {
    struct xlsx *const xlsx = owner;
    if (is(name, "sheetData")) xlsx->in_data = false;
    if (!xlsx->in_data) return TROD_OK;
    if (xlsx->in_cell && is(name, "v")) xlsx->collect = false;
    if (xlsx->in_cell) text_end(xlsx, name);
    if (xlsx->in_cell && is(name, "c")) {
        const trod_status status = end_cell(xlsx, error);
        if (status != TROD_OK && error) trod_error_place(error, "", (int64_t)xlsx->row, 0);
        return status;
    }
    if (!is(name, "row")) return TROD_OK;
    xlsx->in_row = false;
    return xlsx->told = take_row(xlsx, error);
}

/* ---- The file ---------------------------------------------------------------------------- */

/* The whole file into memory. */
static trod_status read_file(struct intake_feed *feed, struct trod_buf *bytes,
                             struct trod_error *error) {
    bytes->ceiling = (size_t)FILE_CEILING + 2 * feed->chunk + 4 * INTAKE_PADDING;
    trod_buf_add(bytes, (trod_str){feed->window.at + feed->used, feed->window.n - feed->used});
    while (!feed->ended) {
        if (bytes->n > FILE_CEILING) return too_much(error, "MiB", FILE_CEILING >> 20);
        if (trod_run_cancelled(feed->run)) return trod_fail(error, TROD_CANCELLED, "stopped");
        const trod_status status = intake_feed_read(feed, bytes, error);
        if (status != TROD_OK) return status;
    }
    return bytes->failed ? no_memory(error) : TROD_OK;
}

static trod_status read_parts(struct xlsx *xlsx, trod_str sheet, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_xml_reader reader = {.owner = xlsx, .begin = workbook_begin, .end = styles_end};
    if (!intake_zip_has(xlsx->zip, "xl/workbook.xml")) {
        status =
            trod_fail(error, TROD_BAD_INPUT, "it is a zip archive, but no spreadsheet in XLSX");
        trod_error_hint(error, "unzip it, or save the sheet as XLSX or CSV");
        return status;
    }
    TROD_TRY(read_part(xlsx, TROD_STR("xl/workbook.xml"), &reader, error));
    TROD_TRY(choose(xlsx, sheet, error));
    reader.begin = rels_begin;
    TROD_TRY(read_part(xlsx, TROD_STR("xl/_rels/workbook.xml.rels"), &reader, error));
    if (!xlsx->sheet_part.at)
        TROD_TRY(
            trod_fail(error, TROD_BAD_INPUT,
                      "the spreadsheet is damaged: nothing says where the sheet \"%.*s\" is",
                      TROD_ARG(xlsx->wanted->name)));
    reader.begin = styles_begin;
    if (xlsx->styles_part.at) TROD_TRY(read_part(xlsx, xlsx->styles_part, &reader, error));
    reader = (struct trod_xml_reader){xlsx, texts_begin, texts_end, add_text};
    if (xlsx->texts_part.at) TROD_TRY(read_part(xlsx, xlsx->texts_part, &reader, error));
    reader = (struct trod_xml_reader){xlsx, sheet_begin, sheet_end, add_text};
    xlsx->phonetic = 0;
    xlsx->collect = false;
    status = read_part(xlsx, xlsx->sheet_part, &reader, error);
done:
    return status;
}

trod_status intake_xlsx(struct intake_table *table, struct intake_feed *feed, trod_str sheet,
                        struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_buf bytes = {0};
    struct xlsx xlsx = {.table = table,
                        .feed = feed,
                        .texts = {.ceiling = (size_t)TEXTS_CEILING + 64},
                        .text = {.ceiling = 2 * INTAKE_ROW_CEILING},
                        .cells_text = {.ceiling = INTAKE_ROW_CEILING}};
    xlsx.arena = trod_arena_make((size_t)1 << 30);
    TROD_TRY_ALLOC(xlsx.arena, error);
    xlsx.cells = TROD_NEW_ARRAY(xlsx.arena, XLSX_MOST_COLUMNS, struct cell);
    TROD_TRY_ALLOC(xlsx.cells, error);
    xlsx.values = TROD_NEW_ARRAY(xlsx.arena, XLSX_MOST_COLUMNS, trod_str);
    TROD_TRY_ALLOC(xlsx.values, error);
    TROD_TRY(read_file(feed, &bytes, error));
    TROD_TRY(intake_zip_open(trod_buf_str(&bytes), &xlsx.zip, error));
    TROD_TRY(read_parts(&xlsx, sheet, error));
    feed->n_bytes = xlsx.n_expanded;
    if (!sheet.at) {
        table->delimiter_said =
            trod_arena_format(table->arena, "sheet \"%.*s\"", TROD_ARG(xlsx.wanted->name));
        TROD_TRY_ALLOC(table->delimiter_said.at, error);
    }
    status = intake_table_end(table, error);
done:
    intake_zip_close(xlsx.zip);
    trod_buf_free(&bytes);
    trod_buf_free(&xlsx.texts);
    trod_buf_free(&xlsx.text);
    trod_buf_free(&xlsx.cells_text);
    trod_arena_free(xlsx.arena);
    return status;
}

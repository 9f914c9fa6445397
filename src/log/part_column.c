/* The columns of a part. A part without columns is all that is known here so far. */
#include "log/part.h"

trod_status part_column_pack(const struct trod_rows *rows,
                             const struct trod_rows_column *column, struct part_out *out,
                             struct trod_error *error) {
    (void)rows;
    (void)out;
    return trod_fail(error, TROD_BAD_OPTION, "column %u cannot be packed", column->field);
}

trod_status part_columns_open(const struct trod_section *sections, size_t n_sections,
                              struct trod_part *part, struct trod_arena *arena,
                              struct trod_error *error) {
    (void)arena;
    for (size_t i = 0; i < n_sections; i++)
        if (sections[i].kind >= PART_COLUMN && sections[i].kind <= PART_COLUMN_LAST)
            return part_damaged(error, sections[i].kind, sections[i].field,
                                "its kind is not known");
    part->columns = NULL;
    part->n_columns = 0;
    return TROD_OK;
}

trod_status part_columns_check(const struct trod_part *part, struct trod_error *error) {
    (void)part;
    (void)error;
    return TROD_OK;
}

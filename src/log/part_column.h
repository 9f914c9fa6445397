/* What the files of columns share: how a column lies in its section, and the three codecs.
 *
 * A column is one section of kind PART_COLUMN. *Rows* are here what is stored: one an event, or
 * one a customer of a fact and of an attribute that never changes within a customer. All
 * readers take whatever bytes there are and stay inside them: a block that cannot be read is
 * all missing, a code beyond the values is the last one.
 */
#ifndef LOG_PART_COLUMN_H
#define LOG_PART_COLUMN_H

#include <stdatomic.h>

#include "log/part.h"

/* The head of the section, 64 bytes; places of its numbers. */
enum {
    COLUMN_KIND = 0,         /* u8: enum trod_column_kind */
    COLUMN_FLAGS = 1,        /* u8 */
    COLUMN_WIDTH = 2,        /* u8: bits of a code, or bytes of one in squeezed blocks */
    COLUMN_SCALE = 3,        /* u8 */
    COLUMN_ROWS = 4,         /* u32 */
    COLUMN_VALUES = 8,       /* u32; of varied numbers: how many are stored */
    COLUMN_BASE = 12,        /* u32: added to each code */
    COLUMN_COMMON = 16,      /* i64: the number that is not stored in sparse blocks */
    COLUMN_LEAST = 24,       /* i64 */
    COLUMN_MOST = 32,        /* i64 */
    COLUMN_BLOCK_ROWS = 40,  /* u32 */
    COLUMN_VALUE_BYTES = 48, /* u64: of the values, expanded, without their ends; of varied
                              * numbers: of those that are stored */
    COLUMN_VALUE_FRAME = 56, /* u64: bytes of the frame that they lie squeezed in; 0: none */
    COLUMN_HEAD_BYTES = 64,
};
enum {
    COLUMN_FACT = 1,
    COLUMN_BY_CUSTOMER = 2,
    COLUMN_SQUEEZED = 4,
    COLUMN_SPARSE = 8,
    COLUMN_VARIED = 16,
};
enum {
    COLUMN_MOST_BLOCK_ROWS = 8192,
    COLUMN_MOST_SCALE = 17, /* digits behind the point */
    COLUMN_SQUEEZE_LEVEL = 1,
};

/* What expanding blocks needs, kept with the part from call to call: making it costs more than
 * a block. A thread that finds it taken does without. */
struct trod_part_tool {
    atomic_flag taken;
    void *room; /* trod_unsqueezer_bytes() */
    struct trod_unsqueezer *unsqueezer;
};
/* The tool for a while, or NULL. */
struct trod_unsqueezer *column_tool_take(struct trod_part_tool *tool);
void column_tool_give(struct trod_part_tool *tool, struct trod_unsqueezer *unsqueezer);

/* An open column. */
struct column {
    struct trod_part_tool *tool; /* of the part */
    uint32_t section_kind, field;
    uint32_t n_rows, n_values, base, block_rows, n_blocks;
    unsigned width, scale;
    bool squeezed, sparse, varied;
    int64_t common, least;             /* least: of varied numbers */
    const unsigned char *ranks, *bits; /* of sparse varied numbers: those before each block, and
                                        * which rows have one */
    struct part_varied stored;         /* of varied numbers */
    struct column_values *lazy;      /* of squeezed values; else NULL */
    const unsigned char *value_ends; /* u32 [n_values], the texts behind */
    size_t n_value_bytes;
    const unsigned char *block_ends; /* u64 [n_blocks], counted from data */
    const unsigned char *data;       /* codes by bits, or blocks */
    size_t n_data;
};
/* Rows of block i, which may be the last. */
static inline uint32_t column_block_rows(const struct column *column, uint32_t block) {
    const uint32_t before = block * column->block_rows;
    const uint32_t left = column->n_rows - before;
    return left < column->block_rows ? left : column->block_rows;
}
/* The bytes of block i; {NULL, 0} if its place is damaged. */
trod_str column_block(const struct column *column, uint32_t block);
/* Bytes that take numbers up to that one. */
static inline unsigned column_bytes(uint64_t largest) {
    return (part_width(largest) + 7) / 8;
}

/* Rows as they are to be packed: one of the two is not NULL. */
struct column_rows {
    uint32_t n;
    uint32_t field;
    unsigned flags;
    const uint32_t *code;
    const trod_str *values;
    uint32_t n_values;
    const trod_str *text;
};
/* A section while it is made. */
struct column_out {
    unsigned char head[COLUMN_HEAD_BYTES];
    struct trod_buf body;   /* behind the head */
    struct trod_buf blocks; /* squeezed blocks, for the end */
    struct trod_buf ends;   /* u64 of each block's end */
    struct trod_squeezer *squeezer;
    struct trod_buf room; /* for one block */
};
/* Squeezes n bytes into out->room; false without memory. */
bool column_out_squeeze(struct column_out *out, const void *at, size_t n, size_t *n_to);
/* Squeezes n bytes behind `before` as the next block; false without memory. */
bool column_out_block(struct column_out *out, trod_str before, const void *at, size_t n);

/* ---- The codecs. Packing fills head (all but rows, flags that column_rows has, field), body
 * and blocks. Readers take rows from .. from + n - 1.
 * ---------------------------------------------- */

/* Every code is 1 .. n_values or 0, and each is used. */
TROD_MUST trod_status column_codes_pack(const uint32_t *codes, uint32_t n,
                                        const trod_str *values, uint32_t n_values,
                                        struct column_out *out, struct trod_error *error);
/* Room for n + PART_ROOM. */
void column_codes_read(const struct column *column, uint32_t from, uint32_t n, uint32_t *codes);
bool column_codes_check(const struct column *column);

/* Fills the part of head and body that are the values'. */
TROD_MUST trod_status column_values_pack(const trod_str *values, uint32_t n,
                                         struct column_out *out, struct trod_error *error);
/* Opens the values behind the head, of which there are n_left bytes; *n_taken are theirs.
 * *wrong says what is damaged, or NULL. */
TROD_MUST trod_status column_values_open(const unsigned char *head, uint64_t n_left,
                                         struct trod_arena *arena, struct column *column,
                                         uint64_t *n_taken, const char **wrong,
                                         struct trod_error *error);
/* The value of a code; {"", 0} if it has none. */
trod_str column_value(const struct column *column, uint32_t code);
bool column_values_check(const struct column *column);

/* The number that a text is, written in the one way that column_number_write has for it; false
 * if it is none. Numbers have at most 18 digits. */
bool column_number_read(trod_str text, int64_t *number, unsigned *scale);
enum { COLUMN_NUMBER_ROOM = 24 };
/* Returns the bytes written. */
size_t column_number_write(int64_t number, unsigned scale, char text[COLUMN_NUMBER_ROOM]);
/* INT64_MIN: missing. */
TROD_MUST trod_status column_numbers_pack(const int64_t *numbers, uint32_t n, unsigned scale,
                                          struct column_out *out, struct trod_error *error);
void column_numbers_read(const struct column *column, uint32_t from, uint32_t n,
                         int64_t *numbers);
/* The same numbers as varied numbers, if they take no more than most_bytes then; `common` is
 * NULL where no number is. What is in body and blocks gives way. */
TROD_MUST trod_status column_varied_pack(const int64_t *numbers, uint32_t n,
                                         const int64_t *common, int64_t least,
                                         size_t most_bytes, struct column_out *out,
                                         bool *packed, struct trod_error *error);
/* Opens them behind the head, of which there are n_left bytes; what is damaged, or NULL. */
const char *column_varied_open(const unsigned char *head, uint64_t n_left,
                               struct column *column);
void column_varied_read(const struct column *column, uint32_t from, uint32_t n,
                        int64_t *numbers);
bool column_varied_check(const struct column *column, int64_t least, int64_t most);
/* As log_range_bits of the numbers of rows from .. from + n - 1 (from is a multiple of 64),
 * where that is quicker than to read them all; else false. */
struct log_range;
bool column_varied_bits(const struct column *column, uint32_t from, uint32_t n,
                        const struct log_range *range, uint64_t *words);
bool column_numbers_check(const struct column *column, int64_t least, int64_t most);

TROD_MUST trod_status column_texts_pack(const trod_str *texts, uint32_t n,
                                        struct column_out *out, struct trod_error *error);
TROD_MUST trod_status column_texts_read(const struct column *column, uint32_t from, uint32_t n,
                                        struct trod_arena *arena, trod_str *texts,
                                        struct trod_error *error);

#endif

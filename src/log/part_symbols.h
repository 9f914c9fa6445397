/* Short texts made shorter by a table of symbols. */
#ifndef LOG_PART_SYMBOLS_H
#define LOG_PART_SYMBOLS_H

#include "log/part.h"

enum {
    PART_SYMBOLS = 255, /* at most; code 255 says that the next byte stands for itself */
    PART_SYMBOL_BYTES = 8,
};
struct part_symbols {
    uint32_t n;
    uint8_t length[256];                      /* 1 to 8; 0 of codes that have none */
    unsigned char at[256][PART_SYMBOL_BYTES]; /* zeros behind the length */
};
/* Finds a table that suits the texts. Time: does not grow with n above some thousands. On
 * failure (false) there was no memory. */
bool part_symbols_train(const trod_str *texts, uint32_t n, struct trod_arena *scratch,
                        struct part_symbols *symbols);
/* Makes texts short, for one table. */
struct part_symbols_coder;
struct part_symbols_coder *part_symbols_coder(const struct part_symbols *symbols,
                                              struct trod_arena *scratch);
/* Writes the codes of a text, at most 2 * text.n bytes; returns how many. */
size_t part_symbols_code(const struct part_symbols_coder *coder, trod_str text,
                         unsigned char *to);
/* The text of n codes. Writes to the first room - 8 bytes, and up to 8 more; a text that is
 * longer is cut. Returns its length. */
size_t part_symbols_text(const struct part_symbols *symbols, const unsigned char *codes,
                         size_t n, char *to, size_t room);
/* Its length alone. */
size_t part_symbols_length(const struct part_symbols *symbols, const unsigned char *codes,
                           size_t n);

#endif

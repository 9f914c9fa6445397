/* widths: how wide each character of the pictures' type is. The table is made by
 * scripts/widths. */
#ifndef TROD_DRAW_WIDTHS_H
#define TROD_DRAW_WIDTHS_H

#include <stddef.h>
#include <stdint.h>

#define DRAW_N_WIDTHS 637

struct draw_width_range {
    uint16_t first, last; /* characters, both included */
    uint16_t at;          /* index of the first one's width */
};
extern const struct draw_width_range draw_width_ranges[];
extern const size_t draw_n_width_ranges;
/* In thousandths of an em: regular, bold, italic; 0 where the face lacks the character. */
extern const uint16_t draw_widths[3][DRAW_N_WIDTHS];

#endif

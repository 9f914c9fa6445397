/* A part's sections as one run of bytes: for each its kind and field (a byte each), its size
 * (four bytes, the lowest first) and its bytes. */
#ifndef FUZZ_SECTIONS_H
#define FUZZ_SECTIONS_H

enum { SECTION_HEAD = 6 };

#endif

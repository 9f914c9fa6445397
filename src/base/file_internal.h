/* What file.c and source.c share: opening and reading with the same sentences. */
#ifndef BASE_FILE_INTERNAL_H
#define BASE_FILE_INTERNAL_H

#include "trod/base/status.h"

/* Opens for reading; "-" is standard input. `size` is 0 if unknown. */
TROD_MUST trod_status base_file_open(const char *name, int *fd, uint64_t *size,
                                     struct trod_error *error);
void base_file_close(int fd);
/* One read; *n is 0 at the end. */
TROD_MUST trod_status base_file_fill(const char *name, int fd, char *at, size_t room, size_t *n,
                                     struct trod_error *error);
/* The name for a sentence: "standard input" for "-". */
const char *base_file_label(const char *name);

#endif

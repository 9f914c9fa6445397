/* zip_door: the parts of a zip archive in memory. */
#ifndef INTAKE_ZIP_DOOR_H
#define INTAKE_ZIP_DOOR_H

#include "trod/base.h"

struct intake_zip;
/* Takes a piece of a part; `last` comes once, at its end. */
typedef trod_status intake_zip_take(void *owner, trod_str piece, bool last,
                                    struct trod_error *error);

/* The bytes are borrowed until it is closed. Errors: TROD_BAD_INPUT for what is damaged. */
TROD_MUST trod_status intake_zip_open(trod_str bytes, struct intake_zip **zip,
                                      struct trod_error *error);
void intake_zip_close(struct intake_zip *zip);
bool intake_zip_has(const struct intake_zip *zip, const char *part);
/* Hands a part on, piece by piece, and adds to *n_bytes what it expands to. Errors: what `take`
 * returned; TROD_BAD_INPUT for a part that is missing, encrypted or damaged; TROD_TOO_MUCH for
 * one that expands to more than 64 GiB, or to 200 times its size beyond the first 64 MiB. */
TROD_MUST trod_status intake_zip_read(const struct intake_zip *zip, const char *part,
                                      intake_zip_take *take, void *owner, uint64_t *n_bytes,
                                      struct trod_error *error);

#endif

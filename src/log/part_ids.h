/* The ids of a part's customers. */
#ifndef LOG_PART_IDS_H
#define LOG_PART_IDS_H

#include "log/part.h"
#include "log/part_symbols.h"

enum { PART_HASH_BLOCK = 128 };
enum part_ids_kind { PART_IDS_NUMBERS = 1, PART_IDS_TEXTS = 2, PART_IDS_CODES = 3 };

TROD_MUST trod_status part_ids_pack(const struct trod_rows *rows, struct part_out *out,
                                    struct trod_arena *scratch, struct trod_error *error);
/* False if the sections cannot hold n ids. `symbols` comes zeroed, is filled if they need it,
 * and must live as long. */
bool part_ids_open(const struct trod_section *ids, const struct trod_section *hashes,
                   uint32_t n, struct part_symbols *symbols, struct part_ids *open);
/* True if every id is whole, in its place and in the order of its hash. */
bool part_ids_check(const struct trod_part *part);

#endif

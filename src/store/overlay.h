/* Few late events beside a large set (see overlay.c). */
#ifndef STORE_OVERLAY_H
#define STORE_OVERLAY_H

#include "store/inside.h"

struct store_overlay;
/* The large set, and what is in smaller ones and in the inbox. */
struct store_load {
    uint64_t n_events, n_customers, n_late_events, n_late_customers;
};
/* Whether the late ones are few beside it, and what is known of their customers fits in a quarter
 * of the memory. */
bool store_load_is_light(const struct store_load *load, uint64_t memory_bytes);
/* Whether the parts are to be laid over each other. */
bool store_overlay_pays(const struct store_parts *parts, uint64_t memory_bytes);
/* On the arena; what it keeps is let go by store_overlay_free, also after an error. `finely`: with
 * as many parts of late customers as can be, some of them empty, for tests. */
trod_status store_overlay_make(const struct store_parts *parts, bool finely,
                               struct trod_arena *arena, struct store_overlay **overlay,
                               struct trod_error *error);
void store_overlay_free(struct store_overlay *overlay);
/* Parts: first the files of the large set, then those of the late customers. */
size_t store_overlay_count(const struct store_overlay *overlay);
/* The file that part i is; TROD_NO_ID: it is one of late customers. */
uint32_t store_overlay_file(const struct store_overlay *overlay, size_t i);
/* Part i, a file that is open, without the late customers. On the arena, or `whole` itself. */
trod_status store_overlay_left(struct store_overlay *overlay, size_t i,
                               const struct trod_part *whole, struct trod_arena *arena,
                               const struct trod_part **left, struct trod_error *error);
/* Part i, one of late customers; it lives as long as the overlay. */
trod_status store_overlay_late(struct store_overlay *overlay, size_t i,
                               const struct trod_part **part, struct trod_error *error);

#endif

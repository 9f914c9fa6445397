/* parts: the log of the simulated shop as parts in memory, without a file or an import between.
 */
#ifndef TROD_BENCH_PARTS_H
#define TROD_BENCH_PARTS_H

#include "trod/log.h"

#include "shop.h"

/* As an import of the generated CSV would make them. To be freed with trod_parts_free. */
struct trod_parts *shop_parts(const struct shop *shop, uint64_t n_events,
                              const struct trod_run *run);

#endif

/* advice: what a careful reader would say about a map that has no error. */
#ifndef MAP_ADVICE_H
#define MAP_ADVICE_H

#include "map/remark.h"

/* Adds the advice on a checked map to the remarks, each with its reason. Advice about age needs
 * options->today_us. */
void map_advise(const struct trod_map *map, const struct trod_map_options *options,
                struct map_remarks *remarks);

#endif

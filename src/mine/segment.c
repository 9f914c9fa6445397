/* Segments are numbered by each part alone; here their texts get one number in all parts. */
#include "mine/funnel.h"

trod_status mine_segment_number(struct trod_dict *texts, trod_str value, uint32_t most,
                                trod_str by, uint32_t *number, struct trod_error *error) {
    const uint32_t id = trod_dict_add(texts, value);
    if (id == TROD_NO_ID) return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    *number = id + 1;
    if (*number <= most) return TROD_OK;
    trod_fail(error, TROD_TOO_MUCH, "\"%.*s\" has more than %u different values", TROD_ARG(by),
              (unsigned)most);
    trod_error_hint(error, "name a column with fewer");
    return TROD_TOO_MUCH;
}

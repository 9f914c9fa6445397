/* Names and instants of events in plain columns: what the rows of a part and the wide log have
 * in common. Sums are made without a sign, so that damaged bytes give wrong times and nothing
 * worse. */
#include "log/part.h"

void part_names(const struct trod_part *part, uint32_t from, uint32_t n, uint32_t *names) {
    if (part->name_bytes == 1) {
        const uint8_t *const at = (const uint8_t *)part->name + from;
        for (uint32_t i = 0; i < n; i++) names[i] = at[i];
    } else if (part->name_bytes == 2) {
        const uint16_t *const at = (const uint16_t *)part->name + from;
        for (uint32_t i = 0; i < n; i++) names[i] = at[i];
    } else if (n > 0) {
        memcpy(names, (const uint32_t *)part->name + from, n * sizeof *names);
    }
}

void part_times(const struct trod_part *part, uint32_t from, uint32_t n_customers,
                int64_t *time_us) {
    const uint32_t begin = part->first[from], end = part->first[from + n_customers];
    if (part->tick_us == 0) {
        for (uint32_t i = 0; i < end - begin; i++) time_us[i] = TROD_NO_TIME;
        return;
    }
    uint64_t *const gaps = (uint64_t *)(void *)time_us;
    const uint64_t tick_us = (uint64_t)part->tick_us;
    trod_part_gaps(part, begin, end - begin, gaps);
    for (uint32_t c = from; c < from + n_customers; c++) {
        uint64_t tick = (uint64_t)part->start[c];
        for (uint32_t i = part->first[c] - begin; i < part->first[c + 1] - begin; i++) {
            tick += gaps[i];
            time_us[i] = (int64_t)(tick * tick_us);
        }
    }
    size_t low = 0, high = part->n_undated;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (part->undated[middle] < begin) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (; low < part->n_undated && part->undated[low] < end; low++)
        time_us[part->undated[low] - begin] = TROD_NO_TIME;
}

void part_end_times(const struct trod_part *part, uint32_t from, uint32_t n,
                    const int64_t *time_us, int64_t *end_us) {
    uint64_t *const ends = (uint64_t *)(void *)end_us;
    trod_part_ends(part, from, n, ends);
    for (uint32_t i = 0; i < n; i++)
        end_us[i] = ends[i] == UINT64_MAX || time_us[i] == TROD_NO_TIME
                        ? TROD_NO_TIME
                        : (int64_t)((uint64_t)time_us[i] + ends[i] * (uint64_t)part->tick_us);
}

/* Which slices of which files make a part. The set with the most events is cut where its own
 * files begin, so that each of them is read whole; where others overlap it so much that a part
 * would grow too large, the range is halved, and so on, by hash: hashes are spread evenly. A
 * set with one small file is opened for each range that it has a slice in, which costs little
 * beside the large one. */
#include "store/inside.h"

unsigned store_part_bits(uint64_t n_events, size_t n_fields) {
    enum { FEW = 100000, MANY = 1000000, ORDINARY_FIELDS = 32, MOST_BITS = 12 };
    if (n_events <= FEW) return 0;
    const uint64_t most =
        n_fields <= ORDINARY_FIELDS ? MANY : (uint64_t)MANY * ORDINARY_FIELDS / n_fields;
    unsigned bits = n_events > MANY ? 3 : 2;
    while (bits < MOST_BITS && n_events >> bits > most) bits++;
    return bits;
}

/* Events of a file in a range, by the share of its hashes. */
static double events_in(const struct store_file *file, uint64_t first, uint64_t last) {
    if (file->first_hash > last || file->last_hash < first) return 0;
    const uint64_t from = file->first_hash > first ? file->first_hash : first;
    const uint64_t to = file->last_hash < last ? file->last_hash : last;
    const double span = (double)(file->last_hash - file->first_hash) + 1;
    return (double)file->n_events * (((double)(to - from) + 1) / span);
}

struct making {
    const struct store_file *files;
    size_t n_files;
    double most_events;
    struct trod_arena *arena;
    struct store_ranges *ranges;
    size_t room, pieces_room;
    size_t *next; /* [n_sets] the first file that may reach into the range to come */
    size_t *end;  /* [n_sets] */
    size_t n_sets;
};

/* Adds one range; nothing if no file has customers there. */
static trod_status add_range(struct making *making, uint64_t first, uint64_t last,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    struct store_ranges *const ranges = making->ranges;
    struct store_range range = {.first = first, .last = last, .first_piece = ranges->n_pieces};
    double n_events = 0;
    for (size_t set = 0; set < making->n_sets; set++) {
        size_t *const next = &making->next[set];
        while (*next < making->end[set] && making->files[*next].last_hash < first) (*next)++;
        for (size_t i = *next; i < making->end[set]; i++) {
            const struct store_file *const file = &making->files[i];
            if (file->first_hash > last) break;
            if (file->last_hash < first) continue;
            const struct store_piece piece = {
                .file = (uint32_t)i,
                .first = first,
                .last = last,
                .whole = file->first_hash >= first && file->last_hash <= last,
            };
            n_events += events_in(file, first, last);
            TROD_TRY_ALLOC(TROD_PUSH(making->arena, ranges->pieces, ranges->n_pieces,
                                     making->pieces_room, piece),
                           error);
        }
    }
    range.n_pieces = ranges->n_pieces - range.first_piece;
    range.n_events = (uint64_t)n_events;
    if (range.n_pieces)
        TROD_TRY_ALLOC(TROD_PUSH(making->arena, ranges->at, ranges->n, making->room, range),
                       error);
done:
    return status;
}

/* Adds a range in as many steps as its events ask for. */
static trod_status add_split(struct making *making, uint64_t first, uint64_t last,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    double n_events = 0;
    size_t n_files = 0;
    bool whole = true;
    uint64_t least = UINT64_MAX, most = 0; /* where customers are */
    for (size_t i = 0; i < making->n_files; i++) {
        const struct store_file *const file = &making->files[i];
        if (file->first_hash > last || file->last_hash < first) continue;
        n_files++;
        n_events += events_in(file, first, last);
        if (file->first_hash < first || file->last_hash > last) whole = false;
        if (file->first_hash < least) least = file->first_hash;
        if (file->last_hash > most) most = file->last_hash;
    }
    if (n_files == 0 || (n_files == 1 && whole) || n_events <= making->most_events * 1.5)
        return add_range(making, first, last, error);
    if (least < first) least = first;
    if (most > last) most = last;
    uint64_t n = (uint64_t)(n_events / making->most_events) + 1;
    const uint64_t step = (most - least) / n + 1;
    uint64_t from = first;
    for (uint64_t i = 1; i < n; i++) {
        if (step > (most - least) / i) break; /* so few hashes that there is nothing to cut */
        const uint64_t to = least + i * step - 1;
        TROD_TRY(add_range(making, from, to, error));
        from = to + 1;
    }
    TROD_TRY(add_range(making, from, last, error));
done:
    return status;
}

/* Finds where each set begins and ends in `files`, and the one with the most events. */
static trod_status find_sets(struct making *making, size_t *largest, struct trod_error *error) {
    trod_status status = TROD_OK;
    uint64_t most = 0;
    making->next = TROD_NEW_ARRAY(making->arena, making->n_files + 1, size_t);
    making->end = TROD_NEW_ARRAY(making->arena, making->n_files + 1, size_t);
    TROD_TRY_ALLOC(making->next && making->end, error);
    for (size_t i = 0; i < making->n_files;) {
        size_t end = i;
        uint64_t n_events = 0;
        while (end < making->n_files && making->files[end].set == making->files[i].set)
            n_events += making->files[end++].n_events;
        if (making->n_sets == 0 || n_events > most) {
            *largest = making->n_sets;
            most = n_events;
        }
        making->next[making->n_sets] = i;
        making->end[making->n_sets++] = end;
        i = end;
    }
done:
    return status;
}

trod_status store_ranges_make(const struct store_file *files, size_t n_files,
                              uint64_t most_events, struct trod_arena *arena,
                              struct store_ranges *ranges, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct making making = {.files = files,
                            .n_files = n_files,
                            .most_events = (double)most_events,
                            .arena = arena,
                            .ranges = ranges};
    size_t largest = 0;
    *ranges = (struct store_ranges){0};
    if (n_files == 0) return TROD_OK;
    TROD_TRY(find_sets(&making, &largest, error));
    const size_t begin = making.next[largest], end = making.end[largest];
    uint64_t first = 0;
    for (size_t i = begin; i < end; i++) {
        const uint64_t last = i + 1 < end ? files[i + 1].first_hash - 1 : UINT64_MAX;
        if (last < first || (i + 1 < end && files[i + 1].first_hash == 0)) continue;
        TROD_TRY(making.n_sets == 1 ? add_range(&making, first, last, error)
                                    : add_split(&making, first, last, error));
        first = last + 1;
    }
done:
    return status;
}

trod_status store_grid_make(const struct store_file *files, size_t n_files, unsigned bits,
                            struct trod_arena *arena, struct store_ranges *ranges,
                            struct trod_error *error) {
    trod_status status = TROD_OK;
    struct making making = {
        .files = files, .n_files = n_files, .arena = arena, .ranges = ranges};
    size_t largest = 0;
    *ranges = (struct store_ranges){0};
    TROD_TRY(find_sets(&making, &largest, error));
    const uint64_t last_of_cell = bits ? UINT64_MAX >> bits : UINT64_MAX;
    for (uint64_t i = 0; i >> bits == 0; i++) {
        const uint64_t first = bits ? i << (64 - bits) : 0;
        TROD_TRY(add_range(&making, first, first + last_of_cell, error));
    }
done:
    return status;
}

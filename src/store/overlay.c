/* Few late events beside a large set. The parts are then the files of that set, each without
 * the customers of whom something is told elsewhere as well (in smaller sets, or in the inbox),
 * and behind them a few parts of just those customers, put together. So a question about a
 * hundred million events costs little more for ten thousand that came since, and nothing has to
 * be written for that.
 *
 * The files are dealt out to *groups* of neighbours; each group has one part of late customers.
 * What is late in a group is read when the first of its files is opened; which customers of a
 * file are among them, and what the file says of them, when that file is; the group's part is
 * put together when it is asked for, after its files as a rule. All of it is kept. */
#include <pthread.h>
#include <stdlib.h>

#include "store/overlay.h"

enum {
    MOST_GROUPS = 8,
    GROUP_CUSTOMERS = 1000, /* late ones, about, before there is another group */
    SHARE = 32,        /* late events are at most so small a share of the large set's */
    EVENT_BYTES = 400, /* of memory, for each event of a late customer: about */
};

/* Rows of one piece that is not of the large set. */
struct late {
    uint32_t set;
    struct trod_rows rows;
};
struct group {
    struct store_overlay *overlay;
    size_t begin, end;     /* of overlay->files */
    uint64_t first, last;  /* hashes, inclusive */
    pthread_mutex_t mutex; /* over what follows */
    struct trod_arena *arena;
    bool is_read, is_made;
    struct late *late; /* by set */
    size_t n_late;
    struct trod_rows all; /* of them: who is late */
    const struct trod_part *part;
};
/* A file of the large set. */
struct file {
    uint32_t file; /* of the store's parts */
    struct group *group;
    pthread_mutex_t mutex; /* over what follows */
    struct trod_arena *arena;
    bool is_read;
    uint32_t *gone; /* its late customers, ascending */
    uint32_t n_gone;
    struct trod_rows rows; /* what it says of them */
};
struct store_overlay {
    const struct store_parts *parts;
    uint32_t set; /* the large one */
    struct file *files;
    size_t n_files;
    struct group *groups;
    size_t n_groups;
};

/* ---- When, and making it ---- */

static uint64_t events_of(const struct store_parts *parts, uint32_t set) {
    uint64_t n = 0;
    for (size_t i = 0; i < parts->n_files; i++)
        if (parts->files[i].set == set) n += parts->files[i].n_events;
    return n;
}

static uint32_t largest_set(const struct store_parts *parts) {
    uint32_t set = parts->files[0].set;
    uint64_t most = 0;
    for (size_t i = 0; i < parts->n_files; i++) {
        if (i && parts->files[i].set == parts->files[i - 1].set) continue;
        const uint64_t n = events_of(parts, parts->files[i].set);
        if (n > most) {
            most = n;
            set = parts->files[i].set;
        }
    }
    return set;
}

bool store_load_is_light(const struct store_load *load, uint64_t memory_bytes) {
    if (load->n_events == 0 || load->n_customers == 0) return false;
    const uint64_t of_each = load->n_events / load->n_customers + 1;
    const uint64_t n_touched = load->n_late_events + load->n_late_customers * of_each;
    return load->n_late_events <= load->n_events / SHARE &&
           n_touched <= memory_bytes / 4 / EVENT_BYTES;
}

bool store_overlay_pays(const struct store_parts *parts, uint64_t memory_bytes) {
    struct store_load load = {0};
    if (parts->n_files == 0) return false;
    const uint32_t set = largest_set(parts);
    for (size_t i = 0; i < parts->n_files; i++) {
        const struct store_file *const file = &parts->files[i];
        *(file->set == set ? &load.n_events : &load.n_late_events) += file->n_events;
        *(file->set == set ? &load.n_customers : &load.n_late_customers) += file->n_customers;
    }
    return load.n_late_customers > 0 && store_load_is_light(&load, memory_bytes);
}

/* As many as the late customers fill; `finely`: as many as can be. */
static size_t count_groups(const struct store_overlay *overlay, bool finely) {
    const struct store_parts *const parts = overlay->parts;
    uint64_t n_late = 0;
    for (size_t i = 0; i < parts->n_files; i++)
        if (parts->files[i].set != overlay->set) n_late += parts->files[i].n_customers;
    uint64_t n = finely ? MOST_GROUPS : 1 + n_late / GROUP_CUSTOMERS;
    if (n > MOST_GROUPS) n = MOST_GROUPS;
    return n < overlay->n_files ? (size_t)n : overlay->n_files;
}

static trod_status make_groups(struct store_overlay *overlay, size_t n,
                               struct trod_arena *arena, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct store_file *const files = overlay->parts->files;
    TROD_TRY_ALLOC(overlay->groups = TROD_NEW_ARRAY(arena, n, struct group), error);
    for (size_t g = 0; g < n; g++) {
        struct group *const group = &overlay->groups[g];
        group->overlay = overlay;
        group->begin = overlay->n_files * g / n;
        group->end = overlay->n_files * (g + 1) / n;
        group->first = g ? files[overlay->files[group->begin].file].first_hash : 0;
        group->last =
            g + 1 < n ? files[overlay->files[group->end].file].first_hash - 1 : UINT64_MAX;
        if (pthread_mutex_init(&group->mutex, NULL) != 0) TROD_TRY_ALLOC(NULL, error);
        overlay->n_groups++;
        for (size_t i = group->begin; i < group->end; i++) overlay->files[i].group = group;
    }
done:
    return status;
}

trod_status store_overlay_make(const struct store_parts *parts, bool finely,
                               struct trod_arena *arena, struct store_overlay **overlay,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    struct store_overlay *const made = TROD_NEW(arena, struct store_overlay);
    TROD_TRY_ALLOC(made, error);
    *overlay = made; /* to be freed, whatever becomes of it */
    made->parts = parts;
    made->set = largest_set(parts);
    TROD_TRY_ALLOC(made->files = TROD_NEW_ARRAY(arena, parts->n_files, struct file), error);
    for (size_t i = 0; i < parts->n_files; i++) {
        if (parts->files[i].set != made->set) continue;
        struct file *const file = &made->files[made->n_files];
        if (pthread_mutex_init(&file->mutex, NULL) != 0) TROD_TRY_ALLOC(NULL, error);
        file->file = (uint32_t)i;
        made->n_files++;
    }
    TROD_TRY(make_groups(made, count_groups(made, finely), arena, error));
done:
    return status;
}

void store_overlay_free(struct store_overlay *overlay) {
    if (!overlay) return;
    for (size_t i = 0; i < overlay->n_files; i++) {
        trod_arena_free(overlay->files[i].arena);
        pthread_mutex_destroy(&overlay->files[i].mutex);
    }
    for (size_t g = 0; g < overlay->n_groups; g++) {
        trod_arena_free(overlay->groups[g].arena);
        pthread_mutex_destroy(&overlay->groups[g].mutex);
    }
}

size_t store_overlay_count(const struct store_overlay *overlay) {
    return overlay->n_files + overlay->n_groups;
}

uint32_t store_overlay_file(const struct store_overlay *overlay, size_t i) {
    return i < overlay->n_files ? overlay->files[i].file : TROD_NO_ID;
}

/* ---- Who is late ---- */

static trod_status read_late(struct group *group, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct store_overlay *const overlay = group->overlay;
    const struct store_parts *const parts = overlay->parts;
    static const uint32_t NO_EVENTS[1] = {0};
    uint64_t n_dropped = 0;
    TROD_TRY_ALLOC(group->arena = trod_arena_make(STORE_ARENA_BYTES), error);
    group->late = TROD_NEW_ARRAY(group->arena, parts->n_files, struct late);
    const struct trod_rows **const list =
        TROD_NEW_ARRAY(group->arena, parts->n_files, const struct trod_rows *);
    TROD_TRY_ALLOC(group->late && list, error);
    for (size_t i = 0; i < parts->n_files; i++) {
        const struct store_file *const file = &parts->files[i];
        if (file->set == overlay->set || file->first_hash > group->last ||
            file->last_hash < group->first)
            continue;
        const struct store_piece piece = {.file = (uint32_t)i,
                                          .first = group->first,
                                          .last = group->last,
                                          .whole = file->first_hash >= group->first &&
                                                   file->last_hash <= group->last};
        struct late *const late = &group->late[group->n_late];
        TROD_TRY(store_pieces_rows(parts, &piece, 1, group->arena, &late->rows, error));
        late->set = file->set;
        if (late->rows.n_customers == 0) continue;
        list[group->n_late] = &late->rows;
        group->n_late++;
    }
    group->all = (struct trod_rows){.first = NO_EVENTS};
    const struct trod_rows_options options = {.id_field = TROD_NO_ID};
    if (group->n_late)
        TROD_TRY(trod_rows_merge(list, group->n_late, &options, group->arena, &group->all,
                                 &n_dropped, error));
    group->is_read = true;
done:
    if (status != TROD_OK) {
        trod_arena_free(group->arena);
        group->arena = NULL;
        group->n_late = 0;
    }
    return status;
}

static trod_status group_read(struct group *group, struct trod_error *error) {
    pthread_mutex_lock(&group->mutex);
    const trod_status status = group->is_read ? TROD_OK : read_late(group, error);
    pthread_mutex_unlock(&group->mutex);
    return status;
}

/* The first row whose hash is at least that. */
static uint32_t seek(const struct trod_rows *rows, uint64_t hash) {
    uint32_t low = 0, high = rows->n_customers;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (rows->hash[middle] < hash) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static int by_number(const void *a, const void *b) {
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static trod_status read_file(struct file *file, const struct trod_part *part,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct store_file *const about = &file->group->overlay->parts->files[file->file];
    const struct trod_rows *const all = &file->group->all;
    TROD_TRY_ALLOC(file->arena = trod_arena_make(STORE_ARENA_BYTES), error);
    const uint32_t from = seek(all, about->first_hash);
    const uint32_t to =
        about->last_hash == UINT64_MAX ? all->n_customers : seek(all, about->last_hash + 1);
    TROD_TRY_ALLOC(file->gone = TROD_NEW_ARRAY(file->arena, to - from, uint32_t), error);
    for (uint32_t i = from; i < to; i++) {
        const uint32_t found = trod_part_find(part, all->id[i]);
        if (found != TROD_NO_ID) file->gone[file->n_gone++] = found;
    }
    if (file->n_gone) {
        qsort(file->gone, file->n_gone, sizeof *file->gone, by_number);
        TROD_TRY(
            trod_part_pick(part, file->gone, file->n_gone, file->arena, &file->rows, error));
    }
    file->is_read = true;
done:
    if (status != TROD_OK) {
        trod_arena_free(file->arena);
        file->arena = NULL;
        file->n_gone = 0;
    }
    return status;
}

trod_status store_overlay_left(struct store_overlay *overlay, size_t i,
                               const struct trod_part *whole, struct trod_arena *arena,
                               const struct trod_part **left, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct file *const file = &overlay->files[i];
    TROD_TRY(group_read(file->group, error));
    pthread_mutex_lock(&file->mutex);
    if (!file->is_read) status = read_file(file, whole, error);
    pthread_mutex_unlock(&file->mutex);
    if (status != TROD_OK) goto done;
    *left = whole;
    if (file->n_gone)
        TROD_TRY(trod_part_without(whole, file->gone, file->n_gone, arena, left, error));
done:
    return status;
}

/* ---- The part of a group ---- */

/* What the files of the group say of the late customers; opens those that nobody has yet. */
static trod_status read_files(struct group *group, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct store_overlay *const overlay = group->overlay;
    struct trod_arena *const scratch = trod_arena_make(STORE_ARENA_BYTES);
    TROD_TRY_ALLOC(scratch, error);
    for (size_t i = group->begin; i < group->end; i++) {
        struct file *const file = &overlay->files[i];
        const struct trod_part *part = NULL;
        pthread_mutex_lock(&file->mutex);
        if (!file->is_read) {
            trod_arena_reset(scratch);
            status = store_map_part(&overlay->parts->maps[file->file], scratch, &part, error);
            if (status == TROD_OK) status = read_file(file, part, error);
        }
        pthread_mutex_unlock(&file->mutex);
        if (status != TROD_OK) goto done;
    }
done:
    trod_arena_free(scratch);
    return status;
}

static trod_status make_part(struct group *group, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct store_overlay *const overlay = group->overlay;
    struct trod_rows rows;
    struct trod_packed packed;
    uint64_t n_dropped = 0;
    struct trod_arena *const aside = trod_arena_make(STORE_ARENA_BYTES);
    TROD_TRY_ALLOC(aside, error);
    const size_t room = group->n_late + (group->end - group->begin);
    const struct trod_rows **const list = TROD_NEW_ARRAY(aside, room, const struct trod_rows *);
    TROD_TRY_ALLOC(list, error);
    size_t n = 0, late = 0;
    for (; late < group->n_late && group->late[late].set < overlay->set; late++)
        list[n++] = &group->late[late].rows;
    for (size_t i = group->begin; i < group->end; i++)
        if (overlay->files[i].n_gone) list[n++] = &overlay->files[i].rows;
    for (; late < group->n_late; late++) list[n++] = &group->late[late].rows;
    const struct trod_rows_options options = {.id_field = TROD_NO_ID};
    TROD_TRY(trod_rows_merge(list, n, &options, aside, &rows, &n_dropped, error));
    TROD_TRY(trod_part_pack(&rows, group->arena, &packed, error));
    TROD_TRY(
        trod_part_open(packed.sections, packed.n_sections, group->arena, &group->part, error));
    group->is_made = true;
done:
    trod_arena_free(aside);
    return status;
}

trod_status store_overlay_late(struct store_overlay *overlay, size_t i,
                               const struct trod_part **part, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct group *const group = &overlay->groups[i - overlay->n_files];
    TROD_TRY(group_read(group, error));
    TROD_TRY(read_files(group, error));
    pthread_mutex_lock(&group->mutex);
    if (!group->is_made) status = make_part(group, error);
    pthread_mutex_unlock(&group->mutex);
    *part = group->part;
done:
    return status;
}

/* Column files as memory. A mapping needs no open file and outlives the file's name, so readers
 * keep what they have when a writer puts other files in its place. The length is held against
 * the catalogue before anything is read: a file that was cut short would otherwise end the
 * process where it is touched. What is wrong with a file is kept with it and told when that
 * part is asked for, so that the rest stays readable. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/disk.h"
#include "store/inside.h"

trod_status store_damaged(const struct store_file *file, const char *why,
                          struct trod_error *error) {
    char name[STORE_NAME_BYTES];
    store_file_name(file->number, name);
    trod_fail(error, TROD_BAD_INPUT, "the column file %s is damaged: %s", name, why);
    trod_error_hint(error, "\"trod log verify\" names all that is damaged; take the files from "
                           "a backup, or import the events anew with --replace");
    return TROD_BAD_INPUT;
}

static void note(struct store_map *map, const char *why) {
    snprintf(map->why, sizeof map->why, "%s", why);
}

static void note_length(struct store_map *map, uint64_t n_bytes) {
    const uint64_t want = map->file->n_bytes;
    snprintf(map->why, sizeof map->why, "it is %llu bytes %s than the catalogue says",
             (unsigned long long)(n_bytes < want ? want - n_bytes : n_bytes - want),
             n_bytes < want ? "shorter" : "longer");
}

static trod_status map_open(const struct trod_store *store, const struct store_file *file,
                            bool aside, struct store_map *map, bool *gone,
                            struct trod_error *error) {
    trod_status status = TROD_OK;
    int fd = -1;
    struct stat about;
    *map = (struct store_map){.file = file};
    *gone = false;
    char *const path = store_file_path(store, file->number, aside);
    TROD_TRY_ALLOC(path, error);
    fd = store_disk_open(path);
    if (fd < 0 && errno == ENOENT) {
        *gone = true;
        note(map, "it is not there");
        goto done;
    }
    if (fd < 0 && errno == EACCES) {
        note(map, "it may not be read");
        goto done;
    }
    if (fd < 0 || fstat(fd, &about) != 0) {
        status = store_disk_error("read", path, errno, error);
        goto done;
    }
    const uint64_t n_bytes = about.st_size > 0 ? (uint64_t)about.st_size : 0;
    if (!S_ISREG(about.st_mode) || n_bytes != file->n_bytes || n_bytes == 0) {
        note_length(map, n_bytes);
        goto done;
    }
    void *const at = mmap(NULL, (size_t)n_bytes, PROT_READ, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED) {
        status = store_disk_error("mapped", path, errno, error);
        goto done;
    }
    map->bytes = at;
    map->n_bytes = n_bytes;
done:
    if (fd >= 0) close(fd);
    free(path);
    return status;
}

trod_status store_map_open(const struct trod_store *store, const struct store_file *file,
                           struct store_map *map, bool *gone, struct trod_error *error) {
    return map_open(store, file, false, map, gone, error);
}

trod_status store_map_open_aside(const struct trod_store *store, const struct store_file *file,
                                 struct store_map *map, bool *gone, struct trod_error *error) {
    return map_open(store, file, true, map, gone, error);
}

void store_map_close(struct store_map *map) {
    if (map->bytes) munmap((void *)(uintptr_t)map->bytes, (size_t)map->n_bytes);
    map->bytes = NULL;
}

trod_status store_map_part(const struct store_map *map, struct trod_arena *arena,
                           const struct trod_part **part, struct trod_error *error) {
    return store_map_glance(map, NULL, arena, part, error);
}

trod_status store_map_glance(const struct store_map *map, struct trod_part_tool *tool,
                             struct trod_arena *arena, const struct trod_part **part,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    struct store_head head;
    struct trod_section *sections = NULL;
    char name[STORE_NAME_BYTES];
    const struct trod_packed *const packed = map->packed;
    if (packed && tool)
        return trod_part_glance(packed->sections, packed->n_sections, tool, arena, part, error);
    if (packed)
        return trod_part_open(packed->sections, packed->n_sections, arena, part, error);
    if (!map->bytes) return store_damaged(map->file, map->why, error);
    store_file_name(map->file->number, name);
    TROD_TRY(
        store_container_read(map->bytes, map->n_bytes, name, arena, &head, &sections, error));
    if (head.checksum != map->file->checksum)
        return store_damaged(map->file, "it is not the file that the catalogue means", error);
    /* A glance touches few pages; all of a file's small sections would be many. */
    if (!tool) TROD_TRY(store_container_check_small(map->bytes, &head, name, error));
    status = tool ? trod_part_glance(sections, head.n_sections, tool, arena, part, error)
                  : trod_part_open(sections, head.n_sections, arena, part, error);
    if (status == TROD_OK && ((*part)->n_events != map->file->n_events ||
                              (*part)->n_customers != map->file->n_customers))
        status = trod_fail(error, TROD_BAD_INPUT,
                           "it does not hold as many events and customers as the catalogue says");
    if (status == TROD_OK && map->log) status = trod_part_fits(*part, map->log, error);
    if (status == TROD_BAD_INPUT && error) {
        const struct trod_error inner = *error;
        store_damaged(map->file, inner.message, error);
    }
done:
    return status;
}

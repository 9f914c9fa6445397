/* Looks at every byte. First each block against its checksum; a file whose blocks are all right
 * is then opened and held against what it promises (its order, its bounds) and against what the
 * catalogue says of it. Files are looked at one by one, so that one damaged file hides nothing
 * of the others. */
#include <stdatomic.h>

#include "store/inbox.h"
#include "store/tally.h"

enum { ID_BLOCK = 1024, MOST_BLOCKS = 1000 };

struct finding {
    struct trod_store_damage *at;
    size_t n, room;
    struct trod_arena *arena; /* of the file's findings */
};
struct verifying {
    const struct store_parts *parts;
    struct finding *findings;    /* [n_files] */
    struct store_tally *tallies; /* [n_files] */
    bool *whole;                 /* [n_files] without damage */
    const struct trod_run *run;
    uint64_t n_bytes; /* of all files, for the progress */
    _Atomic uint64_t n_done;
};

static trod_status find(struct finding *finding, const char *file, uint64_t block,
                        const char *what, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_store_damage damage = {
        .file = trod_arena_copy(finding->arena, trod_str_of(file)),
        .block = block,
        .what = trod_arena_copy(finding->arena, trod_str_of(what)),
    };
    TROD_TRY_ALLOC(damage.file.at && damage.what.at, error);
    TROD_TRY_ALLOC(TROD_PUSH(finding->arena, finding->at, finding->n, finding->room, damage),
                   error);
done:
    return status;
}

static trod_status find_in(struct finding *finding, const struct store_file *file,
                           uint64_t block, const char *what, struct trod_error *error) {
    char name[STORE_NAME_BYTES];
    store_file_name(file->number, name);
    return find(finding, name, block, what, error);
}

struct block_owner {
    struct finding *finding;
    const struct store_file *file;
};

static trod_status bad_block(void *owner, uint64_t block, struct trod_error *error) {
    const struct block_owner *const of = owner;
    if (of->finding->n > MOST_BLOCKS) return TROD_OK; /* enough to know what it is worth */
    return find_in(of->finding, of->file, block,
                   block == UINT64_MAX ? "its table of checksums is damaged"
                                       : "its checksum is wrong",
                   error);
}

/* The customers stand by hash, then id, and none twice. NULL if so. */
static trod_status check_order(const struct trod_part *part, const struct store_file *file,
                               const char **what, struct trod_error *error) {
    trod_status status = TROD_OK;
    trod_str ids[ID_BLOCK], last = {NULL, 0};
    uint64_t last_hash = 0;
    struct trod_arena *arena = trod_arena_make(STORE_ARENA_BYTES);
    struct trod_arena *before = trod_arena_make(STORE_ARENA_BYTES);
    TROD_TRY_ALLOC(arena && before, error);
    for (uint32_t from = 0; from < part->n_customers;) {
        const uint32_t left = part->n_customers - from, n = left < ID_BLOCK ? left : ID_BLOCK;
        struct trod_arena *const spare = before;
        before = arena;
        arena = spare; /* `last` lives in the one before */
        trod_arena_reset(arena);
        TROD_TRY(trod_part_ids(part, from, n, arena, ids, error));
        for (uint32_t i = 0; i < n; i++) {
            const uint64_t hash = trod_customer_hash(ids[i]);
            if (hash < file->first_hash || hash > file->last_hash)
                *what = "it holds a customer that belongs to another file";
            if (last.at && (hash < last_hash ||
                            (hash == last_hash && trod_str_compare(last, ids[i]) >= 0)))
                *what = "its customers are not in their order";
            last = ids[i];
            last_hash = hash;
        }
        from += n;
    }
done:
    trod_arena_free(arena);
    trod_arena_free(before);
    return status;
}

/* What the part says of itself against the catalogue. NULL if they agree. */
static const char *compare_counts(const struct trod_part *part, const struct store_file *file,
                                  const struct store_state *state) {
    if (part->n_customers != file->n_customers || part->n_events != file->n_events)
        return "it does not hold as many events and customers as the catalogue says";
    if (part->first_us != file->first_us || part->last_us != file->last_us)
        return "its times are not those that the catalogue says";
    if (part->n_names > trod_dict_count(state->names))
        return "it has events whose names the catalogue does not know";
    for (size_t i = 0; i < part->n_columns; i++)
        if (part->columns[i].field >= state->n_fields ||
            part->columns[i].fact != state->fields[part->columns[i].field].fact)
            return "it has a column that the catalogue does not know";
    return NULL;
}

static trod_status check_part(struct verifying *verifying, size_t i, struct trod_arena *scratch,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct store_parts *const parts = verifying->parts;
    const struct store_file *const file = &parts->state.files[i];
    const struct trod_part *part = NULL;
    const char *what = NULL;
    struct trod_error inner = {0};
    status = store_map_part(&parts->maps[i], scratch, &part, &inner);
    if (status == TROD_OK) status = trod_part_check(part, &inner);
    if (status == TROD_OK) status = check_order(part, file, &what, &inner);
    if (status == TROD_BAD_INPUT)
        return find_in(&verifying->findings[i], file, UINT64_MAX, inner.message, error);
    if (status != TROD_OK) {
        if (error) *error = inner;
        return status;
    }
    if (!what) what = compare_counts(part, file, &parts->state);
    if (!what) {
        TROD_TRY(store_tally_part(&verifying->tallies[i], part, verifying->findings[i].arena,
                                  error));
        if (verifying->tallies[i].n_sources > parts->state.n_sources)
            what = "it has events of a source that the catalogue does not know";
    }
    if (what) TROD_TRY(find_in(&verifying->findings[i], file, UINT64_MAX, what, error));
done:
    return status;
}

static trod_status verify_file(void *owner, size_t i, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct verifying *const verifying = owner;
    const struct store_map *const map = &verifying->parts->maps[i];
    struct finding *const finding = &verifying->findings[i];
    struct block_owner of = {finding, map->file};
    struct trod_arena *const scratch = trod_arena_make(STORE_ARENA_BYTES);
    TROD_TRY_ALLOC(scratch, error);
    TROD_TRY_ALLOC(finding->arena = trod_arena_make(0), error);
    if (!map->bytes) {
        TROD_TRY(find_in(finding, map->file, UINT64_MAX, map->why, error));
        goto done;
    }
    TROD_TRY(store_container_verify(map->bytes, map->n_bytes, map->file->checksum, bad_block,
                                    &of, error));
    if (finding->n == 0) TROD_TRY(check_part(verifying, i, scratch, error));
    verifying->whole[i] = finding->n == 0;
    const uint64_t n_done =
        atomic_fetch_add(&verifying->n_done, map->file->n_bytes) + map->file->n_bytes;
    if (verifying->run && verifying->run->progress)
        verifying->run->progress(verifying->run->owner, "verifying", n_done,
                                 verifying->n_bytes);
done:
    trod_arena_free(scratch);
    return status;
}

/* Files of a set have no customer in common, and their sources add up. */
static trod_status verify_sets(const struct verifying *verifying, struct finding *finding,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct store_state *const state = &verifying->parts->state;
    uint64_t n_customers = 0;
    for (size_t i = 0; i < state->n_files; i++) {
        n_customers += state->files[i].n_customers;
        if (i && state->files[i].set == state->files[i - 1].set &&
            state->files[i].first_hash <= state->files[i - 1].last_hash)
            TROD_TRY(find(finding, "catalogue.db", UINT64_MAX,
                          "two files of one set reach into one another", error));
    }
    const bool one_set =
        state->n_files == 0 || state->files[0].set == state->files[state->n_files - 1].set;
    if (one_set ? state->n_customers != n_customers : state->n_customers > n_customers)
        TROD_TRY(find(finding, "catalogue.db", UINT64_MAX,
                      "it counts another number of customers than its files do", error));
    for (size_t s = 0, i = 0; i < state->n_files; i = s) {
        struct store_tally tally = {0};
        bool whole = true;
        for (s = i; s < state->n_files && state->files[s].set == state->files[i].set; s++) {
            whole &= verifying->whole[s];
            TROD_TRY(store_tally_add(&tally, &verifying->tallies[s], finding->arena, error));
        }
        for (size_t k = 0; whole && k < state->n_set_sources; k++) {
            const struct store_source *const says = &state->set_sources[k];
            if (says->set != state->files[i].set) continue;
            const struct trod_parts_source *const is =
                says->source < tally.n_sources ? &tally.sources[says->source] : NULL;
            if (is && is->n_events == says->n_events && is->first_us == says->first_us &&
                is->last_us == says->last_us)
                continue;
            TROD_TRY(find(finding, "catalogue.db", UINT64_MAX,
                          "it counts another number of events of a source than its files do",
                          error));
        }
    }
done:
    return status;
}

static trod_status verify_parts(struct trod_store *store, struct finding *all,
                                struct trod_error *error) {
    trod_status status = TROD_OK;
    struct store_parts *parts = NULL;
    struct verifying verifying = {0};
    TROD_TRY(store_parts_read(store, STORE_FILES, &parts, error));
    const size_t n = parts->state.n_files;
    verifying.parts = parts;
    verifying.run = store->run;
    for (size_t i = 0; i < n; i++) verifying.n_bytes += parts->state.files[i].n_bytes;
    verifying.findings = TROD_NEW_ARRAY(parts->parts.arena, n, struct finding);
    verifying.tallies = TROD_NEW_ARRAY(parts->parts.arena, n, struct store_tally);
    verifying.whole = TROD_NEW_ARRAY(parts->parts.arena, n, bool);
    TROD_TRY_ALLOC(verifying.findings && verifying.tallies && verifying.whole, error);
    TROD_TRY(trod_run_each(store->run, n, verify_file, &verifying, error));
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < verifying.findings[i].n; k++) {
            const struct trod_store_damage *const damage = &verifying.findings[i].at[k];
            TROD_TRY(
                find_in(all, &parts->state.files[i], damage->block, damage->what.at, error));
        }
    TROD_TRY(verify_sets(&verifying, all, error));
done:
    for (size_t i = 0; parts && verifying.findings && i < parts->state.n_files; i++)
        trod_arena_free(verifying.findings[i].arena);
    if (parts) trod_parts_free(&parts->parts);
    return status;
}

trod_status trod_store_verify(struct trod_store *store, struct trod_arena *arena,
                              const struct trod_store_damage **damage, size_t *n_damage,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    trod_str what = {NULL, 0};
    struct finding all = {.arena = arena};
    *damage = NULL;
    *n_damage = 0;
    TROD_TRY(store_db_check(store->db, arena, &what, error));
    if (what.at) {
        TROD_TRY(find(&all, "catalogue.db", UINT64_MAX, what.at, error));
        goto done; /* what it says of the files is worth nothing */
    }
    bool right = false;
    TROD_TRY(store_seal_check(store->db, &right, error));
    if (!right)
        TROD_TRY(find(&all, "catalogue.db", UINT64_MAX,
                      "its rows do not agree with their checksum", error));
    TROD_TRY(verify_parts(store, &all, error));
    status = store_inbox_verify(store, arena, &what, error);
    if (status == TROD_BAD_INPUT) { /* no database at all */
        what = trod_arena_copy(arena, trod_str_of(error ? error->message : "it is damaged"));
        status = TROD_OK;
    }
    if (status == TROD_OK && what.at)
        status = find(&all, STORE_INBOX_NAME, UINT64_MAX, what.at, error);
done:
    *damage = all.at;
    *n_damage = all.n;
    return status;
}

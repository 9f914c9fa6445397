/* Writes the corpora of fuzz_sections and of fuzz_part: small parts of rows of chance, one for
 * each style of ids and each flavour of times and columns, as sections and as column files.
 * Usage: seed_sections FOLDER FOLDER */
#include <fcntl.h>
#include <unistd.h>

#include "../tests/unit/log/part_rows.h"
#include "log/part.h"
#include "sections.h"
#include "store/container.h"

/* Columns of every kind that small rows can have. */
static void add_columns(struct trod_rows *rows, uint64_t seed, struct trod_arena *arena) {
    static const trod_str values[] = {{"web", 3}, {"store", 5}, {"call center", 11}};
    enum { N = 5 };
    struct trod_rows_column *const columns = TROD_NEW_ARRAY(arena, N, struct trod_rows_column);
    struct trod_rng rng = {.seed = seed, .stream = 3};
    for (uint32_t f = 0; f < N; f++) {
        const bool fact = f == 3;
        const uint32_t n = fact ? rows->n_customers : rows->n_events;
        uint32_t *const code = TROD_NEW_ARRAY(arena, n, uint32_t);
        trod_str *const text = TROD_NEW_ARRAY(arena, n, trod_str);
        for (uint32_t i = 0; i < n; i++) {
            const unsigned long long drawn = trod_rng_below(&rng, 100000);
            code[i] = (uint32_t)(drawn % 4);
            if (drawn % 5)
                text[i] = trod_arena_format(arena, f == 2 ? "%llu.%02llu" : "order %llu/%llu",
                                            drawn, drawn % 100);
        }
        columns[f] = (struct trod_rows_column){.field = f, .fact = fact};
        if (f == 0 || fact) {
            columns[f].code = code;
            columns[f].values = values;
            columns[f].n_values = TROD_COUNT(values);
        } else {
            columns[f].text = text;
        }
    }
    rows->columns = columns;
    rows->n_columns = N;
}

static int write_part(const char *folder, const char *name, const struct trod_packed *packed) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *const file = fopen(path, "wb");
    if (!file) return 1;
    for (size_t i = 0; i < packed->n_sections; i++) {
        const struct trod_section *const section = &packed->sections[i];
        const uint32_t n_bytes = (uint32_t)section->n_bytes;
        unsigned char head[SECTION_HEAD] = {(unsigned char)section->kind,
                                            (unsigned char)section->field};
        memcpy(head + 2, &n_bytes, sizeof n_bytes);
        fwrite(head, 1, sizeof head, file);
        fwrite(section->at, 1, section->n_bytes, file);
    }
    return fclose(file) != 0;
}

static int write_file(const char *folder, const char *name, const struct trod_packed *packed) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.part", folder, name);
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    const int code = fd < 0 ? 1 : store_container_write(fd, packed, NULL);
    if (fd >= 0) close(fd);
    return code;
}

/* A part of whole seconds that says that all its times are of a thousandth of one. */
static int write_miscounted(const char *folder, const char *file_folder) {
    enum { N_COUNTS = 300 };
    static const uint64_t counts[N_COUNTS] = {[N_COUNTS - 1] = 100};
    static const struct rows_recipe recipe = {
        .n_customers = 40, .most_events = 5, .n_names = 12, .n_sources = 1, .tick_us = 1000000};
    struct trod_arena *const arena = trod_arena_make(0);
    struct trod_packed packed;
    struct trod_error error = {0};
    struct part_varied_plan plan;
    struct part_out out = {.arena = arena};
    if (trod_part_pack(draw_rows(&recipe, arena), arena, &packed, &error) != TROD_OK ||
        part_varied_plan(counts, N_COUNTS, &plan, &error) != TROD_OK)
        return 1;
    unsigned char *const at = part_out_add(&out, PART_GAP_COUNTS, 0, plan.n_bytes);
    part_varied_fill(&plan, counts, at);
    struct trod_section *const sections =
        TROD_NEW_ARRAY(arena, packed.n_sections, struct trod_section);
    size_t n = 0;
    for (size_t i = 0; i < packed.n_sections; i++)
        if (packed.sections[i].kind != PART_NEAR)
            sections[n++] =
                packed.sections[i].kind == PART_GAP_COUNTS ? out.items[0] : packed.sections[i];
    packed.sections = sections;
    packed.n_sections = n;
    const int failed = write_part(folder, "miscounted", &packed) ||
                       write_file(file_folder, "miscounted", &packed);
    trod_arena_free(arena);
    return failed;
}

int main(int n_arguments, char **arguments) {
    static const struct {
        const char *name;
        struct rows_recipe recipe;
        bool columns;
    } seeds[] = {
        {"nobody", {.most_events = 1, .n_names = 1, .n_sources = 1}, false},
        {"numbers", {.n_customers = 30, .tick_us = 1000, .day_share = 0.3}, false},
        {"huge", {.n_customers = 12, .ids = IDS_HUGE, .extreme = true, .tick_us = 1}, false},
        {"prefix", {.n_customers = 40, .ids = IDS_PREFIX, .n_names = 300}, false},
        {"hex", {.n_customers = 20, .ids = IDS_HEX, .undated = 0.3, .tick_us = 1}, false},
        {"mail", {.n_customers = 300, .most_events = 1, .ids = IDS_MAIL}, false},
        {"wild", {.n_customers = 20, .ids = IDS_WILD, .tick_us = 1000000, .ends = 0.5}, false},
        {"sources", {.n_customers = 20, .n_sources = 9, .empty = 0.5, .tick_us = 1000}, false},
        {"columns", {.n_customers = 60, .tick_us = 1000, .ends = 0.2}, true},
        {"many-columns", {.n_customers = 150, .most_events = 9, .n_names = 70000}, true},
    };
    if (n_arguments != 3) return 2;
    int failed = write_miscounted(arguments[1], arguments[2]);
    for (size_t i = 0; i < TROD_COUNT(seeds); i++) {
        struct trod_arena *const arena = trod_arena_make(0);
        struct rows_recipe recipe = seeds[i].recipe;
        struct trod_packed packed;
        struct trod_error error = {0};
        if (recipe.most_events == 0) recipe.most_events = 5;
        if (recipe.n_names == 0) recipe.n_names = 12;
        if (recipe.n_sources == 0) recipe.n_sources = 1;
        struct trod_rows *const rows = draw_rows(&recipe, arena);
        if (seeds[i].columns) add_columns(rows, i, arena);
        if (trod_part_pack(rows, arena, &packed, &error) != TROD_OK ||
            write_part(arguments[1], seeds[i].name, &packed) != 0 ||
            write_file(arguments[2], seeds[i].name, &packed) != 0) {
            fprintf(stderr, "%s: %s\n", seeds[i].name, error.message);
            failed = 1;
        }
        trod_arena_free(arena);
    }
    return failed;
}

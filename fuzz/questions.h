/* Every question asked to one part of doubtful bytes: numbers may be wrong, but nobody leaves
 * its buffers, and no promise of our own is broken by what a file says. */
#ifndef FUZZ_QUESTIONS_H
#define FUZZ_QUESTIONS_H

#include "trod/intake.h"
#include "trod/mine.h"

enum { ASKED_NAMES = 40, ASKED_FIELDS = 256, ASKED_SOURCES = 12, ASKED_CUSTOMERS = 20000 };

struct asked {
    const struct trod_section *sections;
    size_t n_sections;
    const struct trod_parts *parts;
};

static inline trod_status asked_open(void *owner, size_t i, struct trod_arena *scratch,
                                     const struct trod_part **part, struct trod_error *error) {
    const struct asked *const asked = owner;
    (void)i;
    const trod_status status =
        trod_part_open(asked->sections, asked->n_sections, scratch, part, error);
    return status == TROD_OK ? trod_part_fits(*part, asked->parts, error) : status;
}

static inline void ask_about(const struct trod_question *question, struct trod_arena *arena) {
    static const uint32_t first[] = {0}, second[] = {1, 2};
    static const struct trod_step steps[] = {{first, 1}, {second, 2}};
    struct trod_error error = {0};
    struct trod_follows *follows = NULL;
    struct trod_follows_by *by = NULL;
    struct trod_paths *paths = NULL;
    struct trod_funnel *funnel = NULL;
    struct trod_retention *retention = NULL;
    const trod_str field = question->parts->fields[0].name;
    for (int how = 0; how < 3; how++) {
        if (trod_follows_make(question, (enum trod_timing)how, &follows, &error) == TROD_OK)
            trod_follows_free(follows);
        if (trod_follows_by_make(question, field, NULL, 0, (enum trod_timing)how, &by,
                                 &error) == TROD_OK)
            trod_follows_by_free(by);
    }
    for (size_t top = 0; top < 2; top++)
        if (trod_paths_make(question, top, &paths, &error) == TROD_OK) trod_paths_free(paths);
    for (int with = 0; with < 2; with++) {
        const struct trod_funnel_options options = {.steps = steps,
                                                    .n_steps = TROD_COUNT(steps),
                                                    .within_us = with ? TROD_DAY_US : 0,
                                                    .by = with ? field : (trod_str){0}};
        if (trod_funnel_make(question, &options, &funnel, &error) == TROD_OK)
            trod_funnel_free(funnel);
        const struct trod_retention_options back = {.every = with ? TROD_EVERY_MONTH
                                                                  : TROD_EVERY_DAY,
                                                    .begin = with ? &steps[0] : NULL,
                                                    .by = with ? field : (trod_str){0}};
        if (trod_retention_make(question, &back, &retention, &error) == TROD_OK)
            trod_retention_free(retention);
    }
    struct trod_outfile *file = NULL;
    uint64_t n_events = 0;
    const struct trod_export_options options = {.format = TROD_FORMAT_XES,
                                                .view = &question->view};
    if (trod_outfile_open("/dev/null", &file, &error) == TROD_OK) {
        (void)!trod_export(question->parts, &options, question->run, file, &n_events, &error);
        (void)!trod_outfile_close(file, false, NULL);
    }
    (void)arena;
}

/* Asks the part as the only one of a log that knows a few names, sources and all fields;
 * whether it could be asked. */
static inline bool ask_all(const struct trod_section *sections, size_t n_sections,
                           const struct trod_part *part) {
    struct trod_arena *const arena = trod_arena_make(0);
    struct trod_dict *const names = trod_dict_make(0);
    struct trod_parts_field *const fields =
        TROD_NEW_ARRAY(arena, ASKED_FIELDS, struct trod_parts_field);
    struct trod_parts_source *const sources =
        TROD_NEW_ARRAY(arena, ASKED_SOURCES, struct trod_parts_source);
    static const uint64_t first_hash[1] = {0};
    CHECK(arena && names && fields && sources);
    for (unsigned i = 0; i < ASKED_NAMES; i++)
        trod_dict_add(names, trod_arena_format(arena, "n%u", i));
    for (unsigned f = 0; f < ASKED_FIELDS; f++) {
        const struct trod_part_column *const column = trod_part_column(part, f);
        fields[f].name = trod_arena_format(arena, "f%u", f);
        fields[f].fact = column && column->fact;
    }
    for (unsigned s = 0; s < ASKED_SOURCES; s++)
        sources[s].name = trod_arena_format(arena, "s%u", s);
    struct asked asked = {sections, n_sections, NULL};
    struct trod_parts parts = {.names = names,
                               .fields = fields,
                               .n_fields = ASKED_FIELDS,
                               .sources = sources,
                               .n_sources = ASKED_SOURCES,
                               .channel_field = TROD_NO_ID,
                               .worth_field = TROD_NO_ID,
                               .journey_field = TROD_NO_ID,
                               .id_field = TROD_NO_ID,
                               .n_events = part->n_events,
                               .n_customers = part->n_customers,
                               .has_times = part->tick_us != 0,
                               .first_us = part->first_us,
                               .last_us = part->last_us,
                               .n_parts = 1,
                               .first_hash = first_hash,
                               .open = asked_open,
                               .owner = &asked,
                               .arena = arena};
    struct trod_error error = {0};
    struct trod_run run = {.n_threads = 1, .memory_bytes = 1 << 20};
    struct trod_log *log = NULL;
    bool fits = false;
    asked.parts = &parts;
    static const char *const filters[] = {"f0 = \"web\" or f1 > 3", "not (event = \"n1\")",
                                          "f2 >= 2.5 and time > \"2020-01-01\"",
                                          "f3 is missing or source = \"s1\""};
    if (part->n_customers <= ASKED_CUSTOMERS &&
        trod_part_fits(part, &parts, &error) == TROD_OK) {
        fits = true;
        for (size_t f = 0; f <= TROD_COUNT(filters); f++) {
            struct trod_question question = {.parts = &parts, .run = &run};
            if (f > 0 && trod_filter_read(trod_str_of(filters[f - 1]), arena,
                                          f % 2 ? &question.view.where : &question.view.events,
                                          &error) != TROD_OK)
                continue;
            if (f == 1) question.view.since_us = part->first_us / 2 + part->last_us / 2;
            if (f == 4) parts.journey_field = 0;
            ask_about(&question, arena);
        }
        parts.journey_field = TROD_NO_ID;
        if (trod_log_of_parts(&parts, 1 << 28, &run, &log, &error) == TROD_OK)
            trod_log_free(log);
    }
    trod_dict_free(names);
    trod_arena_free(arena);
    return fits;
}

#endif

/* What the options and the map say about the columns of a file. Options win over the lines of a
 * source, which win over guesses. A file belongs to the source whose `file` line names it (its
 * path, or its name alone, so that a copy elsewhere is known too), else to the only source
 * whose columns it has. */
#include <fnmatch.h>

#include "intake/inside.h"

/* The part after the last "/". */
static const char *base_name(const char *name) {
    const char *const slash = strrchr(name, '/');
    return slash ? slash + 1 : name;
}

const struct trod_map_source *intake_source_of_file(const struct trod_map *map,
                                                    const char *name) {
    /* First by the whole path, then by the name alone. */
    for (int whole = 1; map && whole >= 0; whole--)
        for (size_t s = 0; s < map->n_sources; s++) {
            const struct trod_words *const files = &map->sources[s].files;
            for (size_t i = 0; i < files->n; i++) {
                char pattern[4096];
                if (files->at[i].n >= sizeof pattern) continue;
                snprintf(pattern, sizeof pattern, "%.*s", TROD_ARG(files->at[i]));
                const bool fits = whole ? fnmatch(pattern, name, FNM_PATHNAME) == 0
                                        : fnmatch(base_name(pattern), base_name(name), 0) == 0;
                if (fits) return &map->sources[s];
            }
        }
    return NULL;
}

static bool has(const struct intake_table *table, trod_str name, size_t *n_named) {
    if (name.n == 0) return true;
    (*n_named)++;
    return intake_table_find(table, name) != INTAKE_NONE;
}

const struct trod_map_source *intake_source_of_columns(const struct trod_map *map,
                                                       const struct intake_table *table) {
    const struct trod_map_source *found = NULL;
    for (size_t s = 0; map && s < map->n_sources; s++) {
        const struct trod_map_source *const source = &map->sources[s];
        size_t n_named = 0;
        bool all = has(table, source->person, &n_named) && has(table, source->time, &n_named) &&
                   has(table, source->event, &n_named) && has(table, source->ends, &n_named) &&
                   has(table, source->channel, &n_named) &&
                   has(table, source->worth, &n_named) && has(table, source->about, &n_named) &&
                   has(table, source->rating, &n_named) && has(table, source->words, &n_named);
        for (size_t i = 0; i < source->profile.n && all; i++)
            all = has(table, source->profile.at[i], &n_named);
        for (size_t i = 0; i < source->dates.n && all; i++)
            all = has(table, source->dates.at[i], &n_named);
        if (!all || (n_named == 0 && map->n_sources > 1)) continue;
        if (found) return NULL;
        found = source;
    }
    return found;
}

static trod_str either(const char *option, trod_str source) {
    return option ? trod_str_of(option) : source;
}

/* "iso", "s", "ms", "us", "ns", or strptime's letters. */
static trod_status form_of(struct intake_table *table, struct trod_error *error) {
    static const struct {
        const char *word;
        enum trod_time_kind kind;
    } words[] = {{"iso", TROD_TIME_ISO},     {"s", TROD_TIME_EPOCH_S},
                 {"ms", TROD_TIME_EPOCH_MS}, {"us", TROD_TIME_EPOCH_US},
                 {"ns", TROD_TIME_EPOCH_NS}, {"guess", TROD_TIME_GUESS}};
    const trod_str format = table->wish.time_format;
    table->form = (struct trod_time_form){.zone = table->zone};
    if (format.n == 0) return TROD_OK;
    for (size_t i = 0; i < TROD_COUNT(words); i++) {
        if (!trod_str_equal_fold(format, trod_str_of(words[i].word))) continue;
        table->form.kind = words[i].kind;
        if (table->form.kind == TROD_TIME_GUESS) table->wish.time_format.n = 0;
        return TROD_OK;
    }
    if (trod_str_find(format, '%') == SIZE_MAX) {
        const trod_status status = trod_fail(
            error, TROD_BAD_OPTION, "\"%.*s\" is no way to write times", TROD_ARG(format));
        trod_error_hint(error,
                        "write iso, s, ms, us, ns, or letters such as \"%%d.%%m.%%Y %%H:%%M\"");
        return status;
    }
    table->form.kind = TROD_TIME_FORMAT;
    table->form.format = trod_arena_copy(table->arena, format).at;
    if (!table->form.format)
        return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    return TROD_OK;
}

static trod_status open_zone(struct intake_table *table, struct trod_error *error) {
    trod_zone_close(table->zone);
    table->zone = NULL;
    if (table->wish.time_zone.n == 0) return TROD_OK;
    const trod_str name = trod_arena_copy(table->arena, table->wish.time_zone);
    if (!name.at) return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    return trod_zone_open(name.at, &table->zone, error);
}

/* A list of options as words. */
static trod_status dates_of(struct intake_table *table, struct trod_error *error) {
    const struct trod_intake_options *const options = &table->intake->options;
    if (options->n_dates == 0) return TROD_OK;
    trod_str *const words = TROD_NEW_ARRAY(table->arena, options->n_dates, trod_str);
    if (!words) return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    for (size_t i = 0; i < options->n_dates; i++) words[i] = trod_str_of(options->dates[i]);
    table->wish.dates = (struct trod_words){words, options->n_dates};
    return TROD_OK;
}

/* ---- Facts ------------------------------------------------------------------------------ */

struct facts {
    struct intake_table *table;
    trod_str *names;
    size_t n, room;
    bool failed;
};

static void add_fact(struct facts *facts, trod_str name) {
    for (size_t i = 0; i < facts->n; i++)
        if (trod_str_equal(facts->names[i], name)) return;
    if (!TROD_PUSH(facts->table->arena, facts->names, facts->n, facts->room, name))
        facts->failed = true;
}

static bool is_profile_of(const struct trod_map_source *source, trod_str name) {
    for (size_t i = 0; i < source->profile.n; i++)
        if (trod_str_equal(source->profile.at[i], name)) return true;
    return false;
}

/* A name that the map asks for with `profile`, unless the file has a source and another source
 * says that it holds that fact. */
static void add_asked_fact(const struct trod_condition *condition, uint32_t line,
                           void *context) {
    struct facts *const facts = context;
    const struct trod_map *const map = facts->table->map;
    (void)line;
    if (!condition->profile) return;
    for (size_t s = 0; facts->table->source && s < map->n_sources; s++)
        if (is_profile_of(&map->sources[s], condition->name)) return;
    add_fact(facts, condition->name);
}

/* Columns that are facts: by the source, by the options, and by what the map asks for. */
static trod_status facts_of(struct intake_table *table, struct trod_error *error) {
    const struct trod_intake_options *const options = &table->intake->options;
    struct facts facts = {.table = table};
    for (size_t i = 0; i < table->wish.profile.n; i++)
        add_fact(&facts, table->wish.profile.at[i]);
    for (size_t i = 0; i < options->n_profile; i++) {
        const trod_str name = trod_str_of(options->profile[i]);
        const uint32_t column = intake_table_find(table, name);
        add_fact(&facts, column == INTAKE_NONE ? name : table->columns[column].name);
    }
    if (table->map) trod_map_each_condition(table->map, add_asked_fact, &facts);
    table->wish.profile = (struct trod_words){facts.names, facts.n};
    if (!facts.failed) return TROD_OK;
    return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
}

trod_status intake_wish_make(struct intake_table *table, struct trod_error *error) {
    static const struct trod_map_source none;
    const struct trod_intake_options *const options = &table->intake->options;
    const struct trod_map_source *const source = table->source ? table->source : &none;
    struct intake_wish *const wish = &table->wish;
    const bool xes = wish->xes;
    *wish = (struct intake_wish){
        .customer = either(options->customer, source->person),
        .event = either(options->event, source->event),
        .time = either(options->time, source->time),
        .end = either(options->end, source->ends),
        .journey = trod_str_of(options->journey),
        .channel = either(options->channel, source->channel),
        .worth = either(options->worth, source->worth),
        .lifecycle = trod_str_of(options->lifecycle),
        .time_format = either(options->time_format, source->time_format),
        .time_zone = either(options->time_zone, source->time_zone),
        .dates = source->dates,
        .profile = source->profile,
        .no_time = options->time && !*options->time,
        .xes = xes,
    };
    if (wish->no_time) wish->end = (trod_str){NULL, 0};
    if (table->map && table->map->per == TROD_PER_FIELD)
        wish->journey_field = table->map->per_field;
    /* A survey is one kind of event: an answer. Other sources name theirs in a column. */
    if (source->about.n || source->rating.n || source->words.n) wish->event_name = source->id;
    trod_status status = dates_of(table, error);
    if (status == TROD_OK) status = facts_of(table, error);
    if (status == TROD_OK) status = open_zone(table, error);
    if (status == TROD_OK) status = form_of(table, error);
    return status;
}

/* A `file` line of a source, as a path from here. */
static trod_str beside_map(struct trod_intake *intake, const struct trod_map *map,
                           trod_str file) {
    const char *const folder = intake->options.folder;
    if (!folder) return trod_path_beside(intake->arena, map->file, file);
    /* A name in the folder, so that the folder is what it lies beside. */
    const trod_str inside = trod_arena_format(intake->arena, "%s/.", *folder ? folder : ".");
    return inside.at ? trod_path_beside(intake->arena, inside, file) : inside;
}

static trod_status add_source(struct trod_intake *intake, const struct trod_map *map,
                              const struct trod_map_source *source, trod_str file,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    trod_str *names = NULL;
    size_t n_names = 0;
    const trod_str pattern = beside_map(intake, map, file);
    TROD_TRY_ALLOC(pattern.at, error);
    TROD_TRY(trod_path_glob(intake->arena, pattern.at, &names, &n_names, error));
    for (size_t i = 0; i < n_names; i++)
        TROD_TRY(intake_add_file(intake, names[i].at, map, source, error));
done:
    return status;
}

trod_status trod_intake_add_map(struct trod_intake *intake, const struct trod_map *map,
                                struct trod_error *error) {
    size_t n_files = 0;
    for (size_t s = 0; s < map->n_sources; s++) {
        const struct trod_words *const files = &map->sources[s].files;
        for (size_t i = 0; i < files->n; i++, n_files++) {
            const trod_status status =
                add_source(intake, map, &map->sources[s], files->at[i], error);
            if (status != TROD_OK) return status;
        }
    }
    if (n_files) return TROD_OK;
    const trod_status status =
        trod_fail(error, TROD_BAD_OPTION, "the map names no file with events");
    trod_error_hint(error,
                    "name the log's files after the map, or give the map a source with a file");
    return status;
}

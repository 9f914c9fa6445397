/* cmd_draw: a map as a picture, or as text on the terminal; with a log, what happened on it. */
#include <stdio.h>

#include "cli/cli.h"
#include "draw/draw.h"

#define MANY_STAGES 8
#define MANY_TOUCHPOINTS 40

static trod_status read_theme(const struct cli *cli, enum trod_theme *theme,
                              struct trod_error *error) {
    const char *word = cli_text(cli, "theme");
    *theme = TROD_LIGHT;
    if (!word || strcmp(word, "light") == 0) return TROD_OK;
    *theme = TROD_DARK;
    if (strcmp(word, "dark") == 0) return TROD_OK;
    return trod_fail(error, TROD_BAD_OPTION, "--theme takes light or dark, not \"%s\"", word);
}

static void warn_of_size(const struct trod_map *map) {
    if (map->n_stages <= MANY_STAGES && map->n_touchpoints <= MANY_TOUCHPOINTS) return;
    fprintf(stderr,
            "trod: note: %zu stage%s and %zu touchpoints make a picture that is hard to read; "
            "up to %d stages and %d touchpoints fit a wall.\n",
            map->n_stages, map->n_stages == 1 ? "" : "s", map->n_touchpoints, MANY_STAGES,
            MANY_TOUCHPOINTS);
}

/* The comparison with the files after the map; NULL without any. */
static trod_status compare_files(struct cli *cli, const struct trod_map *map,
                                 struct trod_log **log, struct trod_compare **compare,
                                 struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_view_options view;
    if (cli->n_arguments < 2) return TROD_OK;
    TROD_TRY(cli_view(cli, &view, error));
    TROD_TRY(cli_read_log(cli, cli->arguments + 1, cli->n_arguments - 1, map, log, error));
    const struct trod_compare_options options = {.view = &view};
    TROD_TRY(trod_compare_make(map, *log, &options, &cli->run, compare, error));
done:
    return status;
}

static trod_status draw(struct cli *cli, const struct trod_map *map, const char *format,
                        struct trod_buf *out, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_log *log = NULL;
    struct trod_compare *compare = NULL;
    struct trod_draw_options options = {0};
    if (strcmp(format, "text") == 0) {
        if (cli->n_arguments > 1) {
            status = trod_fail(error, TROD_BAD_OPTION,
                               "the text view shows the map alone, without what happened");
            trod_error_hint(error,
                            "for the picture say -o map.svg; for the figures: trod compare");
            return status;
        }
        bool screen = !cli_text(cli, "output");
        return trod_draw_text(map, screen ? cli_width() : 80, screen && cli_colour(stdout), out,
                              error);
    }
    TROD_TRY(read_theme(cli, &options.theme, error));
    TROD_TRY(cli_time(cli, "today", false, &options.today_us, error));
    TROD_TRY(compare_files(cli, map, &log, &compare, error));
    warn_of_size(map);
    TROD_TRY(trod_draw_svg(map, compare, &options, out, error));
done:
    trod_compare_free(compare);
    trod_log_free(log);
    return status;
}

static int run_draw(struct cli *cli) {
    trod_status status = TROD_OK;
    struct trod_error error = {0};
    struct trod_map *map = NULL;
    struct trod_buf out = {0};
    const char *format = NULL;
    if (cli->n_arguments < 1) {
        status = trod_fail(&error, TROD_BAD_OPTION, "trod draw needs a map");
        trod_error_hint(&error, "for example: trod draw cargo-bike.journey -o map.svg");
        goto done;
    }
    TROD_TRY(cli_format(cli, "text svg", "text", &format, &error));
    TROD_TRY(cli_read_map(cli, cli->arguments[0], &map, &error));
    TROD_TRY(draw(cli, map, format, &out, &error));
    TROD_TRY(cli_write(cli, trod_buf_str(&out), &error));
done:
    trod_buf_free(&out);
    trod_map_free(map);
    return status == TROD_OK ? CLI_DONE : cli_fail(&error);
}

static const struct cli_option options_draw[] = {
    {"theme", 0, "NAME", "the colours of the picture: light or dark (else light)"},
    {"today", 0, "DATE",
     "mark how fresh the review is on that day (else the date alone is shown)"},
    {NULL},
};
static const char *const examples[] = {
    "trod draw cargo-bike.journey",
    "the map as text on the terminal",
    "trod draw cargo-bike.journey -o map.svg",
    "the map as a picture",
    "trod draw cargo-bike.journey events.csv.gz -o map.svg",
    "the same with what happened: shares, deviations, lateness",
    NULL};

const struct cli_command cli_draw = {
    .name = "draw",
    .group = "Draw",
    .arguments = "MAP [LOG…]",
    .summary = "Draw a map as a picture (SVG) or as text on the terminal.",
    .details =
        "The picture shows stages, touchpoints, the emotion curve, pains, delights and "
        "moments of truth, what happens before and behind the scenes, times and actions. "
        "With a log it shows on the same picture what really happened. The same files "
        "give the same bytes on any day and on every machine.",
    .examples = examples,
    .options = {options_draw, cli_options_output, cli_options_log, cli_options_view,
                cli_options_run},
    .run = run_draw,
};

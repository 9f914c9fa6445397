/* picture: one map being drawn. The layout fills it, the parts draw from it.
 *
 * Order of the file is order of reading: header, stages with their columns, then what spans
 * columns, then the notes. A column's group holds everything that the map says of its
 * touchpoint.
 */
#ifndef TROD_DRAW_PICTURE_H
#define TROD_DRAW_PICTURE_H

#include "draw/flow.h"
#include "draw/lane.h"

#define DRAW_MARGIN 40.0
#define DRAW_RAIL 132.0
#define DRAW_RAIL_GAP 36.0
#define DRAW_COLUMN 168.0
#define DRAW_COLUMN_MOST 232.0
#define DRAW_COLUMN_STEP 32.0
#define DRAW_GAP 12.0
#define DRAW_STAGE_GAP 30.0
#define DRAW_WAY_GAP 32.0
#define DRAW_LANE_PAD 11.0
#define DRAW_LATE_MATTERS 0.2 /* a share of late ones from which on it is marked */
#define DRAW_DISC 19.0        /* radius of a touchpoint's disc */

/* Something that spans columns: a promised span or a key figure. */
struct draw_bar {
    size_t first, last; /* columns */
    double x, w, y;     /* y from the lane's top */
    struct draw_cell cell;
    const struct trod_timed *timed; /* of a span with a comparison */
    const struct trod_kpi_result *result;
};
struct draw_bars {
    struct draw_bar *at;
    size_t n, room;
    double height;
};

struct draw_picture {
    const struct trod_map *map;
    const struct trod_compare *compare; /* NULL: the map alone */
    struct trod_draw_options options;
    struct trod_arena *arena, *scratch;
    struct draw_scene scene;
    struct draw_writer writer;
    struct draw_flow flow;
    size_t *column_of;            /* [n_touchpoints] SIZE_MAX if it has none */
    struct draw_cell *cells;      /* [n_columns * DRAW_N_LANES] */
    struct draw_cell *goals;      /* [n_slots] */
    struct draw_cell *names;      /* [n_slots] on the chevrons */
    struct draw_cell *stage_data; /* [n_slots] */
    struct draw_cell *labels;     /* [n_blocks] */
    struct draw_cell title;       /* title, scope, objectives */
    struct draw_cell *portraits;  /* [n_portraits] a persona each */
    const struct trod_persona **personas;
    size_t n_portraits;
    bool portraits_below; /* no room for them beside the title */
    double title_w, portrait_w;
    struct draw_bars spans, kpis;
    size_t n_left_out; /* of them */
    bool on[DRAW_N_LANES];
    double lane_y[DRAW_N_LANES], lane_h[DRAW_N_LANES];
    enum draw_border border[DRAW_N_LANES]; /* above the lane */
    double x0, x1;                         /* first column's left, last one's right */
    double *row_h, *over_h;                /* heights of the rows of blocks, [1..most] */
    double header_h;
    double over_y, band_y, band_h, goals_y, goals_h, stage_data_y, stage_data_h;
    double blocks_y, blocks_h, discs_y; /* discs_y: their middle */
    double lanes_end;
    double curve_above, curve_below; /* room that words of feelings need beyond the band */
};

static inline struct draw_cell *draw_cell_at(const struct draw_picture *picture, size_t column,
                                             enum draw_lane lane) {
    return &picture->cells[column * DRAW_N_LANES + lane];
}
static inline const struct trod_touchpoint *draw_point_at(const struct draw_picture *picture,
                                                          size_t column) {
    uint32_t id = picture->flow.columns[column].touchpoint_id;
    return id == TROD_NO_ID ? NULL : &picture->map->touchpoints[id];
}
/* The stage's paint: chevron (deep) or line (hue). */
static inline enum draw_paint draw_stage_paint(size_t slot, bool deep) {
    return (enum draw_paint)((deep ? DRAW_STAGE_0 : DRAW_HUE_0) + slot % DRAW_N_STAGE_HUES);
}

/* picture.c: the whole picture as a scene. The caller releases picture->scene, also on failure.
 */
TROD_MUST trod_status draw_picture_make(const struct trod_map *map,
                                        const struct trod_compare *compare,
                                        const struct trod_draw_options *options,
                                        struct trod_arena *arena, struct trod_arena *scratch,
                                        struct draw_picture *picture, struct trod_error *error);

/* layout.c: everything measured and placed; nothing drawn. */
TROD_MUST trod_status draw_layout(struct draw_picture *picture, struct trod_error *error);

/* header.c */
void draw_header_fill(struct draw_picture *picture);
void draw_header_measure(struct draw_picture *picture);
void draw_header(struct draw_picture *picture);

/* band.c: stages and the blocks of the flow. */
void draw_band_fill(struct draw_picture *picture);
void draw_stage(struct draw_picture *picture, size_t slot);
void draw_blocks(struct draw_picture *picture, size_t first, size_t last, bool over_stages);

/* point.c: a touchpoint's disc, title and channels; the lane of `any time`. */
void draw_point_fill(struct draw_picture *picture, size_t column);
void draw_point(struct draw_picture *picture, size_t column);
double draw_any_time_height(struct draw_picture *picture);
void draw_any_time(struct draw_picture *picture);

/* curve.c: the lane of emotions. */
#define DRAW_CURVE_HEIGHT 132.0
void draw_feeling_fill(struct draw_picture *picture, size_t column);
void draw_curve_measure(struct draw_picture *picture);
void draw_curve_ground(struct draw_picture *picture);
void draw_curve(struct draw_picture *picture);
void draw_feeling(struct draw_picture *picture, size_t column);

/* timing.c: the strip of windows under a column. */
void draw_timing_fill(struct draw_picture *picture, size_t column);
double draw_timing_height(struct draw_picture *picture, size_t column);
void draw_timing(struct draw_picture *picture, size_t column);

/* bars.c: promised spans and key figures. */
void draw_bars_fill(struct draw_picture *picture);
void draw_bars_place(struct draw_picture *picture);
void draw_spans(struct draw_picture *picture);
void draw_kpis(struct draw_picture *picture);

/* data.c: what happened, laid on the map. Every function does nothing without a comparison. */
void draw_data_fill(struct draw_picture *picture, size_t column);
void draw_data_column(struct draw_picture *picture, size_t column);
void draw_data_disc(struct draw_picture *picture, size_t column, double x, double y);
void draw_data_stage_fill(struct draw_picture *picture, size_t slot);
void draw_data_stage(struct draw_picture *picture, size_t slot);
const struct trod_touchpoint_result *draw_result_of(const struct draw_picture *picture,
                                                    uint32_t touchpoint_id);
/* "5,213". */
trod_str draw_count(struct trod_arena *arena, uint64_t n);
/* "62 %", "under 1 %", or "too few to tell"; on the arena. */
trod_str draw_share_text(struct draw_picture *picture, const struct trod_share *share);
trod_str draw_percent(struct trod_arena *arena, double share);
/* The observed share of a way, an optional touchpoint …, or NULL. */
const struct trod_share *draw_choice_of(const struct draw_picture *picture, trod_str id);

/* foot.c: legend, sources, and what no column shows. */
void draw_foot(struct draw_picture *picture);

#endif

/* paint: one table of colours. Every pair of text and ground in it has a contrast of at
 * least 4.5 to 1 (a test computes them), which is why the chevrons are deeper than the hues
 * beside them.
 */
#include "draw/paint.h"

static const struct {
    const char *word, *light, *dark;
} paints[DRAW_N_PAINTS] = {
    [DRAW_NONE] = {"none", "none", "none"},
    [DRAW_PAGE] = {"page", "#FBFAF7", "#14171B"},
    [DRAW_PANEL] = {"panel", "#F4F2EC", "#1B1F24"},
    [DRAW_INK] = {"ink", "#22262B", "#E9E6E0"},
    [DRAW_SOFT] = {"soft", "#5E6670", "#A3ABB5"},
    [DRAW_EDGE] = {"edge", "#C9C5BB", "#434A53"},
    [DRAW_HAIR] = {"hair", "#E2E0DA", "#2A3037"},
    [DRAW_WHITE] = {"white", "#FFFFFF", "#FFFFFF"},
    [DRAW_PAIN] = {"pain", "#C2423D", "#F0736B"},
    [DRAW_DELIGHT] = {"delight", "#2E8B57", "#4DB57E"},
    [DRAW_STAR] = {"star", "#E0A100", "#F2BC2E"},
    [DRAW_STAR_EDGE] = {"star-edge", "#9A6E00", "#F2BC2E"},
    [DRAW_NEUTRAL] = {"neutral", "#6B7480", "#8D96A1"},
    [DRAW_DATA] = {"data", "#2463A8", "#7FB2F0"},
    [DRAW_AMBER] = {"amber", "#D98332", "#E8A05C"},
    [DRAW_WAIT] = {"wait", "#D7B24A", "#D7B24A"},
    [DRAW_GONE] = {"gone", "#B9BDC2", "#565D66"},
    [DRAW_STAGE_0] = {"stage0", "#33658A", "#33658A"},
    [DRAW_STAGE_1] = {"stage1", "#267884", "#267884"},
    [DRAW_STAGE_2] = {"stage2", "#3F7D5A", "#3F7D5A"},
    [DRAW_STAGE_3] = {"stage3", "#7E6F1F", "#7E6F1F"},
    [DRAW_STAGE_4] = {"stage4", "#A65F1C", "#A65F1C"},
    [DRAW_STAGE_5] = {"stage5", "#B5485D", "#B5485D"},
    [DRAW_HUE_0] = {"hue0", "#33658A", "#6FA0C4"},
    [DRAW_HUE_1] = {"hue1", "#2F8F9D", "#55B4C1"},
    [DRAW_HUE_2] = {"hue2", "#4C956C", "#72BA91"},
    [DRAW_HUE_3] = {"hue3", "#B8A33A", "#CDBB5B"},
    [DRAW_HUE_4] = {"hue4", "#D98332", "#E8A05C"},
    [DRAW_HUE_5] = {"hue5", "#B5485D", "#D9788A"},
};

const char *draw_paint_colour(enum draw_paint paint, enum trod_theme theme) {
    return theme == TROD_DARK ? paints[paint].dark : paints[paint].light;
}

const char *draw_paint_word(enum draw_paint paint) {
    return paints[paint].word;
}

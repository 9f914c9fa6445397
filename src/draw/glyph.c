/* glyph: signs as short paths on a grid of 20 px, so that the whole set can be read, compared
 * and redrawn in one place. A round dot is a line of no length with round ends.
 */
#include "draw/glyph.h"

#include <math.h>

static const char *const channel_paths[DRAW_N_CHANNELS] = {
    [DRAW_STREET] = "M10 17.5V2.5M4.5 4h8.7l2.8 2.4-2.8 2.4H4.5zM6.5 17.5h7",
    [DRAW_SHOP] =
        "M4.4 3.2h11.2L17 8a2.33 2.1 0 0 1-4.67 0 2.33 2.1 0 0 1-4.66 0A2.33 2.1 0 0 1 3 8z"
        "M4.4 10.6V17h11.2v-6.4M8.2 17v-4h3.6v4",
    [DRAW_SITE] = "M2.8 4h14.4v12H2.8zM2.8 7.7h14.4M5 5.9h.01M7.2 5.9h.01M6 10.8h5M6 13.2h8",
    [DRAW_APP] = "M6.5 2.3h7a1.2 1.2 0 0 1 1.2 1.2v13a1.2 1.2 0 0 1-1.2 1.2h-7a1.2 1.2 0 0 "
                 "1-1.2-1.2v-13a1.2 1.2 0 0 1 1.2-1.2zM9.2 15.2h1.6",
    [DRAW_E_MAIL] = "M2.8 4.8h14.4v10.7H2.8zM3.2 5.3l6.8 5.6 6.8-5.6",
    [DRAW_LETTER] = "M6 9.9V2.7h8v7.2M3.6 8.6v8.7h12.8V8.6L10 13zM8.2 5.4h3.6M8.2 8h3.6",
    [DRAW_PHONE] = "M4.3 3.1l2.4-.5 1.9 4.1-1.8 1.5c1.1 2.2 2.8 3.9 5 5l1.5-1.8 4.1 1.9-.5 2.4"
                   "c-.2.9-.9 1.5-1.8 1.5C8.4 17 3 11.6 2.9 4.9c0-.9.5-1.6 1.4-1.8z",
    [DRAW_CHAT] =
        "M2.8 3.5h9.7v6.7H7.3l-2.5 2.3v-2.3h-2zM15 7.3h2.2V14h-1.9v2.3L12.8 14H8.5v-1.6",
    [DRAW_MESSAGE] = "M2.8 3.7h14.4v9.6H9.2L6 16.5v-3.2H2.8zM6 7.1h8M6 10h5",
    [DRAW_SOCIAL] = "M12.2 5a2.3 2.3 0 1 0 4.6 0 2.3 2.3 0 1 0-4.6 0zM3.2 10a2.3 2.3 0 1 0 4.6 "
                    "0 2.3 2.3 0 1 0-4.6 0zM12.2 15a2.3 2.3 0 1 0 4.6 0 2.3 2.3 0 1 0-4.6 "
                    "0zM7.5 8.9l4.9-2.8M7.5 11.1l4.9 2.8",
    [DRAW_ADVERT] =
        "M2.8 8v4h3l7.4 3.8V4.2L5.8 8zM15.6 7.8a2.9 2.9 0 0 1 0 4.4M6 12.2v4.3h2.5v-3",
    [DRAW_EVENT] = "M3.2 4.8h13.6v12.4H3.2zM3.2 8.5h13.6M6.7 2.8v3.4M13.3 2.8v3.4M7 12.8l2 2 "
                   "4-3.8",
    [DRAW_MACHINE] = "M4.5 2.5h11v15h-11zM7 5.2h6v4.3H7zM7 12.5h2.5M7 15h2.5M12.6 12.3V15",
    [DRAW_DELIVERY] = "M4 14.2H2.3V5h9.4v9.2H7.4M11.7 8.2h3.5l2.5 3v3h-1.1M4 15a1.7 1.7 0 1 0 "
                      "3.4 0A1.7 1.7 0 1 0 4 15zM13.2 15a1.7 1.7 0 1 0 3.4 0 1.7 1.7 0 1 0-3.4 "
                      "0zM11.7 14.2h1.5",
    [DRAW_PARTNER] = "M2.7 10a4.8 4.8 0 1 0 9.6 0 4.8 4.8 0 1 0-9.6 0zM7.7 10a4.8 4.8 0 1 0 "
                     "9.6 0 4.8 4.8 0 1 0-9.6 0z",
    [DRAW_OTHER] = "M2.8 10a7.2 7.2 0 1 0 14.4 0 7.2 7.2 0 1 0-14.4 0zM6.7 10h.01M10 10h.01"
                   "M13.3 10h.01",
};

/* The first row with a word of the name decides; a word ends where its letters end. "*" after a
 * word: anything may follow. */
static const struct {
    const char *word;
    enum draw_channel channel;
} channel_words[] = {
    {"partner*", DRAW_PARTNER},
    {"dealer*", DRAW_PARTNER},
    {"reseller*", DRAW_PARTNER},
    {"broker*", DRAW_PARTNER},
    {"agency", DRAW_PARTNER},
    {"employer*", DRAW_PARTNER},
    {"advert*", DRAW_ADVERT},
    {"ad", DRAW_ADVERT},
    {"ads", DRAW_ADVERT},
    {"banner*", DRAW_ADVERT},
    {"poster*", DRAW_ADVERT},
    {"billboard*", DRAW_ADVERT},
    {"radio", DRAW_ADVERT},
    {"tv", DRAW_ADVERT},
    {"television", DRAW_ADVERT},
    {"letter*", DRAW_LETTER},
    {"post", DRAW_LETTER},
    {"postal", DRAW_LETTER},
    {"direct", DRAW_LETTER},
    {"leaflet*", DRAW_LETTER},
    {"catalogue*", DRAW_LETTER},
    {"invoice*", DRAW_LETTER},
    {"email*", DRAW_E_MAIL},
    {"e-mail*", DRAW_E_MAIL},
    {"mail*", DRAW_E_MAIL},
    {"newsletter*", DRAW_E_MAIL},
    {"inbox", DRAW_E_MAIL},
    {"social", DRAW_SOCIAL},
    {"instagram", DRAW_SOCIAL},
    {"facebook", DRAW_SOCIAL},
    {"linkedin", DRAW_SOCIAL},
    {"tiktok", DRAW_SOCIAL},
    {"youtube", DRAW_SOCIAL},
    {"community", DRAW_SOCIAL},
    {"forum*", DRAW_SOCIAL},
    {"friend*", DRAW_SOCIAL},
    {"chat*", DRAW_CHAT},
    {"whatsapp", DRAW_CHAT},
    {"messenger", DRAW_CHAT},
    {"bot", DRAW_CHAT},
    {"sms", DRAW_MESSAGE},
    {"message*", DRAW_MESSAGE},
    {"messaging", DRAW_MESSAGE},
    {"text", DRAW_MESSAGE},
    {"push", DRAW_MESSAGE},
    {"notification*", DRAW_MESSAGE},
    {"app", DRAW_APP},
    {"apps", DRAW_APP},
    {"mobile", DRAW_APP},
    {"tablet", DRAW_APP},
    {"website*", DRAW_SITE},
    {"web*", DRAW_SITE},
    {"site*", DRAW_SITE},
    {"online", DRAW_SITE},
    {"portal*", DRAW_SITE},
    {"page*", DRAW_SITE},
    {"internet", DRAW_SITE},
    {"search", DRAW_SITE},
    {"phone*", DRAW_PHONE},
    {"telephone*", DRAW_PHONE},
    {"call*", DRAW_PHONE},
    {"hotline", DRAW_PHONE},
    {"helpline", DRAW_PHONE},
    {"machine*", DRAW_MACHINE},
    {"kiosk*", DRAW_MACHINE},
    {"atm", DRAW_MACHINE},
    {"terminal*", DRAW_MACHINE},
    {"vending", DRAW_MACHINE},
    {"device*", DRAW_MACHINE},
    {"delivery", DRAW_DELIVERY},
    {"courier*", DRAW_DELIVERY},
    {"parcel*", DRAW_DELIVERY},
    {"home", DRAW_DELIVERY},
    {"doorstep", DRAW_DELIVERY},
    {"van", DRAW_DELIVERY},
    {"event*", DRAW_EVENT},
    {"fair*", DRAW_EVENT},
    {"meeting*", DRAW_EVENT},
    {"appointment*", DRAW_EVENT},
    {"webinar*", DRAW_EVENT},
    {"conference*", DRAW_EVENT},
    {"visit*", DRAW_EVENT},
    {"shop*", DRAW_SHOP},
    {"store*", DRAW_SHOP},
    {"branch*", DRAW_SHOP},
    {"counter", DRAW_SHOP},
    {"showroom*", DRAW_SHOP},
    {"office*", DRAW_SHOP},
    {"desk", DRAW_SHOP},
    {"till", DRAW_SHOP},
    {"workshop*", DRAW_SHOP},
    {"clinic*", DRAW_SHOP},
    {"hospital*", DRAW_SHOP},
    {"ward*", DRAW_SHOP},
    {"street*", DRAW_STREET},
    {"road*", DRAW_STREET},
    {"park*", DRAW_STREET},
    {"outdoor*", DRAW_STREET},
    {"outside", DRAW_STREET},
};

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool letter(char c) {
    return (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80;
}

/* Whether the name has the word, beginning where a word begins. */
static bool has_word(trod_str name, const char *word) {
    size_t n = strlen(word);
    bool open = word[n - 1] == '*';
    if (open) n--;
    for (size_t at = 0; at + n <= name.n; at++) {
        if (at > 0 && letter(lower(name.at[at - 1]))) continue;
        size_t same = 0;
        while (same < n && lower(name.at[at + same]) == word[same]) same++;
        if (same == n && (open || at + n == name.n || !letter(lower(name.at[at + n]))))
            return true;
    }
    return false;
}

enum draw_channel draw_channel_of(trod_str name) {
    for (size_t i = 0; i < TROD_COUNT(channel_words); i++) {
        if (has_word(name, channel_words[i].word)) return channel_words[i].channel;
    }
    return DRAW_OTHER;
}

static struct draw_ink pencil(enum draw_paint paint) {
    return (struct draw_ink){.stroke = paint, .width = 1.5, .round = true};
}

void draw_channel_sign(struct draw_scene *scene, enum draw_channel channel, double x, double y,
                       double scale, enum draw_paint paint) {
    draw_path(scene, channel_paths[channel], x, y, scale, pencil(paint));
}

static const char *const lane_paths[DRAW_N_SIGNS] = {
    [DRAW_SIGN_POINT] =
        "M3 10a7 7 0 1 0 14 0 7 7 0 1 0-14 0zM8 10a2 2 0 1 0 4 0 2 2 0 1 0-4 0z",
    [DRAW_SIGN_STAGE] = "M3 5h9.5l4.5 5-4.5 5H3l4-5z",
    [DRAW_SIGN_GOAL] = "M5 17.5V2.8M5 4h10.5l-2.7 3.5 2.7 3.5H5",
    [DRAW_SIGN_ANY_TIME] = "M16.5 8.2A7 7 0 0 0 4 6.3M3.5 11.8A7 7 0 0 0 16 13.7M3.7 3v3.6h3.6"
                           "M16.3 17v-3.6h-3.6",
    [DRAW_SIGN_DOES] = "M8.2 4.4a1.9 1.9 0 1 0 3.8 0 1.9 1.9 0 1 0-3.8 0zM10 8.2v4.6M5.8 10.7"
                       "L10 8.5l4.2 2.2M10 12.8l-3 4.7M10 12.8l3 4.7",
    [DRAW_SIGN_THINKS] =
        "M6.3 12.3a3.4 3.4 0 0 1-.8-6.6 4.5 4.5 0 0 1 8.5-.4 3.6 3.6 0 0 1 .3 7z"
        "M6.5 15h.01M4.3 17.3h.01",
    [DRAW_SIGN_SAYS] = "M8.3 5.5C5.6 6.5 4 8.5 4 11.2v3h4v-4H5.8M16.3 5.5c-2.7 1-4.3 3-4.3 5.7"
                       "v3h4v-4h-2.2",
    [DRAW_SIGN_QUESTION] =
        "M6.5 7.2C6.6 5 8 3.7 10 3.7c2.1 0 3.5 1.3 3.5 3.1 0 2.6-3.4 2.7-3.4 "
        "5.7M10.1 16.2h.01",
    [DRAW_SIGN_FACE] = "M3 10a7 7 0 1 0 14 0 7 7 0 1 0-14 0zM7.5 8.2h.01M12.5 8.2h.01M6.8 11.7"
                       "c1.5 2.3 4.9 2.3 6.4 0",
    [DRAW_SIGN_PAIN] = "M3.5 5h13L10 16z",
    [DRAW_SIGN_DELIGHT] = "M3.5 15h13L10 4z",
    [DRAW_SIGN_STAR] = "M10 2.5c.8 4.5 3 6.7 7.5 7.5-4.5.8-6.7 3-7.5 7.5-.8-4.5-3-6.7-7.5-7.5 "
                       "4.5-.8 6.7-3 7.5-7.5z",
    [DRAW_SIGN_NEED] = "M10 16.5C4.8 13 2.8 10.3 3 7.6 3.3 4 8 3 10 6.5 12 3 16.7 4 17 7.6c.2 "
                       "2.7-1.8 5.4-7 8.9z",
    [DRAW_SIGN_DECIDES] = "M10 17.5v-6.2L5 4.5M10 11.3l5-6.8M5 8V4.5h3.3M15 8V4.5h-3.3",
    [DRAW_SIGN_WISH] = "M10 3v14M3 10h14M5.5 5.5l9 9M14.5 5.5l-9 9",
    [DRAW_SIGN_EVIDENCE] =
        "M3.2 6.5L10 3l6.8 3.5v7L10 17l-6.8-3.5zM3.2 6.5L10 10l6.8-3.5M10 10v7",
    [DRAW_SIGN_FRONT] =
        "M7 6.5a3 3 0 1 0 6 0 3 3 0 1 0-6 0zM4 17c.2-3.3 2.5-5 6-5s5.8 1.7 6 5z",
    [DRAW_SIGN_BACK] =
        "M12.8 3.2a4 4 0 0 0-4.7 5.3L3 13.6 6.4 17l5.1-5.1a4 4 0 0 0 5.3-4.7l-2.7 "
        "2.7-2.7-.7-.7-2.7z",
    [DRAW_SIGN_SUPPORT] =
        "M3 10a7 7 0 1 0 14 0 7 7 0 1 0-14 0zM7.2 10a2.8 2.8 0 1 0 5.6 0 2.8 2.8 0 "
        "1 0-5.6 0zM5 5l3 3M15 5l-3 3M5 15l3-3M15 15l-3-3",
    [DRAW_SIGN_SYSTEM] = "M3 4h14v5H3zM3 11h14v5H3zM6 6.5h.01M6 13.5h.01M9 6.5h5M9 13.5h5",
    [DRAW_SIGN_POLICY] = "M5 2.8h7l3 3v11.4H5zM12 2.8v3h3M7.5 11.5l2 2 3.2-3.5",
    [DRAW_SIGN_TIME] = "M3 10a7 7 0 1 0 14 0 7 7 0 1 0-14 0zM10 5.8V10l3 2",
    [DRAW_SIGN_SPAN] =
        "M3 4.5v11M17 4.5v11M3.5 10h13M6 7.5L3.5 10 6 12.5M14 7.5l2.5 2.5-2.5 2.5",
    [DRAW_SIGN_KPI] = "M3 14.5a7 7 0 0 1 14 0M10 14.5l3.8-4.3M10 14.5h.01M6 14.5h.01",
    [DRAW_SIGN_CONTENT] = "M4 3h12v14H4zM7 6.8h6M7 10h6M7 13.2h3.5",
    [DRAW_SIGN_ACTION] =
        "M16 9.5V16a1 1 0 0 1-1 1H4.5a1 1 0 0 1-1-1V5.5a1 1 0 0 1 1-1H12M7 10l3 3 7-8.5",
    [DRAW_SIGN_OWNER] =
        "M4 3.5h12v13H4zM8 8.5a2 2 0 1 0 4 0 2 2 0 1 0-4 0zM6.8 14c.6-2.7 5.8-2.7 6.4 0"
        "M8.5 3.5h3",
    [DRAW_SIGN_NOTE] = "M4 16l1-4 8.5-8.5 3 3L8 15zM11.5 5.5l3 3",
    [DRAW_SIGN_DATA] = "M3 17V3M3 17h14M6.5 14v-3M10 14V6.5M13.5 14V9",
};

void draw_lane_sign(struct draw_scene *scene, enum draw_sign sign, double x, double y,
                    double scale, enum draw_paint paint) {
    if (sign != DRAW_SIGN_NONE) draw_path(scene, lane_paths[sign], x, y, scale, pencil(paint));
}

enum draw_paint draw_feeling_paint(double level) {
    if (level > 0.25) return DRAW_DELIGHT;
    return level < -0.25 ? DRAW_PAIN : DRAW_NEUTRAL;
}

void draw_face_sign(struct draw_scene *scene, double x, double y, double level, bool hollow) {
    static const char *const mouths[5] = {
        "M-3.8 5c1.5-3.8 6.1-3.8 7.6 0M-5.2-4.3l2.4-1.3M5.2-4.3l-2.4-1.3",
        "M-3.2 4.2c1.4-2 5-2 6.4 0", "M-3 3.3h6", "M-3.4 2.3c1.4 2.4 5.4 2.4 6.8 0",
        "M-4 1.6h8c-.5 4.8-7.5 4.8-8 0z"};
    int step = (int)floor(level + 0.5) + 2;
    if (step < 0) step = 0;
    if (step > 4) step = 4;
    enum draw_paint paint = draw_feeling_paint(level);
    enum draw_paint line = hollow ? paint : DRAW_PAGE;
    draw_circle(scene, x, y, hollow ? 8.3 : 9,
                hollow ? (struct draw_ink){.fill = DRAW_PAGE, .stroke = paint, .width = 1.5}
                       : (struct draw_ink){.fill = paint});
    draw_path(scene, "M-3-2.2h.01M3-2.2h.01", x, y, 0,
              (struct draw_ink){.stroke = line, .width = 2.2, .round = true});
    draw_path(
        scene, mouths[step], x, y, 0,
        (struct draw_ink){
            .fill = step == 4 ? line : DRAW_NONE, .stroke = line, .width = 1.5, .round = true});
}

void draw_star(struct draw_scene *scene, double x, double y, double r) {
    draw_path(scene, "M0-8c.8 5 3 7.2 8 8-5 .8-7.2 3-8 8-.8-5-3-7.2-8-8 5-.8 7.2-3 8-8z", x, y,
              r / 8,
              (struct draw_ink){.fill = DRAW_STAR, .stroke = DRAW_STAR_EDGE, .width = 1});
}

double draw_triangles(struct draw_scene *scene, double x, double y, int n, bool down) {
    for (int i = 0; i < n; i++) {
        draw_path(scene, down ? "M0-3.5h8L4 3.5z" : "M0 3.5h8L4-3.5z", x + 9 * i, y, 0,
                  (struct draw_ink){.fill = down ? DRAW_PAIN : DRAW_DELIGHT});
    }
    return 9 * n;
}

void draw_eye(struct draw_scene *scene, double x, double y, enum draw_paint paint) {
    draw_path(
        scene,
        "M-8 0c4-6 12-6 16 0-4 6-12 6-16 0zM-2.2 0a2.2 2.2 0 1 0 4.4 0 2.2 2.2 0 1 0-4.4 0z", x,
        y, 0, (struct draw_ink){.fill = DRAW_PAGE, .stroke = paint, .width = 1.5});
}

void draw_arrow_head(struct draw_scene *scene, double x, double y, enum draw_heading heading,
                     enum draw_paint paint) {
    static const char *const paths[] = {"M4-3.5L0 0l4 3.5", "M-4-3.5L0 0l-4 3.5",
                                        "M-3.5-4L0 0l3.5-4"};
    draw_path(scene, paths[heading], x, y, 0, pencil(paint));
}

void draw_deviation_mark(struct draw_scene *scene, enum draw_mark mark, double x, double y,
                         enum draw_paint paint) {
    static const char *const paths[DRAW_N_MARKS] = {
        [DRAW_MARK_SKIPPED] = "M2 7a5 5 0 1 0 10 0 5 5 0 1 0-10 0zM2.5 12.5l9-11",
        [DRAW_MARK_EXTRA] = "M2 7a5 5 0 1 0 10 0 5 5 0 1 0-10 0zM7 4.7v4.6M4.7 7h4.6",
        [DRAW_MARK_ORDER] = "M12 9.5C12 3 4 2.5 2.5 8.5M1.2 5.8l1.2 3 2.9-1.3",
        [DRAW_MARK_FAILED] =
            "M2 7a5 5 0 1 0 10 0 5 5 0 1 0-10 0zM5.3 5.3l3.4 3.4M8.7 5.3L5.3 8.7",
        [DRAW_MARK_REPEAT] = "M11.8 5.8A5 5 0 1 0 12 7.5M12.2 2.7v3.3H8.9",
        [DRAW_MARK_CLOCK] = "M2 7a5 5 0 1 0 10 0 5 5 0 1 0-10 0zM7 4.2V7l2 1.5",
        [DRAW_MARK_STOP] = "M2 7h6.5M6.5 4.5L9 7 6.5 9.5M12 2.5v9",
    };
    draw_path(scene, paths[mark], x, y, 0,
              (struct draw_ink){.stroke = paint, .width = 1.3, .round = true});
}

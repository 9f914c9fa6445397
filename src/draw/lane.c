/* lane: a table of rows. Each row names a function that writes what a touchpoint has to say
 * there; a row in which no touchpoint says anything is left out of the picture by the layout.
 */
#include "draw/lane.h"

static void write_claims(struct draw_writer *writer, const struct trod_claims *claims,
                         enum draw_lead lead, bool marked) {
    for (size_t i = 0; i < claims->n; i++) {
        const struct trod_claim *claim = &claims->at[i];
        struct draw_para *para = draw_para_begin(writer, false);
        para->lead = lead;
        para->assumed = marked && claim->proof.research.n == 0;
        draw_para_add(writer, para, claim->text, DRAW_REGULAR, DRAW_INK);
        draw_para_proof(writer, para, &claim->proof);
    }
}

static void write_labelled(struct draw_writer *writer, const char *label,
                           const struct trod_claims *claims) {
    for (size_t i = 0; i < claims->n; i++) {
        struct draw_para *para = draw_para_begin(writer, false);
        draw_para_add(writer, para, trod_str_of(label), DRAW_REGULAR, DRAW_SOFT);
        draw_para_add(writer, para, claims->at[i].text, DRAW_REGULAR, DRAW_INK);
        draw_para_proof(writer, para, &claims->at[i].proof);
    }
}

static void write_acts(struct draw_writer *writer, const struct trod_acts *acts) {
    for (size_t i = 0; i < acts->n; i++) {
        const struct trod_act *act = &acts->at[i];
        struct draw_para *para = draw_para_begin(writer, false);
        draw_para_add(writer, para, act->who, DRAW_BOLD, DRAW_INK);
        if (act->who.n && act->text.n)
            draw_para_add(writer, para, TROD_STR(" "), DRAW_REGULAR, DRAW_INK);
        draw_para_add(writer, para, act->text, DRAW_REGULAR, DRAW_INK);
        draw_para_proof(writer, para, &act->proof);
    }
}

static void write_words(struct draw_writer *writer, const struct trod_words *words) {
    struct draw_para *para = words->n ? draw_para_begin(writer, false) : NULL;
    for (size_t i = 0; i < words->n; i++) {
        if (i > 0) draw_para_add(writer, para, TROD_STR(", "), DRAW_REGULAR, DRAW_INK);
        draw_para_add(writer, para, words->at[i], DRAW_REGULAR, DRAW_INK);
    }
}

static void fill_does(struct draw_writer *writer, const struct trod_touchpoint *point) {
    write_claims(writer, &point->does, DRAW_LEAD_NONE, false);
}

static void fill_thinks(struct draw_writer *writer, const struct trod_touchpoint *point) {
    for (size_t i = 0; i < point->thinks.n; i++) {
        struct draw_para *para = draw_para_begin(writer, false);
        draw_para_add(writer, para, point->thinks.at[i].text, DRAW_ITALIC, DRAW_INK);
        draw_para_proof(writer, para, &point->thinks.at[i].proof);
    }
}

static void fill_says(struct draw_writer *writer, const struct trod_touchpoint *point) {
    for (size_t i = 0; i < point->says.n; i++) {
        struct draw_para *para = draw_para_begin(writer, false);
        trod_str text = point->says.at[i].text;
        bool quoted =
            trod_str_starts(text, TROD_STR("\"")) || trod_str_starts(text, TROD_STR("“"));
        para->assumed = point->says.at[i].proof.research.n == 0;
        if (!quoted) draw_para_add(writer, para, TROD_STR("“"), DRAW_ITALIC, DRAW_INK);
        draw_para_add(writer, para, text, DRAW_ITALIC, DRAW_INK);
        if (!quoted) draw_para_add(writer, para, TROD_STR("”"), DRAW_ITALIC, DRAW_INK);
        draw_para_proof(writer, para, &point->says.at[i].proof);
    }
}

static void fill_questions(struct draw_writer *writer, const struct trod_touchpoint *point) {
    write_claims(writer, &point->questions, DRAW_LEAD_NONE, false);
}

static void fill_pains(struct draw_writer *writer, const struct trod_touchpoint *point) {
    for (size_t i = 0; i < point->n_pains; i++) {
        const struct trod_pain *pain = &point->pains[i];
        struct draw_para *para = draw_para_begin(writer, false);
        para->lead = DRAW_LEAD_PAIN;
        para->level = pain->severity;
        para->assumed = pain->proof.research.n == 0;
        draw_para_add(writer, para, pain->text, DRAW_REGULAR, DRAW_INK);
        draw_para_proof(writer, para, &pain->proof);
    }
}

static void fill_delights(struct draw_writer *writer, const struct trod_touchpoint *point) {
    write_claims(writer, &point->delights, DRAW_LEAD_DELIGHT, true);
}

static void fill_truths(struct draw_writer *writer, const struct trod_touchpoint *point) {
    write_claims(writer, &point->truths, DRAW_LEAD_STAR, true);
}

static void fill_needs(struct draw_writer *writer, const struct trod_touchpoint *point) {
    write_claims(writer, &point->needs, DRAW_LEAD_NONE, true);
    write_labelled(writer, "Serves: ", &point->serves);
}

static void fill_decides(struct draw_writer *writer, const struct trod_touchpoint *point) {
    write_claims(writer, &point->decides, DRAW_LEAD_NONE, false);
    write_labelled(writer, "Swayed by ", &point->swayed);
}

static void fill_wishes(struct draw_writer *writer, const struct trod_touchpoint *point) {
    write_acts(writer, &point->wishes);
}

static void fill_evidence(struct draw_writer *writer, const struct trod_touchpoint *point) {
    write_claims(writer, &point->evidence, DRAW_LEAD_NONE, false);
}

static void fill_front(struct draw_writer *writer, const struct trod_touchpoint *point) {
    write_acts(writer, &point->front);
}

static void fill_back(struct draw_writer *writer, const struct trod_touchpoint *point) {
    write_acts(writer, &point->back);
}

static void fill_support(struct draw_writer *writer, const struct trod_touchpoint *point) {
    write_acts(writer, &point->support);
}

static void fill_systems(struct draw_writer *writer, const struct trod_touchpoint *point) {
    write_words(writer, &point->systems);
}

static void fill_policies(struct draw_writer *writer, const struct trod_touchpoint *point) {
    write_claims(writer, &point->policies, DRAW_LEAD_NONE, false);
}

static void fill_owner(struct draw_writer *writer, const struct trod_touchpoint *point) {
    if (point->owner.n == 0) return;
    struct draw_para *para = draw_para_begin(writer, false);
    draw_para_add(writer, para, point->owner, DRAW_REGULAR, DRAW_INK);
}

static void fill_notes(struct draw_writer *writer, const struct trod_touchpoint *point) {
    write_claims(writer, &point->notes, DRAW_LEAD_NONE, false);
}

static uint32_t id_of(const struct draw_writer *writer, const struct trod_touchpoint *point) {
    return (uint32_t)(point - writer->map->touchpoints);
}

static bool among(const struct trod_points *points, uint32_t touchpoint_id) {
    for (size_t i = 0; i < points->n; i++) {
        if (points->touchpoints[i] == touchpoint_id) return true;
    }
    return false;
}

static void write_titled(struct draw_writer *writer, const char *kind, trod_str title) {
    struct draw_para *para = draw_para_begin(writer, false);
    draw_para_add(writer, para, trod_str_of(kind), DRAW_REGULAR, DRAW_SOFT);
    draw_para_add(writer, para, title, DRAW_REGULAR, DRAW_INK);
}

static void fill_content(struct draw_writer *writer, const struct trod_touchpoint *point) {
    const struct trod_map *map = writer->map;
    uint32_t id = id_of(writer, point);
    for (size_t i = 0; i < point->contents.n; i++)
        write_titled(writer, "Shows ", map->contents[point->contents.at[i]].title);
    for (size_t i = 0; i < point->keeps.n; i++)
        write_titled(writer, "Keeps the promise: ", map->promises[point->keeps.at[i]].text);
    for (size_t i = 0; i < map->n_rules; i++) {
        if (among(&map->rules[i].when.x, id))
            write_titled(writer, "Rule: ", map->rules[i].title);
    }
    for (size_t i = 0; i < map->n_experiments; i++) {
        if (map->experiments[i].touchpoint_id == id)
            write_titled(writer, "Experiment: ", map->experiments[i].title);
    }
    for (size_t i = 0; i < map->n_offers; i++) {
        if (map->offers[i].touchpoint_id == id)
            write_titled(writer, "Offer: ", map->offers[i].title);
    }
}

static bool fixes(const struct trod_action *action, uint32_t touchpoint_id) {
    for (size_t i = 0; i < action->n_fixes; i++) {
        if (action->fixes[i].touchpoint_id == touchpoint_id) return true;
    }
    return false;
}

static void fill_actions(struct draw_writer *writer, const struct trod_touchpoint *point) {
    static const char *const words[] = {"open", "started", "done", "dropped"};
    const struct trod_map *map = writer->map;
    for (size_t i = 0; i < map->n_actions; i++) {
        const struct trod_action *action = &map->actions[i];
        if (!fixes(action, id_of(writer, point))) continue;
        struct draw_para *para = draw_para_begin(writer, false);
        para->lead = DRAW_LEAD_STATUS;
        para->level = (int)action->status;
        draw_para_add(writer, para, action->title, DRAW_REGULAR, DRAW_INK);
        char due[40];
        bool dated = action->due_us != TROD_NO_TIME && action->due_us != 0;
        trod_str rest = trod_arena_format(
            writer->arena, "%s%.*s, %s%s%s", action->owner.n || action->title.n ? " · " : "",
            TROD_ARG(action->owner), words[action->status], dated ? ", due " : "",
            dated ? trod_date_write(action->due_us, due) : "");
        draw_para_add(writer, para, rest, DRAW_REGULAR, DRAW_SOFT);
    }
}

const struct draw_lane_kind draw_lane_kinds[DRAW_N_LANES] = {
    [DRAW_LANE_TOUCHPOINTS] = {"Touchpoints", DRAW_SIGN_POINT, NULL, 0},
    [DRAW_LANE_DATA] = {"What happened", DRAW_SIGN_DATA, NULL, 0},
    [DRAW_LANE_DOES] = {"Does", DRAW_SIGN_DOES, fill_does, 0},
    [DRAW_LANE_THINKS] = {"Thinks", DRAW_SIGN_THINKS, fill_thinks, 0},
    [DRAW_LANE_SAYS] = {"Says", DRAW_SIGN_SAYS, fill_says, 0},
    [DRAW_LANE_QUESTIONS] = {"Questions", DRAW_SIGN_QUESTION, fill_questions, 0},
    [DRAW_LANE_EMOTIONS] = {"Emotions", DRAW_SIGN_FACE, NULL, 0},
    [DRAW_LANE_PAINS] = {"Points of pain", DRAW_SIGN_PAIN, fill_pains, 0},
    [DRAW_LANE_DELIGHTS] = {"Points of delight", DRAW_SIGN_DELIGHT, fill_delights, 0},
    [DRAW_LANE_TRUTHS] = {"Moments of truth", DRAW_SIGN_STAR, fill_truths, 0},
    [DRAW_LANE_NEEDS] = {"Needs", DRAW_SIGN_NEED, fill_needs, 0},
    [DRAW_LANE_DECIDES] = {"Decides", DRAW_SIGN_DECIDES, fill_decides, 0},
    [DRAW_LANE_WISHES] = {"Wishes", DRAW_SIGN_WISH, fill_wishes, 0},
    [DRAW_LANE_ANY_TIME] = {"At any time", DRAW_SIGN_ANY_TIME, NULL, 0},
    [DRAW_LANE_EVIDENCE] = {"Physical evidence", DRAW_SIGN_EVIDENCE, fill_evidence, 0},
    [DRAW_LANE_FRONT] = {"Frontstage", DRAW_SIGN_FRONT, fill_front, 1},
    [DRAW_LANE_BACK] = {"Backstage", DRAW_SIGN_BACK, fill_back, 2},
    [DRAW_LANE_SUPPORT] = {"Support", DRAW_SIGN_SUPPORT, fill_support, 3},
    [DRAW_LANE_SYSTEMS] = {"Systems", DRAW_SIGN_SYSTEM, fill_systems, 3},
    [DRAW_LANE_POLICIES] = {"Policies", DRAW_SIGN_POLICY, fill_policies, 3},
    [DRAW_LANE_TIMING] = {"Timing", DRAW_SIGN_TIME, NULL, 4},
    [DRAW_LANE_SPANS] = {"Promised spans", DRAW_SIGN_SPAN, NULL, 4},
    [DRAW_LANE_KPIS] = {"Key figures", DRAW_SIGN_KPI, NULL, 4},
    [DRAW_LANE_CONTENT] = {"Content and rules", DRAW_SIGN_CONTENT, fill_content, 4},
    [DRAW_LANE_ACTIONS] = {"Actions", DRAW_SIGN_ACTION, fill_actions, 4},
    [DRAW_LANE_OWNERS] = {"Owner", DRAW_SIGN_OWNER, fill_owner, 4},
    [DRAW_LANE_NOTES] = {"Notes", DRAW_SIGN_NOTE, fill_notes, 4},
};

void draw_lane_fill(struct draw_writer *writer, enum draw_lane lane,
                    const struct trod_touchpoint *point) {
    const struct draw_lane_kind *kind = &draw_lane_kinds[lane];
    if (!kind->fill) return;
    writer->persona = (trod_str){0};
    kind->fill(writer, point);
    bool by_map = lane == DRAW_LANE_CONTENT || lane == DRAW_LANE_ACTIONS;
    for (size_t i = 0; i < point->n_for_personas && !by_map; i++) {
        const struct trod_touchpoint_for *part = &point->for_personas[i];
        if (part->persona_id < writer->map->n_personas)
            writer->persona = writer->map->personas[part->persona_id].title;
        kind->fill(writer, &part->as);
    }
    writer->persona = (trod_str){0};
}

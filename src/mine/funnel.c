/* The funnel: steps become tables of classes, each part says how far its journeys get
 * (reach.c), and what the parts say is added up by the texts of their segments, whose numbers
 * differ from part to part. The times of each step are kept until all are there
 * (funnel_times.c). Every sum is of whole numbers and every quantile exact, so nothing depends
 * on who came first. */
#include <pthread.h>
#include <stdlib.h>

#include "mine/funnel_times.h"
#include "mine/lapse.h"
#include "mine/walk.h"

enum { MOST_SEGMENTS = 10000 };

/* ---- Steps ---------------------------------------------------------------------------------
 */

static trod_status check_options(const struct trod_question *question,
                                 const struct trod_funnel_options *options,
                                 struct trod_error *error) {
    if (options->n_steps < 2 || options->n_steps > TROD_FUNNEL_STEPS)
        return trod_fail(error, TROD_BAD_OPTION, "a funnel has 2 to %d steps, not %zu",
                         TROD_FUNNEL_STEPS, options->n_steps);
    if (options->within_us < 0)
        return trod_fail(error, TROD_BAD_OPTION, "the time of a funnel cannot be negative");
    if (options->within_us && !question->parts->has_times) {
        trod_fail(error, TROD_BAD_OPTION,
                  "the log has no times, so nobody can say what lies within one");
        trod_error_hint(error, "leave out --within, or name the column of the times");
        return TROD_BAD_OPTION;
    }
    return TROD_OK;
}

trod_status mine_step_check(const struct trod_step *step, uint32_t n_names,
                            struct trod_error *error) {
    for (size_t i = 0; i < step->n; i++) {
        if (step->names[i] < n_names) continue;
        trod_fail(error, TROD_BAD_OPTION, "the log has no such event as was asked for");
        trod_error_hint(error, "\"trod flow\" shows the names of all events");
        return TROD_BAD_OPTION;
    }
    return TROD_OK;
}

trod_status mine_steps_make(const struct trod_funnel_options *options, uint32_t n_names,
                            struct trod_arena *arena, struct mine_steps *steps,
                            struct trod_error *error) {
    trod_status status = TROD_OK;
    uint32_t *const masks = TROD_NEW_ARRAY(arena, n_names, uint32_t);
    TROD_TRY_ALLOC(masks, error);
    uint8_t *const class_of = TROD_NEW_ARRAY(arena, n_names < 256 ? 256 : n_names, uint8_t);
    TROD_TRY_ALLOC(class_of, error);
    *steps = (struct mine_steps){.n = (unsigned)options->n_steps,
                                 .class_of = class_of,
                                 .n_classes = 1 + (unsigned)options->n_steps,
                                 .plain = true,
                                 .way = options->way};
    for (unsigned k = 0; k < steps->n; k++) {
        steps->masks[k + 1] = UINT32_C(1) << k;
        TROD_TRY(mine_step_check(&options->steps[k], n_names, error));
        for (size_t i = 0; i < options->steps[k].n; i++)
            masks[options->steps[k].names[i]] |= UINT32_C(1) << k;
    }
    for (uint32_t name = 0; name < n_names; name++) {
        if (masks[name] == 0) continue;
        unsigned c = 1;
        while (c < steps->n_classes && steps->masks[c] != masks[name]) c++;
        if (c == 256) {
            status = trod_fail(error, TROD_TOO_MUCH,
                               "the steps share their events in more than 255 ways");
            goto done;
        }
        if (c == steps->n_classes) {
            steps->plain = false;
            steps->masks[steps->n_classes++] = masks[name];
        }
        class_of[name] = (uint8_t)c;
    }
    if (options->way == TROD_FUNNEL_UNBROKEN && !steps->plain) {
        status =
            trod_fail(error, TROD_BAD_OPTION,
                      "an event belongs to two steps, so --unbroken cannot tell which it is");
        trod_error_hint(error, "leave out --unbroken, or name different events");
    }
done:
    return status;
}

static trod_status find_field(const struct trod_parts *parts, trod_str name, uint32_t *field,
                              struct trod_error *error) {
    *field = TROD_NO_ID;
    if (!name.at) return TROD_OK;
    *field = trod_parts_field(parts, name, false);
    return *field != TROD_NO_ID ? TROD_OK : trod_parts_no_field(parts, name, false, error);
}

/* ---- Adding up -----------------------------------------------------------------------------
 */

struct segment {
    uint64_t levels[TROD_FUNNEL_STEPS + 1];
    uint64_t open;
};
/* What a thread uses again and again. */
struct asker {
    struct mine_reach reach;
    struct trod_buf staged;
};
struct adding {
    const struct trod_question *question;
    const struct trod_funnel_options *options;
    struct mine_steps steps;
    uint32_t by;
    struct trod_funnel *funnel;
    pthread_mutex_t lock;
    struct trod_dict *texts; /* of segments: id + 1 is the segment, 0 has no value */
    struct segment *segments;
    size_t n_segments, room;
    struct mine_crew crew; /* of askers */
    struct mine_times times;
    struct trod_lapse (
        *lapses)[TROD_FUNNEL_STEPS]; /* [n_segments + 1]: the last is the whole */
};

/* The whole's number of each segment of a view. Under the lock. */
static trod_status number_segments(struct adding *adding, const struct trod_part_view *view,
                                   const struct mine_reach *reach, uint32_t *number,
                                   struct trod_error *error) {
    trod_status status = TROD_OK;
    const unsigned n_levels = adding->steps.n + 1;
    for (uint32_t g = 0; g <= view->n_groups; g++) {
        uint64_t n = 0;
        for (unsigned k = 0; k < n_levels; k++) n += reach->levels[(size_t)g * n_levels + k];
        if (g && n == 0) continue;
        uint32_t segment = 0;
        if (g)
            TROD_TRY(mine_segment_number(adding->texts, view->groups[g - 1], MOST_SEGMENTS,
                                         adding->options->by, &segment, error));
        while (adding->n_segments <= segment)
            if (!TROD_PUSH(adding->funnel->arena, adding->segments, adding->n_segments,
                           adding->room, (struct segment){.open = 0}))
                TROD_TRY_ALLOC(NULL, error);
        number[g] = segment;
        struct segment *const to = &adding->segments[segment];
        for (unsigned k = 0; k < n_levels; k++)
            to->levels[k] += reach->levels[(size_t)g * n_levels + k];
        to->open += reach->open[g];
    }
done:
    return status;
}

static trod_status add_part(struct adding *adding, size_t i, const struct trod_part_view *view,
                            struct mine_member *member, struct trod_arena *scratch,
                            struct trod_error *error) {
    trod_status status = TROD_OK;
    struct asker *const own = member->own;
    uint32_t *const number = TROD_NEW_ARRAY(scratch, (size_t)view->n_groups + 1, uint32_t);
    TROD_TRY_ALLOC(number, error);
    pthread_mutex_lock(&adding->lock);
    status = number_segments(adding, view, &own->reach, number, error);
    struct trod_walked *const walked = &adding->funnel->walked;
    walked->n_journeys += view->n_journeys;
    walked->n_events += view->n_events;
    walked->n_customers += view->n_customers;
    walked->n_left_out += view->n_left_out;
    pthread_mutex_unlock(&adding->lock);
    if (status != TROD_OK) goto done;
    TROD_TRY(mine_times_keep(&adding->times, i, &own->reach, view->n_groups + 1, number,
                             (uint64_t)view->part->tick_us, &own->staged, member->arena,
                             error));
done:
    return status;
}

static trod_status ask_part(void *owner, size_t i, const struct trod_part *part,
                            struct trod_arena *scratch, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct adding *const adding = owner;
    const struct trod_part_view *view = NULL;
    struct mine_member *member = NULL;
    bool fresh = false;
    TROD_TRY(mine_crew_take(&adding->crew, sizeof(struct asker), &member, &fresh, error));
    TROD_TRY(trod_part_view_make(adding->question->parts, part, &adding->question->view,
                                 adding->by, scratch, &view, error));
    TROD_TRY(mine_reach_of_part(&adding->steps, adding->options->within_us,
                                adding->question->parts->last_us, view, scratch,
                                &((struct asker *)member->own)->reach, error));
    TROD_TRY(add_part(adding, i, view, member, scratch, error));
done:
    if (member && member->own) mine_crew_leave(&adding->crew, member);
    return status;
}

static void release_askers(struct adding *adding) {
    for (size_t m = 0; m < adding->crew.n; m++) {
        struct asker *const own = adding->crew.members[m].own;
        if (!own) continue;
        for (unsigned k = 0; k < TROD_FUNNEL_STEPS; k++) {
            trod_buf_free(&own->reach.values[k]);
            trod_buf_free(&own->reach.groups[k]);
        }
        trod_buf_free(&own->staged);
    }
    mine_crew_release(&adding->crew);
}

static trod_status measure_step(void *owner, size_t k, struct trod_error *error) {
    struct adding *const adding = owner;
    return mine_times_measure(&adding->times, (unsigned)k, adding->n_segments,
                              adding->by != TROD_NO_ID, adding->lapses, error);
}

/* ---- The result ----------------------------------------------------------------------------
 */

static trod_status fill_segment(const struct adding *adding, const struct segment *from,
                                const struct trod_lapse *lapses, struct trod_funnel_segment *to,
                                struct trod_error *error) {
    trod_status status = TROD_OK;
    const unsigned n = adding->steps.n;
    struct trod_funnel_step *const steps =
        TROD_NEW_ARRAY(adding->funnel->arena, n, struct trod_funnel_step);
    TROD_TRY_ALLOC(steps, error);
    uint64_t reached = 0;
    for (unsigned k = n; k-- > 0;) {
        reached += from->levels[k + 1];
        steps[k].n_journeys = reached;
    }
    to->n_journeys = reached + from->levels[0];
    to->n_open = from->open;
    to->steps = steps;
    to->whole = lapses[0];
    for (unsigned k = 0; k < n; k++) {
        const uint64_t first = k ? steps[0].n_journeys : to->n_journeys;
        const uint64_t before = k ? steps[k - 1].n_journeys : to->n_journeys;
        steps[k].of_first = trod_share_make(steps[k].n_journeys, first);
        steps[k].of_before = trod_share_make(steps[k].n_journeys, before);
        if (k) steps[k].since_before = lapses[k];
    }
    if (n) mine_lapse_few(NULL, 0, &steps[0].since_before);
done:
    return status;
}

static int most_journeys_first(const void *a, const void *b) {
    const struct trod_funnel_segment *const x = a, *const y = b;
    if (!x->value.at != !y->value.at) return x->value.at ? -1 : 1;
    if (x->steps->n_journeys != y->steps->n_journeys)
        return x->steps->n_journeys > y->steps->n_journeys ? -1 : 1;
    if (x->n_journeys != y->n_journeys) return x->n_journeys > y->n_journeys ? -1 : 1;
    return trod_str_compare(x->value, y->value);
}

static trod_status fill_segments(struct adding *adding, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_funnel *const funnel = adding->funnel;
    struct segment all = {.open = 0};
    struct trod_funnel_segment *const segments =
        TROD_NEW_ARRAY(funnel->arena, adding->n_segments, struct trod_funnel_segment);
    TROD_TRY_ALLOC(segments, error);
    for (size_t s = 0; s < adding->n_segments; s++) {
        const struct segment *const from = &adding->segments[s];
        for (unsigned k = 0; k <= adding->steps.n; k++) all.levels[k] += from->levels[k];
        all.open += from->open;
        if (adding->by == TROD_NO_ID) continue;
        struct trod_funnel_segment *const to = &segments[funnel->n_segments];
        TROD_TRY(fill_segment(adding, from, adding->lapses[s], to, error));
        if (to->n_journeys == 0) continue;
        if (s)
            to->value =
                trod_arena_copy(funnel->arena, trod_dict_at(adding->texts, (uint32_t)s - 1));
        if (s) TROD_TRY_ALLOC(to->value.at, error);
        funnel->n_segments++;
    }
    if (funnel->n_segments)
        qsort(segments, funnel->n_segments, sizeof *segments, most_journeys_first);
    funnel->segments = segments;
    TROD_TRY(
        fill_segment(adding, &all, adding->lapses[adding->n_segments], &funnel->all, error));
done:
    return status;
}

/* The funnel's own copy of what was asked. */
static trod_status keep_question(struct adding *adding, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_funnel_options *const options = adding->options;
    struct trod_funnel *const funnel = adding->funnel;
    struct trod_step *const steps =
        TROD_NEW_ARRAY(funnel->arena, options->n_steps, struct trod_step);
    TROD_TRY_ALLOC(steps, error);
    for (size_t k = 0; k < options->n_steps; k++) {
        uint32_t *const names = TROD_NEW_ARRAY(funnel->arena, options->steps[k].n, uint32_t);
        TROD_TRY_ALLOC(names, error);
        for (size_t i = 0; i < options->steps[k].n; i++) names[i] = options->steps[k].names[i];
        steps[k] = (struct trod_step){names, options->steps[k].n};
    }
    funnel->names = adding->question->parts->names;
    funnel->steps = steps;
    funnel->n_steps = options->n_steps;
    funnel->within_us = options->within_us;
    funnel->way = options->way;
    if (options->by.at) {
        funnel->by = trod_arena_copy(funnel->arena, options->by);
        TROD_TRY_ALLOC(funnel->by.at, error);
    }
done:
    return status;
}

trod_status trod_funnel_make(const struct trod_question *question,
                             const struct trod_funnel_options *options,
                             struct trod_funnel **funnel, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct adding adding = {.question = question, .options = options};
    struct trod_arena *const arena = trod_arena_make(MINE_ARENA_BYTES);
    struct trod_funnel *made = NULL;
    *funnel = NULL;
    pthread_mutex_init(&adding.lock, NULL);
    mine_crew_init(&adding.crew);
    mine_aside_init(&adding.times.aside);
    TROD_TRY_ALLOC(arena, error);
    made = TROD_NEW(arena, struct trod_funnel);
    if (!made) trod_arena_free(arena);
    TROD_TRY_ALLOC(made, error);
    made->arena = arena;
    adding.funnel = made;
    TROD_TRY(check_options(question, options, error));
    TROD_TRY(find_field(question->parts, options->by, &adding.by, error));
    TROD_TRY(mine_steps_make(options, trod_dict_count(question->parts->names), arena,
                             &adding.steps, error));
    TROD_TRY(keep_question(&adding, error));
    adding.texts = trod_dict_make(0);
    TROD_TRY_ALLOC(adding.texts, error);
    TROD_TRY(mine_times_make(&adding.times, question->parts->n_parts, adding.steps.n,
                             mine_memory(question->run) / 4, arena, error));
    if (!TROD_PUSH(arena, adding.segments, adding.n_segments, adding.room,
                   (struct segment){.open = 0}))
        TROD_TRY_ALLOC(NULL, error);
    TROD_TRY(trod_parts_each(question->parts, question->run, ask_part, &adding, error));
    adding.lapses = trod_arena_alloc(arena, adding.n_segments + 1, sizeof *adding.lapses);
    TROD_TRY_ALLOC(adding.lapses, error);
    TROD_TRY(mine_times_open(&adding.times, error));
    TROD_TRY(trod_run_each(question->run, adding.steps.n, measure_step, &adding, error));
    TROD_TRY(fill_segments(&adding, error));
    *funnel = made;
    made = NULL;
done:
    mine_times_release(&adding.times);
    release_askers(&adding);
    trod_dict_free(adding.texts);
    pthread_mutex_destroy(&adding.lock);
    trod_funnel_free(made);
    return status;
}

void trod_funnel_free(struct trod_funnel *funnel) {
    if (funnel) trod_arena_free(funnel->arena);
}

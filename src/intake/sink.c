/* Where events go. The log's builder is for one thread: a customer is a number there, and the
 * order of adding is the order of intake. A gatherer gives each thread a hand of its own, and
 * rows carry their place in that order; a journey is a value like any other there, and that a
 * person is identified is a fact. */
#include "intake/inside.h"

static trod_status no_memory(struct trod_error *error) {
    return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
}

trod_status intake_sink_of_thread(struct trod_intake *intake, size_t thread,
                                  struct intake_sink *sink, struct trod_error *error) {
    *sink = intake->sink;
    if (!sink->gather) return TROD_OK;
    while (intake->n_hands <= thread) {
        struct trod_hand *const hand = trod_gather_hand(sink->gather);
        if (!hand ||
            !TROD_PUSH(intake->arena, intake->hands, intake->n_hands, intake->room_hands, hand))
            return no_memory(error);
    }
    sink->hand = intake->hands[thread];
    return TROD_OK;
}

uint32_t intake_sink_source(const struct intake_sink *sink, trod_str name) {
    return sink->gather ? trod_gather_source(sink->gather, name)
                        : trod_log_builder_source(sink->builder, name);
}

uint32_t intake_sink_field(const struct intake_sink *sink, trod_str name, bool fact) {
    return sink->gather ? trod_gather_field(sink->gather, name, fact)
                        : trod_log_builder_field(sink->builder, name, fact);
}

void intake_sink_declare(const struct intake_sink *sink, uint32_t field) {
    if (sink->gather) trod_gather_declare(sink->gather, field);
}

void intake_sink_role(const struct intake_sink *sink, enum intake_role role, uint32_t field) {
    static const enum trod_gather_role roles[] = {[INTAKE_CHANNEL] = TROD_ROLE_CHANNEL,
                                                  [INTAKE_WORTH] = TROD_ROLE_WORTH,
                                                  [INTAKE_JOURNEY] = TROD_ROLE_JOURNEY};
    if (sink->gather)
        trod_gather_role(sink->gather, roles[role], field);
    else if (role == INTAKE_CHANNEL)
        trod_log_builder_channel(sink->builder, field);
    else if (role == INTAKE_WORTH)
        trod_log_builder_worth(sink->builder, field);
}

trod_status intake_sink_person(const struct intake_sink *sink, struct intake_person *person,
                               struct trod_error *error) {
    if (sink->gather) return TROD_OK;
    person->number = trod_log_builder_customer(sink->builder, person->id);
    if (person->number != TROD_NO_ID) return TROD_OK;
    return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory for so many customers");
}

trod_status intake_sink_same(const struct intake_sink *sink, uint64_t place,
                             const struct intake_person *a, const struct intake_person *b,
                             struct trod_error *error) {
    if (sink->gather) return trod_hand_same(sink->hand, place, a->id, b->id, error);
    if (a->number != b->number) trod_log_builder_same(sink->builder, a->number, b->number);
    return TROD_OK;
}

trod_status intake_sink_ask_identified(struct intake_sink *sink, struct trod_error *error) {
    if (!sink->gather) {
        trod_log_builder_identified(sink->builder, TROD_NO_ID);
        return TROD_OK;
    }
    sink->identified_field =
        trod_gather_field(sink->gather, TROD_STR(TROD_IDENTIFIED_FACT), true);
    return sink->identified_field == TROD_NO_ID ? no_memory(error) : TROD_OK;
}

trod_status intake_sink_event(const struct intake_sink *sink, const struct intake_event *event,
                              const struct intake_person *person, struct trod_error *error) {
    if (!sink->gather) {
        if (person->identified) trod_log_builder_identified(sink->builder, person->number);
        return trod_log_builder_event(sink->builder, event->source, person->number, event->name,
                                      event->journey, event->time_us, event->end_us, error);
    }
    trod_status status = trod_hand_event(sink->hand, event->place, event->source, person->id,
                                         event->name, event->time_us, event->end_us, error);
    if (status == TROD_OK && sink->journey_field != TROD_NO_ID && event->journey.n)
        status = trod_hand_set(sink->hand, sink->journey_field, event->journey, error);
    if (status == TROD_OK && person->identified)
        status = trod_hand_set(sink->hand, sink->identified_field, TROD_STR("yes"), error);
    return status;
}

trod_status intake_sink_fact(const struct intake_sink *sink, uint64_t place,
                             const struct intake_person *person, uint32_t field, trod_str value,
                             struct trod_error *error) {
    return sink->gather
               ? trod_hand_fact(sink->hand, place, person->id, field, value, error)
               : trod_log_builder_fact(sink->builder, person->number, field, value, error);
}

/* Where events go. So far that is the log's builder, on one thread: customers are numbers
 * there, and the order of adding is the order of intake. */
#include "intake/inside.h"

trod_status intake_sink_of_thread(struct trod_intake *intake, size_t thread,
                                  struct intake_sink *sink, struct trod_error *error) {
    (void)thread;
    (void)error;
    *sink = intake->sink;
    return TROD_OK;
}

uint32_t intake_sink_source(const struct intake_sink *sink, trod_str name) {
    return trod_log_builder_source(sink->builder, name);
}

uint32_t intake_sink_field(const struct intake_sink *sink, trod_str name, bool fact) {
    return trod_log_builder_field(sink->builder, name, fact);
}

void intake_sink_role(const struct intake_sink *sink, enum intake_role role, uint32_t field) {
    if (role == INTAKE_CHANNEL) trod_log_builder_channel(sink->builder, field);
    if (role == INTAKE_WORTH) trod_log_builder_worth(sink->builder, field);
}

trod_status intake_sink_person(const struct intake_sink *sink, struct intake_person *person,
                               struct trod_error *error) {
    person->number = trod_log_builder_customer(sink->builder, person->id);
    if (person->number != TROD_NO_ID) return TROD_OK;
    return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory for so many customers");
}

trod_status intake_sink_same(const struct intake_sink *sink, uint64_t place,
                             const struct intake_person *a, const struct intake_person *b,
                             struct trod_error *error) {
    (void)place;
    (void)error;
    if (a->number != b->number) trod_log_builder_same(sink->builder, a->number, b->number);
    return TROD_OK;
}

trod_status intake_sink_identified(const struct intake_sink *sink, uint64_t place,
                                   const struct intake_person *person,
                                   struct trod_error *error) {
    (void)place;
    (void)error;
    trod_log_builder_identified(sink->builder, person ? person->number : TROD_NO_ID);
    return TROD_OK;
}

trod_status intake_sink_event(const struct intake_sink *sink, uint64_t place, uint32_t source,
                              const struct intake_person *person, trod_str name,
                              trod_str journey, int64_t time_us, int64_t end_us,
                              struct trod_error *error) {
    (void)place;
    return trod_log_builder_event(sink->builder, source, person->number, name, journey, time_us,
                                  end_us, error);
}

trod_status intake_sink_set(const struct intake_sink *sink, uint32_t field, trod_str value,
                            struct trod_error *error) {
    return trod_log_builder_set(sink->builder, field, value, error);
}

trod_status intake_sink_fact(const struct intake_sink *sink, uint64_t place,
                             const struct intake_person *person, uint32_t field, trod_str value,
                             struct trod_error *error) {
    (void)place;
    return trod_log_builder_fact(sink->builder, person->number, field, value, error);
}

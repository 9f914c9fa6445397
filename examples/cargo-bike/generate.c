/* generate: simulates the log of examples/cargo-bike, the same for the same seed.
 *
 *     generate FOLDER [SEED] [none|all|skip,late,fail]
 *
 * Sixteen thousand people come to Towpath Bikes over eighteen months and leave their traces in three
 * systems, as in life: the website knows a visitor, the letters an address, the till a customer
 * number, and only some rows join two of them. Everybody walks as the map says, with its shares;
 * waiting times are log-normal, with the map's "usually" as median and one in fifty beyond "at
 * most". People drop out on the way. Into this, three deviations are planted:
 *
 *   skip  tradespeople go without the test ride, two of five instead of one in thirty;
 *   late  the bikes come late: a third of the deliveries take far longer than promised;
 *   fail  in the week of 10 March 2025 the card payment fails for most who try.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trod/base.h"

enum { PEOPLE = 16000 };
enum source { WEB, SHOP, MAIL, N_SOURCES };

struct row {
    int64_t at_us;
    uint32_t order;
    char text[200];
};
struct rows {
    struct row *at;
    size_t n, room;
};
struct world {
    struct rows rows[N_SOURCES];
    int64_t start_us, end_us, bad_from_us, bad_until_us;
    bool skip, late, fail;
};
struct person {
    uint32_t number;
    bool trade;
    bool has_address, has_number; /* known to the letters, to the till */
    int64_t now_us;
    struct trod_rng rng;
};

static void add_row(struct world *world, enum source source, int64_t at_us, const char *text) {
    if (at_us > world->end_us) return; /* the export was made before it happened */
    struct rows *rows = &world->rows[source];
    if (rows->n == rows->room) {
        rows->room = rows->room ? rows->room * 2 : 4096;
        rows->at = realloc(rows->at, rows->room * sizeof *rows->at);
        if (!rows->at) {
            fputs("generate: there is not enough memory\n", stderr);
            exit(3);
        }
    }
    struct row *row = &rows->at[rows->n];
    *row = (struct row){.at_us = at_us, .order = (uint32_t)rows->n};
    snprintf(row->text, sizeof row->text, "%s", text);
    rows->n++;
}

static const char *address_of(const struct person *person, char at[48]) {
    if (person->has_address)
        snprintf(at, 48, "p%05u@example.org", person->number);
    else
        at[0] = 0;
    return at;
}

static const char *visitor_of(const struct person *person, char at[16]) {
    snprintf(at, 16, "v%08x", (unsigned)trod_hash64(&person->number, sizeof person->number, 7));
    return at;
}

/* web.csv: at,visitor,address,event,page,campaign,stars */
static void web(struct world *world, const struct person *person, const char *event,
                const char *page, const char *campaign, const char *stars) {
    char text[200], when[40], address[48], visitor[16];
    snprintf(text, sizeof text, "%s,%s,%s,%s,%s,%s,%s", trod_time_write(person->now_us, when),
             visitor_of(person, visitor), address_of(person, address), event, page, campaign, stars);
    add_row(world, WEB, person->now_us, text);
}

/* shop.csv: booked,customer_no,address,visitor,action,place. Who walks in shows the page on the
 * phone, so that the till learns the visitor. */
static void shop(struct world *world, const struct person *person, const char *action,
                 const char *place) {
    char text[200], when[40], address[48], visitor[16];
    const bool knows = strcmp(action, "walk-in") == 0;
    snprintf(text, sizeof text, "%s,%u,%s,%s,%s,%s", trod_time_write(person->now_us, when),
             100000 + person->number, address_of(person, address),
             knows ? visitor_of(person, visitor) : "", action, place);
    add_row(world, SHOP, person->now_us, text);
}

/* mail.csv: sent_at,address,visitor,kind. A question is written on the website's form. */
static void mail(struct world *world, const struct person *person, const char *kind) {
    char text[200], when[40], address[48], visitor[16];
    const bool knows = strcmp(kind, "question") == 0;
    snprintf(text, sizeof text, "%s,%s,%s,%s", trod_time_write(person->now_us, when),
             address_of(person, address), knows ? visitor_of(person, visitor) : "", kind);
    add_row(world, MAIL, person->now_us, text);
}

static bool chance(struct person *person, double share) {
    return trod_rng_unit(&person->rng) < share;
}

/* Waits a log-normal time with median `usual`, beyond `most` once in fifty. */
static void wait_for(struct person *person, double usual_us, double most_us) {
    const double sigma = log(most_us / usual_us) / 2.0537;
    const double waited = usual_us * exp(sigma * trod_rng_normal(&person->rng));
    person->now_us += (int64_t)(waited / 1e6) * TROD_SECOND_US;
}

static void pages(struct world *world, struct person *person) {
    const char *section = person->trade ? "/cargo/trade" : "/cargo/family";
    const uint64_t n = 2 + trod_rng_below(&person->rng, 3);
    for (uint64_t i = 0; i < n; i++) {
        char page[60];
        snprintf(page, sizeof page, "%s/bike-%u", section, 1 + (unsigned)trod_rng_below(&person->rng, 6));
        web(world, person, "page_view", page, "", "");
        person->now_us += (int64_t)(30 + trod_rng_below(&person->rng, 300)) * TROD_SECOND_US;
    }
}

static void maybe_call(struct world *world, struct person *person) {
    if (person->has_number && chance(person, 0.03)) {
        const int64_t now_us = person->now_us;
        person->now_us += (int64_t)trod_rng_below(&person->rng, 48) * TROD_HOUR_US;
        shop(world, person, "call", "phone");
        person->now_us = now_us;
    }
}

/* Explore: bikes, guide and question in any order, the bikes first more often than not. */
static void explore(struct world *world, struct person *person) {
    const bool guide_first = chance(person, 0.08);
    const bool guide = chance(person, 0.25);
    if (guide && guide_first) {
        web(world, person, "guide_opened", "/guide", "", "");
        wait_for(person, 1.0 * TROD_DAY_US, 12.0 * TROD_DAY_US);
    }
    pages(world, person);
    if (guide && !guide_first) {
        wait_for(person, 1.0 * TROD_DAY_US, 12.0 * TROD_DAY_US);
        web(world, person, "guide_opened", "/guide", "", "");
    }
    if (chance(person, 0.2)) {
        wait_for(person, 1.0 * TROD_DAY_US, 9.0 * TROD_DAY_US);
        person->has_address = true;
        mail(world, person, "question");
    }
}

static bool try_it(struct world *world, struct person *person) {
    if (!chance(person, 0.62)) return false;
    if (chance(person, 0.65)) {
        wait_for(person, 3.0 * TROD_DAY_US, 28.0 * TROD_DAY_US);
        person->has_address = true;
        web(world, person, "ride_booked", "/book", "", "");
    } else {
        wait_for(person, 4.0 * TROD_DAY_US, 28.0 * TROD_DAY_US);
        person->has_address = person->has_number = true;
        shop(world, person, "walk-in", "shop");
    }
    const double skips = person->trade && world->skip ? 0.40 : 0.03;
    if (!chance(person, 0.85)) return false;
    if (chance(person, skips)) return true;
    const int rides = chance(person, 0.12) ? 2 : 1;
    for (int i = 0; i < rides; i++) {
        wait_for(person, 3.0 * TROD_DAY_US, 21.0 * TROD_DAY_US);
        person->has_address = person->has_number = true;
        shop(world, person, "test ride", "shop");
    }
    return chance(person, 0.75);
}

static void try_card(struct world *world, struct person *person) {
    const bool bad = world->fail && person->now_us >= world->bad_from_us && person->now_us < world->bad_until_us;
    for (int i = 0; i < 4 && chance(person, bad ? 0.8 : 0.02); i++) {
        web(world, person, "payment_failed", "/pay", "", "");
        person->now_us += (int64_t)(5 + trod_rng_below(&person->rng, 600)) * TROD_MINUTE_US;
    }
}

static bool decide(struct world *world, struct person *person) {
    wait_for(person, 4.0 * TROD_HOUR_US, 72.0 * TROD_HOUR_US);
    person->has_address = true;
    mail(world, person, "offer");
    if (!chance(person, 0.68)) return false;
    person->has_number = true;
    if (chance(person, 0.45)) {
        wait_for(person, 8.0 * TROD_DAY_US, 28.0 * TROD_DAY_US);
        shop(world, person, "lease signed", "partner");
    } else {
        wait_for(person, 5.0 * TROD_DAY_US, 28.0 * TROD_DAY_US);
        if (chance(person, 0.7)) {
            try_card(world, person);
            web(world, person, "deposit_paid", "/pay", "", "");
        } else {
            shop(world, person, "deposit", "shop");
        }
    }
    maybe_call(world, person);
    return true;
}

static void get_it(struct world *world, struct person *person) {
    const uint64_t pictures = 1 + trod_rng_below(&person->rng, 3);
    const bool late = world->late && chance(person, 0.34);
    for (uint64_t i = 0; i < pictures; i++) {
        wait_for(person, 9.0 * TROD_DAY_US, 27.0 * TROD_DAY_US);
        mail(world, person, "build picture");
    }
    if (late) person->now_us += (int64_t)(42 + trod_rng_below(&person->rng, 14)) * TROD_DAY_US;
    wait_for(person, 9.0 * TROD_DAY_US, 27.0 * TROD_DAY_US);
    shop(world, person, "handover", "shop");
    maybe_call(world, person);
}

static void ride_on(struct world *world, struct person *person) {
    const int64_t handover_us = person->now_us;
    if (chance(person, 0.3)) {
        person->now_us += (int64_t)(3 + trod_rng_below(&person->rng, 40)) * TROD_DAY_US;
        web(world, person, "review", "/reviews", "", chance(person, 0.98) ? "5" : "2");
    }
    if (!chance(person, 0.9)) return;
    const int64_t reviewed_us = person->now_us;
    person->now_us = handover_us;
    wait_for(person, 42.0 * TROD_DAY_US, 70.0 * TROD_DAY_US);
    if (person->now_us < reviewed_us) person->now_us = reviewed_us + TROD_HOUR_US;
    shop(world, person, "service", "shop");
}

static void walk(struct world *world, uint32_t number, uint64_t seed) {
    struct person person = {.number = number, .rng = {.seed = seed, .stream = number}};
    const uint64_t minutes = (uint64_t)((world->end_us - world->start_us) / TROD_MINUTE_US);
    person.trade = chance(&person, 0.3);
    person.now_us = world->start_us + (int64_t)trod_rng_below(&person.rng, minutes) * TROD_MINUTE_US;
    if (chance(&person, 0.6)) {
        web(world, &person, "landing", "/", "school-gate", "");
        wait_for(&person, 1.0 * TROD_DAY_US, 10.0 * TROD_DAY_US);
    }
    explore(world, &person);
    if (!try_it(world, &person) || !decide(world, &person)) return;
    get_it(world, &person);
    ride_on(world, &person);
}

static int by_time(const void *a, const void *b) {
    const struct row *x = a, *y = b;
    if (x->at_us != y->at_us) return x->at_us < y->at_us ? -1 : 1;
    return x->order < y->order ? -1 : 1;
}

static trod_status write_rows(const struct rows *rows, const char *folder, const char *name,
                              const char *header, struct trod_error *error) {
    struct trod_buf out = {0};
    char path[1024];
    qsort(rows->at, rows->n, sizeof *rows->at, by_time);
    trod_buf_format(&out, "%s\n", header);
    for (size_t i = 0; i < rows->n; i++) trod_buf_format(&out, "%s\n", rows->at[i].text);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    const trod_status status = trod_file_write(path, trod_buf_str(&out), error);
    trod_buf_free(&out);
    return status;
}

int main(int argc, char **argv) {
    static const char *const names[N_SOURCES] = {"web.csv", "shop.csv", "mail.csv"};
    static const char *const headers[N_SOURCES] = {
        "at,visitor,address,event,page,campaign,stars",
        "booked,customer_no,address,visitor,action,place",
        "sent_at,address,visitor,kind",
    };
    if (argc < 2) {
        fputs("usage: generate FOLDER [SEED] [none|all|skip,late,fail]\n", stderr);
        return 2;
    }
    const uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    const char *plant = argc > 3 ? argv[3] : "all";
    const bool all = strcmp(plant, "all") == 0;
    struct world world = {
        .start_us = trod_days_from_civil(2024, 1, 1) * TROD_DAY_US,
        .end_us = trod_days_from_civil(2025, 6, 30) * TROD_DAY_US,
        .bad_from_us = trod_days_from_civil(2025, 3, 10) * TROD_DAY_US,
        .bad_until_us = trod_days_from_civil(2025, 3, 17) * TROD_DAY_US,
        .skip = all || strstr(plant, "skip"),
        .late = all || strstr(plant, "late"),
        .fail = all || strstr(plant, "fail"),
    };
    struct trod_error error = {0};
    int exit_status = 0;
    for (uint32_t i = 0; i < PEOPLE; i++) walk(&world, i, seed);
    for (int s = 0; s < N_SOURCES; s++) {
        if (!exit_status &&
            write_rows(&world.rows[s], argv[1], names[s], headers[s], &error) != TROD_OK) {
            fprintf(stderr, "generate: %s\n", error.message);
            exit_status = 3;
        }
        free(world.rows[s].at);
    }
    return exit_status;
}

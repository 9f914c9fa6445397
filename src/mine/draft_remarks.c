/* draft_remarks: what a reader of the draft should know before trusting it, as comments at the
 * top: what it was made of, what was left out, and where it allows more than was seen. */
#include "mine/draft.h"

enum { MOST_NAMES = 5, MOST_REMARKS = 16 };

struct remarks {
    struct draft_plan *plan;
    const struct trod_discovered *found;
    trod_str at[MOST_REMARKS];
    size_t n;
    bool no_memory;
};

static void add(struct remarks *remarks, struct trod_buf *text) {
    if (remarks->n < MOST_REMARKS) {
        const trod_str copy = trod_arena_copy(remarks->plan->arena, trod_buf_str(text));
        if (!copy.at || text->failed) remarks->no_memory = true;
        remarks->at[remarks->n++] = copy;
    }
    trod_buf_free(text);
}

/* "a, b and 3 more"; names in one line. */
static void list_names(const struct trod_discovered *found, const uint32_t *names, size_t n,
                       struct trod_buf *out) {
    for (size_t i = 0; i < n; i++) {
        if (i == MOST_NAMES && n > MOST_NAMES + 1) {
            trod_buf_format(out, " and %zu more", n - i);
            return;
        }
        const trod_str name = trod_dict_at(found->names, names[i]);
        trod_buf_adds(out, i == 0 ? "\"" : i + 1 == n ? " and \"" : ", \"");
        for (size_t k = 0; k < name.n; k++)
            trod_buf_byte(out, (unsigned char)name.at[k] < ' ' ? ' ' : name.at[k]);
        trod_buf_byte(out, '"');
    }
}

static void say_source(struct remarks *remarks, trod_str from) {
    const struct trod_discovered *const found = remarks->found;
    struct trod_buf text = {0};
    char first[40], last[40];
    trod_buf_format(
        &text, "Discovered%s%.*s: %llu journey%s, %llu events", from.n ? " in " : "",
        TROD_ARG(from), (unsigned long long)found->picked.n_journeys,
        found->picked.n_journeys == 1 ? "" : "s", (unsigned long long)found->picked.n_events);
    if (found->picked.first_us != TROD_NO_TIME)
        trod_buf_format(&text, ", %s to %s", trod_date_write(found->picked.first_us, first),
                        trod_date_write(found->picked.last_us, last));
    trod_buf_adds(&text, ".");
    add(remarks, &text);
    trod_buf_format(
        &text, "A draft to go on with: its shares and times are what was seen, not what is "
               "wanted. \"at most\" is what 95 %% kept.");
    add(remarks, &text);
}

static void say_left_out(struct remarks *remarks) {
    const struct trod_discovered *const found = remarks->found;
    struct trod_buf text = {0};
    const size_t n_out = found->nodes.n - found->n_kept;
    if (n_out) {
        trod_buf_format(
            &text, "Only the %zu most frequent events were looked at; %zu others were not.",
            found->n_kept, n_out);
        add(remarks, &text);
    }
    if (found->n_empty) {
        trod_buf_format(&text, "%llu journeys have none of these events.",
                        (unsigned long long)found->n_empty);
        add(remarks, &text);
    }
    if (found->n_noise) {
        trod_buf_adds(&text, "Too rare for a place: ");
        list_names(found, found->noise, found->n_noise, &text);
        trod_buf_adds(&text, ".");
        add(remarks, &text);
    }
    if (found->by_follows) {
        trod_buf_adds(&text, "Made of what follows what alone, not of whole paths.");
        add(remarks, &text);
    }
}

/* Where the draft allows more than was seen. */
static void say_fallbacks(struct remarks *remarks) {
    const struct trod_discovered *const found = remarks->found;
    for (size_t i = 0; i < found->n_fallbacks; i++) {
        const struct trod_fallback *const fallback = &found->fallbacks[i];
        struct trod_buf text = {0};
        /* A single event that comes several times is no surprise. */
        if (fallback->n == 1 && fallback->kind >= TROD_FALLBACK_ROUNDS) continue;
        trod_buf_adds(&text, "No clear order: ");
        list_names(found, fallback->names, fallback->n, &text);
        trod_buf_format(&text, " (%s).", trod_fallback_word(fallback->kind));
        add(remarks, &text);
    }
}

trod_status draft_remarks(struct draft_plan *plan, const struct trod_discovered *found,
                          trod_str from, struct trod_draft *draft, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct remarks remarks = {.plan = plan, .found = found};
    say_source(&remarks, from);
    say_left_out(&remarks);
    say_fallbacks(&remarks);
    trod_str *const copy = TROD_NEW_ARRAY(plan->arena, remarks.n, trod_str);
    if (!copy || remarks.no_memory) TROD_TRY_ALLOC(NULL, error);
    memcpy(copy, remarks.at, remarks.n * sizeof *copy);
    draft->remarks = copy;
    draft->n_remarks = remarks.n;
done:
    return status;
}

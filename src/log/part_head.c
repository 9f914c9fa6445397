/* The head of a part, to and from bytes. */
#include "log/part_head.h"

void part_head_write(const struct part_head *head, unsigned char at[PART_HEAD_BYTES]) {
    memcpy(at, PART_MAGIC, 8);
    part_put_u32(at + 8, head->version);
    part_put_u32(at + 12, head->n_customers);
    part_put_u32(at + 16, head->n_events);
    part_put_u32(at + 20, head->n_names);
    part_put_u32(at + 24, head->name_bytes);
    part_put_u32(at + 28, head->tick_us);
    part_put_u64(at + 32, (uint64_t)head->first_us);
    part_put_u64(at + 40, (uint64_t)head->last_us);
    part_put_u32(at + 48, head->n_undated);
    part_put_u32(at + 52, head->source_least);
    part_put_u32(at + 56, head->source_most);
    part_put_u32(at + 60, head->start_width);
    part_put_u64(at + 64, (uint64_t)head->start_base);
    part_put_u32(at + 72, head->n_unstarted);
}

static const char *wrong_with(const struct part_head *head) {
    if (head->n_customers > UINT32_MAX - 256 || head->n_events > UINT32_MAX - 256)
        return "it counts too many customers or events";
    if (head->name_bytes != 1 && head->name_bytes != 2 && head->name_bytes != 4)
        return "names have no such width";
    if (head->tick_us != 0 && head->tick_us != 1 && head->tick_us != 1000 &&
        head->tick_us != 1000000)
        return "times have no such unit";
    if (head->n_undated > (head->tick_us ? head->n_events : 0))
        return "it counts too many events without a time";
    if (head->source_least > head->source_most || head->source_most == UINT32_MAX)
        return "sources have no such numbers";
    if (head->start_width > 64) return "a width is too large";
    return NULL;
}

trod_status part_head_read(const struct trod_section *section, struct part_head *head,
                           struct trod_error *error) {
    if (!section) return part_damaged(error, PART_HEAD, 0, "it is missing");
    const unsigned char *const at = section->at;
    if (section->n_bytes != PART_HEAD_BYTES || memcmp(at, PART_MAGIC, 8) != 0)
        return part_damaged(error, PART_HEAD, 0, "these are not the bytes that it begins with");
    *head = (struct part_head){.version = part_u32(at + 8),
                               .n_customers = part_u32(at + 12),
                               .n_events = part_u32(at + 16),
                               .n_names = part_u32(at + 20),
                               .name_bytes = part_u32(at + 24),
                               .tick_us = part_u32(at + 28),
                               .first_us = (int64_t)part_u64(at + 32),
                               .last_us = (int64_t)part_u64(at + 40),
                               .n_undated = part_u32(at + 48),
                               .source_least = part_u32(at + 52),
                               .source_most = part_u32(at + 56),
                               .start_width = part_u32(at + 60),
                               .start_base = (int64_t)part_u64(at + 64),
                               .n_unstarted = part_u32(at + 72)};
    if (head->version < 1 || head->version > PART_VERSION) {
        trod_fail(error, TROD_BAD_INPUT,
                  "the part is of version %u, this program reads versions 1 to %u",
                  head->version, PART_VERSION);
        if (head->version > PART_VERSION)
            trod_error_hint(error, "a newer trod wrote it: use that one");
        return TROD_BAD_INPUT;
    }
    const char *const wrong = wrong_with(head);
    return wrong ? part_damaged(error, PART_HEAD, 0, wrong) : TROD_OK;
}

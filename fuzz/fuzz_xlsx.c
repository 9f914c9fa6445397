/* Spreadsheets. Bytes that begin as a zip does are taken as they are. Chance would never find
 * the checksums of a zip, so other bytes are the parts in plain text, each behind a line
 * "--- NAME", and are put into one here. */
#include "intake.h"

extern size_t n_taken;
size_t n_taken; /* logs */

enum { MOST_PARTS = 16, MOST_NAME = 64 };

struct packing {
    struct trod_buf zip, list; /* the file, and its list of parts */
    unsigned n_parts;
};

static uint32_t checksum(trod_str bytes) {
    uint32_t sum = UINT32_MAX;
    for (size_t i = 0; i < bytes.n; i++) {
        sum ^= (unsigned char)bytes.at[i];
        for (int k = 0; k < 8; k++) sum = sum >> 1 ^ (sum & 1 ? 0xedb88320 : 0);
    }
    return ~sum;
}

/* A number of n bytes, the lowest first. */
static void put(struct trod_buf *out, uint64_t number, unsigned n) {
    for (unsigned i = 0; i < n; i++) trod_buf_byte(out, (char)(number >> 8 * i));
}

/* What head and list say alike. */
static void put_about(struct trod_buf *out, trod_str name, trod_str bytes) {
    put(out, 20, 2); /* version, flags, stored, time, date */
    put(out, 0, 8);
    put(out, checksum(bytes), 4);
    put(out, bytes.n, 4);
    put(out, bytes.n, 4);
    put(out, name.n, 2);
    put(out, 0, 2);
}

static void add_part(struct packing *packing, trod_str name, trod_str bytes) {
    const size_t at = packing->zip.n;
    put(&packing->zip, 0x04034b50, 4);
    put_about(&packing->zip, name, bytes);
    trod_buf_add(&packing->zip, name);
    trod_buf_add(&packing->zip, bytes);
    put(&packing->list, 0x02014b50, 4);
    put(&packing->list, 20, 2);
    put_about(&packing->list, name, bytes);
    put(&packing->list, 0, 10); /* comment, disk, attributes */
    put(&packing->list, at, 4);
    trod_buf_add(&packing->list, name);
    packing->n_parts++;
}

static void end_zip(struct packing *packing) {
    const size_t at = packing->zip.n;
    trod_buf_add(&packing->zip, trod_buf_str(&packing->list));
    put(&packing->zip, 0x06054b50, 4);
    put(&packing->zip, 0, 4);
    put(&packing->zip, packing->n_parts, 2);
    put(&packing->zip, packing->n_parts, 2);
    put(&packing->zip, packing->list.n, 4);
    put(&packing->zip, at, 4);
    put(&packing->zip, 0, 2);
}

/* The text up to the next line that begins a part. */
static trod_str take_part(trod_str *text) {
    static const trod_str MARK = {"\n--- ", 5};
    size_t n = 0;
    while (n < text->n && !trod_str_starts(trod_str_slice(*text, n, text->n), MARK)) n++;
    const trod_str part = trod_str_slice(*text, 0, n);
    *text = trod_str_slice(*text, n < text->n ? n + 1 : n, text->n);
    return part;
}

static void pack(trod_str text, struct packing *packing) {
    while (text.n && packing->n_parts < MOST_PARTS) {
        const trod_str part = take_part(&text);
        size_t end = trod_str_find(part, '\n');
        if (end == SIZE_MAX) end = part.n;
        const trod_str name = trod_str_slice(part, part.n < 4 ? part.n : 4, end);
        add_part(packing, trod_str_slice(name, 0, name.n < MOST_NAME ? name.n : MOST_NAME),
                 trod_str_slice(part, end + 1, part.n));
    }
    end_zip(packing);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    const struct trod_intake_options guessed = {.format = TROD_FORMAT_XLSX};
    const struct trod_intake_options said = {
        .format = TROD_FORMAT_XLSX, .customer = "a", .event = "b", .time = n & 1 ? "c" : ""};
    const trod_str text = {(const char *)bytes, n};
    struct packing packing = {0};
    trod_str zip = text;
    if (!trod_str_starts(text, TROD_STR("PK"))) {
        pack(text, &packing);
        zip = trod_buf_str(&packing.zip);
    }
    n_taken += take_named(&guessed, NULL, "fuzz", (const uint8_t *)zip.at, zip.n);
    n_taken += take_named(&guessed, NULL, "fuzz#Other", (const uint8_t *)zip.at, zip.n);
    n_taken += take_named(&said, NULL, "fuzz", (const uint8_t *)zip.at, zip.n);
    trod_buf_free(&packing.zip);
    trod_buf_free(&packing.list);
    return 0;
}

/* The door to libzip: parts are expanded in pieces, each checked against its checksum, and none
 * beyond what its packed size can honestly hold. */
#include "intake/zip_door.h"

#include <stdlib.h>
#include <zip.h>

enum {
    PIECE = 64 << 10,
    RATIO = 200, /* of expanded to packed bytes, beyond FREE_BYTES */
};
#define FREE_BYTES (UINT64_C(64) << 20)
#define CEILING (UINT64_C(64) << 30)

struct intake_zip {
    zip_t *archive;
    uint64_t n_bytes;
};

static trod_status damaged(struct trod_error *error, const char *why) {
    const trod_status status =
        trod_fail(error, TROD_BAD_INPUT, "the spreadsheet is damaged: %s", why);
    trod_error_hint(error, "fetch it again, or save it anew as XLSX or CSV");
    return status;
}

trod_status intake_zip_open(trod_str bytes, struct intake_zip **zip, struct trod_error *error) {
    trod_status status = TROD_OK;
    zip_error_t why;
    zip_error_init(&why);
    zip_source_t *source = NULL;
    struct intake_zip *const made = calloc(1, sizeof *made);
    *zip = NULL;
    TROD_TRY_ALLOC(made, error);
    source = zip_source_buffer_create(bytes.at, bytes.n, 0, &why);
    TROD_TRY_ALLOC(source, error);
    made->n_bytes = bytes.n;
    made->archive = zip_open_from_source(source, ZIP_RDONLY, &why);
    if (!made->archive) {
        status =
            zip_error_code_zip(&why) == ZIP_ER_MEMORY
                ? trod_fail(error, TROD_NO_MEMORY, "there is not enough memory")
                : damaged(error, zip_error_code_zip(&why) == ZIP_ER_NOZIP
                                     ? "its list of parts is missing, as if it were cut short"
                                     : zip_error_strerror(&why));
        goto done;
    }
    source = NULL; /* the archive's now */
    *zip = made;
done:
    zip_source_free(source);
    zip_error_fini(&why);
    if (status != TROD_OK) free(made);
    return status;
}

void intake_zip_close(struct intake_zip *zip) {
    if (!zip) return;
    zip_discard(zip->archive);
    free(zip);
}

bool intake_zip_has(const struct intake_zip *zip, const char *part) {
    return zip_name_locate(zip->archive, part, 0) >= 0;
}

static trod_status find(const struct intake_zip *zip, const char *part, zip_stat_t *about,
                        struct trod_error *error) {
    char why[300];
    if (zip_stat(zip->archive, part, 0, about) != 0) {
        snprintf(why, sizeof why, "its part %.200s is missing", part);
        return damaged(error, why);
    }
    if (!(about->valid & ZIP_STAT_ENCRYPTION_METHOD) || about->encryption_method == ZIP_EM_NONE)
        return TROD_OK;
    const trod_status status =
        trod_fail(error, TROD_BAD_INPUT, "the spreadsheet is encrypted: trod cannot open it");
    trod_error_hint(error, "save it without a password");
    return status;
}

static trod_status bomb(struct trod_error *error, const char *part) {
    const trod_status status = trod_fail(
        error, TROD_TOO_MUCH,
        "its part %.200s expands to more than %d times its size, or to more than %d GiB", part,
        RATIO, (int)(CEILING >> 30));
    trod_error_hint(error, "no honest spreadsheet does; if this one does, save it as CSV");
    return status;
}

trod_status intake_zip_read(const struct intake_zip *zip, const char *part,
                            intake_zip_take *take, void *owner, uint64_t *n_bytes,
                            struct trod_error *error) {
    trod_status status = TROD_OK;
    zip_stat_t about;
    zip_file_t *file = NULL;
    uint64_t n_read = 0;
    zip_int64_t n = 0;
    char *const piece = malloc(PIECE);
    TROD_TRY_ALLOC(piece, error);
    TROD_TRY(find(zip, part, &about, error));
    /* What the archive says of a part's size is a claim. */
    uint64_t packed = zip->n_bytes;
    if ((about.valid & ZIP_STAT_COMP_SIZE) && about.comp_size < packed)
        packed = about.comp_size;
    file = zip_fopen_index(zip->archive, about.index, 0);
    while (file && (n = zip_fread(file, piece, PIECE)) > 0) {
        n_read += (uint64_t)n;
        *n_bytes += (uint64_t)n;
        if (n_read > CEILING || (n_read > FREE_BYTES && n_read - FREE_BYTES > packed * RATIO))
            TROD_TRY(bomb(error, part));
        TROD_TRY(take(owner, (trod_str){piece, (size_t)n}, false, error));
    }
    if (!file || n < 0) {
        char why[400];
        snprintf(why, sizeof why, "its part %.200s cannot be read (%.100s)", part,
                 file ? zip_file_strerror(file) : zip_strerror(zip->archive));
        TROD_TRY(damaged(error, why));
    }
    status = take(owner, TROD_STR(""), true, error);
done:
    if (file) zip_fclose(file);
    free(piece);
    return status;
}

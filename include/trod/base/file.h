/* file: bytes from files, standard input and compressed streams; bytes to files, safely.
 *
 * trod_source reads a plain, .gz or .zst stream (told by its first bytes, not its name) in
 * chunks, with ceilings on the expanded size and on the ratio of expansion (a zip bomb ends with a
 * sentence). A gzip that is cut short is an error that names the file. Life: open, read until it
 * gives 0 bytes, close.
 */
#ifndef TROD_BASE_FILE_H
#define TROD_BASE_FILE_H

#include "trod/base/memory.h"

/* The whole file, at most `ceiling_bytes` (beyond: TROD_TOO_MUCH). Name "-" is standard input.
 * Not expanded. The caller frees `bytes`. */
TROD_MUST trod_status trod_file_read(const char *name, size_t ceiling_bytes, struct trod_buf *bytes,
                                     struct trod_error *error);
/* Writes aside, syncs and renames, so that the old file or the whole new one is there. "-" is
 * standard output. A device or pipe is written directly. */
TROD_MUST trod_status trod_file_write(const char *name, trod_str bytes, struct trod_error *error);
/* The same piece by piece, for what is too large for the memory. Life: open; add; close, which keeps
 * the file (synced and renamed) or, without `keep`, leaves the old one as it was. Not for two threads
 * at once. */
struct trod_outfile;
TROD_MUST trod_status trod_outfile_open(const char *name, struct trod_outfile **file,
                                        struct trod_error *error);
TROD_MUST trod_status trod_outfile_add(struct trod_outfile *file, trod_str bytes,
                                       struct trod_error *error);
TROD_MUST trod_status trod_outfile_close(struct trod_outfile *file, bool keep,
                                         struct trod_error *error);
bool trod_file_exists(const char *name);
/* The folder of a file name, "." if none; and `name` beside `beside` unless it is absolute. */
trod_str trod_path_folder(trod_str name);
trod_str trod_path_beside(struct trod_arena *arena, trod_str beside, trod_str name);
/* The ending in lower case with a trailing .gz or .zst left out: "csv" for "a.CSV.gz"; "" if
 * none. Points into a static or the name. */
trod_str trod_path_ending(struct trod_arena *arena, trod_str name);
/* Where a name "FILE#SHEET" has its "#", so that FILE is there and the whole name is not; else its
 * length. */
size_t trod_path_sheet(trod_str name);
/* The files that a name with * ? [ ] stands for, in byte order; the name itself if it has none. */
TROD_MUST trod_status trod_path_glob(struct trod_arena *arena, const char *pattern, trod_str **names,
                                     size_t *n_names, struct trod_error *error);

struct trod_source;
struct trod_source_options {
    uint64_t ceiling_bytes; /* of expanded bytes; 0: 64 GiB */
    double ratio;           /* of expanded to read bytes beyond the first 64 MiB; 0: 200 */
};
TROD_MUST trod_status trod_source_open(const char *name, const struct trod_source_options *options,
                                       struct trod_source **source, struct trod_error *error);
/* Bytes in memory, expanded in the same way; for tests and fuzzing. Borrowed until closed. */
TROD_MUST trod_status trod_source_open_bytes(trod_str bytes, const char *name,
                                             const struct trod_source_options *options,
                                             struct trod_source **source,
                                             struct trod_error *error);
/* Fills up to `room` bytes; *n is 0 only at the end. */
TROD_MUST trod_status trod_source_read(struct trod_source *source, char *at, size_t room, size_t *n,
                                       struct trod_error *error);
/* Bytes read from the disk so far, and the size of the file if known (else 0): for progress. */
uint64_t trod_source_progress(const struct trod_source *source, uint64_t *total);
/* It is compressed: reading it takes work. */
bool trod_source_expands(const struct trod_source *source);
void trod_source_close(struct trod_source *source);

#endif

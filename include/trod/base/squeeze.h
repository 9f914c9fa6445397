/* squeeze: blocks of bytes made small by zstd, and made large again.
 *
 *     struct trod_squeezer *squeezer = trod_squeezer_make(1);
 *     const size_t n = trod_squeeze(squeezer, text.at, text.n, room, trod_squeeze_room(text.n));
 *     trod_squeezer_free(squeezer);
 *     if (n > 0 && trod_unsqueeze(NULL, room, n, again, text.n)) puts("as before");
 */
#ifndef TROD_BASE_SQUEEZE_H
#define TROD_BASE_SQUEEZE_H

#include "trod/base/status.h"

struct trod_squeezer;
/* What squeezing needs beside the bytes; for one thread at a time. `level` is zstd's (1 is quick,
 * 19 is small). NULL without memory. */
struct trod_squeezer *trod_squeezer_make(int level);
void trod_squeezer_free(struct trod_squeezer *squeezer);
/* Room that is enough for `n` bytes squeezed. */
size_t trod_squeeze_room(size_t n);
/* Writes a zstd frame; returns its bytes, or 0 if the room or the memory is not enough. The same
 * bytes and level give the same frame. */
size_t trod_squeeze(struct trod_squeezer *squeezer, const void *at, size_t n, void *to,
                    size_t room);
/* What expanding needs beside the bytes, made in memory of the caller's: 16-byte aligned, at least
 * trod_unsqueezer_bytes(); it ends with that memory. For one thread at a time. Making one takes
 * long beside a small block (up to some 30 us in a virtual machine), so it is worth keeping for
 * the next. NULL if the room is not enough. */
struct trod_unsqueezer;
size_t trod_unsqueezer_bytes(void);
struct trod_unsqueezer *trod_unsqueezer_make(void *room, size_t n_bytes);
/* The bytes that a frame says it expands to; UINT64_MAX if it does not say, or is none. */
uint64_t trod_unsqueezed_bytes(const void *at, size_t n);
/* Expands one frame into exactly `n_to` bytes; false if the frame is damaged or of another
 * length. Never writes beyond, whatever the frame holds. `unsqueezer` may be NULL: one is made on
 * the stack then, which takes 160 KiB of it; no other memory is taken. */
bool trod_unsqueeze(struct trod_unsqueezer *unsqueezer, const void *at, size_t n, void *to,
                    size_t n_to);

#endif

/* What the store does to the disk: each write, sync, rename and unlink passes here, so that
 * tests can let any one of them fail, or stop the process there. Each returns 0 or errno. */
#ifndef STORE_DISK_H
#define STORE_DISK_H

#include "trod/base.h"

/* True if the hook of trod_store_fail_at says that this step shall fail; with `kill` the
 * process ends instead. */
bool store_disk_fails(void);

int store_disk_write(int fd, const void *at, size_t n);
int store_disk_sync(int fd);
int store_disk_rename(const char *from, const char *to);
int store_disk_unlink(const char *name);
/* Syncs the folder itself: the names in it. */
int store_disk_sync_folder(const char *folder);
/* Opens for reading, again where a signal came in between; -1 and errno. */
int store_disk_open(const char *name);

/* The error of a failed step, in words, with a way out. */
trod_status store_disk_error(const char *what, const char *name, int code,
                             struct trod_error *error);

#endif

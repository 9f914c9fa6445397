/* replay: feeds files to a fuzz target, without libFuzzer.
 *
 * Each argument is a file or a folder of files (in the order of their names). Every file, and
 * once nothing at all, is handed to LLVMFuzzerTestOneInput in memory of exactly its size, so
 * that a sanitizer sees a read past its end. A finding is a crash, an input that takes longer
 * than LONGEST_S, or a need for more than 4 GiB of address space. A target that counts its
 * inputs which got as far as they should (n_taken) fails if there are none: its corpus is
 * stale.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
extern size_t n_taken __attribute__((weak));

enum { LONGEST_S = 20 };

static int replay_bytes(const char *name, const uint8_t *bytes, size_t n) {
    struct timespec begin, end;
    fprintf(stderr, "%s (%zu bytes)\n", name, n); /* so that a crash names its input */
    clock_gettime(CLOCK_MONOTONIC, &begin);
    LLVMFuzzerTestOneInput(bytes, n);
    clock_gettime(CLOCK_MONOTONIC, &end);
    if (end.tv_sec - begin.tv_sec >= LONGEST_S) {
        fprintf(stderr, "FAILED: %s took longer than %d s\n", name, LONGEST_S);
        return 1;
    }
    return 0;
}

static int replay_file(const char *path) {
    FILE *file = fopen(path, "rb");
    struct stat about;
    if (!file || fstat(fileno(file), &about) != 0) {
        fprintf(stderr, "FAILED: %s cannot be read\n", path);
        if (file) fclose(file);
        return 1;
    }
    size_t n = (size_t)about.st_size;
    uint8_t *bytes = malloc(n);
    int failed = 1;
    if ((bytes || n == 0) && fread(bytes, 1, n, file) == n) {
        failed = replay_bytes(path, bytes, n);
    } else {
        fprintf(stderr, "FAILED: %s cannot be read\n", path);
    }
    free(bytes);
    fclose(file);
    return failed;
}

static int is_visible(const struct dirent *entry) {
    return entry->d_name[0] != '.';
}

/* Adds the number of files to *n_files. */
static int replay_folder(const char *folder, int *n_files) {
    struct dirent **entries;
    int n = scandir(folder, &entries, is_visible, alphasort), failed = 0;
    for (int i = 0; i < n; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        failed |= replay_file(path);
        free(entries[i]);
    }
    if (n >= 0) free(entries);
    if (n <= 0) fprintf(stderr, "FAILED: %s holds no input\n", folder);
    *n_files += n > 0 ? n : 0;
    return failed || n <= 0;
}

int main(int n_arguments, char **arguments) {
#ifndef __SANITIZE_ADDRESS__
    struct rlimit limit = {.rlim_cur = (rlim_t)4 << 30, .rlim_max = (rlim_t)4 << 30};
    setrlimit(RLIMIT_AS, &limit);
#endif
    int n_files = 0, failed = replay_bytes("nothing", (const uint8_t *)"", 0);
    for (int i = 1; i < n_arguments; i++) {
        struct stat about;
        if (stat(arguments[i], &about) == 0 && S_ISDIR(about.st_mode)) {
            failed |= replay_folder(arguments[i], &n_files);
        } else {
            failed |= replay_file(arguments[i]);
            n_files++;
        }
    }
    printf("%d inputs replayed\n", n_files);
    if (n_files > 1 && &n_taken && n_taken == 0) {
        fprintf(stderr, "FAILED: not one input is what it should be\n");
        failed = 1;
    }
    return failed;
}

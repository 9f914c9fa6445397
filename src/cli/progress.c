/* progress: what is being done, how far, how fast, and how long it will take. It shows after
 * half a second, then ten times a second, on a terminal alone; whichever thread comes by writes
 * it. */
#include "cli/progress.h"

#include <unistd.h>

#include "cli/table.h"

enum { FIRST_US = 500000, EVERY_US = 100000 };

static void say_bytes(struct trod_buf *out, uint64_t bytes) {
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
    double n = (double)bytes;
    size_t unit = 0;
    for (; n >= 1000 && unit + 1 < TROD_COUNT(units); unit++) n /= 1000;
    trod_buf_format(out, n < 10 && unit ? "%.1f %s" : "%.0f %s", n, units[unit]);
}

static void say_line(const struct cli_progress *progress, int64_t now_us) {
    struct trod_buf text = {0};
    char n[40];
    const double seconds = (double)(now_us - progress->begun_us) / 1e6;
    trod_buf_format(&text, "%s", progress->what);
    if (progress->gather) {
        const uint64_t rows = trod_gather_count(progress->gather);
        trod_buf_format(&text, " · %s events", table_count(rows, n));
        trod_buf_format(&text, " · %s a second",
                        table_count((uint64_t)((double)rows / seconds), n));
    }
    if (progress->done) {
        trod_buf_adds(&text, " · ");
        say_bytes(&text, progress->done);
        if (progress->total) {
            const double share = (double)progress->done / (double)progress->total;
            trod_buf_adds(&text, " of ");
            say_bytes(&text, progress->total);
            if (share > 0.01 && share < 1)
                trod_buf_format(&text, " · %s left",
                                trod_duration_write(seconds * 1e6 * (1 - share) / share, n));
        }
    }
    if (!text.failed)
        fprintf(stderr, "\r\x1b[K%.*s", (int)(text.n < 110 ? text.n : 110), text.at);
    trod_buf_free(&text);
}

static void tell(void *owner, const char *what, uint64_t done, uint64_t total) {
    struct cli_progress *const progress = owner;
    const int64_t now_us = trod_clock_us();
    if (atomic_flag_test_and_set(&progress->busy)) return;
    if (what) progress->what = what;
    progress->done = done;
    progress->total = total;
    if (now_us - progress->begun_us > FIRST_US && now_us - progress->shown_us > EVERY_US) {
        progress->shown_us = now_us;
        progress->shown = true;
        say_line(progress, now_us);
    }
    atomic_flag_clear(&progress->busy);
}

void cli_progress_begin(struct cli_progress *progress, struct cli *cli) {
    *progress = (struct cli_progress){.begun_us = trod_clock_us(), .what = "reading"};
    atomic_flag_clear(&progress->busy);
    progress->on = isatty(STDERR_FILENO) && !cli_flag(cli, "quiet");
    if (!progress->on) return;
    cli->run.progress = tell;
    cli->run.owner = progress;
}

void cli_progress_end(struct cli_progress *progress) {
    if (progress->shown) fputs("\r\x1b[K", stderr);
    progress->shown = false;
}
